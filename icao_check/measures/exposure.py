"""Measures on the amount of light."""

from __future__ import annotations

import math

import numpy as np

from icao_check.face.zones import CHIN, EYES, FOREHEAD, LEFT_CHEEK, MOUTH, RIGHT_CHEEK, SKIN
from icao_check.measurement import Measurement
from icao_check.measures.case import Case
from icao_check.measures.light import face_light, quantile

__all__ = [
    "dynamic_range",
    "luminance_mean",
    "luminance_variance",
    "over_exposure_prevention",
    "under_exposure_prevention",
]

_FACE = (FOREHEAD, LEFT_CHEEK, RIGHT_CHEEK, CHIN, SKIN, EYES, MOUTH)
