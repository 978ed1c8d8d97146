"""Which picture of a file is the photo, which files hold none, and what their headers say."""

from __future__ import annotations

import io
import struct
import sys

import numpy as np
import pytest
from PIL import Image

from icao_check.errors import (
    AnimatedPhotoError,
    CorruptPhotoError,
    DecoderMissingError,
    TruncatedPhotoError,
    UnsupportedFormatError,
)
from icao_check.messages import languages
from icao_check.photo import read_photo
from tests.heic import write_heic
from tests.still_files import (
    box,
    chunk,
    exif_block,
    jp2,
    saved,
    segment,
    with_chunks,
    with_segments,
    write,
)


@pytest.fixture(scope="module")
def small(portrait):
    return np.ascontiguousarray(portrait[120:242:2, 100:194:2])


@pytest.fixture(scope="module")
def jpeg(small):
    return write(small, "jpeg")


@pytest.fixture(scope="module")
def other(small):
    return np.ascontiguousarray(255 - small[:40, :40])


class TestPrimaryPicture:
    @pytest.fixture
    def expected(self, jpeg):
        return read_photo(jpeg).rgb

    def test_of_an_mpo(self, small, other, expected):
        mpo = saved(
            small,
            "MPO",
            quality=97,
            subsampling=0,
            save_all=True,
            append_images=[Image.fromarray(other)],
        )
        assert Image.open(io.BytesIO(mpo)).n_frames == 2
        assert np.array_equal(read_photo(mpo).rgb, expected)

    def test_of_a_gain_map_jpeg(self, jpeg, other, expected):
        xmp = b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta hdrgm:Version="1.0"/>'
        gain_map = saved(Image.fromarray(other).convert("L"), "JPEG")
        data = with_segments(jpeg, segment(0xE1, xmp), segment(0xE2, b"MPF\0MM\0*\0\0\0\10\0\0")) + gain_map
        assert np.array_equal(read_photo(data).rgb, expected)

    def test_of_a_motion_photo(self, jpeg, expected):
        film = box(b"ftyp", b"mp42", bytes(4), b"isom") + box(b"mdat", b"\xff\xd8\xff\xda\xff\xd9" * 99)
        assert np.array_equal(read_photo(jpeg + film).rgb, expected)
        # The end of the film is no part of the photo.
        assert np.array_equal(read_photo(jpeg + film[:-200]).rgb, expected)

    def test_with_a_thumbnail(self, jpeg, other, expected):
        exif = exif_block({0x0112: (3, 1)}) + saved(other, "JPEG")
        assert np.array_equal(
            read_photo(with_segments(jpeg, segment(0xE1, b"Exif\0\0" + exif))).rgb, expected
        )

    @pytest.mark.parametrize("primary", [0, 1])
    def test_of_several_in_heic(self, small, other, primary):
        rgb = read_photo(write_heic([small, other], primary=primary)).rgb
        assert rgb.shape == (small, other)[primary].shape
        assert np.abs(rgb.astype(int) - (small, other)[primary]).max() <= 2

    def test_of_a_motion_photo_in_heic(self, small):
        data = write_heic([small])
        film = box(b"mpvd", box(b"ftyp", b"mp42", bytes(4)), bytes(500))
        assert np.array_equal(read_photo(data + film).rgb, read_photo(data).rgb)
        assert np.array_equal(read_photo(data + film[:-99]).rgb, read_photo(data).rgb)
        assert np.array_equal(read_photo(data + b"SEFT\xff\xff").rgb, read_photo(data).rgb)

    def test_of_a_tiff_is_its_first_page(self, small, other):
        tiff = saved(small, "TIFF", save_all=True, append_images=[Image.fromarray(other)])
        assert np.array_equal(read_photo(tiff).rgb, small)

    def test_of_a_tiff_is_no_thumbnail(self, small, other):
        page = Image.fromarray(small)
        page.encoderinfo = {"tiffinfo": {254: 0}}
        tiff = saved(other, "TIFF", tiffinfo={254: 1}, save_all=True, append_images=[page])
        assert np.array_equal(read_photo(tiff).rgb, small)

    def test_of_a_big_tiff(self, small):
        tiff = saved(small, "TIFF", big_tiff=True)
        assert tiff[2:4] == b"+\0"
        assert np.array_equal(read_photo(tiff).rgb, small)

    @pytest.mark.parametrize("order", ["<", ">"])
    def test_of_a_tiff_in_tiles(self, small, order):
        """Written here, because Pillow writes strips only."""
        side = 32
        padded = np.pad(small, ((0, -len(small) % side), (0, -small.shape[1] % side), (0, 0)))
        tiles = [
            padded[y : y + side, x : x + side].tobytes()
            for y in range(0, padded.shape[0], side)
            for x in range(0, padded.shape[1], side)
        ]
        height, width = small.shape[:2]
        tags = {
            256: (4, width),
            257: (4, height),
            258: (3, (8, 8, 8)),
            259: (3, 1),
            262: (3, 2),
            277: (3, 3),
            322: (4, side),
            323: (4, side),
            324: (4, tuple(range(len(tiles)))),
            325: (4, tuple(map(len, tiles))),
        }
        start = len(exif_block(tags, order=order))
        tags[324] = (4, tuple(start + side * side * 3 * number for number in range(len(tiles))))
        assert np.array_equal(read_photo(exif_block(tags, order=order) + b"".join(tiles)).rgb, small)


