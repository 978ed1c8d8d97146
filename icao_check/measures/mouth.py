"""Measures on the mouth."""

from __future__ import annotations

from icao_check.measurement import Measurement
from icao_check.measures.case import Case

__all__ = ["mouth_closed"]

# Standard deviation, in %: closed lips are read closely, and what looks like a narrow gap is either (351
# portraits, models/face_points.md).
_LEAST, _SHARE, _LARGEST = 5.0, 0.8, 25.0


def mouth_closed(case: Case) -> Measurement:
    """Return the gap between the lips in % of the thickness of the lower lip.

    ISO/IEC 39794-5 counts a mouth as closed up to half that thickness, as quoted by the BioGaze project.
    """
    assert case.face is not None
    gap = 100.0 * case.face.lip_gap
    return Measurement(gap, uncertainty=min(_LARGEST, max(_LEAST, _SHARE * gap)))
