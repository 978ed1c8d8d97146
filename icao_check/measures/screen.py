"""A pattern that repeats all over the face: printing dots, moiré, the grain of embossed paper."""

from __future__ import annotations

import functools

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["screen"]

# Windows of the spectra, in px, and how many along each side of the picture.
_SIDE, _ALONG = 64, 4
# A screen is everywhere, hair and cloth are not: this share of the windows may show less of it.
_SHARE = 0.3
# Periods of 2.1 to 10 px, as strands of hair repeat at coarser ones; the harmonics of JPEG's 8 × 8 blocks are
# left to compression.
_FINEST, _COARSEST = 0.47, 0.1
_CODED, _CODED_WIDTH = 8, 1.5 / _SIDE
# What a line stands out from: the spectrum around it without its lines, in bins.
_LINE, _AROUND = 5, 11
_RIM = _LINE // 2 + _AROUND // 2
# Least ratio to that: good photos, saved again and resized, reach 1.5.
_STANDS_OUT = 3.0
_FLOOR = 0.02


def screen(grey: NDArray[np.uint8]) -> float:
    """Measure the strongest pattern that repeats in every part of a picture.

    Parameters
    ----------
    grey : ndarray of shape (H, W), uint8
        Luma of a face on the raster of its file.

    Returns
    -------
    float
        Amplitude of its strongest sine wave, in grey levels, above what surrounds it in the spectrum; 0 where
        no line stands out, or where the picture is less than 64 px high or wide.

    Notes
    -----
    Halftone screens, the beat between the rasters of a display and of a camera, and embossed photo paper are
    lattices: their power spectrum is a few sharp lines, the same in every window. Hair, cloth and skin have
    none that the windows share.
    """
    if min(grey.shape) < _SIDE:
        return 0.0
    shared = _shared(grey)
    around = _around(shared)
    lines = _looked_at() & (shared > _STANDS_OUT * (around + _FLOOR))
    return float(np.max(shared - around, where=lines, initial=0.0))


def _shared(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the amplitude of each sine wave that enough windows of a picture reach; shape (64, 33)."""
    # Numba is imported on first use.
    from icao_check.kernels.screen import lowest_waves, window_pairs

    rows, columns = (np.linspace(0, side - _SIDE, _ALONG).astype(np.int64) for side in grey.shape)
    spectra = window_pairs(grey, np.repeat(rows, _ALONG), np.tile(columns, _ALONG), _taper())
    for pair in spectra:
        cv2.dft(pair, pair)
    return lowest_waves(spectra, int(_SHARE * _ALONG * _ALONG))


def _around(shared: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the level of a spectrum, without its lines; shape (64, 33)."""
    level = cv2.blur(cv2.medianBlur(shared.ravel()[_wrapped()], _LINE), (_AROUND, _AROUND))
    return np.asarray(level[_RIM:-_RIM, _RIM:-_RIM], np.float32)


@functools.cache
def _wrapped() -> NDArray[np.intp]:
    """Return which wave of a spectrum (64, 33) each of that spectrum with a rim is: it repeats, mirrored."""
    half = _SIDE // 2 + 1
    down, across = np.arange(-_RIM, _SIDE + _RIM)[:, np.newaxis], np.arange(-_RIM, half + _RIM)[np.newaxis]
    mirrored = (across < 0) | (across >= half)
    return np.where(mirrored, -down, down) % _SIDE * half + np.where(mirrored, -across % _SIDE, across)


@functools.cache
def _taper() -> NDArray[np.float32]:
    """Return what makes a sine wave's bin its amplitude; shape (64, 64)."""
    along = np.hanning(_SIDE + 1)[:_SIDE]
    return np.asarray(np.outer(along, along) * (2.0 / along.sum() ** 2), np.float32)


@functools.cache
def _looked_at() -> NDArray[np.bool_]:
    down, across = np.fft.fftfreq(_SIDE)[:, np.newaxis], np.fft.rfftfreq(_SIDE)[np.newaxis]
    coded = [np.abs(axis - np.round(axis * _CODED) / _CODED) < _CODED_WIDTH for axis in (down, across)]
    inside = (np.hypot(down, across) > _COARSEST) & (np.abs(down) < _FINEST) & (across < _FINEST)
    return np.asarray(inside & ~(coded[0] & coded[1]))
