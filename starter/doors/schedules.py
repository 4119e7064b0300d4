"""What runs by the clock, and how is it kept so? Schedules of Temporal."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import structlog
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError

from workflows.reconciliation import SCHEDULE as RECONCILIATION
from workflows.reconciliation import Reconciliation
from workflows.sweep import SCHEDULE as SWEEP
from workflows.sweep import Sweep

RELEASE_TRIES = 20
BETWEEN_TRIES = 0.25
"""Seconds: a release is seen within one, or is tried for five."""
log = structlog.get_logger()


class Planned(NamedTuple):
    """A workflow that runs by a schedule. `catch_up` is for how long one that an outage swallowed is made good."""

    id: str
    run: Callable[..., Any]
    spec: ScheduleSpec
    at_most: timedelta
    catch_up: timedelta
    summary: str


NIGHTLY = ScheduleSpec(calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(3)], minute=[ScheduleRange(17)])])
"""In UTC: America has gone home, Europe is not up yet and finds the report in the morning. Not at the full hour, when
everybody's nightly jobs begin."""
CATCH_UP = timedelta(hours=12)
"""A sweep that an outage of Temporal swallowed is made good for so long; later the next one says the same."""
SWEEP_AT_MOST = timedelta(hours=5)
"""An hour more than all its tries: a sweep whose worker never comes again must not keep the later ones from running."""
SWEEPING = Planned(SWEEP, Sweep.run, NIGHTLY, SWEEP_AT_MOST, CATCH_UP, "looks that nobody falls through")
QUARTERLY = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(minutes=15), offset=timedelta(minutes=4))])
"""A lost webhook delays an onboarding by so much, at a handful of calls a look. Not at the full quarter, when others
come."""
RECONCILING_AT_MOST = timedelta(minutes=14)
"""Over before the next one."""
RECONCILING = Planned(
    RECONCILIATION,
    Reconciliation.run,
    QUARTERLY,
    RECONCILING_AT_MOST,
    # One look sees all that those that were swallowed would have seen.
    timedelta(minutes=1),
    "looks that no closed deal is missed",
)


async def keep_schedule(client: Client, planned: Planned = SWEEPING, *, task_queue: str) -> None:
    """Have it run. An hour or a pause that an operator has set in Temporal stays.

    Any number of workers may call it at once; one that may not keep schedules works all the same.
    """
    action = ScheduleActionStartWorkflow(
        planned.run,
        id=planned.id,
        task_queue=task_queue,
        execution_timeout=planned.at_most,
        static_summary=planned.summary,
    )
    policy = SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=planned.catch_up)

    def ours(there: ScheduleUpdateInput) -> ScheduleUpdate | None:
        kept = there.description.schedule
        there_already = kept.action
        if (
            isinstance(there_already, ScheduleActionStartWorkflow)
            and there_already.task_queue == task_queue
            and there_already.execution_timeout == planned.at_most
        ):
            return None
        kept.action = action
        return ScheduleUpdate(schedule=kept)

    try:
        try:
            await client.create_schedule(planned.id, Schedule(action=action, spec=planned.spec, policy=policy))
        except ScheduleAlreadyRunningError:
            await client.get_schedule_handle(planned.id).update(ours)
    except RPCError as error:
        log.warning(f"{planned.id}_not_scheduled", reason=error.status.name)


async def run_schedule(client: Client, planned: Planned, *, task_queue: str) -> None:
    """Have it run again: made where it is gone, released where it is paused, and once at once.

    Temporal takes a release before it shows it: whoever looked next would find it paused. Raises RPCError.
    """
    await keep_schedule(client, planned, task_queue=task_queue)
    handle = client.get_schedule_handle(planned.id)
    for _ in range(RELEASE_TRIES):
        if not (await handle.describe()).schedule.state.paused:
            break
        await handle.unpause(note="day90 repair")
        await asyncio.sleep(BETWEEN_TRIES)
    await handle.trigger()
