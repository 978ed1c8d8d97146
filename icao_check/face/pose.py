"""In which direction the face looks, and from how near it was taken."""

from __future__ import annotations

import math
from dataclasses import dataclass

from icao_check.face.points import Placed

__all__ = ["Pose", "pose_of"]

# What one unit of the network's outputs is.
_DEGREES = 15.0
_NEARNESS = 0.1
_INTER_EYE_CM = 6.3

# Standard deviations on photos and renders that were not learnt from (models/face_points.md).
_YAW_DEVIATION = (1.5, 0.06)
_PITCH_DEVIATION = (2.0, 0.08)
_NEARNESS_DEVIATION = 0.02


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
    nearness : float
        63 mm / distance from the camera to the eyes: the inter-eye distance of an adult as a share of it. It
        shows in the proportions of the face.
    nearness_deviation : float
        One standard deviation.
    """

    yaw: float
    pitch: float
    yaw_deviation: float
    pitch_deviation: float
    nearness: float
    nearness_deviation: float


def pose_of(placed: Placed) -> Pose:
    """Read the pose off the network's vector about the head as a whole."""
    yaw, pitch, _, nearness = (float(value) for value in placed.whole)
    yaw, pitch = _DEGREES * yaw, _DEGREES * pitch
    return Pose(
        yaw=yaw,
        pitch=pitch,
        yaw_deviation=math.hypot(_YAW_DEVIATION[0], _YAW_DEVIATION[1] * yaw),
        pitch_deviation=math.hypot(_PITCH_DEVIATION[0], _PITCH_DEVIATION[1] * pitch),
        nearness=max(0.0, _NEARNESS * nearness),
        nearness_deviation=_NEARNESS_DEVIATION,
    )
