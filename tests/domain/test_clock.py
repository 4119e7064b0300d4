"""What time is it in the plan, when a day takes a second, and when it takes a day?"""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.clock import Clock

CLOSED = datetime(2026, 11, 2, 9, tzinfo=UTC)
STARTED = datetime(2027, 3, 1, 20, 15, tzinfo=UTC)
DEMO = Clock(day=timedelta(seconds=1.5), business_start=CLOSED, wall_start=STARTED)


def test_on_the_real_clock_nothing_is_converted() -> None:
    assert Clock().business(STARTED) is STARTED
    assert Clock().wall(CLOSED) is CLOSED
    assert Clock().office_hours_apply


def test_on_a_compressed_clock_the_plan_starts_at_the_close() -> None:
    assert DEMO.business(STARTED) == CLOSED
    assert DEMO.wall(CLOSED) == STARTED


def test_on_a_compressed_clock_ninety_days_take_two_minutes_and_a_quarter() -> None:
    assert DEMO.wall(CLOSED + timedelta(days=90)) == STARTED + timedelta(seconds=135)
    assert DEMO.business(STARTED + timedelta(seconds=135)) == CLOSED + timedelta(days=90)


def test_nobody_is_waited_for_until_nine_when_a_day_is_shorter_than_an_hour() -> None:
    assert not DEMO.office_hours_apply
    assert Clock(day=timedelta(hours=1)).office_hours_apply


@given(after=st.timedeltas(timedelta(0), timedelta(days=400)), day=st.floats(0.5, 86_400))
def test_there_and_back_is_the_same_moment(after: timedelta, day: float) -> None:
    clock = Clock(day=timedelta(seconds=day), business_start=CLOSED, wall_start=STARTED)

    back = clock.business(clock.wall(CLOSED + after))

    # A microsecond of the wall is up to 86,400 / day microseconds of the plan.
    assert abs(back - (CLOSED + after)) <= timedelta(microseconds=2 + 86_400 / day)


@given(one=st.timedeltas(timedelta(0), timedelta(days=400)), more=st.timedeltas(timedelta(0), timedelta(days=9)))
def test_what_is_later_in_the_plan_is_not_earlier_on_the_wall(one: timedelta, more: timedelta) -> None:
    assert DEMO.wall(CLOSED + one) <= DEMO.wall(CLOSED + one + more)
