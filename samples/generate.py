"""Write random portraits with labels, landmarks and truth.

    python -m samples.generate OUT -n 100 --seed 1
    python -m samples.generate OUT -n 500 --defect all --masks

``OUT/photos/*.jpg``; ``OUT/labels.csv`` (one row per photo: 1 compliant, 0 not, empty undecided, and the
truth in pixels; readable by ``icao-check evaluate``); ``OUT/landmarks189.npz`` and ``OUT/landmarks68.npz``
(key: file name below ``photos/``); ``OUT/truth.jsonl`` (parameters and all truth); with ``--masks`` also
``OUT/masks/*.png`` (label maps, see ``samples.portrait.truth.Label``).
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from samples.portrait.draw import DEFECTS, compliant, defective
from samples.portrait.parameters import Parameters
from samples.portrait.scene import Portrait, render
from samples.portrait.truth import CHECKS, Truth

__all__ = ["COLUMNS", "label_row", "main", "record"]

_LABELLED = (
    "background_uniformity", "background_colour", "background_shadow", "single_face",
    "illumination_uniformity", "face_shadow", "skin_reflection", "under_exposure_prevention",
    "over_exposure_prevention", "dynamic_range", "natural_colour", "colour_photo", "sharpness",
    "compression_artifacts", "pixelation", "noise", "marks", "border", "aspect_ratio", "head_height",
    "head_centring", "inter_eye_distance", "head_pose_yaw", "head_pose_pitch", "head_pose_roll", "eyes_open",
    "gaze", "eyes_visible", "red_eye", "glasses", "dark_lenses", "lens_reflection", "mouth_closed", "teeth",
    "expression_neutrality", "mouth_occlusion", "face_occlusion", "no_head_covering",
)  # fmt: skip
_MORE = tuple(c for c in CHECKS if c not in _LABELLED)

COLUMNS = (
    "photo", "subject", "source", "sex", "age", "ethnicity", *_LABELLED, "pupil_l_x", "pupil_l_y",
    "pupil_r_x", "pupil_r_y", "chin_x", "chin_y", "crown_y", "head_height_mm", "roll", "has_glasses", *_MORE,
    "crown_x", "yaw", "pitch", "head_roll", "gaze_yaw", "gaze_pitch", "distance_mm", "skin_tone", "defect",
    "severity",
)  # fmt: skip
"""Columns of ``labels.csv``."""


def label_row(
    photo: str, p: Parameters, truth: Truth, defect: str = "", severity: float | None = None
) -> dict[str, Any]:
    """Row of ``labels.csv`` for one portrait.

    Parameters
    ----------
    photo : str
        Path of the photo relative to the table.
    p : Parameters
        Its parameters.
    truth : Truth
        Its truth.
    defect : str
        Name of its defect; empty for none.
    severity : float, optional
        0 to 1.

    Returns
    -------
    dict
        Column → value.
    """
    verdicts = {"pass": "1", "fail": "0", "review": "", None: ""}
    row: dict[str, Any] = {c: verdicts[truth.expected[c]] for c in (*_LABELLED, *_MORE)}
    row |= {
        "photo": photo,
        "subject": f"render-{p.identity.seed}",
        "source": "render",
        "sex": p.identity.sex,
        "age": round(p.identity.age),
        "ethnicity": "",
        "pupil_l_x": round(float(truth.pupils[0, 0]), 2),
        "pupil_l_y": round(float(truth.pupils[0, 1]), 2),
        "pupil_r_x": round(float(truth.pupils[1, 0]), 2),
        "pupil_r_y": round(float(truth.pupils[1, 1]), 2),
        "chin_x": round(float(truth.chin[0]), 2),
        "chin_y": round(float(truth.chin[1]), 2),
        "crown_x": round(float(truth.crown[0]), 2),
        "crown_y": round(float(truth.crown[1]), 2),
        "head_height_mm": round(truth.head_height_mm, 3),
        "roll": round(truth.eye_line_roll, 3),
        "has_glasses": int(p.wear.glasses != "none"),
        "yaw": round(truth.yaw, 3),
        "pitch": round(truth.pitch, 3),
        "head_roll": round(truth.roll, 3),
        "gaze_yaw": round(float(truth.gaze[:, 0].mean()), 3),
        "gaze_pitch": round(float(truth.gaze[:, 1].mean()), 3),
        "distance_mm": round(truth.distance_mm, 1),
        "skin_tone": p.identity.skin_tone,
        "defect": defect,
        "severity": "" if severity is None else round(severity, 3),
    }
    return row


def record(
    photo: str, p: Parameters, truth: Truth, defect: str = "", severity: float | None = None
) -> dict[str, Any]:
    """Everything that is known of one portrait: a line of ``truth.jsonl``.

    Parameters
    ----------
    photo : str
        Path of the photo.
    p : Parameters
        Its parameters.
    truth : Truth
        Its truth.
    defect : str
        Name of its defect; empty for none.
    severity : float, optional
        0 to 1.

    Returns
    -------
    dict
        Ready for JSON; ``check`` is the check that the defect must fail.
    """
    return {
        "photo": photo,
        "check": DEFECTS[defect].check if defect else None,
        "defect": defect,
        "severity": severity,
        "parameters": p.to_dict(),
        "truth": truth.to_dict(),
    }


class _Job(NamedTuple):
    name: str
    seed: int
    defect: str
    severity: float | None
    width: int
    height: int
    masks: bool


class _Done(NamedTuple):
    job: _Job
    file: bytes
    row: dict[str, Any]
    truth: dict[str, Any]
    landmarks189: npt.NDArray[np.float32]
    landmarks68: npt.NDArray[np.float32]
    mask: bytes


def _do(job: _Job) -> _Done:
    if job.defect:
        p = defective(job.seed, job.defect, job.severity, job.width, job.height)
    else:
        p = compliant(job.seed, job.width, job.height)
    portrait: Portrait = render(p)
    t = portrait.truth
    mask = cv2.imencode(".png", t.labels)[1].tobytes() if job.masks else b""
    about = (f"photos/{job.name}.jpg", p, t, job.defect, job.severity)
    return _Done(
        job,
        portrait.file,
        label_row(*about),
        record(*about),
        t.landmarks189.astype(np.float32),
        t.landmarks68.astype(np.float32),
        mask,
    )


def _jobs(options: argparse.Namespace) -> Iterator[_Job]:
    if options.defect == "all":
        kinds = [k for name in DEFECTS for k in ("", name)] if options.pairs else list(DEFECTS)
    elif options.defect:
        kinds = ["", options.defect] if options.pairs else [options.defect]
    else:
        kinds = [""]
    per_subject = 2 if options.pairs and options.defect else 1
    height = round(options.width * 45 / 35) if options.width != 827 else 1063
    for i in range(options.n):
        kind = kinds[i % len(kinds)]
        seed = options.seed * 1_000_003 + i // per_subject
        severity = None
        if kind:
            severity = options.severity
            if severity is None:
                severity = float(np.random.default_rng([seed, zlib.crc32(kind.encode())]).random())
        yield _Job(
            f"{i:06d}_{kind or 'compliant'}", seed, kind, severity, options.width, height, options.masks
        )


def _done(options: argparse.Namespace) -> Iterator[_Done]:
    if options.workers <= 1:
        yield from map(_do, _jobs(options))
        return
    with ProcessPoolExecutor(options.workers, initializer=_stay_on_one_core) as pool:
        yield from pool.map(_do, _jobs(options), chunksize=2)


def _stay_on_one_core() -> None:
    # OpenCV would start threads in every process, which then get into each other's way.
    cv2.setNumThreads(1)


def main(arguments: list[str] | None = None) -> int:
    """Command line of ``python -m samples.generate``.

    Parameters
    ----------
    arguments : list of str, optional
        Instead of ``sys.argv``.

    Returns
    -------
    int
        Exit code.
    """
    parser = argparse.ArgumentParser(
        prog="python -m samples.generate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("-n", type=int, default=20, help="how many portraits (default 20)")
    parser.add_argument("--seed", type=int, default=0, help="draws the subjects (default 0)")
    parser.add_argument("--defect", default="", help=f"'all' in turn, or one of: {', '.join(DEFECTS)}")
    parser.add_argument("--severity", type=float, default=None, help="0 to 1 (default: drawn)")
    parser.add_argument(
        "--pairs", action="store_true", help="with --defect: each subject compliant, then spoiled"
    )
    parser.add_argument(
        "--width", type=int, default=827, help="pixels; the height follows as 35:45 (default 827)"
    )
    parser.add_argument("--masks", action="store_true", help="also write label maps")
    parser.add_argument("--workers", type=int, default=1, help="processes (default 1)")
    options = parser.parse_args(arguments)
    if options.defect not in ("", "all", *DEFECTS):
        parser.error(f"no defect {options.defect!r}")
    for folder in ("photos", "masks") if options.masks else ("photos",):
        (options.out / folder).mkdir(parents=True, exist_ok=True)
    dense: dict[str, Any] = {}
    sparse: dict[str, Any] = {}
    with (
        (options.out / "labels.csv").open("w", newline="", encoding="utf-8") as table,
        (options.out / "truth.jsonl").open("w", encoding="utf-8") as lines,
    ):
        writer = csv.DictWriter(table, COLUMNS, restval="")
        writer.writeheader()
        for k, done in enumerate(_done(options), 1):
            (options.out / "photos" / f"{done.job.name}.jpg").write_bytes(done.file)
            if done.mask:
                (options.out / "masks" / f"{done.job.name}.png").write_bytes(done.mask)
            writer.writerow(done.row)
            lines.write(json.dumps(done.truth) + "\n")
            dense[f"{done.job.name}.jpg"] = done.landmarks189
            sparse[f"{done.job.name}.jpg"] = done.landmarks68
            if sys.stderr.isatty():
                print(f"\r{k}/{options.n}", end="", file=sys.stderr, flush=True)
    np.savez_compressed(options.out / "landmarks189.npz", **dense)
    np.savez_compressed(options.out / "landmarks68.npz", **sparse)
    print(f"{options.n} portraits in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
