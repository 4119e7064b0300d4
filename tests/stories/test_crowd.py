"""Do store and workflow say the same after a crowd, whatever Temporal has thrown away meanwhile?"""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from domain.refusal import Refused
from starter.doors.queueing import Queue
from starter.doors.updating import PATIENCE
from starter.trouble import NotReachable
from store import reads
from tests.stories.test_crash import Case, admitted
from tests.stories.test_crash import office as office  # noqa: PLC0414  # a fixture
from tests.stories.test_crash import temporal as temporal  # noqa: PLC0414  # a fixture
from tests.support.mail_office import PostOffice
from tests.support.servers import DevServer

TOLD = 60
NO_PATIENCE = timedelta(seconds=3)
"""Of callers who never come back: some of them get no answer, and what became of their news is nobody's to repeat."""


async def crowd(case: Case, callers: int, *, queue: Queue, patience: timedelta = PATIENCE) -> Counter[str]:
    """So many callers raise issues one after the other, each once, and never repeat one; how they were answered."""
    door = replace(case.door, queue=queue, patience=patience)
    numbers, answers = iter(range(TOLD)), Counter[str]()

    async def call() -> None:
        for number in numbers:
            try:
                await door.tell(case.id, "raise_issue", {"title": f"No {number}", "issue": f"T-{number}"})
                answers["taken"] += 1
            # What SQLite does not take within its patience is no answer either: the API says 503.
            except (NotReachable, Refused, OperationalError) as trouble:
                answers[type(trouble).__name__] += 1

    await asyncio.gather(*(call() for _ in range(callers)))
    return answers


async def issues_of(case: Case) -> set[str]:
    """The open issues, once workflow, journal and register have the same, each of them once."""
    async with asyncio.timeout(60):
        while True:
            try:
                workflow = set((await case.door.ask(case.id, "progress"))["open_issues"])
            except NotReachable:
                # On a busy machine the server may have heard of no worker for a moment: whoever asks asks again.
                await asyncio.sleep(0.5)
                continue
            journal = case.facts("issue_raised")
            rows = reads.one(case.engine, case.id).registers
            register = {row.key for row in rows if (row.kind, row.status) == ("issue", "open")}
            if workflow == set(journal) == register and {1} == set(journal.values()):
                return workflow
            await asyncio.sleep(0.5)


@pytest.mark.parametrize("callers", [11, 25])
async def test_a_crowd_leaves_store_and_workflow_the_same(
    temporal: DevServer, tmp_path: Path, office: PostOffice, callers: int
) -> None:
    """More at once than Temporal takes by default (ten), as if nobody queued: it throws tasks away, and their turns."""
    case = await admitted(temporal.address, tmp_path, office)
    try:
        answers = await crowd(case, callers, queue=Queue(callers), patience=NO_PATIENCE)
        # The SDK's core may hold on to a run whose task the server has thrown away, for minutes.
        case.workshop.kill()
        case.workshop.open()
        await case.agrees()
        issues = await issues_of(case)
    finally:
        await case.workshop.close()

    assert answers["taken"] <= len(issues)


async def test_a_crowd_that_queues_is_answered_to_the_last(
    temporal: DevServer, tmp_path: Path, office: PostOffice
) -> None:
    """With the queue of our doors nobody is refused for the crowd's sake."""
    case = await admitted(temporal.address, tmp_path, office)
    try:
        answers = await crowd(case, 40, queue=Queue())
        await case.agrees()
        issues = await issues_of(case)
    finally:
        await case.workshop.close()

    assert {"taken": TOLD} == answers
    assert TOLD == len(issues)
