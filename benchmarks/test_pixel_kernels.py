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
    screen,
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
def luma(rng):
    return rng.integers(0, 256, (384, 384), dtype=np.uint8)


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


@pytest.mark.benchmark(group="cell_planes, 320 × 256")
class TestCellPlanes:
    def test_kernel(self, benchmark, rng):
        rgb = rng.integers(0, 256, (320, 256, 3), np.uint8)
        benchmark(raster.cell_planes, rgb, 15)

    def test_numpy(self, benchmark, rng):
        rgb = rng.integers(0, 256, (320, 256, 3), np.uint8)

        def twin():
            cells = np.zeros((1, 15, 160, 128), np.float32)
            blocks = rgb.reshape(160, 2, 128, 2, 3).transpose(1, 3, 4, 0, 2)
            cells[0, :12] = blocks.reshape(12, 160, 128)
            cells[0, :12] *= np.float32(2 / 255)
            cells[0, :12] -= np.float32(1)
            return cells

        np.testing.assert_allclose(benchmark(twin), raster.cell_planes(rgb, 15), atol=1e-6)


@pytest.mark.benchmark(group="medians_at, 300 of 160 × 128, side 7")
class TestMediansAt:
    places = np.arange(0, 160 * 128, 68)

    def test_kernel(self, benchmark, rng):
        plane = rng.integers(0, 256, (160, 128), np.uint8)
        benchmark(raster.medians_at, plane, self.places, 3)

    def test_opencv(self, benchmark, rng):
        plane = rng.integers(0, 256, (160, 128), np.uint8)
        found = benchmark(lambda: cv2.medianBlur(plane, 7).ravel()[self.places])
        np.testing.assert_array_equal(found, raster.medians_at(plane, self.places, 3))


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
    def test_kernel(self, benchmark, luma):
        benchmark(sharpness.block_noise, luma, 8)

    def test_opencv(self, benchmark, luma):
        operator = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)

        def twin():
            answers = np.abs(cv2.filter2D(luma, cv2.CV_32F, operator))[1:377, 1:377]
            return cv2.resize(answers, (47, 47), interpolation=cv2.INTER_AREA) * (np.sqrt(np.pi / 2) / 6)

        np.testing.assert_allclose(benchmark(twin), sharpness.block_noise(luma, 8), rtol=1e-3)


@pytest.mark.benchmark(group="jump_profile, 384 × 384")
class TestJumpProfile:
    def test_kernel(self, benchmark, luma):
        benchmark(compression.jump_profile, luma, 12.0)

    def test_opencv(self, benchmark, luma):
        def twin():
            steps = cv2.min(cv2.absdiff(luma[:, 1:], luma[:, :-1]), (12, 0, 0, 0))
            return cv2.reduce(steps, 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F)[0]

        found = compression.jump_profile(luma, 12.0)
        np.testing.assert_allclose(benchmark(twin), found, atol=1e-4)


@pytest.mark.benchmark(group="bend_profile, 384 × 384")
class TestBendProfile:
    def test_kernel(self, benchmark, luma):
        benchmark(compression.bend_profile, luma, 2, 20.0)

    def test_numpy(self, benchmark, luma):
        def twin():
            window = luma.astype(np.int16)
            return np.minimum(np.abs(window[:, :-4] - 2 * window[:, 2:-2] + window[:, 4:]), 20).mean(axis=0)

        np.testing.assert_allclose(benchmark(twin), compression.bend_profile(luma, 2, 20.0), rtol=1e-4)


@pytest.mark.benchmark(group="window_pairs, Fourier transforms, lowest_waves: 16 windows of 64 × 64")
class TestWavesOfWindows:
    places = np.repeat(np.arange(4) * 100, 4), np.tile(np.arange(4) * 100, 4)
    taper = np.full((64, 64), 0.01, np.float32)

    def test_kernel(self, benchmark, luma):
        def ours():
            pairs = screen.window_pairs(luma, *self.places, self.taper)
            for pair in pairs:
                cv2.dft(pair, pair)
            return screen.lowest_waves(pairs, 4)

        benchmark(ours)

    def test_opencv(self, benchmark, luma):
        def twin():
            windows = (luma[y : y + 64, x : x + 64] * self.taper for y, x in zip(*self.places, strict=True))
            spectra = np.stack([cv2.dft(one, flags=cv2.DFT_COMPLEX_OUTPUT)[:, :33] for one in windows])
            return np.partition(np.hypot(spectra[..., 0], spectra[..., 1]), 4, axis=0)[4]

        pairs = screen.window_pairs(luma, *self.places, self.taper)
        spectra = np.stack([cv2.dft(pair) for pair in pairs])
        np.testing.assert_allclose(benchmark(twin), screen.lowest_waves(spectra, 4), rtol=1e-3, atol=1e-3)


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


