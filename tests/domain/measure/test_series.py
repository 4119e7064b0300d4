"""Does a rule hold when its figures say so, and never for want of figures?"""

from collections.abc import Mapping, Sequence

import pytest

from domain.measure.flags import FlagUp, flags_up, is_alarm
from domain.measure.rules import read_rule
from domain.measure.series import Course, Point, held_since, holds
from playbooks.library import Library

PLAYBOOK = Library(None).get("high-touch")
WEEKLY = range(6, 100, 7)
TICKETS = "tickets_per_week >= 5 and tickets_per_week not falling for 3 weeks"
GOAL = "main_goal_improvement not rising for 4 weeks from go_live"


def course(day: int, settled: Mapping[str, int] = {}, **series: Sequence[tuple[int, float]]) -> Course:
    points = {figure: [Point(*point) for point in given] for figure, given in series.items()}
    return Course(day=day, settled=settled, series=points)


def answer(text: str, given: Course) -> bool | None:
    rule = read_rule(text)
    assert rule is not None
    return holds(rule, given, on=given.day)


def weekly(*values: float) -> list[tuple[int, float]]:
    return list(zip(WEEKLY, values, strict=False))


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("attendance_pct < 70", course(40, attendance_pct=[(30, 70)]), False),
        ("attendance_pct < 70", course(40, attendance_pct=[(30, 90), (35, 69.4)]), True),
        ("attendance_pct < 70", course(40), None),
        ("missed_meetings >= 2 in 21 days", course(40, missed_meetings=[(19, 1), (40, 1)]), False),
        ("missed_meetings >= 2 in 21 days", course(40, missed_meetings=[(20, 1), (40, 1)]), True),
        ("wins_shown < 1 in 60 days from day 60", course(59, wins_shown=[]), False),
        ("wins_shown < 1 in 60 days from day 60", course(60, wins_shown=[]), True),
        ("wins_shown < 1 in 60 days from day 60", course(60, wins_shown=[(20, 1)]), False),
        ("wins_shown < 1 in 60 days", course(30, wins_shown=[]), None),
        ("complaints rising for 3 weeks", course(20, complaints=[(3, 1), (9, 1), (10, 1), (15, 3)]), True),
        ("complaints rising for 3 weeks", course(20, complaints=[(3, 1), (9, 1), (15, 3)]), False),
        ("complaints rising for 3 weeks", course(12, complaints=[(3, 1), (9, 2)]), None),
        ("tickets_per_week not falling for 3 weeks", course(20, tickets_per_week=weekly(0, 0, 0)), True),
        (TICKETS, course(20, tickets_per_week=weekly(0, 0, 0)), False),
        (TICKETS, course(20, tickets_per_week=weekly(8, 5, 8)), True),
        (TICKETS, course(20, tickets_per_week=weekly(9, 7, 6)), False),
        ("tickets_per_week >= 5 for 3 weeks", course(20, tickets_per_week=weekly(5, 8, 6)), True),
        ("tickets_per_week >= 5 for 3 weeks", course(20, tickets_per_week=weekly(9, 4, 9)), False),
        ("tickets_per_week >= 5 for 3 weeks", course(20, tickets_per_week=weekly(9, 9)), None),
        ("tickets_per_week >= 5 in 3 weeks", course(20, tickets_per_week=weekly(4, 4, 9)), True),
        ("tickets_per_week not falling for 3 weeks", course(20, tickets_per_week=weekly(9)), None),
        (GOAL, course(90, main_goal_improvement=[(80, 1)]), False),
        (
            GOAL,
            course(90, {"go_live": 58}, main_goal_improvement=[(65, 3), (72, 3), (79, 4), (86, 3)]),
            True,
        ),
        # Reported once a fortnight; a single report says nothing about where it goes.
        (GOAL, course(90, {"go_live": 58}, main_goal_improvement=[(60, 3), (74, 5), (88, 3)]), True),
        (GOAL, course(90, {"go_live": 58}, main_goal_improvement=[(60, 3), (74, 5), (88, 4)]), False),
        (GOAL, course(90, {"go_live": 58}, main_goal_improvement=[(88, 3)]), None),
    ],
)  # fmt: skip
def test_a_rule_holds_or_not_or_nobody_knows(text: str, given: Course, expected: bool | None) -> None:
    assert expected is answer(text, given)


