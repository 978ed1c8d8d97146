"""Measures on the eyes and what is before them."""

from __future__ import annotations

import math

import numpy as np

from icao_check.face import Face, face_cutout
from icao_check.face.zones import INTER_EYE
from icao_check.kernels import eyes as kernels
from icao_check.measurement import Measurement
from icao_check.measures.appearance import covered_eyes, index, probability
from icao_check.measures.case import Case
from icao_check.measures.light import face_light

__all__ = ["dark_lenses", "eyes_open", "eyes_visible", "gaze", "glasses", "lens_reflection", "red_eye"]

# Gullstrand's schematic eye: the entrance pupil lies 3.05 mm behind the vertex of the cornea, the centre of
# rotation 13.3 mm behind it; the mean inter-eye distance of adults is 63 mm.
_PUPIL_RADIUS = (13.3 - 3.05) / 63.0
# Least squares over 613 photos of people who look at the camera or near it, heads turned up to 25°.
_CORNER_DEPTH = 0.062
_PUPIL_RAISED = 0.0457
# Residuals of 225 studio portraits are 1.0 and 1.5 degrees, those of other photos more, as gazes differ.
_RIGHT_DEVIATION = 1.5
_DOWN_DEVIATION = 1.6
# Of the opening against hand-placed lids, 165 photos, in % of the inter-eye distance.
_OPENING_DEVIATION = 1.2
# The strip of both eyes in which glare is looked for, and the half axes of an eye in it, in px.
_STRIP, _STRIP_INTER_EYE, _GLARE_AXES = (180, 40), 90.0, (22.0, 13.0)
# In linear light, 75 % of white.
_NEARLY_WHITE = 225
# The disc of an iris, in inter-eye distances; red is the mean of its reddest third.
_IRIS = 0.085
_REDDEST = 1.0 / 3.0
_DARK = 20.0


def gaze(case: Case) -> Measurement:
    """Return by how many degrees the eyes look past the camera, up, down or aside.

    The direction of the gaze itself, whatever the pose of the head: where
    the pupils lie between the corners of the lids. Dark lenses and lowered lids leave it to a person,
    and so does a gaze that may as well be on the other side of the limit.
    """
    face = _face(case)
    if reason := covered_eyes(face):
        return Measurement(None, reason=reason)
    if face.appearance["eyes_closed"] > 0.0:
        return Measurement(None, reason="not_measurable")
    points = face.landmarks
    corners = np.stack([points.left_eye[[0, 4]], points.right_eye[[0, 4]]])
    right, down = kernels.eye_turn(
        np.ascontiguousarray(points.pupils),
        corners,
        face.pose.yaw,
        _PUPIL_RADIUS,
        _CORNER_DEPTH,
        _PUPIL_RAISED,
    )
    total = math.hypot(right, down)
    spread = math.hypot(right * _RIGHT_DEVIATION, down * _DOWN_DEVIATION) / total if total > 0 else 0.0
    return Measurement(
        total,
        uncertainty=spread,
        extremes=(max(0.0, total - spread), total + spread),
        dispute="uncertain",
        facts={"right": round(right, 1), "down": round(down, 1)},
    )


def eyes_open(case: Case) -> Measurement:
    """Return how far the lids are apart at the eye that is open less, in % of the inter-eye distance.

    The mean of two readings: one network measures the distance; where other networks place the lids if the
    eyes are open, times the probability that they are, is the second. Where they contradict each other,
    neither is certain.
    """
    face = _face(case)
    if reason := covered_eyes(face):
        return Measurement(None, reason=reason)
    points = face.landmarks
    distance = math.dist(*face.pupils)
    widest = []
    for side in ("left", "right"):
        upper = np.ascontiguousarray(points.group(f"{side}_upper_lid")[1:4])
        lower = np.ascontiguousarray(points.group(f"{side}_lower_lid"))
        widest.append(100.0 * kernels.lid_opening(upper, lower, distance))
    seen = max(0.0, face.appearance["lid_opening"])
    placed = min(widest) * (1.0 - probability(face, "eyes_closed"))
    opening = (seen + placed) / 2.0
    spread = math.hypot(_OPENING_DEVIATION, (seen - placed) / 2.0)
    return Measurement(
        opening,
        uncertainty=spread,
        extremes=(max(0.0, opening - spread), opening + spread),
        dispute="uncertain",
    )


def eyes_visible(case: Case) -> Measurement:
    """Return how surely hair, a hand or a thing covers part of an eye, as in :func:`~.appearance.index`."""
    face = _face(case)
    if reason := covered_eyes(face):
        return Measurement(None, reason=reason)
    return index(face, "eyes_covered")


def glasses(case: Case) -> Measurement:
    """Return how surely a frame is heavy or lies over the eyes, as in :func:`~.appearance.index`.

    Glasses as such are no defect, and behind dark lenses the frame is not the matter.
    """
    face = _face(case)
    if reason := covered_eyes(face):
        return Measurement(None, reason=reason)
    return index(face, "frame_over_eyes")


def dark_lenses(case: Case) -> Measurement:
    """Return how surely there are dark or tinted lenses, as in :func:`~.appearance.index`."""
    return index(_face(case), "dark_lenses")


def lens_reflection(case: Case) -> Measurement:
    """Return how much of the worse eye and its surroundings is nearly white, in %.

    An ellipse a little larger than the eye visibility zone of ISO/IEC 29794-5, 7.4.5. Even the white of the
    eye and the spark of a flash on it hardly reach the level. Shining skin is no lens: the share is weighed
    with the probability of glasses.
    """
    face = _face(case)
    if reason := covered_eyes(face):
        return Measurement(None, reason=reason)
    piece = face_cutout(case.photo, face.pupils, _STRIP, inter_eye=_STRIP_INTER_EYE)
    centres = np.ascontiguousarray(piece.to_cutout(face.pupils))
    share = kernels.bright_share(piece.pixels, centres, *_GLARE_AXES, _NEARLY_WHITE)
    return Measurement(100.0 * share * probability(face, "glasses"))


def red_eye(case: Case) -> Measurement:
    """Return how red the redder pupil is, in %: by how much red exceeds green and blue, relative to red."""
    if reason := covered_eyes(_face(case)):
        return Measurement(None, reason=reason)
    zones = face_light(case).zones
    redness = []
    for x, y in zones.pupils:
        found = np.sort(
            kernels.disc_redness(zones.cutout.pixels, float(x), float(y), _IRIS * INTER_EYE, _DARK)
        )
        redness.append(float(found[-max(int(len(found) * _REDDEST), 1) :].mean()) if len(found) else 0.0)
    return Measurement(max(redness) * 100.0)


def _face(case: Case) -> Face:
    assert case.face is not None  # the checker asks for no measure that needs a missing face
    return case.face
