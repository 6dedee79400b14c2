"""Files in, records out: which form each has, what stands in it, and what was left out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from marketsim.england.figures import name_of
from marketsim.own_data.forecast_rule import broken
from marketsim.own_data.formats.registry import families
from marketsim.own_data.joining import joined
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.recognising import Asked, Recognised, recognise
from marketsim.own_data.records import Part, together
from marketsim.own_data.whose import Owners
from marketsim.scenario.errors import ScenarioError, escaped

SO_SMALL = 200  # bytes


@dataclass(frozen=True)
class FileRead:
    """A file or sheet that was recognised: its name, its form, how many rows it has, and how many are left out."""

    name: str
    form: str
    rows: int
    left_out: int


@dataclass(frozen=True)
class Imported:
    """All that some files say, with what was found on the way."""

    part: Part
    files: list[FileRead]
    findings: Findings


def read_files(
    paths: Sequence[Path], authority: str | None = None, unknown: Callable[[ScenarioError], None] | None = None
) -> Imported:  # fmt: skip
    """Read files of any known forms together; `authority` is whose those are that don't say it. Files that can't be
    used are told to `unknown`, if there is somebody to tell, and passed over.

    Raises ScenarioError, one line, for the first that can't be used, and OSError for one that can't be read.
    """
    _check_different(paths)
    findings = Findings()
    asked = Asked(findings, Owners(authority, findings))
    known = families()
    found: list[Recognised] = []
    for path, label in _labels(paths):
        try:
            found += recognise(path, known, findings, label)
        except ScenarioError as error:
            if unknown is None:
                raise
            unknown(error)
    parts = []
    for family in known:
        mine = [one for one in found if one.format in family.formats]
        if mine:
            parts.append(family.read(mine, asked))
    part = joined(together(parts), findings)
    _check_forecast(part)
    return Imported(part, _counted(found, findings), findings)


def _check_forecast(part: Part) -> None:
    """Of all files together."""
    if len(part.forecast) and (found := broken(part.forecast)) is not None:
        row = part.forecast[found[0]].iloc[0]
        raise ScenarioError(f"{name_of(row['authority'])}: {found[1]}", f"{row['file']}:{row['line']:.0f}")


def _labels(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """What messages call each file: its name, with that of its folder where another has the same."""
    names = [path.name for path in paths]
    for path in paths:
        label = path.name if names.count(path.name) == 1 else f"{path.absolute().parent.name}/{path.name}"
        yield path, escaped(label)


def _check_different(paths: Sequence[Path]) -> None:
    """The same bytes twice are one file given twice; those of a head and a row or two may happen to be the same."""
    seen: dict[str, str] = {}
    for path, label in _labels(paths):
        if not path.is_file() or path.stat().st_size <= SO_SMALL:
            continue
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest in seen:
            raise ScenarioError(f"holds the same as {seen[digest]}; name it once", label)
        seen[digest] = label


def _counted(found: Sequence[Recognised], findings: Findings) -> list[FileRead]:
    left_out: dict[str, set[int]] = {}
    for one in findings.rows:
        if one.kind == "left out" and one.line is not None:
            left_out.setdefault(one.file, set()).add(one.line)
    return [
        FileRead(one.table.name, one.format.title, len(one.table.cells), len(left_out.get(one.table.name, ())))
        for one in found
    ]
