"""Does nobody fall through? The nightly sweep and its report, on a real Temporal server, store and mail folder."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs
from temporalio.client import (
    Client,
    CreateScheduleInput,
    Interceptor,
    OutboundInterceptor,
    ScheduleHandle,
    UpdateScheduleInput,
)
from temporalio.service import RPCError, RPCStatusCode

from activities import sweep
from domain.census import Picture
from domain.deal import DealClosed, onboarding_id
from domain.inbox import Incoming
from domain.prospect import Prospect, introduction_id
from domain.rehearsal.checking import Unlike
from runtime.fleet import TemporalFleet
from starter.doors.bell import look_at_usage
from starter.doors.schedules import keep_schedule
from store.engine import write_transaction
from store.inbox import SqlInbox
from store.introductions import SqlIntroductions
from store.ledger import SqlLedger
from store.reads import journal, notices, one
from store.tables import onboardings
from store.webhooks import SqlWebhooks
from tests.support import houses
from tests.support.houses import OPS, QUEUE, House, until
from tests.support.introductions import sample_prospect
from tests.support.onboardings import sample_deal
from tests.support.sealing import SEALING
from tests.support.web import web_on
from workflows.sweep import SCHEDULE
from workflows.usage import ID as USAGE

house = houses.house


async def test_a_night_with_troubles_and_the_morning_after(house: House) -> None:
    """Exactly what would fall through is found, people hear of it, each is repaired by a command, all is well."""
    async with house.worker():
        well, terminated, orphan = [await house.opened() for _ in range(3)]
        assert "nobody falls through: 3 open onboardings" in await house.day90("sweep")

        await house.client.get_workflow_handle(terminated).terminate("by mistake")
        deal = DealClosed.model_validate(sample_deal(id=f"cut_off_{uuid4().hex[:8]}"))
        cut_off = onboarding_id(deal.source, deal.id)
        an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
        SqlLedger(house.engine, clock=lambda: an_hour_ago).keep_deal(cut_off, deal)
        with write_transaction(house.engine) as connection:
            gone = update(onboardings).where(onboardings.c.onboarding == orphan)
            connection.execute(gone.values(owner="left.long_ago"))

        wanted = {terminated: "stopped", cut_off: "not_started", orphan: "without_owner"}

        async def all_found() -> bool:
            return await house.looked() == wanted

        # Temporal's search needs a moment to know of the termination.
        await until(all_found)
        assert wanted == await house.swept()

        async def reported() -> bool:
            return bool(house.mails_to(OPS.email))

        await until(reported)
        [mail] = house.mails_to(OPS.email)
        assert mail.startswith("day90: 3 cases need a person\n")
        assert all(f"day90 repair {id}" in mail for id in (terminated, cut_off))
        assert f"day90 reassign {orphan} HANDLE" in mail
        assert well not in mail
        assert {"sweep_report"} == {line.kind for line in notices(house.engine) if line.onboarding is None}

        assert wanted == await house.swept()
        assert 1 == len(house.mails_to(OPS.email)), "one mail a night, however often it is run"

        findings = json.loads(await house.day90("sweep", "--json", code=6))["findings"]
        assert wanted == {finding["subject"]: finding["kind"] for finding in findings}

        facts_before = len(journal(house.engine, terminated))
        await house.day90("repair", terminated, code=2)
        assert "its workflow goes on" in await house.day90("repair", terminated, "--yes")
        await house.day90("repair", cut_off, "--yes")
        await house.day90("reassign", orphan, "grace.lee", "--by", "nora.lindqvist")
        while (await house.door.ask(terminated, "progress"))["status"] == "opening":
            await asyncio.sleep(0.02)
        await house.day90("done", terminated, "handoff_reviewed")

        async def all_well() -> bool:
            return await house.looked() == {}

        await until(all_well)
        assert "nobody falls through" in await house.day90("sweep")
        assert {"opening", one(house.engine, well).status} >= {one(house.engine, cut_off).status}
        again = journal(house.engine, terminated)
        assert len({row.key for row in again}) == len(again) > facts_before
        assert "nothing is the matter" in await house.day90("repair", terminated, "--yes", code=3)


class MayNotChangeSchedules(Interceptor):
    """A client whose key may not change schedules."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _Refusing(super().intercept_client(next))