class TestStillOrMoving:
    @pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
    def test_animations_are_refused(self, small, form):
        frames = [Image.fromarray(small), Image.fromarray(255 - small)]
        with pytest.raises(AnimatedPhotoError):
            read_photo(saved(frames[0], form, save_all=True, append_images=frames[1:]))

    def test_one_frame_of_an_animation_is_a_still_photo(self, small):
        png = with_chunks(saved(small, "PNG"), chunk(b"acTL", struct.pack(">II", 1, 0)))
        assert np.array_equal(read_photo(png).rgb, small)
        still = saved(small, "WEBP", lossless=True)
        sides = b"".join(struct.pack("<I", side - 1)[:3] for side in small.shape[1::-1])
        chunks = [
            (b"VP8X", b"\2\0\0\0" + sides),
            (b"ANIM", bytes(6)),
            (b"ANMF", bytes(6) + sides + bytes(4) + still[12:]),
        ]
        body = b"".join(
            name + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2) for name, part in chunks
        )
        webp = b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body
        assert np.array_equal(read_photo(webp).rgb, small)

    def test_a_sequence_of_heic_is_refused(self, small):
        with pytest.raises(AnimatedPhotoError):
            read_photo(write_heic([small], brand=b"hevc"))
        with pytest.raises(AnimatedPhotoError):
            read_photo(box(b"ftyp", b"msf1", bytes(4), b"hevc") + box(b"moov", bytes(9)) + box(b"mdat"))


REFUSED = {
    "GIF": lambda rgb: saved(Image.fromarray(rgb).quantize(16), "GIF"),
    "BMP": lambda rgb: saved(rgb, "BMP"),
    "DDS": lambda rgb: saved(rgb, "DDS"),
    "ICO": lambda rgb: saved(rgb, "ICO"),
    "SGI": lambda rgb: saved(rgb, "SGI"),
    "PDF": lambda rgb: saved(rgb, "PDF"),
    "JPEG XL": lambda rgb: b"\xff\x0a" + bytes(99),
    "Photoshop": lambda rgb: b"8BPS\0\1" + bytes(99),
    "ZIP": lambda rgb: b"PK\3\4" + bytes(99),
    "SVG": lambda rgb: b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "MP4/MOV": lambda rgb: box(b"ftyp", b"isom", bytes(4), b"mp41") + box(b"mdat", bytes(9)),
    "Motion JPEG 2000": lambda rgb: b"\0\0\0\x0cjP  \r\n\x87\n" + box(b"ftyp", b"mjp2", bytes(4)) + bytes(99),
    "HEIF (jpeg)": lambda rgb: write_heic([rgb]).replace(b"hvc1", b"jpeg"),
}


