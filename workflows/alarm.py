"""How does a workflow wake up by itself? By one timer, set again only when the moment to wake has changed."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow

CLOCKS_DIFFER_BY = timedelta(seconds=1)
"""How far the clocks of Temporal's own servers may differ: a timer counts on one, a task may begin on another."""


RANG_TOO_EARLY = "the timer rang too early"
"""How the message begins that a query then gets: ask again in a moment."""


class RangTooEarly(Exception):
    """The timer has fired, and its moment has not come: what this run would do now, no replay would do.

    A query that reaches a worker without the run in its cache is answered by a replay to the history's last event. When
    that is a timer that has fired, the SDK wakes the workflow at the moment of the task before it, and keeps the run so
    for the task that follows: it would find nothing due and set the timer again, and from the next replay on the run
    would stand still for good. The error gives up this replay, and the run is read anew.
    """


class Alarm:
    """A workflow's only timer. One that fires for nothing would cost a whole task, a cancelled one costs an event."""

    def __init__(self) -> None:
        self._at: datetime | None = None
        self._timer: asyncio.Task[None] | None = None

    @property
    def rang(self) -> bool:
        """Whether the timer has fired since it was set."""
        return self._timer is not None and self._timer.done()

    async def wait(self, until: Callable[[], bool]) -> None:
        """Wait until the condition holds or the timer fires. Raises RangTooEarly, which only fails the task."""
        await workflow.wait_condition(lambda: until() or self.rang)
        if self.rang and self._at is not None and workflow.now() < self._at - CLOCKS_DIFFER_BY:
            raise RangTooEarly(f"{RANG_TOO_EARLY}: it is {workflow.now()}, and it was set to {self._at}")

    def set(self, at: datetime, summary: str) -> None:
        """Set the timer to that wall-clock moment, unless it is set to it already. A past moment rings at once."""
        if self._at == at and self._timer is not None and not self._timer.done():
            return
        self.stop()
        self._at = at
        wait = max(at - workflow.now(), timedelta(0))
        self._timer = asyncio.create_task(workflow.sleep(wait, summary=summary))

    def stop(self) -> None:
        """Cancel the timer, if there is one."""
        if self._timer is not None and not self._timer.done():
            self._timer.cancel()
        self._at = self._timer = None
