"""On which days does the customer work, and when is the office open?"""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.calendars import public_holidays
from domain.calendar import CLOSING, OPENING, ClosedBy, WorkCalendar
from domain.deal import Account

BERLIN = WorkCalendar(
    time_zone="Europe/Berlin",
    holidays={date(2026, 12, 25): "Christmas Day", date(2026, 12, 26): "Second Day of Christmas"},
)
LOS_ANGELES = WorkCalendar(time_zone="America/Los_Angeles")
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis wants naive bounds
days = st.dates(date(2026, 1, 1), date(2028, 12, 31))


def calendar_of(country: str, zone: str) -> WorkCalendar:
    return public_holidays(Account(name="A", country=country, time_zone=zone), years=range(2026, 2029))


def test_a_day_off_says_why() -> None:
    assert BERLIN.why_not(date(2026, 12, 25)) == "a holiday (Christmas Day)"
    assert BERLIN.why_not(date(2026, 12, 27)) == "a weekend"
    assert BERLIN.why_not(date(2026, 12, 28)) is None


@given(days)
def test_a_day_is_worked_on_where_nothing_says_why_not(day: date) -> None:
    """Also where a holiday, a half-day or a closure falls on a weekend."""
    around = {date(2026, 12, 24) + timedelta(days=number): "a feast" for number in range(0, 20, 3)}
    closed = {date(2027, 8, 1) + timedelta(days=number): ClosedBy(why="summer") for number in range(14)}
    half = dict.fromkeys([*around, *closed, date(2027, 9, 1), date(2027, 9, 3)], "a short day")
    odd = WorkCalendar(time_zone="UTC", weekend=(5, 6), holidays=around, half_days=half, closures=closed)
    tokyo = calendar_of("JP", "Asia/Tokyo")

    for calendar in (BERLIN, odd, tokyo):
        assert calendar.works(day) is (calendar.why_not(day) is None)


def test_the_next_working_day_after_christmas_skips_holidays_and_weekend() -> None:
    assert BERLIN.working_day_from(date(2026, 12, 25)) == date(2026, 12, 28)
    assert BERLIN.working_day_from(date(2026, 12, 28)) == date(2026, 12, 28)


def test_working_days_are_counted_both_ways_over_holidays() -> None:
    assert BERLIN.add_working_days(date(2026, 12, 24), 1) == date(2026, 12, 28)
    assert BERLIN.add_working_days(date(2026, 12, 28), -1) == date(2026, 12, 24)
    assert BERLIN.add_working_days(date(2026, 12, 24), 0) == date(2026, 12, 24)


@pytest.mark.parametrize(
    ("country", "zone", "weekend"),
    [
        ("DE", "Europe/Berlin", (6, 7)),
        ("AE", "Asia/Dubai", (6, 7)),
        ("IL", "Asia/Jerusalem", (5, 6)),
        ("EG", "Africa/Cairo", (5, 6)),
    ],
)
def test_each_country_keeps_its_own_weekend(country: str, zone: str, weekend: tuple[int, ...]) -> None:
    assert calendar_of(country, zone).weekend == weekend


def test_in_israel_people_work_on_sunday_and_not_on_friday() -> None:
    israel = calendar_of("IL", "Asia/Jerusalem")

    assert israel.why_not(date(2026, 11, 15)) is None
    assert israel.why_not(date(2026, 11, 13)) == "a weekend"


def test_holidays_are_named_in_english_where_the_list_has_it() -> None:
    japan = calendar_of("JP", "Asia/Tokyo")

    assert japan.why_not(date(2026, 11, 3)) == "a holiday (Culture Day)"


def test_the_day_is_the_customers_and_not_that_of_utc() -> None:
    late = datetime(2026, 11, 2, 3, tzinfo=UTC)

    assert LOS_ANGELES.day_of(late) == date(2026, 11, 1)
    assert WorkCalendar(time_zone="Asia/Tokyo").day_of(late) == date(2026, 11, 2)


