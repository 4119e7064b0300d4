"""What are the columns of an entry of the journal, of a notice in the outbox, and of a person?"""

from datetime import datetime

from domain.notice import Notice, Person
from domain.record import JournalRow
from domain.text import folded
from store.rows import Row


def journal_row(onboarding: str, row: JournalRow, *, now: datetime) -> Row:
    """The columns of the journal for that entry; `now` is wall time."""
    return {"onboarding": onboarding, **row.model_dump(), "recorded_at": now}


def notice_row(notice: Notice, *, onboarding: str | None, now: datetime) -> Row:
    """The columns of the outbox for a notice that waits; `onboarding` is None where it belongs to no onboarding."""
    row = notice.model_dump(exclude={"to"})
    return {**row, "onboarding": onboarding, "person": notice.to, "state": "waiting", "created_at": now}


def person_row(onboarding: str, person: Person) -> Row:
    """The columns of somebody of an onboarding."""
    return {"onboarding": onboarding, **person.model_dump(), "address": folded(person.email)}
