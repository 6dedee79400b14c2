"""The live page: two markets side by side, to watch and to change while they run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from marketsim.cli import options


def live(
    scenario: Annotated[str, typer.Argument(help="a scenario file or shipped name: the first market")] = "town",
    other: Annotated[
        str | None, typer.Argument(help="the second market; not given: the same, to be changed while it runs")
    ] = None,
    seed: options.Seed = 1,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="not given: 8765, or any that is free")] = None,
    browser: Annotated[bool, typer.Option(help="open the page in the browser")] = True,
    new: Annotated[bool, typer.Option("--new", help="begin anew, whatever was left of such a room")] = False,
    host: Annotated[str, typer.Option(help="address to listen on; any but this machine's own needs --token")] = (
        "127.0.0.1"
    ),
    token: Annotated[str | None, typer.Option(help="a word that the address of every page must carry")] = None,
    workshop: Annotated[
        bool, typer.Option("--workshop", help="people take seats and decide by rounds; the second market is theirs")
    ] = False,
    seat: Annotated[
        list[str] | None,
        typer.Option(help="of a workshop: an authority, 'provider 2' or board; not given: four, three and the board"),
    ] = None,
    out: Annotated[Path, typer.Option(help="folder below which rooms and their reports are kept")] = Path("results"),
) -> None:
    """Watch two markets side by side in the browser, on the same children: play, pause, change, follow, branch."""
    from marketsim.core import interrupts

    with interrupts.deferred():
        from marketsim.live.room import Room
        from marketsim.live.web import serving
        from marketsim.live.workshop.host import LABELS, Host

    serving.check(host, token)
    if not workshop:
        options.refuse("only a workshop has seats", seat=seat or None)
    room = Room([scenario] if other is None else [scenario, other], seed, out, new, LABELS if workshop else None)
    if room.goes_on:
        typer.echo(f"The room goes on as it was left ({room.file}); --new begins anew.", err=True)
    leader = Host(room, seat or []) if workshop else None
    serving.serve(room, leader, host, port, token, browser, typer.echo)
