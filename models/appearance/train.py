"""Train the networks on appearance.

    python -m models.appearance.train OUT HEADS.npz... [--count N] [--epochs N] [--evenly]

`HEADS.npz` are what faces.py wrote. One fifth of the people (by a hash of the subject) is never learnt from.
OUT gets ``face_appearance.onnx`` and ``eye_appearance.onnx``, and keeps the views that were drawn.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, smooth_l1_loss

from icao_check.face.appearance import HEADS, QUANTITIES, View
from models.appearance.samples import UNKNOWN, VIEWS, Heads, pool
from models.export import fused, write_onnx

FOLDS = 5
FILES = {"face": "face_appearance", "eyes": "eye_appearance"}
WIDTHS = (12, 20, 32, 48, 64)
RENDERED = 0.4
"""Share of the views that show a rendered portrait."""
MEASURING = 1.5
"""Weight of the errors of measured quantities beside that of the log-odds."""


def fold_of(subject: str) -> int:
    """Return the fold of a person; the same on every machine."""
    return hashlib.sha256(subject.encode()).digest()[0] % FOLDS


class Block(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute the layer."""
        return torch.relu(x + self.body(x))


class AppearanceNet(nn.Module):
    """Convolutions down to a coarse map; where on it a thing is seen is kept, for hats are above."""

    def __init__(self, view: View) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 3
        for width in WIDTHS[:-1]:
            layers += [nn.Conv2d(before, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            if width >= WIDTHS[2]:
                layers.append(Block(width))
            before = width
        self.features = nn.Sequential(*layers)
        rows, columns = -(-view.height // 16), -(-view.width // 16)
        self.head = nn.Sequential(
            nn.Flatten(), nn.Dropout(0.3), nn.Linear(before * rows * columns, WIDTHS[-1]), nn.ReLU(),
            nn.Dropout(0.2), nn.Linear(WIDTHS[-1], len(view.heads) + len(view.quantities)),
        )  # fmt: skip

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return log-odds and quantities (N, heads + quantities) of pictures (N, 3, h, w) in 0..1."""
        logits: torch.Tensor = self.head(self.features((image - 0.5) * 4.0))
        return logits


def learn(
    view: View,
    images: np.ndarray,
    labels: np.ndarray,
    quantities: np.ndarray,
    epochs: int,
    seed: int,
    batch: int = 64,
    heads: tuple[str, ...] = HEADS,
) -> AppearanceNet:
    """Train one network on uint8 views (N, h, w, 3), labels (N, len(heads)) and quantities."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = AppearanceNet(view)
    columns = [heads.index(name) for name in view.heads]
    units = np.array([QUANTITIES[name] for name in view.quantities], np.float32)
    sizes = quantities[:, [list(QUANTITIES).index(name) for name in view.quantities]] / units
    steps = epochs * (len(images) // batch)
    optimiser = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, steps)
    started, seen = time.time(), []
    for epoch in range(epochs):
        order = rng.permutation(len(images))
        for k in range(0, len(order) - batch + 1, batch):
            rows = np.sort(order[k : k + batch])
            x = torch.from_numpy(images[rows]).permute(0, 3, 1, 2).float() / 255
            y = torch.from_numpy(labels[rows][:, columns]).float()
            known = (y != UNKNOWN).float()
            target = y.clamp(0, 1) * 0.98 + 0.01
            found = net(x)
            logits, measured = found[:, : len(columns)], found[:, len(columns) :]
            loss = (
                binary_cross_entropy_with_logits(logits, target, reduction="none") * known
            ).sum() / known.sum()
            size = torch.from_numpy(sizes[rows])
            given = ~torch.isnan(size)
            if given.any():
                loss = loss + MEASURING * smooth_l1_loss(measured[given], size[given], beta=0.1)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            seen.append(float(loss.detach()))
        print(f"epoch {epoch}: loss {np.mean(seen[-200:]):.4f}, {time.time() - started:.0f} s", flush=True)
    return net.eval()


def drawing_shares(subjects: np.ndarray, labels: np.ndarray, evenly: bool) -> np.ndarray:
    """Return how often each face is drawn: renders `RENDERED` of the time, the others as their labels ask."""
    rendered = np.char.startswith(subjects, "render")
    generated = np.char.startswith(subjects, "sfhq")
    # Generated faces frown, pout and raise their brows, others hardly do: they are drawn more often.
    shares = 1.0 + (not evenly) * generated * (0.5 + 1.5 * (labels[:, HEADS.index("not_neutral")] == 1))
    part = RENDERED if rendered.any() else 0.0
    for group, total in ((rendered, part), (~rendered, 1.0 - part)):
        shares[group] *= total / max(float(shares[group].sum()), 1e-9)
    return np.asarray(shares)


def main() -> None:
    """Draw the views, train both networks, write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("heads", type=Path, nargs="+")
    parser.add_argument("--count", type=int, default=3500)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=VIEWS, help="train this network alone")
    parser.add_argument("--evenly", action="store_true", help="draw every face equally often")
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    heads = Heads.load(*options.heads)
    chosen = np.array([i for i, subject in enumerate(heads.subjects) if fold_of(str(subject)) != 0])
    shares = drawing_shares(heads.subjects[chosen], heads.labels[chosen], options.evenly)
    started = time.time()
    names = (options.only,) if options.only else tuple(VIEWS)
    options.out.mkdir(parents=True, exist_ok=True)
    drawn = options.out / "views.npz"
    if not drawn.is_file():
        pieces, seen, sizes = pool(options.seed, heads, chosen, shares, options.count, options.repeats, names)
        np.savez(drawn, allow_pickle=False, labels=seen, quantities=sizes, **pieces)
        print(f"{len(seen)} views of {len(chosen)} faces, {time.time() - started:.0f} s", flush=True)
    views = dict(np.load(drawn))
    labels, quantities = views.pop("labels"), views.pop("quantities")
    for name in names:
        view = VIEWS[name]
        net = learn(view, views[name], labels, quantities, options.epochs, options.seed)
        example = torch.rand(1, 3, view.height, view.width)
        write_onnx(fused(net), example, options.out / f"{FILES[name]}.onnx", "image", ["logits"])


if __name__ == "__main__":
    main()
