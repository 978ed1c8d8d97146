"""Measures on the amount of light in the face."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from icao_check.face.zones import CHIN, EYES, FOREHEAD, LEFT_CHEEK, MOUTH, RIGHT_CHEEK, SKIN
from icao_check.measurement import Measurement
from icao_check.measures.background import background_colour
from icao_check.measures.case import Case
from icao_check.measures.light import LINEAR, LUMINOUS, eye_whites, face_light, quantile, white_of

__all__ = [
    "dynamic_range",
    "luminance_mean",
    "luminance_variance",
    "over_exposure_prevention",
    "under_exposure_prevention",
]

_FACE = (FOREHEAD, LEFT_CHEEK, RIGHT_CHEEK, CHIN, SKIN, EYES, MOUTH)
_BRIGHT_SHARE = 0.95
# Bins 247 to 255 are burnt out (ISO/IEC 29794-5, 7.3.6).
_BURNT_OUT = 247
_LEVELS_WITHIN = (0.005, 0.995)
_GREEN, _LIGHT = 1, 3
# L* of a wall in enough light: walls of photos with too little of it have 28 to 43, others 76 and more.
_WELL_LIT = 60.0
# The brightest parts of very dark complexions, in % of white, stay below this.
_DARK_SKIN = 15.0


def under_exposure_prevention(case: Case) -> Measurement:
    """Return the luminance of the brightest parts of the face, in % of white.

    The brightest parts are the level that 95 % of the face stay below, or the whites of both eyes where these
    are brighter: under the same light they are about as bright in all complexions, and in a photo with too
    little light they are dark as well. (The share of dark pixels of ISO/IEC 29794-5, 7.3.5 cannot tell dark
    skin from little light.) Before a light wall a face that is dark even so is a very dark complexion whose
    eyes are hidden, or lit from behind: a person has to look.
    """
    return Measurement(_brightest(case), excuse="uncertain" if _light_wall(case) else None)


def over_exposure_prevention(case: Case) -> Measurement:
    """Return how much of the face is burnt out, in % of its area (ISO/IEC 29794-5, 7.3.6)."""
    histogram = face_light(case).of(*_FACE)[_LIGHT]
    return Measurement(float(histogram[_BURNT_OUT:].sum()) / max(int(histogram.sum()), 1) * 100.0)


def dynamic_range(case: Case) -> Measurement:
    """Return the tonal range of the face in bit: log2 of the levels between its darkest and brightest parts.

    Levels of green that 99 % of the face lie between; the whites of both eyes, too few to count there, are
    its brightest parts in a very dark complexion. The classic rule asks for 7 bit, 128 levels, in the face
    (ISO/IEC 19794-5, as quoted in digests of the standard). Where a face before a light wall is very dark
    and its eyes are hidden, a person has to look.
    """
    histogram = face_light(case).of(*_FACE)[_GREEN]
    low, high = (quantile(histogram, share) for share in _LEVELS_WITHIN)
    high = max(high, int(np.searchsorted(LINEAR, _whites(case)[_GREEN])))
    dark_skin = _brightest(case) < _DARK_SKIN and _light_wall(case)
    return Measurement(math.log2(high - low + 1), excuse="uncertain" if dark_skin else None)


def luminance_mean(case: Case) -> float:
    """Return the mean linear luminance of the face, 0–1 (ISO/IEC 29794-5, 7.3.4.2)."""
    return _luminance_moments(case)[0]


def luminance_variance(case: Case) -> float:
    """Return the variance of the linear luminance of the face (ISO/IEC 29794-5, 7.3.4.3)."""
    return _luminance_moments(case)[1]


def _brightest(case: Case) -> float:
    skin = quantile(face_light(case).of(*_FACE)[_LIGHT], _BRIGHT_SHARE) / 255.0
    return 100.0 * max(skin, float(_whites(case) @ LUMINOUS))


def _whites(case: Case) -> NDArray[np.float64]:
    # Of the darker eye: a glint on one glass is no white of an eye.
    first, second = (white_of(eye) for eye in eye_whites(case))
    return min(first, second, key=lambda white: float(white @ LUMINOUS))


def _light_wall(case: Case) -> bool:
    wall = background_colour(case).value
    return wall is not None and wall >= _WELL_LIT


def _luminance_moments(case: Case) -> tuple[float, float]:
    histogram = face_light(case).of(*_FACE)[_LIGHT]
    share = histogram / max(int(histogram.sum()), 1)
    level = np.arange(256) / 255.0
    mean = float(share @ level)
    return mean, float(share @ (level - mean) ** 2)
