"""Light: where it comes from, what shades it, and how skin spreads it.

A light of any size is a set of directions, each with its colour and its own shadow map; irradiance is summed
at the corners of the meshes. Under the skin light wanders some millimetres, red farthest: the irradiance of
the grid of the head is blurred accordingly (texture-space diffusion, d'Eon and Luebke, GPU Gems 3, chapter
14).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from icao_check.kernels.jit import kernel
from samples.portrait.parameters import Light

__all__ = [
    "bar",
    "LightSet",
    "Occluder",
    "blackbody",
    "diffuse_under_skin",
    "irradiance",
    "light_set",
    "shadow_maps",
]

Floats = npt.NDArray[Any]

EXTENT = 215.0
"""Half side of a shadow map, mm."""

CENTRE = np.array([0.0, -60.0, -60.0])
"""Middle of the shadow maps in the world: between head and shoulders."""


class LightSet(NamedTuple):
    """Directions that light comes from.

    ``towards``: (K, 3) unit vectors to the light; ``colour``: (K, 3) linear RGB irradiance on a facet that
    faces it; ``is_key``: (K,) the main light; ``main`` and ``fill``: the middle of these lights;
    ``main_colour``, ``fill_colour``: their sums; ``key_size``: radians.
    """

    towards: Floats
    colour: Floats
    is_key: npt.NDArray[np.bool_]
    main: Floats
    fill: Floats
    main_colour: Floats
    fill_colour: Floats
    key_size: float


def blackbody(kelvin: float) -> Floats:
    """Colour of a glowing body or of daylight.

    Chromaticity of the Planckian locus by the cubic approximation of Kim et al. (US patent 7024034, 2002),
    valid from 1667 to 25000 K.

    Parameters
    ----------
    kelvin : float
        Colour temperature.

    Returns
    -------
    ndarray of shape (3,)
        Linear sRGB with luminance 1.
    """
    t = 1000.0 / min(max(kelvin, 1667.0), 25000.0)
    if kelvin <= 4000.0:
        x = -0.2661239 * t**3 - 0.2343589 * t**2 + 0.8776956 * t + 0.179910
    else:
        x = -3.0258469 * t**3 + 2.1070379 * t**2 + 0.2226347 * t + 0.240390
    if kelvin <= 2222.0:
        y = -1.1063814 * x**3 - 1.34811020 * x**2 + 2.18555832 * x - 0.20219683
    elif kelvin <= 4000.0:
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    xyz = np.array([x / y, 1.0, (1.0 - x - y) / y])
    to_rgb = np.array(
        [
            [3.2404542, -1.5371385, -0.4985314],
            [-0.9692660, 1.8760108, 0.0415560],
            [0.0556434, -0.2040259, 1.0572252],
        ]
    )
    return np.asarray(np.maximum(to_rgb @ xyz, 0.0))


def _direction(azimuth: float, elevation: float) -> Floats:
    a, e = math.radians(azimuth), math.radians(elevation)
    return np.array([math.sin(a) * math.cos(e), math.sin(e), math.cos(a) * math.cos(e)])


def _lobe(middle: Floats, radius: float, count: int) -> Floats:
    # A sunflower of directions on the cap around `middle`.
    helper = np.array([0.0, 1.0, 0.0]) if abs(middle[1]) < 0.9 else np.array([1.0, 0.0, 0.0])
    u = np.cross(helper, middle)
    u /= np.linalg.norm(u)
    v = np.cross(middle, u)
    k = np.arange(count)
    r = np.radians(radius) * np.sqrt((k + 0.5) / count)
    a = k * math.pi * (3.0 - math.sqrt(5.0))
    d = np.cos(r)[:, None] * middle + np.sin(r)[:, None] * (np.cos(a)[:, None] * u + np.sin(a)[:, None] * v)
    return np.asarray(d)


def light_set(light: Light) -> LightSet:
    """Directions and colours of the light on the person.

    A facet turned to the camera receives irradiance 1 in each channel where nothing shades it: the camera has
    set its exposure and its white balance. With light from the side it receives less, as the camera spares
    the brighter cheek.

    Parameters
    ----------
    light : Light
        Its parameters.

    Returns
    -------
    LightSet
        About forty directions.
    """
    key_count = 4 if light.size < 4.0 else 11
    main = _direction(light.azimuth, light.elevation)
    fill = _direction(-1.2 * light.azimuth + (25.0 if light.azimuth < 0 else -25.0), 8.0)
    key = _lobe(main, light.size, key_count)
    side = _lobe(fill, 30.0, 5)
    k = np.arange(16)
    height = 1.0 - 2.0 * (k + 0.5) / 16
    turn = k * math.pi * (3.0 - math.sqrt(5.0))
    flat = np.sqrt(1.0 - height**2)
    dome = np.stack([flat * np.sin(turn), height, flat * np.cos(turn)], 1)
    sky = (0.72 + 0.28 * dome[:, 1]) * np.maximum(0.42 + 0.58 * dome[:, 2], 0.08) ** 1.6
    warm = blackbody(light.kelvin)
    rest = blackbody(light.ambient_kelvin)
    share = np.array([1.0 - light.ambient, light.ambient])
    face = np.array([0.0, 0.1, 1.0]) / math.hypot(0.1, 1.0)

    def scaled(d: Floats, weight: Floats, colour: Floats, amount: float) -> Floats:
        total = float((np.maximum(d @ face, 0.0) * weight).sum())
        return np.asarray(weight[:, None] * colour * (amount / max(total, 0.15 * float(weight.sum()))))

    parts = [
        scaled(key, np.ones(len(key)), warm, share[0] * (1.0 - light.fill)),
        scaled(side, np.ones(len(side)), warm, share[0] * light.fill),
        scaled(dome, sky, rest, share[1]),
    ]
    front = dome[:, 2] > -0.5  # what comes from farther behind is too weak to be seen
    towards = np.concatenate([key, side, dome[front]])
    colour = np.concatenate([*parts[:2], parts[2][front]])
    # what the camera exposes for: the face as it looks at the lens, or a cheek that has far more light
    cheeks = np.array([[-0.64, 0.08, 0.76], [0.64, 0.08, 0.76]])
    frontal, *aside = ((np.maximum(towards @ n, 0.0)[:, None] * colour).sum(0) for n in (face, *cheeks))
    white = frontal * max(1.0, *(0.75 * float(side[1] / frontal[1]) for side in aside))
    colour = colour / white
    n, m = len(key), len(side)
    is_key = np.arange(len(towards)) < n
    return LightSet(
        towards,
        colour,
        is_key,
        main,
        fill,
        colour[:n].sum(0),
        colour[n : n + m].sum(0),
        math.radians(light.size),
    )


class Occluder(NamedTuple):
    """Triangles that throw shadows: ``points`` (N, 3) in the world, ``triangles`` (M, 3) int32.

    Of a ``solid`` all triangles run clockwise seen from outside, and none is seen from within.
    """

    points: Floats
    triangles: npt.NDArray[np.int32]
    solid: bool = False


def _axes(towards: Floats) -> Floats:
    helper = np.array([0.0, 1.0, 0.0]) if abs(towards[1]) < 0.9 else np.array([1.0, 0.0, 0.0])
    u = np.cross(helper, towards)
    u /= np.linalg.norm(u)
    return np.stack([u, np.cross(towards, u), towards])


def shadow_maps(occluders: list[Occluder], lights: LightSet, size: int) -> tuple[Floats, Floats]:
    """Draw what each light sees.

    Parameters
    ----------
    occluders : list of Occluder
        What throws shadows.
    lights : LightSet
        The lights.
    size : int
        Pixels per side of a map of `EXTENT` mm in each direction.

    Returns
    -------
    maps : ndarray of shape (K, size, size)
        float32: distance towards the light of what is nearest to it, mm + 1000; 0 where nothing is.
    frames : ndarray of shape (K, 3, 3)
        Axes of each map: across, up, towards the light.
    """
    frames = np.stack([_axes(d) for d in lights.towards])
    maps = np.zeros((len(frames), size, size), np.float32)
    for occluder in occluders:
        screen = np.empty((len(occluder.points), 3))
        for k in range(len(frames)):
            _seen_by_light(occluder.points, frames[k], CENTRE, 0.5 * (size - 1), EXTENT, screen)
            _draw_depth(screen, occluder.triangles, occluder.solid, maps[k])
    return maps, frames


def bar(light: Light, middle: Floats) -> Occluder:
    """Something straight between lamp and face: the edge of a blind, of a lampshade, of a window frame.

    Parameters
    ----------
    light : Light
        Its direction and the width of the bar.
    middle : ndarray of shape (3,)
        Where the middle of its shadow falls, mm of the world.

    Returns
    -------
    Occluder
        A strip across the light, aslant over the face.
    """
    towards = _direction(light.azimuth, light.elevation)
    u, v, _ = _axes(towards)
    slant = math.radians(50.0 if light.azimuth < 0 else -50.0)
    along = math.cos(slant) * u + math.sin(slant) * v
    across = math.cos(slant) * v - math.sin(slant) * u
    centre = middle + 170.0 * towards
    ends = [
        centre + 190.0 * s * along + 0.5 * light.bar * t * across
        for s, t in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    return Occluder(np.stack(ends), np.array([[0, 1, 2], [0, 2, 3]], np.int32))


@kernel
def _seen_by_light(
    points: Floats, axes: Floats, centre: Floats, half: float, extent: float, screen: Floats
) -> None:
    # Texels and distance towards the light + 1000 of points of the world.
    scale = half / extent
    for i in range(points.shape[0]):
        x = points[i, 0] - centre[0]
        y = points[i, 1] - centre[1]
        z = points[i, 2] - centre[2]
        screen[i, 0] = half + scale * (x * axes[0, 0] + y * axes[0, 1] + z * axes[0, 2])
        screen[i, 1] = half + scale * (x * axes[1, 0] + y * axes[1, 1] + z * axes[1, 2])
        screen[i, 2] = 1000.0 + x * axes[2, 0] + y * axes[2, 1] + z * axes[2, 2]


@kernel
def _draw_depth(screen: Floats, triangles: npt.NDArray[np.int32], solid: bool, depth: Floats) -> None:
    # As raster.draw_triangles, of whole triangles and without their numbers; of a solid those that face the
    # light alone, as the others lie behind them.
    rows, columns = depth.shape
    for k in range(triangles.shape[0]):
        a = triangles[k, 0]
        b = triangles[k, 1]
        c = triangles[k, 2]
        ax = screen[a, 0]
        bx = screen[b, 0]
        cx = screen[c, 0]
        left = max(math.ceil(min(ax, bx, cx)), 0)
        right = min(math.floor(max(ax, bx, cx)), columns - 1)
        if left > right:
            continue
        ay = screen[a, 1]
        by = screen[b, 1]
        cy = screen[c, 1]
        top = max(math.ceil(min(ay, by, cy)), 0)
        bottom = min(math.floor(max(ay, by, cy)), rows - 1)
        if top > bottom:
            continue
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area == 0.0 or (solid and area < 0.0) or not math.isfinite(area):
            continue
        inverse = 1.0 / area
        aw = screen[a, 2]
        bw = screen[b, 2]
        cw = screen[c, 2]
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                wb = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) * inverse
                wc = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) * inverse
                wa = 1.0 - wb - wc
                if wa >= -1e-9 and wb >= -1e-9 and wc >= -1e-9:
                    near = np.float32(wa * aw + wb * bw + wc * cw)
                    if near > depth[y, x]:
                        depth[y, x] = near


@kernel
def _gather(
    points: Floats,
    normals: Floats,
    maps: Floats,
    frames: Floats,
    colour: Floats,
    is_key: Floats,
    centre: Floats,
    extent: float,
    bias: float,
    out: Floats,
) -> None:
    # Light by light, so that one shadow map at a time is in the cache.
    size = maps.shape[1]
    half = 0.5 * (size - 1)
    scale = half / extent
    out[:] = 0.0
    keys = 0
    for k in range(maps.shape[0]):
        shadow = maps[k]
        key = is_key[k]
        keys += 1 if key else 0
        lx = frames[k, 2, 0]
        ly = frames[k, 2, 1]
        lz = frames[k, 2, 2]
        ux = scale * frames[k, 0, 0]
        uy = scale * frames[k, 0, 1]
        uz = scale * frames[k, 0, 2]
        vx = scale * frames[k, 1, 0]
        vy = scale * frames[k, 1, 1]
        vz = scale * frames[k, 1, 2]
        red = colour[k, 0]
        green = colour[k, 1]
        blue = colour[k, 2]
        luminance = red * 0.2126 + green * 0.7152 + blue * 0.0722
        for i in range(points.shape[0]):
            nx = normals[i, 0]
            ny = normals[i, 1]
            nz = normals[i, 2]
            cosine = nx * lx + ny * ly + nz * lz
            if cosine <= 0.0 and not key:
                continue
            px = points[i, 0] - centre[0] + nx * bias
            py = points[i, 1] - centre[1] + ny * bias
            pz = points[i, 2] - centre[2] + nz * bias
            u = half + px * ux + py * uy + pz * uz
            v = half + px * vx + py * vy + pz * vz
            depth = 1000.0 + px * lx + py * ly + pz * lz + bias
            seen = 1.0
            if 0.0 <= u < size - 1 and 0.0 <= v < size - 1:
                iu = int(u)
                iv = int(v)
                fu = u - iu
                fv = v - iv
                a = 1.0 if depth >= shadow[iv, iu] else 0.0
                b = 1.0 if depth >= shadow[iv, iu + 1] else 0.0
                c = 1.0 if depth >= shadow[iv + 1, iu] else 0.0
                d = 1.0 if depth >= shadow[iv + 1, iu + 1] else 0.0
                seen = (a * (1 - fu) + b * fu) * (1 - fv) + (c * (1 - fu) + d * fu) * fv
            if key:
                out[i, 6] += seen
            if cosine > 0.0 and seen > 0.0:
                w = cosine * seen
                out[i, 0] += red * w
                out[i, 1] += green * w
                out[i, 2] += blue * w
                flux = luminance * seen
                out[i, 3] += flux * lx
                out[i, 4] += flux * ly
                out[i, 5] += flux * lz
    for i in range(points.shape[0]):
        out[i, 6] = out[i, 6] / keys if keys > 0 else 1.0


def irradiance(points: Floats, normals: Floats, maps: Floats, frames: Floats, lights: LightSet) -> Floats:
    """Light that arrives at points of a surface.

    Parameters
    ----------
    points, normals : ndarray of shape (N, 3)
        World, mm; unit vectors.
    maps, frames : ndarray
        From :func:`shadow_maps`.
    lights : LightSet
        The lights.

    Returns
    -------
    ndarray of shape (N, 7)
        Irradiance R, G, B (1: unshaded and facing the camera); derivative of its luminance by the normal (x,
        y, z); share of the main light that is seen.
    """
    out = np.empty((len(points), 7))
    texel = 2.0 * EXTENT / maps.shape[1]
    _gather(
        points, normals, maps, frames, lights.colour, lights.is_key, CENTRE, EXTENT, 0.9 + 0.55 * texel, out
    )
    return out


@kernel
def _spread_line(values: Floats, keep: Floats) -> None:
    # Two-sided exponential blur of (n, c) values in place: forward and backward recursions with the same
    # total weight as the ideal kernel; `keep` (n - 1,): what is left from one value to its neighbour.
    n, channels = values.shape
    weight = np.empty(n)
    weight[0] = 1.0
    for i in range(1, n):
        weight[i] = weight[i - 1] * keep[i - 1] + 1.0
    back_weight = np.empty(n)
    back_weight[n - 1] = 0.0
    for i in range(n - 1, 0, -1):
        back_weight[i - 1] = (back_weight[i] + 1.0) * keep[i - 1]
    forward = np.empty(n)
    for c in range(channels):
        forward[0] = values[0, c]
        for i in range(1, n):
            forward[i] = forward[i - 1] * keep[i - 1] + values[i, c]
        back = 0.0
        for i in range(n - 1, -1, -1):
            value = values[i, c]
            values[i, c] = (forward[i] + back) / (weight[i] + back_weight[i])
            if i > 0:
                back = (back + value) * keep[i - 1]


@kernel
def diffuse_under_skin(light: Floats, points: Floats, lengths: Floats) -> None:
    """Let light wander under the skin of the head's grid, in place.

    Parameters
    ----------
    light : ndarray of shape (R, C, 7)
        From :func:`irradiance`; the first three channels change.
    points : ndarray of shape (R, C, 3)
        Where the points are, mm.
    lengths : ndarray of shape (3,)
        Distance at which the light has fallen to 1/e, for R, G and B, mm.
    """
    rows, columns = light.shape[:2]
    for down in range(2):
        lines, count = (columns, rows) if down else (rows, columns)
        gaps = np.empty(count - 1)
        keep = np.empty(count - 1)
        line = np.empty((count, 1))
        for q in range(lines):
            for i in range(count - 1):
                d = 0.0
                for k in range(3):
                    if down:
                        d += (points[i + 1, q, k] - points[i, q, k]) ** 2
                    else:
                        d += (points[q, i + 1, k] - points[q, i, k]) ** 2
                gaps[i] = math.sqrt(d)
            for channel in range(3):
                if lengths[channel] <= 0.0:
                    continue
                for i in range(count - 1):
                    keep[i] = math.exp(-gaps[i] / lengths[channel])
                for i in range(count):
                    line[i, 0] = light[i, q, channel] if down else light[q, i, channel]
                _spread_line(line, keep)
                for i in range(count):
                    if down:
                        light[i, q, channel] = line[i, 0]
                    else:
                        light[q, i, channel] = line[i, 0]
