"""Words, in the reader's language. Reports hold codes and numbers; everything that is read comes from here.

Catalogues are gettext files ``<language>.po`` whose message ids are keys such as
``head_height.too_large.message``. In the wheel they are compiled (``.mo``). A directory of your own ``.po``
files (:func:`add_catalogues`, or the environment variable ``ICAO_CHECK_MESSAGES``) adds a language or changes
words. What a language lacks is said in English.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping, Sequence
from datetime import date
from gettext import GNUTranslations
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from icao_check.measurement import Fact

if TYPE_CHECKING:
    from icao_check.report import Report
    from icao_check.verdict import CheckResult

__all__ = [
    "DEFAULT_LANGUAGE",
    "add_catalogues",
    "catalogue_keys",
    "check_text",
    "day_text",
    "error_text",
    "languages",
    "number",
    "report_notes",
    "requirement",
    "title",
    "word",
]

DEFAULT_LANGUAGE = "en"
_ENVIRONMENT = "ICAO_CHECK_MESSAGES"
_own_directories: list[Path] = []


def add_catalogues(directory: str | Path) -> None:
    """Use the ``<language>.po`` files of a directory beside, and before, the shipped ones.

    Raises
    ------
    ValueError
        It is no directory.
    """
    path = Path(directory)
    if not path.is_dir():
        raise ValueError(f"no directory of message catalogues: {path}")
    _own_directories.insert(0, path)
    _catalogue.cache_clear()


def languages() -> tuple[str, ...]:
    """Return the languages that have a catalogue."""
    found = {
        entry.name.rsplit(".", 1)[0]
        for room in _rooms()
        for entry in room.iterdir()
        if entry.name.endswith((".po", ".mo"))
    }
    return tuple(sorted(found))


def catalogue_keys(lang: str) -> frozenset[str]:
    """Return the keys for which a language has words of its own."""
    return frozenset(_catalogue(lang))


def word(key: str, lang: str = DEFAULT_LANGUAGE) -> str:
    """Return the words for a key, in English where `lang` lacks it, and the key itself where nobody has any.

    Raises
    ------
    ValueError
        There is no catalogue for that language.
    """
    return _catalogue(lang).get(key) or _catalogue(DEFAULT_LANGUAGE).get(key) or key


def title(check: str, lang: str = DEFAULT_LANGUAGE) -> str:
    """Return the name of a check."""
    return word(f"{check}.title", lang)


def requirement(check: str, lang: str = DEFAULT_LANGUAGE) -> str:
    """Return what a check asks of a photo."""
    return word(f"{check}.requirement", lang)


def check_text(result: CheckResult, lang: str = DEFAULT_LANGUAGE) -> tuple[str, str]:
    """Return the message and the remedy of a result; the remedy is empty where nothing is to be done.

    The facts ``detail`` and ``basis`` and the verdict choose among the messages of a reason, where there are
    such: ``image_age.not_newer_than.scan.message``.
    """
    numbers = _numbers(result, lang)
    if result.verdict == "skipped":
        return word(f"skipped.{result.reason}.message", lang), ""
    reason = "ok" if result.verdict == "pass" else result.reason
    variants = [str(result.facts[name]) for name in ("detail", "basis") if name in result.facts]
    keys = [f"{result.id}.{reason}.{variant}" for variant in (*variants, result.verdict)]
    keys.append(f"{result.id}.{reason}")
    if result.verdict == "pass":
        keys.append("ok" if result.value is None or not result.unit else "ok.value")
        return _said(lang, keys, "message", numbers), ""
    keys.append(str(reason))
    return _said(lang, keys, "message", numbers), _said(lang, keys, "remedy", numbers)


def report_notes(report: Report, lang: str = DEFAULT_LANGUAGE) -> tuple[str, ...]:
    """Return what a reader must know beside the results: what was not checked, and what a person confirms."""
    notes = []
    missing = sum(result.reason == "not_implemented" for result in report.checks)
    if missing:
        notes.append(word("note.not_implemented", lang).format(count=missing))
    if report.to_confirm:
        what = ", ".join(word(f"to_confirm.{name}", lang) for name in report.to_confirm)
        notes.append(word("note.to_confirm", lang).format(what=what))
    return tuple(notes)


def error_text(code: str, facts: Mapping[str, Fact], lang: str = DEFAULT_LANGUAGE) -> tuple[str, str]:
    """Return the message and the remedy of an error."""
    numbers = _Numbers({name: _fact(name, fact, lang) for name, fact in facts.items()})
    # What is known of the file may be said in words of its own: `error.unsupported_format.format.message`.
    keys = [f"error.{code}", *(f"error.{code}.{name}" for name in facts)]
    return (
        _first(lang, *(f"{key}.message" for key in reversed(keys))).format_map(numbers),
        _first(lang, *(f"{key}.remedy" for key in reversed(keys))).format_map(numbers),
    )


def number(value: float, lang: str = DEFAULT_LANGUAGE) -> str:
    """Write a number as people read it: three significant digits, the decimal sign of the language."""
    from babel.numbers import format_decimal

    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return str(format_decimal(round(value, digits) + 0.0, format="#,##0.##", locale=_locale(lang)))


class _Numbers(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "?"  # a word too little must never cost the report; the tests see to it that none is


def _numbers(result: CheckResult, lang: str) -> _Numbers:
    numbers = _Numbers({name: _fact(name, fact, lang) for name, fact in result.facts.items()})
    numbers["unit"] = word(f"unit.{result.unit}", lang) if result.unit else ""
    if result.value is not None:
        numbers["value"] = number(result.value, lang)
        numbers["size"] = number(abs(result.value), lang)
    if result.margin is not None:
        numbers["margin"] = number(abs(result.margin), lang)
    if result.limits is not None:
        for name, bound in zip(("low", "high"), result.limits.accepted, strict=True):
            if bound is not None:
                numbers[name] = number(bound, lang)
    return numbers


def day_text(text: str, lang: str = DEFAULT_LANGUAGE) -> str:
    """Write an ISO date as people do, and anything else as it is."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    from babel.dates import format_date

    locale = _locale(lang)
    return str(format_date(day, format="long", locale="en_GB" if locale == "en" else locale))


