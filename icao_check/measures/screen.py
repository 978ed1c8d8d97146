"""A pattern that repeats all over the face: printing dots, moiré, the grain of embossed paper."""

from __future__ import annotations

import functools
import itertools

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
# Least ratio to that: good photos, saved again and resized, reach 1.5.
_STANDS_OUT = 3.0
_FLOOR = 0.02


def screen(grey: NDArray[np.float32]) -> float:
    """Measure the strongest pattern that repeats in every part of a picture.

    Parameters
    ----------
    grey : ndarray of shape (H, W), float32
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
    waves = _waves(grey)
    shared = np.partition(waves, int(_SHARE * len(waves)), axis=0)[int(_SHARE * len(waves))]
    around = _around(shared)
    lines = _looked_at() & (shared > _STANDS_OUT * (around + _FLOOR))
    return float(np.max(shared - around, where=lines, initial=0.0))


def _waves(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the amplitude of each sine wave in each window of a picture; shape (16, 64, 33)."""
    rows, columns = (np.linspace(0, side - _SIDE, _ALONG).astype(int) for side in grey.shape)
    taper, half = _taper(), _SIDE // 2 + 1
    spectra = np.empty((_ALONG * _ALONG, _SIDE, half, 2), np.float32)
    for index, (y, x) in enumerate(itertools.product(rows, columns)):
        window = grey[y : y + _SIDE, x : x + _SIDE] * taper
        spectra[index] = cv2.dft(window, flags=cv2.DFT_COMPLEX_OUTPUT)[:, :half]
    return np.asarray(np.abs(spectra.view(np.complex64)[..., 0]), np.float32)


def _around(shared: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the level of a spectrum, without its lines; shape (64, 33)."""
    turned = shared[-np.arange(_SIDE)]
    plane = np.hstack([shared, turned[:, _SIDE // 2 - 1 : 0 : -1]]).astype(np.float32)
    reach = _AROUND
    padded = np.pad(plane, reach, mode="wrap")
    level = cv2.blur(cv2.medianBlur(padded, _LINE), (_AROUND, _AROUND))
    return np.asarray(level[reach:-reach, reach : reach + _SIDE // 2 + 1], np.float32)


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
