"""Kernels: triangles and strands into a depth buffer.

Screen coordinates are samples: sample (row, column) has its centre at integer (y, x). Nearness is 1 /
distance along the optical axis (or any linear depth that grows towards the viewer): it is linear on the
screen.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from icao_check.kernels.jit import kernel

__all__ = [
    "EMPTY",
    "TILE",
    "draw_strands",
    "draw_triangles",
    "farthest_of_tiles",
    "mark_seen",
    "triangle_weights",
]

EMPTY = -1
"""Index of a sample that nothing covers."""

Floats = npt.NDArray[Any]
Ints = npt.NDArray[np.int32]


@kernel
def draw_triangles(
    screen: Floats, triangles: Ints, cuts: Floats, first: int, nearness: Floats, index: Ints
) -> None:
    """Draw triangles into a depth buffer and an index buffer.

    Parameters
    ----------
    screen : ndarray of shape (N, 3)
        x, y in samples and nearness of each vertex.
    triangles : ndarray of shape (M, 3)
        Vertex numbers, int32.
    cuts : ndarray of shape (N,)
        Samples where the interpolated value is positive stay open.
    first : int
        Index written for triangle 0; triangle k gets ``first + k``.
    nearness : ndarray of shape (H, W)
        Greatest nearness so far, float32; changed.
    index : ndarray of shape (H, W)
        What is nearest, int32; changed.
    """
    rows, columns = nearness.shape
    for k in range(triangles.shape[0]):
        a = triangles[k, 0]
        b = triangles[k, 1]
        c = triangles[k, 2]
        ax = float(screen[a, 0])
        ay = float(screen[a, 1])
        bx = float(screen[b, 0])
        by = float(screen[b, 1])
        cx = float(screen[c, 0])
        cy = float(screen[c, 1])
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area == 0.0 or not math.isfinite(area):
            continue
        left = max(math.ceil(min(ax, bx, cx)), 0)
        right = min(math.floor(max(ax, bx, cx)), columns - 1)
        if left > right:
            continue
        top = max(math.ceil(min(ay, by, cy)), 0)
        bottom = min(math.floor(max(ay, by, cy)), rows - 1)
        if top > bottom:
            continue
        ka = float(cuts[a])
        kb = float(cuts[b])
        kc = float(cuts[c])
        if ka > 0.0 and kb > 0.0 and kc > 0.0:
            continue
        closed = ka <= 0.0 and kb <= 0.0 and kc <= 0.0
        inverse = 1.0 / area
        aw = float(screen[a, 2])
        bw = float(screen[b, 2])
        cw = float(screen[c, 2])
        # weights of b and c grow linearly along a row
        step_b = (cy - ay) * inverse
        step_c = (ay - by) * inverse
        for y in range(top, bottom + 1):
            wb = ((left - ax) * (cy - ay) - (y - ay) * (cx - ax)) * inverse
            wc = ((bx - ax) * (y - ay) - (by - ay) * (left - ax)) * inverse
            for x in range(left, right + 1):
                wa = 1.0 - wb - wc
                if wa >= -1e-9 and wb >= -1e-9 and wc >= -1e-9:
                    near = np.float32(wa * aw + wb * bw + wc * cw)
                    if near > nearness[y, x] and (closed or wa * ka + wb * kb + wc * kc <= 0.0):
                        nearness[y, x] = near
                        index[y, x] = first + k
                wb += step_b
                wc += step_c


@kernel
def triangle_weights(
    screen: Floats, a: int, b: int, c: int, x: float, y: float
) -> tuple[float, float, float]:
    """Barycentric weights of a point of the screen in a triangle.

    Parameters
    ----------
    screen : ndarray of shape (N, 3)
        x, y in samples and nearness of each vertex.
    a, b, c : int
        Vertex numbers.
    x, y : float
        The point; slightly outside is extrapolated.

    Returns
    -------
    tuple of float
        Weights of a, b and c; they sum to 1.
    """
    ax = float(screen[a, 0])
    ay = float(screen[a, 1])
    bx = float(screen[b, 0])
    by = float(screen[b, 1])
    cx = float(screen[c, 0])
    cy = float(screen[c, 1])
    area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    if area == 0.0:
        return 1.0, 0.0, 0.0
    wb = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area
    wc = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area
    return 1.0 - wb - wc, wb, wc


TILE = 16
"""Samples along each side of a tile of :func:`farthest_of_tiles`."""


@kernel
def farthest_of_tiles(nearness: Floats, farthest: Floats) -> None:
    """Least nearness in every tile of a depth buffer: what is farther than that is hidden there.

    Parameters
    ----------
    nearness : ndarray of shape (H, W)
        Depth buffer, float32.
    farthest : ndarray of shape (ceil(H / TILE), ceil(W / TILE))
        Receives the least value of each tile, float32.
    """
    rows, columns = nearness.shape
    for a in range(farthest.shape[0]):
        for b in range(farthest.shape[1]):
            least = np.float32(np.inf)
            for r in range(TILE * a, min(TILE * a + TILE, rows)):
                for c in range(TILE * b, min(TILE * b + TILE, columns)):
                    least = min(least, nearness[r, c])
            farthest[a, b] = least


@kernel
def _hidden(farthest: Floats, left: float, right: float, top: float, bottom: float, near: float) -> bool:
    # Whether everything in a box (in samples) that is no nearer than `near` lies behind what is drawn.
    rows, columns = farthest.shape
    first_row = max(int(top) // TILE, 0)
    last_row = min(int(bottom) // TILE, rows - 1)
    first_column = max(int(left) // TILE, 0)
    last_column = min(int(right) // TILE, columns - 1)
    for a in range(first_row, last_row + 1):
        for b in range(first_column, last_column + 1):
            if near > farthest[a, b]:
                return False
    return True


@kernel
def draw_strands(
    screen: Floats, starts: Ints, widths: Floats, first: int, nearness: Floats, index: Ints
) -> None:
    """Draw polylines, one sample wide or more, into a depth buffer and an index buffer.

    Pieces that what is already drawn hides are found by tiles and left out; they would change nothing.

    Parameters
    ----------
    screen : ndarray of shape (N, 3)
        x, y in samples and nearness of each strand vertex.
    starts : ndarray of shape (S + 1,)
        Strand s has the vertices ``starts[s]`` to ``starts[s + 1] - 1``.
    widths : ndarray of shape (N,)
        Width in samples at each vertex. Of strands thinner than a sample that share is drawn, one sample
        wide.
    first : int
        Index written for vertex 0; vertex k gets ``first + k``.
    nearness : ndarray of shape (H, W)
        Greatest nearness so far, float32; changed.
    index : ndarray of shape (H, W)
        What is nearest, int32; changed.
    """
    rows, columns = nearness.shape
    farthest = np.empty(((rows + TILE - 1) // TILE, (columns + TILE - 1) // TILE), np.float32)
    count = starts.shape[0] - 1
    # the nearer half first: it hides much of the others
    middle = np.median(screen[starts[:count], 2]) if count > 0 else 0.0
    for turn in range(2 * count):
        s = turn if turn < count else turn - count
        if s == 0:
            farthest_of_tiles(nearness, farthest)
        if (screen[starts[s], 2] >= middle) != (turn < count):
            continue
        # A stable pattern decides which of the thin strands are drawn.
        if widths[starts[s]] < 1.0 and ((s * 2654435761) % 4096) / 4096.0 >= widths[starts[s]]:
            continue
        for k in range(starts[s], starts[s + 1] - 1):
            x0 = float(screen[k, 0])
            y0 = float(screen[k, 1])
            x1 = float(screen[k + 1, 0])
            y1 = float(screen[k + 1, 1])
            if not (math.isfinite(x0) and math.isfinite(x1) and math.isfinite(y0) and math.isfinite(y1)):
                continue
            left, right = min(x0, x1), max(x0, x1)
            top, bottom = min(y0, y1), max(y0, y1)
            if right < 0 or bottom < 0 or left > columns or top > rows:
                continue
            n0 = float(screen[k, 2])
            n1 = float(screen[k + 1, 2])
            w0 = float(widths[k])
            w1 = float(widths[k + 1])
            reach = 0.5 * max(w0, w1) + 1.0
            near = max(n0, n1) * (1.0 + 1e-6)
            if _hidden(farthest, left - reach, right + reach, top - reach, bottom + reach, near):
                continue
            steep = bottom - top > right - left
            steps = int(bottom - top if steep else right - left) + 1
            share = 1.0 / steps
            dx = (x1 - x0) * share
            dy = (y1 - y0) * share
            x = x0 + 0.5 * dx + 0.5
            y = y0 + 0.5 * dy + 0.5
            for i in range(steps):
                t = (i + 0.5) * share
                near_here = np.float32(n0 + (n1 - n0) * t)
                vertex = first + (k if t < 0.5 else k + 1)
                width = w0 + (w1 - w0) * t
                if width <= 1.0:
                    r = math.floor(y)
                    c = math.floor(x)
                    if 0 <= r < rows and 0 <= c < columns and near_here > nearness[r, c]:
                        nearness[r, c] = near_here
                        index[r, c] = vertex
                else:
                    half = 0.5 * (width - 1.0)
                    at = x if steep else y
                    low = math.floor(at - half)
                    high = math.floor(at + half)
                    along = math.floor(y if steep else x)
                    for q in range(low, high + 1):
                        r = along if steep else q
                        c = q if steep else along
                        if 0 <= r < rows and 0 <= c < columns and near_here > nearness[r, c]:
                            nearness[r, c] = near_here
                            index[r, c] = vertex
                x += dx
                y += dy


@kernel
def mark_seen(index: Ints, triangles: Ints, corners: Any, vertices: Any) -> None:
    """Mark the corners of triangles and the vertices of strands that the picture shows.

    Parameters
    ----------
    index : ndarray of shape (H, W)
        Indices of triangles; those from ``len(triangles)`` on are vertices of strands.
    triangles : ndarray of shape (M, 3)
        int32.
    corners : ndarray of shape (N,)
        bool; True is written for corners that are seen.
    vertices : ndarray of shape (S,)
        As `corners`, for the vertices of strands.
    """
    count = triangles.shape[0]
    last = EMPTY
    for r in range(index.shape[0]):
        for c in range(index.shape[1]):
            k = index[r, c]
            if k == last or k < 0:
                continue
            last = k
            if k >= count:
                vertices[k - count] = True
            else:
                corners[triangles[k, 0]] = True
                corners[triangles[k, 1]] = True
                corners[triangles[k, 2]] = True
