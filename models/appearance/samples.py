"""What the networks on appearance learn from: views of faces with labels, some of them covered."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.face.appearance import EYES, FACE, HEADS, View
from models.appearance import coverings
from models.appearance.coverings import INTER_EYE
from models.faces.views import retouch

UNKNOWN = -1
"""Label of what is not known: it is not learnt from."""


@dataclass(frozen=True)
class Heads:
    """Faces cut out alike.

    Attributes
    ----------
    pixels : ndarray of shape (N, SIDE, SIDE, 3), uint8
        RGB.
    points : ndarray of shape (N, LANDMARK_COUNT, 2), float32
        In px of them.
    labels : ndarray of shape (N, len(HEADS)), int8
        1 where the defect is seen, 0 where it is not, `UNKNOWN`.
    subjects : ndarray of str
    """

    pixels: NDArray[np.uint8]
    points: np.ndarray
    labels: NDArray[np.int8]
    subjects: NDArray[np.str_]

    @staticmethod
    def load(*files: Path) -> Heads:
        """Read what faces.py wrote."""
        parts = [np.load(file) for file in files]
        return Heads(*(np.concatenate([part[name] for part in parts]) for name in Heads.__dataclass_fields__))


def covered(rng: np.random.Generator, heads: Heads, i: int) -> tuple[np.ndarray, NDArray[np.int8]]:
    """Return one face, often with something drawn on it, and its labels."""
    image, points = heads.pixels[i].astype(np.float32), heads.points[i]
    donor = heads.pixels[int(rng.integers(len(heads.pixels)))].astype(np.float32)
    labels = dict(zip(HEADS, (int(v) for v in heads.labels[i]), strict=True))
    if rng.random() < 0.08:
        image = coverings.hot_spots(rng, image, points)
    if rng.random() < 0.08 and labels["eyes_closed"] == labels["dark_lenses"] == 0:
        image = coverings.red_pupils(rng, image, points)
    free = all(labels[name] == 0 for name in ("eyes_covered", "dark_lenses", "glare"))
    if free and labels["glasses"] == 0 and rng.random() < 0.55:
        kind = rng.choice(
            ["closed", "hair", "tuft", "clear", "dark", "glare", "hand"],
            p=[0.3, 0.16, 0.14, 0.14, 0.12, 0.09, 0.05],
        )
        if kind == "closed" and labels["eyes_closed"] == 0:
            image, labels["eyes_closed"] = _lowered(rng, image, points)
        elif kind == "hair":
            image, labels["eyes_covered"] = coverings.hair(rng, image, points, True), 1
            labels["eyes_closed"] = UNKNOWN
        elif kind == "tuft":
            image = coverings.hair(rng, image, points, False)
        elif kind == "hand":
            image, labels["eyes_covered"] = (
                coverings.hand(rng, image, points, points[int(rng.integers(2))]),
                1,
            )
            labels["eyes_closed"] = UNKNOWN
        elif kind in ("clear", "dark", "glare"):
            if kind == "clear" and rng.random() < 0.2 and labels["eyes_closed"] == 0:
                image, labels["eyes_closed"] = _lowered(rng, image, points)
            image = coverings.glasses(rng, image, points, str(kind))
            labels["glasses"] = 1
            if kind != "clear":
                labels["dark_lenses" if kind == "dark" else "glare"] = 1
                labels["eyes_closed"] = labels["eyes_covered"] = UNKNOWN
            if kind == "dark":
                labels["glare"] = UNKNOWN
    if labels["mouth_covered"] == 0 and rng.random() < 0.2:
        draw = coverings.mask_over_mouth if rng.random() < 0.6 else coverings.thing_over_mouth
        image, labels["mouth_covered"] = draw(rng, image, points, donor), 1
        for name in ("mouth_open", "teeth", "not_neutral"):
            labels[name] = UNKNOWN
    if labels["head_covered"] == 0 and rng.random() < 0.25:
        draw = coverings.hat if rng.random() < 0.65 else coverings.cloth
        image, labels["head_covered"] = draw(rng, image, points, donor), 1
    return image, np.array([labels[name] for name in HEADS], np.int8)


def _lowered(rng: np.random.Generator, image: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, int]:
    """Lower the lids: shut or nearly so in two cases of three, else a little, which is no defect."""
    shut = rng.random() < 0.67
    share = rng.uniform(0.8, 1.05) if shut else rng.uniform(0.05, 0.3)
    sides = ["left", "right"] if rng.random() < 0.8 else [str(rng.choice(["left", "right"]))]
    for side in sides:
        image = coverings.close_eye(rng, image, points, side, share)
    return image, int(shut)


def view_of(
    rng: np.random.Generator | None,
    image: np.ndarray,
    points: np.ndarray,
    view: View,
    mirror: bool,
) -> NDArray[np.uint8]:
    """Cut the view of a network out, framed a little differently each time (`rng`)."""
    scale, angle, shift = 1.0, 0.0, np.zeros(2)
    if rng is not None:
        scale = float(np.exp(rng.normal(0, 0.04)))
        angle, shift = math.radians(rng.normal(0, 2.0)), rng.normal(0, 0.025, 2) * INTER_EYE
    middle = points[:2].mean(axis=0) + shift
    step = INTER_EYE / view.inter_eye * scale
    cosine, sine = math.cos(angle) * step, math.sin(angle) * step
    basis = np.array([[-cosine if mirror else cosine, -sine], [-sine if mirror else sine, cosine]])
    at = np.array([view.eyes_at[0] * (view.width - 1), view.eyes_at[1] * (view.height - 1)])
    matrix = np.column_stack([basis, middle - basis @ at])
    if step > 1.3:
        image = cv2.GaussianBlur(image, (0, 0), 0.4 * step)
    piece = cv2.warpAffine(
        image,
        matrix,
        (view.width, view.height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.clip(piece, 0, 255).astype(np.uint8)


def camera(rng: np.random.Generator, image: np.ndarray, unit: float = INTER_EYE) -> np.ndarray:
    """Return the picture as another camera in another light would have taken it.

    `unit` is the distance between the pupils in px.
    """
    image = retouch(rng, image, unit).astype(np.float32)
    if rng.random() < 0.35:  # light from one side
        x = np.linspace(-1, 1, image.shape[1], dtype=np.float32)[None, :, None] * rng.choice([-1.0, 1.0])
        image = image * (1 - rng.uniform(0, 0.6) / (1 + np.exp(-x / rng.uniform(0.05, 0.6)))).astype(
            np.float32
        )
    if rng.random() < 0.3:
        image = image * rng.uniform(0.45, 1.25)
    if rng.random() < 0.3:
        image = image * np.exp(rng.normal(0, 0.1, 3)).astype(np.float32)
    if rng.random() < 0.1:
        image = np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2)
    if rng.random() < 0.2:
        image = cv2.GaussianBlur(image, (0, 0), unit * rng.uniform(0.006, 0.025))
    image = np.clip(image, 0, 255)
    if rng.random() < 0.25:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))]
        data = cv2.imencode(".jpg", image.astype(np.uint8), quality)[1]
        image = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.float32)
    return np.asarray(image, np.float32)


VIEWS: dict[str, View] = {"eyes": EYES, "face": FACE}


def pool(
    seed: int, heads: Heads, chosen: NDArray[np.intp], shares: NDArray[np.float64], count: int, repeats: int
) -> tuple[dict[str, NDArray[np.uint8]], NDArray[np.int8]]:
    """Return views of `count` covered faces, each photographed `repeats` times, and their labels.

    Faces are drawn from `chosen` with the probabilities `shares`.
    """
    rng = np.random.default_rng(seed)
    total = count * repeats
    views = {name: np.zeros((total, view.height, view.width, 3), np.uint8) for name, view in VIEWS.items()}
    labels = np.zeros((total, len(HEADS)), np.int8)
    for k in range(count):
        i = int(rng.choice(chosen, p=shares))
        image, label = covered(rng, heads, i)
        for row in range(k * repeats, (k + 1) * repeats):
            labels[row] = label
            mirror = bool(rng.random() < 0.5)
            for name, view in VIEWS.items():
                piece = view_of(rng, image, heads.points[i], view, mirror).astype(np.float32)
                views[name][row] = np.clip(camera(rng, piece, view.inter_eye), 0, 255)
    return views, labels
