"""Write dlib's built-in frontal face detector to a file.

Constructing it from the template compiled into dlib takes about half a second; loading the same detector from
its own export takes milliseconds and finds the same boxes (a test compares them).

    python -m models.frontal_face_hog
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import dlib

WEIGHTS = Path(__file__).parent / "weights" / "frontal_face_hog.svm"


def main() -> None:
    """Export the detector and print its digest for ``models.toml``."""
    dlib.get_frontal_face_detector().save(str(WEIGHTS))
    print(WEIGHTS.name, hashlib.sha256(WEIGHTS.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
