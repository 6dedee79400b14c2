"""Pages in a real browser: what they asked for and complained of, and what stands on them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDE, PHONE = {"width": 1280, "height": 720}, {"width": 380, "height": 800}
SMALLEST_TEXT = """() => {
  const sizes = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const at = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || !at.checkVisibility() || at.closest(".unseen")) continue;
    const range = document.createRange();
    range.selectNodeContents(walk.currentNode);
    const box = range.getBoundingClientRect();
    if (box.width < 1 || box.height < 1) continue;
    const svg = at.closest("svg");
    const scale = svg && svg.getScreenCTM() ? svg.getScreenCTM().a : 1;
    sizes.push([parseFloat(getComputedStyle(at).fontSize) * scale, walk.currentNode.textContent.trim().slice(0, 40)]);
  }
  return sizes.sort((one, other) => one[0] - other[0])[0] ?? [100, ""];
}"""


class Open:
    """An open page; `said` are the addresses that it asked for elsewhere, and its complaints."""

    def __init__(self, browser: Browser, address: str, size: dict[str, int] | None = None) -> None:
        self.address, self.said = address, []
        self.page: Page = browser.new_page(viewport=size or WIDE)  # type: ignore[arg-type]
        here = urlsplit(address).netloc
        self.page.on("request", lambda asked: self._note(asked.url, here))
        self.page.on("websocket", lambda opened: self._note(opened.url, here))
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.page.goto(address)

    def _note(self, url: str, here: str) -> None:
        if urlsplit(url).netloc != here:
            self.said.append(url)

    said: list[str]

    def text(self, selector: str) -> str:
        """What stands there."""
        return self.page.inner_text(selector)

    def week(self) -> int:
        """Which week the page shows."""
        words = self.text("#week").split()
        return int(words[1])

    def until(self, holds: Callable[[], bool], seconds: float = 30.0) -> float:
        """Wait until something holds; gives the seconds that it took."""
        began = time.monotonic()
        while not holds():
            assert time.monotonic() - began < seconds, f"still not after {seconds} seconds; week {self.text('#week')}"
            self.page.wait_for_timeout(20)
        return time.monotonic() - began

    def ready(self) -> Open:
        """Wait until the room is ready for orders."""
        self.page.wait_for_selector("#play:enabled", timeout=120_000)
        return self

    def show(self, tab: str) -> None:
        """Turn to a tab."""
        self.page.click(f"#tab-{tab}")

    def smallest_text(self) -> tuple[float, str]:
        """The smallest text that can be seen (pixels), and what it says."""
        size, words = self.page.evaluate(SMALLEST_TEXT)
        return float(size), str(words)

    def faults(self) -> list[Any]:
        """Rules of accessibility that are broken."""
        found = Axe().run(self.page)
        return [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]]

    def is_too_wide(self) -> bool:
        """Whether one must scroll sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))
