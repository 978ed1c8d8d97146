"""Error rates and their intervals, on plain arrays: no photos, no files, no words.

A score is high for a good photo; photos with a score below a threshold are rejected. Intervals come from
resampling *subjects*, not photos: two photos of one person are no independent evidence.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CONFIDENCE",
    "FEWEST_SUBJECTS",
    "DetCurve",
    "Estimate",
    "Rate",
    "best_constant",
    "det_curve",
    "difference",
    "equal_error_rate",
    "exact_bound",
    "mean_estimate",
    "rates",
]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

CONFIDENCE = 0.95
"""Level of every interval."""

FEWEST_SUBJECTS = 20
"""Of fewer people nothing is said: with so many and no error the rate may still be 17 %, and intervals from
resampling fewer are too narrow."""

# Draws held at a time: 32 MB.
_CHUNK = 4_000_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval; the bounds are None where too few people stand behind it."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something happened.

    Attributes
    ----------
    events, total : int
        Photos with the event, and photos in which it could have happened.
    subjects : int
        People behind `total`.
    value, low, high : float or None
        Share and its 95 % interval; None where `total` is 0.
    """

    events: int
    total: int
    subjects: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class DetCurve:
    """Detection error trade-off (ISO/IEC 19795-1): both error rates at every threshold.

    Attributes
    ----------
    threshold : ndarray of shape (K + 1,), float64
        Ascending: each distinct score, then infinity. Photos with a lower score are rejected.
    false_reject : ndarray of shape (K + 1,), float64
        Share of good photos rejected, from 0 to 1.
    miss : ndarray of shape (K + 1,), float64
        Share of bad photos accepted, from 1 to 0.
    """

    threshold: Array
    false_reject: Array
    miss: Array

    def crossing(self) -> tuple[float, float]:
        """Return the equal error rate, and the threshold at which it is reached.

        The two rates are joined by straight lines between thresholds; of the two thresholds around the
        crossing, the one with the smaller gap between the rates is named.
        """
        gap = self.false_reject - self.miss
        after = int(np.argmax(gap >= 0))
        before = after - 1
        step = -gap[before] / (gap[after] - gap[before])
        rate = self.false_reject[before] + step * (self.false_reject[after] - self.false_reject[before])
        nearest = after if step >= 0.5 else before
        return float(rate), float(self.threshold[nearest])


def det_curve(scores: Array, good: Flags) -> DetCurve:
    """Return the error rates at every threshold.

    Parameters
    ----------
    scores : ndarray of shape (N,), float64
        Higher is better.
    good : ndarray of shape (N,), bool
        Whether each photo is compliant; both kinds must occur.

    Returns
    -------
    DetCurve
        With one point per distinct score, and one beyond the highest.

    Raises
    ------
    ValueError
        There is no good or no bad photo.
    """
    if not good.any() or good.all():
        raise ValueError("an error trade-off needs good and bad photos")
    threshold, level = np.unique(scores, return_inverse=True)
    below_good = np.cumsum(np.bincount(level[good], minlength=len(threshold)))
    below_bad = np.cumsum(np.bincount(level[~good], minlength=len(threshold)))
    return DetCurve(
        threshold=np.append(threshold, np.inf),
        false_reject=np.append(0.0, below_good / good.sum()),
        miss=np.append(1.0, 1.0 - below_bad / (~good).sum()),
    )


def equal_error_rate(
    scores: Array, good: Flags, subject: Indices, resamples: int, seed: tuple[int, ...]
) -> Estimate:
    """Return the equal error rate with a percentile bootstrap interval over subjects.

    Parameters
    ----------
    scores : ndarray of shape (N,), float64
        Higher is better.
    good : ndarray of shape (N,), bool
        Whether each photo is compliant; both kinds must occur.
    subject : ndarray of shape (N,), int64
        Whom each photo shows: any numbers.
    resamples : int
        Number of bootstrap resamples.
    seed : tuple of int
        Same seed, same interval.

    Returns
    -------
    Estimate
        Where no photo is on the wrong side, no resample can be either: the upper bound is then the exact
        one for no error among the smaller of the two numbers of people.

    Raises
    ------
    ValueError
        There is no good or no bad photo.
    """
    from icao_check.kernels.accuracy import resampled_equal_error_rates

    rate, _ = det_curve(scores, good).crossing()
    people, subject = np.unique(subject, return_inverse=True)
    if rate == 0.0:
        fewest = min(len(np.unique(subject[good])), len(np.unique(subject[~good])))
        return Estimate(rate, 0.0, exact_bound(fewest))
    order = np.argsort(scores, kind="stable")
    level = np.unique(scores[order], return_inverse=True)[1].astype(np.int64)
    sorted_good, sorted_subject = good[order], subject[order].astype(np.int64)
    drawn = np.concatenate(
        [
            resampled_equal_error_rates(draws, level, sorted_good, sorted_subject)
            for draws in _draws(len(people), resamples, seed)
        ]
    )
    return Estimate(rate, *_percentiles(drawn))


