"""What many tests share: the development photos, a photo that is always there, and one checker."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent


def _kernel_cache() -> Path:
    # Numba does not notice that a kernel called from another file has changed: another source, another cache.
    digest = hashlib.sha256()
    for folder in (ROOT / "icao_check" / "kernels", ROOT / "samples" / "portrait"):
        for source in sorted(folder.glob("*.py")):
            digest.update(source.read_bytes())
    return ROOT / ".numba-cache" / digest.hexdigest()[:16]


# Before anything imports numba.
os.environ["NUMBA_CACHE_DIR"] = str(_kernel_cache())

JIT_DISABLED = os.environ.get("NUMBA_DISABLE_JIT", "0") == "1"
"""Kernels run as plain Python: the same results, a hundred times slower."""

# A compiling kernel or a busy machine is no failure; the same run twice tests the same examples.
settings.register_profile("house", deadline=None, derandomize=True, print_blob=False)
settings.load_profile("house")


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Return the folder of development photos."""
    folder = os.environ.get("ICAO_CHECK_CORPUS")
    if not folder:
        pytest.skip("ICAO_CHECK_CORPUS is not set: no development photos")
    path = Path(folder)
    assert (path / "labels.csv").is_file(), f"ICAO_CHECK_CORPUS has no labels.csv: {path}"
    return path


@pytest.fixture(scope="session")
def corpus_rows(corpus: Path) -> list[dict[str, str]]:
    """Return the rows of its label file."""
    with (corpus / "labels.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def portrait() -> np.ndarray:
    """Return a real face, shape (540, 420, 3), uint8, RGB: smiling, 35:45, in the public domain."""
    from PIL import Image

    from samples.demo import astronaut_portrait

    pixels = np.array(astronaut_portrait().resize((420, 540), Image.Resampling.LANCZOS))
    pixels.setflags(write=False)
    return pixels


@pytest.fixture(scope="session")
def portrait_jpeg(portrait: np.ndarray) -> bytes:
    """Return the same face as a JPEG file."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(portrait).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def checker():
    """Return one checker with the default profile."""
    from icao_check import Checker

    return Checker()


@pytest.fixture(scope="session")
def finder():
    """Return one finder of faces."""
    from icao_check.face import FaceFinder

    return FaceFinder()


@pytest.fixture(scope="session")
def make_case(finder):
    """Return what makes a case of pixels as a print of 35 × 45 mm; their face is found, or given."""
    from icao_check.face import find_face
    from icao_check.measures.case import Case
    from icao_check.photo import read_photo
    from icao_check.scale import print_scale

    def make(pixels, face=None):
        photo = read_photo(np.ascontiguousarray(pixels, np.uint8))
        scale = print_scale(photo.width, photo.height, (35.0, 45.0))
        found = find_face(photo, finder) if face is None else face
        return Case(photo=photo, face=found, scale=scale, on=date(2026, 11, 22))

    return make


@pytest.fixture(scope="session")
def case(make_case, portrait):
    """Return the case of the portrait."""
    return make_case(portrait)
