"""The label map: its parts against their naive twins, and the whole on a face whose outline is known."""

from __future__ import annotations

import threading
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from icao_check import region_network
from icao_check.face import find_face
from icao_check.kernels.regions import colour_lines, map_cells
from icao_check.photo import read_photo
from icao_check.regions import BACKGROUND, CLOTHES, HAIR, PERSON, SKIN, UNDECIDED, find_regions
from tests import naive_regions as naive

# Outline of the person on the portrait (x, y in its pixels), drawn by hand.
OUTLINE = [
    0,
    539,
    0,
    368,
    2,
    368,
    5,
    365,
    7,
    359,
    12,
    355,
    15,
    345,
    18,
    345,
    20,
    343,
    20,
    341,
    24,
    334,
    37,
    320,
    46,
    314,
    52,
    308,
    63,
    305,
    68,
    302,
    72,
    302,
    75,
    300,
    85,
    299,
    86,
    298,
    104,
    297,
    105,
    296,
    121,
    296,
    130,
    298,
    128,
    292,
    128,
    285,
    126,
    281,
    126,
    265,
    118,
    263,
    109,
    255,
    108,
    251,
    104,
    246,
    101,
    236,
    94,
    229,
    93,
    226,
    81,
    215,
    81,
    213,
    77,
    209,
    74,
    203,
    71,
    189,
    70,
    157,
    68,
    147,
    69,
    131,
    73,
    119,
    83,
    107,
    99,
    94,
    115,
    83,
    121,
    81,
    140,
    70,
    144,
    65,
    144,
    61,
    152,
    53,
    160,
    50,
    170,
    43,
    177,
    40,
    179,
    40,
    182,
    43,
    186,
    43,
    202,
    36,
    209,
    35,
    219,
    31,
    246,
    32,
    249,
    34,
    266,
    39,
    272,
    43,
    279,
    44,
    283,
    48,
    286,
    48,
    291,
    52,
    313,
    61,
    335,
    80,
    350,
    106,
    353,
    113,
    353,
    117,
    356,
    121,
    356,
    132,
    361,
    145,
    361,
    153,
    364,
    163,
    365,
    176,
    362,
    191,
    355,
    209,
    355,
    213,
    352,
    216,
    352,
    220,
    348,
    226,
    339,
    236,
    335,
    235,
    336,
    240,
    329,
    248,
    325,
    249,
    325,
    251,
    319,
    260,
    319,
    262,
    311,
    270,
    302,
    274,
    297,
    272,
    291,
    298,
    285,
    310,
    277,
    322,
    273,
    341,
    274,
    346,
    272,
    350,
    273,
    349,
    279,
    350,
    302,
    367,
    319,
    382,
    340,
    405,
    350,
    419,
    362,
    441,
    368,
    458,
    370,
    472,
    375,
    471,
    386,
    479,
    388,
    479,
    401,
    486,
    414,
    498,
    419,
    497,
    419,
    539,
]

places = st.tuples(st.floats(-50, 50), st.floats(-50, 50), st.floats(0.1, 100), st.floats(0, 2 * np.pi)).map(
    lambda v: np.array([v[0], v[1], v[2], np.cos(v[3]), np.sin(v[3])])
)


def answers(rows, columns):
    return hnp.arrays(np.float32, (1, 28, rows, columns), elements=st.floats(-30, 30, width=32))


@st.composite
def guides(draw):
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=2, max_side=9))
    guide = draw(hnp.arrays(np.uint8, (*shape, 3)))
    return guide, draw(hnp.arrays(np.float32, shape, elements=st.floats(0, 1, width=32)))


@settings(max_examples=30)
@given(st.integers(1, 4), st.integers(1, 4), places, st.data())
def test_network_cells(height, width, place, data):
    canvas = data.draw(hnp.arrays(np.uint8, (2 * height, 2 * width, 3)))
    extent = np.array(data.draw(st.tuples(*[st.integers(0, 2 * max(height, width))] * 4)))
    found = region_network.network_cells(canvas, place, extent)
    np.testing.assert_allclose(found, naive.network_cells(canvas, place, extent), atol=1e-6)


@settings(max_examples=30)
@given(st.integers(1, 3), st.integers(1, 3), st.data())
def test_person_share_and_votes(rows, columns, data):
    logits = data.draw(answers(rows, columns))
    np.testing.assert_allclose(region_network.person_share(logits), naive.person_share(logits), atol=1e-6)
    np.testing.assert_array_equal(region_network.kind_votes(logits), naive.kind_votes(logits))


