"""Is a plan applied to everybody, once, while news comes, workers die and the command itself is killed?

News comes at a steady rate to all onboardings of the plan. Meanwhile `day90 playbook apply` runs as a process of its
own; a worker is killed with -9 every few seconds, and the command once a part of its onboardings is changed. Then the
same command is given until it ends with 0. `lost` and `doubled` are pieces of news; `notices_doubled` are people who
heard twice of the dates that the version moves, `notices_missing` onboardings in which nobody heard.
"""

import argparse
import asyncio
import contextlib
import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import func, select

from benchmarks.fleet import REAL_DAY, Fleet
from benchmarks.parts import POSTGRES_PROGRAMS, Kept, dev_server, free_port, kept, reached, store, worker
from benchmarks.parts import worker_environment as environment_of
from benchmarks.recovery import SteadyNews, at_share, mails_are_out
from benchmarks.report import figures, say, table
from domain.playbook import Playbook, content_hash
from domain.rehearsal.planning import PlanOfChange, hash_of
from playbooks.library import Directory
from starter.cli.codes import NOT_REACHABLE, OK, REFUSED
from starter.cli.progress import progress_of
from starter.doors.planning import plan_all
from starter.embedded.children import Child
from starter.embedded.signals import until_signalled
from starter.embedded.tcp_ports import LOOPBACK
from store import reads
from store.change_plans import TAKEN_FOR, SqlChangePlans
from store.engine import migrate
from store.ledger import SqlLedger
from store.tables import onboardings

WORKERS = 2
KILLS_EVERY = 8.0
"""Seconds from when a worker works again until one is killed, half as much more or less: both have onboardings then.
On a machine that is busy with other work a worker needs half a minute."""
CUT_SHORT_AT = 0.3
"""The share of the onboardings that are changed when the command is killed."""
AGAIN_AFTER = TAKEN_FOR.total_seconds() / 4
"""Seconds until the command is given again, after it was refused because the one before counts as still applying."""
CHUNK = 2.0
"""Seconds of news that are begun together."""
LATER = 3
"""Days by which the other version moves what is open in its second stage."""
REASON = "Other days"


def later(playbook: Playbook) -> Playbook:
    """Another version, in which the second stage comes some days later."""
    raw = playbook.model_dump(mode="json", by_alias=True)
    for milestone in raw["stages"][1]["milestones"]:
        if milestone["anchor"] == "close":
            milestone["day"] += LATER
    return Playbook.model_validate(raw)


class _Command(NamedTuple):
    """`day90 playbook apply`, as it is given again and again: its words, its environment, where its answers go."""

    words: Sequence[str]
    environment: Mapping[str, str]
    log: Path

    async def begin(self) -> Child:
        program = [str(Path(sys.executable).parent / "day90"), *self.words]
        return await Child.start("apply", program, log=self.log, environment=self.environment)


@dataclass(kw_only=True)
class _Applying:
    """A plan that is applied under load. `codes` are how the commands ended, in order; below 0: killed."""

    fleet: Fleet
    ids: Sequence[str]
    to: str
    workers: Sequence[Kept]
    command: _Command
    random: random.Random
    kills_every: float
    codes: list[int] = field(default_factory=list)
    kills: int = 0
    cut_short_at: int = 0
    took: float = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def measure(self, news: SteadyNews) -> dict[str, Any]:
        streaming, killing = asyncio.create_task(self._news(news)), asyncio.create_task(self._kill_workers())
        began = time.monotonic()
        try:
            await self._cut_short()
            while not self.codes or self.codes[-1] != OK:
                await asyncio.sleep(AGAIN_AFTER if self.codes[-1] == REFUSED else 0)
                self.codes.append(await _end_of(await self.command.begin()))
                say(f"the command ended with {self.codes[-1]}: {await asyncio.to_thread(self._changed)} are changed")
                if self.codes[-1] not in (OK, REFUSED, NOT_REACHABLE):
                    raise RuntimeError(f"apply ended with {self.codes[-1]}: {self.command.log.read_text()[-2000:]}")
        finally:
            killing.cancel()
            await asyncio.gather(killing, return_exceptions=True)
            self.took = time.monotonic() - began
            self.done.set()
            await streaming
        say("waiting for the last news and the last mails")
        await news.all_answered()
        await mails_are_out(self.fleet)
        return await asyncio.to_thread(self._figures, news)

    async def _cut_short(self) -> None:
        """Begin, and kill the command once some are changed."""
        child = await self.command.begin()
        while not child.ended and await asyncio.to_thread(self._changed) < CUT_SHORT_AT * len(self.ids):
            await asyncio.sleep(0.2)
        if not child.ended:
            os.kill(child.pid, signal.SIGKILL)
        self.codes.append(await _end_of(child))
        self.cut_short_at = await asyncio.to_thread(self._changed)
        say(f"the first command ended with {self.codes[-1]} when {self.cut_short_at} were changed")

    async def _kill_workers(self) -> None:
        while True:
            await asyncio.sleep(self.random.uniform(0.5, 1.5) * self.kills_every)
            victim = self.random.choice(self.workers)
            self.kills += victim.kill()
            await victim.works()

    async def _news(self, news: SteadyNews) -> None:
        while not self.done.is_set():
            await news.begun(CHUNK)

    def _changed(self) -> int:
        changed = select(func.count()).select_from(onboardings).where(onboardings.c.playbook_hash == self.to)
        with self.fleet.engine.connect() as connection:
            return int(connection.scalar(changed) or 0)

    def _figures(self, news: SteadyNews) -> dict[str, Any]:
        lost, doubled = news.lost_and_doubled()
        made = [
            sum(row.kind == "playbook_changed" for row in reads.journal(self.fleet.engine, onboarding))
            for onboarding in self.ids
        ]
        heard = Counter(
            (one.onboarding, one.person)
            for onboarding in self.ids
            for one in reads.notices(self.fleet.engine, onboarding)
            if one.kind == "replanned"
        )
        took = sorted(news.took.values())
        return {
            "apply_s": self.took,
            "commands": self.codes,
            "cut_short_at": self.cut_short_at,
            "workers_killed": self.kills,
            "changed": self._changed(),
            "changed_twice": sum(times > 1 for times in made),
            "news": len(news.sent),
            "lost": lost,
            "doubled": doubled,
            "news_p50_s": at_share(took, 0.5),
            "news_p99_s": at_share(took, 0.99),
            "notices": len(heard),
            "notices_doubled": sum(times > 1 for times in heard.values()),
            "notices_missing": len(set(self.ids) - {onboarding for onboarding, _ in heard}),
        }


