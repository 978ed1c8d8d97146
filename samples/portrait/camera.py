"""Pose, perspective and framing.

World frame: origin at the midpoint of the pupils of the posed head, x to the right of the picture, y up, z
towards the camera, which stands at (0, 0, distance) and looks along -z. The picture's principal point is that
origin, so that pose is measured against the line from the lens to the eyes.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from icao_check.kernels.jit import kernel
from samples.portrait.parameters import Camera, Framing

__all__ = ["PIVOT", "View", "angles_of", "carry", "frame", "rotation"]

Floats = npt.NDArray[np.float64]

PIVOT = np.array([0.0, -45.0, -12.0])
"""Where head and neck turn: about the uppermost vertebra, mm of the head frame."""


def rotation(yaw: float, pitch: float, roll: float) -> Floats:
    """Rotation of a head.

    The order is that of ISO/IEC 39794-5: from the frontal view first roll, then pitch, then yaw.

    Parameters
    ----------
    yaw : float
        Degrees; positive turns the nose to the right of the picture.
    pitch : float
        Degrees; positive raises the chin.
    roll : float
        Degrees; positive turns the head clockwise as displayed.

    Returns
    -------
    ndarray of shape (3, 3)
        ``world = R @ head``.
    """
    y, p, r = (math.radians(v) for v in (yaw, pitch, roll))
    turn = np.array([[math.cos(y), 0, math.sin(y)], [0, 1, 0], [-math.sin(y), 0, math.cos(y)]])
    nod = np.array([[1, 0, 0], [0, math.cos(p), math.sin(p)], [0, -math.sin(p), math.cos(p)]])
    tilt = np.array([[math.cos(r), math.sin(r), 0], [-math.sin(r), math.cos(r), 0], [0, 0, 1]])
    return np.asarray(turn @ nod @ tilt)


def angles_of(matrix: Floats) -> tuple[float, float, float]:
    """Yaw, pitch and roll of a rotation: the inverse of :func:`rotation`.

    Parameters
    ----------
    matrix : ndarray of shape (3, 3)
        Rotation.

    Returns
    -------
    yaw, pitch, roll : float
        Degrees; pitch in [-90, 90].
    """
    pitch = math.asin(float(np.clip(matrix[1, 2], -1.0, 1.0)))
    yaw = math.atan2(matrix[0, 2], matrix[2, 2])
    roll = math.atan2(-matrix[1, 0], matrix[1, 1])
    return math.degrees(yaw), math.degrees(pitch), math.degrees(roll)


class View(NamedTuple):
    """From the world to pixels of the finished picture.

    ``focal``: pixels; ``distance``: mm; ``centre``: pixel of the principal point; ``distortion``: radial, at
    the corner; ``corner``: pixels from the middle of the picture to its corner; ``middle``: pixel in the
    middle of the picture; ``stretch``: sideways.
    """

    focal: float
    distance: float
    centre: tuple[float, float]
    distortion: float
    corner: float
    middle: tuple[float, float]
    stretch: float

    def project(self, points: Floats, samples: int = 1) -> Floats:
        """Pixels and nearness of points of the world.

        Parameters
        ----------
        points : ndarray of shape (..., 3)
            mm.
        samples : int
            Samples per pixel along each side: more than 1 gives places on the grid of the samples.

        Returns
        -------
        ndarray of shape (..., 3)
            x, y in pixels (centres are integers) and 1 / distance along the optical axis, 1/mm.
        """
        out = np.empty(points.shape)
        numbers = (self.focal, self.distance, *self.centre, self.distortion / self.corner**2, *self.middle,
                   self.stretch, samples)  # fmt: skip
        _project(
            np.ascontiguousarray(points, np.float64).reshape(-1, 3), np.array(numbers), out.reshape(-1, 3)
        )
        return out


@kernel
def _project(points: Floats, numbers: Floats, out: Floats) -> None:
    focal, distance, centre_x, centre_y, distortion, middle_x, middle_y, stretch, samples = numbers
    shift = 0.5 * (samples - 1.0)
    for i in range(points.shape[0]):
        near = 1.0 / (distance - points[i, 2])
        dx = centre_x + focal * points[i, 0] * near - middle_x
        dy = centre_y - focal * points[i, 1] * near - middle_y
        grow = 1.0 + distortion * (dx * dx + dy * dy)
        out[i, 0] = samples * ((middle_x + dx * grow + 0.5) * stretch - 0.5) + shift
        out[i, 1] = samples * (middle_y + dy * grow) + shift
        out[i, 2] = near


@kernel
def carry(
    points: Floats, head: Floats, turn: Floats, trunk: Floats, pivot: Floats, offset: Floats, out: Floats
) -> None:
    """Turn points about a pivot with the head, with the trunk, or between the two, and move them.

    Parameters
    ----------
    points : ndarray of shape (N, 3)
        float64.
    head : ndarray of shape (N,) or (0,)
        1 moves with the head, 0 with the trunk; empty: all move with the head.
    turn, trunk : ndarray of shape (3, 3)
        Rotations of head and trunk.
    pivot, offset : ndarray of shape (3,)
        The point about which they turn, and where it goes.
    out : ndarray of shape (N, 3)
        Receives float64.
    """
    for i in range(points.shape[0]):
        x = points[i, 0] - pivot[0]
        y = points[i, 1] - pivot[1]
        z = points[i, 2] - pivot[2]
        share = head[i] if head.shape[0] > 0 else 1.0
        for c in range(3):
            moved = turn[c, 0] * x + turn[c, 1] * y + turn[c, 2] * z
            if share != 1.0:
                still = trunk[c, 0] * x + trunk[c, 1] * y + trunk[c, 2] * z
                moved = still + share * (moved - still)
            out[i, c] = moved + offset[c]


def frame(camera: Camera, framing: Framing, crown: Floats, chin: Floats, up: Floats) -> View:
    """View in which the head has the height asked for.

    Parameters
    ----------
    camera : Camera
        Distance and distortion.
    framing : Framing
        The print.
    crown, chin : ndarray of shape (3,)
        Their points in the world, mm.
    up : ndarray of shape (3,)
        Upward axis of the head in the world.

    Returns
    -------
    View
        With the focal length in pixels that gives ``framing.head_height`` along the projected axis of the
        head.
    """
    size = (framing.width, framing.height)
    middle = (0.5 * (size[0] - 1), 0.5 * (size[1] - 1))
    centre = (framing.centre_x * size[0] - 0.5, framing.eye_line * size[1] - 0.5)
    corner = math.hypot(*size) / 2
    per_mm = framing.height / framing.print_height
    view = View(per_mm, camera.distance, centre, camera.distortion, corner, middle, framing.aspect_stretch)
    axis = np.array([up[0], -up[1]])
    axis /= np.linalg.norm(axis)
    for _ in range(12):  # once without distortion; with it each step gains two digits
        height = abs(float((view.project(crown)[:2] - view.project(chin)[:2]) @ axis))
        view = view._replace(focal=view.focal * framing.head_height * per_mm / height)
    return view
