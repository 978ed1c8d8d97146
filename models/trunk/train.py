"""Teach a small network how the trunk stands, by collar, neckline and outline.

    ICAO_CHECK_CORPUS=PHOTOS python -m models.trunk.train OUT.onnx [--keep VIEWS.npz] [--check]

It learns from press portraits, whose trunks are often turned (labelled by eye, ``press_portraits.toml``),
from studio portraits, whose sitters faced the camera, and from renders, which are drawn here. What it says of
a mirrored picture is turned round and counts as much, so that nothing but asymmetry can move it: neither
cloth nor studio tells it that a trunk is turned. With ``--check`` it is taught three times, each time without
a third of the people, and what it says of these is printed; nothing is written.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import nn

from icao_check.face import FaceFinder
from icao_check.face.trunk import COLUMNS, ROWS, trunk_layers, trunk_view
from icao_check.photo import read_photo
from icao_check.regions import find_regions
from models.export import write_onnx
from models.training import begin
from samples.portrait import render
from samples.portrait.draw import compliant

LABELS = Path(__file__).with_name("press_portraits.toml")
RENDERS = 700
SHARES = {"us": 4.0, "frame": 1.0, "neutral": 1.0, "geometry": 0.3, "canada": 0.6, "render": 3.0}
"""How often views of each source are drawn."""
BATCH, FOLDS = 32, 3
YAW, ROLL = 20.0, 10.0
"""Degrees that count as one."""
_PER_SIZE, _CHIN = 12.0, (31.5, 9.5)  # of the view, as in icao_check.face.trunk


def drawn(k: int) -> tuple[bytes, float, float]:
    """Draw a portrait whose trunk is turned, in a frame that shows more or less of it: file, yaw and roll."""
    rng = np.random.default_rng([k, 5])
    yaw = float(rng.uniform(-45, 45)) if k % 4 else float(rng.normal(0, 4))
    roll = float(rng.normal(0, 3)) if k % 3 else float(rng.uniform(-12, 12))
    parameters = compliant(5_000_000 + k, 280, 360).changed(
        framing__head_height=float(rng.uniform(19, 34)),
        framing__eye_line=float(rng.uniform(0.34, 0.46)),
        pose__trunk_yaw=yaw,
        pose__trunk_roll=roll,
        pose__yaw=float(rng.normal(0, 3)),
    )
    return render(parameters).file, yaw, roll


def samples(corpus: Path) -> Iterator[tuple[Path | bytes, float, float, str, str]]:
    """Yield photo, yaw, roll (NaN where unknown), source and subject of all samples."""
    for name, degrees in tomllib.loads(LABELS.read_text(encoding="utf-8"))["degrees"].items():
        yield corpus / "photos" / "us" / name, float(degrees), np.nan, "us", name
    with (corpus / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["source"] in ("frll", "canada")]
    for row in rows:
        kind = "canada" if row["source"] == "canada" else Path(row["photo"]).stem.split("_")[1]
        roll = float(row["roll"] or 0.0) if kind == "geometry" else 0.0
        if kind in SHARES:
            yield corpus / "photos" / row["photo"].removeprefix("photos/"), 0.0, roll, kind, row["subject"]
    for k in range(RENDERS):
        yield *drawn(k), "render", f"render-{k}"


def collect(corpus: Path) -> dict[str, np.ndarray]:
    """Find the face of each sample and cut out the view."""
    finder, rows = FaceFinder(), []
    for photo, yaw, roll, source, subject in samples(corpus):
        picture = read_photo(photo)
        found = finder.detect(picture)
        if found:
            landmarks = finder.place(picture, found[0]).landmarks
            view = trunk_view(picture, landmarks, find_regions(picture, landmarks))
            rows.append((view, yaw, roll, source, subject))
    names = ("view", "yaw", "roll", "source", "subject")
    return {name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


def cropped(view: np.ndarray, below: float, beside: float = 9.0) -> np.ndarray:
    """Hide what lies farther below the chin or beside it, in face sizes: a tighter frame."""
    part = view.copy()
    part[max(0, round(_CHIN[1] + below * _PER_SIZE)) :, :, 6] = 0
    part[:, : max(0, round(_CHIN[0] - beside * _PER_SIZE)), 6] = 0
    part[:, round(_CHIN[0] + beside * _PER_SIZE) + 1 :, 6] = 0
    return part


def changed(rng: np.random.Generator, view: np.ndarray) -> tuple[np.ndarray, float]:
    """Reframe, turn and recolour a view; return layers and the turn in degrees."""
    turn = float(rng.normal(0, 3))
    matrix: Any = cv2.getRotationMatrix2D(_CHIN, -turn, float(np.exp(rng.normal(0, 0.06))))
    matrix[:, 2] += rng.normal(0, 1, 2)
    moved = np.asarray(cv2.warpAffine(view, matrix, (COLUMNS, ROWS), flags=cv2.INTER_LINEAR), np.uint8)
    below = 9.0
    if rng.random() < 0.75:
        below = rng.uniform(0.35, 1.1) if rng.random() < 0.6 else rng.uniform(0.35, 2.6)
    moved = cropped(moved, below, rng.uniform(1.3, 2.6) if rng.random() < 0.5 else 9.0)
    colours = moved[..., :3].astype(np.float32) / 255 * np.exp(rng.normal(0, 0.1, 3))
    colours = (colours - 0.5) * np.exp(rng.normal(0, 0.25)) + 0.5 + rng.normal(0, 0.08)
    if rng.random() < 0.3:
        colours = np.roll(colours, int(rng.integers(3)), axis=2)
    if rng.random() < 0.2:
        colours = np.repeat(colours.mean(2, keepdims=True), 3, 2)
    moved[..., :3] = np.clip(colours * 255, 0, 255)
    return trunk_layers(moved), turn


class Trunks(nn.Module):
    """Three strided convolutions and two layers: yaw and roll (B, 2) in degrees of layers (B, 7, H, W)."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(7, width, 3, 2, 1), nn.ReLU(),
            nn.Conv2d(width, 2 * width, 3, 2, 1), nn.ReLU(),
            nn.Conv2d(2 * width, 2 * width, 3, 2, 1), nn.ReLU(),
            nn.Flatten(), nn.Dropout(0.3), nn.Linear(2 * width * (ROWS // 8) * (COLUMNS // 8), 32), nn.ReLU(),
            nn.Linear(32, 2),
        )  # fmt: skip
        self.register_buffer("unit", torch.tensor([YAW, ROLL]))

    def forward(self, layers: torch.Tensor) -> torch.Tensor:
        """Half of the angles: the other half is what the mirror image says, turned round."""
        return self.body(layers) * self.unit


def both(net: Trunks, layers: torch.Tensor) -> torch.Tensor:
    """Angles from pictures and their mirror images."""
    return (net(layers) - net(layers.flip(3))) / 2


def teach(data: dict[str, np.ndarray], learn: np.ndarray, steps: int, seed: int) -> Trunks:
    """Learn from the samples chosen by `learn`."""
    begin(seed)
    rng, net = np.random.default_rng(seed), Trunks()
    share = np.zeros(len(learn))
    for source, weight in SHARES.items():
        some = learn & (data["source"] == source)
        share[some] = weight / max(some.sum(), 1)
    share /= share.sum()
    optimiser = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
    unit = torch.tensor([YAW, ROLL])
    for _ in range(steps):
        chosen = rng.choice(len(share), BATCH, p=share)
        layers, turns = zip(*(changed(rng, data["view"][i]) for i in chosen), strict=True)
        wanted = np.stack([data["yaw"][chosen], data["roll"][chosen] + np.array(turns)], 1)
        goal = torch.from_numpy(wanted).float() / unit
        known = torch.isfinite(goal)
        said = both(net, torch.from_numpy(np.stack(layers))) / unit
        importance = torch.tensor([1.0, 0.5]).expand_as(goal)[known]
        loss = nn.functional.huber_loss(said[known], goal[known], delta=0.5, reduction="none")
        optimiser.zero_grad()
        (loss * importance).mean().backward()
        optimiser.step()
        schedule.step()
    return net.eval()


def answers(net: Trunks, views: np.ndarray, below: float) -> np.ndarray:
    """Yaw and roll (N, 2) of views in which nothing is seen farther below the chin."""
    layers = np.stack([trunk_layers(cropped(view, below)) for view in views])
    with torch.no_grad():
        return both(net, torch.from_numpy(layers)).numpy()


def check(data: dict[str, np.ndarray], steps: int, seed: int) -> None:
    """Teach without a third of the people at a time and print what is said of these."""
    fold = np.array([int(hashlib.sha256(str(s).encode()).hexdigest(), 16) % FOLDS for s in data["subject"]])
    found = {below: np.zeros((len(fold), 2)) for below in (9.0, 1.0, 0.6)}
    for k in range(FOLDS):
        net = teach(data, fold != k, steps, seed)
        for below, said in found.items():
            said[fold == k] = answers(net, data["view"][fold == k], below)
        print("fold", k, flush=True)
    for below, said in found.items():
        for source in SHARES:
            some = data["source"] == source
            yaw, roll, angle = data["yaw"][some], data["roll"][some], said[some]
            square, turned = np.abs(yaw) < 8, np.abs(yaw) > 14
            line = f"seen {below} below, {source}: square {square.sum()}"
            straight = np.quantile(np.abs(angle[square, 0]), [0.5, 0.9, 0.95, 1]).round(1)
            line += f" |yaw| 50, 90, 95, 100 % {straight}"
            if source != "us":
                error = angle[:, 1] - roll
                line += f"; roll: deviation {error.std():.1f}, largest {np.abs(angle[:, 1]).max():.1f}"
            if turned.sum():
                right = angle[turned, 0] * np.sign(yaw[turned])
                line += (
                    f"; turned {turned.sum()}: 5, 10, 50 % {np.quantile(right, [0.05, 0.1, 0.5]).round(1)}"
                )
                line += f" above 10, 20: {np.mean(right > 10):.2f}, {np.mean(right > 20):.2f}"
                line += f"; correlation {np.corrcoef(yaw, angle[:, 0])[0, 1]:.2f}"
            print(line)


def main() -> None:
    """Read the command line and teach."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--keep", type=Path, help="file of the views")
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    if options.keep is not None and options.keep.is_file():
        with np.load(options.keep) as kept:
            data = {name: kept[name] for name in kept.files}
    else:
        data = collect(Path(os.environ["ICAO_CHECK_CORPUS"]))
        if options.keep is not None:
            saved: dict[str, Any] = dict(data)
            np.savez_compressed(options.keep, **saved)
    if options.check:
        check(data, options.steps, options.seed)
        return
    net = teach(data, np.ones(len(data["yaw"]), bool), options.steps, options.seed)
    example = torch.from_numpy(np.stack([trunk_layers(data["view"][0])] * 2))
    write_onnx(net, example, options.out, "layers", ["angles"])


if __name__ == "__main__":
    main()
