"""Labels beside outcomes: counts, findings, whole photos, groups, geometry."""

from __future__ import annotations

import numpy as np
import pytest

from icao_check.evaluate import statistics
from icao_check.evaluate.evaluation import evaluate
from icao_check.evaluate.joined import WHOLE_PHOTO
from tests.evaluate.archive import archive, broken, judged, located, one_check, outcome, row


def accuracy(scores, labels, subjects=None):
    return evaluate(*one_check(scores, labels, subjects), resamples=100).checks[0]


def many(good, bad):
    """Return one check on `good` compliant and `bad` other photos, each of another person."""
    return accuracy([*good, *bad], [True] * len(good) + [False] * len(bad))


class TestAtTheLimits:
    def test_each_verdict_is_counted_where_it_belongs(self):
        results = [judged(70), judged(55, "borderline"), judged(40, "review"), judged(None), judged(20)]
        good, bad = (accuracy(results, [label] * 5) for label in (True, False))
        assert (good.false_rejects.events, good.undecided.events, good.false_rejects.total) == (1, 3, 5)
        assert good.misses.total == 0
        # A defect that needs review is seen by a person; one that is borderline may be accepted.
        assert (bad.misses.events, bad.misses.total, bad.missed_borderline) == (2, 5, 1)
        assert good.eer is None

    def test_the_worst_come_first(self):
        found = accuracy([90, 60, 95, 10, 30, None], [False, False, False, True, True, True])
        assert found.missed == (2, 0, 1)
        assert found.rejected == (3, 4)
        assert found.unsure == (5,)

    def test_what_is_never_made_is_not_made_on_broken_files_either(self):
        labels, outcomes = one_check(
            [judged(None, "skipped", "not_implemented"), judged(None, "skipped", "not_implemented"), 0],
            [True, False, False],
        )
        outcomes[2] = broken()
        found = evaluate(labels, outcomes, resamples=100).checks[0]
        assert found.finding == "not_made"
        assert (found.skipped, found.skip_reason, found.eer) == (3, "not_implemented", None)
        assert found.loss == 0.5  # every defect goes unseen

    def test_an_archive_of_broken_files_is_all_zeros(self):
        labels, _ = one_check([0, 0], [True, False])
        found = evaluate(labels, [broken(), broken()], resamples=100).checks[0]
        assert found.eer.value == 0.5
        assert (found.false_rejects.value, found.misses.value) == (1.0, 0.0)


class TestFinding:
    def test_separated_scores_at_the_right_limit_are_good(self):
        assert many([80] * 30, [20] * 30).finding == "good"

    def test_few_people_are_too_few(self):
        assert many([80] * 30, [20] * 5).finding == "too_few"

    def test_scores_that_do_not_separate(self):
        assert many([20, 80] * 20, [20, 80] * 20).finding == "measure"

    def test_a_limit_that_lets_defects_through(self):
        found = many([90] * 30, [70] * 30)
        assert found.finding == "too_lax"
        assert found.eer.value == 0.0
        assert found.eer_score == 90.0

    def test_a_limit_that_is_wrong_counts_more_than_a_measure_that_is_a_little_weak(self):
        good, bad = [90] * 27 + [60] * 3, [70] * 28 + [95] * 2
        found = many(good, bad)
        assert found.eer.value > 0.05
        assert found.finding == "too_lax"

    def test_a_limit_that_refuses_good_photos(self):
        assert many([40] * 30, [20] * 30).finding == "too_strict"

    def test_good_photos_that_need_a_person(self):
        results = [judged(60, "review")] * 10 + [judged(80)] * 30
        assert many(results, [20] * 30).finding == "undecided"

    def test_one_side_only(self):
        assert many([80] * 30, []).finding == "one_sided"
        assert many([20] * 30, []).finding == "too_strict"
        assert many([], [80] * 30).finding == "too_lax"

    def test_the_greatest_harm_comes_first(self):
        rows = [row(place, {"sharpness": place % 2 == 0, "noise": place % 2 == 0}) for place in range(40)]
        outcomes = [outcome({"sharpness": 80 if place % 2 == 0 else 20, "noise": 80}) for place in range(40)]
        found = evaluate(archive(rows, ["sharpness", "noise"]), outcomes, resamples=100)
        assert [check.id for check in found.by_loss()] == ["noise", "sharpness"]

    def test_an_empty_column_is_told(self):
        found = evaluate(archive([row(2, {"noise": True})], ["sharpness", "noise"]), [outcome({"noise": 80})])
        assert [check.id for check in found.checks] == ["noise"]
        assert any("sharpness" in note for note in found.notes)


