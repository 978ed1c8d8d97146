"""Measures on pictures that have fewer pixels or tones than their file pretends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels import compression as kernels
from icao_check.kernels.statistics import region_statistics
from icao_check.measurement import Measurement
from icao_check.measures.case import Case
from icao_check.measures.light import LUMINANCE
from icao_check.measures.raster import face_raster

__all__ = ["pixelation"]

# Second differences over this many px, counted up to so many grey levels.
_STEP, _LARGEST_BEND = 2, 20.0
_SPECTRUM = 2048
# Rasters of 3.3 to 24 px per former pixel; the 8 × 8 grid of JPEG and its half are left to compression.
_COARSEST, _FINEST = 1.0 / 24.0, 0.3
_CODED, _CODED_WIDTH = (1.0 / 8.0, 1.0 / 4.0), 0.005
_SMOOTHING = 10.0
_SHORTEST = 64
_TEXTURE_SHARE, _TEXTURE_FLOOR = 0.3, 0.2
# Histograms are compared at two widths, as shares of the range that 96 % of the tones span.
_NARROW, _WIDE = 0.01, 0.04
_ENDS = 4
# Both on one scale: what is just seen.
_VISIBLE_RASTER = 0.0075
_VISIBLE_STEPS = 0.07


def pixelation(case: Case) -> Measurement:
    """Return how plainly a coarser raster or too few tones show: 1 is what is just seen.

    The larger of two ratios. Up-scaling: interpolated pixels repeat a pattern with the period of the former
    raster (Gallagher, Detection of linear and cubic interpolation in JPEG compressed images, CRV 2005, doi
    10.1109/CRV.2005.33), in rows and columns alike, while fine texture is missing. Posterisation: the tones
    of the face crowd on a few levels, so that smoothing its histogram raises the entropy.
    """
    raster = face_raster(case)
    if raster is None or raster.contrast <= 0.0:
        return Measurement(None, reason="not_measurable")
    texture = float(np.quantile(raster.coarse_noise, _TEXTURE_SHARE)) / raster.contrast * 100.0
    coarse = _periodicity(raster.grey) / (texture + _TEXTURE_FLOOR)
    steps = _crowding(raster.rgb)
    return Measurement(
        max(coarse / _VISIBLE_RASTER, steps / _VISIBLE_STEPS, 0.0),
        facts={"raster": round(coarse / _VISIBLE_RASTER, 2), "steps": round(steps / _VISIBLE_STEPS, 2)},
    )


def _periodicity(grey: NDArray[np.float32]) -> float:
    frequencies = np.arange(_SPECTRUM // 2 + 1) / _SPECTRUM
    looked_at = (frequencies > _COARSEST) & (frequencies < _FINEST)
    for coded in _CODED:
        looked_at &= np.abs(frequencies - coded) > _CODED_WIDTH
    found = np.full(len(frequencies), np.inf)
    for profile in kernels.bend_profile(grey, _STEP, _LARGEST_BEND):
        if len(profile) < _SHORTEST:
            return 0.0
        detail = (profile - _smoothed(profile, _SMOOTHING)) * np.hanning(len(profile))
        spectrum = np.abs(np.fft.rfft(detail, _SPECTRUM)) / len(profile)
        # Rows and columns may have been scaled by factors that differ a little.
        wide = np.maximum(spectrum, np.maximum(np.roll(spectrum, 1), np.roll(spectrum, -1)))
        found = np.minimum(found, wide / (profile.mean() + 0.05))
    return float(found[looked_at].max())


def _crowding(rgb: NDArray[np.uint8]) -> float:
    height, width = rgb.shape[:2]
    inner = np.ascontiguousarray(rgb[height // 4 :, width // 5 : width - width // 5])
    everywhere = np.zeros(inner.shape[:2], np.uint8)
    gains = []
    for counts in region_statistics(inner, everywhere, LUMINANCE, 1)[0, :3]:
        histogram = counts.astype(np.float64)
        histogram[:_ENDS] = histogram[256 - _ENDS :] = 0.0
        if histogram.sum() == 0.0:
            continue
        histogram /= histogram.sum()
        cumulated = np.cumsum(histogram)
        span = max(int(np.searchsorted(cumulated, 0.98) - np.searchsorted(cumulated, 0.02)), 1)
        narrow, wide = (
            _entropy(_smoothed(histogram, share * span, "constant")) for share in (_NARROW, _WIDE)
        )
        gains.append(wide - narrow)
    return float(np.median(gains)) if gains else 0.0


def _smoothed(values: NDArray[np.float64], deviation: float, edge: str = "reflect") -> NDArray[np.float64]:
    deviation = max(deviation, 0.3)
    reach = int(np.ceil(4.0 * deviation))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    padded = np.pad(values, reach) if edge == "constant" else np.pad(values, reach, mode="reflect")
    return np.convolve(padded, weights / weights.sum(), "valid")


def _entropy(share: NDArray[np.float64]) -> float:
    positive = share[share > 1e-9]
    return float(-(positive * np.log2(positive)).sum())
