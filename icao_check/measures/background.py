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
# A shadow keeps the colour of the wall (chroma difference) and leaves some of its light; the second is for
# what the label map takes for hair. Softly: from and to these shares of a limit.
_SHADOW_CHROMA, _DEEPEST, _SOFTLY = (12.0, 4.0), (0.93, 0.85), (0.95, 1.05)
# It is level somewhere: neighbours differ by less than this share of what it takes, and grain, in L*. The
# edge of hair, blurred, is steeper. What is taken for hair differs by less than that many L*, and reaches no
# further inwards from the wall, in inter-eye distances.
_STEEP, _GRAINY, _LEVEL, _TAKEN = 0.3, 1.5, 8.0, 0.5
# What may be hair: the share of person; the least spread of its lightness and that of its chroma; how many
# spreads apart another colour begins, and ends to be doubtful.
_DOUBTFUL, _HAIR_SPREAD, _APART = (0.1, 0.2), (10.0, 2.0), (1.5, 3.0)
# The head's hair is between these columns, in inter-eye distances from the middle.
_ABOVE_EYES = 0.8
# A shadow of the head begins within the seam, reaches this far and covers that much (inter-eye distances, and
# squares of them). It is three cells wide, and its penumbra two on either side.
_SHADOW_SEAM, _NEAR, _SHADOW_AREA = 0.08, 0.6, 0.1
_NEIGHBOURS, _DISC, _FRINGE = (
    cv2.getStructuringElement(shape, (size, size))
    for shape, size in ((cv2.MORPH_RECT, 3), (cv2.MORPH_ELLIPSE, 3), (cv2.MORPH_ELLIPSE, 5))
)
# What takes less of the light is no shadow, and what takes more than this is surely one.
_FAINT = (0.08, 0.14)
# Around a shadow so much of the wall may be half lit (inter-eye distances); the rest must be this share of
# the wall, to be fitted again.
_PENUMBRA, _LEAST_LIT = 0.15, 0.2
# Beyond this distance from the person hair that fades into the wall does not reach; a shadow covers that much
# there (inter-eye distances, and squares of them).
_EDGE, _REACHING = 0.3, 0.12
# White may be off neutral by this chroma; beyond it each unit costs one and a half of lightness.
_NEUTRAL_CHROMA, _TINT_WEIGHT = 6.0, 1.5
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
    what is hair as far as it is person; `hair` the typical colour of the hair above the eyes, if any, and
    `hair_spread` how far its L* usually strays from that; `distance` that of each cell to the person, and `clear` that to
    anything that may be the person, in cells; `rows` those above the shoulders; `eyes` the inter-eye distance
    in cells.
    """

    lab: NDArray[np.float32]
    finer: NDArray[np.float32]
    share: NDArray[np.float32]
    is_hair: NDArray[np.bool_]
    hair: NDArray[np.float64] | None
    hair_spread: float
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
    even = _surface(wall, surface)
    ordered = np.sort(even.reshape(3, -1)[:, inside], axis=1)
    fading = math.dist(*(_quantiles(ordered, share) for share in (_FADING_WITHIN, 1.0 - _FADING_WITHIN)))
    plain = max(fading, _PATTERN_WEIGHT * _pattern(wall, mask))
    contrast, odd_only = _object(wall, mask, even)
    value = max(plain, _OBJECT_WEIGHT * contrast)
    surely = max(plain, _OBJECT_WEIGHT * odd_only)
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


def _object(wall: _Wall, mask: NDArray[np.bool_], even: NDArray[np.float32]) -> tuple[float, float]:
    """Return the contrast of the largest thing on the wall, in ΔE, and that of what has no colour of hair.

    `even` is the colour of the wall without it, shape (3, h, w). Hair and shade that are joined to the
    person, and strands near it, do not count for either.
    """
    strayed = wall.lab.transpose(2, 0, 1) - even
    contrast = np.where(
        mask, np.sqrt(np.square(strayed[0]) + np.square(strayed[1]) + np.square(strayed[2])), 0
    )
    other = contrast
    differs = np.flatnonzero(contrast > _DIFFERS)
    if len(differs):
        away = strayed.reshape(3, -1)[:, differs]
        base = even.reshape(3, -1)[:, differs]
        explained = _on_line(away, -base)
        if wall.hair is not None:
            explained |= _on_line(away, (wall.hair[:, np.newaxis] - base).astype(np.float32))
        differs = differs[explained]
        odd = np.zeros(mask.shape, np.uint8)
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
        other.ravel()[differs] = 0.0
        contrast.ravel()[differs[joined[own] | strand]] = 0.0
    inside = contrast[mask], other[mask]
    place = len(inside[0]) - 1 - min(int(_OBJECT_AREA * wall.eyes**2), len(inside[0]) - 1)
    largest, surest = (float(np.partition(found, place)[place]) for found in inside)
    return largest, surest


def _on_line(strayed: NDArray[np.float32], direction: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return where a difference in colour leads along a direction, no further than a tenth beyond its end.

    Both have the shape (3, n).
    """
    along = (strayed * direction).sum(axis=0) / np.maximum(np.square(direction).sum(axis=0), 1e-6)
    aside = strayed - np.clip(along, 0.0, 1.1) * direction
    return np.asarray(np.sqrt(np.square(aside).sum(axis=0)) < _SAME_LINE, np.bool_)


