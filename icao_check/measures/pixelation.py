"""Measures on pictures that have fewer pixels or tones than their file pretends."""

from __future__ import annotations

import functools
import math

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.kernels import compression as kernels
from icao_check.measurement import Measurement
from icao_check.measures.case import Case
from icao_check.measures.raster import FaceRaster, face_raster, graded
from icao_check.measures.screen import screen

__all__ = ["pixelation"]

# Second differences over this many px, counted up to so many grey levels.
_STEP, _LARGEST_BEND = 2, 20.0
_SPECTRUM = 2048
# Rasters of 3.3 to 24 px per former pixel; the 8 × 8 grid of JPEG and its half are left to compression.
_COARSEST, _FINEST = 1.0 / 24.0, 0.3
_CODED, _CODED_WIDTH = (1.0 / 8.0, 1.0 / 4.0), 0.005
# In a raster of fewer px between the eyes there is no face to be found.
_COARSEST_FACE = 8.0
_SMOOTHING = 10.0
_SHORTEST = 64
_TEXTURE_FLOOR = 0.2
# Histograms are compared at two widths, as shares of the range that 96 % of the tones span.
_NARROW, _WIDE = 0.01, 0.04
_SPAN = (0.02, 0.98)
_ENDS = 4
# Both on one scale: what is just seen.
_VISIBLE_RASTER = 0.0075
_VISIBLE_STEPS = 0.07
# Amplitude of printing dots or moiré, in grey levels.
_VISIBLE_SCREEN = 1.0
# Beyond this neither is in doubt, and how coarse it is counts instead: one more is a raster of 60 px between
# the eyes, or tones 16 levels apart.
_CERTAIN = 2.0
_COARSE_RASTER, _COARSE_STEPS = 60.0, 16.0
# Tones of a posterised photo lie this many levels apart: the histogram, its slow changes taken off, is then
# like itself at that distance (from 0.19 on). One crowd, as of skin alone, is like nothing, and that of skin
# beside that of hair is little (0.08).
_FINEST_STEP, _COARSEST_STEP = 8, 85
_TONE, _SLOW = 1.2, 12.0
_UNLIKE, _LIKE = 0.1, 0.18
# Histograms are smoothed by way of their spectra, with as many empty bins behind them.
_PADDED = 512
_FREQUENCIES = np.arange(_PADDED // 2 + 1) / _PADDED


def pixelation(case: Case) -> Measurement:
    """Return how plainly a coarser raster, too few tones or a screen show: 1 is what is just seen.

    The largest of three ratios. Up-scaling: interpolated pixels repeat a pattern with the period of the
    former raster (Gallagher, Detection of linear and cubic interpolation in JPEG compressed images, CRV 2005,
    doi 10.1109/CRV.2005.33), in rows and columns alike, while fine texture is missing. Posterisation: the
    tones of the face crowd on a few levels at equal distances, so that smoothing its histogram raises the
    entropy. A copy of a print or of a display: dots or lines repeat all over the face (:func:`screen`).
    What is beyond doubt is ranked by the former pixels between the eyes, or by the distance of the levels.
    """
    raster = face_raster(case)
    if raster is None or raster.contrast <= 0.0:
        return Measurement(None, reason="not_measurable")
    height, frequency = _periodicity(raster)
    coarse = height / (raster.texture + _TEXTURE_FLOOR) / _VISIBLE_RASTER
    gain, step = _crowding(raster.rgb)
    crowded = gain / _VISIBLE_STEPS
    coarseness = _COARSE_RASTER / max(frequency * raster.inter_eye, 1.0)
    repeated = screen(raster.grey) / _VISIBLE_SCREEN
    return Measurement(
        max(
            graded(coarse, _CERTAIN, coarseness),
            graded(crowded, _CERTAIN, step / _COARSE_STEPS),
            repeated,
            0.0,
        ),
        facts={"raster": round(coarse, 2), "steps": round(crowded, 2), "screen": round(repeated, 2)},
    )


def _periodicity(raster: FaceRaster) -> tuple[float, float]:
    """Return how high the highest line in the spectrum of the bends stands, and its frequency per px."""
    found = np.full(_SPECTRUM // 2 + 1, np.inf)
    for grey in (raster.grey, raster.turned):
        profile = kernels.bend_profile(grey, _STEP, _LARGEST_BEND)
        if len(profile) < _SHORTEST:
            return 0.0, 1.0
        detail = (profile - _smoothed(profile, _SMOOTHING)) * _window(len(profile))
        spectrum = np.abs(np.fft.rfft(detail, _SPECTRUM)) / len(profile)
        # Rows and columns may have been scaled by factors that differ a little.
        wide = spectrum.copy()
        np.maximum(wide[1:], spectrum[:-1], out=wide[1:])
        np.maximum(wide[:-1], spectrum[1:], out=wide[:-1])
        found = np.minimum(found, wide / (profile.mean() + 0.05))
    looked_at = _looked_at()
    looked_at = looked_at[looked_at > _COARSEST_FACE / raster.inter_eye * _SPECTRUM]
    if len(looked_at) == 0:
        return 0.0, 1.0
    place = looked_at[int(found[looked_at].argmax())]
    return float(found[place]), float(place) / _SPECTRUM


@functools.cache
def _looked_at() -> NDArray[np.intp]:
    frequencies = np.arange(_SPECTRUM // 2 + 1) / _SPECTRUM
    looked_at = (frequencies > _COARSEST) & (frequencies < _FINEST)
    for coded in _CODED:
        looked_at &= np.abs(frequencies - coded) > _CODED_WIDTH
    return np.flatnonzero(looked_at)


@functools.lru_cache(maxsize=8)
def _window(length: int) -> NDArray[np.float64]:
    return np.hanning(length)


def _crowding(rgb: NDArray[np.uint8]) -> tuple[float, float]:
    """Return how many bits smoothing adds to tones that crowd, and how many levels apart they do."""
    height, width = rgb.shape[:2]
    inner = rgb[height // 4 :, width // 5 : width - width // 5]
    counts = [cv2.calcHist([inner], [channel], None, [256], [0.0, 256.0]) for channel in range(3)]
    histograms = np.array(counts, np.float64).reshape(3, 256)
    histograms[:, :_ENDS] = histograms[:, 256 - _ENDS :] = 0.0
    totals = histograms.sum(axis=1, keepdims=True)
    histograms = histograms[totals[:, 0] > 0.0] / totals[totals[:, 0] > 0.0]
    if len(histograms) == 0:
        return 0.0, 1.0
    spectra = np.fft.rfft(histograms, _PADDED)
    power = np.abs(spectra * _tones()) ** 2
    likeness = np.fft.irfft(power)[:, : _COARSEST_STEP + 1]
    likeness = (likeness / np.maximum(likeness[:, :1], 1e-12)).mean(axis=0)
    rising = np.flatnonzero(np.diff(likeness[_FINEST_STEP:]) > 0.0)
    if len(rising) == 0:
        return 0.0, 1.0
    valley = _FINEST_STEP + int(rising[0])
    step = valley + int(likeness[valley:].argmax())
    alike = min(max((float(likeness[step]) - _UNLIKE) / (_LIKE - _UNLIKE), 0.0), 1.0)
    if alike == 0.0:
        return 0.0, float(step)
    low, high = (np.argmax(np.cumsum(histograms, axis=1) >= share, axis=1) for share in _SPAN)
    span = np.maximum(high - low, 1)
    narrow, wide = (_entropies(spectra * _blur(share * span)) for share in (_NARROW, _WIDE))
    gain = sorted((wide - narrow).tolist())[len(histograms) // 2]
    return gain * alike, float(step)


def _smoothed(values: NDArray[np.float64], deviation: float) -> NDArray[np.float64]:
    reach = math.ceil(4.0 * deviation)
    size = (2 * reach + 1, 1)
    row = cv2.GaussianBlur(values[np.newaxis], size, deviation, borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(row[0], np.float64)


def _blur(deviation: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what a Gaussian of this deviation, or of each, leaves of every frequency; shape (N, F)."""
    spread = np.maximum(np.atleast_1d(deviation), 0.3)[:, np.newaxis]
    return np.asarray(np.exp(-2.0 * (np.pi * spread * _FREQUENCIES) ** 2), np.float64)


@functools.cache
def _tones() -> NDArray[np.float64]:
    """Return what is left of every frequency of a histogram without its slow changes; shape (1, F)."""
    return _blur(_TONE) - _blur(_SLOW)


def _entropies(spectra: NDArray[np.complex128]) -> NDArray[np.float64]:
    """Return the entropy in bit of each histogram of 256 bins, given by its spectrum."""
    share = np.maximum(np.fft.irfft(spectra)[:, :256], 1e-12)
    return np.asarray(-(share * np.log2(share)).sum(axis=1), np.float64)
