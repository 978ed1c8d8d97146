"""Kernels that shape and shade the surface: against their naive twins, and properties of the shape."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from samples.portrait import anatomy, camera, hair, head, light, parameters, raster, relief, sensor, shading
from samples.portrait.camera import rotation
from tests.conftest import JIT_DISABLED
from tests.samples import naive
from tests.samples.conftest import NO_COMPILER

pytestmark = pytest.mark.kernels

seeds = st.integers(0, 2**32 - 1)
shares = st.floats(0, 1)


@pytest.fixture(scope="module")
def person():
    expression = parameters.Expression(smile=0.3, mouth_gap=4.0)
    return anatomy.measure(parameters.Identity(seed=4, age=50.0), expression)


@pytest.fixture(scope="module")
def paint():
    q = np.recarray(1, dtype=shading.PAINT)
    q[:] = np.zeros(1, shading.PAINT)
    q.skin[0], q.hair[0], q.brow[0], q.lip[0] = (0.5, 0.3, 0.2), (0.1, 0.06, 0.03), (0.05, 0.04, 0.03), 0.3
    q.melanin, q.blood, q.freckles, q.texture, q.oil = 0.5, 0.8, 0.6, 0.7, 0.4
    q.seed, q.key_size, q.distance, q.brow_density, q.scalp_cover = 321.0, 0.3, 1500.0, 0.7, 0.8
    q.main[0], q.second[0] = (-0.36, 0.48, 0.8), (0.6, 0.0, 0.8)
    q.main_colour[0], q.second_colour[0] = (0.7, 0.68, 0.6), (0.2, 0.2, 0.25)
    q.up_head[0] = rotation(5.0, 3.0, -4.0)
    return q


class TestPlaces:
    @given(seeds, st.booleans())
    def test_carry(self, seed, whole):
        rng = np.random.default_rng(seed)
        points, share = rng.uniform(-200, 200, (9, 3)), None if whole else rng.random(9)
        turn, trunk = rotation(*rng.uniform(-40, 40, 3)), rotation(*rng.uniform(-40, 40, 3))
        pivot, offset = rng.uniform(-50, 50, (2, 3))
        found = np.empty((9, 3))
        camera.carry(points, np.empty(0) if whole else share, turn, trunk, pivot, offset, found)
        expected = naive.carry(points, share, turn, trunk, pivot, offset)
        np.testing.assert_allclose(found, expected, atol=1e-9)

    @given(seeds, st.floats(-0.05, 0.05), st.floats(0.8, 1.3))
    def test_projection(self, seed, distortion, stretch):
        points = np.random.default_rng(seed).uniform(-150, 150, (8, 3))
        view = camera.View(5000.0, 1400.0, (410.0, 470.0), distortion, 673.0, (413.0, 531.0), stretch)
        expected = naive.project(view, points)
        np.testing.assert_allclose(view.project(points), expected, rtol=1e-9, atol=1e-9)
        expected[:, :2] = 2 * expected[:, :2] + 0.5
        np.testing.assert_allclose(view.project(points, 2), expected, rtol=1e-9, atol=1e-9)

    @given(seeds, st.booleans())
    def test_normals(self, seed, closed):
        points = np.random.default_rng(seed).normal(size=(5, 6, 3))
        points[:3, :4] = points[0, 0]  # a place without a direction
        found = head.grid_normals(points, closed=closed)
        np.testing.assert_allclose(found, naive.grid_normals(points, closed), atol=1e-9)


class TestDrawing:
    @given(arrays(np.float32, (37, 50), elements=st.floats(0, 1, width=32)))
    def test_farthest_of_tiles(self, nearness):
        found = np.empty((3, 4), np.float32)
        raster.farthest_of_tiles(nearness, found)
        np.testing.assert_array_equal(found, naive.farthest_of_tiles(nearness, raster.TILE))

    @settings(max_examples=30)
    @given(seeds)
    def test_strands(self, seed):
        rng = np.random.default_rng(seed)
        screen = np.column_stack([rng.uniform(-8, 60, (24, 2)), rng.uniform(1, 2, 24)])
        starts = np.array([0, 2, 7, 16, 24], np.int32)
        widths = rng.uniform(1.0, 4.0, 24)
        shape = (45, 52)
        nearness, index = np.zeros(shape, np.float32), np.full(shape, raster.EMPTY, np.int32)
        raster.draw_strands(screen, starts, widths, 0, nearness, index)
        near, which = naive.draw_strands(screen, starts, widths, shape)
        # rounding may put a sample of a slanted strand beside its twin's
        assert (nearness != near).mean() < 0.01
        assert (index != which).mean() < 0.01

    def test_strands_behind_a_wall_are_left_out(self):
        nearness, index = np.full((40, 40), 2.0, np.float32), np.zeros((40, 40), np.int32)
        screen = np.array([[3.0, 3, 1.9], [30, 35, 1.9], [3, 30, 1.9], [33, 8, 2.1]])
        raster.draw_strands(screen, np.array([0, 2, 4], np.int32), np.ones(4), 5, nearness, index)
        # the second strand comes through at its nearer end
        assert set(np.unique(index).tolist()) == {0, 8}
        assert nearness.min() == 2.0

    @given(arrays(np.int32, (6, 7), elements=st.integers(-1, 7)))
    def test_what_is_seen(self, index):
        triangles = np.array([[0, 1, 2], [2, 3, 4], [4, 5, 0]], np.int32)
        corners, vertices = np.zeros(7, bool), np.zeros(6, bool)
        raster.mark_seen(index, triangles, corners, vertices)
        expected = naive.mark_seen(index, triangles, 7, 6)
        np.testing.assert_array_equal(corners, expected[0])
        np.testing.assert_array_equal(vertices, expected[1])


class TestShadows:
    @settings(max_examples=20, deadline=None)
    @given(seeds)
    def test_maps_and_the_light_that_they_leave(self, seed):
        rng = np.random.default_rng(seed)
        lights = light.light_set(parameters.Light(azimuth=-20.0, elevation=30.0, size=2.0))
        lights = lights._replace(
            towards=lights.towards[:5], colour=lights.colour[:5], is_key=lights.is_key[:5]
        )
        points = rng.uniform(-150, 150, (6, 3))
        triangles = np.array([[0, 1, 2], [3, 4, 5]], np.int32)
        maps, frames = light.shadow_maps([light.Occluder(points, triangles)], lights, 12)
        for found, axes in zip(maps, frames, strict=True):
            expected = naive.shadow_map(points, triangles, axes, light.CENTRE, light.EXTENT, 12)
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-3)
        at, normals = rng.uniform(-80, 80, (7, 3)), rng.normal(size=(7, 3))
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        found = light.irradiance(at, normals, maps, frames, lights)
        bias = 0.9 + 0.55 * 2 * light.EXTENT / 12
        for k in range(7):
            seen = np.array([
                naive.share_of_light(at[k] + bias * normals[k], f, m, light.CENTRE, light.EXTENT, bias)
                for f, m in zip(frames, maps, strict=True)
            ])  # fmt: skip
            cosines = np.maximum(lights.towards @ normals[k], 0.0)
            np.testing.assert_allclose(found[k, :3], (seen * cosines) @ lights.colour, atol=1e-9)
            lum = lights.colour @ [0.2126, 0.7152, 0.0722] * seen * (cosines > 0)
            np.testing.assert_allclose(found[k, 3:6], lum @ lights.towards, atol=1e-9)
            assert found[k, 6] == pytest.approx(seen[lights.is_key].mean())

    def test_of_a_solid_the_side_that_faces_the_light_is_enough(self):
        lights = light.light_set(parameters.Light())
        t, f = np.meshgrid(np.linspace(0.01, np.pi - 0.01, 9), np.linspace(-np.pi, np.pi, 12, endpoint=False))
        ball = 60 * np.stack([np.sin(t) * np.sin(f), np.cos(t), np.sin(t) * np.cos(f)], -1).swapaxes(0, 1)
        triangles = head.grid_triangles(9, 12, closed=True)
        whole, half = (
            light.shadow_maps([light.Occluder(ball.reshape(-1, 3), triangles, solid)], lights, 64)[0]
            for solid in (False, True)
        )
        # but at the very outline
        assert (np.abs(whole - half) > 1e-3).mean() < 0.002


class TestDeveloping:
    def test_grain_has_the_deviation_asked_for(self):
        luma, chroma = sensor._grain((300, 401), 5)
        assert luma.shape == (300, 401) and chroma.shape[0] >= 300 and chroma.shape[1] >= 401
        assert (luma.mean(), luma.std()) == pytest.approx((0, 1), abs=0.02)
        four = np.frombuffer(bytes(range(256)), np.uint8).reshape(-1, 4)
        found = np.empty(64, np.float32)
        sensor._sum_of_bytes(four, found)
        expected = (four.astype(float) - 127.5).sum(1) / np.sqrt(4 * (256**2 - 1) / 12)
        np.testing.assert_allclose(found, expected, rtol=1e-5)

    @given(seeds, st.floats(0, 0.2))
    def test_noise(self, seed, strength):
        rng = np.random.default_rng(seed)
        image, luma, chroma = rng.random((3, 4, 3)), rng.normal(size=(3, 4)), rng.normal(size=(4, 4, 3))
        expected = naive.noise(image, luma, chroma[:3], strength)
        sensor._add_noise(image, luma, chroma, strength)
        np.testing.assert_allclose(image, expected, atol=1e-12)

    @given(seeds, shares, st.floats(0, 1.5), st.sampled_from([2, 6, 18, 255, 256]))
    def test_finish(self, seed, sharpening, saturation, levels):
        image, blurred = np.random.default_rng(seed).uniform(-0.2, 1.2, (2, 4, 5, 3))
        found = np.empty(image.shape, np.uint8)
        sensor._finish(image, blurred, sharpening, saturation, levels, found)
        expected = naive.finish(image, blurred, sharpening, saturation, levels)
        np.testing.assert_allclose(found, expected, atol=0.5 + 1e-9)


class TestShading:
    @given(seeds, st.floats(0.05, 1.0), st.floats(0.01, 0.6))
    def test_gloss(self, seed, alpha, f0):
        n, v, towards = np.random.default_rng(seed).normal(size=(3, 3))
        n, v, towards = (a / np.linalg.norm(a) for a in (n, v, towards))
        found = shading._gloss(*n, *v, towards, alpha, f0)
        assert found == pytest.approx(naive.gloss(n, v, towards, alpha, f0), rel=1e-9, abs=1e-12)

    @given(st.floats(-200, 200), st.floats(-120, 90))
    def test_spots(self, paint, around, y):
        found = shading._spots(paint[0], 321, around, y)
        assert found == pytest.approx(naive.spots(0.6, 321, around, y), abs=1e-12)

    @given(st.floats(-1, 1), st.floats(-1, 1))
    def test_blood_and_melanin_absorb_as_they_should(self, paint, blood, brown):
        colour = np.empty(3)
        shading._absorb(paint[0], blood, brown, colour)
        by_blood, by_melanin = np.array([0.12, 0.95, 0.80]), np.array([0.55, 0.80, 1.05])
        expected = paint.skin[0] * np.exp(-0.8 * blood * by_blood - 0.5 * brown * by_melanin)
        np.testing.assert_allclose(colour, expected, rtol=1e-12)

    @given(st.floats(-90, 90), st.floats(-60, 110), st.floats(-90, 100))
    def test_hairline(self, person, x, y, z):
        p = person[0]
        expected = naive.hairline(p, x, y, z, shading._HAIRLINE_ANGLE, shading._HAIRLINE_Y)
        assert shading.hairline(p, x, y, z) == pytest.approx(expected, abs=1e-9)
        found = np.empty(1)
        shading.hairlines(person, np.array([[x, y, z]]), found)
        assert found[0] == shading.hairline(p, x, y, z)

    def test_paint_is_on_the_skin_where_it_belongs(self, person, paint):
        p = person[0]
        x, up, low = relief.brow_curves(p, 1, 0.4)
        places = {
            "cheek": (45.0, -30.0, 70.0),
            "lip": (0.0, p.stomion_y - 0.5 * p.lip_lower - 3.0, 95.0),
            "brow": (x, 0.5 * (up + low), 85.0),
            "scalp": (0.0, 105.0, 20.0),
        }
        painted = np.full((len(places), shading.SKIN_PAINT), -1.0)
        seen = np.ones(len(places), bool)
        shading.paint_skin(person, paint, np.array(list(places.values())), seen, painted)
        cheek, lip, brow, scalp = painted
        assert lip[4] > 0.9 and max(cheek[4], brow[4], scalp[4]) == 0
        assert cheek[:3] == pytest.approx(paint.skin[0], rel=0.5)
        assert scalp[1] < 0.5 * cheek[1]
        without = paint.copy()
        without.brow_density = 0.0
        bare = np.empty(painted.shape)
        shading.paint_skin(person, without, np.array(list(places.values())), seen, bare)
        assert brow[1] < 0.9 * bare[2, 1]
        np.testing.assert_array_equal(cheek, bare[0])
        before = painted.copy()
        shading.paint_skin(person, paint, np.zeros((len(places), 3)), ~seen, painted)
        np.testing.assert_array_equal(painted, before)  # what is not seen is not painted

    @settings(max_examples=40)
    @given(seeds)
    def test_strands(self, paint, seed):
        rng = np.random.default_rng(seed)
        rest = np.cumsum(rng.normal(size=(3, 3)), 0) * 5
        outward = rng.normal(size=(3, 3))
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        tone, light_at = rng.random(3), rng.random((3, 7))
        lens = np.array([10.0, -20.0, 1400.0])
        found = np.zeros((3, 3))
        args = (tone, np.ones(1), np.zeros(1, np.uint8), light_at, np.arange(3), lens, paint, found)
        shading.shade_strands(rest, np.array([0, 3], np.int32), np.array([False, True, True]), outward, *args)
        assert not found[0].any()
        base = np.full(3, 0.42)
        warm = 0.06 * (naive.hash01(0, 12, 321) - 0.5)
        base[0] *= 1 + warm
        base[2] *= 1 - warm
        turn = paint.up_head[0]
        towards = [turn.T @ paint.main[0], turn.T @ paint.second[0]]
        tangent = (rest[2] - rest[0]) / np.linalg.norm(rest[2] - rest[0])
        view = (lens - rest[1]) / np.linalg.norm(lens - rest[1])
        powers = (paint.main_colour[0, 1], paint.second_colour[0, 1])
        expected = naive.strand_colour(
            base, tangent, view, outward[1], towards, powers, tone[1], light_at[1, :3], light_at[1, 6]
        )
        np.testing.assert_allclose(found[1], expected, rtol=1e-5, atol=1e-9)

    @pytest.mark.skipif(JIT_DISABLED, reason=NO_COMPILER)
    def test_shortcuts_leave_the_picture_as_it_is(self, monkeypatch):
        from samples.portrait import render, scene
        from tests.samples.conftest import FRONT

        seen = {}

        def both(index, nearness, screen, triangles, material, corners, strands, a, q, behind, factor, out):
            shading.resolve(
                index, nearness, screen, triangles, material, corners, strands, a, q, behind, factor, out
            )
            # every fifth pixel, sample by sample
            scratch, colour = np.empty(shading.SCRATCH), np.empty(3)
            rows, columns = np.arange(0, out.shape[0], 5), np.arange(0, out.shape[1], 5)
            slow = np.zeros((len(rows), len(columns), 3))
            for i, row in enumerate(rows):
                for j, column in enumerate(columns):
                    for s, t in np.ndindex(factor, factor):
                        y, x = factor * row + s, factor * column + t
                        k = index[y, x]
                        if k < 0:
                            colour[:] = behind[row, column]
                        elif k >= len(triangles):
                            colour[:] = strands[k - len(triangles)]
                        else:
                            weights = raster.triangle_weights(screen, *triangles[k], x, y)
                            shading.shade_point(
                                a, q, int(material[k]), corners, *triangles[k], *weights, scratch, colour
                            )
                        slow[i, j] += colour / factor**2
            seen["fast"], seen["slow"] = out[::5, ::5].copy(), slow

        monkeypatch.setattr(scene, "resolve", both)
        render(FRONT)
        gap = np.abs(seen["fast"] - seen["slow"])
        assert gap.mean() < 0.002
        assert np.quantile(gap, 0.99) < 0.03
        assert seen["slow"].std() > 0.1


class TestHair:
    @given(seeds, st.floats(0.0, np.pi), st.floats(-np.pi, np.pi))
    def test_radius_between_the_cells_of_the_table(self, seed, theta, phi):
        table = np.random.default_rng(seed).uniform(60, 120, (6, 8))
        found = hair._skull_radius(table, theta, phi)
        assert found == pytest.approx(naive.table_at(table, theta, phi), abs=1e-6)

    def test_table_of_a_ball(self):
        rng = np.random.default_rng(3)
        points = rng.normal(size=(400, 3))
        points *= 70 / np.linalg.norm(points, axis=1, keepdims=True)
        centre = np.array([3.0, -2.0, 5.0])
        table = np.zeros((12, 16))
        hair._fill_radii(points + centre, centre, table)
        np.testing.assert_allclose(table, 70.0)  # holes are filled from their neighbours
        for theta, phi in [(0.3, 0.1), (1.5, -2.0), (2.9, 3.0)]:
            y = np.cos(theta)
            place = 5 * np.array([np.sin(theta) * np.sin(phi), y, np.sin(theta) * np.cos(phi)])
            assert hair._polar(*place) == pytest.approx((5.0, theta, phi))

    @given(st.floats(0.05, 1.0), st.integers(0, 999))
    def test_roots_lie_on_their_cells_and_are_as_many_as_asked(self, density, seed):
        y, x = np.mgrid[0:9, 0:10].astype(float) * 4
        points = np.stack([x, -y, 0 * x], -1)
        weight = np.zeros((9, 10))
        weight[2:6, 3:7] = 1.0
        normals = np.broadcast_to([0.0, 0, 1], points.shape).copy()
        roots, root_n, keys = np.empty((3000, 3)), np.empty((3000, 3)), np.empty(3000)
        count = hair._sow(points, normals, weight, density, seed, roots, root_n, keys)
        corners = [weight[:-1], weight[1:], np.roll(weight, -1, 1)[:-1], np.roll(weight, -1, 1)[1:]]
        area = np.full((8, 10), 16.0)
        area[:, -1] = 36.0 * 4  # the last column joins the first
        expected = (sum(corners) / 4 * area * density).sum()
        assert count == pytest.approx(expected, abs=4 * np.sqrt(40) + 1)
        assert np.all(roots[:count, 0] >= 8) and np.all(roots[:count, 0] <= 28)
        assert np.all(roots[:count, 1] <= -4) and np.all(roots[:count, 1] >= -24)

    @pytest.mark.skipif(JIT_DISABLED, reason="growing hair without compiled kernels takes minutes")
    @pytest.mark.parametrize("style", [s for s in hair.STYLES if s not in ("long", "curly", "afro")])
    def test_hair_grows_from_the_skin_and_not_into_the_head(self, style):
        a = anatomy.measure(parameters.Identity(seed=4), parameters.Expression())
        grid = head.head_grid(a, 3.0)
        grown = hair.grow_hair(a, grid, parameters.Identity(), parameters.Look(hair=style), 0.02)
        assert grown is not None
        roots = grown.rest[grown.starts[:-1]]
        body = grid.bare.reshape(-1, 3)
        gap = np.array([np.linalg.norm(body - r, axis=1).min() for r in roots[::7]])
        assert np.median(gap) < 12.0  # mm; the knot of a bun has no roots
        inside = (grown.rest / (0.85 * a.head_half[0], 0.85 * a.crown_y[0], 80.0)) ** 2
        assert (inside.sum(1) < 0.5).mean() < 0.01
        assert np.isfinite(grown.rest).all()


class TestFace:
    def test_curves_at_many_places_are_those_of_each(self, person):
        places = np.linspace(-20, 20, 9)
        lids, brows = np.empty((9, 2)), np.empty((9, 3))
        relief.lid_lines(person, 1, places, lids)
        relief.brow_lines(person, 0, places / 20, brows)
        for k, x in enumerate(places):
            assert tuple(lids[k]) == relief.lid_curves(person[0], 1, x)
            assert tuple(brows[k]) == relief.brow_curves(person[0], 0, x / 20)

    def test_the_way_along_the_fold(self, person):
        p = person[0]
        for side in (0, 1):
            top, low = p.subnasale_y + 8.5, p.stomion_y + p.corner_y[side] - 4.0
            ways = [relief.fold_along(p, side, y) for y in (top, 0.5 * (top + low), low)]
            assert ways == pytest.approx([0, 0.5, 1])
            assert relief.fold_distance(p, side, p.nose_half + 1.5, top) == pytest.approx((0, 0), abs=1e-9)

    @given(st.floats(-75, 75), st.floats(-100, 80))
    def test_the_face_has_no_steps(self, person, x, y):
        p = person[0]
        here = relief.face_depth(p, x, y, 90.0)
        for dx, dy in ((0.02, 0.0), (0.0, 0.02)):
            # nothing on a face is steeper than the wall of a nostril
            assert abs(relief.face_depth(p, x + dx, y + dy, 90.0) - here) < 0.3

    def test_the_nose_sticks_out_as_far_as_measured_and_the_sides_are_bare(self, person):
        p = person[0]
        tip = p.subnasale_y + p.nose_tip_rise
        height = relief.face_depth(p, 0.0, tip, 90.0) - 90.0
        assert height == pytest.approx(p.nose_protrusion, abs=4.5)
        for x, y in ((70.0, 40.0), (-72.0, -60.0)):
            assert relief.face_depth(p, x, y, 8.0) == pytest.approx(8.0)  # the relief ends on the sides

    @given(st.floats(-40, 40), st.floats(-100, -40))
    def test_lips_enclose_the_mouth(self, person, x, y):
        p = person[0]
        _, top, upper, lower, bottom = relief.lip_curves(p, x)
        if abs(x) < 0.95 * min(p.corner_x):
            assert top > upper >= lower > bottom
        assert (relief.mouth_opening(p, x, y) > 0) <= (lower < y < upper)
        found = np.empty(1)
        relief.openings(person, np.array([[x, y, 0.0]]), True, found)
        assert found[0] == relief.mouth_opening(p, x, y)
