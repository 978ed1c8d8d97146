"""Profiles are data: every number has a source, and nothing in them contradicts itself."""

from __future__ import annotations

from datetime import date

import pytest

from icao_check.catalogue import CATALOGUE
from icao_check.errors import ProfileError
from icao_check.profile import Limit, age_group_of, available_profiles, load_profile

CARDS = [*"A B C K D L E EU E+ EU+ F F+ H I J M N".split(), "M duurzaam verblijf", "Fplus", "eu+"]


@pytest.mark.parametrize("card", CARDS)
def test_every_card_has_the_residence_rules(card):
    assert load_profile(card).id == "be-residence-card"


@pytest.mark.parametrize("name", available_profiles())
class TestLint:
    def test_every_number_is_sourced(self, name):
        profile = load_profile(name)
        for limit in profile.limits.values():
            for key in limit.source:
                source = profile.sources[key]
                assert source.title
                assert source.as_of
            assert limit.confidence in ("high", "medium", "low")

    def test_every_source_is_cited(self, name):
        profile = load_profile(name)
        provenances = [profile.print_size, *profile.limits.values(), *profile.waivers.values()]
        for rules in profile.age_groups.values():
            provenances += [rules, *rules.limits.values()]
        cited = {key for provenance in provenances for key in provenance.source}
        assert set(profile.sources) <= cited

    def test_millimetres_fit_the_print(self, name):
        profile = load_profile(name)
        for check, limit in profile.limits.items():
            if CATALOGUE[check].unit == "mm":
                for bound in (*limit.outer, *limit.accepted):
                    assert bound is None or bound <= profile.print_size.height_mm

    def test_the_digest_is_stable_and_sensitive(self, name):
        profile = load_profile(name)
        assert profile.digest == load_profile(name).digest
        changed = profile.model_copy(update={"authority": "somebody else"})
        assert len(changed.digest) == 64


class TestLimit:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            ({"pass": (36, 31)}, "reversed"),
            ({"pass": (31, 36), "tolerated": (32, 40)}, "stricter"),
            ({"pass": (31, 36), "tolerated": (25, 35)}, "stricter"),
            ({"pass": (31, None), "tolerated": (25, 40)}, "same sides"),
            ({"pass": (None, None)}, "at least one"),
            ({"pass": (31, 36), "ideal": 40}, "not accepted"),
            ({"pass": (31, 36), "ratio": True}, "ratio"),
            ({"pass": (31, None), "ideal": 31, "ratio": True}, "ratio"),
            ({"pass": (-1, 1), "ideal": 0.5, "ratio": True}, "ratio"),
            ({"pass": (31, 36), "confidence": "certain"}, "confidence"),
            ({"pass": (31, 36), "source": ()}, "source"),
            ({"pass": (31, 36), "typo": 1}, "typo"),
        ],
    )
    def test_what_contradicts_itself_is_refused(self, content, words):
        with pytest.raises(ValueError, match=words):
            Limit.model_validate({"source": ("x",), "confidence": "low"} | content)

    def test_an_open_side_is_written_as_infinity(self):
        limit = Limit.model_validate({"pass": [90, float("inf")], "source": ("x",), "confidence": "low"})
        assert limit.accepted == (90, None)


OWN = """
id = "be-municipality"
extends = "be-residence-card"
authority = "A municipality"

[sources.council]
title = "Decision of the council"
as_of = "2026-01-01"

[limits.head_height]
pass = [32, 35]
source = ["council"]
confidence = "high"
"""


class TestOwnProfile:
    def test_it_extends_a_shipped_one(self, tmp_path):
        path = tmp_path / "own.toml"
        path.write_text(OWN, encoding="utf-8")
        own, base = load_profile(path), load_profile("be-residence-card")
        assert own.limits["head_height"].accepted == (32, 35)
        assert own.limits["head_height"].tolerated is None
        assert own.limits["mouth_closed"] == base.limits["mouth_closed"]
        assert own.aliases == ()
        assert own.digest != base.digest
        assert load_profile(str(path)) == own

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (OWN.replace("be-residence-card", "be-nothing"), "be-nothing"),
            (OWN.replace("head_height", "head_hight"), "head_hight"),
            (OWN.replace('source = ["council"]', 'source = ["nobody"]'), "nobody"),
            (OWN.replace("[32, 35]", "[35, 32]"), "reversed"),
            ("id = ", "cannot be read"),
        ],
    )
    def test_a_mistake_is_named(self, tmp_path, text, words):
        path = tmp_path / "own.toml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ProfileError, match=words):
            load_profile(path)

    def test_unknown_names_list_the_known_ones(self, tmp_path):
        with pytest.raises(ProfileError, match="be-residence-card"):
            load_profile("be-nothing")
        with pytest.raises(ProfileError, match="cannot be read"):
            load_profile(tmp_path / "missing.toml")


class TestAgeGroups:
    @pytest.mark.parametrize(
        ("born", "group"),
        [
            ("2026-11-22", "under-1"),
            ("2025-11-23", "under-1"),
            ("2025-11-22", "under-3"),
            ("2021-01-01", "under-6"),
            ("2014-11-23", "under-12"),
            ("2014-11-22", "adult"),
            ("1950-02-28", "adult"),
        ],
    )
    def test_the_birthday_counts(self, born, group):
        assert age_group_of(date.fromisoformat(born), date(2026, 11, 22)) == group

    def test_the_unborn_have_none(self):
        with pytest.raises(ValueError, match="born"):
            age_group_of(date(2027, 1, 1), date(2026, 1, 1))

    def test_a_baby_is_also_below_six(self):
        profile = load_profile("be-residence-card")
        assert "gaze" in profile.waived_for("under-1")
        assert "gaze" in profile.waived_for("under-6")
        assert "gaze" not in profile.waived_for("under-12")
        assert profile.waived_for(None) == frozenset()
        assert profile.waived_for("adult") == frozenset()

    def test_children_may_have_smaller_heads(self):
        profile = load_profile("be-residence-card")
        assert profile.limit_for("head_height", "under-3").outer == (22.5, 40.5)
        assert profile.limit_for("head_height", None).outer == (25, 40)

    def test_each_result_can_say_what_would_lift_it(self):
        profile = load_profile("be-residence-card")
        assert profile.waivable_by("mouth_closed") == ("expression", "under-6")
        assert profile.waivable_by("head_height") == ()
