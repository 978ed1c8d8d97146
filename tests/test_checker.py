"""From a photo to its report, through the public functions."""

from __future__ import annotations

import json
import pickle
import threading
from datetime import date

import cv2
import numpy as np
import pytest

import icao_check
from icao_check import Checker, PhotoError, ProfileError, Report, check, check_many
from icao_check.catalogue import CHECKS
from icao_check.profile import load_profile
from tests.conftest import JIT_DISABLED

ON = date(2026, 11, 22)


def digits(report):
    """Return what must not depend on time or threads."""
    content = report.to_dict()
    del content["timing_ms"]
    return json.dumps(content)


class TestReport:
    def test_a_laughing_astronaut_gets_no_card(self, portrait_jpeg):
        report = check(portrait_jpeg, on=ON)
        assert report.verdict == "fail"
        assert report["mouth_closed"].verdict == "fail"
        assert report["expression_neutrality"].verdict == "fail"
        assert report["single_face"].verdict == "pass"
        assert report["head_height"].verdict == "borderline"
        assert report["image_age"].verdict == "review"
        assert report.to_confirm == ("capture_date",)

    def test_it_lists_every_check_once_in_order(self, checker, portrait):
        report = checker.check(portrait)
        assert [result.id for result in report] == [spec.id for spec in CHECKS]
        for result in report:
            assert (result.score is None) == (result.value is None)
            assert (result.reason is None) == (result.verdict == "pass")
            assert (result.limits is None) == (result.verdict == "skipped")
        with pytest.raises(KeyError):
            report["beauty"]

    def test_what_is_not_built_says_so_and_caps_the_verdict(self, checker, portrait):
        report = checker.check(portrait)
        unbuilt = {spec.id for spec in CHECKS if spec.measure is None and "reference" not in spec.needs}
        assert {result.id for result in report if result.reason == "not_implemented"} == unbuilt
        only_good = checker.check(portrait, only=["single_face", "head_pose_roll"])
        assert only_good.verdict == "pass"

    def test_coordinates_are_those_of_the_upright_photo(self, checker, portrait):
        face = checker.check(portrait).face
        (left_x, left_y), (right_x, right_y) = face.pupils
        assert 150 < left_x < 190 < 240 < right_x < 280
        assert abs(left_y - right_y) < 12
        assert face.crown[1] < left_y < face.chin[1] < portrait.shape[0]
        assert face.pose.roll == checker.check(portrait)["head_pose_roll"].value

    def test_json_round_trip_in_any_language(self, checker, portrait):
        report = checker.check(portrait, on=ON, id="2026/17", taken_on=date(2026, 11, 1))
        for lang in ("en", "nl", "fr", "de"):
            line = report.to_json(lang)
            assert "\n" not in line
            again = Report.from_json(line)
            assert again.to_json("nl") == report.to_json("nl")
            assert again == report
        content = json.loads(report.to_json())
        assert content["schema"] == 1
        assert content["inputs"]["on"] == "2026-11-22"
        assert content["inputs"]["scale"] == {"px_per_mm": 12.0, "source": "aspect"}
        height = next(entry for entry in content["checks"] if entry["id"] == "head_height")
        assert set(height) >= {
            "id", "verdict", "value", "uncertainty", "unit", "limits", "margin", "score", "reason",
            "waivable_by", "message", "remedy",
        }  # fmt: skip
        assert height["limits"] == {"pass": [31.0, 36.0], "tolerated": [25.0, 40.0]}

    def test_pixels_never_leave(self, checker, portrait):
        report = checker.check(portrait)
        assert report.overlay().size[1] > portrait.shape[0]
        copy = pickle.loads(pickle.dumps(report))
        assert copy == report
        assert copy._pixels is None
        with pytest.raises(ValueError, match="holds no photo"):
            copy.overlay()
        assert len(pickle.dumps(report)) < 50_000

    def test_an_overlay_of_another_photo_is_refused(self, checker, portrait):
        from icao_check.photo import read_photo

        report = checker.check(portrait)
        with pytest.raises(ValueError, match="another photo"):
            report.overlay(read_photo(np.ascontiguousarray(portrait[::-1])))

    def test_it_is_immutable(self, checker, portrait):
        report = checker.check(portrait)
        with pytest.raises(ValueError, match="frozen"):
            report.verdict = "pass"


