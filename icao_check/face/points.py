"""Where the landmarks of one face are: a look at the whole head, then closer ones at eyes and mouth."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from icao_check.face.cutout import Cutout, cut_out
from icao_check.face.nearness import NearnessReader
from icao_check.face.pose import Pose, PoseReader, pose_features
from icao_check.landmarks import GROUPS, LANDMARK_COUNT, MIRROR, Landmarks, indices
from icao_check.network import Network
from icao_check.photo import Photo

__all__ = [
    "EYE",
    "EYES_TO_CHIN",
    "HEAD",
    "MOUTH",
    "Look",
    "Part",
    "Placed",
    "PointPlacer",
    "Posture",
    "posture_of",
    "posture_of_look",
]

Points = NDArray[np.float64]

EYES_TO_CHIN = 1.83
"""Distance from between the eyes to the chin in inter-eye distances: mean of 81 adults."""


@dataclass(frozen=True, slots=True, eq=False)
class Posture:
    """Where a face is, how large and how much it is turned in the picture.

    Attributes
    ----------
    eyes : ndarray of shape (2,), float64
        The point between the pupils, in px of the photo.
    size : float
        Face size in px: mean of the inter-eye distance and of the distance from between the eyes to the chin
        / 1.83, as yaw shortens one and pitch the other.
    roll : float
        Clockwise as displayed, in radians.
    """

    eyes: Points
    size: float
    roll: float

    @property
    def along(self) -> Points:
        """Unit vector from the left to the right of the face."""
        return np.array([math.cos(self.roll), math.sin(self.roll)])

    @property
    def down(self) -> Points:
        """Unit vector from the eyes to the chin."""
        return np.array([-math.sin(self.roll), math.cos(self.roll)])


@dataclass(frozen=True, slots=True)
class Part:
    """What one network looks at and which points it places.

    Attributes
    ----------
    pixels : int
        Side of its square input.
    side : float
        The same in face sizes.
    centre : (x, y)
        Middle of the square, from between the eyes along the face and down it, in face sizes.
    points : ndarray of int
        Indices of the points, in the order of the network's output.
    blur : float
        Standard deviation in px that the network was taught to give to a point that is known exactly.
    share : float
        What is more than that, times this, is the standard deviation of the error on people that were not
        learnt from (models/face_points.md).
    """

    pixels: int
    side: float
    centre: tuple[float, float]
    points: NDArray[np.intp]
    blur: float
    share: float


_FINE = np.concatenate(
    [
        indices("iris", "lower_lid", "upper_lip_bottom", "lower_lip_top"),
        [index for side in ("left", "right") for index in GROUPS[f"{side}_upper_lid"][1:4]],
    ]
)
HEAD = Part(96, 5.0, (0.0, 0.1), np.setdiff1d(np.arange(LANDMARK_COUNT), _FINE), 2.4, 0.3)
EYE = Part(
    48, 0.9, (-0.5, 0.0), indices("left_pupil", "left_iris", "left_upper_lid", "left_lower_lid"), 1.2, 0.35
)
MOUTH = Part(
    64,
    1.9,
    (0.0, 1.35),
    np.concatenate(
        [
            indices("mouth_corner", "lip_top", "lip_bottom", "subnasale", "chin"),
            [index for side in ("left", "right") for index in GROUPS[f"{side}_jaw"][2:]],
        ]
    ),
    1.2,
    0.7,
)
"""The networks' views. The one of the eye always sees a left eye: right ones are mirrored."""

# Which points each closer look places, and which of them the look at the whole head has placed before.
_LEFT_TARGETS, _RIGHT_TARGETS, _MOUTH_TARGETS = (
    (points, np.isin(points, HEAD.points)) for points in (EYE.points, MIRROR[EYE.points], MOUTH.points)
)
_MIRROR_OF_MOUTH = np.argmax(MOUTH.points[:, np.newaxis] == MIRROR[MOUTH.points], axis=0)

