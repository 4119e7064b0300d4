"""Is what is said about questions kept once and in order, and is it known who waits? In both databases."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from domain.inbox import InboxState
from domain.questions import (
    Asker,
    Question,
    QuestionFull,
    QuestionLine,
    Told,
    TooManyOpen,
    UnknownQuestion,
    Words,
)
from domain.record import Writing
from domain.refusal import Refused
from domain.trouble import UnknownOnboarding
from store.ledger import SqlLedger
from store.questions import SqlQuestions
from store.tables import inbox, journal, notices, question_words
from tests.support import databases
from tests.support.databases import HOUR, LEAD, NOON, OWNER, deal, dossier, notice, standing

database = databases.database
engine = databases.engine

ONE, TWO = "onboarding-file-1", "onboarding-file-2"


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(engine: Engine, clock: Clock) -> SqlQuestions:
    ledger = SqlLedger(engine)
    for number in ("1", "2"):
        ledger.admit(dossier(deal(number)), run="run-1")
        ledger.write(Writing(onboarding=f"onboarding-file-{number}", standing=standing()))
    return SqlQuestions(engine, clock=clock)


def theirs(text: str = "When?", key: str = "k1", **more: Any) -> Words:
    return Words(key=key, side="customer", by=LEAD.id, text=text, at=NOON, via="room", **more)


def ours(text: str = "Soon.", key: str = "k2", **more: Any) -> Words:
    return Words(key=key, side="vendor", by=OWNER.id, text=text, at=NOON, via="cli", **more)


def nobody(question: Question, asker: Asker) -> Told:
    assert (question.onboarding[:10], asker.owner) == ("onboarding", OWNER.id)
    return Told()


def test_who_waits_since_when_is_known_until_we_answer(kept: SqlQuestions, clock: Clock) -> None:
    """What they add meanwhile does not let them wait anew; the first answer is the one that is measured."""
    kept.ask(ONE, theirs(), about="met", tell=nobody)
    clock.now += HOUR
    waits = kept.say(ONE, 1, theirs("Please", key="k1b"), tell=nobody).question
    clock.now += HOUR
    answered = kept.say(ONE, 1, ours(), tell=nobody).question
    clock.now += HOUR
    again = kept.say(ONE, 1, theirs("And?", key="k3"), tell=nobody).question
    closed = kept.close(ONE, 1, by=OWNER.id, via="cli", at=NOON)

    assert ("open", NOON, None) == (waits.state, waits.waits_since, waits.first_answer_at)
    assert ("answered", None, NOON + 2 * HOUR) == (answered.state, answered.waits_since, answered.first_answer_at)
    assert ("open", NOON + 3 * HOUR, NOON + 2 * HOUR) == (again.state, again.waits_since, again.first_answer_at)
    assert ("closed", None) == (closed.state, closed.waits_since)
    assert ["When?", "Please", "Soon.", "And?"] == [one.text for one in closed.said]


def test_who_has_not_read_the_last_word_neither_answers_nor_closes(kept: SqlQuestions) -> None:
    """The customer would wait, and nobody know; the same answer or close once more is still a repetition."""
    seen = kept.ask(ONE, theirs(), about="", tell=nobody).question.last.id
    newer = kept.say(ONE, 1, theirs("And where?", key="k1b"), tell=nobody).question.last.id

    with pytest.raises(Refused, match="seen: something was said"):
        kept.say(ONE, 1, ours(), tell=nobody, seen=seen)
    with pytest.raises(Refused, match="seen: something was said"):
        kept.close(ONE, 1, by=OWNER.id, via="cli", at=NOON, seen=seen)
    assert (NOON, 2) == (kept.one(ONE, 1).waits_since, len(kept.one(ONE, 1).said))

    answers = [kept.say(ONE, 1, ours(), tell=nobody, seen=newer) for _ in range(2)]
    closes = [kept.close(ONE, 1, by=OWNER.id, via="cli", at=NOON, seen=upto) for upto in (newer + 1, seen)]
    assert ([True, False], ["closed", "closed"]) == ([one.new for one in answers], [one.state for one in closes])


def test_a_customer_has_so_many_open_questions_and_each_so_many_words(
    kept: SqlQuestions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each customer's; an answer of ours makes room for another, and is itself always taken."""
    monkeypatch.setattr("store.questions.MOST_OPEN", 2)
    monkeypatch.setattr("store.questions.MOST_SAID", 2)
    for n in range(2):
        kept.ask(ONE, theirs(key=f"k{n}"), about="", tell=nobody)
    with pytest.raises(TooManyOpen):
        kept.ask(ONE, theirs(key="k9"), about="", tell=nobody)
    assert not kept.ask(ONE, theirs(key="k1"), about="", tell=nobody).new
    assert kept.ask(TWO, theirs(), about="", tell=nobody).new

    kept.say(ONE, 1, ours(key="a1"), tell=nobody)
    assert 3 == kept.ask(ONE, theirs(key="k9"), about="", tell=nobody).question.number
    with pytest.raises(QuestionFull):
        kept.say(ONE, 1, theirs("And?", key="k10"), tell=nobody)
    kept.say(ONE, 1, ours(key="a2"), tell=nobody)
    assert [3, 1, 1] == [len(question.said) for question in sorted(kept.of(ONE), key=lambda one: one.number)]


