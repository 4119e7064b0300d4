"""What may people and systems tell a running onboarding? Updates that answer or refuse, signals that never hurt."""

import asyncio
from datetime import timedelta

import pytest

from domain.refusal import Refused
from tests.support.onboardings import World, sample_deal
from tests.support.stories import work_through


async def test_a_gate_that_is_closed_refuses_and_names_what_is_missing(here: World) -> None:
    """Go-live waits for readiness; the refused update leaves no trace in the history."""
    deal = await here.closed_now()
    await deal.let_pass(hours=1)
    with pytest.raises(Refused, match="readiness_confirmed") as refusal:
        await deal.reached("gone_live")

    assert refusal.value.field == "milestone"
    events = [event async for run in deal.runs() for event in run.events]
    assert not any(event.HasField("workflow_execution_update_accepted_event_attributes") for event in events)


@pytest.mark.parametrize(
    ("update", "news", "field"),
    [
        ("reach_milestone", {"milestone": "moon_landing"}, "milestone"),
        ("reach_milestone", {}, "milestone"),
        ("reach_milestone", {"milestone": 7}, "milestone"),
        ("reach_milestone", {"milestone": "kickoff_held", "note": "x" * 1_000_000}, "note"),
        ("reach_milestone", {"milestone": "kickoff_held", "at": "2199-01-01T00:00:00Z"}, "at"),
        ("reach_milestone", {"milestone": "kickoff_held", "at": "2001-01-01T00:00:00Z"}, "at"),
        ("reach_milestone", {"milestone": "kickoff_held", "at": "yesterday"}, "at"),
        ("reach_milestone", {"milestone": "plan_agreed"}, "milestone"),
        ("sign_off", {"milestone": "plan_agreed", "by": "end_user", "decision": "approve"}, "by"),
        ("sign_off", {"milestone": "plan_agreed", "by": "project_lead", "decision": "maybe"}, "decision"),
        ("sign_off", {"milestone": "plan_agreed", "by": "project_lead", "decision": "reject"}, "reasons"),
        ("waive_milestone", {"milestone": "data_mapped", "by": "jonas.weber", "reason": "no data"}, "by"),
        ("waive_milestone", {"milestone": "data_mapped", "by": "nora.lindqvist"}, "reason"),
        ("resolve_issue", {"issue": "T-99"}, "issue"),
        ("resume", {}, "resume"),
        ("replan", {"milestone": "gone_live", "to": "2001-01-01", "reason": "past"}, "to"),
        ("record_risk", {"risk": "R-1", "title": "x", "review_on": "9999-12-31"}, "review_on"),
        ("attest_criterion", {"criterion": "milestones_complete", "by": "jonas.weber"}, "criterion"),
        ("end_onboarding", {"ending": "churned"}, "reason"),
        ("end_onboarding", {"ending": "handed_over", "by": "nora.lindqvist"}, "ending"),
        ("end_onboarding", {"ending": "exploded", "reason": "boom"}, "ending"),
    ],
)
async def test_bad_news_is_refused_with_the_field(
    here: World, update: str, news: dict[str, object], field: str
) -> None:
    """An update answers in one sentence what is wrong, and nothing has happened."""
    deal = await here.closed_now()
    await deal.let_pass(hours=1)
    if news.get("milestone") == "plan_agreed":
        await deal.reached("kickoff_held")
    before = len(here.ledger.journal[deal.id])

    with pytest.raises(Refused) as refusal:
        await deal.tell(update, **news)

    assert refusal.value.field == field
    assert len(here.ledger.journal[deal.id]) == before


async def test_news_that_is_no_object_is_refused(here: World) -> None:
    """The Temporal CLI lets people send anything."""
    deal = await here.closed_now()
    await deal.let_pass(hours=1)

    with pytest.raises(Exception, match="failed") as failure:
        await deal.handle.execute_update("reach_milestone", "kickoff_held")

    assert "one JSON object" in str(failure.value.__cause__)


