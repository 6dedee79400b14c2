"""The README's examples, done as a reader does them."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd

from marketsim.scenario.idle import without_effect
from marketsim.scenario.loading import load_scenario

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_python_example_runs_as_a_script(tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    (tmp_path / "mine.py").write_text(example + "    print(len(result.weekly), len(table))\n", encoding="utf-8")
    done = subprocess.run([sys.executable, "mine.py"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and done.stderr == ""
    *weeks, last = done.stdout.splitlines()
    assert [int(line.split()[0]) for line in weeks] == list(range(1, len(weeks) + 1))
    rows, outcomes = map(int, last.split())
    assert rows == len(weeks) and outcomes > 100


def test_the_north_east_hands_in_a_report(tmp_path: Path) -> None:
    """The commands of the README as they stand, but for fewer and shorter runs."""
    (scenario,) = [text for text in re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL) if "north_east:" in text]
    (tmp_path / "northeast.yaml").write_text(scenario, encoding="utf-8")
    (typed,) = [text for text in re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL) if "northeast.yaml" in text]
    said = []
    for line in typed.splitlines():
        words = shlex.split(line.replace("--weeks 156", "--weeks 60 --replicates 4"))
        assert words[0] == "marketsim"
        command = [sys.executable, "-m", "marketsim.cli.main", *words[1:]]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True,
                              text=True, timeout=300)  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        said.append(done.stdout)
    names = ["Northumberland", "Newcastle upon Tyne", "Hartlepool", "Redcar and Cleveland", "neighbours outside"]
    assert all(name in said[1] for name in [*names, "why spend under northeast differs", "north_east: held: "])
    folder = tmp_path / "results" / "northeast"
    left = [f"{name}-north-east.html" for name in ("report", "summary")]
    assert {*left, "workbook-north-east.xlsx", "comparison.csv"} <= {one.name for one in folder.iterdir()}
    pages = [(folder / name).read_text(encoding="utf-8") for name in left]
    assert all(name in page for name in names for page in pages) and len(pages[0]) < 400_000
    table = pd.read_excel(folder / "workbook-north-east.xlsx", sheet_name="members", header=3)
    assert set(table["area"]) >= set(names) | {"England"}


def test_no_scenario_of_the_readme_says_anything_in_vain(tmp_path: Path) -> None:
    examples = [text for text in re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL) if "extends:" in text]
    assert len(examples) == 4
    for number, example in enumerate(examples):
        path = tmp_path / f"example{number}.yaml"
        path.write_text(example, encoding="utf-8")
        assert without_effect(load_scenario(path)) == [], example
