"""OFIQ's columns: names, mapping, formulas, and what the command prints."""

from __future__ import annotations

import csv
import math
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from typer.testing import CliRunner

from icao_check.cli import app
from icao_check.face import describe_face, find_face
from icao_check.ofiq import COLUMNS, MEASURED, header, native_values, row, scalar
from icao_check.ofiq.alignment import SIDE, align, face_mask
from icao_check.ofiq.natives import _ON_ALIGNED
from icao_check.photo import read_photo

NAMES = """
    UnifiedQualityScore BackgroundUniformity IlluminationUniformity LuminanceMean LuminanceVariance
    UnderExposurePrevention OverExposurePrevention DynamicRange Sharpness CompressionArtifacts NaturalColour
    SingleFacePresent EyesOpen MouthClosed EyesVisible MouthOcclusionPrevention FaceOcclusionPrevention
    InterEyeDistance HeadSize LeftwardCropOfTheFaceImage RightwardCropOfTheFaceImage
    MarginAboveOfTheFaceImage MarginBelowOfTheFaceImage HeadPoseYaw HeadPosePitch HeadPoseRoll
    ExpressionNeutrality NoHeadCoverings
""".split()


@pytest.fixture(scope="module")
def photo(portrait):
    return read_photo(portrait)


@pytest.fixture(scope="module")
def face(photo, finder):
    return find_face(photo, finder)


@pytest.fixture(scope="module")
def natives(photo, face):
    return native_values(photo, face)


@pytest.fixture(scope="module")
def aligned(photo, face):
    return align(photo, face)


def of(column, aligned, **changed):
    return _ON_ALIGNED[column](replace(aligned, **changed))


def flat(*rgb):
    return np.full((SIDE, SIDE, 3), rgb, np.uint8)


# The table.


def test_the_header_names_the_columns_as_ofiq_does():
    assert list(COLUMNS) == NAMES
    scalars = [f"{name}.scalar" for name in NAMES]
    assert header() == ";".join(["Filename", *NAMES, *scalars, "assessment_time_in_ms"]) + ";"


def test_a_row_has_a_cell_for_each_column(natives):
    cells = row("a.jpg", natives, 12.5).split(";")
    assert len(cells) == 1 + 2 * len(COLUMNS) + 1
    assert (cells[0], cells[-1]) == ("a.jpg", "12.500000")
    for place, column in enumerate(COLUMNS, start=1):
        native, mapped = cells[place], cells[place + len(COLUMNS)]
        if column in MEASURED:
            assert 0 <= int(mapped) <= 100
            assert float(native) == pytest.approx(natives[column], abs=1e-6)
            assert "." not in native or len(native.split(".")[1]) == 6
        else:
            assert (native, mapped) == ("", "")


def test_what_cannot_be_assessed_is_0_and_minus_1():
    cells = row("a.jpg", native_values(read_photo(np.zeros((90, 70, 3), np.uint8)), None), 0.0).split(";")
    for place, column in enumerate(COLUMNS, start=1):
        expected = ("0", "-1") if column in MEASURED else ("", "")
        assert (cells[place], cells[place + len(COLUMNS)]) == expected


def test_a_name_with_separators_stays_one_cell():
    name = 'a;b "c".jpg'
    assert next(csv.reader([row(name, {}, 0.0)], delimiter=";"))[0] == name


# From native values to scalars.