class _Refusing(OutboundInterceptor):
    async def create_schedule(self, input: CreateScheduleInput) -> ScheduleHandle:
        raise RPCError("Request unauthorized.", RPCStatusCode.PERMISSION_DENIED, b"")

    async def update_schedule(self, input: UpdateScheduleInput) -> None:
        raise RPCError("Request unauthorized.", RPCStatusCode.PERMISSION_DENIED, b"")


async def test_a_worker_that_may_not_keep_the_schedule_works_all_the_same(house: House) -> None:
    """The worker says so once, and leaves the schedule as it is."""
    house.client = Client(
        house.client.service_client, data_converter=house.client.data_converter, interceptors=[MayNotChangeSchedules()]
    )
    async with house.worker():
        with capture_logs() as lines:
            await keep_schedule(house.client, task_queue="another")

        assert ["sweep_not_scheduled"] == [line["event"] for line in lines]
        await house.opened()


async def test_workers_that_start_together_keep_one_schedule(house: House) -> None:
    """They leave the hour that an operator chose."""
    await asyncio.gather(*(keep_schedule(house.client, task_queue=QUEUE) for _ in range(4)))
    handle = house.client.get_schedule_handle(SCHEDULE)
    description = await handle.describe()
    assert [3] == [hour.start for hour in description.schedule.spec.calendars[0].hour]
    await handle.pause(note="while we move")

    await keep_schedule(house.client, task_queue="another")

    moved = await handle.describe()
    assert moved.schedule.state.paused
    assert "another" == getattr(moved.schedule.action, "task_queue", None)
    await handle.delete()


async def test_what_was_delivered_and_led_to_nothing_is_found(house: House) -> None:
    """Both ways: nobody has worked through it for an hour; it was refused, and its sender does not know."""
    two_hours_ago = datetime.now(UTC) - timedelta(hours=2)
    inbox = SqlInbox(house.engine, clock=lambda: two_hours_ago)
    inbox.keep([Incoming(source="nobody", kind="deal_closed", key=f"{number}") for number in (1, 2)])
    findings = json.loads(await house.day90("sweep", "--json", code=6))["findings"]
    # The server is shared: the receiver was never started, or ended after another test.
    [finding] = findings
    assert ("receiver", "deliveries_wait") == (finding["subject"], finding["kind"])
    assert finding["cause"] in {
        f"2 from nobody; the oldest is 1: not tried yet; {how}" for how in ("never started", "terminated")
    }

    async with house.worker():
        assert "receiver was woken" in await house.day90("repair", "receiver", "--yes")

        async def refused() -> bool:
            return await house.swept() == {"inbox": "deliveries_refused"}

        await until(refused)
        assert "2 from nobody" in await house.day90("sweep", code=6)
        assert "inbox" not in await house.looked(later=timedelta(hours=27)), "said once: the rest is in the inbox"


class _Ended:
    """Three that have ended: told as then, told otherwise, and one whose journal cannot be read."""

    def ended(self, *, since: datetime, until: datetime) -> list[str]:
        assert timedelta(days=1) <= until - since < timedelta(days=2)
        return ["as-then", "otherwise", "unreadable"]

    def unlike(self, onboarding: str) -> tuple[Unlike, ...]:
        if onboarding == "unreadable":
            raise KeyError("a name that stands in the journal")
        unlike = Unlike(onboarding=onboarding, kind="reminder", occasion="kickoff_held/2027-01-04/+0", how="missing")
        return (unlike,) if onboarding == "otherwise" else ()


