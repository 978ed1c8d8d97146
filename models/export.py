"""How networks made of PyTorch's own layers are written as ONNX, and proved to be the same in OpenCV."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

__all__ = ["fused", "write_onnx"]


def fused(net: nn.Module) -> nn.Module:
    """Fold every batch normalisation into the convolution before it."""
    for part in net.modules():
        if isinstance(part, nn.Sequential):
            for k in range(len(part) - 1):
                if isinstance(part[k], nn.Conv2d) and isinstance(part[k + 1], nn.BatchNorm2d):
                    part[k], part[k + 1] = fuse_conv_bn_eval(part[k], part[k + 1]), nn.Identity()
    return net


def write_onnx(net: nn.Module, example: Tensor, out: Path, given: str, answers: list[str]) -> None:
    """Write a network and print its entry for ``models.toml``, and by how much OpenCV differs from PyTorch.

    Parameters
    ----------
    net : Module
        In evaluation mode.
    example : Tensor
        Input of the shape that it will get.
    out : Path
        The file.
    given, answers : str, list of str
        Names of its input and of its outputs.
    """
    torch.onnx.export(
        net, (example,), str(out), dynamo=False, opset_version=17, input_names=[given], output_names=answers
    )
    reader = cv2.dnn.readNetFromONNX(str(out), cv2.dnn.ENGINE_CLASSIC)
    reader.setInput(example.numpy())
    with torch.no_grad():
        wanted = net(example)
    for got, want in zip(
        reader.forward(answers), wanted if isinstance(wanted, tuple) else (wanted,), strict=True
    ):
        print("largest difference to OpenCV:", float(np.abs(got - want.numpy()).max()))
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    print(f'file = "{out.name}"\nsha256 = "{digest}"  # {out.stat().st_size} bytes')
