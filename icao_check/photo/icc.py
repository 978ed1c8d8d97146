"""Embedded ICC profiles (ICC.1:2022, and version 2) made of three curves and a matrix, or of one curve.

These are nearly all that photos carry, and our kernel converts them several times faster than a general
engine. All others (tables, CMYK, CIELAB) go through Little CMS.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from icao_check.photo.colour_space import CODES, Conversion, conversion_by_matrix

__all__ = ["colour_model", "grey_curve", "matrix_conversion"]

Floats = NDArray[np.float64]

_HEADER_BYTES = 128
_MAX_TAGS = 256
_CODES = np.arange(CODES) / (CODES - 1)
_MODELS = {b"GRAY": "grey", b"RGB ": "rgb", b"CMYK": "cmyk", b"Lab ": "lab"}
# Number of parameters of each function of a parametricCurveType (ICC.1:2022, table 68).
_PARAMETERS = (1, 3, 4, 5, 7)


def colour_model(profile: bytes) -> str | None:
    """Return what a profile describes: ``grey``, ``rgb``, ``cmyk``, ``lab``; None where it is broken."""
    if len(profile) < _HEADER_BYTES + 4 or profile[36:40] != b"acsp":
        return None
    return _MODELS.get(profile[16:20])


def matrix_conversion(profile: bytes) -> Conversion | None:
    """Return the conversion to sRGB of an RGB profile made of curves and a matrix; None for any other."""
    tags = _tags(profile)
    if colour_model(profile) != "rgb" or profile[20:24] != b"XYZ " or b"A2B0" in tags or b"D2B0" in tags:
        return None
    columns = [_xyz(tags.get(name)) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]
    curves = [_curve(tags.get(name)) for name in (b"rTRC", b"gTRC", b"bTRC")]
    if any(part is None for part in (*columns, *curves)):
        return None
    return conversion_by_matrix(
        np.column_stack([part for part in columns if part is not None]), np.array(curves)
    )


def grey_curve(profile: bytes) -> Floats | None:
    """Return the light of each code of a grey profile, shape (256,); None if it has no plain curve."""
    if colour_model(profile) != "grey" or profile[20:24] != b"XYZ ":
        return None
    return _curve(_tags(profile).get(b"kTRC"))


def _tags(profile: bytes) -> dict[bytes, bytes]:
    if len(profile) < _HEADER_BYTES + 4:
        return {}
    count = min(struct.unpack_from(">I", profile, _HEADER_BYTES)[0], _MAX_TAGS)
    tags: dict[bytes, bytes] = {}
    for at in range(_HEADER_BYTES + 4, min(_HEADER_BYTES + 4 + 12 * count, len(profile) - 11), 12):
        name, offset, size = struct.unpack_from(">4sII", profile, at)
        tags[name] = profile[offset : offset + size]
    return tags


def _xyz(tag: bytes | None) -> Floats | None:
    if tag is None or len(tag) < 20 or not tag.startswith(b"XYZ "):
        return None
    return np.frombuffer(tag, ">i4", 3, 8) / 65536.0


def _curve(tag: bytes | None) -> Floats | None:
    if tag is None or len(tag) < 12:
        return None
    if tag.startswith(b"curv"):
        return _sampled(tag)
    if tag.startswith(b"para"):
        return _parametric(tag)
    return None


def _sampled(tag: bytes) -> Floats | None:
    count = struct.unpack_from(">I", tag, 8)[0]
    if count > (len(tag) - 12) // 2:
        return None
    samples = np.frombuffer(tag, ">u2", count, 12)
    if count == 0:
        return _CODES.copy()
    if count == 1:
        return np.asarray(_CODES ** (samples[0] / 256.0), np.float64)
    return np.interp(_CODES, np.linspace(0.0, 1.0, count), samples / 65535.0)


def _parametric(tag: bytes) -> Floats | None:
    kind = struct.unpack_from(">H", tag, 8)[0]
    if kind >= len(_PARAMETERS) or len(tag) < 12 + 4 * _PARAMETERS[kind]:
        return None
    given = np.frombuffer(tag, ">i4", _PARAMETERS[kind], 12) / 65536.0
    # Y = (aX + b)^g + e for X >= d, else cX + f.
    g, a, b, c, d, e, f = 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
    match kind:
        case 0:
            (g,) = given
        case 1 | 2:
            g, a, b = given[:3]
            if a == 0:
                return None
            d = -b / a
            e = f = given[3] if kind == 2 else 0.0
        case 3:
            g, a, b, c, d = given
        case _:
            g, a, b, c, d, e, f = given
    codes = _CODES
    with np.errstate(all="ignore"):
        power = np.maximum(a * codes + b, 0.0) ** g + e
        light = np.where(codes < d, c * codes + f, power)
    return np.clip(light, 0.0, 1.0) if np.isfinite(light).all() else None
