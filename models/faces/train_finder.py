"""Train the face finder on composed scenes.

python -m models.faces.train_finder OUT.pt FACES... [--steps N] [--fold K | --hold-out SOURCE,...]
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset

from models.faces import layout
from models.faces.networks import FinderNet
from models.faces.photos import Faces
from models.faces.train_points import REPEATS, Moving, chosen, repeated
from models.faces.views import Framing, View, background, photograph, random_turn, retouch, texture, view

PIXELS = 128  # side of the input
CELL = 8  # px per cell of the output
SMALLEST = 4.0  # face size in px of the input
_FRAMING = Framing(PIXELS, 1.0, 0.0, 0.0, 8, 0.3)

# middle of the face: this far below the eyes' middle, in face sizes
MIDDLE = 0.5

Found = tuple[float, float, float, float]  # x, y, face size in px, roll in degrees


class Scenes:
    """Random scenes with none, one or two faces."""

    def __init__(self, faces: Faces, train: np.ndarray, seed: int) -> None:
        self.faces, self.seed = faces, seed
        self.points, self.spread = faces.targets(train)
        usable = np.flatnonzero(train & ~np.isnan(self.points[:, layout.LEFT_PUPIL, 0]))
        self.usable = usable

    def person(
        self, rng: np.random.Generator, pixels: int, size: float, off: np.ndarray
    ) -> tuple[View, Found]:
        """Make a view of `pixels` px in which the face is `size` px and `off` px away from the middle."""
        i = int(rng.choice(self.usable))
        turn = None
        if self.faces.sources[i] != "render" and rng.random() < 0.5:
            turn = random_turn(rng, self.faces, i, self.points[i], 15.0)
        mirror = bool(rng.random() < 0.5)
        framing = replace(_FRAMING, pixels=pixels, side=pixels / size)
        centre = np.array([0.0, MIDDLE]) - off / size * ([-1, 1] if mirror else [1, 1])
        v = view(
            rng,
            self.faces,
            i,
            self.points[i],
            self.spread[i],
            framing,
            centre,
            turn,
            mirror,
            mild=bool(rng.random() < 0.4),
        )
        left, right = v.points[layout.LEFT_PUPIL].astype(float), v.points[layout.RIGHT_PUPIL].astype(float)
        roll = math.atan2(right[1] - left[1], right[0] - left[0])
        middle = (left + right) / 2 + MIDDLE * size * np.array([-math.sin(roll), math.cos(roll)])
        return v, (float(middle[0]), float(middle[1]), size, math.degrees(roll))

    def cut_out(
        self, rng: np.random.Generator, size: float, shift: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, Found]:
        """Cut a person off the wall: image (PIXELS, PIXELS, 3), alpha (PIXELS, PIXELS, 1) and the face."""
        block = min(PIXELS, int(8 * size) // 2 * 2)
        at = np.round(shift + (PIXELS - block) / 2).astype(int)
        v, (x, y, _, roll) = self.person(rng, block, size, shift - np.round(shift))
        image, alpha = np.zeros((PIXELS, PIXELS, 3), np.float32), np.zeros((PIXELS, PIXELS, 1), np.float32)
        x0, y0 = np.maximum(at, 0)
        x1, y1 = np.minimum(at + block, PIXELS)
        if x1 > x0 and y1 > y0:
            part = np.s_[y0 - at[1] : y1 - at[1], x0 - at[0] : x1 - at[0]]
            image[y0:y1, x0:x1] = v.image[part]
            alpha[y0:y1, x0:x1, 0] = np.clip(v.person[part] * 1.3 - 0.15, 0, 1)
        return image, alpha, (x + float(at[0]), y + float(at[1]), size, roll)

    def scene(self, rng: np.random.Generator) -> tuple[np.ndarray, list[Found]]:
        """One picture (PIXELS, PIXELS, 3) uint8, letter-boxed, and its faces."""
        aspect = float(rng.choice([35 / 45, 0.8, 1.0, 0.75, 0.67, 1.33, 1.5]))
        width, height = (PIXELS, round(PIXELS / aspect)) if aspect > 1 else (round(PIXELS * aspect), PIXELS)
        kind = rng.random()
        size = (
            float(np.exp(rng.normal(math.log(22), 0.4)))
            if rng.random() < 0.6
            else float(np.exp(rng.uniform(math.log(SMALLEST), math.log(42))))
        )
        size = float(np.clip(size, SMALLEST, 45))
        room = np.array([width, height]) / 2 - 0.9 * size
        if rng.random() < 0.5:
            room = room * 0.35
        off = rng.uniform(-1, 1, 2) * np.maximum(room, 0.1 * size)
        found: list[Found] = []
        if kind < 0.1:  # nobody: walls, patterns, other parts of people
            image = background(rng, PIXELS, self.faces)
            if rng.random() < 0.6:
                size = rng.uniform(50, 160)  # so near that the face itself is out of the picture
                angle = rng.uniform(0, 2 * np.pi)
                away = (1.6 * size + PIXELS * 0.7) * np.array([math.cos(angle), math.sin(angle)])
                image = self.person(rng, PIXELS, size, away)[0].image.astype(np.float32)
        elif kind < 0.55 and size > 15:  # one person where the photo shows them
            v, face = self.person(rng, PIXELS, size, off)
            image, found = v.image.astype(np.float32), [face]
        else:
            image = background(rng, PIXELS, self.faces)
            if rng.random() < 0.3:
                image = np.clip(image + texture(rng, PIXELS)[..., None] * rng.uniform(5, 60), 0, 255)
            sizes = [size]
            if rng.random() < 0.4:
                sizes.append(float(np.clip(size * rng.uniform(0.3, 1.0), SMALLEST, 42)))
            taken = np.zeros((PIXELS, PIXELS, 1), np.float32)
            for n, s in enumerate(sizes):
                shift = off if n == 0 else rng.uniform(-0.5, 0.5, 2) * (width, height)
                block, alpha, face = self.cut_out(rng, s, shift)
                alpha = alpha * (1 - taken)
                x, y, reach = int(face[0]), int(face[1]), max(1, int(0.6 * s))
                if not (0 <= x < PIXELS and 0 <= y < PIXELS):
                    continue
                if alpha[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1].mean() < 0.85:
                    continue  # the face would be hidden
                image = image * (1 - alpha) + block * alpha
                taken = np.maximum(taken, alpha)
                found.append(face)
        picture = retouch(rng, image, size) if rng.random() < 0.6 else photograph(rng, image, size)
        x0, y0 = (PIXELS - width) // 2, (PIXELS - height) // 2
        boxed = np.full((PIXELS, PIXELS, 3), 128, np.uint8)
        boxed[y0 : y0 + height, x0 : x0 + width] = picture[y0 : y0 + height, x0 : x0 + width]
        inside = [f for f in found if x0 <= f[0] < x0 + width and y0 <= f[1] < y0 + height]
        return boxed, inside

    def batches(self, steps: int, batch: int) -> Iterator[list[torch.Tensor]]:
        """Yield `steps` batches of pictures and targets, made by another process."""
        made = DataLoader(
            _Batches(self, math.ceil(steps / REPEATS), batch),
            batch_size=None,
            num_workers=1,
            prefetch_factor=6,
        )
        return repeated(made, steps, batch, self.seed)


class _Batches(IterableDataset):
    def __init__(self, scenes: Scenes, steps: int, batch: int) -> None:
        self.scenes, self.steps, self.batch = scenes, steps, batch

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        cv2.setNumThreads(0)
        for step in range(self.steps):
            rng = np.random.default_rng((self.scenes.seed, step))
            rows = [self.scenes.scene(rng) for _ in range(self.batch)]
            images = np.stack([image.transpose(2, 0, 1) for image, _ in rows])
            yield torch.from_numpy(images), torch.from_numpy(np.stack([target(found) for _, found in rows]))


def target(found: list[Found]) -> np.ndarray:
    """Targets (7, N, N): heat, offset x, y, log2 size, cosine, sine, and where these count."""
    n = PIXELS // CELL
    maps = np.zeros((7, n, n), np.float32)
    axis = np.arange(n, dtype=np.float32)
    for x, y, size, roll in found:
        cx, cy = (x - (CELL - 1) / 2) / CELL, (y - (CELL - 1) / 2) / CELL
        sigma = max(0.55, 0.22 * size / CELL)
        heat = np.exp(-0.5 * (((axis[None] - cx) / sigma) ** 2 + ((axis[:, None] - cy) / sigma) ** 2))
        ix, iy = (int(np.clip(round(v), 0, n - 1)) for v in (cx, cy))
        heat[iy, ix] = 1.0
        mine = (heat > 0.6) & (heat > maps[0])
        values: tuple[Any, ...] = (
            cx - axis[None],
            cy - axis[:, None],
            math.log2(size / CELL),
            math.cos(math.radians(roll)),
            math.sin(math.radians(roll)),
            1.0,
        )
        for channel, value in enumerate(values, 1):
            maps[channel][mine] = np.broadcast_to(value, (n, n))[mine]
        maps[0] = np.maximum(maps[0], heat)
    return maps


def finder_loss(out: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Focal loss on the heat (Law & Deng, CornerNet, 2018, equation 1) and absolute errors at the faces."""
    heat, logit = wanted[:, 0], out[:, 0]
    p = torch.sigmoid(logit).clamp(1e-5, 1 - 1e-5)
    peak = (heat >= 0.999).float()
    focal = -(peak * (1 - p) ** 2 * p.log() + (1 - peak) * (1 - heat) ** 4 * p**2 * (1 - p).log())
    counts = wanted[:, 6]
    error = (
        (out[:, 1:6] - wanted[:, 1:6]).abs() * torch.tensor([1.0, 1.0, 2.0, 2.0, 2.0])[:, None, None]
    ).sum(1)
    return focal.sum() / peak.sum().clamp_min(1) + (error * counts).sum() / counts.sum().clamp_min(1)


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("faces", type=Path, nargs="+", help="folders that photos.py and renders.py wrote")
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fold", type=int)
    parser.add_argument("--hold-out", default="")
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    faces = Faces.load(*options.faces)
    scenes = Scenes(faces, chosen(faces, options.fold, tuple(options.hold_out.split(","))), options.seed)
    torch.manual_seed(options.seed)
    net = FinderNet().to(memory_format=torch.channels_last)
    moving = Moving(net)
    optimiser = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=options.steps, pct_start=0.05)
    start, seen = time.monotonic(), []
    for step, (images, wanted) in enumerate(scenes.batches(options.steps, options.batch), 1):
        out = net((images.float() / 255).contiguous(memory_format=torch.channels_last))
        loss = finder_loss(out, wanted)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        moving.follow(step)
        seen.append(float(loss.detach()))
        if step % 200 == 0:
            rate = step * options.batch / (time.monotonic() - start)
            print(f"step {step} loss {np.mean(seen[-200:]):.4f} views/s {rate:.0f}", flush=True)
    moving.settle()
    torch.save({"part": "finder", "state": net.state_dict()}, options.out)


if __name__ == "__main__":
    main()
