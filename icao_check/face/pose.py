"""In which direction the face looks."""

from __future__ import annotations

import math
from dataclasses import dataclass

from icao_check.face.points import Placed

__all__ = ["Pose", "pose_of"]

# What one unit of the network's outputs is.
_DEGREES = 15.0

# Standard deviations on renders that were not learnt from: at rest, and per degree (models/face_points.md).
# Large pitches are read too small, which the second number covers.
_YAW_DEVIATION = (1.35, 0.2)
_PITCH_DEVIATION = (2.4, 0.5)


@dataclass(frozen=True, slots=True)
class Pose:
    """Turn of the head.

    Attributes
    ----------
    yaw, pitch : float
        In degrees, of the head with the tilt of its eye line undone: yaw > 0 turns the nose to the right of
        the picture, pitch > 0 raises the chin.
    yaw_deviation, pitch_deviation : float
        One standard deviation of each.
    """

    yaw: float
    pitch: float
    yaw_deviation: float
    pitch_deviation: float


def pose_of(placed: Placed) -> Pose:
    """Read the pose off the network's vector about the head as a whole."""
    yaw, pitch = (_DEGREES * float(value) for value in placed.whole[:2])
    return Pose(
        yaw=yaw,
        pitch=pitch,
        yaw_deviation=math.hypot(_YAW_DEVIATION[0], _YAW_DEVIATION[1] * yaw),
        pitch_deviation=math.hypot(_PITCH_DEVIATION[0], _PITCH_DEVIATION[1] * pitch),
    )
