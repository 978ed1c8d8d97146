"""Bring rendered portraits with their exact masks into the form of the training labels.

python -m samples.generate RENDERS -n 260 --seed 11 --masks --width 413
python -m models.regions.renders RENDERS OUT_FOLDER
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from pymatting import estimate_foreground_ml

from models.regions.labels import CHIN, CLOTHES, HAIR, IRISES, ROWS, SKIN, coordinates

# What the renderer's masks call 0 background, 1 skin, 2 hair and beard, 3 clothes, 4 glasses, 5 headwear,
# 6 eyes, 7 inside of the mouth, 8 mask or scarf.
CLASSES = np.array([0, SKIN, HAIR, CLOTHES, SKIN, CLOTHES, SKIN, SKIN, CLOTHES], np.uint8)


def main() -> None:
    """Convert every portrait of a folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("renders", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    landmarks = np.load(args.renders / "landmarks189.npz")
    for path in sorted((args.renders / "photos").glob("*.jpg")):
        stored = cv2.imread(str(path))
        assert stored is not None, path
        photo = cv2.cvtColor(stored, cv2.COLOR_BGR2RGB)
        mask = CLASSES[cv2.imread(str(args.renders / "masks" / f"{path.stem}.png"), cv2.IMREAD_GRAYSCALE)]
        points = landmarks[path.name if path.name in landmarks.files else path.stem]
        scale = ROWS / photo.shape[0]
        cols = round(photo.shape[1] * scale)
        rgb = cv2.resize(photo, (cols, ROWS), interpolation=cv2.INTER_AREA)
        planes = [
            cv2.resize((mask == k).astype(np.float32), (cols, ROWS), interpolation=cv2.INTER_AREA)
            for k in range(4)
        ]
        alpha = 1 - planes[0]
        classes = (np.argmax(planes[1:], 0) + 1).astype(np.uint8)
        mesh = np.zeros((478, 2), np.float32)
        mesh[IRISES[0]], mesh[IRISES[1]], mesh[CHIN] = (
            points[0] * scale,
            points[1] * scale,
            points[129] * scale,
        )
        if not np.isfinite(mesh).all():
            continue
        u, v = coordinates(mesh, ROWS, cols)
        beard = (classes == HAIR) & (v > 0.35) & (v < 2.6) & (np.abs(u) < np.where(v < 1.5, 1.0, 0.8))
        classes[beard] = SKIN
        foreground = estimate_foreground_ml(rgb.astype(np.float64) / 255, alpha.astype(np.float64))
        np.savez_compressed(
            args.out / f"render__{args.renders.name}_{path.stem}.npz",
            rgb=rgb,
            alpha=np.round(alpha * 255).astype(np.uint8),
            foreground=np.round(np.clip(foreground, 0, 1) * 255).astype(np.uint8),
            classes=classes,
            clear=np.float32(1),
            mesh=mesh,
        )


if __name__ == "__main__":
    main()
