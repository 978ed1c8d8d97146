"""What a file says about when and how its picture was made.

Only dates, classes of origin with product names from our own list, and the focal length leave this room.
Positions, names of people, serial numbers and comments are never kept. Nothing here decides:
:mod:`icao_check.dating` weighs the dates, the measures give values, the profile holds the limits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from icao_check.metadata.blocks import Blocks, find_blocks
from icao_check.metadata.dates import (
    SOURCES,
    DateEvidence,
    DateSource,
    Proof,
    parse_date,
    parse_date_in_words,
    parse_gps_date,
    parse_iptc_date,
)
from icao_check.metadata.exif import ExifTags, read_exif
from icao_check.metadata.iptc import iptc_of_resources, read_iptc
from icao_check.metadata.names import read_name
from icao_check.metadata.optics import Optics, read_optics
from icao_check.metadata.provenance import (
    Trace,
    TraceKind,
    credentials_trace,
    device_traces,
    software_traces,
    source_type_trace,
)
from icao_check.metadata.xmp import read_xmp

__all__ = [
    "SOURCES",
    "DateEvidence",
    "DateSource",
    "Metadata",
    "Optics",
    "Proof",
    "Trace",
    "TraceKind",
    "read_metadata",
]

_RANK = {source: rank for rank, source in enumerate(SOURCES)}
_EXIF_DATES: dict[str, DateSource] = {
    "original": "exif_original",
    "digitized": "exif_digitized",
    "modified": "exif_modified",
}
_XMP_DATES: dict[str, DateSource] = {
    "original": "xmp_original",
    "created": "xmp_created",
    "modified": "xmp_modified",
    "gps": "gps",
}
_PNG_DATES: dict[str, DateSource] = {
    "exif:DateTimeOriginal": "exif_original",
    "exif:DateTimeDigitized": "exif_digitized",
    "exif:DateTime": "exif_modified",
    "Creation Time": "png_created",
    "date:create": "png_modified",  # file times of the computer that converted the picture
    "date:modify": "png_modified",
}
_PROMPT_TEXTS = {
    "prompt": "ComfyUI",
    "workflow": "ComfyUI",
    "invokeai_metadata": "InvokeAI",
    "sd-metadata": "InvokeAI",
    "Dream": "InvokeAI",
}
_SOFTWARE_TAGS = ("software", "processing_software", "editing_software", "raw_software")
_GENERATION = re.compile(rb"\bSteps: \d+, .{0,40}Sampler: ", re.S)
_MIDJOURNEY = re.compile(r"\bJob ID: [0-9a-f]{8}-[0-9a-f]{4}-")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of the origin of a picture.

    Attributes
    ----------
    dates : tuple of DateEvidence
        Strongest first.
    traces : tuple of Trace
        Each once.
    optics : Optics or None
        Of the camera, where it says so.
    """

    dates: tuple[DateEvidence, ...] = ()
    traces: tuple[Trace, ...] = ()
    optics: Optics | None = None


_Result = TypeVar("_Result")
_Entries = list[tuple[str, str]]


def read_metadata(
    data: bytes,
    items: Mapping[str, bytes] | None = None,
    *,
    name: str | None = None,
    file_time: datetime | None = None,
) -> Metadata:
    """Read the metadata of a photo file.

    Parameters
    ----------
    data : bytes
        The file: JPEG, PNG, TIFF, WebP, JPEG 2000 or HEIF.
    items : mapping of str to bytes, optional
        The EXIF block (``exif``) and the XMP packet (``xmp``) of a HEIF file, which its index finds.
    name : str, optional
        The name under which it was handed in.
    file_time : datetime, optional
        When the file was last changed where it was stored; aware.

    Returns
    -------
    Metadata
        Whatever the state of the file: damaged metadata are left out, and never an error.
    """
    blocks = _attempt(Blocks(), find_blocks, data, items or {})
    exif = _attempt(ExifTags({}, {}, {}, {}), read_exif, blocks.exif)
    if "xmp" in exif.data:  # in TIFF, a tag
        blocks.xmp.append(exif.data["xmp"])
    nothing: _Entries = []
    xmp = [entry for packet in blocks.xmp for entry in _attempt(nothing, read_xmp, packet)]
    iptc = _attempt(dict[str, str](), read_iptc, _iptc_block(blocks, exif))
    named = None if name is None else _attempt(None, read_name, name)
    dates = [date for date in _dates(exif, xmp, iptc, blocks) if date is not None]
    traces = list(_traces(exif, xmp, iptc, blocks))
    if named is not None and name is not None:
        dates.append(named)
        traces += _traces_of_name(named, name)
    if file_time is not None:
        dates.append(DateEvidence("file_time", file_time))
    return Metadata(
        dates=tuple(sorted(dict.fromkeys(dates), key=lambda date: (_RANK[date.source], date.earliest))),
        traces=tuple(dict.fromkeys(traces)),
        optics=_attempt(None, read_optics, exif.number, exif.ratio),
    )


