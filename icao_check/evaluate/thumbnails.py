"""Small pictures of photos, for the page of mistakes."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from icao_check.errors import PhotoError
from icao_check.evaluate.outcome import Located
from icao_check.photo import read_photo

__all__ = ["thumbnail"]

_HEIGHT = 216
_MEASURED = (0, 190, 255)
_TRUE = (255, 60, 60)


def thumbnail(path: Path, found: Located | None = None, truth: Located | None = None) -> str | None:
    """Return a photo as a small JPEG, ready for an ``img`` element.

    Parameters
    ----------
    path : Path
        The file.
    found, truth : Located, optional
        Pupils, chin and crown to draw on it, in px of the upright file: as measured in blue, as true in red.

    Returns
    -------
    str or None
        A ``data:`` address of some 8 KB, with no metadata; None where the file cannot be read.
    """
    from PIL import Image, ImageDraw

    try:
        photo = read_photo(path)
    except PhotoError:
        return None
    small = photo.reduced(_HEIGHT)
    picture = Image.fromarray(small)
    zoom = small.shape[0] / photo.height
    draw = ImageDraw.Draw(picture)
    for marks, colour in ((truth, _TRUE), (found, _MEASURED)):
        if marks is None:
            continue
        for x, y in marks.pupils:
            cx, cy = (x + 0.5) * zoom, (y + 0.5) * zoom
            draw.line([(cx - 4, cy), (cx + 4, cy)], colour)
            draw.line([(cx, cy - 4), (cx, cy + 4)], colour)
        for x, y in (marks.chin, marks.crown):
            cx, cy = (x + 0.5) * zoom, (y + 0.5) * zoom
            draw.line([(cx - 26, cy), (cx + 26, cy)], colour)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode("ascii")
