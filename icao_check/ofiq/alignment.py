"""The face as OFIQ looks at it: whole-number landmarks, turned and scaled to 616 × 616 px, and its maps.

All formulas are those of ISO/IEC 29794-5 as implemented in OFIQ 1.0.3; landmarks and label map are ours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.face import Face
from icao_check.kernels.statistics import region_statistics
from icao_check.landmarks import Landmarks, indices
from icao_check.measures.appearance import covered_eyes
from icao_check.measures.light import LUMINANCE
from icao_check.photo import Photo
from icao_check.regions import BACKGROUND, CLOTHES, SKIN, Regions

__all__ = ["SIDE", "AlignedFace", "FacePoints", "align", "face_mask", "rounded"]

Points = NDArray[np.float64]
Mask = NDArray[np.bool_]

SIDE = 616
"""Rows and columns of the aligned picture."""

# Where both eye centres, the tip of the nose and both corners of the mouth come to lie.
_TEMPLATE = np.array([(251, 272), (364, 272), (308, 336), (262, 402), (355, 402)], np.float64)
# The occlusion map sees the picture without a rim of this many px.
_UNSEEN = 96
# The parsing map: this part of the aligned picture (left, top, side), at this size.
_PARSED, _PARSING_SIDE = (30, 0, 556), 400
# The raster on which the outline of the face is filled.
_GRID = 224
# Points of the 98 that OFIQ knows: no ears, no hairline, no crown.
_FACE = indices(
    "upper_lid", "lower_lid", "brow", "nose_bridge", "nose_tip", "nostril", "mouth_corner", "upper_lip_top",
    "upper_lip_bottom", "lower_lip_top", "lower_lip_bottom", "cheek", "jaw", "chin",
)  # fmt: skip


def rounded(values: Points) -> Points:
    """Round to whole numbers, halves away from zero, as C does."""
    return np.asarray(np.copysign(np.floor(np.abs(values) + 0.5), values), np.float64)


@dataclass(frozen=True, slots=True)
class FacePoints:
    """Landmarks as whole numbers, with what OFIQ derives from them.

    Attributes
    ----------
    landmarks : Landmarks
        In px of the photo, or of the aligned picture.
    """

    landmarks: Landmarks

    @classmethod
    def of(cls, landmarks: Landmarks) -> FacePoints:
        """Return the points of a face, rounded."""
        return cls(Landmarks(rounded(landmarks.points), landmarks.deviation))

    def moved(self, matrix: NDArray[np.float64]) -> FacePoints:
        """Return the points carried by a matrix of shape (2, 3), and rounded again."""
        points = self.landmarks.points @ matrix[:, :2].T + matrix[:, 2]
        return FacePoints(Landmarks(rounded(points), self.landmarks.deviation))

    @property
    def eyes(self) -> Points:
        """Centre of each eye, shape (2, 2): the middle of its corners, rounded; left of the picture first."""
        lids = np.stack([self.landmarks.left_eye[[0, 4]], self.landmarks.right_eye[[0, 4]]])
        return rounded(lids.mean(axis=1))

    @property
    def middle(self) -> Points:
        """The point between the eyes, shape (2,); not rounded."""
        return np.asarray(self.eyes.mean(axis=0), np.float64)

    @property
    def nose_tip(self) -> Points:
        """Tip of the nose, shape (2,)."""
        return rounded(self.landmarks.group("left_nose_tip", "right_nose_tip").mean(axis=0))

    @property
    def inter_eye(self) -> float:
        """Distance between the eye centres in px."""
        return float(np.hypot(*(self.eyes[1] - self.eyes[0])))

    @property
    def eyes_to_chin(self) -> float:
        """Distance T from between the eyes to the chin in px."""
        return float(np.hypot(*(self.landmarks.chin - self.middle)))

    @property
    def eyes_to_mouth(self) -> float:
        """Distance from between the eyes to the middle of the inner lips in px; both points rounded."""
        lips = self.landmarks.group("middle_upper_lip_bottom", "middle_lower_lip_top")
        return float(np.hypot(*(rounded(lips.mean(axis=0)) - rounded(self.middle))))

    @property
    def mouth(self) -> Points:
        """Outer edge of the lips, shape (N, 2)."""
        return self.landmarks.points[
            indices("mouth_corner", "upper_lip_top", "lower_lip_bottom", "middle_upper_lip_top")
        ]

    @property
    def face(self) -> Points:
        """All points that bound the face region, shape (N, 2)."""
        return self.landmarks.points[_FACE]


@dataclass(frozen=True, slots=True)
class AlignedFace:
    """A face at OFIQ's fixed place and size.

    Attributes
    ----------
    rgb : ndarray of shape (SIDE, SIDE, 3), uint8
        Black outside the photo.
    inside : ndarray of shape (SIDE, SIDE), bool
        Where there is photo.
    points : FacePoints
        In px of `rgb`.
    region : ndarray of shape (SIDE, SIDE), bool
        The face up to the brows (the landmarked region).
    eyes : ndarray of shape (SIDE, SIDE), bool
        The eye visibility zones: each eye with a rim of 5 % of the inter-eye distance.
    visible : ndarray of shape (SIDE, SIDE), bool
        Bare face: of our label map, what is skin, in the part of the picture that OFIQ's occlusion map sees.
        Behind dark lenses, which the label map takes for skin, nothing of the eye zones is.
    luminance, bare_luminance : ndarray of shape (256,), int64
        Histogram of linear luminance (7.3.4) in `region`, and where it is visible.
    background, clothes : ndarray of shape (400, 400), bool
        Of our label map, in the frame of OFIQ's parsing map.
    """

    rgb: NDArray[np.uint8]
    inside: Mask
    points: FacePoints
    region: Mask
    eyes: Mask
    visible: Mask
    luminance: NDArray[np.int64]
    bare_luminance: NDArray[np.int64]
    background: Mask
    clothes: Mask


def align(photo: Photo, face: Face) -> AlignedFace | None:
    """Turn and scale a face to OFIQ's template; None where its landmarks allow no such motion."""
    points = FacePoints.of(face.landmarks)
    corners = points.landmarks.mouth_corners
    source = np.concatenate([points.eyes, points.nose_tip[np.newaxis], corners])
    # What outliers among five points do to the result is part of the standard's definition.
    found, _ = cv2.estimateAffinePartial2D(source, _TEMPLATE, method=cv2.LMEDS)
    if found is None or not np.isfinite(found).all():
        return None
    matrix = np.asarray(found, np.float64)
    aligned = points.moved(matrix)
    size = (SIDE, SIDE)
    rgb = np.asarray(cv2.warpAffine(photo.rgb, matrix, size, flags=cv2.INTER_LINEAR), np.uint8)
    blank = np.zeros((photo.height, photo.width), np.uint8)
    beyond = cv2.warpAffine(blank, matrix, size, flags=cv2.INTER_NEAREST, borderValue=255)
    region, eyes = face_mask(aligned.face, size), _eye_zones(aligned, face.pose.yaw)
    visible = np.zeros_like(region)
    seen = slice(_UNSEEN, SIDE - _UNSEEN)
    visible[seen, seen] = np.equal(_parsing(face.regions, matrix, 1.0, (0, 0), SIDE), SKIN)[seen, seen]
    if covered_eyes(face):
        visible &= ~eyes
    counts = region_statistics(rgb, region.astype(np.uint8) + (region & visible), LUMINANCE, 3)[:, 3]
    left, top, side = _PARSED
    parsed = _parsing(face.regions, matrix, _PARSING_SIDE / side, (left, top), _PARSING_SIDE)
    return AlignedFace(
        rgb=rgb,
        inside=np.equal(beyond, 0),
        points=aligned,
        region=region,
        eyes=eyes,
        visible=visible,
        luminance=counts[1] + counts[2],
        bare_luminance=counts[2],
        background=np.equal(parsed, BACKGROUND),
        clothes=np.equal(parsed, CLOTHES),
    )


