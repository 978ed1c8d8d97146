"""Which pixels are the person and which are the wall."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.landmarks import Landmarks
from icao_check.photo import Photo

__all__ = ["BACKGROUND", "PERSON", "REGION_HEIGHT", "UNDECIDED", "Regions", "find_regions", "lab_of"]

BACKGROUND, PERSON, UNDECIDED = 0, 1, 2
REGION_HEIGHT = 128
"""Rows of the label map."""

# Cost of a step within a surface, in ΔE: about the noise between neighbouring pixels of a clean photo.
_STEP_COST = 0.3
# Where both seeds are about as far away, neither is sure of the pixel.
_SURE_RATIO = 0.8


@dataclass(frozen=True, slots=True)
class Regions:
    """Label map of a photo at working resolution.

    Attributes
    ----------
    labels : ndarray of shape (h, w), uint8
        ``BACKGROUND``, ``PERSON`` or ``UNDECIDED`` (the seam between them).
    lab : ndarray of shape (h, w, 3), float32
        The same pixels in CIELAB (D65).
    px_per_cell : float
        Pixels of the full-resolution photo per cell of the map.
    """

    labels: NDArray[np.uint8]
    lab: NDArray[np.float32]
    px_per_cell: float

    def mask(self, label: int) -> NDArray[np.bool_]:
        """Return the cells of one label, shape (h, w), bool."""
        return np.equal(self.labels, label)


def lab_of(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Convert sRGB pixels of shape (H, W, 3), uint8, to CIELAB (D65), float32."""
    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab), np.float32)


def find_regions(photo: Photo, landmarks: Landmarks) -> Regions:
    """Separate the person from the wall.

    Each pixel goes to the seed that it can be reached from with the least change of colour: the wall is
    seeded along the upper edges of the picture, down to the chin, the person in the face, the neck and the
    chest. Whatever touches the upper edges is wall; objects beside the person thus stay in the background,
    where the background checks look for them.

    Parameters
    ----------
    photo : Photo
        Upright.
    landmarks : Landmarks
        Of the main face, in px of `photo`.

    Returns
    -------
    Regions
        At :data:`REGION_HEIGHT` rows, or fewer for a smaller photo.
    """
    from icao_check.kernels.segmentation import geodesic_distance, step_costs

    small = photo.reduced(REGION_HEIGHT)
    height, width = small.shape[:2]
    factor = photo.height / height
    small_landmarks = landmarks.scaled(1.0 / factor)
    lab = lab_of(np.asarray(cv2.GaussianBlur(small, (0, 0), 0.7), np.uint8))
    person = _person_seeds(small_landmarks, height, width)
    wall = _wall_seeds(small_landmarks, height, width) & ~person
    costs = step_costs(lab, _STEP_COST)
    to_person = geodesic_distance(costs, person)
    to_wall = geodesic_distance(costs, wall)
    labels = np.full((height, width), UNDECIDED, np.uint8)
    labels[to_wall < _SURE_RATIO * to_person] = BACKGROUND
    labels[to_person < _SURE_RATIO * to_wall] = PERSON
    return Regions(labels, lab, factor)


def _person_seeds(landmarks: Landmarks, height: int, width: int) -> NDArray[np.bool_]:
    seeds = np.zeros((height, width), np.uint8)
    outline, chin = landmarks.outline, landmarks.chin
    left, right = outline[0], outline[-1]
    eyes = landmarks.pupils.mean(axis=0)
    # The scalp, with the middle hair: nearly as high above the eyes as the chin is below, and rounded.
    angles = np.linspace(0.0, np.pi, 16)[:, np.newaxis]
    middle = (left + right) / 2.0
    scalp = middle + 0.5 * np.cos(angles) * (right - left) + np.sin(angles) * 0.85 * (eyes - chin)
    outline = np.concatenate([outline, landmarks.brows, scalp])
    cv2.fillConvexPoly(seeds, cv2.convexHull(np.rint(outline).astype(np.int32)), 1)
    third = (right - left) / 3.0
    body = np.array(
        [chin - third, chin + third, (chin[0] + 2 * third[0], height), (chin[0] - 2 * third[0], height)]
    )
    cv2.fillConvexPoly(seeds, np.rint(body).astype(np.int32), 1)
    return seeds.astype(bool)


def _wall_seeds(landmarks: Landmarks, height: int, width: int) -> NDArray[np.bool_]:
    seeds = np.zeros((height, width), bool)
    chin = int(np.clip(landmarks.chin[1], 1, height))
    seeds[0] = True
    seeds[:chin, 0] = seeds[:chin, -1] = True
    return seeds
