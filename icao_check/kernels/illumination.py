"""Kernels on light that falls unevenly on the face."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["deepest", "hot_spot_pixels", "mirrored_depth", "plane"]


@kernel
def deepest(
    depth: NDArray[np.float32], share: NDArray[np.float32], cells: float
) -> tuple[float, float]:  # (float32[:, ::1], float32[:, ::1], float64)
    """Return how deep the deepest part of a surface is, on average.

    Parameters
    ----------
    depth : ndarray of shape (H, W), float32
        Of each cell.
    share : ndarray of shape (H, W), float32
        How much of the cell belongs to the surface, 0–1.
    cells : float
        Size of the part.

    Returns
    -------
    size : float
        Cells of the whole surface.
    mean : float
        Mean depth of its deepest `cells`, the last of them in part; of all where it has fewer; 0 where it has
        none.
    """
    flat_depth, flat_share = depth.ravel(), share.ravel()
    order = np.argsort(-flat_depth, kind="mergesort")
    size, total, taken = 0.0, 0.0, 0.0
    for place in order:
        size += flat_share[place]
        part = min(float(flat_share[place]), cells - taken)
        if part > 0.0:
            total += part * flat_depth[place]
            taken += part
    return size, total / taken if taken > 0.0 else 0.0


@kernel
def mirrored_depth(
    level: NDArray[np.float64],
    mask: NDArray[np.bool_],
    alike: NDArray[np.bool_],
    share: float,
    outlier: float,
    least: float,
) -> tuple[int, float]:  # (float64[:, ::1], bool_[:, ::1], bool_[:, ::1], float64, float64, float64)
    """Compare each pixel of a level face with its mirror image, light that falls off evenly left out.

    Parameters
    ----------
    level : ndarray of shape (H, W), float64
        Logarithm of the light; the middle of the face is the middle of the picture.
    mask : ndarray of shape (H, W), bool
        The face; a pair counts where both of its pixels belong to it.
    alike : ndarray of shape (H, W), bool
        Where a pixel has the colour of its mirror image; other pairs count as equally dark.
    share : float
        0–1.
    outlier, least : float
        The differences are fitted by what grows with the distance from the middle, times a constant that may
        change from top to bottom; twice again without those farther off than `outlier` median residuals,
        `least` at the least.

    Returns
    -------
    pairs : int
        Pairs of pixels compared.
    depth : float
        What is left of the difference, without its sign: the value that `share` of the pairs exceed. 0 where
        there is no pair.
    """
    height, width = mask.shape
    half = width // 2
    across, turned, found = np.zeros(height * half), np.zeros(height * half), np.zeros(height * half)
    pairs, count = 0, 0
    for y in range(height):
        for x in range(half):
            if mask[y, x] and mask[y, width - 1 - x]:
                pairs += 1
                if alike[y, x]:
                    across[count] = (width - 1) / 2.0 - x
                    turned[count] = across[count] * (y - (height - 1) / 2.0)
                    found[count] = level[y, x] - level[y, width - 1 - x]
                    count += 1
    if pairs == 0 or count == 0:
        return pairs, 0.0
    across, turned, found = across[:count], turned[:count], found[:count]
    left = np.abs(found)
    bound = np.inf
    for _ in range(3):
        aa, tt, at, af, tf = 0.0, 0.0, 0.0, 0.0, 0.0
        for k in range(count):
            if left[k] <= bound:
                aa += across[k] * across[k]
                tt += turned[k] * turned[k]
                at += across[k] * turned[k]
                af += across[k] * found[k]
                tf += turned[k] * found[k]
        area = aa * tt - at * at
        # Of pairs in one row it is zero but for rounding.
        if area <= 1e-9 * aa * tt:
            break
        slope, turn = (af * tt - tf * at) / area, (tf * aa - af * at) / area
        left = np.abs(found - slope * across - turn * turned)
        bound = max(outlier * np.median(left), least)
    depth = np.zeros(pairs)
    depth[:count] = left
    return pairs, np.sort(depth)[min(int((1.0 - share) * pairs), pairs - 1)]


@kernel
def hot_spot_pixels(
    rgb: NDArray[np.uint8],
    mask: NDArray[np.bool_],
    reference: NDArray[np.float64],
    rows: NDArray[np.float64],
    columns: NDArray[np.float64],
    gain: float,
    whiter: float,
    most: float,
) -> tuple[int, int]:
    # (uint8[:, :, ::1], bool_[:, ::1], float64[::1], float64[::1], float64[::1], float64, float64, float64)
    """Count the pixels of a surface that show the lamp instead of the surface.

    Parameters
    ----------
    rgb : ndarray of shape (H, W, 3), uint8
        sRGB.
    mask : ndarray of shape (H, W), bool
        The surface.
    reference : ndarray of shape (3,), float64
        Its typical red, green and blue.
    rows, columns : ndarray of shape (H,) and (W,), float64
        How light falls off over the surface: its typical values at a pixel are `reference` times both.
    gain : float
        How much brighter than the typical a reflection is: the part of the way from the typical green to
        white, 0–1.
    whiter : float
        A reflection has the colour of the lamp: its saturation, 1 - smallest / largest channel, is at most
        this share of the typical one.
    most : float
        Typical green above which the surface is too white to show a reflection, 0–255.

    Returns
    -------
    spots, count : int
        Pixels that reflect, and pixels of the surface. A surface reflects diffusely in its own colour and
        specularly in that of the light (Shafer, Using color to separate reflection components, 1985).
    """
    height, width = mask.shape
    typical = 1.0 - reference.min() / max(reference.max(), 1.0)
    spots, count = 0, 0
    for y in range(height):
        for x in range(width):
            if mask[y, x]:
                count += 1
                level = reference[1] * rows[y] * columns[x]
                red, green, blue = float(rgb[y, x, 0]), float(rgb[y, x, 1]), float(rgb[y, x, 2])
                largest = max(red, green, blue, 1.0)
                bright = level <= most and green >= level + gain * (255.0 - level)
                if bright and 1.0 - min(red, green, blue) / largest <= whiter * typical:
                    spots += 1
    return spots, count


@kernel
def plane(
    values: NDArray[np.float64], mask: NDArray[np.bool_]
) -> tuple[float, float, float]:  # (float64[:, ::1], bool_[:, ::1])
    """Fit a plane to some pixels of a picture by least squares.

    Parameters
    ----------
    values : ndarray of shape (H, W), float64
        Anything.
    mask : ndarray of shape (H, W), bool
        Pixels that count.

    Returns
    -------
    middle, down, right : float
        The plane at the middle of the picture, (H - 1) / 2 and (W - 1) / 2, and its rise per pixel. Zero
        where the pixels do not tell, as they lie on a line or are none.
    """
    height, width = mask.shape
    y_middle, x_middle = (height - 1) / 2.0, (width - 1) / 2.0
    count, y_sum, x_sum, total = 0.0, 0.0, 0.0, 0.0
    for y in range(height):
        for x in range(width):
            if mask[y, x]:
                count += 1.0
                y_sum += y - y_middle
                x_sum += x - x_middle
                total += values[y, x]
    if count == 0.0:
        return 0.0, 0.0, 0.0
    y_mean, x_mean, mean = y_sum / count, x_sum / count, total / count
    yy, xx, xy, yv, xv = 0.0, 0.0, 0.0, 0.0, 0.0
    for y in range(height):
        for x in range(width):
            if mask[y, x]:
                v = values[y, x] - mean
                dy, dx = y - y_middle - y_mean, x - x_middle - x_mean
                yy += dy * dy
                xx += dx * dx
                xy += dx * dy
                yv += dy * v
                xv += dx * v
    area = xx * yy - xy * xy
    # Of pixels on a line it is zero but for rounding.
    if area <= 1e-9 * (xx + yy) ** 2:
        return 0.0, 0.0, 0.0
    down, right = (yv * xx - xv * xy) / area, (xv * yy - yv * xy) / area
    return mean - down * y_mean - right * x_mean, down, right
