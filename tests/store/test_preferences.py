"""Does a message go, wait or stay as its reader chose, and does the receipt say why?"""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from domain.notice import Notice, Person
from domain.preferences import Preferences
from domain.record import Writing
from store import reads
from store.ledger import SqlLedger
from store.outbox import SqlOutbox
from store.preferences import SqlPreferences
from store.unsubscribes import SqlUnsubscribes
from tests.support import databases
from tests.support.databases import LEAD, NOON, OWNER, dossier, notice, standing

database = databases.database
engine = databases.engine

ONE = "onboarding-file-1"
TWIN = Person(id="sponsor", name="Lee Lead", email="LEE@customer.test", side="customer", role="executive_sponsor")


@pytest.fixture
def preferences(engine: Engine) -> SqlPreferences:
    SqlLedger(engine).admit(dossier(people=(OWNER, LEAD, TWIN)), run="run-1")
    SqlLedger(engine).write(Writing(onboarding=ONE, standing=standing()))
    return SqlPreferences(engine, clock=lambda: NOON)


def what_became_of(engine: Engine, *notices: Notice) -> dict[str, tuple[str, str | None]]:
    """State and reason of each after its sender has taken it up at noon (UTC)."""
    SqlLedger(engine).write(Writing(onboarding=ONE, notices=notices))
    outbox = SqlOutbox(engine, mail_domain="vendor.test", clock=lambda: NOON)
    for row in reads.notices(engine):
        outbox.take(row.id)
    return {row.key: (row.state, row.reason) for row in reads.notices(engine)}


def test_who_hears_only_the_essential_is_still_asked(engine: Engine, preferences: SqlPreferences) -> None:
    """Under both entries that they have, and our own people get all of it."""
    preferences.choose(ONE, LEAD.id, Preferences(hears="essential"))

    became = what_became_of(
        engine,
        notice("done", kind="milestone_reached"),
        notice("twin", kind="status_report", to=TWIN.id),
        notice("ask", kind="sign_off_request"),
        notice("ours", kind="status_report", to=OWNER.id),
    )

    held = ("withdrawn", "suppressed: the reader hears essential")
    assert {"done": held, "twin": held, "ask": ("waiting", None), "ours": ("waiting", None)} == became


def test_a_message_waits_for_the_end_of_quiet_hours(engine: Engine, preferences: SqlPreferences) -> None:
    """In the reader's own zone; what is critical goes at once."""
    choice = Preferences(quiet_from=time(20), quiet_until=time(8))
    preferences.choose(ONE, LEAD.id, choice, time_zone="Asia/Tokyo")

    became = what_became_of(engine, notice("ask"), notice("down", kind="issue_raised", facts={"severity": "critical"}))
    outbox = SqlOutbox(engine, mail_domain="vendor.test", clock=lambda: NOON + timedelta(hours=12))

    assert {"ask": ("waiting", "its reader has quiet hours"), "down": ("waiting", None)} == became
    morning = NOON.astimezone(ZoneInfo("Asia/Tokyo")).replace(hour=8) + timedelta(days=1)
    assert morning == outbox.next_ready("mail", after=NOON)


def test_language_and_zone_stand_with_the_person(engine: Engine, preferences: SqlPreferences) -> None:
    """So that whatever is written from now on is in it, for both entries."""
    preferences.choose(ONE, LEAD.id, Preferences(), language="ja", time_zone="Asia/Tokyo")

    people = {person.id: person for person in SqlLedger(engine).dossier(ONE).people}
    assert {("ja", "Asia/Tokyo")} == {(people[id].language, people[id].time_zone) for id in (LEAD.id, TWIN.id)}
    [entry] = [row for row in reads.journal(engine, ONE) if row.kind == "preferences_chosen"]
    assert (LEAD.id, "link", "ja") == (entry.by, entry.via, entry.data["language"])


def test_the_same_choice_again_changes_nothing(engine: Engine, preferences: SqlPreferences) -> None:
    """What submits every form as it stands must leave no trace."""
    assert not preferences.choose(ONE, LEAD.id, Preferences(), language=LEAD.language, time_zone=LEAD.time_zone)
    assert preferences.choose(ONE, LEAD.id, Preferences(hears="weekly"))
    assert not preferences.choose(ONE, TWIN.id, Preferences(hears="weekly"))

    assert 1 == sum(row.kind == "preferences_chosen" for row in reads.journal(engine, ONE))


def test_who_unsubscribed_reads_so_and_may_want_all_again(engine: Engine, preferences: SqlPreferences) -> None:
    """One click, and back by hand."""
    SqlLedger(engine).write(Writing(onboarding=ONE, notices=(notice("tips", kind="message"),)))
    waiting = SqlOutbox(engine, mail_domain="vendor.test").take(reads.notices(engine)[0].id)
    assert waiting is not None
    SqlUnsubscribes(engine).unsubscribe(waiting.unsubscribe)

    before = preferences.of(ONE, LEAD.id)
    preferences.choose(ONE, LEAD.id, Preferences(hears="everything"))
    after = what_became_of(engine, notice("more tips", kind="message"))

    assert ("no_letters", "everything") == (before.hears, preferences.of(ONE, LEAD.id).hears)
    assert ("waiting", None) == after["more tips"]


@pytest.mark.parametrize("nobody", ["nobody", OWNER.id])
def test_only_a_customers_person_chooses(engine: Engine, preferences: SqlPreferences, nobody: str) -> None:
    """What our own people are told is their work."""
    assert not preferences.choose(ONE, nobody, Preferences(hears="essential"))
    assert Preferences() == preferences.of(ONE, nobody)
