"""What is true of a portrait, and which verdict each check should give."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from samples.portrait.parameters import Parameters

__all__ = ["CHECKS", "Expected", "Label", "Truth", "expected_verdicts"]

Floats = npt.NDArray[np.float64]
Expected = Literal["pass", "fail", "review"] | None
"""``None``: the parameters leave it open (near a limit, or hidden by something else)."""


class Label(IntEnum):
    """What a pixel of the label map shows; every pixel has exactly one."""

    BACKGROUND = 0
    SKIN = 1
    HAIR = 2
    CLOTHES = 3
    GLASSES = 4
    HEADWEAR = 5
    EYES = 6
    MOUTH = 7
    COVERING = 8


@dataclass(frozen=True)
class Truth:
    """Exact truth of one picture. Pixels: x right, y down, centres are integers; left of the picture first.

    Attributes
    ----------
    landmarks189 : ndarray of shape (189, 2)
        Layout of the Face Research Lab London Set; nan where this head has no such point.
    visible189 : ndarray of shape (189,)
        False where something nearer to the camera hides the point, or it lies outside the picture.
    landmarks68 : ndarray of shape (68, 2)
        iBUG 300-W layout.
    points189 : ndarray of shape (189, 3)
        The same points on the head, mm of the head frame (outline: where the outline touches it).
    pupils : ndarray of shape (2, 2)
        Centres of the pupils.
    chin, crown : ndarray of shape (2,)
        Lowest point of the chin and highest of the bare skull along the axis of the head.
    head_height_mm : float
        Distance of chin and crown along that axis on the print.
    head_height_real_mm : float
        Vertical distance of chin and crown of the head itself.
    pixels_per_mm : float
        Of the print.
    yaw, pitch, roll : float
        Degrees: yaw > 0 nose to the right of the picture, pitch > 0 chin raised, roll > 0 clockwise.
    eye_line_roll : float
        Degrees by which the line through the pupils is turned in the picture, clockwise.
    gaze : ndarray of shape (2, 2)
        Yaw and pitch of each eye relative to the lens, degrees.
    gaze_in_head : ndarray of shape (2, 2)
        Yaw and pitch of each eye in the head frame, degrees.
    distance_mm : float
        From lens to eyes.
    labels : ndarray of shape (H, W)
        :class:`Label`, uint8.
    person : ndarray of shape (H, W)
        Share of each pixel that the person covers, float32.
    light_balance : float
        Darkest of forehead, chin and cheeks relative to the brightest, on the sRGB scale, for even skin.
    cast_shadow : float
        Share of the front of the face in the shadow of something, times the share of the main light.
    eyes_covered : float
        Share of the eye openings that hair, frame or lens glare covers.
    expected : dict
        Check → "pass", "fail", "review" or None.
    """

    landmarks189: Floats
    visible189: npt.NDArray[np.bool_]
    landmarks68: Floats
    points189: Floats
    pupils: Floats
    chin: Floats
    crown: Floats
    head_height_mm: float
    head_height_real_mm: float
    pixels_per_mm: float
    yaw: float
    pitch: float
    roll: float
    eye_line_roll: float
    gaze: Floats
    gaze_in_head: Floats
    distance_mm: float
    labels: npt.NDArray[np.uint8]
    person: npt.NDArray[np.float32]
    light_balance: float
    cast_shadow: float
    eyes_covered: float
    expected: dict[str, Expected]

    def to_dict(self) -> dict[str, Any]:
        """Numbers and landmarks, ready for JSON; no masks."""

        def rounded(a: Floats) -> list[Any]:
            return [[None if math.isnan(v) else round(float(v), 2) for v in row] for row in np.atleast_2d(a)]

        return {
            "pupils": rounded(self.pupils),
            "chin": rounded(self.chin)[0],
            "crown": rounded(self.crown)[0],
            "head_height_mm": round(self.head_height_mm, 3),
            "head_height_real_mm": round(self.head_height_real_mm, 2),
            "pixels_per_mm": round(self.pixels_per_mm, 4),
            "pose": {"yaw": self.yaw, "pitch": self.pitch, "roll": self.roll},
            "eye_line_roll": round(self.eye_line_roll, 3),
            "gaze": rounded(self.gaze),
            "gaze_in_head": rounded(self.gaze_in_head),
            "distance_mm": self.distance_mm,
            "light_balance": round(self.light_balance, 4),
            "cast_shadow": round(self.cast_shadow, 4),
            "eyes_covered": round(self.eyes_covered, 4),
            "expected": self.expected,
            "landmarks68": rounded(self.landmarks68),
            "landmarks189": rounded(self.landmarks189),
            "visible189": "".join("1" if v else "0" for v in self.visible189),
        }


CHECKS = (
    "resolution", "aspect_ratio", "pixelation", "border", "colour_photo", "background_uniformity",
    "background_colour", "background_shadow", "single_face", "illumination_uniformity", "face_shadow",
    "skin_reflection", "under_exposure_prevention", "over_exposure_prevention", "dynamic_range",
    "natural_colour", "sharpness", "noise", "compression_artifacts", "marks", "head_height", "head_centring",
    "eye_line", "margin_above", "inter_eye_distance", "head_pose_yaw", "head_pose_pitch", "head_pose_roll",
    "shoulders", "perspective", "eyes_open", "gaze", "eyes_visible", "red_eye", "glasses", "dark_lenses",
    "lens_reflection", "mouth_closed", "teeth", "expression_neutrality", "mouth_occlusion", "face_occlusion",
    "no_head_covering", "ears_forehead",
)  # fmt: skip
"""Checks for which the parameters of a portrait can say what is right."""


def _band(value: float, good: float, bad: float) -> Expected:
    # Passes up to `good`, fails from `bad` on; between them it is left open.
    if value <= good:
        return "pass"
    return "fail" if value >= bad else None


def expected_verdicts(p: Parameters, facts: dict[str, float]) -> dict[str, Expected]:
    """Verdict that each check should give for an undeclared photo of an adult.

    Parameters
    ----------
    p : Parameters
        The portrait's parameters.
    facts : dict
        ``head_height_mm``, ``inter_eye_px``, ``light_balance``, ``cast_shadow``, ``eyes_covered``,
        ``crown_mm`` (below the upper edge), ``chin_mm`` (above the lower edge), ``native_share``,
        ``ears_hidden`` (0.5: all but the lobes), ``gaze``: largest angle of an eye to the lens.

    Returns
    -------
    dict
        Check → "pass", "fail", "review" or None. Distances to a limit within which people would disagree give
        None.
    """
    f = facts
    s, w, e, b = p.sensor, p.wear, p.expression, p.background
    out: dict[str, Expected] = {}
    # file and scale
    out["resolution"] = "pass" if p.framing.height >= 531 else "fail"
    out["aspect_ratio"] = _band(abs(math.log(p.framing.aspect_stretch)), 0.018, 0.05)
    out["pixelation"] = "fail" if f["native_share"] <= 0.34 or s.levels <= 20 else (
        "pass" if f["native_share"] >= 0.85 and s.levels >= 128 else None
    )  # fmt: skip
    out["border"] = _band(p.framing.border, 0.0, 0.4)
    out["colour_photo"] = "fail" if s.saturation <= 0.0 else ("pass" if s.saturation > 0.55 else None)
    # background
    busy = b.strength if b.kind in ("gradient", "texture", "lines", "object") else 0.0
    out["background_uniformity"] = None if b.kind == "second_face" else _band(busy, 0.0, 0.25)
    shown = (
        abs(s.exposure) < 0.6
        and abs(s.red_gain - 1) < 0.06
        and abs(s.blue_gain - 1) < 0.06
        and s.contrast > -0.3
    )
    chroma = math.hypot(b.a, b.b)
    colour: Expected = None
    if shown and b.kind in ("plain", "second_face") and b.shadow == 0.0:
        if b.lightness >= 87.0 and chroma <= 3.5 and s.exposure > -0.15:
            colour = "pass"
        elif b.lightness <= 60.0 or chroma >= 14.0:
            colour = "fail"
    out["background_colour"] = colour
    out["background_shadow"] = "pass" if b.shadow <= 0.0 else _band(b.shadow, 0.0, 0.45)
    out["single_face"] = "fail" if b.kind == "second_face" else "pass"
    # light
    even = _band(1.0 - f["light_balance"], 0.36, 0.55)
    bare = w.covering == "none"
    # a bar's shadow darkens a cheek, a covering hides what is lit
    out["illumination_uniformity"] = even if bare and p.light.bar == 0.0 else None
    shaded = _band(f["cast_shadow"], 0.012, 0.05)
    out["face_shadow"] = shaded if shaded == "fail" or (bare and even == "pass") else None
    hot = p.light.oiliness * (1.0 - p.light.ambient) if p.light.size < 9.0 else 0.0
    glossy = _band(hot, 0.22, 0.6)
    out["skin_reflection"] = glossy if glossy == "fail" or even == "pass" else None
    out["under_exposure_prevention"] = _band(-s.exposure, 0.5, 1.4)
    out["over_exposure_prevention"] = _band(s.exposure, 0.3, 1.1)
    out["dynamic_range"] = _band(-s.contrast, 0.05, 0.55)
    cast = max(abs(math.log2(s.red_gain)), abs(math.log2(s.blue_gain)))
    out["natural_colour"] = None if s.saturation <= 0.55 else _band(cast, 0.08, 0.30)
    # capture
    blur = max(s.defocus / 1.3, s.motion / 3.0)
    out["sharpness"] = None if f["native_share"] < 0.85 else _band(blur, 0.22, 1.0)
    out["noise"] = _band(s.noise, 3.5, 11.0)
    quality = s.jpeg_quality if s.jpeg_quality > 0 else 100
    out["compression_artifacts"] = _band(100 - quality, 20, 80)
    out["marks"] = _band(s.marks, 0.0, 0.2)
    # geometry
    head = f["head_height_mm"]
    out["head_height"] = (
        "pass" if 31.2 <= head <= 35.8 else ("fail" if head <= 24.6 or head >= 40.4 else None)
    )
    out["head_centring"] = _band(abs(p.framing.centre_x - 0.5), 0.04, 0.07)
    out["eye_line"] = "pass" if 0.36 <= p.framing.eye_line <= 0.50 else (
        "fail" if not 0.27 <= p.framing.eye_line <= 0.60 else None
    )  # fmt: skip
    out["margin_above"] = "pass" if f["crown_mm"] >= 1.0 else ("fail" if f["crown_mm"] < -0.5 else None)
    out["inter_eye_distance"] = (
        "pass" if f["inter_eye_px"] >= 93 else ("fail" if f["inter_eye_px"] < 87 else None)
    )
    out["head_pose_yaw"] = _band(abs(p.pose.yaw), 4.0, 6.5)
    out["head_pose_pitch"] = _band(abs(p.pose.pitch), 4.0, 7.0)
    out["head_pose_roll"] = _band(abs(p.pose.roll), 6.5, 9.5)
    out["shoulders"] = _band(max(abs(p.pose.trunk_yaw) / 20.0, abs(p.pose.trunk_roll) / 10.0), 0.35, 1.0)
    out["perspective"] = _band(-p.camera.distance, -900.0, -420.0)
    # eyes
    opening = min(e.lid_left, e.lid_right)
    dark = w.glasses == "dark"
    out["eyes_open"] = None if dark else _band(1.0 - opening, 0.25, 0.62)
    out["gaze"] = None if dark or opening < 0.5 else _band(f["gaze"], 4.0, 12.0)
    unseen = f["eyes_covered"]
    out["eyes_visible"] = "fail" if dark or w.glasses == "glare" else _band(unseen, 0.02, 0.15)
    out["red_eye"] = None if dark or opening < 0.5 else _band(p.light.red_eye, 0.0, 0.5)
    out["glasses"] = "fail" if w.glasses == "heavy" or (w.glasses != "none" and unseen > 0.10) else "pass"
    out["dark_lenses"] = "fail" if w.glasses in ("dark", "tinted") else "pass"
    out["lens_reflection"] = "fail" if w.glasses == "glare" else (None if dark else "pass")
    # mouth and face
    covered = w.covering in ("surgical_mask", "scarf")
    out["mouth_closed"] = None if covered else _band(e.mouth_gap, 0.3, 3.0)
    out["teeth"] = None if covered else (
        "pass" if e.mouth_gap <= 0.3 or e.teeth <= 0.0 else ("fail" if e.mouth_gap >= 3.0 and e.teeth >= 0.7
        else None)
    )  # fmt: skip
    strength = max(e.smile / 0.5, -e.smile / 0.7, e.brow_raise / 0.65, e.frown / 0.65, e.mouth_gap / 7.0)
    out["expression_neutrality"] = None if covered else _band(strength, 0.3, 1.0)
    out["mouth_occlusion"] = "fail" if covered else "pass"
    out["face_occlusion"] = "pass" if w.covering == "none" else "fail"
    cloth = w.headwear in ("hijab", "headscarf")
    out["no_head_covering"] = "pass" if w.headwear == "none" else ("review" if cloth else "fail")
    out["ears_forehead"] = None if cloth else _band(f["ears_hidden"], 0.0, 1.0)
    return out
