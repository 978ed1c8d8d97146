"""Cut the photos that marks are drawn on: faces at one size, with the person's outline and clothes.

    python -m models.marks.photos OUT [FOLDER...] [--corpus LABELS.csv]

Of a labelled corpus the people named by `held_out` are left out: they prove the network. Photos of a folder
are taken whole. What is written per photo (``OUT/<name>.npz``) is cut by the product's own face finder and
label map, at 1.5 times the network's raster and with a margin to move it in.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import cv2
import numpy as np

from icao_check.face import FaceFinder, find_face
from icao_check.face.cutout import cut_out
from icao_check.face.points import posture_of
from icao_check.photo import read_photo
from models.marks.shots import EYES, FACE, SIZE, Bytes

__all__ = ["cut", "held_out"]


def held_out(subjects: list[str]) -> frozenset[str]:
    """Return who proves the network: two of three people of the studio, every second one elsewhere."""
    out: set[str] = set()
    for source in sorted({subject.split("-")[0] for subject in subjects}):
        mine = sorted({subject for subject in subjects if subject.split("-")[0] == source})
        out.update(
            subject for k, subject in enumerate(mine) if (k % 3 != 0 if source == "frll" else k % 2 == 1)
        )
    return frozenset(out)


def cut(path: Path, finder: FaceFinder) -> tuple[Bytes, Bytes] | None:
    """Return the cut photo and its planes at half the size; None where no face is found."""
    photo = read_photo(path)
    face = find_face(photo, finder)
    if face is None:
        return None
    posture = posture_of(face.landmarks.points)
    step = posture.size / FACE
    middle = (np.array(SIZE) - 1) / 2 - EYES
    centre = posture.eyes + step * (posture.along * middle[0] + posture.down * middle[1])
    piece = cut_out(photo, centre, posture.along * step, SIZE)
    half = piece.matrix.copy()
    half[:, :2] *= 2
    half[:, 2] += piece.matrix[:, :2] @ np.array([0.5, 0.5])
    regions = face.regions
    small = half / regions.px_per_cell
    small[:, 2] = (half[:, 2] + 0.5) / regions.px_per_cell - 0.5
    clothes = regions.share * (regions.kinds == 3)
    size = (SIZE[0] // 2, SIZE[1] // 2)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    planes = [
        cv2.warpAffine(plane.astype(np.float32), small, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        for plane in (regions.share, clothes)
    ]
    planes.append(cv2.warpAffine(np.ones_like(regions.share), small, size, flags=flags))
    return piece.pixels, np.round(np.stack(planes, -1) * 255).astype(np.uint8)


def main() -> None:
    """Cut every photo once."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--corpus", type=Path)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    paths: list[tuple[str, Path]] = []
    if args.corpus:
        with args.corpus.open() as table:
            rows = list(csv.DictReader(table))
        out = held_out([row["subject"] for row in rows])
        paths += [
            (f"{row['source']}__{Path(row['photo']).stem}", args.corpus.parent / row["photo"])
            for row in rows
            if row["subject"] not in out and not row["photo"].endswith("_geometry.jpg")
        ]
    for folder in args.folders:
        source = "synthetic" if "synthetic" in folder.name else "render"
        paths += [
            (f"{source}__{path.stem}", path)
            for path in sorted(folder.iterdir())
            if path.suffix in (".jpg", ".png")
        ]
    finder = FaceFinder()
    lost = 0
    for name, path in paths:
        target = args.out / f"{name}.npz"
        if target.exists():
            continue
        found = cut(path, finder)
        if found is None:
            lost += 1
            continue
        np.savez(target, rgb=found[0], planes=found[1])
    print(f"{len(paths)} photos, {lost} without a face")


if __name__ == "__main__":
    main()
