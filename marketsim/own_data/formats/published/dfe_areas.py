"""Areas of DfE's files: England, a region, or an authority by its codes and name."""

from __future__ import annotations

import pandas as pd

from marketsim.england.changes import today
from marketsim.england.figures import authority_rows
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.recognising import plain_head
from marketsim.own_data.reading.tables import Table

ENGLAND, LONDON, PARTS_OF_LONDON = "England", "London", ("Inner London", "Outer London")
COLUMNS = ["measure", "year", "level", "word", "value", "given_as", "note", "file", "line"]
LEVELS = {"national": "England", "country": "England", "regional": "region", "region": "region",
          "local authority": "authority", "la": "authority"}  # fmt: skip
REGIONS = {name.lower(): name for name in (*{row["region"] for row in authority_rows()}, *PARTS_OF_LONDON)} | {
    "east": "East of England", "yorkshire & the humber": "Yorkshire and The Humber",
    "yorkshire and humber": "Yorkshire and The Humber",
}  # fmt: skip
HEADS = ("geographic_level", "country_name", "region_name", "new_la_code", "old_la_code", "la_name")
OTHER_LEVEL = "other level"


def with_areas(table: Table, rows: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """The rows with `level` (England, region, authority) and `word` (the area, an authority by a code or name of its);
    those of no area that is known are left out."""
    blank = pd.Series("", index=table.cells.index)
    columns = [table.cells.get(head, blank)[rows.index] for head in HEADS]
    told = list(zip(*columns, strict=True))
    found = {key: _area(*map(str, key)) for key in dict.fromkeys(told)}
    areas = pd.DataFrame([found[key] for key in told], index=rows.index, columns=["level", "word", "why"])
    others = int((areas["why"] == OTHER_LEVEL).sum())
    if others:
        what = f"rows neither of England, a region nor an authority, which aren't used: {others:,}"
        findings.note(table, what, HEADS[0])
    for why, wrong in areas[~areas["why"].isin(["", OTHER_LEVEL])].groupby("why"):
        findings.leave_out(table, wrong.index, _blamed(table, str(wrong["level"].iloc[0])), str(why))
    kept = areas["why"] == ""
    return rows[kept].assign(level=areas["level"][kept], word=areas["word"][kept])


def _area(level: str, country: str, region: str, new: str, old: str, name: str) -> tuple[str, str, str]:
    """Level and area of a row, and why it has none."""
    kind = LEVELS.get(plain_head(level), "")
    if kind == ENGLAND:
        return kind, ENGLAND, "" if plain_head(country) in ("", "england") else "is not of England"
    if kind == "region":
        found = REGIONS.get(plain_head(region), "")
        return kind, found, "" if found else "is no region of England that is known"
    if kind != "authority":
        return kind, "", OTHER_LEVEL
    known = {word: set(today(word)) for word in (new, old, name) if today(word)}
    if not known:
        return kind, "", "is no authority that is known"
    agree = set.intersection(*known.values())
    return kind, next(iter(known)), "" if agree else "its codes and name are of different authorities"


def _blamed(table: Table, level: str) -> str:
    heads = {"region": ("region_name",), "authority": ("la_name", "new_la_code", "old_la_code")}
    return next((head for head in heads.get(level, ("country_name",)) if head in table.heads), "")
