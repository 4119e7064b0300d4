"""What do the desk's pages cost among very many onboardings? The portfolio by several filters, a day, one customer.

The page process runs as in production, on a database that benchmarks/many.py has filled: 30 of 100 onboardings are
under way, and each owner has a hundred of these. Times are those that the process writes into its log: from the request
to the last byte of the answer. Every look is that of another of the owners, or at another customer; callers come from
many addresses of loopback, as the limits for one address ask for.
"""

import argparse
import contextlib
import http.client
import itertools
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine

from benchmarks.desk_rows import with_more_rows
from benchmarks.many import copies
from benchmarks.report import figures, middle, say, table
from benchmarks.room import WRITES_WITHIN, filled, filled_up, pages
from benchmarks.room_parts import JAPANESE_EVERY, PageProcess, caller, percentile
from domain.roles import Role
from playbooks.library_pages import LibraryPages
from portal.envelope import masked
from store import portfolio
from store.engine import migrate, open_store
from store.staff import SqlStaff
from store.staff_sessions import SqlStaffSessions

PORTFOLIO, DAY, CUSTOMER = "/desk/onboardings", "/desk/", "/desk/onboardings/{customer}"
READERS = 60
WARM = READERS
"""Looks of each kind before the measured ones: templates are compiled, statements planned, and each reader has looked
once, so that the database has what their day is read from in its memory. Customers and searches are others each time.
"""
A_ROUND = 20
"""Looks of one kind before the next one's turn, from an address of its own: it may ask 300 times in a minute."""


class Reader(NamedTuple):
    """One of ours who is signed in; `cookie` is the header that their browser sends."""

    handle: str
    cookie: str


class Look(NamedTuple):
    """A kind of look: the page, and what its address asks for besides.

    `{owner}`, `{number}` and `{customer}` change with each.
    """

    name: str
    page: str
    query: str = ""


def looks(engine: Engine, process: PageProcess, reader: Reader) -> Sequence[Look]:
    """Every kind that is measured."""
    first = _get(process, caller(0), f"{PORTFOLIO}", reader)
    onward = re.search(rb'href="[^"?]+\?([^"]+)" rel="next"', first)
    assert onward is not None, "there are more than one page"
    playbook = portfolio.playbooks(engine)[0]
    return (
        Look("portfolio", PORTFOLIO),
        Look("portfolio_next", PORTFOLIO, onward[1].decode().replace("&amp;", "&")),
        Look("portfolio_mine", PORTFOLIO, "owner={owner}"),
        Look("portfolio_behind", PORTFOLIO, f"need=behind&playbook={playbook}"),
        Look("portfolio_go_live", PORTFOLIO, "go_live=30"),
        Look("portfolio_stage", PORTFOLIO, "stage=launch"),
        Look("portfolio_ended", PORTFOLIO, "ended=yes"),
        Look("search_customer", PORTFOLIO, "q=lindenau+{number}"),
        Look("search_person", PORTFOLIO, "q=vogel%2B{number}"),
        Look("search_many", PORTFOLIO, "q=lindenau"),
        Look("my_day", DAY),
        Look("customer", CUSTOMER),
        Look("health", "/desk/health"),
        Look("library", "/desk/library"),
        Look("library_page", f"/desk/library/{LibraryPages().shelf().keys[0]}"),
        Look("customer_plan", f"{CUSTOMER}/plan"),
        Look("customer_journal", f"{CUSTOMER}/journal"),
    )


