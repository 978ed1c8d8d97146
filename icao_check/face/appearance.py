"""What is seen on a face besides its points: closed lids, glasses, teeth, coverings. Small networks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from icao_check.face.cutout import face_cutout
from icao_check.landmarks import Landmarks
from icao_check.network import Network
from icao_check.photo import Photo

__all__ = ["EAR", "EARS", "EYES", "FACE", "HEADS", "QUANTITIES", "AppearanceReader", "View"]

HEADS = (
    "eyes_closed",
    "eyes_covered",
    "glasses",
    "dark_lenses",
    "glare",
    "frame_over_eyes",
    "mouth_open",
    "teeth",
    "not_neutral",
    "mouth_covered",
    "head_covered",
)
"""What may be seen."""

QUANTITIES = {"lid_opening": 10.0}
"""What else the network on the eyes tells, and what one unit of its output is: distance of the lids at the
eye that is open less, in % of the inter-eye distance."""


@dataclass(frozen=True, slots=True)
class View:
    """What a network looks at.

    Attributes
    ----------
    width, height : int
        Pixels of its input.
    inter_eye : float
        Distance between the pupils there, in px.
    eyes_at : (x, y)
        Where the point between the pupils lies, as shares of width and height.
    heads : tuple of str
        What it tells, of :data:`HEADS`.
    quantities : tuple of str
        What it measures, of :data:`QUANTITIES`.
    """

    width: int
    height: int
    inter_eye: float
    eyes_at: tuple[float, float]
    heads: tuple[str, ...]
    quantities: tuple[str, ...] = ()


EYES = View(96, 40, 48.0, (0.5, 0.5), HEADS[:6], tuple(QUANTITIES))
FACE = View(96, 96, 26.0, (0.5, 0.48), HEADS[6:])
EAR = View(48, 64, 40.0, (1.53, 0.305), ("ear_hidden", "cloth"))
"""Beside the face, on the left of the picture; the other side is mirrored."""
EARS = ("left_ear_hidden", "right_ear_hidden", "cloth_over_ears")
"""What comes of :data:`EAR`: the onset of the ear on either side of the picture is hidden; cloth lies beside
the face (the mean of the log-odds of both sides)."""


class AppearanceReader:
    """Looks at the eyes and at the whole face once; safe to share between threads."""

    def __init__(self) -> None:
        self._networks = (
            (EYES, Network("eye_appearance", ("logits",))),
            (FACE, Network("face_appearance", ("logits",))),
        )
        self._ears = Network("ear_appearance", ("logits",))

    def load(self) -> None:
        """Load the models of this thread now."""
        for _, network in self._networks:
            network.load()
        self._ears.load()

    def read(self, photo: Photo, landmarks: Landmarks) -> Mapping[str, float]:
        """Tell what is seen.

        Parameters
        ----------
        photo : Photo
            Upright.
        landmarks : Landmarks
            Of the main face; the pupils place the views.

        Returns
        -------
        mapping
            Log-odds of each of :data:`HEADS` and :data:`EARS`: > 0 where it is rather so than not; and each
            of :data:`QUANTITIES` in its unit.
        """
        seen: dict[str, float] = {}
        for view, network in self._networks:
            piece = face_cutout(
                photo,
                landmarks.pupils,
                (view.width, view.height),
                inter_eye=view.inter_eye,
                eyes_at=view.eyes_at,
            )
            (found,) = network(piece.pixels[None])
            units = (*(1.0 for _ in view.heads), *(QUANTITIES[name] for name in view.quantities))
            names = (*view.heads, *view.quantities)
            seen |= {
                name: unit * float(value) for name, unit, value in zip(names, units, found[0], strict=True)
            }
        (ears,) = self._ears(_ear_views(photo, landmarks))
        told = (*ears[:, 0], ears[:, 1].mean())
        seen |= {name: float(odds) for name, odds in zip(EARS, told, strict=True)}
        return {name: seen[name] for name in (*HEADS, *QUANTITIES, *EARS)}


def _ear_views(photo: Photo, landmarks: Landmarks) -> NDArray[np.uint8]:
    """Return what lies beside the face, (2, h, w, 3): left, then right as in a mirror."""
    x, y = EAR.eyes_at
    left, right = (
        face_cutout(
            photo, landmarks.pupils, (EAR.width, EAR.height), inter_eye=EAR.inter_eye, eyes_at=(at, y)
        ).pixels
        for at in (x, 1.0 - x)
    )
    return np.stack([left, right[:, ::-1]])
