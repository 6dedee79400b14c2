"""Who may talk to the server, what it serves, what it says to nonsense: asked as a browser or somebody else would."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from marketsim.live.room import Room
from marketsim.live.web import server, serving
from marketsim.live.web.security import Door
from marketsim.scenario.errors import ScenarioError

HERE, SOCKET = "http://127.0.0.1", "ws://127.0.0.1/ws"
TOKEN = "blue-heron-42"
LONG = '{"do": "show", "measure": "' + "x" * 1_000_000 + '"}'
PAGES = ("/", "/save/a.yaml", "/save/b.yaml", "/report")


@pytest.fixture(scope="module")
def open_door(short_town: str) -> Iterator[TestClient]:
    with TestClient(server.app(Room([short_town], 1, None), Door()), base_url=HERE) as client:
        yield client


@pytest.fixture(scope="module")
def locked_door(short_town: str) -> Iterator[TestClient]:
    with TestClient(server.app(Room([short_town], 1, None), Door(token=TOKEN)), base_url=HERE) as client:
        yield client


def told(websocket: Any, kind: str) -> dict[str, Any]:
    """The next message of a kind."""
    while True:
        message: dict[str, Any] = json.loads(websocket.receive_text())
        if message["type"] == kind:
            return message


def ready(websocket: Any) -> dict[str, Any]:
    """The state once the markets are made."""
    while (state := told(websocket, "state"))["starting"]:
        pass
    return state


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8765", ""])
def test_a_foreign_host_is_refused(open_door: TestClient, page: str, host: str) -> None:
    """A name that somebody lets point to this machine (DNS rebinding)."""
    assert open_door.get(page, headers={"host": host}).status_code == 400


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://127.0.0.1:1", "null", "file://", "http://127.0.0.1.evil.example", ""]
)
def test_a_foreign_origin_is_refused_before_a_word_is_said(open_door: TestClient, origin: str) -> None:
    with pytest.raises(WebSocketDisconnect), open_door.websocket_connect(SOCKET, headers={"origin": origin}):
        pass


def test_no_origin_is_refused(open_door: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect), open_door.websocket_connect(SOCKET):
        pass


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN[:-1], TOKEN.upper()])
def test_a_wrong_token_is_refused(locked_door: TestClient, token: str | None) -> None:
    query = "" if token is None else f"?token={token}"
    assert [locked_door.get(page + query).status_code for page in PAGES] == [403] * len(PAGES)
    opening = locked_door.websocket_connect(f"{SOCKET}{query}", headers={"origin": HERE})
    with pytest.raises(WebSocketDisconnect), opening:
        pass


def test_the_right_token_opens(locked_door: TestClient) -> None:
    assert locked_door.get(f"/?token={TOKEN}").status_code == 200
    with locked_door.websocket_connect(f"{SOCKET}?token={TOKEN}", headers={"origin": HERE}) as websocket:
        assert ready(websocket)["tick"]["week"] == 0


def test_everything_is_served_with_a_policy_that_lets_nothing_in(open_door: TestClient) -> None:
    for address in ("/", "/page/main.js", "/page/live.css", "/nothing"):
        found = open_door.get(address)
        policy = found.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert "set-cookie" not in found.headers and found.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name", ["../room.py", "..%2Froom.py", "%2e%2e/room.py", "/etc/passwd", "index.html%00", "nope.js"]
)
def test_nothing_is_read_from_the_disk_by_a_name(open_door: TestClient, name: str) -> None:
    assert open_door.get(f"/page/{name}").status_code == 404


@pytest.mark.parametrize("page", ["index.html", "seat.html"])
def test_a_page_is_light(open_door: TestClient, page: str) -> None:
    """What a browser loads for a page, part by part: fifty kilobytes or less, packed."""
    parts, loaded = [page], set()
    while parts:
        name = parts.pop()
        loaded.add(name)
        text = server.page_files()[name][0].decode("utf-8")
        parts += set(re.findall(r'(?:"/page/|from "\./)([\w.]+)"', text)) - loaded
    sent = [open_door.get(f"/page/{name}") for name in loaded]
    assert len(sent) > 5 and sum(int(found.headers["content-length"]) for found in sent) < 50_000


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Invalid JSON"),
        ("{", "Invalid JSON"),
        ("[]", "expected"),
        ('{"do": "dance"}', "do: there is no 'dance'; allowed: play, pause"),
        ('{"do": "step", "weeks": 0}', "weeks: expected greater than or equal to 1, got 0"),
        ('{"do": "speed", "weeks_per_second": NaN}', "weeks_per_second"),
        ('{"do": "play", "now": true}', "now: Extra inputs are not permitted"),
        (LONG, "measure: String should have at most 200 characters"),
        ('{"do": "show", "measure": "fees"}', "there is no measure 'fees' on the map"),
        ('{"do": "change", "market": "b", "slider": "needs", "value": 99}', "a number from 0.5 to 1.5, got 99"),
        ('{"do": "open", "scenario": "/etc/passwd"}', "there is no shipped scenario '/etc/passwd'"),
        ('{"do": "follow", "market": "a", "kind": "child", "number": 999999}', "there is no child 999999"),
        ('{"do": "turn", "question": "no such", "screen": 1}', "there is no story of 'no such'"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_nonsense_is_answered_in_one_line_and_the_room_goes_on(open_door: TestClient, text: str, words: str) -> None:
    with open_door.websocket_connect(SOCKET, headers={"origin": HERE}) as websocket:
        before = ready(websocket)
        websocket.send_text(text)
        said = told(websocket, "said")["words"]
        assert words in said and "\n" not in said and len(said) < 500
        websocket.send_text('{"do": "speed", "weeks_per_second": 7}')
        after = ready(websocket)
        assert after["speed"] == 7 and after["tick"]["week"] == before["tick"]["week"]


def test_a_message_of_bytes_ends_only_its_own_page(open_door: TestClient) -> None:
    with open_door.websocket_connect(SOCKET, headers={"origin": HERE}) as websocket:
        ready(websocket)
        websocket.send_bytes(b"\x00\xff")
    with open_door.websocket_connect(SOCKET, headers={"origin": HERE}) as websocket:
        assert ready(websocket)


def test_two_pages_see_one_room_and_each_its_own_map(open_door: TestClient) -> None:
    with (
        open_door.websocket_connect(SOCKET, headers={"origin": HERE}) as one,
        open_door.websocket_connect(SOCKET, headers={"origin": HERE}) as two,
    ):
        week = ready(one)["tick"]["week"]
        ready(two)
        two.send_text('{"do": "show", "measure": "out_of_area_share"}')
        assert told(two, "tick")["measure"] == "out_of_area_share"
        one.send_text('{"do": "step"}')
        ticks = told(one, "tick"), told(two, "tick")
        assert [tick["week"] for tick in ticks] == [week + 1, week + 1]
        assert [tick["measure"] for tick in ticks] == ["weekly_fee_mean_gbp", "out_of_area_share"]
        assert ticks[0]["numbers"] == ticks[1]["numbers"] and ticks[0]["map"] != ticks[1]["map"]


def test_a_scenario_with_a_mistake_leaves_the_room_as_it_is(short_town: str, tmp_path: Any) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("extends: town.yaml\n", encoding="utf-8")
    served = TestClient(server.app(Room([str(path)], 1, None), Door()), base_url=HERE)
    with served as client, client.websocket_connect(SOCKET, headers={"origin": HERE}) as websocket:
        ready(websocket)
        websocket.send_text('{"do": "step", "weeks": 3}')
        while told(websocket, "tick")["week"] < 3:
            pass
        path.write_text("extends: town.yaml\nhorizon: {weeks: many}\n", encoding="utf-8")
        websocket.send_text(json.dumps({"do": "open", "scenario": str(path)}))
        assert "mine.yaml:2:18 horizon.weeks: expected a whole number" in told(websocket, "said")["words"]
        websocket.send_text('{"do": "step"}')
        assert told(websocket, "tick")["week"] == 4


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.20", "::"])
def test_a_network_needs_a_token(host: str) -> None:
    with pytest.raises(ScenarioError, match="needs --token"):
        serving.check(host, None)
    serving.check(host, TOKEN)


def test_a_short_token_is_refused() -> None:
    with pytest.raises(ScenarioError, match="at least 8 letters, got 3"):
        serving.check("127.0.0.1", "abc")


def test_a_report_of_the_room_is_written_while_it_goes_on(short_town: str, tmp_path: Any) -> None:
    served = TestClient(server.app(Room([short_town], 1, tmp_path), Door()), base_url=HERE)
    with served as client, client.websocket_connect(SOCKET, headers={"origin": HERE}) as websocket:
        ready(websocket)
        assert client.get("/report").status_code == 404
        websocket.send_text('{"do": "shock", "market": "b", "shock": "costs"}')
        ready(websocket)
        websocket.send_text('{"do": "report", "replicates": 2}')
        websocket.send_text('{"do": "report", "replicates": 2}')
        assert told(websocket, "said")["words"] == "A report is being written already."
        websocket.send_text('{"do": "step"}')
        assert told(websocket, "tick")["week"] == 1
        while not (progress := told(websocket, "state")["report"])["address"]:
            assert progress["said"] == "" and progress["all"] == 4
        found = client.get(progress["address"])
        assert found.status_code == 200 and "short changed" in found.text
        assert "script-src" not in found.headers["content-security-policy"]
    assert (tmp_path / "live" / "report-1" / "comparison.csv").exists()


@pytest.mark.parametrize("text", ["{", '{"version": 1}', '{"version": 1, "names": ["no_such"], "markets": []}'])
def test_a_room_that_cannot_be_restored_begins_anew_and_says_so(short_town: str, tmp_path: Any, text: str) -> None:
    kept = Room([short_town], 1, tmp_path).file
    assert kept is not None
    kept.parent.mkdir()
    kept.write_text(text, encoding="utf-8")
    served = TestClient(server.app(Room([short_town], 1, tmp_path), Door()), base_url=HERE)
    with served as client, client.websocket_connect(SOCKET, headers={"origin": HERE}) as websocket:
        assert "The room begins anew" in told(websocket, "said")["words"]
        websocket.send_text('{"do": "step"}')
        assert told(websocket, "tick")["week"] == 1


def test_a_market_that_cannot_be_made_is_said(tmp_path: Any) -> None:
    path = tmp_path / "full.yaml"
    path.write_text("extends: town.yaml\nworld: {kind: synthetic, homes: 4, children_at_start: 400}", encoding="utf-8")
    served = TestClient(server.app(Room([str(path)], 1, None), Door()), base_url=HERE)
    with served as client, client.websocket_connect(SOCKET, headers={"origin": HERE}) as websocket:
        while not (words := told(websocket, "state")["starting"]) or "being made" in words:
            pass
        assert "children" in words and "places" in words
