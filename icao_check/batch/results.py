"""The results of a batch as JSON Lines: whole lines only, whatever happens to the program or the disk."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from icao_check.batch.sources import Job, Key

__all__ = ["DiskFullError", "Earlier", "JsonLines", "unchanged"]

# EFBIG is a full quota by another name.
_FULL = tuple(getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name))
_CHUNK = 1 << 20
_BINARY = getattr(os, "O_BINARY", 0)
_CIRCUMSTANCES = ("profile_digest", "engine", "models_digest", "inputs")


class DiskFullError(OSError):
    """There is no room for the next result; those before it are safe."""


class Earlier(NamedTuple):
    """What an earlier run wrote about a photo.

    Attributes
    ----------
    verdict : str
        Of the photo, or ``error``.
    sha256 : str or None
        Of the file that was checked.
    circumstances : str
        Profile, program, models and inputs, as JSON: mostly the same for all photos, and stored once.
    start, length : int
        Where its line is, in bytes.
    """

    verdict: str
    sha256: str | None
    circumstances: str
    start: int
    length: int


class JsonLines:
    """A file of reports, one JSON object per line.

    Parameters
    ----------
    path : Path
        The file; it is made, or gone on with where it exists.
    fresh : bool
        Begin anew: what the file held is lost.

    Attributes
    ----------
    earlier : dict of (photo, id) to Earlier
        What earlier runs found out.

    Raises
    ------
    ValueError
        The file holds something else than reports; it is left as it is.
    OSError
        The file cannot be written.
    """

    def __init__(self, path: str | Path, *, fresh: bool = False) -> None:
        self.path = Path(path)
        self.earlier: dict[Key, Earlier] = {}
        self._end = 0
        if not fresh and self.path.exists():
            self._read()
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | _BINARY, 0o644)
        try:
            os.ftruncate(self._file, self._end)  # a line that was cut off goes
        except OSError:
            self._shut()
            raise

    def _read(self) -> None:
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    break
                try:
                    record = json.loads(line)
                    circumstances = json.dumps({name: record[name] for name in _CIRCUMSTANCES})
                    found = Earlier(
                        sys.intern(record["verdict"]),
                        record["sha256"],
                        sys.intern(circumstances),
                        self._end,
                        len(line),
                    )
                    self.earlier[record["photo"], record["id"]] = found
                except (ValueError, KeyError, TypeError) as error:
                    raise ValueError(
                        f"{self.path.name}, line {number}, is no result of a batch: "
                        "name another file, or overwrite this one with --fresh"
                    ) from error
                self._end += len(line)

    def keep(self, keys: set[Key]) -> None:
        """Keep only these of the earlier results; the file is replaced as a whole or not at all.

        Raises
        ------
        DiskFullError, OSError
            There is no room for it; then the file is as it was.
        """
        kept = [earlier for key, earlier in self.earlier.items() if key in keys]
        length = sum(earlier.length for earlier in kept)
        if length == self._end:
            return
        part = self.path.with_name(self.path.name + ".part")
        try:
            with self.path.open("rb") as file, part.open("wb") as copy:
                for earlier in kept:
                    file.seek(earlier.start)
                    copy.write(file.read(earlier.length))
            shutil.copymode(self.path, part)
            self._shut()
            part.replace(self.path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise _named(error) from error
        self._file = os.open(self.path, os.O_RDWR | _BINARY)
        self._end = length

    def add(self, line: str) -> None:
        """Write one result, whole or not at all.

        Raises
        ------
        DiskFullError, OSError
            It could not be written; the file ends with the result before it.
        """
        data = line.encode() + b"\n"
        try:
            os.lseek(self._file, self._end, os.SEEK_SET)
            written = 0
            while written < len(data):
                written += os.write(self._file, data[written:])
        except OSError as error:
            os.ftruncate(self._file, self._end)
            raise _named(error) from error
        self._end += len(data)

    def close(self) -> None:
        """Make sure that all results are on the disk. Closing again does nothing.

        Raises
        ------
        DiskFullError
            They are not.
        """
        if self._file < 0:
            return
        try:
            os.fsync(self._file)
        except OSError as error:
            if error.errno in _FULL:  # what cannot be synchronised (a pipe, a network drive) is no failure
                raise _named(error) from error
        finally:
            self._shut()

    def _shut(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def unchanged(job: Job, earlier: Earlier | None, current: Mapping[str, Any]) -> bool:
    """Whether an earlier result still holds: the same bytes, rules, program and inputs, and no error.

    Parameters
    ----------
    job : Job
        What is to be checked.
    earlier : Earlier or None
        What was found out about it.
    current : mapping
        Profile, program, models and inputs of this run; inputs that are absent are not compared.
    """
    if earlier is None or earlier.verdict == "error":
        return False
    then = json.loads(earlier.circumstances)
    if any(then[name] != current[name] for name in _CIRCUMSTANCES if name != "inputs"):
        return False
    if any(then["inputs"].get(name) != value for name, value in current["inputs"].items()):
        return False
    return _sha256(Path(job.path)) == earlier.sha256


def _sha256(path: Path) -> str | None:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError:
        return None
    return digest.hexdigest()


def _named(error: OSError) -> OSError:
    return DiskFullError(error.errno, error.strerror) if error.errno in _FULL else error
