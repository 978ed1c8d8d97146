"""The crown of the head: the top of the skull, which hair usually hides."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from icao_check.landmarks import Landmarks
from icao_check.regions import Regions

__all__ = ["estimate_crown"]

# Heads are not read better than this share of their height, however sure the network is: mean error on
# renders that were not learnt from (models/face_points.md).
_LEAST_DEVIATION = 0.02

# The top of the person is sought this far beside and above the eyes, in inter-eye distances.
_ASIDE, _ABOVE = 0.35, 3.5
# A label map on which the eyes are nearer to each other, in cells, is too coarse to tell where a head ends.
_LEAST_CELLS = 8.0
# A top of the person that lies lower by more of the crown's deviations than this is the label map's mistake.
_BELIEVED = 3.0


def estimate_crown(landmarks: Landmarks, regions: Regions) -> tuple[NDArray[np.float64], float]:
    """Estimate the top of the skull, ignoring hair.

    It is where the network sees it, and never above the person.

    Parameters
    ----------
    landmarks : Landmarks
        Of the face, in px.
    regions : Regions
        Of the same photo.

    Returns
    -------
    crown : ndarray of shape (2,), float64
        In px.
    uncertainty : float
        One standard deviation along the direction from the chin, in px.
    """
    crown, deviation = landmarks.crown
    uncertainty = max(_LEAST_DEVIATION * math.dist(crown, landmarks.chin), deviation)
    left, right = landmarks.pupils
    eyes, apart = (left + right) / 2.0, math.dist(left, right)
    if apart < _LEAST_CELLS * regions.px_per_cell:
        return crown, uncertainty
    up = np.array([right[1] - left[1], left[0] - right[0]]) / apart
    # Numba is imported on first use.
    from icao_check.kernels.geometry import person_top

    cells = apart / regions.px_per_cell
    middle = (eyes + 0.5) / regions.px_per_cell - 0.5
    top = person_top(regions.share, middle, up, _ASIDE * cells, _ABOVE * cells) * regions.px_per_cell
    lower = float((crown - eyes) @ up) - top
    if 0.0 < lower <= _BELIEVED * uncertainty:
        crown = crown - lower * up
    return crown, uncertainty
