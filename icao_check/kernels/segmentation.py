"""Kernels that separate regions of a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["guided_coefficients", "label_cells", "network_cells", "person_share"]

# Planes of the guided filter's sums: the value, the guide, their products, the guide's products; padded so
# that the processor adds them all in one or two steps.
_PLANES = 16
_CERTAIN = 5.0


@kernel
def network_cells(
    canvas: NDArray[np.uint8], place: NDArray[np.float64], extent: NDArray[np.int64]
) -> NDArray[np.float32]:  # (uint8[:, :, ::1], float64[::1], int64[::1]) -> float32[:, :, :, ::1]
    """Return a picture as the network of the label map wants it.

    Parameters
    ----------
    canvas : ndarray of shape (2 h, 2 w, 3), uint8
        RGB; 0 outside the picture.
    place : ndarray of shape (5,), float64
        x and y of the point between the pupils and the face size, in pixels of the canvas; cosine and sine of
        the roll.
    extent : ndarray of shape (4,), int64
        Left, top, right and bottom of the picture on the canvas.

    Returns
    -------
    ndarray of shape (1, 15, h, w), float32
        Per cell of 2 × 2 pixels: its twelve values, row by row and RGB by RGB, from -1 to 1; ``tanh(u / 2)``
        and ``tanh((v - 0.8) / 2)`` where (u, v) says how many face sizes the cell's centre lies to the right
        of and below the pupils along the face's own axes; 1 inside the picture and 0 outside.
    """
    height, width = canvas.shape[0] // 2, canvas.shape[1] // 2
    cells = np.empty((1, 15, height, width), np.float32)
    cosine, sine = place[3] / place[2], place[4] / place[2]
    for y in range(height):
        down = 2 * y + 0.5 - place[1]
        for dy in range(2):
            for x in range(width):
                for k in range(6):
                    value = np.float32(canvas[2 * y + dy, 2 * x + k // 3, k % 3])
                    cells[0, 6 * dy + k, y, x] = value * np.float32(2.0 / 255.0) - np.float32(1.0)
        for x in range(width):
            right = 2 * x + 0.5 - place[0]
            cells[0, 12, y, x] = np.tanh(0.5 * (right * cosine + down * sine))
            cells[0, 13, y, x] = np.tanh(0.5 * (down * cosine - right * sine - 0.8))
            inside = extent[0] <= 2 * x + 0.5 < extent[2] and extent[1] <= 2 * y + 0.5 < extent[3]
            cells[0, 14, y, x] = 1.0 if inside else 0.0
    return cells


@kernel
def person_share(
    logits: NDArray[np.float32],
) -> NDArray[np.float32]:  # (float32[:, :, :, ::1]) -> float32[:, ::1]
    """Return the probability that a pixel belongs to the person.

    Parameters
    ----------
    logits : ndarray of shape (1, 16 + n, h, w), float32
        The first 16 planes hold the logits of 4 × 4 pixels, row by row.

    Returns
    -------
    ndarray of shape (4 h, 4 w), float32
        From 0 to 1. A logit beyond ± 5 (0.7 %) counts as certain.
    """
    height, width = logits.shape[2:]
    share = np.empty((4 * height, 4 * width), np.float32)
    for y in range(height):
        for k in range(16):
            for x in range(width):
                logit = logits[0, k, y, x]
                if logit > _CERTAIN:
                    probability = np.float32(1.0)
                elif logit < -_CERTAIN:
                    probability = np.float32(0.0)
                else:
                    probability = np.float32(1.0 / (1.0 + np.exp(-logit)))
                share[4 * y + k // 4, 4 * x + k % 4] = probability
    return share


@kernel
def _window_sums(
    planes: NDArray[np.float32], y: int, radius: int, count: int, column: NDArray[np.float32]
) -> NDArray[np.float32]:
    # Sums over the squares of 2 radius + 1 pixels around the pixels of row y, cut off at the edges. `planes`
    # holds rows of pixels with `count` values each. Whole rows are added up: the processor does eight values
    # at a time, and a square of zeros or ones gives an exact number.
    height, width = planes.shape
    column[:] = np.float32(0.0)
    for row in range(max(y - radius, 0), min(y + radius + 1, height)):
        added = planes[row]
        for i in range(width):
            column[i] += added[i]
    sums = column.copy()
    for step in range(1, radius + 1):
        shift = min(step * count, width)
        right, onward = (
            column[shift:],
            sums[shift:],
        )  # views: an index that may be negative is checked each time
        for i in range(right.size):
            sums[i] += right[i]
        for i in range(onward.size):
            onward[i] += column[i]
    return sums


@kernel
def guided_coefficients(
    guide: NDArray[np.uint8], value: NDArray[np.float32], radius: int, epsilon: float
) -> NDArray[np.float32]:  # (uint8[:, :, ::1], float32[:, ::1], int64, float64) -> float32[:, :, ::1]
    """Return the colour line of every pixel: `value` as a linear function of the picture around it.

    Parameters
    ----------
    guide : ndarray of shape (h, w, 3), uint8
        RGB.
    value : ndarray of shape (h, w), float32
        What follows the edges of the guide.
    radius : int
        Half the side of the window, in pixels; the window has ``2 radius + 1``.
    epsilon : float
        Variance of a channel (of 0–1) below which an edge is taken for noise.

    Returns
    -------
    ndarray of shape (h, w, 4), float32
        Slopes for red, green and blue (of 0–1), then the intercept.

    Notes
    -----
    The guided filter with a colour guide (He, Sun, Tang: Guided Image Filtering, IEEE TPAMI 35(6), 2013, doi
    10.1109/TPAMI.2012.213, eq. 14, 15 and 19), up to its last step, so that the coefficients can be
    applied to a finer picture (He, Sun: Fast Guided Filter, 2015, arXiv 1505.00996). In a window of zeros or
    of ones the line is level.
    """
    height, width = value.shape
    planes = np.zeros((height, width * _PLANES), np.float32)
    for y in range(height):
        for x in range(width):
            red = np.float32(guide[y, x, 0]) * np.float32(1.0 / 255.0)
            green = np.float32(guide[y, x, 1]) * np.float32(1.0 / 255.0)
            blue = np.float32(guide[y, x, 2]) * np.float32(1.0 / 255.0)
            p, at = value[y, x], x * _PLANES
            planes[y, at] = p
            planes[y, at + 1] = red
            planes[y, at + 2] = green
            planes[y, at + 3] = blue
            planes[y, at + 4] = red * p
            planes[y, at + 5] = green * p
            planes[y, at + 6] = blue * p
            planes[y, at + 7] = red * red
            planes[y, at + 8] = red * green
            planes[y, at + 9] = red * blue
            planes[y, at + 10] = green * green
            planes[y, at + 11] = green * blue
            planes[y, at + 12] = blue * blue
    lines = np.zeros((height, width * 4), np.float32)
    column = np.empty(width * _PLANES, np.float32)
    for y in range(height):
        sums = _window_sums(planes, y, radius, _PLANES, column)
        rows = min(y + radius, height - 1) - max(y - radius, 0) + 1
        for x in range(width):
            columns = min(x + radius, width - 1) - max(x - radius, 0) + 1
            one, at = 1.0 / (rows * columns), x * _PLANES
            if sums[at] == 0.0 or sums[at] == rows * columns:  # zeros or ones alone: a level line
                lines[y, x * 4 + 3] = value[y, x]
                continue
            p, red, green, blue = sums[at] * one, sums[at + 1] * one, sums[at + 2] * one, sums[at + 3] * one
            # Covariance of the guide with the value, and of the guide with itself (symmetric).
            cr = sums[at + 4] * one - red * p
            cg = sums[at + 5] * one - green * p
            cb = sums[at + 6] * one - blue * p
            rr = sums[at + 7] * one - red * red + epsilon
            rg = sums[at + 8] * one - red * green
            rb = sums[at + 9] * one - red * blue
            gg = sums[at + 10] * one - green * green + epsilon
            gb = sums[at + 11] * one - green * blue
            bb = sums[at + 12] * one - blue * blue + epsilon
            # Its inverse by cofactors.
            irr, irg, irb = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
            igg, igb, ibb = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
            scale = 1.0 / (rr * irr + rg * irg + rb * irb)
            ar = (irr * cr + irg * cg + irb * cb) * scale
            ag = (irg * cr + igg * cg + igb * cb) * scale
            ab = (irb * cr + igb * cg + ibb * cb) * scale
            lines[y, x * 4] = ar
            lines[y, x * 4 + 1] = ag
            lines[y, x * 4 + 2] = ab
            lines[y, x * 4 + 3] = p - ar * red - ag * green - ab * blue
    means = np.empty((height, width, 4), np.float32)
    column = np.empty(width * 4, np.float32)
    for y in range(height):
        sums = _window_sums(lines, y, radius, 4, column)
        rows = min(y + radius, height - 1) - max(y - radius, 0) + 1
        for x in range(width):
            columns = min(x + radius, width - 1) - max(x - radius, 0) + 1
            one = np.float32(1.0 / (rows * columns))
            for k in range(4):
                means[y, x, k] = sums[x * 4 + k] * one
    return means


@kernel
def label_cells(
    picture: NDArray[np.uint8],
    lines: NDArray[np.float32],
    logits: NDArray[np.float32],
    first: NDArray[np.float64],
    step: NDArray[np.float64],
    corner: NDArray[np.int64],
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    # (uint8[:, :, ::1], float32[:, :, ::1], float32[:, :, :, ::1], float64[::1], float64[::1], int64[::1])
    """Return how much of each cell is person, and which kind.

    Parameters
    ----------
    picture : ndarray of shape (H, W, 3), uint8
        RGB: the cells to be labelled.
    lines : ndarray of shape (h, w, 4), float32
        Colour lines of the picture's part of the canvas, from :func:`guided_coefficients`.
    logits : ndarray of shape (1, 28, a, b), float32
        Answer of the network for the whole canvas: from plane 16 on three kinds with 2 × 2 values each.
    first : ndarray of shape (2,), float64
        x and y of the centre of the first cell, in pixels of the canvas.
    step : ndarray of shape (2,), float64
        Pixels of the canvas from one cell to the next, along x and along y.
    corner : ndarray of shape (2,), int64
        x and y of the first of `lines` on the canvas.

    Returns
    -------
    share : ndarray of shape (H, W), float32
        Share of the person, from 0 to 1.
    kind : ndarray of shape (H, W), uint8
        The most probable of the three kinds: 0, 1 or 2.

    Notes
    -----
    Lines and logits are interpolated linearly; beyond their edges the nearest holds.
    """
    height, width = picture.shape[:2]
    rows, columns = lines.shape[:2]
    fine_rows, fine_columns = 2 * logits.shape[2], 2 * logits.shape[3]
    votes = np.empty((fine_rows, fine_columns, 3), np.float32)
    winner = np.empty((fine_rows, fine_columns), np.uint8)
    for v in range(fine_rows):
        for u in range(fine_columns):
            plane = 16 + 2 * (v % 2) + u % 2
            for k in range(3):
                votes[v, u, k] = logits[0, plane + 4 * k, v // 2, u // 2]
            winner[v, u] = _first_of_the_largest(votes[v, u, 0], votes[v, u, 1], votes[v, u, 2])
    x0, fx = _neighbours(first[0] - corner[0], step[0], width, columns)
    y0, fy = _neighbours(first[1] - corner[1], step[1], height, rows)
    u0, gx = _neighbours((first[0] - 0.5) / 2.0, step[0] / 2.0, width, fine_columns)
    v0, gy = _neighbours((first[1] - 0.5) / 2.0, step[1] / 2.0, height, fine_rows)
    share = np.empty((height, width), np.float32)
    kind = np.zeros((height, width), np.uint8)
    line = np.empty((columns, 4), np.float32)
    vote = np.empty((fine_columns, 3), np.float32)
    for y in range(height):
        top, below = y0[y], min(y0[y] + 1, rows - 1)
        for x in range(columns):
            for k in range(4):
                line[x, k] = lines[top, x, k] + fy[y] * (lines[below, x, k] - lines[top, x, k])
        upper, lower = v0[y], min(v0[y] + 1, fine_rows - 1)
        for u in range(fine_columns):
            for k in range(3):
                vote[u, k] = votes[upper, u, k] + gy[y] * (votes[lower, u, k] - votes[upper, u, k])
        for x in range(width):
            left, right, part = x0[x], min(x0[x] + 1, columns - 1), fx[x]
            total = line[left, 3] + part * (line[right, 3] - line[left, 3])
            for k in range(3):
                slope = line[left, k] + part * (line[right, k] - line[left, k])
                total += slope * (np.float32(picture[y, x, k]) * np.float32(1.0 / 255.0))
            total = min(max(total, np.float32(0.0)), np.float32(1.0))
            share[y, x] = total
            if total <= 0.0:
                continue
            west, east = u0[x], min(u0[x] + 1, fine_columns - 1)
            # Where all four neighbours agree, so does what lies between them.
            kind[y, x] = winner[upper, west]
            if (
                winner[upper, east] != kind[y, x]
                or winner[lower, west] != kind[y, x]
                or winner[lower, east] != kind[y, x]
            ):
                kind[y, x] = _first_of_the_largest(
                    vote[west, 0] + gx[x] * (vote[east, 0] - vote[west, 0]),
                    vote[west, 1] + gx[x] * (vote[east, 1] - vote[west, 1]),
                    vote[west, 2] + gx[x] * (vote[east, 2] - vote[west, 2]),
                )
    return share, kind


@kernel
def _first_of_the_largest(a: float, b: float, c: float) -> int:
    if b > a and b >= c:
        return 1
    return 2 if c > a else 0


@kernel
def _neighbours(
    first: float, step: float, count: int, size: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    # The sample before each of `count` positions, and how far on towards the next one it lies.
    before = np.empty(count, np.int64)
    part = np.empty(count, np.float32)
    for i in range(count):
        at = min(max(first + i * step, 0.0), size - 1.0)
        before[i] = min(int(at), max(size - 2, 0))
        part[i] = at - before[i]
    return before, part
