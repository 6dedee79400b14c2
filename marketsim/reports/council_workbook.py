"""A comparison as a workbook for analysts: one table a sheet, marked up as such, as the Government Analysis Function
asks: title above, units in heads, no merged cells, no filters, nothing frozen, text never a formula."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from marketsim.experiments import contracts as of_contracts
from marketsim.experiments import money as causes
from marketsim.experiments.comparison import WHOLE, Comparison
from marketsim.reports import headline, plots, scenario_words, sureness, tables
from marketsim.reports.workbook import NOT_TEXT
from marketsim.results import definitions, store
from marketsim.results.outcomes import ENGLAND, MEASURES
from marketsim.trust.evidence import recorded_entries

CREATED = datetime.datetime(2024, 3, 31, tzinfo=datetime.UTC)  # the same for ever: the same results, the same bytes
FORMATS = {"share": "0.0%", "points": "+0.0;-0.0;0", "GBP": "#,##0", "GBP/week": "#,##0", "GBP/year": "#,##0"}
OTHERWISE, WIDEST, TITLE_ROWS = "#,##0.00", 48, 3
YEAR_UNITS = {"difference": "GBP", "low": "GBP", "high": "GBP", "of baseline": "share"}
NOTES = (
    "Differences are the other scenario's less the baseline's, of runs with the same children and the same luck.",
    "low and high are the ends of the 95% interval of a difference.",
    "GBP are pounds of the week in which they are paid; GBP/year is 52.18 weeks.",
    "A share is shown in percent, a difference of shares in percentage points; the cell holds the fraction.",
    "Outcomes are means of the last 52 weeks of the runs, or of all weeks of shorter ones.",
    "An empty cell is something that is not known, or an interval that too few runs can't give.",
    "Children count where they come from, homes where they stand.",
)
EMPTY = "An empty cell: not known, or too few runs for an interval."


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, what its table is, and the table, of which numbers are shown in the unit of the row (`unit`
    a column) or of the column (`units`)."""

    name: str
    title: str
    what: str
    table: pd.DataFrame
    units: Mapping[str, str]


def write(comparison: Comparison, concerned: str | None, other: str | None, out: Path) -> list[str]:
    """Write the workbook, which must not exist yet; gives the names of its sheets. StoreError or ScenarioError, in one
    line, and nothing is written, if it can't be."""
    arm = plots.check(comparison, concerned, other)
    store.check_new_file(out, ".xlsx")
    found = list(sheets(comparison, concerned, arm))
    partial = out.with_name(f".{out.name}.part")
    try:
        _write(found, comparison, arm, partial)
        partial.replace(out)
    except (OSError, xlsxwriter.exceptions.XlsxFileError) as error:
        raise store.StoreError(f"{out}: can't be written: {error}") from None
    finally:
        partial.unlink(missing_ok=True)
    return [one.name for one in found]


def sheets(comparison: Comparison, concerned: str | None, arm: str) -> Iterator[Sheet]:
    """The sheets in their order; hashes and versions last."""
    money, area = comparison.money(concerned), ENGLAND if concerned is None else comparison.group(concerned).name
    rows = comparison.members(concerned) if concerned else comparison.table.rename(columns={"region": "area"})
    rows, money = rows[rows["scenario"] == arm], money[money["scenario"] == arm]
    baseline = comparison.labels[0]
    place = tables.all_of(comparison) if area == ENGLAND else area
    told = [headline.headline(comparison, money, arm, area)]
    told += [line for line in [headline.spillover(money, arm)] if line]
    told += headline.reasons(comparison, money, rows, arm, area)
    title = f"{place}: {arm} against {baseline}"
    yield Sheet("notes", "How to read this workbook", "Read before the tables.", _lines("note", NOTES), {})
    yield Sheet("headline", title, "What was found, in words.", _lines("finding", told), {})
    yield Sheet("comparison", f"{place}: all outcomes", EMPTY, _outcomes(rows[rows["area"] == area], baseline, arm), {})
    others = rows[rows["area"] != area]
    if len(others):
        what = f"{arm} less {baseline}, a row an outcome and area. {EMPTY}"
        yield Sheet("members" if concerned else "regions", "One by one", what, _areas(others), {})
    yield Sheet("money by cause", "Why spend differs", f"GBP a year. The causes of an area add up to '{WHOLE}'. "
                "Price, mix and number are reckoned for each area by itself, so members' don't add up to the group's.",
                _causes(money), {name: "GBP/year" for name in ("difference", "low", "high")})  # fmt: skip
    if concerned is not None and len(near := comparison.neighbours(concerned)):
        what = f"{arm} less {baseline}, a row an outcome and area. {EMPTY}"
        yield Sheet("neighbours", "Neighbours outside, one by one", what, _areas(near[near["scenario"] == arm]), {})
    years = comparison.money_by_year(concerned)
    yield Sheet("spend by year", f"{place}: spend year by year", f"of baseline: the difference over what {baseline} "
                "spends.", _years(years[years["scenario"] == arm], baseline, arm),
                YEAR_UNITS | {baseline: "GBP", arm: "GBP"})  # fmt: skip
    if concerned is not None:
        regions = comparison.regions.rename(columns={"region": "area"})
        yield Sheet("regions", "By region", f"{arm} less {baseline}, a row an outcome and region. {EMPTY}",
                    _areas(regions[regions["scenario"] == arm]), {})  # fmt: skip
    yield Sheet("over time", f"{tables.all_of(comparison)}, week by week", "Means of all replicates.",
                _over_time(comparison, arm), {})  # fmt: skip
    yield from _contract_sheets(comparison, concerned, arm)
    scenarios = [line for label in (baseline, arm) for line in scenario_words.told(comparison, label)]
    yield Sheet("scenario", "What was compared", "Both scenarios in words.", _lines("scenario", scenarios), {})
    heads = ["key", baseline, arm, "what it is"]
    differing = pd.DataFrame(scenario_words.differing(comparison, arm), columns=heads)
    yield Sheet("what differs", "What differs between the scenarios", "Values that are not the same.", differing, {})
    yield Sheet("assumptions", "Values that are assumed", "Status assumption: no source settles them.", _assumed(), {})
    to_know = [*sureness.how_sure(comparison, rows), *sureness.limits(comparison, arm)]
    yield Sheet("how sure", "How sure this is, and its limits", "Read with marketsim docs limits.",
                _lines("to know", to_know), {})  # fmt: skip
    yield Sheet("runs", "The runs behind this", "Luck depends on the seed; the vector is of the plausible set.",
                comparison.runs_made, {})  # fmt: skip
    yield Sheet("versions", "Versions, and how to make it again", "Hashes are SHA-256 of the resolved scenarios.",
                _lines("version", [sureness.command(comparison, concerned), *_versions(comparison)]), {})  # fmt: skip


