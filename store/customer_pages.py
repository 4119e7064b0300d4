"""What does the desk page through of one customer? Its journal and its notices, the newest first, by a cursor."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Engine, Integer, Select, bindparam, select

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
    given = {"onboarding": onboarding, "about": about, "by": by, "kinds": list(kinds) or None, "before": before}
    asked = {name: value for name, value in given.items() if value is not None}
    with read_connection(engine) as connection:
        rows = connection.execute(_entries(frozenset(asked), told), {**asked, "most": limit + 1}).mappings().all()
    shown = tuple(JournalEntry.model_validate(row) for row in rows[:limit])
    return JournalPage(rows=shown, before=shown[-1].seq if len(rows) > limit else None)


@cache
def _entries(asked: frozenset[str], told: bool) -> Select[Any]:
    """The statement for a page by what is asked; built once, since building it takes as long as running it."""
    conditions: Mapping[str, ColumnElement[bool]] = {
        "about": journal.c.about == bindparam("about"),
        "by": journal.c.by == bindparam("by"),
        "kinds": journal.c.kind.in_(bindparam("kinds", expanding=True)),
        "before": journal.c.seq < bindparam("before"),
    }
    wanted = select(journal).where(journal.c.onboarding == bindparam("onboarding"))
    wanted = wanted.where(*(condition for name, condition in conditions.items() if name in asked))
    if told:
        wanted = wanted.where(journal.c.via != MADE_BY_US)
    return wanted.order_by(journal.c.seq.desc()).limit(bindparam("most", type_=Integer))


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
