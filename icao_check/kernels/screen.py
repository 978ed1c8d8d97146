"""Kernels on patterns that repeat all over a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["lowest_waves", "window_pairs"]


@kernel
def window_pairs(
    grey: NDArray[np.uint8], tops: NDArray[np.int64], lefts: NDArray[np.int64], taper: NDArray[np.float32]
) -> NDArray[np.float32]:  # (uint8[:, ::1], int64[::1], int64[::1], float32[:, ::1]) -> float32[:, :, :, ::1]
    """Cut square windows out of a picture and taper them, two of them to a picture of complex numbers.

    Parameters
    ----------
    grey : ndarray of shape (H, W), uint8
        Luma.
    tops, lefts : ndarray of shape (2 n,), int64
        First row and first column of each window; all of it lies in the picture.
    taper : ndarray of shape (s, s), float32
        What each pixel of a window is multiplied by.

    Returns
    -------
    ndarray of shape (n, s, s, 2), float32
        Windows 2 i as the real and 2 i + 1 as the imaginary part: one transform serves both.
    """
    side = taper.shape[0]
    pairs = np.empty((tops.shape[0] // 2, side, side, 2), np.float32)
    for pair in range(pairs.shape[0]):
        one, other = 2 * pair, 2 * pair + 1
        for y in range(side):
            share, own = taper[y], pairs[pair, y]
            first = grey[tops[one] + y, lefts[one] : lefts[one] + side]
            second = grey[tops[other] + y, lefts[other] : lefts[other] + side]
            for x in range(side):
                own[x, 0] = np.float32(first[x]) * share[x]
                own[x, 1] = np.float32(second[x]) * share[x]
    return pairs


@kernel
def lowest_waves(
    spectra: NDArray[np.float32], rank: int
) -> NDArray[np.float32]:  # (float32[:, :, :, ::1], int64) -> float32[:, ::1]
    """Return the amplitude of each wave that all but a few of some windows reach.

    Parameters
    ----------
    spectra : ndarray of shape (n, s, s, 2), float32
        Fourier transforms of :func:`window_pairs`, real and imaginary parts.
    rank : int
        How many of the 2 n windows may show less; less than 2 n.

    Returns
    -------
    ndarray of shape (s, s // 2 + 1), float32
        At [v, u]: of the wave that repeats v times down and u times across a window.

    Notes
    -----
    Where the transform of a pair is z at (v, u) and z' at (-v, -u), those of its windows, which are real,
    have the amplitudes ``|z + conj(z')| / 2`` and ``|z - conj(z')| / 2`` (Press et al., Numerical Recipes,
    3rd ed. 2007, 12.3).
    """
    side = spectra.shape[1]
    half = side // 2 + 1
    waves = np.empty((side, half), np.float32)
    lowest = np.empty((rank + 1, half), np.float32)
    real, imaginary = np.empty(half, np.float32), np.empty(half, np.float32)
    other_real, other_imaginary = np.empty(half, np.float32), np.empty(half, np.float32)
    squares = np.empty(half, np.float32)
    for y in range(side):
        lowest[:] = np.float32(np.inf)
        for pair in range(spectra.shape[0]):
            row, mirrored = spectra[pair, y], spectra[pair, (side - y) % side]
            for x in range(half):
                real[x], imaginary[x] = row[x, 0], row[x, 1]
            other_real[0], other_imaginary[0] = mirrored[0, 0], mirrored[0, 1]
            for x in range(1, half):
                other_real[x], other_imaginary[x] = mirrored[side - x, 0], mirrored[side - x, 1]
            for sign in (np.float32(1), np.float32(-1)):
                for x in range(half):
                    across = real[x] + sign * other_real[x]
                    down = imaginary[x] - sign * other_imaginary[x]
                    squares[x] = across * across + down * down
                # The lowest so far stay in order: what is larger moves on.
                for place in range(rank + 1):
                    kept = lowest[place]
                    for x in range(half):
                        known, new = kept[x], squares[x]
                        kept[x], squares[x] = min(known, new), max(known, new)
        for x in range(half):
            waves[y, x] = np.sqrt(lowest[rank, x]) / np.float32(2)
    return waves
