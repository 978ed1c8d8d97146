"""A report as a table on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from icao_check.messages import (
    crop_text,
    date_text,
    error_text,
    filled,
    number,
    report_notes,
    title,
    unit_of,
    word,
)
from icao_check.render.profile import bounds_text
from icao_check.report import Report
from icao_check.verdict import CheckResult

if TYPE_CHECKING:
    from icao_check.cropping import CropProposal

__all__ = ["STYLES", "crop_page", "report_table"]

STYLES = {
    "pass": "green",
    "borderline": "yellow",
    "fail": "bold red",
    "review": "cyan",
    "skipped": "dim",
    "error": "bold red",
}
"""Colour of each verdict; the word is always written too."""


def report_table(report: Report, lang: str = "en", *, skipped: bool = False) -> RenderableType:
    """Lay out a report for a terminal.

    Parameters
    ----------
    report : Report
        Of one photo.
    lang : str
        Language of the words.
    skipped : bool
        Also list the checks that were not made.

    Returns
    -------
    rich.console.RenderableType
        Headline, table, and what a person has to confirm.
    """
    headline = Text(overflow="fold")
    headline.append(word(f"verdict.{report.verdict}", lang).upper(), STYLES[report.verdict])
    headline.append(f"  {report.photo or ''}")
    if report.error is not None:
        return Group(headline, Text(" ".join(error_text(report.error.code, report.error.facts, lang))))
    subject = Text(f"{report.profile}, {date_text(report.inputs.on, lang)}", style="dim")
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="dim")
    for column in ("check", "verdict", "value", "limits"):
        table.add_column(word(f"column.{column}", lang), no_wrap=True)
    for result in report.checks:
        if result.verdict != "skipped" or skipped:
            table.add_row(*_row(result, lang))
    parts: list[RenderableType] = [headline, subject, Text(), table, *_findings(report, lang)]
    parts += [Text(line) for line in _crop(report, lang)]
    parts += [Text(note, style="dim") for note in report_notes(report, lang)]
    parts.append(Text(f"{word(f'summary.{report.verdict}', lang)} {word('summary.advice', lang)}"))
    return Group(*parts)


def crop_page(proposal: CropProposal, lang: str = "en") -> RenderableType:
    """Lay out what came of the search for a crop: where it is, what it gets, and what is still wrong."""
    parts: list[RenderableType] = [Text(line) for line in crop_text(proposal.crop, lang)]
    if slack := proposal.crop.slack_mm:
        room = {name: number(length, lang) for name, length in slack.items()}
        parts.append(Text(filled(["crop.slack"], room, lang), style="dim"))
    for name, report in proposal.reports.items():
        words = Text.assemble(f"{name}: ", (word(f"verdict.{report.verdict}", lang), STYLES[report.verdict]))
        wrong = [title(result.id, lang) for result in report.checks if result.verdict == "fail"]
        words.append(f" ({', '.join(wrong)})" if wrong else "")
        parts.append(words)
    return Group(*parts)


def _findings(report: Report, lang: str) -> list[RenderableType]:
    """List what is wrong and what to do about it, the worst first."""
    grid = Table.grid(padding=(0, 1))
    for verdict in ("fail", "review", "borderline"):
        for result in report.checks:
            if result.verdict == verdict:
                words = Text.assemble((f"{title(result.id, lang)}. ", STYLES[verdict]), result.message(lang))
                words.append(f" {result.remedy(lang)}")
                grid.add_row(Text("•", style=STYLES[verdict]), words)
    return [Text(), grid, Text()] if grid.row_count else []


def _crop(report: Report, lang: str) -> tuple[str, ...]:
    """Say where a better crop is; nothing where the framing is in order or was not looked at."""
    crop = report.crop
    if crop is None or crop.reason == "no_face" or (crop.whole and not crop.conflict):
        return ()
    lines = crop_text(crop, lang)
    if crop.box is None or crop.whole:
        return lines
    return (*lines, f"{word('crop.how', lang)} icao-check crop PHOTO OUT.png")


def _row(result: CheckResult, lang: str) -> tuple[Text, ...]:
    return (
        Text(title(result.id, lang)),
        Text(word(f"verdict.{result.verdict}", lang), style=STYLES[result.verdict]),
        Text(_quantity(result, lang)),
        Text(limits_text(result, lang), style="dim"),
    )


def _quantity(result: CheckResult, lang: str) -> str:
    if result.value is None:
        return "–"
    return f"{number(result.value, lang)} {unit_of(result.unit, result.value, lang)}".strip()


def limits_text(result: CheckResult, lang: str = "en") -> str:
    """Write the accepted bounds: ``31–36``, ``≤ 50``, ``≥ 90``."""
    return "" if result.limits is None else bounds_text(result.limits.accepted, lang)
