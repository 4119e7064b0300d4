"""Does every notice reach the mail server once while workers are killed, and how fast do they go?

The notices of a hundred onboardings wait in a SQLite store; the real worker sends them to a mail server on the
loopback, which records what comes. First in peace, then with a worker that is killed with -9 when it has sent for some
seconds, and started again.

In between a bare loop hands over as many mails of the same size over as many connections as a pass of the sender has,
and does nothing else (`throughput_ratio` compares the two, each from its first mail to its last, as the median of some
rounds by turns): once mails that are written already, and once it writes each from its template first, as the sender
does (`writing_ratio`).

`lost` are notices that never came, `repeats` mails that came again under the same Message-ID, `doubled` notices that
came under two. A kill may repeat what was in hand: one mail for each connection.
"""

import argparse
import asyncio
import contextlib
import smtplib
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any, Literal

from sqlalchemy import Engine, select

from activities.channels.mail.message import compose, utc_now
from activities.channels.texts.rendering import Rendering
from activities.channels.texts.samples import sample
from activities.lanes import USUAL_LANES
from benchmarks.fleet import REAL_DAY
from benchmarks.mail_server import Arrival, PostOffice
from benchmarks.parts import dev_server, free_port, kept, reached, worker, worker_environment
from benchmarks.report import figures, middle, say, table
from domain.notice import Notice
from domain.record import Writing
from starter.doors.bell import wake_sender
from starter.embedded.signals import until_signalled
from starter.embedded.tcp_ports import LOOPBACK
from store.engine import migrate, open_store, read_transaction
from store.ledger import SqlLedger
from store.tables import notices
from tests.support.databases import LEAD, deal, dossier, standing

CUSTOMERS = 100
"""Among whose onboardings the notices are spread evenly: nobody has ten thousand waiting."""
SENDER = "Example CS <onboarding@vendor.test>"
LOOKS_EVERY = 0.2
Writes = Literal["once", "each"]
WRITES: tuple[Writes, ...] = ("once", "each")
"""Whether the bare loop writes one mail for all, or each as the sender does."""
STANDS_STILL = 180.0
"""Seconds without a mail after which the rest counts as lost."""


def open_onboardings(engine: Engine) -> Sequence[str]:
    """The ids of new onboardings, one for each customer."""
    ids = []
    for number in range(1, CUSTOMERS + 1):
        of_one = dossier(deal(f"{number}"))
        SqlLedger(engine).admit(of_one, run=f"run-{number}")
        SqlLedger(engine).write(Writing(onboarding=of_one.onboarding, standing=standing()))
        ids.append(of_one.onboarding)
    return ids


def put(engine: Engine, onboardings: Sequence[str], *, many: int, named: str) -> None:
    """Let so many notices wait that may go at once."""
    like = sample("reminder").notice
    free: dict[str, Any] = {
        "while_open": None,
        "joins_from": None,
        "collapses": False,
        "draft": None,
        "not_before": datetime.now(UTC),
    }
    for first, onboarding in enumerate(onboardings):
        waiting: list[Notice] = [
            like.model_copy(
                update={**free, "onboarding": onboarding, "to": LEAD.id, "key": f"reminder/{named}/{number}"}
            )
            for number in range(first, many, len(onboardings))
        ]
        SqlLedger(engine).write(Writing(onboarding=onboarding, notices=tuple(waiting)))


