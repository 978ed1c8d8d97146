"""Messages: every language has every key with the same places to fill, and every result has words."""

from __future__ import annotations

import re
import string
from datetime import date
from importlib.resources import files

import pytest
from babel.messages.pofile import read_po

from icao_check import messages
from icao_check.catalogue import CATALOGUE, CHECKS, TO_CONFIRM
from icao_check.errors import PHOTO_ERRORS
from icao_check.framing import FRAMING_CHECKS, Crop, Requirement
from icao_check.measurement import REASONS, Measurement
from icao_check.messages import (
    add_catalogues,
    catalogue_keys,
    check_text,
    crop_text,
    date_text,
    error_text,
    languages,
    number,
    requirement,
    title,
    unit_of,
    word,
)
from icao_check.profile import AGE_GROUPS, WAIVERS, Limit, available_profiles, load_profile
from icao_check.profile_lint import LANGUAGES
from icao_check.verdict import CheckResult, Limits, judge, skipped

SKIPPED = ("no_limit", "waived", "no_input", "not_requested", "not_implemented")
MOST_WORDS = 15


@pytest.fixture(params=LANGUAGES)
def lang(request):
    return request.param


@pytest.fixture
def own_room(monkeypatch):
    """Let a test add catalogues, and take them away again."""
    monkeypatch.setattr(messages, "_own_directories", [])
    messages._catalogue.cache_clear()
    yield
    messages._catalogue.cache_clear()


def entries(lang):
    with (files("icao_check.messages") / f"{lang}.po").open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id}


