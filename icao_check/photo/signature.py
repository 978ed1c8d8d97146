"""Which format is it? By its first bytes, never by its name."""

from __future__ import annotations

from icao_check.errors import AnimatedPhotoError, PhotoError, TruncatedPhotoError, UnsupportedFormatError
from icao_check.photo.heif import BRANDS

__all__ = ["format_room"]

_ACCEPTED: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "jpeg2000"),
    (b"\xff\x4f\xff\x51", "jpeg2000"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
)
# What people hand in beside photos, so that the answer can name it.
_REFUSED: tuple[tuple[bytes, str], ...] = (
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"%PDF", "PDF"),
    (b"8BPS", "Photoshop"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"II\xbc\x01", "JPEG XR"),
    (b"IIRO", "RAW"),
    (b"IIRS", "RAW"),
    (b"MMOR", "RAW"),
    (b"IIU\0", "RAW"),
    (b"FUJIFILMCCD-RAW", "RAW"),
    (b"DDS ", "DDS"),
    (b"\0\0\1\0", "ICO"),
    (b"v/1\1", "OpenEXR"),
    (b"\x01\xda", "SGI"),
    (b"PK\3\4", "ZIP"),
    (b"\xd0\xcf\x11\xe0", "Office"),
    (b"\x1aE\xdf\xa3", "Matroska"),
    (b"<svg", "SVG"),
    (b"<?xml", "XML"),
    (b"<!DOCTYPE", "HTML"),
    (b"<html", "HTML"),
)

_LONGEST = 16
_BRANDS_END = 256
_GIF_IMAGE, _GIF_EXTENSION = 0x2C, 0x21


def format_room(data: bytes) -> str:
    """Return the name of the module that reads this format.

    Parameters
    ----------
    data : bytes
        The whole file.

    Returns
    -------
    str
        In :mod:`icao_check.photo`.

    Raises
    ------
    PhotoError
        No accepted format, an animation, or too few bytes to tell.
    """
    for signature, room in _ACCEPTED:
        if data.startswith(signature):
            return room
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp":
        return _base_media_room(data)
    for signature, name in _REFUSED:
        if data.startswith(signature):
            raise _several_frames(data) if name == "GIF" else UnsupportedFormatError(format=name)
    if len(data) < _LONGEST and _may_become_accepted(data):
        raise TruncatedPhotoError()
    raise UnsupportedFormatError()


def _may_become_accepted(start: bytes) -> bool:
    known = (*(signature for signature, _ in _ACCEPTED), b"RIFF")
    if any(signature.startswith(start[: len(signature)]) for signature in known):
        return True
    return len(start) > 4 and b"ftyp".startswith(start[4:8])


def _base_media_room(data: bytes) -> str:
    end = int.from_bytes(data[:4], "big")
    if len(data) < min(end, _LONGEST):
        raise TruncatedPhotoError()
    brands = {data[at : at + 4] for at in (8, *range(16, min(end, len(data), _BRANDS_END) - 3, 4))}
    if brands & BRANDS:
        return "heif"
    raise UnsupportedFormatError(format="RAW" if b"crx " in brands else "MP4/MOV")


def _several_frames(data: bytes) -> PhotoError:
    """Return what is wrong with a GIF file: it is animated, or it is one."""
    refused = UnsupportedFormatError(format="GIF")
    if len(data) < 13:
        return refused
    at = 13 + _colour_table_bytes(data[10])
    frames = 0
    while at < len(data):
        introducer, at = data[at], at + 1
        if introducer == _GIF_IMAGE and at + 9 <= len(data):
            frames += 1
            at += 9 + _colour_table_bytes(data[at + 8]) + 1
        elif introducer == _GIF_EXTENSION:
            at += 1
        else:
            break
        while at < len(data) and data[at]:
            at += data[at] + 1
        at += 1
        if frames > 1:
            return AnimatedPhotoError()
    return refused


def _colour_table_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0
