"""Everything that can be chosen about a portrait.

Parameters are frozen, hashable and JSON-serialisable. A *pair* is two portraits whose parameters differ in
one place: every random detail is drawn from the seed of its own part, so the rest stays as it was.

Lengths are millimetres of the real head unless a name says otherwise; angles are degrees. Left and right are
those of the picture as displayed.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

__all__ = [
    "Background",
    "BackgroundKind",
    "BeardStyle",
    "Camera",
    "ClothesStyle",
    "Expression",
    "Framing",
    "GlassesKind",
    "HairStyle",
    "HeadwearKind",
    "Identity",
    "Light",
    "Look",
    "Parameters",
    "Pose",
    "Sensor",
    "Wear",
]

Sex = Literal["female", "male"]
HairStyle = Literal[
    "bald", "buzz", "short", "side", "curly", "afro", "long", "bob", "ponytail", "bun", "fringe"
]
BeardStyle = Literal["none", "stubble", "moustache", "goatee", "full"]
GlassesKind = Literal["none", "clear", "rimless", "heavy", "tinted", "dark", "glare"]
HeadwearKind = Literal["none", "hijab", "cap", "beanie", "hat", "band", "headscarf"]
ClothesStyle = Literal["crew", "vneck", "shirt", "jacket", "turtleneck", "top"]
BackgroundKind = Literal["plain", "gradient", "texture", "lines", "object", "second_face"]
Covering = Literal["none", "surgical_mask", "scarf", "hair_over_eye"]


@dataclass(frozen=True)
class Identity:
    """Who it is: everything that stays when the same person is photographed again.

    Attributes
    ----------
    seed : int
        Draws the shape of head, face and features, moles and freckles.
    sex : {"female", "male"}
        Which population the shape is drawn from.
    age : float
        Age impression in years, 1 to 95.
    skin_tone : int
        Step of the Monk skin tone scale, 1 (lightest) to 10.
    eye_colour : float
        0 dark brown, 0.35 hazel, 0.6 green, 0.8 blue, 1 light grey.
    eyelid_fold : float
        0 no crease (single fold, covered inner corner) to 1 deep crease.
    freckles : float
        0 none to 1 many.
    variety : float
        Standard deviations of the shape are multiplied by this; 0 is the average head.
    """

    seed: int = 0
    sex: Sex = "female"
    age: float = 30.0
    skin_tone: int = 4
    eye_colour: float = 0.2
    eyelid_fold: float = 0.8
    freckles: float = 0.0
    variety: float = 1.0


@dataclass(frozen=True)
class Look:
    """Hair of head and face, and make-up.

    Attributes
    ----------
    hair : HairStyle
        How the hair is worn.
    hair_seed : int
        Draws the strands.
    hair_melanin : float
        0 white-blond to 1 black.
    hair_red : float
        0 ash to 1 red.
    hair_grey : float
        Share of white strands, 0 to 1.
    hair_length : float
        Length relative to the usual one of the style.
    beard : BeardStyle
        How the beard is worn.
    brow_density : float
        0 hardly visible to 1 dense.
    lipstick : float
        0 none to 1 strong.
    """

    hair: HairStyle = "short"
    hair_seed: int = 0
    hair_melanin: float = 0.75
    hair_red: float = 0.3
    hair_grey: float = 0.0
    hair_length: float = 1.0
    beard: BeardStyle = "none"
    brow_density: float = 0.7
    lipstick: float = 0.0


@dataclass(frozen=True)
class Expression:
    """What the face does.

    Attributes
    ----------
    smile : float
        0 neutral to 1 broad; negative: corners pulled down.
    mouth_gap : float
        Distance of the lips in the middle of the mouth, mm.
    teeth : float
        0 the teeth stay behind the lips, 1 the upper teeth show where the lips part.
    brow_raise : float
        0 to 1.
    frown : float
        0 to 1: brows drawn together and down.
    lid_left, lid_right : float
        Opening of the lids of the eye on the left and right of the picture: 1 natural, 0 closed, 1.3 wide.
    squint : float
        0 to 1: lower lids drawn up.
    palsy : float
        -1 to 1: one-sided facial paralysis, negative on the left of the picture; its size is the degree.
    """

    smile: float = 0.0
    mouth_gap: float = 0.0
    teeth: float = 1.0
    brow_raise: float = 0.0
    frown: float = 0.0
    lid_left: float = 1.0
    lid_right: float = 1.0
    squint: float = 0.0
    palsy: float = 0.0


@dataclass(frozen=True)
class Pose:
    """Where head, trunk and eyes turn, in degrees.

    Attributes
    ----------
    yaw : float
        Positive turns the nose to the right of the picture.
    pitch : float
        Positive raises the chin.
    roll : float
        Positive turns the head clockwise as displayed.
    trunk_yaw : float
        As `yaw`, for the shoulders.
    trunk_roll : float
        As `roll`, for the shoulders.
    gaze_yaw, gaze_pitch : float
        Direction of the eyes relative to the lens: 0 looks into it, positive to the right of the picture and
        up.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    trunk_yaw: float = 0.0
    trunk_roll: float = 0.0
    gaze_yaw: float = 0.0
    gaze_pitch: float = 0.0


