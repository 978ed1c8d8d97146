"""From the colours of a file to sRGB, on white.

What a file says about its colours is believed in this order: an ICC profile that fits its channels, a
colour space named by the container, the camera's Adobe RGB setting in EXIF; else it is sRGB. A profile that
is broken or meant for other channels is passed over, as browsers do.
"""

from __future__ import annotations

import functools
import io

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.photo.colour_space import (
    ADOBE_RGB,
    CODES,
    Conversion,
    RgbSpace,
    conversion_of,
    srgb_codes,
    srgb_encoding,
)
from icao_check.photo.header import Header, Samples
from icao_check.photo.icc import colour_model, grey_curve, matrix_conversion

__all__ = ["to_srgb", "warm"]

Pixels = NDArray[np.uint8]

# Printers' profiles take a few MB. A larger one is passed over: Little CMS may work on it for long.
_MAX_PROFILE_BYTES = 16_000_000
_REMEMBERED_PROFILE_BYTES = 100_000


def to_srgb(samples: Samples, header: Header) -> tuple[Pixels, bool]:
    """Convert decoded samples to sRGB and lay them on white.

    Transparent parts show the paper they are printed on. Colours are mixed as coded, not as light, because
    viewers and editors do so.

    Parameters
    ----------
    samples : Samples
        As decoded.
    header : Header
        Of the same file.

    Returns
    -------
    rgb : ndarray of shape (H, W, 3), uint8
        sRGB; the samples themselves where nothing has to be converted.
    transparent : bool
        Whether any part was transparent.
    """
    profile = _usable_profile(header)
    if samples.model == "cmyk":
        rgb = _from_cmyk(samples.pixels, profile)
    elif samples.model == "lab":
        rgb = _from_lab(samples.pixels)
    elif samples.model == "grey":
        rgb = _from_rgb(
            np.asarray(cv2.cvtColor(samples.pixels, cv2.COLOR_GRAY2RGB), np.uint8), header, profile
        )
    else:
        rgb = _from_rgb(samples.pixels, header, profile)
    if samples.alpha is None or samples.alpha.min() == CODES - 1:
        return rgb, False
    return _on_white(rgb, samples.alpha), True


def _usable_profile(header: Header) -> bytes | None:
    profile = header.colour if isinstance(header.colour, bytes) else None
    if profile is None or len(profile) > _MAX_PROFILE_BYTES or colour_model(profile) is None:
        return None
    return profile


def _from_rgb(rgb: Pixels, header: Header, profile: bytes | None) -> Pixels:
    model = None if profile is None else colour_model(profile)
    if profile is not None and model == "grey":
        return _by_grey_profile(rgb, profile)
    if profile is not None and model == "rgb":
        remember = len(profile) <= _REMEMBERED_PROFILE_BYTES
        conversion = _conversion_of(profile) if remember else matrix_conversion(profile)
        if conversion is None:
            return _by_engine(rgb, "RGB", profile, rgb)
        return _by_matrix(rgb, conversion)
    space = header.colour if isinstance(header.colour, RgbSpace) else None
    if space is None and header.exif is not None and header.exif.adobe_rgb:
        space = ADOBE_RGB
    if space is None:
        return rgb
    return _by_matrix(rgb, conversion_of(space))


def warm() -> None:
    """Compile what converts colours now instead of with the first photo that needs it."""
    _by_matrix(np.zeros((1, 1, 3), np.uint8), conversion_of(ADOBE_RGB))


# The cameras of one maker embed one profile in all their photos.
_conversion_of = functools.lru_cache(maxsize=8)(matrix_conversion)


def _by_matrix(rgb: Pixels, conversion: Conversion) -> Pixels:
    if not conversion.changes:
        return rgb
    from icao_check.kernels.colour_space import matrix_to_srgb  # Numba is imported on first use

    return matrix_to_srgb(np.ascontiguousarray(rgb), conversion.light, conversion.matrix, srgb_encoding())


def _by_grey_profile(rgb: Pixels, profile: bytes) -> Pixels:
    light = grey_curve(profile)
    if light is None:
        return _by_engine(np.ascontiguousarray(rgb[..., 0]), "L", profile, rgb)
    codes = np.rint(srgb_codes(light) * (CODES - 1)).astype(np.uint8)
    return np.asarray(cv2.LUT(rgb, codes), np.uint8)


def _from_cmyk(ink: Pixels, profile: bytes | None) -> Pixels:
    from PIL import Image

    uncalibrated = np.asarray(Image.fromarray(ink, "CMYK").convert("RGB"))
    if profile is None or colour_model(profile) != "cmyk":
        return uncalibrated
    return _by_engine(ink, "CMYK", profile, uncalibrated)


def _from_lab(lab: Pixels) -> Pixels:
    from PIL import Image, ImageCms

    picture = Image.frombytes("LAB", lab.shape[1::-1], lab.tobytes())
    lab_profile, srgb_profile = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(picture, lab_profile, srgb_profile, outputMode="RGB")
    assert converted is not None
    return np.asarray(converted)


def _by_engine(pixels: Pixels, mode: str, profile: bytes, otherwise: Pixels) -> Pixels:
    """Convert by Little CMS; where it finds the profile broken, return `otherwise`."""
    from PIL import Image, ImageCms

    try:
        converted = ImageCms.profileToProfile(
            Image.fromarray(pixels, mode),
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            # What editors preset.
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return otherwise
    assert converted is not None
    return np.asarray(converted)


def _on_white(rgb: Pixels, alpha: Pixels) -> Pixels:
    missing = cv2.bitwise_not(rgb)
    opacity = cv2.cvtColor(alpha, cv2.COLOR_GRAY2RGB)
    return np.asarray(cv2.bitwise_not(cv2.multiply(missing, opacity, scale=1.0 / (CODES - 1))), np.uint8)
