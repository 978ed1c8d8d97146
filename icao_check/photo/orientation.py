"""How stored rows and columns become upright ones (CIPA DC-008, tag 274)."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.photo.exif import ORIENTATION, Exif

__all__ = ["orientation_of", "upright"]

Pixels = NDArray[np.uint8]

# By OpenCV: NumPy takes ten times as long to copy transposed pixels.
_UPRIGHT: dict[int, Callable[[Pixels], cv2.typing.MatLike]] = {
    1: lambda p: p,
    2: lambda p: cv2.flip(p, 1),
    3: lambda p: cv2.rotate(p, cv2.ROTATE_180),
    4: lambda p: cv2.flip(p, 0),
    5: cv2.transpose,
    6: lambda p: cv2.rotate(p, cv2.ROTATE_90_CLOCKWISE),
    7: lambda p: cv2.flip(cv2.transpose(p), -1),
    8: lambda p: cv2.rotate(p, cv2.ROTATE_90_COUNTERCLOCKWISE),
}


def orientation_of(exif: Exif | None) -> int:
    """Return the orientation 1–8; 1 where there is none or another number.

    The orientation that an XMP packet may repeat is not used: no viewer uses it.
    """
    tag = None if exif is None else exif.tags.get(ORIENTATION)
    return tag if isinstance(tag, int) and tag in _UPRIGHT else 1


def upright(stored: Pixels, orientation: int) -> Pixels:
    """Return stored pixels as they are to be displayed.

    Parameters
    ----------
    stored : ndarray of shape (H, W) or (H, W, C), uint8
        Rows and columns as stored.
    orientation : int
        1–8.

    Returns
    -------
    ndarray of shape (H, W …), or (W, H …) for 5–8; uint8
        C-contiguous; `stored` itself where nothing has to be turned.
    """
    return np.ascontiguousarray(_UPRIGHT[orientation](stored), np.uint8)
