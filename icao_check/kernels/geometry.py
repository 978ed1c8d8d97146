"""Kernels on the position of the head."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["head_geometry"]


@kernel
def head_geometry(
    pupils: NDArray[np.float64], chin: NDArray[np.float64], crown: NDArray[np.float64]
) -> tuple[float, float, float, float]:  # (float64[:, ::1], float64[::1], float64[::1])
    """Measure the head in the picture plane.

    Parameters
    ----------
    pupils : ndarray of shape (2, 2), float64
        Centres of the pupils (x, y) in px, x right, y down; the left of the picture first.
    chin, crown : ndarray of shape (2,), float64
        (x, y) in px.

    Returns
    -------
    inter_eye_distance : float
        Distance between the pupils in px.
    roll : float
        Angle of the line through the pupils in degrees; > 0 where the pupil on the right of the picture is
        the lower one. 0 for coinciding pupils.
    chin_crown_height : float
        Distance from chin to crown in px, along the line that joins them.
    centre : float
        x of the middle of the head in px: halfway between the point between the pupils and the chin, so
        that a tilted head is centred by its middle, not by its eyes.
    """
    dx = pupils[1, 0] - pupils[0, 0]
    dy = pupils[1, 1] - pupils[0, 1]
    roll = np.degrees(np.arctan2(dy, dx))
    height = np.hypot(chin[0] - crown[0], chin[1] - crown[1])
    centre = ((pupils[0, 0] + pupils[1, 0]) / 2.0 + chin[0]) / 2.0
    return np.hypot(dx, dy), roll, height, centre
