"""Machine code that is kept on disk is made anew when any function called in it has changed, in whatever file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from marketsim.core import compiling
from marketsim.core.columns import Floats
from marketsim.core.luck import normal
from marketsim.week import buying as purchases
from marketsim.week.placing.place import place

CALLER = """
from marketsim.compiling import compiled
from called import part

@compiled
def twice(number):
    return 2 * part(number)
"""
CALLED = """
from marketsim.compiling import compiled_part

@compiled_part
def part(number):
    return number + {more}
"""


def files_reached(function: object) -> set[str]:
    reached = compiling._reached(getattr(function, "py_func", function))  # type: ignore[arg-type]
    return {Path(one.__code__.co_filename).name for one in reached}


def test_all_files_that_the_week_calls_are_known() -> None:
    assert {"__init__.py", "search.py", "match.py", "luck.py"} <= files_reached(place)
    assert {"searching.py", "search.py", "moves.py", "stays.py", "luck.py"} <= files_reached(purchases._buy)


@compiling.compiled
def deviates(luck: Floats) -> Floats:
    found = np.empty_like(luck)
    for position in range(len(luck)):
        found[position] = normal(luck[position])
    return found


def test_scipys_function_is_the_same_in_compiled_code() -> None:
    """To the last digit, in the tails and at the ends too."""
    luck = np.concatenate([np.random.default_rng(1).random(10_000), np.logspace(-300, -1, 300), [0.0, 0.5, 1.0]])
    np.testing.assert_array_equal(deviates(luck), ndtri(luck))


def test_an_edit_in_another_file_is_compiled(tmp_path: Path) -> None:
    (tmp_path / "caller.py").write_text(CALLER)

    def run() -> int:
        code = "import caller; print(caller.twice(10))"
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
        return int(done.stdout)

    (tmp_path / "called.py").write_text(CALLED.format(more=1))
    assert run() == run() == 22
    assert list(tmp_path.rglob("*.nbi")), "machine code should have been kept"
    (tmp_path / "called.py").write_text(CALLED.format(more=5))
    assert run() == 30


def test_an_edit_of_an_imported_constant_is_compiled(tmp_path: Path) -> None:
    """Else money would go into the row of another kind once somebody adds one."""
    first = "from marketsim.core.compiling import compiled\nfrom constants import ROW\n"
    code = first + "@compiled\ndef row(): return ROW\n"
    (tmp_path / "user.py").write_text(code)

    def run(row: int) -> int:
        (tmp_path / "constants.py").write_text(f"ROW = {row}\n")
        code = "import user; print(user.row())"
        done = subprocess.run(
            [sys.executable, "-B", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return int(done.stdout)

    assert [run(1), run(500), run(1)] == [1, 500, 1]
    assert list(tmp_path.rglob("*.nbi")), "machine code should have been kept"


RENAMED = """
from collections import namedtuple
from marketsim.compiling import compiled

{name} = namedtuple("{name}", "number")

@compiled
def twice(one):
    return 2 * one.number

print(twice({name}(10)))
"""


def test_code_kept_by_a_version_with_other_names_is_made_anew(tmp_path: Path) -> None:
    """Else an update that renames a table would end in a traceback, until somebody finds the files to delete."""

    def run(name: str) -> str:
        (tmp_path / "kept.py").write_text(RENAMED.format(name=name))
        done = subprocess.run([sys.executable, "-c", "import kept"], cwd=tmp_path, capture_output=True, text=True)
        return done.stdout + done.stderr[-300:]

    assert [run("Before"), run("After"), run("After")] == ["20\n"] * 3
    assert list(tmp_path.rglob("*.nbi")), "machine code should have been kept"


def test_new_code_may_call_kept_code(tmp_path: Path) -> None:
    """Of what is kept the intermediate code, which goes into other functions, is read only then."""
    (tmp_path / "called.py").write_text(CALLED.format(more=1).replace("_part", ""))
    (tmp_path / "caller.py").write_text(CALLER)
    counting = "from numba.core.event import install_recorder\nwith install_recorder('numba:compile') as compiled:\n"

    def run(*lines: str) -> list[str]:
        code = counting + "".join(f"    {line}\n" for line in ("import called", *lines)) + "print(len(compiled.buffer))"
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout.split()

    both = "print(called.part(10))", "import caller", "print(caller.twice(10))"
    assert run("print(called.part(10))") == ["11", "2"], "the beginning and the end of one function's compiling"
    assert run(*both) == ["11", "22", "2"]
    assert run(*both) == ["11", "22", "0"]


def test_another_inside_of_numba_does_no_harm(tmp_path: Path) -> None:
    """Code is loaded as numba does it where it can't be loaded without its intermediate code."""
    (tmp_path / "called.py").write_text(CALLED.format(more=1).replace("_part", ""))
    counting = "from numba.core.event import install_recorder\nwith install_recorder('numba:compile') as compiled:\n"
    code = counting + "    import called\n    print(called.part(10))\nprint(len(compiled.buffer))"

    def run(first: str) -> list[str]:
        done = subprocess.run([sys.executable, "-c", first + code], cwd=tmp_path, capture_output=True, text=True)
        return (done.stdout + done.stderr).split()

    assert run("") == ["11", "2"]
    assert run("from marketsim import compiling\ncompiling.llvm = None\n") == ["11", "0"]


COUNTED = """
from numba.core.event import install_recorder
with install_recorder("numba:compile") as compiled:
    from marketsim import run
    run("town", seed=1, weeks=30)
print(len(compiled.buffer))
"""


def test_nothing_is_compiled_twice() -> None:
    """A process that runs what another has run before only loads machine code, and leaves nothing new on disk."""

    def functions_compiled() -> int:
        done = subprocess.run([sys.executable, "-c", COUNTED], capture_output=True, text=True, check=True)
        return int(done.stdout)

    assert 0 in (functions_compiled(), functions_compiled(), functions_compiled())  # others may be at it just now
