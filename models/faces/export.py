"""Write a trained network as ONNX and print its entry for ``models.toml``.

python -m models.faces.export NET.pt weights/face_points.onnx
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from torch import nn

from models.export import fused, write_onnx
from models.faces.networks import PointNet
from models.faces.train_points import PARTS


def export(source: Path, out: Path) -> None:
    """Write `out` and check that OpenCV computes what PyTorch does."""
    saved = torch.load(source, weights_only=True)
    part = PARTS[saved["part"]]
    lips = saved["part"] == "mouth"
    whole, hidden = (1, 32) if lips else (part.whole, 64)
    net: nn.Module = PointNet(part.framing.pixels, len(part.points), part.stride, part.widths, whole, hidden)
    count = 1 if saved["part"] == "head" else 2  # both eyes at once; the mouth and its mirror image
    example = torch.rand(count, 3, part.framing.pixels, part.framing.pixels)
    names = ["moments", "whole"] if whole else ["moments"]
    net.load_state_dict(saved["state"])
    net = fused(net.eval())
    write_onnx(net, example, out, "image", names)


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
