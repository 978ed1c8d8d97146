"""Where the faces of a photo are."""

from __future__ import annotations

import functools
import math
import threading
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import dlib
import numpy as np
from numpy.typing import NDArray

from icao_check.face.points import Look, Placed, PointPlacer, Posture
from icao_check.network import Network
from icao_check.photo import Photo
from icao_check.weights import weight_path

__all__ = ["CELL", "FINDER_SIDE", "MIDDLE", "Detection", "FaceFinder"]

FINDER_SIDE = 128
"""Side of the finder's input in px."""
CELL = 8
"""Side of its output's cells in px."""
MIDDLE = 0.5
"""The middle of a face lies this far below the point between the eyes, in face sizes."""

# Longest sides of the reductions that are searched, until a face is found: a face of 8 % of the height of a
# frame has 4 px between the eyes in the second.
_SEARCH_SIDES = (FINDER_SIDE, 320, 640)
_FOUND = 0.5
_PADDING = 128
# The box of a face, from the brows to the chin, in face sizes: as dlib's detector draws it.
_BOX = 2.4
# Two faces do not lie nearer to each other than this, in sizes of the larger.
_APART = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """One face.

    Attributes
    ----------
    posture : Posture
        Place, size and roll in px of the upright full-resolution photo.
    confidence : float
        0–1.
    look : Look or None
        What the network that sees the whole head said there.
    """

    posture: Posture
    confidence: float
    look: Look | None = field(default=None, repr=False)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Upright box (x, y, width, height) around the face, in px of the photo."""
        side = _BOX * self.posture.size
        x, y = self.posture.eyes + MIDDLE * self.posture.size * self.posture.down - side / 2.0
        return float(x), float(y), side, side


class FaceFinder:
    """Finds faces and their landmarks; safe to share between threads.

    A small network of our own proposes faces: in the whole picture, then finer, then in the picture turned.
    dlib's histograms of oriented gradients are the second opinion where it proposes nothing. A proposal
    counts once the network that places the landmarks sees a face there too.
    """

    def __init__(self) -> None:
        self._network = Network("face_finder", ("faces",))
        self._placer = PointPlacer()
        self._own = threading.local()

    def __getstate__(self) -> dict[str, Any]:
        return {}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__()  # type: ignore[misc]

    def load(self) -> None:
        """Load the models of this thread now instead of with the first photo."""
        self._network.load()
        self._placer.load()
        self._histograms()

    def detect(self, photo: Photo) -> tuple[Detection, ...]:
        """Return all faces, the largest first.

        Parameters
        ----------
        photo : Photo
            Upright.

        Returns
        -------
        tuple of Detection
            Empty where there is none, even at the finest scale searched. The finest scales are searched only
            while nothing is found: beside a large face, one below a tenth of the picture may be missed.
        """
        for propose in (
            *(functools.partial(self._search, photo, side, 0) for side in _sides(photo)),
            *(functools.partial(self._search, photo, FINDER_SIDE, quarters) for quarters in (1, 3, 2)),
            functools.partial(self._second_opinion, photo),
        ):
            looked = (replace(face, look=self._placer.look(photo, face.posture)) for face in propose())
            found = [face for face in looked if face.look is not None and face.look.is_face]
            if found:
                return tuple(sorted(found, key=lambda face: face.posture.size, reverse=True))
        return ()

    def place(self, photo: Photo, detection: Detection) -> Placed:
        """Return the landmarks of one face, in px of the upright full-resolution photo."""
        return self._placer.place(photo, detection.posture, detection.look)

    def _search(self, photo: Photo, side: int, quarters: int) -> list[Detection]:
        image, factor, offset = _letterbox(photo, side)
        turned = np.ascontiguousarray(np.rot90(image, quarters))
        (maps,) = self._network(turned[np.newaxis])
        height, width = image.shape[:2]
        return [
            Detection(_untwist(x, y, size, roll, quarters, width, height, factor, offset), confidence)
            for x, y, size, roll, confidence in _peaks(maps[0])
        ]

    def _second_opinion(self, photo: Photo) -> list[Detection]:
        for rows in (240, 480, 960):
            small = photo.reduced(rows)
            factor = photo.height / small.shape[0]
            grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
            boxes, scores, _ = dlib.fhog_object_detector.run(self._histograms(), grey, 0, 0.0)
            if boxes:
                return [
                    Detection(_posture_of_box(box, factor), 1.0 / (1.0 + math.exp(-float(score))))
                    for box, score in zip(boxes, scores, strict=True)
                ]
            if rows >= photo.height:
                break
        return []

    def _histograms(self) -> Any:
        if not hasattr(self._own, "detector"):
            self._own.detector = dlib.fhog_object_detector(str(weight_path("frontal_face_hog")))
        return self._own.detector


def _sides(photo: Photo) -> list[int]:
    """Longest sides of the reductions to search: none finer than the photo itself, but at least one."""
    return [
        side
        for k, side in enumerate(_SEARCH_SIDES)
        if k == 0 or _SEARCH_SIDES[k - 1] < max(photo.width, photo.height)
    ]


def _letterbox(photo: Photo, side: int) -> tuple[NDArray[np.uint8], float, tuple[float, float]]:
    """Fit the photo into a grey field.

    Returns
    -------
    image : ndarray of shape (h, w, 3), uint8
        h and w are multiples of 32.
    factor, offset
        A position p of the field is ``(p - offset + 0.5) * factor - 0.5`` in the photo.
    """
    factor = max(photo.width, photo.height) / side
    inner = (max(1, round(photo.width / factor)), max(1, round(photo.height / factor)))
    width, height = (side if side == FINDER_SIDE else math.ceil(n / 32) * 32 for n in inner)
    left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
    field = np.full((height, width, 3), _PADDING, np.uint8)
    times = max(0, int(math.log2(factor))) if factor >= 1 else 0
    source, halving = photo.halved(times)
    scale = factor / halving
    matrix = np.array([[scale, 0.0, (scale - 1.0) / 2.0], [0.0, scale, (scale - 1.0) / 2.0]])
    field[top : top + inner[1], left : left + inner[0]] = cv2.warpAffine(
        source, matrix, inner, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    return field, factor, (float(left), float(top))


def _peaks(maps: NDArray[np.float32]) -> list[tuple[float, float, float, float, float]]:
    """Read faces (x, y, size, roll, confidence) in px and radians of the input off the finder's maps."""
    heat = 1.0 / (1.0 + np.exp(-maps[0].astype(np.float64)))
    summit = cv2.dilate(heat, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero((heat >= _FOUND) & (heat >= summit))
    found: list[tuple[float, float, float, float, float]] = []
    for index in np.argsort(-heat[rows, columns], kind="stable"):
        row, column = int(rows[index]), int(columns[index])
        _, dx, dy, size, cosine, sine = (float(v) for v in maps[:, row, column])
        x = (column + dx) * CELL + (CELL - 1) / 2.0
        y = (row + dy) * CELL + (CELL - 1) / 2.0
        size = CELL * 2.0 ** min(max(size, -3.0), 6.0)
        if all(math.hypot(x - other[0], y - other[1]) > _APART * max(size, other[2]) for other in found):
            found.append((x, y, size, math.atan2(sine, cosine), float(heat[row, column])))
    return found


def _untwist(
    x: float, y: float, size: float, roll: float, quarters: int, width: int, height: int,
    factor: float, offset: tuple[float, float],
) -> Posture:  # fmt: skip
    """Carry a face from a field turned by `quarters` quarter turns counter-clockwise to the photo."""
    if quarters == 1:
        x, y = width - 1.0 - y, x
    elif quarters == 2:
        x, y = width - 1.0 - x, height - 1.0 - y
    elif quarters == 3:
        x, y = y, height - 1.0 - x
    middle = np.array([(x - offset[0] + 0.5) * factor - 0.5, (y - offset[1] + 0.5) * factor - 0.5])
    roll += quarters * math.pi / 2.0
    down = np.array([-math.sin(roll), math.cos(roll)])
    return Posture(middle - MIDDLE * size * factor * down, size * factor, roll)


def _posture_of_box(box: Any, factor: float) -> Posture:
    size = box.width() * factor / _BOX
    x = (box.left() + (box.width() - 1) / 2.0 + 0.5) * factor - 0.5
    y = (box.top() + (box.height() - 1) / 2.0 + 0.5) * factor - 0.5
    return Posture(np.array([x, y - MIDDLE * size]), size, 0.0)
