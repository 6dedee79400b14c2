"""Outcomes of any group of authorities, from the sums that runs leave (table `sums`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from marketsim.results import outcomes
from marketsim.results.weeks import LAST_WEEKS, SUM

OF_RUN = ["scenario", "replicate"]


def sums_of(sums: pd.DataFrame, codes: Collection[str], year: int = LAST_WEEKS) -> pd.DataFrame:
    """The sums of some authorities (ONS codes) together in a year of the run, or in its last weeks: a row a scenario
    and replicate, with the number of `weeks`."""
    chosen = sums[(sums["year"] == year) & sums["ons_code"].isin(codes)]
    weeks = chosen.groupby(OF_RUN, sort=False, observed=True)["weeks"].first()
    left = chosen.drop(columns=["ons_code", "region", "year", "weeks"]).groupby(OF_RUN, sort=False, observed=True).sum()
    return pd.concat([left.rename(columns=lambda name: str(name).removeprefix(SUM)), weeks], axis=1)


def outcomes_of(sums: pd.DataFrame, groups: Mapping[str, Collection[str]], year: int = LAST_WEEKS) -> pd.DataFrame:
    """The outcomes that are compared, of groups of authorities by name: rows scenario, replicate, outcome, region (the
    group) and value, as for regions."""
    wide = pd.concat({name: sums_of(sums, codes, year) for name, codes in groups.items()}, names=["region"])
    weeks = int(wide["weeks"].max()) if len(wide) else 1
    tally = outcomes.Tally({str(column): wide[column].to_numpy(dtype="float64") for column in wide}, weeks)
    runs = wide.index.to_frame(index=False)[[*OF_RUN, "region"]]
    compared = [measure for measure in outcomes.MEASURES.values() if measure.compared]
    return pd.concat(
        [runs.assign(outcome=measure.name, value=measure.value(tally)) for measure in compared], ignore_index=True
    )
