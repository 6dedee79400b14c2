"""The commands as a user types them: what they print, what they leave behind, and what they say to mistakes.

What takes long or ends a process runs as a process of its own; mistakes are typed into the same `main` in this one.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyarrow.types as kinds
import pytest

from marketsim import compare, load_scenario, run
from marketsim.scenario.shipped import shipped_scenarios


def names(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


WEEKLY = names("""
    week date children_placed children_waiting children_unregistered places occupied void_rate blocked_places
    paid_voids weekly_fee_mean_gbp weekly_fee_p90_gbp out_of_area_share over_20_miles_share distance_mean_miles
    spend_gbp spend_per_child_gbp offers_per_referral wait_mean_weeks placements_started placements_ended
    breakdowns homes homes_opened homes_closed provider_margin framework_coverage
""")
AUTHORITIES = names("""
    ons_code name region year date children_placed children_waiting children_unregistered out_of_area_share
    out_of_region_share over_20_miles_share distance_mean_miles weekly_fee_mean_gbp yearly_spend_gbp
    yearly_paid_void_gbp homes places occupied void_rate children_hosted_from_elsewhere wait_mean_weeks
""")
PLACEMENTS = names("""
    child_id home_authority host_authority home_id provider_id sector route start_week end_week end_reason
    need_band need_score age notice weekly_fee_gbp distance_miles out_of_area wait_weeks
""")
COMPARISON = names("""
    outcome region scenario baseline_mean scenario_mean difference ci_low ci_high replicates variance_saved
    luck_share parameter_share unit
