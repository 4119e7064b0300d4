"""Do messages that wait follow the people, and does the deal hold the contacts that there are now?"""

import pytest
from sqlalchemy import Engine

from domain.record import Contacts, HandedOver, Writing
from store import reads
from store.ledger import SqlLedger
from store.links import LinkMaker, SqlLinks
from store.outbox import SqlOutbox
from tests.support import databases
from tests.support.databases import HOUR, LEAD, NOON, dossier, notice, standing

database = databases.database
engine = databases.engine

ONE = "onboarding-file-1"
NEW = LEAD.model_copy(update={"id": "new", "name": "Ana Ruiz", "email": "ana@customer.test"})
TO_NEW = HandedOver(person=LEAD.id, to=NEW.id, name=NEW.name, channel="mail")


@pytest.fixture
def ledger(engine: Engine) -> SqlLedger:
    ledger = SqlLedger(engine)
    ledger.admit(dossier(), run="run-1")
    ledger.write(Writing(onboarding=ONE, standing=standing(), people=(NEW,)))
    return ledger


def waiting(ledger: SqlLedger, *keys: str, kind: str = "reminder") -> None:
    notices = [notice(key, to=LEAD.id).model_copy(update={"kind": kind}) for key in keys]
    ledger.write(Writing(onboarding=ONE, notices=tuple(notices)))


def outcome(engine: Engine, key: str) -> tuple[str, str, str | None]:
    [row] = [row for row in reads.notices(engine) if row.key == key]
    return row.person, row.state, row.reason


def test_what_waits_goes_to_who_takes_over(engine: Engine, ledger: SqlLedger) -> None:
    waiting(ledger, "a/reminder/lead")

    ledger.write(Writing(onboarding=ONE, handed_over=(TO_NEW,)))

    outbox = SqlOutbox(engine, mail_domain="vendor.test", clock=lambda: NOON + HOUR)
    [id] = outbox.ready("mail", now=NOON + HOUR, most=10)
    taken = outbox.take(id)
    assert taken is not None
    assert (NEW.email, NEW.name) == (taken.person.email, taken.notice.facts["receiver"])


def test_what_is_asked_anew_or_in_another_language_is_withdrawn_with_its_reason(
    engine: Engine, ledger: SqlLedger
) -> None:
    waiting(ledger, "a", kind="sign_off_request")
    ledger.write(Writing(onboarding=ONE, handed_over=(TO_NEW,)))
    waiting(ledger, "b")
    ledger.write(Writing(onboarding=ONE, handed_over=(TO_NEW.model_copy(update={"rewritten": True}),)))

    why = f"{NEW.id} took over from {LEAD.id} and is written to anew"
    assert [(LEAD.id, "withdrawn", why)] * 2 == [outcome(engine, key) for key in ("a", "b")]


def test_what_waits_for_somebody_who_left_goes_to_nobody(engine: Engine, ledger: SqlLedger) -> None:
    waiting(ledger, "a")

    ledger.write(Writing(onboarding=ONE, handed_over=(HandedOver(person=LEAD.id),)))

    assert (LEAD.id, "withdrawn", f"{LEAD.id} takes part no more") == outcome(engine, "a")


def test_what_is_sealed_in_a_digest_goes_to_who_takes_over(engine: Engine, ledger: SqlLedger) -> None:
    """In a digest of their own: the old one is withdrawn, and nothing of it is left behind."""
    together = [notice(key, to=LEAD.id, joins_from=NOON) for key in ("a", "b")]
    ledger.write(Writing(onboarding=ONE, notices=tuple(together)))
    outbox = SqlOutbox(engine, mail_domain="vendor.test", clock=lambda: NOON + HOUR)
    outbox.take(outbox.ready("mail", now=NOON + HOUR, most=10)[0])

    ledger.write(Writing(onboarding=ONE, handed_over=(TO_NEW,)))
    outbox.take(outbox.ready("mail", now=NOON + HOUR, most=10)[0])

    [digest] = outbox.ready("mail", now=NOON + HOUR, most=10)
    taken = outbox.take(digest)
    assert taken is not None
    assert (NEW.email, ["a", "b"]) == (taken.person.email, [part.key for part in taken.parts])
    assert [LEAD.id] == [row.person for row in reads.notices(engine) if row.state == "withdrawn"]


