"""Kernels: the colour of a point of skin, eye, tooth, cloth, hair or frame.

Colours are linear RGB with 1 for a white, matt surface in full light. The microfacet terms are the usual
ones: GGX distribution (Walter et al. 2007), Schlick's Fresnel approximation.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from icao_check.kernels.jit import kernel
from samples.portrait.noise import fractal, hash01, noise_and_slope, value_noise
from samples.portrait.raster import triangle_weights
from samples.portrait.relief import brow_curves, crease_line, fold_distance, lid_curves, lip_curves, ramp

__all__ = [
    "PAINT",
    "beard_zone",
    "brow_cover",
    "hairline",
    "hairlines",
    "label_samples",
    "paint_skin",
    "resolve",
    "shade_point",
    "shade_strands",
]

Floats = npt.NDArray[Any]
Ints = npt.NDArray[np.int32]

PAINT = np.dtype(
    [
        ("skin", np.float64, (3,)),
        ("melanin", np.float64),
        ("blood", np.float64),
        ("lip", np.float64, (3,)),
        ("lip_gloss", np.float64),
        ("freckles", np.float64),
        ("oil", np.float64),
        ("texture", np.float64),
        ("seed", np.float64),
        ("brow", np.float64, (3,)),
        ("brow_density", np.float64),
        ("hair", np.float64, (3,)),
        ("scalp_cover", np.float64),
        ("shadow_beard", np.float64),
        ("iris", np.float64, (3,)),
        ("iris_rim", np.float64, (3,)),
        ("pupil_radius", np.float64),
        ("red_eye", np.float64),
        ("gaze", np.float64, (2, 3)),
        ("cloth", np.float64, (3,)),
        ("cloth_second", np.float64, (3,)),
        ("cloth_pattern", np.float64),
        ("headwear", np.float64, (3,)),
        ("headwear_pattern", np.float64),
        ("cover", np.float64, (3,)),
        ("cover_pattern", np.float64),
        ("frame", np.float64, (3,)),
        ("frame_gloss", np.float64),
        ("main", np.float64, (3,)),
        ("second", np.float64, (3,)),
        ("main_colour", np.float64, (3,)),
        ("second_colour", np.float64, (3,)),
        ("key_size", np.float64),
        ("distance", np.float64),
        ("up_head", np.float64, (3, 3)),
    ]
)
"""Colours and light of one portrait: linear RGB, unit vectors of the world, mm. ``gaze`` holds unit
vectors of the head frame, left of the picture first; ``up_head`` is the rotation from the head frame to
the world."""


@kernel
def _gloss(
    nx: float, ny: float, nz: float, vx: float, vy: float, vz: float, light: Any, alpha: float, f0: float
) -> float:
    # Specular reflection of a light of irradiance π, seen along v: π · D · F · G / (4 n·v), G merged as 1/(…)
    lx, ly, lz = light[0], light[1], light[2]
    nl = nx * lx + ny * ly + nz * lz
    nv = nx * vx + ny * vy + nz * vz
    if nl <= 0.0 or nv <= 0.02:
        return 0.0
    hx = lx + vx
    hy = ly + vy
    hz = lz + vz
    length = math.sqrt(hx * hx + hy * hy + hz * hz)
    nh = (nx * hx + ny * hy + nz * hz) / length
    vh = (vx * hx + vy * hy + vz * hz) / length
    a2 = alpha * alpha
    d = nh * nh * (a2 - 1.0) + 1.0
    spread = a2 / (d * d)
    k = 0.5 * alpha
    g = (nl / (nl * (1.0 - k) + k)) / (nv * (1.0 - k) + k)
    fresnel = f0 + (1.0 - f0) * (1.0 - vh) ** 5
    return float(spread * fresnel * g * 0.25)


@kernel
def _cavity(p: Any, x: float, y: float) -> float:
    # Narrow places that the shadow maps cannot resolve: 1 open … 0 dark.
    side = 1 if x > 0.0 else 0
    ax = abs(x)
    c = 1.0
    ys = p.subnasale_y
    if ax < 30.0 and ys - 9.0 < y < ys + 24.0:
        xn = abs(x - 0.5 * p.skew_nose_x * ramp(-y, 0.0, 30.0))
        hx = (xn - p.nostril_half - 3.2) / p.nostril_half
        hy = (y - ys - 4.9 - 0.40 * hx) / 1.5
        hole = hx * hx + hy * hy
        c *= 1.0 - 0.88 / (1.0 + math.exp((hole - 1.0) * 3.2))
        # groove behind the wing of the nose
        wx = (xn - (p.nose_half - 6.0)) / 7.2
        wy = (y - ys - 5.4) / (8.4 if y > ys + 5.4 else 6.4)
        r = math.sqrt(wx * wx + wy * wy)
        if xn > p.nose_half - 8.0:
            c *= 1.0 - 0.11 * math.exp(-(((r - 1.0) / 0.17) ** 2)) * ramp(
                xn, p.nose_half - 5.0, p.nose_half - 1.0
            ) * ramp(y, ys + 1.0, ys + 8.0)
        c *= 1.0 - 0.30 * math.exp(-(((y - ys + 0.2) / 1.4) ** 2)) * (1.0 - ramp(xn, 5.0, 12.0))
    if abs(y - p.stomion_y) < 26.0 and ax < 44.0:
        t, _, upper, lower, bottom = lip_curves(p, x)
        if t < 1.12:
            edge = min(abs(y - upper), abs(y - lower))
            fade = 1.0 - ramp(t, 0.98, 1.12)
            if p.mouth_gap <= 0.05:
                c *= 1.0 - fade * (
                    0.62 * math.exp(-((edge / 0.55) ** 2)) + 0.24 * math.exp(-((edge / 1.9) ** 2))
                )
            else:
                c *= 1.0 - fade * 0.38 * math.exp(-((edge / 0.9) ** 2))
            c *= 1.0 - 0.24 * fade * math.exp(-(((y - bottom + 0.7) / 1.4) ** 2)) * (1.0 - ramp(t, 0.4, 0.85))
        cx = (ax - p.corner_x[side] - 0.5) / 2.0
        cy = (y - p.stomion_y - p.corner_y[side]) / 1.6
        c *= 1.0 - 0.58 * math.exp(-(cx * cx + cy * cy))
    wing = p.subnasale_y + 8.5
    where = (wing - y) / (wing - (p.stomion_y + p.corner_y[side] - 4.0))
    if -0.3 < where < 1.5:
        d, _ = fold_distance(p, side, ax, y)
        strength = min(p.fold[side], 2.2) * ramp(where, -0.2, 0.15) * (1.0 - ramp(where, 1.0, 1.5))
        c *= 1.0 - 0.13 * strength * math.exp(-((d / 1.3) ** 2))
    dx = ax - 0.5 * p.ipd
    if abs(dx) < 20.0 and abs(y) < 16.0:
        fold_y = crease_line(p, side, dx)
        reach = math.exp(-((dx / 15.0) ** 4))
        depth = p.eyelid_fold * reach * min(1.0, 0.4 + 0.6 * p.lid[side])
        c *= 1.0 - 0.62 * depth * math.exp(-(((y - fold_y + 0.2) / 1.0) ** 2))
        up, low = lid_curves(p, side, dx)
        # the line of the lashes
        ends = ramp(dx, -p.canthus_medial - 1.2, -p.canthus_medial + 2.0) * (
            1.0 - ramp(dx, p.canthus_lateral - 0.5, p.canthus_lateral + 2.0)
        )
        line = (
            0.74
            * math.exp(-((max(abs(y - up - 0.1) - 0.35, 0.0) / 0.6) ** 2))
            * (0.8 + 0.2 * ramp(dx, -4.0, 8.0))
        )
        c *= 1.0 - ends * (line + 0.16 * math.exp(-(((y - low) / 0.8) ** 2)))
        mx = (dx + p.canthus_medial) / 2.0
        my = (y - p.canthus_medial_y) / 1.8
        c *= 1.0 - 0.28 * math.exp(-(mx * mx + my * my))
        lx = (dx - p.canthus_lateral - 0.8) / 2.6
        ly = (y - p.canthus_lateral_y + 0.45 * (dx - p.canthus_lateral)) / 1.2
        c *= 1.0 - 0.72 * math.exp(-(lx * lx + ly * ly))
    return c


@kernel
def brow_cover(p: Any, x: float, y: float) -> float:
    """How much a brow covers a point of the chart, 0 to 1."""
    side = 1 if x > 0.0 else 0
    ax = abs(x)
    inner = p.brow_inner - 2.4 * p.frown
    t = (ax - inner) / (p.brow_outer - inner)
    if t < -0.08 or t > 1.10:
        return 0.0
    _, up, low = brow_curves(p, side, min(max(t, 0.0), 1.0))
    soft = 1.2
    cover = ramp(y, low - soft, low + soft) * (1.0 - ramp(y, up - 1.4 * soft, up + soft))
    return cover * ramp(t, -0.06, 0.10) * (1.0 - ramp(t, 1.0, 1.10))


@kernel
def beard_zone(p: Any, x: float, y: float, z: float) -> float:
    """How much a point of the skin belongs to a full beard, 0 to 1 (not lips, not below the jaw)."""
    if z < 4.0 or y > -14.0 or y < p.chin_y - 32.0:
        return 0.0
    side = 1 if x > 0.0 else 0
    ax = abs(x)
    # upper edge: from the sideburn down the cheek to beside the mouth
    edge = p.stomion_y + 14.0 + 40.0 * ramp(ax, 36.0, 70.0)
    zone = 1.0 - ramp(y, edge - 6.0, edge + 4.0)
    corner = p.corner_x[side]
    if y > p.stomion_y - 6.0:  # bare between moustache and cheek
        zone *= ramp(ax, corner + 4.0, corner + 14.0) + (
            1.0 - ramp(y, p.stomion_y - 6.0, p.stomion_y + 4.0)
        ) * (1.0 - ramp(ax, corner + 4.0, corner + 14.0))
    moustache = ramp(y, p.stomion_y - 3.0, p.stomion_y + 2.0) * (
        1.0 - ramp(y, p.subnasale_y - 5.5, p.subnasale_y - 1.5)
    )
    moustache *= 1.0 - ramp(
        ax, corner - 1.0 + 0.5 * (p.stomion_y + 6.0 - y), corner + 7.0 + 0.5 * (p.stomion_y + 6.0 - y)
    )
    zone = max(zone, moustache)
    zone *= ramp(y, p.chin_y - 30.0, p.chin_y - 8.0)
    t, top, _, _, bottom = lip_curves(p, x)
    if t < 1.15:
        inside = min(top + 0.6 - y, y - bottom + 0.6)
        zone *= 1.0 - ramp(inside, -1.2, 0.6)
        if ax < 12.0 and y < bottom:
            zone *= ramp(abs(ax - 6.0), 0.5, 5.0) if y > bottom - 7.0 else 1.0
    return zone


_HAIRLINE_ANGLE = np.array(
    [
        0.0,
        17.0,
        34.0,
        46.0,
        52.0,
        57.0,
        62.0,
        67.0,
        71.0,
        74.0,
        78.0,
        82.0,
        88.0,
        102.0,
        118.0,
        140.0,
        165.0,
        180.0,
    ]
)
_HAIRLINE_Y = np.array(
    [
        73.0,
        73.5,
        68.0,
        61.0,
        56.0,
        38.0,
        26.0,
        16.0,
        2.0,
        -12.0,
        -14.0,
        0.0,
        9.0,
        8.0,
        -28.0,
        -50.0,
        -66.0,
        -68.0,
    ]
)


@kernel
def hairline(p: Any, x: float, y: float, z: float) -> float:
    """How far inside the hair of the head a point of the skin lies, mm along the face; negative outside."""
    angle = math.degrees(math.atan2(abs(x), z + 2.0))
    jitter = 1.8 * value_noise(x / 5.0, z / 5.0, int(p.seed) + 40) + 0.9 * value_noise(
        x / 1.7, z / 1.7, int(p.seed) + 41
    )
    edge = np.interp(angle, _HAIRLINE_ANGLE, _HAIRLINE_Y)
    edge += (p.hairline_y - 73.0) * (1.0 - ramp(angle, 46.0, 64.0))
    edge += p.hairline_recess * ramp(angle, 12.0, 30.0) * (1.0 - ramp(angle, 38.0, 52.0))
    return float(y - edge + jitter)


@kernel
def hairlines(anatomy: Any, points: Floats, out: Floats) -> None:
    """:func:`hairline` of points (N, 3) into `out` (N,)."""
    p = anatomy[0]
    for i in range(points.shape[0]):
        out[i] = hairline(p, points[i, 0], points[i, 1], points[i, 2])


CORNER = 21
"""Numbers of a corner, see :func:`shade_point`."""

SCRATCH = CORNER + 3 + 16
"""Numbers that :func:`shade_point` needs room for."""

SKIN_PAINT = 5
"""Numbers that :func:`paint_skin` finds for a point: albedo (3), place around the head, share of lip."""


@kernel
def _around(x: float, z: float) -> float:
    # Place around the head, mm along a circle of 80 mm.
    return math.atan2(x, z + 12.0) * 80.0


@kernel
def _lip_share(p: Any, x: float, y: float) -> float:
    if abs(y - p.stomion_y) >= 26.0 or abs(x) >= 40.0:
        return 0.0
    t, top, _, _, bottom = lip_curves(p, x)
    if t >= 1.04:
        return 0.0
    blur = 1.1
    lip = ramp(y, bottom - blur, bottom + blur) * (1.0 - ramp(y, top - blur, top + blur))
    return float(lip * (1.0 - ramp(t, 0.96, 1.04)))


@kernel
def _blood_and_melanin(p: Any, seed: int, around: float, x: float, y: float, z: float) -> tuple[float, float]:
    # Both relative to the average: cheeks, nose, chin and the skin around the eyes have more.
    ax = abs(x)
    blood = 0.10 * fractal(around / 21.0, y / 21.0, seed + 11, 3) + 0.08 * value_noise(
        around / 3.1, y / 3.1, seed + 12
    )
    brown = 0.10 * fractal(around / 30.0, y / 30.0, seed + 13, 3) + 0.07 * value_noise(
        around / 1.9, y / 1.9, seed + 14
    )
    if z > 30.0 and y > p.chin_y - 12.0:
        u = (ax - 40.0) / 17.0
        w = (y + 30.0) / 14.0
        blood += 0.22 * math.exp(-(u * u + w * w))
        u = x / 11.0
        w = (y - p.subnasale_y - 9.0) / 9.0
        blood += 0.26 * math.exp(-(u * u + w * w))
        u = x / 16.0
        w = (y - p.chin_y - 12.0) / 9.0
        blood += 0.10 * math.exp(-(u * u + w * w))
        dx = ax - 0.5 * p.ipd
        u = (dx + 3.0) / 15.0
        w = (y + 1.0) / 10.0
        ring = math.exp(-(u * u + w * w))
        blood += 0.16 * ring
        brown += 0.18 * ring
        u = (dx + 8.0) / 9.0
        w = (y + 12.0) / 4.5
        brown += (0.12 + 0.2 * p.sag) * math.exp(-(u * u + w * w))
        blood -= 0.08 * math.exp(-(((y - 50.0) / 16.0) ** 2)) * (1.0 - ramp(ax, 20.0, 45.0))
    return blood, brown


@kernel
def _absorb(q: Any, blood: float, brown: float, out: Any) -> None:
    # Colour of skin: blood takes green and blue, melanin takes blue most.
    k = q.blood
    m = q.melanin
    out[0] = q.skin[0] * math.exp(-0.12 * k * blood - 0.55 * m * brown)
    out[1] = q.skin[1] * math.exp(-0.95 * k * blood - 0.80 * m * brown)
    out[2] = q.skin[2] * math.exp(-0.80 * k * blood - 1.05 * m * brown)


@kernel
def paint_skin(anatomy: Any, paint: Any, points: Floats, seen: Any, out: Floats) -> None:
    """Colour of the skin at points of the head, without what is finer than they are.

    Parameters
    ----------
    anatomy, paint : record arrays of shape (1,)
        Measures and colours.
    points : ndarray of shape (N, 3)
        mm of the head frame.
    seen : ndarray of shape (N,)
        Points that matter, bool.
    out : ndarray of shape (N, SKIN_PAINT)
        Receives linear RGB of the skin with lips, brows, scalp and the shadow of a beard; mm around the
        head; share of lip.
    """
    p = anatomy[0]
    q = paint[0]
    seed = int(q.seed)
    for i in range(points.shape[0]):
        if not seen[i]:
            continue
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        around = _around(x, z)
        blood, brown = _blood_and_melanin(p, seed, around, x, y, z)
        colour = out[i]
        _absorb(q, blood, brown, colour)
        cover = 0.0
        if q.scalp_cover > 0.0 and (y > 40.0 or z < 60.0):
            cover = q.scalp_cover * ramp(hairline(p, x, y, z), -2.0, 7.0)
        if q.shadow_beard > 0.0 and cover <= 0.0:
            dots = 0.72 + 0.4 * value_noise(around * 1.2, y * 1.2, seed + 60)
            beard = q.shadow_beard * beard_zone(p, x, y, z) * dots
            colour[0] *= 1.0 - 0.48 * beard
            colour[1] *= 1.0 - 0.42 * beard
            colour[2] *= 1.0 - 0.34 * beard
        lip = 0.0
        if z > 30.0 and y > p.chin_y - 12.0:
            lip = _lip_share(p, x, y)
            if lip > 0.0:
                colour[0] += (q.lip[0] * math.exp(-0.25 * brown) - colour[0]) * lip
                colour[1] += (q.lip[1] * math.exp(-0.35 * brown) - colour[1]) * lip
                colour[2] += (q.lip[2] * math.exp(-0.35 * brown) - colour[2]) * lip
            if 2.0 < y < 60.0:
                brow = brow_cover(p, x, y) * q.brow_density * 0.62
                if brow > 0.0:
                    brow = min(brow * (0.75 + 0.45 * value_noise(x * 1.6, y * 0.8, seed + 61)), 0.95)
                    for c in range(3):
                        colour[c] += (q.brow[c] * 1.4 - colour[c]) * brow
        if cover > 0.0:
            for c in range(3):
                colour[c] += (q.hair[c] * 0.6 - colour[c]) * cover
        out[i, 3] = around
        out[i, 4] = lip


@kernel
def _spots(q: Any, seed: int, around: float, y: float) -> float:
    # Melanin of freckles and moles: one per cell at most.
    brown = 0.0
    for kind in range(2):
        cell = 3.6 if kind == 0 else 27.0
        chance = q.freckles * (0.75 if y > -60.0 else 0.3) if kind == 0 else 0.16
        if chance > 0.01:
            reach = 1.07 if kind == 0 else 2.01  # mm, more than the largest
            for i in range(math.floor((around - reach) / cell), math.floor((around + reach) / cell) + 1):
                for j in range(math.floor((y - reach) / cell), math.floor((y + reach) / cell) + 1):
                    if hash01(i, j, seed + 50 + kind) < chance:
                        fx = (i + hash01(i, j, seed + 52 + kind)) * cell - around
                        fy = (j + hash01(i, j, seed + 54 + kind)) * cell - y
                        size = (
                            (0.35 + 0.5 * hash01(i, j, seed + 56))
                            if kind == 0
                            else (0.7 + 0.9 * hash01(i, j, seed + 57))
                        )
                        spot = 1.0 - ramp(math.sqrt(fx * fx + fy * fy), 0.55 * size, 1.25 * size)
                        brown += spot * (0.35 if kind == 0 else 1.1)
    return brown


_SMOOTH = 16
# Numbers of a point of the skin without pores: light scattered (0-2) and mirrored (3-5), place around the
# head and up (6, 7), what a slope across and up does to the scattered (8, 9) and, relatively, to the mirrored
# light (10, 11), what pores do to the latter (12), share of lip (13), x of the head (14), cavity (15).


@kernel
def _smooth_skin(
    p: Any,
    q: Any,
    is_ear: bool,
    painted: Any,
    x: float,
    y: float,
    z: float,
    n: Any,
    v: Any,
    light: Any,
    s: Any,
) -> None:
    on_face = z > 30.0 and y > p.chin_y - 12.0 and not is_ear
    cavity = 1.0
    lip = 0.0
    if is_ear:
        seed = int(q.seed)
        around = z
        blood = 0.30 + 0.1 * value_noise(around / 9.0, y / 9.0, seed + 12)
        _absorb(q, blood, 0.1 * value_noise(around / 6.0, y / 6.0, seed + 14), s)
        cavity = 1.0 - 0.42 * painted[2]  # the hollow of the ear
    else:
        for c in range(3):
            s[c] = painted[c]
        around = painted[3]
        if on_face:
            cavity = _cavity(p, x, y)
            lip = painted[4]
    # cavities are lit by what the skin around them reflects: red stays longest
    shut = cavity < 0.999
    s[0] *= light[0] * (cavity**0.82 if shut else 1.0)
    s[1] *= light[1] * cavity
    s[2] *= light[2] * (cavity**1.05 if shut else 1.0)
    # axes of the head across and up, along the skin
    across = q.up_head[:, 0]
    up = q.up_head[:, 1]
    n_across = n[0] * across[0] + n[1] * across[1] + n[2] * across[2]
    n_up = n[0] * up[0] + n[1] * up[1] + n[2] * up[2]
    ax, ay, az = across[0] - n_across * n[0], across[1] - n_across * n[1], across[2] - n_across * n[2]
    ux, uy, uz = up[0] - n_up * n[0], up[1] - n_up * n[1], up[2] - n_up * n[2]
    # a slope changes the light of every direction a little
    e_lum = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]
    share = 0.85 / max(e_lum, 0.05)
    s[8] = share * (light[3] * ax + light[4] * ay + light[5] * az)
    s[9] = share * (light[3] * ux + light[4] * uy + light[5] * uz)
    # sheen of the skin's oil
    oil = q.oil
    if on_face:
        oil *= 0.75 + 0.5 * math.exp(-((x / 26.0) ** 2)) * (1.0 if y > p.subnasale_y - 2.0 else 0.3)
        oil = oil * (1.0 - lip) + lip * (0.30 + q.lip_gloss)
    oil *= 0.75
    rough = 0.34 - 0.10 * min(oil, 1.0)
    size = 0.5 * q.key_size
    alpha = math.sqrt(rough * rough + size * size)
    f0 = 0.028
    soft = 0.55 + 0.9 * oil
    top = cavity * cavity * soft
    shine = _gloss(n[0], n[1], n[2], v[0], v[1], v[2], q.main, alpha, f0) * light[6]
    glow = _gloss(n[0], n[1], n[2], v[0], v[1], v[2], q.second, math.sqrt(rough * rough + 0.07), f0)
    # the grazing sheen of soft light from all around (fine down, Fresnel)
    nv = max(n[0] * v[0] + n[1] * v[1] + n[2] * v[2], 0.0)
    rim = 0.045 * (1.0 - nv) ** 3 * e_lum
    for c in range(3):
        s[3 + c] = top * (shine * q.main_colour[c] + glow * q.second_colour[c]) + rim
    s[10] = 0.0
    s[11] = 0.0
    if shine > 1e-4:
        e = 0.05
        aside = _gloss(n[0] + e * ax, n[1] + e * ay, n[2] + e * az, v[0], v[1], v[2], q.main, alpha, f0)
        above = _gloss(n[0] + e * ux, n[1] + e * uy, n[2] + e * uz, v[0], v[1], v[2], q.main, alpha, f0)
        whole = e * (shine + glow)
        s[10] = (aside * light[6] - shine) / whole
        s[11] = (above * light[6] - shine) / whole
    s[12] = 0.6 * oil / soft
    s[6] = around
    s[7] = y
    s[13] = lip
    s[14] = x
    s[15] = cavity


@kernel
def _porous_skin(q: Any, s: Any, out: Any) -> None:
    # Pores, freckles, moles and the lines of the lips on what _smooth_skin has found.
    seed = int(q.seed)
    around, y, lip = s[6], s[7], s[13]
    tex = q.texture * (0.35 if lip > 0.3 else 0.6)
    pores, pores_x, pores_y = noise_and_slope(around / 0.62, y / 0.62, seed + 15)
    bump_x = -tex * 0.0875 * pores_x
    bump_y = -tex * 0.0875 * pores_y
    brown = tex * 0.07 * pores
    if lip > 0.001:
        x = s[14]
        fine = value_noise(x / 0.75 + 0.3 * value_noise(x, y / 4.0, seed + 20), y / 6.0, seed + 21)
        bump_x += lip * 0.16 * fine
        brown += lip * 0.10 * fine
    gain = max(0.35, 1.0 + s[8] * bump_x + s[9] * bump_y)
    glint = max(0.0, 1.0 + s[10] * bump_x + s[11] * bump_y + s[12] * pores)
    m = q.melanin
    spots = _spots(q, seed, around, y)
    if spots > 0.0:
        brown += spots
        red, green, blue = (
            math.exp(-0.55 * m * brown),
            math.exp(-0.80 * m * brown),
            math.exp(-1.05 * m * brown),
        )
    else:  # so little that the exponential is a straight line
        red, green, blue = 1.0 - 0.55 * m * brown, 1.0 - 0.80 * m * brown, 1.0 - 1.05 * m * brown
    out[0] = s[0] * red * gain + s[3] * glint
    out[1] = s[1] * green * gain + s[4] * glint
    out[2] = s[2] * blue * gain + s[5] * glint


@kernel
def _shade_eye(
    p: Any,
    q: Any,
    cx: float,
    cy: float,
    cz: float,
    sx: float,
    n: Any,
    v: Any,
    light: Any,
    out: Any,
) -> None:
    side = 1 if sx > 0.0 else 0
    seed = int(q.seed) + 900 + side
    gx, gy, gz = q.gaze[side, 0], q.gaze[side, 1], q.gaze[side, 2]
    along = cx * gx + cy * gy + cz * gz
    px = cx - along * gx
    py = cy - along * gy
    pz = cz - along * gz
    rho = math.sqrt(px * px + py * py + pz * pz)
    radius = p.iris_radius
    out_dx = cx if side == 1 else -cx
    up, low = lid_curves(p, side, out_dx)
    # white, with fine veins and pink corners
    veins = value_noise(cx * 1.3 + 1.5 * value_noise(cx / 2.0, cy / 2.0, seed), cy * 4.2, seed + 1)
    redness = 0.05 + 0.10 * max(veins - 0.45, 0.0) * ramp(rho, radius, radius + 5.0)
    redness += 0.35 * ramp(-out_dx, p.canthus_medial - 4.4, p.canthus_medial - 1.5) + 0.16 * ramp(
        out_dx, p.canthus_lateral - 3.0, p.canthus_lateral
    )
    r = 0.58
    g = 0.56 * math.exp(-1.1 * redness)
    b = 0.55 * math.exp(-1.0 * redness)
    if along > 0.0:
        limb = 1.0 - ramp(rho, radius - 0.45, radius + 0.35)
        if limb > 0.0:
            angle = math.atan2(py, px)
            rel = rho / radius
            spokes = (
                value_noise(angle * 9.0, rel * 2.5, seed + 2) * 0.6
                + value_noise(angle * 22.0, rel * 5.0, seed + 3) * 0.4
            )
            tone = 1.0 + 0.38 * spokes
            inner = 1.0 - ramp(rel, 0.38, 0.62)
            ring = ramp(rel, 0.78, 0.98)
            ir = (q.iris[0] * (1 - 0.35 * inner) + 0.12 * inner * q.iris[0]) * tone
            ig = (q.iris[1] * (1 - 0.40 * inner)) * tone
            ib = (q.iris[2] * (1 - 0.45 * inner)) * tone
            ir += (q.iris_rim[0] - ir) * ring * 0.85
            ig += (q.iris_rim[1] - ig) * ring * 0.85
            ib += (q.iris_rim[2] - ib) * ring * 0.85
            hole = 1.0 - ramp(rho, q.pupil_radius - 0.2, q.pupil_radius + 0.2)
            ir += (0.004 + 0.80 * q.red_eye - ir) * hole
            ig += (0.004 + 0.05 * q.red_eye - ig) * hole
            ib += (0.004 + 0.05 * q.red_eye - ib) * hole
            r += (ir - r) * limb
            g += (ig - g) * limb
            b += (ib - b) * limb
    # the lids' shadow, and the ball turning away from the light
    shade = 1.0 - 0.62 * math.exp(-max(up - cy, 0.0) / 1.25) - 0.16 * math.exp(-max(cy - low, 0.0) / 0.9)
    shade *= 0.95 - 0.28 * ramp(abs(out_dx), 9.0, 15.0)
    out[0] = r * light[0] * shade
    out[1] = g * light[1] * shade
    out[2] = b * light[2] * shade
    # reflections on cornea (radius 7.8 mm) and tear film
    if along > 0.0 and rho < radius + 0.6:
        back = p.eye_radius - 7.8 + 2.6
        nx = cx - gx * back
        ny = cy - gy * back
        nz = cz - gz * back
    else:
        nx, ny, nz = cx, cy, cz
    length = math.sqrt(nx * nx + ny * ny + nz * nz)
    h = q.up_head
    wx = (h[0, 0] * nx + h[0, 1] * ny + h[0, 2] * nz) / length
    wy = (h[1, 0] * nx + h[1, 1] * ny + h[1, 2] * nz) / length
    wz = (h[2, 0] * nx + h[2, 1] * ny + h[2, 2] * nz) / length
    nv = wx * v[0] + wy * v[1] + wz * v[2]
    rx = 2.0 * nv * wx - v[0]
    ry = 2.0 * nv * wy - v[1]
    rz = 2.0 * nv * wz - v[2]
    cosine = rx * q.main[0] + ry * q.main[1] + rz * q.main[2]
    size = max(min(q.key_size, 0.30), 0.05)
    fresnel = 0.03 + 0.97 * max(0.0, 1.0 - nv) ** 5
    angle = math.acos(min(max(cosine, -1.0), 1.0))
    spot = (1.0 - ramp(angle, 0.82 * size, 1.12 * size)) * light[6] * (1.0 - ramp(cy, up - 1.2, up + 0.1))
    bright = min(3.5 * fresnel / math.sin(size) ** 2, 2.5)
    cosine = rx * q.second[0] + ry * q.second[1] + rz * q.second[2]
    angle = math.acos(min(max(cosine, -1.0), 1.0))
    second = (1.0 - ramp(angle, 0.10, 0.42)) * 0.20
    sky = 0.05 * fresnel / 0.03 * (0.4 + 0.6 * max(ry, 0.0)) * shade
    for c in range(3):
        out[c] += bright * spot * q.main_colour[c] + second * q.second_colour[c] + sky * light[c] * 0.5


@kernel
def _shade_rim(p: Any, q: Any, cx: float, cy: float, cz: float, light: Any, out: Any) -> None:
    # The wet edge of a lid: pink, the lower one bright, the upper one dark under its lashes.
    r = q.skin[0] * 0.9 + 0.03
    g = q.skin[1] * 0.62 + 0.02
    b = q.skin[2] * 0.60 + 0.02
    tone = 0.82 if cz > 0.5 else 0.30
    tone *= 1.0 - 0.30 * cy
    medial = ramp(-cx, p.canthus_medial - 5.0, p.canthus_medial - 2.0)
    out[0] = r * light[0] * tone * (1.0 + 0.1 * medial)
    out[1] = g * light[1] * tone * (1.0 - 0.15 * medial)
    out[2] = b * light[2] * tone * (1.0 - 0.12 * medial)


@kernel
def _shade_mouth(p: Any, q: Any, cx: float, cy: float, light: Any, out: Any) -> None:
    # Upper and lower teeth, gums and the dark between; cy counts from the closed mouth line.
    seed = int(q.seed) + 700
    _, _, upper, lower, _ = lip_curves(p, cx)
    top_gap = upper - p.stomion_y - cy
    low_gap = cy - (lower - p.stomion_y)
    ax = abs(cx)
    drop = p.jaw_drop
    edge = -1.6 - 1.4 * p.smile
    r, g, b = 0.045, 0.012, 0.011
    # tongue
    tongue = (1.0 - ramp(cy, -2.0 - drop * 0.9, 1.5 - drop * 0.6)) * (1.0 - ramp(ax, 14.0, 22.0))
    r += 0.09 * tongue
    g += 0.026 * tongue
    b += 0.026 * tongue
    if p.teeth > 0.01:
        for jaw in range(2):
            if jaw == 0:
                low_edge = edge + 0.55 * math.cos(ax / 4.3) + 0.012 * ax * ax * 0.5
                high_edge = 8.6 - 0.03 * ax
            else:
                high_edge = edge - 0.8 - 0.95 * drop + 0.4 * math.cos(ax / 2.6)
                low_edge = high_edge - 8.5
            if low_edge < cy < high_edge:
                w = 1.0 if jaw == 0 else 0.68
                at = 0.0
                left = 0.0
                width = 8.4 * w
                for k in range(7):
                    if k == 1:
                        size = 6.7
                    elif k == 0:
                        size = 8.4
                    elif k == 2:
                        size = 7.4
                    else:
                        size = 6.2
                    size *= w * math.cos(min(at / 34.0, 1.2))
                    if at <= ax < at + size:
                        left = at
                        width = size
                    at += size
                u = (ax - left) / width
                body = 1.0 - 0.45 * math.exp(-((min(u, 1.0 - u) * width / 0.28) ** 2))
                gum = (
                    ramp(cy, high_edge - 1.6, high_edge - 0.2)
                    if jaw == 0
                    else ramp(-cy, -low_edge - 1.6, -low_edge)
                )
                shade = hash01(int(left * 10), jaw, seed) * 0.06
                tr = (0.66 - shade) * body
                tg = (0.60 - shade) * body
                tb = (0.49 - shade) * body
                tr += (0.45 - tr) * gum
                tg += (0.17 - tg) * gum
                tb += (0.16 - tb) * gum
                wing = 1.0 - 0.72 * ramp(ax, 9.0, p.corner_x[0] + 1.0)
                if jaw == 1:
                    wing *= 0.72
                tip = min(1.0, (cy - low_edge) / 1.0) if jaw == 0 else min(1.0, (high_edge - cy) / 1.0)
                t = p.teeth * (0.6 + 0.4 * tip)
                r += (tr * wing - r) * t
                g += (tg * wing - g) * t
                b += (tb * wing - b) * t
    shade = (1.0 - 0.60 * math.exp(-max(top_gap, 0.0) / 1.7)) * (
        1.0 - 0.28 * math.exp(-max(low_gap, 0.0) / 1.4)
    )
    out[0] = r * light[0] * shade
    out[1] = g * light[1] * shade
    out[2] = b * light[2] * shade


@kernel
def _shade_cloth(
    q: Any, colour: Any, pattern: float, cx: float, cy: float, n: Any, v: Any, light: Any, out: Any
) -> None:
    # pattern: 0 jersey, 1 woven, 2 knit, 3 stripes, 4 paper, 5 silk
    seed = int(q.seed) + 300
    tone = 1.0
    if pattern < 0.5:
        tone += 0.05 * value_noise(cx * 2.2, cy * 0.9, seed) + 0.05 * value_noise(
            cx / 0.5, cy / 0.5, seed + 1
        )
    elif pattern < 1.5:
        weave = math.sin(cx * 4.4) * math.sin(cy * 4.4)
        tone += 0.05 * weave + 0.05 * value_noise(cx / 0.6, cy / 0.6, seed + 1)
    elif pattern < 2.5:
        row = cy / 3.0
        stitch = math.cos(cx * 2.4 + 0.7 * math.sin(row * 6.28)) * math.cos(row * 6.28)
        tone += 0.16 * stitch + 0.06 * value_noise(cx / 0.7, cy / 0.7, seed + 1)
    elif pattern < 3.5:
        tone *= 0.45 if math.sin(cx * 0.35) > 0.55 else 1.0
    elif pattern < 4.5:
        tone += 0.02 * value_noise(cx / 0.6, cy / 0.6, seed + 1)
    folds = 0.06 * fractal(cx / 28.0, cy / 34.0, seed + 2, 3)
    tone *= 1.0 + folds
    nv = max(n[0] * v[0] + n[1] * v[1] + n[2] * v[2], 0.0)
    fuzz = 0.06 * (1.0 - nv) ** 2
    silk = 0.0
    if pattern > 4.5:
        silk = 0.5 * _gloss(n[0], n[1], n[2], v[0], v[1], v[2], q.main, 0.45, 0.05) * light[6]
    for c in range(3):
        out[c] = (colour[c] * tone + fuzz) * light[c] + silk * q.main_colour[c]


@kernel
def _shade_frame(q: Any, n: Any, v: Any, light: Any, out: Any) -> None:
    shine = _gloss(
        n[0], n[1], n[2], v[0], v[1], v[2], q.main, max(0.22, 0.5 * q.key_size), 0.05 + 0.5 * q.frame_gloss
    )
    back = _gloss(n[0], n[1], n[2], v[0], v[1], v[2], q.second, 0.35, 0.05 + 0.5 * q.frame_gloss)
    for c in range(3):
        out[c] = q.frame[c] * light[c] + shine * light[6] * q.main_colour[c] + back * q.second_colour[c]


@kernel
def _gather_point(
    q: Any, material: int, corners: Floats, a: int, b: int, c: int, wa: float, wb: float, wc: float, f: Floats
) -> None:
    # What is known at the corners, at a point between them; then the direction to the lens.
    for k in range(CORNER if material == 0 else CORNER - 2):
        f[k] = wa * corners[a, k] + wb * corners[b, k] + wc * corners[c, k]
    n = f[3:6]
    length = math.sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2])
    if length > 0.0:
        for k in range(3):
            n[k] /= length
    v = f[CORNER : CORNER + 3]
    v[0] = -f[0]
    v[1] = -f[1]
    v[2] = q.distance - f[2]
    length = math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2])
    for k in range(3):
        v[k] /= length
    for k in range(9, 12):
        f[k] = max(f[k], 0.0)
    f[15] = max(f[15], 0.0)


@kernel
def shade_point(
    anatomy: Any,
    paint: Any,
    material: int,
    corners: Floats,
    a: int,
    b: int,
    c: int,
    wa: float,
    wb: float,
    wc: float,
    f: Floats,
    out: Floats,
) -> None:
    """Colour of a point of a triangle.

    Parameters
    ----------
    anatomy, paint : record arrays of shape (1,)
        Measures and colours.
    material : int
        See :class:`samples.portrait.head.Material`.
    corners : ndarray of shape (N, CORNER)
        float32: world (3), normal (3), rest (3), irradiance and flux (7), chart (3; of skin what
        :func:`paint_skin` found: 5).
    a, b, c : int
        Corners of the triangle.
    wa, wb, wc : float
        Weights of the corners.
    f : ndarray of shape (SCRATCH,)
        Scratch.
    out : ndarray of shape (3,)
        Receives linear RGB.
    """
    p = anatomy[0]
    q = paint[0]
    _gather_point(q, material, corners, a, b, c, wa, wb, wc, f)
    n = f[3:6]
    light = f[9:16]
    chart = f[16:CORNER]
    v = f[CORNER : CORNER + 3]
    if material <= 1:
        s = f[CORNER + 3 :]
        _smooth_skin(p, q, material == 1, chart, f[6], f[7], f[8], n, v, light, s)
        _porous_skin(q, s, out)
    elif material == 2:
        _shade_eye(p, q, chart[0], chart[1], chart[2], f[6], n, v, light, out)
    elif material == 3:
        _shade_rim(p, q, chart[0], chart[1], chart[2], light, out)
    elif material == 4:
        _shade_mouth(p, q, chart[0], chart[1], light, out)
    elif material == 5:
        if chart[2] > 0.5:
            _shade_cloth(q, q.cloth_second, 1.0, chart[0], chart[1], n, v, light, out)
        else:
            _shade_cloth(q, q.cloth, q.cloth_pattern, chart[0], chart[1], n, v, light, out)
    elif material == 6:
        for k in range(3):
            out[k] = q.hair[k] * 0.55 * light[k]
    elif material == 7:
        _shade_cloth(q, q.headwear, q.headwear_pattern, chart[0], chart[1], n, v, light, out)
    elif material == 8:
        _shade_frame(q, n, v, light, out)
    else:
        _shade_cloth(q, q.cover, q.cover_pattern, chart[0], chart[1], n, v, light, out)


@kernel
def resolve(
    index: Ints,
    nearness: Floats,
    screen: Floats,
    triangles: Ints,
    material: Any,
    corners: Floats,
    strand_colour: Floats,
    anatomy: Any,
    paint: Any,
    backdrop: Floats,
    factor: int,
    out: Floats,
) -> None:
    """Shade the samples and average them to pixels.

    A pixel whose samples belong to one smooth piece of surface is shaded once; others sample by sample. Skin
    without lips and folds is shaded at every other pixel of every other row, but for its pores.

    Parameters
    ----------
    index, nearness : ndarray of shape (factor * H, factor * W)
        From the rasteriser; indices from ``len(triangles)`` on are strand vertices.
    screen : ndarray of shape (N, 3)
        Corners on the samples' grid.
    triangles : ndarray of shape (M, 3)
        int32.
    material : ndarray of shape (M,)
        uint8.
    corners : ndarray of shape (N, CORNER)
        See :func:`shade_point`.
    strand_colour : ndarray of shape (S, 3)
        Linear RGB of strand vertices.
    anatomy, paint : record arrays of shape (1,)
        Measures and colours.
    backdrop : ndarray of shape (H, W, 3)
        Linear RGB of what is behind the person.
    factor : int
        Samples per pixel along each side.
    out : ndarray of shape (H, W, 3)
        Receives linear RGB.
    """
    height, width = out.shape[:2]
    count = triangles.shape[0]
    colour = np.empty(3)
    scratch = np.empty(SCRATCH)
    between = np.empty(_SMOOTH)
    # skin without its pores at every other pixel of every other row, two such rows at a time
    sparse = np.empty((2, width // 2 + 1, _SMOOTH))
    depth = np.zeros((2, width // 2 + 1))
    offset = 0.5 * (factor - 1)
    share = 1.0 / (factor * factor)
    for i in range(height):
        if i == 0:
            _sparse_skin(
                0, index, nearness, screen, triangles, material, corners, anatomy, paint, factor, scratch,
                sparse[0], depth[0],
            )  # fmt: skip
        if i % 2 == 1:
            row = (i + 1) // 2 % 2
            depth[row] = 0.0
            if i + 1 < height:
                _sparse_skin(
                    i + 1, index, nearness, screen, triangles, material, corners, anatomy, paint, factor,
                    scratch, sparse[row], depth[row],
                )  # fmt: skip
        upper = i // 2 % 2
        lower = (i + 1) // 2 % 2
        for j in range(width):
            first = index[factor * i, factor * j]
            near = nearness[factor * i, factor * j]
            kind = _kind(index, nearness, material, count, factor, i, j)
            if kind == -1:
                for c in range(3):
                    out[i, j, c] = backdrop[i, j, c]
                continue
            if kind == 0:
                left = j // 2
                right = (j + 1) // 2
                step = 0.0025 * near
                if (
                    abs(depth[upper, left] - near) < step
                    and abs(depth[upper, right] - near) < step
                    and abs(depth[lower, left] - near) < step
                    and abs(depth[lower, right] - near) < step
                ):
                    for k in range(_SMOOTH):
                        between[k] = 0.25 * (
                            sparse[upper, left, k]
                            + sparse[upper, right, k]
                            + sparse[lower, left, k]
                            + sparse[lower, right, k]
                        )
                    _porous_skin(paint[0], between, colour)
                    for c in range(3):
                        out[i, j, c] = colour[c]
                    continue
            if kind >= 0:
                a = triangles[first, 0]
                b = triangles[first, 1]
                d = triangles[first, 2]
                wa, wb, wc = triangle_weights(screen, a, b, d, factor * j + offset, factor * i + offset)
                wa = min(max(wa, -1.0), 2.0)
                wb = min(max(wb, -1.0), 2.0)
                wc = 1.0 - wa - wb
                shade_point(anatomy, paint, kind, corners, a, b, d, wa, wb, wc, scratch, colour)
                for c in range(3):
                    out[i, j, c] = colour[c]
                continue
            for c in range(3):
                out[i, j, c] = 0.0
            for s in range(factor):
                for t in range(factor):
                    k = index[factor * i + s, factor * j + t]
                    if k < 0:
                        for c in range(3):
                            out[i, j, c] += share * backdrop[i, j, c]
                    elif k >= count:
                        for c in range(3):
                            out[i, j, c] += share * strand_colour[k - count, c]
                    else:
                        a = triangles[k, 0]
                        b = triangles[k, 1]
                        d = triangles[k, 2]
                        wa, wb, wc = triangle_weights(screen, a, b, d, factor * j + t, factor * i + s)
                        shade_point(
                            anatomy, paint, int(material[k]), corners, a, b, d, wa, wb, wc, scratch, colour
                        )
                        for c in range(3):
                            out[i, j, c] += share * colour[c]


@kernel
def _kind(index: Ints, nearness: Floats, material: Any, count: int, factor: int, i: int, j: int) -> int:
    # Material of a pixel whose samples belong to one smooth piece of surface, -1 for the backdrop, -2 for all
    # others.
    first = index[factor * i, factor * j]
    if first >= count:
        return -2
    kind = -1 if first < 0 else int(material[first])
    near = nearness[factor * i, factor * j]
    for s in range(factor):
        for t in range(factor):
            k = index[factor * i + s, factor * j + t]
            if k >= count or (-1 if k < 0 else int(material[k])) != kind:
                return -2
            if kind >= 0 and abs(nearness[factor * i + s, factor * j + t] - near) > 0.0025 * near:
                return -2
    return kind


@kernel
def _sparse_skin(
    i: int,
    index: Ints,
    nearness: Floats,
    screen: Floats,
    triangles: Ints,
    material: Any,
    corners: Floats,
    anatomy: Any,
    paint: Any,
    factor: int,
    f: Floats,
    found: Floats,
    depth: Floats,
) -> None:
    # Skin without its pores at every other pixel of a row. `depth` receives how near it is; 0 where there is
    # none, or where it changes within a pixel or two: lips, folds, the rims of lids and nostrils.
    p = anatomy[0]
    q = paint[0]
    offset = 0.5 * (factor - 1)
    for h in range(found.shape[0]):
        depth[h] = 0.0
        j = 2 * h
        if (
            factor * j >= index.shape[1]
            or _kind(index, nearness, material, triangles.shape[0], factor, i, j) != 0
        ):
            continue
        first = index[factor * i, factor * j]
        a = triangles[first, 0]
        b = triangles[first, 1]
        d = triangles[first, 2]
        wa, wb, _ = triangle_weights(screen, a, b, d, factor * j + offset, factor * i + offset)
        wa = min(max(wa, -1.0), 2.0)
        wb = min(max(wb, -1.0), 2.0)
        _gather_point(q, 0, corners, a, b, d, wa, wb, 1.0 - wa - wb, f)
        _smooth_skin(
            p, q, False, f[16:CORNER], f[6], f[7], f[8], f[3:6], f[CORNER : CORNER + 3], f[9:16], found[h]
        )
        if found[h, 13] < 0.001 and found[h, 15] > 0.97:
            depth[h] = nearness[factor * i, factor * j]


@kernel
def shade_strands(
    rest: Floats,
    starts: Ints,
    seen: Any,
    outward: Floats,
    tone: Floats,
    white: Floats,
    growth: Any,
    light: Floats,
    owner: Any,
    camera: Floats,
    paint: Any,
    out: Floats,
) -> None:
    """Colour of the vertices of strands: diffuse and two sheens along the strand (Kajiya and Kay 1989).

    Parameters
    ----------
    rest : ndarray of shape (N, 3)
        Vertices in the head frame, mm.
    starts : ndarray of shape (S + 1,)
        First vertex of each strand.
    seen : ndarray of shape (N,)
        bool; others are left out.
    outward : ndarray of shape (N, 3)
        Unit vectors away from the skin, head frame.
    tone : ndarray of shape (N,)
        Brightness, lower deep in the hair.
    white : ndarray of shape (S,)
        1 for a white hair.
    growth : ndarray of shape (S,)
        See :class:`samples.portrait.hair.Growth`.
    light : ndarray of shape (L, 7)
        Irradiance at some of the vertices, see :func:`samples.portrait.light.irradiance`.
    owner : ndarray of shape (N,)
        Row of `light` that holds for each vertex.
    camera : ndarray of shape (3,)
        Lens in the head frame, mm.
    paint : record array of shape (1,)
        Colours.
    out : ndarray of shape (N, 3)
        Receives linear RGB.
    """
    q = paint[0]
    base = np.empty(3)
    towards = np.empty((2, 3))  # of the lights, in the head frame
    for c in range(3):
        towards[0, c] = 0.0
        towards[1, c] = 0.0
        for d in range(3):
            towards[0, c] += q.up_head[d, c] * q.main[d]
            towards[1, c] += q.up_head[d, c] * q.second[d]
    for s in range(starts.shape[0] - 1):
        kind = growth[s]
        vary = 0.80 + 0.40 * hash01(s, 11, int(q.seed))
        warm = 0.06 * (hash01(s, 12, int(q.seed)) - 0.5)
        for c in range(3):
            colour = q.brow[c] if kind == 2 else (0.012 if kind == 3 else q.hair[c])
            if kind == 1:
                colour = 0.75 * q.hair[c] + 0.25 * q.brow[c]
            base[c] = colour * vary
            if white[s] > 0.5:
                base[c] = 0.42
        base[0] *= 1.0 + warm
        base[2] *= 1.0 - warm
        first = starts[s]
        last = starts[s + 1] - 1
        for k in range(first, last + 1):
            if not seen[k]:
                continue
            lit = owner[k]
            a = max(k - 1, first)
            b = min(k + 1, last)
            tx = rest[b, 0] - rest[a, 0]
            ty = rest[b, 1] - rest[a, 1]
            tz = rest[b, 2] - rest[a, 2]
            length = math.sqrt(tx * tx + ty * ty + tz * tz) + 1e-9
            tx /= length
            ty /= length
            tz /= length
            vx = camera[0] - rest[k, 0]
            vy = camera[1] - rest[k, 1]
            vz = camera[2] - rest[k, 2]
            length = math.sqrt(vx * vx + vy * vy + vz * vz)
            vx /= length
            vy /= length
            vz /= length
            t = tone[k]
            sheen1 = 0.0
            sheen2 = 0.0
            glow = 0.0
            if kind <= 1:
                for which in range(2):
                    lx = towards[which, 0]
                    ly = towards[which, 1]
                    lz = towards[which, 2]
                    hx = lx + vx
                    hy = ly + vy
                    hz = lz + vz
                    length = math.sqrt(hx * hx + hy * hy + hz * hz) + 1e-9
                    # the scales of a hair tilt its reflection towards the root, the inner one towards the tip
                    sx = tx + 0.10 * outward[k, 0]
                    sy = ty + 0.10 * outward[k, 1]
                    sz = tz + 0.10 * outward[k, 2]
                    th = (sx * hx + sy * hy + sz * hz) / length
                    sx = tx - 0.16 * outward[k, 0]
                    sy = ty - 0.16 * outward[k, 1]
                    sz = tz - 0.16 * outward[k, 2]
                    th2 = (sx * hx + sy * hy + sz * hz) / length
                    facing = max(
                        0.0, 0.25 + 0.75 * (outward[k, 0] * lx + outward[k, 1] * ly + outward[k, 2] * lz)
                    )
                    power = (q.main_colour[1] if which == 0 else q.second_colour[1]) * facing
                    if which == 0:
                        power *= light[lit, 6]
                    sheen1 += power * max(1.0 - th * th, 0.0) ** 32
                    sheen2 += power * max(1.0 - th2 * th2, 0.0) ** 9
                # scattered light does not know where it came from
                glow = 0.10
            else:
                glow = 0.25
            t2 = t * t
            for c in range(3):
                diffuse = base[c] * (1.15 * light[lit, c] + glow * light[lit, 1]) * t
                out[k, c] = diffuse + t2 * (
                    0.045 * sheen1 + 0.55 * base[c] * sheen2 * light[lit, c] / max(light[lit, 1], 0.05)
                )


@kernel
def label_samples(index: Ints, label_of: Any, labels: Any, person: Any) -> None:
    """Labels of pixels from those of their samples.

    Parameters
    ----------
    index : ndarray of shape (factor * H, factor * W)
        From the rasteriser.
    label_of : ndarray of shape (K,)
        Label of each index, uint8, 0 is the background; indices below 0 are background.
    labels : ndarray of shape (H, W)
        Receives the most frequent label, uint8; of a tie the highest; background where less than half is
        covered.
    person : ndarray of shape (H, W)
        Receives the share of the samples that are not background, float32.
    """
    height, width = labels.shape
    factor = index.shape[0] // height
    count = np.empty(16, np.int64)
    for i in range(height):
        for j in range(width):
            k = index[factor * i, factor * j]
            first = label_of[k] if k >= 0 else 0
            same = True
            for s in range(factor):
                for t in range(factor):
                    k = index[factor * i + s, factor * j + t]
                    same &= (label_of[k] if k >= 0 else 0) == first
            if same:
                labels[i, j] = first
                person[i, j] = 0.0 if first == 0 else 1.0
                continue
            count[:] = 0
            for s in range(factor):
                for t in range(factor):
                    k = index[factor * i + s, factor * j + t]
                    count[label_of[k] if k >= 0 else 0] += 1
            covered = factor * factor - count[0]
            best = 0
            if 2 * covered >= factor * factor:
                for c in range(1, 16):
                    if (count[c] > 0 and count[c] >= count[best]) or (best == 0 and count[c] > 0):
                        best = c
            labels[i, j] = best
            person[i, j] = covered / (factor * factor)
