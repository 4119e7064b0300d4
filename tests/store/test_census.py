"""Is the census what the sweep needs, on SQLite and PostgreSQL alike?"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import Engine, update

from activities.letters import PATIENCE, Letters
from activities.ports import Census
from domain.census import Picture, Undone
from domain.crm import Recheck
from domain.inbox import Incoming, Settled
from domain.notice import Notice, Person
from domain.prospect import Prospect
from domain.record import Receipt, Unconfirmed, WaitingNotice, Writing
from domain.trouble import ChannelDown
from domain.webhooks import Tried
from store import reads
from store.census import SqlCensus
from store.engine import write_transaction
from store.inbox import SqlInbox
from store.introductions import SqlIntroductions
from store.ledger import SqlLedger
from store.outbox import SqlOutbox
from store.rechecks import SqlRechecks
from store.tables import introductions, notices, write_backs
from store.webhooks import SqlWebhooks
from store.write_backs import SqlWriteBacks
from tests.support import databases
from tests.support.databases import HOUR, NOON, OWNER, deal, dossier, happened, issue, notice, standing
from tests.support.introductions import sample_prospect
from tests.support.sealing import SEALING

database = databases.database
engine = databases.engine

OPS = Person(id="operator", name="Platform", email="ops@vendor.test", side="vendor", role="operator")
LATER = NOON + 2 * HOUR


@pytest.fixture
def census(engine: Engine) -> SqlCensus:
    """A census of four deals: one onboarding open, one opening, one deal not taken up, and one handed over."""
    ledger = SqlLedger(engine, clock=lambda: NOON)
    for number in ("1", "2", "4"):
        ledger.admit(dossier(deal(number)), run=f"run-{number}")
    ledger.keep_deal("onboarding-file-3", deal("3"))
    ledger.write(Writing(onboarding="onboarding-file-1", standing=standing(), journal=(happened(),)))
    ended = standing(ending="handed_over", ended_at=NOON, status="handed_over")
    ledger.write(Writing(onboarding="onboarding-file-4", standing=ended))
    return SqlCensus(engine)


def report() -> Notice:
    return notice("sweep/2026-09-01/operator", of="", kind="sweep_report", to=OPS.id)


def test_the_census_fits_its_port(census: SqlCensus) -> None:
    """The type checker proves it here and in worker.py."""
    fitting: Census = census

    assert fitting.line("onboarding-file-9") is None


def test_every_onboarding_that_has_not_ended_is_counted_page_by_page(census: SqlCensus) -> None:
    """A deal that was stored and never taken up is counted too."""
    first = census.open_lines(after="", most=2)
    rest = census.open_lines(after=first[-1].onboarding, most=2)

    lines = {line.onboarding[-1]: (line.taken, line.status, line.waits, line.as_of) for line in (*first, *rest)}
    assert {
        "1": (True, "on_track", True, NOON),
        "2": (True, "opening", False, None),
        "3": (False, "", False, None),
    } == lines
    assert ["onboarding-file-4"] == [line.onboarding for line in census.handed_over(after="", most=5)]


def test_a_programme_that_was_ended_on_purpose_is_asked_for_no_more(census: SqlCensus) -> None:
    for _ in range(2):
        census.programme_ended("onboarding-file-4", at=LATER)

    assert [] == list(census.handed_over(after="", most=5))


def test_what_waits_past_its_time_is_counted(census: SqlCensus, engine: Engine) -> None:
    waiting = (notice("early"), notice("late", not_before=NOON + HOUR), notice("ahead", not_before=LATER + HOUR))
    SqlLedger(engine).write(Writing(onboarding="onboarding-file-1", notices=waiting))

    bag = census.mailbag("mail", now=LATER)

    assert (2, NOON) == (bag.waiting, bag.oldest)
    assert (0, None) == (census.mailbag("mail", now=NOON - HOUR).waiting, census.mailbag("slack", now=LATER).oldest)


def test_mail_that_an_owner_was_refused_goes_again_to_the_address_that_holds_now(
    census: SqlCensus, engine: Engine
) -> None:
    outbox = SqlOutbox(engine, mail_domain="vendor.test")
    ours = notice("assigned/mika", to=OWNER.id, kind="assigned")
    SqlLedger(engine, clock=lambda: NOON).write(Writing(onboarding="onboarding-file-1", notices=(ours, notice("x"))))
    for written in reads.notices(engine):
        outbox.refused(written.id, reason="550 unknown user", at=NOON)
    with write_transaction(engine) as connection:
        connection.execute(update(notices).where(notices.c.kind == "undeliverable").values(state="withdrawn"))

    [(line, mails, first)] = census.refused_to_owners(since=NOON - HOUR)
    assert ("onboarding-file-1", 1, NOON) == (line.onboarding, mails, first)
    assert [] == list(census.refused_to_owners(since=NOON + HOUR))

    moved = OWNER.model_copy(update={"email": "mika@new.test"})
    assert 1 == census.send_again("onboarding-file-1", moved, since=NOON - HOUR, at=LATER)
    assert 0 == census.send_again("onboarding-file-1", moved, since=NOON - HOUR, at=LATER)

    [again] = outbox.ready("mail", now=LATER, most=9)
    taken = outbox.take(again)
    assert taken is not None
    assert "mika@new.test" == taken.person.email
    assert [] == list(census.refused_to_owners(since=NOON - HOUR))


def test_a_mail_that_goes_again_is_tried_for_as_long_as_a_new_one(census: SqlCensus, engine: Engine) -> None:
    """A mail given up after days must not be given up again at its first failure, nor fall out of sight."""
    outbox = SqlOutbox(engine, mail_domain="vendor.test")
    ours = notice("assigned/mika", to=OWNER.id, kind="assigned")
    SqlLedger(engine, clock=lambda: NOON).write(Writing(onboarding="onboarding-file-1", notices=(ours,)))
    [mail] = outbox.ready("mail", now=NOON, most=9)
    mended = NOON + PATIENCE + HOUR
    given_up = delivered(outbox, mail, at=mended)

    census.send_again("onboarding-file-1", OWNER, since=NOON - HOUR, at=mended)
    with pytest.raises(ChannelDown, match="busy"):
        delivered(outbox, mail, at=mended + PATIENCE - HOUR)
    given_up_again = delivered(outbox, mail, at=mended + PATIENCE + HOUR)

    assert ("refused", "refused") == (given_up, given_up_again)
    assert 1 == len(census.refused_to_owners(since=mended + PATIENCE - 7 * 24 * HOUR))


class BusyChannel:
    """A mail server that is always too busy."""

    def deliver(self, waiting: WaitingNotice) -> Receipt:
        raise ChannelDown("421 busy")


def delivered(outbox: SqlOutbox, mail: int, *, at: datetime) -> str:
    """The outcome of one try at that moment."""
    with ThreadPoolExecutor(1) as threads:
        office = Letters("mail", outbox, BusyChannel(), lambda: at, threads)
        return asyncio.run(office.deliver(mail))


def test_a_notice_of_the_house_goes_once_to_somebody_who_takes_part_in_nothing(
    census: SqlCensus, engine: Engine
) -> None:
    """The key of the day is unique, and the outcome is stored with the notice: there is no journal for it."""
    outbox = SqlOutbox(engine, mail_domain="vendor.test")
    for _ in range(2):
        census.report([(report(), OPS)])

    [id] = outbox.ready("mail", now=NOON, most=9)
    waiting = outbox.take(id)
    assert waiting is not None
    assert (OPS, "") == (waiting.person, waiting.notice.onboarding)
    outbox.sent(id, Receipt(message_id=waiting.message_id, place="mail/1.eml", at=LATER))

    [line] = reads.notices(engine)
    assert (None, "sent") == (line.onboarding, line.state)


def test_a_notice_of_the_house_that_is_refused_tells_nobody_else(census: SqlCensus, engine: Engine) -> None:
    census.report([(report(), OPS)])
    outbox = SqlOutbox(engine, mail_domain="vendor.test")
    [id] = outbox.ready("mail", now=NOON, most=9)

    assert outbox.refused(id, reason="550 unknown user", at=LATER) is None
    assert ["refused"] == [line.state for line in reads.notices(engine)]


def test_the_past_is_what_was_written_and_another_run_may_go_on_with_it(census: SqlCensus, engine: Engine) -> None:
    ledger = SqlLedger(engine)
    past = ledger.past("onboarding-file-1")
    assert past is not None
    assert (["opened"], "mika", NOON) == ([row.kind for row in past.rows], past.owner, past.as_of)
    assert [None, None] == [ledger.past(f"onboarding-file-{number}") for number in "23"]

    ledger.readmit("onboarding-file-1", run="run-9")
    ledger.admit(dossier(deal("1")), run="run-9")

    assert past == ledger.past("onboarding-file-1")


def test_of_what_was_delivered_the_sweep_sees_what_waits_and_what_was_refused_lately(engine: Engine) -> None:
    """Counts are by source, with the moment of the first: when it came, or when it was refused."""
    census = SqlCensus(engine)
    assert Undone() == census.delivered_waiting() == census.delivered_refused(since=NOON)
    before, inbox = SqlInbox(engine, clock=lambda: NOON - HOUR), SqlInbox(engine, clock=lambda: NOON)
    before.keep([Incoming(source="deals", kind="deal_closed", key=key) for key in "123"])
    inbox.keep([Incoming(source="hubspot", kind="deal_changed", key=key) for key in "123"])
    ids = [row.id for row in inbox.ready(apart_from=(), most=9)]
    before.settle({ids[0]: Settled(state="refused", outcome="no such plan")})
    inbox.settle({ids[3]: Settled(state="refused", outcome="no such plan"), ids[4]: Settled(outcome="started")})

    before.waits_for(ids[1], "the CRM does not answer")
    waiting = Undone(by_source={"deals": 2, "hubspot": 1}, first=NOON - HOUR)
    oldest = {"number": ids[1], "trouble": "the CRM does not answer"}
    assert waiting.model_copy(update=oldest) == census.delivered_waiting()
    assert Undone(by_source={"hubspot": 1}, first=NOON) == census.delivered_refused(since=NOON)
    assert {"deals": 1, "hubspot": 1} == census.delivered_refused(since=NOON - HOUR).by_source


def test_introductions_that_have_not_ended_are_counted_page_by_page(engine: Engine) -> None:
    """An introduction that was stored and never taken up is counted too."""
    store = SqlIntroductions(engine, clock=lambda: NOON)
    for number in ("1", "2"):
        store.keep(f"introduction-file-{number}", Prospect.model_validate(sample_prospect(id=number)))
    census = SqlCensus(engine)

    [first] = census.open_introductions(after="", most=1)
    [second] = census.open_introductions(after=first.onboarding, most=5)

    assert (False, NOON, "introduction-file-2") == (first.taken, first.kept_at, second.onboarding)
    assert first == census.introduction("introduction-file-1")
    with write_transaction(engine) as connection:
        connection.execute(update(introductions).values(ending="lost"))
    assert [] == census.open_introductions(after="", most=5)


def test_what_a_webhook_was_not_told_counts_also_where_its_sender_never_looked(engine: Engine) -> None:
    """A sender makes deliveries of the journal as it looks: without it there are none that could wait."""
    ledger = SqlLedger(engine, clock=lambda: NOON)
    ledger.admit(dossier(deal("1")), run="run-1")
    webhooks = SqlWebhooks(engine, clock=lambda: NOON - HOUR, sealing=SEALING)
    live, disabled = (webhooks.add("https://hooks.example.test", types=(), secret="s").id for _ in range(2))
    webhooks.disable(disabled, reason="410")
    census = SqlCensus(engine)
    assert {live: (0, None)} == {id: (bag.waiting, bag.oldest) for id, bag in census.told_by_webhook(now=LATER).items()}

    ledger.write(Writing(onboarding="onboarding-file-1", standing=standing(), journal=(happened(),)))
    [bag] = census.told_by_webhook(now=LATER).values()
    assert (1, NOON, False) == (bag.waiting, bag.oldest, bag.known_down)

    [delivery] = webhooks.ready(live, now=NOON, most=5)
    tried = Tried(at=NOON, status=500, took=HOUR)
    webhooks.failed(delivery, tried, not_before=LATER + HOUR)
    [bag] = census.told_by_webhook(now=LATER).values()
    assert (0, None, True) == (bag.waiting, bag.oldest, bag.known_down)


def test_which_records_of_a_crm_are_behind(census: SqlCensus, engine: Engine) -> None:
    """Records not looked at since their onboarding's last turn, and records that wait; not refused ones."""
    assert (2, NOON) == (census.told_to_crm("file").waiting, census.told_to_crm("file").oldest)
    assert 0 == census.told_to_crm("hubspot").waiting
    backs = SqlWriteBacks(engine, clock=lambda: NOON)
    for onboarding in backs.moved("file", most=9):
        backs.judge(onboarding, "file", differs=True, now=NOON)
    first, second = backs.ready("file", now=NOON, most=9)

    backs.waits(first, reason="the CRM does not answer", not_before=LATER)
    backs.refused(second, reason="no such field", not_before=LATER, as_of=NOON)
    assert 1 == census.told_to_crm("file").waiting
    backs.wrote(first, {}, as_of=NOON)
    assert (0, None) == (census.told_to_crm("file").waiting, census.told_to_crm("file").oldest)


