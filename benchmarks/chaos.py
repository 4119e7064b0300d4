"""What is lost, and what comes twice, when everything is killed all the time? Many onboardings on a compressed clock.

python -m benchmarks.chaos --help
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.service import RPCError

from benchmarks.agreement import Account, unconfirmed
from benchmarks.callers import Api, Crowd
from benchmarks.clients import Clients, Told
from benchmarks.killing import Trouble
from benchmarks.mail_server import PostOffice
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
from benchmarks.people import Script, write_script
from benchmarks.report import figures, say, table
from benchmarks.verdict import Facts, Verdict, judge
from domain.deal import onboarding_id
from domain.playbook import Playbook
from playbooks.library import Directory, Library
from runtime.duration import read_duration
from starter.embedded.signals import until_signalled
from starter.embedded.tcp_ports import LOOPBACK
from starter.trouble import Signalled
from store import reads
from store.engine import migrate, open_store
from store.tokens import SqlTokens
from wiring.doors import doors

WORKERS = 2
OPENED_WITHIN = 0.1
"""The part of the run in which the deals close: not all of them in one second."""
CROWDED_DAYS = 80
"""Days of the plan through which the crowd comes: its onboarding is not handed over before."""
ASKED_FOR = timedelta(minutes=1)
"""The time within which a workflow must say how it stands, once nothing is killed any more."""
CALM_LOOKS = 1.0
TOLD_EVERY = 10.0
NAMED = 20
"""So many losses and doubles are listed; the figures count all of them."""


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
        web_port = free_port()
        parts = {
            "worker": [
                await ends.enter_async_context(kept(worker(number + 1, environment, logs=logs)))
                for number in range(WORKERS)
            ],
            "web": [await ends.enter_async_context(kept(web(environment, port=web_port, logs=logs)))],
            "temporal": [temporal],
            "database": [database.part] if database.part else [],
        }
        trouble = Trouble(parts=parts, office=office, every=options.seconds_between_kills, random=random)
        engine = open_store(database.url)
        token = SqlTokens(engine).create("chaos", scopes=["onboardings:write"])
        api = Api.at(f"http://{LOOPBACK}:{web_port}", secret=token.secret)
        ends.push_async_callback(api.close)
        performance = Performance(
            options=options, client=client, api=api, office=office, trouble=trouble, engine=engine, began=began
        )
        return await performance.play()


@dataclass(kw_only=True)
class Performance:
    """Everything is up: play the scripts while parts fall, wait until it is calm, judge."""

    options: argparse.Namespace
    client: Client
    api: Api
    office: PostOffice
    trouble: Trouble
    engine: Engine
    began: float

    async def play(self) -> dict[str, Any]:
        options, library, staff = self.options, Library(None), Directory()
        self.clients = Clients(
            door=doors(
                self.client,
                self.engine,
                library=library,
                staff=staff,
                task_queue="day90",
                day_length=options.day_length,
            ).onboardings,
            api=self.api,
            engine=self.engine,
            team=staff(),
            day_length=options.day_length,
        )
        playbook = library.get(library.choose(120_000))
        scripts = [write_script(number, playbook, seed=options.seed) for number in range(options.onboardings)]
        crowded = next(script for script in _more_scripts(playbook, options) if _bears_a_crowd(script))
        scripts = [crowded, *scripts]
        self.crowd = Crowd(
            onboarding=_id_of(crowded), api=self.api, every=options.crowd_every, random=Random(options.seed)
        )
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
            playing.create_task(self.crowd.run(seconds=CROWDED_DAYS * self.options.day_length.total_seconds()))
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

    def _unfinished(self) -> tuple[int, int, int]:
        """How many onboardings have not ended, how many due mails wait, and how many rows are unconfirmed."""
        now = datetime.now(UTC)
        waiting = reads.notices(self.engine, state="waiting", limit=100_000)
        due = sum(notice.not_before <= now for notice in waiting)
        return len(reads.open_onboardings(self.engine)), due, unconfirmed(self.engine).total()

    async def _accounts(self, scripts: Sequence[Script]) -> dict[str, Account]:
        """What each workflow says of itself; those that have ended answer, too. Without those that do not answer."""
        accounts = {}
        for id in map(_id_of, scripts):
            with contextlib.suppress(RPCError):
                plan, progress = [await self._asked(id, query) for query in ("plan", "progress")]
                accounts[id] = Account(plan=plan, progress=progress)
        return accounts

    async def _asked(self, id: str, query: str) -> Any:
        return await self.client.get_workflow_handle(id).query(query, rpc_timeout=ASKED_FOR)

    def _told_by_the_crowd(self) -> list[Told]:
        """What the crowd told, as news."""
        return [
            Told(
                onboarding=self.crowd.onboarding,
                act=call.news_id,
                kind=call.kind,
                news_id=call.news_id,
                outcome=call.reply.heard,
                took=call.took,
                repeated=call.reply.repeated,
            )
            for call in self.crowd.calls
        ]

    async def _figures(self, scripts: Sequence[Script]) -> dict[str, Any]:
        crowd = self._told_by_the_crowd()
        facts = Facts(
            scripts=scripts,
            told=[*self.clients.told, *crowd],
            arrivals=self.office.arrivals,
            kills=self.trouble.kills,
            running=await self._running("Onboarding", "SuccessProgramme"),
            accounts=await self._accounts(scripts),
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
            "crowd": dict(Counter(call.reply.heard for call in self.crowd.calls)),
            "unanswered": dict(verdict.unanswered),
            "gave_up": len(self.clients.gave_up),
            "journal_rows": verdict.journal_rows,
            "entries_fired": verdict.entries_fired,
            "mails": verdict.mails,
            "lost": len(verdict.lost),
            "doubled": len(verdict.doubled),
            "disagreements": len(verdict.disagreements),
            "taken_back": verdict.taken_back,
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

    def _tell_people(self, verdict: Verdict, figures: Mapping[str, Any]) -> None:
        say("")
        table(("figure", ""), list(figures.items()))
        say("")
        for trouble, times in (self.clients.troubles + self.api.troubles).most_common(NAMED):
            say(f"senders heard {times} times: {trouble}")
        found = {"lost": verdict.lost, "doubled": verdict.doubled, "disagrees": verdict.disagreements}
        for what, named in {**found, "gave up": self.clients.gave_up}.items():
            # Mails last: where an onboarding stands still, they are many, and it is the onboarding that says why.
            for line in sorted(named, key=lambda line: ": mail " in line)[:NAMED]:
                say(f"{what}: {line}")

    async def _tell(self) -> None:
        """How far it is, every few seconds."""
        while True:
            await asyncio.sleep(TOLD_EVERY)
            try:
                unended, waiting, unsure = await asyncio.to_thread(self._unfinished)
            except Exception as failure:  # The database is down: that is what we are here for.
                say(f"{self._clock()}  the store does not answer ({type(failure).__name__})")
                continue
            say(
                f"{self._clock()}  {unended} open, {len(self.clients.told)} news, {len(self.office.arrivals)} mails"
                f" ({waiting} due), {unsure} unconfirmed, {len(self.crowd.calls)} calls of the crowd,"
                f" {len(self.trouble.kills)} kills"
            )

    def _clock(self) -> str:
        return f"{time.monotonic() - self.began:5.0f} s"


def _more_scripts(playbook: Playbook, options: argparse.Namespace) -> Iterator[Script]:
    """Scripts of more deals than were asked for."""
    return (write_script(number, playbook, seed=options.seed) for number in count(options.onboardings))


def _bears_a_crowd(script: Script) -> bool:
    """Whether it lives through all its days, and names its issues: numbers of ours go up with each of the crowd's."""
    named = all("issue" in act.fields for act in script.acts if act.kind == "raise_issue")
    return named and script.ending.startswith("handed_over")


def _id_of(script: Script) -> str:
    return onboarding_id(script.deal["source"], script.deal["id"])


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("--onboardings", type=int, default=200)
    parser.add_argument("--seconds-between-kills", type=float, default=5.0, help="on average (default: %(default)s)")
    parser.add_argument("--crowd-every", type=float, default=15.0, help="seconds (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=90, help="of people and kills (default: %(default)s)")
    parser.add_argument("--day-length", type=read_duration, default=timedelta(seconds=4), help="wall time of a day")
    parser.add_argument(
        "--store", choices=("postgresql", "sqlite"), default="postgresql" if POSTGRES_PROGRAMS else "sqlite"
    )
    parser.add_argument("--at-most-minutes", type=float, default=10.0, help="then the kills end (default: %(default)s)")
    parser.add_argument(
        "--patience",
        type=float,
        default=780.0,
        help="seconds to come to rest, longer than mail rests (default: %(default)s)",
    )
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
