"""Does a notice go once, to the right person, and not at all when it has become pointless?"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from activities.ports import Outbox
from activities.ports.inbox import Pressed
from domain.notice import NOT_ESSENTIAL, Notice, NoticeKind, Person, task_slot
from domain.record import Receipt, Went, Writing
from domain.rules.reporting import of_unusable_channel
from playbooks.library import load_team
from store import reads
from store.census import SqlCensus
from store.ledger import SqlLedger
from store.outbox import SqlOutbox, _Asked
from store.pressing import SqlPressed
from store.tables import journal
from store.unsubscribes import SqlUnsubscribes
from tests.support import databases
from tests.support.databases import HOUR, LEAD, NOON, OWNER, dossier, happened, issue, milestone, notice, standing

database = databases.database
engine = databases.engine

ONE = "onboarding-file-1"
LATER = NOON + timedelta(days=3)

OPERATOR = Person(id="operator", name="Ops", email="ops@vendor.test", side="vendor", role="operator")
Put = Callable[..., list[int]]


@pytest.fixture
def outbox(engine: Engine) -> SqlOutbox:
    """An outbox whose wall clock is three days after noon."""
    return SqlOutbox(engine, mail_domain="vendor.test", clock=lambda: LATER)


@pytest.fixture
def ledger(engine: Engine) -> SqlLedger:
    ledger = SqlLedger(engine)
    ledger.admit(dossier(), run="run-1")
    ledger.write(Writing(onboarding=ONE, standing=standing()))
    return ledger


@pytest.fixture
def put(ledger: SqlLedger) -> Put:
    """Put notices into the outbox; returns their ids in that order."""

    def put(*notices: Notice) -> list[int]:
        ledger.write(Writing(onboarding=ONE, notices=notices))
        ids = {row.key: row.id for row in reads.notices(ledger._engine)}
        return [ids[notice.key] for notice in notices]

    return put


def receipt(message_id: str = "<1@vendor.test>") -> Receipt:
    return Receipt(message_id=message_id, place="mail/1.eml", at=LATER)


def state_of(outbox: SqlOutbox, id: int) -> tuple[str, str | None]:
    [row] = [row for row in reads.notices(outbox._engine) if row.id == id]
    return row.state, row.reason


def test_the_outbox_fits_its_port(outbox: SqlOutbox) -> None:
    """The type checker proves it here and in worker.py."""
    fitting: Outbox = outbox

    assert fitting.take(1) is None


def test_notices_become_ready_at_their_time_and_go_oldest_first(outbox: SqlOutbox, put: Put) -> None:
    """The order is that of `not_before`, whatever order they were written in."""
    late, early, ahead = put(
        notice("late", not_before=NOON + HOUR), notice("early"), notice("ahead", not_before=NOON + 2 * HOUR)
    )

    assert [early, late] == list(outbox.ready("mail", now=NOON + HOUR, most=10))
    assert [early] == list(outbox.ready("mail", now=NOON + HOUR, most=1))
    assert [early, late, ahead] == list(outbox.ready("mail", now=NOON + 2 * HOUR, most=10))
    assert [] == list(outbox.ready("slack", now=LATER, most=10))


def test_the_sender_learns_when_to_wake(outbox: SqlOutbox, put: Put) -> None:
    """The sender wakes for the first notice whose time has not come, and never when there is none."""
    assert outbox.next_ready("mail", after=NOON - HOUR) is None
    put(notice("first"), notice("second", not_before=NOON + HOUR))

    assert NOON == outbox.next_ready("mail", after=NOON - HOUR)
    assert NOON + HOUR == outbox.next_ready("mail", after=NOON), "what may go already is no reason to wake later"
    assert outbox.next_ready("mail", after=NOON + HOUR) is None


def test_a_notice_is_taken_with_its_person_and_message_id(outbox: SqlOutbox, put: Put) -> None:
    """The notice comes with everything that a channel needs."""
    given = notice(facts={"title": "会う"}, about="met", while_open="met", collapses=True)
    [id] = put(given)

    taken = outbox.take(id)

    assert taken is not None
    assert (id, given, LEAD) == (taken.id, taken.notice, taken.person)
    assert taken.message_id.endswith("@vendor.test>")


def test_every_try_carries_the_same_message_id(engine: Engine, outbox: SqlOutbox, put: Put) -> None:
    """The id stays when the domain is configured anew between two tries; another notice has another one."""
    first, second = put(notice("first"), notice("second"))
    moved = SqlOutbox(engine, mail_domain="elsewhere.test", clock=lambda: LATER)

    tries = [taken.message_id for taken in (outbox.take(first), outbox.take(first), moved.take(first)) if taken]
    other = moved.take(second)

    assert 3 == len(tries)
    assert 1 == len(set(tries))
    assert other is not None
    assert other.message_id not in tries
    assert other.message_id.endswith("@elsewhere.test>")


def test_what_was_put_off_rests_and_remembers_that_it_may_have_arrived(
    engine: Engine, outbox: SqlOutbox, put: Put
) -> None:
    """Beyond any run of the sender; until the rest is over, or somebody orders it to go who knows that it has not."""
    busy, unsure = put(notice("busy"), notice("unsure"))

    outbox.put_off(busy, until=LATER + HOUR, reason="450 later", maybe_arrived=0)
    outbox.put_off(unsure, until=LATER + 2 * HOUR, reason="no answer", maybe_arrived=1)

    assert [] == outbox.ready("mail", now=LATER, most=10)
    assert LATER + HOUR == outbox.next_ready("mail", after=LATER)
    assert [busy, unsure] == outbox.ready("mail", now=LATER + 2 * HOUR, most=10)
    assert ("waiting", "450 later") == state_of(outbox, busy)
    assert "450 later" == SqlCensus(engine).mailbag("mail", now=LATER).trouble
    taken = outbox.take(unsure)
    assert taken is not None
    assert taken.maybe_arrived == 1
    SqlCensus(engine).end_rests("mail")
    assert [busy] == outbox.ready("mail", now=LATER, most=10)


def test_what_one_sender_has_in_hand_no_other_takes(engine: Engine, outbox: SqlOutbox, put: Put) -> None:
    """A worker that was given up for lost may live on beside the next one: both look, and one of them sends."""
    [id] = put(notice("once"))
    soon = LATER + timedelta(seconds=30)
    of_the_other = soon - timedelta(microseconds=1)

    assert outbox.take(id, now=LATER, held_until=soon) is not None
    SqlCensus(engine).end_rests("mail")

    assert outbox.take(id, now=LATER, held_until=of_the_other) is None
    assert [] == outbox.ready("mail", now=LATER, most=10)
    assert soon == outbox.next_ready("mail", after=LATER), "its worker may have died"
    outbox.hold(id, until=soon + HOUR)
    assert outbox.take(id, now=soon, held_until=of_the_other + HOUR) is None
    outbox.put_off(id, until=soon, reason="connection refused", maybe_arrived=0)
    outbox.hold(id, until=soon + HOUR)
    assert outbox.take(id, now=soon, held_until=soon + HOUR) is not None


def test_what_was_sent_is_not_put_off_afterwards(outbox: SqlOutbox, put: Put) -> None:
    """A try that was given up may end after all, beside the next one."""
    [id] = put(notice())
    outbox.sent(id, receipt())

    outbox.put_off(id, until=LATER + HOUR, reason="no answer", maybe_arrived=1)

    assert ("sent", None) == state_of(outbox, id)


def test_what_was_sent_is_kept_as_it_was_said(outbox: SqlOutbox, put: Put) -> None:
    """Templates change, and a mail server keeps no copy for us."""
    said, silent = put(notice("a"), notice("b"))

    outbox.sent(said, receipt().model_copy(update={"subject": "件名", "text": "one\ntwo"}))
    outbox.sent(silent, receipt("<2@vendor.test>"))

    rows = {row.id: (row.subject, row.text) for row in reads.notices(outbox._engine, ONE)}
    assert {said: ("件名", "one\ntwo"), silent: (None, None)} == rows
    assert {said, silent} == set(reads.letters(outbox._engine, [said, silent]))


def test_a_notice_that_was_sent_is_neither_ready_nor_taken_again(outbox: SqlOutbox, put: Put) -> None:
    """Its receipt is kept, and the journal knows of it without an address."""
    [id] = put(notice(about="met"))

    outbox.sent(id, receipt())

    assert outbox.take(id) is None
    assert [] == list(outbox.ready("mail", now=LATER, most=10))
    [row] = reads.notices(outbox._engine, ONE, state="sent")
    assert ("mail/1.eml", LATER, "<1@vendor.test>") == (row.place, row.sent_at, row.message_id)
    [entry] = reads.journal(outbox._engine, ONE)
    assert ("notice_sent", f"notice_sent/{id}", "reminder") == (entry.kind, entry.key, entry.about)
    assert (LEAD.id, "<1@vendor.test>") == (entry.data["person"], entry.data["message_id"])
    assert LEAD.email not in entry.model_dump_json()


def test_a_receipt_is_written_as_the_next_notice_is_taken(outbox: SqlOutbox, put: Put) -> None:
    """In one transaction, whether the next one goes or not."""
    first, second = put(notice("first"), notice("second"))

    taken = outbox.take(second, after=Went(first, receipt()))
    nothing = outbox.take(first, after=Went(second, receipt("<2@vendor.test>")))

    assert taken is not None
    assert (second, None) == (taken.id, nothing)
    assert {"sent"} == {row.state for row in reads.notices(outbox._engine, ONE)}
    assert ["notice_sent"] * 2 == [row.kind for row in reads.journal(outbox._engine, ONE)]


def test_a_receipt_is_not_written_where_the_next_notice_cannot_be_taken(
    outbox: SqlOutbox, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both or neither; its sender writes it by itself then."""
    first, second = put(notice("first"), notice("second"))

    def breaks(*_: object, **__: object) -> None:
        raise ValueError("a row that nobody can read")

    monkeypatch.setattr(outbox, "_take", breaks)

    with pytest.raises(ValueError, match="nobody can read"):
        outbox.take(second, after=Went(first, receipt()))

    assert {"waiting"} == {row.state for row in reads.notices(outbox._engine, ONE)}
    assert () == tuple(reads.journal(outbox._engine, ONE))


