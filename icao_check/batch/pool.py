"""Processes that check photos, and what happens when one of them does not come back."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any

from icao_check.batch.sources import Job
from icao_check.errors import CrashedError, MemoryLimitError, PhotoError, TimeLimitError
from icao_check.profile import Profile

if TYPE_CHECKING:
    from pebble import ProcessPool

    from icao_check.checker import Checker

__all__ = ["Outcome", "PhotoPool", "Settings", "Work", "check_photo", "default_workers", "load_checker"]

# Jobs handed out ahead of the one whose result is due, per worker: none waits for another's photo.
_AHEAD = 4
_MEMORY_EXIT = 77
_WATCH_SECONDS = 0.05
_POLL_SECONDS = 0.1
# A pool that ends this often without a single result will not come up: models are missing, say.
_MOST_FAILURES = 2
_BYTES_PER_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """What every worker needs to know.

    Attributes
    ----------
    profile : Profile
        The rules.
    lang : str
        Language of the messages.
    options : mapping
        Keywords of :func:`icao_check.check` for every photo.
    messages : tuple of str
        Directories of the caller's own catalogues.
    """

    profile: Profile
    lang: str = "en"
    options: Mapping[str, Any] = field(default_factory=dict)
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known about one job.

    Attributes
    ----------
    verdict : str
        Of the photo, or ``error``.
    line : str
        The report as one line of JSON.
    error : str or None
        Code of the error.
    """

    verdict: str
    line: str
    error: str | None = None


Work = Callable[[Job], Outcome]
"""What a worker does with a job; a function of a module, so that a spawned process finds it."""


def default_workers() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


class PhotoPool:
    """Worker processes that survive what they read.

    Each photo has a time limit and each process a limit on its resident memory; what breaks either, or ends
    the process, becomes the outcome ``error`` of that photo alone, and a fresh process takes over. Processes
    are spawned, never forked, so that they behave alike on every system.

    Parameters
    ----------
    settings : Settings
        For every photo.
    workers : int
        Number of processes.
    timeout : float
        Seconds for one photo.
    memory_mb : int
        Resident memory of one process, in MB.
    work : Work
        What to do with a job, instead of checking it.
    prepare : callable
        What a process does before its first job, instead of loading the checker.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        workers: int,
        timeout: float,
        memory_mb: int,
        work: Work | None = None,
        prepare: Callable[[Settings], None] | None = None,
    ) -> None:
        self.settings, self.workers, self.timeout, self.memory_mb = settings, workers, timeout, memory_mb
        self.stop = threading.Event()
        """Set it to stop handing out photos; what is under way is dropped."""
        self._work = work if work is not None else check_photo
        self._prepare = prepare if prepare is not None else load_checker
        self._pool: ProcessPool | None = None

    def __enter__(self) -> PhotoPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def outcomes(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Outcome]]:
        """Check photos and yield what came of them, in the order of the jobs.

        Parameters
        ----------
        jobs : iterable of Job
            Taken a few ahead of what is yielded.

        Yields
        ------
        tuple of Job, Outcome
            One per job, until all are done or :attr:`stop` is set.

        Raises
        ------
        RuntimeError
            The workers cannot be started.
        """
        rest = iter(jobs)
        under_way: deque[tuple[Job, Any]] = deque()
        failures = 0
        while not self.stop.is_set():
            while len(under_way) < self.workers * _AHEAD and (job := next(rest, None)) is not None:
                under_way.append((job, self._schedule(job)))
            if not under_way:
                return
            job, future = under_way[0]
            if not wait([future], timeout=_POLL_SECONDS).done:
                continue
            try:
                outcome = self._outcome(job, future)
            except BrokenProcessPool as error:
                failures += 1
                if failures > _MOST_FAILURES:
                    raise RuntimeError("the worker processes cannot be started") from error
                self._end()
                under_way = deque((waiting, self._schedule(waiting)) for waiting, _ in under_way)
                continue
            failures = 0
            under_way.popleft()
            yield job, outcome

    def _schedule(self, job: Job) -> Any:
        if self._pool is None:
            from pebble import ProcessPool

            self._pool = ProcessPool(
                max_workers=self.workers,
                initializer=_start,
                initargs=(self._prepare, self.settings, self.memory_mb),
                context=multiprocessing.get_context("spawn"),
            )
        return self._pool.schedule(_do, args=(self._work, job), timeout=self.timeout)

    def _outcome(self, job: Job, future: Any) -> Outcome:
        from pebble import ProcessExpired

        try:
            outcome: Outcome = future.result()
        except BrokenProcessPool:
            raise
        except FutureTimeoutError:
            return self._failed(job, TimeLimitError(seconds=self.timeout))
        except ProcessExpired as error:
            if error.exitcode == _MEMORY_EXIT:
                return self._failed(job, MemoryLimitError(limit=self.memory_mb * _BYTES_PER_MB))
            return self._failed(job, CrashedError())
        except MemoryError:
            return self._failed(job, MemoryLimitError(limit=self.memory_mb * _BYTES_PER_MB))
        except Exception as error:  # a check that fails on this photo must not cost the others
            return self._failed(job, CrashedError(what=type(error).__name__))
        return outcome

    def _failed(self, job: Job, error: PhotoError) -> Outcome:
        from icao_check.checker import Checker

        checker = Checker(self.settings.profile)
        report = checker.error_report(job.path, error, id=job.id, **{**self.settings.options, **job.options})
        return Outcome("error", report.to_json(self.settings.lang), error.code)

    def _end(self) -> None:
        if self._pool is not None:
            pool: Any = self._pool  # its methods carry no types
            pool.stop()
            pool.join()
            self._pool = None


# What follows runs in the workers.

_checker: Checker | None = None
_settings: Settings | None = None
_busy = threading.Event()


def _start(prepare: Callable[[Settings], None], settings: Settings, memory_mb: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interruption means
    prepare(settings)
    # Decoders complain of broken files on standard error; the outcome says it better, and without names.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    threading.Thread(target=_watch, args=(memory_mb * _BYTES_PER_MB,), daemon=True).start()


def load_checker(settings: Settings) -> None:
    """Load the models before the first photo, so that its time limit is its own."""
    global _checker, _settings
    import cv2

    from icao_check.checker import Checker
    from icao_check.messages import add_catalogues

    cv2.setNumThreads(1)  # this process is ours, and there is one of it per processor
    for directory in reversed(settings.messages):
        add_catalogues(directory)
    _settings = settings
    _checker = Checker(settings.profile)
    _checker.warm()


def _watch(limit: int) -> None:
    """End this process when a photo makes it too large.

    From inside, because a process that is killed from outside may hold the lock of the pool's channel; here
    it is known to be busy with a photo.
    """
    import psutil

    own = psutil.Process()
    while True:
        _busy.wait()
        if own.memory_info().rss > limit:
            os._exit(_MEMORY_EXIT)
        time.sleep(_WATCH_SECONDS)


def _do(work: Work, job: Job) -> Outcome:
    _busy.set()
    try:
        return work(job)
    finally:
        _busy.clear()


def check_photo(job: Job) -> Outcome:
    """Check one photo with the checker that :func:`load_checker` loaded."""
    assert _checker is not None and _settings is not None
    options = {**_settings.options, **job.options}
    try:
        report = _checker.check(job.path, id=job.id, **options)
    except PhotoError as error:
        report = _checker.error_report(job.path, error, id=job.id, **options)
    code = None if report.error is None else report.error.code
    return Outcome(report.verdict, report.to_json(_settings.lang), code)
