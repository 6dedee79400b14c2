"""The recipes of docs/extending/ are done as they are written, in a folder of their own, and what they promise comes.

Each page is followed block by block with a copy of the program, which runs as plain Python: it would otherwise compile
anew. `docs/extending/README.md` says how blocks are read.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("rule", "key", "policy", "outcome", "figure")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"# (?P<file>[\w/.]+)(?:, (?P<how>at the end|behind: |before: )(?P<line>.*))?")
FOLLOW = """
import contextlib, io, json, sys
from marketsim.cli.main import main

said = {}
for words in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        if words[0] == "script":
            exec(words[1], {})
        else:
            assert words[0] == "marketsim", words
            sys.argv = words
            try:
                main()
            except SystemExit as left:
                assert not left.code, (words, left.code, out.getvalue())
    said[words[0] if words[0] == "script" else " ".join(words)] = out.getvalue()
print(json.dumps(said))
"""  # one process for a page: most of the time of a command goes into imports


@dataclass
class Followed:
    """A recipe that was followed in `folder`: the files that it changed or made, and what each command said."""

    folder: Path
    files: list[str] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)

    def table(self, name: str) -> pd.DataFrame:
        """A table that a run of the recipe left."""
        return pd.read_parquet(self.folder / f"{name}.parquet")


def followed(page: str, folder: Path) -> Followed:
    """Do what a page says: put all code in its place, then type the commands and run what has no place."""
    for room in ("marketsim", "scenarios"):
        shutil.copytree(ROOT / room, folder / room)
    (folder / ".git").mkdir()  # so that the copy passes for a checkout
    recipe, commands = Followed(folder), list[list[str]]()
    for language, text in BLOCK.findall(text_of(page)):
        first, _, rest = text.partition("\n")
        if (place := PLACE.fullmatch(first)) is not None:
            put(recipe, place, rest)
        else:
            commands += [["script", text]] if language == "python" else map(shlex.split, text.splitlines())
    if ["marketsim", "evidence", "--write"] in commands:
        recipe.files.append("marketsim/england/evidence.csv")
    recipe.said = typed(folder, commands)
    return recipe


def text_of(page: str) -> str:
    return (ROOT / "docs" / "extending" / f"{page}.md").read_text(encoding="utf-8")


def typed(folder: Path, commands: list[list[str]]) -> dict[str, str]:
    """What each command says, which must end well, with the copy of the program that is in the folder."""
    exported = dict(words[1].split("=") for words in commands if words[0] == "export")
    given = json.dumps([words for words in commands if words[0] != "export"])
    plain = {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(folder), "COLUMNS": "120"}
    done = subprocess.run(
        [sys.executable, "-c", FOLLOW, given], cwd=folder, env=os.environ | plain | exported,
        capture_output=True, text=True, encoding="utf-8", timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    said: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return said


def put(recipe: Followed, place: re.Match[str], code: str) -> None:
    """Code in its place: a new file, or the end of one that there is, or beside a line that occurs in it once."""
    file = recipe.folder / place["file"]
    if place["how"] is None:
        assert not file.exists()
        file.parent.mkdir(exist_ok=True)
        file.write_text(code, encoding="utf-8")
    else:
        before = file.read_text(encoding="utf-8")
        file.write_text(with_code(before, code, place["how"].rstrip(": "), place["line"]), encoding="utf-8")
    if place["file"].endswith(".py") and place["file"] not in recipe.files:
        recipe.files.append(place["file"])


def with_code(text: str, code: str, how: str, at: str) -> str:
    if how == "at the end":
        return text + code
    lines = text.splitlines(keepends=True)
    [row] = [row for row, line in enumerate(lines) if line.strip() == at]
    row += how == "behind"
    return "".join([*lines[:row], code, *lines[row:]])


@pytest.fixture(scope="module")
def recipes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Followed]]:
    """All recipes, followed two at a time."""
    with ThreadPoolExecutor(2) as threads:
        started = {page: threads.submit(followed, page, tmp_path_factory.mktemp(page)) for page in PAGES}
    yield {page: future.result() for page, future in started.items()}


@pytest.mark.parametrize("page", PAGES)
def test_the_files_to_touch_are_named_first_and_three_at_most(page: str, recipes: dict[str, Followed]) -> None:
    lines = text_of(page).splitlines()
    named = re.findall("`(.*?)`", lines[2])
    touched = recipes[page].files
    assert lines[2].startswith("Files: ") and 1 <= len(named) <= 3
    assert touched[:1] == named if page == "rule" else touched == named


def test_a_rule_is_one_file_that_scenarios_accept(recipes: dict[str, Followed]) -> None:
    placements = recipes["rule"].table("near/placements")
    new = placements[placements["start_week"] > 0]
    assert len(new) > 10 and set(new["route"]) == {"nearest"} and new["distance_miles"].max() <= 12
    assert not any(file.startswith("marketsim/") for file in recipes["rule"].files)


def test_a_joint_venture_hands_back_a_share_of_the_surplus(recipes: dict[str, Followed]) -> None:
    weeks = re.findall(r"^(\d) handed back: ([\d.]+) GBP", recipes["rule"].said["script"], re.MULTILINE)
    assert len(weeks) == 8 and max(float(pounds) for _, pounds in weeks) > 1_000


def test_a_key_acts_and_is_signed_off(recipes: dict[str, Followed]) -> None:
    recipe = recipes["key"]
    closed = [recipe.table(f"{run}/weekly")["homes_closed"].sum() for run in ("usual", "closing")]
    assert closed[0] < closed[1]
    assert "assumption" in recipe.said["marketsim evidence closings_if_half_empty"]
    assert "\nproviders.closings_if_half_empty,0.0,,,share,assumption,assumption,\n" in written(recipe)


def test_a_policy_is_one_file_that_scenarios_accept(recipes: dict[str, Followed]) -> None:
    recipe = recipes["policy"]
    usual, door, later = (recipe.table(f"{run}/placements") for run in ("usual", "door", "later"))
    moved = door[door["end_reason"] == "moved_on"]
    assert len(moved) > 5 and moved["distance_miles"].min() > 20 and not (usual["end_reason"] == "moved_on").any()
    of_some = later[later["end_reason"] == "moved_on"]
    assert set(of_some["home_authority"]) <= {"S0001", "S0002"} and of_some["end_week"].min() > 39 and len(of_some) > 0
    assert "nobody: the example of this page" in recipe.said["marketsim levers open_door"]
    assert not any(file.startswith("marketsim/") for file in recipe.files)


def written(recipe: Followed) -> str:
    return (recipe.folder / "marketsim" / "england" / "evidence.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["key", "policy"])
def test_without_it_nothing_changes(page: str, recipes: dict[str, Followed], shipped_weeks: pd.DataFrame) -> None:
    usual = recipes[page].table("usual/weekly")
    pd.testing.assert_frame_equal(usual.head(26), shipped_weeks.head(26), check_dtype=False)


@pytest.fixture(scope="module")
def shipped_weeks() -> pd.DataFrame:
    """The weeks of town as the program is."""
    from marketsim import run

    return run("town", seed=1, weeks=26).weekly


def test_an_outcome_is_in_both_tables(recipes: dict[str, Followed]) -> None:
    outcomes, weekly = recipes["outcome"].table("seen/outcomes"), recipes["outcome"].table("seen/weekly")
    [share] = outcomes.loc[(outcomes["outcome"] == "unregistered_share") & (outcomes["region"] == "England"), "value"]
    children = weekly[["children_unregistered", "children_placed"]].sum()
    assert share == pytest.approx(children["children_unregistered"] / children.sum())
    assert weekly["unregistered_share"].between(0, 1).all()


def test_a_figure_is_drawn_and_said_in_words(recipes: dict[str, Followed]) -> None:
    drawn = recipes["figure"].folder / "compared" / "figures" / "waits.png"
    [said] = [said for words, said in recipes["figure"].said.items() if words.startswith("marketsim plot")]
    assert said.split()[-1] == str(Path("compared", "figures", "waits.png")) and drawn.stat().st_size > 10_000
    assert drawn.with_suffix(".txt").read_text(encoding="utf-8").startswith("Children wait ")


def test_a_run_to_watch_is_as_the_page_on_the_architecture_shows(capsys: pytest.CaptureFixture[str]) -> None:
    [(_, code)] = BLOCK.findall((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
    exec(code, {})
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [str(week) for week in range(1, 105)]
