"""Image file directories (TIFF 6.0, section 2; BigTIFF), in which TIFF and EXIF keep what they say.

A directory of a few bytes can claim values of terabytes, share one value among thousands of tags, or lead
back to itself. So nothing is read but what is asked for, and never more than the file holds. Nothing here
raises: a broken tag must not cost the applicant the check.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Directory", "Layout"]

_MAX_ENTRIES = 4096
# A date, a name, a place; not a thumbnail or a maker's note.
_MAX_VALUE_BYTES = 4096

_SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
    129: 1,
}
_NUMBERS = {1: "u1", 3: "u2", 4: "u4", 6: "i1", 8: "i2", 9: "i4", 11: "f4", 12: "f8", 13: "u4"}
_BIG_NUMBERS = {16: "u8", 17: "i8", 18: "u8"}
_RATIONALS = {5: "u4", 10: "i4"}
_ASCII = 2


@dataclass(frozen=True, slots=True)
class Layout:
    """Byte order, width of the offsets, and where the first directory is.

    Attributes
    ----------
    order : {"<", ">"}
        Little or big endian.
    big : bool
        BigTIFF: offsets and counts of 8 bytes.
    first : int
        Offset of the first directory.
    """

    order: str
    big: bool
    first: int

    @classmethod
    def of(cls, block: bytes) -> Layout | None:
        """Read the first bytes of a TIFF file or an EXIF block; None if it is neither."""
        order = {b"II": "<", b"MM": ">"}.get(block[:2])
        if order is None or len(block) < 8:
            return None
        magic = struct.unpack_from(order + "H", block, 2)[0]
        if magic == 42:
            return cls(order, False, struct.unpack_from(order + "I", block, 4)[0])
        if magic == 43 and len(block) >= 16:
            return cls(order, True, struct.unpack_from(order + "Q", block, 8)[0])
        return None


class Directory:
    """One image file directory.

    Parameters
    ----------
    block : bytes
        The TIFF file or EXIF block; offsets count from its start.
    layout : Layout
        Of this block.
    offset : int
        Where the directory starts.

    Attributes
    ----------
    layout : Layout
        Of the block.
    entries : dict of int to bytes
        By tag, the entry as it stands in the file: 12 bytes, in a BigTIFF file 20.
    following : int
        Offset of the next directory; 0 where there is none.
    complete : bool
        The directory lies within the block.
    """

    __slots__ = ("_block", "complete", "entries", "following", "layout")

    def __init__(self, block: bytes, layout: Layout, offset: int) -> None:
        self._block = block
        self.layout = layout
        self.entries: dict[int, bytes] = {}
        self.following = 0
        self.complete = False
        count_format, entry_bytes = ("Q", 20) if layout.big else ("H", 12)
        start = offset + struct.calcsize(count_format)
        if offset < 8 or start > len(block):
            return
        count = struct.unpack_from(layout.order + count_format, block, offset)[0]
        end = start + count * entry_bytes
        self.complete = end <= len(block) and count <= _MAX_ENTRIES
        for at in range(start, min(end, start + _MAX_ENTRIES * entry_bytes, len(block)), entry_bytes):
            entry = block[at : at + entry_bytes]
            if len(entry) == entry_bytes:
                self.entries.setdefault(struct.unpack_from(layout.order + "H", entry)[0], entry)
        width = 8 if layout.big else 4
        if end + width <= len(block):
            self.following = struct.unpack_from(layout.order + ("Q" if layout.big else "I"), block, end)[0]

    def type_and_count(self, tag: int) -> tuple[int, int] | None:
        """Return the type of a tag and how many values it claims."""
        entry = self.entries.get(tag)
        if entry is None:
            return None
        kind, count = struct.unpack_from(self.layout.order + ("HQ" if self.layout.big else "HI"), entry, 2)
        return kind, count

    def raw(self, tag: int, limit: int | None = None) -> bytes | None:
        """Return the bytes of a value; None where there is none, none complete, or more than `limit`."""
        claim = self.type_and_count(tag)
        if claim is None or claim[0] not in _SIZES:
            return None
        size = _SIZES[claim[0]] * claim[1]
        if size > len(self._block) or (limit is not None and size > limit):
            return None
        inline = self._inline(tag)
        if size <= len(inline):
            return inline[:size]
        offset = self._offset(inline)
        value = self._block[offset : offset + size]
        return value if len(value) == size else None

    def beginning(self, tag: int, limit: int) -> bytes:
        """Return the bytes of a value, `limit` at most, and what there is of one that the file cuts short."""
        claim = self.type_and_count(tag)
        if claim is None:
            return b""
        size = _SIZES.get(claim[0], 0) * claim[1]
        inline = self._inline(tag)
        if size <= len(inline):
            return inline[: min(size, limit)]
        offset = self._offset(inline)
        return self._block[offset : offset + min(size, limit)]

    def numbers(self, tag: int, limit: int | None = None) -> NDArray[np.generic] | None:
        """Return a value as numbers, shape (n,); rationals divided, float64. None where it holds none."""
        raw = self.raw(tag, limit)
        if not raw:
            return None
        kind = self._kind(tag)
        order = self.layout.order
        if kind in _RATIONALS:
            pairs = np.frombuffer(raw, order + _RATIONALS[kind]).astype(np.float64).reshape(-1, 2)
            with np.errstate(divide="ignore", invalid="ignore"):
                return pairs[:, 0] / pairs[:, 1]
        name = _NUMBERS.get(kind) or _BIG_NUMBERS.get(kind)
        return None if name is None else np.frombuffer(raw, order + name)

    def number(self, tag: int) -> float | None:
        """Return the first number of a value; None where it has none that is finite."""
        values = self.numbers(tag, _MAX_VALUE_BYTES)
        if values is None:
            return None
        first = values[0].item()
        return first if math.isfinite(first) else None

    def value(self, tag: int) -> object:
        """Return a short value as text (ASCII), bytes (undefined), a number or a tuple of numbers."""
        raw = self.raw(tag, _MAX_VALUE_BYTES)
        if raw is None:
            return None
        if self._kind(tag) == _ASCII:
            return raw.split(b"\0", 1)[0].decode("utf-8", "replace")
        values = self.numbers(tag, _MAX_VALUE_BYTES)
        if values is None:
            return raw
        plain = tuple(values.tolist())
        return plain[0] if len(plain) == 1 else plain

    def child(self, tag: int) -> Directory | None:
        """Return the directory that a tag points to."""
        offset = self.number(tag)
        return None if offset is None else Directory(self._block, self.layout, int(offset))

    def _inline(self, tag: int) -> bytes:
        return self.entries[tag][12:20] if self.layout.big else self.entries[tag][8:12]

    def _offset(self, inline: bytes) -> int:
        return int(struct.unpack(self.layout.order + ("Q" if self.layout.big else "I"), inline)[0])

    def _kind(self, tag: int) -> int:
        claim = self.type_and_count(tag)
        return 0 if claim is None else claim[0]

    def __iter__(self) -> Iterator[int]:
        return iter(self.entries)
