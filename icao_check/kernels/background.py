"""Kernels on the wall behind the person."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["cast_shade", "even_surface", "surface_contrast", "typical_colour"]


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
    for channel in range(3):
        # The bits of numbers in single precision, read as integers, have the order of the numbers, once those
        # of negative ones are turned. The median is found bit by bit: counting is what compilers do best. Now
        # and then all is left out that differs in the bits found so far.
        keys = pixels[channel, :count].view(np.int32)
        for i in range(count):
            keys[i] ^= (keys[i] >> 31) & 0x7FFFFFFF
        found, following = np.int64(-(1 << 31)), np.int64((1 << 31) - 1)
        left, before = count, 0
        for bit in range(31, -1, -1):
            candidate = np.int32(found + (1 << bit))
            below = np.int32(0)
            for i in range(left):
                below += np.int32(keys[i] < candidate)
            if before + below <= (count - 1) // 2:
                found = np.int64(candidate)
            if bit % 4 == 0 and bit > 0:
                kept, beyond = 0, found + (1 << bit)
                for i in range(left):
                    key = np.int64(keys[i])
                    if key < found:
                        before += 1
                    elif key >= beyond:
                        following = min(following, key)
                    else:
                        keys[kept] = key
                        kept += 1
                left = kept
        # For an even number the mean with the next one.
        reached = before
        for i in range(left):
            if keys[i] <= found:
                reached += 1
            else:
                following = min(following, np.int64(keys[i]))
        middle = np.empty(2, np.int32)
        middle[0] = found
        middle[1] = found if reached > count // 2 else following
        for i in range(2):
            middle[i] ^= (middle[i] >> 31) & 0x7FFFFFFF
        values = middle.view(np.float32)
        median[channel] = (np.float64(values[0]) + np.float64(values[1])) / 2.0
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


@kernel
def surface_contrast(
    lab: NDArray[np.float32],
    mask: NDArray[np.bool_],
    coefficients: NDArray[np.float64],
    rows: NDArray[np.float64],
    columns: NDArray[np.float64],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    # (float32[:, :, ::1], bool_[:, ::1], float64[:, ::1], float64[::1], float64[::1])
    """Return how far the pixels of a region are from a smooth surface.

    Parameters
    ----------
    lab : ndarray of shape (H, W, 3), float32
        CIELAB.
    mask : ndarray of shape (H, W), bool
        The region, of n pixels.
    coefficients : ndarray of shape (6, 3), float64
        Of each channel of the surface: those of 1, x, y, x², xy, y².
    rows, columns : ndarray of shape (H,) and (W,), float64
        y and x of that polynomial.

    Returns
    -------
    surface : ndarray of shape (3, n), float32
        Colour of the surface at the pixels, row by row.
    contrast : ndarray of shape (n,), float32
        ΔE*ab (CIE 15:2004, 8.2.1.3) of the pixels to it.
    """
    height, width = mask.shape
    surface = np.empty((3, mask.sum()), np.float32)
    contrast = np.empty(surface.shape[1], np.float32)
    level, slope = np.empty(3), np.empty(3)
    count = 0
    for row in range(height):
        y = rows[row]
        for channel in range(3):
            level[channel] = coefficients[0, channel] + y * (
                coefficients[2, channel] + y * coefficients[5, channel]
            )
            slope[channel] = coefficients[1, channel] + y * coefficients[4, channel]
        for column in range(width):
            if mask[row, column]:
                x = columns[column]
                squared = 0.0
                for channel in range(3):
                    value = level[channel] + x * (slope[channel] + x * coefficients[3, channel])
                    surface[channel, count] = value
                    away = lab[row, column, channel] - value
                    squared += away * away
                contrast[count] = np.sqrt(squared)
                count += 1
    return surface, contrast


@kernel
def cast_shade(
    lab: NDArray[np.float32],
    place: NDArray[np.uint8],
    share: NDArray[np.float32],
    lit: NDArray[np.float64],
    rows: NDArray[np.float64],
    columns: NDArray[np.float64],
    wall: NDArray[np.float64],
    hair: NDArray[np.float64],
    spread: tuple[float, float],
    chroma: tuple[float, float],
    deepest: tuple[float, float],
    softly: tuple[float, float],
    doubtful: tuple[float, float],
    apart: tuple[float, float],
    steep: float,
    grainy: float,
    least: float,
) -> tuple[
    NDArray[np.float32], NDArray[np.float32]
]:  # (float32[:, :, ::1], uint8[:, ::1], float32[:, ::1], float64[::1] five times, then floats and pairs)
    """Return how much of the light shade takes from each cell, and how much of that is level.

    All limits are soft: the cubic ``t**2 * (3 - 2 * t)`` leads from 1 to 0, or from 0 to 1, between them.

    Parameters
    ----------
    lab : ndarray of shape (H, W, 3), float32
        CIELAB.
    place : ndarray of shape (H, W), uint8
        1 where shade may lie, 2 where it may have been taken for hair; 0 elsewhere.
    share : ndarray of shape (H, W), float32
        How much of the cell may be a person, 0–1.
    lit : ndarray of shape (6,), float64
        The logarithm of the luminance without shade: coefficients of 1, x, y, x², xy, y².
    rows, columns : ndarray of shape (H,) and (W,), float64
        y and x of that polynomial.
    wall : ndarray of shape (2,), float64
        a* and b* without shade.
    hair : ndarray of shape (3,), float64
        L*, a*, b* of the hair; infinite where there is none.
    spread : (float, float)
        How far the L* and the chroma of hair stray from that.
    chroma, deepest : (float, float)
        The chroma difference to the shaded wall, and the share of the light taken, beyond which it is
        something else; where `place` is 1, and where it is 2.
    softly : (float, float)
        Shares of these at which doubt begins and ends.
    doubtful : (float, float)
        From which `share` on a cell has to differ from the hair, softly.
    apart : (float, float)
        By how many spreads the cell has to differ, softly.
    steep, grainy : float
        Shade is level where L* differs among a cell and its neighbours by less than `steep` times what the
        shade takes of it, and `grainy`.
    least : float
        Less of the light than this counts as none.

    Returns
    -------
    shade, flat : ndarray of shape (H, W), float32
        0–1; `flat` is never more than `shade`.
    """
    height, width = place.shape
    shade = np.zeros((height, width), np.float32)
    flat = np.zeros((height, width), np.float32)
    most_left = (1.0 - least) ** (1.0 / 3.0)
    for y in range(height):
        level_here = lit[0] + rows[y] * (lit[2] + rows[y] * lit[5])
        slope_here = lit[1] + rows[y] * lit[4]
        for x in range(width):
            kind = place[y, x]
            if kind == 0:
                continue
            logarithm = level_here + columns[x] * (slope_here + columns[x] * lit[3])
            root = math.exp(logarithm / 3.0)
            lightness = np.float64(lab[y, x, 0])
            # The root of the luminance; that of a thousandth is the least.
            left = max((lightness + 16.0) / 116.0, 0.1) / root
            if left > most_left:
                continue
            darkness = 1.0 - left * left * left
            side = kind - 1
            da, db = lab[y, x, 1] - wall[0] * left, lab[y, x, 2] - wall[1] * left
            tint = math.sqrt(da * da + db * db) / chroma[side]
            taken = darkness * (1.0 - _step(tint, softly[0], softly[1]))
            taken *= 1.0 - _step(darkness / deepest[side], softly[0], softly[1])
            doubt = _step(np.float64(share[y, x]), doubtful[0], doubtful[1])
            if doubt > 0.0:
                dl = (lightness - hair[0]) / spread[0]
                da, db = (lab[y, x, 1] - hair[1]) / spread[1], (lab[y, x, 2] - hair[2]) / spread[1]
                differs = _step(math.sqrt(dl * dl + da * da + db * db), apart[0], apart[1])
                taken *= 1.0 - doubt * (1.0 - differs)
            if taken < least:
                continue
            shade[y, x] = taken
            low = high = lab[y, x, 0]
            for j in range(max(y - 1, 0), min(y + 2, height)):
                for i in range(max(x - 1, 0), min(x + 2, width)):
                    low, high = min(low, lab[j, i, 0]), max(high, lab[j, i, 0])
            bend = np.float64(high - low)
            ratio = bend / (steep * (lightness + 16.0) * (1.0 / left - 1.0) + grainy)
            ratio *= ratio
            flat[y, x] = taken / (1.0 + ratio * ratio)
    return shade, flat


@kernel
def _step(value: float, low: float, high: float) -> float:  # (float64, float64, float64)
    """Return 0 below `low`, 1 above `high` and a cubic rise between them."""
    rise = min(max((value - low) / (high - low), 0.0), 1.0)
    return rise * rise * (3.0 - 2.0 * rise)
