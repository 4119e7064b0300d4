"""Does the database keep what it is given, and are its tables created and migrated as they should be?"""

import multiprocessing
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from domain.record import StageRow, Writing
from store.engine import AWAY, CannotMigrate, migrate, migrating, open_store, write_transaction
from store.ledger import SqlLedger
from store.reads import journal
from store.tables import deals, metadata, people, plans
from tests.support import databases
from tests.support.databases import NOON, dossier, happened, standing
from tests.support.servers import free_port

database = databases.database
empty_database = databases.empty_database
engine = databases.engine
on_linux = pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="elsewhere libpq sets what there is")
on_postgresql = pytest.mark.parametrize("database", databases.KINDS[1:], indirect=True)


def test_the_tables_come_and_go_and_come_again(empty_database: str) -> None:
    """Upgrade, compare with the program's tables, downgrade to nothing, and upgrade again."""
    migrate(empty_database)
    with migrating(empty_database) as config:
        command.check(config)
    with migrating(empty_database) as config:
        command.downgrade(config, "base")

    assert _tables(empty_database) == {"alembic_version"}

    migrate(empty_database)

    assert _tables(empty_database) == {"alembic_version", *metadata.tables}


def test_deals_of_before_are_found_by_their_account(empty_database: str) -> None:
    """Deals written by a version that did not search by account are found all the same."""
    migrate(empty_database)
    engine = open_store(empty_database)
    first = dossier().deal
    of_domain = first.account.model_copy(update={"name": "Ａozora KK", "domain": "https://www.Aozora.example/jp"})
    SqlLedger(engine).admit(dossier(first.model_copy(update={"account": of_domain})), run="run-1")
    with migrating(empty_database) as config:
        command.downgrade(config, "0012")

    migrate(empty_database)

    next_account = of_domain.model_copy(update={"name": "Another", "domain": "aozora.example"})
    for account in (of_domain, next_account):
        others = SqlLedger(engine).of_account(first.model_copy(update={"id": "2", "account": account}))
        assert ["onboarding-file-1"] == [one.onboarding for one in others]
    engine.dispose()


def test_a_number_of_a_notice_is_never_given_twice(tmp_path: Path) -> None:
    """Receipts and the sender know notices by their number, and SQLite copies a table to alter it."""
    url = f"sqlite:///{tmp_path / 'day90.sqlite'}"
    migrate(url)

    with open_store(url).connect() as connection:
        made = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'notices'").scalar_one()

    assert "AUTOINCREMENT" in made


def test_migrating_again_keeps_what_is_written(database: str) -> None:
    """Every process migrates at its start."""
    engine = open_store(database)
    SqlLedger(engine).admit(dossier(), run="run-1")

    migrate(database)

    assert SqlLedger(engine).kept_deal("onboarding-file-1") == dossier().deal
    engine.dispose()


def test_an_older_version_starts_beside_a_newer_one(empty_database: str) -> None:
    """Its runs go on after a deploy: tables that the newer version has changed are no reason to stop."""
    migrate(empty_database)
    engine = open_store(empty_database)
    with write_transaction(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'of the future'"))

    migrate(empty_database)

    with engine.connect() as connection:
        assert "of the future" == connection.scalar(text("SELECT version_num FROM alembic_version"))
    engine.dispose()


def test_a_migration_that_fails_leaves_nothing_behind(empty_database: str) -> None:
    """The tables that it made before it failed are gone."""
    with pytest.raises(ZeroDivisionError):
        _upgrade_and_fail(empty_database)

    assert _tables(empty_database) == set()


def test_processes_that_start_together_migrate_once(empty_database: str) -> None:
    """The others wait until the tables are there."""
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=migrate, args=(empty_database,)) for _ in range(3)]

    with migrating(empty_database) as config:
        for process in processes:
            process.start()
        command.upgrade(config, "head")
        # Long enough for them to get to the database.
        processes[0].join(1.5)
        assert all(process.is_alive() for process in processes)
    for process in processes:
        process.join(60)

    assert [0] * 3 == [process.exitcode for process in processes]
    assert _tables(empty_database) == {"alembic_version", *metadata.tables}


def test_a_database_that_is_away_is_one_line_without_the_password() -> None:
    """The message ends up in a container's log."""
    with pytest.raises(CannotMigrate, match=r"^cannot bring the database .* up to date: .*refused") as failure:
        migrate("postgresql://day90:hush@127.0.0.1:1/store?application_name=hush")

    assert "@127.0.0.1:1/store " in str(failure.value)
    assert "hush" not in str(failure.value)
    assert "\n" not in str(failure.value)


