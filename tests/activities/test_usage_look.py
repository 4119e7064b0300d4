"""When is usage looked at? When asked for, and again later for onboardings that do not answer; else nothing runs."""

import asyncio
import threading
import time
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import WorkflowHandle
from temporalio.testing import ActivityEnvironment

from activities.pulse import PULSE
from activities.usage import UsageCounted, Watching
from domain.playbook import Milestone, Raci, ReachedByUsage
from domain.rules.using import Using
from domain.trouble import NotReachable
from domain.usage import FreshDay
from runtime.connection import connect
from runtime.settings import Settings
from tests.support import databases, servers
from tests.support.onboardings import QUEUE, World, world
from wiring.parts import parts_of
from workflows import options
from workflows.usage import ID, UsageLook

temporal_address = servers.temporal_address


def reached_by_one_user(onboarding: str = "onboarding-file-1", group: str = "acme") -> Using:
    """An onboarding whose one milestone any use reaches."""
    rule = ReachedByUsage(event="Met")
    met = Milestone(
        key="met", title="Met", day=5, raci=Raci(responsible="csm", accountable="csm"), reached_by_usage=rule
    )
    book = databases.playbook()
    stage = book.stages[0].model_copy(update={"milestones": (met,)})
    return Using(
        onboarding=onboarding,
        playbook=book.model_copy(update={"stages": (stage,)}),
        seats=None,
        closed_at=databases.NOON,
        groups=frozenset({group}),
        open=frozenset({"met"}),
        settled=frozenset(),
    )


@dataclass
class Books:
    """Books in which one group always has a fresh day; a number of first looks find the database away."""

    away_for: int = 0
    looks: int = 0

    def count(self, *, after: tuple[str, int], most: int) -> Sequence[FreshDay]:
        if after != ("", 0):
            return ()
        self.looks += 1
        if self.looks <= self.away_for:
            raise ConnectionError("the database does not answer")
        return [FreshDay("acme", 1, 1)]

    def counted(self, fresh: Sequence[FreshDay]) -> None:
        return

    def link(self, *, most: int) -> int:
        return 0

    def learn_features(self) -> int:
        return 0

    def using(self, groups: Collection[str]) -> Sequence[Using]:
        return [reached_by_one_user()]

    def users(self, groups: Collection[str], event: str, *, since: datetime) -> int:
        return 1

    def active(self, groups: Collection[str], *, since: date) -> int:
        return 0

    def forget(self, *, before: date) -> int:
        return 0


@dataclass
class Door:
    """A door behind which nobody answers a number of first times."""

    silent_for: int = 0
    told: int = 0

    async def start(self, raw: object) -> Any:
        raise NotImplementedError

    async def tell(self, onboarding: str, kind: str, raw: object) -> Any:
        self.told += 1
        if self.told <= self.silent_for:
            raise NotReachable("no worker answers")


async def asked(here: World) -> "WorkflowHandle[Any, Any]":
    """Ask for a look, as the bell does."""
    return await here.env.client.start_workflow(UsageLook.run, id=ID, task_queue=QUEUE, start_signal="wake")


async def test_it_looks_and_ends() -> None:
    """A look that is asked for again begins anew."""
    books = Books()
    async with world(usage=books, usage_door=Door()) as here:
        for _ in range(2):
            await (await asked(here)).result()

    assert 2 == books.looks


async def test_a_database_that_is_away_is_waited_for() -> None:
    """It does not matter how long the database is away."""
    books = Books(away_for=5)
    async with world(usage=books, usage_door=Door()) as here:
        await (await asked(here)).result()

    assert 6 == books.looks


async def test_it_comes_back_to_an_onboarding_that_does_not_answer() -> None:
    """It comes back after a minute each time, for as long as it takes, over several runs."""
    books, door = Books(), Door(silent_for=40)
    async with world(usage=books, usage_door=door) as here:
        began = await here.now()
        handle = await asked(here)
        first = handle.first_execution_run_id
        await handle.result()
        took = await here.now() - began
        last = await here.env.client.get_workflow_handle(ID).describe()

    assert 41 == door.told == books.looks
    assert timedelta(minutes=40) <= took
    assert first != last.run_id


@dataclass
class PatientDoor:
    """A door that is patient with an onboarding for a dozen signs of life."""

    signs: asyncio.Queue[str]

    async def start(self, raw: object) -> Any:
        raise NotImplementedError

    async def tell(self, onboarding: str, kind: str, raw: object) -> Any:
        for _ in range(12):
            await asyncio.wait_for(self.signs.get(), 5)
        raise NotReachable("no worker answers")


