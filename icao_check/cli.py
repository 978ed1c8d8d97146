"""The command ``icao-check``: data on standard output, talk on standard error.

Exit codes are public, see :class:`ExitCode`. Heavy libraries are imported by the commands that need them.
"""

from __future__ import annotations

import enum
import io
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from icao_check.errors import DependencyError, PhotoError, ProfileError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icao_check.report import Report

__all__ = ["ExitCode", "app", "main"]

STANDARD_INPUT = "-"


class ExitCode(enum.IntEnum):
    """What ``icao-check check`` returns to the shell; the first that applies, from the top."""

    USAGE = 2
    """The command line, the profile or the installation is wrong; nothing was judged."""
    UNREADABLE = 3
    """A file could not be read as a photo."""
    FAIL = 1
    """At least one photo fails."""
    UNDECIDED = 4
    """At least one photo is borderline or needs review."""
    OK = 0
    """Every photo passes."""


app = typer.Typer(
    name="icao-check",
    help="Check face photos against the rules for identity documents.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_show_locals=False,
)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no date: write it as 2026-11-22") from error


def _size(text: str) -> tuple[float, float]:
    try:
        width, height = (float(part) for part in text.lower().split("x"))
        if width <= 0 or height <= 0:
            raise ValueError(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no size: write it as 35x45 (mm)") from error
    return width, height


def _version(asked: bool) -> None:
    if asked:
        import icao_check

        typer.echo(icao_check.__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


Profile = Annotated[
    str, typer.Option("--profile", "-p", metavar="P", help="Document: id, alias, or a .toml file of yours.")
]
Language = Annotated[str, typer.Option("--lang", "-l", help="Language of the messages: nl, fr, de, en.")]


@app.command(
    epilog="Example: icao-check check photo.jpg --lang nl --overlay photo-checked.png",
)
def check(
    photos: Annotated[
        list[str], typer.Argument(metavar="PHOTO...", help="Photo files; - is standard input.")
    ],
    profile: Profile = "be-residence-card",
    lang: Language = "en",
    json: Annotated[bool, typer.Option("--json", help="One JSON object per photo and line.")] = False,
    overlay: Annotated[
        Path | None,
        typer.Option(help="Write the photo with the measurements drawn on it: a .png file, or a directory."),
    ] = None,
    on: Annotated[
        Any, typer.Option(parser=_day, metavar="DATE", help="Day of the application. [default: today]")
    ] = None,
    taken_on: Annotated[
        Any, typer.Option(parser=_day, metavar="DATE", help="Capture date as declared by the applicant.")
    ] = None,
    age_group: Annotated[
        str | None, typer.Option(metavar="G", help="under-1, under-3, under-6, under-12 or adult.")
    ] = None,
    waive: Annotated[
        list[str] | None,
        typer.Option(
            metavar="W",
            help="What a recognised reason lifts: head_covering, expression, eyes, pose, background.",
        ),
    ] = None,
    reference: Annotated[
        str | None, typer.Option(metavar="OLD", help="An earlier photo of the holder, to detect reuse.")
    ] = None,
    print_size: Annotated[
        Any,
        typer.Option(parser=_size, metavar="35x45", help="Size of the print in mm, for a scan."),
    ] = None,
    dpi: Annotated[float | None, typer.Option(min=1, help="Resolution of the scan.")] = None,
    only: Annotated[
        str | None, typer.Option(metavar="ID,...", help="Make these checks only; see `icao-check checks`.")
    ] = None,
    id: Annotated[
        str | None, typer.Option(metavar="ID", help="Your identifier of the application, for the report.")
    ] = None,
    show_skipped: Annotated[bool, typer.Option(help="Also list the checks that were not made.")] = False,
) -> None:
    """Judge photos: does each meet the rules, what is wrong, by how much, and what to do about it.

    Exit code 0: all pass; 1: at least one fails; 4: at least one is borderline or needs review;
    3: a file could not be read; 2: wrong usage.
    """
    from icao_check.checker import Checker

    _known_language(lang)
    if overlay is not None and len(photos) > 1 and overlay.suffix.lower() == ".png":
        raise typer.BadParameter("several photos need a directory for their overlays", param_hint="--overlay")
    options: dict[str, Any] = {
        "on": on,
        "taken_on": taken_on,
        "age_group": age_group,
        "waive": waive or (),
        "reference": _bytes_of(reference),
        "print_size": print_size,
        "dpi": dpi,
        "only": None if only is None else [name.strip() for name in only.split(",") if name.strip()],
        "id": id,
    }
    checker = Checker(profile)
    reports: list[str] = []
    for photo in photos:
        try:
            report = checker.check(_bytes_of(photo), **options).model_copy(update={"photo": photo})
        except PhotoError as error:
            report = checker.error_report(photo, error, **options)
        _print(report, lang, as_json=json, show_skipped=show_skipped)
        if overlay is not None and report.verdict != "error":
            _say(f"overlay: {_write_overlay(report, overlay, photo, lang)}")
        reports.append(report.verdict)
    raise typer.Exit(exit_code(reports))


@app.command()
def checks(lang: Language = "en") -> None:
    """List the checks, with what each asks of a photo."""
    from rich.table import Table

    from icao_check.catalogue import CHECKS
    from icao_check.messages import requirement, title, word

    _known_language(lang)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("id", word("column.check", lang), word("column.requirement", lang)):
        table.add_column(column, no_wrap=column == "id")
    for spec in CHECKS:
        built = "" if spec.measure else f" [{word('verdict.skipped', lang)}]"
        table.add_row(spec.id, title(spec.id, lang) + built, requirement(spec.id, lang), style=None)
    _console().print(table, markup=False)


@app.command()
def profiles(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Show the limits of this profile.")
    ] = None,
) -> None:
    """List the profiles, or the limits of one with their sources."""
    from rich.table import Table

    from icao_check.profile import available_profiles, load_profile

    console = _console()
    if name is None:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for column in ("id", "authority", "aliases"):
            table.add_column(column)
        for shipped in available_profiles():
            profile = load_profile(shipped)
            table.add_row(profile.id, profile.authority, ", ".join(profile.aliases))
        console.print(table)
        return
    from icao_check.catalogue import CATALOGUE

    profile = load_profile(name)
    size = profile.print_size
    console.print(f"{profile.id}: {profile.authority}, {size.width_mm:g} × {size.height_mm:g} mm")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("check", "pass", "tolerated", "unit", "confidence", "source", "note"):
        table.add_column(column, no_wrap=column in ("check", "pass", "tolerated"))
    for check_id, limit in profile.limits.items():
        table.add_row(
            check_id,
            _bounds(limit.accepted),
            _bounds(limit.tolerated),
            CATALOGUE[check_id].unit,
            limit.confidence,
            ", ".join(limit.source),
            limit.note,
        )
    console.print(table)
    for key, source in profile.sources.items():
        console.print(f"{key}: {source.title} ({source.as_of}) {source.url or ''}", soft_wrap=True)


@app.command(
    epilog="Example: icao-check evaluate --template archive > labels.csv, fill it in, then "
    "icao-check evaluate labels.csv --out evaluation. The file is explained in docs/evaluate.md.",
)
def evaluate(
    labels: Annotated[
        str | None,
        typer.Argument(metavar="LABELS.csv", help="What people say about each photo; - is standard input."),
    ] = None,
    profile: Profile = "be-residence-card",
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also write a page, Markdown, CSV and curves to this directory."),
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Print a label file for the photos of a folder, and end."),
    ] = None,
    separator: Annotated[str, typer.Option(help="Between the cells of the template; ; for Excel.")] = ",",
    only: Annotated[
        str | None, typer.Option(metavar="ID,...", help="These checks only; see `icao-check checks`.")
    ] = None,
    on: Annotated[
        Any,
        typer.Option(
            parser=_day, metavar="DATE", help="Day of the applications without one. [default: today]"
        ),
    ] = None,
    reports: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Take these reports (JSON Lines) instead of checking the photos."),
    ] = None,
    pictures: Annotated[
        bool, typer.Option(help="Show the worst mistakes on the page, with their faces.")
    ] = True,
    workers: Annotated[int, typer.Option(min=1, help="Threads that check photos.")] = 1,
    resamples: Annotated[int, typer.Option(min=100, help="Resamples behind each interval.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same intervals.")] = 0,
) -> None:
    """Measure the accuracy of the checks on photos that people have labelled.

    Exit code 0: done, whatever the accuracy; 2: wrong usage, or a label file that cannot be used.
    """
    from icao_check.evaluate import command

    names = None if only is None else [name.strip() for name in only.split(",") if name.strip()]
    if (template is None) == (labels is None):
        raise typer.BadParameter("give either a label file or --template FOLDER")
    if template is not None:
        typer.echo(command.template_text(template, profile, names, separator), nl=False)
        return
    assert labels is not None
    source = sys.stdin.buffer if labels == STANDARD_INPUT else Path(labels)
    run = command.Run(profile, out, names, on, reports, pictures, workers, resamples, seed)
    _wide_console().print(run.evaluate(source, _say))


