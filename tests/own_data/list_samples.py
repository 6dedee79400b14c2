"""Made-up placement lists for tests, and reading them as a person would."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.recognising import Asked, Family, recognise
from marketsim.own_data.reading.tables import Table
from marketsim.own_data.records import Part

KENT, MANCHESTER, BURY = "E10000016", "E08000003", "E08000002"


def write_csv(path: Path, rows: Sequence[Sequence[object]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def read(family: Family, *paths: Path, whose: str = KENT) -> tuple[Part, Findings]:
    findings = Findings()
    recognised = [one for path in paths for one in recognise(path, [family], findings)]

    def authority_of(table: Table) -> str:
        return whose

    return family.read(recognised, Asked(findings, authority_of)), findings


def told(findings: Findings, kind: str = "") -> list[tuple[int | None, str, str, str]]:
    """Line, column, what and value of what was said."""
    return [(one.line, one.column, one.what, one.value) for one in findings.rows if one.kind == kind or not kind]
