"""Weekly fees of placement lists: totals against weekly amounts, parts, and amounts that can't be meant."""

from __future__ import annotations

import pandas as pd

from marketsim.core.units import DAYS_PER_WEEK
from marketsim.own_data.formats.believing import believable
from marketsim.own_data.formats.lists.heads import Columns
from marketsim.own_data.formats.words import counted
from marketsim.own_data.reading.cells import amounts, says_nothing
from marketsim.own_data.reading.findings import Findings

PARTS = ("core", "extra", "education", "other")
CLOSE_GBP = 1.0


def weekly_fees(columns: Columns, days: pd.Series[float], findings: Findings) -> pd.Series[float]:
    """GBP a week by row: the weekly amount; else its parts together; else the total over the weeks of the stay.

    `days` are those of the stay, missing where its start or end isn't known. Amounts that can't be read or can't be
    meant are said and left out.
    """
    if "unclear cost" in columns:
        what = "isn't used, since it doesn't say for how long; call it 'Weekly cost' or 'Total cost'"
        findings.note(columns.table, what, columns.head("unclear cost"))
    fee = believable(columns.table, columns.head("fee"), _read(columns, "fee", findings), findings)
    blank = says_nothing(columns.text("fee"))
    fee = fee.where(fee.notna() | ~blank, _of_parts(columns, fee, findings))
    return fee.where(fee.notna() | ~blank, _of_total(columns, fee, days, findings))


def _read(columns: Columns, name: str, findings: Findings) -> pd.Series[float]:
    if name not in columns:
        return pd.Series(float("nan"), index=columns.table.cells.index)
    amount, wrong = amounts(columns.text(name))
    findings.read_as(columns.table, amount.index[wrong], columns.head(name), "is no amount; left blank")
    return amount


def _of_parts(columns: Columns, fee: pd.Series[float], findings: Findings) -> pd.Series[float]:
    """Core, additional support, education and other costs a week together, where a core cost is given."""
    if "core" not in columns:
        return fee
    parts = pd.DataFrame({name: _read(columns, name, findings) for name in PARTS})
    together = parts.sum(axis=1).where(parts["core"].notna())
    if differ := int(((together - fee).abs() > CLOSE_GBP).sum()):
        findings.note(columns.table, f"differs from its parts in {counted(differ)}; it is used", columns.head("fee"))
    if added := int((fee.isna() & together.notna()).sum()):
        findings.note(columns.table, f"where no total is given, parts are added up ({counted(added)})",
                      columns.head("core"))  # fmt: skip
    return believable(columns.table, columns.head("core"), together.where(fee.isna()), findings)


def _of_total(
    columns: Columns, fee: pd.Series[float], days: pd.Series[float], findings: Findings
) -> pd.Series[float]:
    """The cost of the whole stay over its weeks."""
    if "total" not in columns:
        return fee
    if "fee" in columns and fee.notna().all():
        findings.note(columns.table, "isn't used, since a weekly cost is given", columns.head("total"))
        return fee
    head, total = columns.head("total"), _read(columns, "total", findings)
    wanted = total.notna() & fee.isna()
    found = (total / days * DAYS_PER_WEEK).where(wanted & (days > 0))
    if number := int(found.notna().sum()):
        findings.note(columns.table, f"is divided by the weeks of the stay in {counted(number)}", head)
    lost = wanted & found.isna()
    findings.read_as(columns.table, total.index[lost], head, "is a total, and the stay's start or end isn't known; "
                                                             "left blank")  # fmt: skip
    return believable(columns.table, head, found, findings)
