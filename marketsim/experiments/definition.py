"""What a sweep is: scenarios, factors, design, replicates, outcomes; read from a file as strictly as scenarios are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from marketsim.experiments.arms import COMPARED
from marketsim.experiments.factors import Factor
from marketsim.experiments.plan import located_plan
from marketsim.scenario.documents import option
from marketsim.scenario.errors import LocatedError, ScenarioError, did_you_mean, displayed, sentence, shown
from marketsim.scenario.loading import named_after
from marketsim.scenario.reader import laid, read_yaml
from marketsim.scenario.schema import FOLDER_NAME, LONGEST_NAME
from marketsim.scenario.sections.base import Section
from marketsim.scenario.validating import validate

MOST_SAMPLES = 1_000_000
EXPERIMENTS = "experiments"


class Definition(Section):
    """A sweep. Runs: points of the design x replicates x scenarios (the arms, the first of which is the baseline)."""

    name: str = Field(default="sweep", description="used for the folder of results; not given: the file's name")
    question: str = Field(default="", description="the question that the sweep asks")
    scenarios: Annotated[list[str], Field(min_length=1, max_length=100)] = Field(
        description="scenario files, or names of shipped scenarios; all are run at each point, with the same seeds"
    )
    factors: dict[str, Factor] = Field(default_factory=dict, description="what is varied, by dotted key of a scenario")
    design: Literal["grid", "latin_hypercube", "sobol"] = Field(
        default="grid", description="`grid`: every combination of listed values and steps; the others draw `samples`"
    )
    samples: Annotated[int, Field(ge=1, le=MOST_SAMPLES)] | None = Field(
        default=None, description="points of a Latin hypercube or Sobol design"
    )
    replicates: Annotated[int, Field(ge=1, le=10_000)] = Field(default=1, description="runs a point and scenario")
    seed: Annotated[int, Field(ge=0, le=10**9)] = Field(default=1, description="number that all luck depends on")
    weeks: Annotated[int, Field(ge=1, le=5_200)] | None = Field(
        default=None, description="weeks of each run; not given: the scenarios' own"
    )
    outcomes: Annotated[list[str], Field(min_length=1)] | None = Field(
        default=None, description="outcomes to keep; not given: all"
    )

    @field_validator("name")
    @classmethod
    def _names_a_folder(cls, name: str) -> str:
        if len(name) > LONGEST_NAME or not FOLDER_NAME.fullmatch(name):
            raise ValueError(f"expected letters, digits, spaces, dots, dashes or underscores, got {shown(name)}")
        return name

    @model_validator(mode="after")
    def _fits_together(self) -> Definition:
        drawn = self.design != "grid"
        if drawn and self.samples is None:
            raise LocatedError(("samples",), f"missing; expected how many points the {self.design} design has")
        if drawn and not self.factors:
            raise LocatedError(("factors",), f"a {self.design} design needs at least one factor")
        if not drawn and self.samples is not None:
            raise LocatedError(("samples",), "does not go with a grid, whose points are the factors' values")
        for key, factor in self.factors.items():
            if not drawn and factor.form not in ("values", "steps"):
                raise LocatedError(("factors", key), "a grid needs values: [...], or low:, high: and steps:")
        for position, name in enumerate(self.outcomes or []):
            if name not in COMPARED:
                raise LocatedError(("outcomes", position), "unknown outcome", name, COMPARED)
        return self


def load_definition(path: str | Path, changes: Mapping[str, Any] | None = None) -> Definition:
    """Read an experiment file and check all of it, its scenarios and the values of its design included.

    `changes` replace entries of the file (`{"samples": 8}`). Scenarios are looked for beside the file, then as
    `load_scenario` does. Raises ScenarioError, one line with file, line and column.
    """
    file = _found(path)
    document = read_yaml(file)
    for key, value in (changes or {}).items():
        document = laid(document, option([key], value, f"--{key}"))
    document = named_after(file, document)
    definition = _beside(validate(document, Definition), file.parent)
    try:
        located_plan(definition)
    except LocatedError as error:
        reached, value = document.nearest(error.path)
        of_name = reached != error.path or isinstance(value, dict)
        raise document.mark(reached, of_name).error(f"{'.'.join(map(str, error.path))}: {error}") from None
    return definition


def _found(path: str | Path) -> Path:
    """The file meant: a path, or the name of a file in experiments/."""
    given = Path(path)
    named = Path(EXPERIMENTS) / f"{str(path).removesuffix('.yaml')}.yaml"
    if given.suffix == "" and not given.exists() and named.exists():
        return named
    if not given.exists():
        near = [str(file) for folder in {given.parent, Path(EXPERIMENTS)} for file in sorted(folder.glob("*.yaml"))]
        raise ScenarioError(sentence("no such file", did_you_mean(str(path), near)), displayed(given))
    return given


def _beside(definition: Definition, folder: Path) -> Definition:
    """The definition with scenarios that stand beside its file named by their paths."""
    names = [displayed(folder / name) if (folder / name).is_file() else name for name in definition.scenarios]
    return definition.model_copy(update={"scenarios": names})
