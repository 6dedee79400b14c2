"""Who places children where: the network of placements between authorities."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pandas as pd

from marketsim.results.result import Result


def placement_network(result: Result, week: int) -> nx.DiGraph:
    """The network of those who live in homes in a week of a run; edges also carry `distance_mean_miles`."""
    placements = result.placements
    ended = placements["end_week"].fillna(week + 1) <= week
    living = placements[(placements["start_week"] <= week) & ~ended.astype(bool)]
    graph = network(living)
    for home, host, miles in _by_flow(living)["distance_miles"].mean().reset_index().itertuples(index=False):
        graph.edges[home, host]["distance_mean_miles"] = float(miles)
    return graph


def network(living: pd.DataFrame, runs: int = 1) -> nx.DiGraph:
    """A directed graph with an edge from each home authority to each host authority (ONS codes) of some placements.

    Edges carry `children`, who live there, the mean of so many runs. An authority's children within its own boundary
    are an edge to itself.
    """
    graph = nx.DiGraph()
    for home, host, count in _by_flow(living).size().reset_index().itertuples(index=False):
        graph.add_edge(home, host, children=count if runs == 1 else count / runs)
    return graph


def _by_flow(living: pd.DataFrame) -> Any:
    return living.groupby(["home_authority", "host_authority"])
