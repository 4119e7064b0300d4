"""May the course change, and how does an onboarding end? Pause, new dates, owner, scope, criteria, endings."""

import functools
from datetime import date, timedelta

import pytest

from domain import agenda
from domain.agenda.course import MOST_REQUESTS
from domain.news import Reassigned
from tests.support.simulation import (
    EXECUTIVE,
    MANAGER,
    OTHER_CSM,
    OWNER,
    Simulation,
    deal,
    high_touch,
    opened,
    telling_at_once,
)

VOUCHED_FOR = ("adoption_on_target", "outcomes_visible", "self_sufficient")


@pytest.fixture
def onboarding() -> Simulation:
    return opened()


def nearly_done() -> Simulation:
    """Every milestone reached in time, on day 100; nobody has vouched for anything yet."""
    return _nearly_done().fork()


@functools.cache
def _nearly_done() -> Simulation:
    onboarding = telling_at_once("hand_off")
    onboarding.in_time(to="success_plan_agreed")
    return onboarding


# --- pause and resume


def test_while_it_is_paused_it_waits_for_the_resume_only(onboarding: Simulation) -> None:
    answer = onboarding.tell("pause", reason="strike")

    assert answer.status == "paused"
    assert answer.waiting_for == ("resume",)


def test_a_pause_stops_reminders_meetings_and_stages(onboarding: Simulation) -> None:
    onboarding.settled("kickoff_held")
    onboarding.tell("pause", reason="strike")
    before = len(onboarding.notices())
    onboarding.to_day(25)

    assert len(onboarding.notices()) == before
    assert [entry.rule for entry in onboarding.fired] == []
    assert onboarding.state.stages[1].status == "ahead"


def test_problems_of_live_users_go_on_in_a_pause(onboarding: Simulation) -> None:
    onboarding.tell("pause", reason="strike")
    onboarding.tell("raise_issue", title="It stops", severity="critical")

    onboarding.until(onboarding.now + timedelta(hours=2))

    assert onboarding.told("service_level_missed") == [OWNER, MANAGER]


def test_after_thirty_days_of_pause_both_sides_are_asked_and_then_every_week(onboarding: Simulation) -> None:
    onboarding.tell("pause", reason="strike")
    onboarding.to_day(46)

    asked = onboarding.notices("pause_decision", to="project_lead")
    assert [notice.facts["days"] for notice in asked] == [30, 37, 44]
    assert set(onboarding.told("pause_decision")) == {OWNER, MANAGER, "project_lead", "executive_sponsor"}


def test_a_pause_until_a_day_is_asked_about_on_that_day(onboarding: Simulation) -> None:
    onboarding.tell("pause", reason="strike", until="2026-11-12")
    onboarding.to_day(12)

    assert [notice.facts["days"] for notice in onboarding.notices("pause_decision", to=OWNER)] == [10]


def test_after_the_pause_open_dates_are_later_by_its_days(onboarding: Simulation) -> None:
    onboarding.to_day(3)
    onboarding.tell("pause", reason="strike")
    onboarding.to_day(17)

    onboarding.tell("resume")

    assert onboarding.due_on("gone_live") == "2027-01-15"
    assert onboarding.due_on("kickoff_held") == "2026-11-23"
    assert onboarding.status() == "on_track"


def test_dates_that_were_agreed_move_with_the_pause_as_well(onboarding: Simulation) -> None:
    onboarding.tell("replan", milestone="gone_live", to="2027-01-18", reason="agreed")
    onboarding.tell("replan", hand_off_by="2027-03-01", reason="agreed")
    onboarding.tell("pause", reason="strike")
    onboarding.to_day(14)

    onboarding.tell("resume")

    assert onboarding.due_on("gone_live") == "2027-02-01"
    assert f"{onboarding.state.hand_off_by:%F}" == "2027-03-15"


