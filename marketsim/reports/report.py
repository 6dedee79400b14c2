"""A comparison as one page of HTML to hand in: it needs nothing from anywhere, prints to A4, and is the same bytes for
the same results."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
import matplotlib
import pandas as pd
from markupsafe import Markup, escape

from marketsim.experiments.comparison import Comparison
from marketsim.experiments.scenarios import SEEDS_PER_COMPARISON
from marketsim.reports import contracts, drawing, headline, members, plots, tables
from marketsim.reports.pictures.picture import Picture
from marketsim.results import definitions, store
from marketsim.results.outcomes import ENGLAND
from marketsim.scenario import drawn_values

MOST_VALUES = 40  # that differ between two scenarios and are listed
IN_WORDS = ("name", "question", "description")
SHORT = 60  # letters of a value
DECIMALS = re.compile(r"(-?\d+\.\d)\d+")
REFERENCE = re.compile(r'(\bid="|\burl\(#|\bhref="#)')


@dataclass(frozen=True)
class Table:
    """A table of the page: `where` it stands (first, then, last), rows of words; `total`: the last row is a sum;
    `lines` say in words what it shows, above it."""

    name: str
    where: str
    heading: str
    caption: str
    heads: list[str]
    rows: list[list[str]]
    total: bool = False
    words: bool = False
    lines: Sequence[str] = ()


def page(comparison: Comparison, concerned: str | None, other: str | None, summary: bool) -> str:
    """The page for a group, or for all areas; with `summary` only what fits on two sheets. Raises StoreError and
    ScenarioError, in one line, as `plots.pictures` does."""
    drawn = plots.pictures(comparison, "money" if summary else plots.ALL, "weekly_fee_mean_gbp", concerned, other)
    if "map" in drawn:
        drawn.pop("points")  # which shows the same
    arm = comparison.labels[1] if other is None else other
    money, area = comparison.money(concerned), ENGLAND if concerned is None else comparison.group(concerned).name
    rows = comparison.members(concerned) if concerned else comparison.table.rename(columns={"region": "area"})
    shown = _tables(comparison, arm, area, concerned, money, rows, summary)
    template = files("marketsim.reports").joinpath("pages", "comparison.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    question = comparison.scenarios[arm].question or f"{arm} against {comparison.labels[0]}"
    return environment.from_string(template).render(
        title=f"{question}{'' if concerned is None else f' For {area}.'}",
        headline=headline.headline(comparison, money, arm, area),
        reasons=headline.reasons(comparison, money, rows, arm, area),
        whole=summary,
        tables=shown,
        pictures=[{"name": name, "svg": inline(one, name)} for name, one in drawn.items()],
        parts=[*((one.name, one.heading) for one in shown if one.heading), ("sure", "How sure this is"),
               ("limits", "Limits"), ("again", "How to make it again")],
        sure=list(how_sure(comparison)),
        limits=list(limits(comparison, arm)),
        command=command(comparison, concerned),
        versions=_versions(comparison),
        footing=comparison.footing,
    )  # fmt: skip


def write(comparison: Comparison, concerned: str | None, other: str | None, summary: bool, out: Path) -> None:
    """Keep the page as a file that must not exist yet; nothing is written if it can't be made."""
    store.check_new_file(out, ".html")
    store.write_text(out, page(comparison, concerned, other, summary))


def inline(picture: Picture, name: str) -> Markup:
    """A picture as SVG that can stand in a page: named for who can't see it, its ids beginning with its name, its words
    kept as words."""
    kept = io.StringIO()
    with matplotlib.rc_context(drawing.AS_SVG):
        picture.figure.savefig(kept, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    text = kept.getvalue()
    text = REFERENCE.sub(rf"\g<1>{name}-", text[text.index("<svg") :])
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r' (?:d|transform|x|y)="[^"]*"', lambda found: _shortened(found[0]), text)
    start, end = text.split(">", 1)
    start = re.sub(r'\s(width|height)="[^"]*"', "", start)
    title, alt = escape(picture.title), escape(picture.alt)
    words = f'<title id="{name}-title">{title}</title><desc id="{name}-desc">{alt}</desc>'
    return Markup(f'{start} role="img" aria-labelledby="{name}-title {name}-desc">{words}{end}')


