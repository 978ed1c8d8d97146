"""Measures on the wall behind the person: its colour, and how even it is."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.kernels import background as kernels
from icao_check.measurement import Measurement
from icao_check.measures.case import Case
from icao_check.measures.wall import SMALLEST_SHARE, THINNED, Wall, wall_of
from icao_check.regions import BACKGROUND

__all__ = ["background_colour", "background_uniformity"]

# The seam to the person, in inter-eye distances, belongs to nobody.
_SEAM = 0.06
# Light that falls evenly, or slopes and fades: cut-offs for darker and lighter cells, smallest noise (ΔE),
# ridge, rounds.
_EVEN = (1.2, 2.0, 1.5, 1e-3, 6)
_FADING_WITHIN = 0.03
# Pattern is seen thirty times, and an object three times, as easily as an even fading of the same ΔE.
_PATTERN_WEIGHT, _OBJECT_WEIGHT = 30.0, 3.0
# An object covers this many square inter-eye distances.
_OBJECT_AREA = 0.05
# Side of the square over which a pattern evens out in these cells, and grain in those of the label map.
_PATTERN_SIDE, _GRAIN_SIDE = 7, 5
# Nearer to the person than this many inter-eye distances nothing counts as a pattern: loose hair.
_DEEP = 0.2
# Grain loses half of its contrast when cells are joined, a pattern less: their ratio. Weaker patterns (ΔE) do
# not count anyway.
_GRAIN, _LEAST_PATTERN = 1.35, 0.4
# What differs from the wall by this much (ΔE) is told from it; what lies this near (ΔE) to the line from the
# colour of the wall to that of the hair, or to black, may be hair, or shade.
_DIFFERS, _SAME_LINE = 5.0, 8.0
# Where an unevenness falls below this share without all that may be hair, it is mostly that.
_MOSTLY = 0.6
# Loose hair is thinner than this and reaches no further, in inter-eye distances.
_STRAND, _REACH = 0.08, 1.0
# White may be off neutral by this chroma; beyond it each unit costs one and a half of lightness.
_NEUTRAL_CHROMA, _TINT_WEIGHT = 6.0, 1.5
# Below this L*, which no rule calls light, the value falls more slowly.
_DIM = 40.0


def background_uniformity(case: Case) -> Measurement:
    """Return how far the wall strays from one colour, in ΔE*ab.

    The largest of three: how far an even fading of the light goes, from the 3rd to the 97th percentile of a
    quadratic surface fitted to the wall; thirty times the contrast of half of what is left at the scale of a
    pattern; three times the contrast to that surface of what covers more than a twentieth of a square
    inter-eye distance. Hair and shade that are joined to the person do not count: their colours lie between
    that of the wall and that of the hair or black. ICAO asks for a plain, even background (Doc 9303-3,
    3.9.1.1) without a number.
    """
    wall = wall_of(case)
    mask = wall.bare(_SEAM)
    inside = np.flatnonzero(mask)
    if len(inside) < SMALLEST_SHARE * mask.size:
        return Measurement(None, reason="no_background")
    thinned = inside[::THINNED]
    colours = wall.lab.reshape(-1, 3)[thinned].astype(np.float64)
    surface = kernels.even_surface(colours, wall.places(thinned), *_EVEN)
    even, contrast = kernels.surface_contrast(wall.lab, mask, surface, *wall.axes())
    ordered = np.sort(even, axis=1)
    fading = math.dist(*(_quantiles(ordered, share) for share in (_FADING_WITHIN, 1.0 - _FADING_WITHIN)))
    plain = max(fading, _PATTERN_WEIGHT * _pattern(wall, mask))
    if _OBJECT_WEIGHT * _widespread(wall, contrast) <= plain:
        return Measurement(plain)
    value, surely = (max(plain, _OBJECT_WEIGHT * found) for found in _object(wall, inside, even, contrast))
    return Measurement(value, excuse="uncertain" if surely < _MOSTLY * value else None)


def _pattern(wall: Wall, mask: NDArray[np.bool_]) -> float:
    """Return the contrast of a pattern that fills half of the wall, in ΔE."""
    deep = mask & (wall.clear > max(_DEEP * wall.eyes, 3.0))
    if deep.sum() > 0.3 * mask.sum():
        mask = deep
    left = _lengths(wall.lab - cv2.blur(wall.lab, (_PATTERN_SIDE, _PATTERN_SIDE)))[mask]
    contrast = _median(left)
    if contrast <= _LEAST_PATTERN:
        return contrast
    grain = wall.finer - cv2.blur(wall.finer, (_GRAIN_SIDE, _GRAIN_SIDE))
    fine = _lengths(grain[: 2 * mask.shape[0] : 2, : 2 * mask.shape[1] : 2])[mask]
    return 0.0 if _median(fine) > _GRAIN * contrast else contrast


def _object(
    wall: Wall, cells: NDArray[np.intp], even: NDArray[np.float32], contrast: NDArray[np.float32]
) -> tuple[float, float]:
    """Return the contrast of the largest thing on the wall, in ΔE, and that of what has no colour of hair.

    `even` is the colour of the wall without it at some cells, shape (3, n), and `contrast` how far they are
    from it. Hair and shade that are joined to the person, and strands near it, do not count for either.
    """
    contrast = contrast.copy()
    other = contrast
    differs = np.flatnonzero(contrast > _DIFFERS)
    if len(differs):
        base = even[:, differs]
        away = wall.lab.reshape(-1, 3)[cells[differs]].T - base
        explained = _on_line(away, -base)
        if wall.hair is not None:
            explained |= _on_line(away, (wall.hair[:, np.newaxis] - base).astype(np.float32))
        found = differs[explained]
        differs = cells[found]
        odd = np.zeros(wall.share.shape, np.uint8)
        odd.ravel()[differs] = 1
        radius = max(1, round(_STRAND * wall.eyes / 2.0))
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
        thick = cv2.morphologyEx(odd, cv2.MORPH_OPEN, disc)
        count, parts, boxes, _ = cv2.connectedComponentsWithStats(odd, connectivity=8)
        own, clear = parts.ravel()[differs], wall.clear.ravel()[differs]
        joined = np.zeros(count, np.bool_)
        joined[own[clear < max(_SEAM * wall.eyes, 1.5) + 2.5]] = True
        long = boxes[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) > _REACH * wall.eyes
        near = wall.distance.ravel()[differs] < _REACH * wall.eyes
        strand = (thick.ravel()[differs] == 0) & ~long[own] & near
        other = contrast.copy()
        other[found] = 0.0
        contrast[found[joined[own] | strand]] = 0.0
    return _widespread(wall, contrast), _widespread(wall, other)


def _widespread(wall: Wall, contrast: NDArray[np.float32]) -> float:
    """Return what the contrast of some cells exceeds over the area of an object."""
    place = len(contrast) - 1 - min(int(_OBJECT_AREA * wall.eyes**2), len(contrast) - 1)
    return float(np.partition(contrast, place)[place])


def _on_line(strayed: NDArray[np.float32], direction: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return where a difference in colour leads along a direction, no further than a tenth beyond its end.

    Both have the shape (3, n).
    """
    along = (strayed * direction).sum(axis=0) / np.maximum(np.square(direction).sum(axis=0), 1e-6)
    aside = strayed - np.clip(along, 0.0, 1.1) * direction
    return np.asarray(np.sqrt(np.square(aside).sum(axis=0)) < _SAME_LINE, np.bool_)


