"""A workshop in a real browser: the facilitator's page on the projector, phones and a laptop that is passed on."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from browsing import CHROMIUM, PHONE, Open
from playwright.sync_api import Browser
from server_process import Served

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed; .ci/run installs Debian's")


@pytest.fixture
def room(browser: Browser, served: Callable[..., Served], short_town: str) -> tuple[Open, str]:
    """The facilitator's page, and the address for seats."""
    address = served(short_town, "--workshop", "--port", "0").address
    leader = Open(browser, address)
    leader.page.wait_for_selector("#advance:enabled", timeout=120_000)
    return leader, f"http://{urlsplit(address).netloc}/seat"


def seated(browser: Browser, address: str, seat: str, person: str) -> Open:
    """Somebody who takes a seat on a phone."""
    page = Open(browser, address, PHONE)
    page.page.wait_for_selector("#sit:enabled", timeout=60_000)
    page.page.check(f"input[name=seat][value={seat}]")
    page.page.fill("#person", person)
    page.page.click("#sit")
    page.until(lambda: page.page.is_visible("#decision"))
    return page


def fits(page: Open, least: float) -> None:
    """No rule of accessibility is broken, nothing is cut off, and text is large enough."""
    size, words = page.smallest_text()
    assert size >= least, words
    assert not page.is_too_wide()
    assert page.faults() == []


def test_a_round_from_the_hall_to_the_number(browser: Browser, room: tuple[Open, str]) -> None:
    leader, address = room
    assert leader.text("#seat-address") == address
    fits(leader, 20)
    ann = seated(browser, address, "authority-1", "Ann")
    leader.until(lambda: "Ann" in leader.text("tr[data-seat=authority-1]"))
    fits(ann, 16)
    leader.page.click("#advance")
    ann.until(lambda: ann.page.is_enabled("#decide"))
    fits(ann, 16)
    ann.page.fill("[data-field=held]", "4")
    ann.page.wait_for_timeout(700)
    ann.page.reload()  # nothing that was typed is lost
    ann.until(lambda: ann.page.is_enabled("#decide") and ann.page.input_value("[data-field=held]") == "4")
    ann.page.click("#decide")
    ann.until(lambda: "eceived" in ann.text("#received"))
    leader.until(lambda: "ecided" in leader.text("tr[data-seat=authority-1]"))
    fits(leader, 20)
    ann.page.fill("[data-field=held]", "6")
    ann.page.click("#decide")
    ann.until(lambda: ann.text("#received") not in ("", "Received."))
    leader.page.click("#advance")
    leader.until(lambda: leader.week() == 13, 60)
    ann.until(lambda: ann.page.is_visible("#number"), 60)
    assert "You spent a week" in ann.text("#number") and ann.page.is_visible("#closed")
    fits(ann, 16)
    fits(leader, 20)
    assert ann.said == [] and leader.said == []
    ann.page.close()
    leader.page.close()


def to(page: Open, selector: str) -> None:
    """Reach something by the Tab key alone."""
    for _ in range(60):
        if page.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key doesn't lead to {selector}")


def test_a_seat_is_taken_and_decides_by_keyboard_alone(browser: Browser, room: tuple[Open, str]) -> None:
    leader, address = room
    seat = Open(browser, address, PHONE)
    seat.page.wait_for_selector("#sit:enabled", timeout=60_000)
    keyboard = seat.page.keyboard
    to(seat, "input[name=seat]")
    keyboard.press("Space")
    to(seat, "#person")
    keyboard.type("Kim")
    keyboard.press("Enter")
    seat.until(lambda: seat.page.is_visible("#decision"))
    to(leader, "#advance")
    leader.page.keyboard.press("Enter")
    seat.until(lambda: seat.page.is_enabled("#decide"))
    to(seat, "[data-field=held]")
    keyboard.press("ArrowRight")
    to(seat, "#decide")
    keyboard.press("Enter")
    leader.until(lambda: "ecided" in leader.text("tr[data-seat=authority-1]"))
    assert seat.said == [] and leader.said == []
    seat.page.close()
    leader.page.close()


def test_a_laptop_is_passed_on(browser: Browser, room: tuple[Open, str]) -> None:
    """Two seats on one device: each decision is its own."""
    leader, address = room
    laptop = seated(browser, address, "authority-2", "Bea")
    laptop.page.click("#leave")
    laptop.page.wait_for_selector("#sit:enabled")
    laptop.page.check("input[name=seat][value=provider-1]")
    laptop.page.fill("#person", "Cem")
    laptop.page.click("#sit")
    laptop.until(lambda: "Provider 1" in laptop.text("#title"))
    leader.page.click("#advance")
    laptop.until(lambda: laptop.page.is_enabled("#decide"))
    laptop.page.fill("[data-field=asks]", "1.5")
    laptop.page.click("#decide")
    leader.until(lambda: "ecided" in leader.text("tr[data-seat=provider-1]"))
    laptop.page.click("#leave")
    laptop.page.wait_for_selector("#yours")
    laptop.page.get_by_role("button", name="Authority 2").click()
    laptop.until(lambda: "Authority 2" in laptop.text("#title") and laptop.page.is_enabled("#decide"))
    assert "ecided" not in leader.text("tr[data-seat=authority-2]")
    laptop.page.click("#decide")
    leader.until(lambda: "ecided" in leader.text("tr[data-seat=authority-2]"))
    assert laptop.said == []
    laptop.page.close()
    leader.page.close()


def test_the_facilitator_holds_removes_and_goes_back(browser: Browser, room: tuple[Open, str]) -> None:
    leader, address = room
    dan = seated(browser, address, "board", "Dan")
    leader.page.click("#advance")
    leader.until(lambda: leader.page.is_enabled("#hold"))
    leader.page.click("#hold")
    leader.page.wait_for_timeout(700)
    stopped = leader.text("#clock")
    leader.page.wait_for_timeout(1500)
    assert leader.text("#clock") == stopped
    leader.page.click("#advance")
    leader.until(lambda: leader.week() == 13, 60)
    leader.until(lambda: leader.page.is_enabled("#back"))
    leader.page.click("#back")
    leader.page.wait_for_timeout(300)
    leader.page.click("#back")
    leader.until(lambda: leader.week() == 0)
    leader.page.click("tr[data-seat=board] summary")
    leader.page.click("[data-remove=board]")
    dan.until(lambda: dan.page.is_visible("#sit"))
    leader.until(lambda: "Dan" not in leader.text("tr[data-seat=board]"))
    assert dan.said == [] and leader.said == []
    dan.page.close()
    leader.page.close()


def test_who_only_looks_on_has_no_buttons_and_a_wrong_token_no_page(
    browser: Browser, served: Callable[..., Served], short_town: str
) -> None:
    server = served(short_town, "--workshop", "--port", "0", "--token", "blue-heron-42")
    plain = f"http://{urlsplit(server.address).netloc}"
    guest = Open(browser, f"{plain}/?token=blue-heron-42")
    guest.page.wait_for_selector("#tab-workshop", timeout=120_000)
    guest.until(lambda: "obby" in guest.text("#phase") or "begin" in guest.text("#phase").lower(), 60)
    assert not guest.page.is_visible("#advance")
    guest.page.close()
    for path in ("/?token=wrong", "/seat?token=wrong", "/seat"):
        stranger = browser.new_page()
        found = stranger.goto(f"{plain}{path}")
        assert found is not None and found.status == 403
        stranger.close()
