"""Measures on light that falls unevenly on the face."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.face import Face
from icao_check.face.zones import EYES, LEFT_CHEEK, RIGHT_CHEEK, SKIN, Zones
from icao_check.kernels import illumination as kernels
from icao_check.measurement import Measurement
from icao_check.measures.case import Case
from icao_check.measures.light import LINEAR, SKIN_ZONES, face_light, quantile
from icao_check.regions import SKIN as SKIN_LABEL

__all__ = ["face_shadow", "illumination_uniformity", "skin_reflection"]

_LINEAR = LINEAR.astype(np.float32)
# A shadow is compared on cells of this many px of the cut-out: no pore and no stubble is one.
_CELL = 4
# It darkens at least this share of the cells that have a mirror image.
_SHADOW_SHARE = 0.12
# A highlight on one side is no shadow on the other: skin counts as lit up to this many times its median.
_LIT_AT_MOST = 1.2
# A shadow keeps the colour of the skin, hair and beard do not: largest change of ln(red/green) and
# ln(blue/green).
_SAME_COLOUR = 0.4
# What shows the lamp instead of the skin: 60 % of the way to white, 60 % of the saturation of the skin.
_REFLECTION_GAIN, _REFLECTION_SATURATION = 0.6, 0.6
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
    """Return how much darker the face is inside a shadow than at its mirror image, in %.

    The difference that an eighth of skin and eyes exceeds. Hair and beard do not count: they differ in
    colour.
    """
    zones = face_light(case).zones
    cells, skin, face = _cells(zones)
    luminance = np.asarray(cells @ np.array([0.2126, 0.7152, 0.0722], np.float32))
    if not skin.any():
        return Measurement(None, reason="not_measurable")
    hue = np.log(np.maximum(cells[..., [0, 2]], 1e-4) / np.maximum(cells[..., 1:2], 1e-4))
    same = (np.abs(hue - hue[:, ::-1]) < _SAME_COLOUR).all(axis=2)
    lit = _LIT_AT_MOST * float(np.median(luminance[skin]))
    luminance = np.minimum(luminance, lit)
    # Pairs of different colours count, with no difference.
    luminance = np.where(same, luminance, lit).astype(np.float32)
    pairs, darkness = kernels.mirrored_darkness(luminance, face, _SHADOW_SHARE)
    if pairs == 0:
        return Measurement(None, reason="not_measurable")
    return Measurement(darkness * 100.0)


def skin_reflection(case: Case) -> Measurement:
    """Return how much of the skin shows the lamp instead of itself, in % of the zones of the face.

    The forehead between them and the hairline is looked at, too, where the label map has skin.
    """
    face = case.face
    assert face is not None
    light = face_light(case)
    skin = light.of(*SKIN_ZONES)
    reference = np.array([quantile(skin[channel], 0.5) for channel in range(3)], np.float64)
    if reference[1] > _WHITE_SKIN:
        return Measurement(None, reason="not_measurable")
    zones = light.zones
    mask = (zones.labels > 0) & (zones.labels <= SKIN)
    count = max(int(mask.sum()), 1)
    mask |= _upper_forehead(face, zones)
    spots, _ = kernels.hot_spot_pixels(
        zones.cutout.pixels, mask, reference, _REFLECTION_GAIN, _REFLECTION_SATURATION
    )
    return Measurement(spots / count * 100.0)


def _upper_forehead(face: Face, zones: Zones) -> NDArray[np.bool_]:
    """Return where skin lies between brows and hairline, outside the zones of the face."""
    landmarks, regions, cutout = face.landmarks, face.regions, zones.cutout
    outline = cutout.to_cutout(np.concatenate([landmarks.hairline, landmarks.brows[::-1]]))
    inside = np.zeros(zones.labels.shape, np.uint8)
    cv2.fillPoly(inside, [np.rint(outline).astype(np.int32)], 1)
    matrix = cutout.matrix / regions.px_per_cell
    matrix[:, 2] += 0.5 / regions.px_per_cell - 0.5
    skin = ((regions.share > 0.5) & (regions.kinds == SKIN_LABEL)).astype(np.float32)
    height, width = zones.labels.shape
    skin = np.asarray(
        cv2.warpAffine(skin, matrix, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP),
        np.float32,
    )
    return np.asarray((inside == 1) & (zones.labels == 0) & (skin > 0.5), np.bool_)


def _channel_means(histograms: NDArray[np.int64]) -> NDArray[np.float64]:
    counts = np.maximum(histograms[:3].sum(axis=1), 1)
    return np.asarray(histograms[:3] @ LINEAR / counts, np.float64)


def _cells(
    zones: Zones,
) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return linear light in coarse cells, and which are skin, and skin or eyes, throughout."""
    height, width = zones.labels.shape
    size = (width // _CELL, height // _CELL)
    cells = cv2.resize(cv2.LUT(zones.cutout.pixels, _LINEAR), size, interpolation=cv2.INTER_AREA)
    # The forehead is left out: a fringe is dark on one side more often than a shadow falls there alone.
    brows = int(zones.pupils[:, 1].mean() * 0.75)
    masks = []
    for last in (SKIN, EYES):
        inside = ((zones.labels > 0) & (zones.labels <= last)).astype(np.float32)
        inside[:brows] = 0.0
        masks.append(np.asarray(cv2.resize(inside, size, interpolation=cv2.INTER_AREA) > 0.98, np.bool_))
    return np.asarray(cells, np.float32), masks[0], masks[1]
