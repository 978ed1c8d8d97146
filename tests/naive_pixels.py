"""Slow and obvious twins of the kernels on pixels, written from the definition."""

from __future__ import annotations

import math

import numpy as np


def region_statistics(rgb, labels, luminance, regions):
    found = np.zeros((regions, 4, 256), np.int64)
    for region in range(regions):
        pixels = rgb[labels == region].astype(int)
        for channel in range(3):
            found[region, channel] = np.bincount(pixels[:, channel], minlength=256)
        light = sum(luminance[channel][pixels[:, channel]] for channel in range(3))
        rounded = np.minimum(np.floor(light + np.float32(0.5)).astype(int), 255)
        found[region, 3] = np.bincount(rounded, minlength=256)
    return found


def area_means(rgb, height, width):
    """Return the means, not rounded: every pixel is split into height × width equal parts."""
    fine = rgb.astype(float).repeat(height, axis=0).repeat(width, axis=1)
    rows, columns = rgb.shape[:2]
    return fine.reshape(height, rows, width, columns, 3).mean(axis=(1, 3))


def cell_planes(rgb, planes):
    height, width = rgb.shape[0] // 2, rgb.shape[1] // 2
    cells = np.zeros((1, planes, height, width))
    for y, x in np.ndindex(height, width):
        cells[0, :12, y, x] = rgb[2 * y : 2 * y + 2, 2 * x : 2 * x + 2].reshape(12) / 127.5 - 1
    return cells


def medians_at(plane, places, reach):
    padded = np.pad(plane, reach, mode="edge")
    side = 2 * reach + 1
    corners = (divmod(place, plane.shape[1]) for place in places)
    return np.array([np.median(padded[y : y + side, x : x + side]) for y, x in corners], np.uint8)


def gradient_energy(grey):
    grey = grey.astype(float)
    if min(grey.shape) < 3:
        return 0.0, 0.0, 0.0
    down, right = (slope[1:-1, 1:-1] for slope in np.gradient(grey))  # central differences inside the rim
    return (right * right).sum(), (right * down).sum(), (down * down).sum()


def block_noise(grey, side):
    height, width = grey.shape
    operator = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]])
    rows, columns = max(height - 2, 0) // side, max(width - 2, 0) // side
    noise = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            answers = [
                abs((operator * grey[y - 1 : y + 2, x - 1 : x + 2].astype(float)).sum())
                for y in range(row * side + 1, (row + 1) * side + 1)
                for x in range(column * side + 1, (column + 1) * side + 1)
            ]
            noise[row, column] = math.sqrt(math.pi / 2) * np.mean(answers) / 6
    return noise


def jump_profile(grey, most):
    jumps = np.minimum(np.abs(np.diff(grey.astype(float), axis=1)), most)
    return jumps.mean(axis=0)


def deepest(depth, share, cells):
    """Every cell is cut into its share in pieces of 1/64; the deepest pieces are averaged."""
    pieces = np.repeat(depth.ravel().astype(float), np.rint(share.ravel() * 64).astype(int))
    if len(pieces) == 0:
        return 0.0, 0.0
    return len(pieces) / 64, np.sort(pieces)[::-1][: max(round(cells * 64), 1)].mean()


def mirrored_depth(level, mask, alike, share, outlier, least):
    height, width = mask.shape
    half = width // 2
    both = (mask & mask[:, ::-1])[:, :half]
    counted = both & alike[:, :half]
    if not counted.any():
        return int(both.sum()), 0.0
    y, x = np.nonzero(counted)
    found = (level - level[:, ::-1])[:, :half][counted]
    across = (width - 1) / 2 - x
    terms = np.column_stack([across, across * (y - (height - 1) / 2)])
    left, kept = np.abs(found), np.ones(len(found), bool)
    for _ in range(3):
        if len(set(y[kept])) < 2:
            break
        left = np.abs(found - terms @ np.linalg.lstsq(terms[kept], found[kept], rcond=None)[0])
        kept = left <= max(outlier * np.median(left), least)
    depth = np.sort(np.append(left, np.zeros(both.sum() - len(left))))
    return len(depth), depth[min(int((1 - share) * len(depth)), len(depth) - 1)]


def hot_spot_pixels(rgb, mask, reference, rows, columns, gain, whiter, most):
    pixels = rgb[mask].astype(float)
    if len(pixels) == 0:
        return 0, 0
    level = (reference[1] * rows[:, None] * columns)[mask]
    typical = 1 - reference.min() / max(reference.max(), 1)
    saturation = 1 - pixels.min(axis=1) / np.maximum(pixels.max(axis=1), 1)
    bright = (level <= most) & (pixels[:, 1] >= level + gain * (255 - level))
    return int((bright & (saturation <= whiter * typical)).sum()), len(pixels)


def plane(values, mask):
    y, x = np.nonzero(mask)
    y, x = y - (mask.shape[0] - 1) / 2, x - (mask.shape[1] - 1) / 2
    terms = np.column_stack([np.ones(len(y)), y, x])
    if np.linalg.matrix_rank(terms, tol=1e-3) < 3:
        return 0.0, 0.0, 0.0
    return tuple(np.linalg.lstsq(terms, values[mask], rcond=None)[0])


def bend_profile(grey, step, most):
    picture = grey.astype(float)
    middle = range(step, picture.shape[1] - step)
    bends = [abs(picture[:, x - step] - 2 * picture[:, x] + picture[:, x + step]) for x in middle]
    return np.array([np.minimum(bend, most).mean() for bend in bends])


