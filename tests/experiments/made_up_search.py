"""Searches whose truth is known: made-up work, a pure function of the levers with luck by replicate."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from marketsim.core import streams
from marketsim.experiments.cooperatives.search import Found, search
from marketsim.experiments.cooperatives.search_plan import Search, planned
from marketsim.experiments.sweep import made_of
from marketsim.experiments.tasks import Made, RunTask

SCENARIO = """\
extends: town.yaml
horizon: {weeks: 2}
world: {homes: 12, children_at_start: 20}
demand: {new_needs_per_year: 30}
purchasing:
  arrangements:
    joint:
      rule: cooperative
      members: {authorities: [Authority 1, Authority 2, Authority 3]}
      order: [in_house, soft_block, framework, spot]
  order: [joint, in_house, spot]
"""
RETAINER = "purchasing.arrangements.soft_block.retainer"
SHARE = "purchasing.arrangements.soft_block.share_of_children"
WORD = "purchasing.arrangements.joint.cost_sharing"
COMMON = 1_000.0  # luck of a replicate that all points have, far above what they differ by
AIMS = "spend,unregistered"
FIVE, TWO = "retainer=0,0.2,0.4,0.7,1", "share_of_children=0,0.1"
KILLED_AT = "SEARCH_TEST_KILLED_AT"


def truth(settings: dict[str, Any]) -> tuple[float, float]:
    """A trade-off over the retainer; a share of children is bad for both; words do nothing."""
    retainer, share = settings.get(RETAINER, 0.4), settings.get(SHARE, 0.1)
    return 10 * retainer**2 + 100 * share, 10 * (1 - retainer) ** 2 + 100 * share


def made_up(task: RunTask, luck: float = 0.01) -> Made:
    """The truth with luck that all points of a replicate share, and some of each point."""
    return made_of(task, lambda: _outcomes(task, truth(task.settings), luck))


def drowned(task: RunTask) -> Made:
    """The same, but the luck of each point is far above what points differ by."""
    return made_up(task, 1_000.0)


def lucky_once(task: RunTask) -> Made:
    """A word that is cheap, at a price, on the replicates of the search; on all others it is dear as well."""
    spend, children = truth(task.settings)
    if task.settings.get(WORD) == "equal":
        spend, children = spend + (-50.0 if task.replicate < 8 else 50.0), children + 50.0
    return made_of(task, lambda: _outcomes(task, (spend, children), 0.01))


def fails_for_a_word(task: RunTask) -> Made:
    """Points with one of the words have no runs."""
    if task.settings.get(WORD) == "equal":
        return made_of(task, lambda: pd.DataFrame()["no such column"])
    return made_up(task)


def _outcomes(task: RunTask, values: tuple[float, ...], luck: float) -> pd.DataFrame:
    who = streams.name_key(repr(sorted(task.settings.items())))
    own = streams.uniform(task.seed, "made up", np.array([who], dtype=np.uint64)[0], np.arange(len(values))) - 0.5
    common = COMMON * streams.uniform(task.seed, "made up for all")[0]
    names = ["spend_gbp", "children_unregistered"]
    told = np.array(values) + common + luck * own
    return pd.DataFrame({"outcome": names, "region": "joint", "value": told})


def stopped_after(count: int, error: type[BaseException]) -> Any:
    """Work that is stopped when it is asked for so many runs more."""
    left = [count]

    def work(task: RunTask) -> Made:
        left[0] -= 1
        if left[0] < 0:
            raise error
        return made_up(task)

    return work


def killed(task: RunTask) -> Made:
    """Work in a process that is killed at some run of the second generation."""
    if task.run == int(os.environ[KILLED_AT]) and task.settings and Path("searched/generation-02").exists():
        os.kill(os.getpid(), signal.SIGKILL)
    return made_up(task)


def wanted(folder: Path, levers: list[str], **options: Any) -> Search:
    """A search of the small scenario, which is written into the folder."""
    path = folder / "small.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return planned(str(path), levers, **{"aims": AIMS, **options})


def searched(folder: Path, levers: list[str], work: Any = made_up, **options: Any) -> Found:
    """What a search with made-up work finds, with one worker."""
    return search(wanted(folder, levers, **options), folder / "searched", 1, work)
