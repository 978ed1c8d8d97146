"""One sweep over a picture for the statistics of all its regions; belongs to no subject."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["region_statistics"]


@kernel
def region_statistics(
    rgb: NDArray[np.uint8], labels: NDArray[np.uint8], luminance: NDArray[np.float32], regions: int
) -> NDArray[np.int32]:  # (uint8[:, :, ::1], uint8[:, ::1], float32[:, ::1], int64) -> int32[:, :, ::1]
    """Count the values of red, green, blue and luminance in every region at once.

    Parameters
    ----------
    rgb : ndarray of shape (H, W, 3), uint8
        sRGB.
    labels : ndarray of shape (H, W), uint8
        Region of each pixel; those of `regions` and beyond are left out.
    luminance : ndarray of shape (3, 256), float32
        What each value of each channel adds to the luminance, 0–255.
    regions : int
        Number of regions.

    Returns
    -------
    ndarray of shape (regions, 4, 256), int32
        Histograms of the three channels and of the luminance rounded half up (ISO/IEC 29794-5, 7.3.4). All
        moments, quantiles and shares of a region follow from them.
    """
    height, width = labels.shape
    histograms = np.zeros((regions, 4, 256), np.int32)
    for y in range(height):
        for x in range(width):
            region = labels[y, x]
            if region >= regions:
                continue
            red, green, blue = rgb[y, x, 0], rgb[y, x, 1], rgb[y, x, 2]
            light = luminance[0, red] + luminance[1, green] + luminance[2, blue]
            own = histograms[region]
            own[0, red] += 1
            own[1, green] += 1
            own[2, blue] += 1
            own[3, min(int(light + np.float32(0.5)), 255)] += 1
    return histograms
