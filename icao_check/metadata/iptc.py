"""IPTC-IIM data sets, and the Photoshop resources in which JPEG and TIFF files keep them."""

from __future__ import annotations

__all__ = ["iptc_of_resources", "read_iptc"]

_MOST_ENTRIES = 1000
_IPTC_RESOURCE = 0x0404
_APPLICATION_RECORD = 2
_WANTED = {55: "created", 60: "created_time", 62: "digitized", 63: "digitized_time", 65: "software"}


def iptc_of_resources(resources: bytes) -> bytes:
    """Return the IPTC block among Photoshop image resources (8BIM), empty where there is none."""
    position = 0
    for _ in range(_MOST_ENTRIES):
        if resources[position : position + 4] != b"8BIM" or position + 8 > len(resources):
            break
        identity = int.from_bytes(resources[position + 4 : position + 6], "big")
        position += 6
        position += (resources[position] + 2) // 2 * 2  # a Pascal string, padded to an even length
        size = int.from_bytes(resources[position : position + 4], "big")
        position += 4
        if identity == _IPTC_RESOURCE:
            return resources[position : position + size]
        position += (size + 1) // 2 * 2
    return b""


def read_iptc(block: bytes) -> dict[str, str]:
    """Read dates and the originating program (IPTC-IIM 4.2, chapter 6).

    Parameters
    ----------
    block : bytes
        Data sets one after the other.

    Returns
    -------
    dict of str to str
        Of ``created``, ``created_time``, ``digitized``, ``digitized_time``, ``software`` those that are
        there; of a damaged block, those before the damage.
    """
    found: dict[str, str] = {}
    position = 0
    for _ in range(_MOST_ENTRIES):
        if block[position : position + 1] != b"\x1c" or position + 5 > len(block):
            break
        record, data_set = block[position + 1], block[position + 2]
        size = int.from_bytes(block[position + 3 : position + 5], "big")
        position += 5
        if size & 0x8000:  # an extended data set: the length of the length
            width = size & 0x7FFF
            size = int.from_bytes(block[position : position + min(width, 8)], "big")
            position += width
        if record == _APPLICATION_RECORD and data_set in _WANTED:
            text = block[position : position + min(size, 256)].decode("utf-8", "replace").strip("\0 ")
            found.setdefault(_WANTED[data_set], text)
        position += size
    return found
