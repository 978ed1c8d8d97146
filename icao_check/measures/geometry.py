"""Measures on number, size, position and pose of heads."""

from __future__ import annotations

import math

import numpy as np

from icao_check.face import Face
from icao_check.kernels import geometry as kernels
from icao_check.measurement import Measurement
from icao_check.measures.appearance import covered_mouth
from icao_check.measures.case import Case

__all__ = [
    "eye_line",
    "head_centring",
    "head_height",
    "head_pose_pitch",
    "head_pose_roll",
    "head_pose_yaw",
    "inter_eye_distance",
    "margin_above",
    "shoulders",
    "single_face",
]

# Of the turn of the trunk in portraits of people left out (models/trunk_pose.md), in degrees.
_TRUNK_DEVIATION = 5.0


def single_face(case: Case) -> Measurement:
    """Return the number of faces, each counted by its size: 1 + Σ height of the others / height of the main.

    0 where there is none. OFIQ's measure of the same name compares the areas of the two largest boxes
    (ISO/IEC 29794-5, 7.4.2).
    """
    if case.face is None:
        return Measurement(0.0, facts={"faces": 0})
    heights = [detection.box[3] for detection in case.face.detections]
    return Measurement(sum(heights) / heights[0], facts={"faces": len(heights)})


def head_height(case: Case) -> Measurement:
    """Return the chin–crown height on the print in mm, ignoring hair (ICAO Doc 9303-3, 3.9.1.3)."""
    face = _face(case)
    _, _, height, _ = _geometry(face)
    scale = case.scale.px_per_mm
    return Measurement(
        height / scale, uncertainty=math.hypot(face.crown_uncertainty, face.chin_uncertainty) / scale
    )


def head_centring(case: Case) -> Measurement:
    """Return how far the middle of the head lies right of the middle of the picture, in % of its width.

    ISO/IEC 39794-5, D.1.4.3 puts it within 45–55 % of the width, that is ± 5 %.
    """
    offset, _, _ = _placement(case)
    return Measurement(
        offset * 100.0, uncertainty=math.hypot(*_pupil_deviation(case)) / 2.0 / case.photo.width * 100.0
    )


def eye_line(case: Case) -> Measurement:
    """Return the height of the eyes above the lower edge, in % of the picture's height.

    ISO/IEC 39794-5, D.1.4.3 puts the point between the eyes 30–50 % of the height below the upper edge, that
    is 50–70 % above the lower one.
    """
    _, height, _ = _placement(case)
    return Measurement(
        height * 100.0, uncertainty=math.hypot(*_pupil_deviation(case)) / 2.0 / case.photo.height * 100.0
    )


def margin_above(case: Case) -> Measurement:
    """Return the room above the crown on the print in mm, ignoring hair; negative where the crown is cut."""
    face = _face(case)
    _, _, above = _placement(case)
    scale = case.scale.px_per_mm
    return Measurement(above / scale, uncertainty=face.crown_uncertainty / scale)


def inter_eye_distance(case: Case) -> Measurement:
    """Return the distance between the pupils in px of the photo as handed in (ISO/IEC 29794-5, 7.4.8)."""
    distance, _, _, _ = _geometry(_face(case))
    return Measurement(distance, uncertainty=math.hypot(*_pupil_deviation(case)))


def head_pose_yaw(case: Case) -> Measurement:
    """Return the yaw of the head in degrees; > 0 turns the nose to the right of the picture."""
    yaw, _ = _angles(_face(case))
    return Measurement(yaw, uncertainty=_face(case).pose.yaw_deviation)


def head_pose_pitch(case: Case) -> Measurement:
    """Return the pitch of the head in degrees; > 0 raises the chin.

    Where mouth and chin are covered, a person has to look: without them a raised head and a long face look
    alike.
    """
    face = _face(case)
    _, pitch = _angles(face)
    return Measurement(pitch, uncertainty=face.pose.pitch_deviation, doubt=covered_mouth(face))


def head_pose_roll(case: Case) -> Measurement:
    """Return the roll of the head in degrees, from the line through the pupils; > 0 is clockwise."""
    distance, roll, _, _ = _geometry(_face(case))
    uncertainty = math.degrees(math.hypot(*_pupil_deviation(case)) / max(distance, 1e-9))
    return Measurement(roll, uncertainty=min(uncertainty, 180.0))


def shoulders(case: Case) -> Measurement:
    """Return by how many degrees the trunk is turned or leans away from square to the camera.

    What the picture shows of it counts: neckline, collar and outline. Where that is little, little can be
    said against it. A lean that the head shares is that of the picture, and `head_pose_roll` says so.
    """
    face = _face(case)
    _, eye_line, _, _ = _geometry(face)
    own = face.trunk.roll - eye_line
    lean = face.trunk.roll if abs(face.trunk.roll) < abs(own) else own
    return Measurement(
        math.hypot(face.trunk.yaw, lean),
        uncertainty=_TRUNK_DEVIATION,
        facts={"turn": round(face.trunk.yaw, 1), "lean": round(lean, 1)},
    )


def _face(case: Case) -> Face:
    assert case.face is not None  # the checker asks for no measure that needs a missing face
    return case.face


def _geometry(face: Face) -> tuple[float, float, float, float]:
    return kernels.head_geometry(face.pupils, face.chin, face.crown)


def _angles(face: Face) -> tuple[float, float]:
    _, roll, _, _ = _geometry(face)
    return kernels.head_angles(face.pose.yaw, face.pose.pitch, roll)


def _placement(case: Case) -> tuple[float, float, float]:
    face = _face(case)
    _, _, _, centre = _geometry(face)
    return kernels.head_placement(centre, face.pupils, face.crown, case.photo.width, case.photo.height)


def _pupil_deviation(case: Case) -> tuple[float, float]:
    left, right = np.asarray(_face(case).landmarks.pupil_deviation)
    return float(left), float(right)
