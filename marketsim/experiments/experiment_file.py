"""Experiment files: found by name or path, read as strictly as scenarios are, and checked to the last value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from marketsim.experiments.definition import Definition
from marketsim.experiments.plan import located_plan
from marketsim.scenario import errors, reader
from marketsim.scenario.documents import option
from marketsim.scenario.loading import named_after
from marketsim.scenario.shipped import EXPERIMENTS, shipped_folder
from marketsim.scenario.validating import validate


def load_definition(path: str | Path, changes: Mapping[str, Any] | None = None) -> Definition:
    """Read an experiment file and check all of it, its scenarios and the values of its design included.

    `changes` replace entries of the file (`{"samples": 8}`). Scenarios are looked for beside the file, then as
    `load_scenario` does. Raises ScenarioError, one line with file, line and column.
    """
    file = _found(path)
    document = reader.read_yaml(file)
    for key, value in (changes or {}).items():
        document = reader.laid(document, option([key], value, f"--{key}"))
    document = named_after(file, document)
    definition = _beside(validate(document, Definition), file.parent)
    try:
        located_plan(definition)
    except errors.LocatedError as error:
        reached, value = document.nearest(error.path)
        of_name = reached != error.path or isinstance(value, dict)
        mark, name = document.mark(reached, of_name), ".".join(map(str, error.path))
        raise mark.error(str(error) if mark.file == f"--{name}" else f"{name}: {error}") from None
    return definition


def experiment_at(named: Sequence[str], changes: dict[str, Any]) -> Definition | None:
    """The experiment if that is what is named: a file that lists `scenarios`, or an experiment's name; else None."""
    path = Path(named[0])
    is_file = path.is_file() and path.suffix in (".yaml", ".yml")
    file = path if is_file else _of_name(path)
    if file is None or (is_file and "scenarios" not in reader.read_yaml(path).values):
        return None
    if len(named) > 1:
        words = f"is an experiment; expected it alone, or scenarios, got {len(named)} names"
        raise errors.ScenarioError(words, named[0])
    definition = load_definition(file, changes)
    if not definition.factors:
        raise errors.ScenarioError("has no factors, so there is nothing to rank", named[0])
    return definition


def _found(path: str | Path) -> Path:
    """The file meant: a path, or the name of an experiment."""
    given = Path(path)
    found = given if given.is_file() else _of_name(given) or given
    if not found.exists():
        folders = (given.parent, Path(EXPERIMENTS), shipped_folder(EXPERIMENTS))
        named = [file for folder in folders for file in folder.glob("*.yaml")]
        near = errors.did_you_mean(str(path), [word for file in named for word in (file.stem, str(file))])
        words = errors.sentence("is neither a file nor the name of an experiment", near)
        raise errors.ScenarioError(words, errors.displayed(given))
    return found


def _of_name(given: Path) -> Path | None:
    """The experiment of a name (or `experiments/NAME.yaml`): in experiments/ here, else among those shipped."""
    file = f"{given.name.removesuffix('.yaml')}.yaml"
    folders = (Path(EXPERIMENTS), shipped_folder(EXPERIMENTS)) if given.parent in (Path(), Path(EXPERIMENTS)) else ()
    return next((folder / file for folder in folders if (folder / file).is_file()), None)


def _beside(definition: Definition, folder: Path) -> Definition:
    """The definition with scenarios that stand beside its file named by their paths."""
    names = [errors.displayed(folder / name) if (folder / name).is_file() else name for name in definition.scenarios]
    return definition.model_copy(update={"scenarios": names})