def _fact(name: str, fact: Fact, lang: str) -> str:
    if isinstance(fact, str):
        key = f"fact.{fact}"  # a code, or a name that is the same in all languages
        said = word(key, lang)
        return day_text(fact, lang) if said == key else said
    return number(fact, lang)


def _said(lang: str, keys: Sequence[str], part: str, numbers: _Numbers) -> str:
    text = _first(lang, *(f"{key}.{part}" for key in keys)).format_map(numbers)
    return text[:1].upper() + text[1:]


def _first(lang: str, *keys: str) -> str:
    for catalogue in (_catalogue(lang), _catalogue(DEFAULT_LANGUAGE)):
        for key in keys:
            if catalogue.get(key):
                return catalogue[key]
    return keys[-1]


def _locale(lang: str) -> str:
    # A language of the user's own may be one that CLDR does not know.
    from babel.core import Locale, UnknownLocaleError

    try:
        return str(Locale.parse(lang.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        return DEFAULT_LANGUAGE


def _rooms() -> list[Traversable | Path]:
    own = [Path(name) for name in os.environ.get(_ENVIRONMENT, "").split(os.pathsep) if name]
    return [*_own_directories, *(path for path in own if path.is_dir()), files("icao_check.messages")]


@functools.cache
def _catalogue(lang: str) -> dict[str, str]:
    found: dict[str, str] = {}
    known = False
    for room in reversed(_rooms()):
        source, compiled = room / f"{lang}.po", room / f"{lang}.mo"
        if compiled.is_file():
            with compiled.open("rb") as file:
                found |= _compiled_entries(GNUTranslations(file))
            known = True
        elif source.is_file():
            from babel.messages.pofile import read_po

            with source.open("rb") as file:
                entries = read_po(file, locale=None)
            found |= {str(entry.id): str(entry.string) for entry in entries if entry.id and entry.string}
            known = True
    if not known:
        raise ValueError(f"no messages in {lang!r}; there are: {', '.join(languages())}")
    return found


def _compiled_entries(translations: GNUTranslations) -> dict[str, str]:
    catalogue: Mapping[object, str] = getattr(translations, "_catalog", {})
    return {key: text for key, text in catalogue.items() if isinstance(key, str) and key}
