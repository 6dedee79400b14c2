"""What is served: the page and its parts, the websocket to the room, scenario files and the report to take away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import cache
from importlib.resources import files

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from marketsim.live import asks, saving
from marketsim.live.room import Room
from marketsim.live.viewers import Viewer
from marketsim.live.web.security import Door, SafeHeaders
from marketsim.live.workshop.asks import STEERING
from marketsim.live.workshop.host import Host

KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
ONLY_LEADER = "Only the facilitator's page can do this."
REFUSED = 1008  # of a websocket: policy


@cache
def page_files() -> dict[str, tuple[bytes, str]]:
    """The parts of the page by name, with their kinds: read once, so that nothing is read from the disk by a name that
    somebody sends."""
    folder = files("marketsim.live").joinpath("page")
    named = {item.name: item for item in folder.iterdir()}
    return {name: (item.read_bytes(), kind) for name, item in sorted(named.items())
            for ending, kind in KINDS.items() if name.endswith(ending)}  # fmt: skip


def app(room: Room, door: Door, host: Host | None = None, on_open: Callable[[], None] = lambda: None) -> Starlette:
    """The application: one room behind one door, with seats if there is a host; `on_open` is called as soon as pages
    can be served."""
    served = Served(room, door, host)
    middleware = [
        Middleware(TrustedHostMiddleware, allowed_hosts=list(door.hosts), www_redirect=False),
        Middleware(SafeHeaders),
        Middleware(GZipMiddleware),
    ]
    return Starlette(routes=served.routes(), middleware=middleware, lifespan=lambda _: _living(room, host, on_open))


@asynccontextmanager
async def _living(room: Room, host: Host | None, on_open: Callable[[], None]) -> AsyncIterator[None]:
    """The room lives as long as it is served, and is left as it was."""
    tasks = [asyncio.create_task(room.open()), asyncio.create_task(room.run())]
    if host is not None:
        tasks.append(asyncio.create_task(host.run()))
    on_open()
    yield
    for task in tasks:
        task.cancel()
    room.close()


class Served:
    """What is answered to each address. All but the parts of the page, which are the same for everybody, need the word.
    """

    def __init__(self, room: Room, door: Door, host: Host | None) -> None:
        self.room, self.door, self.host = room, door, host

    def routes(self) -> list[BaseRoute]:
        """All addresses; those of seats only in a workshop."""
        found: list[BaseRoute] = [
            Route("/", self._behind_door(lambda _: _page("index.html"))),
            Route("/page/{name}", self.part),
            Route("/save/{letter:str}.yaml", self._behind_door(self.scenario)),
            Route("/report", self._behind_door(self.report)),
            WebSocketRoute("/ws", self.watch),
        ]
        if self.host is not None:
            found += [
                Route("/seat", self._behind_door(lambda _: _page("seat.html"))),
                Route("/save/decisions.csv", self._behind_door(self.decisions)),
                WebSocketRoute("/seat/ws", self.sit),
            ]
        return found

    def _behind_door(self, answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
        def guarded(request: Request) -> Response:
            if self.door.knows_token(request):
                return answer(request)
            return PlainTextResponse("The address lacks the word (token) that this room was opened with.", 403)

        return guarded

    def part(self, request: Request) -> Response:
        """A part of the page."""
        found = page_files().get(request.path_params["name"])
        if found is None:
            return PlainTextResponse("There is no such file.", 404)
        return Response(found[0], media_type=found[1])

    def scenario(self, request: Request) -> Response:
        """A market as a scenario file."""
        if self.room.sides is None:
            return PlainTextResponse("The markets are still being made.", 503)
        return _download(*saving.scenario_file(self.room, request.path_params["letter"]))

    def report(self, _: Request) -> Response:
        """The latest report."""
        if self.room.report.page is None:
            return PlainTextResponse("No report has been written yet.", 404)
        return HTMLResponse(self.room.report.page, headers={"content-security-policy": saving.REPORT_CSP})

    def decisions(self, _: Request) -> Response:
        """What seats decided."""
        return _download("decisions.csv", saving.decisions(self.host.workshop.log() if self.host is not None else []))

    async def watch(self, websocket: WebSocket) -> None:
        """A page that watches, or leads."""
        if await _admitted(websocket, self.door):
            await _watch(self.room, self.host, self.door.leads(websocket), websocket)

    async def sit(self, websocket: WebSocket) -> None:
        """A page of seats."""
        if self.host is not None and await _admitted(websocket, self.door):
            await _sit(self.host, websocket)


async def _admitted(websocket: WebSocket, door: Door) -> bool:
    """Whether the page that opens a websocket may; it is closed before a word is said if not."""
    if not door.same_origin(websocket) or not door.knows_token(websocket):
        await websocket.close(REFUSED)
        return False
    await websocket.accept()
    return True


async def _watch(room: Room, host: Host | None, leads: bool, websocket: WebSocket) -> None:
    """Send a page what it is to know, and do what it asks, until it is closed."""
    viewer = room.board.join()

    async def do(text: str) -> None:
        if not leads and not asks.only_looks(text):
            viewer.send({"type": "said", "words": ONLY_LEADER})
        elif host is not None and asks.word_of(text) in STEERING:
            await host.steer(viewer, text)
        else:
            await room.read(viewer, text)

    try:
        await _converse(viewer, websocket, do)
    finally:
        room.board.leave(viewer)


async def _sit(host: Host, websocket: WebSocket) -> None:
    """The same for a page of seats."""
    page = host.join()
    try:
        await _converse(page, websocket, lambda text: host.do(page, text))
    finally:
        host.leave(page)


async def _converse(viewer: Viewer, websocket: WebSocket, do: Callable[[str], Awaitable[None]]) -> None:
    sending = asyncio.create_task(_send(viewer, websocket))
    try:
        while True:
            await do(await websocket.receive_text())
    except (WebSocketDisconnect, KeyError):  # KeyError: bytes where text is expected
        pass
    finally:
        sending.cancel()


async def _send(viewer: Viewer, websocket: WebSocket) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):  # RuntimeError: the page has gone while it was sent to
        while True:
            await websocket.send_text(json.dumps(await viewer.next(), separators=(",", ":"), allow_nan=False))


def _page(name: str) -> Response:
    return HTMLResponse(page_files()[name][0])


def _download(name: str, text: str) -> Response:
    return PlainTextResponse(text, headers={"content-disposition": f'attachment; filename="{name}"'})
