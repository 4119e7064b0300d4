"""Does `day90 repair` mend what the sweep finds? Each repair, on a real Temporal server, store and mail folder."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update
from temporalio import workflow
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import WorkflowFailureError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from domain.deal import DealClosed, onboarding_id
from domain.record import JournalRow, Unconfirmed, Writing
from domain.refusal import Refused
from domain.rules.accounts import with_the_account
from playbooks.library import load_team
from runtime.fleet import TemporalFleet
from starter.doors.bell import WakeSender
from starter.repairing import Repairing
from store.engine import write_transaction
from store.ledger import SqlLedger
from store.reads import journal, notices, one
from store.tables import milestones, onboardings
from store.tables import notices as notices_table
from tests.support import houses
from tests.support.houses import QUEUE, House, until
from tests.support.onboardings import sample_deal
from tests.support.simulation import Simulation
from workflows.programme import id_of as programme_of

house = houses.house


@workflow.defn(name="Onboarding")
class BrokenOnboarding:
    """A workflow that fails on every task, as after a bad deploy."""

    @workflow.run
    async def run(self, _: Any = None) -> None:
        raise RuntimeError("a slip of the deploy")

    @workflow.signal
    def nudge(self) -> None:
        return


async def test_what_temporal_lost_is_brought_back_from_the_store(house: House) -> None:
    """It stands as before: what was reached is reached, nobody is told again, and news is taken."""
    async with house.worker():
        lost = await house.opened()
        await house.door.tell(lost, "reach_milestone", {"milestone": "handoff_reviewed", "by": "project_lead"})
        await house.door.tell(lost, "raise_issue", {"title": "Login fails", "severity": "high"})
        before = one(house.engine, lost)
        notices_before = {line.key for line in notices(house.engine, lost)}
        await house.forgotten_by_temporal(lost)

        async def is_found() -> bool:
            return await house.looked() == {lost: "lost"}

        await until(is_found)
        printed = await house.day90("repair", lost, "--yes")
        assert "what has been told is not told again" in " ".join(printed.split())

        progress = await house.door.tell(lost, "reach_milestone", {"milestone": "introduction_sent"})
        after = one(house.engine, lost)
        assert ("issue-1",) == progress.open_issues
        assert before.owner == after.owner
        assert {row.key for row in before.milestones if row.status == "reached"} <= {
            row.key for row in after.milestones if row.status == "reached"
        }
        news = {line.kind for line in notices(house.engine, lost) if line.key not in notices_before}
        assert news <= {"milestone_reached", "kickoff_agenda"}, "once they are introduced they are asked to the kickoff"
        assert {} == await house.looked()


async def test_a_bad_deploy_is_found_and_what_it_broke_goes_on_after_the_next(house: House) -> None:
    """While the bad deploy lasts a repair cannot help, and says so; with a good worker it goes on at once."""
    async with house.worker():
        stuck = await house.opened()
    async with Worker(
        house.client, task_queue=QUEUE, workflows=[BrokenOnboarding], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        await house.client.get_workflow_handle(stuck).signal("nudge")

        async def is_found() -> bool:
            # A sender that wakes meanwhile finds nobody who knows it, either.
            return (await house.looked()).get(stuck) == "stuck"

        await until(is_found)
        printed = await house.day90("sweep", code=6)
        assert "WorkflowTaskFailed, WorkflowWorkerUnhandledFailure" in printed
    async with house.worker():
        assert "Deploy a worker that can run it first" in await house.day90("repair", stuck, "--yes")

        progress = await house.door.tell(stuck, "reach_milestone", {"milestone": "handoff_reviewed"})

        async def well() -> bool:
            return await house.looked() == {}

        assert progress.ending is None
        await until(well)


@workflow.defn(name="Sender")
class BrokenSender:
    @workflow.run
    async def run(self, _: str) -> None:
        raise RuntimeError("a slip of the deploy")


async def test_a_sender_of_webhooks_that_a_deploy_broke_is_found_and_replaced(house: House) -> None:
    """No mail waits for this channel: only Temporal knows that its sender fails."""
    async with Worker(
        house.client, task_queue=QUEUE, workflows=[BrokenSender], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        await WakeSender(house.client, QUEUE)("webhook-7")

        async def is_found() -> bool:
            return await house.looked() == {"sender-webhook-7": "stuck"}

        await until(is_found)
    async with house.worker():
        assert "was replaced" in await house.day90("repair", "sender-webhook-7", "--yes")

        async def well() -> bool:
            return await house.looked() == {}

        await until(well)


async def test_one_that_was_terminated_goes_on_though_somebody_started_its_deal_again(house: House) -> None:
    """The run that was started beside it failed at once; what goes on is the one that took the deal up."""
    async with house.worker():
        onboarding = await house.opened()
        await house.door.tell(onboarding, "reach_milestone", {"milestone": "handoff_reviewed", "by": "project_lead"})
        handle = house.client.get_workflow_handle(onboarding)
        await handle.terminate()
        again = await house.client.start_workflow(
            "Onboarding",
            sample_deal(id=onboarding.rpartition("-")[2]),
            id=onboarding,
            task_queue=QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
        )
        with pytest.raises(WorkflowFailureError):
            await again.result()

        # Search is a second or so behind.
        async def is_listed() -> bool:
            return len(await TemporalFleet(house.client).runs(onboarding)) == 2

        await until(is_listed)
        await house.day90("repair", onboarding, "--yes")

        progress = await house.door.ask(onboarding, "progress")
    assert progress["ending"] is None
    assert "handoff_reviewed" not in [*progress["waiting_for"], *progress["late"]]


async def test_a_reset_to_the_very_beginning_loses_nothing_that_was_accepted(house: House) -> None:
    """Temporal tells it all again then, before the opening: updates wait for that like signals."""
    async with house.worker():
        onboarding = await house.opened()
        raised = {"title": "Login fails", "severity": "high", "issue": "T-1"}
        await house.door.tell(onboarding, "raise_issue", raised)
        await house.door.tell(onboarding, "reach_milestone", {"milestone": "handoff_reviewed", "by": "project_lead"})
        handle = house.client.get_workflow_handle(onboarding)
        events = [event async for event in handle.fetch_history_events()]
        first = next(event for event in events if event.HasField("workflow_task_completed_event_attributes"))
        await house.client.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace=house.client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=onboarding),
                reason="by hand",
                workflow_task_finish_event_id=first.event_id,
                request_id=uuid4().hex,
            )
        )

        async def is_open() -> bool:
            return bool((await house.door.ask(onboarding, "progress"))["status"] != "opening")

        await until(is_open)
        progress = await house.door.ask(onboarding, "progress")
        told = [entry.kind for entry in journal(house.engine, onboarding)]
    assert progress["open_issues"] == ["T-1"]
    assert "handoff_reviewed" not in [*progress["waiting_for"], *progress["late"]]
    assert (told.count("issue_raised"), told.count("milestone_reached")) == (1, 1)


async def test_one_that_was_lost_before_its_plan_was_written_begins_anew(house: House) -> None:
    """Nobody was told of the onboarding yet, so the stored deal is enough."""
    deal = DealClosed.model_validate(sample_deal(id=uuid4().hex[:12]))
    admitted = Simulation(deal).dossier
    lost = admitted.onboarding
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    SqlLedger(house.engine, clock=lambda: an_hour_ago).admit(admitted, run="a run that nobody remembers")
    assert {lost: "lost"} == await house.looked()
    async with house.worker():
        assert "begins anew" in " ".join((await house.day90("repair", lost, "--yes")).split())

        async def opened() -> bool:
            return one(house.engine, lost).status not in ("opening", "")

        await until(opened)
        await house.door.tell(lost, "reach_milestone", {"milestone": "handoff_reviewed"})

        assert {} == await house.looked()
        kinds = [row.kind for row in journal(house.engine, lost)]
        assert (1, 1) == (kinds.count("opened"), kinds.count("milestone_reached"))
        assert 1 == len([line for line in notices(house.engine, lost) if line.kind == "assigned"])


async def test_a_kept_deal_that_never_began_begins_with_its_accounts_people_and_csm(house: House) -> None:
    """What a door had filled into the stored deal is filled in again, not refused."""
    async with house.worker():
        first = await house.opened(owner="grace.lee")
        raw = sample_deal(id=uuid4().hex[:12])
        leads = [person for person in raw["stakeholders"] if person["role"] == "project_lead"]
        bare = DealClosed.model_validate(raw | {"stakeholders": leads, "champion": None})
        whole = with_the_account(bare, SqlLedger(house.engine).of_account(bare), load_team(), "high")
        second = onboarding_id(bare.source, bare.id)
        an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
        SqlLedger(house.engine, clock=lambda: an_hour_ago).keep_deal(second, whole)
        assert {second: "not_started"} == await house.looked()

        assert f"{second} started" in await house.day90("repair", second, "--yes")

        async def opened() -> bool:
            return bool((await house.door.ask(second, "progress"))["status"] != "opening")

        await until(opened)
        assert {} == await house.looked()
        dossier = SqlLedger(house.engine).dossier(second)
    assert "grace.lee" == one(house.engine, second).owner
    assert whole == dossier.deal
    assert first in {person.known_from for person in dossier.deal.stakeholders}


async def test_what_no_command_mends_keeps_nothing_else_from_being_mended(house: House) -> None:
    """The answer names it too: an onboarding without an owner must run before it can be given one."""
    async with house.worker():
        ended = await house.opened()
        await house.client.get_workflow_handle(ended).terminate("by mistake")
        with write_transaction(house.engine) as connection:
            gone = update(onboardings).where(onboardings.c.onboarding == ended)
            connection.execute(gone.values(owner="left.long_ago"))

        printed = " ".join((await house.day90("repair", ended, "--yes")).split())

        assert "its workflow goes on" in printed
        assert f"left to you: without owner: name the new owner: day90 reassign {ended} HANDLE" in printed
        await house.day90("reassign", ended, "grace.lee", "--by", "nora.lindqvist")
        assert {} == await house.looked()


async def test_news_around_a_repair_counts_once(house: House) -> None:
    """News from before it was ended, from before a worker took it up again, and sent a second time."""
    async with house.worker():
        ended = await house.opened()
    handle = house.client.get_workflow_handle(ended)
    await handle.signal("milestone_reached", {"milestone": "handoff_reviewed", "news_id": "crm-1"})
    await handle.terminate("by mistake")
    await house.day90("repair", ended, "--yes")
    await handle.signal("milestone_reached", {"milestone": "introduction_sent", "news_id": "crm-2"})
    issue = {"title": "Login fails", "severity": "high", "news_id": "desk-1"}
    admitted = asyncio.create_task(house.door.tell(ended, "raise_issue", issue))
    await asyncio.sleep(0.5)
    assert not admitted.done()

    async with house.worker():
        first, second = await admitted, await house.door.tell(ended, "raise_issue", issue)
        await handle.signal("milestone_reached", {"milestone": "handoff_reviewed", "news_id": "crm-1"})
        await house.door.tell(ended, "record_win", {"title": "One list"})

    assert (False, True) == (first.repeated, second.repeated)
    counted = Counter(
        row.about for row in journal(house.engine, ended) if row.kind in ("milestone_reached", "issue_raised")
    )
    # The first win reaches the milestone of the first value.
    assert {"handoff_reviewed": 1, "introduction_sent": 1, "issue-1": 1, "first_win_shown": 1} == counted


async def test_a_workflow_that_no_store_knows_is_taken_up_again_by_a_person(house: House) -> None:
    """After a restore from an older backup only the CRM has the deal; what was reached is read from the workflow."""
    async with house.worker():
        unknown, _ = [await house.opened() for _ in range(2)]
        await house.door.tell(unknown, "reach_milestone", {"milestone": "handoff_reviewed"})
        deal = house.door.deals.kept_deal(unknown)
        assert deal is not None
        house.forgotten_by_the_store(unknown)

        async def is_found() -> bool:
            return await house.looked(later=timedelta(hours=1)) == {unknown: "unknown"}

        assert {} == await house.looked(), "within ten minutes of its start it may only be opening"
        await until(is_found)
        with pytest.raises(Refused) as refused:
            await house.repairing(later=timedelta(hours=1)).remedies(unknown)
        remedy = refused.value.reason
        assert f"temporal workflow terminate --workflow-id {unknown}" in remedy

        file = house.data / "deal.json"
        file.write_text(deal.model_dump_json(), "utf-8")
        await house.client.get_workflow_handle(unknown).terminate("as was said")
        words = remedy.splitlines()[-1].replace("DEAL.json", str(file)).split()
        await house.day90(*words[1:])

        assert {"handoff_reviewed"} == {m.key for m in one(house.engine, unknown).milestones if m.status == "reached"}
        assert {} == await house.looked(later=timedelta(hours=1))


async def test_a_store_that_tells_otherwise_is_drawn_anew_from_the_workflow(house: House) -> None:
    """Both what it says is reached, and an ending that its workflow never heard of."""
    async with house.worker():
        reached, ended = [await house.opened() for _ in range(2)]
        with write_transaction(house.engine) as connection:
            of_it = milestones.c.onboarding == reached
            connection.execute(update(milestones).where(of_it).values(status="reached"))
            of_it = onboardings.c.onboarding == ended
            long_ago = datetime.now(UTC) - timedelta(hours=1)
            connection.execute(update(onboardings).where(of_it).values(ending="churned", ended_at=long_ago))
        repairing = replace(house.repairing(), settles=timedelta(0))

        async def found() -> dict[str, str]:
            return {finding.subject: finding.kind for finding in (await repairing.look()).findings}

        async def both() -> bool:
            return await found() == {reached: "store_differs", ended: "store_differs"}

        await until(both)
        for onboarding in (reached, ended):
            [remedy] = (await repairing.remedies(onboarding)).remedies
            assert "draws its part of the store anew" in await remedy.do()

        async def well() -> bool:
            return await found() == {}

        await until(well)
        assert one(house.engine, ended).ending is None


async def test_news_that_its_workflow_never_heard_of_is_told_again(house: House) -> None:
    """A row that was never confirmed says how."""
    async with house.worker():
        onboarding = await house.opened()
        key = "fact/milestone_reached/handoff_reviewed/0123456789ab"
        news = Unconfirmed(
            update="reach_milestone", body={"milestone": "handoff_reviewed"}, news_id="lost", run="gone", task=1
        )
        row = JournalRow(key=key, at=datetime.now(UTC), kind="milestone_reached", about="handoff_reviewed")
        SqlLedger(house.engine).write(Writing(onboarding=onboarding, journal=(row,), unconfirmed={key: news}))
        with write_transaction(house.engine) as connection:
            of_it = (milestones.c.onboarding == onboarding) & (milestones.c.key == "handoff_reviewed")
            connection.execute(update(milestones).where(of_it).values(status="reached"))
        repairing = replace(house.repairing(), settles=timedelta(0))

        [remedy] = (await repairing.remedies(onboarding)).remedies
        assert "1 confirmed" in await remedy.do()

        plan = await house.door.ask(onboarding, "plan")
        assert ["reached"] == [m["status"] for m in plan["milestones"] if m["key"] == "handoff_reviewed"]


async def test_a_programme_and_a_sender_that_were_ended_are_started_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A programme that was ended on purpose is remembered, for the day when Temporal has forgotten it."""
    # What is written here by hand differs from the workflow for good; nothing has to settle.
    monkeypatch.setattr("starter.repairing.Repairing", partial(Repairing, settles=timedelta(0)))
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
            # What was sent just now was in a sender's hand, and rests for a while.
            waited["rests_until"] = None
            connection.execute(update(notices_table).where(notices_table.c.kind == "assigned").values(waited))
        assert {"sender-mail": "sender_stopped"} == await house.looked()
        assert "started" in await house.day90("repair", "sender-mail", "--yes")

        await until(well)
