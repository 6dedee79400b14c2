"""The live page in a real browser, on a server as a user starts it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import CHROMIUM, PHONE, WIDE, Open
from playwright.sync_api import Browser
from server_process import Served

from marketsim.results import store

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed; .ci/run installs Debian's")
TABS = ("charts", "happened", "why", "levers", "follow", "story", "table", "open", "save")
NUMBERS = ("weekly_fee_mean_gbp", "out_of_area_share", "void_rate", "unplaced", "spend_gbp")


@pytest.fixture
def shown(browser: Browser, town_address: str) -> Iterator[Open]:
    """The page of the shared room, at its beginning."""
    opened = Open(browser, town_address).ready()
    opened.page.click("#reset")
    opened.until(lambda: opened.week() == 0)
    opened.ready()
    yield opened
    assert opened.said == []
    opened.page.close()


def test_it_plays_and_pauses_at_once_and_steps_and_begins_anew(shown: Open) -> None:
    shown.page.click("#play")
    shown.until(lambda: shown.week() >= 3)
    shown.page.click("#play")
    assert shown.until(lambda: shown.text("#play") == "Play") < 0.3
    shown.page.wait_for_timeout(600)  # a week that was under way may still come
    paused = shown.week()
    shown.page.wait_for_timeout(1000)
    assert shown.week() == paused
    shown.page.click("#step")
    shown.until(lambda: shown.week() == paused + 1)
    shown.page.click("#reset")
    shown.until(lambda: shown.week() == 0)


def test_the_keyboard_alone_suffices(shown: Open) -> None:
    keyboard = shown.page.keyboard
    shown.until(lambda: shown.page.is_enabled("#play"))  # keys mean nothing before
    shown.page.evaluate("document.activeElement.blur()")  # Space on the button that has the focus is a click on it
    keyboard.press("n")
    shown.until(lambda: shown.week() == 1)
    shown.page.evaluate("document.activeElement.blur()")
    keyboard.press("Space")
    shown.until(lambda: shown.week() >= 3)
    keyboard.press("Space")
    shown.until(lambda: shown.text("#play") == "Play")
    shown.page.focus("#tab-charts")
    for name in TABS[1:]:
        keyboard.press("ArrowRight")
        assert shown.page.evaluate("document.activeElement.id") == f"tab-{name}"
        assert shown.page.is_visible(f"#panel-{name}")
    shown.show("levers")
    shown.page.focus("#slider-needs")
    keyboard.press("ArrowRight")
    shown.until(lambda: "New needs: 1.05" in shown.text("#changes"))


def test_both_markets_have_the_same_children_and_a_lever_parts_them(shown: Open) -> None:
    for _ in range(4):
        shown.page.click("#step")
    shown.until(lambda: shown.week() == 4)
    assert all(shown.text(f"#number-a-{name}") == shown.text(f"#number-b-{name}") for name in NUMBERS)
    lines = [shown.page.locator(f"#map-{letter} .line").count() for letter in "ab"]
    assert lines[0] == lines[1]
    shown.show("levers")
    shown.page.fill("#slider-pay", "1.5")
    shown.until(lambda: "Pay of staff: 1.5" in shown.text("#changes"))
    for _ in range(8):  # fees follow costs at the end of a month
        shown.page.click("#step")
    shown.until(lambda: shown.week() == 12)
    assert shown.text("#number-difference-spend_gbp") not in ("0", "0.00", "")
    assert shown.text("#number-a-spend_gbp") != shown.text("#number-b-spend_gbp")
    shown.show("why")
    assert "fees of the same children" in shown.text("#why")


def test_a_branch_has_one_past(shown: Open) -> None:
    shown.show("levers")
    shown.page.check("input[name=which][value=a]")
    shown.page.click("#shock-costs")
    for _ in range(8):
        shown.page.click("#step")
    shown.until(lambda: shown.week() == 8)
    assert shown.text("#number-a-spend_gbp") != shown.text("#number-b-spend_gbp")
    shown.page.click("#branch-b-from-a")
    shown.until(lambda: shown.text("#number-a-spend_gbp") == shown.text("#number-b-spend_gbp"))
    assert shown.week() == 8


def test_the_map_shows_what_one_picks_and_a_table_says_it(shown: Open) -> None:
    shown.page.click("#step")
    shown.until(lambda: shown.week() == 1)
    shown.page.select_option("#measure", "children_placed")
    shown.until(lambda: "children" in shown.text("#values").lower() or "Children" in shown.text("#legend"), 5)
    assert "Children placed" in (shown.page.get_attribute("#map-a", "aria-label") or "")
    assert shown.page.locator("#map-b [data-code]").count() == 4
    shown.show("table")
    assert all(f"Authority {number}" in shown.text("#areas") for number in range(1, 5))


def test_what_is_saved_runs_to_what_was_shown(
    browser: Browser, served: Callable[..., Served], typed: Callable[..., Any], short_town: str, tmp_path: Path
) -> None:
    """A room played to its end on the page, with levers and a shock; its file on the command line (that all bytes are
    the same: `test_side`)."""
    page = Open(browser, served(short_town, "--port", "0").address).ready()
    page.show("levers")
    page.page.fill("#slider-needs", "1.4")
    page.until(lambda: "New needs: 1.4" in page.text("#changes"))
    page.page.click("#step")
    page.until(lambda: page.week() == 1)
    page.page.click("#shock-group")
    page.until(lambda: "fails" in page.text("#changes"))
    page.page.select_option("#speed", index=page.page.locator("#speed option").count() - 1)
    page.page.click("#play")
    page.until(lambda: page.week() == 30)
    page.show("save")
    with page.page.expect_download() as loading:
        page.page.click("#save-b")
    path = tmp_path / "saved.yaml"
    loading.value.save_as(path)
    assert typed("run", str(path), "--out", str(tmp_path / "run")).returncode == 0
    weekly = store.undamaged(tmp_path / "run" / "weekly.parquet")
    assert weekly is not None and len(weekly) == 30
    last = weekly.iloc[-1]
    assert page.text("#number-b-weekly_fee_mean_gbp") == f"{last['weekly_fee_mean_gbp']:,.0f}"
    assert page.text("#number-b-unplaced") == f"{last['children_waiting'] + last['children_unregistered']:,}"
    assert page.said == []


def test_two_pages_see_one_room_and_loading_anew_keeps_it(shown: Open, browser: Browser, town_address: str) -> None:
    other = Open(browser, town_address, PHONE).ready()
    shown.page.click("#step")
    for page in (shown, other):
        page.until(lambda page=page: page.week() == 1)  # type: ignore[misc]
    other.page.click("#step")
    for page in (shown, other):
        page.until(lambda page=page: page.week() == 2)  # type: ignore[misc]
    numbers = [shown.text(f"#number-b-{name}") for name in NUMBERS]
    assert numbers == [other.text(f"#number-b-{name}") for name in NUMBERS]
    shown.show("why")
    shown.page.reload()
    shown.ready()
    assert shown.week() == 2 and [shown.text(f"#number-b-{name}") for name in NUMBERS] == numbers
    assert shown.page.is_visible("#panel-why")
    assert other.said == []
    other.page.close()


def test_a_killed_server_that_starts_again_has_the_room_as_it_was(
    browser: Browser, served: Callable[..., Served], short_town: str
) -> None:
    server = served(short_town, "--port", "0")
    page = Open(browser, server.address).ready()
    page.show("levers")
    page.page.fill("#slider-needs", "1.4")
    page.until(lambda: "New needs: 1.4" in page.text("#changes"))
    for _ in range(3):
        page.page.click("#step")
    page.until(lambda: page.week() == 3)
    numbers = [page.text(f"#number-b-{name}") for name in NUMBERS]
    page.page.wait_for_timeout(700)
    server.kill()
    page.until(lambda: page.page.is_visible("#lost"), 10)
    port = server.address.rstrip("/").rpartition(":")[2]
    server.words[server.words.index("--port") + 1] = port
    server.start()
    began = time.monotonic()
    page.until(lambda: not page.page.is_visible("#lost") and page.page.is_enabled("#play"), 15)
    assert time.monotonic() - began < 5
    assert page.week() == 3 and [page.text(f"#number-b-{name}") for name in NUMBERS] == numbers
    assert "New needs: 1.4" in page.text("#changes")
    page.page.click("#step")
    page.until(lambda: page.week() == 4)
    assert all("ERR_CONNECTION" in one for one in page.said)  # the browser's own words while nobody listens


def test_a_child_can_be_followed(shown: Open) -> None:
    for _ in range(6):
        shown.page.click("#step")
    shown.until(lambda: shown.week() == 6)
    shown.show("follow")
    shown.page.select_option("#follow-kind", "child")
    shown.page.fill("#follow-number", "3")
    shown.page.click("#follow button[type=submit]")
    shown.until(lambda: "Child 3" in shown.text("#told"))
    assert "GBP a week" in shown.text("#told")
    shown.page.select_option("#follow-kind", "home")
    shown.page.click("#follow button[type=submit]")
    shown.until(lambda: "Home 3" in shown.text("#told"))
    shown.page.fill("#follow-number", "99999")
    shown.page.click("#follow button[type=submit]")
    shown.until(lambda: "there is no home 99999" in shown.text("#said"))


def test_a_story_is_told_in_five_screens_on_all_pages(shown: Open) -> None:
    shown.show("story")
    shown.page.select_option("#begin-question", "planning_clause")
    shown.page.click("#begin button[type=submit]")
    titles = ["The question", "Who has tried it", "What to look at", "What to try", "What it means"]
    for title in titles:
        shown.until(lambda title=title: title in shown.text("#story"))  # type: ignore[misc]
        if title != titles[-1]:
            shown.page.get_by_role("button", name="Next").click()
    assert "marketsim compare" in shown.text("#story")


@pytest.mark.parametrize("tab", TABS)
def test_each_tab_is_accessible_and_can_be_read_from_the_back_of_a_room(shown: Open, tab: str) -> None:
    for _ in range(3):
        shown.page.click("#step")
    shown.until(lambda: shown.week() == 3)
    shown.show(tab)
    size, words = shown.smallest_text()
    assert size >= 20, words
    assert shown.page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
    assert shown.faults() == []
    shown.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    shown.page.wait_for_timeout(300)
    assert not shown.is_too_wide()
    size, words = shown.smallest_text()
    assert size >= 16, words
    assert shown.faults() == []
    shown.page.set_viewport_size(WIDE)  # type: ignore[arg-type]


def test_it_prints_on_paper(shown: Open) -> None:
    for _ in range(3):
        shown.page.click("#step")
    shown.until(lambda: shown.week() == 3)
    shown.page.emulate_media(media="print")
    assert shown.page.is_visible("#map-a") and shown.page.is_visible("#numbers") and not shown.page.is_visible("#play")
    printed: Any = shown.page.pdf(format="A4")
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") <= 2
    shown.page.emulate_media(media="screen")


def test_england_in_both_markets_keeps_its_pace(browser: Browser, served: Callable[..., Served]) -> None:
    """Five weeks a second or more, with a map of 153 authorities twice."""
    page = Open(browser, served("spot", "cooperative", "--port", "0").address).ready()
    assert page.page.locator("#map-a [data-code]").count() == 153
    page.page.select_option("#speed", index=page.page.locator("#speed option").count() - 1)
    page.page.click("#step")
    page.until(lambda: page.week() == 1)
    page.page.click("#play")
    page.until(lambda: page.week() >= 5)
    first, began = page.week(), time.monotonic()
    page.page.wait_for_timeout(3000)
    pace = (page.week() - first) / (time.monotonic() - began)
    if page.page.is_enabled("#play"):  # on a fast machine the run is over by now
        page.page.click("#play")
    assert pace >= 5
    assert page.said == []
