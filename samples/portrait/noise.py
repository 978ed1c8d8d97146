"""Kernels: repeatable noise from hashes of lattice points.

Nothing here keeps state. A value depends on its coordinates and seed alone, so that changing one parameter of
a portrait leaves every other random detail where it was.
"""

from __future__ import annotations

import math
from typing import Any

import numpy.typing as npt

from icao_check.kernels.jit import kernel

__all__ = ["fractal", "fractal_grid", "hash01", "hash_normal", "noise_and_slope", "value_noise"]

Floats = npt.NDArray[Any]


@kernel
def hash01(i: int, j: int, seed: int) -> float:
    """Hash two integers and a seed to a number in [0, 1).

    Parameters
    ----------
    i, j, seed : int
        Any integers; only their low 32 bits count.

    Returns
    -------
    float
        Uniform in [0, 1).
    """
    h = (i & 0xFFFFFFFF) * 0x9E3779B1 + (j & 0xFFFFFFFF) * 0x85EBCA6B + (seed & 0xFFFFFFFF) * 0x27D4EB2F
    h &= 0xFFFFFFFF
    h ^= h >> 15
    h = (h * 0x2C1B3C6D) & 0xFFFFFFFF
    h ^= h >> 12
    h = (h * 0x297A2D39) & 0xFFFFFFFF
    h ^= h >> 15
    return h / 4294967296.0


@kernel
def hash_normal(i: int, j: int, seed: int) -> float:
    """Hash two integers and a seed to a number that is close to standard normal.

    Parameters
    ----------
    i, j, seed : int
        Any integers; only their low 32 bits count.

    Returns
    -------
    float
        Sum of four uniform numbers, scaled to mean 0 and variance 1 (range ± 3.46).
    """
    s = hash01(i, j, seed) + hash01(i, j, seed + 101) + hash01(i, j, seed + 211) + hash01(i, j, seed + 307)
    return (s - 2.0) * math.sqrt(3.0)


@kernel
def value_noise(x: float, y: float, seed: int) -> float:
    """Smooth noise with features of about one unit.

    Parameters
    ----------
    x, y : float
        Coordinates in units of the lattice.
    seed : int
        Which noise.

    Returns
    -------
    float
        In [-1, 1], mean 0, C1 continuous.
    """
    xf = math.floor(x)
    yf = math.floor(y)
    i = int(xf)
    j = int(yf)
    u = x - xf
    v = y - yf
    u = u * u * (3.0 - 2.0 * u)
    v = v * v * (3.0 - 2.0 * v)
    a = hash01(i, j, seed)
    b = hash01(i + 1, j, seed)
    c = hash01(i, j + 1, seed)
    d = hash01(i + 1, j + 1, seed)
    top = a + (b - a) * u
    bottom = c + (d - c) * u
    return 2.0 * (top + (bottom - top) * v) - 1.0


@kernel
def noise_and_slope(x: float, y: float, seed: int) -> tuple[float, float, float]:
    """:func:`value_noise` and its derivatives, at the price of one.

    Parameters
    ----------
    x, y : float
        Coordinates in units of the lattice.
    seed : int
        Which noise.

    Returns
    -------
    value, along_x, along_y : float
        The noise in [-1, 1] and its derivatives per unit of x and y.
    """
    xf = math.floor(x)
    yf = math.floor(y)
    i = int(xf)
    j = int(yf)
    u = x - xf
    v = y - yf
    slope_u = 6.0 * u * (1.0 - u)
    slope_v = 6.0 * v * (1.0 - v)
    u = u * u * (3.0 - 2.0 * u)
    v = v * v * (3.0 - 2.0 * v)
    a = hash01(i, j, seed)
    b = hash01(i + 1, j, seed)
    c = hash01(i, j + 1, seed)
    d = hash01(i + 1, j + 1, seed)
    top = a + (b - a) * u
    bottom = c + (d - c) * u
    along_x = 2.0 * slope_u * ((b - a) + (d - c - b + a) * v)
    along_y = 2.0 * slope_v * (bottom - top)
    return 2.0 * (top + (bottom - top) * v) - 1.0, along_x, along_y


@kernel
def fractal(x: float, y: float, seed: int, octaves: int) -> float:
    """Sum of octaves of :func:`value_noise`, each half as large and half as strong.

    Parameters
    ----------
    x, y : float
        Coordinates; the coarsest features are about one unit.
    seed : int
        Which noise.
    octaves : int
        At least 1.

    Returns
    -------
    float
        About in [-1, 1], mean 0.
    """
    total = 0.0
    amplitude = 0.5
    for k in range(octaves):
        total += amplitude * value_noise(x, y, seed + 31 * k)
        x = 2.0 * x + 17.31
        y = 2.0 * y - 9.73
        amplitude *= 0.5
    return total / (1.0 - 2.0 * amplitude)


@kernel
def fractal_grid(x: Floats, y: Floats, seed: int, octaves: int, out: Floats) -> None:
    """:func:`fractal` at every crossing of columns `x` (C,) and rows `y` (R,), into `out` (R, C)."""
    for i in range(y.shape[0]):
        for j in range(x.shape[0]):
            out[i, j] = fractal(x[j], y[i], seed, octaves)
