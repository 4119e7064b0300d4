"""Which process runs the workflows? The worker: the one place where activities meet the real world."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import partial
from typing import Any

import structlog
import uvloop
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError
from temporalio.worker import PollerBehaviorAutoscaling, Worker, WorkerDeploymentConfig

from activities.calendars import public_holidays
from activities.channels.mail.sending import MailFiles, SmtpMail
from activities.channels.texts.rendering import Rendering
from activities.crm.hubspot import HubSpot
from activities.crm.last_delivered import LastDelivered, changed_in_salesforce
from activities.crm.salesforce import Salesforce
from activities.documents.attaching import Documents
from activities.documents.process import ProcessDocument
from activities.inbox.billing import BillingIsKept
from activities.inbox.deal_stages import DealStages
from activities.inbox.deals import DealStarts
from activities.inbox.news import NewsIsTold
from activities.inbox.receiver import Receiving
from activities.introduction import Introducing
from activities.onboarding import Bookkeeping
from activities.ports import (
    Calendars,
    Census,
    Channel,
    Fleet,
    Handler,
    Inbox,
    IntroductionLedger,
    Ledger,
    Library,
    Office,
    Onboardings,
    Outbox,
    Staff,
    UsageBooks,
    Wake,
)
from activities.reconciliation import Reconciling, Source
from activities.sender import MAIL, MOST_AT_ONCE, Letters, Sending
from activities.sweep import Sweeping
from activities.usage import Watching
from activities.webhooks import WebhookOffice, channel_of, target_of
from activities.write_backs import CrmOffice
from activities.write_backs import channel_of as crm_channel
from domain.notice import Person
from domain.rules.reporting import OPERATOR
from domain.usage import VIA_USAGE
from playbooks import library as shelf
from playbooks.mappings.files import HUBSPOT, SALESFORCE, MappingFile
from runtime.connection import (
    BadTemporalProfile,
    CannotReachTemporal,
    SearchAttributesMissing,
    connect,
    register_search_attributes,
)
from runtime.fleet import TemporalFleet
from runtime.logs import configure_logs
from runtime.outbound import Outbound
from runtime.settings import ENDED_BY_SETTING, BadSetting, Settings, each_secret, load_settings
from runtime.telemetry import into_our_logs
from starter.doors.bell import QUIET, Bell, Spaced, wake_receiver, wake_sender
from starter.doors.introductions import IntroductionDoor
from starter.doors.onboardings import OnboardingDoor
from starter.doors.schedules import RECONCILING, keep_schedule
from store.census import SqlCensus
from store.engine import CannotMigrate, migrate, open_store, wall_clock
from store.inbox import SqlInbox
from store.introductions import SqlIntroductions
from store.ledger import SqlLedger
from store.measurements import SqlMeasurements
from store.outbox import SqlOutbox
from store.rechecks import SqlRechecks
from store.usage_counts import SqlUsageBooks
from store.webhooks import SqlWebhooks
from store.write_backs import SqlWriteBacks
from wiring.crms import written_to
from workflows.programme import id_of as programme_of
from workflows.receiver import ID as RECEIVER
from workflows.sandbox import WORKFLOWS, runner
from workflows.sender import id_of
from workflows.visibility import ALL_KEYS

GRACE = timedelta(seconds=8)
"""How long a mail in hand may take to be finished when the worker is asked to end."""
STICKY = timedelta(seconds=1)
"""How long a task waits for the worker that has its workflow cached: after a kill the others take over in a second."""
POLLERS = PollerBehaviorAutoscaling(minimum=2, maximum=20)
"""As many as there is work for: 1.2 to 1.8 times the rate of a fixed five under load, and next to nothing when idle."""
SPREAD = timedelta(minutes=5)
"""Nine o'clock comes to a whole country at once, and a small server wakes some 80 a second: 10,000 onboardings come in
two minutes of work, spread over five. Nobody minds a reminder at 9:03; what is promised to the hour is not spread."""
WRITING_THREADS = 16
"""For the database alone, so that a mail server that hangs keeps nothing from being written down."""
RECONCILING_THREADS = 2
"""One look at a time."""
LOOKING_THREADS = 4
"""What waits for a sender is read in a millisecond, and never behind a mail server that hangs."""
WEBHOOK_THREADS = 4
"""For the database alone: what is under way to others holds no thread."""
CRMS_WOKEN_EVERY = timedelta(seconds=10)
"""At most: a record of a CRM is looked at by people, and each look goes through all that has moved."""
LISTENERS_WOKEN_EVERY = timedelta(seconds=1)
"""At most: a burst of turns costs one look into the journal, and what is told comes a second later."""
USAGE_PATIENCE = timedelta(seconds=5)
"""With an onboarding that does not answer: nobody waits for what usage reaches, and the look comes back to it."""
RECEIVING_THREADS = 4
"""One pass at a time reads and settles; what is tried on its own comes beside it."""
INTRODUCING_THREADS = 4
"""An introduction is written to a few times in a month."""
log = structlog.get_logger()


def _no_more(_: str) -> Office | None:
    return None


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything that the activities stand on; tests put their fakes here.

    `offices` are those beside the channels to people; `bells` are rung when the journal has grown.
    """

    ledger: Ledger
    outbox: Outbox
    library: Library
    staff: Staff
    channels: Mapping[str, Channel]
    wake: Wake
    offices: Callable[[str], Office | None] = _no_more
    bells: Sequence[Bell] = ()
    calendars: Calendars = public_holidays
    now: Callable[[], datetime] = wall_clock
    day_length: timedelta = timedelta(days=1)
    spread: timedelta = timedelta(0)
    ui: str = ""
    fleet: Fleet | None = None
    census: Census | None = None
    operator: Person | None = None
    inbox: Inbox | None = None
    usage: UsageBooks | None = None
    usage_door: Onboardings | None = None
    usage_kept: timedelta = timedelta(days=120)
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    reconciling: Reconciling | None = None
    introductions: IntroductionLedger | None = None
    written_to: Callable[[], Collection[str]] = tuple