@pytest.mark.parametrize(
    ("column", "native", "expected"),
    [
        # Values at which the mapping reaches 90, 75, 50 and 25, worked out by hand from the formulas.
        ("UnifiedQualityScore", 28.72, 90),
        ("UnifiedQualityScore", 23.0, 50),
        ("BackgroundUniformity", 113.0, 50),
        ("BackgroundUniformity", 198.7, 25),
        ("IlluminationUniformity", 0.1, 50),  # 100 · 0.1^0.3 = 50.1
        ("LuminanceMean", 0.5, 100),  # (1 / (1 + e^-6))²
        ("LuminanceMean", 0.2, 50),
        ("LuminanceVariance", 1 / 60, 100),  # sin(π/2)
        ("LuminanceVariance", 1 / 20, 71),  # sin(3π/4)
        ("UnderExposurePrevention", 0.7, 98),
        ("UnderExposurePrevention", 0.85, 76),
        ("OverExposurePrevention", 0.01, 50),
        ("OverExposurePrevention", 0.1, 9),
        ("DynamicRange", 6.5, 81),
        ("DynamicRange", 8.0, 100),
        ("Sharpness", -16.6, 50),
        ("CompressionArtifacts", 0.326, 50),
        ("NaturalColour", 0.0, 100),
        ("NaturalColour", 10.99, 50),
        ("SingleFacePresent", 0.333736, 67),
        ("EyesOpen", 0.02, 50),
        ("MouthClosed", 0.0, 97),
        ("MouthClosed", 0.2, 50),
        ("EyesVisible", 0.25, 75),
        ("MouthOcclusionPrevention", 1.0, 0),
        ("FaceOcclusionPrevention", 0.745, 26),  # 25.5, halves away from zero
        ("InterEyeDistance", 90.0, 73),
        ("InterEyeDistance", 120.0, 92),
        ("HeadSize", 0.45, 100),
        ("HeadSize", 0.375, 36),
        ("HeadSize", 0.525, 36),
        ("LeftwardCropOfTheFaceImage", 0.9, 50),
        ("RightwardCropOfTheFaceImage", 1.01, 75),
        ("MarginAboveOfTheFaceImage", 1.4, 50),
        ("MarginBelowOfTheFaceImage", 1.8, 50),
        ("HeadPoseYaw", 5.0, 99),
        ("HeadPosePitch", -10.0, 97),
        ("HeadPoseRoll", 30.0, 75),
        ("HeadPoseRoll", 120.0, 0),
        ("ExpressionNeutrality", -5000.0, 50),
        ("NoHeadCoverings", 0.0, 100),
        ("NoHeadCoverings", 0.05, 77),
        ("NoHeadCoverings", 0.2, 26),
        ("NoHeadCoverings", 0.96, 0),
    ],
)
def test_scalars_follow_the_published_mapping(column, native, expected):
    assert scalar(column, native) == expected


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("native", [-1e9, -1.0, 0.0, 1e-300, 1e9])
def test_a_scalar_is_a_whole_number_up_to_100(column, native):
    if column in ("OverExposurePrevention", "LuminanceVariance") and native < 0:
        pytest.skip("a share or a variance is never negative")
    assert scalar(column, native) in range(101)


def test_the_mapping_agrees_with_the_published_results_of_ofiq():
    """ICAO_CHECK_OFIQ_RESULTS names the ``expected_results.csv`` of OFIQ's conformance test."""
    path = os.environ.get("ICAO_CHECK_OFIQ_RESULTS")
    if not path:
        pytest.skip("ICAO_CHECK_OFIQ_RESULTS is not set: no published results")
    with Path(path).open(newline="", encoding="utf-8") as file:
        names, *rows = csv.reader(file, delimiter=";")
    assert names[1:29] == list(COLUMNS)
    pairs = [(cells[0], c, cells[1 + i], cells[29 + i]) for cells in rows for i, c in enumerate(COLUMNS)]
    assert len(pairs) == 28 * 28
    wrong = [pair for pair in pairs if scalar(pair[1], float(pair[2])) != int(pair[3])]
    assert wrong == []


# Native values.


def test_a_smiling_face_before_a_rocket_gets_what_it_should(natives):
    assert natives["SingleFacePresent"] == 0.0
    assert natives["EyesVisible"] == natives["MouthOcclusionPrevention"] == 0.0
    assert natives["FaceOcclusionPrevention"] < 0.05
    assert 0.04 < natives["EyesOpen"] < 0.12
    assert natives["MouthClosed"] > 0.05  # teeth show
    assert 20 < natives["BackgroundUniformity"] < 400
    assert 5.5 < natives["DynamicRange"] < 7.6
    assert 0.2 < natives["LuminanceMean"] < 0.6


def test_crops_and_margins_add_up_to_the_picture(photo, natives):
    distance = natives["InterEyeDistance"] * math.cos(math.radians(natives["HeadPoseYaw"]))
    across = natives["LeftwardCropOfTheFaceImage"] + natives["RightwardCropOfTheFaceImage"] - 1.0
    assert across * distance == pytest.approx(photo.width, rel=0.01)  # exact for a level head
    down = natives["MarginAboveOfTheFaceImage"] + natives["MarginBelowOfTheFaceImage"]
    assert down * natives["HeadSize"] == pytest.approx(1.0, rel=0.01)


def test_a_mirrored_picture_swaps_sides_and_signs(portrait, finder, natives):
    mirrored = read_photo(np.ascontiguousarray(portrait[:, ::-1]))
    found = native_values(mirrored, find_face(mirrored, finder))
    assert abs(natives["HeadPoseYaw"]) > 2.0 or abs(natives["HeadPoseRoll"]) > 2.0
    for angle in ("HeadPoseYaw", "HeadPoseRoll"):
        assert found[angle] == pytest.approx(-natives[angle], abs=2.5)
    left, right = "LeftwardCropOfTheFaceImage", "RightwardCropOfTheFaceImage"
    assert found[left] == pytest.approx(natives[right], abs=0.1)
    assert found[right] == pytest.approx(natives[left], abs=0.1)


