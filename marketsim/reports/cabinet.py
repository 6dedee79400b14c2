"""What a cabinet paper on a cooperative needs, on two pages: what is proposed, who gains and loses, who would stay,
when it fails, and what isn't known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from marketsim.experiments.comparison import NEIGHBOURS, WHOLE, Comparison
from marketsim.experiments.cooperatives import judging, sharing
from marketsim.experiments.outside import OUTSIDE
from marketsim.reports import headline, members, plots, scenario_words, sureness, tables
from marketsim.reports.report import About, Section, Table, about_whom, one_by_one, rendered
from marketsim.results import store
from marketsim.scenario.errors import ScenarioError

STAYS = ["sharing", "name", "gain_gbp_per_year", "ci_low", "ci_high", "judgement"]
MOST_TERMS = 12
UNKNOWN = (
    "How many children a home that is not obliged to would take, and what a cooperative does to that.",
    "What members would really do when one child needs a place: bypass, votes and exit are rules of the model.",
    "Savings on social workers' time, better matching by people who know the child, and what children think of it.",
)


@dataclass(frozen=True)
class Beside:
    """What is known beside the comparison: folders that `cooperative stability` and `discover` left, or None."""

    stability: Path | None = None
    fails: Path | None = None


def page(comparison: Comparison, concerned: str, other: str | None, beside: Beside) -> str:
    """The page for a cooperative or other group. Raises StoreError and ScenarioError, in one line."""
    drawn = plots.pictures(comparison, "money", "weekly_fee_mean_gbp", concerned, other)
    about = about_whom(comparison, concerned, other)
    return rendered(about, drawn, list(_sections(about, beside)), summary=True)


def write(comparison: Comparison, concerned: str, other: str | None, beside: Beside, out: Path) -> None:
    """Keep the page as a file that must not exist yet; nothing is written if it can't be made."""
    plots.check(comparison, concerned, other)
    store.check_new_file(out, ".html")
    store.write_text(out, page(comparison, concerned, other, beside))


def cooperative_in(comparison: Comparison) -> str:
    """The name of the only cooperative of the scenarios. Raises ScenarioError if there is none, or several."""
    names = {name for one in comparison.scenarios.values() for name, rule in one.purchasing.arrangements.items()
             if getattr(rule, "members", None) is not None and name in scenario_words.used(one)}  # fmt: skip
    if len(names) != 1:
        found = f"has several cooperatives ({', '.join(sorted(names))})" if names else "has no cooperative"
        raise ScenarioError(f"{found}; say with --for whom the paper is about", str(comparison.folder or "--for"))
    return names.pop()


def _sections(about: About, beside: Beside) -> Iterator[Section]:
    comparison, arm = about.comparison, about.arm
    yield Section("proposal", "What is proposed", lines=list(_proposal(about)))
    if len(comparison.labels) > 2:
        yield Section("options", "Options", tables=[_options(about)])
    yield Section("areas", "Who gains and who loses", lines=members.marked(comparison), tables=[one_by_one(about)])
    yield Section("spend", "Why spend differs", pictures=["money"])
    if beside.stability is not None:
        yield _stays(about, beside.stability)
    if beside.fails is not None:
        yield Section("fails", "When it fails", lines=_fails(beside.fails))
    yield Section("sure", "How sure this is", lines=list(sureness.how_sure(comparison, about.of_arm)))
    yield Section("limits", "What isn't known", lines=[*UNKNOWN, *sureness.limits(comparison, arm)])


def _proposal(about: About) -> Iterator[str]:
    """Who buys how, and what its files say of the terms."""
    yield from scenario_words.told(about.comparison, about.arm)
    if terms := list(scenario_words.terms(about.comparison, about.arm)):
        more = f" and {len(terms) - MOST_TERMS} more" if len(terms) > MOST_TERMS else ""
        yield f"Terms: {'; '.join(terms[:MOST_TERMS])}{more}."


