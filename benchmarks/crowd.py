"""Is everybody of a crowd answered, and how soon? A hundred callers on one onboarding, and fifty on fifty.

All call the HTTP API of one web process, each over a connection of its own and one request after the other; nobody
repeats what was answered. A crowd on one onboarding is compared with one caller who tells another onboarding as much
(`throughput_ratio`). `refused` counts every answer that is no acknowledgement, those after which the caller had to try
again among them; `lost` and `doubled` are by the journal, where each piece of news stands once.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from benchmarks.callers import Api
from benchmarks.fleet import REAL_DAY, Fleet
from benchmarks.parts import (
    POSTGRES_PROGRAMS,
    dev_server,
    free_port,
    kept,
    reached,
    store,
    web,
    worker,
    worker_environment,
)
from benchmarks.recovery import mails_are_out
from benchmarks.report import figures, say, table
from starter.embedded.signals import until_signalled
from starter.embedded.tcp_ports import LOOPBACK
from starter.web.serving import SHARE
from store import reads
from store.engine import migrate
from store.tokens import SqlTokens

EACH = 20
"""Updates of each onboarding where many are told something at once."""
TOLD_EVERY = 100
REPORTED = {"raise_issue": "issue_raised", "resolve_issue": "issue_resolved"}
"""What the journal calls each update of ours."""


@dataclass(frozen=True)
class Update:
    """One piece of news about an issue of its caller's own."""

    onboarding: str
    kind: str
    issue: str

    @property
    def fields(self) -> dict[str, str]:
        return {"issue": self.issue, **({"title": f"Issue {self.issue}"} if self.kind == "raise_issue" else {})}


def of_one_caller(onboarding: str, name: str) -> Iterator[Update]:
    """One issue after the other, each resolved before the next: more would be open than may be."""
    number = 0
    while True:
        number += 1
        yield Update(onboarding, "raise_issue", f"{name}-{number}")
        yield Update(onboarding, "resolve_issue", f"{name}-{number}")


