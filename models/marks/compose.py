"""Compose training pictures: photos, changed in every way that leaves no mark, and marks drawn on some.

    python -m models.marks.compose SHOTS SHEET.png [--samples 24] [--seed 0]

shows some. Every sample is drawn from its own generator ``default_rng([seed, index])``. What must not be
taken for a mark is drawn first and not labelled: other walls, objects and lines behind the person, strands of
hair, glasses and their glints, necklaces, earrings, moles, freckles, patterned clothes, shadows, hot spots,
masks, hats, frames around the picture, noise, blocks and blur.
"""

from __future__ import annotations

import argparse
import functools
import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.marks.draw import Generator, line, mark, smooth, thick
from models.marks.network import COLS, ROWS
from models.marks.shots import EYES, FACE, Shot, load_shots
from models.regions.compose import clutter, colour, expose, ramp, texture

__all__ = ["compose", "source_weights"]

Floats = NDArray[Any]  # float32
Bytes = NDArray[Any]  # uint8

FINE = (480, 384)
"""Rows and columns at which pictures are composed: 1.5 times the network's raster."""
_ZOOM = FINE[0] / ROWS
_MIDDLE = np.array([191.5, 215.5], np.float32)
# A face size is about this long on a print.
_FACE_MM = 9.7
# Cells are marked from this share of them on, if what is drawn differs from what was there by so much;
# between these and the smaller ones nothing is taught.
_COVERED, _TOUCHED = 0.14, 0.015
_SEEN, _UNSEEN = 12.0, 2.0


def source_weights(shots: list[Shot]) -> NDArray[np.float64]:
    """Return the chance of each photo; the many photos of one source do not drown the others."""
    share = {"frll": 0.2, "canada": 0.04, "us": 0.24, "synthetic": 0.37, "render": 0.15}
    counts: dict[str, int] = {}
    for shot in shots:
        counts[shot.source] = counts.get(shot.source, 0) + 1
    weights = np.array([share[shot.source] / counts[shot.source] for shot in shots])
    return weights / weights.sum()


def place(rng: Generator) -> tuple[Floats, float]:
    """Return the matrix from a shot to the fine raster and its scale: where the face finder may put it."""
    scale = math.exp(rng.normal(0, 0.05))
    turn = math.radians(rng.normal(0, 1.5))
    flip = -1.0 if rng.random() < 0.5 else 1.0
    c, s = math.cos(turn) * scale, math.sin(turn) * scale
    linear = np.array([[c * flip, -s], [s * flip, c]], np.float32)
    shift = _MIDDLE + rng.normal(0, 3, 2) - linear @ np.array(EYES, np.float32)
    return np.column_stack([linear, shift]).astype(np.float32), scale


def wall(rng: Generator, others: list[Shot]) -> Floats:
    """Return a picture without people: a plain wall, one with texture, lines or things, another scene."""
    rows, cols = FINE
    draw = rng.random()
    picture: Floats = np.empty((rows, cols, 3), np.float32)
    picture[:] = colour(rng, ("white", "white", "grey", "pale", "any")[rng.integers(5)])
    if draw < 0.3:
        picture *= ramp(rng, FINE, rng.uniform(0, 0.4))[..., None]
    elif draw < 0.5:
        picture += texture(rng, FINE)[..., None] * (rng.uniform(0.02, 0.2) * rng.uniform(0.4, 1.2, 3)).astype(
            np.float32
        )
    elif draw < 0.75:
        clutter(rng, picture)
    elif draw < 0.85:  # edges of doors, tiles, shelves, wires
        for _ in range(rng.integers(1, 5)):
            mask = np.zeros(FINE, np.float32)
            k, at = rng.integers(2), rng.uniform(0, 1, 2)
            ends = np.array([(at[0], 0.0), (at[0] + rng.normal(0, 0.02), 1.0)])[:, :: 1 if k else -1]
            line(mask, ends * (cols, rows), thick(rng, 10.0, 0.1, 4.0))
            shade = colour(rng, ("any", "grey", "white")[rng.integers(3)])
            picture += (shade - picture) * (mask * np.float32(rng.uniform(0.2, 1)))[..., None]
        picture *= ramp(rng, FINE, rng.uniform(0, 0.3))[..., None]
    else:  # another photo, its person and all, out of focus
        other = others[rng.integers(len(others))]
        small = cv2.resize(other.rgb, (cols, rows), interpolation=cv2.INTER_AREA)
        picture = cv2.GaussianBlur(small.astype(np.float32) / 255, (0, 0), rng.uniform(2, 8))
        if rng.random() < 0.5:
            picture = np.ascontiguousarray(picture[:, ::-1])
    if rng.random() < 0.25:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 4))
    return np.clip(picture, 0, 1)


