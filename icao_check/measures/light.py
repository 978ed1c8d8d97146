"""The face at a fixed size with the statistics of its zones: what all measures of light and colour share."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from icao_check.face.zones import (
    CHIN,
    FOREHEAD,
    INTER_EYE,
    LEFT_CHEEK,
    RIGHT_CHEEK,
    SKIN,
    ZONE_COUNT,
    Zones,
    find_zones,
)
from icao_check.kernels.statistics import region_statistics
from icao_check.measures.case import Case

__all__ = [
    "LINEAR",
    "LUMINANCE",
    "LUMINOUS",
    "SKIN_ZONES",
    "FaceLight",
    "eye_whites",
    "face_light",
    "quantile",
    "white_of",
]

SKIN_ZONES = (FOREHEAD, LEFT_CHEEK, RIGHT_CHEEK, CHIN, SKIN)
"""Zones that are skin."""

_VALUES = np.arange(256) / 255.0
LINEAR: NDArray[np.float64] = np.where(_VALUES > 0.04045, ((_VALUES + 0.055) / 1.055) ** 2.4, _VALUES / 12.92)
"""Linear light, 0–1, of each 8-bit sRGB value (IEC 61966-2-1)."""
LUMINOUS: NDArray[np.float64] = np.array([0.2126, 0.7152, 0.0722])
"""Share of linear red, green and blue in the luminance (IEC 61966-2-1)."""
LUMINANCE: NDArray[np.float32] = (255.0 * np.outer(LUMINOUS, LINEAR)).astype(np.float32)
"""What each value of red, green and blue adds to the luminance, 0–255 (ISO/IEC 29794-5, 7.3.4)."""

# Where the white of an eye is, from the pupil to either side, in inter-eye distances, and what is looked at.
_WHITE_ASIDE = 0.125
_WHITE_ROWS, _WHITE_COLUMNS = (-2, 4), (-3, 4)
_WHITE_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class FaceLight:
    """Zones of a face and the histograms of each.

    Attributes
    ----------
    zones : Zones
        The face at a fixed size.
    histograms : ndarray of shape (ZONE_COUNT - 1, 4, 256), int32
        Of red, green, blue and linear luminance in each zone, from label 1.
    """

    zones: Zones
    histograms: NDArray[np.int32]

    def of(self, *zones: int) -> NDArray[np.int64]:
        """Return the histograms of several zones together, shape (4, 256)."""
        total: NDArray[np.int64] = self.histograms[[zone - 1 for zone in zones]].sum(axis=0, dtype=np.int64)
        return total


def face_light(case: Case) -> FaceLight:
    """Return the face of a case with the statistics of its zones, made once."""

    def make() -> FaceLight:
        face = case.face
        assert face is not None
        zones = find_zones(case.photo, face.landmarks, face.pupils, face.chin)
        # Most pixels have label 0 and are not measured: one less, and the sweep passes them over.
        places = zones.labels - np.uint8(1)
        histograms = region_statistics(zones.cutout.pixels, places, LUMINANCE, ZONE_COUNT - 1)
        return FaceLight(zones, histograms)

    return case.once("face_light", make)


def eye_whites(case: Case) -> NDArray[np.float64]:
    """Return what lies beside the pupils.

    Returns
    -------
    ndarray of shape (2, n, 3), float64
        Linear red, green and blue, 0–1, of the pixels to both sides of each pupil.
    """

    def make() -> NDArray[np.float64]:
        zones = face_light(case).zones
        found = np.empty((2, 2, _WHITE_ROWS[1] - _WHITE_ROWS[0], _WHITE_COLUMNS[1] - _WHITE_COLUMNS[0], 3))
        for (x, y), eye in zip(zones.pupils, found, strict=True):
            for side, white in zip((-1.0, 1.0), eye, strict=True):
                column, row = round(float(x + side * _WHITE_ASIDE * INTER_EYE)), round(float(y))
                white[:] = LINEAR[
                    zones.cutout.pixels[
                        row + _WHITE_ROWS[0] : row + _WHITE_ROWS[1],
                        column + _WHITE_COLUMNS[0] : column + _WHITE_COLUMNS[1],
                    ]
                ]
        return found.reshape(2, -1, 3)

    return case.once("eye_whites", make)


def white_of(pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean linear red, green and blue of the brighter of some pixels (n, 3) beside pupils."""
    luminance = pixels @ LUMINOUS
    darker = math.ceil((1.0 - _WHITE_SHARE) * (len(luminance) - 1))
    brighter = luminance >= np.partition(luminance, darker)[darker]
    return np.asarray(pixels[brighter].mean(axis=0), np.float64)


def quantile(histogram: NDArray[np.int64], share: float) -> int:
    """Return the smallest value that `share` of the counted pixels do not exceed; 0 if there are none."""
    cumulated = np.cumsum(histogram)
    return int(np.searchsorted(cumulated, share * cumulated[-1]))
