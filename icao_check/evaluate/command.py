"""What ``icao-check evaluate`` does, from the label file to the written page."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import BinaryIO

from rich.console import RenderableType

from icao_check.catalogue import CATALOGUE
from icao_check.checker import Checker
from icao_check.evaluate.det import det_figure
from icao_check.evaluate.evaluation import Evaluation, evaluate
from icao_check.evaluate.labels import (
    LabelFile,
    LabelFileError,
    LabelRow,
    parse_labels,
    read_labels,
    template,
)
from icao_check.evaluate.outcome import Outcome, outcome_of
from icao_check.evaluate.page import page
from icao_check.evaluate.run import check_rows, stored_outcomes
from icao_check.evaluate.tables import (
    checks_csv,
    geometry_csv,
    groups_csv,
    markdown,
    photos_csv,
    terminal_report,
)
from icao_check.evaluate.wording import counted
from icao_check.profile import load_profile

__all__ = ["Run", "template_text"]

REPORTS = "reports.jsonl"
"""Where the reports of a run are kept, so that it can be evaluated again without checking."""

Say = Callable[[str], None]


def template_text(folder: Path, profile: str, only: Collection[str] | None, separator: str) -> str:
    """Return a label file for the photos of a folder, with a column per check that the profile limits.

    Raises
    ------
    LabelFileError
        It is no folder, or has no photos.
    ValueError
        A separator that a label file cannot have.
    """
    if separator not in (",", ";", "\t"):
        raise ValueError(f"the separator is a comma, a semicolon or a tab, not {separator!r}")
    limits = load_profile(profile).limits
    return template(folder, _in_order(only) if only is not None else limits, separator=separator)


@dataclass(frozen=True, slots=True)
class Run:
    """One call of the command; the attributes are its options.

    Attributes
    ----------
    profile : str
        Id, alias or path.
    out : Path or None
        Directory for the files; None for none.
    only : collection of str or None
        Checks to evaluate; None for all that are labelled.
    on : date or None
        Day of the application where the label file names none.
    reports : Path or None
        Reports to take instead of checking.
    pictures : bool
        Whether the page shows photos.
    workers, resamples, seed : int
        See ``icao-check evaluate --help``.
    """

    profile: str
    out: Path | None
    only: Collection[str] | None
    on: date | None
    reports: Path | None
    pictures: bool
    workers: int
    resamples: int
    seed: int

    def evaluate(self, source: Path | BinaryIO, say: Say) -> RenderableType:
        """Evaluate a label file.

        Parameters
        ----------
        source : Path or binary file
            The label file.
        say : callable
            Takes what is told while it runs.

        Returns
        -------
        rich.console.RenderableType
            The tables for the terminal.

        Raises
        ------
        LabelFileError
            The label file, or the file of reports, cannot be used.
        ProfileError
            No such profile.
        """
        labels = read_labels(source) if isinstance(source, Path) else parse_labels(source.read(), Path())
        if self.only is not None:
            labels = _restricted(labels, _in_order(self.only))
        for note in labels.notes:
            say(f"note: {note}")
        if self.out is None:
            say("No --out: nothing but the table below will be kept.")
        else:
            _make(self.out)
        if self.reports is not None:
            outcomes = stored_outcomes(self.reports, labels.rows)
        else:
            for note in _missing(labels):
                say(note)
            outcomes = self._checked(labels)
        for line in _crashes(labels.rows, outcomes):
            say(line)
        evaluation = evaluate(labels, outcomes, resamples=self.resamples, seed=self.seed)
        if self.out is not None:
            for name in self._write(evaluation, self.out):
                say(f"written: {self.out / name}")
        return terminal_report(evaluation)

    def _checked(self, labels: LabelFile) -> list[Outcome]:
        checker = Checker(self.profile)
        kept = None if self.out is None else (self.out / REPORTS).open("w", encoding="utf-8")
        outcomes = []
        try:
            with _progress(len(labels.rows)) as advance:
                for report in check_rows(labels.rows, checker, on=self.on, workers=self.workers):
                    outcomes.append(outcome_of(report))
                    if kept is not None:
                        kept.write(report.to_json() + "\n")
                    advance()
        finally:
            if kept is not None:
                kept.close()
        return outcomes

    def _write(self, evaluation: Evaluation, out: Path) -> list[str]:
        profiles = dict.fromkeys(origin.profile for origin in evaluation.origins)
        heading = f"Accuracy of icao-check on {', '.join(profiles)}, {date.today()}"
        curves = det_figure(evaluation.by_loss())
        files = {
            "report.html": page(evaluation, heading, pictures=self.pictures),
            "report.md": markdown(evaluation, heading),
            "checks.csv": checks_csv(evaluation),
            "photos.csv": photos_csv(evaluation),
            "groups.csv": groups_csv(evaluation),
            "det.svg": curves.svg(),
        }
        if evaluation.geometry:
            files["geometry.csv"] = geometry_csv(evaluation)
        for name, text in files.items():
            (out / name).write_text(text, encoding="utf-8", newline="")
        (out / "det.png").write_bytes(curves.png())
        return [*files, "det.png"]


def _make(out: Path) -> None:
    """Make the directory before an hour of checking, not after."""
    out.mkdir(parents=True, exist_ok=True)


def _in_order(only: Collection[str]) -> list[str]:
    return [name for name in CATALOGUE if name in set(only)]


def _restricted(labels: LabelFile, only: Sequence[str]) -> LabelFile:
    rows = tuple(
        replace(row, labels={name: label for name, label in row.labels.items() if name in only})
        for row in labels.rows
    )
    return replace(labels, rows=rows, checks=tuple(name for name in labels.checks if name in only))


def _missing(labels: LabelFile) -> list[str]:
    """Name missing photos; stop before a whole archive is scored 0 because its paths start elsewhere."""
    missing = [row for row in labels.rows if not row.path.is_file()]
    if len(missing) == len(labels.rows):
        raise LabelFileError(
            f"none of the {len(labels.rows)} photos exists; the first would be {labels.rows[0].path}. "
            "Paths are relative to the folder of the label file."
        )
    if not missing:
        return []
    first = f"line {missing[0].line}: {missing[0].photo}"
    return [f"{counted(len(missing), 'photo')} of the label file not found, to score 0; the first is {first}"]


def _crashes(rows: Sequence[LabelRow], outcomes: Sequence[Outcome]) -> list[str]:
    return [
        f"the checker itself failed on {row.photo}; please report this"
        for row, outcome in zip(rows, outcomes, strict=True)
        if outcome.error == "crashed"
    ]


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """Show how far the run is, on a terminal only."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("checking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("checking", total=total)
        yield lambda: progress.advance(task)
