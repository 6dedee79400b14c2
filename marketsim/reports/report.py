"""A comparison as one page of HTML to hand in: it needs nothing from anywhere, prints to A4, and is the same bytes for
the same results."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import jinja2
import matplotlib
import pandas as pd
from markupsafe import Markup, escape

from marketsim.experiments import money as money_causes
from marketsim.experiments.comparison import WHOLE, Comparison
from marketsim.reports import contracts, drawing, headline, members, plots, scenario_words, sureness, tables
from marketsim.reports.pictures.picture import Picture
from marketsim.results import definitions, store
from marketsim.results.outcomes import ENGLAND

ON_A_SHEET = 18  # rows of a table
DECIMALS = re.compile(r"(-?\d+\.\d)\d+")
REFERENCE = re.compile(r'(\bid="|\burl\(#|\bhref="#)')


@dataclass(frozen=True)
class Table:
    """A table of the page, rows of words; `total`: the last row is a sum; `wordy`: of words rather than numbers."""

    caption: str
    heads: list[str]
    rows: list[list[str]]
    total: bool = False
    wordy: bool = False

    @property
    def short(self) -> bool:
        """Whether it fits on one sheet, and should not be broken over two."""
        return len(self.rows) <= ON_A_SHEET


@dataclass(frozen=True)
class Section:
    """A part of the page below a heading: what is to be said, pictures by name, tables."""

    name: str
    heading: str
    lines: Sequence[str] = ()
    pictures: Sequence[str] = ()
    tables: Sequence[Table] = ()


def page(comparison: Comparison, concerned: str | None, other: str | None, summary: bool) -> str:
    """The page for a group, or for all areas; with `summary` only what fits on two sheets. Raises StoreError and
    ScenarioError, in one line, as `plots.pictures` does."""
    drawn = plots.pictures(comparison, "money" if summary else plots.ALL, "weekly_fee_mean_gbp", concerned, other)
    about = about_whom(comparison, concerned, other)
    return rendered(about, drawn, (_short_sections if summary else _sections)(about), summary)


def about_whom(comparison: Comparison, concerned: str | None, other: str | None) -> About:
    """What a page is about; `other` None: the first scenario behind the baseline."""
    arm = comparison.labels[1] if other is None else other
    area = ENGLAND if concerned is None else comparison.group(concerned).name
    return About(comparison, concerned, arm, area, comparison.money(concerned), _rows(comparison, concerned))


def rendered(about: About, drawn: Mapping[str, Picture], sections: Sequence[Section], summary: bool) -> str:
    """The page of such sections: headline, reasons and main outcomes above, how to make it again below."""
    comparison, money, rows, arm, area = about.comparison, about.money, about.rows, about.arm, about.area
    template = files("marketsim.reports").joinpath("pages", "comparison.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    question = comparison.scenarios[arm].question or f"{arm} against {comparison.labels[0]}"
    filled = [_filled(one, drawn) for one in sections]
    return environment.from_string(template).render(
        title=f"{question}{'' if about.concerned is None else f' For {area}.'}",
        headline=" ".join([headline.headline(comparison, money, arm, area), headline.spillover(money, arm)]).strip(),
        reasons=headline.reasons(comparison, money, rows, arm, area),
        summary=summary,
        outcomes=_outcomes(about, summary),
        sections=[one for one in filled if one.lines or one.pictures or one.tables],
        pictures={name: inline(one, name) for name, one in drawn.items()},
        command=sureness.command(comparison, about.concerned),
        versions=sureness.versions(comparison),
        footing=comparison.footing,
    )


def write(comparison: Comparison, concerned: str | None, other: str | None, summary: bool, out: Path) -> None:
    """Keep the page as a file that must not exist yet; nothing is written if it can't be made."""
    plots.check(comparison, concerned, other)
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


