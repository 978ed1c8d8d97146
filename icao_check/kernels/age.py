"""Kernels that recognise a photo that was seen before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["hamming_distances"]

_PAIRS = np.uint64(0x5555555555555555)
_NIBBLES = np.uint64(0x3333333333333333)
_BYTES = np.uint64(0x0F0F0F0F0F0F0F0F)


@kernel
def hamming_distances(
    query: NDArray[np.uint64], hashes: NDArray[np.uint64]
) -> NDArray[np.int64]:  # (uint64[::1], uint64[:, ::1]) -> int64[::1]
    """Count the bits in which a perceptual hash differs from each of many.

    Parameters
    ----------
    query : ndarray of shape (W,), uint64
        One hash of 64·W bits.
    hashes : ndarray of shape (N, W), uint64
        The hashes to compare with.

    Returns
    -------
    ndarray of shape (N,), int64
        0 to 64·W.

    Notes
    -----
    Bits are counted side by side in each word (Warren, Hacker's Delight, 2nd ed., 5-1), which the compiler
    recognises as the processor's own instruction.
    """
    distances = np.empty(hashes.shape[0], np.int64)
    for i in range(hashes.shape[0]):
        total = np.uint64(0)
        for word in range(query.shape[0]):
            bits = query[word] ^ hashes[i, word]
            bits -= (bits >> np.uint64(1)) & _PAIRS
            bits = (bits & _NIBBLES) + ((bits >> np.uint64(2)) & _NIBBLES)
            bits = (bits + (bits >> np.uint64(4))) & _BYTES
            bits += bits >> np.uint64(8)
            bits += bits >> np.uint64(16)
            bits += bits >> np.uint64(32)
            total += bits & np.uint64(0x7F)
        distances[i] = np.int64(total)
    return distances
