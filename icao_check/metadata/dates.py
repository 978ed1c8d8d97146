"""Statements about when a picture was taken, and the ways in which files write a date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Literal

__all__ = [
    "SOURCES",
    "DateEvidence",
    "DateSource",
    "Proof",
    "parse_date",
    "parse_date_in_words",
    "parse_gps_date",
    "parse_iptc_date",
]

DateSource = Literal[
    "declared",
    "exif_original",
    "gps",
    "exif_digitized",
    "xmp_original",
    "iptc_created",
    "xmp_created",
    "iptc_digitized",
    "png_created",
    "camera_name",
    "messenger_name",
    "screenshot_name",
    "scan_name",
    "saved_name",
    "exif_modified",
    "xmp_modified",
    "png_modified",
    "file_time",
]
Proof = Literal["taken", "digitised", "existed"]

SOURCES: dict[DateSource, Proof] = {
    "declared": "taken",
    "exif_original": "taken",
    "gps": "taken",
    "exif_digitized": "digitised",
    "xmp_original": "taken",
    "iptc_created": "taken",
    "xmp_created": "digitised",
    "iptc_digitized": "digitised",
    "png_created": "digitised",
    "camera_name": "existed",
    "messenger_name": "existed",
    "screenshot_name": "existed",
    "scan_name": "existed",
    "saved_name": "existed",
    "exif_modified": "existed",
    "xmp_modified": "existed",
    "png_modified": "existed",
    "file_time": "existed",
}
"""What each kind of statement is about, the strongest first.

