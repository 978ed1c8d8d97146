"""The networks that place the points: plain residual U-nets whose last maps are turned into positions.

Dense 3 × 3 convolutions are deliberate: OpenCV's dnn and PyTorch run them two to three times as fast per
multiplication as depthwise ones on a CPU.
"""

from __future__ import annotations

import itertools

import torch
from torch import nn


def _conv(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class Residual(nn.Module):
    """Two 3 × 3 convolutions and a shortcut."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.first = _conv(inputs, outputs, stride)
        self.second = nn.Sequential(nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
        same = inputs == outputs and stride == 1
        self.shortcut = None if same else nn.Conv2d(inputs, outputs, 1, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Apply."""
        kept = x if self.shortcut is None else self.shortcut(x)
        return torch.relu(self.second(self.first(x)) + kept)


class Positions(nn.Module):
    """Mean and covariance of each map read as a probability, in input pixels.

    Output (B, K, 5): x, y, var x, var y, cov xy.
    """

    def __init__(self, cells: int, stride: int) -> None:
        super().__init__()
        axis = torch.arange(cells, dtype=torch.float32) * stride + (stride - 1) / 2
        y, x = torch.meshgrid(axis, axis, indexing="ij")
        # moments about the centre keep float32 exact enough
        self.centre = float(axis.mean())
        x, y = (x - self.centre).reshape(-1), (y - self.centre).reshape(-1)
        self.register_buffer("moments", torch.stack([x, y, x * x, y * y, x * y], 1))

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Raw moments (B, K, 5) of the maps (B, K, H, W) about the input's centre."""
        return torch.matmul(torch.softmax(maps.flatten(2), 2), self.moments)


class PointNet(nn.Module):
    """Residual U-net from an RGB square in 0..1 to points and, if asked, to a vector about the whole.

    Parameters
    ----------
    pixels : int
        Side of the input, a multiple of 32.
    points : int
    stride : int
        Input pixels per cell of the maps, 2 or 4.
    widths : tuple of int
        Channels at strides 2, 4, 8, 16 (and 32).
    whole : int
        Length of the vector about the whole; 0 for none.
    hidden : int
        Width of the layer before that vector.
    """

    def __init__(
        self, pixels: int, points: int, stride: int, widths: tuple[int, ...], whole: int = 0, hidden: int = 64
    ) -> None:
        super().__init__()
        self.pixels, self.stride = pixels, stride
        self.stem = _conv(3, widths[0], 2)
        skip = 0 if stride == 2 else 1
        self.down = nn.ModuleList(Residual(a, b, 2) for a, b in itertools.pairwise(widths))
        self.deep = Residual(widths[-1], widths[-1])
        self.across = nn.ModuleList(
            nn.Conv2d(b, a, 1) for a, b in zip(widths[skip:-1], widths[skip + 1 :], strict=True)
        )
        self.merge = nn.ModuleList(_conv(a, a) for a in widths[skip:-1])
        self.skip = skip
        self.maps = nn.Conv2d(widths[skip], points, 1)
        self.positions = Positions(pixels // stride, stride)
        cells = pixels // 2 ** len(widths)
        self.whole = (
            nn.Sequential(
                nn.Flatten(),
                nn.Dropout(0.2),
                nn.Linear(widths[-1] * cells * cells, hidden),
                nn.ReLU(),
                nn.Linear(hidden, whole),
            )
            if whole
            else None
        )

    def raw(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return the maps before the softmax, and the vector about the whole."""
        levels = [self.stem(x - 0.5)]
        for down in self.down:
            levels.append(down(levels[-1]))
        deep = self.deep(levels[-1])
        up = deep
        for k in range(len(self.across) - 1, -1, -1):
            up = nn.functional.interpolate(self.across[k](up), scale_factor=2.0, mode="nearest")
            up = self.merge[k](levels[k + self.skip] + up)
        return self.maps(up), None if self.whole is None else self.whole(deep)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Moments (B, points, 5) and the vector about the whole."""
        maps, whole = self.raw(x)
        moments = self.positions(maps)
        return (moments,) if whole is None else (moments, whole)
