"""Do threads that write at the same moment share a transaction, and does each get its own answer?"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from threading import Event

import pytest
from sqlalchemy.exc import OperationalError

from store.together import Together

AT_ONCE = 5


class Work:
    """Doubles what it is given; the first time only once it may."""

    def __init__(self, *, fails: Callable[[Sequence[int]], Exception | None] = lambda _: None) -> None:
        self.fails = fails
        self.done: list[Sequence[int]] = []
        self.begun, self.may_end = Event(), Event()

    def __call__(self, asked: Sequence[int]) -> Sequence[int]:
        self.done.append(asked)
        self.begun.set()
        assert self.may_end.wait(10)
        if (trouble := self.fails(asked)) is not None:
            raise trouble
        return [2 * number for number in asked]


def asked_meanwhile(work: Work) -> list[Future[int]]:
    """Ask for one thing, and for all the others while that is being done; what becomes of each."""
    together = Together(work, turn=nullcontext())
    with ThreadPoolExecutor(AT_ONCE) as threads:
        asked = [threads.submit(together.ask, 0)]
        assert work.begun.wait(10)
        asked += [threads.submit(together.ask, number) for number in range(1, AT_ONCE)]
        while len(together._waiting) < AT_ONCE - 1:
            time.sleep(0.001)
        work.may_end.set()
    return asked


def test_what_is_asked_for_while_others_work_is_done_at_once() -> None:
    """Each of the threads gets the answer to what it asked."""
    work = Work()

    answers = asked_meanwhile(work)

    assert [2 * number for number in range(AT_ONCE)] == [answer.result() for answer in answers]
    assert [[0], [*range(1, AT_ONCE)]] == [sorted(asked) for asked in work.done]


def test_what_cannot_be_done_costs_the_others_nothing() -> None:
    """What is asked for beside it is done once more, by itself."""
    work = Work(fails=lambda asked: ValueError("three") if 3 in asked else None)

    answers = asked_meanwhile(work)

    assert [0, 2, 4, 8] == [answer.result() for number, answer in enumerate(answers) if number != 3]
    with pytest.raises(ValueError, match="three"):
        answers[3].result()


def test_of_a_database_that_is_away_all_hear_at_the_first_try() -> None:
    """One after the other each would wait for it as long again."""
    away = OperationalError("BEGIN", {}, Exception("database is locked"))
    work = Work(fails=lambda asked: away if asked != [0] else None)

    answers = asked_meanwhile(work)

    assert [None, *[away] * (AT_ONCE - 1)] == [answer.exception() for answer in answers]
    assert 2 == len(work.done)


def test_many_threads_get_each_their_own_answers() -> None:
    """In whatever order they ask, and whoever of them works for the rest."""
    work = Work()
    work.may_end.set()
    together = Together(work, turn=nullcontext())

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(together.ask, range(400)))

    assert [2 * number for number in range(400)] == answers
    assert [*range(400)] == sorted(number for asked in work.done for number in asked)
