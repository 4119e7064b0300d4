"""Does nobody fall through? The sweep, its report and its repairs, on a real Temporal server, store and mail folder."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, delete, update
from temporalio import workflow
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest, PauseWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.calendars import public_holidays
from activities.channels.mail import MailFiles
from activities.channels.rendering import Rendering
from activities.sweeping import Swept
from domain.deal import DealClosed, onboarding_id
from domain.notice import Person
from domain.rules.reporting import OPERATOR
from playbooks.library import Library, load_team
from runtime.connection import connect
from runtime.fleet import TemporalFleet
from starter.cli.running import run
from starter.door import Door
from starter.repairing import Repairing
from store.census import SqlCensus
from store.engine import migrate, open_store, write_transaction
from store.ledger import SqlLedger
from store.outbox import SqlOutbox
from store.reads import journal, notices, one
from store.tables import metadata, onboardings
from store.tables import notices as notices_table
from tests import servers
from tests.onboardings import sample_deal
from worker import Parts, WakeSender, day90_worker, keep_schedule
from workflows.programme import id_of as programme_of
from workflows.sweep import SCHEDULE

QUEUE = "day90"
OPS = Person(id=OPERATOR, name="Platform", email="platform@vendor.test", side="vendor", role=OPERATOR)
SERVER = (
    # A failing task is reported as such at once, not after five tries, which take a minute.
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=1",
    "frontend.WorkflowPauseEnabled=true",
)


@workflow.defn(name="Onboarding")
class BrokenOnboarding:
    """What a bad deploy does to an onboarding that is open."""

    @workflow.run
    async def run(self, _: Any = None) -> None:
        raise RuntimeError("a slip of the deploy")

    @workflow.signal
    def nudge(self) -> None:
        return


@dataclass
class House:
    """A whole house: Temporal, store, mail folder, and a worker that can be sent home."""

    client: Client
    engine: Engine
    data: Path

    @property
    def census(self) -> SqlCensus:
        return SqlCensus(self.engine)

    @property
    def door(self) -> Door:
        return Door(
            client=self.client,
            deals=SqlLedger(self.engine),
            library=Library(),
            staff=load_team,
            calendars=public_holidays,
            task_queue=QUEUE,
            day_length=timedelta(days=1),
        )

    def worker(self) -> Worker:
        files = MailFiles(folder=self.data / "mail", sender="day90 <cs@vendor.test>", rendering=Rendering())
        parts = Parts(
            ledger=SqlLedger(self.engine),
            outbox=SqlOutbox(self.engine, mail_domain="vendor.test"),
            library=Library(),
            staff=load_team,
            channels={"mail": files},
            wake=WakeSender(self.client, QUEUE),
            fleet=TemporalFleet(self.client),
            census=self.census,
            operator=OPS,
        )
        return day90_worker(self.client, parts, task_queue=QUEUE)

    async def opened(self, **changes: Any) -> str:
        """A new onboarding whose plan is drafted."""
        onboarding = (await self.door.start(sample_deal(id=uuid4().hex[:12], **changes))).onboarding
        while (await self.door.ask(onboarding, "progress"))["status"] == "opening":
            await asyncio.sleep(0.02)
        return onboarding

    async def swept(self) -> dict[str, str]:
        """What the nightly workflow finds: subject and kind."""
        swept: Swept = await self.client.execute_workflow(
            "Sweep", id=f"sweep-{uuid4().hex}", task_queue=QUEUE, result_type=Swept
        )
        return {finding.subject: finding.kind for finding in swept.findings}

    async def looked(self, *, later: timedelta = timedelta(0)) -> dict[str, str]:
        """What a look finds, or would find after that time."""
        sweeping = Repairing(door=self.door, census=self.census, channels=("mail",))._sweeping
        object.__setattr__(sweeping, "now", lambda: datetime.now(UTC) + later)
        return {finding.subject: finding.kind for finding in (await sweeping.look()).findings}

    async def day90(self, *words: str, code: int = 0) -> str:
        """A command of ours, in a thread of its own as it has a loop of its own."""
        where = ["--data", str(self.data), "--temporal-address", self.client.service_client.config.target_host]
        out, err = io.StringIO(), io.StringIO()

        def order() -> int:
            with redirect_stdout(out), redirect_stderr(err):
                return run([*words, *where])

        assert code == await asyncio.to_thread(order), err.getvalue()
        return out.getvalue() + err.getvalue()

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
    url = f"sqlite:///{tmp_path / 'day90.sqlite'}"
    migrate(url)
    engine = open_store(url)
    house = House(client=client, engine=engine, data=tmp_path)
    yield house
    async for seen in TemporalFleet(client).running("Onboarding"):
        await client.get_workflow_handle(seen.id).terminate()
    engine.dispose()


async def until(condition: Any, *, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.1)


async def test_a_night_with_troubles_and_the_morning_after(house: House) -> None:
    """Exactly what would fall through is found, people hear of it, each is repaired by a command, all is well."""
    async with house.worker():
        well, terminated, orphan = [await house.opened() for _ in range(3)]
        assert "nobody falls through: 3 open onboardings" in await house.day90("sweep")

        await house.client.get_workflow_handle(terminated).terminate("by mistake")
        kept = DealClosed.model_validate(sample_deal(id=f"cut_off_{uuid4().hex[:8]}"))
        cut_off = onboarding_id(kept.source, kept.id)
        an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
        SqlLedger(house.engine, clock=lambda: an_hour_ago).keep_deal(cut_off, kept)
        with write_transaction(house.engine) as connection:
            gone = update(onboardings).where(onboardings.c.onboarding == orphan)
            connection.execute(gone.values(owner="left.long_ago"))

        wanted = {terminated: "stopped", cut_off: "not_started", orphan: "without_owner"}

        async def all_found() -> bool:
            return await house.looked() == wanted

        # Temporal's search needs a moment to know of the termination.
        await until(all_found)
        assert wanted == await house.swept()

        async def reported() -> bool:
            return bool(house.mails_to(OPS.email))

        await until(reported)
        [mail] = house.mails_to(OPS.email)
        assert mail.startswith("day90: 3 cases need a person\n")
        assert all(f"day90 repair {id}" in mail for id in (terminated, cut_off))
        assert f"day90 reassign {orphan} HANDLE" in mail
        assert well not in mail
        assert {"sweep_report"} == {line.kind for line in notices(house.engine) if line.onboarding is None}

        assert wanted == await house.swept()
        assert 1 == len(house.mails_to(OPS.email)), "one mail a night, however often it is run"

        found = json.loads(await house.day90("sweep", "--json", code=6))["findings"]
        assert wanted == {finding["subject"]: finding["kind"] for finding in found}

        facts_before = len(journal(house.engine, terminated))
        await house.day90("repair", terminated, code=2)
        assert "its workflow goes on" in await house.day90("repair", terminated, "--yes")
        await house.day90("repair", cut_off, "--yes")
        await house.day90("reassign", orphan, "grace.lee", "--by", "nora.lindqvist")
        while (await house.door.ask(terminated, "progress"))["status"] == "opening":
            await asyncio.sleep(0.02)
        await house.day90("done", terminated, "handoff_reviewed")

        async def all_well() -> bool:
            return await house.looked() == {}

        await until(all_well)
        assert "nobody falls through" in await house.day90("sweep")
        assert {"opening", one(house.engine, well).status} >= {one(house.engine, cut_off).status}
        again = journal(house.engine, terminated)
        assert len({row.key for row in again}) == len(again) > facts_before
        assert "nothing is the matter" in await house.day90("repair", terminated, "--yes", code=3)


async def test_what_temporal_lost_is_brought_back_from_the_store(house: House) -> None:
    """As it stood: what was reached is reached, who was told is not told again, and news is taken as before."""
    async with house.worker():
        lost = await house.opened()
        await house.door.tell(lost, "reach_milestone", {"milestone": "handoff_reviewed", "by": "project_lead"})
        await house.door.tell(lost, "raise_issue", {"title": "Login fails", "severity": "high"})
        before = one(house.engine, lost)
        told = {line.key for line in notices(house.engine, lost)}
        await house.forgotten_by_temporal(lost)

        async def found() -> bool:
            return await house.looked() == {lost: "lost"}

        await until(found)
        said = await house.day90("repair", lost, "--yes")
        assert "what has been told is not told again" in said

        progress = await house.door.tell(lost, "reach_milestone", {"milestone": "introduction_sent"})
        after = one(house.engine, lost)
        assert ("issue-1",) == progress.open_issues
        assert before.owner == after.owner
        assert {row.key for row in before.milestones if row.status == "reached"} <= {
            row.key for row in after.milestones if row.status == "reached"
        }
        news = {line.kind for line in notices(house.engine, lost) if line.key not in told}
        assert news <= {"milestone_reached"}
        assert {} == await house.looked()


async def test_a_bad_deploy_is_found_and_what_it_broke_goes_on_after_the_next(house: House) -> None:
    """While it lasts a repair cannot help, and says so; with a good worker it goes on at once."""
    async with house.worker():
        stuck = await house.opened()
    async with Worker(
        house.client, task_queue=QUEUE, workflows=[BrokenOnboarding], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        await house.client.get_workflow_handle(stuck).signal("nudge")

        async def found() -> bool:
            return await house.looked() == {stuck: "stuck"}

        await until(found)
        told = await house.day90("sweep", code=6)
        assert "WorkflowTaskFailed, WorkflowWorkerUnhandledFailure" in told
    async with house.worker():
        assert "Deploy a worker that can run it first" in await house.day90("repair", stuck, "--yes")

        progress = await house.door.tell(stuck, "reach_milestone", {"milestone": "handoff_reviewed"})

        async def well() -> bool:
            return await house.looked() == {}

        assert progress.ending is None
        await until(well)


async def test_a_pause_in_temporal_is_found_and_lifted(house: House) -> None:
    """The client's own list would raise from the first paused workflow on."""
    async with house.worker():
        paused = await house.opened()
        await house.client.workflow_service.pause_workflow_execution(
            PauseWorkflowExecutionRequest(
                namespace=house.client.namespace, workflow_id=paused, request_id=uuid4().hex, reason="a look"
            )
        )

        async def found() -> bool:
            return await house.looked() == {paused: "paused_in_temporal"}

        await until(found)
        await house.day90("repair", paused, "--yes")

        async def well() -> bool:
            return await house.looked() == {}

        await until(well)


