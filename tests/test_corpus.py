"""Development photos: a face is found in each, no good one fails and no bad one passes."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest

from icao_check.catalogue import CATALOGUE
from tests.conftest import JIT_DISABLED, ROOT

pytestmark = pytest.mark.corpus


def test_every_face_is_found_no_good_photo_fails_and_no_bad_one_passes(corpus, corpus_rows, checker):
    rows = corpus_rows[::90] if JIT_DISABLED else corpus_rows
    for row in rows:
        report = checker.check(corpus / row["photo"])
        assert report.face is not None, row["photo"]
        labels = {row[check] for check in CATALOGUE if check in row} - {""}
        if "0" in labels:
            assert report.verdict != "pass", row["photo"]
        elif row["photo"].endswith("_neutral.jpg"):
            assert report.verdict != "fail", row["photo"]


def test_geometry_beats_the_best_constant(corpus, corpus_rows, checker):
    """A measure that does not beat the best constant answer has measured nothing."""
    only = ("head_height", "head_pose_roll")
    truth: dict[str, list[float]] = {name: [] for name in only}
    found: dict[str, list[float]] = {name: [] for name in only}
    rows = [row for row in corpus_rows if row["photo"].endswith("_geometry.jpg") and row["head_height_mm"]]
    for row in rows[:: 20 if JIT_DISABLED else 2]:
        report = checker.check(corpus / row["photo"], only=only)
        for name, column in zip(only, ("head_height_mm", "roll"), strict=True):
            truth[name].append(float(row[column]))
            found[name].append(report[name].value)
    for name in only:
        actual, measured = np.array(truth[name]), np.array(found[name])
        error = np.abs(measured - actual).mean()
        constant = np.abs(actual - np.median(actual)).mean()
        assert error < constant / 2, name


PIXEL_CHECKS = """
    pixelation border colour_photo background_uniformity background_shadow illumination_uniformity face_shadow
    skin_reflection under_exposure_prevention over_exposure_prevention dynamic_range natural_colour sharpness
    noise compression_artifacts red_eye
""".split()


def test_no_check_on_pixels_fails_a_studio_portrait(corpus, corpus_rows, checker):
    rows = [row for row in corpus_rows if row["photo"].endswith(("_neutral.jpg", "_smiling.jpg"))]
    for row in rows[:: 60 if JIT_DISABLED else 6]:
        report = checker.check(corpus / row["photo"], only=PIXEL_CHECKS)
        failed = [check for check in PIXEL_CHECKS if row[check] == "1" and report[check].verdict == "fail"]
        assert failed == [], row["photo"]


def test_studio_portraits_are_square_and_far_and_turned_trunks_are_seen(corpus, corpus_rows, checker):
    only = ("shoulders", "perspective")
    studio = [row for row in corpus_rows if row["photo"].endswith("_neutral.jpg")]
    for row in studio[:: 30 if JIT_DISABLED else 4]:
        report = checker.check(corpus / row["photo"], profile="icao-9303", only=only)
        assert {report[check].verdict for check in only} <= {"pass", "borderline"}, row["photo"]
        assert report["shoulders"].verdict == "pass", row["photo"]
    labels = tomllib.loads((ROOT / "models" / "trunk" / "press_portraits.toml").read_text(encoding="utf-8"))
    turned = [(name, degrees) for name, degrees in labels["degrees"].items() if abs(degrees) >= 20]
    right = []
    for name, degrees in turned[:: 25 if JIT_DISABLED else 4]:
        result = checker.check(corpus / "photos" / "us" / name, only=only)["shoulders"]
        right.append(result.verdict != "pass" and result.facts["turn"] * degrees > 0)
    assert np.mean(right) > 0.8
