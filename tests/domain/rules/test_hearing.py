"""Does everybody hear what they chose, never in their quiet hours, and always what they cannot refuse?"""

from datetime import UTC, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.notice import NOT_ESSENTIAL, NoticeKind
from domain.preferences import HEARS, Hears, Preferences
from domain.rules.hearing import INFORMING, breaks_quiet, is_quiet, loud_from, unwanted

TOKYO = ZoneInfo("Asia/Tokyo")
KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)
CLOCKS = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@st.composite
def chosen(draw: st.DrawFn) -> Preferences:
    begins = draw(CLOCKS)
    lasts = draw(st.integers(1, 18 * 60))
    ends = (datetime.combine(datetime(2026, 1, 1, tzinfo=UTC), begins) + timedelta(minutes=lasts)).time()
    hours = {"quiet_from": begins, "quiet_until": ends} if draw(st.booleans()) else {}
    days = tuple(draw(st.sets(st.integers(0, 6), max_size=6)))
    return Preferences.model_validate({"quiet_days": days, **hours})


@given(chosen(), st.sampled_from(sorted(available_timezones())), st.integers(0, 60 * 24 * 366))
def test_a_message_that_waited_for_quiet_hours_goes_in_none(choice: Preferences, zone: str, minute: int) -> None:
    """In any zone, in the nights of daylight saving too, and within a week."""
    there, now = ZoneInfo(zone), datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)

    until = loud_from(choice, there, now)

    if until is None:
        assert not is_quiet(choice, there, now)
    else:
        assert is_quiet(choice, there, now)
        assert not is_quiet(choice, there, until)
        assert now < until <= now + timedelta(days=8)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-06T20:30", "2026-11-09T08:00"),  # Friday evening, and the week-end is quiet
        ("2026-11-05T23:00", "2026-11-06T08:00"),
        ("2026-11-06T07:59", "2026-11-06T08:00"),
        ("2026-11-06T08:00", None),
        ("2026-11-06T19:59", None),
    ],
)
def test_quiet_hours_over_midnight_and_quiet_days_are_the_readers_own(now: str, until: str | None) -> None:
    """By the clock where they are."""
    choice = Preferences(quiet_from=time(20), quiet_until=time(8), quiet_days=(5, 6))

    found = loud_from(choice, TOKYO, datetime.fromisoformat(now).replace(tzinfo=TOKYO))

    assert found == (None if until is None else datetime.fromisoformat(until).replace(tzinfo=TOKYO))


@pytest.mark.parametrize("hears", HEARS)
def test_nobody_can_refuse_what_asks_something_of_them(hears: Hears) -> None:
    """Requests, meetings, escalations and the ending reach everybody."""
    refused = {kind for kind in KINDS if unwanted(Preferences(hears=hears), kind)}

    assert refused <= INFORMING
    assert not refused & {"sign_off_request", "reminder", "task_given", "meeting", "escalation", "ended", "replanned"}


def test_each_choice_leaves_less_than_the_one_before() -> None:
    """From everything over no letters and the weekly report to what is essential."""
    kinds = [{kind for kind in KINDS if unwanted(Preferences(hears=hears), kind)} for hears in HEARS]

    assert [set(), set(NOT_ESSENTIAL), set(INFORMING - {"status_report"}), set(INFORMING)] == kinds
    assert "suppressed: the reader hears no letters" == unwanted(Preferences(hears="no_letters"), "message")


def test_what_is_critical_waits_for_no_morning() -> None:
    """And nothing else goes in quiet hours."""
    assert breaks_quiet("issue_resolved", {"severity": "critical"})
    assert breaks_quiet("service_level_missed", {})
    assert not breaks_quiet("issue_resolved", {"severity": "high"})
    assert not breaks_quiet("escalation", {})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"quiet_from": "20:00"}, "both a beginning and an end"),
        ({"quiet_from": "08:00", "quiet_until": "08:00"}, "up to 18 hours"),
        ({"quiet_from": "08:00", "quiet_until": "07:00"}, "up to 18 hours"),
        ({"quiet_days": tuple(range(7))}, "one day of the week"),
        ({"quiet_days": (7,)}, "less than or equal to 6"),
        ({"hears": "nothing"}, "everything"),
    ],
)
def test_nobody_can_be_out_of_reach(fields: dict[str, object], words: str) -> None:
    """What somebody has to answer would otherwise never be asked."""
    with pytest.raises(ValidationError, match=words):
        Preferences.model_validate(fields)
