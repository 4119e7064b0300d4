"""What does use come to: against which seats, and when is a feature in use?"""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.measure.use import Seats, Used, enough, figures_of_use, is_rising, weekly_use

MONDAY = date(2026, 11, 2)
SUNDAY_WEEK_3 = datetime(2026, 11, 22, 12, tzinfo=UTC)
CORE = ("reports", "invoices", "comments", "exports")


def used(**more: object) -> Used:
    given = {"ever": 70, "active": 60, "of_month": 65, "weeks": {}, "features": {}, **more}
    return Used(**given)  # type: ignore[arg-type]  # the model checks what stands in it


def figures(of: Used, seats: Seats, *, now: datetime = SUNDAY_WEEK_3) -> dict[str, float]:
    return {name: one.value for name, one in figures_of_use(of, seats, CORE, now=now).items()}


def test_before_the_go_live_use_is_held_against_those_invited_and_after_it_against_the_seats() -> None:
    """C-10: 15 of 20 invited are 75 %, and of 100 licensed 15 %. Who was not said to be invited has a seat."""
    of = used(ever=15, active=15)
    live_on = SUNDAY_WEEK_3.date()
    invited = [(MONDAY, 20)]

    assert 75.0 == figures(of, Seats(100, invited))["activation_rate"]
    assert 15.0 == figures(of, Seats(100, invited, live_on))["activation_rate"]
    assert 15.0 == figures(of, Seats(100))["activation_rate"]
    assert 15.0 == figures(of, Seats(100, [(live_on + timedelta(days=1), 20)]))["activation_rate"], "not invited yet"


def test_a_share_of_those_invited_is_marked_as_such_until_the_go_live() -> None:
    """Nobody shall take it for one of the seats."""
    invited, live_on = [(MONDAY, 20)], SUNDAY_WEEK_3.date()
    before, after, unsaid = (
        figures_of_use(used(), seats, CORE, now=SUNDAY_WEEK_3)
        for seats in (Seats(100, invited), Seats(100, invited, live_on), Seats(100))
    )

    shares = ("activation_rate", "weekly_use_rate")
    assert {"usage_of_invited"} == {before[name].origin for name in shares}
    assert {"usage"} == {of[name].origin for of in (after, unsaid) for name in shares}
    assert "usage" == before["active_users"].origin


def test_a_feature_is_in_use_by_three_users_or_a_tenth_of_the_seats() -> None:
    """One curious click is no use; of a team of four nobody asks for three."""
    assert [3, 3, 2, 1, 1] == [enough(seats) for seats in (None, 30, 20, 10, 4)]
    of = used(features={"reports": 40, "invoices": 3, "comments": 2})

    assert 2 == figures(of, Seats(100))["core_features_in_use"]
    assert 50.0 == figures(of, Seats(100))["core_features_rate"]
    assert 75.0 == figures(of, Seats(20))["core_features_rate"]


def test_more_users_than_seats_are_no_better_than_all_of_them() -> None:
    assert 100.0 == figures(used(), Seats(50))["weekly_use_rate"]


def test_seats_that_shrink_or_grow_count_from_the_day_on_which_they_did() -> None:
    """Weeks before are held against the seats of then; nothing is made up of those of tomorrow."""
    today = SUNDAY_WEEK_3.date()
    weeks = {MONDAY: 60, MONDAY + timedelta(days=7): 60}
    shrunk = Seats(100, changed=[(MONDAY + timedelta(days=8), 75), (today + timedelta(days=1), 10)])

    assert 80.0 == figures(used(), shrunk)["weekly_use_rate"]
    assert [60.0, 80.0] == [share for _, share in weekly_use(used(weeks=weeks), shrunk, now=SUNDAY_WEEK_3)]


def test_of_a_product_that_sends_no_usage_nothing_is_known() -> None:
    """That nobody was seen is not that nobody was there."""
    assert {} == figures(used(ever=0, active=0, of_month=0), Seats(100))


def test_every_whole_week_counts_from_the_first_with_use_on_also_those_without() -> None:
    """The week that runs is none yet."""
    weeks = {MONDAY: 50, MONDAY + timedelta(days=14): 20}

    shares = weekly_use(used(weeks=weeks), Seats(100), now=SUNDAY_WEEK_3 + timedelta(days=1))

    assert [50.0, 0.0, 20.0] == [share for _, share in shares]
    assert [50.0, 0.0] == [share for _, share in weekly_use(used(weeks=weeks), Seats(100), now=SUNDAY_WEEK_3)]


@pytest.mark.parametrize(
    ("shares", "rising"),
    [([50, 40, 51], True), ([50, 60, 50], False), ([80, 79, 78], True), ([50, 60], None)],
)
def test_use_rises_over_three_weeks_or_stands_at_its_target(shares: list[float], rising: bool | None) -> None:
    """One good week is chance, and nobody has to rise above the target."""
    weeks = [(MONDAY + timedelta(days=7 * number), share) for number, share in enumerate(shares)]

    assert rising is is_rising(weeks, weeks=3, target=75)
