"""Train the network that sees marks on a print and write it as ONNX.

    python -m models.marks.train SHOTS OUT.onnx [--passes 8] [--seed 0]

`SHOTS` comes from ``photos.py``. Samples are drawn while training, each from ``default_rng([seed, number])``
(``compose.py``); every one is seen four times, and a pass is 2 048 of them. Deterministic for a seed and
one build of PyTorch (2.13.0, CPU, one thread). A checkpoint beside the output lets an interrupted run go on.
"""

from __future__ import annotations

import time

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from models.marks.compose import compose, source_weights
from models.marks.network import MarksNet, pack, unpack, write_onnx
from models.marks.shots import Shot, load_shots
from models.training import Averaged, arguments, begin

# Every batch has so many new samples and as many of so many steps before.
_NEW, _LAGS = 1, (0, 40, 120, 240)
_PASS = 2048
# Samples of this other seed validate.
_HELD_SEED, _HELD = 999_983, 96
# A marked cell weighs as much as this many others.
_WEIGHT = 3.0


class Samples:
    """Samples by number, drawn when first asked for and kept while they may be asked for again."""

    def __init__(self, shots: list[Shot], seed: int) -> None:
        self._shots, self._weights, self._seed = shots, source_weights(shots), seed
        self._kept: dict[int, tuple[np.ndarray, ...]] = {}

    def batch(self, step: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return the batch of a step: new samples, and some of earlier steps mirrored or in another tone."""
        rng = np.random.default_rng([self._seed, step, 1])
        parts, again = [], []
        for lag in _LAGS:
            if step >= lag:
                numbers = range((step - lag) * _NEW, (step - lag + 1) * _NEW)
                parts += [self._sample(number) for number in numbers]
                again += [lag > 0] * _NEW
        for number in range((step - _LAGS[-1]) * _NEW, (step - _LAGS[-1] + 1) * _NEW):
            self._kept.pop(number, None)
        picture, inside, marked, taught = stack(parts)
        old = torch.tensor(again)
        mirrored = old & torch.from_numpy(rng.random(len(parts)) < 0.5)
        for plane in (picture, inside, marked, taught):
            plane[mirrored] = plane[mirrored].flip(2)
        tone = torch.from_numpy(np.exp(rng.normal(0, 0.08, (len(parts), 1, 1, 3)))).float()
        picture[old] = (picture[old] * tone[old]).clamp(0, 1)
        return pack(picture, inside), marked, taught

    def first(self, count: int) -> list[tuple[np.ndarray, ...]]:
        """Return the first samples as they were drawn."""
        return [self._sample(number) for number in range(count)]

    def _sample(self, number: int) -> tuple[np.ndarray, ...]:
        if number not in self._kept:
            rng = np.random.default_rng([self._seed, number])
            self._kept[number] = compose(rng, self._shots, self._weights)
        return self._kept[number]


def stack(samples: list[tuple[np.ndarray, ...]]) -> list[Tensor]:
    """Return pictures in 0..1, inside, marked and taught of some samples."""
    picture, *planes = (torch.from_numpy(np.stack(part)).float() for part in zip(*samples, strict=True))
    return [picture / 255, *planes]


def loss_of(logits: Tensor, marked: Tensor, taught: Tensor) -> Tensor:
    """Focal cross entropy per taught cell; marked cells weigh more."""
    entropy = nn.functional.binary_cross_entropy_with_logits(logits, marked, reduction="none")
    hard = (torch.sigmoid(logits) - marked).abs()
    weight = taught * (1 + (_WEIGHT - 1) * marked)
    return (entropy * hard * weight).sum() / (0.02 * taught.sum()).clamp(min=1)


def main() -> None:
    """Train, then write the averaged weights."""
    args = arguments(__doc__).parse_args()
    begin(args.seed)
    cv2.setNumThreads(1)
    shots = load_shots(args.samples)
    samples = Samples(shots, args.seed)
    steps = int(args.passes * _PASS / _NEW)
    training = Averaged(MarksNet(), args.rate, steps, warm=50, largest=2.0, memory=0.995)
    checkpoint = args.out.with_suffix(".checkpoint")
    picture, inside, *truth = stack(Samples(shots, _HELD_SEED).first(_HELD))
    held = (pack(picture, inside), *truth)
    total, drawing, since = 0.0, 0.0, time.time()
    for step in range(training.resume(checkpoint, args.start), steps):
        begun = time.time()
        x, marked, taught = samples.batch(step)
        drawing += time.time() - begun
        loss = loss_of(unpack(training.answer(x)), marked, taught)
        training.learn(loss, step)
        total += float(loss.detach())
        if (step + 1) % 100 == 0:
            speed = 100 * len(x) / (time.time() - since)
            share = drawing / (time.time() - since)
            print(f"{step + 1}/{steps} loss {total / 100:.4f} {speed:.1f}/s, drawing {share:.0%}", flush=True)
            total, drawing, since = 0.0, 0.0, time.time()
        if (step + 1) % 400 == 0 or step + 1 == steps:
            average = training.average.eval()
            with torch.no_grad():
                answer = torch.cat([unpack(average(part)) for part in held[0].split(16)])
            said, true, known = answer > 0, held[1] > 0, held[2] > 0
            found = float((said & true).sum() / true.sum())
            false = float((said & ~true & known).sum() / said.sum().clamp(min=1))
            loss = float(loss_of(answer, held[1], held[2]))
            print(f"  validation loss {loss:.4f} found {found:.3f} false {false:.3f}", flush=True)
            training.save(checkpoint, step + 1)
            write_onnx(average, args.out)
            since = time.time()


if __name__ == "__main__":
    main()
