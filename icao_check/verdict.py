"""Measurement × limit → verdict, margin and score; verdicts of checks → verdict of the photo."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_serializer

from icao_check.catalogue import EVIDENCE_CHECKS, CheckSpec
from icao_check.measurement import Evidence, Fact, Measurement, significant
from icao_check.months import add_months
from icao_check.profile import Bounds, Limit

__all__ = [
    "SEVERITY",
    "CheckResult",
    "Limits",
    "PhotoVerdict",
    "Record",
    "Verdict",
    "ideal_of",
    "judge",
    "margin",
    "roll_up",
    "score",
    "skipped",
    "worst",
]

PhotoVerdict = Literal["pass", "borderline", "fail", "review"]
SEVERITY: tuple[PhotoVerdict, ...] = ("pass", "borderline", "review", "fail")
"""The verdicts, the best first."""
Verdict = Literal[PhotoVerdict, "skipped"]


class Record(BaseModel):
    """An immutable entry of a report. Unknown keys are ignored: a newer release may have written them."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Limits(Record):
    """The bounds that a value was compared with; closed, None on an open side."""

    accepted: tuple[float | None, float | None] = Field(alias="pass")
    tolerated: tuple[float | None, float | None] | None = None

    @model_serializer
    def _compact(self) -> dict[str, Any]:
        bounds: dict[str, Any] = {"pass": self.accepted}
        if self.tolerated is not None:
            bounds["tolerated"] = self.tolerated
        return bounds


class CheckResult(Record):
    """The result of one check.

    Attributes
    ----------
    id : str
        From :mod:`icao_check.catalogue`.
    verdict : str
        ``pass``, ``borderline``, ``fail``, ``review`` (a person has to look) or ``skipped`` (not checked).
    value, uncertainty : float or None
        In `unit`, four significant digits; None where nothing could be measured.
    limits : Limits or None
        Of the profile.
    margin : float or None
        Signed distance to the nearest accepted bound, in `unit`; negative outside.
    score : float or None
        0–100, higher is better, 50 at the outer limit.
    reason : str or None
        Why not ``pass``; a closed vocabulary.
    waivable_by : tuple of str
        What would lift this check: a waiver or an age group.
    facts : dict
        Numbers, codes and ISO dates that the message uses. What is limited in months has ``usable_until``,
        and ``days_left`` or ``days_over``, wherever the verdict stands.
    evidence : tuple of Evidence
        What the result rests on, the strongest first.
    """

    id: str
    verdict: Verdict
    value: float | None = None
    uncertainty: float | None = None
    unit: str = ""
    limits: Limits | None = None
    margin: float | None = None
    score: float | None = None
    reason: str | None = None
    waivable_by: tuple[str, ...] = ()
    facts: dict[str, Fact] = Field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()

    def message(self, lang: str = "en") -> str:
        """Say the result in words."""
        from icao_check.messages import check_text

        return check_text(self, lang)[0]

    def remedy(self, lang: str = "en") -> str:
        """Say what to do about it; empty where nothing is to be done."""
        from icao_check.messages import check_text

        return check_text(self, lang)[1]


