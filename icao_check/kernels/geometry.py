"""Kernels on the position of the head."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["head_angles", "head_geometry", "head_placement", "person_top"]

# Lines along which the top of a person is sought, and samples on them per cell.
_LINES, _PER_CELL = 13, 2


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


@kernel
def person_top(
    share: NDArray[np.float32], eyes: NDArray[np.float64], up: NDArray[np.float64], aside: float, above: float
) -> float:  # (float32[:, ::1], float64[::1], float64[::1], float64, float64)
    """Measure how far above the eyes a person ends, hair and headwear included.

    Parameters
    ----------
    share : ndarray of shape (h, w), float32
        How much of each cell is person, from 0 to 1; the outline is where it passes 0.5.
    eyes : ndarray of shape (2,), float64
        The point between the pupils (x, y), in cells, x right, y down.
    up : ndarray of shape (2,), float64
        Unit vector from the chin to the crown.
    aside : float
        The outline is sought on 13 lines along `up`, at most this far to either side, in cells.
    above : float
        ... and at most this far above the eyes, in cells.

    Returns
    -------
    float
        Of the line on which the person ends highest, in cells. Infinite where a line meets the person at its
        end or at the edge of the map, so that the top is not to be seen; 0 where it is not above the eyes.
    """
    rows, columns = share.shape
    steps = int(above * _PER_CELL)
    top = 0.0
    for line in range(_LINES):
        off = aside * (2.0 * line / (_LINES - 1) - 1.0)
        before = -1.0
        for step in range(steps, -1, -1):
            height = step / _PER_CELL
            x = eyes[0] - off * up[1] + height * up[0]
            y = eyes[1] + off * up[0] + height * up[1]
            if not (0.0 <= x <= columns - 1.0 and 0.0 <= y <= rows - 1.0):
                before = -1.0
                continue
            left, upper = min(int(x), max(columns - 2, 0)), min(int(y), max(rows - 2, 0))
            right, lower = min(left + 1, columns - 1), min(upper + 1, rows - 1)
            u, v = x - left, y - upper
            here = (share[upper, left] * (1.0 - u) + share[upper, right] * u) * (1.0 - v) + (
                share[lower, left] * (1.0 - u) + share[lower, right] * u
            ) * v
            if here >= 0.5:
                if before < 0.0:
                    return np.inf
                top = max(top, height + (here - 0.5) / (here - before) / _PER_CELL)
                break
            before = here
    return top