@dataclass(frozen=True)
class Camera:
    """The camera, and where it stands.

    Attributes
    ----------
    distance : float
        From the lens to the midpoint of the pupils, mm.
    focal_length : float
        35-mm equivalent, mm. It decides how many of the sensor's pixels the head covers (see `megapixels`);
        perspective comes from the distance alone.
    megapixels : float
        Of the sensor. Where the print needs more pixels than the sensor gave, the picture is up-scaled from
        them.
    distortion : float
        Radial distortion of the lens at the corner of the picture: -0.05 barrel, +0.05 pincushion.
    """

    distance: float = 1500.0
    focal_length: float = 85.0
    megapixels: float = 12.0
    distortion: float = 0.0


@dataclass(frozen=True)
class Framing:
    """The print.

    Attributes
    ----------
    width, height : int
        Pixels.
    print_height : float
        Height of the print in mm; the width follows from the pixels.
    head_height : float
        Chin to crown (ignoring hair) on the print, mm.
    centre_x : float
        Where the midpoint of the pupils lies, as a share of the width.
    eye_line : float
        Where the midpoint of the pupils lies, as a share of the height from the top.
    aspect_stretch : float
        The finished picture is stretched sideways by this factor; 1 leaves it.
    border : float
        White frame around the picture, mm on the print.
    """

    width: int = 827
    height: int = 1063
    print_height: float = 45.0
    head_height: float = 33.5
    centre_x: float = 0.5
    eye_line: float = 0.46
    aspect_stretch: float = 1.0
    border: float = 0.0


@dataclass(frozen=True)
class Light:
    """The light on the person.

    Attributes
    ----------
    azimuth, elevation : float
        Direction that the main light comes from, degrees: positive is right of the camera and above it.
    size : float
        Angular radius of the main light: 1 a bare bulb or the sun, 30 a large soft box.
    ambient : float
        Share of the light that comes from all around, 0 to 1.
    fill : float
        Share of a second soft light from the other side, 0 to 1.
    kelvin : float
        Colour temperature of the main light.
    ambient_kelvin : float
        Colour temperature of the rest. The camera balances on a mixture of both.
    oiliness : float
        0 powdered to 1 flash hot spots.
    red_eye : float
        0 to 1: the retina's reflection of an on-camera flash, in pupils that the dark has widened.
    bar : float
        Width of a bar before the main light that shades the face, mm; 0 for none.
    """

    azimuth: float = -25.0
    elevation: float = 35.0
    size: float = 26.0
    ambient: float = 0.3
    fill: float = 0.3
    kelvin: float = 5500.0
    ambient_kelvin: float = 5500.0
    oiliness: float = 0.35
    red_eye: float = 0.0
    bar: float = 0.0


@dataclass(frozen=True)
class Background:
    """What is behind the person.

    Attributes
    ----------
    kind : BackgroundKind
        Plain paper, or what spoils it.
    lightness, a, b : float
        CIE L*a*b* (D65) of the wall in the picture.
    strength : float
        How strong the gradient, texture, lines or object are, 0 to 1.
    seed : int
        Draws texture and objects.
    shadow : float
        0 the wall is far away, to 1 the head stands against it and throws the main light's shadow on it.
    """

    kind: BackgroundKind = "plain"
    lightness: float = 94.0
    a: float = 0.0
    b: float = 0.0
    strength: float = 0.0
    seed: int = 0
    shadow: float = 0.0


