"""Portraits that the tests render, once for all workers, and the truth beside them."""

from __future__ import annotations

import os
import pickle
import time

import pytest

from icao_check.catalogue import CATALOGUE
from samples.portrait.parameters import Parameters
from tests.conftest import JIT_DISABLED

NO_COMPILER = "rendering without compiled kernels takes minutes per portrait"

WIDTH, HEIGHT = 336, 432

FRONT = Parameters().changed(
    framing__width=WIDTH,
    framing__height=HEIGHT,
    identity__seed=11,
    sensor__noise=0.6,
    sensor__sharpening=0.1,
    light__ambient=0.5,
    background__lightness=93.0,
)
"""The portrait that everything below is a pair of: frontal, neutral, compliant."""

LADDERS: dict[str, tuple[str, dict[str, tuple[float, ...]]]] = {
    # name: check that must get worse from step to step, parameters that make it worse
    "too_large": ("head_height", {"framing__head_height": (34.0, 37.5, 42.0)}),
    "too_small": ("head_height", {"framing__head_height": (33.0, 29.0, 22.0)}),
    "off_centre": ("head_centring", {"framing__centre_x": (0.5, 0.56, 0.64)}),
    "few_pixels": ("inter_eye_distance", {"framing__head_height": (34.0, 28.0, 20.0)}),
    "stretched": ("aspect_ratio", {"framing__aspect_stretch": (1.0, 1.04, 1.12)}),
    "yaw": ("head_pose_yaw", {"pose__yaw": (0.0, 9.0, 22.0)}),
    "pitch": ("head_pose_pitch", {"pose__pitch": (0.0, 10.0, 20.0)}),
    "roll": ("head_pose_roll", {"pose__roll": (0.0, 9.0, 18.0)}),
    "mouth_open": ("mouth_closed", {"expression__mouth_gap": (0.0, 5.0, 12.0)}),
    "smile": ("expression_neutrality", {"expression__smile": (0.0, 0.5, 1.0)}),
    "texture": ("background_uniformity", {"background__strength": (0.0, 0.5, 1.0)}),
    "grey_wall": ("background_colour", {"background__lightness": (95.0, 70.0, 40.0)}),
    # of a lamp, not of a soft box, whose shadow is a fading of the wall
    "wall_shadow": (
        "background_shadow",
        {"background__shadow": (0.0, 0.5, 1.0), "light__size": (10.0, 10.0, 10.0)},
    ),
    "side_light": (
        "illumination_uniformity",
        {
            "light__azimuth": (0.0, 55.0, 85.0),
            "light__ambient": (0.5, 0.2, 0.05),
            "light__fill": (0.3, 0.1, 0.0),
        },
    ),
    "dark": ("under_exposure_prevention", {"sensor__exposure": (0.0, -1.2, -2.8)}),
    "bright": ("over_exposure_prevention", {"sensor__exposure": (0.0, 1.0, 2.2)}),
    "washed_out": ("dynamic_range", {"sensor__contrast": (0.3, -0.5, -1.0)}),
    "colour_cast": ("natural_colour", {"sensor__blue_gain": (1.0, 1.3, 1.7)}),
    "defocus": ("sharpness", {"sensor__defocus": (0.0, 1.2, 3.0)}),
    "noise": ("noise", {"sensor__noise": (0.6, 10.0, 30.0)}),
    "jpeg": ("compression_artifacts", {"sensor__jpeg_quality": (95, 25, 5)}),
    "eyes_closed": (
        "eyes_open",
        {"expression__lid_left": (1.0, 0.5, 0.0), "expression__lid_right": (1.0, 0.5, 0.0)},
    ),
    "looking_away": ("gaze", {"pose__gaze_yaw": (0.0, 12.0, 26.0)}),
}

ALWAYS: dict[str, tuple[str, dict[str, tuple[float, ...]]]] = {
    "roll_signs": ("", {"pose__roll": (-12.0, -5.0, 5.0, 12.0)}),
    "yaw_signs": ("", {"pose__yaw": (-20.0, -8.0, 8.0, 20.0)}),
    "pitch_signs": ("", {"pose__pitch": (-16.0, -8.0, 8.0, 16.0)}),
}


def steps(ladder: str) -> list[Parameters]:
    """Return the portraits of a ladder, from its first step to its last."""
    _, spans = (LADDERS | ALWAYS)[ladder]
    base = FRONT.changed(background__kind="texture") if ladder == "texture" else FRONT
    count = len(next(iter(spans.values())))
    return [base.changed(**{name: values[k] for name, values in spans.items()}) for k in range(count)]


def built(check: str) -> bool:
    """Say whether the check has a measure."""
    return CATALOGUE[check].measure is not None


PAIRS: dict[str, Parameters] = {
    "front": FRONT,
    "larger": FRONT.changed(framing__width=WIDTH * 3 // 2, framing__height=HEIGHT * 3 // 2),
    "lipstick": FRONT.changed(look__lipstick=0.9),
    "glasses": FRONT.changed(wear__glasses="clear"),
    "hijab": FRONT.changed(wear__headwear="hijab"),
    "mask": FRONT.changed(wear__covering="surgical_mask"),
    "dark_skin": FRONT.changed(identity__skin_tone=9),
    "sideways_light": FRONT.changed(light__azimuth=70.0, light__ambient=0.1, light__fill=0.0),
    "looking_right": FRONT.changed(pose__gaze_yaw=20.0),
    "lightest_skin": FRONT.changed(identity__skin_tone=1),
    "darkest_skin": FRONT.changed(identity__skin_tone=10),
    "child": FRONT.changed(identity__age=7.0),
    "old": FRONT.changed(identity__age=78.0, look__hair_grey=1.0),
    "no_eyelid_fold": FRONT.changed(identity__eyelid_fold=0.0),
    "man_with_beard": FRONT.changed(identity__sex="male", look__beard="full"),
    "bald": FRONT.changed(look__hair="bald"),
    "paralysis": FRONT.changed(expression__palsy=0.6),
    "one_eye_shut": FRONT.changed(expression__lid_left=0.0),
    "heavy_frame": FRONT.changed(wear__glasses="heavy", wear__glasses_drop=7.0),
}


def _all() -> list[Parameters]:
    wanted = list(PAIRS.values())
    for name in ALWAYS:
        wanted += steps(name)
    for name, (check, _) in LADDERS.items():
        if built(check):
            wanted += steps(name)
    return list(dict.fromkeys(wanted))


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """Return a function that makes something in the first worker that asks, and hands it to all others."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent

    def get(name, make):
        store = folder / f"{name}.pickle"
        try:
            os.close(os.open(store.with_suffix(".lock"), os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            deadline = time.monotonic() + 600
            while not store.exists():
                if time.monotonic() > deadline:
                    raise TimeoutError(f"the worker that makes {name} has not finished") from None
                time.sleep(0.2)
            return pickle.loads(store.read_bytes())
        made = make()
        part = store.with_suffix(".part")
        part.write_bytes(pickle.dumps(made))
        part.replace(store)
        return made

    return get


@pytest.fixture(scope="session")
def album(once):
    """Return every portrait of this file by its parameters."""
    if JIT_DISABLED:
        pytest.skip(NO_COMPILER)
    from samples.portrait import render

    return once("album", lambda: {p: render(p) for p in _all()})
