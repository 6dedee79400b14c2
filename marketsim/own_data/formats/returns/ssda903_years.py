"""Which collection years SSDA903 files hold, told by their dates; no year twice, and gaps are said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import numpy as np
import pandas as pd

from marketsim.own_data.formats.returns.ssda903_episodes import EpisodeFile
from marketsim.own_data.reading.findings import Findings
from marketsim.scenario.errors import ScenarioError, displayed

ENOUGH_ROWS = 20  # from which on a year with hardly any date, after years with none, is a slip of the pen
HARDLY_ANY = 0.01
# Of the episodes that end in a year, against the fullest, if a file holds it. Some give a year with the whole past of
# its children: fewer of them the further back, and those who had left before are missing, so that year isn't held.
FEWEST_ENDS, LEAST_SHARE = 3, 0.5
UNLIKELY = 0.001  # that all days on which something happened lie so early in a year that is over


@dataclass(frozen=True)
class YearFile:
    """A file and the collection years that it holds, the first and the last (2024: April 2023 to March 2024). It shows
    what ran between `begins` and `stops`; files whose years follow each other are one `run`."""

    file: EpisodeFile
    first: int
    last: int
    stops: pd.Timestamp
    run: int = 0

    @property
    def begins(self) -> pd.Timestamp:
        """The first day of the first year."""
        return pd.Timestamp(self.first - 1, 4, 1)

    @property
    def over(self) -> bool:
        """Whether it shows its last year to the end."""
        return self.stops == last_day(self.last)


def last_day(year: int) -> pd.Timestamp:
    """The last day of a collection year."""
    return pd.Timestamp(year, 3, 31)


def placed_in_years(files: Sequence[EpisodeFile], findings: Findings) -> list[YearFile]:
    """Files with rows, by authority and year. Raises ScenarioError for two of one authority that hold the same year."""
    placed = [_of(file, findings) for file in files if len(file.rows)]
    placed.sort(key=lambda one: (one.file.authority, one.first, one.file.table.name))
    for before, after in pairwise(placed):
        if before.file.authority == after.file.authority and before.last >= after.first:
            raise _twice(before, after)
    runs: list[YearFile] = []
    for _, of_one in groupby(placed, key=lambda one: one.file.authority):
        for number, one in enumerate(of_one):
            goes_on = number > 0 and runs[-1].over and runs[-1].last + 1 == one.first
            runs.append(replace(one, run=runs[-1].run + (not goes_on) if runs else 0))
            _tell(one, runs[-2] if number else None, findings)
    return runs


def _of(file: EpisodeFile, findings: Findings) -> YearFile:
    rows = _without_slips(file, findings)
    began, ended = _years(rows["start"]), _years(rows["end"])
    last = int(np.nanmax([began.max(), ended.max()]))
    ends = ended.value_counts()
    first = last
    while ends.get(first - 1, 0) >= max(FEWEST_ENDS, LEAST_SHARE * ends.max()):
        first -= 1
    return YearFile(replace(file, rows=rows), first, last, _stops(rows, last))


def _without_slips(file: EpisodeFile, findings: Findings) -> pd.DataFrame:
    """Without the few rows with dates in a year so late that the years between have none."""
    rows = file.rows
    years = pd.concat([_years(rows["start"]), _years(rows["end"])], axis=1).max(axis=1)
    held, counts = np.unique(years, return_counts=True)
    for number in range(len(held) - 1, 0, -1):
        if len(rows) < ENOUGH_ROWS or counts[number:].sum() > max(1, HARDLY_ANY * len(rows)):
            break
        if held[number] - held[number - 1] >= 2:
            late, before = years.ge(float(held[number])), int(held[number - 1])
            slips = rows[late]
            by_end = _years(slips["end"]) >= held[number]
            for column, lines in {file.ending: slips.index[by_end], "DECOM": slips.index[~by_end]}.items():
                what = f"lies years after all of the rest, which ends in {_named(before, before)}"
                findings.leave_out(file.table, lines, column, what)
            return rows[~late]
    return rows


def _years(days: pd.Series[pd.Timestamp]) -> pd.Series[float]:
    """The collection year of each date."""
    return (days.dt.year + (days.dt.month >= 4)).astype("float64")


def _stops(rows: pd.DataFrame, last: int) -> pd.Timestamp:
    """The last day of the last year or, if the year isn't over, the last on which something happened.

    It isn't over if the days on which something happened, spread evenly, would hardly ever leave its end so empty.
    """
    begins, stops = pd.Timestamp(last - 1, 4, 1), last_day(last)
    dates = pd.concat([rows["start"], rows["end"]])
    within = dates[dates >= begins]
    latest = within.max()
    share = ((latest - begins).days + 1) / ((stops - begins).days + 1)
    return latest if share ** within.nunique() < UNLIKELY else stops


def _twice(before: YearFile, after: YearFile) -> ScenarioError:
    """The error for two files that hold the same year."""
    table, other = after.file.table, before.file.table
    if table.cells.reset_index(drop=True).equals(other.cells.reset_index(drop=True)):
        same = displayed(other.path) if table.name == other.name else other.name
        return table.error(f"is given twice: {same} says the same; leave one out")
    year = _named(after.first, after.first)
    return table.error(f"holds the year {year}, by its dates, and so does {other.name}; leave one of the two out")


def _tell(one: YearFile, before: YearFile | None, findings: Findings) -> None:
    table = one.file.table
    findings.note(table, f"taken for {_named(one.first, one.last)}, by its latest dates")
    if not one.over:
        what = f"its last year isn't over: what ran is taken as seen until {one.stops:%d/%m/%Y}, its latest date"
        findings.note(table, what)
    if before and before.last + 1 < one.first:
        gap = _named(before.last + 1, one.first - 1)
        findings.note(table, f"{gap} isn't given: what ran into it is taken as seen in the years beside it only")
    elif before and not before.over:
        what = f"{before.file.table.name}, for the year before, ends early: between the two nothing is seen"
        findings.note(table, what)


def _named(first: int, last: int) -> str:
    years = [f"{year - 1}/{year % 100:02}" for year in (first, last)]
    return years[0] if first == last else f"{years[0]} to {years[1]}"
