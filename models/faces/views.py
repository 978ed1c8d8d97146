"""Random views of the training faces: other framings, turns of the head, lights, backgrounds and coverings.

Everything is drawn from one ``numpy.random.Generator``; the same generator gives the same views.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from icao_check.face.points import EYES_TO_CHIN
from models.faces import layout
from models.faces.photos import GRID, INTER_EYE, SIDE, Faces

_CELL = SIDE / GRID


@dataclass(frozen=True)
class Framing:
    """How a network's input is cut out of a face.

    The frame of a face has its origin between the pupils, x towards the pupil on the right of the picture and
    y towards the chin, in face sizes (the mean of inter-eye distance and eye-chin distance / 1.83).
    """

    pixels: int  # side of the input
    side: float  # side of the cut-out in face sizes
    scale: float  # standard deviation of log side
    shift: float  # standard deviation of the centre, in face sizes
    turn: float  # standard deviation of the turn in the picture plane, degrees
    wild: float  # share of cut-outs turned uniformly within 45 degrees


@dataclass(frozen=True)
class View:
    """One training sample."""

    image: np.ndarray  # uint8 (S, S, 3) RGB
    points: np.ndarray  # float32 (COUNT, 2) in input px
    spread: np.ndarray  # float32 (COUNT,) in input px, NaN where unknown
    turn: (
        np.ndarray
    )  # float32 (3, 3): extra rotation in the camera's frame (x right, y down, z to the camera)
    person: np.ndarray  # float32 (S, S): 1 on the person


def rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Rotation (3, 3) for angles in degrees: yaw first, then pitch, then roll.

    The frame is x right, y down, z towards the camera. Positive yaw turns the nose to the right of the
    picture, positive pitch raises the chin, positive roll turns the head clockwise as displayed.
    """
    a, b, c = np.radians([yaw, pitch, roll])
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return about_z @ about_x @ about_y


