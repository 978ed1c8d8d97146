"""Labels beside outcomes: how often is each check wrong, on whom, and by how much."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from icao_check.catalogue import CATALOGUE
from icao_check.evaluate.geometry import GeometryAccuracy, geometry_accuracy
from icao_check.evaluate.labels import LabelFile, LabelRow
from icao_check.evaluate.outcome import Judged, Origin, Outcome
from icao_check.evaluate.statistics import (
    DetCurve,
    Estimate,
    Rate,
    det_curve,
    difference,
    equal_error_rate,
    rates,
)

__all__ = [
    "FEWEST_SUBJECTS",
    "WHOLE_PHOTO",
    "CheckAccuracy",
    "Evaluation",
    "Finding",
    "GroupRate",
    "Obstacle",
    "Statement",
    "WholePhoto",
    "evaluate",
]

Flags = NDArray[np.bool_]

FEWEST_SUBJECTS = 20
"""Of fewer people nothing is said: with so many and no error the rate may still be 17 %, and intervals from
resampling fewer are too narrow."""
WIDEST_GAP = 0.10
"""Two groups are called alike only where a larger gap than this is ruled out."""
COMPLETE_LABELS = 0.9
"""Share of the label columns in use that must say 1 before a photo counts as compliant."""
WHOLE_PHOTO = "photo"
"""Stands for the verdict of the whole photo where a check could stand."""

# When a check is called bad, and for which reason.
_BAD_MEASURE_EER = 0.05
_MISPLACED_LIMIT = 0.05
_MANY_UNDECIDED = 0.10

_LARGEST_GROUP_COUNT = 60
_NUMBERS_KEPT = 12
_BINS = 4

Finding = Literal["good", "measure", "too_strict", "too_lax", "undecided", "not_made", "one_sided", "too_few"]
"""What is the matter with a check.

``measure``: most of its errors would stay wherever the limit were. ``too_strict``, ``too_lax``: most would go
with a limit in another place. ``undecided``: too many good photos need a person. ``not_made``: there is no
measure or no limit. ``one_sided``: only good or only bad photos are labelled. ``too_few``: too few people.
"""

Statement = Literal["more", "fewer", "alike", "too_few", "alone"]
Kind = Literal["rejected", "undecided", "missed"]


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


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps compliant photos from passing.

    Attributes
    ----------
    check, verdict : str
        The check and what it said.
    reason : str or None
        Its most frequent reason.
    photos : int
        Compliant photos it stands in the way of.
    alone : int
        Those in whose way nothing else stands.
    """

    check: str
    verdict: str
    reason: str | None
    photos: int
    alone: int


@dataclass(frozen=True, slots=True)
class WholePhoto:
    """The verdict of the whole photo beside the truth.

    A photo is *defective* where a label is 0, *compliant* where none is and at least nine in ten of the label
    columns in use say 1 (or where the column ``compliant`` says so); of the others nothing is said.

    Attributes
    ----------
    compliant : dict of str to Rate
        ``pass``, ``undecided``, ``fail``, ``open`` (fails, but only where its labels leave the truth open)
        and ``error``.
    compliant_of_made : dict of str to Rate
        The same, if the checks that this version does not make counted as passed.
    defective, defective_of_made : dict of str to Rate
        ``pass``, ``undecided``, ``fail``, ``error``, and ``right_reason``: fails by a check labelled 0.
    unknown : int
        Photos that are neither.
    obstacles : tuple of Obstacle
        The most frequent first.
    not_made : int
        Checks that this version does not make; they cap every verdict at review.
    """

    compliant: Mapping[str, Rate]
    compliant_of_made: Mapping[str, Rate]
    defective: Mapping[str, Rate]
    defective_of_made: Mapping[str, Rate]
    unknown: int
    obstacles: tuple[Obstacle, ...]
    not_made: int


