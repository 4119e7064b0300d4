"""Who comes into the rooms of a benchmark, from where, and how is the page process watched?"""

import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, insert, select

from domain.text import folded
from store.engine import wall_clock, write_transaction
from store.links import hashed
from store.tables import onboardings, people, room_sessions

LEAD = "project_lead"
JAPANESE_EVERY = 3
"""One reader in so many has the pages in Japanese."""
KIB = 1024


class Seat(NamedTuple):
    """Somebody's session in an onboarding; `cookie` is the header that their browser sends."""

    onboarding: str
    account: str
    token: str
    cookie: str


class PageProcess(NamedTuple):
    """The page process: where it listens, and what it has logged."""

    port: int
    pid: int
    log: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def took_ms(self, page: str) -> Sequence[float]:
        """How long each answer to that page took so far, in milliseconds."""
        lines = (json.loads(line) for line in self.log.read_bytes().splitlines() if b'"page_request"' in line)
        return [line["took_ms"] for line in lines if line["page"] == page]

    def cpu_s(self) -> float:
        """Seconds of CPU that it has taken so far (proc(5): fields 14 and 15, after the name)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Bytes that it holds in memory now (proc(5): VmRSS)."""
        status = Path(f"/proc/{self.pid}/status").read_text("ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) * KIB


def seats_on(engine: Engine, ids: Sequence[str]) -> Sequence[Seat]:
    """A session of the project lead in each of those onboardings."""
    leads = (
        select(people.c.onboarding, people.c.email, onboardings.c.account)
        .join(onboardings, onboardings.c.onboarding == people.c.onboarding)
        .where(people.c.id == LEAD, people.c.onboarding.in_(ids))
    )
    now = wall_clock()
    with write_transaction(engine) as connection:
        known = {row.onboarding: row for row in connection.execute(leads)}
        seats = [_seat(number, id, known[id].account) for number, id in enumerate(ids)]
        rows = [
            {
                "hash": hashed(seat.token),
                "onboarding": seat.onboarding,
                "person": LEAD,
                "address_hash": hashed(folded(known[seat.onboarding].email)),
                "way": "link",
                "agent": "benchmark",
                "created_at": now,
                "seen_at": now,
            }
            for seat in seats
        ]
        connection.execute(insert(room_sessions), rows)
    return seats


def _seat(number: int, onboarding: str, account: str) -> Seat:
    token = secrets.token_urlsafe(32)
    language = "ja" if number % JAPANESE_EVERY == 0 else "en"
    return Seat(onboarding, account, token, f"day90={token}; day90-language={language}")


def caller(number: int) -> str:
    """An address of loopback: each counts as a network of its own."""
    return f"127.{1 + number // 200 % 200}.{number // 40_000}.{1 + number % 200}"


def percentile(values: Sequence[float], pct: float) -> float:
    """The smallest value that so many per cent of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * pct / 100), len(ordered) - 1)]