async def _end_of(child: Child) -> int:
    return (await child.fallen()).code or OK


async def run(options: argparse.Namespace) -> dict[str, Any]:
    async with contextlib.AsyncExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="day90-apply-")))
        database = await ends.enter_async_context(store(options.store, folder))
        await asyncio.to_thread(migrate, database.url)
        port = free_port()
        address = f"{LOOPBACK}:{port}"
        await ends.enter_async_context(kept(dev_server(port, file=folder / "temporal.db", logs=folder)))
        client = await reached(address)
        environment = environment_of(address=address, folder=folder, day_length=REAL_DAY, database_url=database.url)
        workers = [
            await ends.enter_async_context(kept(worker(number + 1, environment, logs=folder)))
            for number in range(WORKERS)
        ]
        for one in workers:
            await one.works()
        fleet = Fleet.of(client, database.url, source="apply")
        ids = await fleet.grow(range(options.open))
        await mails_are_out(fleet)
        plan, took = await planned(fleet, ids)
        team = Directory()()
        owner = reads.one(fleet.engine, ids[0]).owner
        manager = team.manager_of(owner)
        words = ["playbook", "apply", plan.hash, "--reason", REASON, "--by", manager.handle if manager else owner]
        applying = _Applying(
            fleet=fleet,
            ids=ids,
            to=plan.to,
            workers=workers,
            command=_Command(words, environment, folder / "apply.log"),
            random=random.Random(options.seed),
            kills_every=options.kills_every,
        )
        results = await applying.measure(SteadyNews(fleet=fleet, ids=ids, rate=options.rate))
        rows = {"open": len(ids), **took, **results, "a_second": options.rate}
        say("")
        table(("figure", ""), list(rows.items()))
        return rows


async def planned(fleet: Fleet, ids: Sequence[str]) -> tuple[PlanOfChange, dict[str, float]]:
    """The plan that moves all of them to another version, kept in the store; and what it took, without the workers."""
    ledger = SqlLedger(fleet.engine)
    to = later(ledger.dossier(ids[0]).playbook)
    hashed, began, cpu = content_hash(to), time.monotonic(), _cpu_s()
    with progress_of("planned", len(ids)) as told:
        one_by_one = await plan_all(fleet.door, ledger, ids, to, hashed, told=told)
    took = {"plan_s": time.monotonic() - began, "plan_cpu_s": _cpu_s() - cpu}
    if refused := [one.refused for one in one_by_one if one.refused]:
        raise RuntimeError(f"{len(refused)} cannot be changed: {refused[0]}")
    say(f"{len(one_by_one)} planned in {took['plan_s']:.1f} s, with {took['plan_cpu_s']:.1f} s of CPU")
    plan = PlanOfChange(playbook=to.key, to=hashed, hash=hash_of(hashed, one_by_one), onboardings=tuple(one_by_one))
    ledger.keep_playbook(to)
    SqlChangePlans(fleet.engine).keep(plan)
    return plan, took


def _cpu_s() -> float:
    """Of this process and of those that it has started and that have ended, in seconds."""
    mine, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.apply", description=__doc__)
    parser.add_argument("--open", type=int, default=1000, help="open onboardings (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=20.0, help="pieces of news a second (default: %(default)s)")
    parser.add_argument("--kills-every", type=float, default=KILLS_EVERY, help="seconds (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="which worker dies when (default: %(default)s)")
    parser.add_argument(
        "--store", choices=("postgresql", "sqlite"), default="postgresql" if POSTGRES_PROGRAMS else "sqlite"
    )
    figures(asyncio.run(until_signalled(run(parser.parse_args(words)))))


if __name__ == "__main__":
    main(sys.argv[1:])