def exit_code(verdicts: Iterable[str]) -> ExitCode:
    """Return the exit code of ``check`` for the verdicts of its photos."""
    seen = set(verdicts)
    if "error" in seen:
        return ExitCode.UNREADABLE
    if "fail" in seen:
        return ExitCode.FAIL
    return ExitCode.UNDECIDED if seen & {"borderline", "review"} else ExitCode.OK


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a Windows console may be unable to print every letter
            stream.reconfigure(errors="replace")
    try:
        app()
    except (ProfileError, DependencyError, ValueError) as error:
        if isinstance(error, UnicodeError):
            raise
        _say(f"icao-check: {error}")
        sys.exit(ExitCode.USAGE)


def _known_language(lang: str) -> None:
    from icao_check.messages import languages

    if lang not in languages():
        raise typer.BadParameter(f"no messages in {lang!r}; there are: {', '.join(languages())}")


def _bytes_of(photo: str | None) -> Any:
    # Standard input can be read only once; a path is read by the intake, within its limits.
    return sys.stdin.buffer if photo == STANDARD_INPUT else photo


def _print(report: Report, lang: str, *, as_json: bool, show_skipped: bool) -> None:
    if as_json:
        typer.echo(report.to_json(lang))
        return
    from icao_check.render.terminal import report_table

    _console().print(report_table(report, lang, skipped=show_skipped))


def _write_overlay(report: Report, target: Path, photo: str, lang: str) -> Path:
    if target.suffix.lower() != ".png":
        target.mkdir(parents=True, exist_ok=True)
        stem = "stdin" if photo == STANDARD_INPUT else Path(photo).stem
        target = target / f"{stem}.png"
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
    report.overlay(lang=lang).save(target)
    return target


def _bounds(bounds: tuple[float | None, float | None] | None) -> str:
    if bounds is None:
        return ""
    low, high = ("" if bound is None else f"{bound:g}" for bound in bounds)
    return f"{low} … {high}".strip()


def _console() -> Any:
    from rich.console import Console

    return Console(highlight=False)


def _wide_console() -> Any:
    # Into a file or a pipe, a table is not cut to the width of a terminal that is not there.
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else 140)


def _say(words: str) -> None:
    typer.echo(words, err=True)
