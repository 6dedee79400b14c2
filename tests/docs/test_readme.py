"""The README's examples, done as a reader does them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

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


def test_no_scenario_of_the_readme_says_anything_in_vain(tmp_path: Path) -> None:
    examples = [text for text in re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL) if "extends:" in text]
    assert len(examples) == 2
    for number, example in enumerate(examples):
        path = tmp_path / f"example{number}.yaml"
        path.write_text(example, encoding="utf-8")
        assert without_effect(load_scenario(path)) == [], example