def test_what_fell_into_the_pause_is_not_told_afterwards(onboarding: Simulation) -> None:
    """No meeting is announced that would have been last week, no reminder for a day that has moved."""
    onboarding.settled("plan_agreed")
    onboarding.to_day(10)
    onboarding.tell("pause", reason="strike")
    onboarding.to_day(38)
    before = len(onboarding.notices())

    onboarding.tell("resume")

    after = onboarding.notices()[before:]
    assert {notice.kind for notice in after} == {"resumed", "status_report", "reminder"}
    [reminder] = [notice for notice in after if notice.kind == "reminder"]
    assert (reminder.facts["due"], reminder.facts["days"]) == ("2026-12-14", -2)


def test_a_hand_off_does_not_come_with_the_resume_because_its_day_fell_into_the_pause() -> None:
    """Paused on day 80 with everything done, resumed on day 95: the window opens on day 105."""
    onboarding = telling_at_once("hand_off")
    onboarding.to_day(50)
    onboarding.settled(*(milestone.key for milestone in onboarding.state.milestones))
    onboarding.to_day(80)
    for criterion in VOUCHED_FOR:
        onboarding.tell("attest_criterion", criterion=criterion, by="project_lead")
    onboarding.tell("pause", reason="strike")
    onboarding.to_day(95)

    onboarding.tell("resume")

    assert onboarding.state.ending is None
    onboarding.to_day(104)
    assert onboarding.state.ending is None
    onboarding.to_day(106)
    assert onboarding.status() == "handed_over"


@pytest.mark.parametrize(
    ("kind", "news", "refused"),
    [
        ("resume", {}, ("resume", "it is not paused")),
        ("pause", {"reason": ""}, ("reason", "is empty")),
        ("pause", {"reason": "x", "until": "2026-10-01"}, ("until", "2026-10-01 is past")),
        ("pause", {"reason": "x", "until": "9999-12-31"}, ("until", "9999-12-31 is more than two years ahead")),
    ],
)
def test_a_pause_that_makes_no_sense_is_refused(
    onboarding: Simulation, kind: str, news: dict[str, str], refused: tuple[str, str]
) -> None:
    assert onboarding.refusal(kind, **news) == refused


def test_what_is_paused_is_not_paused_again(onboarding: Simulation) -> None:
    onboarding.tell("pause", reason="strike")

    assert onboarding.refusal("pause", reason="x") == ("pause", "it has been paused since 2026-11-02")


def test_two_pauses_do_not_overlap(onboarding: Simulation) -> None:
    """Days that two pauses share would be left out twice."""
    onboarding.tell("pause", reason="strike")
    onboarding.to_day(10)
    onboarding.tell("resume")

    field, reason = onboarding.refusal("pause", reason="strike", at=onboarding.now - timedelta(days=3))

    assert field == "at"
    assert reason.startswith("the pause before this one ended only at 2026-11-12")


# --- new dates


def test_a_go_live_that_moves_alone_moves_what_hangs_on_it_and_nothing_before(onboarding: Simulation) -> None:
    before = {milestone.key: milestone.due for milestone in onboarding.state.milestones}

    onboarding.tell("replan", milestone="gone_live", to="2027-01-25", reason="agreed", alone=True)

    moved = {m.key for m in onboarding.state.milestones if m.due != before[m.key]}
    assert "gone_live" in moved
    assert "hypercare_closed" in moved
    assert not moved & {"uat_signed_off", "training_complete", "readiness_confirmed", "launch_announced"}


