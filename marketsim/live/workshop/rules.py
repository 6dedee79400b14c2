"""Decisions of all seats as values of a scenario: what the market is told at the end of a round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marketsim.live.levers import AS_BEGUN, WAYS
from marketsim.live.workshop.decisions import BANDS, Decision, OfAuthority, OfBoard, OfProvider
from marketsim.live.workshop.seats import Seat
from marketsim.scenario.schema import Scenario
from marketsim.scenario.tiers import Order

TOGETHER = "together"  # the cooperative of the room
BUYS_THROUGH: Order = ["in_house", "soft_block", "framework", "spot"]
BUILT_PLACES = 4
Rounds = Sequence[Mapping[str, Decision]]  # by round what each seat decided, by its name


def values_of(scenario: Scenario, seats: Sequence[Seat], rounds: Rounds) -> dict[str, Any]:
    """What holds after some rounds, by dotted key: the latest decisions, and all homes that were ever planned.

    `scenario` is what the market began as. Nothing for seats that have decided nothing but the model's own rules.
    """
    latest = rounds[-1] if rounds else {}
    members = [seat.area for seat in seats if _member(latest.get(seat.name))]
    values: dict[str, Any] = {}
    groups = []
    for seat in seats:
        match latest.get(seat.name):
            case OfAuthority() as decision:
                values |= _of_authority(seat, decision, rounds)
                order = _order(scenario, seat, decision)
                if order != scenario.purchasing.order:
                    groups.append({"name": seat.label, "authorities": [seat.area], "order": order})
            case OfProvider() as decision:
                values |= _of_provider(seat, decision, rounds)
            case _:
                pass
    if groups or _ever(rounds, OfAuthority, "routes", "held", "member"):
        values["purchasing.groups"] = groups
    return values | _of_board(seats, rounds, members)


def _member(decision: Decision | None) -> bool:
    return isinstance(decision, OfAuthority) and decision.member


def _ever(rounds: Rounds, kind: type[Decision], *names: str, seat: str | None = None) -> bool:
    """Whether a seat (none named: any) has ever decided another value at some fields than the model's own rules."""
    usual = kind()
    return any(
        getattr(decision, name) != getattr(usual, name)
        for one in rounds
        for where, decision in one.items()
        if isinstance(decision, kind) and seat in (None, where)
        for name in names
    )


def _order(scenario: Scenario, seat: Seat, decision: OfAuthority) -> Order:
    """The cooperative if it is a member, own homes, places held, then as it buys."""
    order = list(scenario.purchasing.order if decision.routes == AS_BEGUN else WAYS[decision.routes])
    if decision.held:
        after_own = order.index("in_house") + 1 if "in_house" in order else 0
        order.insert(after_own, _held(seat))
    return [TOGETHER, *order] if decision.member else order


def _held(seat: Seat) -> str:
    return f"held_{seat.number + 1}"


def _of_authority(seat: Seat, decision: OfAuthority, rounds: Rounds) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if _ever(rounds, OfAuthority, "held", seat=seat.name) and decision.held:
        values[f"purchasing.arrangements.{_held(seat)}"] = {
            "rule": "soft_block", "places": decision.held, "grow_above": None, "shrink_below": None,
        }  # fmt: skip
    if _ever(rounds, OfAuthority, "ready_to_pay", seat=seat.name):
        values[f"policies.pays_{seat.number + 1}"] = {
            "policy": "pay_limit", "authorities": [seat.area], "ready_to_pay": decision.ready_to_pay,
        }  # fmt: skip
    return values


def _of_provider(seat: Seat, decision: OfProvider, rounds: Rounds) -> dict[str, Any]:
    """One policy a provider, and one more for each area in which it has planned homes."""
    values: dict[str, Any] = {}
    if _ever(rounds, OfProvider, "asks", "takes", "on_frameworks", "opens", seat=seat.name):
        opened = sum(one[seat.name].opens for one in rounds if isinstance(one.get(seat.name), OfProvider))  # type: ignore[attr-defined]
        values[f"policies.provider_{seat.number}"] = {
            "policy": "provider_conduct", "provider_rank": seat.number, "asks": decision.asks,
            "takes": [] if set(decision.takes) == set(BANDS) else sorted(decision.takes, key=BANDS.index),
            "off_frameworks": not decision.on_frameworks, "opens": opened, "opens_in": decision.opens_in or None,
        }  # fmt: skip
    return values


def _of_board(seats: Sequence[Seat], rounds: Rounds, members: list[str]) -> dict[str, Any]:
    """The cooperative, if anybody has ever been a member, and what its board has built."""
    board = next((seat for seat in seats if seat.kind == "board"), None)
    decision = (rounds[-1].get(board.name) if board is not None and rounds else None) or OfBoard()
    assert isinstance(decision, OfBoard)
    values: dict[str, Any] = {}
    if members:
        values[f"purchasing.arrangements.{TOGETHER}"] = {
            "rule": "cooperative", "members": {"authorities": members}, "order": BUYS_THROUGH,
            "mandate": [] if set(decision.mandate) == set(BANDS) else sorted(decision.mandate, key=BANDS.index),
            "cost_sharing": decision.sharing,
        }  # fmt: skip
    built: dict[str, int] = {}
    for one in rounds:
        told = one.get(board.name) if board is not None else None
        if isinstance(told, OfBoard) and told.builds and (where := told.builds_in or (members or [""])[0]):
            built[where] = built.get(where, 0) + told.builds
    for area, homes in built.items():
        values[f"policies.built_in_{area.replace('.', '').replace(' ', '_')}"] = {
            "policy": "building_programme", "authorities": [area], "homes": homes, "homes_per_year": homes,
            "places": BUILT_PLACES,
        }  # fmt: skip
    return values
