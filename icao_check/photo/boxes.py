"""Boxes of the ISO base media file format (ISO/IEC 14496-12): JPEG 2000 and HEIF files consist of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from icao_check.errors import CorruptPhotoError

__all__ = ["Box", "Cursor", "boxes"]

_MAX_BOXES = 10_000


class Box(NamedTuple):
    """Where one box is.

    Attributes
    ----------
    kind : bytes
        Four letters.
    start, end : int
        Of the content.
    complete : bool
        The box ends where or before its parent ends; else `end` is the parent's.
    """

    kind: bytes
    start: int
    end: int
    complete: bool


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes between two offsets, the last perhaps incomplete. What is no box ends them.

    Raises
    ------
    CorruptPhotoError
        There are absurdly many.
    """
    at = start
    for _ in range(_MAX_BOXES):
        if at + 8 > end:
            return
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        content = at + 8
        if size == 1:
            size, content = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
        elif size == 0:
            size = end - at
        if size < content - at:
            return
        yield Box(kind, min(content, end), min(at + size, end), at + size <= end)
        at += size
    raise CorruptPhotoError()


class Cursor:
    """Reads big-endian fields one after the other, within bounds.

    Parameters
    ----------
    data : bytes
        The file.
    start, end : int
        The part that may be read.
    """

    __slots__ = ("_data", "at", "end")

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self._data = data
        self.at = start
        self.end = end

    def take(self, count: int) -> bytes:
        """Return the next bytes.

        Raises
        ------
        CorruptPhotoError
            There are not so many.
        """
        if self.at + count > self.end:
            raise CorruptPhotoError()
        self.at += count
        return self._data[self.at - count : self.at]

    def uint(self, size: int) -> int:
        """Return the next unsigned integer of `size` bytes; 0 for a size of 0.

        Raises
        ------
        CorruptPhotoError
            There are not so many bytes.
        """
        return int.from_bytes(self.take(size), "big")

    def full_box(self) -> tuple[int, int]:
        """Return version and flags of a full box.

        Raises
        ------
        CorruptPhotoError
            The box ends before.
        """
        return self.uint(1), self.uint(3)

    def rest(self) -> bytes:
        """Return all that is left."""
        return self.take(self.end - self.at)
