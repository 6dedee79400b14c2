"""The score card as people read it in a terminal of 80 columns."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import pandas as pd
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from marketsim.england import score
from marketsim.reports import fitting, tables
from marketsim.results.outcomes import ENGLAND
from marketsim.results.result import Result
from marketsim.scenario.signoff import signoff
from marketsim.trust import published
from marketsim.trust.validation import against, backcast, null_model, predictions, recorded, scorecard
from marketsim.trust.validation import validate as validating

HEADINGS = {"input": "Put in", "fitted": "Fitted", "out of sample": "Out of sample", "": "Not recorded"}
MARKS = {recorded.PASS: "pass", scorecard.FAIL: "FAIL", recorded.LEFT_OUT: "left out"}
BY_REGION = {
    predictions.OUT_OF_AREA: "out of area",
    predictions.OUT_OF_REGION: "out of region",
    predictions.IMPORTED: "hosted from elsewhere",
    predictions.NEXT_YEAR: "homes next year",
}
SHORT_NOTE = "in the short form: the backcast, framework decay and next year's homes are left out and not counted"
MOST_MISSES = 3
COUNTS = ("children", "homes", "places", "homes/year", "placements", "placements/year")


def print_targets(result: Result, console: Console) -> None:
    """Print one run against the published figures, if it ends near the date of those."""
    if abs(published.days_from_targets(result)) > published.NEAR_TARGETS_DAYS:
        ends = result.weekly["date"].iloc[-1]
        console.print(f"Not set against the published figures: they are of the year to {_day(published.TARGET_DATE)}, "
                      f"and this run ends on {_day(ends)}. One that can be: marketsim run baseline_2023.")  # fmt: skip
        return
    values = {name: [value] for name, value in published.measure_targets(result).items()}
    given, nothing = scorecard.Given(targets=values), scorecard.Given()
    card = scorecard.score(published.shipped_targets(), given, nothing, nothing, recorded.recorded())
    rows = card[card["kind"] == "target"]
    table = _target_table(rows, "Against published figures (one run; marketsim validate says more)")
    fitting.print_table(table, console)
    console.print(f"Of these {_by_role(rows)}.")


def print_validation(validation: validating.Validation, console: Console) -> None:
    """Print the score card, what the null model makes of it, the predictions by region and the backcast."""
    card = validation.card
    of_targets, patterns = card[card["kind"] == "target"], card[card["kind"] == "pattern"]
    console.print(_head(validation), soft_wrap=False)
    for role in (*recorded.ROLES, ""):
        rows = of_targets[of_targets["role"] == role]
        if len(rows):
            fitting.print_table(_target_table(rows, f"{HEADINGS[role]}: {_passed(rows)} within tolerance"), console)
    _print_misses(card, console)
    fitting.print_table(_pattern_table(patterns, f"Patterns: {_passed(patterns)} hold"), console)
    _print_null(validation, console)
    fitting.print_table(_region_table(validation.predictions), console)
    if validation.backcast is not None:
        _print_backcast(validation.backcast, console)
    if validation.decomposition is not None:
        _print_decomposition(validation.decomposition, console)
    if validation.short:
        console.print(SHORT_NOTE[0].upper() + SHORT_NOTE[1:] + ".")
    console.print(signoff([validation.scenario]).line())
    said = _by_role(card)
    console.print(f"{said[0].upper()}{said[1:]}.", style="bold")


def print_against(both: pd.DataFrame, console: Console) -> None:
    """Print how the predictions did against a user's figures, with the largest misses of each measure."""
    within, predicted = int(both["within"].sum()), int(both["value"].notna().sum())
    title = f"Against your figures: {within} of {predicted} predicted lie within the interval"
    table = _table(title, "measure", "within", "correlation", "mean miss", "null's miss")
    units = dict(zip(both["measure"], both["unit"].fillna(""), strict=True))
    for row in _records(against.summary(both)):
        misses = (_number(row[name], units[row["measure"]]) for name in ("mean_off_by", "null_mean_off_by"))
        correlation = tables.number(row["correlation"], "correlation")
        table.add_row(_words(row["measure"]), f"{row['within']} of {row['predicted']}", correlation, *misses)
    fitting.print_table(table, console)
    console.print("Largest misses:")
    for measure, group in both.dropna(subset=["value"]).groupby("measure", sort=False):
        largest = group.reindex(group["off_by"].abs().sort_values(ascending=False, kind="stable").index)
        shown = (
            f"{row['area']} {_number(row['value'], row['unit'])} for {_number(row['figure'], row['unit'])}"
            for row in _records(largest.head(MOST_MISSES))
        )
        console.print(escape(f"  {_words(str(measure))}: {'; '.join(shown)}"))
    if predicted < len(both):
        console.print(f"{len(both) - predicted} of your figures were not predicted in this form of the card.")