async def test_the_same_news_again_changes_nothing_and_says_so(here: World) -> None:
    """Also in a later run of the chain, and also when the milestone was opened again meanwhile."""
    deal = await here.closed_now()
    await deal.let_pass(hours=1)
    first = await deal.tell("reach_milestone", milestone="kickoff_held", news_id="n-1")
    await work_through(deal, until="uat_signed_off")
    await deal.tell("reopen_milestone", milestone="kickoff_held", reason="reported by mistake")

    again = await deal.tell("reach_milestone", milestone="kickoff_held", news_id="n-1")

    assert not first.repeated
    assert again.repeated
    assert len([run async for run in deal.runs()]) > 1, "the chain has turned"
    assert [m["status"] for m in (await deal.plan())["milestones"] if m["key"] == "kickoff_held"] == ["open"]


async def test_concurrent_updates_around_the_turn_of_a_run_are_neither_lost_nor_doubled(here: World) -> None:
    """Bursts of ten while the history is long enough for a new run."""
    deal = await here.closed_now()
    await deal.let_pass(hours=1)

    for burst in range(8):
        wins = (
            deal.handle.execute_update("record_win", {"title": f"win {burst}/{number}"}, id=f"w-{burst}-{number}")
            for number in range(10)
        )
        await asyncio.gather(*wins)
    await deal.let_pass(minutes=5)

    assert len(here.ledger.facts(deal.id, "win_recorded")) == 80
    assert len([run async for run in deal.runs()]) > 1


async def test_an_early_signal_is_held_and_applied_when_its_gate_opens(here: World) -> None:
    """A system that reports the environment before the plan is agreed is right, just early."""
    deal = await here.closed_now()
    await deal.let_pass(hours=1)
    await deal.signal("milestone_reached", {"milestone": "environment_set_up", "by": "jonas.weber"})
    await deal.let_pass(hours=1)
    held = here.ledger.facts(deal.id, "signal_held")

    await deal.reached("kickoff_held", "access_provisioned")

    assert [row.about for row in held] == ["environment_set_up"]
    status = {m["key"]: m["status"] for m in (await deal.plan())["milestones"]}
    assert status["environment_set_up"] == "reached"


@pytest.mark.parametrize(
    ("signal", "news"),
    [
        ("milestone_reached", {"milestone": "moon_landing"}),
        ("milestone_reached", {"milestone": ["kickoff_held"]}),
        ("milestone_reached", "kickoff_held"),
        ("milestone_reached", None),
        ("milestone_reached", {"milestone": "plan_agreed"}),
        ("issue_resolved", {"issue": "T-404"}),
        ("issue_raised", {"severity": "apocalyptic"}),
        ("something_else", {"a": 1}),
    ],
)
async def test_an_unknown_or_unreadable_signal_is_recorded_and_harmless(here: World, signal: str, news: object) -> None:
    """Facts are never refused: there is nobody who would hear the refusal."""
    deal = await here.closed_now()
    await deal.let_pass(hours=1)

    await deal.signal(signal, news)
    await deal.let_pass(hours=1)

    assert len(here.ledger.facts(deal.id, "news_refused")) == 1
    assert (await deal.progress()).status == "on_track"


async def test_a_signal_sent_together_with_the_start_is_not_lost(here: World) -> None:
    """It arrives before the plan is drafted, waits, and is applied."""
    deal = await here.start(sample_deal(closed_at=(await here.now()).isoformat()))
    await deal.signal("milestone_reached", {"milestone": "kickoff_held"})
    await deal.signal("issue_raised", {"title": "No access", "severity": "high"})
    await deal.let_pass(hours=1)

    progress = await deal.progress()

    assert progress.open_issues == ("issue-1",)
    assert {m["key"]: m["status"] for m in (await deal.plan())["milestones"]}["kickoff_held"] == "reached"


async def test_fields_that_we_do_not_know_yet_are_recorded_and_ignored(here: World) -> None:
    """A sender may be newer than we are."""
    deal = await here.closed_now()
    await deal.let_pass(hours=1)

    await deal.tell("reach_milestone", milestone="kickoff_held", mood="splendid")

    row = next(row for row in here.ledger.facts(deal.id, "milestone_reached") if row.about == "kickoff_held")
    assert row.data["ignored_fields"] == ["mood"]


