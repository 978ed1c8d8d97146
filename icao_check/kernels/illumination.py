"""Kernels on light that falls unevenly on the face."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["hot_spot_pixels", "mirrored_darkness"]


@kernel
def mirrored_darkness(
    light: NDArray[np.float32], mask: NDArray[np.bool_], share: float
) -> tuple[int, float]:  # (float32[:, ::1], bool_[:, ::1], float64)
    """Compare each pixel of a level face with its mirror image.

    Parameters
    ----------
    light : ndarray of shape (H, W), float32
        Linear luminance; the middle of the face is the middle of the picture.
    mask : ndarray of shape (H, W), bool
        Where skin is; a pair counts where both of its pixels are skin.
    share : float
        0–1.

    Returns
    -------
    pairs : int
        Pairs of pixels compared.
    darkness : float
        How much darker the darker pixel of a pair is, as a share of the brighter one, 0–1: the value that is
        exceeded by `share` of the pairs. 0 where there is no pair.
    """
    height, width = mask.shape
    depth = np.zeros(height * (width // 2))
    pairs = 0
    for y in range(height):
        for x in range(width // 2):
            if mask[y, x] and mask[y, width - 1 - x]:
                left, right = float(light[y, x]), float(light[y, width - 1 - x])
                brighter = max(left, right)
                if brighter > 0.0:
                    depth[pairs] = 1.0 - min(left, right) / brighter
                pairs += 1
    if pairs == 0:
        return 0, 0.0
    ordered = np.sort(depth[:pairs])
    return pairs, ordered[min(int((1.0 - share) * pairs), pairs - 1)]


@kernel
def hot_spot_pixels(
    rgb: NDArray[np.uint8],
    mask: NDArray[np.bool_],
    reference: NDArray[np.float64],
    gain: float,
    whiter: float,
) -> tuple[int, int]:  # (uint8[:, :, ::1], bool_[:, ::1], float64[::1], float64, float64)
    """Count the pixels of a surface that show the lamp instead of the surface.

    Parameters
    ----------
    rgb : ndarray of shape (H, W, 3), uint8
        sRGB.
    mask : ndarray of shape (H, W), bool
        The surface.
    reference : ndarray of shape (3,), float64
        Its typical red, green and blue.
    gain : float
        How much brighter than the typical a reflection is: the part of the way from the typical green to
        white, 0–1.
    whiter : float
        A reflection has the colour of the lamp: its saturation, 1 - smallest / largest channel, is at most
        this share of the typical one.

    Returns
    -------
    spots, count : int
        Pixels that reflect, and pixels of the surface. A surface reflects diffusely in its own colour and
        specularly in that of the light (Shafer, Using color to separate reflection components, 1985).
    """
    height, width = mask.shape
    typical = 1.0 - reference.min() / max(reference.max(), 1.0)
    bright = reference[1] + gain * (255.0 - reference[1])
    spots, count = 0, 0
    for y in range(height):
        for x in range(width):
            if mask[y, x]:
                count += 1
                red, green, blue = float(rgb[y, x, 0]), float(rgb[y, x, 1]), float(rgb[y, x, 2])
                largest = max(red, green, blue, 1.0)
                if green >= bright and 1.0 - min(red, green, blue) / largest <= whiter * typical:
                    spots += 1
    return spots, count