def _attempt(otherwise: _Result, read: Callable[..., _Result], *arguments: object) -> _Result:
    # The parsers are written for damaged input; should one still stumble, the applicant must not pay for it.
    try:
        return read(*arguments)
    except MemoryError:
        raise
    except Exception:
        return otherwise


def _iptc_block(blocks: Blocks, exif: ExifTags) -> bytes:
    return (
        blocks.iptc
        or iptc_of_resources(blocks.resources)
        or exif.data.get("iptc", b"")
        or iptc_of_resources(exif.data.get("photoshop", b""))
    )


def _dates(
    exif: ExifTags, xmp: _Entries, iptc: Mapping[str, str], blocks: Blocks
) -> Iterator[DateEvidence | None]:
    for tag, source in _EXIF_DATES.items():
        yield parse_date(
            source,
            exif.text.get(tag),
            offset=exif.text.get(f"offset_{tag}"),
            subseconds=exif.text.get(f"subseconds_{tag}"),
        )
    yield parse_gps_date(exif.text.get("gps_date"), exif.gps_time)
    for key, text in xmp:
        if key in _XMP_DATES:
            yield parse_date(_XMP_DATES[key], text)
    yield parse_iptc_date("iptc_created", iptc.get("created"), iptc.get("created_time"))
    yield parse_iptc_date("iptc_digitized", iptc.get("digitized"), iptc.get("digitized_time"))
    for key, source in _PNG_DATES.items():
        if key in blocks.texts:
            yield parse_date_in_words(source, blocks.texts[key])
    yield parse_date("png_modified", blocks.modified)


def _traces(exif: ExifTags, xmp: _Entries, iptc: Mapping[str, str], blocks: Blocks) -> Iterator[Trace]:
    file_source = exif.data.get("file_source", b"")
    if file_source in (b"\1", b"\2"):
        yield Trace("scanner")
    elif file_source == b"\3" or exif.data.keys() & {"exposure", "aperture", "sensitivity"}:
        yield Trace("camera")
    texts = [exif.text[tag] for tag in _SOFTWARE_TAGS if tag in exif.text]
    texts += [text for key, text in xmp if key in ("software", "credit")]
    texts += [iptc.get("software", ""), blocks.texts.get("Software", "")]
    yield from software_traces(texts)
    yield from device_traces(exif.text[tag] for tag in ("make", "model") if tag in exif.text)
    if blocks.saved_for_web:
        yield Trace("editor", "Adobe Photoshop")
    for key, text in xmp:
        trace = source_type_trace(text) if key == "source_type" else None
        if trace is not None:
            yield trace
    manifests = blocks.credentials or exif.data.get("credentials", b"")
    if manifests:
        yield credentials_trace(manifests)
    elif any(key == "credentials" for key, _ in xmp):
        yield Trace("credentials")
    comment = exif.data.get("comment", b"").replace(b"\0", b"")
    if comment.endswith(b"Screenshot"):
        yield Trace("screenshot")
    if _GENERATION.search(comment) or _GENERATION.search(blocks.texts.get("parameters", "").encode()):
        yield Trace("generated", "Stable Diffusion")
    for key, product in _PROMPT_TEXTS.items():
        if blocks.texts.get(key, "").startswith(("{", "[", '"')):
            yield Trace("generated", product)
    if _MIDJOURNEY.search(blocks.texts.get("Description", "")):
        yield Trace("generated", "Midjourney")


def _traces_of_name(named: DateEvidence, name: str) -> Iterator[Trace]:
    if named.source == "screenshot_name":
        yield Trace("screenshot")
    elif named.source == "scan_name":
        yield Trace("scanner")
    elif named.source == "saved_name":
        yield from software_traces([name])