def _head(validation: validating.Validation) -> str:
    name, runs = validation.scenario.scenario.name, validation.replicates
    return escape(
        f"{name}: {runs} runs of {validation.weeks} weeks (seed {validation.seed}), measured over the last 52. ± is "
        "half the 95% interval of the mean; a target passes if the mean lies within its tolerance."
    )


def _target_table(rows: pd.DataFrame, title: str) -> Table:
    numbers = ("published", "model", "±", "off by", "allowed", "null", "")
    table = _table(title, "measure", *numbers, whole=numbers)
    for row in _records(rows):
        unit = row["unit"]
        cells = (_number(row["target"], unit), _number(row["model"], unit), _half(row, unit), _percent(row["off_by"]))
        mark = MARKS.get(row["result"], row["result"])
        table.add_row(
            _words(row["measure"]), *cells, f"{100 * row['tolerance']:.0f}%", _number(row["null"], unit), mark
        )
    return table


def _pattern_table(rows: pd.DataFrame, title: str) -> Table:
    table = _table(title, "pattern and criterion", "model", "±", "null", "")
    for row in _records(rows):
        cells = (tables.number(row["model"], ""), _half(row, ""), tables.number(row["null"], ""))
        text = f"{_words(row['measure'])} ({row['role']}): {row['criterion']}"
        table.add_row(escape(text), *cells, MARKS.get(row["result"], row["result"]))
    return table


def _print_misses(card: pd.DataFrame, console: Console) -> None:
    """Explained, not hidden: why each measure misses, as recorded."""
    missed = card[~card["result"].isin([recorded.PASS, recorded.LEFT_OUT])]
    if len(missed):
        console.print("What misses, and why we think so:")
    for row in _records(missed):
        console.print(escape(f"  {_words(row['measure'])}: {row['note'] or 'no explanation recorded yet'}"))


def _print_null(validation: validating.Validation, console: Console) -> None:
    card, rates = validation.card, validation.rates
    spoken = card[(card["nearer"] != "") & (card["role"] != "input")]
    better = [_words(name) for name in spoken.loc[spoken["nearer"] == scorecard.MODEL, "measure"]]
    worse = [_words(name) for name in spoken.loc[spoken["nearer"] != scorecard.MODEL, "measure"]]
    console.print(
        f"\nThe null model gives each child the nearest place offered: each home with a free place offers to "
        f"{1000 * rates.standard:.1f} in 1,000 children without complex needs and to {1000 * rates.complex:.1f} of the "
        f"others, with no prices, providers or rules. The two rates are fitted to "
        f"{' and '.join(map(_words, null_model.FITTED_TO))}. What is put in is not compared."
    )
    console.print(f"Explained beyond the null: {', '.join(better) or 'nothing'}.")
    console.print(f"Not better than the null: {', '.join(worse) or 'nothing'}.")
    silent = int(((card["nearer"] == "") & (card["role"] != "input") & (card["result"] != recorded.LEFT_OUT)).sum())
    console.print(f"On {silent} other figures and patterns the null says nothing.\n")


