"""Numbers and findings in words, the same in every table and page."""

from __future__ import annotations

from icao_check.evaluate.accuracy import CheckAccuracy, Finding
from icao_check.evaluate.joined import Kind
from icao_check.evaluate.statistics import Estimate, Rate

__all__ = [
    "FINDINGS",
    "KINDS",
    "QUANTITIES",
    "advice",
    "counted",
    "interval",
    "percent",
    "share",
    "significant_text",
]

NOTHING = "–"

FINDINGS: dict[Finding, str] = {
    "good": "good",
    "measure": "mend the measure",
    "too_strict": "limit too strict",
    "too_lax": "limit too lax",
    "undecided": "too often undecided",
    "not_made": "not made",
    "one_sided": "labels on one side only",
    "too_few": "too few to say",
}

KINDS: dict[Kind, str] = {
    "rejected": "rejected though good",
    "undecided": "undecided though good",
    "missed": "missed defects",
}

QUANTITIES = {
    "pupils": "Pupils",
    "inter_eye_distance": "Distance between the eyes",
    "chin": "Chin",
    "crown": "Crown, height",
    "head_height": "Head height",
    "roll": "Roll",
}


def percent(value: float | None) -> str:
    """Write a share in %: one decimal, none from 10 % on."""
    if value is None:
        return NOTHING
    in_percent = 100.0 * value
    return f"{in_percent:.1f}" if round(in_percent, 1) < 10.0 else f"{in_percent:.0f}"


def interval(estimate: Estimate | Rate | None) -> str:
    """Write a share in % with its interval: ``5.6 (2.2–8.6)``."""
    if estimate is None or estimate.value is None:
        return NOTHING
    if estimate.low is None or estimate.high is None:
        return percent(estimate.value)
    return f"{percent(estimate.value)} ({percent(estimate.low)}–{percent(estimate.high)})"


def share(rate: Rate) -> str:
    """Write a share in % with its counts: ``14 (5 of 36)``."""
    if rate.value is None:
        return NOTHING
    return f"{percent(rate.value)} ({rate.events} of {rate.total})"


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """Write ``1 photo``, ``2 photos``."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def significant_text(value: float) -> str:
    """Write a length or an angle with three significant digits."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def advice(check: CheckAccuracy) -> str:
    """Say in one or two sentences what is wrong with a check and where to mend it."""
    rejected, missed, undecided = check.false_rejects, check.misses, check.undecided
    errors = []
    if missed.events:
        how = f" ({check.missed_borderline} as borderline)" if check.missed_borderline else ""
        errors.append(f"{missed.events} of {counted(missed.total, 'defect')} missed{how}")
    if rejected.events:
        errors.append(f"{rejected.events} of {counted(rejected.total, 'good photo')} rejected")
    if undecided.events:
        errors.append(f"{undecided.events} of {counted(undecided.total, 'good photo')} left undecided")
    what = ", ".join(errors)
    what = what[:1].upper() + what[1:] + "." if what else "No error at the limits."
    if check.finding == "not_made":
        if check.skip_reason == "not_implemented":
            seen = f" {counted(check.bad, 'photo')} with this defect go unseen." if check.bad else ""
            return f"No measure yet.{seen}"
        return f"Not made on any labelled photo (reason: {check.skip_reason})."
    if check.unscored:
        what += f" On {counted(check.unscored, 'photo')} nothing could be measured: they score 0."
    if check.finding == "measure":
        assert check.eer is not None
        return (
            f"{what} Even at the limit that makes both errors equal, they are "
            f"{percent(check.eer.value)} %: mend the measure."
        )
    if check.finding in ("too_lax", "too_strict"):
        why = "lets defects through" if check.finding == "too_lax" else "refuses good photos"
        if check.eer is None:
            return f"{what} The limit {why}."
        return (
            f"{what} The measure can do better: {percent(check.eer.value)} % of either error at score "
            f"{check.eer_score or 0.0:.1f} instead of 50. The limit {why}."
        )
    if check.finding == "undecided":
        return f"{what} Too many good photos need a person: narrow the tolerated band or the uncertainty."
    if check.finding == "one_sided":
        side = "No photo with this defect" if check.good else "No good photo"
        return f"{what} {side} is labelled, so the other error is not known."
    if check.finding == "too_few":
        return f"{what} Too few people to say more."
    return what
