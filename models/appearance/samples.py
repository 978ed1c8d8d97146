"""What the networks on appearance learn from: views of faces with labels, some of them covered."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.face.appearance import EYES, FACE, HEADS, QUANTITIES, View
from icao_check.landmarks import GROUPS
from models.appearance import coverings, eyes
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
    gaze : ndarray of shape (N, 2), float32
        Degrees to the right of the picture and down, past the camera; NaN where not known.
    subjects : ndarray of str
    """

    pixels: NDArray[np.uint8]
    points: np.ndarray
    labels: NDArray[np.int8]
    gaze: NDArray[np.float32]
    subjects: NDArray[np.str_]

    @staticmethod
    def load(*files: Path) -> Heads:
        """Read what faces.py wrote."""
        parts = [np.load(file) for file in files]
        return Heads(*(np.concatenate([part[name] for part in parts]) for name in Heads.__dataclass_fields__))


@dataclass(frozen=True)
class Drawn:
    """One face, often with something drawn on it.

    Attributes
    ----------
    image : ndarray of shape (SIDE, SIDE, 3), float32
        RGB, 0-255.
    points : ndarray of shape (LANDMARK_COUNT, 2)
        In px of it.
    labels : ndarray of shape (len(HEADS),), int8
        As in :class:`Heads`.
    quantities : ndarray of shape (len(QUANTITIES),), float32
        In the units of :data:`icao_check.face.appearance.QUANTITIES`; NaN where not known.
    """

    image: np.ndarray
    points: np.ndarray
    labels: NDArray[np.int8]
    quantities: np.ndarray


def covered(rng: np.random.Generator, heads: Heads, i: int, *, below: bool = True) -> Drawn:
    """Draw something on one face, or nothing; about the eyes alone where not `below`."""
    image, points = heads.pixels[i].astype(np.float32), heads.points[i]
    donor = heads.pixels[int(rng.integers(len(heads.pixels)))].astype(np.float32)
    labels = dict(zip(HEADS, (int(v) for v in heads.labels[i]), strict=True))
    opening = lid_opening(points) if labels["dark_lenses"] == labels["eyes_covered"] == 0 else math.nan
    if rng.random() < 0.08:
        image = coverings.hot_spots(rng, image, points)
    free = all(labels[name] == 0 for name in ("eyes_closed", "eyes_covered", "dark_lenses", "glare"))
    if free and rng.random() < 0.2:  # where the eyes look says nothing about the rest
        away = rng.uniform(-25, 25), rng.uniform(-12, 12)
        image, points = eyes.turn_eyes(rng, image, points, *away)
    if rng.random() < 0.08 and free:
        image = eyes.red_pupils(rng, image, points)
    free = all(labels[name] == 0 for name in ("eyes_covered", "dark_lenses", "glare"))
    if free and labels["glasses"] == 0 and rng.random() < 0.65:
        kind = rng.choice(
            ["closed", "hair", "tuft", "clear", "dark", "glare", "hand"],
            p=[0.3, 0.12, 0.1, 0.2, 0.14, 0.1, 0.04],
        )
        lowered = 0.0
        if (kind == "closed" or (kind == "clear" and rng.random() < 0.2)) and labels["eyes_closed"] == 0:
            image, lowered = _lowered(rng, image, points)
            labels["eyes_closed"] = 1 if lowered > 0.5 else 0 if lowered < 0.3 else UNKNOWN
            opening *= 1.0 - min(lowered, 1.0)
        if kind == "tuft":
            image = coverings.hair(rng, image, points, False)
        elif kind in ("hair", "hand"):
            image = (
                coverings.hair(rng, image, points, True)
                if kind == "hair"
                else coverings.hand(rng, image, points, points[int(rng.integers(2))])
            )
            labels["eyes_covered"] = 1
            labels["eyes_closed"] = labels["frame_over_eyes"] = UNKNOWN
            opening = math.nan
        elif kind in ("clear", "dark", "glare"):
            image, over, thick = coverings.glasses(rng, image, points, str(kind))
            labels["glasses"] = 1
            certain = 1 if over > 0.12 or thick >= 4 else 0 if over < 0.02 and thick <= 2 else UNKNOWN
            labels["frame_over_eyes"] = certain if kind == "clear" else UNKNOWN
            if over > 0.05:
                labels["eyes_covered"] = 1 if over > 0.25 else UNKNOWN
            if kind != "clear":
                labels["dark_lenses" if kind == "dark" else "glare"] = 1
                labels["eyes_closed"] = labels["eyes_covered"] = UNKNOWN
                opening = math.nan
            if kind == "dark":
                labels["glare"] = UNKNOWN
    if labels["mouth_covered"] == 0 and below and rng.random() < 0.2:
        draw = coverings.mask_over_mouth if rng.random() < 0.6 else coverings.thing_over_mouth
        image, labels["mouth_covered"] = draw(rng, image, points, donor), 1
        for name in ("mouth_open", "teeth", "not_neutral"):
            labels[name] = UNKNOWN
    if labels["head_covered"] == 0 and rng.random() < (0.25 if below else 0.08):
        draw = coverings.hat if rng.random() < 0.65 else coverings.cloth
        image, labels["head_covered"] = draw(rng, image, points, donor), 1
    quantities = np.array([opening], np.float32)
    return Drawn(image, points, np.array([labels[name] for name in HEADS], np.int8), quantities)


