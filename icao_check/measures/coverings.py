"""Measures on what covers the face or the head."""

from __future__ import annotations

import dataclasses

from icao_check.measurement import Measurement
from icao_check.measures.appearance import index
from icao_check.measures.case import Case

__all__ = ["face_occlusion", "mouth_occlusion", "no_head_covering"]

# Log-odds by which the network errs on people that it did not learn from (models/appearance.md).
_MOUTH_MARGIN = 2.0
_FACE_MARGIN = 2.0
_HEAD_MARGIN = 2.0


def mouth_occlusion(case: Case) -> Measurement:
    """Return how surely the mouth is covered, as in :func:`~.appearance.index`."""
    assert case.face is not None
    return index(case.face, "mouth_covered", margin=_MOUTH_MARGIN)


def face_occlusion(case: Case) -> Measurement:
    """Return how surely mouth or eyes are covered, as in :func:`~.appearance.index`; lenses do not count."""
    assert case.face is not None
    if case.face.appearance["dark_lenses"] > 0.0:
        return index(case.face, "mouth_covered", margin=_FACE_MARGIN)
    return index(case.face, "mouth_covered", "eyes_covered", margin=_FACE_MARGIN)


def no_head_covering(case: Case) -> Measurement:
    """Return how surely something is worn on the head, as in :func:`~.appearance.index`.

    A cap is not told from a cloth that may be worn for a recognised reason: a person has to look, and the
    measurement alone never refuses a photo.
    """
    assert case.face is not None
    seen = index(case.face, "head_covered", margin=_HEAD_MARGIN)
    return dataclasses.replace(seen, excuse="head_covering_allowed")
