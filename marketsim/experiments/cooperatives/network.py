"""Who places where: runs of a scenario, counted by home and host authority, as a network of authorities.

Counted are the children in homes at the end of each of the last 52 weeks of a run, as outcomes are (child-weeks), with
their miles. So children placed in their own area are, to the digit, those whom `out_of_area_share` leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import networkx as nx
import numpy as np
import pandas as pd

from marketsim.core.columns import Floats, Ints
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.experiments import plan, sweep, sweep_folder
from marketsim.experiments.definition import Definition
from marketsim.experiments.run import Watched
from marketsim.experiments.tasks import Made, RunTask
from marketsim.market.children import PLACED
from marketsim.market.market import Market
from marketsim.results.store import StoreError
from marketsim.scenario import drawn_values
from marketsim.scenario.loading import LoadedScenario
from marketsim.scenario.sections.world import Place, places_of
from marketsim.week.arriving import weekly_needs
from marketsim.week.recording import YEAR_WEEKS

WORK = {"work": "placement network", "format": 1}  # what makes the runs of a folder these runs
FLOWS, MILES, REACH, STOCK, NEEDS = "child_weeks", "child_week_miles", "place_miles", "places", "new_needs_per_year"
TO = ">"  # between home and host authority
Count: TypeAlias = Literal["children", "authorities"]


@dataclass(frozen=True)
class Placed:
    """What runs say of placements, a run a replicate; authorities are in the order of `places`.

    `flows` (replicates, home, host) are child-weeks and `miles` these times the distance from the child's home point;
    `stock` (replicates, host) the places in homes of the last week, `reach` (replicates, home, host) these times the
    mean distance from the children of an authority; `needs` (replicates, home) the new needs expected in a year at the
    rate of the last week. `vectors` has that of the plausible set of each replicate, None if none is drawn.
    """

    places: Sequence[Place]
    weeks: int
    vectors: Ints | None
    flows: Floats
    miles: Floats
    reach: Floats
    stock: Floats
    needs: Floats

    @property
    def children(self) -> Floats:
        """Children in homes at a time by authority, mean of weeks and replicates."""
        return np.asarray(self.flows.sum(axis=2).mean(axis=0) / self.weeks)

    def rows(self, codes: Sequence[str]) -> list[int]:
        """The rows of some authorities, by ONS code."""
        row_of = {place.code: row for row, place in enumerate(self.places)}
        return [row_of[code] for code in codes]


def plan_of(loaded: LoadedScenario, replicates: int, seed: int, weeks: int | None) -> plan.Plan:
    """The runs: as many replicates of the scenario as a comparison with these numbers has, with the same luck and the
    same vectors of the plausible set."""
    name = loaded.scenario.name
    about = Definition(name=name, scenarios=[name], replicates=replicates, seed=seed, weeks=weeks)
    return plan.plan_for(about, loaded, pd.DataFrame(index=range(1)), WORK)


def make(
    planned: plan.Plan, folder: Path, workers: int | None = None, on_progress: Callable[[int, int], None] | None = None
) -> Placed:
    """Make the runs that the folder doesn't hold yet, and read all of them. Raises StoreError for a folder with other
    results, and if runs fail."""
    done = sweep.make_runs(planned, folder, workers, work=made_run, on_progress=on_progress)
    if done.failed:
        why = sweep_folder.open_set(folder).failures[0]["traceback"].strip().splitlines()[-1]
        raise StoreError(f"{len(done.failed)} of {done.runs} runs failed, see {folder / 'failed'}; the first: {why}")
    return placed_in(folder, planned.arms[0].scenario.horizon.weeks, places_of(planned.arms[0].scenario.world))


def made_run(task: RunTask) -> Made:
    """One run in a worker: its counts as rows of outcome, region (home and host, or one of them) and value."""
    return sweep.made_of(task, lambda: _counted(task))


def _counted(task: RunTask) -> pd.DataFrame:
    weeks = task.scenario.horizon.weeks
    with Watched(drawn_values.with_vector(task.scenario, task.vector), task.seed) as watched:
        count = len(watched.model.market.authorities)
        flows, miles = np.zeros((count, count)), np.zeros((count, count))
        for week in watched:
            if week.number > weeks - YEAR_WEEKS:
                _add(week.model.market, flows, miles)
        market = watched.model.market
        stock, reach = _within_reach(market)
        needs = WEEKS_PER_YEAR * weekly_needs(market.scenario.demand, market.authorities) * market.demand_index
        codes = market.authorities.code
    return pd.concat([
        _pairs(FLOWS, codes, flows), _pairs(MILES, codes, miles), _pairs(REACH, codes, reach),
        _singles(STOCK, codes, stock), _singles(NEEDS, codes, needs),
    ])  # fmt: skip


def _add(market: Market, flows: Floats, miles: Floats) -> None:
    """Count the children who are placed at the end of a week."""
    children, size = market.children, len(flows)
    placed = children.in_state(PLACED)
    pair = children.authority[placed] * size + market.homes.authority[children.home[placed]]
    flows += np.bincount(pair, minlength=size * size).reshape(flows.shape)
    miles += np.bincount(pair, weights=children.miles[placed], minlength=size * size).reshape(flows.shape)


def _within_reach(market: Market) -> tuple[Floats, Floats]:
    """The places by host; and by home authority and host the places times the mean miles from its children who are
    placed, or from its centre if there are none."""
    areas, homes, children = market.authorities, market.homes, market.children
    there = np.flatnonzero(homes.in_market(market.week))
    host, places = homes.authority[there], homes.places[there].astype(np.float64)
    placed, count = children.in_state(PLACED), len(areas)
    reach = np.zeros((count, count))
    for area in range(count):
        own = placed[children.authority[placed] == area]
        x, y = (children.x[own], children.y[own]) if len(own) else (areas.x[[area]], areas.y[[area]])
        away = np.hypot(x[:, None] - homes.x[there], y[:, None] - homes.y[there]).mean(axis=0)
        reach[area] = np.bincount(host, weights=places * away, minlength=count)
    return np.asarray(np.bincount(host, weights=places, minlength=count), dtype=np.float64), reach


def _pairs(outcome: str, codes: Sequence[str], values: Floats) -> pd.DataFrame:
    home, host = np.nonzero(values)
    names = [f"{codes[one]}{TO}{codes[other]}" for one, other in zip(home.tolist(), host.tolist(), strict=True)]
    return pd.DataFrame({"outcome": outcome, "region": names, "value": values[home, host]})


def _singles(outcome: str, codes: Sequence[str], values: Floats) -> pd.DataFrame:
    return pd.DataFrame({"outcome": outcome, "region": list(codes), "value": values})


def placed_in(folder: Path, weeks: int, places: Sequence[Place]) -> Placed:
    """What the runs in a folder say; `weeks` is their length."""
    found = sweep_folder.open_set(folder)
    design = found.design.sort_values("run")
    replicate = dict(zip(design["run"], design["replicate"], strict=True))
    rows = found.outcomes.assign(replicate=lambda frame: frame["run"].map(replicate))
    count, drawn = len(places), design["vector"].notna().all()
    row_of = {place.code: row for row, place in enumerate(places)}

    def table(outcome: str) -> Floats:
        own = rows[rows["outcome"] == outcome]
        values = np.zeros((len(design), *[count] * (1 if outcome in (STOCK, NEEDS) else 2)))
        if len(own):  # nobody may be placed at all
            ends = own["region"].astype(str).str.split(TO, expand=True)
            axes = [own["replicate"].to_numpy(), *(ends[end].map(row_of).to_numpy() for end in ends)]
            values[tuple(axes)] = own["value"].to_numpy(dtype=np.float64)
        return values

    vectors = design["vector"].to_numpy(dtype=np.int64) if drawn else None
    return Placed(places, min(weeks, YEAR_WEEKS), vectors, *map(table, (FLOWS, MILES, REACH, STOCK, NEEDS)))


def graph_of(codes: Sequence[str], flows: Floats, count: Count = "children") -> nx.Graph:
    """The network of authorities (ONS codes) from `flows` (home, host): an edge weighs the children who go either way,
    a loop those who stay at home. So the weight within parts, of all, is the share of children placed within their own
    part. With `count` "authorities" each authority's children add up to 1: small ones count as much as large ones."""
    if count == "authorities":
        total = flows.sum(axis=1, keepdims=True)
        flows = np.divide(flows, total, out=np.zeros_like(flows), where=total > 0)
    weights = flows + flows.T - np.diag(np.diag(flows))
    graph = nx.Graph()
    graph.add_nodes_from(codes)
    for one, other in zip(*np.nonzero(np.triu(weights)), strict=True):
        graph.add_edge(codes[one], codes[other], weight=float(weights[one, other]))
    return graph
