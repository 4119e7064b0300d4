"""What is lost, and what comes twice, when everything is killed all the time? Many onboardings on a compressed clock.

python -m benchmarks.chaos --help
"""

import argparse
import asyncio
import contextlib
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from temporalio.client import Client

from benchmarks.clients import Clients
from benchmarks.mail_server import Mood, PostOffice
from benchmarks.parts import (
    POSTGRES_PROGRAMS,
    Kept,
    dev_server,
    free_port,
    kept,
    reached,
    store,
    worker,
    worker_environment,
)
from benchmarks.people import Script, write_script
from benchmarks.report import figures, say, table
from benchmarks.verdict import Facts, Kill, Verdict, judge
from playbooks.library import Directory, Library
from runtime.duration import read_duration
from starter.embedded.signals import until_signalled
from starter.embedded.tcp_ports import LOOPBACK
from starter.trouble import Signalled
from store import reads
from store.engine import migrate, open_store
from wiring.doors import doors

WORKERS = 2
WEIGHTS = {"worker": 12, "mail server": 4, "database": 3, "temporal": 2}
"""How often each falls: workers at every deploy and every full memory, Temporal's own server seldom."""
MOODS: tuple[Mood, ...] = ("busy", "drops", "gone")
SULKS = (1.0, 4.0)
"""Seconds that the mail server misbehaves."""
OPENED_WITHIN = 0.1
"""The part of the run in which the deals close: not all of them in one second."""
LOOKS_EVERY = 0.5
CALM_LOOKS = 1.0
TOLD_EVERY = 10.0
NAMED = 20
"""So many losses and doubles are listed; the figures count all of them."""


