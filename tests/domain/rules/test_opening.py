"""How does an onboarding begin, on its first day or weeks late, and with what already done?"""

from datetime import timedelta
from typing import Any

import pytest

from domain import agenda
from domain.agenda import Entry, IssueState
from domain.clock import Clock
from domain.deal import DealClosed
from domain.refusal import InvalidDeal
from domain.rules.opening import first_state
from tests.support.simulation import EXECUTIVE, MANAGER, OWNER, Simulation, calendar_of, deal, high_touch, opened, staff

CLOSED = deal().closed_at


def taken_up(*, after_days: int, **reached: int) -> Simulation:
    """Lindenau's onboarding, taken up that late, with milestones reached on their days."""
    done = [{"milestone": key, "at": CLOSED + timedelta(days=day)} for key, day in reached.items()]
    return Simulation(deal(as_of=CLOSED + timedelta(days=after_days), reached=done))


def test_a_new_onboarding_has_its_owner_its_approvers_and_its_people() -> None:
    state = opened().state

    assert state.owner == OWNER
    assert state.approvers == [MANAGER, EXECUTIVE]
    assert state.cast["training_lead"] == ["rosa.delgado"]
    assert [stage.key for stage in state.stages if stage.status == "open"] == ["welcome"]


def test_onboardings_with_the_same_hours_wake_one_after_the_other() -> None:
    """Each by its own delay, which is the same at every try; so that a whole country's nine o'clock can be served."""
    spread = timedelta(minutes=5)
    deals = [deal(id=f"00{number}") for number in range(200)]

    delays = [delay_of(one, spread=spread) for one in deals]

    assert delays == [delay_of(one, spread=spread) for one in deals]
    assert all(timedelta(0) <= delay < spread for delay in delays)
    assert len(set(delays)) > 100
    assert delay_of(deals[0], spread=timedelta(0)) == timedelta(0)


def delay_of(one: DealClosed, *, spread: timedelta) -> timedelta:
    at = one.closed_at
    state = first_state(one, high_touch(), calendar_of(one), staff(), load={}, clock=Clock(), now=at, spread=spread)
    return state.jitter


def test_what_is_promised_to_the_hour_wakes_its_onboarding_on_the_dot() -> None:
    onboarding = opened()
    onboarding.state.jitter = timedelta(minutes=4)
    reminder = agenda.next_entry(onboarding.state)
    assert reminder is not None

    promise = Entry("sla/T-1", "respond", reminder.due + timedelta(minutes=1), "service_level", "T-1")
    onboarding.state.issues.append(IssueState(key="T-1", severity="critical", since=onboarding.now))
    onboarding.state.entries.append(promise)

    assert agenda.wakes_at(onboarding.state, reminder) == reminder.due + timedelta(minutes=4)
    assert agenda.wakes_at(onboarding.state, promise) == promise.due
    assert agenda.next_entry(onboarding.state) == promise


def test_who_may_sign_is_named_in_the_plan() -> None:
    signers = {milestone.key: milestone.signers for milestone in opened().state.milestones if milestone.signers}

    assert signers == {
        "plan_agreed": ["project_lead"],
        "uat_signed_off": ["project_lead", "technical_lead"],
        "readiness_confirmed": ["executive_sponsor", "project_lead"],
        "success_plan_agreed": ["executive_sponsor", "project_lead"],
    }


def test_what_was_reached_before_is_taken_over_with_its_day() -> None:
    onboarding = taken_up(after_days=20, kickoff_held=4, plan_agreed=6, discovery_completed=12)

    reached = {m.key: m.at for m in onboarding.state.milestones if m.settled}
    assert reached == {
        "kickoff_held": CLOSED + timedelta(days=4),
        "plan_agreed": CLOSED + timedelta(days=6),
        "discovery_completed": CLOSED + timedelta(days=12),
    }
    assert {stage.key for stage in onboarding.state.stages if stage.status == "open"} == {"welcome", "implementation"}
    assert onboarding.notices("milestone_reached") == []


def test_no_gate_is_asked_for_what_has_happened() -> None:
    onboarding = taken_up(after_days=70, gone_live=60)

    go_live = onboarding.state.playing("go_live")
    assert go_live is not None
    assert go_live.settled


def test_a_customer_taken_up_live_has_hypercare_from_the_real_day() -> None:
    done = {m.key: 50 for m in high_touch().milestones if m.anchor == "close" and m.role != "go_live"}
    onboarding = taken_up(after_days=70, gone_live=63, **done)

    assert onboarding.state.hypercare_until is not None
    assert onboarding.local(onboarding.state.hypercare_until) == "Mon 2027-01-18 17:00"


def test_what_was_due_before_is_one_summary_with_what_comes_next() -> None:
    onboarding = taken_up(after_days=20, kickoff_held=4)

    [summary] = onboarding.notices("taken_up")
    assert summary.to == OWNER
    assert summary.facts["day"] == 20
    assert "Access provisioned" in {line["title"] for line in summary.facts["overdue"]}
    assert len(summary.facts["next"]) == 5


def test_meetings_and_reports_of_the_past_are_not_made_up_for() -> None:
    onboarding = taken_up(after_days=60, kickoff_held=4)

    assert onboarding.notices("meeting") == onboarding.notices("status_report") == []


@pytest.mark.parametrize(
    ("reached", "field"),
    [
        ({"milestone": "no_such", "at": CLOSED}, "reached.0.milestone"),
        ({"milestone": "kickoff_held", "at": CLOSED - timedelta(days=1)}, "reached.0.at"),
        ({"milestone": "kickoff_held", "at": CLOSED + timedelta(days=99)}, "reached.0.at"),
    ],
)
def test_what_cannot_have_been_reached_is_refused_by_its_field(reached: dict[str, Any], field: str) -> None:
    impossible = deal(reached=[reached])

    with pytest.raises(InvalidDeal) as refused:
        first_state(impossible, high_touch(), calendar_of(impossible), staff(), load={}, clock=Clock(), now=CLOSED)

    assert refused.value.field == field


def test_an_onboarding_in_every_time_zone_opens_and_lives_through_its_first_month() -> None:
    for country, zone in (("US", "Pacific/Honolulu"), ("NZ", "Pacific/Auckland"), ("IN", "Asia/Kolkata")):
        onboarding = Simulation(deal(account={"name": "A", "country": country, "time_zone": zone}))
        onboarding.to_day(30)

        assert onboarding.fired
