"""Teach the network of mouth and chin how far the lips are apart, on top of what it has learnt.

    python -m models.faces.train_lips MOUTH.pt OUT.pt FACES... [--fold K]

All hand-labelled mouths are closed, so that the places of the inner lips say nothing about open ones. The
teacher's mesh and the renders do: from the deepest features a small perceptron reads the gap between
the lips in shares of the thickness of the lower lip. The other weights stay as they are.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from models.faces import layout
from models.faces.networks import PointNet
from models.faces.photos import Faces
from models.faces.train_points import PARTS, chosen
from models.faces.views import view

VIEWS = 5
"""Views of each face."""
LARGEST = 1.5
"""Wider gaps are taught as this one."""
# MediaPipe's vertices on the middle line: lower edge of the upper lip, and both edges of the lower one.
_UPPER, _LOWER, _EDGE = 13, 14, 17


def gaps(faces: Faces) -> np.ndarray:
    """Return the gap (N,) of every face in shares of the lower lip's thickness; NaN where hidden."""
    mesh = faces.mesh[..., :2].astype(np.float64)
    lines = [mesh[:, index] for index in (_UPPER, _LOWER, _EDGE)]
    drawn = faces.sources == "render"
    names = ("middle_upper_lip_bottom", "middle_lower_lip_top", "middle_lower_lip_bottom")
    for line, name in zip(lines, names, strict=True):
        index = layout.GROUPS[name][0]
        line[drawn] = np.where(
            faces.hidden[drawn, index][:, None], np.nan, faces.placed[drawn, index].astype(np.float64)
        )
    upper, lower, edge = lines
    thickness = np.maximum(np.linalg.norm(edge - lower, axis=1), 1.0)
    return np.minimum(np.linalg.norm(lower - upper, axis=1) / thickness, LARGEST)


def features(net: PointNet, images: np.ndarray) -> torch.Tensor:
    """Return what the deepest layer says about images (B, H, W, 3)."""
    with torch.no_grad():
        x = torch.from_numpy(images.transpose(0, 3, 1, 2)).float() / 255
        level = net.stem(x - 0.5)
        for down in net.down:
            level = down(level)
        return net.deep(level).flatten(1)


def main() -> None:
    """Read the command line and teach."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("net", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("faces", type=Path, nargs="+")
    parser.add_argument("--fold", type=int)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    faces, part = Faces.load(*options.faces), PARTS["mouth"]
    learn = chosen(faces, options.fold, ())
    points, spread = faces.targets(learn)
    wanted = gaps(faces)
    saved = torch.load(options.net, weights_only=True)
    net = PointNet(part.framing.pixels, len(part.points), part.stride, part.widths)
    net.load_state_dict(saved["state"])
    net.eval()
    rng = np.random.default_rng(options.seed)
    rows, targets, learnt = [], [], []
    usable = np.flatnonzero(~np.isnan(wanted) & ~np.isnan(points[:, layout.LEFT_PUPIL, 0]))
    for i in usable.tolist():
        count = VIEWS if learn[i] else 1
        views = [
            view(
                rng, faces, i, points[i], spread[i], part.framing, np.array(part.centre), None, False,
                mild=bool(not learn[i] or rng.random() < 0.7),
            ).image
            for _ in range(count)
        ]  # fmt: skip
        rows.append(features(net, np.stack(views)))
        targets += [float(wanted[i])] * count
        learnt += [bool(learn[i])] * count
    x, y, keep = torch.cat(rows), torch.tensor(targets), torch.tensor(learnt)
    mean, deviation = x[keep].mean(0), x[keep].std(0) + 1e-3
    torch.manual_seed(options.seed)
    reader = nn.Sequential(nn.Dropout(0.3), nn.Linear(x.shape[1], 32), nn.ReLU(), nn.Linear(32, 1))
    optimiser = torch.optim.AdamW(reader.parameters(), lr=2e-3, weight_decay=0.05)
    normal = (x - mean) / deviation
    indices = torch.nonzero(keep)[:, 0]
    steps = 40 * len(indices) // 128
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps)
    for _ in range(steps):
        some = indices[torch.randint(len(indices), (128,))]
        loss = nn.functional.huber_loss(reader(normal[some])[:, 0], y[some], delta=0.2)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    reader.eval()
    with torch.no_grad():
        found = reader(normal)[:, 0]
        for name, which in (("learnt", keep), ("left out", ~keep)):
            if which.any():
                error = (found - y)[which].abs()
                closed, apart = which & (y < 0.1), which & (y > 0.5)
                print(
                    f"{name}: n={int(which.sum())} MAE {error.mean():.3f}; closed, 95 % below",
                    f"{found[closed].quantile(0.95):.2f}; apart, 5 % below {found[apart].quantile(0.05):.2f}",
                )
        # The normalisation goes into the first layer.
        first, last = reader[1], reader[3]
        weight = first.weight / deviation
        state = dict(saved["state"])
        state["whole.2.weight"], state["whole.2.bias"] = weight, first.bias - weight @ mean
        state["whole.4.weight"], state["whole.4.bias"] = last.weight, last.bias
    torch.save({"part": "mouth", "state": state}, options.out)


if __name__ == "__main__":
    main()
