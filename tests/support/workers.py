"""How do tests run the worker as a process of its own, and kill it at the worst moment?"""

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from store.engine import migrate
from tests.support.onboardings import ROOT

KILLABLE = """
import os, sys
from pathlib import Path
import store.ledger
from store.ledger import SqlLedger
from store.outbox import SqlOutbox

armed = Path(os.environ["DAY90_DATA"]) / "die_at"

def die_at(point):
    if armed.exists() and armed.read_text() == point:
        armed.unlink()
        os.kill(os.getpid(), 9)

admit, write, add, sent = SqlLedger.admit, SqlLedger.write, store.ledger.add, SqlOutbox.sent

def admit_and_die(self, dossier, *, run):
    admit(self, dossier, run=run)
    die_at("admitted")

def write_and_die(self, writing):
    write(self, writing)
    for row in writing.journal:
        die_at(f"written {row.kind}")

def add_and_die(connection, table, rows):
    add(connection, table, rows)
    if table.name == "journal":
        for row in rows:
            die_at(f"writing {row['kind']}")

def die_before_the_receipt(self, id, receipt):
    die_at("delivered")
    sent(self, id, receipt)

SqlLedger.admit, SqlLedger.write, store.ledger.add = admit_and_die, write_and_die, add_and_die
SqlOutbox.sent = die_before_the_receipt
import worker
code = worker.main()
sys.stderr.flush()
os._exit(code)
"""
"""The worker, with places at which it kills itself when a file says so: right after the deal was admitted; inside a
transaction, with the journal's rows of one kind in it; right after its commit; and with a mail handed in whose receipt
is not yet kept."""


@dataclass
class Workshop:
    """One worker at a time, as a process on a data folder and a Temporal server; it may die and come back."""

    data: Path
    temporal: str
    task_queue: str
    settings: dict[str, str] = field(default_factory=dict)
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def database(self) -> str:
        return self.settings.get("DAY90_DATABASE_URL", f"sqlite:///{self.data / 'day90.sqlite'}")

    @property
    def log(self) -> Path:
        return self.data / "worker.log"

    def open(self) -> None:
        """Start the worker; its tables are there when this returns, so that others can write into them."""
        migrate(self.database)
        environment = {
            **os.environ,
            "TEMPORAL_ADDRESS": self.temporal,
            "DAY90_DATA": str(self.data),
            "DAY90_TASK_QUEUE": self.task_queue,
            "PYTHONPATH": str(ROOT),
            **self.settings,
        }
        with self.log.open("ab") as log:
            command = [sys.executable, "-P", "-c", KILLABLE]
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def arm(self, point: str) -> None:
        """Let the worker die at its next passing of that place."""
        draft = self.data / "die_at.draft"
        draft.write_text(point, encoding="utf-8")
        draft.replace(self.data / "die_at")

    async def died(self) -> None:
        """Wait until it has killed itself."""
        assert self._process is not None
        code = await asyncio.to_thread(self._process.wait, 60)
        assert code == -9, f"it ended by itself with {code}: {self.log.read_text()[-2000:]}"

    async def died_and_came_back(self) -> None:
        await self.died()
        self.open()

    def hold_still(self) -> None:
        """Stop its process where it is, until it may go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    async def close(self) -> None:
        """Ask it to end, as a service manager does."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            await asyncio.to_thread(self._process.wait, 30)
        except subprocess.TimeoutExpired:
            self.kill()
