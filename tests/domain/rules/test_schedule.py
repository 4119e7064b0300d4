"""What comes by itself, and when: meetings, reports, deadlines of issues, and the moment when it counts as stuck."""

from datetime import date, timedelta

import pytest

from domain.rules.schedule import add_months
from domain.text import in_language
from tests.support.simulation import MANAGER, OWNER, Simulation, gone_live, opened


@pytest.fixture
def onboarding() -> Simulation:
    return opened()


def moments(onboarding: Simulation, slot: str) -> list[str]:
    """When, as the customer's clock shows it, entries of a slot were acted on."""
    return [onboarding.local(entry.due) for entry in onboarding.fired if entry.slot == slot]


# --- cadences


def test_no_meeting_is_announced_before_the_kickoff(onboarding: Simulation) -> None:
    onboarding.to_day(30)

    assert onboarding.notices("meeting") == []
    assert onboarding.notices("status_report") == []


def test_the_status_report_comes_every_week_from_day_8_on(onboarding: Simulation) -> None:
    onboarding.to_day(4)
    onboarding.settled("kickoff_held")
    onboarding.to_day(30)

    assert moments(onboarding, "project_status/cadence") == [
        "Tue 2026-11-10 09:00",
        "Tue 2026-11-17 09:00",
        "Tue 2026-11-24 09:00",
        "Tue 2026-12-01 09:00",
    ]
    assert set(onboarding.told("status_report")) == {"project_lead", OWNER}


def test_a_report_that_falls_on_a_holiday_comes_on_the_next_working_day(onboarding: Simulation) -> None:
    onboarding.settled("kickoff_held")
    onboarding.tell("replan", hand_off_by="2027-04-30", reason="x")
    onboarding.to("2027-04-01 12:00")

    on = [date.fromisoformat(entry.occurrence) for entry in onboarding.fired if entry.slot == "project_status/cadence"]
    assert all(onboarding.calendar.why_not(day) is None for day in on)
    assert len(on) == len(set(on))


def test_a_meeting_is_announced_two_working_days_before(onboarding: Simulation) -> None:
    onboarding.settled("kickoff_held")
    onboarding.to_day(16)

    [meeting] = onboarding.notices("meeting", about="executive_check_in", to="executive_sponsor")
    assert meeting.facts["on"] == "2026-11-16"
    assert moments(onboarding, "executive_check_in/cadence") == ["Thu 2026-11-12 09:00"]


def check_ins(onboarding: Simulation, to: str = "executive_sponsor") -> list[tuple[str, ...]]:
    meetings = onboarding.notices("meeting", about="executive_check_in", to=to)
    return [tuple(str(m.facts[name]) for name in ("on", "title", "minutes", "agenda")) for m in meetings]


CHECK_IN = ("Monthly executive check-in", "30")
WELCOME, PROGRESS = "Welcome and alignment", "Progress and early wins"
REVIEW = ("90-day business review", "60", "Business review and planning")


def test_the_third_check_in_is_the_90_day_review(onboarding: Simulation) -> None:
    """Month 3 has one meeting with the sponsor: the review, on its day, with those whom it consults."""
    onboarding.in_time(to="roi_reported")
    review = onboarding.due_on("review_held")
    onboarding.to_day(110)

    assert check_ins(onboarding) == [
        ("2026-11-16", *CHECK_IN, WELCOME),
        ("2026-12-16", *CHECK_IN, PROGRESS),
        (review, *REVIEW),
    ]
    assert check_ins(onboarding, to="project_lead") == [(review, *REVIEW)]


def test_the_first_check_in_has_the_first_topic_however_late_it_comes(onboarding: Simulation) -> None:
    """A kickoff on day 40 is followed by a welcome, not by a business review."""
    onboarding.to_day(40)
    onboarding.settled("kickoff_held")
    onboarding.to_day(75)

    assert [agenda for *_, agenda in check_ins(onboarding)] == [WELCOME]


def test_no_review_is_invited_to_while_what_it_waits_for_is_open(onboarding: Simulation) -> None:
    """On its day, and a month later, people meet as they always do: there is no result to look at yet."""
    onboarding.settled("kickoff_held")
    onboarding.to_day(125)

    assert [(title, agenda) for _, title, _, agenda in check_ins(onboarding)] == [
        (CHECK_IN[0], WELCOME), *[(CHECK_IN[0], PROGRESS)] * 3
    ]  # fmt: skip


