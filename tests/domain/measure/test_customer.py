"""What is known of a customer: figures and series from what was told, asked for and used."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain.measure.customer import Customer, Happening, Step, next_week
from domain.measure.engagement import Ask, share_in_time
from domain.measure.evaluation import evaluate
from domain.measure.reported import Reported
from domain.measure.use import Used
from domain.playbook import content_hash
from playbooks.library import Library

PLAYBOOK = Library(None).get("high-touch")
CLOSED = datetime(2026, 9, 1, 12, tzinfo=UTC)
A_DAY = timedelta(days=1)


def on(day: int) -> datetime:
    return CLOSED + day * A_DAY


def customer(day: int, **more: Any) -> Customer:
    given = {"onboarding": "onboarding-file-1", "playbook": PLAYBOOK, "hashed": content_hash(PLAYBOOK)}
    return Customer(**{**given, "now": on(day), "closed_at": CLOSED, **more})


def trained(*sessions: tuple[int, int]) -> dict[str, list[Reported]]:
    """Sessions on days 40, 41 …, each with those invited and those who came."""
    return {
        "training_invited": [Reported(invited, on(40 + number)) for number, (invited, _) in enumerate(sessions)],
        "training_present": [Reported(came, on(40 + number)) for number, (_, came) in enumerate(sessions)],
    }


def test_attendance_counts_persons_of_all_sessions_together() -> None:
    """C-11: 10 of 10 and 20 of 40 are 60 %, not 75 %; where nobody was invited there is no share."""
    assert 60.0 == customer(60, reported=trained((10, 10), (40, 20))).figures["attendance_pct"].value
    assert "attendance_pct" not in customer(60, reported=trained((0, 0))).figures


def test_attendance_below_70_raises_its_flag_and_70_does_not() -> None:
    """C-11."""
    low = evaluate(customer(60, reported=trained((49, 34))))
    fair = evaluate(customer(60, reported=trained((50, 35))))

    [flag] = [flag for flag in low.flags if "attendance_pct" in flag.rule]
    assert flag.correction
    assert not [flag for flag in fair.flags if "attendance_pct" in flag.rule]


def test_engagement_is_what_was_done_in_time_of_what_was_asked_for() -> None:
    """Early is in time; what is not due yet is not asked for."""
    assert 50.0 == share_in_time([Ask(10, 8), Ask(10, 12), Ask(10, None), Ask(20, 15), Ask(40, None)], today=30)
    assert share_in_time([Ask(40, None)], today=30) is None


def test_who_was_held_up_by_others_is_not_late() -> None:
    """A sign-off whose milestone before it came late says nothing about whoever signs."""
    signed = next(one for one in PLAYBOOK.milestones if one.sign_off and PLAYBOOK.needs(one))
    before = [Step(key, "reached", on(20), on(35)) for key in PLAYBOOK.needs(signed)]
    late = customer(60, milestones=[*before, Step(signed.key, "reached", on(30), on(40))])
    in_time = customer(60, milestones=[*before, Step(signed.key, "reached", on(45), on(40))])

    assert [0, 1] == [sum(ask.done == 40 for ask in one._asks()) for one in (late, in_time)]


def test_use_is_a_figure_and_a_course_by_weeks() -> None:
    """From Sunday to Sunday, and what it is today."""
    monday = date(2026, 11, 2)
    used = Used(ever=80, active=40, of_month=80, weeks={monday: 80, monday + 7 * A_DAY: 60}, features={})
    now = datetime(2026, 11, 18, 12, tzinfo=UTC)
    of = customer(78, used=used, used_until=now, seats=100)

    assert 40.0 == of.figures["weekly_use_rate"].value
    assert [80.0, 60.0, 40.0] == [point.value for point in of.course.series["weekly_use_rate"]]


def test_days_of_a_pause_do_not_count() -> None:
    """Neither for the course's own day nor for what happened after it."""
    paused = [Happening("paused", None, on(10)), Happening("resumed", None, on(20))]

    course = customer(60, happened=[*paused, Happening("issue_raised", None, on(30))]).course

    assert 50 == course.day
    assert [20] == [point.day for point in course.series["technical_issues_opened"]]


def test_who_is_away_misses_no_meeting() -> None:
    """Busy seasons are known from the deal; complaints count all the same."""
    missed = {metric: [Reported(1, on(30)), Reported(1, on(45))] for metric in ("missed_meetings", "complaints")}
    busy = [(on(25).date(), on(34).date())]

    course = customer(60, reported=missed, busy=busy).course

    assert 50 == course.day
    assert [35] == [point.day for point in course.series["missed_meetings"]]
    assert [25, 35] == [point.day for point in course.series["complaints"]]


def test_how_far_behind_the_furthest_is_grows_day_by_day() -> None:
    steps = [Step("kickoff_held", "reached", on(5), on(8)), Step("plan_agreed", "open", on(7))]

    behind = [point.value for point in customer(10, milestones=steps).course.series["days_behind"]]

    assert [0, 0, 0, 0, 0, 0, 1, 2, 1, 2, 3] == behind


def test_a_day_or_two_are_not_late() -> None:
    """Neither for what is open nor for what was reached; on the third day it is."""
    late = [Step("kickoff_held", "reached", on(5), on(8)), Step("plan_agreed", "open", on(7))]
    early = [Step("access_provisioned", "reached", on(5), on(7)), Step("security_prepared", "open", on(8))]

    course = customer(10, milestones=[*late, *early]).course

    assert [8, 10] == [point.day for point in course.series["milestones_late"]]


def test_a_week_begins_on_the_customers_monday() -> None:
    """In Tokyo nine hours before it does in UTC."""
    sunday_evening = datetime(2026, 11, 1, 16, tzinfo=UTC)
    tokyo = customer(61, now=sunday_evening, time_zone="Asia/Tokyo")

    assert "2026-11-02" == tokyo.week.isoformat()
    assert "2026-10-26" == customer(61, now=sunday_evening).week.isoformat()
    assert datetime(2026, 11, 8, 15, tzinfo=UTC) == next_week(tokyo.week, "Asia/Tokyo")


def test_a_playbook_without_a_score_is_still_judged() -> None:
    """By its targets and flags."""
    bare = PLAYBOOK.model_copy(update={"score": None})

    evaluation = evaluate(customer(60, playbook=bare))

    assert evaluation.score is None
    assert len(evaluation.targets) == len(PLAYBOOK.targets)


def test_after_the_hand_off_only_what_is_reported_since_can_raise_a_flag() -> None:
    """No win for two months, and a training that went badly, belong to a project that is over."""
    reported = {
        **trained((10, 4)),
        "complaints": [Reported(1, on(day)) for day in (384, 391, 392, 398, 399, 400)],
        "executive_escalations": [Reported(1, on(115))],
    }
    still_open, over = (
        evaluate(customer(400, reported=reported, handed_over_at=handed_over)) for handed_over in (None, on(120))
    )

    assert {"no_win_yet", "attendance_low", "complaints_increasing"} <= {flag.key for flag in still_open.flags}
    assert ["complaints_increasing"] == [flag.key for flag in over.flags]