def face_mask(points: Points, size: tuple[int, int]) -> Mask:
    """Return the landmarked region of ISO/IEC 29794-5: the convex hull of the points, on a coarse grid.

    Parameters
    ----------
    points : ndarray of shape (N, 2), float64
        Whole numbers, in px of the picture.
    size : (width, height)
        Of the picture.

    Returns
    -------
    ndarray of shape (height, width), bool
        Empty where the points enclose nothing.
    """
    width, height = size
    mask = np.zeros((height, width), np.bool_)
    hull = cv2.convexHull(points.astype(np.int32)).reshape(-1, 2)
    x, y, wide, high = cv2.boundingRect(hull)
    top, bottom = int(y - 0.05 * high), int(y + 1.05 * high)
    left = int(x + wide / 2.0 - (bottom - top) / 2.0)
    right = int(x + wide / 2.0 + (bottom - top) / 2.0)
    if bottom <= top or right <= left:
        return mask
    grid = np.zeros((_GRID, _GRID), np.uint8)
    cv2.fillConvexPoly(grid, ((hull - (left, top)) / (bottom - top) * _GRID).astype(np.int32), 1)
    filled = cv2.resize(grid, (right - left, bottom - top), interpolation=cv2.INTER_NEAREST)
    rows = slice(max(top, 0), min(bottom, height))
    columns = slice(max(left, 0), min(right, width))
    if rows.start < rows.stop and columns.start < columns.stop:
        part = filled[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        mask[rows, columns] = part > 0
    return mask


def _eye_zones(points: FacePoints, yaw: float) -> Mask:
    zones = np.zeros((SIDE, SIDE), np.uint8)
    reach = math.floor(points.inter_eye / max(math.cos(math.radians(yaw)), 0.1) / 20.0)
    for eye in (points.landmarks.left_eye, points.landmarks.right_eye):
        first, last = eye.min(axis=0) - reach, eye.max(axis=0) + reach + 1
        cv2.rectangle(zones, first.astype(int).tolist(), last.astype(int).tolist(), 1, cv2.FILLED)
    return zones > 0


def _parsing(
    regions: Regions, matrix: NDArray[np.float64], scale: float, corner: tuple[int, int], side: int
) -> NDArray[np.uint8]:
    """Return what each pixel of a square of the aligned picture is: background, or the kind of the person."""
    # From the square to the aligned picture, to the photo, to the cells of the map; pixel centres everywhere.
    to_photo = cv2.invertAffineTransform(matrix)
    linear = to_photo[:, :2] / scale
    start = (np.array([0.5, 0.5]) / scale - 0.5 + corner) @ to_photo[:, :2].T + to_photo[:, 2]
    cell = regions.px_per_cell
    to_cells = np.column_stack([linear / cell, (start + 0.5) / cell - 0.5])
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    kinds = cv2.warpAffine(regions.kinds, to_cells, (side, side), flags=flags)
    share = cv2.warpAffine(
        regions.share, to_cells, (side, side), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    return np.where(share >= 0.5, kinds, BACKGROUND).astype(np.uint8)
