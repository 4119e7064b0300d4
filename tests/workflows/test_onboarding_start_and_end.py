"""How does an onboarding begin and how may it end? Bad deals start nothing; every ending is one we know."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.worker import Replayer

from domain.refusal import Refused
from tests.support.onboardings import QUEUE, RunningOnboarding, World, sample_deal
from tests.support.stories import work_through
from workflows.sandbox import WORKFLOWS, runner

HOSTILE = "<script>alert('x')</script> \u202eevil [a](http://evil.example) 🙂"


def _without(field: str) -> dict[str, Any]:
    raw = sample_deal()
    del raw[field]
    return raw


@pytest.mark.parametrize(
    ("deal", "field"),
    [
        (sample_deal(surprise=1), "surprise"),
        (sample_deal(stakeholders=[]), "stakeholders"),
        (sample_deal(stakeholders="me"), "stakeholders"),
        (_without("stakeholders"), "stakeholders"),
        (_without("account"), "account"),
        (sample_deal(closed_at="soon"), "closed_at"),
        (sample_deal(closed_at="2026-11-02T10:00:00"), "closed_at"),
        (sample_deal(playbook="no-touch"), "playbook"),
        (sample_deal(owner="nobody.here"), "owner"),
        (sample_deal(yearly_value="a lot"), "yearly_value"),
        (sample_deal(notes=[{"text": "x" * 1_000_000}]), "notes.0.text"),
        (sample_deal(champion="the_cat"), "champion"),
        ("a deal", "deal"),
        (None, "deal"),
        ([1, 2], "deal"),
    ],
)
async def test_a_bad_deal_started_by_a_foreign_client_fails_at_once_with_the_field(
    here: World, deal: Any, field: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It names the field, retries nothing, nothing is half-started, and no traceback troubles the operator."""
    if isinstance(deal, dict) and deal.get("closed_at", "").startswith("2026-11-02T10:00:00+"):
        deal = {**deal, "closed_at": (await here.now()).isoformat()}
    started = await here.start(deal, id="onboarding-salesforce-006Qy00000Bx7LmIAJ")

    with pytest.raises(WorkflowFailureError) as failure:
        await started.outcome()

    cause = failure.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == "InvalidDeal"
    assert cause.details[0]["field"] == field
    assert [] == [record.message for record in caplog.records if record.exc_info]
    assert "failed" == (await started.handle.query("progress"))["status"]
    assert here.ledger.runs == {}
    assert here.ledger.writings == []


async def test_a_go_live_in_the_past_starts_nothing(here: World) -> None:
    """A promised date has to lie ahead."""
    now = await here.now()
    closed = now - timedelta(days=30)
    started = await here.start(
        sample_deal(closed_at=closed.isoformat(), go_live_by=str((now - timedelta(days=3)).date()))
    )

    with pytest.raises(WorkflowFailureError) as failure:
        await started.outcome()

    assert "go_live_by" in str(failure.value.cause)


async def test_a_workflow_id_that_is_not_the_deals_own_starts_nothing(here: World) -> None:
    """One deal, one onboarding: the id is what guards that."""
    started = await here.start(sample_deal(closed_at=(await here.now()).isoformat()), id="my-own-idea")

    with pytest.raises(WorkflowFailureError) as failure:
        await started.outcome()

    assert "onboarding-salesforce-006Qy00000Bx7LmIAJ" in str(failure.value.cause)


async def test_a_deal_that_had_its_onboarding_does_not_get_another(here: World) -> None:
    """Even after Temporal has forgotten the first: the store remembers."""
    here.ledger.runs["onboarding-salesforce-006Qy00000Bx7LmIAJ"] = "a run long ago"
    started = await here.start(sample_deal(closed_at=(await here.now()).isoformat()))

    with pytest.raises(WorkflowFailureError) as failure:
        await started.outcome()

    assert isinstance(failure.value.cause, ApplicationError)
    assert failure.value.cause.type == "AlreadyOnboarded"


