"""What do open streams of rooms cost, and how soon is a change seen in an open room?

Each stream is that of one open page. Changes are written to the journal by two writers at a time, some of which commit
in another order than they were numbered. A change counts as seen once the stream has told of it, the page was fetched
again and is of that entry or a later one: what the script of a page does. It is missed when that has not happened
within PATIENCE.
"""

import asyncio
import itertools
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine

from benchmarks.report import say
from benchmarks.room_parts import PageProcess, Seat, caller, percentile
from domain.record import JournalRow
from store import reads
from store.engine import wall_clock, write_transaction
from store.entries import journal_row
from store.rows import add
from store.tables import journal

AT_ONCE = 8
"""Streams that are opened side by side."""
OF_ONE_NETWORK = 20
"""Streams from one address of loopback."""
A_SECOND = 5.0
"""Changes a second among all who look: every room has one in a hundred seconds."""
HELD_BACK = 0.05
"""Seconds that every second writer waits between its number and its commit."""
SETTLES, PATIENCE = 3.0, 10.0
MIB = 1 << 20
NEWEST = re.compile(rb"/changes\?after=(\d+)")


@dataclass
class OpenPage:
    """A page that somebody has open: what was changed and not seen on it yet, by its number, and since when."""

    seat: Seat
    source: str
    waiting: dict[int, float] = field(default_factory=dict)
    told: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)


class Streams:
    """The open streams of one page process, one for each of those sessions."""

    def __init__(self, process: PageProcess, engine: Engine, seats: Sequence[Seat]) -> None:
        self._process = process
        self._engine = engine
        self._pages = [OpenPage(seat, caller(7_000 + n // OF_ONE_NETWORK)) for n, seat in enumerate(seats)]
        self._listening: list[asyncio.Task[None]] = []

    async def measure(self, *, changes: int) -> Mapping[str, Any]:
        before = self._process.memory()
        door = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._open(page, door) for page in self._pages))
        await asyncio.sleep(SETTLES)
        memory = self._process.memory() - before
        say(f"{len(self._pages)} streams are open: {memory / MIB:.1f} MiB")
        await self._change(changes)
        await asyncio.sleep(PATIENCE)
        for task in self._listening:
            task.cancel()
        ended = await asyncio.gather(*self._listening, return_exceptions=True)
        broken = [one for one in ended if not isinstance(one, asyncio.CancelledError)]
        told = [one for page in self._pages for one in page.told]
        seen = [one for page in self._pages for one in page.seen]
        missed = sum(len(page.waiting) for page in self._pages)
        return {
            "streams": len(self._pages) - len(broken),
            "streams_mib": memory / MIB,
            "told_p99_s": percentile(told, 99),
            "seen_p50_s": percentile(seen, 50),
            "seen_p99_s": percentile(seen, 99),
            "changes": len(seen),
            "missed": missed,
        }

    async def _open(self, page: OpenPage, door: asyncio.Semaphore) -> None:
        newest = await asyncio.to_thread(self._newest, page.seat.onboarding)
        async with door:
            reader, writer = await self._request(page, f"/changes?after={newest}")
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.splitlines()[0]:
                raise RuntimeError(f"a stream was refused: {head.splitlines()[0]!r}")
        self._listening.append(asyncio.create_task(self._listen(page, reader, writer)))

    async def _listen(self, page: OpenPage, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                if line.startswith(b"event: changed"):
                    now = time.monotonic()
                    page.told += [now - since for since in page.waiting.values()]
                    await self._fetch(page)
        finally:
            writer.close()

    async def _fetch(self, page: OpenPage) -> None:
        reader, writer = await self._request(page, "/")
        body = await reader.read()
        writer.close()
        shown = NEWEST.search(body)
        now = time.monotonic()
        for seq in [seq for seq in page.waiting if shown and seq <= int(shown[1])]:
            page.seen.append(now - page.waiting.pop(seq))

    async def _request(self, page: OpenPage, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        streams = await asyncio.open_connection("127.0.0.1", self._process.port, local_addr=(page.source, 0))
        lines = (f"GET {path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {page.seat.cookie}", "Connection: close", "", "")
        streams[1].write("\r\n".join(lines).encode())
        return streams

    async def _change(self, changes: int) -> None:
        """Write so many changes, evenly in time, each to the next open page."""
        writing: set[asyncio.Task[None]] = set()
        began = time.monotonic()
        for number, page in enumerate(itertools.islice(itertools.cycle(self._pages), changes)):
            await asyncio.sleep(max(began + number / A_SECOND - time.monotonic(), 0))
            task = asyncio.create_task(self._write(page, number))
            writing.add(task)
            task.add_done_callback(writing.discard)
        await asyncio.gather(*writing)

    async def _write(self, page: OpenPage, number: int) -> None:
        # Before the commit nobody can see it; counting from here is to our disadvantage.
        held_back = HELD_BACK if number % 2 else 0.0
        began = time.monotonic()
        seq = await asyncio.to_thread(self._commit, page.seat.onboarding, number, held_back)
        page.waiting[seq] = began + held_back

    def _commit(self, onboarding: str, number: int, held_back: float) -> int:
        now = wall_clock()
        row = JournalRow(key=f"benchmark/{now.timestamp()}/{number}", at=now, kind="noted", note="A note", via="api")
        with write_transaction(self._engine) as connection:
            add(connection, journal, [journal_row(onboarding, row, now=now)])
            time.sleep(held_back)
        return self._newest(onboarding)

    def _newest(self, onboarding: str) -> int:
        return reads.journal(self._engine, onboarding, newest=1)[0].seq
