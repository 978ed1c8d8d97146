"""The points of a face: their order, their names, and the groups that measures ask for.

Left and right are those of the picture as displayed. The points follow the 189 of the Face Research Lab
London Set (doi 10.6084/m9.figshare.5047666.v5), of which 109 were chosen; the crown is added.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["GROUPS", "LANDMARK_COUNT", "MIRROR", "Landmarks", "indices"]

Points = NDArray[np.float64]
Indices = NDArray[np.intp]

# Groups that stand on both sides, with their number of points on each. Both sides run in mirrored order.
_PAIRED = {
    "pupil": 1,
    "iris": 4,  # rim: outer, upper, inner, lower
    "upper_lid": 5,  # from the outer to the inner corner, corners included
    "lower_lid": 3,  # from the outer to the inner side, without the corners
    "brow": 8,  # around: outer end, upper edge to the inner end, lower edge back
    "nose_bridge": 2,  # beside the root, and lower
    "nose_tip": 1,
    "nostril": 3,  # side of the wing, its lower rim, the opening
    "mouth_corner": 1,
    "upper_lip_top": 2,  # from the corner to the middle, and so on
    "upper_lip_bottom": 2,
    "lower_lip_top": 2,
    "lower_lip_bottom": 2,
    "cheek": 3,  # outline of the face, from the level of the eyes down
    "jaw": 4,  # outline of the face, down to the chin
    "ear": 3,  # onset above, rim, lobe
    "hairline": 5,  # from the temple up to the middle
}
_SINGLE = (
    "subnasale",
    "middle_upper_lip_top",
    "middle_upper_lip_bottom",
    "middle_lower_lip_top",
    "middle_lower_lip_bottom",
    "chin",
    "middle_hairline",
    "crown",
)


def _layout() -> tuple[dict[str, tuple[int, ...]], Indices]:
    groups: dict[str, tuple[int, ...]] = {}
    mirror: list[int] = []
    for name, count in _PAIRED.items():
        first = len(mirror)
        groups[f"left_{name}"] = tuple(range(first, first + count))
        groups[f"right_{name}"] = tuple(range(first + count, first + 2 * count))
        mirror += [*groups[f"right_{name}"], *groups[f"left_{name}"]]
    for name in _SINGLE:
        groups[name] = (len(mirror),)
        mirror.append(len(mirror))
    return groups, np.array(mirror)


GROUPS, MIRROR = _layout()
"""Indices of each named group; index of each point's partner on the other side of the face."""

LANDMARK_COUNT = len(MIRROR)


def indices(*names: str) -> Indices:
    """Return the indices of all groups whose names end in one of `names`, ascending.

    Raises
    ------
    KeyError
        No group ends so.
    """
    found: set[int] = set()
    for name in names:
        matching = [group for key, group in GROUPS.items() if key == name or key.endswith(f"_{name}")]
        if not matching:
            raise KeyError(f"no landmark group is named {name!r}")
        found.update(index for group in matching for index in group)
    return np.array(sorted(found))


@functools.lru_cache(maxsize=256)
def _members(names: tuple[str, ...]) -> Indices:
    """Return the indices of named groups, one group after the other."""
    return np.array([index for name in names for index in GROUPS[name]])


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Points of one face.

    Attributes
    ----------
    points : ndarray of shape (LANDMARK_COUNT, 2), float64
        (x, y) in px of the upright full-resolution photo, in the order of :data:`GROUPS`.
    deviation : ndarray of shape (LANDMARK_COUNT,), float64
        One standard deviation of each point's position along one axis, in px, as the networks judge it. It
        grows where a point is hidden.
    """

    points: Points
    deviation: Points

    def group(self, *names: str) -> Points:
        """Return the points of named groups, shape (N, 2), one group after the other."""
        return self.points[_members(names)]

    def scaled(self, factor: float) -> Landmarks:
        """Return the same landmarks in a picture `factor` times as large; pixel centres stay integers."""
        return Landmarks((self.points + 0.5) * factor - 0.5, self.deviation * factor)

    @property
    def pupils(self) -> Points:
        """Centres of the pupils, shape (2, 2)."""
        return self.group("left_pupil", "right_pupil")

    @property
    def pupil_deviation(self) -> Points:
        """One standard deviation of each pupil along one axis, shape (2,), in px."""
        return self.deviation[[*GROUPS["left_pupil"], *GROUPS["right_pupil"]]]

    @property
    def left_eye(self) -> Points:
        """Edge of the lids, shape (8, 2), from the outer corner along the upper lid and back."""
        lower = self.group("left_lower_lid")
        return np.concatenate([self.group("left_upper_lid"), lower[::-1]])

    @property
    def right_eye(self) -> Points:
        """Edge of the lids, shape (8, 2), from the inner corner along the upper lid and back."""
        lower = self.group("right_lower_lid")
        return np.concatenate([self.group("right_upper_lid")[::-1], lower])

    @property
    def brows(self) -> Points:
        """Upper edges of both brows, shape (10, 2), from left to right."""
        left, right = self.group("left_brow"), self.group("right_brow")
        return np.concatenate([left[:5], right[4::-1]])

    @property
    def outline(self) -> Points:
        """Outline of the face from one side through the chin to the other, shape (15, 2), left to right."""
        left = self.group("left_cheek", "left_jaw")
        right = self.group("right_cheek", "right_jaw")
        return np.concatenate([left, self.group("chin"), right[::-1]])

    @property
    def hairline(self) -> Points:
        """Edge of the hair on the forehead, shape (11, 2), from left to right."""
        left, right = self.group("left_hairline"), self.group("right_hairline")
        return np.concatenate([left, self.group("middle_hairline"), right[::-1]])

    @property
    def chin(self) -> Points:
        """Lowest point of the chin, shape (2,)."""
        chin: Points = self.points[GROUPS["chin"][0]]
        return chin

    @property
    def chin_deviation(self) -> float:
        """One standard deviation of the chin along one axis, in px."""
        return float(self.deviation[GROUPS["chin"][0]])

    @property
    def crown(self) -> tuple[Points, float]:
        """Top of the skull, shape (2,), and one standard deviation of its height, in px."""
        index = GROUPS["crown"][0]
        return self.points[index], float(self.deviation[index])

    @property
    def mouth_corners(self) -> Points:
        """Left and right corner, shape (2, 2)."""
        return self.group("left_mouth_corner", "right_mouth_corner")

    @property
    def lip_middles(self) -> Points:
        """Middle of the outer edge of the upper and of the lower lip, shape (2, 2)."""
        return self.group("middle_upper_lip_top", "middle_lower_lip_bottom")

    @property
    def inner_upper_lip(self) -> Points:
        """Inner edge of the upper lip without the corners, shape (5, 2), from left to right."""
        return self._lip("upper_lip_bottom")

    @property
    def inner_lower_lip(self) -> Points:
        """Inner edge of the lower lip without the corners, shape (5, 2), from left to right."""
        return self._lip("lower_lip_top")

    @property
    def outer_lower_lip(self) -> Points:
        """Outer edge of the lower lip below the inner points, shape (5, 2), from left to right."""
        return self._lip("lower_lip_bottom")

    def _lip(self, edge: str) -> Points:
        left, middle, right = (self.group(f"{side}_{edge}") for side in ("left", "middle", "right"))
        return np.concatenate([left, middle, right[::-1]])
