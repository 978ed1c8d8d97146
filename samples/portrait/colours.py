"""Colours of skin, hair, eyes and fabric in linear RGB."""

from __future__ import annotations

import colorsys
from typing import Any

import numpy as np
import numpy.typing as npt

from samples.portrait.parameters import Identity, Look

__all__ = [
    "SKIN_LAB",
    "from_hsv",
    "hair_colour",
    "iris_colour",
    "lab_to_linear",
    "linear_to_srgb",
    "skin_colour",
]

Floats = npt.NDArray[np.float64]

SKIN_LAB = (
    (83.0, 8.0, 12.5),
    (81.0, 9.0, 14.5),
    (78.5, 9.5, 17.0),
    (73.5, 10.5, 19.5),
    (66.0, 12.0, 22.0),
    (55.0, 13.5, 23.5),
    (45.5, 13.5, 21.5),
    (38.0, 12.0, 17.5),
    (32.5, 10.5, 14.0),
    (28.0, 9.0, 11.5),
)
"""CIE L*a*b* of skin in even light for the ten steps of the Monk scale.

Lightness follows the order and the range of the published swatches, hue and chroma those of measured skin:
the swatches themselves are paler than skin in photographs at the light end, and the dark end is given room
for shading.
"""


XYZ_TO_RGB = np.array(
    [
        [3.2404542, -1.5371385, -0.4985314],
        [-0.9692660, 1.8760108, 0.0415560],
        [0.0556434, -0.2040259, 1.0572252],
    ]
)
"""CIE XYZ (D65) to linear sRGB (IEC 61966-2-1)."""


def lab_to_linear(lab: tuple[float, float, float] | Floats) -> Floats:
    """CIE L*a*b* (D65) to linear sRGB.

    Parameters
    ----------
    lab : sequence of 3 floats
        L*, a*, b*.

    Returns
    -------
    ndarray of shape (3,)
        Linear sRGB, not clipped.
    """
    fy = (float(lab[0]) + 16.0) / 116.0
    f = np.array([fy + float(lab[1]) / 500.0, fy, fy - float(lab[2]) / 200.0])
    xyz = np.where(f > 6.0 / 29.0, f**3, 3.0 * (6.0 / 29.0) ** 2 * (f - 4.0 / 29.0))
    xyz = xyz * (0.95047, 1.0, 1.08883)
    return np.asarray(XYZ_TO_RGB @ xyz)


def linear_to_srgb(linear: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Linear light to the sRGB curve (IEC 61966-2-1), values in [0, 1]."""
    v = np.clip(linear, 0.0, 1.0)
    return np.asarray(np.where(v <= 0.0031308, 12.92 * v, 1.055 * v ** (1.0 / 2.4) - 0.055))


def from_hsv(hue: float, saturation: float, value: float) -> Floats:
    """Linear RGB of a fabric from hue, saturation and value of its sRGB colour, each 0 to 1."""
    srgb = np.array(colorsys.hsv_to_rgb(hue % 1.0, saturation, 0.04 + 0.86 * value))
    return np.asarray(np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4))


def skin_colour(identity: Identity) -> Floats:
    """Linear RGB of the skin; it differs a little from person to person of one step."""
    rng = np.random.default_rng([identity.seed, 103])
    step = identity.skin_tone - 1 + 0.35 * float(np.clip(rng.standard_normal(), -1.2, 1.2))
    lab = np.array([np.interp(step, range(10), [row[k] for row in SKIN_LAB]) for k in range(3)])
    lab[1] += 1.1 * rng.standard_normal() * lab[0] / 80.0
    lab[2] += 1.3 * rng.standard_normal() * lab[0] / 80.0
    return np.maximum(lab_to_linear(lab), 0.004)


def hair_colour(melanin: float, red: float, grey: float = 0.0) -> Floats:
    """Linear RGB of hair.

    Parameters
    ----------
    melanin : float
        0 white-blond to 1 black.
    red : float
        0 ash to 1 red.
    grey : float
        Share of white, 0 to 1.

    Returns
    -------
    ndarray of shape (3,)
        Linear RGB.
    """
    # Absorption of eumelanin and pheomelanin (ratios as in Marschner-type hair models).
    eumelanin = 6.4 * melanin**1.9 * (1.0 - 0.5 * red)
    pheomelanin = 4.2 * melanin**1.1 * red * 0.7
    absorb = eumelanin * np.array([0.66, 0.83, 1.10]) + pheomelanin * np.array([0.24, 0.62, 1.25])
    colour = 0.55 * np.exp(-absorb) * np.array([1.0, 0.93, 0.80]) + 0.006
    white = np.array([0.46, 0.46, 0.45])
    return np.asarray(colour + (white - colour) * grey)


def iris_colour(colour: float) -> Floats:
    """Linear RGB of an iris: 0 dark brown, 0.35 hazel, 0.6 green, 0.8 blue, 1 light grey."""
    stops = np.array(
        [[0.018, 0.008, 0.005], [0.058, 0.026, 0.010], [0.13, 0.085, 0.030], [0.12, 0.13, 0.060],
         [0.095, 0.15, 0.20], [0.22, 0.26, 0.28]]
    )  # fmt: skip
    at = [0.0, 0.22, 0.4, 0.6, 0.8, 1.0]
    return np.array([np.interp(colour, at, stops[:, k]) for k in range(3)])


def lip_colour(skin: Floats, lipstick: float, rng: np.random.Generator) -> Floats:
    """Linear RGB of the lips: the skin with more blood, or lipstick."""
    fair = float(np.clip((skin[1] - 0.03) / 0.4, 0.0, 1.0))
    natural = skin * np.array([0.86, 0.56 + 0.06 * (1 - fair), 0.60 + 0.06 * (1 - fair)]) + (
        0.010,
        0.004,
        0.005,
    )
    hue = (0.965 + 0.05 * rng.random()) % 1.0
    stick = from_hsv(hue, 0.70 + 0.2 * rng.random(), 0.45 + 0.35 * rng.random())
    return np.asarray(natural + (stick - natural) * lipstick)


def brow_colour(look: Look) -> Floats:
    """Linear RGB of the brows: darker than the hair of the head, and greying later."""
    return hair_colour(min(1.0, 0.18 + 0.88 * look.hair_melanin), look.hair_red * 0.8, look.hair_grey * 0.25)
