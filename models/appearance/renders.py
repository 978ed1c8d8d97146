"""Draw synthetic portraits whose eyes, mouths, expressions and coverings are known exactly.

    python -m models.appearance.renders HEADS.npz --count 900 --seed 1

Writes the arrays of :class:`models.appearance.samples.Heads`; stopped early, what was drawn so far is kept.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from icao_check.face import face_cutout
from icao_check.face.appearance import HEADS
from icao_check.landmarks import LANDMARK_COUNT
from icao_check.photo import Photo, read_photo
from models.appearance.coverings import INTER_EYE, SIDE
from models.appearance.samples import UNKNOWN, Heads
from models.faces import layout
from samples.portrait import Parameters, render
from samples.portrait.draw import compliant
from samples.portrait.truth import Truth

WIDTH, HEIGHT = 413, 531
FIRST_SEED = 2_000_000


def portrait(seed: int) -> Parameters:
    """Draw a person whose lids, gaze, expression, glasses and coverings vary far beyond the rules."""
    rng = np.random.default_rng([seed, 78])
    p = compliant(FIRST_SEED + seed, WIDTH, HEIGHT)
    values: dict[str, Any] = {
        "framing__head_height": float(rng.uniform(24, 33)),
        "pose__roll": float(rng.normal(0, 3)),
        "pose__yaw": float(np.clip(rng.normal(0, 5), -14, 14)),
        "pose__pitch": float(np.clip(rng.normal(0, 4), -12, 12)),
    }
    values |= _eyes(rng) | _expression(rng) | _wear(rng)
    if rng.random() < 0.25:
        values |= {
            "light__azimuth": float(rng.uniform(-75, 75)),
            "light__elevation": float(rng.uniform(-10, 65)),
            "light__size": float(rng.uniform(2, 30)),
            "light__ambient": float(rng.uniform(0.08, 0.6)),
        }
    return p.changed(**values)


def _eyes(rng: np.random.Generator) -> dict[str, Any]:
    values: dict[str, Any] = {}
    kind = rng.random()
    if kind < 0.5:
        low, high = (0.0, 0.3) if kind < 0.2 else (0.3, 0.75)
        both = float(rng.uniform(low, high))
        values = {"expression__lid_left": both, "expression__lid_right": both}
        if rng.random() < 0.25:
            values[f"expression__lid_{rng.choice(['left', 'right'])}"] = float(rng.uniform(0.85, 1.1))
    if rng.random() < 0.6:
        away = rng.uniform(2, 26)
        angle = rng.uniform(0, 2 * np.pi)
        values["pose__gaze_yaw"] = float(away * np.cos(angle))
        values["pose__gaze_pitch"] = float(0.8 * away * np.sin(angle))
    return values


def _expression(rng: np.random.Generator) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if rng.random() < 0.15:
        values["expression__palsy"] = float(rng.uniform(-1, 1))
    if rng.random() < 0.4:
        return values
    kind = rng.choice(["smile", "laugh", "frown", "brows", "squint", "down", "open", "mixed"])
    strong = float(rng.uniform(0.15, 1.0))
    if kind in ("smile", "laugh", "mixed"):
        values["expression__smile"] = strong
        values["expression__squint"] = float(rng.uniform(0, 0.5) * strong)
    if kind == "laugh" or (kind == "mixed" and rng.random() < 0.3):
        values["expression__mouth_gap"] = float(rng.uniform(2, 12))
    if kind in ("frown", "mixed"):
        values["expression__frown"] = strong
    if kind == "brows" or (kind == "mixed" and rng.random() < 0.3):
        values["expression__brow_raise"] = strong
    if kind == "squint":
        values["expression__squint"] = strong
    if kind == "down":
        values["expression__smile"] = -strong
    if kind == "open":
        values["expression__mouth_gap"] = float(rng.uniform(0.5, 16))
        values["expression__teeth"] = float(rng.integers(2))
    return values


def _wear(rng: np.random.Generator) -> dict[str, Any]:
    values: dict[str, Any] = {"wear__glasses": "none", "wear__headwear": "none"}
    if rng.random() < 0.45:
        values["wear__glasses"] = str(
            rng.choice(
                ["clear", "rimless", "heavy", "tinted", "dark", "glare"],
                p=[0.34, 0.12, 0.3, 0.08, 0.08, 0.08],
            )
        )
        if rng.random() < 0.4:
            values["wear__glasses_drop"] = float(rng.uniform(2, 14))
    if rng.random() < 0.25:
        values["wear__headwear"] = str(
            rng.choice(
                ["hijab", "headscarf", "cap", "beanie", "hat", "band"], p=[0.4, 0.2, 0.1, 0.1, 0.1, 0.1]
            )
        )
        values["wear__headwear_hue"], values["wear__headwear_value"] = (float(v) for v in rng.random(2))
    if rng.random() < 0.1:
        values["wear__covering"] = str(rng.choice(["surgical_mask", "scarf", "hair_over_eye"]))
    return values


def _grade(value: float, none: float, certain: float) -> int:
    return 0 if value <= none else 1 if value >= certain else UNKNOWN


def labels_of(p: Parameters, truth: Truth) -> dict[str, int]:
    """Return what is seen: 1, 0, or `UNKNOWN` where people would disagree."""
    e, w = p.expression, p.wear
    hidden = w.glasses in ("dark", "glare")
    covered = w.covering in ("surgical_mask", "scarf")
    hair = w.covering == "hair_over_eye"
    effort = max(
        e.smile / 0.45, -e.smile / 0.65, e.brow_raise / 0.6, e.frown / 0.55, e.squint / 0.75, e.mouth_gap / 6
    )
    open_mouth = _grade(e.mouth_gap, 0.3, 2.5)
    seen = {
        "eyes_closed": UNKNOWN if hidden else _grade(1.0 - min(e.lid_left, e.lid_right), 0.3, 0.55),
        "eyes_covered": UNKNOWN if hidden else _grade(truth.eyes_covered, 0.03, 0.15),
        "glasses": int(w.glasses != "none"),
        "dark_lenses": int(w.glasses in ("dark", "tinted")),
        "glare": UNKNOWN if w.glasses == "dark" else int(w.glasses == "glare"),
        "frame_over_eyes": UNKNOWN
        if hidden or hair
        else 1
        if w.glasses == "heavy"
        else 0
        if w.glasses in ("none", "rimless")
        else _grade(truth.eyes_covered, 0.02, 0.1),
        "mouth_open": open_mouth,
        "teeth": 0 if open_mouth == 0 or e.teeth <= 0.0 else open_mouth if e.teeth >= 0.7 else UNKNOWN,
        "not_neutral": _grade(effort, 0.35, 1.0),
        "mouth_covered": int(covered),
        "head_covered": int(w.headwear != "none"),
    }
    if covered:
        seen |= dict.fromkeys(("mouth_open", "teeth", "not_neutral"), UNKNOWN)
    return seen


def gaze_of(p: Parameters, truth: Truth) -> tuple[float, float]:
    """Return where the eyes look past the camera, in degrees right and down; NaN where it cannot be seen."""
    if p.wear.glasses == "dark" or min(p.expression.lid_left, p.expression.lid_right) < 0.4:
        return float("nan"), float("nan")
    right, up = truth.gaze.mean(axis=0)
    return float(right), float(-up)


def main() -> None:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=900)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found: dict[str, list[Any]] = {name: [] for name in Heads.__dataclass_fields__}
    for i in range(options.count):
        seed = options.seed * 100_000 + i
        p = portrait(seed)
        r = render(p)
        points = np.where(
            (layout.CORPUS_INDEX >= 0)[:, None],
            r.truth.landmarks189[layout.CORPUS_INDEX],
            np.asarray(r.truth.crown)[None],
        ).astype(np.float64)
        if np.isnan(points[:2]).any() or len(points) != LANDMARK_COUNT:
            continue
        photo: Photo = read_photo(r.pixels)
        piece = face_cutout(photo, points[:2], (SIDE, SIDE), inter_eye=INTER_EYE, eyes_at=(0.5, 0.5))
        seen = labels_of(p, r.truth)
        found["pixels"].append(piece.pixels)
        found["points"].append(piece.to_cutout(points).astype(np.float32))
        found["labels"].append(np.array([seen[head] for head in HEADS], np.int8))
        found["gaze"].append(np.array(gaze_of(p, r.truth), np.float32))
        found["subjects"].append(f"render-{p.identity.seed}")
        if (i + 1) % 25 == 0 or i + 1 == options.count:
            np.savez(options.out, allow_pickle=False, **{name: np.array(v) for name, v in found.items()})
            print(i + 1, flush=True)


if __name__ == "__main__":
    main()