def sample(grid: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Values of a coarse grid at canvas positions (..., 2)."""
    where = ((at + 0.5) / _CELL - 0.5).astype(np.float32)
    return cv2.remap(grid, where[..., 0], where[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


@dataclass(frozen=True)
class Turn:
    """A head turned about its centre and seen from another distance."""

    matrix: np.ndarray  # (3, 3)
    centre: np.ndarray  # (2,) canvas px
    depth: float  # height of the centre of rotation, canvas px
    eyes: float  # height of the eyes above it, canvas px
    nearness: float  # 1 / distance of the camera in canvas px

    def project(self, at: np.ndarray, height: np.ndarray) -> np.ndarray:
        """Where canvas positions (..., 2) of the given height land."""
        solid = np.concatenate([at - self.centre, (height - self.depth)[..., None]], axis=-1) @ self.matrix.T
        nearer = 1 - np.clip(solid[..., 2:] * self.nearness, -0.8, 0.5)
        return self.centre + solid[..., :2] * (1 - self.eyes * self.nearness) / nearer


def cut(image: np.ndarray, matrix: np.ndarray, size: int) -> np.ndarray:
    """Cut a square of `size` px out by area means; `matrix` (2, 3) carries its pixels to those of `image`."""
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    shrink = int(scale)
    if shrink < 2:
        return cv2.warpAffine(
            image,
            matrix,
            (size, size),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
    corners = (
        np.array([[0, 0], [size - 1, 0], [0, size - 1], [size - 1, size - 1]]) @ matrix[:, :2].T
        + matrix[:, 2]
    )
    x0, y0 = np.maximum(np.floor(corners.min(0)).astype(int) - shrink, 0)
    x0, y0 = min(x0, image.shape[1] - shrink), min(y0, image.shape[0] - shrink)
    x1 = min(int(np.ceil(corners[:, 0].max())) + 2 * shrink, image.shape[1])
    y1 = min(int(np.ceil(corners[:, 1].max())) + 2 * shrink, image.shape[0])
    x1 = x0 + max(shrink, (x1 - x0) // shrink * shrink)
    y1 = y0 + max(shrink, (y1 - y0) // shrink * shrink)
    part = cv2.resize(
        image[y0:y1, x0:x1], ((x1 - x0) // shrink, (y1 - y0) // shrink), interpolation=cv2.INTER_AREA
    )
    small = matrix / shrink
    small[:, 2] = (matrix[:, 2] - (x0, y0) - (shrink - 1) / 2) / shrink
    return cv2.warpAffine(
        part,
        small,
        (size, size),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


_GRAIN = np.random.default_rng(0).normal(0, 1, (1 << 20) + (1 << 17)).astype(np.float32)


def grain(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Return Gaussian noise of unit variance: a piece of a fixed sequence, far faster than drawing it."""
    start = int(rng.integers(1 << 20))
    return np.take(_GRAIN, np.arange(start, start + int(np.prod(shape))), mode="wrap").reshape(shape)


def texture(rng: np.random.Generator, size: int) -> np.ndarray:
    """Random pattern (size, size) in about -1..1."""
    kind = rng.integers(4)
    if kind == 0:
        cells = int(rng.integers(2, 24))
        return cv2.resize(
            rng.uniform(-1, 1, (cells, cells)).astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC
        )
    y, x = np.mgrid[:size, :size].astype(np.float32) / size
    angle, f = rng.uniform(0, np.pi), rng.uniform(2, 25)
    wave = np.sin(2 * np.pi * f * (x * math.cos(angle) + y * math.sin(angle)) + rng.uniform(0, 6)).astype(
        np.float32
    )
    if kind == 1:
        return wave
    if kind == 2:
        other = np.sin(2 * np.pi * f * (-x * math.sin(angle) + y * math.cos(angle))).astype(np.float32)
        return np.sign(wave * other)
    return cv2.GaussianBlur(grain(rng, (size, size)), (0, 0), rng.uniform(0.5, 3)) * 2


def colour(rng: np.random.Generator) -> np.ndarray:
    """Random RGB colour, often nearly neutral."""
    grey = rng.uniform(5, 250)
    return np.clip(grey + rng.normal(0, rng.choice([3, 12, 60]), 3), 0, 255).astype(np.float32)


def background(rng: np.random.Generator, size: int, faces: Faces) -> np.ndarray:
    """Draw a wall, a gradient, a pattern or a piece of another photo, float32 (size, size, 3)."""
    if rng.random() < 0.3:
        other = faces.canvas[int(rng.integers(len(faces.keys)))]
        side = int(rng.uniform(0.1, 0.35) * SIDE)
        x, y = int(rng.choice([0, SIDE - side])), int(rng.uniform(0, 0.6) * SIDE)
        piece = cv2.resize(other[y : y + side, x : x + side], (size, size), interpolation=cv2.INTER_AREA)
        return cv2.GaussianBlur(piece, (0, 0), rng.uniform(0.5, 4)).astype(np.float32)
    base = rng.uniform(200, 253) + rng.normal(0, 4, 3) if rng.random() < 0.5 else colour(rng)
    wall = np.broadcast_to(base.astype(np.float32), (size, size, 3)).copy()
    if rng.random() < 0.5:
        y, x = np.mgrid[:size, :size].astype(np.float32) / size - 0.5
        angle = rng.uniform(0, 2 * np.pi)
        wall *= (1 + rng.uniform(0, 0.8) * (x * math.cos(angle) + y * math.sin(angle)))[..., None]
    if rng.random() < 0.4:
        wall += texture(rng, size)[..., None] * rng.uniform(2, 40)
    return np.clip(wall, 0, 255)


def _fill(image: np.ndarray, alpha: np.ndarray, paint: np.ndarray) -> np.ndarray:
    alpha = alpha[..., None]
    return image * (1 - alpha) + paint * alpha


def _polygon(size: int, corners: np.ndarray, soft: float) -> np.ndarray:
    mask = np.zeros((size, size), np.float32)
    cv2.fillPoly(mask, [np.round(corners * 16).astype(np.int32)], 1.0, cv2.LINE_8, 4)
    return cv2.GaussianBlur(mask, (0, 0), soft) if soft > 0.2 else mask


def _ellipse(
    size: int, centre: np.ndarray, axes: tuple[float, float], turn: float, thickness: int
) -> np.ndarray:
    mask = np.zeros((size, size), np.float32)
    where = (int(centre[0] * 16), int(centre[1] * 16))
    cv2.ellipse(
        mask, where, (int(axes[0] * 16), int(axes[1] * 16)), turn, 0, 360, 1.0, thickness, cv2.LINE_8, 4
    )
    return mask


def cover(
    rng: np.random.Generator, image: np.ndarray, points: np.ndarray, unit: float, person: np.ndarray
) -> np.ndarray:
    """Put one random thing on the face: glasses, a mask, a cloth, a hat, strands of hair or a patch.

    Parameters
    ----------
    image : ndarray of float32, shape (S, S, 3)
    points : ndarray, shape (COUNT, 2)
        In input px.
    unit : float
        Face size in input px.
    person : ndarray of float32, shape (S, S)
        1 on the person.
    """
    size = image.shape[0]
    pick = layout.GROUPS
    left, right = points[layout.LEFT_PUPIL], points[layout.RIGHT_PUPIL]
    roll = float(np.degrees(np.arctan2(right[1] - left[1], right[0] - left[0])))
    down = np.array([-(right - left)[1], (right - left)[0]]) / max(float(np.hypot(*(right - left))), 1e-6)
    paint = colour(rng) * (1 + rng.uniform(0, 0.25) * texture(rng, size)[..., None])
    paint = np.clip(paint, 0, 255)
    kind = rng.choice(["glasses", "glasses", "mask", "cloth", "hat", "strands", "patch", "patch"])
    if kind == "glasses":
        axes = (unit * rng.uniform(0.27, 0.40), unit * rng.uniform(0.16, 0.32))
        drop = down * unit * rng.uniform(-0.03, 0.1)
        tint = rng.random() < 0.35
        strength = rng.uniform(0.3, 1.0) if tint else rng.uniform(0, 0.15)
        thick = max(1, int(unit * rng.uniform(0.015, 0.09)))
        frame = np.zeros((size, size), np.float32)
        for pupil in (left, right):
            lens = _ellipse(size, pupil + drop, axes, roll, -1)
            image = _fill(image, lens * strength, paint * (0.3 if tint else 1.0))
            frame = np.maximum(frame, _ellipse(size, pupil + drop, axes, roll, thick))
            if rng.random() < 0.25:
                spot = pupil + drop + rng.normal(0, 0.4, 2) * axes
                glare = _ellipse(
                    size, spot, (axes[0] * rng.uniform(0.1, 0.6), axes[1] * rng.uniform(0.1, 0.5)), roll, -1
                )
                image = _fill(
                    image, cv2.GaussianBlur(glare, (0, 0), 1.0), np.full(3, rng.uniform(200, 255), np.float32)
                )
        inner = (right - left) / max(float(np.hypot(*(right - left))), 1e-6) * axes[0]
        cv2.line(
            frame,
            tuple(int(v) for v in left + drop + inner),
            tuple(int(v) for v in right + drop - inner),
            1.0,
            thick,
        )
        return _fill(image, frame * rng.uniform(0.6, 1), paint * rng.uniform(0.1, 1))
    if kind == "mask":
        jaw = points[
            [
                *pick["left_cheek"][1:],
                *pick["left_jaw"],
                *pick["chin"],
                *pick["right_jaw"][::-1],
                *pick["right_cheek"][:0:-1],
            ]
        ]
        jaw = jaw + (jaw - points[pick["subnasale"][0]]) * rng.uniform(-0.05, 0.12)
        top = points[[*pick["right_nose_tip"], *pick["left_nose_tip"]]] + down * unit * rng.uniform(
            -0.25, 0.35
        )
        return _fill(image, _polygon(size, np.concatenate([jaw, top]), 0.7), paint)
    if kind in ("cloth", "hat"):
        brow = points[[*pick["left_brow"][:6], *pick["right_brow"][5::-1]]]
        line = brow.mean(0) - down * unit * rng.uniform(0.15, 0.9)
        across = (right - left) / max(float(np.hypot(*(right - left))), 1e-6)
        if kind == "hat":
            width, tall = unit * rng.uniform(1.2, 1.6), unit * rng.uniform(0.7, 1.6)
            alpha = _ellipse(size, line, (width, tall), roll, -1)
            y, x = np.mgrid[:size, :size].astype(np.float32)
            alpha *= (x - line[0]) * down[0] + (y - line[1]) * down[1] < 0
            if rng.random() < 0.5:
                alpha = np.maximum(alpha, _ellipse(size, line, (width * 1.25, unit * 0.2), roll, -1))
            return _fill(image, cv2.GaussianBlur(alpha, (0, 0), 0.7), paint)
        oval = np.concatenate(
            [
                points[
                    [
                        *pick["left_cheek"], *pick["left_jaw"], *pick["chin"],
                        *pick["right_jaw"][::-1], *pick["right_cheek"][::-1],
                    ]
                ],
                [
                    line + across * unit * 0.7, line + across * unit * 0.3 - down * unit * 0.15,
                    line - across * unit * 0.3 - down * unit * 0.15, line - across * unit * 0.7,
                ],
            ]
        )  # fmt: skip
        face = _polygon(size, oval + (oval - oval.mean(0)) * rng.uniform(-0.06, 0.03), 0.7)
        return _fill(image, np.clip(person * 1.5, 0, 1) * (1 - face), paint)
    if kind == "strands":
        hair = colour(rng) * 0.6
        layer = np.zeros((size, size), np.float32)
        start = (
            points[layout.LEFT_PUPIL] * (1 - (u := rng.uniform(-0.3, 1.3))) + points[layout.RIGHT_PUPIL] * u
        )
        for _ in range(int(rng.integers(4, 60))):
            a = start - down * unit * rng.uniform(0.7, 1.2) + rng.normal(0, 0.2, 2) * unit
            b = start + down * unit * rng.uniform(-0.2, 0.8) + rng.normal(0, 0.25, 2) * unit
            middle = (a + b) / 2 + rng.normal(0, 0.12, 2) * unit
            t = np.linspace(0, 1, 10)[:, None]
            curve = (1 - t) ** 2 * a + 2 * t * (1 - t) * middle + t**2 * b
            cv2.polylines(layer, [np.round(curve * 16).astype(np.int32)], False, 1.0, 1, cv2.LINE_AA, 4)
        return _fill(image, layer * rng.uniform(0.5, 1), hair)
    where = points[int(rng.integers(layout.COUNT - 1))] + rng.normal(0, 0.2, 2) * unit
    if np.isnan(where).any():
        return image
    corners = where + rng.normal(0, rng.uniform(0.15, 0.5), (int(rng.integers(4, 8)), 2)) * unit
    return _fill(
        image, _polygon(size, cv2.convexHull(corners.astype(np.float32))[:, 0], rng.uniform(0, 2)), paint
    )


def _gamma(image: np.ndarray, exponent: float) -> np.ndarray:
    curve = (255 * (np.arange(256) / 255) ** exponent).astype(np.float32)
    return curve[np.clip(image, 0, 255).astype(np.uint8)]


def photograph(rng: np.random.Generator, image: np.ndarray, unit: float) -> np.ndarray:
    """Random light, colour, blur, noise and compression; float32 in, uint8 out."""
    size = image.shape[0]
    image = image.astype(np.float32, copy=False)
    if rng.random() < 0.85:
        image = _gamma(image, float(np.exp(rng.normal(0, 0.3))))
        image = (image - 128) * rng.uniform(0.65, 1.25) + 128 + rng.normal(0, 18)
    if rng.random() < 0.08:
        image = image * rng.uniform(0.12, 0.5)
    if rng.random() < 0.5:
        image = image * np.exp(rng.normal(0, 0.1, 3)).astype(np.float32)
    if rng.random() < 0.12:
        image = np.repeat(
            image.astype(np.float32) @ np.array([[0.299], [0.587], [0.114]], np.float32), 3, axis=2
        )
    if rng.random() < 0.3:
        y, x = np.mgrid[:size, :size].astype(np.float32) / size - 0.5
        angle, width = rng.uniform(0, 2 * np.pi), rng.uniform(0.03, 0.5)
        ramp = 1 / (
            1
            + np.exp(
                -np.clip((x * math.cos(angle) + y * math.sin(angle) + rng.normal(0, 0.1)) / width, -30, 30)
            )
        )
        image = image * (1 - rng.uniform(0.1, 0.85) * ramp)[..., None]
    if rng.random() < 0.35:
        image = cv2.GaussianBlur(image, (0, 0), unit * rng.uniform(0.005, 0.07))
    if rng.random() < 0.08:
        n = max(3, int(unit * rng.uniform(0.05, 0.3)) | 1)
        line = np.zeros((n, n), np.float32)
        line[n // 2] = 1
        line[:] = cv2.warpAffine(
            line, cv2.getRotationMatrix2D((n / 2 - 0.5, n / 2 - 0.5), rng.uniform(0, 180), 1), (n, n)
        )
        image = cv2.filter2D(image, -1, line / max(float(line.sum()), 1e-3), borderType=cv2.BORDER_REPLICATE)
    if rng.random() < 0.15:
        small = max(8, int(size * rng.uniform(0.3, 0.8)))
        how = [cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC][rng.integers(3)]
        image = cv2.resize(
            cv2.resize(image, (small, small), interpolation=cv2.INTER_AREA), (size, size), interpolation=how
        )
    if rng.random() < 0.4:
        image = image + grain(rng, image.shape) * np.float32(rng.choice([3, 8, 25], p=[0.5, 0.35, 0.15]))
    out = np.clip(image, 0, 255).astype(np.uint8)
    if rng.random() < 0.15:
        _ok, data = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(8, 80))])
        out = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return out


