"""Profiles: the limits of one document, each with its source. Data, validated at load; never code."""

from __future__ import annotations

import functools
import hashlib
import json
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from icao_check.catalogue import CATALOGUE
from icao_check.errors import ProfileError
from icao_check.naming import unknown_name

__all__ = [
    "AGE_GROUPS",
    "WAIVERS",
    "AgeGroupRules",
    "Limit",
    "PrintSize",
    "Profile",
    "Resemblance",
    "Source",
    "Waiver",
    "age_group_of",
    "available_profiles",
    "load_profile",
    "profile_names",
]

AGE_GROUPS: dict[str, int | None] = {"under-1": 1, "under-3": 3, "under-6": 6, "under-12": 12, "adult": None}
"""Age groups and the age in years that they lie below."""

WAIVERS: tuple[str, ...] = ("head_covering", "expression", "eyes", "pose", "background")
"""What a recognised reason may lift. Never *why*: no religion and no health is asked or stored."""

_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"

Confidence = Literal["high", "medium", "low"]
Bounds = tuple[float | None, float | None]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Source(_Data):
    """Where a number comes from: a title, an address if there is one, and the date of that text if known."""

    title: str = Field(min_length=3)
    url: str | None = None
    as_of: str = Field(pattern=r"^(\d{4}(-\d{2}){0,2}|undated)$")


class _Provenance(_Data):
    source: tuple[str, ...] = Field(min_length=1)
    confidence: Confidence
    note: str = ""


class Resemblance(_Provenance):
    """A range in which a value that breaks this profile is what another document asks for.

    Attributes
    ----------
    profile : str
        Id of the profile of that document.
    range : (low, high)
        Closed, in the unit of the check.
    """

    profile: str = Field(pattern=_ID)
    range: tuple[float, float]

    @model_validator(mode="after")
    def _ordered(self) -> Resemblance:
        if self.range[0] > self.range[1]:
            raise ValueError(f"the range is reversed: {self.range[0]} > {self.range[1]}")
        return self


class Limit(_Provenance):
    """What one check accepts.

    Attributes
    ----------
    accepted : (low, high)
        Closed bounds that pass, in the unit of the check; None on an open side. ``pass`` in the file.
    tolerated : (low, high), optional
        Wider bounds: between the two the verdict is borderline.
    ideal : float, optional
        Value of score 100. Without it, 0 where only a high bound exists, unbounded where only a low one does,
        else the middle of the accepted range.
    ratio : bool
        Whether the value is a ratio, to be ranked so that k and 1 / k times the ideal are equally bad: the
        score then falls with the logarithm, and beyond the outer limits equally fast on both sides.
    resembles : tuple of Resemblance
        Other documents that a refused value may have been made for.
    """

    accepted: Bounds = Field(alias="pass")
    tolerated: Bounds | None = None
    ideal: float | None = None
    ratio: bool = False
    resembles: tuple[Resemblance, ...] = ()

    @field_validator("accepted", "tolerated", mode="before")
    @classmethod
    def _open_sides(cls, bounds: Any) -> Any:
        # TOML has no null: an open side is written as inf.
        if isinstance(bounds, (list, tuple)):
            return tuple(
                None if isinstance(bound, float) and math.isinf(bound) else bound for bound in bounds
            )
        return bounds

    @model_validator(mode="after")
    def _ordered(self) -> Limit:
        low, high = self.accepted
        if low is None and high is None:
            raise ValueError("a limit needs at least one bound")
        if low is not None and high is not None and low > high:
            raise ValueError(f"bounds are reversed: {low} > {high}")
        outer_low, outer_high = self.outer
        if low is not None and outer_low is not None and outer_low > low:
            raise ValueError(f"tolerated {outer_low} is stricter than {low}")
        if high is not None and outer_high is not None and outer_high < high:
            raise ValueError(f"tolerated {outer_high} is stricter than {high}")
        if (low is None) != (outer_low is None) or (high is None) != (outer_high is None):
            raise ValueError("accepted and tolerated must be open on the same sides")
        ideal = self.ideal
        if ideal is not None and not ((low is None or low <= ideal) and (high is None or ideal <= high)):
            raise ValueError(f"the ideal {ideal} is not accepted")
        if self.ratio and (
            ideal is None or outer_low is None or outer_high is None or not 0 < outer_low < ideal < outer_high
        ):
            raise ValueError("a ratio needs an ideal between bounds above 0")
        return self

    @property
    def outer(self) -> Bounds:
        """The bounds beyond which the verdict is fail: tolerated, or accepted where nothing more is."""
        return self.tolerated if self.tolerated is not None else self.accepted

    def resembling(self, value: float) -> str | None:
        """Return the profile of the document that a refused value may have been made for, if any."""
        return next(
            (other.profile for other in self.resembles if other.range[0] <= value <= other.range[1]), None
        )


