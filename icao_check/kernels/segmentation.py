"""Kernels that separate regions of a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["geodesic_distance", "step_costs"]


@kernel
def step_costs(
    lab: NDArray[np.float32], step_cost: float
) -> NDArray[np.float32]:  # (float32[:, :, ::1], float64) -> float32[:, :, ::1]
    """Return what a step from each pixel to its neighbours costs: ``length * (step_cost + ΔE*ab)``.

    Parameters
    ----------
    lab : ndarray of shape (H, W, 3), float32
        CIELAB.
    step_cost : float
        Cost of one pixel of distance, in ΔE.

    Returns
    -------
    ndarray of shape (H, W, 4), float32
        To the neighbour on the left, above left, above, and above right; inf beyond the edge.
    """
    height, width = lab.shape[:2]
    costs = np.full((height, width, 4), np.inf, np.float32)
    diagonal = np.sqrt(2.0)
    for y in range(height):
        for x in range(width):
            for direction in range(4):
                ny = y if direction == 0 else y - 1
                nx = x - 1 if direction == 0 else x + direction - 2
                if ny < 0 or nx < 0 or nx >= width:
                    continue
                squared = 0.0
                for channel in range(3):
                    difference = float(lab[y, x, channel]) - float(lab[ny, nx, channel])
                    squared += difference * difference
                length = diagonal if direction in (1, 3) else 1.0
                costs[y, x, direction] = length * (step_cost + np.sqrt(squared))
    return costs


@kernel
def geodesic_distance(
    costs: NDArray[np.float32], seeds: NDArray[np.bool_]
) -> NDArray[np.float32]:  # (float32[:, :, ::1], bool_[:, ::1]) -> float32[:, ::1]
    """Return the cheapest path from any seed to each pixel over its eight neighbours.

    Parameters
    ----------
    costs : ndarray of shape (H, W, 4), float32
        From :func:`step_costs`.
    seeds : ndarray of shape (H, W), bool
        Where paths start.

    Returns
    -------
    ndarray of shape (H, W), float32
        inf everywhere where there is no seed.

    Notes
    -----
    Forward and backward raster sweeps, repeated until nothing changes, hence exact (Toivanen, New geodesic
    distance transforms for gray-scale images, Pattern Recognition Letters 17, 1996, doi
    10.1016/0167-8655(96)00010-4).
    """
    height, width = seeds.shape
    # A rim of unreachable pixels spares the sweeps every test for the edge.
    distance = np.full((height + 2, width + 2), np.inf, np.float32)
    for y in range(height):
        for x in range(width):
            if seeds[y, x]:
                distance[y + 1, x + 1] = 0.0
    rim = np.full((height + 2, width + 2, 4), np.inf, np.float32)
    rim[1:-1, 1:-1] = costs
    changed = True
    while changed:
        changed = False
        for y in range(1, height + 1):
            for x in range(1, width + 1):
                best = distance[y, x]
                best = min(best, distance[y, x - 1] + rim[y, x, 0])
                best = min(best, distance[y - 1, x - 1] + rim[y, x, 1])
                best = min(best, distance[y - 1, x] + rim[y, x, 2])
                best = min(best, distance[y - 1, x + 1] + rim[y, x, 3])
                if best < distance[y, x]:
                    distance[y, x] = best
                    changed = True
        for y in range(height, 0, -1):
            for x in range(width, 0, -1):
                best = distance[y, x]
                best = min(best, distance[y, x + 1] + rim[y, x + 1, 0])
                best = min(best, distance[y + 1, x + 1] + rim[y + 1, x + 1, 1])
                best = min(best, distance[y + 1, x] + rim[y + 1, x, 2])
                best = min(best, distance[y + 1, x - 1] + rim[y + 1, x - 1, 3])
                if best < distance[y, x]:
                    distance[y, x] = best
                    changed = True
    return distance[1:-1, 1:-1].copy()
