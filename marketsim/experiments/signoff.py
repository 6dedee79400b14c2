"""What every table and figure says of its footing: how many values have which status, and the validation score."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from marketsim.scenario import LoadedScenario
from marketsim.scenario.evidence import count_statuses

SCORE_CARD = "scorecard.csv"


@dataclass(frozen=True)
class Score:
    """How many published figures the recorded baseline meets; `met` and `targets` are None until that is recorded."""

    met: int | None = None
    targets: int | None = None


@dataclass(frozen=True)
class Signoff:
    """Values by status (measured, estimated, assumption, given by the scenario) and the score of the model."""

    evidence: dict[str, int]
    score: Score

    def line(self) -> str:
        """The note below every table and figure."""
        counts = self.evidence
        return (
            f"Evidence: {counts['measured']} values measured, {counts['estimated']} estimated, "
            f"{counts['assumption']} assumed, {counts['given']} set by the scenario. Score card: {self._score()}."
        )

    def entries(self) -> dict[str, Any]:
        """The same for manifests."""
        return {"evidence": self.evidence, "validation": {"met": self.score.met, "targets": self.score.targets}}

    def _score(self) -> str:
        if self.score.targets is None:
            return "not yet recorded"
        return f"{self.score.met} of {self.score.targets} published figures met"


def signoff(loaded: Iterable[LoadedScenario]) -> Signoff:
    """The footing of results from these scenarios."""
    return Signoff(count_statuses(loaded), recorded_score())


def recorded_score() -> Score:
    """The score of the recorded baseline (england/scorecard.csv): rows that pass, of those that can pass or fail."""
    path = files("marketsim.england").joinpath(SCORE_CARD)
    if not path.is_file():
        return Score()
    rows = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
    passes = [row.get("passes") for row in rows if row.get("passes") in ("0", "1")]
    return Score(passes.count("1"), len(passes)) if passes else Score()