class TestWholePhoto:
    ALL = ("sharpness", "noise", "teeth")

    def whole(self, *photos):
        """Evaluate (labels, scores) pairs."""
        rows = [row(place, labels) for place, (labels, _) in enumerate(photos)]
        outcomes = [outcome(scores) for _, scores in photos]
        return evaluate(archive(rows, self.ALL), outcomes, resamples=100).whole

    def test_compliant_photos_are_those_with_nearly_all_labels(self):
        complete = dict.fromkeys(self.ALL, True)
        fine = dict.fromkeys(self.ALL, 90)
        whole = self.whole(
            (complete, fine),
            ({"teeth": True}, fine),
            (complete | {"noise": False}, fine),
            (complete, fine | {"teeth": 10}),
        )
        assert whole.compliant["pass"].total == 2
        assert whole.compliant["fail"].events == 1
        assert whole.unknown == 1
        assert whole.defective["pass"].events == 1

    def test_a_fail_where_the_label_is_open_is_counted_apart(self):
        labels = {f"check {place}": True for place in range(20)}
        rows = [row(2, labels), row(3, labels | {"teeth": True})]
        outcomes = [outcome({"teeth": 10, "check 1": 90}), outcome({"teeth": 10, "check 1": 90})]
        whole = evaluate(archive(rows), outcomes, resamples=100).whole
        assert (whole.compliant["open"].events, whole.compliant["fail"].events) == (1, 1)

    def test_a_column_may_say_it(self):
        rows = [row(2, {}, compliant=True), row(3, {"teeth": True}, compliant=False)]
        outcomes = [outcome({"teeth": 10}), outcome({"teeth": 90})]
        whole = evaluate(archive(rows, ["teeth"]), outcomes, resamples=100).whole
        assert (whole.compliant["fail"].events, whole.compliant["fail"].total) == (1, 1)
        assert (whole.defective["pass"].events, whole.defective["pass"].total) == (1, 1)

    def test_the_right_reason_is_told_from_another(self):
        labels = {"teeth": False, "noise": True}
        whole = self.whole((labels, {"teeth": 10, "noise": 90}), (labels, {"teeth": 90, "noise": 10}))
        assert (whole.defective["fail"].events, whole.defective["right_reason"].events) == (2, 1)

    def test_what_stands_in_the_way(self):
        labels = dict.fromkeys(self.ALL, True)
        fine = dict.fromkeys(self.ALL, 90)
        late = {"image_age": judged(None, "review", "no_evidence")}
        whole = self.whole(
            (labels, fine | {"teeth": 10} | late),
            (labels, fine | {"teeth": 10, "noise": judged(60, "review", "uncertain")}),
            (labels, fine | {"noise": judged(60, "review", "uncertain")}),
        )
        assert [(entry.check, entry.verdict, entry.photos, entry.alone) for entry in whole.obstacles] == [
            ("noise", "review", 2, 1),
            ("teeth", "fail", 2, 1),
        ]  # evidence of the age that is missing stops no photo