class Waiver(_Provenance):
    """The checks that a recognised reason lifts."""

    checks: tuple[str, ...] = Field(min_length=1)


class AgeGroupRules(_Provenance):
    """What is different for a child of this age group."""

    waive: tuple[str, ...] = ()
    limits: dict[str, Limit] = Field(default_factory=dict)


class PrintSize(_Provenance):
    """The print that is handed in; ``prints`` is how many of them, None where no text says so."""

    width_mm: float = Field(gt=0)
    height_mm: float = Field(gt=0)
    prints: int | None = Field(default=None, ge=1)


class Profile(_Data):
    """The rules of one document.

    Attributes
    ----------
    id : str
        Name of the profile.
    aliases : tuple of str
        Other names, e.g. the cards that share these rules.
    title : dict of language to str
        What the document is called; English at least.
    authority : str
        Who sets the rules.
    print_size : PrintSize
        ``[print]`` in the file.
    limits : dict of check id to Limit
        A check without a limit is skipped, never passed.
    waivers, age_groups : dict
        What is lifted, and by what.
    sources : dict of str to Source
        The texts that the numbers cite.
    """

    id: str = Field(pattern=_ID)
    aliases: tuple[str, ...] = ()
    title: dict[str, str]
    authority: str
    print_size: PrintSize = Field(alias="print")
    limits: dict[str, Limit]
    waivers: dict[str, Waiver] = Field(default_factory=dict)
    age_groups: dict[str, AgeGroupRules] = Field(default_factory=dict)
    sources: dict[str, Source]

    @model_validator(mode="after")
    def _consistent(self) -> Profile:
        if "en" not in self.title:
            raise ValueError("the title needs an English form: title.en")
        checks = set(self.limits)
        for name, waiver in self.waivers.items():
            if name not in WAIVERS:
                raise ValueError(unknown_name(name, WAIVERS, "waiver"))
            checks |= set(waiver.checks)
        for name, rules in self.age_groups.items():
            if AGE_GROUPS.get(name) is None:
                raise ValueError(unknown_name(name, AGE_GROUPS, "age group"))
            checks |= set(rules.waive) | set(rules.limits)
        if unknown := sorted(checks - set(CATALOGUE)):
            raise ValueError("; ".join(unknown_name(name, CATALOGUE, "check") for name in unknown))
        for where, provenance in self.provenance():
            if missing := [key for key in provenance.source if key not in self.sources]:
                raise ValueError(f"{where} cites an unknown source: {', '.join(missing)}")
        return self

    def provenance(self) -> Iterator[tuple[str, _Provenance]]:
        """Yield each entry that states something, and its place, such as ``limits.head_height``."""
        yield "print", self.print_size
        groups: list[tuple[str, Mapping[str, Limit]]] = [("", self.limits)]
        groups += [(f"age_groups.{name}.", rules.limits) for name, rules in self.age_groups.items()]
        for prefix, limits in groups:
            for check, limit in limits.items():
                yield f"{prefix}limits.{check}", limit
                for other in limit.resembles:
                    yield f"{prefix}limits.{check}.resembles.{other.profile}", other
        for name, waiver in self.waivers.items():
            yield f"waivers.{name}", waiver
        for name, rules in self.age_groups.items():
            yield f"age_groups.{name}", rules

    def name(self, lang: str = "en") -> str:
        """Return what the document is called, in English where `lang` is not given."""
        return self.title.get(lang, self.title["en"])

    @functools.cached_property
    def digest(self) -> str:
        """SHA-256 of the validated content: another limit, another digest."""
        content = self.model_dump_json(by_alias=True)
        canonical = json.dumps(json.loads(content), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def limit_for(self, check: str, age_group: str | None = None) -> Limit | None:
        """Return the limit of a check for an age group; None where the profile sets none."""
        for rules in self._rules_for(age_group):
            if check in rules.limits:
                return rules.limits[check]
        return self.limits.get(check)

    def waived_for(self, age_group: str | None, waive: tuple[str, ...] = ()) -> frozenset[str]:
        """Return the checks that an age group and declared waivers lift."""
        lifted = {check for rules in self._rules_for(age_group) for check in rules.waive}
        for name in waive:
            if name in self.waivers:
                lifted |= set(self.waivers[name].checks)
        return frozenset(lifted)

    def waivable_by(self, check: str) -> tuple[str, ...]:
        """Return the waivers and age groups that would lift a check."""
        return self.lifted_by.get(check, ())

    @functools.cached_property
    def lifted_by(self) -> Mapping[str, tuple[str, ...]]:
        """The waivers and age groups that would lift a check, by check."""
        by: dict[str, tuple[str, ...]] = {}
        groups = ((name, rules.waive) for name, rules in self.age_groups.items())
        for name, checks in (*((name, waiver.checks) for name, waiver in self.waivers.items()), *groups):
            by |= {check: (*by.get(check, ()), name) for check in checks}
        return by

    def _rules_for(self, age_group: str | None) -> list[AgeGroupRules]:
        # A child below one is also below three, six and twelve; the youngest group's rule goes first.
        age = AGE_GROUPS.get(age_group or "adult")
        if age is None:
            return []
        names = [name for name, below in AGE_GROUPS.items() if below is not None and below >= age]
        return [self.age_groups[name] for name in names if name in self.age_groups]


def age_group_of(born_on: date, on: date) -> str:
    """Return the age group on a day.

    Raises
    ------
    ValueError
        Born after that day.
    """
    if born_on > on:
        raise ValueError(f"born on {born_on}, after {on}")
    years = on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))
    for name, below in AGE_GROUPS.items():
        if below is not None and years < below:
            return name
    return "adult"


