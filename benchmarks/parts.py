"""Which real processes does a benchmark run? Temporal's dev server, PostgreSQL, workers: all may be killed."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from runtime.connection import CannotReachTemporal, connect, register_search_attributes
from starter.embedded.children import Child
from starter.embedded.folder import NAMESPACE
from starter.embedded.stack import SERVER_SETTINGS, server_program
from starter.embedded.tcp_ports import LOOPBACK
from workflows.visibility import ALL_KEYS

ROOT = Path(__file__).resolve().parent.parent
RESTART_AFTER = 0.5
"""Seconds until a process that ended is started again, as by a supervisor: systemd and Docker begin with 0.1 s."""
LIVES_AT_LEAST = 2.0
"""Seconds that a process works before it may be killed again."""
UP_WITHIN = 60.0
"""Seconds within which a process must be ready."""
GRACE = 10.0
"""Seconds that a process has to end by itself."""

UNLIMITED = 1_000_000
"""Requests a minute that one token may make: all callers of a benchmark share one."""

# Debian keeps PostgreSQL's programs here, off the PATH.
POSTGRES_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@dataclass(kw_only=True)
class Kept:
    """A process that is started again whenever it ends, until we end it for good.

    `says` is a text in its log once it is ready; empty for one that is ready as soon as it has been started.
    """

    name: str
    begin: Callable[[], Awaitable[Child]]
    says: bytes = b""
    child: Child | None = None
    _silent_until: int = 0
    _ready_at: float | None = None

    async def run(self) -> None:
        try:
            while True:
                self._ready_at = None
                self.child = await self.begin()
                self._silent_until = self.child.log.stat().st_size
                await self.child.fallen()
                await asyncio.sleep(RESTART_AFTER)
        finally:
            if self.child is not None:
                await self.child.end(grace=GRACE)

    def works_since(self) -> float | None:
        """The moment (time.monotonic) at which it was first seen ready; None while it is down or coming up."""
        if self.child is None or self.child.ended:
            return None
        if self._ready_at is None and self._has_said(self.child.log):
            self._ready_at = time.monotonic()
        return self._ready_at

    def _has_said(self, log: Path) -> bool:
        with log.open("rb") as file:
            file.seek(self._silent_until)
            return self.says in file.read()

    async def works(self) -> None:
        until = time.monotonic() + UP_WITHIN
        while self.works_since() is None:
            if time.monotonic() > until:
                raise TimeoutError(f"{self.name} did not come up")
            await asyncio.sleep(0.1)

    def kill(self, by: signal.Signals = signal.SIGKILL) -> bool:
        """Whether there was something to kill: what just comes up again is left alone, or nothing would ever work."""
        since = self.works_since()
        if self.child is None or since is None or time.monotonic() - since < LIVES_AT_LEAST:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.child.pid, by)
        return True


@asynccontextmanager
async def kept(part: Kept) -> AsyncIterator[Kept]:
    """The part running in the background; ended, by its pid, when the block is left."""
    running = asyncio.create_task(part.run())
    try:
        yield part
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def dev_server(port: int, *, file: Path, logs: Path) -> Kept:
    """Temporal's dev server with its file, on the same port whenever it is started again."""
    command = [server_program(), "server", "start-dev", "--ip", LOOPBACK, "--headless", "--log-level", "error"]
    command += ["--port", str(port), "--db-filename", str(file)]
    command += [word for setting in SERVER_SETTINGS for word in ("--dynamic-config-value", setting)]

    async def begin() -> Child:
        return await Child.start("Temporal", command, log=logs / "temporal.log", environment=_bare_environment())

    return Kept(name="temporal", begin=begin)


async def reached(address: str) -> Client:
    """A client, as soon as the server answers and has our search attributes. Raises after UP_WITHIN."""
    until = asyncio.get_running_loop().time() + UP_WITHIN
    while True:
        try:
            client = await connect(address=address)
            await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=NAMESPACE))
            await register_search_attributes(client, ALL_KEYS)
        except (CannotReachTemporal, RPCError):
            if asyncio.get_running_loop().time() > until:
                raise
            await asyncio.sleep(0.1)
        else:
            return client


def worker(number: int, environment: Mapping[str, str], *, logs: Path) -> Kept:
    """`python worker.py`, with all settings in its environment, as in production."""

    async def begin() -> Child:
        return await Child.start(
            f"worker {number}",
            [sys.executable, str(ROOT / "worker.py")],
            log=logs / f"worker-{number}.log",
            environment=environment,
        )

    return Kept(name=f"worker {number}", begin=begin, says=b"worker_started")


