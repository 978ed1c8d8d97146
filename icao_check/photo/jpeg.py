"""JPEG (ISO/IEC 10918-1), with JFIF, EXIF, ICC and Adobe segments.

What follows the primary picture (the second picture of an MPO, a gain map, the film of a motion photo) is not
looked at.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import cv2
import numpy as np

from icao_check.errors import CorruptPhotoError, PhotoError, TruncatedPhotoError, UnsupportedFormatError
from icao_check.photo.exif import Exif
from icao_check.photo.header import Header, Samples

__all__ = ["read_header"]

_SOI, _EOI, _SOS, _DHT, _JPG, _DAC = 0xD8, 0xD9, 0xDA, 0xC4, 0xC8, 0xCC
_APP0, _APP1, _APP2, _APP14, _APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
_FRAMES = frozenset(range(0xC0, 0xD0)) - {_DHT, _JPG, _DAC}
_SEQUENTIAL = (0xC0, 0xC1)
_DECODABLE = (0xC0, 0xC1, 0xC2)
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_EXIF, _PROFILE = b"Exif\0", b"ICC_PROFILE\0"

_MAX_SEGMENTS = 10_000
# A decoder passes over the whole picture once per scan. Ten are usual, a file of 25 MB may claim 100 000.
_MAX_SCANS = 100
_MAX_SCANNED_PIXELS = 1_000_000_000
# Within a scan 0xFF is followed by 0, or by 0xD0-0xD7 for a restart.
_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")


def read_header(data: bytes) -> Header:
    """Read the segments before the first scan.

    Parameters
    ----------
    data : bytes
        A file that starts as a JPEG file does.

    Returns
    -------
    Header
        Of the primary picture.

    Raises
    ------
    PhotoError
        The file ends or contradicts itself before the picture starts, or is of a kind that is not accepted.
    """
    frame: tuple[int, int, int, int, int] | None = None
    exif: Exif | None = None
    density: tuple[float, float] | None = None
    profile: dict[int, bytes] = {}
    kept = [b"\xff\xd8"]
    for marker, start, end in _segments(data):
        content = data[start:end]
        if marker in _FRAMES:
            if frame is not None or len(content) < 6:
                raise CorruptPhotoError()
            frame = (
                marker,
                content[0],
                int.from_bytes(content[1:3], "big"),
                int.from_bytes(content[3:5], "big"),
                content[5],
            )
        elif marker == _APP0 and content.startswith(b"JFIF\0") and len(content) >= 12:
            density = _density(content)
        elif marker == _APP1 and content.startswith(_EXIF) and exif is None:
            exif = Exif.read(content[len(_EXIF) + 1 :])
        elif marker == _APP2 and content.startswith(_PROFILE) and len(content) > 14:
            profile.setdefault(content[12], content[14:])
        if not _APP0 <= marker <= _APP15 or marker == _APP14:
            kept.append(data[start - 4 : end])
        if marker == _SOS:
            return _header(data, frame, start, end, kept, exif, density, profile)
    raise CorruptPhotoError()


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of the content of each segment up to and including the first scan's."""
    at = 2
    for _ in range(_MAX_SEGMENTS):
        at = data.find(b"\xff", at)  # what stands between segments is passed over, as decoders do
        while at >= 0 and data[at : at + 2] == b"\xff\xff":
            at += 1
        if at < 0 or at + 4 > len(data):
            raise TruncatedPhotoError()
        marker = data[at + 1]
        if marker == _EOI:
            return
        if marker == 0 or marker in _STANDALONE:
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if length < 2:
            raise CorruptPhotoError()
        if at + 2 + length > len(data):
            raise TruncatedPhotoError()
        yield marker, at + 4, at + 2 + length
        at += 2 + length


def _header(
    data: bytes,
    frame: tuple[int, int, int, int, int] | None,
    scan: int,
    coded: int,
    kept: list[bytes],
    exif: Exif | None,
    density: tuple[float, float] | None,
    profile: dict[int, bytes],
) -> Header:
    if frame is None:
        raise CorruptPhotoError()
    coding, bits, height, width, components = frame
    if coding not in _DECODABLE or bits != 8:
        raise UnsupportedFormatError(format="lossless, arithmetic or 12-bit JPEG")
    if components not in (1, 3, 4):
        raise CorruptPhotoError()
    several_scans = coding not in _SEQUENTIAL or data[scan] != components

    def decode() -> Samples:
        if several_scans:
            _check_scans(data, scan, width * height)
        if components == 4:
            return _decode_cmyk(data, scan, b"".join([*kept, data[coded:]]), (width, height))
        return _decode(data, scan)

    parts = [profile[number] for number in sorted(profile)]
    return Header(
        format="JPEG",
        size=(width, height),
        decode=decode,
        colour=b"".join(parts) if parts else None,
        exif=exif,
        dpi=density,
    )


def _check_scans(data: bytes, scan: int, pixels: int) -> None:
    scans = sum(marker == _SOS for marker in _markers(data, scan - 4))
    if scans > _MAX_SCANS or scans * pixels > _MAX_SCANNED_PIXELS:
        raise CorruptPhotoError()


def _length(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "big")


def _density(jfif: bytes) -> tuple[float, float] | None:
    factor = {1: 1.0, 2: 2.54}.get(jfif[7])
    if factor is None:
        return None
    return int.from_bytes(jfif[8:10], "big") * factor, int.from_bytes(jfif[10:12], "big") * factor


def _markers(data: bytes, at: int) -> Iterator[int]:
    """Yield the markers from the first scan to the end of the picture, or of the file where it is cut off."""
    while (found := _MARKER.search(data, at)) is not None:
        marker = found[1][0]
        yield marker
        if marker in (_EOI, _SOI):
            return
        at = found.end()
        if marker not in _STANDALONE:
            at += _length(data, at)


def _decode(data: bytes, scan: int) -> Samples:
    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        rgb = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise _broken(data, scan) from error
    if rgb is None:
        raise _broken(data, scan)
    return Samples(np.asarray(rgb, np.uint8), "rgb")


def _decode_cmyk(data: bytes, scan: int, essential: bytes, size: tuple[int, int]) -> Samples:
    # OpenCV mixes the inks by a rule of its own; Pillow hands out the inks.
    from PIL import JpegImagePlugin

    from icao_check.photo.from_pillow import decoded

    try:
        return decoded(JpegImagePlugin.JpegImageFile(io.BytesIO(essential)), size)
    except (OSError, SyntaxError) as error:
        raise _broken(data, scan) from error


def _broken(data: bytes, scan: int) -> PhotoError:
    return CorruptPhotoError() if _EOI in _markers(data, scan - 4) else TruncatedPhotoError()
