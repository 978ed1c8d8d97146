"""How near the camera was, as far as the proportions of the face tell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.network import Network

__all__ = ["NearnessReader"]


class NearnessReader:
    """Reads off the landmarks how near the camera was; safe to share between threads."""

    def __init__(self) -> None:
        self._network = Network("camera_distance", ("reading",))

    def load(self) -> None:
        """Load the model of this thread now."""
        self._network.load()

    def read(self, features: NDArray[np.float32]) -> float:
        """Read the nearness.

        Parameters
        ----------
        features : ndarray of shape (2, F), float32
            Of the face and of its mirror image (:func:`icao_check.face.pose.pose_features`).

        Returns
        -------
        float
            The larger, the nearer; what it means in 1/m, and how surely, is in ``models/camera_distance.md``.
        """
        (reading,) = self._network.forward(features)
        return float(reading[0, 0] + reading[1, 0]) / 2.0
