"""Intake: every form of input, every broken one, and what is upright."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from icao_check.errors import (
    PHOTO_ERRORS,
    AnimatedPhotoError,
    EmptyFileError,
    PhotoError,
    TooManyBytesError,
    TooManyPixelsError,
    TruncatedPhotoError,
    UnreadableFileError,
    UnsupportedFormatError,
)
from icao_check.photo import read_photo


def encoded(pixels, file_format="PNG", **options):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, file_format, **options)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def pixels():
    """Return a small picture whose every corner has another colour."""
    picture = np.random.default_rng(7).integers(0, 256, (12, 9, 3), np.uint8)
    picture[0, 0], picture[0, -1], picture[-1, 0] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    return picture


@pytest.fixture(scope="module")
def png(pixels):
    return encoded(pixels)


class TestForms:
    def test_every_form_gives_the_same_pixels(self, png, pixels, tmp_path):
        path = tmp_path / "photo.png"
        path.write_bytes(png)
        forms = [png, bytearray(png), memoryview(png), path, str(path), io.BytesIO(png), pixels]
        with path.open("rb") as file:
            forms.append(file)
            for form in forms:
                np.testing.assert_array_equal(read_photo(form).rgb, pixels)

    def test_an_array_is_copied_and_frozen(self, pixels):
        own = pixels.copy()
        photo = read_photo(own)
        own[:] = 0
        np.testing.assert_array_equal(photo.rgb, pixels)
        assert not photo.rgb.flags.writeable

    def test_a_view_of_an_array_is_read_in_its_own_order(self, pixels):
        np.testing.assert_array_equal(read_photo(pixels[::-1, ::2]).rgb, pixels[::-1, ::2])

    def test_a_slow_stream_is_read_to_its_end(self, png, pixels):
        class Drip(io.BytesIO):
            def read(self, size=-1):
                return super().read(min(size, 5) if size >= 0 else 5)

        np.testing.assert_array_equal(read_photo(Drip(png)).rgb, pixels)

    @pytest.mark.parametrize("wrong", [None, 3, ["photo.jpg"], io.StringIO("text"), object()])
    def test_other_types_are_a_type_error(self, wrong):
        with pytest.raises(TypeError):
            read_photo(wrong)

    @pytest.mark.parametrize(
        ("array", "error"),
        [
            (np.zeros((4, 4, 3), np.float32), TypeError),
            (np.zeros((4, 4, 3), np.uint16), TypeError),
            (np.zeros((4, 4), np.uint8), ValueError),
            (np.zeros((4, 4, 4), np.uint8), ValueError),
            (np.zeros((0, 4, 3), np.uint8), ValueError),
        ],
    )
    def test_other_arrays_are_a_bad_call(self, array, error):
        with pytest.raises(error, match=r"photo array"):
            read_photo(array)

    def test_the_digest_is_that_of_the_bytes(self, png):
        import hashlib

        assert read_photo(png).file.sha256 == hashlib.sha256(png).hexdigest()


class TestOrientation:
    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
    def test_pixels_come_upright(self, pixels, orientation, file_format):
        exif = Image.Exif()
        exif[0x0112] = orientation
        blocks = np.kron(pixels, np.ones((8, 8, 1), np.uint8))  # JPEG keeps whole blocks
        data = encoded(blocks, file_format, exif=exif, **({"quality": 100} if file_format == "JPEG" else {}))
        stored = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        turned = {
            1: stored,
            2: np.fliplr(stored),
            3: np.rot90(stored, 2),
            4: np.flipud(stored),
            5: np.rot90(np.fliplr(stored)),
            6: np.rot90(stored, -1),
            7: np.rot90(np.fliplr(stored), -1),
            8: np.rot90(stored),
        }[orientation]
        photo = read_photo(data)
        assert photo.file.orientation == orientation
        assert photo.rgb.flags.c_contiguous
        np.testing.assert_allclose(photo.rgb.astype(int), turned.astype(int), atol=2)

    @pytest.mark.parametrize("orientation", [0, 9, 77])
    def test_a_senseless_orientation_is_ignored(self, pixels, orientation):
        exif = Image.Exif()
        exif[0x0112] = orientation
        np.testing.assert_array_equal(read_photo(encoded(pixels, exif=exif)).rgb, pixels)


def png_of_size(width, height):
    """Return a PNG that claims a size and holds next to nothing."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0"))
        + chunk(b"IEND", b"")
    )