async def test_hostile_names_start_an_onboarding_like_any_other(here: World) -> None:
    """Emoji, right-to-left marks and HTML are somebody's name until proved otherwise."""
    raw = sample_deal(closed_at=(await here.now()).isoformat())
    raw["account"] = {**raw["account"], "name": HOSTILE}
    raw["stakeholders"][1]["name"] = HOSTILE
    started = await here.start(raw)
    await started.let_pass(hours=1)

    history = (await started.handle.fetch_history()).to_json()

    assert (await started.progress()).status == "on_track"
    assert here.ledger.told(started.id, "draft")[0].facts["account"] == HOSTILE
    assert history.count("evil.example") <= 1, "only in the start event that the foreign client wrote"


async def test_an_onboarding_found_weeks_late_is_taken_up_at_its_day_without_a_burst(here: World) -> None:
    """One summary for the owner, no reminders about what was due before we came (B16)."""
    now = await here.now()
    closed = now - timedelta(days=40)
    reached = [{"milestone": "kickoff_held", "at": (closed + timedelta(days=4)).isoformat()}]
    started = await here.start(sample_deal(closed_at=closed.isoformat(), reached=reached))

    await started.let_pass(hours=2)

    kinds = here.ledger.kinds_to(started.id, "jonas.weber")
    assert kinds.count("taken_up") == 1
    assert "reminder" not in kinds
    assert "escalation" not in kinds
    progress = await started.progress()
    assert progress.status == "behind"
    assert progress.day == 40
    assert "handoff_reviewed" in progress.late


async def test_unmet_criteria_at_the_last_day_ask_the_manager_who_hands_over_with_exceptions(here: World) -> None:
    """Day 120: an extension, or a hand-off whose exceptions are named and approved."""
    deal = await here.closed_now()
    await work_through(deal)
    last = (await deal.plan())["hand_off"]
    await deal.let_pass(days=40)
    asked = here.ledger.kinds_to(deal.id, "nora.lindqvist").count("hand_off_decision")
    end = {"ending": "handed_over_with_exceptions", "reason": "the ERP project took their people"}

    with pytest.raises(Refused) as unapproved:
        await deal.tell("end_onboarding", **end, exceptions=last["unmet"], by="jonas.weber")
    with pytest.raises(Refused) as unnamed:
        await deal.tell("end_onboarding", **end, exceptions=last["unmet"][:1], by="nora.lindqvist")
    await deal.tell("end_onboarding", **end, exceptions=last["unmet"], by="nora.lindqvist")
    outcome = await deal.outcome()

    assert asked >= 2
    assert (unapproved.value.field, unnamed.value.field) == ("by", "exceptions")
    assert outcome["ending"] == "handed_over_with_exceptions"
    assert outcome["exceptions"] == last["unmet"]
    assert outcome["programme"]


async def test_everything_met_before_day_90_waits_for_the_window_and_says_so(here: World) -> None:
    """Too early is flagged; the hand-off comes by itself when the window opens."""
    deal = await here.closed_now()
    for criterion in ("adoption_on_target", "outcomes_visible", "self_sufficient"):
        await deal.let_pass(hours=1)
        await deal.tell("attest_criterion", criterion=criterion, by="project_lead")
    waiver = {"reason": "kept by their group", "by": "nora.lindqvist"}
    await deal.tell("waive_milestone", milestone="success_plan_agreed", **waiver)
    await work_through(deal, until="gone_live")
    await deal.reached("gone_live")
    await work_through(deal, until="review_held")
    await deal.reached("review_held")
    waiting, plan = await deal.progress(), await deal.plan()

    outcome = await deal.outcome()

    assert waiting.ending is None
    assert "ready_early" in here.ledger.kinds_to(deal.id, "nora.lindqvist")
    assert outcome["ending"] == "handed_over"
    assert (await here.now()).isoformat() >= plan["hand_off"]["from"]