@pytest.mark.parametrize(
    ("news", "field", "reason"),
    [
        ({}, "milestone", "say which milestone moves, or by when the hand-off shall be"),
        ({"milestone": "gone_live"}, "to", "is missing: the new date, like 2027-01-29"),
        ({"milestone": "gone_life", "to": "2027-01-25"}, "milestone", "'gone_life' is not in the plan"),
        ({"milestone": "gone_live", "to": "2026-10-25"}, "to", "2026-10-25 is past"),
        ({"milestone": "gone_live", "to": "9999-12-31"}, "to", "9999-12-31 is more than two years ahead"),
        ({"hand_off_by": "2026-10-25"}, "hand_off_by", "2026-10-25 is past"),
        ({"hand_off_by": "9999-12-31"}, "hand_off_by", "9999-12-31 is more than two years ahead"),
    ],
)
def test_a_new_date_that_makes_no_sense_is_refused(
    onboarding: Simulation, news: dict[str, str], field: str, reason: str
) -> None:
    refusal = onboarding.refusal("replan", reason="agreed", **news)

    assert refusal[0] == field
    assert refusal[1].startswith(reason)


def test_what_is_reached_gets_no_new_date(onboarding: Simulation) -> None:
    onboarding.settled("kickoff_held")

    refused = onboarding.refusal("replan", milestone="kickoff_held", to="2026-12-01", reason="x")

    assert refused == ("milestone", "kickoff_held is reached already")


# --- owner


def test_a_new_owner_takes_over_with_their_manager_approving(onboarding: Simulation) -> None:
    onboarding.tell("send_draft", draft="introduction", by=OWNER)

    onboarding.tell("reassign", owner=OTHER_CSM, reason="parental leave")

    assert onboarding.state.owner == OTHER_CSM
    assert onboarding.state.cast["csm"] == [OTHER_CSM]
    assert onboarding.state.approvers == [MANAGER, EXECUTIVE]
    assert set(onboarding.told("reassigned")) == {OTHER_CSM, OWNER, "project_lead"}


def test_a_handle_that_nobody_has_leaves_the_owner_and_nobody_is_told_otherwise(onboarding: Simulation) -> None:
    onboarding.tell("reassign", owner="nobody.here")
    onboarding.tell("reassign", owner="nobody.else")

    assert onboarding.state.owner == OWNER
    assert onboarding.told("reassigned") == []
    assert onboarding.told("draft") == [OWNER]
    assert len(onboarding.facts("reassigned")) == 2


def test_a_second_reassignment_while_the_first_is_written_down_wins(onboarding: Simulation) -> None:
    onboarding.meanwhile = lambda state, now: agenda.apply(state, Reassigned(owner=OTHER_CSM), now)
    onboarding.tell("reassign", owner="nobody.here")

    assert onboarding.state.owner == OTHER_CSM
    assert onboarding.state.cast["csm"] == [OTHER_CSM]


def test_the_owner_is_not_made_the_owner_again(onboarding: Simulation) -> None:
    assert onboarding.refusal("reassign", owner=OWNER) == ("owner", f"{OWNER} is the owner already")


def test_a_manager_who_takes_over_does_not_approve_their_own_exceptions(onboarding: Simulation) -> None:
    onboarding.tell("reassign", owner=MANAGER)

    assert onboarding.state.approvers == [EXECUTIVE]


# --- scope


def test_no_more_requests_wait_than_an_onboarding_can_carry(onboarding: Simulation) -> None:
    for number in range(MOST_REQUESTS):
        onboarding.tell("request_scope_change", title="More", request=f"r-{number}")

    refused = onboarding.refusal("request_scope_change", title="One more", request="straw")
    again = onboarding.tell("request_scope_change", title="More", request="r-1")

    assert ("request", f"{MOST_REQUESTS} requests wait for a decision already") == refused
    assert again.repeated


def test_a_change_of_scope_waits_for_an_approver(onboarding: Simulation) -> None:
    onboarding.tell("request_scope_change", title="A portal", request="portal", by="project_lead")
    refused = onboarding.refusal("decide_scope_change", request="portal", decision="approve", by=OWNER)

    onboarding.tell("decide_scope_change", request="portal", decision="phase_2", by=MANAGER, reason="later")

    assert refused == ("by", f"this takes the approval of {MANAGER} or {EXECUTIVE}")
    assert onboarding.state.scope_requests == {}
    [row] = [row for row in onboarding.ledger.registers(onboarding.id) if row.kind == "scope_change"]
    assert (row.title, row.status) == ("A portal", "phase_2")