def test_a_postgresql_that_swallows_packets_is_given_up_in_seconds() -> None:
    """The server takes the connection and never answers; whoever writes must not wait for minutes."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        engine = open_store(f"postgresql://day90@127.0.0.1:{silent.getsockname()[1]}/store")
        began = time.monotonic()

        with pytest.raises(OperationalError, match="timeout"):
            engine.connect()

    assert time.monotonic() - began < 5


@pytest.fixture(scope="module")
def postgresql_by_tcp() -> Iterator[str]:
    """The URL of a database that is reached over loopback, as in production over a network."""
    if not databases.PROGRAMS:
        pytest.skip("PostgreSQL is not installed here")
    server = databases.PostgresServer(databases.PROGRAMS[-1].parent, port=free_port())
    yield server.new_database()
    server.stop()


@on_linux
def test_a_connection_is_told_how_soon_to_give_its_server_up(postgresql_by_tcp: str) -> None:
    """The limits reach the operating system, not only the driver: by itself it would wait for two hours."""
    assert AWAY == _patience(postgresql_by_tcp)


@on_linux
def test_what_the_url_says_of_patience_goes_before(postgresql_by_tcp: str) -> None:
    """Operators know their own network; limits that the URL leaves out stay as they are."""
    limits = {"connect_timeout": 7, "keepalives_idle": 33, "tcp_user_timeout": 5_000}
    query = "&".join(f"{name}={value}" for name, value in limits.items())

    assert AWAY | limits == _patience(f"{postgresql_by_tcp}?{query}")


def test_the_url_may_switch_the_questions_off(postgresql_by_tcp: str) -> None:
    """A proxy between us and the database may not accept keepalives."""
    with _driver_and_socket(f"{postgresql_by_tcp}?keepalives=0") as (_, ours):
        asks = ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)

    assert not asks


def _patience(url: str) -> dict[str, int]:
    """The limits set on the socket of a connection; how long connecting may take, only libpq knows."""
    options = {
        "keepalives_idle": socket.TCP_KEEPIDLE,
        "keepalives_interval": socket.TCP_KEEPINTVL,
        "keepalives_count": socket.TCP_KEEPCNT,
        "tcp_user_timeout": socket.TCP_USER_TIMEOUT,
    }
    with _driver_and_socket(url) as (driver, ours):
        assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        limits = {name: ours.getsockopt(socket.IPPROTO_TCP, option) for name, option in options.items()}
        return limits | {"connect_timeout": int(driver.info.get_parameters()["connect_timeout"])}


@contextmanager
def _driver_and_socket(url: str) -> Iterator[tuple["psycopg.Connection[Any]", socket.socket]]:
    """A connection of the store as its driver has it, and its socket by a second handle, which may be closed."""
    engine = open_store(url)
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        with socket.socket(fileno=os.dup(driver.fileno())) as ours:
            yield driver, ours
    engine.dispose()


@on_postgresql
def test_a_connection_that_was_dropped_while_it_lay_idle_is_replaced_unnoticed(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is restarted in a quiet hour; the first one after that must not pay for it."""
    monkeypatch.setattr("store.engine.FRESH", timedelta(0))
    engine = open_store(database)
    SqlLedger(engine).admit(dossier(), run="run-1")
    _drop_all_connections(database)

    assert dossier() == SqlLedger(engine).dossier("onboarding-file-1")
    engine.dispose()


@on_postgresql
def test_a_connection_that_was_dropped_right_after_its_use_costs_one_try(database: str) -> None:
    """Such a connection is not tested: the try fails, the pool drops all of them, and the next try succeeds."""
    engine = open_store(database)
    ledger = SqlLedger(engine)
    ledger.admit(dossier(), run="run-1")
    _drop_all_connections(database)

    with pytest.raises(OperationalError):
        ledger.write(Writing(onboarding="onboarding-file-1", journal=(happened(),)))
    ledger.write(Writing(onboarding="onboarding-file-1", journal=(happened(),)))

    assert ["opened"] == [entry.key for entry in journal(engine, "onboarding-file-1")]
    engine.dispose()