def test_a_record_is_behind_since_the_first_turn_that_it_missed(engine: Engine) -> None:
    """Otherwise an onboarding that moves every day would hide that its record was never written."""
    ledger, census, backs = SqlLedger(engine), SqlCensus(engine), SqlWriteBacks(engine, clock=lambda: NOON)
    ledger.admit(dossier(deal("1")), run="run-1")
    for moment in (NOON, NOON + HOUR, NOON + 2 * HOUR):
        ledger.write(Writing(onboarding="onboarding-file-1", standing=standing(as_of=moment)))
        assert min(moment, NOON) == census.told_to_crm("file").oldest
        [onboarding] = backs.moved("file", most=9)
        backs.judge(onboarding, "file", differs=True, now=moment)
        [id] = backs.ready("file", now=moment, most=9)
        assert NOON == census.told_to_crm("file").oldest

    backs.wrote(id, {}, as_of=NOON + 2 * HOUR)
    for hours in (3, 4):
        moment = NOON + hours * HOUR
        news = (happened(str(hours), at=moment),)
        ledger.write(Writing(onboarding="onboarding-file-1", standing=standing(as_of=moment), journal=news))

    assert NOON + 3 * HOUR == census.told_to_crm("file").oldest


def test_a_record_that_the_version_before_wrote_is_not_behind_since_then(engine: Engine) -> None:
    """While both versions run, the older one does not clear since when the record was behind."""
    ledger, census, backs = SqlLedger(engine), SqlCensus(engine), SqlWriteBacks(engine, clock=lambda: NOON)
    ledger.admit(dossier(deal("1")), run="run-1")
    ledger.write(Writing(onboarding="onboarding-file-1", standing=standing(as_of=NOON)))
    [onboarding] = backs.moved("file", most=9)
    backs.judge(onboarding, "file", differs=True, now=NOON)
    with engine.begin() as connection:
        connection.execute(update(write_backs).values(state="written"))
    later = NOON + 30 * HOUR
    ledger.write(Writing(onboarding="onboarding-file-1", standing=standing(as_of=later)))

    assert later == census.told_to_crm("file").oldest
    [onboarding] = backs.moved("file", most=9)
    backs.judge(onboarding, "file", differs=True, now=later)
    assert later == census.told_to_crm("file").oldest


