"""Draw synthetic portraits in many poses, with exact truth, as training faces.

    python -m models.faces.renders FOLDER --count 1000 --seed 1

Writes the arrays of :class:`models.faces.photos.Faces`; stopped early, what was drawn so far is kept.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.faces import layout
from models.faces.photos import GRID, INTER_EYE, SIDE, Arrays, canvas_of, face_size
from samples.portrait import Parameters, render
from samples.portrait.draw import compliant

WIDTH, HEIGHT = 413, 531


def portrait(seed: int) -> Parameters:
    """Draw a person in a random pose, at a random distance, with a random expression, covering and light."""
    rng = np.random.default_rng([seed, 77])
    p = compliant(1_000_000 + seed, WIDTH, HEIGHT)
    values: dict[str, Any] = {
        "framing__head_height": float(rng.uniform(22.5, 28)),
        "framing__eye_line": float(rng.uniform(0.42, 0.52)),
        "pose__roll": float(rng.normal(0, 4)),
        "camera__distance": float(np.exp(rng.uniform(np.log(320), np.log(2500)))),
    }
    if rng.random() < 0.75:
        values["pose__yaw"] = float(np.clip(rng.normal(0, 18), -42, 42))
        values["pose__pitch"] = float(np.clip(rng.normal(0, 12), -28, 28))
    if rng.random() < 0.35:
        values["expression__smile"] = float(rng.uniform(-0.3, 1))
        values["expression__mouth_gap"] = float(max(0, rng.normal(0, 8)))
        values["expression__brow_raise"] = float(rng.uniform(0, 1))
    if rng.random() < 0.2:
        closed = float(rng.uniform(0, 0.7))
        values["expression__lid_left"] = values["expression__lid_right"] = closed
    if rng.random() < 0.3:
        values["pose__gaze_yaw"], values["pose__gaze_pitch"] = (float(v) for v in rng.normal(0, 12, 2))
    if rng.random() < 0.25:
        values["wear__headwear"] = str(rng.choice(["hijab", "cap", "beanie", "hat", "band", "headscarf"]))
        values["wear__headwear_hue"], values["wear__headwear_value"] = (float(v) for v in rng.random(2))
    if rng.random() < 0.2:
        values["wear__glasses"] = str(rng.choice(["clear", "rimless", "heavy", "tinted", "dark", "glare"]))
    if rng.random() < 0.1:
        values["wear__covering"] = str(rng.choice(["surgical_mask", "scarf", "hair_over_eye"]))
    if rng.random() < 0.4:
        values |= {
            "light__azimuth": float(rng.uniform(-80, 80)),
            "light__elevation": float(rng.uniform(-20, 70)),
            "light__size": float(rng.uniform(1, 30)),
            "light__ambient": float(rng.uniform(0.05, 0.6)),
        }
    return p.changed(**values)


def iso_rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Return the rotation (3, 3) for angles in the order of ISO/IEC 39794-5: roll, then pitch, then yaw."""
    from models.faces.views import rotation

    return rotation(yaw, 0, 0) @ rotation(0, pitch, 0) @ rotation(0, 0, roll)


def main() -> None:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    arrays = Arrays(options.folder, options.count)
    for i in range(options.count):
        seed = options.seed * 100_000 + i
        p = portrait(seed)
        r = render(p)
        truth = r.truth
        points = np.where(
            (layout.CORPUS_INDEX >= 0)[:, None],
            truth.landmarks189[layout.CORPUS_INDEX],
            np.asarray(truth.crown)[None],
        ).astype(np.float64)
        left, right = points[layout.LEFT_PUPIL], points[layout.RIGHT_PUPIL]
        eyes, chin = (left + right) / 2, points[layout.CHIN]
        if np.isnan([left, right, chin]).any():
            continue
        centre, scale = eyes + (chin - eyes) * 0.15, face_size(left, right, chin) / INTER_EYE
        offset = centre - scale * (SIDE - 1) / 2
        person = canvas_of((truth.labels != 0).astype(np.uint8) * 255, centre, scale)
        arrays.add(
            canvas=canvas_of(r.pixels, centre, scale),
            mask=cv2.resize(person, (GRID, GRID), interpolation=cv2.INTER_AREA),
            relief=np.zeros((GRID, GRID), np.float32),
            key=f"render-{seed}", subject=f"render-{p.identity.seed}", source="render",
            mesh=np.full((478, 3), np.nan), placed=(points - offset) / scale, to_photo=(scale, *offset),
            photo_size=(HEIGHT, WIDTH), pose=iso_rotation(truth.yaw, truth.pitch, truth.roll),
            nearness=63.0 / truth.distance_mm, hidden=~np.append(truth.visible189, True)[layout.CORPUS_INDEX],
        )  # fmt: skip
        if (i + 1) % 25 == 0:
            arrays.save()
            print(i + 1, flush=True)
    arrays.save()


if __name__ == "__main__":
    main()
