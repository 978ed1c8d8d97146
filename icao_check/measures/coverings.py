"""Measures on what covers the face or the head."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np

from icao_check.face import Face
from icao_check.face.appearance import EARS
from icao_check.measurement import Measurement
from icao_check.measures.appearance import MARGIN, index, index_of, probability
from icao_check.measures.case import Case
from icao_check.regions import CLOTHES, SKIN

__all__ = ["ears_forehead", "face_occlusion", "mouth_occlusion", "no_head_covering"]

# Of bare heads 0 to 16 % of what is above the pupils is taken for cloth, under a hijab or a hat 36 % and
# more: the share at which both are as likely, and the log-odds per unit of it.
_CLOTH_EVEN, _CLOTH_SLOPE = 0.2, 20.0
# Where at least this share is cloth, it may be cloth that hides the ears.
_SOME_CLOTH = 0.04
# The forehead: from here to here between brows and hairline, where a ragged hairline and raised brows do not
# reach; points on each of the two lines; and how much of it must be in the picture.
_FOREHEAD = (0.25, 0.85)
_ACROSS = 7
_LEAST_PICTURED = 0.5
# Standard deviation of its share of skin, by renders whose hair is known (docs/calibration.md).
_FOREHEAD_DEVIATION = 0.05
# Beyond this yaw, in degrees, the cheek hides the ear of the far side, and the yaw is complained of anyway.
_TURNED = 5.0


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
    photo. The picture's edge across the head can look like one.
    """
    assert case.face is not None
    cloth = _CLOTH_SLOPE * (_cloth_above_eyes(case.face) - _CLOTH_EVEN)
    seen = index_of(max(case.face.appearance["head_covered"], cloth))
    cut = case.face.crown[1] < 0.0
    return dataclasses.replace(
        seen, excuse="head_covering_allowed", dispute="crown_cut" if cut else seen.dispute
    )


def ears_forehead(case: Case) -> Measurement:
    """Return how much of the forehead, or of the onsets of the ears, is seen, in %: what is seen less counts.

    Of the forehead: the share of skin between the brows and the hairline, where hair or cloth may lie over
    it. Of the ears: the mean of the probabilities that their onsets are seen, 50 % where one of two is
    hidden; of a head that is turned only the nearer ear counts. Beneath a cloth about the head neither need
    show.
    """
    assert case.face is not None
    face = case.face
    cloth = _cloth_above_eyes(face)
    if max(face.appearance["cloth_over_ears"], _CLOTH_SLOPE * (cloth - _CLOTH_EVEN)) > 0.0:
        return Measurement(None, reason="head_covering_allowed")
    forehead = _skin_of_forehead(face)
    if forehead is None:
        return Measurement(None, reason="not_measurable")
    low, ears, high = (_ears_seen(face, shift) for shift in (MARGIN, 0.0, -MARGIN))
    least = min(forehead, ears)
    return Measurement(
        100.0 * least,
        uncertainty=100.0 * _FOREHEAD_DEVIATION if forehead <= ears else 0.0,
        extremes=(100.0 * min(forehead, low), 100.0 * min(forehead, high)),
        dispute="uncertain",
        excuse="head_covering_allowed" if cloth > _SOME_CLOTH else None,
        finding="forehead_hidden" if forehead <= ears else "ears_hidden",
        facts={"forehead": round(100.0 * forehead), "ears": round(100.0 * ears)},
    )


def _ears_seen(face: Face, shift: float) -> float:
    """Return the mean probability that the onset of an ear is seen, log-odds of its being hidden shifted."""
    left, right = (1.0 - probability(face, name, shift) for name in EARS[:2])
    if abs(face.pose.yaw) > _TURNED:
        return left if face.pose.yaw > 0.0 else right
    return (left + right) / 2.0


def _skin_of_forehead(face: Face) -> float | None:
    """Return the share of skin in the middle of the forehead, 0–1; None where too little is pictured."""
    regions, landmarks = face.regions, face.landmarks
    across = np.linspace(0.0, 1.0, _ACROSS)
    brows, hairline = (
        np.stack([np.interp(across, np.linspace(0.0, 1.0, len(line)), line[:, k]) for k in (0, 1)], axis=1)
        for line in (landmarks.brows[1:-1], landmarks.hairline[2:-2])
    )
    lower, upper = (brows + share * (hairline - brows) for share in _FOREHEAD)
    outline = (np.concatenate([lower, upper[::-1]]) + 0.5) / regions.px_per_cell - 0.5
    inside = np.zeros(regions.labels.shape, np.uint8)
    cv2.fillPoly(inside, [np.rint(outline).astype(np.int32)], 1)
    pictured = (inside == 1) & (regions.share > 0.5)
    whole = cv2.contourArea(outline.astype(np.float32))
    if np.count_nonzero(pictured) < max(1.0, _LEAST_PICTURED * whole):
        return None
    return float((regions.kinds[pictured] == SKIN).mean())


def _cloth_above_eyes(face: Face) -> float:
    """Return how much of the person above the pupils the label map takes for cloth, 0–1."""
    regions = face.regions
    row = max(0, int(face.pupils[:, 1].mean() / regions.px_per_cell))
    person = regions.share[:row] > 0.5
    return float((regions.kinds[:row][person] == CLOTHES).mean()) if person.any() else 0.0
