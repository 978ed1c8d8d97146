"""Small archives of labels and outcomes, made up in memory."""

from __future__ import annotations

from pathlib import Path

from icao_check.evaluate.labels import LabelFile, LabelRow
from icao_check.evaluate.outcome import Judged, Located, Origin, Outcome

ORIGIN = Origin("0.0.0", "be-residence-card", "0" * 64, "1" * 64)
FAIL_BELOW = 50.0


def judged(score, verdict=None, reason=None):
    """Return a result as the shipped limits would give it: below 50 fails, None needs review."""
    if verdict is None:
        verdict = "review" if score is None else "pass" if score >= FAIL_BELOW else "fail"
    return Judged(verdict, score, score, reason)


def outcome(checks, verdict=None, error=None, face=None, px_per_mm=10.0):
    results = {
        name: result if isinstance(result, Judged) else judged(result) for name, result in checks.items()
    }
    if verdict is None:
        worst = {result.verdict for result in results.values()}
        verdict = next((name for name in ("fail", "review", "borderline") if name in worst), "pass")
    return Outcome(verdict, error, {} if error else results, face, px_per_mm, ORIGIN)


def broken():
    return outcome({}, verdict="error", error="truncated", px_per_mm=None)


def row(line, labels, subject=None, truth=None, groups=None, compliant=None):
    return LabelRow(
        line=line,
        photo=f"{line}.jpg",
        path=Path(f"{line}.jpg"),
        subject=subject or f"line {line}",
        labels=labels,
        compliant=compliant,
        truth=truth or {},
        groups=groups or {},
        inputs={},
    )


def archive(rows, checks=None, groups=()):
    names = checks or sorted({name for entry in rows for name in entry.labels})
    return LabelFile(tuple(rows), tuple(names), tuple(groups), ())


def one_check(scores, labels, subjects=None, name="sharpness"):
    """Return the archive and the outcomes of one check; a label None is not known."""
    rows = [
        row(
            place + 2,
            {} if label is None else {name: label},
            subject=None if subjects is None else f"person {subjects[place]}",
        )
        for place, label in enumerate(labels)
    ]
    return archive(rows, [name]), [outcome({name: score}) for score in scores]


def located(pupils, chin, crown, roll=0.0):
    return Located(pupils, chin, crown, roll)
