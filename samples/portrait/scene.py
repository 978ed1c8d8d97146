"""From parameters to pixels and truth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from samples.portrait import colours
from samples.portrait.anatomy import Anatomy, growth, measure
from samples.portrait.backdrop import backdrop, shadow_on_wall
from samples.portrait.camera import PIVOT, View, carry, frame, rotation
from samples.portrait.hair import (
    Strands,
    grow_beard,
    grow_brows,
    grow_hair,
    grow_lashes,
    join,
    lock_of_hair,
)
from samples.portrait.head import Grid, Material, Mesh, grid_triangles, head_grid, skin_mesh
from samples.portrait.landmarks import (
    OUTLINE_68,
    OUTLINE_189,
    OUTLINE_ANGLES_189,
    evenly_along_outline,
    outline,
    surface_landmarks,
)
from samples.portrait.lenses import lay_lens, lens_cover
from samples.portrait.light import (
    LightSet,
    Occluder,
    bar,
    diffuse_under_skin,
    irradiance,
    light_set,
    shadow_maps,
)
from samples.portrait.parameters import Parameters
from samples.portrait.parts import ear_mesh, eye_centre, eye_mesh, lid_rims, mouth_mesh
from samples.portrait.raster import EMPTY, draw_strands, draw_triangles, mark_seen
from samples.portrait.relief import lid_lines
from samples.portrait.sensor import develop, encode, native_share
from samples.portrait.shading import (
    CORNER,
    PAINT,
    SKIN_PAINT,
    label_samples,
    paint_skin,
    resolve,
    shade_strands,
)
from samples.portrait.truth import Label, Truth, expected_verdicts
from samples.portrait.wear import (
    Spectacles,
    clothes,
    covering,
    hair_limit,
    headwear,
    paint_colours,
    spectacles,
)

__all__ = ["Portrait", "render"]

Floats = npt.NDArray[Any]

SAMPLES = 2
"""Samples per pixel along each side."""

_LABEL_OF_MATERIAL = np.array(
    [Label.SKIN, Label.SKIN, Label.EYES, Label.EYES, Label.MOUTH, Label.CLOTHES, Label.HAIR, Label.HEADWEAR,
     Label.GLASSES, Label.COVERING, Label.BACKGROUND], np.uint8
)  # fmt: skip
_LABEL_OF_GROWTH = np.array([Label.HAIR, Label.HAIR, Label.SKIN, Label.SKIN], np.uint8)

_DIFFUSION = np.array([1.9, 0.75, 0.4])  # mm that red, green and blue wander under the skin


@dataclass(frozen=True)
class Portrait:
    """A finished picture with its truth.

    Attributes
    ----------
    parameters : Parameters
        What was asked for.
    pixels : ndarray of shape (H, W, 3)
        uint8 sRGB, before compression.
    truth : Truth
        What is true of it.
    """

    parameters: Parameters
    pixels: npt.NDArray[np.uint8]
    truth: Truth

    @cached_property
    def file(self) -> bytes:
        """The JPEG (or, for quality 0, PNG) file."""
        s = self.parameters.sensor
        return encode(self.pixels, s.jpeg_quality, s.jpeg_subsampling)


class _Stage(NamedTuple):
    # Where everything is: the head, how it is posed, and the camera.
    anatomy: Anatomy
    grid: Grid
    turn: Floats
    trunk: Floats
    shift: Floats
    view: View
    crown: Floats
    chin: Floats
    up: Floats
    gaze: Floats
    step: float
    per_mm: float

    def to_world(self, points: Floats, head: Floats | None = None) -> Floats:
        return self._carried(points, head, PIVOT, PIVOT - self.shift)

    def turned(self, vectors: Floats, head: Floats | None = None) -> Floats:
        moved = self._carried(vectors, head, np.zeros(3), np.zeros(3))
        if head is not None:
            moved /= np.maximum(np.linalg.norm(moved, axis=-1, keepdims=True), 1e-9)
        return moved

    def _carried(self, points: Floats, head: Floats | None, pivot: Floats, offset: Floats) -> Floats:
        out = np.empty(points.shape)
        flat = np.ascontiguousarray(points, np.float64).reshape(-1, 3)
        share = np.empty(0) if head is None else np.ascontiguousarray(head, np.float64)
        carry(flat, share, self.turn, self.trunk, pivot, offset, out.reshape(-1, 3))
        return out


def _stage(p: Parameters) -> _Stage:
    anatomy = measure(p.identity, p.expression)
    per_mm = p.framing.head_height * p.framing.height / p.framing.print_height
    per_mm /= float(anatomy.crown_y[0] - anatomy.chin_y[0])
    step = float(np.clip(4.1 / per_mm, 1.0, 3.0))
    grid = head_grid(anatomy, step)
    turn = rotation(p.pose.yaw, p.pose.pitch, p.pose.roll)
    trunk = rotation(p.pose.trunk_yaw, 0.0, p.pose.trunk_roll)
    eyes = np.stack([eye_centre(anatomy, 0), eye_centre(anatomy, 1)])
    looking = np.array([0.0, 0.0, float(anatomy.eye_radius[0])])
    shift = ((eyes - PIVOT) @ turn.T + PIVOT).mean(0) + looking
    view = View(1.0, p.camera.distance, (0.0, 0.0), 0.0, 1.0, (0.0, 0.0), 1.0)
    nowhere = np.zeros(3)
    stage = _Stage(
        anatomy, grid, turn, trunk, shift, view, nowhere, nowhere, turn[:, 1], np.zeros((2, 3)), step, per_mm
    )
    # crown and chin: the extremes of skull and chin along the head's axis as the camera sees it
    axis = np.array([stage.up[0], -stage.up[1]])
    axis /= np.linalg.norm(axis)
    skull = stage.to_world(grid.bare[: int(np.searchsorted(grid.rows, 5.0))].reshape(-1, 3))
    crown = skull[int((view.project(skull)[:, :2] @ axis).argmax())]
    first, last = (int(np.searchsorted(grid.rows, v)) for v in (11.5, 13.9))
    middle = np.abs(grid.angles) < np.radians(14.0)
    jaw = stage.to_world(grid.points[first:last][:, middle].reshape(-1, 3))
    chin = jaw[int((view.project(jaw)[:, :2] @ axis).argmin())]
    view = frame(p.camera, p.framing, crown, chin, stage.up)
    camera = np.array([0.0, 0.0, p.camera.distance])
    aside = rotation(p.pose.gaze_yaw, p.pose.gaze_pitch, 0.0)
    towards = camera - stage.to_world(eyes)
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    return stage._replace(view=view, crown=crown, chin=chin, gaze=(towards @ aside.T) @ turn)


class _Scene(NamedTuple):
    # All triangles and strands in the world.
    rest: Floats
    world: Floats
    normal: Floats
    chart: Floats
    cut: Floats
    triangles: npt.NDArray[np.int32]
    material: npt.NDArray[np.uint8]
    skin_points: int
    occluders: list[Occluder]
    strands: Strands
    strand_world: Floats
    glasses: Spectacles | None
    ears_hidden: bool


def _build(p: Parameters, stage: _Stage) -> _Scene:
    a, grid, step = stage.anatomy, stage.grid, stage.step
    seed = p.identity.seed
    ears_hidden = p.look.hair in ("bob", "fringe") or p.wear.headwear in ("hijab", "headscarf")
    mouth_top = grid.depth(np.array([[0.0, float(a.stomion_y[0]) + 4.0]]))
    parts: list[Mesh] = [skin_mesh(grid)]
    if not ears_hidden:
        parts += [ear_mesh(a, 0, step), ear_mesh(a, 1, step)]
    parts += [eye_mesh(a, 0, step), eye_mesh(a, 1, step), *lid_rims(a, grid, step)]
    inside = mouth_mesh(a, float(mouth_top[0]), step)
    if inside is not None:
        parts.append(inside)
    glasses = spectacles(a, p.wear, step)
    parts += clothes(a, grid, p.wear, seed, step)
    parts += headwear(a, grid, p.wear, seed, step)
    parts += covering(a, grid, p.wear, seed, step)
    if glasses is not None:
        parts += glasses.frame
    count = np.cumsum([0] + [len(m.rest) for m in parts])
    rest = np.concatenate([m.rest for m in parts])
    normal = np.concatenate([m.normal for m in parts])
    head = np.concatenate([m.head for m in parts])
    world = stage.to_world(rest, head)
    occluders = []
    columns = grid.points.shape[1]
    coarse = world[: count[1]].reshape(-1, columns, 3)[_sparse_rows(grid), ::4]
    occluders.append(Occluder(coarse.reshape(-1, 3), grid_triangles(*coarse.shape[:2], closed=True), True))
    for mesh, first, last in zip(parts[1:], count[1:-1], count[2:], strict=True):
        if mesh.material[0] == Material.EAR:
            coarse = world[first:last].reshape(*mesh.shape, 3)[::2, ::2]
            occluders.append(Occluder(coarse.reshape(-1, 3), grid_triangles(*coarse.shape[:2], closed=True)))
        elif mesh.material[0] in (Material.HEADWEAR, Material.FRAME, Material.COVER):
            whole = mesh.triangles[(mesh.cut[mesh.triangles] <= 0).any(1)]
            occluders.append(Occluder(world[first:last], whole))
    if p.light.bar > 0.0:
        occluders.append(bar(p.light, np.array([0.0, 0.25 * float(a.chin_y[0]), 0.0])))
    strands = _strands(p, stage)
    return _Scene(
        rest,
        world,
        stage.turned(normal, head),
        np.concatenate([m.chart for m in parts]),
        np.concatenate([m.cut for m in parts]),
        np.concatenate([m.triangles + np.int32(first) for m, first in zip(parts, count, strict=False)]),
        np.concatenate([m.material for m in parts]),
        int(count[1]),
        occluders,
        strands,
        stage.to_world(strands.rest),
        glasses,
        ears_hidden,
    )


def _sparse_rows(grid: Grid, apart: float = 3.0) -> npt.NDArray[np.intp]:
    # Rows about `apart` mm from each other in front, all where they are sparser: chords must not bridge the
    # hollow between chin and neck.
    front = grid.points[:, grid.points.shape[1] // 2]
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(front, axis=0), axis=1))])
    return np.unique(np.searchsorted(run, np.arange(0.0, run[-1], apart)))


def _strands(p: Parameters, stage: _Stage) -> Strands:
    density = float(np.clip((stage.per_mm / 3.4) ** 1.2, 0.27, 1.0))
    parts = [
        grow_brows(stage.anatomy, stage.grid, p.identity, p.look),
        grow_lashes(stage.anatomy, stage.grid, p.identity),
    ]
    covered = p.wear.headwear in ("hijab", "headscarf")
    hair = None if covered else grow_hair(stage.anatomy, stage.grid, p.identity, p.look, density)
    if hair is not None:
        seen = hair_limit(p.wear, hair.rest[hair.starts[:-1]])
        if seen.any():
            parts.append(hair if seen.all() else hair.only(seen))
    beard = grow_beard(stage.anatomy, stage.grid, p.identity, p.look, density)
    if beard is not None:
        parts.append(beard)
    if p.wear.covering == "hair_over_eye":
        parts.append(lock_of_hair(stage.anatomy, stage.grid, p.look))
    return join(parts)


def _paint(p: Parameters, stage: _Stage, lights: LightSet, glasses: Spectacles | None) -> Any:
    a = stage.anatomy
    q = np.recarray(1, dtype=PAINT)
    q[:] = np.zeros(1, PAINT)
    rng = np.random.default_rng([p.identity.seed, 105])
    skin = colours.skin_colour(p.identity)
    fair = float(np.clip(skin[1] * 2.2, 0.0, 1.0))
    q.skin[0] = skin
    q.melanin = 0.45 + 0.15 * fair
    q.blood = 0.35 + 0.65 * fair
    q.lip[0] = colours.lip_colour(skin, p.look.lipstick, rng)
    q.lip_gloss = 0.05 + 0.5 * p.look.lipstick * rng.random()
    q.freckles = p.identity.freckles
    q.oil = p.light.oiliness
    grown = growth(p.identity.age)
    q.texture = (0.35 + 0.45 * max(grown, 0.0) + 0.6 * float(a.age_lines[0])) * (0.8 + 0.4 * rng.random())
    q.seed = float(a.seed[0])
    q.brow[0] = colours.brow_colour(p.look)
    q.brow_density = p.look.brow_density
    q.hair[0] = colours.hair_colour(p.look.hair_melanin, p.look.hair_red, 0.0)
    q.scalp_cover = 0.0 if p.look.hair == "bald" else (0.55 if p.look.hair == "buzz" else 0.85)
    shaven = (
        0.30 * rng.random() * p.look.hair_melanin if p.identity.sex == "male" and p.identity.age > 17 else 0.0
    )
    q.shadow_beard = {"stubble": 0.62, "full": 0.75}.get(p.look.beard, shaven) * (
        1.0 - 0.5 * p.look.hair_grey
    )
    iris = colours.iris_colour(p.identity.eye_colour)
    q.iris[0] = iris
    q.iris_rim[0] = iris * (0.22 + 0.12 * rng.random())
    q.pupil_radius = 1.35 + 0.7 * rng.random() + 2.0 * p.light.red_eye
    q.red_eye = p.light.red_eye
    q.gaze[0] = stage.gaze
    for name, value in paint_colours(p.wear).items():
        q[name][0] = value
    if glasses is not None:
        q.frame[0] = glasses.colour
        q.frame_gloss = glasses.gloss
    q.main[0], q.second[0] = lights.main, lights.fill
    q.main_colour[0], q.second_colour[0] = lights.main_colour, lights.fill_colour
    q.key_size = lights.key_size
    q.distance = p.camera.distance
    q.up_head[0] = stage.turn
    return q


def _light_up(
    stage: _Stage,
    scene: _Scene,
    lights: LightSet,
    seen: npt.NDArray[np.bool_],
    drawn: npt.NDArray[np.bool_],
) -> tuple[Floats, Floats, npt.NDArray[np.intp], Floats]:
    # Irradiance at every corner (skin: diffused); at some of the drawn strand vertices, with the row that
    # holds for each vertex; and the undiffused one of the skin.
    hard = lights.key_size < 0.07
    size = int((512 if hard else 256) / max(1.0, 0.6 * stage.step))
    maps, frames = shadow_maps(scene.occluders, lights, size)
    probe = scene.world.copy()
    behind_skin = np.zeros(len(probe), bool)
    for kind in (Material.EYE, Material.LID_RIM, Material.MOUTH):
        behind_skin[scene.triangles[scene.material == kind].ravel()] = True
    # Eyes and mouth lie behind the coarse skin of the shadow maps: ask in front of it.
    probe[behind_skin] += 7.0 * stage.turn[:, 2]
    light = np.zeros((len(probe), 7))
    # what is seen, the face (the truth asks about its light), and the skin about both, from where light
    # wanders under it
    shape = stage.grid.points.shape[:2]
    wanted = seen.copy()
    skin_seen = seen[: scene.skin_points].reshape(shape)
    reach = np.flatnonzero(skin_seen.any(1))
    rows = np.arange(shape[0])
    near = (stage.grid.rows > 3.5) & (stage.grid.rows < 13.5)
    if len(reach):
        near |= (rows >= reach[0] - 10) & (rows <= reach[-1] + 10)
    facing = (scene.normal[: scene.skin_points, 2] > -0.4).reshape(shape)
    wanted[: scene.skin_points] |= (facing & near[:, None]).ravel()
    light[wanted] = irradiance(probe[wanted], scene.normal[wanted], maps, frames, lights)
    skin = light[: scene.skin_points].reshape(*shape, 7)
    raw = skin.copy()
    diffuse_under_skin(skin, stage.grid.points, _DIFFUSION)
    some, owner = _sparsely(scene.strands, drawn)
    outward = stage.turned(scene.strands.outward[some])
    strand_light = irradiance(scene.strand_world[some] + 6.0 * outward, outward, maps, frames, lights)
    return light, strand_light, owner, raw


def _sparsely(
    strands: Strands, drawn: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    # Every third vertex of strands that are seen at all, and for each vertex the last of them up to it.
    first = strands.starts[:-1]
    keep = np.zeros(len(strands.rest), bool)
    keep[::3] = True
    keep[first] = True
    shown = np.logical_or.reduceat(drawn, first) if len(first) else np.zeros(0, bool)
    keep &= np.repeat(shown, np.diff(strands.starts))
    return np.flatnonzero(keep), np.maximum(np.cumsum(keep) - 1, 0)


def render(p: Parameters) -> Portrait:
    """Render one portrait.

    Parameters
    ----------
    p : Parameters
        All choices.

    Returns
    -------
    Portrait
        Picture and truth. The same parameters give the same bytes on one machine.
    """
    stage = _stage(p)
    scene = _build(p, stage)
    lights = light_set(p.light)
    width, height = _size(p)
    paint = _paint(p, stage, lights, scene.glasses)
    on_samples = stage.view.project(scene.world, SAMPLES)
    nearness = np.zeros((height * SAMPLES, width * SAMPLES), np.float32)
    index = np.full(nearness.shape, EMPTY, np.int32)
    draw_triangles(on_samples, scene.triangles, scene.cut, 0, nearness, index)
    strands = scene.strands
    strand_screen = stage.view.project(scene.strand_world, SAMPLES)
    real_pixels = stage.view.focal / p.camera.distance  # pixels per mm at the eyes
    widths = strands.width * (real_pixels * SAMPLES)
    draw_strands(strand_screen, strands.starts, widths, len(scene.triangles), nearness, index)
    seen, drawn = np.zeros(len(scene.world), bool), np.zeros(len(strands.rest), bool)
    mark_seen(index, scene.triangles, seen, drawn)
    light, strand_light, owner, raw = _light_up(stage, scene, lights, seen, drawn)
    strand_colour = np.empty((len(strands.rest), 3))
    lens = stage.turn.T @ (np.array([0.0, 0.0, p.camera.distance]) - (PIVOT - stage.shift)) + PIVOT
    shade_strands(strands.rest, strands.starts, drawn, strands.outward, strands.tone, strands.white,
                  strands.growth, strand_light, owner, lens, paint, strand_colour)  # fmt: skip
    count = scene.skin_points
    skin = np.zeros((count, SKIN_PAINT))
    paint_skin(stage.anatomy, paint, scene.rest[:count], seen[:count], skin)
    behind = _behind(p, stage, scene, lights, width, height)
    corners = np.empty((len(scene.world), CORNER), np.float32)
    parts = (scene.world, scene.normal, scene.rest, light, scene.chart)
    column = 0
    for part in parts:
        corners[:, column : column + part.shape[1]] = part
        column += part.shape[1]
    corners[: scene.skin_points, column - 3 :] = skin
    picture = np.empty((height, width, 3), np.float32)
    resolve(index, nearness, on_samples, scene.triangles, scene.material, corners, strand_colour,
            stage.anatomy, paint, behind, SAMPLES, picture)  # fmt: skip
    labels, person = _label(index, scene, height, width)
    lens = np.zeros((height, width))
    if scene.glasses is not None:
        _put_lenses(p, stage, scene.glasses, lights, nearness, picture, lens)
        labels[(lens > 0.5) & (labels != Label.BACKGROUND) & (labels != Label.HAIR)] = Label.GLASSES
    pixels = develop(picture, p.sensor, p.camera, real_pixels, person)
    known = _truth(p, stage, scene, lights, raw, nearness, labels, person, width, height)
    if p.framing.border > 0:
        _add_border(p, pixels, labels, person)
    return Portrait(p, pixels, known)


def _size(p: Parameters) -> tuple[int, int]:
    return round(p.framing.width * p.framing.aspect_stretch), p.framing.height


def _behind(p: Parameters, stage: _Stage, scene: _Scene, lights: LightSet, width: int, height: int) -> Floats:
    behind = backdrop(p.background, width, height)
    if p.background.shadow > 0:
        behind *= shadow_on_wall(scene.occluders, lights, stage.view, p.background.shadow, width, height)
    if p.background.kind == "second_face":
        rng = np.random.default_rng([p.background.seed, 402])
        other = p.changed(
            identity__seed=p.identity.seed + 7919,
            background__kind="plain",
            framing__head_height=p.framing.head_height * float(rng.uniform(0.46, 0.6)),
            framing__centre_x=float(rng.choice([0.13, 0.87])),
            framing__eye_line=float(rng.uniform(0.2, 0.35)),
            framing__border=0.0,
            wear__glasses="none",
            wear__headwear="none",
            wear__covering="none",
            sensor__noise=0.0,
            sensor__exposure=0.0,
            sensor__contrast=0.0,
            sensor__sharpening=0.0,
            sensor__saturation=1.0,
        )
        extra = render(other)
        cover = extra.truth.person[..., None]
        light = (extra.pixels.astype(np.float32) / 255.0) ** 2.2
        behind = np.ascontiguousarray(behind * (1 - cover) + light * cover)
    return behind


def _label(
    index: Any, scene: _Scene, height: int, width: int
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    strand_of = np.repeat(scene.strands.growth, np.diff(scene.strands.starts))
    table = np.concatenate([_LABEL_OF_MATERIAL[scene.material], _LABEL_OF_GROWTH[strand_of]])
    labels = np.empty((height, width), np.uint8)
    person = np.empty((height, width), np.float32)
    label_samples(index, table, labels, person)
    return labels, person


def _put_lenses(
    p: Parameters,
    stage: _Stage,
    glasses: Spectacles,
    lights: LightSet,
    scene_near: Floats,
    picture: Floats,
    lens: Floats,
) -> None:
    height, width = lens.shape
    for side, one in enumerate(glasses.lenses):
        screen = stage.view.project(stage.to_world(one.points))
        # the pixels about the lens
        low = np.floor(screen[:, :2].min(0)).astype(int).clip(0, (width, height))
        high = np.ceil(screen[:, :2].max(0) + 1.0).astype(int).clip(low, (width, height))
        part = slice(low[1], high[1]), slice(low[0], high[0])
        samples = tuple(slice(SAMPLES * s.start, SAMPLES * s.stop) for s in part)
        behind = scene_near[samples]
        if not behind.size:
            continue
        screen[:, :2] = SAMPLES * (screen[:, :2] - low) + 0.5 * (SAMPLES - 1)
        nearness = np.zeros(behind.shape, np.float32)
        index = np.full(behind.shape, EMPTY, np.int32)
        draw_triangles(screen, one.triangles, np.full(len(screen), -1.0), 0, nearness, index)
        cover = np.zeros(lens[part].shape)
        lens_cover(index, nearness, behind, SAMPLES, cover)
        ambient = lights.colour.sum(0) * 0.35
        lay_lens(picture[part], cover, index, screen, one.triangles, one.chart, glasses.transmission,
                 glasses.glare, np.minimum(lights.main_colour / max(lights.main_colour.max(), 1e-6), 1.0),
                 ambient, p.wear.glasses_seed, side, SAMPLES)  # fmt: skip
        np.maximum(lens[part], cover, out=lens[part])


def _truth(
    p: Parameters, stage: _Stage, scene: _Scene, lights: LightSet, raw: Floats, nearness: Floats,
    labels: npt.NDArray[np.uint8], person: npt.NDArray[np.float32], width: int, height: int,
) -> Truth:  # fmt: skip
    view = stage.view
    dense3, sparse3 = surface_landmarks(stage.anatomy, stage.grid, stage.gaze)
    dense = view.project(stage.to_world(dense3))
    sparse = view.project(stage.to_world(sparse3))[:, :2]
    pupils = dense[:2, :2].copy()
    chin, crown = (view.project(v)[:2] for v in (stage.chin, stage.crown))
    axis = np.array([stage.up[0], -stage.up[1]])
    axis /= np.linalg.norm(axis)
    grid = stage.grid
    rows = (grid.rows > 6.3) & (grid.rows < 13.3)
    columns = np.abs(grid.angles) < np.radians(88.0)
    face = grid.points[rows][:, columns].reshape(-1, 3)
    seen = view.project(stage.to_world(face))
    eyes = pupils.mean(0)
    sparse[list(OUTLINE_68)] = evenly_along_outline(seen[:, :2], eyes, chin, axis)
    marks, which = outline(face, seen[:, :2], eyes, chin, axis, OUTLINE_ANGLES_189)
    dense[list(OUTLINE_189), :2] = marks
    dense[list(OUTLINE_189), 2] = seen[which, 2]
    dense3[list(OUTLINE_189)] = face[which]
    dense[129, :2] = chin
    per_mm = p.framing.height / p.framing.print_height
    head_mm = float((crown - chin) @ axis) / per_mm
    gaze_world = stage.gaze @ stage.turn.T
    camera = np.array([0.0, 0.0, p.camera.distance])
    centres = stage.to_world(np.stack([eye_centre(stage.anatomy, s) for s in (0, 1)]))
    gaze = np.stack([_angles_between(camera - c, g) for c, g in zip(centres, gaze_world, strict=True)])
    in_head = np.stack([_angles_between(np.array([0.0, 0.0, 1.0]), g) for g in stage.gaze])
    balance, cast = _light_facts(stage, lights, raw, scene.normal[: scene.skin_points])
    covered = _eyes_covered(stage, labels)
    d = pupils[1] - pupils[0]
    share = native_share(p.camera, view.focal / p.camera.distance)
    facts = {
        "head_height_mm": head_mm,
        "inter_eye_px": float(np.hypot(*d)),
        "light_balance": balance,
        "cast_shadow": cast,
        "eyes_covered": covered,
        "crown_mm": float(crown[1]) / per_mm,
        "chin_mm": (height - float(chin[1])) / per_mm,
        "native_share": share,
        # Long hair leaves little more than the lobes: people would disagree.
        "ears_hidden": 1.0 if scene.ears_hidden else 0.5 * (p.look.hair == "long"),
        "gaze": float(np.hypot(gaze[:, 0], gaze[:, 1]).max()),
    }
    real = float(stage.grid.bare[0, 0, 1] - stage.anatomy.chin_y[0])
    return Truth(
        landmarks189=dense[:, :2],
        visible189=_visible(dense, nearness, width, height),
        landmarks68=sparse,
        points189=dense3,
        pupils=pupils,
        chin=chin,
        crown=crown,
        head_height_mm=head_mm,
        head_height_real_mm=real,
        pixels_per_mm=per_mm,
        yaw=p.pose.yaw,
        pitch=p.pose.pitch,
        roll=p.pose.roll,
        eye_line_roll=math.degrees(math.atan2(d[1], d[0])),
        gaze=gaze,
        gaze_in_head=in_head,
        distance_mm=p.camera.distance,
        labels=labels,
        person=person,
        light_balance=balance,
        cast_shadow=cast,
        eyes_covered=covered,
        expected=expected_verdicts(p, facts),
    )


def _angles_between(reference: Floats, vector: Floats) -> Floats:
    # Yaw and pitch by which `vector` turns away from `reference`, degrees.
    r, v = (np.asarray(q) / np.linalg.norm(q) for q in (reference, vector))
    yaw = math.atan2(v[0], v[2]) - math.atan2(r[0], r[2])
    pitch = math.asin(np.clip(v[1], -1, 1)) - math.asin(np.clip(r[1], -1, 1))
    return np.array([math.degrees(yaw), math.degrees(pitch)])


def _light_facts(stage: _Stage, lights: LightSet, raw: Floats, skin_normal: Floats) -> tuple[float, float]:
    a = stage.anatomy[0]
    points = stage.grid.points
    luminance = raw[..., :3] @ np.array([0.2126, 0.7152, 0.0722])
    front = points[..., 2] > 20.0
    zones = [
        (0.0, 0.55 * a.hairline_y),
        (0.0, a.chin_y + 14.0),
        (-0.58 * a.face_half, -34.0),
        (0.58 * a.face_half, -34.0),
    ]
    means = []
    places, levels = points[front], luminance[front]
    for x, y in zones:
        near = (places[:, 0] - x) ** 2 + (places[:, 1] - y) ** 2 < 8.0**2
        means.append(float(colours.linear_to_srgb(np.array(0.5 * levels[near].mean()))))
    face = (
        front
        & (points[..., 1] > a.chin_y + 6.0)
        & (points[..., 1] < 0.8 * a.hairline_y)
        & (np.abs(points[..., 0]) < 0.8 * a.face_half)
    )
    normal = skin_normal.reshape(points.shape)
    lit = face & (normal @ lights.main > 0.25)
    dark = lit & (raw[..., 6] < 0.5)
    share = float(dark.sum()) / max(1.0, float(face.sum()))
    power = float(lights.main_colour[1] / max(lights.colour.sum(0)[1], 1e-9))
    sharp = float(np.clip(1.0 - (lights.key_size - 0.10) / 0.25, 0.0, 1.0))
    return min(means) / max(max(means), 1e-9), share * power * sharp


def _eyes_covered(stage: _Stage, labels: npt.NDArray[np.uint8]) -> float:
    # Share of the eye openings (a polygon through the lid margins) that hair, frame or cloth hides.
    a = stage.anatomy[0]
    worst = 0.0
    for side in (0, 1):
        dx = np.linspace(-a.canthus_medial, a.canthus_lateral, 21)
        heights = np.empty((len(dx), 2))
        lid_lines(stage.anatomy, side, dx, heights)
        x = (1 if side else -1) * (0.5 * a.ipd + dx)
        ring = np.concatenate([np.stack([x, heights[:, 0]], 1), np.stack([x, heights[:, 1]], 1)[::-1]])
        z = stage.grid.depth(ring)
        picture = stage.view.project(stage.to_world(np.column_stack([ring, np.nan_to_num(z, nan=60.0)])))[
            :, :2
        ]
        polygon = np.round(picture).astype(np.int32)
        low = np.clip(polygon.min(0), 0, labels.shape[::-1])
        high = np.clip(polygon.max(0) + 1, low, labels.shape[::-1])
        mask = np.zeros((high - low)[::-1], np.uint8)
        if mask.size:
            cv2.fillPoly(mask, [polygon - low], 1)
        inside = labels[low[1] : high[1], low[0] : high[0]][mask > 0]
        if len(inside):
            hidden = np.isin(inside, (Label.HAIR, Label.HEADWEAR, Label.COVERING, Label.CLOTHES))
            worst = max(worst, float(hidden.mean()))
    return worst


def _visible(dense: Floats, nearness: Floats, width: int, height: int) -> npt.NDArray[np.bool_]:
    out = np.zeros(len(dense), bool)
    slack = np.full(len(dense), 3.0)
    slack[:18] = 0.8
    slack[list(OUTLINE_189)] = 9.0
    for k, (x, y, near) in enumerate(dense):
        if not math.isfinite(x) or not (0 <= x < width and 0 <= y < height):
            continue
        r = min(round(y * SAMPLES + 0.5), nearness.shape[0] - 1)
        c = min(round(x * SAMPLES + 0.5), nearness.shape[1] - 1)
        front = float(nearness[r, c])
        out[k] = front <= 0 or 1.0 / near - 1.0 / front <= slack[k]
    return out


def _add_border(p: Parameters, pixels: Floats, labels: Floats, person: Floats) -> None:
    b = max(1, round(p.framing.border * p.framing.height / p.framing.print_height))
    for image, value in ((pixels, 252), (labels, Label.BACKGROUND), (person, 0)):
        image[:b] = image[-b:] = value
        image[:, :b] = image[:, -b:] = value