def test_a_receipt_again_changes_nothing(outbox: SqlOutbox, put: Put) -> None:
    """The activity that wrote it may be tried again."""
    [id] = put(notice())
    outbox.sent(id, receipt())
    before = (reads.notices(outbox._engine), reads.journal(outbox._engine, ONE))

    outbox.sent(id, receipt("<other@vendor.test>"))

    assert before == (reads.notices(outbox._engine), reads.journal(outbox._engine, ONE))


@pytest.mark.parametrize("status", ["reached", "waived"])
def test_a_reminder_is_withdrawn_once_its_milestone_is_settled(
    outbox: SqlOutbox, ledger: SqlLedger, put: Put, status: Any
) -> None:
    """The reminder is checked right before it would go."""
    [id] = put(notice(while_open="met"))
    ledger.write(Writing(onboarding=ONE, standing=standing(milestone(status=status))))

    assert outbox.take(id) is None
    assert ("withdrawn", f"met was {status}") == state_of(outbox, id)
    assert [] == list(outbox.ready("mail", now=LATER, most=10))


@pytest.mark.parametrize(("status", "goes"), [("open", True), ("acknowledged", True), ("resolved", False)])
def test_a_notice_about_an_issue_goes_while_it_is_open(
    outbox: SqlOutbox, ledger: SqlLedger, put: Put, status: str, goes: bool
) -> None:
    """An acknowledged issue is not yet resolved."""
    [id] = put(notice(kind="service_level_missed", while_open="issue-1"))
    ledger.write(Writing(onboarding=ONE, registers=(issue(status=status),)))

    assert goes == (outbox.take(id) is not None)