def crowd_on(onboarding: str, *, callers: int, updates: int) -> Sequence[Sequence[Update]]:
    """What each of the callers tells that one onboarding; together so many updates."""
    shares = [updates // callers + (number < updates % callers) for number in range(callers)]
    return [list(islice(of_one_caller(onboarding, f"C{number}"), share)) for number, share in enumerate(shares)]


def across(onboardings: Sequence[str]) -> Sequence[Sequence[Update]]:
    """As many callers as onboardings: each goes from one onboarding to the next, and tells each something new."""
    many = len(onboardings)
    return [
        [Update(onboardings[(caller + step) % many], "raise_issue", f"A{caller}-{step}") for step in range(EACH)]
        for caller in range(many)
    ]


@dataclass
class Heard:
    """How a crowd was answered: the seconds until each acknowledgement, and all others by their words."""

    waits: list[float] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    took: float = 0.0

    @property
    def rate(self) -> float:
        """Acknowledged updates a second."""
        return len(self.waits) / self.took


async def tell(api: Api, shares: Sequence[Sequence[Update]]) -> Heard:
    """Let each caller tell its share, all callers at once."""
    heard, before, began = Heard(), Counter(api.troubles), time.perf_counter()

    async def call(share: Sequence[Update]) -> None:
        for update in share:
            asked = time.perf_counter()
            key = f"{update.onboarding}-{update.kind}-{update.issue}"
            reply = await api.tell(update.onboarding, update.kind, update.fields, key=key)
            if reply.heard == "acknowledged":
                heard.waits.append(time.perf_counter() - asked)
                if len(heard.waits) % TOLD_EVERY == 0:
                    say(f"{len(heard.waits)} of {sum(map(len, shares))} acknowledged")

    await asyncio.gather(*(call(share) for share in shares))
    heard.took, heard.others = time.perf_counter() - began, api.troubles - before
    return heard


def found(engine: Engine, shares: Sequence[Sequence[Update]]) -> tuple[int, int]:
    """How many of these updates the journal does not have, and how many it has more than once."""
    updates = [update for share in shares for update in share]
    rows = Counter(
        (onboarding, row.kind, row.about)
        for onboarding in {update.onboarding for update in updates}
        for row in reads.journal(engine, onboarding)
    )
    times = [rows[update.onboarding, REPORTED[update.kind], update.issue] for update in updates]
    return times.count(0), sum(each > 1 for each in times)


async def run(options: argparse.Namespace) -> dict[str, Any]:
    async with contextlib.AsyncExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="day90-crowd-")))
        database = await ends.enter_async_context(store(options.store, folder))
        await asyncio.to_thread(migrate, database.url)
        port, web_port = free_port(), free_port()
        address = f"{LOOPBACK}:{port}"
        await ends.enter_async_context(kept(dev_server(port, file=folder / "temporal.db", logs=folder)))
        client = await reached(address)
        environment = worker_environment(address=address, folder=folder, day_length=REAL_DAY, database_url=database.url)
        connections = max(options.callers, options.open) + 1
        # All callers share one address, which may have only its share of all connections.
        roomy = {**environment, "DAY90_WEB_CONNECTIONS": f"{SHARE * connections}"}
        for part in (worker(1, environment, logs=folder), web(roomy, port=web_port, logs=folder)):
            await (await ends.enter_async_context(kept(part))).works()
        fleet = Fleet.of(client, database.url, source="crowd")
        one, another, *many = await fleet.grow(range(options.open + 2))
        await mails_are_out(fleet)
        token = SqlTokens(fleet.engine).create("crowd", scopes=["onboardings:write"])
        api = Api.at(f"http://{LOOPBACK}:{web_port}", secret=token.secret, connections=connections)
        ends.push_async_callback(api.close)
        told = {
            "alone": crowd_on(another, callers=1, updates=options.updates),
            "crowd": crowd_on(one, callers=options.callers, updates=options.updates),
            "across": across(many),
        }
        heard: dict[str, Heard] = {}
        for name, shares in told.items():
            say(f"{name}: {len(shares)} callers, {sum(map(len, shares))} updates")
            heard[name] = await tell(api, shares)
        return _figures(heard, {name: found(fleet.engine, shares) for name, shares in told.items()})


def _figures(heard: dict[str, Heard], journal: dict[str, tuple[int, int]]) -> dict[str, Any]:
    results: dict[str, Any] = {"throughput_ratio": heard["crowd"].rate / heard["alone"].rate}
    rows = []
    for name, one in heard.items():
        p50, p99 = (_at(sorted(one.waits), share) for share in (0.5, 0.99))
        lost, doubled = journal[name]
        refused = one.others.total()
        rows.append((name, len(one.waits), refused, lost, doubled, p50, p99, one.rate))
        results |= {f"{name}_acknowledged": len(one.waits), f"{name}_refused": refused}
        results |= {f"{name}_lost": lost, f"{name}_doubled": doubled}
        results |= {f"{name}_p50_s": p50, f"{name}_p99_s": p99, f"{name}_per_s": one.rate}
        for words, times in one.others.most_common():
            say(f"{name}: {times} times {words}")
    say("")
    table(("", "acknowledged", "refused", "lost", "doubled", "p50 s", "p99 s", "a second"), rows)
    return results


def _at(values: Sequence[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.crowd", description=__doc__)
    parser.add_argument("--callers", type=int, default=100, help="of the one onboarding (default: %(default)s)")
    parser.add_argument("--updates", type=int, default=500, help="that they tell it (default: %(default)s)")
    several = f"onboardings, each told {EACH} things by as many callers as there are (default: %(default)s)"
    parser.add_argument("--open", type=int, default=50, help=several)
    stores = ["sqlite", "postgresql"] if POSTGRES_PROGRAMS else ["sqlite"]
    parser.add_argument("--store", choices=stores, default=stores[-1], help="(default: %(default)s)")
    figures(asyncio.run(until_signalled(run(parser.parse_args(words)))))


if __name__ == "__main__":
    main(sys.argv[1:])
