"""What a user has who installed the wheel and has no checkout: what is printed and what README names is there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked as an installer does it."""
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        pytest.skip("the wheel is built with uv")
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([uv, "build", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT)], check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def typed(site: Path, folder: Path, *arguments: str) -> str:
    """What Python prints with only the unpacked wheel to import marketsim from, in a folder without anything."""
    environment = os.environ | {"PYTHONPATH": str(site)}
    done = subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_all_that_ships_is_in_the_wheel(site: Path) -> None:
    shipped = site / "marketsim" / "shipped"
    for folder, pattern in (("scenarios", "*.yaml"), ("experiments", "*.yaml"), ("docs", "*.md")):
        kept = {file.relative_to(ROOT) for file in (ROOT / folder).rglob(pattern)}
        assert kept and kept == {file.relative_to(shipped) for file in (shipped / folder).rglob(pattern)}


def test_names_of_the_readme_are_found_without_a_checkout(site: Path, tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = sorted(set(re.findall(r"scenarios/[\w/]+\.yaml", readme)))
    assert "scenarios/buying/spot.yaml" in named
    said = typed(site, tmp_path, "-m", "marketsim.cli.main", "check", *named)
    assert all(f"{name}: valid" in said for name in named)
    assert str(site) in said


def test_experiments_are_found_by_name_without_a_checkout(site: Path, tmp_path: Path) -> None:
    code = "import sys; from marketsim.experiments.experiment_file import load_definition as load\n"
    code += "for name in sys.argv[1:]: print(load(name).name)"
    names = [file.stem for file in sorted((ROOT / "experiments").glob("*.yaml"))]
    assert typed(site, tmp_path, "-c", code, *names).split() == names
    assert typed(site, tmp_path, "-c", code, f"experiments/{names[0]}.yaml").split() == names[:1]


def test_pages_that_are_printed_can_be_read_without_a_checkout(site: Path, tmp_path: Path) -> None:
    sources = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "marketsim").rglob("*.py"))
    named = sorted(set(re.findall(r"`marketsim docs ([a-z/]+)`", sources)))
    assert "limits" in named
    for page in named:
        text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
        assert typed(site, tmp_path, "-m", "marketsim.cli.main", "docs", page) == text
