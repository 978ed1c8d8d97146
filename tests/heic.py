"""Writes HEIC files for the tests: no encoder for HEVC may be bundled, and none is needed.

Each block of 16 × 16 pixels is coded as raw samples (ITU-T H.265, I_PCM), without any loss, so that a decoded
picture differs from the written one by the rounding of YCbCr only.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence

import numpy as np

_BLOCK = 16
# ITU-T H.265, table 9-48, last column: the only one that is met here, by state 0-62.
_RANGE_OF_LPS = (
    *(
        240,
        227,
        216,
        205,
        195,
        185,
        175,
        166,
        158,
        150,
        142,
        135,
        128,
        122,
        116,
        110,
        104,
        99,
        94,
        89,
        85,
        80,
    ),
    *(76, 72, 69, 65, 62, 59, 56, 53, 50, 48, 45, 43, 41, 39, 37, 35, 33, 31, 30, 28, 27, 25, 24, 23, 22, 21),
    *(20, 19, 18, 17, 16, 15, 14, 14, 13, 12, 12, 11, 11, 10, 9),
)

_CONTENT_TYPES = {b"mime": b"application/rdf+xml\0"}


def _packed(bits: str) -> bytes:
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


class _Bits:
    def __init__(self) -> None:
        self.text: list[str] = []

    def u(self, value: int, count: int) -> None:
        self.text.append(format(value, f"0{count}b"))

    def ue(self, value: int) -> None:
        digits = format(value + 1, "b")
        self.text.append("0" * (len(digits) - 1) + digits)

    def stop(self) -> bytes:
        return _packed("".join(self.text) + "1")


class _Arithmetic:
    """The arithmetic encoder of ITU-T H.265, 9.3.4, as far as raw blocks need it."""

    def __init__(self) -> None:
        self.low, self.range, self.first, self.outstanding = 0, 510, True, 0
        self.bits: list[str] = []

    def likely(self, state: int) -> None:
        assert self.range >> 6 & 3 == 3
        self.range -= _RANGE_OF_LPS[state]
        self._renormalise()

    def terminate(self, last: bool) -> None:
        self.range -= 2
        if not last:
            self._renormalise()
            return
        self.low += self.range
        self.range = 2
        self._renormalise()
        self._put(self.low >> 9 & 1)
        self.bits.append(format(self.low >> 7 & 3 | 1, "02b"))

    def flushed(self) -> bytes:
        return _packed("".join(self.bits))

    def _renormalise(self) -> None:
        while self.range < 256:
            if self.low < 256:
                self._put(0)
            elif self.low >= 512:
                self.low -= 512
                self._put(1)
            else:
                self.low -= 256
                self.outstanding += 1
            self.range <<= 1
            self.low <<= 1

    def _put(self, bit: int) -> None:
        if self.first:
            self.first = False
        else:
            self.bits.append(str(bit))
        self.bits.append(str(1 - bit) * self.outstanding)
        self.outstanding = 0


_PROFILE = struct.pack(">BI6xB", 4, 0x08000000, 120)  # format range extensions: 4:4:4


def _unit(kind: int, payload: bytes) -> bytes:
    return bytes([kind << 1, 1]) + re.sub(rb"\x00\x00(?=[\x00-\x03])", b"\x00\x00\x03", payload)


def _parameter_sets(width: int, height: int, coded: tuple[int, int] | None = None) -> tuple[bytes, ...]:
    columns, rows = coded or (-(-width // _BLOCK) * _BLOCK, -(-height // _BLOCK) * _BLOCK)
    video = _Bits()
    for value, count in ((0, 4), (3, 2), (0, 6), (0, 3), (1, 1), (0xFFFF, 16)):
        video.u(value, count)
    video.u(int.from_bytes(_PROFILE, "big"), 96)
    video.u(1, 1)
    for _ in range(3):
        video.ue(0)
    video.u(0, 6)
    video.ue(0)
    video.u(0, 2)
    sequence = _Bits()
    for value, count in ((0, 4), (0, 3), (1, 1), (int.from_bytes(_PROFILE, "big"), 96)):
        sequence.u(value, count)
    sequence.ue(0)
    sequence.ue(3)
    sequence.u(0, 1)
    sequence.ue(columns)
    sequence.ue(rows)
    sequence.u(1, 1)
    for crop in (0, columns - width, 0, rows - height):
        sequence.ue(crop)
    for value in (0, 0, 0):
        sequence.ue(value)
    sequence.u(1, 1)
    for value in (0, 0, 0, 1, 0, 0, 2, 0, 0):
        sequence.ue(value)
    sequence.u(0b0001, 4)  # no scaling list, no asymmetric partitions, no offsets; raw blocks
    sequence.u(0x77, 8)
    sequence.ue(1)
    sequence.ue(0)
    sequence.u(1, 1)
    sequence.ue(0)
    sequence.u(0, 5)
    picture = _Bits()
    for _ in range(2):
        picture.ue(0)
    picture.u(0, 7)
    for _ in range(3):
        picture.ue(0)
    picture.u(0, 3)
    for _ in range(2):
        picture.ue(0)
    picture.u(0, 4)  # chroma offsets, weighted prediction (2), bypass
    picture.u(0, 3)  # tiles, wavefronts, filter across slices
    picture.u(0b101, 3)  # no deblocking
    picture.u(0, 2)
    picture.ue(0)
    picture.u(0, 2)
    return _unit(32, video.stop()), _unit(33, sequence.stop()), _unit(34, picture.stop())


def _slice(ycc: np.ndarray) -> bytes:
    header = _Bits()
    header.u(0b10, 2)
    header.ue(0)
    header.ue(2)
    header.ue(0)
    parts = [header.stop()]
    state = 0
    coder = _Arithmetic()
    height, width = ycc.shape[:2]
    for y in range(0, height, _BLOCK):
        for x in range(0, width, _BLOCK):
            if parts[1:]:
                coder.terminate(False)
            coder.likely(state)
            state = min(state + 1, 62)
            coder.terminate(True)
            block = ycc[y : y + _BLOCK, x : x + _BLOCK]
            parts += [coder.flushed(), block.transpose(2, 0, 1).tobytes()]
            coder = _Arithmetic()
    coder.terminate(True)
    return _unit(20, b"".join([*parts, coder.flushed()]))


def _box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _full(kind: bytes, version: int, flags: int, *content: bytes) -> bytes:
    return _box(kind, bytes([version]), flags.to_bytes(3, "big"), *content)


def write_heic(
    pictures: Sequence[np.ndarray],
    *,
    primary: int = 0,
    rotation: int = 0,
    mirror: int | None = None,
    profile: bytes | None = None,
    code_points: tuple[int, int] = (1, 13),
    exif: bytes | None = None,
    xmp: bytes | None = None,
    claimed: tuple[int, int] | None = None,
    coded: tuple[int, int] | None = None,
    brand: bytes = b"heic",
) -> bytes:
    """Return a HEIC file.

    Parameters
    ----------
    pictures : sequence of ndarray of shape (H, W, 3), uint8, RGB
        One item each.
    primary : int
        Which of them is the primary picture; the properties below are its own.
    rotation : int
        Quarter turns, anticlockwise (``irot``).
    mirror : {0, 1}, optional
        Axis of ``imir``, applied after the rotation.
    profile, code_points
        ICC profile, or primaries and transfer (ITU-T H.273).
    exif, xmp : bytes, optional
        A TIFF block; a packet.
    claimed : (width, height), optional
        A false ``ispe``.
    coded : (width, height), optional
        A false size in the bitstream.
    brand : bytes
        Major brand.
    """
    import cv2

    properties: list[bytes] = []
    owned: list[list[int]] = []
    units = []
    for number, rgb in enumerate(pictures):
        height, width = rgb.shape[:2]
        padding = ((0, -height % _BLOCK), (0, -width % _BLOCK), (0, 0))
        padded = np.pad(rgb, padding, mode="edge")
        ycc = cv2.cvtColor(padded, cv2.COLOR_RGB2YCrCb)[..., [0, 2, 1]]
        sets = _parameter_sets(width, height, coded)
        data = _slice(np.asarray(ycc, np.uint8))
        units.append(struct.pack(">I", len(data)) + data)
        arrays = b"".join(
            bytes([0x80 | kind]) + struct.pack(">HH", 1, len(one)) + one
            for kind, one in zip((32, 33, 34), sets, strict=True)
        )
        own = [
            _box(
                b"hvcC",
                b"\1",
                _PROFILE[:11],
                _PROFILE[11:],
                struct.pack(">H4BHBB", 0xF000, 0xFC, 0xFF, 0xF8, 0xF8, 0, 0x0F, 3),
                arrays,
            ),
            _full(b"ispe", 0, 0, struct.pack(">II", *(claimed or (width, height)))),
            _full(b"pixi", 0, 0, bytes([3, 8, 8, 8])),
            _box(b"colr", b"nclx", struct.pack(">HHHB", *code_points, 6, 0x80)),
        ]
        if number == primary:
            if profile is not None:
                own.append(_box(b"colr", b"prof", profile))
            if rotation:
                own.append(_box(b"irot", bytes([rotation])))
            if mirror is not None:
                own.append(_box(b"imir", bytes([mirror])))
        owned.append(list(range(len(properties) + 1, len(properties) + len(own) + 1)))
        properties += own
    kinds = [b"hvc1"] * len(pictures)
    if exif is not None:
        kinds.append(b"Exif")
        units.append(bytes(4) + exif)
    if xmp is not None:
        kinds.append(b"mime")
        units.append(xmp)
    associations = b"".join(
        struct.pack(">HB", number + 1, len(own)) + bytes(own) for number, own in enumerate(owned)
    )
    items = b"".join(
        _full(b"infe", 2, 0, struct.pack(">HH4s", number + 1, 0, kind), b"\0", _CONTENT_TYPES.get(kind, b""))
        for number, kind in enumerate(kinds)
    )
    links = [
        _box(b"cdsc", struct.pack(">HHH", number + 1, 1, primary + 1))
        for number, kind in enumerate(kinds)
        if kind != b"hvc1"
    ]

    def meta(start: int) -> bytes:
        places = b""
        for number, unit in enumerate(units):
            places += struct.pack(">HHHII", number + 1, 0, 1, start, len(unit))
            start += len(unit)
        return _full(
            b"meta",
            0,
            0,
            _full(b"hdlr", 0, 0, bytes(4), b"pict", bytes(13)),
            _full(b"pitm", 0, 0, struct.pack(">H", primary + 1)),
            _full(b"iloc", 0, 0, b"\x44\x00", struct.pack(">H", len(units)), places),
            _full(b"iinf", 0, 0, struct.pack(">H", len(kinds)), items),
            *([_full(b"iref", 0, 0, *links)] if links else []),
            _box(
                b"iprp",
                _box(b"ipco", *properties),
                _full(b"ipma", 0, 0, struct.pack(">I", len(owned)), associations),
            ),
        )

    head = _box(b"ftyp", brand, bytes(4), b"mif1", b"heic")
    start = len(head) + len(meta(0)) + 8
    return head + meta(start) + _box(b"mdat", *units)
