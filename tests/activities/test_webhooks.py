"""Does every entry of the journal reach whoever wants to hear it, signed, once, whatever breaks?

Real store, sender and receiver on the loopback; the receiver verifies with the library of Standard Webhooks.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from standardwebhooks.webhooks import WebhookVerificationError
from structlog.testing import capture_logs

from activities.ports import Office
from activities.webhooks import PATIENCE, PUT_OFF, WebhookOffice, channel_of, target_of
from domain.addresses import read_allowed
from domain.events import PREFIX, TEST, event_id
from domain.notice import Person
from domain.record import Writing
from domain.refusal import Refused
from domain.trouble import ChannelDown
from domain.webhooks import Target
from playbooks.library import Directory
from runtime.outbound import Outbound
from starter.doors.bell import WakeSender
from starter.doors.webhooks import add_target, new_secret, rotate, try_out
from store import reads
from store.census import SqlCensus
from store.engine import migrate, open_store
from store.ledger import SqlLedger
from store.outbox import SqlOutbox
from store.sealing import Sealing
from store.webhooks import SqlWebhooks
from tests.support.databases import dossier, happened
from tests.support.fakes import Wakes
from tests.support.onboardings import QUEUE, RunningOnboarding, World, world
from tests.support.receivers import Receiver, answer, receiver
from tests.support.sealing import SEALING, key
from tests.support.waiting import until
from wiring.parts import bell_of

OPS = Person(id="operator", name="Platform", email="ops@vendor.test", side="vendor", role="operator")
ADDRESS = "https://day90.example.com"
LOOPBACK = read_allowed("127.0.0.0/8")
ONE = "onboarding-file-1"


@dataclass
class House:
    """A store with its webhooks, and the offices of its targets."""

    engine: Engine
    webhooks: SqlWebhooks
    outbound: Outbound
    operator: Person | None = OPS
    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def office(self, channel: str) -> Office | None:
        target = target_of(channel)
        return None if target is None else self.office_of(target)

    def office_of(self, target: int) -> WebhookOffice:
        return WebhookOffice(
            target=target,
            webhooks=self.webhooks,
            post=self.outbound.post,
            census=SqlCensus(self.engine),
            staff=Directory(),
            operator=self.operator,
            public_address=ADDRESS,
            now=self.now,
            threads=ThreadPoolExecutor(2),
        )

    async def add(self, there: Receiver, *types: str, **more: Any) -> tuple[Target, str]:
        return await add_target(self.webhooks, self.outbound, there.url, types=types, **more)

    def write(self, *kinds: str) -> None:
        ledger = SqlLedger(self.engine)
        rows = tuple(happened(f"{kind}/{datetime.now(UTC).timestamp()}", kind=kind) for kind in kinds)
        ledger.write(Writing(onboarding=ONE, journal=rows))

    async def deliver(self, target: Target, *, at: timedelta = timedelta(0)) -> list[str]:
        """What comes of one try of all that may go, by that much later on the sender's clock."""
        office = self.office_of(target.id)
        outcomes = []
        for id in office.ready(now=datetime.now(UTC) + at, most=100):
            try:
                outcomes.append(await office.deliver(id))
            except ChannelDown as down:
                outcomes.append(str(down))
        return outcomes

    @property
    def told(self) -> Sequence[reads.NoticeLine]:
        """The notices that belong to no onboarding."""
        return [line for line in reads.notices(self.engine) if line.onboarding is None]


@pytest.fixture
def house(tmp_path: Path) -> House:
    url = f"sqlite:///{tmp_path / 'day90.sqlite'}"
    migrate(url)
    engine = open_store(url)
    SqlLedger(engine).admit(dossier(), run="run-1")
    return House(engine, SqlWebhooks(engine, sealing=SEALING), Outbound(LOOPBACK))


# --- what is sent


async def test_an_event_is_signed_so_that_the_standard_library_verifies_it(house: House) -> None:
    """With another secret it does not verify."""
    async with receiver() as there:
        target, secret = await house.add(there)
        house.write("milestone_reached")

        assert ["sent"] == await house.deliver(target)

        [got] = there.got
        event = got.verified(secret)
        [entry] = reads.journal(house.engine, ONE)
        assert PREFIX + "milestone_reached" == event["type"]
        assert (ONE, entry.seq, entry.key) == (event["data"]["onboarding"], event["data"]["seq"], event["data"]["key"])
        assert event_id(ONE, entry.key) == got.id
        assert "application/json" == got.headers["content-type"]
        with pytest.raises(WebhookVerificationError):
            got.verified(new_secret())