def lid_opening(points: np.ndarray) -> float:
    """Return how far the lids of the eye that is open less are apart, in % of the inter-eye distance."""
    widest = []
    for side in ("left", "right"):
        upper, lower = (
            points[list(GROUPS[f"{side}_upper_lid"])][1:4],
            points[list(GROUPS[f"{side}_lower_lid"])],
        )
        widest.append(float(np.hypot(*(upper - lower).T).max()))
    return 100.0 * min(widest) / float(np.hypot(*(points[1] - points[0])))


def _lowered(rng: np.random.Generator, image: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, float]:
    """Lower the lids over any share of the eye, which is returned; 1 is shut."""
    share = float(rng.choice([rng.uniform(0.05, 0.5), rng.uniform(0.5, 0.8), rng.uniform(0.8, 1.05)]))
    sides = ["left", "right"] if rng.random() < 0.8 else [str(rng.choice(["left", "right"]))]
    for side in sides:
        image = eyes.close_eye(rng, image, points, side, share)
    return image, share


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
    seed: int,
    heads: Heads,
    chosen: NDArray[np.intp],
    shares: NDArray[np.float64],
    count: int,
    repeats: int,
    names: tuple[str, ...],
) -> tuple[dict[str, NDArray[np.uint8]], NDArray[np.int8], NDArray[np.float32]]:
    """Return views of `count` covered faces, each photographed `repeats` times, their labels and quantities.

    Faces are drawn from `chosen` with the probabilities `shares`; `names` says for which networks.
    """
    rng = np.random.default_rng(seed)
    total = count * repeats
    views = {name: np.zeros((total, VIEWS[name].height, VIEWS[name].width, 3), np.uint8) for name in names}
    labels = np.zeros((total, len(HEADS)), np.int8)
    quantities = np.zeros((total, len(QUANTITIES)), np.float32)
    for k in range(count):
        drawn = covered(rng, heads, int(rng.choice(chosen, p=shares)), below="face" in names)
        for row in range(k * repeats, (k + 1) * repeats):
            mirror = bool(rng.random() < 0.5)
            labels[row], quantities[row] = drawn.labels, drawn.quantities
            for name in names:
                view = VIEWS[name]
                piece = view_of(rng, drawn.image, drawn.points, view, mirror).astype(np.float32)
                views[name][row] = np.clip(camera(rng, piece, view.inter_eye), 0, 255)
    return views, labels, quantities
