"""Slow and obvious twins of the renderer's kernels, written from the definition."""

from __future__ import annotations

import itertools
import math

import numpy as np


def hash01(i, j, seed):
    mask = 0xFFFFFFFF
    h = ((i & mask) * 0x9E3779B1 + (j & mask) * 0x85EBCA6B + (seed & mask) * 0x27D4EB2F) % 2**32
    h = (h ^ h >> 15) * 0x2C1B3C6D % 2**32
    h = (h ^ h >> 12) * 0x297A2D39 % 2**32
    return (h ^ h >> 15) / 2**32


def value_noise(x, y, seed):
    """Weighted mean of the four corners of the cell."""
    i, j = math.floor(x), math.floor(y)
    total = 0.0
    for di, dj in itertools.product((0, 1), repeat=2):
        wx, wy = (3 * t**2 - 2 * t**3 for t in (1 - abs(x - i - di), 1 - abs(y - j - dj)))
        total += wx * wy * hash01(i + di, j + dj, seed)
    return 2 * total - 1


def ramp(x, low, high):
    t = np.clip((x - low) / (high - low), 0, 1)
    return 3 * t**2 - 2 * t**3


def triangle_weights(screen, point):
    """Solve for the weights that sum to 1 and give the point."""
    matrix = np.vstack([screen[:, :2].T, np.ones(3)])
    return np.linalg.solve(matrix, [*point, 1.0])


def draw_triangles(screen, triangles, shape):
    """Ask of every sample which triangle is nearest there."""
    nearness = np.zeros(shape)
    index = np.full(shape, -1)
    for y, x in np.ndindex(*shape):
        for k, corners in enumerate(triangles):
            try:
                weights = triangle_weights(screen[corners], (x, y))
            except np.linalg.LinAlgError:
                continue
            near = weights @ screen[corners, 2]
            if weights.min() >= 0 and near > nearness[y, x]:
                nearness[y, x], index[y, x] = near, k
    return nearness, index


