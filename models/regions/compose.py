"""Compose training pictures: people cut out by their mattes, before walls and scenes that no camera saw.

    python -m models.regions.compose LABELS OUT.npz --samples 40000 [--without frll] [--seed 0]

Every sample is drawn from its own generator ``default_rng([seed, index])``, so that any part can be made
again. A sample is a picture on the network's canvas (160 × 128 pixels, letterboxed), the shares of skin,
hair and clothes in each pixel, the place of the face, and whether the three classes can be trusted.
"""

from __future__ import annotations

import argparse
import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.regions.labels import CLOTHES, HAIR, ROWS, SKIN, coordinates, face_frame

# OpenCV's stubs do not tell dtypes apart.
Bytes = NDArray[Any]  # uint8
Floats = NDArray[Any]  # float32
Generator = np.random.Generator

CANVAS = (160, 128)  # rows, columns that the network sees
FINE = (240, 192)  # rows, columns at which pictures are composed
CHECKED = Path(__file__).with_name("checked.toml")


@dataclass
class Person:
    """One labelled photo at 400 rows."""

    name: str
    rgb: Bytes
    alpha: Bytes
    foreground: Bytes
    classes: Bytes
    mesh: Floats
    trusted: bool

    @property
    def source(self) -> str:
        """``frll``, ``canada``, ``us``, ``synthetic_faces`` or ``render``."""
        return next(s for s in ("frll", "canada", "us", "synthetic_faces", "render") if f"{s}__" in self.name)


def load_people(folder: Path, held_out: frozenset[str], without: frozenset[str]) -> list[Person]:
    """Every usable photo; `held_out` are prefixes of names, `without` are sources."""
    checked = tomllib.loads(CHECKED.read_text()) if CHECKED.exists() else {}
    dropped, persons_only, bald = (set(checked.get(k, [])) for k in ("dropped", "person_only", "bald"))
    people = []
    for path in sorted(folder.glob("*.npz")):
        name = path.stem.replace("photos__", "")
        if name in dropped or any(name.startswith(prefix) for prefix in held_out):
            continue
        with np.load(path) as arrays:
            person = Person(
                name,
                arrays["rgb"],
                arrays["alpha"],
                arrays["foreground"],
                arrays["classes"],
                arrays["mesh"],
                name not in persons_only,
            )
        if name in bald:
            v = coordinates(person.mesh, *person.classes.shape)[1]
            person.classes[(person.classes == HAIR) & (v < 1.2)] = SKIN
        if person.source not in without:
            people.append(person)
    return people


def colour(rng: Generator, kind: str) -> Floats:
    """Return a random colour in 0..1: ``white``, ``grey``, ``pale`` or ``any``."""
    if kind == "white":
        return np.clip(rng.uniform(0.78, 1.0) + rng.normal(0, 0.012, 3), 0, 1).astype(np.float32)
    if kind == "grey":
        return np.clip(rng.uniform(0.08, 0.92) + rng.normal(0, 0.02, 3), 0, 1).astype(np.float32)
    if kind == "pale":
        return np.clip(rng.uniform(0.55, 0.95) + rng.normal(0, 0.07, 3), 0, 1).astype(np.float32)
    return rng.uniform(0.02, 0.98, 3).astype(np.float32)


def ramp(rng: Generator, shape: tuple[int, int], depth: float) -> Floats:
    """Return a smooth change of brightness of relative `depth`: linear, radial or a soft random surface."""
    rows, cols = shape
    y, x = np.mgrid[0 : 1 : rows * 1j, 0 : 1 : cols * 1j].astype(np.float32)
    kind = rng.integers(3)
    if kind == 0:
        angle = rng.uniform(0, 2 * math.pi)
        z = (x - 0.5) * math.cos(angle) + (y - 0.5) * math.sin(angle) + 0.5
    elif kind == 1:
        z = np.hypot(x - rng.uniform(0.1, 0.9), y - rng.uniform(0, 0.8)) / 0.8
    else:
        z = cv2.resize(
            rng.uniform(0, 1, (4, 3)).astype(np.float32), (cols, rows), interpolation=cv2.INTER_CUBIC
        )
    return (1 - depth * np.clip(z, 0, 1.2)).astype(np.float32)


