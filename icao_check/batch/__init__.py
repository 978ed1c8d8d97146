"""Many photos: a folder or a list in, one line per photo out.

The work is shared among processes, each with its own models. A file that is broken, endless or too large
ends at most the process that reads it, never the batch; results are written in the order of the photos, a
line at a time, so that a batch that was stopped leaves a whole file behind and goes on from there.
"""

from __future__ import annotations

from icao_check.batch.pool import Outcome, PhotoPool, default_workers
from icao_check.batch.results import DiskFullError, JsonLines
from icao_check.batch.run import BatchSummary, run_batch
from icao_check.batch.sources import Job, find_jobs

__all__ = [
    "BatchSummary",
    "DiskFullError",
    "Job",
    "JsonLines",
    "Outcome",
    "PhotoPool",
    "default_workers",
    "find_jobs",
    "run_batch",
]
