"""OFIQ's CSV file: a header, then one row per picture."""

from __future__ import annotations

from collections.abc import Mapping

from icao_check.ofiq.natives import MEASURED
from icao_check.ofiq.scalars import COLUMNS, scalar

__all__ = ["header", "row"]

_SEPARATOR = ";"


def header() -> str:
    """Return the first line: the file, all native values, all scalars, the time; OFIQ ends it so."""
    names = ["Filename", *COLUMNS, *(f"{column}.scalar" for column in COLUMNS), "assessment_time_in_ms"]
    return _SEPARATOR.join(names) + _SEPARATOR


def row(name: str, natives: Mapping[str, float | None], milliseconds: float) -> str:
    """Return the line of one picture.

    Parameters
    ----------
    name : str
        File, as it was named.
    natives : mapping of str to float or None
        Value of each measured column; None, or nothing, where it could not be assessed, as everywhere in a
        picture without a face. OFIQ writes 0 and the scalar -1 there.
    milliseconds : float
        Time that the assessment took.

    Returns
    -------
    str
        Cells of columns that are never measured are empty. No line break at the end.
    """
    values = {column: natives.get(column) for column in MEASURED}
    cells = [_cell(values[column] or 0.0) if column in values else "" for column in COLUMNS]
    for column in COLUMNS:
        value = values.get(column)
        cells.append("" if column not in values else "-1" if value is None else str(scalar(column, value)))
    return _SEPARATOR.join([_name(name), *cells, _cell(milliseconds)])


def _cell(value: float) -> str:
    return str(int(value)) if value == round(value) else f"{value:.6f}"


def _name(name: str) -> str:
    if not any(sign in name for sign in (_SEPARATOR, '"', "\n", "\r")):
        return name
    return '"' + name.replace('"', '""') + '"'
