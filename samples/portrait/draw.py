"""Random portraits: compliant ones, and defects of them.

A subject is drawn from a seed, part by part from streams of its own, so that a defect of a subject and the
compliant portrait of the same subject are a pair.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from samples.portrait.parameters import Parameters

__all__ = ["DEFECTS", "Defect", "compliant", "defective"]

Rng = np.random.Generator


def _stream(seed: int, part: int) -> Rng:
    return np.random.default_rng([seed, 600 + part])


def compliant(seed: int, width: int = 827, height: int = 1063) -> Parameters:
    """Draw a portrait that every check should pass (or, with a hijab, pass once it is declared).

    Parameters
    ----------
    seed : int
        Draws everything.
    width, height : int
        Pixels.

    Returns
    -------
    portrait : Parameters
        The portrait.
    """
    values: dict[str, Any] = {"framing__width": width, "framing__height": height}
    values |= _person(_stream(seed, 0), seed)
    values |= _face(_stream(seed, 1))
    values |= _capture(_stream(seed, 2))
    values |= _light(_stream(seed, 3))
    values |= _clothes(_stream(seed, 4), values)
    values |= _file(_stream(seed, 5), seed)
    return Parameters().changed(**values)


def _person(rng: Rng, seed: int) -> dict[str, Any]:
    sex = str(rng.choice(["female", "male"]))
    u = rng.random()
    spans = [(0.10, 3, 12), (0.18, 12, 18), (0.78, 18, 58), (1.0, 58, 90)]
    low, high = next((a, b) for share, a, b in spans if u <= share)
    age = float(np.round(rng.uniform(low, high), 1))
    tone = int(rng.integers(1, 11))
    dark = rng.random() < np.interp(tone, [1, 4, 6, 10], [0.15, 0.45, 0.93, 0.99])
    single = rng.random() < 0.27
    melanin = float(rng.uniform(0.82, 1.0) if dark else rng.beta(2.0, 1.6) * 0.8 + 0.05)
    grey = float(np.clip((age - rng.uniform(34, 62)) / 28.0, 0, 1)) if age > 30 else 0.0
    adult = age >= 17.0
    if sex == "male":
        styles = {
            "bald": 0.12 * adult,
            "buzz": 0.16,
            "short": 0.36,
            "side": 0.16,
            "curly": 0.10,
            "afro": 0.05,
        }
        beards = {"none": 0.55, "stubble": 0.2, "moustache": 0.07, "goatee": 0.08, "full": 0.10}
    else:
        styles = {"long": 0.24, "bob": 0.14, "fringe": 0.10, "ponytail": 0.15, "bun": 0.14, "curly": 0.10,
                  "side": 0.05, "short": 0.04, "afro": 0.04}  # fmt: skip
        beards = {"none": 1.0}
    if tone >= 7 and melanin > 0.8:
        styles["afro"] += 0.15
    beard = _pick(rng, beards) if adult and sex == "male" else "none"
    light_eyes = (not dark or rng.random() < 0.25) and tone <= 5
    return {
        "identity__seed": seed,
        "identity__sex": sex,
        "identity__age": age,
        "identity__skin_tone": tone,
        "identity__eye_colour": float(rng.uniform(0.2, 1.0) if light_eyes else rng.uniform(0.0, 0.25)),
        "identity__eyelid_fold": float(rng.uniform(0.0, 0.2) if single else rng.uniform(0.45, 1.0)),
        "identity__freckles": float(rng.uniform(0.2, 0.8)) if tone <= 4 and rng.random() < 0.2 else 0.0,
        "look__hair": _pick(rng, styles),
        "look__hair_seed": int(rng.integers(1 << 20)),
        "look__hair_melanin": melanin,
        "look__hair_red": float(rng.beta(1.3, 4.0)) if melanin < 0.8 else float(rng.uniform(0, 0.25)),
        "look__hair_grey": grey,
        "look__hair_length": float(rng.uniform(0.8, 1.2)),
        "look__beard": beard,
        "look__brow_density": float(np.clip(rng.normal(0.68 if sex == "male" else 0.55, 0.18), 0.15, 1.0)),
        "look__lipstick": float(rng.uniform(0.2, 0.8))
        if sex == "female" and age > 16 and rng.random() < 0.3
        else 0.0,
    }


def _pick(rng: Rng, shares: dict[str, float]) -> str:
    names = list(shares)
    weights = np.array([shares[n] for n in names])
    return str(rng.choice(names, p=weights / weights.sum()))


def _face(rng: Rng) -> dict[str, Any]:
    def near(sd: float, limit: float) -> float:
        return float(np.clip(rng.normal(0.0, sd), -limit, limit))

    return {
        "expression__smile": near(0.05, 0.1),
        "expression__brow_raise": abs(near(0.05, 0.12)),
        "expression__frown": abs(near(0.06, 0.14)),
        "expression__squint": abs(near(0.10, 0.25)),
        "expression__lid_left": 1.0 + near(0.05, 0.1),
        "expression__lid_right": 1.0 + near(0.05, 0.1),
        "pose__yaw": near(1.5, 3.2),
        "pose__pitch": near(1.5, 3.2),
        "pose__roll": near(1.5, 3.5),
        "pose__trunk_yaw": near(2.5, 5.0),
        "pose__trunk_roll": near(1.0, 2.0),
        "pose__gaze_yaw": near(0.8, 1.8),
        "pose__gaze_pitch": near(0.8, 1.8),
    }


def _capture(rng: Rng) -> dict[str, Any]:
    head = float(rng.uniform(31.6, 35.4))
    crown = 0.485 * head
    return {
        "camera__distance": float(rng.uniform(1100, 2800)),
        "camera__focal_length": float(rng.uniform(70, 120)),
        "camera__megapixels": float(rng.choice([12, 16, 20, 24])),
        "camera__distortion": float(rng.normal(0, 0.004)),
        "framing__head_height": head,
        "framing__centre_x": 0.5 + float(np.clip(rng.normal(0, 0.012), -0.03, 0.03)),
        "framing__eye_line": float(np.clip((crown + rng.uniform(2.5, 6.5)) / 45.0, 0.38, 0.495)),
    }


def _light(rng: Rng) -> dict[str, Any]:
    kelvin = float(rng.uniform(4600, 6600))
    return {
        "light__azimuth": float(rng.uniform(-30, 30)),
        "light__elevation": float(rng.uniform(6, 38)),
        "light__size": float(rng.uniform(16, 42)),
        "light__ambient": float(rng.uniform(0.32, 0.65)),
        "light__fill": float(rng.uniform(0.25, 0.5)),
        "light__kelvin": kelvin,
        "light__ambient_kelvin": kelvin + float(rng.normal(0, 250)),
        "light__oiliness": float(rng.uniform(0.1, 0.55)),
        "background__lightness": float(rng.uniform(89, 97.5)),
        "background__a": float(np.clip(rng.normal(0, 0.6), -1.4, 1.4)),
        "background__b": float(np.clip(rng.normal(0, 0.9), -2.0, 2.0)),
        "background__seed": int(rng.integers(1 << 20)),
    }


def _clothes(rng: Rng, so_far: dict[str, Any]) -> dict[str, Any]:
    styles = {"crew": 0.34, "vneck": 0.18, "shirt": 0.22, "jacket": 0.16, "turtleneck": 0.10}
    if so_far["identity__sex"] == "female":
        styles |= {"top": 0.14}
    hijab = so_far["identity__sex"] == "female" and so_far["identity__age"] > 12 and rng.random() < 0.12
    return {
        "wear__clothes": _pick(rng, styles),
        "wear__clothes_hue": float(rng.random()),
        "wear__clothes_saturation": float(rng.beta(1.3, 2.0)),
        "wear__clothes_value": float(rng.beta(1.6, 2.2)),
        "wear__headwear": "hijab" if hijab else "none",
        "wear__headwear_hue": float(rng.random()),
        "wear__headwear_value": float(rng.uniform(0.0, 0.8)),
        "wear__glasses": _pick(rng, {"none": 0.84, "clear": 0.12, "rimless": 0.04}),
        "wear__glasses_shape": float(rng.random()),
        "wear__glasses_drop": float(rng.uniform(-1.0, 1.5)),
        "wear__glasses_seed": int(rng.integers(1 << 20)),
    }


def _file(rng: Rng, seed: int) -> dict[str, Any]:
    return {
        "sensor__exposure": float(np.clip(rng.normal(0, 0.08), -0.14, 0.2)),
        "sensor__red_gain": float(np.clip(rng.normal(1, 0.015), 0.96, 1.04)),
        "sensor__blue_gain": float(np.clip(rng.normal(1, 0.015), 0.96, 1.04)),
        "sensor__contrast": float(rng.uniform(0.1, 0.6)),
        "sensor__saturation": float(rng.uniform(0.88, 1.12)),
        "sensor__sharpening": float(rng.uniform(0.0, 0.5)),
        "sensor__noise": float(rng.uniform(0.5, 2.6)),
        "sensor__defocus": float(rng.uniform(0.0, 0.22)),
        "sensor__jpeg_quality": int(rng.integers(85, 98)),
        "sensor__jpeg_subsampling": bool(rng.random() < 0.6),
        "sensor__seed": seed,
    }


class Defect(NamedTuple):
    """A way to spoil a portrait.

    ``check``: the check that must fail; ``change``: parameters from severity (0 just clear of the limit, 1
    gross), a random stream and the portrait.
    """

    check: str
    change: Callable[[float, Rng, Parameters], dict[str, Any]]


def _sign(rng: Rng) -> float:
    return float(rng.choice([-1.0, 1.0]))


def _smile(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
    return {"expression__smile": 0.55 + 0.45 * s, "expression__squint": 0.3 * s}


def _smile_teeth(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
    return {
        "expression__smile": 0.5 + 0.5 * s,
        "expression__mouth_gap": 3.5 + 6.0 * s,
        "expression__teeth": 1.0,
        "expression__squint": 0.4 * s,
    }


def _off_centre(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
    return {"framing__centre_x": 0.5 + _sign(rng) * (0.085 + 0.10 * s)}


def _too_small(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
    return {"framing__head_height": 24.3 - 6.0 * s, "framing__eye_line": 0.42}


def _too_large(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
    return {"framing__head_height": 40.7 + 5.0 * s, "framing__eye_line": 0.47}


def _crown_cut(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
    return {"framing__eye_line": (0.485 * p.framing.head_height - 1.0 - 5.0 * s) / p.framing.print_height}


def _selfie(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
    return {"camera__distance": 400.0 - 130.0 * s, "camera__focal_length": 26.0}


def _few_pixels(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
    height = round(420 - 150 * s)
    return {"framing__height": height, "framing__width": round(height * 35 / 45), "sensor__defocus": 0.0}


def _side_light(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
    return {
        "light__azimuth": _sign(rng) * (72.0 + 16.0 * s),
        "light__elevation": float(rng.uniform(-5, 15)),
        "light__ambient": 0.14 - 0.09 * s,
        "light__fill": 0.0,
        "light__size": 14.0,
    }


def _hard_shadow(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
    return {
        "light__azimuth": _sign(rng) * (22.0 + 14.0 * s),
        "light__elevation": 24.0 + 8.0 * s,
        "light__ambient": 0.34 - 0.16 * s,
        "light__fill": 0.0,
        "light__size": 0.6,
        "light__bar": 22.0 + 16.0 * s,
    }


def _hot_spot(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
    return {
        "light__size": 4.5,
        "light__ambient": 0.2,
        "light__fill": 0.0,
        "light__azimuth": float(rng.uniform(-15, 15)),
        "light__elevation": float(rng.uniform(5, 25)),
        "light__oiliness": 2.5 + 4.0 * s,
    }


def _cast(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
    k = 2.0 ** (0.32 + 0.35 * s)
    pairs = [(k, 1 / k), (1 / k, k), (k, k), (1 / k, 1 / k)]
    red, blue = pairs[int(rng.integers(4))]
    return {"sensor__red_gain": red, "sensor__blue_gain": blue}


def _background_colour(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
    angle = rng.uniform(0, 2 * np.pi)
    chroma = 16.0 + 34.0 * s
    return {
        "background__lightness": float(rng.uniform(35, 85)),
        "background__a": float(chroma * np.cos(angle)),
        "background__b": float(chroma * np.sin(angle)),
    }


def _background(kind: str) -> Callable[[float, Rng, Parameters], dict[str, Any]]:
    def change(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
        return {"background__kind": kind, "background__strength": 0.3 + 0.7 * s}

    return change


def _wall_shadow(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
    return {
        "background__shadow": 0.55 + 0.45 * s,
        "light__size": 12.0 - 9.0 * s,
        "light__azimuth": _sign(rng) * float(rng.uniform(22, 45)),
        "light__elevation": float(rng.uniform(10, 35)),
        "light__ambient": 0.25,
        "light__fill": 0.1,
    }


def _wear(part: str, *choices: str) -> Callable[[float, Rng, Parameters], dict[str, Any]]:
    def change(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
        return {f"wear__{part}": str(rng.choice(choices))}

    return change


def _low_glasses(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
    return {"wear__glasses": "heavy", "wear__glasses_drop": 10.0 + 5.0 * s}


def _wink(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
    return {("expression__lid_left" if rng.random() < 0.5 else "expression__lid_right"): 0.3 - 0.3 * s}


def _gaze(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
    size = 14.0 + 14.0 * s
    angle = float(rng.choice([0.0, np.pi, 0.5 * np.pi, -0.5 * np.pi, 0.25 * np.pi, 0.75 * np.pi]))
    return {
        "pose__gaze_yaw": size * float(np.cos(angle)),
        "pose__gaze_pitch": 0.85 * size * float(np.sin(angle)),
    }


def _turn(name: str, least: float, most: float) -> Callable[[float, Rng, Parameters], dict[str, Any]]:
    def change(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
        return {f"pose__{name}": _sign(rng) * (least + (most - least) * s)}

    return change


def _grow(**spans: tuple[float, float]) -> Callable[[float, Rng, Parameters], dict[str, Any]]:
    # Parameters that go from the first value (severity 0) to the second (severity 1).
    def change(s: float, rng: Rng, p: Parameters) -> dict[str, Any]:
        return {name: a + (b - a) * s for name, (a, b) in spans.items()}

    return change


DEFECTS: dict[str, Defect] = {
    "eyes_closed": Defect(
        "eyes_open", _grow(expression__lid_left=(0.3, 0.0), expression__lid_right=(0.3, 0.0))
    ),
    "wink": Defect("eyes_open", _wink),
    "looking_away": Defect("gaze", _gaze),
    "smile": Defect("expression_neutrality", _smile),
    "smile_teeth": Defect("teeth", _smile_teeth),
    "mouth_open": Defect(
        "mouth_closed", _grow(expression__mouth_gap=(3.5, 16.0), expression__teeth=(0.0, 0.0))
    ),
    "frown": Defect(
        "expression_neutrality", _grow(expression__frown=(0.7, 1.0), expression__squint=(0.1, 0.4))
    ),
    "brows_raised": Defect("expression_neutrality", _grow(expression__brow_raise=(0.7, 1.2))),
    "yaw": Defect("head_pose_yaw", _turn("yaw", 7.0, 30.0)),
    "pitch": Defect("head_pose_pitch", _turn("pitch", 7.5, 22.0)),
    "roll": Defect("head_pose_roll", _turn("roll", 10.0, 25.0)),
    "shoulders_turned": Defect("shoulders", _turn("trunk_yaw", 21.0, 45.0)),
    "too_small": Defect("head_height", _too_small),
    "too_large": Defect("head_height", _too_large),
    "off_centre": Defect("head_centring", _off_centre),
    "crown_cut": Defect("margin_above", _crown_cut),
    "selfie": Defect("perspective", _selfie),
    "stretched": Defect("aspect_ratio", _grow(framing__aspect_stretch=(1.10, 1.25))),
    "few_pixels": Defect("inter_eye_distance", _few_pixels),
    "side_light": Defect("illumination_uniformity", _side_light),
    "hard_shadow": Defect("face_shadow", _hard_shadow),
    "hot_spot": Defect("skin_reflection", _hot_spot),
    "dark": Defect("under_exposure_prevention", _grow(sensor__exposure=(-1.5, -3.0))),
    "bright": Defect("over_exposure_prevention", _grow(sensor__exposure=(1.15, 2.2))),
    "washed_out": Defect("dynamic_range", _grow(sensor__contrast=(-0.6, -1.0))),
    "colour_cast": Defect("natural_colour", _cast),
    "grey": Defect("colour_photo", _grow(sensor__saturation=(0.0, 0.0))),
    "red_eye": Defect("red_eye", _grow(light__red_eye=(0.55, 1.0))),
    "coloured_background": Defect("background_colour", _background_colour),
    "dark_background": Defect("background_colour", _grow(background__lightness=(58.0, 10.0))),
    "background_gradient": Defect("background_uniformity", _background("gradient")),
    "background_texture": Defect("background_uniformity", _background("texture")),
    "background_lines": Defect("background_uniformity", _background("lines")),
    "background_object": Defect("background_uniformity", _background("object")),
    "second_face": Defect("single_face", _background("second_face")),
    "background_shadow": Defect("background_shadow", _wall_shadow),
    "heavy_glasses": Defect("glasses", _wear("glasses", "heavy")),
    "low_glasses": Defect("glasses", _low_glasses),
    "dark_lenses": Defect("dark_lenses", _wear("glasses", "dark", "tinted")),
    "lens_glare": Defect("lens_reflection", _wear("glasses", "glare")),
    "hat": Defect("no_head_covering", _wear("headwear", "cap", "beanie", "hat", "band")),
    "covered_mouth": Defect("mouth_occlusion", _wear("covering", "surgical_mask", "scarf")),
    "hair_over_eye": Defect("eyes_visible", _wear("covering", "hair_over_eye")),
    "defocus": Defect("sharpness", _grow(sensor__defocus=(1.35, 3.5), sensor__sharpening=(0.0, 0.0))),
    "motion": Defect("sharpness", _grow(sensor__motion=(3.2, 9.0), sensor__motion_angle=(0.0, 180.0))),
    "noise": Defect("noise", _grow(sensor__noise=(12.0, 34.0))),
    "jpeg": Defect("compression_artifacts", lambda s, rng, p: {"sensor__jpeg_quality": round(18 - 14 * s)}),
    "pixelated": Defect(
        "pixelation", _grow(camera__focal_length=(9.0, 4.5), camera__distance=(2000.0, 2000.0))
    ),
    "posterised": Defect("pixelation", lambda s, rng, p: {"sensor__levels": round(18 - 12 * s)}),
    "marks": Defect("marks", _grow(sensor__marks=(0.25, 1.0))),
    "border": Defect("border", _grow(framing__border=(0.6, 2.5))),
}
"""Defects by name; each makes its own check fail and leaves the others as they were where it can."""


def defective(
    seed: int, defect: str, severity: float | None = None, width: int = 827, height: int = 1063
) -> Parameters:
    """Draw the compliant portrait of a seed and spoil it.

    Parameters
    ----------
    seed : int
        As for :func:`compliant`: with it this is the other half of a pair.
    defect : str
        A name of :data:`DEFECTS`.
    severity : float, optional
        0 just clear of the limit to 1 gross; drawn from the seed by default.
    width, height : int
        Pixels.

    Returns
    -------
    portrait : Parameters
        The portrait.

    Raises
    ------
    ValueError
        If the defect is unknown.
    """
    if defect not in DEFECTS:
        raise ValueError(f"no defect {defect!r}; known: {', '.join(DEFECTS)}")
    p = compliant(seed, width, height)
    rng = _stream(seed, 100 + list(DEFECTS).index(defect))
    s = float(rng.random()) if severity is None else severity
    return p.changed(**DEFECTS[defect].change(s, rng, p))
