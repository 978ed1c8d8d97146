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


@kernel
def slope_residual(
    lab: NDArray[np.float32], mask: NDArray[np.bool_], share: float
) -> float:  # (float32[:, :, ::1], bool_[:, ::1], float64) -> float64
    """Return how far the pixels of a region stray from the best even slope of colour.

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
    float
        The `share` quantile, by linear interpolation, of the colour difference ΔE*ab to the plane in x and y
        fitted to each channel by least squares; 0 for a region without area.
    """
    height, width = mask.shape
    count = 0
    mean_x, mean_y = 0.0, 0.0
    mean = np.zeros(3)
    for y in range(height):
        for x in range(width):
            if mask[y, x]:
                count += 1
                mean_x += x
                mean_y += y
                for channel in range(3):
                    mean[channel] += lab[y, x, channel]
    if count == 0:
        return 0.0
    mean_x, mean_y, mean = mean_x / count, mean_y / count, mean / count
    xx, xy, yy = 0.0, 0.0, 0.0
    by_x, by_y = np.zeros(3), np.zeros(3)
    for y in range(height):
        for x in range(width):
            if mask[y, x]:
                right, down = x - mean_x, y - mean_y
                xx += right * right
                xy += right * down
                yy += down * down
                for channel in range(3):
                    value = lab[y, x, channel] - mean[channel]
                    by_x[channel] += right * value
                    by_y[channel] += down * value
    determinant = xx * yy - xy * xy
    if determinant <= 1e-9 * max(xx, yy) ** 2:
        return 0.0
    slope_x = (by_x * yy - by_y * xy) / determinant
    slope_y = (by_y * xx - by_x * xy) / determinant
    difference = np.empty(count)
    position = 0
    for y in range(height):
        for x in range(width):
            if mask[y, x]:
                squared = 0.0
                for channel in range(3):
                    plane = mean[channel] + slope_x[channel] * (x - mean_x) + slope_y[channel] * (y - mean_y)
                    squared += (lab[y, x, channel] - plane) ** 2
                difference[position] = np.sqrt(squared)
                position += 1
    return float(np.quantile(difference, share))
