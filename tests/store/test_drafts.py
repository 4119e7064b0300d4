"""Do messages wait in the outbox until their draft is sent, say what they should by then, and go once?"""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from domain.notice import Notice
from domain.record import DraftChange, Writing
from store import reads
from store.drafts import held
from store.ledger import SqlLedger
from store.outbox import SqlOutbox
from tests.support import databases
from tests.support.databases import HOUR, LEAD, NOON, dossier, notice, standing

database = databases.database
engine = databases.engine

ONE = "onboarding-file-1"
LATER = NOON + timedelta(days=3)


@pytest.fixture
def ledger(engine: Engine) -> SqlLedger:
    ledger = SqlLedger(engine)
    ledger.admit(dossier(), run="run-1")
    ledger.write(Writing(onboarding=ONE, standing=standing()))
    return ledger


@pytest.fixture
def outbox(engine: Engine) -> SqlOutbox:
    return SqlOutbox(engine, mail_domain="vendor.test", clock=lambda: LATER)


def of_draft(key: str = "hello", **more: Any) -> Notice:
    return notice(key, to=LEAD.id).model_copy(update={"draft": "introduction", **more})


def write(ledger: SqlLedger, *notices: Notice, **change: Any) -> None:
    changes = (DraftChange(draft="introduction", **change),) if change else ()
    ledger.write(Writing(onboarding=ONE, held=notices, drafts=changes))


def states(engine: Engine) -> dict[str, tuple[str, str | None]]:
    return {row.key: (row.state, row.reason) for row in reads.notices(engine)}


def test_a_message_of_a_draft_waits_until_that_is_sent(engine: Engine, ledger: SqlLedger, outbox: SqlOutbox) -> None:
    write(ledger, of_draft())
    assert [] == outbox.ready("mail", now=LATER, most=10)
    assert ("held", None) == states(engine)["hello"]

    write(ledger, of_draft(not_before=NOON + HOUR), what="sent")

    [id] = outbox.ready("mail", now=LATER, most=10)
    taken = outbox.take(id)
    assert taken is not None
    assert NOON + HOUR == taken.notice.not_before
    write(ledger, of_draft(), what="sent")
    assert [id] == outbox.ready("mail", now=LATER, most=10)


def test_it_says_what_it_says_now_and_keeps_the_words_that_it_was_given(engine: Engine, ledger: SqlLedger) -> None:
    write(ledger, of_draft(facts={"kickoff_due": "2026-09-07"}))
    write(ledger, of_draft(), what="edited", people=(LEAD.id,), text="Welcome.")
    write(ledger, of_draft(facts={"kickoff_due": "2026-09-09"}))
    write(ledger, of_draft(facts={"kickoff_due": "2026-09-09"}), what="edited", people=(LEAD.id,), subject="Hello")

    [[message]] = held(engine, ONE).values()

    assert {"kickoff_due": "2026-09-09", "edited": {"text": "Welcome.", "subject": "Hello"}} == message.notice.facts


def test_a_draft_that_reads_as_it_did_is_left_alone(engine: Engine, ledger: SqlLedger) -> None:
    """It may wait for weeks, and each turn words it anew: only when it would go by then changes at every one."""
    asked: list[str] = []
    write(ledger, of_draft(facts={"kickoff_due": "2026-09-07"}))
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, sql, *_: asked.append(sql))

    write(ledger, of_draft(facts={"kickoff_due": "2026-09-07"}, not_before=NOON + HOUR))

    assert [] == [sql for sql in asked if "notices" in sql]


def test_a_try_that_was_overtaken_does_not_turn_back_what_a_draft_says(engine: Engine, ledger: SqlLedger) -> None:
    first = Writing(onboarding=ONE, standing=standing(), held=(of_draft(facts={"kickoff_due": "2026-09-07"}),))
    ledger.write(first)
    now = of_draft(facts={"kickoff_due": "2026-09-09"})
    ledger.write(Writing(onboarding=ONE, standing=standing(as_of=NOON + HOUR), held=(now,)))

    ledger.write(first)

    [[message]] = held(engine, ONE).values()
    assert "2026-09-09" == message.notice.facts["kickoff_due"]


def test_only_those_readers_get_the_words_whose_they_are(engine: Engine, ledger: SqlLedger) -> None:
    write(ledger, of_draft())
    write(ledger, of_draft(), what="edited", people=("somebody.else",), text="ようこそ")

    [[message]] = held(engine, ONE).values()
    assert "edited" not in message.notice.facts


def test_a_draft_that_is_stopped_keeps_the_reason(engine: Engine, ledger: SqlLedger, outbox: SqlOutbox) -> None:
    write(ledger, of_draft())
    write(ledger, what="stopped", reason="they have met")

    assert ("withdrawn", "they have met") == states(engine)["hello"]
    assert {} == held(engine)
    write(ledger, of_draft(), what="sent")
    assert [] == outbox.ready("mail", now=LATER, most=10)


@pytest.mark.parametrize("what", ["stopped", "sent"])
def test_words_are_given_to_no_later_draft(engine: Engine, ledger: SqlLedger, what: str) -> None:
    """Something is late again, or ends after all: what one of ours wrote the first time was about that time."""
    write(ledger, of_draft("first"))
    write(ledger, of_draft("first"), what="edited", people=(LEAD.id,), text="Two weeks late.")
    write(ledger, of_draft("first"), what=what)

    write(ledger, of_draft("second"))

    [[message]] = held(engine, ONE).values()
    assert ("second", False) == (message.notice.key, "edited" in message.notice.facts)


def test_a_draft_may_begin_in_the_turn_in_which_another_of_its_key_is_stopped(
    engine: Engine, ledger: SqlLedger
) -> None:
    """An ending that was called off by a pause is announced again when that is over, maybe before the next turn."""
    write(ledger, of_draft("first"))

    write(ledger, of_draft("second"), what="stopped", reason="it was paused")

    assert {"first": ("withdrawn", "it was paused"), "second": ("held", None)} == states(engine)


def test_who_is_no_reader_any_more_is_left_out(engine: Engine, ledger: SqlLedger) -> None:
    write(ledger, of_draft("old"))
    write(ledger, of_draft("new"))

    assert "withdrawn" == states(engine)["old"][0]
    assert "held" == states(engine)["new"][0]


def test_an_ending_withdraws_what_waits_to_be_read(engine: Engine, ledger: SqlLedger) -> None:
    write(ledger, of_draft())
    ledger.write(Writing(onboarding=ONE, standing=standing(status="churned", ending="churned", as_of=NOON + HOUR)))

    assert ("withdrawn", "the onboarding has ended before anybody sent it") == states(engine)["hello"]
