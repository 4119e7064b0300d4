"""How do the receiver and the senders learn that work waits? By a signal, which also starts those that do not run."""

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
"""Shortest time between two rings. What comes meanwhile is found by the look that the first one began, or by the next.
And a workflow that is signalled all the time cannot begin its next run: the server refuses it while a signal is unread,
and a cold worker takes a second for a long run (a sender with 14 signals a second stood still at 2,000 events for
good)."""
LOOKS_AT_USAGE_EVERY = timedelta(seconds=30)
"""At most this often: usage comes all day long, and nobody waits for the milestones that it reaches. The first event
after a pause is looked at at once."""
LOOKS_AT_USAGE_AT_LEAST_EVERY = timedelta(days=1)
"""Even when no usage comes, since a look also deletes old events."""
AGAIN = timedelta(seconds=2)
"""Pause between two tries while Temporal is away. What was delivered is safe in the inbox and is in no hurry."""
log = structlog.get_logger()


async def wake_receiver(
    client: Client, *, task_queue: str, conflict: WorkflowIDConflictPolicy = WorkflowIDConflictPolicy.USE_EXISTING
) -> None:
    """Wake the receiver by one signal, and start it where it does not run. Raises RPCError.

    `conflict` says what happens to a receiver that is running.
    """
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
    """Wake the workflow that looks at usage by one signal, and start it where it does not run. Raises RPCError.

    `conflict` says what happens to one that is running.
    """
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
    """Wake the sender of a channel by one signal, and start it where it does not run. Raises RPCError.

    `conflict` says what happens to a sender that is running.
    """
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
    """Wakes the sender of a channel, and starts it where it does not run."""

    client: Client
    task_queue: str

    async def __call__(self, channel: str) -> None:
        """Wake the sender of that channel. Raises RPCError."""
        await wake_sender(self.client, channel, task_queue=self.task_queue)


async def end_sender(client: Client, channel: str) -> None:
    """End the sender of a channel that was removed; where none runs, nothing happens. Raises RPCError."""
    try:
        await client.get_workflow_handle(id_of(channel)).terminate("its channel was removed")
    except RPCError as failure:
        if failure.status != RPCStatusCode.NOT_FOUND:
            raise


async def unless_busy(waking: Awaitable[None], *, event: str) -> None:
    """Wait for that waking; a server that is busy is logged as `event`, and is no reason not to go on."""
    try:
        await waking
    except RPCError as error:
        log.warning(event, reason=error.status.name)


class Spaced:
    """Wakes a sender at once, and again no sooner than after `quiet`: everything written meanwhile makes one ring.

    A ring that was put off is tried until it succeeds. It is lost with a process that is killed before; that only
    happens to senders that are woken all the time, and the next write wakes them, as does a worker that starts.
    """

    def __init__(self, wake: Callable[[str], Awaitable[None]], *, quiet: timedelta = QUIET) -> None:
        self._wake = wake
        self._quiet = quiet.total_seconds()
        self._rung_at: dict[str, float] = {}
        self._put_off: dict[str, asyncio.Task[None]] = {}

    async def __call__(self, channel: str) -> None:
        """Wake the sender of a channel, now or as soon as `quiet` allows. Raises RPCError if a wake at once fails."""
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
            # Whoever tries again must not be put off.
            self._rung_at.pop(channel, None)
            raise

    async def _later(self, channel: str, wait: float) -> None:
        while True:
            await asyncio.sleep(wait)
            # From here on a ring by somebody else counts as a new one: what they wrote may come after our wake.
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
    """Wakes a workflow of which there is one, until that succeeds and no more often than is useful.

    `ring` must be called on the event loop that `ringing` runs in. `whom` is woken, a name for the log; `quiet` is the
    shortest time between two rings, and `at_least` the time after which it rings by itself.
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
        """Ask for a wake; it comes now, or when `quiet` is over."""
        self._rung.set()

    async def ringing(self) -> None:
        """Wake whenever `ring` was called; never returns. An error is logged once and tried again."""
        warned = False
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._rung.wait(), self._at_least)
            self._rung.clear()
            try:
                await self._wake()
            except Exception as trouble:
                # Whatever it was: a bell that stops is never heard again.
                if not warned:
                    log.warning("not_woken", whom=self._whom, reason=str(trouble))
                warned = True
                self._rung.set()
                await asyncio.sleep(AGAIN.total_seconds())
            else:
                warned = False
                await asyncio.sleep(self._quiet.total_seconds())
