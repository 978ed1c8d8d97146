"""Intake: bytes become an upright RGB photo, or a :class:`~icao_check.errors.PhotoError` that says why not.

The header is read first and the limits are applied to what it claims, so that no hostile file is decoded. The
picture is decoded once and turned upright once, here.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ImageFile, JpegImagePlugin, PngImagePlugin

from icao_check.errors import (
    AnimatedPhotoError,
    CorruptPhotoError,
    EmptyFileError,
    PhotoError,
    TooManyBytesError,
    TooManyPixelsError,
    TruncatedPhotoError,
    UnreadableFileError,
    UnsupportedFormatError,
)
from icao_check.metadata import DateEvidence, date_evidence

__all__ = ["MAX_BYTES", "MAX_PIXELS", "FileFacts", "Photo", "PhotoSource", "read_photo"]

MAX_BYTES = 25_000_000
"""Default limit on the size of a file."""
MAX_PIXELS = 50_000_000
"""Default limit on the number of pixels, as the header claims them."""

PhotoSource = bytes | bytearray | memoryview | str | os.PathLike[str] | BinaryIO | NDArray[np.uint8]
Pixels = NDArray[np.uint8]

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
)
_READERS: dict[str, type[ImageFile.ImageFile]] = {
    "JPEG": JpegImagePlugin.JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
}
_SMALLEST_HALF = 8
_EXIF_ORIENTATION = 0x0112
_EXIF_DIRECTORY = 0x8769


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the file says about itself.

    Attributes
    ----------
    format : str
        ``"JPEG"``, ``"PNG"``, or ``"array"`` for pixels handed in directly.
    size_bytes : int
        Bytes of the file; of the pixels for an array.
    sha256 : str
        Digest of these bytes, hexadecimal.
    stored_size : (width, height)
        Pixels as stored, before the photo is turned upright.
    orientation : int
        EXIF orientation 1–8.
    dpi : float or None
        Vertical resolution that the file claims.
    """

    format: str
    size_bytes: int
    sha256: str
    stored_size: tuple[int, int]
    orientation: int = 1
    dpi: float | None = None


