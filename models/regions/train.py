"""Train the label map's network on composed pictures and write it as ONNX.

    python -m models.regions.train SAMPLES OUT.onnx [--passes 8] [--seed 0]

`SAMPLES` comes from ``compose.py``. One thread computes and one process loads; deterministic for a seed and
one build of PyTorch (2.13.0, CPU). A checkpoint beside the output lets an interrupted run go on.
"""

from __future__ import annotations

import time
from multiprocessing import Process, Queue
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from models.regions.network import COLS, RegionNet, pack, unpack, write_onnx
from models.training import BATCH, Averaged, arguments, batch_of, begin, retone, within

KEYS = ("pictures", "shares", "place", "extent", "trusted")


def open_samples(folder: Path) -> dict[str, np.ndarray]:
    """Return the arrays of ``compose.py``, mapped."""
    return {k: np.load(folder / f"{k}.npy", mmap_mode="r") for k in KEYS}


def load(
    arrays: dict[str, np.ndarray], index: np.ndarray, rng: np.random.Generator | None
) -> tuple[Tensor, ...]:
    """Return one batch, changed at random if there is a generator.

    The packed input, the shares (N, 3, 160, 128), the picture's mask (N, 160, 128) and the trust (N,).
    """
    order = np.sort(index)
    pictures = torch.from_numpy(arrays["pictures"][order]).float() / 255
    shares = torch.from_numpy(arrays["shares"][order]).float() / 255
    place = torch.from_numpy(arrays["place"][order].copy())
    extent = torch.from_numpy(arrays["extent"][order].astype(np.int64))
    trusted = torch.from_numpy(arrays["trusted"][order]).float()
    count = len(order)
    if rng is not None:
        flip = torch.from_numpy(rng.random(count) < 0.5)
        pictures[flip], shares[flip] = pictures[flip].flip(2), shares[flip].flip(2)
        place[flip, 0], place[flip, 4] = COLS - 1 - place[flip, 0], -place[flip, 4]
        left = extent[flip, 0].clone()
        extent[flip, 0], extent[flip, 2] = COLS - extent[flip, 2], COLS - left
        retone(pictures, rng)
        # The landmarks of a bad photo are bad: the place of the face is not told exactly.
        wide = np.where(rng.random((count, 1)) < 0.1, 3.0, 1.0)
        place[:, :2] += torch.from_numpy(rng.normal(0, 0.05, (count, 2)) * wide).float() * place[:, 2:3]
        place[:, 2] *= torch.from_numpy(np.exp(rng.normal(0, 0.05, count) * wide[:, 0])).float()
        turn = torch.from_numpy(rng.normal(0, 0.04, count) * wide[:, 0]).float()
        cos, sin = place[:, 3].clone(), place[:, 4].clone()
        place[:, 3], place[:, 4] = cos * turn.cos() - sin * turn.sin(), sin * turn.cos() + cos * turn.sin()
    inside = within(extent)
    pictures *= inside[..., None]
    return pack(pictures, place, extent), shares.permute(0, 3, 1, 2), inside, trusted


def feed(
    folder: Path, count: int, first: int, steps: int, seed: int, queue: Queue[tuple[np.ndarray, ...]]
) -> None:
    """Put the batches of all steps into the queue, in order; each step draws from a generator of its own."""
    torch.set_num_threads(1)
    arrays = open_samples(folder)
    for step in range(first, steps):
        batch = load(arrays, *batch_of(step, count, seed))
        queue.put(tuple(b.numpy() for b in batch))


def losses(y: Tensor, shares: Tensor, inside: Tensor, trusted: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Cross-entropy of the person, one minus its soft IoU, cross-entropy of the classes within the person."""
    person, classes = unpack(y)
    truth = shares.sum(1).clamp(0, 1)
    entropy = nn.functional.binary_cross_entropy_with_logits(person, truth, reduction="none")
    cross = (entropy * inside).sum() / inside.sum()
    p = torch.sigmoid(person) * inside
    both, either = (p * truth).sum((1, 2)), (p + truth - p * truth).sum((1, 2))
    overlap = (1 - both / either.clamp(min=1)).mean()
    pooled = nn.functional.avg_pool2d(shares, 2)
    weight = pooled.sum(1) * trusted[:, None, None]
    kinds = -(
        nn.functional.log_softmax(classes, 1) * pooled / pooled.sum(1, keepdim=True).clamp(min=1e-6)
    ).sum(1)
    kind = (kinds * weight).sum() / weight.sum().clamp(min=1)
    return cross, overlap, kind


def main() -> None:
    """Train, then write the averaged weights."""
    args = arguments(__doc__).parse_args()
    begin(args.seed)
    arrays = open_samples(args.samples)
    total = len(arrays["trusted"])
    count = total - min(512, total // 20)  # the last ones validate
    steps = int(args.passes * count / BATCH)
    training = Averaged(RegionNet(), args.rate, steps, warm=200, largest=1.0, memory=0.998)
    checkpoint = args.out.with_suffix(".checkpoint")
    first = training.resume(checkpoint, args.start)
    queue: Queue[tuple[np.ndarray, ...]] = Queue(4)
    Process(target=feed, args=(args.samples, count, first, steps, args.seed, queue), daemon=True).start()
    sums, since = np.zeros(3), time.time()
    for step in range(first, steps):
        x, shares, inside, trusted = (torch.from_numpy(b) for b in queue.get())
        parts = losses(training.answer(x), shares, inside, trusted)
        training.learn(parts[0] + 0.5 * parts[1] + 0.35 * parts[2], step)
        sums += [float(p.detach()) for p in parts]
        if (step + 1) % 100 == 0:
            mean, speed = sums / 100, 100 * BATCH / (time.time() - since)
            parts_text = "person {:.4f} 1-iou {:.4f} classes {:.4f}".format(*mean)
            print(f"{step + 1}/{steps} {parts_text} {speed:.0f}/s", flush=True)
            sums, since = np.zeros(3), time.time()
        if (step + 1) % 500 == 0 or step + 1 == steps:
            average = training.average.eval()
            with torch.no_grad():
                batches = (
                    load(arrays, np.arange(k, min(k + 64, total)), None) for k in range(count, total, 64)
                )
                held = [losses(average(x), s, i, t) for x, s, i, t in batches]
            mean = np.mean([[float(p) for p in parts] for parts in held], 0)
            print(f"  validation person {mean[0]:.4f} 1-iou {mean[1]:.4f} classes {mean[2]:.4f}", flush=True)
            training.save(checkpoint, step + 1)
            write_onnx(average, args.out)
            since = time.time()


if __name__ == "__main__":
    main()
