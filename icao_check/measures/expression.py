"""Measures on the expression of the face."""

from __future__ import annotations

import math

import numpy as np

from icao_check.kernels import expression as kernels
from icao_check.measurement import Measurement
from icao_check.measures.case import Case

__all__ = ["expression_neutrality"]

# Mean and standard deviation over 146 neutral photos, in inter-eye distances.
_NEUTRAL_WIDTH = (0.810, 0.051)
_NEUTRAL_LIFT = (0.012, 0.035)


def expression_neutrality(case: Case) -> Measurement:
    """Return how far the mouth is from neutral towards a smile, in standard deviations of neutral mouths.

    A smile widens the mouth and lifts its corners. Frowns and raised brows are not measured here.
    """
    assert case.face is not None
    points = case.face.landmarks
    width, lift = kernels.mouth_shape(
        np.ascontiguousarray(points.mouth_corners),
        np.ascontiguousarray(points.lip_middles),
        case.face.pupils,
    )
    wider = max(0.0, (width - _NEUTRAL_WIDTH[0]) / _NEUTRAL_WIDTH[1])
    lifted = max(0.0, (lift - _NEUTRAL_LIFT[0]) / _NEUTRAL_LIFT[1])
    return Measurement(math.sqrt((wider * wider + lifted * lifted) / 2.0))
