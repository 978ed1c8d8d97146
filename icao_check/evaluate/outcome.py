"""What a report contributes to an evaluation: little enough that a large archive fits in memory."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from icao_check.catalogue import EVIDENCE_CHECKS
from icao_check.report import Report

__all__ = ["Judged", "Located", "Origin", "Outcome", "outcome_of"]


@dataclass(frozen=True, slots=True)
class Origin:
    """What judged a photo, so that two evaluations can be told apart."""

    engine: str
    profile: str
    profile_digest: str
    models_digest: str

    def __str__(self) -> str:
        return (
            f"icao-check {self.engine}, profile {self.profile} ({self.profile_digest[:8]}), "
            f"models {self.models_digest[:8]}"
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """The result of one check: see :class:`icao_check.CheckResult`."""

    verdict: str
    score: float | None
    value: float | None
    reason: str | None

    @property
    def made(self) -> bool:
        """Whether the check was made at all."""
        return self.verdict != "skipped"


@dataclass(frozen=True, slots=True)
class Located:
    """Where the face was found, in px of the upright photo: see :class:`icao_check.report.FaceResult`."""

    pupils: tuple[tuple[float, float], tuple[float, float]]
    chin: tuple[float, float]
    crown: tuple[float, float]
    roll: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One judged photo.

    Attributes
    ----------
    verdict : str
        Of the photo; ``error`` for a file that could not be judged.
    error : str or None
        Code of the error.
    checks : dict of str to Judged
        All checks of the catalogue; empty for an error.
    face : Located or None
        None where no face was found.
    px_per_mm : float or None
        Print scale.
    origin : Origin
        What judged it.
    """

    verdict: str
    error: str | None
    checks: Mapping[str, Judged]
    face: Located | None
    px_per_mm: float | None
    origin: Origin

    def obstacles(self) -> tuple[str, ...]:
        """Return the checks that keep the photo from passing."""
        return tuple(
            name
            for name, judged in self.checks.items()
            if judged.verdict == "fail"
            or (judged.verdict in ("review", "borderline") and name not in EVIDENCE_CHECKS)
        )


def outcome_of(report: Report) -> Outcome:
    """Keep of a report what an evaluation needs."""
    face = report.face
    return Outcome(
        verdict=report.verdict,
        error=None if report.error is None else report.error.code,
        checks={
            sys.intern(result.id): Judged(
                sys.intern(result.verdict),
                result.score,
                result.value,
                None if result.reason is None else sys.intern(result.reason),
            )
            for result in report.checks
        },
        face=None if face is None else Located(face.pupils, face.chin, face.crown, face.pose.roll),
        px_per_mm=None if report.inputs.scale is None else report.inputs.scale.px_per_mm,
        origin=Origin(report.engine, report.profile, report.profile_digest, report.models_digest),
    )
