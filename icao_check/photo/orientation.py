"""How stored rows and columns become upright ones (CIPA DC-008, tag 274)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from icao_check.photo.exif import ORIENTATION, Exif

__all__ = ["orientation_of", "upright"]

Pixels = NDArray[np.uint8]

_UPRIGHT: dict[int, Callable[[Pixels], Pixels]] = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.swapaxes(0, 1),
    6: lambda p: p.swapaxes(0, 1)[:, ::-1],
    7: lambda p: p.swapaxes(0, 1)[::-1, ::-1],
    8: lambda p: p.swapaxes(0, 1)[::-1],
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
    stored : ndarray of shape (H, W, …), uint8
        Rows and columns as stored.
    orientation : int
        1–8.

    Returns
    -------
    ndarray of shape (H, W, …), or (W, H, …) for 5–8; uint8
        C-contiguous; `stored` itself where nothing has to be turned.
    """
    return np.ascontiguousarray(_UPRIGHT[orientation](stored))
