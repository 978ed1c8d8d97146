"""Dates in file names, as phones, messengers, scanners and screenshots write them.

A name that a person chose says nothing: only the patterns of devices and apps are read.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from unicodedata import normalize

from icao_check.metadata.dates import DateEvidence, DateSource, parse_date

__all__ = ["read_name"]

_LONGEST = 255
_DAY = r"(?P<y>(?:19|20)\d\d)(?P<s>[-_. ]?)(?P<m>\d\d)(?P=s)(?P<d>\d\d)"
_DAY_FIRST = r"(?P<d>\d\d)-(?P<m>\d\d)-(?P<y>20\d\d)"
_TIME = r"(?P<H>\d\d)(?P<t>[-_.:h]?)(?P<M>\d\d)(?P=t)(?P<S>\d\d)"
_MILLISECONDS = r"(?P<ms>1\d{12})(?!\d)"
_COPY = re.compile(r"^(?:copy of|copie de|kopie van|kopie von|resized|edited|cropped)[-_ ]+")

_SCREENSHOT = (
    r"screen[-_ ]?shot|screen[-_ ]?capture|schermafbeelding|schermafdruk|capture d[’'`]écran|bildschirmfoto"
    r"|smartselect|captura"
)
_SCAN = r"scan|scanned|gescand|numérisation|numerisation|camscanner|adobe scan|office lens|genius scan"
_CHANGING_APP = (
    r"b612|beautyplus|beautycam|airbrush|facetune|youcam|meitu|ulike|faceapp|picsart|inshot|polish|remini|c360"
    r"|camera360|snapseed|lrm_export|pixlr|photoroom|canva"
)
_CAMERA = r"img|mvimg|pano|photo|portrait|pic|image|dsc|dji|win|wp|hdr|burst|cimg|p"

_PATTERNS: tuple[tuple[DateSource, str], ...] = (
    # Messengers: the day on which the picture was sent, received or saved.
    ("messenger_name", rf"img-{_DAY}-wa\d+"),
    ("messenger_name", rf".*whatsapp.*?{_DAY}(?:.*?{_TIME})?"),
    ("messenger_name", rf"(?:signal|threema|telegram|viber[_ ]image)[-_ ]{_DAY}(?:[-_ ]{_TIME})?"),
    ("messenger_name", rf"photo_{_DAY}_{_TIME}"),
    ("messenger_name", rf"photo_\d+@{_DAY_FIRST}_{_TIME}"),
    ("messenger_name", rf"kakaotalk(?:_photo)?_{_DAY}[-_]{_TIME}"),
    ("messenger_name", rf"(?:mmexport|wx_camera_|line_|imo_){_MILLISECONDS}"),
    # Screenshots show another picture, of whatever age; a scan shows a print.
    ("screenshot_name", rf"(?:{_SCREENSHOT})[-_ a-z]*{_DAY}(?:.*?{_TIME})?"),
    ("scan_name", rf"(?:{_SCAN})[-_ a-z]*{_DAY}(?:[-_ t]{{1,3}}{_TIME})?"),
    # Apps that save a copy, changed or not, under the day of the saving.
    ("saved_name", rf"fb_img_{_MILLISECONDS}"),
    ("saved_name", rf"(?:{_CHANGING_APP})[-_ a-z0-9]*?{_DAY}(?:[-_ ]?{_TIME})?"),
    ("camera_name", rf"(?:(?:{_CAMERA})[-_])?{_DAY}[-_. t]{_TIME}"),
    ("camera_name", rf"(?:img|p)[-_]{_DAY}(?:[-_]\d{{1,5}})?(?=[. (]|$)"),
)
_RULES = tuple((source, re.compile(pattern)) for source, pattern in _PATTERNS)
_PIXEL = re.compile(rf"pxl_{_DAY}_{_TIME}")  # the one camera whose names are in UTC


def read_name(name: str) -> DateEvidence | None:
    """Read the date that a device or an app put into a file name.

    Parameters
    ----------
    name : str
        A file name or path. What is not recognised counts for nothing, and nothing of it is kept.

    Returns
    -------
    DateEvidence or None
        With the source ``camera_name``, ``messenger_name``, ``screenshot_name``, ``scan_name`` or
        ``saved_name``.
    """
    # Some systems hand on "é" as two characters.
    base = normalize("NFC", re.split(r"[/\\]", name)[-1][-_LONGEST:]).casefold()
    base = _COPY.sub("", base)
    pixel = _PIXEL.match(base)
    if pixel is not None:
        return _evidence("camera_name", pixel, "Z")
    for source, pattern in _RULES:
        match = pattern.match(base)
        if match is not None:
            found = _evidence(source, match)
            if found is not None:
                return found
    return None


def _evidence(source: DateSource, match: re.Match[str], offset: str | None = None) -> DateEvidence | None:
    parts = match.groupdict()
    if parts.get("ms") is not None:
        return DateEvidence(source, datetime.fromtimestamp(int(parts["ms"]) / 1000.0, UTC))
    text = f"{parts['y']}-{parts['m']}-{parts['d']}"
    if parts.get("H") is not None:
        text += f"T{parts['H']}:{parts['M']}:{parts['S']}"
    return parse_date(source, text, offset=offset)
