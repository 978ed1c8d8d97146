"""Kernels on blur and noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["block_noise", "gradient_energy"]


@kernel
def gradient_energy(
    grey: NDArray[np.float32],
) -> tuple[float, float, float]:  # (float32[:, ::1])
    """Sum the structure tensor over a picture.

    Parameters
    ----------
    grey : ndarray of shape (H, W), float32
        Luma.

    Returns
    -------
    xx, xy, yy : float
        Sums of the products of the central differences per px (Förstner and Gülch 1987), over all pixels but
        those on the rim.
    """
    height, width = grey.shape
    inner = max(width - 2, 0)
    sums = np.zeros((3, inner), np.float32)
    xx, xy, yy = 0.0, 0.0, 0.0
    for y in range(1, height - 1):
        left, right = grey[y, :inner], grey[y, 2:]
        above, below = grey[y - 1, 1:], grey[y + 1, 1:]
        # Column by column, in single precision over a few rows: such a loop the compiler runs eight wide.
        for x in range(inner):
            across, down = right[x] - left[x], below[x] - above[x]
            sums[0, x] += across * across
            sums[1, x] += across * down
            sums[2, x] += down * down
        if y % 32 == 0 or y == height - 2:
            for x in range(inner):
                xx += sums[0, x]
                xy += sums[1, x]
                yy += sums[2, x]
            sums[:] = np.float32(0)
    return xx / 4.0, xy / 4.0, yy / 4.0


@kernel
def block_noise(
    grey: NDArray[np.uint8] | NDArray[np.float32], side: int
) -> NDArray[np.float64]:  # (uint8[:, ::1] or float32[:, ::1], int64) -> float64[:, ::1]
    """Estimate the standard deviation of noise in every block of a picture.

    Parameters
    ----------
    grey : ndarray of shape (H, W), uint8 or float32
        Luma.
    side : int
        Side of the blocks in px. What is left over at the right and at the bottom is not measured.

    Returns
    -------
    ndarray of shape (H' // side, W' // side), float64
        H' = H - 2, W' = W - 2 (the rim has no second difference). Mean absolute response to a difference of
        two Laplacians, which straight edges and slopes do not excite, times √(π/2)/6 (Immerkær, Fast noise
        variance estimation, CVIU 64, 1996, doi 10.1006/cviu.1996.0060).
    """
    height, width = grey.shape
    rows, columns = max(height - 2, 0) // side, max(width - 2, 0) // side
    noise = np.zeros((rows, columns))
    to_deviation = np.sqrt(np.pi / 2.0) / 6.0 / (side * side)
    two = np.float32(2)
    answers, bends = np.empty(columns * side, np.float32), np.empty((3, columns * side), np.float32)
    for y in range(2 if rows > 0 else 0):
        _bends_along(grey[y], bends[y])
    for row in range(rows):
        answers[:] = 0
        # Column by column of a whole row of blocks: such a loop the compiler runs eight wide, a sum not.
        for y in range(row * side + 1, (row + 1) * side + 1):
            above, here, below = bends[(y - 1) % 3], bends[y % 3], bends[(y + 1) % 3]
            _bends_along(grey[y + 1], below)
            for x in range(columns * side):
                answers[x] += abs(above[x] - two * here[x] + below[x])
        for column in range(columns):
            total = 0.0
            for x in range(column * side, (column + 1) * side):
                total += answers[x]
            noise[row, column] = total * to_deviation
    return noise


@kernel
def _bends_along(
    line: NDArray[np.uint8] | NDArray[np.float32], bends: NDArray[np.float32]
) -> None:  # (uint8[::1] or float32[::1], float32[::1])
    """Write the second differences along a line, as many as there is room for."""
    two = np.float32(2)
    for x in range(bends.shape[0]):
        bends[x] = np.float32(line[x]) - two * np.float32(line[x + 1]) + np.float32(line[x + 2])
