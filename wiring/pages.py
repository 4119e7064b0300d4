"""What does the page process stand on? Its real parts, as the settings name them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING

from domain.mailbox import read_mailbox
from playbooks.library import Directory, Library
from portal.parts import PageParts
from runtime.settings import Settings
from starter.doors.bell import WakeSender
from starter.doors.introductions import IntroductionDoor
from starter.doors.onboardings import OnboardingDoor
from starter.doors.updating import WEB_ONE_TRY, WEB_PATIENCE
from starter.repairing import Repairing
from starter.web.serving import Place
from store.engine import open_store
from store.ledger import SqlLedger
from store.preferences import VIA
from wiring.channels import companies_of, rendering_of
from wiring.doors import Doors, doors
from wiring.links import link_maker
from wiring.repairing import repairing

if TYPE_CHECKING:
    from temporalio.client import Client


def pages_place(settings: Settings) -> Place:
    return Place("pages_started", settings.pages_host, settings.pages_port, "--pages-port or DAY90_PAGES_PORT")


@asynccontextmanager
async def page_parts(settings: Settings, *, reach: "Callable[[], Awaitable[Client]]") -> AsyncIterator[PageParts]:
    """The parts as the settings name them. `reach` connects to Temporal.

    By a link somebody is named, not recognised: the message may have been forwarded. Whoever has come in by a code
    that was sent to them is recognised.
    """
    engine = open_store(settings.sql_url)
    ledger, library, staff = SqlLedger(engine), Library(settings.playbooks), Directory(settings.team)
    sender = read_mailbox(settings.mail_from).name

    @cache
    def doors_on(client: "Client") -> Doors:
        return doors(
            client,
            engine,
            library=library,
            staff=staff,
            task_queue=settings.task_queue,
            ledger=ledger,
            day_length=settings.day_length,
            via=VIA,
            proved=False,
            one_try=WEB_ONE_TRY,
            patience=WEB_PATIENCE,
            customer_in_memo=settings.customer_in_memo,
            ending_grace=settings.ending_grace,
        )

    @cache
    def door_on(client: "Client", via: str, proved: bool) -> OnboardingDoor:
        return doors_on(client).told_by(via, proved=proved).onboardings

    @cache
    def introduction_on(client: "Client", via: str, proved: bool) -> IntroductionDoor:
        return doors_on(client).told_by(via, proved=proved).introductions

    def repairing_on(client: "Client") -> Repairing:
        return repairing(door_on(client, VIA, False), engine, settings, ledger=ledger, staff=staff)

    yield PageParts(
        settings=settings,
        engine=engine,
        ledger=ledger,
        companies={"en": sender, "ja": sender, **companies_of(settings)},
        reach=reach,
        door_on=door_on,
        staff=staff,
        waking=lambda client: WakeSender(client, settings.task_queue),
        links=link_maker(settings),
        introduction_on=introduction_on,
        repairing_on=repairing_on,
        render=rendering_of(settings).render,
    )
    engine.dispose()
