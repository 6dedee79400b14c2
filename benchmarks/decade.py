"""England for ten years: what start-up, building and each part of the week cost, and the memory on top of start-up.

    uv run python benchmarks/decade.py [weeks] [scenario]
"""

from __future__ import annotations

import sys

from measuring import Parts, Span, Yardstick, machine, peak_megabytes, timed

# The calls of MarketModel.step, in its order.
WEEK = ("end_stays", "open_and_close_homes", "admit_new_needs", "place_children", "pay", "review", "record")


def main(weeks: int, name: str) -> None:
    with timed() as imports:
        from marketsim.children import PLACED
        from marketsim.experiments.run import as_scenario, forget
        from marketsim.experiments.run import run as run_scenario
        from marketsim.model import MarketModel
    with timed() as compiling:
        run_scenario("town", seed=0, weeks=53)
    memory = peak_megabytes()
    parameters = as_scenario(name, weeks)
    with timed() as building:
        model = MarketModel(parameters, 1)
    parts, yardstick, running = Parts(), Yardstick(), Span()
    parts.watch(model, *WEEK)
    for week in range(weeks):
        with timed() as one:
            model.step()
        running.cpu, running.wall = running.cpu + one.cpu, running.wall + one.wall
        if week % 10 == 0:
            yardstick.measure()
    children = len(model.market.children.in_state(PLACED)), len(model.records.start_week)
    forget(model)

    print(f"{name}, {weeks} weeks, one replicate ({machine()})")
    print(f"imports               {imports}")
    print(f"compile or load code  {compiling}   (a year of town)")
    print(f"build week 0          {building}")
    print(f"run                   {running}   {1000 * running.cpu / weeks:.2f} ms CPU a week")
    yard = yardstick.mean
    print(f"yardstick             {1000 * yard:8.2f} ms CPU: the run is {running.cpu / yard:.0f} of it")
    print(f"memory                {memory:8.0f} MB at start-up, {peak_megabytes() - memory:.0f} MB on top at the peak")
    print(f"size                  {children[0]:8d} children placed at the end, {children[1]} placements recorded")
    print("\npart of the week          seconds   share")
    for part, seconds in parts.seconds.items():
        print(f"{part:24s} {seconds:8.2f} {seconds / running.cpu:7.1%}")
    rest = running.cpu - sum(parts.seconds.values())
    print(f"{'the rest (Mesa)':24s} {rest:8.2f} {rest / running.cpu:7.1%}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 520, sys.argv[2] if len(sys.argv) > 2 else "england_2024")
