"""Whether a cooperative holds together, in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from marketsim.experiments.cooperatives import sharing
from marketsim.experiments.cooperatives.judging import INSIDE, NONE, OPEN, OUTSIDE
from marketsim.experiments.cooperatives.leaving import SIZES
from marketsim.experiments.cooperatives.question import SHAPLEY
from marketsim.experiments.cooperatives.stability import Stability
from marketsim.reports.headline import pounds, signed
from marketsim.scenario.errors import listed

WORDS = {
    sharing.AS_SET: "as set", "by_use": "by use", "by_population": "by population", "equal": "equal",
    "pooled": "pooled", SHAPLEY: "Shapley",
}  # fmt: skip
CHOSEN = "those whose members gain least from being in, and lie nearest to each other (mean of both ranks)"


def headline(found: Stability) -> str:
    """How many members would surely be better off outside, or inside, with cost shared as the scenario sets it."""
    own, name = of_way(found, sharing.AS_SET), found.question.cooperative.name
    worse, count = own["gain_gbp_per_year"] < 0, len(own)
    if not found.tells:
        words = f"{int(worse.sum())} of {count} members of {name} would be better off outside on average of"
        return f"{words} {basis(found)}: too few to say how surely."
    out, into = (list(own.loc[own["judgement"] == one, "name"]) for one in (OUTSIDE, INSIDE))
    alike, rest = int((own["judgement"] == NONE).sum()), int((own["judgement"] == OPEN).sum())
    outside = f" ({listed(out)})" if out else ""
    inside = f" ({listed(into)})" if into else ""
    return (
        f"{len(out)} of {count} members of {name} would surely be better off outside{outside}, {len(into)} surely "
        f"inside{inside}; of {rest} the runs can't tell{f', for {alike} nothing differs' if alike else ''}. Cost is "
        "shared as set."
    )


def of_way(found: Stability, way: str) -> pd.DataFrame:
    """The rows of members under one way of sharing."""
    return found.members[found.members["sharing"] == way]


def basis(found: Stability) -> str:
    """What intervals rest on, in words."""
    count, noun = found.rests_on
    return f"{count} {noun if count > 1 else noun.replace('replicates', 'replicate').replace('vectors', 'vector')}"


def _gain(row: pd.Series[Any]) -> str:
    """A gain with its interval."""
    ends = "" if pd.isna(row["ci_low"]) else f" [{signed(row['ci_low'])}, {signed(row['ci_high'])}]"
    return f"{signed(row['gain_gbp_per_year'])}{ends}"


def lines(found: Stability) -> Iterator[str]:
    """What all gain together, who leaves in groups, and what keeps all in: a sentence or two each."""
    yield from _whole_lines(found)
    yield from _group_lines(found)
    yield from _transfer_lines(found)


def _whole_lines(found: Stability) -> Iterator[str]:
    """What all members together gain."""
    rows = found.whole.set_index("kind")
    nobody, alone = rows.iloc[0], rows.iloc[1]
    yield f"All members together gain {_gain(nobody)} a year by being in, against nobody in."
    yield f"What each gains against leaving alone, the others going on, adds up to {_gain(alone)} a year."


def _group_lines(found: Stability) -> Iterator[str]:
    """How many groups were looked at, how chosen, and who would leave."""
    sizes = {size: both for size, both in found.looked_at.items() if both[1]}
    if not sum(looked for looked, _ in sizes.values()):
        yield "Groups that leave together were not looked at."
        return
    counts = " and ".join(f"{looked} of {there} {SIZES[size]}s" for size, (looked, there) in sizes.items())
    every = all(looked == there for looked, there in sizes.values())
    chosen = "" if every else f": {CHOSEN}"
    own = found.groups[found.groups["sharing"] == sharing.AS_SET]
    surely, lose = own[own["judgement"] == OUTSIDE], int((own["gain_gbp_per_year"] < 0).sum())
    told = f"; surely: {listed(list(surely['names']))}" if len(surely) else "; none surely" if found.tells else ""
    yield f"Groups that leave together and form a cooperative of their own: {counts} were looked at{chosen}."
    yield f"{lose} of these {len(own)} groups would be better off outside on average{told}."


def _transfer_lines(found: Stability) -> Iterator[str]:
    """What keeps all in, as set; and how much under other ways of sharing."""
    kept = found.kept[sharing.AS_SET].found
    if kept.gets is None:
        yield f"No transfers can keep all in, however cost is shared: {_why_not(found, kept.missing)}"
    else:
        words = f"Transfers of {pounds(kept.moved)} a year between members would keep all in on average."
        words = words if kept.moved else "No transfers are needed on average: nobody looked at would leave."
        yield f"{words} {_held(found, sharing.AS_SET)}"
        others = [f"{WORDS[way]} {_moved(found, way)}" for way in sharing.WAYS if way != sharing.AS_SET]
        yield f"With cost shared otherwise it would take a year: {', '.join(others)}."
    own = found.transfers[found.transfers["sharing"] == sharing.AS_SET]
    needed = float(own["surely_needed_gbp_per_year"].sum())
    if found.tells:
        words = f"{pounds(needed)} a year, to {listed(list(own.loc[own['surely_needed_gbp_per_year'] > 0, 'name']))}"
        yield f"Surely needed, with every member at the best end of its interval: {words if needed else 'nothing'}."


def _why_not(found: Stability, missing: float) -> str:
    together = float(found.whole["gain_gbp_per_year"].iloc[1])
    outside = f"{pounds(missing)} a year would have to come from outside"
    if together >= 0:
        return f"groups would gain so much by leaving that {outside}."
    groups = "" if math.isclose(-together, missing, rel_tol=1e-6, abs_tol=1) else f"; with what groups gain, {outside}"
    return f"together they lose {pounds(-together)} a year against each leaving alone{groups}."


def _held(found: Stability, way: str) -> str:
    """In how many runs the transfers keep everybody, and how many they keep in a run."""
    kept, count = found.kept[way], found.question.replicates
    told = f"They keep everybody in {round(kept.share * count)} of {count} runs"
    return f"{told}, and {100 * kept.of_all:.0f}% of members and groups on average of runs."


def _moved(found: Stability, way: str) -> str:
    moved = found.kept[way].found.moved
    return pounds(moved) if moved else "nothing"