@pytest.mark.parametrize(("status", "goes"), [("open", True), ("done", False), ("dropped", False)])
def test_a_reminder_of_a_task_goes_while_it_is_open(
    outbox: SqlOutbox, ledger: SqlLedger, put: Put, status: str, goes: bool
) -> None:
    """An issue of the same name is another thing."""
    [id] = put(notice(kind="task_due", while_open=task_slot("T-1")))
    same_name = issue(status="resolved").model_copy(update={"key": "T-1"})
    task = issue(status=status).model_copy(update={"kind": "task", "key": "T-1"})
    ledger.write(Writing(onboarding=ONE, registers=(same_name, task)))

    assert goes == (outbox.take(id) is not None)
    assert goes or ("withdrawn", f"T-1 was {status}") == state_of(outbox, id)


def test_a_welcome_asks_for_nothing_that_was_settled_before_it_went(
    outbox: SqlOutbox, ledger: SqlLedger, put: Put
) -> None:
    """Written on a Saturday, read on Monday: a colleague has signed meanwhile."""
    facts = {"waits": [{"milestone": "met", "title": "Kickoff"}, {"milestone": "unheard_of", "title": "Plan"}]}
    [id] = put(notice(kind="contact_welcome", facts=facts))
    ledger.write(Writing(onboarding=ONE, standing=standing(milestone(status="reached"))))

    taken = outbox.take(id)

    assert taken is not None
    assert ["Plan"] == [one["title"] for one in taken.notice.facts["waits"]]


