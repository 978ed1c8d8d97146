"""Kernels on the rim of a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["plain_rim"]


@kernel
def plain_rim(
    lines: NDArray[np.uint8], flat: float, same: float, other: float
) -> tuple[int, float]:  # (uint8[:, :, ::1], float64, float64, float64)
    """Measure how far a rim of one colour reaches inwards from the first line, and how abruptly it ends.

    Parameters
    ----------
    lines : ndarray of shape (N, M, 3), uint8
        Colours, line by line from the rim inwards.
    flat : float
        Largest standard deviation of any channel along a line of one colour.
    same : float
        Largest difference of any channel between the means of two such lines of one rim.
    other : float
        A pixel whose colour differs by at least this in any channel is not of the rim.

    Returns
    -------
    width : int
        Lines of the rim; 0 where the first line is not of one colour, N where all are of the same.
    share : float
        Share of the pixels, 0–1, of the lines just behind the rim that are not of it: the largest among the
        three next lines. A frame ends all along at once, a wall only where the head begins.
    """
    count, length = lines.shape[:2]
    first = np.zeros(3)
    width = 0
    for line in range(count):
        plain = True
        for channel in range(3):
            total, squares = 0.0, 0.0
            for pixel in range(length):
                value = float(lines[line, pixel, channel])
                total += value
                squares += value * value
            mean = total / max(length, 1)
            variance = max(squares / max(length, 1) - mean * mean, 0.0)
            if line == 0:
                first[channel] = mean
            if variance > flat * flat or abs(mean - first[channel]) > same:
                plain = False
        if not plain:
            break
        width += 1
    share = 0.0
    if 0 < width < count:
        for line in range(width, min(width + 3, count)):
            differing = 0
            for pixel in range(length):
                for channel in range(3):
                    if abs(float(lines[line, pixel, channel]) - first[channel]) >= other:
                        differing += 1
                        break
            share = max(share, differing / max(length, 1))
    return width, share
