"""What would another version of a playbook change for everybody who goes by it now? Nothing is told or written."""

import asyncio
import multiprocessing
import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from activities.calendars import hours_of
from domain import agenda
from domain.agenda import State
from domain.playbook import Playbook
from domain.record import Dossier
from domain.rehearsal.memory import Memory
from domain.rehearsal.planning import AHEAD, Planned, plan_for
from domain.team import Team
from starter.doors.onboardings import OnboardingDoor
from starter.doors.trying import dossier_as_of

if TYPE_CHECKING:
    from store.ledger import SqlLedger

WORTH_A_PROCESS = 24
"""Onboardings from which on a further process is quicker: it takes a second until it has read the program."""
READ_AHEAD = 2
"""Onboardings that are asked for their state while the processes are busy, so that none waits for an answer."""


class _Basis(NamedTuple):
    """All that an onboarding's plan is made from, besides the version."""

    state: State
    dossier: Dossier
    team: Team
    memory: Memory
    now: datetime


async def plan_all(
    door: OnboardingDoor,
    ledger: "SqlLedger",
    onboardings: Sequence[str],
    to: Playbook,
    hashed: str,
    *,
    told: Callable[[], None],
    processes: int | None = None,
) -> list[Planned]:
    """The plan of each of those that do not go by that version, in their order; `told` is called after each.

    The answer does not depend on `processes`, by default as many as there are processors. Raises NotReachable.
    """
    workers = min(processes or os.cpu_count() or 1, max(1, len(onboardings) // WORTH_A_PROCESS))
    turns = asyncio.Semaphore(workers + READ_AHEAD)
    # Once for all: reading a version takes a process as long as reading everything else.
    version = pickle.dumps(to)

    async def planned(onboarding: str, pool: ProcessPoolExecutor | None) -> Planned | None:
        async with turns:
            plan, state = None, await state_of(door, onboarding)
            if state.opened and not state.ending and state.playbook_hash != hashed:
                basis = await asyncio.to_thread(_basis, door, ledger, state)
                plan = await asyncio.get_running_loop().run_in_executor(pool, _planned, basis, version, hashed)
        told()
        return plan

    with _processes(workers) as pool:
        tasks = [asyncio.ensure_future(planned(onboarding, pool)) for onboarding in onboardings]
        try:
            plans = await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
    return [plan for plan in plans if plan is not None]


@contextmanager
def _processes(workers: int) -> Iterator[ProcessPoolExecutor | None]:
    """That many processes; None where this one is enough."""
    if workers == 1:
        yield None
        return
    # Not forked: a fork of a process that has threads may hang for ever.
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _planned(basis: _Basis, version: bytes, hashed: str) -> Planned:
    return _plan(basis, _version(version), hashed)


@lru_cache(1)
def _version(pickled: bytes) -> Playbook:
    version = pickle.loads(pickled)
    assert isinstance(version, Playbook), "made by plan_all"
    return version


async def state_of(door: OnboardingDoor, onboarding: str) -> State:
    """The state as its workflow has it now. Raises NotFound, NotReachable."""
    return agenda.carried(await door.ask(onboarding, "carried"))


def planned_now(
    door: OnboardingDoor,
    ledger: "SqlLedger",
    state: State,
    to: Playbook,
    hashed: str,
    *,
    ahead: timedelta = AHEAD,
) -> Planned:
    """What would change for the onboarding in that state, as of now."""
    return _plan(_basis(door, ledger, state), to, hashed, ahead=ahead)


def _plan(basis: _Basis, to: Playbook, hashed: str, *, ahead: timedelta = AHEAD) -> Planned:
    state, dossier, team, memory, now = basis
    return plan_for(state, dossier, team, memory, to=to, hashed=hashed, now=now, hours=hours_of, ahead=ahead)


def _basis(door: OnboardingDoor, ledger: "SqlLedger", state: State) -> _Basis:
    now = state.clock.business(datetime.now(UTC))
    dossier = dossier_as_of(door, state.onboarding, now)
    memory = Memory(
        rows={(row.kind, row.key): row for row in ledger.registers(state.onboarding)},
        agreed=ledger.baseline(state.onboarding, dossier.playbook),
        measured=ledger.figures(state.onboarding),
    )
    return _Basis(state, dossier, door.staff(), memory, now)
