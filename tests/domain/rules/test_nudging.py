"""When is somebody reminded, and when is a milestone escalated? Day by day around one milestone."""

from datetime import date, timedelta

import pytest

from domain.calendar import CLOSING, OPENING
from domain.notice import Notice
from domain.rules.acting import NUDGES
from domain.rules.nudging import Ladder
from tests.support.simulation import EXECUTIVE, MANAGER, OWNER, Simulation, deal, telling_at_once

OTHERS = ("handoff_reviewed", "introduction_sent", "access_provisioned", "security_prepared")
"""What else could be done in the first week: settled, so that only the kickoff is left."""


@pytest.fixture
def late_kickoff() -> Simulation:
    """Only the kickoff is open; due on Mon 9 Nov 2026 (day 5 is a Saturday)."""
    onboarding = telling_at_once("escalation")
    onboarding.settled(*OTHERS)
    return onboarding


@pytest.fixture
def late_review() -> Simulation:
    """Only the customer's own security review is open, due later; what waits for it cannot be done yet."""
    onboarding = telling_at_once("escalation")
    while possible := [
        milestone.key
        for milestone in onboarding.state.milestones
        if not milestone.settled and not onboarding.state.gate(milestone)
        if milestone.key != "security_passed" and milestone.role != "hypercare_end"
    ]:
        onboarding.settled(*possible)
    return onboarding


def after_due(onboarding: Simulation, about: str, working_days: int) -> str:
    """That many working days after the milestone is due, in the evening."""
    milestone = onboarding.state.milestone(about)
    assert milestone is not None
    due = onboarding.calendar.day_of(milestone.due)
    return f"{onboarding.calendar.add_working_days(due, working_days)} 20:00"


def nudged(onboarding: Simulation, about: str = "kickoff_held") -> list[tuple[str, str, str]]:
    """When, how and to whom something was said about that milestone."""
    return [
        (onboarding.local(writing.standing.as_of), str(notice.kind), notice.to)
        for writing in onboarding.ledger.writings
        for notice in writing.notices
        if notice.about == about and notice.kind in {*NUDGES, "pause_proposal"} and writing.standing
    ]


def test_the_owner_is_reminded_three_working_days_before_and_on_the_day(late_kickoff: Simulation) -> None:
    late_kickoff.to("2026-11-09 20:00")

    assert nudged(late_kickoff) == [
        ("Wed 2026-11-04 09:00", "reminder", OWNER),
        ("Mon 2026-11-09 09:00", "reminder", OWNER),
    ]


def test_two_working_days_after_due_the_manager_hears_of_it_with_the_owner(late_kickoff: Simulation) -> None:
    late_kickoff.to("2026-11-11 20:00")

    assert nudged(late_kickoff)[2:] == [
        ("Wed 2026-11-11 09:00", "escalation", OWNER),
        ("Wed 2026-11-11 09:00", "escalation", MANAGER),
    ]


def test_five_working_days_after_due_the_executive_sponsor_hears_of_it(late_review: Simulation) -> None:
    late_review.to(after_due(late_review, "security_passed", 5))

    [notice] = [(kind, to) for _, kind, to in nudged(late_review, "security_passed") if to == "executive_sponsor"]
    assert notice == ("escalation", "executive_sponsor")


def test_ten_working_days_after_due_both_sides_are_asked_to_consider_a_pause(late_review: Simulation) -> None:
    late_review.to(after_due(late_review, "security_passed", 9))
    before = len(nudged(late_review, "security_passed"))

    late_review.to(after_due(late_review, "security_passed", 10))

    assert [(kind, to) for _, kind, to in nudged(late_review, "security_passed")[before:]] == [
        ("pause_proposal", person) for person in (OWNER, MANAGER, "executive_sponsor")
    ]


def test_what_we_are_late_with_goes_up_on_our_side_and_nobody_of_the_customer_is_asked(
    late_kickoff: Simulation,
) -> None:
    """The kickoff is for our CSM to hold: our executive hears of it instead of their sponsor, and no pause is asked."""
    late_kickoff.to("2026-11-23 20:00")

    assert nudged(late_kickoff)[4:] == [
        ("Mon 2026-11-16 09:00", "escalation", EXECUTIVE),
        *(("Mon 2026-11-23 09:00", "escalation", person) for person in (OWNER, MANAGER, EXECUTIVE)),
    ]
    late = {n.to for kind in ("escalation", "overdue_summary", "pause_proposal") for n in late_kickoff.notices(kind)}
    assert late == {OWNER, MANAGER, EXECUTIVE}


