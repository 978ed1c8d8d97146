"""JPEG 2000 (ISO/IEC 15444-1): JP2 and JPX files, and bare codestreams."""

from __future__ import annotations

import functools
import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from icao_check.errors import CorruptPhotoError, TruncatedPhotoError, UnsupportedFormatError
from icao_check.photo.boxes import Box, boxes
from icao_check.photo.exif import Exif
from icao_check.photo.header import Header, Samples

__all__ = ["read_header"]

_CODESTREAM = b"\xff\x4f\xff\x51"
_SIZ, _COD, _COC, _SOT, _SOD, _EOC = 0xFF51, 0xFF52, 0xFF53, 0xFF90, 0xFF93, 0xFFD9
# The name that cameras and converters have agreed on, JpgTiffExif->JP2.
_EXIF_UUID = b"JpgTiffExif->JP2"
# Bits per component, palette and what maps to it, opacity, named colour space.
_ESSENTIAL = (b"bpcc", b"pclr", b"cmap", b"cdef", b"colr")
_MM_PER_INCH, _MM_PER_METRE = 25.4, 1000.0

# A tile, a precinct and a code-block cost a decoder memory and time even when they are empty, and a file of
# 60 bytes may claim millions. 50 megapixels are 3 100 tiles of 128 × 128, 150 000 code-blocks of 32 × 32.
_MAX_TILES = 10_000
_MAX_TILE_PARTS = 50_000
_MAX_PRECINCTS = 500_000
_MAX_BLOCKS = 1_000_000
_MAX_PACKETS = 5_000_000
_MAX_LEVELS = 32
# Its decoder takes several times as long, and as much memory, as those of the other formats.
_COST = 5
_MAX_SEGMENTS = 1_000


def read_header(data: bytes) -> Header:
    """Read the boxes and the markers of the codestream.

    Parameters
    ----------
    data : bytes
        A file that starts as a JPEG 2000 file does.

    Returns
    -------
    Header
        Of the first picture.

    Raises
    ------
    PhotoError
        The file ends too early, contradicts itself, or is of a kind that is not accepted.
    """
    if data.startswith(_CODESTREAM):
        size = _codestream(data, 0, len(data))
        return Header("JPEG 2000", size, functools.partial(_decode, data, size), cost=_COST)
    described: _Described | None = None
    coded: Box | None = None
    exif: Exif | None = None
    for box in boxes(data, 0, len(data)):
        if box.kind == b"ftyp" and data[box.start : box.start + 4] == b"mjp2":
            raise UnsupportedFormatError(format="Motion JPEG 2000")
        if not box.complete and coded is None:
            raise TruncatedPhotoError()
        if box.kind == b"jp2h" and described is None:
            described = _describe(data, box)
        elif box.kind == b"jp2c" and coded is None:
            coded = box
        elif box.kind == b"uuid" and data[box.start : box.start + 16] == _EXIF_UUID:
            exif = Exif.read(data[box.start + 16 : box.end])
    if coded is None:
        raise TruncatedPhotoError()
    if described is None:
        raise CorruptPhotoError()
    size = _codestream(data, coded.start, coded.end)
    essential = _essential(data[coded.start : coded.end], size, described.essential)
    return Header(
        format="JPEG 2000",
        size=size,
        decode=functools.partial(_decode, essential, size),
        colour=described.profile,
        exif=exif,
        dpi=described.dpi,
        cost=_COST,
    )


@dataclass(slots=True)
class _Described:
    """The boxes of a JP2 header: those that a decoder needs, and what is taken out of the others."""

    essential: list[bytes] = field(default_factory=list)
    profile: bytes | None = None
    dpi: tuple[float, float] | None = None


def _describe(data: bytes, header: Box) -> _Described:
    described = _Described()
    for box in boxes(data, header.start, header.end):
        content = data[box.start : box.end]
        # Method 2 is a restricted, 3 any ICC profile; method 1 names a space that the decoder knows.
        if box.kind == b"colr" and content[:1] in (b"\2", b"\3"):
            described.profile = described.profile or content[3:]
        elif box.kind in _ESSENTIAL and box.complete:
            described.essential.append(_box(box.kind, content))
        elif box.kind == b"res ":
            for resolution in boxes(data, box.start, box.end):
                found = _dpi(data[resolution.start : resolution.end])
                if resolution.kind == b"resc" or described.dpi is None:
                    described.dpi = found
    return described


def _essential(codestream: bytes, size: tuple[int, int], header: list[bytes]) -> bytes:
    """Return a JP2 file of nothing but the picture. Its size is that of the codestream, whatever was said."""
    components, bits = struct.unpack_from(">HB", codestream, 40)
    width, height = size
    dimensions = struct.pack(">IIHBBBB", height, width, components, bits, 7, 0, 0)
    return b"".join(
        [
            _box(b"jP  ", b"\r\n\x87\n"),
            _box(b"ftyp", b"jp2 \0\0\0\0jp2 "),
            _box(b"jp2h", _box(b"ihdr", dimensions), *header),
            _box(b"jp2c", codestream),
        ]
    )


def _box(kind: bytes, *content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + sum(map(len, content)), kind) + b"".join(content)


