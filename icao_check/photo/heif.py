"""HEIC and AVIF: the primary picture of a HEIF file (ISO/IEC 23008-12)."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from icao_check.errors import (
    AnimatedPhotoError,
    CorruptPhotoError,
    DecoderMissingError,
    PhotoError,
    TruncatedPhotoError,
    UnsupportedFormatError,
)
from icao_check.photo.av1 import frame_size
from icao_check.photo.boxes import Box, Cursor, boxes
from icao_check.photo.colour_space import RgbSpace, coded
from icao_check.photo.exif import ORIENTATION, Exif
from icao_check.photo.header import Header, Samples
from icao_check.photo.orientation import upright

__all__ = ["BRANDS", "read_header"]

BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1", b"avif", b"avis"}
)
"""Brands of still pictures and of sequences of pictures."""

_SEQUENCES = frozenset({b"hevc", b"hevx", b"msf1", b"avis"})
_HEVC, _AV1 = b"hvc1", b"av01"
_METADATA = (b"Exif", b"mime")

# What one tile, one item, one property costs a decoder adds up. 50 megapixels are 192 tiles of a telephone.
_MAX_ITEMS = 2_000
_MAX_TILES = 1_000
_MAX_EXTENTS = 10_000
# Tiles overhang the edges; that of a tiny picture may be many times larger.
_TILE_PIXELS = 1 << 20


@dataclass(slots=True)
class _Meta:
    """What the ``meta`` box says about the items of the file."""

    primary: int | None = None
    kinds: dict[int, bytes] = field(default_factory=dict)
    kind_at: dict[int, int] = field(default_factory=dict)
    extents: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    properties: list[Box] = field(default_factory=list)
    owned: dict[int, list[int]] = field(default_factory=dict)
    references: dict[tuple[bytes, int], list[int]] = field(default_factory=dict)


def read_header(data: bytes) -> Header:
    """Read the boxes.

    Parameters
    ----------
    data : bytes
        A file with one of the :data:`BRANDS`.

    Returns
    -------
    Header
        Of the primary picture.

    Raises
    ------
    PhotoError
        The file ends too early, contradicts itself, holds a sequence only, or is coded in another way.
    """
    brand = data[8:12]
    box = next((box for box in boxes(data, 0, len(data)) if box.kind == b"meta"), None)
    if box is None and brand in _SEQUENCES and any(b.kind == b"moov" for b in boxes(data, 0, len(data))):
        raise AnimatedPhotoError()
    if box is None or not box.complete:
        raise TruncatedPhotoError()
    meta = _read_meta(data, box)
    primary = meta.primary
    if primary is None:
        raise CorruptPhotoError()
    size = _size(data, meta, primary)
    coding = _check_claims(data, meta, primary, size)
    items = _metadata_items(data, meta)
    bare = _without_metadata(data, meta)
    return Header(
        format="HEIC" if coding == _HEVC else "AVIF",
        size=size,
        decode=functools.partial(_decode_hevc if coding == _HEVC else _decode_av1, bare, size),
        colour=_colour(data, meta, primary),
        exif=Exif.read(items.get("exif", b"")),
        items=items,
        animated=brand in _SEQUENCES,
        turned=True,
    )


def _read_meta(data: bytes, box: Box) -> _Meta:
    meta = _Meta()
    inside = list(boxes(data, box.start + 4, box.end))
    item_data = next((part.start for part in inside if part.kind == b"idat"), None)
    for part in inside:
        cursor = Cursor(data, part.start, part.end)
        match part.kind:
            case b"pitm":
                version, _ = cursor.full_box()
                meta.primary = cursor.uint(2 if version == 0 else 4)
            case b"iinf":
                _read_items(data, cursor, meta)
            case b"iloc":
                _read_locations(cursor, meta, item_data)
            case b"iref":
                _read_references(data, cursor, meta)
            case b"iprp":
                _read_properties(data, part, meta)
    return meta


def _read_items(data: bytes, cursor: Cursor, meta: _Meta) -> None:
    version, _ = cursor.full_box()
    cursor.uint(2 if version == 0 else 4)
    for entry in boxes(data, cursor.at, cursor.end):
        inside = Cursor(data, entry.start, entry.end)
        version, _ = inside.full_box()
        if entry.kind != b"infe" or version < 2:
            continue
        item = inside.uint(2 if version == 2 else 4)
        inside.take(2)
        meta.kind_at[item] = inside.at
        meta.kinds[item] = inside.take(4)
    if len(meta.kinds) > _MAX_ITEMS:
        raise CorruptPhotoError()


def _read_locations(cursor: Cursor, meta: _Meta, item_data: int | None) -> None:
    version, _ = cursor.full_box()
    sizes = cursor.uint(2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version in (1, 2) else 0
    total = 0
    for _ in range(cursor.uint(2 if version < 2 else 4)):
        item = cursor.uint(2 if version < 2 else 4)
        method = cursor.uint(2) & 15 if version in (1, 2) else 0
        cursor.take(2)
        base = cursor.uint(base_size)
        if method == 1 and item_data is not None:
            base += item_data
        extents = []
        for _ in range(cursor.uint(2)):
            cursor.take(index_size)
            start = base + cursor.uint(offset_size)
            extents.append((start, cursor.uint(length_size)))
        total += len(extents)
        if total > _MAX_EXTENTS:
            raise CorruptPhotoError()
        if method < 2:  # 2: within another item, which no photo does
            meta.extents[item] = extents


def _read_references(data: bytes, cursor: Cursor, meta: _Meta) -> None:
    version, _ = cursor.full_box()
    width = 2 if version == 0 else 4
    for reference in boxes(data, cursor.at, cursor.end):
        inside = Cursor(data, reference.start, reference.end)
        origin = inside.uint(width)
        targets = [inside.uint(width) for _ in range(inside.uint(2))]
        meta.references.setdefault((reference.kind, origin), []).extend(targets)


def _read_properties(data: bytes, box: Box, meta: _Meta) -> None:
    for part in boxes(data, box.start, box.end):
        if part.kind == b"ipco":
            meta.properties.extend(boxes(data, part.start, part.end))
        elif part.kind == b"ipma":
            cursor = Cursor(data, part.start, part.end)
            version, flags = cursor.full_box()
            index_size = 2 if flags & 1 else 1
            for _ in range(cursor.uint(4)):
                item = cursor.uint(2 if version == 0 else 4)
                mask = (1 << (8 * index_size - 1)) - 1  # the first bit says "essential"
                owned = [cursor.uint(index_size) & mask for _ in range(cursor.uint(1))]
                meta.owned.setdefault(item, []).extend(owned)


def _properties(meta: _Meta, item: int, kind: bytes) -> Iterator[Box]:
    for index in meta.owned.get(item, ()):
        if 0 < index <= len(meta.properties) and meta.properties[index - 1].kind == kind:
            yield meta.properties[index - 1]


def _size(data: bytes, meta: _Meta, item: int) -> tuple[int, int]:
    box = next(_properties(meta, item, b"ispe"), None)
    if box is None:
        raise CorruptPhotoError()
    cursor = Cursor(data, box.start, box.end)
    cursor.full_box()
    return cursor.uint(4), cursor.uint(4)


def _check_claims(data: bytes, meta: _Meta, primary: int, size: tuple[int, int]) -> bytes:
    """Check what the decoder will touch: the picture, its opacity, their tiles; return how they are coded."""
    allowed = 2 * size[0] * size[1] + _TILE_PIXELS
    opacity = [item for (kind, item), of in meta.references.items() if kind == b"auxl" and primary in of]
    layers = [primary, *opacity]
    pieces = [piece for layer in layers for piece in meta.references.get((b"dimg", layer), [layer])]
    if len(pieces) > _MAX_TILES or sum(_pixels(data, meta, item) for item in layers) > 2 * allowed:
        raise CorruptPhotoError()
    if sum(_pixels(data, meta, item) for item in pieces) > 2 * allowed:
        raise CorruptPhotoError()
    coding = meta.kinds.get(pieces[0], b"")
    if coding not in (_HEVC, _AV1):
        raise UnsupportedFormatError(format=f"HEIF ({coding.decode('ascii', 'replace')})")
    coded_bytes = sum(len(_content(data, meta, layer)) for layer in layers)
    for piece in pieces:
        content = _content(data, meta, piece)
        coded_bytes += len(content)
        if coded_bytes > 4 * len(data):
            raise CorruptPhotoError()
        frame = frame_size(content) if meta.kinds.get(piece) == _AV1 else None
        if frame is not None and frame[0] * frame[1] > allowed:
            raise CorruptPhotoError()
    return coding


def _pixels(data: bytes, meta: _Meta, item: int) -> int:
    width, height = _size(data, meta, item)
    return width * height


def _content(data: bytes, meta: _Meta, item: int) -> bytes:
    parts: list[bytes] = []
    for start, length in meta.extents.get(item, ()):
        if start + length > len(data):
            raise TruncatedPhotoError()
        parts.append(data[start : start + length] if length else data[start:])
        if sum(map(len, parts)) > 4 * len(data):
            raise CorruptPhotoError()
    return b"".join(parts)


def _colour(data: bytes, meta: _Meta, primary: int) -> bytes | RgbSpace | None:
    """Return the colours of the primary picture, or of the first picture that it is made of."""
    space: RgbSpace | None = None
    for item in (primary, *meta.references.get((b"dimg", primary), [])[:1]):
        for box in _properties(meta, item, b"colr"):
            cursor = Cursor(data, box.start, box.end)
            kind = cursor.take(4)
            if kind in (b"prof", b"rICC"):
                return cursor.rest()
            if kind == b"nclx" and space is None:
                space = coded(cursor.uint(2), cursor.uint(2))
                if space is None:
                    raise UnsupportedFormatError(format="HDR HEIC/AVIF")
    return space


def _metadata_items(data: bytes, meta: _Meta) -> dict[str, bytes]:
    items: dict[str, bytes] = {}
    for item, kind in meta.kinds.items():
        if kind not in _METADATA:
            continue
        try:
            content = _content(data, meta, item)
        except PhotoError:  # broken metadata must not cost the applicant the check
            continue
        if kind == b"Exif":
            # ISO/IEC 23008-12, A.2.1: the first four bytes say how much stands before the TIFF header.
            items.setdefault("exif", content[4 + int.from_bytes(content[:4], "big") :])
        elif b"<x:xmpmeta" in content or b"<rdf:RDF" in content:
            items.setdefault("xmp", content)
    return items


def _without_metadata(data: bytes, meta: _Meta) -> bytes:
    """Return the file with its EXIF and XMP items renamed, so that no decoder reads them."""
    hidden = [meta.kind_at[item] for item, kind in meta.kinds.items() if kind in _METADATA]
    if not hidden:
        return data
    bare = bytearray(data)
    for at in hidden:
        bare[at : at + 4] = b"skip"
    return bytes(bare)


def _decode_hevc(data: bytes, size: tuple[int, int]) -> Samples:
    try:
        from pi_heif import open_heif
    except ImportError as error:
        raise DecoderMissingError(format="HEIC", extra="heic") from error
    from icao_check.photo.from_pillow import samples_of

    picture = open_heif(data)
    if picture.size[0] * picture.size[1] > size[0] * size[1]:  # turned, and maybe cropped
        raise CorruptPhotoError()
    return samples_of(picture.to_pillow())


def _decode_av1(data: bytes, size: tuple[int, int]) -> Samples:
    from PIL import AvifImagePlugin

    from icao_check.photo.from_pillow import decoded

    picture = AvifImagePlugin.AvifImageFile(io.BytesIO(data))
    # Pillow words the file's own rotation and mirroring as an EXIF orientation.
    orientation = picture.getexif().get(ORIENTATION, 1)
    samples = decoded(picture, size)
    return Samples(
        upright(samples.pixels, orientation),
        samples.model,
        None if samples.alpha is None else upright(samples.alpha, orientation),
    )
