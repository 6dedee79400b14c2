"""The tables of what was found: members under every way of sharing, groups, transfers, Shapley values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from marketsim.core.columns import Floats
from marketsim.experiments import uncertainty, who
from marketsim.experiments.cooperatives import accounts, shapley, sharing, transfers
from marketsim.experiments.cooperatives.judging import GAIN_COLUMNS, Spent, gains_of
from marketsim.experiments.cooperatives.leaving import SIZES, Split
from marketsim.experiments.cooperatives.question import SHAPLEY, Question
from marketsim.experiments.cooperatives.reading import Kept

Left: TypeAlias = Mapping[tuple[int, ...], Floats]
PAID: Final = accounts.SPEND + sharing.AS_SET
GROUP_COLUMNS: Final = ["sharing", "kind", "ons_codes", "names", *GAIN_COLUMNS]
SHAPLEY_COLUMNS: Final = [
    "ons_code", "name", "weeks", "permutations", "as_set_gbp_per_year", "shapley_gbp_per_year", "alone_gbp_per_year",
    "saving_gbp_per_year", "ci_low", "ci_high", "false_discovery_rate",
]  # fmt: skip


@dataclass(frozen=True)
class Shares:
    """Shapley values: what each member should bear (GBP a year; members, replicates), half the width of the interval
    that sampling adds to each (0 if exact), and the runs that they are of."""

    values: Floats
    sampled: Floats
    runs: Kept


def inside_of(question: Question, alone: Kept) -> dict[str, Floats]:
    """What members spend with all in, by way of sharing (GBP a year; members, replicates)."""
    everybody = Split.of(question.codes)
    return {way: alone.of(everybody, accounts.SPEND + way) for way in sharing.WAYS}


def outside_of(question: Question, runs: Kept) -> Floats:
    """What each member spends if it alone is out (GBP a year; members, replicates)."""
    splits = [Split.of(question.codes, [code]) for code in question.codes]
    return np.array([runs.of(split, PAID)[row] for row, split in enumerate(splits)])


def members(question: Question, alone: Kept, shares: Shares | None) -> pd.DataFrame:
    """A row a way of sharing and member: who it is, GAIN_COLUMNS, and what else being in changes for it (as set)."""
    outside, context = outside_of(question, alone), _context(question, alone)
    frames = [
        _side_by_side(question, way, question.weeks, inside, outside, alone)
        for way, inside in inside_of(question, alone).items()
    ]
    if shares is not None:
        outside = outside_of(question, shares.runs)
        weeks = question.shapley_weeks
        frames.append(_side_by_side(question, SHAPLEY, weeks, shares.values, outside, shares.runs, shares.sampled))
    return pd.concat(frames, ignore_index=True).merge(context, on="ons_code", how="left")


def _side_by_side(
    question: Question, way: str, weeks: int, inside: Floats, outside: Floats, runs: Kept, sampled: Floats | None = None
) -> pd.DataFrame:
    halves = np.zeros(len(inside)) if sampled is None else sampled
    spent = [
        Spent({"sharing": way, "ons_code": code, "name": name, "weeks": weeks}, inside[row], outside[row], halves[row])
        for row, (code, name) in enumerate(question.cooperative.members.items())
    ]
    return gains_of(spent, runs.vectors)


def _context(question: Question, alone: Kept) -> pd.DataFrame:
    """A row a member: its population, its part of the joint cost, what its leaving costs the others, and what being in
    changes for its children, inside less outside; means."""
    areas, everybody = who.areas_of(question.loaded.scenario.world), Split.of(question.codes)
    population = dict(zip(areas.code, areas.population.tolist(), strict=True))
    paid, joint = alone.of(everybody, PAID), alone.of(everybody, accounts.JOINT)
    rows = []
    for row, code in enumerate(question.codes):
        out = Split.of(question.codes, [code])
        others = np.delete(alone.of(out, PAID) - paid, row, axis=0).sum(axis=0)
        told: dict[str, Any] = {"ons_code": code, "population": population[code]}
        told["joint_cost_gbp_per_year"] = _mean(joint[row], alone)
        told["others_pay_more_if_it_leaves_gbp_per_year"] = _mean(others, alone)
        for name in accounts.CONTEXT:
            told[f"{name}_change"] = _mean(alone.of(everybody, name)[row] - alone.of(out, name)[row], alone)
        rows.append(told)
    return pd.DataFrame(rows)


def _mean(values: Floats, runs: Kept) -> float:
    """The mean over the replicates in which it is known, each vector counting the same."""
    known = ~np.isnan(values)
    if not known.any():
        return np.nan
    return uncertainty.mean_of(values[known], None if runs.vectors is None else runs.vectors[known])


def whole(question: Question, alone: Kept) -> pd.DataFrame:
    """What all members together gain: against nobody in, and against each leaving alone. Columns kind and
    GAIN_COLUMNS."""
    inside = alone.of(Split.of(question.codes), PAID).sum(axis=0)
    against = {
        "all, against nobody in": alone.of(Split(), PAID),
        "all, against each leaving alone": outside_of(question, alone),
    }
    return gains_of([Spent({"kind": kind}, inside, out.sum(axis=0)) for kind, out in against.items()], alone.vectors)


def left_together(question: Question, looked_at: Iterable[Sequence[str]], together: Kept) -> Left:
    """What each group (places among the members) spends if it leaves together (GBP a year, by replicate)."""
    found = {}
    for codes in looked_at:
        rows = tuple(question.codes.index(code) for code in codes)
        found[rows] = together.of(Split.of(question.codes, codes), PAID)[list(rows)].sum(axis=0)
    return found


def groups(question: Question, left: Left, alone: Kept) -> pd.DataFrame:
    """A row a way of sharing and group that leaves together: its codes and names, and GAIN_COLUMNS."""
    frames = []
    for way, inside in inside_of(question, alone).items() if left else ():
        spent = [
            Spent({"sharing": way} | _named(question, rows), inside[list(rows)].sum(axis=0), outside)
            for rows, outside in left.items()
        ]
        frames.append(gains_of(spent, alone.vectors))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=GROUP_COLUMNS)


def _named(question: Question, rows: Sequence[int]) -> dict[str, str]:
    codes = [question.codes[row] for row in rows]
    names = "; ".join(question.cooperative.members[code] for code in codes)
    return {"kind": SIZES[len(rows)], "ons_codes": " ".join(codes), "names": names}


@dataclass(frozen=True)
class KeptIn:
    """Transfers under a way of sharing, the share of replicates in which they keep everybody in, and the share of
    members and groups that they keep on average of the replicates (NaN without transfers)."""

    found: transfers.Transfers
    share: float
    of_all: float


def transfers_under(
    way: str, told: pd.DataFrame, grouped: pd.DataFrame, replicates: Left
) -> tuple[pd.DataFrame, KeptIn]:  # fmt: skip
    """The smallest transfers under one way of sharing, a row a member, and how well they hold.

    `told` and `grouped` are the tables of members and groups; `replicates` has each leaver's gains, a value a run.
    """
    own, of_groups = told[told["sharing"] == way], grouped[grouped["sharing"] == way]
    means = [*own["gain_gbp_per_year"], *of_groups["gain_gbp_per_year"]]
    gains = dict(zip(replicates, means, strict=True))
    found = transfers.smallest_transfers(gains, len(own))
    gets = np.full(len(own), np.nan) if found.gets is None else found.gets.astype(np.float64)
    frame = own[["sharing", "ons_code", "name"]].assign(
        gets_gbp_per_year=gets,
        gain_before_gbp_per_year=own["gain_gbp_per_year"],
        gain_after_gbp_per_year=own["gain_gbp_per_year"] + gets,
        surely_needed_gbp_per_year=(-own["ci_high"]).clip(lower=0),
    )
    if found.gets is None:
        return frame, KeptIn(found, np.nan, np.nan)
    held = [values + gets[list(group)].sum() >= -len(group) for group, values in replicates.items()]
    return frame, KeptIn(found, float(np.all(held, axis=0).mean()), float(np.mean(held)))


def gains_by_replicate(question: Question, way: str, left: Left, alone: Kept) -> Left:
    """What each member, and each group, gains in each run by being in; by places among the members."""
    inside, outside = inside_of(question, alone)[way], outside_of(question, alone)
    found: dict[tuple[int, ...], Floats] = {(row,): outside[row] - inside[row] for row in range(len(inside))}
    return found | {rows: spent - inside[list(rows)].sum(axis=0) for rows, spent in left.items()}


def shares(question: Question, runs: Kept) -> Shares:
    """The Shapley values of the runs that `Question.game` plans."""
    orders = question.joining()
    wanted = shapley.coalitions_of(orders) if orders else shapley.every_coalition(question.codes)
    cost = {one: _cost(question, runs, one) for one in wanted}
    if not orders:
        values = shapley.shapley_values(cost)
        return Shares(np.array([values[code] for code in question.codes]), np.zeros(len(question.codes)), runs)
    drawn = shapley.sampled_values(cost, orders)
    pairs = np.array([drawn[code] for code in question.codes])  # members, pairs of orders, replicates
    return Shares(pairs.mean(axis=1), _half(pairs.mean(axis=2)), runs)


def _half(means: Floats) -> Floats:
    """Half the width of Student's interval of the mean of each row; NaN from fewer than four values."""
    count = means.shape[1]
    if count < uncertainty.FEWEST:
        return np.full(len(means), np.nan)
    wide = stdtrit(count - 1, (1 + uncertainty.LEVEL) / 2) / np.sqrt(count)
    return np.asarray(wide * means.std(axis=1, ddof=1))


