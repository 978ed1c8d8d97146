"""The face turned upright at a fixed size, and the zones in which light and colour are measured."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.face.cutout import Cutout, face_cutout
from icao_check.landmarks import Landmarks
from icao_check.photo import Photo

__all__ = [
    "CHIN",
    "EYES",
    "FOREHEAD",
    "INTER_EYE",
    "LEFT_CHEEK",
    "MOUTH",
    "RIGHT_CHEEK",
    "SKIN",
    "ZONE_COUNT",
    "Zones",
    "find_zones",
]

FOREHEAD, LEFT_CHEEK, RIGHT_CHEEK, CHIN, SKIN, EYES, MOUTH = range(1, 8)
"""Labels: the four zones of ISO/IEC 39794-5, the rest of the skin, eyes with brows, lips with nostrils."""
ZONE_COUNT = 8
"""Labels including 0, which is not measured."""
INTER_EYE = 64
"""Pixels between the pupils."""

_SIZE = (176, 224)
_EYES_AT = (0.5, 0.38)
# Side of the four zones, in inter-eye distances.
_ZONE_SIDE = 0.3
# Outline of the skin, clear of hair, ears and beardless jaw line: (x in inter-eye distances right of the
# middle, y in distances from the eyes to the chin below them). The faces of adults and children fill it.
_OUTLINE = (
    (0.45, -0.36), (0.72, -0.20), (0.84, 0.0), (0.80, 0.35), (0.68, 0.65), (0.45, 0.88), (0.2, 0.95),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Zones:
    """One face at a fixed size.

    Attributes
    ----------
    cutout : Cutout
        The face, pupils level and :data:`INTER_EYE` px apart.
    labels : ndarray of shape (h, w), uint8
        Zone of each of its pixels. Left and right are those of the picture.
    pupils : ndarray of shape (2, 2), float64
        In px of the cut-out.
    chin : float
        Distance from the eyes to the chin in px of the cut-out.
    """

    cutout: Cutout
    labels: NDArray[np.uint8]
    pupils: NDArray[np.float64]
    chin: float


def find_zones(
    photo: Photo, landmarks: Landmarks, pupils: NDArray[np.float64], chin: NDArray[np.float64]
) -> Zones:
    """Cut the face out and mark its zones.

    Parameters
    ----------
    photo : Photo
        Upright.
    landmarks : Landmarks
        Of the main face.
    pupils : ndarray of shape (2, 2), float64
        In px of `photo`, the left of the picture first.
    chin : ndarray of shape (2,), float64
        In px of `photo`.

    Returns
    -------
    Zones
        The four squares have a side of 0.3 inter-eye distances and lie as two open implementations of
        ISO/IEC 39794-5:2019, D.1.4 place them: on the forehead half a distance from eyes to mouth above the
        eyes, on the chin half of it below the mouth, on the cheeks half of it below the eyes.
    """
    cutout = face_cutout(photo, pupils, _SIZE, inter_eye=INTER_EYE, eyes_at=_EYES_AT)
    # The pupils lie halfway between two pixels: last digits, which differ between computers, would decide
    # which of them is meant.
    inside = cutout.to_cutout(np.concatenate([pupils, chin[np.newaxis], landmarks.points])).round(6)
    eyes, middle = inside[:2], inside[:2].mean(axis=0)
    down = max(float(inside[2, 1] - middle[1]), 0.5 * INTER_EYE)
    placed = Landmarks(inside[3:], landmarks.deviation)
    corners, lips, brows = placed.mouth_corners, placed.lip_middles, placed.brows
    mouth = float(lips[:, 1].mean() - middle[1])
    labels = np.zeros(cutout.pixels.shape[:2], np.uint8)
    outline = np.array([*_OUTLINE, *((-x, y) for x, y in reversed(_OUTLINE))])
    _fill(labels, middle + outline * (INTER_EYE, down), SKIN)
    side = _ZONE_SIDE * INTER_EYE
    for label, x, y in (
        (FOREHEAD, 0.0, -mouth / 2.0 - side / 4.0),
        (LEFT_CHEEK, -INTER_EYE / 2.0 - side / 4.0, mouth / 2.0 + side / 2.0),
        (RIGHT_CHEEK, INTER_EYE / 2.0 + side / 4.0, mouth / 2.0 + side / 2.0),
        (CHIN, 0.0, 1.5 * mouth),
    ):
        across, down_to = middle[0] + x, middle[1] + y
        half = side / 2.0
        _fill_box(labels, (across - half, down_to - half, across + half, down_to + half), label)
    for lids in (placed.left_eye, placed.right_eye):
        near = brows[np.abs(brows[:, 0] - lids[:, 0].mean()) < 0.6 * INTER_EYE]
        top = min([*near[:, 1], lids[:, 1].min()]) - 0.04 * INTER_EYE
        left, right = lids[:, 0].min(), lids[:, 0].max()
        bottom = lids[:, 1].max() + 0.14 * INTER_EYE
        wide = 0.18 * INTER_EYE
        _fill_box(labels, (left - wide, top, right + wide, bottom), EYES)
    lip_height = 0.1 * INTER_EYE
    _fill(
        labels,
        np.array(
            [
                corners[0] - (lip_height, 0.0),
                (middle[0], lips[:, 1].min() - lip_height),
                corners[1] + (lip_height, 0.0),
                (middle[0], lips[:, 1].max() + lip_height),
            ]
        ),
        MOUTH,
    )
    nose = np.array([(-0.28, 0.58), (0.28, 0.58), (0.28, 0.80), (-0.28, 0.80)])
    _fill(labels, middle + nose * (INTER_EYE, mouth), MOUTH)
    return Zones(cutout, labels, eyes, down)


def _fill_box(labels: NDArray[np.uint8], box: tuple[float, float, float, float], label: int) -> None:
    left, top, right, bottom = map(round, box)
    labels[max(top, 0) : max(bottom + 1, 0), max(left, 0) : max(right + 1, 0)] = label


def _fill(labels: NDArray[np.uint8], polygon: NDArray[np.float64], label: int) -> None:
    cv2.fillPoly(labels, [np.rint(polygon).astype(np.int32)], label)
