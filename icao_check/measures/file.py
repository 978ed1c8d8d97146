"""Measures on the file and the shape of the picture."""

from __future__ import annotations

from icao_check.measurement import Measurement
from icao_check.measures.case import Case

__all__ = ["aspect_ratio", "file_format", "resolution"]


def file_format(case: Case) -> Measurement:
    """Return 1 for a still photo: what is none never becomes a :class:`~icao_check.photo.Photo`."""
    return Measurement(1.0, facts={"format": case.photo.file.format})


def aspect_ratio(case: Case) -> Measurement:
    """Return width / height of the picture, relative to the print's: 1 is the shape of the print.

    One pixel more or less is rounding; it is the uncertainty.
    """
    ideal = case.print_mm[0] / case.print_mm[1]
    ratio = case.photo.width / case.photo.height
    return Measurement(
        ratio / ideal,
        uncertainty=0.5 / case.photo.width,
        facts={"width": case.photo.width, "height": case.photo.height},
    )


def resolution(case: Case) -> Measurement:
    """Return the resolution on the print in dpi."""
    size = {"width": case.photo.width, "height": case.photo.height}
    return Measurement(case.scale.px_per_mm * 25.4, facts=size)