def day90_worker(client: Client, parts: Parts, *, task_queue: str, **options: Any) -> Worker:
    """A worker for everything that day90 does."""

    def ring() -> None:
        for bell in parts.bells:
            bell.ring()

    books = Bookkeeping(
        ledger=parts.ledger,
        library=parts.library,
        staff=parts.staff,
        calendars=parts.calendars,
        wake=parts.wake,
        threads=ThreadPoolExecutor(WRITING_THREADS, thread_name_prefix="store"),
        day_length=parts.day_length,
        spread=parts.spread,
        ui=parts.ui,
        rings=ring,
    )
    threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="channel")
    letters = {
        name: Letters(name, parts.outbox, channel, parts.now, threads, ring) for name, channel in parts.channels.items()
    }
    sending = Sending(
        offices=lambda channel: letters.get(channel) or parts.offices(channel),
        threads=ThreadPoolExecutor(LOOKING_THREADS, thread_name_prefix="look"),
        wake=parts.wake,
    )
    sweeping = sweeping_of(parts)
    receiving = receiving_of(parts)
    settings: dict[str, Any] = {
        "workflow_runner": runner(),
        "graceful_shutdown_timeout": GRACE,
        "sticky_queue_schedule_to_start_timeout": STICKY,
        "workflow_task_poller_behavior": POLLERS,
        "activity_task_poller_behavior": POLLERS,
    }
    activities: list[Callable[..., Any]] = [
        books.open_onboarding,
        books.take_turn,
        books.keep_programme,
        sending.look_into_outbox,
        sending.deliver_notice,
    ]
    if sweeping:
        activities.append(sweeping.sweep_fleet)
    if parts.reconciling:
        activities.append(parts.reconciling.reconcile_crm)
    if introducing := introducing_of(parts):
        activities += [introducing.open_introduction, introducing.keep_introduction]
    if receiving:
        activities += [receiving.work_through_inbox, receiving.take_from_inbox]
    if watching := watching_of(parts):
        activities.append(watching.look_at_usage)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        activities=activities,
        **{**settings, **options},
    )


