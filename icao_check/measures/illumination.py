"""Measures on light that falls unevenly on the face."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.face.zones import INTER_EYE, LEFT_CHEEK, RIGHT_CHEEK, SKIN, Zones
from icao_check.kernels import illumination as kernels
from icao_check.measurement import Measurement
from icao_check.measures.case import Case
from icao_check.measures.light import LINEAR, SKIN_ZONES, face_light, quantile
from icao_check.regions import SKIN as SKIN_LABEL
from icao_check.shadows import CELL, shadow_depth

__all__ = ["face_shadow", "illumination_uniformity", "shadow_area", "skin_reflection"]

# A shadow is as deep as its deepest part of this size, in squared inter-eye distances: twice a pupil's iris.
_SHADOW_PART = 0.1
_CELLS_PER_SQUARE = (INTER_EYE / CELL) ** 2
# Cells less than this share of which is face are left out.
_CELL_SHARE = 0.4
# What shows the lamp instead of the skin: 70 % of the way to white, 60 % of the saturation of the skin.
_REFLECTION_GAIN, _REFLECTION_SATURATION = 0.7, 0.6
# The skin's light is compared on cells of this many px of the cut-out.
_SKIN_CELL = 4
# Light falls off by at most this much over an inter-eye distance, in natural logarithms; what lies farther
# from the slope than so many median residuals is no skin in plain light.
_MOST_SLOPE, _OUTLIER = 0.5, 2.0
# A cell is skin that is skin nearly throughout, of 255.
_WHOLE_CELL = 250
_LINEAR = LINEAR.astype(np.float32)
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
_DARKEST = 1e-3
# From light to the codes of sRGB, near enough for a slope.
_GAMMA = 2.2
# Where the skin itself is nearly white nothing on it can be called a reflection.
_WHITE_SKIN = 230


def illumination_uniformity(case: Case) -> Measurement:
    """Return how much light the darker cheek gets, in % of the other, in the channel that differs most.

    Means of linear light in the cheek zones of ISO/IEC 39794-5. Forehead and chin, the other two zones, are
    left out: hair and beard darken them as no lamp does.
    """
    light = face_light(case)
    left, right = (_channel_means(light.of(zone)) for zone in (LEFT_CHEEK, RIGHT_CHEEK))
    brightest = np.maximum(left, right)
    if brightest.min() <= 0.0:
        return Measurement(None, reason="not_measurable")
    return Measurement(float((np.minimum(left, right) / brightest).min()) * 100.0)


def face_shadow(case: Case) -> Measurement:
    """Return how much of the light cast shadows take from the face, in %.

    Of the deepest tenth of a squared inter-eye distance of the face, compared with the same without the
    shadow, as a small network sees it (its card: ``models/shadows.md``). A shadow with an edge counts,
    shading that changes over the whole face does not.
    """
    depth = shadow_depth(face_light(case).zones.cutout.pixels)
    area = shadow_area(case).view(np.uint8) * np.uint8(255)
    share = cv2.resize(area, depth.shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    share[share < _CELL_SHARE] = 0.0
    size, darkness = kernels.deepest(depth, share, _SHADOW_PART * _CELLS_PER_SQUARE)
    if size == 0.0:
        return Measurement(None, reason="not_measurable")
    return Measurement(100.0 * (1.0 - math.exp(-max(darkness, 0.0))))


def shadow_area(case: Case) -> NDArray[np.bool_]:
    """Return where a shadow on the face counts, in px of its cut-out: above the chin, where skin is bare."""
    labels = face_light(case).zones.labels
    return np.asarray(((labels > 0) & _skin(case)) | _upper_forehead(case), np.bool_)


def skin_reflection(case: Case) -> Measurement:
    """Return how much of the skin shows the lamp instead of itself, in % of the zones of the face.

    The forehead between them and the hairline is looked at, too, where the label map has skin. Skin that is
    merely nearer to the light is not counted: the typical colour falls off with the light.
    """
    light = face_light(case)
    skin = light.of(*SKIN_ZONES)
    reference = np.array([quantile(skin[channel], 0.5) for channel in range(3)], np.float64)
    if reference[1] > _WHITE_SKIN:
        return Measurement(None, reason="not_measurable")
    zones = light.zones
    mask = (zones.labels > 0) & (zones.labels <= SKIN)
    count = max(int(mask.sum()), 1)
    mask |= _upper_forehead(case)
    spots, _ = kernels.hot_spot_pixels(
        zones.cutout.pixels,
        mask,
        reference,
        *_light_slope(zones),
        _REFLECTION_GAIN,
        _REFLECTION_SATURATION,
        _WHITE_SKIN,
    )
    return Measurement(spots / count * 100.0)


def _light_slope(zones: Zones) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return by how much light that falls off evenly over skin changes its codes, by row and by column."""
    height, width = zones.labels.shape
    size = (width // _SKIN_CELL, height // _SKIN_CELL)
    zone = ((zones.labels > 0) & (zones.labels <= SKIN)).view(np.uint8) * np.uint8(255)
    skin = np.asarray(cv2.resize(zone, size, interpolation=cv2.INTER_AREA) > _WHOLE_CELL, np.bool_)
    light = cv2.LUT(cv2.resize(zones.cutout.pixels, size, interpolation=cv2.INTER_AREA), _LINEAR)
    level = np.log(np.maximum(light @ _LUMINANCE, _DARKEST)).astype(np.float64)
    if not skin.any():
        return np.ones(height), np.ones(width)
    y, x = (np.arange(length) - (length - 1) / 2.0 for length in level.shape)
    kept = skin
    for _ in range(2):
        middle, down, right = kernels.plane(level, kept)
        far = np.abs(level - (middle + down * y[:, np.newaxis] + right * x))
        kept = skin & (far <= _OUTLIER * np.median(far[skin]))
    most = _MOST_SLOPE / INTER_EYE
    down, right = (min(max(rise / _SKIN_CELL, -most), most) for rise in (down, right))
    rows = middle - np.median(level[skin]) + down * (np.arange(height) - (height - 1) / 2.0)
    columns = right * (np.arange(width) - (width - 1) / 2.0)
    return np.exp(rows / _GAMMA), np.exp(columns / _GAMMA)


def _upper_forehead(case: Case) -> NDArray[np.bool_]:
    """Return where skin lies between brows and hairline, outside the zones of the face."""

    def make() -> NDArray[np.bool_]:
        assert case.face is not None
        landmarks, zones = case.face.landmarks, face_light(case).zones
        outline = zones.cutout.to_cutout(np.concatenate([landmarks.hairline, landmarks.brows[::-1]]))
        inside = np.zeros(zones.labels.shape, np.uint8)
        cv2.fillPoly(inside, [np.rint(outline).astype(np.int32)], 1)
        return np.asarray((inside == 1) & (zones.labels == 0) & _skin(case), np.bool_)

    return case.once("upper_forehead", make)


def _skin(case: Case) -> NDArray[np.bool_]:
    """Return where the label map has skin."""

    def make() -> NDArray[np.bool_]:
        assert case.face is not None
        regions, zones = case.face.regions, face_light(case).zones
        matrix = zones.cutout.matrix / regions.px_per_cell
        matrix[:, 2] += 0.5 / regions.px_per_cell - 0.5
        skin = ((regions.share > 0.5) & (regions.kinds == SKIN_LABEL)).view(np.uint8) * np.uint8(255)
        height, width = zones.labels.shape
        skin = cv2.warpAffine(skin, matrix, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        return np.asarray(skin > 127, np.bool_)

    return case.once("face_skin", make)


def _channel_means(histograms: NDArray[np.int64]) -> NDArray[np.float64]:
    counts = np.maximum(histograms[:3].sum(axis=1), 1)
    return np.asarray(histograms[:3] @ LINEAR / counts, np.float64)
