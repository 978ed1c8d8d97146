"""Kernels on the wall behind the person."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["colour_spread"]


@kernel
def colour_spread(
    lab: NDArray[np.float32], mask: NDArray[np.bool_], share: float
) -> tuple[int, float, float, float, float]:  # (float32[:, :, ::1], bool_[:, ::1], float64)
    """Return the typical colour of a region and how far the pixels stray from it.

    Parameters
    ----------
    lab : ndarray of shape (H, W, 3), float32
        CIELAB.
    mask : ndarray of shape (H, W), bool
        The region.
    share : float
        Share of the pixels, 0–1, that lies within the returned distance.

    Returns
    -------
    count : int
        Pixels in the region; all else is 0 where there are none.
    lightness, a, b : float
        Channel-wise median colour.
    spread : float
        The `share` quantile of the colour difference ΔE*ab (CIE 15:2018, 8.2.1) to that colour, by linear
        interpolation between order statistics.
    """
    height, width = mask.shape
    count = 0
    for y in range(height):
        for x in range(width):
            if mask[y, x]:
                count += 1
    if count == 0:
        return 0, 0.0, 0.0, 0.0, 0.0
    pixels = np.empty((3, count), np.float64)
    position = 0
    for y in range(height):
        for x in range(width):
            if mask[y, x]:
                for channel in range(3):
                    pixels[channel, position] = lab[y, x, channel]
                position += 1
    lightness = np.median(pixels[0])
    a = np.median(pixels[1])
    b = np.median(pixels[2])
    difference = np.empty(count, np.float64)
    for i in range(count):
        difference[i] = np.sqrt(
            (pixels[0, i] - lightness) ** 2 + (pixels[1, i] - a) ** 2 + (pixels[2, i] - b) ** 2
        )
    return count, lightness, a, b, np.quantile(difference, share)