def sweeping_of(parts: Parts) -> Sweeping | None:
    """What the sweep stands on; None where there is nothing to sweep, as in tests of other things."""
    if parts.fleet is None or parts.census is None:
        return None
    return Sweeping(
        fleet=parts.fleet,
        census=parts.census,
        staff=parts.staff,
        channels=tuple(parts.channels),
        programme_of=programme_of,
        sender_of=id_of,
        receiver=RECEIVER,
        now=parts.now,
        threads=ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="sweep"),
        day_length=parts.day_length,
        operator=parts.operator,
        wake=parts.wake,
        looked_through=tuple(parts.reconciling.sources) if parts.reconciling else (),
        written_to=parts.written_to,
    )


def introducing_of(parts: Parts) -> Introducing | None:
    """What introductions stand on; None where there are none, as in tests of other things."""
    if parts.introductions is None:
        return None
    return Introducing(
        introductions=parts.introductions,
        onboardings=parts.ledger,
        library=parts.library,
        staff=parts.staff,
        calendars=parts.calendars,
        wake=parts.wake,
        threads=ThreadPoolExecutor(INTRODUCING_THREADS, thread_name_prefix="introductions"),
        day_length=parts.day_length,
    )


def receiving_of(parts: Parts) -> Receiving | None:
    """What the receiver stands on; None where nothing is delivered, as in tests of other things."""
    if parts.inbox is None:
        return None
    threads = ThreadPoolExecutor(RECEIVING_THREADS, thread_name_prefix="inbox")
    return Receiving(inbox=parts.inbox, handlers=parts.handlers, threads=threads)


def watching_of(parts: Parts) -> Watching | None:
    """What the look at usage stands on; None where none comes, as in tests of other things."""
    if parts.usage is None or parts.usage_door is None:
        return None
    threads = ThreadPoolExecutor(1, thread_name_prefix="usage")
    return Watching(
        books=parts.usage,
        door=parts.usage_door,
        now=parts.now,
        kept=parts.usage_kept,
        threads=threads,
        day_length=parts.day_length,
    )


@dataclass(frozen=True)
class WakeSender:
    """Wakes a channel's sender, and starts it where it sleeps for good."""

    client: Client
    task_queue: str

    async def __call__(self, channel: str) -> None:
        await wake_sender(self.client, channel, task_queue=self.task_queue)


def parts_of(settings: Settings, client: Client) -> Parts:
    """The real world, as the settings name it."""
    engine = open_store(settings.sql_url)
    rendering = Rendering(company_templates=settings.templates)
    staff = shelf.Directory(settings.team)
    prospects = SqlIntroductions(engine)
    documents = Documents(prospects, staff, wall_clock, ProcessDocument())
    server = settings.mail_server
    mail: Channel
    if server is not None:
        mail = SmtpMail(server=server, sender=settings.mail_from, rendering=rendering, documents=documents)
    else:
        mail = MailFiles(
            folder=settings.mail_folder, sender=settings.mail_from, rendering=rendering, documents=documents
        )
    ui = f"{settings.temporal_ui}/namespaces/{client.namespace}/workflows/{{id}}" if settings.temporal_ui else ""
    ledger = SqlLedger(engine)
    census = SqlCensus(engine)
    inbox = SqlInbox(engine)
    sources = {"hubspot": hubspot_of(settings), "salesforce": salesforce_of(settings)}
    library = shelf.Library(settings.playbooks)
    # On a compressed clock a second may be days, and what waits for its mail is settled meanwhile.
    wake = Spaced(WakeSender(client, settings.task_queue), quiet=min(QUIET, settings.day_length / 10))
    webhooks = SqlWebhooks(engine)
    crms = crm_offices(sources, SqlWriteBacks(engine), ledger=ledger, ui=ui)
    door = OnboardingDoor(
        client=client,
        deals=ledger,
        library=library,
        staff=staff,
        calendars=public_holidays,
        task_queue=settings.task_queue,
        day_length=settings.day_length,
        via="intake",
        proved=True,
    )
    introductions = IntroductionDoor.beside(door, prospects)
    door = replace(door, introductions=introductions)
    stages = partial(DealStages, door=door, lines=census, registers=ledger, now=wall_clock, introductions=introductions)
    return Parts(
        ledger=ledger,
        outbox=SqlOutbox(engine, mail_domain=settings.mail_domain),
        library=library,
        staff=staff,
        channels={MAIL: mail},
        wake=wake,
        offices=first_of(webhook_offices(settings, webhooks, census=census, staff=staff), crms.get),
        bells=(bell_of(webhooks, wake), *([crm_bell(list(crms), wake)] if crms else [])),
        day_length=settings.day_length,
        spread=SPREAD,
        fleet=TemporalFleet(client),
        census=census,
        operator=operator_of(settings),
        inbox=inbox,
        reconciling=Reconciling(
            sources={name: source for name, source in sources.items() if source.crm},
            rechecks=SqlRechecks(engine),
            lines=census,
            inbox=inbox,
            wake=lambda: wake_receiver(client, task_queue=settings.task_queue),
            now=wall_clock,
            threads=ThreadPoolExecutor(RECONCILING_THREADS, thread_name_prefix="reconciling"),
        ),
        usage=SqlUsageBooks(engine),
        usage_door=replace(door, via=VIA_USAGE, one_try=USAGE_PATIENCE, patience=USAGE_PATIENCE),
        usage_kept=timedelta(days=settings.usage_days),
        introductions=prospects,
        written_to=partial(written_to, settings),
        handlers={
            **handlers_of(door, settings),
            "hubspot": stages(name="HubSpot", crm=sources["hubspot"].crm, mapping=sources["hubspot"].mapping),
            "salesforce": stages(
                name="Salesforce",
                crm=sources["salesforce"].crm or LastDelivered("salesforce", inbox, changed=changed_in_salesforce),
                mapping=sources["salesforce"].mapping,
            ),
            "news": NewsIsTold(replace(door, via="news"), SqlMeasurements(engine), settings.day_length),
            "stripe": BillingIsKept(),
        },
        ui=ui,
    )


