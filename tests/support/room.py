"""How do tests come into a customer's room? The pages on a port, over a store in which an onboarding really goes on.

The onboarding is driven by the pure core and written to a real store; what people do on the pages goes into it as the
workflow would take it. So a whole story is lived in a second, without a server.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx2
from sqlalchemy import Engine, select

from activities.calendars import hours_of
from activities.crm.calls import authorities
from domain.agenda import Progress
from domain.clock import Clock
from domain.files import StoredFile
from domain.notice import Person
from domain.playbook import Audience
from domain.record import WaitingNotice
from domain.rehearsal.driving import Driver, opening
from portal.app import pages_app
from portal.parts import PageParts
from runtime.connection import CannotReachTemporal
from runtime.settings import Settings
from starter.doors.introductions import IntroductionDoor
from starter.doors.onboardings import OnboardingDoor
from starter.repairing import Repairing
from starter.web.serving import WebServer, server_config
from store.engine import open_store, read_connection, wall_clock, write_transaction
from store.file_folder import Folder
from store.files import Given, SqlFiles
from store.ledger import SqlLedger
from store.links import LinkMaker
from store.outbox import SqlOutbox
from store.rows import add
from store.tables import mail_links, notices
from tests.support.databases import sqlite_store
from tests.support.parts import LIBRARY, STAFF
from tests.support.servers import free_port
from tests.support.serving import served
from tests.support.simulation import calendar_of, deal, staff
from tests.support.uploads import PDF
from wiring.channels import rendering_of
from wiring.pages import pages_place

KEY = b"k" * 32
CLOSED = "2032-11-01T09:00:00Z"
"""A Monday, further ahead than tests are run: an onboarding's own time is what its pages go by."""


class Onboarding(Driver):
    """An onboarding on the pure core, written to a real store."""

    def __init__(self, engine: Engine, name: str = "lindenau-germany", *, id: str = "1", **changes: Any) -> None:
        sold = deal(name, id=id, closed_at=CLOSED, **changes)
        playbook = LIBRARY.get(sold.playbook or "high-touch")
        calendar = calendar_of(sold)
        now = sold.closed_at + timedelta(minutes=5)
        state, dossier = opening(sold, playbook, calendar, staff(), now=now, clock=Clock())
        self.ledger = SqlLedger(engine)
        super().__init__(state, dossier, staff(), self.ledger, now=now, hours=hours_of)
        self.ledger.admit(dossier, run="1")
        self.settle()

    def settled(self, *keys: str) -> None:
        """Reach or sign milestones now, each by somebody who may, with all that their gates wait for."""
        for key in keys:
            milestone = self.state.milestone(key)
            assert milestone is not None
            if milestone.settled:
                continue
            self.settled(*self.state.gate(milestone))
            if milestone.signers:
                for signer in milestone.signers if milestone.takes_all else milestone.signers[:1]:
                    self.tell("sign_off", milestone=key, decision="approve", by=signer)
            elif milestone.role != "hypercare_end":
                self.tell("reach_milestone", milestone=key, by=self.state.owner)

    def to_day(self, day: int) -> None:
        """Let time pass to nine in the morning of that day after the close."""
        self.until(self.dossier.deal.closed_at + timedelta(days=day))


@dataclass
class RoomDoor:
    """Takes what the pages tell as the workflow would; `trouble` is raised instead, `before` happens first, once."""

    onboardings: dict[str, Onboarding] = field(default_factory=dict)
    told: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    trouble: Exception | None = None
    proved: bool = False
    via: str = ""
    before: Callable[[], None] | None = None

    async def tell(self, onboarding: str, kind: str, raw: Mapping[str, Any]) -> Progress:
        if self.trouble is not None:
            raise self.trouble
        news = {name: value for name, value in raw.items() if value is not None}
        self.told.append((kind, news))
        driver = self.onboardings[onboarding]
        if self.before is not None:
            before, self.before = self.before, None
            before()
        return await asyncio.to_thread(driver.update, kind, {**news, "via": self.via, "proved": self.proved})


