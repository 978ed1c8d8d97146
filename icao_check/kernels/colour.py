"""Kernels on colour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["tone_spread"]


@kernel
def tone_spread(lab: NDArray[np.float32], steps: int) -> float:  # (float32[:, :, ::1], int64) -> float64
    """Return how far colours stray from the mean colour of equally light pixels.

    Parameters
    ----------
    lab : ndarray of shape (H, W, 3), float32
        CIELAB.
    steps : int
        Into how many classes the lightness 0–100 is divided.

    Returns
    -------
    float
        Root mean square distance in (a*, b*) to the mean of the class.
    """
    height, width = lab.shape[:2]
    count = np.zeros(steps)
    total = np.zeros((steps, 2))
    squares = np.zeros(steps)
    for y in range(height):
        for x in range(width):
            step = min(max(int(lab[y, x, 0] / 100.0 * steps), 0), steps - 1)
            a, b = float(lab[y, x, 1]), float(lab[y, x, 2])
            count[step] += 1.0
            total[step, 0] += a
            total[step, 1] += b
            squares[step] += a * a + b * b
    spread = 0.0
    for step in range(steps):
        if count[step] > 0.0:
            mean = (total[step, 0] ** 2 + total[step, 1] ** 2) / count[step]
            spread += max(squares[step] - mean, 0.0)
    return float(np.sqrt(spread / max(height * width, 1)))