def test_several_things_that_we_are_late_with_are_summed_up_for_us_alone() -> None:
    onboarding = telling_at_once("escalation")
    onboarding.settled("security_prepared")
    onboarding.to("2026-11-30 20:00")

    ours = {m.raci.responsible for m in onboarding.playbook.stages[0].milestones if m.key != "security_prepared"}
    assert ours <= {"csm", "implementation_specialist"}
    late = {n.to for kind in ("escalation", "overdue_summary", "pause_proposal") for n in onboarding.notices(kind)}
    listed = [one for n in onboarding.notices("overdue_summary") for one in n.facts["overdue"]]
    assert "Inès Moreau" in {one.get("who") for one in listed}
    assert late <= {m.handle for m in onboarding.team.members}


def test_a_proposal_to_pause_stands_by_itself_and_comes_once() -> None:
    """Two things of theirs are ten days late at once: one proposal for each person, outside of any summary."""
    onboarding = telling_at_once("escalation")
    onboarding.in_time(to="readiness_confirmed")
    onboarding.tell("reopen_milestone", milestone="security_passed", reason="a new finding")
    for theirs in ("security_passed", "launch_announced"):
        onboarding.tell("replan", milestone=theirs, to="2027-01-11", reason="their audit")

    onboarding.to(after_due(onboarding, "security_passed", 10))

    assert {m.key for m in onboarding.state.milestones if m.due < onboarding.now and not m.settled} >= {
        "security_passed",
        "launch_announced",
    }
    assert onboarding.told("pause_proposal") == [OWNER, MANAGER, "executive_sponsor"]


def test_once_the_ladder_is_through_the_owner_is_reminded_every_five_working_days(late_kickoff: Simulation) -> None:
    late_kickoff.to("2026-12-08 20:00")

    assert nudged(late_kickoff)[8:] == [
        ("Mon 2026-11-30 09:00", "reminder", OWNER),
        ("Mon 2026-12-07 09:00", "reminder", OWNER),
    ]


def test_each_rung_says_which_it_is_and_how_late_it_is(late_kickoff: Simulation) -> None:
    late_kickoff.to("2026-11-24 20:00")

    notices = [n for n in late_kickoff.notices(about="kickoff_held") if "rung" in n.facts]
    assert [(n.facts["rung"], n.facts["days"], n.to) for n in notices] == [
        (1, 2, OWNER),
        (1, 2, MANAGER),
        (2, 5, EXECUTIVE),
        (3, 10, OWNER),
        (3, 10, MANAGER),
        (3, 10, EXECUTIVE),
    ]


def test_holidays_are_no_steps_of_the_ladder() -> None:
    """Due on Tue 29 Dec; New Year and its eve, the weekend and Epiphany lie between."""
    onboarding = telling_at_once("escalation")
    onboarding.in_time(to="readiness_confirmed")
    onboarding.to("2027-01-08 20:00")

    assert [when for when, _, to in nudged(onboarding, "launch_announced") if to == "executive_sponsor"] == [
        "Fri 2027-01-08 09:00"
    ]


def test_it_stops_the_moment_the_thing_is_done(late_kickoff: Simulation) -> None:
    late_kickoff.to("2026-11-10 12:00")
    late_kickoff.settled("kickoff_held")
    late_kickoff.to("2026-12-20 12:00")

    assert len(nudged(late_kickoff)) == 2


def test_what_waits_to_be_sent_is_withdrawn_with_the_milestone(late_kickoff: Simulation) -> None:
    late_kickoff.to("2026-11-09 20:00")

    assert {n.while_open for n in late_kickoff.notices("reminder")} == {"kickoff_held"}


def test_nobody_is_reminded_of_what_cannot_be_done_yet(late_kickoff: Simulation) -> None:
    late_kickoff.to("2026-11-24 12:00")

    assert nudged(late_kickoff, "plan_agreed") == []