@dataclass(frozen=True, slots=True)
class Photo:
    """One upright photo.

    Attributes
    ----------
    rgb : ndarray of shape (H, W, 3), uint8
        sRGB, upright, read-only. Pixel centres are integers; x right, y down.
    file : FileFacts
        Facts about the file.
    dates : tuple of DateEvidence
        Evidence of the capture date, strongest first.
    """

    rgb: Pixels = field(repr=False)  # no pixels in logs, not even by way of a traceback
    file: FileFacts
    dates: tuple[DateEvidence, ...] = ()
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
        """
        if height >= self.height:
            return self.rgb
        if height not in self._reductions:
            width = max(1, round(self.width * height / self.height))
            small = cv2.resize(self.rgb, (width, height), interpolation=cv2.INTER_AREA)
            self._reductions[height] = np.asarray(small, np.uint8)
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
            sRGB. Computed once.
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
            self._halves.append(np.asarray(half, np.uint8))
        level = min(times, len(self._halves) - 1)
        return self._halves[level], 2**level


def read_photo(source: PhotoSource, *, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS) -> Photo:
    """Read one still photo.

    Parameters
    ----------
    source : bytes-like, path, binary file or ndarray of shape (H, W, 3), uint8, RGB
        A JPEG or PNG file in any of these forms, or pixels that were decoded elsewhere.
    max_bytes, max_pixels : int
        Limits on the file and on what its header claims; applied before anything is decoded.

    Returns
    -------
    Photo
        The upright photo.

    Raises
    ------
    PhotoError
        A subclass that says what is wrong with the file.
    TypeError, ValueError
        `source` is none of the above, or an array of another shape or dtype.
    """
    if isinstance(source, np.ndarray):
        return _from_pixels(source, max_pixels)
    data = _read_bytes(source, max_bytes)
    if not data:
        raise EmptyFileError()
    return _from_bytes(data, max_pixels)


def _from_pixels(pixels: Pixels, max_pixels: int) -> Photo:
    if pixels.dtype != np.uint8:
        raise TypeError(f"a photo array must have dtype uint8, not {pixels.dtype}")
    if pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
        raise ValueError(f"a photo array must have shape (H, W, 3), not {pixels.shape}")
    _check_pixel_count(pixels.shape[1], pixels.shape[0], max_pixels)
    rgb = np.array(pixels, order="C", copy=True)
    rgb.setflags(write=False)
    facts = FileFacts(
        format="array",
        size_bytes=rgb.nbytes,
        sha256=hashlib.sha256(rgb.tobytes()).hexdigest(),
        stored_size=(rgb.shape[1], rgb.shape[0]),
    )
    return Photo(rgb, facts)


def _read_bytes(source: object, max_bytes: int) -> bytes:
    if isinstance(source, (bytes, bytearray, memoryview)):
        size = source.nbytes if isinstance(source, memoryview) else len(source)
        if size > max_bytes:
            raise TooManyBytesError(size=size, limit=max_bytes)
        return bytes(source)
    if isinstance(source, (str, os.PathLike)):
        try:
            with Path(source).open("rb") as file:
                return _read_stream(file, max_bytes)
        except (OSError, ValueError) as error:  # ValueError: a NUL byte in the path
            raise UnreadableFileError() from error
    if hasattr(source, "read"):
        return _read_stream(source, max_bytes)
    raise TypeError(
        "a photo is bytes, a path, a binary file or an array of shape (H, W, 3), uint8, RGB; "
        f"not {type(source).__name__}"
    )


def _read_stream(stream: object, max_bytes: int) -> bytes:
    read = stream.read  # type: ignore[attr-defined]
    chunks: list[bytes] = []
    total = 0
    while total <= max_bytes:  # a stream may return less than it was asked for
        chunk = read(max_bytes + 1 - total)
        if not isinstance(chunk, bytes):
            raise TypeError(f"the file must be opened in binary mode: read() gave {type(chunk).__name__}")
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)
        total += len(chunk)
    raise TooManyBytesError(size=total, limit=max_bytes)


def _from_bytes(data: bytes, max_pixels: int) -> Photo:
    file_format = next((name for magic, name in _SIGNATURES if data.startswith(magic)), None)
    if file_format is None:
        raise UnsupportedFormatError()
    header = _read_header(data, file_format)
    width, height = header.size
    if width < 1 or height < 1:
        raise CorruptPhotoError()
    _check_pixel_count(width, height, max_pixels)
    if getattr(header, "is_animated", False):
        raise AnimatedPhotoError()
    stored = _decode(data, file_format)
    exif = _exif(header)
    tag = exif.get(_EXIF_ORIENTATION)
    orientation = tag if isinstance(tag, int) and tag in _UPRIGHT else 1
    facts = FileFacts(
        format=file_format,
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        stored_size=(width, height),
        orientation=orientation,
        dpi=_dpi(header),
    )
    rgb = np.ascontiguousarray(_UPRIGHT[orientation](stored))
    rgb.setflags(write=False)
    return Photo(rgb, facts, date_evidence(exif))


def _check_pixel_count(width: int, height: int, limit: int) -> None:
    if width * height > limit:
        raise TooManyPixelsError(pixels=width * height, limit=limit)


def _read_header(data: bytes, file_format: str) -> ImageFile.ImageFile:
    # One format's reader, not Image.open: that tries fifty formats and judges size by a process global.
    try:
        return _READERS[file_format](io.BytesIO(data))
    except MemoryError:
        raise
    except Exception as error:  # Pillow's readers raise whatever the broken bytes provoke
        raise _broken(data, file_format) from error


def _exif(header: ImageFile.ImageFile) -> dict[int, object]:
    """Return the tags of the primary and the EXIF directory; of a corrupt block what can be read."""
    tags: dict[int, object] = {}
    try:
        exif = header.getexif()
        tags.update(exif)
        tags.update(exif.get_ifd(_EXIF_DIRECTORY))
    except MemoryError:
        raise
    except Exception:  # a corrupt date must not cost the applicant the check
        return tags
    return tags


def _dpi(header: ImageFile.ImageFile) -> float | None:
    dpi = header.info.get("dpi")
    try:
        vertical = float(dpi[1])  # type: ignore[index]
    except (TypeError, IndexError, ValueError, ZeroDivisionError):
        return None
    return vertical if np.isfinite(vertical) and vertical > 0 else None


def _decode(data: bytes, file_format: str) -> Pixels:
    try:
        flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
        stored = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise _broken(data, file_format) from error
    if stored is None or stored.ndim != 3 or stored.shape[2] != 3:
        raise _broken(data, file_format)
    return np.asarray(stored, np.uint8)


def _broken(data: bytes, file_format: str) -> PhotoError:
    if file_format == "JPEG":
        ends = data.rfind(b"\xff\xd9") > data.rfind(b"\xff\xda")
    else:
        ends = b"IEND" in data[-64:]
    return CorruptPhotoError() if ends else TruncatedPhotoError()


_UPRIGHT: dict[int, Callable[[Pixels], Pixels]] = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.transpose(1, 0, 2),
    6: lambda p: p.transpose(1, 0, 2)[:, ::-1],
    7: lambda p: p.transpose(1, 0, 2)[::-1, ::-1],
    8: lambda p: p.transpose(1, 0, 2)[::-1],
}
"""How stored rows and columns become upright ones, by EXIF orientation (CIPA DC-008, tag 274)."""
