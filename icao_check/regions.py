"""Which pixels are the person's skin, hair and clothes, and which are the wall."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.landmarks import Landmarks
from icao_check.photo import Photo
from icao_check.region_network import (
    CANVAS_COLUMNS,
    CANVAS_ROWS,
    forward,
    kind_votes,
    network_cells,
    person_share,
)

__all__ = [
    "BACKGROUND",
    "CLOTHES",
    "HAIR",
    "PERSON",
    "REGION_HEIGHT",
    "SKIN",
    "UNDECIDED",
    "Regions",
    "find_regions",
    "lab_of",
]

BACKGROUND, SKIN, HAIR, CLOTHES, UNDECIDED = range(5)
"""Labels. Skin: the face with eyes, lips and beard, ears, neck, hands. Clothes: whatever is worn, also on the
head."""
PERSON = 255
"""Skin, hair or clothes; only for :meth:`Regions.mask`."""
REGION_HEIGHT = 256
"""Rows of the label map."""

# The network sees the picture as far as this from between the pupils, in face sizes: to the left and right,
# up, down. A whole print is never larger.
_REACH = (4.4, 4.4, 6.6)
# In a wide picture the shoulders, and no more, may take detail from the head.
_LEAST_SIDE = 3.2
# From the pupils to the chin, in face sizes: where the eyes' distance is foreshortened, this tells the size.
_CHIN_BELOW = 1.75
# The colour lines: window (in 2 × 2 pixels of the canvas) and the contrast below which an edge is noise.
_GUIDE_RADIUS, _GUIDE_EPSILON = 2, 1e-3
# Points of the table of CIELAB's cube root.
_ROOT_STEPS = 4096
# Cells with a smaller or a larger share of the person belong to one side; the others are the seam.
_SEAM = np.array([0.15, 0.85], np.float32)


@dataclass(frozen=True, slots=True)
class Regions:
    """Label map of a photo at working resolution.

    Attributes
    ----------
    labels : ndarray of shape (h, w), uint8
        ``BACKGROUND``, ``SKIN``, ``HAIR``, ``CLOTHES`` or ``UNDECIDED`` (the seam between person and wall).
    share : ndarray of shape (h, w), float32
        How much of the cell is person, from 0 to 1: 0.5 is the outline.
    kinds : ndarray of shape (h, w), uint8
        ``SKIN``, ``HAIR`` or ``CLOTHES``: what the cell is as far as it is person, also on the seam.
    lab : ndarray of shape (h, w, 3), float32
        The same pixels in CIELAB (D65).
    px_per_cell : float
        Pixels of the full-resolution photo per cell of the map.
    """

    labels: NDArray[np.uint8]
    share: NDArray[np.float32]
    kinds: NDArray[np.uint8]
    lab: NDArray[np.float32]
    px_per_cell: float

    def mask(self, label: int) -> NDArray[np.bool_]:
        """Return the cells of one label (or of ``PERSON``), shape (h, w), bool."""
        if label == PERSON:
            return np.isin(self.labels, (SKIN, HAIR, CLOTHES))
        return np.equal(self.labels, label)


def lab_of(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Convert sRGB pixels, (H, W, 3) uint8, to CIELAB (D65), float32, within 0.005 of the formula."""
    # Numba is imported on first use. OpenCV builds its tables for floats first: 0.2 s at every start.
    from icao_check.kernels.colour_space import srgb_to_lab

    pixels = np.ascontiguousarray(rgb).view()
    pixels.flags.writeable = False  # as those of a photo: the kernel is compiled for these alone
    return srgb_to_lab(pixels, *_lab_tables())


