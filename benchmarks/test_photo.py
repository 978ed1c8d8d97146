"""Whole photos, and what a start costs. Everything is to be read beside the decoding of the JPEG."""

from __future__ import annotations

import os
import subprocess
import sys

import cv2
import numpy as np
import pytest

from icao_check import Checker
from icao_check.face import FaceFinder, find_face
from icao_check.photo import read_photo
from tests.conftest import ROOT


@pytest.mark.benchmark(group="one photo, 827 × 1063 JPEG, warm")
class TestOnePhoto:
    def test_decode_opencv(self, benchmark, print_jpeg):
        data = np.frombuffer(print_jpeg, np.uint8)
        benchmark(cv2.imdecode, data, cv2.IMREAD_COLOR_RGB)

    def test_intake(self, benchmark, print_jpeg):
        benchmark(read_photo, print_jpeg)

    def test_face(self, benchmark, print_jpeg):
        photo, finder = read_photo(print_jpeg), FaceFinder()
        find_face(photo, finder)

        def find():
            photo._reductions.clear()
            return find_face(photo, finder)

        benchmark(find)

    def test_check(self, benchmark, print_jpeg):
        checker = Checker()
        checker.warm()
        benchmark(checker.check, print_jpeg)

    def test_overlay(self, benchmark, print_jpeg):
        report = Checker().check(print_jpeg)
        benchmark(report.overlay)


def start(code, cache):
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, capture_output=True)


@pytest.mark.benchmark(group="start of a process")
class TestStart:
    def test_python_alone(self, benchmark, tmp_path):
        benchmark.pedantic(start, ("pass", tmp_path), rounds=5)

    def test_import(self, benchmark, tmp_path):
        benchmark.pedantic(start, ("import icao_check", tmp_path), rounds=5)

    def test_numba_alone(self, benchmark, tmp_path):
        benchmark.pedantic(start, ("import numba", tmp_path), rounds=5)

    def test_one_photo_with_a_filled_cache(self, benchmark, tmp_path, print_jpeg):
        photo = tmp_path / "photo.jpg"
        photo.write_bytes(print_jpeg)
        code = f"from icao_check import check; check({str(photo)!r})"
        start(code, tmp_path / "cache")
        benchmark.pedantic(start, (code, tmp_path / "cache"), rounds=5)

    def test_one_photo_that_compiles_everything(self, benchmark, tmp_path, print_jpeg):
        photo = tmp_path / "photo.jpg"
        photo.write_bytes(print_jpeg)
        code = f"from icao_check import check; check({str(photo)!r})"
        fresh = iter(range(100))
        benchmark.pedantic(lambda: start(code, tmp_path / f"cache{next(fresh)}"), rounds=2)
