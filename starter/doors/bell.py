"""How do receiver and senders learn that something waits? They are woken, and started where they do not run."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from workflows.receiver import ID, Receiver
from workflows.sender import Sender, id_of
from workflows.usage import ID as USAGE
from workflows.usage import UsageLook

QUIET = timedelta(seconds=1)
"""Between two rings. What comes meanwhile is found by the look that the first one began, or by the next. And a workflow
that is signalled all the time cannot take a new run: the server refuses it while a signal is unread, and a cold worker
takes a second for a long run (a sender with 14 signals a second stood still at 2,000 events for good)."""
LOOKS_AT_USAGE_EVERY = timedelta(seconds=30)
"""At most: usage comes all day long, and nobody waits for what it reaches. The first is looked at at once."""
LOOKS_AT_USAGE_AT_LEAST_EVERY = timedelta(days=1)
"""Also when none comes: old events go at a look."""
AGAIN = timedelta(seconds=2)
"""While Temporal is away. What was delivered stands in the inbox and is in no hurry."""
log = structlog.get_logger()


async def wake_receiver(
    client: Client, *, task_queue: str, conflict: WorkflowIDConflictPolicy = WorkflowIDConflictPolicy.USE_EXISTING
) -> None:
    """Wake it, by one signal; `conflict` says what becomes of the one that runs. Raises RPCError."""
    await client.start_workflow(
        Receiver.run,
        id=ID,
        task_queue=task_queue,
        id_conflict_policy=conflict,
        start_signal="wake",
        static_summary="works through what other systems deliver",
        static_details="What came, and what became of it: `day90 inbox`",
    )


async def look_at_usage(
    client: Client, *, task_queue: str, conflict: WorkflowIDConflictPolicy = WorkflowIDConflictPolicy.USE_EXISTING
) -> None:
    """Have it looked at what was used, likewise. Raises RPCError."""
    await client.start_workflow(
        UsageLook.run,
        id=USAGE,
        task_queue=task_queue,
        id_conflict_policy=conflict,
        start_signal="wake",
        static_summary="counts what was used, and looks for milestones",
    )


async def wake_sender(
    client: Client,
    channel: str,
    *,
    task_queue: str,
    conflict: WorkflowIDConflictPolicy = WorkflowIDConflictPolicy.USE_EXISTING,
) -> None:
    """Wake the sender of a channel, likewise. Raises RPCError."""
    await client.start_workflow(
        Sender.run,
        channel,
        id=id_of(channel),
        task_queue=task_queue,
        id_conflict_policy=conflict,
        start_signal="wake",
        static_summary=f"sends what waits for {channel}",
    )


@dataclass(frozen=True)
class WakeSender:
    """Wakes a channel's sender, and starts it where it sleeps for good."""

    client: Client
    task_queue: str

    async def __call__(self, channel: str) -> None:
        """Raises RPCError."""
        await wake_sender(self.client, channel, task_queue=self.task_queue)


async def end_sender(client: Client, channel: str) -> None:
    """End the sender of a channel that is no more. Raises RPCError, but not when there is none."""
    try:
        await client.get_workflow_handle(id_of(channel)).terminate("its channel was removed")
    except RPCError as failure:
        if failure.status != RPCStatusCode.NOT_FOUND:
            raise


class Spaced:
    """Wakes a sender at once, and again no sooner than after `quiet`: all that is written meanwhile is one ring.

    What is put off is tried until it was heard. A process that is killed before takes it along, which only happens to
    who is woken all the time: the next one who writes rings, as does a worker that starts.
    """

    def __init__(self, wake: Callable[[str], Awaitable[None]], *, quiet: timedelta = QUIET) -> None:
        self._wake = wake
        self._quiet = quiet.total_seconds()
        self._rung_at: dict[str, float] = {}
        self._put_off: dict[str, asyncio.Task[None]] = {}

    async def __call__(self, channel: str) -> None:
        """Raises RPCError where it was tried at once."""
        if channel in self._put_off:
            return
        now = asyncio.get_running_loop().time()
        wait = self._rung_at.get(channel, now - self._quiet) + self._quiet - now
        if wait > 0:
            self._put_off[channel] = asyncio.create_task(self._later(channel, wait))
            return
        self._rung_at[channel] = now
        try:
            await self._wake(channel)
        except BaseException:
            # Whoever tries again shall not be put off.
            self._rung_at.pop(channel, None)
            raise

    async def _later(self, channel: str, wait: float) -> None:
        while True:
            await asyncio.sleep(wait)
            # From here on somebody else's ring is another one: what he wrote may come after our wake.
            self._put_off.pop(channel, None)
            self._rung_at[channel] = asyncio.get_running_loop().time()
            try:
                await self._wake(channel)
            except Exception as trouble:
                log.warning("not_woken", whom=channel, reason=str(trouble))
                wait = AGAIN.total_seconds()
                if channel in self._put_off:
                    return
                self._put_off[channel] = cast("asyncio.Task[None]", asyncio.current_task())
            else:
                return


class Bell:
    """Rings until it was heard, and no more often than is of use. `ring` is for the loop that `ringing` runs in.

    `whom` it wakes is for the log; `quiet` is the time between two rings, `at_least` after how long it rings by itself.
    """

    def __init__(
        self,
        wake: Callable[[], Awaitable[None]],
        *,
        whom: str = "receiver",
        quiet: timedelta = QUIET,
        at_least: timedelta | None = None,
    ) -> None:
        self._wake = wake
        self._whom = whom
        self._quiet = quiet
        self._at_least = at_least.total_seconds() if at_least else None
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def ringing(self) -> None:
        """For as long as the process lives."""
        told = False
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._rung.wait(), self._at_least)
            self._rung.clear()
            try:
                await self._wake()
            except Exception as trouble:
                # Whatever it was: a bell that stops is never heard again.
                if not told:
                    log.warning("not_woken", whom=self._whom, reason=str(trouble))
                told = True
                self._rung.set()
                await asyncio.sleep(AGAIN.total_seconds())
            else:
                told = False
                await asyncio.sleep(self._quiet.total_seconds())