def asked_late() -> Simulation:
    """UAT was due on Mon 14 Dec 2026, and what it waits for is there on Fri 18 Dec; nothing else can be done."""
    onboarding = telling_at_once("escalation")
    onboarding.to_day(3)
    onboarding.settled("plan_agreed")
    onboarding.to("2026-12-18 12:00")
    onboarding.settled("integrations_live", "data_validated", "security_passed", "champions_prepared")
    onboarding.settled("documentation_handed_over", "first_win_shown", "introduction_sent", "handoff_reviewed")
    return onboarding


def test_a_gate_that_opens_late_gives_days_of_grace() -> None:
    """Five working days from Fri 18 Dec are over on Tue 29 Dec: Christmas is closed, its eve half a day."""
    onboarding = asked_late()
    onboarding.to("2027-01-04 12:00")

    nudges = nudged(onboarding, "uat_signed_off")
    assert [(when, kind) for when, kind, to in nudges if to == MANAGER] == [("Mon 2027-01-04 09:00", "escalation")]
    assert nudges[0] == ("Tue 2026-12-22 09:00", "reminder", "project_lead")


def test_in_the_days_of_grace_it_is_said_to_be_overdue_all_the_same() -> None:
    onboarding = asked_late()
    onboarding.to("2026-12-22 12:00")

    assert onboarding.notices("reminder", about="uat_signed_off")[0].facts["days"] == 6


def test_the_plan_of_a_late_kickoff_has_a_day_of_its_own_and_is_not_overdue(late_kickoff: Simulation) -> None:
    """Held on Fri 20 Nov: the plan is to be agreed by Tue 24 Nov, and its ladder counts from that day."""
    late_kickoff.to("2026-11-20 12:00")
    late_kickoff.settled("kickoff_held")
    late_kickoff.to("2026-11-26 12:00")

    nudges = nudged(late_kickoff, "plan_agreed")
    assert [(when, kind) for when, kind, to in nudges if to == MANAGER] == [("Thu 2026-11-26 09:00", "escalation")]
    assert late_kickoff.notices("reminder", about="plan_agreed")[0].facts["days"] == 0


def test_who_has_to_sign_is_reminded(late_kickoff: Simulation) -> None:
    late_kickoff.settled("kickoff_held")
    late_kickoff.to("2026-11-06 12:00")

    assert set(late_kickoff.told("reminder", about="plan_agreed")) == {"project_lead", OWNER}


def test_after_a_rejection_the_owner_is_reminded_and_not_who_rejected(late_kickoff: Simulation) -> None:
    """Until something was done, nobody is asked to sign what they have just rejected."""
    late_kickoff.settled("kickoff_held")
    late_kickoff.tell("sign_off", milestone="plan_agreed", decision="reject", by="project_lead", reasons=["dates"])
    before = len(late_kickoff.told("reminder", about="plan_agreed"))

    late_kickoff.to("2026-11-13 12:00")

    reminders = late_kickoff.notices("reminder", about="plan_agreed")[before:]
    assert {(OWNER, True)} == {(notice.to, notice.facts["rework"]) for notice in reminders}


def test_a_sign_off_that_is_late_is_escalated_to_the_customer_whoever_prepared_it(late_kickoff: Simulation) -> None:
    """An unsigned plan had been escalated for weeks inside our own house: its `responsible` is our CSM."""
    late_kickoff.settled("kickoff_held")

    late_kickoff.to(after_due(late_kickoff, "plan_agreed", 11))

    told = {(kind, to) for _, kind, to in nudged(late_kickoff, "plan_agreed")}
    assert {("escalation", "executive_sponsor"), ("pause_proposal", "executive_sponsor")} <= told
    assert EXECUTIVE not in {to for _, to in told}


def test_what_is_optional_is_reminded_of_once_and_escalated_to_nobody() -> None:
    """A win that was not shown had asked a live customer's sponsor to pause."""
    onboarding = telling_at_once("escalation")
    optional = next(milestone for milestone in onboarding.state.milestones if milestone.optional)
    onboarding.settled(*onboarding.state.gate(optional))

    onboarding.to(after_due(onboarding, optional.key, 30))

    assert ["reminder"] * len(onboarding.told("reminder", about=optional.key)) == [
        kind for _, kind, _ in nudged(onboarding, optional.key)
    ]
    assert 1 == len({moment for moment, _, _ in nudged(onboarding, optional.key)})


