"""Whether the checker errs more often on some groups of photos than on the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from icao_check.evaluate.joined import Events, Flags, Joined, Kind
from icao_check.evaluate.labels import LabelFile
from icao_check.evaluate.statistics import FEWEST_SUBJECTS, Estimate, Rate, difference, rates

__all__ = ["WIDEST_GAP", "GroupRate", "Statement", "group_columns", "group_rates"]

WIDEST_GAP = 0.10
"""Two groups are called alike only where a larger gap than this is ruled out."""

# A column of more different words is a name, not a group; one of more different numbers is cut into ranges.
_LARGEST_GROUP_COUNT = 60
_NUMBERS_KEPT = 12
_BINS = 4

Statement = Literal["more", "fewer", "alike", "too_few", "alone"]


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
        ``rejected`` (good photos that fail), ``undecided`` (good photos that are borderline or
        need review), ``missed`` (bad photos that pass; of a check also those that are borderline).
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


def group_columns(labels: LabelFile) -> tuple[dict[str, list[str | None]], list[str]]:
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
    if len(set(numbers.values())) <= _NUMBERS_KEPT or not np.isfinite(list(numbers.values())).all():
        return None
    values = np.array([numbers[cell] for cell in cells if cell is not None])
    edges = np.unique(np.quantile(values, np.linspace(0.0, 1.0, _BINS + 1)[1:-1], method="higher"))
    bins = {cell: int(np.searchsorted(edges, number)) for cell, number in numbers.items()}
    names = {}
    for which in set(bins.values()):
        inside = [numbers[cell] for cell, its in bins.items() if its == which]
        names[which] = f"{min(inside):g}–{max(inside):g}"
    return [None if cell is None else names[bins[cell]] for cell in cells]


def group_rates(
    joined: Joined, columns: Mapping[str, Sequence[str | None]], check: str, events: Events
) -> list[GroupRate]:
    """Compare each group of each column with the others, for one check or the whole photo."""
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
        joined.subject,
        joined.resamples,
        joined.seed(check, "groups"),
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
