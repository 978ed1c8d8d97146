"""The training photos, cut to one scale and held in memory-mapped arrays.

Every photo becomes a *canvas*: ``SIDE`` × ``SIDE`` pixels in which the pupils are ``INTER_EYE`` pixels apart,
unturned, the face in the middle, edges of the photo continued outwards. With it go a coarse person mask and a
coarse relief of the head (from the teacher's mesh), so that training can change backgrounds and turn heads.
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy.interpolate import LinearNDInterpolator

from icao_check.face.points import EYES_TO_CHIN
from models.faces import layout

SIDE = 640  # px of a canvas
INTER_EYE = 80.0  # px between the pupils on a canvas
GRID = 80  # cells of mask and relief along a canvas
_MAPPED = ("canvas", "smaller", "mask", "relief")
NEIGHBOURS, RIDGE = 20, 1e-4  # of the map from the teacher's mesh to the corpus' points
# The crowns of labels.csv are where the hair ends, and on heads without hair as much as half an inter-eye
# distance above anything that can be seen. What is learnt is the skull: this far below the top of the hair
# (mean and spread over heads, in inter-eye distances), never above the person.
HAIR, HAIR_SPREAD, BARE_SPREAD = 0.15, 0.12, 0.04

# Standard deviation of a label in inter-eye distances: hand-placed points, and points mapped from the mesh
# (measured by cross-validation over the subjects, see the card).
_SPREAD = {
    "pupil": (0.005, 0.007),
    "iris": (0.007, 0.010),
    "upper_lid": (0.008, 0.012),
    "lower_lid": (0.008, 0.012),
    "brow": (0.02, 0.035),
    "nose_bridge": (0.02, 0.03),
    "nose_tip": (0.015, 0.02),
    "nostril": (0.012, 0.02),
    "subnasale": (0.012, 0.02),
    "mouth_corner": (0.009, 0.015),
    "lip_top": (0.01, 0.015),
    "lip_bottom": (0.01, 0.015),
    "cheek": (0.03, 0.06),
    "jaw": (0.02, 0.05),
    "chin": (0.012, 0.03),
    "ear": (0.03, np.nan),
    "hairline": (0.03, np.nan),
    "crown": (0.06, np.nan),
}


def spreads() -> np.ndarray:
    """Label spread (2, COUNT): hand-placed and mapped; NaN where the mesh cannot know the point."""
    found = np.full((2, layout.COUNT), np.nan)
    for name, indices in layout.GROUPS.items():
        for suffix, spread in _SPREAD.items():
            if name.endswith(suffix):
                found[:, indices] = np.array(spread)[:, None]
    return found


class Stack:
    """Arrays of the same item shape, indexed as if concatenated, without copying them."""

    def __init__(self, arrays: list[np.ndarray]) -> None:
        self.arrays = arrays

    def __getitem__(self, i: int) -> np.ndarray:
        """Item `i`."""
        for array in self.arrays:
            if i < len(array):
                return array[i]
            i -= len(array)
        raise IndexError(i)


class Arrays:
    """Writes the arrays of :class:`Faces`, one face after the other."""

    def __init__(self, folder: Path, count: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, third = folder, SIDE // 3
        shapes = {
            "canvas": (SIDE, SIDE, 3),
            "smaller": (third, third, 3),
            "mask": (GRID, GRID),
            "relief": (GRID, GRID),
        }
        self.mapped = {
            name: np.lib.format.open_memmap(
                folder / f"{name}.npy", "w+", np.float32 if name == "relief" else np.uint8, (count, *shape)
            )
            for name, shape in shapes.items()
        }
        self.rows: list[dict[str, Any]] = []

    def add(self, canvas: np.ndarray, mask: np.ndarray, relief: np.ndarray, **labels: Any) -> None:
        """Append one face; `labels` are the other fields, in the singular."""
        i, third = len(self.rows), SIDE // 3
        self.mapped["canvas"][i], self.mapped["mask"][i], self.mapped["relief"][i] = canvas, mask, relief
        self.mapped["smaller"][i] = cv2.resize(
            canvas[: 3 * third, : 3 * third], (third, third), interpolation=cv2.INTER_AREA
        )
        self.rows.append(labels)

    def save(self) -> None:
        """Write the labels of all faces so far."""
        names = {"key": "keys", "subject": "subjects", "source": "sources"}
        columns = {name: np.array([row[name] for row in self.rows]) for name in self.rows[0]}
        arrays: dict[str, Any] = {
            names.get(name, name): column.astype(np.float32) if column.dtype == np.float64 else column
            for name, column in columns.items()
        }
        np.savez(self.folder / "labels.npz", **arrays)


@dataclass(frozen=True)
class Faces:
    """All training faces; arrays share their first axis."""

    keys: list[str]
    subjects: np.ndarray  # str
    sources: np.ndarray  # str: frll, canada, us, synthetic, render
    canvas: Stack  # uint8 (N, SIDE, SIDE, 3) RGB
    mask: Stack  # uint8 (N, GRID, GRID), person × 255
    relief: Stack  # float32 (N, GRID, GRID): height towards the camera in canvas px
    mesh: np.ndarray  # float32 (N, 478, 3) in canvas px, z towards the camera; NaN without a teacher
    placed: np.ndarray  # float32 (N, COUNT, 2) hand-placed or exact points in canvas px, NaN where unknown
    smaller: Stack  # uint8 (N, SIDE // 3, SIDE // 3, 3): the canvas at a third
    to_photo: np.ndarray  # float32 (N, 3): scale, x, y with photo = canvas * scale + (x, y)
    photo_size: np.ndarray  # int32 (N, 2) height, width
    pose: np.ndarray  # float32 (N, 3, 3) exact rotation of the head, NaN where unknown
    nearness: (
        np.ndarray
    )  # float32 (N,) inter-eye distance of 63 mm / distance of the camera, NaN where unknown
    hidden: np.ndarray  # bool (N, COUNT) the point is covered by something nearer

    @staticmethod
    def load(*folders: Path) -> Faces:
        """Read what :class:`Arrays` wrote, one folder after the other."""
        parts: dict[str, list[np.ndarray]] = {}
        for folder in folders:
            with np.load(folder / "labels.npz") as labels:
                for name in labels.files:
                    parts.setdefault(name, []).append(labels[name])
                count = len(labels["keys"])
            for name in _MAPPED:
                parts.setdefault(name, []).append(np.load(folder / f"{name}.npy", mmap_mode="r")[:count])
        values: dict[str, Any] = {
            name: Stack(arrays) if name in _MAPPED else np.concatenate(arrays)
            for name, arrays in parts.items()
        }
        return Faces(keys=[str(k) for k in values.pop("keys")], **values)

    def targets(self, train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return points (N, COUNT, 2) in canvas px and their spread (N, COUNT) in inter-eye distances.

        Both are NaN where unknown.

        Parameters
        ----------
        train : ndarray of bool, shape (N,)
            The photos that may be learnt from: the map from the mesh to the corpus' points is fitted on them.
        """
        hand, mapped = spreads()
        points = self.placed.astype(np.float64)
        spread = np.where(np.isnan(points[..., 0]), np.nan, hand)
        exact = self.sources == "render"
        spread[exact, layout.CROWN] = 0.03
        for i in np.flatnonzero(~exact & ~np.isnan(points[:, layout.CROWN, 0])).tolist():
            points[i, layout.CROWN], spread[i, layout.CROWN] = skull_crown(points[i], self.mask[i])
        spread[self.hidden] *= 2.0
        with_mesh = ~np.isnan(self.mesh[:, 0, 0])
        fit = train & with_mesh & ~np.isnan(points[:, layout.LEFT_PUPIL, 0])
        weights = mesh_weights(self.mesh[fit, :, :2].astype(np.float64), points[fit])
        guess = np.einsum("km,nmc->nkc", weights, np.nan_to_num(self.mesh[..., :2].astype(np.float64)))
        unknown = np.isnan(points[..., 0]) & with_mesh[:, None] & ~np.isnan(mapped)
        points[unknown], spread[unknown] = guess[unknown], np.broadcast_to(mapped, spread.shape)[unknown]
        points[np.isnan(spread)] = np.nan
        return points, spread


