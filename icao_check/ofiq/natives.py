"""OFIQ's native values by the published formulas, given our landmarks, label map and pose."""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.face import Face
from icao_check.kernels import geometry
from icao_check.kernels.statistics import region_statistics
from icao_check.measures.light import LUMINANCE
from icao_check.ofiq.alignment import AlignedFace, FacePoints, align, rounded
from icao_check.ofiq.scalars import COLUMNS
from icao_check.photo import Photo

__all__ = ["MEASURED", "native_values"]

_UNMEASURED = frozenset({"UnifiedQualityScore", "Sharpness", "CompressionArtifacts", "ExpressionNeutrality"})
MEASURED: tuple[str, ...] = tuple(column for column in COLUMNS if column not in _UNMEASURED)
"""Columns that are filled. The others are the answers of models that are not part of this project."""

# Bins of the luminance histogram that are too dark and burnt out (7.3.5, 7.3.6).
_DARK, _BURNT_OUT = slice(0, 26), slice(247, 256)
# Side of the cheek zones in inter-eye distances.
_ZONE = 0.3
# The wall: these rows and columns of the aligned picture at this size, and of the parsing map.
_WALL_ROWS, _WALL_COLUMNS, _WALL_SIZE = slice(0, 406), slice(62, 554), (354, 292)
_PARSED_ROWS, _PARSED_COLUMNS = slice(0, 292), slice(23, 377)
# What lies above the eyes in the parsing map.
_ABOVE_EYES = slice(0, 196)
# CIELAB under D50 with the constants of the reference implementation, whose k differs from the CIE's.
_TO_XYZ = np.array(
    [[0.43605, 0.38508, 0.14309], [0.22249, 0.71689, 0.06062], [0.01393, 0.09710, 0.71419]]
) / np.array([[0.964221], [1.0], [0.825211]])
_EPSILON, _KAPPA = 216.0 / 24389.0, 24289.0 / 27.0
_NATURAL_A, _NATURAL_B = (5.0, 25.0), (5.0, 35.0)
_UNNATURAL = 100.0


def native_values(photo: Photo, face: Face | None) -> dict[str, float | None]:
    """Return the native value of each column of :data:`MEASURED`.

    Parameters
    ----------
    photo : Photo
        Upright.
    face : Face or None
        What was found on it.

    Returns
    -------
    dict of str to float or None
        None where it cannot be assessed, as all are without a face. Angles have OFIQ's signs: yaw > 0 turns
        the nose to the right of the picture, pitch > 0 lowers the chin, roll > 0 turns the head
        counter-clockwise as displayed.
    """
    if face is None:
        return dict.fromkeys(MEASURED)
    aligned = align(photo, face)
    values: dict[str, float | None] = {}
    for column in MEASURED:
        if column in _ON_PHOTO:
            values[column] = _ON_PHOTO[column](photo, face)
        else:
            values[column] = None if aligned is None else _ON_ALIGNED[column](aligned)
    return {
        column: None if value is None or not math.isfinite(value) else value
        for column, value in values.items()
    }


def _background_uniformity(aligned: AlignedFace) -> float | None:
    wall = cv2.resize(aligned.rgb[_WALL_ROWS, _WALL_COLUMNS], _WALL_SIZE, interpolation=cv2.INTER_LINEAR)
    photo = aligned.inside[_WALL_ROWS, _WALL_COLUMNS].astype(np.uint8)
    inside = np.asarray(cv2.resize(photo, _WALL_SIZE, interpolation=cv2.INTER_NEAREST)) > 0
    mask = inside & aligned.background[_PARSED_ROWS, _PARSED_COLUMNS]
    eroded = cv2.erode(mask.astype(np.uint8), np.ones((4, 4), np.uint8)) > 0
    if not eroded.any():
        return None
    light = _luminance(np.asarray(wall, np.uint8))
    right, down = cv2.Scharr(light, cv2.CV_32F, 1, 0), cv2.Scharr(light, cv2.CV_32F, 0, 1)
    return float(cv2.magnitude(right, down)[eroded].mean(dtype=np.float64))


def _illumination_uniformity(aligned: AlignedFace) -> float | None:
    shares = []
    for zone in _cheeks(aligned.points):
        inside = aligned.region[zone].astype(np.uint8)
        counts = region_statistics(np.ascontiguousarray(aligned.rgb[zone]), inside, LUMINANCE, 2)[:, 3]
        # What lies outside the face counts as black.
        histogram = counts[1].astype(np.float64)
        histogram[0] += counts[0].sum()
        if not histogram.any():
            return None
        shares.append(histogram / histogram.sum())
    return float(np.minimum(*shares).sum())


