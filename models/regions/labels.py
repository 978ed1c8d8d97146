"""Make the training labels: who is the person, and which of the person's pixels are skin, hair and clothes.

    ICAO_CHECK_CORPUS=... python -m models.regions.labels TEACHER.npz OUT_FOLDER

`TEACHER.npz` comes from ``teacher.py``. Each photo is brought to 400 rows; the teacher's probability becomes
a trimap with a wide unknown band around hair, closed-form matting (pymatting) decides the band, and the
matte's own foreground colours are kept for compositing. Inside the person, colour models seeded by the face
mesh are fitted by expectation-maximisation and smoothed along edges. ``checked.toml`` says which photos were
dropped by eye and in which the classes cannot be trusted (they then teach person against background only).
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pymatting import estimate_alpha_cf, estimate_foreground_ml

ROWS = 400
BACKGROUND, SKIN, HAIR, CLOTHES = range(4)
# Face-mesh indices: the oval from the top of the forehead clockwise, the iris centres, the brows' upper rims.
OVAL = [10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377]
OVAL += [152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109]
IRISES, CHIN, FOREHEAD = (468, 473), 152, 10
BROWS = [70, 63, 105, 66, 107, 336, 296, 334, 293, 300]

# OpenCV's stubs do not tell dtypes apart.
Bytes = NDArray[Any]  # uint8
Floats = NDArray[Any]  # float32


def face_frame(points: Floats) -> tuple[Floats, float, Floats]:
    """Return the midpoint between the irises, the face size, and the face's right and down as rows."""
    left, right = points[IRISES[0]], points[IRISES[1]]
    if left[0] > right[0]:
        left, right = right, left
    middle = (left + right) / 2
    distance = float(np.hypot(*(right - left)))
    across = (right - left) / max(distance, 1e-6)
    down = points[CHIN] - middle
    down = (
        np.array([-across[1], across[0]])
        if across[0] * down[1] - across[1] * down[0] > 0
        else np.array([across[1], -across[0]])
    )
    # A turned head shortens the eyes' distance; the height from eyes to chin then tells the size better.
    size = max(distance, float(np.hypot(*(points[CHIN] - middle))) / 1.75)
    return middle.astype(np.float32), size, np.stack([across, down]).astype(np.float32)


def coordinates(points: Floats, rows: int, cols: int) -> tuple[Floats, Floats]:
    """Each pixel's place in the face's frame: right of and below the pupils, in face sizes."""
    middle, size, axes = face_frame(points)
    y, x = np.mgrid[:rows, :cols].astype(np.float32)
    u = ((x - middle[0]) * axes[0, 0] + (y - middle[1]) * axes[0, 1]) / size
    v = ((x - middle[0]) * axes[1, 0] + (y - middle[1]) * axes[1, 1]) / size
    return u, v


def wall_distance(lab: Floats, person: Floats) -> Floats:
    """CIELAB distance to a smooth wall: a quadratic surface through the pixels that are surely background."""
    rows, cols = person.shape
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : cols * 1j]
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], -1)
    sure = cv2.erode((person < 0.02).astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool)
    for _ in range(3):
        surface = np.stack(
            [terms @ np.linalg.lstsq(terms[sure], lab[..., k][sure], rcond=None)[0] for k in range(3)], -1
        )
        distance = np.sqrt((((lab - surface) * (0.6, 1, 1)) ** 2).sum(-1))
        sure &= distance < 4
    return distance.astype(np.float32)


