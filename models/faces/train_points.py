"""Train one of the landmark networks.

    python -m models.faces.train_points OUT.pt FACES... --part head|eye|mouth [--fold K]

`FACES` are the folders that photos.py and renders.py wrote. With ``--fold K`` the subjects of fold K (of
five) are left out, with ``--hold-out`` whole sources; without either everything is learnt.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset

import icao_check.face.points
from icao_check.face.points import EYE, HEAD, MOUTH
from models.faces import layout
from models.faces.networks import PointNet
from models.faces.photos import INTER_EYE, Faces
from models.faces.pose import angles, base_rotations
from models.faces.views import Framing, Turn, background, photograph, random_turn, view

# How often a hand-labelled photo, one labelled by the teacher and a render is drawn.
_SHARES = (0.36, 0.34, 0.30)
# The chin weighs as much as this many other points: the height of the head hangs on it.
_CHIN_WEIGHT = 4.0
REPEATS = 3
"""Times that a view is learnt from, on average."""
POOL = 4096
"""Views that wait to be learnt from again."""


@dataclass(frozen=True)
class Jitter:
    """How much the network's input varies in training: standard deviations."""

    scale: float  # of the log of the side
    shift: float  # in face sizes
    turn: float  # in degrees
    wild: float  # share of inputs turned uniformly within 45 degrees


@dataclass(frozen=True)
class Part:
    """One network and how it is trained."""

    part: icao_check.face.points.Part
    jitter: Jitter
    stride: int
    widths: tuple[int, ...]
    whole: int = 0

    @property
    def framing(self) -> Framing:
        """For `views.view`."""
        j = self.jitter
        return Framing(self.part.pixels, self.part.side, j.scale, j.shift, j.turn, j.wild)

    @property
    def points(self) -> np.ndarray:
        """Indices of the network's points."""
        return self.part.points

    @property
    def centre(self) -> tuple[float, float]:
        """Middle of the input in the frame of the face."""
        return self.part.centre


WHOLE = (
    "yaw / 15 degrees",
    "pitch / 15 degrees",
    "log-odds of a face",
    "10 * 63 mm / distance of the camera",
)
_FAR = 0.035  # nearness of the photos, whose distance is unknown: about 1.8 m
PARTS = {
    "head": Part(HEAD, Jitter(0.10, 0.11, 6, 0.12), 4, (12, 24, 40, 64, 96), len(WHOLE)),
    "eye": Part(EYE, Jitter(0.07, 0.05, 3, 0.0), 2, (12, 24, 32, 48)),
    "mouth": Part(MOUTH, Jitter(0.07, 0.06, 3, 0.0), 2, (12, 24, 40, 56)),
}


def fold_of(subject: str, folds: int = 5) -> int:
    """Fold of a subject, the same on every machine."""
    return int(hashlib.sha256(subject.encode()).hexdigest(), 16) % folds


def chosen(faces: Faces, fold: int | None, hold_out: tuple[str, ...]) -> np.ndarray:
    """Which faces may be learnt from."""
    keep = ~np.isin(faces.sources, hold_out)
    if fold is not None:
        keep &= np.array([fold_of(s) != fold for s in faces.subjects])
    return keep


