"""What to say about a name that nobody knows."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

__all__ = ["unknown_name"]

# Of difflib: a letter or two of a short name.
_ALIKE = 0.75


def unknown_name(
    name: str, known: Collection[str], what: str, *, listed: Collection[str] | None = None
) -> str:
    """Say that a name is not known, which one was probably meant, and which there are.

    Parameters
    ----------
    name : str
        As it was given.
    known : collection of str
        All names that would have been understood.
    what : str
        What is named: ``"profile"``, ``"check"``, …
    listed : collection of str, optional
        Those worth listing; all of `known` by default.

    Returns
    -------
    str
        One line; the names there are only where none is near.

    Examples
    --------
    >>> unknown_name("head_hight", ["head_height", "teeth"], "check")
    "unknown check 'head_hight': did you mean 'head_height'?"
    """
    folded = {candidate.casefold(): candidate for candidate in known}
    nearest = get_close_matches(name.casefold(), folded, n=1, cutoff=_ALIKE)
    if nearest:
        return f"unknown {what} {name!r}: did you mean {folded[nearest[0]]!r}?"
    return f"unknown {what} {name!r}; known: {', '.join(known if listed is None else listed)}"
