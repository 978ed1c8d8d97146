"""Kernels that separate regions of a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["guided_coefficients", "label_cells", "network_cells", "person_share"]

# Planes of the guided filter's sums: the value, the guide, their products, the guide's products; padded so
# that the processor adds them all in one or two steps.
_PLANES = 16


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
        From 0 to 1.
    """
    height, width = logits.shape[2:]
    share = np.empty((4 * height, 4 * width), np.float32)
    for y in range(height):
        for k in range(16):
            for x in range(width):
                share[4 * y + k // 4, 4 * x + k % 4] = 1.0 / (1.0 + np.exp(-logits[0, k, y, x]))
    return share


@kernel
def _box_sums(planes: NDArray[np.float32], radius: int) -> NDArray[np.float32]:
    # Sums over the square of 2 radius + 1 pixels, cut off at the edges: along rows, then along columns.
    height, width, count = planes.shape
    along = np.empty((height, width, count), np.float32)
    total = np.empty(count, np.float32)
    for y in range(height):
        total[:] = 0.0
        for x in range(min(radius, width)):
            for k in range(count):
                total[k] += planes[y, x, k]
        for x in range(width):
            if x + radius < width:
                for k in range(count):
                    total[k] += planes[y, x + radius, k]
            if x - radius - 1 >= 0:
                for k in range(count):
                    total[k] -= planes[y, x - radius - 1, k]
            for k in range(count):
                along[y, x, k] = total[k]
    sums = np.empty((height, width, count), np.float32)
    column = np.zeros((width, count), np.float32)
    for y in range(min(radius, height)):
        for x in range(width):
            for k in range(count):
                column[x, k] += along[y, x, k]
    for y in range(height):
        if y + radius < height:
            for x in range(width):
                for k in range(count):
                    column[x, k] += along[y + radius, x, k]
        if y - radius - 1 >= 0:
            for x in range(width):
                for k in range(count):
                    column[x, k] -= along[y - radius - 1, x, k]
        for x in range(width):
            for k in range(count):
                sums[y, x, k] = column[x, k]
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
    applied to a finer picture (He, Sun: Fast Guided Filter, 2015, arXiv 1505.00996).
    """
    height, width = value.shape
    planes = np.zeros((height, width, _PLANES), np.float32)
    for y in range(height):
        for x in range(width):
            red = np.float32(guide[y, x, 0]) / np.float32(255.0)
            green = np.float32(guide[y, x, 1]) / np.float32(255.0)
            blue = np.float32(guide[y, x, 2]) / np.float32(255.0)
            p = value[y, x]
            planes[y, x, 0] = p
            planes[y, x, 1] = red
            planes[y, x, 2] = green
            planes[y, x, 3] = blue
            planes[y, x, 4] = red * p
            planes[y, x, 5] = green * p
            planes[y, x, 6] = blue * p
            planes[y, x, 7] = red * red
            planes[y, x, 8] = red * green
            planes[y, x, 9] = red * blue
            planes[y, x, 10] = green * green
            planes[y, x, 11] = green * blue
            planes[y, x, 12] = blue * blue
    sums = _box_sums(planes, radius)
    lines = np.empty((height, width, 4), np.float32)
    for y in range(height):
        rows = min(y + radius, height - 1) - max(y - radius, 0) + 1
        for x in range(width):
            columns = min(x + radius, width - 1) - max(x - radius, 0) + 1
            one = 1.0 / (rows * columns)
            p, red, green, blue = (
                sums[y, x, 0] * one,
                sums[y, x, 1] * one,
                sums[y, x, 2] * one,
                sums[y, x, 3] * one,
            )
            # Covariance of the guide with the value, and of the guide with itself (symmetric).
            cr = sums[y, x, 4] * one - red * p
            cg = sums[y, x, 5] * one - green * p
            cb = sums[y, x, 6] * one - blue * p
            rr = sums[y, x, 7] * one - red * red + epsilon
            rg = sums[y, x, 8] * one - red * green
            rb = sums[y, x, 9] * one - red * blue
            gg = sums[y, x, 10] * one - green * green + epsilon
            gb = sums[y, x, 11] * one - green * blue
            bb = sums[y, x, 12] * one - blue * blue + epsilon
            # Its inverse by cofactors.
            irr, irg, irb = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
            igg, igb, ibb = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
            determinant = rr * irr + rg * irg + rb * irb
            ar = (irr * cr + irg * cg + irb * cb) / determinant
            ag = (irg * cr + igg * cg + igb * cb) / determinant
            ab = (irb * cr + igb * cg + ibb * cb) / determinant
            lines[y, x, 0] = ar
            lines[y, x, 1] = ag
            lines[y, x, 2] = ab
            lines[y, x, 3] = p - ar * red - ag * green - ab * blue
    means = _box_sums(lines, radius)
    for y in range(height):
        rows = min(y + radius, height - 1) - max(y - radius, 0) + 1
        for x in range(width):
            columns = min(x + radius, width - 1) - max(x - radius, 0) + 1
            for k in range(4):
                means[y, x, k] /= np.float32(rows * columns)
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
    share = np.empty((height, width), np.float32)
    kind = np.empty((height, width), np.uint8)
    votes = np.empty(3)
    for y in range(height):
        at = first[1] + y * step[1]
        line = min(max(at - corner[1], 0.0), rows - 1.0)
        y0 = min(int(line), max(rows - 2, 0))
        y1 = min(y0 + 1, rows - 1)
        fy = np.float32(line - y0)
        fine = min(max((at - 0.5) / 2.0, 0.0), fine_rows - 1.0)
        v0 = min(int(fine), fine_rows - 2)
        gy = fine - v0
        for x in range(width):
            across = first[0] + x * step[0]
            place = min(max(across - corner[0], 0.0), columns - 1.0)
            x0 = min(int(place), max(columns - 2, 0))
            x1 = min(x0 + 1, columns - 1)
            fx = np.float32(place - x0)
            total = np.float32(0.0)
            for k in range(4):
                upper = lines[y0, x0, k] + fx * (lines[y0, x1, k] - lines[y0, x0, k])
                lower = lines[y1, x0, k] + fx * (lines[y1, x1, k] - lines[y1, x0, k])
                value = np.float32(picture[y, x, k]) / np.float32(255.0) if k < 3 else np.float32(1.0)
                total += (upper + fy * (lower - upper)) * value
            total = min(max(total, np.float32(0.0)), np.float32(1.0))
            share[y, x] = total
            kind[y, x] = 0
            if total <= 0.0:
                continue
            fine = min(max((across - 0.5) / 2.0, 0.0), fine_columns - 1.0)
            u0 = min(int(fine), fine_columns - 2)
            gx = fine - u0
            for k in range(3):
                votes[k] = 0.0
            for corner_y in range(2):
                v = v0 + corner_y
                for corner_x in range(2):
                    u = u0 + corner_x
                    weight = (gy if corner_y else 1.0 - gy) * (gx if corner_x else 1.0 - gx)
                    plane = 16 + 2 * (v % 2) + u % 2
                    for k in range(3):
                        votes[k] += weight * logits[0, plane + 4 * k, v // 2, u // 2]
            if votes[1] > votes[0] and votes[1] >= votes[2]:
                kind[y, x] = 1
            elif votes[2] > votes[0]:
                kind[y, x] = 2
    return share, kind
