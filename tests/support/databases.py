"""On which databases do the tests run, and what do they write there?

SQLite in a file always, PostgreSQL where its programs are installed.
"""

import atexit
import functools
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from domain.calendar import WorkCalendar
from domain.deal import Account, DealClosed, Stakeholder, onboarding_id
from domain.notice import Notice, Person
from domain.playbook import (
    Criterion,
    HandOff,
    Hypercare,
    Kickoff,
    Milestone,
    Nudging,
    Playbook,
    Programme,
    ProgrammeCadence,
    Raci,
    ServiceLevel,
    Stage,
)
from domain.record import Dossier, JournalRow, MilestoneRow, RegisterRow, StageRow, Standing
from store.engine import migrate, open_store
from store.tables import metadata

# Debian keeps PostgreSQL's programs here, off the PATH.
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
LOOPBACK = "127.0.0.1"
KINDS = ["sqlite", "postgresql"] if PROGRAMS else ["sqlite"]

_numbers = itertools.count(1)


@pytest.fixture(params=KINDS)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite'}"
    return _postgres().new_database()


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with our tables and no row in them."""
    if request.param == "sqlite":
        return _copied_to(tmp_path)
    return _emptied(_postgres_database())


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """A store with our tables and no row in them."""
    engine = open_store(database)
    yield engine
    engine.dispose()


@contextmanager
def store_of(kind: str, folder: Path) -> Iterator[Engine]:
    """A store of one of the `KINDS`, with our tables and no row in them."""
    url = _emptied(_postgres_database()) if kind == "postgresql" else _copied_to(folder)
    engine = open_store(url)
    yield engine
    engine.dispose()


def sqlite_store(folder: Path) -> str:
    """The URL of a SQLite store in that folder, with our tables and what lies there already.

    A new one is a copy, which saves 0.1 s of migrating.
    """
    if (folder / "day90.sqlite").exists():
        migrate(url := f"sqlite:///{folder / 'day90.sqlite'}")
        return url
    folder.mkdir(parents=True, exist_ok=True)
    return _copied_to(folder)


def _copied_to(folder: Path) -> str:
    return f"sqlite:///{shutil.copy(_sqlite_template(), folder / 'day90.sqlite')}"


@functools.cache
def _sqlite_template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="day90-sqlite-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    migrate(f"sqlite:///{folder / 'template.sqlite'}")
    return folder / "template.sqlite"


@functools.cache
def _postgres() -> "PostgresServer":
    server = PostgresServer(PROGRAMS[-1].parent)
    atexit.register(server.stop)
    return server


@functools.cache
def _postgres_database() -> str:
    url = _postgres().new_database()
    migrate(url)
    return url


def _emptied(url: str) -> str:
    """The same database without its rows: making another one takes 200 ms, this a dozen."""
    with psycopg.connect(url) as connection:
        # Whoever still holds a row has leaked a connection; better to hear of it than to wait.
        connection.execute("SET lock_timeout = '5s'")
        # Together: one after the other they took twice as long, most of it between us and the server.
        connection.execute(
            "; ".join(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)).encode()
        )
    return url


QUICK = ("fsync=off", "full_page_writes=off")
"""The machine outlives it, so its file cache may stand for the disk; what is committed must be written by then."""


class PostgresServer:
    """A PostgreSQL of our own: on a socket in a folder of its own, gone when the tests are.

    With a port it listens on loopback too, and there its URLs lead.
    """

    def __init__(self, programs: Path, *, port: int | None = None, options: Sequence[str] = QUICK) -> None:
        # Not pytest's folder: the path of a socket may have 107 characters at most, and `nobody` must get there.
        self.folder = Path(tempfile.mkdtemp(prefix="day90-pg-", dir="/tmp"))
        self.folder.chmod(0o755)
        self._programs, self._port, self._options = programs, port, options
        # PostgreSQL refuses to run as root.
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self.folder, self._user)
        make = [f"{programs}/initdb", "-D", f"{self.folder}/data", "-U", "day90", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*make, "--no-sync"], check=True, stdout=subprocess.DEVNULL, user=self._user, cwd=self.folder)
        self.start()

    def start(self) -> None:
        """Begin, or begin again with what is written there."""
        serve = [f"{self._programs}/postgres", "-D", f"{self.folder}/data", "-k", f"{self.folder}"]
        listening = [f"listen_addresses={LOOPBACK}", f"port={self._port}"] if self._port else ["listen_addresses="]
        for option in (*listening, *self._options):
            serve += ["-c", option]
        with (self.folder / "log").open("a") as log:
            self._process = subprocess.Popen(
                serve, stdout=log, stderr=log, user=self._user, cwd=self.folder, start_new_session=True
            )
        self._wait()

    def shut_down_at_once(self) -> None:
        """Immediately: whoever is connected is cut off, whatever is under way is rolled back at the next start."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(timeout=20)

    def new_database(self) -> str:
        """The URL of another database, without any table."""
        name = f"day90_{next(_numbers)}"
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self._url(name)

    def stop(self) -> None:
        self.shut_down_at_once()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _url(self, name: str) -> str:
        if self._port:
            return f"postgresql://day90@{LOOPBACK}:{self._port}/{name}"
        return f"postgresql://day90@/{name}?host={self.folder}"

    def _wait(self) -> None:
        until = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self._url("postgres")).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > until or self._process.poll() is not None:
                    raise
                time.sleep(0.05)


