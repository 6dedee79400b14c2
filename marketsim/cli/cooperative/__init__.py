"""Cooperatives: who would stay, how to divide a map, which terms serve several aims, and what to hand in."""

from __future__ import annotations

import typer

from marketsim.cli.cooperative.search import search

cooperative = typer.Typer(
    help="Design a regional care cooperative, and see who gains, loses and stays.", no_args_is_help=True
)
cooperative.command()(search)
