"""Measures on what covers the face or the head."""

from __future__ import annotations

import dataclasses

from icao_check.measurement import Measurement
from icao_check.measures.appearance import index
from icao_check.measures.case import Case

__all__ = ["face_occlusion", "mouth_occlusion", "no_head_covering"]


def mouth_occlusion(case: Case) -> Measurement:
    """Return how surely the mouth is covered, as in :func:`~.appearance.index`."""
    assert case.face is not None
    return index(case.face, "mouth_covered")


def face_occlusion(case: Case) -> Measurement:
    """Return how surely mouth or eyes are covered, as in :func:`~.appearance.index`; lenses do not count."""
    assert case.face is not None
    if case.face.appearance["dark_lenses"] > 0.0:
        return index(case.face, "mouth_covered")
    return index(case.face, "mouth_covered", "eyes_covered")


def no_head_covering(case: Case) -> Measurement:
    """Return how surely something is worn on the head, as in :func:`~.appearance.index`.

    A cap is not told from a cloth that may be worn for a recognised reason: a person has to look, and the
    measurement alone never refuses a photo.
    """
    assert case.face is not None
    seen = index(case.face, "head_covered")
    return dataclasses.replace(seen, excuse="head_covering_allowed")
