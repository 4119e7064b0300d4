"""Does a request that repeats an Idempotency-Key get the first answer, for a day and for one token?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from store.keyed_answers import KEPT, Begun, KeptAnswer, SqlKeyedAnswers
from store.tables import keyed_answers
from tests.store.test_tokens import Clock
from tests.support import databases
from tests.support.databases import NOON

empty_database, database, engine = databases.empty_database, databases.database, databases.engine
ANSWER = KeptAnswer(status=201, headers={"location": "/there"}, body="{}")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def answers(engine: Engine, clock: Clock) -> SqlKeyedAnswers:
    return SqlKeyedAnswers(engine, clock=clock)


def begin(answers: SqlKeyedAnswers, *, token: int = 1, fingerprint: str = "a") -> Begun:
    return answers.begin(token=token, key="k", fingerprint=fingerprint)


def test_a_repetition_gets_the_first_answer(answers: SqlKeyedAnswers) -> None:
    """The answer comes with its status and its headers."""
    assert begin(answers).fresh
    answers.answered(ANSWER, token=1, key="k")

    again = begin(answers)

    assert (False, ANSWER) == (again.fresh, again.answer)


def test_a_repetition_while_the_first_is_worked_on_has_no_answer_yet(answers: SqlKeyedAnswers) -> None:
    """The same work must not be done twice at the same time."""
    begin(answers)

    again = begin(answers)

    assert (False, None) == (again.fresh, again.answer)


def test_another_request_under_the_key_is_told_from_it(answers: SqlKeyedAnswers) -> None:
    """The fingerprint of the request tells them apart."""
    begin(answers)

    assert "a" == begin(answers, fingerprint="b").fingerprint


def test_keys_of_two_tokens_have_nothing_to_do_with_each_other(answers: SqlKeyedAnswers) -> None:
    """Several programs may number their requests from one."""
    begin(answers)

    assert begin(answers, token=2).fresh


def test_a_key_is_free_again_when_it_came_to_nothing(answers: SqlKeyedAnswers) -> None:
    """An answer that was given is not forgotten by that."""
    begin(answers)
    answers.forget(token=1, key="k")
    assert begin(answers).fresh
    answers.answered(ANSWER, token=1, key="k")

    answers.forget(token=1, key="k")

    assert not begin(answers).fresh


def test_what_died_with_its_process_is_taken_over(answers: SqlKeyedAnswers, clock: Clock) -> None:
    """Only the same request may take the key over, and soon: its sender is refused until then."""
    begin(answers)
    clock.now += timedelta(seconds=15)

    assert not begin(answers, fingerprint="b").fresh
    assert begin(answers).fresh


def test_after_a_day_the_key_is_free_and_gone(answers: SqlKeyedAnswers, clock: Clock, engine: Engine) -> None:
    """Keys that nobody asks for again are deleted when others are used."""
    begin(answers)
    answers.answered(ANSWER, token=1, key="k")
    clock.now = NOON + KEPT + timedelta(seconds=1)

    answers.begin(token=1, key="other", fingerprint="a")

    with engine.connect() as connection:
        assert 1 == connection.scalar(select(func.count()).select_from(keyed_answers))
    assert begin(answers).fresh


def test_of_many_at_once_one_is_the_first(engine: Engine) -> None:
    """Each request has a connection of its own."""
    answers = SqlKeyedAnswers(engine)

    with ThreadPoolExecutor(8) as eight:
        begun = list(eight.map(lambda _: begin(answers), range(8)))

    assert 1 == sum(one.fresh for one in begun)
