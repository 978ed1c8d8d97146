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
from icao_check.face import FaceFinder, find_face
from icao_check.photo import read_photo
from icao_check.regions import BACKGROUND, PERSON
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def finder():
    return FaceFinder()


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


def test_person_and_wall_are_told_apart(finder, portrait):
    photo = read_photo(portrait)
    face = find_face(photo, finder)
    labels = face.regions.labels
    height = labels.shape[0]
    assert (labels[: height // 20] == BACKGROUND).all()
    column, row = ((face.pupils.mean(axis=0) + 0.5) / face.regions.px_per_cell).astype(int)
    assert labels[row, column] == PERSON
    assert 0.2 < (labels == BACKGROUND).mean() < 0.8
    assert face.regions.px_per_cell == pytest.approx(photo.height / height)


def test_threads_do_not_share_a_detector(finder, portrait):
    photo = read_photo(portrait)
    detectors = set()

    def work():
        finder.detect(photo)
        detectors.add(id(finder._detector()))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
        thread.join()
    finder.detect(photo)
    assert id(finder._detector()) not in detectors or len(detectors) >= 1


def test_a_finder_can_be_pickled(finder, portrait):
    again = pickle.loads(pickle.dumps(finder))
    photo = read_photo(portrait)
    assert again.detect(photo) == finder.detect(photo)


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

    def test_missing_landmarks_name_the_remedy(self, monkeypatch):
        monkeypatch.setattr(weights.importlib.util, "find_spec", lambda name: None)
        with pytest.raises(DependencyError, match="pip install"):
            weights.landmark_predictor_path()

    def test_the_digest_is_one_line_of_hexadecimal(self):
        assert len(bytes.fromhex(weights.models_digest())) == 32
        assert Path(weights.weight_path("frontal_face_hog")).is_file()
