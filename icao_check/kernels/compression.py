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
    for y in range(height):
        for x in range(width - 3):
            before = min(abs(float(grey[y, x + 1]) - float(grey[y, x])), floor)
            here = min(abs(float(grey[y, x + 2]) - float(grey[y, x + 1])), floor)
            after = min(abs(float(grey[y, x + 3]) - float(grey[y, x + 2])), floor)
            columns[x] += here - (before + after) / 2.0
    for y in range(height - 3):
        total = 0.0
        for x in range(width):
            before = min(abs(float(grey[y + 1, x]) - float(grey[y, x])), floor)
            here = min(abs(float(grey[y + 2, x]) - float(grey[y + 1, x])), floor)
            after = min(abs(float(grey[y + 3, x]) - float(grey[y + 2, x])), floor)
            total += here - (before + after) / 2.0
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
    for y in range(height):
        for x in range(columns.shape[0]):
            bend = float(grey[y, x]) - 2.0 * float(grey[y, x + step]) + float(grey[y, x + 2 * step])
            columns[x] += min(abs(bend), most)
    for y in range(rows.shape[0]):
        total = 0.0
        for x in range(width):
            bend = float(grey[y, x]) - 2.0 * float(grey[y + step, x]) + float(grey[y + 2 * step, x])
            total += min(abs(bend), most)
        rows[y] = total / max(width, 1)
    for x in range(columns.shape[0]):
        columns[x] /= max(height, 1)
    return columns, rows
