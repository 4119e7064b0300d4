"""What does a whole house of ours look like? Temporal, store, mail folder, and a worker that can be sent home."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, delete
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest, PauseWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.channels.mail.files import MailFiles
from activities.channels.texts.rendering import Rendering
from activities.sweep import Swept
from domain.notice import Person
from domain.rules.reporting import OPERATOR
from runtime.connection import connect
from runtime.fleet import TemporalFleet
from starter.cli.running import run
from starter.deploys.open_workflows import OpenWorkflows
from starter.doors.bell import WakeSender
from starter.doors.onboardings import OnboardingDoor
from starter.doors.renewing import RenewalDoor
from starter.repairing import Repairing
from store.census import SqlCensus
from store.engine import open_store, write_transaction
from store.inbox import SqlInbox
from store.introductions import SqlIntroductions
from store.ledger import SqlLedger
from store.outbox import SqlOutbox
from store.tables import metadata
from tests.support import servers
from tests.support.databases import sqlite_store
from tests.support.onboardings import sample_deal
from tests.support.parts import LIBRARY, STAFF, parts
from wiring.doors import doors
from wiring.worker import day90_worker

QUEUE = "day90"
OPS = Person(id=OPERATOR, name="Platform", email="platform@vendor.test", side="vendor", role=OPERATOR)
SERVER = (
    # A failing task is reported as such at once, not after five tries, which take a minute.
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=1",
    "frontend.WorkflowPauseEnabled=true",
)


@dataclass
class House:
    """Everything is real; only the mails go into a folder."""

    client: Client
    engine: Engine
    data: Path
    queue: str = QUEUE
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def census(self) -> SqlCensus:
        return SqlCensus(self.engine)

    @property
    def door(self) -> OnboardingDoor:
        return doors(self.client, self.engine, library=LIBRARY, staff=STAFF, task_queue=self.queue).onboardings

    def worker(self, **options: Any) -> Worker:
        files = MailFiles(folder=self.data / "mail", sender="day90 <cs@vendor.test>", rendering=Rendering())
        real = parts(
            ledger=SqlLedger(self.engine),
            outbox=SqlOutbox(self.engine, mail_domain="vendor.test"),
            channels={"mail": files},
            wake=WakeSender(self.client, self.queue),
            fleet=TemporalFleet(self.client),
            census=self.census,
            operator=OPS,
            inbox=SqlInbox(self.engine),
            introductions=SqlIntroductions(self.engine),
            now=self.now,
            departures=RenewalDoor(engine=self.engine, door=self._its_door),
        )
        return day90_worker(self.client, real, task_queue=self.queue, **options)

    async def connected(self) -> Client:
        """For whoever connects by itself."""
        return self.client

    async def _its_door(self) -> OnboardingDoor:
        return self.door

    async def opened(self, **changes: Any) -> str:
        """A new onboarding whose plan is drafted."""
        onboarding = (await self.door.start(sample_deal(id=uuid4().hex[:12], **changes))).onboarding
        while (await self.door.ask(onboarding, "progress"))["status"] == "opening":
            await asyncio.sleep(0.02)
        return onboarding

    async def swept(self) -> dict[str, str]:
        """What the nightly workflow finds: subject and kind."""
        swept: Swept = await self.client.execute_workflow(
            "Sweep", id=f"sweep-{uuid4().hex}", task_queue=self.queue, result_type=Swept
        )
        return {finding.subject: finding.kind for finding in swept.findings}

    def repairing(self, *, later: timedelta = timedelta(0)) -> Repairing:
        """The eyes and hands of `day90 sweep` and `day90 repair`, now or after that time."""
        return Repairing(door=self.door, census=self.census, channels=("mail",), now=lambda: datetime.now(UTC) + later)

    async def looked(self, *, later: timedelta = timedelta(0)) -> dict[str, str]:
        """What a look finds, or would find after that time."""
        return {finding.subject: finding.kind for finding in (await self.repairing(later=later).look()).findings}

    async def day90(self, *words: str, code: int = 0) -> str:
        """A command of ours, in a thread of its own as it has a loop of its own."""
        where = ["--data", str(self.data), "--temporal-address", self.client.service_client.config.target_host]
        out, err = io.StringIO(), io.StringIO()

        def order() -> int:
            with redirect_stdout(out), redirect_stderr(err):
                return run([*words, *where])

        assert code == await asyncio.to_thread(order), err.getvalue()
        return out.getvalue() + err.getvalue()

    async def paused_in_temporal(self, id: str) -> None:
        """Temporal's own pause, from its UI or command line."""
        await self.client.workflow_service.pause_workflow_execution(
            PauseWorkflowExecutionRequest(
                namespace=self.client.namespace, workflow_id=id, request_id=uuid4().hex, reason="a look"
            )
        )

    async def forgotten_by_temporal(self, id: str) -> None:
        await self.client.workflow_service.delete_workflow_execution(
            DeleteWorkflowExecutionRequest(
                namespace=self.client.namespace, workflow_execution=WorkflowExecution(workflow_id=id)
            )
        )
        fleet = TemporalFleet(self.client)
        while await fleet.look(id) is not None:
            await asyncio.sleep(0.02)

    def forgotten_by_the_store(self, id: str) -> None:
        with write_transaction(self.engine) as connection:
            for table in reversed(metadata.sorted_tables):
                if "onboarding" in table.c:
                    connection.execute(delete(table).where(table.c.onboarding == id))

    def mails_to(self, address: str) -> list[str]:
        """Subject and text of those that lie in the folder for them."""
        mails = [message_from_bytes(f.read_bytes(), policy=policy.default) for f in (self.data / "mail").glob("*.eml")]
        theirs = [mail for mail in mails if address in str(mail["To"])]
        bodies = [mail.get_body(preferencelist=("plain",)) for mail in theirs]
        return [f"{mail['Subject']}\n{body.get_content()}" for mail, body in zip(theirs, bodies, strict=True) if body]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """On a server of its own: what other tests leave behind would be found, too."""
    client = await connect(address=servers.dev_server(*SERVER))
    engine = open_store(sqlite_store(tmp_path))
    house = House(client=client, engine=engine, data=tmp_path)
    yield house
    async for left in OpenWorkflows(client, house.queue).open():
        # A sender that rests would wake on another test's worker; what the search still lists may have ended.
        with suppress(RPCError):
            await client.get_workflow_handle(left.id).terminate()
    engine.dispose()


async def until(condition: Any, *, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.1)
