"""The manifest of a folder of results: what it says, how it is read, and whether work can go on in the folder."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from marketsim.results import store
from marketsim.scenario.errors import escaped, shown
from marketsim.scenario.schema import Scenario

FILE = "manifest.json"
PACKAGES = ("mesa", "numba", "numpy", "pandas", "pyarrow", "scipy")
Kind: TypeAlias = Literal["run", "comparison", "sweep", "calibration", "validation", "search"]
NO_PART_OF_A_RUN = ("cli/", "reports/", "trust/calibration/", "trust/evidence.py")
PLAUSIBLE = "england/plausible.csv"
DERIVED = "design"  # the entry that others lead to: it is only named where they don't differ
SETTINGS = "settings"  # the entry that is compared word by word


def _parts(given: dict[str, Any]) -> dict[str, Any]:
    """What a scenario is made of: words, lists that go by date, and sections; of another version it may have others."""
    for name, part in given.items():
        expected = _PARTS.get(name)
        if expected is not None and not isinstance(part, expected):
            raise ValueError(f"{name} is no {WORDS[expected]}")
    return given


_PARTS: dict[str, type] = dict.fromkeys(Scenario.model_fields, dict)
_PARTS |= {"name": str, "question": str, "description": str, "uncertainty": str, "shocks": list, "changes": list}
WORDS: dict[type, str] = {str: "text", list: "list", dict: "mapping"}
Parts: TypeAlias = Annotated[dict[str, Any], AfterValidator(_parts)]
Number: TypeAlias = Annotated[int, Field(ge=0, le=2**53)]


class OneScenario(TypedDict, total=False):
    """A scenario as a manifest has it: its file's name, its resolved values, which of them were given and the keys of
    those that are drawn from the plausible set, and the SHA-256 of values and drawn keys; of own data the SHA-256 of
    what the folder held."""

    file: str
    sha256: str
    own_data: str
    given: Parts
    drawn: list[str]
    values: Parts


class OneRun(TypedDict):
    """A run of a comparison: `vector` is that of the plausible set, None if none is used."""

    scenario: str
    replicate: Number
    seed: Number
    vector: Number | None


class Manifest(TypedDict):
    """What a folder's `manifest.json` says. Times are in UTC; a kind's own entries come on top.

    `runs`: each run of a comparison, or how many runs a sweep or a calibration has; `weeks` is None where scenarios
    differ in length. `drawn_vectors` are those of the plausible set that runs drew, by number. `evidence` and
    `validation` are the sign-off: values by status, and what the model's score is.
    """

    __pydantic_config__ = ConfigDict(extra="allow")  # type: ignore[misc]

    kind: Kind
    status: Literal["running", "finished", "stopped", "failed"]
    started: str
    finished: NotRequired[str | None]
    marketsim: NotRequired[str]
    python: NotRequired[str]
    packages: NotRequired[dict[str, str]]
    git_commit: NotRequired[str | None]
    scenarios: NotRequired[dict[str, OneScenario]]
    drawn_vectors: NotRequired[dict[str, dict[str, float]]]
    runs: NotRequired[Annotated[list[OneRun], Field(min_length=1)] | Number]
    seed: NotRequired[Number]
    weeks: NotRequired[Annotated[int, Field(ge=1, le=5_200)] | None]
    vector: NotRequired[Number | None]
    evidence: NotRequired[dict[str, Number]]
    validation: NotRequired[dict[str, tuple[int, int] | None]]
    sweep: NotRequired[dict[str, Any]]
    calibration: NotRequired[dict[str, Any]]
    search: NotRequired[dict[str, Any]]


_SCHEMA: TypeAdapter[Manifest] = TypeAdapter(Manifest)


def write(folder: Path, kind: Kind, **entries: Any) -> Manifest:
    """Write what was run, with what, and when; returns what was written."""
    written = made(kind, **entries)
    store.write_text(folder / FILE, json.dumps(written, indent=2, ensure_ascii=False) + "\n")
    return written


def made(kind: Kind, **entries: Any) -> Manifest:
    """A manifest of results made now, by this version of the program."""
    return _SCHEMA.validate_python({"kind": kind, **_program(), **entries})


def read(folder: Path) -> Manifest:
    """The manifest of a folder; StoreError, with the file and the key, for a folder without one or one with a fault."""
    path = folder / FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise store.StoreError(f"{path}: expected a mapping with the facts of a run, got something else")
        plainly = json.dumps(found, ensure_ascii=False, allow_nan=False).encode("utf-8")  # as terminals and tables do
        read = _SCHEMA.validate_json(plainly, strict=True)
        if read["kind"] == "comparison" and not isinstance(read.get("runs", []), list):
            raise store.StoreError(f"{path}: runs: expected a list of the runs, got {shown(read['runs'])}")
        return read
    except UnicodeEncodeError as error:
        half = escaped(error.object[error.start])
        raise store.StoreError(f"{path}: holds half of a character, {half}, which is no text") from None
    except FileNotFoundError:
        raise store.StoreError(f"{folder}: has no {FILE}, so it is no folder of results") from None
    except ValidationError as error:
        raise store.StoreError(f"{path}: {_fault(error)}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise store.StoreError(f"{path}: can't be read as JSON: {escaped(str(error))[:200]}") from None


def _fault(error: ValidationError) -> str:
    """The first fault of a manifest in a line: its key, what was expected, and what is there."""
    first = error.errors(include_url=False)[0]
    key = ".".join(map(str, first["loc"]))
    if first["type"] == "missing":
        old = ": written by an earlier version, so make the results anew" if key == "kind" else ""
        return f"{key}: is missing{old}"
    return escaped(f"{key}: {first['msg']}, got {shown(first['input'])}")


@cache
def _program() -> dict[str, Any]:
    return {
        "marketsim": version("marketsim"),
        "python": platform.python_version(),
        "packages": {package: version(package) for package in PACKAGES},
        "git_commit": git_commit(),
    }


def git_commit() -> str | None:
    """The commit of the checkout that the package runs from, `-dirty` if files were changed; None outside one."""
    checkout = store.PACKAGE.parent
    if not (checkout / ".git").exists():
        return None
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            cwd=checkout, capture_output=True, text=True, timeout=10, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return described.stdout.strip() or None


def plain(entries: Mapping[str, Any]) -> dict[str, Any]:
    """What makes work the same, as the JSON values that a manifest gives back."""
    values: dict[str, Any] = json.loads(json.dumps(entries, allow_nan=False))
    return values


def found_in(out: Path, kind: str, same: Mapping[str, Any]) -> Manifest | None:
    """The manifest of the same work (its entry `kind`) if the folder holds it; None if there is no such folder.

    Raises StoreError if the folder holds anything else, and says what differs.
    """
    if not out.exists() and not out.is_symlink():
        return None
    manifest: Manifest | None = None
    with suppress(store.StoreError):
        manifest = read(out)
    differing = _differing(manifest or {}, kind, same)
    if differing is not None:
        message = f"{out} exists already and {differing}; name another folder with --out, nothing was changed"
        raise store.StoreError(message)
    return manifest


def program_digest(left_out: tuple[str, ...] = ()) -> str:
    """SHA-256 of the package's code and figures that runs depend on: runs of two versions must not be mixed."""
    digest = hashlib.sha256()
    for path in sorted(store.PACKAGE.rglob("*")):
        name = path.relative_to(store.PACKAGE).as_posix()
        if path.suffix in (".py", ".csv") and not name.startswith(NO_PART_OF_A_RUN) and name not in left_out:
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _differing(manifest: Mapping[str, Any], kind: str, same: Mapping[str, Any]) -> str | None:
    """What is in the folder that this work can't go on with; None if it can."""
    found = manifest.get(kind)
    if not isinstance(found, dict):
        return f"holds no {kind} that could go on"
    differing = [name for name in same if found.get(name) != same[name]]
    if not differing:
        return None
    if len(differing) > 1 and DERIVED in differing:
        differing.remove(DERIVED)
    if "program" in differing:
        return f"holds a {kind} made by another version of marketsim"
    if differing == [SETTINGS] and isinstance(found.get(SETTINGS), dict):
        changes = [_change(key, found[SETTINGS].get(key), value) for key, value in same[SETTINGS].items()]
        return f"holds a {kind} with other settings ({', '.join(filter(None, changes))})"
    return f"holds a {kind} with another {', '.join(differing).replace('_', ' ')}"


def _change(name: str, found: object, wanted: object) -> str:
    if found == wanted:
        return ""
    short = isinstance(found, str | int | float | None) and isinstance(wanted, str | int | float | None)
    return f"{name.replace('_', ' ')} {found}, not {wanted}" if short else name.replace("_", " ")
