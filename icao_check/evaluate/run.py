"""Check the photos of a label file."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from pathlib import Path

from icao_check.checker import Checker
from icao_check.errors import CrashedError
from icao_check.evaluate.labels import LabelFileError, LabelRow
from icao_check.evaluate.outcome import Outcome, outcome_of
from icao_check.report import Report

__all__ = ["check_rows", "stored_outcomes"]

# Photos handed out per worker before the first is back.
_AHEAD = 4


def check_rows(
    rows: Iterable[LabelRow], checker: Checker, *, on: date | None = None, workers: int = 1
) -> Iterator[Report]:
    """Check the photos of label rows, in order.

    Parameters
    ----------
    rows : iterable of LabelRow
        What to check, each with the inputs of its row.
    checker : Checker
        With the profile.
    on : date, optional
        Day of the application where a row names none; today by default.
    workers : int
        Threads.

    Yields
    ------
    Report
        One per row. A photo that cannot be judged, for whatever reason, has the verdict ``error``: it does
        not end the run.
    """

    def checked(row: LabelRow) -> Report:
        inputs = {"on": on, **row.inputs}
        try:
            return next(checker.check_many([row.path], **inputs))
        except Exception as error:  # a run of hours must survive one photo
            return checker.error_report(row.path, CrashedError(kind=type(error).__name__), **inputs)

    if workers == 1:
        yield from map(checked, rows)
        return
    waiting: deque[Future[Report]] = deque()
    left = iter(rows)
    with ThreadPoolExecutor(workers) as pool:
        waiting.extend(pool.submit(checked, row) for row in itertools.islice(left, _AHEAD * workers))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(pool.submit(checked, row) for row in itertools.islice(left, 1))


def stored_outcomes(path: Path, rows: Sequence[LabelRow]) -> list[Outcome]:
    """Return the outcomes of label rows from a file of reports.

    Parameters
    ----------
    path : Path
        JSON Lines, as ``icao-check check --json``, an export or an earlier evaluation writes them. A report
        belongs to the row whose photo it names, as written there or by its path.
    rows : sequence of LabelRow
        Whose outcomes are wanted.

    Returns
    -------
    list of Outcome
        One per row, in order.

    Raises
    ------
    LabelFileError
        The file cannot be read, or a photo has no report in it.
    """
    from pydantic import ValidationError

    places: dict[str, int] = {}
    for place, row in enumerate(rows):
        places[row.photo] = places[str(row.path)] = place
    found: dict[int, Outcome] = {}
    number = 0
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                number += 1
                if line.strip():
                    report = Report.from_json(line)
                    place = places.get(report.photo or "", -1)
                    if place >= 0:
                        found[place] = outcome_of(report)
    except (OSError, UnicodeDecodeError) as error:
        raise LabelFileError(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        raise LabelFileError(f"{path}, line {number} is no report") from error
    missing = [row.photo for place, row in enumerate(rows) if place not in found]
    if missing:
        raise LabelFileError(f"{path} has no report of {len(missing)} photos, the first is {missing[0]}")
    return [found[place] for place in range(len(rows))]
