"""TIFF (revision 6.0 with Adobe's supplements) and BigTIFF: the first page that is no thumbnail."""

from __future__ import annotations

import functools
import io
import struct
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from icao_check.directories import Directory, Layout
from icao_check.errors import CorruptPhotoError, TruncatedPhotoError, UnsupportedFormatError
from icao_check.photo.exif import Exif
from icao_check.photo.header import Header, Samples

__all__ = ["read_header"]

_SUBFILE, _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 254, 256, 257, 258, 259, 262
_STRIP_OFFSETS, _STRIP_BYTES, _TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_BYTES = (
    273,
    279,
    322,
    323,
    324,
    325,
)
_SUB_DIRECTORIES, _ICC_PROFILE, _DNG_VERSION = 330, 34675, 50706
_REDUCED_OR_MASK = 0b101
_SENSOR_DATA = (32803, 34892)  # colour filter array, linear raw
_UNCOMPRESSED, _JPEG = 1, (6, 7)

# All that a decoder has to see: layout, colours and data; no orientation, which is applied elsewhere.
_PIECES = frozenset({_STRIP_OFFSETS, _STRIP_BYTES, _TILE_OFFSETS, _TILE_BYTES})
_ESSENTIAL = _PIECES | {
    *(_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, 266, 277, 278, 284, 292, 293, 317, 320),
    *(_TILE_WIDTH, _TILE_HEIGHT, 332, 338, 339, 347),
    *(512, 513, 514, 515, 519, 520, 521, 529, 530, 531, 532),
}
_LONG, _LONG8 = 4, (16, 18)
_MAX_PAGES = 100
_MAX_PIECES = 250_000
_MAX_SCANS = 100
# Beside the lists of strips or tiles nothing is longer than a colour map of 16 bits.
_MAX_VALUE_BYTES = 400_000


def read_header(data: bytes) -> Header:
    """Read the directories.

    Parameters
    ----------
    data : bytes
        A file that starts as a TIFF file does.

    Returns
    -------
    Header
        Of the page that is the photo.

    Raises
    ------
    PhotoError
        The file ends too early, contradicts itself, or holds raw data of a sensor.
    """
    layout = Layout.of(data)
    if layout is None:
        raise TruncatedPhotoError()
    page = _photo_page(data, layout)
    width, height = _dimension(page, _WIDTH), _dimension(page, _HEIGHT)
    _check_claims(data, page, width * height)
    bits = page.number(_BITS)
    profile = page.raw(_ICC_PROFILE)
    if profile is None and _ICC_PROFILE in page.entries:  # it stands at the end, and would change the colours
        raise TruncatedPhotoError()
    return Header(
        format="TIFF",
        size=(width, height),
        decode=functools.partial(_decode, data, page, 8 if bits is None else int(bits)),
        colour=profile,
        exif=Exif.of(page),
    )


def _photo_page(data: bytes, layout: Layout) -> Directory:
    for page in _pages(data, layout):
        if not page.complete:
            raise TruncatedPhotoError()
        # Cameras' raw files are TIFF files whose pages are previews, with the sensor's data below the first.
        photometric = page.number(_PHOTOMETRIC)
        if data[8:10] == b"CR" or _DNG_VERSION in page.entries or photometric in _SENSOR_DATA:
            raise UnsupportedFormatError(format="RAW")
        reduced = int(page.number(_SUBFILE) or 0) & _REDUCED_OR_MASK
        if not reduced:
            return page
        if _SUB_DIRECTORIES in page.entries:
            raise UnsupportedFormatError(format="RAW")
    raise CorruptPhotoError()


def _pages(data: bytes, layout: Layout) -> Iterator[Directory]:
    offset, seen = layout.first, set[int]()
    while offset and offset not in seen and len(seen) < _MAX_PAGES:
        seen.add(offset)
        page = Directory(data, layout, offset)
        yield page
        offset = page.following


def _dimension(page: Directory, tag: int) -> int:
    value = page.number(tag)
    if value is None or value < 1:
        raise CorruptPhotoError()
    return int(value)


def _check_claims(data: bytes, page: Directory, pixels: int) -> None:
    """Check that the strips or tiles lie in the file, and that each byte of it is decoded about once.

    Thousands of strips that all point to the same 25 MB would keep a decoder busy for hours.
    """
    tiled = _TILE_OFFSETS in page.entries
    offsets = _numbers(page, _TILE_OFFSETS if tiled else _STRIP_OFFSETS)
    sizes = _numbers(page, _TILE_BYTES if tiled else _STRIP_BYTES)
    if offsets is None or len(offsets) > _MAX_PIECES:
        raise CorruptPhotoError()
    compression = page.number(_COMPRESSION) or _UNCOMPRESSED
    if sizes is not None and len(sizes) == len(offsets):
        if (offsets + sizes > len(data)).any():
            raise TruncatedPhotoError()
        if sizes.sum() > 2 * len(data):
            raise CorruptPhotoError()
    elif compression != _UNCOMPRESSED:
        raise CorruptPhotoError()
    if tiled and _dimension(page, _TILE_WIDTH) * _dimension(page, _TILE_HEIGHT) > 4 * pixels + (1 << 20):
        raise CorruptPhotoError()
    if compression in _JPEG and data.count(b"\xff\xda") > _MAX_SCANS + 4 * len(offsets):
        raise CorruptPhotoError()
    for tag in page.entries.keys() & _ESSENTIAL - _PIECES:
        if page.raw(tag, _MAX_VALUE_BYTES) is None:
            raise CorruptPhotoError()


def _numbers(page: Directory, tag: int) -> NDArray[np.float64] | None:
    values = page.numbers(tag)
    return None if values is None else values.astype(np.float64)


def _decode(data: bytes, page: Directory, bits: int) -> Samples:
    from PIL import TiffImagePlugin

    from icao_check.photo.from_pillow import decoded

    size = _dimension(page, _WIDTH), _dimension(page, _HEIGHT)
    return decoded(TiffImagePlugin.TiffImageFile(io.BytesIO(_essential(data, page))), size, bits)


def _essential(data: bytes, page: Directory) -> bytes:
    """Return the file with one directory, appended, of nothing but the tags that a decoder needs.

    It is a classic TIFF file even where `data` is a BigTIFF file, of which Pillow reads one byte order only.
    """
    order = page.layout.order
    entries: list[bytes] = []
    values: list[bytes] = []
    at = len(data) + 16
    for tag in sorted(page.entries.keys() & _ESSENTIAL):
        claim, raw = page.type_and_count(tag), page.raw(tag)
        if claim is None or raw is None:
            continue
        kind, count = claim
        if kind in _LONG8:
            kind, raw = _LONG, np.frombuffer(raw, order + "u8").astype(order + "u4").tobytes()
        entries.append(struct.pack(order + "HHII", tag, kind, count, at))
        if len(raw) <= 4:
            entries[-1] = entries[-1][:8] + raw.ljust(4, b"\0")
        else:
            values.append(raw + b"\0" * (-len(raw) % 4))
            at += len(values[-1])
    start = struct.pack(order + "2sHI", data[:2], 42, at)
    directory = [struct.pack(order + "H", len(entries)), *entries, bytes(4)]
    return b"".join([start, data[8:], bytes(16), *values, *directory])
