"""The compiler for the hot loop, behind one typed name.

Set NUMBA_DISABLE_JIT=1 to run the very same functions as plain Python: the readable twin of the compiled
code, which gives the same placements bit for bit.

Machine code is kept on disk, in a folder of the user's cache that is named by the program's sources: numba looks only
at the file of the function that is called from Python, not at what that calls. Where nothing can be kept, every
process compiles for itself, and says so.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np

# Of a number that is not negative: compiled code then need not ask whether it counts from the end. Do no sums with it
# but with another one: of a signed and an unsigned number compiled code makes a float.
row_of: Callable[[int], int] = cast(Any, np.uint64)
Function = TypeVar("Function", bound=Callable[..., Any])

config: Any = numba.config  # numba has no types
SOURCES = Path(__file__).parents[1]
ROOMS = ("core", "market", "week")  # of what is compiled
CACHE_VARIABLE = "MARKETSIM_CACHE"
UNUSED_SECONDS = 30 * 24 * 3600.0  # after which the code of other versions is taken away


def compiled(function: Function) -> Function:
    """Compile on first use and keep the machine code on disk for the next process.

    No fast-math: sums and comparisons are done in the order written, so that results do not depend on the
    processor's vector width.
    """
    if config.DISABLE_JIT:
        # Plain NumPy numbers warn where 64-bit products wrap round, as they are meant to.
        return np.errstate(over="ignore")(function)
    return cast(Function, numba.njit(error_model="numpy", cache=KEPT_IN is not None)(function))


def cache_root() -> Path:
    """The folder in which machine code is kept: MARKETSIM_CACHE, or the user's cache folder of the system."""
    if given := os.environ.get(CACHE_VARIABLE):
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "marketsim"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/marketsim"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "marketsim"


def digest_of_sources(sources: Path = SOURCES) -> str:
    """One hash of all that compiled code is made from: our sources, numba, NumPy and Python."""
    digest = hashlib.blake2b(f"{sys.version} {numba.__version__} {np.__version__}".encode(), digest_size=8)
    for file in sorted(file for room in ROOMS for file in (sources / room).rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _keep_in() -> Path | None:
    """A folder that can be written, or None and a line on standard error."""
    try:
        folder = cache_root() / digest_of_sources()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        _drop_cut_files(folder)
        _drop_unused(folder)
    except (OSError, RuntimeError) as error:  # no home, or a read-only one
        print(f"marketsim: compiled code is not kept ({error}); name a folder in {CACHE_VARIABLE}", file=sys.stderr)
        return None
    return folder


def _drop_unused(folder: Path) -> None:
    """Take away the code of versions that nobody has run for a month."""
    os.utime(folder)
    for other in folder.parent.iterdir():
        with suppress(OSError):  # somebody else was faster
            if time.time() - other.stat().st_mtime > UNUSED_SECONDS:
                shutil.rmtree(other)


def _drop_cut_files(folder: Path) -> None:
    """Take away what a full disk or a crash has left of machine code: numba would end in it.

    It writes a file under another name first, so that whole files end as pickles do, in a dot.
    """
    for file in folder.rglob("*.nb[ic]"):
        with file.open("rb") as kept, suppress(OSError):
            kept.seek(-1, os.SEEK_END)
            if kept.read() == b".":
                continue
        file.unlink(missing_ok=True)


KEPT_IN = None if config.DISABLE_JIT else _keep_in()
if KEPT_IN is not None:
    config.CACHE_DIR = str(KEPT_IN)
