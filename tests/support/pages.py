"""How do tests look at the pages? By a real client, on a real port, over a store of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx2
from sqlalchemy import Engine

from activities.crm.calls import authorities
from domain.agenda import Progress
from domain.notice import Notice, Person
from domain.record import RegisterRow, WaitingNotice, Writing
from portal.app import pages_app
from runtime.settings import Settings
from starter.doors.onboardings import OnboardingDoor
from starter.web.serving import WebServer, server_config
from store import reads
from store.ledger import SqlLedger
from store.links import LinkMaker
from store.outbox import SqlOutbox
from tests.support.databases import OWNER, dossier, milestone, sqlite_store, standing
from tests.support.servers import free_port
from tests.support.serving import served
from wiring.pages import page_parts, pages_place

ONE = "onboarding-file-1"
KEY = b"k" * 32
READER = Person(
    id="project_lead",
    name="Stefan Vogel <b>",
    email="lee@customer.test",
    side="customer",
    role="project_lead",
    time_zone="Europe/Berlin",
)


@dataclass
class Told:
    """A door that notes what it was told; `trouble` is raised instead."""

    news: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    trouble: Exception | None = None
    ways: list[tuple[str, bool]] = field(default_factory=list)

    async def tell(self, onboarding: str, kind: str, raw: Mapping[str, Any]) -> Progress | None:
        if self.trouble is not None:
            raise self.trouble
        self.news.append((onboarding, kind, raw))
        return None


@dataclass
class Site:
    """The page process as people see it, and what it stands on."""

    client: httpx2.AsyncClient
    engine: Engine
    door: Told
    address: str

    def message(self, kind: str = "reminder", *, person: str = READER.id, key: str = "", **more: Any) -> WaitingNotice:
        """A message as it goes out, with its links."""
        facts = {"title": "会う & <meet>", "due": "2026-09-02", "owner_name": "Mika Csm", "severity": "high"}
        notice = Notice.model_validate(
            {
                "onboarding": ONE,
                "key": key or f"{kind}/met",
                "kind": kind,
                "to": person,
                "facts": facts | more.pop("facts", {}),
                "about": "met",
                "not_before": "2026-09-01T12:00:00Z",
                **more,
            }
        )
        SqlLedger(self.engine).write(Writing(onboarding=ONE, notices=(notice,)))
        [id] = [row.id for row in reads.notices(self.engine) if row.key == notice.key]
        maker = LinkMaker(address=self.address, key=KEY)
        waiting = SqlOutbox(self.engine, mail_domain="vendor.test", links=maker).take(id)
        assert waiting is not None
        return waiting

    def link(self, purpose: str, kind: str = "reminder", **more: Any) -> str:
        """The path of a link of a new message."""
        return self.message(kind, **more).links[purpose].removeprefix(self.address)


async def nobody() -> Any:
    raise AssertionError("nothing here asks Temporal")


@asynccontextmanager
async def site_on(
    data: Path, *, reader: Person = READER, reach: Callable[[], Awaitable[Any]] | None = None, **settings: Any
) -> AsyncIterator[Site]:
    """The page process on a port; what people tell it is noted instead of told."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    told = Settings.model_validate({"data": data, "pages_port": port, "pages_url": address, **settings})
    sqlite_store(data)
    door = Told()
    async with page_parts(told, reach=reach or nobody) as parts:
        if reach is None:

            async def door_of_tests(via: str = "link", *, proved: bool = False) -> OnboardingDoor:
                door.ways.append((via, proved))
                return cast("OnboardingDoor", door)

            parts.door = door_of_tests  # type: ignore[method-assign]  # a door that only notes
        ledger = SqlLedger(parts.engine)
        ledger.admit(dossier(people=(OWNER, reader)), run="run-1")
        resolved = RegisterRow.model_validate(
            {"kind": "issue", "key": "met", "title": "Login", "status": "resolved", "at": "2026-09-01T12:00:00Z"}
        )
        ledger.write(Writing(onboarding=ONE, standing=standing(milestone()), registers=(resolved,)))
        server = WebServer(server_config(pages_app(parts), told, pages_place(told)))
        async with served(server), httpx2.AsyncClient(base_url=address, verify=authorities()) as client:
            yield Site(client, parts.engine, door, address)
