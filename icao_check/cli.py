"""The command ``icao-check``: data on standard output, talk on standard error.

Exit codes are public, see :class:`ExitCode`. Heavy libraries are imported by the commands that need them.
"""

from __future__ import annotations

import enum
import errno
import io
import os
import sys
import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from icao_check.errors import IcaoCheckError, PhotoError
from icao_check.naming import unknown_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icao_check.batch import BatchSummary, Job, Outcome
    from icao_check.checker import Checker
    from icao_check.cropping import CropProposal
    from icao_check.profile import Profile as Rules
    from icao_check.report import Report

__all__ = ["ExitCode", "app", "main"]

STANDARD_INPUT = "-"
OFIQ = "ofiq"


class ExitCode(enum.IntEnum):
    """What ``icao-check`` returns to the shell. For ``check``, the first that applies, from the top."""

    USAGE = 2
    """The command line, a profile, a list or the installation is wrong; nothing was judged."""
    UNREADABLE = 3
    """A file could not be read as a photo."""
    FAIL = 1
    """``check``: at least one photo fails. ``crop``: no crop can exist."""
    UNDECIDED = 4
    """At least one photo is borderline or needs review."""
    OK = 0
    """Every photo passes; the crop is written; the batch is complete."""
    DISK_FULL = 5
    """There is no room for the results; those so far are safe."""
    INTERNAL = 70
    """The program is at fault; please report what it printed."""
    INTERRUPTED = 130
    """Ctrl-C. A batch goes on from there with the same command."""
    BROKEN_PIPE = 141
    """The program that read the output has ended."""


