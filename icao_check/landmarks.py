"""Named groups of facial landmarks, whichever predictor finds them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["LANDMARK_COUNT", "Landmarks"]

LANDMARK_COUNT = 68
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Points of one face.

    Attributes
    ----------
    points : ndarray of shape (68, 2), float64
        (x, y) in px of the upright full-resolution photo, in the iBUG 300-W order (Sagonas et al., 300
        Faces in-the-Wild Challenge, 2013). "Left" is the left of the picture.
    """

    points: Points

    @property
    def left_eye(self) -> Points:
        """Edge of the lids, shape (6, 2), from the outer corner along the upper lid."""
        return self.points[36:42]

    @property
    def right_eye(self) -> Points:
        """Edge of the lids, shape (6, 2), from the inner corner along the upper lid."""
        return self.points[42:48]

    @property
    def brows(self) -> Points:
        """Upper edges of both brows, shape (10, 2), from left to right."""
        return self.points[17:27]

    @property
    def jaw(self) -> Points:
        """Outline from ear to ear through the chin, shape (17, 2)."""
        return self.points[0:17]

    @property
    def chin(self) -> Points:
        """Lowest point of the chin, shape (2,)."""
        chin: Points = self.points[8]
        return chin

    @property
    def mouth_corners(self) -> Points:
        """Left and right corner, shape (2, 2)."""
        return self.points[[48, 54]]

    @property
    def lip_middles(self) -> Points:
        """Middle of the outer edge of the upper and of the lower lip, shape (2, 2)."""
        return self.points[[51, 57]]

    @property
    def inner_upper_lip(self) -> Points:
        """Inner edge of the upper lip without the corners, shape (3, 2), from left to right."""
        return self.points[[61, 62, 63]]

    @property
    def inner_lower_lip(self) -> Points:
        """Inner edge of the lower lip without the corners, shape (3, 2), from left to right."""
        return self.points[[67, 66, 65]]

    @property
    def outer_lower_lip(self) -> Points:
        """Outer edge of the lower lip below the inner points, shape (3, 2), from left to right."""
        return self.points[[58, 57, 56]]
