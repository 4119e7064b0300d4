"""What does a worker do, and what does it stand on? Every workflow, and the activities on their parts."""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import PollerBehaviorAutoscaling, Worker, WorkerDeploymentConfig

from activities.calendars import hours_of, public_holidays
from activities.evaluation import Evaluating
from activities.inbox.receiver import Receiving
from activities.introduction import Introducing
from activities.lanes import MOST_AT_ONCE
from activities.letters import Letters
from activities.mailbox import Collecting
from activities.onboarding import Bookkeeping
from activities.ports import (
    Calendars,
    Census,
    Channel,
    Departures,
    Fleet,
    Handler,
    Inbox,
    IntroductionLedger,
    Ledger,
    Library,
    Office,
    Onboardings,
    Outbox,
    Pasts,
    Staff,
    UsageBooks,
    Wake,
)
from activities.reconciliation import Reconciling
from activities.sender import Sending
from activities.sweep import Sweeping
from activities.usage import Watching
from activities.waking import Passes
from domain.notice import Notice, Person
from domain.rules.hours import WorkingHours
from domain.rules.reporting import of_unusable_channel
from domain.trouble import ChannelUnusable
from runtime.settings import Settings
from starter.doors.bell import Bell
from store.engine import wall_clock
from workflows.programme import id_of as programme_of
from workflows.receiver import ID as RECEIVER
from workflows.sandbox import WORKFLOWS, runner
from workflows.sender import id_of as sender_of

GRACE = timedelta(seconds=8)
"""How long a mail in hand may take to be finished when the worker is asked to end."""
STICKY = timedelta(seconds=1)
"""How long a task waits for the worker that has its workflow cached: after a kill the others take over in a second."""
POLLERS = PollerBehaviorAutoscaling(minimum=2, maximum=20)
"""As many as there is work for: 1.2 to 1.8 times the rate of a fixed five under load, and next to nothing when idle."""
WRITING_THREADS = 16
"""For the database alone, so that a mail server that hangs keeps nothing from being written down."""
SENDING_THREADS = 2 * MOST_AT_ONCE + 2
"""For each channel: as many go in a pass at most, as many are tried singly, and what takes long is held meanwhile."""
LOOKING_THREADS = 4
"""What waits for a sender is read in a millisecond, and never behind a mail server that hangs."""
RECEIVING_THREADS = 4
"""One pass at a time reads and settles; what is tried on its own comes beside it."""
INTRODUCING_THREADS = 4
"""An introduction is written to a few times in a month."""


