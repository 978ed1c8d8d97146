"""Measures on the wall behind the person."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.kernels import background as kernels
from icao_check.measurement import Measurement
from icao_check.measures.case import Case
from icao_check.regions import BACKGROUND

__all__ = ["background_colour", "background_shadow", "background_uniformity"]

# Fewer cells than this share of the map say nothing about a wall.
_SMALLEST_SHARE = 0.02
# The seam to the person, in inter-eye distances, belongs to nobody.
_SEAM = 0.06
_SHARE_WITHIN = 0.95
# What an evenly lit or slowly fading wall cannot explain is seen four times as easily as fading is.
_PATTERN_SHARE, _PATTERN_WEIGHT = 0.97, 4.0
# Cells this far (ΔE) from the typical wall and joined to the person may be hair; an unevenness that falls
# below this share without them is mostly theirs.
_STRAY, _MOSTLY = 8.0, 0.6
# Loose hair reaches this far from the person, in inter-eye distances.
_WISPS = 0.3
# A shadow keeps the colour of the wall (chroma difference) and leaves some of its light.
_SHADOW_CHROMA, _DEEPEST, _HAIR_SHARE = 6.0, 0.85, 0.02
# White may be off neutral by this chroma; beyond it each unit costs one and a half of lightness.
_NEUTRAL_CHROMA, _TINT_WEIGHT = 6.0, 1.5
# A shadow of the head lies within this many inter-eye distances of it, and darkens that share of the place.
_NEAR, _SHADOW_SHARE = 0.6, 0.1
_LIT_QUANTILE = 0.7


@dataclass(frozen=True, slots=True)
class _Wall:
    mask: NDArray[np.bool_]
    near: NDArray[np.bool_]
    lab: NDArray[np.float32]
    attached: NDArray[np.bool_]
    far: NDArray[np.bool_]


def background_uniformity(case: Case) -> Measurement:
    """Return how far the wall strays from one colour, in ΔE*ab.

    The larger of two: the distance to the typical colour within which 95 % of the wall lie, and four times
    the distance to the best even slope, within which 97 % lie. Texture, objects, lines and gradients widen
    them. Where most of that is joined to the person, or close, it may be hair, so that a person has to look.
    ICAO asks for a plain, even background (Doc 9303-3, 3.9.1.1) without a number.
    """
    wall = _wall(case)
    if wall is None:
        return Measurement(None, reason="no_background")
    value = _unevenness(wall.lab, wall.mask)
    bare = _unevenness(wall.lab, wall.far & ~wall.attached)
    return Measurement(value, excuse="uncertain" if bare < _MOSTLY * value else None)


def _unevenness(lab: NDArray[np.float32], mask: NDArray[np.bool_]) -> float:
    spread = kernels.colour_spread(lab, mask, _SHARE_WITHIN)[4]
    return float(max(spread, _PATTERN_WEIGHT * kernels.slope_residual(lab, mask, _PATTERN_SHARE)))


def background_colour(case: Case) -> Measurement:
    """Return the lightness L* of the wall, less one and a half times its chroma beyond that of off-white."""
    return case.once("background_colour", lambda: _colour(case))


def _colour(case: Case) -> Measurement:
    wall = _wall(case)
    if wall is None:
        return Measurement(None, reason="no_background")
    _, lightness, a, b, _ = kernels.colour_spread(wall.lab, wall.mask, _SHARE_WITHIN)
    tint = _TINT_WEIGHT * max(float(np.hypot(a, b)) - _NEUTRAL_CHROMA, 0.0)
    return Measurement(
        max(float(lightness) - tint, 1.0),
        finding="tinted" if tint > 0.0 else None,
    )


def background_shadow(case: Case) -> Measurement:
    """Return how much darker than the lit wall its darkest tenth is around the head, in %.

    Linear luminance of the wall above the chin, within 0.6 inter-eye distances of the person.
    """
    wall = _wall(case)
    if wall is None or wall.near.sum() < _SMALLEST_SHARE * wall.near.size / 4.0:
        return Measurement(None, reason="no_background")
    luminance = np.power((wall.lab[..., 0] + 16.0) / 116.0, 3.0)
    lit = float(np.quantile(luminance[wall.mask], _LIT_QUANTILE))
    dark = float(np.quantile(luminance[wall.near], _SHADOW_SHARE))
    near_hair = (wall.attached & wall.near).sum() > _HAIR_SHARE * wall.near.sum()
    colours = wall.lab[wall.attached & wall.near][:, 1:] - np.median(wall.lab[wall.mask], axis=0)[1:]
    hair = near_hair and float((np.linalg.norm(colours, axis=1) > _SHADOW_CHROMA).mean()) > 0.2
    value = max(1.0 - dark / max(lit, 1e-6), 0.0)
    return Measurement(value * 100.0, excuse="uncertain" if hair or value > _DEEPEST else None)


def _wall(case: Case) -> _Wall | None:
    """Return the cells that are surely wall, above the chin; None where there are too few."""
    return case.once("wall", lambda: _find_wall(case))


def _find_wall(case: Case) -> _Wall | None:
    face = case.face
    assert face is not None
    regions = face.regions
    cells_per_eye = float(np.hypot(*(face.pupils[1] - face.pupils[0]))) / regions.px_per_cell
    wall = regions.mask(BACKGROUND)
    distance = cv2.distanceTransform(wall.astype(np.uint8), cv2.DIST_L2, 3)
    mask = np.asarray(distance > max(_SEAM * cells_per_eye, 1.5), np.bool_)
    chin_row = int((face.chin[1] + 0.5) / regions.px_per_cell - 0.5)
    mask[max(chin_row, 0) :] = False
    if mask.sum() < _SMALLEST_SHARE * mask.size:
        return None
    near = mask & (distance < _NEAR * cells_per_eye)
    far = mask & (distance > _WISPS * cells_per_eye)
    return _Wall(mask, near, regions.lab, _attached(regions.lab, mask), far)


def _attached(lab: NDArray[np.float32], mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the cells of the wall that differ from it and are joined to the person: perhaps hair."""
    stray = mask & (np.linalg.norm(lab - np.median(lab[mask], axis=0), axis=2) > _STRAY)
    _, parts = cv2.connectedComponents((stray | ~mask).astype(np.uint8), connectivity=8)
    outside = np.zeros(int(parts.max()) + 1, np.bool_)
    outside[parts[~mask]] = True
    return np.asarray(stray & outside[parts], np.bool_)
