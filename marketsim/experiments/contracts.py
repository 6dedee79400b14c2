"""What contracts do: places held, filled, by whom, refusals, what empty ones cost, and what all spares against spot."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TypeAlias

import numpy as np
import pandas as pd

from marketsim.core.columns import Floats
from marketsim.results.weeks import LAST_WEEKS, SUM

WEEKS_PER_YEAR = 52.18
OF_CONTRACT = ["scenario", "arrangement", "replicate"]
MEASURES = {
    "places held": "places",
    "held in its first week": "places",
    "held in the last week": "places",
    "filled": "share",
    "children asked for": "children/year",
    "children refused": "share",
    "paid for empty places": "GBP/year",
    "saved against spot fees": "GBP/year",
}
MEANINGS = {
    "places held": "mean over the last weeks",
    "held in its first week": "when the contract began, or the run",
    "held in the last week": "of the run",
    "filled": "of the places held",
    "children asked for": "for whom at least one place was asked that was held, empty and within reach",
    "children refused": "of these, whom every such place refused",
    "paid for empty places": "retainers, or full fees where a contract says so",
    "saved against spot fees": "what these homes asked on the spot when the children came, less all that is paid",
}
Frame: TypeAlias = pd.DataFrame


def named(contracts: Frame, codes: Collection[str]) -> Frame:
    """The rows of `contracts` of arrangements that some authorities (ONS codes) have a part in, with `own` for the rows
    that are theirs; a cooperative's arrangements carry its name before theirs."""
    own = contracts["ons_code"].isin(list(codes))
    part = own & ((contracts["sum_places_held"] > 0) | (contracts["sum_places_filled"] > 0))
    which = ["scenario", "replicate", "number"]
    taken = pd.MultiIndex.from_frame(contracts.loc[part, which])
    rows = contracts.assign(own=own)[pd.MultiIndex.from_frame(contracts[which]).isin(taken)]
    joint = rows["cooperative"] != ""
    names = rows["arrangement"].where(~joint, rows["cooperative"] + ": " + rows["arrangement"])
    return rows.assign(arrangement=names)


def of_each(rows: Frame, replicates: int) -> Iterator[tuple[str, str, dict[str, Floats]]]:
    """Scenario, arrangement, and the MEASURES of the last weeks by replicate, NaN where there is nothing to measure;
    `rows` as `named` gives them. Places are those of whole contracts; children asked for and money are their own."""
    for (scenario, arrangement), found in rows.groupby(OF_CONTRACT[:2], sort=False):
        last = found[found["year"] == LAST_WEEKS]
        whole, own = (_by_replicate(part, replicates) for part in (last, last[last["own"]]))
        if not whole["places_held"].any():
            continue
        weeks = float(last["weeks"].iloc[0])
        begun = found[found["held_at_start"] > 0]
        first = begun[begun["year"] > LAST_WEEKS] if (begun["year"] > LAST_WEEKS).any() else begun
        starts = _earliest(first).reindex(range(replicates), fill_value=0.0)
        held, asked = whole["places_held"], own["children_asked"]
        spared = own["spot_fees_gbp"] - own["fees_gbp"] - own["retainers_gbp"]
        columns = (
            held / weeks, starts, whole["held_at_end"], whole["places_filled"] / held.where(held > 0),
            asked * WEEKS_PER_YEAR / weeks, own["children_refused"] / asked.where(asked > 0),
            own["retainers_gbp"] * WEEKS_PER_YEAR / weeks, spared * WEEKS_PER_YEAR / weeks,
        )  # fmt: skip
        values = {name: column.to_numpy(dtype=np.float64) for name, column in zip(MEASURES, columns, strict=True)}
        yield str(scenario), str(arrangement), values


def _by_replicate(rows: Frame, replicates: int) -> Frame:
    wide = rows.groupby("replicate").sum(numeric_only=True).reindex(range(replicates))
    return wide.rename(columns=lambda name: str(name).removeprefix(SUM))


def _earliest(rows: Frame) -> pd.Series[float]:
    """By replicate the places held when the contract began, or the first of its name."""
    first = rows.groupby("replicate")["year"].transform("min") == rows["year"]
    return rows[first].groupby("replicate")["held_at_start"].sum()


def users(rows: Frame, replicates: int) -> Frame:
    """Scenario, arrangement and authority: children who live in held places and places that are its share, means over
    replicates in the last weeks; `rows` as `named` gives them, of which it tells the own."""
    last = rows[(rows["year"] == LAST_WEEKS) & rows["own"]]
    sums = last.groupby([*OF_CONTRACT[:2], "ons_code"], sort=False)[["sum_places_filled", "sum_places_held"]].sum()
    weeks = last.groupby(OF_CONTRACT[:2], sort=False)["weeks"].first() * replicates
    means = sums.div(weeks, axis=0)
    return means.set_axis(["children", "places_held"], axis=1).reset_index()