def matte(rgb: Bytes, person: Floats, v: Floats, size: float, studio: bool) -> Floats:
    """Alpha of the person: closed-form matting inside a band around the teacher's outline.

    In front of a `studio` wall, what has the wall's colour is wall, also between strands of hair.
    """

    def disc(radius: float) -> Bytes:
        k = max(1, round(radius))
        return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * k + 1, 2 * k + 1))

    inside = (person > 0.5).astype(np.uint8)
    head = v < 1.9  # above the chin by the face's own axis
    wide_out, wide_in = (
        cv2.dilate(inside, disc((0.2 if studio else 0.1) * size)),
        cv2.erode(inside, disc(0.1 * size), borderValue=1),
    )
    narrow_out, narrow_in = (
        cv2.dilate(inside, disc(0.06 * size)),
        cv2.erode(inside, disc(0.06 * size), borderValue=1),
    )
    known_in = np.where(head, wide_in, narrow_in).astype(bool) & (person > 0.8)
    known_out = ~np.where(head, wide_out, narrow_out).astype(bool) & (person < 0.2)
    if studio:
        lab = cv2.GaussianBlur(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), (0, 0), 0.7)
        like_wall = wall_distance(lab, person) < np.where(head, 3.5, 2.0)
        core = cv2.erode((person > 0.9).astype(np.uint8), disc(0.16 * size), borderValue=1).astype(bool)
        known_out |= like_wall & ~core & (person < np.where(head, 0.98, 0.6))
        known_in &= core | ~like_wall
    if not known_in.any() or not known_out.any():
        return person
    trimap = np.full(person.shape, 0.5)
    trimap[known_in], trimap[known_out] = 1.0, 0.0
    laplacian, solver = {"epsilon": 1e-5}, {"maxiter": 2000, "rtol": 1e-5}
    alpha = estimate_alpha_cf(
        rgb.astype(np.float64) / 255, trimap, laplacian_kwargs=laplacian, cg_kwargs=solver
    )
    return np.clip(alpha, 0, 1).astype(np.float32)


class ColourModel:
    """A smoothed CIELAB histogram; coarse in lightness, so that shading within one material costs little."""

    bins = (12, 28, 28)

    def __init__(self, index: NDArray[np.int64], weights: Floats) -> None:
        histogram: Floats = np.bincount(index, weights=weights, minlength=int(np.prod(self.bins)))
        histogram = histogram.reshape(self.bins)
        for axis, sigma in ((0, 1.2), (1, 0.9), (2, 0.9)):
            reach = np.arange(-4, 5)
            taps = np.exp(-0.5 * (reach / sigma) ** 2)
            taps /= taps.sum()
            histogram = np.apply_along_axis(np.convolve, axis, histogram, taps, "same")
        total = histogram.sum()
        self.density = ((histogram / total if total > 0 else histogram) + 2e-5).ravel()

    @classmethod
    def index(cls, lab: Floats) -> NDArray[np.int64]:
        """Histogram cell of each pixel (a and b in steps of 4)."""
        cells = np.stack(
            [
                lab[..., 0] / 100 * cls.bins[0],
                lab[..., 1] / 4 + cls.bins[1] / 2,
                lab[..., 2] / 4 + cls.bins[2] / 2,
            ],
            -1,
        )
        clipped = np.clip(cells.astype(np.int64), 0, np.array(cls.bins) - 1)
        return (clipped[..., 0] * cls.bins[1] + clipped[..., 1]) * cls.bins[2] + clipped[..., 2]


def smooth(guide: Floats, value: Floats, radius: int, epsilon: float) -> Floats:
    """Guided filter of `value` along the edges of a grey `guide` (He et al. 2013, eq. 5-8)."""

    def mean(x: Floats) -> Floats:
        return cv2.boxFilter(x, -1, (2 * radius + 1, 2 * radius + 1), borderType=cv2.BORDER_REFLECT)

    g, p = mean(guide), mean(value)
    a = (mean(guide * value) - g * p) / (mean(guide * guide) - g * g + epsilon)
    b = p - a * g
    return mean(a) * guide + mean(b)