def test_person_share_of_the_most_certain_answers():
    logits = np.full((1, 28, 1, 1), -1000.0, np.float32)
    logits[0, 1] = 1000.0
    share = region_network.person_share(logits)
    assert share[0, 1] == 1.0
    assert share.sum() == 1.0


@pytest.mark.kernels
@settings(max_examples=40)
@given(guides(), st.integers(1, 4), st.sampled_from([1e-3, 1e-1]))
def test_colour_lines(guide, radius, epsilon):
    found = colour_lines(*guide, radius, epsilon)
    expected = naive.colour_lines(*guide, radius, epsilon)
    # Single precision: slopes of an even window are noise divided by epsilon.
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=1e-5 / epsilon)


@pytest.mark.kernels
def test_colour_lines_of_an_even_picture_are_a_blur():
    guide = np.full((7, 9, 3), 77, np.uint8)
    value = np.zeros((7, 9), np.float32)
    value[3, 4] = 1.0
    lines = colour_lines(guide, value, 1, 1e-3)
    np.testing.assert_allclose(lines[..., :3], 0.0, atol=1e-3)
    assert lines[3, 4] @ np.array([77 / 255] * 3 + [1.0]) == pytest.approx(1 / 9, abs=1e-5)


@pytest.mark.kernels
def test_colour_lines_follow_an_edge_that_the_value_misses():
    guide = np.zeros((16, 16, 3), np.uint8)
    guide[:, 8:] = 200
    value = np.zeros((16, 16), np.float32)
    value[:, 6:] = 1.0  # two pixels off
    lines = colour_lines(guide, value, 3, 1e-3)
    even_votes, same = np.zeros((1, 1, 3), np.float32), np.array([0.0, 0.0, 1.0, 1.0])
    share, _, _ = map_cells(guide, lines, even_votes, same, same, np.array([0.15, 0.85], np.float32))
    assert (share[:, 8:] > 0.9).all()
    assert (share[:, 6:8] < 0.6).all()


grids = st.tuples(st.floats(-9, 9), st.floats(-9, 9), st.floats(0.1, 3), st.floats(0.1, 3)).map(np.array)


@pytest.mark.kernels
@settings(max_examples=60)
@given(guides(), grids, grids, st.sampled_from([(0.0, 0.0), (0.15, 0.85), (0.5, 0.5)]), st.data())
def test_map_cells(guide, line_places, vote_places, seam, data):
    picture, _ = guide
    sides = st.tuples(st.integers(1, 6), st.integers(1, 5))
    lines, votes = (
        data.draw(hnp.arrays(np.float32, (*data.draw(sides), planes), elements=st.floats(-2, 2, width=32)))
        for planes in (4, 3)
    )
    share, kinds, labels = map_cells(
        picture, lines, votes, line_places, vote_places, np.array(seam, np.float32)
    )
    expected = naive.follow(lines, picture, line_places[:2], line_places[2:])
    np.testing.assert_allclose(share, expected, atol=1e-4)
    count = naive.interpolated(votes.astype(float), picture.shape, vote_places[:2], vote_places[2:])
    # The kind is the one with most votes; of equals, as far as rounding tells, the first.
    chosen = np.take_along_axis(count, kinds[..., np.newaxis] - 1, axis=2)[..., 0]
    assert (chosen >= count.max(axis=2) - 1e-5).all()
    np.testing.assert_array_equal(labels, naive.labels(share, kinds, *np.array(seam, np.float32)))


@pytest.mark.kernels
def test_map_cells_takes_the_first_of_equal_kinds():
    picture, places = np.zeros((1, 3, 3), np.uint8), np.array([0.0, 0.0, 1.0, 1.0])
    lines = np.ones((1, 3, 4), np.float32)
    votes = np.array([[[5, 5, 5], [1, 2, 2], [1, 2, 3]]], np.float32)
    _, kinds, _ = map_cells(picture, lines, votes, places, places, np.zeros(2, np.float32))
    assert kinds.tolist() == [[SKIN, HAIR, CLOTHES]]


@given(guides())
def test_the_input_is_left_alone(guide):
    picture, share = guide
    before = picture.copy(), share.copy()
    colour_lines(picture, share, 2, 1e-3)
    np.testing.assert_array_equal(picture, before[0])
    np.testing.assert_array_equal(share, before[1])


@pytest.fixture(scope="module")
def landmarks(finder, portrait):
    photo = read_photo(portrait)
    return finder.place(photo, finder.detect(photo)[0]).landmarks


@pytest.fixture(scope="module")
def outline(portrait):
    """Return the true share of the person, shape of the portrait."""
    mask = np.zeros(portrait.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.array(OUTLINE, np.int32).reshape(-1, 2)], 1)
    return mask.astype(np.float32)