def retouch(rng: np.random.Generator, image: np.ndarray, unit: float) -> np.ndarray:
    """Light, contrast, sharpness and noise as they differ between good photos; float32 in, uint8 out."""
    image = _gamma(image, float(np.exp(rng.normal(0, 0.15))))
    image = image * rng.uniform(0.85, 1.1) * np.exp(rng.normal(0, 0.03, 3)).astype(np.float32)
    if rng.random() < 0.3:
        image = cv2.GaussianBlur(image, (0, 0), unit * rng.uniform(0.005, 0.02))
    if rng.random() < 0.3:
        image = image + 3 * grain(rng, image.shape)
    return np.clip(image, 0, 255).astype(np.uint8)


def frame_matrix(
    rng: np.random.Generator, framing: Framing, points: np.ndarray, centre: np.ndarray, mirror: bool
) -> np.ndarray:
    """Matrix (2, 3) from the input's pixels to the canvas, for a random framing of a face."""
    left, right, chin = points[layout.LEFT_PUPIL], points[layout.RIGHT_PUPIL], points[layout.CHIN]
    middle, along = (left + right) / 2, (right - left) / np.linalg.norm(right - left)
    down = np.array([-along[1], along[0]])
    unit = float(np.linalg.norm(right - left) + np.linalg.norm(chin - middle) / EYES_TO_CHIN) / 2
    angle = rng.uniform(-45, 45) if rng.random() < framing.wild else rng.normal(0, framing.turn)
    side = unit * framing.side * float(np.exp(np.clip(rng.normal(0, framing.scale), -0.35, 0.35)))
    where = middle + np.column_stack([along, down]) @ (np.asarray(centre) * unit)
    where = where + np.clip(rng.normal(0, framing.shift, 2), -2.5 * framing.shift, 2.5 * framing.shift) * unit
    a = math.atan2(along[1], along[0]) + math.radians(angle)
    basis = np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]]) * side / framing.pixels
    if mirror:
        basis = basis @ np.diag([-1.0, 1.0])
    return np.hstack([basis, (where - basis @ np.full(2, (framing.pixels - 1) / 2))[:, None]])


