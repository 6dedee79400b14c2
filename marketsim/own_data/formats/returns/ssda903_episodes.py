"""The episodes of one SSDA903 file, row by row: what can be used, and how what is wrong with the rest is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from marketsim.england.changes import today
from marketsim.own_data.formats.returns import ssda903_codes as codes
from marketsim.own_data.reading import cells
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.tables import Table

URN = r"(?:SC)?\d{5,7}"
NO_URN = ("", "XXXXXXX")  # the second: it has none, or it is confidential
POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}"
FARTHEST_MILES = 900.0  # in England; 999.9 stands for none
CODED = ("rne", "place", "place_provider", "rec", "reason_place_change")
WITHOUT = {
    "PLACE_PROVIDER": "the sector isn't known",
    "REASON_PLACE_CHANGE": "breakdowns can't be told from other moves",
    "URN": "placements can't be linked to homes",
    "PL_LA": "the authority where the home stands isn't known",
    "PL_DISTANCE": "distances aren't known",
}


@dataclass(frozen=True)
class EpisodeFile:
    """A file and its usable rows by line: `child`, `start`, `end` (NaT: open), codes as in the file, and of homes
    `urn`, `post`, `host` (a code of an authority) and `distance` (miles), missing where they aren't known."""

    table: Table
    authority: str
    rows: pd.DataFrame

    @property
    def ending(self) -> str:
        """The head of the column that says when an episode ceased."""
        return ending(self.table)


def ending(table: Table) -> str:
    """`DECEC` or, in files for loading, `DEC`."""
    return "DECEC" if "DECEC" in table.cells else "DEC"


def read_episodes(table: Table, authority: str, findings: Findings) -> EpisodeFile:
    """The usable rows of a file. Raises ScenarioError if there is none."""
    for head, lacks in WITHOUT.items():
        if head not in table.cells:
            findings.note(table, f"there is no column {head}; {lacks}")
    rows = pd.DataFrame({name: code(table, name.upper()) for name in CODED}, index=table.cells.index)
    rows["child"] = text(table, "CHILD")
    rows["start"], no_start = days(text(table, "DECOM"))
    rows["end"], no_end = days(text(table, ending(table)))
    breaks = code(table, "LS").isin(codes.SHORT_BREAKS) | rows["place"].isin(codes.SHORT_BREAKS)
    if breaks.any():
        findings.note(table, f"{breaks.sum():,} rows are short breaks (V3, V4) and are left out", "LS")
    checks = _checks(table, rows, no_start, no_end)
    rows = rows[_kept(table, checks, ~breaks, findings)]
    rows = _once(table, rows, findings)
    _tell_codes(table, rows, findings)
    return EpisodeFile(table, authority, _with_places(table, rows, authority, findings))


def text(table: Table, head: str) -> pd.Series[str]:
    """The cells of a column, empty where there is no such column."""
    return table.cells[head] if head in table.cells else pd.Series("", index=table.cells.index, dtype="object")


def code(table: Table, head: str) -> pd.Series[str]:
    """The codes of a column, in capitals."""
    return by_value(text(table, head), lambda values: values.str.upper())


def days(words: pd.Series[str]) -> tuple[pd.Series[pd.Timestamp], pd.Series[bool]]:
    """Dates, and where something else stands or a date that is none of our time. Each word is read once."""
    numbers, values = pd.factorize(words.astype("object"))
    found, wrong = cells.dates(pd.Series(values, dtype="object"))
    wrong |= found.notna() & ~found.between(cells.FIRST_DAY, cells.LAST_DAY)
    found = found.where(~wrong)
    return (
        pd.Series(found.to_numpy()[numbers], index=words.index), pd.Series(wrong.to_numpy()[numbers], index=words.index)
    )  # fmt: skip


def by_value(words: pd.Series[str], change: Callable[[pd.Series[str]], pd.Series[str]]) -> pd.Series[str]:
    """A change of texts, done once for each text."""
    numbers, values = pd.factorize(words.astype("object"))
    changed = change(pd.Series(values, dtype="object"))
    return pd.Series(changed.to_numpy(dtype="object")[numbers], index=words.index)


Check = tuple["pd.Series[bool]", str, str]


def _checks(table: Table, rows: pd.DataFrame, no_start: pd.Series[bool], no_end: pd.Series[bool]) -> list[Check]:
    no_date = "isn't a date from 1990 on, as 31/03/2024"
    return [
        (rows["child"] == "", "CHILD", "is empty"),
        (no_start, "DECOM", no_date),
        (rows["start"].isna(), "DECOM", "is empty"),
        (no_end, ending(table), no_date),
        (rows["end"] < rows["start"], ending(table), "lies before DECOM"),
        (rows["place"] == "", "PLACE", "is empty"),
        (~rows["place"].isin(codes.PLACES), "PLACE", "isn't a placement code of any year from 2013 on, as K2 or U6"),
        (rows["end"] == rows["start"], ending(table), "is the day of DECOM: no night was spent there"),
    ]


