"""Labels beside outcomes: how often is each check wrong, on whom, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from icao_check.evaluate.accuracy import CheckAccuracy, check_accuracy
from icao_check.evaluate.geometry import GeometryAccuracy, geometry_accuracy
from icao_check.evaluate.groups import GroupRate, group_columns, group_rates
from icao_check.evaluate.joined import WHOLE_PHOTO, Joined
from icao_check.evaluate.labels import LabelFile
from icao_check.evaluate.outcome import Origin, Outcome
from icao_check.evaluate.whole_photo import WholePhoto, whole_photo

__all__ = ["Evaluation", "evaluate"]


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
    joined = Joined(labels, outcomes, resamples, seed)
    columns, notes = group_columns(labels)
    checks, groups = [], []
    for name in labels.checks:
        if not any(name in row.labels for row in labels.rows):
            notes.append(f"the column {name} has no label")
            continue
        accuracy, events = check_accuracy(joined, name)
        checks.append(accuracy)
        groups += group_rates(joined, columns, name, events)
    whole, events = whole_photo(joined)
    groups = group_rates(joined, columns, WHOLE_PHOTO, events) + groups
    return Evaluation(
        labels=labels,
        outcomes=tuple(outcomes),
        checks=tuple(checks),
        whole=whole,
        geometry=geometry_accuracy(labels.rows, outcomes, joined.subject, resamples, seed),
        groups=tuple(groups),
        notes=(*labels.notes, *notes, *_mixed(outcomes)),
        resamples=resamples,
        seed=seed,
    )


def _mixed(outcomes: Sequence[Outcome]) -> list[str]:
    origins = dict.fromkeys(outcome.origin for outcome in outcomes)
    return ["the reports are of different versions or profiles"] if len(origins) > 1 else []
