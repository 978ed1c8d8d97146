"""The list of checks: identity, group, unit and vocabulary of each. No limits: those are in profiles.

Names follow ISO/IEC 29794-5 where it has one. The order is the order of reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["CATALOGUE", "CHECKS", "EVIDENCE_CHECKS", "TO_CONFIRM", "CheckSpec", "Group", "Need"]

Group = Literal["file", "age", "background", "light", "capture", "geometry", "eyes", "mouth_face"]
Need = Literal["face", "reference"]


@dataclass(frozen=True, slots=True)
class CheckSpec:
    """One requirement.

    Attributes
    ----------
    id : str
        Stable name, used in reports, profiles and message keys.
    group : str
        Heading under which it is shown.
    unit : str
        Unit of its value; empty for a plain ratio or index.
    below, above : str
        Reason given when the value lies below or above its limits.
    measure : str or None
        ``"module:function"`` within :mod:`icao_check.measures`; None where none is built yet.
    needs : frozenset of str
        What the measure needs besides the photo: ``"face"``, ``"reference"``.
    """

    id: str
    group: Group
    unit: str
    below: str
    above: str
    measure: str | None = None
    needs: frozenset[Need] = frozenset()


_FACE: frozenset[Need] = frozenset({"face"})
_REFERENCE: frozenset[Need] = frozenset({"face", "reference"})

CHECKS: tuple[CheckSpec, ...] = (
    CheckSpec("file_format", "file", "", "not_a_photo_format", "not_a_photo_format", "file:file_format"),
    CheckSpec("resolution", "file", "dpi", "too_few_pixels", "too_many_pixels", "file:resolution"),
    CheckSpec("aspect_ratio", "file", "", "too_narrow", "too_wide", "file:aspect_ratio"),
    CheckSpec("pixelation", "file", "", "pixelated", "pixelated", "pixelation:pixelation", _FACE),
    CheckSpec("border", "file", "mm", "border", "border", "border:border"),
    CheckSpec("colour_photo", "file", "ΔE", "no_colour", "no_colour", "colour:colour_photo", _FACE),
    CheckSpec("edited", "file", "", "edited", "edited", "editing:edited"),
    CheckSpec("image_age", "age", "months", "in_the_future", "too_old", "age:image_age"),
    CheckSpec("reuse", "age", "%", "same_photo", "same_photo", "age:reuse", _REFERENCE),
    CheckSpec("likeness", "age", "", "not_alike", "not_alike", None, _REFERENCE),
    CheckSpec(
        "background_uniformity",
        "background",
        "ΔE",
        "uneven",
        "uneven",
        "background:background_uniformity",
        _FACE,
    ),
    CheckSpec(
        "background_colour",
        "background",
        "L*",
        "too_dark",
        "too_light",
        "background:background_colour",
        _FACE,
    ),
    CheckSpec(
        "background_shadow",
        "background",
        "%",
        "shadow",
        "shadow",
        "background_shadow:background_shadow",
        _FACE,
    ),
    CheckSpec("single_face", "background", "faces", "no_face", "several_faces", "geometry:single_face"),
    CheckSpec(
        "illumination_uniformity",
        "light",
        "%",
        "one_side_dark",
        "one_side_dark",
        "illumination:illumination_uniformity",
        _FACE,
    ),
    CheckSpec(
        "face_shadow",
        "light",
        "%",
        "shadow",
        "shadow",
        "illumination:face_shadow",
        _FACE,
    ),
    CheckSpec(
        "skin_reflection",
        "light",
        "%",
        "hot_spot",
        "hot_spot",
        "illumination:skin_reflection",
        _FACE,
    ),
    CheckSpec(
        "under_exposure_prevention",
        "light",
        "%",
        "too_dark",
        "too_dark",
        "exposure:under_exposure_prevention",
        _FACE,
    ),
    CheckSpec(
        "over_exposure_prevention",
        "light",
        "%",
        "too_bright",
        "too_bright",
        "exposure:over_exposure_prevention",
        _FACE,
    ),
    CheckSpec(
        "dynamic_range",
        "light",
        "bit",
        "washed_out",
        "washed_out",
        "exposure:dynamic_range",
        _FACE,
    ),
    CheckSpec(
        "natural_colour",
        "light",
        "σ",
        "colour_cast",
        "colour_cast",
        "colour:natural_colour",
        _FACE,
    ),
    CheckSpec("sharpness", "capture", "%", "blurred", "blurred", "sharpness:sharpness", _FACE),
    CheckSpec("noise", "capture", "levels", "noisy", "noisy", "sharpness:noise", _FACE),
    CheckSpec(
        "compression_artifacts",
        "capture",
        "",
        "blocking",
        "blocking",
        "compression:compression_artifacts",
        _FACE,
    ),
    CheckSpec("marks", "capture", "mm²", "marked", "marked", "marks:marks", _FACE),
    CheckSpec("head_height", "geometry", "mm", "too_small", "too_large", "geometry:head_height", _FACE),
    CheckSpec(
        "head_centring", "geometry", "%", "too_far_left", "too_far_right", "geometry:head_centring", _FACE
    ),
    CheckSpec("eye_line", "geometry", "%", "too_low", "too_high", "geometry:eye_line", _FACE),
    CheckSpec("margin_above", "geometry", "mm", "crown_cut", "too_much_room", "geometry:margin_above", _FACE),
    CheckSpec(
        "inter_eye_distance",
        "geometry",
        "px",
        "too_few_pixels",
        "too_many_pixels",
        "geometry:inter_eye_distance",
        _FACE,
    ),
    CheckSpec(
        "head_pose_yaw", "geometry", "°", "turned_left", "turned_right", "geometry:head_pose_yaw", _FACE
    ),
    CheckSpec(
        "head_pose_pitch", "geometry", "°", "looking_down", "looking_up", "geometry:head_pose_pitch", _FACE
    ),
    CheckSpec(
        "head_pose_roll", "geometry", "°", "tilted_left", "tilted_right", "geometry:head_pose_roll", _FACE
    ),
    CheckSpec("shoulders", "geometry", "°", "not_square", "not_square", "geometry:shoulders", _FACE),
    CheckSpec("perspective", "geometry", "cm", "too_close", "too_close", "perspective:perspective", _FACE),
    CheckSpec("eyes_open", "eyes", "%", "eyes_closed", "eyes_closed", "eyes:eyes_open", _FACE),
    CheckSpec("gaze", "eyes", "°", "looking_away", "looking_away", "eyes:gaze", _FACE),
    CheckSpec("eyes_visible", "eyes", "", "eyes_covered", "eyes_covered", "eyes:eyes_visible", _FACE),
    CheckSpec("red_eye", "eyes", "%", "red_pupils", "red_pupils", "eyes:red_eye", _FACE),
    CheckSpec("glasses", "eyes", "", "frame_over_eyes", "frame_over_eyes", "eyes:glasses", _FACE),
    CheckSpec("dark_lenses", "eyes", "", "tinted_lenses", "tinted_lenses", "eyes:dark_lenses", _FACE),
    CheckSpec("lens_reflection", "eyes", "%", "glare", "glare", "eyes:lens_reflection", _FACE),
    CheckSpec("mouth_closed", "mouth_face", "%", "mouth_open", "mouth_open", "mouth:mouth_closed", _FACE),
    CheckSpec("teeth", "mouth_face", "", "teeth_visible", "teeth_visible", "mouth:teeth", _FACE),
    CheckSpec(
        "expression_neutrality",
        "mouth_face",
        "",
        "not_neutral",
        "not_neutral",
        "expression:expression_neutrality",
        _FACE,
    ),
    CheckSpec(
        "mouth_occlusion",
        "mouth_face",
        "",
        "mouth_covered",
        "mouth_covered",
        "coverings:mouth_occlusion",
        _FACE,
    ),
    CheckSpec(
        "face_occlusion", "mouth_face", "", "face_covered", "face_covered", "coverings:face_occlusion", _FACE
    ),
    CheckSpec(
        "no_head_covering",
        "mouth_face",
        "",
        "head_covered",
        "head_covered",
        "coverings:no_head_covering",
        _FACE,
    ),
    CheckSpec("ears_forehead", "mouth_face", "%", "hidden", "hidden", "coverings:ears_forehead", _FACE),
)

CATALOGUE: dict[str, CheckSpec] = {spec.id: spec for spec in CHECKS}
"""The checks by id."""

TO_CONFIRM: dict[str, str] = {
    "image_age": "capture_date",
    "reuse": "not_used_before",
    "likeness": "likeness",
    "edited": "not_edited",
}
"""What only a person can say, by the check whose review asks for it."""

EVIDENCE_CHECKS: frozenset[str] = frozenset(TO_CONFIRM)
"""Of these only a fail counts in the verdict of the photo, unless the caller requires more."""
