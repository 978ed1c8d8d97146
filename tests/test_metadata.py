"""Reading metadata: each container, each block, damage, attacks, and what must never be kept."""

from __future__ import annotations

import csv
import io
import struct
import warnings
import zlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL.TiffImagePlugin import IFDRational

from icao_check.metadata import DateEvidence, Metadata, Optics, Trace, read_metadata
from icao_check.metadata.blocks import find_blocks
from icao_check.metadata.dates import parse_date, parse_date_in_words, parse_gps_date, parse_iptc_date
from icao_check.metadata.exif import read_exif
from icao_check.metadata.iptc import iptc_of_resources, read_iptc
from icao_check.metadata.names import read_name
from icao_check.metadata.xmp import read_xmp
from icao_check.photo import heif
from tests import photo_files as files
from tests.heic import write_heic

XMP_BOX = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
IPTC_BOX = bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38")
C2PA_BOX = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
ORIGINAL = "2026:10:01 10:11:12"
MOMENT = datetime(2026, 10, 1, 10, 11, 12)
PACKET = files.xmp("<photoshop:DateCreated>2026-10-01T10:11:12</photoshop:DateCreated>")
MANIFESTS = files.credentials("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia")
HEADER = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


def stated(data: bytes, **options: Any) -> dict[str, datetime]:
    return {e.source: e.moment for e in read_metadata(data, **options).dates}


def kinds(data: bytes, **options: Any) -> set[str]:
    return {trace.kind for trace in read_metadata(data, **options).traces}


def exif_bytes(**tags: Any) -> bytes:
    return files.exif(**tags).tobytes()


def mpo() -> bytes:
    buffer = io.BytesIO()
    block = exif_bytes(original=ORIGINAL)
    files.PIXELS.save(buffer, "MPO", save_all=True, append_images=[files.PIXELS], exif=block)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        files.jpeg(files.exif(original=ORIGINAL)),
        mpo(),
        files.png(files.exif(original=ORIGINAL)),
        files.png(chunks=files.chunk(b"eXIf", exif_bytes(original=ORIGINAL)[6:])),
        files.png(texts={"Raw profile type exif": files.raw_profile("exif", exif_bytes(original=ORIGINAL))}),
        files.png(texts={"Raw profile type APP1": files.raw_profile("app1", exif_bytes(original=ORIGINAL))}),
        files.png(texts={"Software": "x", "exif:DateTimeOriginal": ORIGINAL}),
        files.tiff(files.exif(original=ORIGINAL)),
        files.tiff(files.exif(original=ORIGINAL), big=True),
        files.webp(files.exif(original=ORIGINAL)),
        files.jpeg2000((b"JpgTiffExif->JP2", exif_bytes(original=ORIGINAL)[6:])),
    ],
    ids=[
        "jpeg",
        "mpo",
        "png",
        "png-after-pixels",
        "png-raw",
        "png-raw-app1",
        "png-text",
        "tiff",
        "bigtiff",
        "webp",
        "jpeg2000",
    ],
)
def test_exif_is_found_in_every_container(data: bytes) -> None:
    assert stated(data)["exif_original"] == MOMENT


@pytest.mark.parametrize(
    "data",
    [
        files.jpeg(packet=PACKET),
        files.png(texts={"XML:com.adobe.xmp": PACKET.decode()}),
        files.png(
            texts={
                "Raw profile type xmp": files.raw_profile("xmp", PACKET),
            }
        ),
        files.tiff(packet=PACKET),
        files.tiff(packet=PACKET, big=True),
        files.webp(packet=PACKET),
        files.jpeg2000((XMP_BOX, PACKET)),
    ],
    ids=["jpeg", "png", "png-raw", "tiff", "bigtiff", "webp", "jpeg2000"],
)
def test_xmp_is_found_in_every_container(data: bytes) -> None:
    assert stated(data)["xmp_original"] == MOMENT


IPTC = files.iptc(created="20261001", created_time="101112", software="Adobe Photoshop")


