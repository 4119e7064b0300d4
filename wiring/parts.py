"""Which real parts does a worker stand on? The world as the settings name it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial

from sqlalchemy import Engine
from temporalio.client import Client

from activities.calendars import hours_of
from activities.channels.mail.imap import ImapMailbox
from activities.channels.slack.answering import Answering
from activities.confirming import CHANNEL as CONFIRMATIONS
from activities.confirming import ConfirmingOffice
from activities.crm.last_delivered import AsDelivered, LastDelivered, changed_in_salesforce
from activities.evaluation import Evaluating, Looks
from activities.inbox.billing import BillingIsKept
from activities.inbox.deal_stages import DealStages
from activities.inbox.deals import DealStarts, RecordsInStages
from activities.inbox.mail import MailIsRead
from activities.inbox.news import NewsIsTold
from activities.inbox.renewals import RenewalDeals
from activities.inbox.room import SignsOfLife
from activities.inbox.same_deal import SameDeal
from activities.inbox.slack import ButtonIsPressed
from activities.mailbox import Collecting
from activities.ports import Census, Handler, Office, Staff, Wake
from activities.questions import Conversations
from activities.reconciliation import Reconciling, Source
from activities.waking import Passes, WakeNearby
from activities.webhooks import WebhookOffice, channel_of, target_of
from domain.clock import DAY
from domain.crm import Recheck
from domain.mailbox import read_mailbox
from domain.notice import MAIL, SLACK, Person
from domain.rules.hours import mornings
from domain.rules.reporting import OPERATOR
from domain.usage import VIA_USAGE
from playbooks.library import Directory, Library
from playbooks.mappings.files import MappingFile
from runtime.fleet import TemporalFleet
from runtime.outbound import Outbound
from runtime.sealing_key import sealing_keys
from runtime.settings import Settings
from starter.doors.bell import QUIET, Bell, Spaced, WakeSender, wake_receiver
from starter.doors.onboardings import OnboardingDoor
from starter.doors.renewing import RenewalDoor
from starter.doors.updating import USAGE_PATIENCE
from starter.reliving import PastLives
from store.answers import SqlAnswers
from store.census import SqlCensus
from store.confirmations import SqlConfirmations
from store.customers import SqlCustomers
from store.engine import open_store, wall_clock
from store.evaluations import SqlEvaluations
from store.inbox import SqlInbox
from store.introductions import SqlIntroductions
from store.invitations import SqlInvitations
from store.ledger import SqlLedger
from store.measurements import SqlMeasurements
from store.merges import SqlMerges
from store.outbox import SqlOutbox
from store.pressing import SqlPressed
from store.questions import ROOM, SqlQuestions
from store.rechecks import SqlRechecks
from store.renewals import has_renewed
from store.sealing import Sealing
from store.usage_counts import SqlUsageBooks
from store.webhooks import SqlWebhooks
from store.write_backs import SqlWriteBacks
from wiring import crms
from wiring.channels import CHANNELS, channels_of, reachable
from wiring.doors import Doors, doors
from wiring.links import link_maker
from wiring.worker import Parts

SPREAD = timedelta(minutes=5)
"""Nine o'clock comes to a whole country at once, and a small server wakes some 80 a second: 10,000 onboardings come in
two minutes of work, spread over five. Nobody minds a reminder at 9:03; what is promised to the hour is not spread."""
COLLECTING_THREADS = 1
EVALUATING_THREADS = 1
"""One look at a time."""
RECONCILING_THREADS = 2
"""One look at a time."""
WEBHOOK_THREADS = 4
"""For the database alone: what is under way to others holds no thread."""
CONFIRMED_AFTER = timedelta(seconds=5)
"""Longer than a turn takes while all is well. What a door that still repeats its news brings besides counts once."""
CONFIRMED_EVERY = timedelta(seconds=15)
"""At most: nobody waits for a confirmation, the next turn confirms most rows, and each pass costs two tasks and a
signal. News of a task that was thrown away is told again within twenty seconds so, or when a worker starts."""
CONFIRMING_THREADS = 2
"""For the database alone, a row at a time."""
LINGER = timedelta(seconds=5)
"""How long a sender's pass waits for more after a message, and for one that may go by then: while there is something to
send every few seconds, one pass a minute does it all, and each costs two tasks and a signal."""
CRMS_WOKEN_EVERY = timedelta(seconds=10)
"""At most: a record of a CRM is looked at by people, and each look goes through all that has moved."""
LISTENERS_WOKEN_EVERY = timedelta(seconds=1)
"""At most: a burst of turns costs one look into the journal, and what is told comes a second later."""
LISTENERS_LOOKED_FOR_EVERY = timedelta(seconds=10)
"""Once there are none: each look costs a transaction, and the first one who listens hears this much later at most."""


def parts_of(settings: Settings, client: Client) -> Parts:
    """The real world, as the settings name it."""
    engine = open_store(settings.sql_url)
    staff, library = reachable(Directory(settings.team)), Library(settings.playbooks)
    ledger, census, inbox = SqlLedger(engine), SqlCensus(engine), SqlInbox(engine)
    webhooks = SqlWebhooks(engine, sealing=Sealing(sealing_keys(settings)))
    prospects = SqlIntroductions(engine)
    ui = f"{settings.temporal_ui}/namespaces/{client.namespace}/workflows/{{id}}" if settings.temporal_ui else ""
    # On a compressed clock a second may be days, and what waits for its mail is settled meanwhile.
    passes = Passes()
    wake = WakeNearby(
        passes, Spaced(WakeSender(client, settings.task_queue), quiet=min(QUIET, settings.day_length / 10))
    )
    sources = crms.sources(settings)
    same_deal = SameDeal(census, SqlMerges(engine))
    written_back = crms.offices(sources, SqlWriteBacks(engine), dossiers=ledger, now=wall_clock, ui=ui)
    told = doors(
        client,
        engine,
        library=library,
        staff=staff,
        task_queue=settings.task_queue,
        ledger=ledger,
        day_length=settings.day_length,
        via="intake",
        proved=True,
        customer_in_memo=settings.customer_in_memo,
        ending_grace=settings.ending_grace,
    )
    confirming = ConfirmingOffice(
        confirmations=SqlConfirmations(engine, after=CONFIRMED_AFTER),
        door=told.onboardings,
        threads=ThreadPoolExecutor(CONFIRMING_THREADS, thread_name_prefix="confirmations"),
    )
    return Parts(
        ledger=ledger,
        outbox=SqlOutbox(
            engine,
            mail_domain=settings.mail_domain,
            morning_after=mornings(hours_of) if settings.day_length == DAY else None,
            links=link_maker(settings),
        ),
        library=library,
        staff=staff,
        channels=channels_of(settings, prospects=prospects, onboardings=ledger, staff=staff, now=wall_clock),
        wake=wake,
        passes=passes,
        linger=LINGER,
        offices=first_of(
            webhook_offices(settings, webhooks, census=census, staff=staff),
            written_back.get,
            {CONFIRMATIONS: confirming}.get,
        ),
        bells=(
            bell_of(webhooks, wake),
            channel_bell([CONFIRMATIONS], wake, whom="confirmations", quiet=CONFIRMED_EVERY),
            *([channel_bell(list(written_back), wake, whom="crm", quiet=CRMS_WOKEN_EVERY)] if written_back else []),
        ),
        day_length=settings.day_length,
        spread=SPREAD,
        fleet=TemporalFleet(client),
        census=census,
        pasts=PastLives(engine=engine, ledger=ledger, staff=staff),
        departures=renewals_told(engine, told),
        operator=operator_of(settings),
        inbox=inbox,
        reconciling=Reconciling(
            sources={name: source for name, source in sources.items() if source.crm},
            rechecks=SqlRechecks(engine),
            same_deal=same_deal,
            inbox=inbox,
            wake=lambda: wake_receiver(client, task_queue=settings.task_queue),
            now=wall_clock,
            threads=ThreadPoolExecutor(RECONCILING_THREADS, thread_name_prefix="reconciling"),
            has_renewed=partial(has_renewed, engine),
        ),
        usage=SqlUsageBooks(engine),
        usage_door=replace(
            told.told_by(VIA_USAGE, proved=True).onboardings, one_try=USAGE_PATIENCE, patience=USAGE_PATIENCE
        ),
        usage_kept=timedelta(days=settings.usage_days),
        introductions=prospects,
        written_to=partial(crms.written_to, settings),
        handlers={
            **handlers_of(
                settings,
                told,
                sources=sources,
                same_deal=same_deal,
                ledger=ledger,
                inbox=inbox,
                figures=SqlMeasurements(engine, day_length=settings.day_length),
                renewals=renewals_told(engine, told),
            ),
            MAIL: answers(told, engine, settings, ledger=ledger, staff=staff, wake=wake),
            ROOM: SignsOfLife(told.told_by(ROOM, proved=False).onboardings),
            SLACK: buttons(settings, told, SqlPressed(engine), staff=staff, wake=wake),
        },
        collecting=Collecting(
            mailbox=ImapMailbox(settings.mailbox) if settings.mailbox else None,
            inbox=inbox,
            wake=lambda: wake_receiver(client, task_queue=settings.task_queue),
            looked=lambda: remember_look(engine),
            threads=ThreadPoolExecutor(COLLECTING_THREADS, thread_name_prefix="mailbox"),
        ),
        evaluating=Evaluating(
            looks=Looks(
                customers=SqlCustomers(engine, day_length=settings.day_length),
                evaluations=SqlEvaluations(engine),
                now=wall_clock,
            ),
            threads=ThreadPoolExecutor(EVALUATING_THREADS, thread_name_prefix="evaluating"),
        ),
        ui=ui,
    )


def remember_look(engine: Engine) -> None:
    """Remember that our mailbox was read just now."""
    SqlRechecks(engine).looked(Recheck(source=MAIL, first=(now := wall_clock()), mark=now))


def answers(told: Doors, engine: Engine, settings: Settings, *, ledger: SqlLedger, staff: Staff, wake: Wake) -> Handler:
    """Who handles what comes to our mailbox. Anybody may write to it in anybody's name: nobody counts as proved."""
    outbox = SqlOutbox(engine, mail_domain=settings.mail_domain)
    return MailIsRead(
        door=told.told_by(MAIL, proved=False).onboardings,
        answers=SqlAnswers(engine, outbox),
        conversations=Conversations(
            questions=SqlQuestions(engine), dossiers=ledger, staff=staff, now=wall_clock, by_mail=True
        ),
        invitations=SqlInvitations(engine),
        wake=wake,
        channels=tuple(CHANNELS),
    )


