"""The note below every table and figure: how many values have which status, and the recorded validation score."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

SCORE_CARD = "scorecard.csv"
YES, NO = ("yes", "1"), ("no", "0")
ROLES = {"fitted": "fitted", "input": "put in", "out of sample": "predicted out of sample"}  # what a pass is worth
KINDS = {"target": "figures", "pattern": "patterns"}
NO_ROLE = "of no recorded role"
CARD = "Score card (England, 2023/24)"
MADE_UP = "A made-up world: no published figures stand behind it."

Score = Mapping[str, tuple[int, int]]  # (met, of) of the recorded baseline, by kind and role: `figures fitted`


@dataclass(frozen=True)
class Signoff:
    """Values by status (measured, estimated, assumption, given by the scenario) and the score of the model, which is
    that of England: None for a made-up world."""

    evidence: Mapping[str, int]
    score: Score | None

    def line(self) -> str:
        """The note below tables and figures."""
        counts = self.evidence
        return (
            f"Evidence: {counts['measured']} values measured, {counts['estimated']} estimated, "
            f"{counts['assumption']} assumed, {counts['given']} set by the scenario. "
            + (MADE_UP if self.score is None else f"{CARD}: {by_role(self.score)}.")
        )

    def entries(self) -> dict[str, Any]:
        """The same for manifests, which stand beside tables whose columns are fixed."""
        return {"evidence": self.evidence} | ({} if self.score is None else {"validation": self.score})


def by_role(score: Score) -> str:
    """The score in words, which tell what was fitted and put in from what was predicted."""
    parts = []
    for kind, met in (("figures", "within tolerance"), ("patterns", "that hold")):
        counts = {role: score[f"{kind} {role}"] for role in (*ROLES.values(), NO_ROLE) if f"{kind} {role}" in score}
        if counts:
            parts.append(f"{kind} {met} {', '.join(f'{n} of {of} {role}' for role, (n, of) in counts.items())}")
    return "; ".join(parts) or "not yet recorded"


def counted(passed: Iterable[tuple[str, str, bool]]) -> Score:
    """The score of rows (kind and role as in scorecard.csv, and whether it passed)."""
    met: dict[str, list[bool]] = {}
    for kind, role, one in passed:
        met.setdefault(f"{KINDS[kind]} {ROLES.get(role, NO_ROLE)}", []).append(one)
    return {part: (sum(ones), len(ones)) for part, ones in met.items()}


def footing(facts: Mapping[str, Any]) -> str:
    """The note that belongs to results with this manifest; empty if it says nothing of that."""
    try:
        return Signoff(facts["evidence"], facts.get("validation")).line()
    except (KeyError, TypeError):
        return ""


def recorded_score() -> Score:
    """The score of the baseline recorded in england/scorecard.csv (columns measure, kind, role, passes)."""
    path = files("marketsim.england").joinpath(SCORE_CARD)
    return read_score(path.read_text(encoding="utf-8-sig")) if path.is_file() else {}


def read_score(text: str) -> Score:
    """The score in the text of a score card; rows that were not measured are left out."""
    rows = [row for row in csv.DictReader(text.splitlines()) if row.get("passes") in (*YES, *NO)]
    return counted((row.get("kind") or "target", row.get("role") or "", row["passes"] in YES) for row in rows)
