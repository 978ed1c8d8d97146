"""Kernels on the traces that lossy compression and resampling leave on the raster."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["bend_profile", "step_profile"]


@kernel
def step_profile(
    grey: NDArray[np.float32], floor: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # (float32[:, ::1], float64)
    """Measure how much more each seam between columns, and between rows, jumps than its neighbours.

    Parameters
    ----------
    grey : ndarray of shape (H, W), float32
        Luma.
    floor : float
        Jumps are counted up to this size: edges of the subject must not outweigh a thousand small steps.

    Returns
    -------
    columns : ndarray of shape (W - 3,), float64
        At i: mean over the rows of the jump between columns i + 1 and i + 2, in absolute value, less the
        mean of the two jumps beside it, each capped.
    rows : ndarray of shape (H - 3,), float64
        The same between rows.
    """
    height, width = grey.shape
    columns = np.zeros(max(width - 3, 0))
    rows = np.zeros(max(height - 3, 0))
    half, cap = np.float32(0.5), np.float32(floor)
    excess = np.empty(width, np.float32)
    inner = columns.shape[0]
    for y in range(height):
        first, second, third, fourth = (
            grey[y, :inner],
            grey[y, 1 : 1 + inner],
            grey[y, 2 : 2 + inner],
            grey[y, 3 : 3 + inner],
        )
        for x in range(inner):
            before, here, after = (
                abs(second[x] - first[x]),
                abs(third[x] - second[x]),
                abs(fourth[x] - third[x]),
            )
            before = before if before < cap else cap
            here = here if here < cap else cap
            after = after if after < cap else cap
            columns[x] += here - (before + after) * half
    for y in range(rows.shape[0]):
        top, upper, lower, bottom = grey[y], grey[y + 1], grey[y + 2], grey[y + 3]
        for x in range(width):
            before, here, after = abs(upper[x] - top[x]), abs(lower[x] - upper[x]), abs(bottom[x] - lower[x])
            before = before if before < cap else cap
            here = here if here < cap else cap
            after = after if after < cap else cap
            excess[x] = here - (before + after) * half
        total = 0.0
        for x in range(width):
            total += excess[x]
        rows[y] = total / max(width, 1)
    for x in range(columns.shape[0]):
        columns[x] /= max(height, 1)
    return columns, rows


@kernel
def bend_profile(
    grey: NDArray[np.float32], step: int, most: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # (float32[:, ::1], int64, float64)
    """Measure how much luma bends at each column, and at each row.

    Parameters
    ----------
    grey : ndarray of shape (H, W), float32
        Luma.
    step : int
        Distance of the neighbours on either side, in px.
    most : float
        Bends are counted up to this size.

    Returns
    -------
    columns : ndarray of shape (W - 2·step,), float64
        At i: mean over the rows of the absolute second difference about column i + step, capped.
    rows : ndarray of shape (H - 2·step,), float64
        The same about each row.
    """
    height, width = grey.shape
    columns = np.zeros(max(width - 2 * step, 0))
    rows = np.zeros(max(height - 2 * step, 0))
    two, cap = np.float32(2), np.float32(most)
    bends = np.empty(width, np.float32)
    inner = columns.shape[0]
    for y in range(height):
        left, middle, right = grey[y, :inner], grey[y, step : step + inner], grey[y, 2 * step :]
        for x in range(inner):
            bend = abs(left[x] - two * middle[x] + right[x])
            columns[x] += bend if bend < cap else cap
    for y in range(rows.shape[0]):
        above, here, below = grey[y], grey[y + step], grey[y + 2 * step]
        for x in range(width):
            bend = abs(above[x] - two * here[x] + below[x])
            bends[x] = bend if bend < cap else cap
        total = 0.0
        for x in range(width):
            total += bends[x]
        rows[y] = total / max(width, 1)
    for x in range(columns.shape[0]):
        columns[x] /= max(height, 1)
    return columns, rows
