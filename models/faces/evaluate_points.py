"""Errors of a landmark network on faces that it has not learnt from.

    python -m models.faces.evaluate_points NET.pt FACES... [--fold K | --hold-out SOURCE,...]

The cut-outs are jittered as the finder's are; the errors are in % of the inter-eye distance.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from models.faces import layout
from models.faces.networks import PointNet
from models.faces.photos import Faces
from models.faces.pose import angles, base_rotations
from models.faces.train_points import PARTS, chosen
from models.faces.views import cut, frame_matrix

GROUPS = {
    "pupil": ("pupil",), "iris": ("iris",), "lids": ("upper_lid", "lower_lid"), "brow": ("brow",),
    "nose": ("nose_bridge", "nose_tip", "nostril", "subnasale"), "mouth corner": ("mouth_corner",),
    "lips": ("lip_top", "lip_bottom"), "cheek": ("cheek",), "jaw": ("jaw",), "chin": ("chin",),
    "ear": ("ear",),     "hairline": ("hairline",), "crown": ("crown",),
}  # fmt: skip


def load(path: Path) -> tuple[str, PointNet]:
    """Read the network that train_points.py wrote."""
    saved = torch.load(path, weights_only=True)
    part = PARTS[saved["part"]]
    net = PointNet(part.framing.pixels, len(part.points), part.stride, part.widths, part.whole)
    net.load_state_dict(saved["state"])
    return saved["part"], net.eval()


def main() -> None:
    """Print the errors by source and group."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("net", type=Path)
    parser.add_argument("faces", type=Path, nargs="+", help="folders that photos.py and renders.py wrote")
    parser.add_argument("--fold", type=int)
    parser.add_argument("--hold-out", default="")
    parser.add_argument("--jitter", type=float, default=0.5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    faces = Faces.load(*options.faces)
    learnt = chosen(faces, options.fold, tuple(options.hold_out.split(",")))
    points, _ = faces.targets(learnt)
    rotations = base_rotations(faces, learnt)
    name, net = load(options.net)
    part = PARTS[name]
    rng = np.random.default_rng(0)
    j = options.jitter
    for source in np.unique(faces.sources):
        errors: list[np.ndarray] = []
        pose: list[np.ndarray] = []
        for i in np.flatnonzero(~learnt & (faces.sources == source)).tolist():
            framing = replace(
                part.framing,
                wild=0.0,
                scale=part.framing.scale * j,
                shift=part.framing.shift * j,
                turn=part.framing.turn * j,
            )
            for mirror in (False, True) if name == "eye" else (False,):
                matrix = frame_matrix(
                    rng, framing, points[i], np.array(part.centre) * ([-1, 1] if mirror else [1, 1]), mirror
                )
                image = cut(faces.canvas[i], matrix, framing.pixels)
                with torch.no_grad():
                    out = net(torch.from_numpy(image.transpose(2, 0, 1)[None].astype(np.float32) / 255))
                m = out[0][0].numpy()
                at = m[:, :2] + net.positions.centre
                at = at @ matrix[:, :2].T + matrix[:, 2]
                want = points[i] if not mirror else points[i][layout.MIRROR]
                want = want[part.points]
                ied = np.linalg.norm(points[i][layout.RIGHT_PUPIL] - points[i][layout.LEFT_PUPIL])
                errors.append((at - want) / ied)
                if part.whole:
                    pose.append(out[1][0].numpy()[:2] * 15 - np.array(angles(rotations[i])[:2]))
        if not errors:
            continue
        e = np.array(errors) * 100
        d = np.linalg.norm(e, axis=2)
        text = []
        for label, suffixes in GROUPS.items():
            which = np.isin(part.points, layout.group(*suffixes))
            if which.any() and not np.isnan(d[:, which]).all():
                text.append(
                    f"{label} {np.nanmean(d[:, which]):.2f} (p95 {np.nanpercentile(d[:, which], 95):.1f})"
                )
        print(f"{source} n={len(e)}:", ", ".join(text))
        crown = np.flatnonzero(part.points == layout.CROWN)
        if len(crown) and not np.isnan(e[:, crown]).all():
            y = e[:, crown[0], 1]
            print(f"   crown along the axis: MAE {np.nanmean(np.abs(y)):.2f} bias {np.nanmean(y):.2f}")
        if pose:
            p = np.array(pose)
            print("   pose against the teacher: MAE", np.abs(p).mean(0).round(2), "bias", p.mean(0).round(2))


if __name__ == "__main__":
    main()
