"""Machine code that is kept on disk: named by the sources, and never the cause of a traceback."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from marketsim.core import compiling

USES = "from marketsim.core.streams import unit; print(unit.py_func.__name__, unit(2**52))"
COUNTED = """
from numba.core.event import install_recorder
with install_recorder("numba:compile") as compiled:
    from marketsim import run
    run("town", seed=1, weeks=30)
print(len(compiled.buffer))
"""


def python(code: str, **variables: str | None) -> subprocess.CompletedProcess[str]:
    """A process with other variables; None takes one away."""
    given = {name: value for name, value in (os.environ | variables).items() if value is not None}
    return subprocess.run([sys.executable, "-c", code], env=given, capture_output=True, text=True, timeout=300)


def test_a_folder_is_named_by_all_that_code_is_made_from(tmp_path: Path) -> None:
    """An edit in a file that others call, and of a constant that they import, is compiled anew."""
    sources = tmp_path / "marketsim"
    for room in compiling.ROOMS:
        shutil.copytree(compiling.SOURCES / room, sources / room, ignore=shutil.ignore_patterns("__pycache__"))
    first = compiling.digest_of_sources(sources)
    assert first == compiling.digest_of_sources(sources) == compiling.digest_of_sources()
    for file in ("core/streams.py", "market/children.py", "week/placing/match.py"):
        before = compiling.digest_of_sources(sources)
        (sources / file).write_text((sources / file).read_text() + "\nROW = 7\n")
        assert compiling.digest_of_sources(sources) != before


def test_all_that_is_compiled_lies_in_the_rooms_of_the_digest() -> None:
    compiled = re.compile(r"^(@compiled|@numba)", re.MULTILINE)
    files = [file for file in compiling.SOURCES.rglob("*.py") if compiled.search(file.read_text())]
    assert len(files) > 5
    assert {file.relative_to(compiling.SOURCES).parts[0] for file in files} <= set(compiling.ROOMS)


def test_code_is_kept_where_the_user_keeps_such_things(tmp_path: Path) -> None:
    for variables in ({"MARKETSIM_CACHE": str(tmp_path / "own")}, {"XDG_CACHE_HOME": str(tmp_path / "cache")}):
        unset = {"MARKETSIM_CACHE": None} | variables
        done = python(USES, **unset)
        assert (done.stdout, done.stderr) == ("unit 0.5\n", "")
    assert len(list(tmp_path.rglob("*.nbi"))) == 2


@pytest.mark.parametrize("place", ["a file", "no home"])
def test_where_nothing_can_be_kept_it_says_so_and_goes_on(place: str, tmp_path: Path) -> None:
    """A folder that is a file, and a user without a home: a line on standard error, and the result."""
    (tmp_path / "file").write_text("")
    without = {"HOME": None, "XDG_CACHE_HOME": None, "MARKETSIM_CACHE": None}
    nowhere = {"MARKETSIM_CACHE": str(tmp_path / "file")} if place == "a file" else without
    code = USES if place == "a file" else f"import pathlib; pathlib.Path.home = {NO_HOME}; {USES}"
    done = python(code, **nowhere)
    assert done.stdout == "unit 0.5\n"
    assert len(done.stderr.splitlines()) == 1 and "compiled code is not kept" in done.stderr


NO_HOME = "classmethod(lambda kind: (_ for _ in ()).throw(RuntimeError('no home')))"


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize("left", [0, 20])
def test_a_cut_file_is_made_anew(kind: str, left: int, tmp_path: Path) -> None:
    cache = str(tmp_path)
    assert python(USES, MARKETSIM_CACHE=cache).stdout == "unit 0.5\n"
    file = next(tmp_path.rglob(f"*.{kind}"))
    whole = file.stat().st_size
    file.write_bytes(file.read_bytes()[:left])
    done = python(USES, MARKETSIM_CACHE=cache)
    assert (done.stdout, done.stderr) == ("unit 0.5\n", "")
    assert next(tmp_path.rglob(f"*.{kind}")).stat().st_size == whole


def test_code_that_nobody_uses_is_taken_away(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder, days in ((old, 40), (new, 2)):
        folder.mkdir()
        os.utime(folder, (0, time.time() - days * 86_400))
    assert python(USES, MARKETSIM_CACHE=str(tmp_path)).returncode == 0
    assert new.exists() and not old.exists()


def test_nothing_is_compiled_twice() -> None:
    """A process that runs what another has run before only loads machine code, and leaves nothing new on disk."""

    def functions_compiled() -> int:
        return int(python(COUNTED).stdout)

    assert 0 in (functions_compiled(), functions_compiled(), functions_compiled())  # others may be at it just now
