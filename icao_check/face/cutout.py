"""Squares and rectangles cut out of a photo along the face: what networks and appearance measures look at."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.photo import Photo

__all__ = ["Cutout", "cut_out", "face_cutout"]

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cutout:
    """A piece of a photo, turned and scaled.

    Attributes
    ----------
    pixels : ndarray of shape (h, w, 3), uint8
        RGB.
    matrix : ndarray of shape (2, 3), float64
        Carries positions (x, y, 1) in the piece to px of the photo: a turn, a scale and a shift.
    """

    pixels: NDArray[np.uint8]
    matrix: NDArray[np.float64]

    def to_photo(self, points: Points) -> Points:
        """Carry points (..., 2) of the piece to the photo."""
        return points @ self.matrix[:, :2].T + self.matrix[:, 2]

    def to_cutout(self, points: Points) -> Points:
        """Carry points (..., 2) of the photo to the piece."""
        return (points - self.matrix[:, 2]) @ np.linalg.inv(self.matrix[:, :2]).T


def cut_out(
    photo: Photo, centre: Points, along: Points, size: tuple[int, int], *, mirror: bool = False
) -> Cutout:
    """Cut a turned rectangle out of a photo.

    Parameters
    ----------
    photo : Photo
        Upright.
    centre : ndarray of shape (2,), float64
        Middle of the rectangle, in px of the photo.
    along : ndarray of shape (2,), float64
        What one pixel to the right in the piece is in the photo; down is at right angles to it.
    size : (width, height)
        Pixels of the piece.
    mirror : bool
        Mirror the piece left to right.

    Returns
    -------
    Cutout
        Sampled bilinearly from a halving of the photo that is nearly as coarse as the piece, so that no
        detail aliases. Beyond the edge of the photo the edge is repeated.
    """
    width, height = size
    x, y = float(along[0]), float(along[1])
    basis = np.array([[-x if mirror else x, -y], [-y if mirror else y, x]])
    corner = np.asarray(centre, np.float64) - basis @ np.array([(width - 1) / 2.0, (height - 1) / 2.0])
    matrix = np.column_stack([basis, corner])
    times = max(0, math.floor(math.log2(max(math.hypot(x, y), 1e-9))))
    source, factor = photo.halved(times)
    small = matrix / factor
    small[:, 2] = (matrix[:, 2] + 0.5) / factor - 0.5
    pixels = cv2.warpAffine(
        source, small, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    return Cutout(np.asarray(pixels, np.uint8), matrix)


def face_cutout(
    photo: Photo,
    pupils: Points,
    size: tuple[int, int],
    *,
    inter_eye: float,
    eyes_at: tuple[float, float] = (0.5, 0.4),
) -> Cutout:
    """Cut the face out so that the pupils lie level, at a given distance and place.

    This is the seam for measures of appearance (lids, glasses, lips, coverings): whatever the photo's
    resolution, the same part of the face comes to lie on the same pixels.

    Parameters
    ----------
    photo : Photo
        Upright.
    pupils : ndarray of shape (2, 2), float64
        In px of the photo, the left of the picture first.
    size : (width, height)
        Pixels of the piece.
    inter_eye : float
        Distance between the pupils in the piece, in px.
    eyes_at : (x, y)
        Where the point between the pupils lies, as shares of width and height.

    Returns
    -------
    Cutout
        With the matrix back to the photo.

    Raises
    ------
    ValueError
        The pupils coincide.
    """
    axis = pupils[1] - pupils[0]
    if not np.hypot(*axis) > 0:
        raise ValueError("the pupils coincide: the face has no direction")
    along = axis / inter_eye
    down = np.array([-along[1], along[0]])
    width, height = size
    centre = (
        pupils.mean(axis=0)
        + along * ((width - 1) / 2.0 - eyes_at[0] * (width - 1))
        + down * ((height - 1) / 2.0 - eyes_at[1] * (height - 1))
    )
    return cut_out(photo, centre, along, size)
