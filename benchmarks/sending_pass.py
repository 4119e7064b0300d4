"""What does a mail cost its sender, part by part? In one thread, without Temporal: seconds, beside other load.

Notices wait in a SQLite store: reminders, digests of three parts, or plans. One thread does with each what a lane of a
pass does: takes it up, writes it from its templates, hands it to a mail server (a process of its own), and keeps the
receipt. `cpu_ms` is the thread's CPU a mail, by part; `a_second` goes by the wall's clock.
"""

import argparse
import asyncio
import contextlib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine

from activities.channels.mail.smtp import SmtpMail
from activities.channels.texts.rendering import Rendering
from activities.channels.texts.samples import sample
from benchmarks.mail_server import PostOffice
from benchmarks.parts import free_port
from benchmarks.report import figures, middle, table
from benchmarks.sending import SENDER
from domain.notice import NoticeKind
from domain.record import Receipt, WaitingNotice, Writing
from runtime.mail_server import read_mail_server
from starter.embedded.tcp_ports import LOOPBACK
from store.engine import migrate, open_store
from store.ledger import SqlLedger
from store.links import LinkMaker
from store.outbox import SqlOutbox
from tests.support.databases import LEAD, dossier, standing

KINDS: dict[str, tuple[NoticeKind, ...]] = {
    "reminder": ("reminder",),
    "digest": ("sign_off_request", "status_report", "milestone_reached"),
    "plan": ("plan",),
}
"""What is measured: the kinds of the notices that travel in one mail."""
ONBOARDING = "onboarding-file-1"
WARM = 10
"""Mails that go before any is counted: templates are read then, and statements compiled."""
Answer = TypeVar("Answer")


class Stopwatch:
    """CPU of this thread, by part."""

    def __init__(self) -> None:
        self.ms: dict[str, list[float]] = {}

    def __call__(self, part: str, work: Callable[[], Answer]) -> Answer:
        began = time.thread_time()
        answer = work()
        self.ms.setdefault(part, []).append((time.thread_time() - began) * 1000)
        return answer


def put(engine: Engine, mail: str, *, number: int) -> None:
    """Let the notices of one mail wait, which may go at once."""
    now = datetime.now(UTC)
    kinds = KINDS[mail]
    notices = [
        sample(kind).notice.model_copy(
            update={
                "onboarding": ONBOARDING,
                "to": LEAD.id,
                "key": f"{mail}/{number}/{kind}",
                "not_before": now,
                "joins_from": now if len(kinds) > 1 else None,
                "attachment": None,
            }
        )
        for kind in kinds
    ]
    SqlLedger(engine).write(Writing(onboarding=ONBOARDING, notices=tuple(notices)))


@contextmanager
def mail_server() -> Iterator[int]:
    """A mail server in a process of its own, by its port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.sending_pass", "--serve", f"{port}"])
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port)):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.kill()
        process.wait()


def measure(mail: str, *, mails: int, port: int) -> dict[str, float]:
    """CPU of each part of so many mails, and how many went in a second."""
    with contextlib.ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="day90-pass-")))
        url = f"sqlite:///{folder / 'day90.sqlite'}"
        migrate(url)
        engine = open_store(url)
        ends.callback(engine.dispose)
        SqlLedger(engine).admit(dossier(), run="run-1")
        SqlLedger(engine).write(Writing(onboarding=ONBOARDING, standing=standing()))
        links = LinkMaker(address="https://pages.test", key=b"k" * 32)
        outbox = SqlOutbox(engine, mail_domain="vendor.test", links=links)
        server = read_mail_server(f"smtp://{LOOPBACK}:{port}")
        channel = SmtpMail(server=server, sender=SENDER, rendering=Rendering())
        line = ends.enter_context(channel.line())
        watch, went, began = Stopwatch(), 0, 0.0
        for number in range(mails + WARM):
            if number == WARM:
                watch, went, began = Stopwatch(), 0, 0.0
            put(engine, mail, number=number)
            started = time.perf_counter()
            _send(outbox, line.deliver, watch)
            began += time.perf_counter() - started
            went += 1
            # What is written is measured apart, since it happens within the handing over.
            waiting = sample(KINDS[mail][0]) if len(KINDS[mail]) == 1 else sample("digest")
            watch("of it writing the mail", partial(channel.composed, waiting))
            watch("of it its texts", partial(channel.rendering.render, waiting, sender=SENDER))
        parts = {part: middle(ms) for part, ms in watch.ms.items()}
        return {**parts, "a_second": went / began}


def _send(outbox: SqlOutbox, deliver: Callable[[WaitingNotice], Receipt], watch: Stopwatch) -> None:
    """Send what waits, as a lane does. A digest is sealed at the first look, and goes at the next."""
    while ids := watch("looking", partial(outbox.ready, "mail", now=datetime.now(UTC), most=100)):
        for id in ids:
            now = datetime.now(UTC)
            held = now + timedelta(seconds=30)
            waiting = watch("taking up", partial(outbox.take, id, now=now, held_until=held))
            if waiting is not None:
                receipt = watch("handing over", partial(deliver, waiting))
                watch("its receipt", partial(outbox.sent, id, receipt))


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.sending_pass", description=__doc__)
    parser.add_argument("--mails", type=int, default=100, help="of each sort (default: 100)")
    parser.add_argument("--serve", type=int, help="be the mail server, at that port")
    options = parser.parse_args(words)
    if options.serve:
        asyncio.run(serve(options.serve))
        return
    with mail_server() as port:
        each = {mail: measure(mail, mails=options.mails, port=port) for mail in KINDS}
    parts = list(dict.fromkeys(part for measured in each.values() for part in measured))
    table(("CPU-ms", *each), [(part, *(measured.get(part, 0.0) for measured in each.values())) for part in parts])
    figures(each)


async def serve(port: int) -> None:
    await PostOffice(port=port).open()
    await asyncio.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1:])
