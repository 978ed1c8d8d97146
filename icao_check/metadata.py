"""Capture-date evidence: what a file says about when its picture was taken.

Nothing here decides; :mod:`icao_check.measures.age` weighs the evidence and the profile holds the limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal

__all__ = ["DateEvidence", "date_evidence"]

DateSource = Literal["declared", "exif_original", "exif_digitized"]

# CIPA DC-008 (EXIF 3.0), table of date and time tags: date, sub-seconds are not needed, offset.
_EXIF_DATES: tuple[tuple[DateSource, int, int], ...] = (
    ("exif_original", 0x9003, 0x9011),
    ("exif_digitized", 0x9004, 0x9012),
)


@dataclass(frozen=True, slots=True)
class DateEvidence:
    """One statement about when the picture was taken.

    Attributes
    ----------
    source : str
        ``declared`` (by the caller), ``exif_original`` (shutter) or ``exif_digitized`` (sensor or scanner).
    moment : datetime
        As stated; aware if the offset from UTC is stated too.
    """

    source: DateSource
    moment: datetime


def date_evidence(exif: Mapping[int, object]) -> tuple[DateEvidence, ...]:
    """Collect the capture dates of a file, strongest first.

    Parameters
    ----------
    exif : mapping of tag number to value
        Tags of the primary and the EXIF directory (CIPA DC-008).

    Returns
    -------
    tuple of DateEvidence
        Empty where there is none. Values that are no dates are left out.
    """
    found = []
    for source, date_tag, offset_tag in _EXIF_DATES:
        moment = _exif_moment(exif.get(date_tag), exif.get(offset_tag))
        if moment is not None:
            found.append(DateEvidence(source, moment))
    return tuple(found)


def _exif_moment(text: object, offset: object) -> datetime | None:
    try:
        moment = datetime.strptime(str(text).strip("\0 ")[:19], "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    try:
        sign = {"+": 1, "-": -1}[str(offset)[:1]]
        hours, minutes = str(offset)[1:6].split(":")
        zone = timezone(sign * timedelta(hours=int(hours), minutes=int(minutes)))
    except (KeyError, ValueError):
        return moment
    return moment.replace(tzinfo=zone)
