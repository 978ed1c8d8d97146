"""Where the points of :mod:`icao_check.landmarks` stand among the 189 of the development corpus."""

from __future__ import annotations

import numpy as np

from icao_check.landmarks import GROUPS, LANDMARK_COUNT, MIRROR, indices

__all__ = ["CHIN", "CORPUS_INDEX", "COUNT", "CROWN", "GROUPS", "LEFT_PUPIL", "MIRROR", "RIGHT_PUPIL", "group"]

# (left of the picture, right of the picture), or the one point in the middle
_IN_CORPUS: dict[str, tuple[tuple[int, ...], tuple[int, ...]] | int] = {
    "pupil": ((0,), (1,)),
    "iris": ((4, 2, 8, 6), (16, 10, 12, 14)),
    "upper_lid": ((18, 19, 20, 21, 22), (27, 26, 25, 24, 23)),
    "lower_lid": ((28, 29, 30), (33, 32, 31)),
    "brow": ((71, 72, 73, 74, 75, 76, 84, 83), (82, 81, 80, 79, 78, 77, 85, 86)),
    "nose_bridge": ((50, 52), (56, 58)),
    "nose_tip": ((54,), (60,)),
    "nostril": ((62, 64, 65), (67, 69, 70)),
    "mouth_corner": ((87,), (93,)),
    "upper_lip_top": ((88, 89), (92, 91)),
    "upper_lip_bottom": ((94, 95), (98, 97)),
    "lower_lip_top": ((99, 100), (103, 102)),
    "lower_lip_bottom": ((104, 105), (108, 107)),
    "cheek": ((109, 110, 111), (112, 113, 114)),
    "jaw": ((125, 126, 127, 128), (133, 132, 131, 130)),
    "ear": ((115, 117, 119), (120, 122, 124)),
    "hairline": ((134, 135, 136, 137, 138), (144, 143, 142, 141, 140)),
    "subnasale": 55,
    "middle_upper_lip_top": 90,
    "middle_upper_lip_bottom": 96,
    "middle_lower_lip_top": 101,
    "middle_lower_lip_bottom": 106,
    "chin": 129,
    "middle_hairline": 139,
    "crown": -1,  # not among the 189: from labels.csv
}


def _corpus_index() -> np.ndarray:
    found = np.full(LANDMARK_COUNT, -1)
    for name, where in _IN_CORPUS.items():
        if isinstance(where, int):
            found[list(GROUPS[name])] = where
        else:
            found[list(GROUPS[f"left_{name}"])], found[list(GROUPS[f"right_{name}"])] = where
    return found


COUNT = LANDMARK_COUNT
CORPUS_INDEX = _corpus_index()
LEFT_PUPIL, RIGHT_PUPIL = GROUPS["left_pupil"][0], GROUPS["right_pupil"][0]
CHIN, CROWN = GROUPS["chin"][0], GROUPS["crown"][0]
group = indices
