"""WebP (RFC 9649)."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import cv2
import numpy as np

from icao_check.errors import CorruptPhotoError, TruncatedPhotoError
from icao_check.photo.exif import Exif
from icao_check.photo.header import Header, Samples

__all__ = ["read_header"]

_RIFF_BYTES = 12
_MAX_CHUNKS = 10_000
_ALPHA_FLAG = 0x10


def read_header(data: bytes) -> Header:
    """Read the chunks.

    Parameters
    ----------
    data : bytes
        A file that starts as a WebP file does.

    Returns
    -------
    Header
        Of the picture, or of the first frame.

    Raises
    ------
    PhotoError
        The file ends too early or contradicts itself.
    """
    chunks: dict[bytes, bytes] = {}
    frames = 0
    for name, start, end in _chunks(data):
        frames += name == b"ANMF"
        chunks.setdefault(name, data[start:end] if name in _READ else data[start : min(end, start + 10)])
    size = _size(chunks)
    extended = chunks.get(b"VP8X", b"\0")
    lossless = chunks.get(b"VP8L", b"")
    transparent = bool(extended[0] & _ALPHA_FLAG) or (len(lossless) >= 5 and bool(lossless[4] & 0x10))
    return Header(
        format="WebP",
        size=size,
        decode=functools.partial(_decode, data, transparent),
        colour=chunks.get(b"ICCP"),
        exif=Exif.read(chunks.get(b"EXIF", b"")),
        animated=frames > 1,
    )


_READ = (b"ICCP", b"EXIF")


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of the content of each chunk."""
    if len(data) < _RIFF_BYTES:
        raise TruncatedPhotoError()
    end_of_file = 8 + int.from_bytes(data[4:8], "little")
    if end_of_file > len(data):
        raise TruncatedPhotoError()
    at = _RIFF_BYTES
    for _ in range(_MAX_CHUNKS):
        if at + 8 > end_of_file:
            return
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        if end > end_of_file:
            raise CorruptPhotoError()
        yield data[at : at + 4], at + 8, end
        at = end + end % 2
    raise CorruptPhotoError()


def _size(chunks: dict[bytes, bytes]) -> tuple[int, int]:
    extended, lossy, lossless = (chunks.get(name, b"") for name in (b"VP8X", b"VP8 ", b"VP8L"))
    if len(extended) >= 10:
        width = 1 + int.from_bytes(extended[4:7], "little")
        return width, 1 + int.from_bytes(extended[7:10], "little")
    if len(lossy) >= 10 and lossy[3:6] == b"\x9d\x01\x2a":
        sides = int.from_bytes(lossy[6:8], "little"), int.from_bytes(lossy[8:10], "little")
        return sides[0] & 0x3FFF, sides[1] & 0x3FFF
    if len(lossless) >= 5 and lossless[0] == 0x2F:
        packed = int.from_bytes(lossless[1:5], "little")
        return 1 + (packed & 0x3FFF), 1 + (packed >> 14 & 0x3FFF)
    raise CorruptPhotoError()


def _decode(data: bytes, transparent: bool) -> Samples:
    flags = cv2.IMREAD_UNCHANGED if transparent else cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if decoded is None or decoded.ndim != 3:
        raise CorruptPhotoError()
    if not transparent:
        return Samples(np.asarray(decoded, np.uint8), "rgb")
    if decoded.shape[2] != 4:
        return Samples(np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8), "rgb")
    alpha = np.ascontiguousarray(decoded[..., 3], np.uint8)
    return Samples(np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGRA2RGB), np.uint8), "rgb", alpha)
