"""Measures on the traces of lossy compression."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.kernels import compression as kernels
from icao_check.kernels.sharpness import block_noise
from icao_check.measurement import Measurement
from icao_check.measures.case import Case
from icao_check.measures.raster import FaceRaster, face_raster, graded
from icao_check.measures.sharpness import blur

__all__ = ["compression_artifacts"]

_GRID = 8
# A seam is counted up to this many grey levels: no edge of the face outweighs the grid.
_LARGEST_STEP = 12.0
# A grid that was resized with the picture: periods of 6 to 10.8 px, and how much its jumps count at most.
_SPECTRUM = 2048
_FIRST, _LAST, _OWN_WIDTH = 190, 342, 11
# Coding that leaves visible blocks leaves less than this of the fine texture within them.
_EMPTIED = 0.5
_LARGEST_EXCESS = 1.5
# Three visible damages on one scale: seams of 1.75 grey levels, waves of 0.14 levels that repeat with a
# resized grid, and a quarter of the coarse texture left as fine texture.
_VISIBLE_SEAM = 1.75
_VISIBLE_WAVES = 0.14
_TEXTURE_LEFT = 0.25
# Beyond this the damage is not in doubt, and how little is left within the blocks counts instead.
_CERTAIN = 1.15
# Fine texture is compared with structures four times as wide, where these stand out by so many grey levels
# and nothing can be clipped.
_WIDER = 4
_STRUCTURED = 1.0
_DARK, _BRIGHT = 5.0, 245.0
_FEWEST_BLOCKS = 20
_LEAST_SHARE = 0.01
# Faces of more px between the eyes than this are looked at on half the raster: finer texture is not seen.
_LARGE_FACE = 320.0
_HALF_WINDOW, _BELOW_EYES = 192, 0.4
# Blur takes fine texture from edges as well as from skin, coding spares edges: all blocks may have so many
# times as much left as the quarter of them with the strongest structures; fewer times in a photo that is
# blurred (% of the inter-eye distance).
_SPARED, _SPARED_BY_BLUR, _EDGES = 1.4, 1.1, 0.25
_BLURRED = 2.6


def compression_artifacts(case: Case) -> Measurement:
    """Return the visible damage of lossy compression: 1 is what is just seen.

    The largest of three ratios. Blocking: how much more luma jumps at the seams of the 8 × 8 grid of JPEG
    than beside them, wherever the grid lies, on the raster of the file; so that it is found in a file that
    was saved again at a high quality. Resized blocking: how strongly these jumps repeat with another period.
    Lost texture: how little fine texture is left relative to structures four times as wide, as transform
    coding at low rates wipes it out (JPEG 2000 and others); what is burnt out or smooth all over has neither
    and is no evidence. A camera that smooths skin does the same, so that a person has to look. What is beyond
    doubt is ranked by how little texture is left, and by how high the steps between blocks are.
    """
    raster = face_raster(case)
    if raster is None or raster.contrast <= 0.0:
        return Measurement(None, reason="not_measurable")
    jumps = [kernels.jump_profile(grey, _LARGEST_STEP) for grey in (raster.grey, raster.turned)]
    excesses = [found[1:-1] - (found[:-2] + found[2:]) / 2.0 for found in jumps]
    seam = min(_seam(excess) for excess in excesses)
    left, spared, steps = _texture(case, raster)
    waves = _waves(excesses) if left < _EMPTIED else 0.0
    lost = _TEXTURE_LEFT / max(left, _LEAST_SHARE)
    blocks = lost * math.sqrt(steps)
    damage = graded(seam / _VISIBLE_SEAM, _CERTAIN, blocks)
    facts = {"seam": round(seam, 2), "resized": round(waves, 2), "texture": round(left * 100.0, 1)}
    doubtful = graded(waves / _VISIBLE_WAVES, _CERTAIN, blocks)
    width = blur(case)
    most = _SPARED if width is not None and width < _BLURRED else _SPARED_BY_BLUR
    doubtful = max(doubtful, graded(lost * min(most / spared, 1.0) ** 2, _CERTAIN, lost))
    excuse = "uncertain" if doubtful > damage and damage < 1.0 else None
    damage = max(damage, doubtful)
    return Measurement(damage, excuse=excuse, facts=facts)


def _seam(excess: NDArray[np.float64]) -> float:
    """Return how far jumps at one phase of the grid stand above those at the others, in grey levels."""
    whole = len(excess) // _GRID * _GRID
    standing = sorted(excess[:whole].reshape(-1, _GRID).mean(axis=0).tolist())
    return float(standing[-1] - (standing[_GRID // 2 - 1] + standing[_GRID // 2]) / 2.0)


def _waves(excesses: list[NDArray[np.float64]]) -> float:
    """Return the amplitude with which jumps repeat with a period other than 8 px, in rows and columns alike.

    Sum of the two weaker of three harmonics in grey levels, for interpolation of an up-scaled picture makes a
    single one, less that of 8 px, whose lines are as wide as the window is narrow.
    """
    length = min(len(excess) for excess in excesses)
    waves = np.stack([excess[:length] - excess.mean() for excess in excesses])
    waves = waves.clip(-_LARGEST_EXCESS, _LARGEST_EXCESS)
    spectra = np.abs(np.fft.rfft(waves, _SPECTRUM)[:, : 3 * _LAST])
    first, second, third = (spectra[:, n * _FIRST : n * _LAST : n] for n in (1, 2, 3))
    repeated = first + second + third - np.maximum(np.maximum(first, second), third)
    middle = repeated.shape[1] // 2
    repeated -= np.partition(repeated, middle, axis=1)[:, middle, np.newaxis]
    found = repeated.min(axis=0) * (2.0 / length)
    own = _SPECTRUM // _GRID - _FIRST
    resized = max(found[: own - _OWN_WIDTH].max(), found[own + _OWN_WIDTH + 1 :].max())
    return max(float(resized - max(found[own - 2 : own + 3].max(), 0.0)), 0.0)


def _texture(case: Case, raster: FaceRaster) -> tuple[float, float, float]:
    """Measure what is left of the fine texture.

    Returns
    -------
    left : float
        Geometric mean, over the blocks that show any structure, of fine texture relative to coarse; 1 where
        too few do.
    spared : float
        How many times as much of it they have as the blocks with the strongest structures.
    steps : float
        The coarse texture itself, median of all blocks, in grey levels.
    """
    halved, fine = raster.halved, raster.halved_noise
    if raster.inter_eye > _LARGE_FACE:
        halved = _reduced_window(case, raster.inter_eye)
        fine = block_noise(halved, _GRID)
    reduced = cv2.resize(halved, None, fx=1.0 / _WIDER, fy=1.0 / _WIDER, interpolation=cv2.INTER_AREA)
    side = _GRID // _WIDER
    coarse = block_noise(np.asarray(reduced, np.float32), side)
    rows, columns = (min(sizes) for sizes in zip(fine.shape, coarse.shape, strict=True))
    fine, coarse = fine[:rows, :columns], coarse[:rows, :columns]
    inner = reduced[1 : 1 + side * rows, 1 : 1 + side * columns]
    light = cv2.resize(inner, (columns, rows), interpolation=cv2.INTER_AREA)
    steps = float(np.partition(coarse, coarse.size // 2, axis=None)[coarse.size // 2])
    structured = (coarse > _STRUCTURED) & (light > _DARK) & (light < _BRIGHT)
    fine, coarse = fine[structured], coarse[structured]
    count = len(coarse)
    if count < _FEWEST_BLOCKS:
        return 1.0, 1.0, steps
    left = math.exp(float(np.log(fine / coarse + _LEAST_SHARE).mean()))
    weaker = count - int(_EDGES * count)
    strongest = coarse >= np.partition(coarse, weaker)[weaker]
    fine, coarse = fine[strongest], coarse[strongest]
    return left, left / max(math.sqrt(float(fine @ fine) / float(coarse @ coarse)), _LEAST_SHARE), steps


def _reduced_window(case: Case, inter_eye: float) -> NDArray[np.float32]:
    """Return the luma around a large face, reduced as often as it takes, and halved once more."""
    assert case.face is not None
    step = 2 ** math.ceil(math.log2(inter_eye / _LARGE_FACE))
    half = _HALF_WINDOW * step
    x, y = case.face.pupils.mean(axis=0)
    left, top = max(int(x) - half, 0), max(int(y + _BELOW_EYES * inter_eye) - half, 0)
    window = np.ascontiguousarray(case.photo.rgb[top : top + 2 * half, left : left + 2 * half])
    luma = cv2.cvtColor(window, cv2.COLOR_RGB2GRAY)
    size = (luma.shape[1] // (2 * step), luma.shape[0] // (2 * step))
    return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.float32)
