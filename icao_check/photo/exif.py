"""EXIF tags that say how the samples are to be read: orientation, colour space, resolution, device."""

from __future__ import annotations

from dataclasses import dataclass, field

from icao_check.directories import Directory, Layout

__all__ = ["ORIENTATION", "Exif"]

ORIENTATION = 0x0112
"""Tag 274: how the stored picture is to be turned."""

_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 0x011A, 0x011B, 0x0128
_EXIF_DIRECTORY, _INTEROPERABILITY_DIRECTORY = 0x8769, 0xA005
_COLOUR_SPACE, _UNCALIBRATED = 0xA001, 0xFFFF
_INTEROPERABILITY_INDEX = 0x0001
# Exposure time, F number, focal length: what a shutter and a lens say, and a scanner does not.
_CAPTURE = (0x829A, 0x829D, 0x920A)


@dataclass(frozen=True, slots=True)
class Exif:
    """The tags of one picture (CIPA DC-008).

    Attributes
    ----------
    tags : dict
        Primary and EXIF directory, by tag number: text, number, tuple of numbers, or bytes.
    interoperability : str or None
        ``"R98"`` for sRGB, ``"R03"`` for Adobe RGB (DCF 2.0), where it is stated.
    """

    tags: dict[int, object] = field(default_factory=dict)
    interoperability: str | None = None

    @classmethod
    def read(cls, block: bytes) -> Exif | None:
        """Read an EXIF block, with or without its ``Exif`` preamble; None where it is none."""
        block = block.removeprefix(b"Exif\0\0")
        layout = Layout.of(block)
        return None if layout is None else cls.of(Directory(block, layout, layout.first))

    @classmethod
    def of(cls, primary: Directory) -> Exif:
        """Collect the tags of a primary directory and those it points to."""
        own = primary.child(_EXIF_DIRECTORY)
        interoperability = None if own is None else own.child(_INTEROPERABILITY_DIRECTORY)
        index = None if interoperability is None else interoperability.value(_INTEROPERABILITY_INDEX)
        return cls(
            tags=_values(primary) | ({} if own is None else _values(own)),
            interoperability=index if isinstance(index, str) else None,
        )

    @property
    def adobe_rgb(self) -> bool:
        """The camera was set to Adobe RGB (DCF 2.0: uncalibrated, interoperability index R03)."""
        return self.interoperability == "R03" and self.tags.get(_COLOUR_SPACE) == _UNCALIBRATED

    @property
    def captured(self) -> bool:
        """A shutter or a lens has left its settings: the picture comes from a camera, not from a scanner."""
        return any(isinstance(self.tags.get(tag), (int, float)) for tag in _CAPTURE)

    @property
    def dpi(self) -> tuple[float, float] | None:
        """Horizontal and vertical resolution in dots per inch; None where it is not stated or has no unit."""
        x, y = self.tags.get(_X_RESOLUTION), self.tags.get(_Y_RESOLUTION)
        # CIPA DC-008: inches where no unit is stated; 1 means that there is none.
        factor = {2: 1.0, 3: 2.54}.get(self.tags.get(_RESOLUTION_UNIT, 2))  # type: ignore[call-overload]
        if factor is None or not isinstance(x, (int, float)) or not isinstance(y, (int, float)):
            return None
        return x * factor, y * factor


def _values(directory: Directory) -> dict[int, object]:
    found = {tag: directory.value(tag) for tag in directory}
    return {tag: value for tag, value in found.items() if value is not None}
