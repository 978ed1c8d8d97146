"""Cut-outs along the face: they show what they say, and points find their way there and back."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icao_check.face import cut_out, face_cutout
from icao_check.photo import read_photo


def ramp(width, height):
    """A picture whose red is x and whose green is y, in steps of a quarter pixel."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x / 4, y / 4, np.zeros_like(x)], axis=-1).astype(np.uint8)


@settings(max_examples=50, deadline=None)
@given(st.floats(200, 600), st.floats(200, 600), st.floats(0.6, 9.0), st.floats(-np.pi, np.pi), st.booleans())
def test_a_cutout_shows_the_place_that_its_matrix_names(x, y, scale, angle, mirror):
    photo = read_photo(ramp(800, 800))
    along = scale * np.array([np.cos(angle), np.sin(angle)])
    piece = cut_out(photo, np.array([x, y]), along, (13, 9), mirror=mirror)
    rows, columns = np.mgrid[:9, :13]
    at = piece.to_photo(np.stack([columns, rows], axis=-1).astype(float))
    inside = ((at > 16) & (at < 783)).all(axis=-1)
    shown = piece.pixels[..., :2].astype(float) * 4
    # a step of the ramp is 4 px, and a mean of 8 × 8 px rounds it once more
    assert np.abs(shown - (at - 1.5))[inside].max(initial=0) < 4.5
    np.testing.assert_allclose(piece.to_cutout(at), np.stack([columns, rows], axis=-1), atol=1e-9)
    np.testing.assert_allclose(piece.to_photo(np.array([6.0, 4.0])), [x, y], atol=1e-9)


def test_the_face_lies_where_it_is_asked_to(portrait):
    photo = read_photo(portrait)
    pupils = np.array([[160.0, 230.0], [250.0, 245.0]])
    piece = face_cutout(photo, pupils, (101, 141), inter_eye=40.0, eyes_at=(0.5, 0.4))
    np.testing.assert_allclose(piece.to_cutout(pupils), [[30.0, 56.0], [70.0, 56.0]], atol=1e-9)


def test_it_is_the_same_at_every_resolution(portrait):
    pupils = np.array([[160.0, 230.0], [250.0, 245.0]])
    here = face_cutout(read_photo(portrait), pupils, (64, 80), inter_eye=20.0).pixels
    large = cv2.resize(portrait, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    there = face_cutout(read_photo(large), (pupils + 0.5) * 4 - 0.5, (64, 80), inter_eye=20.0).pixels
    assert np.abs(here.astype(int) - there).mean() < 2.0


def test_beyond_the_edge_the_edge_is_repeated():
    photo = read_photo(np.full((50, 40, 3), 7, np.uint8))
    piece = cut_out(photo, np.array([-30.0, 90.0]), np.array([2.0, 0.0]), (20, 20))
    assert (piece.pixels == 7).all()


def test_coinciding_pupils_have_no_direction(portrait):
    with pytest.raises(ValueError, match="coincide"):
        face_cutout(read_photo(portrait), np.ones((2, 2)), (10, 10), inter_eye=5.0)
