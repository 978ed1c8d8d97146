"""The photos that marks are drawn on, as ``photos.py`` cut them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["EYES", "FACE", "SIZE", "Shot", "load_shots"]

Bytes = NDArray[Any]  # uint8

SIZE = (448, 560)
"""Width and height of what is cut out, in px."""
FACE = 96.0
"""Its face size in px."""
EYES = (223.5, 251.5)
"""Where the point between the pupils lies on it."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo to draw on.

    Attributes
    ----------
    name : str
        Source and file.
    rgb : ndarray of shape (560, 448, 3), uint8
        The photo; beyond its edge the edge is repeated.
    planes : ndarray of shape (560, 448, 3), uint8
        Share of the person, of clothes and of the picture itself, in 1/255.
    """

    name: str
    rgb: Bytes
    planes: Bytes

    @property
    def source(self) -> str:
        """``frll``, ``canada``, ``us``, ``synthetic`` or ``render``."""
        return self.name.split("__")[0]


def load_shots(folder: Path) -> list[Shot]:
    """Return every photo that was cut, in the order of their names."""
    shots = []
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as arrays:
            planes = cv2.resize(arrays["planes"], SIZE, interpolation=cv2.INTER_LINEAR)
            shots.append(Shot(path.stem, arrays["rgb"], np.asarray(planes, np.uint8)))
    return shots
