"""How much of the light cast shadows take from a face: one look of a small network."""

from __future__ import annotations

import functools

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.network import Network

__all__ = ["CELL", "INPUTS", "half_size_planes", "shadow_depth"]

Floats = NDArray[np.float32]

CELL = 8
"""Pixels of the face's cut-out per cell of the answer."""
INPUTS = 14
"""2 × 2 pixels of 3 colours, and two coordinates."""

_network = Network("shadows", ("depth",))


def shadow_depth(pixels: NDArray[np.uint8]) -> Floats:
    """Tell how much darker than without them cast shadows make a face.

    Parameters
    ----------
    pixels : ndarray of shape (224, 176, 3), uint8
        RGB: the cut-out of :class:`icao_check.face.zones.Zones`.

    Returns
    -------
    ndarray of shape (28, 22), float32
        Natural logarithm of the light without over that with the shadow; about 0 where there is none. Shading
        that changes over the whole face is none, nor are hair, beard and marks (its card:
        ``models/shadows.md``).
    """
    height, width = pixels.shape[:2]
    small = cv2.resize(pixels, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    (depth,) = _network.forward(half_size_planes(np.asarray(small, np.uint8)))
    return np.asarray(depth[0, 0], np.float32)


def half_size_planes(small: NDArray[np.uint8]) -> Floats:
    """Arrange a cut-out at half its size for the network.

    Parameters
    ----------
    small : ndarray of shape (H, W, 3), uint8
        RGB; H and W even.

    Returns
    -------
    ndarray of shape (1, 14, H / 2, W / 2), float32
        The colours of 2 × 2 pixels in the order row, column, channel, from -1 to 1; then how far the cell
        lies to the right of and below the middle, from -1 to 1.
    """
    # Numba is imported on first use.
    from icao_check.kernels.raster import cell_planes

    planes = cell_planes(small, INPUTS)
    planes[0, 12:] = _places(*planes.shape[2:])
    return planes


@functools.cache
def _places(rows: int, columns: int) -> Floats:
    x = (np.arange(columns, dtype=np.float32) * 2.0 + 1.0) / columns - 1.0
    y = (np.arange(rows, dtype=np.float32) * 2.0 + 1.0) / rows - 1.0
    return np.stack([np.broadcast_to(x, (rows, columns)), np.broadcast_to(y[:, None], (rows, columns))])
