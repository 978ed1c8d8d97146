"""Kernels that convert between colour spaces."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["matrix_to_srgb"]


@kernel
def matrix_to_srgb(
    rgb: NDArray[np.uint8],
    light: NDArray[np.float32],
    matrix: NDArray[np.float32],
    encoding: NDArray[np.uint8],
) -> NDArray[np.uint8]:  # (uint8[:, :, ::1], float32[:, ::1], float32[:, ::1], uint8[::1])
    """Convert RGB by three curves and a matrix (ICC.1:2022, F.3, relative colorimetric).

    Parameters
    ----------
    rgb : ndarray of shape (H, W, 3), uint8
        Codes of the source.
    light : ndarray of shape (3, 256), float32
        Light of each code of each channel.
    matrix : ndarray of shape (3, 3), float32
        From the light of the source to the light of the target, which is then clipped to 0–1.
    encoding : ndarray of shape (N + 1,), uint8
        Codes of the target for light 0, 1/N … 1.

    Returns
    -------
    ndarray of shape (H, W, 3), uint8
        Codes of the target.
    """
    height, width = rgb.shape[:2]
    converted = np.empty((height, width, 3), np.uint8)
    steps = np.float32(encoding.shape[0] - 1)
    zero, half = np.float32(0.0), np.float32(0.5)
    # Scalars, not matrix[channel] in an inner loop: twice as fast.
    rr, rg, rb = matrix[0, 0] * steps, matrix[0, 1] * steps, matrix[0, 2] * steps
    gr, gg, gb = matrix[1, 0] * steps, matrix[1, 1] * steps, matrix[1, 2] * steps
    br, bg, bb = matrix[2, 0] * steps, matrix[2, 1] * steps, matrix[2, 2] * steps
    for y in range(height):
        for x in range(width):
            red = light[0, rgb[y, x, 0]]
            green = light[1, rgb[y, x, 1]]
            blue = light[2, rgb[y, x, 2]]
            converted[y, x, 0] = encoding[
                np.uint32(min(max(rr * red + rg * green + rb * blue, zero), steps) + half)
            ]
            converted[y, x, 1] = encoding[
                np.uint32(min(max(gr * red + gg * green + gb * blue, zero), steps) + half)
            ]
            converted[y, x, 2] = encoding[
                np.uint32(min(max(br * red + bg * green + bb * blue, zero), steps) + half)
            ]
    return converted
