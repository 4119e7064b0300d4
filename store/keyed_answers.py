"""What was a request with an Idempotency-Key answered? Kept for a day, so that its repetition gets the same."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from domain.wire import Wire
from store.engine import wall_clock, write_transaction
from store.tables import keyed_answers

KEPT = timedelta(hours=24)
GIVEN_UP = timedelta(seconds=60)
"""A request that was begun so long ago and never answered died with its process: the door gives up after ten seconds.
Whoever sends it again takes it over, which is harmless, since starts and news know their own repetitions."""
CLEANED_EVERY = timedelta(minutes=10)


class KeptAnswer(Wire):
    status: int
    headers: Mapping[str, str]
    body: str


class Begun(Wire):
    """What there is under a key. `fresh`: it is ours to answer now. No answer and not fresh: it is being worked on."""

    fresh: bool
    fingerprint: str
    answer: KeptAnswer | None = None


class SqlKeyedAnswers:
    """May be shared by threads."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock
        self._cleaned: datetime | None = None

    def begin(self, *, token: int, key: str, fingerprint: str) -> Begun:
        """Take the key, or tell what stands under it."""
        now = self._clock()
        row = {"token": token, "key": key, "fingerprint": fingerprint, "begun_at": now}
        of_it = (keyed_answers.c.token == token) & (keyed_answers.c.key == key)
        abandoned = keyed_answers.c.status.is_(None) & (keyed_answers.c.begun_at <= now - GIVEN_UP)
        gone = or_(keyed_answers.c.begun_at <= now - KEPT, abandoned & (keyed_answers.c.fingerprint == fingerprint))
        with write_transaction(self._engine) as connection:
            self._clean(connection, now)
            connection.execute(delete(keyed_answers).where(of_it, gone))
            with suppress(IntegrityError), connection.begin_nested():
                connection.execute(insert(keyed_answers).values(row))
                return Begun(fresh=True, fingerprint=fingerprint)
            there = connection.execute(select(keyed_answers).where(of_it)).one()
        answer = None
        if there.status is not None:
            answer = KeptAnswer(status=there.status, headers=there.headers or {}, body=there.body or "")
        return Begun(fresh=False, fingerprint=there.fingerprint, answer=answer)

    def answered(self, answer: KeptAnswer, *, token: int, key: str) -> None:
        of_it = (keyed_answers.c.token == token) & (keyed_answers.c.key == key)
        with write_transaction(self._engine) as connection:
            connection.execute(update(keyed_answers).where(of_it).values(answer.model_dump()))

    def forget(self, *, token: int, key: str) -> None:
        """It came to nothing that should be repeated: the key is free again."""
        of_it = (keyed_answers.c.token == token) & (keyed_answers.c.key == key)
        with write_transaction(self._engine) as connection:
            connection.execute(delete(keyed_answers).where(of_it, keyed_answers.c.status.is_(None)))

    def _clean(self, connection: Connection, now: datetime) -> None:
        if self._cleaned is not None and now - self._cleaned < CLEANED_EVERY:
            return
        connection.execute(delete(keyed_answers).where(keyed_answers.c.begun_at <= now - KEPT))
        self._cleaned = now