def view(
    rng: np.random.Generator,
    faces: Faces,
    i: int,
    points: np.ndarray,
    spread: np.ndarray,
    framing: Framing,
    centre: np.ndarray,
    turn: Turn | None,
    mirror: bool,
    *,
    mild: bool = False,
) -> View:
    """Make one view of face `i`.

    Parameters
    ----------
    points, spread : ndarray
        The face's points (COUNT, 2) in canvas px and their spread (COUNT,) in inter-eye distances.
    centre : ndarray, shape (2,)
        Centre of the cut-out in the frame of the face (see `Framing`).
    turn : Turn, optional
        An extra turn of the head in depth.
    mirror : bool
        Mirror the picture.
    mild : bool
        Change light and sharpness a little and cover nothing.
    """
    size, canvas = framing.pixels, faces.canvas[i]
    relief, mask = faces.relief[i], faces.mask[i]
    height = sample(relief, np.nan_to_num(points)[None].astype(np.float32))[0]
    landed = points if turn is None else turn.project(points, height)
    matrix = frame_matrix(rng, framing, landed, centre, mirror)
    basis = matrix[:, :2]
    side = size * float(np.sqrt(abs(np.linalg.det(basis))))
    if turn is None:
        if side / size >= 2.5:
            third = matrix / 3
            third[:, 2] = (matrix[:, 2] - 1) / 3
            image = cut(faces.smaller[i], third, size).astype(np.float32)
        else:
            image = cut(canvas, matrix, size).astype(np.float32)
        scaled = matrix.copy()
        scaled[:, 2] += 0.5
        scaled /= _CELL
        scaled[:, 2] -= 0.5
        person = cv2.warpAffine(
            mask,
            scaled,
            (size, size),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
    else:
        coarse = 17
        step = (size - 1) / (coarse - 1)
        x, y = np.meshgrid(np.arange(coarse) * step, np.arange(coarse) * step)
        wanted = np.stack([x, y], -1) @ matrix[:, :2].T + matrix[:, 2]
        source = wanted.copy()
        for _ in range(6):
            source += 0.9 * (wanted - turn.project(source, sample(relief, source)))
        source = np.clip(source, -SIDE, 2 * SIDE)
        shrink = 3 if side / size >= 2.5 else 1
        small = faces.smaller[i] if shrink == 3 else canvas
        field = cv2.warpAffine(
            source.astype(np.float32), np.array([[1 / step, 0, 0], [0, 1 / step, 0]]), (size, size),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        at = (field - (shrink - 1) / 2) / shrink
        image = cv2.remap(
            small, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        ).astype(np.float32)
        person = sample(mask, field)
    inverse = np.linalg.inv(basis)
    seen = (landed - matrix[:, 2]) @ inverse.T
    deviation = spread * INTER_EYE * size / side
    if mirror:
        seen, deviation = seen[layout.MIRROR], deviation[layout.MIRROR]
    unit_px = INTER_EYE * size / side
    alpha = person.astype(np.float32) / 255
    if rng.random() < (0.25 if mild else 0.45):
        image = _fill(image, 1 - alpha, background(rng, size, faces))
    if not mild and rng.random() < 0.4 and not np.isnan(seen[[layout.LEFT_PUPIL, layout.CHIN]]).any():
        image = cover(rng, image, seen, unit_px, alpha)
    result = (retouch if mild else photograph)(rng, image, unit_px)
    extra = np.eye(3) if turn is None else turn.matrix
    if mirror:
        flip = np.diag([-1.0, 1.0, 1.0])
        extra = flip @ extra @ flip
    return View(
        result, seen.astype(np.float32), deviation.astype(np.float32), extra.astype(np.float32), alpha
    )


def random_turn(rng: np.random.Generator, faces: Faces, i: int, points: np.ndarray, strength: float) -> Turn:
    """Turn a head in depth: yaw by `strength` degrees (standard deviation), pitch by 0.8 of it."""
    middle = (points[layout.LEFT_PUPIL] + points[layout.RIGHT_PUPIL]) / 2
    centre = middle + np.array([0.0, 0.6 * INTER_EYE])
    eyes = 1.2 * INTER_EYE
    depth = float(sample(faces.relief[i], middle[None, None].astype(np.float32))[0, 0]) - eyes
    yaw, pitch = rng.normal(0, strength), rng.normal(0, 0.8 * strength)
    matrix = rotation(float(np.clip(yaw, -30, 30)), float(np.clip(pitch, -22, 22)), 0)
    kind = rng.random()
    away = np.inf if kind < 0.5 else rng.uniform(10, 60) if kind < 0.8 else rng.uniform(4.5, 10)
    return Turn(matrix, centre, depth, eyes, 1 / (INTER_EYE * away))
