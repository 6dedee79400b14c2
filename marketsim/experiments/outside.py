"""How many children of a group of authorities live outside all of the group's areas, from the flows that runs leave."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

OUTSIDE = "outside_members_share"
PLACED = "sum_children_placed"
OF_RUN = ["scenario", "replicate"]


def outside(flows: pd.DataFrame, members: Collection[str], areas: Mapping[str, Collection[str]]) -> pd.DataFrame:
    """By run and area (ONS codes by name) the share of children placed (child-weeks of the last weeks) whose home
    stands in no area of the `members`: rows scenario, replicate, outcome, region and value, as outcomes have them."""
    runs = pd.MultiIndex.from_frame(flows[OF_RUN].drop_duplicates())
    found = []
    for name, codes in areas.items():
        own = flows[flows["home_authority"].isin(codes)]
        beyond = own[~own["host_authority"].isin(members)]
        placed, away = (part.groupby(OF_RUN, observed=True)[PLACED].sum().reindex(runs) for part in (own, beyond))
        share = away.fillna(0.0) / placed  # not known of a run in which nobody is placed
        found.append(share.rename("value").reset_index().assign(outcome=OUTSIDE, region=name))
    return pd.concat(found, ignore_index=True)
