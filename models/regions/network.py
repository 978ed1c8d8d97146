"""The network of the label map: what it is fed, what it answers, and how it is written as ONNX."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

ROWS, COLS = 160, 128
"""Pixels of the canvas that the network sees."""
INPUTS = 15
"""2 × 2 pixels of 3 colours, two coordinates in the face's frame, whether the cell lies in the picture."""
OUTPUTS = 28
"""Per 4 × 4 pixels: 16 logits of "person", then 3 × (2 × 2) logits of skin, hair and clothes."""


def pack(pictures: Tensor, place: Tensor, extent: Tensor) -> Tensor:
    """Arrange canvases for the network.

    Parameters
    ----------
    pictures : Tensor of shape (N, 160, 128, 3), float32
        RGB in 0..1.
    place : Tensor of shape (N, 5), float32
        Middle between the pupils (x, y), face size, cos and sin of the roll, in canvas pixels.
    extent : Tensor of shape (N, 4)
        Left, top, right and bottom of the picture on the canvas.

    Returns
    -------
    Tensor of shape (N, 15, 80, 64)
        Colours as ``2 x - 1`` in the order row, column, channel of the 2 × 2 cell; then ``tanh(u / 2)`` and
        ``tanh((v - 0.8) / 2)`` with (u, v) the cell's centre in face sizes right of and below the pupils,
        along the face's own axes; then 1 inside the picture, 0 outside.
    """
    count = pictures.shape[0]
    cells = pictures.reshape(count, ROWS // 2, 2, COLS // 2, 2, 3).permute(0, 2, 4, 5, 1, 3)
    colours = cells.reshape(count, 12, ROWS // 2, COLS // 2) * 2 - 1
    x = torch.arange(COLS // 2, dtype=torch.float32).mul(2).add(0.5)[None, None, :]
    y = torch.arange(ROWS // 2, dtype=torch.float32).mul(2).add(0.5)[None, :, None]
    mx, my, size, cos, sin = (place[:, i, None, None] for i in range(5))
    u = ((x - mx) * cos + (y - my) * sin) / size
    v = ((y - my) * cos - (x - mx) * sin) / size
    left, top, right, bottom = (extent[:, i, None, None].float() for i in range(4))
    inside = ((x >= left) & (x < right) & (y >= top) & (y < bottom)).float()
    return torch.cat(
        [colours, torch.tanh(u / 2)[:, None], torch.tanh((v - 0.8) / 2)[:, None], inside[:, None]], 1
    )


class Step(nn.Module):
    """3 × 3 convolution, batch norm, ReLU; with `residual` the input is added behind the ReLU."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, residual: bool = False) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        """Apply."""
        y = torch.relu(self.norm(self.conv(x)))
        return x + y if self.residual else y


class Rise(nn.Module):
    """1 × 1 convolution, bilinear enlargement by 2, the skip added, then a step."""

    def __init__(self, inputs: int, skip: int, outputs: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(inputs, skip, 1)
        self.step = Step(skip, outputs)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """Apply."""
        up = nn.functional.interpolate(self.narrow(x), scale_factor=2, mode="bilinear", align_corners=False)
        return self.step(up + skip)


class RegionNet(nn.Module):
    """A small U-shaped network: cells of 4, 8 and 16 canvas pixels, and back to 4."""

    def __init__(
        self, widths: tuple[int, int, int, int] = (24, 48, 80, 32), depths: tuple[int, int, int] = (1, 2, 3)
    ) -> None:
        super().__init__()
        fine, middle, coarse, out = widths
        self.fine = nn.Sequential(
            Step(INPUTS, fine, 2), *(Step(fine, fine, residual=True) for _ in range(depths[0]))
        )
        self.middle = nn.Sequential(
            Step(fine, middle, 2), *(Step(middle, middle, residual=True) for _ in range(depths[1]))
        )
        self.coarse = nn.Sequential(
            Step(middle, coarse, 2), *(Step(coarse, coarse, residual=True) for _ in range(depths[2]))
        )
        self.rise1 = Rise(coarse, middle, middle)
        self.rise2 = Rise(middle, fine, out)
        self.head = nn.Conv2d(out, OUTPUTS, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits, (N, 28, 40, 32)."""
        fine = self.fine(x)
        middle = self.middle(fine)
        return self.head(self.rise2(self.rise1(self.coarse(middle), middle), fine))


def unpack(y: Tensor) -> tuple[Tensor, Tensor]:
    """Logits of "person" (N, 160, 128) and of the three classes (N, 3, 80, 64)."""
    return nn.functional.pixel_shuffle(y[:, :16], 4)[:, 0], nn.functional.pixel_shuffle(y[:, 16:], 2)


class Graph:
    """Collects the nodes of an ONNX graph, batch norms folded into the convolutions before them."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.count = 0

    def name(self) -> str:
        """Return a name that is not used yet."""
        self.count += 1
        return f"t{self.count}"

    def constant(self, array: NDArray[np.generic]) -> str:
        """Add an array; like the others, return its name."""
        name = self.name()
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def node(self, kind: str, inputs: list[str], **attributes: object) -> str:
        """Add an operation."""
        name = self.name()
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def conv(self, x: str, conv: nn.Conv2d, norm: nn.BatchNorm2d | None = None) -> str:
        """Add a convolution with the batch norm behind it."""
        weight = conv.weight.detach().double()
        bias = torch.zeros(weight.shape[0]).double() if conv.bias is None else conv.bias.detach().double()
        if norm is not None:
            assert norm.running_var is not None and norm.running_mean is not None
            gain = norm.weight.detach().double() / torch.sqrt(norm.running_var.double() + norm.eps)
            weight, bias = (
                weight * gain[:, None, None, None],
                (bias - norm.running_mean.double()) * gain + norm.bias.detach().double(),
            )
        kernel, stride, pad = conv.kernel_size[0], conv.stride[0], int(conv.padding[0])
        inputs = [x, self.constant(weight.float().numpy()), self.constant(bias.float().numpy())]
        return self.node(
            "Conv", inputs, kernel_shape=[kernel, kernel], strides=[stride, stride], pads=[pad] * 4
        )

    def step(self, x: str, step: Step) -> str:
        """Add a step."""
        y = self.node("Relu", [self.conv(x, step.conv, step.norm)])
        return self.node("Add", [x, y]) if step.residual else y

    def levels(self, x: str, levels: Iterable[nn.Module]) -> list[str]:
        """Add levels of steps, each behind the other; return what each ends with."""
        ends = []
        for level in levels:
            for step in level.children():
                assert isinstance(step, Step)
                x = self.step(x, step)
            ends.append(x)
        return ends

    def rise(self, x: str, skip: str, rise: Rise) -> str:
        """Add an enlargement."""
        scales = self.constant(np.array([1, 1, 2, 2], np.float32))
        up = self.node(
            "Resize",
            [self.conv(x, rise.narrow), "", scales],
            mode="linear",
            coordinate_transformation_mode="half_pixel",
        )
        return self.step(self.node("Add", [up, skip]), rise.step)

    def save(
        self, path: Path, name: str, last: str, given: tuple[str, list[int]], answer: tuple[str, list[int]]
    ) -> None:
        """Write the graph as ONNX opset 13; `given` and `answer` are names and shapes of its ends."""
        self.nodes.append(helper.make_node("Identity", [last], [answer[0]]))
        inputs, outputs = (
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape)] for n, shape in (given, answer)
        )
        model = helper.make_model(
            helper.make_graph(self.nodes, name, inputs, outputs, self.constants),
            opset_imports=[helper.make_opsetid("", 13)],
            producer_name="icao_check",
        )
        model.ir_version = 8
        onnx.checker.check_model(model)
        path.write_bytes(model.SerializeToString())


def write_onnx(net: RegionNet, path: Path) -> None:
    """Write the network, its batch norms folded, as ONNX opset 13 (input ``cells``, output ``logits``)."""
    graph = Graph()
    fine, middle, coarse = graph.levels("cells", (net.fine, net.middle, net.coarse))
    x = graph.rise(graph.rise(coarse, middle, net.rise1), fine, net.rise2)
    logits = graph.conv(x, net.head)
    graph.save(
        path,
        "regions",
        logits,
        ("cells", [1, INPUTS, ROWS // 2, COLS // 2]),
        ("logits", [1, OUTPUTS, ROWS // 4, COLS // 4]),
    )
