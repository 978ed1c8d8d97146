"""Every kernel against its naive twin, on random and on hostile input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from icao_check.kernels import age, background, eyes, geometry, perspective
from tests import naive

pytestmark = pytest.mark.kernels

TOLERANCE = 1e-9
coordinates = st.floats(-1e4, 1e4, allow_nan=False).map(lambda value: round(value, 3))


def points(count):
    return hnp.arrays(np.float64, (count, 2), elements=coordinates)


shapes = hnp.array_shapes(min_dims=2, max_dims=2, max_side=9)


@st.composite
def regions(draw):
    """Return a CIELAB picture and a mask of one shape, down to 1 × 1, empty or full."""
    shape = draw(shapes)
    lab = draw(hnp.arrays(np.float32, (*shape, 3), elements=st.floats(-128, 128, width=16)))
    mask = draw(hnp.arrays(np.bool_, shape, elements=st.booleans()))
    return lab, mask


@given(regions(), st.sampled_from([1.0, 1e-3, 1e3]))
def test_typical_colour(region, scale):
    # Whether the colours lie in many classes, in one, or beyond the last.
    lab, mask = (region[0] * np.float32(scale)).astype(np.float32), region[1]
    np.testing.assert_array_equal(background.typical_colour(lab, mask), naive.typical_colour(lab, mask))


@given(points(2), points(1), points(1))
def test_head_geometry(pupils, chin, crown):
    found = geometry.head_geometry(pupils, chin[0], crown[0])
    np.testing.assert_allclose(found, naive.head_geometry(pupils, chin[0], crown[0]), atol=TOLERANCE * 1e3)


@given(st.floats(-1e4, 1e4), points(2), points(1), st.integers(1, 10_000), st.integers(1, 10_000))
def test_head_placement(centre, pupils, crown, width, height):
    found = geometry.head_placement(centre, pupils, crown[0], width, height)
    np.testing.assert_allclose(
        found, naive.head_placement(centre, pupils, crown[0], width, height), atol=TOLERANCE * 1e3
    )


@given(
    hnp.arrays(np.float32, shapes, elements=st.floats(0, 1, width=16)),
    hnp.arrays(np.float64, 2, elements=st.floats(-3, 12, allow_nan=False).map(lambda value: round(value, 3))),
    st.floats(-180, 180).map(round),
    st.floats(0, 4).map(lambda value: round(value, 2)),
    st.floats(0, 12).map(lambda value: round(value, 2)),
)
def test_person_top(share, eyes, roll, aside, above):
    up = np.array([np.sin(np.radians(roll)), -np.cos(np.radians(roll))])
    # Samples that fall on the very edge of the map are inside or outside by the last bit.
    eyes = eyes + 0.000137
    found = geometry.person_top(share, eyes, up, aside, above)
    np.testing.assert_allclose(found, naive.person_top(share, eyes, up, aside, above), atol=1e-5)


def test_the_top_of_a_person_lies_on_the_outline_whichever_way_the_head_is_tilted():
    y, x = np.mgrid[:100, :80]
    share = np.clip(20.5 - np.hypot(x - 40, y - 50), 0, 1).astype(np.float32)
    for roll in (-30.0, 0.0, 17.0):
        up = np.array([np.sin(np.radians(roll)), -np.cos(np.radians(roll))])
        assert geometry.person_top(share, np.array([40.0, 50.0]), up, 4.0, 40.0) == pytest.approx(
            20.0, abs=0.2
        )
    # cut by the upper edge; and nobody there
    assert geometry.person_top(share[40:], np.array([40.0, 10.0]), np.array([0.0, -1.0]), 4.0, 40.0) == np.inf
    assert geometry.person_top(0 * share, np.array([40.0, 50.0]), np.array([0.0, -1.0]), 4.0, 40.0) == 0.0


angles = st.floats(-80, 80)


@given(angles, angles, st.floats(-180, 180))
def test_head_angles(yaw, pitch, eye_line):
    found = geometry.head_angles(yaw, pitch, eye_line)
    np.testing.assert_allclose(found, naive.head_angles(yaw, pitch, eye_line), atol=1e-6)


@given(angles, angles, st.floats(-90, 90))
def test_a_mirror_turns_the_sign_of_yaw_alone(yaw, pitch, eye_line):
    here = geometry.head_angles(yaw, pitch, eye_line)
    there = geometry.head_angles(-yaw, pitch, -eye_line)
    np.testing.assert_allclose(there, (-here[0], here[1]), atol=1e-6)


@given(angles)
def test_a_level_head_has_the_angles_that_were_measured(angle):
    np.testing.assert_allclose(geometry.head_angles(angle, 0.0, 0.0), (angle, 0.0), atol=1e-9)
    np.testing.assert_allclose(geometry.head_angles(0.0, angle, 0.0), (0.0, angle), atol=1e-9)


lines = st.tuples(st.floats(-1, 1), st.floats(0.2, 2), st.floats(0.1, 2), st.floats(0.05, 0.9))


@given(st.floats(-20, 20), lines, st.floats(0, 2), st.floats(0, 5), st.floats(0.01, 0.99))
def test_camera_nearness(reading, line, wider, farther, share):
    start, slope, spread, far = line
    known = start, slope, spread, far, far + wider, far + wider + farther, share
    found = perspective.camera_nearness(reading, *known)
    np.testing.assert_allclose(found, naive.camera_nearness(reading, *known), rtol=1e-6, atol=1e-6)


@given(st.floats(-5, 8), st.floats(0.0, 3.0), st.floats(0.0, 1.0))
def test_a_higher_reading_is_nearer_and_within_what_is_possible(reading, more, share):
    known = 0.5, 0.5, 0.4, 0.35, 1.0, 4.0, share
    lower, _ = perspective.camera_nearness(reading, *known)
    higher, _ = perspective.camera_nearness(reading + more, *known)
    assert 0.35 <= lower <= higher + 1e-9 <= 4.0 + 1e-9


words = st.integers(0, 2**64 - 1)


@given(
    hnp.arrays(np.uint64, 4, elements=words),
    hnp.arrays(np.uint64, st.tuples(st.integers(0, 6), st.just(4)), elements=words),
)
def test_hamming_distances(query, hashes):
    assert age.hamming_distances(query, hashes).tolist() == naive.hamming_distances(query, hashes)


def test_hamming_distances_at_the_ends():
    none, all_bits = np.zeros(4, np.uint64), np.full(4, 2**64 - 1, np.uint64)
    assert age.hamming_distances(none, np.stack([none, all_bits])).tolist() == [0, 256]


@settings(max_examples=20)
@given(regions())
def test_kernels_leave_their_input_alone(region):
    lab, mask = region
    before = lab.copy(), mask.copy()
    background.typical_colour(lab, mask)
    np.testing.assert_array_equal(lab, before[0])
    np.testing.assert_array_equal(mask, before[1])


@given(points(3), points(3), st.floats(-1, 1e4))
def test_lid_opening(upper, lower, distance):
    found = eyes.lid_opening(upper, lower, distance)
    assert found == pytest.approx(naive.lid_opening(upper, lower, distance), rel=1e-9)


@given(points(2), points(4), st.floats(-90, 90), st.floats(0.01, 1), st.floats(0, 0.2), st.floats(-0.1, 0.1))
def test_eye_turn(pupils, corners, yaw, radius, depth, raised):
    corners = corners.reshape(2, 2, 2)
    found = eyes.eye_turn(pupils, corners, yaw, radius, depth, raised)
    np.testing.assert_allclose(found, naive.eye_turn(pupils, corners, yaw, radius, depth, raised), atol=1e-4)


@given(st.floats(-60, 60), st.floats(-40, 40), st.floats(-30, 30), st.floats(-180, 180))
def test_eye_turn_recovers_the_gaze_of_a_model_eye(right, yaw, down, roll):
    radius, depth = 0.16, 0.06
    pupils, corners = np.zeros((2, 2)), np.zeros((2, 2, 2))
    for k, centre in enumerate((np.array([-0.5, 0.0]), np.array([0.5, 0.0]))):
        pupils[k] = centre + radius * np.sin(np.radians([right, down]))
        corners[k] = centre + np.array([depth * np.sin(np.radians(yaw)), 0.04]) + [[-0.2, 0.0], [0.2, 0.0]]
    a = np.radians(roll)
    turn = 80.0 * np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    found = eyes.eye_turn(pupils @ turn.T, corners @ turn.T, yaw, radius, depth, 0.04)
    np.testing.assert_allclose(found, (right, down), atol=1e-6)


@given(
    hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 12), st.just(3))),
    hnp.arrays(np.float64, (2, 2), elements=st.floats(-4, 15).map(lambda value: round(value, 2))),
    st.floats(0.3, 8),
    st.floats(0.3, 8),
    st.integers(0, 256),
)
def test_bright_share(pixels, centres, wide, high, level):
    found = eyes.bright_share(pixels, centres, wide, high, level)
    assert found == pytest.approx(naive.bright_share(pixels, centres, wide, high, level))
