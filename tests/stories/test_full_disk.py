"""What happens while the disk is full? Nothing is written by halves, nothing is lost, and room is all it needs."""

import errno
import io
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from activities.channels.mail.files import MailFiles
from activities.channels.texts.rendering import Rendering
from activities.channels.texts.samples import sample
from domain.trouble import ChannelDown, UnknownOnboarding
from store import reads
from tests.stories.test_effects import SENDER, office_world
from tests.support import databases
from tests.support.fakes import RecordingChannel
from tests.support.onboardings import sample_deal
from tests.support.waiting import until
from workflows.options import BRIEF_RETRY

FULL, ROOMY = 1, 2**30
"""Pages that a SQLite file may have: fewer than it has means that it may not grow."""
DISK_FULL = "53100"
"""PostgreSQL's code for a full disk (SQLSTATE, class 53: insufficient resources)."""
LONG = [f"{number}: " + "x" * 190 for number in range(20)]
"""Evidence that fits on no page of the file that has been begun."""


@dataclass
class Disk:
    """The disk under a SQLite file, as the database meets it."""

    pages: int = ROOMY
    refused: list[list[str]] = field(default_factory=list)
    """Each transaction that found it full: what it had written by then, and last what did not fit any more."""
    _written: list[str] = field(default_factory=list)

    def under(self, engine: Engine) -> None:
        event.listen(engine, "checkout", self._measure)
        event.listen(engine, "begin", lambda _: self._written.clear())
        event.listen(engine, "before_cursor_execute", self._write)
        event.listen(engine, "handle_error", self._refuse)

    def _measure(self, connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {self.pages}")

    def _write(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            self._written.append(" ".join(statement.split()[:3]))

    def _refuse(self, context: Any) -> None:
        assert "database or disk is full" in str(context.original_exception), context.original_exception
        self.refused.append(list(self._written))


def kept(engine: Engine, onboarding: str) -> tuple[Any, ...]:
    """Journal, read model and notices of an onboarding."""
    return reads.journal(engine, onboarding), reads.one(engine, onboarding), reads.notices(engine, onboarding)


async def until_it_waits_for_room(disk: Disk) -> None:
    """As a normal activity, when the tries within the workflow's own task are used up."""
    await until(lambda: len(disk.refused) > BRIEF_RETRY.maximum_attempts)


async def test_a_deal_that_finds_the_disk_full_is_opened_once_there_is_room(tmp_path: Path) -> None:
    """Refused in the middle of its admission, of which nothing stays."""
    disk = Disk()
    async with office_world(tmp_path, RecordingChannel()) as (made, engine):
        disk.under(engine)
        disk.pages = FULL
        deal = await made.start(sample_deal(closed_at=(await made.now()).isoformat()))
        await until_it_waits_for_room(disk)

        assert all(len(written) > 1 for written in disk.refused), "each had written something before"
        with pytest.raises(UnknownOnboarding):
            reads.one(engine, deal.id)
        assert reads.notices(engine) == ()

        disk.pages = ROOMY
        await deal.let_pass(minutes=2)
        await until(lambda: reads.journal(engine, deal.id))

        assert Counter(row.kind for row in reads.journal(engine, deal.id))["opened"] == 1


async def test_news_that_finds_the_disk_full_is_kept_and_written_once_there_is_room(tmp_path: Path) -> None:
    """Whoever told it has been answered; journal, read model and notices wait together and come together."""
    disk = Disk()
    async with office_world(tmp_path, RecordingChannel()) as (made, engine):
        disk.under(engine)
        deal = await made.closed_now()
        await deal.let_pass(hours=1)
        before = kept(engine, deal.id)
        disk.pages = FULL

        answer = await deal.tell("reach_milestone", milestone="kickoff_held", evidence=LONG, news_id="n-1")
        await until_it_waits_for_room(disk)

        assert not answer.repeated
        assert any(len(written) > 1 for written in disk.refused), "it had written something before"
        assert kept(engine, deal.id) == before

        disk.pages = ROOMY
        await deal.let_pass(minutes=2)
        await until(lambda: kept(engine, deal.id) != before)

        journal, line, _ = kept(engine, deal.id)
        reached = [row for row in journal if (row.kind, row.about) == ("milestone_reached", "kickoff_held")]
        assert len(reached) == 1
        assert [m.status for m in line.milestones if m.key == "kickoff_held"] == ["reached"]


NO_ROOM = """
CREATE FUNCTION no_room() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$ LANGUAGE plpgsql;
CREATE TRIGGER no_room BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION no_room();
"""


@contextmanager
def full(engine: Engine) -> Iterator[list[str]]:
    """No row of the journal fits on PostgreSQL's disk; each transaction that found that out, in PostgreSQL's code."""
    refused: list[str] = []

    def refuse(context: Any) -> None:
        refused.append(context.original_exception.sqlstate)

    event.listen(engine, "handle_error", refuse)
    with engine.begin() as connection:
        connection.exec_driver_sql(NO_ROOM)
    try:
        yield refused
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP FUNCTION no_room CASCADE")
        event.remove(engine, "handle_error", refuse)


@pytest.mark.skipif(not databases.PROGRAMS, reason="PostgreSQL is not installed here")
async def test_on_postgresql_too_news_waits_for_room_and_is_written_once(tmp_path: Path) -> None:
    """The server refuses with the code that it has for a full disk, in the middle of the turn's transaction."""
    with databases.store_of("postgresql", tmp_path) as store:
        async with office_world(tmp_path, RecordingChannel(), engine=store) as (made, engine):
            deal = await made.closed_now()
            await deal.let_pass(hours=1)
            before = kept(engine, deal.id)

            with full(engine) as refused:
                answer = await deal.tell("reach_milestone", milestone="kickoff_held", news_id="n-1")
                await until(lambda: len(refused) > BRIEF_RETRY.maximum_attempts)

                assert not answer.repeated
                assert {DISK_FULL} == set(refused)
                assert kept(engine, deal.id) == before

            await deal.let_pass(minutes=2)
            await until(lambda: kept(engine, deal.id) != before)

            journal, line, _ = kept(engine, deal.id)
            reached = [row for row in journal if (row.kind, row.about) == ("milestone_reached", "kickoff_held")]
            assert len(reached) == 1
            assert [m.status for m in line.milestones if m.key == "kickoff_held"] == ["reached"]


class HalfAFile(io.FileIO):
    """Takes half of what it is given, and then the disk is full."""

    def write(self, content: Any, /) -> int:
        super().write(content[: len(content) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_mail_that_does_not_fit_on_the_disk_leaves_nothing_and_comes_whole_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said of it names the folder and the full disk, and nobody."""
    waiting = sample("reminder")
    files = MailFiles(folder=tmp_path / "mail", sender=SENDER, rendering=Rendering())
    with monkeypatch.context() as full:
        full.setattr("os.fdopen", HalfAFile)
        with pytest.raises(ChannelDown) as down:
            files.deliver(waiting)

    assert str(down.value) == f"{tmp_path / 'mail'}: No space left on device"
    assert list(files.folder.iterdir()) == []

    receipt = files.deliver(waiting)

    assert [Path(receipt.place)] == list(files.folder.iterdir())
    assert Path(receipt.place).read_bytes().rstrip().endswith(b"--"), "to the end of its last part"