def _kept(table: Table, checks: Iterable[Check], wanted: pd.Series[bool], findings: Findings) -> pd.Series[bool]:
    """Which of the wanted rows pass all checks; each other one is said once, with the first that it fails."""
    kept, failed = wanted, []
    for wrong, column, why in checks:
        lines = kept.index[kept & wrong]
        findings.leave_out(table, lines, column, why)
        failed.append((len(lines), column, why, lines))
        kept = kept & ~wrong
    if wanted.any() and not kept.any():
        count, column, why, lines = max(failed, key=lambda one: one[0])
        raise table.error(f"{why}, as in {count:,} of {len(kept):,} rows; none can be used", int(lines[0]), column)
    return kept


def _once(table: Table, rows: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """One episode for each day on which a child's began: the one that lasts longest."""
    again = rows.duplicated(["child", "start"], keep=False)
    if not again.any():
        return rows
    doubtful = rows[again].sort_values(["child", "start", "end"], kind="stable")  # open ones come last
    surplus = doubtful.index[doubtful.duplicated(["child", "start"], keep="last")]
    findings.leave_out(table, sorted(surplus), "DECOM", "the same child has another episode that begins on this day")
    return rows.drop(index=surplus)


def _tell_codes(table: Table, rows: pd.DataFrame, findings: Findings) -> None:
    """Say which codes of episodes in homes are none, and are passed over."""
    homes = rows[rows["place"].isin(codes.SETTING_OF)]
    allowed = {
        "rne": (codes.NEW_EPISODE, "isn't a reason for a new episode; passed over"),
        "rec": ({codes.WENT_ON, *codes.LEFT_CARE}, "isn't a reason why an episode ceases; passed over"),
        "reason_place_change": (codes.REASONS, "isn't a reason for a change of placement; passed over"),
        "place_provider": (codes.SECTOR_OF, "isn't the provider of a home (PR1 to PR5); passed over"),
    }
    for name, (known, what) in allowed.items():
        wrong = ~homes[name].isin(known) & (homes[name] != "")
        findings.read_as(table, homes.index[wrong], name.upper(), what)
    open_ones = homes["end"].isna() & (homes["rec"] != "")
    findings.read_as(table, homes.index[open_ones], "REC", f"the episode is read as open: {ending(table)} is empty")
    blank = homes["end"].notna() & (homes["rec"] == "")
    findings.read_as(table, homes.index[blank], "REC", "is empty; why the episode ceased isn't known")
    if supported := (rows["place"] == codes.SUPPORTED).sum():
        what = f"{supported:,} rows are supported accommodation (K3), which is no children's home"
        findings.note(table, what, "PLACE")


def _with_places(table: Table, rows: pd.DataFrame, authority: str, findings: Findings) -> pd.DataFrame:
    """With what tells homes apart and where they stand, read for episodes in homes only."""
    homes = rows[rows["place"].isin(codes.SETTING_OF)]
    urn = _urns(table, homes.index, findings)
    post = text(table, "PL_POST")[homes.index].astype("object").str.upper().str.replace(" ", "")
    distance = _distances(table, homes.index, findings)
    if homes.empty:
        findings.note(table, "no row is in a children's home (K2) or a secure one (K1)", "PLACE")
    for head, missing in {"URN": urn.isna(), "PL_DISTANCE": distance.isna()}.items():
        if head in table.cells and missing.any():
            findings.note(table, f"{missing.sum():,} of {len(homes):,} rows in homes have none that can be used", head)
    # The postcode only tells homes without a number apart, and goes no further than this family.
    post = post.where(post.str.fullmatch(POSTCODE).fillna(False))
    return rows.assign(urn=urn, post=post, host=_hosts(table, homes.index, authority), distance=distance)


def _urns(table: Table, lines: pd.Index[int], findings: Findings) -> pd.Series[str]:
    """Ofsted's numbers of homes, missing where there is none."""
    words = by_value(text(table, "URN")[lines], lambda all_: all_.str.upper().str.replace(r"\.0$", "", regex=True))
    known = by_value(words, lambda all_: all_.where(all_.str.fullmatch(URN)))
    odd = known.isna() & ~words.isin(NO_URN)
    what = "isn't Ofsted's number of a home, as 1234567 or SC123456; passed over"
    findings.read_as(table, lines[odd], "URN", what)
    return known


def _hosts(table: Table, lines: pd.Index[int], authority: str) -> pd.Series[str]:
    """The code of the authority where a home stands, as PL_LA has it; without it, PL_LOCATION tells whether it is the
    child's own (`IN`)."""
    word = code(table, "PL_LA")[lines].astype("object")
    located = code(table, "PL_LOCATION")[lines]
    known = word.map({one: bool(today(one)) or one in codes.ELSEWHERE for one in word.unique()}).astype(bool)
    word = word.mask(~known & (located == "IN"), authority).mask(~known & (located == "OUT"), codes.OUT)
    return word.replace("", np.nan)


def _distances(table: Table, lines: pd.Index[int], findings: Findings) -> pd.Series[float]:
    """Miles (as the Department reckons them, from grid references), missing where they can't be."""
    words = text(table, "PL_DISTANCE")[lines]
    number, wrong = cells.amounts(words)
    findings.read_as(table, lines[wrong], "PL_DISTANCE", "isn't a number of miles; passed over")
    return number.where(number.between(0, FARTHEST_MILES))