async def test_a_workflow_that_no_store_knows_is_found_and_left_to_a_person(house: House) -> None:
    """After a restore from an older backup; within ten minutes of its start it may only be opening."""
    async with house.worker():
        unknown = await house.opened()
        house.forgotten_by_the_store(unknown)

        async def found() -> bool:
            return await house.looked(later=timedelta(hours=1)) == {unknown: "unknown"}

        assert {} == await house.looked()
        await until(found)


async def test_a_programme_and_a_sender_that_were_ended_are_started_again(house: House) -> None:
    """A programme that was ended on purpose is remembered, for the day when Temporal has forgotten it."""
    async with house.worker():
        given, left = [await house.opened() for _ in range(2)]
        yesterday = datetime.now(UTC) - timedelta(days=1)
        for onboarding in (given, left):
            await house.client.get_workflow_handle(onboarding).terminate()
            with write_transaction(house.engine) as connection:
                ended = update(onboardings).where(onboardings.c.onboarding == onboarding)
                connection.execute(ended.values(ending="handed_over", ended_at=yesterday))

        async def missing() -> bool:
            return await house.looked() == {given: "programme_missing", left: "programme_missing"}

        await until(missing)
        for onboarding in (given, left):
            await house.day90("repair", onboarding, "--yes")
        await house.client.get_workflow_handle(programme_of(left)).execute_update("end_programme", "left us")

        async def well() -> bool:
            return await house.looked() == {}

        async def remembered() -> bool:
            assert {} == await house.looked()
            return any(row.kind == "programme_ended" for row in journal(house.engine, left))

        await until(remembered)
        assert [given] == [line.onboarding for line in house.census.handed_over(after="", most=9)]

        await house.client.get_workflow_handle("sender-mail").terminate()
        with write_transaction(house.engine) as connection:
            waited = {"state": "waiting", "not_before": yesterday, "while_open": None, "collapses": False}
            connection.execute(update(notices_table).where(notices_table.c.kind == "assigned").values(waited))
        assert {"sender-mail": "sender_stopped"} == await house.looked()
        assert "started" in await house.day90("repair", "sender-mail", "--yes")

        await until(well)


async def test_workers_that_start_together_keep_one_schedule(house: House) -> None:
    """And leave the hour that an operator chose."""
    await asyncio.gather(*(keep_schedule(house.client, task_queue=QUEUE) for _ in range(4)))
    handle = house.client.get_schedule_handle(SCHEDULE)
    kept = await handle.describe()
    assert [3] == [hour.start for hour in kept.schedule.spec.calendars[0].hour]
    await handle.pause(note="while we move")

    await keep_schedule(house.client, task_queue="another")

    moved = await handle.describe()
    assert moved.schedule.state.paused
    assert "another" == getattr(moved.schedule.action, "task_queue", None)
    await handle.delete()


async def test_what_nobody_knows_is_not_found(house: House) -> None:
    await house.day90("repair", "onboarding-crm-nobody", "--yes", code=4)
    assert "nothing is the matter" in await house.day90("repair", "sender-mail", "--yes", code=3)
