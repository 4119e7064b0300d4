"""Which workflows run by the clock, and how are their schedules in Temporal made and repaired?"""

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

from domain.clock import DAY
from workflows.evaluation import SCHEDULE as EVALUATION
from workflows.evaluation import CustomerEvaluation
from workflows.mailbox import SCHEDULE as MAILBOX
from workflows.mailbox import Mailbox
from workflows.reconciliation import SCHEDULE as RECONCILIATION
from workflows.reconciliation import Reconciliation
from workflows.sweep import SCHEDULE as SWEEP
from workflows.sweep import Sweep

RELEASE_TRIES = 20
BETWEEN_TRIES = 0.25
"""Seconds. Temporal usually shows a release within one second; it is tried for five."""
log = structlog.get_logger()


class Planned(NamedTuple):
    """A workflow that runs on a schedule.

    A run that takes longer than `at_most` is ended; one that an outage prevented is made up for within `catch_up`.
    """

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
"""A sweep that an outage of Temporal prevented is made up for within this time; later the next one finds the same."""
SWEEP_AT_MOST = timedelta(hours=5)
"""An hour more than all its tries: a sweep whose worker never comes again must not keep the later ones from running."""
SWEEPING = Planned(SWEEP, Sweep.run, NIGHTLY, SWEEP_AT_MOST, CATCH_UP, "looks that nobody falls through")
QUARTERLY = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(minutes=15), offset=timedelta(minutes=4))])
"""Every quarter of an hour: a lost webhook delays an onboarding by no more, and each look costs a handful of calls. Not
on the full quarter, when other clients call."""
RECONCILING_AT_MOST = timedelta(minutes=14)
"""So that one is over before the next begins."""
RECONCILING = Planned(
    RECONCILIATION,
    Reconciliation.run,
    QUARTERLY,
    RECONCILING_AT_MOST,
    # One look finds everything that the missed ones would have found.
    timedelta(minutes=1),
    "looks that no closed deal is missed",
)


EVERY_FIVE_MINUTES = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(minutes=5))])
"""As often as mail programs look: whoever answers a person is not kept waiting, and it costs one login."""
COLLECTING = Planned(
    MAILBOX,
    Mailbox.run,
    EVERY_FIVE_MINUTES,
    timedelta(minutes=4, seconds=30),
    timedelta(minutes=1),
    "looks what people answer by mail",
)
EVALUATED_EVERY = timedelta(hours=1)
"""Everywhere a week begins at another hour; a look that finds nobody to look at is one statement."""
EVALUATED_AT_MOST_EVERY = timedelta(seconds=10)
"""On a compressed clock: a week of the demo."""


def evaluating(day_length: timedelta = DAY) -> Planned:
    """The look at how customers do: every hour, or on a compressed clock every week of that."""
    every = min(EVALUATED_EVERY, max(EVALUATED_AT_MOST_EVERY, 7 * day_length))
    return Planned(
        EVALUATION,
        CustomerEvaluation.run,
        # Not at the full hour, when everybody's hourly jobs begin.
        ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every, offset=every * 37 / 60)]),
        timedelta(minutes=55),
        # One look finds everybody whom the missed ones would have found.
        timedelta(minutes=1),
        "looks how customers do",
    )


async def keep_schedule(client: Client, planned: Planned = SWEEPING, *, task_queue: str) -> None:
    """Create the schedule, or bring it up to date. A time or a pause that an operator has set in Temporal stays.

    Any number of workers may call this at once. One without the right to keep schedules logs that and works on.
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
        schedule = there.description.schedule
        there_already = schedule.action
        if (
            isinstance(there_already, ScheduleActionStartWorkflow)
            and there_already.task_queue == task_queue
            and there_already.execution_timeout == planned.at_most
        ):
            return None
        schedule.action = action
        return ScheduleUpdate(schedule=schedule)

    try:
        try:
            await client.create_schedule(planned.id, Schedule(action=action, spec=planned.spec, policy=policy))
        except ScheduleAlreadyRunningError:
            await client.get_schedule_handle(planned.id).update(ours)
    except RPCError as error:
        log.warning(f"{planned.id}_not_scheduled", reason=error.status.name)


async def run_schedule(client: Client, planned: Planned, *, task_queue: str) -> None:
    """Repair a schedule: create it if it is gone, release it if it is paused, and run it once now. Raises RPCError.

    Temporal accepts a release before it shows it, so this waits: whoever looked next would still find it paused.
    """
    await keep_schedule(client, planned, task_queue=task_queue)
    handle = client.get_schedule_handle(planned.id)
    for _ in range(RELEASE_TRIES):
        if not (await handle.describe()).schedule.state.paused:
            break
        await handle.unpause(note="day90 repair")
        await asyncio.sleep(BETWEEN_TRIES)
    await handle.trigger()
