"""Measures on the mouth."""

from __future__ import annotations

import math

from icao_check.measurement import Measurement
from icao_check.measures.appearance import covered_mouth, index, probability
from icao_check.measures.case import Case

__all__ = ["mouth_closed", "teeth"]

# Median gap of open mouths, in %.
_OPEN = 90.0
# Standard deviation of closed lips, in % (models/face_points.md).
_LEAST = 5.0


def mouth_closed(case: Case) -> Measurement:
    """Return the gap between the lips in % of the thickness of the lower lip.

    ISO/IEC 39794-5 counts a mouth as closed up to half that thickness, as quoted by the BioGaze project. The
    mean of two readings: one network measures the gap, another tells how surely the mouth is open. Where they
    contradict each other, neither is certain, and a person has to look.
    """
    assert case.face is not None
    if reason := covered_mouth(case.face):
        return Measurement(None, reason=reason)
    gap, open_gap = 100.0 * case.face.lip_gap, _OPEN * probability(case.face, "mouth_open")
    value, spread = (gap + open_gap) / 2.0, math.hypot(_LEAST, (gap - open_gap) / 2.0)
    extremes = (max(0.0, value - spread), value + spread)
    return Measurement(value, uncertainty=spread, extremes=extremes, dispute="uncertain")


def teeth(case: Case) -> Measurement:
    """Return how surely teeth are seen, as in :func:`~.appearance.index`."""
    assert case.face is not None
    if reason := covered_mouth(case.face):
        return Measurement(None, reason=reason)
    return index(case.face, "teeth")