def test_nine_o_clock_stays_nine_o_clock_when_summer_time_ends() -> None:
    assert BERLIN.at(date(2026, 10, 23), OPENING) == datetime(2026, 10, 23, 7, tzinfo=UTC)
    assert BERLIN.at(date(2026, 10, 26), OPENING) == datetime(2026, 10, 26, 8, tzinfo=UTC)


def test_four_office_hours_from_friday_afternoon_end_on_monday_morning() -> None:
    friday = BERLIN.at(date(2026, 11, 6), time(15))

    assert BERLIN.add_working_hours(friday, 4) == BERLIN.at(date(2026, 11, 9), time(11))


def test_office_hours_asked_for_at_night_begin_at_opening() -> None:
    night = BERLIN.at(date(2026, 11, 6), time(22))

    assert BERLIN.add_working_hours(night, 1) == BERLIN.at(date(2026, 11, 9), time(10))
    assert BERLIN.next_office_moment(night) == BERLIN.at(date(2026, 11, 9), OPENING)


def test_what_comes_in_office_hours_is_taken_at_once() -> None:
    noon = BERLIN.at(date(2026, 11, 6), time(12))

    assert BERLIN.next_office_moment(noon) == noon


@given(day=days, count=st.integers(-40, 40).filter(bool))
def test_counting_working_days_lands_on_a_working_day_and_finds_its_way_back(day: date, count: int) -> None:
    start = BERLIN.working_day_from(day)

    landed = BERLIN.add_working_days(start, count)

    assert BERLIN.why_not(landed) is None
    assert BERLIN.add_working_days(landed, -count) == start


@given(moment=moments, hours=st.floats(0, 100))
def test_a_deadline_in_office_hours_falls_into_office_hours(moment: datetime, hours: float) -> None:
    deadline = BERLIN.add_working_hours(moment, hours)

    local = deadline.astimezone(BERLIN.zone)
    assert BERLIN.why_not(local.date()) is None
    assert OPENING <= local.time() <= CLOSING
    assert deadline >= moment + timedelta(hours=hours) - timedelta(microseconds=1)


@given(moment=moments, hours=st.floats(0, 50), more=st.floats(0, 50))
def test_more_hours_never_end_earlier(moment: datetime, hours: float, more: float) -> None:
    assert BERLIN.add_working_hours(moment, hours) <= BERLIN.add_working_hours(moment, hours + more)


@pytest.mark.parametrize(
    ("zone", "friday", "monday"),
    [
        ("Europe/Berlin", date(2027, 3, 26), date(2027, 3, 29)),
        ("America/New_York", date(2026, 10, 30), date(2026, 11, 2)),
        ("America/Santiago", date(2026, 9, 4), date(2026, 9, 7)),  # where midnight is skipped
        ("America/Havana", date(2027, 3, 12), date(2027, 3, 15)),
        ("Asia/Beirut", date(2027, 3, 26), date(2027, 3, 29)),
        ("Australia/Lord_Howe", date(2026, 10, 2), date(2026, 10, 5)),  # by half an hour
    ],
)
def test_working_hours_are_those_of_the_wall_clock_when_it_changes_at_the_weekend(
    zone: str, friday: date, monday: date
) -> None:
    calendar = WorkCalendar(time_zone=zone)

    assert calendar.at(monday, time(11)) == calendar.add_working_hours(calendar.at(friday, time(16)), 3)


def test_what_is_late_is_so_by_a_working_day_at_least() -> None:
    """From the first moment after it was due; a weekend between adds nothing."""
    friday = BERLIN.at(date(2026, 11, 6), time(17))
    minute, saturday, monday = (friday + timedelta(minutes=1), friday + timedelta(days=1), friday + timedelta(days=3))

    assert [0, 1, 1, 1] == [BERLIN.days_late(friday, now) for now in (friday, minute, saturday, monday)]
    assert 2 == BERLIN.days_late(friday, friday + timedelta(days=4))
