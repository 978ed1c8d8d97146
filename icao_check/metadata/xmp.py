"""XMP packets, of which only dates and the origin of the picture are read (ISO 16684-1)."""

from __future__ import annotations

from xml.parsers import expat

__all__ = ["read_xmp"]

_LONGEST = 1 << 18  # dates stand at the front; what makes a packet longer is histories and thumbnails
_LONGEST_VALUE = 256
_MOST_FOUND = 100

_EXIF = "http://ns.adobe.com/exif/1.0/"
_PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_EVENT = "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
_RESOURCE = "http://www.w3.org/1999/02/22-rdf-syntax-ns# resource"

_WANTED = {
    f"{_EXIF} DateTimeOriginal": "original",
    f"{_EXIF} DateTimeDigitized": "created",
    f"{_EXIF} GPSTimeStamp": "gps",
    f"{_PHOTOSHOP} DateCreated": "original",
    f"{_PHOTOSHOP} Credit": "credit",
    f"{_XMP} CreateDate": "created",
    f"{_XMP} ModifyDate": "modified",
    f"{_XMP} MetadataDate": "modified",
    f"{_XMP} CreatorTool": "software",
    "http://ns.adobe.com/tiff/1.0/ Software": "software",
    f"{_EVENT} softwareAgent": "software",
    f"{_EVENT} digitalSourceType": "source_type",
    f"{_IPTC} DigitalSourceType": "source_type",
    f"{_IPTC} digitalSourceType": "source_type",
    "http://purl.org/dc/terms/ provenance": "credentials",
}


class _DoctypeError(Exception):
    """XMP has no document type; one is an attack on the reader."""


def read_xmp(packet: bytes) -> list[tuple[str, str]]:
    """Read dates, software and the digital source type.

    Parameters
    ----------
    packet : bytes
        XML in UTF-8 or UTF-16. A quarter of a mebibyte of it is read.

    Returns
    -------
    list of (name, text)
        In document order; a name may come several times. Names: ``original``, ``created``, ``modified``,
        ``gps``, ``software``, ``credit``, ``source_type``, ``credentials``. Of a broken packet what comes
        before the damage; nothing of one with a document type.
    """
    found: list[tuple[str, str]] = []
    text: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def keep(name: str, value: str) -> None:
        value = value.strip()
        if value and len(found) < _MOST_FOUND:
            found.append((name, value[:_LONGEST_VALUE]))

    def start(name: str, attributes: dict[str, str]) -> None:
        if not _WANTED.keys().isdisjoint(attributes):
            for attribute, value in attributes.items():
                if attribute in _WANTED:
                    keep(_WANTED[attribute], value)
        if name in _WANTED:
            if _RESOURCE in attributes:
                keep(_WANTED[name], attributes[_RESOURCE])
            text.clear()
            # Handlers cost more than parsing: outside of what is wanted there are none.
            parser.CharacterDataHandler = text.append
            parser.EndElementHandler = end

    def end(name: str) -> None:
        if name in _WANTED:
            keep(_WANTED[name], "".join(text))
            parser.CharacterDataHandler = None
            parser.EndElementHandler = None

    def refuse(*_: object) -> None:
        raise _DoctypeError

    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(packet[:_LONGEST].lstrip(b" \t\r\n"), True)
    except _DoctypeError:
        return []
    except (expat.ExpatError, ValueError, LookupError):
        pass  # what came before the damage stands; the two others: an encoding that Python does not know
    return found