def test_a_reminder_goes_while_its_milestone_is_open(outbox: SqlOutbox, put: Put) -> None:
    """A notice that waits for an unknown key goes too: rather one message too many than one lost."""
    fitting, unknown = put(notice("a", while_open="met"), notice("b", while_open="nothing"))

    assert outbox.take(fitting) is not None
    assert outbox.take(unknown) is not None


def test_a_request_that_waits_while_somebody_rejects_does_not_go(
    outbox: SqlOutbox, ledger: SqlLedger, engine: Engine
) -> None:
    """Its receiver is in another zone, and would be asked in the morning for what was rejected in the night."""
    evening, night = SqlLedger(engine, clock=lambda: NOON), SqlLedger(engine, clock=lambda: NOON + HOUR)
    rejected = happened("rejected", kind="sign_off_rejected", about="met")

    evening.write(Writing(onboarding=ONE, notices=(notice("asked", while_open="met"),)))
    night.write(Writing(onboarding=ONE, journal=(rejected,), notices=(notice("again", while_open="met"),)))

    asked, again = outbox.ready("mail", now=LATER, most=10)
    assert outbox.take(asked) is None
    assert ("withdrawn", "met was rejected") == state_of(outbox, asked)
    assert outbox.take(again) is not None, "it was asked for after the rejection"


def test_reminders_of_an_ended_onboarding_do_not_go_but_the_farewell_does(
    outbox: SqlOutbox, ledger: SqlLedger, put: Put
) -> None:
    """The same holds for a reminder that was written after the end."""
    ledger.write(Writing(onboarding=ONE, standing=standing(ending="churned")))
    reminder, farewell = put(notice("a", while_open="met"), notice("b", kind="ended"))

    assert outbox.take(reminder) is None
    assert ("withdrawn", "the onboarding has ended") == state_of(outbox, reminder)
    assert outbox.take(farewell) is not None


def test_after_an_outage_only_the_newest_about_one_thing_goes(outbox: SqlOutbox, put: Put) -> None:
    """The newest goes for each person and thing; the older ones are withdrawn with the reason."""
    like: dict[str, Any] = {"collapses": True, "about": "met"}
    ids = put(
        notice("three before", **like),
        notice("on the day", not_before=NOON + HOUR, **like),
        notice("two after", not_before=NOON + 2 * HOUR, **like),
        notice("another thing", collapses=True, about="else"),
        notice("another person", to=OWNER.id, **like),
        notice("never collapses", about="met"),
        notice("still ahead", not_before=LATER + HOUR, **like),
    )

    went = [taken.notice.key for id in outbox.ready("mail", now=LATER, most=10) if (taken := outbox.take(id))]

    assert {"two after", "another thing", "another person", "never collapses"} == set(went)
    assert ("withdrawn", "collapsed into two after") == state_of(outbox, ids[0])
    assert ("withdrawn", "collapsed into two after") == state_of(outbox, ids[1])
    assert ("waiting", None) == state_of(outbox, ids[-1])


def test_of_notices_of_the_same_moment_the_last_written_goes(outbox: SqlOutbox, put: Put) -> None:
    """A late start writes all of them at once."""
    like: dict[str, Any] = {"collapses": True, "about": "met"}
    first, last = put(notice("a", **like), notice("b", **like))

    assert outbox.take(first) is None
    assert outbox.take(last) is not None


def test_a_refused_notice_is_told_to_the_owner(outbox: SqlOutbox, put: Put) -> None:
    """The owner learns who, what and why; the journal keeps it without an address."""
    [id] = put(notice())

    owner = outbox.refused(id, reason="550 no such mailbox", at=LATER)

    assert OWNER.id == owner
    assert ("refused", "550 no such mailbox") == state_of(outbox, id)
    [row] = reads.notices(outbox._engine, state="waiting")
    assert (f"undeliverable/{id}", "undeliverable", OWNER.id) == (row.key, row.kind, row.person)
    assert {"to": LEAD.name, "kind": "reminder", "reason": "550 no such mailbox"}.items() <= row.facts.items()
    assert {"account", "receiver", "owner_name", "owner_email", "onboarding", "staff", "ui"} <= row.facts.keys()
    [entry] = reads.journal(outbox._engine, ONE)
    assert ("notice_refused", "reminder", LEAD.id) == (entry.kind, entry.about, entry.data["person"])
    assert outbox.take(row.id) is not None


