"""Pictures of a comparison, for a report or a slide: each says in its title what is found, below it measure and unit.

`KINDS` has them by name, a function each in `pictures/`; it returns a `Picture`, whose figure is matplotlib's and whose
`alt` says in words what it shows to who can't see it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from marketsim.experiments.comparison import Comparison
from marketsim.reports import drawing
from marketsim.reports.pictures import between, drivers, fees, maps, over_time, ranked, waterfall
from marketsim.reports.pictures.picture import Asked, Picture, Shown
from marketsim.results import store
from marketsim.results.store import StoreError
from marketsim.scenario import errors


class Kind(NamedTuple):
    """How a kind of picture is drawn, and whether results have what it shows."""

    draw: Callable[[Asked], Picture]
    possible: Callable[[Asked], bool] = lambda asked: True


KINDS: dict[str, Kind] = {
    "difference": Kind(over_time.difference, over_time.has_times),
    "members": Kind(ranked.members),
    "money": Kind(waterfall.spend),
    "map": Kind(maps.in_cells, lambda asked: asked.whole == "England"),
    "points": Kind(maps.in_points),
    "flows": Kind(between.authorities, between.has_placements),
    "fees": Kind(fees.by_need, between.has_placements),
    "routes": Kind(over_time.routes),
    "voids": Kind(over_time.voids),
    "drivers": Kind(drivers.unknown_values, drivers.has_vectors),
}
MAPS, OF_OUTCOME, LONGEST_SLUG = ("map", "points"), ("difference", "members", "map", "points", "drivers"), 60
AT_END = ("difference", "members", "money")  # what a comparison draws when it ends
ALL = "all"


def pictures(
    comparison: Comparison, kind: str, outcome: str, concerned: str | None, other: str | None, shown: Shown = "change"
) -> dict[str, Picture]:
    """The pictures of a kind, or of all kinds that these results have, by name; StoreError, in one line, if they can't
    be drawn, ScenarioError for nobody of that name."""
    asked = Asked(comparison, check(comparison, concerned, other), _outcome(comparison, outcome), concerned, shown)
    _known(kind, [ALL, *KINDS], "kind of picture", "there are")
    if kind != ALL:
        return {kind: KINDS[kind].draw(asked)}
    return {name: one.draw(asked) for name, one in KINDS.items() if one.possible(asked)}


def named(outcome: str, shown: Shown, kind: str) -> str:
    """What the file of a picture is called: its kind, with what is not usual about it."""
    of = f"-{outcome}" if outcome != Asked.outcome and kind in OF_OUTCOME else ""
    return f"{kind}{of}{'-level' if shown == 'level' and kind in MAPS else ''}"


def slug(concerned: str | None) -> str:
    """What is put behind the names of files that are for somebody: nothing, or their name in letters and dashes."""
    if concerned is None:
        return ""
    return "-" + "-".join(re.findall(r"[^\W_]+", concerned.casefold()))[:LONGEST_SLUG]


def at_end(comparison: Comparison, concerned: str | None, folder: Path) -> list[Path]:
    """Draw what a comparison shows when it ends, for each scenario that it compares; returns the files."""
    drawn = {}
    several = len(comparison.labels) > 2
    for other in comparison.labels[1:]:
        asked = Asked(comparison, other, concerned=concerned)
        for name in AT_END:
            drawn[f"{name}-{other}" if several else name] = KINDS[name].draw(asked)
    return write(drawn, folder, "png")


def write(drawn: Mapping[str, Picture], folder: Path, form: str) -> list[Path]:
    """Keep pictures as files of a form (png, svg), with what each shows in words beside it; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, one in drawn.items():
        path = folder / f"{name}.{form}"
        drawing.keep(one.figure, path)
        store.write_text(path.with_suffix(".txt"), one.alt + "\n")
        paths.append(path)
    return paths


def check(comparison: Comparison, concerned: str | None, other: str | None) -> str:
    """The scenario that is told about beside the baseline: the one named, or the first. StoreError, in one line, if
    these are other results, unfinished ones, or there is no such scenario; ScenarioError for nobody of that name."""
    comparison.check_whole()
    if concerned is not None:
        comparison.group(concerned)
    others = comparison.labels[1:]
    if other is not None:
        _known(other, others, "scenario", "these results have")
    return others[0] if other is None else other


def _outcome(comparison: Comparison, outcome: str) -> str:
    _known(outcome, list(dict.fromkeys(comparison.table["outcome"])), "outcome", "there are")
    return outcome


def _known(word: str, known: Collection[str], what: str, there: str) -> None:
    if word not in known:
        hint = errors.did_you_mean(word, known)
        raise StoreError(errors.sentence(f"no {what} {errors.shown(word)}; {there} {', '.join(known)}", hint))
