"""Kernel that reduces pictures; belongs to no subject."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["area_means"]


@kernel
def area_means(
    rgb: NDArray[np.uint8], height: int, width: int
) -> NDArray[np.uint8]:  # (uint8[:, :, ::1], int64, int64)
    """Reduce a picture: each pixel of the result is the mean over the area that it covers.

    Parameters
    ----------
    rgb : ndarray of shape (H, W, 3), uint8
        Of at least as many rows and columns as the result.
    height, width : int
        Size of the result in px.

    Returns
    -------
    ndarray of shape (height, width, 3), uint8
        Rounded half to even. Pixels that lie partly in the area count with the part.
    """
    rows, columns = rgb.shape[:2]
    reduced = np.empty((height, width, 3), np.uint8)
    down, across = rows / height, columns / width
    first, count = np.empty(width, np.uint32), np.empty(width, np.uint32)
    weight = np.zeros((width, int(across) + 3), np.float32)
    for x in range(width):
        begin, end = x * across, min((x + 1) * across, float(columns))
        left, right = int(begin), min(int(np.ceil(end)), columns)
        first[x], count[x] = 3 * left, right - left
        for column in range(left, right):
            inside = min(end, column + 1.0) - max(begin, float(column))
            weight[x, column - left] = inside / (end - begin)
    flat = rgb.reshape(rows, 3 * columns)
    line = np.empty(3 * columns, np.float32)
    zero, following, skipped = np.float32(0), np.uint32(1), np.uint32(2)
    for y in range(height):
        begin, end = y * down, min((y + 1) * down, float(rows))
        # Down first: such a loop the compiler runs eight wide. What is left to sum across is half as much.
        line[:] = 0
        for row in range(int(begin), min(int(np.ceil(end)), rows)):
            part = np.float32((min(end, row + 1.0) - max(begin, float(row))) / (end - begin))
            source = flat[row]
            for i in range(3 * columns):
                line[i] += part * source[i]
        for x in range(width):
            red, green, blue = zero, zero, zero
            at = first[x]
            for k in range(count[x]):
                part = weight[x, k]
                red += part * line[at]
                green += part * line[at + following]
                blue += part * line[at + skipped]
                at += np.uint32(3)
            reduced[y, x, 0], reduced[y, x, 1] = np.rint(red), np.rint(green)
            reduced[y, x, 2] = np.rint(blue)
    return reduced
