"""Error rates and intervals, against definitions written out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icao_check.evaluate import statistics
from icao_check.evaluate.evaluation import evaluate
from icao_check.kernels.accuracy import resampled_equal_error_rates
from tests import naive
from tests.conftest import JIT_DISABLED
from tests.evaluate.archive import broken, judged, one_check

pytestmark = pytest.mark.kernels

SEED = (7,)

# One decimal, as scores have, and few different ones, so that there are ties.
scores = st.one_of(st.integers(0, 6).map(lambda tenth: 48.0 + tenth / 10), st.sampled_from([0.0, 100.0]))
photos = st.lists(st.tuples(scores, st.booleans(), st.integers(0, 4)), min_size=2, max_size=40)


def both_kinds(entries):
    return len({good for _, good, _ in entries}) == 2


class TestEqualErrorRate:
    @settings(max_examples=40)
    @given(photos.filter(both_kinds))
    def test_it_is_where_the_two_rates_meet(self, entries):
        score, good, subject = (np.array(column) for column in zip(*entries, strict=True))
        found = statistics.equal_error_rate(score.astype(float), good, subject, 100, SEED)
        assert found.value == pytest.approx(naive.equal_error_rate(score[good], score[~good]), abs=1e-12)

    @settings(max_examples=40)
    @given(
        st.lists(
            st.tuples(st.one_of(st.none(), scores), st.sampled_from([True, False, None])),
            min_size=2,
            max_size=60,
        ).filter(lambda entries: {True, False} <= {label for _, label in entries})
    )
    def test_missing_labels_do_not_count_and_missing_scores_count_as_zero(self, entries):
        score, label = zip(*entries, strict=True)
        accuracy = evaluate(*one_check(score, label), resamples=100).checks[0]
        good = [value or 0.0 for value, kind in entries if kind is True]
        bad = [value or 0.0 for value, kind in entries if kind is False]
        assert accuracy.eer.value == pytest.approx(naive.equal_error_rate(good, bad), abs=1e-12)
        assert accuracy.unscored == sum(value is None and kind is not None for value, kind in entries)

    def test_a_file_that_cannot_be_judged_scores_zero(self):
        labels, outcomes = one_check([80, 80, 80, 20], [True, True, True, False])
        whole = evaluate(labels, outcomes).checks[0]
        outcomes[0] = broken()
        accuracy = evaluate(labels, outcomes).checks[0]
        assert whole.eer.value == 0.0
        assert accuracy.eer.value == pytest.approx(naive.equal_error_rate([0, 80, 80], [20]))
        assert accuracy.false_rejects.events == 1
        assert accuracy.unscored == 1

    def test_a_skipped_photo_does_not_count(self):
        labels, outcomes = one_check([judged(None, "skipped", "waived"), 80, 20], [True, True, False])
        accuracy = evaluate(labels, outcomes).checks[0]
        assert accuracy.eer.value == 0.0
        assert (accuracy.skipped, accuracy.skip_reason) == (1, "waived")
        assert accuracy.false_rejects.total == 1

    def test_scores_that_say_nothing_are_wrong_half_the_time(self):
        good = np.arange(200) % 2 == 0
        found = statistics.equal_error_rate(np.full(200, 70.0), good, np.arange(200), 100, SEED)
        assert found.value == pytest.approx(0.5)

    def test_reversed_scores_are_always_wrong(self):
        good = np.array([True, True, False, False])
        assert statistics.det_curve(np.array([1.0, 2.0, 3.0, 4.0]), good).crossing()[0] == 1.0

    def test_without_an_error_the_bound_is_exact(self):
        good = np.arange(40) < 25
        found = statistics.equal_error_rate(np.where(good, 80.0, 20.0), good, np.arange(40), 100, SEED)
        assert (found.value, found.low) == (0.0, 0.0)
        # Fifteen people with the defect, none missed: the rate p for which (1 - p)^15 = 2.5 %.
        assert (1 - found.high) ** 15 == pytest.approx(0.025)

    def test_one_kind_only_is_refused(self):
        with pytest.raises(ValueError, match="good and bad"):
            statistics.equal_error_rate(np.ones(3), np.ones(3, bool), np.arange(3), 100, SEED)

    def test_the_named_score_is_the_better_side_of_the_crossing(self):
        curve = statistics.det_curve(
            np.array([10.0, 60.0, 70.0, 80.0, 90.0, 65.0]),
            np.array([True, True, True, True, True, False]),
        )
        rate, score = curve.crossing()
        below = score > curve.threshold[:-1]
        assert rate == pytest.approx(naive.equal_error_rate([10, 60, 70, 80, 90], [65]))
        assert score == 70.0
        assert below.sum() == 3


class TestDetCurve:
    @settings(max_examples=40)
    @given(photos.filter(both_kinds))
    def test_each_point_is_a_count(self, entries):
        score, good, _ = (np.array(column) for column in zip(*entries, strict=True))
        curve = statistics.det_curve(score.astype(float), good)
        for threshold, rejected, missed in zip(curve.threshold, curve.false_reject, curve.miss, strict=True):
            assert rejected == pytest.approx(np.mean(score[good] < threshold))
            assert missed == pytest.approx(np.mean(score[~good] >= threshold))


class TestKernel:
    @settings(max_examples=40)
    @given(photos, st.integers(0, 2**32 - 1))
    def test_it_equals_its_naive_twin(self, entries, seed):
        score, good, subject = (np.array(column) for column in zip(*entries, strict=True))
        people, subject = np.unique(subject, return_inverse=True)
        order = np.argsort(score, kind="stable")
        level = np.unique(score[order], return_inverse=True)[1].astype(np.int64)
        draws = np.random.default_rng(seed).integers(len(people), size=(3, len(people)))
        found = resampled_equal_error_rates(draws, level, good[order], subject[order].astype(np.int64))
        wanted = naive.resampled_equal_error_rates(draws, level, good[order], subject[order])
        np.testing.assert_allclose(found, wanted, atol=1e-12)

    def test_everyone_once_gives_the_rate_itself(self):
        rng = np.random.default_rng(0)
        score, good = np.sort(rng.integers(0, 50, 300)), rng.random(300) < 0.5
        level = np.unique(score, return_inverse=True)[1].astype(np.int64)
        found = resampled_equal_error_rates(
            np.arange(300)[np.newaxis], level, good, np.arange(300, dtype=np.int64)
        )
        assert found[0] == pytest.approx(naive.equal_error_rate(score[good], score[~good]))


class TestIntervals:
    def test_more_photos_of_the_same_people_make_no_interval_narrower(self):
        rng = np.random.default_rng(1)
        good, score = np.arange(60) < 40, rng.normal(60, 10, 60)
        score[good] += 15
        person = np.arange(60)
        once = statistics.equal_error_rate(score, good, person, 300, SEED)
        often = statistics.equal_error_rate(
            np.tile(score, 7), np.tile(good, 7), np.tile(person, 7), 300, SEED
        )
        assert (often.value, often.low, often.high) == pytest.approx((once.value, once.low, once.high))

    def test_the_same_seed_gives_the_same_interval(self):
        rng = np.random.default_rng(2)
        score, good, person = rng.random(80), rng.random(80) < 0.5, rng.integers(0, 30, 80)
        first, again, other = (
            statistics.equal_error_rate(score, good, person, 200, (seed,)) for seed in (3, 3, 4)
        )
        assert first == again
        assert first != other

    @pytest.mark.skipif(JIT_DISABLED, reason="a hundred intervals take minutes without compiled kernels")
    def test_nineteen_of_twenty_intervals_hold_the_truth(self):
        # N(0, 1) and N(2, 1) cross where both tails are Φ(-1); three photos of each person, much alike.
        truth = 0.15865525393145707
        hits = 0
        for trial in range(200):
            rng = np.random.default_rng([trial, 5])
            person = np.repeat(np.arange(80), 3)
            good = person < 40
            score = np.repeat(rng.normal(0, math.sqrt(0.9), 80), 3) + rng.normal(0, math.sqrt(0.1), 240)
            score[good] += 2
            found = statistics.equal_error_rate(score, good, person, 200, (trial,))
            hits += found.low <= truth <= found.high
        assert 178 <= hits <= 200  # 190 ± 4 standard deviations

    def test_many_subjects_are_drawn_in_parts(self, monkeypatch):
        rng = np.random.default_rng(6)
        score, good = rng.random(50), rng.random(50) < 0.5
        whole = statistics.equal_error_rate(score, good, np.arange(50), 120, SEED)
        monkeypatch.setattr(statistics, "_CHUNK", 500)
        parts = statistics.equal_error_rate(score, good, np.arange(50), 120, SEED)
        assert whole == parts


class TestRates:
    def rates(self, events, cases, person):
        return statistics.rates(
            np.array([events], bool), np.array([cases], bool), np.array(person, np.int64), 400, SEED
        )[0]

    def test_it_counts_among_the_cases(self):
        found = self.rates([1, 1, 0, 0], [1, 0, 1, 1], [0, 1, 2, 2])
        assert (found.events, found.total, found.subjects) == (1, 3, 2)
        assert found.value == pytest.approx(1 / 3)
        assert found.low <= found.value <= found.high

    def test_nothing_happened(self):
        found = self.rates([0] * 30, [1] * 30, list(range(15)) * 2)
        assert (found.value, found.low) == (0.0, 0.0)
        assert (1 - found.high) ** 15 == pytest.approx(0.025)

    def test_it_always_happened(self):
        found = self.rates([1] * 30, [1] * 30, list(range(15)) * 2)
        assert (found.value, found.high) == (1.0, 1.0)
        assert found.low**15 == pytest.approx(0.025)

    def test_there_was_no_case(self):
        found = self.rates([1, 0], [0, 0], [0, 1])
        assert (found.total, found.value, found.low, found.high) == (0, None, None, None)

    def test_the_interval_is_that_of_a_binomial_where_people_are_independent(self):
        events = np.arange(400) < 100
        found = self.rates(events, np.ones(400), np.arange(400))
        wanted = 1.96 * math.sqrt(0.25 * 0.75 / 400)
        assert found.high - found.value == pytest.approx(wanted, rel=0.2)
        assert found.value - found.low == pytest.approx(wanted, rel=0.2)


class TestDifference:
    def test_it_is_the_published_example(self):
        # Newcombe, Statistics in Medicine 17 (1998), table II, example (a), from Wilson intervals of 56/70
        # and 48/80 (methods 3 and 10 of that paper): 0.2000, 0.0524 to 0.3339.
        one = statistics.Rate(56, 70, 70, 0.8, 0.6918, 0.8769)
        other = statistics.Rate(48, 80, 80, 0.6, 0.4905, 0.7004)
        found = statistics.difference(one, other)
        assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=2e-4)

    def test_nothing_has_no_difference(self):
        with pytest.raises(ValueError, match="two rates"):
            statistics.difference(statistics.Rate(0, 0, 0), statistics.Rate(0, 1, 1, 0.0, 0.0, 0.5))


class TestBestConstant:
    @given(
        st.lists(st.tuples(st.floats(-50, 50), st.floats(0.5, 3)), min_size=1, max_size=20),
        st.floats(-60, 60),
    )
    def test_no_other_number_is_better(self, entries, other):
        points, weight = (np.array(column) for column in zip(*entries, strict=True))
        best = statistics.best_constant(points[:, np.newaxis], weight)[0]
        assert weight @ np.abs(points - best) <= weight @ np.abs(points - other) + 1e-9

    @settings(max_examples=40)
    @given(
        st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=1, max_size=12),
        st.tuples(st.floats(-60, 60), st.floats(-60, 60)),
    )
    def test_no_other_point_is_better(self, points, other):
        points = np.array(points)
        best = statistics.best_constant(points, np.ones(len(points)))
        cost = [np.linalg.norm(points - answer, axis=1).sum() for answer in (best, other)]
        assert cost[0] <= cost[1] * (1 + 1e-4) + 1e-6


def test_mean_estimate_is_a_mean():
    values = np.array([1.0, 2.0, 6.0, 7.0])
    found = statistics.mean_estimate(values, np.array([0, 0, 1, 2]), 500, SEED)
    assert found.value == 4.0
    assert 1.5 <= found.low < 4.0 < found.high <= 7.0