def _region_table(predicted: pd.DataFrame) -> Table:
    """The main predictions by region, with half the interval in which one run more would lie."""
    title = "Predicted, and never given to the model (± for one run more; authorities in predictions.csv)"
    table = _table(title, "area", *BY_REGION.values())
    cells = {
        (row["area"], row["measure"]): f"{_number(row['value'], row['unit'])} {_half(row, row['unit'], 'value')}"
        for row in _records(predicted[predicted["measure"].isin(list(BY_REGION))])
    }
    regions = sorted(set(predicted.loc[predicted["measure"] == predictions.OUT_OF_REGION, "area"]) - {ENGLAND})
    for area in (*regions, ENGLAND):
        table.add_row(escape(area), *(cells.get((area, measure), "-") for measure in BY_REGION))
    return table


def _print_backcast(years: pd.DataFrame, console: Console) -> None:
    summary = backcast.verdict(years)
    most = validating.LONG_REPLICATES
    title = f"Backcast from 2014 (mean of {most} runs at most; every year in backcast.csv)"
    table = _table(title, "measure", "year", "recorded", "model", "off by", "mean miss", "no change")
    for row in _records(summary):
        fell = (_number(row[name], row["unit"]) for name in ("recorded", "model"))
        still = _percent(row["no_change_off_by"]) if row["first_year"] < row["last_year"] else "-"
        mean_miss = f"{100 * row['mean_off_by']:.0f}%"
        table.add_row(_words(row["measure"]), str(row["last_year"]), *fell, _percent(row["off_by"]), mean_miss, still)
    fitting.print_table(table, console)
    wrong = [f"{_words(row['measure'])} ({_percent(row['off_by'])})" for row in _records(summary[summary["wrong"]])]
    limit = f"{100 * backcast.PLAIN_MISS:.0f}%"
    console.print(f"What the backcast gets wrong by more than {limit} at its end: {', '.join(wrong) or 'nothing'}.")
    console.print('"no change": what a guess that nothing changes after the first year would be off by.\n')


def _print_decomposition(parts: pd.DataFrame, console: Console) -> None:
    table = _table("Why spend per child doubled, 2014 to 2024 (log points: 0.69 is doubling)", "part", "model",
                   "England", "likely from")  # fmt: skip
    for row in _records(parts):
        likely = f"{row['low']:.2f} to {row['high']:.2f}" if row["low"] == row["low"] else ""
        table.add_row(row["part"], f"{row['model']:+.2f}", f"{row['published']:+.2f}", likely)
    fitting.print_table(table, console)
    said = "what is missing in the backcast without them; the rest holds what they have in common."
    console.print(f"Minimum wage and needs: {said}\n")


def _table(title: str, *headings: str, whole: Sequence[str] = ()) -> Table:
    look: dict[str, Any] = {"box": box.SIMPLE_HEAD, "padding": (0, 1, 0, 0), "pad_edge": False}
    return tables.table(title, *headings, words=[""], whole=whole, **look)


def _passed(rows: pd.DataFrame) -> str:
    judged = rows[rows["result"] != recorded.LEFT_OUT]
    return f"{int((judged['result'] == recorded.PASS).sum())} of {len(judged)}"


def _by_role(card: pd.DataFrame) -> str:
    """How many passed of what was fitted, put in, and predicted."""
    judged = card[card["result"] != recorded.LEFT_OUT]
    columns = judged["kind"], judged["role"], judged["result"] == recorded.PASS
    return score.by_role(score.counted(zip(*columns, strict=True)))


def _day(date: datetime.date) -> str:
    return f"{date.day} {date:%B %Y}"


def _words(measure: str) -> str:
    return measure.replace("_", " ")


def _number(value: float, unit: Any) -> str:
    if unit in COUNTS and not pd.isna(value):
        return f"{value:,.0f}"
    return tables.number(value, str(unit))


def _percent(value: float) -> str:
    return "-" if pd.isna(value) else f"{100 * value:+.0f}%"


def _half(row: dict[str, Any], unit: str, centre: str = "model") -> str:
    """Half the width of the interval."""
    return "" if pd.isna(row["ci_high"]) else f"±{_number(row['ci_high'] - row[centre], unit).removesuffix('%')}"


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]
