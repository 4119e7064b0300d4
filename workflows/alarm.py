"""How does a workflow wake up by itself? By one timer, set again only when the moment to wake has changed."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow


class Alarm:
    """A workflow's only timer. One that fires for nothing would cost a whole task, a cancelled one costs an event."""

    def __init__(self) -> None:
        self._at: datetime | None = None
        self._timer: asyncio.Task[None] | None = None

    @property
    def rang(self) -> bool:
        """Whether the timer has fired since it was set."""
        return self._timer is not None and self._timer.done()

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