def _dpi(content: bytes) -> tuple[float, float] | None:
    if len(content) != 10:
        return None
    vertical, vertical_divisor, horizontal, horizontal_divisor, *exponents = struct.unpack(">4H2b", content)
    if 0 in (vertical_divisor, horizontal_divisor):
        return None
    per_inch = _MM_PER_INCH / _MM_PER_METRE
    return (
        horizontal / horizontal_divisor * 10.0 ** exponents[1] * per_inch,
        vertical / vertical_divisor * 10.0 ** exponents[0] * per_inch,
    )


def _codestream(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Check the claims of a codestream; return its width and height."""
    siz: tuple[int, ...] | None = None
    tiles = precincts = layers = 0
    for marker, at, stop in _markers(data, start, end):
        if siz is None:
            if marker != _SIZ or stop - at < 39:
                raise CorruptPhotoError()
            siz = struct.unpack_from(">8IH", data, at + 2)
            tiles = _tiles(siz)
        elif marker == _SOT:
            tiles = 1  # a coding style that follows is that of one tile
        elif marker in (_COD, _COC):
            precincts += tiles * _precincts(data[at:stop], marker, siz, tiles)
            if marker == _COD:
                layers = max(layers, int.from_bytes(data[at + 2 : at + 4], "big"))
    # Each layer of a precinct is a packet, and takes a byte at least; our count may be four times too high.
    if siz is None or precincts * layers > min(_MAX_PACKETS, 4 * (end - start)):
        raise CorruptPhotoError()
    return siz[0] - siz[2], siz[1] - siz[3]


def _markers(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of the content of each segment of the main and all tile-part headers."""
    at = start + 2
    tile_parts = 0
    tile_part_end = 0
    for _ in range(_MAX_SEGMENTS + _MAX_TILE_PARTS * 8):
        if at + 2 > end:
            raise TruncatedPhotoError()
        marker = int.from_bytes(data[at : at + 2], "big")
        if marker == _EOC:
            return
        if marker == _SOD:
            if tile_part_end == 0:  # it reaches to the end of the codestream
                return
            at = tile_part_end
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker < 0xFF00 or length < 2:
            raise CorruptPhotoError()
        if at + 2 + length > end:
            raise TruncatedPhotoError()
        if marker == _SOT:
            if length != 10:
                raise CorruptPhotoError()
            tile_parts += 1
            part = int.from_bytes(data[at + 6 : at + 10], "big")
            tile_part_end = at + part if part else 0
            if tile_parts > _MAX_TILE_PARTS or (part and part < 14):
                raise CorruptPhotoError()
            if tile_part_end > end:
                raise TruncatedPhotoError()
        yield marker, at + 4, at + 2 + length
        at += 2 + length
    raise CorruptPhotoError()


def _tiles(siz: tuple[int, ...]) -> int:
    right, bottom, left, top, tile_width, tile_height, tile_left, tile_top, components = siz
    if right <= left or bottom <= top or 0 in (tile_width, tile_height) or tile_left > left or tile_top > top:
        raise CorruptPhotoError()
    if not 1 <= components <= 4:
        raise UnsupportedFormatError(format=f"JPEG 2000 ({components} components)")
    tiles = -(-(right - tile_left) // tile_width) * -(-(bottom - tile_top) // tile_height)
    if tiles > _MAX_TILES:
        raise CorruptPhotoError()
    return tiles


def _precincts(segment: bytes, marker: int, siz: tuple[int, ...], tiles: int) -> int:
    """Return how many precincts a tile has by a coding style (ISO/IEC 15444-1, A.6.1, B.6, B.7), or more."""
    # COD: style, progression, layers (2), transform, levels …; COC: component, style, levels …
    style_at, levels_at = (0, 5) if marker == _COD else (1, 2)
    if len(segment) < levels_at + 5:
        raise CorruptPhotoError()
    levels, block_width, block_height = segment[levels_at : levels_at + 3]
    right, bottom, left, top, tile_width, tile_height, _, _, components = siz
    width, height = min(tile_width, right - left), min(tile_height, bottom - top)
    blocks = _pieces(width, height, block_width + 2, block_height + 2)
    if levels > _MAX_LEVELS or blocks * tiles * components > _MAX_BLOCKS:
        raise CorruptPhotoError()
    sizes = (
        segment[levels_at + 5 : levels_at + 6 + levels] if segment[style_at] & 1 else b"\xff" * (levels + 1)
    )
    precincts = 0
    for resolution, size in enumerate(sizes):
        reduction = levels - resolution
        precincts += _pieces(width >> reduction, height >> reduction, size & 15, size >> 4)
    if precincts * tiles * components > _MAX_PRECINCTS:
        raise CorruptPhotoError()
    return precincts * components


def _pieces(width: int, height: int, width_exponent: int, height_exponent: int) -> int:
    return ((width >> width_exponent) + 1) * ((height >> height_exponent) + 1)


def _decode(data: bytes, size: tuple[int, int]) -> Samples:
    from PIL import Jpeg2KImagePlugin

    from icao_check.photo.from_pillow import decoded

    return decoded(Jpeg2KImagePlugin.Jpeg2KImageFile(io.BytesIO(data)), size, bits=16)
