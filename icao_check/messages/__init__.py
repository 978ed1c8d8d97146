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
    from icao_check.framing import Crop, Requirement
    from icao_check.report import Report
    from icao_check.verdict import CheckResult

__all__ = [
    "DEFAULT_LANGUAGE",
    "add_catalogues",
    "catalogue_keys",
    "check_text",
    "crop_text",
    "date_text",
    "error_text",
    "fact_text",
    "filled",
    "languages",
    "number",
    "own_catalogues",
    "report_notes",
    "requirement",
    "title",
    "unit_of",
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


def own_catalogues() -> tuple[str, ...]:
    """Return the directories that :func:`add_catalogues` was given, the last one first."""
    return tuple(str(path.resolve()) for path in _own_directories)


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
    such: ``image_age.not_newer_than.scan.message``. A value that meets its limit, but by less than its
    uncertainty, breaks no rule: ``within_uncertainty.message`` says so.
    """
    numbers = _numbers(result, lang)
    if result.verdict == "skipped":
        return word(f"skipped.{result.reason}.message", lang), ""
    reason = "ok" if result.verdict == "pass" else result.reason
    variants = [str(result.facts[name]) for name in ("detail", "basis") if name in result.facts]
    keys = [f"{result.id}.{reason}.{variant}" for variant in (*variants, result.verdict)]
    if "resembles" in result.facts:
        keys.insert(0, f"{result.id}.{reason}.resembles.{result.facts['resembles']}")
    keys.append(f"{result.id}.{reason}")
    if result.verdict == "pass":
        keys.append("ok" if result.value is None or not result.unit else "ok.value")
        return _said(keys, "message", numbers, lang), ""
    keys.append(str(reason))
    remedy = _said(keys, "remedy", numbers, lang)
    if result.verdict == "borderline" and result.margin is not None and result.margin >= 0:
        keys = [f"{result.id}.{reason}.borderline", "within_uncertainty"]
    return _said(keys, "message", numbers, lang), remedy


def report_notes(report: Report, lang: str = DEFAULT_LANGUAGE) -> tuple[str, ...]:
    """Return what a reader must know beside the results: what was not checked, and what a person confirms."""
    notes = []
    missing = sum(result.reason == "not_implemented" for result in report.checks)
    if missing:
        notes.append(filled(["note.not_implemented"], {"count": str(missing)}, lang))
    waived = [title(result.id, lang) for result in report.checks if result.reason == "waived"]
    if waived:
        notes.append(filled(["note.waived"], {"what": ", ".join(waived)}, lang))
    if report.to_confirm:
        what = ", ".join(word(f"to_confirm.{name}", lang) for name in report.to_confirm)
        notes.append(filled(["note.to_confirm"], {"what": what}, lang))
    return tuple(notes)


def crop_text(crop: Crop, lang: str = DEFAULT_LANGUAGE) -> tuple[str, ...]:
    """Return, a line each, where the best crop of a picture is and what it gets, or why there is none."""
    if crop.reason == "no_face":
        return (word("crop.no_face", lang),)
    demands = tuple(f"- {_demand(demand, lang)}" for demand in crop.conflict)
    if crop.box is None:
        return (word("crop.none", lang), *demands)
    if crop.whole:  # no other crop is better, but that may not be enough
        return (word("crop.none", lang), *demands) if demands else (word("crop.whole", lang),)
    x, y, width, height = crop.box
    places = {"x": str(x), "y": str(y), "width": str(width), "height": str(height)}
    lines = [filled(["crop.fits" if crop.framing == "pass" else "crop.tolerated"], places, lang)]
    if crop.verdict is not None:
        lines.append(filled(["crop.verdict"], {"verdict": word(f"verdict.{crop.verdict}", lang)}, lang))
    if demands:
        lines += [word("crop.none", lang), *demands]
    return tuple(lines)


def _demand(demand: Requirement, lang: str) -> str:
    numbers = {"profile": demand.profile or ""}
    if demand.value is not None:
        numbers["value"] = number(demand.value, lang)
        numbers["size"] = number(abs(demand.value), lang)
    return filled([f"crop.{demand.check}.{demand.side}"], numbers, lang)


def date_text(day: date, lang: str = DEFAULT_LANGUAGE) -> str:
    """Write a day as people read it: ``22 November 2026``."""
    from babel.dates import format_date

    locale = _locale(lang)
    return str(format_date(day, format="long", locale="en_GB" if lang == "en" else locale))


def error_text(code: str, facts: Mapping[str, Fact], lang: str = DEFAULT_LANGUAGE) -> tuple[str, str]:
    """Return the message and the remedy of an error."""
    numbers = {name: fact_text(fact, lang) for name, fact in facts.items()}
    for name, fact in facts.items():
        if isinstance(fact, (int, float)):
            numbers[f"{name}_mb"] = numbers[f"{name}_mp"] = number(fact / 1e6, lang)
    # What is known of the file may be said in words of its own: `error.unsupported_format.format.message`.
    keys = [*(f"error.{code}.{name}" for name in reversed(tuple(facts))), f"error.{code}"]
    return (
        filled([f"{key}.message" for key in keys], numbers, lang),
        filled([f"{key}.remedy" for key in keys], numbers, lang),
    )


def number(value: float, lang: str = DEFAULT_LANGUAGE) -> str:
    """Write a number as people read it: three significant digits, the decimal sign of the language."""
    return _decimal(value, _digits(value), lang)


def unit_of(unit: str, value: float | None = None, lang: str = DEFAULT_LANGUAGE) -> str:
    """Return a unit as it is written after `value`: ``month`` or ``months``; empty where there is none."""
    if not unit:
        return ""
    if value is not None and number(abs(value), lang) == "1":
        return word(f"unit.{unit}.one", lang) if _has(f"unit.{unit}.one") else word(f"unit.{unit}", lang)
    return word(f"unit.{unit}", lang)


def filled(keys: Sequence[str], numbers: Mapping[str, str], lang: str = DEFAULT_LANGUAGE) -> str:
    """Return the words for the first key that anybody has words for, with `numbers` in their places.

    A catalogue of the user's own may ask for what there is not: then the English words are used, for a
    message too little must never cost the report.
    """
    known = _Numbers(numbers)
    for catalogue in (_catalogue(lang), _catalogue(DEFAULT_LANGUAGE)):
        for key in keys:
            if catalogue.get(key):
                try:
                    return catalogue[key].format_map(known)
                except (ValueError, AttributeError, IndexError, TypeError):
                    break
    return keys[-1]


def _has(key: str) -> bool:
    return key in _catalogue(DEFAULT_LANGUAGE)


def _digits(value: float) -> int:
    return 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2


@functools.lru_cache(maxsize=4096)
def _decimal(value: float, digits: int, lang: str) -> str:
    from babel.numbers import format_decimal

    places = "#" * max(digits, 2)
    return str(format_decimal(round(value, digits) + 0.0, format=f"#,##0.{places}", locale=_locale(lang)))


class _Numbers(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "?"  # a word too little must never cost the report; the tests see to it that none is


def _numbers(result: CheckResult, lang: str) -> _Numbers:
    numbers = _Numbers({name: fact_text(fact, lang) for name, fact in result.facts.items()})
    numbers["unit"] = unit_of(result.unit, result.value, lang)
    if result.value is not None:
        digits = _telling_digits(result)
        numbers["value"] = _decimal(result.value, digits, lang)
        numbers["size"] = _decimal(abs(result.value), digits, lang)
        numbers["measured"] = f"{numbers['size']}\u00a0{numbers['unit']}".rstrip()
    if result.margin is not None:
        numbers["margin"] = number(abs(result.margin), lang)
    if result.limits is not None:
        for name, bound in zip(("low", "high"), result.limits.accepted, strict=True):
            if bound is not None:
                numbers[name] = number(bound, lang)
    return numbers


def _said(keys: Sequence[str], part: str, numbers: Mapping[str, str], lang: str) -> str:
    text = filled([f"{key}.{part}" for key in keys], numbers, lang)
    return text[:1].upper() + text[1:]


def _telling_digits(result: CheckResult) -> int:
    """Return how many decimals keep a refused value apart from the bound that it breaks."""
    assert result.value is not None
    digits = _digits(result.value)
    if result.limits is None or result.margin is None or result.margin >= 0:
        return digits
    bounds = [bound for bound in result.limits.accepted if bound is not None]
    while digits < 4 and any(round(result.value, digits) == round(bound, digits) for bound in bounds):
        digits += 1
    return digits


def fact_text(fact: Fact, lang: str = DEFAULT_LANGUAGE) -> str:
    """Write a number, an ISO date or a code as people read it, and anything else as it is."""
    if not isinstance(fact, str):
        return number(fact, lang)
    key = f"fact.{fact}"  # a code, or a name that is the same in all languages
    said = word(key, lang)
    if said != key:
        return said
    try:
        return date_text(date.fromisoformat(fact), lang)
    except ValueError:
        return fact


@functools.lru_cache(maxsize=64)
def _locale(lang: str) -> str:
    # A language of the user's own may be one that CLDR does not know.
    from babel.core import Locale, UnknownLocaleError

    if lang == DEFAULT_LANGUAGE:
        return "en_GB"  # the day goes before the month
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
