"""Cooperatives: who would stay, how to divide a map, which terms serve several aims, and what to hand in."""

from __future__ import annotations

import typer

from marketsim.cli.cooperative import partition, report, search, stability

cooperative = typer.Typer(
    help="Design a regional care cooperative, and see who gains, loses and stays.", no_args_is_help=True
)
for command in (stability.stability, partition.partition, search.search, report.report):
    cooperative.command()(command)
