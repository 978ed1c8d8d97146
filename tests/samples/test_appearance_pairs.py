"""The checks of appearance on pairs: the same portrait, in which one thing has changed."""

from __future__ import annotations

from datetime import date

import pytest

from icao_check.verdict import SEVERITY
from tests.samples.conftest import PAIRS

ON = date(2026, 11, 22)
CHECKS = (
    "eyes_open",
    "gaze",
    "eyes_visible",
    "red_eye",
    "glasses",
    "dark_lenses",
    "lens_reflection",
    "mouth_closed",
    "teeth",
    "expression_neutrality",
    "mouth_occlusion",
    "face_occlusion",
    "no_head_covering",
)


@pytest.fixture(scope="module")
def seen(album, checker):
    def check(name):
        report = checker.check(album[PAIRS[name]].pixels, on=ON, only=CHECKS)
        return {one.id: one for one in report.checks if one.verdict != "skipped"}

    return check


@pytest.mark.parametrize(
    "name",
    [
        "front",
        "lipstick",
        "glasses",
        "lightest_skin",
        "dark_skin",
        "darkest_skin",
        "child",
        "old",
        "no_eyelid_fold",
        "man_with_beard",
        "bald",
        "hijab",
        "paralysis",
    ],
)
def test_what_is_nobodys_fault_fails_no_check(seen, name):
    found = seen(name)
    assert set(found) == set(CHECKS)
    assert {check for check, one in found.items() if one.verdict == "fail"} == set()
    worse = {check for check, one in found.items() if SEVERITY.index(one.verdict) > 0}
    mouth = {"expression_neutrality", "mouth_closed", "teeth"}
    allowed = {"hijab": {"no_head_covering"}, "paralysis": mouth - {"teeth"}, "lipstick": mouth}
    assert worse <= allowed.get(name, set())


def test_an_eye_that_is_missing_or_shut_can_be_excused(seen):
    found = seen("one_eye_shut")["eyes_open"]
    assert found.verdict in ("fail", "review")
    assert "eyes" in found.waivable_by


def test_a_frame_across_the_eyes_is_not_like_one_around_them(seen):
    across, around = (seen(name)["glasses"] for name in ("heavy_frame", "glasses"))
    assert around.verdict == "pass"
    assert across.verdict in ("fail", "review")
    assert across.score < 50 < around.score