async def test_while_a_secret_is_replaced_either_verifies(house: House) -> None:
    """Twice within a day, too; and after that the newest alone."""
    async with receiver() as there:
        target, old = await house.add(there)
        _, new = rotate(house.webhooks, target.id)
        _, again = rotate(house.webhooks, target.id)
        house.write("opened")
        await house.deliver(target)
        _, newest = rotate(house.webhooks, target.id, keep=timedelta(0))
        house.write("ended")
        await house.deliver(target)

        first, second = there.got
        assert first.verified(old) == first.verified(new) == first.verified(again)
        assert second.verified(newest)
        for gone in (old, new, again):
            with pytest.raises(WebhookVerificationError):
                second.verified(gone)


async def test_every_try_has_the_same_id_and_a_time_of_its_own(house: House) -> None:
    """By the id receivers know a repetition; by the time they know what is stale."""
    async with receiver(answers=[answer(500)]) as there:
        target, secret = await house.add(there)
        house.write("opened")

        assert ["answered 500"] == await house.deliver(target)
        await asyncio.sleep(1.1)
        assert ["sent"] == await house.deliver(target, at=PUT_OFF + timedelta(seconds=5))

        first, again = there.got
        assert first.id == again.id
        assert first.headers["webhook-timestamp"] < again.headers["webhook-timestamp"]
        assert first.verified(secret) == again.verified(secret)


async def test_a_target_hears_of_the_types_that_it_named(house: House) -> None:
    async with receiver() as there:
        target, secret = await house.add(there, "stage_closed", "onboarding.ended")
        house.write("opened", "nudge", "stage_closed")

        await house.deliver(target)

        assert ["onboarding.stage_closed"] == [got.verified(secret)["type"] for got in there.got]


async def test_a_type_that_is_none_is_refused(house: House) -> None:
    """The refusal names the command that lists the types."""
    async with receiver() as there:
        with pytest.raises(Refused, match="day90 webhook events") as refusal:
            await house.add(there, "stage_exploded")

        assert "types" == refusal.value.field
        assert [] == list(house.webhooks.all())


async def test_a_target_can_be_tried(house: House) -> None:
    """A test is possible before anything has happened, and while the target is disabled."""
    async with receiver(answers=[answer(401)]) as there:
        target, secret = await house.add(there)
        house.webhooks.disable(target.id, reason="by hand")

        refused = await try_out(house.webhooks, house.outbound, target.id, public_address=ADDRESS)
        taken = await try_out(house.webhooks, house.outbound, target.id, public_address=ADDRESS)

        assert (401, False, "answered 401") == (refused.status, refused.taken, refused.in_words)
        assert taken.taken
        assert TEST == there.got[1].verified(secret)["type"]
        assert there.got[0].id != there.got[1].id


# --- what goes wrong


@pytest.mark.parametrize("status", [199, 301, 400, 401, 404, 429, 500, 503])
async def test_what_is_no_2xx_waits_and_is_tried_again(house: House, status: int) -> None:
    """A 4xx too: a receiver that is being deployed answers anything."""
    async with receiver(answers=[answer(status)]) as there:
        target, _ = await house.add(there)
        house.write("opened")

        first = await house.deliver(target)
        later = await house.deliver(target, at=PUT_OFF + timedelta(seconds=5))

        if status >= 200:
            assert [f"answered {status}"] == first
        assert ["sent"] == later
        [line] = house.webhooks.page(target.id).lines
        assert ("sent", 2, 204) == (line.state, line.attempts, line.last_status)


async def test_who_asks_for_patience_gets_it(house: House) -> None:
    """Retry-After goes to Temporal, and holds over its rests."""
    async with receiver(always=answer(503, Retry_After="7200")) as there:
        target, _ = await house.add(there)
        house.write("opened")
        office = house.office_of(target.id)
        [id] = office.ready(now=datetime.now(UTC), most=9)

        with pytest.raises(ChannelDown) as down:
            await office.deliver(id)

        assert timedelta(hours=2) == down.value.again_after
        next_at = office.next_ready(after=datetime.now(UTC))
        assert next_at is not None
        assert next_at > datetime.now(UTC) + timedelta(hours=1, minutes=59)


async def test_an_event_that_cannot_be_signed_waits_with_the_reason_until_the_key_is_back(house: House) -> None:
    """Nothing goes out without a signature, and nothing is lost by a setting that was forgotten in a deploy."""
    without = replace(house, webhooks=SqlWebhooks(house.engine, sealing=Sealing([key("b")])))
    async with receiver() as there:
        target, secret = await house.add(there)
        house.write("ended")

        [reason] = await without.deliver(target)
        later = await house.deliver(target, at=2 * PUT_OFF)

        assert reason.startswith("DAY90_SEALING_KEY lacks the key")
        assert (["sent"], 1) == (later, len(there.got))
        assert there.got[0].verified(secret)


