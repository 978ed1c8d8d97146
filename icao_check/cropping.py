"""A crop of a photo: cutting it out and writing it, and nothing else. No pixel is changed."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from icao_check.framing import Box, Crop
from icao_check.photo import Photo
from icao_check.scale import MM_PER_INCH

if TYPE_CHECKING:
    from PIL.Image import Exif

    from icao_check.report import Report

__all__ = ["CropProposal", "cut"]

_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
_OPTIONS: dict[str, dict[str, Any]] = {
    # Full colour resolution and little quantisation: what a second compression costs cannot be seen.
    "JPEG": {"quality": 95, "subsampling": 0},
    "PNG": {},
}
_EXIF_DIRECTORY = 0x8769
# What says when, with what and by which program the picture was made stays with the crop, where it was made
# and for whom does not: CIPA DC-008, tags of the primary and of the EXIF directory.
_KEPT = (0x010F, 0x0110, 0x0131, 0x0132)
_KEPT_IN_DIRECTORY = (0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9290, 0x9291, 0x9292)


def cut(photo: Photo, box: Box) -> Photo:
    """Return a part of a photo as a photo of its own.

    Parameters
    ----------
    photo : Photo
        The whole.
    box : (x, y, width, height)
        In px; within the photo.

    Returns
    -------
    Photo
        The same pixels, with the facts of the whole file but its dpi, which is that of the whole picture.

    Raises
    ------
    ValueError
        The box is empty or reaches beyond the photo.
    """
    x, y, width, height = box
    if not (0 <= x < x + width <= photo.width and 0 <= y < y + height <= photo.height):
        raise ValueError(f"the box {box} is not within {photo.width} × {photo.height} px")
    rgb = np.ascontiguousarray(photo.rgb[y : y + height, x : x + width])
    rgb.setflags(write=False)
    # What begins with an underscore was computed from the pixels of the whole.
    kept = {part.name: getattr(photo, part.name) for part in fields(photo) if not part.name.startswith("_")}
    return Photo(**(kept | {"rgb": rgb, "file": replace(photo.file, dpi=None)}))


@dataclass(frozen=True, slots=True)
class CropProposal:
    """The best crop of a photo for one document or for several at once.

    Attributes
    ----------
    crop : Crop
        The box, or the proof that there is none.
    reports : dict of profile id to Report
        What the crop gets when it is checked as a photo of its own, one report per document; empty without a
        crop. Coordinates are those of the whole photo.
    """

    crop: Crop
    reports: Mapping[str, Report]
    _photo: Photo = field(repr=False)
    _file: bytes | None = field(default=None, repr=False)
    _height_mm: float = field(default=45.0, repr=False)

    @property
    def box(self) -> Box | None:
        """Left, top, width and height in px of the upright photo; None where there is no crop."""
        return self.crop.box

    @property
    def verdicts(self) -> dict[str, str]:
        """Return the verdict of the crop for each document."""
        return {profile: report.verdict for profile, report in self.reports.items()}

    def message(self, lang: str = "en") -> str:
        """Say where the crop is, or why there is none."""
        from icao_check.messages import crop_text

        return "\n".join(crop_text(self.crop, lang))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the crop, upright, in sRGB, with the dpi of the print and the dates of the original file.

        Parameters
        ----------
        path : path
            Ends in ``.png`` (no pixel changes) or ``.jpg`` (compressed once more, at quality 95).

        Raises
        ------
        ValueError
            There is no crop to write, or the ending is another one.
        OSError
            The file cannot be written.
        """
        from PIL import Image

        target = Path(path)
        if self.crop.box is None:
            raise ValueError("there is no crop to write")
        file_format = _FORMATS.get(target.suffix.lower())
        if file_format is None:
            raise ValueError(
                f"a crop is written as {', '.join(_FORMATS)}, not {target.suffix or 'no ending'}"
            )
        part = cut(self._photo, self.crop.box)
        dpi = round(part.height / self._height_mm * MM_PER_INCH)
        buffer = io.BytesIO()
        Image.fromarray(part.rgb).save(
            buffer, file_format, dpi=(dpi, dpi), exif=_kept_exif(self._file), **_OPTIONS[file_format]
        )
        target.write_bytes(buffer.getvalue())


def _kept_exif(data: bytes | None) -> Exif:
    """Return what the original file says about when and by what it was made: a crop must not look undated."""
    from PIL import Image

    kept = Image.Exif()
    try:
        with Image.open(io.BytesIO(data or b"")) as header:
            exif = header.getexif()
            kept.update({tag: exif[tag] for tag in _KEPT if tag in exif})
            directory = exif.get_ifd(_EXIF_DIRECTORY)
            inner = {tag: directory[tag] for tag in _KEPT_IN_DIRECTORY if tag in directory}
        if inner:
            kept.get_ifd(_EXIF_DIRECTORY).update(inner)
        kept.tobytes()
    except MemoryError:
        raise
    except Exception:  # whatever a corrupt block provokes; the picture is worth more than its dates
        return Image.Exif()
    return kept
