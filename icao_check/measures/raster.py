"""The face on the raster of the file, where compression, resampling and noise leave their traces."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.kernels.sharpness import block_noise
from icao_check.measures.case import Case

__all__ = ["FaceRaster", "exceeded", "face_raster", "graded"]

# Half the side of the window: in inter-eye distances, and in px.
_REACH, _MOST = 1.3, 192
_BELOW_EYES = 0.4
# Blocks of JPEG; the window starts on one of them.
_BLOCK = 8
# Blocks darker or brighter than this may be clipped and then show no noise.
_DARK, _BRIGHT = 30.0, 235.0
_FEWEST_BLOCKS = 20
# Within this share of what makes it certain, the evidence gives way to the severity.
_SOON = 0.15
# Hair, lashes and edges fill the busier blocks.
_TEXTURE_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class FaceRaster:
    """A window around the face, not resampled.

    Attributes
    ----------
    rgb : ndarray of shape (h, w, 3), uint8
        At most 384 px high and wide.
    grey : ndarray of shape (h, w), uint8
        Its luma.
    turned : ndarray of shape (w, h), uint8
        The same, rows for columns.
    halved : ndarray of shape (h / 2, w / 2), float32
        The luma of the window halved.
    halved_noise : ndarray of shape (r, c), float64
        Deviation of the noise in each of its blocks of 8 px, in grey levels.
    noise, coarse_noise : ndarray of shape (N,), float64
        Deviation of the noise in each block of 8 px, of the window and of the window halved, in grey levels,
        ascending. Of the first only blocks that cannot be clipped, where there are enough of them.
    contrast : float
        Standard deviation of the luma.
    inter_eye : float
        Distance between the pupils in px.
    """

    rgb: NDArray[np.uint8]
    grey: NDArray[np.uint8]
    turned: NDArray[np.uint8]
    halved: NDArray[np.float32]
    halved_noise: NDArray[np.float64]
    noise: NDArray[np.float64]
    coarse_noise: NDArray[np.float64]
    contrast: float
    inter_eye: float

    @property
    def texture(self) -> float:
        """Fine texture of the skin: noise of the window halved, in % of the contrast."""
        return exceeded(self.coarse_noise, 1.0 - _TEXTURE_SHARE) / self.contrast * 100.0


def exceeded(ordered: NDArray[np.float64], share: float) -> float:
    """Return what `share` of some ascending values exceed, by linear interpolation between them."""
    place = (1.0 - share) * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low] + (place - low) * (ordered[high] - ordered[low]))


def graded(evidence: float, certain: float, severity: float) -> float:
    """Return the evidence of a damage as far as it is in doubt, and beyond that how severe the damage is.

    Parameters
    ----------
    evidence : float
        How plainly it shows. It saturates, and may fall again where the damage is great.
    certain : float
        From here on it is there; positive.
    severity : float
        How great it then is; not negative.

    Returns
    -------
    float
        `evidence` up to `certain`; `certain` and a growing part of `severity` beyond.
    """
    if evidence <= certain:
        return evidence
    return certain + severity * (1.0 - math.exp((certain - evidence) / (_SOON * certain)))


def face_raster(case: Case) -> FaceRaster | None:
    """Return the window of a case, made once; None where it is too small to measure anything."""
    return case.once("face_raster", lambda: _cut(case))


def _cut(case: Case) -> FaceRaster | None:
    face = case.face
    assert face is not None
    distance = float(np.hypot(*(face.pupils[1] - face.pupils[0])))
    half = min(_MOST, int(_REACH * distance))
    x, y = face.pupils.mean(axis=0)
    left = max(int(x) - half, 0) // _BLOCK * _BLOCK
    top = max(int(y + _BELOW_EYES * distance) - half, 0) // _BLOCK * _BLOCK
    rgb = np.ascontiguousarray(case.photo.rgb[top : top + 2 * half, left : left + 2 * half])
    if min(rgb.shape[:2]) < 4 * _BLOCK:
        return None
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    noise = block_noise(grey, _BLOCK)
    # Means are not rounded.
    exact = grey.astype(np.float32)
    halved = np.asarray(cv2.resize(exact, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.float32)
    halved_noise = block_noise(halved, _BLOCK)
    rows, columns = noise.shape
    half = _BLOCK // 2
    light = cv2.resize(halved[: half * rows, : half * columns], (columns, rows), interpolation=cv2.INTER_AREA)
    usable = noise[(light > _DARK) & (light < _BRIGHT)]
    return FaceRaster(
        rgb=rgb,
        grey=grey,
        turned=np.asarray(cv2.transpose(grey), np.uint8),
        halved=halved,
        halved_noise=halved_noise,
        noise=np.sort(usable if len(usable) > _FEWEST_BLOCKS else noise, axis=None),
        coarse_noise=np.sort(halved_noise, axis=None),
        contrast=float(cv2.meanStdDev(grey)[1][0, 0]),
        inter_eye=distance,
    )