def texture(rng: Generator, shape: tuple[int, int]) -> Floats:
    """Return a zero-mean pattern in about -1..1: waves, cloud, bricks, checks, stripes, weave or grain."""
    rows, cols = shape
    y, x = np.mgrid[:rows, :cols].astype(np.float32)
    angle = rng.uniform(0, math.pi)
    along, across = x * math.cos(angle) + y * math.sin(angle), -x * math.sin(angle) + y * math.cos(angle)
    kind = rng.integers(7)
    period = rng.uniform(5, 40)
    if kind == 0:
        return np.sin(along * 2 * math.pi / period).astype(np.float32)
    if kind == 1:
        coarse = rng.normal(0, 1, (int(rows / period) + 3, int(cols / period) + 3)).astype(np.float32)
        return cv2.resize(coarse, (cols, rows), interpolation=cv2.INTER_CUBIC)
    if kind == 2:
        height = rng.uniform(8, 22)
        course = np.floor(y / height)
        wide = height * rng.uniform(1.6, 3)
        joint = ((y % height) < rng.uniform(1, 3)) | (
            ((x + (course % 2) * wide / 2) % wide) < rng.uniform(1, 3)
        )
        return np.where(joint, 1.0, -0.2).astype(np.float32)
    if kind == 3:
        return (
            np.sign(np.sin(along * math.pi / period)) * np.sign(np.sin(across * math.pi / period))
        ).astype(np.float32)
    if kind == 4:
        return np.sign(np.sin(along * 2 * math.pi / period) - rng.uniform(-0.7, 0.7)).astype(np.float32)
    if kind == 5:
        folds = np.interp(along, np.linspace(along.min(), along.max(), 24), rng.normal(0, 1, 24))
        return (folds + 0.3 * np.sin(along * 2 * math.pi / rng.uniform(6, 15))).astype(np.float32)
    return cv2.GaussianBlur(rng.normal(0, 1, shape).astype(np.float32), (0, 0), rng.uniform(0.6, 3)) * 2.5


def clutter(rng: Generator, picture: Floats) -> None:
    """Draw shelves, frames, leaves, cables, people-sized blobs onto `picture`, in place."""
    rows, cols = picture.shape[:2]
    if rng.random() < 0.3:  # books
        y = rng.uniform(-0.1, 0.2) * rows
        while y < rows * rng.uniform(0.5, 1.1):
            height = rng.uniform(25, 60)
            x = -10.0
            while x < cols:
                width = rng.uniform(4, 16)
                shade = tuple(float(c) for c in colour(rng, "any"))
                cv2.rectangle(
                    picture,
                    (int(x), int(y + rng.uniform(0, 0.25) * height)),
                    (int(x + width), int(y + height)),
                    shade,
                    -1,
                )
                x += width
            y += height + rng.uniform(2, 12)
    for _ in range(rng.integers(1, 9)):
        shade = tuple(float(c) for c in colour(rng, ("any", "grey", "pale", "white")[rng.integers(4)]))
        x, y = rng.uniform(-0.1, 1.1) * cols, rng.uniform(-0.1, 1.0) * rows
        kind = rng.integers(6)
        if kind == 0:
            cv2.rectangle(
                picture,
                (int(x), int(y)),
                (int(x + rng.uniform(8, 130)), int(y + rng.uniform(8, 200))),
                shade,
                -1,
            )
        elif kind == 1:
            other = (int(x + rng.normal(0, 0.3) * cols), int(rng.uniform(0, 1.2) * rows))
            cv2.line(picture, (int(x), int(y)), other, shade, int(rng.integers(1, 14)), cv2.LINE_AA)
        elif kind == 2:
            cv2.ellipse(
                picture,
                (int(x), int(y)),
                (int(rng.uniform(5, 60)), int(rng.uniform(5, 80))),
                rng.uniform(0, 180),
                0,
                360,
                shade,
                -1,
                cv2.LINE_AA,
            )
        elif kind == 3:
            for _ in range(rng.integers(4, 16)):
                walk = np.array([x, y]) + np.cumsum(rng.normal(0, 12, (6, 2)), 0)
                cv2.polylines(
                    picture, [walk.astype(np.int32)], False, shade, int(rng.integers(1, 8)), cv2.LINE_AA
                )
        elif kind == 4:  # window or picture frame
            a, b = (int(x), int(y)), (int(x + rng.uniform(40, 140)), int(y + rng.uniform(40, 160)))
            cv2.rectangle(picture, a, b, shade, -1)
            cv2.rectangle(picture, a, b, tuple(float(c) for c in colour(rng, "any")), int(rng.integers(2, 9)))
        else:  # corner of a room, door, horizon
            at = int(rng.uniform(0, 1) * cols)
            picture[:, at : at + int(rng.uniform(3, 120))] *= np.float32(rng.uniform(0.6, 1.1))
    if rng.random() < 0.3:
        picture[:] = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 6))


def backdrop(rng: Generator, others: list[Person], tones: dict[int, Floats]) -> tuple[Floats, bool]:
    """Return a picture without people at `FINE` size in 0..1, and whether it is a plain wall.

    `tones` holds the person's own mean colours by class: walls of the clothes', hair's or skin's colour are
    the hard cases that matter most.
    """
    rows, cols = FINE
    draw = rng.random()
    plain = True
    if draw < 0.30:
        base = colour(rng, "white")
    elif draw < 0.44:
        base = colour(rng, "grey")
    elif draw < 0.52:
        base = colour(rng, "pale")
    elif draw < 0.58:
        base = colour(rng, "any")
    elif draw < 0.74 and tones:
        base = np.clip(
            tones[list(tones)[rng.integers(len(tones))]] * rng.uniform(0.85, 1.2) + rng.normal(0, 0.02, 3),
            0,
            1,
        ).astype(np.float32)
    else:
        plain = False
        base = colour(rng, ("white", "grey", "pale", "any")[rng.integers(4)])
    picture = np.empty((rows, cols, 3), np.float32)
    picture[:] = base
    if plain:
        picture *= ramp(rng, FINE, rng.uniform(0, 0.25) if rng.random() < 0.7 else rng.uniform(0.25, 0.9))[
            ..., None
        ]
        if rng.random() < 0.15:
            picture += texture(rng, FINE)[..., None] * rng.uniform(0.005, 0.04)
    else:
        kind = rng.integers(4)
        if kind == 0:
            picture += texture(rng, FINE)[..., None] * (
                rng.uniform(0.03, 0.2) * rng.uniform(0.4, 1.2, 3)
            ).astype(np.float32)
        elif kind == 1:
            if rng.random() < 0.4:
                picture += texture(rng, FINE)[..., None] * rng.uniform(0.02, 0.12)
            clutter(rng, picture)
        elif kind == 2:  # the scenery of another photo, its person smeared away
            other = others[rng.integers(len(others))]
            picture[:] = scenery(rng, other)
        else:
            clutter(rng, picture)
            picture *= ramp(rng, FINE, rng.uniform(0, 0.7))[..., None]
    return picture, plain


