"""Kernels on the label map: from a coarse answer to the cells of a finer picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["colour_lines", "map_cells"]


@kernel
def colour_lines(
    guide: NDArray[np.uint8], value: NDArray[np.float32], radius: int, epsilon: float
) -> NDArray[np.float32]:  # (uint8[:, :, ::1], float32[:, ::1], int64, float64) -> float32[:, :, ::1]
    """Return `value` as a linear function of the picture's colour, around every pixel.

    Parameters
    ----------
    guide : ndarray of shape (h, w, 3), uint8
        RGB.
    value : ndarray of shape (h, w), float32
        What is to follow the edges of the guide.
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
    10.1109/TPAMI.2012.213, eq. 14, 15 and 19), up to its last step, so that the lines can be applied to a
    finer picture (He, Sun: Fast Guided Filter, 2015, arXiv 1505.00996). At its edges the picture is mirrored.
    """
    height, width = value.shape
    planes = np.empty((height, width, 13), np.float32)
    unit, noise, one = np.float32(1 / 255), np.float32(epsilon), np.float32(1)
    for y in range(height):
        for x in range(width):
            p = value[y, x]
            r, g, b = guide[y, x, 0] * unit, guide[y, x, 1] * unit, guide[y, x, 2] * unit
            own = planes[y, x]
            own[0], own[1], own[2], own[3], own[4], own[5], own[6] = p, r, g, b, r * p, g * p, b * p
            own[7], own[8], own[9], own[10], own[11], own[12] = r * r, r * g, r * b, g * g, g * b, b * b
    means = _window_means(planes, radius)
    lines = np.empty((height, width, 4), np.float32)
    for y in range(height):
        for x in range(width):
            own = means[y, x]
            p, r, g, b = own[0], own[1], own[2], own[3]
            # Covariance of the guide with the value, and of the guide with itself (symmetric).
            cr, cg, cb = own[4] - r * p, own[5] - g * p, own[6] - b * p
            rr, rg, rb = own[7] - r * r + noise, own[8] - r * g, own[9] - r * b
            gg, gb, bb = own[10] - g * g + noise, own[11] - g * b, own[12] - b * b + noise
            # Its inverse by cofactors.
            irr, irg, irb = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
            igg, igb, ibb = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
            scale = one / (rr * irr + rg * irg + rb * irb)
            red = (irr * cr + irg * cg + irb * cb) * scale
            green = (irg * cr + igg * cg + igb * cb) * scale
            blue = (irb * cr + igb * cg + ibb * cb) * scale
            lines[y, x, 0], lines[y, x, 1], lines[y, x, 2] = red, green, blue
            lines[y, x, 3] = p - red * r - green * g - blue * b
    return _window_means(lines, radius)


@kernel
def _window_means(
    planes: NDArray[np.float32], radius: int
) -> NDArray[np.float32]:  # (float32[:, :, ::1], int64) -> float32[:, :, ::1]
    """Return the means of planes (h, w, n) over a square window around every pixel, mirrored at the edges."""
    height, width, count = planes.shape
    rows, means = planes.reshape(height, width * count), np.empty((height, width * count), np.float32)
    rim, wide = radius * count, width * count
    padded = np.empty(wide + 2 * rim, np.float32)
    share = np.float32(1.0 / (2 * radius + 1) ** 2)
    for y in range(height):
        inner, found = padded[rim : rim + wide], means[y]
        for i in range(wide):
            inner[i] = 0
        for offset in range(-radius, radius + 1):
            place = (y + offset) % (2 * height)
            row = rows[min(place, 2 * height - 1 - place)]
            for i in range(wide):
                inner[i] += row[i]
        for offset in range(radius):
            left, right = (-1 - offset) % (2 * width), (width + offset) % (2 * width)
            left, right = min(left, 2 * width - 1 - left), min(right, 2 * width - 1 - right)
            for plane in range(count):
                padded[(radius - 1 - offset) * count + plane] = inner[left * count + plane]
                padded[(radius + width + offset) * count + plane] = inner[right * count + plane]
        for i in range(wide):
            found[i] = padded[i]
        for offset in range(1, 2 * radius + 1):
            shifted = padded[offset * count : offset * count + wide]
            for i in range(wide):
                found[i] += shifted[i]
        for i in range(wide):
            found[i] *= share
    return means.reshape(height, width, count)


@kernel
def map_cells(
    picture: NDArray[np.uint8],
    lines: NDArray[np.float32],
    votes: NDArray[np.float32],
    line_places: NDArray[np.float64],
    vote_places: NDArray[np.float64],
    seam: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.uint8], NDArray[np.uint8]]:
    # (uint8[:, :, ::1], float32[:, :, ::1], float32[:, :, ::1], float64[::1], float64[::1], float32[::1])
    """Apply colour lines to a picture of another size, and label its cells.

    Parameters
    ----------
    picture : ndarray of shape (H, W, 3), uint8
        RGB.
    lines : ndarray of shape (h, w, 4), float32
        Slopes for red, green and blue (of 0–1), then the intercept: from
        :func:`colour_lines`.
    votes : ndarray of shape (h', w', 3), float32
        How much speaks for each of three kinds.
    line_places, vote_places : ndarray of shape (4,), float64
        x and y of the picture's first pixel among the lines or votes, and the steps from one pixel of the
        picture to the next, along x and along y. Between, they are interpolated linearly; beyond their edges
        the nearest hold.
    seam : ndarray of shape (2,), float32
        A cell with less than the first share is labelled 0, one with less than the second 4.

    Returns
    -------
    share : ndarray of shape (H, W), float32
        What the lines say, not below 0 and not above 1 (He, Sun, Tang: Guided Image Filtering, IEEE TPAMI
        35(6), 2013, eq. 16).
    kinds : ndarray of shape (H, W), uint8
        1, 2 or 3: the kind with most votes, the first of equals.
    labels : ndarray of shape (H, W), uint8
        0, 4, or the kind.
    """
    height, width = picture.shape[:2]
    share = np.empty((height, width), np.float32)
    kinds = np.empty((height, width), np.uint8)
    labels = np.empty((height, width), np.uint8)
    line_row, vote_row = (
        np.zeros((4, lines.shape[1] + 1), np.float32),
        np.zeros((3, votes.shape[1] + 1), np.float32),
    )
    line_column, vote_column = np.empty(width, np.uint32), np.empty(width, np.uint32)
    line_part, vote_part = np.empty(width, np.float32), np.empty(width, np.float32)
    for columns, parts, places, last in (
        (line_column, line_part, line_places, lines.shape[1] - 1),
        (vote_column, vote_part, vote_places, votes.shape[1] - 1),
    ):
        for x in range(width):
            place = min(max(places[0] + x * places[2], 0.0), float(last))
            columns[x] = int(place)
            parts[x] = place - int(place)
    values = np.empty((7, width), np.float32)
    zero, one, unit, following = np.float32(0), np.float32(1), np.float32(1 / 255), np.uint32(1)
    for y in range(height):
        # Down first, on the few columns there are; then along each plane by itself: eight at a time.
        for grid, row, places in ((lines, line_row, line_places), (votes, vote_row, vote_places)):
            place = min(max(places[1] + y * places[3], 0.0), float(grid.shape[0] - 1))
            upper = int(place)
            lower, part = min(upper + 1, grid.shape[0] - 1), np.float32(place - upper)
            for x in range(grid.shape[1]):
                for plane in range(grid.shape[2]):
                    above, below = grid[upper, x, plane], grid[lower, x, plane]
                    row[plane, x] = above + part * (below - above)
        for plane in range(7):
            known = line_row[plane] if plane < 4 else vote_row[plane - 4]
            columns, parts = (line_column, line_part) if plane < 4 else (vote_column, vote_part)
            found = values[plane]
            for x in range(width):
                left, right = known[columns[x]], known[columns[x] + following]
                found[x] = left + parts[x] * (right - left)
        red, green, blue, level = values[0], values[1], values[2], values[3]
        first, second, third = values[4], values[5], values[6]
        colours, shares = picture[y], share[y]
        for x in range(width):
            total = red[x] * colours[x, 0] + green[x] * colours[x, 1] + blue[x] * colours[x, 2]
            shares[x] = min(max(total * unit + level[x], zero), one)
        for x in range(width):
            kind = np.uint8(2) if second[x] > first[x] else np.uint8(1)
            kind = np.uint8(3) if third[x] > max(first[x], second[x]) else kind
            kinds[y, x] = kind
            kind = np.uint8(4) if shares[x] < seam[1] else kind
            labels[y, x] = np.uint8(0) if shares[x] < seam[0] else kind
    return share, kinds, labels