def test_a_head_turned_clockwise_has_a_negative_roll(portrait, finder, natives):
    turned = read_photo(np.array(Image.fromarray(portrait).rotate(-10, Image.Resampling.BICUBIC)))
    found = native_values(turned, find_face(turned, finder))
    assert found["HeadPoseRoll"] - natives["HeadPoseRoll"] == pytest.approx(-10.0, abs=1.5)


def test_a_raised_chin_has_a_negative_pitch(photo, face, natives):
    raised = replace(face, pose=replace(face.pose, pitch=face.pose.pitch + 10.0))
    found = native_values(photo, raised)
    assert found["HeadPosePitch"] - natives["HeadPosePitch"] == pytest.approx(-10.0, abs=0.5)


def test_the_aligned_face_fits_the_template(aligned):
    for found, wanted in zip(aligned.points.eyes, [(251, 272), (364, 272)], strict=True):
        assert np.hypot(*(found - wanted)) < 13
    assert aligned.points.inter_eye == pytest.approx(113, abs=12)
    assert aligned.points.eyes_to_chin > aligned.points.eyes_to_mouth > 0
    assert aligned.region[300, 308]
    assert not aligned.region[:150].any()  # no forehead


def test_the_face_mask_is_the_hull_of_the_points():
    from skimage.draw import polygon

    corners = np.array([(20.0, 30.0), (170.0, 40.0), (150.0, 210.0), (60.0, 220.0)])
    mask = face_mask(np.vstack([corners, corners.mean(axis=0)]), (200, 260))
    expected = np.zeros((260, 200), np.bool_)
    expected[polygon(corners[:, 1], corners[:, 0], expected.shape)] = True
    assert (mask != expected).sum() < 0.05 * expected.sum()
    assert face_mask(corners + 1000.0, (200, 260)).sum() == 0
    assert face_mask(np.tile([[5.0, 5.0]], (5, 1)), (20, 20)).sum() <= 1


def test_moments_and_entropy_are_those_of_the_region():
    levels = np.zeros(256, np.int64)
    levels[[0, 255]] = 7
    face = type("Light", (), {"luminance": levels, "bare_luminance": levels})()
    assert _ON_ALIGNED["LuminanceMean"](face) == pytest.approx(0.5)
    assert _ON_ALIGNED["LuminanceVariance"](face) == pytest.approx(0.25)
    assert _ON_ALIGNED["DynamicRange"](face) == pytest.approx(1.0)
    assert _ON_ALIGNED["UnderExposurePrevention"](face) == pytest.approx(0.5)
    assert _ON_ALIGNED["OverExposurePrevention"](face) == pytest.approx(0.5)


def test_nothing_bare_cannot_be_exposed(aligned):
    nothing = np.zeros(256, np.int64)
    assert of("UnderExposurePrevention", aligned, bare_luminance=nothing) is None
    assert of("LuminanceMean", aligned, luminance=nothing) is None


def test_the_edges_of_the_dark_and_the_burnt_out(aligned):
    for level, dark, burnt in ((25, 1.0, 0.0), (26, 0.0, 0.0), (246, 0.0, 0.0), (247, 0.0, 1.0)):
        counts = np.zeros(256, np.int64)
        counts[level] = 3
        assert of("UnderExposurePrevention", aligned, bare_luminance=counts) == dark
        assert of("OverExposurePrevention", aligned, bare_luminance=counts) == burnt


