"""Which onboarding is a deal's? Its own, or that of a deal which was merged into it."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from activities.ports import Merges
from domain.census import Line
from domain.deal import onboarding_id
from domain.rules.accounts import LENDS_NOTHING


class Lines(Protocol):
    """Reads how onboardings stand."""

    def line(self, onboarding: str) -> Line | None:
        """The onboarding as it stands now; None when there is none by that id."""


@dataclass(frozen=True)
class SameDeal:
    """The onboardings of deals, and what is remembered of merges."""

    lines: Lines
    merges: Merges

    def own(self, source: str, id: str) -> Line | None:
        """How the onboarding of the deal itself stands; None where there is none."""
        return self.lines.line(onboarding_id(source, id))

    def of_absorbed(self, source: str, id: str) -> Line | None:
        """The onboarding of a deal that has become this one: one under way, else one that has ended.

        One that was called off (as reversed, a duplicate or withdrawn) is none. None where there is no other.
        """
        lines = [line for old in self.merges.absorbed(source, id) if (line := self.own(source, old)) and line.taken]
        meant = [line for line in lines if line.ending not in LENDS_NOTHING]
        return min(meant, key=lambda line: line.ending is not None, default=None)

    async def look(self, source: str, id: str) -> tuple[Line | None, Line | None]:
        """The deal's own onboarding, and, where that never began, the one of a deal that has become it."""

        def both() -> tuple[Line | None, Line | None]:
            line = self.own(source, id)
            return line, None if line is not None and line.taken else self.of_absorbed(source, id)

        return await asyncio.to_thread(both)

    async def remember(self, source: str, ids: Collection[str], *, into: str) -> None:
        """Remember that the deals by those ids have become the one by the id `into`."""
        if ids:
            await asyncio.to_thread(self.merges.became, source, ids, into)