def test_a_refusal_again_tells_nobody_twice(outbox: SqlOutbox, put: Put) -> None:
    """The second call still returns who has to be told, so that the sender is woken."""
    [id] = put(notice())
    outbox.refused(id, reason="550", at=LATER)

    assert OWNER.id == outbox.refused(id, reason="551", at=LATER + HOUR)

    assert ("refused", "550") == state_of(outbox, id)
    assert 1 == len(reads.notices(outbox._engine, state="waiting"))
    assert 1 == len(reads.journal(outbox._engine, ONE))


def test_the_owner_is_not_told_of_their_own_mailbox(outbox: SqlOutbox, put: Put) -> None:
    """Otherwise every refusal would make the next one."""
    [id] = put(notice(to=OWNER.id))

    assert outbox.refused(id, reason="550", at=LATER) is None

    assert () == reads.notices(outbox._engine, state="waiting")


def test_a_notice_to_nobody_we_know_is_refused_and_told(outbox: SqlOutbox, put: Put) -> None:
    """Such a notice neither stops the onboarding nor vanishes."""
    [id] = put(notice(to="stranger"))

    assert outbox.take(id) is None

    assert "refused" == state_of(outbox, id)[0]
    assert ["undeliverable"] == [row.kind for row in reads.notices(outbox._engine, state="waiting")]


def test_a_notice_that_went_while_it_was_withdrawn_counts_as_sent(
    outbox: SqlOutbox, ledger: SqlLedger, put: Put
) -> None:
    """The onboarding ended while the message was on its way."""
    [id] = put(notice(while_open="met"))
    assert outbox.take(id) is not None
    ledger.write(Writing(onboarding=ONE, standing=standing(ending="churned")))

    outbox.sent(id, receipt())

    assert ("sent", None) == state_of(outbox, id)


def test_what_was_sent_cannot_be_refused_afterwards(outbox: SqlOutbox, put: Put) -> None:
    """An earlier try that failed may report later than the one that went."""
    [id] = put(notice())
    outbox.sent(id, receipt())

    assert outbox.refused(id, reason="550", at=LATER) is None

    assert "sent" == state_of(outbox, id)[0]


def test_receipts_and_writings_at_once_do_not_block_each_other(outbox: SqlOutbox, ledger: SqlLedger, put: Put) -> None:
    """The sender writes receipts of an onboarding whose ending withdraws its reminders."""
    ids = put(*(notice(f"k{number}", while_open="met") for number in range(20)))
    ended = Writing(onboarding=ONE, standing=standing(ending="churned"))

    with ThreadPoolExecutor(8) as threads:
        done = [
            threads.submit(outbox.sent, id, receipt()) if turn else threads.submit(ledger.write, ended)
            for id in ids
            for turn in range(2)
        ]
        for each in done:
            each.result(timeout=30)

    assert {"sent"} == {row.state for row in reads.notices(outbox._engine)}
    assert 20 == len(reads.journal(outbox._engine, ONE))


# --- several at once, as the lanes of a sender ask for them


def test_several_are_taken_up_and_their_receipts_written_in_one_go(outbox: SqlOutbox, put: Put) -> None:
    """Each its own, as one after the other; what is unknown is nobody's answer but its own."""
    ids = put(notice("lead"), notice("owner", to=OWNER.id), notice("nobody", to="nobody"))
    asked = [_Asked(id, LATER, LATER + HOUR) for id in (*ids, 9_999)]

    taken = outbox._settle_each(asked)
    again = outbox._settle_each([one._replace(held_until=LATER + 2 * HOUR) for one in asked])

    assert [ids[0], ids[1], None, None] == [one and one.id for one in taken]
    assert [LEAD.id, OWNER.id] == [one.person.id for one in taken if one]
    assert [None] * 4 == list(again)
    assert "refused" == state_of(outbox, ids[2])[0]

    receipts = [Went(one.id, receipt(one.message_id)) for one in taken if one]
    for _ in range(2):
        outbox._settle_each([_Asked(None, LATER, after=went) for went in receipts])

    assert [("sent", None), ("sent", None)] == [state_of(outbox, id) for id in ids[:2]]
    told = [entry for entry in reads.journal(outbox._engine, ONE) if entry.kind == "notice_sent"]
    assert [one.message_id for one in taken if one] == [entry.data["message_id"] for entry in told]


