"""SSDA903 files, the yearly return on looked-after children: stays in children's homes from its episodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from marketsim.england.changes import today
from marketsim.own_data.formats.returns import ssda903_codes as codes
from marketsim.own_data.formats.returns.ssda903_children import (
    children,
    tell_missing,
    tell_unaccompanied,
    with_age_and_sex,
)
from marketsim.own_data.formats.returns.ssda903_episodes import EpisodeFile, read_episodes
from marketsim.own_data.formats.returns.ssda903_stays import say, stays, windows
from marketsim.own_data.formats.returns.ssda903_years import YearFile, placed_in_years
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.recognising import Asked, Family, Format, Recognised, plain_head, with_heads
from marketsim.own_data.reading.tables import Table
from marketsim.own_data.records import ELSEWHERE, Part, shaped

NEEDED = ("CHILD", "DECOM", "RNE", "LS", "PLACE", "REC")
# Of the other parts of the return, one head each that no other table has.
OTHERS = ("REVIEW", "SDQ_SCORE", "IN_TOUCH", "DATE_INT", "DATE_PLACED", "PREV_PERM", "SW_ID")


COMPANIONS = ("uasc", "missing")


def _format(kind: str, title: str, *heads: str) -> Format:
    return Format(f"ssda903_{kind}", f"SSDA903 {title}", heads, with_heads(*heads), optional=kind in COMPANIONS)


EPISODES = [_format("episodes", "episodes", *NEEDED, ending) for ending in ("DEC", "DECEC")]
HEADER = _format("header", "header", "CHILD", "SEX", "DOB", "ETHNIC")
UASC = _format("uasc", "unaccompanied children", "CHILD", "SEX", "DOB", "DUC")
MISSING = [
    _format("missing", "missing episodes", "CHILD", head, "MIS_START", "MIS_END") for head in ("MISSING", "MISTYPE")
]
OTHER = Format(
    "ssda903_other", "another part of SSDA903", ("CHILD", "DOB"),
    lambda words: {"child", "dob"} <= words and any(plain_head(head) in words for head in OTHERS),
    optional=True,
)  # fmt: skip


def read(tables: Sequence[Recognised], asked: Asked) -> Part:
    """Stays in children's homes and secure homes of all given files.

    Raises ScenarioError for files without episodes, a file that can't be used as a whole, and two of the same authority
    for the same year.
    """
    findings = asked.findings
    of_kind: dict[str, list[Table]] = {}
    for one in tables:
        of_kind.setdefault(one.format.name, []).append(_in_capitals(one.table))
    for table in of_kind.get(OTHER.name, []):
        findings.note(table, "this part of SSDA903 isn't used")
    for table in of_kind.get(MISSING[0].name, []):
        tell_missing(table, findings)
    for table in of_kind.get(UASC.name, []):
        tell_unaccompanied(table, findings)
    if not tables:
        return Part()
    if EPISODES[0].name not in of_kind:
        raise tables[0].table.error("belongs to SSDA903, but no file with its episodes is given; give that too")
    headers = [(table, asked.authority_of(table)) for table in of_kind.get(HEADER.name, [])]
    episodes = [read_episodes(table, asked.authority_of(table), findings) for table in of_kind[EPISODES[0].name]]
    return Part(placements=_placements(placed_in_years(episodes, findings), headers, episodes, findings))


FAMILY = Family(formats=(*EPISODES, HEADER, UASC, *MISSING, OTHER), read=read)


def _in_capitals(table: Table) -> Table:
    """With heads in capitals, as the Department writes them."""
    heads = [head.upper() for head in table.heads]
    for head in heads:
        if heads.count(head) > 1:
            raise table.error(f"has the column {head} twice", table.head_line)
    return table.renamed(dict(zip(table.heads, heads, strict=True)))


def _placements(
    files: Sequence[YearFile], headers: Sequence[tuple[Table, str]], episodes: Sequence[EpisodeFile], findings: Findings
) -> pd.DataFrame:
    _tell_unmatched(headers, episodes, findings)
    if not files:
        return Part().placements
    rows = stays(files, findings)
    rows["authority"] = np.array([one.file.authority for one in files], dtype=object)[rows["file"]]
    rows = with_age_and_sex(rows, children(headers, findings) if headers else None, files, findings)
    rows = _as_seen(rows, files, findings)
    _tell_unseen_starts(rows, files, findings)
    rows["host"] = _hosts(rows, files, findings)
    return _shaped(rows, files)


def _shaped(rows: pd.DataFrame, files: Sequence[YearFile]) -> pd.DataFrame:
    """As placements. Own provision is a route of its own; of all others the file doesn't say how they were bought."""
    provider = rows["place_provider"].fillna("")
    names = np.array([one.file.table.name for one in files], dtype=object)
    return shaped("placements", {
        "child": rows["child"], "urn": rows["urn"], "authority": rows["authority"], "host_authority": rows["host"],
        "setting": rows["place"].map(codes.SETTING_OF), "start": rows["start"], "end": rows["end"],
        "end_reason": rows["end_reason"], "seen_from": rows["seen_from"], "seen_to": rows["seen_to"],
        "whole": pd.Series(True, index=rows.index), "returns": True, "age": rows["age"], "sex": rows["sex"],
        "route": pd.Series(np.where(provider == codes.OWN, "in_house", ""), index=rows.index),
        "sector": provider.map(codes.SECTOR_OF), "distance_miles": rows["distance"],
        "file": pd.Series(names[rows["file"]], index=rows.index), "line": rows["line"],
    })  # fmt: skip


