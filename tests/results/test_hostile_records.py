"""Records that something has spoiled: each command that reads them says so in one line with the file."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from marketsim.experiments.compare import compare
from marketsim.experiments.definition import Definition, Factor
from marketsim.experiments.run import run
from marketsim.experiments.sweep import sweep

Typed = Callable[..., subprocess.CompletedProcess[str]]
OTHER: list[Any] = [None, -1, 10**40, "\udc80", [], [None], {"town": None}]
TEXTS = ["", "null", "[" * 100_000, '{"kind":' * 50_000, '{"kind": "run", "kind": NaN}', '"\udc80"', "\udc80"]
READERS = {
    "show": ("results", "show", "{0}"),
    "export": ("results", "export", "{0}", "--excel", "--out", "out.xlsx"),
    "query": ("results", "query", "{0}", "select 1 as one"),
    "again": ("run", "{0}/manifest.json", "--out", "again"),
    "discover": ("discover", "{0}"),
    "sets": ("results", "compare", "{0}", "{0}"),
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run, a comparison and a sweep that were left, each of a week."""
    folder = tmp_path_factory.mktemp("kept")
    run("town", weeks=1).keep(folder / "run")
    compare("town", ["town"], 1, weeks=1, workers=1, out=folder / "comparison")
    factors = {"providers.bidding": Factor(values=[0.1, 0.9])}
    sweep(Definition(name="x", scenarios=["town"], factors=factors, weeks=1), folder / "sweep", workers=1)
    return folder


def spoiled(facts: dict[str, Any]) -> Iterator[str]:
    """The record without each of its entries, and with others in their place."""
    for key in facts:
        yield json.dumps({name: value for name, value in facts.items() if name != key})
        for value in OTHER:
            yield json.dumps(facts | {key: value})


CASES = [(kind, reader) for kind in ("run", "comparison", "sweep") for reader in READERS
         if kind == "sweep" or reader not in ("discover", "sets")]  # fmt: skip


@pytest.mark.parametrize(("kind", "reader"), CASES)
def test_a_spoiled_record_is_told_in_one_line(
    kind: str, reader: str, kept: Path, typed: Typed, tmp_path: Path
) -> None:
    folder = tmp_path / kind
    shutil.copytree(kept / kind, folder)
    record = folder / "manifest.json"
    words = [word.format(kind) for word in READERS[reader]]
    told = 0
    for text in [*TEXTS, *spoiled(json.loads(record.read_text(encoding="utf-8")))]:
        record.write_bytes(text.encode("utf-8", "surrogatepass"))
        done = typed(*words)
        assert done.returncode in (0, 2) and "Traceback" not in done.stderr, (text[:300], done.stderr)
        if done.returncode == 2:
            assert len(done.stderr.strip().splitlines()) == 1 and kind in done.stderr, (text[:300], done.stderr)
            told += 1
        shutil.rmtree(tmp_path / "again", ignore_errors=True)
        (tmp_path / "out.xlsx").unlink(missing_ok=True)
    assert told > len(TEXTS)


def test_the_list_goes_on_with_the_others(kept: Path, typed: Typed, tmp_path: Path) -> None:
    shutil.copytree(kept, tmp_path / "results")
    for text in TEXTS:
        (tmp_path / "results" / "run" / "manifest.json").write_bytes(text.encode("utf-8", "surrogatepass"))
        done = typed("results", "list")
        assert done.returncode == 0 and "comparison" in done.stdout and "sweep" in done.stdout, done.stderr