def background_colour(case: Case) -> Measurement:
    """Return the lightness L* of the wall, less one and a half times its chroma beyond that of off-white.

    Below 40, less than any limit asks for, it approaches 0 ever more slowly: so that of two walls that are
    dark or strongly coloured the worse still reads less.
    """
    return case.once("background_colour", lambda: _colour(case))


def _colour(case: Case) -> Measurement:
    face = case.face
    assert face is not None
    regions = face.regions
    mask = regions.mask(BACKGROUND)
    cells_per_eye = float(np.hypot(*(face.pupils[1] - face.pupils[0]))) / regions.px_per_cell
    distance = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    mask = np.asarray(distance > max(_SEAM * cells_per_eye, 1.5), np.bool_)
    chin_row = int((face.chin[1] + 0.5) / regions.px_per_cell - 0.5)
    mask[max(chin_row, 0) :] = False
    if mask.sum() < SMALLEST_SHARE * mask.size:
        return Measurement(None, reason="no_background")
    _, lightness, a, b = kernels.typical_colour(regions.lab, mask)
    tint = _TINT_WEIGHT * max(float(np.hypot(a, b)) - _NEUTRAL_CHROMA, 0.0)
    value = float(lightness) - tint
    if value < _DIM:
        value = _DIM * math.exp(value / _DIM - 1.0)
    return Measurement(value, finding="tinted" if tint > 0.0 else None)


def _lengths(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the lengths of vectors (..., 3)."""
    squares = vectors * vectors
    return np.asarray(np.sqrt(squares[..., 0] + squares[..., 1] + squares[..., 2]), np.float32)


def _median(values: NDArray[np.float32]) -> float:
    """Return the median of at least one value; numpy's takes thrice as long over so few."""
    middle = (len(values) - 1) // 2, len(values) // 2
    ordered = np.partition(values, middle)
    return float(ordered[middle[0]] + ordered[middle[1]]) / 2.0


def _quantiles(ordered: NDArray[np.float32], share: float) -> NDArray[np.float64]:
    """Return the quantile of each row of ascending values, by linear interpolation between them."""
    place = share * (ordered.shape[1] - 1)
    low = int(place)
    high = min(low + 1, ordered.shape[1] - 1)
    return np.asarray(ordered[:, low] + (place - low) * (ordered[:, high] - ordered[:, low]), np.float64)
