"""EXIF and TIFF tags, of which only dates, the origin of the picture and its lens are read.

Pillow reads these directories too, but whole, positions, names and serial numbers included, at ten times the
cost; it reports damage through the warnings of the whole process and gives up the rest of the block. Here
nothing but the tags below is looked at, and damage costs only the tag that it hit.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace

from icao_check.directories import Directory, Layout

__all__ = ["ExifTags", "read_exif"]

_TEXT, _NUMBER, _RATIO, _RATIONALS, _BYTES = "text", "number", "ratio", "rationals", "bytes"
_Wanted = Mapping[int, tuple[str, str, int]]

_SHORT_TEXT = 256
_BLOCK = 1 << 20

# CIPA DC-008 (EXIF 3.0), 4.6.4-4.6.6; TIFF 6.0; XMP part 3; C2PA 2.1, appendix A. Tag: name, kind, bytes
# read.
_PRIMARY: _Wanted = {
    0x000B: ("processing_software", _TEXT, _SHORT_TEXT),
    0x010F: ("make", _TEXT, _SHORT_TEXT),
    0x0110: ("model", _TEXT, _SHORT_TEXT),
    0x0131: ("software", _TEXT, _SHORT_TEXT),
    0x0132: ("modified", _TEXT, _SHORT_TEXT),
    0x02BC: ("xmp", _BYTES, _BLOCK),
    0x83BB: ("iptc", _BYTES, _BLOCK),
    0x8649: ("photoshop", _BYTES, _BLOCK),
    0x8769: ("exif", _NUMBER, 8),
    0x8825: ("gps", _NUMBER, 8),
    0xCD41: ("credentials", _BYTES, _BLOCK),
}
_EXIF: _Wanted = {
    0x829A: ("exposure", _BYTES, 8),
    0x829D: ("aperture", _BYTES, 8),
    0x8827: ("sensitivity", _BYTES, 8),
    0x9003: ("original", _TEXT, _SHORT_TEXT),
    0x9004: ("digitized", _TEXT, _SHORT_TEXT),
    0x9010: ("offset_modified", _TEXT, 16),
    0x9011: ("offset_original", _TEXT, 16),
    0x9012: ("offset_digitized", _TEXT, 16),
    0x920A: ("focal_length", _RATIO, 8),
    0x9286: ("comment", _BYTES, 4096),
    0x9290: ("subseconds_modified", _TEXT, 16),
    0x9291: ("subseconds_original", _TEXT, 16),
    0x9292: ("subseconds_digitized", _TEXT, 16),
    0xA002: ("pixels_across", _NUMBER, 8),
    0xA003: ("pixels_down", _NUMBER, 8),
    0xA20E: ("focal_plane_across", _RATIO, 8),
    0xA210: ("focal_plane_unit", _NUMBER, 8),
    0xA300: ("file_source", _BYTES, 1),
    0xA404: ("digital_zoom", _RATIO, 8),
    0xA405: ("focal_35mm", _NUMBER, 8),
    0xA43A: ("raw_software", _TEXT, _SHORT_TEXT),
    0xA43B: ("editing_software", _TEXT, _SHORT_TEXT),
}
_GPS: _Wanted = {  # the position is not read
    0x0007: ("gps_time", _RATIONALS, 24),
    0x001D: ("gps_date", _TEXT, 16),
}

_CHARACTERS = (1, 2, 7, 129)
_NUMBERS = {3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}


@dataclass(frozen=True, slots=True)
class ExifTags:
    """The tags that were found, by the names above.

    Attributes
    ----------
    text : dict of str to str
        Up to the first NUL, blanks stripped; absent where nothing remains.
    number : dict of str to int
        Where other directories are; pixels and what else is whole.
    ratio : dict of str to float
        Lengths and resolutions; absent where the file divides by 0.
    data : dict of str to bytes
        Undefined and nested blocks, as stored.
    gps_time : tuple of float or None
        Hours, minutes, seconds.
    """

    text: dict[str, str]
    number: dict[str, int]
    ratio: dict[str, float]
    data: dict[str, bytes]
    gps_time: tuple[float, ...] | None = None


def read_exif(block: bytes) -> ExifTags:
    """Read the primary, the EXIF and the GPS directory of a TIFF structure.

    Parameters
    ----------
    block : bytes
        An EXIF block, with or without its ``Exif`` mark, or a whole TIFF or BigTIFF file.

    Returns
    -------
    ExifTags
        Empty where this is no such structure. Of a damaged one, what can be read.
    """
    tags = ExifTags({}, {}, {}, {})
    if block[:4] == b"Exif":
        block = block[6:]
    layout = Layout.of(block)
    if layout is None:
        return tags
    _read_directory(Directory(block, layout, layout.first), _PRIMARY, tags)
    for name, wanted in (("exif", _EXIF), ("gps", _GPS)):
        if name in tags.number:
            _read_directory(Directory(block, layout, tags.number.pop(name)), wanted, tags)
    if "gps_time" in tags.data:
        parts = struct.unpack(f"{layout.order}6I", tags.data.pop("gps_time"))
        if all(parts[1::2]):
            clock = tuple(above / below for above, below in zip(parts[::2], parts[1::2], strict=True))
            return replace(tags, gps_time=clock)
    return tags


def _read_directory(directory: Directory, wanted: _Wanted, tags: ExifTags) -> None:
    for tag in directory:
        claim = directory.type_and_count(tag) if tag in wanted else None
        if claim is None:
            continue
        name, form, limit = wanted[tag]
        value = directory.beginning(tag, limit)
        if value:
            _keep(tags, name, form, claim[0], directory.layout.order, value)


def _keep(tags: ExifTags, name: str, form: str, kind: int, order: str, value: bytes) -> None:
    if form == _TEXT and kind in _CHARACTERS:
        text = value.partition(b"\0")[0].decode("utf-8", "replace").strip()
        if text:
            tags.text.setdefault(name, text)
    elif form == _NUMBER and kind in _NUMBERS:
        letter = _NUMBERS[kind]
        if len(value) >= struct.calcsize(letter):
            tags.number.setdefault(name, struct.unpack_from(order + letter, value)[0])
    elif form == _RATIO and kind == 5 and len(value) == 8:
        above, below = struct.unpack(f"{order}2I", value)
        if below:
            tags.ratio.setdefault(name, above / below)
    elif form == _BYTES or (form == _RATIONALS and kind == 5 and len(value) == 24):
        tags.data.setdefault(name, value)
