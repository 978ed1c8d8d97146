"""Clothes, headwear, glasses and what else covers the face."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from samples.portrait.anatomy import Anatomy
from samples.portrait.head import Grid, Material, Mesh, grid_mesh
from samples.portrait.loft import Loft
from samples.portrait.noise import fractal_grid
from samples.portrait.parameters import Wear

__all__ = ["Lens", "Spectacles", "clothes", "covering", "hair_limit", "headwear", "spectacles"]

Floats = npt.NDArray[np.float64]


def _angles(step: float, limit: float = np.pi) -> Floats:
    n = round(150 / step)
    if limit >= np.pi:
        return np.linspace(-np.pi, np.pi, n, endpoint=False)
    return np.linspace(-limit, limit, max(8, round(n * limit / np.pi)))


def _folds(angles: Floats, rows: Floats, seed: int, across: float, along: float) -> Floats:
    out = np.empty((len(rows), len(angles)))
    fractal_grid(angles * across, rows * along, seed, 3, out)
    return out


def _shell(
    loft: Loft,
    rows: Floats,
    angles: Floats,
    push: Floats | float,
    material: Material,
    head: Floats | float,
    cut: Callable[[Floats, Floats], Floats] | None = None,
) -> Mesh:
    # A surface at a distance from the body; `cut(points, angles)` is positive where it is open.
    bare = loft.surface(rows, angles)
    out = loft.surface(rows, angles, 1.0) - bare
    points = bare + out * np.broadcast_to(push, bare.shape[:2])[..., None]
    closed = abs(angles[1] - angles[0] - (angles[0] + 2 * np.pi - angles[-1])) < 1e-6
    mesh = grid_mesh(np.ascontiguousarray(points), material, closed=bool(closed))
    wide = np.broadcast_to(angles, bare.shape[:2]).ravel()
    chart = np.stack([wide * 95.0, mesh.rest[:, 1], np.zeros(len(wide))], 1)
    weights = np.repeat(np.broadcast_to(head, rows.shape), len(angles))
    cuts = cut(mesh.rest, wide) if cut is not None else mesh.cut
    return mesh._replace(chart=chart, head=weights, cut=cuts)


def _trunk_weight(rows: Floats) -> Floats:
    t = np.clip((rows - 15.0) / 3.0, 0.0, 1.0)
    return np.asarray(1.0 - t * t * (3.0 - 2.0 * t))


def clothes(anatomy: Anatomy, grid: Grid, wear: Wear, seed: int, step: float = 1.0) -> list[Mesh]:
    """Clothes on the trunk.

    Parameters
    ----------
    anatomy : Anatomy
        Measures.
    grid : Grid
        Head, neck and trunk.
    wear : Wear
        Which clothes.
    seed : int
        Draws the folds.
    step : float
        1 is the usual fineness.

    Returns
    -------
    list of Mesh
        Their chart is (around, height, 1 for the second colour), mm.
    """
    a = anatomy[0]
    base = float(a.chin_y - a.neck_length)
    size = float(a.shoulder_half) / 200.0

    def round_neck(front: float, back: float) -> Callable[[Floats, Floats], Floats]:
        def cut(p: Floats, angle: Floats) -> Floats:
            return np.asarray(p[:, 1] - (base + front + (back - front) * 0.5 * (1.0 - np.cos(angle))))

        return cut

    def v_neck(depth: float, slope: float, back: float) -> Callable[[Floats, Floats], Floats]:
        def cut(p: Floats, angle: Floats) -> Floats:
            v = base - depth + slope * np.abs(p[:, 0])
            ring = base - 4.0 + (back + 4.0) * 0.5 * (1.0 - np.cos(angle))
            return np.asarray(p[:, 1] - np.where(np.cos(angle) > 0, np.minimum(v, ring + 8.0), ring))

        return cut

    rows = np.linspace(15.6, 22.0, round(64 / step))
    angles = _angles(step)
    folds = 4.0 + 1.8 * _folds(angles, rows, seed % 1000 + 71, 3.0, 1.6)
    head = _trunk_weight(rows)
    out: list[Mesh] = []
    cut = {
        "crew": round_neck(-6.0, 34.0),
        "top": round_neck(-42.0 * size, 20.0),
        "vneck": v_neck(70.0 * size, 1.5, 30.0),
        "shirt": v_neck(34.0 * size, 1.7, 36.0),
        "turtleneck": round_neck(6.0, 40.0),
        "jacket": v_neck(170.0 * size, 2.6, 34.0),
    }[wear.clothes]
    out.append(_shell(grid.loft, rows, angles, folds, Material.CLOTHES, head, cut))
    if wear.clothes == "jacket":
        inner = _shell(
            grid.loft,
            rows,
            angles,
            2.0 + 0.3 * (folds - 4),
            Material.CLOTHES,
            head,
            v_neck(26.0 * size, 1.6, 34.0),
        )
        inner.chart[:, 2] = 1.0
        out.append(inner)
    if wear.clothes in ("shirt", "jacket"):
        collar = _collar(grid.loft, base, size, step)
        collar.chart[:, 2] = 1.0 if wear.clothes == "jacket" else 0.0
        out.append(collar)
    if wear.clothes == "turtleneck":
        neck = np.linspace(15.75, 17.7, round(26 / step))
        roll = 4.5 + 1.2 * np.sin(np.linspace(0, np.pi, len(neck)))[:, None]
        roll = roll + 0.6 * _folds(angles, neck, seed % 1000 + 75, 3.0, 3.0)
        out.append(_shell(grid.loft, neck, angles, roll, Material.CLOTHES, _trunk_weight(neck)))
    return out


def _collar(loft: Loft, base: float, size: float, step: float) -> Mesh:
    # A shirt collar: it stands around the neck, folds over and ends in two points in front.
    angles = np.linspace(np.radians(9.0), np.radians(351.0), round(110 / step))
    front = 0.5 * (1.0 + np.cos(angles))
    ring_row = np.full_like(angles, 17.1) + 0.35 * front
    stand = loft.surface(ring_row, angles[None, :].repeat(len(angles), 0))
    ring = np.stack([stand[i, i] for i in range(len(angles))])
    outward = ring * (1.0, 0.0, 1.0) - np.array([0.0, 0.0, -12.0])
    outward[:, 1] = 0.0
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    low = ring + outward * 5.0
    low[:, 1] -= 4.0
    high = ring + outward * 6.0
    high[:, 1] += 22.0 - 10.0 * front**6
    edge = ring + outward * (12.0 + 10.0 * front**4)[:, None]
    edge[:, 1] -= 9.0 + 22.0 * front**10 * size
    points = np.stack(
        [
            low,
            0.5 * (low + high),
            high,
            high + outward * 2.0 - (0, 1.5, 0),
            0.5 * (high + edge) + outward * 3.0,
            edge,
        ]
    )
    mesh = grid_mesh(np.ascontiguousarray(points), Material.CLOTHES, closed=False, head=0.0)
    chart = np.stack([mesh.rest[:, 0], mesh.rest[:, 1], np.zeros(len(mesh.rest))], 1)
    return mesh._replace(chart=chart, head=np.full(len(chart), 0.25))


def hair_limit(wear: Wear, rest: Floats) -> npt.NDArray[np.bool_]:
    """Which roots of hair stay outside the headwear.

    Parameters
    ----------
    wear : Wear
        Which headwear.
    rest : ndarray of shape (N, 3)
        Roots, mm of the head frame.

    Returns
    -------
    ndarray of shape (N,)
        True where hair is seen.
    """
    if wear.headwear == "none":
        return np.ones(len(rest), bool)
    if wear.headwear in ("hijab", "headscarf"):
        return np.zeros(len(rest), bool)
    line = _brim_line(wear.headwear, np.arctan2(rest[:, 0], rest[:, 2]))
    if wear.headwear == "band":
        return np.asarray(np.abs(rest[:, 1] - line) > 10.0)
    return np.asarray(rest[:, 1] < line - 6.0)


def _brim_line(kind: str, angle: Floats) -> Floats:
    front, back = {"beanie": (46.0, -6.0), "cap": (52.0, 12.0), "hat": (50.0, 22.0), "band": (62.0, 44.0),
                   "headscarf": (60.0, -34.0)}.get(kind, (50.0, 10.0))  # fmt: skip
    return np.asarray(front + (back - front) * 0.5 * (1.0 - np.cos(angle)))


def headwear(anatomy: Anatomy, grid: Grid, wear: Wear, seed: int, step: float = 1.0) -> list[Mesh]:
    """Hijab, cap, beanie, hat, band or head scarf.

    Parameters
    ----------
    anatomy : Anatomy
        Measures.
    grid : Grid
        Head, neck and trunk.
    wear : Wear
        Which headwear.
    seed : int
        Draws the folds.
    step : float
        1 is the usual fineness.

    Returns
    -------
    list of Mesh
        Their chart is (around, height, 0), mm. Empty without headwear.
    """
    kind = wear.headwear
    if kind == "none":
        return []
    if kind == "hijab":
        return [_hijab(anatomy, grid, seed, step)]
    angles = _angles(step)
    rows = np.concatenate(
        [np.linspace(0.0, 1.0, round(12 / step)), np.linspace(1.0, 9.5, round(70 / step))[1:]]
    )

    def below(p: Floats, angle: Floats) -> Floats:
        return np.asarray(_brim_line(kind, angle) - p[:, 1])

    if kind == "band":

        def outside(p: Floats, angle: Floats) -> Floats:
            return np.asarray(np.abs(p[:, 1] - _brim_line(kind, angle)) - 11.0)

        return [_shell(grid.loft, rows, angles, 9.0, Material.HEADWEAR, 1.0, outside)]
    thick = {"beanie": 10.0, "cap": 10.0, "hat": 12.0, "headscarf": 13.0}[kind]
    wave = {"beanie": 1.2, "cap": 0.3, "hat": 0.3, "headscarf": 4.0}[kind]
    across, along = (7.0, 1.4) if kind == "headscarf" else (2.5, 1.0)
    push = thick + wave * _folds(angles, rows, seed % 1000 + 81, across, along)
    if kind == "headscarf":
        push = push + 6.0 * np.exp(-(((rows[:, None] - 3.0) / 1.6) ** 2))
    if kind == "hat":
        push = push + 12.0 * np.clip(1.0 - rows / 2.5, 0, 1)[:, None]
    out = [_shell(grid.loft, rows, angles, push, Material.HEADWEAR, 1.0, below)]
    if kind == "beanie":  # its turned-up edge

        def edge(p: Floats, angle: Floats) -> Floats:
            d = p[:, 1] - _brim_line(kind, angle)
            return np.asarray(np.maximum(-d, d - 34.0))

        out.append(_shell(grid.loft, rows, angles, push + 3.5, Material.HEADWEAR, 1.0, edge))
    if kind in ("cap", "hat"):
        out.append(_brim(anatomy, grid, kind, step))
    return out


def _brim(anatomy: Anatomy, grid: Grid, kind: str, step: float) -> Mesh:
    limit = np.radians(62.0) if kind == "cap" else np.pi
    angles = _angles(step, limit)
    line = _brim_line(kind, angles)
    reach = np.linspace(0.0, 1.0, round(26 / step))
    width = float(anatomy.head_half[0]) + 11.0
    depth = np.where(
        np.cos(angles) > 0, float(anatomy.forehead_z[0]) + 11.0, -float(anatomy.occiput_z[0]) + 11.0
    )
    far = (
        68.0 * np.clip(np.cos(angles * (0.5 * np.pi / limit)), 0, 1) ** 0.6
        if kind == "cap"
        else np.full(len(angles), 62.0)
    )
    x = np.sin(angles) * width
    z = np.cos(angles) * depth
    dx = np.sin(angles) * (0.25 if kind == "cap" else 1.0)
    dz = np.cos(angles) if kind == "hat" else np.ones(len(angles))
    r = reach[:, None]
    px = x + r * far * dx
    pz = z + r * far * dz - 4.0
    sag = 15.0 if kind == "cap" else 6.0
    py = line + 2.0 - sag * r**1.3 - (0.0022 * (px**2) if kind == "cap" else 0.0004 * px**2)
    points = np.stack(np.broadcast_arrays(px, py, pz), -1)
    top = points + np.array([0.0, 2.2, 0.0])
    both = np.concatenate([top, points[::-1]])
    return grid_mesh(np.ascontiguousarray(both), Material.HEADWEAR, closed=kind == "hat")


def _hijab(anatomy: Anatomy, grid: Grid, seed: int, step: float) -> Mesh:
    a = anatomy[0]
    loft = grid.loft
    half = loft.half.copy()
    front_z = loft.front_z.copy()
    back_z = loft.back_z.copy()
    front_y = loft.front_y.copy()
    # The cloth falls from the jaw to the shoulders instead of following the neck.
    half[14:19] = np.maximum(
        half[14:19], [a.jaw_half + 1, a.jaw_half + 6, a.jaw_half + 16, a.jaw_half + 30, a.jaw_half + 52]
    )
    front_z[14:19] = np.maximum(front_z[14:19], [66.0, 58.0, 56.0, 60.0, 66.0])
    back_z[12:19] = np.minimum(back_z[12:19], [-74.0, -76.0, -78.0, -82.0, -88.0, -94.0, -100.0])
    front_y[14] = a.chin_y - 4.0
    front_y[15] = a.chin_y - 12.0
    draped = loft._replace(half=half, front_z=front_z, back_z=back_z, front_y=front_y)
    rows = np.concatenate(
        [
            np.linspace(0.0, 1.0, round(10 / step)),
            np.linspace(1.0, 13.0, round(80 / step))[1:],
            np.linspace(13.0, 20.6, round(80 / step))[1:],
        ]
    )
    angles = _angles(step)
    low = np.clip((rows - 12.0) / 5.0, 0.0, 1.0)[:, None]
    folds = _folds(angles, rows, seed % 1000 + 91, 4.0, 0.55)
    drape = np.sin(rows[:, None] * 4.2 + 3.0 * np.cos(angles)[None, :] + 2.0 * folds)
    push = 8.0 + 1.2 * folds + low * (3.0 * drape + 5.0 * folds)
    top = float(min(a.hairline_y - 8.0, 66.0))
    bottom = float(a.chin_y - 5.0)
    centre = 0.5 * (top + bottom)
    height = 0.5 * (top - bottom)
    width = float(a.face_half) * 0.93

    def opening(p: Floats, angle: Floats) -> Floats:
        y = (p[:, 1] - centre) / height
        w = width * (1.0 - 0.20 * np.clip(-y, 0, 1) ** 1.6)
        r = (np.abs(p[:, 0] / w) ** 2.2 + np.abs(y) ** 2.4) ** (1 / 2.3)
        return np.where(p[:, 2] > 0.0, (1.0 - r) * 40.0, -50.0)

    head = _trunk_weight(rows)
    return _shell(draped, rows, angles, push, Material.HEADWEAR, head, opening)


def covering(anatomy: Anatomy, grid: Grid, wear: Wear, seed: int, step: float = 1.0) -> list[Mesh]:
    """Mask or scarf over the lower face.

    Parameters
    ----------
    anatomy : Anatomy
        Measures.
    grid : Grid
        Head, neck and trunk.
    wear : Wear
        What covers the face.
    seed : int
        Draws the folds.
    step : float
        1 is the usual fineness.

    Returns
    -------
    list of Mesh
        Empty when nothing of cloth covers it.
    """
    a = anatomy[0]
    if wear.covering == "scarf":
        rows = np.linspace(8.7, 17.6, round(80 / step))
        angles = _angles(step)
        folds = _folds(angles, rows, seed % 1000 + 95, 2.5, 1.6)
        push = 13.0 + 3.0 * folds + 2.5 * np.sin(rows[:, None] * 5.0 + 2.0 * np.sin(angles)[None, :])
        over_nose = np.exp(-((angles / 0.30) ** 2)) * np.exp(-(((rows[:, None] - 8.9) / 1.4) ** 2))
        return [_shell(grid.loft, rows, angles, push + 12.0 * over_nose, Material.COVER, _trunk_weight(rows))]
    if wear.covering != "surgical_mask":
        return []
    rows = np.linspace(7.2, 13.6, round(70 / step))
    angles = _angles(step, np.radians(64.0))
    bare = grid.loft.surface(rows, angles)
    tip = float(a.subnasale_y + a.nose_tip_rise)
    y = bare[..., 1]
    ridge = np.clip((float(a.nasion_y) - y) / (float(a.nasion_y) - tip), 0.0, 1.0)
    under = np.clip((tip - y) / (tip - float(a.chin_y)), 0.0, 1.0)
    bump = float(a.nose_protrusion) * np.where(y > tip, ridge**0.9, 1.0 - 0.62 * under)
    points = bare.copy()
    points[..., 2] += (
        3.5
        + (bump + 1.5) * np.exp(-((bare[..., 0] / 23.0) ** 2))
        + 5.0 * np.sin(np.pi * np.clip(under, 0, 1)) * np.cos(angles)
    )
    points[..., 2] += 0.9 * np.sign(np.sin((y - tip) / 3.6)) * np.exp(-(((y + 62.0) / 26.0) ** 4))  # pleats
    mesh = grid_mesh(np.ascontiguousarray(points), Material.COVER, closed=False)
    top = -14.0 - 0.20 * np.abs(points[..., 0])
    cut = np.maximum(points[..., 1] - top, -50.0).ravel()
    return [mesh._replace(cut=cut)]


class Lens(NamedTuple):
    """One lens: points (N, 3) in the head frame, its triangles, its chart (N, 2): -1 … 1 across and up."""

    points: Floats
    chart: Floats
    triangles: npt.NDArray[np.int32]


class Spectacles(NamedTuple):
    """A frame, its lenses, and how they look.

    ``transmission``: linear RGB that a lens lets through; ``glare``: 0 to 1; ``colour``: linear RGB of the
    frame; ``gloss``: 0 plastic to 1 metal.
    """

    frame: list[Mesh]
    lenses: list[Lens]
    transmission: Floats
    glare: float
    colour: Floats
    gloss: float


def _tube(path: Floats, tall: Floats | float, deep: float, closed: bool, sides: int = 8) -> Mesh:
    # A bar along a path in the plane of the face; `tall` is its half height across the path, `deep` along z.
    n = len(path)
    along = np.roll(path, -1, 0) - np.roll(path, 1, 0) if closed else np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    forward = np.array([0.0, 0.0, 1.0]) - along * along[:, 2:3]
    length = np.linalg.norm(forward, axis=1, keepdims=True)
    forward = np.where(length > 0.2, forward / np.maximum(length, 1e-9), np.array([0.0, 1.0, 0.0]))
    across = np.cross(along, forward)
    turn = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    tall = np.broadcast_to(tall, (n,))
    ring = (
        across[:, None] * (np.cos(turn)[None, :] * tall[:, None])[..., None]
        + forward[:, None] * (np.sin(turn) * deep)[None, :, None]
    )
    points = path[:, None] + ring
    if closed:
        points = np.concatenate([points, points[:1]])
    mesh = grid_mesh(np.ascontiguousarray(points), Material.FRAME, closed=True)
    outward = mesh.rest - np.repeat(points.mean(1), sides, 0)
    flip = (mesh.normal * outward).sum(1) < 0
    mesh.normal[flip] *= -1
    return mesh


def spectacles(anatomy: Anatomy, wear: Wear, step: float = 1.0) -> Spectacles | None:
    """Glasses on the nose.

    Parameters
    ----------
    anatomy : Anatomy
        Measures.
    wear : Wear
        Which glasses.
    step : float
        1 is the usual fineness.

    Returns
    -------
    Spectacles or None
        None without glasses.
    """
    if wear.glasses == "none":
        return None
    a = anatomy[0]
    rng = np.random.default_rng([wear.glasses_seed, 301])
    draw = rng.random(8)
    scale = float(a.face_half) / 73.0
    half_w = (23.5 + 4.0 * draw[0]) * scale
    half_h = (0.70 + 0.16 * draw[1]) * half_w
    heavy = wear.glasses == "heavy"
    thick = {
        "heavy": 3.4 + 0.8 * draw[2],
        "rimless": 0.0,
        "dark": 1.6 + draw[2],
        "tinted": 0.9 + 0.8 * draw[2],
    }.get(wear.glasses, 0.8 + 0.9 * draw[2])
    exponent = 2.1 + 2.4 * wear.glasses_shape
    middle_x = 0.5 * float(a.ipd) + 1.0
    middle_y = -2.5 - wear.glasses_drop
    middle_z = float(a.eye_z + a.eye_radius) + 11.5
    n = round(72 / step)
    turn = np.linspace(0, 2 * np.pi, n, endpoint=False)

    def plane(x: Floats, y: Floats) -> Floats:
        return middle_z + 0.13 * (y - middle_y) - x**2 / 260.0 + middle_x**2 / 260.0

    frame: list[Mesh] = []
    lenses: list[Lens] = []
    for sign in (-1.0, 1.0):
        c, s = np.cos(turn), np.sin(turn)
        ex = np.sign(c) * np.abs(c) ** (2 / exponent)
        ey = np.sign(s) * np.abs(s) ** (2 / exponent)
        taper = 1.0 - 0.10 * np.clip(-ey, 0, 1) * (1.0 - wear.glasses_shape * 0.6)
        x = sign * middle_x + half_w * ex * taper
        y = middle_y + half_h * ey
        rim = np.stack([x, y, plane(x, y)], 1)
        if thick > 0:
            tall = thick * (1.0 + (0.35 if heavy else 0.1) * np.clip(ey, 0, 1))
            frame.append(_tube(rim, tall, max(1.0, 0.6 * thick), True))
        rings = np.linspace(0.0, 1.0, 8)
        lx = sign * middle_x + rings[:, None] * (x - sign * middle_x)
        ly = middle_y + rings[:, None] * (y - middle_y)
        bulge = 2.2 * (1.0 - rings[:, None] ** 2)
        points = np.stack([lx, ly, plane(lx, ly) + bulge], -1)
        mesh = grid_mesh(np.ascontiguousarray(points), Material.FRAME, closed=True)
        chart = np.stack(
            [(mesh.rest[:, 0] - sign * middle_x) / half_w, (mesh.rest[:, 1] - middle_y) / half_h], 1
        )
        lenses.append(Lens(mesh.rest, chart, mesh.triangles))
        # hinge and temple
        outer = middle_x + half_w
        top = middle_y + 0.45 * half_h
        ear_x = float(a.face_half) + 3.5
        ear_y = float(a.ear_y) + 0.42 * float(a.ear_length)
        hinge_z = float(plane(np.array(outer), np.array(top)))
        way = np.linspace(0, 1, round(26 / step))
        px = outer + (ear_x - outer) * np.clip(way / 0.16, 0, 1) ** 0.6
        pz = hinge_z + (2.0 - hinge_z) * np.clip((way - 0.04) / 0.96, 0, 1)
        py = top + (ear_y - top) * np.clip(way, 0, 1)
        path = np.stack([sign * px, py, pz], 1)
        frame.append(_tube(path, max(1.0, 0.9 * thick), 0.8 if thick < 2 else 1.4, False))
    inner = middle_x - half_w
    way = np.linspace(-1, 1, round(18 / step) + 2)
    by = middle_y + 0.28 * half_h + 2.5 * (1 - way**2)
    bx = way * (inner + 1.0)
    frame.append(
        _tube(np.stack([bx, by, plane(bx, by) + 1.5 * (1 - way**2)], 1), max(1.0, 0.8 * thick), 1.2, False)
    )
    metal = not heavy and wear.glasses != "dark" and draw[3] < 0.45
    dark = np.array([0.012, 0.012, 0.013]) if draw[4] < 0.6 else np.array([0.06, 0.028, 0.014])
    colour = np.array([0.30, 0.28, 0.25]) * (0.5 + 0.8 * draw[5]) if metal else dark
    grey = np.array([0.8, 0.85, 0.9]) if draw[6] < 0.5 else np.array([0.9, 0.7, 0.45])
    through = {"tinted": (0.62 - 0.30 * draw[7]) * grey, "dark": (0.05 + 0.12 * draw[7]) * grey}.get(
        wear.glasses, np.array([0.96, 0.97, 0.965])
    )
    glare = {"glare": 1.0, "dark": 0.25, "tinted": 0.12}.get(wear.glasses, 0.05)
    return Spectacles(frame, lenses, np.asarray(through), glare, colour, 1.0 if metal else 0.15)


def paint_colours(wear: Wear) -> dict[str, Any]:
    """Colours and patterns of clothes, headwear and covering, as fields of ``shading.PAINT``."""
    from samples.portrait.colours import from_hsv

    cover = (
        from_hsv(0.55, 0.18, 0.86)
        if wear.covering == "surgical_mask"
        else from_hsv(wear.headwear_hue, 0.5, 0.35)
    )
    patterns = {"crew": 0.0, "vneck": 2.0, "shirt": 1.0, "jacket": 1.0, "turtleneck": 2.0, "top": 0.0}
    return {
        "cloth": from_hsv(wear.clothes_hue, wear.clothes_saturation, wear.clothes_value),
        "cloth_second": from_hsv(0.6, 0.03, 0.92),
        "cloth_pattern": patterns[wear.clothes],
        "headwear": from_hsv(wear.headwear_hue, 0.45, wear.headwear_value),
        "headwear_pattern": {"beanie": 2.0, "cap": 1.0, "hat": 1.0, "band": 2.0}.get(wear.headwear, 0.0),
        "cover": cover,
        "cover_pattern": 4.0 if wear.covering == "surgical_mask" else 2.0,
    }
