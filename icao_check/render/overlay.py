"""The photo with its measurements drawn on it, for the person who will take or crop it again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw

from icao_check.catalogue import TO_CONFIRM
from icao_check.cropping import cut
from icao_check.framing import Box, Crop
from icao_check.messages import number, report_notes, title, word
from icao_check.photo import Photo
from icao_check.report import FaceResult, Report
from icao_check.verdict import CheckResult

__all__ = ["draw_overlay"]

Colour = tuple[int, int, int]

_PICTURE_HEIGHT, _PICTURE_WIDTH = 1080, 1620
_RULER = 64
_PANEL = 560
_PAD = 24
_TEXT = 21
_SMALL = 17
_HEADING = 34
_INK: Colour = (32, 32, 36)
_FAINT: Colour = (120, 120, 128)
_PAPER: Colour = (250, 250, 250)
_COLOURS: dict[str, Colour] = {
    "pass": (20, 130, 60),
    "borderline": (200, 120, 0),
    "fail": (200, 30, 40),
    "review": (0, 110, 170),
    "skipped": _FAINT,
    "error": (200, 30, 40),
}
_WORST_FIRST = ("fail", "review", "borderline")
_LEADING = 1.3
_BOLD, _REGULAR = 600, 400


@dataclass
class _Canvas:
    """Where a pixel of the photo, or a millimetre of the print, lies on the canvas."""

    draw: ImageDraw.ImageDraw
    zoom: float
    left: int
    top: int
    width: int
    height: int
    px_per_mm: float
    # OpenCV's own font knows every alphabet of the catalogues; Pillow's lacks even the accents.
    font: Any = field(default_factory=lambda: cv2.FontFace("sans"))
    words: list[tuple[str, tuple[int, int], Colour, int, int]] = field(default_factory=list)

    def x(self, x: float) -> float:
        return self.left + (x + 0.5) * self.zoom

    def y(self, y: float) -> float:
        return self.top + (y + 0.5) * self.zoom

    def mm(self, length: float) -> float:
        return length * self.px_per_mm * self.zoom

    def text_width(self, words: str, size: int, weight: int = _REGULAR) -> int:
        return int(cv2.getTextSize((0, 0), words, (0, 0), self.font, size, weight)[2])

    def text(
        self,
        at: tuple[float, float],
        words: str,
        colour: Colour,
        size: int = _SMALL,
        *,
        anchor: str = "lt",
        weight: int = _REGULAR,
        boxed: bool = False,
    ) -> None:
        """Write words later, on top of everything; `anchor` is l, m or r, then t, m or b."""
        width, height = self.text_width(words, size, weight), round(0.72 * size)  # of a capital letter
        left = at[0] - {"l": 0.0, "m": 0.5, "r": 1.0}[anchor[0]] * width
        baseline = at[1] + {"t": 1.0, "m": 0.5, "b": 0.0}[anchor[1]] * height
        if boxed:
            box = [(left - 6, baseline - height - 7), (left + width + 6, baseline + 7)]
            self.draw.rounded_rectangle(box, 4, (255, 255, 255, 215))
        self.words.append((words, (round(left), round(baseline)), colour, size, weight))

    def written(self, image: Image.Image) -> Image.Image:
        pixels = np.array(image)
        for words, origin, colour, size, weight in self.words:
            cv2.putText(pixels, words, origin, colour, self.font, size, weight)
        return Image.fromarray(pixels)


def draw_overlay(photo: Photo, report: Report, lang: str = "en") -> Image.Image:
    """Draw what was measured on a photo.

    Parameters
    ----------
    photo : Photo
        The photo that was judged.
    report : Report
        Its report.
    lang : str
        Language of the words.

    Returns
    -------
    PIL.Image.Image
        RGB. Left and below are rulers in mm of the print; on the picture are the chin, the crown with the
        bands in which it may lie, the line of the eyes and the middle, and the best crop where that is not
        the whole; on the right what is wrong. Where the crop was judged, it is the picture.
    """
    face, suggested = report.face, None
    if report.crop is not None and report.crop.box is not None and not report.crop.whole:
        if report.inputs.framing == "frame":
            photo = cut(photo, report.crop.box)
            face = None if face is None else _moved(face, report.crop.box)
        else:
            suggested = report.crop
    zoom = min(_PICTURE_HEIGHT / photo.height, _PICTURE_WIDTH / photo.width)
    width, height = max(1, round(photo.width * zoom)), max(1, round(photo.height * zoom))
    scale = report.inputs.scale
    assert scale is not None  # only a file that cannot be read has none, and there is nothing to draw on it
    size = (_RULER + width + _PANEL, _PAD + _PICTURE_HEIGHT + _RULER)
    image = Image.new("RGB", size, _PAPER)
    picture = Image.fromarray(photo.rgb).resize((width, height), Image.Resampling.LANCZOS)
    image.paste(picture, (_RULER, _PAD))
    canvas = _Canvas(ImageDraw.Draw(image, "RGBA"), zoom, _RULER, _PAD, width, height, scale.px_per_mm)
    _draw_rulers(canvas)
    if suggested is not None:
        _draw_crop(canvas, suggested, lang)
    if face is not None:
        _draw_middle(canvas, report, face)
        _draw_eyes(canvas, face, _colour(report, "head_pose_roll"))
        _draw_head(canvas, report, face, lang)
    _draw_marks(canvas, report)
    _draw_panel(canvas, report, lang)
    return canvas.written(image)


def _moved(face: FaceResult, box: Box) -> FaceResult:
    """Return a face in the coordinates of a part of the photo."""
    x, y = box[:2]

    def point(at: tuple[float, float]) -> tuple[float, float]:
        return at[0] - x, at[1] - y

    return face.model_copy(
        update={
            "box": (face.box[0] - x, face.box[1] - y, *face.box[2:]),
            "pupils": (point(face.pupils[0]), point(face.pupils[1])),
            "chin": point(face.chin),
            "crown": point(face.crown),
        }
    )


def _draw_crop(canvas: _Canvas, crop: Crop, lang: str) -> None:
    """Draw where the best crop is; what lies outside is dimmed."""
    assert crop.box is not None
    x, y, width, height = crop.box
    left, top = canvas.x(x - 0.5), canvas.y(y - 0.5)
    right, bottom = canvas.x(x + width - 0.5), canvas.y(y + height - 0.5)
    edges = canvas.left, canvas.top, canvas.left + canvas.width, canvas.top + canvas.height
    for corner, opposite in (
        ((edges[0], edges[1]), (edges[2], top - 1)),
        ((edges[0], bottom + 1), (edges[2], edges[3])),
        ((edges[0], top), (left, bottom)),
        ((right, top), (edges[2], bottom)),
    ):
        if opposite[0] > corner[0] and opposite[1] > corner[1]:
            canvas.draw.rectangle([corner, opposite], (*_INK, 90))
    canvas.draw.rectangle([(left, top), (right, bottom)], None, _COLOURS[crop.framing or "review"], 3)
    words = word("overlay.crop", lang)
    canvas.text((right - 10, bottom - 12), words, _COLOURS[crop.framing or "review"], anchor="rb", boxed=True)


def _draw_rulers(canvas: _Canvas) -> None:
    draw = canvas.draw
    bottom, right = canvas.top + canvas.height, canvas.left + canvas.width
    for mm in range(int(canvas.height / canvas.mm(1.0)) + 1):
        y = bottom - canvas.mm(mm)
        length = 18 if mm % 10 == 0 else 13 if mm % 5 == 0 else 7
        draw.line([(canvas.left - 4 - length, y), (canvas.left - 4, y)], _FAINT, 1)
        if mm % 5 == 0:
            canvas.text((canvas.left - 27, y), str(mm), _INK, anchor="rm")
    for mm in range(int(canvas.width / canvas.mm(1.0)) + 1):
        x = canvas.left + canvas.mm(mm)
        length = 18 if mm % 10 == 0 else 13 if mm % 5 == 0 else 7
        draw.line([(x, bottom + 4), (x, bottom + 4 + length)], _FAINT, 1)
        if mm % 5 == 0:
            canvas.text((x, bottom + 28), str(mm), _INK, anchor="mt")
    canvas.text((right + 20, bottom + 28), "mm", _FAINT)


def _draw_middle(canvas: _Canvas, report: Report, face: FaceResult) -> None:
    middle = canvas.left + canvas.width / 2
    _dashed(canvas.draw, (middle, canvas.top), (middle, canvas.top + canvas.height), (255, 255, 255, 150))
    eyes = (face.pupils[0][0] + face.pupils[1][0]) / 2
    x = canvas.x((eyes + face.chin[0]) / 2)
    colour = _colour(report, "head_centring")
    canvas.draw.line([(x, canvas.top), (x, canvas.top + 26)], colour, 4)
    canvas.draw.line([(x, canvas.top + canvas.height - 26), (x, canvas.top + canvas.height)], colour, 4)


def _draw_eyes(canvas: _Canvas, face: FaceResult, colour: Colour) -> None:
    points = [(canvas.x(x), canvas.y(y)) for x, y in face.pupils]
    (x0, y0), (x1, y1) = points
    if x1 > x0:
        slope = (y1 - y0) / (x1 - x0)
        ends = [(x, y0 + (x - x0) * slope) for x in (canvas.left, canvas.left + canvas.width)]
        canvas.draw.line(ends, (*colour, 130), 2)
    for x, y in points:
        canvas.draw.line([(x - 10, y), (x + 10, y)], colour, 3)
        canvas.draw.line([(x, y - 10), (x, y + 10)], colour, 3)


def _draw_head(canvas: _Canvas, report: Report, face: FaceResult, lang: str) -> None:
    draw = canvas.draw
    left, right = canvas.left, canvas.left + canvas.width
    chin, crown = canvas.y(face.chin[1]), canvas.y(face.crown[1])
    result = _result(report, "head_height")
    colour = _colour(report, "head_height")
    if result is not None and result.limits is not None:
        low, high = result.limits.accepted
        if low is not None and high is not None:
            top = max(canvas.top, chin - canvas.mm(high))
            bottom = max(canvas.top, chin - canvas.mm(low))
            if bottom > canvas.top:
                draw.rectangle([(left, top), (right, bottom)], (*_COLOURS["pass"], 46))
                words = word("overlay.allowed", lang).format(low=number(low, lang), high=number(high, lang))
                canvas.text((right - 10, top + 10), words, _COLOURS["pass"], anchor="rt", boxed=True)
        for bound in result.limits.tolerated or ():
            if bound is not None and (y := chin - canvas.mm(bound)) > canvas.top:
                _dashed(draw, (left, y), (right, y), (*_COLOURS["borderline"], 200))
    for y, name in ((chin, "chin"), (crown, "crown")):
        draw.line([(left, y), (right, y)], colour, 3)
        canvas.text((left + 60, y - 9), word(f"overlay.{name}", lang), colour, anchor="lb", boxed=True)
    x = left + 30
    draw.line([(x, crown), (x, chin)], colour, 3)
    for tip, towards in ((crown, 12), (chin, -12)):
        draw.line([(x - 7, tip + towards), (x, tip), (x + 7, tip + towards)], colour, 3)
    if result is not None and result.value is not None:
        words = f"{number(result.value, lang)} {word('unit.mm', lang)}"
        middle = (crown + chin) / 2
        canvas.text((x + 14, middle), words, colour, _TEXT, anchor="lm", weight=_BOLD, boxed=True)
    if report.inputs.scale is not None and report.inputs.scale.source == "assumed":
        height = number(canvas.height / canvas.mm(1.0), lang)
        words = word("overlay.assumed_scale", lang).format(height=height)
        canvas.text((left, canvas.top - 6), words, _COLOURS["review"], anchor="lb")


def _draw_marks(canvas: _Canvas, report: Report) -> None:
    """Draw a box around the largest mark on the picture, where marks are more than what passes."""
    result = _result(report, "marks")
    if result is None or result.verdict == "pass" or "left_mm" not in result.facts:
        return
    left, top, width, height = (
        canvas.mm(float(result.facts[f"{name}_mm"])) for name in ("left", "top", "width", "height")
    )
    corner = canvas.left + left, canvas.top + top
    box = [corner, (corner[0] + width, corner[1] + height)]
    canvas.draw.rectangle(box, None, _COLOURS[result.verdict], 3)


def _draw_panel(canvas: _Canvas, report: Report, lang: str) -> None:
    draw = canvas.draw
    left = canvas.left + canvas.width + _PAD
    width = _PANEL - 2 * _PAD
    y = float(canvas.top)
    colour = _COLOURS[report.verdict]
    heading = word(f"verdict.{report.verdict}", lang).upper()
    canvas.text((left, y), heading, colour, _HEADING, weight=_BOLD)
    y += 1.4 * _HEADING
    y = _paragraph(canvas, (left, y), width, f"{report.profile}, {report.inputs.on}", _FAINT, _SMALL)
    y = _paragraph(canvas, (left, y), width, word(f"summary.{report.verdict}", lang), _INK, _TEXT) + 12
    overruled = {entry.check for entry in report.overruled}
    findings = [
        result
        for verdict in _WORST_FIRST
        for result in report.checks
        if result.verdict == verdict and result.id not in overruled
        if verdict != "review" or TO_CONFIRM.get(result.id) not in report.to_confirm
    ]
    notes = [*report_notes(report, lang), word("summary.advice", lang)]
    bottom = canvas.top + _PICTURE_HEIGHT - sum(_paragraph_height(canvas, width, note) for note in notes)
    for position, result in enumerate(findings):
        if y > bottom - 5 * _TEXT:
            canvas.text((left, y), f"+ {len(findings) - position}", _FAINT, _TEXT)
            break
        draw.rectangle([(left, y), (left + 7, y + 0.72 * _TEXT)], _COLOURS[result.verdict])
        heading = f"{title(result.id, lang)}: {word(f'verdict.{result.verdict}', lang)}"
        y = _paragraph(canvas, (left + 18, y), width - 18, heading, _COLOURS[result.verdict], _TEXT)
        words = f"{result.message(lang)} {result.remedy(lang)}"
        y = _paragraph(canvas, (left + 18, y), width - 18, words, _INK, _SMALL) + 10
    y = bottom
    for note in notes:
        y = _paragraph(canvas, (left, y), width, note, _FAINT, _SMALL)


def _paragraph(
    canvas: _Canvas, at: tuple[float, float], width: float, words: str, colour: Colour, size: int
) -> float:
    """Write words that wrap; return where the next line goes."""
    x, y = at
    for line in _lines(canvas, width, words, size):
        canvas.text((x, y), line, colour, size)
        y += _LEADING * size
    return y


def _paragraph_height(canvas: _Canvas, width: float, words: str) -> float:
    return len(_lines(canvas, width, words, _SMALL)) * _LEADING * _SMALL


def _lines(canvas: _Canvas, width: float, words: str, size: int) -> list[str]:
    lines = [""]
    for part in words.split():
        longer = f"{lines[-1]} {part}".strip()
        if canvas.text_width(longer, size) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def _dashed(
    draw: ImageDraw.ImageDraw,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: tuple[int, ...],
) -> None:
    (x0, y0), (x1, y1) = start, end
    length = max(abs(x1 - x0), abs(y1 - y0), 1.0)
    for begin in range(0, int(length), 18):
        a, b = begin / length, min(begin + 10, length) / length
        dash = [(x0 + a * (x1 - x0), y0 + a * (y1 - y0)), (x0 + b * (x1 - x0), y0 + b * (y1 - y0))]
        draw.line(dash, colour, 2)


def _result(report: Report, check: str) -> CheckResult | None:
    return next((result for result in report.checks if result.id == check), None)


def _colour(report: Report, check: str) -> Colour:
    result = _result(report, check)
    return _COLOURS["skipped" if result is None else result.verdict]
