"""Measures on the expression of the face."""

from __future__ import annotations

from icao_check.measurement import Measurement
from icao_check.measures.appearance import covered_mouth, index
from icao_check.measures.case import Case

__all__ = ["expression_neutrality"]


def expression_neutrality(case: Case) -> Measurement:
    """Return how surely the face is not neutral, as in :func:`~.appearance.index`.

    Smiles first of all; frowns and raised brows where they are strong.
    """
    assert case.face is not None
    if reason := covered_mouth(case.face):
        return Measurement(None, reason=reason)
    return index(case.face, "not_neutral")