class TestBadFiles:
    @pytest.mark.parametrize(
        ("data", "error"),
        [
            (b"", EmptyFileError),
            (b"hello, this is no photo", UnsupportedFormatError),
            (b"%PDF-1.7 ...", UnsupportedFormatError),
            (b"\xff\xd8\xff", TruncatedPhotoError),
            (b"\xff\xd8\xff\xe0 nonsense \xff\xda \xff\xd9", TruncatedPhotoError),
            (b"\x89PNG\r\n\x1a\n", TruncatedPhotoError),
            (b"\x89PNG\r\n\x1a\n garbage IEND", TruncatedPhotoError),
        ],
    )
    def test_each_has_its_name(self, data, error):
        with pytest.raises(error):
            read_photo(data)

    def test_truncation_anywhere_is_an_error(self, portrait_jpeg, portrait):
        for data in (portrait_jpeg, encoded(portrait[:60, :60])):
            for end in range(1, len(data) - 8, max(1, len(data) // 60)):
                with pytest.raises(PhotoError):
                    read_photo(data[:end])

    @settings(max_examples=150)
    @given(st.data())
    def test_flipped_bytes_are_an_error_or_a_photo(self, portrait_jpeg, data):
        broken = bytearray(portrait_jpeg)
        for _ in range(data.draw(st.integers(1, 8))):
            broken[data.draw(st.integers(2, len(broken) - 1))] = data.draw(st.integers(0, 255))
        try:
            photo = read_photo(bytes(broken))
        except PhotoError:
            return
        assert photo.rgb.dtype == np.uint8
        assert photo.rgb.ndim == 3

    @given(st.binary(max_size=200))
    def test_noise_is_an_error(self, data):
        with pytest.raises(PhotoError):
            read_photo(data)
        with pytest.raises(PhotoError):
            read_photo(b"\xff\xd8\xff" + data)

    def test_size_is_judged_before_anything_is_read(self, tmp_path, png):
        with pytest.raises(TooManyBytesError) as caught:
            read_photo(png, max_bytes=len(png) - 1)
        assert caught.value.facts["limit"] == len(png) - 1
        path = tmp_path / "large"
        path.write_bytes(png)
        for source in (path, io.BytesIO(png)):
            with pytest.raises(TooManyBytesError):
                read_photo(source, max_bytes=10)

    def test_pixels_are_counted_in_the_header(self):
        with pytest.raises(TooManyPixelsError) as caught:
            read_photo(png_of_size(60_000, 60_000))
        assert caught.value.facts["pixels"] == 3_600_000_000

    def test_the_limit_itself_is_allowed(self, pixels, png):
        assert read_photo(png, max_bytes=len(png), max_pixels=pixels[..., 0].size).width == 9

    @pytest.mark.parametrize("name", ["missing.jpg", ".", "nul\0.jpg"])
    def test_what_cannot_be_opened(self, tmp_path, name):
        with pytest.raises(UnreadableFileError):
            read_photo(f"{tmp_path}/{name}")

    def test_an_animation_is_refused(self, pixels):
        frames = [Image.fromarray(pixels), Image.fromarray(pixels[::-1])]
        buffer = io.BytesIO()
        frames[0].save(buffer, "PNG", save_all=True, append_images=frames[1:])
        with pytest.raises(AnimatedPhotoError):
            read_photo(buffer.getvalue())

    @pytest.mark.parametrize("error", PHOTO_ERRORS)
    def test_each_error_says_what_to_do(self, error):
        for lang in ("en", "nl"):
            facts = {"limit": 5, "size": 6, "pixels": 7}
            message, remedy = error(**facts).message(lang), error(**facts).remedy(lang)
            assert message.endswith(".")
            assert remedy.endswith(".")
            assert "{" not in message + remedy
            assert "error." not in message + remedy


class TestOtherPixels:
    @pytest.mark.parametrize("mode", ["L", "CMYK"])
    def test_jpeg_modes_become_rgb(self, portrait, mode):
        buffer = io.BytesIO()
        Image.fromarray(portrait).convert(mode).save(buffer, "JPEG", quality=95)
        photo = read_photo(buffer.getvalue())
        expected = np.asarray(Image.open(io.BytesIO(buffer.getvalue())).convert("RGB"), int)
        assert abs(photo.rgb.astype(int) - expected).mean() < 2

    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
    def test_png_modes_become_rgb(self, portrait, mode):
        picture = Image.fromarray(portrait)
        picture = (
            Image.fromarray(np.asarray(picture.convert("L"), np.uint16) * 257)
            if mode == "I;16"
            else (picture.convert(mode))
        )
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
        photo = read_photo(buffer.getvalue())
        assert photo.rgb.shape == portrait.shape
        assert photo.rgb.std() > 20


class TestReduction:
    def test_it_averages_and_is_made_once(self, portrait):
        photo = read_photo(portrait[:480, :400])
        small = photo.reduced(60)
        assert small.shape == (60, 50, 3)
        assert small is photo.reduced(60)
        expected = portrait[:480, :400].reshape(60, 8, 50, 8, 3).mean(axis=(1, 3))
        assert np.abs(small - expected).max() <= 2  # rounded once per halving

    @pytest.mark.parametrize("height", [57, 130, 320, 600])
    @pytest.mark.parametrize("size", [(1063, 827), (511, 383), (1600, 1201)])
    def test_odd_sides_stretch_it_by_less_than_a_pixel(self, size, height):
        # A ramp tells from which row of the photo each value comes.
        ramp = np.linspace(0.0, 255.0, size[0])[:, None, None]
        small = read_photo(np.broadcast_to(ramp, (*size, 3)).astype(np.uint8)).reduced(height)
        rows = small[:, 0, 0] / 255.0 * (size[0] - 1)
        expected = (np.arange(len(small)) + 0.5) * size[0] / len(small) - 0.5
        steps = size[0] / 255.0  # a value of the ramp holds for so many rows
        assert np.abs(rows - expected).max() < size[0] / len(small) + steps

    def test_it_never_enlarges(self, portrait):
        photo = read_photo(portrait)
        assert photo.reduced(10_000) is photo.rgb

    def test_halving_takes_means_of_squares(self, portrait):
        photo = read_photo(portrait[:539, :417])
        half, factor = photo.halved(1)
        assert factor == 2
        expected = portrait[:538, :416].reshape(269, 2, 208, 2, 3).mean(axis=(1, 3))
        assert np.abs(half - expected).max() <= 0.5
        again, factor = photo.halved(3)
        assert (factor, again.shape) == (8, (67, 52, 3))
        assert photo.halved(1)[0] is half
        assert photo.halved(0) == (photo.rgb, 1)

    def test_halving_ends_where_nothing_is_left(self):
        pixels, factor = read_photo(np.zeros((100, 33, 3), np.uint8)).halved(9)
        assert (factor, pixels.shape) == (4, (25, 8, 3))

    def test_a_strip_keeps_one_column(self):
        assert read_photo(np.zeros((500, 1, 3), np.uint8)).reduced(10).shape == (10, 1, 3)