@pytest.mark.benchmark(group="surface_contrast, half of 128 × 100")
class TestSurfaceContrast:
    mask = np.tile([True, False], (128, 50))
    rows, columns = np.linspace(-1, 1, 128), np.linspace(-1, 1, 100)

    def test_kernel(self, benchmark, rng, lab):
        coefficients = rng.normal(0, 9, (6, 3))
        benchmark(background.surface_contrast, lab, self.mask, coefficients, self.rows, self.columns)

    def test_numpy(self, benchmark, rng, lab):
        coefficients = rng.normal(0, 9, (6, 3))

        def twin():
            row, column = np.nonzero(self.mask)
            y, x = self.rows[row], self.columns[column]
            surface = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1) @ coefficients
            return np.linalg.norm(lab[self.mask] - surface, axis=1)

        found = background.surface_contrast(lab, self.mask, coefficients, self.rows, self.columns)
        np.testing.assert_allclose(benchmark(twin), found[1], rtol=1e-4, atol=1e-3)


@pytest.mark.benchmark(group="cast_shade, 128 × 100, a third in shade")
class TestCastShade:
    @pytest.fixture
    @staticmethod
    def wall(rng):
        lab = rng.normal((88, 0, 0), (0.5, 0.3, 0.3), (128, 100, 3)).astype(np.float32)
        lab[:, :33, 0] -= 30
        rows, columns = np.linspace(-2, 2, 128), np.linspace(-1.5, 1.5, 100)
        lit = np.array([3 * np.log(104 / 116), 0.01, 0.01, 0.0, 0.0, 0.0])
        hair, share = np.array([30.0, 4.0, 6.0]), rng.random((128, 100), np.float32)
        return lab, np.ones((128, 100), np.uint8), share, lit, rows, columns, np.zeros(2), hair

    limits = ((9.0, 2.0), (12.0, 4.0), (0.93, 0.85), (0.95, 1.05), (0.1, 0.2), (1.5, 3.0), 0.3, 1.5, 0.08)

    def test_kernel(self, benchmark, wall):
        benchmark(background.cast_shade, *wall, *self.limits)

    def test_opencv(self, benchmark, wall):
        lab, _, share, lit, rows, columns, _, hair = wall
        square = np.ones((3, 3), np.uint8)

        def step(value, low, high):
            rise = np.clip((value - low) / (high - low), 0, 1)
            return rise * rise * (3 - 2 * rise)

        def twin():
            lightness, a, b = cv2.split(lab)
            bright = lit[0] + lit[1] * columns + lit[2] * rows[:, None]
            left = np.minimum((lightness + 16) / 116 / np.exp(bright / 3).astype(np.float32), 1)
            darkness = 1 - left * left * left
            apart = np.sqrt(
                ((lightness - hair[0]) / 9) ** 2 + ((a - hair[1]) / 2) ** 2 + ((b - hair[2]) / 2) ** 2
            )
            shade = darkness * (1 - step(np.sqrt(a * a + b * b) / 12, 0.95, 1.05))
            shade *= (1 - step(darkness / 0.93, 0.95, 1.05)) * (
                1 - step(share, 0.1, 0.2) * (1 - step(apart, 1.5, 3))
            )
            shade[shade < 0.08] = 0.0
            bend = cv2.dilate(lightness, square) - cv2.erode(lightness, square)
            steep = (bend / (0.3 * (lightness + 16) * (1 / left - 1) + 1.5)) ** 2
            return shade, shade / (1 + steep * steep)

        for mine, theirs in zip(background.cast_shade(*wall, *self.limits), benchmark(twin), strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=1e-4)


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
