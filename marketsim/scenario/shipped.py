"""Where files are: those that a user names, that ship with marketsim, or that a file extends."""

from __future__ import annotations

import os
from pathlib import Path

from marketsim.scenario import errors
from marketsim.scenario.documents import Mark

_PACKAGE = Path(__file__).parents[1]
SCENARIOS, EXPERIMENTS, DOCS = "scenarios", "experiments", "docs"


def shipped_folder(kind: str = SCENARIOS) -> Path:
    """Where `scenarios`, `experiments` or `docs` ship: inside the installed package, or beside it in a checkout."""
    inside = _PACKAGE / "shipped" / kind
    return inside if inside.is_dir() else _PACKAGE.parent / kind


def shipped_scenarios() -> list[Path]:
    """The files of all scenarios that ship with marketsim, in folders by what they are about; each name is there once.
    """
    return sorted(shipped_folder().rglob("*.yaml"))


def find_scenario(scenario: str | Path) -> Path:
    """The file that is meant by a path or by the name of a shipped scenario, which may be written `scenarios/NAME.yaml`
    (with its folder or without) also where there is no such folder.

    Raises ScenarioError, with the nearest name there is, if it is neither.
    """
    path = Path(scenario)
    if _exists(path) and not path.is_dir():
        return path
    shipped = {file.stem: file for file in shipped_scenarios()}
    name = _name_of(path, str(scenario)).removesuffix(".yaml")
    if name in shipped:
        return shipped[name]
    if _exists(path):
        return path
    message = "is neither a file nor the name of a shipped scenario"
    allowed = f"`marketsim scenarios` lists the {len(shipped)} that ship" if shipped else ""
    near = errors.did_you_mean(str(scenario), [*shipped, *_siblings(path)])
    raise errors.ScenarioError(errors.sentence(message, allowed, near), errors.escaped(str(scenario))[:200] or "''")


def find_base(name: object, mark: Mark, folder: Path) -> Path:
    """The file that an `extends` entry names: in the folder of its own file, else among those shipped.

    Raises ScenarioError at the entry if its value isn't a file name or there is no such file.
    """
    if not isinstance(name, str) or not name:
        raise mark.error(f"extends: expected the name of one file, such as spot.yaml, got {errors.shown(name)}")
    shipped = {file.name: file for file in shipped_scenarios()}
    for candidate in (folder / name, shipped.get(_name_of(Path(name), name), folder / name)):
        if _exists(candidate):
            return candidate
    near = errors.did_you_mean(name, [*_siblings(folder / name), *(file.name for file in shipped_scenarios())])
    missing = f"extends: there is no file {errors.shown(name)} here or among those shipped"
    raise mark.error(errors.sentence(missing, near))


def _name_of(path: Path, said: str) -> str:
    """What may be the name of a shipped scenario: of a path below `scenarios`, or of one of its folders, the last part.
    """
    folders = [SCENARIOS, *(folder.name for folder in shipped_folder().glob("*/"))]
    return path.name if path.parts[:1] and path.parts[0] in folders and len(path.parts) <= 3 else said


def _exists(path: Path) -> bool:
    """Whether the path exists; False also for what can't be a path, such as one that is far too long."""
    try:
        return bool(str(path) != "." and path.exists())
    except (OSError, ValueError):
        return False


def _siblings(path: Path) -> list[str]:
    """The YAML files in the path's folder, each written as the path is."""
    try:
        return [str(file) if path.parent != Path() else file.name for file in sorted(path.parent.glob("*.yaml"))]
    except (OSError, ValueError):
        return []


def base_named(path: Path, folder: Path) -> str:
    """How a scenario in a folder names the one that it extends: by its name if that ships, else by the way to it."""
    if path.resolve().is_relative_to(shipped_folder().resolve()):
        return path.name
    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
