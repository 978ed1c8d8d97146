"""In which direction the face looks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from icao_check.landmarks import MIRROR, Landmarks, indices
from icao_check.network import Network

__all__ = ["Pose", "PoseReader", "pose_features"]

_POINTS = indices(
    "pupil", "upper_lid", "lower_lid", "brow", "nose_bridge", "nose_tip", "nostril", "subnasale",
    "mouth_corner", "lip_top", "lip_bottom", "cheek", "jaw", "chin", "ear", "hairline",
)  # fmt: skip
_EARS = indices("ear")
# No place is known better than this share of the face size.
_LEAST_DEVIATION = 1e-3

# Standard deviations on renders that were not learnt from: at rest, and per degree (models/head_pose.md).
_YAW_DEVIATION = (1.35, 0.1)
_PITCH_DEVIATION = (2.8, 0.12)


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


class PoseReader:
    """Reads the turn of a head off its landmarks; safe to share between threads."""

    def __init__(self) -> None:
        self._network = Network("head_pose", ("angles",))

    def load(self) -> None:
        """Load the model of this thread now."""
        self._network.load()

    def __call__(self, landmarks: Landmarks, size: float, seen: NDArray[np.float32]) -> Pose:
        """Read the pose.

        Parameters
        ----------
        landmarks : Landmarks
            Of the face.
        size : float
            Face size in px (:class:`icao_check.face.points.Posture`).
        seen : ndarray of shape (2,), float32
            Yaw and pitch / 15° as the network that sees the whole head judges them.

        Returns
        -------
        Pose
            That of a mirrored picture has the same pitch and the opposite yaw.
        """
        return self.read(pose_features(landmarks, size, seen))

    def read(self, features: NDArray[np.float32]) -> Pose:
        """Read the pose off what :func:`pose_features` gives."""
        (angles,) = self._network.forward(features)
        yaw, pitch = (float(angle) for angle in (angles[0] + angles[1] * [-1.0, 1.0]) / 2.0)
        return Pose(
            yaw=yaw,
            pitch=pitch,
            yaw_deviation=math.hypot(_YAW_DEVIATION[0], _YAW_DEVIATION[1] * yaw),
            pitch_deviation=math.hypot(_PITCH_DEVIATION[0], _PITCH_DEVIATION[1] * pitch),
        )


def pose_features(landmarks: Landmarks, size: float, seen: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what the pose is read from, of the face and of its mirror image, shape (2, F).

    Points from between the eyes along the eye line and down from it, in face sizes; what the network of the
    whole head says; and how well the ears can be seen. The parameters are those of :class:`PoseReader`.
    """
    left, right = landmarks.pupils
    along = (right - left) / max(math.hypot(*(right - left)), 1e-9)
    axes = np.column_stack([along, [-along[1], along[0]]])
    points = (landmarks.points - (left + right) / 2.0) @ axes / size
    deviation = np.log(np.maximum(landmarks.deviation / size, _LEAST_DEVIATION))
    rows = []
    for sign, order in ((1.0, np.arange(len(MIRROR))), (-1.0, MIRROR)):
        rows.append(
            [
                (points[order][_POINTS] * [sign, 1.0]).ravel(),
                np.array([sign, 1.0]) * seen,
                deviation[order][_EARS],
            ]
        )
    return np.array([np.concatenate(row) for row in rows], np.float32)