def test_links_of_who_has_gone_open_nothing_and_those_of_who_was_corrected_do(
    engine: Engine, ledger: SqlLedger
) -> None:
    """Else a message that was forwarded, or read months later, could still speak in their name."""
    outbox = SqlOutbox(
        engine,
        mail_domain="vendor.test",
        clock=lambda: NOON + HOUR,
        links=LinkMaker(address="https://pages.test", key=b"k" * 32),
    )
    waiting(ledger, "a")
    taken = outbox.take(outbox.ready("mail", now=NOON + HOUR, most=10)[0])
    assert taken is not None
    token = taken.links["preferences"].rpartition("/")[2]
    links = SqlLinks(engine, clock=lambda: NOON + HOUR)

    def state() -> str:
        link = links.of(token)
        assert link is not None
        return link.state

    before = state()
    ledger.write(Writing(onboarding=ONE, handed_over=(TO_NEW.model_copy(update={"to": LEAD.id}),)))
    corrected = state()
    ledger.write(Writing(onboarding=ONE, handed_over=(TO_NEW,)))

    assert ("open", "open", "revoked") == (before, corrected, state())


def test_who_has_the_same_message_already_gets_it_once(engine: Engine, ledger: SqlLedger) -> None:
    waiting(ledger, f"a/{LEAD.id}")
    ledger.write(Writing(onboarding=ONE, notices=(notice(f"a/{NEW.id}", to=NEW.id),)))

    ledger.write(Writing(onboarding=ONE, handed_over=(TO_NEW,)))

    assert "withdrawn" == outcome(engine, f"a/{LEAD.id}")[1]
    assert "waiting" == outcome(engine, f"a/{NEW.id}")[1]


def test_another_name_is_the_one_that_is_greeted(engine: Engine, ledger: SqlLedger) -> None:
    waiting(ledger, "a")

    same = HandedOver(person=LEAD.id, to=LEAD.id, name="Ana Ruiz-Lee", channel="mail")
    ledger.write(Writing(onboarding=ONE, handed_over=(same,)))

    outbox = SqlOutbox(engine, mail_domain="vendor.test", clock=lambda: NOON + HOUR)
    taken = outbox.take(outbox.ready("mail", now=NOON + HOUR, most=10)[0])
    assert taken is not None
    assert "Ana Ruiz-Lee" == taken.notice.facts["receiver"]


def test_the_deal_has_the_contacts_at_the_next_turn_and_keeps_what_was_completed(ledger: SqlLedger) -> None:
    """What its record lacked may have been filled in while the turn was deciding."""
    deal = ledger.dossier(ONE).deal
    ledger.complete_deal(ONE, deal.model_copy(update={"problem": "Orders are typed twice."}))
    renamed = deal.stakeholders[0].model_copy(update={"name": "Ana Ruiz"})

    ledger.write(Writing(onboarding=ONE, contacts=Contacts(stakeholders=(renamed, *deal.stakeholders[1:]))))

    now = ledger.dossier(ONE).deal
    assert ("Ana Ruiz", "Orders are typed twice.") == (now.stakeholders[0].name, now.problem)


def test_what_a_crm_has_otherwise_is_proposed_to_the_owner_once(engine: Engine, ledger: SqlLedger) -> None:
    deal = ledger.dossier(ONE).deal
    renamed = deal.stakeholders[0].model_copy(update={"name": "Ana Ruiz"})
    later = deal.model_copy(update={"stakeholders": (renamed, *deal.stakeholders[1:])})

    channels = [ledger.propose_contacts(ONE, later) for _ in range(2)]

    assert ["mail", "mail"] == channels
    assert ["contact_proposed"] == [row.kind for row in reads.notices(engine)]
    assert deal == ledger.dossier(ONE).deal
    assert ledger.propose_contacts(ONE, deal) is None
    assert ledger.propose_contacts("onboarding-file-none", later) is None
