"""Kernels that separate regions of a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["geodesic_distance"]


@kernel
def geodesic_distance(
    lab: NDArray[np.float32], seeds: NDArray[np.bool_], step_cost: float
) -> NDArray[np.float32]:  # (float32[:, :, ::1], bool_[:, ::1], float64) -> float32[:, ::1]
    """Return the cheapest path from any seed to each pixel.

    A step to one of the eight neighbours costs ``length * (step_cost + ΔE*ab)``: paths run freely within a
    surface and pay for every edge that they cross.

    Parameters
    ----------
    lab : ndarray of shape (H, W, 3), float32
        CIELAB.
    seeds : ndarray of shape (H, W), bool
        Where paths start.
    step_cost : float
        Cost of one pixel of distance, in ΔE.

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
    distance = np.full((height, width), np.inf, np.float32)
    for y in range(height):
        for x in range(width):
            if seeds[y, x]:
                distance[y, x] = 0.0
    diagonal = np.sqrt(2.0)
    changed = True
    while changed:
        changed = False
        for sweep in range(2):
            sign = 1 if sweep == 0 else -1
            for row in range(height):
                y = row if sweep == 0 else height - 1 - row
                for column in range(width):
                    x = column if sweep == 0 else width - 1 - column
                    best = distance[y, x]
                    for neighbour in range(4):
                        if neighbour == 0:
                            ny, nx, length = y, x - sign, 1.0
                        else:
                            ny, nx = y - sign, x + neighbour - 2
                            length = 1.0 if nx == x else diagonal
                        if ny < 0 or nx < 0 or ny >= height or nx >= width:
                            continue
                        squared = 0.0
                        for channel in range(3):
                            difference = float(lab[y, x, channel]) - float(lab[ny, nx, channel])
                            squared += difference * difference
                        cost = np.float32(distance[ny, nx] + length * (step_cost + np.sqrt(squared)))
                        if cost < best:
                            best = cost
                            changed = True
                    distance[y, x] = best
    return distance
