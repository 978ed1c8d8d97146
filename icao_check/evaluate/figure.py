"""Lines, marks and words on a sheet that is written as SVG and as PNG.

A plotting library would weigh more than this whole package, and only one kind of figure is drawn.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal

__all__ = ["Colour", "Figure"]

Colour = tuple[int, int, int]
Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]

# Pixels of the PNG per unit of the sheet, and how much finer its lines are drawn before they are reduced.
_ZOOM = 2
_FINER = 2
_FONT = "system-ui, 'DejaVu Sans', 'Liberation Sans', Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class _Line:
    points: tuple[Point, ...]
    colour: Colour
    width: float


@dataclass(frozen=True, slots=True)
class _Disc:
    centre: Point
    radius: float
    colour: Colour
    filled: bool


@dataclass(frozen=True, slots=True)
class _Words:
    at: Point
    words: str
    colour: Colour
    size: int
    anchor: Anchor
    bold: bool


@dataclass
class Figure:
    """A white sheet.

    Attributes
    ----------
    width, height : int
        In px; x right, y down.
    """

    width: int
    height: int
    _items: list[_Line | _Disc | _Words] = field(default_factory=list)

    def line(self, points: Sequence[Point], colour: Colour, width: float = 1.0) -> None:
        """Join points by straight lines."""
        self._items.append(_Line(tuple(points), colour, width))

    def disc(self, centre: Point, radius: float, colour: Colour, *, filled: bool = True) -> None:
        """Draw a disc, or a ring."""
        self._items.append(_Disc(centre, radius, colour, filled))

    def text(
        self,
        at: Point,
        words: str,
        colour: Colour,
        size: int = 11,
        *,
        anchor: Anchor = "start",
        bold: bool = False,
    ) -> None:
        """Write words; `at` is on their baseline."""
        self._items.append(_Words(at, words, colour, size, anchor, bold))

    def svg(self) -> str:
        """Return the sheet as an SVG document, which may also stand in an HTML page."""
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
            f'viewBox="0 0 {self.width} {self.height}" font-family="{_FONT}">',
            f'<rect width="{self.width}" height="{self.height}" fill="#fff"/>',
        ]
        for item in self._items:
            colour = "#{:02x}{:02x}{:02x}".format(*item.colour)
            if isinstance(item, _Line):
                points = " ".join(f"{x:.1f},{y:.1f}" for x, y in item.points)
                look = f'fill="none" stroke="{colour}" stroke-width="{item.width:g}"'
                parts.append(f'<polyline points="{points}" {look}/>')
            elif isinstance(item, _Disc):
                look = (
                    f'fill="{colour}"' if item.filled else f'fill="#fff" stroke="{colour}" stroke-width="2"'
                )
                x, y = item.centre
                parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{item.radius:g}" {look}/>')
            else:
                weight = ' font-weight="600"' if item.bold else ""
                parts.append(
                    f'<text x="{item.at[0]:.1f}" y="{item.at[1]:.1f}" fill="{colour}" '
                    f'font-size="{item.size}" text-anchor="{item.anchor}"{weight}>{escape(item.words)}</text>'
                )
        return "\n".join([*parts, "</svg>"]) + "\n"

    def png(self) -> bytes:
        """Return the sheet as a PNG file, at twice its size."""
        import cv2
        import numpy as np
        from PIL import Image, ImageDraw

        fine = _ZOOM * _FINER
        image = Image.new("RGB", (self.width * fine, self.height * fine), "white")
        draw = ImageDraw.Draw(image)
        for item in self._items:
            if isinstance(item, _Line):
                points = [(x * fine, y * fine) for x, y in item.points]
                draw.line(points, item.colour, max(1, round(item.width * fine)), joint="curve")
            elif isinstance(item, _Disc):
                (x, y), r = item.centre, item.radius
                box = [((x - r) * fine, (y - r) * fine), ((x + r) * fine, (y + r) * fine)]
                inside = item.colour if item.filled else (255, 255, 255)
                draw.ellipse(box, inside, item.colour, 2 * fine)
        pixels = np.array(image.reduce(_FINER))
        font = cv2.FontFace("sans")
        for item in self._items:
            if isinstance(item, _Words):
                size, weight = item.size * _ZOOM, 600 if item.bold else 400
                length = cv2.getTextSize((0, 0), item.words, (0, 0), font, size, weight)[2]
                x = item.at[0] * _ZOOM - {"start": 0.0, "middle": 0.5, "end": 1.0}[item.anchor] * length
                origin = (round(x), round(item.at[1] * _ZOOM))
                cv2.putText(pixels, item.words, origin, item.colour, font, size, weight)
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG", optimize=True)
        return file.getvalue()
