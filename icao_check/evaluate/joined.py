"""Label rows and outcomes side by side, as arrays."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from icao_check.evaluate.labels import LabelFile, LabelRow
from icao_check.evaluate.outcome import Outcome
from icao_check.evaluate.statistics import Rate, rates

__all__ = ["WHOLE_PHOTO", "Events", "Flags", "Joined", "Kind"]

Flags = NDArray[np.bool_]

WHOLE_PHOTO = "photo"
"""Stands for the verdict of the whole photo where a check could stand."""

Kind = Literal["rejected", "undecided", "missed"]
"""Good photos that fail; good photos that are borderline or need review; bad photos that pass (of a check
also those that are borderline)."""

Events = dict[Kind, tuple[Flags, Flags]]
"""By kind: in which photos it happened, and in which it could have."""


class Joined:
    """Labels and outcomes of the same photos.

    Attributes
    ----------
    rows, outcomes : sequence
        What people said and what the checker said, in the same order.
    checks : tuple of str
        The checks that have a column.
    subject : ndarray of shape (N,), int64
        Whom each photo shows, as a number.
    resamples : int
        Of the bootstrap over subjects.
    """

    def __init__(self, labels: LabelFile, outcomes: Sequence[Outcome], resamples: int, seed: int) -> None:
        self.rows: Sequence[LabelRow] = labels.rows
        self.checks = labels.checks
        self.outcomes = outcomes
        self.resamples = resamples
        self._seed = seed
        people: dict[str, int] = {}
        self.subject = np.array([people.setdefault(row.subject, len(people)) for row in self.rows], np.int64)

    def seed(self, *purpose: str) -> tuple[int, ...]:
        """Return the seed of the draws for one purpose."""
        # Each quantity has draws of its own, so that a check more leaves the others' digits alone.
        return (self._seed, *(zlib.crc32(part.encode()) for part in purpose))

    def rates(self, events: Events, *purpose: str) -> dict[Kind, Rate]:
        """Return the rate of each kind of event."""
        found = rates(
            np.stack([happened for happened, _ in events.values()]),
            np.stack([possible for _, possible in events.values()]),
            self.subject,
            self.resamples,
            self.seed(*purpose),
        )
        return dict(zip(events, found, strict=True))

    def people(self, where: Flags) -> int:
        """Count the people on some of the photos."""
        return len(np.unique(self.subject[where]))

    def flags(self, condition: Callable[[LabelRow, Outcome], bool]) -> Flags:
        """Return in which photos a condition holds, shape (N,)."""
        pairs = zip(self.rows, self.outcomes, strict=True)
        return np.array([condition(row, outcome) for row, outcome in pairs], np.bool_)