def test_after_the_review_no_check_in_comes_before_the_hand_off(onboarding: Simulation) -> None:
    onboarding.in_time(to="review_held")
    before = len(check_ins(onboarding))

    onboarding.to_day(119)

    assert len(check_ins(onboarding)) == before


def test_the_technical_meeting_ends_with_the_go_live() -> None:
    onboarding = gone_live()
    before = len(onboarding.notices("meeting", about="technical_meeting"))

    onboarding.to_day(90)

    assert len(onboarding.notices("meeting", about="technical_meeting")) == before


def test_a_meeting_is_not_announced_when_its_day_has_passed(onboarding: Simulation) -> None:
    """Nothing ran for a week: the next one is announced in time."""
    onboarding.settled("kickoff_held")
    onboarding.to("2026-11-11 12:00")
    onboarding.now = onboarding.at("2026-11-18 12:00")

    onboarding.settle()

    assert "executive_check_in" not in {notice.about for notice in onboarding.notices("meeting")}


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_the_month(day: date, months: int, then: date) -> None:
    assert add_months(day, months) == then


# --- deadlines of issues


@pytest.mark.parametrize(
    ("severity", "respond", "resolve"),
    [
        # Raised on Fri 6 Nov 2026 at 15:00.
        ("critical", "Fri 2026-11-06 16:00", "Fri 2026-11-06 23:00"),
        ("high", "Mon 2026-11-09 11:00", "Wed 2026-11-11 15:00"),
        ("normal", "Mon 2026-11-09 15:00", "Thu 2026-11-19 15:00"),
    ],
)
def test_deadlines_count_office_hours_but_for_what_is_critical(
    onboarding: Simulation, severity: str, respond: str, resolve: str
) -> None:
    onboarding.to("2026-11-06 15:00")
    onboarding.tell("raise_issue", title="It stops", severity=severity, issue="T-1")
    onboarding.to("2026-11-20 12:00")

    assert moments(onboarding, "T-1/respond") == [respond]
    assert moments(onboarding, "T-1/resolve") == [resolve]
    assert [(n.facts["what"], n.to) for n in onboarding.notices("service_level_missed")] == [
        ("respond", OWNER),
        ("respond", MANAGER),
        ("resolve", OWNER),
        ("resolve", MANAGER),
    ]


def test_an_issue_that_was_answered_is_asked_for_its_solution_only(onboarding: Simulation) -> None:
    onboarding.tell("raise_issue", title="It stops", severity="critical", issue="T-1")
    onboarding.tell("acknowledge_issue", issue="T-1")
    onboarding.to_day(3)

    assert [n.facts["what"] for n in onboarding.notices("service_level_missed", to=OWNER)] == ["resolve"]


def test_an_issue_that_was_solved_in_time_is_not_spoken_of(onboarding: Simulation) -> None:
    onboarding.tell("raise_issue", title="It stops", severity="high", issue="T-1")
    onboarding.tell("resolve_issue", issue="T-1")
    onboarding.to_day(10)

    assert onboarding.notices("service_level_missed") == []


def test_an_issue_that_comes_back_under_its_ticket_has_its_deadlines_anew(onboarding: Simulation) -> None:
    for _ in range(2):
        onboarding.tell("raise_issue", title="It stops", severity="critical", issue="T-1")
        onboarding.until(onboarding.now + timedelta(hours=2))
        onboarding.tell("resolve_issue", issue="T-1")

    assert len(onboarding.notices("service_level_missed", to=OWNER)) == 2


def test_an_issue_judged_more_severe_has_the_shorter_deadline(onboarding: Simulation) -> None:
    onboarding.to("2026-11-06 15:00")
    onboarding.tell("raise_issue", title="It stops", severity="normal", issue="T-1")
    onboarding.tell("raise_issue", title="It stops", severity="critical", issue="T-1")
    onboarding.to("2026-11-06 17:00")

    assert moments(onboarding, "T-1/respond") == ["Fri 2026-11-06 16:00"]


# --- behind and stuck


def test_it_is_behind_from_the_moment_a_milestone_on_the_way_to_the_go_live_is_overdue(onboarding: Simulation) -> None:
    onboarding.to("2026-11-09 16:59")
    assert onboarding.status() == "on_track"

    onboarding.to("2026-11-09 17:01")

    assert onboarding.status() == "behind"
    standing = onboarding.ledger.standings[onboarding.id]
    assert standing.status == "behind"
    assert "kickoff_held" in standing.late