@dataclass(frozen=True)
class About:
    """What the page is about: scenario `arm` against the baseline, for whom and for which `area`, with the money by
    cause and the outcomes by area."""

    comparison: Comparison
    concerned: str | None
    arm: str
    area: str
    money: pd.DataFrame
    rows: pd.DataFrame

    @property
    def place(self) -> str:
        """What the area is called."""
        return tables.all_of(self.comparison) if self.area == ENGLAND else self.area

    @property
    def of_arm(self) -> pd.DataFrame:
        """Outcomes by area of the scenario."""
        return self.rows[self.rows["scenario"] == self.arm]


def _rows(comparison: Comparison, concerned: str | None) -> pd.DataFrame:
    return comparison.members(concerned) if concerned else comparison.table.rename(columns={"region": "area"})


def _filled(section: Section, drawn: Mapping[str, Picture]) -> Section:
    """A section with the pictures that there are; those that show the same as another are left out."""
    there = [name for name in section.pictures if name in drawn]
    return replace(section, pictures=[name for name in there if name != "points" or "map" not in drawn])


def _sections(about: About) -> list[Section]:
    """The parts of the page in their order."""
    comparison, arm = about.comparison, about.arm
    scenarios = [line for label in (comparison.labels[0], arm)
                 for line in scenario_words.told(comparison, label)]  # fmt: skip
    differing = Table(
        f"Values of {comparison.labels[0]} and {arm} that are not the same",
        ["key", comparison.labels[0], arm, "what it is"], list(scenario_words.differing(comparison, arm)), wordy=True,
    )  # fmt: skip
    return [
        Section("time", "Over time", pictures=["difference", "voids", "routes"]),
        Section("spend", "Why spend differs", pictures=["money"], tables=[_causes(about), _years(about)]),
        Section("areas", "One by one", lines=_one_by_one_notes(about), pictures=["members"],
                tables=[_spend(about), one_by_one(about), *_causes_by_area(about), *_each_neighbour(about)]),
        Section("where", "Where", pictures=["map", "points", "flows"]),
        Section("fees", "Fees", pictures=["fees"]),
        Section("contracts", "Contracts", lines=contracts.sentences(comparison, arm, about.concerned),
                tables=list(_contracts(about))),
        Section("sure", "How sure this is", lines=list(sureness.how_sure(comparison, about.of_arm)),
                pictures=["drivers"]),
        Section("limits", "Limits that apply here", lines=list(sureness.limits(comparison, arm))),
        Section("scenarios", "What was compared", lines=scenarios, tables=[differing] if differing.rows else []),
    ]  # fmt: skip


def _short_sections(about: About) -> list[Section]:
    """The parts of a summary."""
    return [
        Section("spend", "Why spend differs", pictures=["money"]),
        Section("contracts", "Contracts", lines=contracts.sentences(about.comparison, about.arm, about.concerned)),
        Section("areas", "One by one", tables=[one_by_one(about)]),
        Section("sure", "How sure this is", lines=list(sureness.how_sure(about.comparison, about.of_arm))[:2]),
        Section("limits", "Limits that apply here", lines=list(sureness.limits(about.comparison, about.arm))[:-1]),
    ]


def _outcomes(about: About, summary: bool) -> Table:
    """All outcomes of the area, or the main ones."""
    baseline, found = about.comparison.labels[0], about.of_arm[about.of_arm["area"] == about.area]
    if summary:
        found = found[found["outcome"].isin(members.heads_of(found))]
    wanted = ("outcome", "baseline_mean", "scenario_mean", "difference", "ci_low", "ci_high")
    return Table(
        f"{about.place}: {about.arm} against {baseline}",
        ["outcome", baseline, about.arm, "difference", "95% interval"],
        [_outcome(*row) for row in tables.columns(found, *wanted)],
    )  # fmt: skip


def _causes(about: About) -> Table:
    spent = about.money[(about.money["scenario"] == about.arm) & (about.money["area"] == about.area)]
    said = {**money_causes.CAUSES, WHOLE: "the change of all that is paid"}
    cells = [[*one, said[one[0]]] for one in members.cause_cells(spent)]
    return Table(f"{about.place}, GBP a year by cause; the causes add up to the last row",
                 ["cause", "difference", "95% interval", "what it is"], cells, total=True)  # fmt: skip