def test_equal_cheeks_are_uniform_and_different_ones_are_not(aligned):
    whole = np.ones_like(aligned.region)
    rgb = flat(180, 140, 120)
    assert of("IlluminationUniformity", aligned, rgb=rgb, region=whole) == pytest.approx(1.0)
    rgb[:, SIDE // 2 :] = (90, 70, 60)
    assert of("IlluminationUniformity", aligned, rgb=rgb, region=whole) == pytest.approx(0.0, abs=0.02)


@pytest.mark.parametrize("colour", [(214, 168, 141), (120, 80, 62), (235, 150, 150), (250, 190, 60)])
def test_natural_colour_is_measured_in_cielab(aligned, colour):
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB", 5000)
    to_lab = ImageCms.buildTransform(srgb, lab, "RGB", "LAB")
    pixel = np.array(ImageCms.applyTransform(Image.new("RGB", (1, 1), colour), to_lab))[0, 0]
    a, b = pixel[1:].astype(np.uint8).view(np.int8).astype(int)
    off = [max(0, 5 - a, a - 25), max(0, 5 - b, b - 35)]
    found = of("NaturalColour", aligned, rgb=flat(*colour), region=np.ones_like(aligned.region))
    assert found == pytest.approx(math.hypot(*off), abs=1.0)


def test_a_grey_photo_is_natural_and_a_blue_face_is_not(aligned):
    whole = np.ones_like(aligned.region)
    assert of("NaturalColour", aligned, rgb=flat(90, 90, 90), region=whole) == 0.0
    assert of("NaturalColour", aligned, rgb=flat(90, 90, 140), region=whole) == 100.0


def test_an_even_wall_has_no_gradient_and_a_slope_has_that_of_scharr(aligned):
    everywhere = {"background": np.ones_like(aligned.background), "inside": np.ones_like(aligned.inside)}
    assert of("BackgroundUniformity", aligned, rgb=flat(200, 200, 200), **everywhere) == 0.0
    stripes = flat(0, 0, 0)
    stripes[:, ::8] = stripes[:, 1::8] = stripes[:, 2::8] = stripes[:, 3::8] = 255
    # 354 of 492 columns are left: a step of 255 at each end of a stripe, seen by the columns beside it.
    edges = 354 / (4 * 354 / 492) * 2
    found = of("BackgroundUniformity", aligned, rgb=stripes, **everywhere)
    assert found == pytest.approx(16 * 255 * edges / 354, rel=0.1)
    nowhere = {"background": np.zeros_like(aligned.background)}
    assert of("BackgroundUniformity", aligned, **nowhere) is None


def test_hidden_parts_count(aligned):
    eyes = np.nonzero(aligned.eyes)
    half = np.ones_like(aligned.visible)
    half[:, : SIDE // 2] = False
    assert of("EyesVisible", aligned, visible=half) == pytest.approx(0.5, abs=0.05)
    assert of("EyesVisible", aligned, visible=np.zeros_like(half)) == 1.0
    assert of("MouthOcclusionPrevention", aligned, visible=~half) == pytest.approx(0.5, abs=0.15)
    assert of("FaceOcclusionPrevention", aligned, visible=np.ones_like(half)) == 0.0
    assert eyes[0].max() < aligned.points.landmarks.mouth_corners[:, 1].min()


def test_cloth_above_the_eyes_covers_the_head(aligned):
    cloth = np.zeros_like(aligned.clothes)
    cloth[300:] = True
    assert of("NoHeadCoverings", aligned, clothes=cloth) == 0.0
    cloth[:49] = True
    assert of("NoHeadCoverings", aligned, clothes=cloth) == pytest.approx(0.25)


def test_a_covered_mouth_is_seen(portrait, face, finder):
    covered = portrait.copy()
    x, y = face.landmarks.lip_middles.mean(axis=0).astype(int)
    distance = int(np.hypot(*(face.pupils[1] - face.pupils[0])))
    covered[y - distance // 2 : y + distance, x - distance : x + distance] = (235, 238, 240)
    found = native_values(read_photo(covered), describe_face(read_photo(covered), finder, face.detections))
    assert found["MouthOcclusionPrevention"] > 0.8
    assert found["FaceOcclusionPrevention"] > 0.2


# The command.


def test_the_command_writes_a_header_and_a_row_per_photo(tmp_path, portrait_jpeg):
    good, broken = tmp_path / "a.jpg", tmp_path / "b.jpg"
    good.write_bytes(portrait_jpeg)
    broken.write_bytes(b"no picture")
    result = CliRunner().invoke(app, ["check", "--format", "ofiq", str(good), str(broken)])
    assert result.exit_code == 3
    first, *rows = result.stdout.splitlines()
    assert first == header()
    cells = [line.split(";") for line in rows]
    assert [line[0] for line in cells] == [str(good), str(broken)]
    assert len(cells[0]) == len(cells[1]) == 2 * len(COLUMNS) + 2
    place = 1 + len(COLUMNS) + COLUMNS.index("HeadSize")
    assert 0 <= int(cells[0][place]) <= 100
    assert cells[1][place] == "-1"
    assert float(cells[0][-1]) > 0
    assert "b.jpg" in result.stderr


@pytest.mark.parametrize("options", [["--format", "csv"], ["--format", "ofiq", "--json"]])
def test_other_formats_are_refused(tmp_path, portrait_jpeg, options):
    path = tmp_path / "a.jpg"
    path.write_bytes(portrait_jpeg)
    result = CliRunner().invoke(app, ["check", str(path), *options])
    assert result.exit_code == 2
    assert result.stdout == ""


def test_a_report_without_pixels_says_so(checker, portrait):
    (report,) = checker.check_many([portrait])
    with pytest.raises(ValueError, match="holds no photo"):
        report.to_ofiq()
