"""This checkout against another one, in turn: ratios of processor time, which a machine's mood disturbs least.

    uv run python benchmarks/pairs.py OTHER_CHECKOUT [repeats]

Both are run with the Python of their own `.venv`, by what any version offers: `marketsim.run` and the commands. The
first compile is that of a process that finds no machine code.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from measuring import machine

TIMED = """
import time
from marketsim import run
{first}
began = time.process_time()
{then}
print(time.process_time() - began)
"""
WARM = "run('town', seed=0, weeks=53); run('england_2024', seed=0, weeks=30)"
SOME = "[run(name, seed=1, weeks=30) for name in ('town', 'england_2024', 'cooperative', 'soft_block')]"
MEASURES = {
    "decade of England": (WARM, "run('england_2024', seed=1, weeks=520)"),
    "first compile": ("", SOME),
    "start: a week of town": (None, ["run", "town", "--weeks", "1"]),
    "compare: 4 x 2 x 52 weeks": (None, ["compare", "spot", "cooperative", "--replicates", "4", "--weeks", "52"]),
}


def main(other: Path, repeats: int) -> None:
    """Print the ratio of each measure: its median, and the least and the most."""
    print(f"this checkout over {other.name}, processor seconds, {repeats} pairs in turn ({machine()})")
    for name, (first, then) in MEASURES.items():
        pairs = [[_seconds(place, name, first, then) for place in (Path.cwd(), other)] for _ in range(repeats)]
        ratios = sorted(mine / theirs for mine, theirs in pairs)
        seen = ", ".join(f"{mine:.2f} : {theirs:.2f}" for mine, theirs in pairs)
        print(f"{name:26} {statistics.median(ratios):.2f}  ({ratios[0]:.2f} to {ratios[-1]:.2f})   {seen}", flush=True)


def _seconds(checkout: Path, name: str, first: str | None, then: str | list[str]) -> float:
    python, variables = str(checkout / ".venv/bin/python"), dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        if name == "first compile":
            variables |= {"MARKETSIM_CACHE": folder, "NUMBA_CACHE_DIR": folder}
        if first is not None:
            code = TIMED.format(first=first, then=then)
            done = subprocess.run([python, "-c", code], cwd=checkout, env=variables, capture_output=True, check=True)
            return float(done.stdout.split()[-1])
        before = os.times()
        command = [python, "-m", _module(checkout), *then, "--out", f"{folder}/left"]
        subprocess.run(command, cwd=checkout, env=variables, capture_output=True, check=True)
        after = os.times()
        return (after.children_user + after.children_system) - (before.children_user + before.children_system)


def _module(checkout: Path) -> str:
    """The module of the command, which moved once."""
    return "marketsim.cli.main" if (checkout / "marketsim/cli/main.py").exists() else "marketsim.cli"


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 3)
