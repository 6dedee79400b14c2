"""Pictures of a comparison: each drawn for short and long runs, says its finding, and no words lie on others."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from marketsim import ScenarioError, compare, load_scenario
from marketsim.england.figures import authority_rows, hexagons
from marketsim.experiments.comparison import Comparison
from marketsim.reports import plots
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
    boxes = [(text.get_text(), text.get_window_extent()) for text in words_of(figure)]
    return [(one, other) for (one, first), (other, second) in itertools.combinations(boxes, 2)
            if first.shrunk(0.98, 0.9).overlaps(second.shrunk(0.98, 0.9))]  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind in plots.KINDS if kind != "map"])
@pytest.mark.parametrize("concerned", [None, "Authority 1, Authority 3"])
def test_every_picture_says_what_it_shows_and_no_words_overlap(
    found: Comparison, kind: str, concerned: str | None
) -> None:
    [picture] = plots.pictures(found, kind, "weekly_fee_mean_gbp", concerned, None).values()
    texts = [text.get_text() for text in words_of(picture.figure)]
    assert picture.title.partition(" ")[0] in " ".join(texts) and len(picture.title) > 20
    assert picture.alt.startswith(picture.title) and len(picture.alt) > len(picture.title) + 20
    assert any(text.startswith("Source: marketsim, 4 replicates") for text in texts)
    assert overlapping(picture.figure) == []
    drawn = [axes for axes in picture.figure.axes if axes.lines or axes.patches or axes.collections]
    assert drawn and len(drawn) == len(picture.figure.axes)


def test_numbers_in_pictures_are_those_of_the_tables(found: Comparison) -> None:
    picture = plots.pictures(found, "money", "weekly_fee_mean_gbp", None, None)["money"]
    causes = found.money().set_index("cause")["difference"] / 1e6
    bars = [patch.get_width() for patch in picture.figure.axes[0].patches]
    assert bars == pytest.approx(causes.to_numpy())
    picture = plots.pictures(found, "members", "weekly_fee_mean_gbp", None, None)["members"]
    row = found.regions.query("outcome == 'weekly_fee_mean_gbp'")["difference"].iloc[0]
    shown = np.concatenate([points.get_offsets() for points in picture.figure.axes[0].collections[1:]])
    assert float(np.asarray(shown)[0, 0]) == pytest.approx(row)


def test_files_are_the_same_every_time(found: Comparison, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        drawn = plots.pictures(found, "all", "out_of_area_share", None, None)
        plots.write(drawn, tmp_path / folder, "svg")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    kinds = ("difference", "members", "money", "routes")
    assert names == sorted(f"{kind}.{end}" for kind in kinds for end in ("svg", "txt"))
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)


def test_every_authority_has_a_cell_of_its_own() -> None:
    cells = hexagons()
    assert set(cells) == {row["ons_code"] for row in authority_rows()} and len(set(cells.values())) == 153


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--kind", "map"], "a map is of England"), (["--outcome", "feee"], "no outcome 'feee'"),
        (["--against", "deerer"], "did you mean 'dearer'?"), (["--for", "Narnia"], "unknown authority 'Narnia'"),
        (["--kind", "difference", "--outcome", "good_homes_share"], "not counted week by week"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_one_line(found: Comparison, typed: Typed, words: list[str], said: str) -> None:
    assert found.folder is not None
    before = sorted(found.folder.rglob("*"))
    done = typed("plot", str(found.folder), *words)
    assert done.returncode == 2 and said in done.stderr and done.stderr.count("\n") == 1
    assert sorted(found.folder.rglob("*")) == before


def test_other_results_are_no_comparison(tmp_path: Path, typed: Typed) -> None:
    assert typed("run", "town", "--weeks", "2", "--out", "ran").returncode == 0
    done = typed("plot", "ran")
    assert (done.returncode, done.stderr) == (2, "ran: is a run, no comparison\n")
    assert "there is no such folder" in typed("plot", "nowhere").stderr


def test_nobody_of_that_name(found: Comparison) -> None:
    with pytest.raises(ScenarioError, match="--for"):
        plots.pictures(found, "members", "weekly_fee_mean_gbp", "North East", None)
    with pytest.raises(StoreError, match="made-up world"):
        plots.pictures(found, "map", "weekly_fee_mean_gbp", None, None)
