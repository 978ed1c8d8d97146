"""What the networks on appearance see on a real face, as it is and with things drawn on it."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from icao_check.face import describe_face, find_face
from icao_check.face.appearance import EARS, EYES, FACE, HEADS, QUANTITIES
from icao_check.photo import read_photo
from samples.gallery import PORTRAITS


@pytest.fixture(scope="module")
def detections(finder, portrait):
    return finder.detect(read_photo(portrait))


@pytest.fixture(scope="module")
def look(finder, detections):
    def seen(pixels):
        return describe_face(read_photo(np.ascontiguousarray(pixels)), finder, detections)

    return seen


@pytest.fixture(scope="module")
def face(look, portrait):
    return look(portrait)


def test_each_head_belongs_to_one_network(face):
    assert EYES.heads + FACE.heads == HEADS
    assert tuple(face.appearance) == (*HEADS, *QUANTITIES, *EARS)
    assert EYES.quantities + FACE.quantities == tuple(QUANTITIES)
    assert all(math.isfinite(odds) for odds in face.appearance.values())


def test_a_laugh_shows_teeth_and_hides_nothing(face):
    seen = face.appearance
    assert min(seen["teeth"], seen["mouth_open"], seen["not_neutral"]) > 0
    hidden = ("eyes_closed", "eyes_covered", "dark_lenses", "glare", "frame_over_eyes", "mouth_covered")
    assert max(seen[name] for name in hidden) < 0
    assert seen["head_covered"] < 2.5  # cropped hair: a person may have to look, and no photo fails for it


def test_the_same_pixels_give_the_same_odds(look, portrait, face):
    assert look(portrait.copy()).appearance == face.appearance


def test_dark_lenses_are_seen(look, portrait, face):
    drawn = portrait.copy()
    distance = np.hypot(*(face.pupils[1] - face.pupils[0]))
    for pupil in face.pupils:
        axes = (int(0.36 * distance), int(0.26 * distance))
        cv2.ellipse(
            drawn, np.rint(pupil).astype(int).tolist(), axes, 0, 0, 360, (18, 17, 20), -1, cv2.LINE_AA
        )
    assert look(drawn).appearance["dark_lenses"] > max(0.0, face.appearance["dark_lenses"] + 3)


def test_a_mask_is_seen(look, portrait, face):
    drawn = portrait.copy()
    points = face.landmarks
    top = points.group("subnasale")[0] - (0, 8)
    mask = np.concatenate([points.group("left_jaw"), [points.chin], points.group("right_jaw")[::-1], [top]])
    cv2.fillPoly(drawn, [np.rint(mask).astype(np.int32)], (150, 190, 215), cv2.LINE_AA)
    assert look(drawn).appearance["mouth_covered"] > max(0.0, face.appearance["mouth_covered"] + 3)


def test_a_cap_is_seen(look, portrait, face):
    drawn = portrait.copy()
    (x, y), distance = face.crown, np.hypot(*(face.pupils[1] - face.pupils[0]))
    brows = face.landmarks.brows[:, 1].min()
    axes = (int(1.35 * distance), int(brows - y + 0.2 * distance))
    cv2.ellipse(drawn, (int(x), int(brows - 4)), axes, 0, 180, 360, (40, 60, 130), -1, cv2.LINE_AA)
    cv2.ellipse(
        drawn, (int(x), int(brows - 6)), (axes[0], int(0.15 * distance)), 0, 0, 360, (30, 45, 100), -1
    )
    assert look(drawn).appearance["head_covered"] > max(0.0, face.appearance["head_covered"] + 3)


def test_lowered_lids_are_seen(look, portrait, face):
    drawn = portrait.copy()
    for side in ("left", "right"):
        upper, lower = face.landmarks.group(f"{side}_upper_lid"), face.landmarks.group(f"{side}_lower_lid")
        lid = np.concatenate([np.add(upper, (0, -2)), np.add(lower[::-1], (0, 1))])
        skin = portrait[round(float(upper[2, 1])) - 9, round(float(upper[2, 0]))].tolist()
        cv2.fillPoly(drawn, [np.rint(lid).astype(np.int32)], skin, cv2.LINE_AA)
        edge = np.concatenate([upper[:1], lower, upper[-1:]])
        cv2.polylines(drawn, [np.rint(edge).astype(np.int32)], False, (40, 25, 20), 2, cv2.LINE_AA)
    seen = look(drawn).appearance
    assert seen["eyes_closed"] > max(0.0, face.appearance["eyes_closed"] + 3)
    assert seen["lid_opening"] < face.appearance["lid_opening"] - 4


@pytest.mark.parametrize("side", ["left", "right"])
def test_an_ear_beneath_hair_is_hidden(finder, side):
    photo = read_photo(PORTRAITS / "compliant_woman_old_bun.jpg")
    face = find_face(photo, finder)
    other = "right" if side == "left" else "left"
    assert max(face.appearance[name] for name in EARS) < 0
    outward = -1 if side == "left" else 1
    distance = np.hypot(*(face.pupils[1] - face.pupils[0]))
    cheek = face.landmarks.group(f"{side}_cheek") - (outward * 0.08 * distance, 0)
    top, bottom = cheek[0] - (0, 0.8 * distance), cheek[-1] + (0, 0.9 * distance)
    wide = np.array([outward * 0.8 * distance, 0])
    lock = np.array([top, *cheek, bottom, bottom + wide, top + wide])
    strands = np.random.default_rng(3).normal(1.0, 0.4, (1, photo.width, 1))
    hair = np.clip(np.array([66, 48, 38]) * strands, 0, 255).astype(np.uint8)
    mask = np.zeros((photo.height, photo.width), np.uint8)
    cv2.fillPoly(mask, [np.rint(lock).astype(np.int32)], 1)
    drawn = np.where(mask[..., None] == 1, np.broadcast_to(hair, photo.rgb.shape), photo.rgb)
    seen = describe_face(read_photo(drawn), finder, face.detections).appearance
    assert seen[f"{side}_ear_hidden"] > 1
    assert seen[f"{other}_ear_hidden"] < 0
    assert seen["cloth_over_ears"] < 0
