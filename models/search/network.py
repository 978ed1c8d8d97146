"""The network that proposes faces: what it is fed, what it answers, and how it is written as ONNX."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from models.regions.network import COLS, ROWS, Graph, Rise, Step

INPUTS = 13
"""2 × 2 pixels of 3 colours, whether the cell lies in the picture."""
OUTPUTS = 6
"""Per cell: log-odds of a face around here; from the cell's centre to between the pupils (x, y) in 16 px; log
of the face size in 16 px; cosine and sine of the roll."""
CELL = 8
"""Canvas pixels per cell of the answer."""
UNIT = 16.0
"""Canvas pixels in which places and sizes are counted."""


def pack(pictures: Tensor, extent: Tensor) -> Tensor:
    """Arrange canvases for the network.

    Parameters
    ----------
    pictures : Tensor of shape (N, 160, 128, 3), float32
        RGB in 0..1.
    extent : Tensor of shape (N, 4)
        Left, top, right and bottom of the picture on the canvas.

    Returns
    -------
    Tensor of shape (N, 13, 80, 64)
        Colours as ``2 x - 1`` in the order row, column, channel of the 2 × 2 cell; then 1 inside the picture,
        0 outside.
    """
    count = pictures.shape[0]
    cells = pictures.reshape(count, ROWS // 2, 2, COLS // 2, 2, 3).permute(0, 2, 4, 5, 1, 3)
    colours = cells.reshape(count, 12, ROWS // 2, COLS // 2) * 2 - 1
    x = torch.arange(COLS // 2, dtype=torch.float32).mul(2).add(0.5)[None, None, :]
    y = torch.arange(ROWS // 2, dtype=torch.float32).mul(2).add(0.5)[None, :, None]
    left, top, right, bottom = (extent[:, i, None, None].float() for i in range(4))
    inside = ((x >= left) & (x < right) & (y >= top) & (y < bottom)).float()
    return torch.cat([colours, inside[:, None]], 1)


class SearchNet(nn.Module):
    """Down to cells of 16 canvas pixels and back to 8."""

    def __init__(self, widths: tuple[int, int, int] = (24, 40, 64)) -> None:
        super().__init__()
        fine, middle, coarse = widths
        self.fine = Step(INPUTS, fine, 2)
        self.middle = nn.Sequential(Step(fine, middle, 2), Step(middle, middle, residual=True))
        self.coarse = nn.Sequential(
            Step(middle, coarse, 2), *(Step(coarse, coarse, residual=True) for _ in range(3))
        )
        self.rise = Rise(coarse, middle, middle)
        self.head = nn.Conv2d(middle, OUTPUTS, 1)
        nn.init.constant_(self.head.bias, 0.0)
        with torch.no_grad():
            assert self.head.bias is not None
            self.head.bias[0] = -3.0

    def forward(self, x: Tensor) -> Tensor:
        """Return the answer, (N, 6, 20, 16)."""
        middle = self.middle(self.fine(x))
        return self.head(self.rise(self.coarse(middle), middle))


def write_onnx(net: SearchNet, path: Path) -> None:
    """Write the network, its batch norms folded, as ONNX opset 13 (input ``cells``, output ``faces``)."""
    graph = Graph()
    middle, coarse = graph.levels(graph.step("cells", net.fine), (net.middle, net.coarse))
    x = graph.rise(coarse, middle, net.rise)
    faces = graph.conv(x, net.head)
    graph.save(
        path,
        "face_search",
        faces,
        ("cells", [1, INPUTS, ROWS // 2, COLS // 2]),
        ("faces", [1, OUTPUTS, ROWS // CELL, COLS // CELL]),
    )
