"""How many pixels make a millimetre on the print.

Limits are in millimetres on paper, photos are in pixels. Which of the two a file stands for is decided once,
here, and the report says by which evidence.
"""

from __future__ import annotations

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["ASPECT_TOLERANCE", "Scale", "print_scale"]

MM_PER_INCH = 25.4

ASPECT_TOLERANCE = 0.02
"""A picture whose width : height differs from the print's by no more than this *is* the print."""

# Cameras and editors write 72 or 96 when they know nothing; the others are those of finer screens.
_SCREEN_DPI = (72, 96, 120, 144, 192)
# From a small print to a scanned A4 sheet.
_PLAUSIBLE_HEIGHT_MM = (25.0, 300.0)

Source = Literal["print_size", "dpi", "aspect", "dpi_tag", "assumed"]


class Scale(BaseModel):
    """Pixels per millimetre, and how we know.

    Attributes
    ----------
    px_per_mm : float
        Pixels of the upright full-resolution photo per millimetre on the print.
    source : str
        ``print_size`` or ``dpi`` (declared by the caller), ``aspect`` (the picture has the print's shape),
        ``dpi_tag`` (the file says so), ``assumed`` (the picture's height stands for the print's).
    """

    model_config = ConfigDict(frozen=True)

    px_per_mm: float
    source: Source


def print_scale(
    width_px: int,
    height_px: int,
    print_mm: tuple[float, float],
    *,
    print_size: tuple[float, float] | None = None,
    dpi: float | None = None,
    dpi_tag: float | None = None,
) -> Scale:
    """Decide the print scale of a photo.

    Parameters
    ----------
    width_px, height_px : int
        Size of the upright photo.
    print_mm : (width, height)
        The print that the profile asks for, in mm.
    print_size : (width, height), optional
        Declared size of this print, in mm.
    dpi : float, optional
        Declared resolution.
    dpi_tag : float, optional
        Resolution that the file claims (vertical).

    Returns
    -------
    Scale
        The first that applies of: `print_size`, `dpi`, the picture has the profile's aspect ratio (± 2 %), a
        `dpi_tag` that implies a plausible print or scan, and the picture's height as the print's height.
    """
    if print_size is not None:
        return Scale(px_per_mm=height_px / print_size[1], source="print_size")
    if dpi is not None:
        return Scale(px_per_mm=dpi / MM_PER_INCH, source="dpi")
    as_print = height_px / print_mm[1]
    if abs(width_px / height_px * print_mm[1] / print_mm[0] - 1.0) <= ASPECT_TOLERANCE:
        return Scale(px_per_mm=as_print, source="aspect")
    if dpi_tag is not None and 0 < dpi_tag < math.inf and round(dpi_tag) not in _SCREEN_DPI:
        lowest, highest = _PLAUSIBLE_HEIGHT_MM
        if lowest <= height_px / dpi_tag * MM_PER_INCH <= highest:
            return Scale(px_per_mm=dpi_tag / MM_PER_INCH, source="dpi_tag")
    return Scale(px_per_mm=as_print, source="assumed")
