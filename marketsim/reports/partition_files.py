"""What a division leaves in the folder of its runs: tables, a map, and in the manifest what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from marketsim.experiments.cooperatives.partition import Partition
from marketsim.experiments.who import areas_of
from marketsim.reports import partition as words
from marketsim.reports import plots
from marketsim.reports.pictures.parts import parts_map
from marketsim.reports.pictures.picture import Picture
from marketsim.reports.tables import capital
from marketsim.results import manifest, store
from marketsim.scenario.loading import LoadedScenario


def write(found: Partition, loaded: LoadedScenario, folder: Path, asked: Mapping[str, object]) -> list[str]:
    """Write the tables and the map of a division into the folder of its runs, and at last into its manifest what was
    `asked`; returns the names of the files."""
    frames = {"partition": found.assignment(), "measures": found.measures, "flows": found.flows()}
    for name, frame in frames.items():
        store.write_csv(folder / f"{name}.csv", frame)
    drawn = map_of(found, loaded)
    paths = [path for form in ("png", "svg") for path in plots.write({"map": drawn}, folder, form)]
    entries: dict[str, Any] = {**manifest.read(folder), "partition": dict(asked)}
    manifest.write(folder, **entries)
    return [*(f"{name}.csv" for name in frames), *(path.name for path in paths)]


def map_of(found: Partition, loaded: LoadedScenario) -> Picture:
    """The parts found on a map."""
    rows = found.whole(found.found)["contained"]
    parts = found.found.parts
    title = (
        f"{capital(words.place(found))} in {words.count(len(parts), 'part')} by where children are placed: "
        f"{words.percent(rows['value'])} live within their own part"
    )
    subtitle = (
        f"{loaded.scenario.name}, mean of the last {words.count(found.placed.weeks, 'week')}; a number and a colour a "
        "part, named after its member with most children; an own layout, a cell or mark an authority"
    )
    count, noun = found.rests_on
    return parts_map(title, subtitle, f"Source: marketsim, {count} {noun}.", parts, areas_of(found.world))