app = typer.Typer(
    name="icao-check",
    help="Check face photos against the rules for identity documents.",
    no_args_is_help=True,
    rich_markup_mode=None,  # paragraphs are filled, brackets are brackets, and screen readers meet no boxes
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


def _complete(known: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """Complete a name; of a list with commas, its last one."""

    def complete(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        return [before + comma + name for name in known() if name.casefold().startswith(last.casefold())]

    return complete


def _profile_names() -> Iterable[str]:
    from icao_check.profile import profile_names

    return profile_names()


def _language_names() -> Iterable[str]:
    from icao_check.messages import languages

    return languages()


def _check_names() -> Iterable[str]:
    from icao_check.catalogue import CATALOGUE

    return CATALOGUE


def _age_group_names() -> Iterable[str]:
    from icao_check.profile import AGE_GROUPS

    return AGE_GROUPS


def _waiver_names() -> Iterable[str]:
    from icao_check.profile import WAIVERS

    return WAIVERS


def _listed(names: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(part.strip() for name in names or () for part in name.split(",") if part.strip())


Profile = Annotated[
    str,
    typer.Option(
        "--profile",
        "-p",
        metavar="P",
        help="Document: id, alias, or a .toml file of yours; see `icao-check profiles`.",
        autocompletion=_complete(_profile_names),
    ),
]
Language = Annotated[
    str,
    typer.Option(
        "--lang",
        "-l",
        metavar="L",
        help="Language of the messages: nl, fr, de, en.",
        autocompletion=_complete(_language_names),
    ),
]
On = Annotated[
    Any, typer.Option(parser=_day, metavar="DATE", help="Day of the application. [default: today]")
]
TakenOn = Annotated[
    Any, typer.Option(parser=_day, metavar="DATE", help="Capture date as declared by the applicant.")
]
AgeGroup = Annotated[
    str | None,
    typer.Option(
        metavar="G",
        help="under-1, under-3, under-6, under-12 or adult.",
        autocompletion=_complete(_age_group_names),
    ),
]
Waive = Annotated[
    list[str] | None,
    typer.Option(
        metavar="W,...",
        help="What a recognised reason lifts: head_covering, expression, eyes, pose, background.",
        autocompletion=_complete(_waiver_names),
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ID,...",
        help="Make these checks only; see `icao-check checks`.",
        autocompletion=_complete(_check_names),
    ),
]
Framing = Annotated[
    str,
    typer.Option(
        metavar="F",
        help="print: judge the picture as it is. frame: judge the best crop of it.",
        autocompletion=_complete(lambda: ("print", "frame")),
    ),
]


@app.command(
    short_help="Judge photos: what is wrong, by how much, what to do.",
    epilog="Example: icao-check check photo.jpg --lang nl --overlay photo-checked.png",
)
def check(
    photos: Annotated[list[str], typer.Argument(metavar="PHOTO", help="Photo files; - is standard input.")],
    profile: Profile = "be-residence-card",
    lang: Language = "en",
    json: Annotated[bool, typer.Option("--json", help="One JSON object per photo and line.")] = False,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="ofiq",
            help="ofiq: the columns of OFIQ's CSV file, one row per photo; see docs/ofiq.md.",
            autocompletion=_complete(lambda: (OFIQ,)),
        ),
    ] = None,
    overlay: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT",
            help="Write the photo with the measurements drawn on it: a .png file, or a directory.",
        ),
    ] = None,
    on: On = None,
    taken_on: TakenOn = None,
    age_group: AgeGroup = None,
    waive: Waive = None,
    reference: Annotated[
        str | None, typer.Option(metavar="OLD", help="An earlier photo of the holder, to detect reuse.")
    ] = None,
    framing: Framing = "print",
    print_size: Annotated[
        Any,
        typer.Option(parser=_size, metavar="35x45", help="Size of the print in mm, for a scan."),
    ] = None,
    dpi: Annotated[float | None, typer.Option(min=1, metavar="N", help="Resolution of the scan.")] = None,
    only: Only = None,
    id: Annotated[
        str | None, typer.Option(metavar="ID", help="Your identifier of the application, for the report.")
    ] = None,
    explain: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID,...",
            help="Show what these checks rest on: rule, sources, every evidence.",
            autocompletion=_complete(_check_names),
        ),
    ] = None,
    show_skipped: Annotated[
        bool, typer.Option("--show-skipped", help="Also list the checks that were not made.")
    ] = False,
) -> None:
    """Judge photos: does each meet the rules, what is wrong, by how much, and what to do about it.

    Exit code 0: all pass; 1: at least one fails; 4: at least one is borderline or needs review;
    3: a file could not be read; 2: wrong usage.
    """
    _known_language(lang)
    if overlay is not None and len(photos) > 1 and overlay.suffix.lower() == ".png":
        raise typer.BadParameter("several photos need a directory for their overlays", param_hint="--overlay")
    explained = _known_checks(explain, "--explain")
    if format not in (None, OFIQ):
        raise typer.BadParameter(unknown_name(format, (OFIQ,), "format"), param_hint="--format")
    if format and (json or explained):
        other = "--json" if json else "--explain"
        raise typer.BadParameter(
            f"a row of OFIQ's table cannot be combined with {other}", param_hint="--format"
        )
    if [*photos, reference].count(STANDARD_INPUT) > 1:
        raise typer.BadParameter("standard input can be read only once", param_hint="-")
    if folder := next((photo for photo in photos if Path(photo).is_dir()), None):
        raise typer.BadParameter(
            f"{folder!r} is a folder: use `icao-check batch {folder} --out RESULTS.jsonl`", param_hint="PHOTO"
        )
    from icao_check.checker import Checker

    options: dict[str, Any] = {
        "on": on,
        "taken_on": taken_on,
        "age_group": age_group,
        "waive": _listed(waive),
        "reference": _file(reference),
        "framing": framing,
        "print_size": print_size,
        "dpi": dpi,
        "only": _listed(only) if only else None,
        "id": id,
    }
    checker = Checker(profile)
    _understood(checker, options)
    verdicts: list[str] = []
    drawn: set[Path] = set()
    if format == OFIQ:
        from icao_check.ofiq import header

        _out(header())
    for photo in photos:
        try:
            report = checker.check(_file(photo), **options).model_copy(update={"photo": photo})
        except PhotoError as error:
            report = checker.error_report(photo, error, **options)
            if format == OFIQ:  # the row cannot say why
                _say(f"icao-check: {photo}: {error.message(lang)} {error.remedy(lang)}")
        if format == OFIQ:
            _out(report.to_ofiq())
        else:
            _print(report, lang, as_json=json, show_skipped=show_skipped)
        if report.verdict != "error" and not json:
            _explain(report, explained, checker.profile, lang)
        if overlay is not None and report.verdict != "error":
            _say(f"overlay: {_write_overlay(report, overlay, photo, lang, drawn)}")
        verdicts.append(report.verdict)
    raise typer.Exit(exit_code(verdicts))


