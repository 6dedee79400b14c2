"""Figures from DfE's files brought to one for each area of today: repeats, Inner and Outer London, old authorities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from marketsim.england.carrying import CarriedOver, Kind, carried_over
from marketsim.england.changes import change_of, today
from marketsim.england.figures import authority_rows
from marketsim.own_data.formats.published.dfe_areas import LONDON, PARTS_OF_LONDON
from marketsim.own_data.formats.published.dfe_words import BASE, UNITS
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.records import empty, shaped
from marketsim.scenario.errors import ScenarioError

KEYS = ["measure", "year", "level", "word"]
# Authorities of Inner London as statistics have it (Greenwich is of the outer part), for weights only.
INNER = frozenset(f"E090000{number}" for number in (
    "01", "07", "12", "13", "14", "19", "20", "22", "23", "25", "28", "30", "32", "33"
))  # fmt: skip


def settled(rows: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Rows of dfe_areas.COLUMNS as figures (records.FIGURES): one for each measure, area of today and year.

    Raises ScenarioError for two different values of one figure.
    """
    if rows.empty:
        return empty("figures")
    rows = _without_repeats(_under_one_name(rows))
    said: dict[str, set[int]] = {}
    found = []
    for measure, year, level in rows[KEYS[:3]].drop_duplicates().itertuples(index=False, name=None):
        part = rows[(rows["measure"] == measure) & (rows["year"] == year) & (rows["level"] == level)]
        values, weights = dict(zip(part["word"], part["value"], strict=True)), _weights(rows, measure, year)
        kind: Kind = "share" if UNITS[measure] == "share" else "number"
        carry = carried_over if level == "authority" else _one_london
        done = carry(values, int(year), weights, kind)
        for sentence in done.said:
            said.setdefault(sentence.replace(f" {year:.0f} ", " {} ", 1), set()).add(int(year))
        found.append(_figures(done, part, measure, year))
    for sentence, its_years in said.items():
        findings.note(", ".join(rows["file"].unique()), sentence.replace("{}", _listed(its_years), 1))
    return pd.concat(found, ignore_index=True)


def _under_one_name(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with each authority under its code, old ones under theirs."""
    pairs = rows.loc[rows["level"] == "authority", ["word", "year"]].drop_duplicates()
    names = {(word, year): _name(word, int(year)) for word, year in pairs.itertuples(index=False, name=None)}
    keys = zip(rows["word"], rows["year"], strict=True)
    return rows.assign(word=[names.get(key, key[0]) for key in keys])


def _name(word: str, year: int) -> str:
    change = change_of(word, year)
    return (change["ons_code"] or change["name"]) if change else " / ".join(today(word))


def _without_repeats(rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each figure: the narrower of two statistics; a second value of one and the same is refused."""
    first = rows.sort_values("note", kind="stable").drop_duplicates(KEYS).set_index(KEYS)
    beside = first.loc[pd.MultiIndex.from_frame(rows[KEYS])].reset_index(drop=True)
    other = rows.reset_index(drop=True)
    differ = (other["value"] - beside["value"]).abs().gt(1e-9) & (other["note"] == beside["note"])
    if differ.any():
        second, one = other[differ].iloc[0], beside[differ].iloc[0]
        what = f"{second['measure']} of {second['word']} in {second['year']:.0f}"
        place = f"{one['file']}:{one['line']:.0f}"
        message = f"{what} is {second['value']:g} here and {one['value']:g} in {place}; give one of the two"
        raise ScenarioError(message, f"{second['file']}:{second['line']:.0f}")
    return first.reset_index()


def _weights(rows: pd.DataFrame, measure: str, year: float) -> dict[str, float]:
    """How many children shares are of, by area, where the files say it."""
    base = rows[(rows["measure"] == BASE.get(measure, "")) & (rows["year"] == year)]
    return dict(zip(base["word"], base["value"], strict=True))


def _one_london(values: Mapping[str, float], year: int, weights: Mapping[str, float], kind: Kind) -> CarriedOver:
    """Inner and Outer London as London: passed over beside it, else added up or averaged."""
    kept = {area: value for area, value in values.items() if area not in PARTS_OF_LONDON}
    parts = [area for area in PARTS_OF_LONDON if area in values]
    if not parts or LONDON in kept:
        return CarriedOver(kept, [f"Inner and Outer London {year} aren't counted beside London"] if parts else [])
    if len(parts) == 1:
        return CarriedOver(kept, [f"{parts[0]} {year} alone is not London: left out"])
    if kind == "number":
        kept[LONDON] = sum(values[area] for area in parts)
        return CarriedOver(kept, [f"London {year} is Inner and Outer London added up"])
    weighs = {area: weights.get(area, 0) for area in parts}
    if not all(weighs.values()):
        weighs = _recorded_weights()
    kept[LONDON] = sum(weighs[area] * values[area] for area in parts) / sum(weighs.values())
    return CarriedOver(kept, [f"London {year} is Inner and Outer London averaged, weighted by children"])


def _recorded_weights() -> dict[str, float]:
    """Children looked after in the two parts of London, as recorded."""
    inner, outer = PARTS_OF_LONDON
    found = dict.fromkeys(PARTS_OF_LONDON, 0.0)
    for row in authority_rows():
        if row["region"] == LONDON:
            found[inner if row["ons_code"] in INNER else outer] += float(row["children_looked_after"] or 0)
    return found


def _figures(done: CarriedOver, part: pd.DataFrame, measure: str, year: float) -> pd.DataFrame:
    """The figures of one measure, year and level, with where each came from."""
    by_word = part.set_index("word")
    sources = {area: _source(area, part["word"]) for area in done.values}
    columns = {
        "measure": measure, "area": list(done.values), "year": year, "value": list(done.values.values()),
        "unit": UNITS[measure],
    }  # fmt: skip
    for name in ("given_as", "note", "file", "line"):
        columns[name] = [by_word.at[sources[area], name] for area in done.values]
    return shaped("figures", columns)


def _source(area: str, words: Iterable[str]) -> str:
    """The first of the words that a figure of an area was made from."""
    words = list(words)
    parts = [word for word in words if area in today(word) or (area == LONDON and word in PARTS_OF_LONDON)]
    return area if area in words else parts[0]


def _listed(years: set[int]) -> str:
    """Years with commas between, 2018-2022 where all between are there."""
    first, last = min(years), max(years)
    if len(years) > 2 and len(years) == last - first + 1:
        return f"{first}-{last}"
    return ", ".join(map(str, sorted(years)))
