"""What do the customer's rooms cost among very many onboardings? Pages, open streams, and the first paint.

The page process runs as in production, on a PostgreSQL that benchmarks/many.py has filled. Sessions are spread over all
that is under way, more of them than the process remembers deals of, so that every page is read from the database. Times
of pages are those that the process writes into its log: from the request to the last byte of the answer. Callers come
from many addresses of loopback, as the limits for one address ask for; the process may hold as many streams as are
opened.
"""

import argparse
import asyncio
import contextlib
import http.client
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any

from sqlalchemy import Engine

from benchmarks.many import copies, fill, lived
from benchmarks.report import figures, middle, say, table
from benchmarks.room_paint import first_paint
from benchmarks.room_parts import PageProcess, Seat, caller, percentile, seats_on
from benchmarks.room_streams import Streams
from store.engine import migrate, open_store
from tests.support.databases import PROGRAMS, PostgresServer
from tests.support.servers import free_port

PAGES = ("/", "/plan", "/issues", "/records")
BARE = "/robots.txt"
"""A route of the same process that reads nothing: what else the machine does shows in its times, too."""
ROUTES = (*PAGES, BARE)
WARM = 40
"""Looks at each page before the measured ones: templates are compiled, connections are open."""
A_ROUND = 40
"""Looks at one page before the next one's turn, from an address of its own: it may ask 300 times in a minute."""
STARTS_WITHIN = 60.0
WRITES_WITHIN = 1.0
"""Seconds after which the last line is in the log: it is written after the answer."""
TUNED = ("fsync=off", "full_page_writes=off", "max_wal_size=16GB")
"""For filling; what is read does not depend on it."""


@contextmanager
def pages(url: str, folder: Path, *, streams: int) -> Iterator[PageProcess]:
    """The page process on that database; nobody answers for Temporal."""
    port = free_port()
    settings = {"DATA": f"{folder}", "DATABASE_URL": url, "PAGES_PORT": f"{port}", "LOG_FORMAT": "json"}
    settings |= {"PAGES_URL": f"http://127.0.0.1:{port}", "WEB_CONNECTIONS": f"{max(256, streams * 2 + 64)}"}
    named = {f"DAY90_{name}": value for name, value in settings.items()}
    away = {"TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}"}
    log = folder / "pages.log"
    with log.open("ab") as file:
        process = Popen(
            [sys.executable, "-m", "pages"], env={**os.environ, **named, **away}, stdout=DEVNULL, stderr=file
        )
    try:
        until = time.monotonic() + STARTS_WITHIN
        while b"pages_started" not in log.read_bytes():
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the page process did not start: {log.read_text('utf-8')[-2000:]}")
            time.sleep(0.1)
        yield PageProcess(port, process.pid, log)
    finally:
        process.terminate()
        process.wait(30)


def look(process: PageProcess, seats: Sequence[Seat], looks: int) -> Mapping[str, Sequence[float]]:
    """Milliseconds on the server of each look at each page, one after the other, the pages in turn.

    Each page is a good way ahead of the one before it along the sessions: between two looks at one onboarding lie more
    others than the process remembers.
    """
    apart = len(seats) // len(PAGES)
    before = {page: len(process.took_ms(page)) for page in ROUTES}
    for round in range(-(-(WARM + looks) // A_ROUND)):
        for number, page in enumerate(ROUTES):
            first = round * A_ROUND + number * apart
            chosen = [seats[(first + n) % len(seats)] for n in range(A_ROUND)]
            _ask(process, caller(round * len(ROUTES) + number), page, chosen)
    time.sleep(WRITES_WITHIN)
    return {page: process.took_ms(page)[before[page] + WARM :] for page in ROUTES}


def _ask(process: PageProcess, source: str, page: str, seats: Sequence[Seat]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", process.port, source_address=(source, 0), timeout=60)
    with contextlib.closing(connection):
        for seat in seats:
            connection.request("GET", page, headers={"Cookie": seat.cookie})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200 or (page != BARE and seat.account.encode() not in body):
                raise RuntimeError(f"{page} of {seat.onboarding}: {answer.status}")


def measure(url: str, folder: Path, options: argparse.Namespace) -> Mapping[str, Any]:
    engine = open_store(url)
    with pages(url, folder, streams=options.streams) as process:
        seats = seats_on(engine, _spread(engine, max(options.sessions, options.streams)))
        say(f"{len(seats)} sessions")
        before = process.cpu_s()
        taken = look(process, seats, options.looks)
        cpu_ms = (process.cpu_s() - before) * 1000 / sum(len(taken[page]) + WARM for page in PAGES)
        table(
            ("page", "p50 ms", "p99 ms", "slowest"),
            [(p, middle(t), percentile(t, 99), max(t)) for p, t in taken.items()],
        )
        each = [one for page in PAGES for one in taken[page]]
        results = {f"{page.strip('/') or 'home'}_p99_ms": percentile(taken[page], 99) for page in PAGES}
        results |= {"pages_p50_ms": middle(each), "pages_p99_ms": percentile(each, 99), "page_cpu_ms": cpu_ms}
        results |= {"bare_p50_ms": middle(taken[BARE]), "bare_p99_ms": percentile(taken[BARE], 99)}
        if options.streams:
            streams = Streams(process, engine, seats[: options.streams])
            results |= asyncio.run(streams.measure(changes=options.changes))
        if options.paints:
            results |= asyncio.run(first_paint(process, seats[0], rounds=options.paints))
    engine.dispose()
    return results


def _spread(engine: Engine, count: int) -> Sequence[str]:
    """So many onboardings under way, evenly over each kind and all along the table, in no order."""
    kinds = copies(engine)
    chosen: list[str] = []
    for ids in kinds.values():
        each = min(-(-count // len(kinds)), len(ids))
        chosen += [ids[number * len(ids) // each] for number in range(each)]
    random.Random(1).shuffle(chosen)
    return chosen


@contextmanager
def filled(options: argparse.Namespace) -> Iterator[str]:
    """The database that was named, or one of our own that holds so many."""
    if options.database:
        yield options.database
        return
    server = PostgresServer(PROGRAMS[-1].parent, options=TUNED)
    try:
        yield filled_up(server.new_database(), options.onboardings)
    finally:
        server.stop()


def filled_up(url: str, count: int) -> str:
    """The same empty database, once it holds so many onboardings."""
    migrate(url)
    engine = open_store(url)
    fill(engine, lived(engine), count=count)
    engine.dispose()
    return url


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.room", description=__doc__)
    parser.add_argument("--onboardings", type=int, default=20_000)
    parser.add_argument("--database", help="a PostgreSQL that benchmarks.many has filled already")
    parser.add_argument("--sessions", type=int, default=900)
    parser.add_argument("--looks", type=int, default=1_000, help="at each page")
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--changes", type=int, default=500)
    parser.add_argument("--paints", type=int, default=9, help="rounds; 0 without a browser")
    options = parser.parse_args(words)
    with filled(options) as url, tempfile.TemporaryDirectory(prefix="day90-room-") as folder:
        figures(measure(url, Path(folder), options))


if __name__ == "__main__":
    main(sys.argv[1:])
