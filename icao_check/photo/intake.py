"""Intake: bytes become an upright RGB photo, or a :class:`~icao_check.errors.PhotoError` that says why not.

The header is read first and the limits are applied to what it claims, so that no hostile file is decoded. The
picture is decoded once and turned upright once, here.
"""

from __future__ import annotations

import hashlib
import math
import os
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from icao_check.errors import (
    AnimatedPhotoError,
    CorruptPhotoError,
    EmptyFileError,
    PhotoError,
    TooManyBytesError,
    TooManyPixelsError,
    UnreadableFileError,
)
from icao_check.metadata import read_metadata
from icao_check.photo.colour import to_srgb
from icao_check.photo.header import Header
from icao_check.photo.orientation import orientation_of, upright
from icao_check.photo.signature import format_room
from icao_check.photo.still import FileFacts, Photo

__all__ = ["MAX_BYTES", "MAX_PIXELS", "PhotoSource", "read_bytes", "read_photo"]

MAX_BYTES = 25_000_000
"""Default limit on the size of a file."""
MAX_PIXELS = 50_000_000
"""Default limit on the number of pixels, as the header claims them."""

PhotoSource = bytes | bytearray | memoryview | str | os.PathLike[str] | BinaryIO | NDArray[np.uint8]
Pixels = NDArray[np.uint8]

# Two directions whose resolutions differ by more than this have no common print scale.
_SQUARE_TOLERANCE = 0.01


def read_photo(
    source: PhotoSource,
    *,
    max_bytes: int = MAX_BYTES,
    max_pixels: int = MAX_PIXELS,
    name: str | None = None,
) -> Photo:
    """Read one still photo.

    Parameters
    ----------
    source : bytes-like, path, binary file or ndarray of shape (H, W, 3), uint8, RGB
        A JPEG, PNG, JPEG 2000, TIFF, WebP, HEIC or AVIF file in any of these forms, or pixels that were
        decoded elsewhere.
    max_bytes, max_pixels : int
        Limits on the file and on what its header claims; applied before anything is decoded. JPEG 2000, which
        is slow to decode, may have a fifth of the pixels.
    name : str, optional
        Name under which the photo was handed in, where `source` is no path: phones and messengers put dates
        in it. Nothing else of it is kept.

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
    data = read_bytes(source, max_bytes)
    if not data:
        raise EmptyFileError()
    file_time = None
    if isinstance(source, (str, os.PathLike)):
        name = Path(source).name if name is None else name
        file_time = _file_time(Path(source))
    return _from_bytes(data, max_pixels, name, file_time)


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


def _file_time(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, ValueError, OverflowError):  # gone since, or a time beyond the calendar
        return None


def read_bytes(source: object, max_bytes: int = MAX_BYTES) -> bytes:
    """Return the bytes of a file in any of the forms that :func:`read_photo` takes.

    Raises
    ------
    UnreadableFileError, TooManyBytesError
        The path cannot be read, or the file is larger than `max_bytes`; then it was not read.
    TypeError
        `source` is no file.
    """
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


def _from_bytes(data: bytes, max_pixels: int, name: str | None, file_time: datetime | None) -> Photo:
    room = import_module(f"icao_check.photo.{format_room(data)}")
    header = cast(Header, room.read_header(data))
    width, height = header.size
    if width < 1 or height < 1:
        raise CorruptPhotoError()
    _check_pixel_count(width, height, max_pixels // header.cost)
    if header.animated:
        raise AnimatedPhotoError()
    rgb, transparent = _decode(header)
    orientation = 1 if header.turned else orientation_of(header.exif)
    facts = FileFacts(
        format=header.format,
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        stored_size=(width, height),
        orientation=orientation,
        dpi=_print_dpi(header),
        transparent=transparent,
    )
    rgb = upright(rgb, orientation)
    rgb.setflags(write=False)
    return Photo(rgb, facts, read_metadata(data, header.items, name=name, file_time=file_time))


def _check_pixel_count(width: int, height: int, limit: int) -> None:
    if width * height > limit:
        raise TooManyPixelsError(pixels=width * height, limit=limit)


def _decode(header: Header) -> tuple[Pixels, bool]:
    try:
        samples = header.decode()
    except (PhotoError, MemoryError):
        raise
    except Exception as error:  # the libraries raise whatever the broken bytes provoke
        raise CorruptPhotoError() from error
    width, height = header.size
    # A decoder that turns the picture may also crop it, never enlarge it.
    rows, columns = samples.pixels.shape[:2]
    if rows * columns > width * height or (not header.turned and (columns, rows) != header.size):
        raise CorruptPhotoError()
    return to_srgb(samples, header)


def _print_dpi(header: Header) -> float | None:
    dpi = header.dpi
    if header.exif is not None:
        if header.exif.captured:  # its camera did not know how large it would be printed
            return None
        dpi = dpi or header.exif.dpi
    if dpi is None:
        return None
    horizontal, vertical = dpi
    if not (math.isfinite(horizontal) and math.isfinite(vertical) and horizontal > 0 and vertical > 0):
        return None
    return vertical if abs(horizontal / vertical - 1.0) <= _SQUARE_TOLERANCE else None