class TestGroups:
    def groups(self, rates, people, column="camera", photos_each=2):
        """Evaluate good photos of which a share is rejected, per group."""
        rows, outcomes = [], []
        for name, rate in rates.items():
            for person in range(people):
                for _ in range(photos_each):
                    rejected = person < rate * people
                    groups = {column: name}
                    rows.append(row(len(rows), {"noise": True}, f"{name} {person}", groups=groups))
                    outcomes.append(outcome({"noise": 10 if rejected else 90}))
        found = evaluate(archive(rows, groups=[column]), outcomes, resamples=400)
        return {
            entry.value: entry
            for entry in found.groups
            if (entry.check, entry.kind, entry.column) == ("noise", "rejected", column)
        }

    def test_a_group_that_fares_worse(self):
        found = self.groups({"a": 0.6, "b": 0.1}, people=60)
        assert found["a"].statement == "more"
        assert found["b"].statement == "fewer"
        assert (found["a"].rate.events, found["a"].rate.total, found["a"].rate.subjects) == (72, 120, 60)
        assert found["a"].gap.value == pytest.approx(0.5)

    def test_large_groups_that_fare_the_same(self):
        found = self.groups({"a": 0.1, "b": 0.1}, people=200)
        assert {entry.statement for entry in found.values()} == {"alike"}

    def test_small_groups_are_too_few_whatever_they_show(self):
        assert self.groups({"a": 1.0, "b": 0.0}, people=19)["a"].statement == "too_few"
        assert self.groups({"a": 0.1, "b": 0.1}, people=25)["a"].statement == "too_few"

    def test_no_error_among_few_people_is_no_proof(self):
        assert self.groups({"a": 0.0, "b": 0.0}, people=25)["a"].statement == "too_few"
        assert self.groups({"a": 0.0, "b": 0.0}, people=100)["a"].statement == "alike"

    def test_a_group_without_others(self):
        assert self.groups({"a": 0.5}, people=30)["a"].statement == "alone"

    def test_many_numbers_become_ranges(self):
        ages = [str(age) for age in range(20, 60)]
        rows = [row(place, {"noise": True}, groups={"age": age}) for place, age in enumerate(ages)]
        found = evaluate(archive(rows, groups=["age"]), [outcome({"noise": 90})] * 40, resamples=100)
        values = list(dict.fromkeys(entry.value for entry in found.groups if entry.check == "noise"))
        assert values == ["20–30", "31–40", "41–50", "51–59"]

    def test_names_of_everybody_are_no_groups(self):
        rows = [row(place, {"noise": True}, groups={"file": f"x{place}"}) for place in range(70)]
        found = evaluate(archive(rows, groups=["file"]), [outcome({"noise": 90})] * 70, resamples=100)
        assert found.groups == ()
        assert any("file has 70 different values" in note for note in found.notes)

    def test_the_whole_photo_is_compared_too(self):
        rows = [row(place, {"noise": True}, groups={"sex": "fm"[place % 2]}) for place in range(60)]
        outcomes = [outcome({"noise": 10 if place % 2 else 90}) for place in range(60)]
        found = evaluate(archive(rows, groups=["sex"]), outcomes, resamples=200)
        entry = next(entry for entry in found.groups if (entry.check, entry.value) == (WHOLE_PHOTO, "m"))
        assert (entry.kind, entry.rate.value, entry.statement) == ("rejected", 1.0, "more")


TRUTH = {
    "pupil_l_x": 40.0,
    "pupil_l_y": 50.0,
    "pupil_r_x": 60.0,
    "pupil_r_y": 50.0,
    "chin_x": 50.0,
    "chin_y": 90.0,
}