def background_colour(case: Case) -> Measurement:
    """Return the lightness L* of the wall, less one and a half times its chroma beyond that of off-white."""
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
    return Measurement(
        max(float(lightness) - tint, 1.0),
        finding="tinted" if tint > 0.0 else None,
    )


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
    root = (wall.lab[..., 0] + 16.0) / 116.0
    luminance = np.log(np.maximum(root * root * root, 1e-3))
    _, *typical = kernels.typical_colour(wall.lab, bare)
    rim = _rim(wall)
    found, shade = _shadow(wall, rim, typical, luminance - _lit(wall, luminance, bare, _FADING, _LIT))
    value = _shade_near(wall, found, shade)
    if value == 0.0:
        return Measurement(0.0)
    # Fades in, so that what is just found does not change the value at once.
    found_for_sure = float(_step(np.float32(value), *_FAINT))
    value *= found_for_sure
    rest = bare & (_distance(~found) > _PENUMBRA * eyes)
    if rest.sum() >= _LEAST_LIT * bare.sum():
        lit = _lit(wall, luminance, rest, _SLOPE, _LIT_BESIDE)
        again = _shade_near(wall, *_shadow(wall, rim, typical, luminance - lit))
        value = max(value, found_for_sure * again)
    reaching = int((found & (wall.distance > _EDGE * eyes)).sum())
    narrow = reaching < _REACHING * eyes * eyes
    across = bool(found[:, 0].any() and found[:, -1].any())
    return Measurement(100.0 * value, excuse="uncertain" if narrow or across else None)


def _lit(
    wall: _Wall,
    luminance: NDArray[np.float32],
    mask: NDArray[np.bool_],
    terms: int,
    cuts: tuple[float, float, float, float, int],
) -> NDArray[np.float32]:
    """Return the logarithm of the luminance of the lit wall everywhere, as fitted to the cells of a mask."""
    chosen = _sampled(mask)
    places = np.ascontiguousarray(_places(wall, chosen)[:, :terms])
    coefficients = np.zeros((_FADING, 1))
    coefficients[:terms] = kernels.even_surface(
        luminance.ravel()[chosen, None].astype(np.float64), places, *cuts
    )
    return np.asarray(_surface(wall, coefficients)[0], np.float32)


