"""Finding faces: the exported detector, every scale, every thread."""

from __future__ import annotations

import hashlib
import pickle
import threading
import tomllib
from pathlib import Path

import cv2
import dlib
import numpy as np
import pytest

from icao_check import weights
from icao_check.errors import DependencyError
from icao_check.face import detection, find_face
from icao_check.face.head import estimate_crown
from icao_check.face.pose import PoseReader, pose_features
from icao_check.landmarks import GROUPS, LANDMARK_COUNT, MIRROR, Landmarks, indices
from icao_check.photo import read_photo
from icao_check.regions import BACKGROUND, PERSON, Regions
from tests.conftest import ROOT


def test_the_exported_detector_is_the_built_in_one(portrait):
    exported = dlib.fhog_object_detector(str(weights.weight_path("frontal_face_hog")))
    grey = cv2.cvtColor(portrait, cv2.COLOR_RGB2GRAY)
    run = dlib.fhog_object_detector.run
    assert run(exported, grey, 0, -1.0) == run(dlib.get_frontal_face_detector(), grey, 0, -1.0)


@pytest.mark.parametrize("factor", [0.4, 0.7, 1.0, 2.3, 5.0])
def test_it_is_found_at_every_scale_in_the_same_place(finder, portrait, factor):
    scaled = cv2.resize(portrait, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    face = find_face(read_photo(scaled), finder)
    reference = find_face(read_photo(portrait), finder)
    distance = np.linalg.norm(reference.pupils[1] - reference.pupils[0])
    for found, expected in ((face.pupils, reference.pupils), (face.chin, reference.chin)):
        error = np.linalg.norm((found + 0.5) / factor - 0.5 - expected, axis=-1)
        assert error.max() < 0.06 * distance


def test_a_small_face_in_a_large_frame_is_found(finder, portrait):
    frame = np.full((2400, 2000, 3), 200, np.uint8)
    frame[900:1320, 700:1027] = cv2.resize(portrait, (327, 420), interpolation=cv2.INTER_AREA)
    face = find_face(read_photo(frame), finder)
    assert face is not None
    assert 700 < face.pupils[0][0] < face.pupils[1][0] < 1027


def covered(portrait):
    """Return the portrait behind a mask, from the bridge of the nose to below the chin."""
    picture = portrait.copy()
    mask = np.array([[160, 255], [275, 255], [270, 330], [218, 365], [165, 330]])
    cv2.fillPoly(picture, [mask], (120, 160, 190))
    return picture


def test_a_covered_mouth_does_not_hide_the_face(finder, portrait):
    reference = find_face(read_photo(portrait), finder)
    face = find_face(read_photo(covered(portrait)), finder)
    distance = np.linalg.norm(reference.pupils[1] - reference.pupils[0])
    assert np.linalg.norm(face.pupils - reference.pupils, axis=1).max() < 0.1 * distance
    # what is hidden is known to be less certain
    assert face.chin_uncertainty > reference.chin_uncertainty


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_picture_that_lies_on_its_side_is_found(finder, portrait, quarters):
    upright = find_face(read_photo(portrait), finder)
    turned = find_face(read_photo(np.ascontiguousarray(np.rot90(portrait, quarters))), finder)
    size = upright.detections[0].posture.size
    height, width = portrait.shape[:2]
    x, y = upright.pupils.T
    there = {1: (y, width - 1 - x), 2: (width - 1 - x, height - 1 - y), 3: (height - 1 - y, x)}[quarters]
    expected = np.array(there).T
    # the eye on the left of the face is the left one, however the picture lies
    assert np.linalg.norm(turned.pupils - expected, axis=1).max() < 0.08 * size


def test_all_faces_are_found(finder, portrait):
    frame = np.full((900, 1200, 3), 190, np.uint8)
    frame[150:690, 60:480] = portrait
    frame[300:786, 700:1078] = cv2.resize(portrait[:, ::-1], (378, 486), interpolation=cv2.INTER_AREA)
    found = finder.detect(read_photo(frame))
    assert len(found) == 2
    assert found[0].posture.size >= found[1].posture.size
    boxes = sorted(face.box for face in found)
    for (x, y, width, height), (left, right) in zip(boxes, ((60, 480), (700, 1078)), strict=True):
        assert left < x + width / 2 < right
        assert 150 < y + height / 2 < 786


@pytest.mark.parametrize("seed", range(4))
def test_nobody_is_found_where_nobody_is(finder, seed):
    rng = np.random.default_rng(seed)
    cells = rng.integers(0, 256, (12, 9, 3)).astype(np.uint8)
    for picture in (
        cv2.resize(cells, (350, 450), interpolation=cv2.INTER_CUBIC),
        cv2.resize(cells, (350, 450), interpolation=cv2.INTER_NEAREST),
        rng.integers(0, 256, (450, 350, 3)).astype(np.uint8),
        np.full((450, 350, 3), rng.integers(0, 256, 3), np.uint8),
    ):
        assert finder.detect(read_photo(picture)) == ()


def test_hair_and_background_do_not_move_the_crown_far(finder, portrait):
    face = find_face(read_photo(portrait), finder)
    eyes = face.pupils.mean(axis=0)
    proportion = np.linalg.norm(face.crown - eyes) / np.linalg.norm(face.chin - eyes)
    assert 0.75 < proportion < 1.3
    assert 0 < face.crown_uncertainty < 0.3 * np.linalg.norm(face.chin - eyes)


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_boxes_in_a_turned_picture_are_places_in_the_photo(quarters, factor):
    small = np.zeros((300, 220, 3), np.uint8)
    small[100:140, 60:100] = 255
    rows, columns = np.nonzero(np.rot90(small[..., 0], quarters))
    box = dlib.rectangle(int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max()))
    face = detection.Detection(detection._posture_of_box(box, quarters, small, factor), 1.0)
    x, y, width, height = face.box
    assert (x + width / 2, y + height / 2) == pytest.approx(
        ((79.5 + 0.5) * factor - 0.5, (119.5 + 0.5) * factor - 0.5)
    )
    assert width == pytest.approx(40 * factor)
    assert face.posture.roll == pytest.approx(quarters * np.pi / 2)


