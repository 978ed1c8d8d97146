"""Teach a line through the landmarks how near the camera was.

    python -m models.faces.train_distance OUT.onnx FACES... [--fold K] [--keep FEATURES.npz]

It learns from what the landmark networks of the package really see, their errors included: on renders, whose
camera is known, and on photos, as they are and seen from nearer by the relief of the teacher's mesh. From
nearer, what is in front (nose, chin) grows and what lies behind (ears, outline, crown) shrinks. With
``--keep`` the features are kept in a file, or read from it where it exists.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import nn

from icao_check.face.points import PointPlacer, Posture, posture_of
from icao_check.face.pose import pose_features
from icao_check.photo import read_photo
from models.export import write_onnx
from models.faces import layout
from models.faces.photos import INTER_EYE, Faces
from models.faces.train_points import fold_of
from models.faces.train_pose import SEEN, UNCERTAIN
from models.faces.views import Turn, rotation, sample, view

INTER_EYE_METRES = 0.063
ASSUMED = {"frll": 1.8, "canada": 1.8, "us": 2.0, "synthetic": 1.2}
"""Metres from which the photos were taken, which nobody knows; see the card."""
NEARER = (0.0, 0.8, 1.6, 2.4, 3.2, 3.6)
"""Views of a photo: as it is, and moved nearer by up to so much, in 1 / m."""
FAR, FAR_WEIGHT = 0.95, 3.0
"""Faces seen from farther than 1 / `FAR` m count so much more: most photos are."""
WEIGHTS = {"frll": 1.0, "canada": 2.0, "us": 1.0, "synthetic": 0.5, "render": 2.0}
RIDGE = 0.02


def nearer(rng: np.random.Generator, faces: Faces, i: int, points: np.ndarray, nearness: float) -> Turn:
    """Move the camera nearer by so much in 1 / m, and turn the head by a few degrees."""
    middle = (points[layout.LEFT_PUPIL] + points[layout.RIGHT_PUPIL]) / 2
    centre = middle + np.array([0.0, rng.normal(0.6, 0.3) * INTER_EYE])
    yaw, pitch = np.clip(rng.normal(0, 4, 2), -10, 10)
    eyes = 1.2 * INTER_EYE
    depth = float(sample(faces.relief[i], middle[None, None].astype(np.float32))[0, 0]) - eyes
    distance = INTER_EYE / INTER_EYE_METRES / nearness + eyes
    return Turn(rotation(float(yaw), float(pitch), 0), centre, depth, eyes, 1 / distance)


def collect(faces: Faces, seed: int) -> dict[str, np.ndarray]:
    """Look at views of all faces.

    Returns index, number of the view, features (N, 2, F), what the network of the whole head says (N, 4),
    nearness in 1 / m, source and subject.
    """
    points, spread = faces.targets(np.ones(len(faces.keys), bool))
    placer, rows = PointPlacer(), []
    usable = ~np.isnan(points[:, [layout.LEFT_PUPIL, layout.RIGHT_PUPIL, layout.CHIN], 0]).any(1)
    for i in np.flatnonzero(usable).tolist():
        source = str(faces.sources[i])
        for j in range(1 if source == "render" else len(NEARER)):
            rng = np.random.default_rng((seed, i, j))
            turn = None
            if source == "render":
                near = float(faces.nearness[i]) / INTER_EYE_METRES
            else:
                near = 1 / ASSUMED[source]
                if j > 0:
                    more = rng.uniform(0, NEARER[j])
                    turn, near = nearer(rng, faces, i, points[i], more), near + more
            v = view(
                rng, faces, i, points[i], spread[i], SEEN, np.array([0.0, 0.1]), turn, bool(j % 2), mild=True
            )
            true = posture_of(v.points.astype(np.float64))
            start = Posture(
                true.eyes + rng.normal(0, UNCERTAIN, 2) * true.size,
                true.size * float(np.exp(rng.normal(0, UNCERTAIN))),
                true.roll + float(rng.normal(0, UNCERTAIN)),
            )
            found, look, _ = placer.landmarks(read_photo(np.ascontiguousarray(v.image)), start)
            features = pose_features(found, posture_of(found.points).size, look.whole[:2])
            rows.append((i, j, features, look.whole, near, source, str(faces.subjects[i])))
        if i % 100 == 0:
            print(i, "of", len(faces.keys), flush=True)
    names = ("index", "view", "features", "whole", "near", "source", "subject")
    return {name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


class Line(nn.Module):
    """A weighted sum of normalised features (B, F): the reading (B, 1)."""

    def __init__(self, features: np.ndarray, wanted: np.ndarray, weight: np.ndarray) -> None:
        super().__init__()
        mean = np.average(features, 0, weight)
        deviation = np.sqrt(np.average((features - mean) ** 2, 0, weight)) + 1e-3
        normal = np.clip((features - mean) / deviation, -4, 4)
        middle = np.average(wanted, 0, weight)
        scatter = (normal * weight[:, None]).T @ normal / weight.sum()
        slope = np.linalg.solve(
            scatter + RIDGE * np.eye(len(mean)),
            (normal * weight[:, None]).T @ (wanted - middle) / weight.sum(),
        )
        self.register_buffer("mean", torch.from_numpy(mean).float())
        self.register_buffer("scale", torch.from_numpy(1 / deviation).float())
        self.line = nn.Linear(len(mean), 1)
        with torch.no_grad():
            self.line.weight.copy_(torch.from_numpy(slope[None]))
            self.line.bias.fill_(float(middle))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Read features; what lies far from everything learnt does not carry the answer away."""
        return self.line(((x - self.mean) * self.scale).clamp(-4.0, 4.0))


