"""Landmarks of a head, as people place them on photographs.

Two layouts: the 189 points of the Face Research Lab London Set (pupils, iris rings, lids, creases, nose,
brows, lips, cheek, ears, jaw, hair line, …) and the 68 points of the iBUG 300-W annotation that dlib's
predictor uses. Points inside the face are points of the surface. Points of the outline of cheek and jaw lie
where the outline is in that picture, so they move over the skin when the head turns.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from samples.portrait.anatomy import Anatomy
from samples.portrait.head import Grid
from samples.portrait.parts import ear_outline, eye_centre
from samples.portrait.relief import brow_curves, crease_line, fold_distance, lid_curves, lip_curves
from samples.portrait.shading import hairlines

__all__ = [
    "OUTLINE_189",
    "OUTLINE_68",
    "OUTLINE_ANGLES_189",
    "evenly_along_outline",
    "outline",
    "surface_landmarks",
]

Floats = npt.NDArray[np.float64]

OUTLINE_68 = tuple(range(17))
OUTLINE_189 = (109, 110, 111, 112, 113, 114, *range(125, 134), 185, 186, 187, 188)

# Directions from a centre in the middle of the face at which people place the points of the outline:
# degrees from straight down towards the right of the picture, in a face scaled to equal width and height.
OUTLINE_ANGLES_189 = (-120.4, -104.6, -83.5, 120.4, 104.6, 83.5, -68.1, -52.4, -34.0, -16.7, 0.0, 16.7, 34.0,
                      52.4, 68.1, -113.0, -94.8, 113.0, 94.8)  # fmt: skip


def surface_landmarks(anatomy: Anatomy, grid: Grid, gaze: Floats) -> tuple[Floats, Floats]:
    """Landmarks that are points of the head, in the head frame.

    Parameters
    ----------
    anatomy : Anatomy
        Measures.
    grid : Grid
        The head.
    gaze : ndarray of shape (2, 3)
        Direction of each eye in the head frame.

    Returns
    -------
    dense : ndarray of shape (189, 3)
        mm; nan for points of the outline (see :func:`outline`) and for points that this head does not have.
    sparse : ndarray of shape (68, 3)
        As `dense`, iBUG layout.
    """
    a = anatomy[0]
    dense = np.full((189, 3), np.nan)
    sparse = np.full((68, 3), np.nan)
    chart: dict[tuple[int, int], tuple[float, float]] = {}

    def put(layout: int, index: int, x: float, y: float) -> None:
        chart[layout, index] = (x, y)

    for side in (0, 1):
        _eye(a, anatomy, side, gaze[side], dense, put)
        _brow(a, side, put)
    _nose(a, put)
    _mouth(a, put)
    _soft_tissue(a, put)
    keys = list(chart)
    xy = np.array([chart[k] for k in keys])
    z = grid.depth(xy)
    for (layout, index), (x, y), depth in zip(keys, xy, z, strict=True):
        (dense if layout == 189 else sparse)[index] = (x, y, depth)
    for side, first in ((0, 115), (1, 120)):
        dense[first : first + 5] = ear_outline(anatomy, side, np.radians([52.0, 22.0, -8.0, -42.0, -84.0]))
    _hairline(anatomy, grid, dense)
    return dense, sparse


def _eye(a: Any, anatomy: Anatomy, side: int, gaze: Floats, dense: Floats, put: Any) -> None:
    sign = 1.0 if side else -1.0
    centre = eye_centre(anatomy, side)

    def lid(dx: float) -> tuple[float, float]:
        return lid_curves(a, side, dx)

    # pupil and iris: on the ball, the ring no farther than the lids
    helper = np.array([0.0, 1.0, 0.0])
    right = np.cross(helper, gaze)
    right /= np.linalg.norm(right)
    top = np.cross(gaze, right)
    dense[side] = centre + a.eye_radius * gaze
    depth = np.sqrt(a.eye_radius**2 - a.iris_radius**2)
    for k in range(8):
        angle = np.radians(90.0 + 45.0 * k)
        q = centre + depth * gaze + a.iris_radius * (np.cos(angle) * right + np.sin(angle) * top)
        dx = sign * (q[0] - centre[0])
        up, low = lid(dx)
        q[1] = np.clip(q[1], min(low, up), up)
        dense[2 + 8 * side + k] = q
    lateral, medial = a.canthus_lateral, a.canthus_medial
    upper = [lateral, 0.565 * lateral, 0.0, -0.51 * medial, -medial]
    lower = [0.565 * lateral, 0.0, -0.505 * medial]
    crease = [1.31 * lateral, 0.78 * lateral, 0.12 * lateral, -0.49 * medial, -0.93 * medial]
    if side == 1:
        upper, lower, crease = upper[::-1], lower[::-1], crease[::-1]

    def at(dx: float) -> float:
        return float(sign * (0.5 * a.ipd + dx))

    for k, dx in enumerate(upper):
        put(189, (18 if side == 0 else 23) + k, at(dx), lid(dx)[0])
    for k, dx in enumerate(lower):
        put(189, (28 if side == 0 else 31) + k, at(dx), lid(dx)[1])
    for k, dx in enumerate(crease):
        put(189, (34 if side == 0 else 39) + k, at(dx), crease_line(a, side, dx))
    ring = [
        (lateral, 0),
        (0.39 * lateral, 0),
        (-0.32 * medial, 0),
        (-0.90 * medial, 0),
        (-0.31 * medial, 1),
        (0.40 * lateral, 1),
    ]
    order = [0, 1, 2, 3, 4, 5] if side == 0 else [3, 2, 1, 0, 5, 4]
    for k, which in enumerate(order):
        dx, row = ring[which]
        y = 0.5 * sum(lid(dx)) if which in (0, 3) else lid(dx)[row]
        put(68, (36 if side == 0 else 42) + k, at(dx), y)
    below = [(0.30 * lateral, -21.8), (-0.53 * medial, -17.4), (-1.07 * medial, -10.2)]
    if side == 1:
        below = below[::-1]
    for k, (dx, y) in enumerate(below):
        put(189, (44 if side == 0 else 47) + k, at(dx), y)


def _brow(a: Any, side: int, put: Any) -> None:
    sign = 1.0 if side else -1.0

    def edge(t: float, up: bool) -> tuple[float, float]:
        x, upper, lower = brow_curves(a, side, t)
        return sign * x, upper if up else lower

    dense = [(1.0, False), (0.89, True), (0.69, True), (0.39, True), (0.02, True), (0.02, False)]
    if side == 1:
        dense = dense[::-1]
    for k, (t, up) in enumerate(dense):
        put(189, (71 if side == 0 else 77) + k, *edge(t, up))
    low = [(0.72, False), (0.41, False)]
    for k, (t, up) in enumerate(low if side == 0 else low[::-1]):
        put(189, (83 if side == 0 else 85) + k, *edge(t, up))
    # where the 68-point model places them on real brows whose ends were marked by hand (30 people, ± 0.01)
    sparse = [(1.0, 0.3), (0.80, 0.92), (0.50, 1.0), (0.215, 0.95), (-0.05, 0.75)]
    if side == 1:
        sparse = sparse[::-1]
    for k, (t, share) in enumerate(sparse):
        x, upper, lower = brow_curves(a, side, t)
        put(68, (17 if side == 0 else 22) + k, sign * x, lower + share * (upper - lower))


def _nose(a: Any, put: Any) -> None:
    skew = 0.5 * a.skew_nose_x
    ys, yn = a.subnasale_y, a.nasion_y
    tip = ys + a.nose_tip_rise

    def shifted(y: float) -> float:
        return float(skew * np.clip(-y / 30.0, 0, 1))

    ridge = [(1.05 * a.nose_bridge_half, yn + 1.0)]
    for share in (0.17, 0.39, 0.62, 0.85):
        ridge.append((a.nose_bridge_half * (0.62 + 0.42 * share), yn + share * (tip + 1.5 - yn)))
    for k, (x, y) in enumerate(ridge):
        put(189, 50 + k, -x + shifted(y), y)
        put(189, 56 + k, x + shifted(y), y)
    put(189, 55, shifted(ys), ys + 0.8)
    wing = [
        (a.nose_half - 2.6, ys + 15.2),
        (a.nose_half - 0.2, ys + 10.2),
        (a.nose_half - 0.2, ys + 4.4),
        (a.nose_half - 4.9, ys + 0.6),
        (2.0 * a.nostril_half + 3.6, ys + 6.0),
    ]
    for k, (x, y) in enumerate(wing):
        put(189, 61 + k, -x + shifted(y), y)
        put(189, 66 + k, x + shifted(y), y)
    inner = [(-4.8, 5.2), (-3.0, 2.3), (3.0, 2.3), (4.8, 5.2)]
    for k, (x, y) in enumerate(inner):
        put(189, 179 + k, x + shifted(ys), ys + y)
    for k, share in enumerate((0.03, 0.32, 0.62, 0.94)):
        y = yn - 1.5 + share * (tip - yn + 1.0)
        put(68, 27 + k, shifted(y), y)
    half = 0.72 * a.nose_half
    for k, (x, y) in enumerate(
        [(-half, 1.6), (-0.36 * a.nose_half, 0.0), (0, -1.2), (0.36 * a.nose_half, 0.0), (half, 1.6)]
    ):
        put(68, 31 + k, x + shifted(ys), ys + y)


def _mouth(a: Any, put: Any) -> None:
    left, right = float(a.corner_x[0]), float(a.corner_x[1])

    def corner(side: int, share: float = 1.0) -> tuple[float, float]:
        x = (right if side else -left) * share
        return x, float(a.stomion_y + a.corner_y[side] * share**1.9)

    def place(t: float) -> float:
        return t * (right if t > 0 else left)

    put(189, 87, *corner(0))
    put(189, 93, *corner(1))
    curves = {"top": 1, "upper": 2, "lower": 3, "bottom": 4}

    def lip(t: float, name: str) -> tuple[float, float]:
        x = place(t)
        return x, float(lip_curves(a, x)[curves[name]])

    rows = [(88, "top", (-0.62, -0.285, 0.0, 0.3, 0.63)), (94, "upper", (-0.595, -0.3, 0.0, 0.33, 0.63)),
            (99, "lower", (-0.595, -0.3, 0.0, 0.33, 0.63)),
            (104, "bottom", (-0.70, -0.375, 0.0, 0.43, 0.73))]  # fmt: skip
    for first, name, places in rows:
        for k, t in enumerate(places):
            put(189, first + k, *lip(t, name))
    outer_top = (-0.62, -0.26, 0.0, 0.27, 0.63)
    outer_low = (0.64, 0.29, 0.0, -0.27, -0.63)
    put(68, 48, *corner(0, 0.985))
    put(68, 54, *corner(1, 0.985))
    for k in range(5):
        put(68, 49 + k, *lip(outer_top[k], "top"))
        put(68, 55 + k, *lip(outer_low[k], "bottom"))
    put(68, 60, *corner(0, 0.82))
    put(68, 64, *corner(1, 0.82))
    for k, t in enumerate((-0.26, 0.0, 0.27)):
        put(68, 61 + k, *lip(t, "upper"))
        put(68, 67 - k, *lip(t, "lower"))


def _soft_tissue(a: Any, put: Any) -> None:
    for side in (0, 1):
        sign = 1.0 if side else -1.0
        first = 158 if side == 0 else 161
        for k, along in enumerate((0.28, 0.55, 0.92)):
            y0, y1 = a.subnasale_y + 8.5, a.stomion_y + a.corner_y[side] - 4.0
            y = y0 + along * (y1 - y0)
            d, _ = fold_distance(a, side, 0.0, y)
            put(189, first + k, sign * (-d), y)
        first = 164 if side == 0 else 167
        for k, (share, y) in enumerate([(0.845, -21.0), (0.70, -29.0), (0.52, -33.2)]):
            put(189, first + k, sign * share * a.face_half, y)
    ys, st = a.subnasale_y, a.stomion_y
    for index, x, share in ((170, -5.3, 0.07), (172, 5.3, 0.07), (171, -6.5, 0.45), (173, 6.5, 0.45)):
        put(189, index, x, ys + share * (st - ys))
    chin = a.chin_y - st
    lip = st - a.lip_lower - 0.72 * a.mouth_gap
    sulcus = st + 0.37 * chin if a.mouth_gap < 1 else lip - 6.0
    put(189, 177, 0.0, sulcus)
    put(189, 176, -10.8, sulcus - 2.4)
    put(189, 178, 10.8, sulcus - 2.4)
    put(189, 174, 0.0, st + 0.56 * chin)
    put(189, 175, 0.0, st + 0.74 * chin)


def _hairline(a: Any, grid: Grid, dense: Floats) -> None:
    for k, angle in enumerate((-67.0, -57.0, -52.0, -34.0, -16.5, 0.0, 16.5, 34.0, 52.0, 57.0, 67.0)):
        j = int(np.abs(grid.angles - np.radians(angle)).argmin())
        column = np.ascontiguousarray(grid.points[:, j])
        inside = np.empty(len(column))
        hairlines(a, column, inside)
        skin = np.flatnonzero(inside < 0)
        if len(skin) and skin[0] > 0:
            i = int(skin[0])
            t = inside[i - 1] / (inside[i - 1] - inside[i])
            dense[134 + k] = column[i - 1] + t * (column[i] - column[i - 1])


def outline(
    points: Floats, screen: Floats, eyes: Floats, chin: Floats, up: Floats, angles: tuple[float, ...]
) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Points of the outline of cheek and jaw in a picture.

    Parameters
    ----------
    points : ndarray of shape (N, 3)
        Points of the front of the face without ears, head frame (returned for the chosen ones).
    screen : ndarray of shape (N, 2)
        Where they are in the picture, pixels.
    eyes, chin : ndarray of shape (2,)
        Midpoint of the pupils and chin in the picture.
    up : ndarray of shape (2,)
        Unit vector of the picture that points up along the head.
    angles : tuple of float
        Directions from a centre 40 % of the way from the eyes to the chin; 0 is down, 90 to the right of the
        picture, after scaling by half the width of the face across and by the distance to the chin down.

    Returns
    -------
    marks : ndarray of shape (K, 2)
        Pixels.
    which : ndarray of shape (K,)
        The point of `points` next to each.
    """
    right = np.array([-up[1], up[0]])
    length = float((eyes - chin) @ up)
    centre = eyes - 0.4 * length * up
    d = screen - centre
    x = d @ right
    y = -(d @ up)
    left_x, right_x = x.min(), x.max()
    middle = 0.5 * (left_x + right_x)
    across = (x - middle) / (0.5 * (right_x - left_x))
    down = y / (0.6 * length)
    angle = np.degrees(np.arctan2(across, down))
    radius = np.hypot(across, down)
    which = np.empty(len(angles), np.intp)
    marks = np.empty((len(angles), 2))
    for k, target in enumerate(angles):
        near = np.flatnonzero(np.abs(angle - target) < 1.2)
        best = near[radius[near].argmax()]
        which[k] = best
        r = radius[best]
        q_x = middle + r * np.sin(np.radians(target)) * 0.5 * (right_x - left_x)
        q_y = r * np.cos(np.radians(target)) * 0.6 * length
        marks[k] = centre + q_x * right - q_y * up
    return marks, which


