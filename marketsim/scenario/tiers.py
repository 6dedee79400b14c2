"""Orders in which arrangements are tried: one after the other, or several of one tier side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

Order: TypeAlias = list[str | list[str]]  # a list within the list is a tier


def flat(order: Sequence[str | list[str]]) -> list[str]:
    """The names in an order, tiers taken apart."""
    return [name for name, _ in with_joins(order)]


def with_joins(order: Sequence[str | list[str]]) -> Iterator[tuple[str, bool]]:
    """Each name, and whether it is weighed side by side with the one before it."""
    for tier in order:
        for place, name in enumerate([tier] if isinstance(tier, str) else tier):
            yield name, place > 0