@functools.cache
def _lab_tables() -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return the light of each sRGB code, the matrix to white-relative XYZ and the function f of CIELAB."""
    code = np.arange(256) / 255.0
    light = np.where(code > 0.04045, ((code + 0.055) / 1.055) ** 2.4, code / 12.92)  # IEC 61966-2-1
    xyz = np.array([(0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)])
    share = np.linspace(0.0, 1.0, _ROOT_STEPS + 1)
    root = np.where(share > 216 / 24389, np.cbrt(share), (24389 / 27 * share + 16) / 116)  # CIE 15:2004
    relative = xyz / xyz.sum(axis=1, keepdims=True)
    return light.astype(np.float32), relative.astype(np.float32), root.astype(np.float32)


def find_regions(photo: Photo, landmarks: Landmarks) -> Regions:
    """Separate the person of the main face from everything else, and skin, hair and clothes from each other.

    A small network (its card: ``models/regions.md``) sees the picture and where the face is in it, and says
    for each pixel of a coarse canvas how probably it is the person. Along the person's outline the colours of
    the finer picture then decide (guided filter). Other people, objects, furniture, shadows on the wall and
    the margins of a print are background.

    Parameters
    ----------
    photo : Photo
        Upright.
    landmarks : Landmarks
        Of the main face, in px of `photo`.

    Returns
    -------
    Regions
        At :data:`REGION_HEIGHT` rows, or fewer for a smaller photo.
    """
    small = photo.reduced(REGION_HEIGHT)
    place = _place(landmarks)
    left, top, width, height = window = _window(photo, place)
    scale = min(CANVAS_ROWS / height, CANVAS_COLUMNS / width)
    rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
    corner = np.array([(CANVAS_COLUMNS - columns) // 2, (CANVAS_ROWS - rows) // 2])
    picture = _reduced_window(photo, small, window, rows, columns)
    canvas = np.zeros((CANVAS_ROWS, CANVAS_COLUMNS, 3), np.uint8)
    canvas[corner[1] : corner[1] + rows, corner[0] : corner[0] + columns] = picture
    extent = np.array([corner[0], corner[1], corner[0] + columns, corner[1] + rows])

    # From pixels of the photo to pixels of the canvas.
    zoom = np.array([columns / width, rows / height])
    place[:2] = (place[:2] + 0.5 - (left, top)) * zoom - 0.5 + corner
    place[2] *= scale
    logits = forward(network_cells(canvas, place, extent))
    probability = person_share(logits)[extent[1] : extent[3], extent[0] : extent[2]]
    # Numba is imported on first use.
    from icao_check.kernels.regions import colour_lines, map_cells

    # The lines are found on half as many rows: at a quarter of the cost they follow the outline as well.
    half = max(1, columns // 2), max(1, rows // 2)
    lines = colour_lines(
        np.asarray(cv2.resize(picture, half, interpolation=cv2.INTER_AREA), np.uint8),
        np.asarray(cv2.resize(probability, half, interpolation=cv2.INTER_AREA), np.float32),
        _GUIDE_RADIUS,
        _GUIDE_EPSILON,
    )

    factor = np.array([photo.width / small.shape[1], photo.height / small.shape[0]])
    first, step = (0.5 * factor - (left, top)) * zoom - 0.5, factor * zoom
    coarser = np.array([half[0] / columns, half[1] / rows])
    line_places = np.concatenate([(first + 0.5) * coarser - 0.5, step * coarser])
    # Votes stand in the middle of 2 × 2 pixels of the canvas.
    vote_places = np.concatenate([(first + corner - 0.5) / 2.0, step / 2.0])
    share, kinds, labels = map_cells(small, lines, kind_votes(logits), line_places, vote_places, _SEAM)
    return Regions(labels, share, kinds, lab_of(small), float(factor[1]))


def _place(landmarks: Landmarks) -> NDArray[np.float64]:
    """Return x, y between the pupils, the face size, cosine and sine of the roll; in px of the photo."""
    left, right = landmarks.left_eye.mean(axis=0), landmarks.right_eye.mean(axis=0)
    middle, across = (left + right) / 2.0, right - left
    distance = max(float(np.hypot(*across)), 1.0)
    size = max(distance, float(np.hypot(*(landmarks.chin - middle))) / _CHIN_BELOW)
    return np.array([*middle, size, *(across / distance)])


def _window(photo: Photo, place: NDArray[np.float64]) -> tuple[int, int, int, int]:
    """Return left, top, width and height of the part of the photo that the network sees, in px."""
    side, up, down = (reach * place[2] for reach in _REACH)
    height = min(photo.height, place[1] + down) - max(0.0, place[1] - up)
    side = min(side, max(_LEAST_SIDE * place[2], 0.5 * height * CANVAS_COLUMNS / CANVAS_ROWS))
    left, top = max(0, int(place[0] - side)), max(0, int(place[1] - up))
    right, bottom = min(photo.width, int(place[0] + side)), min(photo.height, int(place[1] + down))
    if right - left < 1 or bottom - top < 1:  # landmarks far outside the picture
        return 0, 0, photo.width, photo.height
    return left, top, right - left, bottom - top


def _reduced_window(
    photo: Photo, small: NDArray[np.uint8], window: tuple[int, int, int, int], rows: int, columns: int
) -> NDArray[np.uint8]:
    """Return the window of the photo at `rows` × `columns` pixels."""
    left, top, width, height = window
    source = photo.rgb[top : top + height, left : left + width]
    if (width, height) == (photo.width, photo.height) and rows <= small.shape[0]:
        source = small
    if rows < source.shape[0]:
        # Numba is imported on first use.
        from icao_check.kernels.raster import area_means

        pixels = np.ascontiguousarray(source).view()
        pixels.flags.writeable = False  # as those of a photo: the kernel is compiled for these alone
        return area_means(pixels, rows, columns)
    return np.asarray(cv2.resize(source, (columns, rows), interpolation=cv2.INTER_LINEAR), np.uint8)
