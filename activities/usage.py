"""What does the use of the product come to? Days are counted, milestones reached, old events deleted."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from temporalio import activity

from activities.ports import Onboardings, UsageBooks
from activities.pulse import PULSE, alive
from activities.threads import in_thread
from domain.clock import DAY
from domain.refusal import Refused
from domain.rules.using import Using, counts_from, in_words, is_reached, reachable
from domain.trouble import NotFound
from domain.usage import FreshDay
from domain.wire import Wire

FEWEST_DAYS, MOST_DAYS = 50, 2_000
"""Days of groups counted in one transaction, at least and at most."""
WRITERS_WAIT_S = 0.25
"""Seconds that it should take at most: as long whoever adds events to these days waits."""
DEALS_AT_ONCE = 200
"""Deals whose groups are recorded in one transaction."""
SIDE_BY_SIDE = 20
"""Onboardings brought news at the same time. A silent one keeps its place until the door gives up: fifty of them cost
the others at most three times that, where it was fifty times."""
log = structlog.get_logger()


class UsageCounted(Wire):
    """What a look came to: `days` of groups counted, milestones `reached`, `troubled` onboardings without answer."""

    days: int = 0
    reached: int = 0
    troubled: int = 0


@dataclass
class Pace:
    """How many days are counted at once, by how long it took the last time."""

    days: int = FEWEST_DAYS

    def took(self, seconds: float) -> None:
        if seconds > WRITERS_WAIT_S:
            self.days = max(self.days // 2, FEWEST_DAYS)
        elif seconds < WRITERS_WAIT_S / 2:
            self.days = min(self.days * 2, MOST_DAYS)


@dataclass(frozen=True, kw_only=True)
class Watching:
    """The activity of the look. `door` names usage as the source of its news; `threads` are for the database.

    Single events are deleted after `kept`; what their days came to stays.
    """

    books: UsageBooks
    door: Onboardings
    now: Callable[[], datetime]
    kept: timedelta
    threads: Executor
    day_length: timedelta = field(default=DAY)
    pulse: timedelta = field(default=PULSE)

    @activity.defn
    async def look_at_usage(self) -> UsageCounted:
        """Count what was written since the last look, and bring news of milestones reached. Repeating is harmless."""
        looked, after, silent, pace = UsageCounted(), ("", 0), set[str](), Pace()
        # All the while: features of a new playbook over months of events, or fifty silent onboardings, take longer than
        # Temporal is patient with a worker that is silent.
        async with alive(pulse=self.pulse):
            await in_thread(self.threads, self.books.learn_features)
            while fresh := await self._count(after, pace):
                looked = await self._look_at(fresh, looked, silent=silent)
                after = (fresh[-1].group_id, fresh[-1].day)
            if forgotten := await self._forget():
                log.info("usage_forgotten", events=forgotten)
        return looked

    async def _count(self, after: tuple[str, int], pace: Pace) -> Sequence[FreshDay]:
        began = time.monotonic()
        fresh = await in_thread(self.threads, partial(self.books.count, after=after, most=pace.days))
        pace.took(time.monotonic() - began)
        return fresh

    async def _look_at(self, fresh: Sequence[FreshDay], before: UsageCounted, *, silent: set[str]) -> UsageCounted:
        """Judge the onboardings of the fresh days, and return `before` with what was added.

        The days of an onboarding that does not answer stay fresh, so that it is looked at again. It joins the `silent`,
        who are not waited for a second time in this look.
        """
        await self._link()
        groups = frozenset(day.group_id for day in fresh)
        onboardings = await in_thread(self.threads, self.books.using, groups)
        asked = [using for using in onboardings if using.onboarding not in silent]
        reached = await self._judge_all(asked, silent=silent)
        troubled = frozenset[str]().union(*(using.groups for using in onboardings if using.onboarding in silent))
        through = [day for day in fresh if day.group_id not in troubled]
        await in_thread(self.threads, self.books.counted, through)
        return UsageCounted(days=before.days + len(through), reached=before.reached + reached, troubled=len(silent))

    async def _judge_all(self, onboardings: Sequence[Using], *, silent: set[str]) -> int:
        """Judge onboardings, some at the same time, so that a silent one holds up none; returns how many milestones."""
        free = asyncio.Semaphore(SIDE_BY_SIDE)

        async def judged(using: Using) -> int:
            async with free:
                try:
                    return await self._judge(using)
                except Exception as trouble:
                    silent.add(using.onboarding)
                    log.warning("usage_not_told", onboarding=using.onboarding, kind=type(trouble).__name__)
                    return 0

        return sum(await asyncio.gather(*(judged(using) for using in onboardings)))

    async def _judge(self, using: Using) -> int:
        """Bring news of each milestone that usage has reached, and return how many. Raises whatever went wrong."""
        reached = 0
        for milestone, rule in reachable(using):
            since = counts_from(rule, using, now=self.now(), day_length=self.day_length)
            if rule.event is not None:
                users = await in_thread(self.threads, partial(self.books.users, using.groups, rule.event, since=since))
            else:
                users = await in_thread(self.threads, partial(self.books.active, using.groups, since=since.date()))
            if not is_reached(rule, users=users, seats=using.seats):
                continue
            note = in_words(rule, users=users, seats=using.seats)
            news = {"milestone": milestone.key, "note": note, "news_id": f"usage-{milestone.key}"}
            try:
                await self.door.tell(using.onboarding, "reach_milestone", news)
            except (Refused, NotFound) as refusal:
                # Too early, or ended meanwhile: the next use is the next try.
                log.info("usage_refused", onboarding=using.onboarding, milestone=milestone.key, reason=str(refusal))
            else:
                reached += 1
        return reached

    async def _link(self) -> None:
        while await in_thread(self.threads, partial(self.books.link, most=DEALS_AT_ONCE)):
            pass

    async def _forget(self) -> int:
        """Delete old events and return how many; in steps, since on SQLite nobody else can write meanwhile.

        Events go a day after the intake stops taking any for their day. Clocks differ, and a day that is counted again
        from one late event would lose all the others.
        """
        before, forgotten = (self.now() - self.kept - DAY).date(), 0
        while gone := await in_thread(self.threads, partial(self.books.forget, before=before)):
            forgotten += gone
        return forgotten
