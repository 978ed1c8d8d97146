"""What can go wrong with a file, a profile or an installation.

A *bad file* is a :class:`PhotoError` with a stable ``code``; what it means and what to do about it is said
by :mod:`icao_check.messages` in the reader's language. A *bad call* is a ``TypeError`` or ``ValueError``.
A photo in which something cannot be judged is no error at all: its check says ``review``.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "PHOTO_ERRORS",
    "AnimatedPhotoError",
    "CorruptPhotoError",
    "CrashedError",
    "DecoderMissingError",
    "DependencyError",
    "EmptyFileError",
    "IcaoCheckError",
    "MemoryLimitError",
    "PhotoError",
    "ProfileError",
    "TimeLimitError",
    "TooManyBytesError",
    "TooManyPixelsError",
    "TruncatedPhotoError",
    "UnreadableFileError",
    "UnsupportedFormatError",
]


class IcaoCheckError(Exception):
    """Root of the errors of this package."""


class DependencyError(IcaoCheckError):
    """A library is missing or is not the one that this package needs; the text says what to install."""


class ProfileError(IcaoCheckError, ValueError):
    """A profile does not exist, cannot be read or contradicts itself."""


class PhotoError(IcaoCheckError):
    """The file cannot be judged as a photo.

    Attributes
    ----------
    code : str
        Stable identifier, e.g. ``"truncated"``.
    facts : dict
        Numbers that belong to the message (a limit and what was found), never content of the photo.
    """

    code: ClassVar[str] = "photo_error"

    def __init__(self, **facts: int | float | str) -> None:
        self.facts = facts
        super().__init__(self.code)

    def __str__(self) -> str:
        return f"{self.message()} {self.remedy()}"

    def message(self, lang: str = "en") -> str:
        """Say what is wrong with the file, in `lang`."""
        from icao_check.messages import error_text

        return error_text(self.code, self.facts, lang)[0]

    def remedy(self, lang: str = "en") -> str:
        """Say what to do about it, in `lang`."""
        from icao_check.messages import error_text

        return error_text(self.code, self.facts, lang)[1]


class UnreadableFileError(PhotoError):
    """The path does not exist, is a directory, or may not be read."""

    code = "unreadable"


class EmptyFileError(PhotoError):
    """The file has no bytes."""

    code = "empty"


class UnsupportedFormatError(PhotoError):
    """The bytes are no picture, or one in a format that is not accepted (fact ``format`` where known)."""

    code = "unsupported_format"


class DecoderMissingError(PhotoError):
    """The format is accepted, but this installation lacks the optional library that decodes it."""

    code = "decoder_missing"


class AnimatedPhotoError(PhotoError):
    """The file holds an animation, not a still photo."""

    code = "animated"


class TruncatedPhotoError(PhotoError):
    """The file ends before the picture does."""

    code = "truncated"


class CorruptPhotoError(PhotoError):
    """The header or the picture data contradict their format."""

    code = "corrupt"


class TooManyBytesError(PhotoError):
    """The file is larger than the limit; it was not read."""

    code = "too_many_bytes"


class TooManyPixelsError(PhotoError):
    """The picture has more pixels than the limit; it was not decoded."""

    code = "too_many_pixels"


class TimeLimitError(PhotoError):
    """Reading the file took longer than a batch allows."""

    code = "time_limit"


class MemoryLimitError(PhotoError):
    """Reading the file took more memory than a batch allows."""

    code = "memory_limit"


class CrashedError(PhotoError):
    """The process that read the file ended, or a check failed in a way that nobody foresaw."""

    code = "crashed"


PHOTO_ERRORS: tuple[type[PhotoError], ...] = (
    UnreadableFileError,
    EmptyFileError,
    UnsupportedFormatError,
    DecoderMissingError,
    AnimatedPhotoError,
    TruncatedPhotoError,
    CorruptPhotoError,
    TooManyBytesError,
    TooManyPixelsError,
    TimeLimitError,
    MemoryLimitError,
    CrashedError,
)
