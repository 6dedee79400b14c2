"""Pictures of a comparison: each drawn for short and long runs, says its finding, and no words lie on others."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from marketsim import ScenarioError, compare, load_scenario
from marketsim.england.figures import authority_rows, hexagons
from marketsim.experiments.comparison import Comparison
from marketsim.reports import plots
from marketsim.reports.pictures import drivers
from marketsim.reports.pictures.picture import Picture, spread_out
from marketsim.reports.tables import number
from marketsim.results.store import StoreError

Typed = Callable[..., subprocess.CompletedProcess[str]]
WEEKS = {1: 52, 3: 157, 10: 522}
DEARER = "providers.cost_private=5600"


@pytest.fixture(scope="module", params=WEEKS)
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    town, dearer = load_scenario("town"), load_scenario("town", [DEARER, "name=dearer"])
    out = tmp_path_factory.mktemp("drawn") / "out"
    return compare(town, dearer, replicates=4, weeks=WEEKS[request.param], workers=1, out=out)


def words_of(figure: Figure) -> list[Text]:
    """All texts that can be seen, once the figure is laid out as it is kept."""
    figure.canvas.draw()
    beyond = set()  # labels of ticks that lie outside of what is shown are not drawn
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            room = 1e-6 * (high - low)
            ticks = axis.get_major_ticks()
            beyond |= {id(tick.label1) for tick in ticks if not low - room <= tick.get_loc() <= high + room}
            beyond |= {id(tick.label2) for tick in ticks}
    texts = figure.findobj(Text)
    return [text for text in texts if text.get_visible() and text.get_text().strip() and id(text) not in beyond]


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts of which one lies on the other."""
    boxes = [(text.get_text(), Text.get_window_extent(text)) for text in words_of(figure)]  # without lines to ends
    return [(one, other) for (one, first), (other, second) in itertools.combinations(boxes, 2)
            if first.shrunk(0.98, 0.9).overlaps(second.shrunk(0.98, 0.9))]  # fmt: skip


def faults(picture: Picture, comparison: Comparison) -> list[str]:
    """What is wrong with a picture: words that lie on others, charts that are empty, marks beyond the edges of their
    chart, a finding or a source that is missing."""
    texts = [text.get_text() for text in words_of(picture.figure)]
    found = [f"{one!r} lies on {other!r}" for one, other in overlapping(picture.figure)]
    if picture.title.partition(" ")[0] not in " ".join(texts) or len(picture.title) < 20:
        found.append(f"no finding: {picture.title}")
    if not picture.alt.startswith(picture.title) or len(picture.alt) < len(picture.title) + 20:
        found.append(f"no words: {picture.alt}")
    if not any(text.startswith(f"Source: marketsim, {comparison.rests_on[0]} ") for text in texts):
        found.append("no source")
    for axes in picture.figure.axes:
        marks = [*axes.lines, *axes.patches, *axes.collections]
        if not marks and not (axes.texts and not axes.axison):  # a list beside a chart has words only
            found.append("an empty chart")
        low, high = sorted(axes.get_xlim())
        room = 1e-6 * (high - low)
        bars = [bar for bar in axes.patches if isinstance(bar, Rectangle) and bar.get_width() and axes.axison]
        ends = [end for bar in bars for end in (bar.get_x(), bar.get_x() + bar.get_width())]
        if axes.axison and any(not low - room <= end <= high + room for end in ends):
            found.append("a bar that is cut")
        for line in axes.lines:
            values = np.asarray(line.get_ydata(), dtype=np.float64)
            highest = max(axes.get_ylim()) * (1 + 1e-9)
            if len(values) and line.get_transform() == axes.transData and np.nanmax(values) > highest:
                found.append("a line that is cut")
    return found


@pytest.mark.parametrize("concerned", [None, "Authority 1, Authority 3"])
def test_every_picture_says_what_it_shows_and_no_words_overlap(found: Comparison, concerned: str | None) -> None:
    drawn = plots.pictures(found, "all", "weekly_fee_mean_gbp", concerned, None)
    assert list(drawn) == [kind for kind in plots.KINDS if kind not in ("map", "drivers")]
    assert {kind: faults(picture, found) for kind, picture in drawn.items()} == {kind: [] for kind in drawn}


def england(weeks: int, folder: Path) -> Comparison:
    """A comparison of England with enough vectors for what drives it."""
    return compare("england_2024", "cooperative", replicates=12, weeks=weeks, workers=2, out=folder / "out")


@pytest.mark.slow
@pytest.mark.parametrize("weeks", [52, 157, 522])
def test_pictures_of_england_and_of_a_region(weeks: int, tmp_path: Path) -> None:
    compared = england(weeks, tmp_path)
    for concerned in (None, "North East"):
        drawn = plots.pictures(compared, "all", "out_of_area_share", concerned, None)
        assert list(drawn) == list(plots.KINDS)
        assert {kind: faults(picture, compared) for kind, picture in drawn.items()} == {kind: [] for kind in drawn}
        for kind in ("map", "points"):
            [level] = plots.pictures(compared, kind, "weekly_fee_mean_gbp", concerned, None, "level").values()
            assert "under cooperative: from" in level.title and faults(level, compared) == []


