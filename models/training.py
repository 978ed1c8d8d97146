"""What the trainings on composed canvases share: arguments, how canvases are changed, averaged weights."""

from __future__ import annotations

import argparse
import copy
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from models.regions.network import COLS, ROWS

__all__ = ["BATCH", "Averaged", "arguments", "batch_of", "begin", "retone", "within"]

BATCH = 32


def arguments(description: str | None) -> argparse.ArgumentParser:
    """Return the parser of a training: SAMPLES OUT.onnx [--passes] [--rate] [--start] [--seed]."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("samples", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--passes", type=float, default=8)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--start", type=Path, help="begin with the weights of this checkpoint")
    parser.add_argument("--seed", type=int, default=0)
    return parser


def begin(seed: int) -> None:
    """Make what follows depend on the seed alone; call it before the network is made."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True)


def batch_of(step: int, count: int, seed: int) -> tuple[np.ndarray, np.random.Generator]:
    """Return the samples of one step of `count`, each once a pass, and the step's own generator."""
    per_pass = count // BATCH
    order = np.random.default_rng([seed, step // per_pass]).permutation(count)
    at = step % per_pass * BATCH
    return order[at : at + BATCH], np.random.default_rng([seed, step, 1])


def retone(pictures: Tensor, rng: np.random.Generator) -> None:
    """Change tone, tint and grain of pictures (N, 160, 128, 3) in 0..1, in place."""
    count = pictures.shape[0]
    tone = np.exp(rng.normal(0, 0.1, (count, 1, 1, 3)) + rng.normal(0, 0.12, (count, 1, 1, 1)))
    lift = rng.normal(0, 0.05, (count, 1, 1, 1))
    grain = np.maximum(rng.normal(0, 0.012, (count, 1, 1, 1)), 0)
    noise = torch.randn(pictures.shape, generator=torch.Generator().manual_seed(int(rng.integers(1 << 62))))
    pictures.mul_(torch.from_numpy(tone).float()).add_(torch.from_numpy(lift).float())
    pictures.add_(noise.mul_(torch.from_numpy(grain).float())).clamp_(0, 1)


def within(extent: Tensor) -> Tensor:
    """Return 1 inside pictures of extent (N, 4): left, top, right, bottom; 0 outside: (N, 160, 128)."""
    x, y = torch.arange(COLS)[None, None, :], torch.arange(ROWS)[None, :, None]
    left, top, right, bottom = (extent[:, i, None, None] for i in range(4))
    return ((x >= left) & (x < right) & (y >= top) & (y < bottom)).float()


class Averaged:
    """A network in training beside the running mean of its weights, which is what is shipped.

    Parameters
    ----------
    net : Module
        New.
    rate : float
        Largest learning rate; it rises over `warm` steps and falls as a cosine to the end.
    steps, warm : int
        Of the whole training; of the rise.
    largest : float
        Norm to which gradients are clipped.
    memory : float
        Largest share of the mean that is kept in a step.
    """

    def __init__(
        self, net: nn.Module, rate: float, steps: int, *, warm: int, largest: float, memory: float
    ) -> None:
        self.net = net.to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.net)
        self._optimiser = torch.optim.AdamW(self.net.parameters(), lr=rate, weight_decay=1e-4)
        self._rate, self._steps, self._warm, self._largest, self._memory = rate, steps, warm, largest, memory

    def resume(self, checkpoint: Path, start: Path | None) -> int:
        """Go on from a checkpoint, else begin with the mean of another; return the first step to take."""
        if checkpoint.exists():
            state: dict[str, Any] = torch.load(checkpoint, weights_only=True)
            self.net.load_state_dict(state["net"])
            self.average.load_state_dict(state["average"])
            self._optimiser.load_state_dict(state["optimiser"])
            return int(state["step"])
        if start is not None:
            self.net.load_state_dict(torch.load(start, weights_only=True)["average"])
            self.average.load_state_dict(self.net.state_dict())
        return 0

    def answer(self, cells: Tensor) -> Tensor:
        """Return what the network in training says."""
        return self.net(cells.contiguous(memory_format=torch.channels_last))

    def learn(self, loss: Tensor, step: int) -> None:
        """Take one step down the gradient of a loss."""
        fall = 0.5 + 0.5 * math.cos(math.pi * step / self._steps)
        for group in self._optimiser.param_groups:
            group["lr"] = self._rate * min(1, (step + 1) / self._warm) * fall + 1e-6
        self._optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), self._largest)
        self._optimiser.step()
        keep = min(self._memory, (step + 1) / (step + 10))
        with torch.no_grad():
            for a, b in zip(self.average.state_dict().values(), self.net.state_dict().values(), strict=True):
                a.copy_(a * keep + b * (1 - keep) if a.is_floating_point() else b)

    def save(self, checkpoint: Path, step: int) -> None:
        """Write a checkpoint after so many steps."""
        state = {
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "step": step,
        }
        torch.save(state, checkpoint)
