"""The photo as all other rooms see it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.metadata import Metadata

__all__ = ["FileFacts", "Photo"]

Pixels = NDArray[np.uint8]

_SMALLEST_HALF = 8
# A reduction by less than this from a halving would smear its pixels over more than two.
_LEAST_RATIO = 1.5


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the file says about itself.

    Attributes
    ----------
    format : str
        ``"JPEG"``, ``"PNG"``, ``"WebP"``, ``"TIFF"``, ``"JPEG 2000"``, ``"HEIC"``, ``"AVIF"``, or ``"array"``
        for pixels handed in directly.
    size_bytes : int
        Bytes of the file; of the pixels for an array.
    sha256 : str
        Digest of these bytes, hexadecimal.
    stored_size : (width, height)
        Pixels as stored, before the photo is turned upright.
    orientation : int
        EXIF orientation 1–8; 1 where the format has a rule of its own (HEIC, AVIF).
    dpi : float or None
        Resolution at which the file says it was scanned or is to be printed. None where it says nothing,
        where the two directions differ, and for a camera's picture: what a camera writes there means neither.
    transparent : bool
        Parts of the picture are transparent; they are shown on white.
    """

    format: str
    size_bytes: int
    sha256: str
    stored_size: tuple[int, int]
    orientation: int = 1
    dpi: float | None = None
    transparent: bool = False


@dataclass(frozen=True, slots=True)
class Photo:
    """One upright photo.

    Attributes
    ----------
    rgb : ndarray of shape (H, W, 3), uint8
        sRGB, upright, read-only. Pixel centres are integers; x right, y down.
    file : FileFacts
        Facts about the file.
    metadata : Metadata
        What the file says about when and how the picture was made.
    """

    rgb: Pixels = field(repr=False)  # no pixels in logs, not even by way of a traceback
    file: FileFacts
    metadata: Metadata = field(default_factory=Metadata)
    _reductions: dict[int, Pixels] = field(default_factory=dict, repr=False, compare=False)
    _halves: list[Pixels] = field(default_factory=list, repr=False, compare=False)

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.rgb.shape[0])

    def reduced(self, height: int) -> Pixels:
        """Return the photo averaged down to `height` rows, or as it is where it has no more.

        Parameters
        ----------
        height : int
            Rows wanted. Photos are never enlarged.

        Returns
        -------
        ndarray of shape (h, w, 3), uint8
            sRGB, h = min(H, `height`), the aspect ratio kept to the nearest pixel. Computed once per height.
            By way of exact halvings, at less than half of the cost: what they drop of odd sides stretches
            the result by less than one of its own pixels. Read-only.
        """
        if height >= self.height:
            return self.rgb
        if height not in self._reductions:
            width = max(1, round(self.width * height / self.height))
            finer, _ = self.halved(max(0, int(math.log2(self.height / (_LEAST_RATIO * height)))))
            # Numba is imported on first use.
            from icao_check.kernels.raster import area_means

            self._reductions[height] = _kept(area_means(np.ascontiguousarray(finer), height, width))
        return self._reductions[height]

    def halved(self, times: int) -> tuple[Pixels, int]:
        """Return the photo halved up to `times` times, as means of 2 × 2 pixels.

        An exact halving costs a tenth of a reduction by a broken factor. A last odd row or column is
        dropped each time, so that pixel (x, y) is the mean of the square of `factor` pixels whose middle is
        ``(x + 0.5) * factor - 0.5``.

        Parameters
        ----------
        times : int
            Halvings wanted; fewer are made where the photo gets too small.

        Returns
        -------
        pixels : ndarray of shape (h, w, 3), uint8
            sRGB, read-only. Computed once.
        factor : int
            Pixels of the photo per pixel of the result: 2 to the power of the halvings made.
        """
        if not self._halves:
            self._halves.append(self.rgb)
        while len(self._halves) <= times:
            height, width = (side // 2 for side in self._halves[-1].shape[:2])
            if min(height, width) < _SMALLEST_HALF:
                break
            even = self._halves[-1][: 2 * height, : 2 * width]
            half = cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA)
            self._halves.append(_kept(np.asarray(half, np.uint8)))
        level = min(times, len(self._halves) - 1)
        return self._halves[level], 2**level


def _kept(pixels: Pixels) -> Pixels:
    """Make pixels read-only, as those of the photo are; kernels are compiled for the one or the other."""
    pixels.flags.writeable = False
    return pixels
