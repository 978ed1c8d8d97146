"""Draw what should not be on a print: ink, stamps, seals, scratches, creases, dust, holes, tape, embossing.

Every function takes a generator, a picture (H, W, 3) float32 in 0..1 that it draws on in place, and how many
pixels a millimetre of the print has; it returns how much of each pixel is covered, (H, W) float32.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["KINDS", "mark"]

Floats = NDArray[Any]  # float32
Generator = np.random.Generator

_SHIFT = 4
_FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_PLAIN,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
)
_LETTERS = "ABCDEFGHIKLMNOPRSTUVZabcdefghiklmnoprstuvz0123456789-./ "


def ink(rng: Generator) -> Floats:
    """Return the colour of an ink: blue, black, red, green, violet or any dark one."""
    draw = rng.random()
    if draw < 0.3:
        base = np.array([0.08, 0.12, 0.5]) * rng.uniform(0.5, 1.4)
    elif draw < 0.5:
        base = np.full(3, rng.uniform(0.02, 0.25))
    elif draw < 0.65:
        base = np.array([0.6, 0.08, 0.12]) * rng.uniform(0.6, 1.4)
    elif draw < 0.75:
        base = np.array([0.05, 0.4, 0.2]) * rng.uniform(0.6, 1.4)
    elif draw < 0.83:
        base = np.array([0.35, 0.12, 0.5]) * rng.uniform(0.6, 1.4)
    else:
        base = rng.uniform(0.0, 0.8, 3)
    return np.clip(base + rng.normal(0, 0.03, 3), 0, 1).astype(np.float32)


def thick(rng: Generator, mm: float, low: float = 0.1, high: float = 1.5) -> float:
    """Return the width of a line in px: from `low` to `high` mm, thin ones more often."""
    return math.exp(rng.uniform(math.log(low), math.log(high))) * mm


def line(mask: Floats, points: Floats, width: float, strength: float = 1.0, closed: bool = False) -> None:
    """Draw a polyline on a mask, in place; lines thinner than a pixel are drawn fainter."""
    layer: Floats = np.zeros(mask.shape, np.uint8)
    whole = max(1, round(width))
    value = strength * min(1.0, width / whole) * 255
    cv2.polylines(
        layer,
        [np.round(points * 2**_SHIFT).astype(np.int32)],
        closed,
        round(value),
        whole,
        cv2.LINE_AA,
        _SHIFT,
    )
    np.maximum(mask, layer.astype(np.float32) / 255, out=mask)


def smooth(points: Floats, count: int) -> Floats:
    """Return a smooth curve through some points."""
    at = np.linspace(0, 1, len(points))
    fine = np.linspace(0, 1, count)
    curve = np.stack([np.interp(fine, at, points[:, k]) for k in (0, 1)], -1)
    reach = max(3, count // len(points)) | 1
    kernel = np.hanning(reach + 2)[1:-1]
    kernel /= kernel.sum()
    padded = np.pad(curve, ((reach // 2, reach // 2), (0, 0)), mode="edge")
    return np.stack([np.convolve(padded[:, k], kernel, "valid") for k in (0, 1)], -1).astype(np.float32)


def lay(rng: Generator, picture: Floats, mask: Floats, colour: Floats, opacity: float) -> None:
    """Blend a colour over the picture, or let it darken what lies below, in place."""
    share = (mask * np.float32(opacity))[..., None]
    if rng.random() < 0.4:
        picture *= 1 - share * (1 - colour)
    else:
        picture += (colour - picture) * share


def spot(rng: Generator, mask: Floats) -> Floats:
    """Return a place on the picture; the middle is as likely as the rim."""
    h, w = mask.shape
    return np.array([rng.uniform(0.02, 0.98) * w, rng.uniform(0.02, 0.98) * h], np.float32)


def worn(rng: Generator, mask: Floats) -> None:
    """Take ink off in places, as a dry pen and an uneven stamp do, in place."""
    size = rng.uniform(2, 14)
    coarse = rng.uniform(0, 1, (max(2, int(mask.shape[0] / size)), max(2, int(mask.shape[1] / size))))
    full = cv2.resize(coarse.astype(np.float32), mask.shape[::-1], interpolation=cv2.INTER_LINEAR)
    mask *= np.clip((full - rng.uniform(0, 0.35)) / rng.uniform(0.1, 0.4), 0, 1)


def pen(rng: Generator, picture: Floats, mm: float) -> Floats:
    """Draw ball-pen and felt strokes: scribbles, loops, crosses, underlines, initials, circles."""
    mask: Floats = np.zeros(picture.shape[:2], np.float32)
    width = thick(rng, mm, 0.12, 1.2)
    for _ in range(rng.integers(1, 4)):
        start = spot(rng, mask)
        size = rng.uniform(1.5, 16) * mm
        kind = rng.integers(8)
        t = np.linspace(0, 1, int(rng.integers(20, 120)))
        turn = rng.uniform(0, math.pi)
        if kind == 0:  # a wandering stroke, sharp or smooth
            walk = start + np.cumsum(rng.normal(0, size * 0.35, (rng.integers(3, 14), 2)), 0)
            curve = smooth(walk, 80) if rng.random() < 0.6 else walk
        elif kind == 1:  # zigzag
            side = np.where(np.arange(len(t)) % 2, 1.0, -1.0) * rng.uniform(0.2, 1.0, len(t))
            curve = np.stack([t * 2 - 1, side * rng.uniform(0.1, 0.6)], -1) * size + start
            curve = curve[:: max(1, len(t) // 25)]
        elif kind == 2:  # loops, as of a signature
            rate = rng.uniform(2, 7)
            x = t * rng.uniform(1, 3) - 1 + 0.3 * np.cos(2 * math.pi * rate * t + rng.uniform(0, 6))
            y = (
                rng.uniform(0.2, 0.6)
                * np.sin(2 * math.pi * rate * t)
                * np.interp(t, np.linspace(0, 1, 6), rng.uniform(0.2, 1, 6))
            )
            curve = np.stack([x, y], -1) * size * 0.5 + start
        elif kind == 3:  # cross or tick
            a = rng.uniform(-1, 1, (2, 2)) * size * 0.6
            line(mask, start + np.stack([-a[0], a[0]]), width)
            curve = start + np.stack([-a[1], a[1]])
        elif kind == 4:  # a stroke with a ruler, or nearly
            a = np.array([math.cos(turn), math.sin(turn)]) * size * rng.uniform(1, 3)
            curve = smooth(np.stack([start - a, start + rng.normal(0, 0.03, 2) * size, start + a]), 30)
        elif kind == 5:  # an oval around something
            a = np.linspace(0, rng.uniform(1.7, 2.4) * math.pi, 60)
            grow = 1 + rng.normal(0, 0.04) * a
            curve = np.stack([np.cos(a) * grow, np.sin(a) * grow * rng.uniform(0.4, 1.2)], -1) * size + start
        elif kind == 6:  # letters
            text = "".join(rng.choice(list(_LETTERS), rng.integers(1, 6)))
            write(rng, mask, text, start, size * 0.35, turn - math.pi / 2, width)
            continue
        else:  # hatching
            for k in range(rng.integers(3, 9)):
                a = np.array([math.cos(turn), math.sin(turn)]) * size * rng.uniform(0.3, 0.6)
                along = np.array([-a[1], a[0]]) * 0.25 * k + rng.normal(0, 0.04, 2) * size
                line(mask, start + along + np.stack([-a, a]), width)
            continue
        line(mask, curve, width)
    if rng.random() < 0.2:
        worn(rng, mask)
    lay(rng, picture, mask, ink(rng), rng.uniform(0.5, 1.0))
    return mask


def write(
    rng: Generator, mask: Floats, text: str, at: Floats, height: float, turn: float, width: float
) -> None:
    """Write a line of text on a mask, in place."""
    font = _FONTS[rng.integers(len(_FONTS))]
    scale = max(height, 3) / 22 * (2 if font == cv2.FONT_HERSHEY_PLAIN else 1)
    size = max(1, round(width))
    (w, h), base = cv2.getTextSize(text, font, scale, size)
    layer: Floats = np.zeros((h + base + 2 * size + 2, max(w, 1) + 2 * size + 2), np.uint8)
    cv2.putText(layer, text, (size, h + size), font, scale, 255, size, cv2.LINE_AA)
    c, s = math.cos(turn), math.sin(turn)
    matrix = np.array([[c, -s, 0], [s, c, 0]], np.float32)
    matrix[:, 2] = at - matrix[:, :2] @ (np.array(layer.shape[::-1], np.float32) / 2)
    laid = cv2.warpAffine(layer, matrix, mask.shape[::-1]).astype(np.float32) / 255
    np.maximum(mask, laid * min(1.0, width / size), out=mask)


def seal(rng: Generator, picture: Floats, mm: float) -> Floats:
    """Draw a round, oval or many-sided seal: rings, text around, something in the middle."""
    mask: Floats = np.zeros(picture.shape[:2], np.float32)
    h, w = mask.shape
    centre = np.array([rng.uniform(-0.1, 1.1) * w, rng.uniform(-0.1, 1.1) * h], np.float32)
    radius = rng.uniform(3, 16) * mm
    squash, turn = (1.0 if rng.random() < 0.7 else rng.uniform(0.5, 0.9)), rng.uniform(0, 2 * math.pi)
    basis = np.array([[math.cos(turn), -math.sin(turn) * squash], [math.sin(turn), math.cos(turn) * squash]])

    def ring(share: float, width: float) -> None:
        sides = 90 if rng.random() < 0.9 else int(rng.integers(4, 9))
        a = np.linspace(0, 2 * math.pi, sides, endpoint=False)
        line(mask, np.stack([np.cos(a), np.sin(a)], -1) * radius * share @ basis.T + centre, width, 1.0, True)

    ring(1.0, thick(rng, mm, 0.2, 1.1))
    shares = rng.uniform(0.45, 0.95, rng.integers(0, 3))
    for share in shares:
        ring(float(share), thick(rng, mm, 0.15, 0.8))
    if rng.random() < 0.6:
        count = rng.integers(8, 30)
        for k in range(count):
            a = 2 * math.pi * k / count
            at = np.array([math.cos(a), math.sin(a)]) * radius * 0.83 @ basis.T + centre
            letter = str(rng.choice(list(_LETTERS[:-1])))
            write(rng, mask, letter, at.astype(np.float32), radius * 0.16, a + turn + math.pi / 2, 0.15 * mm)
    if rng.random() < 0.5:
        points = rng.integers(4, 12)
        turns = np.linspace(0, 2 * math.pi, 2 * points, endpoint=False)
        star = (
            np.stack([np.cos(turns), np.sin(turns)], -1)
            * (radius * 0.4 * np.where(np.arange(2 * points) % 2, 0.4, 1))[:, None]
        )
        star = star @ basis.T + centre
        if rng.random() < 0.5:
            cv2.fillPoly(mask, [np.round(star).astype(np.int32)], 1.0, cv2.LINE_8)
        else:
            line(mask, star, thick(rng, mm, 0.15, 0.5), 1.0, True)
    elif rng.random() < 0.6:
        stamp_text(rng, mask, centre, radius * 0.3, turn, mm)
    if rng.random() < 0.7:
        worn(rng, mask)
    lay(rng, picture, mask, ink(rng), rng.uniform(0.4, 0.95))
    return mask


def stamp_text(rng: Generator, mask: Floats, at: Floats, height: float, turn: float, mm: float) -> None:
    """Write one to three lines of words, numbers or a date on a mask, in place."""
    for k in range(rng.integers(1, 4)):
        if rng.random() < 0.4:
            text = f"{rng.integers(1, 32):02d} {rng.integers(1, 13):02d} {rng.integers(1990, 2030)}"
        else:
            text = "".join(rng.choice(list(_LETTERS), rng.integers(3, 14))).upper()
        down = np.array([-math.sin(turn), math.cos(turn)]) * height * 1.5 * k
        write(rng, mask, text, (at + down).astype(np.float32), height, turn, thick(rng, mm, 0.12, 0.7))


def stamp(rng: Generator, picture: Floats, mm: float) -> Floats:
    """Draw a date or text stamp, boxed or not."""
    mask: Floats = np.zeros(picture.shape[:2], np.float32)
    at, turn = spot(rng, mask), rng.normal(0, 0.35)
    height = rng.uniform(1.2, 5) * mm
    stamp_text(rng, mask, at, height, turn, mm)
    if rng.random() < 0.4:
        a, b = rng.uniform(3, 9) * height * 0.5, rng.uniform(1, 3) * height
        corners = np.array([(-a, -b), (a, -b), (a, b), (-a, b)])
        c, s = math.cos(turn), math.sin(turn)
        line(mask, corners @ np.array([[c, s], [-s, c]]) + at, thick(rng, mm, 0.15, 0.7), 1.0, True)
    if rng.random() < 0.6:
        worn(rng, mask)
    lay(rng, picture, mask, ink(rng), rng.uniform(0.4, 1.0))
    return mask


def across(rng: Generator, mask: Floats) -> Floats:
    """Return a nearly straight path: from edge to edge, or a part of it."""
    h, w = mask.shape
    ends = rng.uniform(-0.05, 1.05, (2, 2)) * (w, h)
    if rng.random() < 0.5:  # an upright or level one
        k = rng.integers(2)
        place = rng.uniform(0.03, 0.97) * (w, h)[k]
        ends[:, k] = place + rng.normal(0, 0.04, 2) * (w, h)[k]
        ends[:, 1 - k] = np.array([-0.02, 1.02]) * (w, h)[1 - k]
        if rng.random() < 0.4:
            ends[:, 1 - k] = np.sort(rng.uniform(0, 1, 2)) * (w, h)[1 - k]
    bend = (ends[0] + ends[1]) / 2 + rng.normal(0, 0.03, 2) * np.hypot(*(ends[1] - ends[0]))
    return smooth(np.stack([ends[0], bend, ends[1]]), 40)


def scratch(rng: Generator, picture: Floats, mm: float) -> Floats:
    """Draw straight or bent scratches that bare the white paper; now and then dark ones."""
    mask: Floats = np.zeros(picture.shape[:2], np.float32)
    for _ in range(rng.integers(1, 6)):
        one = np.zeros_like(mask)
        width = thick(rng, mm, 0.1, 0.8)
        path = across(rng, mask)
        if rng.random() < 0.3:  # short
            at, length = rng.random() * 0.8, int(rng.integers(5, 20))
            path = path[int(at * 40) :][:length]
        line(one, path, width)
        if rng.random() < 0.5:
            one = cv2.GaussianBlur(one, (0, 0), rng.uniform(0.3, 1.0) * max(width, 1))
        if rng.random() < 0.3:
            worn(rng, one)
        np.maximum(mask, one, out=mask)
    if rng.random() < 0.8:
        colour = np.clip(rng.uniform(0.78, 1.0) + rng.normal(0, 0.02, 3), 0, 1).astype(np.float32)
    else:
        colour = np.clip(rng.uniform(0.05, 0.5) + rng.normal(0, 0.03, 3), 0, 1).astype(np.float32)
    picture += (colour - picture) * (mask * np.float32(rng.uniform(0.4, 1.0)))[..., None]
    return mask


def crease(rng: Generator, picture: Floats, mm: float) -> Floats:
    """Draw a fold or crease: a light and a dark side, white where the paper broke."""
    mask: Floats = np.zeros(picture.shape[:2], np.float32)
    for _ in range(rng.integers(1, 3)):
        path = across(rng, mask)
        if rng.random() < 0.4:  # crumpled
            path = path + np.cumsum(rng.normal(0, 0.25 * mm, path.shape), 0)
        width = rng.uniform(0.15, 1.2) * mm
        normal = path[-1] - path[0]
        normal = np.array([-normal[1], normal[0]]) / max(float(np.hypot(*normal)), 1e-6)
        depth = rng.uniform(0.06, 0.45)
        for side, sign in ((-0.6, 1.0), (0.6, -1.0)):
            one = np.zeros_like(mask)
            line(one, path + normal * side * width, max(width, 1))
            one = cv2.GaussianBlur(one, (0, 0), 0.35 * width + 0.3)
            picture *= 1 + (one * np.float32(sign * depth))[..., None]
            np.maximum(mask, one, out=mask)
        if rng.random() < 0.6:
            crack = np.zeros_like(mask)
            line(crack, path, thick(rng, mm, 0.1, 0.5))
            worn(rng, crack)
            picture += (np.float32(rng.uniform(0.8, 1.0)) - picture) * (
                crack * np.float32(rng.uniform(0.5, 1))
            )[..., None]
            np.maximum(mask, crack, out=mask)
    return mask


def dust(rng: Generator, picture: Floats, mm: float) -> Floats:
    """Draw specks and lint, light or dark, all over the print or in one place."""
    mask: Floats = np.zeros(picture.shape[:2], np.float32)
    h, w = mask.shape
    if rng.random() < 0.6:
        places = rng.uniform(0, 1, (rng.integers(6, 60), 2)) * (w, h)
    else:
        places = spot(rng, mask) + rng.normal(0, rng.uniform(2, 6) * mm, (rng.integers(5, 40), 2))
    layer: Floats = np.zeros(mask.shape, np.uint8)
    for place in places:
        radius = thick(rng, mm, 0.05, 0.45)
        at = tuple(int(v) for v in np.round(place * 16))
        value = round(255 * min(1.0, (radius / 0.6) ** 2))
        if rng.random() < 0.85:
            cv2.circle(layer, at, max(8, round(radius * 16)), value, -1, cv2.LINE_AA, 4)
        else:
            axes = (max(8, round(radius * 16)), max(8, round(radius * 16 * rng.uniform(0.3, 0.9))))
            cv2.ellipse(layer, at, axes, rng.uniform(0, 180), 0, 360, value, -1, cv2.LINE_AA, 4)
    mask += layer.astype(np.float32) / 255
    for _ in range(rng.integers(0, 6)):  # lint and hairs
        start = spot(rng, mask)
        turn, bend = rng.uniform(0, 6.28), rng.normal(0, 0.25)
        angles = turn + bend * np.arange(10) + np.cumsum(rng.normal(0, 0.2, 10))
        step = rng.uniform(0.2, 1.0) * mm
        line(
            mask,
            smooth(start + np.cumsum(np.stack([np.cos(angles), np.sin(angles)], -1) * step, 0), 40),
            thick(rng, mm, 0.08, 0.3),
        )
    shade = rng.uniform(0.75, 1.0) if rng.random() < 0.7 else rng.uniform(0.0, 0.3)
    colour = np.clip(shade + rng.normal(0, 0.02, 3), 0, 1).astype(np.float32)
    picture += (colour - picture) * (mask * np.float32(rng.uniform(0.5, 1.0)))[..., None]
    return mask


def blot(rng: Generator, picture: Floats, mm: float) -> Floats:
    """Draw blots of ink and the rim that a drop of coffee leaves."""
    mask: Floats = np.zeros(picture.shape[:2], np.float32)
    centre = spot(rng, mask)
    for _ in range(rng.integers(1, 5)):
        radius = rng.uniform(0.5, 4) * mm
        a = np.linspace(0, 2 * math.pi, 40, endpoint=False)
        wave = np.ones_like(a)
        for k in (1, 2, 3, 5):
            wave += rng.normal(0, 0.12) * np.sin(k * a + rng.uniform(0, 6))
        shape = np.stack([np.cos(a), np.sin(a)], -1) * (radius * wave)[:, None] + centre
        if rng.random() < 0.7:
            layer: Floats = np.zeros(mask.shape, np.uint8)
            cv2.fillPoly(layer, [np.round(shape * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
            np.maximum(mask, layer.astype(np.float32) / 255, out=mask)
        else:
            line(mask, shape, thick(rng, mm, 0.2, 0.8), 1.0, True)
        centre = centre + rng.normal(0, 4, 2) * mm
    colour = ink(rng)
    if rng.random() < 0.3:
        colour = (np.array([0.45, 0.3, 0.15]) * rng.uniform(0.6, 1.5)).astype(np.float32)
    lay(rng, picture, mask, np.clip(colour, 0, 1), rng.uniform(0.4, 1.0))
    return mask


def embossing(rng: Generator, picture: Floats, mm: float) -> Floats:
    """Press a seal or letters into the paper, lit from one side; or a row of punched holes."""
    mask: Floats = np.zeros(picture.shape[:2], np.float32)
    h, w = mask.shape
    if rng.random() < 0.5:  # perforated
        at, turn = spot(rng, mask), rng.uniform(0, math.pi)
        along = np.array([math.cos(turn), math.sin(turn)]) * rng.uniform(0.8, 2.0) * mm
        radius = rng.uniform(0.15, 0.5) * mm
        layer: Floats = np.zeros(mask.shape, np.uint8)
        for k in range(rng.integers(4, 20)):
            place = tuple(int(v) for v in np.round((at + along * k) * 16))
            cv2.circle(layer, place, max(8, round(radius * 16)), 255, -1, cv2.LINE_AA, 4)
        mask = layer.astype(np.float32) / 255
        shade = np.float32(rng.uniform(0.85, 1.0) if rng.random() < 0.6 else rng.uniform(0, 0.25))
        picture += (shade - picture) * mask[..., None]
        return mask
    centre = np.array([rng.uniform(0, 1) * w, rng.uniform(0, 1) * h], np.float32)
    radius = rng.uniform(4, 14) * mm
    a = np.linspace(0, 2 * math.pi, 90, endpoint=False)
    circle = np.stack([np.cos(a), np.sin(a)], -1)
    width = rng.uniform(0.2, 0.8) * mm
    for share in (1.0, *rng.uniform(0.5, 0.95, rng.integers(0, 3))):
        line(mask, circle * radius * share + centre, width, 1.0, True)
    stamp_text(rng, mask, centre, radius * 0.3, rng.normal(0, 0.3), mm)
    soft = cv2.GaussianBlur(mask, (0, 0), 0.3 * width + 0.3)
    light = rng.uniform(0, 2 * math.pi)
    slope = math.cos(light) * cv2.Sobel(soft, cv2.CV_32F, 1, 0, None, 3) + math.sin(light) * cv2.Sobel(
        soft, cv2.CV_32F, 0, 1, None, 3
    )
    picture *= 1 + (slope * np.float32(rng.uniform(0.05, 0.2)))[..., None]
    return np.minimum(np.abs(slope), 1)


def staple(rng: Generator, picture: Floats, mm: float) -> Floats:
    """Draw a staple, the holes it left, pin holes, or a paper clip's edge."""
    mask: Floats = np.zeros(picture.shape[:2], np.float32)
    for _ in range(rng.integers(1, 3)):
        at, turn = spot(rng, mask), rng.uniform(0, math.pi)
        half = np.array([math.cos(turn), math.sin(turn)]) * rng.uniform(3, 7) * mm
        one: Floats = np.zeros_like(mask)
        if rng.random() < 0.5:
            width = rng.uniform(0.35, 0.8) * mm
            line(one, np.stack([at - half, at + half]), width)
            metal = np.float32(rng.uniform(0.35, 0.95))
            shift = np.array([[1, 0, 0.35 * width], [0, 1, 0.45 * width]], np.float32)
            shade = cv2.GaussianBlur(cv2.warpAffine(one, shift, one.shape[::-1]), (0, 0), 0.3 * width + 0.2)
            picture *= 1 - (shade * np.float32(rng.uniform(0.2, 0.6)))[..., None]
            picture += (metal - picture) * one[..., None]
            one = np.maximum(one, shade)
        else:
            radius = rng.uniform(0.2, 0.6) * mm
            layer: Floats = np.zeros(mask.shape, np.uint8)
            for place in (at - half, at + half):
                cv2.circle(
                    layer,
                    tuple(int(v) for v in place * 16),
                    max(8, round(radius * 16)),
                    255,
                    -1,
                    cv2.LINE_AA,
                    4,
                )
            one = layer.astype(np.float32) / 255
            bare = np.float32(rng.uniform(0, 0.3) if rng.random() < 0.5 else rng.uniform(0.85, 1))
            picture += (bare - picture) * one[..., None]
        np.maximum(mask, one, out=mask)
    return mask


