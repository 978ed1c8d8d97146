"""RGB colour spaces, and how their codes become sRGB."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ADOBE_RGB",
    "DISPLAY_P3",
    "SRGB",
    "Conversion",
    "RgbSpace",
    "coded",
    "conversion_by_matrix",
    "conversion_of",
    "gamma",
    "srgb_codes",
    "srgb_encoding",
    "srgb_light",
]

Floats = NDArray[np.float64]
Transfer = Callable[[Floats], Floats]
Chromaticity = tuple[float, float]

CODES = 256
# Fine enough that half a step is a tenth of an sRGB code where the curve is steepest, at black.
_ENCODING_STEPS = 16384
# ICC.1:2022, 7.2.16: the white of the profile connection space.
_D50 = np.array([0.9642, 1.0, 0.8249])
# Cone responses of the Bradford adaptation (ICC.1:2022, annex E).
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def srgb_light(codes: Floats) -> Floats:
    """Return the light 0–1 for sRGB codes 0–1 (IEC 61966-2-1)."""
    return np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)


def srgb_codes(light: Floats) -> Floats:
    """Return the sRGB codes 0–1 for light 0–1 (IEC 61966-2-1)."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0.0) ** (1 / 2.4) - 0.055)


def gamma(exponent: float) -> Transfer:
    """Return the pure power function with this exponent."""
    return lambda codes: codes**exponent


@dataclass(frozen=True, slots=True)
class RgbSpace:
    """An RGB colour space.

    Attributes
    ----------
    red, green, blue, white : (x, y)
        Chromaticities (CIE 1931).
    light : callable
        Light 0–1 for codes 0–1.
    """

    red: Chromaticity
    green: Chromaticity
    blue: Chromaticity
    white: Chromaticity
    light: Transfer

    def to_pcs(self) -> Floats | None:
        """Return the matrix, shape (3, 3), from light to XYZ (D50); None for impossible primaries."""
        if min(self.red[1], self.green[1], self.blue[1], self.white[1]) <= 0:
            return None
        columns = np.column_stack([_xyz(self.red), _xyz(self.green), _xyz(self.blue)])
        white = _xyz(self.white)
        cones = _BRADFORD @ white
        if abs(np.linalg.det(columns)) < 1e-6 or np.abs(cones).min() < 1e-6:
            return None
        matrix = columns * np.linalg.solve(columns, white)
        adapted = np.linalg.inv(_BRADFORD) @ np.diag(_BRADFORD @ _D50 / cones) @ _BRADFORD @ matrix
        return np.asarray(adapted, np.float64)


def _xyz(chromaticity: Chromaticity) -> Floats:
    x, y = chromaticity
    return np.array([x / y, 1.0, (1.0 - x - y) / y])


_D65 = (0.3127, 0.3290)
SRGB = RgbSpace((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), _D65, srgb_light)
"""IEC 61966-2-1."""
ADOBE_RGB = RgbSpace((0.64, 0.33), (0.21, 0.71), (0.15, 0.06), _D65, gamma(2.19921875))
"""Adobe RGB (1998) Color Image Encoding, version 2005-05."""
DISPLAY_P3 = RgbSpace((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65, srgb_light)
"""SMPTE EG 432-1 primaries, D65 and the sRGB curve, as Apple defines it."""

_C = (0.310, 0.316)
# ITU-T H.273, tables 2 and 3: colour primaries and transfer characteristics. The video curves (1, 6, 14, 15)
# describe cameras; what viewers undo is the display's, taken as sRGB.
_CODED_PRIMARIES: dict[int, tuple[Chromaticity, Chromaticity, Chromaticity, Chromaticity]] = {
    1: ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), _D65),
    4: ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), _C),
    5: ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), _D65),
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),
    7: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),
    22: ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), _D65),
}
_CODED_TRANSFER: dict[int, Transfer] = {4: gamma(2.2), 5: gamma(2.8), 8: gamma(1.0)}


def coded(primaries: int, transfer: int) -> RgbSpace | None:
    """Return the space of two code points of ITU-T H.273.

    Parameters
    ----------
    primaries, transfer : int
        Colour primaries and transfer characteristics; unknown ones count as those of sRGB.

    Returns
    -------
    RgbSpace or None
        None for the curves of high dynamic range (PQ, HLG): how bright their white is on paper depends on who
        prints it.
    """
    if transfer in (16, 18):
        return None
    chromaticities = _CODED_PRIMARIES.get(primaries, _CODED_PRIMARIES[1])
    return RgbSpace(*chromaticities, _CODED_TRANSFER.get(transfer, srgb_light))


@dataclass(frozen=True, slots=True)
class Conversion:
    """What :func:`icao_check.kernels.colour_space.matrix_to_srgb` needs.

    Attributes
    ----------
    light : ndarray of shape (3, 256), float32
        Light of each code of each channel.
    matrix : ndarray of shape (3, 3), float32
        From this light to the light of sRGB.
    changes : bool
        Whether any colour moves by more than one code: a profile of sRGB itself changes nothing.
    """

    light: NDArray[np.float32]
    matrix: NDArray[np.float32]
    changes: bool


@functools.cache
def srgb_encoding() -> NDArray[np.uint8]:
    """Return the sRGB codes of light 0–1 in equal steps, shape (16385,), uint8."""
    codes = srgb_codes(np.arange(_ENCODING_STEPS + 1) / _ENCODING_STEPS)
    table = np.rint(codes * (CODES - 1)).astype(np.uint8)
    table.setflags(write=False)
    return table


def conversion_of(space: RgbSpace) -> Conversion:
    """Return the conversion of an RGB space to sRGB; impossible primaries count as those of sRGB."""
    to_pcs = space.to_pcs()
    curve = space.light(np.arange(CODES) / (CODES - 1))
    return conversion_by_matrix(_srgb_to_pcs() if to_pcs is None else to_pcs, np.tile(curve, (3, 1)))


def conversion_by_matrix(to_pcs: Floats, curves: Floats) -> Conversion:
    """Return the conversion to sRGB of a space that is given by a matrix and three curves.

    Parameters
    ----------
    to_pcs : ndarray of shape (3, 3), float64
        From light to XYZ (D50).
    curves : ndarray of shape (3, 256), float64
        Light of each code of each channel.

    Returns
    -------
    Conversion
        Relative colorimetric; colours that sRGB does not have are clipped channel by channel.
    """
    light = curves.astype(np.float32)
    matrix = (np.linalg.inv(_srgb_to_pcs()) @ to_pcs).astype(np.float32)
    return Conversion(light, matrix, _changes(light, matrix))


def _changes(light: NDArray[np.float32], matrix: NDArray[np.float32]) -> bool:
    codes = np.linspace(0, CODES - 1, 6).round().astype(np.intp)
    grid = np.stack(np.meshgrid(codes, codes, codes), axis=-1).reshape(-1, 3)
    ramp = np.repeat(np.arange(CODES)[:, None], 3, axis=1)
    probe = np.concatenate([grid, ramp])
    there = np.stack([light[channel, probe[:, channel]] for channel in range(3)], axis=1) @ matrix.T
    after = srgb_codes(np.clip(there, 0.0, 1.0).astype(np.float64)) * (CODES - 1)
    return bool(np.abs(after - probe).max() > 1.0)


def _srgb_to_pcs() -> Floats:
    matrix = SRGB.to_pcs()
    assert matrix is not None
    return matrix
