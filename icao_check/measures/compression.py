"""Measures on the traces of lossy compression."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icao_check.kernels import compression as kernels
from icao_check.measurement import Measurement
from icao_check.measures.case import Case
from icao_check.measures.raster import face_raster, graded
from icao_check.measures.sharpness import blur

__all__ = ["compression_artifacts"]

_GRID = 8
# A seam is counted up to this many grey levels: no edge of the face outweighs the grid.
_LARGEST_STEP = 12.0
# Two visible damages on one scale: seams of 1.75 grey levels, and fine texture of 1.1 % of the contrast left.
_VISIBLE_SEAM = 1.75
_TEXTURE_LEFT = 1.1
# Beyond this blocking is not in doubt, and how plain the blocks are counts instead: the coarser the coding,
# the less is left within them. One more is a seam of twice the jumps within blocks, which count as at least
# so many grey levels.
_CERTAIN, _PLAIN, _FAINTEST = 1.15, 2.0, 0.05
# In a photo that is blurred beyond this (% of the inter-eye distance) missing texture is no evidence.
_BLURRED = 2.6


def compression_artifacts(case: Case) -> Measurement:
    """Return the visible damage of lossy compression: 1 is what is just seen.

    The larger of two ratios. Blocking: how much more luma jumps at the seams of the 8 × 8 grid of JPEG than
    beside them, wherever the grid lies, on the raster of the file; so that it is found in a file that was
    saved again at a high quality; where it is plain, how far the seams stand above what is left between
    them. Lost texture: the fine texture that is left in the skin, relative to the contrast of the face, as
    transform coding at low rates wipes it out (JPEG 2000 and others); a camera that smooths skin does the
    same, so that a person has to look.
    """
    raster = face_raster(case)
    if raster is None or raster.contrast <= 0.0:
        return Measurement(None, reason="not_measurable")
    seams = [_seam(kernels.jump_profile(grey, _LARGEST_STEP)) for grey in (raster.grey, raster.turned)]
    seam, contrast = (min(found) for found in zip(*seams, strict=True))
    damage = graded(seam / _VISIBLE_SEAM, _CERTAIN, contrast / _PLAIN)
    excuse = None
    facts = {"seam": round(seam, 2)}
    width = blur(case)
    if width is not None and width < _BLURRED:
        texture = raster.texture
        facts["texture"] = round(texture, 2)
        lost = _TEXTURE_LEFT / max(texture, 0.1)
        if lost > damage:
            excuse = "uncertain" if damage < 1.0 else None
            damage = lost
    return Measurement(damage, excuse=excuse, facts=facts)


def _seam(jumps: NDArray[np.float64]) -> tuple[float, float]:
    """Measure the phase of the grid at which luma jumps most.

    Returns
    -------
    seam : float
        How far its jumps, less those beside them, stand above those of the other phases, in grey levels.
    contrast : float
        How many times as large its jumps are as those of the other phases.
    """
    excess = jumps[1:-1] - (jumps[:-2] + jumps[2:]) / 2.0
    whole = len(excess) // _GRID * _GRID
    standing = excess[:whole].reshape(-1, _GRID).mean(axis=0)
    phase = int(standing.argmax())
    level = jumps[1 : 1 + whole].reshape(-1, _GRID).mean(axis=0)
    return float(standing[phase] - np.median(standing)), float(
        level[phase] / max(np.median(level), _FAINTEST)
    )
