"""Stays in homes from SSDA903 episodes: joined across episodes and years, with how they ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from marketsim.own_data.formats.returns import ssda903_codes as codes
from marketsim.own_data.formats.returns.ssda903_years import YearFile
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.tables import Table

DAY = pd.Timedelta(days=1)  # some write an episode's last day where most write the first of the next
TOLD_ONCE = ["urn", "post", "host", "distance", "place_provider"]  # of a home: known if any of its episodes says it
AT_END = ["end", "rec", "reason_place_change", "last_place", "end_file", "end_line"]

Say = Callable[[Table, Iterable[int], str, str], None]


def stays(files: Sequence[YearFile], findings: Findings) -> pd.DataFrame:
    """Stays in homes, a row each, with the columns of episodes, `end_reason`, and the numbers of the first and the last
    file that shows it (`first_file`, `last_file`), of those with its begin and end, and their lines."""
    rows = _told_once(_of_children_in_homes(files), files, findings)
    if rows.empty:
        return rows.assign(end_reason="")
    rows = _one_after_the_other(rows, files, findings)
    rows = _merged(rows, ~_only_away(rows))
    rows = _merged(rows, ~_in_the_same_home(rows, files, findings))
    rows["end_reason"] = _end_reasons(rows, files, findings)
    return rows[rows["place"].isin(codes.SETTING_OF)].reset_index(drop=True)


def say(say_it: Say, files: Sequence[YearFile], rows: pd.DataFrame, column: str, what: str,
        at: Literal["", "end_"] = "") -> None:  # fmt: skip
    """Say something of the rows of several files: of those with which stays begin, or of those with which they end.
    `END` is the column that says when an episode ceased."""
    for number, of_one in rows.groupby(f"{at}file"):
        file = files[int(str(number))].file
        lines = of_one[f"{at}line"].astype(int).sort_values()
        say_it(file.table, lines, file.ending if column == "END" else column, what)


def _of_children_in_homes(files: Sequence[YearFile]) -> pd.DataFrame:
    """All episodes of children who have one in a home; `key` tells children of all authorities apart."""
    parts = [one.file.rows.assign(file=number, line=one.file.rows.index) for number, one in enumerate(files)]
    rows = pd.concat(parts, ignore_index=True)
    authorities = pd.factorize(np.array([one.file.authority for one in files]))[0]
    children = pd.factorize(rows["child"].astype("object"))[0]
    rows["key"] = children * (int(authorities.max()) + 1) + authorities[rows["file"]]
    at_home = rows.loc[rows["place"].isin(codes.SETTING_OF), "key"].unique()
    rows["place_provider"] = rows["place_provider"].replace("", None)
    return rows[rows["key"].isin(at_home)]


def _told_once(rows: pd.DataFrame, files: Sequence[YearFile], findings: Findings) -> pd.DataFrame:
    """Each episode once, as the latest file has it: one that is open at the end of a year stands in the next year's
    file too, and what it doesn't say of the home the earlier one may."""
    rows = rows.sort_values(["key", "start", "file"], kind="stable", ignore_index=True)
    again = rows.duplicated(["key", "start"])
    before = rows["end"].shift()
    what = "isn't what the file of an earlier year says of the same episode; read as it stands here"
    say(findings.read_as, files, rows[again & before.notna() & (rows["end"] != before)], "END", what)
    rows["first_file"] = rows["file"].where(~again).ffill().astype(int)
    rows["last_file"] = rows["file"]
    rows[TOLD_ONCE] = rows.groupby((~again).cumsum())[TOLD_ONCE].ffill()
    rows = rows[~rows.duplicated(["key", "start"], keep="last")].reset_index(drop=True)
    return rows.assign(last_place=rows["place"], end_file=rows["file"], end_line=rows["line"])