@app.command(
    short_help="Write the crop that fits one document or several.",
    epilog="Example: icao-check crop studio.jpg print.png -p be-residence-card -p de-passport",
)
def crop(
    photo: Annotated[str, typer.Argument(metavar="PHOTO", help="Photo file; - is standard input.")],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="File to write: .png, where no pixel changes, or .jpg.")
    ],
    profile: Annotated[
        list[str] | None,
        typer.Option(
            "--profile",
            "-p",
            metavar="P",
            help="Document; give it again for a crop that fits several. [default: be-residence-card]",
            autocompletion=_complete(_profile_names),
        ),
    ] = None,
    lang: Language = "en",
    json: Annotated[bool, typer.Option("--json", help="The crop as one JSON object.")] = False,
    tolerated: Annotated[
        bool, typer.Option("--tolerated", help="Be content with what is only tolerated.")
    ] = False,
    on: On = None,
    taken_on: TakenOn = None,
    age_group: AgeGroup = None,
    waive: Waive = None,
) -> None:
    """Write the crop that satisfies the framing rules, or say why none can.

    Only the frame changes: no pixel is edited, and a tilted head stays tilted. Where the crop is, what it
    gets and what is still wrong is printed. An existing file is overwritten.

    Exit code 0: written; 1: no crop can exist; 3: the file could not be read; 2: wrong usage.
    """
    _known_language(lang)
    if out.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise typer.BadParameter(f"a crop is written as .png or .jpg, not {out.name!r}", param_hint="OUT")
    if out.exists() and Path(photo).exists() and out.samefile(photo):
        raise typer.BadParameter("the photo itself is not overwritten", param_hint="OUT")
    from icao_check.checker import DEFAULT_PROFILE, Checker

    names = profile or [DEFAULT_PROFILE]
    checker = Checker(names[0])
    options = {"on": on, "taken_on": taken_on, "age_group": age_group, "waive": _listed(waive)}
    _understood(checker, options)
    try:
        proposal = checker.crop(_file(photo), names, tolerated=tolerated, **options)
    except PhotoError as error:
        _say(f"icao-check: {error.message(lang)} {error.remedy(lang)}")
        raise typer.Exit(ExitCode.UNREADABLE) from error
    if proposal.box is not None:
        proposal.save(out)
    if json:
        _out(_crop_json(proposal))
    else:
        from icao_check.render.terminal import crop_page

        _show(crop_page(proposal, lang))
    raise typer.Exit(ExitCode.FAIL if proposal.box is None else ExitCode.OK)


