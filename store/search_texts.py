"""By which words is a customer found? The text of each onboarding, and the pieces of it that an index has."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Engine, and_, bindparam, cast, select, type_coerce
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from domain.deal import onboarding_id
from domain.pieces import needed, pieces, words_of
from domain.text import folded
from store.engine import read_connection, write_transaction
from store.rows import put
from store.tables import deals, people, search_texts

DEAL = select(deals.c.deal_id, deals.c.account_folded).where(deals.c.onboarding == bindparam("onboarding"))
CONTACTS = (
    select(people.c.name, people.c.email)
    .where(people.c.onboarding == bindparam("onboarding"), people.c.side == "customer")
    .order_by(people.c.id)
)
MISSING = (
    select(deals.c.onboarding)
    .where(deals.c.run.is_not(None), deals.c.onboarding.not_in(select(search_texts.c.onboarding)))
    .order_by(deals.c.kept_at.desc())
)
PREFIX = onboarding_id("", "").removesuffix("-")
"""With which the id of every onboarding begins: it says nothing."""


def write_search_text(connection: Connection, onboarding: str) -> None:
    """Let the onboarding be found by its customer, the people there, their addresses, and the deal's number."""
    of_it = {"onboarding": onboarding}
    deal = connection.execute(DEAL, of_it).one()
    contacts = [part for row in connection.execute(CONTACTS, of_it) for part in row]
    parts = (deal.account_folded or "", deal.deal_id, onboarding.removeprefix(PREFIX), *contacts)
    text = folded("\n".join(parts))
    found_by = sorted(pieces(text))
    kept = found_by if connection.dialect.name == "postgresql" else f" {' '.join(found_by)} "
    put(connection, search_texts, [{"onboarding": onboarding, "text": text, "pieces": kept}])


def has_words(query: str, dialect: str) -> ColumnElement[bool]:
    """Whether a text has all words of that query."""
    asked = sorted(needed(query))
    has_text = [search_texts.c.text.contains(word, autoescape=True) for word in words_of(query)]
    if dialect == "postgresql":
        return and_(search_texts.c.pieces.op("@>")(cast(asked, ARRAY(Text))), *has_text)
    kept = type_coerce(search_texts.c.pieces, Text)
    return and_(*(kept.contains(f" {piece} ", autoescape=True) for piece in asked), *has_text)


def fill_search_texts(engine: Engine, *, most: int) -> int:
    """Write the texts of onboardings that older versions began, the newest first; returns how many it were."""
    with read_connection(engine) as connection:
        missing: Sequence[str] = connection.scalars(MISSING.limit(most)).all()
    for onboarding in missing:
        with write_transaction(engine) as connection:
            write_search_text(connection, onboarding)
    return len(missing)
