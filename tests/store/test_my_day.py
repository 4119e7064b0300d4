"""Does the store know what somebody has to do today, across all customers, on SQLite and PostgreSQL alike?"""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from domain.questions import Told, Words
from domain.record import Writing
from store import my_day
from store.ledger import SqlLedger
from store.my_day import Day, day_of
from store.questions import SqlQuestions
from store.work_lines import WorkLine
from tests.support import databases
from tests.support.databases import HOUR, LEAD, NOON, OWNER, notice, standing
from tests.support.desk_data import drawn, work

database = databases.database
engine = databases.engine

DAY = timedelta(days=1)


def day(engine: Engine, person: str = OWNER.id) -> Day:
    return day_of(engine, person, now=NOON, since=NOON - DAY, until=NOON + 8 * HOUR)


def keys(lines: Sequence[WorkLine]) -> list[str]:
    return [line.key for line in lines]


def test_a_day_has_what_is_due_what_is_asked_and_what_others_let_slip(engine: Engine) -> None:
    """Each under its own heading, the longest due first; what is due tomorrow only comes next."""
    drawn(
        engine,
        "1",
        work("overdue", due=NOON - 3 * DAY),
        work("today"),
        work("tomorrow", due=NOON + DAY),
        work("scope-1", kind="scope_change", due=None),
        work("theirs", person=LEAD.id, side="customer", due=NOON - HOUR),
        work("theirs_for_long", person=LEAD.id, side="customer", due=NOON - 5 * DAY),
        work("uat", kind="sign_off", person=LEAD.id, side="customer", due=NOON + 9 * DAY),
        work("weekly/1", kind="meeting", due=NOON + 2 * HOUR),
    )

    today = day(engine)

    assert ["overdue", "today"] == keys(today.due)
    assert ["scope-1"] == keys(today.answers)
    assert [("theirs", "Lee Lead")] == [(line.key, line.name) for line in today.late]
    assert [("uat", "Lee Lead")] == [(line.key, line.name) for line in today.signing]
    assert ["weekly/1"] == keys(today.meetings)
    assert ["tomorrow"] == keys(today.soon)


def test_nobody_sees_the_work_of_others_onboardings(engine: Engine) -> None:
    drawn(engine, "1", work(), work("theirs", person=LEAD.id, side="customer", due=NOON - HOUR))

    assert day(engine, "somebody.else").is_empty


def test_what_is_put_aside_comes_again_at_its_time(engine: Engine) -> None:
    """For the person who has put it aside alone: another who shares the work still has it on theirs."""
    drawn(engine, "1", work(), work(person="other"))
    line = my_day.one_line(engine, OWNER.id, "onboarding-file-1", "milestone", "met")
    assert line is not None

    my_day.lay_aside(engine, OWNER.id, line, until=NOON + HOUR, now=NOON)

    later = day_of(engine, OWNER.id, now=NOON + 2 * HOUR, since=NOON - DAY, until=NOON + 8 * HOUR)
    assert [] == keys(day(engine).due)
    assert ["met"] == keys(day(engine, "other").due)
    assert ["met"] == keys(later.due)


def test_work_that_is_done_leaves_the_day_with_the_next_turn(engine: Engine) -> None:
    drawn(engine, "1", work("first"), work("second"))
    drawn(engine, "1", work("second"))

    assert ["second"] == keys(day(engine).due)


def test_work_without_a_date_is_due_since_it_came(engine: Engine) -> None:
    """However many turns come after that."""
    drawn(engine, "1", work("scope-1", kind="scope_change", due=None))
    drawn(engine, "1", work("scope-1", kind="scope_change", due=None), as_of=NOON + HOUR)

    assert [NOON] == [line.due for line in day(engine).answers]


def test_a_reply_waits_until_it_is_put_aside_for_good(engine: Engine) -> None:
    """With what was written, and by whom."""
    drawn(engine, "1")
    told = notice(kind="answer", key="answer/1", to=OWNER.id, facts={"who": "Lee Lead", "text": "Friday suits us"})
    SqlLedger(engine, clock=lambda: NOON - HOUR).write(Writing(onboarding="onboarding-file-1", notices=(told,)))

    message = day(engine).messages[0]
    line = my_day.one_line(engine, OWNER.id, "onboarding-file-1", "message", message.key)
    assert line is not None
    my_day.lay_aside(engine, OWNER.id, line, until=None, now=NOON)

    assert ("answer", "Lee Lead", "Friday suits us") == (message.title, message.name, message.text)
    assert [] == day(engine).messages


def test_a_question_waits_until_it_is_answered(engine: Engine) -> None:
    """With what was asked last; of others' onboardings nobody sees any."""
    drawn(engine, "1")
    asking = SqlQuestions(engine, clock=lambda: NOON - HOUR)
    words = Words(key="1", side="customer", by=LEAD.id, text="When is go-live?", at=NOON, via="room")
    asking.ask("onboarding-file-1", words, about="", tell=lambda *_: Told())
    before, others = day(engine).messages, day(engine, "jonas").messages

    answer = words._replace(key="2", side="vendor", by=OWNER.id, text="On Friday")
    asking.say("onboarding-file-1", 1, answer, tell=lambda *_: Told())

    assert [("question", "1", "Lee Lead", "When is go-live?")] == [
        (one.kind, one.key, one.name, one.text) for one in before
    ]
    assert ([], []) == (others, day(engine).messages)


@pytest.mark.parametrize(
    ("kind", "key"), [("message", "1e9"), ("milestone", "nothing"), ("message", "9" * 30), ("question", "7")]
)
def test_what_is_not_there_is_no_line(engine: Engine, kind: str, key: str) -> None:
    """The address of a row can be typed by hand."""
    drawn(engine, "1")

    assert my_day.one_line(engine, OWNER.id, "onboarding-file-1", kind, key) is None


def test_a_day_is_three_statements_however_long_it_is(engine: Engine) -> None:
    """Its work, the questions and the messages; on SQLite a transaction begins besides."""
    drawn(engine, "1", *(work(f"m-{number}") for number in range(30)))
    drawn(engine, "2", work(kind="sign_off", person=LEAD.id, side="customer"))
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    day(engine)

    assert 3 == len([one for one in asked if one != "BEGIN"])


def test_a_compressed_clock_is_ahead_of_the_walls(engine: Engine) -> None:
    drawn(engine, "1", as_of=NOON + 40 * DAY)

    assert NOON + 40 * DAY == my_day.own_time(engine, OWNER.id, NOON)
    assert NOON + 50 * DAY == my_day.own_time(engine, OWNER.id, NOON + 50 * DAY)


def test_an_older_workers_turn_leaves_the_work_as_it_is(engine: Engine) -> None:
    """It knows nothing of it, and goes on beside a newer one for a while."""
    drawn(engine, "1", work())

    SqlLedger(engine).write(Writing(onboarding="onboarding-file-1", standing=standing(as_of=NOON + HOUR)))

    assert ["met"] == keys(day(engine).due)
