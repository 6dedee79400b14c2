"""All ratios in one run: against a plain Mesa version, how time grows with the market, and where a week's time goes.

    uv run python benchmarks/run.py [weeks of England]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

import growth
from measuring import Span, machine, timed
from plain_mesa import Market, Size

WEEKS = 26
SIZES = (0.25, 0.5, 1)  # of the small market, in those of growth.py, whose x1 is about a quarter of England
REPEATS = 3


def small(size: float) -> tuple[Size, object]:
    """The same market for both: authorities, homes, children and needs; for marketsim as its scenario."""
    parameters = growth.grown(size)
    world = parameters.world
    return Size(world.authorities, world.homes, world.children_at_start, parameters.demand.new_needs_per_year,
                world.side_miles), parameters  # fmt: skip


def plain(size: Size) -> tuple[Span, float]:
    """Time of the plain version for WEEKS weeks, and child-weeks lived (placed or waiting)."""
    model = Market(size, 1)
    with timed() as span:
        for _ in range(WEEKS):
            model.step()
    return span, sum(row["children_placed"] + row["children_waiting"] for row in model.weekly)


def ours(parameters: object) -> tuple[Span, float]:
    """The same of marketsim."""
    from marketsim.experiments.run import forget
    from marketsim.model import MarketModel
    from marketsim.results.weeks import weekly_frame

    model = MarketModel(parameters, 1)  # type: ignore[arg-type]
    with timed() as span:
        for _ in range(WEEKS):
            model.step()
    rows = weekly_frame(model.market, model.recorder)
    forget(model)
    names = ("children_placed", "children_waiting", "children_unregistered")
    return span, float(rows[list(names)].to_numpy().sum())


def against_plain() -> None:
    """The two in turn, REPEATS times; the median ratio counts."""
    print(f"against plain Mesa, {WEEKS} weeks, in turn, median of {REPEATS} ({machine()})")
    print("                            ms CPU a week                 us CPU a child-week")
    print("authorities homes children    plain marketsim  ratio      plain marketsim  ratio")
    for share in SIZES:
        size, parameters = small(share)
        pairs = [(plain(size), ours(parameters)) for _ in range(REPEATS)]
        weeks = [[1_000 * span.cpu / WEEKS for span, _ in pair] for pair in pairs]
        children = [[1e6 * span.cpu / lived for span, lived in pair] for pair in pairs]
        cells = "    ".join("{:7.1f} {:9.1f} {:6.1f}".format(*medians(rows)) for rows in (weeks, children))
        print(f"{size.authorities:11d} {size.homes:5d} {size.children:8d}  {cells}")


def medians(rows: list[list[float]]) -> tuple[float, float, float]:
    """Median of the plain version, of marketsim, and of their ratio."""
    return (statistics.median(row[0] for row in rows), statistics.median(row[1] for row in rows),
            statistics.median(row[0] / row[1] for row in rows))  # fmt: skip


def main() -> None:
    ours(growth.grown(0.25))  # compiles
    against_plain()
    print()
    growth.main(104)
    print(flush=True)
    weeks = sys.argv[1] if len(sys.argv) > 1 else "520"
    decade = Path(__file__).with_name("decade.py")
    subprocess.run([sys.executable, str(decade), weeks], check=True)  # a process of its own: start-up is part of it


if __name__ == "__main__":
    main()
