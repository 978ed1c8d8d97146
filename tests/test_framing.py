"""The crop solver against a linear program, and the crops against the checks themselves."""

from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.optimize import linprog

from icao_check import Checker, Report, crop
from icao_check.cropping import cut
from icao_check.framing import FRAMING_CHECKS, FramingRules, HeadPlace, slack, solve
from icao_check.photo import read_photo
from icao_check.profile import Limit, available_profiles, load_profile
from icao_check.scale import ASPECT_TOLERANCE
from icao_check.verdict import SEVERITY, score
from tests.conftest import JIT_DISABLED

PROFILES = tuple(name for name in available_profiles() if name != "us-visa")


def rules_of(*names, age_group=None):
    return [FramingRules.of(load_profile(name), age_group) for name in names]


@st.composite
def heads(draw):
    """Draw a head somewhere in, or partly beyond, a picture."""
    width, height = draw(st.integers(200, 4000)), draw(st.integers(200, 4000))
    length = draw(st.floats(0.05, 1.3)) * height
    chin = draw(st.floats(0.1, 1.1)) * height
    crown = chin - length * draw(st.floats(0.9, 1.0))
    eyes = chin - draw(st.floats(0.4, 0.6)) * (chin - crown)
    middle = draw(st.floats(0.0, 1.0)) * width
    side = draw(st.floats(0.2, 0.45)) * length
    return HeadPlace((width, height), length, crown, chin, eyes, middle, (middle - side, middle + side))


def exists(place, rules, level="pass"):
    """Naive twin: a linear program over (x, y, width, height) with the rules written out."""
    width, height = place.picture
    rows: list[list[float]] = []
    bounds: list[float] = []

    def demand(x, y, w, h, most):  # x·X + y·Y + w·W + h·H ≤ most
        rows.append([x, y, w, h])
        bounds.append(most)

    demand(1, 0, 1, 0, width)
    demand(0, 1, 0, 1, height)
    demand(1, 0, 0, 0, place.sides[0] + 0.5)
    demand(-1, 0, -1, 0, -(place.sides[1] + 0.5))
    demand(0, 1, 0, 0, place.crown + 0.5)
    demand(0, -1, 0, -1, -(place.chin + 0.5))
    first = rules[0].print_mm[0] / rules[0].print_mm[1]
    demand(0, 0, 1, -first, 0)
    demand(0, 0, -1, first, 0)
    for rule in rules:
        mm = rule.print_mm[1]
        for check, limit in rule.limits.items():
            low, high = limit.accepted if level == "pass" else limit.outer
            if check == "head_height":
                if low:
                    demand(0, 0, 0, low, place.height * mm)
                if high:
                    demand(0, 0, 0, -high, -place.height * mm)
            if check == "head_centring":  # (middle + ½ − X − W/2) · 100 / W
                demand(1, 0, 0.5 + low / 100, 0, place.middle + 0.5)
                demand(-1, 0, -0.5 - high / 100, 0, -place.middle - 0.5)
            if check == "eye_line":  # (H − ½ − eyes + Y) · 100 / H
                demand(0, -1, 0, low / 100 - 1, -place.eyes - 0.5)
                demand(0, 1, 0, 1 - high / 100, place.eyes + 0.5)
            if check == "margin_above":  # (crown − Y + ½) · mm / H
                demand(0, 1, 0, low / mm, place.crown + 0.5)
                if high is not None:
                    demand(0, -1, 0, -high / mm, -place.crown - 0.5)
    answer = linprog([0, 0, 0, 0], rows, bounds, bounds=[(0, None)] * 4, method="highs")
    return answer.status == 0


def accepted(rule, place, box, level="pass"):
    for check, value in rule.values(place, box).items():
        low, high = rule.limits[check].accepted if level == "pass" else rule.limits[check].outer
        if not ((low is None or value >= low - 1e-6) and (high is None or value <= high + 1e-6)):
            return False
    return True


@settings(max_examples=300, deadline=None)
@given(
    heads(),
    st.lists(st.sampled_from(PROFILES), min_size=1, max_size=3),
    st.sampled_from(["pass", "tolerated"]),
)
def test_a_crop_is_found_where_a_linear_program_finds_one(place, names, level):
    rules = rules_of(*names)
    solution = solve(place, rules, level)
    if solution.box is None:
        assert solution.conflict
        if exists(place, rules, level):
            # Only whole pixels are missing: the set of crops is thinner than one.
            assert place.height < 200 or _thin(place, rules, level)
        return
    x, y, width, height = solution.box
    assert x >= 0 and y >= 0 and x + width <= place.picture[0] and y + height <= place.picture[1]
    assert y <= place.crown + 0.5 and y + height >= place.chin + 0.5
    assert x <= place.sides[0] + 0.5 and x + width >= place.sides[1] + 0.5
    for rule in rules:
        if height > 100:  # else a pixel is more than the tolerance of the shape
            assert accepted(rule, place, solution.box, level), (
                rule.profile,
                rule.values(place, solution.box),
            )


