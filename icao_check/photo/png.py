"""PNG (ISO/IEC 15948), third edition with EXIF, coding-independent code points and animation."""

from __future__ import annotations

import functools
import struct
import zlib
from collections.abc import Iterator

import cv2
import numpy as np

from icao_check.errors import CorruptPhotoError, TruncatedPhotoError, UnsupportedFormatError
from icao_check.photo.colour_space import SRGB, RgbSpace, coded, gamma, srgb_light
from icao_check.photo.exif import Exif
from icao_check.photo.header import Header, Samples

__all__ = ["read_header"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# All that a decoder has to see.
_ESSENTIAL = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_MAX_CHUNKS = 100_000
_MAX_PROFILE_BYTES = 4_000_000
_GREY, _GREY_ALPHA, _RGB_ALPHA = 0, 4, 6
_MM_PER_INCH, _MM_PER_METRE = 25.4, 1000.0
# gAMA of sRGB is 45455; nothing is visible within this.
_SRGB_GAMMA, _GAMMA_TOLERANCE = 0.45455, 0.01


def read_header(data: bytes) -> Header:
    """Read the chunks, and check the sums of those that hold the picture.

    Parameters
    ----------
    data : bytes
        A file that starts as a PNG file does.

    Returns
    -------
    Header
        Of the picture.

    Raises
    ------
    PhotoError
        The file ends too early or contradicts itself.
    """
    chunks: dict[bytes, bytes] = {}
    essential: list[tuple[int, int]] = []
    pictures = 0
    for name, start, end in _chunks(data):
        if name in _ESSENTIAL:
            if zlib.crc32(memoryview(data)[start - 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
                raise CorruptPhotoError()
            essential.append((start - 8, end + 4))
            pictures += name == b"IDAT"
        if name != b"IDAT":
            chunks.setdefault(name, data[start:end])
    ihdr = chunks.get(b"IHDR", b"")
    if len(ihdr) != 13 or pictures == 0 or essential[0][0] != len(_SIGNATURE):
        raise CorruptPhotoError()
    width, height, bits, kind = struct.unpack_from(">IIBB", ihdr)
    picture = b"".join([_SIGNATURE, *(data[start:end] for start, end in essential)])
    key = chunks.get(b"tRNS") if kind == _GREY else None
    frames = chunks.get(b"acTL", b"")
    return Header(
        format="PNG",
        size=(width, height),
        decode=functools.partial(_decode, picture, kind, bits, key, b"tRNS" in chunks),
        colour=_colour(chunks),
        exif=Exif.read(chunks.get(b"eXIf", b"")),
        dpi=_dpi(chunks.get(b"pHYs", b"")),
        animated=len(frames) >= 4 and int.from_bytes(frames[:4], "big") > 1,
    )


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of the content of each chunk up to the last."""
    at = len(_SIGNATURE)
    for _ in range(_MAX_CHUNKS):
        if at + 12 > len(data):
            raise TruncatedPhotoError()
        length, name = struct.unpack_from(">I4s", data, at)
        if length >= 1 << 31 or not name.isalpha():
            raise CorruptPhotoError()
        end = at + 8 + length
        if end + 4 > len(data):
            raise TruncatedPhotoError()
        yield name, at + 8, end
        if name == b"IEND":
            return
        at = end + 4
    raise CorruptPhotoError()


def _colour(chunks: dict[bytes, bytes]) -> bytes | RgbSpace | None:
    """Return the colours in the order of precedence of the specification (4.3)."""
    cicp = chunks.get(b"cICP", b"")
    if len(cicp) == 4:
        space = coded(cicp[0], cicp[1])
        if space is None:
            raise UnsupportedFormatError(format="HDR PNG")
        return space
    if b"iCCP" in chunks:
        profile = _inflated(chunks[b"iCCP"].partition(b"\0")[2][1:])
        if profile is not None:
            return profile
    if b"sRGB" in chunks:
        return None
    gama, chrm = chunks.get(b"gAMA", b""), chunks.get(b"cHRM", b"")
    exponent = int.from_bytes(gama, "big") / 100_000 if len(gama) == 4 else 0.0
    plain = exponent == 0 or abs(exponent - _SRGB_GAMMA) <= _GAMMA_TOLERANCE
    light = srgb_light if plain else gamma(1.0 / exponent)
    if len(chrm) != 32:
        return None if plain else RgbSpace(SRGB.red, SRGB.green, SRGB.blue, SRGB.white, light)
    values = np.frombuffer(chrm, ">u4") / 100_000
    white, red, green, blue = ((float(x), float(y)) for x, y in values.reshape(4, 2))
    return RgbSpace(red, green, blue, white, light)


def _inflated(compressed: bytes) -> bytes | None:
    try:
        inflater = zlib.decompressobj()
        profile = inflater.decompress(compressed, _MAX_PROFILE_BYTES)
    except zlib.error:
        return None
    return profile if inflater.eof else None


def _dpi(phys: bytes) -> tuple[float, float] | None:
    if len(phys) != 9 or phys[8] != 1:  # 1: per metre; 0 gives the shape of a pixel only
        return None
    x, y = struct.unpack_from(">II", phys)
    return x * _MM_PER_INCH / _MM_PER_METRE, y * _MM_PER_INCH / _MM_PER_METRE


def _decode(picture: bytes, kind: int, bits: int, grey_key: bytes | None, transparency: bool) -> Samples:
    opaque = kind not in (_GREY_ALPHA, _RGB_ALPHA) and not transparency
    flags = (cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION) if opaque else cv2.IMREAD_UNCHANGED
    decoded = cv2.imdecode(np.frombuffer(picture, np.uint8), flags)
    if decoded is None:
        raise CorruptPhotoError()
    if opaque:
        return Samples(np.asarray(decoded, np.uint8), "rgb")
    if decoded.ndim == 2:  # OpenCV drops the one transparent grey
        alpha = np.full(decoded.shape, 255, np.uint8)
        if grey_key is not None and len(grey_key) == 2:
            full = 65535 if bits == 16 else 255
            alpha[decoded == int.from_bytes(grey_key, "big") * full // ((1 << bits) - 1)] = 0
        return Samples(np.asarray(_eight_bits(decoded), np.uint8), "grey", alpha)
    decoded = _eight_bits(decoded)
    if decoded.shape[2] != 4:
        return Samples(np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8), "rgb")
    alpha = np.ascontiguousarray(decoded[..., 3], np.uint8)
    return Samples(np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGRA2RGB), np.uint8), "rgb", alpha)


def _eight_bits(decoded: cv2.typing.MatLike) -> cv2.typing.MatLike:
    return cv2.convertScaleAbs(decoded, alpha=255 / 65535) if decoded.dtype == np.uint16 else decoded