async def test_who_is_gone_is_told_nothing_more_and_the_operator_hears_of_it(house: House) -> None:
    """410; what waited goes out when it is enabled again."""
    async with receiver(answers=[answer(410)]) as there:
        target, _ = await house.add(there)
        house.write("opened", "ended")

        outcomes = await house.deliver(target)

        assert ["refused", "withdrawn"] == outcomes
        assert "it answered 410 Gone" == house.webhooks.get(target.id).disabled_reason
        [notice] = house.told
        assert ("webhook_disabled", "operator", 2) == (notice.kind, notice.person, notice.facts["waiting"])
        assert "hooks" not in json.dumps(notice.facts), "the path of the address may be a secret"
        house.webhooks.enable(target.id)
        assert ["sent", "sent"] == await house.deliver(target)


async def test_its_secret_stands_in_no_log_no_mail_and_no_error(house: House) -> None:
    """Whether it is refused, gone, or cannot be reached; nor in the words of what is on its way."""
    async with receiver(answers=[answer(500), answer(410)]) as there:
        target, secret = await house.add(there)
        house.write("milestone_reached", "issue_raised")
        [first, _] = house.webhooks.ready(target.id, now=datetime.now(UTC), most=9)
        outgoing = house.webhooks.take(first)
        assert outgoing is not None
        assert secret in outgoing.secrets
        with capture_logs() as lines:
            outcomes = [*await house.deliver(target), *await house.deliver(target, at=timedelta(hours=1))]

    texts = [repr(outgoing), repr(house.webhooks.get(target.id)), str(lines), str(outcomes)]
    texts += [str(line) for line in house.told] + [str(house.webhooks.page(target.id))]
    assert len(outcomes) > 1
    assert house.told
    assert [] == [words for words in texts if secret.removeprefix("whsec_") in words]


async def test_after_days_of_nothing_but_failures_a_target_is_disabled_once(house: House) -> None:
    """The notice has the last answer. CS managers get it where no operator is named."""
    house.operator = None
    async with receiver(always=answer(502)) as there:
        target, _ = await house.add(there)
        house.write("opened")
        await house.deliver(target)
        _age(house, target, PATIENCE - timedelta(minutes=1))
        still = await house.deliver(target, at=timedelta(days=1))
        _age(house, target, timedelta(minutes=2))
        house.write("stage_opened")

        given_up = await house.deliver(target, at=timedelta(days=1))

        assert ["answered 502"] == still
        assert "refused" in given_up
        assert "nothing was taken for 5 days; the last answer: answered 502" == _reason(house, target)
        managers = {member.handle for member in Directory()().members if member.role == "cs_manager"}
        assert managers == {line.person for line in house.told}


async def test_one_event_that_is_never_taken_is_given_up_and_the_target_is_not(house: House) -> None:
    """The others were taken meanwhile; the one can be ordered again."""
    async with receiver(answers=[answer(500), answer(204), answer(500)]) as there:
        target, _ = await house.add(there)
        house.write("opened")
        await house.deliver(target)
        house.write("ended")
        await house.deliver(target)
        _age(house, target, PATIENCE + timedelta(minutes=1))

        outcomes = await house.deliver(target, at=timedelta(days=1))

        assert ["refused"] == outcomes
        assert house.webhooks.get(target.id).active
        [lost] = house.webhooks.page(target.id, state="failed").lines
        house.webhooks.resend(lost.id)
        assert ["sent"] == await house.deliver(target)
        assert [] == list(house.told)


def _age(house: House, target: Target, by: timedelta) -> None:
    """As if all of it had begun that much earlier."""
    from sqlalchemy import select, update

    from store.engine import write_transaction
    from store.tables import webhook_deliveries, webhook_targets

    with write_transaction(house.engine) as connection:
        since = connection.scalar(select(webhook_targets.c.failing_since))
        if since is not None:
            connection.execute(update(webhook_targets).values(failing_since=since - by))
        for id, waits in connection.execute(select(webhook_deliveries.c.id, webhook_deliveries.c.waits_since)).all():
            one = webhook_deliveries.c.id == id
            connection.execute(update(webhook_deliveries).where(one).values(waits_since=waits - by))


def _reason(house: House, target: Target) -> str | None:
    return house.webhooks.get(target.id).disabled_reason


# --- with the real sender, from an onboarding's turn to the receiver


