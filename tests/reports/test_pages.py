"""The page of a comparison in a real browser: accessible, offline, narrow enough for a phone, printed to A4."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import CHROMIUM
from playwright.sync_api import Page

from marketsim.experiments.comparison import Comparison
from marketsim.reports import report

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed; .ci/run installs Debian's")
A4_SHEETS = {"report": 12, "summary": 2}


@pytest.fixture(scope="module", params=A4_SHEETS)
def shown(request: pytest.FixtureRequest, browser: Any, joint: Comparison, tmp_path_factory: Any) -> Any:
    """The page as a phone shows it, and what it asked for and complained of."""
    path: Path = tmp_path_factory.mktemp("shown") / f"{request.param}.html"
    report.write(joint, "pair", None, request.param == "summary", path)
    page = browser.new_page(viewport={"width": 380, "height": 800})
    said: list[str] = []
    page.on("request", lambda asked: said.append(asked.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path.as_uri())
    return request.param, page, said, path


def test_nothing_is_asked_for_and_nothing_is_blocked(shown: tuple[str, Page, list[str], Path]) -> None:
    _, _, said, path = shown
    assert said == [path.as_uri()]


def test_no_rule_of_accessibility_is_broken(shown: tuple[str, Page, list[str], Path]) -> None:
    found = Axe().run(shown[1])
    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []
    assert len(found.response["passes"]) > 15


def test_it_fits_a_phone(shown: tuple[str, Page, list[str], Path]) -> None:
    assert shown[1].evaluate("document.documentElement.scrollWidth") <= 380


def test_it_can_be_read_by_keyboard(shown: tuple[str, Page, list[str], Path]) -> None:
    """The first key leads past all that comes before the findings; tables that are wider than the screen can be
    reached, and moved by arrows."""
    page = shown[1]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    assert page.evaluate("[...document.querySelectorAll('.wide')].every(one => one.tabIndex === 0)")


def test_it_prints_to_sheets_of_a4(shown: tuple[str, Page, list[str], Path], tmp_path: Path) -> None:
    kind, page, _, _ = shown
    printed = page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    sheets = printed.count(b"/Type /Page\n") or printed.count(b"/Type /Page ") or printed.count(b"/Type/Page/")
    assert 0 < sheets <= A4_SHEETS[kind]
    assert b"[0 0 594.95996 841.91998]" in printed or b"[0 0 595" in printed or b"[0 0 594" in printed


def test_every_picture_is_drawn_with_words(shown: tuple[str, Page, list[str], Path]) -> None:
    every = "[...document.querySelectorAll('figure svg')]"
    sizes = shown[1].evaluate(f"{every}.map(one => one.getBoundingClientRect().height)")
    assert sizes and min(sizes) > 80
    assert shown[1].evaluate(f"{every}.every(one => one.querySelector('text'))")
