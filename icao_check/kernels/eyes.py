"""Kernels on the eyes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["disc_redness"]


@kernel
def disc_redness(
    rgb: NDArray[np.uint8], x: float, y: float, radius: float, dark: float
) -> NDArray[np.float64]:  # (uint8[:, :, ::1], float64, float64, float64, float64) -> float64[::1]
    """Return how red each pixel of a disc is.

    Parameters
    ----------
    rgb : ndarray of shape (H, W, 3), uint8
        sRGB.
    x, y : float
        Middle of the disc in px.
    radius : float
        In px.
    dark : float
        Added to the denominator: in a pixel much darker than this no hue can be seen.

    Returns
    -------
    ndarray of shape (N,), float64
        (red - max(green, blue)) / (red + dark) of the pixels whose centres lie in the disc, row by row; 0
        where red is not the largest.
    """
    height, width = rgb.shape[:2]
    top, bottom = max(int(np.ceil(y - radius)), 0), min(int(np.floor(y + radius)), height - 1)
    left, right = max(int(np.ceil(x - radius)), 0), min(int(np.floor(x + radius)), width - 1)
    found = np.zeros(max(bottom - top + 1, 0) * max(right - left + 1, 0))
    count = 0
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            if (row - y) ** 2 + (column - x) ** 2 <= radius * radius:
                red = float(rgb[row, column, 0])
                other = float(max(rgb[row, column, 1], rgb[row, column, 2]))
                found[count] = max(red - other, 0.0) / (red + dark)
                count += 1
    return found[:count]