# No point is known better than this share of the blur.
_LEAST = 0.3
# Log-odds of a face in the vector about the whole head; the rest is read in icao_check.face.pose.
_FACE = 2
# A second look at the whole head where the first found it this far from where it was sought, in face sizes,
# scale and turn: seen an eighth too large, the crown of one head was placed 8 % of its height lower.
_MOVED, _RESIZED, _TURNED = 0.1, 1.08, math.radians(5.0)
# A closer look is believed where it is not far less sure than the first, and not further from it than this
# (in face sizes and in standard deviations of the first): else what it seeks is hidden, and the whole head
# knows better.
_UNSURE_EYE, _UNSURE_MOUTH = 1.0, 3.5
_ASTRAY, _ASTRAY_DEVIATIONS = 0.2, 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What the network that sees the whole head says about one place.

    Attributes
    ----------
    points, deviation : ndarray of shape (K, 2) and (K,), float64
        Of the points of :data:`HEAD`, in px of the photo.
    whole : ndarray of shape (4,), float32
        Its vector about the head as a whole: yaw and pitch (see :mod:`icao_check.face.pose`), log-odds of a
        face, and the nearness of the camera, which the landmarks tell better.
    """

    points: Points
    deviation: Points
    whole: NDArray[np.float32]

    @property
    def log_odds(self) -> float:
        """Of there being a face in the middle."""
        return float(self.whole[_FACE])

    @property
    def is_face(self) -> bool:
        """There is a face in the middle."""
        return self.log_odds > 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """What the networks say about one face.

    Attributes
    ----------
    landmarks : Landmarks
        In px of the photo.
    posture : Posture
        Of the landmarks.
    whole : ndarray of shape (4,), float32
        As in :class:`Look`.
    lip_gap : float
        Between the lips, in shares of the thickness of the lower lip.
    pose : Pose
        Of the head.
    nearness : float
        Reading of how near the camera was (:class:`icao_check.face.nearness.NearnessReader`).
    """

    landmarks: Landmarks
    posture: Posture
    whole: NDArray[np.float32]
    lip_gap: float
    pose: Pose
    nearness: float


class PointPlacer:
    """Places the landmarks of a face; safe to share between threads."""

    def __init__(self) -> None:
        self._head = Network("face_points", ("moments", "whole"))
        self._eye = Network("eye_points", ("moments",))
        self._mouth = Network("mouth_points", ("moments", "whole"))
        self._pose = PoseReader()
        self._nearness = NearnessReader()

    def load(self) -> None:
        """Load the models of this thread now."""
        for model in (self._head, self._eye, self._mouth, self._pose, self._nearness):
            model.load()

    def look(self, photo: Photo, posture: Posture) -> Look:
        """Look at the whole head once.

        Parameters
        ----------
        photo : Photo
            Upright.
        posture : Posture
            Where the face is, roughly: within a quarter of its size, a fifth of the scale and 20°.

        Returns
        -------
        Look
            Which also tells whether there is a face at all.
        """
        view = _view(photo, posture, HEAD)
        moments, whole = self._head(view.pixels[np.newaxis])
        points, deviation = _positions(moments[0], view, HEAD)
        return Look(points, deviation, np.asarray(whole[0], np.float32))

    def settle(self, photo: Photo, posture: Posture, first: Look | None = None) -> tuple[Posture, Look]:
        """Look at the whole head, and again where the first look finds it elsewhere than it was sought.

        Parameters are those of :meth:`place`. A second look that loses the face does not count.

        Returns
        -------
        posture : Posture
            As the last look finds it.
        look : Look
            The last one.
        """
        look = first or self.look(photo, posture)
        found = posture_of_look(look)
        if _differs(posture, found):
            again = self.look(photo, found)
            if again.is_face or not look.is_face:
                look, found = again, posture_of_look(again)
        return found, look

    def place(self, photo: Photo, posture: Posture, first: Look | None = None) -> Placed:
        """Place all landmarks.

        Parameters
        ----------
        photo : Photo
            Upright.
        posture : Posture
            As for :meth:`look`.
        first : Look, optional
            The look at that posture, where it was already taken.

        Returns
        -------
        Placed
            Coordinates in px of the upright full-resolution photo.
        """
        landmarks, look, gap = self.landmarks(photo, posture, first)
        found = posture_of(landmarks.points)
        features = pose_features(landmarks, found.size, look.whole[:2])
        pose, nearness = self._pose.read(features), self._nearness.read(features)
        return Placed(landmarks, found, look.whole, gap, pose, nearness)

    def landmarks(
        self, photo: Photo, posture: Posture, first: Look | None = None
    ) -> tuple[Landmarks, Look, float]:
        """Place the landmarks alone; parameters as for :meth:`place`.

        Returns
        -------
        landmarks : Landmarks
            In px of the photo.
        look : Look
            The last one at the whole head.
        lip_gap : float
            As in :class:`Placed`.
        """
        found, look = self.settle(photo, posture, first)
        points, deviation = _spread_out(look)
        gap = self._look_closer(photo, found, points, deviation)
        return Landmarks(points, deviation), look, gap

    def _look_closer(self, photo: Photo, posture: Posture, points: Points, deviation: Points) -> float:
        """Place eyes and mouth better; return the gap between the lips."""
        left, right = _view(photo, posture, EYE), _view(photo, posture, EYE, mirror=True)
        (eyes,) = self._eye(np.stack([left.pixels, right.pixels]))
        mouth, mouth_deviation, gap = self._look_at_mouth(photo, posture)
        for (places, spread), (targets, known), unsure in (
            (_positions(eyes[0], left, EYE), _LEFT_TARGETS, _UNSURE_EYE),
            (_positions(eyes[1], right, EYE), _RIGHT_TARGETS, _UNSURE_EYE),
            ((mouth, mouth_deviation), _MOUTH_TARGETS, _UNSURE_MOUTH),
        ):
            moved = np.hypot(*(places - points[targets]).T)
            astray = np.maximum(_ASTRAY * posture.size, _ASTRAY_DEVIATIONS * deviation[targets])
            use = ((spread < unsure * deviation[targets]) & (moved < astray)) | ~known
            points[targets[use]], deviation[targets[use]] = places[use], spread[use]
        return gap

    def _look_at_mouth(self, photo: Photo, posture: Posture) -> tuple[Points, Points, float]:
        """Return the means of two looks, one of them mirrored: points, deviations, gap between the lips."""
        views = [_view(photo, posture, MOUTH, mirror=mirror) for mirror in (False, True)]
        moments, apart = self._mouth(np.stack([view.pixels for view in views]))
        places, deviation = _positions(moments[0], views[0], MOUTH)
        mirrored, mirrored_deviation = _positions(moments[1], views[1], MOUTH)
        gap = (max(0.0, float(apart[0, 0])) + max(0.0, float(apart[1, 0]))) / 2.0
        return (
            (places + mirrored[_MIRROR_OF_MOUTH]) / 2.0,
            (deviation + mirrored_deviation[_MIRROR_OF_MOUTH]) / 2.0,
            gap,
        )


def _spread_out(look: Look) -> tuple[Points, Points]:
    points, deviation = np.zeros((LANDMARK_COUNT, 2)), np.zeros(LANDMARK_COUNT)
    points[HEAD.points], deviation[HEAD.points] = look.points, look.deviation
    return points, deviation


def posture_of_look(look: Look) -> Posture:
    """Return where the face is that a look has seen."""
    return posture_of(_spread_out(look)[0])


def posture_of(points: Points) -> Posture:
    """Return where a face with these landmarks is."""
    left, right = points[GROUPS["left_pupil"][0]], points[GROUPS["right_pupil"][0]]
    eyes = (left + right) / 2.0
    axis, height = right - left, points[GROUPS["chin"][0]] - eyes
    size = (math.hypot(*axis) + math.hypot(*height) / EYES_TO_CHIN) / 2.0
    return Posture(eyes, max(size, 1.0), math.atan2(axis[1], axis[0]))


def _differs(sought: Posture, found: Posture) -> bool:
    turn = (found.roll - sought.roll + math.pi) % (2.0 * math.pi) - math.pi
    return (
        math.hypot(*(found.eyes - sought.eyes)) > _MOVED * sought.size
        or not 1.0 / _RESIZED < found.size / sought.size < _RESIZED
        or abs(turn) > _TURNED
    )


def _view(photo: Photo, posture: Posture, part: Part, *, mirror: bool = False) -> Cutout:
    x, y = part.centre
    middle = posture.eyes + posture.size * ((-x if mirror else x) * posture.along + y * posture.down)
    along = posture.along * (posture.size * part.side / part.pixels)
    return cut_out(photo, middle, along, (part.pixels, part.pixels), mirror=mirror)


def _positions(moments: NDArray[np.float32], view: Cutout, part: Part) -> tuple[Points, Points]:
    """Turn raw moments (K, 5) about the middle of the input into places and deviations in px of the photo."""
    values = moments.astype(np.float64)
    mean = values[:, :2]
    variance = (values[:, 2:4] - mean**2).mean(axis=1)
    unsure = np.sqrt(np.maximum(variance - part.blur**2, (_LEAST * part.blur) ** 2))
    scale = math.hypot(*view.matrix[:, 0])
    return view.to_photo(mean + (part.pixels - 1) / 2.0), part.share * unsure * scale
