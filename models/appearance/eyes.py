"""Drawn on faces: lowered lids, eyes that look aside, red pupils; pictures and points as in coverings.py."""

from __future__ import annotations

import math

import cv2
import numpy as np

from icao_check.landmarks import GROUPS
from models.appearance.coverings import INTER_EYE, SIDE, Generator, Image, Points, fill
from models.faces.views import grain

# Of a mean adult: the iris is 11.7 mm wide, the pupils are 63 mm apart and lie 10.25 mm before the centre
# about which an eye turns.
IRIS = 11.7 / 2.0 / 63.0
TURN = 10.25 / 63.0


def _lids(points: Points, side: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    upper = points[list(GROUPS[f"{side}_upper_lid"])]
    lower = points[list(GROUPS[f"{side}_lower_lid"])]
    lower = np.stack([upper[0], *lower, upper[-1]])
    upper, lower = upper[np.argsort(upper[:, 0])], lower[np.argsort(lower[:, 0])]
    x = np.arange(math.ceil(upper[0, 0]), math.floor(upper[-1, 0]) + 1)
    return x, np.interp(x, upper[:, 0], upper[:, 1]), np.interp(x, lower[:, 0], lower[:, 1])


def close_eye(rng: Generator, image: Image, points: Points, side: str, share: float) -> Image:
    """Lower an upper lid over `share` of the eye; 1 shuts it."""
    x, upper, lower = _lids(points, side)
    if len(x) < 6:
        return image
    gap = np.maximum(lower - upper, 0.5)
    height = max(float(gap.max()), 4.0)
    edge = upper + share * gap + rng.uniform(-0.1, 0.15) * height * (share > 0.9)
    y = np.arange(SIDE, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, len(x))
    belly = np.sqrt(np.clip(1 - across**2, 0, 1))
    stretched = rng.random() < 0.6
    top = upper - rng.uniform(0.5, 1.8) * height * (0.4 * stretched + (1.0 - 0.4 * stretched) * belly)
    inside = ((y > top) & (y <= edge)).astype(np.float32)
    if stretched:  # the skin above is
        source = top + (y - top) * (np.maximum(upper - 1.5, top + 0.5) - top) / np.maximum(edge - top, 1.0)
        lid = cv2.remap(
            image,
            np.broadcast_to(x.astype(np.float32), source.shape).astype(np.float32),
            source.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
    else:  # a lid of the colour of the skin above and below, rounded by the light
        rows = np.clip([top, lower + 0.35 * height], 0, SIDE - 1).astype(int)
        smooth = cv2.GaussianBlur(image, (0, 0), 3.0, sigmaY=1.0)
        above, below = (smooth[row, x] for row in rows)
        inside = inside * np.clip((y - top) / (0.35 * height), 0, 1)
        t = np.clip((y - top) / np.maximum(edge - top, 1.0), 0, 1)[..., None]
        lid = above * (1 - t * 0.6) + below * (t * 0.6)
        lid = lid * (1 + rng.uniform(-0.12, 0.15) * np.sin(t * math.pi)) * (1 - rng.uniform(0, 0.2) * t)
        lid = lid + 2 * grain(rng, lid.shape)
    layer = image.copy()
    layer[:, x] = lid
    alpha = np.zeros((SIDE, SIDE), np.float32)
    alpha[:, x] = inside
    result = fill(image, cv2.GaussianBlur(alpha, (0, 0), 0.7), layer)
    line = np.stack([x, edge], axis=1)
    lash = np.zeros((SIDE, SIDE), np.float32)
    cv2.polylines(
        lash, [np.rint(line * 16).astype(np.int32)], False, 1.0, int(rng.integers(1, 3)), cv2.LINE_AA, 4
    )
    if rng.random() < 0.6:
        for k in rng.integers(0, len(x), rng.integers(4, 22)):
            tip = line[k] + (across[k] * rng.uniform(0.5, 3), rng.uniform(1, 5))
            ends = np.rint(np.stack([line[k], tip]) * 16).astype(np.int32)
            cv2.polylines(lash, [ends], False, rng.uniform(0.4, 1), 1, cv2.LINE_AA, 4)
    dark = image[np.clip(upper.astype(int), 0, SIDE - 1), x].min(axis=0) * rng.uniform(0.4, 1.1)
    lash = cv2.GaussianBlur(lash, (0, 0), rng.uniform(0.4, 0.9)) * rng.uniform(0.4, 1)
    return fill(result, np.clip(lash, 0, 1), np.float32(1) * dark)


def red_pupils(rng: Generator, image: Image, points: Points) -> Image:
    """Let the flash shine red out of the pupils: a defect of its own, which covers nothing."""
    alpha = np.zeros((SIDE, SIDE), np.float32)
    for side in (0, 1):
        if rng.random() < 0.85:
            radius = rng.uniform(2.0, 5.5)
            centre = np.rint(points[side] * 16).astype(int).tolist()
            cv2.circle(alpha, centre, int(radius * 16), 1.0, -1, cv2.LINE_AA, 4)
    red = np.array([rng.uniform(130, 255), rng.uniform(10, 80), rng.uniform(10, 80)], np.float32)
    return fill(image, cv2.GaussianBlur(alpha, (0, 0), 0.7) * rng.uniform(0.5, 1), np.float32(1) * red)


def turn_eyes(
    rng: Generator, image: Image, points: Points, right: float, down: float
) -> tuple[Image, Points]:
    """Turn both eyes by some degrees to the right of the picture and down, behind the lids as they are.

    The white of the eye is what is seen of it, spread over the whole opening; on it the iris is drawn anew
    from its mean colour at each distance from the pupil and from its own pixels where they were seen.

    Returns
    -------
    image, points
        With the pupils and the rims of the irises moved.
    """
    result, moved = image, points.copy()
    shift = TURN * INTER_EYE * np.sin(np.radians([right, down]))
    for side in ("left", "right"):
        pupil, rim = GROUPS[f"{side}_pupil"][0], list(GROUPS[f"{side}_iris"])
        x, upper, lower = _lids(points, side)
        if len(x) < 6:
            continue
        result = _turned(rng, result, points[pupil], shift, (x, upper, lower))
        moved[[pupil, *rim]] += shift
    return result, moved


def _turned(
    rng: Generator,
    image: Image,
    centre: np.ndarray,
    shift: np.ndarray,
    lids: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> Image:
    """Turn one eye; only a window about it is looked at."""
    x, upper, lower = lids
    left, top = max(int(x[0]) - 6, 0), max(int(upper.min()) - 8, 0)
    right, bottom = min(int(x[-1]) + 7, SIDE), min(int(lower.max()) + 9, SIDE)
    window = image[top:bottom, left:right]
    height, width = window.shape[:2]
    if height < 8 or width < 8 or x[0] < 0 or x[-1] >= SIDE:
        return image
    x, upper, lower, centre = x - left, upper - top, lower - top, centre - (left, top)
    y, columns = np.mgrid[:height, :width].astype(np.float32)
    opening = np.zeros((height, width), np.float32)
    opening[:, x] = np.clip(np.minimum(y[:, x] - upper + 0.3, lower - y[:, x] + 0.3), 0, 1)
    radius = IRIS * INTER_EYE * rng.uniform(0.95, 1.08)
    before = np.hypot(columns - centre[0], y - centre[1])
    seen = opening > 0.6
    white = (seen & (before > radius * 1.12)).astype(np.float32)
    iris = seen & (before < radius)
    if white.sum() < 8 or iris.sum() < 20:
        return image
    weight = cv2.GaussianBlur(white, (0, 0), 3.0) + 1e-4
    ball = cv2.GaussianBlur(window * white[..., None], (0, 0), 3.0) + 1e-4 * window[white > 0].mean(axis=0)
    ball = ball / weight[..., None]
    ball = np.where((white > 0)[..., None] & (rng.random() < 0.7), window, ball)
    rings = np.arange(int(radius) + 2)
    nearest = np.minimum(before[iris].astype(int), len(rings) - 1)
    profile = np.array(
        [
            np.median(window[iris][nearest == k], axis=0) if (nearest == k).any() else np.full(3, np.nan)
            for k in rings
        ]
    )
    known = ~np.isnan(profile[:, 0])
    profile = np.stack([np.interp(rings, rings[known], profile[known, c]) for c in range(3)], axis=1)
    after = np.hypot(columns - centre[0] - shift[0], y - centre[1] - shift[1])
    drawn = np.stack([np.interp(after - 0.5, rings, profile[:, c]) for c in range(3)], axis=2)
    move = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float32)
    own = cv2.warpAffine(window, move, (width, height), borderMode=cv2.BORDER_REPLICATE)
    there = cv2.warpAffine((opening > 0.9).astype(np.float32), move, (width, height))
    drawn = fill(drawn.astype(np.float32), np.clip(2.0 * there - 1.0, 0, 1) * rng.uniform(0.4, 1.0), own)
    disc = np.clip(radius - after + 0.5, 0, 1).astype(np.float32)
    eye = fill(ball.astype(np.float32), cv2.GaussianBlur(disc, (0, 0), rng.uniform(0.3, 0.7)), drawn)
    # the spark stays where the lamp is
    spark = (iris & (window.min(axis=2) > window[iris].mean() + 60)).astype(np.float32)
    eye = fill(eye, cv2.GaussianBlur(spark, (0, 0), 0.5), window)
    depth = np.full((height, width), 9.0, np.float32)
    depth[:, x] = y[:, x] - upper
    eye = eye * (1.0 - rng.uniform(0.1, 0.45) * np.exp(-np.clip(depth, 0, 9) / 1.5))[..., None]
    result = image.copy()
    result[top:bottom, left:right] = fill(window, cv2.GaussianBlur(opening, (0, 0), 0.5), eye)
    return result