def _thin(place, rules, level):
    """Whether a picture of many more pixels has a crop that this one is too coarse for."""
    finer = HeadPlace(
        (place.picture[0] * 64, place.picture[1] * 64),
        place.height * 64,
        (place.crown + 0.5) * 64 - 0.5,
        (place.chin + 0.5) * 64 - 0.5,
        (place.eyes + 0.5) * 64 - 0.5,
        (place.middle + 0.5) * 64 - 0.5,
        ((place.sides[0] + 0.5) * 64 - 0.5, (place.sides[1] + 0.5) * 64 - 0.5),
    )
    return solve(finer, rules, level).box is not None


@settings(max_examples=200, deadline=None)
@given(heads(), st.lists(st.sampled_from(PROFILES), min_size=1, max_size=3))
def test_the_demands_of_a_conflict_exclude_each_other_by_themselves(place, names):
    rules = rules_of(*names)
    solution = solve(place, rules)
    if solution.box is not None or any(demand.check == "aspect_ratio" for demand in solution.conflict):
        return
    if exists(place, rules):
        return  # whole pixels, see above
    named = {(demand.profile, demand.check) for demand in solution.conflict}
    fewer = [
        FramingRules(
            rule.profile,
            rule.print_mm,
            {check: limit for check, limit in rule.limits.items() if (rule.profile, check) in named},
        )
        for rule in rules
    ]
    assert not exists(place, fewer)


@settings(max_examples=100, deadline=None)
@given(heads(), st.sampled_from(PROFILES))
def test_no_other_crop_has_a_better_worst_score(place, name):
    (rule,) = rules_of(name)
    solution = solve(place, [rule])
    if solution.box is None or place.height < 300:
        return
    balanced = [check for check in rule.limits if check != "aspect_ratio"]
    if not balanced:
        return

    def worst(box):
        values = rule.values(place, box)
        return min(score(values[check], rule.limits[check]) for check in balanced)

    best = worst(solution.box)
    x, y, width, height = solution.box
    for step, dx, dy in itertools.product((-24, -8, 0, 8, 24), repeat=3):
        other_height = height + step
        other = (x + dx, y + dy, round(other_height * width / height), other_height)
        inside = min(other[:2]) >= 0 and all(
            start + extent <= side
            for start, extent, side in zip(other[:2], other[2:], place.picture, strict=True)
        )
        whole = other[1] <= place.crown + 0.5 and other[1] + other[3] >= place.chin + 0.5
        whole &= other[0] <= place.sides[0] + 0.5 and other[0] + other[2] >= place.sides[1] + 0.5
        if inside and whole and accepted(rule, place, other):
            # One pixel of a head of 300 is worth 0.2 points and more at the steepest.
            assert worst(other) <= best + 1.5, (other, solution.box)


@settings(max_examples=200, deadline=None)
@given(heads(), st.sampled_from(PROFILES), st.sampled_from(["left", "right", "up", "down"]))
def test_slack_is_how_far_the_box_may_move(place, name, side):
    (rule,) = rules_of(name)
    solution = solve(place, [rule])
    if solution.box is None or solution.box[3] < 200:
        return
    room = slack(place, [rule], solution.box)
    assert set(room) == {"left", "right", "up", "down", "smaller", "larger"} and min(room.values()) >= 0
    x, y, width, height = solution.box
    pixels = room[side] / rule.print_mm[1] * height
    dx, dy = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}[side]

    def fits(distance):
        moved = (x + dx * distance, y + dy * distance, width, height)
        return (
            moved[0] >= -1e-6
            and moved[1] >= -1e-6
            and moved[0] + width <= place.picture[0] + 1e-6
            and moved[1] + height <= place.picture[1] + 1e-6
            and moved[0] <= place.sides[0] + 0.5 + 1e-6
            and moved[0] + width >= place.sides[1] + 0.5 - 1e-6
            and moved[1] <= place.crown + 0.5 + 1e-6
            and moved[1] + height >= place.chin + 0.5 - 1e-6
            and accepted(rule, place, moved)
        )

    rounding = 0.051 / rule.print_mm[1] * height
    assert fits(max(0.0, pixels - rounding))
    assert not fits(pixels + rounding + 1.0)


def test_belgium_and_the_netherlands_have_no_photo_in_common():
    place = HeadPlace((4000, 4000), 1000.0, 1500.0, 2500.0, 2000.0, 2000.0, (1650.0, 2350.0))
    solution = solve(place, rules_of("be-residence-card", "nl-passport"))
    assert solution.box is None
    demands = {(demand.profile, demand.check, demand.side, demand.value) for demand in solution.conflict}
    assert demands == {
        ("be-residence-card", "head_height", "low", 31.0),
        ("nl-passport", "head_height", "high", 30.0),
    }
    both = solve(place, rules_of("be-residence-card", "nl-passport"), "tolerated")
    assert both.box is not None


