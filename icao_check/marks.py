"""Where ink, scratches and creases lie on a photo: one look of a small network at the head and around it."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.face.cutout import Cutout, cut_out
from icao_check.face.points import posture_of
from icao_check.landmarks import Landmarks
from icao_check.network import Network
from icao_check.photo import Photo

__all__ = [
    "CELL",
    "RASTER_EYES",
    "RASTER_FACE",
    "RASTER_SIZE",
    "Marks",
    "colour_steps",
    "find_marks",
    "mark_cells",
    "mark_raster",
]

Floats = NDArray[np.float32]

RASTER_SIZE = (256, 320)
"""Width and height of the raster that the network sees, in px."""
RASTER_FACE = 64.0
"""Face size on the raster in px: on a print of 35 × 45 mm a millimetre is then about 7 px."""
RASTER_EYES = (127.5, 143.5)
"""Where the point between the pupils lies on the raster."""
CELL = 2
"""Pixels of the raster per cell of the answer."""

# Side of the square that is a colour's surroundings, in cells.
_AROUND = 7

_network = Network("marks", ("logits",))


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Where marks are.

    Attributes
    ----------
    log_odds : ndarray of shape (160, 128), float32
        Of each cell being marked; the face is upright in the middle.
    inside : ndarray of shape (160, 128), bool
        Which cells lie in the photo.
    matrix : ndarray of shape (2, 3), float64
        Carries positions (x, y, 1) of cells to px of the photo.
    pixels : ndarray of shape (320, 256, 3), uint8
        RGB: what the network saw.
    """

    log_odds: Floats
    inside: NDArray[np.bool_]
    matrix: NDArray[np.float64]
    pixels: NDArray[np.uint8]

    @property
    def cell_side(self) -> float:
        """Side of a cell in px of the photo."""
        return float(np.hypot(*self.matrix[:, 0]))


def mark_raster(photo: Photo, landmarks: Landmarks) -> Cutout:
    """Return what the network sees: the head upright, at one size, with about the whole of a print.

    Parameters
    ----------
    photo : Photo
        Upright.
    landmarks : Landmarks
        Of the main face, in px of `photo`.

    Returns
    -------
    Cutout
        Of :data:`RASTER_SIZE`; beyond the edge of the photo the edge is repeated.
    """
    posture = posture_of(landmarks.points)
    step = posture.size / RASTER_FACE
    middle = (np.array(RASTER_SIZE) - 1) / 2.0 - RASTER_EYES
    centre = posture.eyes + step * (posture.along * middle[0] + posture.down * middle[1])
    return cut_out(photo, centre, posture.along * step, RASTER_SIZE)


def find_marks(photo: Photo, landmarks: Landmarks) -> Marks:
    """Look for what lies on the picture and not in it.

    A small network (its card: ``models/marks.md``) has been taught strokes of pens, stamps and seals,
    scratches, creases, dust, holes, tape and embossing on photos of all kinds, and what must not be taken for
    them: hair, glasses, jewellery, clothes, walls and what stands before them, shadows, noise.

    Parameters
    ----------
    photo : Photo
        Upright.
    landmarks : Landmarks
        Of the main face, in px of `photo`.

    Returns
    -------
    Marks
        On a raster along the face.
    """
    raster = mark_raster(photo, landmarks)
    matrix = raster.matrix.copy()
    matrix[:, 2] += matrix[:, :2] @ np.full(2, (CELL - 1) / 2.0)
    matrix[:, :2] *= CELL
    inside = _inside(matrix, photo.width, photo.height)
    (answer,) = _network.forward(mark_cells(raster.pixels, inside))
    height, width = inside.shape
    planes = answer.reshape(2, 2, height // 2, width // 2).transpose(2, 0, 3, 1).reshape(height, width)
    return Marks(np.ascontiguousarray(planes), inside, matrix, raster.pixels)


def colour_steps(pixels: NDArray[np.uint8], cells: NDArray[np.intp]) -> Floats:
    """Return how far the colour of some cells is from that of their surroundings, whatever the lightness.

    Parameters
    ----------
    pixels : ndarray of shape (320, 256, 3), uint8
        RGB.
    cells : ndarray of shape (N,), int
        Indices of cells of 2 × 2 pixels, row by row.

    Returns
    -------
    ndarray of shape (N,), float32
        Root of the sum of squares of two differences in levels: of Cr and of Cb (ITU-R BT.601), means over
        the cell, from their medians in a square of about 2 mm.
    """
    # Numba is imported on first use.
    from icao_check.kernels.raster import medians_at

    if len(cells) == 0:
        return np.zeros(0, np.float32)
    size = (pixels.shape[1] // CELL, pixels.shape[0] // CELL)
    colours = cv2.resize(cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb), size, interpolation=cv2.INTER_AREA)
    squares = np.zeros(len(cells), np.float32)
    for plane in (np.asarray(plane, np.uint8) for plane in cv2.split(colours)[1:]):
        step = plane.ravel()[cells].astype(np.float32) - medians_at(plane, cells, _AROUND // 2)
        squares += step * step
    return np.sqrt(squares)


def mark_cells(pixels: NDArray[np.uint8], inside: NDArray[np.bool_]) -> Floats:
    """Return a raster as the network wants it.

    Parameters
    ----------
    pixels : ndarray of shape (320, 256, 3), uint8
        RGB.
    inside : ndarray of shape (160, 128), bool
        Which cells of 2 × 2 pixels lie in the photo.

    Returns
    -------
    ndarray of shape (1, 15, 160, 128), float32
        Per cell: its twelve values, row by row and RGB by RGB, from -1 to 1; ``tanh(u / 2)`` and
        ``tanh((v - 0.8) / 2)`` with (u, v) how many face sizes its centre lies right of and below the point
        between the pupils; 1 inside the photo and 0 outside.
    """
    # Numba is imported on first use.
    from icao_check.kernels.raster import cell_planes

    cells = cell_planes(pixels, 15)
    cells[0, 12:14] = _places()
    cells[0, 14] = inside
    return cells


@functools.cache
def _places() -> Floats:
    width, height = (side // CELL for side in RASTER_SIZE)
    u = (CELL * np.arange(width) + 0.5 - RASTER_EYES[0]) / RASTER_FACE
    v = (CELL * np.arange(height) + 0.5 - RASTER_EYES[1]) / RASTER_FACE
    places = np.empty((2, height, width), np.float32)
    places[0] = np.tanh(u / 2.0)
    places[1] = np.tanh((v - 0.8) / 2.0)[:, np.newaxis]
    return places


def _inside(matrix: NDArray[np.float64], width: int, height: int) -> NDArray[np.bool_]:
    """Return the cells whose centre lies in a photo."""
    columns, rows = (side // CELL for side in RASTER_SIZE)
    x, y = (
        line[0] * np.arange(columns) + (line[1] * np.arange(rows) + line[2])[:, np.newaxis] for line in matrix
    )
    return np.asarray((x > -0.5) & (x < width - 0.5) & (y > -0.5) & (y < height - 0.5))