def test_the_same_words_again_change_nothing(kept: SqlQuestions, engine: Engine) -> None:
    """Neither a question nor an answer, neither the journal nor a message."""
    for _ in range(2):
        kept.ask(ONE, theirs(), about="", tell=lambda question, _: Told([notice(f"question/{question.number}")]))
        kept.say(ONE, 1, ours(), tell=nobody)

    with engine.connect() as connection:
        assert ["question_asked", "question_answered"] == list(connection.scalars(select(journal.c.kind)))
        assert 1 == len(connection.execute(select(notices)).all())
        assert ["waiting"] == list[InboxState](connection.scalars(select(inbox.c.state)))
    assert [1] == [question.number for question in kept.of(ONE)]


async def test_questions_that_come_at_once_have_numbers_of_their_own(kept: SqlQuestions) -> None:
    """Counted in each onboarding."""
    asking = [asyncio.to_thread(kept.ask, ONE, theirs(key=f"k{n}"), about="", tell=nobody) for n in range(6)]
    numbers = [exchange.question.number for exchange in await asyncio.gather(*asking)]

    assert [1, 2, 3, 4, 5, 6] == sorted(numbers)
    assert 1 == kept.ask(TWO, theirs(), about="", tell=nobody).question.number


def test_what_we_asked_is_one_question_whoever_answers(kept: SqlQuestions, engine: Engine) -> None:
    """Nobody waits for us then; what the playbook asks, nobody of ours has said in the journal."""
    first = kept.answer_us(ONE, "kickoff-1", "What is in the way?", theirs("Nothing"), tell=nobody).question
    second = kept.answer_us(ONE, "kickoff-1", "Worded otherwise", theirs("One thing", key="k5"), tell=nobody).question
    taken_up = kept.say(ONE, 1, ours("Which?"), tell=nobody).question

    assert ["What is in the way?", "Nothing", "One thing"] == [one.text for one in second.said]
    assert [("answered", None), ("answered", None), ("asked", None)] == [
        (one.state, one.waits_since) for one in (first, second, taken_up)
    ]
    with engine.connect() as connection:
        kinds = list(connection.scalars(select(journal.c.kind).order_by(journal.c.seq)))
    assert ["answer_given", "answer_given", "answer_taken_up"] == kinds
    assert [] == kept.asked_since(NOON - HOUR)


def test_those_that_wait_longest_come_first_and_page_by_page(kept: SqlQuestions, clock: Clock) -> None:
    """What is answered is not among them, and no line comes twice or is left out."""
    for n in range(5):
        kept.ask(TWO if n == 2 else ONE, theirs(f"Question {n}", key=f"k{n}"), about="", tell=nobody)
        clock.now += HOUR
    kept.say(ONE, 1, ours(), tell=nobody)

    lines: list[QuestionLine] = []
    after: tuple[datetime, str, int] | None = None
    while page := kept.page(state="open", after=after, limit=2):
        lines += page
        after = (page[-1].waits_since or NOON, page[-1].onboarding, page[-1].number)
    newest = kept.page(limit=2)

    assert ["Question 1", "Question 2", "Question 3", "Question 4"] == [line.text for line in lines]
    assert ["Question 4", "Question 3"] == [line.text for line in newest]
    assert (["Aozora"], OWNER.id) == (list({line.account for line in lines}), lines[0].owner)
    assert [] == kept.page(state="open", owner="somebody.else")


def test_what_was_erased_is_gone_and_that_it_was_said_stays(kept: SqlQuestions, engine: Engine) -> None:
    """By its mail as well, where it came by one."""
    exchange = kept.ask(ONE, theirs("Call 0170", key="mail-abc"), about="", tell=nobody)
    kept.erase(ONE, exchange.question.last.id, by=OWNER.id, via="cli", at=NOON + timedelta(days=1))

    [one] = kept.one(ONE, 1).said
    assert ("", True, LEAD.id) == (one.text, one.erased, one.by)
    with engine.connect() as connection:
        assert "0170" not in str(connection.execute(select(question_words)).all())
        assert ["question_asked", "question_erased"] == list(connection.scalars(select(journal.c.kind)))
    with pytest.raises(UnknownQuestion):
        kept.erase(TWO, exchange.question.last.id, by=OWNER.id, via="cli", at=NOON)


def test_there_is_no_question_in_an_onboarding_that_is_unknown(kept: SqlQuestions) -> None:
    """Nor one by a number that was not given."""
    with pytest.raises(UnknownOnboarding):
        kept.ask("onboarding-file-9", theirs(), about="", tell=nobody)
    with pytest.raises(UnknownQuestion):
        kept.say(ONE, 1, ours(), tell=nobody)
    with pytest.raises(UnknownQuestion):
        kept.close(ONE, 7, by=OWNER.id, via="cli", at=NOON)
