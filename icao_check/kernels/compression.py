"""Kernels on the traces that lossy compression and resampling leave on the raster."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["bend_profile", "jump_profile"]


@kernel
def jump_profile(
    grey: NDArray[np.uint8], most: float
) -> NDArray[np.float64]:  # (uint8[:, ::1], float64) -> float64[::1]
    """Measure how much luma jumps from each column to the next.

    Parameters
    ----------
    grey : ndarray of shape (H, W), uint8
        Luma; turned, for the jumps between rows.
    most : float
        Jumps are counted up to this size: edges of the subject must not outweigh a thousand small steps.

    Returns
    -------
    ndarray of shape (W - 1,), float64
        At i: mean over the rows of the absolute difference of columns i and i + 1, capped.
    """
    height, width = grey.shape
    # Sums of whole numbers below 2^24 are exact in single precision.
    jumps = np.zeros(max(width - 1, 0), np.float32)
    inner = jumps.shape[0]
    cap = np.float32(most)
    for y in range(height):
        left, right = grey[y, :inner], grey[y, 1:]
        for x in range(inner):
            jump = abs(np.float32(right[x]) - np.float32(left[x]))
            jumps[x] += jump if jump < cap else cap
    profile = np.zeros(inner)
    for x in range(inner):
        profile[x] = jumps[x] / max(height, 1)
    return profile


@kernel
def bend_profile(
    grey: NDArray[np.uint8], step: int, most: float
) -> NDArray[np.float64]:  # (uint8[:, ::1], int64, float64) -> float64[::1]
    """Measure how much luma bends at each column.

    Parameters
    ----------
    grey : ndarray of shape (H, W), uint8
        Luma; turned, for the bends at rows.
    step : int
        Distance of the neighbours on either side, in px.
    most : float
        Bends are counted up to this size.

    Returns
    -------
    ndarray of shape (W - 2·step,), float64
        At i: mean over the rows of the absolute second difference about column i + step, capped.
    """
    height, width = grey.shape
    bends = np.zeros(max(width - 2 * step, 0), np.float32)  # exact, as above
    inner = bends.shape[0]
    two, cap = np.float32(2), np.float32(most)
    for y in range(height):
        left, middle, right = grey[y, :inner], grey[y, step : step + inner], grey[y, 2 * step :]
        for x in range(inner):
            bend = abs(np.float32(left[x]) - two * np.float32(middle[x]) + np.float32(right[x]))
            bends[x] += bend if bend < cap else cap
    profile = np.zeros(inner)
    for x in range(inner):
        profile[x] = bends[x] / max(height, 1)
    return profile