def _as_seen(rows: pd.DataFrame, files: Sequence[YearFile], findings: Findings) -> pd.DataFrame:
    """With the days between which the files would show a stay, and without those that ended before. One that is open,
    but isn't in the next year's file, was seen no longer than its own file shows."""
    begins, stops = (np.array(days, dtype="datetime64[ns]") for days in zip(*windows(files), strict=True))
    own = np.array([one.stops for one in files], dtype="datetime64[ns]")[rows["last_file"]]
    lost = rows["end"].isna() & (own < stops[rows["last_file"]])
    what = "is empty, but the next year's file has no such episode; when the stay ended isn't known"
    say(findings.read_as, files, rows[lost], "END", what, "end_")
    seen_to = pd.Series(stops[rows["last_file"]], index=rows.index).mask(lost, own)
    seen = _in_each_run(rows.assign(seen_from=begins[rows["first_file"]], seen_to=seen_to), begins, stops)
    early = seen["end"] < seen["seen_from"]
    what = "lies before the years that the files hold, of which they show but some of the stays"
    say(findings.leave_out, files, seen[early], "END", what, "end_")
    return seen[~early].reset_index(drop=True)


def _in_each_run(
    rows: pd.DataFrame, begins: np.ndarray[tuple[int], Any], stops: np.ndarray[tuple[int], Any]
) -> pd.DataFrame:  # fmt: skip
    """A stay that bridges years of which no file is given is two rows: one that was watched until they began, and one
    that is watched since they are over. Nobody could have seen it end between them."""
    bridges = begins[rows["first_file"]] != begins[rows["last_file"]]
    before: pd.DataFrame = rows[bridges].assign(
        seen_to=stops[rows.loc[bridges, "first_file"]], end=pd.NaT, end_reason=""
    )
    since: pd.DataFrame = rows.assign(seen_from=begins[rows["last_file"]])
    return pd.concat([since, before], ignore_index=True)


def _tell_unseen_starts(rows: pd.DataFrame, files: Sequence[YearFile], findings: Findings) -> None:
    """Say how many stays began with a row that says that the carers stayed: the one before is in no file."""
    unseen = rows[rows["rne"].isin(codes.SAME_CARERS)]
    for number, count in unseen["file"].value_counts(sort=False).items():
        what = f"{count:,} stays had begun before their first row (RNE L, T or U); read as begun with it"
        findings.note(files[int(str(number))].file.table, what, "RNE")


def _hosts(rows: pd.DataFrame, files: Sequence[YearFile], findings: Findings) -> pd.Series[str]:
    """Today's authority where the home stands; ELSEWHERE if that isn't known but isn't the child's own; else empty.

    What has slipped into the column may be anything, and is never said.
    """
    own = rows["authority"].astype("object")
    word = rows["host"].astype("object").fillna("")
    codes_of = {one: () if one in codes.ELSEWHERE else today(one) for one in word.unique()}
    single = word.map({one: found[0] if len(found) == 1 else "" for one, found in codes_of.items()})
    not_own = [
        one in codes.ELSEWHERE or (len(codes_of[one]) > 1 and mine not in codes_of[one])
        for one, mine in zip(word, own, strict=True)
    ]
    found = single.mask((single == "") & np.array(not_own, dtype=bool), ELSEWHERE)
    for what, these in (
        ("says a place outside England, or one of several authorities of today: elsewhere", found == ELSEWHERE),
        ("is no code of an authority: in whose area the home stands isn't known", (found == "") & (word != "")),
    ):
        for number, count in rows.loc[these, "file"].value_counts(sort=False).items():
            findings.note(files[int(str(number))].file.table, f"{what}, for {count:,} stays", "PL_LA")
    return found.astype("object")


def _tell_unmatched(
    headers: Sequence[tuple[Table, str]], episodes: Sequence[EpisodeFile], findings: Findings
) -> None:
    """Say which episodes are without a header; a header without episodes is a mistake."""
    with_episodes = {one.authority for one in episodes}
    for table, authority in headers:
        if "UASC" in table.cells:
            tell_unaccompanied(table, findings)
        if authority not in with_episodes:
            raise table.error("is a header, but no episodes of the same authority are given; give them too")
    with_header = {authority for _, authority in headers}
    for one in episodes:
        if one.authority not in with_header:
            findings.note(one.table, "no header of this authority is given: ages and sexes aren't known")
