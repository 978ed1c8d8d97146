"""Turns of the head read from the teacher's mesh."""

from __future__ import annotations

import numpy as np

from models.faces.photos import INTER_EYE, Faces
from models.faces.views import rotation

STUDIO = ("frll", "canada")
# The mesh takes the shape of a face for a turn of it, by about 2 degrees of yaw and 4.5 of pitch (standard
# deviations). Studio sitters were asked to face the lens and do so within about 2.5 degrees, others within 8:
# the share of an angle to believe is the prior's variance over the sum of both.
_TRUST_STUDIO, _TRUST = (0.6, 0.25), (0.95, 0.75)


def angles(matrix: np.ndarray) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees of a rotation, the inverse of `augment.rotation`."""
    yaw = np.degrees(np.arctan2(-matrix[2, 0], matrix[2, 2]))
    # rotation = Rz Rx Ry: its last row is (-cos b sin a, sin b, cos b cos a)
    pitch = np.degrees(np.arcsin(np.clip(matrix[2, 1], -1, 1)))
    roll = np.degrees(np.arctan2(-matrix[0, 1], matrix[1, 1]))
    return float(yaw), float(pitch), float(roll)


def fit_rotation(shape: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Rotation (3, 3) that carries the centred `shape` (M, 3) onto `seen`, up to scale."""
    u, _, vt = np.linalg.svd((seen - seen.mean(0)).T @ (shape - shape.mean(0)))
    return u @ np.diag([1, 1, np.linalg.det(u @ vt)]) @ vt


def base_rotations(faces: Faces, train: np.ndarray) -> np.ndarray:
    """Rotation (N, 3, 3) of every face against the mean of the frontal studio portraits.

    The mean shape is made symmetric by mirroring its point cloud with the mesh's own mirror permutation.
    """
    mesh = faces.mesh[:, :468].astype(np.float64) / INTER_EYE
    frontal = train & np.isin(faces.sources, STUDIO) & np.array(["geometry" not in k for k in faces.keys])
    shape = mesh[np.flatnonzero(frontal)[0]]
    shape = shape - shape.mean(0)
    for _ in range(4):
        turned = []
        for i in np.flatnonzero(frontal):
            seen = mesh[i] - mesh[i].mean(0)
            turned.append(seen @ fit_rotation(shape, seen))
        shape = np.mean(turned, 0)
    flip = shape * [-1, 1, 1]
    partner = np.linalg.norm(flip[:, None] - shape[None], axis=2).argmin(1)
    shape = (shape + flip[partner]) / 2
    # the mean portrait is frontal by definition
    u, _, vt = np.linalg.svd(np.sum([fit_rotation(shape, mesh[i]) for i in np.flatnonzero(frontal)], 0))
    shape = shape @ (u @ vt).T
    rotations = np.array([fit_rotation(shape, m) if np.isfinite(m).all() else np.eye(3) for m in mesh])
    seen = np.array([angles(r) for r in rotations])
    for source in np.unique(faces.sources):
        if source not in STUDIO:  # smiles and beards bias the mesh: on average, people look straight ahead
            seen[faces.sources == source, 1] -= np.median(seen[faces.sources == source, 1])
    for k, (yaw, pitch, roll) in enumerate(seen):
        keep_yaw, keep_pitch = _TRUST_STUDIO if faces.sources[k] in STUDIO else _TRUST
        rotations[k] = rotation(keep_yaw * yaw, keep_pitch * pitch, roll)
    exact = ~np.isnan(faces.pose[:, 0, 0])
    rotations[exact] = faces.pose[exact]
    return rotations