def _options(about: About) -> Table:
    """Each scenario beside the baseline: spend of the group and of its neighbours, and where children live."""
    comparison, rows = about.comparison, about.rows
    heads = ["scenario", "spend, million GBP a year", "neighbours, million GBP a year", "out of own area",
             "outside members' areas", "miles from home", "unreg. children"]  # fmt: skip
    cells = []
    for label in comparison.labels[1:]:
        of_arm = rows[(rows["scenario"] == label) & (rows["area"] == about.area)].set_index("outcome")
        money = about.money[(about.money["scenario"] == label) & (about.money["cause"] == WHOLE)].set_index("area")
        spent = [_millions(money, area) for area in (about.area, NEIGHBOURS)]
        moved = [tables.with_half(*of_arm.loc[one, ["difference", "ci_high", "unit"]]) for one in (
            "out_of_area_share", OUTSIDE, "distance_mean_miles", "children_unregistered")]  # fmt: skip
        cells.append([label, *spent, *moved])
    return Table(f"Less {comparison.labels[0]}, with half the width of the 95% interval", heads, cells)


def _millions(money: pd.DataFrame, area: str) -> str:
    """A change of spend with half the width of its interval."""
    if area not in money.index:
        return "-"
    mean, high = (float(money["difference"][area]) / 1e6, float(money["ci_high"][area]) / 1e6)
    return f"{mean:+,.1f}" if pd.isna(high) else f"{mean:+,.1f} ±{high - mean:,.1f}"


def _stays(about: About, folder: Path) -> Section:
    """Who would be better off outside, as `cooperative stability` found it."""
    found, moved = _read(folder, "stability.csv", STAYS), _read(folder, "transfers.csv", ["sharing", "name"])
    own = found[found["sharing"] == sharing.AS_SET]
    if set(own["name"]) != set(about.comparison.group(str(about.concerned)).members.values()):
        raise store.StoreError(f"{folder} is of other members than {about.concerned}; expected the same ones")
    out, inside = (list(own.loc[own["judgement"] == one, "name"]) for one in (judging.OUTSIDE, judging.INSIDE))
    lines = [
        f"If each of {len(own)} left alone, {len(out)} would surely be better off outside{_named(out)} and "
        f"{len(inside)} surely not{_named(inside)}; of {int((own['judgement'] == judging.OPEN).sum())} it can't be told"
        f"{f', for {alike} nothing differs' if (alike := int((own['judgement'] == judging.NONE).sum())) else ''}."
    ]
    gets = moved[moved["sharing"] == sharing.AS_SET] if "gets_gbp_per_year" in moved else moved.iloc[:0]
    paid = gets[gets["gets_gbp_per_year"] > 0] if len(gets) else gets
    if len(paid):
        sums = tables.columns(paid, "name", "gets_gbp_per_year")
        told = ", ".join(f"{name} {headline.pounds(value)}" for name, value in sums)
        lines.append(f"The smallest payments between members that keep all in, on average: to {told} a year.")
    elif len(gets) and gets["gets_gbp_per_year"].notna().all():
        lines.append("On average nobody need be paid to stay.")
    elif len(gets):
        lines.append("No payments between members keep all in.")
    return Section("stays", "Who would stay", lines=lines)


def _named(names: list[str]) -> str:
    return f" ({', '.join(names)})" if names else ""


def _read(folder: Path, name: str, columns: list[str]) -> pd.DataFrame:
    """A table that `cooperative stability` left; StoreError if it isn't there, or isn't one."""
    path = folder / name
    if not path.is_file():
        raise store.StoreError(f"{path} is missing; expected what marketsim cooperative stability leaves")
    try:
        found = pd.read_csv(path)
    except ValueError as error:
        raise store.StoreError(f"{path} can't be read: {' '.join(str(error).split())}") from None
    if lacking := [one for one in columns if one not in found]:
        words = f"has no column {lacking[0]}; expected what marketsim cooperative stability leaves"
        raise store.StoreError(f"{path} {words}")
    return found


def _fails(folder: Path) -> list[str]:
    """The conditions that `discover` found, a line each."""
    path = folder / "conditions.txt"
    if not path.is_file():
        raise store.StoreError(f"{path} is missing; expected the folder that marketsim discover leaves")
    try:
        return path.read_text(encoding="utf-8").strip().splitlines()
    except UnicodeDecodeError:
        raise store.StoreError(f"{path} can't be read; expected text that marketsim discover leaves") from None
