"""DfE's underlying data until 2017: a row an authority, a column a statistic (`CLA_Mar2017`, `CLA_Outbound`)."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd

from marketsim.own_data.formats.published import dfe_areas, dfe_columns
from marketsim.own_data.formats.published.dfe_words import ALL_OUT_OF_AREA, ALL_OVER_20_MILES, LOOKED_AFTER
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.recognising import Format
from marketsim.own_data.reading.tables import Table

TOTAL = re.compile(r"cla_mar((?:19|20)\d{2})")
OUTSIDE, FAR = "cla_outbound", ("cla_inla_gt20", "cla_outla_gt20")
FORMAT = Format(
    "dfe_until_2017", "DfE's underlying data on children looked after (until 2017)",
    ("geog_l", "geog_c", "geog_n", "CLA_Mar2017"),
    lambda words: {"geog_l", "geog_n"} <= words and any(TOTAL.fullmatch(word) for word in words),
    personal=False,
)  # fmt: skip
HEADS = {"new_geog_code": "new_la_code", "geog_c": "old_la_code", "geog_n": "la_name", "geog_l": "geographic_level"}
LEVELS = {"national": "national", "region": "regional", "la": "local authority"}


def statements(table: Table, findings: Findings) -> pd.DataFrame:
    """The figures that are used, as dfe_areas.COLUMNS; homes aren't told apart from hostels in these files."""
    table = dfe_columns.plain_heads(table, HEADS)
    total_head = next(head for head in table.heads if TOTAL.fullmatch(head))
    level = table.cells["geographic_level"].str.lower().replace(LEVELS)
    table = replace(table, cells=table.cells.assign(geographic_level=level, region_name=table.cells["la_name"]))
    rows = dfe_areas.with_areas(table, pd.DataFrame(index=table.cells.index), findings)
    total = dfe_columns.numbers(table, total_head, rows.index, findings)
    parts = [rows.assign(measure=LOOKED_AFTER, value=total)]
    for measure, columns in ((ALL_OUT_OF_AREA, (OUTSIDE,)), (ALL_OVER_20_MILES, FAR)):
        if set(columns) <= set(table.heads):
            number = sum(dfe_columns.numbers(table, head, rows.index, findings) for head in columns)
            parts.append(rows.assign(measure=measure, value=(number / total).where((total > 0) & (number <= total))))
    findings.note(table, "all other columns aren't used; CLA_Secure counts homes, secure units and hostels as one")
    year = float(TOTAL.fullmatch(total_head)[1])  # type: ignore[index]
    found = pd.concat([part.assign(line=part.index) for part in parts], ignore_index=True)
    return found.assign(year=year, given_as="number", note="", file=table.name).dropna(subset=["value"])
