"""Kernels on the wall behind the person."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["even_surface", "typical_colour"]


# The classes that a median is looked for in first, and how many per unit.
_CLASSES, _PER_UNIT = 2048, 8.0


@kernel
def typical_colour(
    lab: NDArray[np.float32], mask: NDArray[np.bool_]
) -> tuple[int, float, float, float]:  # (float32[:, :, ::1], bool_[:, ::1])
    """Return the typical colour of a region.

    Parameters
    ----------
    lab : ndarray of shape (H, W, 3), float32
        CIELAB.
    mask : ndarray of shape (H, W), bool
        The region.

    Returns
    -------
    count : int
        Pixels in the region; all else is 0 where there are none.
    lightness, a, b : float
        Channel-wise median colour.
    """
    height, width = mask.shape
    pixels = np.empty((3, height * width), np.float32)
    count = 0
    for y in range(height):
        for x in range(width):
            if mask[y, x]:
                for channel in range(3):
                    pixels[channel, count] = lab[y, x, channel]
                count += 1
    median = np.zeros(3)
    if count == 0:
        return 0, 0.0, 0.0, 0.0
    low, high = (count - 1) // 2, count // 2
    for channel in range(3):
        values = pixels[channel, :count]
        # Counted by classes first: only in the one or two that hold the median it is looked for.
        classes = np.zeros(_CLASSES, np.int64)
        own = np.empty(count, np.uint16)
        for i in range(count):
            place = int(values[i] * _PER_UNIT) + _CLASSES // 2
            own[i] = min(max(place, 0), _CLASSES - 1)
            classes[own[i]] += 1
        first, before = 0, 0
        while before + classes[first] <= low:
            before += classes[first]
            first += 1
        last, until = first, before + classes[first]
        while until <= high:
            last += 1
            until += classes[last]
        near = np.empty(until - before, np.float32)
        kept = 0
        for i in range(count):
            if first <= own[i] <= last:
                near[kept] = values[i]
                kept += 1
        middle = np.float64(np.partition(near, low - before)[low - before])
        if high > low:
            middle = (middle + np.float64(np.partition(near, high - before)[high - before])) / 2.0
        median[channel] = middle
    return count, median[0], median[1], median[2]


@kernel
def even_surface(
    values: NDArray[np.float64],
    basis: NDArray[np.float64],
    darker: float,
    lighter: float,
    least: float,
    stiffness: float,
    rounds: int,
) -> NDArray[np.float64]:  # (float64[:, ::1], float64[:, ::1], float64, float64, float64, float64, int64)
    """Fit a smooth surface to the pixels that belong to it, whatever lies on the others.

    Iteratively reweighted least squares: a residual of length r has the weight ``(1 + (r / (cut s))**2)**-2``
    (Geman and McClure, Statistical methods for tomographic image reconstruction, 1987), where s is 1.4826
    times the median length of the residuals whose last weight exceeds one half, or `least` if that is more.

    Parameters
    ----------
    values : ndarray of shape (n, c), float64
        What is measured at each pixel. The sign of its first channel tells darker from lighter.
    basis : ndarray of shape (n, k), float64
        Polynomials of the place of each pixel, the constant first.
    darker, lighter : float
        The cut for residuals below and above the surface: the smaller, the less they draw it.
    least : float
        Smallest scale of the residuals, in the unit of `values`: noise.
    stiffness : float
        Ridge on all coefficients but the constant, as a share of the sum of the weights.
    rounds : int
        At least 1; the first with equal weights.

    Returns
    -------
    ndarray of shape (k, c), float64
        Coefficients; zeros where there is no pixel.
    """
    count, size = basis.shape
    channels = values.shape[1]
    coefficients = np.zeros((size, channels))
    if count == 0:
        return coefficients
    weights = np.ones(count)
    length = np.empty(count)
    chosen = np.empty(count)
    matrix = np.empty((size, size))
    side = np.empty((size, channels))
    for _ in range(rounds):
        matrix[:] = 0.0
        side[:] = 0.0
        total = 0.0
        for i in range(count):
            total += weights[i]
            for row in range(size):
                weighted = weights[i] * basis[i, row]
                for column in range(row + 1):
                    matrix[row, column] += weighted * basis[i, column]
                for channel in range(channels):
                    side[row, channel] += weighted * values[i, channel]
        for row in range(size):
            matrix[row, row] += (stiffness if row > 0 else 1e-9) * total
        # Cholesky decomposition, then forward and backward substitution.
        for row in range(size):
            for column in range(row + 1):
                rest = matrix[row, column]
                for k in range(column):
                    rest -= matrix[row, k] * matrix[column, k]
                matrix[row, column] = np.sqrt(rest) if row == column else rest / matrix[column, column]
        for channel in range(channels):
            for row in range(size):
                rest = side[row, channel]
                for k in range(row):
                    rest -= matrix[row, k] * coefficients[k, channel]
                coefficients[row, channel] = rest / matrix[row, row]
            for row in range(size - 1, -1, -1):
                rest = coefficients[row, channel]
                for k in range(row + 1, size):
                    rest -= matrix[k, row] * coefficients[k, channel]
                coefficients[row, channel] = rest / matrix[row, row]
        kept = 0
        for i in range(count):
            squared = 0.0
            first = 0.0
            for channel in range(channels):
                residual = values[i, channel]
                for k in range(size):
                    residual -= basis[i, k] * coefficients[k, channel]
                squared += residual * residual
                if channel == 0:
                    first = residual
            length[i] = np.sqrt(squared)
            if weights[i] > 0.5:
                chosen[kept] = length[i]
                kept += 1
            if first < 0.0:
                length[i] = -length[i]
        scale = max(1.4826 * np.median(chosen[:kept]) if kept > 0 else least, least)
        for i in range(count):
            cut = darker if length[i] < 0.0 else lighter
            ratio = length[i] / (cut * scale)
            weights[i] = 1.0 / (1.0 + ratio * ratio) ** 2
    return coefficients
