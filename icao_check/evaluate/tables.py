"""An evaluation as tables: on a terminal, as CSV, as Markdown."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from icao_check.evaluate.accuracy import CheckAccuracy
from icao_check.evaluate.evaluation import Evaluation
from icao_check.evaluate.geometry import PERCENTILES, GeometryAccuracy
from icao_check.evaluate.groups import GroupRate
from icao_check.evaluate.joined import WHOLE_PHOTO
from icao_check.evaluate.statistics import Estimate, Rate
from icao_check.evaluate.wording import (
    FINDINGS,
    KINDS,
    QUANTITIES,
    advice,
    counted,
    interval,
    percent,
    significant_text,
)
from icao_check.messages import title

__all__ = ["checks_csv", "geometry_csv", "groups_csv", "markdown", "photos_csv", "terminal_report"]

_STYLES = {
    "good": "green",
    "measure": "bold red",
    "too_strict": "red",
    "too_lax": "red",
    "undecided": "yellow",
    "not_made": "dim",
    "one_sided": "dim",
    "too_few": "dim",
}

_CHECK_HEADINGS = (
    "check",
    "good",
    "bad",
    "EER %",
    "rejected %",
    "undecided %",
    "missed %",
    "skipped",
    "finding",
)
GEOMETRY_HEADINGS = (
    "quantity",
    "photos",
    "unit",
    "mean error",
    *(f"{percentile} %" if percentile < 100 else "worst" for percentile in PERCENTILES),
    "% of eye distance",
    "best constant",
)

Cells = tuple[str, ...]


def terminal_report(evaluation: Evaluation) -> RenderableType:
    """Lay out the evaluation for a terminal: checks by the harm they do, the whole photo, geometry."""
    checks = _table(_CHECK_HEADINGS, left=(0, 8))
    for check in evaluation.by_loss():
        if check.finding != "not_made":
            *cells, finding = _check_cells(check)
            checks.add_row(*cells, Text(finding, style=_STYLES[check.finding]))
    parts: list[RenderableType] = [Text(headline(evaluation)), Text(), checks]
    parts += [Text(line, style="dim") for line in not_made_lines(evaluation)]
    parts += [Text(), _filled(_table(_WHOLE_HEADINGS, left=(0,)), _whole_rows(evaluation))]
    if evaluation.geometry:
        rows = map(geometry_cells, evaluation.geometry)
        parts += [Text(), _filled(_table(GEOMETRY_HEADINGS, left=(0, 2)), rows)]
    parts += [Text(), *(Text(note, style="dim") for note in notes(evaluation))]
    return Group(*parts)


def markdown(evaluation: Evaluation, title_line: str) -> str:
    """Write the evaluation as Markdown.

    Parameters
    ----------
    evaluation : Evaluation
        What is told.
    title_line : str
        Of the document.

    Returns
    -------
    str
        Headings, tables and notes.
    """
    lines = [f"# {title_line}", "", headline(evaluation), ""]
    lines += ["## What to mend first", ""]
    worst = [check for check in evaluation.by_loss() if check.loss > 0][:10]
    lines += [
        f"{place}. **{title(check.id)}** (`{check.id}`). {advice(check)}"
        for place, check in enumerate(worst, 1)
    ]
    lines += ["" if worst else "Nothing: no error was seen.", "", "## Checks", ""]
    made = [check for check in evaluation.by_loss() if check.finding != "not_made"]
    lines += _markdown_table(_CHECK_HEADINGS, map(_check_cells, made))
    lines += ["", *not_made_lines(evaluation), "", "## Whole photo", ""]
    lines += _markdown_table(_WHOLE_HEADINGS, _whole_rows(evaluation))
    if evaluation.whole.obstacles:
        lines += ["", "What stands between compliant photos and a pass:", ""]
        lines += _markdown_table(OBSTACLE_HEADINGS, obstacle_rows(evaluation))
    if evaluation.geometry:
        lines += ["", "## Geometry", ""]
        lines += _markdown_table(GEOMETRY_HEADINGS, map(geometry_cells, evaluation.geometry))
    lines += ["", "## Groups", ""]
    lines += _markdown_table(GROUP_HEADINGS, map(group_cells, whole_photo_groups(evaluation)))
    differing = differing_groups(evaluation)
    lines += ["", LEFT_OUT, "", comparisons_line(evaluation), ""]
    if differing:
        lines += _markdown_table(GROUP_HEADINGS, map(group_cells, differing))
    lines += ["", "## Notes", "", *(f"- {note}" for note in notes(evaluation)), ""]
    return "\n".join(lines)


def headline(evaluation: Evaluation) -> str:
    """Say what was evaluated."""
    photos = counted(len(evaluation.outcomes), "photo")
    people = counted(evaluation.subjects, "person", "people")
    unreadable = len(evaluation.unreadable)
    broken = f"; {counted(unreadable, 'file')} could not be judged" if unreadable else ""
    judged_by = "; ".join(map(str, evaluation.origins))
    return f"{photos} of {people}{broken}. Judged by {judged_by}."


def not_made_lines(evaluation: Evaluation) -> list[str]:
    """Name the labelled checks that were not made."""
    absent = [check for check in evaluation.checks if check.finding == "not_made"]
    with_defects = [f"{check.id} ({check.bad})" for check in absent if check.bad]
    without = [check.id for check in absent if not check.bad]
    lines = []
    if with_defects:
        lines.append(f"Not made, with the number of labelled defects unseen: {', '.join(with_defects)}.")
    if without:
        lines.append(f"Not made, no defect labelled: {', '.join(without)}.")
    return lines


def notes(evaluation: Evaluation) -> list[str]:
    """Say how to read the numbers."""
    return [
        f"In brackets: 95 % intervals from {evaluation.resamples} resamples of the people (seed "
        f"{evaluation.seed}); where nothing, or everything, happened, the exact bound for as many people.",
        "EER: the error rate at the score at which good photos are rejected as often as defects are missed.",
        "rejected: good photos that fail; undecided: good photos that are borderline or need review; missed: "
        "defects that pass or are borderline.",
        "A photo that could not be judged counts with score 0.",
        "Order of the checks: mean of missed and (rejected + undecided / 2).",
        *evaluation.notes,
    ]


def checks_csv(evaluation: Evaluation) -> str:
    """Write one line per labelled check."""
    headings = ["check", "good", "bad", "good_subjects", "bad_subjects", "skipped", "skip_reason", "unscored"]
    headings += ["eer", "eer_low", "eer_high", "eer_score"]
    for name in ("false_rejects", "undecided", "misses"):
        headings += [f"{name}_{part}" for part in ("count", "of", "rate", "low", "high")]
    headings += ["loss", "finding", "too_few"]
    lines: list[Sequence[object]] = []
    for check in evaluation.checks:
        line: list[object] = [check.id, check.good, check.bad, check.good_subjects, check.bad_subjects]
        line += [check.skipped, check.skip_reason, check.unscored]
        line += [*_numbers(check.eer), _rounded(check.eer_score)]
        for rate in (check.false_rejects, check.undecided, check.misses):
            line += [rate.events, rate.total, *_numbers(rate)]
        lines.append([*line, _rounded(check.loss), check.finding, int(check.too_few)])
    return _csv(headings, lines)


def photos_csv(evaluation: Evaluation) -> str:
    """Write one line per photo: verdict, and the verdict and score of each labelled check."""
    headings = ["line", "photo", "subject", "verdict", "error"]
    for name in evaluation.labels.checks:
        headings += [f"{name}_label", f"{name}_verdict", f"{name}_score"]
    lines: list[Sequence[object]] = []
    for row, outcome in zip(evaluation.labels.rows, evaluation.outcomes, strict=True):
        line: list[object] = [row.line, row.photo, row.subject]
        line += [outcome.verdict, outcome.error]
        for name in evaluation.labels.checks:
            judged = outcome.checks.get(name)
            label = row.labels.get(name)
            line.append(None if label is None else int(label))
            line += [None, None] if judged is None else [judged.verdict, judged.score]
        lines.append(line)
    return _csv(headings, lines)


def geometry_csv(evaluation: Evaluation) -> str:
    """Write one line per position or size."""
    headings = ["quantity", "unit", "truth", "measured", "mean_error", "mean_error_low", "mean_error_high"]
    headings += ["bias", *(f"p{percentile}" for percentile in PERCENTILES)]
    headings += ["percent_of_eye_distance", "best_constant_error"]
    return _csv(
        headings,
        [
            [
                *(entry.quantity, entry.unit, entry.truth, entry.measured, *_numbers(entry.error)),
                *map(_rounded, (entry.bias, *entry.percentiles, entry.relative, entry.constant)),
            ]
            for entry in evaluation.geometry
        ],
    )


def groups_csv(evaluation: Evaluation) -> str:
    """Write one line per group, check and kind of error."""
    headings = ["column", "value", "check", "kind", "count", "of", "subjects", "rate", "low", "high"]
    headings += ["others_count", "others_of", "others_rate", "gap", "gap_low", "gap_high", "statement"]
    return _csv(
        headings,
        [
            [
                *(entry.column, entry.value, entry.check, entry.kind),
                *(entry.rate.events, entry.rate.total, entry.rate.subjects, *_numbers(entry.rate)),
                *(entry.others.events, entry.others.total, _rounded(entry.others.value)),
                *_numbers(entry.gap),
                entry.statement,
            ]
            for entry in evaluation.groups
        ],
    )


def _check_cells(check: CheckAccuracy) -> Cells:
    few = " *" if check.eer is not None and check.too_few else ""
    return (
        check.id,
        str(check.good),
        str(check.bad),
        interval(check.eer) + few,
        percent(check.false_rejects.value),
        percent(check.undecided.value),
        percent(check.misses.value),
        str(check.skipped),
        FINDINGS[check.finding],
    )


def geometry_cells(entry: GeometryAccuracy) -> Cells:
    """Write the error of one position or size."""
    error = entry.error
    assert error.low is not None and error.high is not None
    return (
        QUANTITIES[entry.quantity],
        f"{entry.measured} of {entry.truth}",
        entry.unit,
        f"{significant_text(error.value)} ({significant_text(error.low)}–{significant_text(error.high)})",
        *(significant_text(value) for value in entry.percentiles),
        "" if entry.relative is None else significant_text(entry.relative),
        significant_text(entry.constant),
    )


_WHOLE_HEADINGS = ("whole photo", "photos", "pass %", "undecided %", "fail %", "not judged %", "")


def _whole_rows(evaluation: Evaluation) -> list[Cells]:
    whole = evaluation.whole
    rows: list[Cells] = []
    for name, rates_of in (("compliant", whole.compliant), ("defective", whole.defective)):
        passed = rates_of["pass"]
        if "open" in rates_of:
            extra = f"{percent(rates_of['open'].value)} fail where the label leaves it open"
        else:
            extra = f"{percent(rates_of['right_reason'].value)} fail for the labelled reason"
        rows.append(
            (
                name,
                str(passed.total),
                interval(passed),
                interval(rates_of["undecided"]),
                interval(rates_of["fail"]),
                percent(rates_of["error"].value),
                extra if passed.total else "",
            )
        )
    return rows


OBSTACLE_HEADINGS = ("check", "says", "reason", "photos", "alone in the way")


def obstacle_rows(evaluation: Evaluation) -> list[Cells]:
    """Say what stands between compliant photos and a pass."""
    return [
        (entry.check, entry.verdict, entry.reason or "", str(entry.photos), str(entry.alone))
        for entry in evaluation.whole.obstacles
    ]


_MOST_VALUES = 8
LEFT_OUT = f"Columns of more than {_MOST_VALUES} groups, and all rates of each check, are in groups.csv."

GROUP_HEADINGS = ("column", "group", "of", "error", "photos", "people", "% (95 %)", "others %", "beside them")

_STATEMENTS = {
    "more": "more than others",
    "fewer": "fewer than others",
    "alike": "like others",
    "too_few": "too few to say",
    "alone": "only group",
}


def group_cells(entry: GroupRate) -> Cells:
    """Write one rate of one group."""
    return (
        entry.column,
        entry.value,
        "whole photo" if entry.check == WHOLE_PHOTO else entry.check,
        KINDS[entry.kind],
        str(entry.rate.total),
        str(entry.rate.subjects),
        interval(entry.rate),
        percent(entry.others.value),
        _STATEMENTS[entry.statement],
    )


def whole_photo_groups(evaluation: Evaluation) -> list[GroupRate]:
    """Return the rates of the whole photo by group, of columns with few groups."""
    values: dict[str, set[str]] = {}
    for entry in evaluation.groups:
        values.setdefault(entry.column, set()).add(entry.value)
    return [
        entry
        for entry in evaluation.groups
        if entry.check == WHOLE_PHOTO
        and entry.statement != "alone"
        and len(values[entry.column]) <= _MOST_VALUES
    ]


def differing_groups(evaluation: Evaluation) -> list[GroupRate]:
    """Return the groups in which a check errs more often than in others, the widest gap first."""
    found = [entry for entry in evaluation.groups if entry.check != WHOLE_PHOTO and entry.statement == "more"]
    return sorted(found, key=lambda entry: -(entry.gap.value if entry.gap else 0.0))


def comparisons_line(evaluation: Evaluation) -> str:
    """Say how many comparisons of groups were made, and how many could say something."""
    entries = [entry for entry in evaluation.groups if entry.statement != "alone"]
    told = [entry for entry in entries if entry.statement != "too_few"]
    more = sum(entry.statement == "more" for entry in told)
    return (
        f"Of {len(entries)} comparisons of a group with the others, {len(entries) - len(told)} have too few "
        f"people to say; in {more} of the others the group fares worse; about "
        f"{0.025 * len(told):.0f} such would be seen by chance alone."
    )


def _numbers(estimate: Estimate | Rate | None) -> list[float | None]:
    if estimate is None:
        return [None, None, None]
    return [_rounded(value) for value in (estimate.value, estimate.low, estimate.high)]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _csv(headings: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(lines)
    return text.getvalue()


def _table(headings: Sequence[str], left: Sequence[int]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="left" if place in left else "right", no_wrap=place == 0)
    return table


def _filled(table: Table, rows: Iterable[Cells]) -> Table:
    for row in rows:
        table.add_row(*row)
    return table


def _markdown_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    def line(cells: Iterable[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return [line(headings), line("---" for _ in headings), *map(line, rows)]
