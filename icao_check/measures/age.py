"""Evidence of when a photo was taken, and of its having been used before."""

from __future__ import annotations

from datetime import date

import numpy as np

from icao_check.kernels import age as kernels
from icao_check.measurement import Measurement
from icao_check.measures.case import Case
from icao_check.reuse import HASH_BITS, perceptual_hash

__all__ = ["add_months", "image_age", "months_between", "reuse"]


def image_age(case: Case) -> Measurement:
    """Return the age of the photo on the day of the application, in calendar months.

    The declared date counts before what the file says. Age cannot be seen in pixels: without a date there is
    no value (``no_evidence``), and a date after the application is a contradiction.
    """
    dates = [(evidence.source, evidence.moment.date()) for evidence in case.photo.dates]
    if case.taken_on is not None:
        dates.insert(0, ("declared", case.taken_on))
    if not dates:
        return Measurement(None, reason="no_evidence")
    source, taken = dates[0]
    facts = {"taken_on": taken.isoformat(), "source": source}
    if taken > case.on:
        return Measurement(None, reason="contradictory_evidence", facts=facts)
    return Measurement(months_between(taken, case.on), facts=facts)


def months_between(earlier: date, later: date) -> float:
    """Return whole calendar months plus the share of the month begun.

    31 August to 28 February is six months: a day that a month lacks is its last day.

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
    return whole + (later - begun).days / (add_months(earlier, whole + 1) - begun).days


def add_months(day: date, months: int) -> date:
    """Return the same day some calendar months later, or the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def reuse(case: Case) -> Measurement:
    """Return in how many bits the perceptual hashes of the photo and of an earlier one differ, in %.

    0 is the same exposure; photos of different people differ in a quarter of the bits or more.
    """
    assert case.face is not None and case.reference is not None
    if case.reference_face is None:
        return Measurement(None, reason="no_face")
    own = perceptual_hash(case.photo, case.face)
    earlier = perceptual_hash(case.reference, case.reference_face)
    distance = kernels.hamming_distances(own, earlier[np.newaxis])
    return Measurement(float(distance[0]) / HASH_BITS * 100.0)
