"""Where the faces of a photo are."""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import dlib
import numpy as np
from numpy.typing import NDArray

from icao_check.face.appearance import AppearanceReader
from icao_check.face.points import Look, Placed, PointPlacer, Posture, posture_of_look
from icao_check.face.search import FaceSearch
from icao_check.face.trunk import Trunk, TrunkReader
from icao_check.landmarks import Landmarks
from icao_check.photo import Photo
from icao_check.regions import Regions
from icao_check.weights import weight_path

__all__ = ["Detection", "FaceFinder"]

# Rows of the reductions that are searched, until a face is found. The detector sees faces from 80 px.
_SEARCH_HEIGHTS = (320, 800, 1600)
_TURNED_HEIGHT = 320
# The box of a face, from the brows to the chin, in face sizes, and how far its middle lies below the eyes.
_BOX = 2.4
_MIDDLE = 0.5
# Log-odds of a proposal from which on half a face is believed, and from which on a whole one.
_LIKELY, _POSSIBLE = 0.5, 0.0
# Log-odds by the network that places landmarks: below the first nothing is half a face, above the second a
# face is whole.
_PART_OF_A_FACE, _WHOLE_FACE = -4.0, 4.0
# Faces nearer to each other than this, in sizes of the larger, are one.
_ONE_FACE = 0.7
# What it costs a face in log-odds when its points are as unsure as the face is large.
_UNSURE = 60.0
# Clear faces reach this; upside down, one in thirty does. Blobs of colour stay below -3 as they stand and
# reach 3.2 in one of three turns.
_CLEAR, _CLEAR_TURNED, _FAIR = 4.9, 4.0, 0.0
# What it gains by being found by gradients, too, which hardly see faces that are turned.
_AGREED = 1.0
# Where the eyes of a portrait may be (shares of its width and height), and its face sizes (of its height):
# what the detector misses behind a mask or a scarf is looked for there.
_PORTRAIT_EYES = tuple((x, y) for y in (0.45, 0.38, 0.52) for x in (0.5, 0.42, 0.58))
_PORTRAIT_SIZES = (0.2, 0.15, 0.26)
# Log-odds of a face that count there: random patterns reach 4, faces behind masks begin at 8.
_PORTRAIT_LOG_ODDS = 6.0


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
        x, y = self.posture.eyes + _MIDDLE * self.posture.size * self.posture.down - side / 2.0
        return float(x), float(y), side, side


