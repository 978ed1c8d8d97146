"""Label faces with MediaPipe's face mesh, the teacher of our own landmark model.

The teacher (MediaPipe 0.10.21, Apache-2.0: face mesh with attention and iris, selfie segmentation) is needed
at training time only and wants ``numpy < 2``, so it has an environment of its own::

    python -m venv teacher-env
    teacher-env/bin/pip install mediapipe==0.10.21
    ICAO_CHECK_CORPUS=corpus teacher-env/bin/python models/faces/teacher.py teacher.npz

For each photo of the corpus the file holds, under the photo's path with ``/`` as ``__``:

``mesh__KEY``
    float32 (478, 3): the median of eight looks at the face (two scales, two turns, mirrored or not),
    x right and y down in pixels of the photo (pixel centres are integers), z towards the picture's depth in
    the same unit.
``spread__KEY``
    float32: root mean square deviation of the eight from their median, in inter-eye distances.
``mask__KEY``
    uint8 (256, 256): the person's probability × 255 over the whole photo.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import cv2
import mediapipe
import numpy as np

LEFT_IRIS, RIGHT_IRIS = 468, 473
LOOKS = [
    (turn, side, mirror)
    for mirror in (False, True)
    for turn, side in ((0, 1.63), (0, 1.93), (-8, 1.7), (8, 1.7))
]
INPUT = 512


def look(mesh: Any, image: np.ndarray) -> np.ndarray | None:
    """Return the mesh points of the one face in `image`, (478, 3) in its pixels, or None."""
    found = mesh.process(image)
    if not found.multi_face_landmarks:
        return None
    height, width = image.shape[:2]
    points = [
        (p.x * width - 0.5, p.y * height - 0.5, p.z * width) for p in found.multi_face_landmarks[0].landmark
    ]
    return np.array(points, np.float64)


def square(
    image: np.ndarray, centre: Any, turn: float, side: float, mirror: bool
) -> tuple[np.ndarray, np.ndarray, float]:
    """Cut a turned square out of `image`; return it, and the matrix (2, 3) and the scale back to `image`."""
    angle, scale = np.radians(turn), side / INPUT
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    if mirror:
        matrix = matrix @ np.diag([-1.0, 1.0])
    offset = np.asarray(centre) - matrix @ np.full(2, (INPUT - 1) / 2)
    full = np.hstack([matrix, offset[:, None]])
    flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(image, full, (INPUT, INPUT), flags=flags, borderValue=(128, 128, 128)), full, scale


def locate(mesh: Any, detector: Any, image: np.ndarray) -> np.ndarray | None:
    """Find the mesh once, through the face detector where the mesh alone finds nothing."""
    points = look(mesh, image)
    if points is not None:
        return points
    found = detector.process(image).detections
    if not found:
        return None
    box, (height, width) = found[0].location_data.relative_bounding_box, image.shape[:2]
    centre = ((box.xmin + box.width / 2) * width, (box.ymin + box.height / 2) * height)
    crop, matrix, scale = square(image, centre, 0, 2 * max(box.width * width, box.height * height), False)
    points = look(mesh, crop)
    return None if points is None else onto(points, matrix, scale)


def onto(points: np.ndarray, matrix: np.ndarray, scale: float) -> np.ndarray:
    """Carry mesh points of a crop back to the photo."""
    return np.c_[points[:, :2] @ matrix[:, :2].T + matrix[:, 2], points[:, 2] * scale]


def looks(mesh: Any, image: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Take every look at the face, (8, 478, 3); NaN where nothing was found, mirrored ones not permuted."""
    face = first[:468, :2]
    centre, size = (face.max(0) + face.min(0)) / 2, np.ptp(face, axis=0).max()
    eyes = first[RIGHT_IRIS, :2] - first[LEFT_IRIS, :2]
    roll = np.degrees(np.arctan2(eyes[1], eyes[0]))
    seen = np.full((len(LOOKS), 478, 3), np.nan)
    for i, (turn, side, mirror) in enumerate(LOOKS):
        crop, matrix, scale = square(image, centre, roll + turn, size * side, mirror)
        points = look(mesh, crop)
        if points is not None:
            seen[i] = onto(points, matrix, scale)
    return seen


def mirror_permutation(first_looks: list[np.ndarray]) -> np.ndarray:
    """For each mesh point the one on the other side of the face, from the mean shape of all faces."""
    shapes = []
    for points in first_looks:
        left, right = points[LEFT_IRIS, :2], points[RIGHT_IRIS, :2]
        axis = right - left
        distance = np.hypot(*axis)
        turn = np.array([[axis[0], axis[1]], [-axis[1], axis[0]]]) / distance**2
        shapes.append(np.c_[(points[:, :2] - (left + right) / 2) @ turn.T, points[:, 2] / distance])
    mean = np.median(shapes, 0)
    distances = np.linalg.norm((mean * [-1, 1, 1])[:, None] - mean[None], axis=2)
    return distances.argmin(1)


def main(out: str) -> None:
    """Label every photo below the corpus' ``photos`` and ``synthetic_faces``."""
    corpus = Path(os.environ["ICAO_CHECK_CORPUS"])
    files = sorted((corpus / "photos").glob("*/*.jpg")) + sorted((corpus / "synthetic_faces").glob("*.jpg"))
    solutions = mediapipe.solutions
    mesh = solutions.face_mesh.FaceMesh(
        static_image_mode=True, max_num_faces=1, refine_landmarks=True, min_detection_confidence=0.3
    )
    detector = solutions.face_detection.FaceDetection(model_selection=1, min_detection_confidence=0.3)
    segmenter = solutions.selfie_segmentation.SelfieSegmentation(model_selection=0)
    seen, labels = {}, {}
    for file in files:
        key = file.relative_to(corpus).as_posix().replace("/", "__")
        image = np.ascontiguousarray(np.asarray(cv2.imread(str(file)))[..., ::-1])
        first = locate(mesh, detector, image)
        if first is None:
            print("no face:", key)
            continue
        seen[key] = looks(mesh, image, first)
        person = segmenter.process(image).segmentation_mask
        labels[f"mask__{key}"] = (cv2.resize(person, (256, 256), interpolation=cv2.INTER_AREA) * 255).astype(
            np.uint8
        )
    permutation = mirror_permutation([s[0] for s in seen.values()])
    for key, points in seen.items():
        points[len(LOOKS) // 2 :] = points[len(LOOKS) // 2 :, permutation]
        median = np.nanmedian(points, 0)
        distance = np.hypot(*(median[RIGHT_IRIS] - median[LEFT_IRIS])[:2])
        deviation = np.linalg.norm((points - median)[..., :2], axis=-1) / distance
        labels[f"mesh__{key}"] = median.astype(np.float32)
        labels[f"spread__{key}"] = np.float32(np.sqrt(np.nanmean(deviation**2)))
    np.savez_compressed(out, **labels)
    print(len(seen), "of", len(files), "photos labelled")


if __name__ == "__main__":
    main(sys.argv[1])
