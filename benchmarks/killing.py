"""Which part falls next, and how? Processes are killed at random but by a seed, and the mail server misbehaves."""

import asyncio
import signal
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from benchmarks.mail_server import Mood, PostOffice
from benchmarks.parts import Kept

WEIGHTS = {"worker": 12, "web": 4, "mail server": 4, "database": 3, "temporal": 2}
"""How often each falls: workers at every deploy and every full memory, Temporal's own server seldom."""
MOODS: tuple[Mood, ...] = ("busy", "drops", "gone")
SULKS = (1.0, 4.0)
"""Seconds that the mail server misbehaves."""
LOOKS_EVERY = 0.5


@dataclass(frozen=True, kw_only=True)
class Kill:
    """A process that was killed: `what` is its name."""

    at: datetime
    what: str


@dataclass(kw_only=True)
class Trouble:
    """Kills one part after the other, at random but by a seed."""

    parts: dict[str, list[Kept]]
    office: PostOffice
    every: float
    random: Random
    kills: list[Kill] = field(default_factory=list)

    async def run(self) -> None:
        falling = [name for name in WEIGHTS if name == "mail server" or self.parts.get(name)]
        while True:
            await self._wait(self.random.uniform(0.5, 1.5) * self.every)
            what = self.random.choices(falling, weights=[WEIGHTS[name] for name in falling])[0]
            if what == "mail server":
                await self._sulk()
                continue
            # PostgreSQL's immediate shutdown: no checkpoint, every session cut; it recovers from its log.
            by = signal.SIGQUIT if what == "database" else signal.SIGKILL
            now = datetime.now(UTC)
            if self.random.choice(self.parts[what]).kill(by):
                self.kills.append(Kill(at=now, what=what))

    async def _wait(self, seconds: float) -> None:
        """Until it is time for the next one, with an eye on who has come up again."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for part in (part for parts in self.parts.values() for part in parts):
                part.works_since()
            await asyncio.sleep(LOOKS_EVERY)

    async def _sulk(self) -> None:
        mood = self.random.choice(MOODS)
        self.kills.append(Kill(at=datetime.now(UTC), what=f"mail server {mood}"))
        await self.office.be(mood)
        try:
            await asyncio.sleep(self.random.uniform(*SULKS))
        finally:
            await self.office.be("well")
