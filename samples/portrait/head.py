"""The mesh of head, neck and trunk."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from icao_check.kernels.jit import kernel
from samples.portrait.anatomy import Anatomy
from samples.portrait.loft import NECK_ROW, TRUNK_ROW, Loft, head_loft
from samples.portrait.relief import relieve

__all__ = [
    "Grid",
    "Material",
    "Mesh",
    "grid_mesh",
    "grid_normals",
    "grid_triangles",
    "head_grid",
    "skin_mesh",
]

Floats = npt.NDArray[np.float64]


class Material(IntEnum):
    """What a surface is made of."""

    SKIN = 0
    EAR = 1
    EYE = 2
    LID_RIM = 3
    MOUTH = 4
    CLOTHES = 5
    SCALP = 6
    HEADWEAR = 7
    FRAME = 8
    COVER = 9
    OBJECT = 10


class Mesh(NamedTuple):
    """Triangles with what is known at their corners.

    ``rest``: (N, 3) float64, mm of the head frame before it is posed; ``normal``: (N, 3) unit vectors;
    ``chart``: (N, 3) coordinates in which the material is painted; ``cut``: (N,) positive where the surface
    is open; ``head``: (N,) 1 moves with the head, 0 with the trunk; ``triangles``: (M, 3) int32;
    ``material``: (M,) uint8; ``shape``: rows and columns of the grid that the points are.
    """

    rest: Floats
    normal: Floats
    chart: Floats
    cut: Floats
    head: Floats
    triangles: npt.NDArray[np.int32]
    material: npt.NDArray[np.uint8]
    shape: tuple[int, int] = (0, 0)


class Grid(NamedTuple):
    """Points on head, neck and trunk.

    ``rows`` (R,) and ``angles`` (C,): where they are on the ``loft``; ``bare`` and ``points``: (R, C, 3), mm
    of the head frame, without and with the relief of the face; ``cuts``: (R, C), positive inside eyes and
    mouth; ``head``: (R,) 1 moves with the head, 0 with the trunk.
    """

    loft: Loft
    rows: Floats
    angles: Floats
    bare: Floats
    points: Floats
    cuts: Floats
    head: Floats

    def bare_depth(self, xy: Floats) -> Floats:
        """Depth of the bare loft at points (N, 2) of the chart, mm; nan where it has none."""
        return self._depth(self.bare, xy)

    def depth(self, xy: Floats) -> Floats:
        """Depth of the skin at points (N, 2) of the chart, mm; nan where it has none."""
        return self._depth(self.points, xy)

    def _depth(self, points: Floats, xy: Floats) -> Floats:
        front = np.flatnonzero(np.abs(self.angles) < 0.5 * np.pi)
        out = np.empty(len(xy))
        _depths(points[:, front[0] : front[-1] + 1], np.ascontiguousarray(xy, np.float64), out)
        return out


@kernel
def _depths(points: Floats, xy: Floats, out: Floats) -> None:
    # The front-most triangle (split as in grid_triangles) over each point; x grows along every row.
    rows, columns = points.shape[:2]
    left = points[:, 0, 0].copy()
    right = points[:, columns - 1, 0].copy()
    low_y = np.empty(rows)
    high_y = np.empty(rows)
    for i in range(rows):
        # along a row the height runs from that of the side to that of the front
        low_y[i] = min(points[i, 0, 1], points[i, columns // 2, 1]) - 4.0
        high_y[i] = max(points[i, 0, 1], points[i, columns // 2, 1]) + 4.0
    for q in range(xy.shape[0]):
        x = xy[q, 0]
        y = xy[q, 1]
        best = np.nan
        for i in range(rows - 1):
            if y < low_y[i] or y > high_y[i] or x <= left[i] or x >= right[i]:
                continue
            low = 0
            high = columns - 1
            while high - low > 1:
                middle = (low + high) // 2
                if points[i, middle, 0] <= x:
                    low = middle
                else:
                    high = middle
            if abs(points[i, low, 1] - y) > 4.0:
                continue
            for j in range(max(low - 1, 0), min(low + 2, columns - 1)):
                dx = points[i + 1, j, 0]
                dy = points[i + 1, j, 1]
                bx = points[i, j + 1, 0]
                by = points[i, j + 1, 1]
                for k in range(2):
                    x0 = points[i + k, j + k, 0]
                    y0 = points[i + k, j + k, 1]
                    area = (dx - x0) * (by - y0) - (dy - y0) * (bx - x0)
                    if area == 0.0:
                        continue
                    u = ((x - x0) * (by - y0) - (y - y0) * (bx - x0)) / area
                    v = ((dx - x0) * (y - y0) - (dy - y0) * (x - x0)) / area
                    if u >= -1e-9 and v >= -1e-9 and u + v <= 1.0 + 1e-9:
                        z0 = points[i + k, j + k, 2]
                        z = z0 + u * (points[i + 1, j, 2] - z0) + v * (points[i, j + 1, 2] - z0)
                        if not z <= best:
                            best = z
        out[q] = best


def grid_mesh(points: Floats, material: Material, *, closed: bool, head: float = 1.0) -> Mesh:
    """Mesh of a grid of points, painted in its own coordinates.

    Parameters
    ----------
    points : ndarray of shape (R, C, 3)
        mm of the head frame.
    material : Material
        Of all triangles.
    closed : bool
        The last column joins the first.
    head : float
        1 moves with the head, 0 with the trunk.

    Returns
    -------
    Mesh
        Without openings.
    """
    rest = points.reshape(-1, 3)
    triangles = grid_triangles(*points.shape[:2], closed=closed)
    return Mesh(
        rest,
        grid_normals(points, closed=closed).reshape(-1, 3),
        rest.copy(),
        np.full(len(rest), -50.0),
        np.full(len(rest), head),
        triangles,
        np.full(len(triangles), material, np.uint8),
        (points.shape[0], points.shape[1]),
    )


def grid_normals(points: Floats, *, closed: bool) -> Floats:
    """Compute unit normals of a surface given as a grid of points.

    Parameters
    ----------
    points : ndarray of shape (R, C, 3)
        float64.
    closed : bool
        The last column joins the first.

    Returns
    -------
    ndarray of shape (R, C, 3)
        Outward for rows that run down and columns that run counter-clockwise seen from above.
    """
    out = np.empty(points.shape)
    _normals(points, closed, out)
    return out


@kernel
def _normals(points: Floats, closed: bool, out: Floats) -> None:
    # Differences across two cells (at an open edge one), their cross product; straight up where it is 0.
    rows, columns = points.shape[:2]
    for i in range(rows):
        above = max(i - 1, 0)
        below = min(i + 1, rows - 1)
        for j in range(columns):
            left = j - 1
            right = j + 1
            if closed:
                left %= columns
                right %= columns
            left = max(left, 0)
            right = min(right, columns - 1)
            dx = points[below, j, 0] - points[above, j, 0]
            dy = points[below, j, 1] - points[above, j, 1]
            dz = points[below, j, 2] - points[above, j, 2]
            ax = points[i, right, 0] - points[i, left, 0]
            ay = points[i, right, 1] - points[i, left, 1]
            az = points[i, right, 2] - points[i, left, 2]
            x = dy * az - dz * ay
            y = dz * ax - dx * az
            z = dx * ay - dy * ax
            length = math.sqrt(x * x + y * y + z * z)
            if length < 1e-12:
                out[i, j, 0], out[i, j, 1], out[i, j, 2] = 0.0, 1.0, 0.0
            else:
                out[i, j, 0], out[i, j, 1], out[i, j, 2] = x / length, y / length, z / length


def grid_triangles(rows: int, columns: int, *, closed: bool) -> npt.NDArray[np.int32]:
    """Two triangles for each cell of a grid whose points are numbered row by row.

    Parameters
    ----------
    rows, columns : int
        Points per column and per row.
    closed : bool
        The last column joins the first.

    Returns
    -------
    ndarray of shape (M, 3)
        int32.
    """
    c = np.arange(columns if closed else columns - 1)
    r = np.arange(rows - 1)[:, None]
    right = (c + 1) % columns
    a = (r * columns + c).ravel()
    b = (r * columns + right).ravel()
    d = ((r + 1) * columns + c).ravel()
    e = ((r + 1) * columns + right).ravel()
    return np.concatenate([np.stack([a, d, b], 1), np.stack([b, d, e], 1)]).astype(np.int32)


def _spread(knots: list[tuple[float, float]], step: float) -> Floats:
    # Positions so that `knots` (position, local spacing) are honoured; spacing scales with `step`.
    at = np.array([k for k, _ in knots])
    spacing = np.array([s for _, s in knots])
    fine = np.linspace(at[0], at[-1], 4001)
    density = 1.0 / (np.interp(fine, at, spacing) * step)
    count = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(fine))])
    n = int(np.ceil(count[-1]))
    return np.interp(np.linspace(0.0, count[-1], n + 1), count, fine)


def head_grid(anatomy: Anatomy, step: float = 1.0) -> Grid:
    """Grid of points on head, neck and trunk, dense on the face.

    Parameters
    ----------
    anatomy : Anatomy
        Measures.
    step : float
        1 is 0.6 mm on the face; 2 is twice as coarse.

    Returns
    -------
    Grid
        The points and how they were made.
    """
    loft = head_loft(anatomy)
    half = np.radians(
        _spread([(0, 0.48), (33, 0.5), (48, 0.75), (62, 1.2), (90, 2.4), (125, 4.0), (180, 5.0)], step)
    )
    angles = np.concatenate([-half[::-1], half[1:-1]])  # -π … π; π is -π
    heights = np.concatenate([loft.front_y])
    spacing = np.interp(
        heights, [-300, -140, -128, -121, 35, 60, 85, 100, 112], [9, 4, 1.4, 0.6, 0.6, 1.2, 2, 3, 3]
    )
    k = np.arange(len(heights), dtype=np.float64)
    span = np.abs(np.gradient(heights))
    per_row = np.maximum(spacing / np.maximum(span, 1e-3), 0.004)
    per_row[12:15] = np.minimum(per_row[12:15], 0.045)
    per_row[0] = 0.12
    rows = _spread([(float(a), float(b)) for a, b in zip(k, per_row, strict=True)], step)
    bare = loft.surface(rows, angles)
    flat = bare.reshape(-1, 3).copy()
    cuts = np.empty(len(flat))
    relieve(flat, anatomy, cuts)
    t = np.clip((rows - NECK_ROW + 1.0) / (TRUNK_ROW - NECK_ROW + 1.0), 0.0, 1.0)
    head = 1.0 - t * t * (3.0 - 2.0 * t)
    return Grid(loft, rows, angles, bare, flat.reshape(bare.shape), cuts.reshape(bare.shape[:2]), head)


def skin_mesh(grid: Grid) -> Mesh:
    """Skin of head, neck and trunk; its chart is the head frame itself.

    Parameters
    ----------
    grid : Grid
        The points.

    Returns
    -------
    Mesh
        With openings for eyes and mouth.
    """
    mesh = grid_mesh(grid.points, Material.SKIN, closed=True)
    return mesh._replace(cut=grid.cuts.ravel(), head=np.repeat(grid.head, grid.points.shape[1]))
