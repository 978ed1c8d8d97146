"""The layout of the landmarks: named groups, both sides alike."""

from __future__ import annotations

import numpy as np
import pytest

from icao_check.landmarks import GROUPS, LANDMARK_COUNT, MIRROR, Landmarks, indices


@pytest.fixture
def symmetric():
    """Points that mirror each other about x = 100."""
    rng = np.random.default_rng(7)
    points = rng.uniform(0, 90, (LANDMARK_COUNT, 2))
    for index, partner in enumerate(MIRROR):
        if partner == index:
            points[index, 0] = 100
        elif partner > index:
            points[partner] = (200 - points[index, 0], points[index, 1])
    return Landmarks(points, np.arange(LANDMARK_COUNT, dtype=float))


def test_every_point_has_one_name_and_one_partner():
    named = sorted(index for group in GROUPS.values() for index in group)
    assert named == list(range(LANDMARK_COUNT))
    np.testing.assert_array_equal(MIRROR[MIRROR], np.arange(LANDMARK_COUNT))
    for name, group in GROUPS.items():
        if name.startswith("left_"):
            assert tuple(MIRROR[list(group)]) == GROUPS[name.replace("left_", "right_")]


def test_groups_are_found_by_the_end_of_their_names():
    np.testing.assert_array_equal(indices("pupil"), [*GROUPS["left_pupil"], *GROUPS["right_pupil"]])
    np.testing.assert_array_equal(indices("left_ear"), GROUPS["left_ear"])
    assert set(GROUPS["chin"]) < set(indices("chin", "jaw"))
    with pytest.raises(KeyError, match="moustache"):
        indices("moustache")


@pytest.mark.parametrize(
    "name", ["brows", "outline", "hairline", "inner_upper_lip", "inner_lower_lip", "outer_lower_lip"]
)
def test_lines_across_the_face_run_from_left_to_right(symmetric, name):
    line = getattr(symmetric, name)
    np.testing.assert_allclose(line[::-1] * [-1, 1] + [200, 0], line)


def test_the_eyes_mirror_each_other(symmetric):
    left, right = symmetric.left_eye, symmetric.right_eye
    assert {tuple(point) for point in left * [-1, 1] + [200, 0]} == {tuple(point) for point in right}
    outer, inner = left[0], left[4]
    np.testing.assert_array_equal(outer, symmetric.points[GROUPS["left_upper_lid"][0]])
    np.testing.assert_array_equal(inner, symmetric.points[GROUPS["left_upper_lid"][4]])
    np.testing.assert_array_equal(right[0], symmetric.points[GROUPS["right_upper_lid"][4]])


def test_scaling_keeps_pixel_centres_whole(symmetric):
    twice = symmetric.scaled(2.0)
    # the middle of the first four pixels lies between pixels 0 and 1 of the larger picture
    np.testing.assert_allclose(twice.points, symmetric.points * 2 + 0.5)
    np.testing.assert_allclose(twice.deviation, symmetric.deviation * 2)
    np.testing.assert_allclose(twice.scaled(0.5).points, symmetric.points)


def test_deviations_follow_their_points(symmetric):
    assert symmetric.chin_deviation == GROUPS["chin"][0]
    assert symmetric.crown[1] == GROUPS["crown"][0]
    assert tuple(symmetric.pupil_deviation) == (GROUPS["left_pupil"][0], GROUPS["right_pupil"][0])
