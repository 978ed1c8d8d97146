"""Revise the classes of the labels with a first network: colour alone mistakes a dark suit for dark hair.

    python -m models.regions.revise LABELS FIRST.onnx

The colour models say what a pixel's colour fits, the network what its place in the picture fits; a label
changes where the network outweighs it ten to one. Photos of ``checked.toml`` that were wrong before are
looked at again afterwards.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.region_network import kind_votes, network_cells
from models.regions.compose import CANVAS
from models.regions.labels import ROWS, face_frame, smooth

TRUST = 0.8  # of the colour models' choice; the other two classes share the rest


def probabilities(net: cv2.dnn.Net, rgb: NDArray[np.uint8], mesh: NDArray[np.float32]) -> NDArray[Any]:
    """Probability of skin, hair and clothes for each pixel, averaged with the mirrored picture's."""
    rows, cols = rgb.shape[:2]
    scale = min(CANVAS[0] / rows, CANVAS[1] / cols)
    height, width = round(rows * scale), round(cols * scale)
    x0, y0 = (CANVAS[1] - width) // 2, (CANVAS[0] - height) // 2
    canvas = np.zeros((*CANVAS, 3), np.uint8)
    canvas[y0 : y0 + height, x0 : x0 + width] = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
    middle, size, axes = face_frame(mesh)
    place = np.array(
        [*((middle + 0.5) * scale - 0.5 + (x0, y0)), size * scale, axes[0, 0], axes[0, 1]], np.float64
    )
    total = np.zeros((80, 64, 3), np.float32)
    for mirror in (False, True):
        given, where, extent = canvas, place, np.array([x0, y0, x0 + width, y0 + height])
        if mirror:
            given = np.ascontiguousarray(canvas[:, ::-1])
            where = place * (1, 1, 1, 1, -1)
            where[0] = CANVAS[1] - 1 - place[0]
            extent = np.array([CANVAS[1] - extent[2], extent[1], CANVAS[1] - extent[0], extent[3]])
        net.setInput(network_cells(given, where, extent))
        votes = kind_votes(np.asarray(net.forward(), np.float32))
        total += votes[:, ::-1] if mirror else votes
    odds = np.exp(total / 2 - (total / 2).max(-1, keepdims=True))
    odds /= odds.sum(-1, keepdims=True)
    # Back to the photo: the canvas's cells are 2 pixels.
    matrix = np.array(
        [[2 / scale, 0, (1 - x0) / scale - 0.5], [0, 2 / scale, (1 - y0) / scale - 0.5]], np.float32
    )
    return cv2.warpAffine(odds, matrix, (cols, rows), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def main() -> None:
    """Revise every photo of the folder, in place; the first labels stay in the archive as ``colours``."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("labels", type=Path)
    parser.add_argument("network", type=Path)
    args = parser.parse_args()
    net = cv2.dnn.readNetFromONNX(str(args.network), cv2.dnn.ENGINE_CLASSIC)
    changed = []
    for path in sorted(args.labels.glob("*.npz")):
        if path.name.startswith("render__"):
            continue
        with np.load(path) as archive:
            arrays = dict(archive)
        first = arrays.get("colours", arrays["classes"])
        guess = probabilities(net, arrays["rgb"], arrays["mesh"])
        kept = np.stack([np.where(first == k + 1, TRUST, (1 - TRUST) / 2) for k in range(3)], -1).astype(
            np.float32
        )
        joint = np.log(kept) + np.log(guess + 1e-4)
        guide = cv2.cvtColor(arrays["rgb"], cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
        odds = np.exp(joint - joint.max(-1, keepdims=True))
        odds = np.stack(
            [smooth(guide, np.ascontiguousarray(odds[..., k]), max(2, ROWS // 100), 1e-3) for k in range(3)],
            -1,
        )
        arrays["colours"], arrays["classes"] = first, (odds.argmax(-1) + 1).astype(np.uint8)
        person = arrays["alpha"] > 127
        changed.append(float((arrays["classes"] != first)[person].mean()))
        np.savez_compressed(path, **arrays)
    mean, worst = np.mean(changed), np.max(changed)
    print(f"{len(changed)} photos, on average {mean:.1%} of the person changed, at most {worst:.1%}")


if __name__ == "__main__":
    main()