@app.command(
    short_help="Judge folders and lists of photos.",
    epilog="Example: icao-check batch photos --out results.jsonl --lang fr",
)
def batch(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Folders, photos, or lists: .txt with a path per line, .csv with a column photo; "
            "- is a list on standard input.",
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="RESULTS", help="File of results: .jsonl, one per line.")
    ],
    profile: Profile = "be-residence-card",
    lang: Language = "en",
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Processes. [default: one per processor]")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, metavar="S", help="Seconds for one photo.")] = 30.0,
    memory: Annotated[int, typer.Option(min=400, metavar="MB", help="Memory of one process.")] = 1500,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin anew instead of going on with RESULTS.")
    ] = False,
    on: On = None,
    age_group: AgeGroup = None,
    waive: Waive = None,
    framing: Framing = "print",
    only: Only = None,
) -> None:
    """Check many photos, several at a time, and write a report of each.

    Photos whose result is there already are not checked again, unless they or the rules have changed. A
    broken file becomes an error in the results and stops nothing. Progress shows on a terminal; what is
    logged names photos by id or number.

    Exit code 0: complete, whatever the verdicts; 3: complete, some files unreadable; 5: the disk is full;
    130: interrupted, the same command goes on; 2: wrong usage.
    """
    _known_language(lang)
    from icao_check.batch import run_batch

    options: dict[str, Any] = {
        "on": on,
        "age_group": age_group,
        "waive": _listed(waive),
        "framing": framing,
        "only": _listed(only) if only else None,
    }
    progress = _Progress(lang)
    try:
        with progress:
            summary = run_batch(
                sources,
                out,
                profile=profile,
                lang=lang,
                workers=workers,
                timeout=timeout,
                memory_mb=memory,
                fresh=fresh,
                on_start=progress.start,
                on_result=progress.result,
                **options,
            )
    except (ValueError, FileNotFoundError) as error:
        raise typer.BadParameter(str(error)) from error
    _say("\n".join(_batch_words(summary, lang)))
    raise typer.Exit(_batch_code(summary))


@app.command(short_help="Load the models and compile the kernels now.")
def warmup(profile: Profile = "be-residence-card") -> None:
    """Load the models and compile the kernels now, so that the first photo does not wait for them.

    Compiled kernels are kept beside the package, in the user's cache, or where NUMBA_CACHE_DIR says.
    """
    from icao_check.checker import Checker

    started = time.perf_counter()
    Checker(profile).warm()
    _say(f"Ready: models loaded and kernels compiled in {time.perf_counter() - started:.1f} s.")


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
            autocompletion=_complete(_profile_names),
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
                _out(profile.model_dump_json(by_alias=True))
        else:
            _show(profile_list(shipped, lang))
        return
    profile = load_profile(name)
    if json:
        _out(profile.model_dump_json(by_alias=True))
    else:
        _show(profile_page(profile, lang))
    problems = lint(profile)
    for problem in problems:
        _say(f"icao-check: {profile.id}: {problem}")
    if problems:
        raise typer.Exit(ExitCode.USAGE)


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
    only: Only = None,
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

    names = _known_checks(only, "--only") if only else None
    if (template is None) == (labels is None):
        raise typer.BadParameter("give either a label file or --template FOLDER")
    if template is not None:
        if separator not in (",", ";", "\t"):
            raise typer.BadParameter("a comma, a semicolon or a tab", param_hint="--separator")
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
    from icao_check.kernels.jit import run_alone

    run_alone()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a Windows console may be unable to print every letter
            stream.reconfigure(errors="replace")
    try:
        app(prog_name="icao-check")
    except IcaoCheckError as error:  # a profile, a label file or an installation that cannot be used
        _say(f"icao-check: {error}")
        sys.exit(ExitCode.USAGE)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except OSError as error:
        _say(f"icao-check: {error.strerror or error}{f': {error.filename}' if error.filename else ''}")
        full = error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
        sys.exit(ExitCode.DISK_FULL if full else ExitCode.USAGE)
    except Exception:  # exit code 1 would say that a photo fails
        sys.excepthook(*sys.exc_info())
        sys.exit(ExitCode.INTERNAL)


