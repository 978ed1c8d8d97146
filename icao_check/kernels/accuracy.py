"""Kernels on the accuracy of a check: how often it is wrong, over resamples of the people."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.jit import kernel

__all__ = ["resampled_equal_error_rates"]


@kernel
def resampled_equal_error_rates(
    draws: NDArray[np.int64],
    level: NDArray[np.int64],
    good: NDArray[np.bool_],
    subject: NDArray[np.int64],
) -> NDArray[np.float64]:  # (int64[:, ::1], int64[::1], bool_[::1], int64[::1]) -> float64[::1]
    """Return the equal error rate of each resample of the subjects.

    Parameters
    ----------
    draws : ndarray of shape (B, S), int64
        Resamples: each row names S subjects, 0 … S − 1, drawn with replacement.
    level : ndarray of shape (N,), int64
        Rank of the score of each photo, ascending; equal scores have equal ranks.
    good : ndarray of shape (N,), bool
        Whether the photo is compliant.
    subject : ndarray of shape (N,), int64
        Whom it shows, 0 … S − 1.

    Returns
    -------
    ndarray of shape (B,), float64
        0 to 1; NaN for a resample without a compliant or without a non-compliant photo.

    Notes
    -----
    Photos below a threshold are rejected. As the threshold rises past each score, the share of compliant
    photos rejected climbs from 0 to 1 and the share of others accepted falls from 1 to 0; the equal error
    rate (ISO/IEC 19795-1) is where the two, joined by straight lines, cross.
    """
    resamples, subjects = draws.shape
    photos = level.shape[0]
    rates = np.full(resamples, np.nan)
    weight = np.zeros(subjects)
    for row in range(resamples):
        weight[:] = 0.0
        for column in range(subjects):
            weight[draws[row, column]] += 1.0
        all_good = 0.0
        all_bad = 0.0
        for photo in range(photos):
            if good[photo]:
                all_good += weight[subject[photo]]
            else:
                all_bad += weight[subject[photo]]
        if all_good == 0.0 or all_bad == 0.0:
            continue
        below_good = 0.0
        below_bad = 0.0
        rejected, accepted = 0.0, 1.0
        photo = 0
        while rejected < accepted:
            reached = level[photo]
            while photo < photos and level[photo] == reached:
                if good[photo]:
                    below_good += weight[subject[photo]]
                else:
                    below_bad += weight[subject[photo]]
                photo += 1
            gap = accepted - rejected
            next_rejected = below_good / all_good
            next_accepted = 1.0 - below_bad / all_bad
            if next_rejected >= next_accepted:
                step = gap / (gap + next_rejected - next_accepted)
                rates[row] = rejected + step * (next_rejected - rejected)
            rejected, accepted = next_rejected, next_accepted
    return rates
