"""The compiled placing and its readable twin, the same functions uncompiled, give the same placements bit for bit.

The uncompiled twin runs in processes of its own, with NUMBA_DISABLE_JIT=1: all of `town`, and of England the inputs of
every weekly placing in a month, which the compiled process has kept (8,540 children of week 0 would take minutes).
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pandas as pd
import pytest

from marketsim.experiments.run import forget, run
from marketsim.experiments.scenarios import as_scenario
from marketsim.model import MarketModel
from marketsim.week.placing.place import place

TABLES = ("weekly", "authorities", "placements", "outcomes")
TOWN = """
import sys
from pathlib import Path
from marketsim import run
result = run("town", seed=1)
for table in ("weekly", "authorities", "placements", "outcomes"):
    getattr(result, table).to_pickle(Path(sys.argv[1], table))
"""
MONTH = """
import pickle, sys
from marketsim.week.placing.place import place
with open(sys.argv[1] + "/calls", "rb") as file:
    calls = pickle.load(file)
given = [(place(*inputs), inputs[-1]) for inputs in calls]
with open(sys.argv[1] + "/given", "wb") as file:
    pickle.dump(given, file)
"""
Calls = list[tuple[Any, Any]]


def month_of_england(in_parts: Callable[..., Any]) -> tuple[Calls, Calls]:
    """Inputs of four weeks' placings, and what came out: awards, and the places left free."""
    inputs, outputs = [], []

    def remembered(*given: Any) -> Any:
        inputs.append(pickle.loads(pickle.dumps(given)))
        awards = place(*given)
        outputs.append((awards, given[-1].copy()))
        return awards

    model = MarketModel(as_scenario("england_2024", 4), 1)
    with in_parts(remembered):
        for _ in range(4):
            model.step()
    forget(model)
    return inputs, outputs


@pytest.fixture(scope="module")
def twins(
    tmp_path_factory: pytest.TempPathFactory, in_parts: Callable[..., Any]
) -> Iterator[tuple[Path, Calls, dict[str, subprocess.Popen[str]]]]:
    """Both uncompiled processes at work side by side, and what the compiled month gave."""
    folder = tmp_path_factory.mktemp("twins")
    inputs, outputs = month_of_england(in_parts)
    (folder / "calls").write_bytes(pickle.dumps(inputs))
    variables = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    processes = {
        name: subprocess.Popen(
            [sys.executable, "-W", "ignore::RuntimeWarning", "-c", code, str(folder)],
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name, code in (("month", MONTH), ("town", TOWN))
    }
    yield folder, outputs, processes
    for process in processes.values():
        process.kill()
        process.communicate()


def finished(process: subprocess.Popen[str]) -> None:
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said


def same_bits(one: Any, other: Any) -> bool:
    return bool(one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes())


def test_this_process_is_compiled() -> None:
    """Else the tests below would compare the twin with itself."""
    assert not numba.config.DISABLE_JIT and hasattr(place, "py_func")


def test_town_uncompiled_is_the_same_to_the_last_bit(twins: Any) -> None:
    folder, _, processes = twins
    compiled = run("town", seed=1)
    finished(processes["town"])
    assert len(compiled.weekly) == 104 and (compiled.placements["start_week"] > 0).sum() > 100
    for table in TABLES:
        one, other = getattr(compiled, table), pd.read_pickle(folder / table)
        assert one.equals(other), table
        for name in one.columns[one.dtypes == np.float64]:
            assert same_bits(one[name].to_numpy(), other[name].to_numpy()), (table, name)


def test_a_month_of_england_uncompiled_is_the_same_to_the_last_bit(twins: Any) -> None:
    folder, outputs, processes = twins
    finished(processes["month"])
    given = pickle.loads((folder / "given").read_bytes())
    assert len(given) == len(outputs) == 4
    assert sum(int((awards.lot >= 0).sum()) for awards, _ in outputs) > 300
    for (awards, free), (awards_again, free_again) in zip(outputs, given, strict=True):
        assert same_bits(free, free_again)
        for name, one, other in zip(awards._fields, awards, awards_again, strict=True):
            assert same_bits(one, other), name