def test_what_the_read_model_tells_of_one(census: SqlCensus, engine: Engine) -> None:
    """The census tells milestones, open issues and ending; an unknown onboarding has none of them."""
    SqlLedger(engine).write(Writing(onboarding="onboarding-file-1", registers=(issue(),)))

    here, ended = census.picture("onboarding-file-1"), census.picture("onboarding-file-4")

    assert {row.key: row.status for row in standing().milestones} == here.milestones
    assert ((issue().key,), None, "handed_over") == (here.issues, here.ending, ended.ending)
    assert Picture() == census.picture("onboarding-file-9")
    assert not census.is_empty()


def test_a_store_without_deals_is_empty(engine: Engine) -> None:
    assert SqlCensus(engine).is_empty()


def test_which_rows_are_unconfirmed_and_since_when(census: SqlCensus, engine: Engine) -> None:
    news = Unconfirmed(update="reach_milestone", body={}, news_id="n-1", run="run-1", task=9)
    row = happened("fact/milestone_reached/met/0123456789ab")
    SqlLedger(engine, clock=lambda: NOON).write(
        Writing(onboarding="onboarding-file-1", journal=(row,), unconfirmed={row.key: news})
    )

    bag = census.unconfirmed()

    assert (1, NOON) == (bag.waiting, bag.oldest)
    assert set() == census.unconfirmed_since(NOON)
    assert {"onboarding-file-1"} == census.unconfirmed_since(NOON + HOUR)
    assert 1 == len(census.unconfirmed_of("onboarding-file-1"))
    assert [] == census.unconfirmed_of("onboarding-file-2")


def test_until_when_each_crm_was_looked_through(engine: Engine) -> None:
    """A CRM that was never searched has None."""
    SqlRechecks(engine).looked(Recheck(source="hubspot", first=NOON, mark=LATER))

    assert {"hubspot": LATER, "salesforce": None} == SqlCensus(engine).looked_through(("hubspot", "salesforce"))
