"""The wall behind the person, in cells: what all measures of the background share."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.background import typical_colour
from icao_check.measures.case import Case
from icao_check.regions import HAIR

__all__ = ["BARE_SHARE", "PERSON_SHARE", "SMALLEST_SHARE", "THINNED", "Wall", "distance_to", "wall_of"]

SMALLEST_SHARE = 0.02
"""Fewer cells than this share of the map say nothing about a wall."""
PERSON_SHARE, BARE_SHARE = 0.85, 0.15
"""Share of person of a cell from which it surely is the person, and below which it surely is not."""
THINNED = 13
"""One cell in so many is enough to fit a surface; prime, so that no column is skipped throughout."""

# The wall is looked at in cells of twice the size of those of the label map.
_HALF = 2
# How far below the chin, in inter-eye distances, the wall beside the shoulders is looked at.
_BELOW_CHIN = 0.3
# The hair of the head is looked at this far to either side of the middle (inter-eye distances).
_ABOVE_EYES = 0.8


@dataclass(frozen=True, slots=True)
class Wall:
    """The label map around the head, at half its size.

    Attributes
    ----------
    lab : ndarray of shape (h, w, 3), float32
        CIELAB (D65) of each cell.
    finer : ndarray of shape (2 h, 2 w, 3), float32
        That of the label map; a row or a column more where its size is odd.
    share : ndarray of shape (h, w), float32
        How much of a cell is person, 0–1.
    is_hair : ndarray of shape (h, w), bool
        What is hair as far as it is person.
    hair : ndarray of shape (3,), float64, or None
        Typical L*, a*, b* of the hair above the eyes.
    distance, clear : ndarray of shape (h, w), float32
        To the person, and to anything that may be the person, in cells.
    rows : ndarray of shape (h, w), bool
        Cells above the shoulders.
    eyes : float
        Inter-eye distance in cells.
    """

    lab: NDArray[np.float32]
    finer: NDArray[np.float32]
    share: NDArray[np.float32]
    is_hair: NDArray[np.bool_]
    hair: NDArray[np.float64] | None
    distance: NDArray[np.float32]
    clear: NDArray[np.float32]
    rows: NDArray[np.bool_]
    eyes: float

    def bare(self, seam: float) -> NDArray[np.bool_]:
        """Return the cells that are surely wall, `seam` inter-eye distances away from all else."""
        return np.asarray(self.rows & (self.clear > max(seam * self.eyes, 1.5)), np.bool_)

    def axes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return how far rows lie below and columns to the right of the middle, in about head sizes."""
        height, width = self.share.shape
        unit = 2.0 * self.eyes
        return (np.arange(height) - height / 2.0) / unit, (np.arange(width) - width / 2.0) / unit

    def places(self, cells: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return quadratic polynomials of the places of some cells, given row by row, shape (n, 6)."""
        rows, columns = self.axes()
        down, right = rows[cells // len(columns)], columns[cells % len(columns)]
        terms = np.empty((len(cells), 6))
        terms[:, 0], terms[:, 1], terms[:, 2] = 1.0, right, down
        terms[:, 3], terms[:, 4], terms[:, 5] = right * right, down * right, down * down
        return terms


def wall_of(case: Case) -> Wall:
    """Return the wall of a case, made once."""
    return case.once("wall", lambda: _find_wall(case))


def distance_to(inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the distance of each cell inside to the nearest one that is not, in cells, shape (h, w)."""
    return np.asarray(cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 3), np.float32)


def _find_wall(case: Case) -> Wall:
    face = case.face
    assert face is not None
    regions = face.regions
    height, width = regions.labels.shape
    size = (max(width // _HALF, 1), max(height // _HALF, 1))
    lab = np.asarray(cv2.resize(regions.lab, size, interpolation=cv2.INTER_AREA), np.float32)
    share = cv2.resize(regions.share, size, interpolation=cv2.INTER_AREA)
    px_per_cell = regions.px_per_cell * _HALF
    eyes = float(np.hypot(*(face.pupils[1] - face.pupils[0]))) / px_per_cell
    person = share > PERSON_SHARE
    rows = np.zeros(share.shape, np.bool_)
    rows[: max(int((face.chin[1] + 0.5) / px_per_cell - 0.5 + _BELOW_CHIN * eyes), 0)] = True
    is_hair = cv2.resize(regions.kinds, size, interpolation=cv2.INTER_NEAREST) == HAIR
    middle = (float(face.pupils[:, 0].mean()) + 0.5) / px_per_cell - 0.5
    above = np.abs(np.arange(size[0]) - middle) < _ABOVE_EYES * eyes
    hair, *colour = typical_colour(lab, person & rows & is_hair & above)
    return Wall(
        lab=lab,
        finer=regions.lab,
        share=np.asarray(share, np.float32),
        is_hair=np.asarray(is_hair, np.bool_),
        hair=np.array(colour) if hair else None,
        distance=distance_to(~person),
        clear=distance_to(share < BARE_SHARE),
        rows=rows,
        eyes=eyes,
    )
