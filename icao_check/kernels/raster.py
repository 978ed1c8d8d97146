"""Kernels that reduce pictures or lay them out anew; they belong to no subject."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["area_means", "cell_planes", "medians_at"]


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


@kernel
def cell_planes(
    rgb: NDArray[np.uint8], planes: int
) -> NDArray[np.float32]:  # (uint8[:, :, ::1], int64) -> float32[:, :, :, ::1]
    """Lay the colours of cells of 2 × 2 pixels out plane by plane, as networks want them.

    Parameters
    ----------
    rgb : ndarray of shape (2 h, 2 w, 3), uint8
        sRGB.
    planes : int
        At least 12.

    Returns
    -------
    ndarray of shape (1, planes, h, w), float32
        In the first twelve planes the values of each cell, row by row and RGB by RGB, from -1 to 1; in the
        others 0.
    """
    height, width = rgb.shape[0] // 2, rgb.shape[1] // 2
    cells = np.zeros((1, planes, height, width), np.float32)
    unit, one = np.float32(2 / 255), np.float32(1)
    for y in range(2 * height):
        line = rgb[y].reshape(6 * width)
        for value in range(6):
            plane = cells[0, 6 * (y % 2) + value, y // 2]
            for x in range(width):
                plane[x] = line[6 * x + value] * unit - one
    return cells


@kernel
def medians_at(
    plane: NDArray[np.uint8], places: NDArray[np.int64], reach: int
) -> NDArray[np.uint8]:  # (uint8[:, ::1], int64[::1], int64) -> uint8[::1]
    """Return the median of the square around some pixels.

    Parameters
    ----------
    plane : ndarray of shape (H, W), uint8
        Any values.
    places : ndarray of shape (N,), int64
        Indices of pixels, row by row.
    reach : int
        Half the side of the square, which has ``2 reach + 1`` pixels. Beyond the edge the edge is repeated.

    Returns
    -------
    ndarray of shape (N,), uint8
        One median per place.
    """
    height, width = plane.shape
    side = 2 * reach + 1
    around = np.empty(side * side, np.uint8)
    medians = np.empty(places.shape[0], np.uint8)
    for place in range(places.shape[0]):
        y, x = places[place] // width, places[place] % width
        count = 0
        for down in range(y - reach, y + reach + 1):
            line = plane[min(max(down, 0), height - 1)]
            for across in range(x - reach, x + reach + 1):
                around[count] = line[min(max(across, 0), width - 1)]
                count += 1
        # Bit by bit: counting is what compilers do best.
        median = 0
        for bit in range(7, -1, -1):
            candidate, below = np.uint8(median + (1 << bit)), np.int32(0)
            for i in range(count):
                below += np.int32(around[i] < candidate)
            if below <= count // 2:
                median += 1 << bit
        medians[place] = median
    return medians
