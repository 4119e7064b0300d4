"""Which tokens open the API? Stored by the hash of their secret, which is shown once and never again."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine, insert, or_, select, update

from domain.access import MARK, SHOWN, Scope, Token, fingerprint
from domain.wire import Wire
from store.engine import read_transaction, wall_clock, write_transaction
from store.tables import tokens

RANDOM_BYTES = 32
USED_AGAIN = timedelta(minutes=1)
"""The last use is written no more often than this: a busy caller would otherwise cost a write for every read."""


class NewToken(Wire):
    """A token that was just made, with the secret that nobody sees again."""

    token: Token
    secret: str


class SqlTokens:
    """Stores the tokens of the API, known by their numbers. May be shared by threads."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock

    def create(self, name: str, *, scopes: Sequence[Scope], expires_at: datetime | None = None) -> NewToken:
        """Create a token with a random secret. Without `expires_at` it is good until it is revoked."""
        secret = MARK + secrets.token_urlsafe(RANDOM_BYTES)
        row = {
            "name": name,
            "begins": secret[:SHOWN],
            "hash": fingerprint(secret),
            "scopes": sorted(set(scopes)),
            "created_at": self._clock(),
            "expires_at": expires_at,
        }
        with write_transaction(self._engine) as connection:
            made = connection.execute(insert(tokens).values(row).returning(tokens)).mappings().one()
        return NewToken(token=Token.model_validate(made), secret=secret)

    def by_hash(self, hashed: str) -> Token | None:
        """The token whose secret has that hash, whether it is still good or not; None when there is none."""
        with read_transaction(self._engine) as connection:
            row = connection.execute(select(tokens).where(tokens.c.hash == hashed)).mappings().one_or_none()
        return None if row is None else Token.model_validate(row)

    def used(self, id: int) -> None:
        """Record that the token was used now; written at most once a minute."""
        now = self._clock()
        stale = or_(tokens.c.last_used_at.is_(None), tokens.c.last_used_at <= now - USED_AGAIN)
        with write_transaction(self._engine) as connection:
            connection.execute(update(tokens).where(tokens.c.id == id, stale).values(last_used_at=now))

    def revoke(self, id: int) -> Token | None:
        """Revoke the token for good and return it; None when there is none by that number. May be repeated."""
        with write_transaction(self._engine) as connection:
            still_good = (tokens.c.id == id) & tokens.c.revoked_at.is_(None)
            connection.execute(update(tokens).where(still_good).values(revoked_at=self._clock()))
            row = connection.execute(select(tokens).where(tokens.c.id == id)).mappings().one_or_none()
        return None if row is None else Token.model_validate(row)

    def all(self) -> Sequence[Token]:
        """Every token there ever was, oldest first."""
        with read_transaction(self._engine) as connection:
            rows = connection.execute(select(tokens).order_by(tokens.c.id)).mappings().all()
        return [Token.model_validate(row) for row in rows]