def test_a_flag_is_up_since_the_first_day_without_a_gap() -> None:
    """What was the case earlier, and then was not, does not count."""
    rule = read_rule("training_score < 3")
    assert rule is not None

    assert held_since(rule, course(50, training_score=[(10, 2), (20, 4), (41, 2.5)])) == 41
    assert held_since(rule, course(50, training_score=[(10, 2), (20, 4)])) is None


def up(given: Course) -> list[FlagUp]:
    return list(flags_up(PLAYBOOK, given))


def test_a_deal_of_two_weeks_has_no_flag_because_nothing_was_reported() -> None:
    """Everything that the journal counts is known, and none of it is there."""
    known = dict.fromkeys(("wins_shown", "milestones_late", "scope_changes_requested", "technical_issues_opened"), ())

    assert [] == up(course(14, {}, **known))
    assert ["no_win_yet"] == [flag.key for flag in up(course(60, {}, **known))]


def test_one_flag_is_seen_two_or_ten_days_are_an_alarm() -> None:
    """Two thirds of all thriving customers have some flag before their go-live."""
    late = [(38, 1), (39, 1), (40, 1)]
    one = up(course(40, milestones_late=late))
    aged = up(course(50, milestones_late=late))
    two = up(course(40, milestones_late=late, attendance_pct=[(40, 60)]))

    assert (["dates_slipping"], False) == ([flag.key for flag in one], is_alarm(one))
    assert (10, True) == (aged[0].days, is_alarm(aged))
    assert ({"dates_slipping", "attendance_low"}, True) == ({flag.key for flag in two}, is_alarm(two))
    assert not is_alarm([])


def test_a_flag_names_its_correction_with_its_steps() -> None:
    """So that the CSM knows what to do."""
    [flag] = up(course(40, attendance_pct=[(40, 60)]))

    assert ("adoption", "lift_adoption", 40, 0) == (flag.category, flag.correction, flag.since, flag.days)
    assert "root cause" in flag.steps[0]


def test_a_flag_that_only_its_span_keeps_up_grows_no_more_serious() -> None:
    """Two missed meetings keep it up for three weeks; a third one, ten days later, is an alarm."""
    twice, again = [(28, 1), (30, 1)], [(28, 1), (30, 1), (41, 1)]

    [quiet], [worse] = up(course(42, missed_meetings=twice)), up(course(42, missed_meetings=again))

    assert (12, 0) == (quiet.days, quiet.lasting)
    assert (12, 11) == (worse.days, worse.lasting)
    assert [False, True] == [is_alarm([flag]) for flag in (quiet, worse)]


def test_two_flags_are_at_once_while_there_was_something_new_to_both_within_a_week() -> None:
    """A check-in that the sponsor missed a month ago keeps its flag up, and makes no alarm of another one."""
    missed = [(30, 1)]

    soon = up(course(37, sponsor_check_ins_missed=missed, training_score=[(37, 2)]))
    later = up(course(60, sponsor_check_ins_missed=missed, training_score=[(60, 2)], wins_shown=[(20, 1)]))

    assert {"sponsor_absent", "training_disliked"} == {flag.key for flag in soon} == {flag.key for flag in later}
    assert [True, False] == [is_alarm(soon), is_alarm(later)]


def test_a_plan_that_slips_as_a_whole_is_an_alarm_at_once() -> None:
    flags = up(course(40, milestones_late=[(37, 1), (38, 1), (39, 1), (40, 1)]))

    assert ({"dates_slipping", "plan_slipping"}, True) == ({flag.key for flag in flags}, is_alarm(flags))


def test_what_is_lacking_lasts_until_today() -> None:
    [flag] = up(course(75, wins_shown=[]))

    assert (15, 15) == (flag.days, flag.lasting)