class Sampler:
    """Endless batches of views, made in the background, the same for the same seed."""

    def __init__(self, faces: Faces, train: np.ndarray, part: Part, batch: int, seed: int) -> None:
        self.faces, self.part, self.batch, self.seed = faces, part, batch, seed
        self.points, self.spread = faces.targets(train)
        self.base = base_rotations(faces, train)
        self.usable = np.flatnonzero(train & ~np.isnan(self.points[:, layout.LEFT_PUPIL, 0]))
        by_hand = ~np.isnan(faces.placed[self.usable, layout.LEFT_PUPIL, 0])
        drawn = faces.sources[self.usable] == "render"
        kinds = (by_hand & ~drawn, ~by_hand, drawn)
        self.share = np.sum(
            [w * kind / max(kind.sum(), 1) for w, kind in zip(_SHARES, kinds, strict=True)], 0
        )
        self.share /= self.share.sum()

    def one(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """One sample: image, points, spread, and the vector about the whole (NaN where unknown)."""
        faces, part = self.faces, self.part
        if part.whole and rng.random() < 0.1:
            return self.nobody(rng)
        i = int(rng.choice(self.usable, p=self.share))
        turn: Turn | None = None
        if faces.sources[i] != "render" and rng.random() < 0.5:
            turn = random_turn(rng, faces, i, self.points[i], 13.0 if part.whole else 8.0)
        mirror = bool(rng.random() < 0.5)
        v = view(
            rng, faces, i, self.points[i], self.spread[i], part.framing,
            np.array(part.centre) * ([-1, 1] if mirror else [1, 1]), turn, mirror,
            mild=bool(rng.random() < 0.35),
        )  # fmt: skip
        base = self.base[i]
        if mirror:
            flip = np.diag([-1.0, 1.0, 1.0])
            base = flip @ base @ flip
        yaw, pitch, _ = angles(v.turn @ base)
        near = float(faces.nearness[i])
        if np.isnan(near):
            near = _FAR + (turn.nearness * INTER_EYE if turn else 0.0)
        whole = np.array([yaw / 15, pitch / 15, 1.0, 10 * near], np.float32)
        return v.image, v.points[part.points], v.spread[part.points], whole

    def nobody(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Make a sample without a face in its middle: a wall, another part of a person, a wrong size."""
        faces, part, kind = self.faces, self.part, rng.random()
        pixels = part.framing.pixels
        if kind < 0.25:
            image = photograph(rng, background(rng, pixels, faces), pixels / 5)
        else:
            i = int(rng.choice(self.usable))
            angle = rng.uniform(0, 2 * np.pi)
            away = rng.uniform(2.2, 3.5) * np.array([np.cos(angle), np.sin(angle)])
            framing = part.framing
            if kind < 0.45:
                away = np.zeros(2)
                framing = replace(framing, side=framing.side * float(rng.choice([0.3, 0.4, 2.3, 2.8])))
            image = view(rng, faces, i, self.points[i], self.spread[i], framing, away, None, False).image
        unknown = np.full((len(part.points), 2), np.nan, np.float32)
        return image, unknown, unknown[:, 0], np.array([np.nan, np.nan, 0.0, np.nan], np.float32)

    def batches(self, steps: int) -> Iterator[list[torch.Tensor]]:
        """Yield `steps` batches, made by another process."""
        made = DataLoader(
            _Batches(self, math.ceil(steps / REPEATS)), batch_size=None, num_workers=1, prefetch_factor=6
        )
        return repeated(made, steps, self.batch, self.seed)


class _Batches(IterableDataset):
    def __init__(self, sampler: Sampler, steps: int) -> None:
        self.sampler, self.steps = sampler, steps

    def __iter__(self) -> Iterator[tuple[torch.Tensor, ...]]:
        cv2.setNumThreads(0)
        for step in range(self.steps):
            rng = np.random.default_rng((self.sampler.seed, step))
            rows = [self.sampler.one(rng) for _ in range(self.sampler.batch)]
            images, points, spread, whole = (np.stack(column) for column in zip(*rows, strict=True))
            yield (
                torch.from_numpy(images.transpose(0, 3, 1, 2)), torch.from_numpy(points),
                torch.from_numpy(spread), torch.from_numpy(whole),
            )  # fmt: skip


def repeated(
    made: Iterable[Sequence[torch.Tensor]], steps: int, batch: int, seed: int
) -> Iterator[list[torch.Tensor]]:
    """Yield `steps` shuffled batches in which each sample of `made` comes up about :data:`REPEATS` times.

    A view costs as much as a step of a small network: a pool of the last ones is learnt from more than once.
    """
    rng = np.random.default_rng((seed, 1))
    pool: list[torch.Tensor] = []
    source = iter(made)
    for step in range(steps):
        fresh = next(source) if step % REPEATS == 0 else None
        if fresh is not None and (not pool or len(pool[0]) < POOL):
            pool = [torch.cat(pair) for pair in zip(pool, fresh, strict=True)] if pool else list(fresh)
        elif fresh is not None:
            places = torch.from_numpy(rng.choice(len(pool[0]), batch, replace=False))
            for kept, new in zip(pool, fresh, strict=True):
                kept[places] = new
        chosen_rows = torch.from_numpy(rng.choice(len(pool[0]), batch, replace=len(pool[0]) < batch))
        yield [kept[chosen_rows] for kept in pool]


class Moving:
    """Exponential mean of a network's state over the steps."""

    def __init__(self, net: torch.nn.Module) -> None:
        self.net, self.mean = net, {k: v.clone() for k, v in net.state_dict().items()}

    def follow(self, step: int) -> None:
        """Take in the state after `step`."""
        keep = min(0.998, 1 - 1 / (step + 1))
        for name, value in self.net.state_dict().items():
            if value.dtype.is_floating_point:
                self.mean[name].mul_(keep).add_(value, alpha=1 - keep)
            else:
                self.mean[name].copy_(value)

    def settle(self) -> None:
        """Give the network the mean."""
        self.net.load_state_dict(self.mean)


def point_loss(
    net: PointNet, maps: torch.Tensor, points: torch.Tensor, spread: torch.Tensor, emphasis: torch.Tensor
) -> torch.Tensor:
    """Add the cross-entropy with Gaussians around the labels and the distance of the means to these."""
    cells, stride = maps.shape[-1], net.stride
    inside = (~spread.isnan()) & ((points > -0.5) & (points < net.pixels - 0.5)).all(-1)
    points, spread = points.nan_to_num(0.0), spread.nan_to_num(1.0)
    at = (points - (stride - 1) / 2) / stride
    sigma = torch.sqrt(0.6**2 + (spread / stride) ** 2)[..., None]
    axis = torch.arange(cells, dtype=torch.float32)
    gx = torch.exp(-0.5 * ((axis - at[..., :1]) / sigma) ** 2)
    gy = torch.exp(-0.5 * ((axis - at[..., 1:]) / sigma) ** 2)
    gx, gy = (g / g.sum(-1, keepdim=True).clamp_min(1e-6) for g in (gx, gy))
    log_p = torch.log_softmax(maps.flatten(2), -1)
    entropy = -(log_p * (gy[..., :, None] * gx[..., None, :]).flatten(2)).sum(-1)
    mean = torch.matmul(log_p.exp(), net.positions.moments[:, :2]) + net.positions.centre
    distance = (mean - points).norm(dim=-1)
    error = distance / (spread + 0.35 * stride)
    robust = torch.where(error < 1, 0.5 * error**2, error - 0.5)
    weight = inside.float() * emphasis
    return ((entropy + 1.5 * robust) * weight).sum() / weight.sum().clamp_min(1)


def train(
    faces: Faces,
    part: Part,
    learn: np.ndarray,
    steps: int,
    batch: int,
    seed: int,
    log_every: int = 200,
    start: dict[str, torch.Tensor] | None = None,
    rate: float = 3e-3,
) -> PointNet:
    """Train from scratch, or on from `start`; the state kept is an exponential mean over the steps."""
    torch.manual_seed(seed)
    net = PointNet(part.framing.pixels, len(part.points), part.stride, part.widths, part.whole)
    if start is not None:
        net.load_state_dict(start)
    net = net.to(memory_format=torch.channels_last)
    moving = Moving(net)
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.05)
    emphasis = torch.from_numpy(np.where(part.points == layout.CHIN, _CHIN_WEIGHT, 1.0)).float()
    sampler = Sampler(faces, learn, part, batch, seed)
    began, seen = time.monotonic(), []
    for step, (images, points, spread, wanted) in enumerate(sampler.batches(steps), 1):
        images = (images.float() / 255).contiguous(memory_format=torch.channels_last)
        maps, whole = net.raw(images)
        loss = point_loss(net, maps, points, spread, emphasis)
        if whole is not None:
            loss = loss + whole_loss(whole, wanted)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        moving.follow(step)
        seen.append(float(loss.detach()))
        if step % log_every == 0:
            speed = step * batch / (time.monotonic() - began)
            print(f"step {step} loss {np.mean(seen[-log_every:]):.4f} views/s {speed:.0f}", flush=True)
    moving.settle()
    return net.eval()


def whole_loss(found: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Huber loss on the angles and the nearness, cross-entropy on whether there is a face.

    Pitch weighs most: it is the quantity that shows least in the picture.
    """
    known = ~wanted.isnan()
    error = torch.nn.functional.huber_loss(found, wanted.nan_to_num(0.0), delta=0.5, reduction="none")
    weight = known.float() * torch.tensor([2.5, 4.0, 0.0, 0.7])
    face = torch.nn.functional.binary_cross_entropy_with_logits(found[:, 2], wanted[:, 2])
    return (error * weight).sum() / weight.sum().clamp_min(1) + 0.3 * face


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("faces", type=Path, nargs="+", help="folders that photos.py and renders.py wrote")
    parser.add_argument("--part", choices=PARTS, required=True)
    parser.add_argument("--steps", type=int, default=12000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="a network to go on from, with another --seed")
    parser.add_argument("--rate", type=float, default=3e-3, help="largest rate of learning")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--fold", type=int)
    parser.add_argument("--hold-out", default="")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(1)
    faces = Faces.load(*options.faces)
    learn = chosen(faces, options.fold, tuple(options.hold_out.split(",")))
    start = None if options.start is None else torch.load(options.start, weights_only=True)["state"]
    net = train(
        faces,
        PARTS[options.part],
        learn,
        options.steps,
        options.batch,
        options.seed,
        start=start,
        rate=options.rate,
    )
    torch.save({"part": options.part, "state": net.state_dict()}, options.out)


if __name__ == "__main__":
    main()