def webhook_offices(
    settings: Settings, webhooks: SqlWebhooks, *, census: Census, staff: Staff
) -> Callable[[str], Office | None]:
    """Whoever is told by webhook has an office of its own, by the number of the target."""
    outbound = Outbound(settings.webhooks_allowed)
    threads = ThreadPoolExecutor(WEBHOOK_THREADS, thread_name_prefix="webhooks")

    def office(channel: str) -> Office | None:
        target = target_of(channel)
        if target is None:
            return None
        return WebhookOffice(
            target=target,
            webhooks=webhooks,
            post=outbound.post,
            census=census,
            staff=staff,
            operator=operator_of(settings),
            public_address=settings.public_address,
            now=wall_clock,
            threads=threads,
        )

    return office


def bell_of(webhooks: SqlWebhooks, wake: Wake) -> Bell:
    """Wakes the senders of all who are told of the journal."""

    async def wake_all() -> None:
        for target in await asyncio.to_thread(webhooks.active):
            await wake(channel_of(target))

    return Bell(wake_all, whom="webhooks", quiet=LISTENERS_WOKEN_EVERY)


def crm_offices(
    sources: Mapping[str, Source], write_backs: SqlWriteBacks, *, ledger: SqlLedger, ui: str
) -> Mapping[str, Office]:
    """What is written back to a CRM that we reach has an office of its own, by its channel."""
    return {
        crm_channel(name): CrmOffice(
            source=name,
            crm=source.crm,
            names=source.mapping.write_back,
            write_backs=write_backs,
            dossiers=ledger,
            threads=ThreadPoolExecutor(LOOKING_THREADS, thread_name_prefix="write-back"),
            now=wall_clock,
            ui=ui,
        )
        for name, source in sources.items()
        if source.crm is not None
    }


def crm_bell(channels: Sequence[str], wake: Wake) -> Bell:
    """Wakes the senders of what is written back to CRMs."""

    async def wake_all() -> None:
        for channel in channels:
            await wake(channel)

    return Bell(wake_all, whom="crm", quiet=CRMS_WOKEN_EVERY)


def first_of(*offices: Callable[[str], Office | None]) -> Callable[[str], Office | None]:
    """The office that one of them knows."""
    return lambda channel: next((office for known in offices if (office := known(channel)) is not None), None)


