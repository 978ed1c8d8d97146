"""The renderer's kernels against their naive twins, and properties of those that have none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from samples.portrait import anatomy, head, lenses, light, noise, parameters, raster, relief, sensor, shading
from tests.samples import naive

pytestmark = pytest.mark.kernels

small = st.integers(-(2**40), 2**40)
places = st.floats(-1e4, 1e4, allow_nan=False)


class TestNoise:
    @given(small, small, st.integers(0, 2**31))
    def test_hash(self, i, j, seed):
        assert noise.hash01(i, j, seed) == naive.hash01(i, j, seed)

    @given(places, places, st.integers(0, 2**31))
    def test_value_noise(self, x, y, seed):
        found = noise.value_noise(x, y, seed)
        assert found == pytest.approx(naive.value_noise(x, y, seed), abs=1e-9)
        assert -1 <= found <= 1

    def test_hashes_are_uniform_and_independent_of_each_other(self):
        values = np.array([[noise.hash01(i, j, 7) for i in range(60)] for j in range(60)])
        assert values.mean() == pytest.approx(0.5, abs=0.02)
        assert values.std() == pytest.approx(12**-0.5, abs=0.01)
        assert abs(np.corrcoef(values[:, 1:].ravel(), values[:, :-1].ravel())[0, 1]) < 0.06
        normal = np.array([noise.hash_normal(i, 3, 7) for i in range(2000)])
        assert (normal.mean(), normal.std()) == pytest.approx((0, 1), abs=0.08)

    @given(places, places)
    def test_one_octave_is_plain_noise(self, x, y):
        assert noise.fractal(x, y, 5, 1) == noise.value_noise(x, y, 5) * 0.5 / (1.0 - 2.0 * 0.25)


class TestRaster:
    @settings(max_examples=25)
    @given(arrays(np.float64, (5, 3), elements=st.floats(-4, 14).map(lambda v: round(v * 64 + 0.37) / 64)))
    def test_triangles(self, screen):
        screen[:, 2] = 1 + np.abs(screen[:, 2])
        # samples on an edge belong to either side: keep edges off the samples
        screen[:, :2] += np.array(
            [[0.0031, 0.0047], [0.0013, -0.0029], [-0.0037, 0.0011], [0.0019, 0.0023], [0, 0.005]]
        )
        triangles = np.array([[0, 1, 2], [1, 3, 2], [4, 2, 0]], np.int32)
        nearness = np.zeros((9, 11), np.float32)
        index = np.full((9, 11), raster.EMPTY, np.int32)
        raster.draw_triangles(screen, triangles, np.full(5, -1.0), 0, nearness, index)
        near, which = naive.draw_triangles(screen, triangles, nearness.shape)
        np.testing.assert_allclose(nearness, near, rtol=1e-4, atol=1e-4)
        np.testing.assert_array_equal(index >= 0, which >= 0)

    def test_a_cut_stays_open(self):
        screen = np.array([[-1.0, -1.0, 1.0], [20.0, -1.0, 1.0], [-1.0, 20.0, 1.0]])
        triangles = np.array([[0, 1, 2]], np.int32)
        nearness, index = np.zeros((8, 8), np.float32), np.full((8, 8), -1, np.int32)
        raster.draw_triangles(screen, triangles, np.array([-1.0, 1.0, -1.0]), 0, nearness, index)
        # the cut runs half way from the first corner to the second
        assert (index[0, :7] == 0).all()
        raster.draw_triangles(screen, triangles, np.ones(3), 0, np.zeros((8, 8), np.float32), index)
        kept = index.copy()
        index[:] = -1
        raster.draw_triangles(screen, triangles, np.ones(3), 0, np.zeros((8, 8), np.float32), index)
        assert (index == -1).all() and (kept == 0).any()

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_points_at_infinity_draw_nothing(self, bad):
        screen = np.array([[bad, 0, 1.0], [5, 0, 1.0], [0, 5, 1.0]])
        nearness, index = np.zeros((6, 6), np.float32), np.full((6, 6), -1, np.int32)
        raster.draw_triangles(screen, np.array([[0, 1, 2]], np.int32), np.full(3, -1.0), 0, nearness, index)
        raster.draw_strands(screen, np.array([0, 3], np.int32), np.ones(3), 0, nearness, index)
        assert (index[0, :2] == -1).all()

    @given(arrays(np.float64, (3, 3), elements=st.floats(-50, 50)), places, places)
    def test_weights(self, screen, x, y):
        a, b, c = screen[:, :2]
        area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        weights = raster.triangle_weights(screen, 0, 1, 2, x, y)
        assert sum(weights) == pytest.approx(1, abs=1e-6 * (1 + max(map(abs, weights))))
        if abs(area) > 1:
            expected = naive.triangle_weights(screen, (x, y))
            assert weights == pytest.approx(expected, rel=1e-6, abs=1e-6)

    def test_strands_run_from_end_to_end_and_the_nearer_wins(self):
        screen = np.array([[1.0, 4, 1.0], [9.0, 4, 1.0], [5.0, 0, 2.0], [5.0, 8, 2.0]])
        nearness, index = np.zeros((9, 11), np.float32), np.full((9, 11), -1, np.int32)
        raster.draw_strands(screen, np.array([0, 2, 4], np.int32), np.ones(4), 0, nearness, index)
        assert (index[4, 2:9] >= 0).all() and (index[1:8, 5] >= 2).all()
        assert (nearness[4, [2, 5, 8]] == (1, 2, 1)).all()
        assert (index >= 0).sum() <= 20

    def test_wide_strands_are_as_wide_as_asked(self):
        screen = np.array([[1.0, 6, 1.0], [9.0, 6, 1.0]])
        nearness, index = np.zeros((13, 11), np.float32), np.full((13, 11), -1, np.int32)
        raster.draw_strands(screen, np.array([0, 2], np.int32), np.full(2, 5.0), 0, nearness, index)
        assert (index[:, 5] >= 0).sum() == 5


blocks = arrays(np.int32, (6, 8), elements=st.integers(-1, 6))


class TestLensesAndLabels:
    @given(blocks, st.integers(0, 2**32 - 1))
    def test_cover(self, index, seed):
        rng = np.random.default_rng(seed)
        nearness, scene = rng.random((2, 6, 8), dtype=np.float32)
        cover = np.empty((3, 4))
        lenses.lens_cover(index, nearness, scene, 2, cover)
        np.testing.assert_allclose(cover, naive.lens_cover(index, nearness, scene, 2))

    @given(blocks)
    def test_labels(self, index):
        label_of = np.array([1, 2, 2, 5, 0, 8, 3], np.uint8)
        labels, person = np.empty((3, 4), np.uint8), np.empty((3, 4), np.float32)
        shading.label_samples(index, label_of, labels, person)
        expected, share = naive.label_samples(index, label_of, 2)
        np.testing.assert_allclose(person, share)
        np.testing.assert_array_equal(labels, expected)


class TestLight:
    @given(arrays(np.float64, (9, 1), elements=st.floats(0, 4)), st.floats(0.2, 30), st.integers(0, 999))
    def test_light_wanders_under_the_skin(self, values, length, seed):
        gaps = np.random.default_rng(seed).uniform(0, 5, 8)
        expected = naive.spread_line(values, gaps, length)
        light._spread_line(values, np.exp(-gaps / length))
        np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-12)

    def test_even_light_stays_even(self):
        field = np.full((5, 6, 7), 0.7)
        points = np.random.default_rng(1).normal(size=(5, 6, 3)) * 10
        light.diffuse_under_skin(field, points, np.array([2.0, 1.0, 0.0]))
        np.testing.assert_allclose(field, 0.7)

    def test_unshaded_light_follows_the_cosine(self):
        lights = light.light_set(parameters.Light())
        maps = np.zeros((len(lights.towards), 8, 8), np.float32)
        frames = np.stack([light._axes(d) for d in lights.towards])
        rng = np.random.default_rng(3)
        normals = rng.normal(size=(40, 3))
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        points = rng.uniform(-50, 50, (40, 3))
        found = light.irradiance(points, normals, maps, frames, lights)
        expected = naive.irradiance(normals, lights.towards, lights.colour)
        np.testing.assert_allclose(found[:, :3], expected, rtol=1e-9, atol=1e-12)
        np.testing.assert_array_equal(found[:, 6], 1)

    def test_something_in_between_throws_a_shadow(self):
        lights = light.light_set(parameters.Light(azimuth=0.0, elevation=0.0, size=2.0))
        square = np.array([[-40.0, -40, 60], [40, -40, 60], [40, 40, 60], [-40, 40, 60]])
        wall = light.Occluder(square, np.array([[0, 1, 2], [0, 2, 3]], np.int32))
        maps, frames = light.shadow_maps([wall], lights, 64)
        front = np.array([[0.0, 0.0, 1.0]])
        behind, before = (
            light.irradiance(np.array([[0.0, 0.0, z]]), front, maps, frames, lights)[0] for z in (0.0, 90.0)
        )
        assert behind[6] == 0 and before[6] == 1
        assert behind[1] < before[1]


class TestHead:
    @given(st.floats(-3, 3), st.floats(-3, 3), st.integers(0, 999))
    def test_depth_of_a_plane_is_that_of_the_plane(self, a, b, seed):
        y, x = np.mgrid[3:-4:-1, -4:5].astype(float)
        points = np.stack([x, y, a * x + b * y + 2], 2)
        xy = np.random.default_rng(seed).uniform(-2.9, 2.9, (20, 2))
        found = np.empty(20)
        head._depths(points, xy, found)
        np.testing.assert_allclose(found, a * xy[:, 0] + b * xy[:, 1] + 2, atol=1e-9)


class TestSensor:
    @given(arrays(np.float64, (3, 4, 3), elements=st.floats(-0.5, 2)))
    def test_tone(self, image):
        curve = np.linspace(0, 1, 33) ** 0.8
        gain = np.array([1.2, 1.0, 0.7])
        expected = naive.tone(image, gain, curve)
        sensor._tone(image, gain, curve)
        np.testing.assert_allclose(image, expected, atol=1e-9)


class TestRelief:
    @given(st.floats(-100, 100), st.floats(-50, 50), st.floats(0.1, 60))
    def test_ramp(self, x, low, width):
        assert relief.ramp(x, low, low + width) == pytest.approx(naive.ramp(x, low, low + width), abs=1e-12)

    @given(st.floats(-50, 50), st.floats(-50, 50), st.floats(0.1, 10))
    def test_smooth_maximum(self, a, b, k):
        found = relief.smooth_max(a, b, k)
        assert max(a, b) <= found <= max(a, b) + k / 4 + 1e-12
        if abs(a - b) >= k:
            assert found == max(a, b)

    @pytest.mark.parametrize("opening", [0.0, 0.4, 1.0, 1.3])
    def test_lids_meet_at_the_corners_and_open_as_asked(self, opening):
        expression = parameters.Expression(lid_left=opening, lid_right=opening)
        p = anatomy.measure(parameters.Identity(seed=4), expression)[0]
        natural = anatomy.measure(parameters.Identity(seed=4), parameters.Expression())[0]
        for dx in (-float(p.canthus_medial) - 3, float(p.canthus_lateral) + 3):
            upper, lower = relief.lid_curves(p, 1, dx)
            assert upper == pytest.approx(lower, abs=1e-9)
        gaps = [np.subtract(*relief.lid_curves(p, side, 0.0)) for side in (0, 1)]
        whole = [np.subtract(*relief.lid_curves(natural, side, 0.0)) for side in (0, 1)]
        assert min(whole) > 6  # mm
        if opening <= 1.0:
            assert np.array(gaps) / whole == pytest.approx(opening, abs=0.25 * (1 - opening) + 1e-9)
        else:
            assert np.all(np.array(gaps) > whole)