def web(environment: Mapping[str, str], *, port: int, logs: Path) -> Kept:
    """`python -m web`, with all settings in its environment, on the same port whenever it is started again."""
    settings = {**environment, "DAY90_WEB_PORT": f"{port}", "DAY90_API_RATE": f"{UNLIMITED}"}

    async def begin() -> Child:
        command = [sys.executable, "-m", "web"]
        return await Child.start("web", command, log=logs / "web.log", environment=settings)

    return Kept(name="web", begin=begin, says=b"web_started")


def serving(side: str, task_queue: str, environment: Mapping[str, str], *, logs: Path, cached: int = 1000) -> Kept:
    """One side of a comparison in a process of its own (benchmarks/serving.py)."""
    command = [sys.executable, "-m", "benchmarks.serving", side, "--task-queue", task_queue, "--cached", str(cached)]

    async def begin() -> Child:
        return await Child.start(side, command, log=logs / f"{task_queue}.log", environment=environment)

    return Kept(name=side, begin=begin, says=b"worker_started")


def worker_environment(
    *, address: str, folder: Path, day_length: timedelta, database_url: str, smtp_url: str | None = None
) -> dict[str, str]:
    """The environment of a worker with these settings, and none of those in the caller's shell."""
    ours = {
        "TEMPORAL_ADDRESS": address,
        "TEMPORAL_NAMESPACE": NAMESPACE,
        "TEMPORAL_CONFIG_FILE": os.devnull,
        "DAY90_DATA": str(folder),
        "DAY90_DATABASE_URL": database_url,
        "DAY90_DAY_LENGTH": f"{day_length.total_seconds()}s",
    }
    ours["PYTHONPATH"] = str(ROOT)
    return {**_bare_environment(), **ours, **({"DAY90_SMTP_URL": smtp_url} if smtp_url else {})}


def _bare_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("TEMPORAL_", "DAY90_"))}


QUICK = ("fsync=off", "full_page_writes=off")
"""Settings of PostgreSQL for kills of the process: the machine lives on, so its file cache may stand for the disk. What
is committed must be written by then, so synchronous_commit stays on."""
ORDINARY: Sequence[str] = ()
"""PostgreSQL as it is installed, for measuring what a commit costs."""


class Postgres:
    """A PostgreSQL server of our own, on a socket in a folder of its own."""

    def __init__(self, options: Sequence[str] = QUICK) -> None:
        self._options = options
        # The path of a socket may have 107 characters at most, and `nobody` must get there.
        self.folder = Path(tempfile.mkdtemp(prefix="day90-pg-", dir="/tmp"))
        self.folder.chmod(0o755)
        # PostgreSQL refuses to run as root.
        self._user = "nobody" if os.geteuid() == 0 else None
        self._programs = POSTGRES_PROGRAMS[-1].parent
        if self._user:
            shutil.chown(self.folder, self._user)
        make = [f"{self._programs}/initdb", "-D", f"{self.folder}/data", "-U", "day90", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*make, "--no-sync"], check=True, stdout=subprocess.DEVNULL, user=self._user, cwd=self.folder)

    @property
    def url(self) -> str:
        return f"postgresql://day90@/postgres?host={self.folder}"

    def part(self) -> Kept:
        return Kept(name="database", begin=self._begin)

    async def answers(self) -> None:
        until = asyncio.get_running_loop().time() + UP_WITHIN
        while True:
            try:
                await asyncio.to_thread(self._try)
                return
            except psycopg.OperationalError:
                if asyncio.get_running_loop().time() > until:
                    raise
                await asyncio.sleep(0.1)

    def _try(self) -> None:
        psycopg.connect(self.url).close()

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    async def _begin(self) -> Child:
        serve = [f"{self._programs}/postgres", "-D", f"{self.folder}/data", "-k", f"{self.folder}"]
        serve += [word for option in ("listen_addresses=", *self._options) for word in ("-c", option)]
        log = self.folder / "log"
        with log.open("ab") as file:
            process = await asyncio.create_subprocess_exec(
                *serve,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                cwd=self.folder,
                user=self._user,
                start_new_session=True,
            )
        return Child("PostgreSQL", process, log)


@dataclass(frozen=True, kw_only=True)
class Store:
    """The database of a run: its URL and, for PostgreSQL, the server, which may be killed."""

    url: str
    part: Kept | None


@asynccontextmanager
async def store(kind: str, folder: Path, *, options: Sequence[str] = QUICK) -> AsyncIterator[Store]:
    """An empty database for as long as the block runs. `kind` is sqlite or postgresql, `options` are for PostgreSQL."""
    if kind == "sqlite":
        yield Store(url=f"sqlite:///{folder / 'day90.sqlite'}", part=None)
        return
    postgres = await asyncio.to_thread(Postgres, options)
    try:
        async with kept(postgres.part()) as part:
            await postgres.answers()
            yield Store(url=postgres.url, part=part)
    finally:
        postgres.remove()
