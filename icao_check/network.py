"""Our own small networks, run by OpenCV on the CPU."""

from __future__ import annotations

import threading
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.weights import weight_path

__all__ = ["Network"]


class Network:
    """A network from the weights folder; safe to share between threads and to make before a fork.

    OpenCV's networks keep their state between calls: one that is shared by threads gives wrong answers. Each
    thread that asks therefore parses a copy of its own, from bytes that are read once.

    Parameters
    ----------
    name : str
        Of the model in the registry; an ONNX file.
    outputs : tuple of str
        Names of the outputs to return, in this order.
    """

    def __init__(self, name: str, outputs: tuple[str, ...]) -> None:
        self.name = name
        self.outputs = outputs
        self._bytes: NDArray[np.uint8] | None = None
        self._own = threading.local()

    def __getstate__(self) -> dict[str, Any]:
        return {"name": self.name, "outputs": self.outputs}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]

    def __call__(self, images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
        """Run the network.

        Parameters
        ----------
        images : ndarray of shape (N, H, W, 3), uint8
            RGB. N, H and W are those that the network was exported with.

        Returns
        -------
        tuple of ndarray, float32
            The outputs.
        """
        return self.forward(np.ascontiguousarray(images.transpose(0, 3, 1, 2)) * np.float32(1 / 255))

    def forward(self, values: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        """Run the network.

        Parameters
        ----------
        values : ndarray, float32, C-contiguous
            Of the shape that the network was exported with: (N, C, H, W) for images, (N, F) for numbers.

        Returns
        -------
        tuple of ndarray, float32
            The outputs.
        """
        net = self._net()
        net.setInput(values)
        return tuple(np.array(out, np.float32) for out in net.forward(self.outputs))

    def load(self) -> None:
        """Parse this thread's copy now instead of with the first image."""
        self._net()

    def _net(self) -> Any:
        if not hasattr(self._own, "net"):
            if self._bytes is None:
                self._bytes = np.fromfile(weight_path(self.name), np.uint8)
            # The classic engine is up to twice as fast as OpenCV 5's new one on these networks.
            self._own.net = cv2.dnn.readNetFromONNX(self._bytes, cv2.dnn.ENGINE_CLASSIC)
        return self._own.net
