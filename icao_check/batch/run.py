"""One batch from the first photo to the last result."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any, Literal

import icao_check
from icao_check.batch.pool import Outcome, PhotoPool, Settings, Work, default_workers
from icao_check.batch.results import DiskFullError, JsonLines, unchanged
from icao_check.batch.sources import Job, Key, find_jobs
from icao_check.checker import DEFAULT_PROFILE, Checker
from icao_check.messages import own_catalogues
from icao_check.profile import Profile
from icao_check.weights import models_digest

__all__ = ["DEFAULT_MEMORY_MB", "DEFAULT_TIMEOUT", "BatchSummary", "run_batch"]

DEFAULT_TIMEOUT = 30.0
"""Seconds for one photo."""
DEFAULT_MEMORY_MB = 1500
"""Resident memory of one worker: five times what it needs at rest."""


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """How a batch went.

    Attributes
    ----------
    status : str
        ``complete``, ``interrupted`` or ``disk_full``.
    total : int
        Photos that were meant.
    resumed : int
        Of these, photos whose result an earlier run had written.
    verdicts : dict of verdict to int
        Of the photos that this run checked.
    left_out : int
        Files in folders that are no photos by their name.
    seconds : float
        From start to end.
    """

    status: Literal["complete", "interrupted", "disk_full"]
    total: int
    resumed: int
    verdicts: Mapping[str, int] = field(default_factory=dict)
    left_out: int = 0
    seconds: float = 0.0

    @property
    def checked(self) -> int:
        """Photos that this run checked."""
        return sum(self.verdicts.values())


Listener = Callable[[int, Job, Outcome], None]
"""Is told of each result: the place of the photo among all, from 1, the job and the outcome."""


def run_batch(
    sources: Sequence[str | Path],
    out: str | Path,
    *,
    profile: str | Path | Profile = DEFAULT_PROFILE,
    lang: str = "en",
    workers: int | None = None,
    timeout: float = DEFAULT_TIMEOUT,
    memory_mb: int = DEFAULT_MEMORY_MB,
    fresh: bool = False,
    on_start: Callable[[int, int], None] | None = None,
    on_result: Listener | None = None,
    work: Work | None = None,
    prepare: Callable[[Settings], None] | None = None,
    **options: Any,
) -> BatchSummary:
    """Check many photos and write a report of each.

    Parameters
    ----------
    sources : sequence of str or Path
        Folders, lists and photos; see :func:`icao_check.batch.find_jobs`.
    out : path
        ``.jsonl``: one report per line, in the order of the photos. Where it exists, photos that have not
        changed since are not checked again.
    profile, lang
        As for :func:`icao_check.check` and :meth:`icao_check.Report.to_json`.
    workers : int, optional
        Processes; as many as there are processors by default.
    timeout : float
        Seconds for one photo.
    memory_mb : int
        Resident memory of one process in MB.
    fresh : bool
        Begin anew instead of going on.
    on_start : callable, optional
        Is told how many photos there are, and how many of them have a result already.
    on_result : callable, optional
        Is told of each result. It gets ids and paths: do not log the paths.
    work, prepare : callable, optional
        What a worker does with a photo and before the first one; see :class:`icao_check.batch.PhotoPool`.
    **options
        Keywords of :func:`icao_check.check` that hold for every photo; a list may set some of its own.

    Returns
    -------
    BatchSummary
        Also where the batch was interrupted (Ctrl-C, SIGTERM) or the disk ran full: the file then holds
        every result so far, and the same call goes on from there.

    Raises
    ------
    FileNotFoundError, ValueError, TypeError, ProfileError
        A bad call; nothing was checked.
    OSError
        The results cannot be written.
    """
    started = time.perf_counter()
    if Path(out).suffix.lower() != ".jsonl":
        raise ValueError(f"results are written as .jsonl, not {Path(out).suffix or 'without an ending'!r}")
    count = default_workers() if workers is None else workers
    if count < 1 or not timeout > 0 or memory_mb < 1:
        raise ValueError("workers, timeout and memory_mb must be positive")
    checker = Checker(profile)
    jobs, left_out = find_jobs(sources, sys.stdin.buffer if "-" in map(str, sources) else None)
    undated = "on" not in options or options["on"] is None
    options = {"on": date.today()} | {name: value for name, value in options.items() if value is not None}
    _current(checker, options, undated)  # also where there is no photo, a bad call is one
    wanted = [
        _current(checker, {**options, **job.options}, undated and "on" not in job.options) for job in jobs
    ]
    results = JsonLines(out, fresh=fresh)
    settings = Settings(checker.profile, lang, options, own_catalogues())
    verdicts: Counter[str] = Counter()
    status: Literal["complete", "interrupted", "disk_full"] = "complete"
    done: set[Key] = set()
    try:
        done = {
            job.key
            for job, current in zip(jobs, wanted, strict=True)
            if unchanged(job, results.earlier.get(job.key), current)
        }
        named = {job.key for job in jobs}
        results.keep({key for key in results.earlier if key in done or key not in named})
        if on_start is not None:
            on_start(len(jobs), len(done))
        left = [job for job in jobs if job.key not in done]
        places = {job.key: place for place, job in enumerate(jobs, 1)}
        pool = PhotoPool(
            settings,
            workers=min(count, len(left) or 1),
            timeout=timeout,
            memory_mb=memory_mb,
            work=work,
            prepare=prepare,
        )
        with pool, _interruptible(pool.stop):
            for job, outcome in pool.outcomes(left):
                results.add(outcome.line)
                verdicts[outcome.verdict] += 1
                if on_result is not None:
                    on_result(places[job.key], job, outcome)
        if pool.stop.is_set():
            status = "interrupted"
        results.close()
    except DiskFullError:
        status = "disk_full"
    finally:
        try:
            results.close()
        except DiskFullError:
            status = "disk_full"
    return BatchSummary(
        status, len(jobs), len(done), dict(verdicts), left_out, round(time.perf_counter() - started, 3)
    )


def _current(checker: Checker, options: Mapping[str, Any], undated: bool) -> dict[str, Any]:
    """Return what the report of a photo will say about how it was made; a bad call is found out here."""
    # A batch that goes on tomorrow is the same batch, unless it is told a day.
    apart = {"scale", "on"} if undated else {"scale"}
    inputs = checker.inputs(**options).model_dump(mode="json", exclude=apart)
    return {
        "profile_digest": checker.profile.digest,
        "engine": icao_check.__version__,
        "models_digest": models_digest(),
        "inputs": inputs,
    }


@contextmanager
def _interruptible(stop: threading.Event) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the batch between two results instead of within one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.is_set():  # asked twice: at once, then
            signal.default_int_handler(number, frame)
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
