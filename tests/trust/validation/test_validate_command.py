"""`marketsim validate` as it is typed: what it leaves, its exit codes, and what it says to mistakes.

The runs are stood in for by hand-made ones, all of England's figures met: what runs give is tested elsewhere.
"""

import math
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib.image
import pandas as pd
import pytest
from hand_made import hand_made

from marketsim.cli.main import main
from marketsim.scenario.loading import load_scenario
from marketsim.trust.published import shipped_targets
from marketsim.trust.validation import recorded as recording
from marketsim.trust.validation import validate as validation
from marketsim.trust.validation.backcast import COLUMNS
from marketsim.trust.validation.null_model import OfferRates
from marketsim.trust.validation.patterns import PATTERNS, at_end
from marketsim.trust.validation.predictions import predict, predict_homes
from marketsim.trust.validation.recorded import Recorded
from marketsim.trust.validation.scorecard import BACKCAST_TARGETS
from marketsim.trust.validation.validate import Found, Job

PERFECT = {target.measure: target.value for target in shipped_targets()}
HOLDING = {name: {"concentration": 0.05, "provider_sizes": 0.05}.get(name, 1.0 if pattern.at_least > -1 else -0.5)
           for name, pattern in PATTERNS.items() if pattern.of != "scenario"}  # fmt: skip
HOLDING |= {"cherry_picking_wait": 1.2, "cherry_picking_distance": 1.2, "children_out_of_region": 0.3}
Typed = Callable[..., tuple[int, str, str]]


@cache
def predictions() -> tuple[pd.DataFrame, pd.DataFrame]:
    """What a hand-made run predicts: of children, and of homes."""
    state = at_end(hand_made())
    return predict(state), predict_homes(state)


def stand_in(job: Job) -> list[Found]:
    """What runs would give, without running."""
    predicted, homes = predictions()
    by_kind = {
        "card": Found(PERFECT | dict.fromkeys(BACKCAST_TARGETS, math.nan), HOLDING, predicted),
        "null": Found({"homes": 3_000.0}, {"children_out_of_region": 0.4}, predicted, rates=OfferRates(0.09, 0.001)),
        "next year": Found(predictions=homes),
        "decay": Found(patterns={"framework_decay": 0.1}),
        "backcast": Found(
            PERFECT, backcast=pd.DataFrame([(2024, "homes", "homes", 100.0, 50.0, -0.5)], columns=COLUMNS)
        ),
    }
    return [by_kind[job.kind]] * len(job.runs)


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Types a command into `main` in this process; what it exits with, prints and complains of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(validation, "do", stand_in)

    def type_in(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["marketsim", "validate", "--workers", "1", *words])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return left.value.code, said.out, said.err

    return type_in


LAST_LINE = (
    "Figures within tolerance 28 of 28 fitted, 6 of 6 put in; patterns that hold 6 of 6 put in, 4 of 4 predicted out "
    "of sample."
)


def baseline(monkeypatch: pytest.MonkeyPatch, **changed: str) -> None:
    """A recorded baseline in which all passes, but for what is changed."""
    rows = {
        name: Recorded(
            name, row.kind, row.role, row.why, changed.get(name, "yes"), changed.get(name, "yes"), "a reason"
        )
        for name, row in recording.recorded().items()
    }
    monkeypatch.setattr(recording, "recorded", lambda: rows)
    monkeypatch.setattr(validation, "recorded", lambda: rows)