def readers(engine: Engine, role: Role) -> Sequence[Reader]:
    """Sessions of owners all along the list."""
    staff, sessions, owners = SqlStaff(engine), SqlStaffSessions(engine), portfolio.owners(engine)
    count = min(READERS, len(owners))
    chosen = [owners[number * len(owners) // count] for number in range(count)]
    # The database may have been measured before.
    known = {account.address: account for account in staff.all()}
    each = []
    for number, handle in enumerate(chosen):
        address = f"{handle}.{role}@vendor.test"
        account = known.get(address) or staff.add(address=address, name=handle, handle=handle, role=role)
        token = sessions.enter(account.id, way="password", agent="benchmark")
        language = "ja" if number % JAPANESE_EVERY == 0 else "en"
        each.append(Reader(handle, f"day90-desk={token}; day90-desk-language={language}"))
    return each


def look(
    process: PageProcess, kinds: Sequence[Look], seats: Sequence[Reader], customers: Sequence[str], count: int
) -> Mapping[str, list[float]]:
    """Milliseconds on the server of each look of each kind, one after the other, the kinds in turn."""
    order: dict[str, list[str]] = {masked(kind.page): [] for kind in kinds}
    before = {page: len(process.took_ms(page)) for page in order}
    numbers = itertools.count()
    for round in range(-(-(WARM + count) // A_ROUND)):
        for kind_number, kind in enumerate(kinds):
            source = caller(1 + round * len(kinds) + kind_number)
            for path in _paths(kind, seats, customers, numbers):
                _get(process, source, path, seats[next(numbers) % len(seats)])
                order[masked(kind.page)].append(kind.name)
    time.sleep(WRITES_WITHIN)
    taken: dict[str, list[float]] = {kind.name: [] for kind in kinds}
    for page, names in order.items():
        for name, took in zip(names, process.took_ms(page)[before[page] :], strict=True):
            taken[name].append(took)
    return {name: each[WARM:] for name, each in taken.items()}


def _paths(kind: Look, seats: Sequence[Reader], customers: Sequence[str], numbers: Iterator[int]) -> Iterator[str]:
    for _ in range(A_ROUND):
        number = next(numbers)
        query = kind.query.format(owner=seats[number * 7 % len(seats)].handle, number=number * 13 % 10_000)
        page = kind.page.format(customer=customers[number * 7919 % len(customers)])
        yield f"{page}?{query}" if query else page


def _get(process: PageProcess, source: str, path: str, reader: Reader) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", process.port, source_address=(source, 0), timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"Cookie": reader.cookie})
        answer = connection.getresponse()
        body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return body


def measure(url: str, folder: Path, options: argparse.Namespace) -> Mapping[str, Any]:
    migrate(url)
    engine = open_store(url)
    with_more_rows(engine)
    with pages(url, folder, streams=0) as process:
        seats = readers(engine, "manager")
        kinds = looks(engine, process, seats[0])
        before = process.cpu_s()
        customers = [one for each in copies(engine).values() for one in each]
        taken = look(process, kinds, seats, customers, options.looks)
        cpu_ms = (process.cpu_s() - before) * 1000 / sum(len(each) + WARM for each in taken.values())
        table(
            ("look", "p50 ms", "p99 ms", "slowest"),
            [(name, middle(t), percentile(t, 99), max(t)) for name, t in taken.items()],
        )
        began = time.monotonic()
        lines = _get(process, caller(1), f"{PORTFOLIO}.csv", seats[0]).count(b"\n")
        csv_s = time.monotonic() - began
        say(f"CSV of {lines - 1} onboardings in {csv_s:.1f} s")
    engine.dispose()
    load = os.getloadavg()[0]
    whole = [took for name, each in taken.items() if name.startswith("portfolio") for took in each]
    results = {f"{name}_p99_ms": percentile(each, 99) for name, each in taken.items()}
    results |= {f"{name}_p50_ms": middle(each) for name, each in taken.items()}
    return {
        **results,
        "portfolio_all_p99_ms": percentile(whole, 99),
        "page_cpu_ms": cpu_ms,
        "csv_s": csv_s,
        "load": load,
    }


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.desk", description=__doc__)
    parser.add_argument("--onboardings", type=int, default=20_000)
    parser.add_argument("--database", help="a database that benchmarks.many has filled already")
    parser.add_argument("--sqlite", action="store_true", help="on SQLite instead of PostgreSQL")
    parser.add_argument("--looks", type=int, default=200, help="of each kind")
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="day90-desk-") as folder, _store(options, Path(folder)) as url:
        figures(measure(url, Path(folder), options))


def _store(options: argparse.Namespace, folder: Path) -> AbstractContextManager[str]:
    if options.sqlite and not options.database:
        return nullcontext(filled_up(f"sqlite:///{folder / 'day90.sqlite'}", options.onboardings))
    return filled(options)


if __name__ == "__main__":
    main(sys.argv[1:])
