"""What a scenario can switch on: the list of levers, and a page for each."""

from __future__ import annotations

from typing import Annotated

import typer


def levers(
    name: Annotated[str | None, typer.Argument(help="a lever; not given: lists them all")] = None,
    page: Annotated[bool, typer.Option("--page", help="the page of all levers, in Markdown")] = False,
) -> None:
    """List all levers with what they are, who tried them and how sure that is; or print the page of one."""
    import itertools
    import textwrap

    from rich.console import Console
    from rich.markdown import Markdown

    from marketsim.reports import levers as pages

    console = Console()
    if page:
        typer.echo(pages.docs_page(), nl=False)
    elif name is not None:
        text = pages.page_of(pages.named(name))
        typer.echo(text, nl=False) if not console.is_terminal else console.print(Markdown(text))
    else:
        width = max(console.width, 40)
        for sort, those in itertools.groupby(pages.rows(), key=lambda row: row.sort):
            typer.echo(f"{sort.capitalize()}:")
            for row in those:
                typer.echo(f"  {row.name} ({pages.TRIED[row.about.tried]})")
                for text in (row.what, f"Who: {row.about.who}", f"How sure: {row.about.sure}"):
                    typer.echo(textwrap.fill(text, width, initial_indent="    ", subsequent_indent="      "))
        typer.echo("`marketsim levers NAME` prints the page of one, with its settings and an example.")