@pytest.mark.parametrize(
    ("ending", "customer_hears"),
    [("churned", True), ("withdrawn", True), ("deal_reversed", False), ("duplicate", False)],
)
async def test_every_other_ending_tells_people_and_leaves_nothing_dangling(
    here: World, ending: str, customer_hears: bool
) -> None:
    """Our own bookkeeping is not the customer's business."""
    deal = await here.closed_now()
    await deal.let_pass(hours=1)

    await deal.tell("end_onboarding", ending=ending, reason="as it happens")
    outcome = await deal.outcome()
    before = len(here.ledger.notices)
    await deal.let_pass(days=60)

    assert outcome["ending"] == ending
    assert outcome["programme"] == ""
    assert "ended" in here.ledger.kinds_to(deal.id, "jonas.weber")
    assert ("ended" in here.ledger.kinds_to(deal.id, "project_lead")) is customer_hears
    assert len(here.ledger.notices) == before


async def test_a_cancelled_workflow_says_goodbye_before_it_goes(here: World) -> None:
    """Somebody pressed Cancel in the Temporal UI: it is journaled, people hear of it, the status is Cancelled."""
    deal = await here.closed_now()
    await deal.let_pass(hours=1)

    await deal.handle.cancel()
    with pytest.raises(WorkflowFailureError) as failure:
        await deal.outcome()

    assert isinstance(failure.value.cause, CancelledError)
    assert here.ledger.standings[deal.id].ending == "cancelled"
    assert "ended" in here.ledger.kinds_to(deal.id, "jonas.weber")


async def test_news_that_comes_before_the_opening_waits_for_it(here: World) -> None:
    """Temporal tells it in that order after a reset to the beginning; refused then, what was accepted would be lost."""
    here.ledger.hangs = 0.3
    deal = await here.start(sample_deal(closed_at=(await here.now()).isoformat()))
    issue = asyncio.create_task(deal.tell("raise_issue", issue="T-1", title="early", severity="normal"))
    with pytest.raises(Refused):
        await deal.tell("reach_milestone", milestone="no_such_milestone")
    with pytest.raises(Refused):
        await deal.tell("raise_issue", nonsense=1)
    here.ledger.hangs = 0.0

    assert (await issue).open_issues == ("T-1",)


async def test_news_that_waited_for_an_opening_that_fails_is_refused(here: World) -> None:
    """Nobody waits for ever, and Temporal warns of no unfinished handler."""
    here.ledger.hangs = 0.3
    here.ledger.runs["onboarding-salesforce-006Qy00000Bx7LmIAJ"] = "a run long ago"
    started = await here.start(sample_deal(closed_at=(await here.now()).isoformat()))

    with pytest.raises(Refused):
        await started.tell("raise_issue", issue="T-1", title="early", severity="normal")
    with pytest.raises(WorkflowFailureError):
        await started.outcome()


async def test_a_cancellation_in_the_middle_of_news_says_goodbye_all_the_same(here: World) -> None:
    """What is being written then is written once more with the goodbye: nobody stays open, no news is lost."""
    deal = await here.closed_now()
    await deal.let_pass(hours=1)

    # While the first piece is written, the second and the cancellation wait for one task together.
    here.ledger.hangs = 1.0
    await deal.signal("issue_raised", {"issue": "T-1", "title": "first", "severity": "normal"})
    await asyncio.sleep(0.3)
    await deal.signal("issue_raised", {"issue": "T-2", "title": "second", "severity": "normal"})
    await deal.handle.cancel()
    with pytest.raises(WorkflowFailureError) as failure:
        await deal.outcome()

    assert isinstance(failure.value.cause, CancelledError)
    assert here.ledger.standings[deal.id].ending == "cancelled"
    assert ["T-1", "T-2"] == [row.about for row in here.ledger.facts(deal.id, "issue_raised")]
    assert "ended" in here.ledger.kinds_to(deal.id, "jonas.weber")


