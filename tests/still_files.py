"""Writes the same picture in every format, orientation and colour space, and files that must be refused."""

from __future__ import annotations

import functools
import io
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PIL import Image

from icao_check.photo.colour_space import RgbSpace
from tests.heic import write_heic

WHITE = (0.9642, 1.0, 0.8249)  # D50, the white of every profile's connection space

Pixels = np.ndarray


# Colour spaces ----------------------------------------------------------------------------------------------


def codes_in(space: RgbSpace, rgb: Pixels, exponent: float | None = None) -> Pixels:
    """Return sRGB pixels as uint8 codes of another space: by definition, in float64, slowly."""
    light = _srgb_light(rgb / 255.0)
    there = np.clip(light @ (np.linalg.inv(_to_xyz(space)) @ _to_xyz(SRGB)).T, 0.0, 1.0)
    codes = there ** (1.0 / exponent) if exponent else _srgb_codes(there)
    return np.asarray(np.rint(codes * 255).astype(np.uint8))


def _srgb_light(codes: np.ndarray) -> np.ndarray:
    return np.asarray(np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4))


def _srgb_codes(light: np.ndarray) -> np.ndarray:
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def _to_xyz(space: RgbSpace) -> np.ndarray:
    corners = [np.array([x / y, 1.0, (1 - x - y) / y]) for x, y in (space.red, space.green, space.blue)]
    white = np.array([space.white[0] / space.white[1], 1.0, (1 - sum(space.white)) / space.white[1]])
    matrix = np.column_stack(corners)
    return np.asarray(matrix * np.linalg.solve(matrix, white))


SRGB = RgbSpace((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), (0.3127, 0.3290), _srgb_light)


# ICC profiles -----------------------------------------------------------------------------------------------


def _s15(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def gamma_curve(exponent: float) -> bytes:
    """Return a curveType of one gamma."""
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(exponent * 256)) + b"\0\0"


def sampled_curve(samples: Sequence[float]) -> bytes:
    """Return a curveType of samples 0-1."""
    codes = [round(value * 65535) for value in samples]
    return b"curv\0\0\0\0" + struct.pack(f">I{len(codes)}H", len(codes), *codes)


def parametric_curve(kind: int, *parameters: float) -> bytes:
    """Return a parametricCurveType."""
    return b"para\0\0\0\0" + struct.pack(">HH", kind, 0) + _s15(*parameters)


SRGB_CURVE = parametric_curve(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def icc_profile(
    tags: dict[bytes, bytes], colours: bytes = b"RGB ", connection: bytes = b"XYZ ", kind: bytes = b"mntr"
) -> bytes:
    """Return a profile with these tags, and those that every profile has."""
    text = "made for a test".encode("utf-16-be")
    words = b"mluc\0\0\0\0" + struct.pack(">IIHHII", 1, 12, 0x656E, 0x5553, len(text), 28) + text
    tags = {b"desc": words, b"cprt": words, b"wtpt": b"XYZ \0\0\0\0" + _s15(*WHITE), **tags}
    table, body = b"", b""
    start = 132 + 12 * len(tags)
    for name, content in tags.items():
        content += b"\0" * (-len(content) % 4)
        table += name + struct.pack(">II", start + len(body), len(content))
        body += content
    signatures = (b"\4\x40\0\0", kind, colours, connection, b"acsp")
    head = struct.pack(">I4x4s4s4s4s12x4s28x", start + len(body), *signatures)
    head += _s15(*WHITE) + bytes(48)
    assert len(head) == 128
    return head + struct.pack(">I", len(tags)) + table + body


def rgb_profile(space: RgbSpace, curve: bytes) -> bytes:
    """Return a profile of three curves and a matrix."""
    bradford = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    matrix = _to_xyz(space)
    cones = bradford @ np.array(WHITE) / (bradford @ matrix.sum(axis=1))
    adapted = np.linalg.inv(bradford) @ np.diag(cones) @ bradford @ matrix
    columns = zip((b"rXYZ", b"gXYZ", b"bXYZ"), adapted.T, strict=True)
    tags = {name: b"XYZ \0\0\0\0" + _s15(*column) for name, column in columns}
    return icc_profile(tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))


def grey_profile(curve: bytes) -> bytes:
    """Return a grey profile."""
    return icc_profile({b"kTRC": curve}, b"GRAY")


