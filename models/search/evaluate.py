"""Measure how reliably faces are found, second ones too, on photos of the development corpus.

    ICAO_CHECK_CORPUS=... python -m models.search.evaluate [--every 1] [--more FOLDER ...] [--sheet OUT.png]

Every photo is found as it is and after changes that a face should survive; small faces are looked for in
frames of 24 megapixels; second people are set behind the first, some cut off by the edge. Whatever else is
found is a false face. `--more` adds folders of photos with one person each.
"""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.face import FaceFinder
from icao_check.photo import read_photo
from icao_check.regions import find_regions

Bytes = NDArray[Any]  # uint8
Floats = NDArray[Any]
Generator = np.random.Generator

# A face counts as found where its eyes lie this near to where they are, in face sizes.
_NEAR = 0.4


def intervals(hits: list[bool]) -> str:
    """Return the share and its 95 % interval (Wilson)."""
    n, k = len(hits), sum(hits)
    p, z = k / max(n, 1), 1.96
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return f"{k}/{n} = {p:.2%} ({max(0.0, middle - half):.2%}–{min(1.0, middle + half):.2%})"


class Subject:
    """A photo with one person: where the face is, and the person's share of each pixel."""

    def __init__(self, path: Path, finder: FaceFinder) -> None:
        photo = read_photo(path)
        self.name = path.stem
        self.rgb = photo.rgb
        self.found = finder.detect(photo)
        if self.found:
            self.landmarks = finder.place(photo, self.found[0]).landmarks
            left, right = self.landmarks.pupils
            self.eyes = (left + right) / 2.0
            self.size = (
                math.hypot(*(right - left)) + math.hypot(*(self.landmarks.chin - self.eyes)) / 1.83
            ) / 2
            share = find_regions(photo, self.landmarks).share
            self.share = cv2.resize(share, (photo.width, photo.height), interpolation=cv2.INTER_LINEAR)


Change = Callable[[Subject, Generator], tuple[Bytes, Floats]]
"""Returns the changed picture and the 2 × 3 matrix that carries points of the photo to it."""

_SAME = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def rolled(subject: Subject, rng: Generator) -> tuple[Bytes, Floats]:
    """Turn by up to 30°."""
    rows, columns = subject.rgb.shape[:2]
    x, y = subject.eyes
    matrix = cv2.getRotationMatrix2D((float(x), float(y)), rng.uniform(10, 30) * rng.choice([-1, 1]), 1.0)
    return cv2.warpAffine(subject.rgb, matrix, (columns, rows), borderMode=cv2.BORDER_REPLICATE), matrix


def _tone(gain: float, lift: float = 0.0) -> Change:
    def change(subject: Subject, rng: Generator) -> tuple[Bytes, Floats]:
        linear = (subject.rgb / np.float32(255)) ** 2.2 * gain
        return np.clip((lift + (1 - lift) * linear ** (1 / 2.2)) * 255, 0, 255).astype(np.uint8), _SAME

    return change


def washed(subject: Subject, rng: Generator) -> tuple[Bytes, Floats]:
    """Leave a fifth of the contrast."""
    return (150 + (subject.rgb.astype(np.float32) - 150) * 0.2).astype(np.uint8), _SAME


def blurred(subject: Subject, rng: Generator) -> tuple[Bytes, Floats]:
    """Blur by an eighth of the face size."""
    return cv2.GaussianBlur(subject.rgb, (0, 0), subject.size / 8), _SAME


def _in_face(subject: Subject, points: list[tuple[float, float]]) -> Bytes:
    along = subject.landmarks.pupils[1] - subject.landmarks.pupils[0]
    along = along / math.hypot(*along)
    frame = np.array([along, [-along[1], along[0]]]) * subject.size
    placed: Bytes = np.round(np.array(points) @ frame + subject.eyes).astype(np.int32)
    return placed


def masked(subject: Subject, rng: Generator) -> tuple[Bytes, Floats]:
    """Draw a mask from the nose to below the chin."""
    picture = subject.rgb.copy()
    shape = [(-0.95, 0.5), (-0.4, 0.45), (0, 0.3), (0.4, 0.45), (0.95, 0.5), (0.85, 1.4), (0.4, 2.0)]
    shape += [(0, 2.1), (-0.4, 2.0), (-0.85, 1.4)]
    cv2.fillPoly(picture, [_in_face(subject, shape)], tuple(int(v) for v in rng.integers(20, 240, 3)))
    return picture, _SAME