def strands(rng: Generator, picture: Floats, person: Floats) -> None:
    """Draw strands of the hair's own colour that come from above or the side, in place."""
    top = picture[max(0, int(_MIDDLE[1] - 190)) : int(_MIDDLE[1] - 70), 130:250]
    dark = top.reshape(-1, 3)[np.argsort(top.reshape(-1, 3).sum(-1))[:: max(1, top.size // 300)]]
    shade = dark[rng.integers(max(1, len(dark) // 2))] if rng.random() < 0.7 else colour(rng, "grey")
    start = _MIDDLE + np.array([rng.uniform(-90, 90), rng.uniform(-150, -60)])
    lean, bow = rng.normal(0, 0.5), rng.normal(0, 30)
    mask: Floats = np.zeros(picture.shape[:2], np.float32)
    for _ in range(rng.integers(1, 25)):
        root = start + rng.normal(0, 10, 2)
        length = rng.uniform(40, 260)
        tip = root + np.array([lean + rng.normal(0, 0.06), 1.0]) * length
        bend = (root + tip) / 2 + np.array([(bow + rng.normal(0, 4)) * length / 150, 0])
        t = np.linspace(0, 1, 30)[:, np.newaxis]
        path = root * (1 - t) ** 2 + 2 * bend * t * (1 - t) + tip * t**2
        line(mask, path, rng.uniform(0.3, 2.2), rng.uniform(0.4, 1))
    picture += (shade * rng.uniform(0.7, 1.2) - picture) * mask[..., None]


def glasses(rng: Generator, picture: Floats, person: Floats) -> None:
    """Draw spectacles, clear or tinted, or only glints where lenses would be, in place."""
    d = FACE
    mask, inner = np.zeros(picture.shape[:2], np.float32), np.zeros(picture.shape[:2], np.uint8)
    rx, ry, drop = rng.uniform(0.27, 0.44) * d, rng.uniform(0.17, 0.36) * d, rng.uniform(-0.03, 0.12) * d
    power = rng.choice([1.0, 0.6, 0.4])
    width = rng.uniform(0.8, 7)
    a = np.linspace(0, 2 * math.pi, 60, endpoint=False)
    oval = np.stack(
        [
            np.sign(np.cos(a)) * np.abs(np.cos(a)) ** power * rx,
            np.sign(np.sin(a)) * np.abs(np.sin(a)) ** power * ry,
        ],
        -1,
    )
    for side in (-1, 1):
        shape = oval + _MIDDLE + (side * 0.5 * d, drop)
        cv2.fillPoly(inner, [np.round(shape).astype(np.int32)], 1)
        line(mask, shape, width, 1.0, True)
        hinge = _MIDDLE + np.array([side * (0.5 * d + rx), drop - 0.3 * ry])
        line(
            mask, np.stack([hinge, _MIDDLE + np.array([side * rng.uniform(0.95, 1.2) * d, 0.05 * d])]), width
        )
    bridge = _MIDDLE + np.array(
        [[-0.5 * d + rx, drop - 0.2 * ry], [0, drop - 0.5 * ry], [0.5 * d - rx, drop - 0.2 * ry]]
    )
    line(mask, smooth(bridge, 12), width)
    lens = cv2.GaussianBlur(inner.astype(np.float32), (0, 0), 0.7)
    if rng.random() < 0.25:
        picture += (colour(rng, "any") * 0.4 - picture) * (lens * np.float32(rng.uniform(0.1, 0.95)))[
            ..., None
        ]
    if rng.random() < 0.8:
        picture += (colour(rng, ("grey", "any", "pale")[rng.integers(3)]) - picture) * (
            mask * np.float32(rng.uniform(0.5, 1))
        )[..., None]
    if rng.random() < 0.5:  # glints on the lenses
        glint = np.zeros(picture.shape[:2], np.float32)
        for side in (-1, 1):
            at = _MIDDLE + (side * 0.5 * d, drop) + rng.normal(0, 0.1, 2) * d
            if rng.random() < 0.5:
                cv2.ellipse(
                    glint,
                    tuple(int(v) for v in at),
                    (int(rng.uniform(2, 22)), int(rng.uniform(2, 14))),
                    rng.uniform(0, 180),
                    0,
                    360,
                    1.0,
                    -1,
                )
            else:
                tilt = np.array([rng.normal(0.4, 0.2), -1.0]) * ry
                line(glint, np.stack([at - tilt, at + tilt]), rng.uniform(1, 16))
        glint = cv2.GaussianBlur(glint, (0, 0), rng.uniform(0.4, 2)) * lens
        picture += (1 - picture) * (glint * np.float32(rng.uniform(0.4, 1)))[..., None]


def skin_marks(rng: Generator, picture: Floats, person: Floats) -> None:
    """Draw freckles, moles and spots on the skin, in place."""
    mask: Floats = np.zeros(picture.shape[:2], np.float32)
    if rng.random() < 0.5:
        for _ in range(rng.integers(1, 6)):
            at = _MIDDLE + rng.uniform(-0.9, 0.9, 2) * FACE * (1, 1.2) + (0, 60)
            cv2.circle(
                mask, tuple(int(v * 16) for v in at), int(rng.uniform(0.8, 4) * 16), 1.0, -1, cv2.LINE_AA, 4
            )
        depth = rng.uniform(0.3, 0.85)
    else:
        for at in _MIDDLE + rng.normal(0, 0.4, (rng.integers(20, 160), 2)) * FACE + (0, 40):
            cv2.circle(
                mask,
                tuple(int(v * 16) for v in at),
                int(rng.uniform(0.5, 1.8) * 16),
                rng.uniform(0.3, 1),
                -1,
                cv2.LINE_AA,
                4,
            )
        depth = rng.uniform(0.1, 0.5)
    soft = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.4, 1.0)) * person
    picture *= 1 - soft[..., None] * (np.array([0.6, 0.85, 1.0]) * depth).astype(np.float32)


def jewellery(rng: Generator, picture: Floats, person: Floats) -> None:
    """Draw a necklace, earrings or a cord, in place."""
    d = FACE
    mask: Floats = np.zeros(picture.shape[:2], np.float32)
    if rng.random() < 0.6:
        half, top, low = rng.uniform(0.5, 1.0) * d, rng.uniform(2.0, 2.3) * d, rng.uniform(2.3, 3.1) * d
        path = smooth(
            _MIDDLE
            + np.array(
                [
                    (-half, top),
                    (-0.6 * half, (top + 2 * low) / 3),
                    (0, low),
                    (0.6 * half, (top + 2 * low) / 3),
                    (half, top),
                ]
            ),
            50,
        )
        if rng.random() < 0.4:  # beads
            for at in path[:: int(rng.integers(1, 4))]:
                cv2.circle(
                    mask, tuple(int(v * 16) for v in at), int(rng.uniform(1, 4) * 16), 1.0, -1, cv2.LINE_AA, 4
                )
        else:
            line(mask, path, rng.uniform(0.6, 4))
    else:
        for side in (-1, 1):
            at = _MIDDLE + np.array([side * rng.uniform(1.0, 1.25), rng.uniform(0.75, 1.0)]) * d
            radius = rng.uniform(1.5, 12)
            cv2.circle(
                mask,
                tuple(int(v * 16) for v in at),
                int(radius * 16),
                1.0,
                -1 if radius < 5 else 2,
                cv2.LINE_AA,
                4,
            )
    metal = (np.array([0.85, 0.7, 0.4]) if rng.random() < 0.5 else np.full(3, 0.8)) * rng.uniform(0.4, 1.2)
    shine = rng.uniform(0.6, 1.3, (40, 32)).astype(np.float32)
    shade = (
        metal.astype(np.float32) * cv2.resize(shine, FINE[::-1], interpolation=cv2.INTER_NEAREST)[..., None]
    )
    picture += (shade - picture) * mask[..., None]


def lighting(rng: Generator, picture: Floats, person: Floats) -> None:
    """Draw a hard shadow on the face, a hot spot or red pupils, in place."""
    mask: Floats = np.zeros(picture.shape[:2], np.float32)
    draw = rng.random()
    if draw < 0.5:
        points = _MIDDLE + rng.uniform(-1.3, 1.3, (rng.integers(3, 7), 2)) * FACE + (0, 50)
        cv2.fillPoly(mask, [cv2.convexHull(points.astype(np.float32)).astype(np.int32)], 1.0)
        mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.5, 8)) * (person if rng.random() < 0.7 else 1)
        picture *= 1 - (mask * np.float32(rng.uniform(0.15, 0.7)))[..., None]
    elif draw < 0.85:
        for _ in range(rng.integers(1, 4)):
            at = _MIDDLE + rng.uniform(-0.7, 0.7, 2) * FACE * (1, 1.5) + (0, 20)
            axes = (int(rng.uniform(3, 28)), int(rng.uniform(3, 28)))
            cv2.ellipse(mask, tuple(int(v) for v in at), axes, rng.uniform(0, 180), 0, 360, 1.0, -1)
        mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(2, 10))
        picture += (1 - picture) * np.clip(mask * np.float32(rng.uniform(0.3, 1.2)), 0, 1)[..., None]
    else:
        for side in (-0.5, 0.5):
            at = _MIDDLE + np.array([side * FACE, 0])
            cv2.circle(
                mask, tuple(int(v * 16) for v in at), int(rng.uniform(3, 8) * 16), 1.0, -1, cv2.LINE_AA, 4
            )
        red = np.array([0.75, 0.1, 0.1], np.float32) if rng.random() < 0.6 else np.full(3, 0.95, np.float32)
        picture += (red - picture) * (mask * np.float32(rng.uniform(0.4, 0.95)))[..., None]


def covering(rng: Generator, picture: Floats, person: Floats) -> None:
    """Lay a mask, a scarf, a band, a brim, a hand or a head in front, plain or patterned, in place."""
    d = FACE
    mask: Floats = np.zeros(picture.shape[:2], np.float32)
    draw = rng.random()
    if draw < 0.35:
        top = rng.uniform(0.2, 0.9)
        shape = np.array(
            [
                (-1, top + 0.1),
                (0, top - 0.1),
                (1, top + 0.1),
                (0.9, 1.3),
                (0.4, 1.9),
                (-0.4, 1.9),
                (-0.9, 1.3),
            ]
        )
    elif draw < 0.7:
        low = rng.uniform(-1.0, -0.2)
        shape = np.array(
            [(-1.4, low), (0, low - rng.uniform(0, 0.2)), (1.4, low), (1.2, -2.0), (0, -2.6), (-1.2, -2.0)]
        )
    else:
        at = rng.uniform(-2, 2, 2) * (1, 1.5)
        shape = at + rng.uniform(-0.8, 0.8, (7, 2))
        shape = np.asarray(cv2.convexHull(shape.astype(np.float32)), np.float64)[:, 0]
    cv2.fillPoly(mask, [np.round(shape * d + _MIDDLE).astype(np.int32)], 1.0)
    mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.4, 1.5))
    shade = np.empty_like(picture)
    shade[:] = colour(rng, ("white", "grey", "any")[rng.integers(3)])
    shade *= ramp(rng, FINE, rng.uniform(0, 0.5))[..., None]
    if rng.random() < 0.4:
        shade += texture(rng, FINE)[..., None] * np.float32(rng.uniform(0.02, 0.25))
    picture += (shade - picture) * mask[..., None]


