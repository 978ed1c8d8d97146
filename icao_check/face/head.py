"""The crown of the head: the top of the skull, which hair usually hides."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from icao_check.landmarks import Landmarks

__all__ = ["estimate_crown"]

# Heads are not read better than this share of their height, however sure the network is: mean error on
# renders that were not learnt from (models/face_points.md).
_LEAST_DEVIATION = 0.02


def estimate_crown(landmarks: Landmarks) -> tuple[NDArray[np.float64], float]:
    """Estimate the top of the skull, ignoring hair.

    Parameters
    ----------
    landmarks : Landmarks
        Of the face.

    Returns
    -------
    crown : ndarray of shape (2,), float64
        In px.
    uncertainty : float
        One standard deviation along the direction from the chin, in px.
    """
    crown, deviation = landmarks.crown
    return crown, max(_LEAST_DEVIATION * math.dist(crown, landmarks.chin), deviation)
