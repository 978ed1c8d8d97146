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

__all__ = ["EMPTY", "draw_strands", "draw_triangles", "triangle_weights"]

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
        top = max(math.ceil(min(ay, by, cy)), 0)
        bottom = min(math.floor(max(ay, by, cy)), rows - 1)
        if left > right or top > bottom:
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


@kernel
def draw_strands(
    screen: Floats, starts: Ints, widths: Floats, first: int, nearness: Floats, index: Ints
) -> None:
    """Draw polylines, one sample wide or more, into a depth buffer and an index buffer.

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
    for s in range(starts.shape[0] - 1):
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
            if max(x0, x1) < 0 or max(y0, y1) < 0 or min(x0, x1) > columns or min(y0, y1) > rows:
                continue
            n0 = float(screen[k, 2])
            n1 = float(screen[k + 1, 2])
            w0 = float(widths[k])
            w1 = float(widths[k + 1])
            steep = abs(y1 - y0) > abs(x1 - x0)
            long = abs(y1 - y0) if steep else abs(x1 - x0)
            steps = int(long) + 1
            for i in range(steps):
                t = (i + 0.5) / steps
                x = x0 + (x1 - x0) * t
                y = y0 + (y1 - y0) * t
                near = np.float32(n0 + (n1 - n0) * t)
                width = w0 + (w1 - w0) * t
                vertex = k if t < 0.5 else k + 1
                if width <= 1.0:
                    r = math.floor(y + 0.5)
                    c = math.floor(x + 0.5)
                    if 0 <= r < rows and 0 <= c < columns and near > nearness[r, c]:
                        nearness[r, c] = near
                        index[r, c] = first + vertex
                else:
                    half = 0.5 * (width - 1.0)
                    low = math.floor((x if steep else y) - half + 0.5)
                    high = math.floor((x if steep else y) + half + 0.5)
                    for q in range(low, high + 1):
                        r = math.floor(y + 0.5) if steep else q
                        c = q if steep else math.floor(x + 0.5)
                        if 0 <= r < rows and 0 <= c < columns and near > nearness[r, c]:
                            nearness[r, c] = near
                            index[r, c] = first + vertex
