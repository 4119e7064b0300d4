"""A change of a playbook on a real Temporal server, from its plan to those who go by it: told once, whatever dies."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
import yaml

from domain.playbook import content_hash
from domain.rehearsal.planning import PlanOfChange, hash_of
from runtime.connection import connect
from starter.cli.running import run
from starter.doors import planning
from starter.doors.applying import Applied, Applying, Order
from starter.doors.planning import plan_all
from store import reads
from store.change_plans import SqlChangePlans
from store.engine import open_store
from store.ledger import SqlLedger
from tests.domain.agenda.test_changing import edited, with_another_day, with_other_meetings
from tests.stories.test_api import API, fresh_deal
from tests.support import servers
from tests.support.parts import LIBRARY, STAFF
from tests.support.servers import DevServer
from tests.support.simulation import MANAGER, high_touch
from tests.support.web import Web, working_web_on
from tests.support.workers import Workshop
from wiring.doors import doors

temporal_address = servers.temporal_address

Says = Callable[..., Awaitable[tuple[int, str, str]]]
BY = ("--reason", "Fewer mails", "--by", MANAGER)


@asynccontextmanager
async def running(data: Path, temporal: str, *, how_many: int) -> AsyncIterator[tuple[Web, list[str]]]:
    """A worker and so many onboardings by high-touch, with their ids."""
    async with working_web_on(data, temporal) as web:
        web.client.headers.update(web.token())
        ids = [f"{number}{data.name}".replace("-", "_") for number in range(how_many)]
        for id in ids:
            started = await web.client.post(f"{API}/onboardings", json=fresh_deal(id))
            assert 201 == started.status_code
        yield web, [f"onboarding-file-{id}" for id in ids]


@pytest.fixture
def says(
    temporal_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Says]:
    """Exit code, answer and complaint of a command about playbooks, where high-touch has other meetings by now."""
    folder = tmp_path / "our-playbooks"
    folder.mkdir()
    raw = edited(with_other_meetings).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    (folder / "high-touch.yaml").write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    monkeypatch.setenv("DAY90_PLAYBOOKS", str(folder))
    monkeypatch.setenv("COLUMNS", "100")
    at = ("--data", str(tmp_path), "--temporal-address", temporal_address)

    async def command(*words: str) -> tuple[int, str, str]:
        code = await asyncio.to_thread(run, ["playbook", *words, *at])
        return code, *capsys.readouterr()

    # The worker of this process would write its logs among the answers.
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    yield command
    structlog.reset_defaults()


def outcomes(answer: str) -> dict[str, str]:
    return {one["onboarding"]: one["outcome"] for one in json.loads(answer)["onboardings"]}


def versions(web: Web, onboardings: Sequence[str]) -> list[str | None]:
    return [reads.one(web.parts.engine, one).playbook_hash for one in onboardings]


async def test_what_was_planned_is_applied_and_one_goes_back(tmp_path: Path, temporal_address: str, says: Says) -> None:
    """All but one who has moved on since; planned again that one is changed too, and one is taken back."""
    async with running(tmp_path, temporal_address, how_many=3) as (web, ids):
        planned = json.loads((await says("plan", "high-touch", "--json"))[1])
        to, plan = planned["to"], planned["hash"]
        moved = await web.client.post(
            f"{API}/onboardings/{ids[2]}/news/reach_milestone", json={"milestone": "access_provisioned"}
        )
        code, answer, _ = await says("apply", plan[:12], *BY, "--json")
        again = await says("apply", plan[:12], *BY)
        second = json.loads((await says("plan", "high-touch", "--json"))[1])["hash"]
        rest = await says("apply", second, *BY)
        before = content_hash(high_touch())
        back = await says("revert", ids[0], *BY)
        twice = await says("revert", ids[0], *BY)
        facts = [Counter(row.kind for row in reads.journal(web.parts.engine, one)) for one in ids]

        assert 200 == moved.status_code
        assert {ids[0]: "changed", ids[1]: "changed", ids[2]: "outdated"} == outcomes(answer)
        assert (3, 3) == (code, again[0])
        assert "2 onboardings changed (2 of them before)" in again[1]
        assert "1 onboarding left as it is, because it has moved on since the plan: plan again" in again[1]
        assert (0, True) == (rest[0], "1 onboarding changed\n" in rest[1])
        assert (0, 3) == (back[0], twice[0])
        assert "never changed, or all changes were taken back" in twice[2]
        assert [before, to, to] == versions(web, ids)
        assert [2, 1, 1] == [one["playbook_changed"] for one in facts]


async def test_next_stage_waits_and_never_withdraws_it(
    tmp_path: Path, temporal_address: str, says: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planned on two processes, which gives the same plan as one."""
    async with running(tmp_path, temporal_address, how_many=2) as (web, ids):
        plan = json.loads((await says("plan", "high-touch", "--json"))[1])["hash"]
        monkeypatch.setattr(planning, "WORTH_A_PROCESS", 1)
        assert plan == json.loads((await says("plan", "high-touch", "--json"))[1])["hash"]
        waits = await says("apply", plan, "--when", "next-stage", "--only", ids[0], *BY)
        now = await says("apply", plan, "--only", ids[0], *BY)
        never = await says("apply", plan, "--when", "never", *BY, "--json")

        assert (0, True) == (waits[0], "1 onboarding told, and changed later: once the next stage begins" in waits[1])
        assert (3, True) == (now[0], "waits already: withdraw it first" in now[1])
        assert (3, {ids[0]: "withdrawn", ids[1]: "refused"}) == (never[0], outcomes(never[1]))
        assert [content_hash(high_touch())] * 2 == versions(web, ids)


