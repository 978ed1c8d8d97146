"""Measures on blur and noise."""

from __future__ import annotations

import math

import cv2
import numpy as np

from icao_check.face.cutout import face_cutout
from icao_check.kernels import sharpness as kernels
from icao_check.measurement import Measurement
from icao_check.measures.case import Case
from icao_check.measures.raster import exceeded, face_raster

__all__ = ["blur", "noise", "sharpness"]

_INTER_EYE = 96
_SIZE, _EYES_AT = (192, 224), (0.5, 0.36)
# Scales at which edges are compared, in px of the cut-out.
_FINE, _COARSE = 0.8, 2.0
# The noise is that of the quiet blocks: hair, lashes and freckles fill the others.
_QUIET_SHARE = 0.1
# Averaging four pixels halves white noise: grain that does not shrink is coarser.
_HALVING = 2.0
# In a face of fewer px between the eyes, halved, the features themselves are as fine as grain.
_LARGE_FACE = 140.0


def sharpness(case: Case) -> Measurement:
    """Return the blur of the face, as a standard deviation in % of the inter-eye distance."""
    found = blur(case)
    return Measurement(None, reason="not_measurable") if found is None else Measurement(found)


def blur(case: Case) -> float | None:
    """Return the standard deviation of the blur in the direction where it is widest; made once per case.

    The energy of the gradient of a blurred step edge falls with the scale s at which it is taken as
    1 / sqrt(σ² + s²); its ratio at two scales gives σ. The least ratio over all directions is the smaller
    eigenvalue of one structure tensor relative to the other. In % of the inter-eye distance, at a fixed
    inter-eye distance; None for a face without any edge.
    """
    return case.once("blur", lambda: _blur(case))


def _blur(case: Case) -> float | None:
    face = case.face
    assert face is not None
    piece = face_cutout(case.photo, face.pupils, _SIZE, inter_eye=_INTER_EYE, eyes_at=_EYES_AT)
    grey = cv2.cvtColor(piece.pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine, coarse = (
        kernels.gradient_energy(np.asarray(cv2.GaussianBlur(grey, (0, 0), scale), np.float32))
        for scale in (_FINE, _COARSE)
    )
    xx, xy, yy = coarse
    area = xx * yy - xy * xy
    if area <= 1e-6 * max(xx + yy, 1e-9) ** 2:
        return None
    # Half the trace and the determinant of coarse⁻¹ fine.
    half = (yy * fine[0] - 2.0 * xy * fine[1] + xx * fine[2]) / (2.0 * area)
    product = (fine[0] * fine[2] - fine[1] * fine[1]) / area
    squared = half - math.sqrt(max(half * half - product, 0.0))
    sharpest = (_COARSE / _FINE) ** 2
    squared = min(max(squared, 1.0 + 1e-4), sharpest)
    variance = (_COARSE**2 - squared * _FINE**2) / (squared - 1.0)
    return math.sqrt(max(variance, 0.0)) / _INTER_EYE * 100.0


def noise(case: Case) -> Measurement:
    """Return the deviation of the noise in the quiet parts of the face, in grey levels.

    The larger of that on the raster of the file and twice that on half of it, so that coarse grain counts
    where the face is large enough to tell it from the features.
    """
    raster = face_raster(case)
    if raster is None:
        return Measurement(None, reason="not_measurable")
    fine, coarse = (exceeded(found, 1.0 - _QUIET_SHARE) for found in (raster.noise, raster.coarse_noise))
    return Measurement(max(fine, _HALVING * coarse) if raster.inter_eye >= _LARGE_FACE else fine)
