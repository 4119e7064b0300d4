"""Are tokens shown once, stored as a hash, recognised, used and revoked?"""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from domain.access import MARK, fingerprint
from store.tables import tokens as table
from store.tokens import SqlTokens
from tests.support import databases
from tests.support.databases import NOON

empty_database, database, engine = databases.empty_database, databases.database, databases.engine


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(engine: Engine, clock: Clock) -> SqlTokens:
    return SqlTokens(engine, clock=clock)


def test_of_a_secret_only_its_hash_is_kept(tokens: SqlTokens, engine: Engine) -> None:
    """Whoever reads the database cannot call the API with it."""
    made = tokens.create("sync", scopes=["onboardings:read"])

    with engine.connect() as connection:
        row = str(connection.execute(select(table)).mappings().one())
    assert made.secret.startswith(MARK)
    assert made.secret not in row
    assert fingerprint(made.secret) in row
    assert made.secret.startswith(made.token.begins)
    assert len(made.token.begins) < 10


def test_a_token_is_known_by_its_hash(tokens: SqlTokens) -> None:
    """The token has its scopes, sorted and each once."""
    made = tokens.create("sync", scopes=["onboardings:write", "inbox:read", "onboardings:write"])

    token = tokens.by_hash(fingerprint(made.secret))

    assert made.token == token
    assert ("inbox:read", "onboardings:write") == made.token.scopes
    assert None is tokens.by_hash(fingerprint("d90_other"))


def test_last_use_is_written_at_most_once_a_minute(tokens: SqlTokens, clock: Clock) -> None:
    """A busy caller does not cost a write for every read."""
    id = tokens.create("sync", scopes=["onboardings:read"]).token.id
    moments = []

    for seconds in (0, 59, 60):
        clock.now = NOON + timedelta(seconds=seconds)
        tokens.used(id)
        moments.append(tokens.all()[0].last_used_at)

    assert [NOON, NOON, NOON + timedelta(seconds=60)] == moments


def test_a_token_that_is_revoked_stays_so(tokens: SqlTokens, clock: Clock) -> None:
    """Revoking again changes nothing, not even the moment."""
    id = tokens.create("sync", scopes=["onboardings:read"]).token.id
    tokens.revoke(id)
    clock.now += timedelta(hours=1)

    again = tokens.revoke(id)

    assert again is not None
    assert NOON == again.revoked_at
    assert "revoked" in again.why_not(clock.now)
    assert None is tokens.revoke(99)


def test_a_token_expires_at_its_moment(tokens: SqlTokens) -> None:
    """The token is good until that moment, and not a moment longer."""
    token = tokens.create("guest", scopes=["onboardings:read"], expires_at=NOON + timedelta(days=1)).token

    assert "" == token.why_not(NOON + timedelta(hours=23))
    assert "expired" in token.why_not(NOON + timedelta(days=1))