def test_requests_without_a_key_are_numbered_around_those_that_have_one(onboarding: Simulation) -> None:
    onboarding.tell("request_scope_change", title="Theirs", request="change-2")
    onboarding.tell("request_scope_change", title="Ours")

    assert onboarding.state.scope_requests == {"change-2": "Theirs", "change-3": "Ours"}


def test_only_what_waits_is_decided(onboarding: Simulation) -> None:
    onboarding.tell("request_scope_change", title="A portal", request="portal")

    refused = onboarding.refusal("decide_scope_change", request="ports", decision="approve", by=MANAGER)

    assert refused == ("request", "'ports' is not waiting for a decision; waiting: portal")


def test_the_same_request_twice_is_one(onboarding: Simulation) -> None:
    onboarding.tell("request_scope_change", title="A portal", request="portal")

    assert onboarding.tell("request_scope_change", title="A portal", request="portal").repeated


# --- registers


def test_a_risk_keeps_what_was_said_before_and_adds_what_is_new(onboarding: Simulation) -> None:
    onboarding.tell("record_risk", risk="alone", title="One person runs IT", probability=3, impact=4)
    onboarding.tell("record_risk", risk="alone", mitigation="a deputy", closed=True)

    [row] = [row for row in onboarding.ledger.registers(onboarding.id) if row.key == "alone"]
    assert (row.title, row.status) == ("One person runs IT", "closed")
    assert row.data == {"probability": 3, "impact": 4, "score": 12, "mitigation": "a deputy"}


def test_every_onboarding_starts_with_the_risks_of_its_playbook(onboarding: Simulation) -> None:
    risks = [row.key for row in onboarding.ledger.registers(onboarding.id) if row.kind == "risk"]

    assert len(risks) == 5


def test_the_first_win_is_the_first_value_on_whichever_day(onboarding: Simulation) -> None:
    """The sources' model customer had it on day 28, before the environment was live; it opens no stage by itself."""
    onboarding.to_day(28)

    answer = onboarding.tell("record_win", title="One list of all open orders", by=OWNER, news_id="first")
    onboarding.tell("record_win", title="Confirmed in four hours", by=OWNER, news_id="second")

    [reached] = onboarding.facts("milestone_reached")
    first = onboarding.state.playing("first_value")
    assert first is not None
    assert (first.key, OWNER) == (reached.about, reached.by)
    assert "enablement" not in answer.open_stages
    standing = onboarding.ledger.standings[onboarding.id]
    assert (28, first.at) == (standing.days_to_first_value, standing.first_value_at)


def test_a_first_value_that_was_none_is_reached_by_the_next_win(onboarding: Simulation) -> None:
    first = onboarding.state.playing("first_value")
    assert first is not None
    onboarding.tell("record_win", title="One list")
    onboarding.tell("reopen_milestone", milestone=first.key, reason="Nobody uses the list.")
    assert onboarding.ledger.standings[onboarding.id].days_to_first_value is None

    onboarding.to_day(40)
    onboarding.tell("record_win", title="Another list")

    assert 40 == onboarding.ledger.standings[onboarding.id].days_to_first_value


def test_where_no_milestone_stands_for_the_first_value_a_win_is_a_win() -> None:
    """Onboardings that are open keep a playbook that names none."""
    stages = [
        stage.model_copy(
            update={"milestones": tuple(m.model_copy(update={"role": _older(m.role)}) for m in stage.milestones)}
        )
        for stage in high_touch().stages
    ]
    older = Simulation(deal(), playbook=high_touch().model_copy(update={"stages": tuple(stages)}))

    older.tell("record_win", title="One list")

    assert [] == older.facts("milestone_reached")
    assert 1 == len(older.facts("win_recorded"))


