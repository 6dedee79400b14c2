"""What is looked at in every answer of a policy: shape, kind and bounds; each fault is one line with file and hook."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np

from marketsim.core.columns import Ints
from marketsim.market.children import PLACED
from marketsim.market.market import Market
from marketsim.policies.policy import InForce
from marketsim.scenario.errors import ScenarioError, displayed, shown


def check_floats(
    on: InForce, hook: str, said: Any, shape: tuple[int, ...], most: float, least: float = 0.0
) -> None:  # fmt: skip
    """Raises ScenarioError unless what was said is numbers of a shape from `least` to `most`."""
    try:
        numbers = np.asarray(said, dtype=np.float64)
    except (TypeError, ValueError):
        raise fault_of(on, hook, f"returned {type(said).__name__}, not numbers") from None
    if numbers.shape != shape:
        raise fault_of(on, hook, f"expected numbers of shape {shape}, got {numbers.shape}")
    wrong = ~((numbers >= least) & (numbers <= most))
    if wrong.any():
        raise fault_of(on, hook, f"{numbers[wrong].flat[0]:g} is not from {least:g} to {most:g}")


def check_ints(on: InForce, hook: str, said: Any, count: int | None, least: int, most: int) -> None:
    """The same for whole numbers, `count` of them (None: any number)."""
    if not isinstance(said, np.ndarray) or said.dtype.kind not in "iu" or said.ndim != 1:
        raise fault_of(on, hook, f"expected whole numbers in an array, got {shown(type(said).__name__)}")
    if count is not None and len(said) != count:
        raise fault_of(on, hook, f"expected {count} whole numbers, got {len(said)}")
    wrong = (said < least) | (said > most)
    if wrong.any():
        raise fault_of(on, hook, f"{said[wrong][0]} is not from {least} to {most}")


def check_bools(on: InForce, hook: str, said: Any, count: int) -> None:
    """The same for true or false, `count` of them."""
    if not isinstance(said, np.ndarray) or said.dtype != np.bool_ or said.shape != (count,):
        raise fault_of(on, hook, f"expected true or false for each of {count} children")


def check_table_of_bools(on: InForce, hook: str, said: Any, shape: tuple[int, ...]) -> None:
    """The same for true or false in a shape."""
    if not isinstance(said, np.ndarray) or said.dtype != np.bool_ or said.shape != shape:
        raise fault_of(on, hook, f"expected true or false in the shape {shape}")


def check_subset(on: InForce, hook: str, said: Any, rows: Ints) -> None:
    """The same for some of the children who were asked about."""
    check_ints(on, hook, said, None, 0, int(rows.max(initial=0)))
    if not np.isin(said, rows).all():
        raise fault_of(on, hook, "names children who were not asked about")


def check_placed(market: Market, on: InForce, hook: str, said: Any) -> None:
    """The same for children who live in homes, each once."""
    check_ints(on, hook, said, None, 0, len(market.children) - 1)
    if (market.children.state[said] != PLACED).any() or len(np.unique(said)) != len(said):
        raise fault_of(on, hook, "names a child twice, or one that lives in no home")


def fault_of(on: InForce, hook: str, words: str) -> ScenarioError:
    """What is wrong with an answer, at the file and hook that gave it."""
    return ScenarioError(f"{hook}: {words}", displayed(Path(inspect.getfile(type(on.policy)))))
