"""Samples of a picture that Pillow decodes."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFile

from icao_check.errors import CorruptPhotoError, UnsupportedFormatError
from icao_check.photo.header import Samples

__all__ = ["decoded", "samples_of"]


def decoded(picture: ImageFile.ImageFile, size: tuple[int, int], bits: int = 8) -> Samples:
    """Decode an opened picture.

    Parameters
    ----------
    picture : ImageFile
        Opened, not loaded.
    size : (width, height)
        What our own reader of the format found, and judged.
    bits : int
        Of a grey sample, where it has more than eight.

    Returns
    -------
    Samples
        Eight bits deep.

    Raises
    ------
    CorruptPhotoError
        Pillow has read another size: then it must not make room for it.
    """
    if picture.size != size:
        raise CorruptPhotoError()
    picture.load()
    return samples_of(picture, bits)


def samples_of(picture: Image.Image, bits: int = 8) -> Samples:
    """Return the samples of a decoded picture.

    Parameters
    ----------
    picture : Image
        Of any mode that a photo may have.
    bits : int
        Of a grey sample, where it has more than eight.

    Returns
    -------
    Samples
        Eight bits deep.

    Raises
    ------
    UnsupportedFormatError
        The samples are no colours: floating point, or integers with a sign.
    """
    match picture.mode:
        case "1" | "L":
            return Samples(np.asarray(picture.convert("L")), "grey")
        case "I;16" | "I;16L" | "I;16B" | "I;16N":
            return Samples((np.asarray(picture) >> (bits - 8)).astype(np.uint8), "grey")
        case "RGB" | "RGBX" | "YCbCr":
            return Samples(np.asarray(picture.convert("RGB")), "rgb")
        case "LA" | "La":
            both = np.asarray(picture.convert("LA"))
            return Samples(np.ascontiguousarray(both[..., 0]), "grey", np.ascontiguousarray(both[..., 1]))
        case "CMYK":
            return Samples(np.asarray(picture), "cmyk")
        case "LAB":
            return Samples(np.asarray(picture), "lab")
        case "P" | "PA" | "RGBA" | "RGBa":
            four = np.asarray(picture.convert("RGBA"))
            return Samples(np.ascontiguousarray(four[..., :3]), "rgb", np.ascontiguousarray(four[..., 3]))
    raise UnsupportedFormatError(format=f"{picture.format} {picture.mode}")
