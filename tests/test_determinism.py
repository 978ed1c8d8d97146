"""Same bytes and same profile, same report: on any number of threads, cold or warm, in any order."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pytest
from PIL import Image

from icao_check import Checker, PhotoError
from tests.conftest import JIT_DISABLED, ROOT

ON = date(2026, 11, 22)

pytestmark = pytest.mark.skipif(
    JIT_DISABLED,
    reason="it is compiled kernels that are cached and run side by side; plain ones take minutes",
)

# Checks one file per argument in a process that has done nothing before, and prints what `facts` gives.
_COLD = """
import json, sys
from tests.test_determinism import facts
from icao_check import Checker
checker = Checker()
for name in sys.argv[1:]:
    print(facts(checker, open(name, "rb").read()))
"""


def facts(checker, data):
    """Return the report of a photo as JSON, without the time that it took."""
    try:
        report = checker.check(data, on=ON)
    except PhotoError as error:
        report = checker.error_report(data, error, on=ON)
    content = json.loads(report.to_json())
    assert set(content.pop("timing_ms")) <= {"decode", "face", "measures", "crop", "total"}
    return json.dumps(content, sort_keys=True, ensure_ascii=False)


def encoded(pixels, **options):
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, **{"format": "JPEG", "quality": 90, **options})
    return file.getvalue()


@pytest.fixture(scope="module")
def photos(portrait):
    """Return files that take different ways through the checks."""
    rng = np.random.default_rng(0)
    noisy = np.clip(portrait + rng.normal(0, 20, portrait.shape), 0, 255).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 8
    exif[0x0132] = "2026:01:02 03:04:05"
    return [
        encoded(portrait),
        encoded(portrait[:, ::-1], format="PNG"),
        encoded(noisy),
        encoded(portrait // 4),
        encoded(portrait[60:400, 60:360]),
        encoded(np.rot90(portrait, -1), exif=exif),
        encoded(np.full((300, 240, 3), 128, np.uint8)),
        b"no photo at all",
    ]


@pytest.fixture(scope="module")
def expected(photos):
    """Return what one thread says, one photo after the other."""
    checker = Checker()
    return [facts(checker, photo) for photo in photos]


def differences(found, expected):
    """Name what differs, for a failure that can be read."""
    pairs = ((json.loads(one), json.loads(other)) for one, other in zip(found, expected, strict=True))
    return [
        (place, key, one[key], other[key])
        for place, (one, other) in enumerate(pairs)
        for key in one
        if one[key] != other[key]
    ]


def test_the_photos_are_different_enough_to_prove_something(expected):
    verdicts = [json.loads(report)["verdict"] for report in expected]
    assert len(set(expected)) == len(expected)
    assert {"fail", "error"} <= set(verdicts)
    assert any(json.loads(report)["face"] is None for report in expected)
    assert sum(json.loads(report)["face"] is not None for report in expected) >= 4


def test_again_and_in_any_order(photos, expected):
    checker = Checker()
    order = list(range(len(photos))) * 2
    random.Random(1).shuffle(order)
    found = [facts(checker, photos[place]) for place in order]
    assert differences(found, [expected[place] for place in order]) == []


def test_on_eight_threads(photos, expected):
    checker = Checker()
    order = list(range(len(photos))) * 3
    random.Random(2).shuffle(order)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda place: facts(checker, photos[place]), order))
    assert differences(found, [expected[place] for place in order]) == []


def test_in_a_process_that_has_just_started(photos, expected, tmp_path):
    names = []
    for place, photo in enumerate(photos):
        names.append(tmp_path / f"{place}.bin")
        names[-1].write_bytes(photo)
    names.reverse()
    command = [sys.executable, "-c", _COLD, *map(str, names)]
    found = subprocess.run(command, capture_output=True, cwd=ROOT, timeout=300, check=False, text=True)
    assert found.returncode == 0, found.stderr
    assert differences(found.stdout.splitlines()[::-1], expected) == []


@pytest.mark.soak
@pytest.mark.corpus
def test_the_development_photos_on_many_threads_and_in_a_fresh_process(corpus, corpus_rows, tmp_path):
    names = [corpus / row["photo"] for row in corpus_rows]
    photos = [name.read_bytes() for name in names]
    checker = Checker()
    alone = [facts(checker, photo) for photo in photos]
    for threads in (2, 8):
        order = list(range(len(photos)))
        random.Random(threads).shuffle(order)
        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(lambda place: facts(checker, photos[place]), order))
        assert differences(found, [alone[place] for place in order]) == []
    command = [sys.executable, "-c", _COLD, *map(str, names)]
    fresh = subprocess.run(command, capture_output=True, cwd=ROOT, timeout=1800, check=False, text=True)
    assert fresh.returncode == 0, fresh.stderr
    assert differences(fresh.stdout.splitlines(), alone) == []
