"""Prove the network that sees marks, through the whole check, on people that it did not learn from.

    python -m models.marks.evaluate LABELS.csv [--every 1] [--seed 3]

Each photo of the people that `photos.held_out` names is judged as it is, and with one mark of each kind
that ``draw.py`` knows, drawn on the photo at its own resolution, softened and saved as JPEG. The evaluation
on marks of other programs is in docs/calibration.md.
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
from pathlib import Path

import cv2
import numpy as np

from icao_check.checker import Checker
from icao_check.face import FaceFinder, find_face
from icao_check.photo import read_photo
from models.marks.draw import KINDS, Floats, mark
from models.marks.photos import held_out

_FACE_MM = 9.7


def interval(count: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson)."""
    z, share = 1.96, count / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def main() -> None:
    """Print a table: who passes, fails and is left to a person, per kind of mark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("labels", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--seed", type=int, default=3)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    with args.labels.open() as table:
        rows = list(csv.DictReader(table))
    out = held_out([row["subject"] for row in rows])
    rows = [
        row
        for row in rows
        if row["subject"] in out
        and not row["photo"].endswith(("_geometry.jpg", "_frame.jpg", "_smiling.jpg"))
    ]
    checker, finder = Checker("icao-9303"), FaceFinder()
    seen: dict[str, list[str]] = {}
    for number, row in enumerate(rows[:: args.every]):
        photo = read_photo(args.labels.parent / row["photo"])
        face = find_face(photo, finder)
        assert face is not None, row["photo"]
        mm = float(np.hypot(*(face.pupils[1] - face.pupils[0]))) / _FACE_MM
        for kind, name in enumerate(("none", *KINDS)):
            rng = np.random.default_rng([args.seed, number, kind])
            picture: Floats = photo.rgb.astype(np.float32) / 255
            if name != "none":
                mark(rng, picture, mm, name)
            picture = cv2.GaussianBlur(picture, (0, 0), 0.02 * mm + rng.uniform(0.0, 0.06) * mm)
            data = cv2.imencode(
                ".jpg",
                cv2.cvtColor(np.round(picture * 255).astype(np.uint8), cv2.COLOR_RGB2BGR),
                [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(80, 97))],
            )[1]
            result = checker.check(data.tobytes(), only=("marks",))["marks"]
            seen.setdefault(name if name != "none" else f"none, {row['source']}", []).append(result.verdict)
    for name, verdicts in seen.items():
        parts = [
            f"{verdict} {verdicts.count(verdict)} ({100 * low:.0f}-{100 * high:.0f} %)"
            for verdict in ("fail", "review", "borderline", "pass")
            for low, high in [interval(verdicts.count(verdict), len(verdicts))]
        ]
        sys.stdout.write(f"{name}: {len(verdicts)}: {', '.join(parts)}\n")


if __name__ == "__main__":
    main()
