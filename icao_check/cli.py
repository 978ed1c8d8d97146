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


def _complete_profile(incomplete: str) -> list[str]:
    from icao_check.profile import profile_names

    return [name for name in profile_names() if name.casefold().startswith(incomplete.casefold())]


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
    _show(table)


@app.command()
def profiles(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="Show the limits of this profile: id, alias, or a .toml file of yours.",
            autocompletion=_complete_profile,
        ),
    ] = None,
    lang: Language = "en",
    json: Annotated[bool, typer.Option("--json", help="The profile as one JSON object.")] = False,
) -> None:
    """List the profiles, or the limits of one with their sources.

    For a file of your own, what it gets wrong is said too; then the exit code is 2.
    """
    from icao_check.profile import available_profiles, load_profile
    from icao_check.profile_lint import lint
    from icao_check.render.profile import profile_list, profile_page

    _known_language(lang)
    if name is None:
        shipped = tuple(load_profile(profile) for profile in available_profiles())
        if json:
            for profile in shipped:
                typer.echo(profile.model_dump_json(by_alias=True))
        else:
            _show(profile_list(shipped, lang))
        return
    profile = load_profile(name)
    if json:
        typer.echo(profile.model_dump_json(by_alias=True))
    else:
        _show(profile_page(profile, lang))
    problems = lint(profile)
    for problem in problems:
        _say(f"icao-check: {profile.id}: {problem}")
    if problems:
        raise typer.Exit(ExitCode.USAGE)


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

    _show(report_table(report, lang, skipped=show_skipped))


def _write_overlay(report: Report, target: Path, photo: str, lang: str) -> Path:
    if target.suffix.lower() != ".png":
        target.mkdir(parents=True, exist_ok=True)
        stem = "stdin" if photo == STANDARD_INPUT else Path(photo).stem
        target = target / f"{stem}.png"
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
    report.overlay(lang=lang).save(target)
    return target


def _show(what: Any) -> None:
    """Print on standard output: in colour on a terminal, else plain, without the blanks that fill lines."""
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    if console.is_terminal:
        console.print(what)
        return
    with console.capture() as captured:
        console.print(what)
    typer.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def _say(words: str) -> None:
    typer.echo(words, err=True)