def places(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def results():
    """Yield a result for every check and every reason that it may have."""
    facts = {"width": 413, "height": 531, "faces": 2, "taken_on": "2025-01-31", "source": "declared"}
    facts |= {"on": "2026-11-22", "dated": "2025-01-31", "not_after": "2025-01-31", "software": "GIMP"}
    facts |= {"usable_until": "2025-07-31", "days_over": 479}
    for spec in CHECKS:
        for reason in sorted({spec.below, spec.above} | REASONS):
            yield CheckResult(
                id=spec.id,
                verdict="fail",
                value=27.94,
                unit=spec.unit,
                limits=Limits(accepted=(31, 36)),
                margin=-3.06,
                reason=reason,
                facts=facts,
            )


def sentences(text):
    return [part for part in re.split(r"(?<=[.!?])\s+", text) if part]


def test_the_four_languages_are_there():
    assert set(LANGUAGES) <= set(languages())


def test_every_language_has_every_key(lang):
    assert entries(lang).keys() == entries("en").keys()
    assert all(entries(lang).values())
    assert catalogue_keys(lang) == catalogue_keys("en")


def test_every_language_fills_the_same_places(lang):
    english = entries("en")
    for key, text in entries(lang).items():
        assert places(text) == places(english[key]), key


def test_every_check_and_reason_has_words_of_its_own_language(lang):
    known = catalogue_keys(lang)
    for result in results():
        message, remedy = check_text(result, lang)
        assert message.endswith(".") and remedy.endswith("."), (result.id, result.reason)
        assert not set("{}?") & set(message + remedy), (result.id, result.reason, message, remedy)
        assert {f"{result.id}.{result.reason}.message", f"{result.reason}.message"} & known
    for spec in CHECKS:
        assert f"{spec.id}.title" in known and requirement(spec.id, lang).endswith(".")
        # What the value breaks is said with words of its own, not with those for any check.
        for reason in (spec.below, spec.above):
            assert {f"{spec.id}.{reason}.message", f"{spec.id}.{reason}.remedy"} <= known
        for reason in SKIPPED:
            assert check_text(skipped(spec, reason), lang)[0].endswith(".")


def test_every_word_around_the_results_is_there(lang):
    known = catalogue_keys(lang)
    wanted = {f"verdict.{name}" for name in ("pass", "borderline", "fail", "review", "skipped", "error")}
    wanted |= {f"summary.{name}" for name in ("pass", "borderline", "fail", "review", "error", "advice")}
    wanted |= {f"group.{spec.group}" for spec in CHECKS} | {
        f"unit.{spec.unit}" for spec in CHECKS if spec.unit
    }
    wanted |= {f"to_confirm.{name}" for name in TO_CONFIRM.values()}
    wanted |= {f"error.{error.code}.{part}" for error in PHOTO_ERRORS for part in ("message", "remedy")}
    wanted |= {f"age_group.{name}" for name in AGE_GROUPS} | {f"waiver.{name}" for name in WAIVERS}
    assert wanted <= known


def test_sentences_are_short(lang):
    for result in results():
        for text in check_text(result, lang):
            for sentence in sentences(text):
                words = [word for word in sentence.replace("\u00a0", " ").split() if re.search(r"\w", word)]
                assert len(words) <= MOST_WORDS, sentence
    for key, text in entries(lang).items():
        for sentence in sentences(text):
            words = [word for word in sentence.replace("\u00a0", " ").split() if re.search(r"\w", word)]
            assert len(words) <= MOST_WORDS or key.startswith("profile."), (key, sentence)


def test_messages_speak_of_the_picture_not_of_the_person():
    for key, text in entries("en").items():
        assert not re.search(r"\byour\b|\byou are\b", text, re.IGNORECASE), (key, text)


@pytest.mark.parametrize(
    ("value", "written"), [(36.04, 36.04), (30.96, 30.96), (36.1, 36.1), (50.0, 50.0), (25.0, 25.0)]
)
def test_a_value_beyond_its_limit_never_reads_like_the_limit(lang, value, written):
    limit = Limit(accepted=(31, 36), source=("x",), confidence="low")
    text = judge(CATALOGUE["head_height"], Measurement(value), limit).message(lang)
    assert messages._decimal(written, 2, lang) in text
    assert number(31, lang) in text and number(36, lang) in text


def test_a_value_that_meets_its_limit_is_not_said_to_break_it(lang):
    limit = Limit(accepted=(-5, 5), ideal=0.0, source=("x",), confidence="low")
    sure = judge(CATALOGUE["head_pose_yaw"], Measurement(-5.5), limit)
    unsure = judge(CATALOGUE["head_pose_yaw"], Measurement(-3.84, uncertainty=2.0), limit)
    assert (sure.verdict, unsure.verdict) == ("fail", "borderline")
    message, remedy = check_text(unsure, lang)
    assert messages._decimal(3.84, 2, lang) + "\u00a0°" in message and "-3" not in message
    assert message != check_text(sure, lang)[0] and remedy == check_text(sure, lang)[1]


@pytest.mark.parametrize(
    ("lang", "written"),
    [("en", "1,063.5"), ("nl", "1.063,5"), ("de", "1.063,5"), ("fr", "1\u202f063,5")],
)
def test_numbers_are_written_as_the_language_does(lang, written):
    assert messages._decimal(1063.5, 1, lang) == written


@pytest.mark.parametrize(
    ("lang", "written"),
    [
        ("en", "31 January 2025"),
        ("nl", "31 januari 2025"),
        ("de", "31. Januar 2025"),
        ("fr", "31 janvier 2025"),
    ],
)
def test_dates_are_written_as_the_language_does(lang, written):
    assert date_text(date(2025, 1, 31), lang) == written
    result = CheckResult(
        id="image_age", verdict="fail", value=9.0, reason="too_old", facts={"taken_on": "2025-01-31"}
    )
    assert written in result.message(lang)


def test_units_know_one_from_many():
    assert [unit_of("months", value, "nl") for value in (1.0, 2.0, None)] == ["maand", "maanden", "maanden"]
    assert unit_of("faces", 1.15, "en") == "faces" and unit_of("mm", 1, "en") == "mm"
    assert unit_of("dpi", 300, "fr") == "ppp" and unit_of("", 1, "fr") == ""


def test_errors_say_what_and_what_to_do(lang):
    facts = {"size": 30_000_000, "limit": 25_000_000, "pixels": 89_478_485, "seconds": 20}
    facts |= {"format": "HEIC", "extra": "heic"}
    for error in PHOTO_ERRORS:
        message, remedy = error_text(error.code, facts, lang)
        assert message.endswith(".") and remedy.endswith(".") and not set("{}?") & set(message + remedy)
    assert "25 M" in error_text("too_many_bytes", facts, lang)[0]
    assert number(89.5, lang) in error_text("too_many_pixels", facts, lang)[0]


def test_every_demand_on_a_crop_has_words(lang):
    known = catalogue_keys(lang)
    edges, bounds = ("left", "right", "top", "bottom"), ("low", "high")
    for check in ("picture", "whole_head", *FRAMING_CHECKS):
        for side in bounds if check in FRAMING_CHECKS else edges:
            assert f"crop.{check}.{side}" in known
            demand = Requirement.model_validate(
                {"check": check, "side": side, "profile": "be-eid", "value": -5}
            )
            head, line = crop_text(Crop(reason="conflict", conflict=(demand,)), lang)
            assert head and line.startswith("- ") and not set("{}?") & set(line)
    assert len(crop_text(Crop(reason="no_face"), lang)) == 1
    assert crop_text(Crop(box=(0, 0, 7, 9), whole=True), lang) == (word("crop.whole", lang),)
    lines = crop_text(Crop(box=(12, 34, 56, 78), framing="pass", verdict="review"), lang)
    assert all(text in lines[0] for text in ("12", "34", "56", "78"))
    assert word("verdict.review", lang) in lines[1]


def test_a_report_is_said_again_in_another_language(checker, portrait):
    import json

    from icao_check import Report

    report = checker.check(portrait)
    dutch = Report.from_json(report.to_json("nl"))
    assert dutch.to_json("fr") == report.to_json("fr")
    texts = {lang: json.loads(report.to_json(lang)) for lang in LANGUAGES}
    for place, result in enumerate(report.checks):
        assert {text["checks"][place]["value"] for text in texts.values()} == {result.value}
        if result.verdict != "pass":
            assert len({text["checks"][place]["message"] for text in texts.values()}) == 4, result.id


def test_a_directory_of_the_user_adds_a_language(own_room, tmp_path):
    (tmp_path / "pt.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "head_height.title"\nmsgstr "Altura da cabeça"\n\n'
        'msgid "head_height.too_small.message"\nmsgstr "A cabeça tem {value} mm."\n',
        encoding="utf-8",
    )
    assert "pt" not in languages()
    add_catalogues(tmp_path)
    assert "pt" in languages()
    assert title("head_height", "pt") == "Altura da cabeça"
    assert title("teeth", "pt") == title("teeth", "en")
    result = CheckResult(
        id="head_height", verdict="fail", value=27.94, reason="too_small", limits=Limits(accepted=(31, 36))
    )
    assert result.message("pt") == "A cabeça tem 27,9 mm."
    assert result.remedy("pt") == result.remedy("en")


def test_a_directory_of_the_user_changes_words(own_room, tmp_path, monkeypatch):
    (tmp_path / "nl.po").write_text('msgid "teeth.title"\nmsgstr "Tanden"\n', encoding="utf-8")
    monkeypatch.setenv("ICAO_CHECK_MESSAGES", str(tmp_path))
    messages._catalogue.cache_clear()
    assert title("teeth", "nl") == "Tanden" and title("glasses", "nl") == "Bril"


@pytest.mark.parametrize("text", ["A cabeça: {", "A {0} cabeça", "A {value.real.foo}", "A {value!x}"])
def test_a_broken_message_of_the_user_never_costs_the_report(own_room, tmp_path, text):
    (tmp_path / "pt.po").write_text(f'msgid "no_face.message"\nmsgstr "{text}"\n', encoding="utf-8")
    add_catalogues(tmp_path)
    result = CheckResult(id="head_height", verdict="review", reason="no_face")
    assert result.message("pt") == result.message("en")


def test_a_place_that_is_not_known_is_left_open(own_room, tmp_path):
    (tmp_path / "pt.po").write_text('msgid "no_face.message"\nmsgstr "Nada: {nothing}."\n', encoding="utf-8")
    add_catalogues(tmp_path)
    assert CheckResult(id="teeth", verdict="review", reason="no_face").message("pt") == "Nada: ?."


def test_what_is_no_directory_and_no_language_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no directory"):
        add_catalogues(tmp_path / "missing")
    with pytest.raises(ValueError, match="xx"):
        word("teeth.title", "xx")


def test_every_profile_that_a_photo_may_resemble_has_words(lang):
    known = catalogue_keys(lang)
    for name in available_profiles():
        for check, limit in load_profile(name).limits.items():
            for other in limit.resembles:
                key = f"{check}.{CATALOGUE[check].below}.resembles.{other.profile}"
                assert {f"{key}.message", f"{key}.remedy"} <= known
