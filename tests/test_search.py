"""Proposing faces: what the network's answer means, and where it looks."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from icao_check.face.search import FaceSearch, decode
from icao_check.photo import read_photo


@pytest.fixture(scope="module")
def search():
    return FaceSearch()


def answer(*faces, shape=(20, 16)):
    """Return an answer with faces at (row, column, log-odds, x, y, size, roll), everything in canvas px."""
    planes = np.zeros((6, *shape), np.float32)
    planes[0] = -6.0
    for row, column, odds, x, y, size, roll in faces:
        centre = np.array([column, row]) * 8 + 3.5
        planes[:, row, column] = [
            odds,
            *(np.array([x, y]) - centre) / 16,
            math.log(size / 16),
            math.cos(roll),
            math.sin(roll),
        ]
    return planes


def test_a_cell_says_where_the_face_is():
    ((eyes, size, roll, odds),) = decode(answer((7, 5, 2.5, 50.0, 61.0, 22.0, 0.3)))
    assert eyes == pytest.approx([50.0, 61.0], abs=1e-3)
    assert (size, roll, odds) == pytest.approx((22.0, 0.3, 2.5), abs=1e-3)


def test_nothing_is_proposed_where_nothing_is_likely():
    assert decode(answer()) == []
    assert decode(answer((3, 3, -1.5, 30.0, 30.0, 10.0, 0.0))) == []


def test_cells_that_mean_one_face_propose_it_once_and_the_likeliest_comes_first():
    near, sure, far = (
        (4, 4, 1.0, 42.0, 40.0, 20.0, 0.0),
        (6, 5, 3.0, 44.0, 42.0, 20.0, 0.0),
        (12, 12, 2.0, 100.0, 100.0, 9.0, 0.0),
    )
    found = decode(answer(near, sure, far))
    assert [round(odds, 3) for *_, odds in found] == [3.0, 2.0]
    assert found[0][0] == pytest.approx([44.0, 42.0], abs=1e-3)


def test_an_answer_beyond_reason_stays_finite():
    planes = answer((2, 2, 9.0, 1e6, -1e6, 16.0, 0.0))
    planes[3, 2, 2] = 1e6
    ((eyes, size, _, _),) = decode(planes)
    assert np.isfinite(eyes).all()
    assert 0 < size < 1000


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("shape", [(540, 420), (540, 700)])
def test_a_turned_photo_is_searched_where_it_stands(search, portrait, quarters, shape):
    frame = np.full((*shape, 3), 200, np.uint8)
    frame[:, :420] = portrait
    upright = search.propose(read_photo(frame))[0].posture
    turned = np.ascontiguousarray(np.rot90(frame, quarters))
    # turned back for the network
    found = search.propose(read_photo(turned), -quarters % 4)[0].posture
    (height, width), (x, y) = shape, upright.eyes
    there = {0: (x, y), 1: (y, width - 1 - x), 2: (width - 1 - x, height - 1 - y), 3: (height - 1 - y, x)}
    assert found.eyes == pytest.approx(there[quarters], abs=0.1 * upright.size)
    assert found.size == pytest.approx(upright.size, rel=0.1)
    turn = (found.roll - upright.roll + quarters * math.pi / 2 + math.pi) % (2 * math.pi) - math.pi
    assert abs(turn) < 0.1


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (7, 5), (40, 2000)])
def test_odd_pictures_are_searched_without_harm(search, shape):
    for proposal in search.propose(read_photo(np.full((*shape, 3), 128, np.uint8))):
        assert np.isfinite(proposal.posture.eyes).all()


def beside(portrait, *, cut, size=0.55):
    """Return the portrait with a second, mirrored one beside it, `cut` of whose width the edge cuts off."""
    picture = np.full((540, 520, 3), 200, np.uint8)
    picture[:, 100:] = portrait[:, :420]
    other = cv2.resize(portrait[:, ::-1], None, fx=size, fy=size, interpolation=cv2.INTER_AREA)
    face = other[30:200, 55:185]  # hair, face and chin
    first = int(cut * face.shape[1])
    picture[20:190, : face.shape[1] - first] = face[:, first:]
    return picture


def test_a_second_face_is_found_where_the_edge_cuts_it_in_half(finder, portrait):
    assert len(finder.detect(read_photo(portrait))) == 1
    for cut in (0.0, 0.25, 0.4):
        found = finder.detect(read_photo(beside(portrait, cut=cut)))
        assert len(found) == 2, cut
        assert found[1].posture.eyes[0] < 130
        assert found[0].posture.eyes[0] > 200
