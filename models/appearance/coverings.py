"""Drawn on faces: hair, glasses, dark lenses, glare, masks, scarves, hands, hats, cloths.

All pictures are RGB, float32, 0-255, `SIDE` px square, with the pupils level and `INTER_EYE` px apart; points
are those of :mod:`icao_check.landmarks`. Shading, texture and edges vary, and what is drawn goes through the
same camera as the rest, so that a network cannot find the seam. Each function returns a new picture.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from icao_check.landmarks import GROUPS
from models.faces.views import colour, grain, texture

SIDE = 256
INTER_EYE = 64.0

Image = np.ndarray
Points = np.ndarray
Generator = np.random.Generator


def fill(image: Image, alpha: Image, paint: Image) -> Image:
    """Lay paint over a picture."""
    return np.asarray(image * (1 - alpha[..., None]) + paint * alpha[..., None], np.float32)


def polygon(corners: np.ndarray, soft: float) -> Image:
    """Return the mask of a polygon with soft edges."""
    mask = np.zeros((SIDE, SIDE), np.float32)
    cv2.fillPoly(mask, [np.rint(corners * 16).astype(np.int32)], 1.0, cv2.LINE_8, 4)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), soft), np.float32)


def smooth(corners: np.ndarray, count: int = 48) -> np.ndarray:
    """Return a closed curve through some corners, rounded."""
    closed = np.concatenate([corners, corners[:1]])
    at = np.linspace(0, len(corners), count, endpoint=False)
    dense = np.stack([np.interp(at, np.arange(len(closed)), closed[:, k]) for k in (0, 1)], axis=1)
    wide = np.concatenate([dense[-4:], dense, dense[:4]])
    return np.stack([np.convolve(wide[:, k], np.ones(9) / 9, "valid") for k in (0, 1)], axis=1)


def fabric(rng: Generator, image: Image, donor: Image) -> Image:
    """Return a surface of cloth, paper or plastic: one colour, a pattern, or clothes of another picture."""
    if rng.random() < 0.3:  # the lower corners of a portrait show clothes
        size = int(rng.uniform(24, 60))
        x = int(rng.choice([0, SIDE - size]))
        piece = donor[SIDE - size :, x : x + size]
        paint = cv2.resize(piece, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
        paint = paint * rng.uniform(0.6, 1.4)
    else:
        base = (
            colour(rng)
            if rng.random() < 0.75
            else np.full(3, rng.choice([25.0, 235.0])) + rng.normal(0, 8, 3)
        )
        paint = np.broadcast_to(np.asarray(base, np.float32), image.shape).copy()
        if rng.random() < 0.3:  # stripes, checks or dots
            y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
            angle, step = rng.uniform(0, math.pi), rng.uniform(3, 22)
            wave = np.sin((x * math.cos(angle) + y * math.sin(angle)) / step * 2 * math.pi)
            if rng.random() < 0.5:
                wave = wave * np.sin((y * math.cos(angle) - x * math.sin(angle)) / step * 2 * math.pi)
            paint = fill(
                paint, (wave > rng.uniform(-0.3, 0.6)).astype(np.float32), np.float32(1) * colour(rng)
            )
    paint = paint * (1 + 0.01 * rng.uniform(0, 6) * grain(rng, paint.shape))
    folds: np.ndarray = cv2.GaussianBlur(texture(rng, SIDE).astype(np.float32), (0, 0), rng.uniform(1, 7))
    folds = folds / max(float(folds.std()), 1e-6)
    return np.asarray(paint * (1 + rng.uniform(0, 0.12) * folds)[..., None], np.float32)


def light_of(image: Image, rng: Generator) -> Image:
    """Return the broad light of a picture as a factor about 1, to shade what is drawn on it."""
    small = cv2.resize(image, (SIDE // 8, SIDE // 8), interpolation=cv2.INTER_AREA).mean(axis=2)
    grey = cv2.GaussianBlur(small, (0, 0), 2.7)
    factor = np.clip(grey / max(float(np.median(grey)), 1.0), 0.4, 1.6) ** np.float32(rng.uniform(0.2, 0.8))
    return np.asarray(cv2.resize(factor, (SIDE, SIDE)), np.float32)[..., None]


def shadow(rng: Generator, image: Image, alpha: Image) -> Image:
    """Darken the surroundings of what lies on a face."""
    cast = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(2, 7))
    cast = np.roll(cast, (int(rng.integers(-1, 5)), int(rng.integers(-3, 4))), (0, 1))
    return np.asarray(image * (1 - rng.uniform(0, 0.5) * cast)[..., None], np.float32)


def lay(rng: Generator, image: Image, alpha: Image, paint: Image) -> Image:
    """Lay something on a face with its shadow and in its light."""
    return fill(shadow(rng, image, alpha), alpha, paint * light_of(image, rng))


def hot_spots(rng: Generator, image: Image, points: Points) -> Image:
    """Let skin shine on the forehead, the nose or a cheek, close to the eyes at times."""
    result = image
    for _ in range(int(rng.integers(1, 4))):
        at = points[int(rng.integers(2))] + rng.normal(0, 18, 2) + (0, rng.choice([-30.0, 25.0]))
        a = np.linspace(0, 2 * math.pi, 24, endpoint=False)
        size = rng.uniform(4, 20, 2)
        spot = polygon(at + np.stack([np.cos(a), np.sin(a)], axis=1) * size, float(size.min()) / 2.5)
        result = fill(result, spot * rng.uniform(0.3, 0.95), np.full_like(image, 250.0))
    return result


def hair_colour(rng: Generator, image: Image, points: Points) -> np.ndarray:
    """Return the colour of the hair of the picture, or any."""
    x, y = points[GROUPS["crown"][0]]
    if rng.random() < 0.6 and 0 <= y < SIDE and 0 <= x < SIDE:
        patch = image[max(int(y) - 3, 0) : int(y) + 4, max(int(x) - 12, 0) : int(x) + 13]
        return np.asarray(np.median(patch.reshape(-1, 3), axis=0))
    tones = [
        (20, 18, 18),
        (45, 32, 25),
        (90, 62, 40),
        (160, 125, 80),
        (205, 180, 135),
        (140, 70, 35),
        (170, 170, 170),
    ]
    return np.array(tones[rng.integers(len(tones))], float) * rng.uniform(0.7, 1.3)


def hair(rng: Generator, image: Image, points: Points, over_eye: bool) -> Image:
    """Let strands and locks fall from the forehead: over an eye, or beside and above the eyes."""
    tone = hair_colour(rng, image, points)
    side = int(rng.integers(2))
    eye = points[side].astype(float)
    outward = -1.0 if side == 0 else 1.0
    result = image
    alpha = np.zeros((SIDE, SIDE), np.float32)
    paint = np.broadcast_to(tone.astype(np.float32), image.shape).copy()
    count = int(rng.uniform(12, 110)) if over_eye else int(rng.uniform(5, 90))
    lock = rng.random() < 0.5
    start0 = np.array([eye[0] + outward * rng.uniform(-45, 20), eye[1] - rng.uniform(50, 85)])
    if over_eye:
        end0 = np.add(eye, (outward * rng.uniform(-8, 16), rng.uniform(6, 60)))
        knee0 = np.add(eye, (outward * rng.uniform(-10, 12), rng.uniform(-14, 2)))
    else:
        reach = rng.random()
        end0 = np.add(eye, (outward * rng.uniform(-40, 55), -rng.uniform(19, 40)))
        knee0 = (start0 + end0) / 2 + rng.normal(0, 6, 2)
        if reach < 0.5:  # beside the eye, down the cheek
            end0 = np.add(eye, (outward * rng.uniform(36, 50), rng.uniform(0, 80)))
            knee0 = np.add(eye, (outward * rng.uniform(32, 48), -rng.uniform(20, 40)))
            start0[0] = eye[0] + outward * rng.uniform(5, 40)
    spread = rng.uniform(2, 6) if over_eye else rng.uniform(1, 3)
    t = np.linspace(0, 1, 14)[:, None]
    for _ in range(count):
        start = start0 + rng.normal(0, spread * (1.5 if lock else 2.5), 2)
        end, knee = end0 + rng.normal(0, spread, 2), knee0 + rng.normal(0, spread * 0.7, 2)
        if not over_eye:
            end[1] = min(end[1], eye[1] - 17) if abs(end[0] - eye[0]) < 34 else end[1]
        curve = (1 - t) ** 2 * start + 2 * t * (1 - t) * knee + t**2 * end
        shade = rng.uniform(0.6, 1.35)
        line = np.rint(curve * 16).astype(np.int32)
        width = int(rng.integers(1, 3))
        x0, y0 = np.maximum(curve.min(axis=0).astype(int) - 3, 0)
        x1, y1 = np.clip(curve.max(axis=0).astype(int) + 4, 1, SIDE)
        if x1 <= x0 or y1 <= y0:
            continue
        box = np.s_[y0:y1, x0:x1]
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        cv2.polylines(mask, [line - np.array([x0, y0], np.int32) * 16], False, 255, width, cv2.LINE_AA, 4)
        part = mask.astype(np.float32) / 255 * rng.uniform(0.6, 1)
        paint[box] = paint[box] * (1 - part[..., None]) + tone.astype(np.float32) * shade * part[..., None]
        alpha[box] = np.maximum(alpha[box], part)
    return lay(rng, result, alpha, paint)


def lens_outlines(rng: Generator, points: Points, lenses: str) -> list[np.ndarray]:
    """Return the outlines of two lenses: round, oval, square or like drops; clear ones may cross the eyes."""
    wide, high = rng.uniform(19, 30), rng.uniform(12, 24)
    square, drop, slant = rng.uniform(2, 5), rng.uniform(0, 0.35), rng.uniform(-0.1, 0.15)
    lower, apart = rng.uniform(-2, 6), rng.uniform(-1, 4)
    if lenses == "clear" and rng.random() < 0.3:  # slid down the nose, or too small
        if rng.random() < 0.6:
            lower = high + rng.uniform(-6, 3)
        else:
            high = rng.uniform(4, 9)
    a = np.linspace(0, 2 * math.pi, 40, endpoint=False)
    outlines = []
    for side, outward in ((0, -1.0), (1, 1.0)):
        u = np.sign(np.cos(a)) * np.abs(np.cos(a)) ** (2 / square)
        v = np.sign(np.sin(a)) * np.abs(np.sin(a)) ** (2 / square)
        u = u * (1 - drop * np.clip(v, 0, 1))
        centre = points[side] + (outward * apart, lower)
        outlines.append(
            np.stack([centre[0] + outward * u * wide, centre[1] + v * high - u * slant * high], axis=1)
        )
    return outlines


def frame(
    rng: Generator, image: Image, outlines: list[np.ndarray], points: Points
) -> tuple[Image, float, int]:
    """Draw a frame of glasses: rims, bridge and temples.

    Returns
    -------
    image
        With the frame.
    over_eyes : float
        Largest share of the opening of an eye behind it, 0–1.
    thick : int
        Width of the rims in px.
    """
    alpha = np.zeros((SIDE, SIDE), np.float32)
    thick = int(rng.choice([1, 1, 1, 2, 2, 3, 4, 5, 6]))
    below = rng.random() < 0.8  # else without a rim below
    for outline, outward in zip(outlines, (-1, 1), strict=True):
        line = np.rint(outline * 16).astype(np.int32)
        cv2.polylines(alpha, [line if below else line[20:]], below, 1.0, thick, cv2.LINE_AA, 4)
        outer = outline[0]
        ear = (outer[0] + outward * rng.uniform(14, 24), outer[1] - rng.uniform(0, 6))
        temple = np.rint(np.array([outer, ear]) * 16).astype(np.int32)
        cv2.polylines(alpha, [temple], False, 1.0, thick, cv2.LINE_AA, 4)
    bridge = np.array(
        [outlines[0][20], (points[0] + points[1]) / 2 - (0, rng.uniform(0, 6)), outlines[1][20]]
    )
    cv2.polylines(alpha, [np.rint(bridge * 16).astype(np.int32)], False, 1.0, thick, cv2.LINE_AA, 4)
    tone = np.asarray(
        colour(rng) if rng.random() < 0.3 else rng.choice([15.0, 40.0, 90.0, 190.0]) * np.ones(3)
    )
    alpha = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(0.4, 0.8)) * rng.uniform(0.6, 1)
    over = 0.0
    for side in ("left", "right"):
        lids = [*GROUPS[f"{side}_upper_lid"], *GROUPS[f"{side}_lower_lid"][::-1]]
        opening = polygon(points[lids].astype(float), 0.3)
        over = max(over, float((np.clip(alpha, 0, 1) * opening).sum() / max(float(opening.sum()), 1.0)))
    return fill(image, np.clip(alpha, 0, 1), np.float32(1) * tone.astype(np.float32)), over, thick


def glasses(rng: Generator, image: Image, points: Points, lenses: str) -> tuple[Image, float, int]:
    """Put glasses on: lenses are ``clear``, ``dark`` or carry ``glare`` over the eyes.

    Returns what :func:`frame` does.
    """
    outlines = lens_outlines(rng, points, lenses)
    result = image
    y = np.linspace(0, 1, SIDE, dtype=np.float32)[:, None] - 0.5
    for outline in outlines:
        inside = polygon(outline, 0.7)
        if lenses == "dark":
            tint = colour(rng) * rng.uniform(0.05, 0.4)
            strength = np.clip(
                rng.uniform(0.62, 1.0) - rng.uniform(0, 2.5) * y * (rng.random() < 0.4), 0.5, 1
            )
            result = fill(result, inside * np.float32(1) * strength, np.float32(1) * tint.astype(np.float32))
        elif rng.random() < 0.6:  # a clear lens takes or gives a little light
            result = fill(
                result, inside * rng.uniform(0, 0.12), np.full_like(image, rng.choice([0.0, 255.0]))
            )
        shine = lenses == "glare" or rng.random() < (0.35 if lenses == "dark" else 0.25)
        if shine:
            centre = outline.mean(axis=0)
            near = lenses == "glare"
            reach = np.abs(outline - centre).max(axis=0)
            off = (
                rng.normal(0, 0.22, 2)
                if near
                else np.array([rng.choice([-1, 1]) * 0.75, rng.choice([-1, 1]) * 0.7])
            )
            size = rng.uniform(0.28, 0.95, 2) if near else rng.uniform(0.04, 0.14, 2)
            spot = centre + off * reach
            if rng.random() < 0.5:
                a = np.linspace(0, 2 * math.pi, 24, endpoint=False) + rng.uniform(0, 3)
                spot = spot + np.stack([np.cos(a), np.sin(a)], 1) * size * reach
            else:  # a window or a lamp
                lean = rng.normal(0, 0.25)
                box = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * size * reach
                spot = spot + np.stack([box[:, 0] + lean * box[:, 1], box[:, 1] + 0.3 * lean * box[:, 0]], 1)
            mask = polygon(spot, rng.uniform(0.6, 2.5)) * inside * rng.uniform(0.72 if near else 0.4, 1)
            tone = np.array([250.0, 250, 250]) - np.abs(rng.normal(0, 10, 3))
            result = fill(result, mask, np.float32(1) * tone.astype(np.float32))
    return frame(rng, result, outlines, points)


def mask_over_mouth(rng: Generator, image: Image, points: Points, donor: Image) -> Image:
    """Cover mouth and chin, perhaps the nose: a mask, a scarf, a collar."""
    left, right = points[[*GROUPS["left_jaw"]]], points[[*GROUPS["right_jaw"]]]
    chin = points[GROUPS["chin"][0]]
    nose, under = (
        points[[*GROUPS["left_nose_bridge"], *GROUPS["right_nose_bridge"]]].mean(0),
        points[GROUPS["subnasale"][0]],
    )
    top = under + (
        rng.uniform(-0.1, 0.95) * (nose - under) if rng.random() < 0.7 else np.array([0, rng.uniform(0, 4)])
    )
    rise = rng.uniform(-4, 16)
    sides = [left[0] + (-4, rng.uniform(-10, 6)), right[0] + (4, rng.uniform(-10, 6))]
    if rng.random() < 0.55:  # a mask: down to the chin
        bottom = [right[2] + (3, 3), np.add(chin, (0, rng.uniform(1, 9))), left[2] + (-3, 3)]
    else:  # a scarf or a collar: down to the edge
        bottom = [np.array([SIDE - 1.0, SIDE + 5]), np.array([0.0, SIDE + 5])]
    corners = np.array(
        [
            sides[0],
            (top + sides[0]) / 2 + (0, -rise / 2),
            top,
            (top + sides[1]) / 2 + (0, -rise / 2),
            sides[1],
            *bottom,
        ]
    )
    alpha = polygon(smooth(corners) if rng.random() < 0.7 else corners, rng.uniform(0.5, 1.6))
    paint = fabric(rng, image, donor)
    x = np.linspace(-2, 2, SIDE, dtype=np.float32)[None, :, None]
    paint = paint * (1 - rng.uniform(0, 0.12) * x**2)
    if rng.random() < 0.5:  # pleats
        y = np.arange(SIDE, dtype=np.float32)[:, None, None]
        paint = paint * (1 + rng.uniform(0, 0.12) * np.sin(y / rng.uniform(1.5, 5)))
    result = lay(rng, image, alpha, np.asarray(paint, np.float32))
    if rng.random() < 0.4:
        straps = np.zeros((SIDE, SIDE), np.float32)
        for at, ear in (
            (sides[0], points[GROUPS["left_ear"][0]]),
            (sides[1], points[GROUPS["right_ear"][0]]),
        ):
            cv2.polylines(
                straps, [np.rint(np.array([at, ear]) * 16).astype(np.int32)], False, 1.0, 1, cv2.LINE_AA, 4
            )
        result = fill(result, straps, np.full_like(image, rng.uniform(120, 250)))
    return result


def hand(rng: Generator, image: Image, points: Points, at: np.ndarray) -> Image:
    """Lay fingers over a place of the face, in its own skin."""
    cheek = points[[*GROUPS["left_cheek"], *GROUPS["right_cheek"]]].mean(axis=0)
    x, y = np.clip(cheek, 4, SIDE - 5).astype(int)
    skin = np.median(image[y - 4 : y + 5, x - 4 : x + 5].reshape(-1, 3), axis=0) * rng.uniform(0.8, 1.15)
    alpha = np.zeros((SIDE, SIDE), np.float32)
    shade = np.ones((SIDE, SIDE), np.float32)
    angle = rng.uniform(-0.9, 0.9) + (0 if rng.random() < 0.5 else math.pi)
    axis = np.array([math.cos(angle), math.sin(angle)])
    across = np.array([-axis[1], axis[0]])
    thick = rng.uniform(11, 17)
    for k in range(int(rng.integers(2, 5))):
        tip = at + across * (k - 1.4) * thick * 1.02 + axis * rng.normal(8, 4)
        root = tip - axis * rng.uniform(60, 130) + rng.normal(0, 2, 2)
        one = np.zeros((SIDE, SIDE), np.uint8)
        ends = np.rint(np.array([tip, root]) * 16).astype(np.int32)
        cv2.polylines(one, [ends], False, 255, int(thick), cv2.LINE_AA, 4)
        finger = cv2.GaussianBlur(one, (0, 0), 0.8).astype(np.float32) / 255
        round_ = np.clip(cv2.GaussianBlur(finger, (0, 0), thick / 4), 0, 1)
        shade = np.where(finger > 0.5, 0.62 + 0.42 * round_, shade)
        alpha = np.maximum(alpha, finger)
    paint = skin.astype(np.float32) * shade[..., None] + 2 * grain(rng, image.shape)
    return lay(rng, image, alpha, np.asarray(paint, np.float32))


def thing_over_mouth(rng: Generator, image: Image, points: Points, donor: Image) -> Image:
    """Cover the mouth with a hand, a pacifier, a cup or a card."""
    lips = points[[GROUPS["middle_upper_lip_bottom"][0], GROUPS["middle_lower_lip_top"][0]]].mean(axis=0)
    at = lips + rng.normal(0, 4, 2)
    if rng.random() < 0.5:
        return hand(rng, image, points, at)
    a = np.linspace(0, 2 * math.pi, 40, endpoint=False)
    size = np.array([rng.uniform(17, 34), rng.uniform(13, 34)])
    power = rng.uniform(2, 6)
    outline = (
        at
        + np.stack(
            [
                np.sign(np.cos(a)) * np.abs(np.cos(a)) ** (2 / power),
                np.sign(np.sin(a)) * np.abs(np.sin(a)) ** (2 / power),
            ],
            axis=1,
        )
        * size
    )
    result = lay(rng, image, polygon(outline, 0.7), fabric(rng, image, donor))
    if rng.random() < 0.5:  # the ring or knob of a pacifier
        inner = at + (outline - at) * rng.uniform(0.25, 0.6)
        result = lay(rng, result, polygon(inner, 0.6), fabric(rng, image, donor))
    return result


def hat(rng: Generator, image: Image, points: Points, donor: Image) -> Image:
    """Put a cap, a beanie, a band or headphones on."""
    brows = points[[*GROUPS["left_brow"], *GROUPS["right_brow"]]][:, 1].min()
    crown = points[GROUPS["crown"][0]]
    left, right = points[GROUPS["left_ear"][0]], points[GROUPS["right_ear"][0]]
    middle = (left + right) / 2
    half = float(np.linalg.norm(right - left)) / 2 * rng.uniform(1.0, 1.25)
    kind = rng.choice(["cap", "beanie", "band", "headphones"], p=[0.35, 0.35, 0.18, 0.12])
    paint = fabric(rng, image, donor)
    a = np.linspace(math.pi, 2 * math.pi, 32)
    if kind == "headphones":
        arc = np.zeros((SIDE, SIDE), np.float32)
        top = max(middle[1] - crown[1], 20) * rng.uniform(1.02, 1.15)
        line = np.stack([middle[0] + half * np.cos(a), middle[1] + top * np.sin(a)], axis=1)
        cv2.polylines(
            arc, [np.rint(line * 16).astype(np.int32)], False, 1.0, int(rng.integers(4, 10)), cv2.LINE_AA, 4
        )
        for x in (middle[0] - half, middle[0] + half):
            cv2.ellipse(
                arc,
                (int(x), int(middle[1] + 8)),
                (int(rng.uniform(6, 13)), int(rng.uniform(13, 22))),
                0,
                0,
                360,
                1.0,
                -1,
                cv2.LINE_AA,
            )
        return lay(rng, image, cv2.GaussianBlur(arc, (0, 0), 0.8), paint)
    edge = brows - rng.uniform(1, 26)
    top = crown[1] - rng.uniform(2, 26)
    dip = rng.uniform(-6, 8)
    ends = edge + rng.uniform(-4, 18)
    x = np.linspace(-1, 1, 24)
    below = np.stack([middle[0] + half * x, edge + dip * 0.3 + (ends - edge) * x**2], axis=1)
    if kind == "band":
        height = rng.uniform(8, 24)
        outline = np.concatenate([below, below[::-1] - (0, height)])
        return lay(rng, image, polygon(outline, 0.8), paint)
    dome = np.stack(
        [middle[0] + half * np.cos(a), edge + (ends - edge) + (edge - top) * np.sin(a) * 1.05], axis=1
    )
    result = lay(rng, image, polygon(np.concatenate([dome, below[::-1]]), 0.9), paint)
    if kind == "cap":
        wide, deep = half * rng.uniform(0.75, 1.35), rng.uniform(6, 17)
        b = np.linspace(0, 2 * math.pi, 40)
        brim = np.stack(
            [middle[0] + wide * np.cos(b), edge + dip + deep * np.sin(b) * np.where(np.sin(b) > 0, 1, 0.6)],
            axis=1,
        )
        result = lay(rng, result, polygon(brim, 0.8), paint * np.float32(rng.uniform(0.55, 1.1)))
    elif rng.random() < 0.5:  # a turned-up hem
        hem = np.concatenate([below, below[::-1] - (0, rng.uniform(8, 18))])
        result = lay(rng, result, polygon(hem, 0.8), paint * np.float32(rng.uniform(0.8, 1.1)))
    return result


def cloth(rng: Generator, image: Image, points: Points, donor: Image) -> Image:
    """Wrap a cloth about head and neck that leaves the face free from forehead to chin."""
    crown, chin = points[GROUPS["crown"][0]], points[GROUPS["chin"][0]]
    brows = points[[*GROUPS["left_brow"], *GROUPS["right_brow"]]][:, 1].min()
    left, right = points[list(GROUPS["left_cheek"])].mean(0), points[list(GROUPS["right_cheek"])].mean(0)
    middle = (left + right) / 2
    half = float(np.linalg.norm(right - left)) / 2
    a = np.linspace(0, 2 * math.pi, 48, endpoint=False)
    top, bottom = brows - rng.uniform(6, 26), chin[1] + rng.uniform(0, 8)
    centre = (top + bottom) / 2
    hole = np.stack(
        [middle[0] + half * rng.uniform(0.92, 1.05) * np.cos(a), centre + (bottom - top) / 2 * np.sin(a)],
        axis=1,
    )
    wide, high = half * rng.uniform(1.3, 1.7), crown[1] - rng.uniform(2, 22)
    outer = np.stack(
        [
            middle[0] + wide * np.cos(a),
            centre + np.where(np.sin(a) < 0, centre - high, 1.3 * (bottom - centre)) * np.sin(a),
        ],
        axis=1,
    )
    alpha = np.maximum(polygon(outer, 1.0), 0)
    if rng.random() < 0.8:  # down to the shoulders
        drape = np.array(
            [
                [middle[0] - wide, centre],
                [middle[0] + wide, centre],
                [middle[0] + wide * 1.5, SIDE + 9],
                [middle[0] - wide * 1.5, SIDE + 9],
            ]
        )
        alpha = np.maximum(alpha, polygon(drape, 1.0))
    alpha = np.clip(alpha - polygon(hole, 0.8), 0, 1)
    return lay(rng, image, alpha, fabric(rng, image, donor))
