"""What is left when a part dies at the worst moment? kill -9 of the worker, of Temporal's server, of the database."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine
from temporalio.client import Client, WorkflowHandle

from activities.lanes import MOST_AT_ONCE
from runtime.connection import connect
from starter.doors.onboardings import OnboardingDoor
from store import reads
from store.confirmations import SqlConfirmations
from store.engine import open_store
from tests.support import databases
from tests.support.databases import PostgresServer
from tests.support.mail_office import PostOffice, opened
from tests.support.onboardings import sample_deal
from tests.support.parts import LIBRARY, STAFF
from tests.support.servers import DevServer
from tests.support.workers import Workshop
from wiring.doors import doors

DAY = timedelta(seconds=2)
"""A week of the plan passes in a story, and its mails do not pile up on a busy machine."""
PATIENCE = 90.0
A_LONG_TIME = datetime(9999, 1, 1, tzinfo=UTC)
"""So late that every row that waits for anything has waited long enough."""
TASK = timedelta(seconds=2)
"""After so long Temporal gives a workflow task up whose worker was killed; by default ten, which only costs time."""
TOLD_ONCE = frozenset(
    {"introduction", "assigned", "kickoff_agenda", "plan", "sign_off_request", "milestone_reached"}
    | {"went_live", "issue_raised", "issue_resolved", "hand_off", "ended"}
)
"""Kinds that come once to a person about a thing; reminders and meetings come again with reason."""


@dataclass
class Case:
    """One onboarding on the compressed clock, seen from outside: through the door, the store and the mail server."""

    id: str
    door: OnboardingDoor
    engine: Engine
    workshop: Workshop
    office: PostOffice

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.door.client.get_workflow_handle(self.id)

    async def tell(self, kind: str, **news: Any) -> None:
        await self.door.tell(self.id, kind, news)

    async def nothing(self) -> None:
        return

    async def reached(self, milestone: str) -> None:
        await self.tell("reach_milestone", milestone=milestone)

    async def hears_of(self, kind: str) -> None:
        """Wait until it stands in the journal."""
        await self.until(lambda: self.facts(kind).total() > 0)

    async def hand_over(self) -> None:
        """Their manager does it before its time, with every criterion named."""
        criteria = ["milestones_complete", "adoption_on_target", "self_sufficient", "outcomes_visible"]
        news = {"ending": "handed_over_with_exceptions", "exceptions": criteria, "reason": "agreed"}
        await self.tell("end_onboarding", **news, by="nora.lindqvist")

    async def dies(self, point: str, doing: Callable[[], Awaitable[object]]) -> None:
        """The worker is killed at that point of what is being done; it is done all the same."""
        self.workshop.arm(point)
        under_way = asyncio.ensure_future(doing())
        await self.workshop.died_and_came_back()
        await under_way

    async def lost(self, point: str, telling: Coroutine[Any, Any, None], temporal: DevServer) -> None:
        """Worker and server are killed at that point of what is being told, and whoever told it is gone, too."""
        self.workshop.arm(point)
        caller = asyncio.ensure_future(telling)
        await self.workshop.died()
        temporal.kill()
        caller.cancel()
        # To the end: its connection to the store goes back to the pool, which may be closed afterwards.
        await asyncio.gather(caller, return_exceptions=True)
        await temporal.start()
        self.workshop.open()

    async def agrees(self) -> None:
        """Wait until nothing in the journal is unknown to Temporal, be it by telling it again."""
        await self.until(lambda: not SqlConfirmations(self.engine, after=timedelta(0)).ready(now=A_LONG_TIME, most=1))

    async def status_of(self, milestone: str) -> str:
        """As the workflow has it, which the read model has to say too."""
        plan = await self.handle.query("plan")
        [of_workflow] = [one["status"] for one in plan["milestones"] if one["key"] == milestone]
        of_store = {one.key: one.status for one in reads.one(self.engine, self.id).milestones}
        assert of_store[milestone] == of_workflow
        return str(of_workflow)

    async def all_mail_out(self) -> None:
        """Also what was in hand at a kill, which Temporal gives up for lost after half a minute."""
        await self.until(lambda: not reads.notices(self.engine, state="waiting"))

    async def until(self, condition: Callable[[], bool]) -> None:
        """In a thread: the mail server lives in this loop, and must not be kept from answering."""
        async with asyncio.timeout(PATIENCE):
            while not await asyncio.to_thread(condition):
                await asyncio.sleep(0.1)

    def expect_everything_once(self) -> None:
        """Each thing that happened once in the journal; each notice one mail, or a repeat of it as the same message."""
        for kind in ("milestone_reached", "sign_off_asked", "stage_opened", "stage_closed"):
            assert [about for about, times in self.facts(kind).items() if times > 1] == [], kind
        notices = reads.notices(self.engine)
        told = Counter((notice.kind, notice.person, notice.about) for notice in notices if notice.kind in TOLD_ONCE)
        assert [notice for notice, times in told.items() if times > 1] == []
        ids: dict[str, set[str]] = {}
        for mail in self.office.mails:
            ids.setdefault(mail["X-Day90-Notice"].strip(), set()).add(mail["Message-ID"])
        gone = {message for messages in ids.values() for message in messages}
        # By its Message-ID: news that is told again under another id gives its name to what had gone before.
        assert {notice.message_id for notice in notices if notice.state == "sent"} <= gone
        assert [key for key, messages in ids.items() if len(messages) > 1] == []

    def facts(self, kind: str) -> Counter[str]:
        """How often each thing was written down as that."""
        rows = [row for row in reads.journal(self.engine, self.id) if row.key.startswith("fact/")]
        return Counter(row.about for row in rows if row.kind == kind)

    def rung(self) -> int:
        """How many entries of the agenda were acted on because their time had come."""
        return sum(not row.key.startswith("fact/") for row in reads.journal(self.engine, self.id))

    @property
    def repeats(self) -> int:
        """Mails that came more than once."""
        return len(self.office.mails) - len({mail["Message-ID"] for mail in self.office.mails})

    @property
    def pointless(self) -> int:
        """Mails that were in hand at a kill, and withdrawn afterwards because what they are about had been done."""
        gone = {mail["Message-ID"] for mail in self.office.mails}
        return sum(notice.message_id in gone for notice in reads.notices(self.engine, state="withdrawn"))


@pytest.fixture
async def temporal(tmp_path: Path) -> AsyncIterator[DevServer]:
    """A server for one test alone: all onboardings of a namespace share one sender."""
    server = DevServer(file=tmp_path / "temporal.db")
    await server.start()
    yield server
    server.end()


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with opened(PostOffice()) as office:
        yield office


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    """A database server for one test alone, to be shut down in the middle of it."""
    if not databases.PROGRAMS:
        pytest.skip("PostgreSQL is not installed here")
    server = PostgresServer(databases.PROGRAMS[-1].parent)
    yield server
    server.stop()


async def admitted(
    temporal: str, data: Path, office: PostOffice, *, point: str = "", database: str | None = None
) -> Case:
    """An onboarding whose first worker is at work, or dies at that point and comes back."""
    number = data.name.removeprefix("test_").replace("_", ".")
    smtp = f"smtp://localhost:{office.port}"
    settings = {"DAY90_DAY_LENGTH": f"{DAY.total_seconds()}s", "DAY90_SMTP_URL": smtp}
    if database is not None:
        settings["DAY90_DATABASE_URL"] = database
    workshop = Workshop(data=data, temporal=temporal, task_queue=f"crash-{number}", settings=settings)
    if point:
        workshop.arm(point)
    workshop.open()
    client, engine = await connect(address=temporal), open_store(workshop.database)
    door = doors(
        client, engine, library=LIBRARY, staff=STAFF, task_queue=workshop.task_queue, day_length=DAY
    ).onboardings
    # What died comes back more slowly on a busy machine than people would wait for an answer.
    door = replace(door, patience=timedelta(seconds=PATIENCE))
    id = await _started(client, sample_deal(id=number), queue=workshop.task_queue)
    case = Case(id=id, door=door, engine=engine, workshop=workshop, office=office)
    if point:
        await workshop.died_and_came_back()
    await case.until(lambda: case.facts("opened").total() > 0)
    return case


async def _started(client: Client, deal: dict[str, Any], *, queue: str) -> str:
    id = f"onboarding-{deal['source']}-{deal['id']}"
    await client.start_workflow("Onboarding", deal, id=id, task_queue=queue, task_timeout=TASK)
    return id


async def test_a_worker_that_is_killed_again_and_again_brings_its_onboarding_to_the_hand_off(
    temporal: DevServer, tmp_path: Path, office: PostOffice
) -> None:
    """With mail in hand, at the opening, in the middle of a transaction, right after a commit, at the very end."""
    case = await admitted(temporal.address, tmp_path, office, point="admitted")
    try:
        await case.dies("delivered", case.nothing)
        await case.dies("writing milestone_reached", lambda: case.reached("access_provisioned"))
        issue = {"issue": "T-1", "title": "nobody can sign in", "severity": "critical"}
        case.workshop.arm("written milestone_reached")
        telling = asyncio.ensure_future(case.reached("introduction_sent"))
        await case.workshop.died()
        await case.handle.signal("issue_raised", issue)
        case.workshop.open()
        await telling
        await case.hears_of("issue_raised")
        await case.tell("resolve_issue", issue="T-1")
        await case.dies("written ended", case.hand_over)
        outcome = await asyncio.wait_for(case.handle.result(), PATIENCE)
        await case.all_mail_out()
    finally:
        await case.workshop.close()

    assert "handed_over_with_exceptions" == outcome["ending"]
    assert case.facts("milestone_reached") == Counter(["access_provisioned", "introduction_sent"])
    case.expect_everything_once()
    assert 0 < case.repeats + case.pointless <= MOST_AT_ONCE, "what was in hand came again, as the same message"


async def test_news_that_temporal_lost_with_its_task_is_told_again(
    temporal: DevServer, tmp_path: Path, office: PostOffice
) -> None:
    """The turn is written, then everything dies, and the caller never comes back: the onboarding knows it."""
    case = await admitted(temporal.address, tmp_path, office)
    try:
        await case.lost("written milestone_reached", case.reached("access_provisioned"), temporal)
        await case.agrees()

        assert "reached" == await case.status_of("access_provisioned")
        assert case.facts("milestone_reached") == Counter(["access_provisioned"])

        ending = {"ending": "churned", "reason": "Insolvent", "by": "nora.lindqvist"}
        await case.lost("written ended", case.tell("end_onboarding", **ending), temporal)
        outcome = await asyncio.wait_for(case.handle.result(), PATIENCE)
        await case.agrees()
    finally:
        await case.workshop.close()

    assert "churned" == outcome["ending"]
    case.expect_everything_once()


async def test_a_caller_who_comes_again_under_another_id_doubles_nothing(
    temporal: DevServer, tmp_path: Path, office: PostOffice
) -> None:
    """As somebody at a command line does: the first row is taken back once the second is known."""
    case = await admitted(temporal.address, tmp_path, office)
    try:
        await case.lost("written milestone_reached", case.reached("access_provisioned"), temporal)
        await case.reached("access_provisioned")
        await case.agrees()

        assert "reached" == await case.status_of("access_provisioned")
        assert case.facts("milestone_reached") == Counter(["access_provisioned"])
    finally:
        await case.workshop.close()


async def test_on_postgresql_too_what_temporal_lost_is_told_again_or_taken_back(
    temporal: DevServer, tmp_path: Path, office: PostOffice, postgres: PostgresServer
) -> None:
    """Both cuts in one story: a milestone whose caller comes again under another id, an ending whose caller never."""
    case = await admitted(temporal.address, tmp_path, office, database=postgres.new_database())
    try:
        await case.lost("written milestone_reached", case.reached("access_provisioned"), temporal)
        await case.reached("access_provisioned")
        await case.agrees()

        assert "reached" == await case.status_of("access_provisioned")
        assert case.facts("milestone_reached") == Counter(["access_provisioned"])

        ending = {"ending": "churned", "reason": "Insolvent", "by": "nora.lindqvist"}
        await case.lost("written ended", case.tell("end_onboarding", **ending), temporal)
        outcome = await asyncio.wait_for(case.handle.result(), PATIENCE)
        await case.agrees()

        assert "churned" == outcome["ending"]
        case.expect_everything_once()
    finally:
        await case.workshop.close()
        case.engine.dispose()


async def test_a_temporal_server_that_is_killed_goes_on_from_its_file(
    temporal: DevServer, tmp_path: Path, office: PostOffice
) -> None:
    """News is under way and a timer runs; the worker finds the server again, the door repeats under the same id."""
    case = await admitted(temporal.address, tmp_path, office)
    try:
        await case.reached("access_provisioned")
        telling = [asyncio.ensure_future(case.reached("introduction_sent"))]
        temporal.kill()
        telling.append(asyncio.ensure_future(case.tell("record_win", title="One list of all open orders")))
        rung_before = case.rung()
        await temporal.start()
        await asyncio.gather(*telling)
        await case.until(lambda: case.rung() > rung_before)
        await case.hand_over()
        outcome = await asyncio.wait_for(case.handle.result(), PATIENCE)
        await case.all_mail_out()
    finally:
        await case.workshop.close()

    assert "handed_over_with_exceptions" == outcome["ending"]
    # The first win reaches the milestone of the first value.
    reached = ["access_provisioned", "introduction_sent", "first_win_shown"]
    assert case.facts("milestone_reached") == Counter(reached)
    assert 1 == case.facts("win_recorded").total()
    case.expect_everything_once()


async def test_a_database_that_is_shut_down_in_the_middle_of_a_turn_keeps_nothing_of_it(
    temporal: DevServer, tmp_path: Path, office: PostOffice, postgres: PostgresServer
) -> None:
    """The picture is drawn anew, the journal not yet: none of it is there afterwards, and all of it once it is back."""
    url = postgres.new_database()
    case = await admitted(temporal.address, tmp_path, office, database=url)
    try:
        with closing(psycopg.connect(url)) as blocking:
            blocking.execute("LOCK TABLE journal IN SHARE MODE")
            telling = asyncio.ensure_future(case.reached("access_provisioned"))
            await case.until(lambda: _turns_in_the_middle(url) == 1)
            before = _all_that_a_turn_writes(url)
            case.workshop.hold_still()
            postgres.shut_down_at_once()
        postgres.start()
        after = _all_that_a_turn_writes(url)
        case.workshop.go_on()
        case.engine.dispose()
        await telling
        await case.hears_of("milestone_reached")
        await case.reached("introduction_sent")
        await case.hand_over()
        outcome = await asyncio.wait_for(case.handle.result(), PATIENCE)
        await case.all_mail_out()
    finally:
        case.workshop.go_on()
        await case.workshop.close()

    assert before == after
    assert "handed_over_with_exceptions" == outcome["ending"]
    assert case.facts("milestone_reached") == Counter(["access_provisioned", "introduction_sent"])
    case.expect_everything_once()
    case.engine.dispose()


def _turns_in_the_middle(url: str) -> int:
    """How many transactions have drawn the picture of an onboarding, and wait to write its journal."""
    waiting = """
        SELECT count(*) FROM pg_stat_activity JOIN pg_locks USING (pid)
        WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO journal%'
        AND relation = 'onboardings'::regclass AND mode = 'RowExclusiveLock' AND granted
    """
    with psycopg.connect(url) as connection:
        [count] = connection.execute(waiting).fetchone() or [0]
    return int(count)


def _all_that_a_turn_writes(url: str) -> dict[str, list[Any]]:
    """Of every table that a turn writes to, all rows; of notices what a turn writes of them."""
    tables = ("onboardings", "stages", "milestones", "plans", "registers", "journal", "people")
    asked = {table: f"SELECT {table}::text FROM {table} ORDER BY 1" for table in tables}
    asked["notices"] = "SELECT onboarding, key, created_at FROM notices ORDER BY 1, 2"
    with psycopg.connect(url) as connection:
        return {table: connection.execute(said.encode()).fetchall() for table, said in asked.items()}
