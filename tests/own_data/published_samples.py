"""Small files as DfE and Ofsted publish them, with made-up numbers, and what reading them gives."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.recognising import Asked, Family, recognise
from marketsim.own_data.reading.tables import Table
from marketsim.own_data.records import Part

HEAD = (
    "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,old_la_code,la_name,"
    "new_la_code,cla_group,characteristic,number,percentage"
)
HOMES = "Secure homes and children's homes"
OUTSIDE = "Placed outside the local authority boundary"
FAR = "Placed more than 20 miles from home"
TOTAL = ("Age group", "Total")
IN_HOMES = ("Placement", HOMES)
WHERE = "Locality of placement"


def row(year: str, area: Sequence[str], what: Sequence[str], number: object, percent: object = "") -> str:
    """A row of a file: `area` is old code, name and new code; or a region; or nothing for England."""
    old, name, new = area if len(area) == 3 else ("", "", "")
    region = area[0] if len(area) == 1 else ""
    level = "Local authority" if len(area) == 3 else "Regional" if region else "National"
    words = [year, "Reporting year", level, "E92000001", "England", "", region, old, f'"{name}"', new]
    return ",".join([*words, *(f'"{one}"' for one in what), str(number), str(percent)])


def read(family: Family, *paths: Path) -> tuple[Part, Findings]:
    """What a family makes of files, and what is said."""
    findings = Findings()
    recognised = [one for path in paths for one in recognise(path, [family], findings)]

    def nobody(table: Table) -> str:
        raise AssertionError(f"{table.name} says whose it is itself")

    return family.read(recognised, Asked(findings, nobody)), findings


def said(findings: Findings) -> str:
    """All that is said, in one text."""
    told = (f"{one.file}:{one.line}:{one.column}: {one.kind}: {one.what} [{one.value}]" for one in findings.rows)
    return "\n".join(told)