async def test_a_pause_stops_reminders_and_moves_every_open_date(here: World) -> None:
    """Ten days of pause are ten days later, and nobody was nagged meanwhile."""
    deal = await here.closed_now()
    await deal.let_pass(hours=3)
    await deal.reached("handoff_reviewed", "introduction_sent", "kickoff_held")
    go_live = await deal.due("gone_live")
    await deal.tell("pause", reason="their ERP has to be moved first", by="jonas.weber")
    before = len(here.ledger.told(deal.id, "reminder"))

    await deal.let_pass(days=14, hours=1)
    during = len(here.ledger.told(deal.id, "reminder"))
    await deal.tell("resume")

    assert during == before
    # Either day may have been put off by days on which the office is closed: five of them around the new year.
    assert timedelta(days=9) <= await deal.due("gone_live") - go_live <= timedelta(days=18)
    assert {"paused", "resumed"} <= {notice.kind for notice in here.ledger.told(deal.id)}


async def test_a_pause_that_lasts_too_long_asks_both_sides_for_a_decision(here: World) -> None:
    """After 30 days, and again every week."""
    deal = await here.closed_now()
    await deal.let_pass(hours=3)
    await deal.tell("pause", reason="budget freeze")

    await deal.let_pass(days=45)

    asked = [notice.to for notice in here.ledger.told(deal.id, "pause_decision")]
    assert {"jonas.weber", "nora.lindqvist", "project_lead", "executive_sponsor"} <= set(asked)
    assert asked.count("jonas.weber") == 3


async def test_a_new_owner_gets_the_onboarding_and_an_unknown_one_does_not(here: World) -> None:
    """The handle has to stand in the staff directory."""
    deal = await here.closed_now()
    await deal.let_pass(hours=1)

    await deal.tell("reassign", owner="grace.lee", reason="holiday")
    good = (await deal.progress()).owner
    await deal.tell("reassign", owner="nobody.here")
    await deal.let_pass(hours=1)

    assert good == "grace.lee"
    assert (await deal.progress()).owner == "grace.lee"


async def test_a_scope_change_is_decided_by_the_manager_alone(here: World) -> None:
    """Change control: requested by anyone, approved, rejected or put off to phase 2 by the manager."""
    deal = await here.closed_now()
    await deal.let_pass(hours=1)
    await deal.tell("request_scope_change", title="A second ERP", effort_days=12, by="project_lead")

    with pytest.raises(Refused, match="approval of nora"):
        await deal.tell("decide_scope_change", request="change-1", decision="approve", by="jonas.weber")
    await deal.tell("decide_scope_change", request="change-1", decision="phase_2", by="nora.lindqvist")

    assert here.ledger.rows[(deal.id, "scope_change", "change-1")].status == "phase_2"


async def test_a_fact_is_named_by_its_cause_and_not_by_a_number(here: World) -> None:
    """Its number may change between two tries of a task; tests/stories/test_crash.py shows what hangs on it."""
    deal = await here.closed_now()
    await deal.let_pass(hours=1)

    await deal.tell("reach_milestone", milestone="kickoff_held", news_id="n-1")
    await deal.signal("issue_raised", {"title": "No access", "severity": "critical"})
    await deal.let_pass(minutes=5)

    keys = {row.kind: row.key for row in here.ledger.journal[deal.id].values()}
    assert keys["milestone_reached"].startswith("fact/milestone_reached/kickoff_held/")
    assert keys["issue_raised"].startswith("fact/issue_raised/issue-1/")
    assert not any(key.rpartition("/")[2].isdigit() and int(key.rpartition("/")[2]) > 3 for key in keys.values())


async def test_a_signal_that_comes_with_the_ending_is_journaled_and_the_ending_stands(here: World) -> None:
    """The workflow closes at a quiet moment: an update in the task that closes it would be undone."""
    deal = await here.closed_now()
    await deal.let_pass(hours=1)

    await asyncio.gather(
        deal.tell("end_onboarding", ending="churned", reason="insolvent"),
        *(deal.signal("issue_raised", {"title": f"late {number}", "severity": "normal"}) for number in range(5)),
    )
    outcome = await deal.outcome()

    said = [*here.ledger.facts(deal.id, "issue_raised"), *here.ledger.facts(deal.id, "news_refused")]
    assert outcome["ending"] == "churned"
    assert len(said) == 5
    assert here.ledger.kinds_to(deal.id, "jonas.weber").count("ended") == 1