@dataclass
class RoomSite:
    """The page process over its store, with one onboarding in it or several."""

    address: str
    engine: Engine
    parts: PageParts
    door: RoomDoor
    woken: list[str]

    @property
    def maker(self) -> LinkMaker:
        return LinkMaker(address=self.address, key=KEY, domains=self.parts.settings.domains_of_rooms)

    def opened(self, **changes: Any) -> Onboarding:
        """A new onboarding."""
        onboarding = Onboarding(self.engine, **changes)
        self.door.onboardings[onboarding.id] = onboarding
        return onboarding

    def client(self, **options: Any) -> httpx2.AsyncClient:
        """A browser that knows nothing yet."""
        return httpx2.AsyncClient(
            base_url=self.address, **{"follow_redirects": True, "verify": authorities(), **options}
        )

    def messages(self, onboarding: str, kind: str, person: str) -> list[WaitingNotice]:
        """The messages of that kind to somebody, as they go out; each with its links."""
        outbox = SqlOutbox(self.engine, mail_domain="vendor.test", links=self.maker)
        wanted = select(notices.c.id).where(
            notices.c.onboarding == onboarding, notices.c.kind == kind, notices.c.person == person
        )
        with read_connection(self.engine) as connection:
            ids = connection.scalars(wanted.order_by(notices.c.id)).all()
            rows = connection.execute(select(notices).where(notices.c.id.in_(ids)).order_by(notices.c.id)).all()
        taken = [outbox.take(row.id) for row in rows]
        return [message for message in taken if message is not None]

    def way_in(self, onboarding: Onboarding, person: str) -> str:
        """The path of a link into the room for somebody."""
        someone = onboarding.dossier.person(person)
        assert someone is not None
        return self.link(onboarding, someone)

    def link(self, onboarding: Onboarding, person: Person) -> str:
        with write_transaction(self.engine) as connection:
            row = connection.execute(
                select(notices).where(notices.c.onboarding == onboarding.id, notices.c.person == person.id).limit(1)
            ).one()
            links, rows = self.maker.links(connection, row, person, now=wall_clock())
            add(connection, mail_links, rows)
        return links["room"].removeprefix(self.address)


@asynccontextmanager
async def room_on(data: Path, **settings: Any) -> AsyncIterator[RoomSite]:
    """The page process on a port, over a store without an onboarding."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    told = Settings.model_validate({"data": data, "pages_port": port, "pages_url": address, **settings})
    sqlite_store(data)
    engine = open_store(told.sql_url)
    door, woken = RoomDoor(), list[str]()

    async def nobody() -> Any:
        raise AssertionError("nothing here asks Temporal")

    async def nobody_wakes(_: str) -> None:
        raise AssertionError("nothing here asks Temporal")

    parts = PageParts(
        settings=told,
        engine=engine,
        ledger=SqlLedger(engine),
        companies={"en": "Kontor", "ja": "コントア"},
        reach=nobody,
        door_on=lambda *_: cast("OnboardingDoor", door),
        staff=STAFF,
        waking=lambda _: nobody_wakes,
        introduction_on=lambda *_: cast("IntroductionDoor", door),
        repairing_on=lambda _: cast("Repairing", door),
        links=LinkMaker(address=address, key=KEY, domains=told.domains_of_rooms),
        render=rendering_of(told).render,
    )

    async def door_of_tests(via: str = "link", *, proved: bool = False) -> OnboardingDoor:
        door.via, door.proved = via, proved
        return cast("OnboardingDoor", door)

    async def wake(channel: str) -> None:
        if door.trouble is not None:
            raise CannotReachTemporal("temporal.test:7233", "nobody answers")
        woken.append(channel)

    async def wake_receiver() -> None:
        await wake("receiver")

    parts.door = door_of_tests  # type: ignore[method-assign]  # a door that needs no server
    parts.wake, parts.wake_receiver = wake, wake_receiver  # type: ignore[method-assign]  # bells that need no server
    server = WebServer(server_config(pages_app(parts), told, pages_place(told)))
    try:
        async with served(server):
            yield RoomSite(address, engine, parts, door, woken)
    finally:
        engine.dispose()


def given(
    site: RoomSite,
    onboarding: Onboarding,
    name: str,
    *,
    deliverable: str = "plan_document",
    audience: Audience = "both",
) -> StoredFile:
    """A file that one of ours has put there; the same name again is its next version."""
    folder = Folder(site.parts.settings.files_folder)
    key = f"file_added/{uuid4().hex}"
    meant = Given(key, name, deliverable, audience, "jonas.weber", "vendor", onboarding.now, "cli")
    with folder.incoming(largest=10_000) as incoming:
        incoming.write(PDF)
        return SqlFiles(site.engine, folder, quota=10**9).keep(onboarding.id, incoming, meant).file


@asynccontextmanager
async def into(site: RoomSite, onboarding: Onboarding, person: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser in which that person is in the room."""
    async with site.client() as browser:
        await browser.post(site.way_in(onboarding, person))
        yield browser
