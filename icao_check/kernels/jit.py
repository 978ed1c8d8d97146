"""How kernels are compiled and where their machine code is kept.

Numba keeps compiled code beside the source, else in the user's cache directory, else in ``NUMBA_CACHE_DIR``.
A service account often may write none of these: then the kernels are compiled once per process, and a
warning says so.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any, TypeVar, cast

__all__ = ["CacheUnavailableWarning", "kernel", "run_alone"]

Function = TypeVar("Function", bound=Callable[..., Any])


class CacheUnavailableWarning(RuntimeWarning):
    """Compiled kernels cannot be kept on disk, so that each process compiles them again."""


_BLAS = "scipy.linalg.cython_blas"
_alone = False
_warned = False


def run_alone() -> None:
    """Say that this process runs our kernels and no others: then Numba starts without SciPy.

    Numba imports SciPy's BLAS with its array functions, for ``np.dot`` and its like: a sixth of the time that
    a cold start takes. No kernel of ours needs it. For a command of our own; in a process that is not ours
    somebody else's kernels may.
    """
    global _alone
    _alone = True


def _numba() -> Any:
    if _alone and _BLAS not in sys.modules and "numba.np.arraymath" not in sys.modules:
        sys.modules[_BLAS] = None  # type: ignore[assignment]  # importing it fails, as without SciPy
        try:
            import numba.np.arraymath
        finally:
            del sys.modules[_BLAS]
    import numba

    return numba


def _warn_once(why: str) -> None:
    global _warned
    if _warned:
        return
    _warned = True
    warnings.warn(
        f"compiled kernels cannot be cached ({why}); each start takes seconds longer. "
        "Set NUMBA_CACHE_DIR to a writable directory.",
        CacheUnavailableWarning,
        stacklevel=2,
    )


def kernel(function: Function) -> Function:
    """Compile `function` lazily, without the interpreter lock, and cache the machine code.

    Kernels are serial (no ``parallel=True``): callers bring the threads. Floating point is strict (no
    ``fastmath``), so that the same input gives the same digits on every machine of one kind.

    Parameters
    ----------
    function : callable
        A pure function in Numba's nopython subset.

    Returns
    -------
    callable
        The compiled dispatcher, or `function` itself under ``NUMBA_DISABLE_JIT=1``.
    """
    numba = _numba()
    try:
        compiled = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError as error:  # Numba found no directory that it may write
        _warn_once(str(error))
        return cast(Function, numba.njit(nogil=True, error_model="numpy")(function))
    _survive_full_disk(compiled)
    return cast(Function, compiled)


def _survive_full_disk(dispatcher: Any) -> None:
    # The directory was writable when it was probed; it may be full or gone when the code is stored.
    cache = getattr(dispatcher, "_cache", None)
    if cache is None:
        return
    save = cache.save_overload

    def save_if_possible(signature: Any, data: Any) -> None:
        try:
            save(signature, data)
        except OSError as error:
            _warn_once(error.strerror or type(error).__name__)

    cache.save_overload = save_if_possible
