"""England for ten years: what start-up, building and each part of the week cost, and the memory on top of start-up.

    uv run python benchmarks/decade.py [weeks] [scenario]

The decade is lived three times, and the fastest counts: what else the machine does only ever adds.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any

from measuring import Parts, Span, Yardstick, file_megabytes, machine, peak_megabytes, timed

# The calls of MarketModel.step, in its order.
WEEK = ("end_stays", "open_and_close_homes", "admit_new_needs", "place_children", "pay", "review", "record")
REPEATS = 3


@dataclass
class Decade:
    """One replicate: what its weeks took, and a yardstick measured all along."""

    running: Span = field(default_factory=Span)
    parts: Parts = field(default_factory=Parts)
    yardstick: Yardstick = field(default_factory=Yardstick)

    def live(self, model: Any, weeks: int) -> None:
        """Let the weeks go by."""
        self.parts.watch(model, *WEEK)
        for week in range(weeks):
            with timed() as one:
                model.step()
            self.running.cpu, self.running.wall = self.running.cpu + one.cpu, self.running.wall + one.wall
            if week % 10 == 0:
                self.yardstick.measure()

    def __str__(self) -> str:
        return f"{self.running.cpu:.2f} s ({self.running.cpu / self.yardstick.mean:.0f} yardsticks)"


def main(weeks: int, name: str) -> None:
    """Print what a decade needs."""
    with timed() as imports:
        from marketsim.experiments.run import forget
        from marketsim.experiments.run import run as run_scenario
        from marketsim.experiments.scenarios import as_scenario
        from marketsim.market.children import PLACED
        from marketsim.model import MarketModel
    with timed() as compiling:
        run_scenario("town", seed=0, weeks=53)
    memory, files = peak_megabytes(), file_megabytes()
    parameters, decades, on_top = as_scenario(name, weeks), list[Decade](), 0.0
    for _ in range(REPEATS):
        with timed() as building:
            model = MarketModel(parameters, 1)
        decades.append(Decade())
        decades[-1].live(model, weeks)
        children = len(model.market.children.in_state(PLACED)), len(model.market.records.start_week)
        forget(model)
        on_top = on_top or peak_megabytes() - memory  # of the first: what follows reuses its memory
    fastest = min(decades, key=lambda decade: decade.running.cpu)
    running, parts, yard = fastest.running, fastest.parts, fastest.yardstick.mean

    print(f"{name}, {weeks} weeks, one replicate, the fastest of {REPEATS} ({machine()})")
    print(f"imports               {imports}")
    print(f"compile or load code  {compiling}   (a year of town)")
    print(f"build week 0          {building}")
    print(f"run                   {running}   {1000 * running.cpu / weeks:.2f} ms CPU a week")
    print(f"yardstick             {1000 * yard:8.2f} ms CPU: the run is {running.cpu / yard:.0f} of it")
    print(f"all runs              {', '.join(map(str, decades))}")
    print(f"memory                {memory:8.0f} MB at start-up, of it {files:.0f} MB files that processes share")
    print(f"                      {on_top:8.0f} MB on top at the peak of the first run")
    print(f"size                  {children[0]:8d} children placed at the end, {children[1]} placements recorded")
    print("\npart of the week          seconds   share")
    for part, seconds in parts.seconds.items():
        print(f"{part:24s} {seconds:8.2f} {seconds / running.cpu:7.1%}")
    rest = running.cpu - sum(parts.seconds.values())
    print(f"{'the rest (Mesa)':24s} {rest:8.2f} {rest / running.cpu:7.1%}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 520, sys.argv[2] if len(sys.argv) > 2 else "england_2024")