def test_a_new_date_brings_new_reminders(late_kickoff: Simulation) -> None:
    late_kickoff.to("2026-11-11 12:00")
    before = len(nudged(late_kickoff))

    late_kickoff.tell("replan", milestone="kickoff_held", to="2026-11-20", reason="they are at a fair")
    late_kickoff.to("2026-11-20 12:00")

    assert [when for when, _, _ in nudged(late_kickoff)[before:]] == ["Tue 2026-11-17 09:00", "Fri 2026-11-20 09:00"]


def test_several_overdue_things_are_one_message_to_each_person() -> None:
    onboarding = telling_at_once("escalation")
    onboarding.to("2026-11-11 12:00")

    summary = onboarding.notices("overdue_summary", to=OWNER)
    for notice in summary:
        assert len(notice.facts["overdue"]) > 1
    assert most_at_once(onboarding) == 1


def most_at_once(onboarding: Simulation) -> int:
    """How many messages about overdue things one person got at one moment at most."""
    most = 0
    for writing in onboarding.ledger.writings:
        late: list[Notice] = [n for n in writing.notices if n.kind in {*NUDGES, "overdue_summary"}]
        overdue = [n.to for n in late if n.facts.get("days", 1) > 0]
        most = max([most, *(overdue.count(to) for to in overdue)])
    return most


@pytest.mark.parametrize("day", [20, 45, 70])
def test_an_onboarding_found_late_begins_with_one_message_and_never_a_burst(day: int) -> None:
    closed = deal().closed_at
    onboarding = Simulation(deal(as_of=closed + timedelta(days=day)))

    assert onboarding.told("taken_up") == [OWNER]
    assert onboarding.notices("reminder") == onboarding.notices("escalation") == []

    onboarding.until(onboarding.now + timedelta(days=30))
    assert most_at_once(onboarding) == 1


def test_a_late_start_gives_grace_before_anybody_is_escalated_over() -> None:
    closed = deal().closed_at
    onboarding = Simulation(deal(as_of=closed + timedelta(days=30)))

    onboarding.until(onboarding.now + timedelta(days=8))

    assert onboarding.told("escalation") == []
    assert MANAGER not in onboarding.told("overdue_summary")


def test_after_an_outage_only_the_last_step_is_told() -> None:
    """Nothing ran for two weeks: one message, not three."""
    onboarding = telling_at_once("escalation")
    onboarding.settled(*OTHERS)
    onboarding.to("2026-11-03 12:00")
    onboarding.now = onboarding.at("2026-11-17 12:00")

    onboarding.settle()

    assert nudged(onboarding) == [("Tue 2026-11-17 12:00", "escalation", EXECUTIVE)]


def test_overdue_days_before_a_pause_do_not_count_on_through_it() -> None:
    onboarding = telling_at_once("escalation")
    onboarding.settled(*OTHERS)
    onboarding.to("2026-11-10 12:00")
    onboarding.tell("pause", reason="strike")
    onboarding.to("2026-12-04 12:00")

    onboarding.tell("resume")
    onboarding.to("2026-12-11 18:00")

    assert [n for n in nudged(onboarding) if n[1] != "reminder"] == []


@pytest.mark.parametrize("number", range(30))
def test_the_next_step_is_counted_from_the_day_itself_however_long_ago_that_was(number: int) -> None:
    """Days off included, on which a customer's own date may lie, and reminders months after the ladder is through."""
    onboarding = telling_at_once("escalation")
    calendar, nudging = onboarding.calendar, onboarding.dossier.playbook.nudging
    on = date(2026, 12, 10) + timedelta(days=number)
    steps = Ladder(nudging, calendar, on, calendar.at(on, CLOSING))
    first = {-day for day in nudging.before} | {0} | set(nudging.after) | {rung.after for rung in nudging.ladder}
    days = [*sorted(first), *(max(first) + turn * nudging.again_every for turn in range(1, 40))]
    moments = [(calendar.at(calendar.add_working_days(on, day), OPENING), f"{on}/{day:+d}") for day in days]

    for hours in range(-24 * 14, 24 * 150, 7):
        now = calendar.at(on, OPENING) + timedelta(hours=hours)
        step = steps.next(now, critical=False)
        assert step is not None
        assert next((at, named) for at, named in moments if at > now) == (step.at, step.occurrence)
        last = steps.last(since=now, now=now + timedelta(days=9))
        within = [named for at, named in moments if now <= at <= now + timedelta(days=9)]
        assert (within[-1] if within else None) == (last.occurrence if last else None)
