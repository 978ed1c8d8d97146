"""Train the network that sees cast shadows on a face and write it as ONNX.

    python -m models.shadows.train FACES.npz OUT.onnx [--passes 8] [--seed 0]

`FACES.npz` comes from ``photos.py``. Samples are drawn while training, each from ``default_rng([seed,
number])`` (``compose.py``) and seen about four times, later mirrored or in another tone; a pass is 2 048 of
them. Deterministic for a seed and one build of PyTorch (2.13.0, CPU, one thread). A checkpoint beside the
output lets an interrupted run go on.
"""

from __future__ import annotations

import time

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from models.shadows.compose import Faces, compose, halved, source_weights
from models.shadows.network import ShadowNet, planes_of, write_onnx
from models.training import Averaged, arguments, begin

# Every batch has so many new samples and as many again of each of so many steps before.
_NEW, _LAGS = 8, (0, 30, 90, 180)
_PASS = 2048
# Samples of this other seed validate.
_HELD_SEED, _HELD = 999_983, 256
# A cell in a shadow weighs as much as this many others.
_WEIGHT = 2.0


class Samples:
    """Samples by step, drawn when first asked for and kept while they may be asked for again."""

    def __init__(self, faces: Faces, seed: int) -> None:
        self._faces, self._weights, self._seed = faces, source_weights(faces), seed
        self._kept: dict[int, list[Tensor]] = {}

    def batch(self, step: int) -> list[Tensor]:
        """Return input, depth and weight of new samples, and of earlier ones mirrored and in another tone."""
        rng = np.random.default_rng([self._seed, step, 1])
        steps = [step - lag for lag in _LAGS if step >= lag]
        x, depth, teaches = (torch.cat(part) for part in zip(*map(self.drawn, steps), strict=True))
        self._kept.pop(step - _LAGS[-1], None)
        mirrored = torch.from_numpy(rng.random(len(x)) < 0.5)
        x[mirrored, :12] = _mirror(x[mirrored, :12])
        depth[mirrored], teaches[mirrored] = depth[mirrored].flip(2), teaches[mirrored].flip(2)
        tone = torch.from_numpy(np.exp(rng.normal(0, 0.06, (len(x), 1, 3, 1, 1)))).float()
        colours = (x[:, :12].reshape(len(x), 4, 3, *x.shape[2:]) + 1) * tone - 1
        x[_NEW:, :12] = colours.clamp(-1, 1).reshape(len(x), 12, *x.shape[2:])[_NEW:]
        return [x, depth, teaches]

    def drawn(self, step: int, count: int = _NEW) -> list[Tensor]:
        """Return input, depth and weight of the samples of one step, as they were drawn."""
        if step not in self._kept:
            numbers = range(step * count, (step + 1) * count)
            samples = [
                compose(np.random.default_rng([self._seed, number]), self._faces, self._weights)
                for number in numbers
            ]
            pictures, *truth = zip(*samples, strict=True)
            planes = [torch.from_numpy(np.stack(part)).float() for part in truth]
            self._kept[step] = [planes_of(list(pictures)), *planes]
        return self._kept[step]


def _mirror(colours: Tensor) -> Tensor:
    """Mirror the colours of 2 × 2 pixels, (N, 12, rows, columns): also within the cells."""
    split = colours.reshape(len(colours), 2, 2, 3, *colours.shape[2:])
    return split.flip(2).flip(5).reshape(colours.shape)


def loss_of(answer: Tensor, depth: Tensor, teaches: Tensor) -> Tensor:
    """Huber loss per taught cell; shadows weigh more."""
    error = nn.functional.smooth_l1_loss(answer[:, 0], depth, reduction="none", beta=0.2)
    weight = teaches * (1.0 + (_WEIGHT - 1.0) * (depth > 0.05))
    return (error * weight).sum() / weight.sum()


def main() -> None:
    """Train, then write the averaged weights."""
    args = arguments(__doc__).parse_args()
    begin(args.seed)
    cv2.setNumThreads(1)
    with np.load(args.samples) as stored:
        faces = halved(Faces(**stored))
    samples = Samples(faces, args.seed)
    steps = int(args.passes * _PASS / _NEW)
    training = Averaged(ShadowNet(), args.rate, steps, warm=50, largest=1.0, memory=0.995)
    checkpoint = args.out.with_suffix(".checkpoint")
    x_held, *held = Samples(faces, _HELD_SEED).drawn(0, _HELD)
    total, drawing, since = 0.0, 0.0, time.time()
    for step in range(training.resume(checkpoint, args.start), steps):
        begun = time.time()
        x, *truth = samples.batch(step)
        drawing += time.time() - begun
        loss = loss_of(training.answer(x), *truth)
        training.learn(loss, step)
        total += float(loss.detach())
        if (step + 1) % 100 == 0:
            took = time.time() - since
            print(
                f"{step + 1}/{steps} loss {total / 100:.4f} {100 * len(x) / took:.0f}/s, drawing "
                f"{drawing / took:.0%}",
                flush=True,
            )
            total, drawing, since = 0.0, 0.0, time.time()
        if (step + 1) % 400 == 0 or step + 1 == steps:
            average = training.average.eval()
            with torch.no_grad():
                print(f"  validation loss {float(loss_of(average(x_held), *held)):.4f}", flush=True)
            training.save(checkpoint, step + 1)
            write_onnx(average, args.out)
            since = time.time()


if __name__ == "__main__":
    main()
