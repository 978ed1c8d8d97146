"""Identity and expression as measures of one head, in millimetres.

Head frame: origin on the line that joins the pupils, in the plane through the ear canals; x to the right of
the picture, y up, z towards the camera. The Frankfurt plane is horizontal, so that the pitch of an untilted
head is 0.

The table gives each measure's mean for women and men, its standard deviation, and its value at three years of
age. Distances that a frontal picture shows were set from population means of frontal adult faces, depths and
the rest from usual anthropometric figures; a measure is rounded where its own spread makes more digits
meaningless.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np

from samples.portrait.parameters import Expression, Identity

__all__ = ["ANATOMY", "Anatomy", "Measure", "MEASURES", "measure"]

Anatomy: TypeAlias = Any  # np.recarray of dtype ANATOMY: its fields are attributes, which no checker knows
"""Structured array of shape (1,) with the fields of :data:`ANATOMY`."""


class Measure(NamedTuple):
    """One row of the table: means of women and men, standard deviation, value at age three, group."""

    female: float
    male: float
    sd: float
    child: float
    group: str = ""


MEASURES: dict[str, Measure] = {
    # levels of the face
    "ipd": Measure(61.8, 63.8, 2.8, 50.0, "width"),
    "crown_y": Measure(109.5, 112.0, 3.5, 101.0),
    "forehead_top_z": Measure(87.0, 84.5, 2.5, 77.0),
    "forehead_z": Measure(94.5, 96.0, 1.5, 80.5),
    "brow_ridge": Measure(0.4, 2.2, 0.7, 0.0),
    "occiput_z": Measure(-94.0, -98.0, 3.0, -86.0),
    "head_half": Measure(73.0, 76.5, 2.2, 67.5, "width"),
    "face_half": Measure(70.5, 75.0, 2.2, 62.0, "width"),
    "cheek_half": Measure(69.5, 74.0, 2.5, 62.0, "width"),
    "mouth_level_half": Measure(65.0, 70.5, 2.1, 58.0, "width"),
    "jaw_half": Measure(61.0, 67.0, 2.6, 53.0, "width"),
    "jaw_exponent": Measure(1.92, 2.02, 0.14, 2.05),
    "jaw_side_y": Measure(-56.0, -62.0, 4.0, -42.0, "height"),
    "nasion_y": Measure(3.0, 4.0, 1.5, 2.0),
    "nasion_z": Measure(89.3, 89.8, 1.0, 75.5),
    "subnasale_y": Measure(-45.0, -46.2, 2.8, -34.0, "height"),
    "subnasale_z": Measure(95.0, 97.0, 1.8, 80.0),
    "stomion_y": Measure(-65.3, -69.0, 3.2, -50.0, "height"),
    "chin_y": Measure(-110.0, -119.5, 4.8, -87.5, "height"),
    "chin_z": Measure(84.0, 87.0, 3.0, 70.0),
    "chin_boss": Measure(2.0, 3.5, 1.2, 1.2),
    "chin_width": Measure(17.0, 20.0, 2.5, 14.0),
    "sulcus": Measure(2.5, 3.0, 0.8, 2.0),
    # eyes
    "eye_z": Measure(69.0, 69.5, 1.2, 57.0),
    "eye_radius": Measure(12.0, 12.1, 0.25, 11.3),
    "iris_radius": Measure(5.85, 5.85, 0.18, 5.7),
    "canthus_lateral": Measure(12.7, 12.7, 0.8, 11.4),
    "canthus_medial": Measure(14.2, 14.5, 0.9, 10.8),
    "canthus_lateral_y": Measure(-2.0, -2.3, 0.9, -1.6),
    "canthus_medial_y": Measure(-3.7, -3.4, 0.8, -3.0),
    "lid_upper": Measure(7.0, 6.6, 0.65, 7.1),
    "lid_lower": Measure(3.2, 2.9, 0.5, 3.2),
    "crease_height": Measure(4.2, 3.4, 0.9, 3.2),
    "orbit_depth": Measure(5.0, 6.0, 1.0, 3.6),
    # brows
    "brow_y": Measure(19.4, 17.6, 1.8, 15.5),
    "brow_arch": Measure(1.4, 0.2, 1.2, 1.2),
    "brow_tilt": Measure(0.0, -1.2, 1.6, 0.0),
    "brow_thickness": Measure(6.6, 9.2, 1.1, 5.2),
    "brow_inner": Measure(13.2, 13.5, 2.0, 11.5),
    "brow_outer": Measure(56.3, 58.8, 2.2, 46.0),
    # nose
    "nose_protrusion": Measure(18.0, 20.0, 2.0, 11.5),
    "nose_half": Measure(16.6, 18.0, 1.7, 13.0),
    "nose_tip_rise": Measure(12.0, 11.8, 1.4, 9.5),
    "nose_root": Measure(4.0, 5.0, 1.3, 1.4),
    "nose_hump": Measure(-0.3, 0.6, 0.9, -0.8),
    "nose_bridge_half": Measure(6.2, 6.8, 0.8, 6.8),
    "nose_tip_half": Measure(8.0, 9.0, 1.0, 7.5),
    "nostril_half": Measure(4.0, 4.5, 0.5, 3.0),
    # mouth
    "mouth_half": Measure(24.6, 26.0, 1.9, 18.0),
    "lip_upper": Measure(7.6, 7.4, 1.6, 6.8),
    "lip_lower": Measure(11.9, 11.5, 1.6, 8.8),
    "lip_fullness": Measure(3.6, 3.2, 0.8, 3.2),
    "cupid": Measure(1.4, 1.3, 0.5, 1.2),
    "mouth_corner_drop": Measure(0.8, 1.6, 1.0, 0.4),
    # soft tissue
    "cheekbone": Measure(2.4, 2.0, 1.0, 0.8),
    "cheek_fullness": Measure(0.8, 0.0, 1.8, 4.5),
    "temple_hollow": Measure(1.2, 1.8, 0.8, 0.0),
    "philtrum": Measure(0.9, 0.9, 0.25, 1.0),
    # ears, hair line, neck, shoulders
    "ear_y": Measure(-20.0, -25.0, 3.0, -14.0),
    "ear_length": Measure(59.0, 64.0, 3.5, 52.0),
    "ear_width": Measure(33.0, 36.0, 2.2, 30.0),
    "ear_protrusion": Measure(26.0, 28.0, 7.0, 30.0),
    "hairline_y": Measure(72.0, 72.0, 4.5, 66.0),
    "hairline_recess": Measure(2.0, 6.0, 3.0, 1.0),
    "neck_half": Measure(50.0, 58.0, 3.2, 37.0),
    "neck_length": Measure(62.0, 60.0, 7.0, 34.0),
    "shoulder_half": Measure(178.0, 200.0, 9.0, 118.0),
    # asymmetry of this person, right minus left
    "skew_mouth_y": Measure(0.0, 0.0, 0.6, 0.0),
    "skew_brow_y": Measure(0.0, 0.0, 0.7, 0.0),
    "skew_nose_x": Measure(0.0, 0.0, 0.7, 0.0),
    "skew_lid": Measure(0.0, 0.0, 0.04, 0.0),
}

_STATE = (
    "seed", "age_lines", "eyelid_fold", "smile", "mouth_gap", "teeth", "jaw_drop", "frown", "squint", "sag",
    "fullness",
)  # fmt: skip
_PAIRS = ("lid", "corner_x", "corner_y", "raise_", "brow_drop", "fold")

ANATOMY = np.dtype(
    [(name, np.float64) for name in MEASURES]
    + [(name, np.float64) for name in _STATE]
    + [(name, np.float64, (2,)) for name in _PAIRS]
)
"""Fields of one head: the measures above, then the state of the face.

