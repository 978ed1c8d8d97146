"""The whole chain behind one result, on a terminal: rule, sources, value, and every piece of evidence."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from icao_check.catalogue import CATALOGUE
from icao_check.measurement import Evidence
from icao_check.messages import fact_text, number, requirement, title, word
from icao_check.profile import Profile
from icao_check.render.terminal import STYLES, limits_text
from icao_check.report import Report
from icao_check.verdict import CheckResult

__all__ = ["explanation"]


def explanation(report: Report, check: str, profile: Profile, lang: str = "en") -> RenderableType:
    """Lay out why a check came out as it did.

    Parameters
    ----------
    report : Report
        Of one photo.
    check : str
        Id of the check.
    profile : Profile
        The rules that it was judged by.
    lang : str
        Language of the words.

    Returns
    -------
    rich.console.RenderableType
        Headline and table.

    Raises
    ------
    KeyError
        The report has no such check.
    """
    result = report[check]
    headline = Text.assemble(
        (f"{title(check, lang)}: ", "bold"),
        (word(f"verdict.{result.verdict}", lang), STYLES[result.verdict]),
        f". {result.message(lang)} {result.remedy(lang)}",
    )
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_row(word("explain.rule", lang), requirement(check, lang))
    grid.add_row(word("explain.value", lang), _value(result, lang))
    if "confidence" in result.facts:
        level = word(f"confidence.{result.facts['confidence']}", lang)
        grid.add_row(word("explain.confidence", lang), level)
    return Group(
        headline,
        Padding(grid, (0, 0, 0, 2)),
        Text(f"  {word('explain.evidence', lang)}", style="dim"),
        Padding(_evidence(result.evidence, lang), (0, 0, 0, 4)),
        Text(f"  {word('explain.sources', lang)}", style="dim"),
        Padding(_sources(check, report, profile), (0, 0, 1, 4)),
    )


def _value(result: CheckResult, lang: str) -> str:
    if result.value is None:
        return "–"
    unit = CATALOGUE[result.id].unit
    quantity = f"{number(result.value, lang)} {word(f'unit.{unit}', lang) if unit else ''}".strip()
    if result.uncertainty:
        quantity += f" ± {number(result.uncertainty, lang)}"
    return f"{quantity} ({word('column.limits', lang)}: {limits_text(result, lang)})"


def _evidence(evidence: tuple[Evidence, ...], lang: str) -> RenderableType:
    if not evidence:
        return Text(word("explain.no_evidence", lang))
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    for piece in evidence:
        role = word(f"role.{piece.role}", lang)
        why = "" if piece.why is None else f": {word(f'why.{piece.why}', lang)}"
        table.add_row(fact_text(piece.says, lang), word(f"evidence.{piece.source}", lang), role + why)
    return table


def _sources(check: str, report: Report, profile: Profile) -> RenderableType:
    limit = profile.limit_for(check, report.inputs.age_group)
    if limit is None:
        return Text("–")
    cited = [profile.sources[key] for key in limit.source]
    lines = [f"{source.title} ({source.as_of}) {source.url or ''}".strip() for source in cited]
    return Text("\n".join([*lines, limit.note]).strip(), overflow="fold")