def rim(rng: Generator, picture: Floats, person: Floats) -> None:
    """Draw a frame or margin around the picture, on some sides or all, in place."""
    shade = (colour(rng, "white"), colour(rng, "any"), np.zeros(3, np.float32))[rng.integers(3)]
    sides = rng.random(4) < (1.0 if rng.random() < 0.6 else 0.4)
    depth = (rng.uniform(2, 40, 4) if rng.random() < 0.3 else np.full(4, rng.uniform(2, 40))).astype(int)
    h, w = picture.shape[:2]
    parts = (picture[: depth[0]], picture[h - depth[1] :], picture[:, : depth[2]], picture[:, w - depth[3] :])
    for part, drawn in zip(parts, sides, strict=True):
        if drawn:
            part[:] = shade


_BENIGN = (
    (strands, 0.22),
    (glasses, 0.2),
    (skin_marks, 0.12),
    (jewellery, 0.14),
    (lighting, 0.2),
    (covering, 0.1),
)


def camera(rng: Generator, picture: Floats, chance: float) -> Floats:
    """Blur, small pixels, noise, few levels, blocks: what a camera or a bad copy does; in 0..1."""
    if rng.random() >= chance:
        return picture
    draw = rng.random()
    if draw < 0.22:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 6))
    elif draw < 0.3:
        n = int(rng.uniform(3, 26)) | 1
        kernel: Floats = np.zeros((n, n), np.float32)
        kernel[n // 2] = 1 / n
        turned = cv2.warpAffine(
            kernel, cv2.getRotationMatrix2D((n / 2 - 0.5, n / 2 - 0.5), rng.uniform(0, 180), 1), (n, n)
        )
        picture = cv2.filter2D(picture, -1, (turned / max(float(turned.sum()), 1e-6)).astype(np.float32))
    elif draw < 0.42:
        factor = rng.uniform(0.15, 0.7)
        small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        way = (cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC)[rng.integers(3)]
        picture = cv2.resize(small, picture.shape[1::-1], interpolation=way)
    elif draw < 0.48:
        steps = rng.uniform(4, 12)
        picture = np.floor(picture * steps) / steps + np.float32(0.5 / steps)
    if rng.random() < 0.4:
        picture = picture + grain(rng, picture.shape[:2], rng.uniform(0.004, 0.1))
    picture = np.clip(picture, 0, 1)
    if rng.random() < 0.6:
        quality = int(rng.integers(6, 50) if rng.random() < 0.5 else rng.integers(50, 96))
        picture = coded(picture, quality)
    return picture.astype(np.float32)


def grain(rng: Generator, shape: tuple[int, int], depth: float) -> Floats:
    """Return noise (H, W, 3) with this deviation: a part of one sheet, turned over."""
    y, x = rng.integers(0, 64, 2)
    part = _sheet()[y : y + shape[0], x : x + shape[1]]
    return part[:: rng.choice([-1, 1]), :: rng.choice([-1, 1])] * np.float32(depth * rng.choice([-1, 1]))


@functools.cache
def _sheet() -> Floats:
    return np.random.default_rng(0).standard_normal((FINE[0] + 64, FINE[1] + 64, 3), np.float32)


def raised(picture: Floats, power: float) -> Floats:
    """Return a picture in 0..1 to a power."""
    return np.asarray(cv2.pow(picture, float(power)), np.float32)


def largest(picture: Floats) -> Floats:
    """Return the largest of the three colours."""
    red, green, blue = cv2.split(picture)
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.float32)


