"""A profile on a terminal: every limit with where it comes from."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from icao_check.catalogue import CATALOGUE
from icao_check.messages import number, title, word
from icao_check.profile import AGE_GROUPS, Limit, PrintSize, Profile

__all__ = ["bounds_text", "profile_list", "profile_page"]

_STYLES = {"high": "green", "medium": "yellow", "low": "red"}


def bounds_text(bounds: tuple[float | None, float | None] | None, lang: str = "en") -> str:
    """Write closed bounds: ``31 – 36``, ``± 5``, ``≤ 50``, ``≥ 90``; nothing for None."""
    if bounds is None:
        return ""
    if bounds[1] is not None and bounds[1] > 0 and bounds[0] == -bounds[1]:
        return f"± {number(bounds[1], lang)}"
    low, high = (None if bound is None else number(bound, lang) for bound in bounds)
    if low is None:
        return f"≤ {high}"
    if high is None:
        return f"≥ {low}"
    return low if low == high else f"{low} – {high}"


def profile_list(profiles: tuple[Profile, ...], lang: str = "en") -> RenderableType:
    """Lay out which profiles there are."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("id", no_wrap=True)
    table.add_column(word("column.document", lang))
    table.add_column(word("column.aliases", lang), style="dim")
    for profile in profiles:
        table.add_row(profile.id, profile.name(lang), ", ".join(profile.aliases))
    return table


def profile_page(profile: Profile, lang: str = "en") -> RenderableType:
    """Lay out the rules of one document.

    Parameters
    ----------
    profile : Profile
        Whose limits are shown.
    lang : str
        Language of the headings and the names of checks; sources and notes are as the profile has them.

    Returns
    -------
    rich.console.RenderableType
        Limits, waivers and age groups, with numbered sources below; it fits 80 columns.
    """
    order = {key: place for place, key in enumerate(_cited(profile), 1)}
    parts: list[RenderableType] = [
        Text.assemble((profile.id, "bold"), "  ", profile.name(lang)),
        Text(profile.authority),
    ]
    if profile.aliases:
        parts.append(Text(f"{word('column.aliases', lang)}: {', '.join(profile.aliases)}", style="dim"))
    parts += [*_print_size(profile.print_size, order, lang), Text(), *_limits(profile.limits, order, lang)]
    for name in (name for name in AGE_GROUPS if name in profile.age_groups):
        rules = profile.age_groups[name]
        parts += [Text(), Text(word(f"age_group.{name}", lang), style="bold")]
        parts += _lifted(rules.waive, lang)
        parts += _provenance(rules.confidence, rules.source, rules.note, order, lang)
        parts += _limits(rules.limits, order, lang)
    if profile.waivers:
        parts += [Text(), Text(word("profile.waivers", lang), style="bold")]
    for name, waiver in profile.waivers.items():
        parts.append(Text(f"{name}: {word(f'waiver.{name}', lang)}"))
        parts += _lifted(waiver.checks, lang)
        parts += _provenance(waiver.confidence, waiver.source, waiver.note, order, lang)
    if missing := [title(check, lang) for check in CATALOGUE if check not in profile.limits]:
        parts += [Text(), Text(word("profile.no_limit", lang), style="bold")]
        parts.append(Padding(Text(", ".join(missing), style="dim"), (0, 0, 0, 2)))
    parts += [Text(), Text(word("profile.sources", lang), style="bold")]
    for key, place in order.items():
        source = profile.sources[key]
        grid = Table.grid(padding=(0, 1))
        grid.add_row(f"{place:>2}", Text(f"{source.title} ({source.as_of})"))
        if source.url:
            grid.add_row("", Text(source.url, style="dim", overflow="fold"))
        parts.append(grid)
    return Group(*parts)


def _cited(profile: Profile) -> list[str]:
    cited: dict[str, None] = {}
    for _, entry in profile.provenance():
        cited |= dict.fromkeys(entry.source)
    return list(cited)


def _print_size(size: PrintSize, order: dict[str, int], lang: str) -> list[RenderableType]:
    words = f"{number(size.width_mm, lang)} × {number(size.height_mm, lang)} {word('unit.mm', lang)}"
    if size.prints is not None:
        words += f", {word('profile.prints', lang).format(count=size.prints)}"
    return [Text(words), *_provenance(size.confidence, size.source, size.note, order, lang)]


def _limits(limits: dict[str, Limit], order: dict[str, int], lang: str) -> list[RenderableType]:
    width = max(len(title(check, lang)) for check in CATALOGUE)
    parts: list[RenderableType] = []
    for check in (check for check in CATALOGUE if check in limits):
        limit = limits[check]
        unit = CATALOGUE[check].unit
        line = Text.assemble((f"{title(check, lang):<{width}}  ", "bold"), bounds_text(limit.accepted, lang))
        line.append(f" {word(f'unit.{unit}', lang)}" if unit else "")
        if limit.tolerated is not None:
            line.append(f"  {word('profile.tolerated', lang)} {bounds_text(limit.tolerated, lang)}", "yellow")
        parts.append(line)
        parts += _provenance(limit.confidence, limit.source, limit.note, order, lang)
        for other in limit.resembles:
            words = word("profile.resembles", lang).format(
                range=bounds_text(other.range, lang), profile=other.profile
            )
            parts.append(Padding(Text(words, style="dim"), (0, 0, 0, 2)))
    return parts


def _lifted(checks: tuple[str, ...], lang: str) -> list[RenderableType]:
    if not checks:
        return []
    names = ", ".join(title(check, lang) for check in checks)
    return [Padding(Text(f"{word('profile.lifted', lang)}: {names}"), (0, 0, 0, 2))]


def _provenance(
    confidence: str, source: tuple[str, ...], note: str, order: dict[str, int], lang: str
) -> list[RenderableType]:
    words = Text.assemble((word(f"confidence.{confidence}", lang), _STYLES[confidence]))
    words.append(f" [{', '.join(str(order[key]) for key in source)}]")
    words.append(f" {note}" if note else "", "dim")
    return [Padding(words, (0, 0, 0, 2))]
