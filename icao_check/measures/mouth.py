"""Measures on the mouth."""

from __future__ import annotations

import numpy as np

from icao_check.kernels import expression as kernels
from icao_check.measurement import Measurement
from icao_check.measures.case import Case

__all__ = ["mouth_closed"]


def mouth_closed(case: Case) -> Measurement:
    """Return the gap between the lips in % of the thickness of the lower lip.

    ISO/IEC 39794-5 counts a mouth as closed up to half that thickness, as quoted by the BioGaze project.
    """
    assert case.face is not None
    points = case.face.landmarks
    gap, thickness = kernels.lip_gap(
        np.ascontiguousarray(points.inner_upper_lip),
        np.ascontiguousarray(points.inner_lower_lip),
        np.ascontiguousarray(points.outer_lower_lip),
    )
    if thickness <= 0.0:
        return Measurement(None, reason="not_measurable")
    return Measurement(gap / thickness * 100.0)
