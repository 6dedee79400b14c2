"""What people take away from a room: each market as a scenario file, which runs to the same bytes."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from ruamel.yaml import YAML

from marketsim.live.kept import as_json
from marketsim.live.room import Room
from marketsim.live.side import Side

REPORT_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"  # the report carries its own style


def scenario_file(room: Room, letter: str) -> tuple[str, str]:
    """Name and text of the scenario of a market, 'a' or 'b' (of any other letter that of b)."""
    if room.sides is None:
        raise ValueError("The markets are still being made.")
    side = room.sides[0 if letter == "a" else 1]
    return f"{side.beginning.label}-{letter[:1]}.yaml".replace(" ", "-"), text_of(side)


def decisions(log: Sequence[Mapping[str, Any]]) -> str:
    """What seats decided in a workshop, as CSV: a row a round, seat and field."""
    columns = ["round", "seat", "played", "field", "value"]
    return pd.DataFrame(list(log), columns=columns).to_csv(index=False, lineterminator="\n")


def text_of(side: Side) -> str:
    """A market as a file: all that it began as, values of its vector included, and what was changed by date."""
    values = as_json(side.scenario.model_copy(update={"uncertainty": "none"}))
    stream = io.StringIO()
    yaml = YAML(pure=True)
    yaml.default_flow_style = None
    yaml.width = 110
    yaml.dump(values, stream)
    head = (
        f"# {side.beginning.label}, as it was changed in a room up to week {side.week}.\n"
        f"# The same to the byte: marketsim run THIS_FILE --seed {side.beginning.seed}\n"
    )
    return head + stream.getvalue()


