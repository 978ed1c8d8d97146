"""The report: immutable, serialisable, in codes and numbers. Words are added only at output."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, PrivateAttr

from icao_check.framing import Crop
from icao_check.measurement import Fact
from icao_check.scale import Scale
from icao_check.verdict import CheckResult, PhotoVerdict, Record, Verdict, roll_up

if TYPE_CHECKING:
    from PIL.Image import Image

    from icao_check.face import Face
    from icao_check.photo import Photo

__all__ = [
    "SCHEMA",
    "Error",
    "FaceResult",
    "Inputs",
    "Overruled",
    "Pose",
    "Report",
]

SCHEMA = 1
"""Version of the keys below. New keys may come in a minor release; a renamed one raises this number."""

Point = tuple[float, float]


class Pose(Record):
    """Head pose in degrees; None where it is not measured.

    Yaw > 0 turns the nose to the right of the picture, pitch > 0 raises the chin, roll > 0 turns the head
    clockwise as displayed.
    """

    yaw: float | None = None
    pitch: float | None = None
    roll: float | None = None


class FaceResult(Record):
    """Where the face is, in pixels of the upright full-resolution photo, x right, y down.

    `box` is (x, y, width, height); pupils are ordered as displayed, left of the picture first; the crown is
    that of the skull, ignoring hair.
    """

    box: tuple[float, float, float, float]
    pupils: tuple[Point, Point]
    chin: Point
    crown: Point
    pose: Pose


class Error(Record):
    """Why a file cannot be judged."""

    code: str
    facts: dict[str, Fact] = Field(default_factory=dict)


class Overruled(Record):
    """A person has decided otherwise."""

    check: str
    verdict: Verdict
    reason: str


class Inputs(Record):
    """What the caller declared, and the print scale that follows."""

    on: date
    taken_on: date | None = None
    age_group: str | None = None
    waive: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    framing: Literal["print", "frame"] = "print"
    scale: Scale | None = None


class Report(Record):
    """What is known about one photo under one profile.

    ``report["head_height"]`` gives the :class:`CheckResult` of a check; iteration gives all of them.
    """

    schema_version: int = Field(default=SCHEMA, alias="schema")
    photo: str | None = None
    id: str | None = None
    sha256: str | None = None
    profile: str
    profile_digest: str
    engine: str
    models_digest: str
    inputs: Inputs
    verdict: PhotoVerdict | Literal["error"]
    error: Error | None = None
    to_confirm: tuple[str, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    face: FaceResult | None = None
    values: dict[str, float] = Field(default_factory=dict)
    overruled: tuple[Overruled, ...] = ()
    crop: Crop | None = None
    timing_ms: dict[str, float] = Field(default_factory=dict)

    _pixels: Photo | None = PrivateAttr(default=None)
    _found: Face | None = PrivateAttr(default=None)

    def __getitem__(self, check: str) -> CheckResult:
        """Return the result of one check.

        Raises
        ------
        KeyError
            No such check.
        """
        for result in self.checks:
            if result.id == check:
                return result
        raise KeyError(check)

    def __iter__(self) -> Iterator[CheckResult]:  # type: ignore[override]
        return iter(self.checks)

    def __eq__(self, other: object) -> bool:
        # What is reported counts, not whether the pixels are still at hand.
        return isinstance(other, Report) and self.model_dump() == other.model_dump()

    __hash__ = None  # type: ignore[assignment]

    def __getstate__(self) -> dict[Any, Any]:
        # Pixels, and what was found on them, stay in the process that read them.
        state = super().__getstate__()
        state["__pydantic_private__"] = {"_pixels": None, "_found": None}
        return state

    def overrule(self, check: str, reason: str) -> Report:
        """Return a report in which a person has decided otherwise about one check.

        Parameters
        ----------
        check : str
            Id of a check that did not pass.
        reason : str
            Why; shown in the report. Do not write about religion or health.

        Raises
        ------
        KeyError
            No such check.
        ValueError
            There is nothing to overrule, or no reason is given.
        """
        result = self[check]
        if result.verdict not in ("fail", "review", "borderline"):
            raise ValueError(f"{check} is {result.verdict}: there is nothing to overrule")
        if not reason.strip():
            raise ValueError("an overruled check needs a reason")
        decision = Overruled(check=check, verdict=result.verdict, reason=reason.strip())
        decisions = (*(old for old in self.overruled if old.check != check), decision)
        verdict = roll_up(
            self.checks, frozenset(self.inputs.require), frozenset(old.check for old in decisions)
        )
        return self.model_copy(update={"overruled": decisions, "verdict": verdict})

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the report as plain data, with messages in `lang`."""
        from icao_check.messages import check_text, crop_text, error_text

        content = self.model_dump(mode="json", by_alias=True)
        for entry, result in zip(content["checks"], self.checks, strict=True):
            entry["message"], entry["remedy"] = check_text(result, lang)
        if self.crop is not None:
            content["crop"]["message"] = " ".join(crop_text(self.crop, lang))
        if self.error is not None:
            message, remedy = error_text(self.error.code, self.error.facts, lang)
            content["error"] |= {"message": message, "remedy": remedy}
        return content

    def to_json(self, lang: str = "en") -> str:
        """Return the report as one line of JSON, with messages in `lang`."""
        return json.dumps(self.to_dict(lang), ensure_ascii=False, allow_nan=False)

    def to_ofiq(self) -> str:
        """Return the report as a row of OFIQ's CSV file, below :func:`icao_check.ofiq.header`.

        It describes the picture as handed in. OFIQ's measures are computed now, from the pixels that a report
        made by :func:`icao_check.check` still holds.

        Returns
        -------
        str
            One line, without its end. A file that could not be judged has the row of a picture in which
            nothing could be assessed.

        Raises
        ------
        ValueError
            The report holds no photo: it was stored, sent to another process or made by
            :func:`icao_check.check_many`.
        """
        from icao_check.ofiq import native_values, row

        if self._pixels is None and self.error is None:
            raise ValueError("this report holds no photo: check it again")
        natives = {} if self._pixels is None else native_values(self._pixels, self._found)
        return row(self.photo or "", natives, self.timing_ms.get("total", 0.0))

    @classmethod
    def from_json(cls, text: str | bytes) -> Report:
        """Read a report that :meth:`to_json` wrote, in any language.

        Raises
        ------
        pydantic.ValidationError
            The text is no such report.
        """
        return cls.model_validate_json(text)

    def overlay(self, photo: Photo | None = None, lang: str = "en") -> Image:
        """Draw the measurements on the photo.

        Parameters
        ----------
        photo : Photo, optional
            The photo that was judged. A report made by :func:`icao_check.check` still holds it; one that was
            stored, sent to another process or made by :func:`icao_check.check_many` does not.
        lang : str
            Language of the words.

        Returns
        -------
        PIL.Image.Image
            RGB picture.

        Raises
        ------
        ValueError
            The report holds no photo and none is given, or it belongs to another one.
        """
        from icao_check.render.overlay import draw_overlay

        pixels = photo if photo is not None else self._pixels
        if pixels is None:
            raise ValueError("this report holds no photo: pass the photo that was judged")
        if pixels.file.sha256 != self.sha256:
            raise ValueError("this report belongs to another photo")
        return draw_overlay(pixels, self, lang)
