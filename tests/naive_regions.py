"""Slow and obvious twins of what makes the label map, written from the definitions."""

from __future__ import annotations

import math

import numpy as np


def network_cells(canvas, place, extent):
    height, width = canvas.shape[0] // 2, canvas.shape[1] // 2
    x, y, size, cosine, sine = place
    left, top, right, bottom = extent
    cells = np.zeros((15, height, width))
    for row in range(height):
        for column in range(width):
            block = canvas[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
            cells[:12, row, column] = block.reshape(12) / 255 * 2 - 1
            centre = np.array([2 * column + 0.5 - x, 2 * row + 0.5 - y])
            u, v = np.array([[cosine, sine], [-sine, cosine]]) @ centre / size
            cells[12:14, row, column] = math.tanh(u / 2), math.tanh((v - 0.8) / 2)
            cells[14, row, column] = left < 2 * column + 1 <= right and top < 2 * row + 1 <= bottom
    return cells[np.newaxis]


def person_share(logits):
    height, width = logits.shape[2:]
    share = np.zeros((4 * height, 4 * width))
    for y in range(4 * height):
        for x in range(4 * width):
            logit = float(logits[0, y % 4 * 4 + x % 4, y // 4, x // 4])
            share[y, x] = 1 if logit > 5 else 0 if logit < -5 else 1 / (1 + math.exp(-logit))
    return share


def kind_votes(logits):
    height, width = logits.shape[2:]
    votes = np.zeros((2 * height, 2 * width, 3))
    for y in range(2 * height):
        for x in range(2 * width):
            for kind in range(3):
                votes[y, x, kind] = logits[0, 16 + 4 * kind + y % 2 * 2 + x % 2, y // 2, x // 2]
    return votes


def colour_lines(guide, value, radius, epsilon):
    """Fit a plane through (colour, value) in every window, then average the planes."""
    height, width = value.shape
    sides = (radius, radius)

    def windows(array):
        mirrored = np.pad(array, (sides, sides, (0, 0)), mode="symmetric")
        side = 2 * radius + 1
        for y in range(height):
            for x in range(width):
                yield y, x, mirrored[y : y + side, x : x + side].reshape(side * side, -1)

    planes = np.zeros((height, width, 4))
    for y, x, inside in windows(np.dstack([guide / 255, value.astype(float)])):
        colours, outcome = inside[:, :3], inside[:, 3]
        centred = colours - colours.mean(axis=0)
        covariance = centred.T @ centred / len(inside) + epsilon * np.eye(3)
        slopes = np.linalg.solve(covariance, centred.T @ (outcome - outcome.mean()) / len(inside))
        planes[y, x] = *slopes, outcome.mean() - slopes @ colours.mean(axis=0)
    means = np.zeros_like(planes)
    for y, x, inside in windows(planes):
        means[y, x] = inside.mean(axis=0)
    return means


def interpolated(grid, shape, first, step):
    out = np.zeros((*shape[:2], grid.shape[2]))
    for row in range(shape[0]):
        for column in range(shape[1]):
            x = np.clip(first[0] + column * step[0], 0, grid.shape[1] - 1)
            y = np.clip(first[1] + row * step[1], 0, grid.shape[0] - 1)
            x0, y0 = math.floor(x), math.floor(y)
            x1, y1 = min(x0 + 1, grid.shape[1] - 1), min(y0 + 1, grid.shape[0] - 1)
            upper = grid[y0, x0] * (1 - (x - x0)) + grid[y0, x1] * (x - x0)
            lower = grid[y1, x0] * (1 - (x - x0)) + grid[y1, x1] * (x - x0)
            out[row, column] = upper * (1 - (y - y0)) + lower * (y - y0)
    return out


def follow(lines, picture, first, step):
    line = interpolated(lines.astype(float), picture.shape, first, step)
    return np.clip((line[..., :3] * picture / 255).sum(axis=-1) + line[..., 3], 0, 1)


def labels(share, kinds, least, most):
    """Return the kind of what is surely the person, 0 for what is surely not, 4 between."""
    found = [[0 if part < least else 4 if part < most else kind for part, kind in zip(*row, strict=True)]
             for row in zip(share, kinds, strict=True)]  # fmt: skip
    return np.array(found, np.uint8).reshape(share.shape)