``taken``: the moment of exposure. ``digitised``: the moment at which the picture became a file; that of
exposure in a camera, later in a scanner, and no such thing for a document that an editor made. ``existed``:
the file or its picture was there already, so that it was taken then or before. A name given by a camera only
says ``existed``: a camera writes the date inside the file too, so that a file which has it in its name alone
was saved again by something else, perhaps under the date of the saving.
"""

_FARTHEST_EAST = timedelta(hours=14)
_FARTHEST_WEST = timedelta(hours=12)
_HALF_A_DAY = timedelta(hours=12)
_FIRST_YEAR = 1900  # before that, no photo of anyone who applies today

# Camera, ISO 8601 and what lies between: "2026:03:02 10:11:12", "2026-03-02T10:11:12.345+01:00",
# "2026.03.02".
_NUMERIC = re.compile(
    r"(?P<date>\d{4}[-:./]\d{1,2}[-:./]\d{1,2})"
    r"(?:[T :]+(?P<time>\d{1,2}:\d{2}(?::\d{2})?)(?:[.,](?P<fraction>\d+))?"
    r"\s*(?P<offset>Z|[-+]\d{2}:?\d{2})?)?"
)
_OFFSET = re.compile(r"([-+])(\d{2}):?(\d{2})")


@dataclass(frozen=True, slots=True)
class DateEvidence:
    """One statement about when the picture was taken.

    Attributes
    ----------
    source : str
        Who says so, from :data:`SOURCES`.
    moment : datetime
        As stated; aware if the offset from UTC is known.
    day_only : bool
        Only the date is stated; the time of `moment` means nothing.
    """

    source: DateSource
    moment: datetime
    day_only: bool = False

    @property
    def day(self) -> date:
        """The day as stated: that of the calendar where the picture was taken, or of UTC."""
        return self.moment.date()

    @property
    def proof(self) -> Proof:
        """What the statement is about."""
        return SOURCES[self.source]

    @property
    def earliest(self) -> datetime:
        """The first moment that is meant, in UTC, naive. A clock without offset may be anywhere."""
        start = datetime.combine(self.moment.date(), time()) if self.day_only else self.moment
        offset = self.moment.utcoffset()
        return start.replace(tzinfo=None) - (_FARTHEST_EAST if offset is None else offset)

    @property
    def latest(self) -> datetime:
        """The last moment that is meant, in UTC, naive."""
        end = self.moment
        if self.day_only:
            end = datetime.combine(self.moment.date(), time()) + timedelta(days=1)
        offset = self.moment.utcoffset()
        return end.replace(tzinfo=None) + (_FARTHEST_WEST if offset is None else -offset)

    def is_before(self, other: DateEvidence) -> bool:
        """Whether it means an earlier moment, wherever its clock is, and be it set to a.m. for p.m."""
        return self.latest + _HALF_A_DAY < other.earliest

    def agrees_with(self, other: DateEvidence) -> bool:
        """Whether both may mean the same moment."""
        return not self.is_before(other) and not other.is_before(self)


def parse_date(
    source: DateSource, text: str | None, *, offset: str | None = None, subseconds: str | None = None
) -> DateEvidence | None:
    """Read a date of digits, as EXIF (CIPA DC-008, 4.6.5), TIFF, XMP (ISO 16684-1, 8.2.1.2) and PNG have it.

    Parameters
    ----------
    source : str
        Who says so.
    text : str or None
        ``2026:03:02 10:11:12``, ``2026-03-02T10:11:12.345+01:00``, a date alone, and the same with other
        signs between the digits, as some software writes them. What follows a NUL is not read.
    offset, subseconds : str or None
        From the tags beside it.

    Returns
    -------
    DateEvidence or None
        None where it is no date: blank, zeros, the 31st of February, a year or month alone.
    """
    match = _NUMERIC.fullmatch((text or "").partition("\0")[0].strip())
    if match is None:
        return None
    year, month, day = (int(part) for part in re.split(r"\D", match["date"]))
    if year < _FIRST_YEAR:
        return None
    hour, minute, second = (*(int(part) for part in (match["time"] or "24").split(":")), 0, 0)[:3]
    day_only = hour == 24  # no time is stated; some phones write the hour after midnight so
    if day_only:
        hour = minute = second = 0
    fraction = (match["fraction"] or (subseconds or "").strip("\0 "))[:6]
    try:
        zone = _zone(match["offset"] or offset)
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)  # 60: a leap second
    except ValueError:
        return None
    if fraction.isascii() and fraction.isdecimal() and not day_only:
        moment = moment.replace(microsecond=int(fraction.ljust(6, "0")))
    return DateEvidence(source, moment, day_only)


def parse_date_in_words(source: DateSource, text: str) -> DateEvidence | None:
    """Read a date as PNG software writes it: of digits, or ``Mon, 02 Mar 2026 10:11:12 +0100`` (RFC 5322)."""
    found = parse_date(source, text)
    if found is not None or not text.isascii() or len(text) > 64:
        return found
    from email.utils import parsedate_tz

    parts = parsedate_tz(text)
    if parts is None or not _FIRST_YEAR <= parts[0] <= 9999:
        return None
    try:
        zone = None if parts[9] is None else timezone(timedelta(seconds=parts[9]))
        return DateEvidence(source, datetime(*parts[:6], tzinfo=zone))
    except (ValueError, OverflowError):
        return None


def parse_iptc_date(source: DateSource, day: str | None, clock: str | None) -> DateEvidence | None:
    """Read CCYYMMDD and HHMMSS±HHMM (IPTC-IIM 4.2, data sets 2:55 and 2:60, 2:62 and 2:63)."""
    if day is None or not re.fullmatch(r"\d{8}", day):
        return None
    text = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    if clock is not None and re.fullmatch(r"\d{6}([-+]\d{4})?", clock):
        text += f"T{clock[:2]}:{clock[2:4]}:{clock[4:6]}{clock[6:]}"
    return parse_date(source, text)


def parse_gps_date(day: str | None, clock: tuple[float, ...] | None) -> DateEvidence | None:
    """Read date and time of the satellites, in UTC (CIPA DC-008, GPS directory, tags 29 and 7)."""
    found = parse_date("gps", day)
    if found is None:
        return None
    moment, day_only = found.moment.replace(tzinfo=UTC), True
    if clock is not None and len(clock) == 3 and all(0 <= part < 60 for part in clock) and clock[0] < 24:
        moment, day_only = moment + timedelta(hours=clock[0], minutes=clock[1], seconds=clock[2]), False
    return DateEvidence("gps", moment, day_only)


def _zone(offset: str | None) -> timezone | None:
    if offset is None:
        return None
    text = offset.strip("\0 ")
    if text == "Z":
        return UTC
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    shift = timedelta(hours=int(match[2]), minutes=int(match[3]))
    if shift > _FARTHEST_EAST:
        return None
    return timezone(shift if match[1] == "+" else -shift)
