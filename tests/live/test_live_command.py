"""`marketsim live` as a user types it: mistakes are one line and exit code 2, and nothing is left behind."""

from __future__ import annotations

import ipaddress
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from server_process import Served
from starlette.testclient import TestClient

from marketsim.live.room import Room
from marketsim.live.web import server, serving
from marketsim.live.web.security import Door
from marketsim.live.workshop.host import Host

Typed = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def refused(found: subprocess.CompletedProcess[str]) -> str:
    """The one line of a mistake."""
    assert found.returncode == 2 and found.stdout == ""
    assert found.stderr.count("\n") == 1
    return found.stderr


def test_a_port_that_is_taken(typed: Typed, taken_port: int, tmp_path: Path) -> None:
    said = refused(typed("live", "town", "--port", str(taken_port), "--no-browser", "--out", str(tmp_path / "out")))
    assert f"port {taken_port} is taken; name another with --port, or leave it out" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["twon"], "did you mean 'town'?"),
        (["town", "spot"], "has other authorities than the baseline town.yaml"),
        (["spot", "backcast_2014"], "both must begin together"),
        (["town", "--host", "0.0.0.0"], "--host 0.0.0.0 opens the room to the network, so it needs --token"),
        (["town", "--token", "short"], "--token expected at least 8 letters, got 5"),
        (["town", "--seat", "board"], "only a workshop has seats, so --seat has no effect"),
        (["town", "--workshop", "--seat", "Authority 7"], "there is no seat 'Authority 7'"),
        (["town", "--workshop", "--seat", "provider 99"], "there are 14 private providers, got 'provider 99'"),
        (["town", "--host", "no.such.host.invalid", "--token", "blue-heron-42"], "no.such.host.invalid"),
        (["town", "--port", "99999"], "--port"),
    ],
)
def test_what_cannot_be_shown(typed: Typed, words: list[str], said: str) -> None:
    assert said in refused(typed("live", *words, "--no-browser"))


def test_a_scenario_too_short_for_a_round(typed: Typed, tmp_path: Path) -> None:
    path = tmp_path / "short.yaml"
    path.write_text("extends: town.yaml\nhorizon: {weeks: 12}\n", encoding="utf-8")
    assert "a workshop needs 13 weeks at least" in refused(typed("live", str(path), "--workshop", "--no-browser"))


def test_the_usual_port_gives_way_and_ctrl_c_ends_it(served: Callable[..., Served], short_town: str) -> None:
    one, two = served(short_town), served(short_town, "--seed", "2")
    assert one.address != two.address
    assert "Traceback" not in two.end() and two.process is not None and two.process.returncode in (0, 130)
    with urlopen(one.address) as found:
        assert found.status == 200


@pytest.mark.parametrize("names", [["town"], ["spot", "cooperative"]], ids=str)
@pytest.mark.parametrize("seats", [False, True], ids=["watch", "workshop"])
def test_the_page_is_there_two_seconds_after_the_imports(names: list[str], seats: bool) -> None:
    """All that happens until a browser has the page: the markets are made while it is shown."""
    list(server.page_files())
    began = time.monotonic()
    room = Room(names, 1, None)
    leader = Host(room, []) if seats else None
    with TestClient(server.app(room, Door(), leader), base_url="http://127.0.0.1") as client:
        assert client.get("/").status_code == 200
        took = time.monotonic() - began
    assert took < 2.0


def test_a_room_goes_on_unless_a_new_one_is_asked_for(served: Callable[..., Served], short_town: str) -> None:
    one = served(short_town, "--port", "0")
    made = False
    while not made:  # only what has been made is left
        with suppress(HTTPError), urlopen(f"{one.address}save/a.yaml") as found:
            made = found.status == 200
        time.sleep(0.2)
    one.end()
    again = served(short_town, "--port", "0")
    assert "The room goes on as it was left" in again.before


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_room_for_a_network_has_names_that_others_can_type(host: str) -> None:
    """Nothing is opened: only what would be said."""
    best, *others = serving.names_of(host)
    assert best not in serving.EVERYWHERE and ipaddress.ip_address(best)
    assert socket.gethostname() in others
    assert serving.names_of("127.0.0.1") == ["127.0.0.1"]
    assert serving.address_of(best, 8765, "seat", token="blue-heron-42").endswith(":8765/seat?token=blue-heron-42")
