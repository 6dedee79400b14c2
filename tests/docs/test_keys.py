"""The page of all keys says what the schema says."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from marketsim import load_scenario
from marketsim.cli.main import main
from marketsim.scenario.loading import leaves
from marketsim.scenario.schema import Scenario
from marketsim.scenario.shape import shape_of
from marketsim.scenario.shipped import shipped_scenarios

PAGE = Path(__file__).parents[2] / "docs" / "keys.md"
KEY = re.compile(r"^\| `([\w.\[\]]+)` \| (.*)$", re.MULTILINE)
TAGS = ("rule", "policy", "kind")


def test_the_page_is_what_the_command_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["marketsim", "schema", "--page"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 0
    text = PAGE.read_text(encoding="utf-8")
    assert capsys.readouterr().out == text, "run `uv run marketsim schema --page > docs/keys.md`"


def test_every_key_has_a_meaning_and_what_is_allowed() -> None:
    rows = KEY.findall(PAGE.read_text(encoding="utf-8"))
    assert len(rows) > 180
    for key, rest in rows:
        meaning, allowed, *_ = rest.split(" | ")
        assert len(meaning) > 5 and len(allowed) > 3, key


@pytest.mark.parametrize("path", shipped_scenarios(), ids=lambda path: path.stem)
def test_every_key_of_a_shipped_scenario_is_on_the_page(path: Path) -> None:
    page = {key for key, _ in KEY.findall(PAGE.read_text(encoding="utf-8"))}
    for leaf in leaves(load_scenario(path).values, shape_of(Scenario)):
        steps = ["[]" if isinstance(step, int) else step for step in leaf.path]
        if (steps[0] == "changes" and steps[-1] != "from") or steps[-1] in TAGS:
            continue
        if steps[:2] == ["purchasing", "arrangements"]:
            steps[2] = "NAME"
        if steps == ["policies"]:  # none
            continue
        if steps[0] == "policies":
            steps[1] = "NAME"
        key = ".".join(steps).replace(".[]", "[]")
        assert key in page or any(one.startswith(f"{key}[]") for one in page) or key.rpartition(".")[0] in page, key