def _older(role: str | None) -> str | None:
    return None if role == "first_value" else role


# --- criteria of the hand-off


def test_a_person_vouches_for_a_criterion_and_may_take_it_back(onboarding: Simulation) -> None:
    onboarding.tell("attest_criterion", criterion="self_sufficient", by="project_lead")
    assert "self_sufficient" not in onboarding.state.unmet()

    onboarding.tell("attest_criterion", criterion="self_sufficient", by="project_lead", holds=False)

    assert "self_sufficient" in onboarding.state.unmet()
    assert len(onboarding.facts("criterion_withdrawn")) == 1


def test_nobody_vouches_for_what_is_counted(onboarding: Simulation) -> None:
    field, reason = onboarding.refusal("attest_criterion", criterion="milestones_complete", by=OWNER)

    assert field == "criterion"
    assert reason.endswith("those are: adoption_on_target, outcomes_visible, self_sufficient")


def test_vouching_takes_a_name(onboarding: Simulation) -> None:
    assert onboarding.refusal("attest_criterion", criterion="self_sufficient") == (
        "by",
        "is missing: who vouches for it",
    )


# --- the hand-off


def test_with_everything_done_and_vouched_for_the_hand_off_comes_at_once() -> None:
    onboarding = nearly_done()

    for criterion in VOUCHED_FOR:
        assert onboarding.state.ending is None
        onboarding.tell("attest_criterion", criterion=criterion, by="project_lead")

    assert onboarding.status() == "handed_over"
    assert set(onboarding.told("hand_off")) == {
        "project_lead",
        "executive_sponsor",
        "technical_lead",
        "champion",
        OWNER,
    }


def test_it_waits_by_name_for_the_criteria_that_are_missing() -> None:
    onboarding = nearly_done()

    answer = onboarding.tell("attest_criterion", criterion="outcomes_visible", by="project_lead")

    assert answer.waiting_for == ("adoption_on_target", "self_sufficient")
    assert answer.unmet == ("adoption_on_target", "self_sufficient")


def test_what_is_ready_early_is_handed_over_when_the_window_opens_and_the_manager_hears_of_it() -> None:
    """Live on day 50, and day 90 is Sun 31 Jan 2027: the window opens on Monday at five."""
    onboarding = telling_at_once("hand_off")
    onboarding.to_day(50)
    onboarding.settled(*(milestone.key for milestone in onboarding.state.milestones))
    for criterion in VOUCHED_FOR:
        onboarding.tell("attest_criterion", criterion=criterion, by="project_lead")
    onboarding.to_day(89)
    assert onboarding.state.ending is None
    assert onboarding.told("ready_early") == [OWNER, MANAGER]

    onboarding.to_day(92)

    [fact] = onboarding.facts("ended")
    assert onboarding.local(fact.at) == "Mon 2027-02-01 17:00"


def test_the_manager_may_hand_over_before_the_window_opens() -> None:
    onboarding = opened()
    onboarding.to_day(50)
    onboarding.settled(*(milestone.key for milestone in onboarding.state.milestones))
    onboarding.to_day(70)
    for criterion in VOUCHED_FOR:
        onboarding.tell("attest_criterion", criterion=criterion, by="project_lead")

    onboarding.tell("end_onboarding", ending="handed_over", by=MANAGER)

    assert onboarding.status() == "handed_over"


def test_criteria_still_missing_60_days_after_the_go_live_are_put_to_the_manager_every_week() -> None:
    onboarding = nearly_done()
    onboarding.to_day(136)

    asked = onboarding.notices("hand_off_decision", to=MANAGER)
    assert [notice.facts["day"] for notice in asked] == [123, 130]
    assert len(asked[0].facts["unmet"]) == 3


