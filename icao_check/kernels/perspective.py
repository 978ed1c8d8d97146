"""Kernels on the distance of the camera."""

from __future__ import annotations

import numpy as np

from icao_check.kernels.jit import kernel

__all__ = ["camera_nearness"]


@kernel
def camera_nearness(
    reading: float,
    start: float,
    slope: float,
    spread: float,
    far: float,
    arm: float,
    near: float,
    share: float,
) -> tuple[float, float]:  # (float64, float64, float64, float64, float64, float64, float64, float64)
    """Weigh a reading of the nearness of the camera against what is usual.

    Faces differ: proportions tell the nearness n = 1 / distance with a constant error, so that a reading r is
    N(start + slope · n, spread). Before it is known, n lies evenly between `far` and `arm`, or, with
    probability `share`, evenly between `arm` and `near`. By Bayes' theorem follow mean and standard deviation
    of n; the integrals are sums over the middles of 400 intervals.

    Parameters
    ----------
    reading : float
        Of the proportions.
    start, slope, spread : float
        What readings are: start + slope · n ± spread, n in 1/m.
    far, arm, near : float
        Ends of the two intervals in 1/m, ascending.
    share : float
        Probability of the second interval, 0 to 1.

    Returns
    -------
    mean, deviation : float
        Of the nearness, in 1/m.
    """
    steps = 200
    total, first, second = 0.0, 0.0, 0.0
    # The likeliest place sets the scale, so that no reading is too far off to be weighed.
    best = min(max((reading - start) / slope, far), near)
    least = (reading - start - slope * best) ** 2
    for part in range(2):
        low = far if part == 0 else arm
        high = arm if part == 0 else near
        weight = (1.0 - share) if part == 0 else share
        for k in range(steps):
            n = low + (k + 0.5) / steps * (high - low)
            apart = (reading - start - slope * n) ** 2 - least
            probability = weight * np.exp(-0.5 * apart / (spread * spread))
            total += probability
            first += probability * n
            second += probability * n * n
    mean = first / total
    return mean, np.sqrt(max(second / total - mean * mean, 0.0))
