"""What is asked of a division: how many parts, how large, and whether each must hang together."""

from __future__ import annotations

from dataclasses import dataclass

from marketsim.scenario.errors import ScenarioError


@dataclass(frozen=True)
class Wishes:
    """`parts`: how many (None: as many as modularity finds); `least` and `most` members of each (None: any number);
    `contiguous`: each hangs together by neighbours; `resolution` of modularity: more than 1 makes more parts."""

    parts: int | None = None
    least: int = 1
    most: int | None = None
    contiguous: bool = False
    resolution: float = 1.0

    def check(self, authorities: int) -> None:
        """Raises ScenarioError, in one line, if no division of so many authorities can be so."""
        for option, value in (("parts", self.parts), ("least-members", self.least), ("most-members", self.most)):
            if value is not None and not 1 <= value <= authorities:
                raise ScenarioError(f"expected from 1 to {authorities}, the number of authorities, got {value}",
                                    f"--{option}:")  # fmt: skip
        most = self.most or authorities
        if self.least > most:
            raise ScenarioError(f"{self.least} is more than --most-members {most}", "--least-members:")
        parts = self.parts or -(-authorities // most)
        if parts * self.least > authorities:
            words = f"{parts} parts of at least {self.least} need {parts * self.least} authorities; there are"
            raise ScenarioError(f"{words} {authorities}", "--least-members:")
        if parts * most < authorities:
            words = f"{parts} parts of at most {most} hold {parts * most} authorities; there are"
            raise ScenarioError(f"{words} {authorities}", "--most-members:")
