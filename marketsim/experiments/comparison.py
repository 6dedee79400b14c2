"""A comparison read for whom it concerns: by region, by authority, for members and their neighbours; and why spend
differs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any, cast

import numpy as np
import pandas as pd

from marketsim.core.columns import Ints
from marketsim.experiments import contracts, money, outside, uncertainty, who
from marketsim.experiments.contracts import WEEKS_PER_YEAR
from marketsim.experiments.differences import COLUMNS as TABLE_COLUMNS
from marketsim.experiments.differences import compare_outcomes, paired
from marketsim.results import groups, store
from marketsim.results.outcomes import ENGLAND
from marketsim.results.result import Result
from marketsim.results.weeks import LAST_WEEKS, SUM

NEIGHBOURS = "neighbours outside"
CAUSE_COLUMNS = ["scenario", "area", "cause", "difference", "ci_low", "ci_high", "replicates", "unit"]
FACTS = ("marketsim", "python", "packages", "scenarios", "drawn_vectors", "runs", "weeks", "evidence")
CONTRACT_COLUMNS = ["scenario", "arrangement", "measure", "mean", "lowest", "highest", "replicates", "unit"]
YEAR_COLUMNS = [
    "scenario", "year", "baseline_spend", "scenario_spend", "difference", "ci_low", "ci_high", "of_baseline"
]  # fmt: skip
WHOLE = "all causes"


class Comparison(Result):
    """A comparison; differences are the other scenarios' less the baseline's, each with its 95% interval."""

    @property
    def regions(self) -> pd.DataFrame:
        """The rows of `table` of regions."""
        return self.table[self.table["region"] != ENGLAND].reset_index(drop=True)

    @cached_property
    def authorities(self) -> pd.DataFrame:
        """The same as `table` for each authority, by ONS code; their rows by year are `tables["authorities"]`."""
        return self.of({code: [code] for code in self._everybody}).rename(columns={"region": "ons_code"})

    def group(self, words: str) -> who.Group:
        """The authorities meant by a region, a cooperative of one of the scenarios, or names. Raises ScenarioError."""
        return who.group_of(words, list(self.scenarios.values()))

    def members(self, words: str) -> pd.DataFrame:
        """The same as `table` for a group (`area` is its name), each member, its neighbours outside together, and
        England, with the share of the group's and each member's children outside all members' areas. `chance` is how
        likely a difference so large would be if there were none, `false_discovery` of each member the share of false
        ones if it and all members' at least as sure differences of the outcome are called sure."""
        meant = self.group(words)
        areas = _areas(meant) | {ENGLAND: self._everybody}
        inside = {name: codes for name, codes in areas.items() if set(codes) <= set(meant.members)}
        flows = self._kept("flows", outside.PLACED)
        found = [self._outcomes_of(areas, LAST_WEEKS), outside.outside(flows, meant.members, inside)]
        return self._side_by_side(pd.concat(found, ignore_index=True), meant.members.values())

    def neighbours(self, words: str) -> pd.DataFrame:
        """The same for each neighbour outside; `false_discovery` is among them. Nothing where there is none."""
        near = self.group(words).neighbours
        if not near:
            return pd.DataFrame(columns=["area", *TABLE_COLUMNS, "chance", "false_discovery"])
        return self._side_by_side(self._outcomes_of(_each(near), LAST_WEEKS), near.values())

    def _side_by_side(self, found: pd.DataFrame, single: Collection[str]) -> pd.DataFrame:
        """Outcomes of areas compared, with what is false among those `single` ones that are called as sure as each."""
        rows = self._compared(found, chances=True)
        rows["false_discovery"] = np.nan
        for _, of_outcome in rows[rows["region"].isin(list(single))].groupby(["scenario", "outcome"]):
            chances = of_outcome["chance"].to_numpy(dtype=np.float64)
            rows.loc[of_outcome.index, "false_discovery"] = uncertainty.discoveries(chances)
        return rows.rename(columns={"region": "area"})

    def of(self, wanted: Mapping[str, Collection[str]], year: int = LAST_WEEKS) -> pd.DataFrame:
        """The same as `table` for groups of authorities (ONS codes) by name, in a year of the runs or the last ones."""
        return self._compared(self._outcomes_of(wanted, year))

    def _compared(self, found: pd.DataFrame, chances: bool = False) -> pd.DataFrame:
        if self.runs_made["vector"].notna().any():
            found = found.merge(self.runs_made.drop(columns="seed"))
        return compare_outcomes(found, self.labels[0], self.labels[1:], chances)

    def values(self, codes: Collection[str], year: int = LAST_WEEKS) -> pd.DataFrame:
        """The outcomes of some authorities (ONS codes) together in a year of the runs or the last weeks: rows scenario,
        replicate, outcome, value."""
        return self._outcomes_of({ENGLAND: codes}, year).drop(columns="region")

    @property
    def years(self) -> list[int]:
        """The numbers of the whole years that all scenarios have, from 1; and LAST_WEEKS behind them for runs that go
        on for more than half a year, or where there is no such year."""
        weeks = self._sums.groupby(["year", "scenario"], observed=True)["weeks"].first().unstack("scenario")
        whole = [int(year) for year in weeks.dropna().index if year != LAST_WEEKS]
        length = self.manifest["weeks"]  # None if scenarios differ in it: their last weeks are then other ones
        beyond = 0.0 if length is None else length - float(weeks.loc[whole].iloc[:, 0].sum())
        return whole if whole and beyond <= WEEKS_PER_YEAR / 2 else [*whole, LAST_WEEKS]

    def weeks_of(self, label: str) -> int:
        """How many weeks the runs of a scenario have."""
        return int(self.manifest["weeks"] or self.scenarios[label].horizon.weeks)

    def _outcomes_of(self, wanted: Mapping[str, Collection[str]], year: int) -> pd.DataFrame:
        return groups.outcomes_of(self._sums, wanted, year)

    def money(self, words: str | None = None, year: int = LAST_WEEKS) -> pd.DataFrame:
        """Why a year's spend differs: rows of CAUSE_COLUMNS (GBP a year), for each cause of `money.CAUSES` and all
        together; of everybody, or of a group, each of its members and its neighbours outside."""
        return self._money({ENGLAND: self._everybody} if words is None else _areas(self.group(words)), year)

    def neighbours_money(self, words: str, year: int = LAST_WEEKS) -> pd.DataFrame:
        """The same for each neighbour outside."""
        return self._money(_each(self.group(words).neighbours), year)

    def _money(self, areas: Mapping[str, Collection[str]], year: int) -> pd.DataFrame:
        rows = []
        for area, codes in areas.items():
            by_arm = groups.sums_of(self._sums, codes, year)
            base, *others = (pd.DataFrame(by_arm.xs(label)).sort_index() for label in self.labels)
            for label, other in zip(self.labels[1:], others, strict=True):
                scale = WEEKS_PER_YEAR / base["weeks"].to_numpy()
                causes = money.by_cause(base, other)
                causes[WHOLE] = (other["spend"] - base["spend"]).to_numpy()
                for cause, change in causes.items():
                    _, _, mean, low, high, count, *_ = paired(np.zeros(len(change)), scale * change, self.vectors)
                    rows.append((label, area, cause, mean, low, high, count, "GBP/year"))
        return pd.DataFrame(rows, columns=CAUSE_COLUMNS)

    def money_by_year(self, words: str | None = None) -> pd.DataFrame:
        """What spend is in each whole year of the runs (GBP/year): rows of YEAR_COLUMNS; `of_baseline` is the
        difference as a share of what the baseline spends. `year` 0: the last weeks, if they are no whole year."""
        codes = self._everybody if words is None else list(self.group(words).members)
        rows = []
        for year in self.years:
            by_arm = groups.sums_of(self._sums, codes, year)
            yearly = {label: by_arm.xs(label).sort_index() for label in self.labels}
            spend = {label: (WEEKS_PER_YEAR * of_arm["spend"] / of_arm["weeks"]).to_numpy(dtype=np.float64)
                     for label, of_arm in yearly.items()}  # fmt: skip
            for label in self.labels[1:]:
                base, other, mean, low, high, *_ = paired(spend[self.labels[0]], spend[label], self.vectors)
                rows.append((label, year, base, other, mean, low, high, mean / base if base else np.nan))
        return pd.DataFrame(rows, columns=YEAR_COLUMNS)

    def contracts(self, words: str | None = None) -> pd.DataFrame:
        """What contracts that hold places do, under every scenario: rows of CONTRACT_COLUMNS, for each measure of
        `contracts.MEASURES` its mean, the lowest and the highest run; of everybody or of a group. Places are those of
        whole contracts that a group has a part in, children and money are the group's."""
        rows = []
        for scenario, arrangement, measures in contracts.of_each(self._contracts(words), self._replicates):
            for measure, values in measures.items():
                known = values[~np.isnan(values)]
                told = (known.mean(), known.min(), known.max()) if len(known) else (np.nan, np.nan, np.nan)
                rows.append((scenario, arrangement, measure, *told, len(known), contracts.MEASURES[measure]))
        return pd.DataFrame(rows, columns=CONTRACT_COLUMNS)

    def contract_users(self, words: str | None = None) -> pd.DataFrame:
        """Who lives in places that contracts hold: scenario, arrangement, ons_code, children and places_held, the
        authority's share of them; means of the last weeks."""
        return contracts.users(self._contracts(words), self._replicates)

    def _contracts(self, words: str | None) -> pd.DataFrame:
        codes = self._everybody if words is None else list(self.group(words).members)
        return contracts.named(self._kept("contracts"), codes)

    @property
    def names(self) -> dict[str, str]:
        """The names of authorities by ONS code."""
        areas = who.areas_of(next(iter(self.scenarios.values())).world)
        return dict(zip(areas.code, areas.name, strict=True))

    def check_whole(self) -> None:
        """StoreError, in one line, for other results, unfinished ones, and a folder that lacks files of a run."""
        if self.kind != "comparison":
            raise store.StoreError(f"{self.folder}: is a {self.kind}, no comparison")
        facts: Any = self.manifest
        if facts["status"] != "finished":
            raise store.StoreError(f"{self.folder}: isn't finished: its status is {facts['status']}")
        if "comparison" not in self.tables:
            raise store.StoreError(f"{self.folder}: has no comparison.csv, so it isn't whole")
        if lacking := [name for name in FACTS if name not in facts]:
            raise store.StoreError(f"{self.folder}/manifest.json: {lacking[0]} is missing, so it can't be told of")
        told = {(one["scenario"], one["replicate"]) for one in facts["runs"]}
        if told != {(label, number) for label in self.labels for number in range(self._replicates)}:
            raise store.StoreError(f"{self.folder}/manifest.json: runs are not every scenario's in every replicate")
        if lacking := [name for name in TABLE_COLUMNS if name not in self.table]:
            raise store.StoreError(f"{self.folder}/comparison.csv: has no column {lacking[0]}, so it is no comparison")
        if self.folder is not None:
            runs = [self.folder / "runs" / str(one["scenario"]) / f"replicate-{one['replicate']:03d}"
                    for one in self.runs_made.to_dict("records")]  # fmt: skip
            names = sorted({path.name for path in self.folder.glob("runs/*/*/[!.]*.parquet")})
            missing = [run / name for run in runs for name in names or ["sums.parquet"] if not (run / name).is_file()]
            if missing:
                raise store.StoreError(f"{missing[0]} is missing, so these results aren't whole; run them again")

    @property
    def rests_on(self) -> tuple[int, str]:
        """What intervals rest on: how many vectors of the plausible set, or replicates where none is drawn."""
        vectors = self.outcomes["vector"].nunique()
        replicates = int(self.outcomes["replicate"].nunique())
        return (vectors, "vectors of the plausible set") if vectors else (replicates, "replicates")

    @property
    def tells(self) -> bool:
        """Whether there are enough for an interval."""
        return self.rests_on[0] >= uncertainty.FEWEST

    @cached_property
    def _sums(self) -> pd.DataFrame:
        return self._kept("sums", SUM + money.NUMBERS[0])

    def _kept(self, name: str, column: str | None = None) -> pd.DataFrame:
        """A table of the runs; StoreError if it isn't there, or lacks a column that this version's have."""
        old = "an older version made it; run it again"
        if name not in self.tables:
            raise store.StoreError(f"{self.folder}: has no table {name}: {old}")
        found = self.tables[name]
        if column is not None and column not in found:
            raise store.StoreError(f"{self.folder}: the table {name} has no column {column}: {old}")
        return found

    @cached_property
    def _everybody(self) -> list[str]:
        return list(self._sums["ons_code"].unique())

    @cached_property
    def runs_made(self) -> pd.DataFrame:
        """A row a run: scenario, replicate, seed and vector."""
        return pd.DataFrame(cast(list[Any], self.manifest["runs"]))

    @property
    def _replicates(self) -> int:
        return int(self.runs_made["replicate"].nunique())

    @cached_property
    def vectors(self) -> Ints | None:
        """The vector of each replicate in order; None if none is drawn."""
        vectors = self.runs_made.groupby("replicate")["vector"].first().sort_index()
        return None if bool(vectors.isna().any()) else vectors.to_numpy(dtype=np.int64)


def _areas(meant: who.Group) -> dict[str, list[str]]:
    """The group, each member, and its neighbours outside together: ONS codes by name."""
    areas = {meant.name: list(meant.members)} | _each(meant.members)
    return areas | ({NEIGHBOURS: list(meant.neighbours)} if meant.neighbours else {})


def _each(named: Mapping[str, str]) -> dict[str, list[str]]:
    """Single authorities, named by ONS code, as areas."""
    return {name: [code] for code, name in named.items()}
