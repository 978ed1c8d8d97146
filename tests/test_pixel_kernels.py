"""Every kernel on pixels against its naive twin, on random and on hostile input."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from icao_check.kernels import (
    background,
    border,
    colour,
    compression,
    eyes,
    illumination,
    raster,
    screen,
    sharpness,
    statistics,
)
from icao_check.measures.light import LUMINANCE
from icao_check.regions import lab_of
from tests import naive_pixels as naive

pytestmark = pytest.mark.kernels
shapes = hnp.array_shapes(min_dims=2, max_dims=2, max_side=12)
levels = st.integers(0, 255)


@st.composite
def pictures(draw):
    """Return an sRGB picture and a mask of one shape, down to 1 × 1, empty or full."""
    shape = draw(shapes)
    rgb = draw(hnp.arrays(np.uint8, (*shape, 3), elements=levels))
    return rgb, draw(hnp.arrays(np.bool_, shape, elements=st.booleans()))


@st.composite
def greys(draw):
    shape = draw(shapes)
    grey = draw(hnp.arrays(np.float32, shape, elements=st.floats(0, 255, width=16)))
    return grey, draw(hnp.arrays(np.bool_, shape, elements=st.booleans()))


@given(pictures(), st.integers(0, 9), st.randoms(use_true_random=False))
def test_region_statistics(picture, regions, random):
    rgb, mask = picture
    labels = np.array([[random.randrange(11) for _ in row] for row in mask], np.uint8)
    found = statistics.region_statistics(rgb, labels, LUMINANCE, regions)
    np.testing.assert_array_equal(found, naive.region_statistics(rgb, labels, LUMINANCE, regions))
    assert found.sum() == 4 * (labels < regions).sum()


def test_white_is_the_brightest_luminance():
    white = np.full((2, 2, 3), 255, np.uint8)
    found = statistics.region_statistics(white, np.zeros((2, 2), np.uint8), LUMINANCE, 1)
    assert found[0, 3, 255] == 4


@given(pictures(), st.integers(1, 12), st.integers(1, 12))
def test_area_means(picture, height, width):
    rgb, _ = picture
    height, width = min(height, rgb.shape[0]), min(width, rgb.shape[1])
    expected = naive.area_means(rgb, height, width)
    found = raster.area_means(rgb, height, width)
    # Rounded; in single precision a half may go either way.
    assert np.abs(found - expected).max() < 0.5 + 1e-3


def test_area_means_of_whole_squares_and_of_the_picture_itself():
    rgb = np.random.default_rng(5).integers(0, 256, (12, 8, 3), np.uint8)
    np.testing.assert_array_equal(raster.area_means(rgb, 12, 8), rgb)
    expected = np.rint(rgb.reshape(3, 4, 4, 2, 3).mean(axis=(1, 3)))
    np.testing.assert_array_equal(raster.area_means(rgb, 3, 4), expected)


@given(pictures(), st.integers(12, 15))
def test_cell_planes(picture, planes):
    rgb = np.repeat(np.repeat(picture[0], 2, axis=0), 2, axis=1) ^ np.uint8(85)
    rgb[1::2, ::2] += np.uint8(7)
    rgb[::2, 1::2] //= np.uint8(3)
    found = raster.cell_planes(rgb, planes)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, naive.cell_planes(rgb, planes), atol=1e-6)


@given(hnp.arrays(np.uint8, shapes, elements=levels), st.integers(0, 3))
def test_medians_at(plane, reach):
    places = np.arange(plane.size)[::-1].copy()
    found = raster.medians_at(plane, places, reach)
    np.testing.assert_array_equal(found, naive.medians_at(plane, places, reach))
    assert len(raster.medians_at(plane, places[:0], reach)) == 0


@given(greys())
def test_gradient_energy(case):
    found, expected = sharpness.gradient_energy(case[0]), naive.gradient_energy(case[0])
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6 * (expected[0] + expected[2]))


lumas = hnp.arrays(np.uint8, shapes, elements=levels)


@given(greys(), lumas, st.sampled_from([1, 2, 3, 8]))
def test_block_noise(case, luma, side):
    for grey in (case[0], luma):
        found, expected = sharpness.block_noise(grey, side), naive.block_noise(grey, side)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-3)


def test_block_noise_measures_white_noise():
    noisy = np.random.default_rng(1).normal(128, 7, (66, 66)).astype(np.float32)
    assert np.median(sharpness.block_noise(noisy, 8)) == pytest.approx(7, rel=0.1)


def test_block_noise_ignores_slopes_and_straight_edges():
    y, x = np.mgrid[:34, :34].astype(np.float32)
    for picture in (3 * x + 2 * y, np.where(x > 15, 200, 20).astype(np.float32)):
        assert sharpness.block_noise(picture, 8).max() == pytest.approx(0, abs=1e-4)


@given(lumas, st.sampled_from([0.0, 4.0, 300.0]))
def test_jump_profile(luma, most):
    found, expected = compression.jump_profile(luma, most), naive.jump_profile(luma, most)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-3)


def test_the_grid_of_jpeg_is_a_jump_every_eight_columns():
    grey = np.tile(np.repeat(np.array([100, 103] * 4, np.uint8), 8), (16, 1))
    found = compression.jump_profile(grey, 12.0)
    assert np.flatnonzero(found).tolist() == list(range(7, 63, 8))
    assert set(found[7::8]) == {3.0}


@given(greys(), st.integers(0, 2**32 - 1), st.integers(1, 640))
def test_deepest(case, seed, pieces):
    depth = case[0]
    share = (np.random.default_rng(seed).integers(0, 65, depth.shape) / 64).astype(np.float32)
    found = illumination.deepest(depth, share, pieces / 64)
    np.testing.assert_allclose(found, naive.deepest(depth, share, pieces / 64), rtol=1e-5, atol=1e-5)


@given(st.integers(2, 9), st.integers(2, 12), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.12, 1.0]))
def test_mirrored_depth(height, width, seed, share):
    rng = np.random.default_rng(seed)
    level = rng.normal(-1, 0.3, (height, width))
    mask, alike = rng.random((2, height, width)) < 0.8
    # Residuals of few pairs stand in ratios of whole numbers: an irrational bound is never met by rounding.
    case = (level, mask, alike & alike[:, ::-1], share, 2.0**0.5, 0.05)
    np.testing.assert_allclose(illumination.mirrored_depth(*case), naive.mirrored_depth(*case), atol=1e-6)


def test_even_fall_off_is_no_depth():
    level = np.tile(np.linspace(-2.0, 0.0, 20), (12, 1))
    every = np.ones(level.shape, bool)
    assert illumination.mirrored_depth(level, every, every, 0.12, 1.5, 0.05)[1] == pytest.approx(0, abs=1e-9)
    level[4:8, 2:7] -= 1.0
    assert illumination.mirrored_depth(level, every, every, 0.12, 1.5, 0.05)[1] == pytest.approx(1, abs=0.01)


def test_nothing_of_a_surface_is_not_deep():
    assert illumination.deepest(np.ones((3, 4), np.float32), np.zeros((3, 4), np.float32), 2.0) == (0.0, 0.0)


@given(
    pictures(),
    hnp.arrays(np.float64, 3, elements=st.floats(0, 255)),
    st.floats(-0.02, 0.02),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 300),
)
def test_hot_spot_pixels(picture, reference, slope, gain, whiter, most):
    rows, columns = (np.exp(slope * np.arange(length)) for length in picture[1].shape)
    case = (*picture, reference, rows, columns, gain, whiter, most)
    assert illumination.hot_spot_pixels(*case) == naive.hot_spot_pixels(*case)


@given(greys())
def test_plane(case):
    values, mask = case[0].astype(float), case[1]
    np.testing.assert_allclose(illumination.plane(values, mask), naive.plane(values, mask), atol=1e-6)


@given(lumas, st.sampled_from([1, 2, 3]), st.sampled_from([0.0, 20.0, 2000.0]))
def test_bend_profile(luma, step, most):
    found, expected = compression.bend_profile(luma, step, most), naive.bend_profile(luma, step, most)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-3)


@given(st.randoms(use_true_random=False), st.sampled_from([2, 4, 8]), st.integers(0, 5))
def test_waves_of_windows(random, side, rank):
    rng = np.random.default_rng(random.randrange(1 << 30))
    grey = rng.integers(0, 256, (side + random.randrange(9), side + random.randrange(9)), np.uint8)
    tops, lefts = (rng.integers(0, length - side + 1, 6) for length in grey.shape)
    taper = rng.random((side, side), np.float32)
    windows = [
        grey[top : top + side, left : left + side] * taper for top, left in zip(tops, lefts, strict=True)
    ]
    pairs = screen.window_pairs(grey, tops, lefts, taper)
    assert pairs.dtype == np.float32
    np.testing.assert_allclose(pairs[..., 0], windows[::2], rtol=1e-6)
    np.testing.assert_allclose(pairs[..., 1], windows[1::2], rtol=1e-6)
    spectra = np.stack([cv2.dft(pair, flags=cv2.DFT_COMPLEX_INPUT) for pair in pairs])
    found = screen.lowest_waves(spectra, rank)
    np.testing.assert_allclose(found, naive.lowest_waves(windows, rank), rtol=1e-4, atol=1e-2)


colours = st.floats(-128, 128, width=16)


@given(
    hnp.arrays(np.float32, st.tuples(*2 * [st.integers(1, 9)], st.just(3)), elements=colours),
    hnp.arrays(np.float64, (6, 3), elements=st.floats(-100, 100)),
    st.randoms(use_true_random=False),
)
def test_surface_contrast(lab, coefficients, random):
    rows, columns = (np.linspace(-1.5, 1.0, length) for length in lab.shape[:2])
    mask = np.array([[random.random() < 0.5 for _ in columns] for _ in rows])
    found = background.surface_contrast(lab, mask, coefficients, rows, columns)
    expected = naive.surface_contrast(lab, mask, coefficients, rows, columns)
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.dtype == np.float32
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-3)


@given(hnp.arrays(np.float32, st.tuples(*2 * [st.integers(1, 9)], st.just(3)), elements=colours))
def test_tone_spread(lab):
    # Sums of squares are taken from each other: single precision of the input bounds the digits left.
    assert colour.tone_spread(lab, 16) == pytest.approx(naive.tone_spread(lab, 16), abs=1e-4)


def test_one_tone_has_no_spread():
    lab = np.zeros((8, 8, 3), np.float32)
    lab[..., 0] = np.linspace(0, 100, 64).reshape(8, 8)
    lab[..., 2] = 12
    assert colour.tone_spread(lab, 16) == pytest.approx(0, abs=1e-6)


@given(
    hnp.arrays(
        np.uint8,
        st.tuples(st.integers(1, 8), st.integers(1, 6), st.just(3)),
        elements=st.sampled_from([0, 1, 90, 255]),
    ),
    st.sampled_from([0.4, 30.0]),
)
def test_plain_rim(lines, flat):
    found = border.plain_rim(lines, flat, 8.5, 20.0)
    np.testing.assert_allclose(found, naive.plain_rim(lines, flat, 8.5, 20.0), atol=1e-6)


def test_a_frame_ends_all_along_at_once():
    lines = np.full((10, 20, 3), 250, np.uint8)
    lines[4:] = np.random.default_rng(0).integers(0, 200, (6, 20, 3))
    assert border.plain_rim(lines, 6.0, 8.0, 20.0) == (4, 1.0)


@given(
    st.integers(0, 40),
    st.integers(1, 3),
    st.sampled_from([1, 3, 6]),
    st.sampled_from([(1.5, 4.0), (2.0, 2.0)]),
    st.integers(1, 6),
    st.integers(0, 2**32 - 1),
)
def test_even_surface(count, channels, size, cuts, rounds, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-1, 1, (2, count))
    basis = np.stack([np.ones(count), x, y, x * x, x * y, y * y], axis=1)[:, :size].copy()
    values = rng.normal(0, 1, (count, channels)) + 60 * rng.integers(0, 2, (count, 1))
    arguments = (values, basis, *cuts, 0.5, 1e-3, rounds)
    found, expected = background.even_surface(*arguments), naive.even_surface(*arguments)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-4)


@given(shapes, st.booleans(), st.sampled_from([0.0, 0.0812]), st.integers(0, 2**32 - 1))
def test_cast_shade(shape, with_hair, least, seed):
    rng = np.random.default_rng(seed)
    lab = rng.normal((60, 0, 0), (20, 6, 6), (*shape, 3)).astype(np.float32)
    lab[rng.random(shape) < 0.3] = (88, 0, 1)  # lit
    lab[..., 0] = np.clip(lab[..., 0], 0, 100)
    arguments = (
        lab,
        rng.integers(0, 3, shape).astype(np.uint8),
        rng.random(shape, np.float32),
        rng.normal(0, 0.2, 6),
        rng.uniform(-1, 1, shape[0]),
        rng.uniform(-1, 1, shape[1]),
        rng.normal(0, 3, 2),
        rng.normal((40, 5, 9), 8) if with_hair else np.full(3, np.inf),
        (9.0, 2.0),
        (12.0, 4.0),
        (0.93, 0.85),
        (0.95, 1.05),
        (0.1, 0.2),
        (1.5, 3.0),
        0.3,
        1.5,
        least,
    )
    for found, expected in zip(background.cast_shade(*arguments), naive.cast_shade(*arguments), strict=True):
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_shade_is_level_but_at_its_edge():
    lab = np.full((9, 12, 3), (90, 0, 0), np.float32)
    lab[:, :6] = (60, 0, 0)
    nothing = np.zeros(6)
    nothing[0] = 3 * np.log((90 + 16) / 116)
    limits = ((12.0, 2.0), (12.0, 4.0), (0.93, 0.85), (0.95, 1.05), (0.1, 0.2), (1.5, 3.0), 0.3, 1.5, 0.08)
    everywhere, sure = np.ones((9, 12), np.uint8), np.zeros((9, 12), np.float32)
    no_hair = np.full(3, np.inf)
    shade, flat = background.cast_shade(
        lab, everywhere, sure, nothing, np.zeros(9), np.zeros(12), np.zeros(2), no_hair, *limits
    )
    taken = 1 - (76 / 106) ** 3
    np.testing.assert_allclose(shade[:, :6], taken, atol=1e-5)
    np.testing.assert_allclose(shade[:, 6:], 0, atol=1e-5)
    np.testing.assert_allclose(flat[:, :5], taken, atol=1e-5)
    assert flat[:, 5].max() < 0.05


def test_what_lies_on_a_surface_does_not_draw_it():
    y, x = np.mgrid[-1:1:20j, -1:1:30j]
    basis = np.stack([np.ones(600), x.ravel(), y.ravel()], axis=1)
    even = basis @ np.array([[80.0], [4.0], [-3.0]])
    values = even.copy()
    values[:150] -= 40  # a quarter lies in the shade
    found = background.even_surface(values, basis, 1.5, 4.0, 0.01, 1e-6, 8)
    np.testing.assert_allclose(basis @ found, even, atol=0.1)
    assert not background.even_surface(values[:0], basis[:0], 1.5, 4.0, 0.01, 1e-6, 8).any()


@given(
    hnp.arrays(np.uint8, st.tuples(*2 * [st.integers(1, 9)], st.just(3)), elements=levels),
    st.floats(-3, 12),
    st.floats(-3, 12),
    st.floats(0, 6),
)
def test_disc_redness(rgb, x, y, radius):
    found = eyes.disc_redness(rgb, x, y, radius, 20.0)
    np.testing.assert_allclose(found, naive.disc_redness(rgb, x, y, radius, 20.0))


@given(pictures())
def test_srgb_to_lab(picture):
    rgb, _ = picture
    np.testing.assert_allclose(lab_of(rgb), naive.srgb_to_lab(rgb), atol=0.005)


def test_srgb_to_lab_of_all_colours_in_steps():
    code = np.array([*range(32), *range(32, 256, 9), 255], np.uint8)
    cube = np.stack(np.meshgrid(code, code, code), axis=-1).reshape(len(code), -1, 3)
    np.testing.assert_allclose(lab_of(cube), naive.srgb_to_lab(cube), atol=0.005)


def test_greys_have_no_colour_in_lab():
    grey = np.repeat(np.arange(256, dtype=np.uint8)[:, np.newaxis, np.newaxis], 3, axis=2)
    lab = lab_of(grey)
    assert np.abs(lab[..., 1:]).max() < 1e-3
    assert (np.diff(lab[:, 0, 0]) > 0).all()
    assert lab[[0, 255], 0, 0] == pytest.approx([0.0, 100.0], abs=1e-4)