def _years(about: About) -> Table:
    baseline = about.comparison.labels[0]
    heads = ["year", baseline, about.arm, "difference", "95% interval", f"of {baseline}"]
    return Table(f"{about.place}, spend year by year, million GBP", heads,
                 members.year_cells(about.comparison.money_by_year(about.concerned), about.arm))  # fmt: skip


def one_by_one(about: About) -> Table:
    """The outcomes of all areas but the whole."""
    several = about.of_arm[about.of_arm["area"] != about.area]
    return Table(f"{about.arm} less {about.comparison.labels[0]}, with half the width of the 95% interval",
                 ["area", *members.heads_of(several).values()],
                 members.area_cells(about.comparison, several))  # fmt: skip


def _spend(about: About) -> Table:
    baseline, several = about.comparison.labels[0], about.of_arm[about.of_arm["area"] != about.area]
    return Table(
        f"Spend, million GBP a year, {about.arm} less {baseline}, mean of the last 52 weeks",
        ["area", baseline, "difference", "95% interval", f"of {baseline}"],
        members.spend_cells(about.comparison, several),
    )


def _causes_by_area(about: About) -> Iterator[Table]:
    """Why spend differs for each member, and for neighbours outside."""
    if about.concerned is not None:
        rows = about.money[(about.money["scenario"] == about.arm) & (about.money["area"] != about.area)]
        heads, cells = members.cause_by_area(rows)
        caption = "Why spend differs, thousand GBP a year; the causes of each add up to the last"
        yield Table(caption, ["area", *heads], cells)


def _each_neighbour(about: About) -> Iterator[Table]:
    """What each neighbour outside gains or loses, and why its spend differs."""
    if about.concerned is None or not about.comparison.group(about.concerned).neighbours:
        return
    rows = about.comparison.neighbours(about.concerned)
    money = about.comparison.neighbours_money(about.concerned)
    rows, money = (frame[frame["scenario"] == about.arm] for frame in (rows, money))
    caption = f"Neighbours outside: {about.arm} less {about.comparison.labels[0]}, with half the 95% interval"
    yield Table(caption, ["area", *members.heads_of(rows).values()], members.area_cells(about.comparison, rows))
    heads, cells = members.cause_by_area(money)
    yield Table(f"Neighbours outside: {members.WHY}", ["area", *heads], cells)


def _one_by_one_notes(about: About) -> list[str]:
    """Who is meant by neighbours outside, and what a mark means."""
    if about.concerned is None:
        return []
    neighbours = about.comparison.group(about.concerned).neighbours.values()
    named = [members.neighbours_named(neighbours)] if neighbours else []
    return [*named, *members.marked(about.comparison)]


def _contracts(about: About) -> Iterator[Table]:
    """What contracts do under both scenarios, a table each."""
    found = about.comparison.contracts(about.concerned)
    for scenario in (about.arm, about.comparison.labels[0]):
        rows = contracts.of_scenario(found, scenario)
        if len(rows):
            caption = f"Under {scenario}: mean of the runs (lowest to highest)"
            yield Table(caption, ["measure", *dict.fromkeys(rows["arrangement"])], contracts.cells(rows))
    if users := contracts.user_cells(about.comparison, about.arm, about.concerned):
        caption = f"Who uses what is held together under {about.arm}, mean of the last weeks and of the runs"
        yield Table(caption, ["contract: authority", "children who live there", "places it pays for"], users)


def _outcome(name: str, base: float, other: float, difference: float, low: float, high: float) -> list[str]:
    label, unit, _ = definitions.column("outcomes", name)
    ends = tables.interval(low, high, unit)
    return [label, tables.number(base, unit), tables.number(other, unit), tables.number(difference, unit, True), ends]
