"""Serving a room from this machine: a free port, a browser that opens, one line in the terminal."""

from __future__ import annotations

import errno
import ipaddress
import socket
import threading
import webbrowser
from collections.abc import Callable
from urllib.parse import urlencode

import uvicorn

from marketsim.live.room import Room
from marketsim.live.web import server
from marketsim.live.web.security import LOOPBACK, SHORTEST_TOKEN, Door
from marketsim.live.workshop.host import Host
from marketsim.scenario.errors import ScenarioError

USUAL_PORT = 8765
EVERYWHERE = ("0.0.0.0", "::")
SOMEWHERE = {socket.AF_INET: ("192.0.2.1", 9), socket.AF_INET6: ("2001:db8::1", 9)}  # addresses kept for documentation
LONGEST_MESSAGE = 4 * 1024 * 1024  # bytes that are read at all, so that a page is told what was wrong with them


def serve(
    room: Room, leader: Host | None, host: str, port: int | None, token: str | None, browser: bool,
    say: Callable[[str], None],
) -> None:  # fmt: skip
    """Serve until Ctrl-C. Raises ScenarioError, in one line, for a port that is taken or a host that can't be had."""
    check(host, token)
    listening = _socket(host, port)
    port, word = listening.getsockname()[1], None if leader is None else leader.facilitator
    names = names_of(host)
    host = names[0]
    address = address_of(host, port, "", token=token, facilitator=word)
    hosts = tuple(dict.fromkeys([*LOOPBACK, *map(_bracketed, names)]))
    say(f"{address}  (Ctrl-C ends it)")
    if leader is not None:
        say(f"{address_of(host, port, 'seat', token=token)}  for those who take seats")

    def show() -> None:
        if browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    app = server.app(room, Door(hosts, token, word), leader, show)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, ws="websockets-sansio", ws_max_size=LONGEST_MESSAGE,
        timeout_graceful_shutdown=1, server_header=False,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listening])


def check(host: str, token: str | None) -> None:
    """Raises ScenarioError for a room that would be open to a network without a token."""
    if token is not None and len(token) < SHORTEST_TOKEN:
        raise ScenarioError(f"expected at least {SHORTEST_TOKEN} letters, got {len(token)}", "--token")
    if not is_loopback(host) and token is None:
        message = "opens the room to the network, so it needs --token: a word that is part of the address people type"
        raise ScenarioError(message, f"--host {host}")


def address_of(host: str, port: int, path: str, **words: str | None) -> str:
    """What people type into a browser, with the words that the page must know."""
    known = urlencode({name: word for name, word in words.items() if word is not None})
    return f"http://{_bracketed(host)}:{port}/{path}" + (f"?{known}" if known else "")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a host."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _socket(host: str, port: int | None) -> socket.socket:
    """A socket that listens: on the port asked for, else on the usual one or any that is free."""
    wanted = [USUAL_PORT, 0] if port is None else [port]
    for one in wanted:
        try:
            return socket.create_server((host, one), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and one != wanted[-1]:
                continue
            taken = error.errno == errno.EADDRINUSE
            why = "is taken; name another with --port, or leave it out" if taken else error.strerror or str(error)
            raise ScenarioError(f"port {one} {why}", host) from None
    raise AssertionError


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def names_of(host: str) -> list[str]:
    """By which names others ask for a host, the best first; one that stands for all addresses is no name of any."""
    if host not in EVERYWHERE:
        return [host]
    name = socket.gethostname()
    return [_own_address(socket.AF_INET6 if ":" in host else socket.AF_INET), name, f"{name}.local"]


def _own_address(family: socket.AddressFamily) -> str:
    """The address by which others on the network reach this machine, or that of the machine itself without a network.
    Nothing is sent: a socket is only asked from where it would send."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asked:
            asked.connect(SOMEWHERE[family])
            return str(asked.getsockname()[0])
    except OSError:
        return "::1" if family == socket.AF_INET6 else "127.0.0.1"