def test_a_square_and_a_print_have_no_shape_in_common():
    place = HeadPlace((4000, 4000), 1000.0, 1500.0, 2500.0, 2000.0, 2000.0, (1650.0, 2350.0))
    solution = solve(place, rules_of("be-eid", "us-visa"))
    assert solution.box is None
    assert {demand.check for demand in solution.conflict} == {"aspect_ratio"}
    assert {demand.profile for demand in solution.conflict} == {"be-eid", "us-visa"}


@pytest.mark.parametrize(
    ("names", "fits"),
    [
        (("be-residence-card", "de-passport", "schengen-visa"), True),
        (("be-residence-card", "uk-passport"), True),
        (("be-residence-card", "fr-passport"), True),
        (("nl-passport", "uk-passport"), True),
        (("nl-passport", "fr-passport"), False),
    ],
)
def test_which_documents_share_a_crop(names, fits):
    place = HeadPlace((4000, 4000), 1000.0, 1500.0, 2500.0, 2000.0, 2000.0, (1650.0, 2350.0))
    assert (solve(place, rules_of(*names)).box is not None) == fits


def test_an_ideal_head_with_all_the_room_gets_the_ideal_crop():
    place = HeadPlace((4000, 4000), 1000.0, 1500.0, 2500.0, 2000.0, 1999.5, (1650.0, 2350.0))
    (rule,) = rules_of("be-residence-card")
    box = solve(place, [rule]).box
    assert box is not None
    values = rule.values(place, box)
    assert values["head_height"] == pytest.approx(33.5, abs=0.05)
    assert values["head_centring"] == pytest.approx(0, abs=0.05)
    assert values["margin_above"] > 3


def test_waived_rules_do_not_bind_a_crop():
    profile = load_profile("be-residence-card")
    assert "head_centring" in FramingRules.of(profile).limits
    assert "head_centring" not in FramingRules.of(profile, waive=("pose",)).limits
    child = FramingRules.of(profile, "under-3").limits["head_height"]
    assert child.tolerated == (22.5, 40.5)


# From here on with pixels.


@pytest.fixture(scope="module")
def frame():
    """Return a face in a frame that is far too wide, shape (800, 1000, 3), and where its portrait lay."""
    from skimage.data import astronaut

    pixels = np.full((800, 1000, 3), 200, np.uint8)
    pixels[144:656, 244:756] = astronaut()
    return pixels


def png(pixels):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["be-residence-card", "nl-passport", "icao-9303", "us-visa", "uk-passport"])
def test_checking_the_proposed_crop_gives_the_promised_verdict(checker, frame, name):
    report = checker.check(frame, profile=name)
    assert report.crop is not None and not report.crop.whole
    if report.crop.box is None:
        assert report.crop.conflict
        return
    x, y, width, height = report.crop.box
    again = checker.check(png(frame[y : y + height, x : x + width]), profile=name)
    assert again.verdict == report.crop.verdict
    assert again.inputs.scale.source == "aspect"
    framed = checker.check(frame, profile=name, framing="frame")
    assert framed.verdict == again.verdict and framed.crop == report.crop
    assert [result.value for result in framed] == [result.value for result in again]
    made = [again[check].verdict for check in FRAMING_CHECKS if again[check].verdict != "skipped"]
    assert report.crop.framing == max(made, key=SEVERITY.index)
    assert report.crop.framing in ("pass", "borderline")
    # Coordinates are those of the frame, whatever was judged.
    assert framed.face.chin == pytest.approx(np.add(again.face.chin, (x, y)), abs=0.11)
    assert framed.face.chin == pytest.approx(report.face.chin, abs=6)


def test_a_picture_that_fits_needs_no_crop(checker, frame):
    report = checker.check(frame)
    x, y, width, height = report.crop.box
    again = checker.check(frame[y : y + height, x : x + width])
    if again["head_height"].verdict == "pass" == again["head_centring"].verdict:
        assert again.crop.whole and again.crop.box == (0, 0, width, height)
        assert again.crop.verdict == again.verdict and again.crop.framing == "pass"


def test_without_a_face_there_is_no_crop(checker):
    blank = np.full((300, 233, 3), 220, np.uint8)
    report = checker.check(blank, framing="frame")
    assert report.crop.box is None and report.crop.reason == "no_face"
    assert report.verdict == "fail" and report["single_face"].score == 0
    assert checker.crop(blank).box is None


def test_what_is_not_asked_needs_no_crop(checker, frame):
    assert checker.check(frame, only=["image_age"]).crop is None


