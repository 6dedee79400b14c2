"""The recorded baseline (england/scorecard.csv): what passed when it was last recorded, and what a pass is worth.

`role` says what a pass is worth: `input` (put in), `fitted` (values were set so that it comes near), `out of sample`.
`note` explains a miss.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import pandas as pd

from marketsim.results import store

ROLES = ("input", "fitted", "out of sample")
YES, NO, LEFT_OUT = "yes", "no", ""
PASS = "pass"


@dataclass(frozen=True)
class Recorded:
    """One measure: `kind` is target or pattern; `passes` and `passes_short` are YES, NO or LEFT_OUT (not measured)."""

    measure: str
    kind: str
    role: str
    why: str
    passes: str
    passes_short: str
    note: str

    def passed(self, short: bool) -> bool:
        """Whether it passed in that form of the card."""
        return (self.passes_short if short else self.passes) == YES


@cache
def recorded() -> dict[str, Recorded]:
    """The recorded baseline by measure."""
    text = files("marketsim.england").joinpath("scorecard.csv").read_text(encoding="utf-8")
    return {row["measure"]: Recorded(**row) for row in csv.DictReader(text.splitlines())}


def newly_failing(card: pd.DataFrame, baseline: dict[str, Recorded], short: bool) -> list[str]:
    """Measures that passed when the baseline was recorded, are measured in this card, and don't pass now."""
    result = dict(zip(card["measure"], card["result"], strict=True))
    return [
        name
        for name, row in baseline.items()
        if row.passed(short) and result.get(name, LEFT_OUT) not in (PASS, LEFT_OUT)
    ]


def record(card: pd.DataFrame, short_card: pd.DataFrame, path: Path) -> None:
    """Write what passes now, in the full and in the short form, over the baseline; roles and notes stay as they are."""
    table = pd.DataFrame(list(recorded().values()))
    for column, one in (("passes", card), ("passes_short", short_card)):
        table[column] = table["measure"].map(one.set_index("measure")["result"].map(_word)).fillna(LEFT_OUT)
    store.write_text(path, table.to_csv(index=False, lineterminator="\n"))
    recorded.cache_clear()


def in_checkout() -> Path:
    """Where a checkout keeps the baseline; StoreError outside a checkout."""
    said = "--record rewrites the recorded baseline of a checkout; this marketsim is not in one"
    return store.in_checkout("scorecard.csv", said)


def _word(result: str) -> str:
    return {LEFT_OUT: LEFT_OUT, PASS: YES}.get(result, NO)
