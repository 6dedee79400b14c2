"""What several files say of one placement, brought together; and placements with the homes in which they are."""

from __future__ import annotations

from typing import Any

import pandas as pd

from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.records import ELSEWHERE, NUMBER, PLACEMENTS, TEXT, Part

MOST_IN_A_HOME = 20  # places, of a market
APART_DAYS = 31  # by which two systems may differ on when a stay began
FILLED = [
    name for name, kind in PLACEMENTS.items()
    if kind in (TEXT, NUMBER) and name not in ("child", "authority", "setting", "file", "line", "end_reason")
]  # fmt: skip


def joined(part: Part, findings: Findings) -> Part:
    """The same with each placement once: what a list of costs says of a stay that a return holds is written into it.

    A row of a list that meets no stay of an authority whose returns are given is kept for what it says of fees and
    needs, and counts in no number and no stay.
    """
    part.homes = _homes_once(part.homes, findings)
    placements = part.placements.reset_index(drop=True)
    stays, rest = placements[placements["returns"]], placements[~placements["returns"]]
    if len(stays) and len(rest):
        placements = _into_stays(stays.copy(), rest.copy(), findings)
    part.placements = _with_homes(placements, part.homes)
    part.homes = _with_fees(part.homes, part.placements, findings)
    return part


def _into_stays(stays: pd.DataFrame, rest: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    known = rest[(rest["child"] != "") & rest["start"].notna()].reset_index(names="row").sort_values("start")
    near = pd.merge_asof(
        known, stays.reset_index(names="stay").sort_values("start")[["stay", "authority", "child", "start"]],
        on="start", by=["authority", "child"], direction="nearest", tolerance=pd.Timedelta(days=APART_DAYS),
    ).dropna(subset=["stay"])  # fmt: skip
    matched = near["row"]
    near = near.drop_duplicates("stay", keep="last").set_index("stay")
    for name in FILLED:
        given = near[name]
        blank = stays.loc[near.index, name].isna() if PLACEMENTS[name] == NUMBER else stays.loc[near.index, name] == ""
        stays.loc[near.index[blank], name] = given[blank]
    left = rest[~rest.index.isin(matched)].copy()
    has_returns = left["authority"].isin(stays["authority"])
    left.loc[has_returns, "whole"] = False
    _say(near, left[has_returns], findings)
    return pd.concat([stays, left], ignore_index=True)


def _say(near: pd.DataFrame, left: pd.DataFrame, findings: Findings) -> None:
    for file, rows in near.groupby("file"):
        findings.note(str(file), f"{len(rows)} rows are of stays that the returns hold; they are one")
    for file, rows in left.groupby("file"):
        findings.note(
            str(file), f"{len(rows)} rows meet no stay in the returns (same child, start within {APART_DAYS} days); "
            "they count for fees and needs, in no number and no stay",
        )  # fmt: skip


def _homes_once(homes: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Homes that both a complete list and one of one's own have, once; what the second says of fee and needs is added.
    """
    homes = homes.sort_values("complete", ascending=False, kind="stable", ignore_index=True)
    again = (homes["urn"] != "") & homes.duplicated("urn")
    own = homes[again].drop_duplicates("urn", keep="last").set_index("urn")
    once = homes[~again].copy()
    for name in ("weekly_fee_gbp", "takes"):
        said = once["urn"].map(own[name])
        once[name] = said.where(said.notna() & (said != ""), once[name])
    listed = set(homes.loc[homes["complete"], "authority"])
    beside = once[~once["complete"] & once["authority"].isin(listed)]
    for file, rows in beside.groupby("file"):
        words = f"{len(rows)} homes are in areas of which a list has all homes, and not on it by their URN; "
        findings.note(str(file), words + "they count as further homes")
    if large := int((once["places"] > MOST_IN_A_HOME).sum()):
        findings.note("homes", f"{large} have more than {MOST_IN_A_HOME} places, and count with that many")
    return once.reset_index(drop=True)


def _with_homes(placements: pd.DataFrame, homes: pd.DataFrame) -> pd.DataFrame:
    """Where a home is known, it says in whose area it stands and of which sector it is."""
    listed = homes[homes["urn"] != ""].drop_duplicates("urn").set_index("urn")
    if listed.empty or placements.empty:
        return placements
    for name, said in (("host_authority", "authority"), ("sector", "sector")):
        of_home: pd.Series[Any] = placements["urn"].map(listed[said]).astype("object").fillna("")
        known: pd.Series[Any] = ~placements[name].isin(["", ELSEWHERE]) | (of_home == "")
        placements[name] = placements[name].where(known, of_home)
    return placements


def _with_fees(homes: pd.DataFrame, placements: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Homes without a fee of their own ask the median of what is paid there now for children without staff of their
    own."""
    paid = placements[placements["end"].isna() & (placements["urn"] != "") & placements["care"].isin(["", "shared"])]
    median = paid[paid["route"] != "in_house"].groupby("urn")["weekly_fee_gbp"].median().dropna()
    found = homes["urn"].map(median).where(homes["weekly_fee_gbp"].isna())
    if number := int(found.notna().sum()):
        findings.note("homes", f"{number} have no fee of their own on a list: the median of what placements there cost")
    return homes.assign(weekly_fee_gbp=homes["weekly_fee_gbp"].fillna(found))