class TestRefused:
    @pytest.mark.parametrize("name", REFUSED)
    def test_formats_are_named(self, small, name):
        with pytest.raises(UnsupportedFormatError) as raised:
            read_photo(REFUSED[name](small))
        assert raised.value.facts == {"format": name}
        for lang in languages():
            assert name in raised.value.message(lang)
            assert "JPEG" in raised.value.remedy(lang)

    @pytest.mark.parametrize(
        "tags",
        [
            {50706: (1, (1, 4, 0, 0))},
            {262: (3, 32803)},
            {262: (3, 34892)},
            {254: (4, 1), 330: (4, 8)},
        ],
        ids=["DNG", "CFA", "linear", "thumbnail with subdirectories"],
    )
    def test_raw_files_of_cameras(self, tags):
        base = {256: (4, 1), 257: (4, 1), 273: (4, 8), 279: (4, 3)}
        with pytest.raises(UnsupportedFormatError) as raised:
            read_photo(exif_block(base | tags))
        assert raised.value.facts == {"format": "RAW"}

    @pytest.mark.parametrize("data", [b"hello", b"\0" * 500, b"RIFF\4\0\0\0WAVE" + bytes(99), b"\xff" * 99])
    def test_what_is_no_picture(self, data):
        with pytest.raises(UnsupportedFormatError) as raised:
            read_photo(data)
        assert raised.value.facts == {}

    def test_other_kinds_of_jpeg(self, jpeg):
        for coding in (0xC3, 0xC9):  # lossless, arithmetic
            with pytest.raises(UnsupportedFormatError):
                read_photo(jpeg.replace(b"\xff\xc0", bytes([0xFF, coding]), 1))
        frame = jpeg.index(b"\xff\xc0")
        with pytest.raises(UnsupportedFormatError):
            read_photo(jpeg[: frame + 4] + b"\x0c" + jpeg[frame + 5 :])

    def test_five_components_of_jpeg_2000(self, small):
        codestream = bytearray(saved(small, "JPEG2000", no_jp2=True))
        codestream[40:42] = b"\0\5"
        with pytest.raises(UnsupportedFormatError):
            read_photo(bytes(codestream))

    def test_heic_without_its_decoder(self, small, monkeypatch):
        monkeypatch.setitem(sys.modules, "pi_heif", None)
        with pytest.raises(DecoderMissingError) as raised:
            read_photo(write_heic([small]))
        assert raised.value.code == "decoder_missing"
        assert raised.value.facts == {"format": "HEIC", "extra": "heic"}
        for lang in languages():
            assert "HEIC" in raised.value.message(lang)
            assert "icao-check[heic]" in raised.value.remedy(lang)


class TestContradictions:
    def test_the_header_of_a_jp2_may_not_claim_another_size(self, small):
        """It is not read: the picture is as large as its codestream says."""
        data = bytearray(jp2(saved(small, "JPEG2000", no_jp2=True)))
        at = data.index(b"ihdr")
        data[at + 4 : at + 12] = struct.pack(">II", 1 << 30, 1 << 30)
        assert np.array_equal(read_photo(bytes(data)).rgb, small)

    def test_two_frames_of_a_jpeg(self, jpeg):
        frame = jpeg.index(b"\xff\xc0")
        end = frame + 2 + int.from_bytes(jpeg[frame + 2 : frame + 4], "big")
        with pytest.raises(CorruptPhotoError):
            read_photo(jpeg[:end] + jpeg[frame:end] + jpeg[end:])

    def test_a_heic_that_is_larger_inside(self, small):
        with pytest.raises(CorruptPhotoError):
            read_photo(write_heic([small], coded=(16384, 16384)))

    def test_an_avif_that_is_larger_inside(self):
        avif = bytearray(saved(Image.new("RGB", (2048, 2048)), "AVIF", speed=10))
        at = avif.index(b"ispe")
        avif[at + 8 : at + 16] = struct.pack(">II", 64, 64)
        with pytest.raises(CorruptPhotoError):
            read_photo(bytes(avif))

    def test_no_primary_picture(self, small):
        with pytest.raises(CorruptPhotoError):
            read_photo(write_heic([small]).replace(b"pitm", b"free"))

    def test_no_picture_at_all(self, small):
        with pytest.raises(CorruptPhotoError):
            read_photo(saved(small, "PNG").replace(b"IDAT", b"teXt"))
        with pytest.raises(TruncatedPhotoError):
            read_photo(box(b"ftyp", b"heic", bytes(4), b"mif1"))


def dots(value: float) -> tuple[int, int]:
    return round(value * 100), 100


