"""What does the use of the product come to? Days are counted, milestones that it reaches are told, old events go."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog
from temporalio import activity

from activities.ports import UsageBooks
from domain.wire import Wire

DAYS_AT_ONCE = 50
"""Days of groups that are counted in one transaction: some hundredths of a second, in which their writers wait."""
log = structlog.get_logger()
Answer = TypeVar("Answer")


class Looked(Wire):
    """What a look came to: so many days of groups counted; `troubled` onboardings could not be told."""

    days: int = 0
    reached: int = 0
    troubled: int = 0


@dataclass(frozen=True, kw_only=True)
class Watching:
    """The activity of the look. Single events are kept for `kept`; `threads` are for the database."""

    books: UsageBooks
    now: Callable[[], datetime]
    kept: timedelta
    threads: Executor

    @activity.defn
    async def look_at_usage(self) -> Looked:
        """Once through everything that was written since it was last counted. Again it changes nothing."""
        days = 0
        after = ("", 0)
        while fresh := await self._in_thread(partial(self.books.count, after=after, most=DAYS_AT_ONCE)):
            activity.heartbeat()
            await self._in_thread(partial(self.books.counted, fresh))
            days += len(fresh)
            after = (fresh[-1].group_id, fresh[-1].day)
        forgotten = await self._forget()
        if forgotten:
            log.info("usage_forgotten", events=forgotten)
        return Looked(days=days)

    async def _forget(self) -> int:
        """In steps, since nobody else writes meanwhile on SQLite."""
        before, forgotten = (self.now() - self.kept).date(), 0
        while gone := await self._in_thread(partial(self.books.forget, before=before)):
            activity.heartbeat()
            forgotten += gone
        return forgotten

    async def _in_thread(self, work: Callable[[], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self.threads, work)