def coded(picture: Floats, quality: int) -> Floats:
    """Return the picture as JPEG keeps it."""
    data = cv2.imencode(
        ".jpg", np.round(picture * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.float32) / 255


def scanner(rng: Generator, picture: Floats) -> Floats:
    """Do what happens to a print with its marks: softer, noisier, saved again; in 0..1."""
    if rng.random() < 0.6:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.1))
    if rng.random() < 0.3:
        picture = picture + grain(rng, picture.shape[:2], rng.uniform(0.002, 0.02))
    if rng.random() < 0.3:
        picture = picture * np.float32(rng.uniform(0.85, 1.1)) + np.float32(rng.uniform(-0.03, 0.03))
    picture = np.clip(picture, 0, 1).astype(np.float32)
    return coded(picture, int(rng.integers(40, 98))) if rng.random() < 0.7 else picture


def compose(
    rng: Generator, shots: list[Shot], weights: NDArray[np.float64]
) -> tuple[Bytes, Bytes, Bytes, Bytes]:
    """Draw one sample.

    Returns
    -------
    picture : ndarray of shape (320, 256, 3), uint8
        RGB.
    inside : ndarray of shape (160, 128), uint8
        1 where the cell lies in the picture.
    marked, taught : ndarray of shape (160, 128), uint8
        1 where there is a mark; 0 where nothing is taught.
    """
    rows, cols = FINE
    shot = shots[rng.choice(len(shots), p=weights)]
    matrix, scale = place(rng)
    rgb = cv2.warpAffine(
        shot.rgb, matrix, (cols, rows), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    planes = cv2.warpAffine(shot.planes, matrix, (cols, rows), borderMode=cv2.BORDER_REPLICATE)
    picture = rgb.astype(np.float32) / 255
    person, clothes, inside = (planes[..., k].astype(np.float32) / 255 for k in range(3))
    if rng.random() < 0.35:
        back = wall(rng, shots)
        if rng.random() < 0.3:  # the shadow on it
            shift = np.array([[1, 0, rng.uniform(-60, 60)], [0, 1, rng.uniform(-20, 50)]], np.float32)
            shade = cv2.GaussianBlur(cv2.warpAffine(person, shift, (cols, rows)), (0, 0), rng.uniform(2, 20))
            back *= 1 - (shade * np.float32(rng.uniform(0.1, 0.6)))[..., None]
        picture = back + (picture - back) * person[..., None]
    if rng.random() < 0.25:
        cloth = raised(picture, rng.uniform(0.5, 2)) * rng.uniform(0.4, 1.4, 3).astype(np.float32)
        for _ in range(rng.integers(0, 3)):
            pattern = texture(rng, FINE)
            if rng.random() < 0.3:
                pattern = np.clip(np.abs(pattern) * rng.uniform(1, 4) - 1, -1, 1)
            cloth = cloth + pattern[..., None] * rng.uniform(-0.25, 0.25, 3).astype(np.float32)
        picture += (np.clip(cloth, 0, 1) - picture) * clothes[..., None]
    if rng.random() < 0.2:  # darker or lighter skin
        picture += (raised(picture, rng.uniform(0.6, 2.2)) - picture) * (person * (1 - clothes))[..., None]
    for draw, chance in _BENIGN:
        if rng.random() < chance:
            draw(rng, picture, person)
            np.clip(picture, 0, 1, out=picture)
    if rng.random() < 0.5:
        picture = expose(rng, picture)
    if rng.random() < 0.06:
        rim(rng, picture, person)
    picture = camera(rng, picture, 0.4)

    before = picture.copy()
    covered = np.zeros(FINE, np.float32)
    if rng.random() < 0.6:
        mm = FACE * scale / _FACE_MM * rng.uniform(0.85, 1.15)
        for _ in range(1 if rng.random() < 0.65 else int(rng.integers(2, 4))):
            np.maximum(covered, mark(rng, picture, mm), out=covered)
    changed = largest(cv2.absdiff(picture, before)) * 255
    picture = scanner(rng, picture)
    if rng.random() < 0.08:
        picture = camera(rng, picture, 1.0)
    small = cv2.resize(picture, (COLS, ROWS), interpolation=cv2.INTER_AREA)
    half = (COLS // 2, ROWS // 2)
    share, seen, within = (
        cv2.resize(plane, half, interpolation=cv2.INTER_AREA) for plane in (covered, changed, inside)
    )
    marked = (share >= _COVERED) & (seen >= _SEEN)
    taught = marked | (share < _TOUCHED) & (seen < _UNSEEN)
    within = (within > 0.5).astype(np.uint8)
    return (
        np.round(small * 255).astype(np.uint8),
        within,
        marked.astype(np.uint8) * within,
        taught.astype(np.uint8) * within,
    )


def main() -> None:
    """Write a sheet of samples: pictures, and in red what is labelled, in blue what is left alone."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("shots", type=Path)
    parser.add_argument("sheet", type=Path)
    parser.add_argument("--samples", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    shots = load_shots(args.shots)
    weights = source_weights(shots)
    tiles = []
    for index in range(args.samples):
        picture, inside, marked, taught = compose(np.random.default_rng([args.seed, index]), shots, weights)
        shown = picture.copy()
        big = [cv2.resize(p, (COLS, ROWS), interpolation=cv2.INTER_NEAREST) for p in (marked, taught, inside)]
        shown[big[0] > 0] = (255, 0, 0)
        shown[(big[1] == 0) & (big[2] > 0)] = (0, 0, 255)
        tiles.append(np.concatenate([picture, shown], 1))
    lines = [np.concatenate(tiles[k : k + 4], 1) for k in range(0, len(tiles) // 4 * 4, 4)]
    cv2.imwrite(str(args.sheet), cv2.cvtColor(np.concatenate(lines, 0), cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    main()
