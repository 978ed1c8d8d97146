"""Detection error trade-off curves: both error rates at every limit that one could set."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from icao_check.evaluate.accuracy import CheckAccuracy
from icao_check.evaluate.figure import Colour, Figure
from icao_check.evaluate.statistics import DetCurve
from icao_check.evaluate.wording import interval
from icao_check.messages import title

__all__ = ["OUTER_LIMIT_SCORE", "det_figure"]

OUTER_LIMIT_SCORE = 50.0
"""Score of a value at the outer limit: lower ones fail."""

_COLUMNS = 4
_PANEL_WIDTH, _PANEL_HEIGHT = 290, 316
_LEFT, _TOP, _SIDE = 56, 46, 214
_HEAD = 52
_TICKS = (0.001, 0.01, 0.05, 0.2, 0.5, 0.8)
_LOWEST, _HIGHEST = 0.0005, 0.9
_INK: Colour = (32, 32, 36)
_FAINT: Colour = (120, 120, 128)
_GRID: Colour = (228, 228, 232)
_CURVE: Colour = (0, 90, 160)
_LIMIT: Colour = (200, 30, 40)
# Points on each straight piece of the curve, which these axes bend.
_PIECE = 6


def det_figure(checks: Sequence[CheckAccuracy]) -> Figure:
    """Draw one panel per check that has a curve.

    Parameters
    ----------
    checks : sequence of CheckAccuracy
        In the order of the panels; those without a curve are left out.

    Returns
    -------
    Figure
        On both axes the normal deviate of the rate, as is usual for these curves: scores that are normally
        distributed give a straight line. Rates below 0.05 % lie on the edge.
    """
    drawn = [(check, check.curve) for check in checks if check.curve is not None]
    rows = max(1, -(-len(drawn) // _COLUMNS))
    figure = Figure(_COLUMNS * _PANEL_WIDTH, _HEAD + rows * _PANEL_HEIGHT)
    words = "Good photos rejected (across) against defects missed (up), in %, at every limit."
    figure.text((_LEFT, 20), words if drawn else "No check has both good and bad photos.", _INK, 13)
    if drawn:
        figure.disc((_LEFT + 6, 36), 4.5, _CURVE)
        figure.text((_LEFT + 18, 40), "both equal (EER)", _FAINT)
        figure.disc((_LEFT + 134, 36), 4.5, _LIMIT, filled=False)
        figure.text((_LEFT + 146, 40), "at the shipped limit", _FAINT)
    for place, (check, curve) in enumerate(drawn):
        left = (place % _COLUMNS) * _PANEL_WIDTH + _LEFT
        top = _HEAD + (place // _COLUMNS) * _PANEL_HEIGHT + _TOP
        _panel(figure, left, top, check, curve)
    return figure


def _panel(figure: Figure, left: float, top: float, check: CheckAccuracy, curve: DetCurve) -> None:
    bottom = top + _SIDE

    def at(false_reject: float, miss: float) -> tuple[float, float]:
        return left + _along(false_reject) * _SIDE, bottom - _along(miss) * _SIDE

    figure.text((left, top - 24), title(check.id), _INK, 13, bold=True)
    figure.text((left, top - 8), f"EER {interval(check.eer)} %", _FAINT)
    for tick in _TICKS:
        x, y = at(tick, tick)
        figure.line([(x, top), (x, bottom)], _GRID)
        figure.line([(left, y), (left + _SIDE, y)], _GRID)
        figure.text((x, bottom + 15), f"{100 * tick:g}", _FAINT, anchor="middle")
        figure.text((left - 6, y + 4), f"{100 * tick:g}", _FAINT, anchor="end")
    figure.line([at(_LOWEST, _LOWEST), at(_HIGHEST, _HIGHEST)], _GRID, 1.5)
    frame = [(left, top), (left + _SIDE, top), (left + _SIDE, bottom), (left, bottom), (left, top)]
    figure.line(frame, _FAINT)
    figure.line([at(x, y) for x, y in _bent(curve)], _CURVE, 2)
    limit = int(np.searchsorted(curve.threshold, OUTER_LIMIT_SCORE))
    figure.disc(at(float(curve.false_reject[limit]), float(curve.miss[limit])), 4.5, _LIMIT, filled=False)
    assert check.eer is not None
    figure.disc(at(check.eer.value, check.eer.value), 4.5, _CURVE)


def _bent(curve: DetCurve) -> list[tuple[float, float]]:
    """Return the curve with points enough on its slanting pieces that they bend as these axes do."""
    points = [(0.0, 1.0)]
    for rejected, missed in zip(curve.false_reject[1:], curve.miss[1:], strict=True):
        x, y = points[-1]
        pieces = _PIECE if rejected > x and missed < y else 1
        points += [
            (x + (float(rejected) - x) * part / pieces, y + (float(missed) - y) * part / pieces)
            for part in range(1, pieces + 1)
        ]
    return points


def _along(rate: float) -> float:
    """Return where a rate lies on an axis of normal deviates, 0 … 1."""
    low, high = (NormalDist().inv_cdf(bound) for bound in (_LOWEST, _HIGHEST))
    return (NormalDist().inv_cdf(min(max(rate, _LOWEST), _HIGHEST)) - low) / (high - low)
