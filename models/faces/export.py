"""Write a trained network as ONNX and print its entry for ``models.toml``.

python -m models.faces.export NET.pt weights/face_points.onnx
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from models.faces.networks import PointNet
from models.faces.train_points import PARTS


def fused(net: nn.Module) -> nn.Module:
    """Fold every batch normalisation into the convolution before it."""
    for child in net.modules():
        if isinstance(child, nn.Sequential):
            for k in range(len(child) - 1):
                if isinstance(child[k], nn.Conv2d) and isinstance(child[k + 1], nn.BatchNorm2d):
                    child[k], child[k + 1] = fuse_conv_bn_eval(child[k], child[k + 1]), nn.Identity()
    return net


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
    torch.onnx.export(
        net, (example,), str(out), dynamo=False, opset_version=17, input_names=["image"], output_names=names
    )
    reader = cv2.dnn.readNetFromONNX(str(out), cv2.dnn.ENGINE_CLASSIC)
    reader.setInput(example.numpy())
    with torch.no_grad():
        wanted = net(example)
    for got, want in zip(
        reader.forward(names), wanted if isinstance(wanted, tuple) else (wanted,), strict=True
    ):
        print("largest difference to OpenCV:", float(np.abs(got - want.numpy()).max()))
    print(
        f'file = "{out.name}"\nsha256 = "{hashlib.sha256(out.read_bytes()).hexdigest()}"',
        f" # {out.stat().st_size} bytes",
    )


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