@pytest.mark.parametrize(
    "data",
    [
        files.jpeg(iptc_block=IPTC),
        files.tiff(iptc_block=IPTC),
        files.tiff(resources=files.resources(IPTC)),
        files.jpeg2000((IPTC_BOX, IPTC)),
        files.png(texts={"Raw profile type iptc": files.raw_profile("iptc", IPTC)}),
        files.png(texts={"Raw profile type iptc": files.raw_profile("iptc", files.resources(IPTC))}),
    ],
    ids=["jpeg", "tiff", "tiff-resources", "jpeg2000", "png-raw", "png-raw-resources"],
)
def test_iptc_is_found_in_every_container(data: bytes) -> None:
    assert stated(data)["iptc_created"] == MOMENT
    assert Trace("editor", "Adobe Photoshop") in read_metadata(data).traces


@pytest.mark.parametrize(
    "data",
    [
        files.jpeg(manifests=MANIFESTS),
        files.png(chunks=files.chunk(b"caBX", MANIFESTS)),
        files.tiff(manifests=MANIFESTS),
        files.webp(manifests=MANIFESTS),
        files.jpeg2000((C2PA_BOX, b"\0\0\0\0manifest\0" + MANIFESTS)),
        HEADER + files.box(b"uuid", C2PA_BOX + b"\0\0\0\0manifest\0" + MANIFESTS),
    ],
    ids=["jpeg", "png", "tiff", "webp", "jpeg2000", "heif"],
)
def test_content_credentials_are_found_in_every_container(data: bytes) -> None:
    assert kinds(data) == {"generated"}


def test_heif_files_as_the_index_finds_their_items() -> None:
    data = write_heic([np.zeros((64, 64, 3), np.uint8)], exif=exif_bytes(original=ORIGINAL)[6:], xmp=PACKET)
    assert stated(data, items=heif.read_header(data).items) == {
        "exif_original": MOMENT,
        "xmp_original": MOMENT,
    }


def test_a_codestream_without_boxes_says_nothing() -> None:
    assert read_metadata(b"\xff\x4f\xff\x51" + bytes(64)) == Metadata()


def test_every_date_of_a_rich_file_the_strongest_first() -> None:
    packet = files.xmp(
        attributes='xmp:CreateDate="2026-10-02T08:00:00+02:00" xmp:ModifyDate="2026-10-03T08:00:00Z"'
        ' xmp:CreatorTool="Adobe Lightroom 9" exif:GPSTimeStamp="2026-10-01T08:11:12Z"',
    )
    block = files.exif(
        gps={1: "N", 2: (50.0, 51.0, 0.0), 29: "2026:10:01", 7: (8.0, 11.0, 12.0)},
        **files.CAMERA,
        original=ORIGINAL,
        offset_original="+02:00",
        subseconds_original="123",
        digitized="2026:10:01 10:11:13",
        modified="2026:10:03 10:00:00",
    )
    data = files.jpeg(
        block, packet=packet, iptc_block=files.iptc(digitized="20261002", digitized_time="080000+0200")
    )
    found = read_metadata(data, name="IMG_20261001_101112.jpg", file_time=datetime(2026, 10, 9, tzinfo=UTC))
    brussels = timezone(timedelta(hours=2))
    assert found.dates == (
        DateEvidence("exif_original", MOMENT.replace(microsecond=123000, tzinfo=brussels)),
        DateEvidence("gps", datetime(2026, 10, 1, 8, 11, 12, tzinfo=UTC)),
        DateEvidence("exif_digitized", datetime(2026, 10, 1, 10, 11, 13)),
        DateEvidence("xmp_created", datetime(2026, 10, 2, 8, tzinfo=brussels)),
        DateEvidence("iptc_digitized", datetime(2026, 10, 2, 8, tzinfo=brussels)),
        DateEvidence("camera_name", MOMENT),
        DateEvidence("exif_modified", datetime(2026, 10, 3, 10)),
        DateEvidence("xmp_modified", datetime(2026, 10, 3, 8, tzinfo=UTC)),
        DateEvidence("file_time", datetime(2026, 10, 9, tzinfo=UTC)),
    )
    assert set(found.traces) == {Trace("camera"), Trace("developer", "Adobe Lightroom")}


