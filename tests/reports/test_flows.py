"""The network of placements counts each child once, at home and at host."""

from marketsim import run
from marketsim.reports.flows import placement_network


def test_flows_add_up_to_the_children_placed() -> None:
    result = run("town", seed=3, weeks=30)
    graph = placement_network(result, week=30)
    children = sum(count for _, _, count in graph.edges(data="children"))
    assert children == result.weekly["children_placed"].iloc[-1]
    away = sum(count for home, host, count in graph.edges(data="children") if home != host)
    assert away / children == result.weekly["out_of_area_share"].iloc[-1]
    assert all(miles >= 0 for _, _, miles in graph.edges(data="distance_mean_miles"))
