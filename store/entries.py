"""What are the columns of an entry of the journal, and of a notice in the outbox?"""

from datetime import datetime

from domain.notice import Notice
from domain.record import JournalRow
from store.rows import Row


def journal_row(onboarding: str, row: JournalRow, *, now: datetime) -> Row:
    """The columns of the journal for that entry; `now` is wall time."""
    return {"onboarding": onboarding, **row.model_dump(), "recorded_at": now}


def notice_row(notice: Notice, *, onboarding: str | None, now: datetime) -> Row:
    """The columns of the outbox for a notice that waits; `onboarding` is None where it belongs to no onboarding."""
    row = notice.model_dump(exclude={"to"})
    return {**row, "onboarding": onboarding, "person": notice.to, "state": "waiting", "created_at": now}
