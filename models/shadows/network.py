"""The network that sees cast shadows on a face: what it is fed, what it answers, how it is written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from icao_check.shadows import INPUTS, half_size_planes
from models.regions.network import Graph, Rise, Step

__all__ = ["ROWS", "COLS", "ShadowNet", "planes_of", "write_onnx"]

ROWS, COLS = 56, 44
"""Cells of the input; the answer has half as many each way."""


def planes_of(pictures: list[np.ndarray]) -> Tensor:
    """Arrange pictures, (112, 88, 3) uint8, for the network, as the product does."""
    return torch.from_numpy(np.concatenate([half_size_planes(picture) for picture in pictures]))


class ShadowNet(nn.Module):
    """A small U-shaped network: cells of 8 and 16 pixels of the cut-out, and back to 8."""

    def __init__(self, widths: tuple[int, int] = (16, 32), depth: int = 3) -> None:
        super().__init__()
        fine, coarse = widths
        self.fine = nn.Sequential(Step(INPUTS, fine, 2), Step(fine, fine, residual=True))
        self.coarse = nn.Sequential(
            Step(fine, coarse, 2), *(Step(coarse, coarse, residual=True) for _ in range(depth))
        )
        self.rise = Rise(coarse, fine, fine)
        self.head = nn.Conv2d(fine, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return what shadows take away, in natural logarithms of the light, (N, 1, 28, 22)."""
        fine = self.fine(x)
        return self.head(self.rise(self.coarse(fine), fine))


def write_onnx(net: ShadowNet, path: Path) -> None:
    """Write the network, its batch norms folded, as ONNX opset 13 (input ``cells``, output ``depth``)."""
    graph = Graph()
    fine, coarse = graph.levels("cells", (net.fine, net.coarse))
    depth = graph.conv(graph.rise(coarse, fine, net.rise), net.head)
    graph.save(
        path, "shadows", depth, ("cells", [1, INPUTS, ROWS, COLS]), ("depth", [1, 1, ROWS // 2, COLS // 2])
    )
