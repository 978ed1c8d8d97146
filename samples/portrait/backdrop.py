"""What is behind the person: wall, its unevenness, things on it, and the shadow of the head."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from samples.portrait.camera import View
from samples.portrait.colours import from_hsv, lab_to_linear
from samples.portrait.light import LightSet, Occluder
from samples.portrait.parameters import Background
from samples.portrait.raster import draw_triangles

__all__ = ["backdrop", "shadow_on_wall"]

Floats = npt.NDArray[Any]


def backdrop(background: Background, width: int, height: int) -> Floats:
    """Paint the wall without the shadow of the person.

    Parameters
    ----------
    background : Background
        Its parameters.
    width, height : int
        Pixels.

    Returns
    -------
    ndarray of shape (height, width, 3)
        Linear RGB, float32.
    """
    b = background
    rng = np.random.default_rng([b.seed, 401])
    colour = np.maximum(lab_to_linear((b.lightness, b.a, b.b)), 0.0)
    # mm on a print of 35 x 45, one row and one column
    across = ((np.arange(width, dtype=np.float32) / max(width - 1, 1) - 0.5) * 35.0)[None, :]
    down = ((np.arange(height, dtype=np.float32) / max(height - 1, 1) - 0.5) * 45.0)[:, None]
    # even good light falls off by a percent or two
    angle = rng.uniform(0, 2 * np.pi)
    slope, bow = 0.012 * rng.random(), 0.012 * rng.random()
    tilt = float(slope * math.cos(angle)), float(slope * math.sin(angle))
    tone = 1.0 + (tilt[0] * across / 17.5 - bow * (across / 17.5) ** 2)
    tone = tone + (tilt[1] * down / 22.5 - bow * (down / 22.5) ** 2)
    u, v = np.broadcast_arrays(across, down) if b.kind != "plain" else (across, down)
    angle = rng.uniform(0, 2 * np.pi)
    pick = rng.random(6)
    if b.kind == "gradient" and b.strength > 0:
        ramp = 0.5 + 0.5 * (np.cos(angle) * u / 24.0 + np.sin(angle) * v / 24.0)
        tone *= 1.0 - (0.12 + 0.62 * b.strength) * np.clip(ramp, 0, 1)
    elif b.kind == "texture" and b.strength > 0:
        tone *= 1.0 - b.strength * _texture(u, v, pick, rng)
    elif b.kind == "lines" and b.strength > 0:
        gap = 6.0 + 6.0 * pick[0]
        thick = 0.25 + 0.5 * pick[1]
        turned = u * np.cos(0.1 * (pick[2] - 0.5)) + v * np.sin(0.1 * (pick[2] - 0.5))
        line = (np.abs((turned + 3 * pick[3]) % gap - gap / 2) < thick / 2).astype(np.float32)
        if pick[4] < 0.5:
            line = np.maximum(
                line, (np.abs((v + 4 * pick[5]) % gap - gap / 2) < thick / 2).astype(np.float32)
            )
        tone *= 1.0 - (0.15 + 0.55 * b.strength) * cv2.GaussianBlur(line, (0, 0), max(0.4, width / 827))
    wall = tone[..., None] * colour.astype(np.float32)
    if b.kind == "object" and b.strength > 0:
        wall = _with_object(wall, u, v, b.strength, rng)
    return np.ascontiguousarray(wall, np.float32)


def _texture(u: Floats, v: Floats, pick: Floats, rng: np.random.Generator) -> Floats:
    h, w = u.shape

    def noise(scale: float) -> Floats:
        small = rng.standard_normal((max(2, round(45 / scale)), max(2, round(35 / scale)))).astype(np.float32)
        return cv2.resize(small, (w, h), interpolation=cv2.INTER_CUBIC)

    kind = int(pick[0] * 4)
    if kind == 0:  # curtain
        phase = u * (1.1 + pick[1]) + 0.6 * np.sin(v / 9.0) + 0.7 * noise(12.0)
        return np.asarray(0.42 * (0.5 + 0.5 * np.sin(phase)))
    if kind == 1:  # bricks
        tall, wide = 2.6 + pick[1], 7.0 + 2 * pick[2]
        row = np.floor(v / tall)
        across = (u + 0.5 * wide * (row % 2)) % wide
        joint = (np.abs(v % tall - tall / 2) > tall / 2 - 0.22) | (
            np.abs(across - wide / 2) > wide / 2 - 0.22
        )
        return np.asarray(np.clip(0.35 * joint + 0.16 + 0.07 * noise(1.2), 0, 1), np.float32)
    if kind == 2:  # plaster
        return np.clip(0.22 + 0.13 * noise(0.8) + 0.12 * noise(2.5), 0, 1)
    grain = np.sin(v * 0.5 + 2.5 * noise(9.0)) * 0.5 + 0.5  # wood
    board = (np.abs(u % 8.0 - 4.0) > 3.88).astype(np.float32)
    return np.asarray(np.clip(0.30 * grain + 0.45 * board, 0, 1), np.float32)


def _with_object(wall: Floats, u: Floats, v: Floats, strength: float, rng: np.random.Generator) -> Floats:
    side = rng.choice([-1.0, 1.0])
    kind = int(rng.random() * 4)
    colour = from_hsv(rng.random(), 0.25 + 0.5 * rng.random(), 0.12 + 0.6 * rng.random())
    soft = 0.22
    if kind == 0:  # a picture on the wall
        x0, y0, a, b = (
            side * rng.uniform(11.5, 15),
            rng.uniform(-15, -6),
            rng.uniform(3, 6),
            rng.uniform(3, 6),
        )
        d = np.maximum(np.abs(u - x0) - a, np.abs(v - y0) - b)
    elif kind == 1:  # the edge of a door or cupboard
        d = rng.uniform(11.5, 15.5) - side * u
    elif kind == 2:  # the back of a chair
        top = rng.uniform(0, 8)
        d = np.maximum(np.abs(u) - rng.uniform(14.5, 16.8), top - v + 0.02 * u**2)
    else:  # a plant
        t = np.arctan2(v - 2, u - side * 17)
        r = np.hypot(u - side * 17, v - 2)
        d = r - (6.0 + 2.2 * np.sin(7 * t + 6 * rng.random()) + 1.0 * np.sin(17 * t))
        colour = from_hsv(0.30 + 0.06 * rng.random(), 0.6, 0.35)
    cover = np.clip(0.5 - d / soft, 0, 1)[..., None] * min(1.0, 0.35 + strength)
    shade = (0.85 + 0.15 * np.sin(u * 1.3))[..., None]
    return np.asarray(wall * (1 - cover) + cover * colour.astype(np.float32) * shade)


def shadow_on_wall(
    occluders: list[Occluder], lights: LightSet, view: View, strength: float, width: int, height: int
) -> Floats:
    """How much of the light of the wall the person leaves.

    Parameters
    ----------
    occluders : list of Occluder
        What throws the shadow.
    lights : LightSet
        The lights.
    view : View
        The camera.
    strength : float
        0 the wall is far away, 1 the head stands against it.
    width, height : int
        Pixels.

    Returns
    -------
    ndarray of shape (height, width, 3)
        Factor per channel, float32; 1 where nothing shades the wall.
    """
    distance = 130.0 + 700.0 * (1.0 - strength)
    wall = -110.0 - distance
    total = lights.colour.sum(0)
    k = 0.25
    small = (max(8, round(height * k)), max(8, round(width * k)))
    out = np.ones((*small, 3), np.float32)
    # each direction of the main light and of the fill throws its own shadow; together they make the penumbra
    for towards, colour in zip(lights.towards, lights.colour, strict=True):
        if towards[2] < 0.12:
            continue
        near = np.zeros(small, np.float32)
        index = np.empty(small, np.int32)
        for occluder in occluders:
            p = occluder.points
            hit = p - towards * ((p[:, 2:3] - wall) / towards[2])
            screen = view.project(hit)
            screen[:, :2] = (screen[:, :2] + 0.5) * k - 0.5
            draw_triangles(screen, occluder.triangles, np.full(len(p), -1.0), 0, near, index)
        hidden = cv2.GaussianBlur((near > 0).astype(np.float32), (0, 0), 1.0 + 0.004 * distance)
        out -= hidden[..., None] * (colour / total).astype(np.float32)
    full = cv2.resize(np.maximum(out, 0.0), (width, height), interpolation=cv2.INTER_LINEAR)
    # the wall has light of its own when it is far away
    own = 0.15 + 0.5 * (1.0 - strength)
    return (
        np.asarray(own + (1.0 - own) * full, np.float32)
        if strength > 0
        else np.ones((height, width, 3), np.float32)
    )


def softness(light_size: float, distance: float) -> float:
    """Width of a penumbra, mm: angular size of the light times distance to the wall."""
    return 2.0 * math.tan(light_size) * distance
