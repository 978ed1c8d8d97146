"""Measures on light that falls unevenly on the face."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.face.zones import EYES, INTER_EYE, LEFT_CHEEK, RIGHT_CHEEK, SKIN, Zones
from icao_check.kernels import illumination as kernels
from icao_check.measurement import Measurement
from icao_check.measures.case import Case
from icao_check.measures.light import LINEAR, SKIN_ZONES, face_light, quantile
from icao_check.regions import SKIN as SKIN_LABEL
from icao_check.shadows import CELL, shadow_depth

__all__ = ["face_shadow", "illumination_uniformity", "shadow_area", "skin_reflection"]

# A shadow is as deep as its deepest part of this size, in squared inter-eye distances: on a print, 3.5 mm
# square.
_SHADOW_PART = 0.1
_CELLS_PER_SQUARE = (INTER_EYE / CELL) ** 2
# How much the reading of the network counts, of 1.
_SEEN_WEIGHT = 0.4
# The other reading: this share of the cells is at least as dark.
_SHADOW_SHARE = 0.12
# A highlight on one side is no shadow on the other: skin counts as lit up to this many times its median.
_LIT_AT_MOST = 1.2
# A shadow keeps the colour of the skin, hair and beard do not: largest change of ln(red/green) and
# ln(blue/green).
_SAME_COLOUR = 0.4
# Differences this much above the usual, and no smaller than this, are no even fall-off.
_UNEVEN, _LEAST_UNEVEN = 1.5, 0.05
# Cells less than this share of which is face are left out.
_CELL_SHARE = 0.4
# The forehead is left out, above this share of the height of the pupils: a fringe is dark, too.
_BROWS = 0.75
# What shows the lamp instead of the skin: 70 % of the way to white, 60 % of the saturation of the skin.
_REFLECTION_GAIN, _REFLECTION_SATURATION = 0.7, 0.6
# Light is compared on cells of this many px of the cut-out.
_LIGHT_CELL = 4
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
    """Return how much of the light shadows with an edge take from the face, in %.

    The weighted mean of two readings. One is what a small network (its card: ``models/shadows.md``) sees on
    the deepest tenth of a squared inter-eye distance. The other compares the sides of the face, less what
    falls off evenly from one side to the other: the difference that an eighth of skin and eyes exceeds. Hair
    and beard do not count there: they differ in colour. The forehead is left out of both, and so are eyes
    that something covers.
    """
    assert case.face is not None
    zones = face_light(case).zones
    area = shadow_area(case)
    area[: int(zones.pupils[:, 1].mean() * _BROWS)] = False
    if max(case.face.appearance["eyes_covered"], case.face.appearance["dark_lenses"]) > 0.0:
        area &= zones.labels != EYES
    depth = shadow_depth(zones.cutout.pixels)
    share = cv2.resize(area.view(np.uint8) * np.uint8(255), depth.shape[::-1], interpolation=cv2.INTER_AREA)
    bare = np.asarray(share / np.float32(255.0), np.float32)
    bare[bare < _CELL_SHARE] = 0.0
    size, darkness = kernels.deepest(depth, bare, _SHADOW_PART * _CELLS_PER_SQUARE)
    pairs, difference = _mirrored(zones, area)
    if size == 0.0 or pairs == 0:
        return Measurement(None, reason="not_measurable")
    seen, compared = (1.0 - math.exp(-max(log, 0.0)) for log in (darkness, difference))
    return Measurement(100.0 * (_SEEN_WEIGHT * seen + (1.0 - _SEEN_WEIGHT) * compared))


def _mirrored(zones: Zones, area: NDArray[np.bool_]) -> tuple[int, float]:
    """Return pairs of cells compared and how much darker one side is, in natural logarithms of the light."""
    face = _whole_cells(area & (zones.labels <= EYES))
    if not face.any():
        return 0, 0.0
    light, level = _cell_light(zones)
    level = np.minimum(level, np.median(level[face]) + math.log(_LIT_AT_MOST))
    hue = np.log(np.maximum(light[..., [0, 2]], _DARKEST) / np.maximum(light[..., 1:2], _DARKEST))
    alike = (np.abs(hue - hue[:, ::-1]) < _SAME_COLOUR).all(axis=2)
    return kernels.mirrored_depth(level, face, alike, _SHADOW_SHARE, _UNEVEN, _LEAST_UNEVEN)


def shadow_area(case: Case) -> NDArray[np.bool_]:
    """Return where a shadow on the face may lie, in px of its cut-out: above the chin, where skin is bare."""
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
    skin = _whole_cells((zones.labels > 0) & (zones.labels <= SKIN))
    if not skin.any():
        return np.ones(height), np.ones(width)
    _, level = _cell_light(zones)
    y, x = (np.arange(length) - (length - 1) / 2.0 for length in level.shape)
    kept = skin
    for _ in range(2):
        middle, down, right = kernels.plane(level, kept)
        far = np.abs(level - (middle + down * y[:, np.newaxis] + right * x))
        kept = skin & (far <= _OUTLIER * np.median(far[skin]))
    most = _MOST_SLOPE / INTER_EYE
    down, right = (min(max(rise / _LIGHT_CELL, -most), most) for rise in (down, right))
    rows = middle - np.median(level[skin]) + down * (np.arange(height) - (height - 1) / 2.0)
    columns = right * (np.arange(width) - (width - 1) / 2.0)
    return np.exp(rows / _GAMMA), np.exp(columns / _GAMMA)


def _whole_cells(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which cells belong to a part of the cut-out nearly throughout."""
    size = (mask.shape[1] // _LIGHT_CELL, mask.shape[0] // _LIGHT_CELL)
    share = cv2.resize(mask.view(np.uint8) * np.uint8(255), size, interpolation=cv2.INTER_AREA)
    return np.asarray(share > _WHOLE_CELL, np.bool_)


def _cell_light(zones: Zones) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return linear red, green and blue of each cell, 0–1, and the natural logarithm of its luminance."""
    height, width = zones.labels.shape
    size = (width // _LIGHT_CELL, height // _LIGHT_CELL)
    small = cv2.resize(zones.cutout.pixels, size, interpolation=cv2.INTER_AREA)
    light = np.asarray(cv2.LUT(small, _LINEAR), np.float32)
    return light, np.log(np.maximum(light @ _LUMINANCE, _DARKEST)).astype(np.float64)


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
