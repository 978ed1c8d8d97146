"""Kernels on regions of a picture against the best that libraries offer, in the same run."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from icao_check.kernels import resampling, segmentation


@pytest.mark.benchmark(group="area_average, 827 × 1063 to 256 rows")
class TestAreaAverage:
    @pytest.fixture(scope="class")
    def picture(self, rng):
        return rng.integers(0, 256, (1063, 827, 3), np.uint8)

    def test_kernel(self, benchmark, picture):
        benchmark(resampling.area_average, picture.reshape(1063, -1), 0, 827, 256, 199)

    def test_opencv(self, benchmark, picture):
        found = benchmark(cv2.resize, picture, (199, 256), interpolation=cv2.INTER_AREA)
        expected = resampling.area_average(picture.reshape(1063, -1), 0, 827, 256, 199)
        assert np.abs(found.astype(int) - expected).max() <= 1


@pytest.fixture(scope="module")
def canvas(rng):
    return rng.integers(0, 256, (160, 128, 3), np.uint8)


@pytest.fixture(scope="module")
def logits(rng):
    return rng.normal(0, 4, (1, 28, 40, 32)).astype(np.float32)


@pytest.mark.benchmark(group="network_cells, 160 × 128")
class TestNetworkCells:
    def test_kernel(self, benchmark, canvas):
        place, extent = np.array([64.0, 70.0, 36.0, 1.0, 0.0]), np.array([2, 0, 126, 160])
        benchmark(segmentation.network_cells, canvas, place, extent)

    def test_opencv_without_the_coordinates(self, benchmark, canvas):
        benchmark(cv2.dnn.blobFromImage, canvas, 2 / 255)


@pytest.mark.benchmark(group="person_share, 160 × 128")
class TestPersonShare:
    def test_kernel(self, benchmark, logits):
        benchmark(segmentation.person_share, logits)

    def test_numpy(self, benchmark, logits):
        found = benchmark(
            lambda: (1 / (1 + np.exp(-logits[0, :16].reshape(4, 4, 40, 32).transpose(2, 0, 3, 1)))).reshape(
                160, 128
            )
        )
        np.testing.assert_allclose(found, segmentation.person_share(logits), atol=1e-6)


@pytest.mark.benchmark(group="guided_coefficients, 160 × 128, radius 3")
class TestGuidedCoefficients:
    def test_kernel(self, benchmark, canvas, logits):
        share = segmentation.person_share(logits)
        benchmark(segmentation.guided_coefficients, canvas, share, 3, 1e-3)

    def test_opencv_and_numpy(self, benchmark, canvas, logits):
        share = segmentation.person_share(logits)

        def mean(planes):
            return cv2.blur(planes, (7, 7), borderType=cv2.BORDER_REFLECT)

        def twin():
            guide = canvas.astype(np.float32) / 255
            centre, value = mean(guide), mean(share)
            products = np.concatenate([guide[..., k:] * guide[..., k : k + 1] for k in range(3)], -1)
            squares = np.concatenate([centre[..., k:] * centre[..., k : k + 1] for k in range(3)], -1)
            spread = np.dstack([mean(products[..., k : k + 3]) for k in (0, 3)]) - squares
            matrix = spread[..., [0, 1, 2, 1, 3, 4, 2, 4, 5]].reshape(160, 128, 3, 3) + 1e-3 * np.eye(3)
            shared = mean(guide * share[..., None]) - centre * value[..., None]
            slopes = np.linalg.solve(matrix, shared[..., None])[..., 0]
            return mean(np.dstack([slopes, value - (slopes * centre).sum(-1)]).astype(np.float32))

        found = benchmark(twin)[8:-8, 8:-8]
        expected = segmentation.guided_coefficients(canvas, share, 3, 1e-3)[8:-8, 8:-8]
        np.testing.assert_allclose(found, expected, rtol=1e-2, atol=1e-2)


@pytest.mark.benchmark(group="label_cells, 256 × 199")
class TestLabelCells:
    def test_kernel(self, benchmark, rng, canvas, logits):
        picture = rng.integers(0, 256, (256, 199, 3), np.uint8)
        lines = segmentation.guided_coefficients(canvas, segmentation.person_share(logits), 3, 1e-3)
        where = np.array([2.1, 0.1]), np.array([0.62, 0.62]), np.array([0, 0])
        benchmark(segmentation.label_cells, picture, lines, logits, *where)

    def test_opencv(self, benchmark, rng, canvas, logits):
        picture = rng.integers(0, 256, (256, 199, 3), np.uint8)
        lines = segmentation.guided_coefficients(canvas, segmentation.person_share(logits), 3, 1e-3)
        kinds = np.ascontiguousarray(
            logits[0, 16:].reshape(3, 2, 2, 40, 32).transpose(3, 1, 4, 2, 0).reshape(80, 64, 3)
        )

        def twin():
            line = cv2.resize(lines, (199, 256))
            share = (line[..., :3] * picture).sum(-1) / 255 + line[..., 3]
            return share.clip(0, 1), cv2.resize(kinds, (199, 256)).argmax(-1)

        benchmark(twin)