def evenly_along_outline(screen: Floats, eyes: Floats, chin: Floats, up: Floats) -> Floats:
    """Find the 17 iBUG points of the outline: evenly spaced from eye level over the chin to the other side.

    Parameters
    ----------
    screen : ndarray of shape (N, 2)
        Points of the front of the face without ears, pixels.
    eyes, chin : ndarray of shape (2,)
        Midpoint of the pupils and chin in the picture.
    up : ndarray of shape (2,)
        Unit vector of the picture that points up along the head.

    Returns
    -------
    ndarray of shape (17, 2)
        Pixels, left of the picture first; number 8 is the chin.
    """
    right = np.array([-up[1], up[0]])
    length = float((eyes - chin) @ up)
    centre = eyes - 0.4 * length * up
    d = screen - centre
    x, y = d @ right, d @ up
    angle = np.degrees(np.arctan2(x, -y))
    radius = np.hypot(x, y)
    steps = np.arange(-150.0, 151.0, 2.0)
    order = np.argsort(angle)
    first, last = (np.searchsorted(angle[order], steps + s) for s in (-1.2, 1.2))
    radius = radius[order]
    rim = np.array([radius[a:b].max(initial=0.0) for a, b in zip(first, last, strict=True)])
    path = np.stack([rim * np.sin(np.radians(steps)), -rim * np.cos(np.radians(steps))], 1)
    path = path[rim > 0]
    below = path[:, 1] <= 0.4 * length  # nothing above the eyes
    path = path[below]
    q = (chin - centre) @ np.stack([right, up], 1)
    bottom = int(np.hypot(*(path - q).T).argmin())
    marks = np.empty((17, 2))
    for half, order in ((path[: bottom + 1], slice(0, 9)), (path[bottom:], slice(8, 17))):
        run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(half, axis=0).T))])
        at = np.linspace(0.0, run[-1], 9)
        marks[order] = np.stack([np.interp(at, run, half[:, 0]), np.interp(at, run, half[:, 1])], 1)
    marks[8] = q
    return np.asarray(centre + marks[:, :1] * right + marks[:, 1:] * up)
