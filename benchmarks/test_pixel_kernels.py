"""Kernels on pixels against their best library twin, on inputs of the size that a check gives them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from icao_check.kernels import (
    background,
    border,
    colour,
    colour_space,
    compression,
    eyes,
    illumination,
    raster,
    sharpness,
    statistics,
)
from icao_check.measures.light import LUMINANCE
from icao_check.photo.colour_space import ADOBE_RGB, conversion_of, srgb_encoding
from icao_check.regions import lab_of


@pytest.fixture(scope="module")
def face(rng):
    return rng.integers(0, 256, (224, 176, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def labels(rng):
    return rng.integers(0, 8, (224, 176), dtype=np.uint8)


@pytest.fixture(scope="module")
def window(rng):
    return rng.normal(128, 30, (384, 384)).astype(np.float32)


@pytest.fixture(scope="module")
def lab(rng):
    return rng.normal(60, 10, (128, 100, 3)).astype(np.float32)


@pytest.mark.benchmark(group="region_statistics, 8 zones of 224 × 176")
class TestRegionStatistics:
    def test_kernel(self, benchmark, face, labels):
        benchmark(statistics.region_statistics, face, labels, LUMINANCE, 8)

    def test_numpy(self, benchmark, face, labels):
        def twin():
            places = labels.astype(np.intp) * 256
            light = sum(LUMINANCE[channel][face[..., channel]] for channel in range(3))
            planes = (*np.moveaxis(face, 2, 0), (light + np.float32(0.5)).astype(np.uint8))
            counts = [np.bincount((places + plane).ravel(), minlength=2048) for plane in planes]
            return np.stack(counts, axis=0).reshape(4, 8, 256).transpose(1, 0, 2)

        expected = statistics.region_statistics(face, labels, LUMINANCE, 8)
        np.testing.assert_array_equal(benchmark(twin), expected)


@pytest.mark.benchmark(group="area_means, 531 × 413 to 256 × 199")
class TestAreaMeans:
    def test_kernel(self, benchmark, rng):
        rgb = rng.integers(0, 256, (531, 413, 3), np.uint8)
        benchmark(raster.area_means, rgb, 256, 199)

    def test_opencv(self, benchmark, rng):
        rgb = rng.integers(0, 256, (531, 413, 3), np.uint8)
        found = benchmark(cv2.resize, rgb, (199, 256), interpolation=cv2.INTER_AREA)
        assert np.abs(found.astype(int) - raster.area_means(rgb, 256, 199)).max() <= 1


@pytest.mark.benchmark(group="gradient_energy, 224 × 192")
class TestGradientEnergy:
    def test_kernel(self, benchmark, window):
        grey = np.ascontiguousarray(window[:224, :192])
        benchmark(sharpness.gradient_energy, grey)

    def test_opencv(self, benchmark, window):
        grey = np.ascontiguousarray(window[:224, :192])

        def twin():
            right = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=1)[1:-1, 1:-1] / 2
            down = cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=1)[1:-1, 1:-1] / 2
            return (right * right).sum(), (right * down).sum(), (down * down).sum()

        found = sharpness.gradient_energy(grey)
        np.testing.assert_allclose(benchmark(twin), found, rtol=1e-2, atol=1e3)


@pytest.mark.benchmark(group="block_noise, 384 × 384")
class TestBlockNoise:
    def test_kernel(self, benchmark, window):
        benchmark(sharpness.block_noise, window, 8)

    def test_opencv(self, benchmark, window):
        operator = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)

        def twin():
            answers = np.abs(cv2.filter2D(window, cv2.CV_32F, operator))[1:377, 1:377]
            return cv2.resize(answers, (47, 47), interpolation=cv2.INTER_AREA) * (np.sqrt(np.pi / 2) / 6)

        np.testing.assert_allclose(benchmark(twin), sharpness.block_noise(window, 8), rtol=1e-3)


@pytest.mark.benchmark(group="jump_profile, 384 × 384")
class TestJumpProfile:
    def test_kernel(self, benchmark, window):
        benchmark(compression.jump_profile, window, 12.0)

    def test_numpy(self, benchmark, window):
        def twin():
            return np.minimum(np.abs(np.diff(window, axis=1)), 12).mean(axis=0)

        found = compression.jump_profile(window, 12.0)
        np.testing.assert_allclose(benchmark(twin), found, atol=1e-4)


@pytest.mark.benchmark(group="bend_profile, 384 × 384")
class TestBendProfile:
    def test_kernel(self, benchmark, window):
        benchmark(compression.bend_profile, window, 2, 20.0)

    def test_numpy(self, benchmark, window):
        def twin():
            return np.minimum(np.abs(window[:, :-4] - 2 * window[:, 2:-2] + window[:, 4:]), 20).mean(axis=0)

        np.testing.assert_allclose(benchmark(twin), compression.bend_profile(window, 2, 20.0), rtol=1e-4)


@pytest.mark.benchmark(group="deepest, 28 × 22")
class TestDeepest:
    def test_kernel(self, benchmark, rng):
        depth, share = rng.random((2, 28, 22), np.float32)
        benchmark(illumination.deepest, depth, share, 6.4)

    def test_numpy(self, benchmark, rng):
        depth, share = rng.random((2, 28, 22), np.float32)

        def twin():
            order = np.argsort(-depth, axis=None)
            sizes = share.ravel()[order]
            parts = np.clip(6.4 - (np.cumsum(sizes) - sizes), 0.0, sizes)
            return (parts * depth.ravel()[order]).sum() / parts.sum()

        assert benchmark(twin) == pytest.approx(illumination.deepest(depth, share, 6.4)[1], abs=1e-4)


@pytest.mark.benchmark(group="mirrored_depth, 56 × 44")
class TestMirroredDepth:
    def test_kernel(self, benchmark, rng):
        level, every = rng.random((56, 44)), np.ones((56, 44), bool)
        benchmark(illumination.mirrored_depth, level, every, every, 0.12, 1.5, 0.05)

    def test_numpy(self, benchmark, rng):
        level, every = rng.random((56, 44)), np.ones((56, 44), bool)
        y, x = (place.ravel() for place in np.mgrid[:56, :22])
        terms = np.column_stack([21.5 - x, (21.5 - x) * (y - 27.5)])

        def twin():
            found = (level - level[:, ::-1])[:, :22].ravel()
            kept = np.ones(len(found), bool)
            for _ in range(3):
                left = np.abs(found - terms @ np.linalg.lstsq(terms[kept], found[kept], rcond=None)[0])
                kept = left <= max(1.5 * np.median(left), 0.05)
            return np.quantile(left, 0.88)

        expected = illumination.mirrored_depth(level, every, every, 0.12, 1.5, 0.05)[1]
        assert benchmark(twin) == pytest.approx(expected, abs=0.01)


@pytest.mark.benchmark(group="plane, 56 × 44")
class TestPlane:
    def test_kernel(self, benchmark, rng):
        values = rng.random((56, 44))
        benchmark(illumination.plane, values, values > 0.2)

    def test_numpy(self, benchmark, rng):
        values = rng.random((56, 44))
        mask = values > 0.2

        def twin():
            y, x = np.nonzero(mask)
            terms = np.column_stack([np.ones(len(y)), y - 27.5, x - 21.5])
            return np.linalg.lstsq(terms, values[mask], rcond=None)[0]

        assert benchmark(twin) == pytest.approx(illumination.plane(values, mask), abs=1e-9)


@pytest.mark.benchmark(group="hot_spot_pixels, 224 × 176")
class TestHotSpotPixels:
    reference = np.array([180.0, 140.0, 120.0])

    def test_kernel(self, benchmark, face, labels):
        flat = (np.ones(length) for length in labels.shape)
        benchmark(illumination.hot_spot_pixels, face, labels > 0, self.reference, *flat, 0.6, 0.6, 230.0)

    def test_numpy(self, benchmark, face, labels):
        def twin():
            pixels = face[labels > 0].astype(np.float32)
            saturation = 1 - pixels.min(axis=1) / np.maximum(pixels.max(axis=1), 1)
            return int(((pixels[:, 1] >= 209) & (saturation <= 0.2)).sum())

        flat = (np.ones(length) for length in labels.shape)
        found = illumination.hot_spot_pixels(face, labels > 0, self.reference, *flat, 0.6, 0.6, 230.0)
        assert benchmark(twin) == pytest.approx(found[0], abs=3)


@pytest.mark.benchmark(group="tone_spread, 56 × 44")
class TestToneSpread:
    def test_kernel(self, benchmark, lab):
        benchmark(colour.tone_spread, np.ascontiguousarray(lab[:56, :44]), 16)

    def test_numpy(self, benchmark, lab):
        pixels = lab[:56, :44].reshape(-1, 3).astype(float)

        def twin():
            level = np.clip((pixels[:, 0] / 100 * 16).astype(int), 0, 15)
            count = np.bincount(level, minlength=16)
            spread = 0.0
            for channel in (1, 2):
                total = np.bincount(level, pixels[:, channel], 16)
                spread += (pixels[:, channel] ** 2).sum() - (total**2 / np.maximum(count, 1)).sum()
            return np.sqrt(spread / len(pixels))

        found = colour.tone_spread(np.ascontiguousarray(lab[:56, :44]), 16)
        assert benchmark(twin) == pytest.approx(found, rel=1e-4)


@pytest.mark.benchmark(group="even_surface, 600 cells, quadratic, 5 rounds")
class TestEvenSurface:
    @pytest.fixture
    @staticmethod
    def wall(rng):
        x, y = rng.uniform(-1, 1, (2, 600))
        basis = np.stack([np.ones(600), x, y, x * x, x * y, y * y], axis=1)
        return rng.normal(80, 2, (600, 3)), basis

    def test_kernel(self, benchmark, wall):
        benchmark(background.even_surface, *wall, 2.0, 2.0, 1.5, 1e-3, 5)

    def test_numpy(self, benchmark, wall):
        values, basis = wall

        def twin():
            weights = np.ones(600)
            for _ in range(5):
                weighted = basis * weights[:, None]
                ridge = np.diag([1e-9] + 5 * [1e-3]) * weights.sum()
                found = np.linalg.solve(basis.T @ weighted + ridge, weighted.T @ values)
                length = np.linalg.norm(values - basis @ found, axis=1)
                scale = max(1.4826 * np.median(length[weights > 0.5]), 1.5)
                weights = (1 + (length / (2 * scale)) ** 2) ** -2.0
            return found

        found = background.even_surface(*wall, 2.0, 2.0, 1.5, 1e-3, 5)
        np.testing.assert_allclose(benchmark(twin), found, rtol=1e-5, atol=1e-4)


@pytest.mark.benchmark(group="plain_rim, 64 lines of 199")
class TestPlainRim:
    lines = np.full((64, 199, 3), 250, np.uint8)

    def test_kernel(self, benchmark):
        benchmark(border.plain_rim, self.lines, 6.0, 8.0, 20.0)

    def test_numpy(self, benchmark):
        def twin():
            means = self.lines.mean(axis=1)
            plain = (self.lines.std(axis=1) <= 6).all(axis=1) & (np.abs(means - means[0]) <= 8).all(axis=1)
            return len(plain) if plain.all() else int(np.argmin(plain))

        assert benchmark(twin) == border.plain_rim(self.lines, 6.0, 8.0, 20.0)[0]


@pytest.mark.benchmark(group="disc_redness, radius 5.4 px")
class TestDiscRedness:
    def test_kernel(self, benchmark, face):
        benchmark(eyes.disc_redness, face, 55.5, 84.7, 5.44, 20.0)

    def test_numpy(self, benchmark, face):
        def twin():
            y, x = np.ogrid[79:92, 50:62]
            inside = face[79:92, 50:62][(x - 55.5) ** 2 + (y - 84.7) ** 2 <= 5.44**2].astype(float)
            return np.maximum(inside[:, 0] - inside[:, 1:].max(axis=1), 0) / (inside[:, 0] + 20)

        np.testing.assert_allclose(benchmark(twin), eyes.disc_redness(face, 55.5, 84.7, 5.44, 20.0))


@pytest.mark.benchmark(group="matrix_to_srgb, 1063 × 827")
class TestMatrixToSrgb:
    conversion = conversion_of(ADOBE_RGB)

    @pytest.fixture
    def photo(self, rng):
        return rng.integers(0, 256, (1063, 827, 3), dtype=np.uint8)

    def test_kernel(self, benchmark, photo):
        one = self.conversion
        benchmark(colour_space.matrix_to_srgb, photo, one.light, one.matrix, srgb_encoding())

    def test_opencv(self, benchmark, photo):
        one, encoding = self.conversion, srgb_encoding()
        curves = np.ascontiguousarray(one.light.T[np.newaxis])

        def twin():
            light = cv2.transform(cv2.LUT(photo, curves), one.matrix)
            np.clip(light, 0.0, 1.0, out=light)
            return encoding[cv2.multiply(light, (len(encoding) - 1.0,) * 4, dtype=cv2.CV_16U)]

        found = colour_space.matrix_to_srgb(photo, one.light, one.matrix, encoding)
        assert np.abs(benchmark(twin).astype(int) - found).max() <= 1


@pytest.mark.benchmark(group="srgb_to_lab, 224 × 176")
class TestSrgbToLab:
    def test_kernel(self, benchmark, face):
        benchmark(lab_of, face)

    def test_opencv(self, benchmark, face):
        def twin():
            return cv2.cvtColor(face.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab)

        # OpenCV interpolates in a coarse table of whole colours.
        np.testing.assert_allclose(benchmark(twin), lab_of(face), atol=0.6)
