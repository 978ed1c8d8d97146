"""Draw cast shadows, soft shading and what is neither on cut-out faces, with the truth beside them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.random import Generator

from icao_check.face import zones
from icao_check.landmarks import GROUPS, MIRROR
from icao_check.measures.light import LINEAR
from icao_check.shadows import CELL

__all__ = ["Faces", "compose", "halved", "source_weights"]

Floats = np.ndarray[Any, Any]

INTER_EYE = zones.INTER_EYE / 2
"""Pixels between the pupils: samples are drawn at the size that the network sees, half of the cut-out's."""

_LINEAR = LINEAR.astype(np.float32)
# How often each source is drawn, whatever the number of its photos.
_SHARES = {"frll": 3.0, "us": 3.0, "canada": 0.6}
_OTHER = 3.4
# A shadow counts in full up to this width of its penumbra, in inter-eye distances, and not at all from the
# second: that is shading.
_HARD, _SOFT = 0.2, 0.5
# From 10 to 90 % of a step that a Gaussian blurs, in its standard deviations.
_STEP_WIDTH = 2.563


@dataclass(frozen=True, slots=True)
class Faces:
    """Cut-out faces.

    Attributes
    ----------
    pixels : ndarray of shape (N, 224, 176, 3), uint8
        RGB, pupils level and 64 px apart.
    area : ndarray of shape (N, 224, 176), bool
        Where a shadow counts.
    points : ndarray of shape (N, 110, 2), float32
        Landmarks in px of the cut-out.
    sources : ndarray of shape (N,), str
        Where each comes from.
    """

    pixels: np.ndarray
    area: np.ndarray
    points: np.ndarray
    sources: np.ndarray


