"""From native values to OFIQ's scalars 0–100; the parameters are data."""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Callable, Mapping
from importlib.resources import files

__all__ = ["COLUMNS", "scalar"]

_File = Mapping[str, Mapping[str, float]]


@functools.cache
def _columns() -> _File:
    text = files("icao_check.ofiq").joinpath("mapping.toml").read_text(encoding="utf-8")
    columns: _File = tomllib.loads(text)["columns"]
    return columns


COLUMNS: tuple[str, ...] = tuple(_columns())
"""Names of the measures, in the order of OFIQ's columns."""


def scalar(column: str, native: float) -> int:
    """Return OFIQ's scalar of a native value.

    Parameters
    ----------
    column : str
        Of :data:`COLUMNS`.
    native : float
        In the unit of that column.

    Returns
    -------
    int
        0–100, higher is better.

    Raises
    ------
    KeyError
        No such column.
    """
    parameters = dict(_columns()[column])
    value = _CURVES[str(parameters.pop("curve"))](native, **parameters)
    # As C rounds: halves away from zero.
    whole = math.copysign(math.floor(abs(value) + 0.5), value)
    return int(min(max(whole, 0.0), 100.0))


def _sg(x: float, x0: float, w: float) -> float:
    exponent = (x0 - x) / w
    return 0.0 if exponent > 700.0 else 1.0 / (1.0 + math.exp(exponent))


def _sigmoid(
    x: float, *, h: float, a: float, s: float, x0: float, w: float, centre: float = math.nan
) -> float:
    distance = x if math.isnan(centre) else abs(x - centre)
    return h * (a + s * _sg(distance, x0, w))


def _window(x: float, *, low: float, high: float, w: float) -> float:
    return 100.0 * _sg(x, low, w) * (1.0 - _sg(x, high, w))


def _power(x: float, *, exponent: float) -> float:
    return 100.0 * math.pow(max(x, 0.0), exponent)


def _sine(x: float, *, rate: float) -> float:
    return 100.0 * math.sin(math.pi * rate * x / (rate * x + 1.0))


def _reciprocal(x: float, *, offset: float) -> float:
    return 1.0 / (x + offset)


def _linear(x: float, *, factor: float) -> float:
    return factor * x


def _complement(x: float) -> float:
    return 100.0 * (1.0 - x)


def _cosine(x: float) -> float:
    return 100.0 * max(0.0, math.cos(math.radians(x))) ** 2


def _range(x: float, *, last: float, x0: float, w: float) -> float:
    if x <= 0.0:
        return 100.0
    if x >= last:
        return 0.0
    first, here, end = (_sg(at, x0, w) for at in (0.0, x, last))
    return 100.0 * (end - here) / (end - first)


_CURVES: dict[str, Callable[..., float]] = {
    "sigmoid": _sigmoid,
    "window": _window,
    "power": _power,
    "sine": _sine,
    "reciprocal": _reciprocal,
    "linear": _linear,
    "complement": _complement,
    "cosine": _cosine,
    "range": _range,
}
