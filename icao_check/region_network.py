"""The network of the label map: what it is given, and what its answer means."""

from __future__ import annotations

import threading
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.weights import weight_path

__all__ = [
    "CANVAS_COLUMNS",
    "CANVAS_ROWS",
    "forward",
    "kind_votes",
    "network_cells",
    "person_share",
]

CANVAS_ROWS, CANVAS_COLUMNS = 160, 128
"""The network sees the picture, or the part of it around the face, on a canvas of this size."""

Floats = NDArray[np.float32]

# A logit beyond this (0.7 %) counts as certain, so that even parts of a picture stay even.
_CERTAIN = np.float32(5.0)


def network_cells(canvas: NDArray[np.uint8], place: NDArray[np.float64], extent: NDArray[np.int64]) -> Floats:
    """Return a picture as the network wants it.

    Parameters
    ----------
    canvas : ndarray of shape (2 h, 2 w, 3), uint8
        RGB; 0 outside the picture.
    place : ndarray of shape (5,), float64
        x and y of the point between the pupils and the face size, in pixels of the canvas; cosine and sine of
        the roll.
    extent : ndarray of shape (4,), int64
        Left, top, right and bottom of the picture on the canvas.

    Returns
    -------
    ndarray of shape (1, 15, h, w), float32
        Per cell of 2 × 2 pixels: its twelve values, row by row and RGB by RGB, from -1 to 1; ``tanh(u / 2)``
        and ``tanh((v - 0.8) / 2)`` where (u, v) says how many face sizes the cell's centre lies to the right
        of and below the pupils along the face's own axes; 1 inside the picture and 0 outside.
    """
    # Numba is imported on first use.
    from icao_check.kernels.raster import cell_planes

    height, width = canvas.shape[0] // 2, canvas.shape[1] // 2
    cells = cell_planes(canvas, 15)
    x, y = 2 * np.arange(width) + 0.5, (2 * np.arange(height) + 0.5)[:, np.newaxis]
    right, down = (x - place[0]) / place[2], (y - place[1]) / place[2]
    np.tanh(
        0.5 * (right * place[3] + down * place[4]), out=cells[0, 12], dtype=np.float32, casting="same_kind"
    )
    np.tanh(
        0.5 * (down * place[3] - right * place[4] - 0.8),
        out=cells[0, 13],
        dtype=np.float32,
        casting="same_kind",
    )
    left, top, end, bottom = extent
    cells[0, 14] = (left <= x) & (x < end) & (top <= y) & (y < bottom)
    return cells


def person_share(logits: Floats) -> Floats:
    """Return the probability that a pixel of the canvas belongs to the person.

    Parameters
    ----------
    logits : ndarray of shape (1, 16 + n, h, w), float32
        The first 16 planes hold the logits of 4 × 4 pixels, row by row.

    Returns
    -------
    ndarray of shape (4 h, 4 w), float32
        From 0 to 1. A logit beyond ± 5 (0.7 %) counts as certain.
    """
    height, width = logits.shape[2:]
    planes = logits[0, :16].reshape(4 * 4 * height, width)
    # OpenCV's exponential takes a fifth of the time of NumPy's, and errs by 1e-7 of it.
    share = 1 / (1 + np.asarray(cv2.exp(-np.clip(planes, -_CERTAIN, _CERTAIN)), np.float32))
    np.putmask(share, planes > _CERTAIN, 1)
    np.putmask(share, planes < -_CERTAIN, 0)
    cells = share.reshape(4, 4, height, width).transpose(2, 0, 3, 1)
    return np.asarray(cells.reshape(4 * height, 4 * width), np.float32)


def kind_votes(logits: Floats) -> Floats:
    """Return the logits of skin, hair and clothes per 2 × 2 pixels of the canvas.

    Parameters
    ----------
    logits : ndarray of shape (1, 28, h, w), float32
        From plane 16 on three kinds with 2 × 2 values each.

    Returns
    -------
    ndarray of shape (2 h, 2 w, 3), float32
    """
    height, width = logits.shape[2:]
    votes = logits[0, 16:].reshape(3, 2, 2, height, width).transpose(3, 1, 4, 2, 0)
    return np.ascontiguousarray(votes).reshape(2 * height, 2 * width, 3)


_own = threading.local()


def forward(cells: Floats) -> Floats:
    """Run the network on ``network_cells``; returns the logits, shape (1, 28, 40, 32).

    A network of OpenCV must not be shared between threads: each thread holds its own.
    """
    if not hasattr(_own, "network"):
        # The classic engine is faster than OpenCV 5's new one on this network.
        _own.network = cv2.dnn.readNetFromONNX(str(weight_path("regions")), cv2.dnn.ENGINE_CLASSIC)
    network: Any = _own.network
    network.setInput(cells)
    return np.array(network.forward(), np.float32)
