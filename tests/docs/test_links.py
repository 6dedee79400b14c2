"""What the pages of the repository name is there: links, files and folders, commands and their options."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import typer.main

from marketsim.cli.main import app

ROOT = Path(__file__).parents[2]
FOLDERS = (".", "docs", "docs/extending", "marketsim/england", "benchmarks", "experiments", "results")
PAGES = sorted(page.relative_to(ROOT).as_posix() for folder in FOLDERS for page in (ROOT / folder).glob("*.md"))
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
NAMED = re.compile(r"(?<![\w/.])(?:marketsim|tests|docs|benchmarks|scenarios|experiments)/[\w./*-]*")
COMMAND = re.compile(r"(?:`|uv run )marketsim ([a-z]+)([^`\n|]*)")
MEANT = (  # files of the reader's
    "marketsim/purchasing/nearest.py", "marketsim/reports/pictures/waits.py", "experiments/NAME.yaml",
)  # fmt: skip
INK = {"#1D1D1D", "#3D3D3D"}
COLOURS = {"#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1"}

every_page = pytest.mark.parametrize("page", PAGES)


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def test_the_pages_are_found() -> None:
    assert {"README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/extending/rule.md"} <= set(PAGES)


@every_page
def test_links_lead_somewhere(page: str) -> None:
    links = [link for link in LINK.findall(text_of(page)) if "://" not in link]
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


@every_page
def test_paths_that_are_named_are_there(page: str) -> None:
    named = {path.rstrip(".") for path in NAMED.findall(text_of(page))} - set(MEANT)
    assert [path for path in sorted(named) if not list(ROOT.glob(path))] == []


@every_page
def test_commands_and_their_options_are_there(page: str) -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for name, words in COMMAND.findall(text_of(page)):
        assert name in commands, f"marketsim {name}"
        below = getattr(commands[name], "commands", {"": commands[name]})
        known = {option for command in below.values() for one in command.params for option in one.opts}
        assert set(re.findall(r"(?<!\w)--[a-z-]+", words)) - known - {"--help"} == set(), f"marketsim {name} {words}"


def test_every_rule_hook_is_in_its_table() -> None:
    """The table of hooks in the recipe names what the contract has, and nothing else."""
    contract = (ROOT / "marketsim" / "purchasing" / "rule.py").read_text(encoding="utf-8")
    levers = (ROOT / "marketsim" / "scenario" / "levers.py").read_text(encoding="utf-8")
    rule, lever = (text.partition(f"class {name}")[2].partition("\n\n\n")[0]
                   for text, name in ((contract, "PurchasingRule"), (levers, "Lever")))  # fmt: skip
    hooks = set(re.findall(r"def (\w+)\(self", rule + lever)) - {"has"}
    table = text_of("docs/extending/rule.md").partition("| hook |")[2].partition("\n\n")[0]
    first_cells = " ".join(row.split("|")[1] for row in table.splitlines() if row.startswith("| `"))
    assert set(re.findall(r"`(\w+)\(\)`", first_cells)) == hooks


def test_every_policy_hook_is_in_its_table() -> None:
    contract = (ROOT / "marketsim" / "policies" / "policy.py").read_text(encoding="utf-8")
    policy = contract.partition("class Policy")[2].partition("\n\n\n")[0]
    hooks = set(re.findall(r"def (\w+)\(self", policy)) - {"has"}
    table = text_of("docs/extending/policy.md").partition("| hook |")[2].partition("\n\n")[0]
    first_cells = " ".join(row.split("|")[1] for row in table.splitlines() if row.startswith("| `"))
    assert set(re.findall(r"`(\w+)\(\)`", first_cells)) == hooks


def test_the_lines_of_the_week_are_those_of_the_step() -> None:
    step = (ROOT / "marketsim" / "model.py").read_text(encoding="utf-8").partition("def step(")[2].partition("\n\n")[0]
    lines = re.findall(r"self\.(\w+)\(\)$", step, re.MULTILINE)
    assert len(lines) == 8
    assert re.findall(r"^\| `(\w+)` \|", text_of("docs/architecture.md"), re.MULTILINE) == lines
    assert re.findall(r">(\d) (\w+)<", text_of("docs/architecture.svg")) == [
        (str(number), line) for number, line in enumerate(lines, start=1)
    ]


def test_the_picture_can_be_read_by_everybody() -> None:
    picture = ElementTree.fromstring(text_of("docs/architecture.svg"))
    inside = {part.tag.rpartition("}")[2]: part for part in picture}
    assert picture.get("aria-labelledby") == f"{inside['title'].get('id')} {inside['desc'].get('id')}"
    texts = [part for part in picture.iter() if part.tag.endswith("}text")]
    assert texts and {part.get("fill") for part in texts} <= INK
    used = {part.get(what) for part in picture.iter() for what in ("fill", "stroke")} - {None, "none", "#FFFFFF"}
    assert used <= INK | COLOURS


@every_page
def test_examples_are_python(page: str) -> None:
    for code in re.findall(r"^```python\n(.*?)^```$", text_of(page), re.MULTILINE | re.DOTALL):
        if not code.startswith("# marketsim/"):
            assert compile(code, page, "exec").co_code, f"{page}: nothing in an example"
