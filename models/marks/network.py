"""The network that sees marks on a print: what it is fed, what it answers, and how it is written as ONNX."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from models.regions.network import Graph, Rise, Step

ROWS, COLS = 320, 256
"""Pixels of the raster that the network sees."""
FACE = 64.0
"""Face size on the raster, in px."""
EYES = (127.5, 143.5)
"""Where the point between the pupils lies on it, x and y."""
INPUTS = 15
"""2 × 2 pixels of 3 colours, two coordinates in the face's frame, whether the cell lies in the picture."""


def pack(pictures: Tensor, inside: Tensor) -> Tensor:
    """Arrange rasters for the network.

    Parameters
    ----------
    pictures : Tensor of shape (N, 320, 256, 3), float32
        RGB in 0..1.
    inside : Tensor of shape (N, 160, 128), float32
        1 where the cell lies in the picture.

    Returns
    -------
    Tensor of shape (N, 15, 160, 128)
        Colours as ``2 x - 1`` in the order row, column, channel of the 2 × 2 cell; then ``tanh(u / 2)`` and
        ``tanh((v - 0.8) / 2)`` with (u, v) the cell's centre in face sizes right of and below the pupils;
        then `inside`.
    """
    count, rows, cols = len(pictures), ROWS // 2, COLS // 2
    cells = pictures.reshape(count, rows, 2, cols, 2, 3).permute(0, 2, 4, 5, 1, 3)
    u = (torch.arange(cols) * 2 + 0.5 - EYES[0]) / FACE
    v = (torch.arange(rows) * 2 + 0.5 - EYES[1]) / FACE
    place = torch.stack(
        [
            torch.tanh(u / 2)[None, :].expand(rows, cols),
            torch.tanh((v - 0.8) / 2)[:, None].expand(rows, cols),
        ]
    )
    return torch.cat(
        [cells.reshape(count, 12, rows, cols) * 2 - 1, place.expand(count, 2, rows, cols), inside[:, None]], 1
    )


class MarksNet(nn.Module):
    """A small U-shaped network: cells of 2, 4, 8 and 16 pixels, and back to 4."""

    def __init__(self, widths: tuple[int, int, int, int] = (8, 24, 32, 48)) -> None:
        super().__init__()
        first, fine, middle, coarse = widths
        self.first = Step(INPUTS, first)
        self.fine = nn.Sequential(Step(first, fine, 2), Step(fine, fine, residual=True))
        self.middle = nn.Sequential(
            Step(fine, middle, 2), *(Step(middle, middle, residual=True) for _ in range(2))
        )
        self.coarse = nn.Sequential(
            Step(middle, coarse, 2), *(Step(coarse, coarse, residual=True) for _ in range(2))
        )
        self.rise1 = Rise(coarse, middle, middle)
        self.rise2 = Rise(middle, fine, fine)
        self.head = nn.Conv2d(fine, 4, 1)
        nn.init.constant_(self.head.bias, -3.0)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of the 2 × 2 cells in cells of 4 pixels, (N, 4, 80, 64)."""
        fine = self.fine(self.first(x))
        middle = self.middle(fine)
        return self.head(self.rise2(self.rise1(self.coarse(middle), middle), fine))


def unpack(y: Tensor) -> Tensor:
    """Logits of "marked" per cell of 2 × 2 pixels, (N, 160, 128)."""
    return nn.functional.pixel_shuffle(y, 2)[:, 0]


def write_onnx(net: MarksNet, path: Path) -> None:
    """Write the network, its batch norms folded, as ONNX opset 13 (input ``cells``, output ``logits``)."""
    graph = Graph()
    first = graph.step("cells", net.first)
    fine, middle, coarse = graph.levels(first, (net.fine, net.middle, net.coarse))
    x = graph.rise(graph.rise(coarse, middle, net.rise1), fine, net.rise2)
    logits = graph.conv(x, net.head)
    graph.save(
        path,
        "marks",
        logits,
        ("cells", [1, INPUTS, ROWS // 2, COLS // 2]),
        ("logits", [1, 4, ROWS // 4, COLS // 4]),
    )
