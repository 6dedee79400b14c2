"""What runs with other members left, as arrays: what members spent under one split, a column a replicate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from marketsim.core.columns import Floats, Ints
from marketsim.experiments.cooperatives.leaving import LEAVERS, MEMBERS, Split
from marketsim.experiments.sweep_folder import open_set


@dataclass(frozen=True)
class Kept:
    """Values of the runs of a folder; `codes` are the ONS codes of the members, in the order of all arrays."""

    codes: list[str]
    table: pd.DataFrame  # index: MEMBERS, LEAVERS, outcome, region; a column a replicate
    vectors: Ints | None

    @classmethod
    def read(cls, folder: Path, codes: list[str]) -> Kept:
        """What a finished folder holds. Raises StoreError."""
        found = open_set(folder)
        design = found.design
        rows = found.outcomes.merge(design[["run", "replicate", MEMBERS, LEAVERS]], on="run")
        table = rows.pivot(index=[MEMBERS, LEAVERS, "outcome", "region"], columns="replicate", values="value")
        vectors = design.groupby("replicate")["vector"].first().sort_index()
        drawn = None if bool(vectors.isna().any()) else vectors.to_numpy(dtype="int64")
        return cls(codes, table.sort_index(), drawn)

    def of(self, split: Split, outcome: str) -> Floats:
        """An outcome under a split: a row a member, a column a replicate."""
        sides = " ".join(split.members), " ".join(split.leavers)
        wanted = pd.MultiIndex.from_tuples([(*sides, outcome, code) for code in self.codes])
        return self.table.reindex(wanted).to_numpy(dtype="float64")