class TestResolution:
    def read(self, data: bytes) -> float | None:
        return read_photo(data).file.dpi

    @pytest.mark.parametrize(("unit", "expected"), [(0, None), (1, 300), (2, 762), (7, None)])
    def test_of_jfif(self, small, unit, expected):
        jpeg = bytearray(saved(small, "JPEG"))
        assert jpeg[6:10] == b"JFIF"
        jpeg[13:18] = struct.pack(">BHH", unit, 300, 300)
        found = self.read(bytes(jpeg))
        assert found == expected if expected is None else found == pytest.approx(expected)

    @pytest.mark.parametrize(("unit", "expected"), [(None, 300), (1, None), (2, 300), (3, 762), (9, None)])
    @pytest.mark.parametrize("order", ["<", ">"])
    def test_of_exif(self, small, unit, expected, order):
        tags = {0x011A: (5, (dots(300),)), 0x011B: (5, (dots(300),))}
        if unit is not None:
            tags[0x0128] = (3, unit)
        webp = saved(small, "WEBP", exif=exif_block(tags, order=order))
        found = self.read(webp)
        assert found == expected if expected is None else found == pytest.approx(expected)

    @pytest.mark.parametrize(("unit", "expected"), [(0, None), (1, 300)])
    def test_of_png(self, small, unit, expected):
        png = with_chunks(saved(small, "PNG"), chunk(b"pHYs", struct.pack(">IIB", 11811, 11811, unit)))
        found = self.read(png)
        assert found == expected if expected is None else found == pytest.approx(expected, abs=0.01)

    @pytest.mark.parametrize("unit", ["inch", "cm"])
    def test_of_tiff(self, small, unit):
        tiff = saved(small, "TIFF", resolution_unit=unit, x_resolution=300.0, y_resolution=300.0)
        assert self.read(tiff) == pytest.approx(300 if unit == "inch" else 762)

    def test_of_jp2(self, small):
        resolution = struct.pack(">4H2b", 11811, 1, 11811, 1, 0, 0)
        data = jp2(saved(small, "JPEG2000", no_jp2=True), inside=box(b"res ", box(b"resc", resolution)))
        assert self.read(data) == pytest.approx(300, abs=0.01)
        zero = struct.pack(">4H2b", 11811, 0, 11811, 1, 0, 0)
        data = jp2(saved(small, "JPEG2000", no_jp2=True), inside=box(b"res ", box(b"resd", zero)))
        assert self.read(data) is None

    def test_that_differs_between_the_directions_is_none(self, small):
        assert self.read(saved(small, "JPEG", dpi=(300, 600))) is None
        assert self.read(saved(small, "JPEG", dpi=(600, 300))) is None
        assert self.read(saved(small, "JPEG", dpi=(300, 301))) == pytest.approx(301)

    def test_of_jfif_goes_before_that_of_exif(self, small):
        tags = {0x011A: (5, (dots(600),)), 0x011B: (5, (dots(600),)), 0x0128: (3, 2)}
        exif = b"Exif\0\0" + exif_block(tags)
        assert self.read(saved(small, "JPEG", dpi=(300, 300), exif=exif)) == 300
        jpeg = bytearray(saved(small, "JPEG", exif=exif))
        assert jpeg[13] == 0  # JFIF without a unit
        assert self.read(bytes(jpeg)) == pytest.approx(600)

    @pytest.mark.parametrize("setting", [0x829A, 0x829D, 0x920A])
    def test_of_a_camera_says_nothing(self, small, setting):
        tags = {0x011A: (5, (dots(300),)), 0x011B: (5, (dots(300),)), 0x0128: (3, 2)}
        camera = exif_block(tags, {setting: (5, ((1, 60),))})
        scanner = exif_block(tags | {0x010F: (2, "EPSON\0"), 0x0110: (2, "Perfection\0")})
        assert self.read(saved(small, "JPEG", dpi=(300, 300), exif=b"Exif\0\0" + camera)) is None
        assert self.read(saved(small, "JPEG", dpi=(300, 300), exif=b"Exif\0\0" + scanner)) == 300

    @pytest.mark.parametrize("pair", [(0, 1), (1, 0), (0, 0)])
    def test_of_nothing_is_none(self, small, pair):
        tags = {0x011A: (5, (pair,)), 0x011B: (5, (pair,)), 0x0128: (3, 2)}
        assert self.read(saved(small, "WEBP", exif=exif_block(tags))) is None
