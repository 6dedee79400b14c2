"""The page of a comparison: whole by itself, readable by machines and people, and the same bytes every time."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from marketsim.experiments.comparison import Comparison
from marketsim.reports import report

Typed = Callable[..., subprocess.CompletedProcess[str]]
VOID = {"meta", "br", "hr", "wbr", "img", "link", "input", "use"}


class Read(HTMLParser):
    """Reads a page: what stands in what, ids, references, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page)
        assert self.open == [], f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.open[-1] if self.open else "", data.strip()))

    def named(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def page(joint: Comparison) -> str:
    return report.page(joint, "pair", None, False)


def test_the_page_needs_nothing_from_anywhere(page: str) -> None:
    read = Read(page)
    assert read.named("script") == read.named("link") == read.named("img") == []
    [policy] = [meta for meta in read.named("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'"
    for _, attributes in read.tags:
        for name in ("src", "href", "xlink:href", "srcset", "action"):
            assert attributes.get(name, "#").startswith("#"), attributes
    assert not re.search(r"url\((?!#)|@import", page)


def test_ids_are_unique_and_references_lead_somewhere(page: str) -> None:
    read = Read(page)
    ids = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    led = re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"|aria-labelledby="([^"]+)"', page)
    for words in led:
        assert set(" ".join(words).split()) <= set(ids)


def test_pictures_have_words_and_tables_have_heads(page: str) -> None:
    read = Read(page)
    pictures = [one for one in read.named("svg") if one.get("role") == "img"]
    assert len(pictures) == len(read.named("figure")) == 8  # no map in cells of a made-up world
    texts = dict.fromkeys(tag for tag, _ in read.texts)
    assert {"desc", "title", "caption"} <= set(texts)
    assert len([text for tag, text in read.texts if tag == "desc" and len(text) > 40]) == 8
    assert len(read.named("table")) == len(read.named("caption")) == 12
    assert {one.get("scope") for one in read.named("th")} == {"col", "row"}
    assert read.named("html")[0]["lang"] == "en-GB" and len(read.named("h1")) == 1 and len(read.named("main")) == 1


def test_text_of_users_stays_text(page: str, joint: Comparison) -> None:
    read = Read(page)
    assert "<script" not in page
    assert any(text.startswith(joint.scenarios["joint"].question) for tag, text in read.texts if tag == "h1")


def test_numbers_are_those_of_the_tables(page: str, joint: Comparison) -> None:
    money = joint.money("pair").query("area == 'pair'").set_index("cause")["difference"]
    cells = [text for tag, text in Read(page).texts if tag == "td"]
    for cause in ("price", "last resort", "all causes"):
        assert f"{money[cause]:+,.0f}" in cells
    assert f"{sum(round(money[cause]) for cause in money.index if cause != 'all causes'):+,.0f}"[:5] in " ".join(cells)


def test_the_same_results_give_the_same_bytes(page: str, joint: Comparison) -> None:
    assert report.page(Comparison.read(joint.folder or ""), "pair", None, False) == page
    assert len(page.encode()) < 400_000


def test_a_summary_is_shorter(page: str, joint: Comparison) -> None:
    summary = report.page(joint, "pair", None, True)
    assert len(summary) < 0.5 * len(page) and len(Read(summary).named("figure")) == 1


def test_reports_are_written_once_and_mistakes_write_nothing(joint: Comparison, typed: Typed, tmp_path: Path) -> None:
    folder = str(joint.folder)
    assert typed("report", folder, "--for", "pair", "--out", "a.html").returncode == 0
    for words, said in (
        (["--out", "a.html"], "exists"), (["--for", "Narnia", "--out", "b.html"], "unknown authority 'Narnia'"),
        (["--out", "nowhere/b.html"], "there is no folder nowhere"),
        (["--against", "x", "--out", "b.html"], "no scenario"),
    ):  # fmt: skip
        done = typed("report", folder, *words)
        assert done.returncode == 2 and said in done.stderr and done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]


def test_scenarios_that_differ_in_length_are_told(typed: Typed, tmp_path: Path) -> None:
    """Years are those that both have; the command to make it again says no length; nothing breaks."""
    (tmp_path / "long.yaml").write_text("extends: town.yaml\nname: long\nhorizon: {weeks: 170}\n", encoding="utf-8")
    words = ["compare", "town", "long.yaml", "--replicates", "4", "--workers", "1", "--out", "out"]
    done = typed(*words)
    assert (done.returncode, done.stderr) == (0, "") and "Spend year by year" in done.stdout
    for command in (["plot", "out"], ["report", "out"], ["workbook", "out"]):
        assert typed(*command).returncode == 0
    found = Comparison.read("out")
    assert found.years == [1, 2] and found.manifest["weeks"] is None
    written = Path("out/report.html").read_text(encoding="utf-8")
    assert "None" not in written and "--weeks" not in written
    assert "town: 4 made-up authorities, 104 weeks" in written and "long: 4 made-up authorities, 170 weeks" in written