@asynccontextmanager
async def telling_world(tmp_path: Path) -> AsyncIterator[tuple[World, House]]:
    """A world on a SQLite file with real senders, a bell, and whoever is told."""
    url = f"sqlite:///{tmp_path / 'day90.sqlite'}"
    migrate(url)
    engine = open_store(url)
    house = House(engine, SqlWebhooks(engine, sealing=SEALING), Outbound(LOOPBACK, within=timedelta(seconds=2)))
    waker: list[WakeSender] = []

    async def wake(channel: str) -> None:
        await waker[0](channel)

    bell = bell_of(house.webhooks, wake)
    parts: dict[str, Any] = {"ledger": SqlLedger(engine), "outbox": SqlOutbox(engine, mail_domain="vendor.example")}
    async with world(**parts, wake=wake, offices=house.office, bells=(bell,)) as made:
        waker.append(WakeSender(made.env.client, QUEUE))
        ringing = asyncio.create_task(bell.ringing())
        yield made, house
        ringing.cancel()


async def _opened(made: World) -> RunningOnboarding:
    deal = await made.closed_now()
    await deal.let_pass(days=4)
    return deal


async def test_all_that_the_journal_gets_reaches_its_target_once(tmp_path: Path) -> None:
    """From the opening to the receipts of mails, without anybody asking."""
    async with telling_world(tmp_path) as (made, house), receiver() as there:
        _, secret = await house.add(there)
        deal = await _opened(made)
        await deal.reached("handoff_reviewed", "kickoff_held")

        def all_told() -> bool:
            entries = {entry.seq for entry in reads.journal(house.engine, deal.id)}
            seqs = {got.verified(secret)["data"]["seq"] for got in there.got}
            return len(entries) > 10 and entries == seqs

        await until(all_told, seconds=60)
        ids = [got.id for got in there.got]
        kinds = {got.verified(secret)["data"]["kind"] for got in there.got}
        assert len(ids) == len(set(ids))
        assert {"opened", "milestone_reached", "notice_sent"} <= kinds


async def test_a_target_that_hangs_holds_up_neither_onboardings_nor_other_targets(tmp_path: Path) -> None:
    """Each target has a sender of its own."""
    async with telling_world(tmp_path) as (made, house), receiver(hangs=30) as dead, receiver() as alive:
        await house.add(dead)
        _, secret = await house.add(alive)
        deal = await made.closed_now()

        await deal.reached("handoff_reviewed")

        await until(lambda: _reached(alive, secret), seconds=60)
        assert {line.state for line in house.webhooks.page(1).lines} == {"waiting"}


def _reached(there: Receiver, secret: str) -> bool:
    return any(got.verified(secret)["data"]["about"] == "handoff_reviewed" for got in there.got)


def test_each_target_has_a_channel_of_its_own() -> None:
    """Sender and office are known by it; whatever else is no target's."""
    assert "webhook-3" == channel_of(3)
    assert [3, None, None] == [target_of(channel) for channel in ("webhook-3", "mail", "webhook-x")]


async def test_a_burst_of_turns_wakes_a_sender_once_and_disabled_targets_not_at_all(house: House) -> None:
    """What a turn pays is a flag that it sets; the rest is done beside, once a second at most."""
    woken = Wakes()
    bell = bell_of(house.webhooks, woken)
    async with receiver() as there:
        active, _ = await house.add(there)
        silent, _ = await house.add(there)
    house.webhooks.disable(silent.id, reason="by hand")
    ringing = asyncio.create_task(bell.ringing())

    for _ in range(1000):
        bell.ring()
    await until(lambda: woken.calls)
    for _ in range(1000):
        bell.ring()
    await asyncio.sleep(0.3)

    assert [channel_of(active.id)] == woken.calls
    await until(lambda: len(woken.calls) == 2)
    ringing.cancel()


async def test_while_nobody_listens_the_store_is_asked_less_often(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event that came meanwhile is not forgotten: the first target's sender is woken without another ring."""
    looks, woken = list[datetime](), Wakes()
    active = house.webhooks.active

    def look() -> Sequence[int]:
        looks.append(datetime.now(UTC))
        return active()

    monkeypatch.setattr(house.webhooks, "active", look)
    bell = bell_of(house.webhooks, woken, looked_for_every=timedelta(seconds=1))
    ringing = asyncio.create_task(bell.ringing())
    bell.ring()
    await until(lambda: looks)

    bell.ring()
    async with receiver() as there:
        first, _ = await house.add(there)
    await asyncio.sleep(1.5)

    assert 1 == len(looks)
    await until(lambda: [channel_of(first.id)] == woken.calls)
    ringing.cancel()