def judge(
    spec: CheckSpec, measurement: Measurement, limit: Limit, waivable_by: tuple[str, ...] = ()
) -> CheckResult:
    """Compare a measurement with its limit.

    Parameters
    ----------
    spec : CheckSpec
        The check.
    measurement : Measurement
        In the unit of the check.
    limit : Limit
        From a profile.
    waivable_by : tuple of str
        What would lift this check.

    Returns
    -------
    CheckResult
        ``pass`` within the accepted bounds, ``borderline`` within the tolerated ones, ``fail`` outside,
        ``review`` where the value is missing or doubtful. A value within its uncertainty of the bound
        beyond which it fails is ``borderline`` too: the photo may as well be on the other side.

    Notes
    -----
    The value is rounded to four significant digits *before* it is compared, so that what is printed and
    what was judged are the same number, on every machine.
    """
    if measurement.value is None:
        return CheckResult(
            id=spec.id,
            verdict="review",
            unit=spec.unit,
            limits=_limits(limit),
            reason=measurement.reason,
            waivable_by=waivable_by,
            facts=dict(measurement.facts),
            evidence=measurement.evidence,
        )
    value = significant(measurement.value)
    uncertainty = significant(measurement.uncertainty)
    verdict: Verdict
    if _within(value, limit.accepted):
        verdict = "borderline" if _touches(value, uncertainty, limit) else "pass"
    elif _within(value, limit.outer) or _within(value, limit.outer, widened_by=uncertainty):
        verdict = "borderline"
    else:
        verdict = "fail"
    reason = None if verdict == "pass" else measurement.finding or _direction(spec, value, limit)
    facts = dict(measurement.facts)
    if reason is not None and (other := limit.resembling(value)) is not None:
        facts["resembles"] = other
    if measurement.doubt is not None:
        verdict, reason = "review", measurement.doubt
    elif _disputed(measurement, limit):
        verdict, reason = "review", measurement.dispute
    elif verdict == "fail" and measurement.excuse is not None:
        verdict, reason = "review", measurement.excuse
    if spec.unit == "months" and verdict != "review":
        facts |= _deadline(facts, limit)
    return CheckResult(
        id=spec.id,
        verdict=verdict,
        value=value,
        uncertainty=uncertainty,
        unit=spec.unit,
        limits=_limits(limit),
        margin=significant(margin(value, limit)),
        score=score(value, limit),
        reason=reason,
        waivable_by=waivable_by,
        facts=facts,
        evidence=measurement.evidence,
    )


def skipped(spec: CheckSpec, reason: str, waivable_by: tuple[str, ...] = ()) -> CheckResult:
    """Return the result of a check that was not made, and why."""
    return CheckResult(id=spec.id, verdict="skipped", unit=spec.unit, reason=reason, waivable_by=waivable_by)


def margin(value: float, limit: Limit) -> float:
    """Return the signed distance to the nearest accepted bound; negative outside."""
    low, high = limit.accepted
    distances = ([] if low is None else [value - low]) + ([] if high is None else [high - value])
    return min(distances)


def score(value: float, limit: Limit) -> float:
    """Map a value to 0–100: 100 at the ideal, 50 at the outer limit, falling on both sides of it.

    Parameters
    ----------
    value : float
        In the unit of the limit.
    limit : Limit
        With its ideal.

    Returns
    -------
    float
        ``100 / (1 + d)`` with one decimal, where d is the distance from the ideal in units of the distance
        between the ideal and the outer limit (for a quantity that is better the more there is of it,
        d = limit / value; for a ratio see :class:`~icao_check.profile.Limit`). It never reaches 0 at a finite
        distance, so that bad and worse stay apart.
        A value within the outer limit scores at least 50.0, one outside at most 49.9.
    """
    exact = 100.0 / (1.0 + _distance(value, limit))
    rounded = round(exact, 1)
    return max(rounded, 50.0) if _within(value, limit.outer) else min(rounded, 49.9)


def ideal_of(limit: Limit) -> float | None:
    """Return the value of score 100; None where more is always better."""
    low, high = limit.accepted
    if limit.ideal is not None or high is None:
        return limit.ideal
    return min(0.0, high) if low is None else (low + high) / 2.0


def _distance(value: float, limit: Limit) -> float:
    low, high = limit.outer
    ideal = ideal_of(limit)
    if ideal is None:
        assert low is not None
        return low / value if value > 0 else math.inf
    if value == ideal:
        return 0.0
    if limit.ratio:
        return _ratio_distance(value, limit)
    bound = high if value > ideal else low
    if bound is None:
        return 0.0
    return abs(value - ideal) / abs(bound - ideal) if bound != ideal else math.inf


