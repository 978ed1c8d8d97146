"""The measure on the shadow of the head on the wall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.kernels import background as kernels
from icao_check.measurement import Measurement
from icao_check.measures.case import Case
from icao_check.measures.wall import (
    BARE_SHARE,
    PERSON_SHARE,
    SMALLEST_SHARE,
    THINNED,
    Wall,
    distance_to,
    wall_of,
)

__all__ = ["background_shadow"]

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
# How many terms of the quadratic polynomials of a place a fading and a slope have.
_FADING, _SLOPE = 6, 3
# Lit wall: cut-offs for darker and lighter cells, smallest noise (ln), ridge, rounds.
_LIT = (1.5, 4.0, 0.01, 1e-3, 8)
# Wall beside a shadow: stiffer, as it is continued to where nothing was fitted.
_LIT_BESIDE = (1.5, 4.0, 0.01, 1e-2, 8)


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
    wall = wall_of(case)
    bare = wall.bare(_SHADOW_SEAM)
    if bare.sum() < SMALLEST_SHARE * bare.size:
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
    rest = bare & (distance_to(~found) > _PENUMBRA * eyes)
    if rest.sum() >= _LEAST_LIT * bare.sum():
        value = max(value, _shade_near(wall, *_shadow(wall, rim, _lit(wall, rest, _SLOPE, _LIT_BESIDE))))
    reaching = int((found & (wall.distance > _EDGE * eyes)).sum())
    narrow = reaching < _REACHING * eyes * eyes
    across = bool(found[:, 0].any() and found[:, -1].any())
    return Measurement(100.0 * sure * value, excuse="uncertain" if narrow or across else None)


def _lit(
    wall: Wall, mask: NDArray[np.bool_], terms: int, cuts: tuple[float, float, float, float, int]
) -> NDArray[np.float64]:
    """Return a polynomial for the logarithm of the luminance of the lit wall, as fitted to a mask's cells."""
    # Always the same cells, whatever else belongs to the mask.
    chosen = np.flatnonzero(mask.ravel()[::THINNED]) * THINNED
    root = (wall.lab.reshape(-1, 3)[chosen, :1].astype(np.float64) + 16.0) / 116.0
    places = np.ascontiguousarray(wall.places(chosen)[:, :terms])
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


def _rim(wall: Wall, typical: Sequence[float]) -> _Rim:
    seam = max(_SHADOW_SEAM * wall.eyes, 1.5)
    open_wall = wall.rows & (wall.share < PERSON_SHARE) & (wall.distance > seam)
    inward = distance_to(wall.share > BARE_SHARE)
    taken = wall.rows & wall.is_hair & ~open_wall & (inward < _TAKEN * wall.eyes)
    return _Rim(
        place=open_wall.view(np.uint8) + (taken.view(np.uint8) << 1),
        seed=(open_wall & (wall.distance <= seam + 2.5)) | (taken & (inward <= seam + 2.5)),
        typical=np.array(typical[1:]),
    )


def _shadow(wall: Wall, rim: _Rim, lit: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Return the cells of what may be a shadow of the person, and how much of the light it takes, 0–1.

    `lit` is a polynomial for the logarithm of the luminance of the lit wall.
    """
    hair = _NO_HAIR if wall.hair is None else wall.hair
    share, least, chroma = _HAIR_SPREAD
    spread = (max(share * min(float(hair[0]), 100.0), least), chroma)
    rows, columns = wall.axes()
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


def _shade_near(wall: Wall, found: NDArray[np.bool_], shade: NDArray[np.float32]) -> float:
    """Return the light that a shadow takes at least from a certain area near the person, 0–1."""
    near = shade[found & (wall.distance < _NEAR * wall.eyes)]
    place = near.size - 1 - int(_SHADOW_AREA * wall.eyes * wall.eyes)
    return float(np.partition(near, place)[place]) if place >= 0 else 0.0