def _contract_sheets(comparison: Comparison, concerned: str | None, arm: str) -> Iterator[Sheet]:
    """What contracts do that hold places, and who uses them; nothing where there are none."""
    found, labels = comparison.contracts(concerned), [comparison.labels[0], arm]
    found = found[found["scenario"].isin(labels)]
    if len(found):
        meaning = found.assign(**{"what it is": found["measure"].map(of_contracts.MEANINGS)})
        yield Sheet("contracts", "Contracts that hold places", f"Mean of the runs, lowest and highest run. {EMPTY}",
                    meaning.reset_index(drop=True), {})  # fmt: skip
        users = comparison.contract_users(concerned)
        users = users[users["scenario"].isin(labels)]
        users = users.assign(authority=users["ons_code"].map(comparison.names), places=users["places_held"])
        what = "Means of the last weeks and of the runs; places: the share of those held that an authority pays for."
        yield Sheet("users of contracts", "Who lives in held places", what,
                    users[["scenario", "arrangement", "authority", "ons_code", "children", "places"]], {})  # fmt: skip


def _years(rows: pd.DataFrame, baseline: str, arm: str) -> pd.DataFrame:
    names = {"baseline_spend": baseline, "scenario_spend": arm, "ci_low": "low", "ci_high": "high"}
    kept = rows.drop(columns="scenario").rename(columns=names | {"of_baseline": "of baseline"})
    years = [str(year) if year else tables.LAST_WEEKS for year in kept["year"]]
    return kept.assign(year=years).reset_index(drop=True)