class TestOverrule:
    def test_a_person_decides_otherwise(self, checker, portrait):
        report = checker.check(portrait, only=["mouth_closed", "expression_neutrality"])
        once = report.overrule("mouth_closed", "lips cannot be closed")
        assert once.verdict == "fail"
        twice = once.overrule("expression_neutrality", "as above")
        assert twice.verdict == "pass"
        assert report.verdict == "fail"
        assert twice["mouth_closed"].verdict == "fail"
        assert [entry.check for entry in twice.overruled] == ["mouth_closed", "expression_neutrality"]
        assert Report.from_json(twice.to_json()).overruled == twice.overruled

    def test_there_must_be_something_to_overrule_and_a_reason(self, checker, portrait):
        report = checker.check(portrait)
        with pytest.raises(ValueError, match="nothing to overrule"):
            report.overrule("single_face", "why not")
        with pytest.raises(ValueError, match="reason"):
            report.overrule("mouth_closed", "  ")
        with pytest.raises(KeyError):
            report.overrule("beauty", "why not")


class TestDeclarations:
    def test_a_declared_date_is_judged_on_the_day_of_application(self, checker, portrait):
        recent = checker.check(portrait, on=ON, taken_on=date(2026, 5, 22))["image_age"]
        assert (recent.verdict, recent.value, recent.margin) == ("pass", 6.0, 0.0)
        old = checker.check(portrait, on=ON, taken_on=date(2026, 5, 21))["image_age"]
        assert (old.verdict, old.reason) == ("fail", "too_old")
        assert "21 May 2026" in old.message().replace("May 21, 2026", "21 May 2026")

    def test_the_name_of_an_upload_counts(self, checker, portrait_jpeg):
        options = {"on": ON, "only": ["image_age"]}
        nameless = checker.check(portrait_jpeg, **options)["image_age"]
        assert (nameless.verdict, nameless.reason) == ("review", "no_evidence")
        lately = checker.check(portrait_jpeg, name="IMG-20261101-WA0001.jpg", **options)["image_age"]
        assert (lately.verdict, lately.reason) == ("review", "not_newer_than")
        old = checker.check(portrait_jpeg, name="IMG-20251101-WA0001.jpg", **options)
        assert old["image_age"].verdict == old.verdict == "fail"
        assert "WA0001" not in old.to_json()

    def test_bytes_and_a_fresh_file_give_the_same_report(self, checker, portrait_jpeg, tmp_path):
        path = tmp_path / "portrait.jpg"
        path.write_bytes(portrait_jpeg)
        assert checker.check(path).checks == checker.check(portrait_jpeg).checks

    def test_required_evidence_counts(self, checker, portrait):
        options = {"only": ["image_age", "single_face"]}
        assert checker.check(portrait, **options).verdict == "pass"
        assert checker.check(portrait, require=["image_age"], **options).verdict == "review"

    def test_a_waiver_skips_its_checks(self, checker, portrait):
        report = checker.check(portrait, waive=["expression"])
        for name in ("mouth_closed", "expression_neutrality"):
            assert (report[name].verdict, report[name].reason) == ("skipped", "waived")
            assert "expression" in report[name].waivable_by

    def test_a_small_child_may_smile(self, checker, portrait):
        by_group = checker.check(portrait, on=ON, age_group="under-3")
        by_birth = checker.check(portrait, on=ON, born_on=date(2025, 1, 1))
        assert by_group["mouth_closed"].reason == "waived"
        assert by_birth.inputs.age_group == "under-3"
        assert digits(by_group) == digits(by_birth)
        assert "2025" not in by_birth.to_json()

    def test_reuse_needs_a_reference(self, checker, portrait, portrait_jpeg):
        assert checker.check(portrait)["reuse"].reason == "no_input"
        again = checker.check(portrait, reference=portrait_jpeg)["reuse"]
        assert (again.verdict, again.reason) == ("fail", "same_photo")

    @pytest.mark.parametrize(
        ("options", "error"),
        [
            ({"age_group": "baby"}, ValueError),
            ({"waive": ["beauty"]}, ValueError),
            ({"waive": "expression"}, TypeError),
            ({"only": ["beauty"]}, ValueError),
            ({"require": ["gaze"]}, ValueError),
            ({"dpi": -1}, ValueError),
            ({"print_size": (0, 45)}, ValueError),
            ({"framing": "zoom"}, ValueError),
            ({"profile": "be-nothing"}, ProfileError),
            ({"colour": "blue"}, TypeError),
        ],
    )
    def test_a_bad_call_is_named(self, checker, portrait, options, error):
        with pytest.raises(error):
            checker.check(portrait, **options)


