"""Measure the label map on photos whose outlines were drawn by hand, and on damaged versions of them.

    ICAO_CHECK_CORPUS=... python -m models.regions.evaluate [--damage] [--sheet OUT.png] [--weights FILE.onnx]
    python -m models.regions.evaluate --renders FOLDER

``outlines.json`` holds polygons (x, y, x, y, …; pixels of the photo) of the person, the skin and the clothes;
what is person and neither is hair. None of these people is in the training data. With ``--renders`` the truth
is that of rendered portraits (``python -m samples.generate FOLDER -n 60 --seed 99 --masks``). Prints the
intersection over union per class, with 95 % bootstrap intervals over people.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check import region_network
from icao_check import regions as product
from icao_check.face import FaceFinder, find_face
from icao_check.photo import read_photo

OUTLINES = Path(__file__).with_name("outlines.json")
# What the renderer's masks call 0 background, 1 skin, 2 hair, 3 clothes, 4 glasses, 5 headwear, 6 eyes,
# 7 inside of the mouth, 8 mask or scarf.
RENDERED_CLASSES = np.array([0, 1, 2, 3, 1, 3, 1, 1, 3], np.uint8)
NAMES = ("background", "skin", "hair", "clothes")
Bytes = NDArray[Any]  # uint8: OpenCV's stubs do not tell dtypes apart


def truth(polygons: dict[str, list[list[int]]], shape: tuple[int, int]) -> Bytes:
    """Labels of every pixel, from the polygons."""
    planes = {}
    for name, rings in polygons.items():
        planes[name] = np.zeros(shape, np.uint8)
        for ring in rings:
            cv2.fillPoly(planes[name], [np.array(ring, np.int32).reshape(-1, 2)], 1)
    person = planes["person"] > 0
    labels = np.zeros(shape, np.uint8)
    labels[person] = product.HAIR
    labels[person & (planes["clothes"] > 0)] = product.CLOTHES
    labels[person & (planes["skin"] > 0)] = product.SKIN
    return labels


def outlined() -> Iterator[tuple[str, Bytes, Bytes]]:
    """Name, RGB pixels and true labels of the photos that were outlined by hand."""
    corpus = Path(os.environ["ICAO_CHECK_CORPUS"]) / "photos"
    for name, polygons in json.loads(OUTLINES.read_text()).items():
        rgb = read_photo(corpus / f"{name}.jpg").rgb
        yield name, rgb, truth(polygons, rgb.shape[:2])


def rendered(folder: Path) -> Iterator[tuple[str, Bytes, Bytes]]:
    """Name, RGB pixels and true labels of rendered portraits; a beard counts as skin, as in the map."""
    for path in sorted((folder / "photos").glob("*.jpg")):
        mask = cv2.imread(str(folder / "masks" / f"{path.stem}.png"), cv2.IMREAD_GRAYSCALE)
        assert mask is not None, path
        yield path.stem, read_photo(path).rgb, RENDERED_CLASSES[mask]


def enlarged(regions: product.Regions, shape: tuple[int, int]) -> tuple[NDArray[np.bool_], Bytes]:
    """Person (share at least one half) and labels at full resolution."""
    size = (shape[1], shape[0])
    person = cv2.resize(regions.share, size, interpolation=cv2.INTER_LINEAR) >= 0.5
    kinds = np.where(regions.share > 0, regions.kinds, 0).astype(np.uint8)
    labels = cv2.resize(kinds, size, interpolation=cv2.INTER_NEAREST)
    return person, np.where(person, labels, 0).astype(np.uint8)


def overlap(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    """Intersection over union; nan where both are empty."""
    either = int((a | b).sum())
    return int((a & b).sum()) / either if either else float("nan")


def interval(values: NDArray[np.float64], rng: np.random.Generator) -> tuple[float, float, float]:
    """Mean and 95 % bootstrap interval over people."""
    values = values[~np.isnan(values)]
    means = rng.choice(values, (2000, len(values))).mean(1)
    return float(values.mean()), float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def _gain(factor: float) -> Callable[[Bytes, Bytes, np.random.Generator], tuple[Bytes, Bytes]]:
    def change(rgb: Bytes, labels: Bytes, rng: np.random.Generator) -> tuple[Bytes, Bytes]:
        linear = (rgb.astype(np.float32) / 255) ** 2.2 * factor
        return (np.clip(linear, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8), labels

    return change


def _wall(kind: str) -> Callable[[Bytes, Bytes, np.random.Generator], tuple[Bytes, Bytes]]:
    def change(rgb: Bytes, labels: Bytes, rng: np.random.Generator) -> tuple[Bytes, Bytes]:
        rows, cols = labels.shape
        person = cv2.GaussianBlur((labels > 0).astype(np.float32), (0, 0), rows / 700)[..., None]
        y, x = np.mgrid[:rows, :cols].astype(np.float32) / rows
        wall = np.empty(rgb.shape, np.float32)
        if kind == "white":
            wall[:] = 250
        elif kind == "stripes":
            wall[:] = (150 + 70 * np.sign(np.sin((x + 0.4 * y) * rng.uniform(20, 60))))[..., None]
        elif kind == "clothes":  # the colour of the clothes, or of the hair where there are none
            of = labels == (product.CLOTHES if (labels == product.CLOTHES).any() else product.HAIR)
            wall[:] = np.median(rgb[of], 0) if of.any() else 200
        elif kind == "hair":
            of = labels == (product.HAIR if (labels == product.HAIR).any() else product.SKIN)
            wall[:] = np.median(rgb[of], 0)
        else:  # objects
            wall[:] = 220
            for _ in range(12):
                shade = tuple(int(c) for c in rng.integers(0, 255, 3))
                a, b = rng.uniform(-0.1, 1, 2), rng.uniform(0.05, 0.5, 2)
                cv2.rectangle(
                    wall,
                    (int(a[0] * cols), int(a[1] * rows)),
                    (int((a + b)[0] * cols), int((a + b)[1] * rows)),
                    shade,
                    -1,
                )
        wall *= (1 - 0.12 * y)[..., None]
        return np.clip(rgb * person + wall * (1 - person), 0, 255).astype(np.uint8), labels

    return change


def _blurred(rgb: Bytes, labels: Bytes, rng: np.random.Generator) -> tuple[Bytes, Bytes]:
    return cv2.GaussianBlur(rgb, (0, 0), rgb.shape[0] / 90), labels


def _noisy(rgb: Bytes, labels: Bytes, rng: np.random.Generator) -> tuple[Bytes, Bytes]:
    return np.clip(rgb + rng.normal(0, 30, rgb.shape), 0, 255).astype(np.uint8), labels


def _jpeg(rgb: Bytes, labels: Bytes, rng: np.random.Generator) -> tuple[Bytes, Bytes]:
    small = cv2.resize(rgb, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    coded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 8])[1]
    small = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR))
    return cv2.resize(small, rgb.shape[1::-1], interpolation=cv2.INTER_CUBIC), labels


def _grey(rgb: Bytes, labels: Bytes, rng: np.random.Generator) -> tuple[Bytes, Bytes]:
    return np.repeat(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)[..., None], 3, 2), labels


def _tinted(rgb: Bytes, labels: Bytes, rng: np.random.Generator) -> tuple[Bytes, Bytes]:
    return np.clip(rgb * np.array([1.0, 0.72, 0.45]), 0, 255).astype(np.uint8), labels


def _moved(scale: float, turn: float) -> Callable[[Bytes, Bytes, np.random.Generator], tuple[Bytes, Bytes]]:
    def change(rgb: Bytes, labels: Bytes, rng: np.random.Generator) -> tuple[Bytes, Bytes]:
        rows, cols = labels.shape
        matrix = cv2.getRotationMatrix2D((cols / 2, rows * 0.5), turn * rng.choice([-1, 1]), scale)
        if scale < 1:
            matrix[1, 2] += rows * (1 - scale) / 2  # the body stays on the lower edge
        out = cv2.warpAffine(rgb, matrix, (cols, rows), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
        marks = cv2.warpAffine(
            labels, matrix, (cols, rows), flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE
        )
        return out, marks

    return change


def _bordered(rgb: Bytes, labels: Bytes, rng: np.random.Generator) -> tuple[Bytes, Bytes]:
    b = rgb.shape[0] // 16
    white = cv2.copyMakeBorder(rgb, b, b, b, b, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    return white, cv2.copyMakeBorder(labels, b, b, b, b, cv2.BORDER_CONSTANT, value=0)


def _shadowed(rgb: Bytes, labels: Bytes, rng: np.random.Generator) -> tuple[Bytes, Bytes]:
    rows, cols = labels.shape
    person = (labels > 0).astype(np.float32)
    shift = np.array([[1, 0, cols * 0.12 * rng.choice([-1, 1])], [0, 1, rows * 0.03]], np.float32)
    shade = cv2.GaussianBlur(
        cv2.warpAffine(person, shift, (cols, rows), borderMode=cv2.BORDER_REPLICATE), (0, 0), rows / 60
    )
    return (rgb * (1 - 0.55 * shade * (1 - person))[..., None]).astype(np.uint8), labels


DAMAGES: dict[str, Callable[[Bytes, Bytes, np.random.Generator], tuple[Bytes, Bytes]]] = {
    "as it is": lambda rgb, labels, rng: (rgb, labels),
    "white wall": _wall("white"),
    "wall as the clothes": _wall("clothes"),
    "wall as the hair": _wall("hair"),
    "striped wall": _wall("stripes"),
    "objects": _wall("objects"),
    "shadow": _shadowed,
    "dark": _gain(0.1),
    "bright": _gain(3.0),
    "blurred": _blurred,
    "noisy": _noisy,
    "JPEG": _jpeg,
    "grey": _grey,
    "tinted": _tinted,
    "rolled by 20°": _moved(1, 20),
    "too small": _moved(0.55, 0),
    "too large": _moved(1.35, 0),
    "border": _bordered,
}


def overlay(rgb: Bytes, person: NDArray[np.bool_], labels: Bytes, height: int) -> Bytes:
    """Return the photo with the outline and tinted classes, RGB."""
    tints = np.array([[0, 0, 0], [255, 60, 60], [0, 90, 255], [0, 200, 0]], np.float32)
    shown = rgb * np.where(person, 0.65, 0.65)[..., None] + 0.35 * np.where(
        person[..., None], tints[labels], np.array([230.0, 0, 230])
    )
    scale = height / rgb.shape[0]
    return cv2.resize(
        np.clip(shown, 0, 255).astype(np.uint8), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA
    )


def main() -> None:
    """Print the table; optionally write a contact sheet (keep it out of the repository: it shows people)."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--damage", action="store_true", help="also the damaged versions")
    parser.add_argument("--renders", type=Path, help="judge on rendered portraits instead")
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--weights", type=Path, help="another network than the shipped one")
    args = parser.parse_args()
    if args.weights:
        region_network._own.network = cv2.dnn.readNetFromONNX(str(args.weights), cv2.dnn.ENGINE_CLASSIC)
    cases = list(rendered(args.renders) if args.renders else outlined())
    finder = FaceFinder()
    print(f"{'':22}{'faces':>6}  person IoU [95 %]        " + "".join(f"{n:>12}" for n in NAMES) + "   worst")
    cells = []
    for damage, change in DAMAGES.items():
        if damage != "as it is" and not args.damage:
            continue
        scores, names = [], []
        for number, (name, rgb, labels) in enumerate(cases):
            changed, marks = change(rgb, labels, np.random.default_rng(number))
            face = find_face(read_photo(changed), finder)
            if face is None:
                continue
            person, found = enlarged(face.regions, marks.shape)
            scores.append([overlap(person, marks > 0), *(overlap(found == k, marks == k) for k in range(4))])
            names.append(name)
            if args.sheet:
                cells.append(overlay(changed, person, found, 300))
        table = np.array(scores)
        mean, low, high = interval(table[:, 0], np.random.default_rng(0))
        missed = len(cases) - len(table)
        print(
            f"{damage:22}{len(table):6}  {mean:.4f} [{low:.4f}, {high:.4f}]  "
            + "".join(f"{np.nanmean(table[:, 1 + k]):12.3f}" for k in range(4))
            + f"   {table[:, 0].min():.3f} {names[int(table[:, 0].argmin())]}"
            + (f"   no face: {missed}" if missed else "")
        )
        if damage == "as it is":
            for k, kind in enumerate(NAMES):
                mean, low, high = interval(table[:, 1 + k], np.random.default_rng(0))
                print(f"  {kind:12}IoU {mean:.4f} [{low:.4f}, {high:.4f}]")
            for name, row in zip(names, table, strict=True):
                each = "  ".join(f"{n} {v:.3f}" for n, v in zip(NAMES, row[1:], strict=True))
                print(f"  {name:22} person {row[0]:.4f}  {each}")
    if args.sheet and cells:
        width = max(c.shape[1] for c in cells)
        cells = [cv2.copyMakeBorder(c, 0, 2, 0, width - c.shape[1] + 2, cv2.BORDER_CONSTANT) for c in cells]
        cells += [np.zeros_like(cells[0])] * (-len(cells) % 10)
        rows = [np.hstack(cells[i : i + 10]) for i in range(0, len(cells), 10)]
        cv2.imwrite(str(args.sheet), cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    main()