def lens_cover(index, nearness, scene, factor):
    front = (index >= 0) & (nearness > scene)
    rows, columns = front.shape
    return front.reshape(rows // factor, factor, columns // factor, factor).mean((1, 3))


def label_samples(index, label_of, factor):
    found = np.where(index >= 0, label_of[index], 0)
    rows, columns = found.shape
    blocks = found.reshape(rows // factor, factor, columns // factor, factor).swapaxes(1, 2)
    blocks = blocks.reshape(rows // factor, columns // factor, -1)
    labels = np.zeros(blocks.shape[:2], int)
    person = (blocks > 0).mean(2)
    for at in np.ndindex(*labels.shape):
        if person[at] >= 0.5:
            counts = np.bincount(blocks[at], minlength=16)[1:]
            labels[at] = 1 + max(range(15), key=lambda c: (counts[c], c))
    return labels, person


def spread_line(values, gaps, length):
    """Mean of all values of a line, weighted by exp(-distance / length)."""
    places = np.concatenate([[0.0], np.cumsum(gaps)])
    weights = np.exp(-np.abs(places[:, None] - places[None, :]) / length)
    return weights @ values / weights.sum(1, keepdims=True)


def tone(image, gain, curve):
    root = np.sqrt(np.clip(image * gain, 0, 1))
    return np.interp(root, np.linspace(0, 1, len(curve)), curve)


def irradiance(normals, towards, colours):
    """Lambert's law, where nothing throws a shadow."""
    cosines = np.maximum(normals @ towards.T, 0)
    return cosines @ colours


def fractal(x, y, seed, octaves):
    """Octaves of half the size and half the strength, over the greatest sum that they could have."""
    places = [(x, y)]
    for _ in range(octaves - 1):
        x, y = places[-1]
        places.append((2 * x + 17.31, 2 * y - 9.73))
    weights = [0.5 ** (k + 1) for k in range(octaves)]
    values = [value_noise(*place, seed + 31 * k) for k, place in enumerate(places)]
    return np.dot(weights, values) / (1 - 2 * 0.5 ** (octaves + 1))


def carry(points, head, turn, trunk, pivot, offset):
    moved, still = ((points - pivot) @ m.T for m in (turn, trunk))
    share = np.ones(len(points)) if head is None else head
    return share[:, None] * moved + (1 - share[:, None]) * still + offset


def project(view, points):
    """Pinhole, then the radial distortion about the middle of the picture, then the stretch."""
    near = 1 / (view.distance - points[:, 2])
    xy = view.centre + view.focal * points[:, :2] * near[:, None] * (1, -1)
    aside = xy - view.middle
    xy = view.middle + aside * (1 + view.distortion * (aside**2).sum(1, keepdims=True) / view.corner**2)
    return np.column_stack([(xy[:, 0] + 0.5) * view.stretch - 0.5, xy[:, 1], near])


def grid_normals(points, closed):
    """Cross product of the differences between the neighbours below and above, right and left."""
    rows, columns = points.shape[:2]
    out = np.empty(points.shape)
    for i, j in np.ndindex(rows, columns):
        down = points[min(i + 1, rows - 1), j] - points[max(i - 1, 0), j]
        sides = [(j + 1) % columns, (j - 1) % columns] if closed else [min(j + 1, columns - 1), max(j - 1, 0)]
        n = np.cross(down, points[i, sides[0]] - points[i, sides[1]])
        length = np.linalg.norm(n)
        out[i, j] = (0, 1, 0) if length < 1e-12 else n / length
    return out


def farthest_of_tiles(nearness, tile):
    rows, columns = (range(0, n, tile) for n in nearness.shape)
    return np.array([[nearness[r : r + tile, c : c + tile].min() for c in columns] for r in rows])


def draw_strands(screen, starts, widths, shape):
    """Walk along every piece, a sample at a time, and ask of each sample what is nearest."""
    nearness, index = np.zeros(shape, np.float32), np.full(shape, -1)
    for first, last in itertools.pairwise(starts):
        for k in range(first, last - 1):
            a, b = screen[k], screen[k + 1]
            steep = abs(b[1] - a[1]) > abs(b[0] - a[0])
            steps = int(abs(b[1] - a[1]) if steep else abs(b[0] - a[0])) + 1
            for i in range(steps):
                t = (i + 0.5) / steps
                x, y, near = a + (b - a) * t
                half = max(0.5 * (widths[k] + (widths[k + 1] - widths[k]) * t - 1), 0.0)
                middle = x if steep else y
                for q in range(math.floor(middle - half + 0.5), math.floor(middle + half + 0.5) + 1):
                    r, c = (math.floor(y + 0.5), q) if steep else (q, math.floor(x + 0.5))
                    if 0 <= r < shape[0] and 0 <= c < shape[1] and np.float32(near) > nearness[r, c]:
                        nearness[r, c], index[r, c] = near, k if t < 0.5 else k + 1
    return nearness, index


def mark_seen(index, triangles, corners, vertices):
    shown = np.unique(index[index >= 0])
    surface = shown[shown < len(triangles)]
    return (
        np.isin(np.arange(corners), triangles[surface]),
        np.isin(np.arange(vertices), shown[shown >= len(triangles)] - len(triangles)),
    )


def shadow_map(points, triangles, axes, centre, extent, size):
    """What a light sees: the triangles in its own axes, drawn one sample at a time."""
    local = (points - centre) @ axes.T
    half = 0.5 * (size - 1)
    screen = np.column_stack([half + local[:, :2] * half / extent, 1000 + local[:, 2]])
    return draw_triangles(screen, triangles, (size, size))[0]


def share_of_light(point, axes, shadow, centre, extent, bias):
    """Bilinear mean of the four texels about a point: 1 where nothing is nearer to the light."""
    size = len(shadow)
    u, v = (0.5 * (size - 1) * (1 + (point - centre) @ axes[k] / extent) for k in (0, 1))
    depth = 1000 + (point - centre) @ axes[2] + bias
    i, j = math.floor(v), math.floor(u)
    if not (0 <= i < size - 1 and 0 <= j < size - 1):
        return 1.0
    total = 0.0
    for di, dj in itertools.product((0, 1), repeat=2):
        total += (1 - abs(v - i - di)) * (1 - abs(u - j - dj)) * (depth >= shadow[i + di, j + dj])
    return total


def noise(image, luma, chroma, strength):
    level = strength * np.sqrt(np.maximum(1.25 - 0.9 * image[..., 1], 0.15))
    return image + level[..., None] * (0.85 * luma[..., None] + 0.5 * chroma)


def finish(image, blurred, sharpening, saturation, levels):
    sharp = image + sharpening * (image - blurred)
    grey = sharp @ [0.299, 0.587, 0.114]
    v = np.clip(grey[..., None] + saturation * (sharp - grey[..., None]), 0, 1)
    if levels < 256:
        v = np.minimum(np.floor(v * levels), levels - 1) / (levels - 1)
    return v * 255


def gloss(n, v, towards, alpha, f0):
    """Microfacets: D of Walter et al. 2007, G of Smith in Schlick's form, F of Schlick; times π n·l / …"""
    n, v, towards = (np.asarray(a, float) for a in (n, v, towards))
    h = (towards + v) / np.linalg.norm(towards + v)
    nl, nv, nh, vh = n @ towards, n @ v, n @ h, v @ h
    if nl <= 0 or nv <= 0.02:
        return 0.0
    d = alpha**2 / (math.pi * (nh**2 * (alpha**2 - 1) + 1) ** 2)
    k = alpha / 2
    g = nl / (nl * (1 - k) + k) * nv / (nv * (1 - k) + k)
    f = f0 + (1 - f0) * (1 - vh) ** 5
    return math.pi * d * f * g / (4 * nv)


def spots(freckles, seed, around, y):
    """Freckles and moles of all cells about a point, near or far."""
    brown = 0.0
    for kind, (cell, chance, dark) in enumerate(
        [(3.6, freckles * (0.75 if y > -60 else 0.3), 0.35), (27.0, 0.16, 1.1)]
    ):
        if chance <= 0.01:
            continue
        for di, dj in itertools.product((-1, 0, 1), repeat=2):
            i, j = math.floor(around / cell) + di, math.floor(y / cell) + dj
            if hash01(i, j, seed + 50 + kind) >= chance:
                continue
            x0, y0 = (
                (i + hash01(i, j, seed + 52 + kind)) * cell,
                (j + hash01(i, j, seed + 54 + kind)) * cell,
            )
            size = 0.35 + 0.5 * hash01(i, j, seed + 56) if kind == 0 else 0.7 + 0.9 * hash01(i, j, seed + 57)
            brown += dark * (1 - ramp(math.hypot(x0 - around, y0 - y), 0.55 * size, 1.25 * size))
    return brown


def hairline(p, x, y, z, angles, heights):
    angle = abs(math.degrees(math.atan2(abs(x), z + 2)))
    edge = np.interp(angle, angles, heights)
    edge += (p.hairline_y - 73) * (1 - ramp(angle, 46, 64))
    edge += p.hairline_recess * ramp(angle, 12, 30) * (1 - ramp(angle, 38, 52))
    seed = int(p.seed)
    jitter = 1.8 * value_noise(x / 5, z / 5, seed + 40) + 0.9 * value_noise(x / 1.7, z / 1.7, seed + 41)
    return y - edge + jitter


def table_at(table, theta, phi):
    """Bilinear between the middles of the cells of a table over (0 … π, -π … π), round in the second."""
    rows, columns = table.shape
    u = np.clip(theta / math.pi * rows - 0.5, 0, rows - 1.001)
    wide = np.hstack([table[:, -1:], table, table[:, :1]])
    v = (phi + math.pi) / (2 * math.pi) * columns + 0.5
    column = [np.interp(v, np.arange(columns + 2), row) for row in wide]
    return float(np.interp(u, np.arange(rows), column))


def strand_colour(base, tangent, view, outward, lights, powers, tone, light, key):
    """Kajiya and Kay 1989: two sheens, each of a tangent that the scales of the hair tilt."""
    sheens = [0.0, 0.0]
    for towards, power, seen in zip(lights, powers, (key, 1.0), strict=True):
        h = (towards + view) / np.linalg.norm(towards + view)
        facing = max(0.0, 0.25 + 0.75 * outward @ towards)
        for k, (tilt, sharpness) in enumerate([(0.10, 32), (-0.16, 9)]):
            along = (tangent + tilt * outward) @ h
            sheens[k] += power * seen * facing * max(1 - along**2, 0.0) ** sharpness
    diffuse = base * (1.15 * light + 0.10 * light[1]) * tone
    return diffuse + tone**2 * (0.045 * sheens[0] + 0.55 * base * sheens[1] * light / max(light[1], 0.05))
