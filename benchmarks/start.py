"""How soon `marketsim run` begins: seconds beyond imports to week 1 and to its last line, with code kept from before.

    uv run python benchmarks/start.py [scenario ...]      (town and england_2024)

A first process runs the command and notes what was imported in the end, since much is imported only when it is needed.
A second one imports all of that and then runs the command, three times each; the fastest counts.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stdout, suppress
from io import StringIO
from pathlib import Path

from measuring import machine, timed

REPEATS = 3


def run_once(scenario: str, noted: Path) -> None:
    """In a process of its own: run the command for one week after importing what is `noted`, and print three times."""
    with timed() as imports:
        for name in noted.read_text().split() if noted.exists() else ["marketsim.cli.main"]:
            with suppress(ImportError):
                importlib.import_module(name)
    from marketsim.cli.main import app
    from marketsim.model import MarketModel

    began, week_1, step = time.perf_counter(), list[float](), MarketModel.step

    def noting_step(model: MarketModel) -> None:
        week_1.append(time.perf_counter() - began)
        step(model)

    MarketModel.step = noting_step  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(StringIO()):
        app(["run", scenario, "--weeks", "1", "--out", str(Path(folder) / "run")], standalone_mode=False)
    print(imports.wall, week_1[0], time.perf_counter() - began)
    noted.write_text("\n".join(name for name in sys.modules if name.split(".")[0] != "__main__"))


def main(scenarios: list[str]) -> None:
    """Run all in turn and print the fastest."""
    print(f"marketsim run, seconds of wall clock, the fastest of {REPEATS} ({machine()})")
    print(f"{'':16s} imports  to week 1  to the last line of one week")
    for scenario in scenarios:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, __file__, "--once", scenario, str(Path(folder) / "modules")]
            done = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(1 + REPEATS)]
        times = [tuple(map(float, one.stdout.split())) for one in done[1:]]
        imports, week_1, last = (min(column) for column in zip(*times, strict=True))
        print(f"{scenario:16s} {imports:7.2f} {week_1:10.2f} {last:10.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--once"]:
        run_once(sys.argv[2], Path(sys.argv[3]))
    else:
        main(sys.argv[1:] or ["town", "england_2024"])