def classes(rgb: Bytes, alpha: Floats, points: Floats, u: Floats, v: Floats) -> tuple[Bytes, float]:
    """Skin, hair or clothes for every pixel, and the share of the person in which the decision is clear."""
    rows, cols = alpha.shape
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    index = ColourModel.index(lab)
    person = alpha > 0.5
    oval = np.zeros((rows, cols), np.uint8)
    cv2.fillPoly(oval, [points[OVAL].astype(np.int32)], 1)
    size = face_frame(points)[1]
    inner = cv2.erode(oval, np.ones((3, 3), np.uint8), iterations=max(1, int(0.05 * size))).astype(bool)
    brow = float(np.median(v[tuple(np.clip(points[BROWS][:, ::-1].astype(int), 0, (rows - 1, cols - 1)).T)]))
    face = inner & (v > min(brow - 0.06, -0.05))
    forehead = oval.astype(bool) & (v < brow)
    chin = 1.75
    # Prior of (skin, hair, clothes) by place in the face's own frame; in units of the face size.
    prior = np.empty((rows, cols, 3), np.float32)
    prior[:] = (0.10, 0.10, 0.80)
    above = v < 0.0
    prior[above] = (0.22, 0.72, 0.06)
    outside = cv2.distanceTransform(1 - oval, cv2.DIST_L2, 5) / size
    prior[above & (outside < 0.3)] = (0.52, 0.46, 0.02)
    side = (v >= 0.0) & (v < chin) & ~oval.astype(bool)
    ear = side & (np.abs(u) < 1.55) & (v < 0.9)
    prior[side] = (0.08, 0.80, 0.12)
    prior[ear] = (0.42, 0.54, 0.04)
    below = v >= chin - 0.2
    neck = below & ~oval.astype(bool) & (np.abs(u) < 0.95) & (v < chin + 0.75)
    flank = below & ~oval.astype(bool) & ~neck & (v < chin + 0.8)
    prior[flank] = (0.06, 0.34, 0.60)
    jaw = (v > 1.15) & ~oval.astype(bool) & (np.abs(u) < 1.05) & (v < chin + 0.1)
    prior[jaw] = (0.62, 0.30, 0.08)
    prior[neck] = (0.66, 0.10, 0.24)
    chest = (v >= chin + 0.75) & (np.abs(u) < 1.1) & (v < chin + 1.8)
    prior[chest] = (0.34, 0.06, 0.60)
    prior[oval.astype(bool)] = (0.90, 0.08, 0.02)
    prior[forehead] = (0.80, 0.19, 0.01)
    prior[face] = (0.98, 0.015, 0.005)
    log_prior = np.log(prior)

    weight = person.astype(np.float32)
    cheeks = face & (v > 0.15) & (v < 1.5)
    skin = ColourModel(index[cheeks & person], weight[cheeks & person])
    skin_like = skin.density[index]
    crown = person & above & ~oval.astype(bool)
    hair_seed = crown & (skin_like < 1.5e-3)
    torso = person & (v > chin + 0.35) & (skin_like < 1.5e-3) & (np.abs(u) > 0.3)
    if hair_seed.sum() < 30:
        hair_seed = crown
    if torso.sum() < 30:
        torso = person & (v > chin + 0.35)
    models = [
        skin,
        ColourModel(index[hair_seed], weight[hair_seed]),
        ColourModel(index[torso], weight[torso]),
    ]
    guide = lab[..., 0] / 100
    posterior = prior
    for _ in range(6):
        likelihood = np.stack([np.log(m.density[index]) for m in models], -1)
        score = 0.7 * likelihood + 1.1 * log_prior
        score -= score.max(-1, keepdims=True)
        posterior = np.exp(score)
        posterior /= posterior.sum(-1, keepdims=True)
        posterior = np.stack(
            [
                smooth(guide, np.ascontiguousarray(posterior[..., k]), max(2, int(0.07 * size)), 4e-4)
                for k in range(3)
            ],
            -1,
        )
        posterior = np.clip(posterior, 1e-4, 1)
        posterior /= posterior.sum(-1, keepdims=True)
        hard = posterior.argmax(-1)
        models = [
            ColourModel(index[sel], (posterior[..., k] * weight)[sel])
            if (sel := person & (hard == k)).sum() > 30
            else models[k]
            for k in range(3)
        ]
    hard = (posterior.argmax(-1) + 1).astype(np.uint8)
    # Islands: a class seldom has specks; each speck takes its surroundings' class.
    for k in (SKIN, HAIR, CLOTHES):
        count, components, stats, _ = cv2.connectedComponentsWithStats(
            ((hard == k) & person).astype(np.uint8), connectivity=4
        )
        for c in range(1, count):
            if stats[c, cv2.CC_STAT_AREA] < (0.12 * size) ** 2 * 3:
                speck = components == c
                ring = (
                    cv2.dilate(speck.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
                    & ~speck
                    & person
                )
                if ring.any():
                    hard[speck] = np.bincount(hard[ring], minlength=4).argmax()
    hard[cv2.erode(oval, np.ones((3, 3), np.uint8)).astype(bool) & (v > brow - 0.06)] = SKIN
    # Hair hangs from the head, and bare skin from the neck; what does not is cloth of that colour.
    for k, reach in ((HAIR, 0.9), (SKIN, chin)):
        _, components = cv2.connectedComponents(((hard == k) & person).astype(np.uint8), connectivity=4)
        attached = np.setdiff1d(np.unique(components[(v < reach) & (components > 0)]), [0])
        hard[(hard == k) & person & ~np.isin(components, attached) & (v > reach)] = CLOTHES
    clear = float((posterior.max(-1)[person] > 0.75).mean()) if person.any() else 0.0
    return hard, clear


def label(path: Path, name: str, teacher: np.lib.npyio.NpzFile) -> dict[str, Any]:
    """All training arrays of one photo."""
    stored = cv2.imread(str(path))
    assert stored is not None, path
    photo = cv2.cvtColor(stored, cv2.COLOR_BGR2RGB)
    scale = ROWS / photo.shape[0]
    cols = round(photo.shape[1] * scale)
    rgb = cv2.resize(photo, (cols, ROWS), interpolation=cv2.INTER_AREA)
    points = (teacher[name + "/mesh"] * scale).astype(np.float32)
    person = cv2.resize(
        teacher[name + "/person"].astype(np.float32) / 255, (cols, ROWS), interpolation=cv2.INTER_LINEAR
    )
    u, v = coordinates(points, ROWS, cols)
    alpha = matte(rgb, person, v, face_frame(points)[1], studio="/frll/" in name or "/canada/" in name)
    hard, clear = classes(rgb, alpha, points, u, v)
    foreground = estimate_foreground_ml(rgb.astype(np.float64) / 255, alpha.astype(np.float64))
    return {
        "rgb": rgb,
        "alpha": np.round(alpha * 255).astype(np.uint8),
        "foreground": np.round(np.clip(foreground, 0, 1) * 255).astype(np.uint8),
        "classes": hard,
        "clear": np.float32(clear),
        "mesh": points,
    }


def main() -> None:
    """Label every photo that the teacher saw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("teacher", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", default="", help="photos whose name contains this")
    parser.add_argument("--classes", action="store_true", help="make the classes of finished mattes anew")
    args = parser.parse_args()
    corpus = Path(os.environ["ICAO_CHECK_CORPUS"])
    teacher = np.load(args.teacher)
    args.out.mkdir(parents=True, exist_ok=True)
    names = sorted(k[: -len("/mesh")] for k in teacher.files if k.endswith("/mesh"))
    for name in names:
        target = args.out / (name.replace("/", "__").removesuffix(".jpg") + ".npz")
        if args.classes and args.only in name and target.exists():
            with np.load(target) as finished:
                arrays = dict(finished)
            alpha = arrays["alpha"].astype(np.float32) / 255
            u, v = coordinates(arrays["mesh"], *alpha.shape)
            arrays["classes"], clear = classes(arrays["rgb"], alpha, arrays["mesh"], u, v)
            arrays["clear"] = np.float32(clear)
            np.savez_compressed(target, **arrays)
        elif args.only in name and not target.exists():
            arrays = label(corpus / name, name, teacher)
            np.savez_compressed(target, **arrays)
            print(name, f"clear {float(arrays['clear']):.3f}", flush=True)


if __name__ == "__main__":
    main()
