"""The verdict of the whole photo beside the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from icao_check.evaluate.joined import WHOLE_PHOTO, Events, Flags, Joined
from icao_check.evaluate.labels import LabelRow
from icao_check.evaluate.outcome import Outcome
from icao_check.evaluate.statistics import Rate, rates

__all__ = ["COMPLETE_LABELS", "Obstacle", "WholePhoto", "whole_photo"]

COMPLETE_LABELS = 0.9
"""Share of the label columns in use that must say 1 before a photo counts as compliant."""


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
    defective : dict of str to Rate
        ``pass``, ``undecided``, ``fail``, ``error``, and ``right_reason``: fails by a check labelled 0.
    unknown : int
        Photos that are neither.
    obstacles : tuple of Obstacle
        The most frequent first.
    """

    compliant: Mapping[str, Rate]
    defective: Mapping[str, Rate]
    unknown: int
    obstacles: tuple[Obstacle, ...]


def whole_photo(joined: Joined) -> tuple[WholePhoto, Events]:
    """Return how whole photos fare, and which of them erred."""
    used = {name for row in joined.rows for name, label in row.labels.items() if label}
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

    defective = joined.flags(lambda row, _: is_defective(row))
    compliant = joined.flags(lambda row, _: is_compliant(row))
    doubtful = joined.flags(open_truth)

    verdict = np.array([outcome.verdict for outcome in joined.outcomes])

    def shares(where: Flags, purpose: str) -> dict[str, Rate]:
        failed = verdict == "fail"
        sets = {
            "pass": verdict == "pass",
            "undecided": np.isin(verdict, ("borderline", "review")),
            "fail": failed & ~doubtful if purpose == "compliant" else failed,
            "open": failed & doubtful,
            "error": verdict == "error",
            "right_reason": failed & joined.flags(right_reason),
        }
        del sets["open" if purpose == "defective" else "right_reason"]
        found = rates(
            np.stack(list(sets.values())),
            np.broadcast_to(where, (len(sets), len(where))),
            joined.subject,
            joined.resamples,
            joined.seed(WHOLE_PHOTO, purpose),
        )
        return dict(zip(sets, found, strict=True))

    events: Events = {
        "rejected": (np.isin(verdict, ("fail", "error")) & ~doubtful, compliant),
        "undecided": (np.isin(verdict, ("borderline", "review")), compliant),
        "missed": (verdict == "pass", defective),
    }
    whole = WholePhoto(
        compliant=shares(compliant, "compliant"),
        defective=shares(defective, "defective"),
        unknown=int((~compliant & ~defective).sum()),
        obstacles=_obstacles(joined, compliant),
    )
    return whole, events


def _obstacles(joined: Joined, compliant: Flags) -> tuple[Obstacle, ...]:
    photos: dict[tuple[str, str], list[tuple[bool, str | None]]] = {}
    for place in np.flatnonzero(compliant):
        outcome = joined.outcomes[int(place)]
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
