"""Traces of editing: recognised by class, told by product, never a reason to fail."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from icao_check.catalogue import CATALOGUE
from icao_check.measures.case import Case
from icao_check.measures.editing import GRAVITY, edited
from icao_check.metadata import read_metadata
from icao_check.photo import FileFacts, Photo
from icao_check.profile import load_profile
from icao_check.scale import print_scale
from icao_check.verdict import CheckResult, judge
from tests.photo_files import CAMERA, chunk, credentials, exif, jpeg, png, segment, tiff, xmp

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def judged(data: bytes, name: str | None = None) -> CheckResult:
    facts = FileFacts("JPEG", len(data), "0" * 64, (35, 45))
    photo = Photo(np.zeros((45, 35, 3), np.uint8), facts, read_metadata(data, name=name))
    case = Case(photo, None, print_scale(35, 45, (35.0, 45.0)), on=date(2026, 11, 22))
    limit = load_profile("be-residence-card").limit_for("edited")
    assert limit is not None
    return judge(CATALOGUE["edited"], edited(case), limit)


def source_type(term: str) -> bytes:
    return jpeg(packet=xmp(f'<Iptc4xmpExt:DigitalSourceType rdf:resource="{IPTC}{term}"/>'))


UNTOUCHED = [
    jpeg(),
    jpeg(exif(**CAMERA, software="17.1.1")),
    jpeg(exif(**CAMERA, software="HDR+ 1.0.585804376")),
    jpeg(exif(**CAMERA, software="G991BXXSBEWK4")),
    jpeg(exif(make="Canon", model="Canon EOS R6", software="Firmware Version 1.8.2")),
    jpeg(exif(make="EPSON", model="Perfection V39")),
    jpeg(exif(make="Meitu", model="MP1503")),
    jpeg(exif(make="HawkEye", model="Firefly 8S")),
    jpeg(exif(software="ImageMagick 7.1")),
    jpeg(exif(software="Windows Photo Viewer 6.1")),
    source_type("digitalCapture"),
    source_type("computationalCapture"),
    source_type("print"),
    source_type("noSuchTerm"),
    jpeg(manifests=credentials(f"{IPTC}digitalCapture", "c2pa.created")),
    png(texts={"Software": "gnome-screenshot", "parameters": "none", "prompt": "a day out"}),
]


def credit(text: str) -> bytes:
    return jpeg(packet=xmp(f"<photoshop:Credit>{text}</photoshop:Credit>"))


def tool(text: str) -> bytes:
    return jpeg(packet=xmp(attributes=f'xmp:CreatorTool="{text}"'))


GENERATED = f"{IPTC}trainedAlgorithmicMedia"
PROMPT = "a face\nSteps: 20, Sampler: Euler a, CFG scale: 7"
JOB = "a face --ar 3:4 Job ID: 01234567-89ab-cdef-0123-456789abcdef"
LINK = 'dcterms:provenance="https://example.org/manifest"'
UNNAMED = "unnamed_software"

TRACES = [
    (jpeg(exif(software="Adobe Photoshop 25.0 (Windows)")), 1, "editor", "Adobe Photoshop"),
    (jpeg(exif(**CAMERA, software="GIMP 2.10.34")), 1, "editor", "GIMP"),
    (jpeg(exif(editing_software="Affinity Photo 2")), 1, "editor", "Affinity Photo"),
    (tool("Adobe Photoshop Lightroom Classic 13"), 1, "developer", "Adobe Lightroom"),
    (jpeg(segments=segment(0xEC, b"Ducky\0\1\0\4\0\0\0\x3c\0\0")), 1, "editor", "Adobe Photoshop"),
    (png(texts={"Software": "paint.net 5.0"}), 1, "editor", "Paint.NET"),
    (tiff(software="Capture One 23"), 1, "developer", "Capture One"),
    (source_type("minorHumanEdits"), 1, "editor", UNNAMED),
    (source_type("humanEdits"), 1, "editor", UNNAMED),
    (jpeg(manifests=credentials("c2pa.created")), 1, "credentials", UNNAMED),
    (jpeg(manifests=credentials(f"{IPTC}digitalCapture", "c2pa.edited")), 1, "editor", UNNAMED),
    (jpeg(packet=xmp(attributes=LINK)), 1, "credentials", UNNAMED),
    (jpeg(exif(**CAMERA, software="FaceApp 11")), 2, "retouching", "FaceApp"),
    (jpeg(exif(software="PhotoRoom")), 2, "retouching", "PhotoRoom"),
    (source_type("algorithmicallyEnhanced"), 2, "retouching", UNNAMED),
    (source_type("compositeCapture"), 2, "composite", UNNAMED),
    (source_type("compositeWithTrainedAlgorithmicMedia"), 2, "composite", UNNAMED),
    (credit("Edited with Google AI"), 2, "composite", "Google AI"),
    (source_type("trainedAlgorithmicMedia"), 3, "generated", UNNAMED),
    (source_type("digitalArt"), 3, "generated", UNNAMED),
    (credit("Made with Google AI"), 3, "generated", "Google AI"),
    (jpeg(manifests=credentials(GENERATED)), 3, "generated", UNNAMED),
    (png(chunks=chunk(b"caBX", credentials(GENERATED))), 3, "generated", UNNAMED),
    (png(texts={"parameters": PROMPT}), 3, "generated", "Stable Diffusion"),
    (png(texts={"prompt": '{"3": {"class_type": "KSampler"}}'}), 3, "generated", "ComfyUI"),
    (png(texts={"Software": "NovelAI", "Description": "a face"}), 3, "generated", "NovelAI"),
    (png(texts={"Description": JOB}), 3, "generated", "Midjourney"),
    (jpeg(exif(comment=b"UNICODE\0" + PROMPT.encode("utf-16-le"))), 3, "generated", "Stable Diffusion"),
]


@pytest.mark.parametrize("data", UNTOUCHED)
def test_no_trace_passes_and_promises_nothing(data: bytes) -> None:
    result = judged(data)
    assert (result.verdict, result.value, result.score) == ("pass", 0, 100.0)
    assert result.message("en") == "The file shows no trace of editing."


@pytest.mark.parametrize(("data", "gravity", "kind", "software"), TRACES)
def test_a_trace_asks_for_a_person(data: bytes, gravity: int, kind: str, software: str) -> None:
    result = judged(data)
    assert (result.verdict, result.reason, result.value) == ("review", "edited", gravity)
    assert result.facts == {"detail": kind, "software": software}
    assert result.evidence[0].role == "decides" and result.evidence[0].source == kind
    for lang in ("en", "nl", "fr", "de"):
        text = result.message(lang) + result.remedy(lang)
        assert "?" not in text and "unnamed" not in text and result.remedy(lang)


def test_graver_is_lower() -> None:
    scores = {GRAVITY[kind]: judged(data).score for data, _, kind, _ in TRACES}  # type: ignore[index]
    assert scores[1] > scores[2] > scores[3] > 0  # type: ignore[operator]
    assert scores[1] < 50  # type: ignore[operator]


def test_a_changing_app_is_known_by_the_name_that_it_gives() -> None:
    assert judged(jpeg(), "BeautyPlus_20261001101112345_save.jpg").facts["detail"] == "retouching"
    assert judged(jpeg(), "IMG_20261001_101112.jpg").verdict == "pass"
    assert judged(jpeg(), "my photoshop course.jpg").verdict == "pass"


def test_the_gravest_trace_decides_and_the_camera_does_not_excuse_it() -> None:
    packet = xmp(
        f'<Iptc4xmpExt:DigitalSourceType rdf:resource="{IPTC}trainedAlgorithmicMedia"/>',
        'xmp:CreatorTool="Adobe Photoshop"',
    )
    result = judged(jpeg(exif(**CAMERA), packet=packet))
    assert result.value == 3
    assert {piece.source: piece.role for piece in result.evidence} == {
        "generated": "decides",
        "editor": "confirms",
        "camera": "ignored",
    }
