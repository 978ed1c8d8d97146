"""From what the networks see to a measurement."""

from __future__ import annotations

import math

from icao_check.face import Face
from icao_check.measurement import Measurement

__all__ = ["MARGIN", "covered_eyes", "covered_mouth", "index", "index_of", "probability"]

# The odds span too many powers of ten for a score: their cube root tells good from better and bad from worse.
_ROOT = 3.0
MARGIN = 1.5
"""Log-odds by which the networks may err on people that they did not learn from (models/eye_appearance.md):
where the limit is nearer than that, a person has to look."""


def index(face: Face, *names: str) -> Measurement:
    """Return how surely something is seen, as the cube root of its odds: 1 where it is as likely as not.

    Parameters
    ----------
    face : Face
        The main face.
    names : str
        Of :data:`icao_check.face.appearance.HEADS`; the likeliest counts.
    """
    return index_of(max(face.appearance[name] for name in names))


def index_of(log_odds: float) -> Measurement:
    """Return the same for log-odds that are known."""
    low, value, high = (math.exp(z / _ROOT) for z in (log_odds - MARGIN, log_odds, log_odds + MARGIN))
    return Measurement(value, extremes=(low, high), dispute="uncertain")


def probability(face: Face, name: str, shift: float = 0.0) -> float:
    """Return the probability of one of :data:`icao_check.face.appearance.HEADS`, log-odds shifted."""
    return 1.0 / (1.0 + math.exp(-(face.appearance[name] + shift)))


def covered_eyes(face: Face) -> str | None:
    """Return why the eyes cannot be judged; None where they can."""
    return "dark_lenses" if face.appearance["dark_lenses"] > 0.0 else None


def covered_mouth(face: Face) -> str | None:
    """Return why the mouth cannot be judged; None where it can."""
    return "covered_mouth" if face.appearance["mouth_covered"] > 0.0 else None
