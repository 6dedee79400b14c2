"""The compiler for the hot loop, behind one typed name.

Set NUMBA_DISABLE_JIT=1 to run the very same functions as plain Python: the readable twin of the compiled
code, which gives the same placements bit for bit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile on first use and keep the machine code on disk for the next process.

    No fast-math: sums and comparisons are done in the order written, so that results do not depend on the
    processor's vector width.
    """
    return _compiled(function, cache=True)


def compiled_part(function: Function) -> Function:
    """The same for a function that only compiled functions call: without a way in from Python it compiles faster.

    Calling it from Python crashes the interpreter, unless NUMBA_DISABLE_JIT is set.
    """
    return _compiled(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def elementwise(function: Callable[[Any, Any], Any], types: str) -> Callable[[Any, Any], Any]:
    """A function of two numbers made to work on arrays, broadcast against each other; `types` as in "float64(uint64,
    uint64)"."""
    if getattr(numba.config, "DISABLE_JIT", False):
        return np.errstate(over="ignore")(function)
    vectorize = cast(Any, numba.vectorize)
    return cast(Callable[[Any, Any], Any], vectorize([types], cache=True)(function).ufunc)


def _compiled(function: Function, **options: Any) -> Function:
    if getattr(numba.config, "DISABLE_JIT", False):
        # Plain NumPy numbers warn where 64-bit products wrap round, as they are meant to.
        return np.errstate(over="ignore")(function)
    return cast(Function, numba.njit(error_model="numpy", **options)(function))


def digest_of_sources(*files: str) -> str:
    """One hash of the contents of several source files."""
    digest = hashlib.blake2b(digest_size=16)
    for file in files:
        digest.update(Path(file).read_bytes())
    return digest.hexdigest()
