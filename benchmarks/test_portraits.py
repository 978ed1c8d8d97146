"""Portraits per second. No library renders portraits with truth: the yardstick is the JPEG that comes out."""

from __future__ import annotations

import cv2
import pytest

from samples.portrait import render
from samples.portrait.draw import compliant


@pytest.fixture(scope="module")
def one():
    return render(compliant(78000261))


@pytest.mark.benchmark(group="one portrait, 827 × 1063, one core")
class TestPortrait:
    def test_render(self, benchmark, one):
        seeds = iter(range(1_000, 100_000))

        def another():
            before = cv2.getNumThreads()
            cv2.setNumThreads(1)
            try:
                return render(compliant(next(seeds))).file
            finally:
                cv2.setNumThreads(before)

        benchmark.pedantic(another, rounds=12, iterations=1)

    def test_encode(self, benchmark, one):
        bgr = one.pixels[..., ::-1].copy()
        benchmark(cv2.imencode, ".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 92])
