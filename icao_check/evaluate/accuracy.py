"""How right one check is, and what is the matter with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from icao_check.evaluate.joined import Events, Joined, Kind
from icao_check.evaluate.outcome import Judged
from icao_check.evaluate.statistics import (
    FEWEST_SUBJECTS,
    DetCurve,
    Estimate,
    Rate,
    det_curve,
    equal_error_rate,
)

__all__ = ["CheckAccuracy", "Finding", "check_accuracy"]

# When a check is called bad, and for which reason.
_BAD_MEASURE_EER = 0.05
_MISPLACED_LIMIT = 0.05
_MANY_UNDECIDED = 0.10

Finding = Literal["good", "measure", "too_strict", "too_lax", "undecided", "not_made", "one_sided", "too_few"]
"""What is the matter with a check.

``measure``: most of its errors would stay wherever the limit were. ``too_strict``, ``too_lax``: most would go
with a limit in another place. ``undecided``: too many good photos need a person. ``not_made``: there is no
measure or no limit. ``one_sided``: only good or only bad photos are labelled. ``too_few``: too few people.
"""

_ERROR = Judged("error", None, None, None)
_ABSENT = Judged("skipped", None, None, "not_requested")


@dataclass(frozen=True, slots=True)
class CheckAccuracy:
    """How right one check is.

    Attributes
    ----------
    id : str
        Of the catalogue.
    good, bad : int
        Photos that the labels call compliant and not, whether the check was made on them or not.
    good_subjects, bad_subjects : int
        People on them.
    skipped : int
        Labelled photos on which the check was not made.
    skip_reason : str or None
        The most frequent reason.
    unscored : int
        Labelled photos that got no score (file not readable, or the check could not be decided): they count
        with score 0.
    missed_borderline : int
        Missed defects that are borderline; the others pass.
    eer : Estimate or None
        Equal error rate; None unless good and bad photos were scored.
    eer_score : float or None
        Score at which the two error rates meet; the shipped limit is score 50.
    curve : DetCurve or None
        Both error rates at every score.
    false_rejects, undecided, misses : Rate
        At the shipped limits: good photos that fail (or whose file was refused), good photos that are
        borderline or need review, bad photos that pass or are borderline.
    loss : float
        Mean of (false rejects + undecided / 2) and misses: by this checks are put in order. Defects that no
        check looks for are all missed.
    finding : str
        What is the matter.
    rejected, unsure, missed : tuple of int
        Rows behind the three rates, the worst first.
    """

    id: str
    good: int
    bad: int
    good_subjects: int
    bad_subjects: int
    skipped: int
    skip_reason: str | None
    unscored: int
    missed_borderline: int
    eer: Estimate | None
    eer_score: float | None
    curve: DetCurve | None
    false_rejects: Rate
    undecided: Rate
    misses: Rate
    loss: float
    finding: Finding
    rejected: tuple[int, ...] = ()
    unsure: tuple[int, ...] = ()
    missed: tuple[int, ...] = ()

    @property
    def too_few(self) -> bool:
        """Whether too few people stand behind one of the two error rates."""
        return min(self.good_subjects, self.bad_subjects) < FEWEST_SUBJECTS


def check_accuracy(joined: Joined, name: str) -> tuple[CheckAccuracy, Events]:
    """Return the accuracy of one check, and in which photos it erred."""
    labels = [row.labels.get(name) for row in joined.rows]
    good = np.array([label is True for label in labels], np.bool_)
    bad = np.array([label is False for label in labels], np.bool_)
    judged = [
        _ERROR if outcome.error is not None else outcome.checks.get(name, _ABSENT)
        for outcome in joined.outcomes
    ]
    made = np.array([result.made for result in judged], np.bool_)
    refused = np.array([result is _ERROR for result in judged], np.bool_)
    if not (made & ~refused).any() and not refused.all():
        made &= ~refused  # a check that is never made is not made on a broken file either
    verdict = np.array([result.verdict for result in judged])
    score = np.array([0.0 if result.score is None else result.score for result in judged])
    events: Events = {
        "rejected": (np.isin(verdict, ("fail", "error")), good & made),
        "undecided": (np.isin(verdict, ("borderline", "review")), good & made),
        "missed": (np.isin(verdict, ("pass", "borderline")), bad & made),
    }
    found = joined.rates(events, name)
    where = (good | bad) & made
    eer, eer_score, curve = None, None, None
    if (good & made).any() and (bad & made).any():
        curve = det_curve(score[where], good[where])
        eer_score = curve.crossing()[1]
        eer = equal_error_rate(
            score[where], good[where], joined.subject[where], joined.resamples, joined.seed(name, "eer")
        )
    skipped = (good | bad) & ~made
    why = [judged[place].reason or "" for place in np.flatnonzero(skipped)]

    def worst(kind: Kind, highest_first: bool) -> tuple[int, ...]:
        happened, possible = events[kind]
        places = np.flatnonzero(happened & possible)
        order = np.argsort(-score[places] if highest_first else score[places], kind="stable")
        return tuple(int(place) for place in places[order])

    accuracy = CheckAccuracy(
        id=name,
        good=int(good.sum()),
        bad=int(bad.sum()),
        good_subjects=joined.people(good),
        bad_subjects=joined.people(bad),
        skipped=int(skipped.sum()),
        skip_reason=max(why, key=why.count) if why else None,
        unscored=sum(judged[place].score is None for place in np.flatnonzero(where)),
        missed_borderline=int(((verdict == "borderline") & bad & made).sum()),
        eer=eer,
        eer_score=eer_score,
        curve=curve,
        false_rejects=found["rejected"],
        undecided=found["undecided"],
        misses=found["missed"],
        loss=_loss(found, unseen=bool(bad.any() and not (bad & made).any())),
        finding="good",
        rejected=worst("rejected", False),
        unsure=worst("undecided", False),
        missed=worst("missed", True) if (bad & made).any() else tuple(map(int, np.flatnonzero(bad))),
    )
    return replace(accuracy, finding=_finding(accuracy)), events


def _loss(found: Mapping[Kind, Rate], unseen: bool) -> float:
    rejected, undecided = found["rejected"].value or 0.0, found["undecided"].value or 0.0
    missed = 1.0 if unseen else found["missed"].value or 0.0
    return (rejected + undecided / 2.0 + missed) / 2.0


def _finding(accuracy: CheckAccuracy) -> Finding:
    rejected, missed = accuracy.false_rejects.value or 0.0, accuracy.misses.value or 0.0
    undecided = accuracy.undecided.value or 0.0
    if accuracy.false_rejects.total + accuracy.misses.total == 0:
        return "not_made"
    if accuracy.eer is not None:
        eer = accuracy.eer.value
        would_gain = (rejected + missed) / 2.0 - eer  # by another limit
        if max(rejected, missed) > eer + _MISPLACED_LIMIT and would_gain > eer:
            return "too_lax" if missed > rejected else "too_strict"
        if eer >= _BAD_MEASURE_EER:
            return "measure"
        if max(rejected, missed) > eer + _MISPLACED_LIMIT:
            return "too_lax" if missed > rejected else "too_strict"
    elif rejected > _MISPLACED_LIMIT:
        return "too_strict"
    elif missed > _MISPLACED_LIMIT:
        return "too_lax"
    if undecided >= _MANY_UNDECIDED:
        return "undecided"
    if accuracy.eer is None:
        return "one_sided"
    return "too_few" if accuracy.too_few else "good"
