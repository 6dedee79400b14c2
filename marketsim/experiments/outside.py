"""How many children of a group of authorities live outside all of the group's areas, from the flows that runs leave."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

OUTSIDE = "outside_members_share"
OF_RUN = ["scenario", "replicate"]


def outside(flows: pd.DataFrame, members: Collection[str], areas: Mapping[str, Collection[str]]) -> pd.DataFrame:
    """By run and area (ONS codes by name) the share of children placed (child-weeks of the last weeks) whose home
    stands in no area of the `members`: rows scenario, replicate, outcome, region and value, as outcomes have them."""
    found = []
    for name, codes in areas.items():
        own = flows[flows["home_authority"].isin(codes)]
        all_of, beyond = own, own[~own["host_authority"].isin(members)]
        placed, away = (part.groupby(OF_RUN, observed=True)["sum_children_placed"].sum() for part in (all_of, beyond))
        share = away.reindex(placed.index, fill_value=0) / placed
        found.append(share.rename("value").reset_index().assign(outcome=OUTSIDE, region=name))
    return pd.concat(found, ignore_index=True)
