"""What falls due for one person together is one message, sealed before it goes, with a receipt for each part."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from domain.notice import Notice, Person
from domain.record import Receipt, Writing
from store import reads
from store.ledger import SqlLedger
from store.outbox import SqlOutbox
from tests.support import databases
from tests.support.databases import HOUR, NOON, dossier, notice, standing

database = databases.database
engine = databases.engine
ONE = "onboarding-file-1"
Put = Callable[..., list[int]]


@pytest.fixture
def outbox(engine: Engine) -> SqlOutbox:
    return SqlOutbox(engine, mail_domain="vendor.test", clock=lambda: NOON, morning_after=_the_day_after)


def _the_day_after(_: Person, moment: datetime) -> datetime:
    return moment + timedelta(days=1)


@pytest.fixture
def put(engine: Engine) -> Put:
    """Put notices into the outbox; returns their ids in that order."""
    ledger = SqlLedger(engine)
    ledger.admit(dossier(), run="run-1")
    ledger.write(Writing(onboarding=ONE, standing=standing()))

    def put(*notices: Notice) -> list[int]:
        ledger.write(Writing(onboarding=ONE, notices=notices))
        ids = {row.key: row.id for row in reads.notices(engine)}
        return [ids[one.key] for one in notices]

    return put


def joining(key: str, **more: Any) -> Notice:
    return notice(key, **{"joins_from": NOON, **more})


def receipt(message_id: str) -> Receipt:
    return Receipt(message_id=message_id, place="mail/1.eml", at=NOON, subject="One message")


def states(outbox: SqlOutbox) -> dict[str, str]:
    return {row.key.partition("/")[0]: row.state for row in reads.notices(outbox._engine)}


def sealed(outbox: SqlOutbox) -> int:
    """The number of the digest that is ready."""
    [id] = outbox.ready("mail", now=NOON, most=10)
    return id


def test_what_may_travel_together_is_one_message_with_a_receipt_for_each_part(outbox: SqlOutbox, put: Put) -> None:
    """Also what would go by itself only days later; what is asked stands before what is told."""
    told, asked, later = put(
        joining("told", kind="status_report"), joining("asked"), joining("later", not_before=NOON + 48 * HOUR)
    )

    assert outbox.take(told) is None
    taken = outbox.take(sealed(outbox))

    assert taken is not None
    assert ["asked", "later", "told"] == [part.key for part in taken.parts]
    outbox.sent(taken.id, receipt(taken.message_id))
    assert {"digest": "sent", "told": "sent", "asked": "sent", "later": "sent"} == states(outbox)
    assert {taken.message_id} == {row.message_id for row in reads.notices(outbox._engine)}
    assert [None, None, None] == [outbox.take(id) for id in (told, asked, later)]


def test_a_digest_is_the_same_message_at_every_try(outbox: SqlOutbox, put: Put) -> None:
    """It is sealed before it goes: what comes later is not put into it."""
    first, _ = put(joining("first"), joining("second"))
    outbox.take(first)
    before = outbox.take(sealed(outbox))
    put(joining("third", not_before=NOON + HOUR))

    again = outbox.take(sealed(outbox))

    assert before is not None
    assert before == again


def test_what_goes_by_itself_takes_nothing_along(outbox: SqlOutbox, put: Put) -> None:
    """As every notice of an outbox that was written before there were digests."""
    alone, _ = put(notice("alone"), joining("joins"))

    taken = outbox.take(alone)

    assert taken is not None
    assert ("alone", ()) == (taken.notice.key, taken.parts)


def test_what_is_in_hand_already_travels_in_no_digest(outbox: SqlOutbox, put: Put) -> None:
    """It would come twice: by itself, and once more inside another message."""
    [first] = put(joining("first"))
    in_hand = outbox.take(first, now=NOON, held_until=NOON + timedelta(seconds=30))
    second, _ = put(joining("second"), joining("third"))

    assert outbox.take(second, now=NOON, held_until=NOON + timedelta(seconds=30)) is None

    assert in_hand is not None
    assert {"first": "waiting", "second": "joined", "third": "joined", "digest": "waiting"} == states(outbox)


def test_what_was_tried_stays_the_message_that_it_is(outbox: SqlOutbox, put: Put) -> None:
    """Its first try may have arrived, and nobody knows: inside a digest it would be news once more."""
    [tried] = put(joining("tried"))
    first = outbox.take(tried, now=NOON)
    second, _ = put(joining("second"), joining("third"))

    again, digest = outbox.take(tried, now=NOON), outbox.take(second, now=NOON)

    assert first is not None
    assert again is not None
    assert ((first.message_id, ()), None) == ((again.message_id, again.parts), digest)
    assert {"tried": "waiting", "second": "joined", "third": "joined", "digest": "waiting"} == states(outbox)


def test_one_alone_is_no_digest(outbox: SqlOutbox, put: Put) -> None:
    """It reads as it always did."""
    [id] = put(joining("one"))

    taken = outbox.take(id)

    assert taken is not None
    assert (id, "reminder", ()) == (taken.id, taken.notice.kind, taken.parts)


def test_what_became_pointless_is_left_out_of_a_digest_that_waits(outbox: SqlOutbox, put: Put) -> None:
    """And where nothing is left the digest does not go either."""
    first, _ = put(joining("first", collapses=True, about="met"), joining("second"))
    outbox.take(first)
    put(notice("newer", collapses=True, about="met"))
    digest = next(row.id for row in reads.notices(outbox._engine) if row.kind == "digest")

    taken = outbox.take(digest)

    assert taken is not None
    assert ["second"] == [part.key for part in taken.parts]
    assert "withdrawn" == states(outbox)["first"]


def test_a_refused_digest_is_told_to_the_owner_once(outbox: SqlOutbox, put: Put) -> None:
    """Every part is refused, and the owner of the onboarding gets one message about it."""
    first, _ = put(joining("first"), joining("second"))
    outbox.take(first)

    outbox.refused(sealed(outbox), reason="no such mailbox", at=NOON)

    assert {"refused"} == {states(outbox)[key] for key in ("digest", "first", "second")}
    assert 1 == sum(row.kind == "undeliverable" for row in reads.notices(outbox._engine))


def test_a_second_message_that_only_tells_waits_for_the_next_morning(outbox: SqlOutbox, put: Put) -> None:
    """One that asks for something still goes; a third of whichever kind waits."""
    told, again, asked, more = put(
        joining("told", kind="status_report"),
        joining("again", kind="issue_resolved", joins_from=NOON + HOUR),
        joining("asked", kind="task_given", joins_from=NOON + HOUR),
        joining("more", kind="task_due", joins_from=NOON + HOUR),
    )
    for id in (told, asked):
        taken = outbox.take(id)
        assert taken is not None
        outbox.sent(id, receipt(taken.message_id))
        if id == told:
            assert outbox.take(again) is None

    assert outbox.take(more) is None
    assert {NOON + timedelta(days=1)} == {
        row.not_before for row in reads.notices(outbox._engine) if row.state == "waiting"
    }


def test_what_is_in_hand_counts_for_the_day(outbox: SqlOutbox, put: Put) -> None:
    """Two that go side by side, over two connections, are as many as two that go one after the other."""
    told, again = put(
        joining("told", kind="status_report"),
        joining("again", kind="issue_resolved", joins_from=NOON + HOUR),
    )
    soon = NOON + timedelta(seconds=30)

    taken = [outbox.take(id, now=NOON, held_until=soon) for id in (told, again)]

    assert [True, False] == [one is not None for one in taken]
    assert [] == outbox.ready("mail", now=NOON, most=10)


def test_an_ending_lets_go_what_outlives_it_and_what_others_say(engine: Engine, outbox: SqlOutbox, put: Put) -> None:
    """Also where it was sealed into a digest before."""
    first, _ = put(joining("status", kind="status_report"), joining("answer", kind="answer"))
    outbox.take(first)

    SqlLedger(engine).write(
        Writing(onboarding=ONE, standing=standing(as_of=NOON + HOUR, status="ended", ending="churned"))
    )

    assert {"digest": "withdrawn", "status": "withdrawn", "answer": "waiting"} == states(outbox)


# --- what was said on the working day before


def reminder(key: str, **more: Any) -> Notice:
    facts = {"days": more.pop("days", 0), "due": more.pop("due", "2026-11-10")}
    return joining(key, **{"kind": "reminder", "about": "data_validated", "facts": facts, **more})


def test_what_was_reminded_of_on_the_working_day_before_is_not_reminded_of_again(outbox: SqlOutbox, put: Put) -> None:
    """Unless its date has moved, or its reader wanted to be reminded on that day."""
    [before] = put(reminder("before", days=-1))
    outbox.sent(before, Receipt(message_id="<1@vendor.test>", place="", at=NOON - timedelta(days=1), subject="One"))

    again, moved = put(reminder("again"), reminder("moved", due="2026-11-12"))

    assert outbox.take(again) is None
    assert outbox.take(moved) is not None
    assert ("withdrawn", "waiting") == (states(outbox)["again"], states(outbox)["moved"])


def test_what_was_reminded_of_earlier_is_reminded_of_on_its_day(outbox: SqlOutbox, put: Put) -> None:
    [before] = put(reminder("before", days=-2))
    outbox.sent(before, Receipt(message_id="<1@vendor.test>", place="", at=NOON - timedelta(days=2), subject="One"))

    [again] = put(reminder("again"))

    assert outbox.take(again) is not None
