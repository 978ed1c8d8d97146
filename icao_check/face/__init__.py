"""The face of a photo: found once, shared by all measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from icao_check.face.cutout import Cutout, cut_out, face_cutout
from icao_check.face.detection import Detection, FaceFinder
from icao_check.face.head import estimate_crown
from icao_check.face.points import Posture
from icao_check.face.pose import Pose
from icao_check.face.trunk import Trunk
from icao_check.landmarks import Landmarks
from icao_check.photo import Photo
from icao_check.regions import Regions, find_regions

__all__ = [
    "Cutout",
    "Detection",
    "Face",
    "FaceFinder",
    "Landmarks",
    "Pose",
    "Posture",
    "Trunk",
    "cut_out",
    "describe_face",
    "face_cutout",
    "find_face",
]


@dataclass(frozen=True, slots=True)
class Face:
    """The main face.

    All coordinates are px of the upright full-resolution photo, x right, y down.

    Attributes
    ----------
    detections : tuple of Detection
        All faces of the photo; the first is this one.
    landmarks : Landmarks
        Named groups of points.
    pupils : ndarray of shape (2, 2), float64
        Left of the picture first.
    chin : ndarray of shape (2,), float64
        Lowest point of the chin.
    crown : ndarray of shape (2,), float64
        Top of the skull, ignoring hair.
    chin_uncertainty, crown_uncertainty : float
        One standard deviation of each along the axis of the head, in px.
    pose : Pose
        Direction in which the face looks.
    nearness : float
        Reading of how near the camera was (:class:`icao_check.face.nearness.NearnessReader`).
    lip_gap : float
        Between the lips, in shares of the thickness of the lower lip.
    regions : Regions
        Person and background.
    trunk : Trunk
        How the trunk stands.
    appearance : mapping of str to float
        Log-odds of what is seen besides, by the names of :data:`icao_check.face.appearance.HEADS`.
    """

    detections: tuple[Detection, ...]
    landmarks: Landmarks
    pupils: NDArray[np.float64]
    chin: NDArray[np.float64]
    crown: NDArray[np.float64]
    chin_uncertainty: float
    crown_uncertainty: float
    pose: Pose
    nearness: float
    lip_gap: float
    regions: Regions
    trunk: Trunk
    appearance: Mapping[str, float]


def find_face(photo: Photo, finder: FaceFinder) -> Face | None:
    """Find the largest face and everything that is measured on it.

    Parameters
    ----------
    photo : Photo
        Upright.
    finder : FaceFinder
        Holds the models.

    Returns
    -------
    Face or None
        None where no face is found.
    """
    detections = finder.detect(photo)
    return describe_face(photo, finder, detections) if detections else None


def describe_face(photo: Photo, finder: FaceFinder, detections: tuple[Detection, ...]) -> Face:
    """Measure the first of some detected faces.

    Parameters
    ----------
    photo : Photo
        Upright.
    finder : FaceFinder
        Holds the models.
    detections : tuple of Detection
        At least one; the largest first.

    Returns
    -------
    Face
        The main face.
    """
    placed = finder.place(photo, detections[0])
    landmarks = placed.landmarks
    regions = find_regions(photo, landmarks)
    crown, uncertainty = estimate_crown(landmarks, regions)
    return Face(
        detections=detections,
        landmarks=landmarks,
        pupils=landmarks.pupils,
        chin=landmarks.chin,
        crown=crown,
        chin_uncertainty=landmarks.chin_deviation,
        crown_uncertainty=uncertainty,
        pose=placed.pose,
        nearness=placed.nearness,
        lip_gap=placed.lip_gap,
        regions=regions,
        trunk=finder.trunk(photo, landmarks, regions),
        appearance=finder.appearance(photo, landmarks),
    )
