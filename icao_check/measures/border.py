"""Measures on the rim of the picture."""

from __future__ import annotations

import numpy as np

from icao_check.kernels.border import plain_rim
from icao_check.measurement import Measurement
from icao_check.measures.case import Case

__all__ = ["border"]

# The picture is halved down to between this many rows and twice as many.
_ROWS = 256
# A rim is looked for in the outer quarter.
_DEPTH = 4
# In grey levels: how even a rim is, and how far what lies behind it differs.
_FLAT, _SAME, _OTHER = 6.0, 8.0, 20.0
# What is no rim along at least this share of its inner edge is a frame, or the margin of a print.
_STRAIGHT_SHARE = 0.5


def border(case: Case) -> Measurement:
    """Return the width of the widest side of a frame around the picture, in mm on the print; 0 without one.

    A side of a frame is of one colour and ends at once along most of its length, where a wall ends at the
    outline of the head. On one side alone it may be a post or a door behind the person: a person has to look.
    """
    times = max(int(np.log2(max(case.photo.height / _ROWS, 1.0))), 0)
    small, factor = case.photo.halved(times)
    height, width = small.shape[:2]
    across = small.transpose(1, 0, 2)
    widest, sides = 0, 0
    for lines, depth in ((small, height), (small[::-1], height), (across, width), (across[::-1], width)):
        # Most pictures have no rim: the first line tells, without a copy of all others.
        if plain_rim(lines[:1].copy(), _FLAT, _SAME, _OTHER)[0] == 0:
            continue
        rim, share = plain_rim(lines[: max(depth // _DEPTH, 1)].copy(), _FLAT, _SAME, _OTHER)
        if share >= _STRAIGHT_SHARE:
            widest = max(widest, rim)
            sides += 1
    return Measurement(
        widest * factor / case.scale.px_per_mm,
        excuse="uncertain" if sides == 1 else None,
        facts={"sides": sides},
    )