def shaded(subject: Subject, rng: Generator) -> tuple[Bytes, Floats]:
    """Draw sunglasses."""
    picture = subject.rgb.copy()
    for side in (-0.5, 0.5):
        turn = np.linspace(0, 2 * math.pi, 30)
        lens = [(side + 0.42 * math.cos(a), 0.05 + 0.33 * math.sin(a)) for a in turn]
        cv2.fillPoly(picture, [_in_face(subject, lens)], (25, 22, 20))
    ends = _in_face(subject, [(-0.9, 0.0), (0.9, 0.0)])
    cv2.line(picture, tuple(ends[0]), tuple(ends[1]), (20, 20, 20), max(1, int(0.06 * subject.size)))
    return picture, _SAME


def _scaled(height: int) -> Change:
    def change(subject: Subject, rng: Generator) -> tuple[Bytes, Floats]:
        rows, columns = subject.rgb.shape[:2]
        k = height / rows
        small = cv2.resize(subject.rgb, (round(columns * k), height), interpolation=cv2.INTER_AREA)
        return small, np.array([[k, 0, (k - 1) / 2], [0, k, (k - 1) / 2]])

    return change


def backdrop(rng: Generator, shape: tuple[int, int]) -> Floats:
    """Return a wall, a gradient, stripes, a cloud or boxes, at the shape asked for."""
    rows, columns = shape
    small = np.empty((rows // 8, columns // 8, 3), np.float32)
    small[:] = rng.uniform(40, 245, 3)
    y, x = np.mgrid[: small.shape[0], : small.shape[1]].astype(np.float32) / small.shape[0]
    kind = rng.integers(5)
    if kind == 1:
        small *= (1 - 0.6 * y)[..., None]
    elif kind == 2:
        small += (50 * np.sign(np.sin((x + 0.3 * y) * rng.uniform(20, 80))))[..., None]
    elif kind == 3:
        cloud = rng.normal(0, 40, (12, 12, 3)).astype(np.float32)
        small += cv2.resize(cloud, small.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    elif kind == 4:
        for _ in range(25):
            a = rng.uniform(0, 1, 2) * small.shape[1::-1]
            b = a + rng.uniform(0.02, 0.3, 2) * small.shape[1::-1]
            shade = tuple(float(v) for v in rng.uniform(0, 255, 3))
            cv2.rectangle(small, (int(a[0]), int(a[1])), (int(b[0]), int(b[1])), shade, -1)
    return cv2.resize(np.clip(small, 0, 255), (columns, rows), interpolation=cv2.INTER_LINEAR)


def framed(subject: Subject, rng: Generator) -> tuple[Bytes, Floats]:
    """Set the person into a frame of 24 megapixels, the head 8 % of its height."""
    rows, columns = (6000, 4000) if rng.random() < 0.5 else (4000, 6000)
    picture = backdrop(rng, (rows, columns))
    k = 0.08 * rows / (3.2 * subject.size)  # from the chin to the crown it is 3.2 face sizes
    eyes = np.array([rng.uniform(0.1, 0.9) * columns, rng.uniform(0.1, 0.7) * rows])
    matrix = np.column_stack([np.eye(2) * k, eyes - k * subject.eyes])
    return _behind(picture, subject, matrix), matrix


def _behind(picture: Floats, subject: Subject, matrix: Floats) -> Bytes:
    """Paste a person over a picture."""
    size = (picture.shape[1], picture.shape[0])
    share = cv2.warpAffine(subject.share, matrix, size, flags=cv2.INTER_AREA)[..., None]
    front = cv2.warpAffine(subject.rgb, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    return np.clip(front * share + picture * (1 - share), 0, 255).astype(np.uint8)


CHANGES: dict[str, tuple[int, Change]] = {
    "as it is": (1, lambda subject, rng: (subject.rgb, _SAME)),
    "rolled 10–30°": (1, rolled),
    "dark, 1/20 of the light": (2, _tone(0.05)),
    "bright, 4 times": (2, _tone(4.0)),
    "a fifth of the contrast": (2, washed),
    "blurred by 1/8 face size": (2, blurred),
    "masked": (1, masked),
    "sunglasses": (1, shaded),
    "300 px high": (2, _scaled(300)),
    "24 MP, head 8 % of the height": (6, framed),
}
"""Every how many photos, and the change."""


BANDS = ((0.0, 0.15), (0.15, 0.35), (0.35, 0.6), (0.6, 2.0))
"""Shares of the second face that can be seen."""


def in_company(
    subject: Subject, other: Subject, rng: Generator
) -> tuple[Bytes, NDArray[np.float64], float, float]:
    """Set somebody behind the person.

    Returns the picture, the second eyes and face size, and the share of that face that can be seen.
    """
    rows, columns = subject.rgb.shape[:2]
    size = subject.size * math.exp(rng.uniform(math.log(0.35), math.log(0.9)))
    k = size / other.size
    away = rng.choice([-1, 1]) * rng.uniform(0.9, 1.9) * (subject.size + 0.5 * size)
    eyes = subject.eyes + np.array([away, rng.uniform(-1.0, 1.0) * subject.size])
    matrix = np.column_stack([np.eye(2) * k, eyes - k * other.eyes])
    picture = _behind(subject.rgb, other, matrix)
    front = subject.share[..., None]
    picture = np.clip(subject.rgb * front + picture * (1 - front), 0, 255).astype(np.uint8)
    face = other.landmarks.group(
        "left_cheek", "left_jaw", "chin", "right_cheek", "right_jaw", "middle_hairline"
    )
    hull = cv2.convexHull((face @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32))
    mask = np.zeros((rows, columns), np.uint8)
    cv2.fillConvexPoly(mask, np.round(hull).astype(np.int32), 1)
    seen = float((mask * (1 - subject.share)).sum()) / max(cv2.contourArea(hull), 1.0)
    return picture, eyes, size, seen


def photos(folder: Path) -> Iterator[Path]:
    """Every photo below a folder, in order."""
    yield from sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png"))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--every", type=int, default=1, help="take every n-th photo")
    parser.add_argument("--more", type=Path, action="append", default=[])
    parser.add_argument("--sheet", type=Path, help="what was missed (keep it out of the repository)")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    finder = FaceFinder()
    corpus = Path(os.environ["ICAO_CHECK_CORPUS"]) / "photos"
    paths = [path for folder in (corpus, *args.more) for path in photos(folder)][:: args.every]
    found: dict[str, list[bool]] = {}
    alone: list[bool] = []
    company: dict[str, list[bool]] = {}
    missed: list[Bytes] = []
    previous: Subject | None = None
    for number, path in enumerate(paths):
        subject = Subject(path, finder)
        if not subject.found:
            found.setdefault("as it is", []).append(False)
            missed.append(subject.rgb)
            continue
        for kind, (step, change) in CHANGES.items():
            if number % step:
                continue
            picture, matrix = change(subject, np.random.default_rng([number, len(found)]))
            faces = finder.detect(read_photo(np.ascontiguousarray(picture)))
            eyes = matrix[:, :2] @ subject.eyes + matrix[:, 2]
            size = subject.size * math.hypot(*matrix[:, 0])
            hit = any(math.hypot(*(face.posture.eyes - eyes)) < _NEAR * size for face in faces)
            found.setdefault(kind, []).append(hit)
            alone.append(len(faces) > 1 or (bool(faces) and not hit))
            if not hit or len(faces) > 1:
                missed.append(picture)
        if previous is not None:
            rng = np.random.default_rng([number, 99])
            picture, eyes, size, seen = in_company(subject, previous, rng)
            faces = finder.detect(read_photo(picture))
            hit = any(math.hypot(*(face.posture.eyes - eyes)) < 0.6 * size for face in faces)
            above, below = next(band for band in BANDS if seen < band[1])
            company.setdefault(f"second face, {above:.0%}–{below:.0%} seen", []).append(hit)
            if not hit and seen >= 0.35:
                missed.append(picture)
        previous = subject
    for kind, hits in (*found.items(), *sorted(company.items())):
        print(f"{kind:32}{intervals(hits)}")
    print(f"{'false faces where one is':32}{intervals(alone)}")
    if args.sheet and missed:
        cells = [cv2.resize(picture, (175, 225), interpolation=cv2.INTER_AREA) for picture in missed[:120]]
        cells += [np.zeros_like(cells[0])] * (-len(cells) % 12)
        rows = [np.hstack(cells[i : i + 12]) for i in range(0, len(cells), 12)]
        cv2.imwrite(str(args.sheet), cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    main()
