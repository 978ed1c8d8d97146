"""Profiles: every shipped number has its source, no rule excludes another, a broken one is refused."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from icao_check import ProfileError
from icao_check.catalogue import CATALOGUE, CHECKS
from icao_check.profile import (
    AGE_GROUPS,
    WAIVERS,
    Limit,
    Profile,
    available_profiles,
    load_profile,
    profile_names,
)
from icao_check.profile_lint import lint
from icao_check.verdict import judge

SHIPPED = available_profiles()
CARDS = ["A", "B", "C", "K", "D", "L", "E", "EU", "E+", "EU+", "F", "F+", "H", "I", "J", "M", "N"]

OWN = """
id = "be-test"
extends = "be-residence-card"
[title]
en = "Town of Test"
[sources.town]
title = "Town of Test, photo rules"
as_of = "2026-11-01"
"""
CITING = """
[limits.background_colour]
pass = [80, inf]
source = ["town"]
confidence = "low"
"""


@pytest.fixture
def write(tmp_path):
    def write_profile(text, name="own.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write_profile


def numbers_of(name):
    content = tomllib.loads((files("icao_check.profiles") / f"{name}.toml").read_text(encoding="utf-8"))
    yield "print", content["print"]
    for prefix, tables in (("", content), *content.get("age_groups", {}).items()):
        for check, limit in tables.get("limits", {}).items():
            yield f"{prefix}.{check}", limit


def test_the_profiles_of_the_design_are_there():
    assert {"be-residence-card", "be-residence-under12", "icao-9303", "be-eid", "be-kids-id"} <= set(SHIPPED)
    assert {"be-passport", "be-archive", "be-driving", "nl-passport", "de-passport"} <= set(SHIPPED)
    assert {"fr-passport", "lu-passport", "uk-passport", "us-visa", "schengen-visa"} <= set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_nothing_is_wrong_with_a_shipped_profile(name):
    assert lint(load_profile(name)) == ()


@pytest.mark.parametrize("name", SHIPPED)
def test_every_number_has_source_date_and_confidence(name):
    profile = load_profile(name)
    for place, entry in profile.provenance():
        assert entry.source and entry.confidence in ("high", "medium", "low"), place
        assert all(profile.sources[key].as_of for key in entry.source), place
    # In the file itself, too: an entry may not lean on what it replaces.
    for place, entry in numbers_of(name):
        assert entry["source"] and entry["confidence"], place


@pytest.mark.parametrize("name", SHIPPED)
def test_titles_are_in_four_languages(name):
    profile = load_profile(name)
    assert set(profile.title) == {"en", "nl", "fr", "de"}
    assert profile.name("nl") == profile.title["nl"] and profile.name("pt") == profile.title["en"]


def test_no_name_means_two_profiles():
    names = ["".join(name.casefold().replace("+", "plus").split()) for name in profile_names()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("card", CARDS)
def test_every_residence_card_is_an_alias(card):
    assert load_profile(card).id == "be-residence-card"
    assert load_profile(card.replace("+", "plus").lower()).id == "be-residence-card"


def test_a_built_check_that_holds_for_every_document_has_its_limit_in_the_common_profile():
    # What is put into be-residence-card.toml alone is not asked of a Dutch, German or ICAO photo.
    belgian = {"reuse", "ears_forehead"}
    built = {spec.id for spec in CHECKS if spec.measure is not None}
    assert built - belgian <= set(load_profile("icao-9303").limits)
    assert built - {"eye_line"} <= set(load_profile("be-residence-card").limits)


def test_belgian_and_dutch_heads_exclude_each_other():
    belgian, dutch = (load_profile(name).limits["head_height"] for name in ("be-eid", "nl-passport"))
    assert belgian.accepted == (31, 36) and belgian.tolerated == (25, 40)
    assert dutch.accepted == (26, 30)


@pytest.mark.parametrize(
    ("value", "other"), [(25.9, None), (26.0, "nl-passport"), (30.0, "nl-passport"), (30.1, None)]
)
def test_a_head_of_dutch_size_is_called_so(value, other):
    from icao_check.measurement import Measurement

    limit = load_profile("be-residence-card").limits["head_height"]
    result = judge(CATALOGUE["head_height"], Measurement(value), limit)
    assert (result.verdict, result.reason) == ("borderline", "too_small")
    assert result.facts.get("resembles") == other
    assert ("Dutch" in result.message() + result.remedy()) == (other is not None)


def test_an_archive_asks_for_proportions_only():
    asked = set(load_profile("be-archive").limits)
    assert "head_height" in asked
    assert not asked & {"image_age", "resolution", "background_colour", "inter_eye_distance", "aspect_ratio"}


def test_children_are_waived_what_their_source_names():
    profile = load_profile("be-residence-card")
    assert profile.waived_for("adult") == frozenset()
    assert profile.waived_for(None) == frozenset()
    assert profile.waived_for("under-12") == frozenset()
    toddler = profile.waived_for("under-3")
    assert toddler == profile.waived_for("under-6")
    assert {"gaze", "mouth_closed", "expression_neutrality", "head_pose_roll"} <= toddler
    assert "head_pose_yaw" not in toddler and "image_age" not in toddler
    child, adult = profile.limit_for("head_height", "under-3"), profile.limit_for("head_height")
    assert child is not None and child.tolerated == (22.5, 40.5)
    assert adult is not None and adult.tolerated == (25, 40)
    assert profile.waivable_by("mouth_closed") == ("expression", "under-6")


@pytest.mark.parametrize("waiver", WAIVERS)
def test_each_waiver_lifts_what_the_residence_card_names(waiver):
    profile = load_profile("be-residence-card")
    lifted = profile.waived_for(None, (waiver,))
    assert lifted == set(profile.waivers[waiver].checks)
    assert all(waiver in profile.waivable_by(check) for check in lifted)


def test_a_french_head_is_bare():
    assert load_profile("fr-passport").waived_for(None, ("head_covering",)) == frozenset()


def test_a_town_changes_one_limit(write):
    path = write(
        OWN + '[limits.background_colour]\npass = [90, inf]\nsource = ["town"]\nconfidence = "high"\n'
    )
    profile, parent = load_profile(path), load_profile("be-residence-card")
    assert profile.id == "be-test" and profile.aliases == ()
    assert profile.limits["background_colour"] == Limit(
        accepted=(90, None), source=("town",), confidence="high"
    )
    assert {k: v for k, v in profile.limits.items() if k != "background_colour"} == {
        k: v for k, v in parent.limits.items() if k != "background_colour"
    }
    assert profile.digest != parent.digest
    assert lint(profile) == ()


def test_a_profile_extends_a_file_beside_it(write):
    write(OWN + CITING, "province.toml")
    path = write(
        'id = "town"\nextends = "province.toml"\nwithout = ["limits.reuse", "waivers.pose"]\n', "town.toml"
    )
    profile = load_profile(path)
    assert "reuse" not in profile.limits and "pose" not in profile.waivers
    assert "town" in profile.sources and profile.name() == "Town of Test"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id = ", "cannot be read"),
        ('id = "x"\n', "title"),
        (OWN.replace('id = "be-test"\n', ""), "id of its own"),
        (OWN + '[limits.head_height]\ntolerated = [20, 40]\n', "pass"),
        (OWN + '[limits.head_height]\npass = [31, 36]\nconfidence = "high"\n', "source"),
        (OWN + '[limits.head_height]\npass = [31, 36]\nsource = []\nconfidence = "high"\n', "source"),
        (OWN + '[limits.head_height]\npass = [31, 36]\nsource = ["nobody"]\nconfidence = "high"\n', "nobody"),
        (OWN + '[limits.head_height]\npass = [31, 36]\nsource = ["town"]\n', "confidence"),
        (OWN + '[limits.head_height]\npass = [36, 31]\nsource = ["town"]\nconfidence = "low"\n', "reversed"),
        (OWN + '[limits.head_hight]\npass = [1, 2]\nsource = ["town"]\nconfidence = "low"\n', "head_height"),
        (
            OWN + '[limits.head_height]\npass = [31, 36]\ntolerated = [32, 40]\nsource = ["town"]\n'
            'confidence = "low"\n',
            "stricter",
        ),
        (OWN + '[sources.laarne]\ntitle = "Another text"\nas_of = "2026"\n', "laarne"),
        (OWN + '[sources.other]\ntitle = "Another text"\n', "as_of"),
        (OWN + '[age_groups.toddlers]\nsource = ["town"]\nconfidence = "low"\n', "toddlers"),
        (OWN.replace("be-residence-card", "be-residence-crad"), "be-residence-crad"),
        (OWN.replace("be-residence-card", "own.toml"), "extends itself"),
        (OWN.replace('extends', 'without = ["limits.moon"]\nextends'), "limits.moon"),
        ('id = "x"\nwithout = ["limits.reuse"]\n', "extends no profile"),
    ],
)  # fmt: skip
def test_a_broken_profile_says_what_is_wrong(write, text, says):
    with pytest.raises(ProfileError, match=says):
        load_profile(write(text))


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('[limits.head_height]\npass = [31, 50]\n', "beyond 0 to 45"),
        ('[limits.head_centring]\npass = [-80, 5]\n', "beyond -50 to 50"),
        ('[limits.background_colour]\npass = [85, 120]\n', "beyond 0 to 100"),
        ('[limits.margin_above]\npass = [20, 30]\n', "no photo can meet"),
        ('[limits.eye_line]\npass = [80, 90]\n', "no photo can meet"),
        ('[limits.resolution]\npass = [100, 150]\n', "px between the eyes"),
        ('[limits.skin_reflection]\npass = [-inf, 2]\n', None),
        ('[limits.head_pose_yaw]\npass = [-5, 5]\n', None),
    ],
)  # fmt: skip
def test_the_linter_finds_what_no_photo_can_meet(write, table, says):
    problems = lint(load_profile(write(OWN + table + 'source = ["town"]\nconfidence = "low"\n')))
    assert any(says in problem for problem in problems) if says else problems == ()


def test_the_linter_finds_a_resemblance_that_is_accepted(write):
    table = (
        '[limits.head_height]\npass = [29, 36]\nsource = ["town"]\nconfidence = "low"\n'
        '[[limits.head_height.resembles]]\nprofile = "nl-pasport"\nrange = [26, 30]\n'
        'source = ["town"]\nconfidence = "low"\n'
    )
    problems = lint(load_profile(write(OWN + table)))
    assert any("is no profile" in problem for problem in problems)
    assert any("accepts what it says" in problem for problem in problems)


def test_the_linter_finds_children_held_to_more_than_adults(write):
    table = (
        '[age_groups.under-12]\nsource = ["town"]\nconfidence = "low"\n'
        '[age_groups.under-12.limits.head_height]\npass = [32, 35]\nsource = ["town"]\nconfidence = "low"\n'
    )
    assert any("stricter" in problem for problem in lint(load_profile(write(OWN + table))))


def test_the_linter_finds_a_result_without_words(monkeypatch):
    from icao_check import profile_lint
    from icao_check.messages import catalogue_keys

    def poorer(lang):
        return catalogue_keys(lang) - ({"head_height.too_small.remedy"} if lang == "fr" else set())

    monkeypatch.setattr(profile_lint, "catalogue_keys", poorer)
    problems = lint(load_profile("be-residence-card"))
    assert problems == ("head_height: no words for head_height.too_small.remedy in fr",)


def test_the_linter_finds_a_date_in_the_future(write):
    problems = lint(load_profile(write((OWN + CITING).replace("2026-11-01", "2999-01-01"))))
    assert problems == ("source town is dated in the future: 2999-01-01",)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("be-residence-crad", "be-residence-card"),
        ("nl-pasport", "nl-passport"),
        ("zzz", None),
    ],
)
def test_an_unknown_profile_names_the_nearest(name, meant):
    with pytest.raises(ProfileError) as caught:
        load_profile(name)
    text = str(caught.value)
    assert name in text
    assert (f"did you mean '{meant}'" in text) if meant else all(known in text for known in SHIPPED)


def test_a_profile_object_is_returned_as_it_is():
    profile = load_profile("be-eid")
    assert load_profile(profile) is profile
    assert isinstance(profile, Profile) and set(AGE_GROUPS) >= set(profile.age_groups)