def overlap(regions, truth):
    """Intersection over union of the person, at full resolution."""
    share = cv2.resize(regions.share, truth.shape[::-1], interpolation=cv2.INTER_LINEAR)
    person, expected = share >= 0.5, truth >= 0.5
    return (person & expected).sum() / (person | expected).sum()


def before(wall):
    def change(portrait, truth):
        rows, columns = truth.shape
        y, x = np.mgrid[:rows, :columns].astype(np.float32)
        edge = cv2.GaussianBlur(truth, (0, 0), 0.8)[..., np.newaxis]
        return np.clip(portrait * edge + wall(portrait, truth, x, y) * (1 - edge), 0, 255).astype(
            np.uint8
        ), truth

    return change


def even(grey):
    return lambda portrait, truth, x, y: np.full(portrait.shape, grey, np.float32)


def as_the_hair(portrait, truth, x, y):
    return np.broadcast_to(np.median(portrait[60:110, 180:260].reshape(-1, 3), axis=0), portrait.shape)


def striped(portrait, truth, x, y):
    return np.repeat(150 + 60 * np.sign(np.sin((x + 0.4 * y) / 9))[..., np.newaxis], 3, axis=2)


def with_an_object(portrait, truth, x, y):
    wall = np.full(portrait.shape, 225, np.float32)
    wall[40:330, 330:] = (40, 70, 140)
    wall[:260, :60] = (150, 100, 60)
    return wall


def with_a_second_person(portrait, truth, x, y):
    wall = np.full(portrait.shape, 205, np.float32)
    small = cv2.resize(portrait, None, fx=0.42, fy=0.42, interpolation=cv2.INTER_AREA)[20:, ::-1]
    mask = cv2.resize(truth, None, fx=0.42, fy=0.42, interpolation=cv2.INTER_AREA)[20:, ::-1, np.newaxis]
    rows, columns = small.shape[:2]
    wall[60 : 60 + rows, :columns] = small * mask + 205 * (1 - mask)
    return wall


def with_a_shadow(portrait, truth, x, y):
    shift = np.array([[1, 0, 45], [0, 1, 12]], np.float32)
    shadow = cv2.GaussianBlur(cv2.warpAffine(truth, shift, truth.shape[::-1]), (0, 0), 5)
    return 215 * (1 - 0.5 * shadow[..., np.newaxis]) * np.ones(3, np.float32)


def with_a_gradient(portrait, truth, x, y):
    return np.repeat((250 - 0.4 * x)[..., np.newaxis], 3, axis=2)


def noisy(portrait, truth):
    noise = np.random.default_rng(7).normal(0, 30, portrait.shape)
    return np.clip(portrait + noise, 0, 255).astype(np.uint8), truth


def exposed(gain):
    def change(portrait, truth):
        linear = (portrait / 255) ** 2.2 * gain
        return (np.clip(linear, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8), truth

    return change


def grey(portrait, truth):
    return np.repeat(cv2.cvtColor(portrait, cv2.COLOR_RGB2GRAY)[..., np.newaxis], 3, axis=2), truth


def blurred(portrait, truth):
    return cv2.GaussianBlur(portrait, (0, 0), 5), truth


def compressed(portrait, truth):
    coded = cv2.imencode(".jpg", portrait[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 8])[1]
    return np.ascontiguousarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1]), truth


def bordered(portrait, truth):
    sides = dict.fromkeys(("top", "bottom", "left", "right"), 30)
    white = cv2.copyMakeBorder(portrait, *sides.values(), cv2.BORDER_CONSTANT, value=(255, 255, 255))
    return white, cv2.copyMakeBorder(truth, *sides.values(), cv2.BORDER_CONSTANT, value=0)


def turned(degrees):
    def change(portrait, truth):
        matrix = cv2.getRotationMatrix2D((210, 250), degrees, 0.8)
        matrix[1, 2] += 40
        size = truth.shape[::-1]
        picture = cv2.warpAffine(portrait, matrix, size, borderMode=cv2.BORDER_REPLICATE)
        return picture, cv2.warpAffine(truth, matrix, size, borderMode=cv2.BORDER_REPLICATE)

    return change


CHANGES = {
    "as it is": lambda portrait, truth: (portrait, truth),
    "white wall": before(even(252)),
    "dark wall": before(even(25)),
    "wall as the hair": before(as_the_hair),
    "striped wall": before(striped),
    "object in the wall": before(with_an_object),
    "second person": before(with_a_second_person),
    "shadow on the wall": before(with_a_shadow),
    "gradient": before(with_a_gradient),
    "noisy": noisy,
    "dark": exposed(0.12),
    "bright": exposed(2.5),
    "grey": grey,
    "blurred": blurred,
    "compressed": compressed,
    "bordered": bordered,
    "turned to the left": turned(20),
    "turned to the right": turned(-20),
}
# Measured 0.94 to 0.99 but for two: a shadow as dark as hair and stripes are taken for hair in part.
LEAST = {"striped wall": 0.88, "shadow on the wall": 0.89}