def readings(net: Line, features: np.ndarray) -> np.ndarray:
    """Return readings (N,), from each face and its mirror image together."""
    with torch.no_grad():
        out = net(torch.from_numpy(features.reshape(-1, features.shape[2])).float()).numpy()
    return np.asarray(out.reshape(-1, 2).mean(1))


def report(found: np.ndarray, near: np.ndarray, name: str) -> None:
    """Print how the readings follow the nearness, and what they are from far and from 30 to 45 cm."""
    slope, start = np.polyfit(near, found, 1)
    rest = np.std(found - start - slope * near)
    print(f"{name}: n={len(near)} line {start:.2f} + {slope:.2f} n, spread {rest:.2f}", end="")
    for label, which in (("far", near < FAR), ("45-30 cm", (near > 2.2) & (near < 3.4))):
        if which.sum() > 4:
            print(
                f"; {label} {which.sum()}:",
                np.quantile(found[which], [0.05, 0.5, 0.95, 0.99]).round(2),
                end="",
            )
    print()


def main() -> None:
    """Read the command line and teach."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("faces", type=Path, nargs="+", help="folders that photos.py and renders.py wrote")
    parser.add_argument("--fold", type=int)
    parser.add_argument("--keep", type=Path, help="file of the features")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    if options.keep is not None and options.keep.is_file():
        with np.load(options.keep) as kept:
            rows = {name: kept[name] for name in kept.files}
    else:
        rows = collect(Faces.load(*options.faces), options.seed)
        if options.keep is not None:
            saved: dict[str, Any] = dict(rows)
            np.savez(options.keep, **saved)
    features, near, source = rows["features"].astype(np.float64), rows["near"], rows["source"]
    held = np.array([fold_of(str(s)) == options.fold for s in rows["subject"]])
    weight = np.array([WEIGHTS[str(s)] for s in source]) * np.where(near < FAR, FAR_WEIGHT, 1.0)
    # A face and its mirror image are as far away.
    net = Line(features[~held].mean(1), near[~held], weight[~held]).eval()
    found = readings(net, rows["features"])
    frontal = (np.abs(rows["whole"][:, 0] * 15) < 8) & (np.abs(rows["whole"][:, 1] * 15) < 10)
    for name in (*ASSUMED, "render"):
        for label, which in (("learnt from", ~held), ("left out", held)):
            some = which & frontal & (source == name)
            if some.sum() > 4:
                report(found[some], near[some], f"{name}, {label}")
    some = held & frontal & (source != "synthetic")
    if some.sum() > 4:
        report(found[some], near[some], "all but generated faces, left out")
    example = torch.from_numpy(rows["features"][0]).float()
    write_onnx(net, example, options.out, "features", ["reading"])


if __name__ == "__main__":
    main()
