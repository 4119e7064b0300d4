"""What was the answer to a request with an Idempotency-Key? Kept for a day, so that a repetition gets the same."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from domain.wire import Wire
from store.engine import wall_clock, write_transaction
from store.tables import keyed_answers

KEPT = timedelta(hours=24)
GIVEN_UP = timedelta(seconds=15)
"""A request that was begun this long ago and never answered most likely died with its process: the door tries for ten
seconds, and only in a crowd does a request wait longer, for its turn. Whoever sends it again takes it over, which is
harmless even where the first is only slow, since starts and news recognise their own repetitions. Not longer: until
then its sender is refused, and after a crash all come again."""
CLEANED_EVERY = timedelta(minutes=10)


class KeptAnswer(Wire):
    """The answer to a request as it was sent: status, headers, and the body as text."""

    status: int
    headers: Mapping[str, str]
    body: str


class Begun(Wire):
    """What is stored under a key. `fresh`: the caller has to answer now. Neither fresh nor an answer: in progress."""

    fresh: bool
    fingerprint: str
    answer: KeptAnswer | None = None


class SqlKeyedAnswers:
    """Stores the answers to requests with an Idempotency-Key, by API token and key. May be shared by threads."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock
        self._cleaned: datetime | None = None

    def begin(self, *, token: int, key: str, fingerprint: str) -> Begun:
        """Take the key, or return what is stored under it.

        `fingerprint` is that of the request. A key is free again after `KEPT`; the same request may also take over one
        that has been in progress for `GIVEN_UP`.
        """
        now = self._clock()
        taken = {"token": token, "key": key, "fingerprint": fingerprint, "begun_at": now}
        of_it = (keyed_answers.c.token == token) & (keyed_answers.c.key == key)
        abandoned = keyed_answers.c.status.is_(None) & (keyed_answers.c.begun_at <= now - GIVEN_UP)
        gone = or_(keyed_answers.c.begun_at <= now - KEPT, abandoned & (keyed_answers.c.fingerprint == fingerprint))
        with write_transaction(self._engine) as connection:
            self._clean(connection, now)
            connection.execute(delete(keyed_answers).where(of_it, gone))
            with suppress(IntegrityError), connection.begin_nested():
                connection.execute(insert(keyed_answers).values(taken))
                return Begun(fresh=True, fingerprint=fingerprint)
            row = connection.execute(select(keyed_answers).where(of_it)).one()
        answer = None
        if row.status is not None:
            answer = KeptAnswer(status=row.status, headers=row.headers or {}, body=row.body or "")
        return Begun(fresh=False, fingerprint=row.fingerprint, answer=answer)

    def answered(self, answer: KeptAnswer, *, token: int, key: str) -> None:
        """Store the answer under the key that was taken."""
        of_it = (keyed_answers.c.token == token) & (keyed_answers.c.key == key)
        with write_transaction(self._engine) as connection:
            connection.execute(update(keyed_answers).where(of_it).values(answer.model_dump()))

    def forget(self, *, token: int, key: str) -> None:
        """Free the key of a request whose answer is not to be repeated; one that was answered stays."""
        of_it = (keyed_answers.c.token == token) & (keyed_answers.c.key == key)
        with write_transaction(self._engine) as connection:
            connection.execute(delete(keyed_answers).where(of_it, keyed_answers.c.status.is_(None)))

    def _clean(self, connection: Connection, now: datetime) -> None:
        if self._cleaned is not None and now - self._cleaned < CLEANED_EVERY:
            return
        connection.execute(delete(keyed_answers).where(keyed_answers.c.begun_at <= now - KEPT))
        self._cleaned = now
