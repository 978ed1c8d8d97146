"""Marks on a print: where the network looks, what the measure counts, what it sees."""

from __future__ import annotations

import dataclasses
from datetime import date

import cv2
import numpy as np
import pytest

from icao_check import check
from icao_check import marks as room
from icao_check.catalogue import CATALOGUE
from icao_check.marks import CELL, RASTER_EYES, RASTER_FACE, RASTER_SIZE, Marks, find_marks, mark_cells
from icao_check.measures import marks as measures
from icao_check.profile import load_profile
from icao_check.regions import BACKGROUND, CLOTHES, HAIR
from icao_check.scale import Scale
from icao_check.verdict import judge
from tests.conftest import JIT_DISABLED

LIMIT = load_profile("icao-9303").limits["marks"]


@pytest.fixture
def answering(monkeypatch):
    """Let the network answer with given log-odds of the cells, shape (160, 128)."""

    def answer(planes):
        height, width = planes.shape
        packed = planes.reshape(height // 2, 2, width // 2, 2).transpose(1, 3, 0, 2)
        packed = packed.reshape(1, 4, height // 2, width // 2).astype(np.float32)
        monkeypatch.setattr(room._network, "forward", lambda values: (packed,))
        monkeypatch.setattr(measures, "colour_steps", lambda pixels, cells: np.zeros(len(cells), np.float32))

    return answer


def verdict(found):
    return judge(CATALOGUE["marks"], found, LIMIT).verdict


class TestRaster:
    def test_cells_hold_what_their_description_says(self):
        rng = np.random.default_rng(0)
        width, height = RASTER_SIZE
        pixels = rng.integers(0, 256, (height, width, 3), np.uint8)
        inside = rng.random((height // CELL, width // CELL)) < 0.5
        cells = mark_cells(pixels, inside)
        assert cells.shape == (1, 15, height // CELL, width // CELL)
        for row, column in ((0, 0), (159, 127), (71, 63), (100, 5)):
            colours = pixels[2 * row : 2 * row + 2, 2 * column : 2 * column + 2].reshape(12)
            u = (2 * column + 0.5 - RASTER_EYES[0]) / RASTER_FACE
            v = (2 * row + 0.5 - RASTER_EYES[1]) / RASTER_FACE
            expected = [*(colours / 255 * 2 - 1), np.tanh(u / 2), np.tanh((v - 0.8) / 2), inside[row, column]]
            np.testing.assert_allclose(cells[0, :, row, column], expected, atol=1e-5)

    def test_a_cell_is_where_the_matrix_says(self, case, answering):
        planes = np.full((160, 128), -9.0)
        planes[40, 90] = planes[131, 6] = 7.0
        answering(planes)
        found = find_marks(case.photo, case.face.landmarks)
        np.testing.assert_allclose(found.log_odds, planes)
        x, y = found.matrix @ np.array([63.5, 71.5, 1.0])  # between the pupils
        assert np.hypot(*(case.face.pupils.mean(axis=0) - (x, y))) < 1.5 * found.cell_side

    def test_beyond_the_edge_there_is_no_photo(self, case):
        found = find_marks(case.photo, case.face.landmarks)
        height, width = case.photo.height, case.photo.width
        for row, column in np.ndindex(160, 128):
            x, y = found.matrix @ np.array([column, row, 1.0])
            assert found.inside[row, column] == (-0.5 < x < width - 0.5 and -0.5 < y < height - 0.5)

    def test_colours_are_compared_with_their_surroundings(self):
        even = np.full((320, 256, 3), (200, 150, 120), np.uint8)
        even[:, :128] //= 2  # in shadow: the same colour, or nearly
        cells = np.arange(160 * 128)
        assert room.colour_steps(even, cells).max() < 20
        even[100:104, 60:200] = (30, 40, 160)
        steps = room.colour_steps(even, cells).reshape(160, 128)
        crcb = cv2.cvtColor(even, cv2.COLOR_RGB2YCrCb)[..., 1:].astype(float)
        row, column = 50, 80  # the middle of the line, far from its ends and from the shadow
        expected = np.hypot(*(crcb[101, 161] - crcb[90, 161]))
        assert steps[row, column] == pytest.approx(expected, abs=1.5)
        assert steps[80, 20] < 1


class TestArea:
    def test_marked_cells_are_counted_in_square_millimetres(self, case, answering):
        planes = np.full((160, 128), -9.0)
        planes[80:90, 60:70] = 5.0
        answering(planes)
        found = measures.marks(case)
        side = find_marks(case.photo, case.face.landmarks).cell_side / case.scale.px_per_mm
        assert found.value == pytest.approx(100 * side**2)
        assert found.extremes == pytest.approx((found.value, found.value))
        assert found.facts["width_mm"] == pytest.approx(10 * side, rel=0.1)
        assert found.facts["height_mm"] == pytest.approx(10 * side, rel=0.1)

    def test_twice_as_many_pixels_per_millimetre_quarter_the_area(self, case, answering):
        planes = np.full((160, 128), -9.0)
        planes[80:90, 60:70] = 5.0
        answering(planes)
        half = dataclasses.replace(case, scale=Scale(px_per_mm=case.scale.px_per_mm * 2, source="dpi"))
        assert measures.marks(half).value == pytest.approx(measures.marks(case).value / 4)

    def test_what_is_unsure_goes_to_a_person(self, case, answering):
        planes = np.full((160, 128), -9.0)
        answering(planes)
        assert verdict(measures.marks(case)) == "pass"
        planes[60:120, 40:90] = 1.5
        answering(planes)
        assert verdict(measures.marks(case)) == "review"
        planes[60:120, 40:90] = 9.0
        answering(planes)
        assert verdict(measures.marks(case)) == "fail"

    def test_on_hair_more_is_asked(self, case, answering):
        found = find_marks(case.photo, case.face.landmarks)
        hair = measures._labels(found, case.face.regions) == HAIR
        inner = cv2.erode(hair.astype(np.uint8), np.ones((19, 19), np.uint8)) > 0
        for odds, areas in ((2.0, (False, True)), (9.0, (True, True))):
            planes = np.where(inner, odds, -9.0)
            answering(planes)
            marked = measures.marks(case)
            assert inner.any() and (marked.value > 0, marked.extremes[1] > 0) == areas

    def test_the_wall_is_left_to_the_background(self, case, answering):
        planes = np.full((160, 128), -9.0)
        found = find_marks(case.photo, case.face.landmarks)
        planes[measures._labels(found, case.face.regions) == BACKGROUND] = 9.0
        answering(planes)
        assert (planes > 0).any() and measures.marks(case).value == 0.0

    def test_on_clothes_and_at_the_edge_of_the_hair_a_person_has_to_look(self, case, answering):
        found = find_marks(case.photo, case.face.landmarks)
        labels = measures._labels(found, case.face.regions)
        near_wall = cv2.dilate((labels == BACKGROUND).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        for where in (labels == CLOTHES, (labels == HAIR) & near_wall):
            planes = np.where(found.inside & where, 9.0, -9.0)
            answering(planes)
            assert (planes > 0).sum() > 100 and measures.marks(case).value == 0.0
            assert verdict(measures.marks(case)) == "review"

    def test_no_mark_has_no_place(self, case, answering):
        answering(np.full((160, 128), -9.0))
        found = measures.marks(case)
        assert (found.value, found.facts) == (0.0, {})

    def test_the_box_holds_the_largest_mark(self):
        odds = np.full((160, 128), -9.0, np.float32)
        odds[10:12, 10:12] = odds[50, 20:60] = 9.0
        matrix = np.array([[3.0, 0.0, 7.0], [0.0, 3.0, 5.0]])
        marks = Marks(odds, odds > -99, matrix, np.zeros((320, 256, 3), np.uint8))
        box = measures._largest(marks, np.flatnonzero(odds > 0), 2.0)
        # 40 cells of 3 px, half a millimetre per px; the first centre lies at (67, 155).
        assert box == {"left_mm": 33.0, "top_mm": 77.0, "width_mm": 60.0, "height_mm": 1.5}


@pytest.mark.skipif(JIT_DISABLED, reason="whole pictures take minutes without the compiler")
class TestPictures:
    def test_a_portrait_is_not_marked(self, case):
        assert verdict(measures.marks(case)) == "pass"

    @pytest.mark.parametrize("kind", ["pen", "scratch", "seal"])
    def test_what_lies_on_it_is_seen_and_placed(self, make_case, case, portrait, kind):
        height, width = portrait.shape[:2]
        spoilt = portrait.copy()
        if kind == "pen":
            zigzag = [(0.3 + 0.04 * k, 0.55 + 0.12 * (k % 2)) for k in range(10)]
            points = np.round(np.array(zigzag) * (width, height)).astype(np.int32)
            cv2.polylines(spoilt, [points], False, (20, 40, 150), 4, cv2.LINE_AA)
            box = (0.3, 0.55, 0.66, 0.67)
        elif kind == "scratch":
            ends = [(round(0.1 * width), round(0.25 * height)), (round(0.9 * width), round(0.8 * height))]
            cv2.line(spoilt, *ends, (245, 245, 240), 4, cv2.LINE_AA)
            box = (0.1, 0.25, 0.9, 0.8)
        else:
            layer = spoilt.copy()
            middle = round(0.5 * width), round(0.75 * height)
            for share in (0.26, 0.21):
                cv2.circle(layer, middle, round(share * width), (40, 40, 150), 5, cv2.LINE_AA)
            spoilt = cv2.addWeighted(layer, 0.8, spoilt, 0.2, 0)
            box = (0.24, 0.54, 0.76, 0.96)
        found = measures.marks(make_case(spoilt, case.face))
        assert verdict(found) == "fail"
        left, top = found.facts["left_mm"] / 35, found.facts["top_mm"] / 45
        assert left > box[0] - 0.08 and left + found.facts["width_mm"] / 35 < box[2] + 0.08
        assert top > box[1] - 0.08 and top + found.facts["height_mm"] / 45 < box[3] + 0.08

    def test_the_overlay_frames_the_largest_mark(self, portrait, answering):
        planes = np.full((160, 128), -9.0)
        planes[70:95, 50:75] = 9.0
        answering(planes)
        report = check(portrait, only=("marks",), on=date(2026, 11, 22))
        facts, (height, width) = report["marks"].facts, portrait.shape[:2]
        zoom = min(1080 / height, 1620 / width) * report.inputs.scale.px_per_mm
        x, y = 64 + facts["left_mm"] * zoom, 24 + facts["top_mm"] * zoom
        drawn = np.array(report.overlay())[round(y) - 3 : round(y) + 4, round(x) - 3 : round(x) + 4]
        assert (np.abs(drawn.astype(int) - (200, 30, 40)).max(-1) < 30).any()

    def test_the_same_print_at_another_resolution_has_the_same_marks(self, make_case, case, portrait):
        height, width = portrait.shape[:2]
        spoilt = portrait.copy()
        cv2.line(spoilt, (width // 4, height // 3), (width // 2, height - 40), (20, 20, 120), 5, cv2.LINE_AA)
        area = measures.marks(make_case(spoilt)).value
        large = cv2.resize(spoilt, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        assert measures.marks(make_case(large)).value == pytest.approx(area, rel=0.35)
