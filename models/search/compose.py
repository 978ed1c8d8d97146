"""Compose training pictures: no, one or several people, near and far, cut off, hidden, tilted, on posters.

    python -m models.search.compose LABELS OUT --samples 20000 [--without frll] [--seed 0]

`LABELS` comes from ``models.regions.labels``. Every sample is drawn from its own generator
``default_rng([seed, index])``. A sample is a picture on the network's canvas (160 × 128 pixels, letterboxed)
and up to four faces: how much of each can be seen, and where.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.regions.compose import (
    CANVAS,
    FINE,
    Bytes,
    Floats,
    Generator,
    Person,
    backdrop,
    cloth,
    colour,
    cover,
    expose,
    load_people,
    recolour,
    source_weights,
    spoil,
)
from models.regions.labels import CHIN, CLOTHES, HAIR, IRISES, OVAL, ROWS, SKIN

FACES = 4
FIELDS = ("x", "y", "size", "cos", "sin", "visible", "seen_x", "seen_y")
"""Per face, on the canvas: the point between the pupils, the face size, the roll, the share of the face's
oval that can be seen and the middle of that share. Unused rows are 0."""
# The last row of a portrait is drawn out this far, so that nobody ends in mid-air.
_BODY = 300


@dataclass(frozen=True)
class Figure:
    """One person, ready to be pasted: at 400 rows, 200 and 100, the body drawn out at the lower edge."""

    person: Person
    levels: tuple[tuple[Bytes, Bytes, Bytes, Bytes], ...]  # rgb, foreground, alpha, classes
    between: Floats
    size: float
    roll: float
    oval: Floats

    @classmethod
    def of(cls, person: Person) -> Figure:
        """Prepare a labelled photo."""
        left, right = sorted(person.mesh[list(IRISES)], key=lambda p: float(p[0]))
        between = (left + right) / 2
        across = right - left
        size = (math.hypot(*across) + math.hypot(*(person.mesh[CHIN] - between)) / 1.83) / 2

        def drawn_out(plane: Bytes) -> Bytes:
            return cv2.copyMakeBorder(plane, 0, _BODY, 0, 0, cv2.BORDER_REPLICATE)

        levels: list[tuple[Bytes, Bytes, Bytes, Bytes]] = [
            (
                drawn_out(person.rgb),
                drawn_out(person.foreground),
                drawn_out(person.alpha),
                drawn_out(person.classes),
            )
        ]
        for _ in range(2):
            rgb, foreground, alpha = (
                cv2.resize(plane, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
                for plane in levels[-1][:3]
            )
            levels.append((rgb, foreground, alpha, levels[-1][3][::2, ::2]))
        return cls(person, tuple(levels), between, size, math.atan2(across[1], across[0]), person.mesh[OVAL])


def paste(rng: Generator, picture: Floats, figure: Figure, matrix: Floats) -> Floats:
    """Paste a person by the matrix from the photo to the canvas, in place; return what it hides there."""
    rows, cols = FINE
    scale = math.hypot(matrix[0, 0], matrix[1, 0])
    level = int(np.clip(math.floor(-math.log2(scale)), 0, 2))
    step = matrix.copy()
    step[:, :2] *= 2**level
    step[:, 2] += matrix[:, :2] @ np.full(2, (2**level - 1) / 2)
    rgb, foreground, alpha, classes = (
        cv2.warpAffine(plane, step, (cols, rows), flags=cv2.INTER_NEAREST if k == 3 else cv2.INTER_LINEAR)
        for k, plane in enumerate(figure.levels[level])
    )
    draw = rng.random()
    if draw < 0.12:  # the whole photo: a poster, a picture on the wall, somebody's telephone
        inside = cv2.warpAffine(np.ones_like(figure.levels[level][2][: ROWS >> level]), step, (cols, rows))
        whole = inside.astype(np.float32)
        picture[:] = picture * (1 - whole[..., None]) + rgb.astype(np.float32) / 255 * whole[..., None]
        return whole
    front = foreground.astype(np.float32) / 255
    share = alpha.astype(np.float32) / 255
    shares = np.stack([(classes == kind) * share for kind in (SKIN, HAIR, CLOTHES)], -1).astype(np.float32)
    if figure.person.trusted:
        for kind, chance in ((CLOTHES, 0.4), (HAIR, 0.3), (SKIN, 0.4)):
            if rng.random() < chance:
                recolour(rng, front, shares, kind)
    if draw < 0.42:
        turn = np.array(
            [[math.cos(figure.roll), -math.sin(figure.roll)], [math.sin(figure.roll), math.cos(figure.roll)]]
        )
        frame = np.column_stack(
            [matrix[:, :2] @ turn * figure.size, matrix[:, :2] @ figure.between + matrix[:, 2]]
        )
        cover(rng, front, shares, frame.astype(np.float32))
        share = np.clip(shares.sum(-1), 0, 1)
    if rng.random() < 0.3:
        front *= np.float32(rng.uniform(0.5, 1.2))
    picture[:] = picture * (1 - share[..., None]) + front * share[..., None]
    return share


def placing(
    rng: Generator, figure: Figure, box: tuple[float, float, float, float], main: Floats | None
) -> Floats:
    """Return the matrix from the photo to the fine canvas; `main` is x, y, size of somebody in front."""
    x0, y0, x1, y1 = box
    width, height = x1 - x0, y1 - y0
    draw = rng.random()
    if main is None:
        if draw < 0.5:  # as on a print
            size = math.exp(rng.normal(math.log(0.27 * width), 0.2))
            x, y = x0 + rng.normal(0.5, 0.05) * width, y0 + rng.normal(0.46, 0.06) * height
        else:
            size = math.exp(rng.uniform(math.log(0.05), math.log(0.4))) * height
            x, y = x0 + rng.uniform(0.1, 0.9) * width, y0 + rng.uniform(0.1, 0.75) * height
    elif draw < 0.6:  # looking over a shoulder, in half by the edge or by the person in front
        size = main[2] * math.exp(rng.uniform(math.log(0.3), math.log(1.0)))
        x = main[0] + rng.choice([-1, 1]) * rng.uniform(0.7, 1.5) * (main[2] + 0.6 * size)
        y = main[1] + rng.uniform(-1.3, 1.4) * main[2]
    elif draw < 0.8:
        size = math.exp(rng.uniform(math.log(0.04), math.log(0.22))) * height
        edge = rng.uniform(-0.6, 0.9) * size
        x = x0 + edge if rng.random() < 0.5 else x1 - edge
        y = y0 + rng.uniform(0.05, 0.8) * height
    else:
        size = math.exp(rng.uniform(math.log(0.04), math.log(0.22))) * height
        x, y = x0 + rng.uniform(0, 1) * width, y0 + rng.uniform(0.02, 0.9) * height
    scale = size / figure.size
    turn = math.radians(rng.normal(0, 5) if rng.random() < 0.7 else rng.uniform(-42, 42)) - figure.roll * (
        rng.random() < 0.5
    )
    flip = -1.0 if rng.random() < 0.5 else 1.0
    cos, sin = math.cos(turn) * scale, math.sin(turn) * scale
    linear = np.array([[cos * flip, -sin], [sin * flip, cos]])
    return np.column_stack([linear, np.array([x, y]) - linear @ figure.between]).astype(np.float32)


def compose(
    rng: Generator, figures: list[Figure], weights: NDArray[np.float64]
) -> tuple[Bytes, Floats, NDArray[np.int16]]:
    """Draw one sample: picture (160, 128, 3), faces (4, 8), extent (4,) of the picture on the canvas."""
    rows, cols = FINE
    people = [figure.person for figure in figures]
    draw = rng.random()
    aspect = 35 / 45 if draw < 0.55 else (1.0, 0.75, 0.8, 2 / 3, 1.5, 4 / 3)[rng.integers(6)]
    height = min(rows, cols / aspect)
    width = height * aspect
    box = ((cols - width) / 2, (rows - height) / 2, (cols + width) / 2, (rows + height) / 2)
    picture, _ = backdrop(rng, people, {})
    picture = np.clip(picture, 0, 1).astype(np.float32)
    inside = np.zeros(FINE, np.float32)
    inside[round(box[1]) : round(box[3]), round(box[0]) : round(box[2])] = 1

    count = int(rng.choice([0, 1, 2, 3, 4], p=[0.08, 0.4, 0.34, 0.13, 0.05]))
    chosen = [figures[k] for k in rng.choice(len(figures), count, p=weights)]
    matrices: list[Floats] = []
    main = None
    for figure in chosen:
        matrix = placing(rng, figure, box, main)
        matrices.append(matrix)
        if main is None:
            main = np.array(
                [
                    *(matrix[:, :2] @ figure.between + matrix[:, 2]),
                    figure.size * math.hypot(matrix[0, 0], matrix[1, 0]),
                ]
            )
    faces: list[list[float]] = []
    masks: list[Floats] = []
    areas: list[float] = []
    for figure, matrix in reversed(list(zip(chosen, matrices, strict=True))):  # the main one in front
        hidden = paste(rng, picture, figure, matrix)
        masks = [mask * (1 - hidden) for mask in masks]
        oval = (figure.oval @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
        mask = np.zeros(FINE, np.uint8)
        cv2.fillPoly(mask, [np.round(oval * 16).astype(np.int32)], 1, cv2.LINE_8, 4)
        masks.append(mask.astype(np.float32))
        areas.append(max(float(cv2.contourArea(oval)), 1.0))
        across = matrix[:, :2] @ np.array([math.cos(figure.roll), math.sin(figure.roll)])
        if np.linalg.det(matrix[:, :2]) < 0:
            across = -across
        unit = math.hypot(*across)
        faces.append([*(matrix[:, :2] @ figure.between + matrix[:, 2]), figure.size * unit, *(across / unit)])
    if count and rng.random() < 0.12:  # something in front of it all: a hand, a card, a shelf
        blob = np.zeros(FINE, np.uint8)
        middle = faces[rng.integers(count)]
        axes = np.maximum(np.round(rng.uniform(0.3, 1.2, 2) * middle[2]), 1).astype(int)
        at = np.array(middle[:2]) + rng.normal(0, 1.0, 2) * middle[2]
        cv2.ellipse(
            blob,
            (int(at[0]), int(at[1])),
            (int(axes[0]), int(axes[1])),
            rng.uniform(0, 180),
            0,
            360,
            1,
            -1,
        )
        over = blob.astype(np.float32)
        what = cloth(rng, at) if rng.random() < 0.5 else np.broadcast_to(colour(rng, "any"), picture.shape)
        picture = picture * (1 - over[..., None]) + what * over[..., None]
        masks = [mask * (1 - over) for mask in masks]

    picture = expose(rng, np.clip(picture, 0, 1).astype(np.float32))
    spoilt = spoil(rng, picture, float(main[2]) if main is not None else 40.0)
    spoilt[inside == 0] = 0
    zoom = FINE[0] / CANVAS[0]
    shown = np.asarray(cv2.resize(spoilt, (CANVAS[1], CANVAS[0]), interpolation=cv2.INTER_AREA), np.uint8)
    truth = np.zeros((FACES, len(FIELDS)), np.float32)
    for row, (face, mask, area) in enumerate(zip(faces, masks, areas, strict=True)):
        ys, xs = np.nonzero(mask * inside > 0.5)
        seen = (xs.mean(), ys.mean()) if len(xs) else face[:2]
        truth[row] = [
            (face[0] + 0.5) / zoom - 0.5,
            (face[1] + 0.5) / zoom - 0.5,
            face[2] / zoom,
            face[3],
            face[4],
            min(1.0, len(xs) / area),
            (seen[0] + 0.5) / zoom - 0.5,
            (seen[1] + 0.5) / zoom - 0.5,
        ]
    return shown, truth, np.round(np.array(box) / zoom).astype(np.int16)


def main() -> None:
    """Write arrays that can be mapped: pictures.npy, faces.npy, extent.npy."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("labels", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--samples", type=int, default=20000)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--stop", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--without", action="append", default=["frll"], help="leave out a whole source")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    people = load_people(args.labels, frozenset(), frozenset(args.without))
    weights = source_weights(people)
    figures = [Figure.of(person) for person in people]
    args.out.mkdir(parents=True, exist_ok=True)
    shapes = {
        "pictures": ((*CANVAS, 3), np.uint8),
        "faces": ((FACES, len(FIELDS)), np.float32),
        "extent": ((4,), np.int16),
    }
    maps = {}
    for key, (shape, dtype) in shapes.items():
        path = args.out / f"{key}.npy"
        old = path.exists()
        maps[key] = np.lib.format.open_memmap(
            path,
            mode="r+" if old else "w+",
            dtype=None if old else dtype,
            shape=None if old else (args.samples, *shape),
        )
    for index in range(args.start, args.stop or args.samples):
        picture, faces, extent = compose(np.random.default_rng([args.seed, index]), figures, weights)
        maps["pictures"][index], maps["faces"][index], maps["extent"][index] = picture, faces, extent
    print(f"{len(people)} photos, samples {args.start} to {args.stop or args.samples} in {args.out}")


if __name__ == "__main__":
    main()