@dataclass(frozen=True, slots=True)
class GroupRate:
    """One rate among the photos of one group, beside that of all others whose group is known.

    Attributes
    ----------
    column, value : str
        The group.
    check : str
        Id of a check, or :data:`WHOLE_PHOTO`.
    kind : str
        ``rejected`` (good photos that fail), ``undecided`` (good photos that are neither), ``missed`` (bad
        photos that pass; of a check also those that are borderline).
    rate, others : Rate
        Within the group, and without.
    gap : Estimate or None
        Their difference; None where one has no photo.
    statement : str
        ``more``, ``fewer``, ``alike``, ``too_few`` (to say) or ``alone`` (there is no other group).
    """

    column: str
    value: str
    check: str
    kind: Kind
    rate: Rate
    others: Rate
    gap: Estimate | None
    statement: Statement


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The accuracy of the checker on a labelled archive.

    Attributes
    ----------
    labels : LabelFile
        What people said.
    outcomes : tuple of Outcome
        What the checker said; one per row of `labels`.
    checks : tuple of CheckAccuracy
        The labelled checks, in the order of the catalogue.
    whole : WholePhoto
        The verdict of the photo.
    geometry : tuple of GeometryAccuracy
        Positions and sizes.
    groups : tuple of GroupRate
        By column, value, check.
    notes : tuple of str
        What a reader must know.
    resamples, seed : int
        Of the bootstrap.
    """

    labels: LabelFile
    outcomes: tuple[Outcome, ...]
    checks: tuple[CheckAccuracy, ...]
    whole: WholePhoto
    geometry: tuple[GeometryAccuracy, ...]
    groups: tuple[GroupRate, ...]
    notes: tuple[str, ...]
    resamples: int
    seed: int

    @property
    def subjects(self) -> int:
        """People in the label file."""
        return len({row.subject for row in self.labels.rows})

    @property
    def origins(self) -> tuple[Origin, ...]:
        """What judged the photos: one version and one profile, or the numbers mix several."""
        return tuple(dict.fromkeys(outcome.origin for outcome in self.outcomes))

    @property
    def unreadable(self) -> tuple[int, ...]:
        """Rows whose file could not be judged."""
        return tuple(place for place, outcome in enumerate(self.outcomes) if outcome.error is not None)

    def by_loss(self) -> tuple[CheckAccuracy, ...]:
        """Return the checks, the one that does most harm first."""
        return tuple(sorted(self.checks, key=lambda check: -check.loss))


def evaluate(
    labels: LabelFile, outcomes: Sequence[Outcome], *, resamples: int = 1000, seed: int = 0
) -> Evaluation:
    """Compare outcomes with labels.

    Parameters
    ----------
    labels : LabelFile
        What people said.
    outcomes : sequence of Outcome
        One per row of `labels`, in order.
    resamples : int
        Of the bootstrap over subjects.
    seed : int
        Same seed, same intervals.

    Returns
    -------
    Evaluation
        Everything that tables and pages are made of.

    Raises
    ------
    ValueError
        There are not as many outcomes as rows.
    """
    if len(outcomes) != len(labels.rows):
        raise ValueError(f"{len(labels.rows)} labelled photos, but {len(outcomes)} outcomes")
    table = _Table(labels, outcomes, resamples, seed)
    columns, notes = _group_columns(labels)
    checks, groups = [], []
    for name in labels.checks:
        if not any(name in row.labels for row in labels.rows):
            notes.append(f"the column {name} has no label")
            continue
        accuracy, events = _check_accuracy(table, name)
        checks.append(accuracy)
        groups += _group_rates(table, columns, name, events)
    whole, events = _whole_photo(table)
    groups = _group_rates(table, columns, WHOLE_PHOTO, events) + groups
    return Evaluation(
        labels=labels,
        outcomes=tuple(outcomes),
        checks=tuple(checks),
        whole=whole,
        geometry=geometry_accuracy(labels.rows, outcomes, table.subject, resamples, seed),
        groups=tuple(groups),
        notes=(*labels.notes, *notes, *_mixed(outcomes)),
        resamples=resamples,
        seed=seed,
    )


def _mixed(outcomes: Sequence[Outcome]) -> list[str]:
    origins = dict.fromkeys(outcome.origin for outcome in outcomes)
    return ["the reports are of different versions or profiles"] if len(origins) > 1 else []


_Events = dict[Kind, tuple[Flags, Flags]]
"""By kind: in which photos it happened, and in which it could have."""

_ERROR = Judged("error", None, None, None)
_ABSENT = Judged("skipped", None, None, "not_requested")


class _Table:
    """Rows as arrays."""

    def __init__(self, labels: LabelFile, outcomes: Sequence[Outcome], resamples: int, seed: int) -> None:
        self.rows: Sequence[LabelRow] = labels.rows
        self.checks = labels.checks
        self.outcomes = outcomes
        self.resamples = resamples
        self._seed = seed
        people: dict[str, int] = {}
        self.subject = np.array([people.setdefault(row.subject, len(people)) for row in self.rows], np.int64)

    def seed(self, *purpose: str) -> tuple[int, ...]:
        # Each quantity has draws of its own, so that a check more leaves the others' digits alone.
        return (self._seed, *(zlib.crc32(part.encode()) for part in purpose))

    def rates(self, events: _Events, *purpose: str) -> dict[Kind, Rate]:
        found = rates(
            np.stack([happened for happened, _ in events.values()]),
            np.stack([possible for _, possible in events.values()]),
            self.subject,
            self.resamples,
            self.seed(*purpose),
        )
        return dict(zip(events, found, strict=True))

    def people(self, where: Flags) -> int:
        return len(np.unique(self.subject[where]))

    def flags(self, condition: Callable[[LabelRow, Outcome], bool]) -> Flags:
        pairs = zip(self.rows, self.outcomes, strict=True)
        return np.array([condition(row, outcome) for row, outcome in pairs], np.bool_)


def _check_accuracy(table: _Table, name: str) -> tuple[CheckAccuracy, _Events]:
    labels = [row.labels.get(name) for row in table.rows]
    good = np.array([label is True for label in labels], np.bool_)
    bad = np.array([label is False for label in labels], np.bool_)
    judged = [
        _ERROR if outcome.error is not None else outcome.checks.get(name, _ABSENT)
        for outcome in table.outcomes
    ]
    made = np.array([result.made for result in judged], np.bool_)
    refused = np.array([result is _ERROR for result in judged], np.bool_)
    if not (made & ~refused).any() and not refused.all():
        made &= ~refused  # a check that is never made is not made on a broken file either
    verdict = np.array([result.verdict for result in judged])
    score = np.array([0.0 if result.score is None else result.score for result in judged])
    events: _Events = {
        "rejected": (np.isin(verdict, ("fail", "error")), good & made),
        "undecided": (np.isin(verdict, ("borderline", "review")), good & made),
        "missed": (np.isin(verdict, ("pass", "borderline")), bad & made),
    }
    found = table.rates(events, name)
    where = (good | bad) & made
    eer, eer_score, curve = None, None, None
    if (good & made).any() and (bad & made).any():
        curve = det_curve(score[where], good[where])
        eer_score = curve.crossing()[1]
        eer = equal_error_rate(
            score[where], good[where], table.subject[where], table.resamples, table.seed(name, "eer")
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
        good_subjects=table.people(good),
        bad_subjects=table.people(bad),
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


def _whole_photo(table: _Table) -> tuple[WholePhoto, _Events]:
    used = {name for row in table.rows for name, label in row.labels.items() if label}
    enough = max(1.0, COMPLETE_LABELS * len(used))

    def is_defective(row: LabelRow) -> bool:
        return row.compliant is False or (row.compliant is None and not all(row.labels.values()))

    def is_compliant(row: LabelRow) -> bool:
        if row.compliant is not None:
            return row.compliant
        return not is_defective(row) and sum(row.labels.values()) >= enough

    def open_truth(row: LabelRow, outcome: Outcome) -> bool:
        failed = [name for name, judged in outcome.checks.items() if judged.verdict == "fail"]
        return row.compliant is None and not any(name in row.labels for name in failed)

    def right_reason(row: LabelRow, outcome: Outcome) -> bool:
        return any(
            outcome.checks[name].verdict == "fail"
            for name, label in row.labels.items()
            if not label and name in outcome.checks
        )

    defective = table.flags(lambda row, _: is_defective(row))
    compliant = table.flags(lambda row, _: is_compliant(row))
    doubtful = table.flags(open_truth)

    def shares(where: Flags, verdicts: Sequence[str], purpose: str) -> dict[str, Rate]:
        verdict = np.array(verdicts)
        failed = verdict == "fail"
        sets = {
            "pass": verdict == "pass",
            "undecided": np.isin(verdict, ("borderline", "review")),
            "fail": failed & ~doubtful if purpose == "compliant" else failed,
            "open": failed & doubtful,
            "error": verdict == "error",
            "right_reason": failed & table.flags(right_reason),
        }
        del sets["open" if purpose == "defective" else "right_reason"]
        found = rates(
            np.stack(list(sets.values())),
            np.broadcast_to(where, (len(sets), len(where))),
            table.subject,
            table.resamples,
            table.seed(WHOLE_PHOTO, purpose),
        )
        return dict(zip(sets, found, strict=True))

    shipped = [outcome.verdict for outcome in table.outcomes]
    of_made = [outcome.verdict_of_made for outcome in table.outcomes]
    verdict = np.array(shipped)
    events: _Events = {
        "rejected": (np.isin(verdict, ("fail", "error")) & ~doubtful, compliant),
        "undecided": (np.isin(verdict, ("borderline", "review")), compliant),
        "missed": (verdict == "pass", defective),
    }
    whole = WholePhoto(
        compliant=shares(compliant, shipped, "compliant"),
        compliant_of_made=shares(compliant, of_made, "compliant"),
        defective=shares(defective, shipped, "defective"),
        defective_of_made=shares(defective, of_made, "defective"),
        unknown=int((~compliant & ~defective).sum()),
        obstacles=_obstacles(table, compliant),
        not_made=sum(spec.measure is None for spec in CATALOGUE.values()),
    )
    return whole, events


def _obstacles(table: _Table, compliant: Flags) -> tuple[Obstacle, ...]:
    photos: dict[tuple[str, str], list[tuple[bool, str | None]]] = {}
    for place in np.flatnonzero(compliant):
        outcome = table.outcomes[int(place)]
        names = outcome.obstacles()
        for name in names:
            judged = outcome.checks[name]
            photos.setdefault((name, judged.verdict), []).append((len(names) == 1, judged.reason))
    found = []
    for (name, verdict), cases in photos.items():
        reasons = [reason for _, reason in cases]
        alone = sum(only for only, _ in cases)
        found.append(Obstacle(name, verdict, max(reasons, key=reasons.count), len(cases), alone))
    return tuple(sorted(found, key=lambda entry: (-entry.photos, -entry.alone, entry.check)))


def _group_columns(labels: LabelFile) -> tuple[dict[str, list[str | None]], list[str]]:
    """Return each group column as one value per row, and what could not be used."""
    columns: dict[str, list[str | None]] = {}
    notes = []
    for name in labels.groups:
        cells = [row.groups.get(name) for row in labels.rows]
        known = sorted({cell for cell in cells if cell is not None})
        binned = _binned(cells)
        if binned is not None:
            columns[name] = binned
        elif len(known) > _LARGEST_GROUP_COUNT:
            notes.append(f"the column {name} has {len(known)} different values and was not used as a group")
        elif known:
            columns[name] = cells
    return columns, notes


def _binned(cells: Sequence[str | None]) -> list[str | None] | None:
    """Cut a column of many different numbers into quarters; None where it is no such column."""
    try:
        numbers = {cell: float(cell.replace(",", ".")) for cell in cells if cell is not None}
    except ValueError:
        return None
    if len(set(numbers.values())) <= _NUMBERS_KEPT:
        return None
    values = np.array([numbers[cell] for cell in cells if cell is not None])
    edges = np.unique(np.quantile(values, np.linspace(0.0, 1.0, _BINS + 1)[1:-1], method="higher"))
    bins = {cell: int(np.searchsorted(edges, number)) for cell, number in numbers.items()}
    names = {}
    for which in set(bins.values()):
        inside = [numbers[cell] for cell, its in bins.items() if its == which]
        names[which] = f"{min(inside):g}–{max(inside):g}"
    return [None if cell is None else names[bins[cell]] for cell in cells]


def _group_rates(
    table: _Table, columns: Mapping[str, Sequence[str | None]], check: str, events: _Events
) -> list[GroupRate]:
    wanted: list[tuple[str, str, Kind]] = []
    happened: list[Flags] = []
    possible: list[Flags] = []
    for column, cells in columns.items():
        known = np.array([cell is not None for cell in cells], np.bool_)
        for value in sorted({cell for cell in cells if cell is not None}, key=_natural):
            inside = np.array([cell == value for cell in cells], np.bool_)
            for kind, (event, case) in events.items():
                if (case & inside).any():
                    wanted.append((column, value, kind))
                    happened += [event, event]
                    possible += [case & inside, case & known & ~inside]
    if not wanted:
        return []
    found = rates(
        np.stack(happened),
        np.stack(possible),
        table.subject,
        table.resamples,
        table.seed(check, "groups"),
    )
    return [
        _group_rate(column, value, check, kind, found[2 * place], found[2 * place + 1])
        for place, (column, value, kind) in enumerate(wanted)
    ]


def _group_rate(column: str, value: str, check: str, kind: Kind, rate: Rate, others: Rate) -> GroupRate:
    if not others.total:
        return GroupRate(column, value, check, kind, rate, others, None, "alone")
    gap = difference(rate, others)
    assert gap.low is not None and gap.high is not None
    statement: Statement = "too_few"
    if min(rate.subjects, others.subjects) >= FEWEST_SUBJECTS:
        if gap.low > 0:
            statement = "more"
        elif gap.high < 0:
            statement = "fewer"
        elif max(gap.high, -gap.low) <= WIDEST_GAP:
            statement = "alike"
    return GroupRate(column, value, check, kind, rate, others, gap, statement)


def _natural(value: str) -> tuple[float, str]:
    try:
        return float(value.split("–")[0].replace(",", ".")), value
    except ValueError:
        return float("inf"), value
