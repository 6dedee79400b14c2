"""Which amounts can be what a week in a children's home costs."""

from __future__ import annotations

import pandas as pd

from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.tables import Table

LEAST_GBP, MOST_GBP = 500.0, 60_000.0  # a week in a children's home: outside it something else is meant


def believable(table: Table, head: str, fee: pd.Series[float], findings: Findings) -> pd.Series[float]:
    """Without those that no week in a children's home costs; said."""
    low, high = fee < LEAST_GBP, fee > MOST_GBP
    findings.read_as(table, fee.index[low], head, f"is less than {LEAST_GBP:,.0f} GBP a week; left blank")
    what = f"is more than {MOST_GBP:,.0f} GBP a week and looks like an amount a year; left blank"
    findings.read_as(table, fee.index[high], head, what)
    return fee.mask(low | high)