Fields of length 2 hold the left of the picture first. ``lid``: opening (1 natural); ``corner_x``,
``corner_y``: mouth corner, mm from the middle of the closed mouth; ``raise_``: brow raised, mm;
``brow_drop``: brow sunk by paralysis, mm; ``fold``: depth of the nasolabial fold, mm.
"""

_GROUP_SHARE = {"width": 0.72, "height": 0.62, "": 0.0}


def growth(age: float) -> float:
    """How far the head has grown from three years (0) to adult (1); negative below three years.

    Parameters
    ----------
    age : float
        Years.

    Returns
    -------
    float
        Two thirds of the way at about ten years, 1 from eighteen on.
    """
    share = (min(max(age, 0.75), 18.0) - 3.0) / 15.0
    return float(np.sign(share) * abs(share) ** 0.8)


def measure(identity: Identity, expression: Expression) -> Anatomy:
    """Measures of one head with one expression.

    Parameters
    ----------
    identity : Identity
        Who it is.
    expression : Expression
        What the face does.

    Returns
    -------
    Anatomy
        Structured array of shape (1,), see :data:`ANATOMY`.
    """
    rng = np.random.default_rng([identity.seed, 101])
    groups = {name: rng.standard_normal() for name in ("width", "height")}
    own = np.clip(rng.standard_normal(len(MEASURES)), -2.2, 2.2)
    out: Anatomy = np.recarray(1, dtype=ANATOMY)
    out[:] = np.zeros(1, dtype=ANATOMY)
    grown = growth(identity.age)
    for (name, row), z in zip(MEASURES.items(), own, strict=True):
        adult = row.male if identity.sex == "male" else row.female
        share = _GROUP_SHARE[row.group]
        common = groups.get(row.group, 0.0) * (-1.0 if name.endswith("_y") else 1.0)
        deviate = share * np.clip(common, -2, 2) + np.sqrt(1 - share**2) * z
        sd = row.sd * (0.75 + 0.25 * max(grown, 0.0)) * identity.variety
        out[name] = row.child + (adult - row.child) * grown + sd * deviate
    _keep_plausible(out)
    _let_age(out, identity)
    _express(out, identity, expression)
    return out


def _keep_plausible(a: Anatomy) -> None:
    # Measures are drawn one by one; these few must stay in order or the face folds over itself.
    lip_room = a.stomion_y[0] - a.chin_y[0]
    a.lip_lower = np.minimum(a.lip_lower, 0.3 * lip_room)
    philtrum = a.subnasale_y[0] - a.stomion_y[0]
    a.lip_upper = np.minimum(a.lip_upper, 0.52 * philtrum)
    a.mouth_level_half = np.minimum(a.mouth_level_half, a.cheek_half - 1.0)
    a.jaw_half = np.minimum(a.jaw_half, a.mouth_level_half - 0.5)
    a.brow_thickness = np.maximum(a.brow_thickness, 3.5)
    a.canthus_medial = np.minimum(a.canthus_medial, 0.5 * a.ipd - 11.5)
    a.chin_z = np.clip(a.chin_z, a.subnasale_z - 15.0, a.subnasale_z - 5.0)
    a.neck_half = np.minimum(a.neck_half, a.jaw_half - 2.0)


def _let_age(a: Anatomy, identity: Identity) -> None:
    old = float(np.clip((identity.age - 38.0) / 45.0, 0.0, 1.15))
    a.age_lines = old
    a.sag = old
    a.fullness = max(0.0, 1.0 - growth(identity.age))
    a.seed = float(identity.seed % 100003)
    a.eyelid_fold = identity.eyelid_fold
    a.ear_length += 6.0 * old
    a.nose_half += 1.2 * old
    a.nose_tip_rise -= 1.6 * old
    a.lip_upper *= 1.0 - 0.38 * old
    a.lip_lower *= 1.0 - 0.3 * old
    a.lip_fullness *= 1.0 - 0.45 * old
    a.lid_upper -= 0.9 * old
    a.crease_height -= 1.2 * old
    a.orbit_depth += 1.2 * old
    a.mouth_corner_drop += 1.6 * old
    a.hairline_recess += (9.0 if identity.sex == "male" else 2.0) * old
    a.hairline_y += (6.0 if identity.sex == "male" else 2.0) * old
    a.brow_y -= 1.2 * old


def _express(a: Anatomy, identity: Identity, expression: Expression) -> None:
    e = expression
    weak = np.array([max(0.0, -e.palsy), max(0.0, e.palsy)])  # degree of paralysis per side
    strength = 1.0 - 0.9 * weak
    smile = max(e.smile, 0.0)
    sulk = max(-e.smile, 0.0)
    side = np.array([-1.0, 1.0])
    half = float(a.mouth_half[0])
    a.corner_x[0] = half * (1.0 + 0.24 * smile * strength - 0.05 * weak)
    a.corner_y[0] = (
        -a.mouth_corner_drop[0]
        + 0.5 * side * a.skew_mouth_y[0]
        + (8.0 * smile - 5.0 * sulk) * strength
        - 4.0 * weak
    )
    a.raise_[0] = 7.0 * e.brow_raise * strength + 0.5 * side * a.skew_brow_y[0]
    a.brow_drop[0] = 3.5 * weak
    lids = np.array([e.lid_left, e.lid_right]) * (1.0 + 0.5 * side * a.skew_lid[0])
    a.lid[0] = lids + 0.1 * weak * (lids > 0.3)
    a.fold[0] = (0.25 + 0.7 * a.age_lines[0] + 1.6 * smile) * (1.0 - 0.85 * weak)
    a.smile = smile
    a.mouth_gap = max(e.mouth_gap, 0.0)
    a.teeth = e.teeth
    a.jaw_drop = 0.85 * max(0.0, e.mouth_gap - 2.5)
    a.frown = e.frown
    a.squint = min(1.0, e.squint + 0.4 * smile)
    a.chin_y -= a.jaw_drop
    a.chin_z -= 0.35 * a.jaw_drop
    a.jaw_side_y -= 0.25 * a.jaw_drop
    a.lip_upper *= 1.0 - 0.22 * smile
    a.lip_lower *= 1.0 - 0.16 * smile