def _cost(question: Question, runs: Kept, coalition: shapley.Players) -> Floats:
    """What the members of a coalition spend when exactly they form the cooperative (GBP a year, by replicate)."""
    rows = [row for row, code in enumerate(question.codes) if code in coalition]
    return np.asarray(runs.of(question.split_of(coalition), PAID)[rows].sum(axis=0))


def shapley_table(question: Question, found: Shares | None) -> pd.DataFrame:
    """A row a member: what it paid as set, its Shapley value, what it spends with nobody in, and what it saves then."""
    if found is None:
        return pd.DataFrame(columns=SHAPLEY_COLUMNS)
    paid, alone = (found.runs.of(split, PAID) for split in (Split.of(question.codes), Split()))
    spent = [
        Spent({"ons_code": code, "name": name}, found.values[row], alone[row], found.sampled[row])
        for row, (code, name) in enumerate(question.cooperative.members.items())
    ]
    frame = gains_of(spent, found.runs.vectors).rename(columns={
        "inside_gbp_per_year": "shapley_gbp_per_year", "outside_gbp_per_year": "alone_gbp_per_year",
        "gain_gbp_per_year": "saving_gbp_per_year",
    })  # fmt: skip
    as_set = [_mean(values, found.runs) for values in paid]
    frame = frame.assign(weeks=question.shapley_weeks, permutations=question.orders, as_set_gbp_per_year=as_set)
    return frame[SHAPLEY_COLUMNS]
