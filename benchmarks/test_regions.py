"""The label map's parts against what libraries offer, and the whole against its network, in one run."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from icao_check import region_network
from icao_check.face import FaceFinder
from icao_check.kernels.regions import colour_lines, map_cells
from icao_check.photo import read_photo
from icao_check.regions import find_regions


@pytest.fixture(scope="module")
def canvas(rng):
    return rng.integers(0, 256, (160, 128, 3), np.uint8)


@pytest.fixture(scope="module")
def logits(rng):
    return rng.normal(0, 4, (1, 28, 40, 32)).astype(np.float32)


@pytest.fixture(scope="module")
def lines(canvas, logits):
    return colour_lines(canvas, region_network.person_share(logits), 3, 1e-3)


@pytest.mark.benchmark(group="network_cells, 160 × 128")
class TestNetworkCells:
    def test_ours(self, benchmark, canvas):
        place, extent = np.array([64.0, 70.0, 36.0, 1.0, 0.0]), np.array([2, 0, 126, 160])
        benchmark(region_network.network_cells, canvas, place, extent)

    def test_opencv_without_the_coordinates(self, benchmark, canvas):
        benchmark(cv2.dnn.blobFromImage, canvas, 2 / 255)


@pytest.mark.benchmark(group="colour lines, 160 × 128, radius 3")
class TestColourLines:
    def test_ours(self, benchmark, canvas, logits):
        share = region_network.person_share(logits)
        benchmark(colour_lines, canvas, share, 3, 1e-3)

    def test_numpy_solve(self, benchmark, canvas, logits):
        share = region_network.person_share(logits)

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

        np.testing.assert_allclose(
            benchmark(twin), colour_lines(canvas, share, 3, 1e-3), rtol=1e-2, atol=1e-2
        )


@pytest.mark.benchmark(group="map_cells, 256 × 199")
class TestMapCells:
    def test_kernel(self, benchmark, rng, lines, logits):
        picture, votes = rng.integers(0, 256, (256, 199, 3), np.uint8), region_network.kind_votes(logits)
        picture.flags.writeable = False
        places = (np.array([0.1, 0.1, 0.62, 0.62]), np.array([0.1, 0.1, 0.31, 0.31]))
        benchmark(map_cells, picture, lines, votes, *places, np.array([0.15, 0.85], np.float32))

    def test_opencv(self, benchmark, rng, lines, logits):
        picture, votes = rng.integers(0, 256, (256, 199, 3), np.uint8), region_network.kind_votes(logits)

        def at(grid, first, step):
            matrix = np.array([[step, 0.0, first], [0.0, step, first]])
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            return cv2.warpAffine(grid, matrix, (199, 256), flags=flags, borderMode=cv2.BORDER_REPLICATE)

        def twin():
            line = at(lines, 0.1, 0.62)
            share = ((line[..., :3] * picture).sum(axis=2) * np.float32(1 / 255) + line[..., 3]).clip(0, 1)
            kinds = at(votes, 0.1, 0.31).argmax(axis=2).astype(np.uint8) + 1
            return share, kinds, np.where(share < 0.15, 0, np.where(share < 0.85, 4, kinds))

        places = (np.array([0.1, 0.1, 0.62, 0.62]), np.array([0.1, 0.1, 0.31, 0.31]))
        expected = map_cells(picture, lines, votes, *places, np.array([0.15, 0.85], np.float32))
        np.testing.assert_allclose(benchmark(twin)[0], expected[0], atol=1e-3)


@pytest.mark.benchmark(group="find_regions and one pass of the network, 420 × 540")
class TestFindRegions:
    def test_whole(self, benchmark, portrait):
        photo, finder = read_photo(portrait), FaceFinder()
        landmarks = finder.place(photo, finder.detect(photo)[0]).landmarks
        find_regions(photo, landmarks)
        benchmark(find_regions, photo, landmarks)

    def test_the_network_alone(self, benchmark, rng):
        cells = rng.normal(0, 1, (1, 15, 80, 64)).astype(np.float32)
        region_network.forward(cells)
        benchmark(region_network.forward, cells)