def _sampled(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return one in so many cells of a mask: always the same ones, whatever else belongs to it."""
    return np.flatnonzero(mask.ravel()[::_THINNED]) * _THINNED


@dataclass(frozen=True, slots=True)
class _Rim:
    """Where a shadow may be: the wall, and what the label map has taken for the rim of the hair.

    `cells` (h, w); `open` those that are not surely person; `own` how surely a cell has not the colour of the
    hair, 0–1; `level` how surely it may be a shadow as far as it was taken for hair, 0–1; `bend` the largest
    difference in L* among a cell and its neighbours; `seed` what touches the person, or, of the rim, the wall.
    """

    cells: NDArray[np.bool_]
    open: NDArray[np.bool_]
    own: NDArray[np.float32]
    level: NDArray[np.float32]
    bend: NDArray[np.float32]
    seed: NDArray[np.bool_]


def _rim(wall: _Wall) -> _Rim:
    seam = max(_SHADOW_SEAM * wall.eyes, 1.5)
    open_wall = wall.rows & (wall.share < _PERSON) & (wall.distance > seam)
    inward = _distance(wall.share > _BARE)
    taken = wall.rows & wall.is_hair & ~open_wall & (inward < _TAKEN * wall.eyes)
    lightness = wall.lab[..., 0]
    bend = cv2.subtract(cv2.dilate(lightness, _NEIGHBOURS), cv2.erode(lightness, _NEIGHBOURS))
    level = np.where(taken, 1.0 / (1.0 + np.square(np.square(bend / _LEVEL))), 1.0)
    own = np.ones(wall.share.shape, np.float32)
    if wall.hair is not None:
        away = wall.lab - wall.hair.astype(np.float32)
        apart = np.square(away[..., 0] / max(wall.hair_spread, _HAIR_SPREAD[0]))
        apart += (np.square(away[..., 1]) + np.square(away[..., 2])) / _HAIR_SPREAD[1] ** 2
        doubt = _step(wall.share, *_DOUBTFUL)
        own -= doubt * (1.0 - _step(np.sqrt(apart), *_APART))
    seed = (open_wall & (wall.distance <= seam + 2.5)) | (taken & (inward <= seam + 2.5))
    return _Rim(
        cells=open_wall | taken,
        open=open_wall,
        own=own,
        level=level.astype(np.float32),
        bend=np.asarray(bend, np.float32),
        seed=np.asarray(seed, np.bool_),
    )


def _shadow(
    wall: _Wall, rim: _Rim, typical: Sequence[float], departure: NDArray[np.float32]
) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Return the cells of what may be a shadow of the person, and how much of the light it takes, 0–1.

    `departure` is the logarithm of the luminance against that of the lit wall.
    """
    lightness, a, b = cv2.split(wall.lab)
    left = np.exp(np.minimum(departure, 0.0) / 3.0)
    darkness = 1.0 - left * left * left
    tint = np.sqrt(np.square(a - typical[1] * left) + np.square(b - typical[2] * left))
    # Of hair more is asked: the colour of the wall, and some light left.
    chroma = np.where(rim.open, np.float32(_SHADOW_CHROMA[0]), np.float32(_SHADOW_CHROMA[1]))
    deepest = np.where(rim.open, np.float32(_DEEPEST[0]), np.float32(_DEEPEST[1]))
    shade = darkness * rim.own * (1.0 - _step(tint / chroma, *_SOFTLY))
    shade = np.where(rim.cells, shade * (1.0 - _step(darkness / deepest, *_SOFTLY)), np.float32(0.0))
    shade = shade.astype(np.float32)
    drop = (lightness + 16.0) * (1.0 / left - 1.0)
    steep = np.square(rim.bend / (_STEEP * drop + _GRAINY))
    flat = (shade * rim.level / (1.0 + steep * steep)).astype(np.float32)
    # Beyond these cells anything may be: it does not make a shadow narrower.
    flat = cv2.dilate(np.where(rim.cells, cv2.erode(np.where(rim.cells, flat, 1.0), _DISC), 0.0), _DISC)
    wide = np.minimum(cv2.dilate(flat, _FRINGE), shade)
    count, parts = cv2.connectedComponents((wide > _FAINT[0]).astype(np.uint8), connectivity=8)
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
    sure = np.asarray(person & rows & is_hair & above, np.bool_)
    hair, *colour = kernels.typical_colour(lab, sure)
    spread = _median(np.abs(lab[..., 0][sure] - np.float32(colour[0]))) if hair else 0.0
    return _Wall(
        lab=lab,
        finer=regions.lab,
        share=np.asarray(share, np.float32),
        is_hair=np.asarray(is_hair, np.bool_),
        hair=np.array(colour) if hair else None,
        hair_spread=1.4826 * spread,
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


def _step(values: NDArray[np.float32] | np.float32, low: float, high: float) -> NDArray[np.float32]:
    """Return 0 below `low`, 1 above `high` and a smooth rise between them."""
    rise = np.clip((values - np.float32(low)) / np.float32(high - low), 0.0, 1.0)
    return np.asarray(rise * rise * (3.0 - 2.0 * rise), np.float32)


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
