"""Evidence of when a photo was taken, and of its having been used before."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np

from icao_check.dating import Dating, weigh
from icao_check.kernels import age as kernels
from icao_check.measurement import Evidence, Fact, Measurement
from icao_check.measures.case import Case
from icao_check.metadata import DateEvidence
from icao_check.months import add_months, months_between
from icao_check.reuse import HASH_BITS, perceptual_hash

__all__ = ["add_months", "image_age", "months_between", "reuse"]

_DETAILS = {
    "camera_name": "camera_name",
    "messenger_name": "messenger",
    "saved_name": "saved",
    "scan_name": "scan",
    "screenshot_name": "screenshot",
    "file_time": "file_time",
}


def image_age(case: Case) -> Measurement:
    """Return the age of the photo on the day of the application, in calendar months.

    Age cannot be seen in pixels; it is evidence (:mod:`icao_check.dating`). Where only an upper bound of the
    capture date is known, the value is the least age that the photo can have, and its extremes are open: it
    may prove the photo too old, never recent. Where statements contradict each other, the extremes are the
    ages that they give. Without evidence there is no value (``no_evidence``).
    """
    dating = weigh(case.photo.metadata, case.on, case.taken_on)
    facts: dict[str, Fact] = {"on": case.on.isoformat(), "confidence": dating.confidence}
    if dating.other is not None:
        facts |= {"other_on": dating.other.day.isoformat(), "other_source": _source(dating.other, dating)}
    counts = dating.taken or dating.not_after
    if counts is None:
        return _undated(dating, case.on, facts)
    facts |= {"dated": counts.day.isoformat(), "source": _source(counts, dating)}
    value = _age(counts.day, case.on)
    if dating.taken is not None:
        facts |= {"basis": "taken", "taken_on": counts.day.isoformat()}
        detail: str | None = dating.conflict
        if detail == "future" and dating.other is not None and dating.other.source == "declared":
            detail = "declared_future"
        extremes = None if dating.span is None else _ages(dating.span, case.on)
        if dating.span is not None and dating.span[0] not in (None, counts.day):
            facts["counted_from"] = str(dating.span[0])
    else:
        facts |= {"basis": "existed", "not_after": counts.day.isoformat()}
        detail = dating.conflict or dating.recapture or _DETAILS.get(counts.source)
        extremes = (value, math.inf)
    if detail is not None:
        facts["detail"] = detail
    if dating.doubtful:
        facts["detail"] = f"{dating.conflict}_perhaps"
    dispute = None
    if extremes is not None:
        dispute = "not_newer_than" if dating.conflict is None else "contradictory_evidence"
    return Measurement(
        value,
        uncertainty=_day_in_months(counts.day, case.on) if counts.source == "gps" else 0.0,
        doubt="contradictory_evidence" if dating.doubtful else None,
        extremes=extremes,
        dispute=dispute,
        evidence=_evidence(dating, case.on),
        facts=facts,
    )


def _undated(dating: Dating, on: date, facts: dict[str, Fact]) -> Measurement:
    evidence = _evidence(dating, on)
    if dating.conflict is not None:
        facts["detail"] = f"{dating.conflict}_only"
        return Measurement(None, reason="contradictory_evidence", evidence=evidence, facts=facts)
    if dating.hint is not None and dating.hint.day < on:
        facts |= {
            "detail": _DETAILS.get(dating.hint.source, "document"),
            "file_on": dating.hint.day.isoformat(),
        }
    return Measurement(None, reason="no_evidence", evidence=evidence, facts=facts)


def _age(taken: date, on: date) -> float:
    # The calendar may be a day ahead where the picture was taken.
    return months_between(min(taken, on), on)


def _ages(span: tuple[date | None, date], on: date) -> tuple[float, float]:
    earliest, latest = span
    return _age(latest, on), math.inf if earliest is None else _age(earliest, on)


def _day_in_months(taken: date, on: date) -> float:
    """Return what one day more or less makes of an age: satellites tell the date of Greenwich."""
    day = timedelta(days=1)
    return max(_age(taken - day, on) - _age(taken, on), _age(taken, on) - _age(taken + day, on))


def _source(statement: DateEvidence, dating: Dating) -> str:
    """Return the code of what a statement is called: the dates in a scan are of no camera clock."""
    if dating.recapture is None or statement.proof == "existed" or statement.source == "declared":
        return statement.source
    return "entered" if statement is dating.taken else dating.recapture


def _evidence(dating: Dating, on: date) -> tuple[Evidence, ...]:
    # A file time is told only where it says something: else the same bytes would give another report.
    return tuple(
        Evidence(weighed.evidence.source, weighed.evidence.day.isoformat(), weighed.role, weighed.why)
        for weighed in dating.chain
        if weighed.evidence.source != "file_time"
        or (weighed.evidence is dating.hint and weighed.evidence.day < on)
    )


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
