"""What a search leaves: all points, the front with what it gives on fresh runs, and a scenario for each entry."""

from __future__ import annotations

import io
import textwrap
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.experiments import uncertainty
from marketsim.experiments.cooperatives import front
from marketsim.experiments.cooperatives.levers import Lever
from marketsim.experiments.cooperatives.objectives import OBJECTIVES
from marketsim.experiments.cooperatives.search import Found
from marketsim.experiments.differences import paired
from marketsim.results import store
from marketsim.scenario import errors, overlay, shipped
from marketsim.scenario.schema import LONGEST_NAME

ENDS = ("", "_low", "_high")
LINE = 110  # letters of a scenario file
Told = tuple[float, float, float]  # a mean difference and the ends of its 95% interval


def told(values: Floats, vectors: Ints | None) -> list[Told]:
    """For each objective the mean of a point's differences (replicates x objectives), with its 95% interval."""
    found = (paired(np.zeros(len(column)), column, vectors) for column in values.T)
    return [(mean, low, high) for _, _, mean, low, high, *_ in found]


def surely_different(found: Found) -> Bools:
    """Entries x objectives: whether the entry surely differs from the baseline on fresh runs, at the false discovery
    rate of the front over all that are told."""
    vectors = found.search.own_vectors[1]
    chances = [np.nan if np.isnan(column).any() else uncertainty.chance(column, vectors)
               for entry in found.again.differences for column in entry.T]  # fmt: skip
    sure = uncertainty.discoveries(np.array(chances, dtype=np.float64)) <= uncertainty.FALSE_SHARE
    return np.asarray(sure.reshape(len(found.entries), -1))


def trials_table(found: Found) -> pd.DataFrame:
    """A row a point in the order tried: levers, differences from the baseline with their intervals (`_low`, `_high`),
    whether it is on the front, in which entry, and how many points beat it."""
    entry = {row: number for number, one in enumerate(found.entries, start=1) for row in one.points}
    rows = [
        {"trial": row + 1, "generation": found.generation[row], **point,
         **_ends(found, found.differences[row], found.search.own_vectors[0]),
         "on_front": row in entry, "entry": entry.get(row), "beaten_by": found.beaten_by[row]}
        for row, point in enumerate(found.points)
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"entry": "Int64"})


def front_table(found: Found) -> pd.DataFrame:
    """A row an entry: the trial that stands for it, how many points it is, its levers and what they range over among
    these (`_range`), differences on the runs of the search and on fresh ones (`fresh_`), whether these surely differ
    from 0 (`_sure`), whether no other entry beats it on fresh runs (`holds`), and the entry that it can't be told
    apart from there (`same_as`)."""
    sure, rows = surely_different(found), []
    for number, one in enumerate(found.entries):
        row: dict[str, Any] = {"entry": number + 1, "trial": one.point + 1, "points": len(one.points)}
        for lever in found.search.levers:
            row |= {lever.key: found.points[one.point][lever.key], f"{lever.key}_range": spread(found, one, lever)}
        row |= _ends(found, found.differences[one.point], found.search.own_vectors[0])
        row |= _ends(found, found.again.differences[number], found.search.own_vectors[1], "fresh_")
        row |= {f"fresh_{OBJECTIVES[aim]}_sure": bool(told) for aim, told in
                zip(found.search.aims, sure[number], strict=True)}  # fmt: skip
        same = found.again.same_as[number]
        row |= {"holds": found.again.holds[number], "same_as": None if same is None else same + 1}
        rows.append({**row, "file": file_of(number)})
    return pd.DataFrame(rows).astype({"same_as": "Int64"})


def _ends(found: Found, values: Floats, vectors: Ints | None, before: str = "") -> dict[str, float]:
    names = [f"{before}{OBJECTIVES[aim]}{end}" for aim in found.search.aims for end in ENDS]
    return dict(zip(names, (value for one in told(values, vectors) for value in one), strict=True))


def spread(found: Found, entry: front.Entry, lever: Lever) -> str:
    """What values a lever has among the points of an entry: `0.2 to 0.8`, or words; empty if it has one."""
    values = {found.points[row][lever.key] for row in entry.points}
    if len(values) == 1:
        return ""
    return ", ".join(sorted(map(said, values))) if lever.is_words else f"{said(min(values))} to {said(max(values))}"


def said(value: Any) -> str:
    """A lever's value as people read it: numbers to four digits."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{float(f'{value:.4g}'):,.10g}"
    return str(value) if isinstance(value, str) else errors.shown(value)


def file_of(number: int) -> str:
    """The scenario file of an entry (from 0), below the folder of the search."""
    return f"front/{number + 1:02d}.yaml"


def write(found: Found, folder: Path, remarks: list[str]) -> None:
    """Write trials.csv, front.csv and a scenario for each entry, with a remark on what was found in it.

    Scenarios that an earlier, shorter search left in front/ are taken away.
    """
    store.write_csv(folder / "trials.csv", trials_table(found))
    store.write_csv(folder / "front.csv", front_table(found))
    (folder / "front").mkdir(exist_ok=True)
    for old in (folder / "front").glob("[0-9][0-9]*.yaml"):
        old.unlink()
    for number, remark in enumerate(remarks):
        store.write_text(folder / file_of(number), _scenario_text(found, number, remark, folder / "front"))


def _scenario_text(found: Found, number: int, remark: str, folder: Path) -> str:
    """A scenario that extends the one searched and sets the levers of an entry."""
    point = found.points[found.entries[number].point]
    set_here = reduce(overlay.laid_over, (overlay.nested(key.split("."), value) for key, value in point.items()))
    name = f"{found.search.loaded.scenario.name[: LONGEST_NAME - 4]}-{number + 1:02d}"
    stream, yaml = io.StringIO(), YAML(pure=True)
    yaml.default_flow_style = False
    yaml.width = LINE
    yaml.dump({"extends": shipped.base_named(found.search.loaded.path, folder), "name": name} | set_here, stream)
    lines = textwrap.wrap(errors.escaped(remark), LINE, initial_indent="# ", subsequent_indent="# ")
    return "\n".join([*lines, stream.getvalue()])
