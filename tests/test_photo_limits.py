"""Files that are cut off, damaged, or made to exhaust who reads them."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from icao_check.errors import (
    PHOTO_ERRORS,
    CorruptPhotoError,
    PhotoError,
    TooManyBytesError,
    TooManyPixelsError,
    TruncatedPhotoError,
)
from icao_check.photo import read_photo
from tests.conftest import JIT_DISABLED
from tests.heic import write_heic
from tests.still_files import (
    FORMATS,
    SRGB_CURVE,
    box,
    chunk,
    exif_block,
    jp2,
    rgb_profile,
    saved,
    segment,
    table_profile,
    with_chunks,
    with_segments,
    write,
)

ROOT = Path(__file__).resolve().parent.parent
CODES = {error.code for error in PHOTO_ERRORS}
VERDICTS = {"pass", "borderline", "fail", "review"}
ACCEPTED = {"JPEG", "PNG", "WebP", "TIFF", "JPEG 2000", "HEIC", "AVIF"}
# What a file may cost: CPU seconds, and MB in all, of which the libraries and models take about 200.
SECONDS, MEGABYTES = 5.0, 500.0


@pytest.fixture(scope="module")
def small(portrait):
    return np.ascontiguousarray(portrait[120:242:2, 100:194:2])


def wide_profile() -> bytes:
    from icao_check.photo.colour_space import DISPLAY_P3

    return rgb_profile(DISPLAY_P3, SRGB_CURVE)


@pytest.fixture(scope="module")
def whole_files(small):
    """Return files of each format and of many inner structures, with metadata and profiles."""
    picture = Image.fromarray(small)
    alpha = np.dstack([small, small[..., 0]])
    files = {form: write(small, form, orientation=6, profile=wide_profile()) for form in FORMATS}
    files["jpeg-restarts"] = saved(small, "JPEG", restart_marker_blocks=3)
    files["jpeg-grey"] = saved(picture.convert("L"), "JPEG")
    ink = table_profile(4, b"CMYK", lambda device: device[:, :3], 3)
    files["jpeg-cmyk"] = saved(picture.convert("CMYK"), "JPEG", icc_profile=ink)
    files["jpeg-mpo"] = saved(small, "MPO", save_all=True, append_images=[picture])
    files["png-palette"] = saved(picture.quantize(16), "PNG", transparency=3)
    files["png-alpha"] = saved(alpha, "PNG")
    files["tiff-zip"] = saved(small, "TIFF", compression="tiff_adobe_deflate")
    files["tiff-jpeg"] = saved(small, "TIFF", compression="jpeg")
    files["tiff-big"] = saved(small, "TIFF", big_tiff=True)
    files["tiff-g4"] = saved(picture.convert("1"), "TIFF", compression="group4")
    files["jpeg2000-tiles"] = saved(small, "JPEG2000", tile_size=(32, 32))
    files["jpeg2000-stream"] = saved(small, "JPEG2000", no_jp2=True)
    files["webp-lossy"] = saved(alpha, "WEBP", quality=80)
    files["avif-alpha"] = saved(alpha, "AVIF", speed=10)
    files["heic-two"] = write_heic([small, small[:32, :32]], primary=1)
    return files


SHAPES = (
    *FORMATS,
    *("jpeg-restarts", "jpeg-grey", "jpeg-cmyk", "jpeg-mpo", "png-palette", "png-alpha", "tiff-zip"),
    *("tiff-jpeg", "tiff-big", "tiff-g4", "jpeg2000-tiles", "jpeg2000-stream", "webp-lossy", "avif-alpha"),
    "heic-two",
)


class TestCutOff:
    @pytest.mark.parametrize("shape", SHAPES)
    def test_anywhere(self, whole_files, shape):
        """A photo is whole or an error: no part of a picture is ever judged."""
        data = whole_files[shape]
        whole = read_photo(data).rgb
        ends = {*range(1, min(len(data), 64)), *range(max(1, len(data) - 24), len(data))}
        ends |= {int(end) for end in np.linspace(64, len(data) - 1, 60)}
        for end in sorted(ends):
            try:
                photo = read_photo(data[:end])
            except (TruncatedPhotoError, CorruptPhotoError):
                continue
            except PhotoError as error:
                assert end < 16, f"{error.code} at {end}"  # too few bytes to tell what it was
                continue
            assert np.array_equal(photo.rgb, whole), f"another picture at {end} of {len(data)}"

    @pytest.mark.parametrize("shape", [form for form in FORMATS if form != "heic"])
    def test_in_the_middle_is_named_so(self, whole_files, shape):
        data = whole_files[shape]
        with pytest.raises(TruncatedPhotoError) as raised:
            read_photo(data[: len(data) * 2 // 3])
        assert "again" in raised.value.remedy()

    def test_heic_is_named_so(self, whole_files):
        with pytest.raises(TruncatedPhotoError):
            read_photo(whole_files["heic"][:-100])

    def test_a_truncated_jpeg_with_a_whole_thumbnail(self, small, whole_files):
        """The end of the thumbnail is not the end of the photo."""
        exif = exif_block({0x0112: (3, 1)}) + saved(small[:20, :20], "JPEG")
        data = with_segments(write(small, "jpeg"), segment(0xE1, b"Exif\0\0" + exif))
        with pytest.raises(TruncatedPhotoError):
            read_photo(data[:-50])

    def test_metadata_after_the_picture_may_be_missing(self, small):
        webp = saved(small, "WEBP", lossless=True)
        assert np.array_equal(read_photo(webp + b"EXIF\xff\xff").rgb, small)


class TestDamaged:
    @pytest.mark.parametrize("shape", SHAPES)
    @settings(
        deadline=None,
        max_examples=25,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8))
    def test_bytes(self, whole_files, shape, changes):
        data = bytearray(whole_files[shape])
        for place, value in changes:
            data[int(place**3 * (len(data) - 1))] = value  # most of them in the headers
        try:
            photo = read_photo(bytes(data), max_pixels=1_000_000)
        except PhotoError as error:
            assert error.code in CODES
        else:
            assert photo.rgb.ndim == 3
            assert photo.rgb.dtype == np.uint8

    def test_picture_data_of_a_png_are_noticed(self, small):
        data = bytearray(saved(small, "PNG"))
        data[data.index(b"IDAT") + 40] ^= 1
        with pytest.raises(CorruptPhotoError):
            read_photo(bytes(data))

    def test_a_png_without_damage_says_nothing_on_standard_error(self, small, capfd):
        """Chunks that libpng would complain about do not reach it."""
        png = saved(small, "PNG")
        broken = [chunk(b"iCCP", b"x\0\0nonsense"), chunk(b"gAMA", b"1"), chunk(b"zTXt", b"\0")]
        read_photo(with_chunks(png, *broken))
        with pytest.raises(PhotoError):
            read_photo(png[:-30])
        with pytest.raises(PhotoError):
            read_photo(png[:60] + b"?" + png[61:])
        assert capfd.readouterr().err == ""


class TestLimits:
    @pytest.mark.parametrize("form", FORMATS)
    def test_pixels_are_counted_before_decoding(self, small, form, monkeypatch):
        data = write(small, form)
        pixels = small.shape[0] * small.shape[1]
        cost = 5 if form == "jpeg2000" else 1
        read_photo(data, max_pixels=pixels * cost)
        import icao_check.photo.intake as intake

        monkeypatch.setattr(intake, "_decode", lambda header: pytest.fail("decoded"))
        with pytest.raises(TooManyPixelsError) as raised:
            read_photo(data, max_pixels=pixels * cost - 1)
        assert raised.value.facts["pixels"] == pixels

    def test_bytes_are_counted_before_reading(self, small, tmp_path):
        data = write(small, "png")
        path = tmp_path / "photo.png"
        path.write_bytes(data)
        read_photo(path, max_bytes=len(data))
        for source in (data, path):
            with pytest.raises(TooManyBytesError):
                read_photo(source, max_bytes=len(data) - 1)


def claims(size: tuple[int, int]) -> dict[str, bytes]:
    """Return one small file per format that claims to be of this size."""
    width, height = size
    one = Image.new("RGB", (16, 16), (120, 130, 140))
    sides = struct.pack(">II", width, height)
    files: dict[str, bytes] = {}
    png = saved(one, "PNG")
    header = chunk(b"IHDR", sides + png[24:29])
    files["png"] = png[:8] + header + png[33:]
    jpeg = bytearray(saved(one, "JPEG"))
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = struct.pack(">HH", min(height, 65535), min(width, 65535))
    files["jpeg"] = bytes(jpeg)
    stream = bytearray(saved(one, "JPEG2000", no_jp2=True))
    stream[8:16] = sides
    stream[24:32] = sides
    files["j2k"] = bytes(stream)
    files["jp2"] = jp2(bytes(stream))
    tags = {
        256: (4, width),
        257: (4, height),
        258: (3, (8, 8, 8)),
        259: (3, 8),
        262: (3, 2),
        277: (3, 3),
        278: (4, height),
        273: (4, 8),
        279: (4, 100),
    }
    files["tiff"] = exif_block(tags)
    extended = b"\0\0\0\0" + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    webp = saved(one, "WEBP", lossless=True)
    body = b"WEBPVP8X" + struct.pack("<I", 10) + extended + webp[12:]
    files["webp"] = b"RIFF" + struct.pack("<I", len(body)) + body
    avif = bytearray(saved(one, "AVIF", speed=10))
    at = avif.index(b"ispe") + 8
    avif[at : at + 8] = sides
    files["avif"] = bytes(avif)
    files["heic"] = write_heic([np.asarray(one)], claimed=size)
    return files


def directory_bomb() -> bytes:
    """Return an EXIF block of 4 MB whose 60 000 tags all claim the same 3 MB."""
    count = 60_000
    entries = b"".join(struct.pack("<HHII", 1 + tag, 7, 3_000_000, 8) for tag in range(count))
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", count) + entries + bytes(3_300_000)


def directory_loop() -> bytes:
    """Return an EXIF block whose directories lead to each other."""
    pointers = struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<HHII", 0xA005, 4, 1, 8)
    return b"II*\0" + struct.pack("<IH", 8, 2) + pointers + struct.pack("<I", 8)


def pages_loop() -> bytes:
    """Return a TIFF file whose one page is a thumbnail and is followed by itself."""
    return b"II*\0" + struct.pack("<IHHHIII", 8, 1, 254, 4, 1, 1, 8)


def strips_bomb() -> bytes:
    """Return a TIFF file of 200 000 strips that are all the same 2 MB of compressed nothing."""
    count = 200_000
    nothing = b"\x78\x01" + b"\0\0\0\xff\xff" * 400_000
    tags = {
        256: (4, 10),
        257: (4, count),
        258: (3, (8, 8, 8)),
        259: (3, 8),
        262: (3, 2),
        277: (3, 3),
        278: (4, 1),
        273: (4, (0,) * count),
        279: (4, (len(nothing),) * count),
    }
    start = len(exif_block(tags))
    tags[273] = (4, (start,) * count)
    return exif_block(tags) + nothing


def scans_bomb() -> bytes:
    """Return a progressive JPEG file that is refined 20 000 times."""
    jpeg = saved(Image.new("RGB", (600, 400), (90, 80, 70)), "JPEG", progressive=True, quality=30)
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:last] + jpeg[last:-2] * 20_000 + b"\xff\xd9"


def layers_bomb() -> bytes:
    """Return a JPEG 2000 file of 300 tiles in 65 535 quality layers, 350 million packets."""
    stream = bytearray(saved(Image.new("RGB", (500, 600)), "JPEG2000", no_jp2=True, tile_size=(32, 32)))
    at = stream.index(b"\xff\x52")
    stream[at + 6 : at + 8] = b"\xff\xff"
    return bytes(stream)


def precincts_bomb() -> bytes:
    """Return a JPEG 2000 file of 12 megapixels whose precincts are single pixels."""
    stream = bytearray(claims((4000, 3000))["j2k"])
    at = stream.index(b"\xff\x52")
    levels = stream[at + 9]
    stream[at + 4] |= 1
    stream[at + 2 : at + 4] = (13 + levels).to_bytes(2, "big")
    return bytes(stream[: at + 14] + bytes(levels + 1) + stream[at + 14 :])


def blocks_bomb() -> bytes:
    """Return a JPEG 2000 file of 12 megapixels whose code-blocks have 4 x 4 pixels."""
    stream = bytearray(claims((4000, 3000))["j2k"])
    at = stream.index(b"\xff\x52")
    stream[at + 10 : at + 12] = b"\0\0"
    return bytes(stream)


def tiles_bomb() -> bytes:
    """Return a JPEG 2000 file of 3.6 megapixels in tiles of single pixels."""
    stream = claims((60_000, 60))["j2k"]
    return stream[:24] + struct.pack(">II", 1, 1) + stream[32:]


def extents_bomb() -> bytes:
    """Return a HEIC file whose EXIF item is 10 000 times the same bytes."""
    exif = exif_block({0x0112: (3, 1)}) + bytes(2_000_000)
    data = write_heic([np.full((16, 16, 3), 99, np.uint8)], exif=exif)
    at = data.index(b"iloc")
    table = bytearray(data[at + 4 : data.index(b"iinf") - 4])
    start, length = struct.unpack_from(">II", table, len(table) - 8)
    many = 10_000
    table[-10:] = struct.pack(">H", many) + struct.pack(">II", start, length) * many
    grown = len(table) - (data.index(b"iinf") - 4 - at - 4)
    places = bytearray(data[:at] + b"iloc" + bytes(table) + data[data.index(b"iinf") - 4 :])
    for name, size_at in ((b"iloc", at - 4), (b"meta", data.index(b"meta") - 4)):
        assert places[size_at + 4 : size_at + 8] == name
        old = int.from_bytes(places[size_at : size_at + 4], "big")
        places[size_at : size_at + 4] = (old + grown).to_bytes(4, "big")
    return bytes(places)


def text_bomb() -> bytes:
    """Return a PNG file whose compressed texts and profile are 300 MB each."""
    packed = zlib.compress(bytes(300_000_000), 9)
    png = saved(Image.new("RGB", (16, 16)), "PNG")
    texts = [chunk(b"zTXt", b"Comment\0\0" + packed) for _ in range(4)]
    return with_chunks(png, chunk(b"iCCP", b"x\0\0" + packed), *texts)


def flat(form: str, **options: object) -> Callable[[], bytes]:
    """Return a picture of 49 megapixels in one colour, which takes next to no bytes."""
    return lambda: saved(Image.new("RGB", (7000, 7000), (200, 200, 200)), form, **options)


PLAIN = Image.new("RGB", (16, 16), (90, 100, 110))
BOMBS: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "exif-png": (lambda: with_chunks(saved(PLAIN, "PNG"), chunk(b"eXIf", directory_bomb())), {"PNG"}),
    "exif-webp": (lambda: saved(PLAIN, "WEBP", exif=directory_bomb()), {"WebP"}),
    "exif-tiff": (directory_bomb, {"corrupt", "truncated"}),
    "exif-heic": (lambda: write_heic([np.asarray(PLAIN)], exif=directory_bomb()), {"HEIC"}),
    "exif-avif": (lambda: saved(PLAIN, "AVIF", exif=directory_loop() + directory_bomb()), {"AVIF"}),
    "exif-jpeg": (
        lambda: with_segments(
            saved(PLAIN, "JPEG"),
            *(
                segment(0xE1, b"Exif\0\0" + directory_bomb()[at : at + 65_000])
                for at in range(0, 4_000_000, 65_000)
            ),
        ),
        {"JPEG"},
    ),
    "loop-jpeg": (
        lambda: with_segments(saved(PLAIN, "JPEG"), segment(0xE1, b"Exif\0\0" + directory_loop())),
        {"JPEG"},
    ),
    "loop-tiff": (pages_loop, {"corrupt"}),
    "strips-tiff": (strips_bomb, {"corrupt"}),
    "scans-jpeg": (scans_bomb, {"corrupt"}),
    "segments-jpeg": (
        lambda: with_segments(saved(PLAIN, "JPEG"), segment(0xFE, b"") * 4_000_000),
        {"corrupt"},
    ),
    "chunks-png": (lambda: with_chunks(saved(PLAIN, "PNG"), chunk(b"teXt", b"") * 1_500_000), {"corrupt"}),
    "text-png": (text_bomb, {"PNG"}),
    "layers-jp2": (layers_bomb, {"corrupt"}),
    "precincts-jp2": (precincts_bomb, {"corrupt"}),
    "blocks-jp2": (blocks_bomb, {"corrupt"}),
    "tiles-jp2": (tiles_bomb, {"corrupt"}),
    "boxes-jp2": (
        lambda: jp2(saved(PLAIN, "JPEG2000", no_jp2=True), after=box(b"free") * 2_000_000),
        {"corrupt"},
    ),
    "extents-heic": (extents_bomb, {"HEIC", "corrupt"}),
    "inside-heic": (lambda: write_heic([np.asarray(PLAIN)], coded=(65520, 65520)), {"corrupt"}),
    "size-jp2": (lambda: claims((4000, 3200))["jp2"], {"too_many_pixels"}),
    "flat-png": (flat("PNG", compress_level=9), {"PNG"}),
    "flat-webp": (flat("WEBP", lossless=True, method=0), {"WebP"}),
    "flat-jpeg": (flat("JPEG"), {"JPEG"}),
}


class Cost(NamedTuple):
    file: str
    result: str
    seconds: float
    peak_mb: float


def bounded(job: str, paths: list[Path]) -> list[Cost]:
    """Read or check files in a process of their own, and return what came of each."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.bounded", job, *map(str, paths)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    results = [Cost(**json.loads(line)) for line in done.stdout.splitlines()]
    after = paths[len(results)].name if len(results) < len(paths) else ""
    assert done.returncode == 0, f"{after}: {done.returncode}\n{done.stderr[-2000:]}"
    return results


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read from /proc")
class TestCosts:
    def test_of_bombs(self, tmp_path):
        paths = [tmp_path / name for name in BOMBS]
        for path in paths:
            path.write_bytes(BOMBS[path.name][0]())
            assert path.stat().st_size < 25_000_000
        for cost in bounded("read", paths):
            assert cost.result in BOMBS[cost.file][1], cost
            assert cost.seconds < SECONDS, cost
            # 49 megapixels are 147 MB, and OpenCV hands out a copy. They come last: the peak only rises.
            assert cost.peak_mb < (600 if cost.file.startswith("flat") else MEGABYTES), cost

    def test_of_false_sizes(self, tmp_path):
        """A size is a claim: what fits into the limit is paid for only as far as there is a picture."""
        paths = []
        for number, size in enumerate([(4000, 3000), (1, 12_000_000), (65_500, 180), (3_000_000_000, 2)]):
            for form, data in claims(size).items():
                paths.append(tmp_path / f"{number}-{form}")
                paths[-1].write_bytes(data)
        for cost in bounded("read", paths):
            assert cost.result in CODES | ACCEPTED, cost
            assert cost.seconds < SECONDS, cost
            assert cost.peak_mb < MEGABYTES, cost

    @pytest.mark.corpus
    @pytest.mark.skipif(JIT_DISABLED, reason="what a check costs, it costs with compiled kernels")
    @pytest.mark.parametrize("folder", ["hostile", "metadata"])
    def test_of_the_corpus(self, corpus, folder):
        results = bounded("check", sorted((corpus / folder).iterdir()))
        assert len(results) > 50
        for cost in results:
            assert cost.result in CODES | VERDICTS, cost
            assert cost.seconds < SECONDS, cost
            assert cost.peak_mb < MEGABYTES, cost
