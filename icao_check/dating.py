"""Weigh what a file says about when its picture was taken: rank it, reconcile it, name what contradicts it.

Some statements are about the exposure, some only about the file. The exposure is dated by the strongest of
the former; the latter say that the picture is *not newer than* they are, which may prove a photo old and
never proves it recent. What cannot be true (a clock that was never set, a date after the application) is left
out, and told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from icao_check.metadata import SOURCES, DateEvidence, Metadata

__all__ = ["Confidence", "Conflict", "Dating", "Recapture", "Role", "Weighed", "weigh"]

Confidence = Literal["high", "medium", "low", "none"]
Conflict = Literal["never_set", "future", "differ", "existed_before", "digitised_first"]
Recapture = Literal["scan", "screenshot"]
Role = Literal["decides", "confirms", "contradicts", "limits", "ignored"]
_Why = Literal[
    "never_set",
    "stuck",
    "future",
    "after_application",
    "gps_rollover",
    "scan",
    "screenshot",
    "document",
    "weak",
]

_DAY = timedelta(days=1)
_RANK = {source: rank for rank, source in enumerate(SOURCES)}

# Where clocks start that nobody set: epochs of Unix, DOS and GPS, and the eve of two, west of Greenwich.
_CLOCK_STARTS = frozenset(
    {
        date(1904, 1, 1),
        date(1969, 12, 31),
        date(1970, 1, 1),
        date(1979, 12, 31),
        date(1980, 1, 1),
        date(1980, 1, 6),
    }
)
# Cameras that lost their battery start at midnight on the first of January of the year of their design.
_CAMERA_CLOCKS = frozenset(
    {"exif_original", "exif_digitized", "exif_modified", "xmp_original", "xmp_created", "camera_name"}
)
# Written by many Android phones beside the true DateTimeOriginal.
_STUCK = datetime(2002, 12, 8, 12, 0, 0)
# Receivers that count weeks in ten bits are 1024 weeks, or twice that, behind (IS-GPS-200, 20.3.3.3.1.1).
_ROLLOVER = timedelta(weeks=1024)


@dataclass(frozen=True, slots=True)
class Weighed:
    """One statement and what became of it.

    Attributes
    ----------
    evidence : DateEvidence
        The statement.
    role : str
        ``decides``; ``confirms`` what decides; ``contradicts`` it; ``limits``: the picture is not newer,
        which agrees; ``ignored``.
    why : str or None
        Why it does not count, or counts for less than usual.
    """

    evidence: DateEvidence
    role: Role
    why: _Why | None = None


@dataclass(frozen=True, slots=True)
class Dating:
    """When the picture was taken, as far as the evidence goes.

    Attributes
    ----------
    taken : DateEvidence or None
        The statement that dates the exposure.
    not_after : DateEvidence or None
        Where there is none: the earliest proof that the picture existed.
    hint : DateEvidence or None
        Where there is neither: the date of a document or of a stored file, which proves nothing.
    confidence : str
        ``high``: a date with its time zone, or confirmed by an independent clock; ``medium``; ``low``: a
        bound, or contradicted; ``none``.
    conflict : str or None
        What contradicts it.
    other : DateEvidence or None
        The statement on the other side of that conflict.
    span : (earliest, latest) or None
        The days that contradictory evidence leaves open; None on an open side.
    recapture : str or None
        The picture shows another one, whose age its dates do not tell.
    doubtful : bool
        The only statement may be that of a clock which was never set.
    chain : tuple of Weighed
        All statements, the strongest first.
    """

    taken: DateEvidence | None = None
    not_after: DateEvidence | None = None
    hint: DateEvidence | None = None
    confidence: Confidence = "none"
    conflict: Conflict | None = None
    other: DateEvidence | None = None
    span: tuple[date | None, date] | None = None
    recapture: Recapture | None = None
    doubtful: bool = False
    chain: tuple[Weighed, ...] = ()


def weigh(metadata: Metadata, on: date, declared: date | None = None) -> Dating:
    """Date a picture.

    Parameters
    ----------
    metadata : Metadata
        What the file says.
    on : date
        Day of the application: nothing was taken after it. A day more is allowed for, since the calendar may
        be a day ahead where the picture was taken.
    declared : date, optional
        Capture date as the applicant or the photographer states it.

    Returns
    -------
    Dating
        Days are those of the calendar where the picture was taken.
    """
    statements = list(metadata.dates)
    if declared is not None:
        statements.insert(0, DateEvidence("declared", datetime.combine(declared, time()), day_only=True))
    kinds = {trace.kind for trace in metadata.traces}
    recapture: Recapture | None = (
        "screenshot" if "screenshot" in kinds else "scan" if "scanner" in kinds else None
    )
    rejected = {
        statement: why
        for statement in statements
        if (why := _impossible(statement, statements, on, recapture, "camera" in kinds)) is not None
    }
    standing = [statement for statement in statements if statement not in rejected]
    pools = _pools(standing, rejected, recapture, "camera" in kinds)
    if pools.taken:
        return _dated(pools, rejected, recapture)
    contradiction = next((s for s, why in rejected.items() if why in ("never_set", "future")), None)
    conflict: Conflict | None = None
    if contradiction is not None:
        conflict = "future" if rejected[contradiction] == "future" else "never_set"
    decides = min(pools.existed, key=lambda statement: (statement.day, _RANK[statement.source]), default=None)
    hint = next(iter((*pools.documents, *pools.weak)), None)
    doubtful = decides is None and conflict == "never_set" and _may_be_true(contradiction)
    return Dating(
        taken=contradiction if doubtful else None,
        not_after=decides,
        hint=hint if decides is None else None,
        confidence="low" if decides is not None or doubtful else "none",
        conflict=conflict,
        other=contradiction,
        recapture=recapture,
        doubtful=doubtful,
        chain=_chain(pools, rejected, contradiction if doubtful else decides, ()),
    )


@dataclass(slots=True)
class _Pools:
    """Standing statements by what they prove here."""

    taken: list[DateEvidence]
    existed: list[DateEvidence]
    documents: list[DateEvidence]
    weak: list[DateEvidence]
    why: dict[DateEvidence, _Why]


def _pools(
    standing: Sequence[DateEvidence],
    rejected: dict[DateEvidence, _Why],
    recapture: Recapture | None,
    camera: bool,
) -> _Pools:
    pools = _Pools(taken=[], existed=[], documents=[], weak=[], why={})
    digitised = [statement for statement in standing if statement.proof == "digitised"]
    taken = [statement for statement in standing if statement.proof == "taken"]
    pools.existed = [s for s in standing if s.proof == "existed" and s.source != "file_time"]
    pools.weak = [s for s in standing if s.source == "file_time"]
    if recapture is not None:
        # An archive may have entered the date of the print beside that of the scan: it is earlier by days.
        kept = [s for s in taken if s.source == "declared" or any(s.is_before(d) for d in digitised)]
        pools.taken = kept
        pools.why = dict.fromkeys([*(s for s in taken if s not in kept), *digitised], recapture)
        pools.existed += pools.why
    elif not camera:
        pools.taken, pools.documents = taken, digitised
        pools.why = dict.fromkeys(digitised, "document")
    elif any(s.source != "declared" for s in taken) or any(s.proof == "taken" for s in rejected):
        # In a camera both are one moment: beside a wrong date of exposure, another clock wrote the other.
        pools.taken = taken
        pools.existed += digitised
    else:
        pools.taken = taken + digitised
    pools.taken.sort(key=lambda statement: _RANK[statement.source])
    return pools


def _dated(pools: _Pools, rejected: dict[DateEvidence, _Why], recapture: Recapture | None) -> Dating:
    decides, *others = pools.taken
    differing = [s for s in others if not s.agrees_with(decides)]
    earlier = [s for s in pools.existed if s.is_before(decides)]
    disproved = [s for s, why in rejected.items() if s.proof == "taken" and why in ("never_set", "future")]
    conflict: Conflict | None = None
    other: DateEvidence | None = None
    if differing:
        conflict, other = "differ", max(differing, key=lambda s: abs(s.day - decides.day))
    elif earlier:
        other = min(earlier, key=lambda s: s.day)
        conflict = "digitised_first" if other.proof == "digitised" else "existed_before"
    elif disproved:
        other = disproved[0]
        conflict = "future" if rejected[other] == "future" else "never_set"
    span: tuple[date | None, date] | None = None
    if differing or earlier:
        days = [s.day for s in (decides, *differing)]
        # A picture that was there before its own date is of any age, unless another date explains that.
        open_end = any(all(s.is_before(t) for t in differing) for s in earlier)
        span = (None if open_end else min(days), max(days))
    return Dating(
        taken=decides,
        confidence=_confidence(decides, others, conflict),
        conflict=conflict,
        other=other,
        span=span,
        recapture=recapture,
        chain=_chain(pools, rejected, decides, (*differing, *earlier)),
    )


def _confidence(
    decides: DateEvidence, others: Sequence[DateEvidence], conflict: Conflict | None
) -> Confidence:
    if conflict in ("differ", "existed_before", "digitised_first"):
        return "low"
    confirmed = any(_clock(s) != _clock(decides) for s in others)
    zoned = decides.source == "exif_original" and decides.moment.tzinfo is not None
    if conflict is not None:
        return "medium" if confirmed else "low"
    return "high" if confirmed or zoned else "medium"


def _may_be_true(statement: DateEvidence | None) -> bool:
    """Whether somebody may have been photographed then after all: in the first hour of a year."""
    return statement is not None and statement.proof == "taken" and statement.day not in _CLOCK_STARTS


def _clock(statement: DateEvidence) -> str:
    return statement.source if statement.source in ("declared", "gps") else "camera"


def _impossible(
    statement: DateEvidence,
    statements: Sequence[DateEvidence],
    on: date,
    recapture: Recapture | None,
    camera: bool,
) -> _Why | None:
    """Return why a statement cannot be true of the exposure, or None."""
    declared = statement.source == "declared"
    if statement.day > on + _DAY:
        of_exposure = statement.proof == "taken" or (statement.proof == "digitised" and camera)
        return "future" if declared or (of_exposure and recapture is None) else "after_application"
    if declared:
        return None
    if statement.day in _CLOCK_STARTS:
        return "never_set"
    if statement.moment.replace(tzinfo=None, microsecond=0) == _STUCK:
        return "stuck"
    if statement.source in _CAMERA_CLOCKS and statement.moment.tzinfo is None:
        first = (statement.day.month, statement.day.day) == (1, 1)
        others = [s for s in statements if s.source in ("declared", "gps", "exif_digitized")]
        midnight = statement.moment.hour == 0 and not statement.day_only
        refuted = any(statement.is_before(s) for s in others)
        supported = any(s.source != "exif_digitized" and s.agrees_with(statement) for s in others)
        if first and (midnight or refuted) and not supported:
            return "never_set"
    if statement.source == "gps":
        for other in statements:
            behind = (other.day - statement.day) / _ROLLOVER
            if other.source != "gps" and round(behind) in (1, 2) and abs(behind - round(behind)) < 2 / 7168:
                return "gps_rollover"
    return None


def _chain(
    pools: _Pools,
    rejected: dict[DateEvidence, _Why],
    decides: DateEvidence | None,
    contradicting: Sequence[DateEvidence],
) -> tuple[Weighed, ...]:
    chain = [Weighed(s, "decides" if s is decides else "ignored", why) for s, why in rejected.items()]
    for statement in dict.fromkeys((*pools.taken, *pools.existed, *pools.documents, *pools.weak)):
        why = pools.why.get(statement)
        role: Role
        if statement is decides:
            role = "decides"
        elif statement in contradicting:
            role = "contradicts"
        elif statement in pools.weak:
            role, why = "ignored", "weak"
        elif decides is not None and decides.proof != "existed" and statement.agrees_with(decides):
            role = "confirms"
        elif statement in pools.documents:
            role = "ignored"
        else:
            role = "limits"
        chain.append(Weighed(statement, role, why))
    return tuple(sorted(chain, key=lambda w: (_RANK[w.evidence.source], w.evidence.earliest)))