def scene(rng: Generator, others: list[Person], tones: dict[int, Floats]) -> tuple[Floats, bool]:
    """Return a backdrop, sometimes with somebody else on it, and whether it is a plain wall."""
    picture, plain = backdrop(rng, others, tones)
    if rng.random() < 0.10:
        bystander(rng, picture, others[rng.integers(len(others))])
    return np.clip(picture, 0, 1), plain


def scenery(rng: Generator, other: Person) -> Floats:
    """Stretch the background of another photo over the canvas; its person's place is filled from around."""
    small = cv2.resize(other.rgb, (64, 80), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    hole = cv2.dilate((cv2.resize(other.alpha, (64, 80)) > 10).astype(np.uint8), np.ones((5, 5), np.uint8))
    known = (1 - hole).astype(np.float32)
    filled, weight = small * known[..., None], known.copy()
    for sigma in (2, 4, 8, 16, 32):
        far = cv2.GaussianBlur(small * known[..., None], (0, 0), sigma)
        mass = cv2.GaussianBlur(known, (0, 0), sigma)
        empty = weight < 0.02
        filled[empty] = (far / (mass[..., None] + 1e-4))[empty]
        weight[empty] = mass[empty]
    coarse = cv2.resize(filled, (FINE[1], FINE[0]), interpolation=cv2.INTER_LINEAR)
    fine = cv2.resize(other.rgb, (FINE[1], FINE[0]), interpolation=cv2.INTER_LINEAR).astype(np.float32) / 255
    keep = cv2.resize(cv2.GaussianBlur(known, (0, 0), 1.5), (FINE[1], FINE[0]))[..., None]
    picture = fine * keep**3 + coarse * (1 - keep**3)
    picture += (texture(rng, FINE) * rng.uniform(0, 0.06) * (1 - keep[..., 0]))[..., None]
    return picture[:, ::-1] if rng.random() < 0.5 else picture


def bystander(rng: Generator, picture: Floats, other: Person) -> None:
    """Paste another person behind, smaller or half out of the picture, in place."""
    rows, cols = FINE
    scale = rng.uniform(0.25, 0.62)
    x = rng.uniform(-0.35, 0.05) * cols if rng.random() < 0.5 else rng.uniform(0.55, 0.95) * cols
    matrix = np.array([[scale, 0, x], [0, scale, rng.uniform(0, 0.45) * rows]], np.float32)
    front = cv2.warpAffine(other.foreground, matrix, (cols, rows)).astype(np.float32) / 255
    alpha = cv2.warpAffine(other.alpha, matrix, (cols, rows)).astype(np.float32)[..., None] / 255
    picture[:] = picture * (1 - alpha) + front * alpha


def recolour(rng: Generator, front: Floats, shares: Floats, kind: int) -> None:
    """Give one class (`kind`) of the person another colour or lightness, in place; its shading stays."""
    share = np.ascontiguousarray(shares[..., kind - 1 : kind])
    total = float(cv2.sumElems(share)[0])
    if total < 120:
        return
    tone = share.reshape(1, -1) @ front.reshape(-1, 3) / total
    grey = (front @ np.full(3, 1 / 3, np.float32))[..., None]
    shade = grey / max(float(tone.mean()), 0.02)
    if kind == CLOTHES:
        draw = rng.random()
        target = (
            colour(rng, "white")
            if draw < 0.35
            else np.full(3, rng.uniform(0.02, 0.15), np.float32)
            if draw < 0.55
            else colour(rng, "any")
        )
        # The darker a cloth was, the weaker its shading survives as a factor: keep it within bounds.
        shading = cv2.pow(np.clip(shade, 0.55, 1.45), rng.uniform(0.4, 1))[..., None]
    elif kind == HAIR:
        draw = rng.random()
        if draw < 0.35:
            target = np.full(3, rng.uniform(0.4, 0.85), np.float32) + rng.normal(0, 0.02, 3)
        elif draw < 0.65:
            target = np.array([0.1, 0.085, 0.08]) * rng.uniform(0.4, 1.6)
        else:
            target = np.array([0.62, 0.47, 0.28]) * rng.uniform(0.3, 1.4)
        shading = cv2.pow(np.clip(shade, 0.3, 2.2), rng.uniform(0.5, 1))[..., None]
    else:  # skin: darker or lighter, hue nearly kept
        shading = cv2.pow(np.clip(front, 1e-3, 1), rng.uniform(0.6, 2.2))
        target = rng.uniform(0.8, 1.15) * (1 + rng.normal(0, 0.04, 3))
    changed = target.astype(np.float32) * shading
    front += (np.clip(changed, 0, 1).astype(np.float32) - front) * share


def polygon(points: Floats, width: float = 1.2) -> Floats:
    """Return the filled polygon with soft edges, float in 0..1 at `FINE` size."""
    mask = np.zeros(FINE, np.uint8)
    cv2.fillPoly(mask, [np.round(points * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return (
        cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), width)
        if width > 0
        else mask.astype(np.float32) / 255
    )


def cloth(rng: Generator, middle: Floats) -> Floats:
    """Return a textile in 0..1 at `FINE` size, with folds that run around `middle`."""
    rows, cols = FINE
    y, x = np.mgrid[:rows, :cols].astype(np.float32)
    angle, radius = np.arctan2(y - middle[1], x - middle[0]), np.hypot(x - middle[0], y - middle[1])
    bends = rng.integers(2, 9)
    folds = np.sin(angle * bends + radius * rng.uniform(-0.08, 0.08) + rng.uniform(0, 6)) * np.sin(
        radius * rng.uniform(0.02, 0.15) + rng.uniform(0, 6)
    )
    draw = rng.random()
    base = (
        colour(rng, "white")
        if draw < 0.25
        else np.full(3, rng.uniform(0.02, 0.15), np.float32)
        if draw < 0.5
        else colour(rng, "any")
    )
    picture = (
        base
        * (1 + rng.uniform(0.03, 0.25) * folds)[..., None]
        * ramp(rng, FINE, rng.uniform(0, 0.4))[..., None]
    )
    if rng.random() < 0.25:
        picture += texture(rng, FINE)[..., None] * (rng.uniform(0.02, 0.2) * rng.uniform(0, 1, 3))
    return np.clip(picture, 0, 1).astype(np.float32)


def lay(front: Floats, shares: Floats, mask: Floats, picture: Floats, kind: int) -> None:
    """Lay something of class `kind` over the person, in place; where it sticks out it enlarges the person."""
    m = mask[..., None]
    front[:] = front * (1 - m) + picture * m
    shares *= 1 - m
    shares[..., kind - 1] += mask


def cover(rng: Generator, front: Floats, shares: Floats, place: Floats) -> None:
    """Draw a hijab, hat, cap, turban, band, scarf, mask or dark glasses, in place.

    `place` is the 2×3 matrix from the face's frame (unit: face size; origin between the pupils) to the
    canvas.
    """
    jitter = rng.normal(0, 0.05, 8)

    def at(points: list[tuple[float, float]]) -> Floats:
        return (np.array(points, np.float32) @ place[:, :2].T + place[:, 2]).astype(np.float32)

    def arc(
        cx: float, cy: float, rx: float, ry: float, start: float, stop: float, n: int = 40
    ) -> list[tuple[float, float]]:
        turn = np.radians(np.linspace(start, stop, n))
        return [(cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in turn]

    middle = at([(0.0, 0.3)])[0]
    picture = cloth(rng, middle)
    kind = ("hijab", "hijab", "hat", "cap", "beanie", "turban", "band", "scarf", "mask", "glasses")[
        rng.integers(10)
    ]
    wide = 1.35 + jitter[0]
    if kind == "hijab":
        top, half = -1.75 + 2 * jitter[1], 1.5 + abs(jitter[2]) * 2
        drop = rng.uniform(2.3, 3.6)
        flare = rng.uniform(1.3, 3.2)
        outer = [
            *arc(0, 0.2, half, 0.2 - top, 180, 360),
            (half * 1.02, 0.9),
            (half * 0.95, 1.6),
            (flare, drop),
            (flare * 1.1, 7),
            (-flare * 1.1, 7),
            (-flare, drop),
            (-half * 0.95, 1.6),
            (-half * 1.02, 0.9),
        ]
        mask = polygon(at(outer))
        open_x, open_top, open_bottom = (
            rng.uniform(0.92, 1.18),
            rng.uniform(-0.95, -0.5),
            rng.uniform(1.55, 1.95),
        )
        cy = (open_top + open_bottom) / 2 - 0.1
        hole = polygon(
            at(
                arc(0, cy, open_x, cy - open_top, 180, 360)
                + arc(0, cy, open_x * 0.98, open_bottom - cy, 0, 180)
            ),
            0.8,
        )
        shadow = cv2.GaussianBlur(hole, (0, 0), 3)
        picture *= (1 - 0.35 * shadow)[..., None]
        lay(front, shares, mask * (1 - hole), picture, CLOTHES)
        # Hair that shows through the opening is tucked away, on most of them.
        if rng.random() < 0.8:
            skin = (front * shares[..., :1]).sum((0, 1)) / (shares[..., 0].sum() + 1)
            tucked = hole * shares[..., 1]
            front[:] = front * (1 - tucked[..., None]) + skin * tucked[..., None]
            shares[..., 0] += tucked
            shares[..., 1] -= tucked
    elif kind in ("hat", "beanie", "cap", "turban"):
        brow = rng.uniform(-0.75, -0.3)
        height = {
            "hat": rng.uniform(1.1, 1.7),
            "beanie": rng.uniform(1.3, 1.9),
            "cap": rng.uniform(1.1, 1.5),
            "turban": rng.uniform(1.4, 2.0),
        }[kind]
        if kind == "turban":
            wide *= 1.12
        mask = polygon(
            at(
                arc(jitter[3], brow, wide, height, 180, 360)
                + arc(jitter[3], brow, wide, rng.uniform(0.02, 0.3), 0, 180, 20)
            )
        )
        lay(front, shares, mask, picture, CLOTHES)
        if kind == "hat" or kind == "cap":
            brim = polygon(
                at(
                    arc(
                        jitter[3],
                        brow,
                        wide * (1.55 if kind == "hat" else 1.05),
                        0.22 + abs(jitter[4]) * 2,
                        0,
                        360,
                    )
                )
            )
            lay(front, shares, brim, picture * np.float32(rng.uniform(0.6, 1.0)), CLOTHES)
    elif kind == "band":
        low, high = rng.uniform(-1.1, -0.6), rng.uniform(0.12, 0.4)
        ring = arc(0, 0.0, wide, -low + high, 180, 360) + arc(0, 0.0, wide - 0.05, -low, 360, 180)
        mask = polygon(at(ring)) * shares.sum(-1)
        lay(front, shares, mask, picture, CLOTHES)
    elif kind == "scarf":
        top = rng.uniform(1.45, 2.1)
        shape = [
            (-0.9, top - 0.15),
            (0, top + 0.25),
            (0.9, top - 0.15),
            (1.3 + jitter[5], top + 0.7),
            (1.6, top + 1.3),
            (-1.6, top + 1.3),
            (-1.3 - jitter[6], top + 0.7),
        ]
        lay(front, shares, polygon(at(shape)), picture, CLOTHES)
    elif kind == "mask":
        top = rng.uniform(0.25, 0.75)
        shape = [
            (-1.0, top + 0.15),
            (-0.5, top),
            (0, top - 0.1),
            (0.5, top),
            (1.0, top + 0.15),
            (0.95, 1.2),
            (0.5, 1.75),
            (0, 1.95),
            (-0.5, 1.75),
            (-0.95, 1.2),
        ]
        lay(front, shares, polygon(at(shape)) * np.clip(shares.sum(-1), 0, 1), picture, CLOTHES)
    else:
        tint = np.broadcast_to(np.full(3, rng.uniform(0.02, 0.2), np.float32), front.shape)
        rx, ry = rng.uniform(0.28, 0.42), rng.uniform(0.2, 0.34)
        lens = np.maximum(
            polygon(at(arc(-0.5, 0.03, rx, ry, 0, 360)), 0.6),
            polygon(at(arc(0.5, 0.03, rx, ry, 0, 360)), 0.6),
        )
        lay(front, shares, lens * rng.uniform(0.85, 1.0), tint, CLOTHES)


def expose(rng: Generator, picture: Floats) -> Floats:
    """Light, colour and tone of a camera, printer and scanner; most draws are mild, some are ruinous."""
    linear = cv2.pow(np.clip(picture, 0, 1), 2.2)
    if rng.random() < 0.25:  # side light or vignette
        linear *= (ramp(rng, picture.shape[:2], rng.uniform(0.1, 0.85)) ** 2)[..., None]
    gain = (
        rng.lognormal(0, 0.18) if rng.random() < 0.75 else math.exp(rng.uniform(math.log(0.05), math.log(5)))
    )
    balance = rng.normal(0, 0.04, 3) if rng.random() < 0.75 else rng.normal(0, 0.35, 3)
    linear *= np.exp(balance - balance.mean()).astype(np.float32) * np.float32(gain)
    out = cv2.pow(np.clip(linear, 0, 1), 1 / rng.uniform(1.7, 2.8))
    if rng.random() < 0.12:  # washed out
        low, high = rng.uniform(0, 0.5), rng.uniform(0.6, 1)
        out = low + out * (high - low)
    if rng.random() < 0.15:  # greyscale, sepia, tint
        grey = out @ np.array([0.299, 0.587, 0.114], np.float32)
        out = grey[..., None] * (
            np.ones(3, np.float32)
            if rng.random() < 0.5
            else np.clip(1 + rng.normal(0, 0.1, 3), 0.7, 1.2).astype(np.float32)
        )
    elif rng.random() < 0.2:
        grey = (out @ np.full(3, 1 / 3, np.float32))[..., None]
        out = grey + (out - grey) * np.float32(rng.uniform(0.2, 1.8))
    return np.clip(out, 0, 1).astype(np.float32)


def spoil(rng: Generator, picture: Floats, size: float) -> Bytes:
    """Blur, noise, small pixels, few levels, ink, JPEG; input in 0..1, output uint8 of the same size."""
    draw = rng.random()
    if draw < 0.10:
        picture = cv2.GaussianBlur(picture, (0, 0), size * rng.uniform(0.01, 0.09))
    elif draw < 0.14:
        n = max(3, int(size * rng.uniform(0.05, 0.35))) | 1
        kernel = np.zeros((n, n), np.float32)
        kernel[n // 2] = 1 / n
        turned = cv2.warpAffine(
            kernel, cv2.getRotationMatrix2D((n / 2 - 0.5, n / 2 - 0.5), rng.uniform(0, 180), 1), (n, n)
        )
        picture = cv2.filter2D(picture, -1, turned / turned.sum())
    elif draw < 0.18:
        factor = rng.uniform(14, 60) / size
        if factor < 1:
            small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
            picture = cv2.resize(
                small,
                picture.shape[1::-1],
                interpolation=(cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC)[rng.integers(3)],
            )
    if rng.random() < 0.3:
        picture = picture + rng.normal(0, rng.uniform(0.005, 0.09), picture.shape).astype(np.float32)
    out = np.clip(picture * 255 + 0.5, 0, 255).astype(np.uint8)
    if rng.random() < 0.04:
        step = rng.uniform(20, 60)
        out = np.clip(np.floor(out / step) * step + step / 2, 0, 255).astype(np.uint8)
    if rng.random() < 0.05:
        for _ in range(rng.integers(1, 5)):
            walk = rng.uniform(0, 1, 2) * (out.shape[1], out.shape[0]) + np.cumsum(
                rng.normal(0, 0.2 * size, (8, 2)), 0
            )
            ink = tuple(int(v) for v in rng.integers(0, 255, 3))
            cv2.polylines(out, [walk.astype(np.int32)], False, ink, int(rng.integers(1, 4)), cv2.LINE_AA)
    if rng.random() < 0.35:
        quality = int(rng.integers(6, 40)) if rng.random() < 0.5 else int(rng.integers(40, 95))
        coded = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    return out


@dataclass
class Sample:
    """One training example on the network's canvas."""

    picture: Bytes  # (160, 128, 3) RGB, zero outside the picture
    shares: Bytes  # (160, 128, 3): skin, hair, clothes in 1/255
    place: Floats  # (5,): middle x, y on the canvas, face size in canvas pixels, cos and sin of the roll
    extent: NDArray[np.int16]  # (4,): left, top, right, bottom of the picture on the canvas
    trusted: bool


def framing(rng: Generator, person: Person) -> tuple[Floats, tuple[int, int, int, int]]:
    """Return the matrix from the photo to the fine canvas, and the picture's box on it (x0, y0, x1, y1)."""
    rows, cols = FINE
    draw = rng.random()
    aspect = (
        35 / 45
        if draw < 0.65
        else (1.0, 0.75, 0.8, 2 / 3)[rng.integers(4)]
        if draw < 0.93
        else rng.uniform(0.6, 1.4)
    )
    height = min(rows, cols / aspect)
    width = height * aspect
    x0, y0 = (cols - width) / 2, (rows - height) / 2
    middle, size, _ = face_frame(person.mesh)
    natural = height / ROWS  # the scale at which the photo fills the picture's height
    cut = person.alpha[0].mean() > 8
    for _ in range(20):
        wanted = (
            math.exp(rng.normal(math.log(0.285 * width), 0.2))
            if rng.random() < 0.55
            else math.exp(rng.uniform(math.log(0.1 * width), math.log(0.45 * width)))
        )
        scale = wanted / size
        if 0.55 * natural <= scale and (not cut or scale > 0.8 * natural):
            break
    else:
        scale = natural * rng.uniform(0.9, 1.3)
    turn = rng.normal(0, 4) if rng.random() < 0.75 else rng.uniform(-28, 28)
    flip = -1.0 if rng.random() < 0.5 else 1.0
    cos, sin = math.cos(math.radians(turn)) * scale, math.sin(math.radians(turn)) * scale
    linear = np.array([[cos * flip, -sin], [sin * flip, cos]])
    x = x0 + width * (rng.normal(0.5, 0.03) if rng.random() < 0.8 else rng.uniform(0.25, 0.75))
    y = y0 + height * (rng.normal(0.47, 0.04) if rng.random() < 0.8 else rng.uniform(0.25, 0.65))
    shift = np.array([x, y]) - linear @ middle
    if cut:  # hair that the photo's own edge cuts off must stay cut off by an edge
        top = min((linear @ np.array([c, 0.0]) + shift)[1] for c in (0, person.alpha.shape[1]))
        shift[1] -= max(0.0, top - y0 + 2)
    bottom = min(
        (linear @ np.array([c, ROWS]) + shift)[1]
        for c in (0.15 * person.alpha.shape[1], 0.85 * person.alpha.shape[1])
    )
    # A little of the body may be made up by stretching the last row (as a rotated scan is), not half of it.
    shift[1] += max(0.0, (y0 + height) - bottom - rng.uniform(0, 0.25) * height)
    matrix = np.column_stack([linear, shift]).astype(np.float32)
    return matrix, (round(x0), round(y0), round(x0 + width), round(y0 + height))


def compose(rng: Generator, people: list[Person], weights: NDArray[np.float64]) -> Sample:
    """Draw one sample."""
    person = people[rng.choice(len(people), p=weights)]
    rows, cols = FINE
    matrix, (x0, y0, x1, y1) = framing(rng, person)

    def warped(a: Bytes, by: Floats, flags: int = cv2.INTER_LINEAR) -> Bytes:
        return np.asarray(cv2.warpAffine(a, by, (cols, rows), flags=flags, borderMode=cv2.BORDER_REPLICATE))

    if math.hypot(matrix[0, 0], matrix[1, 0]) < 0.7:  # minify without aliasing
        k = 0.5
        small = [
            cv2.resize(a, None, fx=k, fy=k, interpolation=cv2.INTER_AREA)
            for a in (person.rgb, person.foreground, person.alpha)
        ]
        step = matrix.copy()
        step[:, :2] /= k
        rgb, foreground, alpha = (warped(a, step) for a in small)
    else:
        rgb, foreground, alpha = (warped(a, matrix) for a in (person.rgb, person.foreground, person.alpha))
    classes = warped(person.classes, matrix, cv2.INTER_NEAREST)
    a = alpha.astype(np.float32) / 255
    front = foreground.astype(np.float32) / 255
    shares = np.stack(
        [cv2.GaussianBlur((classes == k).astype(np.float32), (0, 0), 0.7) for k in (SKIN, HAIR, CLOTHES)], -1
    )
    shares *= a[..., None]
    middle, size, axes = face_frame(person.mesh)
    if matrix[0, 0] * matrix[1, 1] - matrix[0, 1] * matrix[1, 0] < 0:
        axes = axes * np.array([[-1], [1]], np.float32)
    # Face frame to canvas: origin between the pupils, unit the face size.
    linear = (matrix[:, :2] @ axes.T) * size
    place = np.column_stack([linear, matrix[:, :2] @ middle + matrix[:, 2]]).astype(np.float32)
    unit = float(math.hypot(linear[0, 0], linear[1, 0]))

    own_scene = rng.random() < 0.22
    trusted = person.trusted
    if own_scene:
        picture = rgb.astype(np.float32) / 255
        if rng.random() < 0.25:
            whole = a[..., None]
            back = picture * (1 - whole)
            covered = front.copy()
            cover(rng, covered, shares, place)
            mask = np.clip(shares.sum(-1, keepdims=True), 0, 1)
            picture = np.where(mask > whole, covered * mask + picture * (1 - mask), covered * whole + back)
    else:
        for kind, chance in ((CLOTHES, 0.5), (HAIR, 0.25), (SKIN, 0.25)):
            if trusted and rng.random() < chance:
                recolour(rng, front, shares, kind)
        if rng.random() < 0.2:
            cover(rng, front, shares, place)
        mass = cv2.sumElems(shares)
        sums = shares.reshape(-1, 3).T @ front.reshape(-1, 3)
        tones = {k: sums[k - 1] / mass[k - 1] for k in (SKIN, HAIR, CLOTHES) if mass[k - 1] > 200}
        back, plain = scene(rng, people, tones)
        whole = np.clip(shares.sum(-1), 0, 1)
        if rng.random() < (0.4 if plain else 0.15):  # the shadow that the head throws on the wall
            shift = np.array(
                [[1, 0, unit * rng.uniform(-0.8, 0.8)], [0, 1, unit * rng.uniform(-0.25, 0.5)]], np.float32
            )
            shade = cv2.GaussianBlur(
                cv2.warpAffine(whole, shift, (cols, rows), borderMode=cv2.BORDER_REPLICATE),
                (0, 0),
                unit * rng.uniform(0.02, 0.25),
            )
            back = back * (1 - rng.uniform(0.08, 0.6) * shade)[..., None] ** (
                1 + rng.normal(0, 0.08, 3)
            ).astype(np.float32)
        elif rng.random() < 0.1:  # a lamp behind the head
            back = back + cv2.GaussianBlur(whole, (0, 0), unit * rng.uniform(0.2, 0.8))[
                ..., None
            ] * rng.uniform(0.05, 0.3)
        if rng.random() < 0.04:  # the back of a chair
            chair = polygon(
                np.array([(-2.0, 1.2), (2.0, 1.2), (2.2, 7), (-2.2, 7)], np.float32)
                * (rng.uniform(0.7, 1.3), 1)
                @ linear.T
                + place[:, 2]
            )
            back = back * (1 - chair[..., None]) + cloth(rng, place[:, 2]) * chair[..., None]
        if rng.random() < 0.15:  # light of the scene wraps around the person's edge, or the cut-out has a rim
            rim = cv2.GaussianBlur(1 - whole, (0, 0), unit * 0.05) * whole
            front = front + (back - front) * (rim * rng.uniform(0.2, 0.8))[..., None]
        edge = (
            np.clip(cv2.GaussianBlur(whole, (0, 0), rng.uniform(0.3, 1.5)), 0, 1)[..., None]
            if rng.random() < 0.3
            else whole[..., None]
        )
        picture = front * edge + back * (1 - edge)

    picture = expose(rng, picture)
    if rng.random() < 0.09:  # a print's margin or a scanner's lid
        margin = int(min(x1 - x0, y1 - y0) * rng.uniform(0.01, 0.1))
        inner = np.zeros((rows, cols), bool)
        tilt = rng.normal(0, 1.0)
        frame = np.array(
            [
                (x0 + margin, y0 + margin),
                (x1 - margin, y0 + margin),
                (x1 - margin, y1 - margin),
                (x0 + margin, y1 - margin),
            ],
            np.float32,
        )
        centre = frame.mean(0)
        c, s = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
        frame = (frame - centre) @ np.array([[c, s], [-s, c]], np.float32) + centre
        mask = np.zeros((rows, cols), np.uint8)
        cv2.fillPoly(mask, [np.round(frame).astype(np.int32)], 1)
        inner = mask.astype(bool)
        picture[~inner] = (np.ones(3), np.zeros(3), colour(rng, "white"), colour(rng, "any"))[rng.integers(4)]
        shares[~inner] = 0
    spoilt = spoil(rng, picture, unit)
    outside = np.ones((rows, cols), bool)
    outside[y0:y1, x0:x1] = False
    spoilt[outside] = 0
    shares[outside] = 0
    zoom = FINE[0] / CANVAS[0]
    half = (CANVAS[1], CANVAS[0])
    shown = np.asarray(cv2.resize(spoilt, half, interpolation=cv2.INTER_AREA), np.uint8)
    truth = cv2.resize(np.clip(shares, 0, 1), half, interpolation=cv2.INTER_AREA)
    roll = np.array([linear[0, 0], linear[1, 0]]) / unit
    where = np.array(
        [(place[0, 2] + 0.5) / zoom - 0.5, (place[1, 2] + 0.5) / zoom - 0.5, unit / zoom, roll[0], roll[1]],
        np.float32,
    )
    extent = np.array([round(x0 / zoom), round(y0 / zoom), round(x1 / zoom), round(y1 / zoom)], np.int16)
    return Sample(shown, np.round(truth * 255).astype(np.uint8), where, extent, trusted)


def source_weights(people: list[Person]) -> NDArray[np.float64]:
    """Return the chance of each photo; the many photos of one studio do not drown the other sources."""
    share = {"frll": 0.24, "canada": 0.06, "us": 0.26, "synthetic_faces": 0.30, "render": 0.14}
    counts: dict[str, int] = {}
    for person in people:
        counts[person.source] = counts.get(person.source, 0) + 1
    weights = np.array([share[p.source] / counts[p.source] for p in people])
    # Wide framings show shoulders and are rare in the studio sources.
    weights *= np.array([3.0 if p.name.endswith("_frame") else 1.0 for p in people])
    return weights / weights.sum()


HELD_OUT = frozenset(
    [
        "frll__001_",
        "frll__123_",
        "frll__062_",
        "frll__038_",
        "frll__021_",
        "frll__036_",
        "frll__081_",
        "frll__061_",
        "frll__094_",
        "frll__129_",
        "frll__034_",
        "canada__010f",
        "canada__054f",
        "canada__114m",
        "canada__095m",
        "us__020108",
        "us__029354",
        "us__021735",
        "us__031100",
        "us__021719",
    ]
)


def main() -> None:
    """Write `samples` pictures to one uncompressed archive of arrays, readable as memory maps."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("labels", type=Path)
    parser.add_argument(
        "out", type=Path, help="folder for pictures.npy, shares.npy, place.npy, extent.npy, trusted.npy"
    )
    parser.add_argument("--samples", type=int, default=40000)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--stop", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--without", action="append", default=[], help="leave out a whole source")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    people = load_people(args.labels, HELD_OUT, frozenset(args.without))
    weights = source_weights(people)
    args.out.mkdir(parents=True, exist_ok=True)
    shapes = {
        "pictures": ((*CANVAS, 3), np.uint8),
        "shares": ((*CANVAS, 3), np.uint8),
        "place": ((5,), np.float32),
        "extent": ((4,), np.int16),
        "trusted": ((), np.bool_),
    }
    maps = {}
    for key, (shape, dtype) in shapes.items():
        path = args.out / f"{key}.npy"
        mode = "r+" if path.exists() else "w+"
        maps[key] = np.lib.format.open_memmap(
            path,
            mode=mode,
            dtype=dtype if mode == "w+" else None,
            shape=(args.samples, *shape) if mode == "w+" else None,
        )
    for index in range(args.start, args.stop or args.samples):
        sample = compose(np.random.default_rng([args.seed, index]), people, weights)
        maps["pictures"][index], maps["shares"][index] = sample.picture, sample.shares
        maps["place"][index], maps["extent"][index], maps["trusted"][index] = (
            sample.place,
            sample.extent,
            sample.trusted,
        )
    print(f"{len(people)} photos, samples {args.start} to {args.stop or args.samples} in {args.out}")


if __name__ == "__main__":
    main()
