"""Teach a small perceptron to read yaw and pitch off the landmarks that the other networks place.

    python -m models.faces.train_pose OUT.onnx FACES... [--fold K] [--keep FEATURES.npz]

It learns from what the landmark networks of the package really see, their errors included: on renders,
whose pose is exact, and on photos, as they are and turned in depth by the relief of the teacher's mesh. With
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
from models.faces.photos import Faces
from models.faces.pose import STUDIO, angles, base_rotations
from models.faces.train_points import chosen
from models.faces.views import Framing, random_turn, view

VIEWS, VIEWS_DRAWN = 5, 2
"""Views of a photo, of which the first is as it is and the others are turned; and of a render."""
TURN = 14.0
"""Standard deviation of these turns in yaw, degrees."""
LARGEST = 32.0
"""Larger angles are not taught, in degrees."""
SHARE_DRAWN = 0.6
"""Renders are drawn this often for each photo that is."""
SEEN = Framing(420, 6.0, 0.06, 0.05, 5.0, 0.0)
UNCERTAIN = 0.06  # of the posture that is handed to the networks: in face sizes, log scale and radians


def collect(faces: Faces, learn: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Look at views of all faces: index, number of the view, features (N, 2, F), yaw and pitch (N, 2)."""
    points, spread = faces.targets(learn)
    base = base_rotations(faces, learn)
    placer, rows = PointPlacer(), []
    usable = ~np.isnan(points[:, [layout.LEFT_PUPIL, layout.RIGHT_PUPIL, layout.CHIN], 0]).any(1)
    for i in np.flatnonzero(usable).tolist():
        drawn = faces.sources[i] == "render"
        for j in range(VIEWS_DRAWN if drawn else VIEWS):
            rng = np.random.default_rng((seed, i, j))
            turn = None if drawn or j == 0 else random_turn(rng, faces, i, points[i], TURN)
            mild, mirror = bool(j == 0 or rng.random() < 0.6), bool(j % 2)
            v = view(rng, faces, i, points[i], spread[i], SEEN, np.array([0.0, 0.1]), turn, mirror, mild=mild)
            true = posture_of(v.points.astype(np.float64))
            start = Posture(
                true.eyes + rng.normal(0, UNCERTAIN, 2) * true.size,
                true.size * float(np.exp(rng.normal(0, UNCERTAIN))),
                true.roll + float(rng.normal(0, UNCERTAIN)),
            )
            found, look, _ = placer.landmarks(read_photo(np.ascontiguousarray(v.image)), start)
            flip = np.diag([-1.0, 1.0, 1.0]) if mirror else np.eye(3)
            size = posture_of(found.points).size
            rows.append(
                (
                    i,
                    j,
                    pose_features(found, size, look.whole[:2]),
                    angles(v.turn @ flip @ base[i] @ flip)[:2],
                )
            )
        if i % 100 == 0:
            print(i, "of", len(faces.keys), flush=True)
    names = ("index", "view", "features", "angles")
    return {name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


class Reader(nn.Module):
    """The mean of some perceptrons on normalised features; out come yaw and pitch in degrees."""

    def __init__(self, mean: np.ndarray, deviation: np.ndarray, members: int, hidden: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.from_numpy(mean).float())
        self.register_buffer("scale", torch.from_numpy(1 / deviation).float())
        self.members = nn.ModuleList(
            nn.Sequential(
                nn.Dropout(0.1), nn.Linear(len(mean), hidden), nn.ReLU(),
                nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 2),
            )
            for _ in range(members)
        )  # fmt: skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Angles (B, 2) of features (B, F)."""
        # what lies far from everything learnt does not carry the answer away
        normal = ((x - self.mean) * self.scale).clamp(-4.0, 4.0)
        total = self.members[0](normal)
        for member in self.members[1:]:
            total = total + member(normal)
        return total * (15.0 / len(self.members))


