"""How do threads that write at the same moment share one transaction? By group commit, as databases do it.

SQLite lets one in that writes. Whoever comes meanwhile leaves what it asks for, and the next one in does it for all who
wait: a transaction costs as much as some statements, and a statement for five rows little more than one for one.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy.exc import OperationalError

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class _Waiter(Generic[Asked, Answer]):
    """Somebody who waits: for an answer, or to be the one who works for all."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.answer: list[Answer] = []
        self.trouble: Exception | None = None
        self.woken = Lock()
        self.woken.acquire()

    @property
    def is_done(self) -> bool:
        return bool(self.answer) or self.trouble is not None


class Together(Generic[Asked, Answer]):
    """Does what several threads ask for at once, each of which gets its own answer. May be shared by threads.

    `work` does all of it in one transaction, or nothing and raises; it is called within `turn`.
    """

    def __init__(
        self, work: Callable[[Sequence[Asked]], Sequence[Answer]], *, turn: AbstractContextManager[object]
    ) -> None:
        self._work = work
        self._turn = turn
        self._coming = Lock()
        self._waiting: list[_Waiter[Asked, Answer]] = []
        self._somebody_works = False

    def ask(self, asked: Asked) -> Answer:
        """The answer, once what was asked is committed. Raises what the work raises for this one."""
        own = _Waiter[Asked, Answer](asked)
        with self._coming:
            self._waiting.append(own)
            waits, self._somebody_works = self._somebody_works, True
        if waits:
            own.woken.acquire()
        if not own.is_done:
            self._work_for_all(own)
        if own.trouble is not None:
            raise own.trouble
        return own.answer[0]

    def _work_for_all(self, own: _Waiter[Asked, Answer]) -> None:
        """Work for all who wait, and then let the first of those go on who have come since."""
        each = [own]
        try:
            with self._turn:
                with self._coming:
                    each += [one for one in self._waiting if one is not own]
                    self._waiting = []
                self._answer(each)
        finally:
            with self._coming:
                following = self._waiting[:1]
                self._somebody_works = bool(following)
            for one in (*each[1:], *following):
                one.woken.release()

    def _answer(self, each: Sequence[_Waiter[Asked, Answer]]) -> None:
        try:
            answers = self._work([one.asked for one in each])
        except Exception as trouble:
            # The database is away, or busy: that is the same for all. Else one of them is the matter, and not the rest.
            if len(each) == 1 or isinstance(trouble, OperationalError):
                for one in each:
                    one.trouble = trouble
                return
            for one in each:
                self._answer([one])
            return
        for one, answer in zip(each, answers, strict=True):
            one.answer.append(answer)
