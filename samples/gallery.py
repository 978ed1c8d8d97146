"""The finished portraits beside this file: what they are, and how they and their contact sheet were made.

    python -m samples.gallery              # render the portraits and their truth again (minutes)
    python -m samples.gallery --sheet      # judge those that are there, and draw the contact sheet

``samples/portraits/NAME.jpg`` is a portrait, ``NAME.json`` its parameters and its truth (as a line of
``truth.jsonl``, see :mod:`samples.generate`). Names begin with ``compliant_`` or ``defect_``.
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["COMPLIANT", "PORTRAITS", "SPOILED", "Finished", "finished", "main"]

PORTRAITS = Path(__file__).resolve().parent / "portraits"
SHEET = PORTRAITS / "contact-sheet.jpg"
WIDTH, HEIGHT = 560, 720
SEVERITY = 0.7
GROSS = ("smile", "smile_teeth", "mouth_open", "background_texture", "background_object", "red_eye")
MOST_QUALITY = 86

_BOY, _GIRL = 78000234, 77000235
_MAN, _WOMAN = 78000240, 78000261

COMPLIANT: dict[str, tuple[int, dict[str, Any]]] = {
    "woman_long_hair": (_WOMAN, {}),
    "woman_fringe": (78000251, {}),
    "woman_old_bun": (78000253, {}),
    "woman_hijab": (78000249, {}),
    "woman_afro": (78000247, {}),
    "woman_single_eyelid_fold": (78000265, {"identity__eyelid_fold": 0.05}),
    "woman_one_sided_paralysis": (78000239, {"expression__palsy": 0.6}),
    "girl_bun": (_GIRL, {}),
    "boy_blond": (_BOY, {}),
    "man_goatee": (_MAN, {}),
    "man_short_hair": (78000242, {}),
    "man_bald": (77000232, {}),
    "man_full_beard": (77000241, {}),
    "man_old_glasses": (78000237, {}),
}
"""Seed of each compliant portrait, and what differs from what the seed draws."""

SPOILED: dict[str, int] = {
    "eyes_closed": 78000271,
    "looking_away": 78000256,
    "smile": 78000261,
    "smile_teeth": 78000263,
    "mouth_open": 78000250,
    "yaw": 78000258,
    "pitch": 78000254,
    "roll": 78000268,
    "shoulders_turned": 78000234,
    "too_small": 78000271,
    "too_large": 78000266,
    "off_centre": 78000240,
    "crown_cut": 78000265,
    "selfie": 78000251,
    "stretched": 78000239,
    "few_pixels": 78000263,
    "side_light": 78000253,
    "hard_shadow": 78000250,
    "hot_spot": 78000256,
    "dark": 78000256,
    "bright": 78000236,
    "washed_out": 78000268,
    "colour_cast": 78000254,
    "grey": 78000258,
    "red_eye": 78000263,
    "coloured_background": 78000271,
    "background_texture": 78000242,
    "background_object": 78000258,
    "second_face": 78000258,
    "background_shadow": 78000265,
    "heavy_glasses": 78000234,
    "dark_lenses": 78000258,
    "lens_glare": 78000253,
    "hat": 78000240,
    "covered_mouth": 78000239,
    "hair_over_eye": 78000261,
    "defocus": 78000266,
    "noise": 78000256,
    "jpeg": 78000272,
    "pixelated": 78000257,
    "marks": 78000236,
    "border": 78000251,
}
"""Seed of one portrait for each check that the renderer can make fail."""


class Finished(NamedTuple):
    """One finished portrait.

    ``name``: file name without suffix; ``photo``: its path; ``check``: the check that its defect must fail,
    None for a compliant one; ``parameters``, ``truth``: dictionaries, see :mod:`samples.generate`.
    """

    name: str
    photo: Path
    check: str | None
    parameters: dict[str, Any]
    truth: dict[str, Any]


def finished() -> list[Finished]:
    """Read the portraits that lie beside this file.

    Returns
    -------
    list of Finished
        In order of their names.
    """
    found = []
    for path in sorted(PORTRAITS.glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        photo = path.with_suffix(".jpg")
        found.append(Finished(path.stem, photo, record["check"], record["parameters"], record["truth"]))
    return found


def _render(name: str) -> str:
    from samples.generate import record
    from samples.portrait import render
    from samples.portrait.draw import compliant, defective

    kind, _, which = name.partition("_")
    severity = None
    if kind == "compliant":
        seed, changes = COMPLIANT[which]
        p = compliant(seed, WIDTH, HEIGHT).changed(**changes)
    else:
        severity = 1.0 if which in GROSS else SEVERITY
        p = defective(SPOILED[which], which, severity, WIDTH, HEIGHT)
    p = p.changed(sensor__jpeg_quality=min(p.sensor.jpeg_quality, MOST_QUALITY))
    portrait = render(p)
    (PORTRAITS / f"{name}.jpg").write_bytes(portrait.file)
    known = record(f"{name}.jpg", p, portrait.truth, which if kind == "defect" else "", severity)
    (PORTRAITS / f"{name}.json").write_text(json.dumps(known, separators=(",", ":")) + "\n", encoding="utf-8")
    return name


def _names() -> list[str]:
    return [*(f"compliant_{n}" for n in COMPLIANT), *(f"defect_{n}" for n in SPOILED)]


def _caption(one: Finished, report: Any) -> tuple[str, list[str]]:
    # The verdict on the check that should fail; of a compliant portrait, on all of it, and what is in doubt.
    if one.check is None:
        from icao_check.catalogue import EVIDENCE_CHECKS

        doubts = [
            result.id
            for result in report.checks
            if result.verdict in ("fail", "review", "borderline") and result.id not in EVIDENCE_CHECKS
        ]
        return (report.verdict, [report.verdict, *doubts[:1]])
    result = report[one.check]
    unit = result.unit if result.unit.isascii() or result.unit == "°" else ""  # the font has no other letters
    value = "" if result.value is None else f": {round(result.value, 3):.3g} {unit}".rstrip()
    return (result.verdict, [one.check, f"{result.verdict}{value}"])


def _draw_sheet(columns: int = 8) -> None:
    from PIL import Image, ImageDraw, ImageFont

    from icao_check import Checker

    checker = Checker()
    tile, line, edge = (140, 180), 12, 4
    cell = (tile[0] + 2 * edge, tile[1] + 2 * edge + 3 * line + 4)
    colours = {"pass": "#2e7d32", "borderline": "#b26a00", "review": "#6a4fa3", "fail": "#c62828"}
    portraits = finished()
    rows = -(-len(portraits) // columns)
    sheet = Image.new("RGB", (columns * cell[0], rows * cell[1]), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(10)
    for k, one in enumerate(portraits):
        verdict, words = _caption(one, checker.check(one.photo))
        x, y = (k % columns) * cell[0], (k // columns) * cell[1]
        colour = colours.get(verdict, "#888888")
        draw.rectangle((x + 1, y + 1, x + tile[0] + 2 * edge - 2, y + tile[1] + 2 * edge - 2), fill=colour)
        with Image.open(one.photo) as photo:
            small = photo.convert("RGB")
            small.thumbnail(tile, Image.Resampling.LANCZOS)
        draw.rectangle((x + edge, y + edge, x + edge + tile[0] - 1, y + edge + tile[1] - 1), fill="white")
        sheet.paste(small, (x + edge + (tile[0] - small.width) // 2, y + edge))
        title = one.name.partition("_")[2].replace("_", " ")
        draw.text((x + edge, y + tile[1] + 2 * edge), title, fill="black", font=font)
        for row, text in enumerate(words, 1):
            draw.text((x + edge, y + tile[1] + 2 * edge + row * line), text, fill=colour, font=font)
    sheet.save(SHEET, quality=78, optimize=True)


def main(arguments: list[str] | None = None) -> int:
    """Command line of ``python -m samples.gallery``.

    Parameters
    ----------
    arguments : list of str, optional
        Instead of ``sys.argv``.

    Returns
    -------
    int
        Exit code.
    """
    parser = argparse.ArgumentParser(
        prog="python -m samples.gallery",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these (default: all)")
    parser.add_argument("--sheet", action="store_true", help="only judge them and draw the contact sheet")
    parser.add_argument("--workers", type=int, default=2, help="processes (default 2)")
    options = parser.parse_args(arguments)
    names = _names()
    unknown = [name for name in options.names if name not in names]
    if unknown:
        parser.error(f"no portrait {', '.join(unknown)}; known: {', '.join(names)}")
    PORTRAITS.mkdir(exist_ok=True)
    if not options.sheet:
        with ProcessPoolExecutor(options.workers) as pool:
            for name in pool.map(_render, options.names or names):
                print(name, flush=True)
    _draw_sheet()
    return 0


if __name__ == "__main__":
    sys.exit(main())
