"""What is served: the page and its parts, the websocket to the room, scenario files and the report to take away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import cache
from importlib.resources import files

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from marketsim.live import messages, saving
from marketsim.live.room import Room
from marketsim.live.security import Door, SafeHeaders
from marketsim.live.viewers import Viewer

KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
REFUSED = 1008  # of a websocket: policy


@cache
def page_files() -> dict[str, tuple[bytes, str]]:
    """The parts of the page by name, with their kinds: read once, so that nothing is read from the disk by a name that
    somebody sends."""
    folder = files("marketsim.live").joinpath("page")
    named = {item.name: item for item in folder.iterdir()}
    return {name: (item.read_bytes(), kind) for name, item in sorted(named.items())
            for ending, kind in KINDS.items() if name.endswith(ending)}  # fmt: skip


def app(room: Room, door: Door, on_open: Callable[[], None] = lambda: None) -> Starlette:
    """The application: one room behind one door; `on_open` is called as soon as pages can be served."""

    @asynccontextmanager
    async def living(_: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(room.open()), asyncio.create_task(room.run())]
        on_open()
        yield
        for task in tasks:
            task.cancel()
        room.close()

    def index(request: Request) -> Response:
        if not door.knows_token(request):
            return _unknown_token()
        return HTMLResponse(page_files()["index.html"][0])

    def part(request: Request) -> Response:
        found = page_files().get(request.path_params["name"])
        if found is None:
            return PlainTextResponse("There is no such file.", 404)
        return Response(found[0], media_type=found[1])

    def saved(request: Request) -> Response:
        if not door.knows_token(request):
            return _unknown_token()
        if room.sides is None:
            return PlainTextResponse("The markets are still being made.", 503)
        name, text = saving.scenario_file(room, request.path_params["letter"])
        return PlainTextResponse(text, headers={"content-disposition": f'attachment; filename="{name}"'})

    def report(request: Request) -> Response:
        if not door.knows_token(request):
            return _unknown_token()
        if room.report.page is None:
            return PlainTextResponse("No report has been written yet.", 404)
        return HTMLResponse(room.report.page, headers={"content-security-policy": saving.REPORT_CSP})

    async def socket(websocket: WebSocket) -> None:
        if not door.same_origin(websocket) or not door.knows_token(websocket):
            await websocket.close(REFUSED)
            return
        await websocket.accept()
        await _converse(room, websocket)

    routes = [
        Route("/", index),
        Route("/page/{name}", part),
        Route("/save/{letter:str}.yaml", saved),
        Route("/report", report),
        WebSocketRoute("/ws", socket),
    ]
    middleware = [
        Middleware(TrustedHostMiddleware, allowed_hosts=list(door.hosts), www_redirect=False),
        Middleware(SafeHeaders),
        Middleware(GZipMiddleware),
    ]
    return Starlette(routes=routes, middleware=middleware, lifespan=living)


async def _converse(room: Room, websocket: WebSocket) -> None:
    """Send a page what it is to know, and do what it asks, until it is closed."""
    viewer = room.join()
    sending = asyncio.create_task(_send(viewer, websocket))
    try:
        while True:
            text = await websocket.receive_text()
            try:
                asked = messages.asked(text)
            except ValueError as error:
                viewer.send(messages.Said(type="said", words=str(error)))
                continue
            await room.do(viewer, asked)
    except (WebSocketDisconnect, KeyError):  # KeyError: bytes where text is expected
        pass
    finally:
        sending.cancel()
        room.leave(viewer)


async def _send(viewer: Viewer, websocket: WebSocket) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):  # RuntimeError: the page has gone while it was sent to
        while True:
            await websocket.send_text(json.dumps(await viewer.next(), separators=(",", ":"), allow_nan=False))


def _unknown_token() -> Response:
    return PlainTextResponse("The address lacks the word (token) that this room was opened with.", 403)