def _lines(head: str, lines: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame({head: list(lines)})


def _outcomes(rows: pd.DataFrame, baseline: str, arm: str) -> pd.DataFrame:
    of = [definitions.column("outcomes", name) for name in rows["outcome"]]
    return pd.DataFrame(
        {
            "outcome": [one.label for one in of], "unit": rows["unit"].to_numpy(),
            baseline: rows["baseline_mean"].to_numpy(), arm: rows["scenario_mean"].to_numpy(),
            "difference": rows["difference"].to_numpy(), "low": rows["ci_low"].to_numpy(),
            "high": rows["ci_high"].to_numpy(), "replicates": rows["replicates"].to_numpy(),
            "definition": [one.definition for one in of],
        }
    )  # fmt: skip


def _areas(rows: pd.DataFrame) -> pd.DataFrame:
    labels = [definitions.column("outcomes", name).label for name in rows["outcome"]]
    kept = {"difference": "difference", "ci_low": "low", "ci_high": "high"}
    left = pd.DataFrame({"area": rows["area"].to_numpy(), "outcome": labels, "unit": rows["unit"].to_numpy()})
    return left.assign(**{name: rows[column].to_numpy() for column, name in kept.items()})


def _causes(money: pd.DataFrame) -> pd.DataFrame:
    said = {**causes.CAUSES, WHOLE: "the change of all that is paid"}
    kept = money[["area", "cause", "difference", "ci_low", "ci_high"]]
    kept = kept.rename(columns={"ci_low": "low", "ci_high": "high"})
    return kept.assign(**{"what it is": [said[cause] for cause in money["cause"]]}).reset_index(drop=True)


def _over_time(comparison: Comparison, arm: str) -> pd.DataFrame:
    weekly = comparison.tables["weekly"]
    columns = [name for name in map(str, weekly) if name in MEASURES]
    labels = (comparison.labels[0], arm)
    means = {label: weekly[weekly["scenario"] == label].groupby("date")[columns].mean() for label in labels}
    dates = means[labels[0]].index.union(means[arm].index)  # one may be longer
    means = {label: of_arm.reindex(dates) for label, of_arm in means.items()}
    frames = []
    for column in columns:
        label, unit, _ = definitions.column("weekly", column)
        both = {one: means[one][column].to_numpy() for one in labels}
        frames.append(pd.DataFrame({"date": dates, "outcome": label, "unit": unit, **both}))
    return pd.concat(frames, ignore_index=True)


def _assumed() -> pd.DataFrame:
    entries = [one for one in recorded_entries() if one.status == "assumption"]
    rows = [(one.key, _number(one.value), one.unit, _number(one.low), _number(one.high)) for one in entries]
    return pd.DataFrame(rows, columns=["key", "value", "unit", "low", "high"])


def _number(text: Any) -> Any:
    """A number where a text is one; what is none stays as it is."""
    try:
        return float(text) if text not in ("", None) else None
    except (TypeError, ValueError):
        return text


def _versions(comparison: Comparison) -> list[str]:
    facts = comparison.manifest
    lines = [f"marketsim {facts['marketsim']}", f"Python {facts['python']}"]
    lines += [f"commit {facts.get('git_commit') or 'unknown'}"]
    lines += [f"{name} {version}" for name, version in facts["packages"].items()]
    return lines + [f"SHA-256 of {label}: {one['sha256']}" for label, one in facts["scenarios"].items()]


def _write(found: Sequence[Sheet], comparison: Comparison, arm: str, path: Path) -> None:
    question = comparison.scenarios[arm].question or arm
    listed = pd.DataFrame([(one.name, one.title) for one in found], columns=["sheet", "what it holds"])
    cover = Sheet("cover", question, "Sheets of this workbook, a table each.", listed, {})
    with xlsxwriter.Workbook(str(path), NOT_TEXT) as book:
        comments = "Made by marketsim workbook; read the sheet 'how sure' first."
        book.set_properties({"title": question, "author": "marketsim", "created": CREATED, "comments": comments})
        title = book.add_format({"bold": True, "font_size": 14})
        formats: dict[str, Any] = {}
        for number, sheet in enumerate([cover, *found]):
            made = book.add_worksheet(sheet.name)
            made.write_string(0, 0, sheet.title, title)
            made.write_string(1, 0, sheet.what)
            _table(book, made, formats, sheet, f"table_{number}_{sheet.name.replace(' ', '_')}")


def _table(book: Any, made: Any, formats: dict[str, Any], sheet: Sheet, name: str) -> None:
    """The table of a sheet, below its title: heads with units, cells in the format of theirs."""
    names, shown = list(map(str, sheet.table)), sheet.table
    heads = [f"{one}, {sheet.units[one]}" if one in sheet.units else one for one in names]
    made.add_table(TITLE_ROWS, 0, TITLE_ROWS + max(len(shown), 1), len(heads) - 1, {
        "name": name, "title": sheet.title, "description": sheet.what, "autofilter": False,
        "style": "Table Style Light 1", "columns": [{"header": head} for head in heads],
    })  # fmt: skip
    for place, one in enumerate(names):
        longest = max((len(str(value)) for value in shown[one].head(200)), default=0)
        made.set_column(place, place, min(max(longest, len(heads[place])) + 2, WIDEST))
    for row, values in enumerate(shown.itertuples(index=False), start=TITLE_ROWS + 1):
        unit = str(values[names.index("unit")]) if "unit" in names else ""
        for place, (one, value) in enumerate(zip(names, values, strict=True)):
            _cell(book, made, formats, (row, place), value, one, sheet.units.get(one, unit))


def _cell(
    book: Any, sheet: Any, formats: dict[str, Any], at: tuple[int, int], value: Any, name: str, unit: str
) -> None:  # fmt: skip
    """A number in the format of its unit, a date as a date, nothing where nothing is known, else text."""
    if pd.isna(value):
        return
    if isinstance(value, pd.Timestamp):
        how = "yyyy-mm-dd"
        sheet.write_datetime(*at, value.tz_localize(None).to_pydatetime(), _format(book, formats, how))
    elif isinstance(value, str):
        sheet.write_string(*at, value, _format(book, formats, ""))
    else:
        whole = name in ("replicates", "replicate", "seed", "vector")
        how = "0" if whole else FORMATS.get(unit, OTHERWISE)
        sheet.write_number(*at, float(value), _format(book, formats, how))


def _format(book: Any, formats: dict[str, Any], how: str) -> Any:
    if how not in formats:
        look = {"text_wrap": True, "valign": "top"} | ({"num_format": how} if how else {})
        formats[how] = book.add_format(look)
    return formats[how]
