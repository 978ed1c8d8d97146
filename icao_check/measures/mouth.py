"""Measures on the mouth."""

from __future__ import annotations

from icao_check.measurement import Measurement
from icao_check.measures.appearance import covered_mouth, index
from icao_check.measures.case import Case

__all__ = ["mouth_closed", "teeth"]

# Log-odds by which the network errs on people that it did not learn from (models/appearance.md).
_TEETH_MARGIN = 2.0
# Standard deviation, in %: closed lips are read closely, and what looks like a narrow gap is either (351
# portraits, models/face_points.md).
_LEAST, _SHARE, _LARGEST = 5.0, 0.8, 25.0


def mouth_closed(case: Case) -> Measurement:
    """Return the gap between the lips in % of the thickness of the lower lip.

    ISO/IEC 39794-5 counts a mouth as closed up to half that thickness, as quoted by the BioGaze project.
    """
    assert case.face is not None
    if reason := covered_mouth(case.face):
        return Measurement(None, reason=reason)
    gap = 100.0 * case.face.lip_gap
    return Measurement(gap, uncertainty=min(_LARGEST, max(_LEAST, _SHARE * gap)))


def teeth(case: Case) -> Measurement:
    """Return how surely teeth are seen, as in :func:`~.appearance.index`."""
    assert case.face is not None
    if reason := covered_mouth(case.face):
        return Measurement(None, reason=reason)
    return index(case.face, "teeth", margin=_TEETH_MARGIN)
