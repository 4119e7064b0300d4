"""How do we reach the database, and how does it get its tables? SQLite in a file or PostgreSQL, one code path."""

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from store.columns import json_text

if TYPE_CHECKING:
    from alembic.config import Config

# How long a SQLite writer waits for the one before it. A writing takes milliseconds; more than this is an outage, and
# must be reported as one within the 3 s that a try within a workflow's own task has.
BUSY = timedelta(seconds=2)
# For PostgreSQL over TCP; on a socket all but the first have no effect. What the URL itself says goes first.
AWAY = {
    # Seconds for each address of the host. One that swallows packets would hold every writing thread for minutes.
    "connect_timeout": 2,
    # A host that vanished is noticed after 10 + 4 * 5 = 30 s, as long as a patient try of a writing has...
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    # ... and just as soon, in milliseconds, while it has not acknowledged what was sent.
    "tcp_user_timeout": 30_000,
}
# Enough for a worker's writing threads and for those that look into outbox and inbox: whoever writes a turn should not
# wait for a connection. The overflow comes and goes.
POOL = {"pool_size": 10, "max_overflow": 10}
# A process that starts while another one migrates waits for it.
MIGRATING = timedelta(minutes=2)
# Any number that no other program uses on the same PostgreSQL database.
MIGRATION_LOCK = 0x64617939

# A connection that came back more recently than this is not tested before its next use: the test is a round trip to the
# server for each transaction. If it was dropped within that time the transaction fails, and is tried again.
FRESH = timedelta(seconds=1)

IDLE_SINCE = "day90_idle_since"


class CannotMigrate(Exception):
    """The database cannot be brought up to date.

    Either it cannot be reached, and a retry helps once it is back; or it refuses the login or the change of tables, and
    the operator must act.
    """


def open_store(url: str) -> Engine:
    """The engine for the database at `url`, which every class and function of this room works on.

    `url` is `sqlite:///FILE` (its folder is created) or `postgresql://…`. Whoever starts up calls `migrate` before.
    """
    return _engine(url)


def migrate(url: str) -> None:
    """Create the tables, or migrate them to what this version needs. Any number of processes may call it at once.

    Tables that a newer version has migrated stay as they are: workers of the version before it go on beside it, and may
    be started again, until their runs have ended. So a migration only adds, and what it adds has a default.
    Raises CannotMigrate, whose text names the database without its password.
    """
    try:
        _migrate(url)
    except DBAPIError as failure:
        reason = " ".join(str(failure.orig).split())
        raise CannotMigrate(f"cannot bring the database {_without_secrets(url)} up to date: {reason}") from failure


def _migrate(url: str) -> None:
    with migrating(url) as config:
        from alembic import command
        from alembic.script import ScriptDirectory

        ours = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if _revisions(config.attributes["connection"]) <= ours:
            command.upgrade(config, "head")


@contextmanager
def migrating(url: str) -> Iterator["Config"]:
    """Alembic's configuration, bound to one transaction; while it is open, nobody else can migrate."""
    # Before the first import, which already logs a line for each plugin.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    from alembic.config import Config

    # Its own default is whatever stdout was at the first import; nobody needs what it prints there.
    config = Config(stdout=StringIO())
    # A percent sign would be read as the start of an interpolation.
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    engine = _engine(url, busy=MIGRATING, foreign_keys=False, poolclass=NullPool)
    with write_transaction(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        config.attributes["connection"] = connection
        yield config
        if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            msg = "the migration left rows that refer to nothing; it was rolled back"
            raise RuntimeError(msg)


def _revisions(connection: Connection) -> set[str]:
    """The revisions at which the tables are; empty when there are no tables."""
    from alembic.migration import MigrationContext

    return set(MigrationContext.configure(connection).get_current_heads())


def _without_secrets(url: str) -> str:
    """The address with stars for its password, and without its query, which may hold another."""
    return make_url(url).set(query={}).render_as_string()


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes. On SQLite it takes the lock at once: a reader that turned writer could not wait."""
    with engine.connect() as connection, connection.begin():
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


@contextmanager
def read_transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction that reads one and the same state of the database in all its statements."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        else:
            connection.exec_driver_sql("BEGIN")
        yield connection


@contextmanager
def read_connection(engine: Engine) -> Iterator[Connection]:
    """A connection for single reads, each of the newest state; saves beginning and ending a transaction."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="AUTOCOMMIT")
        yield connection


def single_writes(engine: Engine) -> Engine:
    """The engine for statements that write and are a transaction each; saves beginning and ending one.

    Callers create it once and keep it: creating it takes as long as a statement.
    """
    # On SQLite each is one anyway; an isolation level would have to be set and reset each time.
    return engine.execution_options(isolation_level="AUTOCOMMIT") if engine.dialect.name == "postgresql" else engine


def wall_clock() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def _engine(url: str, *, busy: timedelta = BUSY, foreign_keys: bool = True, **options: Any) -> Engine:
    address = make_url(url)
    # Errors go into logs and histories, and parameters hold names and addresses.
    options["hide_parameters"] = True
    options["json_serializer"] = json_text
    if address.get_backend_name() == "postgresql":
        unsaid = {name: value for name, value in AWAY.items() if name not in address.query}
        # Whoever passes a pool class (NullPool) keeps no connections: there is no size to set.
        room = {} if "poolclass" in options else POOL
        # Where each statement is a transaction there is nothing to roll back when the connection is given back.
        options["skip_autocommit_rollback"] = True
        engine = create_engine(address, connect_args=unsaid, **room, **options)
        _replace_what_was_dropped(engine)
        return engine
    if address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, **options)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: object) -> None:
        # The driver would begin transactions by itself, late and without taking the lock for writing. We begin them
        # where they are wanted (above), and not in an event of the engine: one event makes every statement ask for all.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {busy // timedelta(milliseconds=1)}")
        _use_wal(connection, until=time.monotonic() + busy.total_seconds())
        connection.execute("PRAGMA synchronous = NORMAL")
        # Off while migrating: SQLite alters a table by dropping it, and a reference to it would forbid that.
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")

    return engine


def _replace_what_was_dropped(engine: Engine) -> None:
    """Replace, unnoticed, a connection that the server dropped while nobody used it (a restart, a failover)."""

    @event.listens_for(engine, "checkin")
    def _came_back(_: object, record: ConnectionPoolEntry) -> None:
        record.info[IDLE_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _look(connection: DBAPIConnection, record: ConnectionPoolEntry, _: object) -> None:
        if time.monotonic() - record.info.get(IDLE_SINCE, time.monotonic()) < FRESH.total_seconds():
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as failure:
            raise DisconnectionError from failure


def _use_wal(connection: sqlite3.Connection, *, until: float) -> None:
    """Switch the file to write-ahead logging; SQLite does not wait by itself for another process that is doing so."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as failure:
            if "locked" not in str(failure) or time.monotonic() > until:
                raise
            time.sleep(0.02)
