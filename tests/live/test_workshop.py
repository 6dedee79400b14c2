"""The course of a workshop, with a clock of the test's own: seats, rounds, what is received, what is undone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from marketsim.live.beginning import beginnings
from marketsim.live.side import Side
from marketsim.live.workshop import rules
from marketsim.live.workshop.decisions import KINDS, OfAuthority, OfBoard, OfProvider, decided, form
from marketsim.live.workshop.game import Workshop
from marketsim.live.workshop.results import Quarter
from marketsim.live.workshop.seats import GRACE, Seat, seats_of
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.loading import load_scenario

AREAS = [f"Authority {number}" for number in range(1, 5)]
PROVIDERS = [f"Authority {1 + rank // 4}" for rank in range(14)]  # the areas of their homes
SEATS = seats_of([], AREAS, PROVIDERS)
TOWN = load_scenario("town").scenario


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workshop(clock: Clock) -> Workshop:
    return Workshop(TOWN, SEATS, AREAS, 3, clock)


def sit(workshop: Workshop, name: str, person: str = "Ann") -> str:
    """Take a seat, with a page open."""
    secret = workshop.sit(name, person)
    workshop.seating.come(name)
    return secret


def decide(workshop: Workshop, name: str, identity: str = "1", **fields: Any) -> None:
    decision = workshop.checked(name, workshop.round, fields)
    workshop.receive(name, identity, decision)


# ---- seats


def test_there_are_eight_seats_unless_others_are_named() -> None:
    assert [seat.name for seat in SEATS] == [
        "authority-1", "authority-2", "authority-3", "authority-4", "provider-1", "provider-5", "provider-9", "board",
    ]  # fmt: skip
    assert [seat.label for seat in seats_of(["authority 3", "Provider 14", "BOARD"], AREAS, PROVIDERS)] == [
        "Authority 3", "Provider 14, in Authority 4", "The cooperative's board",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["Authority 9"], "there is no seat 'Authority 9'; allowed: an authority's name, provider 1, board; did you"),
        (["provider 15"], "there are 14 private providers, got 'provider 15'"),
        (["provider 0"], "there are 14 private providers"),
        (["board", "Board"], "there is one seat of"),
    ],
)
def test_a_seat_that_cannot_be_is_refused(names: list[str], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        seats_of(names, AREAS, PROVIDERS)


def test_a_secret_gives_back_a_seat_and_is_told_to_nobody(workshop: Workshop) -> None:
    secret = sit(workshop, "authority-1")
    assert workshop.seating.seat_of(secret) == "authority-1"
    told = str(workshop.hall()) + str(workshop.seat_view("authority-1"))
    assert secret not in told and workshop.seating.sitters["authority-1"].digest not in told
    with pytest.raises(ValueError, match="was given to somebody else"):
        workshop.seating.seat_of(secret + "x")


def test_a_taken_seat_is_kept_for_two_minutes_and_then_given_away(workshop: Workshop, clock: Clock) -> None:
    first = sit(workshop, "board")
    workshop.seating.go("board")
    clock.now += GRACE
    with pytest.raises(ValueError, match="is taken by Ann"):
        workshop.sit("board", "Bob")
    assert workshop.seating.seat_of(first) == "board"
    clock.now += 1
    second = workshop.sit("board", "Bob")
    assert workshop.seating.seat_of(second) == "board"
    with pytest.raises(ValueError):
        workshop.seating.seat_of(first)


def test_whoever_comes_back_within_the_grace_loses_nothing(workshop: Workshop, clock: Clock) -> None:
    sit(workshop, "authority-1")
    workshop.begin_round()
    decide(workshop, "authority-1", held=4)
    workshop.seating.go("authority-1")
    clock.now += GRACE - 1
    workshop.seating.come("authority-1")
    clock.now += 10 * GRACE
    assert workshop.seating.is_played("authority-1", 1)
    assert workshop.seat_view("authority-1")["received"]["held"] == 4


@pytest.mark.parametrize("person", ["", "   ", "x" * 41, "x" * 1_000_000, "a\x1b[31m"])
def test_a_name_that_is_none_is_refused(workshop: Workshop, person: str) -> None:
    with pytest.raises(ValueError, match="expected 1 to 40 letters") as refused:
        workshop.sit("board", person)
    assert len(str(refused.value)) < 200 and str(refused.value).isprintable()


def test_the_facilitator_moves_and_removes(workshop: Workshop) -> None:
    secret, other = sit(workshop, "board"), sit(workshop, "provider-1", "Bob")
    with pytest.raises(ValueError, match="is taken by Bob"):
        workshop.seating.move("board", "provider-1")
    workshop.seating.move("board", "provider-5")
    assert workshop.seating.seat_of(secret) == "provider-5"
    workshop.begin_round()
    decide(workshop, "provider-1", asks=1.5)
    workshop.remove("provider-1")
    assert "provider-1" not in workshop.received
    with pytest.raises(ValueError):
        workshop.seating.seat_of(other)


# ---- rounds


def test_a_round_closes_by_itself_and_a_held_clock_does_not(workshop: Workshop, clock: Clock) -> None:
    workshop.begin_round()
    clock.now += 100
    assert workshop.seconds_left == 80 and not workshop.time_is_up
    workshop.hold()
    clock.now += 1000
    assert workshop.seconds_left == 80 and not workshop.time_is_up
    workshop.hold()
    clock.now += 80
    assert workshop.time_is_up
    assert workshop.close_round() == {}


def test_rounds_come_to_an_end(workshop: Workshop) -> None:
    for number in range(1, 4):
        workshop.begin_round()
        with pytest.raises(ValueError, match="A round is under way"):
            workshop.begin_round()
        workshop.close_round()
        assert (workshop.round, workshop.phase) == (number, "live")
        for too_soon in (workshop.begin_round, workshop.back):
            with pytest.raises(ValueError, match="weeks of this round are passing"):
                too_soon()
        workshop.end_round()
    assert workshop.phase == "over"
    with pytest.raises(ValueError, match="is over"):
        workshop.begin_round()


def test_decisions_can_be_changed_until_the_round_closes(workshop: Workshop) -> None:
    sit(workshop, "authority-1")
    workshop.begin_round()
    decide(workshop, "authority-1", "a", held=4)
    decide(workshop, "authority-1", "a", held=4)  # the network sent it twice
    assert workshop.seat_view("authority-1")["times"] == 1
    decide(workshop, "authority-1", "b", held=6)
    decide(workshop, "authority-1", "a", held=4)  # and the first once more, late
    view = workshop.seat_view("authority-1")
    assert (view["times"], view["received"]["held"]) == (2, 6)
    workshop.close_round()
    with pytest.raises(ValueError, match="Round 1 is closed"):
        workshop.checked("authority-1", 1, {"held": 1})


def test_who_comes_late_decides_from_the_next_round_on(workshop: Workshop) -> None:
    workshop.begin_round()
    sit(workshop, "authority-2")
    with pytest.raises(ValueError, match="You decide from round 2 on"):
        workshop.checked("authority-2", 1, {"held": 1})
    workshop.close_round()
    workshop.end_round()
    workshop.begin_round()
    decide(workshop, "authority-2", held=1)


def test_who_says_nothing_goes_on_and_who_is_away_is_played_by_the_model(workshop: Workshop, clock: Clock) -> None:
    for name in ("provider-1", "provider-5"):
        sit(workshop, name)
    workshop.begin_round()
    for name in ("provider-1", "provider-5"):
        decide(workshop, name, asks=1.5, opens=2)
    workshop.close_round()
    workshop.end_round()
    workshop.begin_round()
    workshop.seating.go("provider-5")
    clock.now += GRACE + 1
    values = workshop.close_round()
    assert workshop.past[1]["provider-1"] == OfProvider(asks=1.5)  # what was opened once isn't opened again
    assert workshop.past[1]["provider-5"] == OfProvider()
    assert values["policies.provider_1"]["asks"] == 1.5 and values["policies.provider_1"]["opens"] == 2
    assert values["policies.provider_5"]["asks"] == 1.0 and values["policies.provider_5"]["opens"] == 2
    asks = [row for row in workshop.log() if row["round"] == 2 and row["field"] == "asks"]
    assert [row["played"] for row in asks] == [True, False, False]


def test_who_vanishes_after_deciding_loses_nothing(workshop: Workshop, clock: Clock) -> None:
    sit(workshop, "board")
    workshop.begin_round()
    decide(workshop, "board", sharing="equal")
    workshop.seating.go("board")
    clock.now += 10 * GRACE
    workshop.close_round()
    assert workshop.past[0]["board"] == OfBoard(sharing="equal") and "board" in workshop.played[0]


def test_back_a_round_undoes_it_and_keeps_what_was_decided(workshop: Workshop) -> None:
    sit(workshop, "authority-1")
    with pytest.raises(ValueError, match="no round to go back to"):
        workshop.back()
    for held in (3, 5):
        workshop.begin_round()
        decide(workshop, "authority-1", held=held)
        workshop.close_round()
        workshop.end_round()
    assert workshop.back() == 13
    assert (workshop.round, workshop.phase) == (2, "decide") and workshop.is_held
    workshop.start_clock()
    assert workshop.seconds_left == workshop.seconds and not workshop.is_held
    assert workshop.seat_view("authority-1")["received"]["held"] == 5
    assert workshop.seat_view("authority-1")["before"]["held"] == 3


def test_a_name_may_be_of_any_letters(workshop: Workshop) -> None:
    for name, person in (("board", "Zoë Ćirić"), ("provider-1", "\U0001f469\u200d\U0001f33e")):
        assert workshop.seating.seat_of(workshop.sit(name, person)) == name


def test_what_was_typed_for_one_round_is_not_meant_for_the_next(workshop: Workshop) -> None:
    sit(workshop, "provider-1")
    workshop.begin_round()
    workshop.type("provider-1", {"opens": "2"})
    workshop.close_round()
    workshop.end_round()
    assert workshop.hall()["passed"]
    workshop.begin_round()
    assert workshop.seat_view("provider-1")["typed"] == {} and not workshop.hall()["passed"]


def test_what_was_typed_is_kept_until_it_is_sent(workshop: Workshop) -> None:
    sit(workshop, "authority-1")
    workshop.begin_round()
    workshop.type("authority-1", {"held": "1"})
    assert workshop.seat_view("authority-1")["typed"] == {"held": "1"}
    decide(workshop, "authority-1", held=1)
    assert workshop.seat_view("authority-1")["typed"] == {}


# ---- decisions


@pytest.mark.parametrize("kind", KINDS)
def test_the_form_of_a_seat_asks_for_all_that_it_decides(kind: Any) -> None:
    fields = form(kind, AREAS)
    assert [field["name"] for field in fields] == list(KINDS[kind].model_fields)
    usual = KINDS[kind]().model_dump()
    for field in fields:
        assert field["help"] and field["label"]
        if field["kind"] == "choice":
            assert usual[field["name"]] in [value for value, _ in field["options"]]
        if field["kind"] == "number":
            assert field["least"] <= usual[field["name"]] <= field["most"]
        if field["kind"] == "checks":
            assert usual[field["name"]] == [value for value, _ in field["options"]]


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("authority", {"held": 21}, "held: expected less than or equal to 20, got 21"),
        ("authority", {"held": "4"}, "held: expected a valid integer, got '4'"),
        ("authority", {"routes": "Spott"}, "routes: there is no 'Spott'; allowed: As it began"),
        ("authority", {"asks": 1.0}, "asks: Extra inputs are not permitted"),
        ("provider", {"takes": []}, "takes: List should have at least 1 item"),
        ("provider", {"asks": float("nan")}, "asks: "),
        ("provider", {"opens_in": "x" * 1_000_000}, "opens_in: there is no 'xxx"),
        ("board", {"mandate": ["mild"]}, "mandate.0: expected 'standard', 'complex' or 'severe', got 'mild'"),
        ("board", [], "expected"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_in_one_line(kind: Any, fields: Any, words: str) -> None:
    with pytest.raises(ValueError) as refused:
        decided(kind, fields, AREAS)
    said = str(refused.value)
    assert words in said and "\n" not in said and len(said) < 400


def test_seats_that_decide_as_the_model_does_change_nothing() -> None:
    usual = {seat.name: KINDS[seat.kind]() for seat in SEATS}
    assert rules.values_of(TOWN, SEATS, [usual, usual]) == {}


# ---- in the market


@pytest.fixture
def side() -> Iterator[Side]:
    made = Side(beginnings(["town"], 1)[1])
    yield made
    made.close()


def lived(side: Side, rounds: list[dict[str, Any]]) -> None:
    """Live a quarter after each round of decisions."""
    usual = {seat.name: KINDS[seat.kind]() for seat in SEATS}
    for number in range(len(rounds)):
        told = [usual | one for one in rounds[: number + 1]]
        if values := rules.values_of(side.beginning.scenario, SEATS, told):
            side.change(values)
        for _ in range(13):
            side.step()


def test_what_a_room_decides_is_a_scenario(side: Side, tmp_path: Any) -> None:
    from test_side import assert_runs_to_the_same_bytes

    lived(side, [
        {"authority-1": OfAuthority(member=True, held=3), "authority-2": OfAuthority(member=True, routes="Spot"),
         "provider-1": OfProvider(asks=1.2, takes=["severe", "standard"], opens=1, opens_in="Authority 3"),
         "board": OfBoard(mandate=["complex"], builds=1)},
        {"authority-1": OfAuthority(routes="Block first", ready_to_pay=1.3), "authority-3": OfAuthority(member=True),
         "provider-1": OfProvider(on_frameworks=False, opens=2), "board": OfBoard(sharing="equal")},
        {},
    ])  # fmt: skip
    assert side.week == 39 and [one.week for one in side.changed] == [1, 14, 27]
    assert_runs_to_the_same_bytes(side, tmp_path)


def test_members_buy_through_the_cooperative_and_others_do_not(side: Side) -> None:
    member = {"authority-1": OfAuthority(member=True), "authority-2": OfAuthority(member=True)}
    lived(side, [member, member, member])
    market, arrangements = side.model.market, side.model.orders.arrangements
    new = market.records.start_week > 1
    routes = [arrangements[number].route for number in market.records.arrangement[new]]
    by_area = {(int(area), route) for area, route in zip(market.records.child_authority[new], routes, strict=True)}
    assert {area for area, route in by_area if route == "cooperative"} <= {0, 1}
    assert any(route == "cooperative" for _, route in by_area)


def test_a_quarter_says_what_it_brought_each_seat() -> None:
    first = beginnings(["town"], 1)
    sides = Side(first[0]), Side(first[1])
    quarter, spend = Quarter.begun(sides), 0.0
    for _ in range(13):
        for one in sides:
            one.step()
        quarter.note(sides)
        spend += float(sides[1].model.ledger.spend[0])
    own = quarter.of(SEATS[0], [])
    assert own is not None and own["value"] == own["without"] == round(spend / 13)
    board = quarter.of(Seat("board", "", "board"), ["Authority 1"])
    assert board is not None and board["value"] == own["value"]
    provider = quarter.of(SEATS[4], [])
    assert provider is not None and provider["label"] == "Your homes earned a week"
    for one in sides:
        one.close()