def test_full_card(typed: Typed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    baseline(monkeypatch)
    code, out, err = typed("--out", "new")
    assert (code, err) == (0, "")
    assert LAST_LINE in " ".join(out.split())
    assert "by more than 10% at its end: homes (-50%)" in " ".join(out.split())
    assert max(len(line) for line in out.splitlines() if not line.startswith("Results:")) <= 80
    names = {path.name for path in (tmp_path / "new").iterdir()}
    assert names == {"scorecard.csv", "predictions.csv", "backcast.csv", "scorecard.png", "manifest.json"}
    card = pd.read_csv(tmp_path / "new" / "scorecard.csv")
    assert len(card) == 34 + 10 and (card["result"] == "pass").all()
    assert min(matplotlib.image.imread(tmp_path / "new" / "scorecard.png").shape[:2]) > 400
    homes = pd.read_csv(tmp_path / "new" / "predictions.csv").query("measure == 'homes_next_year'")
    assert homes["area"].tolist() == ["North", "South", "England"]


def test_short_card_leaves_out_what_takes_long(typed: Typed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    baseline(monkeypatch)
    code, out, _ = typed("--short", "--out", "new")
    assert code == 0
    assert LAST_LINE.partition(";")[0].replace("28 of 28", "25 of 25") in " ".join(out.split())
    assert "short form" in out and not (tmp_path / "new" / "backcast.csv").exists()


def test_what_fails_now_is_named_and_the_exit_code_is_1(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    baseline(monkeypatch, places="no")
    monkeypatch.setitem(PERFECT, "homes", 5_000.0)
    monkeypatch.setitem(PERFECT, "places", 50_000.0)
    monkeypatch.setitem(HOLDING, "void_paradox", 0.1)
    code, out, err = typed("--short", "--out", "new")
    assert code == 1
    assert err.splitlines() == ["Passed when the baseline was recorded and fails now: homes, void_paradox"]
    assert "homes: a reason" in out and "Figures within tolerance" in out
    assert (tmp_path / "new" / "scorecard.csv").exists(), "a card that got worse is kept, so that one can look"


def test_what_never_passed_is_shown_and_accepted(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    baseline(monkeypatch, homes="no")
    monkeypatch.setitem(PERFECT, "homes", 5_000.0)
    code, out, _ = typed("--short")
    assert code == 0 and "FAIL" in out


def test_own_targets(typed: Typed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    baseline(monkeypatch)
    (tmp_path / "mine.csv").write_text("measure,value,tolerance,remark\nhomes,3000,0.01,mine\n")
    code, out, _ = typed("--short", "--targets", "mine.csv")
    assert code == 1 and "Figures within tolerance 0 of 1 fitted;" in " ".join(out.split())


def test_own_figures(typed: Typed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    baseline(monkeypatch)
    (tmp_path / "mine.csv").write_text("measure,area,value\nout_of_area_share,England,0.5\n")
    code, out, _ = typed("--against", "mine.csv", "--out", "new")
    assert code == 0
    assert "Against your figures: 0 of 1" in out and "England 66.7% for 50.0%" in " ".join(out.split())
    assert pd.read_csv(tmp_path / "new" / "against.csv")["off_by"].tolist() == pytest.approx([1 / 6])


def test_own_figures_as_the_department_publishes_them(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    baseline(monkeypatch)
    head = "time_period,geographic_level,country_name,placement,location,percentage"
    homes, outside = "Secure homes and children's homes", "Placed outside the local authority boundary"
    (tmp_path / "dfe.csv").write_text(f"{head}\n2024,National,England,{homes},{outside},50\n")
    code, out, err = typed("--against", "dfe.csv", "--out", "new")
    assert code == 0 and "England 66.7% for 50.0%" in " ".join(out.split())
    assert "out_of_area_share: 1 figures of 2024, given as percent" in " ".join(err.split())


def test_recording(typed: Typed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shipped = recording.in_checkout()
    copy = tmp_path / "marketsim" / "england" / "scorecard.csv"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(shipped.read_bytes())
    (tmp_path / ".git").mkdir()
    monkeypatch.setattr("marketsim.results.store.PACKAGE", tmp_path / "marketsim")
    code, out, _ = typed("--record")
    assert code == 0 and "Recorded" in out
    rows = pd.read_csv(copy, keep_default_na=False).set_index("measure")
    assert (rows["passes"] == "yes").all()
    left_out = [
        "weekly_fee_mean_2020", "spend_per_child_growth_2014_2020", "spend_per_child_growth_2020_2024",
        "framework_decay",
    ]  # fmt: skip
    assert rows.index[rows["passes_short"] == ""].tolist() == left_out


MISTAKES: dict[str, tuple[list[str], list[str]]] = {
    "not England": (["town"], ["town.yaml", "not a scenario of England"]),
    "unknown scenario": (["baselin_2023"], ["did you mean 'baseline_2023'?"]),
    "no such targets": (["--targets", "none.csv"], ["none.csv"]),
    "unknown measure": (["--targets", "unknown.csv"], ["unknown.csv:3", "'hoems'", "did you mean 'homes'?"]),
    "no tolerance": (["--targets", "column.csv"], ["column.csv:1", "'tolerance'", "did you mean 'tolerence'?"]),
    "no target": (["--targets", "zero.csv"], ["zero.csv:2", "value", "above 0"]),
    "wider than wide": (["--targets", "negative.csv"], ["negative.csv:2", "tolerance", "at least 0"]),
    "unknown area": (["--against", "area.csv"], ["area.csv:2", "did you mean 'London'"]),
    "targets are a folder": (["--targets", "."], ["."]),
    "no replicates": (["--replicates", "0"], ["--replicates"]),
    "record the short form": (["--record", "--short"], ["--record"]),
    "record another seed": (["--record", "--seed", "2"], ["--record"]),
    "exists": (["--out", "zero.csv"], ["zero.csv exists"]),
}
FILES = {
    "unknown.csv": "measure,value,tolerance\nhomes,1,1\nhoems,1,1\n",
    "column.csv": "measure,value,tolerence\nhomes,1,1\n",
    "zero.csv": "measure,value,tolerance\nhomes,0,1\n",
    "negative.csv": "measure,value,tolerance\nhomes,1,-1\n",
    "area.csv": "measure,area,value\nhomes_next_year,Lodon,1\n",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_and_changes_nothing(mistake: str, typed: Typed, tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    words, expected = MISTAKES[mistake]
    code, out, err = typed(*words)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1 and all(word in err for word in expected), err
    assert {path.name for path in tmp_path.iterdir()} == set(FILES)


def test_nothing_is_recorded_where_there_is_no_checkout(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("marketsim.results.store.PACKAGE", tmp_path / "marketsim")
    code, _, err = typed("--record")
    assert code == 2 and "checkout" in err and len(err.splitlines()) == 1


def jobs_of(**asked: Any) -> list[tuple[str, int]]:
    """The kinds of jobs that a validation consists of, and how many runs each has."""
    seen: list[tuple[str, int]] = []

    def watched(job: Job) -> list[Found]:
        seen.append((job.kind, len(job.runs)))
        return stand_in(job)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validation, "do", watched)
        validation.validate(workers=1, **asked)
    return seen


def test_jobs() -> None:
    short = [("null", 6), *[("card", 1)] * 6]
    assert jobs_of(short=True) == short
    full = jobs_of()
    assert [full.count((kind, 1)) for kind in ("backcast", "decay", "next year", "card")] == [4, 4, 8, 40]
    assert ("null", 8) in full and len(full) == 57
    assert not [kind for kind, _ in jobs_of(backcast=False) if kind == "backcast"]


def test_the_short_form_is_the_beginning_of_the_full_one() -> None:
    scenario = validation.at_target_date(load_scenario("baseline_2023"))
    full, short = (validation._replicates(scenario, 1, count) for count in (20, 6))
    assert short == full[:6] and len({seed for _, seed in full}) == 20


@pytest.mark.parametrize(("name", "weeks"), [("baseline_2023", 52), ("backcast_2014", 522)])
def test_runs_end_where_the_targets_stand(name: str, weeks: int) -> None:
    assert validation.at_target_date(load_scenario(name)).horizon.weeks == weeks


def test_a_forecast_is_not_scored_against_the_published_figures(typed: Typed, tmp_path: Path) -> None:
    code, out, err = typed("spot", "--short")
    assert (code, out) == (2, "") and len(err.splitlines()) == 1
    assert "spot.yaml starts on 2024-03-31: a forecast" in err and "such as baseline_2023" in err
    assert not (tmp_path / "results").exists()