def test_a_head_that_fills_the_picture_has_no_crop(checker, portrait):
    tight = portrait[100:440, 80:345]
    report = checker.check(tight)
    assert report.crop.box is None and report.crop.reason == "conflict"
    assert any(demand.check == "picture" for demand in report.crop.conflict)
    assert report.crop.verdict is None and not report.crop.slack_mm


def test_a_report_with_its_crop_survives_json(checker, frame):
    report = checker.check(frame)
    assert Report.from_json(report.to_json("nl")).crop == report.crop
    assert "crop" in report.to_dict("nl") and report.to_dict("nl")["crop"]["message"]


def test_the_function_crops_for_several_documents(frame, tmp_path):
    proposal = crop(png(frame), profile=["be-residence-card", "de-passport"])
    assert proposal.box is not None and set(proposal.reports) == {"be-residence-card", "de-passport"}
    assert proposal.verdicts == {name: report.verdict for name, report in proposal.reports.items()}
    target = tmp_path / "print.png"
    proposal.save(target)
    x, y, width, height = proposal.box
    with Image.open(target) as written:
        assert written.size == (width, height)
        assert np.array_equal(np.asarray(written), frame[y : y + height, x : x + width])
        assert written.info["dpi"][0] == pytest.approx(height / 45 * 25.4, abs=1)
    checker = Checker()
    for name, report in proposal.reports.items():
        again = checker.check(target, profile=name)
        assert again.verdict == report.verdict
        assert [result.value for result in again] == [result.value for result in report]


def test_a_proposal_without_crop_says_why_and_writes_nothing(frame, tmp_path):
    proposal = crop(frame, profile=["be-residence-card", "nl-passport"])
    assert proposal.box is None and not proposal.reports
    text = proposal.message("en")
    assert "31" in text and "30" in text and "nl-passport" in text
    with pytest.raises(ValueError, match="no crop"):
        proposal.save(tmp_path / "print.png")
    assert not list(tmp_path.iterdir())
    lenient = crop(frame, profile=["be-residence-card", "nl-passport"], tolerated=True)
    assert lenient.box is not None and lenient.crop.framing == "borderline"
    assert {demand.value for demand in lenient.crop.conflict} == {31.0, 30.0}


def test_a_cropped_file_keeps_its_date_and_loses_its_place(frame, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 3
    exif[0x0131] = "Editor 1.0"
    exif.get_ifd(0x8769)[0x9003] = "2020:01:02 03:04:05"
    exif.get_ifd(0x8825)[1] = "N"
    buffer = io.BytesIO()
    Image.fromarray(frame[::-1, ::-1]).save(buffer, "JPEG", quality=97, exif=exif)
    proposal = crop(buffer.getvalue())
    for name in ("print.jpg", "print.png"):
        target = tmp_path / name
        proposal.save(target)
        with Image.open(target) as written:
            kept = written.getexif()
            assert kept.get_ifd(0x8769)[0x9003] == "2020:01:02 03:04:05"
            assert kept[0x0131] == "Editor 1.0" and 0x0112 not in kept and not kept.get_ifd(0x8825)
            assert proposal.box is not None and written.size == proposal.box[2:]
    report = Checker().check(tmp_path / "print.jpg")
    assert report["image_age"].verdict == "fail" and report["image_age"].facts["taken_on"] == "2020-01-02"


def test_a_crop_is_written_to_a_known_kind_of_file(frame, tmp_path):
    proposal = crop(frame)
    with pytest.raises(ValueError, match="png"):
        proposal.save(tmp_path / "print.bmp")
    with pytest.raises(ValueError, match="box"):
        cut(read_photo(frame), (900, 0, 200, 100))


def test_bad_calls_of_crop(frame):
    with pytest.raises(ValueError, match="no profile"):
        crop(frame, profile=[])
    with pytest.raises(TypeError):
        crop(3)
    with pytest.raises(ValueError, match="framing"):
        Checker().check(frame, framing="crop")


@pytest.mark.corpus
@pytest.mark.skipif(JIT_DISABLED, reason="minutes without compiled kernels")
def test_studio_frames_hold_a_crop_that_passes(checker, corpus):
    frames = sorted((corpus / "photos" / "frll").glob("*_frame.jpg"))[::4]
    assert frames
    for path in frames:
        report = checker.check(path)
        assert report.crop.framing == "pass", path.name
        x, y, width, height = report.crop.box
        pixels = read_photo(path).rgb[y : y + height, x : x + width]
        assert checker.check(pixels).verdict == report.crop.verdict


def test_limits_and_tolerance_of_the_shape_agree():
    (rule,) = rules_of("be-residence-card")
    assert rule.limits["aspect_ratio"] == load_profile("be-residence-card").limits["aspect_ratio"]
    assert isinstance(rule.limits["aspect_ratio"], Limit) and ASPECT_TOLERANCE == 0.02
