"""Is use told by team so that it helps, and points at nobody?"""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.measure.teams import FEWEST, MOST_SHOWN, Before, Counted, UseByTeam, use_by_team

SUNDAY = date(2026, 11, 22)


def team(
    word: str,
    people: int,
    *,
    week: int = 0,
    month: int | None = None,
    ever: int | None = None,
    features: Mapping[str, int] | None = None,
    begun: Mapping[int, int] | None = None,
) -> Counted:
    month = week if month is None else month
    return Counted(word, people, month if ever is None else ever, week, month, features or {}, begun or {})


def told(*teams: Counted, before: tuple[Before, ...] = (), core: int = 2) -> UseByTeam:
    return use_by_team("team", teams, before, until=SUNDAY, core=core)


def test_each_team_of_five_has_figures_in_the_order_of_names() -> None:
    """Whatever they are: nobody is first for using it most."""
    use = told(team("Warehouse", 8, week=2, ever=6), team("accounts", 5, week=5))

    assert ["accounts", "Warehouse"] == [one.team for one in use.teams]
    assert [100.0, 25.0] == [one.weekly_pct for one in use.teams]
    assert (13, 7, 75.0) == (use.people, use.all and use.all.weekly_users, use.teams[1].activated_pct)
    assert None is use.others


def test_teams_below_five_are_counted_together_with_those_without_one() -> None:
    use = told(team("Sales", 9, week=6), team("Law", 3, week=1), team("Board", 1, week=1), team("", 4, week=2))

    assert ["Sales"] == [one.team for one in use.teams]
    assert use.others
    assert (8, 4, 2, 4) == (use.others.people, use.others.weekly_users, use.counted_together, use.without)


def test_what_is_left_over_is_never_fewer_than_five() -> None:
    """Four of law could be told from all minus sales minus support: so support goes with them."""
    use = told(team("Sales", 9, week=6), team("Support", 6, week=3), team("Law", 4, week=1))

    assert ["Sales"] == [one.team for one in use.teams]
    assert use.others
    assert (10, 4, 2) == (use.others.people, use.others.weekly_users, use.counted_together)


def test_of_four_people_nothing_is_said() -> None:
    use = told(team("Sales", 3, week=3), team("", 1))

    assert (4, None, (), None) == (use.people, use.all, use.teams, use.others)


def test_what_is_counted_together_has_the_name_of_none() -> None:
    """A team of three would be found by its name."""
    use = told(team("Sales", 9), team("Law", 4), team("Board", 3))

    assert use.all
    assert use.others
    assert ("", "") == (use.all.team, use.others.team)


def test_a_team_that_hides_itself_leaves_one_figure_of_all() -> None:
    """Five and four: whoever knows those of five knows those of four."""
    use = told(team("Sales", 5, week=5), team("Law", 4))

    assert ((), None) == (use.teams, use.others)
    assert use.all
    assert (9, 5) == (use.all.people, use.all.weekly_users)


def test_names_that_differ_in_case_or_width_are_one_team() -> None:
    """Written as most of its people have it."""
    use = told(team("IT部", 4, week=1), team("ＩＴ部", 2, week=1), team("it部", 1))

    assert [("IT部", 7, 2)] == [(one.team, one.people, one.weekly_users) for one in use.teams]


def test_averages_of_fewer_than_five_users_are_left_out() -> None:
    """Of five people one has used it: what they did on average is what that one did."""
    features = {"reports": 1, "invoices": 1}
    [one] = told(team("Sales", 5, week=1, features=features, begun={3: 1})).teams

    assert (None, None, 0) == (one.features_per_user, one.begun_day, one.core_features)


def test_depth_features_and_the_day_by_which_half_had_begun() -> None:
    features = {"reports": 6, "invoices": 2}
    [one] = told(team("Sales", 10, month=8, features=features, begun={3: 4, 10: 1, 40: 3})).teams

    assert (1.0, 1, 3) == (one.features_per_user, one.core_features, one.begun_day)


@pytest.mark.parametrize(("people", "pct"), [(5, 40.0), (4, None)])
def test_a_week_before_stands_beside_it_where_the_team_was_large_enough(people: int, pct: float | None) -> None:
    [one] = told(team("Sales", 6, week=3), before=(Before("SALES", people, 2),)).teams

    assert pct == one.before_pct


def test_of_ten_thousand_teams_the_largest_are_shown() -> None:
    """The others are counted together: a page has an end."""
    use = told(*(team(f"Team {number:05}", 5 + (number < 300), week=1) for number in range(10_000)))

    assert (MOST_SHOWN, 9_900) == (len(use.teams), use.counted_together)
    assert {6} == {one.people for one in use.teams}
    assert use.others
    assert use.people == sum(one.people for one in use.teams) + use.others.people


COUNTS = st.lists(
    st.tuples(st.sampled_from(["", "a", "B", "b", "c", "d", "e", "f"]), st.integers(1, 12), st.integers(0, 12)),
    max_size=8,
)


@given(COUNTS)
def test_no_figure_is_ever_of_fewer_than_five_people(counts: list[tuple[str, int, int]]) -> None:
    """Neither one that is shown, nor the whole less those that are; and nobody is lost or counted twice."""
    use = told(*(team(word, people, week=min(people, week)) for word, people, week in counts))

    shown = sum(one.people for one in use.teams)
    left = use.people - shown
    assert all(one.people >= FEWEST for one in (*use.teams, *([use.others] if use.others else [])))
    assert not use.teams or left == 0 or left >= FEWEST
    assert use.people == sum(people for _, people, _ in counts)
    assert (use.all is None) == (use.people < FEWEST)
    assert not use.others or use.others.people == left