# What tests of the store write: an onboarding, as small as the models allow.

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

OWNER = Person(id="mika", name="Mika Csm", email="mika@vendor.test", side="vendor", role="csm")
LEAD = Person(id="project_lead", name="Lee Lead", email="lee@customer.test", side="customer", role="project_lead")


def deal(number: str = "1", *, account: str = "Aozora", source: str = "file", **more: Any) -> DealClosed:
    return DealClosed(
        source=source,
        id=number,
        closed_at=NOON,
        account=Account(name=account, country="JP", time_zone="Asia/Tokyo"),
        stakeholders=(Stakeholder(id=LEAD.id, name=LEAD.name, email=LEAD.email, role="project_lead"),),
        **more,
    )


def playbook(title: str = "A small plan") -> Playbook:
    raci = Raci(responsible="csm", accountable="csm")
    return Playbook(
        key="small",
        title=title,
        summary="",
        touch="high",
        from_yearly_value=0,
        length_days=120,
        stages=(
            Stage(
                key="begin",
                title="Begin",
                purpose="",
                window="week 1",
                milestones=(Milestone(key="met", title="Met", day=5, raci=raci),),
            ),
        ),
        nudging=Nudging(),
        hypercare=Hypercare(levels=(ServiceLevel(severity="normal", respond=8, resolve=72),)),
        kickoff=Kickoff(agenda=(), questions=()),
        hand_off=HandOff(criteria=(Criterion(key="used", title="Used", by="attestation"),), message=("Over to you",)),
        programme=Programme(cadences=(ProgrammeCadence(key="talk", title="Talk", every_months=1),)),
    )


def dossier(of: DealClosed | None = None, *, people: tuple[Person, ...] = (OWNER, LEAD)) -> Dossier:
    of = of or deal()
    return Dossier(
        onboarding=onboarding_id(of.source, of.id),
        deal=of,
        playbook=playbook(),
        calendar=WorkCalendar(time_zone="Asia/Tokyo", holidays={NOON.date(): "a feast"}),
        people=people,
    )


def milestone(key: str = "met", **more: Any) -> MilestoneRow:
    given: dict[str, Any] = {"stage": "begin", "title": key, "status": "open", "due": NOON + HOUR, **more}
    return MilestoneRow(key=key, **given)


def standing(*milestones: MilestoneRow, as_of: datetime = NOON, **more: Any) -> Standing:
    given: dict[str, Any] = {
        "status": "on_track",
        "owner": OWNER.id,
        "touch": "high",
        "playbook": "small",
        "open_stages": ("begin",),
        "waiting_for": ("met",),
        "late": (),
        "next_key": "nudge:met/0",
        "next_due": NOON + HOUR,
        "go_live_due": None,
        "stages": (StageRow(key="begin", title="Begin", status="open", opens_on="2026-09-01", closes_on="2026-09-09"),),
        **more,
    }
    return Standing(milestones=milestones or (milestone(),), as_of=as_of, **given)


def happened(key: str = "opened", **more: Any) -> JournalRow:
    given: dict[str, Any] = {"at": NOON, "kind": "opened", **more}
    return JournalRow(key=key, **given)


def issue(key: str = "issue-1", **more: Any) -> RegisterRow:
    given: dict[str, Any] = {"title": "Login fails", "status": "open", "at": NOON, **more}
    return RegisterRow(kind="issue", key=key, **given)


def notice(key: str = "reminder/met/1", *, of: str = "onboarding-file-1", **more: Any) -> Notice:
    given: dict[str, Any] = {"kind": "reminder", "to": LEAD.id, "facts": {}, "not_before": NOON, **more}
    return Notice(onboarding=of, key=key, **given)