def buttons(settings: Settings, told: Doors, pressed: SqlPressed, *, staff: Staff, wake: Wake) -> Handler:
    """Who handles the buttons that colleagues press in Slack. Whose id it is has been proved by Slack's signature."""
    return ButtonIsPressed(
        door=told.told_by(SLACK, proved=True).onboardings,
        pressed=pressed,
        staff=staff,
        answer=Answering(settings.slack_api),
        wake=wake,
        now=wall_clock,
        hours=hours_of,
        day_length=settings.day_length,
    )


def renewals_told(engine: Engine, told: Doors) -> RenewalDoor:
    """Who records renewals that come as deals, and tells success programmes of them."""

    async def door() -> OnboardingDoor:
        return told.onboardings

    return RenewalDoor(engine=engine, door=door)


def handlers_of(
    settings: Settings,
    told: Doors,
    *,
    sources: Mapping[str, Source],
    same_deal: SameDeal,
    ledger: SqlLedger,
    inbox: SqlInbox,
    figures: SqlMeasurements,
    renewals: RenewalDoor,
) -> Mapping[str, Handler]:
    """Who handles the deliveries of which source."""
    renewal_deals = RenewalDeals(renewals=renewals, now=wall_clock)
    stages = partial(
        DealStages,
        door=told.onboardings,
        same_deal=same_deal,
        registers=ledger,
        now=wall_clock,
        introductions=told.introductions,
        close_ahead=settings.close_ahead,
        renewal_deals=renewal_deals,
    )
    hubspot, salesforce = sources["hubspot"], sources["salesforce"]
    news = told.told_by("news", proved=True).onboardings
    deals: Handler = DealStarts(told.onboardings, renewal_deals)
    if settings.deals_mapping:
        records = MappingFile(settings.deals_mapping, settings.money)
        of_records = stages(name="", setting="DAY90_DEALS_MAPPING", crm=None, mapping=records)
        deals = RecordsInStages(of_records, as_crm=AsDelivered)
    return {
        "deals": deals,
        "hubspot": stages(name="HubSpot", setting="DAY90_HUBSPOT_API_TOKEN", crm=hubspot.crm, mapping=hubspot.mapping),
        "salesforce": stages(
            name="Salesforce",
            setting="DAY90_SALESFORCE_URL",
            crm=salesforce.crm or LastDelivered("salesforce", inbox, changed=changed_in_salesforce),
            mapping=salesforce.mapping,
        ),
        "news": NewsIsTold(news, figures, settings.day_length),
        "stripe": BillingIsKept(),
    }


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
            hours=hours_of,
        )

    return office


