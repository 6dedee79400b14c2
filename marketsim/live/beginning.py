"""With which two markets a room begins: scenarios of one world and one date, the same vector, the same seed."""

from __future__ import annotations

from collections.abc import Sequence

from marketsim.experiments import scenarios
from marketsim.live.side import Beginning
from marketsim.scenario import drawn_values, errors, shipped
from marketsim.scenario.loading import LoadedScenario

Labels = tuple[str, str]


def beginnings(names: Sequence[str], seed: int, labels: Labels | None = None) -> tuple[Beginning, Beginning]:
    """What two markets begin as: of one name both begin as the same. They are called by name, unless `labels` say else.

    Raises ScenarioError for a scenario that can't be used, or two that have other authorities or another first week.
    """
    first, *rest = [scenarios.loaded_scenario(name) for name in names]
    other = rest[0] if rest else first
    scenarios.refuse_other_world([first, other])
    start = first.scenario.horizon.start
    if other.scenario.horizon.start != start:
        message = f"begins on {other.scenario.horizon.start} and {first.path.name} on {start}; both must begin together"
        raise errors.ScenarioError(message, other.path.name)
    weeks = max(one.scenario.horizon.weeks for one in (first, other))
    vector = next((number for one in (first, other)
                   if (number := drawn_values.vector_of(one.scenario, seed)) is not None), None)  # fmt: skip
    called = labels or _called(first.scenario.name, other.scenario.name if rest else f"{first.scenario.name} changed")
    a, b = (_beginning(label, one, weeks, seed, vector) for label, one in zip(called, (first, other), strict=True))
    return a, b


def _called(one: str, other: str) -> Labels:
    a, b = scenarios.labels_of([one, other])
    return a, b


def _beginning(label: str, loaded: LoadedScenario, weeks: int, seed: int, vector: int | None) -> Beginning:
    written = scenarios.as_scenario(loaded.scenario, weeks)
    drawn = drawn_values.with_vector(written, vector if drawn_values.draws_vectors(written) else None)
    return Beginning(label, written, drawn, seed)


def may_be_opened(name: str, given: Sequence[str]) -> None:
    """Raises ScenarioError unless a page may open a scenario: one that ships, or one named on the command line."""
    known = [path.stem for path in shipped.shipped_scenarios()]
    if name not in known and name not in given:
        near = errors.did_you_mean(name, [*known, *given])
        raise errors.ScenarioError(
            errors.sentence(f"there is no shipped scenario {errors.shown(name)}", "a file of your own is named on the "
                            "command line", near)
        )  # fmt: skip
