"""A scenario that starts from a folder of own data, written into it for people to go on from."""

from __future__ import annotations

import re

import pandas as pd

from marketsim.own_data import contract_text
from marketsim.own_data.region import Region

SCENARIO = "scenario.yaml"
BASE = "england_2024"
LATE_DAYS = 92  # from 31 March 2024, on which the national figures stand
NATIONAL_DAY = pd.Timestamp("2024-03-31")


def scenario_text(region: Region, name: str) -> str:
    """The text of a scenario like today's England, with the region's own data and contracts."""
    late = abs((pd.Timestamp(region.as_at) - NATIONAL_DAY).days) > LATE_DAYS
    lines = [
        "# Question: where does the market of our authorities go, if nothing changes?",
        "# Written by `marketsim data import`. A file with `extends: scenario.yaml` says only what differs.",
        f"extends: {BASE}.yaml",
        f'name: "{_folder_name(name)}"',
        "question: Where does the market of our authorities go, if nothing changes?",
        "",
        "horizon:",
        *([f"  # What is national stands as on {NATIONAL_DAY.date()}, in the prices of the start."] if late else []),
        f"  start: {region.as_at}",
        "",
        "world:",
        "  kind: england",
        "  data: .  # this folder",
        *contract_text.lines(region.contracts, region.as_at),
    ]
    return "\n".join(lines) + "\n"


def _folder_name(name: str) -> str:
    """A name that a scenario may have, as near as can be."""
    plain = re.sub(r"[^A-Za-z0-9 ._-]", "-", name).strip(" ._-")[:80].strip()
    return plain or "our-region"