def test_what_is_not_on_the_way_to_the_go_live_does_not_put_it_behind(onboarding: Simulation) -> None:
    onboarding.settled("plan_agreed", "environment_set_up")
    onboarding.to("2026-11-06 12:00")

    assert onboarding.status() == "on_track"
    assert agenda_late(onboarding) == ["handoff_reviewed", "introduction_sent"]


def agenda_late(onboarding: Simulation) -> list[str]:
    return list(onboarding.tell("record_win", title="x").late)


def test_it_is_stuck_when_something_is_overdue_and_nobody_said_anything_for_ten_working_days(
    onboarding: Simulation,
) -> None:
    onboarding.to("2026-11-16 08:59")
    assert onboarding.status() == "behind"

    onboarding.to("2026-11-16 09:01")

    assert onboarding.status() == "stuck"
    assert onboarding.ledger.standings[onboarding.id].status == "stuck"


def test_any_news_unsticks_it_and_ten_more_days_of_silence_stick_it_again(onboarding: Simulation) -> None:
    onboarding.to("2026-11-17 12:00")
    onboarding.tell("record_win", title="a sign of life")
    assert onboarding.status() == "behind"

    onboarding.to("2026-12-01 12:00")

    assert onboarding.status() == "stuck"


def test_silence_alone_is_not_stuck() -> None:
    onboarding = opened()
    onboarding.in_time(to="documentation_handed_over")
    planned = {milestone.key: onboarding.calendar.day_of(milestone.due) for milestone in onboarding.state.milestones}
    for milestone in onboarding.state.milestones:
        if not milestone.settled and milestone.role != "hypercare_end":
            day = planned[milestone.key] + timedelta(days=60)
            onboarding.tell("replan", milestone=milestone.key, to=str(day), reason="agreed")

    onboarding.until(onboarding.now + timedelta(days=30))

    assert onboarding.status() == "on_track"


# --- rework


def test_a_rejection_gives_new_days_to_the_work_and_to_the_sign_off() -> None:
    """Five working days from Mon 7 Dec 2026."""
    onboarding = opened()
    onboarding.to_day(3)
    onboarding.settled("plan_agreed")
    onboarding.to("2026-12-07 12:00")
    onboarding.settled("integrations_live", "data_validated", "security_passed")

    onboarding.tell("sign_off", milestone="uat_signed_off", decision="reject", by="project_lead", reasons="slow")

    assert onboarding.due_on("integrations_live") == "2026-12-14"
    assert onboarding.due_on("data_validated") == "2026-12-14"
    assert onboarding.due_on("uat_signed_off") == "2026-12-16"
    [notice] = onboarding.notices("sign_off_rejected", to=OWNER)
    assert [line["due"] for line in notice.facts["reopened"]] == ["2026-12-14", "2026-12-14"]


def test_a_rejection_never_makes_a_date_earlier() -> None:
    onboarding = opened()
    onboarding.to_day(3)
    onboarding.settled("plan_agreed")
    onboarding.to("2026-11-20 12:00")
    onboarding.settled("integrations_live", "data_validated", "security_passed")

    onboarding.tell("sign_off", milestone="uat_signed_off", decision="reject", by="project_lead", reasons="slow")

    assert onboarding.due_on("integrations_live") == "2026-12-07"
    assert onboarding.due_on("uat_signed_off") == "2026-12-14"


# --- letters


def test_a_series_of_letters_begins_with_its_first_one_however_late_it_can_begin() -> None:
    """Gone live at noon of a day on which a letter would have gone out in the morning."""
    onboarding = opened()
    onboarding.to_day(71)
    onboarding.settled("gone_live")

    onboarding.to_day(93)

    letters = [notice for notice in onboarding.notices("message", to="champion") if notice.about == "weekly_tips"]
    series = next(cadence for cadence in onboarding.playbook.cadences if cadence.key == "weekly_tips")
    titles = [in_language(edition.title, "en") for edition in series.editions]
    assert [letter.facts["headline"] for letter in letters] == titles[:3]


def test_people_are_invited_to_a_webinar_a_week_ahead(onboarding: Simulation) -> None:
    onboarding.to_day(63, hour=9)
    onboarding.settled("gone_live")
    onboarding.to_day(75)

    [invited] = onboarding.notices("webinar", about="monthly_webinar", to="champion")

    held = date.fromisoformat(invited.facts["on"])
    assert (held - onboarding.calendar.day_of(invited.not_before)).days >= 7
