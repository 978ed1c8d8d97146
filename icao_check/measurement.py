"""One physical quantity, as a measure hands it on: never a threshold inside."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["REASONS", "Evidence", "Fact", "Measurement", "significant"]

Fact = float | int | str

REASONS: frozenset[str] = frozenset(
    {
        "no_face",
        "no_evidence",
        "contradictory_evidence",
        "not_newer_than",
        "edited",
        "no_background",
        "covered_mouth",
        "crown_cut",
        "dark_lenses",
        "head_covering_allowed",
        "uncertain",
        "not_measurable",
    }
)
"""Why a value is missing, or doubtful where it is there. A closed vocabulary."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that a result rests on, or that was left out of it. Codes; the words are in the catalogues.

    Attributes
    ----------
    source : str
        Where it comes from, e.g. ``exif_original``.
    says : str
        An ISO date or the name of a product; empty where the source says it all.
    role : str
        ``decides``, ``confirms``, ``contradicts``, ``limits`` or ``ignored``.
    why : str or None
        Why it does not count, or counts for less.
    """

    source: str
    says: str
    role: str
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """A value in the unit of its check.

    Attributes
    ----------
    value : float or None
        None where it cannot be measured; then `reason` says why.
    uncertainty : float
        One standard deviation, in the same unit.
    reason : str or None
        From :data:`REASONS`.
    doubt : str or None
        From :data:`REASONS`: the value stands, but a person has to look, whatever it is.
    excuse : str or None
        From :data:`REASONS`: a person has to look *if* the value breaks the limit.
    finding : str or None
        Which reason of the check holds outside the limit, where the side does not tell.
    extremes : (smallest, largest) or None
        What the evidence allows, in the unit of the value; infinite where it sets no end.
    dispute : str or None
        From :data:`REASONS`: a person has to look *if* one of the extremes breaks the limit and the other
        does not.
    evidence : tuple of Evidence
        What the value rests on, the strongest first.
    facts : mapping
        Numbers and ISO dates that the message needs beside the value.
    """

    value: float | None
    uncertainty: float = 0.0
    reason: str | None = None
    doubt: str | None = None
    excuse: str | None = None
    finding: str | None = None
    extremes: tuple[float, float] | None = None
    dispute: str | None = None
    evidence: tuple[Evidence, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"a measured value must be finite, not {self.value}")
        if (self.value is None) != (self.reason is not None):
            raise ValueError("a measurement has either a value or the reason why it has none")
        if (self.extremes is None) != (self.dispute is None):
            raise ValueError("extremes need the reason why they differ")
        for name in (self.reason, self.doubt, self.excuse, self.dispute):
            if name is not None and name not in REASONS:
                raise ValueError(f"unknown reason {name!r}")


def significant(value: float, digits: int = 4) -> float:
    """Round to a number of significant digits: the precision to which machines agree."""
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))