def test_what_is_taken_up_at_once_counts_for_what_comes_after_it(outbox: SqlOutbox, put: Put) -> None:
    """Two that may travel together are sealed once, and neither goes by itself."""
    joining = put(*(notice(key, joins_from=NOON, to=OWNER.id) for key in ("first", "second")))
    [alone] = put(notice("alone"))

    taken = outbox._settle_each([_Asked(id, LATER, LATER + HOUR) for id in (alone, *joining)])
    twice = outbox._settle_each([_Asked(alone, LATER, LATER + 2 * HOUR)] * 2)

    assert [alone, None, None] == [one and one.id for one in taken]
    assert ["joined", "joined"] == [state_of(outbox, id)[0] for id in joining]
    assert 1 == len({row.id for row in reads.notices(outbox._engine) if row.kind == "digest"})
    assert [None, None] == list(twice)


# --- letters that are not essential


@pytest.mark.parametrize("kind", sorted(NOT_ESSENTIAL))
def test_a_letter_that_is_not_essential_carries_its_readers_link(outbox: SqlOutbox, put: Put, kind: NoticeKind) -> None:
    """One for each reader, the same in every letter and at every try, and of no use to guessers."""
    first, second, other = put(notice("1", kind=kind), notice("2", kind=kind), notice("3", kind=kind, to=OWNER.id))

    links = [link(outbox, id) for id in (first, first, second)]

    assert len(links[0]) == 43
    assert 1 == len(set(links))
    assert link(outbox, other) not in links


def test_the_first_letter_to_somebody_whom_nobody_has_written_to_says_so(outbox: SqlOutbox, put: Put) -> None:
    """Users are in no introduction: they read who writes to them. By the second letter they know."""
    first, second = put(notice("one", kind="webinar", to=LEAD.id), notice("two", kind="message", to=LEAD.id))

    taken = outbox.take(first)
    assert taken is not None
    outbox.sent(first, Receipt(message_id=taken.message_id, place="inbox", at=LATER))
    then = outbox.take(second)

    assert then is not None
    assert (True, False) == (taken.first, then.first)


def test_a_request_is_no_first_letter(outbox: SqlOutbox, put: Put) -> None:
    """Whoever is asked for something has been introduced, or is welcomed by it."""
    [id] = put(notice(kind="contact_welcome", to=LEAD.id))

    taken = outbox.take(id)

    assert taken is not None
    assert not taken.first


def test_what_the_onboarding_needs_carries_no_link(outbox: SqlOutbox, put: Put) -> None:
    """Nobody unsubscribes from a reminder."""
    [id] = put(notice())

    assert "" == link(outbox, id)


def test_who_has_unsubscribed_gets_no_letter_that_is_not_essential_and_all_others(
    engine: Engine, outbox: SqlOutbox, put: Put
) -> None:
    """Neither what waited already nor what is written later; colleagues get theirs."""
    first, waiting, reminder, of_owner = put(
        notice("1", kind="message"),
        notice("2", kind="webinar"),
        notice("3"),
        notice("4", kind="message", to=OWNER.id),
    )

    assert SqlUnsubscribes(engine).unsubscribe(link(outbox, first))
    [later] = put(notice("5", kind="programme_message"))

    for id in (waiting, later):
        assert outbox.take(id) is None
        assert ("withdrawn", "unsubscribed") == state_of(outbox, id)
    assert outbox.take(reminder) is not None
    assert outbox.take(of_owner) is not None


def test_who_stands_in_a_deal_twice_unsubscribes_once(
    engine: Engine, outbox: SqlOutbox, ledger: SqlLedger, put: Put
) -> None:
    """Two roles of one person, with one address however it is written; a letter is one to the person."""
    again = LEAD.model_copy(update={"id": "champion", "email": LEAD.email.upper()})
    ledger.write(Writing(onboarding=ONE, people=(again,)))
    as_lead, as_champion = put(notice("1", kind="message"), notice("2", kind="message", to=again.id))

    assert SqlUnsubscribes(engine).unsubscribe(link(outbox, as_lead))

    assert outbox.take(as_champion) is None
    assert ("withdrawn", "unsubscribed") == state_of(outbox, as_champion)


