"""Networks: the same answers in every thread, from a copy of its own."""

from __future__ import annotations

import pickle
import threading

import numpy as np
import pytest

from icao_check.errors import DependencyError
from icao_check.face.points import EYE, HEAD, MOUTH
from icao_check.network import Network


@pytest.fixture(scope="module")
def network():
    return Network("mouth_points", ("moments", "whole"))


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(3).integers(0, 256, (6, 2, MOUTH.pixels, MOUTH.pixels, 3)).astype(np.uint8)


@pytest.mark.parametrize(
    ("name", "part", "count", "outputs"),
    [
        ("face_points", HEAD, 1, ("moments", "whole")),
        ("eye_points", EYE, 2, ("moments",)),
        ("mouth_points", MOUTH, 2, ("moments", "whole")),
    ],
)
def test_a_point_network_gives_five_moments_per_point(name, part, count, outputs):
    images = np.full((count, part.pixels, part.pixels, 3), 128, np.uint8)
    found = Network(name, outputs)(images)
    assert found[0].shape == (count, len(part.points), 5)
    moments = found[0].astype(float)
    variance = moments[..., 2:4] - moments[..., :2] ** 2
    assert (variance > -1e-2).all()
    assert np.abs(moments[..., :2]).max() <= part.pixels / 2


def test_threads_get_the_same_answers_from_copies_of_their_own(network, images):
    alone = [network(image)[0] for image in images]
    found: dict[int, list[np.ndarray]] = {}
    copies = {}

    def work(number):
        found[number] = [network(images[(k + number) % len(images)])[0] for k in range(len(images))]
        copies[number] = network._net()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(copy) for copy in (*copies.values(), network._net())}) == 4
    for number, answers in found.items():
        for k, answer in enumerate(answers):
            np.testing.assert_array_equal(answer, alone[(k + number) % len(images)])


def test_an_answer_is_not_overwritten_by_the_next(network, images):
    first = network(images[0])[0]
    kept = first.copy()
    network(images[1])
    np.testing.assert_array_equal(first, kept)


def test_it_can_be_pickled_before_and_after_use(network, images):
    again = pickle.loads(pickle.dumps(network))
    np.testing.assert_array_equal(again(images[0])[0], network(images[0])[0])


def test_an_unknown_network_is_not_found():
    with pytest.raises((KeyError, DependencyError)):
        Network("crystal_ball", ("faces",)).load()