def _files() -> list[Traversable]:
    room = files("icao_check.profiles")
    return sorted((entry for entry in room.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)


def _names(content: Mapping[str, Any]) -> tuple[str, ...]:
    return (content["id"], *content.get("aliases", ()))


def _read(entry: Traversable | Path) -> dict[str, Any]:
    return tomllib.loads(entry.read_text(encoding="utf-8"))


@functools.cache
def _shipped() -> dict[str, str]:
    """Return id or alias (folded) of each shipped profile, and its file name."""
    return {_fold(name): entry.name for entry in _files() for name in _names(_read(entry))}


def _file_of(name: str) -> str | None:
    # A profile's own name needs no look into the other files: each costs a start a few milliseconds.
    folded = _fold(name)
    direct = f"{folded}.toml"
    if re.fullmatch(_ID, folded) and (files("icao_check.profiles") / direct).is_file():
        return direct
    return _shipped().get(folded)


def _fold(name: str) -> str:
    # A plus sign does not survive every form and file system: F+ may arrive as "Fplus".
    return "".join(name.casefold().replace("+", "plus").split())


def available_profiles() -> tuple[str, ...]:
    """Return the ids of the shipped profiles."""
    return tuple(sorted({Path(name).stem for name in _shipped().values()}))


def profile_names() -> tuple[str, ...]:
    """Return the ids and aliases of the shipped profiles, as they are written."""
    return tuple(name for entry in _files() for name in _names(_read(entry)))


@functools.lru_cache(maxsize=64)
def _load_shipped(file_name: str) -> Profile:
    return _profile(_read(files("icao_check.profiles") / file_name), file_name)


def load_profile(profile: str | Path | Profile) -> Profile:
    """Return a profile by id, alias or path.

    Parameters
    ----------
    profile : str, Path or Profile
        Id or alias of a shipped profile (case does not matter, ``F+`` may be written ``Fplus``), or the path
        of a TOML file of your own. ``extends = "be-residence-card"`` in it starts from that profile, or from
        another file of yours; an entry replaces the entry of the same name whole, with its source, and
        ``without = ["limits.eye_line"]`` leaves entries out.

    Returns
    -------
    Profile
        Validated.

    Raises
    ------
    ProfileError
        No such profile, or the file contradicts itself; the text says where.
    """
    if isinstance(profile, Profile):
        return profile
    if isinstance(profile, str) and (name := _file_of(profile)):
        return _load_shipped(name)
    path = Path(profile)
    if path.suffix != ".toml":
        raise ProfileError(
            unknown_name(str(profile), profile_names(), "profile", listed=available_profiles())
        )
    return _profile(_read_own(path), path.name, path.resolve())


def _read_own(path: Path) -> dict[str, Any]:
    try:
        return _read(path)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProfileError(f"profile {path.name} cannot be read: {error}") from error


def _resolved(
    content: dict[str, Any], name: str, path: Path | None = None, seen: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Lay a profile over the one that it extends."""
    base = content.pop("extends", None)
    without = content.pop("without", ())
    if base is None:
        if without:
            raise ProfileError(f"profile {name} leaves out entries but extends no profile")
        return content
    if "id" not in content:
        raise ProfileError(f"profile {name} needs an id of its own, other than that of {base}")
    parent = _parent(str(base), name, path, (*seen, str(path or name)))
    parent.pop("aliases", None)
    for entry in without:
        _remove(parent, str(entry), name)
    for key, value in content.items():
        if key not in _TABLES or not isinstance(value, Mapping):
            parent[key] = value
            continue
        entries = dict(parent.get(key, {}))
        if key == "sources" and (known := sorted(set(entries) & set(value))):
            raise ProfileError(f"profile {name} renames a source that {base} cites: {', '.join(known)}")
        parent[key] = entries | dict(value)
    return parent


_TABLES = ("limits", "waivers", "age_groups", "sources")


def _parent(base: str, name: str, path: Path | None, seen: tuple[str, ...]) -> dict[str, Any]:
    if (file_name := _file_of(base)) is not None and file_name not in seen:
        return _resolved(_read(files("icao_check.profiles") / file_name), file_name, None, seen)
    if path is not None and base.endswith(".toml"):
        own = (path.parent / base).resolve()
        if str(own) in seen:
            raise ProfileError(f"profile {name} extends itself by way of {base}")
        return _resolved(_read_own(own), own.name, own, seen)
    raise ProfileError(f"profile {name} extends {base!r}: no such profile")


def _remove(parent: dict[str, Any], entry: str, name: str) -> None:
    table, _, key = entry.partition(".")
    if table not in _TABLES or key not in parent.get(table, {}):
        raise ProfileError(f"profile {name} leaves out {entry!r}, which it does not have")
    parent[table] = {other: value for other, value in parent[table].items() if other != key}


def _profile(content: dict[str, Any], name: str, path: Path | None = None) -> Profile:
    own = set(content.get("sources", {}))
    profile = _validated(_resolved(content, name, path), name)
    # Of the texts that another profile cites, those stay that this one cites too.
    cited = own | {key for _, entry in profile.provenance() for key in entry.source}
    sources = {key: source for key, source in profile.sources.items() if key in cited}
    return profile.model_copy(update={"sources": sources})


def _validated(content: Mapping[str, Any], name: str) -> Profile:
    try:
        return Profile.model_validate(content)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc']) or 'profile'}: {problem['msg']}"
            for problem in error.errors()
        )
        raise ProfileError(f"profile {name} is not valid: {problems}") from error
