"""Measures on the wall behind the person."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.kernels import background as kernels
from icao_check.measurement import Measurement
from icao_check.measures.case import Case
from icao_check.regions import BACKGROUND, HAIR

__all__ = ["background_colour", "background_shadow", "background_uniformity"]

# The wall is looked at in cells of twice the size of those of the label map.
_HALF = 2
# Fewer cells than this share of the map say nothing about a wall.
_SMALLEST_SHARE = 0.02
# The seam to the person, in inter-eye distances, belongs to nobody.
_SEAM = 0.06
# How far below the chin, in inter-eye distances, the wall beside the shoulders is looked at.
_BELOW_CHIN = 0.3
# Surely the person, and surely not.
_PERSON, _BARE = 0.85, 0.15
# Light that falls evenly, or slopes and fades: cut-offs for darker and lighter cells, smallest noise (ΔE),
# ridge, rounds.
_EVEN = (1.2, 2.0, 1.5, 1e-3, 6)
_FADING_WITHIN = 0.03
# One cell in so many is enough to fit it; prime, so that no column is skipped throughout.
_THINNED = 13
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
# A shadow keeps the colour of the wall (chroma difference) and leaves some of its light; the second limits
# are for what the label map takes for hair. Doubt begins and ends at these shares of them.
_SHADOW_CHROMA, _DEEPEST, _SOFTLY = (12.0, 4.0), (0.93, 0.85), (0.95, 1.05)
# From this share of person on it may be hair. How far its L* strays, as a share of it and at least, and its
# chroma, and by how many times that another colour differs.
_DOUBTFUL, _HAIR_SPREAD, _APART = (0.1, 0.2), (0.4, 8.0, 2.0), (1.5, 3.0)
_NO_HAIR = np.full(3, np.inf)
# A shadow is level somewhere: neighbours differ by less than this share of what it takes, and grain (L*). The
# edge of hair, blurred, is steeper.
_STEEP, _GRAINY = 0.3, 1.5
# What is taken for hair reaches no further inwards from the wall (inter-eye distances).
_TAKEN = 0.5
# The hair of the head is looked at this far to either side of the middle (inter-eye distances).
_ABOVE_EYES = 0.8
# A shadow of the head begins within the seam, reaches this far and covers that much (inter-eye distances, and
# squares of them). It is level over three cells, and its penumbra begins two beyond the middle one.
_SHADOW_SEAM, _NEAR, _SHADOW_AREA = 0.08, 0.6, 0.1
_DISC, _PENUMBRAL = (cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)) for size in (3, 7))
# What takes less of the light is no shadow, and what takes more than this is surely one.
_FAINT = (0.08, 0.14)
# Around a shadow so much of the wall may be half lit (inter-eye distances); the rest must be this share of
# the wall, to be fitted again.
_PENUMBRA, _LEAST_LIT = 0.15, 0.2
# Beyond this distance from the person hair that fades into the wall does not reach; a shadow covers that much
# there (inter-eye distances, and squares of them).
_EDGE, _REACHING = 0.2, 0.12
# White may be off neutral by this chroma; beyond it each unit costs one and a half of lightness.
_NEUTRAL_CHROMA, _TINT_WEIGHT = 6.0, 1.5
# Below this L*, which no rule calls light, the value falls more slowly.
_DIM = 40.0
# How many terms of the quadratic polynomials of a place a fading and a slope have.
_FADING, _SLOPE = 6, 3
# Lit wall: cut-offs for darker and lighter cells, smallest noise (ln), ridge, rounds.
_LIT = (1.5, 4.0, 0.01, 1e-3, 8)
# Wall beside a shadow: stiffer, as it is continued to where nothing was fitted.
_LIT_BESIDE = (1.5, 4.0, 0.01, 1e-2, 8)


@dataclass(frozen=True, slots=True)
class _Wall:
    """Half of the label map around the head.

    `lab` is CIELAB (h, w, 3), `finer` that of the label map; `share` how much of a cell is person, `is_hair`
    what is hair as far as it is person; `hair` the typical colour of the hair above the eyes, if any;
    `distance` that of each cell to the person, and `clear` that to anything that may be the person, in cells;
    `rows` those above the shoulders; `eyes` the inter-eye distance in cells.
    """

    lab: NDArray[np.float32]
    finer: NDArray[np.float32]
    share: NDArray[np.float32]
    is_hair: NDArray[np.bool_]
    hair: NDArray[np.float64] | None
    distance: NDArray[np.float32]
    clear: NDArray[np.float32]
    rows: NDArray[np.bool_]
    eyes: float

    def bare(self, seam: float) -> NDArray[np.bool_]:
        """Return the cells that are surely wall, `seam` inter-eye distances away from all else."""
        return np.asarray(self.rows & (self.clear > max(seam * self.eyes, 1.5)), np.bool_)


def background_uniformity(case: Case) -> Measurement:
    """Return how far the wall strays from one colour, in ΔE*ab.

    The largest of three: how far an even fading of the light goes, from the 3rd to the 97th percentile of a
    quadratic surface fitted to the wall; thirty times the contrast of half of what is left at the scale of a
    pattern; three times the contrast to that surface of what covers more than a twentieth of a square
    inter-eye distance. Hair and shade that are joined to the person do not count: their colours lie between
    that of the wall and that of the hair or black. ICAO asks for a plain, even background (Doc 9303-3,
    3.9.1.1) without a number.
    """
    wall = _around(case)
    mask = wall.bare(_SEAM)
    inside = np.flatnonzero(mask)
    if len(inside) < _SMALLEST_SHARE * mask.size:
        return Measurement(None, reason="no_background")
    thinned = inside[::_THINNED]
    colours = wall.lab.reshape(-1, 3)[thinned].astype(np.float64)
    surface = kernels.even_surface(colours, _places(wall, thinned), *_EVEN)
    even, contrast = kernels.surface_contrast(wall.lab, mask, surface, *_axes(wall))
    ordered = np.sort(even, axis=1)
    fading = math.dist(*(_quantiles(ordered, share) for share in (_FADING_WITHIN, 1.0 - _FADING_WITHIN)))
    plain = max(fading, _PATTERN_WEIGHT * _pattern(wall, mask))
    if _OBJECT_WEIGHT * _widespread(wall, contrast) <= plain:
        return Measurement(plain)
    value, surely = (max(plain, _OBJECT_WEIGHT * found) for found in _object(wall, inside, even, contrast))
    return Measurement(value, excuse="uncertain" if surely < _MOSTLY * value else None)


def _pattern(wall: _Wall, mask: NDArray[np.bool_]) -> float:
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
    wall: _Wall, cells: NDArray[np.intp], even: NDArray[np.float32], contrast: NDArray[np.float32]
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


def _widespread(wall: _Wall, contrast: NDArray[np.float32]) -> float:
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
    if mask.sum() < _SMALLEST_SHARE * mask.size:
        return Measurement(None, reason="no_background")
    _, lightness, a, b = kernels.typical_colour(regions.lab, mask)
    tint = _TINT_WEIGHT * max(float(np.hypot(a, b)) - _NEUTRAL_CHROMA, 0.0)
    value = float(lightness) - tint
    if value < _DIM:
        value = _DIM * math.exp(value / _DIM - 1.0)
    return Measurement(value, finding="tinted" if tint > 0.0 else None)


def background_shadow(case: Case) -> Measurement:
    """Return how much darker than the lit wall the shadow of the head is, in %.

    Linear luminance against an even fading fitted to the lit wall, where a tenth of a square inter-eye
    distance is darker still. A shadow keeps the colour of the wall, differs from the hair, is level
    somewhere, which the blurred edge of hair is nowhere, and is joined to the person. It also counts where
    the label map is not sure of wall or person, or has taken the rim of it for hair: shadows look like both.
    A fading that is fitted to the whole wall follows a broad shadow: where there is one, a simpler fading is
    fitted to the wall without it. What hardly reaches beyond the edge of the hair may as well be that edge,
    blurred, and what reaches both sides of the picture another wall: that asks for a look, and fails no
    photo.
    """
    wall = _around(case)
    bare = wall.bare(_SHADOW_SEAM)
    if bare.sum() < _SMALLEST_SHARE * bare.size:
        return Measurement(None, reason="no_background")
    eyes = wall.eyes
    _, *typical = kernels.typical_colour(wall.lab, bare)
    rim = _rim(wall, typical)
    found, shade = _shadow(wall, rim, _lit(wall, bare, _FADING, _LIT))
    value = _shade_near(wall, found, shade)
    if value == 0.0:
        return Measurement(0.0)
    # Fades in, so that what is just found does not change the value at once.
    rise = min(max((value - _FAINT[0]) / (_FAINT[1] - _FAINT[0]), 0.0), 1.0)
    sure = rise * rise * (3.0 - 2.0 * rise)
    rest = bare & (_distance(~found) > _PENUMBRA * eyes)
    if rest.sum() >= _LEAST_LIT * bare.sum():
        value = max(value, _shade_near(wall, *_shadow(wall, rim, _lit(wall, rest, _SLOPE, _LIT_BESIDE))))
    reaching = int((found & (wall.distance > _EDGE * eyes)).sum())
    narrow = reaching < _REACHING * eyes * eyes
    across = bool(found[:, 0].any() and found[:, -1].any())
    return Measurement(100.0 * sure * value, excuse="uncertain" if narrow or across else None)


def _lit(
    wall: _Wall, mask: NDArray[np.bool_], terms: int, cuts: tuple[float, float, float, float, int]
) -> NDArray[np.float64]:
    """Return a polynomial for the logarithm of the luminance of the lit wall, as fitted to a mask's cells."""
    # Always the same cells, whatever else belongs to the mask.
    chosen = np.flatnonzero(mask.ravel()[::_THINNED]) * _THINNED
    root = (wall.lab.reshape(-1, 3)[chosen, :1].astype(np.float64) + 16.0) / 116.0
    places = np.ascontiguousarray(_places(wall, chosen)[:, :terms])
    coefficients = np.zeros(_FADING)
    luminance = 3.0 * np.log(np.maximum(root, 0.1))
    coefficients[:terms] = kernels.even_surface(luminance, places, *cuts)[:, 0]
    return coefficients


