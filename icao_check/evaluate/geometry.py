"""Positions and sizes beside the truth, and beside the best answer that looks at no photo."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from icao_check.evaluate.labels import LabelRow
from icao_check.evaluate.outcome import Located, Outcome
from icao_check.evaluate.statistics import Estimate, best_constant, mean_estimate

__all__ = ["PERCENTILES", "GeometryAccuracy", "geometry_accuracy"]

Array = NDArray[np.float64]

PERCENTILES = (50, 90, 95, 100)
"""Of the error that are told."""


@dataclass(frozen=True, slots=True)
class GeometryAccuracy:
    """How far one position or size is off.

    Attributes
    ----------
    quantity : str
        ``pupils`` (mean of the two distances), ``inter_eye_distance``, ``chin`` (distance), ``crown`` (height
        only), ``head_height`` or ``roll``.
    unit : str
        ``px`` of the file, ``mm`` on the print, or ``°``.
    truth : int
        Photos with a true value.
    measured : int
        Those in which the checker found it; the rest is of these.
    error : Estimate
        Mean absolute error and its interval over subjects.
    bias : float or None
        Mean signed error, of sizes and angles.
    percentiles : tuple of float
        Of the absolute error, at :data:`PERCENTILES`.
    relative : float or None
        Mean absolute error in % of the true distance between the eyes: comparable between files of different
        size.
    constant : float
        Mean absolute error of the best constant answer. Positions are answered in mm from the upper left
        corner of the print, so that a larger file needs no other answer. What does not beat it has measured
        nothing.
    worst : tuple of (int, float)
        Rows and their errors, the largest first.
    """

    quantity: str
    unit: str
    truth: int
    measured: int
    error: Estimate
    bias: float | None
    percentiles: tuple[float, ...]
    relative: float | None
    constant: float
    worst: tuple[tuple[int, float], ...]

    @property
    def beats_constant(self) -> bool:
        """Whether the error is surely smaller than that of the best constant."""
        return self.error.high is not None and self.error.high < self.constant


@dataclass(frozen=True, slots=True)
class _Quantity:
    name: str
    unit: str
    truth: Callable[[Mapping[str, float]], list[tuple[float, ...]]]
    """True points, of one or two coordinates; raises KeyError where unknown."""
    found: Callable[[Outcome, Located], list[tuple[float, ...]] | None]


def _eye_distance(truth: Mapping[str, float]) -> float:
    return math.hypot(truth["pupil_r_x"] - truth["pupil_l_x"], truth["pupil_r_y"] - truth["pupil_l_y"])


def _head_height(outcome: Outcome, face: Located) -> list[tuple[float, ...]] | None:
    if outcome.px_per_mm is None:
        return None
    return [(math.dist(face.chin, face.crown) / outcome.px_per_mm,)]


_QUANTITIES = (
    _Quantity(
        "pupils",
        "px",
        lambda truth: [(truth["pupil_l_x"], truth["pupil_l_y"]), (truth["pupil_r_x"], truth["pupil_r_y"])],
        lambda _, face: list(face.pupils),
    ),
    _Quantity(
        "inter_eye_distance",
        "px",
        lambda truth: [(_eye_distance(truth),)],
        lambda _, face: [(math.dist(*face.pupils),)],
    ),
    _Quantity("chin", "px", lambda truth: [(truth["chin_x"], truth["chin_y"])], lambda _, face: [face.chin]),
    _Quantity("crown", "px", lambda truth: [(truth["crown_y"],)], lambda _, face: [face.crown[1:]]),
    _Quantity("head_height", "mm", lambda truth: [(truth["head_height_mm"],)], _head_height),
    _Quantity(
        "roll",
        "°",
        lambda truth: [(truth["roll"],)],
        lambda _, face: None if face.roll is None else [(face.roll,)],
    ),
)


def geometry_accuracy(
    rows: Sequence[LabelRow],
    outcomes: Sequence[Outcome],
    subject: NDArray[np.int64],
    resamples: int,
    seed: int,
) -> tuple[GeometryAccuracy, ...]:
    """Compare positions and sizes with the truth.

    Parameters
    ----------
    rows : sequence of LabelRow
        With the truth.
    outcomes : sequence of Outcome
        One per row.
    subject : ndarray of shape (N,), int64
        Whom each row shows.
    resamples, seed : int
        Of the bootstrap over subjects.

    Returns
    -------
    tuple of GeometryAccuracy
        One per quantity that is true and was found in at least one photo.
    """
    found = (_accuracy(quantity, rows, outcomes, subject, resamples, seed) for quantity in _QUANTITIES)
    return tuple(accuracy for accuracy in found if accuracy is not None)


def _accuracy(
    quantity: _Quantity,
    rows: Sequence[LabelRow],
    outcomes: Sequence[Outcome],
    subject: NDArray[np.int64],
    resamples: int,
    seed: int,
) -> GeometryAccuracy | None:
    true_points: list[list[tuple[float, ...]]] = []
    found_points: list[list[tuple[float, ...]]] = []
    places: list[int] = []
    scale: list[float] = []
    known = 0
    for place, (row, outcome) in enumerate(zip(rows, outcomes, strict=True)):
        try:
            truth = quantity.truth(row.truth)
        except KeyError:
            continue
        known += 1
        found = None if outcome.face is None else quantity.found(outcome, outcome.face)
        if found is not None and outcome.px_per_mm is not None:
            true_points.append(truth)
            found_points.append(found)
            places.append(place)
            scale.append(outcome.px_per_mm if quantity.unit == "px" else 1.0)
    if not places:
        return None
    truths, founds = np.array(true_points), np.array(found_points)  # (photos, points, coordinates)
    per_unit = np.array(scale)
    error = np.linalg.norm(founds - truths, axis=2).mean(axis=1)
    eyes = np.array(
        [_eye_distance(rows[place].truth) for place in places if "pupil_r_y" in rows[place].truth]
    )
    order = np.argsort(-error, kind="stable")
    return GeometryAccuracy(
        quantity=quantity.name,
        unit=quantity.unit,
        truth=known,
        measured=len(places),
        error=mean_estimate(error, subject[places], resamples, (seed, zlib.crc32(quantity.name.encode()))),
        bias=float((founds - truths).mean()) if truths.shape[1:] == (1, 1) else None,
        percentiles=tuple(float(value) for value in np.percentile(error, PERCENTILES)),
        relative=float((error / eyes).mean() * 100.0)
        if quantity.unit == "px" and len(eyes) == len(error)
        else None,
        constant=_constant_error(truths, per_unit),
        worst=tuple((places[place], float(error[place])) for place in order),
    )


def _constant_error(truths: Array, per_unit: Array) -> float:
    """Return the mean error of the best constant, found in print units and told in those of the file."""
    errors = np.zeros(len(truths))
    for point in range(truths.shape[1]):
        in_print = truths[:, point] / per_unit[:, np.newaxis]
        constant = best_constant(in_print, per_unit)
        errors += np.linalg.norm(in_print - constant, axis=1) * per_unit / truths.shape[1]
    return float(errors.mean())
