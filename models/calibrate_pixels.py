"""Calibrate the checks on pixels: where good and bad photos lie, and what a neutral complexion is.

    icao-check evaluate labels.csv --out evaluation        # writes evaluation/reports.jsonl
    python models/calibrate_pixels.py limits labels.csv evaluation/reports.jsonl
    python models/calibrate_pixels.py neutral PHOTO...

``limits`` prints, per check, the values of good and of bad photos, the value that errs equally often on both,
its interval over resamples of the people, and how far the shipped limits lie from either side. ``neutral``
prints the mean and the covariance that the measure of colour casts starts from. Deterministic.
"""

from __future__ import annotations

import argparse
import csv
import json
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from icao_check.profile import load_profile

CHECKS = (
    "resolution pixelation border colour_photo background_uniformity background_colour background_shadow "
    "illumination_uniformity face_shadow skin_reflection under_exposure_prevention over_exposure_prevention "
    "dynamic_range natural_colour sharpness noise compression_artifacts red_eye"
).split()
RESAMPLES = 500
KEPT_SHARE = 0.97


def main() -> None:
    """Run one of the two commands."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, dest="command")
    limits_parser = commands.add_parser("limits")
    limits_parser.add_argument("labels", type=Path)
    limits_parser.add_argument("reports", type=Path)
    neutral_parser = commands.add_parser("neutral")
    neutral_parser.add_argument("photos", nargs="+")
    arguments = parser.parse_args()
    if arguments.command == "limits":
        print_limits(arguments.labels, arguments.reports)
    else:
        print_neutral(arguments.photos)


def print_limits(labels: Path, reports: Path) -> None:
    """Print the calibration table of every check that has good and bad photos."""
    values: dict[str, dict[str, float]] = {}
    with reports.open(encoding="utf-8") as lines:
        for line in lines:
            report = json.loads(line)
            checks = report["checks"]
            values[report["photo"]] = {c["id"]: c["value"] for c in checks if c["value"] is not None}
    with labels.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    profile = load_profile("icao-9303")
    for check in CHECKS:
        kept = [row for row in rows if row.get(check) in ("0", "1") and check in values.get(row["photo"], {})]
        found = np.array([values[row["photo"]][check] for row in kept])
        good = np.array([row[check] == "1" for row in kept], bool)
        if not good.any() or good.all():
            continue
        low, high = profile.limits[check].outer
        sign = 1.0 if high is None else -1.0  # higher is better
        people = {name: place for place, name in enumerate(sorted({row["subject"] for row in kept}))}
        subject = np.array([people[row["subject"]] for row in kept])
        rate, threshold = equal_error(sign * found, good, np.ones(len(kept)))
        draws = np.random.default_rng(0).integers(len(people), size=(RESAMPLES, len(people)))
        thresholds = []
        for draw in draws:
            weight = np.bincount(draw, minlength=len(people))[subject].astype(float)
            if weight[good].sum() and weight[~good].sum():
                thresholds.append(sign * equal_error(sign * found, good, weight)[1])
        interval = np.quantile(thresholds, [0.025, 0.975])
        worst, low_end = (sign * np.quantile(sign * found[good], share) for share in (0.0, 0.01))
        print(
            f"{check}: good {good.sum()}, bad {(~good).sum()}; worst good {worst:.4g}, 1 % {low_end:.4g}, "
            f"median {np.median(found[good]):.4g}; bad median {np.median(found[~good]):.4g}, "
            f"best {sign * (sign * found[~good]).max():.4g}; equal error {100 * rate:.1f} % at "
            f"{sign * threshold:.4g} ({interval.min():.4g} to {interval.max():.4g}); fails beyond "
            f"{low if high is None else high}"
        )


def equal_error(
    score: NDArray[np.float64], good: NDArray[np.bool_], weight: NDArray[np.float64]
) -> tuple[float, float]:
    """Return the weighted equal error rate and the score at which both errors are closest."""
    order = np.argsort(score, kind="stable")
    score, good, weight = score[order], good[order], weight[order]
    rejected = np.cumsum(weight * good) / (weight * good).sum()
    accepted = 1.0 - np.cumsum(weight * ~good) / (weight * ~good).sum()
    last = np.append(score[1:] != score[:-1], True)
    rejected, accepted, score = rejected[last], accepted[last], score[last]
    best = int(np.argmin(np.abs(rejected - accepted)))
    return float(rejected[best] + accepted[best]) / 2.0, float(score[best])


def print_neutral(photos: list[str]) -> None:
    """Print mean and covariance of skin and eye whites, the furthest 3 % left out, three times over."""
    from icao_check.face import FaceFinder, find_face
    from icao_check.measures.case import Case
    from icao_check.measures.colour import cast_evidence
    from icao_check.photo import read_photo
    from icao_check.scale import print_scale

    finder = FaceFinder()
    found = []
    for name in photos:
        photo = read_photo(name)
        face = find_face(photo, finder)
        if face is not None:
            scale = print_scale(photo.width, photo.height, (35.0, 45.0))
            found.append(cast_evidence(Case(photo=photo, face=face, scale=scale, on=date(2026, 1, 1))))
    observed = np.array(found)
    mean, covariance = np.median(observed, axis=0), np.cov(observed.T)
    for _ in range(3):
        offset = observed - mean
        distance = np.einsum("ij,jk,ik->i", offset, np.linalg.inv(covariance), offset)
        kept = observed[distance < np.quantile(distance, KEPT_SHARE)]
        mean, covariance = kept.mean(axis=0), np.cov(kept.T)
    print(np.round(mean, 3).tolist(), np.round(covariance, 4).tolist(), sep="\n")


if __name__ == "__main__":
    main()