def lowest_waves(windows, rank):
    amplitudes = [np.abs(np.fft.rfft2(window.astype(float))) for window in windows]
    return np.sort(amplitudes, axis=0)[rank]


def tone_spread(lab, steps):
    pixels = lab.reshape(-1, 3).astype(float)
    level = np.clip(np.trunc(pixels[:, 0] / 100 * steps), 0, steps - 1)
    squares = 0.0
    for step in range(steps):
        chroma = pixels[level == step, 1:]
        if len(chroma):
            squares += ((chroma - chroma.mean(axis=0)) ** 2).sum()
    return math.sqrt(squares / len(pixels))


def plain_rim(lines, flat, same, other):
    lines = lines.astype(float)
    means = lines.mean(axis=1)
    plain = (lines.std(axis=1) <= flat).all(axis=1) & (np.abs(means - means[0]) <= same).all(axis=1)
    width = len(lines) if plain.all() else int(np.argmin(plain))
    if not 0 < width < len(lines):
        return width, 0.0
    behind = (np.abs(lines[width : width + 3] - means[0]) >= other).any(axis=2)
    return width, behind.mean(axis=1).max()


def even_surface(values, basis, darker, lighter, least, stiffness, rounds):
    size = basis.shape[1]
    weights = np.ones(len(values))
    coefficients = np.zeros((size, values.shape[1]))
    for _ in range(rounds if len(values) else 0):
        ridge = np.diag([1e-9] + (size - 1) * [stiffness]) * weights.sum()
        normal = basis.T @ np.diag(weights) @ basis + ridge
        coefficients = np.linalg.solve(normal, basis.T @ np.diag(weights) @ values)
        residual = values - basis @ coefficients
        length = np.linalg.norm(residual, axis=1)
        chosen = length[weights > 0.5]
        scale = max(1.4826 * np.median(chosen) if len(chosen) else least, least)
        cut = np.where(residual[:, 0] < 0, darker, lighter)
        weights = (1 + (length / (cut * scale)) ** 2) ** -2.0
    return coefficients


def surface_contrast(lab, mask, coefficients, rows, columns):
    y, x = (places[..., np.newaxis] for places in np.meshgrid(rows, columns, indexing="ij"))
    terms = (np.ones_like(x), x, y, x * x, x * y, y * y)
    surface = sum(term * factors for term, factors in zip(terms, coefficients, strict=True))
    contrast = np.linalg.norm(lab - surface, axis=2)
    return surface[mask].T, contrast[mask]


def _softly(value, low, high):
    rise = np.clip((value - low) / (high - low), 0, 1)
    return 3 * rise**2 - 2 * rise**3


def cast_shade(
    lab,
    place,
    share,
    lit,
    rows,
    columns,
    wall,
    hair,
    spread,
    chroma,
    deepest,
    softly,
    doubtful,
    apart,
    steep,
    grainy,
    least,
):
    lightness, a, b = np.moveaxis(lab.astype(float), 2, 0)
    x, y = np.meshgrid(columns, rows)
    bright = np.exp(sum(c * term for c, term in zip(lit, (x**0, x, y, x * x, x * y, y * y), strict=True)))
    luminance = np.maximum(((lightness + 16) / 116) ** 3, 1e-3)
    darkness = np.maximum(1 - luminance / bright, 0)
    left = np.cbrt(1 - darkness)
    of_hair = place == 2
    tint = np.hypot(a - wall[0] * left, b - wall[1] * left) / np.where(of_hair, chroma[1], chroma[0])
    depth = darkness / np.where(of_hair, deepest[1], deepest[0])
    differs = np.sqrt(
        ((lightness - hair[0]) / spread[0]) ** 2
        + ((a - hair[1]) / spread[1]) ** 2
        + ((b - hair[2]) / spread[1]) ** 2
    )
    doubt = _softly(share.astype(float), *doubtful)
    shade = darkness * (1 - _softly(tint, *softly)) * (1 - _softly(depth, *softly))
    shade = np.where(place > 0, shade * (1 - doubt * (1 - _softly(differs, *apart))), 0)
    shade[shade < least] = 0
    around = np.lib.stride_tricks.sliding_window_view(np.pad(lightness, 1, "edge"), (3, 3))
    bend = around.max(axis=(2, 3)) - around.min(axis=(2, 3))
    drop = (lightness + 16) * (1 / left - 1)
    return shade, shade / (1 + (bend / (steep * drop + grainy)) ** 4)


def disc_redness(rgb, x, y, radius, dark):
    found = []
    for row in range(rgb.shape[0]):
        for column in range(rgb.shape[1]):
            if (row - y) ** 2 + (column - x) ** 2 <= radius * radius:
                red, green, blue = (float(value) for value in rgb[row, column])
                found.append(max(red - max(green, blue), 0.0) / (red + dark))
    return found


def srgb_to_lab(rgb):
    """CIE 15:2004, 8.2.1, from IEC 61966-2-1, in float64; white is D65."""
    code = np.asarray(rgb, float) / 255
    light = np.where(code > 0.04045, ((code + 0.055) / 1.055) ** 2.4, code / 12.92)
    matrix = np.array([(0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)])
    x, y, z = np.moveaxis(light @ matrix.T / matrix.sum(axis=1), -1, 0)

    def f(t):
        return np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)

    return np.stack([116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))], axis=-1)
