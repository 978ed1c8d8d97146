"""Check a face photo against the rules for identity documents (ICAO 9303, ISO/IEC 39794-5, national rules).

>>> from icao_check import check
>>> report = check("photo.jpg", profile="be-residence-card")  # doctest: +SKIP
>>> report.verdict  # doctest: +SKIP
'pass'

Nothing heavy is imported until it is used: ``import icao_check`` costs milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from icao_check.checker import Checker, check, check_many, crop
    from icao_check.cropping import CropProposal
    from icao_check.errors import DependencyError, IcaoCheckError, PhotoError, ProfileError
    from icao_check.profile import Profile
    from icao_check.report import Report
    from icao_check.verdict import CheckResult

__all__ = [
    "check",
    "check_many",
    "crop",
    "Checker",
    "Report",
    "CropProposal",
    "CheckResult",
    "Profile",
    "IcaoCheckError",
    "PhotoError",
    "ProfileError",
    "DependencyError",
    "__version__",
]

_ROOMS = {
    "check": "checker",
    "check_many": "checker",
    "crop": "checker",
    "Checker": "checker",
    "Report": "report",
    "CropProposal": "cropping",
    "CheckResult": "verdict",
    "Profile": "profile",
    "IcaoCheckError": "errors",
    "PhotoError": "errors",
    "ProfileError": "errors",
    "DependencyError": "errors",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
