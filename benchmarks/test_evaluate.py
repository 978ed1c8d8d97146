"""From outcomes to the written evaluation: what a run costs beside the checking of its photos."""

from __future__ import annotations

import numpy as np
import pytest

from icao_check.catalogue import CATALOGUE
from icao_check.evaluate import tables
from icao_check.evaluate.det import det_figure
from icao_check.evaluate.evaluation import evaluate
from icao_check.evaluate.page import page
from tests.evaluate.archive import archive, outcome, row

PHOTOS = 1000


@pytest.fixture(scope="module")
def thousand():
    """Return 1 000 photos of as many people, labelled for every check, in three groups."""
    rng = np.random.default_rng(0)
    good = rng.random((PHOTOS, len(CATALOGUE))) < 0.8
    scores = (rng.normal(45, 12, good.shape) + 25 * good).clip(0, 100).round(1)
    rows, outcomes = [], []
    for photo in range(PHOTOS):
        labels = dict(zip(CATALOGUE, map(bool, good[photo]), strict=True))
        groups = {"sex": "fm"[photo % 2], "counter": str(photo % 5), "age": str(photo % 70)}
        rows.append(row(photo + 2, labels, groups=groups))
        outcomes.append(outcome(dict(zip(CATALOGUE, map(float, scores[photo]), strict=True))))
    return archive(rows, list(CATALOGUE), ["sex", "counter", "age"]), outcomes


@pytest.mark.benchmark(group="evaluation of 1 000 photos, 49 checks")
class TestEvaluation:
    def test_numbers(self, benchmark, thousand):
        benchmark.pedantic(evaluate, thousand, rounds=2)

    def test_files(self, benchmark, thousand):
        evaluation = evaluate(*thousand, resamples=100)

        def write():
            figure = det_figure(evaluation.by_loss())
            tables.photos_csv(evaluation)
            tables.groups_csv(evaluation)
            tables.markdown(evaluation, "x")
            return len(page(evaluation, "x")), len(figure.svg()), len(figure.png())

        benchmark.pedantic(write, rounds=2)