def test_migrating_says_nothing(empty_database: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Migrating is part of every start of every command."""
    migrate(empty_database)

    assert ("", "") == capfd.readouterr()


def test_a_naive_datetime_is_refused(engine: Engine) -> None:
    """A naive datetime would be read back as another instant."""
    naive = datetime(2026, 9, 1)  # noqa: DTZ001  # naive is what is tested
    row = {"onboarding": "o", "revision": 1, "body": {}, "written_at": naive}

    with pytest.raises(StatementError, match="naive"), write_transaction(engine) as connection:
        connection.execute(plans.insert().values(row))


def test_an_instant_comes_back_in_utc(engine: Engine) -> None:
    """The instant is the same to the microsecond, whatever zone it was written with."""
    tokyo = datetime(2026, 9, 1, 9, 0, 0, 1, tzinfo=timezone(timedelta(hours=9)))
    row = {"onboarding": "o", "source": "file", "deal_id": "1", "body": {}, "kept_at": tokyo}

    with write_transaction(engine) as connection:
        connection.execute(deals.insert().values(row))
        moment = connection.scalar(select(deals.c.kept_at))

    assert datetime(2026, 9, 1, 0, 0, 0, 1, tzinfo=UTC) == moment
    assert moment.tzinfo is UTC


def test_a_row_that_refers_to_nothing_is_refused(engine: Engine) -> None:
    """SQLite checks references only when it is told to."""
    person = {"onboarding": "nowhere", **databases.LEAD.model_dump()}

    with pytest.raises(IntegrityError), write_transaction(engine) as connection:
        connection.execute(people.insert().values(person))


def test_an_error_of_the_database_names_no_person(engine: Engine) -> None:
    """Errors end up in logs and histories."""
    person = {"onboarding": "nowhere", **databases.LEAD.model_dump()}

    with pytest.raises(IntegrityError) as trouble, write_transaction(engine) as connection:
        connection.execute(people.insert().values(person))

    assert databases.LEAD.email not in str(trouble.value)


@pytest.mark.parametrize("text", ["a\x00b", "lone \ud800 surrogate", "مرحبا 👋🏽 株式会社", "x" * 1_000_000])
def test_no_text_stops_a_writing(engine: Engine, text: str) -> None:
    """Characters that a column cannot hold are replaced; a document escapes them, only its NaN becomes null."""
    ledger = SqlLedger(engine)
    ledger.admit(dossier(), run="run-1")
    row = happened().model_copy(update={"note": text, "data": {"said": text, "share": float("nan")}})

    stage = StageRow(key="begin", title="", status="open", opens_on="2026-09-01", closes_on="2026-09-09")
    drawn = standing().model_copy(update={"stages": (stage.model_copy(update={"title": text}),)})

    ledger.write(Writing.model_construct(onboarding="onboarding-file-1", journal=(row,), standing=drawn))

    [entry] = journal(engine, "onboarding-file-1")
    assert text.replace("\x00", "�").replace("\ud800", "?") == entry.note
    assert {"said": text, "share": None} == entry.data


def test_the_folder_of_a_sqlite_file_is_made(tmp_path: Path) -> None:
    """At a first start there is no folder yet."""
    migrate(f"sqlite:///{tmp_path / 'new' / 'folder' / 'day90.sqlite'}")

    assert (tmp_path / "new" / "folder" / "day90.sqlite").exists()


def test_sqlite_lets_readers_go_on_while_somebody_writes(tmp_path: Path) -> None:
    """A page is shown although a worker is in the middle of a writing."""
    url = f"sqlite:///{tmp_path / 'day90.sqlite'}"
    migrate(url)
    engine = open_store(url)
    ledger = SqlLedger(engine)
    ledger.admit(dossier(), run="run-1")

    with write_transaction(engine) as connection:
        connection.execute(people.update().values(name="Somebody Else"))
        names = {person.name for person in ledger.dossier("onboarding-file-1").people}

    assert {databases.OWNER.name, databases.LEAD.name} == names
    assert NOON == ledger.dossier("onboarding-file-1").deal.closed_at
    engine.dispose()


def _upgrade_and_fail(url: str) -> None:
    with migrating(url) as config:
        command.upgrade(config, "head")
        raise ZeroDivisionError


def _drop_all_connections(url: str) -> None:
    """Drop every connection, as the server does when it is restarted."""
    with psycopg.connect(url, autocommit=True) as connection:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ended = connection.execute(f"SELECT count(pg_terminate_backend(pid, 5000)) {others}".encode()).fetchone()
    assert ended is not None
    assert ended[0] > 0


def _tables(url: str) -> set[str]:
    engine = open_store(url)
    with engine.connect() as connection:
        names = set(inspect(connection).get_table_names())
    engine.dispose()
    return names