class TestNoFace:
    @pytest.mark.parametrize(
        "pixels",
        [
            np.full((450, 350, 3), 255, np.uint8),
            np.zeros((1, 1, 3), np.uint8),
            np.random.default_rng(3).integers(0, 256, (90, 70, 3), np.uint8),
            np.zeros((2000, 3, 3), np.uint8),
            np.zeros((3, 2000, 3), np.uint8),
        ],
        ids=["white", "one pixel", "noise", "tall strip", "wide strip"],
    )
    def test_it_fails_and_the_rest_needs_review(self, checker, pixels):
        report = checker.check(pixels)
        single = report["single_face"]
        assert (single.verdict, single.reason, single.score) == ("fail", "no_face", 0.0)
        assert report.verdict == "fail"
        assert report.face is None
        for spec in CHECKS:
            limited = spec.id in load_profile("be-residence-card").limits
            if "face" in spec.needs and spec.measure and limited and "reference" not in spec.needs:
                result = report[spec.id]
                assert (result.verdict, result.reason) == ("review", "no_face")
                assert result.value is None
        assert report.overlay().size[0] > 0

    def test_what_is_skipped_does_not_depend_on_the_pixels(self, checker, portrait):
        def skipped(pixels):
            return {(r.id, r.reason) for r in checker.check(pixels) if r.verdict == "skipped"}

        assert skipped(portrait) == skipped(np.zeros((90, 70, 3), np.uint8))


class TestMany:
    def test_order_is_kept_and_a_bad_file_does_not_stop_it(self, portrait_jpeg):
        def photos():
            yield portrait_jpeg
            yield b"no photo"
            yield portrait_jpeg[:500]
            yield portrait_jpeg

        reports = list(check_many(photos(), on=ON))
        assert [report.verdict for report in reports] == ["fail", "error", "error", "fail"]
        assert [report.error and report.error.code for report in reports] == [
            None, "unsupported_format", "truncated", None,
        ]  # fmt: skip
        assert reports[0]._pixels is None
        content = json.loads(reports[2].to_json("nl"))
        assert content["error"]["message"].startswith("Het bestand is niet volledig")
        assert content["checks"] == []

    def test_it_is_lazy(self, portrait_jpeg):
        taken = []

        def photos():
            for position in range(5):
                taken.append(position)
                yield portrait_jpeg

        stream = check_many(photos())
        assert taken == []
        next(stream)
        assert taken == [0]

    def test_a_bad_call_is_still_an_error(self, portrait_jpeg):
        with pytest.raises(ValueError, match="unknown check"):
            next(check_many([portrait_jpeg], only=["beauty"]))


class TestLimits:
    def test_they_are_those_of_the_checker(self, portrait_jpeg):
        with pytest.raises(PhotoError) as caught:
            Checker(max_bytes=1000).check(portrait_jpeg)
        assert caught.value.code == "too_many_bytes"
        with pytest.raises(PhotoError) as caught:
            Checker(max_pixels=1000).check(portrait_jpeg)
        assert caught.value.code == "too_many_pixels"


def test_a_checker_can_be_sent_to_another_process(portrait):
    checker = pickle.loads(pickle.dumps(Checker()))
    assert checker.check(portrait).verdict == "fail"


def test_warming_up_leaves_no_trace(portrait):
    checker = Checker()
    checker.warm()
    assert digits(checker.check(portrait, on=ON)) == digits(Checker().check(portrait, on=ON))


def test_public_names_are_there_and_only_those():
    for name in icao_check.__all__:
        assert getattr(icao_check, name) is not None
    with pytest.raises(AttributeError):
        icao_check.beauty  # noqa: B018


def variants(portrait, count):
    """Return different crops of one face as JPEG files."""
    rng = np.random.default_rng(5)
    for _ in range(count):
        top, left = rng.integers(0, 40, 2)
        crop = cv2.cvtColor(portrait[top : top + 480, left : left + 373], cv2.COLOR_RGB2BGR)
        yield cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(70, 98))])[1].tobytes()


def test_four_threads_give_the_same_digits(portrait):
    photos = list(variants(portrait, 3 if JIT_DISABLED else 200))
    shared = Checker()
    alone = [digits(shared.check(photo, on=ON)) for photo in photos]
    found: dict[int, list[str]] = {}

    def work(thread):
        order = np.random.default_rng(thread).permutation(len(photos))
        results = [""] * len(photos)
        for position in order:
            results[position] = digits(shared.check(photos[position], on=ON))
        found[thread] = results

    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [0, 1, 2, 3]
    for results in found.values():
        assert results == alone
