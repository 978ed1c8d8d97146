"""What a camera says about its lens: from it follows how far away a thing of known size was."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Optics", "read_optics"]

# CIPA DC-008 (EXIF 3.0), 4.6.6: FocalLengthIn35mmFilm relates to the 24 × 36 mm frame, by its diagonal.
_FRAME_DIAGONAL = math.hypot(36.0, 24.0)
# FocalPlaneResolutionUnit: millimetres per unit.
_UNITS = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}
# Shapes of sensors. A picture of another shape was cut; one of 16:9 was, too, by the camera itself.
_SENSORS = (3 / 4, 2 / 3)
_SHAPE = 0.01
# A focal length in pixels beyond these, in diagonals of the picture, is no lens of a camera.
_FOCAL_RANGE = (0.2, 40.0)


@dataclass(frozen=True, slots=True)
class Optics:
    """Lens and sensor of one exposure.

    Attributes
    ----------
    focal_length : float
        In pixels of the picture as the camera saved it: what is 1 px wide there is 1 / `focal_length` times
        as wide as it is far away.
    size : (width, height)
        Pixels of that picture, as stored. Where the file has another size, it was cut or scaled since.
    """

    focal_length: float
    size: tuple[int, int]


def read_optics(numbers: Mapping[str, int], ratios: Mapping[str, float]) -> Optics | None:
    """Derive the focal length from EXIF tags.

    Parameters
    ----------
    numbers : mapping of str to int
        ``focal_35mm``, ``pixels_across``, ``pixels_down``, ``focal_plane_unit``; any may lack.
    ratios : mapping of str to float
        ``focal_length`` in mm, ``focal_plane_across`` in pixels per unit, ``digital_zoom``; any may lack.

    Returns
    -------
    Optics or None
        None where the tags do not tell, where the camera enlarged the middle of the picture (whether the
        focal length says so, cameras do not agree), or where the picture has not the shape of a sensor.
    """
    width, height = numbers.get("pixels_across", 0), numbers.get("pixels_down", 0)
    if min(width, height) < 1 or ratios.get("digital_zoom", 1.0) > 1.0:
        return None
    if min(abs(min(width, height) / max(width, height) - shape) for shape in _SENSORS) > _SHAPE:
        return None
    diagonal = math.hypot(width, height)
    if numbers.get("focal_35mm", 0) > 0:
        focal = numbers["focal_35mm"] / _FRAME_DIAGONAL * diagonal
    else:
        unit = _UNITS.get(numbers.get("focal_plane_unit", 2), 0.0)
        density = ratios.get("focal_plane_across", 0.0)
        focal = ratios.get("focal_length", 0.0) * density / unit if unit else 0.0
    low, high = _FOCAL_RANGE
    if not low * diagonal <= focal <= high * diagonal:
        return None
    return Optics(focal, (width, height))
