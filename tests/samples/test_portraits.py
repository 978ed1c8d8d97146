"""Properties of rendered portraits, and of what the program measures on them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from samples.portrait import Label
from samples.portrait.camera import angles_of, rotation
from tests.conftest import JIT_DISABLED
from tests.samples.conftest import ALWAYS, FRONT, HEIGHT, LADDERS, NO_COMPILER, PAIRS, WIDTH, built, steps

pytestmark = pytest.mark.skipif(JIT_DISABLED, reason=NO_COMPILER)

NOSE_TIP, CHIN = 30, 8
ANGLES = {"yaw_signs": "yaw", "pitch_signs": "pitch", "roll_signs": "roll"}


@pytest.fixture(scope="module")
def judged(album, checker):
    """Return a report of each portrait, made when it is first asked for."""
    reports = {}

    def judge(p):
        if p not in reports:
            reports[p] = checker.check(album[p].file)
        return reports[p]

    return judge


def solved_pose(truth, p):
    """Yaw, pitch and roll from landmarks on the head and in the picture alone."""
    use = np.isfinite(truth.points189).all(1) & np.isfinite(truth.landmarks189).all(1)
    # the outline is not a fixed set of points of the head, and eyeballs turn
    use[list(range(18)) + list(range(109, 134)) + list(range(183, 189))] = False
    flip = np.diag([1.0, -1.0, -1.0])  # y down and z away from the camera
    points = truth.points189[use] @ flip
    size = p.framing.height
    camera = np.array(
        [[8.0 * size, 0, 0.5 * p.framing.width - 0.5], [0, 8.0 * size, 0.46 * size - 0.5], [0, 0, 1]]
    )
    found, turn, _ = cv2.solvePnP(points, truth.landmarks189[use], camera, None, flags=cv2.SOLVEPNP_SQPNP)
    assert found
    matrix = flip @ cv2.Rodrigues(turn)[0] @ flip
    return angles_of(matrix)


class TestPose:
    @pytest.mark.parametrize("ladder", ANGLES)
    def test_points_on_the_head_and_in_the_picture_give_the_angles_of_the_truth(self, album, ladder):
        for p in steps(ladder):
            truth = album[p].truth
            focal_known = solved_pose(truth, p)
            assert focal_known == pytest.approx((truth.yaw, truth.pitch, truth.roll), abs=1.5)

    def test_yaw_moves_the_nose_to_the_right(self, album):
        offsets = []
        for p in steps("yaw_signs"):
            truth = album[p].truth
            offsets.append(truth.landmarks68[NOSE_TIP, 0] - truth.pupils[:, 0].mean())
        assert np.all(np.diff(offsets) > 0)
        assert offsets[0] < 0 < offsets[-1]

    def test_pitch_raises_the_tip_of_the_nose(self, album):
        below = []
        for p in steps("pitch_signs"):
            truth = album[p].truth
            apart = np.linalg.norm(truth.pupils[1] - truth.pupils[0])
            below.append((truth.landmarks68[NOSE_TIP, 1] - truth.pupils[:, 1].mean()) / apart)
        assert np.all(np.diff(below) < 0)

    def test_roll_lowers_the_eye_on_the_right(self, album):
        for p in steps("roll_signs"):
            truth = album[p].truth
            # people's eyes are not exactly level
            assert truth.eye_line_roll == pytest.approx(p.pose.roll, abs=1.5)
            assert np.sign(truth.pupils[1, 1] - truth.pupils[0, 1]) == np.sign(p.pose.roll)

    @pytest.mark.parametrize("ladder", ANGLES)
    def test_the_measured_angle_follows_the_truth(self, album, judged, ladder):
        check = f"head_pose_{ANGLES[ladder]}"
        if not built(check):
            pytest.skip(f"{check} has no measure yet")
        actual = [getattr(p.pose, ANGLES[ladder]) for p in steps(ladder)]
        found = [judged(p)[check].value for p in steps(ladder)]
        slope = np.polyfit(actual, found, 1)[0]
        assert np.all(np.diff(found) > 0)
        assert 0.6 < slope < 1.4

    def test_a_mirror_turns_the_signs(self, album, checker, judged):
        p = steps("roll_signs")[0]
        mirrored = checker.check(np.ascontiguousarray(album[p].pixels[:, ::-1]))
        for check in ("head_pose_roll", "head_centring"):
            assert mirrored[check].value == pytest.approx(-judged(p)[check].value, abs=1.5)

    def test_gaze_is_that_of_the_eyes_and_not_of_the_head(self, album):
        front, aside = album[PAIRS["front"]].truth, album[PAIRS["looking_right"]].truth
        np.testing.assert_allclose(front.gaze, 0, atol=0.01)
        np.testing.assert_allclose(aside.gaze[:, 0], 20, atol=0.5)
        assert np.all(aside.pupils[:, 0] > front.pupils[:, 0] + 1)
        assert aside.yaw == front.yaw == 0
        turned = album[steps("yaw_signs")[-1]].truth
        np.testing.assert_allclose(turned.gaze, 0, atol=0.01)  # still into the lens
        assert turned.gaze_in_head[:, 0].mean() == pytest.approx(-20, abs=1.0)


class TestScale:
    def test_more_pixels_change_the_places_and_nothing_else(self, album, judged):
        small, large = PAIRS["front"], PAIRS["larger"]
        ratio = large.framing.height / small.framing.height
        for name in ("landmarks68", "landmarks189"):
            a, b = getattr(album[small].truth, name), getattr(album[large].truth, name)
            gap = np.abs((a + 0.5) * ratio - 0.5 - b)
            # points of the outline are the nearest of a coarser mesh
            assert np.nanmedian(gap) < 0.2
            assert np.nanquantile(gap, 0.9) < 0.01 * WIDTH
        assert album[small].truth.head_height_mm == pytest.approx(album[large].truth.head_height_mm, abs=0.05)
        assert judged(small)["head_height"].value == pytest.approx(
            judged(large)["head_height"].value, abs=0.8
        )

    @pytest.mark.parametrize("ladder", ["too_small", "too_large"])
    def test_head_height_is_the_one_asked_for(self, album, judged, ladder):
        for p in steps(ladder):
            truth = album[p].truth
            assert truth.head_height_mm == pytest.approx(p.framing.head_height, abs=0.05)
            upright = (truth.chin[1] - truth.crown[1]) / truth.pixels_per_mm
            assert upright == pytest.approx(p.framing.head_height, abs=0.05)
        for p in steps(ladder):
            assert judged(p)["head_height"].value == pytest.approx(p.framing.head_height, rel=0.05)


class TestScores:
    @pytest.mark.parametrize("ladder", [name for name, (check, _) in LADDERS.items() if built(check)])
    def test_a_worse_portrait_has_a_lower_score(self, judged, ladder):
        check = LADDERS[ladder][0]
        scores = [judged(p)[check].score for p in steps(ladder)]
        assert None not in scores
        assert scores[0] + 3 >= scores[1] >= scores[2] - 3, scores
        assert scores[0] > scores[2] + 5, scores


class TestPairs:
    def test_one_change_leaves_everything_else_as_it_was(self, album):
        front, painted = album[PAIRS["front"]], album[PAIRS["lipstick"]]
        changed = np.abs(front.pixels.astype(int) - painted.pixels).max(2) > 2
        assert changed.any()
        lips = front.truth.landmarks68[48:60]
        low, high = lips.min(0) - 4, lips.max(0) + 4
        rows, columns = np.nonzero(changed)
        assert low[0] <= columns.min() <= columns.max() <= high[0]
        assert low[1] <= rows.min() <= rows.max() <= high[1]

    @pytest.mark.parametrize("name", ["lipstick", "glasses", "hijab", "mask", "dark_skin", "sideways_light"])
    def test_the_face_stays_where_it_was(self, album, name):
        front, other = album[PAIRS["front"]].truth, album[PAIRS[name]].truth
        np.testing.assert_array_equal(front.landmarks68, other.landmarks68)
        np.testing.assert_array_equal(front.landmarks189, other.landmarks189)
        assert front.head_height_mm == other.head_height_mm

    def test_darker_skin_is_darker_and_light_from_the_side_uneven(self, album):
        front, dark, side = (album[PAIRS[k]] for k in ("front", "dark_skin", "sideways_light"))
        skin = front.truth.labels == Label.SKIN
        assert dark.pixels[skin].mean() < 0.6 * front.pixels[skin].mean()
        assert side.truth.light_balance < 0.5 < front.truth.light_balance

    def test_the_same_parameters_give_the_same_bytes(self, album):
        from samples.portrait import render

        assert render(FRONT).file == album[FRONT].file


class TestMasks:
    def test_labels_are_where_the_landmarks_say(self, album):
        front = album[PAIRS["front"]].truth

        def label(truth, point):
            return truth.labels[round(float(point[1])), round(float(point[0]))]

        for pupil in front.pupils:
            assert label(front, pupil) == Label.EYES
        assert label(front, front.landmarks68[NOSE_TIP]) == Label.SKIN
        assert front.labels[4, 4] == Label.BACKGROUND
        column, row = np.round(front.crown).astype(int)
        top = slice(row - 12, row + 12), slice(column - 30, column + 30)
        assert (front.labels[top] == Label.HAIR).mean() > 0.3
        covered = album[PAIRS["hijab"]].truth.labels[top]
        assert (covered == Label.HEADWEAR).mean() > 0.5
        assert not (covered == Label.HAIR).any()
        assert label(album[PAIRS["mask"]].truth, front.landmarks68[62]) == Label.COVERING
        assert (album[PAIRS["glasses"]].truth.labels == Label.GLASSES).sum() > 50
        assert not (front.labels == Label.GLASSES).any()

    def test_the_person_covers_what_is_not_background(self, album):
        for name in ("front", "hijab", "larger"):
            truth = album[PAIRS[name]].truth
            np.testing.assert_array_equal(truth.person >= 0.5, truth.labels != Label.BACKGROUND)
            assert 0 <= truth.person.min() <= truth.person.max() <= 1
            assert truth.labels.shape == (PAIRS[name].framing.height, PAIRS[name].framing.width)


def test_the_program_finds_the_face_of_every_portrait(album, judged):
    for p in [*steps("roll_signs"), PAIRS["front"], PAIRS["dark_skin"], PAIRS["hijab"]]:
        report = judged(p)
        assert report.face is not None
        pupils = np.array(report.face.pupils)
        truth = album[p].truth.pupils
        assert np.linalg.norm(pupils - truth, axis=1).max() < 0.08 * np.linalg.norm(truth[1] - truth[0])


def test_rotations_and_angles_are_inverse():
    for angles in [(0, 0, 0), (20, 0, 0), (0, -12, 0), (0, 0, 15), (-30, 10, 8)]:
        assert angles_of(rotation(*angles)) == pytest.approx(angles)


def test_every_ladder_is_of_a_known_check():
    from icao_check.catalogue import CATALOGUE

    assert {check for check, _ in LADDERS.values()} <= set(CATALOGUE)
    assert set(ANGLES) == set(ALWAYS)
    assert pytest.approx(45 / 35) == HEIGHT / WIDTH
