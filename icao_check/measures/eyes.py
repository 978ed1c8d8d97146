"""Measures on the eyes."""

from __future__ import annotations

import numpy as np

from icao_check.face.zones import INTER_EYE
from icao_check.kernels.eyes import disc_redness
from icao_check.measurement import Measurement
from icao_check.measures.case import Case
from icao_check.measures.light import face_light

__all__ = ["red_eye"]

# The disc of an iris, in inter-eye distances; red is the mean of its reddest third.
_IRIS = 0.085
_REDDEST = 1.0 / 3.0
_DARK = 20.0


def red_eye(case: Case) -> Measurement:
    """Return how red the redder pupil is, in %: by how much red exceeds green and blue, relative to red."""
    zones = face_light(case).zones
    redness = []
    for x, y in zones.pupils:
        found = np.sort(disc_redness(zones.cutout.pixels, float(x), float(y), _IRIS * INTER_EYE, _DARK))
        redness.append(float(found[-max(int(len(found) * _REDDEST), 1) :].mean()) if len(found) else 0.0)
    return Measurement(max(redness) * 100.0)
