"""Every check on pixels on its own, on a print of 827 × 1063 px, beside the decoding of its JPEG file."""

from __future__ import annotations

from datetime import date

import cv2
import numpy as np
import pytest

from icao_check.catalogue import CATALOGUE
from icao_check.checker import _measure
from icao_check.face import Face, FaceFinder, find_face
from icao_check.measures.case import Case
from icao_check.measures.light import face_light
from icao_check.measures.raster import face_raster
from icao_check.measures.sharpness import blur
from icao_check.photo import Photo, read_photo
from icao_check.scale import print_scale

SHARED = {"face_light": face_light, "face_raster": face_raster, "blur": blur}
"""What several checks look at, made once per photo."""

CHECKS = """
    pixelation border colour_photo background_uniformity background_colour background_shadow
    illumination_uniformity face_shadow skin_reflection under_exposure_prevention over_exposure_prevention
    dynamic_range natural_colour sharpness noise compression_artifacts red_eye marks
""".split()


@pytest.fixture(scope="module")
def found(print_jpeg):
    photo = read_photo(print_jpeg)
    face = find_face(photo, FaceFinder())
    assert face is not None
    return photo, face


def fresh(photo: Photo, face: Face) -> Case:
    return Case(photo, face, print_scale(photo.width, photo.height, (35.0, 45.0)), date(2026, 1, 1))


@pytest.mark.benchmark(group="checks on pixels, 827 × 1063: each, what they share, all; decoding")
class TestChecksOnPixels:
    @pytest.mark.parametrize("check", CHECKS)
    def test_check(self, benchmark, found, check):
        case = fresh(*found)
        for share in SHARED.values():
            share(case)
        measure = _measure(CATALOGUE[check].measure)

        def again():
            kept = {name: value for name, value in case._shared.items() if name in SHARED}
            case._shared.clear()
            case._shared.update(kept)
            return measure(case)

        assert benchmark(again).reason is None

    @pytest.mark.parametrize("name", SHARED)
    def test_shared(self, benchmark, found, name):
        assert benchmark(lambda: SHARED[name](fresh(*found))) is not None

    def test_all(self, benchmark, found):
        measures = [_measure(CATALOGUE[check].measure) for check in CHECKS]

        def everything():
            case = fresh(*found)
            return [measure(case) for measure in measures]

        assert len(benchmark(everything)) == len(CHECKS)

    def test_decoding(self, benchmark, print_jpeg):
        data = np.frombuffer(print_jpeg, np.uint8)
        assert benchmark(lambda: cv2.imdecode(data, cv2.IMREAD_COLOR)).shape == (1063, 827, 3)