""")
OF_RUN = names("authorities contracts flows homes outcomes placements sums weekly")
FIGURES = ["difference.png", "members.png", "money.png"]
HEAVY = {"numpy", "numba", "mesa", "pandas", "pyarrow", "matplotlib", "scipy"}
KINDS: dict[str, Callable[[object], bool]] = {
    "whole": kinds.is_integer,
    "number": kinds.is_floating,
    "text": lambda kind: kinds.is_string(kind) or kinds.is_large_string(kind),
    "yes or no": kinds.is_boolean,
    "date": kinds.is_timestamp,
}

Result = subprocess.CompletedProcess[str]


def command(*words: str, folder: Path) -> Result:
    """Run `marketsim` with these words in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "marketsim.cli.main", *words], cwd=folder, capture_output=True, text=True, timeout=300,
        encoding="utf-8", env=os.environ | {"COLUMNS": "160", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


def contents(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder: names, and what the files hold."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def manifest(folder: Path) -> dict[str, object]:
    """The manifest that a folder of results holds."""
    read = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return read


def assert_columns(path: Path, wanted: list[str], kinds_of: dict[str, str]) -> None:
    """The file has the columns wanted, in order and before any others, of the kinds given."""
    schema = pq.read_schema(path)
    assert [name for name in schema.names if name in wanted] == wanted
    found = {name: next(kind for kind, test in KINDS.items() if test(schema.field(name).type)) for name in kinds_of}
    assert found == kinds_of


def assert_mistake(result: Result, *words: str) -> None:
    """Exit code 2 and one line on standard error that holds the words."""
    assert "Traceback" not in result.stderr
    assert result.returncode == 2, result.stderr
    assert result.stderr.endswith("\n") and len(result.stderr.splitlines()) == 1, result.stderr
    for word in words:
        assert word in result.stderr


# Help, and commands that only print


def test_help_comes_without_heavy_imports(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom marketsim.cli.main import main\nsys.argv = ['marketsim', *sys.argv[1:]]\n"
        "try:\n    main()\nfinally:\n    print(sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    for words in ["--help"], ["compare", "--help"]:
        asked = subprocess.run(
            [sys.executable, "-c", program, *words], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8",
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
        assert asked.returncode == 0, asked.stderr
        loaded = set(eval(asked.stdout.splitlines()[-1]))
        assert "marketsim" in loaded and not loaded & HEAVY
        assert "compare" in asked.stdout


def test_the_installed_program_is_the_same(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("marketsim.exe" if os.name == "nt" else "marketsim")
    asked = subprocess.run([program, "--help"], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert asked.returncode == 0
    assert [name for name in ("run", "compare", "check", "scenarios", "schema") if name not in asked.stdout] == []


def test_check_prints_every_value_with_its_source(typed: Callable[..., Result]) -> None:
    result = typed("check", "town", "spot")
    assert result.returncode == 0
    town, spot = result.stdout.split("spot: valid")
    assert town.startswith("town: valid")
    loaded = load_scenario("town")
    lines = {line.split()[0]: line for line in town.splitlines()[1:] if line and line[0] != " "}
    assert lines.keys() == loaded.sources.keys()
    text = " ".join(town.split())
    assert all(source in text for source in loaded.sources.values())
    assert lines["world.homes"].split()[1:3] == ["48", "count"] and "town.yaml:" in lines["world.homes"]
    assert "default (assumption)" in lines["providers.cost_spread"]
    assert "england_2024.yaml:" in spot and "spot.yaml:" in spot


def test_scenarios_lists_each_with_its_question(typed: Callable[..., Result]) -> None:
    lines = typed("scenarios").stdout.splitlines()
    folders, lines = ([line for line in lines if line.endswith(":") is heading] for heading in (True, False))
    assert [line.split()[0] for line in lines] == [path.stem for path in shipped_scenarios()]
    assert {"england_2024", "spot", "cooperative", "town"} <= {line.split()[0] for line in lines}
    assert all(line.endswith("?") for line in lines)
    kinds = [line[:-1].lower().replace(" ", "_") for line in folders]
    assert kinds == sorted({path.parent.name for path in shipped_scenarios()})


def test_schema_is_json_for_editors(typed: Callable[..., Result]) -> None:
    schema = json.loads(typed("schema").stdout)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert {"extends", "world", "purchasing", "providers"} <= schema["properties"].keys()
    assert schema["additionalProperties"] is False and "required" not in schema
    referred = {part["$ref"].removeprefix("#/$defs/") for part in parts_of(schema) if "$ref" in part}
    assert referred and referred <= schema["$defs"].keys()


def parts_of(schema: object) -> Iterator[dict[str, object]]:
    """All mappings within a JSON value."""
    if isinstance(schema, dict):
        yield schema
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else []:
        yield from parts_of(part)


# A run


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A year and a bit of town, with one value changed."""
    folder = tmp_path_factory.mktemp("ran")
    result = command(
        "run", "town", "--weeks", "60", "--seed", "7", "--out", "new/results", "--set", "providers.floor_margin=0.05",
        folder=folder,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return folder / "new" / "results", result


def test_run_leaves_its_tables_and_says_where(ran: tuple[Path, Result]) -> None:
    folder, result = ran
    tables = [f"{name}.parquet" for name in OF_RUN]
    assert sorted(path.name for path in folder.iterdir()) == sorted(["manifest.json", *tables])
    assert str(Path("new/results")) in result.stdout and "seed 7" in result.stdout
    assert result.stderr == ""


def test_manifest_says_what_was_run(ran: tuple[Path, Result]) -> None:
    written = manifest(ran[0])
    assert (written["status"], written["seed"], written["weeks"]) == ("finished", 7, 60)
    assert written["python"] and {"mesa", "numpy", "numba", "pandas"} <= set(written["packages"])  # type: ignore[call-overload]
    assert pd.Timestamp(written["started"]) <= pd.Timestamp(written["finished"])  # type: ignore[arg-type]
    [(name, scenario)] = written["scenarios"].items()  # type: ignore[attr-defined]
    assert name == "town" and scenario["values"]["providers"]["floor_margin"] == 0.05
    changed = load_scenario("town", ["providers.floor_margin=0.05"])
    assert scenario["sha256"] == changed.digest != load_scenario("town").digest


def test_weekly_table(ran: tuple[Path, Result]) -> None:
    path = ran[0] / "weekly.parquet"
    whole = ["week", "children_placed", "children_waiting", "places", "occupied", "homes", "breakdowns"]
    numbers = ["void_rate", "weekly_fee_mean_gbp", "spend_gbp", "offers_per_referral", "share_spot"]
    assert_columns(path, WEEKLY, dict.fromkeys(whole, "whole") | dict.fromkeys(numbers, "number") | {"date": "date"})
    weekly = pd.read_parquet(path)
    assert weekly["week"].tolist() == list(range(1, 61))
    assert (weekly["date"].diff().dropna() == pd.Timedelta(weeks=1)).all()
    assert weekly["date"].iloc[0] == pd.Timestamp("2024-04-07")
    shares = [name for name in weekly if name.endswith(("_share", "_rate")) or name.startswith("share_")]
    assert len(shares) >= 6 and weekly[shares].stack().between(0, 1).all()
    routes = weekly[[name for name in weekly if name.startswith("share_")]]
    assert np.allclose(routes.sum(axis=1), 1)
    assert (weekly["occupied"] == weekly["children_placed"]).all() and (weekly["occupied"] <= weekly["places"]).all()
    assert (weekly["weekly_fee_p90_gbp"] >= weekly["weekly_fee_mean_gbp"]).all()
    flows = weekly["placements_started"] - weekly["placements_ended"]
    assert (weekly["children_placed"].diff()[1:] == flows[1:]).all()


def test_authorities_table(ran: tuple[Path, Result]) -> None:
    path = ran[0] / "authorities.parquet"
    whole = ["year", "children_placed", "children_waiting", "homes", "places", "children_hosted_from_elsewhere"]
    words = dict.fromkeys(["ons_code", "name", "region"], "text")
    others = {"yearly_spend_gbp": "number", "date": "date"}
    assert_columns(path, AUTHORITIES, words | dict.fromkeys(whole, "whole") | others)
    rows, weekly = pd.read_parquet(path), pd.read_parquet(ran[0] / "weekly.parquet").set_index("week")
    assert len(rows) == 4 and rows["ons_code"].is_unique and (rows["year"] == 1).all()
    for column in ("children_placed", "children_waiting", "children_unregistered", "homes", "places", "occupied"):
        assert rows[column].sum() == weekly.loc[52, column], column
    assert rows["yearly_spend_gbp"].sum() == pytest.approx(weekly.loc[:52, "spend_gbp"].sum())
    assert (rows["date"] == weekly.loc[52, "date"]).all()


def test_placements_table(ran: tuple[Path, Result]) -> None:
    path = ran[0] / "placements.parquet"
    words = ["home_authority", "host_authority", "sector", "route", "end_reason", "need_band", "notice"]
    whole = ["child_id", "home_id", "provider_id", "start_week", "end_week", "age", "wait_weeks"]
    numbers = dict.fromkeys(["need_score", "weekly_fee_gbp", "distance_miles"], "number")
    others = dict.fromkeys(words, "text") | dict.fromkeys(whole, "whole") | {"out_of_area": "yes or no"}
    assert_columns(path, PLACEMENTS, numbers | others)
    rows, weekly = pd.read_parquet(path), pd.read_parquet(ran[0] / "weekly.parquet")
    assert ((rows["start_week"] >= 1).sum(), rows["end_week"].isna().sum()) == (
        weekly["placements_started"].sum(), weekly["children_placed"].iloc[-1]
    )  # fmt: skip
    assert (rows["end_week"].isna() == rows["end_reason"].isna()).all()
    ended = rows.dropna(subset="end_week")
    assert (ended["end_week"] > ended["start_week"]).all()
    assert set(ended["end_reason"]) <= {"planned", "breakdown", "home_closed", "notice"}
    assert (rows["out_of_area"] == (rows["home_authority"] != rows["host_authority"])).all()
    assert set(rows["sector"]) <= {"private", "voluntary", "local_authority"}
    assert set(rows["need_band"]) == {"standard", "complex", "severe"}
    assert set(rows["notice"]) == {"planned", "emergency"}
    assert rows["need_score"].between(0, 1).all() and rows["age"].between(0, 17).all()
    assert (rows["weekly_fee_gbp"] > 0).all() and (rows[["distance_miles", "wait_weeks"]] >= 0).all(axis=None)
    assert (rows.loc[rows["route"] == "in_house", "sector"] == "local_authority").all()


def test_results_are_numbered_where_no_folder_is_named(typed: Callable[..., Result], tmp_path: Path) -> None:
    assert [typed("run", "town", "--weeks", "2").returncode for _ in range(2)] == [0, 0]
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == ["town", "town-2"]
    first, second = (tmp_path / "results" / name / "weekly.parquet" for name in ("town", "town-2"))
    assert first.read_bytes() == second.read_bytes()


# A comparison


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """Town, in two regions, against the same with another order of routes."""
    folder = tmp_path_factory.mktemp("compared")
    other = "extends: town.yaml\nworld: {regions: 2}\npurchasing: {order: [in_house, spot], at_start: {framework: 0}}\n"
    (folder / "town2.yaml").write_text(other)
    (folder / "town1.yaml").write_text("extends: town.yaml\nworld: {regions: 2}\n")
    result = command(
        "compare", "town1.yaml", "town2.yaml", "--weeks", "12", "--replicates", "4", "--workers", "1", "--seed", "5",
        "--out", "out", folder=folder,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return folder / "out", result


def test_comparison_table_has_the_columns_of_the_design(compared: tuple[Path, Result]) -> None:
    table = pd.read_csv(compared[0] / "comparison.csv", encoding="utf-8-sig")
    assert list(table) == COMPARISON
    assert set(table["scenario"]) == {"town2"} and set(table["region"]) == {"England", "Region 1", "Region 2"}
    assert not table.duplicated(["outcome", "region", "scenario"]).any()
    known = table.dropna(subset="difference")
    assert known["difference"].to_numpy() == pytest.approx((known["scenario_mean"] - known["baseline_mean"]).to_numpy())
    several = known[known["replicates"] > 3]
    assert (several["ci_low"] <= several["difference"]).all() and (several["difference"] <= several["ci_high"]).all()
    assert table.loc[table["region"] == "England", "replicates"].max() == 4 and known["replicates"].between(1, 4).all()
    assert (table["variance_saved"].dropna() <= 1).all()


def test_comparison_agrees_with_the_tables_of_its_runs(compared: tuple[Path, Result]) -> None:
    table = pd.read_csv(compared[0] / "comparison.csv", encoding="utf-8-sig").set_index(["outcome", "region"])
    means = {}
    for name in ("town1", "town2"):
        paths = sorted((compared[0] / "runs" / name).glob("*/weekly.parquet"))
        assert len(paths) == 4
        means[name] = np.array([pd.read_parquet(path)["children_placed"].mean() for path in paths])
    row = table.loc[("children_placed", "England")]
    assert (row["baseline_mean"], row["scenario_mean"]) == pytest.approx((means["town1"].mean(), means["town2"].mean()))
    difference = means["town2"] - means["town1"]
    half = 3.182446 * difference.std(ddof=1) / np.sqrt(4)  # Student's t, 3 degrees of freedom, 97.5%
    assert row["ci_high"] - row["difference"] == pytest.approx(half, rel=1e-6)


def test_comparison_prints_difference_interval_replicates_and_variance_saved(compared: tuple[Path, Result]) -> None:
    said = compared[1].stdout
    table = pd.read_csv(compared[0] / "comparison.csv", encoding="utf-8-sig").set_index(["outcome", "region"])
    difference = table.loc[("weekly_fee_mean_gbp", "England"), "difference"]
    assert difference != 0 and f"{difference:+,.0f}" in said
    for words in ("difference", "95% interval", "4 paired replicates", "variance", "Region 2", "comparison.csv"):
        assert words in said


def test_figures_are_pictures(compared: tuple[Path, Result]) -> None:
    figures = compared[0] / "figures"
    assert sorted(path.name for path in figures.iterdir()) == sorted([*FIGURES, *(f"{n[:-3]}txt" for n in FIGURES)])
    for name in FIGURES:
        path = figures / name
        assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
        pixels = matplotlib.image.imread(path)
        assert min(pixels.shape[:2]) > 400 and len(np.unique(pixels.sum(axis=2))) > 10


def test_manifest_of_a_comparison(compared: tuple[Path, Result]) -> None:
    written = manifest(compared[0])
    assert written["status"] == "finished" and written["packages"]
    scenarios = written["scenarios"]
    assert isinstance(scenarios, dict) and list(scenarios) == ["town1", "town2"]
    hashes = {one["sha256"] for one in scenarios.values()}
    assert len(hashes) == 2 and all(len(one) == 64 for one in hashes)
    runs = pd.DataFrame(written["runs"])
    seeds = runs.pivot(index="replicate", columns="scenario", values="seed")
    assert (seeds["town1"] == seeds["town2"]).all() and seeds["town1"].is_unique and len(seeds) == 4


# The same in Python


def test_python_gives_pandas_frames() -> None:
    loaded = load_scenario("town", ["demand.new_needs_per_year=90"])
    result = run(loaded, seed=2, weeks=20)
    assert all(isinstance(frame, pd.DataFrame) for frame in (result.weekly, result.authorities, result.placements))
    assert len(result.weekly) == 20 and len(result.authorities) == 0
    assert set(WEEKLY) <= set(result.weekly) and set(PLACEMENTS) <= set(result.placements)
    assert list(result.authorities) == AUTHORITIES
    table = compare(loaded, "town", replicates=2, weeks=5, workers=1).table
    assert isinstance(table, pd.DataFrame) and list(table) == COMPARISON


# Mistakes

BAD_FILES = {
    "broken.yaml": "horizon: {weeks: [\n",
    "nan.yaml": "extends: town.yaml\nproviders: {floor_margin: .nan}\n",
    "alias.yaml": "extends: town.yaml\nneed: &one {share_boys: 0.5}\n",
    "twice.yaml": "extends: town.yaml\nneed: {share_boys: 0.5, share_boys: 0.6}\n",
    "unknown.yaml": "extends: town.yaml\nproviders: {floor_marginn: 0.1}\n",
    "round.yaml": "extends: about.yaml\n",
    "about.yaml": "extends: round.yaml\n",
    "baseless.yaml": "extends: nosuch.yaml\n",
    "atlantis.yaml": (
        "extends: spot.yaml\npurchasing:\n  groups:\n  - {name: one, authorities: [Atlantis], order: [spot]}\n"
    ),
    "both.yaml": (
        "extends: spot.yaml\npurchasing:\n  arrangements:\n"
        "    one: {rule: cooperative, members: {authorities: [Leeds]}, order: [spot]}\n"
        "    two: {rule: cooperative, members: {authorities: [Leeds]}, order: [spot]}\n"
        "  order: [one, two, spot]\n"
    ),
    "full.yaml": "extends: town.yaml\nworld: {children_at_start: 100000}\n",
}
MISTAKES: dict[str, tuple[list[str], list[str]]] = {
    "no command": ([], ["marketsim --help"]),
    "unknown command": (["rum", "town"], ["rum"]),
    "unknown option": (["run", "town", "--sede", "3"], ["--sede"]),
    "no scenario": (["run"], ["scenario"]),
    "no other": (["compare", "town"], ["others"]),
    "one word too many": (["run", "town", "spot"], ["spot"]),
    "option without value": (["run", "town", "--set"], ["--set"]),
    "negative seed": (["run", "town", "--seed", "-1"], ["--seed", "0"]),
    "huge seed": (["run", "town", "--seed", "9" * 30], ["seed"]),
    "huge seed of a comparison": (["compare", "town", "town", "--seed", "9" * 12], ["seed"]),
    "no weeks": (["run", "town", "--weeks", "0"], ["--weeks", "1"]),
    "weeks in words": (["run", "town", "--weeks", "ten"], ["--weeks"]),
    "no replicates": (["compare", "town", "town", "--replicates", "0"], ["--replicates", "1"]),
    "replicates beyond number": (["compare", "town", "town", "--replicates", "9" * 12], ["replicates"]),
    "no workers": (["compare", "town", "town", "--workers", "0"], ["--workers"]),
    "unknown scenario": (["run", "twon"], ["twon", "did you mean 'town'?"]),
    "unknown other": (["compare", "town", "cooperatve"], ["did you mean 'cooperative'?"]),
    "worlds apart": (["compare", "town", "spot"], ["spot.yaml", "town.yaml"]),
    "folder": (["run", "."], ["."]),
    "unknown key": (["run", "town", "--set", "providers.floor_marginn=0"], ["did you mean", "floor_margin"]),
    "no value": (["run", "town", "--set", "providers.floor_margin"], ["--set", "dotted.key=value"]),
    "out of range": (["run", "town", "--set", "providers.floor_margin=2"], ["floor_margin", "from 0 to 1"]),
    "NaN set": (["run", "town", "--set", "providers.floor_margin=.nan"], ["floor_margin"]),
    "broken YAML": (["run", "broken.yaml"], ["broken.yaml:", "not valid YAML"]),
    "NaN": (["run", "nan.yaml"], ["nan.yaml:2:"]),
    "anchor": (["run", "alias.yaml"], ["alias.yaml:2:7"]),
    "key twice": (["check", "twice.yaml"], ["twice.yaml:2:", "twice"]),
    "unknown key in a file": (["check", "town", "unknown.yaml"], ["unknown.yaml:2:", "did you mean 'floor_margin'?"]),
    "circle": (["check", "round.yaml"], ["about.yaml:1:", "circle"]),
    "no base": (["compare", "town", "baseless.yaml"], ["baseless.yaml:1:", "nosuch.yaml"]),
    "unknown authority": (["run", "atlantis.yaml"], ["atlantis.yaml:4:", "Atlantis"]),
    "in two cooperatives": (["check", "both.yaml"], ["both.yaml:", "Leeds", "one", "two"]),
    "too many children": (["run", "full.yaml"], ["children_at_start"]),
    "too many children to compare": (
        ["compare", "full.yaml", "full.yaml", "--workers", "1", "--out", "new"],
        ["children_at_start"],
    ),
    "results below a file": (["run", "town", "--weeks", "1", "--out", "nan.yaml/new"], ["nan.yaml"]),
    "comparison below a file": (
        ["compare", "town", "town", "--weeks", "1", "--workers", "1", "--out", "nan.yaml/new"],
        ["nan.yaml"],
    ),
    "results over a file": (["run", "town", "--out", "nan.yaml"], ["nan.yaml exists"]),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_and_changes_nothing(
    mistake: str, typed: Callable[..., Result], tmp_path: Path
) -> None:
    for name, text in BAD_FILES.items():
        (tmp_path / name).write_text(text)
    before = contents(tmp_path)
    words, expected = MISTAKES[mistake]
    assert_mistake(typed(*words), *expected)
    assert contents(tmp_path) == before


def test_mistakes_in_a_process_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text(BAD_FILES["broken.yaml"])
    before = contents(tmp_path)
    assert_mistake(command("run", "town", "--nope", folder=tmp_path), "--nope")
    assert_mistake(command("check", "broken.yaml", folder=tmp_path), "broken.yaml:")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("words", [["run", "town"], ["compare", "town", "town", "--replicates", "1"]])
def test_results_that_exist_are_left_alone(words: list[str], typed: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "weekly.parquet").write_text("precious")
    before = contents(tmp_path)
    assert_mistake(typed(*words, "--out", "mine"), "mine exists already")
    assert contents(tmp_path) == before


# Ctrl-C


def started(out: Path, *words: str) -> subprocess.Popen[str]:
    """A command as a terminal starts it: a process group of its own that listens to Ctrl-C."""
    return subprocess.Popen(
        [sys.executable, "-m", "marketsim.cli.main", *words, "--out", str(out)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def interrupted(process: subprocess.Popen[str], ready: Callable[[], bool]) -> str:
    """Press Ctrl-C once `ready` holds; what the command then says on standard error."""
    deadline = time.monotonic() + 200
    try:
        while not ready():
            assert process.poll() is None, f"ended too early: {process.communicate()[1]}"
            assert time.monotonic() < deadline, "not ready in time"
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    assert process.returncode in (130, -signal.SIGINT), said  # a shell shows 130 for both
    assert "Traceback" not in said and len(said.splitlines()) <= 2, said
    return said


def children_of(process: subprocess.Popen[str]) -> int:
    """The processes that it has started (Linux)."""
    return len(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split())


def finished_runs(out: Path) -> list[Path]:
    """The folders of runs that have all their tables."""
    tables = {"weekly.parquet", "authorities.parquet", "placements.parquet"}
    return [folder for folder in out.glob("runs/*/*") if tables <= {path.name for path in folder.iterdir()}]


needs_signals = pytest.mark.skipif(os.name == "nt", reason="process groups and signals of Unix")
ENGLAND = ["compare", "england_2024", "spot", "--weeks", "60", "--replicates", "20"]


@needs_signals
@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_leaves_finished_runs_readable(workers: int, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = started(out, *ENGLAND, "--workers", str(workers))
    said = interrupted(process, lambda: bool(finished_runs(out)))
    assert "Stopped" in said and str(out) in said
    done = finished_runs(out)
    assert 1 <= len(done) < 40
    for folder in done:
        assert pd.read_parquet(folder / "weekly.parquet")["week"].tolist() == list(range(1, 61))
        assert len(pd.read_parquet(folder / "authorities.parquet")) == 153
    for path in out.rglob("*.parquet"):
        assert pq.read_table(path).num_rows > 0
    left = [path.name for path in out.rglob("*") if path.is_file() and path.suffix != ".parquet"]
    assert all(name == "manifest.json" or (name.startswith(".") and name.endswith(".part")) for name in left)
    assert manifest(out)["status"] != "finished" and "spot" in manifest(out)["scenarios"]  # type: ignore[operator]


@needs_signals
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts processes in /proc")
def test_ctrl_c_while_workers_start(tmp_path: Path) -> None:
    process = started(tmp_path / "out", *ENGLAND, "--workers", "2")
    ready_at: list[float] = []

    def importing() -> bool:
        if children_of(process) >= 3 and not ready_at:  # both workers, and Python's tracker of shared things
            ready_at.append(time.monotonic() + 0.5)
        return bool(ready_at) and time.monotonic() > ready_at[0]

    interrupted(process, importing)
    assert ready_at, "both workers should have been starting"


@needs_signals
def test_ctrl_c_in_a_single_run_leaves_nothing(tmp_path: Path) -> None:
    process = started(tmp_path / "out", "run", "england_2024", "--weeks", "5000")
    began = time.monotonic()
    interrupted(process, lambda: time.monotonic() > began + 3)
    assert contents(tmp_path) == {}