class _Progress:
    """A bar on a terminal, and a line for each file that could not be judged."""

    def __init__(self, lang: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        from icao_check.messages import word

        console = Console(stderr=True, highlight=False, markup=False)
        self._console = console
        self._bar = Progress(
            TextColumn(word("batch.checking", lang)),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task: Any = None

    def __enter__(self) -> None:
        self._bar.start()

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def start(self, total: int, done: int) -> None:
        self._task = self._bar.add_task("", total=total, completed=done)

    def result(self, place: int, job: Job, outcome: Outcome) -> None:
        if outcome.error is not None:
            # Names of files may be names of people.
            self._console.print(f"{f'id {job.id}' if job.id else f'#{place}'}: {outcome.error}")
        self._bar.advance(self._task)


def _batch_words(summary: BatchSummary, lang: str) -> list[str]:
    from icao_check.messages import filled, number, word
    from icao_check.render.terminal import STYLES

    lines = []
    if summary.left_out:
        lines.append(filled(["batch.left_out"], {"count": number(summary.left_out, lang)}, lang))
    if summary.resumed:
        lines.append(filled(["batch.resumed"], {"count": number(summary.resumed, lang)}, lang))
    if summary.status != "complete":
        places = {
            "count": number(summary.resumed + summary.checked, lang),
            "total": number(summary.total, lang),
        }
        lines.append(filled([f"batch.{summary.status}"], places, lang))
    verdicts = ", ".join(
        f"{word(f'verdict.{verdict}', lang)} {number(summary.verdicts[verdict], lang)}"
        for verdict in STYLES
        if verdict in summary.verdicts
    )
    places = {
        "count": number(summary.checked, lang),
        "seconds": number(summary.seconds, lang),
        "verdicts": verdicts or "–",
    }
    lines.append(filled(["batch.done"], places, lang))
    return lines


def _batch_code(summary: BatchSummary) -> ExitCode:
    if summary.status == "disk_full":
        return ExitCode.DISK_FULL
    if summary.status == "interrupted":
        return ExitCode.INTERRUPTED
    return ExitCode.UNREADABLE if summary.verdicts.get("error") else ExitCode.OK


def _crop_json(proposal: CropProposal) -> str:
    import json

    content = proposal.crop.model_dump(mode="json") | {"verdicts": proposal.verdicts}
    return json.dumps(content, ensure_ascii=False)


def _known_language(lang: str) -> None:
    from icao_check.messages import languages

    if lang not in languages():
        raise typer.BadParameter(unknown_name(lang, languages(), "language"), param_hint="--lang")


def _known_checks(names: list[str] | None, option: str) -> tuple[str, ...]:
    from icao_check.catalogue import CATALOGUE

    asked = _listed(names)
    for name in asked:
        if name not in CATALOGUE:
            raise typer.BadParameter(unknown_name(name, CATALOGUE, "check"), param_hint=option)
    return asked


def _explain(report: Report, checks: Iterable[str], profile: Rules, lang: str) -> None:
    from icao_check.render.explanation import explanation

    for check_id in checks:
        _show(explanation(report, check_id, profile, lang))


def _understood(checker: Checker, options: dict[str, Any]) -> None:
    """Find a bad call out before the first photo, so that a later ``ValueError`` is a fault of ours."""
    try:
        checker.inputs(**options)
    except (TypeError, ValueError) as error:
        raise typer.BadParameter(str(error)) from error


def _file(photo: str | None) -> Any:
    # Standard input can be read only once; a path is read by the intake, within its limits.
    return sys.stdin.buffer if photo == STANDARD_INPUT else photo


def _print(report: Report, lang: str, *, as_json: bool, show_skipped: bool) -> None:
    if as_json:
        _out(report.to_json(lang))
        return
    from icao_check.render.terminal import report_table

    _show(report_table(report, lang, skipped=show_skipped))


def _write_overlay(report: Report, target: Path, photo: str, lang: str, drawn: set[Path]) -> Path:
    if target.suffix.lower() != ".png":
        target.mkdir(parents=True, exist_ok=True)
        stem = "stdin" if photo == STANDARD_INPUT else Path(photo).stem
        names = (f"{stem}.png", *(f"{stem}-{number}.png" for number in range(2, len(drawn) + 3)))
        target = next(target / name for name in names if target / name not in drawn)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
    report.overlay(lang=lang).save(target)
    drawn.add(target)
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
    _out("\n".join(line.rstrip() for line in captured.get().splitlines()))


def _out(text: str) -> None:
    try:
        typer.echo(text)
    except BrokenPipeError:
        # Python would complain again when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(ExitCode.BROKEN_PIPE) from None


def _wide_console() -> Any:
    # Into a file or a pipe, a table is not cut to the width of a terminal that is not there.
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else 140)


def _say(words: str) -> None:
    typer.echo(words, err=True)
