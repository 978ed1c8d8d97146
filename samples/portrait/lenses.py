"""Kernels: lenses of glasses over the finished picture."""

from __future__ import annotations

import math
from typing import Any

import numpy.typing as npt

from icao_check.kernels.jit import kernel
from samples.portrait.noise import hash01, value_noise
from samples.portrait.raster import triangle_weights
from samples.portrait.relief import ramp

__all__ = ["lay_lens", "lens_cover"]

Floats = npt.NDArray[Any]


@kernel
def lens_cover(index: Any, nearness: Floats, scene: Floats, factor: int, cover: Floats) -> None:
    """Share of each pixel that a lens covers.

    Parameters
    ----------
    index, nearness : ndarray of shape (factor * H, factor * W)
        The lens alone, from the rasteriser.
    scene : ndarray of shape (factor * H, factor * W)
        Nearness of everything else.
    factor : int
        Samples per pixel along each side.
    cover : ndarray of shape (H, W)
        Receives 0 to 1.
    """
    for i in range(cover.shape[0]):
        for j in range(cover.shape[1]):
            n = 0
            for s in range(factor):
                for t in range(factor):
                    r = factor * i + s
                    c = factor * j + t
                    if index[r, c] >= 0 and nearness[r, c] > scene[r, c]:
                        n += 1
            cover[i, j] = n / (factor * factor)


@kernel
def lay_lens(
    picture: Floats,
    cover: Floats,
    index: Any,
    screen: Floats,
    triangles: Any,
    chart: Floats,
    through: Floats,
    glare: float,
    glare_colour: Floats,
    light: Floats,
    seed: int,
    side: int,
    factor: int,
) -> None:
    """Tint what is behind a lens and add what it reflects, in place.

    Parameters
    ----------
    picture : ndarray of shape (H, W, 3)
        Linear RGB; changed.
    cover : ndarray of shape (H, W)
        From :func:`lens_cover`.
    index : ndarray of shape (factor * H, factor * W)
        Triangle of the lens.
    screen, triangles, chart : ndarray
        Corners on the samples' grid, triangles, and coordinates on the lens (-1 … 1).
    through : ndarray of shape (3,)
        Transmission of the lens, linear RGB.
    glare : float
        0 to 1: how strong and how large the reflection of a lamp or window is.
    glare_colour : ndarray of shape (3,)
        Its colour.
    light : ndarray of shape (3,)
        Light of the surroundings.
    seed : int
        Draws where the reflections are.
    side : int
        0 left of the picture, 1 right.
    factor : int
        Samples per pixel along each side.
    """
    height, width = cover.shape
    offset = 0.5 * (factor - 1)
    big = ramp(glare, 0.3, 0.8)
    cx = (hash01(seed, 1, 5) - 0.5) * 0.5
    cy = 0.35 * (1.0 - big) + 0.25 * (hash01(seed, 2, 5) - 0.3)
    tilt = (hash01(seed, 3, 5) - 0.5) * 0.5
    half_x = 0.10 + (0.34 + 0.18 * hash01(seed, 4, 5)) * big
    half_y = 0.10 + (0.40 + 0.25 * hash01(seed, 5, 5)) * big
    shift = 0.08 if side == 0 else -0.08
    for i in range(height):
        for j in range(width):
            k = cover[i, j]
            if k <= 0.0:
                continue
            at = -1
            for s in range(factor):
                for t in range(factor):
                    v = index[factor * i + s, factor * j + t]
                    if v >= 0:
                        at = v
            if at < 0:
                continue
            a = triangles[at, 0]
            b = triangles[at, 1]
            c = triangles[at, 2]
            wa, wb, wc = triangle_weights(screen, a, b, c, factor * j + offset, factor * i + offset)
            x = wa * chart[a, 0] + wb * chart[b, 0] + wc * chart[c, 0]
            y = wa * chart[a, 1] + wb * chart[b, 1] + wc * chart[c, 1]
            ux = (x - cx - shift) * math.cos(tilt) + (y - cy) * math.sin(tilt)
            uy = -(x - cx - shift) * math.sin(tilt) + (y - cy) * math.cos(tilt)
            soft = 0.10
            window = (1.0 - ramp(abs(ux), half_x - soft, half_x + soft)) * (
                1.0 - ramp(abs(uy), half_y - soft, half_y + soft)
            )
            if big > 0.4:  # the bars of a window
                window *= 1.0 - 0.8 * (1.0 - ramp(abs(ux), 0.02, 0.05))
            sky = 0.02 + 0.03 * glare * (1.0 + value_noise(x * 1.5, y * 1.5, seed)) * (0.5 + 0.5 * y)
            edge = 1.0 - 0.10 * ramp(math.sqrt(x * x + y * y), 0.85, 1.05)
            for ch in range(3):
                seen = picture[i, j, ch] * through[ch] * edge
                seen = seen * (1.0 - 0.75 * glare * window) + window * glare * glare_colour[ch] * 1.05
                seen += sky * light[ch]
                picture[i, j, ch] += k * (seen - picture[i, j, ch])
