"""Photo files with chosen metadata, written by Pillow or byte by byte from the standards."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from typing import Any

from PIL import Image, PngImagePlugin, TiffImagePlugin

PIXELS = Image.new("RGB", (9, 12), (190, 170, 160))

TAGS = {
    "make": 0x010F,
    "model": 0x0110,
    "orientation": 0x0112,
    "software": 0x0131,
    "modified": 0x0132,
    "artist": 0x013B,
    "exposure": 0x829A,
    "original": 0x9003,
    "digitized": 0x9004,
    "offset_modified": 0x9010,
    "offset_original": 0x9011,
    "offset_digitized": 0x9012,
    "focal_length": 0x920A,
    "comment": 0x9286,
    "subseconds_original": 0x9291,
    "pixels_across": 0xA002,
    "pixels_down": 0xA003,
    "focal_plane_across": 0xA20E,
    "focal_plane_unit": 0xA210,
    "file_source": 0xA300,
    "digital_zoom": 0xA404,
    "focal_35mm": 0xA405,
    "owner": 0xA430,
    "serial": 0xA431,
    "editing_software": 0xA43B,
}
_PRIMARY = {"make", "model", "orientation", "software", "modified", "artist"}
CAMERA: dict[str, Any] = {"make": "ACME", "model": "C1", "exposure": (1, 60)}


def exif(gps: Mapping[int, object] | None = None, **tags: Any) -> Image.Exif:
    """Return an EXIF block by tag names; `gps` by tag numbers of its own directory."""
    block = Image.Exif()
    for name, value in tags.items():
        directory = block if name in _PRIMARY else block.get_ifd(0x8769)
        directory[TAGS[name]] = value
    if gps is not None:
        block.get_ifd(0x8825).update(gps)
    return block


def xmp(properties: str = "", attributes: str = "") -> bytes:
    """Return an XMP packet around properties and attributes of its one description."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        ' xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"'
        ' xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"'
        f' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" {attributes}>{properties}'
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def iptc(**data_sets: str) -> bytes:
    """Return IPTC-IIM data sets of record 2."""
    numbers = {"created": 55, "created_time": 60, "digitized": 62, "digitized_time": 63, "software": 65}
    block = b"\x1c\x02\x00\x00\x02\x00\x04"  # record version
    for name, value in data_sets.items():
        block += struct.pack(">BBBH", 0x1C, 2, numbers[name], len(value)) + value.encode()
    return block


def resources(iptc_block: bytes) -> bytes:
    """Return Photoshop resources: one of no interest, with an odd length, and the IPTC block."""
    other = b"8BIM\x03\xed\x03abc" + struct.pack(">I", 3) + b"xyz\0"
    padding = b"\0" * (len(iptc_block) % 2)
    return other + b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc_block)) + iptc_block + padding


def credentials(*statements: str) -> bytes:
    """Return something like the JUMBF boxes of a C2PA manifest store, with these statements in it."""
    inside = b"c2pa\0" + b"\0".join(statement.encode() for statement in statements)
    return box(
        b"jumb", box(b"jumd", b"c2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71\x03c2pa\0") + box(b"cbor", inside)
    )


def box(kind: bytes, content: bytes) -> bytes:
    """Return an ISO box."""
    return struct.pack(">I", len(content) + 8) + kind + content


def jpeg(
    block: Image.Exif | bytes | None = None,
    *,
    packet: bytes | None = None,
    iptc_block: bytes | None = None,
    manifests: bytes | None = None,
    segments: bytes = b"",
    pixels: Image.Image = PIXELS,
) -> bytes:
    """Return a JPEG file."""
    options: dict[str, Any] = {}
    if block is not None:
        options["exif"] = block
    if packet is not None:
        options["xmp"] = packet
    buffer = io.BytesIO()
    pixels.save(buffer, "JPEG", **options)
    data = buffer.getvalue()
    if iptc_block is not None:
        segments += segment(0xED, b"Photoshop 3.0\0" + resources(iptc_block))
    if manifests is not None:
        header, rest = manifests[:8], manifests[8:]
        pieces = [rest[start : start + 40] for start in range(0, len(rest), 40)]
        for number, piece in enumerate(pieces, 1):
            segments += segment(0xEB, b"JP" + struct.pack(">HI", 1, number) + header + piece)
    return data[:2] + segments + data[2:]


def segment(marker: int, content: bytes) -> bytes:
    """Return a JPEG marker segment."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def png(
    block: Image.Exif | None = None, texts: Mapping[str, str] | None = None, *, chunks: bytes = b""
) -> bytes:
    """Return a PNG file; `chunks` go before its end, where metadata are often put."""
    info = PngImagePlugin.PngInfo()
    for number, (key, text) in enumerate((texts or {}).items()):
        if key.startswith("XML:"):
            info.add_itxt(key, text, zip=True)
        else:
            info.add_text(key, text, zip=number % 2 == 1)
    buffer = io.BytesIO()
    PIXELS.save(buffer, "PNG", pnginfo=info, **({} if block is None else {"exif": block.tobytes()}))
    data = buffer.getvalue()
    return data[:-12] + chunks + data[-12:]


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a PNG chunk."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def raw_profile(kind: str, content: bytes) -> str:
    """Return a block as ImageMagick puts it into a PNG text."""
    digits = content.hex()
    lines = "\n".join(digits[start : start + 72] for start in range(0, len(digits), 72))
    return f"\n{kind}\n{len(content):8}\n{lines}\n"


def tiff(block: Image.Exif | None = None, *, big: bool = False, **tags: Any) -> bytes:
    """Return a TIFF file."""
    info = {
        TAGS.get(name)
        or {"packet": 700, "iptc_block": 33723, "resources": 34377, "manifests": 0xCD41}[name]: v
        for name, v in tags.items()
    }
    directory = TiffImagePlugin.ImageFileDirectory_v2()
    for number, value in info.items():
        if isinstance(value, bytes):
            directory.tagtype[number] = 7 if number != 700 else 1
        directory[number] = value
    buffer = io.BytesIO()
    options: dict[str, Any] = {"big_tiff": big}
    options |= {"tiffinfo": directory} if block is None else {"exif": block.tobytes()}
    PIXELS.save(buffer, "TIFF", **options)
    return buffer.getvalue()


def webp(
    block: Image.Exif | None = None, packet: bytes | None = None, manifests: bytes | None = None
) -> bytes:
    """Return a WebP file."""
    options: dict[str, Any] = {}
    if block is not None:
        options["exif"] = block
    if packet is not None:
        options["xmp"] = packet
    buffer = io.BytesIO()
    PIXELS.save(buffer, "WEBP", lossless=True, **options)
    data = buffer.getvalue()
    if manifests is not None:
        data += b"C2PA" + struct.pack("<I", len(manifests)) + manifests + b"\0" * (len(manifests) % 2)
        data = data[:4] + struct.pack("<I", len(data) - 8) + data[8:]
    return data


def jpeg2000(*uuid_boxes: tuple[bytes, bytes]) -> bytes:
    """Return a JPEG 2000 file with UUID boxes behind its header."""
    buffer = io.BytesIO()
    PIXELS.save(buffer, "JPEG2000")
    data = buffer.getvalue()
    end = 12 + int.from_bytes(data[12:16], "big")  # signature, file type
    return data[:end] + b"".join(box(b"uuid", key + content) for key, content in uuid_boxes) + data[end:]
