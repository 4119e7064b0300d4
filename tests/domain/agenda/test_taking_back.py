"""Can an ending be taken back? For some working hours, in which the customer hears nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.simulation import MANAGER, OWNER, Simulation, opened, telling_at_once, through_json

FRIDAY_HALF_PAST_FOUR = datetime(2026, 11, 6, 15, 30, tzinfo=UTC)
MONDAY_HALF_PAST_NINE = datetime(2026, 11, 9, 8, 30, tzinfo=UTC)
CHURNED = {"ending": "churned", "reason": "so be it", "by": OWNER}


@pytest.fixture
def onboarding() -> Simulation:
    """Decided on a Friday at half past four in Berlin that it ends; offices close at five."""
    onboarding = telling_at_once("ended")
    onboarding.until(FRIDAY_HALF_PAST_FOUR)
    onboarding.tell("end_onboarding", **CHURNED, grace_hours=1)
    return onboarding


def sides(onboarding: Simulation, kind: str) -> set[str]:
    people = {person.id: person.side for person in onboarding.ledger.dossier(onboarding.id).people}
    return {people[notice.to] for notice in onboarding.notices(kind)}


def test_it_counts_when_its_working_hours_are_over(onboarding: Simulation) -> None:
    """On Monday at half past nine: the weekend is no time in which anybody could object."""
    assert onboarding.status() == "ending"
    assert (onboarding.told("ending_announced"), onboarding.told("ended")) == ([MANAGER], [])

    onboarding.until(MONDAY_HALF_PAST_NINE.replace(minute=29))
    before = onboarding.state.ending
    onboarding.until(MONDAY_HALF_PAST_NINE.replace(minute=31))

    assert (before, onboarding.state.ending) == (None, "churned")
    assert onboarding.told("ended") == [MANAGER, "project_lead"]
    [ended] = onboarding.facts("ended")
    assert (ended.by, ended.data["reason"]) == (OWNER, "so be it")


def test_taken_back_it_goes_on_and_the_customer_never_heard_of_it(onboarding: Simulation) -> None:
    """What fell due meanwhile comes now, once."""
    resting = len(onboarding.notices())
    onboarding.until(MONDAY_HALF_PAST_NINE.replace(minute=20))
    assert len(onboarding.notices()) == resting

    answer = onboarding.tell("take_back_ending", by=MANAGER)
    onboarding.to_day(30)

    assert answer.status != "ending"
    assert onboarding.told("ending_taken_back") == [OWNER]
    assert onboarding.notices("ended") == []
    assert "vendor" in sides(onboarding, "reminder")
    assert onboarding.refusal("take_back_ending") == ("take_back_ending", "no ending waits to be taken back")


def test_nobody_is_asked_for_anything_while_it_is_about_to_end(onboarding: Simulation) -> None:
    """News is taken all the same, for the case that it goes on."""
    onboarding.tell("reach_milestone", milestone="handoff_reviewed", by=OWNER)
    onboarding.tell("reach_milestone", milestone="kickoff_held", by=OWNER)
    asked = onboarding.facts("sign_off_asked")

    onboarding.tell("take_back_ending", by=OWNER)

    assert asked == []
    assert [row.about for row in onboarding.facts("sign_off_asked")] == ["plan_agreed"]


def test_a_second_ending_has_to_count_at_once(onboarding: Simulation) -> None:
    field, reason = onboarding.refusal("end_onboarding", ending="withdrawn", reason="x", grace_hours=1)

    answer = onboarding.tell("end_onboarding", ending="withdrawn", reason="it is over", grace_hours=0)

    assert (field, reason.partition(":")[0]) == ("ending", "it is about to end (churned)")
    assert answer.ending == "withdrawn"
    assert len(onboarding.facts("ended")) == 1


def test_a_hand_over_is_dropped_when_something_is_missing_by_then() -> None:
    """What was checked when it was told has to hold when it counts: nobody is handed over with less than was agreed."""
    onboarding = opened()
    onboarding.in_time(to="success_plan_agreed")
    for criterion in ("adoption_on_target", "self_sufficient"):
        onboarding.tell("attest_criterion", criterion=criterion, by="project_lead")
    agreed = {"ending": "handed_over_with_exceptions", "exceptions": ["outcomes_visible"], "reason": "agreed"}
    onboarding.tell("end_onboarding", **agreed, by=MANAGER, grace_hours=8)

    onboarding.tell("attest_criterion", criterion="adoption_on_target", holds=False, by="project_lead")
    onboarding.until(onboarding.now + timedelta(days=5))

    assert (onboarding.state.ending, onboarding.state.ending_ahead) == (None, None)
    [dropped] = onboarding.facts("ending_taken_back")
    assert dropped.data["reason"] == "by then it did not hold: adoption_on_target"
    assert onboarding.told("ending_taken_back") == [OWNER, MANAGER]
    assert onboarding.notices("hand_off") == []


def test_a_pause_does_not_hold_it_back(onboarding: Simulation) -> None:
    onboarding.tell("pause", reason="strike")

    onboarding.until(MONDAY_HALF_PAST_NINE.replace(hour=12))

    assert onboarding.state.ending == "churned"


def test_it_travels_with_the_state(onboarding: Simulation) -> None:
    assert through_json(onboarding.state) == onboarding.state
    assert onboarding.state.ending_ahead is not None
    assert onboarding.state.ending_ahead.until == MONDAY_HALF_PAST_NINE