def _one_after_the_other(rows: pd.DataFrame, files: Sequence[YearFile], findings: Findings) -> pd.DataFrame:
    """No episode runs into the next of the same child; whether one that is open does can't be told across a gap."""
    follows = rows["start"].shift(-1).where(rows["key"] == rows["key"].shift(-1))
    seen_to = np.array([stop for _, stop in windows(files)], dtype="datetime64[ns]")[rows["last_file"]]
    late = rows["end"] > follows
    unsaid = rows["end"].isna() & (follows <= seen_to)
    what = "lies after the day on which the child's next episode began; read as ended on that day"
    say(findings.read_as, files, rows[late], "END", what)
    what = "is empty, but the child has a later episode; read as ended when that began"
    say(findings.read_as, files, rows[unsaid], "END", what)
    return rows.assign(end=rows["end"].mask(late | unsaid, follows))


def windows(files: Sequence[YearFile]) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """For each file the first and last day that are seen without a gap by it and those beside it."""
    of_run = {one.run: [other for other in files if other.run == one.run] for one in files}
    return [(of_run[one.run][0].begins, of_run[one.run][-1].stops) for one in files]


def _merged(rows: pd.DataFrame, begins: pd.Series[bool]) -> pd.DataFrame:
    """One row for each stretch that begins where it is said: the first, with the last one's end."""
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(rows)) - 1
    merged = rows.iloc[first].reset_index(drop=True)
    merged[AT_END] = rows[AT_END].iloc[last].reset_index(drop=True)
    merged[TOLD_ONCE] = rows.groupby(begins.cumsum())[TOLD_ONCE].first().reset_index(drop=True)
    merged["first_file"] = np.minimum.reduceat(rows["first_file"].to_numpy(), first)
    merged["last_file"] = np.maximum.reduceat(rows["last_file"].to_numpy(), first)
    return merged


def _beside_the_one_before(rows: pd.DataFrame) -> pd.Series[bool]:
    """Whether a row follows the one before without a night between, of the same child."""
    return (rows["key"] == rows["key"].shift()) & (rows["start"] <= rows["end"].shift() + DAY)


def _only_away(rows: pd.DataFrame) -> pd.Series[bool]:
    """Temporary moves: the placement before goes on meanwhile."""
    return rows["place"].isin(codes.AWAY) & _beside_the_one_before(rows)


def _in_the_same_home(rows: pd.DataFrame, files: Sequence[YearFile], findings: Findings) -> pd.Series[bool]:
    """Whether an episode goes on in the home of the one before: where the carers stay, or the number is the same, else
    the postcode, else all that is known (unless it is said that the placement changed)."""
    before = rows.shift()
    beside = _beside_the_one_before(rows) & rows["place"].isin(codes.SETTING_OF) & (rows["place"] == before["place"])
    carers_stay = rows["rne"].isin(codes.SAME_CARERS)
    both_numbers = rows["urn"].notna() & before["urn"].notna()
    both_posts = rows["post"].notna() & before["post"].notna()
    said_to_change = rows["rne"].isin(["P", "B", "S"]) & ~before["last_place"].isin(codes.AWAY)
    alike = (rows["place_provider"].fillna("") == before["place_provider"].fillna("")) & ~said_to_change
    by_post = (rows["post"] == before["post"]).where(both_posts, alike)
    by_number = (rows["urn"] == before["urn"]).where(both_numbers, by_post)
    renumbered = beside & (rows["rne"] == "L") & both_numbers & (rows["urn"] != before["urn"])
    what = "isn't the number before, though RNE says that only the legal status changed; read as the same home"
    say(findings.read_as, files, rows[renumbered], "URN", what)
    return beside & (carers_stay | by_number)


def _end_reasons(rows: pd.DataFrame, files: Sequence[YearFile], findings: Findings) -> pd.Series[str]:
    """How stays ended; empty for those that run on."""
    goes_on = _beside_the_one_before(rows).shift(-1, fill_value=False)
    ended = rows["end"].notna()
    lost = ended & (rows["rec"] == codes.WENT_ON) & ~goes_on & rows["place"].isin(codes.SETTING_OF)
    what = "says that another episode began, but there is none; why the stay ended isn't known"
    say(findings.read_as, files, rows[lost], "REC", what, "end_")
    left = rows["rec"].isin(codes.LEFT_CARE)
    broke_down = rows["reason_place_change"].isin(codes.BROKE_DOWN)
    reason = np.select([~ended, left, goes_on & broke_down, goes_on], ["", "left_care", "breakdown", "moved"], "other")
    return pd.Series(reason, index=rows.index)