def test_a_later_last_day_spares_the_question() -> None:
    onboarding = nearly_done()
    onboarding.tell("replan", hand_off_by="2027-03-22", reason="adoption takes longer")
    onboarding.to_day(139)

    assert onboarding.notices("hand_off_decision") == []


def test_a_last_day_that_fell_into_a_pause_is_asked_about_when_it_comes_again() -> None:
    """Paused from day 110 to 125: the last day is day 138 then, a Saturday, as the go-live was on day 63."""
    onboarding = nearly_done()
    onboarding.to_day(110)
    onboarding.tell("pause", reason="strike")
    onboarding.to_day(125)

    onboarding.tell("resume")

    assert onboarding.notices("hand_off_decision") == []
    onboarding.to_day(141)
    assert [notice.facts["day"] for notice in onboarding.notices("hand_off_decision", to=MANAGER)] == [140]


def test_the_hand_off_is_not_asked_about_before_a_late_customer_is_live_and_reviewed() -> None:
    """Live on day 105 instead of 63: the review is due on day 135, and the decision is asked for from day 165 on."""
    onboarding = opened()
    onboarding.to_day(50)
    onboarding.settled("readiness_confirmed")
    onboarding.to_day(105, hour=9)
    assert onboarding.notices("hand_off_decision") == []
    onboarding.settled("gone_live")

    onboarding.to_day(166)

    assert onboarding.due_on("review_held") == "2027-03-17"
    assert [notice.facts["day"] for notice in onboarding.notices("hand_off_decision", to=MANAGER)] == [165]


# --- endings


@pytest.mark.parametrize("ending", ["churned", "deal_reversed", "duplicate", "withdrawn"])
def test_it_may_end_at_any_time_with_a_reason(onboarding: Simulation, ending: str) -> None:
    without = onboarding.refusal("end_onboarding", ending=ending)

    answer = onboarding.tell("end_onboarding", ending=ending, reason="so be it", by=OWNER)

    assert without == ("reason", f"is missing: why it ends as {ending}")
    assert answer.status == answer.ending == ending


@pytest.mark.parametrize("ending", ["churned", "withdrawn"])
def test_the_customer_is_written_to_when_it_ends(onboarding: Simulation, ending: str) -> None:
    onboarding.tell("end_onboarding", ending=ending, reason="so be it")

    assert onboarding.told("ended") == [OWNER, MANAGER, "project_lead"]


@pytest.mark.parametrize("ending", ["duplicate", "deal_reversed"])
def test_the_customer_is_not_written_to_about_our_own_bookkeeping(onboarding: Simulation, ending: str) -> None:
    onboarding.tell("end_onboarding", ending=ending, reason="so be it")

    assert onboarding.told("ended") == [OWNER, MANAGER]


def test_a_hand_over_is_refused_while_anything_is_missing(onboarding: Simulation) -> None:
    field, reason = onboarding.refusal("end_onboarding", ending="handed_over", by=MANAGER)

    assert field == "ending"
    assert reason.startswith("milestones_complete, adoption_on_target")


@pytest.mark.parametrize(
    ("news", "field"),
    [
        ({"by": OWNER, "exceptions": VOUCHED_FOR, "reason": "x"}, "by"),
        ({"by": MANAGER, "exceptions": VOUCHED_FOR[:2], "reason": "x"}, "exceptions"),
        ({"by": MANAGER, "exceptions": VOUCHED_FOR}, "reason"),
    ],
)
def test_exceptions_take_an_approver_every_name_and_a_reason(news: dict[str, object], field: str) -> None:
    refused = nearly_done().refusal("end_onboarding", ending="handed_over_with_exceptions", **news)

    assert refused[0] == field