@dataclass(frozen=True, slots=True)
class _Rim:
    """Where a shadow may be: the wall, and what the label map has taken for the rim of the hair.

    `place` (h, w) is 1 on the wall, 2 on the rim, 0 elsewhere; `seed` the cells of the wall that touch the
    person, and those of the rim that touch the wall; `typical` a* and b* of the wall.
    """

    place: NDArray[np.uint8]
    seed: NDArray[np.bool_]
    typical: NDArray[np.float64]


def _rim(wall: _Wall, typical: Sequence[float]) -> _Rim:
    seam = max(_SHADOW_SEAM * wall.eyes, 1.5)
    open_wall = wall.rows & (wall.share < _PERSON) & (wall.distance > seam)
    inward = _distance(wall.share > _BARE)
    taken = wall.rows & wall.is_hair & ~open_wall & (inward < _TAKEN * wall.eyes)
    return _Rim(
        place=open_wall.view(np.uint8) + (taken.view(np.uint8) << 1),
        seed=(open_wall & (wall.distance <= seam + 2.5)) | (taken & (inward <= seam + 2.5)),
        typical=np.array(typical[1:]),
    )


def _shadow(
    wall: _Wall, rim: _Rim, lit: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Return the cells of what may be a shadow of the person, and how much of the light it takes, 0–1.

    `lit` is a polynomial for the logarithm of the luminance of the lit wall.
    """
    hair = _NO_HAIR if wall.hair is None else wall.hair
    share, least, chroma = _HAIR_SPREAD
    spread = (max(share * min(float(hair[0]), 100.0), least), chroma)
    rows, columns = _axes(wall)
    shade, flat = kernels.cast_shade(
        wall.lab,
        rim.place,
        wall.share,
        lit,
        rows,
        columns,
        rim.typical,
        hair,
        spread,
        _SHADOW_CHROMA,
        _DEEPEST,
        _SOFTLY,
        _DOUBTFUL,
        _APART,
        _STEEP,
        _GRAINY,
        _FAINT[0],
    )
    # Beyond these cells anything may be: it does not make a shadow narrower.
    beyond = rim.place == 0
    flat[beyond] = 1.0
    flat = np.asarray(cv2.erode(flat, _DISC), np.float32)
    flat[beyond] = 0.0
    wide = np.minimum(cv2.dilate(flat, _PENUMBRAL), shade)
    count, parts = cv2.connectedComponents((wide > _FAINT[0]).view(np.uint8), connectivity=8)
    joined = np.zeros(count, np.bool_)
    joined[parts[rim.seed]] = True
    joined[0] = False
    return joined[parts], wide


def _shade_near(wall: _Wall, found: NDArray[np.bool_], shade: NDArray[np.float32]) -> float:
    """Return the light that a shadow takes at least from a certain area near the person, 0–1."""
    near = shade[found & (wall.distance < _NEAR * wall.eyes)]
    place = near.size - 1 - int(_SHADOW_AREA * wall.eyes * wall.eyes)
    return float(np.partition(near, place)[place]) if place >= 0 else 0.0


def _around(case: Case) -> _Wall:
    return case.once("wall", lambda: _find_wall(case))


def _find_wall(case: Case) -> _Wall:
    face = case.face
    assert face is not None
    regions = face.regions
    height, width = regions.labels.shape
    size = (max(width // _HALF, 1), max(height // _HALF, 1))
    lab = np.asarray(cv2.resize(regions.lab, size, interpolation=cv2.INTER_AREA), np.float32)
    share = cv2.resize(regions.share, size, interpolation=cv2.INTER_AREA)
    px_per_cell = regions.px_per_cell * _HALF
    eyes = float(np.hypot(*(face.pupils[1] - face.pupils[0]))) / px_per_cell
    person = share > _PERSON
    rows = np.zeros(share.shape, np.bool_)
    rows[: max(int((face.chin[1] + 0.5) / px_per_cell - 0.5 + _BELOW_CHIN * eyes), 0)] = True
    is_hair = cv2.resize(regions.kinds, size, interpolation=cv2.INTER_NEAREST) == HAIR
    middle = (float(face.pupils[:, 0].mean()) + 0.5) / px_per_cell - 0.5
    above = np.abs(np.arange(size[0]) - middle) < _ABOVE_EYES * eyes
    hair, *colour = kernels.typical_colour(lab, person & rows & is_hair & above)
    return _Wall(
        lab=lab,
        finer=regions.lab,
        share=np.asarray(share, np.float32),
        is_hair=np.asarray(is_hair, np.bool_),
        hair=np.array(colour) if hair else None,
        distance=_distance(~person),
        clear=_distance(share < _BARE),
        rows=rows,
        eyes=eyes,
    )


def _distance(inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    return np.asarray(cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 3), np.float32)


def _axes(wall: _Wall) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far rows lie below and columns to the right of the middle, in about head sizes."""
    height, width = wall.share.shape
    unit = 2.0 * wall.eyes
    return (np.arange(height) - height / 2.0) / unit, (np.arange(width) - width / 2.0) / unit


def _places(wall: _Wall, cells: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return quadratic polynomials of the places of some cells, given row by row, shape (n, 6)."""
    rows, columns = _axes(wall)
    down, right = rows[cells // len(columns)], columns[cells % len(columns)]
    terms = np.empty((len(cells), 6))
    terms[:, 0], terms[:, 1], terms[:, 2] = 1.0, right, down
    terms[:, 3], terms[:, 4], terms[:, 5] = right * right, down * right, down * down
    return terms


def _surface(wall: _Wall, coefficients: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return what polynomials with these coefficients (6, c) are at all cells, shape (c, h, w)."""
    rows, columns = _axes(wall)
    level, right, below, across, askew, deep = coefficients[..., np.newaxis]
    along = level + right * columns + across * (columns * columns)
    down = below * rows + deep * (rows * rows)
    # What is long is added up in single precision: it is compared with colours of that precision.
    found = (askew * columns).astype(np.float32)[:, np.newaxis] * rows.astype(np.float32)[:, np.newaxis]
    found += along.astype(np.float32)[:, np.newaxis]
    found += down.astype(np.float32)[..., np.newaxis]
    return np.asarray(found, np.float32)


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
