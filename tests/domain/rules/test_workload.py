"""Are the hours of a week those that the playbook plans, and has somebody as many as they are there?"""

from datetime import date
from typing import Any

import pytest

from domain.closure import Closure
from domain.playbook import RoleHours
from domain.rules.workload import Load, Window, available, mondays, planned
from domain.team import Absence, Member, Team

MONDAY = date(2026, 9, 7)
WEEKS = mondays(date(2026, 9, 9), 4)
WHOLE = Window(date(2026, 9, 1), date(2026, 11, 30))
BUILDING = {
    "build": Window(date(2026, 9, 14), date(2026, 9, 23)),
    "train": Window(date(2026, 9, 21), date(2026, 9, 25)),
}


def need(**more: Any) -> RoleHours:
    given: dict[str, Any] = {"side": "vendor", "role": "csm", "hours_from": 5, "hours_to": 8, "per": "week", **more}
    return RoleHours(**given, duties="Looking after them")


def hours(*needs: RoleHours, role: str = "csm") -> list[tuple[float, float]]:
    of_weeks = planned(needs, BUILDING, WHOLE, WEEKS).get(role, {})
    return [of_weeks.get(week, (0, 0)) for week in WEEKS]


def member(**more: Any) -> Member:
    return Member(handle="mika", name="Mika", email="mika@vendor.test", role="csm", **more)


def test_weeks_begin_on_mondays() -> None:
    assert [MONDAY, date(2026, 9, 14)] == list(mondays(date(2026, 9, 9), 2))


def test_hours_by_the_week_are_those_of_each_week_that_the_stages_are_open() -> None:
    """Of a week in which they are open for three days of five, three fifths."""
    assert [(5, 8)] * 4 == hours(need())
    assert [(0, 0), (5, 8), (3, pytest.approx(4.8)), (0, 0)] == hours(need(stages=["build"]))


def test_hours_of_a_phase_are_spread_over_its_days_and_those_of_all_over_all() -> None:
    """Days of two stages at once count once for what is needed in total."""
    phase = hours(need(per="phase", stages=["build"], hours_from=8, hours_to=16))
    total = hours(need(per="total", stages=["build", "train"], hours_from=10, hours_to=20))

    assert [(0, 0), (5, 10), (3, 6), (0, 0)] == phase
    assert [(0, 0), (5, 10), (5, 10), (0, 0)] == total


def test_what_the_customers_people_need_is_none_of_our_hours() -> None:
    assert {} == planned([need(side="customer", role="project_lead")], BUILDING, WHOLE, WEEKS)


def test_a_stage_that_there_is_not_takes_no_hours() -> None:
    assert [(0, 0)] * 4 == hours(need(stages=["elsewhere"]))


def test_who_is_away_has_no_hours_for_those_days() -> None:
    """Neither on days on which the whole company is closed."""
    mika = member(hours_a_week=30, absences=(Absence(first=MONDAY, last=date(2026, 9, 8)),))
    team = Team(members=(mika,), closures=(Closure(first=date(2026, 9, 14), last=date(2026, 9, 20), why="summer"),))

    assert [18, 0, 30, 30] == list(available(mika, team, WEEKS).values())


@pytest.mark.parametrize(("least", "most", "is_over", "is_tight"), [(10, 32, 0, 0), (10, 33, 0, 1), (33, 40, 1, 0)])
def test_overbooked_is_whom_even_the_least_is_too_much(least: int, most: int, is_over: int, is_tight: int) -> None:
    load = Load(least, most, 32)

    assert (is_over, is_tight) == (load.is_overbooked, load.is_tight)
