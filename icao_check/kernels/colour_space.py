"""Kernels that convert between colour spaces."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["matrix_to_srgb", "srgb_to_lab"]


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


@kernel
def srgb_to_lab(
    rgb: NDArray[np.uint8], light: NDArray[np.float32], matrix: NDArray[np.float32], root: NDArray[np.float32]
) -> NDArray[np.float32]:  # (uint8[:, :, ::1], float32[::1], float32[:, ::1], float32[::1])
    """Convert sRGB to CIELAB (CIE 15:2004, 8.2.1) by tables.

    Parameters
    ----------
    rgb : ndarray of shape (H, W, 3), uint8
        sRGB.
    light : ndarray of shape (256,), float32
        Light of each code, 0–1.
    matrix : ndarray of shape (3, 3), float32
        From red, green and blue light to X, Y and Z, each relative to white: rows sum to 1.
    root : ndarray of shape (N + 1,), float32
        The function f of CIE 15 at 0, 1/N … 1; between, the straight line holds.

    Returns
    -------
    ndarray of shape (H, W, 3), float32
        L*, a*, b*.
    """
    height, width = rgb.shape[:2]
    lab = np.empty((height, width, 3), np.float32)
    # Unsigned places need no look at whether they count from the end: a third of the time.
    last, following = np.uint32(root.shape[0] - 2), np.uint32(1)
    steps = np.float32(root.shape[0] - 1)
    zero = np.float32(0.0)
    xr, xg, xb = matrix[0, 0] * steps, matrix[0, 1] * steps, matrix[0, 2] * steps
    yr, yg, yb = matrix[1, 0] * steps, matrix[1, 1] * steps, matrix[1, 2] * steps
    zr, zg, zb = matrix[2, 0] * steps, matrix[2, 1] * steps, matrix[2, 2] * steps
    for i in range(height):
        for j in range(width):
            red, green, blue = light[rgb[i, j, 0]], light[rgb[i, j, 1]], light[rgb[i, j, 2]]
            x = min(max(xr * red + xg * green + xb * blue, zero), steps)
            y = min(max(yr * red + yg * green + yb * blue, zero), steps)
            z = min(max(zr * red + zg * green + zb * blue, zero), steps)
            kx, ky, kz = min(np.uint32(x), last), min(np.uint32(y), last), min(np.uint32(z), last)
            fx = root[kx] + (x - np.float32(kx)) * (root[kx + following] - root[kx])
            fy = root[ky] + (y - np.float32(ky)) * (root[ky + following] - root[ky])
            fz = root[kz] + (z - np.float32(kz)) * (root[kz + following] - root[kz])
            lab[i, j, 0] = np.float32(116.0) * fy - np.float32(16.0)
            lab[i, j, 1] = np.float32(500.0) * (fx - fy)
            lab[i, j, 2] = np.float32(200.0) * (fy - fz)
    return lab
