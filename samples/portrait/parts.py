"""Meshes of eyes, lid margins, ears and the inside of the mouth."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from icao_check.kernels.jit import kernel
from samples.portrait.anatomy import Anatomy
from samples.portrait.head import Grid, Material, Mesh, grid_mesh
from samples.portrait.relief import face_depth, lid_curves, lid_lines, openings

__all__ = ["ear_mesh", "ear_outline", "eye_centre", "eye_mesh", "lid_rims", "mouth_mesh"]

Floats = npt.NDArray[np.float64]


def eye_centre(anatomy: Anatomy, side: int) -> Floats:
    """Centre of an eyeball.

    Parameters
    ----------
    anatomy : Anatomy
        Measures.
    side : int
        0 left of the picture, 1 right.

    Returns
    -------
    ndarray of shape (3,)
        mm of the head frame.
    """
    a = anatomy[0]
    return np.array([(-0.5 if side == 0 else 0.5) * a.ipd, 0.0, a.eye_z])


@kernel
def _eye_depth(p: Any, dx: float, y: float) -> float:
    # The ball, and where the lids reach beyond it the conjunctiva that runs out to the canthi.
    r = math.sqrt(dx * dx + y * y)
    radius = p.eye_radius
    limit = 0.80 * radius
    if r < limit:
        return float(p.eye_z + math.sqrt(radius * radius - r * r))
    edge = math.sqrt(radius * radius - limit * limit)
    over = r - limit
    slope = limit / edge
    return float(p.eye_z + edge - slope * 5.0 * (1.0 - math.exp(-over / 5.0)))


@kernel
def _eye_points(anatomy: Any, side: int, dx: Floats, y: Floats, out: Floats) -> None:
    p = anatomy[0]
    sign = 1.0 if side == 1 else -1.0
    for i in range(y.shape[0]):
        for j in range(dx.shape[0]):
            out[i, j, 0] = sign * (0.5 * p.ipd + dx[j])
            out[i, j, 1] = y[i]
            out[i, j, 2] = _eye_depth(p, dx[j], y[i])


def eye_mesh(anatomy: Anatomy, side: int, step: float = 1.0) -> Mesh:
    """Front of an eyeball; its chart holds mm from the centre of the eye, x to the right of the picture.

    Parameters
    ----------
    anatomy : Anatomy
        Measures.
    side : int
        0 left of the picture, 1 right.
    step : float
        1 is 0.7 mm; 2 is twice as coarse.

    Returns
    -------
    Mesh
        The eye.
    """
    a = anatomy[0]
    dx = np.linspace(-a.canthus_medial, a.canthus_lateral, max(8, round(44 / step)))
    y = np.linspace(11.0, -11.0, max(8, round(32 / step)))
    if side == 0:
        dx = dx[::-1]
    points = np.empty((len(y), len(dx), 3))
    _eye_points(anatomy, side, dx, y, points)
    mesh = grid_mesh(points, Material.EYE, closed=False)
    inside = np.empty(len(mesh.rest))
    openings(anatomy, mesh.rest, False, inside)
    return mesh._replace(chart=mesh.rest - eye_centre(anatomy, side), cut=-0.7 - inside)


@kernel
def _rim_points(anatomy: Any, side: int, base: Floats, along: Floats, lower: bool, out: Floats) -> None:
    p = anatomy[0]
    sign = 1.0 if side == 1 else -1.0
    width = 1.25 if lower else 0.75
    for j in range(along.shape[0]):
        dx = along[j]
        up, low = lid_curves(p, side, dx)
        y = low if lower else up
        gap = max(up - low, 0.0)
        inward = min(width, 0.45 * gap)
        edge = y + inward if lower else y - inward
        x = sign * (0.5 * p.ipd + dx)
        skin = face_depth(p, x, y, base[j])
        ball = _eye_depth(p, dx, edge) + 0.12
        for i in range(4):
            t = i / 3.0
            out[i, j, 0] = x
            out[i, j, 1] = y + (edge - y) * t
            out[i, j, 2] = skin + (ball - skin) * t**0.8


def lid_rims(anatomy: Anatomy, grid: Grid, step: float = 1.0) -> list[Mesh]:
    """Margins of the four lids, from the skin to the eyeball.

    Parameters
    ----------
    anatomy : Anatomy
        Measures.
    grid : Grid
        The head, for the depth of the bare loft.
    step : float
        1 is 0.8 mm.

    Returns
    -------
    list of Mesh
        Their chart is (along, across 0…1, 0 upper or 1 lower).
    """
    a = anatomy[0]
    meshes = []
    for side in (0, 1):
        along = np.linspace(-a.canthus_medial, a.canthus_lateral, max(10, round(36 / step)))
        if side == 0:
            along = along[::-1]
        x = (1 if side else -1) * (0.5 * a.ipd + along)
        lids = np.empty((len(along), 2))
        lid_lines(anatomy, side, along, lids)
        for lower in (False, True):
            y = lids[:, 1 if lower else 0]
            base = grid.bare_depth(np.stack([x, y], 1))
            points = np.empty((4, len(along), 3))
            _rim_points(anatomy, side, base, along, lower, points)
            if lower:
                points = points[::-1]
            mesh = grid_mesh(np.ascontiguousarray(points), Material.LID_RIM, closed=False)
            chart = np.zeros_like(mesh.rest)
            chart[:, 0] = np.tile(along, 4)
            across = np.repeat(np.linspace(0, 1, 4), len(along))
            chart[:, 1] = 1 - across if lower else across
            chart[:, 2] = float(lower)
            meshes.append(mesh._replace(chart=chart))
    return meshes


def mouth_mesh(anatomy: Anatomy, lip_depth: float, step: float = 1.0) -> Mesh | None:
    """Inside of the mouth behind parted lips; its chart holds the frontal coordinates relative to the mouth.

    Parameters
    ----------
    anatomy : Anatomy
        Measures.
    lip_depth : float
        z of the closed lips, mm.
    step : float
        1 is 1 mm.

    Returns
    -------
    Mesh or None
        None when the lips are closed.
    """
    a = anatomy[0]
    if a.mouth_gap <= 0.05:
        return None
    x = np.linspace(-40, 40, max(12, round(81 / step)))
    y = np.linspace(a.stomion_y + 22.0, a.stomion_y - 34.0, max(12, round(57 / step)))
    gx, gy = np.meshgrid(x, y)
    gz = lip_depth - 7.5 - gx**2 / 62.0
    mesh = grid_mesh(np.stack([gx, gy, gz], -1), Material.MOUTH, closed=False)
    chart = mesh.rest.copy()
    chart[:, 1] -= a.stomion_y
    inside = np.empty(len(mesh.rest))
    openings(anatomy, mesh.rest, True, inside)
    return mesh._replace(chart=chart, cut=-2.5 - inside)


def _ear_axes(anatomy: Anatomy, side: int) -> tuple[Floats, Floats, Floats, Floats]:
    a = anatomy[0]
    sign = 1.0 if side == 1 else -1.0
    out = math.radians(float(a.ear_protrusion))
    back = np.array([sign * math.sin(out), 0.0, -math.cos(out)])
    lean = math.radians(9.0)  # the long axis of an ear leans back
    up = np.array([0.02 * sign, math.cos(lean), 0.0]) - math.sin(lean) * np.array([0, 0, 1.0])
    up /= np.linalg.norm(up)
    back -= (back @ up) * up
    back /= np.linalg.norm(back)
    normal = np.cross(up, back) * -sign
    origin = np.array([sign * (a.face_half - 2.0), a.ear_y, 6.0])
    return origin, back, up, normal


def _ear_boundary(anatomy: Anatomy, alpha: Floats) -> tuple[Floats, Floats]:
    # Outline around a centre 0.4 of the width behind the attachment: broad above, a lobe below.
    a = anatomy[0]
    width = a.ear_width
    half = 0.5 * a.ear_length
    c = np.cos(alpha)
    s = np.sin(alpha)
    breadth = 0.5 * width * (1.0 + 0.20 * s - 0.12 * np.maximum(-s, 0) ** 2)
    e = breadth * c * (1.0 - 0.10 * np.maximum(-s, 0))
    below = np.maximum(-s, 0)
    f = half * s * (1.0 - 0.12 * below**2)
    lean = 0.07 * width * np.sin(2 * alpha) * (s > 0)
    return 0.44 * width + e + lean - 0.24 * width * below**1.5, f


def _lobe_tuck(rho: Floats, alpha: Floats) -> Floats:
    # The lobe is grown to the cheek, which recedes below the ear: mm towards the head.
    return np.asarray(-5.0 * rho * np.maximum(-np.sin(alpha), 0.0) ** 1.5)


def ear_outline(anatomy: Anatomy, side: int, alpha: Floats) -> Floats:
    """Points of the outline of an ear.

    Parameters
    ----------
    anatomy : Anatomy
        Measures.
    side : int
        0 left of the picture, 1 right.
    alpha : ndarray of shape (K,)
        Radians: 0 hindmost, π/2 top, -π/2 lobe.

    Returns
    -------
    ndarray of shape (K, 3)
        mm of the head frame.
    """
    origin, back, up, normal = _ear_axes(anatomy, side)
    e, f = _ear_boundary(anatomy, alpha)
    out = 2.0 + _lobe_tuck(np.ones_like(alpha), alpha)
    return np.asarray(origin + e[:, None] * back + f[:, None] * up + out[:, None] * normal)


def ear_mesh(anatomy: Anatomy, side: int, step: float = 1.0) -> Mesh:
    """One ear.

    Parameters
    ----------
    anatomy : Anatomy
        Measures.
    side : int
        0 left of the picture, 1 right.
    step : float
        1 is about 1 mm.

    Returns
    -------
    Mesh
        Its chart is (share of the way from the middle to the rim, angle, hollow 0…1).
    """
    origin, back, up, normal = _ear_axes(anatomy, side)
    n_alpha = max(24, round(88 / step))
    n_rho = max(10, round(26 / step))
    alpha = np.linspace(-np.pi, np.pi, n_alpha, endpoint=False)
    rho = np.concatenate([np.linspace(0.02, 1.0, n_rho), [1.02, 1.0, 0.93, 0.8]])
    lift = np.concatenate([np.zeros(n_rho), [-1.8, -3.6, -5.0, -7.0]])
    e, f = _ear_boundary(anatomy, alpha)
    centre = 0.42 * anatomy.ear_width[0]
    rr, aa = np.meshgrid(np.minimum(rho, 1.0), alpha, indexing="ij")
    height, hollow = _ear_relief(rr, aa, float(anatomy.ear_width[0]) / 36.0)
    height = height + lift[:, None] + _lobe_tuck(rr, aa)
    ee = centre + rho[:, None] * (e - centre)
    ff = rho[:, None] * f
    points = origin + ee[..., None] * back + ff[..., None] * up + height[..., None] * normal
    if side == 0:
        points = points[:, ::-1]
        hollow = hollow[:, ::-1]
        rr = rr[:, ::-1]
        aa = aa[:, ::-1]
    mesh = grid_mesh(np.ascontiguousarray(points), Material.EAR, closed=True)
    chart = np.stack([rr.ravel(), aa.ravel(), hollow.ravel()], 1)
    return mesh._replace(chart=chart, normal=-mesh.normal if _inward(mesh, normal) else mesh.normal)


def _inward(mesh: Mesh, outward: Floats) -> bool:
    return bool((mesh.normal @ outward).mean() < 0)


def _ear_relief(rho: Floats, alpha: Floats, size: float) -> tuple[Floats, Floats]:
    s = np.sin(alpha)
    c = np.cos(alpha)

    def ridge(at: Floats | float, width: float) -> Floats:
        return np.exp(-(((rho - at) / width) ** 2))

    helix_on = np.clip(0.5 + 1.3 * (s + 0.55) + 0.3 * c, 0.0, 1.0)
    helix = 4.0 * ridge(0.91, 0.10) * helix_on
    groove = -2.4 * ridge(0.74, 0.08) * helix_on
    anti = 3.6 * ridge(0.58 - 0.06 * s, 0.11) * np.clip(0.9 * c + 0.35, 0, 1) * np.clip(1.2 - 0.3 * s, 0, 1)
    fork = 1.6 * np.exp(-(((rho * s - 0.52) / 0.10) ** 2)) * np.clip(c + 0.6, 0, 1) * (rho < 0.8)
    concha_e = rho * c - 0.02
    concha_f = rho * s + 0.12
    concha_r = (concha_e / 0.40) ** 2 + (concha_f / 0.36) ** 2
    concha = -8.5 * np.exp(-(concha_r**1.6))
    tragus = 4.2 * np.exp(-(((rho * c + 0.50) / 0.14) ** 2 + ((rho * s + 0.10) / 0.17) ** 2))
    anti_tragus = 2.4 * np.exp(-(((rho * c + 0.05) / 0.16) ** 2 + ((rho * s + 0.46) / 0.10) ** 2))
    lobe = 1.8 * np.exp(-(((rho * s + 0.78) / 0.2) ** 2 + (rho * c / 0.5) ** 2))
    height = helix + groove + anti + fork + concha + tragus + anti_tragus + lobe
    # in front the ear runs into the cheek
    front = np.clip(-c - 0.55, 0, 1) * np.clip((rho - 0.55) / 0.45, 0, 1)
    height = height - 5.0 * front
    hollow = np.clip(np.exp(-(concha_r**1.4)) + 0.45 * ridge(0.74, 0.07) * helix_on, 0, 1)
    return height * size, hollow