def _shortened(attribute: str) -> str:
    """Coordinates to the tenth of a printer's point, which nobody can see more of."""
    return DECIMALS.sub(r"\1", attribute.replace("\n", ""))


def _tables(
    comparison: Comparison, arm: str, area: str, concerned: str | None, money: pd.DataFrame, rows: pd.DataFrame,
    summary: bool,
) -> list[Table]:  # fmt: skip
    baseline, place = comparison.labels[0], tables.all_of(comparison) if area == ENGLAND else area
    of_arm = rows[rows["scenario"] == arm]
    outcomes = of_arm[of_arm["area"] == area]
    if summary:
        outcomes = outcomes[outcomes["outcome"].isin(members.SHOWN)]
    several = of_arm[of_arm["area"] != (area if concerned else ENGLAND)]
    spent = money[(money["scenario"] == arm) & (money["area"] == area)]
    wanted = ("outcome", "baseline_mean", "scenario_mean", "difference", "ci_low", "ci_high")
    left = [
        Table(
            "outcomes", "first", "", f"{place}: {arm} against {baseline}",
            ["outcome", baseline, arm, "difference", "95% interval"],
            [_outcome(*row) for row in tables.columns(outcomes, *wanted)],
        ),
        Table(
            "spend", "then", "Why spend differs", f"{place}, GBP a year by cause; the causes add up to the last row",
            ["cause", "difference", "95% interval"], members.cause_cells(spent), total=True,
        ),
        Table(
            "years", "then", "Spend year by year", f"{place}, million GBP", _heads(baseline, arm),
            members.year_cells(comparison.money_by_year(concerned), arm),
        ),
        Table(
            "areas", "then", "One by one", f"{arm} less {baseline}, with half the width of the 95% interval",
            ["area", *members.SHOWN.values()], members.area_cells(comparison, several),
        ),
        *([] if summary else _contracts(comparison, concerned, arm)),
        Table(
            "scenarios", "last", "What differs between the scenarios",
            f"Values of {baseline} and {arm} that are not the same", ["key", baseline, arm, "what it is"],
            [] if summary else list(differing(comparison, arm)), words=True,
        ),
    ]  # fmt: skip
    return [one for one in left if one.rows]


def _heads(baseline: str, arm: str) -> list[str]:
    return ["year", baseline, arm, "difference", "95% interval", f"of {baseline}"]


def _contracts(comparison: Comparison, concerned: str | None, arm: str) -> Iterator[Table]:
    """What contracts do under both scenarios, a table each, below one heading."""
    found, heading = comparison.contracts(concerned), "Contracts"
    for scenario in (arm, comparison.labels[0]):
        rows = contracts.of_scenario(found, scenario)
        if len(rows):
            caption = f"Under {scenario}: mean of the runs (lowest to highest)"
            heads = ["measure", *dict.fromkeys(rows["arrangement"])]
            said = contracts.sentences(comparison, scenario, concerned)
            name = "contracts" if heading else f"contracts-{len(heads)}"
            yield Table(name, "then", heading, caption, heads, contracts.cells(rows), lines=said)
            heading = ""


def _outcome(name: str, base: float, other: float, difference: float, low: float, high: float) -> list[str]:
    label, unit, _ = definitions.column("outcomes", name)
    ends = tables.interval(low, high, unit)
    return [label, tables.number(base, unit), tables.number(other, unit), tables.number(difference, unit, True), ends]