@pytest.mark.parametrize("name", CHANGES)
def test_the_person_is_found_whatever_happens_to_the_photo(finder, portrait, outline, name):
    picture, truth = CHANGES[name](portrait, outline)
    face = find_face(read_photo(np.ascontiguousarray(picture)), finder)
    assert face is not None
    assert overlap(face.regions, truth) >= LEAST.get(name, 0.93)


def test_skin_hair_and_clothes_are_where_they_are(finder, portrait):
    regions = find_face(read_photo(portrait), finder).regions

    def at(x, y):
        return regions.labels[int((y + 0.5) / regions.px_per_cell), int((x + 0.5) / regions.px_per_cell)]

    assert [at(x, y) for x, y in [(150, 235), (240, 235), (215, 300), (210, 170), (220, 365)]] == [SKIN] * 5
    assert [at(x, y) for x, y in [(220, 70), (330, 150), (90, 160)]] == [HAIR] * 3
    assert [at(x, y) for x, y in [(200, 440), (20, 500), (400, 530)]] == [CLOTHES] * 3
    assert [at(x, y) for x, y in [(20, 20), (400, 20), (30, 250), (400, 350)]] == [BACKGROUND] * 4


def test_labels_share_and_kinds_agree(finder, portrait):
    regions = find_face(read_photo(portrait), finder).regions
    assert regions.labels.shape == regions.share.shape == regions.kinds.shape == regions.lab.shape[:2]
    assert regions.labels.dtype == regions.kinds.dtype == np.uint8
    assert regions.share.dtype == np.float32
    assert 0.0 <= regions.share.min() <= regions.share.max() <= 1.0
    assert set(np.unique(regions.kinds)) <= {SKIN, HAIR, CLOTHES}
    person = regions.mask(PERSON)
    np.testing.assert_array_equal(regions.labels[person], regions.kinds[person])
    assert regions.share[person].min() >= 0.85
    assert regions.share[regions.mask(BACKGROUND)].max() < 0.15
    assert 0 < regions.mask(UNDECIDED).mean() < 0.15  # a seam, not a zone


def test_every_resolution_gives_the_same_map(portrait, landmarks, outline):
    for factor in (0.3, 0.6, 2.0, 4.0):
        scaled = cv2.resize(portrait, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        points = landmarks.scaled(factor)
        regions = find_regions(read_photo(scaled), points)
        assert overlap(regions, outline) > (0.95 if factor > 0.5 else 0.93)


def test_a_wide_frame_is_judged_by_its_part_around_the_person(portrait, landmarks, outline):
    frame = np.full((900, 1600, 3), 190, np.uint8)
    frame[360:, 600:1020] = portrait
    truth = np.zeros(frame.shape[:2], np.float32)
    truth[360:, 600:1020] = outline
    regions = find_regions(
        read_photo(frame), replace(landmarks, points=landmarks.points + np.array([600, 360]))
    )
    assert overlap(regions, truth) > 0.9
    assert (regions.labels[:, :50] == BACKGROUND).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1), (17, 9), (30, 3000), (3000, 30)])
@pytest.mark.parametrize("offset", [0.0, 1e5, -1e5])
def test_hopeless_pictures_get_a_map_all_the_same(landmarks, shape, offset):
    photo = read_photo(np.full((*shape, 3), 128, np.uint8))
    regions = find_regions(photo, replace(landmarks, points=landmarks.points + offset))
    assert regions.labels.shape[0] == min(256, shape[0])
    assert np.isfinite(regions.share).all()


def test_coinciding_landmarks_do_no_harm(portrait, landmarks):
    regions = find_regions(
        read_photo(portrait), replace(landmarks, points=np.full_like(landmarks.points, 200.0))
    )
    assert np.isfinite(regions.share).all()


def test_threads_hold_networks_of_their_own_and_agree(portrait, landmarks):
    photo = read_photo(portrait)
    expected = find_regions(photo, landmarks)
    found, networks = [], {id(region_network._own.network): region_network._own.network}

    def work():
        found.append(find_regions(photo, landmarks))
        networks[id(region_network._own.network)] = region_network._own.network

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(networks) == 4
    for regions in found:
        np.testing.assert_array_equal(regions.share, expected.share)
        np.testing.assert_array_equal(regions.labels, expected.labels)