class TestGeometry:
    def geometry(self, photos):
        """Evaluate (truth, face, px_per_mm) triples."""
        rows = [row(place, {}, truth=truth) for place, (truth, _, _) in enumerate(photos)]
        outcomes = [outcome({}, face=face, px_per_mm=scale) for _, face, scale in photos]
        found = evaluate(archive(rows, ["noise"]), outcomes, resamples=100)
        return {entry.quantity: entry for entry in found.geometry}

    def test_errors_are_distances_in_px_of_the_file(self):
        truth = TRUTH | {"crown_y": 10.0, "head_height_mm": 8.0, "roll": 1.0}
        face = located(((43.0, 54.0), (60.0, 50.0)), (50.0, 92.0), (50.0, 16.0), roll=-1.5)
        found = self.geometry([(truth, face, 10.0)])
        assert found["pupils"].error.value == pytest.approx(2.5)  # (5 + 0) / 2
        assert found["pupils"].relative == pytest.approx(12.5)  # of a distance of 20 px
        assert found["chin"].error.value == pytest.approx(2.0)
        assert found["crown"].error.value == pytest.approx(6.0)
        assert found["head_height"].error.value == pytest.approx(0.4)  # 7.6 mm instead of 8
        assert found["head_height"].bias == pytest.approx(-0.4)
        assert found["roll"].error.value == pytest.approx(2.5)
        assert found["chin"].percentiles == pytest.approx((2.0, 2.0, 2.0, 2.0))

    def test_a_photo_without_a_face_is_counted_as_not_measured(self):
        face = located(((40.0, 50.0), (60.0, 50.0)), (50.0, 90.0), (50.0, 10.0))
        found = self.geometry([(TRUTH, face, 10.0), (TRUTH, None, 10.0)])
        assert (found["chin"].truth, found["chin"].measured) == (2, 1)

    def test_a_checker_that_always_answers_the_same_has_no_skill(self):
        rng = np.random.default_rng(0)
        heights = rng.normal(34, 3, 101)
        centre = float(np.median(heights))
        face = located(((40.0, 50.0), (60.0, 50.0)), (50.0, 10.0 * centre), (50.0, 0.0))
        photos = [({"head_height_mm": float(height)}, face, 10.0) for height in heights]
        found = self.geometry(photos)["head_height"]
        assert found.error.value == pytest.approx(found.constant)
        assert not found.beats_constant

    def test_the_constant_answer_follows_the_size_of_the_file(self):
        # The same print at three resolutions: one answer in mm fits all of them.
        photos = []
        for scale in (5.0, 10.0, 20.0):
            truth = {"chin_x": 17.0 * scale, "chin_y": 40.0 * scale}
            face = located(((0.0, 0.0), (1.0, 0.0)), (17.0 * scale, 41.0 * scale), (0.0, 0.0))
            photos.append((truth, face, scale))
        found = self.geometry(photos)["chin"]
        assert found.constant == pytest.approx(0.0, abs=1e-6)
        assert not found.beats_constant  # a checker that is 1 mm off has measured nothing here

    def test_the_largest_error_comes_first(self):
        photos = [
            (TRUTH, located(((40.0, 50.0), (60.0, 50.0)), (50.0, 90.0 + off), (50.0, 10.0)), 10.0)
            for off in (1.0, 9.0, 4.0)
        ]
        assert self.geometry(photos)["chin"].worst == ((1, 9.0), (2, 4.0), (0, 1.0))


def test_outcomes_must_match_the_rows():
    labels, outcomes = one_check([1, 2], [True, False])
    with pytest.raises(ValueError, match="2 labelled photos, but 1"):
        evaluate(labels, outcomes[:1])


def test_another_check_leaves_the_digits_alone():
    rng = np.random.default_rng(3)
    rows = [row(place, {"noise": place % 3 > 0, "teeth": place % 2 > 0}) for place in range(60)]
    outcomes = [outcome({"noise": value, "teeth": 99 - value}) for value in rng.uniform(0, 99, 60).round(1)]
    both = evaluate(archive(rows), outcomes, resamples=200)
    alone = evaluate(
        archive([row(e.line, {"noise": e.labels["noise"]}) for e in rows]), outcomes, resamples=200
    )
    assert both.checks[0].id == "noise"
    assert both.checks[0].eer == alone.checks[0].eer
    assert both.checks[0].misses == alone.checks[0].misses


def test_reports_of_different_versions_are_noticed():
    from dataclasses import replace

    labels, outcomes = one_check([80, 20], [True, False])
    other = replace(outcomes[0].origin, engine="9.9.9")
    found = evaluate(labels, [outcomes[0], replace(outcomes[1], origin=other)], resamples=100)
    assert len(found.origins) == 2
    assert any("different versions" in note for note in found.notes)


def test_the_rule_of_too_few_is_what_the_docs_say():
    assert statistics.FEWEST_SUBJECTS == 20
    assert statistics.exact_bound(statistics.FEWEST_SUBJECTS) == pytest.approx(0.17, abs=0.005)
