"""Measures on the mouth."""

from __future__ import annotations

from icao_check.measurement import Measurement
from icao_check.measures.case import Case

__all__ = ["mouth_closed"]

# Standard deviation on people that were not learnt from, in % (models/face_points.md).
_DEVIATION = 10.0


def mouth_closed(case: Case) -> Measurement:
    """Return the gap between the lips in % of the thickness of the lower lip.

    ISO/IEC 39794-5 counts a mouth as closed up to half that thickness, as quoted by the BioGaze project.
    """
    assert case.face is not None
    return Measurement(100.0 * case.face.lip_gap, uncertainty=_DEVIATION)
