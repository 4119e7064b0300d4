"""What does the desk page through of one customer? Its journal and its notices, the newest first, by a cursor."""

from collections.abc import Collection

from sqlalchemy import Engine, select

from domain.wire import Wire
from store.engine import read_connection
from store.reads import MADE_BY_US, JournalEntry, NoticeLine
from store.tables import journal, notices, people


class JournalPage(Wire):
    """A page of a journal, newest first; `before` is the cursor of the next one, None on the last."""

    rows: tuple[JournalEntry, ...]
    before: int | None


class NoticePage(Wire):
    """A page of notices, newest first; `before` is the cursor of the next one, None on the last."""

    rows: tuple[NoticeLine, ...]
    before: int | None


def journal_page(
    engine: Engine,
    onboarding: str,
    *,
    about: str | None = None,
    by: str | None = None,
    kinds: Collection[str] = (),
    told: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> JournalPage:
    """Up to `limit` entries of the journal that meet every condition given.

    `told` leaves out what came by itself. `before` is the cursor of the page before, None for the first page.
    """
    wanted = select(journal).where(journal.c.onboarding == onboarding)
    if about is not None:
        wanted = wanted.where(journal.c.about == about)
    if by is not None:
        wanted = wanted.where(journal.c.by == by)
    if kinds:
        wanted = wanted.where(journal.c.kind.in_(kinds))
    if told:
        wanted = wanted.where(journal.c.via != MADE_BY_US)
    if before is not None:
        wanted = wanted.where(journal.c.seq < before)
    with read_connection(engine) as connection:
        rows = connection.execute(wanted.order_by(journal.c.seq.desc()).limit(limit + 1)).mappings().all()
    shown = tuple(JournalEntry.model_validate(row) for row in rows[:limit])
    return JournalPage(rows=shown, before=shown[-1].seq if len(rows) > limit else None)


def notice_page(
    engine: Engine,
    onboarding: str,
    *,
    state: str | None = None,
    person: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> NoticePage:
    """Up to `limit` notices of the onboarding that meet every condition given, each with its receiver's name."""
    of_them = (people.c.onboarding == notices.c.onboarding) & (people.c.id == notices.c.person)
    wanted = select(notices, people.c.name).outerjoin(people, of_them).where(notices.c.onboarding == onboarding)
    if state is not None:
        wanted = wanted.where(notices.c.state == state)
    if person is not None:
        wanted = wanted.where(notices.c.person == person)
    if before is not None:
        wanted = wanted.where(notices.c.id < before)
    with read_connection(engine) as connection:
        rows = connection.execute(wanted.order_by(notices.c.id.desc()).limit(limit + 1)).mappings().all()
    shown = tuple(NoticeLine.model_validate(row) for row in rows[:limit])
    return NoticePage(rows=shown, before=shown[-1].id if len(rows) > limit else None)