def rates(
    events: NDArray[np.bool_],
    cases: NDArray[np.bool_],
    subject: Indices,
    resamples: int,
    seed: tuple[int, ...],
) -> list[Rate]:
    """Return the shares of several events, each among its own cases, with intervals over subjects.

    Parameters
    ----------
    events : ndarray of shape (M, N), bool
        Whether each of M events happened in each photo.
    cases : ndarray of shape (M, N), bool
        Whether it could have happened there.
    subject : ndarray of shape (N,), int64
        Whom each photo shows: any numbers.
    resamples : int
        Number of bootstrap resamples.
    seed : tuple of int
        Same seed, same intervals.

    Returns
    -------
    list of Rate
        M of them. The interval is a percentile bootstrap; where the event happened never, or always, the
        open side is the exact (Clopper–Pearson) bound for as many independent cases as there are people.
    """
    people, subject = np.unique(subject, return_inverse=True)
    events = events & cases
    per_person = np.zeros((2 * len(events), len(people)))
    for row, flags in enumerate(np.concatenate([events, cases])):
        per_person[row] = np.bincount(subject[flags], minlength=len(people))
    happened, possible = per_person[: len(events)], per_person[len(events) :]
    drawn = _resampled_sums(per_person.T, resamples, seed)
    with np.errstate(invalid="ignore"):
        shares = drawn[:, : len(events)] / drawn[:, len(events) :]
    result = []
    for row in range(len(events)):
        count, total = int(happened[row].sum()), int(possible[row].sum())
        number = int(np.count_nonzero(possible[row]))
        if total == 0:
            result.append(Rate(0, 0, 0))
            continue
        low, high = _percentiles(shares[:, row])
        if count == 0:
            low, high = 0.0, exact_bound(number)
        elif count == total:
            low, high = 1.0 - exact_bound(number), 1.0
        result.append(Rate(count, total, number, count / total, low, high))
    return result


def mean_estimate(values: Array, subject: Indices, resamples: int, seed: tuple[int, ...]) -> Estimate:
    """Return the mean of `values`, shape (N,), with a percentile bootstrap interval over subjects."""
    people, subject = np.unique(subject, return_inverse=True)
    sums = np.stack(
        [
            np.bincount(subject, values, len(people)),
            np.bincount(subject, minlength=len(people)).astype(float),
        ],
        axis=1,
    )
    drawn = _resampled_sums(sums, resamples, seed)
    return Estimate(float(values.mean()), *_percentiles(drawn[:, 0] / drawn[:, 1]))


def exact_bound(people: int) -> float:
    """Return the upper bound of a rate of which no case was seen among `people` independent ones.

    The two-sided Clopper–Pearson bound: 1 − ((1 − 0.95) / 2)^(1 / n).
    """
    tail = (1.0 - CONFIDENCE) / 2.0
    return float(1.0 - tail ** (1.0 / people))


def difference(one: Rate, other: Rate) -> Estimate:
    """Return `one` − `other` with an interval made of theirs (MOVER).

    Zou & Donner, Construction of confidence limits about effect measures, Statistics in Medicine 27 (2008),
    section 2. The two are taken as independent, which is cautious where people are in both.

    Raises
    ------
    ValueError
        One of them is of no photo.
    """
    if one.value is None or other.value is None:
        raise ValueError("a difference needs two rates")
    assert one.low is not None and one.high is not None and other.low is not None and other.high is not None
    value = one.value - other.value
    return Estimate(
        value,
        value - math.hypot(one.value - one.low, other.high - other.value),
        value + math.hypot(one.high - one.value, other.value - other.low),
    )


def best_constant(points: Array, weight: Array) -> Array:
    """Return the one point whose weighted mean distance to all `points` is smallest.

    Parameters
    ----------
    points : ndarray of shape (N, D), float64
        What was true in each photo.
    weight : ndarray of shape (N,), float64
        What a unit of distance costs there.

    Returns
    -------
    ndarray of shape (D,), float64
        The weighted median for D = 1, else the geometric median by Weiszfeld's iteration, to a relative
        precision of 1e-9.
    """
    if points.shape[1] == 1:
        order = np.argsort(points[:, 0], kind="stable")
        reached = np.cumsum(weight[order])
        return np.asarray(points[order[np.searchsorted(reached, reached[-1] / 2.0)]], np.float64)
    centre = np.average(points, axis=0, weights=weight)
    size = float(np.abs(points - centre).max())
    for _ in range(1000):
        # A centre that falls on a point would divide by 0.
        pull = weight / np.maximum(np.linalg.norm(points - centre, axis=1), 1e-12 + 1e-12 * size)
        moved = np.average(points, axis=0, weights=pull)
        if np.linalg.norm(moved - centre) <= 1e-9 * size:
            return np.asarray(moved, np.float64)
        centre = moved
    return np.asarray(centre, np.float64)


def _draws(subjects: int, resamples: int, seed: tuple[int, ...]) -> Iterator[Indices]:
    """Yield resamples of the subjects, shape (b, S), a bounded number at a time."""
    rng = np.random.default_rng(seed)
    step = max(1, _CHUNK // subjects)
    for start in range(0, resamples, step):
        yield rng.integers(subjects, size=(min(step, resamples - start), subjects))


def _resampled_sums(sums: Array, resamples: int, seed: tuple[int, ...]) -> Array:
    """Return the column sums of (S, M) numbers per subject in each resample, shape (B, M)."""
    subjects = len(sums)
    parts = []
    for draws in _draws(subjects, resamples, seed):
        rows = np.arange(len(draws))[:, np.newaxis] * subjects
        times = np.bincount((draws + rows).ravel(), minlength=draws.size).reshape(draws.shape)
        parts.append(times.astype(np.float64) @ sums)
    return np.concatenate(parts)


def _percentiles(drawn: Array) -> tuple[float | None, float | None]:
    drawn = drawn[np.isfinite(drawn)]
    if not drawn.size:
        return None, None
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(drawn, [tail, 1.0 - tail])
    return float(low), float(high)
