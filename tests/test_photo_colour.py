"""Colours: profiles, code points, ink, grey, transparency."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageCms

from icao_check.errors import UnsupportedFormatError
from icao_check.kernels.colour_space import matrix_to_srgb
from icao_check.photo import read_photo
from icao_check.photo.colour_space import (
    ADOBE_RGB,
    CODES,
    DISPLAY_P3,
    SRGB,
    RgbSpace,
    conversion_of,
    gamma,
    srgb_encoding,
    srgb_light,
)
from icao_check.photo.icc import colour_model, grey_curve, matrix_conversion
from tests.heic import write_heic
from tests.still_files import (
    SRGB_CURVE,
    chunk,
    codes_in,
    gamma_curve,
    grey_profile,
    icc_profile,
    jp2,
    parametric_curve,
    rgb_profile,
    sampled_curve,
    saved,
    table_profile,
    with_chunks,
)

pytestmark = pytest.mark.kernels

WIDE = RgbSpace((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001), (0.34567, 0.35850), gamma(1.8))


@pytest.fixture(scope="module")
def small(portrait):
    return np.ascontiguousarray(portrait[120:242:2, 100:194:2])


def naive_conversion(rgb, light, matrix):
    """Convert pixel by pixel, by definition, in float64."""
    converted = np.empty(rgb.shape)
    for index in np.ndindex(rgb.shape[:2]):
        there = np.clip(
            matrix.astype(float) @ [light[channel, rgb[index][channel]] for channel in range(3)], 0.0, 1.0
        )
        coded = np.where(there <= 0.0031308, 12.92 * there, 1.055 * there ** (1 / 2.4) - 0.055)
        converted[index] = coded * 255
    return converted


def difference(rgb, expected):
    return np.abs(rgb.astype(int) - np.asarray(expected).astype(int))


class TestKernel:
    @settings(deadline=None, max_examples=30)
    @given(
        arrays(np.uint8, st.tuples(st.integers(1, 5), st.integers(1, 5), st.just(3))),
        st.sampled_from([SRGB, ADOBE_RGB, DISPLAY_P3, WIDE]),
    )
    def test_agrees_with_the_definition(self, rgb, space):
        conversion = conversion_of(space)
        fast = matrix_to_srgb(rgb, conversion.light, conversion.matrix, srgb_encoding())
        slow = naive_conversion(rgb, conversion.light, conversion.matrix)
        # Half a code of rounding, and a tenth for the steps of the encoding table.
        assert np.abs(fast - slow).max() <= 0.61

    @settings(deadline=None, max_examples=30)
    @given(
        arrays(np.float32, (3, CODES), elements=st.floats(0, 1, width=32)),
        arrays(np.float32, (3, 3), elements=st.floats(-40_000, 40_000, width=32)),
    )
    def test_takes_any_curve_and_matrix(self, light, matrix):
        rgb = np.arange(CODES, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
        fast = matrix_to_srgb(rgb, light, matrix, srgb_encoding())
        assert fast.shape == rgb.shape
        assert fast.dtype == np.uint8

    def test_white_stays_white_and_black_black(self):
        ends = np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)
        for space in (SRGB, ADOBE_RGB, DISPLAY_P3, WIDE):
            conversion = conversion_of(space)
            assert np.array_equal(
                matrix_to_srgb(ends, conversion.light, conversion.matrix, srgb_encoding()), ends
            )

    def test_srgb_changes_nothing(self):
        assert not conversion_of(SRGB).changes
        assert conversion_of(ADOBE_RGB).changes
        assert conversion_of(DISPLAY_P3).changes


class TestProfiles:
    @pytest.mark.parametrize(
        "curve",
        [
            gamma_curve(1.8),
            gamma_curve(2.2),
            SRGB_CURVE,
            parametric_curve(0, 2.4),
            parametric_curve(1, 2.0, 0.9, 0.1),
            parametric_curve(2, 2.0, 0.8, 0.1, 0.05),
            parametric_curve(4, 2.4, 0.9, 0.05, 0.07, 0.04, 0.02, 0.01),
            sampled_curve([0.0, 1.0]),
            sampled_curve([(i / 1023) ** 2.2 for i in range(1024)]),
            b"curv\0\0\0\0\0\0\0\0",
        ],
        ids=["g1.8", "g2.2", "srgb", "p0", "p1", "p2", "p4", "line", "table", "identity"],
    )
    @pytest.mark.parametrize("space", [SRGB, ADOBE_RGB, DISPLAY_P3], ids=["sRGB", "Adobe", "P3"])
    def test_agree_with_little_cms(self, space, curve):
        profile = rgb_profile(space, curve)
        conversion = matrix_conversion(profile)
        assert conversion is not None
        rgb = np.random.default_rng(5).integers(0, 256, (40, 50, 3), np.uint8)
        ours = matrix_to_srgb(rgb, conversion.light, conversion.matrix, srgb_encoding())
        theirs = ImageCms.profileToProfile(
            Image.fromarray(rgb),
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        )
        # Little CMS computes eight-bit pictures in steps of 1/16384: some codes off near black.
        assert difference(ours, theirs).mean() < 0.4
        assert difference(ours, theirs).max() <= 4

    def test_of_little_cms_for_srgb_changes_nothing(self, small):
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        conversion = matrix_conversion(profile)
        assert conversion is not None
        assert not conversion.changes
        assert np.array_equal(read_photo(saved(small, "PNG", icc_profile=profile)).rgb, small)

    def test_made_of_a_table_go_through_little_cms(self, small):
        swapped = table_profile(3, b"RGB ", lambda device: device[:, ::-1], 17)
        assert matrix_conversion(swapped) is None
        rgb = read_photo(saved(np.ascontiguousarray(small[..., ::-1]), "PNG", icc_profile=swapped)).rgb
        assert difference(rgb, small).mean() < 2

    def test_of_a_camera_that_take_more_than_a_megabyte_are_used(self, small):
        large = icc_profile({b"test": np.random.default_rng(1).bytes(1_500_000)})
        assert len(large) > 1 << 20
        assert np.array_equal(read_photo(saved(small, "PNG", icc_profile=large)).rgb, small)

    @pytest.mark.parametrize("cut", [0, 3, 60, 127, 131, 135, 200, 300, 400])
    def test_that_are_cut_off_are_passed_over(self, small, cut):
        profile = rgb_profile(DISPLAY_P3, SRGB_CURVE)[:cut]
        jpeg = saved(small, "JPEG", quality=95)
        with_profile = saved(small, "JPEG", quality=95, icc_profile=profile)
        assert np.array_equal(read_photo(with_profile).rgb, read_photo(jpeg).rgb)

    @settings(deadline=None, max_examples=200)
    @given(st.binary(max_size=400), st.sampled_from([b"RGB ", b"GRAY", b"CMYK", b"Lab ", b"2CLR"]))
    def test_full_of_nonsense_raise_nothing(self, noise, colours):
        head = bytearray(noise.ljust(132, b"\0"))
        head[16:20], head[20:24], head[36:40] = colours, b"XYZ ", b"acsp"
        head[128:132] = struct.pack(">I", noise[0] if noise else 0)
        profile = bytes(head)
        colour_model(profile)
        matrix_conversion(profile)
        grey_curve(profile)

    def test_for_other_channels_are_passed_over(self, small):
        ink = table_profile(4, b"CMYK", lambda device: (1 - device[:, :3]) * (1 - device[:, 3:]), 5)
        assert np.array_equal(read_photo(saved(small, "PNG", icc_profile=ink)).rgb, small)
        grey = Image.fromarray(small).convert("L")
        same = read_photo(saved(grey, "PNG", icc_profile=ink)).rgb
        assert np.array_equal(same, np.asarray(grey.convert("RGB")))


class TestGrey:
    @pytest.mark.parametrize("form", ["PNG", "TIFF", "JPEG2000"])
    @pytest.mark.parametrize("mode", ["L", "I;16", "1"])
    def test_three_equal_channels(self, small, form, mode):
        grey = Image.fromarray(small).convert("1" if mode == "1" else "L")
        picture = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257) if mode == "I;16" else grey
        if (form, mode) == ("JPEG2000", "1"):
            pytest.skip("Pillow writes no JPEG 2000 of one bit")
        rgb = read_photo(saved(picture, form)).rgb
        assert np.array_equal(rgb, np.asarray(grey.convert("RGB")))

    @pytest.mark.parametrize("bits", [9, 10, 12])
    def test_of_other_depths(self, bits):
        """A codestream of 16 bits whose header says 12 holds the low levels of 12."""
        levels = np.linspace(0, (1 << bits) - 1, 64 * 64).astype(np.uint16).reshape(64, 64)
        shifted = levels + np.uint16((1 << 15) - (1 << (bits - 1)))
        codestream = bytearray(saved(Image.fromarray(shifted), "JPEG2000", no_jp2=True))
        codestream[42] = bits - 1
        rgb = read_photo(bytes(codestream)).rgb
        assert np.array_equal(rgb[..., 0], levels >> (bits - 8))

    @pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF"])
    def test_profiles(self, small, form):
        grey = np.asarray(Image.fromarray(small).convert("L"))
        coded = np.rint(255 * srgb_light(grey / 255.0) ** (1 / 1.8)).astype(np.uint8)
        options = {"quality": 97} if form == "JPEG" else {}
        profile = grey_profile(gamma_curve(1.8))
        rgb = read_photo(saved(Image.fromarray(coded), form, icc_profile=profile, **options)).rgb
        assert difference(rgb, grey[..., None]).mean() < 1
        assert np.ptp(rgb, axis=2).max() == 0

    def test_profiles_over_lightness_go_through_little_cms(self, small):
        """Over CIELAB the curve gives lightness, not light."""
        profile = icc_profile({b"kTRC": gamma_curve(1.0)}, b"GRAY", b"Lab ")
        assert grey_curve(profile) is None
        ramp = np.arange(256, dtype=np.uint8).reshape(1, 256)
        rgb = read_photo(saved(Image.fromarray(ramp), "PNG", icc_profile=profile)).rgb
        lightness = ramp[0] / 255 * 100
        light = np.where(lightness > 8, ((lightness + 16) / 116) ** 3, lightness / 903.3)
        expected = codes_in(SRGB, np.zeros((1, 1, 3)))  # black, for the shape
        expected = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055) * 255
        assert np.abs(rgb[0, :, 1] - expected).max() <= 3


class TestInk:
    def test_without_a_profile(self, small):
        ink = Image.fromarray(small).convert("CMYK")
        expected = np.asarray(ink.convert("RGB"))
        jpeg = saved(ink, "JPEG", quality=97, subsampling=0)
        assert b"Adobe" in jpeg[:64]  # which stores ink inverted
        assert difference(read_photo(jpeg).rgb, expected).mean() < 2
        assert np.array_equal(read_photo(saved(ink, "TIFF")).rgb, expected)

    @pytest.mark.parametrize("form", ["JPEG", "TIFF"])
    def test_with_a_profile(self, small, form):
        """Its table says that ink is half as strong as without a profile."""
        profile = table_profile(4, b"CMYK", lambda ink: (1 - ink[:, :3] / 2) * (1 - ink[:, 3:] / 2), 9)
        ink = np.asarray(Image.fromarray(small).convert("CMYK"))
        options = {"quality": 97, "subsampling": 0} if form == "JPEG" else {}
        picture = Image.fromarray(ink, "CMYK")
        rgb = read_photo(saved(picture, form, icc_profile=profile, **options)).rgb
        expected = 255 * (1 - ink[..., :3] / 510) * (1 - ink[..., 3:] / 510)
        # Black point compensation maps the darkest ink of the profile to black: compare what is light.
        light = expected.min(axis=2) > 200
        assert light.any()
        assert difference(rgb, expected)[light].mean() < 12

    def test_a_broken_profile_is_passed_over(self, small):
        ink = Image.fromarray(small).convert("CMYK")
        broken = table_profile(4, b"CMYK", lambda ink: ink[:, :3], 5)[:600]
        assert np.array_equal(
            read_photo(saved(ink, "TIFF", icc_profile=broken)).rgb, np.asarray(ink.convert("RGB"))
        )


class TestTransparency:
    @pytest.fixture
    def alpha(self, small):
        alpha = np.full(small.shape[:2], 255, np.uint8)
        alpha[:20] = 0
        alpha[20:30] = 100
        return alpha

    @pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP", "JPEG2000", "AVIF"])
    def test_shows_white(self, small, alpha, form):
        picture = Image.fromarray(np.dstack([small, alpha]))
        options: dict[str, object] = {}
        if form == "WEBP":
            options = {"lossless": True, "exact": True}
        elif form == "AVIF":
            options = {"quality": 100, "subsampling": "4:4:4"}
        photo = read_photo(saved(picture, form, **options))
        share = alpha[..., None] / 255
        assert difference(photo.rgb, np.rint(small * share + 255 * (1 - share))).max() <= (
            8 if form == "AVIF" else 1
        )
        assert photo.file.transparent

    def test_of_16_bits(self, small, alpha):
        import cv2

        deep = np.dstack([small[..., ::-1], alpha]).astype(np.uint16) * 257
        photo = read_photo(cv2.imencode(".png", deep)[1].tobytes())
        share = alpha[..., None] / 255
        assert difference(photo.rgb, np.rint(small * share + 255 * (1 - share))).max() <= 1

    def test_that_hides_nothing_is_none(self, small):
        opaque = Image.fromarray(np.dstack([small, np.full(small.shape[:2], 255, np.uint8)]))
        photo = read_photo(saved(opaque, "PNG"))
        assert not photo.file.transparent
        assert np.array_equal(photo.rgb, small)

    def test_of_one_colour(self, small):
        picture = Image.fromarray(small)
        for mode in ("L", "RGB", "P"):
            flat = picture.quantize(64) if mode == "P" else picture.convert(mode)
            key = flat.getpixel((5, 5))
            expected = np.array(flat.convert("RGB"))
            values = np.asarray(flat).reshape(*small.shape[:2], -1)
            expected[(values == np.array(key)).all(axis=2)] = 255
            photo = read_photo(saved(flat, "PNG", transparency=key))
            assert np.array_equal(photo.rgb, expected), mode
            assert photo.file.transparent

    @pytest.mark.parametrize("bits", [1, 2, 4, 16])
    def test_of_one_grey_of_another_depth(self, bits):
        full = (1 << bits) - 1
        levels = np.arange(min(full + 1, 16), dtype=np.uint16)[None] * (full // 15 if bits == 16 else 1)
        packed = b"".join(int(level).to_bytes(2, "big") for level in levels[0])
        if bits < 16:
            text = "".join(format(int(level), f"0{bits}b") for level in levels[0])
            text += "0" * (-len(text) % 8)
            packed = int(text, 2).to_bytes(len(text) // 8, "big")
        import zlib

        header = struct.pack(">IIBBBBB", levels.size, 1, bits, 0, 0, 0, 0)
        png = b"\x89PNG\r\n\x1a\n" + b"".join(
            [
                chunk(b"IHDR", header),
                chunk(b"tRNS", struct.pack(">H", int(levels[0, 0]))),
                chunk(b"IDAT", zlib.compress(b"\0" + packed)),
                chunk(b"IEND", b""),
            ]
        )
        rgb = read_photo(png).rgb[0, :, 0]
        assert rgb[0] == 255
        assert np.array_equal(rgb[1:], np.rint(levels[0, 1:] * (255.0 / full)))


class TestNamedSpaces:
    def test_code_points_of_png(self, small):
        wide = saved(codes_in(DISPLAY_P3, small), "PNG")
        rgb = read_photo(with_chunks(wide, chunk(b"cICP", bytes([12, 13, 0, 1])))).rgb
        assert difference(rgb, small).max() <= 2

    def test_code_points_of_heic(self, small):
        rgb = read_photo(write_heic([codes_in(DISPLAY_P3, small)], code_points=(12, 13))).rgb
        assert difference(rgb, small).mean() < 1

    @pytest.mark.parametrize("transfer", [16, 18])
    def test_high_dynamic_range_is_refused(self, small, transfer):
        png = with_chunks(saved(small, "PNG"), chunk(b"cICP", bytes([9, transfer, 0, 1])))
        for data in (png, write_heic([small], code_points=(9, transfer))):
            with pytest.raises(UnsupportedFormatError) as raised:
                read_photo(data)
            assert "HDR" in raised.value.message()

    def test_chromaticities_and_gamma_of_png(self, small):
        chromaticities = struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
        wide = saved(codes_in(DISPLAY_P3, small, 1.8), "PNG")
        gama = chunk(b"gAMA", struct.pack(">I", round(100_000 / 1.8)))
        rgb = read_photo(with_chunks(wide, gama, chunk(b"cHRM", chromaticities))).rgb
        assert difference(rgb, small).max() <= 2
        # An sRGB chunk takes precedence over both.
        srgb = with_chunks(saved(small, "PNG"), gama, chunk(b"cHRM", chromaticities), chunk(b"sRGB", b"\0"))
        assert np.array_equal(read_photo(srgb).rgb, small)

    @pytest.mark.parametrize("numbers", [(0,) * 8, (1,) * 8, (31270, 32900, 1, 1, 2, 2, 3, 3)])
    def test_impossible_chromaticities(self, small, numbers):
        png = with_chunks(saved(small, "PNG"), chunk(b"cHRM", struct.pack(">8I", *numbers)))
        assert read_photo(png).rgb.shape == small.shape

    def test_a_profile_in_jp2(self, small):
        codestream = saved(codes_in(ADOBE_RGB, small, 563 / 256), "JPEG2000", no_jp2=True)
        profile = rgb_profile(ADOBE_RGB, gamma_curve(563 / 256))
        rgb = read_photo(jp2(codestream, colour=b"\2\0\0" + profile)).rgb
        assert difference(rgb, small).max() <= 2

    def test_cielab(self, small):
        transform = ImageCms.buildTransform(
            ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
        )
        lab = ImageCms.applyTransform(Image.fromarray(small), transform)
        assert lab is not None
        assert difference(read_photo(saved(lab, "TIFF")).rgb, small).mean() < 1

    def test_numbers_without_colour_are_refused(self, small):
        for kind in (np.float32, np.int32):
            with pytest.raises(UnsupportedFormatError):
                read_photo(saved(Image.fromarray(small[..., 0].astype(kind)), "TIFF"))
