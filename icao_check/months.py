"""Periods of calendar months, as the law counts them.

A period in months ends on the same date of the last month, and on the last day of a month that lacks that
date (Regulation (EEC, Euratom) No 1182/71, Article 3(2)(c)).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date

__all__ = ["add_months", "months_between"]


def add_months(day: date, months: int) -> date:
    """Return the same date some calendar months later, or the last day of a shorter month.

    Raises
    ------
    ValueError
        That lies beyond the calendar (years 1 to 9999).
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise ValueError(f"{months} months from {day} lie beyond the calendar")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_between(earlier: date, later: date) -> float:
    """Return whole calendar months plus the share of the month begun.

    31 August to 28 February is six months: a date that a month lacks is its last day.

    Raises
    ------
    ValueError
        `later` lies before `earlier`.
    """
    if later < earlier:
        raise ValueError(f"{later} lies before {earlier}")
    whole = (later.year - earlier.year) * 12 + later.month - earlier.month
    if add_months(earlier, whole) > later:
        whole -= 1
    begun = add_months(earlier, whole)
    if begun == later:
        return float(whole)
    return whole + (later - begun).days / (add_months(earlier, whole + 1) - begun).days
