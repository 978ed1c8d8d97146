"""Measures on pixels: each sees its own defect, and takes no other for it."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest

from icao_check.measurement import Measurement
from icao_check.measures import (
    background,
    background_shadow,
    border,
    colour,
    compression,
    exposure,
    eyes,
    file,
    illumination,
    pixelation,
    sharpness,
)
from icao_check.measures.light import LINEAR, face_light
from icao_check.measures.raster import exceeded, graded
from icao_check.photo import read_photo
from icao_check.profile import load_profile
from icao_check.regions import BACKGROUND, HAIR, SKIN
from samples.gallery import PORTRAITS
from tests.conftest import JIT_DISABLED

LIMITS = load_profile("icao-9303").limits
pytestmark = pytest.mark.skipif(JIT_DISABLED, reason="whole pictures take minutes without the compiler")


@pytest.fixture(scope="module")
def large(portrait):
    """Return the portrait at the usual size of a print, shape (1063, 827, 3)."""
    return cv2.resize(portrait, (827, 1063), interpolation=cv2.INTER_CUBIC)


@pytest.fixture(scope="module")
def seen(make_case, case):
    """Return what a measure finds after a change to the pixels; the face stays where it is."""

    def find(measure, pixels):
        return measure(make_case(pixels, case.face)).value

    return find


def brighter(pixels, factor):
    """Multiply the light."""
    linear = LINEAR[pixels] * factor
    coded = np.where(
        linear > 0.0031308, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055, 12.92 * linear
    )
    return (coded.clip(0, 1) * 255 + 0.5).astype(np.uint8)


def jpeg(pixels, quality):
    return cv2.imdecode(
        cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR
    )


def jpeg_2000(pixels, rate):
    """Code at `rate` thousandths of the size."""
    coded = cv2.imencode(".jp2", pixels, [cv2.IMWRITE_JPEG2000_COMPRESSION_X1000, rate])[1]
    return jpeg(cv2.imdecode(coded, cv2.IMREAD_COLOR), 92)


def halftone(pixels, period):
    """Print with black dots on a lattice at 45 degrees, `period` px apart, and scan that."""
    fine = cv2.resize(pixels, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    ink = 1.0 - cv2.cvtColor(fine, cv2.COLOR_RGB2GRAY) / 255.0
    y, x = np.indices(ink.shape) * (np.pi / period / np.sqrt(2.0))
    dots = ink > 0.5 - 0.25 * (np.cos(x + y) + np.cos(x - y))
    printed = cv2.GaussianBlur(np.where(dots[..., np.newaxis], 30.0, fine), (0, 0), 1.0)
    return cv2.resize(printed, pixels.shape[1::-1], interpolation=cv2.INTER_AREA)


def display(pixels, pitch):
    """Photograph a display whose pixels lie `pitch` px apart, 2 degrees out of line."""
    y, x = np.indices(pixels.shape[:2]) / pitch
    across = (x + 0.035 * y)[..., np.newaxis] - np.arange(3) / 3.0
    lit = 0.5 + 0.5 * np.cos(2.0 * np.pi * across)
    shown = pixels * (0.4 + 0.6 * lit) * (0.8 + 0.2 * np.cos(2.0 * np.pi * (y - 0.035 * x)))[..., np.newaxis]
    return np.ascontiguousarray(shown.clip(0, 255), dtype=np.uint8)


def accepted(name, value):
    low, high = LIMITS[name].outer
    return (low is None or value >= low) and (high is None or value <= high)


class TestExposure:
    def test_the_portrait_is_exposed_well(self, case):
        for measure in (
            exposure.under_exposure_prevention,
            exposure.over_exposure_prevention,
            exposure.dynamic_range,
        ):
            assert accepted(measure.__name__, measure(case).value), measure.__name__

    def test_too_little_too_much_and_pale(self, seen, portrait):
        dark, bright = brighter(portrait, 0.06), brighter(portrait, 4.0)
        pale = (portrait / 255 * 60 + 120).astype(np.uint8)
        assert not accepted("under_exposure_prevention", seen(exposure.under_exposure_prevention, dark))
        assert not accepted("over_exposure_prevention", seen(exposure.over_exposure_prevention, bright))
        assert not accepted("dynamic_range", seen(exposure.dynamic_range, pale))

    @pytest.mark.parametrize("name", ["girl_bun", "man_bald", "man_short_hair"])
    def test_dark_skin_is_not_too_little_light(self, make_case, name):
        photo = read_photo(PORTRAITS / f"compliant_{name}.jpg")
        lit = make_case(photo.rgb)
        dark = make_case(brighter(photo.rgb, 0.15), lit.face)
        for measure in (exposure.under_exposure_prevention, exposure.dynamic_range):
            assert accepted(measure.__name__, measure(lit).value), measure.__name__
        assert not accepted("under_exposure_prevention", exposure.under_exposure_prevention(dark).value)

    def test_a_glint_on_one_eye_is_no_white_of_an_eye(self, make_case, case, portrait):
        dark = brighter(portrait, 0.06)
        x, y = case.face.pupils[0].astype(int)
        glinting = dark.copy()
        cv2.circle(glinting, (int(x), int(y)), 12, (255, 255, 255), -1)
        before, after = (
            exposure.under_exposure_prevention(make_case(rgb, case.face)).value for rgb in (dark, glinting)
        )
        assert after < before + 1.0

    def test_luminance_of_an_even_picture(self, make_case, case):
        grey = make_case(np.full((540, 420, 3), 188, np.uint8), case.face)
        assert exposure.luminance_mean(grey) == pytest.approx(0.5, abs=0.01)  # sRGB 188 is half the light
        assert exposure.luminance_variance(grey) == pytest.approx(0.0, abs=1e-9)


class TestColour:
    def test_grey_and_sepia_have_one_tone(self, case, seen, portrait):
        grey = cv2.cvtColor(portrait, cv2.COLOR_RGB2GRAY)[..., np.newaxis] * np.ones(3)
        assert accepted("colour_photo", colour.colour_photo(case).value)
        for toned in (grey, grey * (1.0, 0.89, 0.69)):
            assert not accepted(
                "colour_photo", seen(colour.colour_photo, toned.clip(0, 255).astype(np.uint8))
            )

    @pytest.mark.parametrize("gains", [(1, 1, 3.0), (0.35, 1, 1), (1, 2.8, 1)])
    def test_a_cast_is_not_natural(self, case, seen, portrait, gains):
        assert accepted("natural_colour", colour.natural_colour(case).value)
        linear = (LINEAR[portrait] * gains).clip(0, 1)
        cast = (linear ** (1 / 2.2) * 255).astype(np.uint8)
        assert not accepted("natural_colour", seen(colour.natural_colour, cast))


class TestIllumination:
    def test_a_dark_side(self, seen, portrait, case):
        middle = case.face.pupils[:, 0].mean()
        fall = 1 / (1 + np.exp(-(np.arange(portrait.shape[1]) - middle) / 25))
        sided = brighter(portrait, (1 - 0.85 * fall)[np.newaxis, :, np.newaxis])
        even = illumination.illumination_uniformity(case).value
        assert seen(illumination.illumination_uniformity, sided) < 0.5 * even
        assert seen(illumination.illumination_uniformity, brighter(portrait, 0.5)) == pytest.approx(
            even, rel=0.1
        )

    def test_a_hard_shadow(self, seen, portrait, case):
        x, y = case.face.pupils.mean(axis=0).astype(int)
        shadow = np.ones(portrait.shape[:2])
        cv2.fillPoly(shadow, [np.array([(x, y), (x + 90, y), (x + 90, y + 150), (x, y + 150)])], 0.2)
        value = seen(illumination.face_shadow, brighter(portrait, shadow[..., np.newaxis]))
        assert value > illumination.face_shadow(case).value + 15
        assert not accepted("face_shadow", value)

    def test_soft_light_from_one_side_is_no_hard_shadow(self, seen, portrait, case):
        (left, right), width = case.face.pupils[:, 0], np.arange(portrait.shape[1])
        for side in (-1, 1):
            fall = 1 / (1 + np.exp(-side * (width - (left + right) / 2) / (0.45 * (right - left))))
            sided = brighter(portrait, (1 - 0.5 * fall)[np.newaxis, :, np.newaxis])
            assert accepted("face_shadow", seen(illumination.face_shadow, sided))

    def test_a_deeper_shadow_is_worse(self, seen, portrait, case):
        x, y = case.face.pupils.mean(axis=0)
        distance = np.hypot(*(case.face.pupils[1] - case.face.pupils[0]))
        rows, columns = np.mgrid[: portrait.shape[0], : portrait.shape[1]]
        side = 1 / (1 + np.exp(-np.clip((columns - x) / (0.03 * distance), -50, 50)))
        brim = 1 / (1 + np.exp(np.clip((rows - y - 0.3 * distance) / (0.03 * distance), -50, 50)))
        for shadow in (side, brim):
            values = [
                seen(illumination.face_shadow, brighter(portrait, (1 - depth * shadow)[..., np.newaxis]))
                for depth in (0.2, 0.4, 0.6, 0.8)
            ]
            assert values == sorted(values)
            assert values[-1] > values[0] + 20
            assert not accepted("face_shadow", values[-1])

    def test_beards_and_dark_complexions_are_no_shadow(self, make_case):
        for name in ("man_full_beard", "man_goatee", "man_short_hair", "woman_fringe", "woman_afro"):
            photo = read_photo(PORTRAITS / f"compliant_{name}.jpg")
            assert accepted("face_shadow", illumination.face_shadow(make_case(photo.rgb)).value), name

    def test_skin_nearer_to_the_lamp_is_no_reflection(self, seen, portrait, case):
        middle, width = case.face.pupils[:, 0].mean(), np.arange(portrait.shape[1])
        distance = np.hypot(*(case.face.pupils[1] - case.face.pupils[0]))
        sided = brighter(portrait, np.exp(0.4 * (width - middle) / distance)[np.newaxis, :, np.newaxis])
        assert accepted("skin_reflection", seen(illumination.skin_reflection, sided))

    def test_what_covers_an_eye_is_no_shadow(self, make_case, portrait, case):
        x, y = case.face.pupils[0].astype(int)
        covered = portrait.copy()
        cv2.ellipse(covered, (int(x), int(y)), (26, 14), 0, 0, 360, (12, 10, 9), -1)
        values = []
        for odds in (-9.0, 9.0):
            seen = case.face.appearance | {"eyes_covered": odds}
            face = dataclasses.replace(case.face, appearance=seen)
            values.append(illumination.face_shadow(make_case(covered, face)).value)
        assert values[1] < values[0] - 5
        assert accepted("face_shadow", values[1])

    def test_a_flash_spot(self, seen, portrait, case):
        x, y = case.face.pupils[0] + (0.0, 0.4 * (case.face.chin[1] - case.face.pupils[0, 1]))
        rows, columns = np.mgrid[: portrait.shape[0], : portrait.shape[1]]
        spot = np.exp(-(((columns - x) / 14) ** 2 + ((rows - y) / 14) ** 2))[..., np.newaxis].clip(0, 1)
        lit = (portrait * (1 - spot) + 255 * spot).astype(np.uint8)
        before = illumination.skin_reflection(case).value
        assert seen(illumination.skin_reflection, lit) > before + 0.8

    def test_a_flash_at_the_hairline_is_a_reflection_and_one_in_the_hair_is_not(self, make_case):
        photo = read_photo(PORTRAITS / "compliant_woman_old_bun.jpg")
        plain = make_case(photo.rgb)
        face = plain.face
        distance = np.hypot(*(face.pupils[1] - face.pupils[0]))
        edge = face.landmarks.group("middle_hairline")[0]
        before = illumination.skin_reflection(plain).value
        for up, grows in ((-0.15, True), (0.5, False)):
            drawn = photo.rgb.copy()
            at = np.rint(edge - (0.0, up * distance)).astype(int).tolist()
            cv2.circle(drawn, at, int(0.12 * distance), (255, 255, 255), -1, cv2.LINE_AA)
            found = illumination.skin_reflection(make_case(drawn, face)).value
            assert (found > before + 0.5) == grows

    def test_skin_without_light_cannot_be_judged(self, make_case, case):
        black = make_case(np.zeros((540, 420, 3), np.uint8), case.face)
        assert illumination.illumination_uniformity(black).reason == "not_measurable"


class TestSharpness:
    def test_defocus_and_motion_in_every_direction(self, case, seen, portrait):
        assert accepted("sharpness", sharpness.sharpness(case).value)
        distance = np.hypot(*(case.face.pupils[1] - case.face.pupils[0]))
        defocused = cv2.GaussianBlur(portrait, (0, 0), 0.045 * distance)
        assert seen(sharpness.sharpness, defocused) == pytest.approx(4.8, abs=0.8)
        for degrees in (0, 45, 90, 135):
            length = int(0.2 * distance) | 1
            line = np.zeros((length, length), np.float32)
            line[length // 2] = 1
            line = cv2.warpAffine(
                line, cv2.getRotationMatrix2D((length // 2, length // 2), degrees, 1), (length, length)
            )
            moved = cv2.filter2D(portrait, -1, line / line.sum())
            assert not accepted("sharpness", seen(sharpness.sharpness, moved)), degrees

    def test_the_same_face_larger_is_as_sharp(self, make_case, large, portrait, case):
        blurred = cv2.GaussianBlur(portrait, (0, 0), 3)
        enlarged = cv2.resize(blurred, (827, 1063), interpolation=cv2.INTER_CUBIC)
        small, tall = make_case(blurred, case.face), make_case(enlarged)
        assert sharpness.sharpness(tall).value == pytest.approx(sharpness.sharpness(small).value, rel=0.12)

    def test_dark_or_noisy_is_not_blurred(self, seen, portrait):
        noisy = portrait + np.random.default_rng(0).normal(0, 20, portrait.shape)
        for other in (brighter(portrait, 0.1), noisy.clip(0, 255).astype(np.uint8)):
            assert accepted("sharpness", seen(sharpness.sharpness, other))

    def test_an_even_picture_has_no_edge(self, make_case, case):
        even = make_case(np.full((540, 420, 3), 120, np.uint8), case.face)
        assert sharpness.sharpness(even).reason == "not_measurable"


class TestNoise:
    def test_grain_of_any_size(self, make_case, case, portrait, seen, large):
        rng = np.random.default_rng(0)
        noisy = (portrait + rng.normal(0, 20, portrait.shape)).clip(0, 255)
        assert accepted("noise", sharpness.noise(case).value)
        assert not accepted("noise", seen(sharpness.noise, noisy))
        coarse = cv2.GaussianBlur(rng.normal(0, 90, large.shape[:2]), (0, 0), 1.2)[..., np.newaxis]
        assert not accepted("noise", sharpness.noise(make_case((large + coarse).clip(0, 255))).value)

    def test_compression_and_blur_are_not_noise(self, seen, portrait):
        for other in (jpeg(portrait, 8), cv2.GaussianBlur(portrait, (0, 0), 3)):
            assert accepted("noise", seen(sharpness.noise, other))


class TestCompression:
    def test_blocks_are_found_wherever_the_grid_lies(self, make_case, seen, portrait):
        spoiled = jpeg(portrait, 7)
        assert not accepted("compression_artifacts", seen(compression.compression_artifacts, spoiled))
        again = jpeg(spoiled, 95)
        assert not accepted("compression_artifacts", seen(compression.compression_artifacts, again))
        shifted = compression.compression_artifacts(make_case(spoiled[3:, 5:]))
        assert not accepted("compression_artifacts", shifted.value)
        assert shifted.excuse is None

    def test_the_lower_the_quality_the_worse(self, seen, portrait):
        values = [
            seen(compression.compression_artifacts, jpeg(portrait, quality)) for quality in (90, 14, 10, 7, 5)
        ]
        assert values == sorted(values)
        assert values[4] > values[1] + 0.25

    @pytest.mark.parametrize("factor", [0.85, 1.15])
    def test_blocks_that_were_resized_with_the_picture_ask_for_a_look(self, make_case, large, factor):
        whole = make_case(large)
        size = (round(large.shape[1] * factor), round(large.shape[0] * factor))
        spoiled, kept = (
            make_case(jpeg(cv2.resize(jpeg(large, quality), size, interpolation=cv2.INTER_LINEAR), 95))
            for quality in (7, 90)
        )
        found = compression.compression_artifacts(spoiled)
        assert not accepted("compression_artifacts", found.value)
        assert found.facts["resized"] > compression.compression_artifacts(whole).facts["resized"] + 0.14
        assert accepted("compression_artifacts", compression.compression_artifacts(kept).value)

    def test_jpeg_2000_at_low_rates_asks_for_a_look_the_lower_the_worse(self, make_case):
        kept = np.asarray(read_photo(PORTRAITS / "compliant_boy_blond.jpg").rgb)
        whole = make_case(kept)
        assert accepted("compression_artifacts", compression.compression_artifacts(whole).value)
        values = []
        for rate in (20, 12, 8, 5):
            found = compression.compression_artifacts(make_case(jpeg_2000(kept, rate), whole.face))
            assert found.excuse == "uncertain"
            values.append(found.value)
        assert values == sorted(values)
        assert not accepted("compression_artifacts", values[0])

    def test_what_is_smooth_or_burnt_out_has_no_texture_to_lose(self, make_case, case, portrait):
        burnt = (portrait.astype(float) * 2.5).clip(0, 255).astype(np.uint8)
        covered = portrait.copy()
        covered[portrait.shape[0] // 2 :] = (60, 90, 160)
        for good in (burnt, covered, (portrait * 0.25 + 110).astype(np.uint8)):
            found = compression.compression_artifacts(make_case(jpeg(good, 92), case.face))
            assert accepted("compression_artifacts", found.value)

    def test_blur_is_not_taken_for_compression(self, make_case, case, portrait):
        inter_eye = np.hypot(*np.diff(case.face.pupils, axis=0)[0])
        for share in (0.02, 0.04):
            blurred = cv2.GaussianBlur(portrait, (0, 0), share * inter_eye)
            found = compression.compression_artifacts(make_case(jpeg(blurred, 92), case.face))
            assert accepted("compression_artifacts", found.value)

    def test_a_large_picture_is_judged_by_what_can_be_seen(self, make_case, large):
        larger = cv2.resize(large, None, fx=3.0, fy=3.0, interpolation=cv2.INTER_CUBIC)
        assert accepted("compression_artifacts", compression.compression_artifacts(make_case(larger)).value)

    def test_a_well_kept_file_and_noise_show_none(self, case, seen, portrait):
        noisy = portrait + np.random.default_rng(0).normal(0, 20, portrait.shape)
        for other in (portrait, jpeg(portrait, 90), noisy.clip(0, 255).astype(np.uint8)):
            assert accepted("compression_artifacts", seen(compression.compression_artifacts, other))

    def test_lost_texture_alone_asks_for_a_look(self, make_case, portrait, case):
        smooth = cv2.bilateralFilter(np.ascontiguousarray(portrait), 15, 60, 9)
        found = compression.compression_artifacts(make_case(smooth, case.face))
        assert found.excuse == ("uncertain" if found.value > 1 else found.excuse)


def test_evidence_gives_way_to_severity():
    assert graded(0.4, 2.0, 9.0) == 0.4
    assert graded(2.0, 2.0, 9.0) == 2.0
    assert graded(2.001, 2.0, 9.0) == pytest.approx(2.03, abs=0.01)  # without a step
    assert graded(50.0, 2.0, 1.5) == pytest.approx(3.5)
    assert graded(5.0, 2.0, 3.0) > graded(50.0, 2.0, 1.5)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.55, 1.0])
@pytest.mark.parametrize("count", [1, 2, 30])
def test_exceeded_is_a_quantile(share, count):
    values = np.sort(np.random.default_rng(count).normal(size=count))
    assert exceeded(values, share) == pytest.approx(np.quantile(values, 1.0 - share))


class TestPixelation:
    @pytest.mark.parametrize("how", [cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC])
    def test_up_scaling_shows(self, make_case, large, how):
        few = cv2.resize(large, None, fx=0.11, fy=0.11, interpolation=cv2.INTER_AREA)
        whole = make_case(large)
        scaled = make_case(cv2.resize(few, large.shape[1::-1], interpolation=how), whole.face)
        value = pixelation.pixelation(scaled).value
        assert value > pixelation.pixelation(whole).value + 1
        assert value > LIMITS["pixelation"].accepted[1]

    @pytest.mark.parametrize("how", [cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC])
    def test_the_coarser_the_raster_the_worse(self, make_case, large, case, how):
        whole = make_case(large)
        distance = np.hypot(*(whole.face.pupils[1] - whole.face.pupils[0]))
        values = []
        for between_eyes in (32, 25, 18):
            few = cv2.resize(large, None, fx=between_eyes / distance, fy=between_eyes / distance)
            scaled = cv2.resize(few, large.shape[1::-1], interpolation=how)
            values.append(pixelation.pixelation(make_case(scaled, whole.face)).value)
        assert values == sorted(values)
        assert values[2] > values[0] + 0.5

    def test_the_fewer_tones_the_worse(self, make_case, case, portrait):
        values = [
            pixelation.pixelation(make_case(portrait // step * step + step // 2, case.face)).value
            for step in (28, 36, 48)
        ]
        assert values == sorted(values)
        assert values[2] > values[0] + 0.5

    def test_few_tones_show(self, seen, case, portrait):
        assert accepted("pixelation", pixelation.pixelation(case).value)
        assert not accepted("pixelation", seen(pixelation.pixelation, portrait // 40 * 40 + 20))

    def test_pale_dark_or_noisy_is_not_posterised(self, seen, portrait):
        pale = (portrait / 255 * 60 + 120).astype(np.uint8)
        noisy = (portrait + np.random.default_rng(0).normal(0, 20, portrait.shape)).clip(0, 255)
        for other in (pale, brighter(portrait, 0.1), noisy):
            assert accepted("pixelation", seen(pixelation.pixelation, other))

    @pytest.mark.parametrize("period", [2.6, 4.3, 9.0])
    def test_printing_dots_show(self, make_case, large, case, period):
        whole = make_case(large)
        found = pixelation.pixelation(make_case(halftone(large, period), whole.face))
        assert found.value > LIMITS["pixelation"].outer[1]
        assert found.facts["screen"] == pytest.approx(found.value, abs=0.01)

    def test_a_photo_of_a_display_shows(self, make_case, large):
        whole = make_case(large)
        shown = make_case(jpeg(display(large, 2.7), 90), whole.face)
        assert pixelation.pixelation(shown).value > LIMITS["pixelation"].outer[1]

    def test_the_stronger_the_dots_the_worse(self, make_case, large):
        whole = make_case(large)
        printed = halftone(large, 5.0).astype(np.float32)
        values = [
            pixelation.pixelation(make_case(large + share * (printed - large), whole.face)).value
            for share in (0.1, 0.3, 1.0)
        ]
        assert values == sorted(values)
        assert values[2] > values[1] + 1 > values[0] + 2

    def test_what_repeats_in_one_place_only_is_no_screen(self, make_case, large):
        whole = make_case(large)
        scarf = large.copy()
        below = int(whole.face.chin[1] * 0.9 + whole.face.pupils[0][1] * 0.1)
        scarf[below:] = np.where(np.indices(scarf[below:].shape)[1] % 6 < 3, 40, 200)
        assert pixelation.pixelation(make_case(scarf, whole.face)).facts["screen"] == 0.0

    @pytest.mark.parametrize("quality", [15, 50])
    def test_blocks_of_jpeg_scaled_or_not_are_no_screen(self, make_case, large, quality):
        whole = make_case(large)
        assert pixelation.pixelation(make_case(jpeg(large, quality), whole.face)).facts["screen"] == 0.0
        scaled = cv2.resize(jpeg(large, quality), None, fx=1.21, fy=1.21, interpolation=cv2.INTER_CUBIC)
        assert pixelation.pixelation(make_case(scaled)).facts["screen"] == 0.0


class TestBorder:
    @pytest.mark.parametrize("tone", [(255, 255, 255), (0, 0, 0), (160, 40, 40)])
    @pytest.mark.parametrize("sides", [(1, 1, 1, 1), (0, 1, 0, 0)])
    def test_a_frame_is_as_wide_as_it_is(self, make_case, case, portrait, tone, sides):
        top, bottom, left, right = (18 * side for side in sides)
        framed = portrait.copy()
        for edge in (np.s_[:top], np.s_[540 - bottom :], np.s_[:, :left], np.s_[:, 420 - right :]):
            framed[edge] = tone
        found = border.border(make_case(framed, case.face))
        assert found.value == pytest.approx(1.5, abs=0.2)
        assert found.excuse == ("uncertain" if sum(sides) == 1 else None)

    def test_a_wall_is_no_frame(self, case, make_case):
        assert border.border(case).value == 0.0
        wall = np.full((540, 420, 3), 240, np.uint8)
        cv2.ellipse(wall, (210, 300), (120, 160), 0, 0, 360, (90, 60, 40), -1)
        cv2.rectangle(wall, (60, 460), (360, 540), (30, 30, 60), -1)
        assert border.border(make_case(wall, case.face)).value == 0.0


class TestBackground:
    """The map has 256 rows and 199 columns; the person fills its middle from row 42 down."""

    @pytest.fixture
    @staticmethod
    def before(case):
        """Return a function that puts the person before a wall of given CIELAB colours."""

        def put(lab):
            regions = case.face.regions
            lab = np.asarray(lab, np.float32)
            labels = np.full(regions.labels.shape, BACKGROUND, np.uint8)
            labels[42:, 50:150] = SKIN
            share = (labels == SKIN).astype(np.float32)
            mixed = np.broadcast_to(lab, (*labels.shape, 3)).copy()
            mixed[labels == SKIN] = (40, 15, 15)
            face = dataclasses.replace(
                case.face,
                regions=dataclasses.replace(regions, labels=labels, share=share, kinds=labels, lab=mixed),
            )
            return dataclasses.replace(case, face=face)

        return put

    def test_a_white_wall(self, before):
        white = before((95, 0, 0))
        assert background.background_colour(white).value == pytest.approx(95)
        assert background.background_uniformity(white).value == pytest.approx(0, abs=1e-3)
        assert background_shadow.background_shadow(white).value == pytest.approx(0, abs=1e-3)

    def test_grey_is_dark_and_yellow_is_tinted(self, before):
        grey = background.background_colour(before((55, 0, 0)))
        assert (grey.value, grey.finding) == (pytest.approx(55), None)
        yellow = background.background_colour(before((88, 0, 40)))
        assert yellow.finding == "tinted"
        assert not accepted("background_colour", yellow.value)
        deeper = [
            background.background_colour(before((40, 10, -chroma))).value for chroma in (20, 40, 60, 80)
        ]
        assert sorted(set(deeper), reverse=True) == deeper
        assert 0.0 < deeper[-1] < deeper[0] < 40.0

    def test_slope_pattern_and_object_are_uneven(self, before, case):
        height, width = case.face.regions.labels.shape
        rows, columns = np.mgrid[:height, :width]
        slope = np.stack([95 - 0.3 * columns, 0 * rows, 0 * rows], axis=2)
        stripes = np.stack([85 + 8 * np.sign(np.sin(columns / 2)), 0 * rows, 0 * rows], axis=2)
        thing = np.full((height, width, 3), (95, 0, 0), np.float32)
        thing[:80, :16] = (50, 40, 10)
        for lab in (slope, stripes, thing):
            assert not accepted("background_uniformity", background.background_uniformity(before(lab)).value)

    def test_light_that_fades_evenly_is_even(self, before, case):
        height, width = case.face.regions.labels.shape
        rows, columns = np.mgrid[:height, :width]
        vignette = 92 - 6 * (((columns - 100) / 100) ** 2 + ((rows - 110) / 150) ** 2)
        lab = np.stack([vignette, 0 * rows, 0 * rows], axis=2)
        assert accepted("background_uniformity", background.background_uniformity(before(lab)).value)
        assert accepted("background_shadow", background_shadow.background_shadow(before(lab)).value)

    def test_grain_is_no_pattern(self, before, case):
        rng = np.random.default_rng(3)
        lab = np.full((*case.face.regions.labels.shape, 3), (88, 0, 0), np.float32)
        lab[..., 0] += rng.normal(0, 0.8, lab.shape[:2])
        assert accepted("background_uniformity", background.background_uniformity(before(lab)).value)

    @pytest.mark.parametrize("darkness", [0.3, 0.55])
    def test_a_broad_soft_shadow_is_as_dark_as_it_is(self, before, case, darkness):
        height, width = case.face.regions.labels.shape
        cast = np.zeros((height, width), np.float32)
        cast[25:, 120:199] = 1.0  # most of the wall on one side
        cast = cv2.GaussianBlur(cast, (0, 0), 6.0)
        luminance = ((95 + 16) / 116) ** 3 * (1 - darkness * cast)
        lab = np.stack([116 * np.cbrt(luminance) - 16, 0 * cast, 0 * cast], axis=2)
        found = background_shadow.background_shadow(before(lab))
        assert found.value == pytest.approx(100 * darkness, rel=0.15)
        assert found.excuse is None

    @pytest.mark.parametrize("blur", [3.0, 6.0])
    def test_hair_that_fades_into_the_wall_is_no_shadow(self, before, case, blur):
        height, width = case.face.regions.labels.shape
        person = np.zeros((height, width), np.float32)
        person[42:, 50:150] = 1.0
        lab = np.zeros((height, width, 3), np.float32)
        lab[..., 0] = 95 - 75 * cv2.GaussianBlur(person, (0, 0), blur)
        assert background_shadow.background_shadow(before(lab)).value == 0.0

    @pytest.mark.parametrize(("hair", "seen"), [((20, 2, 3), True), ((45, 5, 14), True), ((58, 0, 0), False)])
    def test_a_shadow_that_the_label_map_takes_for_hair(self, before, case, hair, seen):
        lab = np.full((*case.face.regions.labels.shape, 3), (95, 0, 0), np.float32)
        shaded = before(lab)
        regions = shaded.face.regions
        share, kinds, lab = regions.share.copy(), regions.kinds.copy(), regions.lab.copy()
        share[42:200, 150:168] = 1.0
        kinds[42:110, 50:150] = kinds[42:200, 150:168] = HAIR
        lab[42:110, 50:150], lab[42:200, 150:168] = hair, (55, 0, 0)
        regions = dataclasses.replace(regions, share=share, kinds=kinds, lab=lab)
        face = dataclasses.replace(shaded.face, regions=regions)
        found = background_shadow.background_shadow(dataclasses.replace(shaded, face=face))
        assert (found.value > 15) == seen
        assert found.excuse == ("uncertain" if seen else None)

    def test_a_shadow_grows_without_a_jump(self, before, case):
        height, width = case.face.regions.labels.shape
        cast = np.zeros((height, width), np.float32)
        cast[20:200, 120:180] = 1.0
        cast = cv2.GaussianBlur(cast, (0, 0), 2.0)
        read = []
        for darkness in np.arange(0.04, 0.3, 0.005):
            luminance = ((95 + 16) / 116) ** 3 * (1 - darkness * cast)
            lab = np.stack([116 * np.cbrt(luminance) - 16, 0 * cast, 0 * cast], axis=2)
            read.append(background_shadow.background_shadow(before(lab)).value)
        assert read[0] == 0.0
        assert read[-1] == pytest.approx(29.5, abs=3)
        assert max(np.abs(np.diff(read))) < 2.0
        assert min(np.diff(read)) > -0.2

    def test_what_hangs_on_the_person_may_be_hair(self, before, case):
        plain = np.full((*case.face.regions.labels.shape, 3), (95, 0, 0), np.float32)
        strands = plain.copy()
        for y in range(50, 130, 12):
            cv2.line(strands, (150, y), (185, y + 20), (30, 3, 4), 2)
        assert accepted("background_uniformity", background.background_uniformity(before(strands)).value)
        plant = plain.copy()
        plant[60:120, 140:180] = (50, -40, 30)  # no colour of hair or shade
        plant = background.background_uniformity(before(plant))
        assert not accepted("background_uniformity", plant.value)
        assert plant.excuse is None
        bun = plain.copy()
        bun[:20, :60] = (30, 3, 4)  # away from the person, but dark and neutral
        bun = background.background_uniformity(before(bun))
        assert not accepted("background_uniformity", bun.value)
        assert bun.excuse == "uncertain"

    def test_a_shadow_beside_the_head(self, before, case):
        plain = np.full((*case.face.regions.labels.shape, 3), (95, 0, 0), np.float32)
        shaded = plain.copy()
        shaded[20:200, 148:175] = (60, 0, 0)
        found = background_shadow.background_shadow(before(shaded)).value
        assert found == pytest.approx(100 * (1 - (76 / 111) ** 3), abs=8)
        assert not accepted("background_shadow", found)
        assert accepted("background_uniformity", background.background_uniformity(before(shaded)).value)
        green = plain.copy()
        green[20:200, 148:175] = (60, -40, 30)  # another colour: a thing
        assert accepted("background_shadow", background_shadow.background_shadow(before(green)).value)
        away = plain.copy()
        away[20:200, :12] = (60, 0, 0)  # not joined to the head
        assert accepted("background_shadow", background_shadow.background_shadow(before(away)).value)

    def test_a_darker_wall_on_both_sides_fails_no_photo(self, before, case):
        lab = np.full((*case.face.regions.labels.shape, 3), (95, 0, 0), np.float32)
        lab[110:] = (80, 0, 0)
        found = background_shadow.background_shadow(before(lab))
        assert found.value > 15
        assert found.excuse == "uncertain"
        lab[110:, :100] = (95, 0, 0)
        assert background_shadow.background_shadow(before(lab)).excuse is None

    def test_a_shadow_that_the_label_map_is_not_sure_of(self, before, case):
        lab = np.full((*case.face.regions.labels.shape, 3), (95, 0, 0), np.float32)
        lab[20:200, 150:175] = (60, 0, 0)
        shaded = before(lab)
        share = shaded.face.regions.share.copy()
        share[20:200, 150:175] = 0.5
        regions = dataclasses.replace(shaded.face.regions, share=share)
        face = dataclasses.replace(shaded.face, regions=regions)
        unsure = dataclasses.replace(shaded, face=face)
        assert not accepted("background_shadow", background_shadow.background_shadow(unsure).value)

    @pytest.mark.parametrize("slope", [-0.08, 0.08])
    def test_a_slope_of_light_is_no_shadow(self, before, case, slope):
        height, width = case.face.regions.labels.shape
        rows, columns = np.mgrid[:height, :width]
        lab = np.stack([85 + slope * (columns - 100), 0 * rows, 0 * rows], axis=2)
        assert accepted("background_shadow", background_shadow.background_shadow(before(lab)).value)

    def test_no_wall_cannot_be_judged(self, case):
        labels = np.full_like(case.face.regions.labels, SKIN)
        regions = dataclasses.replace(
            case.face.regions, labels=labels, share=np.ones(labels.shape, np.float32), kinds=labels
        )
        face = dataclasses.replace(case.face, regions=regions)
        hidden = dataclasses.replace(case, face=face)
        for measure in (
            background.background_colour,
            background_shadow.background_shadow,
            background.background_uniformity,
        ):
            assert measure(hidden) == Measurement(None, reason="no_background")


class TestRedEye:
    def test_a_red_pupil(self, seen, case, portrait):
        assert accepted("red_eye", eyes.red_eye(case).value)
        red = portrait.copy()
        x, y = np.rint(case.face.pupils[0]).astype(int)
        cv2.circle(red, (int(x), int(y)), 7, (170, 30, 35), -1)
        assert not accepted("red_eye", seen(eyes.red_eye, red))


class TestResolution:
    def test_pixels_per_inch_of_the_print(self, case, make_case, portrait):
        assert file.resolution(case).value == pytest.approx(540 / 45 * 25.4)
        assert accepted("resolution", file.resolution(case).value)
        half = make_case(portrait[::2, ::2], case.face)
        assert not accepted("resolution", file.resolution(half).value)


def test_what_measures_share_is_made_once(case):
    assert face_light(case) is face_light(case)
    assert dataclasses.replace(case)._shared == {}
