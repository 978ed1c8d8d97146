"""Measures on what covers the face or the head."""

from __future__ import annotations

import dataclasses

from icao_check.face import Face
from icao_check.measurement import Measurement
from icao_check.measures.appearance import index, index_of
from icao_check.measures.case import Case
from icao_check.regions import CLOTHES

__all__ = ["face_occlusion", "mouth_occlusion", "no_head_covering"]

# Of bare heads 0 to 16 % of what is above the pupils is taken for cloth, under a hijab or a hat 36 % and
# more: the share at which both are as likely, and the log-odds per unit of it.
_CLOTH_EVEN, _CLOTH_SLOPE = 0.2, 20.0


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

    Either the network sees it, or the label map has cloth above the eyes. A cap is not told from a cloth that
    may be worn for a recognised reason: a person has to look, and the measurement alone never refuses a
    photo.
    """
    assert case.face is not None
    cloth = _CLOTH_SLOPE * (_cloth_above_eyes(case.face) - _CLOTH_EVEN)
    seen = index_of(max(case.face.appearance["head_covered"], cloth))
    return dataclasses.replace(seen, excuse="head_covering_allowed")


def _cloth_above_eyes(face: Face) -> float:
    """Return how much of the person above the pupils the label map takes for cloth, 0–1."""
    regions = face.regions
    row = max(0, int(face.pupils[:, 1].mean() / regions.px_per_cell))
    person = regions.share[:row] > 0.5
    return float((regions.kinds[:row][person] == CLOTHES).mean()) if person.any() else 0.0