@dataclass(frozen=True)
class Wear:
    """Glasses, headwear, clothes and what else covers the face.

    Attributes
    ----------
    glasses : GlassesKind
        Kind of glasses.
    glasses_drop : float
        How far the frame has slid down from where it belongs, mm.
    glasses_shape : float
        0 round to 1 square.
    glasses_seed : int
        Draws size and colour of the frame and the reflections.
    headwear : HeadwearKind
        Kind of headwear.
    headwear_hue : float
        0 to 1.
    headwear_value : float
        0 black to 1 white.
    clothes : ClothesStyle
        Cut of the clothes.
    clothes_hue, clothes_saturation, clothes_value : float
        Their colour (HSV, each 0 to 1).
    covering : Covering
        What covers a part of the face.
    """

    glasses: GlassesKind = "none"
    glasses_drop: float = 0.0
    glasses_shape: float = 0.4
    glasses_seed: int = 0
    headwear: HeadwearKind = "none"
    headwear_hue: float = 0.6
    headwear_value: float = 0.3
    clothes: ClothesStyle = "crew"
    clothes_hue: float = 0.6
    clothes_saturation: float = 0.3
    clothes_value: float = 0.35
    covering: Covering = "none"


@dataclass(frozen=True)
class Sensor:
    """What camera, processing and file do to the picture.

    Attributes
    ----------
    exposure : float
        Stops above the right exposure.
    red_gain, blue_gain : float
        White balance error: 1 is right.
    contrast : float
        Strength of the tone curve, 0 none to 1 strong; negative: flat, washed out.
    saturation : float
        1 natural, 0 grey with three equal channels.
    sharpening : float
        0 none to 1 strong (with its halos).
    noise : float
        Standard deviation of the noise at middle grey, in levels of 255 at the sensor's resolution.
    defocus : float
        Radius of the blur disc, mm on the real head.
    motion : float
        Length of the motion blur, mm on the real head.
    motion_angle : float
        Its direction, degrees.
    smoothing : float
        0 to 1: skin smoothed by an editor.
    levels : int
        Levels per channel; 256, fewer posterise.
    marks : float
        0 to 1: scratches, dust, ink on a scanned print.
    jpeg_quality : int
        1 to 100; 0 keeps the pixels.
    jpeg_subsampling : bool
        Halve the chroma resolution.
    seed : int
        Draws noise and marks.
    """

    exposure: float = 0.0
    red_gain: float = 1.0
    blue_gain: float = 1.0
    contrast: float = 0.3
    saturation: float = 1.0
    sharpening: float = 0.25
    noise: float = 1.5
    defocus: float = 0.0
    motion: float = 0.0
    motion_angle: float = 0.0
    smoothing: float = 0.0
    levels: int = 256
    marks: float = 0.0
    jpeg_quality: int = 93
    jpeg_subsampling: bool = True
    seed: int = 0


@dataclass(frozen=True)
class Parameters:
    """All choices about one portrait."""

    identity: Identity = field(default_factory=Identity)
    look: Look = field(default_factory=Look)
    expression: Expression = field(default_factory=Expression)
    pose: Pose = field(default_factory=Pose)
    camera: Camera = field(default_factory=Camera)
    framing: Framing = field(default_factory=Framing)
    light: Light = field(default_factory=Light)
    background: Background = field(default_factory=Background)
    wear: Wear = field(default_factory=Wear)
    sensor: Sensor = field(default_factory=Sensor)

    def changed(self, **values: Any) -> Parameters:
        """Copy with some values changed.

        Parameters
        ----------
        **values
            ``part__name=value``, for example ``pose__yaw=8.0``.

        Returns
        -------
        copy : Parameters
            The copy.

        Raises
        ------
        ValueError
            If a name is unknown.
        """
        result = self
        for path, value in values.items():
            part, _, name = path.partition("__")
            names = {f.name for f in dataclasses.fields(self)}
            if part not in names or name not in {f.name for f in dataclasses.fields(getattr(self, part))}:
                raise ValueError(f"no parameter {path!r}; expected part__name, for example pose__yaw")
            result = dataclasses.replace(
                result, **{part: dataclasses.replace(getattr(result, part), **{name: value})}
            )
        return result

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Plain dictionaries and numbers, ready for JSON."""
        return dataclasses.asdict(self)

    def to_json(self) -> str:
        """One JSON object."""
        return json.dumps(self.to_dict(), indent=1, sort_keys=True)

    @classmethod
    def from_dict(cls, values: dict[str, dict[str, Any]]) -> Parameters:
        """Read what :meth:`to_dict` wrote.

        Parameters
        ----------
        values : dict
            Part → name → value; what is missing keeps its default.

        Returns
        -------
        parameters : Parameters
            The parameters.

        Raises
        ------
        ValueError
            If a name is unknown.
        """
        flat = {f"{part}__{name}": value for part, names in values.items() for name, value in names.items()}
        return cls().changed(**flat)


HAIR_STYLES: tuple[str, ...] = get_args(HairStyle)
