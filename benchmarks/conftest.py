"""Inputs of the benchmarks. Each kernel runs beside the best library twin; read the ratio, not the time."""

from __future__ import annotations

import numpy as np
import pytest

from tests.conftest import portrait, portrait_jpeg  # noqa: F401  (fixtures)


@pytest.fixture(scope="session")
def print_jpeg() -> bytes:
    """Return the usual case: 827 × 1063 px, 35 × 45 mm at 600 dpi."""
    import io

    from PIL import Image

    from samples.demo import astronaut_portrait

    buffer = io.BytesIO()
    astronaut_portrait().resize((827, 1063), Image.Resampling.LANCZOS).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def rng() -> np.random.Generator:
    """Return one seeded source of random numbers."""
    return np.random.default_rng(20261122)
