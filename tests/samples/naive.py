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
