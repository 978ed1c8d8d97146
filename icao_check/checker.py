"""From a photo to its report: the one place where the rooms meet."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, cast

import icao_check
from icao_check.catalogue import CATALOGUE, CHECKS, EVIDENCE_CHECKS, TO_CONFIRM, CheckSpec
from icao_check.dependencies import require_opencv
from icao_check.errors import PhotoError
from icao_check.face import Face, FaceFinder, find_face
from icao_check.measurement import Measurement
from icao_check.measures.case import Case, Measure
from icao_check.photo import MAX_BYTES, MAX_PIXELS, Photo, PhotoSource, read_photo
from icao_check.photo.colour import warm as warm_colour
from icao_check.profile import AGE_GROUPS, WAIVERS, Profile, age_group_of, load_profile
from icao_check.report import Error, FaceResult, Inputs, Pose, Report
from icao_check.scale import Scale, print_scale
from icao_check.verdict import CheckResult, judge, roll_up, skipped
from icao_check.weights import models_digest

__all__ = ["DEFAULT_PROFILE", "Checker", "check", "check_many"]

DEFAULT_PROFILE = "be-residence-card"
"""Profile that is used where none is named."""

Framing = Literal["print", "frame"]


@dataclass(frozen=True, slots=True)
class _Request:
    """A validated call."""

    profile: Profile
    on: date
    taken_on: date | None
    age_group: str | None
    waive: tuple[str, ...]
    require: tuple[str, ...]
    only: frozenset[str] | None
    reference: PhotoSource | None
    id: str | None
    name: str | None
    print_size: tuple[float, float] | None
    dpi: float | None
    framing: Framing

    def inputs(self, scale: Scale | None) -> Inputs:
        return Inputs(
            on=self.on,
            taken_on=self.taken_on,
            age_group=self.age_group,
            waive=self.waive,
            require=self.require,
            framing=self.framing,
            scale=scale,
        )


class Checker:
    """Checks photos; loads its models once.

    Safe to share between threads (each thread gets its own detector) and to make before a fork.

    Parameters
    ----------
    profile : str, Path or Profile
        Rules that apply where a call names none: an id or alias (``"be-residence-card"``, ``"F+"``), or the
        path of your own file.
    max_bytes, max_pixels : int
        Files beyond these are refused before they are decoded.

    Raises
    ------
    ProfileError
        No such profile.
    DependencyError
        ``import cv2`` gives another OpenCV than the one needed.
    """

    def __init__(
        self,
        profile: str | Path | Profile = DEFAULT_PROFILE,
        *,
        max_bytes: int = MAX_BYTES,
        max_pixels: int = MAX_PIXELS,
    ) -> None:
        require_opencv()
        self.profile = load_profile(profile)
        self.max_bytes = max_bytes
        self.max_pixels = max_pixels
        self._finder = FaceFinder()

    def warm(self) -> None:
        """Load the models of this thread and compile the kernels now instead of with the first photo."""
        import numpy as np

        self._finder.load()
        warm_colour()
        noise = np.random.default_rng(0).integers(0, 255, (90, 70, 3), np.uint8)
        self.check(noise)
        for spec in CHECKS:
            if spec.measure is not None:
                _measure(spec.measure)

    def check(self, photo: PhotoSource, **options: Any) -> Report:
        """Judge one photo.

        Parameters
        ----------
        photo : bytes, path, binary file or ndarray of shape (H, W, 3), uint8, RGB
            The photo as it was handed in.
        **options
            The keywords of :func:`icao_check.check`.

        Returns
        -------
        Report
            With a verdict of ``pass``, ``borderline``, ``fail`` or ``review``. It holds the pixels until it
            is dropped, so that :meth:`Report.overlay` can draw on them; they are never serialised.

        Raises
        ------
        PhotoError
            The file cannot be judged; ``code`` says why.
        ProfileError
            No such profile.
        TypeError, ValueError
            A bad call.
        """
        request = self._request(**options)
        report, pixels = self._examine(photo, request)
        report._pixels = pixels
        return report

    def check_many(self, photos: Iterable[PhotoSource], **options: Any) -> Iterator[Report]:
        """Judge photos one after the other, in order and in constant memory.

        Parameters
        ----------
        photos : iterable
            What :meth:`check` takes. It is consumed as the reports are.
        **options
            As for :meth:`check`; they hold for every photo.

        Yields
        ------
        Report
            One per photo. A file that cannot be judged has the verdict ``error``: it does not stop the rest.
        """
        request = self._request(**options)
        for photo in photos:
            try:
                report, _ = self._examine(photo, request)
            except PhotoError as error:
                report = self._error_report(photo, request, error)
            yield report

    def error_report(self, photo: PhotoSource, error: PhotoError, **options: Any) -> Report:
        """Return the report of a file that could not be judged."""
        return self._error_report(photo, self._request(**options), error)

    def _request(
        self,
        *,
        profile: str | Path | Profile | None = None,
        on: date | None = None,
        taken_on: date | None = None,
        age_group: str | None = None,
        born_on: date | None = None,
        waive: Collection[str] = (),
        reference: PhotoSource | None = None,
        id: str | None = None,
        name: str | None = None,
        print_size: tuple[float, float] | None = None,
        dpi: float | None = None,
        framing: str = "print",
        only: Collection[str] | None = None,
        require: Collection[str] = (),
    ) -> _Request:
        on = on if on is not None else date.today()
        if born_on is not None and age_group is None:
            age_group = age_group_of(born_on, on)
        if age_group is not None and age_group not in AGE_GROUPS:
            raise ValueError(f"unknown age group {age_group!r}; known: {', '.join(AGE_GROUPS)}")
        if print_size is not None and not (len(print_size) == 2 and min(print_size) > 0):
            raise ValueError(f"print_size is (width, height) in mm, not {print_size}")
        if dpi is not None and not dpi > 0:
            raise ValueError(f"dpi must be positive, not {dpi}")
        if framing != "print":
            raise ValueError(f"unknown framing {framing!r}; known: print")
        return _Request(
            profile=self.profile if profile is None else load_profile(profile),
            on=on,
            taken_on=taken_on,
            age_group=age_group,
            waive=_known(waive, WAIVERS, "waiver"),
            require=_known(require, EVIDENCE_CHECKS, "check to require"),
            only=None if only is None else frozenset(_known(only, CATALOGUE, "check")),
            reference=reference,
            id=id,
            name=name,
            print_size=print_size,
            dpi=dpi,
            framing="print",
        )

    def _examine(self, source: PhotoSource, request: _Request) -> tuple[Report, Photo]:
        started = time.perf_counter()
        photo = self._read(source, request.name)
        decoded = time.perf_counter()
        face = find_face(photo, self._finder)
        reference = None if request.reference is None else self._read(request.reference)
        profile = request.profile
        print_mm = (profile.print_size.width_mm, profile.print_size.height_mm)
        case = Case(
            photo=photo,
            face=face,
            scale=print_scale(
                photo.width,
                photo.height,
                print_mm,
                print_size=request.print_size,
                dpi=request.dpi,
                dpi_tag=photo.file.dpi,
            ),
            on=request.on,
            taken_on=request.taken_on,
            print_mm=print_mm,
            reference=reference,
            reference_face=None if reference is None else find_face(reference, self._finder),
        )
        found = time.perf_counter()
        results = tuple(_result(spec, case, request) for spec in CHECKS)
        measured = time.perf_counter()
        report = Report(
            photo=_name(source),
            id=request.id,
            sha256=photo.file.sha256,
            profile=profile.id,
            profile_digest=profile.digest,
            engine=icao_check.__version__,
            models_digest=models_digest(),
            inputs=request.inputs(case.scale),
            verdict=roll_up(results, frozenset(request.require), frozenset()),
            to_confirm=tuple(
                TO_CONFIRM[result.id]
                for result in results
                if result.id in TO_CONFIRM and result.verdict == "review"
            ),
            checks=results,
            face=_face_result(face, results),
            timing_ms={
                "decode": _milliseconds(decoded - started),
                "face": _milliseconds(found - decoded),
                "measures": _milliseconds(measured - found),
                "total": _milliseconds(time.perf_counter() - started),
            },
        )
        return report, photo

    def _read(self, source: PhotoSource, name: str | None = None) -> Photo:
        return read_photo(source, max_bytes=self.max_bytes, max_pixels=self.max_pixels, name=name)

    def _error_report(self, photo: PhotoSource, request: _Request, error: PhotoError) -> Report:
        return Report(
            photo=_name(photo),
            id=request.id,
            profile=request.profile.id,
            profile_digest=request.profile.digest,
            engine=icao_check.__version__,
            models_digest=models_digest(),
            inputs=request.inputs(None),
            verdict="error",
            error=Error(code=error.code, facts=error.facts),
        )


def check(
    photo: PhotoSource,
    profile: str | Path | Profile = DEFAULT_PROFILE,
    *,
    on: date | None = None,
    taken_on: date | None = None,
    age_group: str | None = None,
    born_on: date | None = None,
    waive: Collection[str] = (),
    reference: PhotoSource | None = None,
    id: str | None = None,
    name: str | None = None,
    print_size: tuple[float, float] | None = None,
    dpi: float | None = None,
    framing: Framing = "print",
    only: Collection[str] | None = None,
    require: Collection[str] = (),
) -> Report:
    """Judge one photo against the rules of one document.

    Parameters
    ----------
    photo : bytes, path, binary file or ndarray of shape (H, W, 3), uint8, RGB
        The photo as it was handed in.
    profile : str, Path or Profile
        The document: an id or alias (``"be-residence-card"``, ``"F+"``), or the path of your own file.
    on : date, optional
        Day of the application, at which the age of the photo is judged. Today by default.
    taken_on : date, optional
        Capture date, if the applicant or the photographer states it.
    age_group : {"under-1", "under-3", "under-6", "under-12", "adult"}, optional
        Unknown by default: then nothing is waived for children.
    born_on : date, optional
        Gives the age group. It is not kept in the report.
    waive : collection of {"head_covering", "expression", "eyes", "pose", "background"}
        What a recognised reason lifts.
    reference : as `photo`, optional
        An earlier photo of the holder.
    id : str, optional
        Your own identifier of the application; copied into the report.
    name : str, optional
        Name of the uploaded file, where `photo` is no path: phones and messengers put dates in it. It is not
        kept.
    print_size : (width, height), optional
        Size of the print in mm, where `photo` is a scan or a differently shaped picture.
    dpi : float, optional
        Resolution of the scan.
    framing : {"print"}
        The picture is judged as handed in.
    only : collection of str, optional
        Ids of the checks to make; the others are skipped.
    require : collection of str
        Of ``image_age``, ``reuse``, ``likeness``, ``edited``: those whose review counts in the verdict.

    Returns
    -------
    Report
        With a verdict of ``pass``, ``borderline``, ``fail`` or ``review``.

    Raises
    ------
    PhotoError
        The file cannot be judged; ``code`` says why.
    ProfileError
        No such profile.
    TypeError, ValueError
        A bad call.
    """
    return _default_checker().check(
        photo,
        profile=profile,
        on=on,
        taken_on=taken_on,
        age_group=age_group,
        born_on=born_on,
        waive=waive,
        reference=reference,
        id=id,
        name=name,
        print_size=print_size,
        dpi=dpi,
        framing=framing,
        only=only,
        require=require,
    )


def check_many(photos: Iterable[PhotoSource], **options: Any) -> Iterator[Report]:
    """Judge photos one after the other, in order and in constant memory.

    Takes the keywords of :func:`check`. A file that cannot be judged yields a report with the verdict
    ``error``; see :meth:`Checker.check_many`.
    """
    return _default_checker().check_many(photos, **options)


_default: Checker | None = None
_default_lock = threading.Lock()


def _default_checker() -> Checker:
    global _default
    with _default_lock:
        if _default is None:
            _default = Checker()
        return _default


@functools.cache
def _measure(name: str) -> Measure:
    module, function = name.split(":")
    return cast(Measure, getattr(import_module(f"icao_check.measures.{module}"), function))


def _result(spec: CheckSpec, case: Case, request: _Request) -> CheckResult:
    """Make one check. What is skipped depends on the profile and the inputs alone, never on the pixels."""
    profile = request.profile
    waivable_by = profile.waivable_by(spec.id)
    limit = profile.limit_for(spec.id, request.age_group)
    if request.only is not None and spec.id not in request.only:
        return skipped(spec, "not_requested", waivable_by)
    if spec.id in profile.waived_for(request.age_group, request.waive):
        return skipped(spec, "waived", waivable_by)
    if "reference" in spec.needs and case.reference is None:
        return skipped(spec, "no_input", waivable_by)
    if spec.measure is None:
        return skipped(spec, "not_implemented", waivable_by)
    if limit is None:
        return skipped(spec, "no_limit", waivable_by)
    if "face" in spec.needs and case.face is None:
        return judge(spec, Measurement(None, reason="no_face"), limit, waivable_by)
    return judge(spec, _measure(spec.measure)(case), limit, waivable_by)


def _known(names: Collection[str], known: Collection[str], what: str) -> tuple[str, ...]:
    if isinstance(names, str):
        raise TypeError(f"{what}s are given as a collection of names, not as the string {names!r}")
    if unknown := sorted(set(names) - set(known)):
        raise ValueError(f"unknown {what}: {', '.join(unknown)}; known: {', '.join(sorted(known))}")
    return tuple(sorted(set(names)))


def _name(source: object) -> str | None:
    return str(source) if isinstance(source, (str, Path)) else None


def _face_result(face: Face | None, results: tuple[CheckResult, ...]) -> FaceResult | None:
    if face is None:
        return None
    angles = {
        result.id.removeprefix("head_pose_"): result.value
        for result in results
        if result.id.startswith("head_pose_")
    }
    return FaceResult(
        box=cast(Any, tuple(round(side, 1) for side in face.detections[0].box)),
        pupils=(_point(face.pupils[0]), _point(face.pupils[1])),
        chin=_point(face.chin),
        crown=_point(face.crown),
        pose=Pose(**angles),
    )


def _point(point: Any) -> tuple[float, float]:
    return round(float(point[0]), 1), round(float(point[1]), 1)


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000.0, 3)
