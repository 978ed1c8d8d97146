"""Kernels that bring pictures to other sizes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["area_average"]


@kernel
def area_average(
    rows: NDArray[np.uint8], left: int, width: int, out_height: int, out_width: int
) -> NDArray[np.uint8]:  # (uint8[:, ::1], int64, int64, int64, int64) -> uint8[:, :, ::1]
    """Return a picture reduced to cells that are the mean of the area that they cover.

    Parameters
    ----------
    rows : ndarray of shape (H, W * 3), uint8
        The rows of a picture of shape (H, W, 3).
    left, width : int
        The columns of the picture that are wanted.
    out_height, out_width : int
        Cells wanted; not more than H and `width`.

    Returns
    -------
    ndarray of shape (out_height, out_width, 3), uint8
        Each pixel counts by the share of it that a cell covers, as with OpenCV's ``INTER_AREA``.

    Notes
    -----
    Rows first: whole rows are added up with their weights, which the processor does many pixels at a time;
    only the few sums that remain are then averaged along the columns.
    """
    height = rows.shape[0]
    out = np.empty((out_height, out_width, 3), np.uint8)
    begin, end = 3 * left, 3 * (left + width)
    sums = np.empty(end - begin, np.float32)
    tall, wide = height / out_height, width / out_width
    scale = np.float32(1.0 / (tall * wide))
    for y in range(out_height):
        top, bottom = y * tall, min((y + 1) * tall, float(height))
        sums[:] = np.float32(0.0)
        row = int(top)
        while row < height and row < bottom:
            weight = np.float32(min(bottom, row + 1.0) - max(top, float(row)))
            source = rows[row, begin:end]
            for i in range(sums.size):
                sums[i] += weight * np.float32(source[i])
            row += 1
        for x in range(out_width):
            start, stop = x * wide, min((x + 1) * wide, float(width))
            red = green = blue = np.float32(0.0)
            column = int(start)
            while column < width and column < stop:
                weight = np.float32(min(stop, column + 1.0) - max(start, float(column)))
                red += weight * sums[3 * column]
                green += weight * sums[3 * column + 1]
                blue += weight * sums[3 * column + 2]
                column += 1
            half = np.float32(0.5)
            out[y, x, 0] = np.uint8(red * scale + half)
            out[y, x, 1] = np.uint8(green * scale + half)
            out[y, x, 2] = np.uint8(blue * scale + half)
    return out
