"""The pages of the documentation, also where only the package is installed."""

from __future__ import annotations

from typing import Annotated

import typer

Page = Annotated[str | None, typer.Argument(help="a page (limits, validation, sweeps, ...); not given: lists them")]


def docs(page: Page = None) -> None:
    """Print a page of the documentation, or list the pages."""
    from rich.console import Console
    from rich.markdown import Markdown

    from marketsim.scenario import errors, shipped

    folder = shipped.shipped_folder(shipped.DOCS)
    pages = {file.relative_to(folder).with_suffix("").as_posix(): file for file in sorted(folder.rglob("*.md"))}
    if page is None:
        for name, file in pages.items():
            typer.echo(f"{name.ljust(max(map(len, pages)))}  {_title(file.read_text(encoding='utf-8'))}")
        return
    name = page.removeprefix("docs/").removesuffix(".md")
    if name not in pages:
        words = errors.sentence("is no page", f"there are {', '.join(pages)}", errors.did_you_mean(name, list(pages)))
        raise errors.ScenarioError(words, errors.escaped(page)[:200] or "''")
    text, console = pages[name].read_text(encoding="utf-8"), Console()
    typer.echo(text, nl=False) if not console.is_terminal else console.print(Markdown(text))


def _title(text: str) -> str:
    return text.partition("\n")[0].lstrip("# ")