def test_what_drives_the_result_is_told_from_what_chance_gives() -> None:
    """Of 35 unrelated values the strongest of 20 vectors passes .72 in one trial of 20."""
    assert drivers.surely_beyond(35, 20) == pytest.approx(0.73, abs=0.01)
    luck, beyond = np.random.default_rng(1), 0
    for _ in range(400):
        values, ranks = luck.random((35, 20)).argsort().argsort(), luck.permutation(20)
        beyond += max(abs(np.corrcoef(row, ranks)[0, 1]) for row in values) > drivers.surely_beyond(35, 20)
    assert 4 <= beyond <= 36


def test_numbers_in_pictures_are_those_of_the_tables(found: Comparison) -> None:
    picture = plots.pictures(found, "money", "weekly_fee_mean_gbp", None, None)["money"]
    causes = found.money().set_index("cause")["difference"] / 1e6
    bars = [patch.get_width() for patch in picture.figure.axes[0].patches]
    assert bars == pytest.approx(causes[causes.abs() >= 50e-6].to_numpy())
    picture = plots.pictures(found, "difference", "weekly_fee_mean_gbp", None, None)["difference"]
    row = found.table.query("outcome == 'weekly_fee_mean_gbp' and region == 'England'").iloc[0]
    assert number(row["ci_low"], "GBP", signed=True) in picture.title
    picture = plots.pictures(found, "members", "weekly_fee_mean_gbp", None, None)["members"]
    row = found.authorities.query("outcome == 'weekly_fee_mean_gbp'")["difference"].max()
    shown = np.concatenate([points.get_offsets() for points in picture.figure.axes[0].collections[1:]])
    assert float(np.asarray(shown)[:, 0].max()) == pytest.approx(row)


def test_names_at_lines_stand_apart_and_near() -> None:
    """Three that crowd are spread about their middle; all stay within the chart; those that lie apart stay."""
    assert spread_out([1.0, 5.0, 9.0], 1.0, 0.0, 10.0) == [1.0, 5.0, 9.0]
    assert spread_out([4.9, 5.0, 5.1], 1.0, 0.0, 10.0) == pytest.approx([4.0, 5.0, 6.0])
    assert spread_out([9.9, 10.0], 1.0, 0.0, 10.0) == pytest.approx([9.0, 10.0])
    assert spread_out([0.0, 0.1], 1.0, 0.0, 10.0) == pytest.approx([0.0, 1.0])
    assert spread_out([], 1.0, 0.0, 10.0) == []


def test_files_are_the_same_every_time(joint: Comparison, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        drawn = plots.pictures(joint, "all", "out_of_area_share", None, None)
        plots.write(drawn, tmp_path / folder, "svg")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    kinds = [kind for kind in plots.KINDS if kind not in ("map", "drivers")]
    assert names == sorted(f"{kind}.{end}" for kind in kinds for end in ("svg", "txt"))
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)


def test_every_authority_has_a_cell_of_its_own() -> None:
    cells = hexagons()
    assert set(cells) == {row["ons_code"] for row in authority_rows()} and len(set(cells.values())) == 153


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--kind", "map"], "a map in cells is of England"), (["--kind", "drivers"], "12 vectors of the plausible set"),
        (["--outcome", "feee"], "no outcome 'feee'"),
        (["--against", "jiont"], "did you mean 'joint'?"), (["--for", "Narnia"], "unknown authority 'Narnia'"),
        (["--kind", "difference", "--outcome", "good_homes_share"], "not counted week by week"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_one_line(joint: Comparison, typed: Typed, words: list[str], said: str) -> None:
    assert joint.folder is not None
    before = sorted(joint.folder.rglob("*"))
    done = typed("plot", str(joint.folder), *words)
    assert done.returncode == 2 and said in done.stderr and done.stderr.count("\n") == 1
    assert sorted(joint.folder.rglob("*")) == before


def test_other_results_are_no_comparison(tmp_path: Path, typed: Typed) -> None:
    assert typed("run", "town", "--weeks", "2", "--out", "ran").returncode == 0
    done = typed("plot", "ran")
    assert (done.returncode, done.stderr) == (2, "ran: is a run, no comparison\n")
    assert "there is no such folder" in typed("plot", "nowhere").stderr


def test_nobody_of_that_name(joint: Comparison) -> None:
    with pytest.raises(ScenarioError, match="--for"):
        plots.pictures(joint, "members", "weekly_fee_mean_gbp", "North East", None)
    with pytest.raises(StoreError, match="made-up world"):
        plots.pictures(joint, "map", "weekly_fee_mean_gbp", None, None)
