"""What does a person act upon by a button within a message? The notice that it belongs to, and that notice again."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine, select

from domain.news import short
from domain.notice import Notice
from domain.record import JournalRow
from store.digests import notice_of
from store.engine import read_connection, wall_clock, write_transaction
from store.entries import journal_row, notice_row
from store.pointless import settled
from store.rows import add
from store.tables import journal, milestones, notices


class SqlPressed:
    """Notices that have buttons, in SQL. May be shared by threads. `clock` tells wall time."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock

    def notice(self, id: int) -> Notice | None:
        """The notice by that number; None when there is none."""
        with read_connection(self._engine) as connection:
            row = connection.execute(select(notices).where(notices.c.id == id)).one_or_none()
        return None if row is None else notice_of(row)

    def is_milestone(self, onboarding: str, key: str) -> bool:
        """Whether the onboarding has a milestone of that key."""
        of_it = (milestones.c.onboarding == onboarding) & (milestones.c.key == key)
        with read_connection(self._engine) as connection:
            return connection.scalar(select(milestones.c.key).where(of_it)) is not None

    def again(self, id: int, *, key: str, by: str, at: datetime) -> bool:
        """Let the notice go once more from `at` on, as `by` wants it; the same under one `key` changes nothing.

        False where what it asks for is settled by now. The outbox looks again before it goes.
        """
        now = self._clock()
        with write_transaction(self._engine) as connection:
            row = connection.execute(select(notices).where(notices.c.id == id)).one_or_none()
            if row is None or row.onboarding is None or (row.while_open and settled(connection, row)):
                return False
            notice = notice_of(row)
            anew = {"key": f"{row.key}/again/{short(key)}", "not_before": at, "draft": None}
            add(connection, notices, [notice_row(notice.model_copy(update=anew), onboarding=row.onboarding, now=now)])
            entry = JournalRow(
                key=f"notice_snoozed/{id}/{short(key)}",
                at=now,
                kind="notice_snoozed",
                about=row.kind,
                by=by,
                via=row.channel,
                data={"notice": row.key, "until": at.isoformat()},
            )
            add(connection, journal, [journal_row(row.onboarding, entry, now=now)])
        return True