def test_person_and_wall_are_told_apart(finder, portrait):
    photo = read_photo(portrait)
    face = find_face(photo, finder)
    labels, person = face.regions.labels, face.regions.mask(PERSON)
    height = labels.shape[0]
    assert not person[: height // 20].any()
    assert (labels[: height // 20] == BACKGROUND).mean() > 0.97
    column, row = ((face.pupils.mean(axis=0) + 0.5) / face.regions.px_per_cell).astype(int)
    assert person[row, column]
    assert 0.2 < (labels == BACKGROUND).mean() < 0.8
    assert face.regions.px_per_cell == pytest.approx(photo.height / height)


def test_threads_do_not_share_a_detector(finder, portrait):
    photo = read_photo(portrait)
    found = {}

    def work(number):
        found[number] = (finder.detect(photo), finder._histograms())

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    detectors = [detector for _, detector in found.values()]
    assert len({id(detector) for detector in (*detectors, finder._histograms())}) == 4
    expected = [face.box for face in finder.detect(photo)]
    assert all([face.box for face in faces] == expected for faces, _ in found.values())


def test_a_finder_can_be_pickled(finder, portrait):
    again = pickle.loads(pickle.dumps(finder))
    photo = read_photo(portrait)
    assert [face.box for face in again.detect(photo)] == [face.box for face in finder.detect(photo)]


class TestCrown:
    """Eyes 60 px apart, the chin 110 px below them, and the crown 105 px above as the network sees it."""

    @pytest.fixture(params=[0.0, 20.0, -35.0])
    def axes(self, request):
        a = np.radians(request.param)
        return np.array([[np.cos(a), np.sin(a)], [np.sin(a), -np.cos(a)]])  # along the eyes, up

    @staticmethod
    def head(axes, deviation=6.0):
        points = np.full((LANDMARK_COUNT, 2), 200.0)
        for name, place in {"left_pupil": (-30, 0), "right_pupil": (30, 0), "chin": (0, -110)}.items():
            points[GROUPS[name][0]] += np.array(place) @ axes
        points[GROUPS["crown"][0]] += np.array([3.0, 105.0]) @ axes
        return Landmarks(points, np.full(LANDMARK_COUNT, deviation))

    @staticmethod
    def person(axes, top, px_per_cell=2.0, rows=200):
        """Return the map of a person who ends `top` px above the eyes."""
        y, x = np.mgrid[:rows, :rows]
        place = ((np.stack([x, y], -1) + 0.5) * px_per_cell - 0.5 - 200.0) @ axes.T
        share = np.clip((top - place[..., 1]) / px_per_cell + 0.5, 0, 1) * (np.abs(place[..., 0]) < 90)
        kinds = np.ones((rows, rows), np.uint8)
        return Regions(
            kinds, share.astype(np.float32), kinds, np.zeros((rows, rows, 3), np.float32), px_per_cell
        )

    def height(self, axes, **person):
        crown, uncertainty = estimate_crown(self.head(axes), self.person(axes, **person))
        assert uncertainty == 6.0
        aside, height = axes @ (crown - 200.0)
        assert aside == pytest.approx(3.0)
        return height

    def test_it_is_never_above_the_person(self, axes):
        assert self.height(axes, top=95.0) == pytest.approx(95.0, abs=0.5)

    def test_it_is_where_it_is_seen_where_the_person_ends_there(self, axes):
        assert self.height(axes, top=105.0) == pytest.approx(105.0, abs=0.5)

    def test_hair_that_rises_above_it_does_not_move_it(self, axes):
        for hair in (8.0, 15.0, 60.0):
            assert self.height(axes, top=105.0 + hair) == pytest.approx(105.0)

    def test_a_map_that_has_lost_the_head_is_not_believed(self, axes):
        assert self.height(axes, top=70.0) == pytest.approx(105.0)
        assert self.height(axes, top=-20.0) == pytest.approx(105.0)

    def test_a_coarse_map_is_not_asked(self, axes):
        assert self.height(axes, top=95.0, px_per_cell=10.0, rows=40) == pytest.approx(105.0)


class TestWeights:
    def test_every_file_is_the_registered_one_and_has_a_card(self):
        registry = tomllib.loads((ROOT / "models" / "models.toml").read_text(encoding="utf-8"))
        files = {path.name for path in (ROOT / "models" / "weights").iterdir()}
        assert files == {entry["file"] for entry in registry.values()}
        for name, entry in registry.items():
            data = (ROOT / "models" / "weights" / entry["file"]).read_bytes()
            assert hashlib.sha256(data).hexdigest() == entry["sha256"]
            assert entry["licence"]
            assert (ROOT / "models" / f"{name}.md").is_file()

    def test_a_missing_file_names_the_remedy(self, monkeypatch, tmp_path):
        monkeypatch.setattr(weights, "_room", lambda: tmp_path)
        with pytest.raises(DependencyError, match="Reinstall"):
            weights.weight_path("frontal_face_hog")

    def test_the_digest_is_one_line_of_hexadecimal(self):
        assert len(bytes.fromhex(weights.models_digest())) == 32
        assert Path(weights.weight_path("frontal_face_hog")).is_file()


@pytest.fixture(scope="module")
def reader():
    return PoseReader()


class TestPose:
    @pytest.fixture
    def placed(self, finder, portrait):
        photo = read_photo(portrait)
        return finder.place(photo, finder.detect(photo)[0])

    @staticmethod
    def moved(landmarks, scale, degrees, shift):
        angle = np.radians(degrees)
        turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        return Landmarks(landmarks.points @ turn.T + shift, landmarks.deviation * scale)

    def test_a_mirror_image_has_the_opposite_yaw_and_the_same_pitch(self, reader, placed):
        for seen in ((0.0, 0.0), (0.8, -0.3)):
            seen = np.array(seen, np.float32)
            here = reader(placed.landmarks, placed.posture.size, seen)
            points = placed.landmarks.points[MIRROR] * [-1, 1]
            mirrored = Landmarks(points, placed.landmarks.deviation[MIRROR])
            there = reader(mirrored, placed.posture.size, seen * np.float32([-1, 1]))
            assert there.yaw == pytest.approx(-here.yaw, abs=1e-3)
            assert there.pitch == pytest.approx(here.pitch, abs=1e-3)

    @pytest.mark.parametrize(("scale", "degrees", "shift"), [(0.3, 0, 0), (1, 25, 70), (7, -40, -900)])
    def test_place_size_and_tilt_do_not_matter(self, placed, scale, degrees, shift):
        seen = np.array([0.1, 0.2], np.float32)
        here = pose_features(placed.landmarks, placed.posture.size, seen)
        other = self.moved(placed.landmarks, scale, degrees, shift)
        there = pose_features(other, placed.posture.size * scale, seen)
        np.testing.assert_allclose(there, here, atol=1e-4)

    def test_raising_the_nose_raises_the_pitch(self, reader, placed):
        seen = np.zeros(2, np.float32)
        found = []
        for up in (-0.06, 0.0, 0.06):
            points = placed.landmarks.points.copy()
            nose = indices("nose_tip", "nostril", "subnasale")
            points[nose, 1] -= up * placed.posture.size
            found.append(
                reader(Landmarks(points, placed.landmarks.deviation), placed.posture.size, seen).pitch
            )
        assert found[0] < found[1] < found[2]
