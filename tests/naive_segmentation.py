"""The same results as the kernels on regions of a picture, computed plainly: slow, short, obviously right."""

from __future__ import annotations

import math

import numpy as np


def area_average(picture, out_height, out_width):
    """Weigh every pixel by the share of it that each cell covers."""

    def weights(count, wanted):
        size = count / wanted
        table = np.zeros((wanted, count))
        for cell in range(wanted):
            for pixel in range(count):
                covered = min((cell + 1) * size, pixel + 1) - max(cell * size, pixel)
                table[cell, pixel] = max(covered, 0.0) / size
        return table

    height, width = picture.shape[:2]
    return np.einsum("yr,rcz,xc->yxz", weights(height, out_height), picture, weights(width, out_width))


def network_cells(canvas, place, extent):
    height, width = canvas.shape[0] // 2, canvas.shape[1] // 2
    x, y, size, cosine, sine = place
    cells = np.zeros((15, height, width))
    for row in range(height):
        for column in range(width):
            block = canvas[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
            cells[:12, row, column] = block.reshape(12) / 255 * 2 - 1
            centre = np.array([2 * column + 0.5 - x, 2 * row + 0.5 - y])
            u, v = np.array([[cosine, sine], [-sine, cosine]]) @ centre / size
            cells[12:14, row, column] = math.tanh(u / 2), math.tanh((v - 0.8) / 2)
            left, top, right, bottom = extent
            cells[14, row, column] = left < 2 * column + 1 <= right and top < 2 * row + 1 <= bottom
    return cells[np.newaxis]


def person_share(logits):
    height, width = logits.shape[2:]
    shuffled = logits[0, :16].reshape(4, 4, height, width).transpose(2, 0, 3, 1)
    logits = shuffled.reshape(4 * height, 4 * width).astype(float)
    certain = np.where(logits > 5, np.inf, np.where(logits < -5, -np.inf, logits))
    return 1 / (1 + np.exp(-certain))


def guided_coefficients(guide, value, radius, epsilon):
    """Fit a plane through (colour, value) in every window, then average the planes."""
    height, width = value.shape
    colours = guide / 255.0

    def window(y, x):
        return (
            slice(max(y - radius, 0), y + radius + 1),
            slice(max(x - radius, 0), x + radius + 1),
        )

    planes = np.zeros((height, width, 4))
    for y in range(height):
        for x in range(width):
            inside, outcome = colours[window(y, x)].reshape(-1, 3), value[window(y, x)].ravel().astype(float)
            centred = inside - inside.mean(axis=0)
            covariance = centred.T @ centred / len(inside) + epsilon * np.eye(3)
            slopes = np.linalg.solve(covariance, centred.T @ (outcome - outcome.mean()) / len(inside))
            planes[y, x] = *slopes, outcome.mean() - slopes @ inside.mean(axis=0)
    means = np.zeros_like(planes)
    for y in range(height):
        for x in range(width):
            means[y, x] = planes[window(y, x)].reshape(-1, 4).mean(axis=0)
    return means


def label_cells(picture, lines, logits, first, step, corner):
    def interpolated(grid, y, x):
        y, x = np.clip(y, 0, grid.shape[0] - 1), np.clip(x, 0, grid.shape[1] - 1)
        y0, x0 = math.floor(y), math.floor(x)
        y1, x1 = min(y0 + 1, grid.shape[0] - 1), min(x0 + 1, grid.shape[1] - 1)
        upper = grid[y0, x0] * (1 - (x - x0)) + grid[y0, x1] * (x - x0)
        lower = grid[y1, x0] * (1 - (x - x0)) + grid[y1, x1] * (x - x0)
        return upper * (1 - (y - y0)) + lower * (y - y0)

    rows, columns = logits.shape[2:]
    kinds = logits[0, 16:].reshape(3, 2, 2, rows, columns).transpose(3, 1, 4, 2, 0).astype(float)
    kinds = kinds.reshape(2 * rows, 2 * columns, 3)
    height, width = picture.shape[:2]
    share, votes = np.zeros((height, width)), np.zeros((height, width, 3))
    for row in range(height):
        for column in range(width):
            x, y = first[0] + column * step[0], first[1] + row * step[1]
            line = interpolated(lines.astype(float), y - corner[1], x - corner[0])
            share[row, column] = np.clip(line[:3] @ (picture[row, column] / 255) + line[3], 0, 1)
            votes[row, column] = interpolated(kinds, (y - 0.5) / 2, (x - 0.5) / 2)
    return share, votes
