"""Kernels on the eyes: lids, gaze, glare, red pupils."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["bright_share", "disc_redness", "eye_turn", "lid_opening"]


@kernel
def bright_share(
    pixels: NDArray[np.uint8], centres: NDArray[np.float64], wide: float, high: float, level: int
) -> float:  # (uint8[:, :, ::1], float64[:, ::1], float64, float64, int64)
    """Measure how much of the worse eye is nearly white, as light mirrored by glass is.

    Parameters
    ----------
    pixels : ndarray of shape (H, W, 3), uint8
        RGB.
    centres : ndarray of shape (N, 2), float64
        Middle (x, y) of an ellipse about each eye, in px; pixel centres are integers.
    wide, high : float
        Half axes of the ellipses along x and y, in px; positive.
    level : int
        Pixels count whose three channels all reach this.

    Returns
    -------
    float
        Largest share of the pixels of an ellipse within the picture, 0 to 1; 0 where none is within.
    """
    worst = 0.0
    for k in range(centres.shape[0]):
        x, y = centres[k, 0], centres[k, 1]
        count = 0
        bright = 0
        for row in range(max(0, int(np.ceil(y - high))), min(pixels.shape[0], int(np.floor(y + high)) + 1)):
            for column in range(
                max(0, int(np.ceil(x - wide))), min(pixels.shape[1], int(np.floor(x + wide)) + 1)
            ):
                if ((column - x) / wide) ** 2 + ((row - y) / high) ** 2 <= 1.0:
                    count += 1
                    pixel = pixels[row, column]
                    bright += min(pixel[0], pixel[1], pixel[2]) >= level
        if count > 0:
            worst = max(worst, bright / count)
    return worst


@kernel
def lid_opening(
    upper: NDArray[np.float64], lower: NDArray[np.float64], distance: float
) -> float:  # (float64[:, ::1], float64[:, ::1], float64)
    """Measure how far the lids of one eye are apart.

    Parameters
    ----------
    upper, lower : ndarray of shape (N, 2), float64
        Facing points of the edges of the upper and the lower lid, in px.
    distance : float
        Between the pupils, in px.

    Returns
    -------
    float
        Largest distance between facing points, in inter-eye distances; 0 where `distance` is not positive.
        The measure of ISO/IEC 29794-5, 7.4.3, which divides by the distance from the eyes to the chin.
    """
    if not distance > 0.0:
        return 0.0
    widest = 0.0
    for i in range(upper.shape[0]):
        widest = max(widest, np.hypot(upper[i, 0] - lower[i, 0], upper[i, 1] - lower[i, 1]))
    return widest / distance


@kernel
def eye_turn(
    pupils: NDArray[np.float64],
    corners: NDArray[np.float64],
    yaw: float,
    radius: float,
    depth: float,
    raised: float,
) -> tuple[float, float]:  # (float64[:, ::1], float64[:, :, ::1], float64, float64, float64, float64)
    """Measure in which direction the eyes look, seen from the camera.

    A pupil lies `radius` in front of the centre about which the eye turns, and the corners of the lids lie
    `depth` in front of it, so that they move sideways when the head turns and the gaze does not. The mean of
    both eyes counts: their convergence cancels, and a squint counts half.

    Parameters
    ----------
    pupils : ndarray of shape (2, 2), float64
        Centres of the pupils in px, x right, y down; the left of the picture first.
    corners : ndarray of shape (2, 2, 2), float64
        Corners of the lids of each eye, in px.
    yaw : float
        Of the head, in degrees; > 0 turns the nose to the right of the picture.
    radius, depth : float
        In inter-eye distances.
    raised : float
        How far the pupils lie above the middle of the corners when they look into the camera, in the same.

    Returns
    -------
    right, down : float
        Degrees by which the eyes look to the right of the picture and down, past the camera, in the frame of
        the eyes. 0 where the pupils coincide; at most 90.
    """
    dx = pupils[1, 0] - pupils[0, 0]
    dy = pupils[1, 1] - pupils[0, 1]
    squared = dx * dx + dy * dy
    if squared == 0.0:
        return 0.0, 0.0
    x = 0.0
    y = 0.0
    for k in range(2):
        u = pupils[k, 0] - (corners[k, 0, 0] + corners[k, 1, 0]) / 2.0
        v = pupils[k, 1] - (corners[k, 0, 1] + corners[k, 1, 1]) / 2.0
        x += (u * dx + v * dy) / squared / 2.0
        y += (v * dx - u * dy) / squared / 2.0
    x += depth * np.sin(np.radians(yaw))
    right = np.degrees(np.arcsin(min(max(x / radius, -1.0), 1.0)))
    down = np.degrees(np.arcsin(min(max((y + raised) / radius, -1.0), 1.0)))
    return right, down


@kernel
def disc_redness(
    rgb: NDArray[np.uint8], x: float, y: float, radius: float, dark: float
) -> NDArray[np.float64]:  # (uint8[:, :, ::1], float64, float64, float64, float64) -> float64[::1]
    """Return how red each pixel of a disc is.

    Parameters
    ----------
    rgb : ndarray of shape (H, W, 3), uint8
        sRGB.
    x, y : float
        Middle of the disc in px.
    radius : float
        In px.
    dark : float
        Added to the denominator: in a pixel much darker than this no hue can be seen.

    Returns
    -------
    ndarray of shape (N,), float64
        (red - max(green, blue)) / (red + dark) of the pixels whose centres lie in the disc, row by row; 0
        where red is not the largest.
    """
    height, width = rgb.shape[:2]
    top, bottom = max(int(np.ceil(y - radius)), 0), min(int(np.floor(y + radius)), height - 1)
    left, right = max(int(np.ceil(x - radius)), 0), min(int(np.floor(x + radius)), width - 1)
    found = np.zeros(max(bottom - top + 1, 0) * max(right - left + 1, 0))
    count = 0
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            if (row - y) ** 2 + (column - x) ** 2 <= radius * radius:
                red = float(rgb[row, column, 0])
                other = float(max(rgb[row, column, 1], rgb[row, column, 2]))
                found[count] = max(red - other, 0.0) / (red + dark)
                count += 1
    return found[:count]
