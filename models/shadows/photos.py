"""Cut out the faces that shadows are drawn on, as the product does.

    python -m models.shadows.photos OUT.npz [FOLDER...] [--corpus LABELS.csv]

Of a labelled corpus every third person is left out, of a folder every fifth photo: they prove the network.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import asdict
from datetime import date
from pathlib import Path

import cv2
import numpy as np

from icao_check.face import FaceFinder, find_face
from icao_check.measures.case import Case
from icao_check.measures.illumination import shadow_area
from icao_check.measures.light import face_light
from icao_check.photo import read_photo
from icao_check.scale import print_scale
from models.shadows.compose import Faces

__all__ = ["faces_of", "held_out"]


def held_out(subjects: list[str]) -> frozenset[str]:
    """Return the people of a corpus who prove the network: every third of each source."""
    out: set[str] = set()
    for source in {subject.split("-")[0] for subject in subjects}:
        out.update(sorted({subject for subject in subjects if subject.split("-")[0] == source})[::3])
    return frozenset(out)


def faces_of(paths: list[tuple[str, Path]], finder: FaceFinder) -> Faces:
    """Cut the main faces of some photos, given with their sources; those without a face are left out."""
    found: dict[str, list[object]] = {name: [] for name in Faces.__dataclass_fields__}
    for source, path in paths:
        photo = read_photo(path)
        face = find_face(photo, finder)
        if face is None:
            print(f"no face: {path.name}")
            continue
        scale = print_scale(photo.width, photo.height, (35.0, 45.0))
        case = Case(photo=photo, face=face, scale=scale, on=date(2026, 1, 1))
        zones = face_light(case).zones
        found["pixels"].append(zones.cutout.pixels)
        found["area"].append(shadow_area(case))
        found["points"].append(zones.cutout.to_cutout(face.landmarks.points).astype(np.float32))
        found["sources"].append(source)
    return Faces(**{name: np.array(values) for name, values in found.items()})


def main() -> None:
    """Find the faces and write them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--corpus", type=Path)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    paths: list[tuple[str, Path]] = []
    if args.corpus:
        with args.corpus.open(newline="", encoding="utf-8") as table:
            rows = [
                row
                for row in csv.DictReader(table)
                if not row["photo"].endswith(("_frame.jpg", "_geometry.jpg"))
            ]
        out = held_out([row["subject"] for row in rows])
        folder = args.corpus.parent
        paths += [(row["source"], folder / row["photo"]) for row in rows if row["subject"] not in out]
    for folder in args.folders:
        photos = sorted(folder.glob("*.jpg"))
        paths += [(folder.parent.name, photo) for k, photo in enumerate(photos) if k % 5 != 0]
    faces = faces_of(paths, FaceFinder())
    np.savez(args.out, allow_pickle=False, **asdict(faces))
    print(f"{len(faces.pixels)} faces")


if __name__ == "__main__":
    main()
