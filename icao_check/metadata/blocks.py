"""Where each kind of file keeps its metadata. Nothing here looks into a block, and no picture is decoded."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

__all__ = ["Blocks", "find_blocks"]

_MOST_PARTS = 20_000  # segments, chunks or boxes of one file
_LONGEST_TEXT = 1 << 18

_JPEG = b"\xff\xd8"
_PNG = b"\x89PNG\r\n\x1a\n"
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

_XMP_SEGMENT = b"http://ns.adobe.com/xap/1.0/\0"
_PHOTOSHOP_SEGMENT = b"Photoshop 3.0\0"
_XMP_BOX = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_EXIF_BOX = b"JpgTiffExif->JP2"
_IPTC_BOX = bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38")
_C2PA_BOX = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")

_PNG_TEXTS = frozenset(
    {
        "XML:com.adobe.xmp",
        "Software",
        "Creation Time",
        "date:create",
        "date:modify",
        "exif:DateTimeOriginal",
        "exif:DateTimeDigitized",
        "exif:DateTime",
        "parameters",
        "prompt",
        "workflow",
        "invokeai_metadata",
        "sd-metadata",
        "Dream",
        "Description",
        "Raw profile type exif",
        "Raw profile type APP1",
        "Raw profile type iptc",
        "Raw profile type xmp",
    }
)


@dataclass(slots=True)
class Blocks:
    """The metadata blocks of one file, unread.

    Attributes
    ----------
    exif : bytes
        A TIFF structure.
    xmp : list of bytes
        Packets.
    iptc, resources : bytes
        IPTC-IIM data sets; Photoshop image resources.
    credentials : bytes
        C2PA manifests.
    texts : dict of str to str
        Those of PNG keywords that are read.
    modified : str
        Time of the last change of a PNG file.
    saved_for_web : bool
        The mark of an editor's export.
    """

    exif: bytes = b""
    xmp: list[bytes] = field(default_factory=list)
    iptc: bytes = b""
    resources: bytes = b""
    credentials: bytes = b""
    texts: dict[str, str] = field(default_factory=dict)
    modified: str = ""
    saved_for_web: bool = False


def find_blocks(data: bytes, items: Mapping[str, bytes]) -> Blocks:
    """Find the metadata of a file by its own structure.

    Parameters
    ----------
    data : bytes
        A JPEG (also MPO), PNG, TIFF, BigTIFF, WebP, JPEG 2000 or HEIF file.
    items : mapping of str to bytes
        ``exif`` and ``xmp`` of a HEIF file: its index is read where its pictures are found.

    Returns
    -------
    Blocks
        Empty for anything else; of a damaged file, what comes before the damage.
    """
    blocks = Blocks()
    if data[:2] == _JPEG:
        _from_jpeg(data, blocks)
    elif data[:8] == _PNG:
        _from_png(data, blocks)
    elif data[:4] in _TIFF:
        blocks.exif = data
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        _from_webp(data, blocks)
    elif data[4:8] == b"jP  ":
        _from_jpeg2000(data, blocks)
    elif data[4:8] == b"ftyp":
        _from_heif(data, items, blocks)
    return blocks


def _from_jpeg(data: bytes, blocks: Blocks) -> None:
    resources: list[bytes] = []
    credentials: list[bytes] = []
    position = 2
    for _ in range(_MOST_PARTS):
        if position + 4 > len(data) or data[position] != 0xFF:
            break
        marker = data[position + 1]
        if marker == 0xFF:  # padding before a marker
            position += 1
            continue
        if marker in (0xDA, 0xD9):  # the picture itself
            break
        size = int.from_bytes(data[position + 2 : position + 4], "big")
        start, end = position + 4, position + 2 + size
        position = max(end, start)
        if marker == 0xE1:
            if data.startswith(b"Exif", start) and not blocks.exif:
                blocks.exif = data[start:end]
            elif data.startswith(_XMP_SEGMENT, start):
                blocks.xmp.append(data[start + len(_XMP_SEGMENT) : end])
        elif marker == 0xED and data.startswith(_PHOTOSHOP_SEGMENT, start):
            resources.append(data[start + len(_PHOTOSHOP_SEGMENT) : end])
        elif marker == 0xEB and data.startswith(b"JP", start):
            # ISO 19566-5, D.2: the box header is repeated in each segment of a box.
            credentials.append(data[start + (16 if credentials else 8) : end])
        elif marker == 0xEC and data.startswith(b"Ducky", start):
            blocks.saved_for_web = True
    blocks.resources = b"".join(resources)
    joined = b"".join(credentials)
    if b"c2pa" in joined:
        blocks.credentials = joined


def _from_png(data: bytes, blocks: Blocks) -> None:
    position = len(_PNG)
    for _ in range(_MOST_PARTS):
        if position + 12 > len(data):
            break
        size = int.from_bytes(data[position : position + 4], "big")
        kind = data[position + 4 : position + 8]
        start, end = position + 8, position + 8 + size
        position = end + 4
        if kind == b"eXIf" and not blocks.exif:
            blocks.exif = data[start:end]
        elif kind in (b"tEXt", b"zTXt", b"iTXt"):
            _keep_text(kind, data[start : min(end, start + _LONGEST_TEXT)], blocks)
        elif kind == b"tIME" and size == 7:
            year = int.from_bytes(data[start : start + 2], "big")
            month, day, hour, minute, second = data[start + 2 : end]
            blocks.modified = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        elif kind == b"caBX":
            blocks.credentials += data[start:end]
        elif kind == b"IEND":
            break


def _keep_text(kind: bytes, chunk: bytes, blocks: Blocks) -> None:
    key_bytes, _, rest = chunk.partition(b"\0")
    key = key_bytes.decode("latin-1")
    if key not in _PNG_TEXTS or key in blocks.texts:
        return
    packed, encoding = False, "latin-1"
    if kind == b"zTXt":
        packed, rest = True, rest[1:]
    elif kind == b"iTXt":
        packed, encoding = rest[:1] == b"\1", "utf-8"
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    if packed:
        try:
            rest = zlib.decompressobj().decompress(rest, _LONGEST_TEXT)
        except zlib.error:
            return
    if key == "XML:com.adobe.xmp":
        blocks.xmp.append(rest)
    elif key.startswith("Raw profile type "):
        _keep_profile(key, rest, blocks)
    else:
        blocks.texts[key] = rest.decode(encoding, "replace").strip("\0 \r\n")


def _keep_profile(key: str, text: bytes, blocks: Blocks) -> None:
    """Unpack a block that ImageMagick stored as text: its name, its length, and hexadecimal digits."""
    try:
        profile = bytes.fromhex(text.split(None, 2)[2].decode("ascii"))
    except (IndexError, ValueError):
        return
    if profile.startswith(_XMP_SEGMENT):
        blocks.xmp.append(profile[len(_XMP_SEGMENT) :])
    elif key.endswith("xmp"):
        blocks.xmp.append(profile)
    elif key.endswith("iptc"):
        if profile[:1] == b"\x1c":
            blocks.iptc = blocks.iptc or profile
        else:
            blocks.resources = blocks.resources or profile
    else:
        blocks.exif = blocks.exif or profile


def _from_webp(data: bytes, blocks: Blocks) -> None:
    position = 12
    for _ in range(_MOST_PARTS):
        if position + 8 > len(data):
            break
        kind = data[position : position + 4]
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        start, end = position + 8, position + 8 + size
        position = end + size % 2
        if kind == b"EXIF" and not blocks.exif:
            blocks.exif = data[start:end]
        elif kind == b"XMP ":
            blocks.xmp.append(data[start:end])
        elif kind == b"C2PA":
            blocks.credentials = data[start:end]


def _from_jpeg2000(data: bytes, blocks: Blocks) -> None:
    for kind, start, end in _boxes(data):
        if kind == b"uuid":
            identity = data[start : start + 16]
            if identity == _XMP_BOX:
                blocks.xmp.append(data[start + 16 : end])
            elif identity == _EXIF_BOX:
                blocks.exif = blocks.exif or data[start + 16 : end]
            elif identity == _IPTC_BOX:
                blocks.iptc = blocks.iptc or data[start + 16 : end]
            elif identity == _C2PA_BOX:
                blocks.credentials = data[start + 16 : end]
        elif kind == b"jumb":
            blocks.credentials += data[start:end]


def _from_heif(data: bytes, items: Mapping[str, bytes], blocks: Blocks) -> None:
    blocks.exif = items.get("exif", b"")
    if "xmp" in items:
        blocks.xmp.append(items["xmp"])
    for kind, start, end in _boxes(data):
        if kind == b"uuid" and data[start : start + 16] == _C2PA_BOX:
            blocks.credentials = data[start + 16 : end]


def _boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of each top-level box (ISO/IEC 14496-12, 4.2; 15444-1, I.4)."""
    position = 0
    for _ in range(_MOST_PARTS):
        if position + 8 > len(data):
            return
        size = int.from_bytes(data[position : position + 4], "big")
        kind, start = data[position + 4 : position + 8], position + 8
        if size == 1:
            size = int.from_bytes(data[position + 8 : position + 16], "big")
            start += 8
        elif size == 0:  # to the end of the file
            size = len(data) - position
        end = position + size
        if end < start:
            return
        yield kind, start, min(end, len(data))
        position = end
