"""What is said of a cooperative's stability: who leaves, which transfers keep all in, and why none may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from marketsim.experiments.cooperatives import sharing
from marketsim.experiments.cooperatives.findings import KeptIn
from marketsim.experiments.cooperatives.judging import INSIDE, NONE, OPEN, OUTSIDE
from marketsim.experiments.cooperatives.stability import Stability, stability
from marketsim.experiments.cooperatives.transfers import Transfers
from marketsim.reports import stability as printing
from marketsim.reports import stability_words as words

TOWN = """\
extends: town.yaml
horizon: {weeks: 4}
purchasing:
  arrangements:
    rcc:
      rule: cooperative
      members: {authorities: [Authority 1, Authority 2, Authority 3, Authority 4]}
      order: [in_house, framework, spot]
  order: [rcc, in_house, spot]
"""
Told = Callable[..., Stability]


@pytest.fixture(scope="module", name="found")
def _found(tmp_path_factory: pytest.TempPathFactory) -> Stability:
    folder = tmp_path_factory.mktemp("town")
    (folder / "four.yaml").write_text(TOWN, encoding="utf-8")
    return stability(folder / "four.yaml", out=folder / "out", replicates=4, workers=1, with_shapley=False)


def as_judged(found: Stability, *judgements: str) -> Stability:
    members = found.members.assign(judgement=np.resize(judgements, len(found.members)))
    return replace(found, members=members)


def with_transfers(found: Stability, gets: list[int] | None, missing: float = 0.0, share: float = 0.75) -> Stability:
    known = None if gets is None else np.array(gets)
    column = np.full(len(found.transfers), np.nan) if gets is None else np.resize(gets, len(found.transfers))
    told = found.transfers.assign(gets_gbp_per_year=column, gain_after_gbp_per_year=1_000.0)
    return replace(
        found, transfers=told, kept=dict.fromkeys(sharing.WAYS, KeptIn(Transfers(known, missing), share, 0.9))
    )


def said(found: Stability) -> str:
    console = Console(width=4_000, record=True, file=StringIO())
    printing.print_stability(found, console)
    return console.export_text()


def test_the_headline_counts_and_names(found: Stability) -> None:
    told = words.headline(as_judged(found, OUTSIDE, INSIDE, OPEN, NONE))
    assert told == (
        "1 of 4 members of rcc would surely be better off outside (Authority 1), 1 surely inside (Authority 2); of 1 "
        "the runs can't tell, for 1 nothing differs. Cost is shared as set."
    )


def test_transfers_are_told_with_how_well_they_hold(found: Stability) -> None:
    text = said(with_transfers(found, [-60_000, 90_000, -30_000, 0]))
    assert "Transfers of 90k GBP a year between members would keep all in on average." in text
    assert (
        "They keep everybody in 3 of 4 runs, and 90% of members and groups on average of runs." in text
        and "pooled 90k GBP" in text
    )
    assert "Smallest transfers that keep all in, GBP a year" in text
    none = said(with_transfers(found, [0, 0, 0, 0], share=1.0))
    assert "No transfers are needed on average" in none and "Smallest transfers" not in none
    assert "by use nothing" in none


def test_why_no_transfers_can_do_it(found: Stability) -> None:
    lost = -float(found.whole["gain_gbp_per_year"].iloc[1])
    assert lost > 0  # a million for an office of four
    alone = said(with_transfers(found, None, lost))
    assert "No transfers can keep all in, however cost is shared: together they lose" in alone
    assert "would have to come from outside" not in alone
    grouped = said(with_transfers(found, None, lost + 70_000))
    assert "a year against each leaving alone; with what groups gain," in grouped and "from outside" in grouped
    gaining = found.whole.assign(gain_gbp_per_year=5_000.0)
    text = said(replace(with_transfers(found, None, 70_000.0), whole=gaining))
    assert "groups would gain so much by leaving that 70k GBP a year would have to come from outside" in text


def test_every_member_stands_under_every_way(found: Stability) -> None:
    lines = said(found).splitlines()
    heads = next(line for line in lines if "by population" in line)
    assert [way in heads for way in words.WORDS.values()] == [True] * 5 + [False]  # no Shapley values were asked for
    assert "6 of 6 pairs and 4 of 4 triples were looked at." in "\n".join(lines)
    row = next(line for line in lines if line.startswith("│ Authority 3") and "±" in line)
    assert row.count("±") == 5
