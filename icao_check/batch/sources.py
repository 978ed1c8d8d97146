"""Which photos are to be checked: folders, lists and single files become jobs, in a fixed order."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

__all__ = ["PHOTO_SUFFIXES", "Job", "Key", "find_jobs"]

PHOTO_SUFFIXES: frozenset[str] = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".jp2", ".j2k", ".jpf", ".jpx"}
    | {".tif", ".tiff", ".webp", ".heic", ".heif", ".avif", ".gif", ".bmp"}
)
"""Endings that mark a photo in a folder. A file that is named, by itself or in a list, may have any."""

Key = tuple[str, str | None]
"""Path and id of a photo: what tells it from the others of a batch."""

_LISTS = (".txt", ".csv")
_DATES = ("on", "taken_on", "born_on")


@dataclass(frozen=True, slots=True)
class Job:
    """One photo to check.

    Attributes
    ----------
    path : str
        Of the file, as it will stand in the results.
    id : str or None
        The caller's identifier of the application.
    options : mapping
        Keywords of :func:`icao_check.check` for this photo alone.
    """

    path: str
    id: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """What tells this job from others, also in the results of an earlier run."""
        return self.path, self.id


def find_jobs(sources: Iterable[str | Path], stdin: BinaryIO | None = None) -> tuple[list[Job], int]:
    """Find the photos that are meant.

    Parameters
    ----------
    sources : iterable of str or Path
        Each a folder (searched through, hidden files left out), a list, a photo, or ``-``: a list on standard
        input. A list is a ``.txt`` file with a path per line (``#`` starts a comment) or a ``.csv`` file with
        a column ``photo`` and, where known, ``id``, ``on``, ``taken_on``, ``born_on``, ``age_group``,
        ``waive``. Paths in a list file are relative to it.
    stdin : binary file, optional
        For ``-``; paths a line each, or between NUL bytes.

    Returns
    -------
    jobs : list of Job
        Each photo once, folders in the order of their paths.
    left_out : int
        Files in folders that are no photos by their name.

    Raises
    ------
    FileNotFoundError
        A source does not exist.
    ValueError
        A list cannot be understood; the text says where.
    """
    jobs: dict[Key, Job] = {}
    left_out = 0
    for source in sources:
        if str(source) == "-":
            found: Iterable[Job] = _stdin_jobs(stdin)
        elif (path := Path(source)).is_dir():
            photos, others = _folder(path)
            left_out += others
            found = [Job(photo) for photo in photos]
        elif not path.exists():
            raise FileNotFoundError(f"no file or folder {str(path)!r}")
        elif path.suffix.lower() in _LISTS:
            found = _table(path) if path.suffix.lower() == ".csv" else _lines(path)
        else:
            found = [Job(str(path))]
        for job in found:
            jobs.setdefault(job.key, job)
    return list(jobs.values()), left_out


def _folder(folder: Path) -> tuple[list[str], int]:
    photos, others = [], 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.startswith("."):
                continue
            if Path(name).suffix.lower() in PHOTO_SUFFIXES:
                photos.append(str(Path(place, name)))
            else:
                others += 1
    return photos, others


def _stdin_jobs(stdin: BinaryIO | None) -> Iterator[Job]:
    if stdin is None:
        raise ValueError("there is no standard input to read a list from")
    data = stdin.read()
    parts = data.split(b"\0") if b"\0" in data else data.splitlines()
    for part in parts:
        name = os.fsdecode(part).strip("\r\n")
        if name:
            yield Job(name)


def _lines(path: Path) -> Iterator[Job]:
    for line in _text(path).splitlines():
        name = line.strip()
        if name and not name.startswith("#"):
            yield Job(str(path.parent / name))


def _table(path: Path) -> Iterator[Job]:
    lines = _text(path).splitlines()
    # Spreadsheets in Belgium write semicolons.
    separator = max(";,\t", key=lines[0].count) if lines else ","
    rows = csv.DictReader(lines, delimiter=separator)
    if "photo" not in (rows.fieldnames or ()):
        raise ValueError(f"{path.name} has no column 'photo'")
    for number, row in enumerate(rows, 2):
        name = (row["photo"] or "").strip()
        if name:
            try:
                yield Job(str(path.parent / name), (row.get("id") or "").strip() or None, _options(row))
            except ValueError as error:
                raise ValueError(f"{path.name}, row {number}: {error}") from error


def _options(row: Mapping[str, str | None]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for name in _DATES:
        if text := (row.get(name) or "").strip():
            options[name] = date.fromisoformat(text)
    if group := (row.get("age_group") or "").strip():
        options["age_group"] = group
    if waivers := (row.get("waive") or "").replace(",", " ").split():
        options["waive"] = tuple(waivers)
    return options


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"the list {path.name} is not UTF-8 text") from error