def handlers_of(door: Onboardings, settings: Settings) -> Mapping[str, Handler]:
    """Who handles the deliveries of which source."""
    of_deals = MappingFile(settings.deals_mapping) if settings.deals_mapping else None
    return {"deals": DealStarts(door, of_deals)}


def hubspot_of(settings: Settings) -> Source:
    """HubSpot, where we have a token for it, and the mapping of its deals."""
    tokens = each_secret(settings.hubspot_api_token)
    crm = HubSpot(settings.hubspot_api, tokens[0]) if tokens else None
    return Source(crm, MappingFile(settings.hubspot_mapping or HUBSPOT))


def salesforce_of(settings: Settings) -> Source:
    """Salesforce, where we have an app in it, and the mapping of its opportunities."""
    ids, secrets = each_secret(settings.salesforce_client_id), each_secret(settings.salesforce_client_secret)
    crm = Salesforce(settings.salesforce_url, ids[0], secrets[0]) if settings.salesforce_url and ids else None
    return Source(crm, MappingFile(settings.salesforce_mapping or SALESFORCE))


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


def operator_of(settings: Settings) -> Person | None:
    """Who runs it, as a receiver of mail."""
    if settings.operator_mail is None:
        return None
    name, email = parseaddr(settings.operator_mail)
    return Person(id=OPERATOR, name=name or email, email=email, side="vendor", role=OPERATOR)


async def work(settings: Settings) -> None:
    """Until SIGTERM or SIGINT: migrate the store, make sure that Temporal knows our search attributes, work."""
    await asyncio.to_thread(migrate, settings.sql_url)
    client = await connect(runtime=into_our_logs())
    await register_search_attributes(client, ALL_KEYS)
    parts = parts_of(settings, client)
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    worker = day90_worker(
        client,
        parts,
        task_queue=settings.task_queue,
        deployment_config=deployment_of(settings),
        max_cached_workflows=settings.cached_onboardings,
    )
    working = asyncio.create_task(worker.run())
    log.info(
        "worker_started", task_queue=settings.task_queue, namespace=client.namespace, build=settings.build_id or "any"
    )
    ringing = [asyncio.create_task(bell.ringing()) for bell in parts.bells]
    await _wake(parts)
    await _look_into_inbox(client, task_queue=settings.task_queue)
    await keep_schedule(client, task_queue=settings.task_queue)
    if parts.reconciling is not None and parts.reconciling.sources:
        await keep_schedule(client, RECONCILING, task_queue=settings.task_queue)
    ended = asyncio.create_task(ending.wait())
    await asyncio.wait([working, ended], return_when=asyncio.FIRST_COMPLETED)
    log.info("worker_ending")
    for rings in ringing:
        rings.cancel()
    try:
        await asyncio.wait_for(worker.shutdown(), (GRACE + GRACE).total_seconds())
        await working
    except TimeoutError:
        log.warning("worker_did_not_end_in_time")


async def _wake(parts: Parts) -> None:
    """What waited while no worker was there goes out now; a server that is busy is no reason not to work."""
    for bell in parts.bells:
        bell.ring()
    try:
        await parts.wake(MAIL)
    except RPCError as error:
        log.warning("sender_not_woken", reason=error.status.name)


async def _look_into_inbox(client: Client, *, task_queue: str) -> None:
    """What was delivered while no worker was there is worked through now."""
    try:
        await wake_receiver(client, task_queue=task_queue)
    except RPCError as error:
        log.warning("receiver_not_woken", reason=error.status.name)


def main() -> int:
    try:
        settings = load_settings()
        configure_logs(style=settings.log_format, level=settings.log_level)
        # 0.75 to 0.9 times the CPU of asyncio's own loop where tasks are small, as ours are.
        uvloop.run(work(settings))
    except BadSetting as trouble:
        print(trouble, file=sys.stderr)
        return ENDED_BY_SETTING
    except (CannotMigrate, CannotReachTemporal, BadTemporalProfile, SearchAttributesMissing) as trouble:
        print(trouble, file=sys.stderr)
        return 5
    return 0


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    # Threads of the SDK that wait for a server which has gone must not keep a process that was asked to end.
    os._exit(code)
