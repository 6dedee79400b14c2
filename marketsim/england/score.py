"""The note below every table and figure: how many values have which status, and the recorded validation score."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Any

SCORE_CARD = "scorecard.csv"
YES, NO = ("yes", "1"), ("no", "0")


@dataclass(frozen=True)
class Score:
    """What the recorded baseline (`marketsim validate --record`) meets: (met, of) for each kind; None: not recorded.

    `out_of_sample` are those of the targets and patterns that nothing was fitted to.
    """

    targets: tuple[int, int] | None = None
    patterns: tuple[int, int] | None = None
    out_of_sample: tuple[int, int] | None = None

    def __str__(self) -> str:
        named = {"published figures": self.targets, "patterns": self.patterns, "out of sample": self.out_of_sample}
        parts = [f"{score[0]} of {score[1]} {name}" for name, score in named.items() if score is not None]
        return ", ".join(parts) if parts else "not yet recorded"


@dataclass(frozen=True)
class Signoff:
    """Values by status (measured, estimated, assumption, given by the scenario) and the score of the model."""

    evidence: dict[str, int]
    score: Score

    def line(self) -> str:
        """The note below tables and figures."""
        counts = self.evidence
        return (
            f"Evidence: {counts['measured']} values measured, {counts['estimated']} estimated, "
            f"{counts['assumption']} assumed, {counts['given']} set by the scenario. Score card: {self.score}."
        )

    def entries(self) -> dict[str, Any]:
        """The same for manifests, which stand beside tables whose columns are fixed."""
        return {"evidence": self.evidence, "validation": asdict(self.score)}


def footing(facts: Mapping[str, Any]) -> str:
    """The note that belongs to results with this manifest; empty if it says nothing of that."""
    try:
        return Signoff(facts["evidence"], Score(**facts["validation"])).line()
    except (KeyError, TypeError):
        return ""


def recorded_score() -> Score:
    """The score of the baseline recorded in england/scorecard.csv (columns measure, kind, role, passes)."""
    path = files("marketsim.england").joinpath(SCORE_CARD)
    return read_score(path.read_text(encoding="utf-8-sig")) if path.is_file() else Score()


def read_score(text: str) -> Score:
    """The score in the text of a score card; rows that were not measured are left out."""
    rows = [row for row in csv.DictReader(text.splitlines()) if row.get("passes") in (*YES, *NO)]
    return Score(
        _met([row for row in rows if row.get("kind", "target") == "target"]),
        _met([row for row in rows if row.get("kind") == "pattern"]),
        _met([row for row in rows if row.get("role") == "out of sample"]),
    )


def _met(rows: Sequence[dict[str, str]]) -> tuple[int, int] | None:
    return (sum(row["passes"] in YES for row in rows), len(rows)) if rows else None