async def bare_loop(port: int, *, mails: int, writes: Writes) -> None:
    """Hand over so many mails, in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.sending", "--bare", f"{port}", "--writes", writes]
    process = await asyncio.create_subprocess_exec(*words, "--notices", f"{mails}")
    try:
        if await process.wait():
            raise SystemExit("the bare loop fell")
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


def hand_over(port: int, *, mails: int, writes: Writes) -> None:
    """In this process: each connection takes its share of the mails."""
    rendering, waiting = Rendering(), sample("reminder")
    once = compose(waiting, rendering, sender=SENDER, now=utc_now()).content

    def share(first: int) -> None:
        with smtplib.SMTP(LOOPBACK, port) as session:
            for number in range(first, mails, USUAL_LANES):
                content = once
                if writes == "each":
                    content = compose(waiting, rendering, sender=SENDER, now=utc_now()).content
                content = content.replace(waiting.message_id.encode(), b"<%d@bare.test>" % number)
                session.sendmail("onboarding@vendor.test", LEAD.email, content)

    threads = [Thread(target=share, args=(number,)) for number in range(USUAL_LANES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@asynccontextmanager
async def post_office() -> AsyncIterator[PostOffice]:
    office = PostOffice(port=free_port())
    await office.open()
    try:
        yield office
    finally:
        await office.close()


async def arrived(office: PostOffice, mails: int) -> Sequence[Arrival]:
    """What came until there were so many different mails, or nothing came any more; the record begins anew."""
    last, since = 0, time.monotonic()
    while (came := len({arrival.message_id for arrival in office.arrivals})) < mails:
        if came != last:
            last, since = came, time.monotonic()
        if time.monotonic() - since > STANDS_STILL:
            say(f"{came} of {mails} came, and no more")
            break
        await asyncio.sleep(LOOKS_EVERY)
    # What was in hand at the last moment comes after it.
    await asyncio.sleep(1)
    came_then, office.arrivals = office.arrivals, []
    return came_then


async def goes_on(office: PostOffice) -> None:
    """Until another mail comes: a worker that was killed has begun to send again, by whatever it takes to start."""
    came = len(office.arrivals)
    while len(office.arrivals) <= came:
        await asyncio.sleep(LOOKS_EVERY)


def rate(arrivals: Sequence[Arrival]) -> float:
    """Mails a second, from the first to the last."""
    return (len(arrivals) - 1) / (arrivals[-1].at - arrivals[0].at)


async def run(options: argparse.Namespace) -> dict[str, Any]:
    async with contextlib.AsyncExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="day90-sending-")))
        url = f"sqlite:///{folder / 'day90.sqlite'}"
        await asyncio.to_thread(migrate, url)
        engine = open_store(url)
        ends.callback(engine.dispose)
        onboardings = await asyncio.to_thread(open_onboardings, engine)
        office = await ends.enter_async_context(post_office())
        port = free_port()
        address = f"{LOOPBACK}:{port}"
        await ends.enter_async_context(kept(dev_server(port, file=folder / "temporal.db", logs=folder)))
        client = await reached(address)
        environment = worker_environment(
            address=address,
            folder=folder,
            day_length=REAL_DAY,
            database_url=url,
            smtp_url=f"smtp://{LOOPBACK}:{office.port}",
        )
        one = await ends.enter_async_context(kept(worker(1, environment, logs=folder)))
        await one.works()
        in_peace: list[Sequence[Arrival]] = []
        loops: dict[Writes, list[Sequence[Arrival]]] = {writes: [] for writes in WRITES}
        for number in range(options.rounds):
            await asyncio.to_thread(put, engine, onboardings, many=options.in_peace, named=f"in-peace-{number}")
            await wake_sender(client, "mail", task_queue="day90")
            in_peace.append(await arrived(office, options.in_peace))
            say(f"in peace: {rate(in_peace[-1]):.0f} a second")
            for writes in WRITES:
                await bare_loop(office.port, mails=options.in_peace, writes=writes)
                loops[writes].append(await arrived(office, options.in_peace))
                say(f"the bare loop that writes {writes}: {rate(loops[writes][-1]):.0f} a second")
        await asyncio.to_thread(put, engine, onboardings, many=options.notices, named="with-kills")
        await wake_sender(client, "mail", task_queue="day90")
        waiting, kills = asyncio.create_task(arrived(office, options.notices)), 0
        while not waiting.done():
            await asyncio.wait([waiting, asyncio.create_task(goes_on(office))], return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait([waiting], timeout=options.every)
            kills += not waiting.done() and one.kill()
        with_kills = waiting.result()
        await one.works()
        await asyncio.to_thread(receipts_are_written, engine)
        return _figures(engine, in_peace=in_peace, loops=loops, with_kills=with_kills, kills=kills)


def receipts_are_written(engine: Engine) -> None:
    """Wait until nothing waits in the store: what was in hand at a kill is sent again before."""
    until = time.monotonic() + STANDS_STILL
    while any(state != "sent" for _, state in written(engine)) and time.monotonic() < until:
        time.sleep(LOOKS_EVERY)


def written(engine: Engine) -> Sequence[tuple[str | None, str]]:
    """Message-ID and state of every notice."""
    with read_transaction(engine) as connection:
        rows = connection.execute(select(notices.c.message_id, notices.c.state)).all()
    return [(message_id, state) for message_id, state in rows]


def _figures(
    engine: Engine,
    *,
    in_peace: Sequence[Sequence[Arrival]],
    loops: Mapping[Writes, Sequence[Sequence[Arrival]]],
    with_kills: Sequence[Arrival],
    kills: int,
) -> dict[str, Any]:
    times = Counter(arrival.message_id for came in (*in_peace, with_kills) for arrival in came)
    in_store = written(engine)
    ours = {message_id for message_id, _ in in_store}
    say("")
    sides = {"in peace": in_peace, **{f"bare, writes {name}": came for name, came in loops.items()}}
    sides["with kills"] = [with_kills]
    rates = {name: [rate(came) for came in each] for name, each in sides.items()}
    table(("", "mails", "a second"), [(name, len(sides[name][0]), middle(each)) for name, each in rates.items()])
    here, once, written_each = (rates[name] for name in ("in peace", "bare, writes once", "bare, writes each"))
    ratios = [ours_a_second / bare for ours_a_second, bare in zip(here, once, strict=True)]
    return {
        "lost": len(in_store) - len(times.keys() & ours),
        "doubled": len(times.keys() - ours),
        "repeats": times.total() - len(times),
        "kills": kills,
        "most_in_hand": kills * USUAL_LANES,
        "unsent": sum(state != "sent" for _, state in in_store),
        "throughput_ratio": middle(ratios),
        "throughput_ratios": ratios,
        "writing_ratio": middle([ours_a_second / bare for ours_a_second, bare in zip(here, written_each, strict=True)]),
        "a_second": middle(here),
        "bare_a_second": middle(once),
        "writing_a_second": middle(written_each),
        "with_kills_a_second": rate(with_kills),
        "notices": len(in_store),
    }


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.sending", description=__doc__)
    parser.add_argument("--notices", type=int, default=10_000, help="with kills (default: 10,000)")
    parser.add_argument("--in-peace", type=int, default=2_000, help="and before that, without any (default: 2,000)")
    parser.add_argument("--rounds", type=int, default=5, help="in peace, by turns with the bare loop (default: 5)")
    parser.add_argument("--every", type=float, default=5, help="seconds that a worker may send (default: 5)")
    parser.add_argument("--bare", type=int, help="be the bare loop, to the mail server on that port")
    parser.add_argument("--writes", choices=WRITES, default="once", help="what the bare loop writes (default: once)")
    options = parser.parse_args(words)
    if options.bare:
        hand_over(options.bare, mails=options.notices, writes=options.writes)
        return
    figures(asyncio.run(until_signalled(run(options))))


if __name__ == "__main__":
    main(sys.argv[1:])
