"""A perceptual hash of the aligned face: the same exposure again, whatever its crop, scale or compression."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.face import Face
from icao_check.photo import Photo

__all__ = ["HASH_BITS", "align_face", "perceptual_hash"]

HASH_BITS = 256
"""Bits of a hash."""

_SIDE = 64
_FREQUENCIES = 17


def align_face(photo: Photo, face: Face, side: int) -> NDArray[np.float32]:
    """Return the grey face, upright and of one size.

    Parameters
    ----------
    photo : Photo
        Upright.
    face : Face
        Its main face.
    side : int
        Pixels of the square. The pupils come to lie at 30 and 70 % of the width, at 40 % of the height.

    Returns
    -------
    ndarray of shape (side, side), float32
        Luma, 0–255; beyond the edge of the photo the edge is repeated.
    """
    left, right = face.pupils
    along = (right - left) / (0.4 * (side - 1))
    across = np.array([-along[1], along[0]])
    origin = left - 0.3 * (side - 1) * along - 0.4 * (side - 1) * across
    # Sample a reduction that is about as fine as the target, so that no detail aliases.
    rows = max(1, round(photo.height / max(1.0, float(np.hypot(*along)))))
    small = photo.reduced(rows)
    factor = photo.height / small.shape[0]
    matrix = np.column_stack([along, across, origin + 0.5 - 0.5 * factor]) / factor
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    aligned = cv2.warpAffine(
        grey,
        matrix,
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(aligned, np.float32)


def perceptual_hash(photo: Photo, face: Face) -> NDArray[np.uint64]:
    """Return the signs of the low frequencies of the aligned face.

    Parameters
    ----------
    photo : Photo
        Upright.
    face : Face
        Its main face.

    Returns
    -------
    ndarray of shape (4,), uint64
        256 bits: for each of the lowest 16 × 16 frequencies of the cosine transform (without the constant
        row and column) whether it is above the median of them all. Brightness and contrast cancel out.
    """
    frequencies = cv2.dct(align_face(photo, face, _SIDE))[1:_FREQUENCIES, 1:_FREQUENCIES]
    bits = frequencies.ravel() > np.median(frequencies)
    return np.packbits(bits).view(np.uint64)
