"""When does a workflow wake up by itself? One alarm clock, set anew only when the time to wake has changed."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow


class Alarm:
    """One timer at a time. A timer that is left to fire in vain would cost a whole task, a cancelled one an event."""

    def __init__(self) -> None:
        self._at: datetime | None = None
        self._timer: asyncio.Task[None] | None = None

    @property
    def rang(self) -> bool:
        return self._timer is not None and self._timer.done()

    def set(self, at: datetime, summary: str) -> None:
        if self._at == at and self._timer is not None and not self._timer.done():
            return
        self.stop()
        self._at = at
        wait = max(at - workflow.now(), timedelta(0))
        self._timer = asyncio.create_task(workflow.sleep(wait, summary=summary))

    def stop(self) -> None:
        if self._timer is not None and not self._timer.done():
            self._timer.cancel()
        self._at = self._timer = None
