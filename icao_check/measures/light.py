"""The face at a fixed size with the statistics of its zones: what all measures of light and colour share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from icao_check.face.zones import (
    CHIN,
    FOREHEAD,
    LEFT_CHEEK,
    RIGHT_CHEEK,
    SKIN,
    ZONE_COUNT,
    Zones,
    find_zones,
)
from icao_check.kernels.statistics import region_statistics
from icao_check.measures.case import Case

__all__ = ["LINEAR", "LUMINANCE", "SKIN_ZONES", "FaceLight", "face_light", "quantile"]

SKIN_ZONES = (FOREHEAD, LEFT_CHEEK, RIGHT_CHEEK, CHIN, SKIN)
"""Zones that are skin."""

_VALUES = np.arange(256) / 255.0
LINEAR: NDArray[np.float64] = np.where(_VALUES > 0.04045, ((_VALUES + 0.055) / 1.055) ** 2.4, _VALUES / 12.92)
"""Linear light, 0–1, of each 8-bit sRGB value (IEC 61966-2-1)."""
LUMINANCE: NDArray[np.float32] = (255.0 * np.outer([0.2126, 0.7152, 0.0722], LINEAR)).astype(np.float32)
"""What each value of red, green and blue adds to the luminance, 0–255 (ISO/IEC 29794-5, 7.3.4)."""


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


def quantile(histogram: NDArray[np.int64], share: float) -> int:
    """Return the smallest value that `share` of the counted pixels do not exceed; 0 if there are none."""
    cumulated = np.cumsum(histogram)
    return int(np.searchsorted(cumulated, share * cumulated[-1]))
