"""Measures on colour."""

from __future__ import annotations

import functools

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.kernels import colour as kernels
from icao_check.measurement import Measurement
from icao_check.measures.case import Case
from icao_check.measures.light import LINEAR, SKIN_ZONES, eye_whites, face_light, white_of
from icao_check.regions import lab_of

__all__ = ["cast_evidence", "colour_photo", "natural_colour"]

_CELL = 4
_LIGHTNESS_STEPS = 16
# Skin and whites of the eyes under neutral light, as (ln red/green, ln blue/green) of linear light of each:
# mean and covariance over 270 photos from four sources, the 3 % furthest from the mean left out
# (docs/calibration.md).
_NEUTRAL = np.array([0.632, -0.249, 0.387, -0.079])
_COVARIANCE = np.array(
    [
        [0.0455, -0.0168, 0.0316, -0.0102],
        [-0.0168, 0.0246, -0.0108, 0.0169],
        [0.0316, -0.0108, 0.0490, -0.0180],
        [-0.0102, 0.0169, -0.0180, 0.0218],
    ]
)


def colour_photo(case: Case) -> Measurement:
    """Return how far colours stray from one tone, in ΔE*ab: 0 for a grey or a toned photo.

    Root mean square of the chroma difference to the mean colour of all parts of the face and its
    surroundings that are equally light: toning gives equally light parts one colour.
    """
    pixels = face_light(case).zones.cutout.pixels
    height, width = pixels.shape[:2]
    small = cv2.resize(pixels, (width // _CELL, height // _CELL), interpolation=cv2.INTER_AREA)
    return Measurement(float(kernels.tone_spread(lab_of(np.asarray(small, np.uint8)), _LIGHTNESS_STEPS)))


def natural_colour(case: Case) -> Measurement:
    """Return the strength of the colour cast, in standard deviations of photos under neutral light.

    A cast multiplies red, green and blue of the skin and of the whites of the eyes by the same three numbers;
    these are estimated by generalised least squares (Aitken 1936), and compared with what remains among
    photos of people of all complexions without a cast.
    """
    information, estimator = _least_squares()
    cast = estimator @ (cast_evidence(case) - _NEUTRAL)
    return Measurement(float(np.sqrt(cast @ information @ cast)))


@functools.cache
def _least_squares() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the information matrix of the two numbers of a cast and the matrix that estimates them."""
    design = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    weights = design.T @ np.linalg.inv(_COVARIANCE)
    information = weights @ design
    return information, np.linalg.solve(information, weights)


def cast_evidence(case: Case) -> NDArray[np.float64]:
    """Return what the skin and the whites of the eyes say about the light.

    Returns
    -------
    ndarray of shape (4,), float64
        ln(red / green) and ln(blue / green) of mean linear light, of the skin and of the whites of the eyes.
    """
    skin = face_light(case).of(*SKIN_ZONES)[:3]
    mean = skin @ LINEAR / np.maximum(skin.sum(axis=1), 1)
    return np.concatenate([_ratios(mean), _ratios(white_of(eye_whites(case).reshape(-1, 3)))])


def _ratios(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    red, green, blue = np.maximum(linear, 1e-3)
    return np.asarray(np.log(np.array([red / green, blue / green])), np.float64)
