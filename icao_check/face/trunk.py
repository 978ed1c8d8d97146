"""How the trunk stands: turned away from the camera, or leaning."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.face.points import EYES_TO_CHIN
from icao_check.landmarks import Landmarks
from icao_check.network import Network
from icao_check.photo import Photo
from icao_check.regions import HAIR, SKIN, Regions

__all__ = ["COLUMNS", "ROWS", "Trunk", "TrunkReader", "trunk_layers", "trunk_view"]

COLUMNS, ROWS = 64, 40
"""Size of the view that the network gets."""

# Its pixels per face size, and where in it the chin lies: 2.6 face sizes to both sides and 2.5 below.
_PER_SIZE = 12.0
_CHIN = (31.5, 9.5)
# What lies more than this above the chin (in face sizes) is the head, whose turn must not count.
_HEAD = 0.1


@dataclass(frozen=True, slots=True)
class Trunk:
    """Turn of the trunk.

    Attributes
    ----------
    yaw : float
        In degrees; > 0 turns the chest to the right of the picture. 0 also where nothing of it is seen.
    roll : float
        In degrees; > 0 where the shoulder on the right of the picture is the lower one.
    """

    yaw: float
    roll: float


class TrunkReader:
    """Reads the turn of the trunk off collar, neckline and outline; safe to share between threads."""

    def __init__(self) -> None:
        self._network = Network("trunk_pose", ("angles",))

    def load(self) -> None:
        """Load the model of this thread now."""
        self._network.load()

    def read(self, photo: Photo, landmarks: Landmarks, regions: Regions) -> Trunk:
        """Read the turn of the trunk.

        Parameters
        ----------
        photo : Photo
            Upright.
        landmarks : Landmarks
            Of the main face, in px of `photo`.
        regions : Regions
            Its label map.

        Returns
        -------
        Trunk
            That of a mirrored picture has the opposite angles: the network sees the mirror image, too, and
            the difference counts.
        """
        layers = trunk_layers(trunk_view(photo, landmarks, regions))
        (angles,) = self._network.forward(np.stack([layers, layers[:, :, ::-1]]))
        yaw, roll = (float(angle) for angle in (angles[0] - angles[1]) / 2.0)
        return Trunk(yaw, roll)


def trunk_view(photo: Photo, landmarks: Landmarks, regions: Regions) -> NDArray[np.uint8]:
    """Cut out what is around and below the chin, upright like the picture, at a scale set by the face.

    Parameters are those of :meth:`TrunkReader.read`.

    Returns
    -------
    ndarray of shape (ROWS, COLUMNS, 7), uint8
        Red, green, blue; then, from 0 to 255, how much is person, skin, hair, and within the picture.
    """
    left, right = landmarks.pupils
    apart = float(np.hypot(*(right - left)))
    down = float(np.hypot(*(landmarks.chin - (left + right) / 2.0)))
    step = max((apart + down / EYES_TO_CHIN) / 2.0 / _PER_SIZE, 1e-6)
    corner = landmarks.chin - step * np.array(_CHIN)
    source, factor = photo.halved(max(0, int(math.log2(max(step, 1.0)))))
    share = (regions.share * 255).astype(np.uint8)
    layers = [
        _cut(source, corner, step, factor),
        *(
            _cut(layer, corner, step, regions.px_per_cell)[..., np.newaxis]
            for layer in (share, share * (regions.kinds == SKIN), share * (regions.kinds == HAIR))
        ),
        _inside(photo, corner, step)[..., np.newaxis],
    ]
    return np.concatenate(layers, axis=2)


def trunk_layers(view: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return what the network gets of a view: no wall, no head, nothing beyond the picture.

    Parameters
    ----------
    view : ndarray of shape (ROWS, COLUMNS, 7), uint8
        See :func:`trunk_view`.

    Returns
    -------
    ndarray of shape (7, ROWS, COLUMNS), float32
        Three colours and three kinds around 0, and where there is anything at all.
    """
    values = view.astype(np.float32) / np.float32(255)
    seen = (values[..., 6:] > 0.5).astype(np.float32)
    seen[: round(_CHIN[1] - _HEAD * _PER_SIZE)] = 0.0
    colours = (values[..., :3] - 0.5) * 2.0 * values[..., 3:4]
    kinds = values[..., 3:6] - np.array([0.5, 0.25, 0.25], np.float32)
    layers = np.concatenate([colours * seen, kinds * seen, seen], axis=2)
    return np.ascontiguousarray(layers.transpose(2, 0, 1))


def _cut(
    layer: NDArray[np.uint8], corner: NDArray[np.float64], step: float, factor: float
) -> NDArray[np.uint8]:
    """Sample a picture that has one pixel per `factor` px of the photo; beyond its edge all is 0."""
    first = (corner + 0.5) / factor - 0.5
    matrix = np.array([[step / factor, 0.0, first[0]], [0.0, step / factor, first[1]]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(layer, matrix, (COLUMNS, ROWS), flags=flags), np.uint8)


def _inside(photo: Photo, corner: NDArray[np.float64], step: float) -> NDArray[np.uint8]:
    x, y = corner[0] + step * np.arange(COLUMNS), corner[1] + step * np.arange(ROWS)
    within = ((y >= 0) & (y <= photo.height - 1))[:, np.newaxis] & (x >= 0) & (x <= photo.width - 1)
    return np.where(within, 255, 0).astype(np.uint8)