def halved(faces: Faces) -> Faces:
    """Return the faces at half the size, as the network sees them."""
    size = (faces.pixels.shape[2] // 2, faces.pixels.shape[1] // 2)

    def half(planes: np.ndarray) -> np.ndarray:
        return np.stack([cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in planes])

    area = half(faces.area.astype(np.uint8) * 255) > 127
    return Faces(half(faces.pixels), area, (faces.points + 0.5) / 2 - 0.5, faces.sources)


def source_weights(faces: Faces) -> Floats:
    """Return how probably each face is drawn."""
    names, counts = np.unique(faces.sources, return_counts=True)
    count = dict(zip(names, counts, strict=True))
    weights = np.array([_SHARES.get(name, _OTHER) / count[name] for name in faces.sources])
    return weights / weights.sum()


def compose(rng: Generator, faces: Faces, weights: Floats) -> tuple[np.ndarray, Floats, Floats]:
    """Return a picture (112, 88, 3) uint8, the depth of its shadows and how much each cell teaches (28, 22).

    `faces` are halved ones. The depth is relative to the part of the face that is lit best.
    """
    which = int(rng.choice(len(weights), p=weights))
    pixels, area, points = _moved(rng, faces.pixels[which], faces.area[which], faces.points[which])
    light = _LINEAR[pixels]
    shape = area.shape
    depth = np.zeros(shape, np.float32)
    if rng.random() < 0.5:
        light = light * _shading(rng, points, shape)[..., np.newaxis]
    kind = rng.random()
    if kind < 0.62:
        for _ in range(1 if rng.random() < 0.85 else 2):
            factor, counted = _shadow(rng, points, shape)
            light = light * factor
            depth += counted
    if rng.random() < 0.25:
        light = light + _glare(rng, points, shape)
    if rng.random() < 0.3:
        light, hidden = _covered(rng, light, points)
        depth *= 1.0 - hidden
    teaches = area.astype(np.float32)
    picture = _photographed(rng, light)
    if area.any():
        depth = np.maximum(depth - np.quantile(depth[area], 0.03), 0.0)
    size = (shape[1] * 2 // CELL, shape[0] * 2 // CELL)
    share = cv2.resize(teaches, size, interpolation=cv2.INTER_AREA)
    mean = cv2.resize(depth * teaches, size, interpolation=cv2.INTER_AREA) / np.maximum(share, 1e-3)
    return picture, mean, np.where(share > 0.4, share, 0.0).astype(np.float32)


def _moved(
    rng: Generator, pixels: np.ndarray, area: np.ndarray, points: Floats
) -> tuple[np.ndarray, np.ndarray, Floats]:
    """Place the face a little off, as pupils are found; half of the time mirrored."""
    height, width = area.shape
    if rng.random() < 0.5:
        pixels, area = pixels[:, ::-1], area[:, ::-1]
        points = (points * (-1, 1) + (width - 1, 0))[MIRROR]
    matrix: Floats = cv2.getRotationMatrix2D(
        (width / 2, height * 0.4), float(rng.normal(0, 1.5)), float(np.exp(rng.normal(0, 0.025)))
    )
    matrix[:, 2] += rng.normal(0, 0.75, 2)
    moved = cv2.warpAffine(
        np.ascontiguousarray(pixels), matrix, (width, height), borderMode=cv2.BORDER_REPLICATE
    )
    inside = cv2.warpAffine(area.astype(np.uint8), matrix, (width, height)) > 0
    return moved, inside, points @ matrix[:, :2].T + matrix[:, 2]


def _frame(points: Floats) -> tuple[Floats, float]:
    """Return the point between the pupils and the distance from there down to the chin, in px."""
    middle = points[[*GROUPS["left_pupil"], *GROUPS["right_pupil"]]].mean(axis=0)
    return middle, float(points[GROUPS["chin"][0], 1] - middle[1])


def _places(points: Floats, shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Return x in inter-eye distances and y in distances to the chin, from between the pupils."""
    middle, down = _frame(points)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    return (x - middle[0]) / INTER_EYE, (y - middle[1]) / down


def _shading(rng: Generator, points: Floats, shape: tuple[int, ...]) -> Floats:
    """Light that falls off softly over the face: a slope, or clouds larger than half of the face."""
    x, y = _places(points, shape)
    dark: Floats
    if rng.random() < 0.75:
        angle = rng.uniform(0, 2 * np.pi)
        across = x * math.cos(angle) + (y - 0.4) * 1.8 * math.sin(angle) - rng.uniform(-0.6, 0.6)
        rise = across / rng.uniform(0.22, 0.6)
        dark = 1.0 / (1.0 + np.exp(-rise))
    else:
        small = rng.normal(size=(shape[0] // 4, shape[1] // 4)).astype(np.float32)
        dark = cv2.resize(cv2.GaussianBlur(small, (0, 0), rng.uniform(4.5, 8)), shape[::-1])
        dark = (dark - dark.min()) / max(float(dark.max() - dark.min()), 1e-6)
    return np.asarray(1.0 - rng.uniform(0.1, 0.85) * dark, np.float32)


def _shadow(rng: Generator, points: Floats, shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Return by what a shadow multiplies the light, (h, w, 3), and the depth that counts, (h, w)."""
    mask = _bent(rng, _silhouette(rng, points, shape))
    penumbra = math.exp(rng.uniform(math.log(0.015), math.log(0.6)))
    # Light wanders under the skin, red farther than the rest.
    under_skin = rng.uniform(0.0, 0.025)
    widths = [math.hypot(penumbra, wander) for wander in (2.0 * under_skin, under_skin, under_skin)]
    planes = [cv2.GaussianBlur(mask, (0, 0), width * INTER_EYE / _STEP_WIDTH) for width in widths]
    dark = rng.uniform(0.1, 0.9)
    # What light is left there has the colour of the sky or of a room.
    tint = np.exp(rng.normal(0.0, 0.08, 3))
    left = np.clip((1.0 - dark) * tint, 0.02, 1.0)
    factor = np.stack([1.0 - plane * (1.0 - rest) for plane, rest in zip(planes, left, strict=True)], -1)
    hardness = min(max((_SOFT - penumbra) / (_SOFT - _HARD), 0.0), 1.0)
    depth = -np.log(factor @ np.array([0.2126, 0.7152, 0.0722])) * hardness
    return factor.astype(np.float32), depth.astype(np.float32)


def _silhouette(rng: Generator, points: Floats, shape: tuple[int, ...]) -> Floats:
    """Return a hard shadow, 1 inside: of the nose, a brim, hair, half of the face, bars, leaves, anything."""
    x, y = _places(points, shape)
    side = 1.0 if rng.random() < 0.5 else -1.0
    x = x * side
    kind = int(rng.integers(10))
    corners: Floats
    if kind == 0:  # of the nose, on to cheek and lip
        reach, drop = rng.uniform(0.25, 0.9), rng.uniform(0.4, 0.85)
        corners = np.array(
            [
                (0.0, rng.uniform(-0.1, 0.2)),
                (rng.uniform(0.05, 0.2), rng.uniform(0.1, 0.3)),
                (reach, drop - rng.uniform(0.05, 0.3)),
                (reach * rng.uniform(0.6, 1.0), drop),
                (rng.uniform(0.05, 0.2), drop * rng.uniform(0.85, 1.1)),
                (0.0, rng.uniform(0.42, 0.55)),
            ]
        )
        return _polygon(corners, points, side, shape)
    if kind == 1:  # a brim or hair above
        edge = rng.uniform(-0.55, 0.6) + rng.uniform(-0.35, 0.35) * x * x + rng.uniform(-0.2, 0.2) * x
        return np.asarray(y < edge + 0.02 * np.sin(x * rng.uniform(3, 30)), np.float32)
    if kind == 2:  # half of the face
        line = rng.uniform(-0.3, 0.6) + rng.uniform(-0.4, 0.4) * y
        nose = rng.uniform(-0.05, 0.25) * np.exp(-(((y - 0.45) / 0.15) ** 2))
        return np.asarray(x > line + nose, np.float32)
    if kind == 3:  # bars of a blind or a fence
        angle, period = rng.uniform(0, np.pi), rng.uniform(0.25, 1.1)
        phase = (x * math.cos(angle) + y * 1.8 * math.sin(angle)) / period + rng.random()
        return np.asarray(np.mod(phase, 1.0) < rng.uniform(0.25, 0.7), np.float32)
    if kind == 4:  # leaves, hands, anything round
        noise = rng.normal(size=shape).astype(np.float32)
        clouds = cv2.GaussianBlur(noise, (0, 0), INTER_EYE * rng.uniform(0.1, 0.45))
        level = np.quantile(clouds[20:100:4, 15:75:4], rng.uniform(0.4, 0.9))
        return np.asarray(clouds > level, np.float32)
    if kind == 5:  # one side strip: hair beside the cheek, another person
        start, low = rng.uniform(0.25, 0.85), y - 0.3
        strip = start + rng.uniform(-0.3, 0.3) * low + rng.uniform(-0.3, 0.5) * low**2
        return np.asarray(x > strip, np.float32)
    if kind == 6:  # below a line: a collar, a hand, light from above
        edge = rng.uniform(0.3, 0.9) + rng.uniform(-0.4, 0.4) * x
        return np.asarray(y > edge, np.float32)
    # any polygon
    centre = np.array([rng.uniform(-0.5, 0.6), rng.uniform(-0.3, 0.9)])
    count = int(rng.integers(3, 8))
    turns = np.sort(rng.uniform(0, 2 * np.pi, count))
    radius = rng.uniform(0.15, rng.uniform(0.35, 0.9), count)[:, None]
    corners = centre + radius * np.stack([np.cos(turns), 0.6 * np.sin(turns)], 1)
    return _polygon(corners, points, side, shape)


def _polygon(corners: Floats, points: Floats, side: float, shape: tuple[int, ...]) -> Floats:
    """Fill a polygon given in inter-eye distances and distances to the chin."""
    middle, down = _frame(points)
    placed = corners * (side * INTER_EYE, down) + middle
    mask = np.zeros(shape, np.float32)
    cv2.fillPoly(mask, [np.rint(placed * 16).astype(np.int32)], 1.0, cv2.LINE_8, 4)
    return mask


def _bent(rng: Generator, mask: Floats) -> Floats:
    """Let the outline follow a relief."""
    rows, columns = mask.shape
    small = rng.normal(size=(2, rows // 4, columns // 4)).astype(np.float32)
    width = rng.uniform(1.5, 4.0)
    bend = [cv2.resize(cv2.GaussianBlur(part, (0, 0), width), (columns, rows)) for part in small]
    size = rng.uniform(0.0, 0.12) * INTER_EYE * width * 2.0
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    return cv2.remap(
        mask, x + size * bend[0], y + size * bend[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def _glare(rng: Generator, points: Floats, shape: tuple[int, ...]) -> Floats:
    """Return light added by the lamp's reflections."""
    x, y = _places(points, shape)
    added = np.zeros(shape, np.float32)
    for _ in range(int(rng.integers(1, 4))):
        at, size = (rng.uniform(-0.6, 0.6), rng.uniform(-0.5, 0.8)), rng.uniform(0.06, 0.3, 2)
        near = np.exp(-(((x - at[0]) / size[0]) ** 2) - ((y - at[1]) / size[1]) ** 2)
        added += rng.uniform(0.1, 0.8) * near
    return added[..., np.newaxis]


def _covered(rng: Generator, light: Floats, points: Floats) -> tuple[Floats, Floats]:
    """Lay over the face what is no shadow: a patch, strokes, strands of hair, a mask, a hat."""
    shape = light.shape[:2]
    x, y = _places(points, shape)
    hidden: Floats = np.zeros(shape, np.float32)
    centre = rng.uniform((10, 15), (78, 100))
    kind = int(rng.integers(5))
    if kind == 0:
        corners = centre + rng.normal(0, rng.uniform(4, 20), (int(rng.integers(3, 8)), 2))
        cv2.fillPoly(hidden, [cv2.convexHull(corners.astype(np.int32))], 1.0)
    elif kind == 1:
        for _ in range(int(rng.integers(1, 12))):
            path = centre + np.cumsum(rng.normal(0, 6, (8, 2)), axis=0)
            cv2.polylines(hidden, [path.astype(np.int32)], False, 1.0, int(rng.integers(1, 3)))
    elif kind == 2:
        root, tip = rng.uniform((10, 5), (78, 35)), rng.uniform((10, 35), (78, 90))
        for _ in range(int(rng.integers(8, 80))):
            ends = np.stack([root + rng.normal(0, 6, 2), tip + rng.normal(0, 6, 2)]).astype(np.int32)
            cv2.line(hidden, ends[0].tolist(), ends[1].tolist(), 1.0, int(rng.integers(1, 3)))
    elif kind == 3:
        hidden = np.asarray(y > rng.uniform(0.2, 0.6) + rng.uniform(-0.3, 0.6) * np.abs(x), np.float32)
    else:
        hidden = np.asarray(y < rng.uniform(-0.7, -0.1) + rng.uniform(-0.3, 0.3) * x * x, np.float32)
    dark = rng.random() < 0.5
    tint = rng.uniform(0.5, 1, 3) if dark else rng.uniform(0, 1, 3) ** 2
    colour = tint * rng.uniform(0.003, 0.12 if dark else 1.0)
    grain = np.exp(rng.normal(0, rng.uniform(0, 0.5), shape)).astype(np.float32)[..., np.newaxis]
    hidden = cv2.GaussianBlur(hidden, (0, 0), 0.5)
    over = hidden[..., np.newaxis]
    return light * (1.0 - over) + colour * grain * over, hidden


def _photographed(rng: Generator, light: Floats) -> np.ndarray:
    """Expose, tint, blur, add noise and compress."""
    exposure = math.exp(rng.normal(0.0, 0.3)) * np.exp(rng.normal(0, 0.05, 3))
    light = np.clip(light * exposure, 0.0, 1.0).astype(np.float32)
    if rng.random() < 0.3:
        light = cv2.GaussianBlur(light, (0, 0), rng.uniform(0.2, 0.8))
    coded = 255.0 * np.power(light, 1.0 / (2.2 * math.exp(rng.normal(0.0, 0.1))), dtype=np.float32)
    grey = coded.mean(axis=2, keepdims=True)
    coded = grey + (coded - grey) * (0.0 if rng.random() < 0.03 else rng.uniform(0.7, 1.25))
    if rng.random() < 0.4:
        coded = coded + rng.normal(0.0, rng.uniform(0.3, 4.0), coded.shape).astype(np.float32)
    picture = np.clip(coded + 0.5, 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(50, 98))]
        file = cv2.imencode(".jpg", picture[..., ::-1], quality)[1]
        picture = np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR))[..., ::-1]
    return np.ascontiguousarray(picture)
