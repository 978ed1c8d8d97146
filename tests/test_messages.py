"""Every word that is shown exists, in every language that claims to be complete."""

from __future__ import annotations

import re
import string

import pytest

from icao_check import messages
from icao_check.catalogue import CHECKS, TO_CONFIRM
from icao_check.errors import PHOTO_ERRORS
from icao_check.measurement import REASONS
from icao_check.verdict import CheckResult, Limits

COMPLETE = ("en", "nl", "fr", "de")
SKIPPED = ("no_limit", "waived", "no_input", "not_requested", "not_implemented")
# What a message may mention: of every result, and the facts of single checks.
NUMBERS = {"value", "size", "margin", "low", "high", "unit"}
FACTS = {
    "image_age": {
        "taken_on": "2026-03-02",
        "source": "exif_original",
        "usable_until": "2026-09-02",
        "days_over": 81,
    },
    "single_face": {"faces": 2},
    "aspect_ratio": {"width": 480, "height": 600},
}


def placeholders(words):
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


def test_four_languages_are_wired():
    assert set(messages.languages()) >= {"nl", "fr", "de", "en"}


@pytest.mark.parametrize("lang", COMPLETE)
class TestComplete:
    def test_it_has_every_key_of_english(self, lang):
        assert messages.catalogue_keys(lang) == messages.catalogue_keys("en")

    def test_every_check_has_its_words(self, lang):
        keys = messages.catalogue_keys(lang)
        for spec in CHECKS:
            needed = {f"{spec.id}.title", f"{spec.id}.requirement"}
            for reason in {spec.below, spec.above}:
                if spec.measure is None or f"{spec.id}.{reason}.message" in keys:
                    needed |= {f"{spec.id}.{reason}.{part}" for part in ("message", "remedy")} & keys
            assert needed <= keys, spec.id

    def test_every_reason_and_error_has_its_words(self, lang):
        keys = messages.catalogue_keys(lang)
        needed = {f"{reason}.{part}" for reason in REASONS for part in ("message", "remedy")}
        needed |= {f"skipped.{reason}.message" for reason in SKIPPED}
        needed |= {f"error.{error.code}.{part}" for error in PHOTO_ERRORS for part in ("message", "remedy")}
        needed |= {f"to_confirm.{what}" for what in TO_CONFIRM.values()}
        needed |= {f"unit.{spec.unit}" for spec in CHECKS if spec.unit}
        needed |= {f"group.{spec.group}" for spec in CHECKS}
        assert needed <= keys

    def test_translations_use_the_same_numbers(self, lang):
        for key in messages.catalogue_keys("en"):
            assert placeholders(messages.word(key, lang)) == placeholders(messages.word(key)), key

    def test_sentences_are_short(self, lang):
        for key in messages.catalogue_keys(lang):
            if key.endswith((".message", ".remedy", ".requirement")):
                for sentence in re.split(r"(?<=[.!?:;])\s", messages.word(key, lang)):
                    assert len(sentence.split()) <= 15, (key, sentence)

    def test_every_finding_renders(self, lang):
        for spec in CHECKS:
            if spec.measure is None:
                continue
            for reason in {spec.below, spec.above}:
                result = CheckResult(
                    id=spec.id,
                    verdict="fail",
                    value=41.2,
                    uncertainty=0.5,
                    unit=spec.unit,
                    limits=Limits(accepted=(31, 36)),
                    margin=-5.2,
                    score=44.0,
                    reason=reason,
                    facts=FACTS.get(spec.id, {}),
                )
                message, remedy = messages.check_text(result, lang)
                if f"{spec.id}.{reason}.message" in messages.catalogue_keys(lang):
                    for words in (message, remedy):
                        assert words.endswith("."), (spec.id, reason)
                        assert "?" not in words
                        assert "{" not in words


def test_numbers_are_written_as_they_are_read():
    assert messages.number(41.24, "en") == "41.2"
    assert messages.number(41.24, "nl") == "41,2"
    assert messages.number(0.0312, "nl") == "0,03"
    assert messages.number(1234.5, "de") == "1.234"
    assert messages.number(-0.001) == "0"


def test_dates_are_written_as_they_are_read():
    result = CheckResult(
        id="image_age",
        verdict="fail",
        value=8.0,
        unit="months",
        limits=Limits(accepted=(0, 6)),
        reason="too_old",
        facts={"taken_on": "2026-03-02"},
    )
    assert "2 maart 2026" in result.message("nl")


def test_an_unknown_language_is_named():
    with pytest.raises(ValueError, match="'tlh'"):
        messages.word("ok.message", "tlh")


def test_a_missing_word_is_said_in_english():
    assert messages.word("ok.message", "fr") != ""


def test_a_directory_of_your_own_adds_a_language(tmp_path, monkeypatch):
    (tmp_path / "eo.po").write_text(
        'msgid ""\nmsgstr "Language: eo\\nContent-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "verdict.pass"\nmsgstr "taŭga"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("ICAO_CHECK_MESSAGES", str(tmp_path))
    messages._catalogue.cache_clear()
    try:
        assert "eo" in messages.languages()
        assert messages.word("verdict.pass", "eo") == "taŭga"
        assert messages.word("verdict.fail", "eo") == "fail"
        assert messages.number(1.5, "eo") == "1,5"
    finally:
        messages._catalogue.cache_clear()


def test_a_directory_that_is_none_is_named(tmp_path):
    with pytest.raises(ValueError, match="no directory"):
        messages.add_catalogues(tmp_path / "missing")