async def test_what_the_rules_tell_otherwise_of_the_past_is_reported_and_wakes_nobody(house: House) -> None:
    """It is for whoever changes rules: nobody falls through by it, and one that cannot be read hides no finding."""
    swept = await replace(house.repairing(), pasts=_Ended()).look()

    assert 2 == swept.lived_again
    assert [("otherwise", "missing")] == [(one.onboarding, one.how) for one in swept.not_reproduced]
    assert [("unreadable", "living it again failed: KeyError")] == [
        (one.onboarding, one.why) for one in swept.not_relived
    ]
    assert () == swept.findings


async def test_a_store_that_is_another_database_is_one_finding(house: House) -> None:
    async with house.worker():
        strangers = [await house.opened() for _ in range(2)]
        for onboarding in strangers:
            house.forgotten_by_the_store(onboarding)

        async def is_found() -> bool:
            return await house.looked(later=timedelta(hours=1)) == {"store": "another_store"}

        await until(is_found)


@pytest.mark.parametrize(("after", "asked"), [(20, 3), (1, 1)])
async def test_who_does_not_answer_is_named_and_the_others_are_compared(
    after: int, asked: int, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless several in a row are silent: then no worker is there, and each question would wait its time."""
    ask, questions = TemporalFleet.ask, []

    async def answered(fleet: TemporalFleet, id: str) -> Picture | None:
        questions.append(id)
        return None if id == silent else await ask(fleet, id)

    monkeypatch.setattr(TemporalFleet, "ask", answered)
    monkeypatch.setattr(sweep, "LOOKS_AT_ONCE", 1)
    monkeypatch.setattr(sweep, "SILENT_AFTER", after)
    async with house.worker():
        silent, *others = sorted([await house.opened() for _ in range(3)])
        printed = await house.day90("sweep")
        swept = json.loads(await house.day90("sweep", "--json"))

    missed = [silent, *others] if asked == 1 else [silent]
    assert [silent, *others][:asked] * 2 == questions
    assert missed == swept["not_compared"]
    assert f"did not answer, so not compared: {', '.join(missed)}" in " ".join(printed.split())


async def test_the_log_holds_no_cause(house: House) -> None:
    """It may quote what a CRM said about a person; the mails and the command have it."""
    SqlInbox(house.engine, clock=lambda: datetime.now(UTC) - timedelta(hours=2)).keep(
        [Incoming(source="nobody", kind="deal_closed", key="1")]
    )

    with capture_logs() as lines:
        async with house.worker():
            await house.swept()

    found = [line for line in lines if line["event"] == "would_fall_through"]
    assert found
    assert all({"kind", "subject", "owner", "since"} == line.keys() - {"event", "log_level"} for line in found)


async def test_news_that_nobody_confirms_is_found_after_a_quarter_of_an_hour(house: House) -> None:
    async with house.worker():
        onboarding = await house.opened()
        await house.door.tell(onboarding, "reach_milestone", {"milestone": "handoff_reviewed"})

        assert {} == await house.looked()
        assert {"sender-confirmations": "sender_stopped"} == await house.looked(later=timedelta(minutes=16))


async def test_other_systems_that_are_told_nothing_are_found(house: House) -> None:
    """Their sender was ended or paused, and what they should be told lies in the journal."""
    hooks = SqlWebhooks(house.engine, sealing=SEALING)
    sender = f"sender-webhook-{hooks.add('https://hooks.example.test', types=(), secret='whsec_x').id}"
    later = timedelta(hours=3)
    async with house.worker():
        await house.opened()
        assert "nobody falls through" in await house.day90("sweep")
        assert {sender: "sender_stopped"} == {
            subject: kind for subject, kind in (await house.looked(later=later)).items() if subject == sender
        }
        [remedy] = (await house.repairing(later=later).remedies(sender)).remedies
        assert "was woken" in await remedy.do()

        await house.paused_in_temporal(sender)
        assert {sender: "paused_in_temporal"} == await house.looked()
        await house.day90("repair", sender, "--yes")
        assert {} == await house.looked()


async def test_a_look_at_usage_that_is_paused_is_found_and_released(house: House) -> None:
    """No mail is late for it and no list misses it: what usage reached would be told to nobody."""
    await look_at_usage(house.client, task_queue=QUEUE)
    assert {} == await house.looked()
    await house.paused_in_temporal(USAGE)

    async def is_found() -> bool:
        return await house.looked() == {USAGE: "paused_in_temporal"}

    # Temporal's search needs a moment to know of the pause.
    await until(is_found)
    async with house.worker():
        assert {USAGE: "paused_in_temporal"} == await house.swept()
        await house.day90("repair", USAGE, "--yes")

        async def well() -> bool:
            return await house.looked() == {}

        await until(well)
        await house.client.get_workflow_handle(USAGE).terminate()


async def test_an_introduction_that_was_ended_from_outside_is_found_and_goes_on(house: House) -> None:
    """An introduction of which only the start was lost begins."""
    prospect = Prospect.model_validate(sample_prospect(id=uuid4().hex[:12]))
    introduction = introduction_id(prospect.source, prospect.id)
    store = SqlIntroductions(house.engine, clock=lambda: datetime.now(UTC) - timedelta(hours=1))
    store.keep(introduction, prospect)
    assert {introduction: "not_started"} == await house.looked()
    async with house.worker():
        assert "begun" in await house.day90("repair", introduction, "--yes")

        async def opened() -> bool:
            line = store.standing(introduction)
            return line is not None and line.as_of is not None

        await until(opened)
        assert {} == await house.looked()

        await house.client.get_workflow_handle(introduction).terminate("by mistake")

        async def is_found() -> bool:
            return await house.swept() == {introduction: "stopped"}

        await until(is_found)
        assert "goes on" in await house.day90("repair", introduction, "--yes")

        async def well() -> bool:
            return await house.looked() == {}

        await until(well)
        await house.client.get_workflow_handle(introduction).terminate()


async def test_what_runs_by_schedule_is_watched_by_whoever_looks(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A CRM that nothing looks through, a mailbox that nothing reads, and the sweep itself: each is set going by a
    command."""
    monkeypatch.setenv("DAY90_HUBSPOT_API_TOKEN", "pat-test")
    monkeypatch.setenv("DAY90_IMAP_URL", "imap://cs:secret@127.0.0.1:1")
    assert ": no schedule runs it; day90 repair sweep" in await house.day90("sweep", code=6)
    answer = json.loads(await house.day90("sweep", "--json", code=6))
    assert [
        ("reconciliation", "crm_unwatched", "its schedule is gone"),
        ("mailbox", "mailbox_unread", "its schedule is gone"),
    ] == [(finding["subject"], finding["kind"], finding["cause"]) for finding in answer["findings"]]
    begun = datetime.now(UTC)
    try:
        for schedule in ("reconciliation", "mailbox", "sweep"):
            assert "runs by its schedule" in await house.day90("repair", schedule, "--yes")
        assert "nobody falls through" in await house.day90("sweep")
        async with house.worker():

            async def ended() -> bool:
                at = (await house.repairing().nightly()).ended_at
                return at is not None and at > begun

            await until(ended)
            async with web_on(house.data / "web", reach=house.connected) as web:
                assert begun < datetime.fromisoformat((await web.client.get("/readyz")).json()["swept_at"])
        await house.client.get_schedule_handle("reconciliation").pause()
        await house.client.get_schedule_handle(SCHEDULE).pause()
        output = await house.day90("sweep", code=6)
        assert 2 == output.count("its schedule is paused")
        assert "nothing is the matter" not in await house.day90("repair", SCHEDULE, "--yes")
        assert "nothing is the matter" in await house.day90("repair", SCHEDULE, "--yes", code=3)
    finally:
        for schedule in ("reconciliation", "mailbox", SCHEDULE):
            await house.client.get_schedule_handle(schedule).delete()


async def test_what_nobody_knows_is_not_found(house: House) -> None:
    await house.day90("repair", "onboarding-crm-nobody", "--yes", code=4)
    for well in ("sender-mail", "receiver", "usage", "sender-webhook-1", "introduction-crm-1"):
        assert "nothing is the matter" in await house.day90("repair", well, "--yes", code=3)
