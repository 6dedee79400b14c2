"""What a folder of own data is, in words, for whoever finds it."""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Sequence
from pathlib import Path

from marketsim.own_data.importing import Imported
from marketsim.own_data.kept.folder import PERSONAL, called_in_writing
from marketsim.own_data.provenance import Provenance

README = "README.txt"
CONTENTS = {
    "placements.csv": "a row a placement, reduced as above; sorted, so that the order tells nothing",
    "homes.csv": "homes and their places; numbers stand for homes and providers",
    "figures.csv": "published figures of your files: `marketsim validate --against` compares those that it predicts",
    "forecast.csv": "the demand forecast that takes the place of the built-in path",
    "contracts.csv": "contracts; scenario.yaml has them as arrangements",
    "estimates.csv, .png, .txt": "what placements say, with n and interval, beside the national values",
    "findings.csv": "what was left out or read in a certain way, by file, line and column; no cell's content",
    "scenario.yaml": "a scenario that starts from this folder: marketsim run scenario.yaml",
    "about.json": "what programs need to know of this folder",
}


def readme(folder: Path, imported: Imported, parts: Sequence[Provenance], as_at: datetime.date) -> str:
    """What the folder is, in words, for whoever finds it: of what is in it by now."""
    called = called_in_writing(imported)
    files = [f"  {called[one.name]}: {one.form}, {one.rows} rows, {one.left_out} left out" for one in imported.files]
    whose = [f"  {one.part}: {one.whose}; {one.rests_on}" for one in parts]
    about = [f"  {name}: {words}" for name, words in CONTENTS.items() if (folder / name.split(",")[0]).exists()]
    return "\n".join([
        f"Own data for marketsim, as on {as_at}.", "", *textwrap.wrap(PERSONAL, 100), "", "Made from", *files, "",
        "Which part of a market that starts here is whose", *whose, "", "What is here", *about, "",
    ])  # fmt: skip