async def test_an_hour_without_a_database_costs_eight_events_and_loses_nothing(here: World) -> None:
    """The write goes on as one activity whose retries write no history; news meanwhile waits in the state."""
    deal = await here.closed_now()
    before = await _events(deal)

    here.ledger.down = True
    await deal.reached("handoff_reviewed")
    async with asyncio.timeout(30):
        while not await _an_activity_has_taken_over(deal):
            await asyncio.sleep(0.2)
    taken_over = await _events(deal)
    for _ in range(60):
        # In short steps: the server's clock stands still while it hands a try to the worker.
        await deal.let_pass(minutes=1)
    after_an_hour = await _events(deal)
    tries = here.ledger.refusals
    await deal.reached("introduction_sent")
    after_more_news = await _events(deal)
    here.ledger.down = False
    async with asyncio.timeout(30):
        while len(here.ledger.facts(deal.id, "milestone_reached")) < 2:
            await deal.let_pass(seconds=20)

    reached = [row.about for row in here.ledger.facts(deal.id, "milestone_reached")]
    assert reached == ["handoff_reviewed", "introduction_sent"]
    assert tries >= 50, "it is tried about once a minute"
    assert taken_over - before <= 8, "the news, the tries within its task, the activity"
    assert after_an_hour == taken_over, "an hour, or a day: no more"
    assert after_more_news - after_an_hour <= 6, "what a piece of news costs anyhow"


async def _events(deal: RunningOnboarding) -> int:
    return sum([len(run.events) async for run in deal.runs()])


async def _an_activity_has_taken_over(deal: RunningOnboarding) -> bool:
    runs = [run async for run in deal.runs()]
    return any(event.HasField("activity_task_scheduled_event_attributes") for event in runs[-1].events)


async def test_a_turn_during_which_the_database_hung_is_read_back_by_the_next_worker(here: World) -> None:
    """A local try that ran out of time fails otherwise when it is read back from its marker than when it happened."""
    deal = await here.closed_now()
    await deal.let_pass(hours=1)
    here.ledger.hangs = 4.0
    await deal.reached("handoff_reviewed")
    here.ledger.hangs = 0.0
    async with asyncio.timeout(30):
        while not here.ledger.facts(deal.id, "milestone_reached"):
            await asyncio.sleep(0.2)
    replayer = Replayer(workflows=WORKFLOWS, data_converter=pydantic_data_converter, workflow_runner=runner())

    run = await deal.handle.fetch_history()
    replayed = await replayer.replay_workflow(run, raise_on_replay_failure=False)

    assert any(event.HasField("activity_task_scheduled_event_attributes") for event in run.events)
    assert replayed.replay_failure is None


async def test_a_programme_that_runs_already_does_not_fail_the_hand_off(here: World) -> None:
    """Somebody reset the onboarding in Temporal: its programme is there, and there it stays."""
    deal = await here.closed_now()
    await here.env.client.start_workflow(
        "SuccessProgramme",
        {"onboarding": deal.id, "since": (await here.now()).isoformat(), "owner": "jonas.weber"},
        id="success-salesforce-006Qy00000Bx7LmIAJ",
        task_queue=QUEUE,
    )
    await deal.let_pass(hours=1)
    unmet = (await deal.plan())["hand_off"]["unmet"]
    end = {"ending": "handed_over_with_exceptions", "reason": "agreed", "by": "nora.lindqvist"}

    await deal.tell("end_onboarding", exceptions=unmet, **end)

    assert (await deal.outcome())["ending"] == "handed_over_with_exceptions"


async def test_a_cancellation_that_comes_after_the_ending_leaves_the_hand_off_whole(here: World) -> None:
    """The customer has been told: the onboarding completes, and its programme goes on."""
    deal = await here.closed_now()
    await deal.let_pass(hours=1)
    unmet = (await deal.plan())["hand_off"]["unmet"]
    end = {"ending": "handed_over_with_exceptions", "reason": "agreed", "by": "nora.lindqvist"}

    await deal.tell("end_onboarding", exceptions=unmet, **end)
    await deal.handle.cancel()
    outcome = await deal.outcome()

    programme = here.env.client.get_workflow_handle(outcome["programme"])
    await deal.let_pass(hours=1)
    assert outcome["ending"] == "handed_over_with_exceptions"
    assert (await programme.query("progress"))["next"]
