"""The label file: what a person says about each photo.

A CSV table, one row per photo. ``docs/evaluate.md`` explains it to whoever fills it in.
"""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from icao_check.catalogue import CATALOGUE
from icao_check.errors import IcaoCheckError
from icao_check.profile import AGE_GROUPS, WAIVERS

__all__ = [
    "INPUT_COLUMNS",
    "PHOTO_SUFFIXES",
    "TRUTH_COLUMNS",
    "LabelFile",
    "LabelFileError",
    "LabelRow",
    "parse_labels",
    "read_labels",
    "template",
]

TRUTH_COLUMNS: tuple[str, ...] = (
    "pupil_l_x",
    "pupil_l_y",
    "pupil_r_x",
    "pupil_r_y",
    "chin_x",
    "chin_y",
    "crown_y",
    "head_height_mm",
    "roll",
)
"""Measured by hand: px of the upright file (the pupil on the left of the picture first), mm, degrees."""

PHOTO_SUFFIXES: tuple[str, ...] = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".webp"),
    *(".jp2", ".j2k", ".jpx", ".heic", ".heif", ".avif", ".bmp", ".gif"),
)
"""What a template lists as photos: anything that an applicant may have sent as one."""

_MOST_PROBLEMS = 10


class LabelFileError(IcaoCheckError, ValueError):
    """The label file cannot be used; the text says in which line, and why."""


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One photo and what is known about it.

    Attributes
    ----------
    line : int
        In the label file.
    photo : str
        As written there.
    path : Path
        Where the photo is.
    subject : str
        Whom it shows; rows without one stand for a person each.
    labels : dict of check id to bool
        Whether the photo meets the check; unknown ones are absent.
    compliant : bool or None
        Whether the photo as a whole is acceptable, where the file says so.
    truth : dict of str to float
        By the names of :data:`TRUTH_COLUMNS`.
    groups : dict of str to str
        The other columns; empty cells are absent.
    inputs : dict
        Keywords of :func:`icao_check.check`.
    """

    line: int
    photo: str
    path: Path
    subject: str
    labels: Mapping[str, bool]
    compliant: bool | None
    truth: Mapping[str, float]
    groups: Mapping[str, str]
    inputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LabelFile:
    """A label file that was read.

    Attributes
    ----------
    rows : tuple of LabelRow
        In the order of the file.
    checks : tuple of str
        The checks that have a column, in the order of the catalogue.
    groups : tuple of str
        The other columns.
    notes : tuple of str
        What looked odd but could be used.
    """

    rows: tuple[LabelRow, ...]
    checks: tuple[str, ...]
    groups: tuple[str, ...]
    notes: tuple[str, ...]


def read_labels(path: str | Path) -> LabelFile:
    """Read a label file; the photos that it names lie relative to it.

    Raises
    ------
    LabelFileError
        It cannot be read, or something in it cannot be meant.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise LabelFileError(f"{path} cannot be read: {error.strerror}") from error
    return parse_labels(data, path.parent)


def parse_labels(data: bytes, folder: Path) -> LabelFile:
    """Read the content of a label file.

    Parameters
    ----------
    data : bytes
        CSV in UTF-8 or, as older spreadsheets write it, Windows-1252; separated by commas, semicolons or
        tabs.
    folder : Path
        Where relative photo paths start.

    Returns
    -------
    LabelFile
        With at least one row.

    Raises
    ------
    LabelFileError
        The text names the lines (the first ten of them).
    """
    header, records = _table(data)
    columns = _columns(header)
    problems: list[str] = []
    rows: list[LabelRow] = []
    seen: dict[Path, int] = {}
    for line, record in records:
        if not any(cell.strip() for cell in record):
            continue
        if len(record) > len(header):
            problems.append(f"line {line}: {len(record)} cells under {len(header)} headings")
            continue
        cells = {name: cell.strip() for name, cell in zip(header, record, strict=False)}
        row = _row(line, cells, columns, folder, problems)
        if row is None:
            continue
        if row.path in seen:
            problems.append(f"line {line}: {row.photo} already stands in line {seen[row.path]}")
        seen[row.path] = line
        rows.append(row)
    if problems:
        more = len(problems) - _MOST_PROBLEMS
        shown = problems[:_MOST_PROBLEMS] + ([f"and {more} more"] if more > 0 else [])
        raise LabelFileError("the label file cannot be used:\n  " + "\n  ".join(shown))
    if not rows:
        raise LabelFileError("the label file names no photo")
    return LabelFile(tuple(rows), columns.checks, columns.groups, tuple(_notes(columns, rows)))


