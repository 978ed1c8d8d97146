"""How many pixels make a millimetre: what comes first, and what is not believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icao_check.scale import ASPECT_TOLERANCE, print_scale

PRINT = (35.0, 45.0)
SIDES = st.integers(1, 20_000)


def test_the_order_of_evidence():
    scale = print_scale(700, 900, PRINT, print_size=(40.0, 50.0), dpi=200.0, dpi_tag=400.0)
    assert scale.model_dump() == {"px_per_mm": 18.0, "source": "print_size"}
    scale = print_scale(700, 900, PRINT, dpi=200.0, dpi_tag=400.0)
    assert scale.model_dump() == {"px_per_mm": 200 / 25.4, "source": "dpi"}
    scale = print_scale(700, 900, PRINT, dpi_tag=400.0)
    assert scale.model_dump() == {"px_per_mm": 20.0, "source": "aspect"}
    scale = print_scale(800, 900, PRINT, dpi_tag=400.0)
    assert scale.model_dump() == {"px_per_mm": 400 / 25.4, "source": "dpi_tag"}
    scale = print_scale(800, 900, PRINT)
    assert scale.model_dump() == {"px_per_mm": 20.0, "source": "assumed"}


@pytest.mark.parametrize(
    ("width", "source"), [(687, "aspect"), (713, "aspect"), (685, "assumed"), (715, "assumed")]
)
def test_two_percent_of_the_aspect_ratio(width, source):
    assert ASPECT_TOLERANCE == 0.02
    assert print_scale(width, 900, PRINT).source == source


@pytest.mark.parametrize("dpi", [72.0, 96.0, 71.9836, 72.0001, 95.9866, 96.012, 120.0, 144.0, 143.993, 192.0])
def test_the_resolution_of_a_screen_is_no_print(dpi):
    """300 px of 72 dpi would be a plausible 106 mm; 71.9836 is 2834 px per metre, as PNG states 72 dpi."""
    assert print_scale(300, 300, PRINT, dpi_tag=dpi).source == "assumed"


@pytest.mark.parametrize(
    ("height", "dpi", "source"),
    [
        (1063, 600.0, "dpi_tag"),  # 45 mm
        (1772, 300.0, "dpi_tag"),  # 150 mm
        (3508, 300.0, "dpi_tag"),  # A4
        (6000, 300.0, "assumed"),  # 508 mm: a camera's 300
        (4000, 240.0, "assumed"),  # 423 mm: an editor's 240
        (200, 300.0, "assumed"),  # 17 mm
        (900, 1.0, "assumed"),
        (900, 0.0, "assumed"),
        (900, -300.0, "assumed"),
        (900, 1e-300, "assumed"),
        (900, 1e300, "assumed"),
    ],
)
def test_a_tag_is_believed_if_the_size_is_plausible(height, dpi, source):
    assert print_scale(height, height, PRINT, dpi_tag=dpi).source == source


@given(SIDES, SIDES, st.none() | st.floats(allow_nan=True, allow_infinity=True))
def test_any_size_and_tag_give_a_scale(width, height, tag):
    scale = print_scale(width, height, PRINT, dpi_tag=tag)
    assert scale.px_per_mm > 0
    if scale.source in ("aspect", "assumed"):
        assert scale.px_per_mm == pytest.approx(height / PRINT[1])
    else:
        assert 25 <= height / scale.px_per_mm <= 300


@given(SIDES, SIDES, st.integers(2, 4))
def test_twice_the_pixels_are_twice_the_scale(width, height, factor):
    once = print_scale(width, height, PRINT)
    more = print_scale(width * factor, height * factor, PRINT)
    assert more.source == once.source
    assert more.px_per_mm == pytest.approx(once.px_per_mm * factor)


def test_a_declared_size_that_has_another_shape_counts_by_its_height():
    assert print_scale(500, 900, PRINT, print_size=(35.0, 45.0)).px_per_mm == 20.0
