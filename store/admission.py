"""May that person of a customer come into their room? By their address and the domains that the company lets in."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from domain.deal import DealClosed
from domain.notice import Person
from domain.room.admission import admits
from store.accounts import read_stored
from store.tables import deals


def is_admitted(connection: Connection, onboarding: str, person: Person, domains: Sequence[str]) -> bool:
    """Whether they may; the deal is read only where there are domains."""
    if not domains:
        return True
    deal = deal_of(connection, onboarding)
    return deal is not None and admits(domains, person.email, deal)


def deal_of(connection: Connection, onboarding: str) -> DealClosed | None:
    """The deal of that onboarding as it stands; None where there is none that can be read."""
    return read_stored(onboarding, connection.scalar(select(deals.c.body).where(deals.c.onboarding == onboarding)))
