"""Measures on number, size, position and pose of heads."""

from __future__ import annotations

from icao_check.face import Face
from icao_check.kernels import geometry as kernels
from icao_check.measurement import Measurement
from icao_check.measures.case import Case

__all__ = [
    "eye_line",
    "head_centring",
    "head_height",
    "head_pose_roll",
    "inter_eye_distance",
    "margin_above",
    "single_face",
]

# Standard deviation of a predicted pupil, as a share of the inter-eye distance.
_PUPIL_DEVIATION = 0.02
# Of the roll against hand-placed pupils, in degrees; errors of the two pupils are mostly the same.
_ROLL_DEVIATION = 0.5


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
    return Measurement(
        height / case.scale.px_per_mm,
        uncertainty=face.crown_uncertainty / case.scale.px_per_mm,
    )


def head_centring(case: Case) -> Measurement:
    """Return how far the middle of the head lies right of the middle of the picture, in % of its width.

    ISO/IEC 39794-5, D.1.4.3 puts it within 45–55 % of the width, that is ± 5 %.
    """
    face = _face(case)
    distance, _, _, centre = _geometry(face)
    width = case.photo.width
    return Measurement(
        (centre - (width - 1) / 2.0) / width * 100.0,
        uncertainty=_PUPIL_DEVIATION * distance / width * 100.0,
    )


def eye_line(case: Case) -> Measurement:
    """Return how high the eyes are above the lower edge of the picture, in % of its height.

    ISO/IEC 39794-5, D.1.4.3 puts the point between the pupils within 30–50 % of the height from the top.
    """
    face = _face(case)
    distance, _, _, _ = _geometry(face)
    height = case.photo.height
    return Measurement(
        (height - 0.5 - float(face.pupils[:, 1].mean())) / height * 100.0,
        uncertainty=_PUPIL_DEVIATION * distance / height * 100.0,
    )


def margin_above(case: Case) -> Measurement:
    """Return the room on the print between the crown, ignoring hair, and the upper edge, in mm.

    Negative where the crown is cut off.
    """
    face = _face(case)
    return Measurement(
        (float(face.crown[1]) + 0.5) / case.scale.px_per_mm,
        uncertainty=face.crown_uncertainty / case.scale.px_per_mm,
    )


def inter_eye_distance(case: Case) -> Measurement:
    """Return the distance between the pupils in px of the photo as handed in (ISO/IEC 29794-5, 7.4.8)."""
    distance, _, _, _ = _geometry(_face(case))
    return Measurement(distance, uncertainty=_PUPIL_DEVIATION * distance)


def head_pose_roll(case: Case) -> Measurement:
    """Return the roll of the head in degrees; > 0 is clockwise as displayed."""
    _, roll, _, _ = _geometry(_face(case))
    return Measurement(roll, uncertainty=_ROLL_DEVIATION)


def _face(case: Case) -> Face:
    assert case.face is not None  # the checker asks for no measure that needs a missing face
    return case.face


def _geometry(face: Face) -> tuple[float, float, float, float]:
    return kernels.head_geometry(face.pupils, face.chin, face.crown)