def template(folder: str | Path, checks: Iterable[str], *, separator: str = ",") -> str:
    """Return a label file with the photos of a folder and its subfolders, to be filled in.

    Parameters
    ----------
    folder : str or Path
        Where the photos are; the paths in the file start with it, as it is written here.
    checks : iterable of str
        Ids of the checks that get a column.
    separator : str
        Between cells.

    Returns
    -------
    str
        CSV with the columns ``photo``, ``subject`` and one per check, all but the first empty.

    Raises
    ------
    LabelFileError
        It is no folder, or has no photos.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise LabelFileError(f"{folder} is no folder")
    photos = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PHOTO_SUFFIXES)
    if not photos:
        raise LabelFileError(f"{folder} has no photos")
    columns = ["photo", "subject", *checks]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([photo.as_posix()] + [""] * (len(columns) - 1) for photo in photos)
    return text.getvalue()


@dataclass(frozen=True, slots=True)
class _Columns:
    checks: tuple[str, ...]
    truth: tuple[str, ...]
    inputs: tuple[str, ...]
    groups: tuple[str, ...]
    subject: bool


def _table(data: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        records = [(reader.line_num, record) for record in reader]
    except csv.Error as error:
        raise LabelFileError(f"line {reader.line_num} is no CSV: {error}") from error
    while header and not header[-1]:
        header.pop()
    records = [(line, _without_trailing_blanks(record, len(header))) for line, record in records]
    return header, records


def _without_trailing_blanks(record: list[str], width: int) -> list[str]:
    while len(record) > width and not record[-1].strip():
        record = record[:-1]
    return record


def _columns(header: Sequence[str]) -> _Columns:
    if "photo" not in header:
        raise LabelFileError(
            "the label file needs a heading line with the column photo; "
            f"its first line is: {', '.join(header)[:200] or '(empty)'}"
        )
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise LabelFileError(f"columns occur twice: {', '.join(name or '(no name)' for name in twice)}")
    if "" in header:
        raise LabelFileError("a column has no heading")
    checks = tuple(name for name in CATALOGUE if name in header)
    truth = tuple(name for name in TRUTH_COLUMNS if name in header)
    inputs = tuple(name for name in INPUT_COLUMNS if name in header)
    if not checks and not truth and "compliant" not in header:
        raise LabelFileError(
            "no column is the id of a check (icao-check checks lists them) and none holds a true position: "
            "there is nothing to compare with"
        )
    taken = {"photo", "subject", "compliant", *checks, *truth, *inputs}
    # A child's age group is both: it changes the rules, and one may ask how children fare.
    groups = tuple(name for name in header if name not in taken or name in ("age_group", "waive"))
    return _Columns(checks, truth, inputs, groups, "subject" in header)


def _row(
    line: int, cells: Mapping[str, str], columns: _Columns, folder: Path, problems: list[str]
) -> LabelRow | None:
    if not cells.get("photo"):
        problems.append(f"line {line}: no photo")
        return None

    def parsed(name: str, parse: Callable[[str], Any]) -> Any:
        cell = cells.get(name, "")
        if not cell:
            return None
        try:
            return parse(cell)
        except ValueError as error:
            problems.append(f"line {line}, {name}: {error}")
            return None

    labels = {name: parsed(name, _flag) for name in columns.checks}
    truth = {name: parsed(name, _number) for name in columns.truth}
    inputs = {name: parsed(name, INPUT_COLUMNS[name]) for name in columns.inputs}
    if isinstance(inputs.get("reference"), str):
        inputs["reference"] = folder / inputs["reference"]
    return LabelRow(
        line=line,
        photo=cells["photo"],
        path=folder / cells["photo"],
        subject=cells.get("subject") or f"line {line}",
        labels={name: label for name, label in labels.items() if label is not None},
        compliant=parsed("compliant", _flag),
        truth={name: value for name, value in truth.items() if value is not None},
        groups={name: cells[name] for name in columns.groups if cells.get(name)},
        inputs={name: value for name, value in inputs.items() if value is not None},
    )


def _notes(columns: _Columns, rows: Sequence[LabelRow]) -> list[str]:
    notes = []
    if not columns.subject:
        notes.append("no column subject: every photo counts as another person")
    for name in columns.groups:
        close = difflib.get_close_matches(name, CATALOGUE, 1, 0.85)
        if close and {row.groups.get(name, "") for row in rows} <= {"0", "1", ""}:
            notes.append(f"the column {name} is no check and counts as a group: was {close[0]} meant?")
    return notes


def _flag(cell: str) -> bool:
    if cell not in ("0", "1"):
        raise ValueError(f"{cell!r} is neither 1 (compliant), 0 (not) nor empty (not known)")
    return cell == "1"


def _number(cell: str) -> float:
    try:
        value = float(cell.replace(",", "."))
    except ValueError:
        raise ValueError(f"{cell!r} is no number") from None
    if not abs(value) < 1e9:
        raise ValueError(f"{cell!r} is no position")
    return value


def _day(cell: str) -> date:
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"{cell!r} is no date: write it as 2026-11-22") from None


def _age_group(cell: str) -> str:
    if cell not in AGE_GROUPS:
        raise ValueError(f"{cell!r} is no age group: {', '.join(AGE_GROUPS)}")
    return cell


def _waivers(cell: str) -> tuple[str, ...]:
    names = tuple(cell.replace(";", " ").replace(",", " ").split())
    if unknown := sorted(set(names) - set(WAIVERS)):
        raise ValueError(f"{', '.join(unknown)}: no waiver; known: {', '.join(WAIVERS)}")
    return names


def _size(cell: str) -> tuple[float, float]:
    sides = cell.lower().split("x")
    if len(sides) != 2 or min(_number(side) for side in sides) <= 0:
        raise ValueError(f"{cell!r} is no size: write it as 35x45 (mm)")
    return _number(sides[0]), _number(sides[1])


def _resolution(cell: str) -> float:
    if (dpi := _number(cell)) <= 0:
        raise ValueError(f"{cell!r} is no resolution")
    return dpi


INPUT_COLUMNS: dict[str, Callable[[str], Any]] = {
    "on": _day,
    "taken_on": _day,
    "born_on": _day,
    "age_group": _age_group,
    "waive": _waivers,
    "print_size": _size,
    "dpi": _resolution,
    "reference": str,
}
"""Columns that are handed to the check with the photo, and how their cells are read."""
