"""Where does the CPU of each side go? Into a server, a worker and a client process of its own, each measured.

All sides of a comparison start together, in processes of their own, so that whatever else the machine does slows all of
them alike.
"""

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from benchmarks.course import Course
from benchmarks.history import Size
from benchmarks.playing import SOURCE
from benchmarks.report import say
from benchmarks.working import QUEUE
from domain.deal import onboarding_id
from runtime.connection import CannotReachTemporal, connect
from starter.embedded.children import Child
from starter.embedded.stack import server_program
from tests.support.servers import free_port

ROOT = Path(__file__).parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
SERVER_ANSWERS_WITHIN = 60.0
IDLE = 20.0
"""Seconds over which idle CPU is measured; it is subtracted afterwards. The kernel tells it in steps of 10 ms, one of
which would be a tenth of a second an onboarding over four seconds, and is a fiftieth so."""
LOOKS = 2
"""So many times it is measured; the least counts, since at first some are at work still, as a sender that lingers."""
PARTS = ("worker", "server", "client")


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side of a comparison. `cached` is how many workflows its worker keeps, `sending` whether it sends mails.

    With `per_person` a floor tells each person by an activity.
    """

    name: str
    kind: Literal["product", "floor"]
    cached: int = 1000
    sending: bool = False
    per_person: bool = False


@dataclass(frozen=True)
class Used:
    """CPU seconds of one round for each complete onboarding, without what the processes use when idle."""

    worker: float
    server: float
    client: float
    idle: float
    refused: int
    runs: int
    tasks: int
    latest: float
    """Seconds by which the latest piece of news was late. On a compressed clock that may be days."""
    slowest: float
    """Seconds that the slowest piece of news took from its call to its answer."""

    @property
    def whole(self) -> float:
        return self.worker + self.server + self.client


@dataclass
class Running:
    """A side whose server and worker are up."""

    side: Side
    environment: dict[str, str]
    course: Path
    server: Child
    worker: Child
    idle: dict[str, float] = field(default_factory=dict)

    def cpu(self) -> dict[str, float]:
        return {"server": cpu_of(self.server.pid), "worker": cpu_of(self.worker.pid)}

    async def client(self, *, named: str, onboardings: int) -> Process:
        """A client process that plays that many onboardings; it has warmed up when this returns."""
        words = [self.side.kind, "--course", str(self.course), "--named", named, "--onboardings", str(onboardings)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.playing", *words, stdin=PIPE, stdout=PIPE, env=self.environment, cwd=ROOT
        )
        if (await _line(process)).strip() != "ready":
            raise SystemExit(f"{self.side.name}: the client did not get ready; worker: {self.worker.last_words()}")
        return process


def cpu_of(pid: int) -> float:
    """The seconds of CPU that a process and all its threads have used."""
    after_name = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICKS


@asynccontextmanager
async def up(sides: Sequence[Side], course: Course, folder: Path) -> AsyncIterator[list[Running]]:
    """A server and a worker for each side, running for as long as the block."""
    async with contextlib.AsyncExitStack() as ends:
        yield [await _up(side, course, folder / side.name, ends) for side in sides]


async def _up(side: Side, course: Course, folder: Path, ends: contextlib.AsyncExitStack) -> Running:
    folder.mkdir(parents=True)
    written = folder / "course.json"
    written.write_text(course.model_dump_json(), "utf-8")
    address = f"127.0.0.1:{free_port()}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TEMPORAL_", "DAY90_"))}
    command = [server_program(), "server", "start-dev", "--ip", "127.0.0.1", "--headless", "--log-level", "error"]
    command += ["--port", address.rpartition(":")[2]]
    server = await Child.start("the server", command, log=folder / "server.log", environment=environment)
    ends.push_async_callback(server.end, grace=5)
    await _answers(server, address)
    ours = environment | _settings(address, folder, course.day)
    command = [sys.executable, "-m", "benchmarks.working", side.kind, "--course", str(written)]
    command += ["--cached", str(side.cached), *(["--sending"] if side.sending else [])]
    command += ["--per-person"] if side.per_person else []
    worker = await Child.start("the worker", command, log=folder / "worker.log", environment=ours)
    ends.push_async_callback(worker.end, grace=5)
    if side.kind == "product":
        await _migrated(worker, folder)
    say(f"{side.name} is up")
    return Running(side=side, environment=ours, course=written, server=server, worker=worker)


def _settings(address: str, folder: Path, day: timedelta) -> dict[str, str]:
    return {
        "PYTHONPATH": str(ROOT),
        "TEMPORAL_ADDRESS": address,
        "TEMPORAL_CONFIG_FILE": os.devnull,
        "DAY90_DATA": str(folder),
        "DAY90_DAY_LENGTH": f"{day.total_seconds()}s",
        "DAY90_TASK_QUEUE": QUEUE,
    }


async def _answers(server: Child, address: str) -> None:
    async with asyncio.timeout(SERVER_ANSWERS_WITHIN):
        while True:
            with contextlib.suppress(CannotReachTemporal):
                await connect(address=address)
                return
            if server.ended:
                raise await server.fallen()
            await asyncio.sleep(0.1)


async def _migrated(worker: Child, folder: Path) -> None:
    """Wait until the worker logs that it has begun to work; the store is there then."""
    async with asyncio.timeout(SERVER_ANSWERS_WITHIN):
        while "worker_started" not in (folder / "worker.log").read_text("utf-8"):
            if worker.ended:
                raise await worker.fallen()
            await asyncio.sleep(0.1)


async def _line(process: Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode()


async def play_round(running: Sequence[Running], *, number: int, onboardings: int) -> list[Used]:
    """All sides at once: the same onboardings, from start to end."""
    named = f"r{number}"
    clients = [await one.client(named=named, onboardings=onboardings) for one in running]
    await _look_at_idling(running)
    return await asyncio.gather(
        *(
            _played(one, client, named=named, onboardings=onboardings)
            for one, client in zip(running, clients, strict=True)
        )
    )


async def _look_at_idling(running: Sequence[Running]) -> None:
    """Measure what each side uses in a second while nothing is open but what earlier rounds have left behind.

    Success programmes go on after their onboardings, so it is more before each round.
    """
    await asyncio.sleep(1)
    for one in running:
        one.idle = {}
    for _ in range(LOOKS):
        before = [one.cpu() for one in running]
        await asyncio.sleep(IDLE)
        for one, then in zip(running, before, strict=True):
            used = {part: (now - then[part]) / IDLE for part, now in one.cpu().items()}
            one.idle = {part: min(cpu, one.idle.get(part, cpu)) for part, cpu in used.items()}


async def _size(one: Running, id: str) -> Size:
    """The history of the round's first onboarding: it should be as large as on a real clock."""
    client = await connect(address=one.environment["TEMPORAL_ADDRESS"])
    return await Size.of(client, client.get_workflow_handle(id))


async def _played(one: Running, client: Process, *, named: str, onboardings: int) -> Used:
    assert client.stdin is not None
    loop = asyncio.get_running_loop()
    began, before = loop.time(), one.cpu()
    client.stdin.write(b"go\n")
    await client.stdin.drain()
    answer = json.loads(await _line(client) or "null")
    if answer is None:
        raise SystemExit(f"{one.side.name}: the client fell; worker: {one.worker.last_words()}")
    lasted, after = loop.time() - began, one.cpu()
    await client.wait()
    size = await _size(one, onboarding_id(SOURCE, f"{named}.0"))
    used = {part: after[part] - before[part] - one.idle[part] * lasted for part in after}
    return Used(
        worker=used["worker"] / onboardings,
        server=used["server"] / onboardings,
        client=answer["cpu"] / onboardings,
        idle=sum(one.idle.values()) * lasted / onboardings,
        refused=answer["refused"],
        runs=size.runs,
        tasks=size.tasks,
        latest=answer["latest"],
        slowest=answer["slowest"],
    )
