"""Cut the faces of the development photos out alike, with what is known of them.

ICAO_CHECK_CORPUS=PHOTOS python -m models.appearance.faces corpus HEADS.npz
ICAO_CHECK_CORPUS=PHOTOS python -m models.appearance.faces synthetic HEADS.npz
"""

from __future__ import annotations

import csv
import math
import os
import sys
from pathlib import Path

import numpy as np

from icao_check.face import FaceFinder, face_cutout
from icao_check.face.appearance import HEADS
from icao_check.photo import read_photo
from models.appearance.coverings import INTER_EYE, SIDE
from models.appearance.samples import UNKNOWN, Heads

LABELS = Path(__file__).with_name("synthetic_faces.csv")
# Columns of the label files, where 1 is compliant, by what the networks learn to see.
COLUMNS = {
    "eyes_closed": "eyes_open",
    "eyes_covered": "eyes_visible",
    "dark_lenses": "dark_lenses",
    "mouth_open": "mouth_closed",
    "teeth": "teeth",
    "not_neutral": "expression_neutrality",
    "mouth_covered": "mouth_occlusion",
    "head_covered": "no_head_covering",
}


# Frames of glasses on the official portraits, by eye: heavy ones, and those of which people would disagree.
HEAVY_FRAMES = {"021300"}
DISPUTED_FRAMES = {"021110", "021521", "021946", "022158", "029377", "031101"}


def labels_of(row: dict[str, str]) -> dict[str, int]:
    """Return what one row of a label file says: 1 seen, 0 not seen, `UNKNOWN`."""
    seen = {name: UNKNOWN if row[column] == "" else 1 - int(row[column]) for name, column in COLUMNS.items()}
    if "source" not in row:
        seen["glasses"] = {"none": 0, "clear": 1, "dark": 1, "": UNKNOWN}[row["glasses"]]
    elif row["source"] == "us":
        # Official portraits: chosen with open, uncovered eyes; whoever shows teeth has the lips apart.
        seen["eyes_closed"] = seen["eyes_covered"] = 0
        seen["glasses"] = int(row["has_glasses"]) if row["has_glasses"] else UNKNOWN
        seen["mouth_open"] = 1 if row["teeth"] == "0" else UNKNOWN
    else:
        seen["glasses"] = seen["head_covered"] = 0
    seen["glare"] = seen["frame_over_eyes"] = 0 if seen["glasses"] == 0 else UNKNOWN
    if row.get("source") == "us" and seen["glasses"] == 1:
        name = Path(row["photo"]).stem
        seen["frame_over_eyes"] = UNKNOWN if name in DISPUTED_FRAMES else int(name in HEAVY_FRAMES)
    return seen


def gaze_of(row: dict[str, str]) -> tuple[float, float]:
    """Return the direction of the gaze, which is known only of those who look into the camera."""
    return (0.0, 0.0) if row["gaze"] == "1" else (math.nan, math.nan)


def chosen(corpus: Path, which: str) -> list[tuple[str, str, dict[str, int], tuple[float, float]]]:
    """Return path, subject, labels and gaze of each photo; of the same exposure only one."""
    if which == "synthetic":
        with LABELS.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        return [
            (f"synthetic_faces/{r['photo']}", f"sfhq-{Path(r['photo']).stem}", labels_of(r), gaze_of(r))
            for r in rows
        ]
    with (corpus / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if not r["photo"].endswith(("_frame.jpg", "_geometry.jpg"))]
    return [(r["photo"], r["subject"], labels_of(r), gaze_of(r)) for r in rows]


def main() -> None:
    """Find the faces and write them."""
    which, out = sys.argv[1:]
    corpus = Path(os.environ["ICAO_CHECK_CORPUS"])
    finder = FaceFinder()
    found: dict[str, list[object]] = {name: [] for name in Heads.__dataclass_fields__}
    for name, subject, seen, gaze in chosen(corpus, which):
        photo = read_photo(corpus / name)
        detections = finder.detect(photo)
        if not detections:
            print(f"no face: {name}")
            continue
        points = finder.place(photo, detections[0]).landmarks.points
        piece = face_cutout(photo, points[:2], (SIDE, SIDE), inter_eye=INTER_EYE, eyes_at=(0.5, 0.5))
        found["pixels"].append(piece.pixels)
        found["points"].append(piece.to_cutout(points).astype(np.float32))
        found["labels"].append(np.array([seen[head] for head in HEADS], np.int8))
        found["gaze"].append(np.array(gaze, np.float32))
        found["subjects"].append(subject)
    np.savez(out, allow_pickle=False, **{name: np.array(values) for name, values in found.items()})


if __name__ == "__main__":
    main()