def _luminance_mean(aligned: AlignedFace) -> float | None:
    share = _shares(aligned.luminance)
    return None if share is None else float(share @ np.arange(256)) / 255.0


def _luminance_variance(aligned: AlignedFace) -> float | None:
    share = _shares(aligned.luminance)
    if share is None:
        return None
    levels = np.arange(256) / 255.0
    return float(share @ (levels - share @ levels) ** 2)


def _under_exposure(aligned: AlignedFace) -> float | None:
    share = _shares(aligned.bare_luminance)
    return None if share is None else float(share[_DARK].sum())


def _over_exposure(aligned: AlignedFace) -> float | None:
    share = _shares(aligned.bare_luminance)
    return None if share is None else float(share[_BURNT_OUT].sum())


def _dynamic_range(aligned: AlignedFace) -> float | None:
    share = _shares(aligned.luminance)
    if share is None:
        return None
    present = share[share > 0.0]
    return abs(float(present @ np.log2(present)))


def _natural_colour(aligned: AlignedFace) -> float | None:
    rgb = aligned.rgb
    if (rgb[..., 0] == rgb[..., 1]).all() and (rgb[..., 1] == rgb[..., 2]).all():
        return 0.0
    pixels = [
        (rgb[zone] * aligned.region[zone][..., np.newaxis]).reshape(-1, 3) for zone in _cheeks(aligned.points)
    ]
    joined = np.concatenate(pixels)
    if not len(joined):
        return None
    mean = joined.mean(axis=0) / 255.0
    light = np.where(mean > 0.04045, ((mean + 0.055) / 1.055) ** 2.4, mean / 12.92)
    xyz = _TO_XYZ @ light
    x, y, z = np.where(xyz <= _EPSILON, (_KAPPA * xyz + 16.0) / 116.0, np.cbrt(xyz))
    a, b = 500.0 * (x - y), 200.0 * (y - z)
    if a < 0.0 or b < 0.0:
        return _UNNATURAL
    off_a = max(0.0, _NATURAL_A[0] - a, a - _NATURAL_A[1])
    off_b = max(0.0, _NATURAL_B[0] - b, b - _NATURAL_B[1])
    return math.hypot(off_a, off_b)


def _single_face(photo: Photo, face: Face) -> float | None:
    areas = sorted((found.box[2] * found.box[3] for found in face.detections), reverse=True)
    return areas[1] / areas[0] if len(areas) > 1 else 0.0


def _eyes_open(aligned: AlignedFace) -> float | None:
    points = aligned.points.landmarks
    opening = []
    for side in ("left", "right"):
        # The three inner points of the upper lid face those of the lower lid.
        upper, lower = points.group(f"{side}_upper_lid")[1:4], points.group(f"{side}_lower_lid")
        opening.append(np.hypot(*(upper - lower).T).max())
    return float(_ratio(min(opening), aligned.points.eyes_to_chin))


def _mouth_closed(photo: Photo, face: Face) -> float | None:
    # The gap is that of the network for it: the landmarks, learnt from closed mouths, hardly open.
    points = face.landmarks
    lip = points.group("middle_lower_lip_top", "middle_lower_lip_bottom")
    gap = face.lip_gap * float(np.hypot(*(lip[1] - lip[0])))
    return _ratio(gap, FacePoints.of(points).eyes_to_chin)


def _eyes_visible(aligned: AlignedFace) -> float | None:
    return _hidden_share(aligned.eyes, aligned)


def _mouth_occlusion(aligned: AlignedFace) -> float | None:
    zone = np.zeros(aligned.visible.shape, np.uint8)
    cv2.fillConvexPoly(zone, cv2.convexHull(aligned.points.mouth.astype(np.int32)), 1)
    return _hidden_share(zone > 0, aligned)


def _face_occlusion(aligned: AlignedFace) -> float | None:
    return _hidden_share(aligned.region, aligned)


def _inter_eye_distance(photo: Photo, face: Face) -> float | None:
    return _ratio(FacePoints.of(face.landmarks).inter_eye, math.cos(math.radians(_angles(face)[0])))


def _head_size(photo: Photo, face: Face) -> float | None:
    return FacePoints.of(face.landmarks).eyes_to_chin / photo.height


def _leftward_crop(photo: Photo, face: Face) -> float | None:
    points = FacePoints.of(face.landmarks)
    return _ratio(float(points.eyes[1, 0]), points.inter_eye)