async def test_what_cannot_be_applied_says_what_to_do(tmp_path: Path, temporal_address: str, says: Says) -> None:
    """An unknown plan, nobody of that name, another apply, somebody who may not, one who is paused."""
    async with running(tmp_path, temporal_address, how_many=2) as (web, ids):
        plan = json.loads((await says("plan", "high-touch", "--json"))[1])["hash"]
        plans = SqlChangePlans(web.parts.engine)
        [kept] = plans.beginning(plan)
        short, unknown = await says("apply", plan[:6], *BY), await says("apply", "0" * 12, *BY)
        nobody = await says("apply", plan, "--only", "Nobody Ltd", *BY)
        stranger = await says("apply", plan, "--reason", "x", "--by", "nobody")
        plans.take(kept.plan, "another process")
        both = await says("apply", plan, *BY)
        plans.release(kept.plan, "another process")
        pause = await web.client.post(f"{API}/onboardings/{ids[0]}/news/pause", json={"reason": "Stocktaking"})
        paused = await says("apply", plan, "--only", ids[0], *BY)
        owner = await says("apply", plan, "--only", ids[1], "--reason", "x", "--by", "jonas.weber")
        replanned = await says("plan", "high-touch", "--for", ids[0])
        nothing = await says("apply", replanned[1].split("Plan ")[1][:12], *BY)

        assert (2, 4) == (short[0], unknown[0])
        assert "at least 8 digits" in short[2]
        assert "`day90 playbook plan KEY` makes one" in unknown[2]
        assert (2, "day90: --only: 'Nobody Ltd' is part of no id and of no account in this plan\n") == nobody[::2]
        assert (2, "day90: by: 'nobody' is nobody of the staff directory\n") == stranger[::2]
        assert (3, True) == (both[0], "is being applied just now: wait until that has ended" in both[2])
        assert 200 == pause.status_code
        assert (3, True) == (paused[0], "is paused: change it once it has been resumed" in paused[1])
        assert 3 == owner[0]
        assert (3, True) == (nothing[0], "nothing to do" in nothing[2])
        assert [content_hash(high_touch())] * 2 == versions(web, ids)


async def test_whom_no_worker_answers_for_is_left_and_named(
    tmp_path: Path, temporal_address: str, says: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 5, so that a script gives the same command again; nobody is changed in part."""
    async with running(tmp_path, temporal_address, how_many=2) as (web, ids):
        plan = json.loads((await says("plan", "high-touch", "--json"))[1])["hash"]
    # A worker that was killed is waited for as long as a door has patience; this one stays away.
    monkeypatch.setattr(Applying, "_until", lambda _: asyncio.get_running_loop().time())

    code, answer, _ = await says("apply", plan, *BY)

    assert 5 == code
    assert "2 onboardings not reached; the same command goes on from here\n" in answer
    assert all(f"({one}): " in answer for one in ids)
    assert "is a worker running?" in answer
    assert [content_hash(high_touch())] * 2 == versions(web, ids)


async def test_a_worker_killed_while_a_plan_is_applied_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    """Killed before and after its writes, and whoever applied it is gone: the same plan goes on where it was."""
    temporal = DevServer(file=tmp_path / "temporal.db")
    await temporal.start()
    workshop = Workshop(data=tmp_path, temporal=temporal.address, task_queue=f"apply-{uuid4().hex}")
    workshop.open()
    try:
        client, engine = await connect(address=temporal.address), open_store(workshop.database)
        ledger = SqlLedger(engine)
        door = doors(client, engine, library=LIBRARY, staff=STAFF, task_queue=workshop.task_queue).onboardings
        ids = [(await door.start(fresh_deal(f"killed{number}"))).onboarding for number in range(4)]
        await _until(lambda: all(_opened(engine, one) for one in ids))
        to = edited(with_another_day)
        hashed = content_hash(to)
        planned = await plan_all(door, ledger, ids, to, hashed, told=lambda: None)
        plan = PlanOfChange(playbook=to.key, to=hashed, hash=hash_of(hashed, planned), onboardings=tuple(planned))
        ledger.keep_playbook(to)
        SqlChangePlans(engine).keep(plan)
        [kept] = SqlChangePlans(engine).beginning(plan.hash)
        order = Order(when="now", reason="Other days", by=MANAGER)

        async def applied() -> list[Applied]:
            applying = Applying(door=door, ledger=ledger, engine=engine, kept=kept, to=to, order=order)
            return await applying.all(planned)

        workshop.arm("writing playbook_changed")
        cut_short = asyncio.ensure_future(applied())
        await workshop.died()
        cut_short.cancel()
        await asyncio.gather(cut_short, return_exceptions=True)
        workshop.arm("written playbook_changed")
        workshop.open()
        again = asyncio.ensure_future(applied())
        await workshop.died_and_came_back()
        second = await again
        await workshop.close()
        last = await applied()
        rows = {one: reads.journal(engine, one) for one in ids}
        notices = [(one.onboarding, one.person) for one in reads.notices(engine) if one.kind == "replanned"]
    finally:
        await workshop.close()
        temporal.end()

    assert ["changed"] * 4 == [one.outcome for one in second], "each is told once it is written down"
    assert [("changed", True)] * 4 == [(one.outcome, one.before) for one in last], "asked of the store alone"
    for one in ids:
        kinds = Counter(row.kind for row in rows[one])
        assert (1, 1) == (kinds["playbook_change_ordered"], kinds["playbook_changed"])
    assert notices
    assert {1} == set(Counter(notices).values())


def _opened(engine: Any, onboarding: str) -> bool:
    return any(row.kind == "opened" for row in reads.journal(engine, onboarding))


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(timedelta(seconds=90).total_seconds()):
        while not await asyncio.to_thread(condition):
            await asyncio.sleep(0.2)
