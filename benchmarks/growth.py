"""How the time of a run grows with the market: a synthetic one, then two, four and eight times as large.

Authorities, regions, homes and children grow together and the side of the plane with their square root, so that
density stays. The exponent is the slope of log time over log size: 1 means that time grows as the market does.

    uv run python benchmarks/growth.py [weeks]
"""

from __future__ import annotations

import math
import sys
from typing import Any

from measuring import Span, machine, timed

SIZES = (1, 2, 4, 8)
REPEATS = 3  # the fastest counts: other work on the machine only ever adds
# A quarter of England, about: authorities, homes and children in its proportions, at its density.
ONE = {"authorities": 36, "regions": 4, "homes": 850, "children_at_start": 2_135, "unregistered_at_start": 190}
NEEDS_PER_YEAR, SIDE_MILES = 1_475.0, 112.0


def grown(size: float) -> Any:
    """The market, `size` times as large."""
    from marketsim.scenario.loading import load_scenario

    world: dict[str, float] = {name: max(round(size * number), 1) for name, number in ONE.items()}
    world["side_miles"] = SIDE_MILES * math.sqrt(size)
    changes = [f"world.{name}={value}" for name, value in world.items()]
    changes.append(f"demand.new_needs_per_year={size * NEEDS_PER_YEAR}")
    return load_scenario("town", [*changes, "providers.acceptance_most_need=0.000004"]).scenario


def measured(parameters: Any, weeks: int) -> tuple[Span, Span]:
    """Time to build and to run one market."""
    from marketsim.experiments.run import forget
    from marketsim.model import MarketModel

    with timed() as building:
        model = MarketModel(parameters, 1)
    with timed() as running:
        for _ in range(weeks):
            model.step()
    forget(model)
    return building, running


def main(weeks: int) -> None:
    spans: dict[int, tuple[Span, Span]] = {}
    measured(grown(1), 4)  # compiles
    for size in SIZES:
        tried = [measured(grown(size), weeks) for _ in range(REPEATS)]
        spans[size] = min((one[0] for one in tried), key=cpu), min((one[1] for one in tried), key=cpu)
    print(f"synthetic, {weeks} weeks, the fastest of {REPEATS} ({machine()})")
    print("size   build s CPU  ratio    run s CPU  ratio  exponent    ms a week")
    first_build, first_run = spans[SIZES[0]]
    for size, (building, running) in spans.items():
        slope = f"{exponent(size, running.cpu / first_run.cpu):8.2f}" if size > 1 else " " * 8
        print(f"x{size:<4d} {building.cpu:12.2f} {building.cpu / first_build.cpu:6.2f} {running.cpu:12.2f}"
              f" {running.cpu / first_run.cpu:6.2f}  {slope} {1000 * running.cpu / weeks:12.2f}")  # fmt: skip


def cpu(span: Span) -> float:
    """The part of a span that other work on the machine disturbs least."""
    return span.cpu


def exponent(size: int, ratio: float) -> float:
    """Slope of log time over log size from x1 to here."""
    return math.log(ratio) / math.log(size)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 104)
