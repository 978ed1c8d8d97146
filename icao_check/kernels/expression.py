"""Kernels on the shape of mouth and brows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["lip_gap", "mouth_shape"]


@kernel
def lip_gap(
    upper: NDArray[np.float64], lower: NDArray[np.float64], lower_edge: NDArray[np.float64]
) -> tuple[float, float]:  # (float64[:, ::1], float64[:, ::1], float64[:, ::1])
    """Measure how far the lips are apart.

    Parameters
    ----------
    upper, lower : ndarray of shape (N, 2), float64
        Facing points of the inner edges of the upper and the lower lip, in px.
    lower_edge : ndarray of shape (N, 2), float64
        Points of the outer edge of the lower lip below them.

    Returns
    -------
    gap : float
        Largest distance between facing points, in px.
    thickness : float
        Largest thickness of the lower lip, in px.
    """
    gap = 0.0
    thickness = 0.0
    for i in range(upper.shape[0]):
        gap = max(gap, np.hypot(upper[i, 0] - lower[i, 0], upper[i, 1] - lower[i, 1]))
        thickness = max(thickness, np.hypot(lower[i, 0] - lower_edge[i, 0], lower[i, 1] - lower_edge[i, 1]))
    return gap, thickness


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
