"""Where to cut: the crops of a photo that satisfy the framing rules of one document, or of several at once.

Every framing rule is linear in the left edge x, the upper edge y and the height h of the crop (the width is h
times the shape of the print). Eliminating x and y leaves an interval of heights; where it is empty, the rules
that exclude each other are the proof that no crop exists. Pixels are never scaled and a tilted head is never
turned: a crop cannot mend what is not its position or size.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import Field

from icao_check.profile import Limit, Profile
from icao_check.scale import ASPECT_TOLERANCE
from icao_check.verdict import PhotoVerdict, Record, ideal_of

if TYPE_CHECKING:
    from icao_check.face import Face

__all__ = [
    "FRAMING_CHECKS",
    "Box",
    "Crop",
    "FramingRules",
    "HeadPlace",
    "Level",
    "Requirement",
    "Solution",
    "slack",
    "solve",
]

FRAMING_CHECKS: tuple[str, ...] = (
    "aspect_ratio",
    "head_height",
    "head_centring",
    "eye_line",
    "margin_above",
)
"""The checks that are about where the picture was cut; how many pixels it has no crop can change."""

Box = tuple[int, int, int, int]
"""(x, y, width, height) in px of the upright full-resolution photo."""

Level = Literal["pass", "tolerated"]
Side = Literal["low", "high", "left", "right", "top", "bottom"]

# Where no rule says how high the head goes, this share of the free height is left above the crown.
_SHARE_ABOVE = 0.4
_EPSILON = 1e-9
# Heights in whole pixels that are tried around the wanted one.
_NEAREST = 8


class Requirement(Record):
    """One demand on a crop.

    Attributes
    ----------
    check : str
        Id of a check, ``picture`` (the crop lies within it) or ``whole_head`` (nothing of it is cut).
    side : str
        ``low`` or ``high`` for a bound of a check, else ``left``, ``right``, ``top`` or ``bottom``.
    profile : str or None
        Whose bound it is.
    value : float or None
        That bound, in the unit of the check.
    """

    check: str
    side: Side
    profile: str | None = None
    value: float | None = None


class Crop(Record):
    """The best crop of a photo, or why there is none.

    Attributes
    ----------
    box : (x, y, width, height) or None
        In px of the upright full-resolution photo. The whole picture where its framing is in order as it is.
    slack_mm : dict
        How far the box may be moved ``left``, ``right``, ``up`` and ``down``, and how much ``smaller`` and
        ``larger`` the head may become, before a framing rule is broken; mm on the print.
    framing : str or None
        Worst verdict of the framing checks on the crop, as measured on it.
    verdict : str or None
        What the crop gets when it is checked as a photo of its own.
    reason : str or None
        ``no_face``, or ``conflict``: no crop meets the rules.
    whole : bool
        The box is the whole picture: nothing has to be cut, or nothing would help.
    conflict : tuple of Requirement
        The rules that exclude each other; beside a box, what keeps it from being more than borderline.
    """

    box: Box | None = None
    slack_mm: dict[str, float] = Field(default_factory=dict)
    framing: PhotoVerdict | None = None
    verdict: PhotoVerdict | None = None
    reason: Literal["no_face", "conflict"] | None = None
    whole: bool = False
    conflict: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class HeadPlace:
    """Where the head is in a picture: px, x right, y down, pixel centres at integers.

    Attributes
    ----------
    picture : (width, height)
        Of the whole picture.
    height : float
        From chin to crown, along the axis of the head.
    crown, chin, eyes : float
        y of the top of the skull, of the chin and of the point between the pupils.
    middle : float
        x of the middle of the head.
    sides : (left, right)
        x of the outermost landmarks.
    """

    picture: tuple[int, int]
    height: float
    crown: float
    chin: float
    eyes: float
    middle: float
    sides: tuple[float, float]

    @classmethod
    def of(cls, face: Face, picture: tuple[int, int], offset: tuple[int, int] = (0, 0)) -> HeadPlace:
        """Return the place of a face that was found in a part of a picture, which starts at `offset`."""
        from icao_check.kernels.geometry import head_geometry

        _, _, height, middle = head_geometry(face.pupils, face.chin, face.crown)
        columns = face.landmarks.points[:, 0]
        x, y = offset
        return cls(
            picture=picture,
            height=float(height),
            crown=float(face.crown[1]) + y,
            chin=float(face.chin[1]) + y,
            eyes=float(face.pupils[:, 1].mean()) + y,
            middle=float(middle) + x,
            sides=(float(columns.min()) + x, float(columns.max()) + x),
        )


@dataclass(frozen=True, slots=True)
class FramingRules:
    """What one document asks of the framing.

    Attributes
    ----------
    profile : str
        Id.
    print_mm : (width, height)
        Of the print.
    limits : mapping of check id to Limit
        Of :data:`FRAMING_CHECKS`; what is waived or unknown is absent.
    """

    profile: str
    print_mm: tuple[float, float]
    limits: Mapping[str, Limit]

    @classmethod
    def of(cls, profile: Profile, age_group: str | None = None, waive: tuple[str, ...] = ()) -> FramingRules:
        """Return the framing rules of a profile for an age group and declared waivers."""
        waived = profile.waived_for(age_group, waive)
        limits = {
            check: profile.limit_for(check, age_group) for check in FRAMING_CHECKS if check not in waived
        }
        return cls(
            profile.id,
            (profile.print_size.width_mm, profile.print_size.height_mm),
            {check: limit for check, limit in limits.items() if limit is not None},
        )

    def values(self, place: HeadPlace, box: Box) -> dict[str, float]:
        """Return what the measures of the limited checks would give on a crop."""
        x, y, width, height = box
        mm = self.print_mm[1] / height
        values = {
            "aspect_ratio": width / height * self.print_mm[1] / self.print_mm[0],
            "head_height": place.height * mm,
            "head_centring": (place.middle - x - (width - 1) / 2.0) / width * 100.0,
            "eye_line": (height - 0.5 - (place.eyes - y)) / height * 100.0,
            "margin_above": (place.crown - y + 0.5) * mm,
        }
        return {check: values[check] for check in self.limits}


@dataclass(frozen=True, slots=True)
class Solution:
    """A crop, or the proof that there is none: exactly one of the two.

    Attributes
    ----------
    box : Box or None
        The crop whose worst framing score is best.
    conflict : tuple of Requirement
        Demands that no crop meets together.
    """

    box: Box | None
    conflict: tuple[Requirement, ...] = ()


def solve(place: HeadPlace, rules: Sequence[FramingRules], level: Level = "pass") -> Solution:
    """Find the best crop for all of `rules` at once.

    Parameters
    ----------
    place : HeadPlace
        Where the head is.
    rules : sequence of FramingRules
        At least one.
    level : {"pass", "tolerated"}
        Whether every value has to be accepted, or may also be what is only tolerated.

    Returns
    -------
    Solution
        Among all crops that meet the rules, one whose worst framing score (see
        :func:`icao_check.verdict.score`) is as good as can be; or the demands that exclude each other.
    """
    shape, conflict = _shape(rules, level)
    if shape is None:
        return Solution(None, conflict)
    heights = _System(place, rules, shape, level).heights()
    if isinstance(heights, tuple):
        return Solution(None, heights)
    # The sets of crops are nested: the smaller the distance from the ideal that is allowed, the smaller the
    # set. Bisect to the smallest one that is not empty.
    low, high = 0.0, 1.0
    for _ in range(16):
        middle = (low + high) / 2.0
        if isinstance(_System(place, rules, shape, level, middle).heights(), tuple):
            low = middle
        else:
            high = middle
    # In whole pixels the smallest set may be empty all the same: widen it until one fits.
    wanted = _preferred_height(place, rules)
    for wider in (0.0, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 1.0):
        system = _System(place, rules, shape, level, min(1.0, high + wider))
        heights = system.heights()
        assert not isinstance(heights, tuple)
        box = system.whole_pixels(wanted, heights)
        if box is not None:
            return Solution(box)
    return Solution(None, _unique(heights.tightest))


def slack(
    place: HeadPlace, rules: Sequence[FramingRules], box: Box, level: Level = "pass"
) -> dict[str, float]:
    """Return how far a crop may be moved or resized before it breaks a framing rule.

    Parameters
    ----------
    place : HeadPlace
        Where the head is.
    rules : sequence of FramingRules
        At least one.
    box : Box
        A crop that meets them all.
    level : {"pass", "tolerated"}
        Which bounds count.

    Returns
    -------
    dict
        ``left``, ``right``, ``up``, ``down``: for the box; ``smaller``, ``larger``: for the head. Each ≥ 0,
        in mm on the print of the first document.
    """
    x, y, width, height = box
    system = _System(place, rules, width / height, level)
    print_height = rules[0].print_mm[1]
    mm = print_height / height
    columns, rows = system.columns(width), system.rows(height)
    room = {
        "left": (x - columns[0]) * mm,
        "right": (columns[1] - x) * mm,
        "up": (y - rows[0]) * mm,
        "down": (rows[1] - y) * mm,
    }
    heights = system.heights()
    if not isinstance(heights, tuple):
        head = place.height * print_height
        room["smaller"] = head / height - head / heights.high
        room["larger"] = head / heights.low - head / height
    return {name: round(max(0.0, length), 1) for name, length in room.items()}


class _Demand(NamedTuple):
    """A :class:`Requirement` while it is reckoned with."""

    check: str
    side: Side
    profile: str | None = None
    value: float | None = None


@dataclass(frozen=True, slots=True)
class _Edge:
    """One bound on an edge of the crop: offset + slope × its extent."""

    offset: float
    slope: float
    demand: _Demand

    def at(self, extent: float) -> float:
        return self.offset + self.slope * extent


@dataclass(frozen=True, slots=True)
class _Heights:
    """The heights that a crop may have, and what bounds them."""

    low: float
    high: float
    tightest: tuple[_Demand, ...]


class _System:
    """All demands on a crop of one shape; `reach` is how far from its ideal each value may stray."""

    def __init__(
        self,
        place: HeadPlace,
        rules: Sequence[FramingRules],
        shape: float,
        level: Level,
        reach: float = 1.0,
    ) -> None:
        self.place, self.rules, self.shape = place, rules, shape
        width, height = place.picture
        left, right = place.sides
        # Lower and upper bounds of x as functions of the width, of y as functions of the height.
        self.left = [
            _Edge(0.0, 0.0, _Demand("picture", "left")),
            _Edge(right + 0.5, -1.0, _Demand("whole_head", "right")),
        ]
        self.right = [
            _Edge(width, -1.0, _Demand("picture", "right")),
            _Edge(left + 0.5, 0.0, _Demand("whole_head", "left")),
        ]
        self.top = [
            _Edge(0.0, 0.0, _Demand("picture", "top")),
            _Edge(place.chin + 0.5, -1.0, _Demand("whole_head", "bottom")),
        ]
        self.bottom = [
            _Edge(height, -1.0, _Demand("picture", "bottom")),
            _Edge(place.crown + 0.5, 0.0, _Demand("whole_head", "top")),
        ]
        self.shortest: list[tuple[float, tuple[_Demand, ...]]] = []
        self.tallest: list[tuple[float, tuple[_Demand, ...]]] = []
        for rule in rules:
            for check, limit in rule.limits.items():
                low, high = _reachable(limit, level, reach)
                if low is not None:
                    self._at_least(rule, check, low)
                if high is not None:
                    self._at_most(rule, check, high)

    def _at_least(self, rule: FramingRules, check: str, value: float) -> None:
        place, print_height = self.place, rule.print_mm[1]
        demand = _Demand(check, "low", rule.profile, value)
        if check == "head_height" and value > 0:
            self.tallest.append((place.height * print_height / value, (demand,)))
        elif check == "head_centring":
            self.right.append(_Edge(place.middle + 0.5, -0.5 - value / 100.0, demand))
        elif check == "eye_line":
            self.top.append(_Edge(place.eyes + 0.5, value / 100.0 - 1.0, demand))
        elif check == "margin_above":
            self.bottom.append(_Edge(place.crown + 0.5, -value / print_height, demand))

    def _at_most(self, rule: FramingRules, check: str, value: float) -> None:
        place, print_height = self.place, rule.print_mm[1]
        demand = _Demand(check, "high", rule.profile, value)
        if check == "head_height":
            self.shortest.append((place.height * print_height / value, (demand,)))
        elif check == "head_centring":
            self.left.append(_Edge(place.middle + 0.5, -0.5 - value / 100.0, demand))
        elif check == "eye_line":
            self.bottom.append(_Edge(place.eyes + 0.5, value / 100.0 - 1.0, demand))
        elif check == "margin_above":
            self.top.append(_Edge(place.crown + 0.5, -value / print_height, demand))

    def heights(self) -> _Heights | tuple[Requirement, ...]:
        """Return the heights that leave room for x and y, or the demands that leave none."""
        shortest, tallest = list(self.shortest), list(self.tallest)
        for lower, upper, factor in ((self.left, self.right, self.shape), (self.top, self.bottom, 1.0)):
            for low in lower:
                for high in upper:
                    both = (low.demand, high.demand)
                    slope, room = (low.slope - high.slope) * factor, high.offset - low.offset
                    if abs(slope) < _EPSILON:
                        if room < -_EPSILON:
                            return _unique(both)
                    elif slope > 0:
                        tallest.append((room / slope, both))
                    else:
                        shortest.append((room / slope, both))
        clashes = [
            (short[1] + tall[1], short[0] - tall[0])
            for short in shortest
            for tall in tallest
            if short[0] > tall[0] + _EPSILON
        ]
        if clashes:
            return _unique(min(clashes, key=lambda clash: (len(set(clash[0])), -clash[1]))[0])
        low_height, why_low = max(shortest, key=lambda bound: bound[0])
        high_height, why_high = min(tallest, key=lambda bound: bound[0])
        return _Heights(low_height, high_height, why_low + why_high)

    def columns(self, width: float) -> tuple[float, float]:
        """Return the interval of x for a width."""
        return max(edge.at(width) for edge in self.left), min(edge.at(width) for edge in self.right)

    def rows(self, height: float) -> tuple[float, float]:
        """Return the interval of y for a height."""
        return max(edge.at(height) for edge in self.top), min(edge.at(height) for edge in self.bottom)

    def whole_pixels(self, wanted: float, heights: _Heights) -> Box | None:
        """Return the crop in whole pixels whose height is nearest to the wanted one; None where none fits."""
        first = math.ceil(heights.low - _EPSILON)
        last = math.floor(heights.high + _EPSILON)
        start = min(max(round(wanted), first), last)
        nearest = range(max(first, start - _NEAREST), min(last, start + _NEAREST) + 1)
        for height in sorted(nearest, key=lambda height: abs(height - wanted)):
            width = round(height * self.shape)
            x = _whole(self.columns(width), self.place.middle + 0.5 - width / 2.0)
            y = _whole(self.rows(height), self._preferred_row(height))
            if x is not None and y is not None:
                return x, y, width, height
        return None

    def _preferred_row(self, height: float) -> float:
        for rule in self.rules:
            limit = rule.limits.get("eye_line")
            ideal = None if limit is None else ideal_of(limit)
            if ideal is not None:
                return self.place.eyes + 0.5 - (1.0 - ideal / 100.0) * height
        return self.place.crown + 0.5 - _SHARE_ABOVE * (height - (self.place.chin - self.place.crown))


def _reachable(limit: Limit, level: Level, reach: float) -> tuple[float | None, float | None]:
    """Return the part of a limit whose distance from the ideal is at most `reach` of the way to failing."""
    low, high = limit.accepted if level == "pass" else limit.outer
    ideal = ideal_of(limit)
    outer_low, outer_high = limit.outer
    if ideal is not None and low is not None and outer_low is not None:
        low = max(low, ideal - reach * (ideal - outer_low))
    if ideal is not None and high is not None and outer_high is not None:
        high = min(high, ideal + reach * (outer_high - ideal))
    return low, high


def _shape(rules: Sequence[FramingRules], level: Level) -> tuple[float | None, tuple[Requirement, ...]]:
    """Return a width : height that is the print of every document, or whose shapes exclude each other."""
    lowest: list[tuple[float, _Demand]] = []
    highest: list[tuple[float, _Demand]] = []
    for rule in rules:
        shape = rule.print_mm[0] / rule.print_mm[1]
        limit = rule.limits.get("aspect_ratio")
        low, high = (None, None) if limit is None else limit.accepted if level == "pass" else limit.outer
        # A picture further off than this would not be taken for the print, and its scale be unknown.
        low = shape * max(low or 0.0, 1.0 - ASPECT_TOLERANCE)
        high = shape * min(high or math.inf, 1.0 + ASPECT_TOLERANCE)
        lowest.append((low, _Demand("aspect_ratio", "low", rule.profile, low)))
        highest.append((high, _Demand("aspect_ratio", "high", rule.profile, high)))
    low, low_demand = max(lowest, key=lambda bound: bound[0])
    high, high_demand = min(highest, key=lambda bound: bound[0])
    if low > high:
        return None, _unique((low_demand, high_demand))
    first = rules[0].print_mm[0] / rules[0].print_mm[1]
    return min(max(first, low), high), ()


def _preferred_height(place: HeadPlace, rules: Sequence[FramingRules]) -> float:
    for rule in rules:
        limit = rule.limits.get("head_height")
        ideal = None if limit is None else ideal_of(limit)
        if ideal:
            return place.height * rule.print_mm[1] / ideal
    return place.height / 0.75  # 70–80 % of the height (ICAO Doc 9303-3, 3.9.1.3)


def _whole(interval: tuple[float, float], wanted: float) -> int | None:
    low, high = math.ceil(interval[0] - _EPSILON), math.floor(interval[1] + _EPSILON)
    return None if low > high else min(max(round(wanted), low), high)


def _unique(demands: Iterable[_Demand]) -> tuple[Requirement, ...]:
    lower_first = sorted(dict.fromkeys(demands), key=lambda demand: demand.side == "high")
    return tuple(Requirement.model_validate(demand._asdict()) for demand in lower_first)
