"""Two pages for a cabinet: what stands in them, that they are two, and what is said of wrong folders."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from marketsim.experiments.compare import compare
from marketsim.experiments.comparison import Comparison
from marketsim.reports import cabinet, tables
from marketsim.results.store import StoreError
from marketsim.scenario.errors import ScenarioError

JOINT = """
extends: town.yaml
question: What if two of four bought together?
purchasing:
  arrangements:
    pair:
      {rule: cooperative, members: {authorities: [Authority 1, Authority 2]}, order: [in_house, spot], decision_days: 3}
  order: [pair, in_house, spot]
"""
STABLE = pd.DataFrame({
    "sharing": ["as_set", "as_set", "equal"], "name": ["Authority 1", "Authority 2", "Authority 1"],
    "gain_gbp_per_year": [-5_000.0, 90_000.0, 1.0], "ci_low": [-9_000.0, 10_000.0, 0.0],
    "ci_high": [-1_000.0, 200_000.0, 2.0], "judgement": ["better off outside", "better off inside", ""],
})  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """Two scenarios against the town."""
    folder = tmp_path_factory.mktemp("cabinet")
    (folder / "joint.yaml").write_text(JOINT, encoding="utf-8")
    half = JOINT.replace("decision_days: 3", "mandate_share: 0.5")
    (folder / "half.yaml").write_text(half, encoding="utf-8")
    files = [folder / "joint.yaml", folder / "half.yaml"]
    return compare("town", files, replicates=5, weeks=30, workers=1, out=folder / "out")


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> cabinet.Beside:
    """What other commands would have left."""
    folder = tmp_path_factory.mktemp("beside")
    STABLE.to_csv(folder / "stability.csv", index=False)
    names = ["Authority 1", "Authority 2"]
    transfers = pd.DataFrame({"sharing": "as_set", "name": names, "gets_gbp_per_year": [5_000, -5_000]})
    transfers.to_csv(folder / "transfers.csv", index=False)
    (folder / "conditions.txt").write_text("pair fails when demand is above 4%.\n", encoding="utf-8")
    return cabinet.Beside(folder, folder)


def test_it_says_who_gains_who_stays_and_when_it_fails(found: Comparison, beside: cabinet.Beside) -> None:
    page = cabinet.page(found, cabinet.cooperative_in(found), None, beside)
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    for heading in ("What is proposed", "Options", "Who gains and who loses", "Why spend differs", "Who would stay",
                    "When it fails", "How sure this is", "What isn&#39;t known"):  # fmt: skip
        assert heading in text
    assert "pair (a cooperative) of Authority 1, Authority 2 buys through in_house, then spot." in text
    assert "Terms: pair: decision days 3" in text
    assert "1 would surely be better off outside (Authority 1) and 1 surely not (Authority 2); of 0" in text
    assert "to Authority 1 5,000 GBP a year" in text and "pair fails when demand is above 4%." in text
    options = page[page.index("What is proposed") : page.index("Who gains and who loses")]
    assert ">joint<" in options and ">half<" in options


def test_every_member_has_its_row_and_neighbours_theirs(found: Comparison) -> None:
    page = cabinet.page(found, "pair", "joint", cabinet.Beside())
    areas = page[page.index("Who gains and who loses") :]
    for area in ("Authority 1", "Authority 2", "neighbours outside", tables.all_of(found)):
        assert f'<th scope="row">{area}</th>' in areas
    assert "Who would stay" not in page and "When it fails" not in page


def test_it_is_two_sheets_of_paper(
    found: Comparison, beside: cabinet.Beside, browser: Any, tmp_path: Path
) -> None:  # fmt: skip
    path = tmp_path / "cabinet.html"
    cabinet.write(found, "pair", None, beside, path)
    page = browser.new_page()
    page.goto(path.as_uri())
    sheets = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", sheets)) == 2
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    page.close()


def test_wrong_folders_are_one_line_and_nothing_is_written(found: Comparison, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    for beside, words in (
        (cabinet.Beside(stability=tmp_path), "stability.csv is missing; expected what marketsim cooperative stability"),
        (cabinet.Beside(fails=tmp_path), "conditions.txt is missing; expected the folder that marketsim discover"),
    ):
        with pytest.raises(StoreError, match=words):
            cabinet.write(found, "pair", None, beside, out)
    STABLE.drop(columns="judgement").to_csv(tmp_path / "stability.csv", index=False)
    with pytest.raises(StoreError, match="has no column judgement"):
        cabinet.write(found, "pair", None, cabinet.Beside(stability=tmp_path), out)
    with pytest.raises(ScenarioError, match="unknown authority 'pear'"):
        cabinet.write(found, "pear", None, cabinet.Beside(), out)
    assert not out.exists()