def _ratio_distance(value: float, limit: Limit) -> float:
    """Return the distance of a ratio: 1 at either outer bound, from there on alike for k and 1 / k."""
    low, high = limit.outer
    assert limit.ideal is not None and low is not None and high is not None
    if value <= 0:
        return math.inf
    above, below = math.log(high / limit.ideal), math.log(limit.ideal / low)
    strayed = math.log(value / limit.ideal)
    bound = above if strayed > 0 else below
    beyond = abs(strayed) - bound
    return 1.0 + beyond / ((above + below) / 2.0) if beyond > 0 else abs(strayed) / bound


def _within(value: float, bounds: tuple[float | None, float | None], widened_by: float = 0.0) -> bool:
    low, high = bounds
    return (low is None or value >= low - widened_by) and (high is None or value <= high + widened_by)


def _touches(value: float, uncertainty: float, limit: Limit) -> bool:
    """Whether an accepted value may in truth lie beyond the bound at which it fails."""
    low, high = limit.outer
    below = low is not None and value - uncertainty < low and value != limit.ideal
    above = high is not None and value + uncertainty > high and value != limit.ideal
    return uncertainty > 0 and (below or above)


def _disputed(measurement: Measurement, limit: Limit) -> bool:
    """Whether the evidence allows both a value that breaks the limit and one that does not."""
    if measurement.value is None or measurement.extremes is None:
        return False
    allowed = (measurement.value, *measurement.extremes)
    return len({_within(significant(value), limit.outer) for value in allowed}) > 1


def _deadline(facts: Mapping[str, Fact], limit: Limit) -> dict[str, Fact]:
    """Return until when a photo is usable: a promise, so that the earliest day that it may be from counts."""
    high = limit.accepted[1]
    start = next((facts[key] for key in ("counted_from", "taken_on", "not_after") if key in facts), None)
    if high is None or high != int(high) or start is None or "on" not in facts:
        return {}
    until = add_months(date.fromisoformat(str(start)), int(high))
    days = (until - date.fromisoformat(str(facts["on"]))).days
    return {"usable_until": until.isoformat(), "days_left" if days >= 0 else "days_over": abs(days)}


def _direction(spec: CheckSpec, value: float, limit: Limit) -> str:
    low, high = limit.accepted
    if low is not None and high is not None:
        return spec.below if value - low < high - value else spec.above
    return spec.above if low is None else spec.below


def _limits(limit: Limit) -> Limits:
    return _bounds(limit.accepted, limit.tolerated)


@functools.lru_cache(maxsize=1024)
def _bounds(accepted: Bounds, tolerated: Bounds | None) -> Limits:
    # Immutable, and validated once: the same few stand in every report.
    return Limits(accepted=accepted, tolerated=tolerated)


def worst(verdicts: Iterable[Verdict]) -> PhotoVerdict:
    """Return the worst of some verdicts, ``pass`` where there are none; what was skipped does not count."""
    seen = set(verdicts)
    return next((verdict for verdict in reversed(SEVERITY) if verdict in seen), "pass")


def roll_up(
    results: Iterable[CheckResult], require: frozenset[str], overruled: frozenset[str]
) -> PhotoVerdict:
    """Return the verdict of the photo.

    Any fail → fail; else any review → review; else any borderline → borderline; else pass. Of the evidence
    checks (age, reuse, likeness, edited) only a fail counts, unless required. A check that is not
    implemented caps the verdict at review. What a person has overruled counts as passed.
    """
    seen: set[Verdict] = set()
    for result in results:
        if result.id in overruled:
            continue
        optional = result.id in EVIDENCE_CHECKS and result.id not in require
        if result.verdict == "skipped":
            seen.add("review" if result.reason == "not_implemented" else "pass")
        elif not optional or result.verdict == "fail":
            seen.add(result.verdict)
    return worst(seen)
