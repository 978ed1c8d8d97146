"""Kernels on the shape of mouth and brows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["mouth_shape"]


@kernel
def mouth_shape(
    corners: NDArray[np.float64], lips: NDArray[np.float64], pupils: NDArray[np.float64]
) -> tuple[float, float]:  # (float64[:, ::1], float64[:, ::1], float64[:, ::1])
    """Measure width and corner lift of the mouth in the frame of the eyes.

    Parameters
    ----------
    corners : ndarray of shape (2, 2), float64
        Corners of the mouth in px, the left of the picture first.
    lips : ndarray of shape (2, 2), float64
        Middle of the outer edge of the upper and of the lower lip.
    pupils : ndarray of shape (2, 2), float64
        Centres of the pupils, the left of the picture first.

    Returns
    -------
    width : float
        Distance of the corners along the line of the eyes, in inter-eye distances.
    lift : float
        Height of the corners above the middle of the lips, across the line of the eyes, in inter-eye
        distances. Both are 0 where the pupils coincide.
    """
    dx = pupils[1, 0] - pupils[0, 0]
    dy = pupils[1, 1] - pupils[0, 1]
    squared = dx * dx + dy * dy
    if squared == 0.0:
        return 0.0, 0.0
    width = ((corners[1, 0] - corners[0, 0]) * dx + (corners[1, 1] - corners[0, 1]) * dy) / squared
    x = (lips[0, 0] + lips[1, 0] - corners[0, 0] - corners[1, 0]) / 2.0
    y = (lips[0, 1] + lips[1, 1] - corners[0, 1] - corners[1, 1]) / 2.0
    return width, (y * dx - x * dy) / squared