def table_profile(
    inputs: int, colours: bytes, to_rgb: Callable[[np.ndarray], np.ndarray], grid: int
) -> bytes:
    """Return a profile that is a table from device colours (0-1) over sRGB to CIELAB (lut16Type)."""
    from skimage.color import rgb2lab

    axes = np.meshgrid(*[np.linspace(0, 1, grid)] * inputs, indexing="ij")
    device = np.stack(axes, axis=-1).reshape(-1, inputs)
    # D50 white on both sides: what is neutral stays neutral.
    lab = rgb2lab(to_rgb(device)[None], illuminant="D65")[0]
    codes = np.rint((lab + np.array([0, 128, 128])) * [652.8, 256, 256]).clip(0, 65535).astype(">u2")
    line = struct.pack(">2H", 0, 65535)
    table = b"mft2\0\0\0\0" + bytes([inputs, 3, grid, 0]) + _s15(1, 0, 0, 0, 1, 0, 0, 0, 1)
    table += struct.pack(">2H", 2, 2)
    return icc_profile(
        {b"A2B0": table + line * inputs + codes.tobytes() + line * 3}, colours, b"Lab ", b"prtr"
    )


# EXIF -------------------------------------------------------------------------------------------------------


def exif_block(
    entries: Mapping[int, tuple[int, object]],
    own: Mapping[int, tuple[int, object]] | None = None,
    interoperability: str | None = None,
    order: str = "<",
) -> bytes:
    """Return a TIFF structure: tag to (type, value) of the primary, and of the EXIF directory."""
    block = bytearray((b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8))
    own = dict(own or {})
    if interoperability is not None:
        own[0xA005] = (4, 0)
    entries = dict(entries)
    if own:
        entries[0x8769] = (4, 0)
    _directory(block, entries, order)
    if own:
        _patch(block, 8, 0x8769, len(block), order)
        exif_at = len(block)
        _directory(block, own, order)
        if interoperability is not None:
            _patch(block, exif_at, 0xA005, len(block), order)
            _directory(block, {1: (2, interoperability + "\0")}, order)
    return bytes(block)


def _directory(block: bytearray, entries: dict[int, tuple[int, object]], order: str) -> None:
    start = len(block)
    values_at = start + 2 + 12 * len(entries) + 4
    head, values = struct.pack(order + "H", len(entries)), b""
    for tag, (kind, value) in sorted(entries.items()):
        raw, count = _value(kind, value, order)
        head += struct.pack(order + "HHI", tag, kind, count)
        if len(raw) <= 4:
            head += raw.ljust(4, b"\0")
        else:
            head += struct.pack(order + "I", values_at + len(values))
            values += raw + b"\0" * (len(raw) % 2)
    block += head + bytes(4) + values


def _value(kind: int, value: object, order: str) -> tuple[bytes, int]:
    if isinstance(value, str):
        return value.encode(), len(value.encode())
    if isinstance(value, bytes):
        return value, len(value)
    several = value if isinstance(value, (tuple, list)) else (value,)
    if kind == 5:
        return b"".join(struct.pack(order + "II", *pair) for pair in several), len(several)
    letter = {1: "B", 3: "H", 4: "I"}[kind]
    return struct.pack(order + f"{len(several)}{letter}", *several), len(several)


def _patch(block: bytearray, directory: int, tag: int, value: int, order: str) -> None:
    count = struct.unpack_from(order + "H", block, directory)[0]
    for at in range(directory + 2, directory + 2 + 12 * count, 12):
        if struct.unpack_from(order + "H", block, at)[0] == tag:
            struct.pack_into(order + "I", block, at + 8, value)


def orientation_exif(orientation: int) -> bytes:
    """Return an EXIF block that says how the picture is turned."""
    return exif_block({0x0112: (3, orientation)})


# Orientation ------------------------------------------------------------------------------------------------

_STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
# Rotation and mirror of HEIF that say the same.
_HEIF = {1: (0, None), 2: (0, 1), 3: (2, None), 4: (0, 0), 5: (1, 0), 6: (3, None), 7: (3, 0), 8: (1, None)}


def stored(rgb: Pixels, orientation: int) -> Pixels:
    """Return how a camera held in this way stores the picture."""
    return rgb if orientation == 1 else np.array(Image.fromarray(rgb).transpose(_STORED[orientation]))


# Formats ----------------------------------------------------------------------------------------------------


