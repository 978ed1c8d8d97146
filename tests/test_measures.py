"""Measures: what they return on real and on made-up cases."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from icao_check.cropping import cut
from icao_check.face import Trunk, find_face
from icao_check.face.trunk import COLUMNS, ROWS, trunk_layers
from icao_check.landmarks import GROUPS
from icao_check.measures import (
    age,
    background,
    coverings,
    expression,
    eyes,
    file,
    geometry,
    mouth,
    perspective,
)
from icao_check.measures.case import Case
from icao_check.metadata import DateEvidence, Metadata, Optics
from icao_check.photo import read_photo
from icao_check.regions import HAIR, SKIN
from icao_check.scale import Scale, print_scale
from tests import naive, photo_files

TODAY = date(2026, 11, 22)


def rotated(pixels, degrees):
    """Turn a picture clockwise as displayed."""
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    return cv2.warpAffine(pixels, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)


class TestGeometry:
    def test_the_whole_head_is_measured_in_mm(self, case):
        found = geometry.head_height(case)
        assert 24 < found.value < 29
        assert 0 < found.uncertainty < 2

    def test_a_declared_scale_changes_millimetres_and_nothing_else(self, case):
        half = dataclasses.replace(case, scale=Scale(px_per_mm=case.scale.px_per_mm * 2, source="dpi"))
        assert geometry.head_height(half).value == pytest.approx(geometry.head_height(case).value / 2)
        assert geometry.inter_eye_distance(half) == geometry.inter_eye_distance(case)

    def test_size_in_pixels_does_not_change_millimetres(self, make_case, portrait, case):
        larger = make_case(cv2.resize(portrait, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
        assert geometry.head_height(larger).value == pytest.approx(geometry.head_height(case).value, abs=0.6)
        doubled = geometry.inter_eye_distance(larger).value / geometry.inter_eye_distance(case).value
        assert doubled == pytest.approx(2, rel=0.02)

    @pytest.mark.parametrize("degrees", [-15, -6, 6, 15])
    def test_roll_follows_the_picture(self, make_case, portrait, case, degrees):
        turned = geometry.head_pose_roll(make_case(rotated(portrait, degrees))).value
        assert turned - geometry.head_pose_roll(case).value == pytest.approx(degrees, abs=1.5)

    def test_a_mirror_turns_the_signs(self, make_case, portrait, case):
        mirrored = make_case(portrait[:, ::-1])
        for measure, slack in ((geometry.head_pose_roll, 1.5), (geometry.head_centring, 1.5)):
            assert measure(mirrored).value == pytest.approx(-measure(case).value, abs=slack)

    def test_centring_follows_a_shift(self, make_case, portrait, case):
        shifted = np.concatenate([portrait[:, :42], portrait[:, :-42]], axis=1)  # 10 % to the right
        moved = geometry.head_centring(make_case(shifted)).value - geometry.head_centring(case).value
        assert moved == pytest.approx(10, abs=1)

    def test_the_eye_line_follows_a_shift(self, make_case, portrait, case):
        lower = np.concatenate([portrait[:1].repeat(54, axis=0), portrait[:-54]])  # 10 % of the height
        moved = make_case(lower)
        drop = geometry.eye_line(case).value - geometry.eye_line(moved).value
        assert drop == pytest.approx(10, abs=1)
        gained = geometry.margin_above(moved).value - geometry.margin_above(case).value
        assert gained == pytest.approx(4.5, abs=1)
        assert 50 < geometry.eye_line(case).value < 70

    def test_a_cut_crown_leaves_less_than_no_room(self, make_case, portrait, case):
        cut = make_case(portrait[120:])
        assert geometry.margin_above(cut).value < 0 < geometry.margin_above(case).value

    def test_yaw_is_that_of_the_pose(self, case):
        level = np.array([[150.0, 230.0], [250.0, 230.0]])
        for yaw in (0.0, 12.0, -12.0):
            pose = dataclasses.replace(case.face.pose, yaw=yaw, pitch=0.0)
            turned = dataclasses.replace(case, face=dataclasses.replace(case.face, pose=pose, pupils=level))
            assert geometry.head_pose_yaw(turned).value == pytest.approx(yaw, abs=1e-9)
        assert geometry.head_pose_yaw(case).uncertainty > 0.5

    def test_pitch_is_that_of_the_pose(self, case):
        level = np.array([[150.0, 230.0], [250.0, 230.0]])
        for pitch in (0.0, 9.0, -9.0):
            pose = dataclasses.replace(case.face.pose, yaw=0.0, pitch=pitch)
            raised = dataclasses.replace(case, face=dataclasses.replace(case.face, pose=pose, pupils=level))
            assert geometry.head_pose_pitch(raised).value == pytest.approx(pitch, abs=1e-9)
        assert geometry.head_pose_pitch(case).uncertainty > 1.0

    def test_a_mirror_leaves_pitch(self, make_case, portrait, case):
        mirrored = geometry.head_pose_pitch(make_case(portrait[:, ::-1])).value
        assert mirrored == pytest.approx(geometry.head_pose_pitch(case).value, abs=2)

    def test_pitch_behind_a_mask_is_left_to_a_person(self, case):
        assert geometry.head_pose_pitch(seeing(case)).doubt is None
        assert geometry.head_pose_pitch(seeing(case, mouth_covered=2.0)).doubt == "covered_mouth"

    def test_a_mirror_turns_yaw(self, make_case, portrait, case):
        mirrored = geometry.head_pose_yaw(make_case(portrait[:, ::-1])).value
        assert mirrored == pytest.approx(-geometry.head_pose_yaw(case).value, abs=4)

    def test_faces_are_counted_by_size(self, make_case, portrait, case):
        assert geometry.single_face(case).value == 1.0
        twins = geometry.single_face(make_case(np.concatenate([portrait, portrait], axis=1)))
        assert twins.value == pytest.approx(2.0, abs=0.25)
        assert twins.facts["faces"] == 2
        nobody = geometry.single_face(make_case(np.full((300, 240, 3), 128, np.uint8)))
        assert nobody.value == 0.0


class TestBackground:
    def test_objects_and_texture_widen_the_spread(self, make_case, portrait, case):
        plain = background.background_uniformity(case).value
        striped = portrait.copy()
        striped[:300, :110:4] //= 3
        striped[:300, 310::4] //= 3
        boxed = portrait.copy()
        boxed[0:160, 0:70] = (150, 30, 30)
        for spoiled in (striped, boxed):
            assert background.background_uniformity(make_case(spoiled)).value > plain + 5

    def test_a_wall_that_is_hidden_cannot_be_judged(self, make_case, portrait):
        face = portrait[100:330, 95:315]
        found = background.background_uniformity(make_case(face))
        assert found.value is None or found.value >= 0
        if found.value is None:
            assert found.reason == "no_background"


class TestShoulders:
    def degrees(self, case, yaw, roll, eye_line=0.0):
        a = np.radians(eye_line)
        pupils = np.array([200.0, 230.0]) + 50.0 * np.array(
            [[-np.cos(a), -np.sin(a)], [np.cos(a), np.sin(a)]]
        )
        face = dataclasses.replace(case.face, trunk=Trunk(yaw, roll), pupils=pupils)
        return geometry.shoulders(dataclasses.replace(case, face=face)).value

    @pytest.mark.parametrize(
        ("yaw", "roll", "eye_line", "expected"),
        [
            (0, 0, 0, 0),
            (-25, 0, 0, 25),
            (3, -4, 0, 5),
            (0, 12, 12, 0),  # the whole picture is tilted: the roll of the head says so
            (0, 0, 12, 0),  # only the head is
            (0, 12, 0, 12),
            (0, -9, 4, 9),
        ],
    )
    def test_turn_and_lean_away_from_the_camera(self, case, yaw, roll, eye_line, expected):
        assert self.degrees(case, yaw, roll, eye_line) == pytest.approx(expected, abs=1e-6)

    def test_a_mirrored_picture_has_the_opposite_angles(self, make_case, portrait, case):
        mirrored = make_case(portrait[:, ::-1]).face.trunk
        assert mirrored.yaw == pytest.approx(-case.face.trunk.yaw, abs=4)
        assert mirrored.roll == pytest.approx(-case.face.trunk.roll, abs=3)

    def test_where_nothing_of_the_trunk_shows_nothing_is_said_against_it(self, make_case, portrait, case):
        chin = int(case.face.chin[1])
        assert geometry.shoulders(make_case(portrait[: chin + 12])).value < 5

    def test_a_symmetric_view_is_square(self, case):
        half = np.random.default_rng(0).integers(0, 256, (ROWS, COLUMNS // 2, 7)).astype(np.uint8)
        layers = trunk_layers(np.concatenate([half, half[:, ::-1]], axis=1))
        np.testing.assert_array_equal(layers, layers[:, :, ::-1])


class TestPerspective:
    def test_a_higher_reading_is_nearer(self, case):
        def centimetres(reading):
            return perspective.perspective(
                dataclasses.replace(case, face=dataclasses.replace(case.face, nearness=reading))
            ).value

        found = [centimetres(reading) for reading in (-3.0, 0.5, 1.2, 1.6, 2.0, 6.0)]
        assert found == sorted(found, reverse=True)
        assert found[1] > 100 > 50 > found[4] > 25

    def test_a_turned_head_tells_less(self, case):
        def uncertainty(yaw):
            pose = dataclasses.replace(case.face.pose, yaw=yaw, pitch=0.0)
            face = dataclasses.replace(case.face, nearness=0.8, pose=pose)
            return perspective.perspective(dataclasses.replace(case, face=face)).uncertainty

        assert uncertainty(30.0) > uncertainty(0.0)

    def with_lens(self, case, metres, reading, size=None):
        apart = np.hypot(*(case.face.pupils[1] - case.face.pupils[0])) / np.cos(
            np.radians(case.face.pose.yaw)
        )
        optics = Optics(apart * metres / 0.063, size or case.photo.file.stored_size)
        photo = dataclasses.replace(case.photo, metadata=Metadata(optics=optics))
        face = dataclasses.replace(case.face, nearness=reading)
        return perspective.perspective(dataclasses.replace(case, photo=photo, face=face))

    def test_the_lens_decides_where_the_face_agrees(self, case):
        for metres, reading in ((0.4, 1.6), (1.5, 1.3), (1.5, 0.8)):
            found = self.with_lens(case, metres, reading)
            assert found.value == pytest.approx(100 * metres)
            assert found.uncertainty < 0.1 * found.value
            assert [piece.role for piece in found.evidence] == ["decides", "confirms"]

    def test_the_lens_of_a_picture_that_was_cropped_elsewhere_does_not_count(self, case):
        plain = dataclasses.replace(case, face=dataclasses.replace(case.face, nearness=0.7))
        expected = perspective.perspective(plain).value
        contradicted = self.with_lens(case, 0.35, 0.7)
        assert contradicted.value == expected > 100
        assert [(piece.source, piece.role) for piece in contradicted.evidence] == [
            ("proportions", "decides"),
            ("focal_length", "ignored"),
        ]
        assert self.with_lens(case, 0.4, 0.7, size=(3024, 4032)).value == expected

    def test_the_whole_frame_of_a_camera_and_a_crop_of_it(self, portrait, finder):
        height = portrait.shape[0] // 3 * 3
        frame = cv2.copyMakeBorder(
            portrait[:height], 0, 0, 0, height * 4 // 3 - portrait.shape[1], cv2.BORDER_REPLICATE
        )
        tall = np.rot90(frame)  # as a phone stores it
        size = {"pixels_across": tall.shape[1], "pixels_down": tall.shape[0]}
        tags = photo_files.exif(focal_35mm=100, orientation=6, **size)
        photo = read_photo(photo_files.jpeg(tags, pixels=Image.fromarray(np.ascontiguousarray(tall))))
        assert (photo.height, photo.width) == frame.shape[:2]
        part = cut(photo, (0, 0, portrait.shape[1], height))
        found = []
        for picture in (photo, part):
            scale = print_scale(picture.width, picture.height, (35.0, 45.0))
            face = find_face(picture, finder)
            apart = np.hypot(*(face.pupils[1] - face.pupils[0]))
            metres = 100 / 43.267 * np.hypot(photo.width, photo.height) * 0.063 / apart
            # a reading that agrees, whatever this face looks like
            face = dataclasses.replace(face, nearness=0.53 + 0.47 / metres)
            measured = perspective.perspective(Case(photo=picture, face=face, scale=scale, on=TODAY))
            assert measured.evidence[0].source == "focal_length"
            assert measured.value == pytest.approx(100 * metres * np.cos(np.radians(face.pose.yaw)), rel=0.01)
            found.append(measured.value)
        assert found[0] == pytest.approx(found[1], rel=0.05)

    def test_behind_a_mask_a_person_looks(self, case):
        assert perspective.perspective(seeing(case, mouth_covered=2.0)).doubt == "covered_mouth"
        assert perspective.perspective(seeing(case)).doubt is None


def seeing(case, **odds):
    """Return a case in which the networks see nothing special but what is named, in log-odds or its unit."""
    usual = {"lid_opening": 14.0, "gaze_right": 0.0, "gaze_down": 0.0}
    appearance = dict.fromkeys(case.face.appearance, -9.0) | usual | odds
    return dataclasses.replace(case, face=dataclasses.replace(case.face, appearance=appearance))


def moved(case, **groups):
    """Return a case in which groups of landmarks are moved by (x, y) inter-eye distances."""
    landmarks = case.face.landmarks
    points = landmarks.points.copy()
    distance = np.hypot(*(case.face.pupils[1] - case.face.pupils[0]))
    for name, step in groups.items():
        points[list(GROUPS[name])] += distance * np.array(step)
    landmarks = dataclasses.replace(landmarks, points=points)
    face = dataclasses.replace(case.face, landmarks=landmarks, pupils=landmarks.pupils)
    return dataclasses.replace(case, face=face)


def combed(case, row):
    """Return a case in whose label map everything above a row of the photo is hair, below it skin."""
    regions = case.face.regions
    rows = np.arange(regions.kinds.shape[0])[:, np.newaxis] * regions.px_per_cell
    kinds = np.where(rows < row, HAIR, SKIN).astype(np.uint8) * np.ones_like(regions.kinds)
    regions = dataclasses.replace(regions, kinds=kinds, share=np.ones_like(regions.share))
    return dataclasses.replace(case, face=dataclasses.replace(case.face, regions=regions))


class TestEyes:
    @pytest.mark.parametrize("aside", [-0.05, 0.05])
    def test_the_gaze_follows_the_pupils(self, case, aside):
        straight = seeing(case)
        look = eyes.gaze(moved(straight, left_pupil=(aside, 0), right_pupil=(aside, 0)))
        assert look.value > eyes.gaze(straight).value + 8
        assert np.sign(look.facts["right"]) == np.sign(aside)
        assert 0.5 < look.uncertainty < 4

    def test_a_squint_counts_half_and_convergence_not_at_all(self, case):
        straight = eyes.gaze(seeing(case)).facts["right"]
        one = eyes.gaze(moved(seeing(case), left_pupil=(0.04, 0))).facts["right"]
        both = eyes.gaze(moved(seeing(case), left_pupil=(0.04, 0), right_pupil=(0.04, 0))).facts["right"]
        nearer = eyes.gaze(moved(seeing(case), left_pupil=(0.02, 0), right_pupil=(-0.02, 0))).facts["right"]
        assert one - straight == pytest.approx((both - straight) / 2, rel=0.15)
        assert nearer == pytest.approx(straight, abs=0.8)

    def test_a_turned_head_may_look_into_the_camera(self, case):
        face = case.face
        pose = dataclasses.replace(face.pose, yaw=face.pose.yaw + 15)
        turned = dataclasses.replace(seeing(case), face=dataclasses.replace(seeing(case).face, pose=pose))
        shift = -0.062 * (np.sin(np.radians(pose.yaw)) - np.sin(np.radians(face.pose.yaw)))
        still = moved(turned, left_pupil=(shift, 0), right_pupil=(shift, 0))
        assert eyes.gaze(still).value == pytest.approx(eyes.gaze(seeing(case)).value, abs=0.5)

    def test_closed_eyes_look_nowhere(self, case):
        found = eyes.gaze(seeing(case, eyes_closed=2.0))
        assert (found.value, found.reason) == (None, "not_measurable")

    def test_open_eyes_are_open_and_shut_ones_are_not(self, case):
        opened = eyes.eyes_open(seeing(case))
        assert opened.value > 9
        assert opened.uncertainty < 3
        shut = eyes.eyes_open(seeing(case, eyes_closed=6.0, lid_opening=1.0))
        assert shut.value < 0.7
        contradicted = eyes.eyes_open(seeing(case, eyes_closed=6.0))
        assert shut.value < contradicted.value < opened.value
        assert contradicted.uncertainty > 3
        assert contradicted.extremes[0] < 3 < 9 < contradicted.extremes[1]
        assert contradicted.dispute == "uncertain"

    def test_one_lowered_lid_is_enough(self, case):
        opened = eyes.eyes_open(seeing(case)).value
        lowered = eyes.eyes_open(moved(seeing(case), left_upper_lid=(0, 0.05))).value
        assert lowered == pytest.approx(opened - 2.5, abs=0.8)
        assert eyes.eyes_open(seeing(case, lid_opening=9.0)).value == pytest.approx(opened - 2.5)

    def test_the_lids_do_not_depend_on_pixels(self, make_case, portrait, case):
        larger = make_case(cv2.resize(portrait, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
        found = eyes.eyes_open(seeing(larger)).value
        assert found == pytest.approx(eyes.eyes_open(seeing(case)).value, abs=1.5)

    @pytest.mark.parametrize(
        "measure",
        [eyes.gaze, eyes.eyes_open, eyes.eyes_visible, eyes.glasses, eyes.red_eye, eyes.lens_reflection],
        ids=lambda m: m.__name__,
    )
    def test_behind_dark_lenses_a_person_has_to_look(self, case, measure):
        assert measure(seeing(case)).reason is None
        found = measure(seeing(case, dark_lenses=3.0))
        assert (found.value, found.reason) == (None, "dark_lenses")

    def test_light_on_lenses_is_a_share_of_the_eye(self, make_case, portrait, case):
        assert eyes.lens_reflection(seeing(case, glasses=9.0)).value < 1
        shiny = portrait.copy()
        x, y = np.rint(case.face.pupils[0]).astype(int).tolist()
        cv2.circle(shiny, (x, y), 9, (252, 251, 250), -1)
        glare = make_case(shiny)
        glare = dataclasses.replace(glare, face=dataclasses.replace(glare.face, pupils=case.face.pupils))
        distance = np.hypot(*(case.face.pupils[1] - case.face.pupils[0])) / 90
        share = 9**2 / (22 * 13 * distance**2) * 100
        assert eyes.lens_reflection(seeing(glare, glasses=9.0)).value == pytest.approx(share, rel=0.25)
        assert eyes.lens_reflection(seeing(glare)).value < 0.1  # no glasses, no lenses

    @pytest.mark.parametrize(
        ("measure", "name"),
        [
            (eyes.eyes_visible, "eyes_covered"),
            (eyes.dark_lenses, "dark_lenses"),
            (eyes.glasses, "frame_over_eyes"),
        ],
    )
    def test_what_is_seen_becomes_an_index(self, case, measure, name):
        values = [measure(seeing(case, **{name: odds})).value for odds in (-9.0, -3.0)]
        assert values == pytest.approx([np.exp(-3), np.exp(-1)])


class TestCoverings:
    @pytest.mark.parametrize(
        ("measure", "name"),
        [
            (coverings.mouth_occlusion, "mouth_covered"),
            (coverings.face_occlusion, "mouth_covered"),
            (coverings.face_occlusion, "eyes_covered"),
            (coverings.no_head_covering, "head_covered"),
            (mouth.teeth, "teeth"),
        ],
    )
    def test_what_is_seen_becomes_an_index(self, case, measure, name):
        clear, unsure, seen = (measure(seeing(case, **{name: odds})) for odds in (-9.0, 0.0, 9.0))
        assert clear.value < 0.3
        assert unsure.value == pytest.approx(1.0)
        if seen.value is not None:
            assert seen.value == pytest.approx(np.exp(3))
        assert unsure.extremes[0] < 1 < unsure.extremes[1]
        assert unsure.dispute == "uncertain"

    def test_dark_lenses_do_not_cover_the_face(self, case):
        found = coverings.face_occlusion(seeing(case, dark_lenses=5.0, eyes_covered=5.0))
        assert found.value < 0.1

    def test_a_covered_head_is_for_a_person_to_judge(self, case):
        assert coverings.no_head_covering(seeing(case, head_covered=9.0)).excuse == "head_covering_allowed"

    def test_where_the_crown_is_cut_no_covering_is_suspected(self, case):
        unsure = seeing(case, head_covered=0.0)
        above = dataclasses.replace(unsure.face, crown=np.array([unsure.face.crown[0], -5.0]))
        cut = dataclasses.replace(unsure, face=above)
        assert coverings.no_head_covering(unsure).dispute == "uncertain"
        assert coverings.no_head_covering(cut).dispute == "crown_cut"

    def test_a_free_forehead_with_both_ears_is_seen(self, case):
        found = coverings.ears_forehead(seeing(combed(case, 0)))
        assert found.value > 99.9
        assert found.facts == {"forehead": 100, "ears": 100}

    def test_a_fringe_and_hair_over_the_ears_are_seen(self, case):
        hidden = {name: case.face.appearance[name] for name in ("left_ear_hidden", "right_ear_hidden")}
        assert max(hidden.values()) > 1
        assert 25 < coverings.ears_forehead(seeing(case)).value < 65
        assert coverings.ears_forehead(seeing(combed(case, 0), **hidden)).value < 40

    @pytest.mark.parametrize(("left", "right", "ears"), [(9, -9, 50), (-9, 9, 50), (9, 9, 0), (0, 0, 50)])
    def test_hidden_ears_count_by_half(self, case, left, right, ears):
        found = coverings.ears_forehead(seeing(combed(case, 0), left_ear_hidden=left, right_ear_hidden=right))
        assert found.value == pytest.approx(ears, abs=0.1)
        assert found.finding == "ears_hidden"
        low, high = found.extremes
        if left == 0:
            assert low < 20 and high > 80
        else:
            assert low == pytest.approx(high, abs=0.2)

    @pytest.mark.parametrize(("yaw", "near", "far"), [(15.0, "left", "right"), (-15.0, "right", "left")])
    def test_of_a_turned_head_the_nearer_ear_counts(self, case, yaw, near, far):
        pose = dataclasses.replace(case.face.pose, yaw=yaw)
        for hidden, ears in ((near, 0), (far, 100)):
            one = seeing(case, **{f"{hidden}_ear_hidden": 9.0})
            turned = dataclasses.replace(one, face=dataclasses.replace(one.face, pose=pose))
            assert coverings.ears_forehead(turned).facts["ears"] == ears

    @pytest.mark.parametrize("share", [0.0, 0.2, 0.35, 0.5, 0.65, 1.0])
    def test_hair_on_the_forehead_counts_by_what_it_hides(self, case, share):
        brow, edge = case.face.landmarks.brows[:, 1].mean(), case.face.landmarks.hairline[3:-3, 1].mean()
        one = combed(seeing(case), edge + share * (brow - edge))
        found = coverings.ears_forehead(one)
        # The measured part ends at 0.85 and 0.25 of the way up; brows and hairline are no straight lines.
        expected = np.clip((0.75 - share) / 0.6, 0.0, 1.0)
        assert found.value / 100 == pytest.approx(expected, abs=0.2)
        assert found.value / 100 == pytest.approx(naive.skin_of_forehead(one.face), abs=0.06)

    def test_beneath_a_cloth_neither_need_show(self, case):
        found = coverings.ears_forehead(seeing(case, cloth_over_ears=1.0))
        assert (found.value, found.reason) == (None, "head_covering_allowed")

    def test_a_forehead_outside_the_picture_is_not_measured(self, case):
        names = ("left_hairline", "right_hairline", "middle_hairline", "left_brow", "right_brow")
        found = coverings.ears_forehead(moved(seeing(case), **dict.fromkeys(names, (0, -9))))
        assert (found.value, found.reason) == (None, "not_measurable")

    @pytest.mark.parametrize("measure", [mouth.mouth_closed, mouth.teeth], ids=lambda m: m.__name__)
    def test_a_covered_mouth_cannot_be_judged(self, case, measure):
        assert measure(seeing(case)).reason is None
        found = measure(seeing(case, mouth_covered=3.0))
        assert (found.value, found.reason) == (None, "covered_mouth")


class TestMouth:
    def test_a_laugh_is_open_and_not_neutral(self, case):
        assert mouth.mouth_closed(case).value > 50
        assert expression.expression_neutrality(case).value > 1


class TestFile:
    def test_the_shape_is_relative_to_the_print(self, make_case, portrait):
        assert file.aspect_ratio(make_case(portrait)).value == pytest.approx(1.0, abs=0.002)
        wide = file.aspect_ratio(make_case(portrait[:420]))
        assert wide.value == pytest.approx(45 / 35)
        assert wide.facts == {"width": 420, "height": 420}


class TestImageAge:
    @pytest.mark.parametrize(
        ("earlier", "later", "months"),
        [
            ("2026-11-22", "2026-11-22", 0),
            ("2026-05-22", "2026-11-22", 6),
            ("2026-05-21", "2026-11-22", 6 + 1 / 30),
            ("2026-05-23", "2026-11-22", 5 + 30 / 31),
            ("2025-11-22", "2026-11-22", 12),
            ("2026-08-31", "2027-02-28", 6),
            ("2024-02-29", "2025-02-28", 12),
            ("2026-01-31", "2026-02-28", 1),
        ],
    )
    def test_months_are_those_of_the_calendar(self, earlier, later, months):
        found = age.months_between(date.fromisoformat(earlier), date.fromisoformat(later))
        assert found == pytest.approx(months)

    @given(st.dates(date(1990, 1, 1), date(2040, 1, 1)), st.integers(0, 60), st.integers(1, 27))
    def test_a_month_is_whole_on_its_day_and_not_before(self, day, months, less):
        due = age.add_months(day, months)
        assert age.months_between(day, due) == months
        if months:
            from datetime import timedelta

            assert age.months_between(day, due - timedelta(days=less)) < months

    def test_time_does_not_run_backwards(self):
        with pytest.raises(ValueError, match="before"):
            age.months_between(date(2026, 2, 1), date(2026, 1, 1))

    def test_without_a_date_there_is_no_age(self, case):
        found = age.image_age(case)
        assert (found.value, found.reason) == (None, "no_evidence")

    def test_the_declared_date_counts_first(self, case):
        evidence = (DateEvidence("exif_original", datetime(2020, 1, 1)),)
        photo = dataclasses.replace(case.photo, metadata=Metadata(evidence))
        assert age.image_age(dataclasses.replace(case, photo=photo)).value > 80
        declared = dataclasses.replace(case, photo=photo, taken_on=date(2026, 10, 22))
        assert age.image_age(declared).value == 1.0

    def test_a_date_after_the_application_contradicts_it(self, case):
        found = age.image_age(dataclasses.replace(case, taken_on=date(2027, 1, 1)))
        assert (found.value, found.reason) == (None, "contradictory_evidence")


class TestReuse:
    def test_the_same_exposure_again(self, make_case, portrait, case):
        spoiled = cv2.imencode(".jpg", cv2.resize(portrait, (210, 270)), [cv2.IMWRITE_JPEG_QUALITY, 60])[1]
        again = make_case(cv2.imdecode(spoiled, cv2.IMREAD_COLOR))
        for reference in (case, again):
            pair = dataclasses.replace(case, reference=reference.photo, reference_face=reference.face)
            assert age.reuse(pair).value < 14  # docs/calibration.md

    def test_a_crop_is_recognised(self, make_case, portrait, case):
        cropped = make_case(portrait[30:500, 40:400])
        pair = dataclasses.replace(case, reference=cropped.photo, reference_face=cropped.face)
        assert age.reuse(pair).value < 14  # docs/calibration.md

    def test_a_reference_without_a_face_cannot_be_compared(self, case):
        found = age.reuse(dataclasses.replace(case, reference=case.photo, reference_face=None))
        assert (found.value, found.reason) == (None, "no_face")


class TestScale:
    @pytest.mark.parametrize(
        ("size", "options", "px_per_mm", "source"),
        [
            ((827, 1063), {}, 1063 / 45, "aspect"),
            ((827, 1063), {"dpi_tag": 72.0}, 1063 / 45, "aspect"),
            ((827, 1063), {"dpi": 300.0}, 300 / 25.4, "dpi"),
            ((827, 1063), {"print_size": (70, 90), "dpi": 300.0}, 1063 / 90, "print_size"),
            ((1181, 1772), {"dpi_tag": 300.0}, 300 / 25.4, "dpi_tag"),
            ((4000, 6000), {"dpi_tag": 72.0}, 6000 / 45, "assumed"),
            ((4000, 6000), {"dpi_tag": 300.0}, 6000 / 45, "assumed"),
            ((100, 300), {"dpi_tag": 600.0}, 300 / 45, "assumed"),
            ((1000, 1000), {}, 1000 / 45, "assumed"),
        ],
    )
    def test_the_first_plausible_evidence_counts(self, size, options, px_per_mm, source):
        scale = print_scale(*size, (35.0, 45.0), **options)
        assert scale.px_per_mm == pytest.approx(px_per_mm)
        assert scale.source == source
