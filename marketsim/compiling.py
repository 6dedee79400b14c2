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

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile on first use and keep the machine code on disk for the next process.

    No fast-math: sums and comparisons are done in the order written, so that results do not depend on the
    processor's vector width.
    """
    return cast(Function, numba.njit(cache=True, error_model="numpy")(function))


def compiled_part(function: Function) -> Function:
    """The same for a function that only compiled functions call: without the way in from Python it compiles faster."""
    options: Any = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast(Function, numba.njit(error_model="numpy", **options)(function))


def digest_of_sources(*files: str) -> str:
    """One hash of the contents of several source files."""
    digest = hashlib.blake2b(digest_size=16)
    for file in files:
        digest.update(Path(file).read_bytes())
    return digest.hexdigest()
