"""Kernels: the relief of the face on the bare loft, and the curves that lids, lips and brows follow.

Everything is a function of the *chart*: the frontal coordinates (x, y) of the head frame in mm. The relief
moves a point along z alone, so that a point of the chart keeps its x and y, whatever the depth. `p` is one
record of :data:`samples.portrait.anatomy.ANATOMY`; `side` is 0 left of the picture, 1 right.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from icao_check.kernels.jit import kernel
from samples.portrait.noise import hash01, value_noise

__all__ = [
    "brow_curves",
    "brow_lines",
    "crease_line",
    "eye_opening",
    "face_depth",
    "lid_curves",
    "lid_lines",
    "lip_curves",
    "mouth_opening",
    "openings",
    "relieve",
    "smooth_max",
]

Floats = npt.NDArray[np.float64]


@kernel
def smooth_max(a: float, b: float, k: float) -> float:
    """Maximum of two numbers, rounded where they differ by less than `k`."""
    h = max(k - abs(a - b), 0.0)
    return max(a, b) + h * h / (4.0 * k)


@kernel
def ramp(x: float, low: float, high: float) -> float:
    """Smooth step from 0 at `low` to 1 at `high`."""
    t = (x - low) / (high - low)
    t = min(max(t, 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


@kernel
def lid_curves(p: Any, side: int, dx: float) -> tuple[float, float]:
    """Lid margins above and below a place of the eye.

    Parameters
    ----------
    p : record
        Measures.
    side : int
        0 left of the picture, 1 right.
    dx : float
        mm from the middle of the eye, positive towards the temple; the canthi are at ``canthus_lateral`` and
        ``-canthus_medial``.

    Returns
    -------
    upper, lower : float
        Heights of the margins in the head frame, mm; equal at the canthi and outside them.
    """
    lateral = p.canthus_lateral
    medial = p.canthus_medial
    u = (dx + medial) / (lateral + medial)
    u = min(max(u, 0.0), 1.0)
    line = p.canthus_medial_y + (p.canthus_lateral_y - p.canthus_medial_y) * u
    v = u**1.12
    arch = 4.0 * v * (1.0 - v)
    w = u**1.45
    sling = (4.0 * w * (1.0 - w)) ** 0.9
    opening = p.lid[side]
    sleep = 1.0 - min(opening, 1.0)
    full = p.lid_upper * (0.86 + 0.14 * min(1.0, 2.0 * p.eyelid_fold))
    deep = p.lid_lower * (1.0 - 0.22 * sleep - 0.5 * p.squint)
    lower = line - deep * sling
    wide = line + full * (1.0 - 0.10 * p.squint - 0.08 * p.frown) * arch
    upper = lower + (wide - lower) * opening
    return upper, lower


@kernel
def lid_lines(anatomy: Any, side: int, dx: Floats, out: Floats) -> None:
    """:func:`lid_curves` at places `dx` (N,), into `out` (N, 2)."""
    for i in range(dx.shape[0]):
        out[i, 0], out[i, 1] = lid_curves(anatomy[0], side, dx[i])


@kernel
def eye_opening(p: Any, side: int, x: float, y: float) -> float:
    """How far inside the eye opening a point of the chart is.

    Parameters
    ----------
    p : record
        Measures.
    side : int
        0 left of the picture, 1 right.
    x, y : float
        Point of the chart, mm.

    Returns
    -------
    float
        Vertical distance to the nearer lid margin, mm; negative outside the opening.
    """
    dx = x - 0.5 * p.ipd if side == 1 else -x - 0.5 * p.ipd
    upper, lower = lid_curves(p, side, dx)
    inside = min(upper - y, y - lower)
    beyond = max(dx - p.canthus_lateral, -p.canthus_medial - dx)
    return min(inside, -beyond) if beyond > 0.0 else inside


@kernel
def crease_line(p: Any, side: int, dx: float) -> float:
    """Height of the fold of the upper lid at `dx` from the middle of the eye, mm."""
    opening = min(p.lid[side], 1.2)
    top = p.canthus_lateral_y * 0.5 + p.canthus_medial_y * 0.5 + p.lid_upper + p.crease_height
    top -= 1.4 * (1.0 - opening)
    d = dx - 0.4
    return float(top - 0.0245 * d * d)


@kernel
def brow_curves(p: Any, side: int, t: float) -> tuple[float, float, float]:
    """Upper and lower edge of a brow.

    Parameters
    ----------
    p : record
        Measures.
    side : int
        0 left of the picture, 1 right.
    t : float
        0 at the inner end, 1 at the outer end.

    Returns
    -------
    x, upper, lower : float
        Distance from the middle of the face and heights of both edges, mm.
    """
    inner = p.brow_inner - 2.4 * p.frown
    x = inner + (p.brow_outer - inner) * t
    lift = p.raise_[side]
    middle = p.brow_y - p.brow_drop[side] * (0.35 + 0.65 * t)
    # A rise to the arch at two thirds, then down to the tail.
    if t < 0.64:
        s = t / 0.64
        shape = -4.2 * (1.0 - s) ** 1.6 + p.brow_arch * s * s
    else:
        s = (t - 0.64) / 0.36
        shape = p.brow_arch - (p.brow_arch + 8.2) * s * s
    shape += p.brow_tilt * (t - 0.5) * 2.0
    frown = -4.6 * p.frown * (1.0 - t) ** 1.2
    middle += shape + lift * (1.0 - 0.25 * t) + frown
    u = min(max(t, 0.0), 1.0)
    thick = (
        p.brow_thickness
        * (0.66 + 0.34 * ramp(u, 0.0, 0.35))
        * (1.0 - 0.55 * max((u - 0.6) / 0.4, 0.0) ** 2.0)
    )
    return x, middle + 0.5 * thick, middle - 0.5 * thick


@kernel
def brow_lines(anatomy: Any, side: int, t: Floats, out: Floats) -> None:
    """:func:`brow_curves` at shares `t` (N,) of the way along a brow, into `out` (N, 3)."""
    for i in range(t.shape[0]):
        out[i, 0], out[i, 1], out[i, 2] = brow_curves(anatomy[0], side, t[i])


@kernel
def lip_curves(p: Any, x: float) -> tuple[float, float, float, float, float]:
    """Heights of the four edges of the lips.

    Parameters
    ----------
    p : record
        Measures.
    x : float
        Place on the chart, mm.

    Returns
    -------
    t : float
        0 in the middle, 1 at the corner of that side, larger outside.
    top, upper, lower, bottom : float
        Upper edge of the upper lip, its lower edge, upper edge of the lower lip, its lower edge, mm.
    """
    side = 1 if x > 0.0 else 0
    t = abs(x) / p.corner_x[side]
    s = min(t, 1.0)
    line = p.stomion_y + p.corner_y[side] * s**1.9 + 0.7 * p.smile * (1.0 - s)
    line += 0.9 * math.exp(-(((s - 0.32) / 0.2) ** 2)) * (1.0 - s) - 0.35 * math.exp(-((s / 0.16) ** 2))
    gap = p.mouth_gap * max(1.0 - s * s, 0.0) ** 0.75
    lift = 0.25 + 0.3 * p.smile
    upper = line + lift * gap
    lower = line - (1.0 - lift) * gap
    top = upper + (p.lip_upper + p.cupid) * (1.0 - s * s) - p.cupid * math.exp(-((s / 0.14) ** 2))
    bottom = lower - p.lip_lower * (1.0 - s**2.5)
    return t, top, upper, lower, bottom


@kernel
def mouth_opening(p: Any, x: float, y: float) -> float:
    """How far between the parted lips a point of the chart is, mm; negative outside."""
    if p.mouth_gap <= 0.05:
        return -1.0
    t, _, upper, lower, _ = lip_curves(p, x)
    inside = min(upper - y, y - lower)
    return min(inside, -(t - 1.0) * 20.0 - 0.01) if t >= 1.0 else inside


@kernel
def _nose(p: Any, x: float, y: float) -> float:
    xn = x - 0.5 * p.skew_nose_x * ramp(-y, 0.0, 30.0)
    ys = p.subnasale_y
    yt = ys + p.nose_tip_rise
    yn = p.nasion_y
    reach = p.nose_protrusion
    root = p.nose_root
    # ridge
    if y > yn:
        d = (y - yn) / 13.0
        height = root * math.exp(-d * d)
        width = p.nose_bridge_half * (1.15 + 0.9 * d * d)
    elif y > yt:
        s = (yn - y) / (yn - yt)
        height = root + (reach - root) * s**1.15 + p.nose_hump * math.sin(math.pi * min(1.0, s * 1.15))
        width = p.nose_bridge_half * (1.15 + 0.15 * s) + (p.nose_tip_half - p.nose_bridge_half) * s**2.2
    else:
        q = (yt - y) / (yt - ys + 1.0)
        height = reach * max(0.0, 1.0 - q**2.4) ** 0.9 if q < 1.0 else 0.0
        width = (p.nose_tip_half + 0.30 * p.nose_bridge_half) * (1.0 - 0.30 * min(q, 1.0))
    r = abs(xn) / width
    ridge = height * math.exp(-0.62 * r**2.3)
    # flank that joins the ridge to the cheek
    flank_w = p.nose_bridge_half * 1.7 + (p.nose_half * 0.8 - p.nose_bridge_half * 1.7) * ramp(
        yn - y, 0.0, yn - ys
    )
    flank = 0.42 * height * math.exp(-((abs(xn) / flank_w) ** 2))
    body = (ridge**4 + flank**4) ** 0.25
    # tip
    dx = xn / (p.nose_tip_half * 0.86)
    dy = (y - yt - 0.4) / 6.8
    body += 2.0 * math.exp(-(dx * dx + dy * dy)) * (reach / 19.0)
    # wings
    wing_x = (abs(xn) - (p.nose_half - 6.0)) / 6.4
    wing_y = (y - ys - 5.4 + 0.15 * (abs(xn) - p.nose_half + 6.0)) / (7.4 if y > ys + 5.4 else 5.6)
    q2 = wing_x * wing_x + wing_y * wing_y
    wing = (0.46 * reach + 0.6) * math.exp(-0.70 * q2**1.7) if q2 < 9.0 else 0.0
    total = (max(body, 0.0) ** 6 + wing**6) ** (1.0 / 6.0)
    # nostrils
    hole_x = (abs(xn) - p.nostril_half - 3.2) / p.nostril_half
    hole_y = (y - ys - 4.8 - 0.25 * (abs(xn) - p.nostril_half - 3.2)) / 1.7
    h2 = hole_x * hole_x + hole_y * hole_y
    return float(total - 2.5 * math.exp(-1.2 * h2))


@kernel
def _lips(p: Any, x: float, y: float) -> float:
    t, top, upper, lower, bottom = lip_curves(p, x)
    out = 0.0
    s = min(t, 1.25)
    fade = max(1.0 - s * s, 0.0) ** 0.6
    full = p.lip_fullness
    if y > upper:
        h = (y - upper) / max(top - upper, 0.5)
        if h < 1.0:
            out += full * math.sin(math.pi * h**0.72) * fade
        # the pale roll above the red
        out += 0.55 * fade * math.exp(-(((y - top - 0.6) / 1.1) ** 2))
    elif y < lower:
        h = (lower - y) / max(lower - bottom, 0.5)
        if h < 1.0:
            out += 1.35 * full * math.sin(math.pi * h**0.75) ** 0.8 * fade
        out -= 0.8 * fade * math.exp(-(((y - bottom + 1.0) / 1.8) ** 2))
    near = max(upper - y, y - lower) if p.mouth_gap > 0.05 else -abs(y - upper)
    # the line between the lips, or the rolled edges of the parted lips
    edge = min(abs(y - upper), abs(y - lower))
    depth = 1.7 if p.mouth_gap <= 0.05 else 2.2
    if near <= 0.0 or p.mouth_gap > 0.05:
        out -= depth * math.exp(-((edge / 0.95) ** 2)) * max(1.0 - s**4, 0.0)
    # corners
    side = 1 if x > 0.0 else 0
    dx = (abs(x) - p.corner_x[side] - 0.5) / 3.0
    dy = (y - p.stomion_y - p.corner_y[side]) / 2.6
    out -= (1.3 + 1.6 * p.smile) * math.exp(-(dx * dx + dy * dy))
    return float(out)


@kernel
def fold_distance(p: Any, side: int, x: float, y: float) -> tuple[float, float]:
    """Distance to the nasolabial fold, and how far along it.

    Parameters
    ----------
    p : record
        Measures.
    side : int
        0 left of the picture, 1 right.
    x, y : float
        Point of the chart; `x` counts from the middle of the face outwards.

    Returns
    -------
    distance : float
        mm, positive on the cheek's side.
    along : float
        0 at the wing of the nose, 1 beside the corner of the mouth; smaller and larger outside.
    """
    x0 = p.nose_half + 1.5
    y0 = p.subnasale_y + 8.5
    x1 = p.corner_x[side] + 6.5
    y1 = p.stomion_y + p.corner_y[side] - 4.0
    along = (y0 - y) / (y0 - y1)
    c = min(max(along, -0.5), 1.6)
    bow = (2.5 + 4.0 * p.smile) * math.sin(math.pi * min(max(c, 0.0), 1.0))
    line = x0 + (x1 - x0) * c**1.15 + bow if c > 0.0 else x0 + (x1 - x0) * c
    return x - line, along


@kernel
def _wrinkle(p: Any, x: float, y: float) -> float:
    # Height of lines of age and expression, mm: forehead, brows, crow's feet, under the eyes, around the
    # mouth.
    side = 1 if x > 0.0 else 0
    ax = abs(x)
    age = p.age_lines
    h = 0.0
    lift = 0.5 * (p.raise_[0] + p.raise_[1]) / 7.0
    s = int(p.seed)
    if y > 24.0 and ax < 62.0:
        strength = 0.34 * age + 0.5 * max(lift, 0.0)
        if strength > 0.01:
            wave = 2.6 * value_noise(x / 26.0, y / 40.0, s + 5) + 1.1 * math.cos(x / 17.0)
            lines = math.cos((y + wave) * 2.0 * math.pi / (8.6 + 2.0 * hash01(s, 3, 1)))
            where = ramp(y, 26.0, 36.0) * (1.0 - ramp(y, 56.0, 74.0)) * (1.0 - ramp(ax, 34.0, 58.0))
            broken = 0.55 + 0.45 * value_noise(x / 13.0, y / 5.0, s + 6)
            h -= strength * where * broken * max(lines - 0.35, 0.0) * 1.2
    if ax < 14.0 and -2.0 < y < 32.0:
        strength = 0.25 * age + 0.9 * p.frown
        if strength > 0.01:
            d = ax - 4.2 - 0.03 * (y - 12.0)
            h -= strength * math.exp(-((d / 1.0) ** 2)) * ramp(y, 0.0, 8.0) * (1.0 - ramp(y, 18.0, 28.0))
    dx = ax - 0.5 * p.ipd
    if 10.0 < dx < 34.0 and abs(y) < 22.0:
        strength = 0.30 * age + 0.35 * p.smile * (0.4 + 0.6 * age)
        if strength > 0.01:
            ex = dx - 9.0
            angle = math.atan2(y + 2.5, ex) + 0.18 * value_noise(ex / 7.0, y / 7.0, s + 7 + side)
            r = math.sqrt(ex * ex + (y + 2.5) ** 2)
            lines = math.cos(angle * 11.0)
            where = ramp(r, 7.0, 11.0) * (1.0 - ramp(r, 17.0, 25.0)) * (1.0 - ramp(abs(angle), 0.75, 1.15))
            h -= strength * where * max(lines - 0.2, 0.0) * 0.8
    if -24.0 < y < -6.0 and abs(dx + 1.0) < 17.0:
        strength = 0.28 * age + 0.12 * p.squint
        if strength > 0.01:
            arc = y + 7.0 + 0.016 * (dx + 1.0) ** 2
            lines = math.cos(arc * 2.1 + 0.7 * value_noise(dx / 6.0, y / 6.0, s + 8))
            h -= strength * max(lines - 0.3, 0.0) * (1.0 - ramp(-arc, 4.0, 9.0)) * ramp(-arc, -1.0, 2.0) * 0.6
    dy = y - p.stomion_y
    if abs(dy) < 14.0 and ax < 30.0 and age > 0.05:
        lines = math.cos(x * 1.55 + 1.5 * value_noise(x / 5.0, y / 9.0, s + 9))
        where = ramp(abs(dy), 5.0, 8.0) * (1.0 - ramp(abs(dy), 9.0, 14.0)) * (1.0 - ramp(ax, 18.0, 28.0))
        h -= 0.22 * age * where * max(lines - 0.25, 0.0)
    return h


@kernel
def face_depth(p: Any, x: float, y: float, base: float) -> float:
    """Depth of the face over a point of the chart.

    Parameters
    ----------
    p : record
        Measures.
    x, y : float
        Point of the chart, mm.
    base : float
        Depth of the bare loft there, mm.

    Returns
    -------
    float
        z of the skin in the head frame, mm (lids closed over the eye opening: see :func:`eye_opening`).
    """
    side = 1 if x > 0.0 else 0
    ax = abs(x)
    z = base
    front = ramp(base, 8.0, 40.0)
    # brow ridge and the hollow between the brows
    brow_x = min(max((ax - p.brow_inner) / (p.brow_outer - p.brow_inner), 0.0), 1.0)
    _, brow_up, brow_low = brow_curves(p, side, brow_x)
    ridge_y = 0.5 * (brow_up + brow_low)
    along = math.exp(-((ax / 44.0) ** 4))
    z += (0.7 * p.brow_ridge + 0.6) * math.exp(-(((y - ridge_y) / 6.0) ** 2)) * along
    z += 0.7 * p.frown * math.exp(-(((ax - 8.0) / 5.0) ** 2 + ((y - ridge_y) / 6.0) ** 2))
    # soft tissue of the cheek
    cx = (ax - 0.68 * p.face_half) / 15.0
    cy = (y + 22.0 - 5.0 * p.smile) / 11.0
    z += (p.cheekbone + 1.8 * p.smile) * math.exp(-(cx * cx + cy * cy))
    fx = (ax - 0.6 * p.face_half) / 17.0
    fy = (y - 0.72 * p.stomion_y) / 18.0
    z += (p.cheek_fullness + 1.2 * p.smile) * math.exp(-(fx * fx + fy * fy))
    apple_x = (ax - 0.5 * p.face_half) / 11.0
    apple_y = (y - 0.5 * p.stomion_y - 2.0) / 9.0
    z += (0.8 + 2.6 * p.smile + 1.0 * p.fullness) * math.exp(-(apple_x * apple_x + apple_y * apple_y))
    # chin
    bx = ax / p.chin_width
    by = (y - p.chin_y - 0.27 * (p.stomion_y - p.chin_y)) / 9.0
    z += p.chin_boss * math.exp(-(bx**3 + by * by))
    sx = ax / 15.0
    sy = (y - p.stomion_y + p.lip_lower + 0.72 * p.mouth_gap + 3.6) / 4.0
    z -= (0.6 + 0.75 * p.sulcus) * math.exp(-(sx * sx * sx * sx + sy * sy))
    # upper lip: the arch of the teeth, the philtrum
    z += 1.4 * math.exp(-((ax / 22.0) ** 2 + ((y - p.stomion_y - 2.0) / 13.0) ** 2))
    if y < p.subnasale_y and y > p.stomion_y:
        run = (p.subnasale_y - y) / (p.subnasale_y - p.stomion_y)
        window = math.sin(math.pi * min(run * 1.25, 1.0)) ** 0.7
        z += (
            p.philtrum
            * (0.8 * math.exp(-(((ax - 5.2 - run) / 2.0) ** 2)) - 1.1 * math.exp(-((ax / 2.6) ** 2)))
            * window
        )
    # nasolabial fold
    d, where = fold_distance(p, side, ax, y)
    if -0.4 < where < 1.6:
        strength = p.fold[side] * ramp(where, -0.25, 0.15) * (1.0 - ramp(where, 1.0, 1.5))
        z -= 0.75 * strength * math.exp(-((d / 1.9) ** 2))
        if d > 0.0:
            z += 1.15 * strength * (1.0 - math.exp(-((d / 2.4) ** 2))) * math.exp(-((d / 12.0) ** 2))
    # lines from the corners of the mouth down, and the jowl
    jx = (ax - p.corner_x[side] - 3.0 - 0.12 * (p.stomion_y - y)) / 2.0
    jy = (y - p.stomion_y + 13.0) / 8.0
    z -= 0.9 * p.sag * math.exp(-(jx * jx + jy * jy))
    # eye: the orbit, then the lids over the ball
    dx = ax - 0.5 * p.ipd
    if abs(dx) < 34.0 and abs(y) < 34.0:
        ox = dx / 19.5
        oy = (y + 0.8) / (13.5 if y > -0.8 else 13.0)
        o2 = ox * ox + oy * oy
        z -= p.orbit_depth * (1.0 if y > -0.8 else 1.0 + 0.35 * ramp(-y, 0.8, 9.0)) * math.exp(-(o2**1.5))
        mx = (dx + p.canthus_medial - 1.0) / 5.0
        my = (y + 1.5) / 7.0
        z -= 4.5 * math.exp(-(mx * mx + my * my))
        lx = (dx - p.canthus_lateral - 3.0) / 7.0
        ly = (y + 2.0) / 8.0
        z -= 3.5 * math.exp(-(lx * lx + ly * ly))
        # hollow below the lower lid, deeper with age
        tx = (dx + 6.0) / 12.0
        ty = (y + 15.5 - 0.10 * (dx + 6.0)) / 3.4
        z -= (0.35 + 0.9 * p.sag) * math.exp(-(tx * tx + ty * ty))
        by2 = (y + 10.0) / 3.6
        z += 1.1 * p.sag * math.exp(-((dx / 12.0) ** 2 + by2 * by2))
        lid_r = p.eye_radius + 1.45
        r2 = dx * dx + (y + 0.3) * (y + 0.3)
        if r2 < lid_r * lid_r:
            ball = p.eye_z + math.sqrt(lid_r * lid_r - r2)
        else:
            ball = p.eye_z - 1.5 * (math.sqrt(r2) - lid_r)
        z = smooth_max(z, ball, 3.0)
        # fold of the upper lid: the skin above overhangs the lid
        fold_y = crease_line(p, side, dx)
        above = y - fold_y
        reach = math.exp(-((dx / 15.5) ** 4))
        crease = p.eyelid_fold * reach * min(1.0, 0.35 + 0.65 * p.lid[side])
        z += crease * 0.75 * ramp(above, -0.5, 0.7) * math.exp(-((max(above, 0.0) / 6.5) ** 2))
        z -= crease * 0.7 * math.exp(-(((above + 0.3) / 0.75) ** 2))
        # hooded lid of age
        z += 1.3 * p.sag * math.exp(-(((dx - 5.0) / 10.0) ** 2 + ((above - 2.5) / 3.5) ** 2))
        # single fold: full upper lid, skin over the inner corner
        single = max(0.0, 1.0 - 2.0 * p.eyelid_fold)
        z += single * 1.5 * math.exp(-((dx / 15.0) ** 2 + ((y - 8.0) / 5.0) ** 2))
        z += single * 1.2 * math.exp(-(((dx + 13.5) / 3.6) ** 2 + ((y + 1.0) / 4.5) ** 2))
    height = _nose(p, x, y) if ax < 34.0 and y < 42.0 and y > p.subnasale_y - 9.0 else 0.0
    z += height
    if abs(y - p.stomion_y) < 34.0 and ax < 50.0:
        z += _lips(p, x, y)
    if (
        p.age_lines > 0.03
        or p.smile > 0.05
        or p.frown > 0.05
        or max(p.raise_[0], p.raise_[1]) > 1.0
        or p.squint > 0.1
    ):
        z += 1.3 * _wrinkle(p, x, y)
    return float(base + (z - base) * front)


@kernel
def relieve(points: Floats, anatomy: Any, cuts: Floats) -> None:
    """Put the relief on the front of the bare loft, in place.

    Parameters
    ----------
    points : ndarray of shape (N, 3)
        Points of the loft, float64; their z changes.
    anatomy : record array of shape (1,)
        Measures.
    cuts : ndarray of shape (N,)
        Receives how far inside an opening (eyes, mouth) each point is, mm; negative: skin.
    """
    p = anatomy[0]
    for i in range(points.shape[0]):
        x = points[i, 0]
        y = points[i, 1]
        z = points[i, 2]
        cuts[i] = -50.0
        if z > 8.0 and y < 100.0 and y > p.chin_y - 4.0:
            points[i, 2] = face_depth(p, x, y, z)
            side = 1 if x > 0.0 else 0
            if z > 40.0:
                opening = eye_opening(p, side, x, y) if y > -30.0 else mouth_opening(p, x, y)
                cuts[i] = opening


@kernel
def openings(anatomy: Any, points: Floats, mouth: bool, out: Floats) -> None:
    """How far inside an eye opening or the mouth points of the chart are.

    Parameters
    ----------
    anatomy : record array of shape (1,)
        Measures.
    points : ndarray of shape (N, 3)
        mm of the head frame; z is not used.
    mouth : bool
        The mouth instead of the eyes.
    out : ndarray of shape (N,)
        Receives mm; negative outside.
    """
    p = anatomy[0]
    for i in range(points.shape[0]):
        x = points[i, 0]
        y = points[i, 1]
        out[i] = mouth_opening(p, x, y) if mouth else eye_opening(p, 1 if x > 0.0 else 0, x, y)
