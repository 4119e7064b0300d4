"""How long do customers wait for an answer? In office hours of the onboarding's owner."""

from datetime import UTC, datetime
from typing import Any

from activities.calendars import hours_of
from domain.questions import QuestionLine
from domain.rules.responding import ResponseReport, response_report
from tests.support.simulation import staff

MONDAY, FRIDAY = datetime(2026, 11, 9, 8, tzinfo=UTC), datetime(2026, 11, 13, 15, tzinfo=UTC)
"""9:00 and 16:00 in Berlin, where Jonas works."""
NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)


def line(number: int = 1, *, asked: datetime = MONDAY, **more: Any) -> QuestionLine:
    given = {"account": "Lindenau", "owner": "jonas.weber", "about": "", "state": "open", "by": "lead", "text": ""}
    return QuestionLine(onboarding="onboarding-x", number=number, asked_at=asked, **{**given, **more})


def report(*lines: QuestionLine, since: datetime = MONDAY) -> ResponseReport:
    return response_report(lines, since=since, now=NOW, team=staff(), hours=hours_of)


def test_nights_and_weekends_do_not_count() -> None:
    """Asked at four on a Friday, answered at ten on Monday: two hours."""
    answered = line(asked=FRIDAY, first_answer_at=NOW, state="answered")

    assert 2.0 == report(answered).all.median_hours


def test_half_of_the_answers_came_sooner_than_the_median() -> None:
    """Of what has no answer yet nobody knows how long it will take: it stands by itself."""
    hours = [line(n, first_answer_at=MONDAY.replace(hour=8 + n), state="answered") for n in (1, 2, 5)]
    times = report(*hours, line(9, waits_since=FRIDAY))

    assert (4, 3, 1, 2.0) == (times.all.asked, times.all.answered, times.all.waiting, times.all.median_hours)
    assert (5, 9) == (times.all.slowest and times.all.slowest.number, times.all.longest_waiting.number)  # type: ignore[union-attr]  # it is there


def test_each_owner_is_measured_by_their_own_hours() -> None:
    """What is the morning in Berlin is the evening in Tokyo: nobody answers late who is at home."""
    noon = MONDAY.replace(hour=12)
    times = report(*(line(first_answer_at=noon, owner=owner) for owner in ("jonas.weber", "mika.sato")))

    assert {"jonas.weber": 4.0, "mika.sato": 0.0} == {one.owner: one.median_hours for one in times.owners}


def test_what_waits_from_before_is_said_and_is_no_question_of_this_time() -> None:
    """An old question that nobody has answered must not fall out of the report."""
    times = report(line(waits_since=MONDAY), since=FRIDAY).all

    assert (0, 0, 1, None) == (times.asked, times.answered, times.waiting, times.median_hours)
    assert times.longest_waiting is not None
    assert 41.0 == times.longest_waiting.hours


def test_nothing_was_asked() -> None:
    """Then there is no median, and nobody is called quick."""
    times = report()

    assert ((), None, None) == (times.owners, times.all.median_hours, times.all.slowest)