def _rightward_crop(photo: Photo, face: Face) -> float | None:
    points = FacePoints.of(face.landmarks)
    return _ratio(photo.width - float(points.eyes[0, 0]), points.inter_eye)


def _margin_above(photo: Photo, face: Face) -> float | None:
    height, unit = _height_of_eyes(face)
    return _ratio(height, unit)


def _margin_below(photo: Photo, face: Face) -> float | None:
    height, unit = _height_of_eyes(face)
    return _ratio(photo.height - height, unit)


def _yaw(photo: Photo, face: Face) -> float | None:
    return _angles(face)[0]


def _pitch(photo: Photo, face: Face) -> float | None:
    return -_angles(face)[1]


def _roll(photo: Photo, face: Face) -> float | None:
    return -_angles(face)[2]


def _no_head_coverings(aligned: AlignedFace) -> float | None:
    return float(aligned.clothes[_ABOVE_EYES].mean())


_ON_PHOTO: dict[str, Callable[[Photo, Face], float | None]] = {
    "SingleFacePresent": _single_face,
    "MouthClosed": _mouth_closed,
    "InterEyeDistance": _inter_eye_distance,
    "HeadSize": _head_size,
    "LeftwardCropOfTheFaceImage": _leftward_crop,
    "RightwardCropOfTheFaceImage": _rightward_crop,
    "MarginAboveOfTheFaceImage": _margin_above,
    "MarginBelowOfTheFaceImage": _margin_below,
    "HeadPoseYaw": _yaw,
    "HeadPosePitch": _pitch,
    "HeadPoseRoll": _roll,
}

_ON_ALIGNED: dict[str, Callable[[AlignedFace], float | None]] = {
    "BackgroundUniformity": _background_uniformity,
    "IlluminationUniformity": _illumination_uniformity,
    "LuminanceMean": _luminance_mean,
    "LuminanceVariance": _luminance_variance,
    "UnderExposurePrevention": _under_exposure,
    "OverExposurePrevention": _over_exposure,
    "DynamicRange": _dynamic_range,
    "NaturalColour": _natural_colour,
    "EyesOpen": _eyes_open,
    "EyesVisible": _eyes_visible,
    "MouthOcclusionPrevention": _mouth_occlusion,
    "FaceOcclusionPrevention": _face_occlusion,
    "NoHeadCoverings": _no_head_coverings,
}


def _luminance(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return linear luminance, 0–255, rounded half up (7.3.4)."""
    light = LUMINANCE[0][rgb[..., 0]] + LUMINANCE[1][rgb[..., 1]] + LUMINANCE[2][rgb[..., 2]]
    return np.asarray(np.minimum(light + np.float32(0.5), np.float32(255)), np.uint8)


def _shares(histogram: NDArray[np.int64]) -> NDArray[np.float64] | None:
    total = int(histogram.sum())
    return None if total == 0 else histogram / total


def _cheeks(points: FacePoints) -> list[tuple[slice, slice]]:
    """Return rows and columns of the squares below both eyes, towards the nose."""
    side = int(_ZONE * points.inter_eye)
    below = int(points.eyes_to_mouth / 2.0)
    (left_x, left_y), (right_x, right_y) = points.eyes.astype(int).tolist()
    corners = ((right_x - side, right_y + below), (left_x, left_y + below))
    return [(slice(max(y, 0), max(y + side, 0)), slice(max(x, 0), max(x + side, 0))) for x, y in corners]


def _hidden_share(zone: NDArray[np.bool_], aligned: AlignedFace) -> float | None:
    total = int(zone.sum())
    return None if total == 0 else float((zone & ~aligned.visible).sum()) / total


def _height_of_eyes(face: Face) -> tuple[float, float]:
    """Return how far the eyes lie below the upper edge, and the distance from there to the chin, in px."""
    points = FacePoints.of(face.landmarks)
    middle = rounded(points.middle)
    return float(middle[1]), float(np.hypot(*(points.landmarks.chin - middle)))


def _angles(face: Face) -> tuple[float, float, float]:
    """Return yaw, pitch and roll of the head in degrees, with the signs of the reports of this project."""
    _, roll, _, _ = geometry.head_geometry(face.pupils, face.chin, face.crown)
    yaw, pitch = geometry.head_angles(face.pose.yaw, face.pose.pitch, roll)
    return float(yaw), float(pitch), float(roll)


def _ratio(value: float, unit: float) -> float:
    return math.nan if abs(unit) < 1e-6 else value / unit