def _no_office(_: str) -> Office | None:
    return None


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything that the activities stand on; tests put their fakes here.

    `channels` are those to people, `offices` those beside them; `bells` are rung when the journal has grown.
    `passes` are those of senders in this process, which `linger` so long after a message.
    `usage_door` tells what usage has reached, and single events are kept for `usage_kept`.
    """

    ledger: Ledger
    outbox: Outbox
    library: Library
    staff: Staff
    channels: Mapping[str, Channel]
    wake: Wake
    fleet: Fleet
    census: Census
    inbox: Inbox
    usage: UsageBooks
    usage_door: Onboardings
    reconciling: Reconciling
    introductions: IntroductionLedger
    offices: Callable[[str], Office | None] = _no_office
    bells: Sequence[Bell] = ()
    calendars: Calendars = public_holidays
    hours: WorkingHours = hours_of
    now: Callable[[], datetime] = wall_clock
    day_length: timedelta = timedelta(days=1)
    spread: timedelta = timedelta(0)
    ui: str = ""
    operator: Person | None = None
    usage_kept: timedelta = timedelta(days=120)
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    written_to: Callable[[], Collection[str]] = tuple
    collecting: Collecting = field(default_factory=Collecting)
    evaluating: Evaluating = field(default_factory=Evaluating)
    pasts: Pasts | None = None
    departures: Departures | None = None
    passes: Passes = field(default_factory=Passes)
    linger: timedelta = timedelta(0)

    def ring(self) -> None:
        """Tell every bell that the journal has grown."""
        for bell in self.bells:
            bell.ring()


def day90_worker(client: Client, parts: Parts, *, task_queue: str, **options: Any) -> Worker:
    """A worker for everything that day90 does."""
    settings: dict[str, Any] = {
        "workflow_runner": runner(),
        "graceful_shutdown_timeout": GRACE,
        "sticky_queue_schedule_to_start_timeout": STICKY,
        "workflow_task_poller_behavior": POLLERS,
        "activity_task_poller_behavior": POLLERS,
    }
    return Worker(
        client,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        activities=activities_on(parts),
        **{**settings, **options},
    )


def activities_on(parts: Parts) -> Sequence[Callable[..., Any]]:
    """Every activity that the workflows call, on those parts."""
    books = Bookkeeping(
        ledger=parts.ledger,
        library=parts.library,
        staff=parts.staff,
        calendars=parts.calendars,
        hours=parts.hours,
        wake=parts.wake,
        channels=tuple(parts.channels),
        threads=_threads("store", WRITING_THREADS),
        day_length=parts.day_length,
        spread=parts.spread,
        ui=parts.ui,
        rings=parts.ring,
    )
    sending = sending_on(parts)
    receiving = Receiving(inbox=parts.inbox, handlers=parts.handlers, threads=_threads("inbox", RECEIVING_THREADS))
    introducing = Introducing(
        introductions=parts.introductions,
        onboardings=parts.ledger,
        library=parts.library,
        staff=parts.staff,
        calendars=parts.calendars,
        hours=parts.hours,
        wake=parts.wake,
        threads=_threads("introductions", INTRODUCING_THREADS),
        day_length=parts.day_length,
    )
    watching = Watching(
        books=parts.usage,
        door=parts.usage_door,
        now=parts.now,
        kept=parts.usage_kept,
        threads=_threads("usage", 1),
        day_length=parts.day_length,
    )
    return [
        books.open_onboarding,
        books.take_turn,
        books.keep_programme,
        sending.send_what_waits,
        sending.look_into_outbox,
        sending.deliver_notice,
        sweeping_on(parts).sweep_fleet,
        parts.reconciling.reconcile_crm,
        parts.collecting.collect_mail,
        parts.evaluating.evaluate_customers,
        introducing.open_introduction,
        introducing.keep_introduction,
        receiving.work_through_inbox,
        receiving.take_from_inbox,
        watching.look_at_usage,
    ]


def sending_on(parts: Parts) -> Sending:
    """The activities of every sender: to people by their channels, to systems by the offices beside them.

    Each channel has threads of its own, so that a mail server that hangs holds up mails alone.
    """
    letters = {
        name: Letters(
            name,
            parts.outbox,
            channel,
            parts.now,
            _threads(name, SENDING_THREADS),
            parts.ring,
            partial(_unusable, parts),
        )
        for name, channel in parts.channels.items()
    }
    return Sending(
        offices=lambda channel: letters.get(channel) or parts.offices(channel),
        channels=tuple(letters),
        threads=_threads("look", LOOKING_THREADS),
        wake=parts.wake,
        passes=parts.passes,
        lingers=parts.linger,
    )


def _unusable(parts: Parts, channel: str, trouble: ChannelUnusable) -> Sequence[tuple[Notice, Person]]:
    return of_unusable_channel(
        channel,
        trouble.place,
        str(trouble),
        parts.staff(),
        parts.operator,
        now=parts.now(),
        hours=parts.hours,
    )


def sweeping_on(parts: Parts) -> Sweeping:
    """The activity of the nightly sweep."""
    return Sweeping(
        fleet=parts.fleet,
        census=parts.census,
        staff=parts.staff,
        channels=tuple(parts.channels),
        programme_of=programme_of,
        sender_of=sender_of,
        receiver=RECEIVER,
        now=parts.now,
        threads=_threads("sweep", MOST_AT_ONCE),
        wake=parts.wake,
        day_length=parts.day_length,
        operator=parts.operator,
        hours=parts.hours,
        looked_through=tuple(parts.reconciling.sources),
        reads_mail=parts.collecting.mailbox is not None,
        written_to=parts.written_to,
        pasts=parts.pasts,
        departures=parts.departures,
    )


def options_of(settings: Settings) -> dict[str, Any]:
    """What the settings say of the worker itself: its version, and how many onboardings it keeps in memory."""
    return {"deployment_config": deployment_of(settings), "max_cached_workflows": settings.cached_onboardings}


def deployment_of(settings: Settings) -> WorkerDeploymentConfig | None:
    """Which version of the code this worker is: a run stays on the one it began on, the next run takes the current one.

    None without a build id: then every worker takes every run, and the code must replay whatever is open.
    """
    if settings.build_id is None:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_name=settings.deployment, build_id=settings.build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )


def _threads(name: str, most: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(most, thread_name_prefix=name)