def mesh_weights(mesh: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Weights (COUNT, M) that write each point as an affine mean of the mesh points around it.

    The weights of a point sum to one, so that the map follows any turn of the head; they are those of least
    squares, drawn towards inverse distances.
    """
    mean_mesh, mean_points = mesh.mean(0), np.nanmean(points, 0)
    weights = np.zeros((points.shape[1], mesh.shape[1]))
    for k in range(points.shape[1]):
        known = ~np.isnan(points[:, k, 0])
        if known.sum() < 5:
            continue
        distance = np.linalg.norm(mean_mesh - mean_points[k], axis=1) / INTER_EYE
        near = np.argsort(distance)[:NEIGHBOURS]
        prior = 1 / (distance[near] + 0.03) ** 2
        prior /= prior.sum()
        centre = points[known, k].mean(0)
        a = ((mesh[known][:, near] - centre) / INTER_EYE).transpose(0, 2, 1).reshape(-1, NEIGHBOURS)
        b = ((points[known, k] - centre) / INTER_EYE).reshape(-1)
        inverse = np.linalg.inv(a.T @ a / known.sum() + RIDGE * np.eye(NEIGHBOURS))
        w = inverse @ (a.T @ b / known.sum() + RIDGE * prior)
        w += inverse.sum(1) * (1 - w.sum()) / inverse.sum()
        weights[k, near] = w
    return weights


def head_relief(mesh: np.ndarray) -> np.ndarray:
    """Height towards the camera (GRID, GRID) of a head whose mesh (478, 3) lies on a canvas."""
    face = mesh[:468]
    hull = cv2.convexHull(face[:, :2].astype(np.float32))[:, 0]
    rim = np.array([face[np.argmin(np.linalg.norm(face[:, :2] - p, axis=1))] for p in hull])
    centre = (face[:, :2].max(0) + face[:, :2].min(0)) / 2
    rings = [face]
    for stretch, drop in ((1.2, 0.35), (1.45, 0.75), (2.0, 1.0), (6.0, 1.1)):
        ring = rim.copy()
        ring[:, :2] = centre + (rim[:, :2] - centre) * stretch
        ring[:, 2] = (
            rim[:, 2] * max(0.0, 2 - stretch) + rim[:, 2].mean() * min(1.0, stretch - 1) - drop * INTER_EYE
        )
        rings.append(ring)
    known = np.concatenate(rings)
    axis = (np.arange(GRID) + 0.5) * SIDE / GRID - 0.5
    x, y = np.meshgrid(axis, axis)
    height = LinearNDInterpolator(known[:, :2], known[:, 2])(x, y)
    height = np.where(np.isnan(height), known[:, 2].min(), height)
    return cv2.GaussianBlur(height.astype(np.float32), (0, 0), 1.0)


def read(path: Path) -> np.ndarray:
    """Return the pixels of a photo, RGB."""
    return np.ascontiguousarray(np.asarray(cv2.imread(str(path)))[..., ::-1])


def face_size(left: np.ndarray, right: np.ndarray, chin: np.ndarray) -> float:
    """Return the mean of inter-eye distance and distance from the eyes to the chin / 1.83."""
    eyes = (left + right) / 2
    return float(np.linalg.norm(right - left) + np.linalg.norm(chin - eyes) / EYES_TO_CHIN) / 2


def canvas_of(image: np.ndarray, centre: np.ndarray, scale: float) -> np.ndarray:
    """Cut the canvas around `centre` whose pixels are `scale` photo pixels wide."""
    shrink = max(1, int(scale))
    if shrink > 1:
        height, width = (n // shrink * shrink for n in image.shape[:2])
        image = cv2.resize(
            image[:height, :width], (width // shrink, height // shrink), interpolation=cv2.INTER_AREA
        )
    offset = (np.asarray(centre) - (shrink - 1) / 2) / shrink - scale / shrink * (SIDE - 1) / 2
    matrix = np.array([[scale / shrink, 0, offset[0]], [0, scale / shrink, offset[1]]])
    return cv2.warpAffine(
        image,
        matrix,
        (SIDE, SIDE),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def hand_points(corpus: Path) -> dict[str, np.ndarray]:
    """Return points (COUNT, 2) in photo px by photo key: hand-placed ones, and the crowns of labels.csv."""
    with np.load(corpus / "landmarks189.npz") as placed, (corpus / "labels.csv").open(newline="") as table:
        rows = {row["photo"]: row for row in csv.DictReader(table)}
        found = {}
        for name in placed.files:
            path = "photos/" + name.replace("__", "/")
            points = placed[name].astype(np.float64)[layout.CORPUS_INDEX]
            points[layout.CROWN] = np.nan
            row = rows[path]
            if row["head_height_mm"] and row["crown_y"]:
                height = read(corpus / path).shape[0]
                points[layout.CROWN] = crown_of(points, float(row["head_height_mm"]) * height / 45)
            found[path.replace("/", "__")] = points
    return found


def crown_of(points: np.ndarray, head_height: float) -> np.ndarray:
    """Place the crown on the face's middle line, `head_height` px above the chin along it."""
    left, right = points[layout.LEFT_PUPIL], points[layout.RIGHT_PUPIL]
    along = (right - left) / np.linalg.norm(right - left)
    down = np.array([-along[1], along[0]])
    middle = (left + right) / 2
    return middle + down * ((points[layout.CHIN] - middle) @ down - head_height)


def skull_crown(points: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, float]:
    """Return where the skull ends (2,) below a labelled crown, and its spread in inter-eye distances.

    Parameters
    ----------
    points : ndarray, shape (COUNT, 2)
        In canvas px, with the crown of labels.csv.
    mask : ndarray of uint8, shape (GRID, GRID)
        Person × 255 on the canvas.
    """
    crown, chin = points[layout.CROWN], points[layout.CHIN]
    axis = points[layout.RIGHT_PUPIL] - points[layout.LEFT_PUPIL]
    unit = float(np.linalg.norm(axis))
    axis, up = axis / unit, (crown - chin) / np.linalg.norm(crown - chin)
    middle = (points[layout.LEFT_PUPIL] + points[layout.RIGHT_PUPIL]) / 2
    height = np.arange(0, 2.8, 0.02) * unit
    tops = []
    for aside in np.linspace(-0.3, 0.3, 13) * unit:
        cells = (middle + aside * axis + height[:, None] * up + 0.5) * GRID / SIDE - 0.5
        cells = cells.astype(np.float32)[None]
        share = cv2.remap(
            mask, cells[..., 0], cells[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        outside = np.flatnonzero(share[0] < 128)
        tops.append(height[outside[0]] if len(outside) else np.inf)
    visible, labelled = float(max(tops)), float((crown - middle) @ up)
    if visible < labelled - HAIR * unit:
        return crown - (labelled - visible) * up, BARE_SPREAD
    return crown - HAIR * unit * up, HAIR_SPREAD


def build(folder: Path, teacher: Path) -> None:
    """Write the canvases and labels of every corpus photo that has a mesh."""
    corpus = Path(os.environ["ICAO_CHECK_CORPUS"])
    folder.mkdir(parents=True, exist_ok=True)
    with (corpus / "labels.csv").open(newline="") as table:
        rows = {row["photo"].replace("/", "__"): row for row in csv.DictReader(table)}
    by_hand = hand_points(corpus)
    with np.load(teacher) as labels:
        keys = sorted(name[6:] for name in labels.files if name.startswith("mesh__"))
        arrays = Arrays(folder, len(keys))
        for key in keys:
            image = read(corpus / key.replace("__", "/"))
            mesh = labels[f"mesh__{key}"].astype(np.float64)
            left, right = mesh[468, :2], mesh[473, :2]
            chin = mesh[152, :2]
            eyes = (left + right) / 2
            centre = eyes + (chin - eyes) * 0.15
            scale = face_size(left, right, chin) / INTER_EYE
            offset = centre - scale * (SIDE - 1) / 2
            person = cv2.resize(labels[f"mask__{key}"], image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
            person = cv2.resize(canvas_of(person, centre, scale), (GRID, GRID), interpolation=cv2.INTER_AREA)
            mesh[:, :2] = (mesh[:, :2] - offset) / scale
            mesh[:, 2] *= -1 / scale
            unknown = np.full((layout.COUNT, 2), np.nan)
            arrays.add(
                canvas=canvas_of(image, centre, scale), mask=person, relief=head_relief(mesh),
                key=key, subject=rows[key]["subject"] if key in rows else key,
                source=rows[key]["source"] if key in rows else "synthetic",
                mesh=mesh, placed=(by_hand[key] - offset) / scale if key in by_hand else unknown,
                to_photo=(scale, *offset), photo_size=image.shape[:2], pose=np.full((3, 3), np.nan),
                nearness=np.nan, hidden=np.zeros(layout.COUNT, bool),
            )  # fmt: skip
    arrays.save()


if __name__ == "__main__":
    import sys

    build(Path(sys.argv[2]), Path(sys.argv[1]))
