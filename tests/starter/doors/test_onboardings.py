"""Does the door start a deal once, bring news once, and say in business words why not?

On the real dev server, with the real worker, ledger and playbooks.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from temporalio import workflow
from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.api.history.v1 import History, HistoryEvent
from temporalio.client import Client, RPCError, WorkflowHandle, WorkflowQueryFailedError
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.service import RetryConfig, RPCStatusCode
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from domain.refusal import InvalidDeal, Refused
from domain.rehearsal.supposing import Supposition
from runtime.connection import connect
from starter.doors.dates import Dates, dates_if, tell_with_dates
from starter.doors.onboardings import OnboardingDoor
from starter.doors.trying import supposed
from starter.doors.updating import ONE_TRY, PATIENCE, who_is_silent
from starter.trouble import InvalidNews, NotFound, NotReachable
from store.engine import open_store
from store.ledger import SqlLedger
from store.reads import journal
from tests.support import servers
from tests.support.databases import sqlite_store
from tests.support.onboardings import sample_deal
from tests.support.parts import LIBRARY, STAFF, parts
from wiring.doors import doors
from wiring.worker import day90_worker
from workflows.alarm import RANG_TOO_EARLY

temporal_address = servers.temporal_address
SOON = timedelta(seconds=1.5)


@pytest.fixture(scope="module")
async def client(temporal_address: str) -> Client:
    return await connect(address=temporal_address)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_store(sqlite_store(tmp_path))


@pytest.fixture
def ledger(engine: Engine) -> SqlLedger:
    return SqlLedger(engine)


@pytest.fixture
def door(client: Client, engine: Engine) -> OnboardingDoor:
    """A door whose worker does not run."""
    queue = f"door-{uuid4().hex}"
    return doors(client, engine, library=LIBRARY, staff=STAFF, task_queue=queue).onboardings


@pytest.fixture
async def worker(client: Client, ledger: SqlLedger, door: OnboardingDoor) -> AsyncIterator[None]:
    """The real worker, whose mails go nowhere."""
    real = parts(ledger=ledger)
    async with day90_worker(client, real, task_queue=door.task_queue):
        yield


def new_deal(**changes: Any) -> dict[str, Any]:
    """A deal that no test had before: the server remembers them all."""
    return sample_deal(id=uuid4().hex, **changes)


async def opened(door: OnboardingDoor, raw: dict[str, Any]) -> str:
    """A started onboarding whose plan is drafted."""
    onboarding = (await door.start(raw)).onboarding
    while (await door.ask(onboarding, "progress"))["status"] == "opening":
        await asyncio.sleep(0.05)
    return onboarding


async def test_a_deal_is_started_once(door: OnboardingDoor, worker: None) -> None:
    """The second start, and one after it was opened, say so and change nothing."""
    raw = new_deal()

    first = await door.start(raw)
    at_once = await door.start(raw)
    await opened(door, raw)
    later = await door.start(raw)

    assert (False, True, True) == (first.already, at_once.already, later.already)
    assert f"onboarding-salesforce-{raw['id']}" == first.onboarding == later.onboarding


async def test_the_memo_names_the_customer_only_where_a_setting_says_so(door: OnboardingDoor, worker: None) -> None:
    """In every run, for the list in the Temporal UI; by default no history names anybody."""
    named = replace(door, customer_in_memo=True)
    onboardings = [await opened(door, new_deal()), await opened(named, new_deal())]

    memos = [await (await door.client.get_workflow_handle(id).describe()).memo() for id in onboardings]

    assert [{}, {"customer": sample_deal()["account"]["name"]}] == memos


@pytest.mark.parametrize(
    ("kind", "news", "field"),
    [
        ("pause", {"reason": "x", "until": "9999-12-31"}, "until"),
        ("replan", {"reason": "x", "hand_off_by": "0001-01-01"}, "hand_off_by"),
        ("record_risk", {"risk": "a", "title": "t", "review_on": "9999-12-31"}, "review_on"),
        ("reach_milestone", {"milestone": "kickoff_held", "at": "9999-12-31T23:59:59-12:00"}, "at"),
    ],
)
async def test_news_with_a_far_date_is_refused_by_its_field(
    door: OnboardingDoor, kind: str, news: dict[str, Any], field: str
) -> None:
    """Nothing is sent: the onboarding need not even be there."""
    with pytest.raises(InvalidNews) as refusal:
        await door.tell("onboarding-file-none", kind, news)

    assert field == refusal.value.field


async def test_many_starts_at_once_make_one_onboarding(door: OnboardingDoor, worker: None) -> None:
    raw = new_deal()

    answers = await asyncio.gather(*(door.start(raw) for _ in range(8)))

    assert [False] + 7 * [True] == sorted(answer.already for answer in answers)


async def test_a_start_without_a_worker_waits_for_one(door: OnboardingDoor) -> None:
    started = await door.start(new_deal())

    assert not started.already
    assert (await door.state(started.onboarding)).open


async def test_the_start_holds_no_customer_content(door: OnboardingDoor, client: Client) -> None:
    """Names and addresses are in the store; Temporal gets an id."""
    started = await door.start(new_deal())

    history = await client.get_workflow_handle(started.onboarding).fetch_history()
    assert "Lindenau" not in history.to_json()
    assert "Vogel" not in history.to_json()


async def test_a_wrong_deal_starts_and_keeps_nothing(door: OnboardingDoor, ledger: SqlLedger) -> None:
    raw = new_deal(playbook="no-such")

    with pytest.raises(InvalidDeal, match=r"^playbook: 'no-such' is no playbook; there are: high-touch"):
        await door.start(raw)

    onboarding = f"onboarding-salesforce-{raw['id']}"
    assert ledger.kept_deal(onboarding) is None
    with pytest.raises(NotFound):
        await door.state(onboarding)


async def test_a_mended_deal_starts_after_a_foreign_start_failed(
    door: OnboardingDoor, worker: None, client: Client
) -> None:
    """A run that found the deal invalid opened nothing."""
    raw = new_deal()
    onboarding = f"onboarding-salesforce-{raw['id']}"
    wrong = {**raw, "stakeholders": []}
    await client.start_workflow("Onboarding", wrong, id=onboarding, task_queue=door.task_queue)
    while (failure := await door.failure(onboarding)) is None:
        await asyncio.sleep(0.05)
    assert "stakeholders" == failure.field

    assert not (await door.start(raw)).already
    assert onboarding == await opened(door, raw)


async def test_news_is_answered_with_the_progress(door: OnboardingDoor, worker: None) -> None:
    onboarding = await opened(door, new_deal())

    progress = await door.tell(onboarding, "reach_milestone", {"milestone": "handoff_reviewed"})

    assert onboarding == progress.onboarding
    assert "handoff_reviewed" not in progress.waiting_for
    assert not progress.repeated


async def test_what_would_move_is_told_beforehand_and_moves_then(
    door: OnboardingDoor, worker: None, engine: Engine
) -> None:
    """A date that cannot be kept is explained and not dropped in silence; trying it changes nothing."""
    onboarding = await opened(door, new_deal())
    days = datetime.now(UTC).date() + timedelta(days=150)
    sunday = str(days + timedelta(days=6 - days.weekday()))
    news = {"milestone": "gone_live", "to": sunday, "reason": "their fair"}

    tried = await dates_if(door, onboarding, "replan", news)
    again = await dates_if(door, onboarding, "replan", news)
    progress, moved = await tell_with_dates(door, engine, onboarding, "replan", news)

    assert moved is not None
    assert tried == again == Dates(moved, progress.go_live_due)
    go_live = next(one for one in tried.moved if one.milestone == "gone_live")
    assert "a weekend: moved to Mon" in go_live.why[0]


async def test_what_would_be_refused_is_refused_when_it_is_tried(door: OnboardingDoor, worker: None) -> None:
    onboarding = await opened(door, new_deal())

    with pytest.raises(Refused, match=r"^to: 2020-01-01 is past"):
        await dates_if(door, onboarding, "replan", {"milestone": "gone_live", "to": "2020-01-01", "reason": "x"})


async def test_what_would_follow_is_what_then_follows(door: OnboardingDoor, worker: None, engine: Engine) -> None:
    """Asked of the running workflow, whose state and journal stay as they are; then told, and the dates are those."""
    onboarding = await opened(door, new_deal())
    carried, rows = await door.ask(onboarding, "carried"), len(journal(engine, onboarding))

    result = await supposed(door, onboarding, Supposition(milestone="gone_live", slips="10d", days=2))
    assert (carried, rows) == (await door.ask(onboarding, "carried"), len(journal(engine, onboarding)))
    news = {"milestone": "gone_live", "to": str(result.go_live.now), "reason": "their fair"}
    progress, moved = await tell_with_dates(door, engine, onboarding, "replan", news)

    assert moved == result.moved
    assert progress.go_live_due is not None
    assert progress.go_live_due.date() == result.go_live.now
    assert "replanned" in {mail.kind for mail in result.mails if mail.fate == "new"}


async def test_of_what_has_ended_nothing_is_supposed(door: OnboardingDoor, worker: None) -> None:
    onboarding = await opened(door, new_deal())
    await door.tell(onboarding, "end_onboarding", {"ending": "churned", "reason": "Insolvent", "grace_hours": 0})

    with pytest.raises(Refused, match=r"has ended \(churned\): nothing of it lies ahead"):
        await supposed(door, onboarding, Supposition(milestone="gone_live", slips="10d"))


async def test_news_with_the_same_id_counts_once(door: OnboardingDoor, worker: None) -> None:
    onboarding = await opened(door, new_deal())
    win = {"title": "One list", "news_id": "win-1"}

    first = await door.tell(onboarding, "record_win", win)
    again = await door.tell(onboarding, "record_win", {**win, "title": "Another"})

    assert (False, True) == (first.repeated, again.repeated)


async def test_a_refusal_names_field_and_reason(door: OnboardingDoor, worker: None) -> None:
    onboarding = await opened(door, new_deal())

    with pytest.raises(Refused, match=r"^milestone: gone_live has to wait for") as refused:
        await door.tell(onboarding, "reach_milestone", {"milestone": "gone_live"})

    assert "milestone" == refused.value.field
    assert not isinstance(refused.value, InvalidNews)


@pytest.mark.parametrize(
    ("kind", "news", "field"),
    [
        ("reach_milestone", {"milestone": "kickoff_held", "colour": "blue"}, "colour"),
        ("reach_milestone", {"milestone": "Kickoff Held"}, "milestone"),
        ("reach_milestone", {}, "milestone"),
        ("record_risk", {"risk": "r", "probability": 9}, "probability"),
        ("raise_issue", {"title": "x", "severity": "dire"}, "severity"),
        ("pause", {"reason": "x" * 1_000_000}, "reason"),
    ],
)
async def test_news_that_nobody_could_understand_is_not_sent(
    door: OnboardingDoor, kind: str, news: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidNews) as invalid:
        await door.tell("onboarding-none-such", kind, news)

    assert field == invalid.value.field


async def test_people_may_be_named_by_address(door: OnboardingDoor, worker: None, ledger: SqlLedger) -> None:
    """The history gets their id."""
    onboarding = await opened(door, new_deal())
    news = {"milestone": "handoff_reviewed", "by": "S.Vogel@lindenau-moebel.example"}

    await door.tell(onboarding, "reach_milestone", news)

    assert "project_lead" == await door.person(onboarding, news["by"])
    assert "nora.lindqvist" == await door.person(onboarding, "nora.lindqvist@vendor.example")
    with pytest.raises(InvalidNews, match="by: nobody with that address"):
        await door.tell(onboarding, "reach_milestone", {**news, "by": "a@b.example"})


async def test_only_staff_becomes_the_owner(door: OnboardingDoor, worker: None) -> None:
    onboarding = await opened(door, new_deal())

    with pytest.raises(InvalidNews, match=r"^owner: 'nobody' is nobody of the staff directory"):
        await door.tell(onboarding, "reassign", {"owner": "nobody"})

    assert "mika.sato" == (await door.tell(onboarding, "reassign", {"owner": "mika.sato@vendor.example"})).owner


async def test_what_was_never_started_is_not_found(door: OnboardingDoor) -> None:
    for asked in (
        door.tell("onboarding-none-such", "resume", {}),
        door.ask("onboarding-none-such", "progress"),
        door.state("onboarding-none-such"),
    ):
        with pytest.raises(NotFound, match="onboarding-none-such: no such onboarding"):
            await asked


async def test_what_has_ended_refuses_news(door: OnboardingDoor, worker: None, client: Client) -> None:
    onboarding = await opened(door, new_deal())
    await door.tell(onboarding, "end_onboarding", {"ending": "churned", "reason": "they were bought"})
    await client.get_workflow_handle(onboarding).result()

    with pytest.raises(Refused, match="ended"):
        await door.tell(onboarding, "reach_milestone", {"milestone": "handoff_reviewed"})


async def test_without_a_worker_it_says_so_and_that_a_repeat_is_harmless(door: OnboardingDoor) -> None:
    impatient = replace(door, one_try=SOON / 3, patience=SOON)
    onboarding = (await door.start(new_deal())).onboarding

    with pytest.raises(NotReachable, match=r"is a worker running.* with news_id n-1 is harmless"):
        await impatient.tell(onboarding, "reach_milestone", {"milestone": "handoff_reviewed", "news_id": "n-1"})
    with pytest.raises(NotReachable, match="is a worker running"):
        await impatient.ask(onboarding, "progress")


class JustFired:
    """Workflows whose timer has fired, asked in a worker that did not know them."""

    def get_workflow_handle(self, _: str) -> "JustFired":
        return self

    async def query(self, *_: Any, **__: Any) -> None:
        raise WorkflowQueryFailedError(f"{RANG_TOO_EARLY}: it is noon, and it was set to one o'clock")


async def test_a_question_that_came_while_a_timer_fired_may_be_asked_again(door: OnboardingDoor) -> None:
    """The onboarding refuses nothing; a moment later it answers."""
    with pytest.raises(NotReachable, match="onboarding-x: its timer has just fired; ask again"):
        await replace(door, client=cast("Client", JustFired())).ask("onboarding-x", "progress")


async def test_when_temporal_is_away_nobody_is_sent_to_look_for_a_worker(door: OnboardingDoor) -> None:
    server = servers.DevServer()
    await server.start()
    # By default the SDK itself tries each call for ten seconds; here it is the door that is asked.
    gives_up = RetryConfig(max_elapsed_time_millis=500)
    away = await Client.connect(server.address, data_converter=pydantic_data_converter, retry_config=gives_up)
    server.end()
    impatient = replace(door, client=away, one_try=SOON / 3, patience=SOON)

    with pytest.raises(NotReachable, match=r"^Temporal does not answer.* with news_id n-1 is harmless") as told:
        await impatient.tell("onboarding-x", "resume", {"news_id": "n-1"})
    with pytest.raises(NotReachable, match=r"^Temporal does not answer") as asked:
        await impatient.ask("onboarding-x", "progress")

    assert "worker" not in str(told.value) + str(asked.value)


async def test_news_that_waited_for_a_worker_is_applied_once(
    door: OnboardingDoor, ledger: SqlLedger, client: Client
) -> None:
    """Tried again and again under one id, while nobody was there."""
    eager = replace(door, one_try=SOON / 5)
    onboarding = (await door.start(new_deal())).onboarding
    real = parts(ledger=ledger)

    telling = asyncio.create_task(eager.tell(onboarding, "record_win", {"title": "One list"}))
    await asyncio.sleep(SOON.total_seconds())
    async with day90_worker(client, real, task_queue=door.task_queue):
        await telling
        await asyncio.sleep(0.5)

    engine = ledger._engine
    assert 1 == sum(1 for entry in journal(engine, onboarding) if entry.kind == "win_recorded")


@workflow.defn(name="Onboarding")
class LosesItsRun:
    """Stands for an onboarding whose run gives way just when an update was taken (temporal#6375)."""

    @workflow.run
    async def run(self, start: Any) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def resume(self, news: dict[str, Any]) -> dict[str, Any]:
        self.tries = getattr(self, "tries", 0) + 1
        if news["news_id"] == "lost":
            raise ApplicationError("run is gone", type="AcceptedUpdateCompletedWorkflow")
        raise ApplicationError("broken", type="Bug")


async def test_an_update_that_lost_its_run_is_sent_again(door: OnboardingDoor, client: Client) -> None:
    impatient = replace(door, patience=SOON)
    worker = Worker(
        client, task_queue=door.task_queue, workflows=[LosesItsRun], workflow_runner=UnsandboxedWorkflowRunner()
    )
    async with worker:
        onboarding = (await door.start(new_deal())).onboarding

        with pytest.raises(NotReachable):
            await impatient.tell(onboarding, "resume", {"news_id": "lost"})
        with pytest.raises(Exception, match="failed"):
            await impatient.tell(onboarding, "resume", {"news_id": "other"})

        await client.get_workflow_handle(onboarding).terminate()


@workflow.defn(name="Onboarding")
class Stumbles:
    """Stands for an onboarding that is still being opened."""

    @workflow.run
    async def run(self, start: Any) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def resume(self, news: dict[str, Any]) -> dict[str, Any]:
        return {"onboarding": workflow.info().workflow_id, "status": "on_track", "day": 1}

    @resume.validator
    def refuse(self, news: dict[str, Any]) -> None:
        TRIES[news["news_id"]] = tries = TRIES.get(news["news_id"], 0) + 1
        if news["news_id"] == "opens" and tries > 3:
            return
        detail = {"field": "", "reason": "this onboarding is just being opened: send it again in a moment"}
        raise ApplicationError(detail["reason"], detail, type="Refused", non_retryable=True)


TRIES: dict[str, int] = {}
"""How often each piece of news came, counted outside: a validator must not change its workflow."""


@pytest.fixture
async def stumbling(door: OnboardingDoor, client: Client) -> AsyncIterator[str]:
    TRIES.clear()
    worker = Worker(
        client, task_queue=door.task_queue, workflows=[Stumbles], workflow_runner=UnsandboxedWorkflowRunner()
    )
    async with worker:
        onboarding = (await door.start(new_deal())).onboarding
        yield onboarding
        await client.get_workflow_handle(onboarding).terminate()


async def test_news_that_comes_during_the_opening_is_sent_again(door: OnboardingDoor, stumbling: str) -> None:
    assert "on_track" == (await door.tell(stumbling, "resume", {"news_id": "opens"})).status


async def test_an_opening_that_does_not_end_is_told(door: OnboardingDoor, stumbling: str) -> None:
    impatient = replace(door, opens_within=SOON)

    with pytest.raises(Refused, match="just being opened"):
        await impatient.tell(stumbling, "resume", {"news_id": "never"})

    assert TRIES["never"] > 1


@workflow.defn(name="Onboarding")
class ShowsWhatNobodyRegistered:
    """Stands for an onboarding one of whose search attributes somebody has removed from the namespace."""

    @workflow.run
    async def run(self, start: Any) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def resume(self, news: dict[str, Any]) -> dict[str, Any]:
        workflow.upsert_search_attributes([SearchAttributeKey.for_keyword("WaitsForNobody").value_set("x")])
        return news


async def test_a_missing_search_attribute_names_itself_and_fills_no_history(
    door: OnboardingDoor, client: Client
) -> None:
    """No worker is missed, and whoever tells news adds a few events, not hundreds."""
    stand_in = Worker(
        client,
        task_queue=door.task_queue,
        workflows=[ShowsWhatNobodyRegistered],
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    async with stand_in:
        onboarding = (await door.start(new_deal())).onboarding
        handle = client.get_workflow_handle(onboarding)
        await door.began(onboarding)

        with pytest.raises(NotReachable) as trouble:
            await door.tell(onboarding, "resume", {"news_id": "n-1"})

        history = await handle.fetch_history()
        await handle.terminate()
    assert "search attribute WaitsForNobody" in str(trouble.value)
    assert "is a worker running" not in str(trouble.value)
    assert "n-1" in str(trouble.value)
    assert len(history.events) < 40


@dataclass
class FailsItsTask:
    """A client whose server answers as the real one does when the workflow task that took the update has failed."""

    ids: list[str] = field(default_factory=list)

    def get_workflow_handle(self, onboarding: str) -> "FailsItsTask":
        return self

    async def execute_update(self, kind: str, news: dict[str, Any], *, id: str) -> dict[str, Any]:
        self.ids.append(id)
        if len(self.ids) < 3:
            reason = "Unable to perform workflow execution update due to unexpected workflow task failure."
            raise RPCError(reason, RPCStatusCode.FAILED_PRECONDITION, b"")
        return {"onboarding": "onboarding-x", "status": "on_track", "day": 1}


async def test_news_whose_workflow_task_failed_is_sent_again(door: OnboardingDoor) -> None:
    """Under the same update id, so that it counts once when the first one was taken after all."""
    server = FailsItsTask()

    progress = await replace(door, client=cast("Client", server)).tell("onboarding-x", "resume", {})

    assert "on_track" == progress.status
    assert (3, 1) == (len(server.ids), len(set(server.ids)))


@dataclass
class FailedBefore:
    """A workflow whose last task went well, without the news at which the one before it failed."""

    id: str = "onboarding-x"
    _client: Any = None

    def __post_init__(self) -> None:
        self._client = SimpleNamespace(namespace="default", workflow_service=self)

    async def describe(self, **_: Any) -> None:
        return

    async def get_workflow_execution_history_reverse(self, *_: Any, **__: Any) -> Any:
        failed = HistoryEvent()
        failed.workflow_task_failed_event_attributes.cause = (
            WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_BAD_SEARCH_ATTRIBUTES
        )
        failed.workflow_task_failed_event_attributes.failure.message = "search attribute WaitsForNobody is unknown"
        well = HistoryEvent()
        well.workflow_task_completed_event_attributes.scheduled_event_id = 9
        return SimpleNamespace(history=History(events=[well, failed]))


@pytest.mark.parametrize(
    ("failed", "said"), [(True, "search attribute WaitsForNobody"), (False, "is a worker running")]
)
async def test_news_at_which_tasks_fail_is_told_so_although_the_next_one_went_well(failed: bool, said: str) -> None:
    handle = cast("WorkflowHandle[Any, Any]", FailedBefore())

    assert said in await who_is_silent(handle, within=PATIENCE, one_try=ONE_TRY, failed=failed)


async def test_being_cancelled_is_no_timeout(door: OnboardingDoor) -> None:
    """The SDK gives the same error for both; a door that took Ctrl-C for a timeout would never end."""
    onboarding = (await door.start(new_deal())).onboarding

    telling = asyncio.create_task(door.tell(onboarding, "resume", {}))
    await asyncio.sleep(0.5)
    telling.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(telling, 5)
