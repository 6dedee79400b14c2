"""The live page with England in both markets, at ten weeks a second: what one page and twenty get, and what it costs.

    uv run python benchmarks/live.py [MINUTES]     (30 minutes of memory; a minute of the rest)

A server as a user starts it, pages that only listen, and one in a real browser, whose processor share is read too.
`weeks a second` is what a page receives of the ten; `lag` is the time from the server's writing to its arrival, by the
answer to a ping while weeks pass. When the last week is over the room begins anew, so that memory can be seen over
several lives of both markets. Needs Linux (/proc) and, for the browser, Debian's chromium.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import machine
from playwright.async_api import async_playwright
from websockets.asyncio.client import connect

SECONDS, SPEED = 20.0, 10.0
TICKS = os.sysconf("SC_CLK_TCK")
SAMPLE = 15.0  # seconds between two looks at memory


def processor(pids: list[int]) -> float:
    """Seconds of processor that processes have used so far."""
    used = 0.0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        used += (int(fields[11]) + int(fields[12])) / TICKS
    return used


def memory(pid: int) -> float:
    """Megabytes that a process holds."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    return int(found.group(1)) / 1024 if found else float("nan")


def below(pid: int) -> list[int]:
    """A process and all that it started."""
    found = [pid]
    for one in Path("/proc").iterdir():
        if one.name.isdigit():
            try:
                parent = int((one / "stat").read_text(encoding="ascii").rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == pid:
                found += below(int(one.name))
    return found


class Page:
    """A page that listens: when weeks arrived, and how many bytes."""

    def __init__(self, address: str) -> None:
        self.address, self.arrived, self.bytes, self.ended = address, [], 0, False

    arrived: list[float]

    async def listen(self) -> None:
        """Count what comes, until cancelled."""
        async with connect(
            f"{self.address.replace('http', 'ws', 1)}ws", origin=self.address.rstrip("/"), max_size=None
        ) as self.socket:
            async for text in self.socket:
                self.bytes += len(text)
                message = json.loads(text)
                if message["type"] == "tick":
                    self.arrived.append(time.monotonic())
                    self.ended = message["ended"]
                elif message["type"] == "state":
                    self.starting, self.ended = message["starting"], message["tick"]["ended"]

    starting = "?"

    async def send(self, **message: object) -> None:
        """Ask for something."""
        await self.socket.send(json.dumps(message))

    async def lag(self) -> float:
        """Seconds until a ping is answered, halved."""
        began = time.monotonic()
        await (await self.socket.ping())
        return (time.monotonic() - began) / 2


async def ready(page: Page) -> None:
    """Wait until the room takes orders."""
    while page.starting:
        await asyncio.sleep(0.1)


async def again(page: Page) -> None:
    """From week 0 on."""
    await page.send(do="reset")
    await asyncio.sleep(1.0)
    await ready(page)
    await page.send(do="play")


async def measured(pages: list[Page], server: int, browser: list[int]) -> str:
    """What pages get and what it costs, over some seconds of play."""
    await again(pages[0])
    await asyncio.sleep(2.0)
    for page in pages:
        page.arrived, page.bytes = [], 0
    used, shown, began, lags = processor([server]), processor(browser), time.monotonic(), []
    while time.monotonic() - began < SECONDS and not pages[0].ended:
        lags.append(await pages[-1].lag())
        await asyncio.sleep(0.05)
    seconds = time.monotonic() - began
    rate = statistics.median(len(page.arrived) / seconds for page in pages)
    lags.sort()
    cost = f"server {100 * (processor([server]) - used) / seconds:.0f}% of a core"
    cost += f", browser {100 * (processor(browser) - shown) / seconds:.0f}%" if browser else ""
    return (f"{len(pages):3} pages: {rate:.1f} weeks a second each, lag {1000 * statistics.median(lags):.0f} ms (95%: "
            f"{1000 * lags[int(0.95 * len(lags))]:.0f}), {pages[0].bytes / seconds / 1000:.0f} kB/s a page, {cost}")


async def flat(page: Page, server: int, minutes: float) -> str:
    """Memory while the room plays again and again."""
    seen: list[tuple[float, float]] = []
    began = time.monotonic()
    while time.monotonic() - began < 60 * minutes:
        if page.ended:
            await again(page)
        seen.append((time.monotonic() - began, memory(server)))
        await asyncio.sleep(SAMPLE)
    settled = [value for seconds, value in seen if seconds > 60 * min(3.0, minutes / 3)]
    half = len(settled) // 2
    first, last = statistics.mean(settled[:half]), statistics.mean(settled[half:])
    return f"memory: {first:.0f} MB in the first half of {minutes:g} minutes, {last:.0f} MB in the second"


async def main(minutes: float) -> None:
    """Measure one page, then twenty, then memory."""
    print(f"England twice, {SPEED:g} weeks a second ({machine()})")
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "marketsim.cli.main", "live", "spot", "cooperative", "--port", "0",
                   "--no-browser", "--out", folder]  # fmt: skip
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        address = server.stdout.readline().split()[0]
        pages = [Page(address) for _ in range(20)]
        listening = [asyncio.create_task(pages[0].listen())]
        await asyncio.sleep(1.0)
        await ready(pages[0])
        await pages[0].send(do="speed", weeks_per_second=SPEED)
        await again(pages[0])
        await asyncio.sleep(5.0)  # everything is compiled
        async with async_playwright() as playwright:
            chromium = shutil.which("chromium")
            browser = None
            if chromium is not None:
                browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                shown = await browser.new_page(viewport={"width": 1280, "height": 720})
                await shown.goto(address)
            of_browser = [one for one in below(os.getpid()) if one not in below(server.pid) and one != os.getpid()]
            print(await measured(pages[:1], server.pid, of_browser), flush=True)
            listening += [asyncio.create_task(page.listen()) for page in pages[1:]]
            await asyncio.sleep(1.0)
            print(await measured(pages, server.pid, of_browser), flush=True)
            if browser is not None:
                await browser.close()
        print(await flat(pages[0], server.pid, minutes), flush=True)
        for task in listening:
            task.cancel()
        server.terminate()
        server.wait()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0))
