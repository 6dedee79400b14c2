"""One number is the same wherever it stands: CSV, terminal, report, workbook and picture, formatted."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from rich.console import Console

from marketsim.experiments.comparison import Comparison
from marketsim.reports import council_workbook, members, plots, report
from marketsim.reports.tables import interval, number
from marketsim.results.outcomes import ENGLAND

OUTCOMES = {"weekly_fee_mean_gbp": "GBP/week", "out_of_area_share": "share", "children_unregistered": "children"}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_difference_is_told_the_same_everywhere(outcome: str, joint: Comparison, tmp_path: Path) -> None:
    assert joint.folder is not None
    unit, label = OUTCOMES[outcome], joint.column(outcome).label
    csv = pd.read_csv(joint.folder / "comparison.csv", encoding="utf-8-sig")
    row = csv[(csv["outcome"] == outcome) & (csv["region"] == ENGLAND)].iloc[0]
    shown, ends = number(row["difference"], unit, True), interval(row["ci_low"], row["ci_high"], unit)
    console = Console(file=io.StringIO(), width=200)
    members.print_all(joint, console)
    [line] = [line for line in console.file.getvalue().splitlines() if label in line and ends in line]  # type: ignore[attr-defined]
    assert f" {shown} " in line
    page = report.page(joint, None, None, False)
    assert f"<td>{shown}</td><td>{ends}</td>" in page
    council_workbook.write(joint, None, None, tmp_path / "book.xlsx")
    rows = openpyxl.load_workbook(tmp_path / "book.xlsx")["comparison"].iter_rows(min_row=5, values_only=True)
    [told] = [one for one in rows if one[0] == label]
    assert told[4:7] == pytest.approx((row["difference"], row["ci_low"], row["ci_high"]), rel=1e-12)
    [picture] = plots.pictures(joint, "difference", outcome, None, None).values()
    assert f"{number(row['ci_low'], unit, True)},\u00a0{number(row['ci_high'], unit, True)}" in picture.title