class FaceFinder:
    """Finds faces and their landmarks; safe to share between threads.

    A small network proposes faces in the whole photo, and the network that places the landmarks confirms
    them. Where what they find is not clear, dlib's histograms of oriented gradients propose, which see finer;
    where that is not clear either, the picture is turned, and at last the network that places the landmarks
    looks where the face of a portrait should be. dlib's detectors are not thread-safe, so each
    thread loads its own.
    """

    def __init__(self) -> None:
        self._search = FaceSearch()
        self._placer = PointPlacer()
        self._appearance = AppearanceReader()
        self._trunk = TrunkReader()
        self._own = threading.local()

    def __getstate__(self) -> dict[str, Any]:
        return {}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__()  # type: ignore[misc]

    def load(self) -> None:
        """Load the models of this thread now instead of with the first photo."""
        self._search.load()
        self._placer.load()
        self._appearance.load()
        self._trunk.load()
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
            Empty where there is none, even at the finest scale searched. Finer scales are searched only while
            nothing is found: beside a large face, one below a tenth of the picture's height may be missed.
        """
        found = self._propose(photo, 0)
        best = max(map(_clarity, found), default=-math.inf)
        if best >= _CLEAR:
            return found
        plain = self._plain(photo)
        if fair := [face for face in plain if _clarity(face) >= _FAIR]:
            found = _largest_first([*fair, *(face for face in found if _stands_beside(face, fair))])
            best = max(map(_clarity, fair)) + _AGREED
        # Who looks for upright faces sees a little of those that lie on their side or upside down.
        for quarters in (1, 3, 2):
            turned = self._propose(photo, quarters)
            clarity = max(map(_clarity, turned), default=-math.inf)
            if clarity > max(best, _CLEAR_TURNED):
                found, best = turned, clarity
        if best >= _FAIR:
            return found
        if plain:
            return _largest_first(plain)
        searches: tuple[Callable[[], list[Detection]], ...] = (
            functools.partial(self._portrait, photo),
            *(functools.partial(self._gradients, photo, _TURNED_HEIGHT, quarters) for quarters in (1, 3, 2)),
        )
        for search in searches:
            if confirmed := self._confirmed(photo, search()):
                return _largest_first(confirmed)
        return ()

    def place(self, photo: Photo, detection: Detection) -> Placed:
        """Return the landmarks of one face, in px of the upright full-resolution photo."""
        return self._placer.place(photo, detection.posture, detection.look)

    def appearance(self, photo: Photo, landmarks: Landmarks) -> Mapping[str, float]:
        """Return the log-odds of what is seen on one face besides its points."""
        return self._appearance.read(photo, landmarks)

    def trunk(self, photo: Photo, landmarks: Landmarks, regions: Regions) -> Trunk:
        """Return how the trunk below one face stands."""
        return self._trunk.read(photo, landmarks, regions)

    def _plain(self, photo: Photo) -> list[Detection]:
        """Return what gradients find upright: where one face is fair, else at the first scale with a face."""
        faces: list[Detection] = []
        for rows in _heights(photo):
            confirmed = self._confirmed(photo, self._gradients(photo, rows))
            if any(_clarity(face) >= _FAIR for face in confirmed):
                return confirmed
            faces = faces or confirmed
        return faces

    def _confirmed(self, photo: Photo, faces: list[Detection]) -> list[Detection]:
        """Return those of the faces that the network that places the landmarks sees, too."""
        looked = (self._looked_at(photo, face) for face in faces)
        return [face for face in looked if _log_odds(face) > 0.0]

    def _propose(self, photo: Photo, quarters: int) -> tuple[Detection, ...]:
        """Let the network propose faces, and look at the likeliest and at all others that are likely."""
        proposed = self._search.propose(photo, quarters)
        found: list[Detection] = []
        for rank, proposal in enumerate(proposed):
            if rank == 0 or proposal.log_odds >= _POSSIBLE:
                confidence = 1.0 / (1.0 + math.exp(-proposal.log_odds))
                face = self._looked_at(photo, Detection(proposal.posture, confidence))
                partly = rank == 0 or proposal.log_odds >= _LIKELY
                if _log_odds(face) > (_PART_OF_A_FACE if partly else _WHOLE_FACE) and not any(
                    _is_one_face(face.posture, other.posture) for other in found
                ):
                    found.append(face)
        return _largest_first(found)

    def _looked_at(self, photo: Photo, face: Detection) -> Detection:
        """Look at a face, again where it turns out to be elsewhere; a whole face is then where it is seen."""
        look = self._placer.look(photo, face.posture)
        if not look.is_face:
            return replace(face, look=look)
        seen, look = self._placer.settle(photo, face.posture, look)
        return replace(face, posture=seen, look=look)

    def _gradients(self, photo: Photo, rows: int, quarters: int = 0) -> list[Detection]:
        """Search a reduction of the photo, turned by quarter turns counter-clockwise, for gradients."""
        small = photo.reduced(rows)
        grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
        # A fresh array: dlib is strict about strides, even those of a single pixel.
        turned = np.empty(grey.shape if quarters % 2 == 0 else grey.shape[::-1], np.uint8)
        turned[:] = np.rot90(grey, quarters)
        boxes, scores, _ = dlib.fhog_object_detector.run(self._histograms(), turned, 0, 0.0)
        factor = photo.height / small.shape[0]
        return [
            Detection(_posture_of_box(box, quarters, small, factor), 1.0 / (1.0 + math.exp(-float(score))))
            for box, score in zip(boxes, scores, strict=True)
        ]

    def _portrait(self, photo: Photo) -> list[Detection]:
        """Look where the face of a portrait should be; return the surest place, or nothing."""
        best: tuple[float, Posture] | None = None
        for size in _PORTRAIT_SIZES:
            for x, y in _PORTRAIT_EYES:
                eyes = np.array([x * photo.width - 0.5, y * photo.height - 0.5])
                look = self._placer.look(photo, Posture(eyes, size * photo.height, 0.0))
                if look.log_odds > (_PORTRAIT_LOG_ODDS if best is None else best[0]):
                    best = look.log_odds, posture_of_look(look)
            if best is not None:
                return [Detection(best[1], 1.0 / (1.0 + math.exp(-best[0])))]
        return []

    def _histograms(self) -> Any:
        if not hasattr(self._own, "detector"):
            self._own.detector = dlib.fhog_object_detector(str(weight_path("frontal_face_hog")))
        return self._own.detector


def _stands_beside(face: Detection, plain: list[Detection]) -> bool:
    """Tell whether a likely proposal is another face than those that gradients find."""
    likely = face.confidence >= 1.0 / (1.0 + math.exp(-_LIKELY))
    return likely and not any(_is_one_face(face.posture, other.posture) for other in plain)


def _is_one_face(one: Posture, other: Posture) -> bool:
    return math.hypot(*(one.eyes - other.eyes)) < _ONE_FACE * max(one.size, other.size)


def _largest_first(faces: list[Detection]) -> tuple[Detection, ...]:
    return tuple(sorted(faces, key=lambda face: face.posture.size, reverse=True))


def _log_odds(face: Detection) -> float:
    return -math.inf if face.look is None else face.look.log_odds


def _clarity(face: Detection) -> float:
    """Tell how clearly a face is one, the right way up: by its log-odds and by how sure its points are."""
    if face.look is None:
        return -math.inf
    return face.look.log_odds - _UNSURE * float(np.median(face.look.deviation)) / face.posture.size


def _heights(photo: Photo) -> list[int]:
    """Rows of the reductions to search: none finer than the photo itself, but at least one."""
    return [rows for k, rows in enumerate(_SEARCH_HEIGHTS) if k == 0 or _SEARCH_HEIGHTS[k - 1] < photo.height]


def _posture_of_box(box: Any, quarters: int, small: NDArray[np.uint8], factor: float) -> Posture:
    """Carry dlib's box in a reduction, turned by quarter turns counter-clockwise, to the photo."""
    height, width = small.shape[:2]
    x = box.left() + (box.width() - 1) / 2.0
    y = box.top() + (box.height() - 1) / 2.0
    if quarters == 1:
        x, y = width - 1.0 - y, x
    elif quarters == 2:
        x, y = width - 1.0 - x, height - 1.0 - y
    elif quarters == 3:
        x, y = y, height - 1.0 - x
    size, roll = box.width() * factor / _BOX, quarters * math.pi / 2.0
    middle = np.array([(x + 0.5) * factor - 0.5, (y + 0.5) * factor - 0.5])
    return Posture(middle - _MIDDLE * size * np.array([-math.sin(roll), math.cos(roll)]), size, roll)
