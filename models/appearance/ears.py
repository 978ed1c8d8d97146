"""Train the network that tells whether the onset of an ear is hidden, and whether cloth hides it.

    python -m models.appearance.ears OUT HEADS.npz... --renders RENDERS [--count N] [--left-out K]

`HEADS.npz` are what faces.py wrote, `RENDERS` what ``python -m samples.generate RENDERS`` wrote. The labels
of the faces are in ears.csv: 1 seen, 0 hidden, empty where it is not clear or where the head turns the ear
away. One fifth of the people (fold `K` by a hash of the subject) is not learnt from; how often the network
errs on their ears is printed. OUT gets ``ear_appearance.onnx``.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from icao_check.face import face_cutout
from icao_check.face.appearance import EAR
from icao_check.landmarks import GROUPS
from icao_check.photo import read_photo
from models.appearance import coverings
from models.appearance.coverings import INTER_EYE, SIDE
from models.appearance.samples import UNKNOWN, Heads, camera, view_of
from models.appearance.train import AppearanceNet, fold_of, learn
from models.export import fused, write_onnx
from models.faces.views import texture

LABELS = Path(__file__).with_name("ears.csv")
SIDES = ("left", "right")
RENDERED = 0.25
"""Share of the views that show a rendered portrait."""
# Points of the 189 on each ear of a render, and how many must be seen for the ear to count as seen.
_RENDERED_EARS = (slice(115, 120), slice(120, 125))
_SEEN = 3


@dataclass(frozen=True)
class EarHeads:
    """Faces cut out alike, with what is seen of their ears.

    Attributes
    ----------
    pixels : ndarray of shape (N, SIDE, SIDE, 3), uint8
    points : ndarray of shape (N, K, 2), float32
        The pupils first; of renders only those.
    hidden : ndarray of shape (N, 2), int8
        1, 0 or `UNKNOWN`, for the left and the right of the picture.
    cloth : ndarray of shape (N,), int8
        1 where a cloth is worn about the head.
    subjects : ndarray of str
    """

    pixels: NDArray[np.uint8]
    points: list[NDArray[np.float32]]
    hidden: NDArray[np.int8]
    cloth: NDArray[np.int8]
    subjects: NDArray[np.str_]


def photographed(files: list[Path]) -> EarHeads:
    """Return the faces of faces.py whose ears are labelled."""
    heads = Heads.load(*files)
    with LABELS.open(newline="", encoding="utf-8") as file:
        told = {
            row["subject"]: [
                UNKNOWN if row[f"{side}_ear"] == "" else 1 - int(row[f"{side}_ear"]) for side in SIDES
            ]
            for row in csv.DictReader(file)
        }
    rows = [i for i, subject in enumerate(heads.subjects) if str(subject) in told]
    hidden = np.array([told[str(heads.subjects[i])] for i in rows], np.int8)
    points = [heads.points[i] for i in rows]
    return EarHeads(heads.pixels[rows], points, hidden, np.zeros(len(rows), np.int8), heads.subjects[rows])


def rendered(folder: Path) -> EarHeads:
    """Return rendered portraits; their truth says whether hair or cloth lies over the ears."""
    pixels, points, hidden, cloth, subjects = [], [], [], [], []
    for line in (folder / "truth.jsonl").read_text().splitlines():
        record = json.loads(line)
        pupils = np.array(record["truth"]["pupils"])
        piece = face_cutout(
            read_photo(folder / record["photo"]),
            pupils,
            (SIDE, SIDE),
            inter_eye=INTER_EYE,
            eyes_at=(0.5, 0.5),
        )
        look, wear = record["parameters"]["look"], record["parameters"]["wear"]
        cloth.append(int(wear["headwear"] in ("hijab", "headscarf")))
        covered = look["hair"] in ("bob", "fringe") or cloth[-1]
        seen = record["truth"]["visible189"]
        count = [seen[ear].count("1") for ear in _RENDERED_EARS]
        hidden.append([1, 1] if covered else [0 if n >= _SEEN else UNKNOWN for n in count])
        pixels.append(piece.pixels)
        points.append(piece.to_cutout(pupils).astype(np.float32))
        subjects.append(f"render-{record['parameters']['identity']['seed']}")
    return EarHeads(
        np.array(pixels), points, np.array(hidden, np.int8), np.array(cloth, np.int8), np.array(subjects)
    )


def hair_beside(
    rng: np.random.Generator, image: np.ndarray, points: np.ndarray, side: int, kind: str
) -> np.ndarray:
    """Let hair fall beside the face: over the ear, over the upper part of it, or behind it."""
    name, outward = SIDES[side], (-1.0, 1.0)[side]
    cheek, ear = points[list(GROUPS[f"{name}_cheek"])], points[list(GROUPS[f"{name}_ear"])]
    down = float(points[GROUPS["chin"][0], 1] - points[:2, 1].mean())
    top = cheek[0] + (-outward * rng.uniform(0.0, 0.25) * INTER_EYE, -rng.uniform(0.5, 1.1) * INTER_EYE)
    if kind == "behind":
        edge = np.add(ear, (outward * INTER_EYE * rng.uniform(0.04, 0.12), 0.0))
    else:
        edge = np.subtract(cheek, (outward * INTER_EYE * rng.uniform(-0.04, 0.14), 0.0))
    bottom = edge[-1] + (outward * rng.uniform(-0.1, 0.25) * INTER_EYE, rng.uniform(0.2, 1.3) * down)
    if kind == "upper":  # the lower part of the ear stays free
        bottom = (edge[0] + edge[-1]) / 2 + (outward * 0.35 * INTER_EYE, rng.uniform(-0.1, 0.05) * INTER_EYE)
        edge = edge[:1]
    wide = outward * rng.uniform(0.45, 1.0) * INTER_EYE
    inner = np.array([top, *edge, bottom])
    outer = np.array(
        [(bottom[0] + wide * 0.7, bottom[1]), (edge[0][0] + wide, edge[0][1]), (top[0] + wide, top[1])]
    )
    inner = inner + rng.normal(0, 0.015 * INTER_EYE, inner.shape)
    alpha = coverings.polygon(np.concatenate([inner, outer]), float(rng.uniform(0.5, 1.8)))
    tone = coverings.hair_colour(rng, image, points).astype(np.float32)
    noise = rng.normal(0, 1, (SIDE, SIDE)).astype(np.float32)
    wide_of, long_of = float(rng.uniform(0.5, 1.2)), float(rng.uniform(6, 25))
    strands = np.asarray(cv2.GaussianBlur(noise, (0, 0), sigmaX=wide_of, sigmaY=long_of), np.float32)
    slope = float(rng.normal(0, 0.15))
    lean = np.array([[1, slope, -slope * SIDE / 2], [0, 1, 0]])
    strands = np.asarray(
        cv2.warpAffine(strands, lean, (SIDE, SIDE), borderMode=cv2.BORDER_REFLECT), np.float32
    )
    waves = np.asarray(
        cv2.GaussianBlur(texture(rng, SIDE).astype(np.float32), (0, 0), float(rng.uniform(3, 9))), np.float32
    )
    shade = 1 + rng.uniform(0.05, 0.3) * _even(strands) + rng.uniform(0, 0.2) * _even(waves)
    return coverings.lay(rng, image, alpha, np.clip(tone * shade[..., None], 0, 255).astype(np.float32))


def _even(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(values / max(float(values.std()), 1e-6), np.float32)


def drawn(rng: np.random.Generator, heads: EarHeads, i: int, side: int) -> tuple[np.ndarray, tuple[int, int]]:
    """Return one face, perhaps with something drawn on it, and whether the ear is hidden, and by cloth."""
    image, points = heads.pixels[i].astype(np.float32), heads.points[i]
    hidden, cloth = int(heads.hidden[i, side]), int(heads.cloth[i])
    if len(points) == 2:
        return image, (hidden, cloth)
    if rng.random() < 0.12:
        image, *_ = coverings.glasses(rng, image, points, "clear")
    kind = rng.random()
    if kind < 0.12:
        donor = heads.pixels[int(rng.integers(len(heads.pixels)))].astype(np.float32)
        return coverings.cloth(rng, image, points, donor), (1, 1)
    if hidden == 0 and kind < 0.56:
        how = "over" if kind < 0.27 else "upper" if kind < 0.40 else "behind"
        image = hair_beside(rng, image, points, side, how)
        hidden = int(how == "over")
    return image, (hidden, cloth)


def pool(
    rng: np.random.Generator, photos: EarHeads, renders: EarHeads, left_out: int, count: int
) -> tuple[NDArray[np.uint8], NDArray[np.int8]]:
    """Return `count` views of ears of people not left out, hidden about as often as seen."""
    sides: dict[tuple[bool, int], list[tuple[int, int]]] = {}
    for synthetic, heads in ((False, photos), (True, renders)):
        for i, subject in enumerate(heads.subjects):
            for side in (0, 1):
                if heads.hidden[i, side] != UNKNOWN and fold_of(str(subject)) != left_out:
                    sides.setdefault((synthetic, int(heads.hidden[i, side])), []).append((i, side))
    views = np.zeros((count, EAR.height, EAR.width, 3), np.uint8)
    labels = np.zeros((count, len(EAR.heads)), np.int8)
    for k in range(count):
        synthetic = bool(rng.random() < RENDERED)
        heads = renders if synthetic else photos
        # Hair and cloth that are drawn hide a quarter of those that are seen.
        of_kind = sides[synthetic, int(rng.random() < (0.5 if synthetic else 0.35))]
        i, side = of_kind[int(rng.integers(len(of_kind)))]
        image, labels[k] = drawn(rng, heads, i, side)
        piece = view_of(rng, image, heads.points[i], EAR, side == 1).astype(np.float32)
        views[k] = np.clip(camera(rng, piece, EAR.inter_eye), 0, 255)
    return views, labels


def log_odds(net: AppearanceNet, heads: EarHeads, rows: list[tuple[int, int]]) -> NDArray[np.float32]:
    """Return what the network says of some (face, side), as they are: (N, heads)."""
    views = np.array(
        [
            view_of(None, heads.pixels[i].astype(np.float32), heads.points[i], EAR, side == 1)
            for i, side in rows
        ]
    )
    with torch.no_grad():
        found = net(torch.from_numpy(views).permute(0, 3, 1, 2).float() / 255)
    return np.asarray(found.numpy(), np.float32)


def main() -> None:
    """Draw the views, train, report on the people left out, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("heads", type=Path, nargs="+")
    parser.add_argument("--renders", type=Path, required=True)
    parser.add_argument("--count", type=int, default=12000)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--left-out", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    started = time.time()
    photos, renders = photographed(options.heads), rendered(options.renders)
    rng = np.random.default_rng(options.seed)
    views, labels = pool(rng, photos, renders, options.left_out, options.count)
    hidden, cloth = labels.mean(axis=0)
    print(f"{len(views)} views, {hidden:.2f} hidden, {cloth:.2f} by cloth, {time.time() - started:.0f} s")
    none = np.full((len(views), 1), math.nan, np.float32)
    net = learn(EAR, views, labels, none, options.epochs, options.seed, heads=EAR.heads)
    options.out.mkdir(parents=True, exist_ok=True)
    for name, heads in (("photos", photos), ("renders", renders)):
        rows = [
            (i, side)
            for i, subject in enumerate(heads.subjects)
            for side in (0, 1)
            if heads.hidden[i, side] != UNKNOWN and fold_of(str(subject)) == options.left_out
        ]
        found = log_odds(net, heads, rows)
        truth = np.array([heads.hidden[i, side] for i, side in rows])
        cloth = np.array([heads.cloth[i] for i, _ in rows])
        wrong = (found[:, 0] > 0) != (truth == 1)
        mistaken = (found[:, 1] > 0) != (cloth == 1)
        print(f"left out, {name}: {len(rows)} ears, {int(truth.sum())} hidden, {int(wrong.sum())} wrong")
        print(f"{int(cloth.sum())} beneath cloth, {int(mistaken.sum())} wrong")
        np.savez(
            options.out / f"left_out_{name}.npz",
            log_odds=found,
            hidden=truth,
            cloth=cloth,
            side=[side for _, side in rows],
            subject=[heads.subjects[i] for i, _ in rows],
        )
    example = torch.rand(2, 3, EAR.height, EAR.width)
    write_onnx(fused(net), example, options.out / "ear_appearance.onnx", "image", ["logits"])


if __name__ == "__main__":
    main()
