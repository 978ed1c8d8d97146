"""Make sure that the OpenCV that answers is the one this package was built for.

The wheels opencv-python, opencv-contrib-python and their headless twins all install the same module ``cv2``:
whichever came last wins, silently.
"""

from __future__ import annotations

import functools

from icao_check.errors import DependencyError

__all__ = ["require_opencv"]

_REMEDY = (
    "Remove every OpenCV wheel (pip uninstall opencv-python opencv-contrib-python opencv-python-headless "
    "opencv-contrib-python-headless) and install the right one: pip install 'opencv-python-headless>=5,<6'."
)


@functools.cache
def require_opencv() -> None:
    """Check that ``cv2`` is OpenCV 5.

    Raises
    ------
    DependencyError
        OpenCV cannot be imported or has another major version; the text names the remedy.
    """
    try:
        import cv2
    except ImportError as error:
        raise DependencyError(f"OpenCV cannot be imported ({error}). {_REMEDY}") from error
    version = str(getattr(cv2, "__version__", "unknown"))
    if version.split(".")[0] != "5":
        raise DependencyError(f"`import cv2` gives OpenCV {version}, but version 5 is needed. {_REMEDY}")
