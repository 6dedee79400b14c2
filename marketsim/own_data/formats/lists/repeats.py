"""One record of a placement that stands in list after list, and what its leaving the list says."""

from __future__ import annotations

import pandas as pd

from marketsim.own_data.formats.words import counted
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.records import PLACEMENTS, empty

EARLIEST = pd.Timedelta(days=3 * 365)  # before a list, that an end in it can say what it showed
WITH_CHILD = ["authority", "child", "start"]
WITHOUT_CHILD = ["authority", "start", "sex", "urn", "host_authority", "route", "nth"]


def once(rows: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Placements, each as its last list has it, whole where start and end (or that it ran in the last list) are known.

    `rows` are placements with `list_date` (missing: not known) and `told_end` (whether the list has a column for ends).
    Rows are of the same placement if child and start are the same; in lists without children, if all else that stays
    the same is. An authority's lists show what ran between the first (or the first end that they tell of) and the last.
    """
    if rows.empty:
        return empty("placements")
    rows = rows.sort_values("list_date", kind="stable", na_position="first", ignore_index=True)
    key, dated = _keys(rows), rows["list_date"].notna()
    times = rows[dated].groupby(key[dated])["list_date"].nunique()
    last = rows[~key.duplicated(keep="last")].copy()
    first_list, last["seen_from"], last["seen_to"] = _shown(rows, last["authority"])
    standing = set(rows[key.map(times).fillna(0) > 1]["authority"])  # lists of what runs, not only of what is new
    if again := len(rows) - len(last):
        for name in rows["file"].unique():
            what = f"together the lists have {counted(again)} of placements that stand in them before"
            findings.note(str(name), what)
    last = _ended(last, rows, standing, findings)
    several = first_list < last["seen_to"]
    running = last["end"].isna() & (last["list_date"] == last["seen_to"]) & last["told_end"]
    running &= last["start"] <= last["seen_to"]
    last["whole"] = last["start"].notna() & (last["end"].notna() | running)
    last["whole"] &= ~(several & ~last["authority"].isin(standing)) | last["end"].notna()
    last["whole"] &= last["seen_to"].notna() & ~(last["end"] < last["seen_from"])
    _tell_without_day(rows, findings)
    return last[list(PLACEMENTS)].sort_values(["file", "line"], kind="stable", ignore_index=True)


def _shown(rows: pd.DataFrame, authority: pd.Series[str]) -> tuple[pd.Series[pd.Timestamp], ...]:
    """Of each authority its first list, from when and to when its lists show what ran; missing where no list is dated.
    A list that tells of an end before its own day shows what ran then."""
    lately = rows["end"] > rows["list_date"] - EARLIEST  # one old end tells little of what else there was
    by = rows.assign(end=rows["end"].where(lately)).groupby("authority")
    first, last, end = by["list_date"].min(), by["list_date"].max(), by["end"].min()
    return authority.map(first), authority.map(first.where(end.isna() | (end >= first), end)), authority.map(last)


def _tell_without_day(rows: pd.DataFrame, findings: Findings) -> None:
    """Say which lists tell no stays, since they don't say their own day."""
    for name in rows.loc[rows["list_date"].isna(), "file"].unique():
        what = "doesn't say its own day, so that it tells no stays; write it above the head, or as a column 'List date'"
        findings.note(str(name), what)


def _keys(rows: pd.DataFrame) -> pd.Series[int]:
    """The same number for rows of the same placement; one of its own for a row that nothing tells from others."""
    list_of = [rows["file"], rows["list_date"]]
    nth = rows.groupby([*list_of, *WITHOUT_CHILD[:-1]], dropna=False).cumcount()
    with_child = rows.groupby(WITH_CHILD, dropna=False, sort=False).ngroup()
    without = rows.assign(nth=nth).groupby(WITHOUT_CHILD, dropna=False, sort=False).ngroup()
    alone = pd.Series(range(len(rows)), index=rows.index)
    known, started = rows["child"] != "", rows["start"].notna()
    number = (alone * 3 + 2).mask(started & ~known, without * 3 + 1)
    return number.mask(started & known, with_child * 3)


def _ended(last: pd.DataFrame, rows: pd.DataFrame, standing: set[str], findings: Findings) -> pd.DataFrame:
    """Placements without an end that later lists don't have any more end on the day of the first of these; said."""
    gone = last["end"].isna() & last["told_end"] & last["authority"].isin(standing)
    gone &= last["list_date"] < last["seen_to"]
    if not gone.any():
        return last
    lists = rows[["authority", "list_date"]].dropna().drop_duplicates().sort_values("list_date")
    following = pd.merge_asof(
        last.loc[gone, ["authority", "list_date"]].reset_index().sort_values("list_date"),
        lists.rename(columns={"list_date": "next"}), left_on="list_date", right_on="next", by="authority",
        direction="forward", allow_exact_matches=False,
    ).set_index("index")["next"]  # fmt: skip
    last.loc[following.index, "end"] = following
    for name, number in last[gone]["file"].value_counts().sort_index().items():
        gone_ones = f"{counted(int(number), 'placement')} that left the lists without an end"
        findings.note(str(name), f"takes the day of the next list for the end of {gone_ones}")
    return last
