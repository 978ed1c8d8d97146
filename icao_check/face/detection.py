"""Where are the faces, and where are their landmarks."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import cv2
import dlib
import numpy as np
from numpy.typing import NDArray

from icao_check.landmarks import LANDMARK_COUNT, Landmarks
from icao_check.photo import Photo
from icao_check.weights import landmark_predictor_path, weight_path

__all__ = ["Detection", "FaceFinder"]

# Rows of the reductions that are searched, until a face is found. The detector sees faces from 80 px.
_SEARCH_HEIGHTS = (400, 800, 1600)
# The predictor was trained on faces of about this height; larger ones only cost time.
_LANDMARK_FACE_PX = 200.0


@dataclass(frozen=True, slots=True)
class Detection:
    """One face.

    Attributes
    ----------
    box : (x, y, width, height)
        In px of the upright full-resolution photo.
    confidence : float
        Of the detector; comparable only among faces of one photo.
    """

    box: tuple[float, float, float, float]
    confidence: float


class FaceFinder:
    """Finds faces and their landmarks; safe to share between threads.

    dlib's detectors are not thread-safe, so each thread loads its own; the landmark predictor is read-only
    and shared.
    """

    def __init__(self) -> None:
        self._own = threading.local()
        self._predictor: Any = None
        self._loading = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        return {}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__()  # type: ignore[misc]

    def detect(self, photo: Photo) -> tuple[Detection, ...]:
        """Return all faces, the largest first.

        Parameters
        ----------
        photo : Photo
            Upright.

        Returns
        -------
        tuple of Detection
            Empty where there is none, even at the finest scale searched.
        """
        for height in _SEARCH_HEIGHTS:
            small = photo.reduced(height)
            boxes, scores, _ = dlib.fhog_object_detector.run(self._detector(), _grey(small), 0, 0.0)
            if boxes or height >= photo.height:
                factor = photo.height / small.shape[0]
                found = [
                    Detection(_full_resolution(box, factor), float(score))
                    for box, score in zip(boxes, scores, strict=True)
                ]
                return tuple(sorted(found, key=lambda face: face.box[2] * face.box[3], reverse=True))
        return ()

    def landmarks(self, photo: Photo, detection: Detection) -> Landmarks:
        """Return the landmarks of one face, in px of the upright full-resolution photo."""
        x, y, width, height = detection.box
        rows = min(photo.height, max(1, round(photo.height * _LANDMARK_FACE_PX / height)))
        small = photo.reduced(rows)
        factor = photo.height / small.shape[0]
        box = dlib.rectangle(
            round((x + 0.5) / factor - 0.5),
            round((y + 0.5) / factor - 0.5),
            round((x + width + 0.5) / factor - 0.5) - 1,
            round((y + height + 0.5) / factor - 0.5) - 1,
        )
        shape = self._shared_predictor()(_grey(small), box)
        points = np.array([(point.x, point.y) for point in shape.parts()], np.float64)
        assert points.shape == (LANDMARK_COUNT, 2)
        return Landmarks((points + 0.5) * factor - 0.5)

    def load(self) -> None:
        """Load the models of this thread now instead of with the first photo."""
        self._detector()
        self._shared_predictor()

    def _detector(self) -> Any:
        if not hasattr(self._own, "detector"):
            self._own.detector = dlib.fhog_object_detector(str(weight_path("frontal_face_hog")))
        return self._own.detector

    def _shared_predictor(self) -> Any:
        with self._loading:
            if self._predictor is None:
                self._predictor = dlib.shape_predictor(str(landmark_predictor_path()))
        return self._predictor


def _grey(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def _full_resolution(box: Any, factor: float) -> tuple[float, float, float, float]:
    return (
        (box.left() + 0.5) * factor - 0.5,
        (box.top() + 0.5) * factor - 0.5,
        box.width() * factor,
        box.height() * factor,
    )