def tape(rng: Generator, picture: Floats, mm: float) -> Floats:
    """Lay a strip of adhesive tape or fold a corner. Only rims count as covered."""
    mask: Floats = np.zeros(picture.shape[:2], np.float32)
    h, w = mask.shape
    layer: Floats = np.zeros(mask.shape, np.uint8)
    if rng.random() < 0.5:
        at, turn = spot(rng, mask), rng.uniform(0, math.pi)
        a, b = rng.uniform(6, 40) * mm, rng.uniform(2.5, 6) * mm
        c, s = math.cos(turn), math.sin(turn)
        shape = np.array([(-a, -b), (a, -b), (a, b), (-a, b)]) @ np.array([[c, s], [-s, c]]) + at
        cv2.fillPoly(layer, [np.round(shape * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        share = layer.astype(np.float32) / 255
        colour = np.clip(np.array([0.9, 0.85, 0.65]) + rng.normal(0, 0.06, 3), 0, 1).astype(np.float32)
        picture += (colour - picture) * (share * np.float32(rng.uniform(0.08, 0.4)))[..., None]
        line(mask, shape, rng.uniform(0.15, 0.4) * mm, 1.0, True)
        picture += (np.float32(rng.uniform(0.3, 1)) - picture) * (mask * np.float32(rng.uniform(0.15, 0.6)))[
            ..., None
        ]
        return mask
    corner = np.array([rng.integers(2) * w, rng.integers(2) * h], np.float64)
    inward = np.where(corner > 0, -1.0, 1.0)
    legs = rng.uniform(3, 12, 2) * mm
    edge = corner + np.array([[inward[0] * legs[0], 0], [0, inward[1] * legs[1]]])
    path = np.concatenate(
        [np.linspace(edge[0], edge[1], 12) + rng.normal(0, rng.uniform(0, 0.4) * mm, (12, 2)), corner[None]]
    )
    cv2.fillPoly(layer, [np.round(path * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    share = layer.astype(np.float32) / 255
    colour = np.clip(rng.uniform(0.75, 1.0) + rng.normal(0, 0.02, 3), 0, 1).astype(np.float32)
    picture += (colour - picture) * share[..., None]
    line(mask, path[:12], 0.5 * mm)
    picture *= 1 - (cv2.GaussianBlur(mask, (0, 0), 0.4 * mm) * np.float32(rng.uniform(0, 0.5)))[..., None]
    return mask


KINDS: dict[str, tuple[Callable[[Generator, Floats, float], Floats], float]] = {
    "pen": (pen, 0.27),
    "scratch": (scratch, 0.18),
    "seal": (seal, 0.15),
    "stamp": (stamp, 0.1),
    "crease": (crease, 0.1),
    "dust": (dust, 0.08),
    "blot": (blot, 0.03),
    "embossing": (embossing, 0.03),
    "staple": (staple, 0.03),
    "tape": (tape, 0.03),
}
"""What can be drawn, and how often."""


def mark(rng: Generator, picture: Floats, mm: float, kind: str | None = None) -> Floats:
    """Draw one thing, of a random kind where none is named; return how much of each pixel it covers."""
    if kind is None:
        kind = str(rng.choice(list(KINDS), p=[share for _, share in KINDS.values()]))
    mask = KINDS[kind][0](rng, picture, mm)
    np.clip(picture, 0, 1, out=picture)
    return mask