def teach(
    features: np.ndarray, wanted: np.ndarray, share: np.ndarray, members: int, hidden: int, steps: int
) -> Reader:
    """Learn from the features (N, 2, F) of faces and of their mirror images."""
    flat = features.reshape(-1, features.shape[2])
    net = Reader(flat.mean(0), flat.std(0) + 1e-3, members, hidden)
    both = torch.from_numpy(features).float()
    targets = torch.from_numpy(np.stack([wanted, wanted * [-1, 1]], 1) / 15).float()
    for seed, member in enumerate(net.members):
        torch.manual_seed(seed)
        rng = np.random.default_rng(seed)
        for layer in member:
            if isinstance(layer, nn.Linear):
                layer.reset_parameters()
        optimiser = torch.optim.AdamW(member.parameters(), lr=3e-3, weight_decay=0.1)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
        for _ in range(steps):
            some, side = rng.choice(len(share), 256, p=share), rng.integers(0, 2, 256)
            normal = (both[some, side] - net.mean) * net.scale
            normal = normal.clamp(-4.0, 4.0) + 0.12 * torch.randn_like(normal)
            loss = nn.functional.huber_loss(member(normal), targets[some, side], delta=0.3)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return net.eval()


def read_both(net: Reader, features: np.ndarray) -> np.ndarray:
    """Angles (N, 2), from each face and its mirror image together."""
    with torch.no_grad():
        out = net(torch.from_numpy(features.reshape(-1, features.shape[2])).float()).numpy()
    out = out.reshape(-1, 2, 2)
    return np.asarray((out[:, 0] + out[:, 1] * [-1, 1]) / 2)


def report(found: np.ndarray, wanted: np.ndarray, name: str) -> None:
    """Print the errors."""
    error = found - wanted
    print(
        f"{name}: n={len(error)}",
        *(
            f"{label} MAE {np.abs(error[:, k]).mean():.2f} bias {error[:, k].mean():.2f}"
            f" slope {np.polyfit(wanted[:, k], found[:, k], 1)[0]:.2f} mean {found[:, k].mean():.2f}"
            f" spread {found[:, k].std():.2f};"
            for k, label in enumerate(("yaw", "pitch"))
        ),
    )


def main() -> None:
    """Read the command line and teach."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("faces", type=Path, nargs="+", help="folders that photos.py and renders.py wrote")
    parser.add_argument("--fold", type=int)
    parser.add_argument("--keep", type=Path, help="file of the features")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--members", type=int, default=5)
    parser.add_argument("--hidden", type=int, default=24)
    parser.add_argument("--steps", type=int, default=2000)
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    faces = Faces.load(*options.faces)
    learn = chosen(faces, options.fold, ())
    if options.keep is not None and options.keep.is_file():
        with np.load(options.keep) as kept:
            rows = {name: kept[name] for name in kept.files}
    else:
        rows = collect(faces, learn, options.seed)
        if options.keep is not None:
            saved: dict[str, Any] = dict(rows)
            np.savez(options.keep, **saved)
    features, wanted, index = rows["features"], rows["angles"], rows["index"]
    within = (np.abs(wanted) <= LARGEST).all(1)
    source = faces.sources[index]
    share = (learn[index] & within).astype(float)
    drawn = source == "render"
    share[drawn] *= SHARE_DRAWN * share[~drawn].sum() / max(share[drawn].sum(), 1)
    net = teach(features, wanted, share / share.sum(), options.members, options.hidden, options.steps)
    found = read_both(net, features)
    held = ~learn[index] & within
    for name, which in (
        ("renders left out", held & drawn & (np.abs(wanted) <= 30).all(1)),
        ("renders left out, within 10 degrees", held & drawn & (np.abs(wanted) <= 10).all(1)),
        ("studio portraits left out, as they are", held & np.isin(source, STUDIO) & (rows["view"] == 0)),
        ("studio portraits left out, turned", held & np.isin(source, STUDIO) & (rows["view"] > 0)),
        (
            "generated faces left out, against the teacher",
            held & (source == "synthetic") & (rows["view"] == 0),
        ),
        ("press portraits left out, against the teacher", held & (source == "us") & (rows["view"] == 0)),
    ):
        if which.sum() > 2:
            report(found[which], wanted[which], name)
    example = torch.from_numpy(features[0]).float()
    write_onnx(net, example, options.out, "features", ["angles"])


if __name__ == "__main__":
    main()