def differing(comparison: Comparison, arm: str) -> Iterator[list[str]]:
    """Keys whose values are others in the two scenarios, with what they are; the first forty."""
    given = comparison.manifest["scenarios"]
    base, other = (_flat(given[label]["values"]) for label in (comparison.labels[0], arm))
    keys = [key for key in dict.fromkeys([*base, *other]) if base.get(key) != other.get(key) and key not in IN_WORDS]
    for key in keys[:MOST_VALUES]:
        unit, what = definitions.column("design", key)[1:]
        yield [key, *(_shown(one.get(key, "-"), unit) for one in (base, other)), what]
    if len(keys) > MOST_VALUES:
        yield [f"and {len(keys) - MOST_VALUES} more", "", "", "marketsim check SCENARIO --only changed"]


def _flat(value: Any, key: str = "") -> dict[str, Any]:
    if not isinstance(value, Mapping) or not value:
        return {key: value}
    found: dict[str, Any] = {}
    for step, part in value.items():
        found |= _flat(part, f"{key}.{step}" if key else step)
    return found


def _shown(value: Any, unit: str) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    text = text if len(text) <= SHORT else f"{text[:SHORT]}…"
    return f"{text} {unit}".strip() if unit not in ("", "count") and isinstance(value, int | float) else text


def how_sure(comparison: Comparison) -> Iterator[str]:
    """What intervals hold, what was fitted, what is assumed and drawn."""
    yield tables.footnote(comparison)
    drawn = comparison.manifest["drawn_vectors"]
    if drawn:
        keys = len(next(iter(drawn.values())))
        vectors = f"{len(drawn)} vectors of {len(drawn_values.plausible_set())}"
        yield (
            f"Not known and drawn from the plausible set, {vectors}: {keys} values. Each vector comes near the figures "
            "published for 2023/24, to which it was fitted; that it does is no proof."
        )
    counts = comparison.manifest["evidence"]
    yield (
        f"Of the values behind this, {counts['measured']} were read in publications, {counts['estimated']} set so that "
        f"published figures come out, and {counts['assumption']} are assumptions: marketsim evidence says which."
    )


def limits(comparison: Comparison, arm: str) -> Iterator[str]:
    """What a reader of this comparison must know."""
    scenario = comparison.scenarios[arm]
    if scenario.world.kind == "synthetic":
        yield "This is a made-up world for teaching and theory: its figures say nothing of any real place."
    yield "Both scenarios have the same children, homes and luck; only what the scenarios say differs."
    yield (
        "Out of area means that the home stands in another authority, over 20 miles that it is far from the child's "
        "home: they can move in opposite directions, above all where authorities place in one another's areas."
    )
    rules = {rule.rule for rule in scenario.purchasing.arrangements.values() if hasattr(rule, "rule")}
    if "cooperative" in rules:
        yield "The running cost of a cooperative (1m GBP a year) is an assumption: no figure is published."
        yield "What a cooperative saves on fees depends on how much of a fee is scarcity, which nobody has measured."
    if {"soft_block", "block"} & rules:
        yield "What a contract obliges a home to (the least chance that it takes a child) is an assumption."
    if "framework" in rules:
        yield "Ceilings, take-up and uplift of frameworks are estimates: they decide how long homes stay on them."
    yield "What an authority spends besides (social work, fostering, transport) is not in these figures."
    yield "More: marketsim docs limits."


def command(comparison: Comparison, concerned: str | None) -> str:
    """What to type to have the same again."""
    files_of = [one["file"] for one in comparison.manifest["scenarios"].values()]
    runs: Any = comparison.manifest["runs"]
    replicates = len({one["replicate"] for one in runs})
    who = "" if concerned is None else f' --for "{concerned}"'
    weeks = comparison.manifest["weeks"]
    seed = runs[0]["seed"] // SEEDS_PER_COMPARISON
    return f"marketsim compare {' '.join(files_of)} --replicates {replicates} --seed {seed} --weeks {weeks}{who}"


def _versions(comparison: Comparison) -> str:
    facts = comparison.manifest
    hashes = ", ".join(f"{label} {one['sha256'][:12]}" for label, one in facts["scenarios"].items())
    commit = f", commit {known[:12]}" if (known := facts.get("git_commit")) else ""
    return f"marketsim {facts['marketsim']}{commit}, Python {facts['python']}; scenarios by SHA-256: {hashes}."
