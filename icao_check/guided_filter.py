"""A coarse map that follows the edges of a finer picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["colour_lines", "follow", "interpolated"]

Floats = NDArray[np.float32]


def colour_lines(guide: NDArray[np.uint8], value: Floats, radius: int, epsilon: float) -> Floats:
    """Return `value` as a linear function of the picture's colour, around every pixel.

    Parameters
    ----------
    guide : ndarray of shape (h, w, 3), uint8
        RGB.
    value : ndarray of shape (h, w), float32
        What is to follow the edges of the guide.
    radius : int
        Half the side of the window, in pixels; the window has ``2 radius + 1``.
    epsilon : float
        Variance of a channel (of 0–1) below which an edge is taken for noise.

    Returns
    -------
    ndarray of shape (h, w, 4), float32
        Slopes for red, green and blue (of 0–1), then the intercept.

    Notes
    -----
    The guided filter with a colour guide (He, Sun, Tang: Guided Image Filtering, IEEE TPAMI 35(6), 2013, doi
    10.1109/TPAMI.2012.213, eq. 14, 15 and 19), up to its last step, so that the lines can be applied to a
    finer picture (He, Sun: Fast Guided Filter, 2015, arXiv 1505.00996). At its edges the picture is mirrored.
    """

    def mean(plane: Floats) -> Floats:
        side = 2 * radius + 1
        return np.asarray(cv2.blur(plane, (side, side), borderType=cv2.BORDER_REFLECT), np.float32)

    noise = np.float32(epsilon)
    scaled = guide.transpose(2, 0, 1) * np.float32(1.0 / 255.0)
    r, g, b = scaled[0], scaled[1], scaled[2]
    p, red, green, blue = mean(value), mean(r), mean(g), mean(b)
    # Covariance of the guide with the value, and of the guide with itself (symmetric).
    cr, cg, cb = mean(r * value) - red * p, mean(g * value) - green * p, mean(b * value) - blue * p
    rr, rg, rb = mean(r * r) - red * red + noise, mean(r * g) - red * green, mean(r * b) - red * blue
    gg, gb, bb = (
        mean(g * g) - green * green + noise,
        mean(g * b) - green * blue,
        mean(b * b) - blue * blue + noise,
    )
    # Its inverse by cofactors.
    irr, irg, irb = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
    igg, igb, ibb = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
    scale = 1 / (rr * irr + rg * irg + rb * irb)
    ar = (irr * cr + irg * cg + irb * cb) * scale
    ag = (irg * cr + igg * cg + igb * cb) * scale
    ab = (irb * cr + igb * cg + ibb * cb) * scale
    level = p - ar * red - ag * green - ab * blue
    return np.asarray(cv2.merge([mean(ar), mean(ag), mean(ab), mean(level)]), np.float32)


def follow(
    lines: Floats, picture: NDArray[np.uint8], first: NDArray[np.float64], step: NDArray[np.float64]
) -> Floats:
    """Apply colour lines to a picture of another size.

    Parameters
    ----------
    lines : ndarray of shape (h, w, 4), float32
        From :func:`colour_lines`.
    picture : ndarray of shape (H, W, 3), uint8
        RGB.
    first : ndarray of shape (2,), float64
        x and y of the picture's first pixel among the lines.
    step : ndarray of shape (2,), float64
        From one pixel of the picture to the next, along x and along y.

    Returns
    -------
    ndarray of shape (H, W), float32
        Not below 0 and not above 1. Beyond the edges of the lines the nearest holds.
    """
    line = interpolated(lines, picture.shape[:2], first, step)
    products = line[..., :3] * picture
    total = (products[..., 0] + products[..., 1] + products[..., 2]) * np.float32(1.0 / 255.0) + line[..., 3]
    return np.asarray(np.clip(total, 0, 1), np.float32)


def interpolated(
    grid: Floats, shape: tuple[int, ...], first: NDArray[np.float64], step: NDArray[np.float64]
) -> Floats:
    """Return a grid (h, w, n) at other positions, (H, W, n), linearly; beyond its edges the nearest holds."""
    matrix = np.array([[step[0], 0.0, first[0]], [0.0, step[1], first[1]]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (shape[1], shape[0])
    return np.asarray(
        cv2.warpAffine(grid, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32
    )
