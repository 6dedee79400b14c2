"""What a search is: a scenario, its levers, what is made small, for whom, beside what; checked before the first run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Final

import numpy as np

from marketsim.core.columns import Ints
from marketsim.experiments.cooperatives import front, objectives
from marketsim.experiments.cooperatives.levers import Lever, levers_of
from marketsim.experiments.cooperatives.objectives import OBJECTIVES, Baseline, Whom
from marketsim.experiments.cooperatives.proposing import GENERATION
from marketsim.experiments.definition import Definition
from marketsim.results import manifest
from marketsim.scenario.drawn_values import draws_vectors, vectors_of
from marketsim.scenario.loading import LoadedScenario, load_scenario

KIND: Final = "search"
FORMAT = 1  # raised when the files of a folder change their meaning
ANY_FACTOR: Any = {"demand.level": {"low": 0.5, "high": 1.5}}  # a design needs one, until the levers are known


@dataclass(frozen=True)
class Search:
    """A search that was checked: the scenario, what its differences are from, levers, objectives (names), for whom, and
    how many points there are at most, and replicates of each and of the check. `left_out`: uncertainties, not levers.
    """

    loaded: LoadedScenario
    baseline: Baseline
    levers: list[Lever]
    aims: list[str]
    whom: Whom
    definition: Definition
    trials: int
    check_replicates: int
    left_out: list[str] = field(default_factory=list)

    @property
    def replicates(self) -> int:
        """Replicates of each point in the search."""
        return self.definition.replicates

    @property
    def vectors(self) -> Ints | None:
        """The vector of the plausible set of each replicate, those of the check behind; None if none is used."""
        if not any(draws_vectors(one.scenario) for one in (self.loaded, self.baseline.loaded)):
            return None
        return np.array(vectors_of(self.replicates + self.check_replicates, self.definition.seed), dtype=np.int64)

    @property
    def own_vectors(self) -> tuple[Ints | None, Ints | None]:
        """The vectors of the search, and those of the check."""
        whole = self.vectors
        return (None, None) if whole is None else (whole[: self.replicates], whole[self.replicates :])

    def identity(self) -> dict[str, Any]:
        """What must be the same for a search to go on in a folder, as plain JSON values."""
        chosen = {lever.key: lever.factor.model_dump(exclude_defaults=True) for lever in self.levers}
        settings = {name: getattr(self.definition, name) for name in ("seed", "weeks", "replicates")}
        return manifest.plain({
            "format": FORMAT,
            "scenario": self.loaded.digest,
            "baseline": self.baseline.loaded.digest,
            "choice_of_levers": chosen,
            "choice_of_objectives": self.aims,
            "choice_of_authorities": list(self.whom.codes),
            "settings": {**settings, "check_replicates": self.check_replicates},
            "version_of_optuna": version("optuna"),
            "program": manifest.program_digest(),
        })  # fmt: skip


def planned(
    scenario: str, levers: Sequence[str], aims: str = objectives.USUAL, *, concerned: str | None = None,
    cooperative: str | None = None, against: str | None = None, trials: int = 48, replicates: int = 8,
    check_replicates: int = 8, seed: int = 1, weeks: int | None = None,
) -> Search:  # fmt: skip
    """The search that is meant, checked to the last value. Raises ScenarioError, in one line, for all that is wrong."""
    front.check_basis(replicates, None, "--replicates:")
    front.check_basis(check_replicates, None, "--check-replicates:")
    loaded, chosen = load_scenario(scenario), objectives.objectives_of(aims)
    whom = objectives.whom_of(loaded.scenario, concerned, cooperative)
    baseline = objectives.baseline_of(loaded, against, cooperative)
    definition = Definition(
        name=KIND, scenarios=[str(scenario)], design="latin_hypercube", samples=GENERATION, replicates=replicates,
        seed=seed, weeks=weeks, outcomes=[OBJECTIVES[aim] for aim in chosen], factors=ANY_FACTOR,
    )  # fmt: skip
    found, definition, left_out = levers_of(levers, loaded, definition)
    wanted = Search(loaded, baseline, found, chosen, whom, definition, trials, check_replicates, left_out)
    for vectors, option in zip(wanted.own_vectors, ("--replicates:", "--check-replicates:"), strict=True):
        if vectors is not None:
            front.check_basis(len(vectors), vectors, option)
    return wanted
