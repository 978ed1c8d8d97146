"""How far away the camera was."""

from __future__ import annotations

import math

import numpy as np

from icao_check.face import Face
from icao_check.kernels import perspective as kernels
from icao_check.measurement import Evidence, Measurement
from icao_check.measures.appearance import covered_mouth
from icao_check.measures.case import Case

__all__ = ["perspective"]

# What the proportions of people left out read: start + slope / distance in m, and the spread of faces that
# look ahead (models/camera_distance.md); for each degree that a head is turned it grows by so much.
_START, _SLOPE, _SPREAD, _SPREAD_PER_DEGREE = 0.53, 0.47, 0.36, 0.01
# What is known before: 1/m at arm's length and beyond it, and the share of photos from nearer than 1 m.
_FAR, _ARM, _NEAR, _SHARE_NEAR = 0.35, 1.0, 4.0, 0.1
# Distance between the pupils of adults: 63 ± 3.6 mm (ANSUR II), and what it varies by besides the turn of the
# head, as a share.
_INTER_EYE, _INTER_EYE_DEVIATION = 0.063, 0.07
# A focal length that contradicts the face by more standard deviations belongs to another picture.
_AGREEMENT = 2.5


def perspective(case: Case) -> Measurement:
    """Return the distance of the camera from the eyes in cm; its uncertainty is that towards nearer.

    From nearer, what is in front of the face grows and what lies behind shrinks; people differ in both, so
    that proportions tell selfies from portraits and not much more. Where the file holds the focal length and
    the whole picture of the camera (or this is a crop that was cut here), the distance follows from the size
    of the face, if the proportions do not contradict: who crops a picture elsewhere may leave the tags of
    the whole in it.
    """
    face = _face(case)
    turn = math.hypot(face.pose.yaw, face.pose.pitch)
    spread = math.hypot(_SPREAD, _SPREAD_PER_DEGREE * turn)
    nearness, deviation = kernels.camera_nearness(
        face.nearness, _START, _SLOPE, spread, _FAR, _ARM, _NEAR, _SHARE_NEAR
    )
    value = 100.0 / nearness
    uncertainty = value - 100.0 / (nearness + deviation)
    said = _by_focal_length(case)
    proportions = Evidence("proportions", f"{value:.0f} cm", "decides")
    if said is None:
        return Measurement(value, uncertainty, doubt=covered_mouth(face), evidence=(proportions,))
    lens = Evidence("focal_length", f"{100.0 * said:.0f} cm", "decides")
    if abs(face.nearness - _START - _SLOPE / said) > _AGREEMENT * spread:
        ignored = Evidence("focal_length", lens.says, "ignored", "other_crop")
        return Measurement(value, uncertainty, doubt=covered_mouth(face), evidence=(proportions, ignored))
    confirms = Evidence("proportions", proportions.says, "confirms")
    return Measurement(100.0 * said, 100.0 * said * _INTER_EYE_DEVIATION, evidence=(lens, confirms))


def _by_focal_length(case: Case) -> float | None:
    """Return the distance in m that follows from the focal length; None where the file does not tell."""
    optics = case.photo.metadata.optics
    if optics is None or sorted(optics.size) != sorted(case.photo.file.stored_size):
        return None
    face = _face(case)
    apart = float(np.hypot(*(face.pupils[1] - face.pupils[0]))) / math.cos(math.radians(face.pose.yaw))
    return optics.focal_length * _INTER_EYE / max(apart, 1e-9)


def _face(case: Case) -> Face:
    assert case.face is not None  # the checker asks for no measure that needs a missing face
    return case.face
