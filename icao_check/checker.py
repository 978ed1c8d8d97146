"""From a photo to its report: the one place where the rooms meet."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np

import icao_check
from icao_check.catalogue import CATALOGUE, CHECKS, EVIDENCE_CHECKS, TO_CONFIRM, CheckSpec
from icao_check.cropping import CropProposal, cut
from icao_check.dependencies import require_opencv
from icao_check.errors import PhotoError
from icao_check.face import Detection, Face, FaceFinder, Posture, describe_face, find_face
from icao_check.framing import FRAMING_CHECKS, Crop, FramingRules, HeadPlace, Level, Requirement, slack, solve
from icao_check.measurement import Measurement, significant
from icao_check.measures.case import Case, Measure
from icao_check.naming import unknown_name
from icao_check.photo import MAX_BYTES, MAX_PIXELS, Photo, PhotoSource, read_bytes, read_photo
from icao_check.photo.colour import warm as warm_colour
from icao_check.profile import AGE_GROUPS, WAIVERS, Profile, age_group_of, load_profile
from icao_check.report import Error, FaceResult, Inputs, Pose, Report
from icao_check.scale import Scale, print_scale
from icao_check.verdict import SEVERITY, CheckResult, PhotoVerdict, judge, roll_up, skipped, worst
from icao_check.weights import models_digest

__all__ = ["DEFAULT_PROFILE", "FRAMINGS", "Checker", "check", "check_many", "crop"]

DEFAULT_PROFILE = "be-residence-card"
"""Profile that is used where none is named."""

Framing = Literal["print", "frame"]
FRAMINGS: tuple[Framing, ...] = ("print", "frame")
"""Whether the picture is judged as handed in, or the best crop of it."""

# A face reads a little differently in a crop than in the frame; more rounds than these change nothing.
_ROUNDS = 3
# glibc learns from blocks of up to 32 MiB.
_LARGEST_KEPT = 31 << 20


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
    waived: frozenset[str]

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


@dataclass(frozen=True, slots=True)
class _Earlier:
    """An earlier photo of the holder."""

    photo: Photo | None = None
    face: Face | None = None


@dataclass(frozen=True, slots=True)
class _View:
    """A picture, or a part of it that starts at `offset`, and what was found on it."""

    case: Case
    results: tuple[CheckResult, ...]
    verdict: PhotoVerdict
    offset: tuple[int, int]
    seconds: float

    def framing(self) -> PhotoVerdict | None:
        """Return the worst verdict of the checks that a crop can change; None where none was made."""
        made = [
            result.verdict
            for result in self.results
            if result.id in FRAMING_CHECKS and result.verdict != "skipped"
        ]
        return worst(made) if made else None


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
        _keep_freed_memory()
        self.profile = load_profile(profile)
        self.max_bytes = max_bytes
        self.max_pixels = max_pixels
        self._finder = FaceFinder()

    def warm(self) -> None:
        """Load the models of this thread and compile the kernels now instead of with the first photo.

        Takes milliseconds where the compiled kernels are cached, else many seconds.
        """
        self._finder.load()
        warm_colour()
        noise = np.random.default_rng(0).integers(0, 255, (360, 280, 3), np.uint8)
        photo = read_photo(noise)
        self.check(noise)
        # Noise shows no face: the landmarks of one are put where it would be, so that every measure runs.
        face = describe_face(
            photo, self._finder, (Detection(Posture(np.array([140.0, 150.0]), 50.0, 0.0), 1.0),)
        )
        size = self.profile.print_size
        case = Case(
            photo=photo,
            face=face,
            scale=print_scale(photo.width, photo.height, (size.width_mm, size.height_mm)),
            on=date.today(),
            reference=photo,
            reference_face=face,
        )
        for spec in CHECKS:
            if spec.measure is not None:
                _measure(spec.measure)(case)

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
        report, view = self._examine(photo, request)
        report._pixels, report._found = view.case.photo, view.case.face
        return report

    def check_many(self, photos: Iterable[PhotoSource], **options: Any) -> Iterator[Report]:
        """Judge photos one after the other, in order and in constant memory.

        Parameters
        ----------
        photos : iterable
            What :meth:`check` takes. It is consumed as the reports are.
        **options
            As for :meth:`check`; they hold for every photo.

        Returns
        -------
        iterator of Report
            One per photo. A file that cannot be judged has the verdict ``error``: it does not stop the rest.

        Raises
        ------
        ProfileError, TypeError, ValueError
            A bad call; at once, not with the first photo.
        """
        request = self._request(**options)

        def reports() -> Iterator[Report]:
            for photo in photos:
                try:
                    report, _ = self._examine(photo, request)
                except PhotoError as error:
                    report = self._error_report(photo, request, error)
                yield report

        return reports()

    def inputs(self, **options: Any) -> Inputs:
        """Return what a report says about how it was asked for, but for the scale.

        Raises
        ------
        ProfileError, TypeError, ValueError
            A bad call.
        """
        return self._request(**options).inputs(None)

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
            raise ValueError(unknown_name(age_group, AGE_GROUPS, "age group"))
        if print_size is not None and not (len(print_size) == 2 and min(print_size) > 0):
            raise ValueError(f"print_size is (width, height) in mm, not {print_size}")
        if dpi is not None and not dpi > 0:
            raise ValueError(f"dpi must be positive, not {dpi}")
        if framing not in FRAMINGS:
            raise ValueError(unknown_name(str(framing), FRAMINGS, "framing"))
        rules = self.profile if profile is None else load_profile(profile)
        waive = _known(waive, WAIVERS, "waiver")
        return _Request(
            profile=rules,
            on=on,
            taken_on=taken_on,
            age_group=age_group,
            waive=waive,
            require=_known(require, EVIDENCE_CHECKS, "check to require"),
            only=None if only is None else frozenset(_known(only, CATALOGUE, "check")),
            reference=reference,
            id=id,
            name=name,
            print_size=print_size,
            dpi=dpi,
            framing=framing,
            waived=rules.waived_for(age_group, waive),
        )

    def _examine(self, source: PhotoSource, request: _Request) -> tuple[Report, _View]:
        """Return the report, and the picture as handed in with what was found on it."""
        started = time.perf_counter()
        photo = self._read(source, request.name)
        decoded = time.perf_counter()
        earlier = self._earlier(request)
        view = self._view(photo, find_face(photo, self._finder), request, earlier)
        measured = time.perf_counter()
        crop, cropped = self._suggest(view, request, earlier)
        timing = {"decode": decoded - started, "measures": view.seconds}
        timing["face"] = measured - decoded - view.seconds
        timing["crop"] = time.perf_counter() - measured
        timing["total"] = time.perf_counter() - started
        judged = cropped if cropped is not None and request.framing == "frame" else view
        return self._report(judged, request, crop, _name(source), timing), view

    def _view(
        self,
        photo: Photo,
        face: Face | None,
        request: _Request,
        earlier: _Earlier,
        offset: tuple[int, int] | None = None,
    ) -> _View:
        """Make the checks on a picture; a part of a larger one (`offset`) is the print by itself."""
        started = time.perf_counter()
        whole = offset is None
        print_mm = (request.profile.print_size.width_mm, request.profile.print_size.height_mm)
        case = Case(
            photo=photo,
            face=face,
            scale=print_scale(
                photo.width,
                photo.height,
                print_mm,
                print_size=request.print_size if whole else None,
                dpi=request.dpi if whole else None,
                dpi_tag=photo.file.dpi,
            ),
            on=request.on,
            taken_on=request.taken_on,
            print_mm=print_mm,
            reference=earlier.photo,
            reference_face=earlier.face,
        )
        results = tuple(_result(spec, case, request) for spec in CHECKS)
        verdict = roll_up(results, frozenset(request.require), frozenset())
        return _View(case, results, verdict, offset or (0, 0), time.perf_counter() - started)

    def _earlier(self, request: _Request) -> _Earlier:
        if request.reference is None:
            return _Earlier()
        photo = self._read(request.reference)
        return _Earlier(photo, find_face(photo, self._finder))

    def _suggest(self, view: _View, request: _Request, earlier: _Earlier) -> tuple[Crop | None, _View | None]:
        """Return the best crop for the profile and, where it is not the whole picture, what it looks like."""
        framing = view.framing()
        if view.case.face is None:
            return Crop(reason="no_face"), None
        if framing is None:
            return None, None
        photo = view.case.photo
        if framing == "pass":
            place = HeadPlace.of(view.case.face, (photo.width, photo.height))
            whole = (0, 0, photo.width, photo.height)
            room = slack(place, [_rules(request)], whole)
            return Crop(box=whole, slack_mm=room, framing="pass", verdict=view.verdict, whole=True), None
        conflict: tuple[Requirement, ...] = ()
        for level in ("pass", "tolerated"):
            crop, views = self._search(photo, view.case.face, [request], earlier, level)
            if crop.box is not None:
                uncut = crop.box == (0, 0, photo.width, photo.height)
                return crop.model_copy(update={"conflict": conflict, "whole": uncut}), views[0]
            conflict = crop.conflict
        return crop, None

    def _search(
        self,
        photo: Photo,
        face: Face,
        requests: Sequence[_Request],
        earlier: _Earlier,
        level: Level,
    ) -> tuple[Crop, list[_View]]:
        """Solve for the best crop and look at it; where the face reads differently there, solve again."""
        rules = [_rules(request) for request in requests]
        picture = (photo.width, photo.height)
        place = HeadPlace.of(face, picture)
        best: tuple[int, Crop, list[_View]] | None = None
        for _ in range(_ROUNDS):
            solution = solve(place, rules, level)
            if solution.box is None:
                break
            corner = solution.box[:2]
            part = cut(photo, solution.box)
            found = find_face(part, self._finder)
            views = [self._view(part, found, request, earlier, corner) for request in requests]
            seen = None if found is None else HeadPlace.of(found, picture, corner)
            framing = worst([view.framing() or "pass" for view in views])
            crop = Crop(
                box=solution.box,
                slack_mm=slack(seen or place, rules, solution.box, level),
                framing=framing,
                verdict=worst([view.verdict for view in views]),
            )
            rank = SEVERITY.index(framing)
            if best is None or rank < best[0]:
                best = (rank, crop, views)
            if seen is None or rank <= SEVERITY.index("pass" if level == "pass" else "borderline"):
                break
            place = seen
        if best is None or (level == "pass" and best[1].framing == "fail"):
            return Crop(reason="conflict", conflict=solution.conflict), []
        return best[1], best[2]

    def crop(
        self,
        photo: PhotoSource,
        profile: str | Path | Profile | Sequence[str | Path | Profile] | None = None,
        *,
        tolerated: bool = False,
        **options: Any,
    ) -> CropProposal:
        """Find the crop of a photo that satisfies the framing rules of one document, or of several at once.

        Parameters
        ----------
        photo : as for :meth:`check`
            The frame.
        profile : str, Path or Profile, or a sequence of them
            The documents; that of the checker by default.
        tolerated : bool
            Also be content with a crop in which something is only tolerated.
        **options
            The keywords of :func:`icao_check.check`; `framing`, `print_size` and `dpi` mean nothing here.

        Returns
        -------
        CropProposal
            The crop with its report for each document, or the proof that none exists.

        Raises
        ------
        PhotoError
            The file cannot be read.
        ProfileError, TypeError, ValueError
            A bad call.
        """
        several = isinstance(profile, Sequence) and not isinstance(profile, str)
        names = cast(Sequence[Any], profile) if several else [profile]
        if not names:
            raise ValueError("no profile is named")
        requests = [self._request(**options | {"profile": name, "framing": "frame"}) for name in names]
        data = read_bytes(photo, self.max_bytes) if not isinstance(photo, np.ndarray) else None
        whole = self._read(photo if data is None else data)
        face = find_face(whole, self._finder)
        height_mm = requests[0].profile.print_size.height_mm
        if face is None:
            return CropProposal(Crop(reason="no_face"), {}, whole, data, height_mm)
        earlier = self._earlier(requests[0])
        crop, views = self._search(whole, face, requests, earlier, "pass")
        if crop.box is None and tolerated:
            why = crop.conflict
            crop, views = self._search(whole, face, requests, earlier, "tolerated")
            crop = crop if crop.box is None else crop.model_copy(update={"conflict": why})
        reports = {
            request.profile.id: self._report(
                view, request, crop.model_copy(update={"verdict": view.verdict}), _name(photo), {}
            )
            for request, view in zip(requests, views, strict=False)
        }
        return CropProposal(crop, reports, whole, data, height_mm)

    def _report(
        self, view: _View, request: _Request, crop: Crop | None, name: str | None, timing: dict[str, float]
    ) -> Report:
        case, results = view.case, view.results
        return Report(
            photo=name,
            id=request.id,
            sha256=case.photo.file.sha256,
            profile=request.profile.id,
            profile_digest=request.profile.digest,
            engine=icao_check.__version__,
            models_digest=models_digest(),
            inputs=request.inputs(case.scale),
            verdict=view.verdict,
            to_confirm=tuple(
                TO_CONFIRM[result.id]
                for result in results
                if result.id in TO_CONFIRM and result.verdict == "review"
            ),
            checks=results,
            face=_face_result(case.face, results, view.offset),
            values=_values(case),
            crop=crop,
            timing_ms={stage: _milliseconds(seconds) for stage, seconds in timing.items()},
        )

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
    framing : {"print", "frame"}
        Judge the picture as handed in, or the best crop of it (``report.crop``); without one, the picture.
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


def crop(
    photo: PhotoSource,
    profile: str | Path | Profile | Sequence[str | Path | Profile] = DEFAULT_PROFILE,
    *,
    tolerated: bool = False,
    **options: Any,
) -> CropProposal:
    """Find the crop of a photo that satisfies the framing rules of one document, or of several at once.

    Nothing but the frame changes: a tilted head stays tilted, and no pixel is edited. See
    :meth:`Checker.crop`.

    Examples
    --------
    >>> proposal = crop("studio.jpg", profile=["be-residence-card", "de-passport"])  # doctest: +SKIP
    >>> proposal.box  # doctest: +SKIP
    (412, 188, 827, 1063)
    >>> proposal.save("print.png")  # doctest: +SKIP
    """
    return _default_checker().crop(photo, profile, tolerated=tolerated, **options)


def _keep_freed_memory() -> None:
    """Let the C library keep what a photo used for the next one, instead of handing it back page by page.

    glibc maps a large block anew, and unmaps it, until it has once seen one of that size freed; to fault in
    the pages of an 827 × 1063 photo again takes nearly as long as to decode it. This block is never written,
    and thus takes no memory; freeing it is what any photo of 10 megapixels would do.
    """
    np.empty(_LARGEST_KEPT, np.uint8)


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
    if spec.id in request.waived:
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
        raise ValueError("; ".join(unknown_name(str(name), known, what) for name in unknown))
    return tuple(sorted(set(names)))


def _name(source: object) -> str | None:
    return str(source) if isinstance(source, (str, Path)) else None


def _rules(request: _Request) -> FramingRules:
    return FramingRules.of(request.profile, request.age_group, request.waive)


def _face_result(
    face: Face | None, results: tuple[CheckResult, ...], offset: tuple[int, int]
) -> FaceResult | None:
    if face is None:
        return None
    angles = {
        result.id.removeprefix("head_pose_"): result.value
        for result in results
        if result.id.startswith("head_pose_")
    }
    x, y, width, height = face.detections[0].box
    return FaceResult(
        box=(round(x + offset[0], 1), round(y + offset[1], 1), round(width, 1), round(height, 1)),
        pupils=(_point(face.pupils[0], offset), _point(face.pupils[1], offset)),
        chin=_point(face.chin, offset),
        crown=_point(face.crown, offset),
        pose=Pose(**angles),
    )


def _values(case: Case) -> dict[str, float]:
    """Return the quantities that are reported without a verdict."""
    if case.face is None:
        return {}
    from icao_check.measures.exposure import luminance_mean, luminance_variance

    return {
        "luminance_mean": significant(luminance_mean(case)),
        "luminance_variance": significant(luminance_variance(case)),
    }


def _point(point: Any, offset: tuple[int, int]) -> tuple[float, float]:
    return round(float(point[0]) + offset[0], 1), round(float(point[1]) + offset[1], 1)


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000.0, 3)
