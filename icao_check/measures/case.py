"""What a measure may look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar, cast

from icao_check.face import Face
from icao_check.measurement import Measurement
from icao_check.photo import Photo
from icao_check.scale import Scale

__all__ = ["Case", "Measure"]

T = TypeVar("T")


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
    _shared: dict[str, object] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """Return what `make` gives, made once per case: what several measures look at."""
        if name not in self._shared:
            self._shared[name] = make()
        return cast(T, self._shared[name])


Measure = Callable[[Case], Measurement]
