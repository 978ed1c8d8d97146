"""Reads or checks files one by one and prints, per file, what came of it and what it cost.

``python -m tests.bounded (read|check) FILE...``: one JSON object per line. It is a process of its own so that
its memory and time can be bounded and measured, and so that a crash is the result of one file, not the end of
the tests. For Linux.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

# Many times what is allowed: a hang and a flood must end, what is asserted is measured.
_CPU_SECONDS, _ADDRESS_BYTES = 300, 16 << 30


def _peak_mb() -> float:
    # The high-water mark of this process alone: what getrusage reports includes that of its parent.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    """Read or check the files named on the command line."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_BYTES, _ADDRESS_BYTES))
    from icao_check import Checker, PhotoError
    from icao_check.photo import read_photo
    from icao_check.photo.colour import warm

    job, names = sys.argv[1], sys.argv[2:]
    warm()
    checker = Checker()
    if job == "check":
        checker.warm()
    for name in names:
        started = time.process_time()
        try:
            result = read_photo(name).file.format if job == "read" else checker.check(name).verdict
        except PhotoError as error:
            result = error.code
        except Exception as error:  # what must not happen; the test says for which file it did
            result = f"{type(error).__name__}: {error}"
        seconds = time.process_time() - started
        line = {"file": Path(name).name, "result": result, "seconds": seconds, "peak_mb": _peak_mb()}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
