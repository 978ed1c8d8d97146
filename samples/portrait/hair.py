"""Strands: hair of the head, beard, brows and lashes.

Hair grows from roots on the skin, follows a direction field of its style, sinks under gravity and stays
outside the head. All random choices come from hashes of the root's place and the seed.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from icao_check.kernels.jit import kernel
from samples.portrait.anatomy import Anatomy
from samples.portrait.head import Grid, grid_normals
from samples.portrait.noise import hash01, hash_normal, value_noise
from samples.portrait.parameters import Identity, Look
from samples.portrait.relief import brow_lines, lid_lines, ramp
from samples.portrait.shading import beard_zone, hairlines

__all__ = [
    "Growth",
    "STYLES",
    "Strands",
    "Style",
    "grow_beard",
    "grow_brows",
    "grow_hair",
    "grow_lashes",
    "join",
    "lock_of_hair",
]

Floats = npt.NDArray[Any]


class Growth(IntEnum):
    """What a strand belongs to."""

    HEAD = 0
    BEARD = 1
    BROW = 2
    LASH = 3


class Strands(NamedTuple):
    """Polylines in the head frame.

    ``rest`` (N, 3) mm; ``starts`` (S + 1,) int32: strand s has vertices starts[s] … starts[s+1]-1; ``width``
    (N,) mm; ``tone`` (N,): brightness, darker deep in the hair; ``white`` (S,): 1 for a white hair;
    ``growth`` (S,) uint8; ``outward`` (N, 3): away from the skin.
    """

    rest: Floats
    starts: npt.NDArray[np.int32]
    width: Floats
    tone: Floats
    white: Floats
    growth: npt.NDArray[np.uint8]
    outward: Floats

    def only(self, which: npt.NDArray[np.bool_]) -> Strands:
        """Keep some of the strands: those where `which` (S,) is true."""
        size = np.diff(self.starts)
        vertices = np.repeat(which, size)
        starts = np.concatenate([[0], np.cumsum(size[which])]).astype(np.int32)
        return Strands(
            self.rest[vertices],
            starts,
            self.width[vertices],
            self.tone[vertices],
            self.white[which],
            self.growth[which],
            self.outward[vertices],
        )


class Style(NamedTuple):
    """How hair is worn. Lengths in mm at the top, the sides and the back of the head."""

    top: float
    side: float
    back: float
    lift: float
    gravity: float
    comb: int
    curl: float
    turns: float
    volume: float
    density: float
    width: float
    frizz: float
    segments: int


STYLES: dict[str, Style] = {
    "buzz": Style(4, 3, 3, 0.75, 0.0, 0, 0.0, 0.0, 2.0, 1.0, 0.20, 0.25, 3),
    "short": Style(30, 10, 11, 0.42, 0.30, 0, 1.0, 1.5, 11.0, 0.80, 0.24, 0.11, 8),
    "side": Style(74, 24, 22, 0.30, 0.60, 1, 1.0, 1.0, 12.0, 0.70, 0.26, 0.07, 12),
    "curly": Style(46, 28, 30, 0.62, 0.45, 2, 4.2, 2.6, 24.0, 0.75, 0.28, 0.16, 18),
    "afro": Style(44, 36, 40, 0.95, 0.0, 3, 2.6, 4.5, 40.0, 1.15, 0.28, 0.20, 18),
    "long": Style(360, 300, 280, 0.22, 2.4, 1, 3.0, 2.0, 13.0, 0.52, 0.40, 0.05, 26),
    "bob": Style(215, 165, 140, 0.26, 2.2, 1, 2.0, 1.2, 15.0, 0.58, 0.36, 0.05, 20),
    "fringe": Style(235, 185, 150, 0.26, 2.2, 4, 1.5, 1.0, 14.0, 0.58, 0.36, 0.05, 20),
    "ponytail": Style(170, 140, 110, 0.04, 0.0, 5, 0.5, 1.0, 5.0, 0.60, 0.26, 0.03, 16),
    "bun": Style(190, 150, 110, 0.05, 0.0, 6, 0.5, 1.0, 6.0, 0.60, 0.26, 0.03, 16),
}
"""Every style but ``bald``. ``comb``: 0 from the whorl, 1 from a parting, 2 and 3 outwards, 4 parting with
a fringe, 5 to the nape, 6 to a knot above the crown."""

_PHI, _THETA = 72, 48


@kernel
def _polar(x: float, y: float, z: float) -> tuple[float, float, float]:
    r = math.sqrt(x * x + y * y + z * z)
    if r < 1e-9:
        return 0.0, 0.0, 0.0
    return r, math.acos(min(max(y / r, -1.0), 1.0)), math.atan2(x, z)


@kernel
def _fill_radii(points: Floats, centre: Floats, table: Floats) -> None:
    rows, columns = table.shape
    for i in range(points.shape[0]):
        r, theta, phi = _polar(points[i, 0] - centre[0], points[i, 1] - centre[1], points[i, 2] - centre[2])
        a = min(int(theta / math.pi * rows), rows - 1)
        b = int((phi + math.pi) / (2 * math.pi) * columns) % columns
        table[a, b] = max(table[a, b], r)
    for _ in range(columns):
        holes = 0
        for a in range(rows):
            for b in range(columns):
                if table[a, b] <= 0.0:
                    total = 0.0
                    n = 0
                    for da in range(-1, 2):
                        for db in range(-1, 2):
                            aa = a + da
                            if 0 <= aa < rows:
                                v = table[aa, (b + db) % columns]
                                if v > 0.0:
                                    total += v
                                    n += 1
                    if n > 0:
                        table[a, b] = total / n
                    else:
                        holes += 1
        if holes == 0:
            break


@kernel
def _skull_radius(table: Floats, theta: float, phi: float) -> float:
    rows, columns = table.shape
    u = min(max(theta / math.pi * rows - 0.5, 0.0), rows - 1.001)
    v = (phi + math.pi) / (2 * math.pi) * columns - 0.5
    a = int(u)
    fa = u - a
    vf = math.floor(v)
    b = int(vf) % columns
    fb = v - vf
    c = (b + 1) % columns
    top = table[a, b] * (1 - fb) + table[a, c] * fb
    low = table[a + 1, b] * (1 - fb) + table[a + 1, c] * fb
    return float(top * (1 - fa) + low * fa)


@kernel
def _sow(
    points: Floats,
    normals: Floats,
    weight: Floats,
    density: float,
    seed: int,
    out: Floats,
    out_n: Floats,
    keys: Floats,
) -> int:
    # Roots on the cells of a grid: `density` per mm² where the weight is 1.
    rows, columns = weight.shape
    count = 0
    for i in range(rows - 1):
        for j in range(columns):
            k = (j + 1) % columns
            w = 0.25 * (weight[i, j] + weight[i + 1, j] + weight[i, k] + weight[i + 1, k])
            if w <= 0.0:
                continue
            ux = points[i, k, 0] - points[i, j, 0]
            uy = points[i, k, 1] - points[i, j, 1]
            uz = points[i, k, 2] - points[i, j, 2]
            vx = points[i + 1, j, 0] - points[i, j, 0]
            vy = points[i + 1, j, 1] - points[i, j, 1]
            vz = points[i + 1, j, 2] - points[i, j, 2]
            area = math.sqrt((uy * vz - uz * vy) ** 2 + (uz * vx - ux * vz) ** 2 + (ux * vy - uy * vx) ** 2)
            expected = area * density * w
            n = int(expected + hash01(i, j, seed))
            for s in range(n):
                if count >= out.shape[0]:
                    return count
                a = hash01(i * 31 + s, j, seed + 1)
                b = hash01(i * 31 + s, j, seed + 2)
                for c in range(3):
                    top = points[i, j, c] * (1 - a) + points[i, k, c] * a
                    low = points[i + 1, j, c] * (1 - a) + points[i + 1, k, c] * a
                    out[count, c] = top * (1 - b) + low * b
                    out_n[count, c] = normals[i, j, c]
                keys[count] = hash01(i * 31 + s, j, seed + 3)
                count += 1
    return count


@kernel
def _comb(
    comb: int, x: float, y: float, z: float, n: Floats, part: float, sweep: float, crown: float, out: Floats
) -> None:
    # Direction along the skin in which the hair lies.
    if comb == 0:
        dx = x - 6.0
        dy = y - 0.86 * crown
        dz = z + 52.0
        top = ramp(n[1], 0.35, 0.8)
        dx += top * sweep * 90.0
        if sweep > 0.9:
            dz -= top * 150.0
    elif comb == 1 or comb == 4:
        side = 1.0 if x > part else -1.0
        steep = ramp(n[1], 0.15, 0.75)
        dx = side * (0.25 + 0.9 * steep)
        dy = -1.0 + 0.6 * steep
        dz = -0.35 + 0.25 * steep
        if comb == 4 and z > 18.0 and abs(x) < 52.0:
            dx = 0.012 * x
            dy = -0.4
            dz = 1.0
    elif comb == 5:
        dx = -0.6 * x
        dy = -10.0 - (y - 20.0)
        dz = -150.0 - z
    elif comb == 6:
        dx = -x
        dy = crown + 8.0 - y
        dz = -42.0 - z
    else:
        dx = n[0]
        dy = n[1]
        dz = n[2]
    dot = dx * n[0] + dy * n[1] + dz * n[2]
    if comb != 2 and comb != 3:
        dx -= dot * n[0]
        dy -= dot * n[1]
        dz -= dot * n[2]
    length = math.sqrt(dx * dx + dy * dy + dz * dz) + 1e-9
    out[0] = dx / length
    out[1] = dy / length
    out[2] = dz / length


@kernel
def _grow(
    roots: Floats,
    normals: Floats,
    keys: Floats,
    style: Floats,
    part: float,
    sweep: float,
    crown: float,
    centre: Floats,
    table: Floats,
    seed: int,
    brow_limit: float,
    out: Floats,
    tone: Floats,
    outward: Floats,
) -> None:
    top, side, back, lift, gravity, comb_f, curl, turns, volume = (
        style[0],
        style[1],
        style[2],
        style[3],
        style[4],
        style[5],
        style[6],
        style[7],
        style[8],
    )
    frizz = style[11]
    segments = out.shape[1]
    comb = int(comb_f)
    d = np.empty(3)
    n = np.empty(3)
    for s in range(roots.shape[0]):
        x, y, z = roots[s, 0], roots[s, 1], roots[s, 2]
        n[0], n[1], n[2] = normals[s, 0], normals[s, 1], normals[s, 2]
        key = keys[s]
        up = ramp(n[1], 0.05, 0.75)
        rear = ramp(-z, 10.0, 70.0) * (1.0 - up)
        length = top * up + (1.0 - up) * (side * (1.0 - rear) + back * rear)
        if comb <= 3:
            length *= (
                0.72 + 0.42 * hash01(s, 1, seed) + 0.22 * value_noise(x / 14.0, (y + z) / 14.0, seed + 4)
            )
        else:
            length *= 0.86 + 0.24 * hash01(s, 1, seed)
        fringe = comb == 4 and z > 18.0 and abs(x) < 52.0 and y > 40.0
        if fringe:
            # the fringe ends above the brows
            length = max(
                12.0,
                1.12 * (y - brow_limit) + 10.0 * hash_normal(s, 6, seed) * 0.25 + 0.5 * max(0.0, 66.0 - z),
            )
        clump_x = value_noise(x / 9.0, z / 9.0 + y / 13.0, seed + 10)
        clump_z = value_noise(x / 9.0 + 40.0, z / 9.0 - y / 13.0, seed + 11)
        _comb(comb, x, y, z, n, part, sweep, crown, d)
        raise_ = lift * (0.7 + 0.6 * hash01(s, 2, seed))
        if comb == 0:
            raise_ *= 0.35 + 0.85 * up
        vx = d[0] * (1 - raise_) + n[0] * raise_ + 0.22 * clump_x + frizz * hash_normal(s, 3, seed)
        vy = d[1] * (1 - raise_) + n[1] * raise_ + frizz * hash_normal(s, 4, seed)
        vz = d[2] * (1 - raise_) + n[2] * raise_ + 0.22 * clump_z + frizz * hash_normal(s, 5, seed)
        layer = 1.0 + volume * (0.25 + 0.75 * key) * (0.55 if comb >= 5 else 1.0)
        step = length / (segments - 1)
        phase = 6.2831853 * (
            hash01(s, 7, seed) * 0.25 + 0.5 + 0.5 * value_noise(x / 7.0, (y + z) / 7.0, seed + 12)
        )
        ox = oy = oz = 0.0
        for k in range(segments):
            t = k / (segments - 1)
            r, theta, phi = _polar(x - centre[0], y - centre[1], z - centre[2])
            skull = _skull_radius(table, theta, phi)
            deep = (r - skull) / max(volume, 1.0)
            tone[s, k] = (0.42 + 0.58 * min(max(deep, 0.0), 1.0)) * (0.82 + 0.36 * key) * (0.94 + 0.10 * t)
            ux, uy, uz = (x - centre[0]) / r, (y - centre[1]) / r, (z - centre[2]) / r
            outward[s, k, 0], outward[s, k, 1], outward[s, k, 2] = ux, uy, uz
            out[s, k, 0], out[s, k, 1], out[s, k, 2] = x + ox, y + oy, z + oz
            length_v = math.sqrt(vx * vx + vy * vy + vz * vz) + 1e-9
            vx /= length_v
            vy /= length_v
            vz /= length_v
            x += vx * step
            y += vy * step
            z += vz * step
            # gravity turns the strand down, the style keeps it combed
            pull = gravity * step / 60.0
            vy -= pull
            if comb != 2 and comb != 3 and not fringe:
                near_skull = 1.0 - ramp(r - skull, volume, 3.0 * volume)
                if near_skull > 0.0 and y > -40.0:
                    n[0], n[1], n[2] = ux, uy, uz
                    _comb(comb, x, y, z, n, part, sweep, crown, d)
                    hold = 0.30 * near_skull * (1.0 if comb >= 5 else 0.6)
                    vx += hold * d[0]
                    vy += hold * d[1]
                    vz += hold * d[2]
            if fringe and k > 1:
                vy -= 0.22
                vz -= 0.05
            # outside the head
            r, theta, phi = _polar(x - centre[0], y - centre[1], z - centre[2])
            skull = _skull_radius(table, theta, phi)
            keep = skull + layer * min(1.0, 0.15 + 2.2 * t)
            if comb <= 3 and comb != 1:
                keep = skull + 0.6
            if r < keep:
                grow = keep / r
                x = centre[0] + (x - centre[0]) * grow
                y = centre[1] + (y - centre[1]) * grow
                z = centre[2] + (z - centre[2]) * grow
            elif r > keep + 2.0 and not fringe and (comb >= 5 or ((comb == 1 or comb == 4) and y > -10.0)):
                knot = math.sqrt(x * x + (y - crown - 8.0) ** 2 + (z + 42.0) ** 2) if comb == 6 else 99.0
                if knot > 26.0:
                    shrink = (keep + (0.5 if comb >= 5 else 0.75) * (r - keep)) / r
                    x = centre[0] + (x - centre[0]) * shrink
                    y = centre[1] + (y - centre[1]) * shrink
                    z = centre[2] + (z - centre[2]) * shrink
            if comb == 6 and (x * x + (y - crown - 6.0) ** 2 + (z + 42.0) ** 2) < 20.0**2:
                step = 0.0
            if (comb == 1 or comb == 4) and not fringe and z > 0.0 and y < 78.0:
                # away from the face
                aside = ramp(78.0 - y, 0.0, 30.0) * ramp(z, 0.0, 30.0)
                vx += 0.55 * aside * (1.0 if x > part else -1.0)
                vz -= 0.45 * aside
            if curl > 0.0:
                amount = curl * min(1.0, 2.5 * t)
                angle = phase + turns * 6.2831853 * t
                ax, ay, az = vy * 0.0 - vz, 0.0, vx
                la = math.sqrt(ax * ax + az * az) + 1e-6
                ax /= la
                az /= la
                bx = vy * az - vz * ay
                by = vz * ax - vx * az
                bz = vx * ay - vy * ax
                ca, sa = math.cos(angle) * amount, math.sin(angle) * amount
                ox = ca * ax + sa * bx
                oy = ca * ay + sa * by
                oz = ca * az + sa * bz


def _pack(
    points: Floats,
    tone: Floats,
    outward: Floats,
    width: Floats | float,
    white: Floats,
    growth: Growth,
    taper: float = 0.55,
) -> Strands:
    count, segments = points.shape[:2]
    thin = np.linspace(1.0, 1.0 - taper, segments)
    return Strands(
        points.reshape(-1, 3),
        (np.arange(count + 1) * segments).astype(np.int32),
        (np.broadcast_to(width, (count,))[:, None] * thin).reshape(-1),
        tone.reshape(-1),
        white,
        np.full(count, growth, np.uint8),
        outward.reshape(-1, 3),
    )


def join(parts: list[Strands]) -> Strands:
    """One set of strands from several.

    Parameters
    ----------
    parts : list of Strands
        At least one.

    Returns
    -------
    Strands
        All of them in order.
    """
    offset = np.cumsum([0] + [len(s.rest) for s in parts])
    starts = [s.starts[:-1] + o for s, o in zip(parts, offset, strict=False)]
    return Strands(
        np.concatenate([s.rest for s in parts]),
        np.concatenate([*starts, offset[-1:]]).astype(np.int32),
        np.concatenate([s.width for s in parts]),
        np.concatenate([s.tone for s in parts]),
        np.concatenate([s.white for s in parts]),
        np.concatenate([s.growth for s in parts]),
        np.concatenate([s.outward for s in parts]),
    )


def grow_hair(
    anatomy: Anatomy, grid: Grid, identity: Identity, look: Look, density: float = 1.0
) -> Strands | None:
    """Hair of the head.

    Parameters
    ----------
    anatomy : Anatomy
        Measures.
    grid : Grid
        The head.
    identity, look : Identity, Look
        Who it is and how the hair is worn.
    density : float
        Strands relative to the usual number; small pictures need fewer.

    Returns
    -------
    Strands or None
        None for a bald head.
    """
    if look.hair == "bald":
        return None
    style = STYLES[look.hair]
    rng = np.random.default_rng([look.hair_seed, 201])
    part = float(rng.choice([-22.0, 0.0, 22.0, -14.0, 14.0])) if look.hair != "fringe" else 0.0
    sweep = float(rng.choice([0.0, 0.5, -0.5, 1.0]))
    vary = 0.85 + 0.3 * rng.random()
    length = look.hair_length * vary
    seed = int(rng.integers(1 << 30))
    body = int(np.searchsorted(grid.rows, 16.0))
    points = np.ascontiguousarray(grid.bare[:body])
    normals = grid_normals(points, closed=True)
    inside = np.full(points.shape[:2], -50.0)
    high = points[..., 1] > -76.0  # hair ends above that
    found = np.empty(int(high.sum()))
    hairlines(anatomy, points[high], found)
    inside[high] = found
    weight = np.clip((inside + 1.0) / 6.0, 0.0, 1.0)
    deep = np.clip((inside - 6.0) / 10.0, 0.0, 1.0)
    if look.hair not in ("long", "bob", "fringe"):
        weight[normals[..., 2] < -0.55] = 0.0  # never seen
        deep[normals[..., 2] < -0.55] = 0.0
    room = 60000
    roots, root_n, keys = np.empty((room, 3)), np.empty((room, 3)), np.empty(room)
    # a few broad, dark strands below the others close the gaps
    under = _sow(points, normals, deep, 0.05 * style.density * density, seed + 17, roots, root_n, keys)
    keys[:under] *= 0.5
    count = under + _sow(
        points,
        normals,
        weight,
        0.34 * style.density * density,
        seed,
        roots[under:],
        root_n[under:],
        keys[under:],
    )
    roots, root_n, keys = roots[:count], root_n[:count], keys[:count]
    centre = np.array([0.0, 12.0, -4.0])
    table = np.zeros((_THETA, _PHI))
    _fill_radii(points.reshape(-1, 3), centre, table)
    numbers = np.array(style, np.float64)
    numbers[:3] *= length
    numbers[8] *= 0.8 + 0.4 * rng.random()
    shape = (count, style.segments)
    out, tone, outward = np.empty((*shape, 3)), np.empty(shape), np.empty((*shape, 3))
    brow_limit = float(anatomy.brow_y[0]) + 9.0
    _grow(roots, root_n, keys, numbers, part, sweep, float(anatomy.crown_y[0]), centre, table, seed,
          brow_limit, out, tone, outward)  # fmt: skip
    white = (np.random.default_rng([look.hair_seed, 202]).random(room)[:count] < look.hair_grey).astype(
        np.float64
    )
    tone[:under] *= 0.6
    width = np.full(count, style.width / math.sqrt(max(density, 0.2)))
    width[:under] *= 3.2
    strands = _pack(out, tone, outward, width, white, Growth.HEAD, 0.3)
    return join([strands, _knot(anatomy, look, density)]) if look.hair == "bun" else strands


def _knot(anatomy: Anatomy, look: Look, density: float) -> Strands:
    # The wound knot of a bun: arcs on nested spheres.
    rng = np.random.default_rng([look.hair_seed, 206])
    count, segments = int(2600 * density), 12
    radius = (20.0 + 7.0 * rng.random()) * (0.72 + 0.28 * rng.random((count, 1)))
    centre = np.array([0.0, float(anatomy.crown_y[0]) + 12.0, -40.0])
    # the arcs of a knot run mostly around its axis
    axis = rng.standard_normal((count, 3)) * 0.35 + np.array([0.25, 1.0, 0.3])
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    u = np.cross(axis, rng.standard_normal((count, 3)))
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    v = np.cross(axis, u)
    height = rng.uniform(-0.85, 0.85, (count, 1))
    turn = np.linspace(0, 1.6, segments)[None, :]
    flat = np.sqrt(1 - height**2)
    unit = (flat * np.cos(turn))[..., None] * u[:, None] + (flat * np.sin(turn))[..., None] * v[:, None]
    unit = unit + height[..., None] * axis[:, None]
    points = centre + radius[..., None] * unit * np.array([1.0, 0.82, 1.0])
    tone = np.repeat(0.45 + 0.55 * (radius / radius.max()) ** 4, segments, 1) * (
        0.85 + 0.3 * rng.random((count, 1))
    )
    white = (rng.random(count) < look.hair_grey).astype(float)
    return _pack(points, tone, unit, 0.28, white, Growth.HEAD, 0.2)


_BEARDS = {"stubble": (1.6, 0.55), "moustache": (9.0, 0.5), "goatee": (10.0, 0.5), "full": (11.0, 0.6)}


@kernel
def _beard_weight(anatomy: Any, points: Floats, kind: int, out: Floats) -> None:
    p = anatomy[0]
    for i in range(points.shape[0]):
        for j in range(points.shape[1]):
            x, y, z = points[i, j, 0], points[i, j, 1], points[i, j, 2]
            zone = beard_zone(p, x, y, z)
            if kind == 1 and (y < p.stomion_y or abs(x) > p.corner_x[0] + 7.0):
                zone = 0.0
            if kind == 2 and abs(x) > p.corner_x[0] + 5.0:
                zone = 0.0
            out[i, j] = zone if zone > 0.15 else 0.0


def grow_beard(
    anatomy: Anatomy, grid: Grid, identity: Identity, look: Look, density: float = 1.0
) -> Strands | None:
    """Beard.

    Parameters
    ----------
    anatomy : Anatomy
        Measures.
    grid : Grid
        The head.
    identity, look : Identity, Look
        Who it is and how the beard is worn.
    density : float
        Strands relative to the usual number.

    Returns
    -------
    Strands or None
        None without a beard.
    """
    if look.beard == "none":
        return None
    length, per_area = _BEARDS[look.beard]
    length *= 0.7 + 0.6 * np.random.default_rng([look.hair_seed, 203]).random()
    first, last = (int(np.searchsorted(grid.rows, v)) for v in (6.5, 15.5))
    points = np.ascontiguousarray(grid.points[first:last])
    normals = grid_normals(points, closed=True)
    weight = np.empty(points.shape[:2])
    kind = {"stubble": 0, "moustache": 1, "goatee": 2, "full": 3}[look.beard]
    _beard_weight(anatomy, points, kind, weight)
    room = 40000
    roots, n, keys = np.empty((room, 3)), np.empty((room, 3)), np.empty(room)
    seed = 7000 + look.hair_seed
    count = _sow(points, normals, weight, per_area * density, seed, roots, n, keys)
    roots, n, keys = roots[:count], n[:count], keys[:count]
    segments = 3 if kind == 0 else 7
    rng = np.random.default_rng([look.hair_seed, 204])
    jitter = rng.standard_normal((room, 3))[:count]
    wave = np.stack([np.sin(roots[:, 0] / 5.0 + roots[:, 1] / 9.0), np.cos(roots[:, 0] / 6.0)], 1)
    down = np.array([0.0, -1.0, 0.0]) + np.stack([0.012 * roots[:, 0], 0 * keys, 0 * keys], 1)
    down -= (down * n).sum(1, keepdims=True) * n
    down /= np.linalg.norm(down, axis=1, keepdims=True) + 1e-9
    lift = 0.75 if kind == 0 else 0.42
    d = down * (1 - lift) + n * lift + 0.16 * jitter
    d[:, 0] += 0.18 * wave[:, 0]
    moustache = roots[:, 1] > anatomy.stomion_y[0]
    size = length * (0.7 + 0.6 * keys)
    size = np.where(moustache & (np.abs(roots[:, 0]) < 30), np.minimum(size, 8.5), size)
    p = roots.copy()
    out = np.empty((count, segments, 3))
    for k in range(segments):
        out[:, k] = p
        d /= np.linalg.norm(d, axis=1, keepdims=True)
        p = p + d * (size / (segments - 1))[:, None]
        d = d + np.array([0, -0.25, 0]) + 0.1 * jitter[:, ::-1]
    tone = np.linspace(0.55, 1.0, segments)[None, :] * (0.8 + 0.4 * keys[:, None])
    white = (
        np.random.default_rng([look.hair_seed, 205]).random(room)[:count] < min(1.0, 1.25 * look.hair_grey)
    ).astype(float)
    return _pack(out, tone, np.repeat(n[:, None], segments, 1), 0.20, white, Growth.BEARD)


def grow_brows(anatomy: Anatomy, grid: Grid, identity: Identity, look: Look) -> Strands:
    """Brows.

    Parameters
    ----------
    anatomy : Anatomy
        Measures.
    grid : Grid
        The head.
    identity, look : Identity, Look
        Who it is and how dense the brows are.

    Returns
    -------
    Strands
        Both brows, left of the picture first.
    """
    a = anatomy[0]
    per_side = round(200 + 520 * look.brow_density)
    segments = 5
    parts = []
    for side in (0, 1):
        rng = np.random.default_rng([identity.seed, 210 + side])
        t = 1.06 * rng.random(900)[:per_side] ** 0.8
        u = rng.random(900)[:per_side]
        size = (
            (5.6 + 3.0 * rng.random(900)[:per_side]) * (1.0 - 0.38 * t) * float(a.brow_thickness / 8.0) ** 0.5
        )
        turn = rng.standard_normal(900)[:per_side] * 0.16
        white = (rng.random(900)[:per_side] < 0.28 * look.hair_grey).astype(float)
        curve = np.empty((per_side, 3))
        brow_lines(anatomy, side, t, curve)
        x = curve[:, 0]
        y = curve[:, 2] + (0.05 + 0.80 * u) * (curve[:, 1] - curve[:, 2])
        # inner hairs stand up, outer ones lie along the brow; above they turn down, below up
        angle = (
            np.radians(78.0) * np.maximum(1 - t, 0.0) ** 1.6
            + np.radians(22.0)
            - np.radians(52.0) * t
            - (u - 0.45) * 0.75
            + turn
        )
        out = np.empty((per_side, segments, 3))
        sign = 1.0 if side else -1.0
        lift = np.linspace(0.15, 0.75, segments)
        for k in range(segments):
            out[:, k, 0], out[:, k, 1] = sign * x, y
            x = x + np.cos(angle) * size / (segments - 1)
            y = y + np.sin(angle) * size / (segments - 1)
            angle = angle - 0.10 * (0.4 + t)
        depth = grid.depth(out[..., :2].reshape(-1, 2)).reshape(per_side, segments)
        out[..., 2] = np.where(np.isfinite(depth), depth, 0.0) + lift
        tone = np.linspace(0.8, 1.05, segments)[None, :] * (0.8 + 0.4 * rng.random((900, 1))[:per_side])
        outward = np.zeros_like(out)
        outward[..., 2] = 1.0
        ok = np.isfinite(depth).all(1)
        parts.append(_pack(out[ok], tone[ok], outward[ok], 0.145, white[ok], Growth.BROW))
    return join(parts)


def grow_lashes(anatomy: Anatomy, grid: Grid, identity: Identity) -> Strands:
    """Lashes of both eyes.

    Parameters
    ----------
    anatomy : Anatomy
        Measures.
    grid : Grid
        The head.
    identity : Identity
        Who it is.

    Returns
    -------
    Strands
        Upper and lower lashes.
    """
    a = anatomy[0]
    long_ = 1.0 if identity.sex == "female" else 0.78
    parts = []
    segments = 5
    for side in (0, 1):
        sign = 1.0 if side else -1.0
        for lower in (False, True):
            count = 60 if lower else 150
            rng = np.random.default_rng([identity.seed, 220 + 2 * side + lower])
            u = np.sort(rng.random(count)) * 0.90 + 0.08
            dx = -a.canthus_medial + u * (a.canthus_medial + a.canthus_lateral)
            lids = np.empty((count, 2))
            lid_lines(anatomy, side, dx, lids)
            y = lids[:, 1 if lower else 0]
            x = sign * (0.5 * a.ipd + dx)
            z = grid.depth(np.stack([x, y], 1))
            root = np.stack([x, y, z - 0.3], 1)
            opened = min(max(float(a.lid[side]), 0.0), 1.0)
            fan = (dx - 1.0) / 13.0
            size = (3.0 if lower else 6.4) * long_ * (0.75 + 0.4 * rng.random(count)) * (0.75 + 0.35 * u)
            rise = -0.50 if lower else -0.75 + 0.55 * opened
            aside = sign * (0.75 * fan + 0.16 * rng.standard_normal(count))
            d = np.stack([aside, rise + 0.12 * rng.standard_normal(count), np.full(count, 1.0)], 1)
            curl = np.array([0.0, -0.08 if lower else 0.08 + 0.16 * opened, -0.06])
            out = np.empty((count, segments, 3))
            p = root
            for k in range(segments):
                out[:, k] = p
                d /= np.linalg.norm(d, axis=1, keepdims=True)
                p = p + d * (size / (segments - 1))[:, None]
                d = d + curl
            ok = np.isfinite(z)
            outward = np.zeros_like(out)
            outward[..., 2] = 1.0
            tone = np.full((count, segments), 0.6)
            parts.append(
                _pack(
                    out[ok],
                    tone[ok],
                    outward[ok],
                    0.10 if lower else 0.14,
                    np.zeros(int(ok.sum())),
                    Growth.LASH,
                    0.6,
                )
            )
    return join(parts)


def lock_of_hair(anatomy: Anatomy, grid: Grid, look: Look) -> Strands:
    """Grow a lock that hangs over one eye.

    Parameters
    ----------
    anatomy : Anatomy
        Measures.
    grid : Grid
        The head.
    look : Look
        Whose seed draws the side and the strands.

    Returns
    -------
    Strands
        The lock.
    """
    a = anatomy[0]
    rng = np.random.default_rng([look.hair_seed, 230])
    sign = float(rng.choice([-1.0, 1.0]))
    count, segments = 900, 18
    across = rng.random(count) - 0.5
    start_x = 12.0 + 16.0 * across + 3.0 * rng.standard_normal(count)
    end_x = 0.5 * float(a.ipd) + 6.0 + 34.0 * across + 3.0 * rng.standard_normal(count)
    end_y = float(a.subnasale_y) + 14.0 * rng.standard_normal(count)
    way = np.linspace(0, 1, segments)
    x = start_x[:, None] + (end_x - start_x)[:, None] * way**0.8
    y = float(a.hairline_y) + 4.0 + (end_y - float(a.hairline_y))[:, None] * way
    x = sign * (x + 2.5 * np.sin(3.0 * way + 6.0 * across[:, None]))
    z = grid.depth(np.stack([x, y], -1).reshape(-1, 2)).reshape(x.shape)
    z = (
        np.maximum.accumulate(np.nan_to_num(z, nan=60.0)[:, ::-1], axis=1)[:, ::-1] * 0.35
        + np.nan_to_num(z, nan=60.0) * 0.65
    )
    z = z + 2.0 + 5.0 * np.sin(np.pi * way) + 4.0 * rng.random((count, 1))
    outward = np.zeros((count, segments, 3))
    outward[..., 2] = 1.0
    tone = np.repeat(0.7 + 0.3 * rng.random((count, 1)), segments, 1)
    return _pack(np.stack([x, y, z], -1), tone, outward, 0.30, np.zeros(count), Growth.HEAD)
