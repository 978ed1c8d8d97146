"""How large the frames of an AV1 bitstream may be (AV1 Bitstream & Decoding Process Specification, 5.3, 5.5).

A decoder believes the bitstream, not the file around it: 2 KB may hold 268 megapixels behind a picture that
is said to be small.
"""

from __future__ import annotations

from icao_check.errors import CorruptPhotoError

__all__ = ["frame_size"]

_SEQUENCE_HEADER = 1
_MAX_UNITS = 1_000


class _Bits:
    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        if count > self._left:
            raise CorruptPhotoError()
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def unary_coded(self) -> None:
        zeros = 0
        while not self.take(1):
            zeros += 1
        self.take(min(zeros, 32) if zeros < 32 else 0)


def frame_size(units: bytes) -> tuple[int, int] | None:
    """Return the largest width and height that a bitstream announces.

    Parameters
    ----------
    units : bytes
        Open bitstream units in the low-overhead format, as they stand in an AVIF file.

    Returns
    -------
    (width, height) or None
        None where they announce none.

    Raises
    ------
    CorruptPhotoError
        They contradict themselves.
    """
    at = 0
    found: tuple[int, int] | None = None
    for _ in range(_MAX_UNITS):
        if at >= len(units):
            return found
        header = units[at]
        at += 2 if header & 4 else 1
        if header & 2:
            size, at = _leb128(units, at)
        else:
            size = len(units) - at
        if header >> 3 & 15 == _SEQUENCE_HEADER:
            width, height = _sequence(_Bits(units[at : at + min(size, 1024)]))
            found = (width, height) if found is None else (max(found[0], width), max(found[1], height))
        at += size
    raise CorruptPhotoError()


def _leb128(units: bytes, at: int) -> tuple[int, int]:
    value = 0
    for position in range(8):
        if at >= len(units):
            raise CorruptPhotoError()
        byte, at = units[at], at + 1
        value |= (byte & 0x7F) << 7 * position
        if not byte & 0x80:
            return value, at
    raise CorruptPhotoError()


def _sequence(bits: _Bits) -> tuple[int, int]:
    bits.take(3 + 1)  # profile, still picture
    if bits.take(1):  # reduced header
        bits.take(5)
    else:
        _operating_points(bits)
    width_bits, height_bits = bits.take(4) + 1, bits.take(4) + 1
    return bits.take(width_bits) + 1, bits.take(height_bits) + 1


def _operating_points(bits: _Bits) -> None:
    delay_bits = 0
    if bits.take(1):  # timing
        bits.take(32 + 32)
        if bits.take(1):
            bits.unary_coded()
        if bits.take(1):  # decoder model
            delay_bits = bits.take(5) + 1
            bits.take(32 + 5 + 5)
    display_delay = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > 7:
            bits.take(1)
        if delay_bits and bits.take(1):
            bits.take(2 * delay_bits + 1)
        if display_delay and bits.take(1):
            bits.take(4)
