"""How do programs read long lists? Journal and notices page by page, so that they can go on where they left off."""

from sqlalchemy import Engine, select

from domain.wire import Instant, Wire
from store.engine import read_transaction
from store.reads import JournalEntry, NoticeState
from store.tables import journal, notices


class JournalPage(Wire):
    """A page of the journal, oldest first; `after` is the cursor of the next page, None when nothing more is there."""

    rows: tuple[JournalEntry, ...]
    after: int | None


class NoticeShown(Wire):
    """A notice without its text and without names: `person` is an id."""

    id: int
    key: str
    channel: str
    kind: str
    person: str
    about: str
    not_before: Instant
    state: NoticeState
    reason: str | None
    message_id: str | None
    sent_at: Instant | None
    created_at: Instant


class NoticePage(Wire):
    """A page of notices, newest first; `before` is the cursor of the next page, None on the last."""

    rows: tuple[NoticeShown, ...]
    before: int | None


def journal_page(engine: Engine, onboarding: str, *, after: int = 0, limit: int = 50) -> JournalPage:
    """Up to `limit` rows of the onboarding's journal with a number above `after`, in the order of writing."""
    of_it = select(journal).where(journal.c.onboarding == onboarding, journal.c.seq > after)
    with read_transaction(engine) as connection:
        rows = connection.execute(of_it.order_by(journal.c.seq).limit(limit + 1)).mappings().all()
    shown = tuple(JournalEntry.model_validate(row) for row in rows[:limit])
    return JournalPage(rows=shown, after=shown[-1].seq if len(rows) > limit else None)


def notice_page(
    engine: Engine, onboarding: str, *, state: NoticeState | None = None, before: int | None = None, limit: int = 50
) -> NoticePage:
    """Up to `limit` notices about the onboarding, newest first; `before` is the cursor of the page before."""
    of_it = select(notices).where(notices.c.onboarding == onboarding)
    if state is not None:
        of_it = of_it.where(notices.c.state == state)
    if before is not None:
        of_it = of_it.where(notices.c.id < before)
    with read_transaction(engine) as connection:
        rows = connection.execute(of_it.order_by(notices.c.id.desc()).limit(limit + 1)).mappings().all()
    shown = tuple(NoticeShown.model_validate(row) for row in rows[:limit])
    return NoticePage(rows=shown, before=shown[-1].id if len(rows) > limit else None)
