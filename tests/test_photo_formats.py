"""The same picture, whatever the format, the orientation and the colour space."""

from __future__ import annotations

import numpy as np
import pytest

from icao_check.photo import read_photo
from icao_check.photo.colour_space import ADOBE_RGB, DISPLAY_P3
from tests.conftest import JIT_DISABLED
from tests.still_files import (
    FORMATS,
    SRGB,
    SRGB_CURVE,
    codes_in,
    exif_block,
    gamma_curve,
    orientation_exif,
    rgb_profile,
    saved,
    write,
)

ADOBE_GAMMA = 563 / 256
COLOURS = ("none", "sRGB", "Adobe RGB", "Display P3")
NAMES = {
    "jpeg": "JPEG",
    "png": "PNG",
    "webp": "WebP",
    "tiff": "TIFF",
    "jpeg2000": "JPEG 2000",
    "avif": "AVIF",
    "heic": "HEIC",
}
# Mean and largest difference in codes: rounding, and for some formats quantisation.
LOSSLESS, LOSSY = (0.6, 3), (2.0, 25)


def in_colours(rgb: np.ndarray, colours: str) -> tuple[np.ndarray, bytes | None]:
    if colours == "sRGB":
        return rgb, rgb_profile(SRGB, SRGB_CURVE)
    if colours == "Adobe RGB":
        return codes_in(ADOBE_RGB, rgb, ADOBE_GAMMA), rgb_profile(ADOBE_RGB, gamma_curve(ADOBE_GAMMA))
    if colours == "Display P3":
        return codes_in(DISPLAY_P3, rgb), rgb_profile(DISPLAY_P3, SRGB_CURVE)
    return rgb, None


@pytest.fixture(scope="module")
def small(portrait):
    """Return part of a face, neither square nor symmetric, and no multiple of any block: (61, 47, 3)."""
    return np.ascontiguousarray(portrait[120:242:2, 100:194:2])


def assert_same(rgb: np.ndarray, expected: np.ndarray, tolerance: tuple[float, int]) -> None:
    assert rgb.shape == expected.shape
    difference = np.abs(rgb.astype(int) - expected)
    assert difference.mean() <= tolerance[0]
    assert difference.max() <= tolerance[1]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("colours", COLOURS)
@pytest.mark.parametrize("form", FORMATS)
def test_pixels_do_not_depend_on_how_they_are_stored(small, form, colours, orientation):
    pixels, profile = in_colours(small, colours)
    photo = read_photo(write(pixels, form, orientation=orientation, profile=profile))
    assert photo.file.format == NAMES[form.partition("-")[0]]
    assert_same(photo.rgb, small, LOSSY if form.startswith(("jpeg-", "avif")) or form == "jpeg" else LOSSLESS)
    assert not photo.rgb.flags.writeable
    assert photo.rgb.flags.c_contiguous


@pytest.mark.parametrize("order", ["<", ">"])
def test_adobe_rgb_of_a_camera_that_embeds_no_profile(small, order):
    pixels = codes_in(ADOBE_RGB, small, ADOBE_GAMMA)
    own = {0xA001: (3, 0xFFFF)}
    for index, expected in (("R03", small), ("R98", pixels)):
        exif = exif_block({0x010F: (2, "Maker\0")}, own, interoperability=index, order=order)
        assert_same(read_photo(saved(pixels, "WEBP", lossless=True, exif=exif)).rgb, expected, LOSSLESS)
    # A profile says it better than EXIF.
    exif = exif_block({}, own, interoperability="R03", order=order)
    profile = rgb_profile(SRGB, SRGB_CURVE)
    webp = saved(small, "WEBP", lossless=True, exif=exif, icc_profile=profile)
    assert_same(read_photo(webp).rgb, small, LOSSLESS)


@pytest.mark.parametrize("stated", [0, 9, 65535, (6, 6), "6"])
def test_an_impossible_orientation_is_none(small, stated):
    entry = (2, stated) if isinstance(stated, str) else (3, stated)
    png = write(small, "png")
    with_tag = saved(small, "WEBP", lossless=True, exif=exif_block({0x0112: entry}))
    assert np.array_equal(read_photo(with_tag).rgb, read_photo(png).rgb)


def test_the_orientation_in_xmp_is_not_applied(small):
    xmp = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    assert np.array_equal(read_photo(saved(small, "WEBP", lossless=True, xmp=xmp)).rgb, small)


def test_the_orientation_is_applied_once_where_the_decoder_could_apply_it_too(small):
    """Pillow turns TIFF files, OpenCV JPEG files, both are told not to; libheif turns HEIC files."""
    for form in ("tiff", "tiff-lzw", "jpeg", "heic"):
        assert read_photo(write(small, form, orientation=6)).rgb.shape == small.shape


CASES = [
    *((form, "none", 1) for form in FORMATS if form != "jpeg"),
    *((form, "Display P3", 1 + number % 8) for number, form in enumerate(FORMATS)),
    *(("jpeg", "Adobe RGB", orientation) for orientation in range(1, 9)),
]
EXACT = ("png-16", "webp", "tiff", "tiff-lzw", "jpeg2000")


@pytest.fixture(scope="module")
def reports(checker, portrait):
    return {form: checker.check(write(portrait, form)) for form in ("jpeg", "png")}


@pytest.mark.skipif(JIT_DISABLED, reason="minutes without compiled kernels; the pixels are compared above")
@pytest.mark.parametrize(("form", "colours", "orientation"), CASES)
def test_the_verdict_does_not_depend_on_how_the_photo_is_stored(
    checker, portrait, reports, form, colours, orientation
):
    pixels, profile = in_colours(portrait, colours)
    report = checker.check(write(pixels, form, orientation=orientation, profile=profile))
    assert report.verdict == reports["jpeg"].verdict
    for expected, found in zip(reports["jpeg"], report, strict=True):
        assert found.id == expected.id
        assert (found.value is None) == (expected.value is None)
        if expected.value is None:
            assert found.verdict == expected.verdict, found.id
            continue
        # As much as another quality of JPEG changes.
        noise = 3 * (expected.uncertainty or 0.0) + 0.15 * abs(expected.value) + 0.3
        assert found.value == pytest.approx(expected.value, abs=noise), found.id
        if expected.margin is not None and abs(expected.margin) > noise:
            assert found.verdict == expected.verdict, found.id
    assert report.face is not None
    assert np.allclose(report.face.pupils, reports["jpeg"].face.pupils, atol=1.5)


@pytest.mark.skipif(JIT_DISABLED, reason="minutes without compiled kernels; the pixels are compared above")
@pytest.mark.parametrize("form", EXACT)
def test_what_is_stored_without_loss_gives_the_same_digits(checker, portrait, reports, form):
    report = checker.check(write(portrait, form, orientation=1 + EXACT.index(form)))
    for expected, found in zip(reports["png"], report, strict=True):
        if found.id != "file_format":
            assert found.model_dump() == expected.model_dump()


def test_exif_says_what_pillow_says(small):
    """The reader of our own agrees with the library on tags that both know."""
    import io

    from PIL import Image

    tiff = write(small, "tiff", orientation=7)
    assert Image.open(io.BytesIO(tiff)).getexif()[0x0112] == 7
    assert read_photo(tiff).file.orientation == 7
    block = orientation_exif(5)
    parsed = Image.Exif()
    parsed.load(block)
    assert parsed[0x0112] == 5
