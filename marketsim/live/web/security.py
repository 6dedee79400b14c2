"""Who may talk to the room: pages that it served itself, under a name of its own, with the word if there is one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
SHORTEST_TOKEN = 8  # letters
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",  # the word stands in the address
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


@dataclass(frozen=True)
class Door:
    """By which `hosts` the server may be asked for, the `token` that pages must know (None: none is needed), and the
    word that the page of whoever leads must know (None: all pages lead)."""

    hosts: tuple[str, ...] = LOOPBACK
    token: str | None = None
    facilitator: str | None = None

    def same_origin(self, connection: HTTPConnection) -> bool:
        """Whether the page that opens a websocket came from this server: browsers always send where it came from."""
        origin = urlsplit(connection.headers.get("origin", ""))
        return origin.scheme in ("http", "https") and origin.netloc == connection.headers.get("host", "")

    def knows_token(self, connection: HTTPConnection) -> bool:
        """Whether the address carries the word."""
        return _carries(connection, "token", self.token)

    def leads(self, connection: HTTPConnection) -> bool:
        """Whether the page may steer the room, and not only look on."""
        return _carries(connection, "facilitator", self.facilitator)


def _carries(connection: HTTPConnection, name: str, word: str | None) -> bool:
    """Whether the address carries a word, if one is needed; compared in a time that gives nothing away."""
    if word is None:
        return True
    return secrets.compare_digest(connection.query_params.get(name, "").encode(), word.encode())


class SafeHeaders:
    """Middleware that adds HEADERS to every answer, unless it brings its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, adding headers as the answer begins."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = Headers(raw=message["headers"])
                more = [(name.encode(), value.encode()) for name, value in HEADERS.items() if name not in there]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)
