"""Faults in a user's rule file: each is one line with the file and what is wrong, exit code 2, nothing written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from marketsim.cli.main import main
from marketsim.reports.values import described
from marketsim.scenario import levers
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.loading import load_scenario

HEAD = """
from typing import ClassVar, Literal

from marketsim.scenario.sections.base import Miles, figure
from marketsim.purchasing.rule import PurchasingRule
from marketsim.scenario.sections.base import Section

"""
SCENARIO = "extends: town.yaml\npurchasing: {arrangements: {near: {rule: mine}}, order: [near]}\n"


def rule(name: str = "mine", title: str = "Mine", field: str | None = None, more: str = "pass") -> str:
    """The text of a class of a rule; `field` is its declaration of `rule`."""
    declared = f'rule: Literal["{name}"] = "{name}"' if field is None else field
    return f'class {title}(PurchasingRule):\n    name: ClassVar[str] = "{name}"\n    {declared}\n    {more}\n\n\n'


def required(name: str) -> str:
    """A rule with a field that must be given, which is no fault."""
    return HEAD + rule(name, more="radius_miles: Miles")


FAULTS = {
    "raises": ("raise TypeError('no\\nway')", ["TypeError: no\\nway (line 1)"]),
    "asks for what isn't there": ("\nimport marketsim.nothing", ["ModuleNotFoundError", "(line 2)"]),
    "divides by nothing": (HEAD + rule() + "x = 1 / 0", ["ZeroDivisionError: division by zero"]),
    "exits": ("import sys\n\nsys.exit(0)", ["SystemExit: 0 (line 3)"]),
    "quits": ("raise SystemExit", ["SystemExit (line 1)"]),
    "an error of its own kind": ("class Rude(BaseException):\n    pass\nraise Rude('so')", ["Rude: so (line 3)"]),
    "an error that can't be shown": (
        "class Rude(Exception):\n    def __str__(self): raise ValueError\nraise Rude",
        ["Rude: <exception str() failed> (line 3)"],
    ),
    "never stops calling": ("def f(): f()\nf()", ["RecursionError"]),
    "syntax error": ("class Mine(:\n", ["SyntaxError: invalid syntax (mine.py, line 1)"]),
    "wrong indentation": ("if True:\npass", ["IndentationError", "line 2"]),
    "no Python": ("\x00\x01", ["mine.py is not a purchasing rule: "]),
    "empty": ("", ["there is no class in it that derives from PurchasingRule"]),
    "another class": ("class Mine:\n    name = 'mine'\n", ["no class in it that derives from PurchasingRule"]),
    "only imports a rule": ("from marketsim.purchasing.spot import Spot", ["no class in it that derives from"]),
    "no name": (HEAD + "class Mine(PurchasingRule):\n    radius_miles: Miles = 3.0", ["class Mine has no name"]),
    "the name of its base": (
        "from marketsim.purchasing.spot import Spot\nclass Mine(Spot):\n    pass",
        ["class Mine has no name"],
    ),
    "a field for a name": (HEAD + "class Mine(PurchasingRule):\n    name: str = 'mine'", ["mine.py is not", "Mine"]),
    "a capital in its name": (HEAD + rule("Mine"), ["the name 'Mine' of class Mine is not a word of lower-case"]),
    "a dash in its name": (HEAD + rule("my-rule"), ["the name 'my-rule' of class Mine is not a word"]),
    "a digit first in its name": (HEAD + rule("1st"), ["the name '1st' of class Mine is not a word"]),
    "an empty name": (HEAD + rule(""), ["the name '' of class Mine is not a word"]),
    "a number for a name": (
        HEAD + "class Mine(PurchasingRule):\n    name: ClassVar[int] = 5",
        ["the name 5 of class Mine is not a word"],
    ),
    "a name that is taken": (HEAD + rule("spot"), ["the name 'spot' is taken by a purchasing rule of marketsim's own"]),
    "two rules of a name": (HEAD + rule() + rule(title="Other"), ["the name 'mine' is taken by mine.py"]),
    "no field rule": (HEAD + rule(field=""), ['class Mine lacks the field `rule: Literal["mine"] = "mine"`']),
    "another word": (HEAD + rule(field='rule: Literal["other"] = "other"'), ["lacks the field `rule: Literal"]),
    "two words": (HEAD + rule(field='rule: Literal["mine", "other"] = "mine"'), ["lacks the field `rule: Literal"]),
    "any word": (HEAD + rule(field='rule: str = "mine"'), ["lacks the field `rule: Literal"]),
    "another word by default": (HEAD + rule(field='rule: Literal["mine"] = "other"'), ["the default of rule in"]),
    "a default out of bounds": (
        HEAD + rule(more='radius_miles: Miles = figure(-3.0, "how far")'),
        ["the default of radius_miles in class Mine is refused: ", "greater than or equal to 0, got -3.0"],
    ),
    "a default that is no number": (HEAD + rule(more="radius_miles: Miles = float('nan')"), ["radius_miles", "finite"]),
    "a default of another type": (HEAD + rule(more="places: int = 'many'"), ["the default of places", "got 'many'"]),
    "a wrong default within": (
        HEAD + "class Terms(Section):\n    miles: Miles = -1.0\n\n\n" + rule(more="terms: Terms = Terms()"),
        ["mine.py is not a purchasing rule: ValidationError", "miles"],
    ),
    "a default that fails": (
        HEAD + "from pydantic import Field\n\n\n" + rule(more="places: int = Field(default_factory=lambda: 1 // 0)"),
        ["ZeroDivisionError", "mine.py"],
    ),
    "a type that has no schema": (
        HEAD + "from collections.abc import Callable\n\n\n" + rule(more="how: Callable[[], int] = len"),
        ["PydanticInvalidForJsonSchema", "mine.py"],
    ),
    "a type that isn't there": (
        "from __future__ import annotations\n" + HEAD + rule(more="places: Nowhere = 1"),
        ["is not a purchasing rule: ", "Nowhere"],
    ),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a scenario and an empty folder of rules."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MARKETSIM_RULES", "rules")
    (tmp_path / "rules").mkdir()
    (tmp_path / "near.yaml").write_text(SCENARIO)
    return tmp_path


def refusal(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    """The one line that a command says before it ends with exit code 2."""
    monkeypatch.setattr(sys, "argv", ["marketsim", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert ended.value.code == 2 and said.out == "" and len(said.err.splitlines()) == 1, said
    assert said.err.rstrip("\n").isprintable() and len(said.err) < 1_200
    return said.err


@pytest.mark.parametrize(("text", "expected"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_one_line_with_its_file(
    text: str,
    expected: list[str],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (folder / "rules" / "mine.py").write_text(text)
    said = refusal(folder, capsys, monkeypatch, "check", "near.yaml")
    assert said.startswith("rules/mine.py is not a purchasing rule: ")
    assert all(words in said for words in expected), said


WITHIN = {
    "a validator that fails": (
        "@field_validator('miles')\n    @classmethod\n    def _check(cls, miles):\n        return miles / 0",
        "reading its fields: ZeroDivisionError: ",
    ),
    "what it is made of": ("def inside(self):\n        raise SystemExit(3)", "inside: SystemExit: 3 (line 16)"),
    "a word for a list": ("def inside(self):\n        return 'spot'", "inside: ValidationError: "),
    "numbers for names": ("def membership(self):\n        return [5], []", "membership: ValidationError: "),
    "who is in it": ("def membership(self):\n        return self.nobody", "membership: AttributeError: "),
}


@pytest.mark.parametrize(("text", "expected"), WITHIN.values(), ids=WITHIN)
def test_a_fault_that_shows_when_a_scenario_is_read_is_one_line_too(
    text: str, expected: str, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    head = HEAD + "from pydantic import field_validator\n\n\n"
    (folder / "rules" / "mine.py").write_text(head + rule(more=f"miles: Miles\n    {text}"))
    (folder / "near.yaml").write_text(SCENARIO.replace("mine}", "mine, miles: 3}"))
    assert refusal(folder, capsys, monkeypatch, "check", "near.yaml").startswith(f"rules/mine.py {expected}")


def test_a_class_may_be_called_like_one_of_ours(folder: Path) -> None:
    (folder / "rules" / "mine.py").write_text(HEAD + rule(title="Purchasing", more="miles: Miles = 2.0"))
    loaded = load_scenario("near.yaml")
    assert loaded.sources["purchasing.arrangements.near.miles"] == "default" and " miles" in described(loaded)


@pytest.mark.parametrize("words", [["check", "town"], ["schema"], ["run", "town", "--out", "out"]], ids=" ".join)
def test_scenarios_without_the_rule_are_refused_too_and_nothing_is_written(
    words: list[str], folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "rules" / "mine.py").write_text("raise SystemExit('enough')")
    assert "SystemExit: enough" in refusal(folder, capsys, monkeypatch, *words)
    assert sorted(path.name for path in folder.iterdir()) == ["near.yaml", "rules"]


def test_as_a_user_types_it(folder: Path) -> None:
    (folder / "rules" / "mine.py").write_text("import sys\nsys.exit('bye')")
    command = [sys.executable, "-m", "marketsim.cli.main", "run", "near.yaml", "--out", "out"]
    done = subprocess.run(command, cwd=folder, env=dict(os.environ), capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "rules/mine.py is not a purchasing rule: SystemExit: bye (line 2)\n"
    assert not (folder / "out").exists()


@pytest.mark.parametrize("named", ["nowhere", "near.yaml", os.pathsep.join(["rules", "nowhere"])])
def test_what_is_no_folder_is_named(
    named: str, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARKETSIM_RULES", named)
    said = refusal(folder, capsys, monkeypatch, "check", "near.yaml")
    assert said == f"MARKETSIM_RULES names {named.rpartition(os.pathsep)[2]}, which is not a folder\n"


def test_a_name_that_another_file_has_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "rules" / "first.py").write_text(required("mine"))
    (folder / "more").mkdir()
    (folder / "more" / "second.py").write_text(required("mine"))
    monkeypatch.setenv("MARKETSIM_RULES", os.pathsep.join(["rules", "more"]))
    said = refusal(folder, capsys, monkeypatch, "check", "near.yaml")
    assert said == "more/second.py is not a purchasing rule: the name 'mine' is taken by first.py\n"


def test_ctrl_c_while_a_file_is_imported_stops_the_program(folder: Path) -> None:
    (folder / "rules" / "mine.py").write_text("raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        levers.registered_levers()


def test_a_file_can_be_mended(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault isn't remembered; a folder may be named twice; bases without names and other classes may be there."""
    file = folder / "rules" / "mine.py"
    file.write_text("raise ValueError")
    with pytest.raises(ScenarioError):
        levers.registered_levers()
    base = "class Base(PurchasingRule):\n    radius_miles: Miles\n\n\n"
    file.write_text(HEAD + base + rule().replace("(PurchasingRule)", "(Base)") + "class Other:\n    pass\n")
    monkeypatch.setenv("MARKETSIM_RULES", os.pathsep.join(["rules", str(folder / "rules"), ""]))
    assert "mine" in levers.registered_levers() and "Base" not in levers.registered_levers()
