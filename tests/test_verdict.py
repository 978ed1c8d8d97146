"""Verdict, margin, score and roll-up."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from icao_check.catalogue import CATALOGUE
from icao_check.measurement import Measurement, significant
from icao_check.profile import Limit
from icao_check.verdict import CheckResult, judge, margin, roll_up, score

HEAD = CATALOGUE["head_height"]


def limit(accepted, tolerated=None, ideal=None, ratio=False):
    return Limit(
        accepted=accepted,
        tolerated=tolerated,
        ideal=ideal,
        ratio=ratio,
        source=("x",),
        confidence="low",
    )


HEAD_LIMIT = limit((31, 36), (25, 40))


class TestJudge:
    @pytest.mark.parametrize(
        ("value", "uncertainty", "verdict", "reason"),
        [
            (33.5, 0.0, "pass", None),
            (31.0, 0.0, "pass", None),
            (36.0, 0.0, "pass", None),
            (36.00001, 0.0, "pass", None),  # prints as 36
            (36.01, 0.0, "borderline", "too_large"),
            (30.99, 0.0, "borderline", "too_small"),
            (25.0, 0.0, "borderline", "too_small"),
            (40.0, 0.0, "borderline", "too_large"),
            (40.1, 0.0, "fail", "too_large"),
            (24.9, 0.0, "fail", "too_small"),
            (40.5, 0.8, "borderline", "too_large"),  # may be 40 in truth
            (40.9, 0.8, "fail", "too_large"),
            (35.9, 0.8, "pass", None),  # what is beyond is tolerated anyway
        ],
    )
    def test_two_tiers(self, value, uncertainty, verdict, reason):
        result = judge(HEAD, Measurement(value, uncertainty), HEAD_LIMIT)
        assert (result.verdict, result.reason) == (verdict, reason)

    @pytest.mark.parametrize(("value", "verdict"), [(7.0, "pass"), (7.8, "borderline"), (8.3, "borderline")])
    def test_one_tier_is_borderline_within_its_uncertainty(self, value, verdict):
        spec = CATALOGUE["head_pose_roll"]
        assert judge(spec, Measurement(value, 0.5), limit((-8, 8), ideal=0.0)).verdict == verdict

    def test_margin_is_signed_and_in_the_unit(self):
        result = judge(HEAD, Measurement(41.2, 0.8), HEAD_LIMIT)
        assert result.margin == pytest.approx(-5.2)
        assert result.verdict == "fail"
        assert result.unit == "mm"

    def test_no_value_is_review_and_never_a_pass(self):
        result = judge(HEAD, Measurement(None, reason="no_face"), HEAD_LIMIT)
        assert (result.verdict, result.reason) == ("review", "no_face")
        assert result.value is None
        assert result.score is None

    def test_an_excuse_softens_a_fail_only(self):
        spec = CATALOGUE["no_head_covering"]
        rule = limit((None, 1.0))
        worn = judge(spec, Measurement(3.0, excuse="head_covering_allowed"), rule)
        assert (worn.verdict, worn.reason, worn.value) == ("review", "head_covering_allowed", 3.0)
        assert worn.score is not None
        assert worn.score < 50
        bare = judge(spec, Measurement(0.2, excuse="head_covering_allowed"), rule)
        assert bare.verdict == "pass"

    def test_a_doubt_is_review_whatever_the_value(self):
        assert judge(HEAD, Measurement(33.0, doubt="uncertain"), HEAD_LIMIT).verdict == "review"

    @pytest.mark.parametrize(
        ("extremes", "verdict", "reason"),
        [
            ((32.0, 35.0), "pass", None),
            ((32.0, 39.0), "pass", None),  # tolerated at worst: the value itself decides
            ((32.0, 41.0), "review", "not_newer_than"),
            ((32.0, float("inf")), "review", "not_newer_than"),
            ((24.0, 41.0), "review", "not_newer_than"),
        ],
    )
    def test_a_dispute_counts_where_it_makes_a_difference(self, extremes, verdict, reason):
        found = judge(HEAD, Measurement(33.5, extremes=extremes, dispute="not_newer_than"), HEAD_LIMIT)
        assert (found.verdict, found.reason) == (verdict, reason)
        assert found.value == 33.5

    def test_a_lower_bound_beyond_the_limit_fails(self):
        found = judge(HEAD, Measurement(41.0, extremes=(41.0, float("inf")), dispute="uncertain"), HEAD_LIMIT)
        assert (found.verdict, found.reason) == ("fail", "too_large")

    def test_extremes_need_a_reason(self):
        with pytest.raises(ValueError, match="extremes"):
            Measurement(1.0, extremes=(0.0, 2.0))

    def test_a_measurement_has_a_value_or_a_reason(self):
        for bad in (
            {"value": None},
            {"value": 1.0, "reason": "no_face"},
            {"value": float("nan")},
            {"value": float("inf")},
            {"value": None, "reason": "because"},
        ):
            with pytest.raises(ValueError, match=r"measure|reason"):
                Measurement(**bad)


limits = st.sampled_from(
    [
        HEAD_LIMIT,
        limit((None, 50)),
        limit((90, None)),
        limit((-8, 8), ideal=0.0),
        limit((None, 12), (None, 16)),
        limit((20, None), (12, None)),
        limit((0.98, 1.02), (0.951, 1.029), 1.0),
        limit((0.98, 1.02), (0.951, 1.029), 1.0, ratio=True),
        limit((1, 1.15), ideal=1.0),
    ]
)
values = st.floats(0, 500, allow_nan=False).map(lambda value: significant(value))


class TestScore:
    @given(limits, values)
    def test_it_agrees_with_the_verdict(self, rule, value):
        result = judge(HEAD, Measurement(value), rule)
        assert 0.0 <= result.score <= 100.0
        assert (result.score < 50.0) == (result.verdict == "fail")

    @given(limits, values, values)
    def test_it_falls_on_both_sides_of_the_ideal(self, rule, first, second):
        low, high = rule.accepted
        ideal = rule.ideal
        if ideal is None:
            ideal = (low + high) / 2 if None not in (low, high) else 0.0 if low is None else 1e9
        near, far = sorted((first, second), key=lambda value: abs(value - ideal))
        assume((near - ideal) * (far - ideal) >= 0)
        assert score(near, rule) >= score(far, rule)

    @pytest.mark.parametrize(
        ("rule", "value", "expected"),
        [
            (HEAD_LIMIT, 33.5, 100.0),
            (HEAD_LIMIT, 40.0, 50.0),
            (HEAD_LIMIT, 25.0, 50.0),
            (limit((None, 50)), 0.0, 100.0),
            (limit((None, 50)), 50.0, 50.0),
            (limit((None, 50)), 150.0, 25.0),
            (limit((90, None)), 90.0, 50.0),
            (limit((90, None)), 270.0, 75.0),
            (limit((90, None)), 0.0, 0.0),
            (limit((1, 1.15), ideal=1.0), 1.0, 100.0),
            (limit((1, 1.15), ideal=1.0), 0.0, 0.0),
        ],
    )
    def test_it_is_50_at_the_outer_limit(self, rule, value, expected):
        assert score(value, rule) == expected

    @given(st.floats(1.06, 3), st.floats(1.03, 3))
    def test_beyond_the_limits_of_a_ratio_the_larger_deviation_is_the_worse(self, factor, more):
        uneven = limit((0.98, 1.02), (0.951, 1.029), 1.0, ratio=True)
        near, far = (
            [score(value, uneven) for value in (deviation, 1.0 / deviation)]
            for deviation in (factor, factor * more)
        )
        assert max(far) <= min(near)
        even = limit((0.5, 2.0), ideal=1.0, ratio=True)
        assert score(factor, even) == pytest.approx(score(1.0 / factor, even), abs=0.1)

    def test_a_ratio_scores_50_at_either_outer_bound(self):
        rule = limit((0.98, 1.02), (0.951, 1.029), 1.0, ratio=True)
        assert [score(value, rule) for value in (0.951, 1.0, 1.029, 0.0)] == [50.0, 100.0, 50.0, 0.0]

    @given(limits, values)
    def test_the_margin_is_negative_outside_the_accepted_bounds(self, rule, value):
        inside = judge(HEAD, Measurement(value), rule).verdict == "pass"
        assert (margin(value, rule) >= 0) == inside


def result(check, verdict, reason=None):
    return CheckResult(id=check, verdict=verdict, reason=reason)


class TestRollUp:
    def test_the_worst_counts(self):
        order = ["fail", "review", "borderline", "pass"]
        for chosen in itertools.product(order, repeat=3):
            results = [
                result(check, verdict)
                for check, verdict in zip(("gaze", "teeth", "marks"), chosen, strict=True)
            ]
            assert roll_up(results, frozenset(), frozenset()) == min(chosen, key=order.index)

    @pytest.mark.parametrize("check", ["image_age", "reuse", "likeness", "edited"])
    def test_of_evidence_only_a_fail_counts_unless_required(self, check):
        for verdict in ("review", "borderline"):
            assert roll_up([result(check, verdict)], frozenset(), frozenset()) == "pass"
            assert roll_up([result(check, verdict)], frozenset({check}), frozenset()) == verdict
        assert roll_up([result(check, "fail")], frozenset(), frozenset()) == "fail"

    def test_what_is_not_built_caps_the_verdict(self):
        assert roll_up([result("gaze", "skipped", "not_implemented")], frozenset(), frozenset()) == "review"
        for reason in ("no_limit", "waived", "no_input", "not_requested"):
            assert roll_up([result("gaze", "skipped", reason)], frozenset(), frozenset()) == "pass"

    def test_what_a_person_overruled_counts_as_passed(self):
        results = [result("gaze", "fail"), result("teeth", "borderline")]
        assert roll_up(results, frozenset(), frozenset({"gaze"})) == "borderline"


@pytest.mark.parametrize(
    ("value", "expected"), [(0.0, 0.0), (1234567.0, 1235000.0), (0.00012345, 0.0001234), (-31.0049, -31.0)]
)
def test_significant(value, expected):
    assert significant(value) == expected
