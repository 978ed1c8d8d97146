"""Measures on the wall behind the person."""

from __future__ import annotations

import cv2
import numpy as np

from icao_check.kernels import background as kernels
from icao_check.measurement import Measurement
from icao_check.measures.case import Case
from icao_check.regions import BACKGROUND

__all__ = ["background_uniformity"]

# Fewer cells than this share of the map say nothing about a wall.
_SMALLEST_SHARE = 0.02
_SHARE_WITHIN = 0.95


def background_uniformity(case: Case) -> Measurement:
    """Return how far the wall strays from one colour, in ΔE*ab.

    Of the cells that are surely wall, above the chin and away from the seam to the person, 95 % lie within
    this distance of the typical colour. Texture, objects, lines and gradients all widen it. ICAO asks for a
    plain, even background (Doc 9303-3, 3.9.1.1) without a number.
    """
    face = case.face
    assert face is not None
    regions = face.regions
    wall = regions.mask(BACKGROUND).astype(np.uint8)
    mask = np.asarray(cv2.erode(wall, np.ones((3, 3), np.uint8)), bool)
    chin_row = int((face.chin[1] + 0.5) / regions.px_per_cell - 0.5)
    mask[max(chin_row, 0) :] = False
    if mask.sum() < _SMALLEST_SHARE * mask.size:
        return Measurement(None, reason="no_background")
    _, lightness, _, _, spread = kernels.colour_spread(regions.lab, mask, _SHARE_WITHIN)
    return Measurement(spread, facts={"lightness": round(float(lightness), 1)})
