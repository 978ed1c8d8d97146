"""What the structure of a file says, before anything is decoded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from icao_check.photo.colour_space import RgbSpace
from icao_check.photo.exif import Exif

__all__ = ["Header", "Samples"]

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Samples:
    """Decoded pixels in the colours of the file, rows and columns as stored.

    Attributes
    ----------
    pixels : ndarray of shape (H, W) for grey, (H, W, 3) for RGB and CIELAB, (H, W, 4) for CMYK; uint8
        CIELAB as Pillow keeps it; CMYK as ink, 255 is full.
    model : {"grey", "rgb", "cmyk", "lab"}
        What the channels mean.
    alpha : ndarray of shape (H, W), uint8, or None
        Opacity, not multiplied into the pixels.
    """

    pixels: Pixels
    model: Literal["grey", "rgb", "cmyk", "lab"]
    alpha: Pixels | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """Structure of one file.

    Attributes
    ----------
    format : str
        As in :class:`~icao_check.photo.still.FileFacts`.
    size : (width, height)
        Pixels as stored, as the picture data claim them.
    decode : callable
        Decodes the primary picture. May raise whatever a library raises.
    colour : bytes, RgbSpace or None
        An ICC profile, a colour space, or nothing: then EXIF decides, else it is sRGB.
    exif : Exif or None
        The EXIF tags.
    items : dict of str to bytes
        The EXIF block (``exif``) and the XMP packet (``xmp``) of a HEIF file, which only its index finds.
    dpi : (horizontal, vertical) or None
        Resolution that the container itself claims; EXIF may claim one too.
    animated : bool
        There is more than one frame.
    cost : int
        How many times as much time and memory as in the other formats a pixel takes.
    turned : bool
        The decoder turns the picture upright itself; the EXIF orientation must be ignored.
    """

    format: str
    size: tuple[int, int]
    decode: Callable[[], Samples]
    colour: bytes | RgbSpace | None = None
    exif: Exif | None = None
    items: dict[str, bytes] = field(default_factory=dict)
    dpi: tuple[float, float] | None = None
    animated: bool = False
    cost: int = 1
    turned: bool = False
