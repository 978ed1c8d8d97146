"""Kernels on the position of the head."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["head_angles", "head_geometry", "head_placement"]


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


@kernel
def head_placement(
    centre: float, pupils: NDArray[np.float64], crown: NDArray[np.float64], width: int, height: int
) -> tuple[float, float, float]:  # (float64, float64[:, ::1], float64[::1], int64, int64)
    """Measure where the head lies in the picture.

    Parameters
    ----------
    centre : float
        x of the middle of the head in px, see :func:`head_geometry`.
    pupils : ndarray of shape (2, 2), float64
        Centres of the pupils (x, y) in px, x right, y down.
    crown : ndarray of shape (2,), float64
        (x, y) in px.
    width, height : int
        Size of the picture in px; pixel centres are integers.

    Returns
    -------
    offset : float
        How far the middle of the head lies right of the middle of the picture, as a share of its width.
    eye_line : float
        Height of the point between the pupils above the lower edge, as a share of the picture's height.
    above : float
        Distance of the crown from the upper edge in px; negative where the crown is cut off.
    """
    offset = (centre - (width - 1) / 2.0) / width
    eye_line = (height - 0.5 - (pupils[0, 1] + pupils[1, 1]) / 2.0) / height
    return offset, eye_line, crown[1] + 0.5


@kernel
def head_angles(
    yaw: float, pitch: float, eye_line: float
) -> tuple[float, float]:  # (float64, float64, float64)
    """Turn the angles of an upright head into those that the camera sees when the head is tilted.

    Parameters
    ----------
    yaw, pitch : float
        In degrees, of the head as it would be with the tilt in the picture plane undone: first yaw, then
        pitch. Yaw > 0 turns the nose to the right of the picture, pitch > 0 raises the chin.
    eye_line : float
        Angle of the line through the pupils in the picture, in degrees; > 0 is clockwise as displayed.

    Returns
    -------
    yaw, pitch : float
        In degrees, with the same signs, in the order of ISO/IEC 39794-5 (first roll, then pitch, then yaw):
        azimuth and elevation of the direction in which the face looks.
    """
    a, b = np.radians(yaw), np.radians(pitch)
    # A head that is turned and raised carries its eye line askew, without any roll of its own.
    roll = np.radians(eye_line) - np.arctan2(np.sin(a) * np.sin(b), np.cos(a))
    x, y, z = np.sin(a), -np.sin(b) * np.cos(a), np.cos(b) * np.cos(a)
    x, y = x * np.cos(roll) - y * np.sin(roll), x * np.sin(roll) + y * np.cos(roll)
    return np.degrees(np.arctan2(x, z)), np.degrees(np.arcsin(min(max(-y, -1.0), 1.0)))