def test_png_times_and_texts() -> None:
    time = struct.pack(">HBBBBB", 2026, 10, 5, 23, 59, 60)
    data = files.png(
        texts={
            "Creation Time": "Thu, 01 Oct 2026 10:11:12 +0200",
            "date:create": "2026-10-03T10:00:00+00:00",
        },
        chunks=files.chunk(b"tIME", time),
    )
    assert stated(data) == {
        "png_created": datetime(2026, 10, 1, 10, 11, 12, tzinfo=timezone(timedelta(hours=2))),
        "png_modified": datetime(2026, 10, 5, 23, 59, 59, tzinfo=UTC),
    }
    assert len(read_metadata(data).dates) == 3
    assert stated(files.png(chunks=files.chunk(b"tIME", struct.pack(">HBBBBB", 2026, 13, 5, 0, 0, 0)))) == {}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026:10:01 10:11:12", MOMENT),
        ("2026:10:01 10:11:12\0garbage", MOMENT),
        ("2026-10-01T10:11:12", MOMENT),
        ("2026-10-01T10:11:12.5", MOMENT.replace(microsecond=500000)),
        ("2026-10-01T10:11:12.1234567", MOMENT.replace(microsecond=123456)),
        ("2026-10-01T10:11:12Z", MOMENT.replace(tzinfo=UTC)),
        ("2026-10-01T10:11:12-0330", MOMENT.replace(tzinfo=timezone(-timedelta(hours=3, minutes=30)))),
        ("2026:10:01 10:11:12+02:00", MOMENT.replace(tzinfo=timezone(timedelta(hours=2)))),
        ("2026-10-01T10:11", MOMENT.replace(second=0)),
        ("2026.10.01 10:11:12", MOMENT),
        ("2026:10:01:10:11:12", MOMENT),
        ("2026/10/1 10:11:12", MOMENT),
        ("2026-10-01", MOMENT.replace(hour=0, minute=0, second=0)),
        ("2026:10:01 24:00:00", MOMENT.replace(hour=0, minute=0, second=0)),
        ("2026-12-31T23:59:60Z", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("0000:00:00 00:00:00", None),
        ("    :  :     :  :  ", None),
        ("2026", None),
        ("2026-10", None),
        ("2026:02:29 10:00:00", None),
        ("2026:10:01 25:00:00", None),
        ("1826:10:01 10:00:00", None),
        ("2026:10:01 10:1a:00", None),
        ("2005.09.15 16:28:M4", None),
        ("last summer", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_of_digits(text: str | None, moment: datetime | None) -> None:
    found = parse_date("exif_original", text)
    assert (None if found is None else found.moment) == moment
    if found is not None and text is not None:
        assert found.day_only == (":" not in text[10:] or " 24:" in text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Thu, 01 Oct 2026 10:11:12 GMT", "2026-10-01"),
        ("1 Oct 2026 10:11:12 +0000", "2026-10-01"),
        ("2026-10-01T10:11:12+00:00", "2026-10-01"),
        ("yesterday", None),
        ("Thu, 99 Oct 2026 10:11:12", None),
        ("1 Oct 2026 10:11:12 +999999999999", None),
        ("x" * 100_000, None),
        ("ünlesbar", None),
    ],
)
def test_dates_in_words(text: str, day: str | None) -> None:
    found = parse_date_in_words("png_created", text)
    assert (None if found is None else found.day.isoformat()) == day


def test_gps_dates_are_in_utc() -> None:
    found = parse_gps_date("2026:10:01", (23.0, 59.0, 59.5))
    assert found == DateEvidence("gps", datetime(2026, 10, 1, 23, 59, 59, 500000, UTC))
    assert parse_gps_date("2026:10:01", None) == DateEvidence("gps", datetime(2026, 10, 1, tzinfo=UTC), True)
    for nonsense in [(99.0, 0.0, 0.0), (1.0, 61.0, 0.0), (1.0, 0.0)]:
        assert parse_gps_date("2026:10:01", nonsense) == parse_gps_date("2026:10:01", None)
    assert parse_gps_date(None, (1.0, 2.0, 3.0)) is None
    assert parse_gps_date("0000:00:00", None) is None


@pytest.mark.parametrize(
    ("day", "clock", "moment"),
    [
        ("20261001", "101112", MOMENT),
        ("20261001", "101112+0200", MOMENT.replace(tzinfo=timezone(timedelta(hours=2)))),
        ("20261001", None, datetime(2026, 10, 1)),
        ("20261001", "late", datetime(2026, 10, 1)),
        ("20260000", None, None),
        ("2026-10-01", None, None),
        (None, "101112", None),
    ],
)
def test_iptc_dates(day: str | None, clock: str | None, moment: datetime | None) -> None:
    found = parse_iptc_date("iptc_created", day, clock)
    assert (None if found is None else found.moment) == moment


NAMES = [
    # cameras and phones
    ("IMG_20261001_101112.jpg", "camera_name"),
    ("IMG_20261001_101112_HDR.jpg", "camera_name"),
    ("IMG_20261001_101112_123.jpg", "camera_name"),
    ("IMG_20261001_101112 (1).jpg", "camera_name"),
    ("MVIMG_20261001_101112.jpg", "camera_name"),
    ("20261001_101112.jpg", "camera_name"),
    ("20261001_101112(0).jpg", "camera_name"),
    ("20261001-101112.heic", "camera_name"),
    ("PXL_20261001_101112345.PORTRAIT.jpg", "camera_name"),
    ("P_20261001_101112.jpg", "camera_name"),
    ("WIN_20261001_10_11_12_Pro.jpg", "camera_name"),
    ("WP_20261001_10_11_12_Pro.jpg", "camera_name"),
    ("2026-10-01 10.11.12.jpg", "camera_name"),
    ("2026-10-01 10.11.12-1.jpg", "camera_name"),
    ("IMG-20261001-00012.jpg", "camera_name"),
    ("Resized_20261001_101112.jpeg", "camera_name"),
    ("Kopie van IMG_20261001_101112.jpg", "camera_name"),
    ("/storage/DCIM/Camera/IMG_20261001_101112.jpg", "camera_name"),
    (r"C:\\Users\\x\\Pictures\\IMG_20261001_101112.jpg", "camera_name"),
    # messengers
    ("IMG-20261001-WA0001.jpg", "messenger_name"),
    ("IMG-20261001-WA0001(1).jpg", "messenger_name"),
    ("WhatsApp Image 2026-10-01 at 10.11.12.jpeg", "messenger_name"),
    ("WhatsApp Image 2026-10-01 at 10.11.12 (1).jpeg", "messenger_name"),
    ("WhatsApp_Image_2026-10-01_at_10.11.12.jpeg", "messenger_name"),
    ("WhatsApp-afbeelding 2026-10-01 om 10.11.12_a1b2c3d4.jpg", "messenger_name"),
    ("Image WhatsApp 2026-10-01 à 10.11.12.jpg", "messenger_name"),
    ("WhatsApp Bild 2026-10-01 um 10.11.12.jpg", "messenger_name"),
    ("signal-2026-10-01-101112.jpg", "messenger_name"),
    ("signal-2026-10-01-10-11-12-123.jpg", "messenger_name"),
    ("photo_2026-10-01_10-11-12.jpg", "messenger_name"),
    ("photo_1@01-10-2026_10-11-12.jpg", "messenger_name"),
    ("viber_image_2026-10-01_10-11-12-123.jpg", "messenger_name"),
    ("KakaoTalk_20261001_101112345.jpg", "messenger_name"),
    ("mmexport1790849472000.jpg", "messenger_name"),
    # apps, screenshots, scans
    ("FB_IMG_1790849472000.jpg", "saved_name"),
    ("BeautyPlus_20261001101112345_save.jpg", "saved_name"),
    ("B612_20261001_101112_345.jpg", "saved_name"),
    ("LRM_EXPORT_20261001_101112.jpg", "saved_name"),
    ("Screenshot_20261001-101112.png", "screenshot_name"),
    ("Screenshot_2026-10-01-10-11-12-123_com.app.jpg", "screenshot_name"),
    ("Screenshot 2026-10-01 at 10.11.12.png", "screenshot_name"),
    ("Schermafbeelding 2026-10-01 om 10.11.12.png", "screenshot_name"),
    ("Capture d’écran 2026-10-01 à 10.11.12.png", "screenshot_name"),
    ("Bildschirmfoto 2026-10-01 um 10.11.12.png", "screenshot_name"),
    ("Scan_20261001.jpg", "scan_name"),
    ("Scan_20261001 (2).png", "scan_name"),
    ("CamScanner 2026-10-01 10.11.12.jpg", "scan_name"),
    ("Numérisation_20261001.jpg", "scan_name"),
    ("Nume\u0301risation_20261001.jpg", "scan_name"),
]


@pytest.mark.parametrize(("name", "source"), NAMES)
def test_names_of_devices_and_apps(name: str, source: str) -> None:
    found = read_name(name)
    assert found is not None
    assert (found.source, found.day.isoformat()) == (source, "2026-10-01")
    if not found.day_only:
        assert found.moment.replace(tzinfo=None, microsecond=0) == MOMENT


@pytest.mark.parametrize(
    "name",
    [
        "pasfoto 2026-10-01.jpg",
        "Jan 20261001.jpg",
        "IMG_1234.jpg",
        "DSC_0001.jpg",
        "received_1790849472000.jpeg",
        "Snapchat-1790849472.jpg",
        "image.jpg",
        "1790849472000.jpg",
        "12345678_901234.jpg",
        "IMG_20261301_101112.jpg",
        "IMG_20260230_101112.jpg",
        "IMG_20261001_251112.jpg",
        "scandinavia.jpg",
        "mmexport9999999999999.jpg",
        "",
        "\0",
        "x" * 10_000,
        "whatsapp" * 5_000,
        "scan" + "-" * 5_000,
    ],
)
def test_names_that_say_nothing(name: str) -> None:
    assert read_name(name) is None


def test_pixel_names_are_in_utc() -> None:
    found = read_name("PXL_20261001_231112345.jpg")
    assert found is not None and found.moment == datetime(2026, 10, 1, 23, 11, 12, tzinfo=UTC)


def test_a_doctype_is_refused() -> None:
    attack = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        b"]><x>&b;</x>"
    )
    assert read_xmp(attack) == []
    hidden = PACKET.replace(b"<x:xmpmeta", b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x:xmpmeta')
    assert read_xmp(hidden) == []
    assert read_metadata(files.jpeg(packet=hidden)) == Metadata()


def test_broken_xmp_keeps_what_came_before() -> None:
    assert read_xmp(PACKET[: PACKET.index(b"</rdf:Description>")]) == [("original", "2026-10-01T10:11:12")]
    assert read_xmp(PACKET + b"\0\0\0") == [("original", "2026-10-01T10:11:12")]
    assert read_xmp(PACKET.decode().encode("utf-16")) == [("original", "2026-10-01T10:11:12")]
    assert read_xmp(b"") == [] and read_xmp(b"\xff\xfe") == [] and read_xmp(b"<a><b></a>") == []
    assert read_xmp(b'<?xml version="1.0" encoding="no-such"?><a/>') == []


def test_xmp_properties_in_every_notation() -> None:
    as_attribute = files.xmp(attributes='photoshop:DateCreated="2026-10-01"')
    as_resource = files.xmp(
        '<Iptc4xmpExt:DigitalSourceType rdf:resource="http://cv.iptc.org/newscodes/digitalsourcetype/print"/>'
    )
    history = files.xmp(
        '<xmpMM:History><rdf:Seq><rdf:li stEvt:action="saved" stEvt:softwareAgent="GIMP 2.10"/>'
        '<rdf:li rdf:parseType="Resource"><stEvt:softwareAgent>darktable</stEvt:softwareAgent></rdf:li>'
        "</rdf:Seq></xmpMM:History>"
    )
    assert read_xmp(as_attribute) == [("original", "2026-10-01")]
    assert kinds(files.jpeg(packet=as_resource)) == {"scanner"}
    assert kinds(files.jpeg(packet=history)) == {"editor", "developer"}


@pytest.mark.parametrize(
    "packet",
    [
        b"<a>" * 200_000,
        b"<a " + b" ".join(b'a%d="1"' % i for i in range(60_000)) + b"/>",
        files.xmp("<xmp:CreateDate>2026-10-01</xmp:CreateDate>" * 50_000),
        files.xmp("<xmp:CreateDate>" + "x" * 5_000_000 + "</xmp:CreateDate>"),
    ],
    ids=["deep", "wide", "many", "long"],
)
def test_huge_xmp_is_bounded(packet: bytes) -> None:
    found = read_xmp(packet)
    assert len(found) <= 100 and all(len(text) <= 256 for _, text in found)


def test_compressed_text_is_bounded() -> None:
    bomb = files.chunk(b"zTXt", b"Software\0\0" + zlib.compress(b"A" * 20_000_000, 9))
    blocks = find_blocks(files.png(chunks=bomb), {})
    assert len(blocks.texts["Software"]) == 1 << 18


def test_directories_that_point_anywhere_end() -> None:
    for offset in (0, 2, 8, 9, 0xFFFFFFFF):
        loop = b"II*\0" + struct.pack("<I", 8) + struct.pack("<HHHII", 1, 0x8769, 4, 1, offset) + bytes(4)
        assert read_exif(loop).text == {}
    many = b"II*\0" + struct.pack("<IH", 8, 0xFFFF) + b"\1" * 800_000
    assert read_exif(many).text == {}
    endless = b"MM\0+\0\x08\0\0" + struct.pack(">QQ", 16, 2**63) + b"\1" * 2_000_000
    assert read_exif(endless).text == {}


def test_a_truncated_value_costs_only_itself() -> None:
    block = exif_bytes(original=ORIGINAL, make="ACME", modified="2026:10:02 10:00:00")
    assert read_exif(block).text["original"] == ORIGINAL
    cut = block[: block.rindex(ORIGINAL.encode()) + 8]
    found = read_metadata(files.jpeg(cut))
    assert [date.source for date in found.dates] == ["exif_modified"]


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_exception(data: bytes) -> None:
    signatures = (b"\xff\xd8\xff\xe1", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0+", b"RIFF\0\0\0\0WEBP")
    for signature in (*signatures, b"\0\0\0\x0cjP  \r\n\x87\n", HEADER):
        read_metadata(signature + data, {"exif": data, "xmp": data})
    read_exif(data)
    read_xmp(data)
    read_iptc(data)
    iptc_of_resources(data)


RICH = files.jpeg(
    files.exif(
        gps={29: "2026:10:01", 7: (8.0, 0.0, 0.0)}, **files.CAMERA, original=ORIGINAL, software="GIMP"
    ),
    packet=PACKET,
    iptc_block=IPTC,
    manifests=MANIFESTS,
)


@given(st.lists(st.tuples(st.integers(0, len(RICH) - 1), st.integers(0, 255)), max_size=12))
def test_damaged_files_are_read_without_exception_and_without_warning(damage: list[tuple[int, int]]) -> None:
    data = bytearray(RICH)
    for position, value in damage:
        data[position] = value
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = read_metadata(bytes(data))
        read_metadata(bytes(data[: len(data) // 2]))
    assert len(found.dates) < 100


@given(st.text(max_size=80))
def test_any_name_is_read_without_exception(name: str) -> None:
    read_name(name)
    read_name("IMG_" + name)
    read_name("whatsapp" + name)


SECRETS = ["JAN PEETERS", "SN-987654321", "50.8467", "Rue de la Loi", "secret prompt", "janpeeters"]


def test_positions_names_and_numbers_never_leave_the_reader() -> None:
    data = files.jpeg(
        files.exif(
            gps={1: "N", 2: (50.8467, 0.0, 0.0), 3: "E", 4: (4.3525, 0.0, 0.0), 29: "2026:10:01"},
            **{**files.CAMERA, "model": "Phone of JAN PEETERS"},
            original=ORIGINAL,
            artist="JAN PEETERS",
            owner="JAN PEETERS",
            serial="SN-987654321",
            software="Adobe Photoshop licensed to JAN PEETERS",
            comment=b"ASCII\0\0\0Rue de la Loi",
        ),
        packet=files.xmp(attributes='xmp:CreatorTool="GIMP of JAN PEETERS"'),
        iptc_block=files.iptc(created="20261001", software="Paint.NET JAN PEETERS"),
    )
    shown = repr(read_metadata(data, name="IMG_20261001_101112_janpeeters.jpg"))
    assert "exif_original" in shown and "GIMP" in shown and "gps" in shown
    assert not [secret for secret in SECRETS if secret.casefold() in shown.casefold()]


@pytest.mark.corpus
def test_the_dates_of_real_files_are_those_that_pillow_reads(corpus: Path) -> None:
    csv.field_size_limit(10**9)
    columns = {
        "DateTimeOriginal": "exif_original",
        "DateTimeDigitized": "exif_digitized",
        "DateTime": "exif_modified",
    }
    compared = 0
    with (corpus / "metadata.csv").open(newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            data = (corpus / row["file"]).read_bytes()
            found: dict[str, datetime] = {
                e.source: e.moment.replace(tzinfo=None, microsecond=0) for e in read_metadata(data).dates
            }
            for column, source in columns.items():
                text = row[column].replace("\\x00", "\0")
                expected = parse_date("exif_original", text)
                moment = None if expected is None else expected.moment.replace(tzinfo=None)
                assert found.get(source) == moment, (row["file"], column)
                compared += moment is not None
    assert compared >= 140


@pytest.mark.corpus
def test_hostile_files_are_read_without_exception(corpus: Path) -> None:
    paths = sorted([*(corpus / "hostile").iterdir(), *(corpus / "metadata").iterdir()])
    assert len(paths) >= 250
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in paths:
            data = path.read_bytes()
            read_metadata(data, name=path.name)
            read_metadata(data[: len(data) // 3], name=path.name)


class TestOptics:
    def optics(self, **tags: Any) -> Optics | None:
        whole = {"pixels_across": 3024, "pixels_down": 4032}
        return read_metadata(files.jpeg(files.exif(**whole | tags))).optics

    def test_the_equivalent_focal_length_goes_by_the_diagonal(self):
        found = self.optics(focal_35mm=26)
        assert found == Optics(pytest.approx(26 / 43.2666 * 5040, rel=1e-4), (3024, 4032))

    def test_the_focal_plane_tells_where_there_is_no_equivalent(self):
        # 4.25 mm before a sensor of 4.8 mm with 3024 px across
        plane = {
            "focal_length": IFDRational(17, 4),
            "focal_plane_across": IFDRational(30240, 48),
            "focal_plane_unit": 4,
        }
        assert self.optics(**plane) == Optics(pytest.approx(4.25 * 630), (3024, 4032))
        inches = {
            "focal_length": IFDRational(17, 4),
            "focal_plane_across": IFDRational(16002, 1),
            "focal_plane_unit": 2,
        }
        assert self.optics(**inches) == Optics(pytest.approx(4.25 * 630), (3024, 4032))

    @pytest.mark.parametrize(
        "tags",
        [
            {},
            {"focal_35mm": 0},
            {"focal_35mm": 26, "pixels_across": 0},
            {"focal_35mm": 26, "digital_zoom": IFDRational(2, 1)},
            {"focal_35mm": 26, "pixels_across": 3136},  # the shape of a print, not of a sensor
            {"focal_35mm": 65535},
            {
                "focal_length": IFDRational(17, 0),
                "focal_plane_across": IFDRational(30240, 48),
                "focal_plane_unit": 4,
            },
            {
                "focal_length": IFDRational(17, 4),
                "focal_plane_across": IFDRational(30240, 48),
                "focal_plane_unit": 9,
            },
        ],
    )
    def test_what_does_not_tell(self, tags):
        assert self.optics(**tags) is None