def test_unsubscribing_again_changes_nothing(engine: Engine, outbox: SqlOutbox, put: Put) -> None:
    """A reader clicks twice, and a provider's robot comes beside: the journal has it once, without an address."""
    [id] = put(notice(kind="message"))
    token = link(outbox, id)

    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(SqlUnsubscribes(engine, clock=lambda: LATER).unsubscribe, [token] * 8))

    assert [True] * 8 == done
    [entry] = reads.journal(engine, ONE)
    assert ("unsubscribed", LEAD.id, LEAD.id, "mail", LATER) == (
        entry.kind,
        entry.about,
        entry.by,
        entry.via,
        entry.at,
    )
    assert token not in entry.model_dump_json()
    assert LEAD.email not in entry.model_dump_json()


@pytest.mark.parametrize("token", ["A" * 43, "", "\0", "A" * 44, "' OR 1=1 --", "日" * 43])
def test_a_link_that_is_nobodys_unsubscribes_nobody(engine: Engine, outbox: SqlOutbox, put: Put, token: str) -> None:
    """Whatever its form."""
    [id] = put(notice(kind="message"))
    assert outbox.take(id) is not None

    assert not SqlUnsubscribes(engine).knows(token)
    assert not SqlUnsubscribes(engine).unsubscribe(token)
    assert outbox.take(id) is not None


def test_letters_taken_at_once_carry_one_link(engine: Engine, outbox: SqlOutbox, put: Put) -> None:
    """A sender has twenty in hand."""
    ids = put(*(notice(f"k{number}", kind="message") for number in range(12)))

    with ThreadPoolExecutor(8) as threads:
        links = set(threads.map(lambda id: link(outbox, id), ids))

    assert 1 == len(links)


def link(outbox: SqlOutbox, id: int) -> str:
    """The token of the link that the notice carries."""
    waiting = outbox.take(id)
    assert waiting is not None
    return waiting.unsubscribe


def test_what_its_channel_does_not_take_goes_by_mail_and_the_house_is_told_once(
    engine: Engine, outbox: SqlOutbox, put: Put
) -> None:
    """At once, and with the same key; two workers that find out together tell the operator once."""
    (id,) = put(notice("reminder/met/1", to=OWNER.id, channel="slack"))
    told = of_unusable_channel("slack", "C0412AB34", "is_archived", load_team(), OPERATOR, now=LATER)

    for _ in range(2):
        outbox.redirect(id, to="mail", reason="is_archived", at=LATER, told=told)

    assert id in outbox.ready("mail", now=LATER, most=10)
    assert not outbox.ready("slack", now=LATER, most=10)
    assert [row.kind for row in reads.notices(engine) if row.kind == "channel_unusable"] == ["channel_unusable"]
    with engine.connect() as connection:
        assert ["notice_redirected"] == list(
            connection.scalars(select(journal.c.kind).where(journal.c.about == "reminder"))
        )


def test_a_message_that_somebody_wants_tomorrow_comes_again_then_once(
    engine: Engine, outbox: SqlOutbox, put: Put
) -> None:
    """Slack may deliver one press twice; what the message asks for is looked at again before it goes."""
    (id,) = put(notice("reminder/met/1", to=OWNER.id, channel="slack", while_open="met"))
    pressed = SqlPressed(engine, clock=lambda: LATER)
    fits: Pressed = pressed

    assert [fits.again(id, key="U1/snooze/1", by=OWNER.id, at=LATER + HOUR) for _ in range(2)] == [True, True]

    ready = outbox.ready("slack", now=LATER + HOUR, most=10)
    assert len(ready) == 2
    assert outbox.ready("slack", now=LATER, most=10) == [id]


def test_nobody_is_reminded_again_of_what_is_settled(engine: Engine, ledger: SqlLedger, put: Put) -> None:
    """It is said to whoever pressed."""
    (id,) = put(notice("reminder/met/1", to=OWNER.id, channel="slack", while_open="met"))
    ledger.write(Writing(onboarding=ONE, standing=standing(milestone(status="reached"), as_of=NOON + HOUR)))

    assert not SqlPressed(engine).again(id, key="U1/snooze/1", by=OWNER.id, at=LATER)
