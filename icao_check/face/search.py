"""Where faces may be: one look of a small network at the whole photo."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.face.points import Posture
from icao_check.network import Network
from icao_check.photo import Photo
from icao_check.region_network import CANVAS_COLUMNS, CANVAS_ROWS

__all__ = ["FaceSearch", "Proposal"]

# Canvas pixels per cell of the answer, and the unit of its places and sizes.
_CELL, _UNIT = 8, 16.0
# Two proposals nearer to each other than this, in sizes of the larger, are one face.
_ONE_FACE = 0.7
# Log-odds below which a cell proposes nothing.
_LEAST_LOG_ODDS = -1.0
# More faces than these are a crowd.
_MOST = 8
# A picture wider than the canvas by no more than this factor is made to fit; a wider one is seen in windows.
_NARROW = 1.2
_MOST_WINDOWS = 4

# Between the pupils, face size, roll, log-odds.
_Place = tuple[NDArray[np.float64], float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """A place that looks like a face.

    Attributes
    ----------
    posture : Posture
        In px of the photo, roughly: within a quarter of its size.
    log_odds : float
        Of there being a face of which at least a third can be seen.
    """

    posture: Posture
    log_odds: float


class FaceSearch:
    """Proposes faces from a twentieth of a photo's height up; safe to share between threads.

    The network (its card: ``models/face_search.md``) sees the whole photo on 160 × 128 pixels. It has been
    taught faces behind masks and dark glasses, in the dark, tilted up to 40°, cut off by the picture's edge
    and half hidden behind somebody else.
    """

    def __init__(self) -> None:
        self._network = Network("face_search", ("faces",))

    def load(self) -> None:
        """Load the model of this thread now."""
        self._network.load()

    def propose(self, photo: Photo, quarters: int = 0) -> list[Proposal]:
        """Return places that look like faces, the likeliest first.

        Parameters
        ----------
        photo : Photo
            Upright.
        quarters : int
            Quarter turns counter-clockwise by which the photo is turned for the network.

        Returns
        -------
        list of Proposal
            In px of the photo as it stands.
        """
        small = np.ascontiguousarray(np.rot90(_small(photo, quarters), quarters))
        rows, columns = small.shape[:2]
        found = [
            (eyes + np.array([left, 0]), size, roll, odds)
            for left in _windows(columns)
            for eyes, size, roll, odds in decode(self._answer(small[:, left : left + CANVAS_COLUMNS]))
        ]
        # From the turned picture to the photo: a shift, a scale, a turn about the middle.
        scale = photo.height / (columns if quarters % 2 else rows)
        turn = quarters * math.pi / 2.0
        back = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]) * scale
        middle = np.array([columns, rows]) / 2.0 - 0.5
        centre = np.array([photo.width, photo.height]) / 2.0 - 0.5
        return [
            Proposal(Posture(centre + back @ (eyes - middle), size * scale, _wrapped(roll + turn)), odds)
            for eyes, size, roll, odds in _each_once(found)
        ]

    def _answer(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Let the network see a picture that fits its canvas; answer in pixels of the picture."""
        # Numba is imported on first use.
        from icao_check.kernels.raster import cell_planes

        rows, columns = picture.shape[:2]
        left, top = (CANVAS_COLUMNS - columns) // 2, (CANVAS_ROWS - rows) // 2
        canvas = np.zeros((CANVAS_ROWS, CANVAS_COLUMNS, 3), np.uint8)
        canvas[top : top + rows, left : left + columns] = picture
        planes = cell_planes(canvas, 13)
        x, y = 2 * np.arange(CANVAS_COLUMNS // 2) + 0.5, 2 * np.arange(CANVAS_ROWS // 2) + 0.5
        planes[0, 12] = np.outer((top <= y) & (y < top + rows), (left <= x) & (x < left + columns))
        (answer,) = self._network.forward(planes)
        answer[0, 1] -= np.float32(left / _UNIT)
        answer[0, 2] -= np.float32(top / _UNIT)
        return np.asarray(answer[0], np.float32)


def decode(answer: NDArray[np.float32]) -> list[_Place]:
    """Read the network's answer.

    Parameters
    ----------
    answer : ndarray of shape (6, h, w), float32
        Per cell of 8 canvas pixels: log-odds of a face around here; from the cell's centre to between the
        pupils (x, y) in 16 px; log of the face size in 16 px; cosine and sine of the roll.

    Returns
    -------
    list of (eyes, size, roll, log-odds)
        Peaks, each face once, the likeliest first; canvas px and radians.
    """
    odds = answer[0]
    peaks = (odds >= _LEAST_LOG_ODDS) & (odds >= cv2.dilate(odds, np.ones((3, 3), np.uint8)))
    found: list[_Place] = []
    for row, column in zip(*np.nonzero(peaks), strict=True):
        x, y, log_size, cos, sin = (float(value) for value in answer[1:, row, column])
        cell = np.array([column, row]) * _CELL + (_CELL - 1) / 2.0
        size = _UNIT * math.exp(min(max(log_size, -4.0), 3.0))
        found.append((cell + np.array([x, y]) * _UNIT, size, math.atan2(sin, cos), float(odds[row, column])))
    return _each_once(found)


def _each_once(found: list[_Place]) -> list[_Place]:
    """Return the likeliest first, and no face twice."""
    kept: list[_Place] = []
    for place in sorted(found, key=lambda place: -place[3]):
        if all(math.hypot(*(place[0] - it[0])) > _ONE_FACE * max(place[1], it[1]) for it in kept):
            kept.append(place)
    return kept[:_MOST]


def _windows(columns: int) -> list[int]:
    """Return where the windows begin in which the network sees a wide picture: they overlap by a quarter."""
    more = max(columns - CANVAS_COLUMNS, 0)
    steps = min(math.ceil(more / (0.75 * CANVAS_COLUMNS)), _MOST_WINDOWS - 1)
    return [round(k * more / max(steps, 1)) for k in range(steps + 1)]


def _small(photo: Photo, quarters: int) -> NDArray[np.uint8]:
    """Return the photo as high as the canvas once it is turned, or as wide where that makes it fit."""
    height, width = (photo.width, photo.height) if quarters % 2 else (photo.height, photo.width)
    scale = CANVAS_ROWS / height
    if width * scale <= _NARROW * CANVAS_COLUMNS:
        scale = min(scale, CANVAS_COLUMNS / width)
    # Pictures wider than all windows together are seen coarser.
    scale = min(scale, CANVAS_COLUMNS * (1 + 0.75 * (_MOST_WINDOWS - 1)) / width)
    rows, columns = max(1, round(photo.height * scale)), max(1, round(photo.width * scale))
    source, _ = photo.halved(max(0, math.floor(math.log2(max(1.0 / scale, 1.0)))))
    # Averaged to less than twice the size, it can be sampled: more averaging would cost six times as much.
    return np.asarray(cv2.resize(source, (columns, rows), interpolation=cv2.INTER_LINEAR), np.uint8)


def _wrapped(angle: float) -> float:
    return (angle + math.pi) % (2.0 * math.pi) - math.pi
