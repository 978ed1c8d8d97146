"""What a profile can get wrong although every single entry of it is valid.

Loading a profile checks its form; this looks at the whole: values beyond what can be measured, rules that no
photo can meet together, children held to more than adults, and results that nobody has words for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from icao_check.catalogue import CATALOGUE
from icao_check.framing import FramingRules, HeadPlace, Requirement, solve
from icao_check.messages import catalogue_keys
from icao_check.profile import AGE_GROUPS, Limit, Profile, available_profiles
from icao_check.scale import MM_PER_INCH

__all__ = ["LANGUAGES", "lint"]

LANGUAGES: tuple[str, ...] = ("en", "nl", "fr", "de")
"""Languages in which every result has to have words."""

_POSSIBLE: dict[str, tuple[float, float]] = {
    "%": (0.0, 100.0),
    "°": (-90.0, 90.0),
    "L*": (0.0, 100.0),
    "ΔE": (0.0, 375.0),
    "bit": (0.0, 8.0),
    "cm": (0.0, 1000.0),
    "dpi": (1.0, 10_000.0),
    "faces": (0.0, 100.0),
    "months": (0.0, 120.0),
    "px": (1.0, 10_000.0),
    "σ": (0.0, 100.0),
}
# Share of the head below the eyes, in people of all ages.
_EYES = (0.42, 0.46, 0.5, 0.54, 0.58)
# Inter-eye distance as a share of the head height: a rule of thumb of anthropometry.
_EYE_DISTANCE = 0.275


def lint(profile: Profile) -> tuple[str, ...]:
    """Return what is wrong with a profile, a sentence each; nothing where all is well."""
    return tuple(_problems(profile))


def _problems(profile: Profile) -> Iterator[str]:
    yield from _sources(profile)
    for group in (None, *AGE_GROUPS):
        for check in CATALOGUE:
            limit = profile.limit_for(check, group)
            if limit is not None:
                yield from _impossible(profile, check, limit, group)
        yield from _exclusive(profile, group)
    for group, rules in profile.age_groups.items():
        for check, limit in rules.limits.items():
            yield from _stricter(profile, group, check, limit)
    for check, limit in profile.limits.items():
        yield from _resemblance(check, limit)
        yield from _wordless(check, limit)


def _sources(profile: Profile) -> Iterator[str]:
    cited = {key for _, entry in profile.provenance() for key in entry.source}
    for key, source in profile.sources.items():
        if key not in cited:
            yield f"source {key} is cited nowhere"
        if source.as_of != "undated" and source.as_of > date.today().isoformat():
            yield f"source {key} is dated in the future: {source.as_of}"
        if source.url is not None and not source.url.startswith(("https://", "http://")):
            yield f"source {key} has no address of a page: {source.url}"


def _impossible(profile: Profile, check: str, limit: Limit, group: str | None) -> Iterator[str]:
    height = profile.print_size.height_mm
    possible = _POSSIBLE.get(CATALOGUE[check].unit)
    if CATALOGUE[check].unit == "mm":
        possible = (0.0, height)
    if check == "head_centring":
        possible = (-50.0, 50.0)
    if possible is None:
        return
    for name, bounds in (("pass", limit.accepted), ("tolerated", limit.tolerated or (None, None))):
        for bound in bounds:
            if bound is not None and not possible[0] <= bound <= possible[1]:
                yield f"{_place(check, group)}: {name} {bound:g} is beyond {possible[0]:g} to {possible[1]:g}"


def _exclusive(profile: Profile, group: str | None) -> Iterator[str]:
    """Find limits that no crop of an ideal portrait can meet together."""
    rules = FramingRules.of(profile, group)
    conflict: tuple[Requirement, ...] = ()
    for share in _EYES:
        # A head of 1000 px in a picture that leaves all the room there is.
        chin, crown = 10_500.0, 9500.0
        eyes = chin - share * (chin - crown)
        place = HeadPlace((20_000, 20_000), chin - crown, crown, chin, eyes, 9999.5, (9650.0, 10_350.0))
        solution = solve(place, [rules])
        if solution.box is not None:
            break
        conflict = solution.conflict
    else:
        demands = ", ".join(_demand(demand) for demand in conflict)
        yield f"{_place('limits', group)}: no photo can meet all of {demands}"
    yield from _pixels(profile, group)


def _demand(demand: Requirement) -> str:
    value = "" if demand.value is None else f" {demand.value:g}"
    return f"{demand.check} {demand.side}{value}"


def _pixels(profile: Profile, group: str | None) -> Iterator[str]:
    dpi = profile.limit_for("resolution", group)
    head = profile.limit_for("head_height", group)
    eyes = profile.limit_for("inter_eye_distance", group)
    if dpi is None or head is None or eyes is None:
        return
    most, head_most, least = dpi.accepted[1], head.accepted[1], eyes.accepted[0]
    if most is not None and head_most is not None and least is not None:
        distance = most / MM_PER_INCH * head_most * _EYE_DISTANCE
        if distance < least:
            place = _place("limits", group)
            yield f"{place}: {most:g} dpi leave {distance:.0f} px between the eyes, {least:g} are asked"


def _stricter(profile: Profile, group: str, check: str, limit: Limit) -> Iterator[str]:
    adult = profile.limits.get(check)
    if adult is None:
        return
    (low, high), (adult_low, adult_high) = limit.outer, adult.outer
    if (low is not None and (adult_low is None or low > adult_low)) or (
        high is not None and (adult_high is None or high < adult_high)
    ):
        yield f"{_place(check, group)} is stricter than for adults"


def _resemblance(check: str, limit: Limit) -> Iterator[str]:
    low, high = limit.accepted
    for other in limit.resembles:
        if other.profile not in available_profiles():
            yield f"{_place(check, None)} resembles {other.profile}, which is no profile"
        if (low is None or other.range[1] >= low) and (high is None or other.range[0] <= high):
            yield f"{_place(check, None)} accepts what it says is a photo for {other.profile}"


def _wordless(check: str, limit: Limit) -> Iterator[str]:
    spec = CATALOGUE[check]
    sides = zip(limit.accepted, (spec.below, spec.above), strict=True)
    reasons = [reason for bound, reason in sides if bound is not None]
    keys = [f"{check}.title", f"{check}.requirement"]
    keys += [f"{check}.{reason}.{part}" for reason in reasons for part in ("message", "remedy")]
    for lang in LANGUAGES:
        known = catalogue_keys(lang)
        yield from (
            f"{_place(check, None)}: no words for {key} in {lang}" for key in keys if key not in known
        )


def _place(check: str, group: str | None) -> str:
    return check if group is None else f"{check} ({group})"
