"""Weight files: where they are, and the digest that reports carry."""

from __future__ import annotations

import functools
import hashlib
import tomllib
from importlib.resources import files
from pathlib import Path

from icao_check.errors import DependencyError

__all__ = ["models_digest", "weight_path"]


def _room() -> Path:
    # In the wheel the weights lie inside the package; in a source tree, beside it.
    package = Path(str(files("icao_check")))
    installed = package / "models"
    return installed if installed.is_dir() else package.parent / "models"


@functools.cache
def _registry() -> dict[str, dict[str, str]]:
    return tomllib.loads((_room() / "models.toml").read_text(encoding="utf-8"))


def weight_path(name: str) -> Path:
    """Return the file of a registered model.

    Raises
    ------
    KeyError
        No such model.
    DependencyError
        The file is missing: the installation is broken.
    """
    path = _room() / "weights" / _registry()[name]["file"]
    if not path.is_file():
        raise DependencyError(f"the model file {path.name} is missing. Reinstall the package icao-check.")
    return path


@functools.cache
def models_digest() -> str:
    """Return the SHA-256 over the digests of all models that take part in a report."""
    parts = [f"{name}:{entry['sha256']}" for name, entry in sorted(_registry().items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
