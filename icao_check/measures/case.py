"""What a measure may look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from icao_check.face import Face
from icao_check.measurement import Measurement
from icao_check.photo import Photo
from icao_check.scale import Scale

__all__ = ["Case", "Measure"]


@dataclass(frozen=True, slots=True)
class Case:
    """One photo under examination.

    Attributes
    ----------
    photo : Photo
        Upright.
    face : Face or None
        The main face.
    scale : Scale
        Pixels per millimetre on the print.
    on : date
        Date of the application.
    taken_on : date or None
        Capture date as declared.
    print_mm : (width, height)
        The print that the profile asks for.
    reference, reference_face
        An earlier photo of the holder and its face, where one was given.
    """

    photo: Photo
    face: Face | None
    scale: Scale
    on: date
    taken_on: date | None = None
    print_mm: tuple[float, float] = (35.0, 45.0)
    reference: Photo | None = None
    reference_face: Face | None = None


Measure = Callable[[Case], Measurement]
