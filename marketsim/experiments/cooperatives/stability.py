"""Who of the members of a cooperative would be better off outside, and what keeps all in.

Everything is a difference between runs with the same children and luck: with all members in, with nobody in, with each
left out in turn, and with some leaving together. Runs are kept in folders of their own, so that the same call goes on
where it was stopped; the second stage looks at groups that the first one finds likely to leave.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from marketsim.experiments import sweep, uncertainty, who
from marketsim.experiments.cooperatives import accounts, findings, leaving, sharing
from marketsim.experiments.cooperatives.question import ALONE, GROUPS, REPLICATES, SHAPLEY, TOGETHER, Question, asked
from marketsim.experiments.cooperatives.reading import Kept
from marketsim.experiments.plan import Plan
from marketsim.experiments.scenarios import Named
from marketsim.experiments.tasks import Progress, Work
from marketsim.results import store

SHAPLEY_FILE: Final = "shapley.csv"
FILES: Final = ("stability.csv", "groups.csv", "transfers.csv", SHAPLEY_FILE)


class RunsFailed(Exception):
    """Some runs failed, so that nothing can be said; the message is one line."""


@dataclass(frozen=True)
class Stability:
    """What was found; `members`, `groups`, `transfers` and `shapley` (empty if not asked for) as in the CSV files.

    `whole` has what all gain together; `kept` by way of sharing the transfers and how well they hold. `looked_at` says
    for each size of group how many of how many were looked at; `rests_on` how many of what intervals rest on. `runs`
    are all, `made` those that were made now.
    """

    question: Question
    folder: Path
    members: pd.DataFrame
    whole: pd.DataFrame
    groups: pd.DataFrame
    transfers: pd.DataFrame
    shapley: pd.DataFrame
    kept: Mapping[str, findings.KeptIn]
    looked_at: Mapping[int, tuple[int, int]]
    rests_on: tuple[int, str]
    runs: int
    made: int

    @property
    def tells(self) -> bool:
        """Whether there are enough replicates, or vectors, for intervals and judgements."""
        return self.rests_on[0] >= uncertainty.FEWEST


def stability(
    scenario: Named, cooperative: str | None = None, weeks: int | None = None, replicates: int = REPLICATES,
    seed: int = 1, groups: int = GROUPS, with_shapley: bool | None = None, shapley_weeks: int | None = None,
    permutations: int | None = None, workers: int | None = None, out: Path | str | None = None,
    on_progress: Progress | None = None,
) -> Stability:  # fmt: skip
    """Who would be better off outside: makes the runs that `out` (not given: results/stability-<name>) lacks, and
    leaves the CSV files there.

    What is asked: see `asked`. `on_progress` is called with the runs done, all, and the stage. Raises ScenarioError and
    ValueError as `asked` does, StoreError for a folder that holds something else, RunsFailed if runs fail.
    """
    question = asked(
        scenario, cooperative, weeks, replicates, seed, groups, with_shapley, shapley_weeks, permutations
    )  # fmt: skip
    folder = folder_for(question, out)
    check_folder(folder)
    return answer(question, folder, workers, on_progress)


def folder_for(question: Question, out: Path | str | None) -> Path:
    """Where the answer is left."""
    return store.RESULTS / f"stability-{question.loaded.scenario.name}" if out is None else Path(out)


def check_folder(folder: Path) -> None:
    """Raises StoreError for a folder that holds anything but an answer, begun or whole; and for a file."""
    if not folder.exists() and not folder.is_symlink():
        return
    known = {ALONE, TOGETHER, SHAPLEY, *FILES}
    others = ["a file"] if not folder.is_dir() else [
        path.name for path in sorted(folder.iterdir()) if path.name not in known and not path.name.endswith(store.PART)
    ]  # fmt: skip
    if others:
        what = others[0] if folder.is_dir() else "no folder"
        raise store.StoreError(f"{folder} exists already and holds something else ({what}); name another folder with "
                               "--out, nothing was changed")  # fmt: skip


def answer(question: Question, folder: Path, workers: int | None, on_progress: Progress | None = None) -> Stability:
    """The answer to a question that was checked, in a folder that was."""
    stages = _Stages(question, folder, workers, on_progress)
    alone = stages.made(question.alone(), accounts.make_accounts)
    looked_at = groups_looked_at(question, alone)
    left: findings.Left = {}
    if looked_at:
        splits = [leaving.Split.of(question.codes, group) for group in looked_at]
        together = stages.made(question.plan(TOGETHER, splits), accounts.make_spends)
        left = findings.left_together(question, looked_at, together)
    shares = None
    if question.shapley_weeks:
        shares = findings.shares(question, stages.made(question.game(), accounts.make_spends))
    found = _found(question, folder, alone, left, shares, stages)
    _write(found)
    return found


def groups_looked_at(question: Question, alone: Kept) -> list[tuple[str, ...]]:
    """The groups that the second stage looks at, from what each member gains as set."""
    inside, outside = findings.inside_of(question, alone)[sharing.AS_SET], findings.outside_of(question, alone)
    areas = who.areas_of(question.loaded.scenario.world)
    rows = [areas.code.index(code) for code in question.codes]
    gains = np.array([uncertainty.mean_of(gain, alone.vectors) for gain in outside - inside])
    return leaving.groups_of(question.codes, gains, areas.apart[np.ix_(rows, rows)], question.groups)


class _Stages:
    """Makes the runs of one stage after another, and counts them."""

    def __init__(self, question: Question, folder: Path, workers: int | None, told: Progress | None) -> None:
        self._question, self._folder, self._workers, self._told = question, folder, workers, told
        self._all = sum(len(plan.design) for plan in plans_of(question))
        self.runs, self.done = 0, 0

    def made(self, plan: Plan, work: Work) -> Kept:
        """The runs of a stage, once all are there. Raises RunsFailed."""
        stage = plan.definition.name
        before = self.runs

        def advance(done: int, _: int) -> None:
            if self._told is not None:
                self._told(before + done, self._all, stage)

        done = sweep.make_runs(plan, self._folder / stage, self._workers, work=work, on_progress=advance)
        self.runs, self.done = self.runs + done.runs, self.done + done.made
        if done.failed:
            many = f"{len(done.failed)} run{'' if len(done.failed) == 1 else 's'} failed"
            raise RunsFailed(
                f"{many}; their settings and tracebacks are in {done.folder / 'failed'}; the "
                "same command tries them again"
            )
        return Kept.read(done.folder, self._question.codes)


def plans_of(question: Question) -> list[Plan]:
    """The plans of all stages; which groups there are in the second is not known yet, only how many."""
    plans, codes = [question.alone()], question.codes
    first = [group for size in leaving.SIZES for group in leaving.some_groups(codes, size, question.groups)]
    if first:
        plans.append(question.plan(TOGETHER, [leaving.Split.of(codes, group) for group in first]))
    return [*plans, question.game()] if question.shapley_weeks else plans


def estimates_of(question: Question, workers: int | None = None) -> list[tuple[str, sweep.Estimate]]:
    """For each stage how many runs it takes and how long, from one run of it."""
    works = {ALONE: accounts.make_accounts, TOGETHER: accounts.make_spends, SHAPLEY: accounts.make_spends}
    plans = [(plan.definition.name, plan) for plan in plans_of(question)]
    return [(stage, sweep.estimate(plan, workers, works[stage])) for stage, plan in plans]


def _found(
    question: Question, folder: Path, alone: Kept, left: findings.Left, shares: findings.Shares | None, stages: _Stages
) -> Stability:  # fmt: skip
    members = findings.members(question, alone, shares)
    groups = findings.groups(question, left, alone)
    frames, kept = [], {}
    for way in sharing.WAYS:
        gains = findings.gains_by_replicate(question, way, left, alone)
        frame, kept[way] = findings.transfers_under(way, members, groups, gains)
        frames.append(frame)
    sizes = {size: (sum(len(group) == size for group in left), leaving.how_many(len(question.codes), size))
             for size in leaving.SIZES}  # fmt: skip
    noun = "replicates" if alone.vectors is None else "vectors of the plausible set"
    return Stability(
        question, folder, members, findings.whole(question, alone), groups, pd.concat(frames, ignore_index=True),
        findings.shapley_table(question, shares), kept, sizes,
        (uncertainty.basis(question.replicates, alone.vectors), noun), stages.runs, stages.done,
    )  # fmt: skip


def _write(found: Stability) -> None:
    """The tables as CSV, each whole or not at all; what all gain together stands above the groups."""
    groups = pd.concat([found.whole.assign(sharing=sharing.AS_SET), found.groups], ignore_index=True)
    groups = groups.reindex(columns=findings.GROUP_COLUMNS)
    tables = dict(zip(FILES, (found.members, groups, found.transfers, found.shapley), strict=True))
    for name in files_of(found):
        store.write_csv(found.folder / name, tables[name])
    for name in set(FILES) - set(files_of(found)):
        (found.folder / name).unlink(missing_ok=True)  # of a question before


def files_of(found: Stability) -> list[str]:
    """The CSV files that an answer leaves: Shapley values only if they were asked for."""
    return [file for file in FILES if file != SHAPLEY_FILE or len(found.shapley)]
