"""Kernels on regions of a picture, each against its naive twin, on random and on hostile input."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from icao_check.kernels import resampling, segmentation
from tests import naive_segmentation as naive

shapes = hnp.array_shapes(min_dims=2, max_dims=2, max_side=9)


@st.composite
def reductions(draw):
    """Return a picture and a size no larger than it."""
    height, width = draw(st.integers(1, 13)), draw(st.integers(1, 13))
    picture = draw(hnp.arrays(np.uint8, (height, width, 3)))
    return picture, draw(st.integers(1, height)), draw(st.integers(1, width))


@given(reductions())
def test_area_average(reduction):
    picture, height, width = reduction
    found = resampling.area_average(picture.reshape(len(picture), -1), 0, picture.shape[1], height, width)
    expected = naive.area_average(picture, height, width)
    assert found.shape == (height, width, 3)
    assert np.abs(found - expected).max() <= 0.5 + 1e-3  # rounded to the nearest


@given(reductions(), st.data())
def test_area_average_of_some_columns_is_that_of_the_part(reduction, data):
    picture, height, _ = reduction
    left = data.draw(st.integers(0, picture.shape[1] - 1))
    width = data.draw(st.integers(1, picture.shape[1] - left))
    part = np.ascontiguousarray(picture[:, left : left + width])
    found = resampling.area_average(picture.reshape(len(picture), -1), left, width, height, width)
    alone = resampling.area_average(part.reshape(len(part), -1), 0, width, height, width)
    np.testing.assert_array_equal(found, alone)


def test_area_average_is_that_of_opencv():
    picture = np.random.default_rng(5).integers(0, 256, (211, 163, 3), np.uint8)
    found = resampling.area_average(picture.reshape(211, -1), 0, 163, 80, 62)
    expected = cv2.resize(picture, (62, 80), interpolation=cv2.INTER_AREA)
    assert np.abs(found.astype(int) - expected).max() <= 1


places = st.tuples(st.floats(-50, 50), st.floats(-50, 50), st.floats(0.1, 100), st.floats(0, 2 * np.pi)).map(
    lambda v: np.array([v[0], v[1], v[2], np.cos(v[3]), np.sin(v[3])])
)


@given(st.integers(1, 4), st.integers(1, 4), places, st.data())
def test_network_cells(height, width, place, data):
    canvas = data.draw(hnp.arrays(np.uint8, (2 * height, 2 * width, 3)))
    extent = np.array(data.draw(st.tuples(*[st.integers(0, 2 * max(height, width))] * 4)))
    found = segmentation.network_cells(canvas, place, extent)
    np.testing.assert_allclose(found, naive.network_cells(canvas, place, extent), atol=1e-6)


def answers(rows, columns):
    return hnp.arrays(np.float32, (1, 28, rows, columns), elements=st.floats(-30, 30, width=32))


@given(st.integers(1, 3), st.integers(1, 3), st.data())
def test_person_share(rows, columns, data):
    logits = data.draw(answers(rows, columns))
    np.testing.assert_allclose(segmentation.person_share(logits), naive.person_share(logits), atol=1e-6)


def test_person_share_of_the_most_certain_answers():
    logits = np.full((1, 28, 1, 1), -1000.0, np.float32)
    logits[0, 1] = 1000.0
    share = segmentation.person_share(logits)
    assert share[0, 1] == 1.0
    assert share.sum() == 1.0


@st.composite
def guides(draw):
    shape = draw(shapes)
    guide = draw(hnp.arrays(np.uint8, (*shape, 3)))
    # Mostly certain, as a network's answers are.
    certain = st.sampled_from([0.0, 1.0]) if draw(st.booleans()) else st.floats(0, 1, width=32)
    fill = st.just(draw(st.sampled_from([0.0, 1.0])))
    return guide, draw(hnp.arrays(np.float32, shape, elements=certain, fill=fill))


@given(guides(), st.integers(1, 4), st.sampled_from([1e-3, 1e-1]))
def test_guided_coefficients(guide, radius, epsilon):
    found = segmentation.guided_coefficients(*guide, radius, epsilon)
    expected = naive.guided_coefficients(*guide, radius, epsilon)
    # Single precision: slopes of an even window are noise divided by epsilon.
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=1e-5 / epsilon)


def test_guided_coefficients_of_an_even_picture_are_a_blur():
    guide = np.full((7, 9, 3), 77, np.uint8)
    value = np.zeros((7, 9), np.float32)
    value[3, 4] = 1.0
    lines = segmentation.guided_coefficients(guide, value, 1, 1e-3)
    np.testing.assert_allclose(lines[..., :3], 0.0, atol=1e-3)
    assert lines[3, 4] @ np.array([77 / 255] * 3 + [1.0]) == pytest.approx(1 / 9, abs=1e-5)


@given(guides(), st.integers(1, 3), st.integers(1, 3), st.data())
def test_label_cells(guide, rows, columns, data):
    picture, _ = guide
    lines = data.draw(
        hnp.arrays(np.float32, (data.draw(st.integers(1, 6)), 5, 4), elements=st.floats(-2, 2, width=32))
    )
    logits = data.draw(answers(rows, columns))
    first = np.array(data.draw(st.tuples(st.floats(-9, 9), st.floats(-9, 9))))
    step = np.array(data.draw(st.tuples(st.floats(0.1, 3), st.floats(0.1, 3))))
    corner = np.array(data.draw(st.tuples(st.integers(0, 3), st.integers(0, 3))))
    share, kind = segmentation.label_cells(picture, lines, logits, first, step, corner)
    expected, votes = naive.label_cells(picture, lines, logits, first, step, corner)
    np.testing.assert_allclose(share, expected, atol=1e-4)
    chosen = np.take_along_axis(votes, kind[..., np.newaxis].astype(int), -1)[..., 0]
    assert (chosen >= votes.max(axis=-1) - 1e-3)[share > 0].all()  # ties may fall either way


@settings(max_examples=20)
@given(guides())
def test_segmentation_kernels_leave_their_input_alone(guide):
    picture, share = guide
    before = picture.copy(), share.copy()
    segmentation.guided_coefficients(picture, share, 2, 1e-3)
    resampling.area_average(picture.reshape(len(picture), -1), 0, picture.shape[1], 1, 1)
    np.testing.assert_array_equal(picture, before[0])
    np.testing.assert_array_equal(share, before[1])