@dataclass(kw_only=True)
class Trouble:
    """Kills one part after the other, at random but by a seed."""

    parts: dict[str, list[Kept]]
    office: PostOffice
    every: float
    random: Random
    kills: list[Kill] = field(default_factory=list)

    async def run(self) -> None:
        falling = [name for name in WEIGHTS if name == "mail server" or self.parts.get(name)]
        while True:
            await self._wait(self.random.uniform(0.5, 1.5) * self.every)
            what = self.random.choices(falling, weights=[WEIGHTS[name] for name in falling])[0]
            if what == "mail server":
                await self._sulk()
                continue
            # PostgreSQL's immediate shutdown: no checkpoint, every session cut; it recovers from its log.
            by = signal.SIGQUIT if what == "database" else signal.SIGKILL
            now = datetime.now(UTC)
            if self.random.choice(self.parts[what]).kill(by):
                self.kills.append(Kill(at=now, what=what))

    async def _wait(self, seconds: float) -> None:
        """Until it is time for the next one, with an eye on who has come up again."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for part in (part for parts in self.parts.values() for part in parts):
                part.works_since()
            await asyncio.sleep(LOOKS_EVERY)

    async def _sulk(self) -> None:
        mood = self.random.choice(MOODS)
        self.kills.append(Kill(at=datetime.now(UTC), what=f"mail server {mood}"))
        await self.office.be(mood)
        try:
            await asyncio.sleep(self.random.uniform(*SULKS))
        finally:
            await self.office.be("well")


async def run(options: argparse.Namespace) -> dict[str, Any]:
    """The whole run; its figures."""
    began, random = time.monotonic(), Random(options.seed)
    async with contextlib.AsyncExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="day90-chaos-")))
        logs = options.logs or folder
        logs.mkdir(parents=True, exist_ok=True)
        database = await ends.enter_async_context(store(options.store, folder))
        await asyncio.to_thread(migrate, database.url)
        port = free_port()
        temporal = await ends.enter_async_context(kept(dev_server(port, file=folder / "temporal.db", logs=logs)))
        client = await reached(f"{LOOPBACK}:{port}")
        office = PostOffice(port=free_port())
        await office.open()
        ends.push_async_callback(office.close)
        environment = worker_environment(
            address=f"{LOOPBACK}:{port}",
            folder=folder,
            day_length=options.day_length,
            database_url=database.url,
            smtp_url=f"smtp://{LOOPBACK}:{office.port}",
        )
        parts = {
            "worker": [
                await ends.enter_async_context(kept(worker(number + 1, environment, logs=logs)))
                for number in range(WORKERS)
            ],
            "temporal": [temporal],
            "database": [database.part] if database.part else [],
        }
        trouble = Trouble(parts=parts, office=office, every=options.seconds_between_kills, random=random)
        performance = Performance(
            options=options, client=client, office=office, trouble=trouble, url=database.url, began=began
        )
        return await performance.play()


@dataclass(kw_only=True)
class Performance:
    """Everything is up: play the scripts while parts fall, wait until it is calm, judge."""

    options: argparse.Namespace
    client: Client
    office: PostOffice
    trouble: Trouble
    url: str
    began: float

    async def play(self) -> dict[str, Any]:
        options, library, staff = self.options, Library(None), Directory()
        self.engine = open_store(self.url)
        self.clients = Clients(
            door=doors(
                self.client,
                self.engine,
                library=library,
                staff=staff,
                task_queue="day90",
                day_length=options.day_length,
            ).onboardings,
            engine=self.engine,
            team=staff(),
            day_length=options.day_length,
        )
        playbook = library.get(library.choose(120_000))
        scripts = [write_script(number, playbook, seed=options.seed) for number in range(options.onboardings)]
        troubling = asyncio.create_task(self.trouble.run())
        telling = asyncio.create_task(self._tell())
        try:
            async with asyncio.timeout(60 * options.at_most_minutes):
                await self._all(scripts)
        except TimeoutError:
            say("the time is over")
        finally:
            troubling.cancel()
            await asyncio.gather(troubling, return_exceptions=True)
        await self._calm()
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        return await self._figures(scripts)

    async def _all(self, scripts: Sequence[Script]) -> None:
        """Every deal in its turn, spread over the first part of the run."""
        length = max(act.day for script in scripts for act in script.acts) * self.options.day_length.total_seconds()
        between = OPENED_WITHIN * length / len(scripts)

        async def one(number: int, script: Script) -> None:
            await asyncio.sleep(number * between)
            await self.clients.play(script)

        async with asyncio.TaskGroup() as playing:
            for number, script in enumerate(scripts):
                playing.create_task(one(number, script))

    async def _calm(self) -> None:
        """Until every onboarding has ended and no due mail waits, for as long as we have patience."""
        say(f"{self._clock()}  no more kills; waiting until everything has ended and every due mail is out")
        until = time.monotonic() + self.options.patience
        while time.monotonic() < until:
            if not any(await asyncio.to_thread(self._unfinished)) and not await self._running("Onboarding"):
                break
            await asyncio.sleep(CALM_LOOKS)
        self.calm_at = datetime.now(UTC)

    def _unfinished(self) -> tuple[int, int]:
        """How many onboardings have not ended, and how many due mails wait."""
        now = datetime.now(UTC)
        waiting = reads.notices(self.engine, state="waiting", limit=100_000)
        return len(reads.open_onboardings(self.engine)), sum(notice.not_before <= now for notice in waiting)

    async def _figures(self, scripts: Sequence[Script]) -> dict[str, Any]:
        facts = Facts(
            scripts=scripts,
            told=self.clients.told,
            arrivals=self.office.arrivals,
            kills=self.trouble.kills,
            running=await self._running("Onboarding", "SuccessProgramme"),
            engine=self.engine,
            over_at=self.calm_at - timedelta(seconds=self.options.patience),
        )
        verdict = await asyncio.to_thread(judge, facts)
        took = sorted(news.took for news in self.clients.told)
        found = {
            "onboardings": len(scripts),
            "seed": self.options.seed,
            "store": self.options.store,
            "day_length_s": self.options.day_length.total_seconds(),
            "kills": dict(Counter(kill.what for kill in self.trouble.kills)),
            "news": dict(Counter(news.outcome for news in self.clients.told)),
            "gave_up": len(self.clients.gave_up),
            "journal_rows": verdict.journal_rows,
            "entries_fired": verdict.entries_fired,
            "mails": verdict.mails,
            "lost": len(verdict.lost),
            "doubled": len(verdict.doubled),
            "in_flight_repeats": verdict.in_flight_repeats,
            "longest_silence_s": round(verdict.longest_silence.total_seconds(), 1),
            "latest_entry_s": round(self._wall(verdict.latest_entry), 1),
            "news_p50_s": round(took[len(took) // 2], 2),
            "news_p99_s": round(took[len(took) * 99 // 100], 2),
            "news_slowest_s": round(took[-1], 1),
            "took_s": round(time.monotonic() - self.began),
        }
        self._tell_people(verdict, found)
        return found

    async def _running(self, *types: str) -> frozenset[str]:
        """The workflows of these types that Temporal says are running."""
        wanted = ", ".join(f"'{name}'" for name in types)
        query = f"ExecutionStatus = 'Running' AND WorkflowType IN ({wanted})"
        return frozenset([workflow.id async for workflow in self.client.list_workflows(query)])

    def _wall(self, business: timedelta) -> float:
        return business / timedelta(days=1) * float(self.options.day_length.total_seconds())

    def _tell_people(self, verdict: Verdict, found: Mapping[str, Any]) -> None:
        say("")
        table(("figure", ""), [(name, figure) for name, figure in found.items()])
        say("")
        for trouble, times in self.clients.troubles.most_common(NAMED):
            say(f"senders heard {times} times: {trouble}")
        for what, named in (("lost", verdict.lost), ("doubled", verdict.doubled), ("gave up", self.clients.gave_up)):
            # Mails last: where an onboarding stands still, they are many, and it is the onboarding that says why.
            for line in sorted(named, key=lambda line: ": mail " in line)[:NAMED]:
                say(f"{what}: {line}")

    async def _tell(self) -> None:
        """How far it is, every few seconds."""
        while True:
            await asyncio.sleep(TOLD_EVERY)
            try:
                unended, waiting = await asyncio.to_thread(self._unfinished)
            except Exception as failure:  # The database is down: that is what we are here for.
                say(f"{self._clock()}  the store does not answer ({type(failure).__name__})")
                continue
            say(
                f"{self._clock()}  {unended} open, {len(self.clients.told)} news, {len(self.office.arrivals)} mails"
                f" ({waiting} due), {len(self.trouble.kills)} kills"
            )

    def _clock(self) -> str:
        return f"{time.monotonic() - self.began:5.0f} s"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("--onboardings", type=int, default=200)
    parser.add_argument("--seconds-between-kills", type=float, default=5.0, help="on average (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=90, help="of people and kills (default: %(default)s)")
    parser.add_argument("--day-length", type=read_duration, default=timedelta(seconds=4), help="wall time of a day")
    parser.add_argument(
        "--store", choices=("postgresql", "sqlite"), default="postgresql" if POSTGRES_PROGRAMS else "sqlite"
    )
    parser.add_argument("--at-most-minutes", type=float, default=10.0, help="then the kills end (default: %(default)s)")
    parser.add_argument("--patience", type=float, default=90.0, help="seconds to come to rest (default: %(default)s)")
    parser.add_argument("--logs", type=Path, help="a folder to keep the logs of all parts in")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    try:
        found = asyncio.run(until_signalled(run(options)))
    except Signalled as signalled:
        print(signalled, file=sys.stderr)
        return 1
    figures(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
