"""Train the network that proposes faces and write it as ONNX.

    python -m models.search.train SAMPLES OUT.onnx [--passes 8] [--seed 0]

`SAMPLES` comes from ``compose.py``. Deterministic for a seed and one build of PyTorch (2.13.0, CPU, one
thread). A checkpoint beside the output lets an interrupted run go on.
"""

from __future__ import annotations

import math
import time

import numpy as np
import torch
from torch import Tensor, nn

from models.regions.network import COLS, ROWS
from models.search.network import CELL, UNIT, SearchNet, pack, write_onnx
from models.training import BATCH, Averaged, arguments, batch_of, begin, retone, within

# A face counts when this share of its oval is seen; below the second it does not, between nothing is taught.
_SEEN, _UNSEEN = 0.35, 0.15
# Nor is anything taught about faces smaller than this, in canvas pixels.
_SMALLEST = 5.0
# How far from the middle of what is seen the cells say "face", and up to where they are left alone.
_NEAR, _AROUND = 0.3, 0.8


def targets(faces: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Say what each cell should answer.

    Parameters
    ----------
    faces : Tensor of shape (N, 4, 8)
        As in ``compose.py``.

    Returns
    -------
    truth : Tensor of shape (N, 20, 16)
        1 where there is a face.
    taught : Tensor of shape (N, 20, 16)
        0 where nothing is taught.
    places : Tensor of shape (N, 5, 20, 16)
        What the other planes should say where there is a face.
    """
    x = (torch.arange(COLS // CELL) * CELL + (CELL - 1) / 2)[None, None, :]
    y = (torch.arange(ROWS // CELL) * CELL + (CELL - 1) / 2)[None, :, None]
    count = faces.shape[0]
    truth = torch.zeros(count, ROWS // CELL, COLS // CELL)
    taught = torch.ones_like(truth)
    places = torch.zeros(count, 5, ROWS // CELL, COLS // CELL)
    nearest = torch.full_like(truth, math.inf)
    for k in range(faces.shape[1]):
        ex, ey, size, cos, sin, visible, sx, sy = (faces[:, k, i, None, None] for i in range(8))
        away = torch.hypot(x - sx, y - sy)
        counts = (visible >= _SEEN) & (size >= _SMALLEST)
        doubtful = (visible >= _UNSEEN) & (size >= 0.6 * _SMALLEST)
        closest = away <= away.amin((1, 2), keepdim=True) + 1e-3
        here = counts & ((away <= _NEAR * size) | closest)
        around = doubtful & (away <= torch.clamp(_AROUND * size, min=float(CELL)))
        taught[around] = 0
        mine = here & (away / size.clamp(min=1) < nearest)
        nearest = torch.where(mine, away / size.clamp(min=1), nearest)
        truth[mine] = 1
        log_size = torch.log(size.clamp(min=1) / UNIT).expand_as(truth)
        values = torch.stack(
            [(ex - x) / UNIT + 0 * y, (ey - y) / UNIT + 0 * x, log_size, cos + 0 * truth, sin + 0 * truth], 1
        )
        places = torch.where(mine[:, None], values, places)
    taught[truth > 0] = 1
    return truth, taught, places


def losses(answer: Tensor, faces: Tensor) -> tuple[Tensor, Tensor]:
    """Focal loss of the faces, and how far places and sizes are off where there is one."""
    truth, taught, places = targets(faces)
    entropy = nn.functional.binary_cross_entropy_with_logits(answer[:, 0], truth, reduction="none")
    hard = (torch.sigmoid(answer[:, 0]) - truth).abs() ** 2
    positives = truth.sum().clamp(min=1)
    found = (entropy * hard * taught * (1 + 2 * truth)).sum() / positives
    off = nn.functional.smooth_l1_loss(answer[:, 1:], places, reduction="none", beta=0.1)
    weight = torch.tensor([1.0, 1.0, 1.0, 0.5, 0.5])[None, :, None, None]
    return found, (off * weight * truth[:, None]).sum() / positives


def load(
    arrays: dict[str, np.ndarray], index: np.ndarray, rng: np.random.Generator | None
) -> tuple[Tensor, ...]:
    """Return the packed input and the faces of one batch, changed at random if there is a generator."""
    order = np.sort(index)
    pictures = torch.from_numpy(arrays["pictures"][order]).float() / 255
    faces = torch.from_numpy(arrays["faces"][order].copy())
    extent = torch.from_numpy(arrays["extent"][order].astype(np.int64))
    if rng is not None:
        count = len(order)
        flip = torch.from_numpy(rng.random(count) < 0.5)
        pictures[flip] = pictures[flip].flip(2)
        for field in (0, 6):
            faces[flip, :, field] = COLS - 1 - faces[flip, :, field]
        faces[flip, :, 4] = -faces[flip, :, 4]
        left = extent[flip, 0].clone()
        extent[flip, 0], extent[flip, 2] = COLS - extent[flip, 2], COLS - left
        retone(pictures, rng)
        pictures *= within(extent)[..., None]
    return pack(pictures, extent), faces


def main() -> None:
    """Train, then write the averaged weights."""
    args = arguments(__doc__).parse_args()
    begin(args.seed)
    arrays = {k: np.load(args.samples / f"{k}.npy", mmap_mode="r") for k in ("pictures", "faces", "extent")}
    total = len(arrays["faces"])
    count = total - min(512, total // 20)  # the last ones validate
    steps = int(args.passes * (count // BATCH))
    training = Averaged(SearchNet(), args.rate, steps, warm=100, largest=2.0, memory=0.995)
    checkpoint = args.out.with_suffix(".checkpoint")
    sums, since = np.zeros(2), time.time()
    for step in range(training.resume(checkpoint, args.start), steps):
        x, faces = load(arrays, *batch_of(step, count, args.seed))
        found, off = losses(training.answer(x), faces)
        training.learn(found + 1.0 * off, step)
        sums += [float(found.detach()), float(off.detach())]
        if (step + 1) % 50 == 0:
            speed = 50 * BATCH / (time.time() - since)
            print(
                f"{step + 1}/{steps} found {sums[0] / 50:.4f} off {sums[1] / 50:.4f} {speed:.0f}/s",
                flush=True,
            )
            sums, since = np.zeros(2), time.time()
        if (step + 1) % 250 == 0 or step + 1 == steps:
            average = training.average.eval()
            with torch.no_grad():
                batches = (
                    load(arrays, np.arange(k, min(k + 64, total)), None) for k in range(count, total, 64)
                )
                held = [[float(p) for p in losses(average(x), f)] for x, f in batches]
            mean = np.mean(held, 0)
            print(f"  validation found {mean[0]:.4f} off {mean[1]:.4f}", flush=True)
            training.save(checkpoint, step + 1)
            write_onnx(average, args.out)
            since = time.time()


if __name__ == "__main__":
    main()