def saved(picture: Image.Image | Pixels, form: str, **options: object) -> bytes:
    """Return what Pillow writes."""
    buffer = io.BytesIO()
    picture = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def segment(marker: int, content: bytes) -> bytes:
    """Return a JPEG segment."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """Return a JPEG file with segments after its first marker."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def chunk(name: bytes, content: bytes) -> bytes:
    """Return a PNG chunk."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def with_chunks(png: bytes, *chunks: bytes) -> bytes:
    """Return a PNG file with chunks after its header."""
    return png[:33] + b"".join(chunks) + png[33:]


def box(kind: bytes, *content: bytes) -> bytes:
    """Return a box of JPEG 2000 or HEIF."""
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def jp2(
    codestream: bytes,
    *,
    colour: bytes = b"\1\0\0" + struct.pack(">I", 16),
    inside: bytes = b"",
    after: bytes = b"",
) -> bytes:
    """Return a JP2 file around a codestream."""
    right, bottom, left, top = struct.unpack_from(">4I", codestream, 8)
    components, depth = struct.unpack_from(">HB", codestream, 40)
    head = struct.pack(">IIHBBBB", bottom - top, right - left, components, depth, 7, 0, 0)
    return b"".join(
        [
            b"\x00\x00\x00\x0cjP  \r\n\x87\n",
            box(b"ftyp", b"jp2 ", bytes(4), b"jp2 "),
            box(b"jp2h", box(b"ihdr", head), box(b"colr", colour), inside),
            after,
            box(b"jp2c", codestream),
        ]
    )


def _jpeg(rgb: Pixels, exif: bytes | None, profile: bytes | None, **options: object) -> bytes:
    extra = {"exif": b"Exif\0\0" + exif} if exif else {}
    return saved(rgb, "JPEG", quality=97, subsampling=0, icc_profile=profile, **extra, **options)


def _png(rgb: Pixels, exif: bytes | None, profile: bytes | None, deep: bool = False) -> bytes:
    import cv2

    if deep:
        png = cv2.imencode(".png", rgb[..., ::-1].astype(np.uint16) * 257)[1].tobytes()
    else:
        png = saved(rgb, "PNG", compress_level=1)
    chunks = [chunk(b"eXIf", exif)] if exif else []
    if profile:
        chunks.append(chunk(b"iCCP", b"test\0\0" + zlib.compress(profile)))
    return with_chunks(png, *chunks)


def _webp(rgb: Pixels, exif: bytes | None, profile: bytes | None) -> bytes:
    options = {"exif": exif or b"", "icc_profile": profile or b""}
    return saved(rgb, "WEBP", lossless=True, quality=0, method=0, **options)


def _tiff(rgb: Pixels, exif: bytes | None, profile: bytes | None, **options: object) -> bytes:
    tags = Image.Exif()
    if exif:
        tags.load(exif)
    return saved(rgb, "TIFF", exif=tags, icc_profile=profile, **options)


def _jpeg2000(rgb: Pixels, exif: bytes | None, profile: bytes | None) -> bytes:
    codestream = saved(rgb, "JPEG2000", no_jp2=True, mct=1, num_resolutions=3)
    colour = {} if profile is None else {"colour": b"\2\0\0" + profile}
    after = box(b"uuid", b"JpgTiffExif->JP2", exif) if exif else b""
    return jp2(codestream, **colour, after=after)


def _avif(rgb: Pixels, exif: bytes | None, profile: bytes | None) -> bytes:
    options = {"exif": exif} if exif else {}
    return saved(rgb, "AVIF", quality=97, speed=10, subsampling="4:4:4", icc_profile=profile, **options)


WRITERS: dict[str, Callable[[Pixels, bytes | None, bytes | None], bytes]] = {
    "jpeg": _jpeg,
    "jpeg-progressive": functools.partial(_jpeg, progressive=True),
    "png": _png,
    "png-16": functools.partial(_png, deep=True),
    "webp": _webp,
    "tiff": _tiff,
    "tiff-lzw": functools.partial(_tiff, compression="tiff_lzw"),
    "jpeg2000": _jpeg2000,
    "avif": _avif,
}
"""How to write RGB pixels with an EXIF block and an ICC profile; without loss, or nearly so."""

FORMATS = (*WRITERS, "heic")


def write(rgb: Pixels, form: str, *, orientation: int = 1, profile: bytes | None = None) -> bytes:
    """Return an upright picture as a file of a format, stored as a camera held in this way stores it."""
    if form == "heic":
        rotation, mirror = _HEIF[orientation]
        # The false EXIF orientation must be ignored: the file's own properties say how it is turned.
        block = orientation_exif(orientation)
        turned = stored(rgb, orientation)
        return write_heic([turned], rotation=rotation, mirror=mirror, profile=profile, exif=block)
    exif = orientation_exif(orientation) if orientation > 1 else None
    return WRITERS[form](stored(rgb, orientation), exif, profile)
