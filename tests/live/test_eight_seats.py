"""A workshop of eight seats by script, on a server as a user starts it: everything that goes wrong in a room."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import urllib.request
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from server_process import Served
from websockets.asyncio.client import connect

from marketsim import run
from marketsim.live.showing.scenes import NUMBERS
from marketsim.scenario.loading import load_scenario

PATIENCE = 90.0  # seconds for anything: the first weeks compile
SEATS = ("authority-1", "authority-2", "authority-3", "authority-4", "provider-1", "provider-5", "provider-9", "board")


class Person:
    """A page by script: all that it was sent, by type the latest."""

    def __init__(self, address: str, path: str) -> None:
        at = urlsplit(address)
        self.origin, query = f"http://{at.netloc}", f"?{at.query}" if at.query else ""
        self.url = f"ws://{at.netloc}{path}{query}"
        self.latest: dict[str, Any] = {}
        self.said: list[str] = []
        self.secret = ""

    async def come(self) -> Person:
        """Open the page."""
        self.latest, self.said = {}, []
        self._socket = await connect(self.url, origin=self.origin, max_size=None)  # type: ignore[arg-type]
        self._listening = asyncio.create_task(self._listen())
        return self

    async def go(self) -> None:
        """Close it, or lose the connection."""
        self._listening.cancel()
        await self._socket.close()

    async def send(self, **message: Any) -> None:
        """Ask for something."""
        await self._socket.send(json.dumps(message))

    async def until(self, holds: Callable[[], Any]) -> Any:
        """Wait until something holds of what was heard."""
        async with asyncio.timeout(PATIENCE):
            while not (found := holds()):
                await asyncio.sleep(0.02)
            return found

    async def sit(self, seat: str, name: str) -> Person:
        """Take a seat."""
        await self.send(do="sit", seat=seat, person=name)
        self.secret = (await self.until(lambda: self.latest.get("seated") or self.said))["secret"]
        await self.until(lambda: self.latest.get("seat", {}).get("name") == seat)
        return self

    async def decide(self, identity: str = "1", **fields: Any) -> None:
        """Decide in the round that is open."""
        number = self.latest["hall"]["round"]
        await self.send(do="decide", id=identity, round=number, fields=fields)

    def received(self, name: str, value: Any) -> Callable[[], bool]:
        """Whether the room has received a decision in which a field has a value."""
        return lambda: (self.latest.get("seat", {}).get("received") or {}).get(name) == value

    async def _listen(self) -> None:
        async for text in self._socket:
            message = json.loads(text)
            self.latest[message["type"]] = message
            if message["type"] == "said":
                self.said.append(message["words"])


def phase(person: Person) -> tuple[str, int]:
    hall = person.latest.get("hall") or person.latest["state"]["workshop"]
    return hall["phase"], hall["round"]


def week(person: Person) -> int:
    return int(person.latest.get("tick", {"week": -1})["week"])


async def pass_round(leader: Person, number: int) -> None:
    """Close the round that is open, and let its weeks pass."""
    await leader.send(do="advance")
    await leader.until(lambda: phase(leader) == ("live", number) or phase(leader)[0] == "over")
    await leader.until(lambda: week(leader) == 13 * number and leader.latest["hall"]["passed"])


def fetched(address: str, path: str) -> str:
    with urllib.request.urlopen(f"{address.partition('/?')[0].rstrip('/')}{path}") as found:
        text: str = found.read().decode("utf-8")
    return text


def by_script(play: Callable[[Served], Coroutine[Any, Any, None]], server: Served) -> None:
    asyncio.run(play(server))


@pytest.fixture
def workshop(served: Callable[..., Served], short_town: str) -> Served:
    return served(short_town, "--workshop", "--port", "0")


def test_nobody_loses_a_seat_or_a_decision_and_the_rounds_close(workshop: Served, tmp_path: Path) -> None:
    async def play(server: Served) -> None:
        leader = await Person(server.address, "/ws").come()
        await leader.until(lambda: leader.latest.get("state") and not leader.latest["state"]["starting"])
        await leader.send(do="seconds", seconds=3600)
        await leader.send(do="speed", weeks_per_second=50)
        people = {seat: await Person(server.address, "/seat/ws").come() for seat in SEATS}
        hall = await people["board"].until(lambda: people["board"].latest.get("hall"))
        assert [seat["name"] for seat in hall["seats"]] == list(SEATS)
        for seat in SEATS[:-1]:
            await people[seat].sit(seat, f"Person of {seat}")
        await leader.send(do="advance")
        for seat in SEATS[:-1]:
            await people[seat].until(lambda seat=seat: phase(people[seat]) == ("decide", 1))  # type: ignore[misc]

        reloads = people["authority-1"]  # one loads the page anew in the middle of a round
        await reloads.send(do="type", fields={"held": 3, "ready_to_pay": 1.2})
        await reloads.decide(held=2)
        await reloads.until(reloads.received("held", 2))
        await reloads.send(do="type", fields={"held": 7})
        await asyncio.sleep(0.2)
        await reloads.go()
        await reloads.come()
        await reloads.send(do="resume", secret=reloads.secret)
        await reloads.until(reloads.received("held", 2))
        assert reloads.latest["seat"]["typed"] == {"held": 7} and phase(reloads) == ("decide", 1)

        vanishes = people["provider-1"]  # one decides and vanishes
        await vanishes.decide(asks=1.4, opens=1)
        await vanishes.until(vanishes.received("asks", 1.4))
        await vanishes.go()

        late = people["board"]  # one comes late
        await late.sit("board", "Late")
        await late.decide(builds=1)
        await late.until(lambda: late.said)
        assert late.said == ["You decide from round 2 on."]

        twice = people["provider-5"]  # one sends twice
        for _ in range(3):
            await twice.decide("same", asks=0.8)
        await twice.until(twice.received("asks", 0.8))
        await asyncio.sleep(0.3)
        assert twice.latest["seat"]["times"] == 1

        one = people["authority-2"]  # two use one seat: the same person's phone and laptop; a stranger is refused
        other = await Person(server.address, "/seat/ws").come()
        await other.send(do="resume", secret=one.secret)
        await other.until(lambda: other.latest.get("seat"))
        await one.decide("a", member=True)
        await one.until(one.received("member", True))
        await other.decide("b", member=True, held=5)
        await one.until(one.received("held", 5))
        stranger = await Person(server.address, "/seat/ws").come()
        await stranger.send(do="sit", seat="authority-2", person="Stranger")
        await stranger.until(lambda: stranger.said)
        assert stranger.said == ["Authority 2 is taken by Person of authority-2."]
        await stranger.send(do="resume", secret="a-secret-that-is-none")
        await stranger.until(lambda: len(stranger.said) == 2)

        await pass_round(leader, 1)
        closed = people["authority-3"]
        await closed.send(do="decide", id="late", round=1, fields={"held": 1})
        await closed.until(lambda: closed.said)
        assert closed.said == ["Round 1 is closed."]
        number = (await reloads.until(lambda: reloads.latest["seat"].get("number")))
        assert number["label"] == "You spent a week" and number["value"] > 0
        await leader.until(lambda: phase(leader) == ("live", 1))

        await leader.send(do="advance")
        await late.until(lambda: phase(late) == ("decide", 2))
        await late.decide(builds=1, sharing="equal")
        await late.until(late.received("sharing", "equal"))
        await pass_round(leader, 2)
        await leader.until(lambda: phase(leader) == ("over", 2))

        rows = list(csv.DictReader(io.StringIO(fetched(server.address, "/save/decisions.csv"))))
        told = {(row["round"], row["seat"], row["field"]): row["value"] for row in rows}
        assert told["1", "authority-1", "held"] == "2" and told["1", "authority-2", "held"] == "5"
        assert told["1", "provider-1", "asks"] == "1.4" and told["1", "board", "builds"] == "0"
        assert told["2", "board", "builds"] == "1" and told["2", "provider-5", "asks"] == "0.8"
        assert "Person" not in json.dumps(rows)

        await leader.go()
        await leader.come()
        state = await leader.until(lambda: leader.latest.get("state"))
        assert_replays(fetched(server.address, "/save/b.yaml"), state, tmp_path)

    by_script(play, workshop)


def assert_replays(text: str, state: dict[str, Any], folder: Path) -> None:
    """What the room decided, run anew, gives the numbers that the room saw, week by week."""
    path = folder / "room.yaml"
    path.write_text(text, encoding="utf-8")
    weekly = run(load_scenario(path), seed=1, weeks=30).weekly.head(26)
    for number, values in zip(NUMBERS, state["history"][1], strict=True):
        if number.name in weekly:
            np.testing.assert_allclose(values, weekly[number.name], rtol=1e-4)
    assert len(values) == 26


def test_a_killed_server_gives_back_seats_rounds_and_decisions(workshop: Served) -> None:
    async def play(server: Served) -> None:
        leader = await Person(server.address, "/ws").come()
        await leader.until(lambda: leader.latest.get("state") and not leader.latest["state"]["starting"])
        await leader.send(do="seconds", seconds=3600)
        await leader.send(do="speed", weeks_per_second=50)
        ann = await (await Person(server.address, "/seat/ws").come()).sit("authority-1", "Ann")
        await leader.send(do="advance")
        await ann.until(lambda: phase(ann) == ("decide", 1))
        await ann.decide(held=4)
        await ann.until(ann.received("held", 4))
        await pass_round(leader, 1)
        await leader.until(lambda: phase(leader) == ("live", 1))
        await leader.send(do="advance")
        await ann.until(lambda: phase(ann) == ("decide", 2))
        await ann.decide(held=6)
        await ann.until(ann.received("held", 6))
        numbers = leader.latest["tick"]["numbers"]
        server.kill()
        port = str(urlsplit(server.address).port)
        word = parse_qs(urlsplit(server.address).query)["facilitator"]
        server.words[server.words.index("--port") + 1] = port
        server.start()
        assert parse_qs(urlsplit(server.address).query)["facilitator"] == word
        await leader.come()
        await leader.until(lambda: leader.latest.get("state") and not leader.latest["state"]["starting"])
        assert leader.latest["state"]["tick"]["week"] == 13
        assert leader.latest["state"]["tick"]["numbers"] == numbers
        await ann.come()
        await ann.send(do="resume", secret=ann.secret)
        await ann.until(ann.received("held", 6))
        assert phase(ann) == ("decide", 2) and ann.latest["seat"]["before"]["held"] == 4
        await leader.send(do="back")
        await ann.until(lambda: phase(ann) == ("decide", 1))
        await leader.until(lambda: leader.latest["state"]["tick"]["week"] == 0)
        assert ann.latest["seat"]["received"]["held"] == 4

    by_script(play, workshop)


def test_only_the_facilitator_leads(workshop: Served) -> None:
    async def play(server: Served) -> None:
        guest = await Person(re.sub(r"\?.*", "", server.address), "/ws").come()
        await guest.until(lambda: guest.latest.get("state") and not guest.latest["state"]["starting"])
        for message in ({"do": "advance"}, {"do": "play"}, {"do": "shock", "market": "b", "shock": "costs"}):
            guest.said.clear()
            await guest.send(**message)
            await guest.until(lambda: guest.said)
            assert guest.said == ["Only the facilitator's page can do this."]
        leader = await Person(server.address, "/ws").come()
        await leader.until(lambda: leader.latest.get("state"))
        await leader.send(do="step")
        await leader.until(lambda: leader.said)
        assert leader.said == ["In a workshop the rounds let the weeks pass."]
        await leader.send(do="remove", seat="bord")
        await leader.until(lambda: len(leader.said) == 2)
        assert leader.said[1] == "There is no seat 'bord'; did you mean 'board'?"

    by_script(play, workshop)


def test_a_megabyte_of_text_in_a_name_is_one_line(workshop: Served) -> None:
    async def play(server: Served) -> None:
        person = await Person(server.address, "/seat/ws").come()
        await person.send(do="sit", seat="board", person="x" * 1_000_000)
        await person.until(lambda: person.said)
        [said] = person.said
        assert said.startswith("Your name: expected 1 to 40 letters") and len(said) < 200
        person.said.clear()
        await person.sit("board", "Ann")
        assert person.said == []

    by_script(play, workshop)


def test_a_round_ends_when_its_time_is_up(workshop: Served) -> None:
    async def play(server: Served) -> None:
        leader = await Person(server.address, "/ws").come()
        await leader.until(lambda: leader.latest.get("state") and not leader.latest["state"]["starting"])
        await leader.send(do="seconds", seconds=10)
        await leader.send(do="speed", weeks_per_second=50)
        await leader.send(do="advance")
        await leader.until(lambda: week(leader) == 13 and leader.latest["hall"]["passed"])
        assert phase(leader) == ("live", 1) and leader.said == []

    by_script(play, workshop)
