"""Kernels against their best library twin, on inputs of the size that a check gives them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from icao_check.kernels import accuracy, age, background, eyes, geometry, perspective

ROWS, COLUMNS = 128, 100


@pytest.fixture(scope="module")
def lab(rng):
    smooth = np.cumsum(np.cumsum(rng.normal(0, 0.2, (ROWS, COLUMNS, 3)), axis=0), axis=1)
    return smooth.astype(np.float32)


@pytest.fixture(scope="module")
def mask(rng):
    return rng.random((ROWS, COLUMNS)) < 0.5


@pytest.fixture(scope="module")
def hashes(rng):
    return rng.integers(0, 2**63, (100_000, 4)).astype(np.uint64)


@pytest.mark.benchmark(group="hamming_distances, 100 000 hashes of 256 bits")
class TestHammingDistances:
    def test_kernel(self, benchmark, hashes):
        benchmark(age.hamming_distances, hashes[0], hashes)

    def test_numpy(self, benchmark, hashes):
        found = benchmark(lambda: np.bitwise_count(hashes ^ hashes[0]).sum(axis=1))
        np.testing.assert_array_equal(found, age.hamming_distances(hashes[0], hashes))


@pytest.mark.benchmark(group="typical_colour, 128 × 100")
class TestTypicalColour:
    def test_kernel(self, benchmark, lab, mask):
        benchmark(background.typical_colour, lab, mask)

    def test_numpy(self, benchmark, lab, mask):
        found = benchmark(lambda: np.median(lab[mask], axis=0))
        np.testing.assert_allclose(found, background.typical_colour(lab, mask)[1:], rtol=1e-6)


@pytest.mark.benchmark(group="head_geometry")
class TestHeadGeometry:
    points = np.array([[300.0, 500.0], [530.0, 505.0]]), np.array([410.0, 900.0]), np.array([405.0, 170.0])

    def test_kernel(self, benchmark):
        benchmark(geometry.head_geometry, *self.points)

    def test_numpy(self, benchmark):
        def twin(pupils, chin, crown):
            along = pupils[1] - pupils[0]
            roll = np.degrees(np.arctan2(along[1], along[0]))
            centre = (pupils[:, 0].mean() + chin[0]) / 2
            return np.linalg.norm(along), roll, np.linalg.norm(chin - crown), centre

        assert benchmark(twin, *self.points) == pytest.approx(geometry.head_geometry(*self.points))


@pytest.mark.benchmark(group="head_placement and head_angles")
class TestHeadPlacement:
    points = TestHeadGeometry.points

    def test_kernels(self, benchmark):
        def kernels():
            geometry.head_placement(400.0, self.points[0], self.points[2], 827, 1063)
            return geometry.head_angles(4.0, -3.0, 1.5)

        benchmark(kernels)

    def test_numpy_and_opencv(self, benchmark):
        def twins():
            pupils, chin, crown = self.points
            eyes = pupils.mean(axis=0)
            (eyes + chin)[0] / 2 / 827 - 0.5, 1 - (eyes[1] + 0.5) / 1063, crown[1] + 0.5
            turn = (
                cv2.Rodrigues(np.radians([[-3.0], [0.0], [0.0]]))[0]
                @ cv2.Rodrigues(np.radians([[0.0], [4.0], [0.0]]))[0]
            )
            roll = np.radians(1.5) - np.arctan2(turn[1, 0], turn[0, 0])
            nose = cv2.Rodrigues(np.array([[0.0], [0.0], [roll]]))[0] @ turn[:, 2]
            return np.degrees(np.arctan2(nose[0], nose[2])), np.degrees(np.arcsin(-nose[1]))

        assert benchmark(twins) == pytest.approx(geometry.head_angles(4.0, -3.0, 1.5))


@pytest.mark.benchmark(group="person_top, label map of 256 rows")
class TestPersonTop:
    y, x = np.mgrid[:256, :199]
    share = np.clip(70.5 - np.hypot(x - 99, y - 120), 0, 1).astype(np.float32)
    eyes, up = np.array([99.0, 120.0]), np.array([0.0, -1.0])

    def test_kernel(self, benchmark):
        assert benchmark(geometry.person_top, self.share, self.eyes, self.up, 19.0, 115.0) == pytest.approx(
            70.0, abs=0.1
        )

    def test_opencv(self, benchmark):
        def twin():
            heights = np.arange(230, -1, -1) / 2
            off = np.linspace(-19.0, 19.0, 13)[:, None]
            x = (self.eyes[0] - off * self.up[1] + heights * self.up[0]).astype(np.float32)
            y = (self.eyes[1] + off * self.up[0] + heights * self.up[1]).astype(np.float32)
            seen = cv2.remap(self.share, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
            return heights[(seen >= 0.5).argmax(axis=1)].max()

        assert benchmark(twin) == pytest.approx(70.0, abs=1.0)


@pytest.mark.benchmark(group="resampled_equal_error_rates, 2 340 photos of 60 people, 1 000 resamples")
class TestResampledEqualErrorRates:
    @pytest.fixture(scope="class")
    @staticmethod
    def archive():
        rng = np.random.default_rng(0)
        good = rng.random(2340) < 0.9
        score = np.sort(rng.normal(60, 15, 2340).clip(0, 100).round(1))
        level = np.unique(score, return_inverse=True)[1].astype(np.int64)
        return rng.integers(60, size=(1000, 60)), level, good, rng.integers(60, size=2340)

    def test_kernel(self, benchmark, archive):
        benchmark(accuracy.resampled_equal_error_rates, *archive)

    def test_numpy(self, benchmark, archive):
        def twin(draws, level, good, subject):
            # How often each person occurs × their photos at each level: a product of two matrices.
            people = draws.shape[1]
            times = np.bincount((draws + np.arange(len(draws))[:, np.newaxis] * people).ravel())
            times = times.reshape(draws.shape).astype(float)
            photos = np.zeros((2, people, level[-1] + 1))
            np.add.at(photos, (good.astype(int), subject, level), 1.0)
            below = np.cumsum(times @ photos, axis=2)
            missed, rejected = (np.pad(part, ((0, 0), (1, 0))) / part[:, -1:] for part in below)
            gap = rejected - (1.0 - missed)
            row, after = np.arange(len(gap)), np.argmax(gap >= 0, axis=1)
            step = -gap[row, after - 1] / (gap[row, after] - gap[row, after - 1])
            before = rejected[row, after - 1]
            return before + step * (rejected[row, after] - before)

        found = benchmark(twin, *archive)
        np.testing.assert_allclose(found, accuracy.resampled_equal_error_rates(*archive), atol=1e-12)


@pytest.mark.benchmark(group="lid_opening, one eye")
class TestLidOpening:
    def test_kernel(self, benchmark, rng):
        upper, lower = rng.random((2, 3, 2))
        benchmark(eyes.lid_opening, upper, lower, 1.0)

    def test_numpy(self, benchmark, rng):
        upper, lower = rng.random((2, 3, 2))
        found = benchmark(lambda: np.linalg.norm(upper - lower, axis=1).max())
        assert found == pytest.approx(eyes.lid_opening(upper, lower, 1.0))


@pytest.mark.benchmark(group="eye_turn, two eyes")
class TestEyeTurn:
    PUPILS = np.array([[100.0, 200.0], [190.0, 204.0]])
    CORNERS = np.array([[[80.0, 205.0], [120.0, 205.0]], [[170.0, 208.0], [211.0, 209.0]]])

    def test_kernel(self, benchmark):
        benchmark(eyes.eye_turn, self.PUPILS, self.CORNERS, 3.0, 0.16, 0.06, 0.04)

    def test_numpy(self, benchmark):
        def twin():
            along = self.PUPILS[1] - self.PUPILS[0]
            frame = np.array([along, [-along[1], along[0]]]) / (along @ along)
            x, y = frame @ (self.PUPILS - self.CORNERS.mean(axis=1)).mean(axis=0)
            sines = np.array([x + 0.06 * np.sin(np.radians(3.0)), y + 0.04]) / 0.16
            return np.degrees(np.arcsin(np.clip(sines, -1, 1)))

        found = benchmark(twin)
        np.testing.assert_allclose(found, eyes.eye_turn(self.PUPILS, self.CORNERS, 3.0, 0.16, 0.06, 0.04))


@pytest.mark.benchmark(group="bright_share, 220 × 60")
class TestBrightShare:
    CENTRES = np.array([[60.0, 32.0], [160.0, 32.0]])

    def test_kernel(self, benchmark, rng):
        pixels = rng.integers(0, 256, (60, 220, 3), np.uint8)
        benchmark(eyes.bright_share, pixels, self.CENTRES, 24.0, 14.0, 225)

    def test_opencv(self, benchmark, rng):
        pixels = rng.integers(0, 256, (60, 220, 3), np.uint8)

        def twin():
            bright = cv2.inRange(pixels, (225, 225, 225), (255, 255, 255))
            shares = []
            for x, y in self.CENTRES.astype(int).tolist():
                mask = cv2.ellipse(np.zeros((60, 220), np.uint8), (x, y), (24, 14), 0, 0, 360, 255, -1)
                shares.append(cv2.mean(bright, mask)[0] / 255)
            return max(shares)

        found = benchmark(twin)
        assert found == pytest.approx(eyes.bright_share(pixels, self.CENTRES, 24.0, 14.0, 225), abs=0.01)


@pytest.mark.benchmark(group="camera_nearness")
class TestCameraNearness:
    known = 0.55, 0.46, 0.36, 0.35, 1.0, 4.0, 0.1

    def test_kernel(self, benchmark):
        benchmark(perspective.camera_nearness, 1.4, *self.known)

    def test_numpy(self, benchmark):
        start, slope, spread, far, arm, near, share = self.known
        middles = (np.arange(200) + 0.5) / 200
        n = np.concatenate([far + middles * (arm - far), arm + middles * (near - arm)])
        before = np.repeat([1 - share, share], 200)

        def twin():
            weight = before * np.exp(-((1.4 - start - slope * n) ** 2) / (2 * spread**2))
            mean = (weight * n).sum() / weight.sum()
            return mean, np.sqrt((weight * n * n).sum() / weight.sum() - mean**2)

        assert benchmark(twin) == pytest.approx(perspective.camera_nearness(1.4, *self.known))
