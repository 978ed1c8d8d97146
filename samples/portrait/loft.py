"""The bare head, neck and trunk as one lofted surface.

A row of the loft is a closed curve around the body; it is given by its foremost, its outermost and its
hindmost point and by an exponent that makes it rounder or squarer. Rows run from the crown down to the chest;
along the jaw they tilt, so that one row is the jaw line from chin to ear.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

from samples.portrait.anatomy import Anatomy

__all__ = ["JAW_ROW", "Loft", "head_loft"]

Floats = npt.NDArray[np.float64]

JAW_ROW = 13
"""Index of the control row that runs along the jaw."""

NECK_ROW = 16
TRUNK_ROW = 18


class Loft(NamedTuple):
    """Control rows, crown first; each column has shape (K,), mm of the head frame.

    ``front_y, front_z``: foremost point (x = 0); ``half``: greatest half width; ``side_y, side_z``: where it
    is; ``back_y, back_z``: hindmost point (x = 0); ``exponent``: of the front half (2 is an ellipse);
    ``rise``: how the height runs from the side to the front (1: in proportion to the depth).
    """

    front_y: Floats
    front_z: Floats
    half: Floats
    side_y: Floats
    side_z: Floats
    back_y: Floats
    back_z: Floats
    exponent: Floats
    rise: Floats

    def surface(self, rows: Floats, angles: Floats, push: float = 0.0) -> Floats:
        """Points of the surface.

        Parameters
        ----------
        rows : ndarray of shape (R,)
            Positions between control rows, 0 to K - 1.
        angles : ndarray of shape (R, C) or (C,)
            Radians: 0 front, π/2 right of the picture, π back.
        push : float
            The surface is grown by this, mm (approximately along its normal).

        Returns
        -------
        ndarray of shape (R, C, 3)
            float64, mm of the head frame.
        """
        k = np.arange(len(self.half), dtype=np.float64)
        at = PchipInterpolator(k, np.stack(self, 1))(rows).T[:, :, None]
        front_y, front_z, half, side_y, side_z, back_y, back_z, exponent, rise = at
        if push:
            half = half + push
            front_z = front_z + push
            back_z = back_z - push
        s = np.sin(angles)
        c = np.cos(angles)
        n = np.where(c >= 0, exponent, 2.2)
        t = np.maximum(1.0 - np.abs(s) ** n, 0.0) ** (1.0 / n)
        end_y = np.where(c >= 0, front_y, back_y)
        end_z = np.where(c >= 0, front_z, back_z)
        y = side_y + (end_y - side_y) * t ** np.where(c >= 0, rise, 1.0)
        z = side_z + (end_z - side_z) * t
        return np.stack(np.broadcast_arrays(half * s, y, z), axis=-1)


def head_loft(anatomy: Anatomy) -> Loft:
    """Loft of a head with its neck and trunk, without nose, eyes, lips and ears.

    Parameters
    ----------
    anatomy : Anatomy
        Measures, shape (1,).

    Returns
    -------
    Loft
        The control rows.
    """
    a = anatomy[0]
    up = a.crown_y / 112.0
    back = a.occiput_z / -98.0
    wide = a.head_half / 76.5
    neck = a.neck_half
    base = a.chin_y - a.neck_length  # height of the collar bones in front
    sh = a.shoulder_half
    deep = sh / 200.0
    lip_z = a.subnasale_z + 0.5
    stub = a.chin_z + 0.8 * a.chin_boss
    low = a.stomion_y - 0.46 * (a.stomion_y - a.chin_y)  # mentolabial sulcus
    pog = a.chin_y + 0.28 * (a.stomion_y - a.chin_y)
    sag = a.sag
    top_z = a.forehead_top_z
    round_head = a.fullness  # a child's forehead bulges
    fade = np.array([0.38, 0.64, 0.82, 1.0])  # from cheek to jaw along the side of the face
    between = 0.5 * (a.cheek_half + a.jaw_half)
    side = a.cheek_half + (a.jaw_half - a.cheek_half) * fade**1.4
    side = side + (a.mouth_level_half - between - 2.0) * 2.4 * fade * (1.0 - fade)
    rows = [
        # front y, z | half, side y, z | back y, z | exponent, rise
        (a.crown_y, -6.0, 0.0, a.crown_y, -6.0, a.crown_y, -6.0, 2.0, 1.0),
        (107.5 * up, 0.40 * top_z, 31 * wide, 105.5 * up, -6.0, 106.5 * up, 48 * -back, 2.0, 1.0),
        ((97 + 2 * round_head) * up, 0.725 * top_z, 50 * wide, 94.0 * up, -7.0, 94.0 * up, -75 * back, 2.05,
        1.0), ((80 + 2 * round_head) * up, 0.945 * top_z, 63.5 * wide, 74.0 * up, -8.0, 72.0 * up, -90 * back,
        2.1, 1.0), (60.0 * up, top_z + 0.64 * (a.forehead_z - top_z), 72.0 * wide, 52.0, -9.0, 46.0, -97 *
        back, 2.2, 1.0), (40.0, a.forehead_z - 0.1, a.head_half, 31.0, -8.0, 20.0, -98 * back, 2.3, 1.0),
        (21.0, a.forehead_z + 0.4 * a.brow_ridge, 0.98 * a.head_half, 13.0, -4.0, -2.0, -95 * back, 2.38,
        1.0), (a.nasion_y, a.nasion_z, a.face_half, -3.0, 0.0, -20.0, -88 * back, 2.38, 1.0), (0.5 *
        (a.nasion_y + a.subnasale_y), 0.65 * a.nasion_z + 0.35 * a.subnasale_z,
         0.5 * (a.face_half + a.cheek_half), -17.0, 5.0, -36.0, -79 * back, 2.3, 1.0),
        (a.subnasale_y, a.subnasale_z, a.cheek_half, 0.50 * a.jaw_side_y, 9.0, -50.0, -71 * back, 2.12, 1.0),
        (a.stomion_y, lip_z, side[0], 0.69 * a.jaw_side_y, 11.0, -61.0, -66 * back, 2.0, 1.0),
        (low, lip_z - 3.0 - 0.3 * a.sulcus, side[1], 0.82 * a.jaw_side_y, 11.0,
         -70.0, -63 * back, 1.95, 1.0),
        (pog, stub + 2.0, side[2], 0.91 * a.jaw_side_y, 11.0, -78.0, -61 * back, 1.95, 1.0),
        (a.chin_y + 1.2, a.chin_z - 2.8, a.jaw_half, a.jaw_side_y, 11.0, -84.0, -60 * back, a.jaw_exponent,
        1.0), (a.chin_y - 0.4 - 2.0 * sag, a.chin_z - 13.0, 0.7 * a.jaw_half + 0.3 * neck, a.jaw_side_y - 9.0,
        6.0,
         -90.0, -59 * back, 1.95, 1.0),
        (a.chin_y - 3.0 - 5.0 * sag, 44.0, neck + 1.0, a.jaw_side_y - 26.0, -3.0, -104.0, -59 * back, 2.0,
        1.0), (a.chin_y - 0.32 * a.neck_length, 38.0, neck, a.chin_y - 6.0, -12.0, a.chin_y - 4.0, -61 * back,
        2.1, 1.0), (a.chin_y - 0.78 * a.neck_length, 37.0, neck + 3.0, a.chin_y - 0.5 * a.neck_length, -18.0,
         a.chin_y - 0.38 * a.neck_length, -68 * back, 2.1, 1.0),
        (base - 14.0, 42.0, 0.34 * sh + 18.0, a.chin_y - 0.84 * a.neck_length, -24.0, base + 22.0, -82.0 *
        deep,
         2.1, 1.0),
        (base - 36.0, 62.0 * deep, 0.76 * sh, base - 12.0, -25.0, base - 8.0, -100.0 * deep, 2.3, 1.0),
        (base - 66.0, 86.0 * deep, 0.985 * sh, base - 46.0, -24.0, base - 44.0, -112.0 * deep, 2.5, 1.0),
        (base - 130.0, 106.0 * deep, 1.08 * sh, base - 130.0, -20.0, base - 130.0, -116.0 * deep, 2.5, 1.0),
        (base - 320.0, 110.0 * deep, 1.06 * sh, base - 320.0, -15.0, base - 320.0, -112.0 * deep, 2.5, 1.0),
    ]  # fmt: skip
    return Loft(*np.array(rows, dtype=np.float64).T.copy())
