"""Measures on what lies on the picture and not in it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from icao_check.marks import CELL, RASTER_EYES, RASTER_FACE, Marks, colour_steps, find_marks
from icao_check.measurement import Fact, Measurement
from icao_check.measures.case import Case
from icao_check.regions import BACKGROUND, HAIR, SKIN, Regions

__all__ = ["marks"]

# Log-odds from which a cell counts as marked, and what they may err by near it (models/marks.md).
_MARKED, _UNSURE = 1.6, 0.2
# Light on hair draws arcs and strands: so much more is asked there.
_ON_HAIR = 1.0
# A colour unlike its surroundings adds to log-odds that are not quite against: per level from the first on,
# up to so many. Skin and hair have no such colours; the rims of glasses have.
_POSSIBLE, _PER_LEVEL, _FIRST_LEVEL, _LEVELS = -1.5, 0.08, 6.0, 20.0
# No colour makes a mark of less, and few cells have more.
_LEAST = max(_POSSIBLE, _MARKED - _UNSURE - _PER_LEVEL * _LEVELS)
# Hair this near to the wall, in cells, may be strands of it.
_STRANDS = 8.0
# Where glasses are worn: so far around the point between the pupils, in face sizes.
_GLASSES = (1.25, 0.5)


def marks(case: Case) -> Measurement:
    """Return how much of the person ink, stamps, scratches, creases, dust and holes touch, in mm².

    Counted in squares of about 0.3 mm that a mark touches, so that a line is as wide as that at least. What
    lies on the wall alone is not counted: a cable or a branch behind the person looks no other, and
    `background_uniformity` sees both. On clothes stripes and prints look like marks, too, and at the edge of
    the hair its strands do: what lies there is possible, not more, and on all hair more is asked. Where the
    limit lies between the area that is sure and the area that is possible, a person has to look. The facts
    say where the largest mark is: a box in mm from the left and the top of the picture.
    """
    assert case.face is not None
    found = find_marks(case.photo, case.face.landmarks)
    labels = _labels(found, case.face.regions)
    wall = labels == BACKGROUND
    cells = np.flatnonzero((found.log_odds > _LEAST) & found.inside & ~wall)
    log_odds = _evidence(found, cells, glasses=case.face.appearance["glasses"] > 0.0)
    own = labels.ravel()[cells]
    body, hair = own == SKIN, own == HAIR
    sure = log_odds - np.float32(_ON_HAIR) * hair
    if hair.any():
        inner = cv2.distanceTransform((~wall).astype(np.uint8), cv2.DIST_L2, 3) > _STRANDS
        body |= hair & inner.ravel()[cells]
    cell = (found.cell_side / case.scale.px_per_mm) ** 2

    def area(among: NDArray[np.float32], bound: float) -> float:
        return float(np.count_nonzero(among > bound)) * cell

    possible = max(area(sure[body], _MARKED - _UNSURE), area(log_odds, _MARKED))
    return Measurement(
        area(sure[body], _MARKED),
        extremes=(area(sure[body], _MARKED + _UNSURE), possible),
        dispute="uncertain",
        facts=_largest(found, cells[log_odds > _MARKED], case.scale.px_per_mm),
    )


def _evidence(found: Marks, cells: NDArray[np.intp], *, glasses: bool) -> NDArray[np.float32]:
    """Return the log-odds of some cells with what their colours add; cells are counted row by row."""
    added = _PER_LEVEL * np.clip(colour_steps(found.pixels, cells) - _FIRST_LEVEL, 0.0, _LEVELS)
    if glasses:
        (x, y), (right, down) = (np.array(RASTER_EYES) / CELL, np.array(_GLASSES) * RASTER_FACE / CELL)
        rows, columns = np.divmod(cells, found.inside.shape[1])
        seen = (round(y - down) <= rows) & (rows < round(y + down))
        added[seen & (round(x - right) <= columns) & (columns < round(x + right))] = 0.0
    return np.asarray(found.log_odds.ravel()[cells] + added, np.float32)


def _labels(found: Marks, regions: Regions) -> NDArray[np.uint8]:
    """Return what each cell shows, as the label map has it."""
    matrix = found.matrix / regions.px_per_cell
    matrix[:, 2] = (found.matrix[:, 2] + 0.5) / regions.px_per_cell - 0.5
    height, width = found.log_odds.shape
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    labels = cv2.warpAffine(
        regions.labels, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(labels, np.uint8)


def _largest(found: Marks, cells: NDArray[np.intp], px_per_mm: float) -> dict[str, Fact]:
    """Return where the largest group of marked cells is; nothing where there are none."""
    if len(cells) == 0:
        return {}
    marked = np.zeros(found.inside.shape, np.uint8)
    marked.ravel()[cells] = 1
    # Pieces of one stroke lie beside each other.
    count, pieces = cv2.connectedComponents(cv2.dilate(marked, np.ones((5, 5), np.uint8)))
    sizes = np.bincount(pieces[marked > 0], minlength=count)
    rows, columns = np.nonzero((pieces == sizes.argmax()) & (marked > 0))
    places = np.column_stack([columns, rows]) @ found.matrix[:, :2].T + found.matrix[:, 2] + 0.5
    half = found.cell_side / 2.0
    (left, top), (right, bottom) = places.min(axis=0) - half, places.max(axis=0) + half
    return {
        "left_mm": round(float(left) / px_per_mm, 1),
        "top_mm": round(float(top) / px_per_mm, 1),
        "width_mm": round(float(right - left) / px_per_mm, 1),
        "height_mm": round(float(bottom - top) / px_per_mm, 1),
    }
