"""What do all writes of the room have in common? They hold their onboarding, and put messages into the outbox."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, select

from domain.questions import Told
from domain.trouble import UnknownOnboarding
from store.engine import wall_clock
from store.entries import notice_row, person_row
from store.rows import add
from store.tables import notices, onboardings, people


def held(connection: Connection, onboarding: str) -> str:
    """The onboarding's owner; others who write to it at the same time wait. Raises UnknownOnboarding."""
    of_it = select(onboardings.c.onboarding, onboardings.c.owner).where(onboardings.c.onboarding == onboarding)
    row = connection.execute(of_it.with_for_update(key_share=True)).one_or_none()
    if row is None:
        raise UnknownOnboarding(f"there is no onboarding {onboarding!r}")
    return str(row.owner or "")


def tell(connection: Connection, onboarding: str, told: Told, *, clock: Callable[[], datetime] = wall_clock) -> None:
    """Put those messages into the outbox; again by their keys they are the same."""
    add(connection, people, [person_row(onboarding, person) for person in told.people])
    add(connection, notices, [notice_row(notice, onboarding=onboarding, now=clock()) for notice in told.notices])
