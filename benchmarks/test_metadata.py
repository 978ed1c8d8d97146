"""Reading the metadata of a photo, beside opening its header and beside Pillow's reading of all EXIF tags."""

from __future__ import annotations

import io

import pytest
from PIL import Image, JpegImagePlugin

from icao_check.metadata import read_metadata
from tests import photo_files as files


@pytest.fixture(scope="module")
def phone_photo() -> bytes:
    """Return what a phone writes: three dates with offsets, a position, a maker's block, XMP."""
    block = files.exif(
        gps={
            1: "N",
            2: (50.0, 51.0, 0.0),
            3: "E",
            4: (4.0, 21.0, 0.0),
            29: "2026:10:01",
            7: (8.0, 11.0, 12.0),
        },
        **files.CAMERA,
        software="17.1.1",
        original="2026:10:01 10:11:12",
        digitized="2026:10:01 10:11:12",
        modified="2026:10:01 10:11:12",
        offset_original="+02:00",
        offset_digitized="+02:00",
        offset_modified="+02:00",
        subseconds_original="123",
    )
    block.get_ifd(0x8769)[0x927C] = bytes(4000)
    packet = files.xmp(attributes='xmp:CreateDate="2026-10-01T10:11:12" xmp:CreatorTool="17.1.1"')
    return files.jpeg(block, packet=packet, pixels=Image.new("RGB", (827, 1063), (190, 170, 160)))


@pytest.mark.benchmark(group="metadata")
def test_read_metadata(benchmark, phone_photo):
    found = benchmark(read_metadata, phone_photo, name="IMG_20261001_101112.jpg")
    assert found.dates[0].source == "exif_original"


@pytest.mark.benchmark(group="metadata")
def test_open_header(benchmark, phone_photo):
    benchmark(lambda: JpegImagePlugin.JpegImageFile(io.BytesIO(phone_photo)))


@pytest.mark.benchmark(group="metadata")
def test_open_header_and_read_exif_with_pillow(benchmark, phone_photo):
    def read():
        photo = JpegImagePlugin.JpegImageFile(io.BytesIO(phone_photo))
        exif = photo.getexif()
        return dict(exif) | dict(exif.get_ifd(0x8769)) | dict(exif.get_ifd(0x8825))

    assert benchmark(read)[0x9003] == "2026:10:01 10:11:12"