def test_a_hand_over_with_exceptions_keeps_which_they_were() -> None:
    onboarding = nearly_done()
    onboarding.tell("attest_criterion", criterion="self_sufficient", by="project_lead")

    onboarding.tell(
        "end_onboarding",
        ending="handed_over_with_exceptions",
        exceptions=[*VOUCHED_FOR, "milestones_complete"],
        by=MANAGER,
        reason="they are content",
    )

    assert onboarding.state.exceptions == ["adoption_on_target", "outcomes_visible"]
    assert len(onboarding.notices("hand_off", to="project_lead")[0].facts["exceptions"]) == 2


def test_nothing_is_accepted_after_the_ending(onboarding: Simulation) -> None:
    onboarding.tell("end_onboarding", ending="churned", reason="so be it")

    assert onboarding.refusal("reach_milestone", milestone="kickoff_held") == (
        "",
        "this onboarding has ended (churned)",
    )


def test_nothing_happens_after_the_ending(onboarding: Simulation) -> None:
    onboarding.tell("end_onboarding", ending="churned", reason="so be it")
    before = len(onboarding.notices())

    onboarding.to_day(200)

    assert len(onboarding.notices()) == before
    assert agenda.next_entry(onboarding.state) is None
    assert agenda.waiting_for(onboarding.state) == []
    assert onboarding.state.entries == []


def test_a_cancellation_is_an_ending_that_people_hear_of(onboarding: Simulation) -> None:
    agenda.cancel(onboarding.state, onboarding.now)
    onboarding.settle()

    assert onboarding.status() == "cancelled"
    assert onboarding.told("ended") == [OWNER, MANAGER, "project_lead"]


def test_what_has_ended_is_not_cancelled_anew(onboarding: Simulation) -> None:
    onboarding.tell("end_onboarding", ending="churned", reason="so be it")

    agenda.cancel(onboarding.state, onboarding.now)

    assert onboarding.status() == "churned"


# --- what moves along


def days_of(onboarding: Simulation) -> dict[str, date]:
    return {m.key: onboarding.calendar.day_of(m.due) for m in onboarding.state.milestones}


def shifted(onboarding: Simulation, before: dict[str, date], key: str) -> int:
    """By how many working days that milestone has moved."""
    return onboarding.calendar.working_days_between(before[key], days_of(onboarding)[key])


def test_what_waits_for_a_moved_milestone_keeps_its_distance(onboarding: Simulation) -> None:
    """A kickoff moved by four weeks had put five milestones on one day, and one before its prerequisite."""
    before = days_of(onboarding)

    onboarding.tell("replan", milestone="kickoff_held", to="2026-12-07", reason="their fair", by=OWNER)

    waiting = ("plan_agreed", "discovery_completed", "integrations_specified", "environment_live", "training_planned")
    assert {20} == {shifted(onboarding, before, key) for key in ("kickoff_held", *waiting)}
    assert 0 == shifted(onboarding, before, "access_provisioned"), "it waits for nothing"


def test_a_go_live_takes_along_what_leads_up_to_it(onboarding: Simulation) -> None:
    """Training and announcement had stayed weeks before a launch that was put off."""
    before = days_of(onboarding)

    onboarding.tell("replan", milestone="gone_live", to="2027-01-25", reason="stocktaking", by=OWNER)

    led_up = ("training_complete", "readiness_confirmed", "launch_announced", "gone_live")
    assert 1 == len({shifted(onboarding, before, key) for key in led_up})
    assert 0 == shifted(onboarding, before, "uat_signed_off")


def test_what_is_moved_back_is_where_it_was(onboarding: Simulation) -> None:
    before = days_of(onboarding)

    onboarding.tell("replan", milestone="kickoff_held", to="2026-12-07", reason="their fair", by=OWNER)
    onboarding.tell("replan", milestone="kickoff_held", to=str(before["kickoff_held"]), reason="no fair", by=OWNER)

    after = days_of(onboarding)
    assert {key: before[key] for key in before if before[key] <= before["gone_live"]} == {
        key: day for key, day in after.items() if before[key] <= before["gone_live"]
    }