async def test_it_gives_signs_of_life_while_the_door_is_patient_with_somebody() -> None:
    """The door waits longer than Temporal does for a sign: one that does not answer would stop the look for good."""
    signs: asyncio.Queue[str] = asyncio.Queue()
    temporal = ActivityEnvironment()
    temporal.on_heartbeat = lambda *_: signs.put_nowait("alive")
    with ThreadPoolExecutor(1) as threads:
        watching = Watching(
            books=Books(),
            door=PatientDoor(signs),
            now=lambda: databases.NOON,
            kept=timedelta(days=120),
            threads=threads,
            pulse=timedelta(milliseconds=1),
        )

        looked = await temporal.run(watching.look_at_usage)

    assert 1 == looked.troubled
    assert options.PASS_LOST >= 3 * PULSE, "a sign or two may be late"


@dataclass
class SlowToLearn(Books):
    """Books that get to know features until there is a sign of life."""

    signs: threading.Event = field(default_factory=threading.Event)
    seen_alive: bool = False

    def learn_features(self) -> int:
        self.seen_alive = self.signs.wait(3)
        return 0


async def test_it_gives_signs_of_life_while_features_are_learnt() -> None:
    """Months of events take longer than Temporal waits for a sign."""
    books, temporal = SlowToLearn(), ActivityEnvironment()
    temporal.on_heartbeat = lambda *_: books.signs.set()
    with ThreadPoolExecutor(1) as threads:
        watching = Watching(
            books=books, door=Door(), now=lambda: databases.NOON, kept=timedelta(days=120), threads=threads
        )

        await temporal.run(watching.look_at_usage)

    assert books.seen_alive


@dataclass
class ManyBooks(Books):
    """Fresh days of two groups, in two steps; every onboarding belongs to both but the last, which is of the first."""

    onboardings: Sequence[Using] = ()
    through: list[FreshDay] = field(default_factory=list)

    def count(self, *, after: tuple[str, int], most: int) -> Sequence[FreshDay]:
        days = [FreshDay("first", 1, 1), FreshDay("second", 1, 1)]
        return [day for day in days if (day.group_id, day.day) > after][:1]

    def counted(self, fresh: Sequence[FreshDay]) -> None:
        self.through += fresh

    def using(self, groups: Collection[str]) -> Sequence[Using]:
        return [using for using in self.onboardings if using.groups & set(groups)]


@dataclass
class HalfSilentDoor:
    """A door behind which one answers; the others keep silent until it has, or for as long as we have patience."""

    answers: str
    patience: float = 5.0
    told: list[str] = field(default_factory=list)
    gave_up_before: int = 0
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self, raw: object) -> Any:
        raise NotImplementedError

    async def tell(self, onboarding: str, kind: str, raw: object) -> Any:
        self.told.append(onboarding)
        if onboarding == self.answers:
            self.answered.set()
            return
        try:
            await asyncio.wait_for(self.answered.wait(), self.patience)
        except TimeoutError:
            self.gave_up_before += 1
        raise NotReachable("no worker answers")


async def test_the_silent_hold_up_nobody_and_are_waited_for_once_in_a_look() -> None:
    """Ten come first, with more than one fresh day each: whoever answers is told at once."""
    silent = [f"onboarding-file-{number}" for number in range(10)]
    both = [reached_by_one_user(id).model_copy(update={"groups": frozenset({"first", "second"})}) for id in silent]
    books = ManyBooks(onboardings=[*both, reached_by_one_user("onboarding-file-10", group="first")])
    door = HalfSilentDoor("onboarding-file-10", patience=5)
    with ThreadPoolExecutor(1) as threads:
        watching = Watching(
            books=books, door=door, now=lambda: databases.NOON, kept=timedelta(days=120), threads=threads
        )

        looked = await ActivityEnvironment().run(watching.look_at_usage)

    assert 0 == door.gave_up_before
    assert sorted([*silent, "onboarding-file-10"]) == sorted(door.told), "each once"
    assert UsageCounted(days=0, reached=1, troubled=10) == looked
    assert [] == books.through, "what the silent were not told stays fresh, and is looked at again"


async def test_the_look_has_seconds_of_patience_with_one_that_does_not_answer(
    temporal_address: str, tmp_path: Path
) -> None:
    """As the worker is wired: an onboarding whose worker is gone costs the look less than a sixth of its rest."""
    client = await connect(address=temporal_address)
    id = f"onboarding-file-{uuid4().hex[:8]}"
    nobody = await client.start_workflow("Onboarding", {"kept": True}, id=id, task_queue=f"nobody-{id}")
    door = parts_of(Settings(data=tmp_path), client).usage_door
    assert door is not None

    began = time.monotonic()
    with pytest.raises(NotReachable, match="nobody answered"):
        await door.tell(id, "reach_milestone", {"milestone": "met", "news_id": "usage-met"})
    took = time.monotonic() - began

    assert took < options.USAGE_REST.total_seconds() / 6
    await nobody.terminate()
