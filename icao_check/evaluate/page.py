"""The evaluation as one HTML page that needs no other file: what should be mended first, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files

from icao_check.catalogue import CATALOGUE
from icao_check.evaluate.accuracy import CheckAccuracy, Finding
from icao_check.evaluate.det import det_figure
from icao_check.evaluate.evaluation import Evaluation
from icao_check.evaluate.groups import GroupRate
from icao_check.evaluate.joined import Kind
from icao_check.evaluate.outcome import Located
from icao_check.evaluate.statistics import Estimate, Rate
from icao_check.evaluate.tables import (
    GEOMETRY_HEADINGS,
    GROUP_HEADINGS,
    LEFT_OUT,
    OBSTACLE_HEADINGS,
    comparisons_line,
    differing_groups,
    geometry_cells,
    group_cells,
    headline,
    not_made_lines,
    notes,
    obstacle_rows,
    whole_photo_groups,
)
from icao_check.evaluate.thumbnails import thumbnail
from icao_check.evaluate.wording import (
    FINDINGS,
    QUANTITIES,
    advice,
    counted,
    interval,
    percent,
    significant_text,
)
from icao_check.messages import title, word

__all__ = ["page"]

# A check that does less harm than this is not among those to mend first.
_LEAST_LOSS = 0.01
_MENDABLE: frozenset[Finding] = frozenset({"measure", "too_strict", "too_lax", "undecided"})
_MOST_FIRST = 8
_PICTURES_FIRST = 6
_PICTURES_EACH = 11
_PICTURES_LARGE = 7
_UNMADE_SHOWN = 12
_UNMADE_NAMED = 3

Picture = Callable[[int, bool], str | None]


def page(evaluation: Evaluation, heading: str, *, pictures: bool = True) -> str:
    """Write the evaluation as an HTML page.

    Parameters
    ----------
    evaluation : Evaluation
        What is told.
    heading : str
        Of the page.
    pictures : bool
        Show the worst mistakes. The photos are read again from where the label file says.

    Returns
    -------
    str
        A complete document: no script, nothing loaded from elsewhere.
    """
    show = _photo_source(evaluation) if pictures else None
    style = (files("icao_check.evaluate") / "page.css").read_text(encoding="utf-8")
    body = [
        f"<h1>{escape(heading)}</h1>",
        f"<p>{escape(headline(evaluation))}</p>",
        _notice(pictures),
        _whole(evaluation),
        _mend_first(evaluation, show),
        _all_checks(evaluation),
        f'<h2>Error trade-offs</h2><div class="figure">{det_figure(evaluation.by_loss()).svg()}</div>',
        _geometry(evaluation, show),
        _groups(evaluation),
        _mistakes(evaluation, show) if show is not None else "",
        _list("notes", notes(evaluation)),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex">'
        f"<title>{escape(heading)}</title><style>\n{style}</style></head>\n<body>\n"
        + "\n".join(part for part in body if part)
        + "\n</body></html>\n"
    )


def _notice(pictures: bool) -> str:
    if not pictures:
        return '<p class="notice">This page shows no faces, but it names files.</p>'
    return (
        '<p class="notice"><b>This page shows faces.</b> They come from the archive that was evaluated: keep '
        "the page where the archive is kept, show it only to those who may see it, and delete it with it.</p>"
    )


def _whole(evaluation: Evaluation) -> str:
    whole = evaluation.whole
    rows = []
    for name, rates in (("Compliant", whole.compliant), ("Defective", whole.defective)):
        total = rates["pass"].total
        if not total:
            rows.append(f'<p class="faint">No {name.lower()} photo is labelled.</p>')
            continue
        good = name == "Compliant"
        told = "pass" if good else "pass unnoticed"
        words = (
            f"<b>{name} photos: {interval(rates['pass'])} % {told}</b> "
            f'<span class="faint">({counted(total, "photo")})</span>'
        )
        rows.append(f"<div><p>{words}</p>{_bar(_whole_parts(rates, good))}</div>")
    key = _key(
        ("good", "pass"),
        ("stopped", "fails, rightly"),
        ("undecided", "undecided"),
        ("rejected", "compliant, but fails"),
        ("open", "fails where no label says whether rightly"),
        ("missed", "defective, but passes"),
    )
    return f'<h2>Whole photo</h2><div class="whole">{"".join(rows)}</div>{key}'


def _whole_parts(rates: Mapping[str, Rate], good: bool) -> list[tuple[str, float, str]]:
    names = {"pass": "pass", "undecided": "undecided", "fail": "fail", "open": "open", "error": "error"}
    if not good:
        names |= {"pass": "missed", "fail": "stopped"}
    return [
        (css, rates[name].value or 0.0, f"{name} {percent(rates[name].value)} %")
        for name, css in names.items()
        if name in rates
    ]


def _mend_first(evaluation: Evaluation, show: Picture | None) -> str:
    made = [check for check in evaluation.by_loss() if check.finding != "not_made"]
    unmade = [check for check in evaluation.checks if check.finding == "not_made" and check.bad]
    worst = [check for check in made if check.loss >= _LEAST_LOSS and check.finding in _MENDABLE]
    worst = worst[:_MOST_FIRST]
    names = [f"{title(check.id)} ({FINDINGS[check.finding]})" for check in worst]
    entries = [_mend_entry(evaluation, check, show) for check in worst]
    if unmade:
        rank = sum(check.loss > max(entry.loss for entry in unmade) for check in worst)
        names.insert(rank, _unmade_name(unmade))
        entries.insert(rank, _unmade_entry(evaluation, unmade, show))
    items = "".join(
        f'<li><div class="rank">{place}</div>{entry}</li>' for place, entry in enumerate(entries, start=1)
    )
    if entries:
        then = f" Then: {escape(', '.join(names[1:4]))}." if names[1:] else ""
        answer = f"<b>{escape(names[0])}.</b>{then}"
    else:
        answer = "Nothing: no check errs on more than a few photos."
    key = _key(("missed", "defects missed"), ("rejected", "good rejected"), ("undecided", "good undecided"))
    heading = f'<h2>What should be mended first?</h2><p class="answer">{answer}</p>'
    return f'{heading}{key}<ol class="mend">{items}</ol>'


def _mend_entry(evaluation: Evaluation, check: CheckAccuracy, show: Picture | None) -> str:
    bars = _check_bars(check)
    words = (
        f"<div><b>{escape(title(check.id))}: {escape(FINDINGS[check.finding])}</b> <code>{check.id}</code>"
        f"{bars}<p>{escape(advice(check))}</p></div>"
    )
    return words + _pictures(_tiles(evaluation, check, show, _PICTURES_FIRST))


def _unmade_entry(evaluation: Evaluation, unmade: Sequence[CheckAccuracy], show: Picture | None) -> str:
    unmade = sorted(unmade, key=lambda check: -check.bad)
    names = ", ".join(f"{title(check.id)} ({check.bad})" for check in unmade)
    words = (
        f"<div><b>{escape(_unmade_name(unmade))}</b>"
        "<p>This version does not look for these defects. Rules, and the number of photos that break them: "
        f"{escape(names)}.</p></div>"
    )
    if show is None:
        return words
    each = max(1, _PICTURES_FIRST // len(unmade))
    tiles = [
        _tile(evaluation, place, check, "missed", show, title(check.id))
        for check in unmade[:_UNMADE_SHOWN]
        for place in _of_different_people(evaluation, check.missed)[:each]
    ]
    return words + _pictures(tiles)


def _unmade_name(unmade: Sequence[CheckAccuracy]) -> str:
    if len(unmade) <= _UNMADE_NAMED:
        return f"{', '.join(title(check.id) for check in unmade)}: not made"
    return f"{len(unmade)} checks not made"


def _check_bars(check: CheckAccuracy) -> str:
    good = [
        ("rejected", check.false_rejects.value or 0.0, f"rejected {percent(check.false_rejects.value)} %"),
        ("undecided", check.undecided.value or 0.0, f"undecided {percent(check.undecided.value)} %"),
    ]
    bad = [("missed", check.misses.value or 0.0, f"missed {percent(check.misses.value)} %")]
    return _bars(
        [
            (f"{check.misses.total} with defect", bad if check.misses.total else None),
            (f"{check.false_rejects.total} good", good if check.false_rejects.total else None),
        ]
    )


def _all_checks(evaluation: Evaluation) -> str:
    rows = []
    for check in evaluation.by_loss():
        if check.finding == "not_made":
            continue
        rows.append(
            f"<tr><td>{escape(title(check.id))} <code>{check.id}</code></td>"
            f'<td class="number">{check.good}</td><td class="number">{check.bad}</td>'
            f'<td class="number">{interval(check.eer)}</td><td class="track">{_track(check.eer, 0.5)}</td>'
            f'<td class="number">{interval(check.false_rejects)}</td>'
            f'<td class="number">{interval(check.undecided)}</td>'
            f'<td class="number">{interval(check.misses)}</td>'
            f'<td class="number">{check.skipped or ""}</td>'
            f'<td class="finding f-{check.finding}">{escape(FINDINGS[check.finding])}</td></tr>'
        )
    head = _head("check", "#good", "#bad", "#EER %", "0 – 50 %", "#rejected %", "#undecided %", "#missed %")
    unmade = "".join(f'<p class="faint">{escape(line)}</p>' for line in not_made_lines(evaluation))
    return (
        "<h2>All checks, by the harm they do</h2>"
        f"<table><tr>{head}{_head('#skipped', 'finding')}</tr>{''.join(rows)}</table>{unmade}"
    )


def _geometry(evaluation: Evaluation, show: Picture | None) -> str:
    if not evaluation.geometry:
        return ""
    rows = []
    for entry in evaluation.geometry:
        cells = geometry_cells(entry)
        verdict = "" if entry.beats_constant else ' class="s-more"'
        numbers = "".join(f'<td class="number">{escape(cell)}</td>' for cell in cells[3:-1])
        rows.append(
            f"<tr><td>{escape(cells[0])}</td><td>{cells[1]}</td><td>{cells[2]}</td>{numbers}"
            f'<td class="number"><span{verdict}>{cells[-1]}</span></td></tr>'
        )
    head = _head(*GEOMETRY_HEADINGS[:3], *(f"#{name}" for name in GEOMETRY_HEADINGS[3:]))
    tiles = []
    if show is not None:
        by_name = {entry.quantity: entry for entry in evaluation.geometry}
        shown = by_name.get("head_height", evaluation.geometry[0])
        tiles = [
            _figure(
                evaluation, place, "large", show(place, True), f"off by {significant_text(off)} {shown.unit}"
            )
            for place, off in shown.worst[:_PICTURES_LARGE]
        ]
        what = f"<h3>{QUANTITIES[shown.quantity]}: largest errors (red: true, blue: measured)</h3>"
    return (
        '<h2>Geometry: error against the truth</h2><p class="faint">What does not beat the best constant '
        "answer has not been measured at all.</p>"
        f"<table><tr>{head}</tr>{''.join(rows)}</table>" + (what + _pictures(tiles) if tiles else "")
    )


def _groups(evaluation: Evaluation) -> str:
    parts = ["<h2>Groups</h2>"]
    if not evaluation.groups:
        return "<h2>Groups</h2><p>The label file has no column that makes groups.</p>"
    parts.append(f"<p>{escape(comparisons_line(evaluation))}</p>")
    differing = differing_groups(evaluation)
    if differing:
        parts += ["<h3>Where a check errs more often than on the others</h3>", _group_table(differing)]
    parts += ["<h3>The whole photo</h3>", _group_table(whole_photo_groups(evaluation))]
    parts.append(f'<p class="faint">{escape(LEFT_OUT)}</p>')
    return "".join(parts)


def _group_table(entries: Iterable[GroupRate]) -> str:
    rows = []
    for entry in entries:
        cells = [f"<td>{escape(cell)}</td>" for cell in group_cells(entry)[:-1]]
        cells.insert(7, f'<td class="track">{_track(entry.rate, 1.0)}</td>')
        statement = escape(group_cells(entry)[-1])
        rows.append(f'<tr>{"".join(cells)}<td class="s-{entry.statement}">{statement}</td></tr>')
    head = _head(*GROUP_HEADINGS[:7], "0 – 100 %", *GROUP_HEADINGS[7:])
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _mistakes(evaluation: Evaluation, show: Picture) -> str:
    parts = ["<h2>The worst mistakes</h2>"]
    if evaluation.whole.obstacles:
        head = _head(*OBSTACLE_HEADINGS)
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
            for cells in obstacle_rows(evaluation)
        )
        parts.append(f"<h3>Between compliant photos and a pass</h3><table><tr>{head}</tr>{rows}</table>")
    for check in evaluation.by_loss():
        tiles = [] if check.finding == "not_made" else _tiles(evaluation, check, show, _PICTURES_EACH)
        if tiles:
            parts.append(f"<h3>{escape(title(check.id))}</h3>{_pictures(tiles)}")
    unreadable = [_figure(evaluation, place, "rejected", None, "") for place in evaluation.unreadable]
    if unreadable:
        parts.append(f"<h3>Files that could not be judged</h3>{_pictures(unreadable[:_PICTURES_EACH])}")
    return "".join(parts)


def _tiles(evaluation: Evaluation, check: CheckAccuracy, show: Picture | None, most: int) -> list[str]:
    """Return the worst mistakes of a check: of each kind in proportion to the harm it does."""
    if show is None:
        return []
    harm: dict[Kind, tuple[tuple[int, ...], float]] = {
        "missed": (check.missed, check.misses.value or 0.0),
        "rejected": (check.rejected, check.false_rejects.value or 0.0),
        "undecided": (check.unsure, (check.undecided.value or 0.0) / 2.0),
    }
    total = sum(weight for _, weight in harm.values())
    chosen: list[tuple[int, Kind]] = []
    for kind, (places, weight) in harm.items():
        wanted = max(1, round(most * weight / total)) if places else 0
        chosen += [(place, kind) for place in _of_different_people(evaluation, places)[:wanted]]
    return [_tile(evaluation, place, check, kind, show) for place, kind in chosen[:most]]


def _of_different_people(evaluation: Evaluation, places: Sequence[int]) -> list[int]:
    seen: set[str] = set()
    first: list[int] = []
    again: list[int] = []
    for place in places:
        subject = evaluation.labels.rows[place].subject
        (again if subject in seen else first).append(place)
        seen.add(subject)
    return first + again


def _tile(
    evaluation: Evaluation, place: int, check: CheckAccuracy, kind: Kind, show: Picture, caption: str = ""
) -> str:
    if not caption:
        judged = evaluation.outcomes[place].checks.get(check.id)
        unit = CATALOGUE[check.id].unit and word(f"unit.{CATALOGUE[check.id].unit}")
        if judged is None or judged.value is None:
            caption = "nothing measured"
        else:
            caption = f"{significant_text(judged.value)} {unit}".strip() + f"\nscore {judged.score}"
    in_picture = CATALOGUE[check.id].group == "geometry"
    return _figure(evaluation, place, kind, show(place, in_picture), caption)


def _figure(evaluation: Evaluation, place: int, kind: str, source: str | None, caption: str) -> str:
    row = evaluation.labels.rows[place]
    image = f'<img src="{source}" alt="">' if source else '<div class="noimage">no picture</div>'
    name = escape(row.photo)
    lines = escape(caption).replace("\n", "<br>")
    short = escape(row.photo.replace("\\", "/").rsplit("/", 1)[-1])
    return (
        f'<figure class="{kind}" title="{name} (line {row.line})">{image}'
        f'<figcaption>{lines}<span class="name">{short}</span></figcaption></figure>'
    )


def _photo_source(evaluation: Evaluation) -> Picture:
    cache: dict[tuple[int, bool], str | None] = {}

    def show(place: int, marked: bool) -> str | None:
        if (place, marked) not in cache:
            row, outcome = evaluation.labels.rows[place], evaluation.outcomes[place]
            cache[place, marked] = (
                thumbnail(row.path, outcome.face, _truth(row.truth)) if marked else thumbnail(row.path)
            )
        return cache[place, marked]

    return show


def _truth(truth: Mapping[str, float]) -> Located | None:
    try:
        left, right = (truth["pupil_l_x"], truth["pupil_l_y"]), (truth["pupil_r_x"], truth["pupil_r_y"])
        chin = (truth["chin_x"], truth["chin_y"])
        crown = ((left[0] + right[0]) / 2.0, truth["crown_y"])
    except KeyError:
        return None
    return Located((left, right), chin, crown, None)


def _pictures(tiles: Sequence[str]) -> str:
    return f'<div class="pictures">{"".join(tiles)}</div>'


def _bars(rows: Sequence[tuple[str, Sequence[tuple[str, float, str]] | None]]) -> str:
    parts = []
    for name, shares in rows:
        bar = '<div class="bar empty" title="not labelled"></div>' if shares is None else _bar(shares)
        parts.append(f"<span>{escape(name)}</span>{bar}")
    return f'<div class="bars">{"".join(parts)}</div>'


def _bar(shares: Sequence[tuple[str, float, str]]) -> str:
    spans = "".join(
        f'<span class="{css}" style="width:{100.0 * value:.2f}%" title="{escape(words)}"></span>'
        for css, value, words in shares
        if value > 0
    )
    return f'<div class="bar">{spans}</div>'


def _track(estimate: Estimate | Rate | None, end: float) -> str:
    """Draw a rate as a dot and its interval as a line, on an axis from 0 to `end`."""
    if estimate is None or estimate.value is None:
        return ""

    def x(value: float) -> float:
        return 4.0 + 152.0 * min(value, end) / end

    low = estimate.value if estimate.low is None else estimate.low
    high = estimate.value if estimate.high is None else estimate.high
    return (
        '<svg width="160" height="14" role="img" aria-hidden="true">'
        '<line x1="4" x2="156" y1="7" y2="7" stroke="#e3e3e8"/>'
        f'<line x1="{x(low):.1f}" x2="{x(high):.1f}" y1="7" y2="7" stroke="#005aa0" stroke-width="3"/>'
        f'<circle cx="{x(estimate.value):.1f}" cy="7" r="4" fill="#005aa0"/></svg>'
    )


def _head(*names: str) -> str:
    return "".join(
        f'<th class="number">{escape(name[1:])}</th>' if name.startswith("#") else f"<th>{escape(name)}</th>"
        for name in names
    )


def _key(*entries: tuple[str, str]) -> str:
    colours = "".join(
        f'<span class="swatch" style="background:var(--{colour})"></span>{escape(words)}'
        for colour, words in entries
    )
    return f'<p class="key">{colours}</p>'


def _list(css: str, entries: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(entry)}</li>" for entry in entries)
    return f'<ul class="{css}">{items}</ul>'
