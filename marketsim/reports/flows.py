"""Who places children where: the network of placements between authorities."""

from __future__ import annotations

import networkx as nx

from marketsim.results.result import Result


def placement_network(result: Result, week: int) -> nx.DiGraph:
    """A directed graph with an edge from each home authority to each host authority (ONS codes).

    Edges carry `children`, who live there in `week`, and `distance_mean_miles`.
    An authority's children within its own boundary are an edge to itself.
    """
    placements = result.placements
    ended = placements["end_week"].fillna(week + 1) <= week
    living = placements[(placements["start_week"] <= week) & ~ended.astype(bool)]
    graph = nx.DiGraph()
    for (home, host), group in living.groupby(["home_authority", "host_authority"]):
        graph.add_edge(home, host, children=len(group), distance_mean_miles=float(group["distance_miles"].mean()))
    return graph
