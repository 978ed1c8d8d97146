"""Train the network that proposes faces and write it as ONNX.

    python -m models.search.train SAMPLES OUT.onnx [--passes 8] [--seed 0]

`SAMPLES` comes from ``compose.py``. Deterministic for a seed and one build of PyTorch (2.13.0, CPU, one
thread). A checkpoint beside the output lets an interrupted run go on.
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from models.regions.network import COLS, ROWS
from models.search.network import CELL, UNIT, SearchNet, pack, write_onnx

BATCH = 32
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
        tone = np.exp(rng.normal(0, 0.1, (count, 1, 1, 3)) + rng.normal(0, 0.12, (count, 1, 1, 1)))
        lift = rng.normal(0, 0.05, (count, 1, 1, 1))
        grain = np.maximum(rng.normal(0, 0.012, (count, 1, 1, 1)), 0)
        noise = torch.randn(
            pictures.shape, generator=torch.Generator().manual_seed(int(rng.integers(1 << 62)))
        )
        pictures.mul_(torch.from_numpy(tone).float()).add_(torch.from_numpy(lift).float())
        pictures.add_(noise.mul_(torch.from_numpy(grain).float())).clamp_(0, 1)
        x, y = torch.arange(COLS)[None, None, :], torch.arange(ROWS)[None, :, None]
        left, top, right, bottom = (extent[:, i, None, None] for i in range(4))
        pictures *= ((x >= left) & (x < right) & (y >= top) & (y < bottom)).float()[..., None]
    return pack(pictures, extent), faces


def main() -> None:
    """Train, then write the averaged weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("samples", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--passes", type=float, default=8)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--start", type=Path, help="begin with the weights of this checkpoint")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    torch.use_deterministic_algorithms(True)
    arrays = {k: np.load(args.samples / f"{k}.npy", mmap_mode="r") for k in ("pictures", "faces", "extent")}
    total = len(arrays["faces"])
    count = total - min(512, total // 20)  # the last ones validate
    net = SearchNet().to(memory_format=torch.channels_last)
    average = copy.deepcopy(net)
    optimiser = torch.optim.AdamW(net.parameters(), lr=args.rate, weight_decay=1e-4)
    per_pass = count // BATCH
    steps, begin = int(args.passes * per_pass), 0
    checkpoint = args.out.with_suffix(".checkpoint")
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        net.load_state_dict(state["net"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        begin = state["step"]
    elif args.start:
        net.load_state_dict(torch.load(args.start, weights_only=True)["average"])
        average.load_state_dict(net.state_dict())
    sums, since = np.zeros(2), time.time()
    for step in range(begin, steps):
        if step == begin or step % per_pass == 0:
            order = np.random.default_rng([args.seed, step // per_pass]).permutation(count)
        at = step % per_pass * BATCH
        x, faces = load(arrays, order[at : at + BATCH], np.random.default_rng([args.seed, step, 1]))
        rate = args.rate * min(1, (step + 1) / 100) * (0.5 + 0.5 * math.cos(math.pi * step / steps)) + 1e-6
        for group in optimiser.param_groups:
            group["lr"] = rate
        found, off = losses(net(x.contiguous(memory_format=torch.channels_last)), faces)
        optimiser.zero_grad()
        (found + 1.0 * off).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        optimiser.step()
        keep = min(0.995, (step + 1) / (step + 10))
        with torch.no_grad():
            for a, b in zip(average.state_dict().values(), net.state_dict().values(), strict=True):
                a.copy_(a * keep + b * (1 - keep) if a.is_floating_point() else b)
        sums += [float(found.detach()), float(off.detach())]
        if (step + 1) % 50 == 0:
            speed = 50 * BATCH / (time.time() - since)
            print(
                f"{step + 1}/{steps} found {sums[0] / 50:.4f} off {sums[1] / 50:.4f} {speed:.0f}/s",
                flush=True,
            )
            sums, since = np.zeros(2), time.time()
        if (step + 1) % 250 == 0 or step + 1 == steps:
            average.eval()
            with torch.no_grad():
                batches = (
                    load(arrays, np.arange(k, min(k + 64, total)), None) for k in range(count, total, 64)
                )
                held = [[float(p) for p in losses(average(x), f)] for x, f in batches]
            mean = np.mean(held, 0)
            print(f"  validation found {mean[0]:.4f} off {mean[1]:.4f}", flush=True)
            state = {
                "net": net.state_dict(),
                "average": average.state_dict(),
                "optimiser": optimiser.state_dict(),
                "step": step + 1,
            }
            torch.save(state, checkpoint)
            write_onnx(average, args.out)
            since = time.time()


if __name__ == "__main__":
    main()