def bell_of(webhooks: SqlWebhooks, wake: Wake, *, looked_for_every: timedelta = LISTENERS_LOOKED_FOR_EVERY) -> Bell:
    """Wakes the senders of all who are told of the journal; while there are none, it asks the store less often."""

    async def wake_all() -> None:
        targets = await asyncio.to_thread(webhooks.active)
        for target in targets:
            await wake(channel_of(target))
        if not targets:
            await asyncio.sleep(looked_for_every.total_seconds())

    return Bell(wake_all, whom="webhooks", quiet=LISTENERS_WOKEN_EVERY)


def channel_bell(channels: Sequence[str], wake: Wake, *, whom: str, quiet: timedelta) -> Bell:
    """Wakes the senders of those channels, at most once in that time."""

    async def wake_all() -> None:
        for channel in channels:
            await wake(channel)

    return Bell(wake_all, whom=whom, quiet=quiet)


def first_of(*offices: Callable[[str], Office | None]) -> Callable[[str], Office | None]:
    """The office that one of them knows."""
    return lambda channel: next((office for knows in offices if (office := knows(channel)) is not None), None)


def operator_of(settings: Settings) -> Person | None:
    """Who runs day90, as a receiver of messages; None where the settings name nobody."""
    if settings.operator_mail is None:
        return None
    name, email = read_mailbox(settings.operator_mail)
    return Person(id=OPERATOR, name=name or email, email=email, side="vendor", role=OPERATOR)
