"""Ask an Apache-licensed teacher where the person is, for the photos that have no studio wall.

    ICAO_CHECK_CORPUS=... python -m models.regions.teacher OUT.npz

Runs in an environment of its own (``mediapipe==0.10.21`` with ``numpy<2``), never in the product. For each
photo it stores the selfie-segmentation probability, averaged over four framings and their mirror images, and
the 478 face-mesh points.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import cv2
import mediapipe as mp
import numpy as np
from numpy.typing import NDArray

SIZE = 320  # rows of the stored probability


def person(
    segmenter: mp.solutions.selfie_segmentation.SelfieSegmentation,
    rgb: NDArray[Any],
    size: tuple[int, int],
) -> NDArray[Any]:
    """Probability of "person", averaged over the whole picture, three paddings and the mirror images."""
    rows, cols = rgb.shape[:2]
    total = np.zeros((size[1], size[0]), np.float32)
    paddings = (0.0, 0.12, 0.25, 0.4)
    for padding in paddings:
        top, side = int(padding * rows), int(padding * cols)
        padded = cv2.copyMakeBorder(rgb, top, 0, side, side, cv2.BORDER_REPLICATE)
        for mirror in (False, True):
            source = np.ascontiguousarray(padded[:, ::-1]) if mirror else padded
            mask = segmenter.process(source).segmentation_mask
            mask = mask[:, ::-1] if mirror else mask
            inner = mask[top : top + rows, side : side + cols]
            total += cv2.resize(np.ascontiguousarray(inner), size, interpolation=cv2.INTER_AREA)
    return total / (2 * len(paddings))


def mesh(finder: mp.solutions.face_mesh.FaceMesh, rgb: NDArray[Any]) -> NDArray[Any] | None:
    """Return the 478 points (x, y) of the largest face in pixels, or None."""
    rows, cols = rgb.shape[:2]
    for padding in (0.0, 0.3):
        top, side = int(padding * rows), int(padding * cols)
        padded = cv2.copyMakeBorder(rgb, top, top, side, side, cv2.BORDER_REPLICATE)
        found = finder.process(padded).multi_face_landmarks
        if found:
            height, width = padded.shape[:2]
            points = [np.array([(p.x * width - side, p.y * height - top) for p in f.landmark]) for f in found]
            return max(points, key=lambda p: float(np.ptp(p[:, 1]))).astype(np.float32)
    return None


def main() -> None:
    """Write one archive with ``<photo>/person`` and ``<photo>/mesh`` arrays."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    out: Path = parser.parse_args().out
    corpus = Path(os.environ["ICAO_CHECK_CORPUS"])
    photos = [
        p
        for folder in ("photos/us", "photos/canada", "photos/frll", "synthetic_faces")
        for p in sorted((corpus / folder).glob("*.jpg"))
    ]
    segmenter = mp.solutions.selfie_segmentation.SelfieSegmentation(model_selection=0)
    finder = mp.solutions.face_mesh.FaceMesh(
        static_image_mode=True, max_num_faces=3, refine_landmarks=True, min_detection_confidence=0.3
    )
    arrays: dict[str, Any] = {}
    for path in photos:
        name = path.relative_to(corpus).as_posix()
        stored = cv2.imread(str(path))
        assert stored is not None, path
        rgb = np.asarray(cv2.cvtColor(stored, cv2.COLOR_BGR2RGB), np.uint8)
        size = (max(1, round(rgb.shape[1] * SIZE / rgb.shape[0])), SIZE)
        arrays[name + "/person"] = np.round(person(segmenter, rgb, size) * 255).astype(np.uint8)
        points = mesh(finder, rgb)
        if points is not None:
            arrays[name + "/mesh"] = points
    np.savez_compressed(out, **arrays)
    print(f"{len(photos)} photos, {sum(k.endswith('/mesh') for k in arrays)} with a face mesh, in {out}")


if __name__ == "__main__":
    main()
